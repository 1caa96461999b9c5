"""Garages from their free-space counters: occupancy, net flows, saturation, faults of counters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyses.parking.arrays import Floats
from analyses.parking.clusters import day_ratio, weekday_strata
from analyses.parking.grid import Seconds, seconds
from analyses.results import UNKNOWN, Estimate

FROZEN_AFTER = pd.Timedelta(hours=24)
"""Longest time that a live counter keeps one value: over a whole day something moves."""

HOLD = pd.Timedelta(hours=1)
"""Longest time for which a reading is taken to hold until the next."""


@dataclass(frozen=True)
class GarageAudit:
    """What is wrong with a table of availability.

    Parameters
    ----------
    rows : int
        Rows read.
    repeats : int
        Exact repeats of a row (garage, time, free, capacity).
    conflicts : int
        Rows that give another value for a garage and time already given.
    over_capacity : int
        Rows with more cars than spaces (free below 0).
    negative : int
        Rows with fewer cars than none (free above the capacity).
    blanks : int
        Rows without a free count, read as unchanged.
    out_of_order : int
        Rows older than the row before of the same garage, in file order: a clock set back.
    missing_days : tuple of str
        Local days, between the first and last of the table, without a row from any garage.
    capacity_changes : tuple of str
        Garages whose capacity changes.
    frozen : tuple of str
        Garages whose counter never moved although watched for :data:`FROZEN_AFTER` or longer.
    frozen_spells : pandas.DataFrame
        ``garage_id``, ``start``, ``end``, ``hours``, ``free``: stretches of one value watched for
        at least :data:`FROZEN_AFTER`, of the other garages. A closed garage looks the same.
    odd_clocks : tuple of str
        Garages that move more at night (1-5 h) than by day (9-19 h): a clock in another zone, or
        a counter that is reset at night.
    """

    rows: int
    repeats: int
    conflicts: int
    over_capacity: int
    negative: int
    blanks: int
    out_of_order: int
    missing_days: tuple[str, ...]
    capacity_changes: tuple[str, ...]
    frozen: tuple[str, ...]
    frozen_spells: pd.DataFrame
    odd_clocks: tuple[str, ...]


def audit(
    availability: pd.DataFrame, tz: str, *, frozen_after: pd.Timedelta = FROZEN_AFTER
) -> GarageAudit:
    """Look for what is wrong before anything is counted.

    Parameters
    ----------
    availability : pandas.DataFrame
        ``garage_id``, ``time`` (tz-aware), ``free`` (may be missing), ``capacity``, in file order.
    tz : str
        Local time zone.
    frozen_after : pandas.Timedelta
        See :data:`FROZEN_AFTER`.
    """
    moment = pd.Series(seconds(availability["time"]), index=availability.index)
    backwards = moment.groupby(availability["garage_id"]).diff() < 0
    repeats = availability.duplicated(["garage_id", "time", "free", "capacity"])
    again = availability.duplicated(["garage_id", "time"])
    readings = tidy(availability, keep_faults=True)
    spells = _still(readings, tz)
    long = spells[spells["hours"] >= frozen_after.total_seconds() / 3600]
    dead = tuple(sorted(str(g) for g in long.loc[long["whole"], "garage_id"]))
    changes = readings.groupby("garage_id")["capacity"].nunique()
    spells = long[~long["whole"]].drop(columns="whole").reset_index(drop=True)
    return GarageAudit(
        rows=len(availability),
        repeats=int(repeats.sum()),
        conflicts=int((again & ~repeats).sum()),
        over_capacity=int((availability["free"] < 0).sum()),
        negative=int((availability["free"] > availability["capacity"]).sum()),
        blanks=int(availability["free"].isna().sum()),
        out_of_order=int(backwards.sum()),
        missing_days=_missing_days(availability["time"], tz),
        capacity_changes=tuple(sorted(str(g) for g in changes.index[changes > 1])),
        frozen=dead,
        frozen_spells=spells,
        odd_clocks=_odd_clocks(without_spells(readings, dead, spells), tz),
    )


def tidy(availability: pd.DataFrame, *, keep_faults: bool = False) -> pd.DataFrame:
    """Return the readings to count with: sorted, one a garage and time, blanks filled.

    Parameters
    ----------
    availability : pandas.DataFrame
        See :func:`audit`.
    keep_faults : bool
        Whether impossible readings (free below 0 or above the capacity) stay as they are. They
        are brought back to the nearest possible value otherwise: a full garage that reports −3
        spaces is full, an empty one that reports more spaces than it has is empty.

    Returns
    -------
    pandas.DataFrame
        ``garage_id``, ``time``, ``free``, ``capacity``, ``occupied``, sorted by garage and time.
    """
    table = availability[["garage_id", "time", "free", "capacity"]].copy()
    table = table.drop_duplicates(["garage_id", "time"], keep="last")
    table = table.sort_values(["garage_id", "time"], kind="stable", ignore_index=True)
    by = table.groupby("garage_id", sort=False)
    table["free"] = by["free"].ffill()
    table["capacity"] = by["capacity"].ffill()
    table["capacity"] = table.groupby("garage_id", sort=False)["capacity"].bfill()
    table = table[table["free"].notna() & (table["capacity"] > 0)].reset_index(drop=True)
    if not keep_faults:
        table["free"] = (
            table["free"].clip(lower=0).where(table["free"] <= table["capacity"], table["capacity"])
        )
    table["occupied"] = table["capacity"] - table["free"]
    return table


def without(readings: pd.DataFrame, found: GarageAudit) -> pd.DataFrame:
    """Return the readings without those of frozen counters and frozen spells."""
    return without_spells(readings, found.frozen, found.frozen_spells)


def without_spells(
    readings: pd.DataFrame, frozen: tuple[str, ...], spells: pd.DataFrame
) -> pd.DataFrame:
    """Return the readings without those garages and those stretches."""
    kept = ~readings["garage_id"].astype(str).isin(frozen)
    for spell in spells.itertuples():
        inside = readings["garage_id"] == spell.garage_id
        inside &= (readings["time"] >= spell.start) & (readings["time"] <= spell.end)
        kept &= ~inside
    return readings[kept].reset_index(drop=True)


def mean_of_ratios(availability: pd.DataFrame) -> float:
    """Return the mean over rows of occupied / capacity, nothing corrected.

    The figure that most users of such files quote. Small garages weigh as much as large ones and
    chatty counters more than quiet ones: prefer :func:`rate`.
    """
    ratio = 1.0 - availability["free"] / availability["capacity"]
    return float(ratio.mean())


def pooled_ratio(availability: pd.DataFrame) -> float:
    """Return the sum of occupied over the sum of capacity, over rows, nothing corrected."""
    return float(1.0 - availability["free"].sum() / availability["capacity"].sum())


def rate(
    readings: pd.DataFrame,
    tz: str,
    garage: str | None = None,
    *,
    hold: pd.Timedelta = HOLD,
    level: float = 0.95,
) -> Estimate:
    """Return occupied over offered space-time, each reading held until the next.

    Parameters
    ----------
    readings : pandas.DataFrame
        From :func:`tidy`.
    tz : str
        Local time zone, for the days.
    garage : str, optional
        One garage; all pooled if None.
    hold : pandas.Timedelta
        Longest time that a reading holds; nothing is known beyond.
    level : float
        Nominal coverage of the interval over days.
    """
    daily = _daily(readings, tz, garage, hold)
    if not len(daily):
        return UNKNOWN
    return day_ratio(
        daily["taken"].to_numpy(),
        daily["offer"].to_numpy(),
        weekday_strata(pd.DatetimeIndex(daily.index)),
        level=level,
        ceiling=1.0,
    )


def saturation(
    readings: pd.DataFrame,
    tz: str,
    garage: str | None = None,
    *,
    threshold: float = 0.95,
    hold: pd.Timedelta = HOLD,
    level: float = 0.95,
) -> Estimate:
    """Return the share of watched time with occupancy at or above ``threshold``."""
    daily = _daily(readings, tz, garage, hold, threshold)
    if not len(daily):
        return UNKNOWN
    strata = weekday_strata(pd.DatetimeIndex(daily.index))
    full, watched = daily["full"].to_numpy(), daily["watched"].to_numpy()
    return day_ratio(full, watched, strata, level=level, ceiling=1.0)


def profile(readings: pd.DataFrame, tz: str, *, hold: pd.Timedelta = HOLD) -> pd.DataFrame:
    """Return mean occupancy by garage, weekday and hour of the local clock.

    Returns
    -------
    pandas.DataFrame
        ``garage_id``, ``weekday``, ``hour``, ``value`` (share), ``n`` (readings); each reading
        weighs the time it holds, counted at the hour at which it was taken.
    """
    table = _held(readings, hold)
    local = table["time"].dt.tz_convert(tz)
    table = table.assign(weekday=local.dt.dayofweek, hour=local.dt.hour)
    sums = table.groupby(["garage_id", "weekday", "hour"], as_index=False).agg(
        taken=("taken", "sum"), offer=("offer", "sum"), n=("time", "size")
    )
    sums = sums[sums["offer"] > 0]
    return sums.assign(value=sums["taken"] / sums["offer"]).drop(columns=["taken", "offer"])


def net_flows(readings: pd.DataFrame, tz: str) -> pd.DataFrame:
    """Return entries and exits by garage and day, as far as a free-space counter can tell.

    Returns
    -------
    pandas.DataFrame
        ``garage_id``, ``day``, ``entries``, ``exits``: sums of the falls and rises of the free
        count. A car that enters while another leaves between two readings is not seen: both
        numbers are lower bounds, the lower the rarer the readings.
    """
    step = readings.groupby("garage_id", sort=False)["free"].diff().fillna(0.0)
    table = pd.DataFrame(
        {
            "garage_id": readings["garage_id"],
            "day": readings["time"].dt.tz_convert(tz).dt.tz_localize(None).dt.normalize(),
            "entries": (-step).clip(lower=0),
            "exits": step.clip(lower=0),
        }
    )
    return table.groupby(["garage_id", "day"], as_index=False)[["entries", "exits"]].sum()


def _held(readings: pd.DataFrame, hold: pd.Timedelta) -> pd.DataFrame:
    """Add to each reading the time it holds and the space-time that it stands for."""
    moment = seconds(readings["time"])
    garage = readings["garage_id"].to_numpy()
    limit = int(hold.total_seconds())
    last = np.r_[garage[1:] != garage[:-1], True] if len(garage) else np.zeros(0, dtype=bool)
    gap = np.r_[np.diff(moment), 0] if len(moment) else moment
    lasts = np.where(last, 0, np.minimum(gap, limit)).astype(float)
    return readings.assign(
        lasts=lasts, taken=lasts * readings["occupied"], offer=lasts * readings["capacity"]
    )


def _daily(
    readings: pd.DataFrame,
    tz: str,
    garage: str | None,
    hold: pd.Timedelta,
    threshold: float = 1.0,
) -> pd.DataFrame:
    table = _held(readings, hold)
    if garage is not None:
        table = table[table["garage_id"].astype(str) == garage]
    full = table["occupied"] >= threshold * table["capacity"]
    table = table.assign(
        day=table["time"].dt.tz_convert(tz).dt.tz_localize(None).dt.normalize(),
        full=np.where(full, table["lasts"], 0.0),
        watched=table["lasts"],
    )
    return table.groupby("day")[["taken", "offer", "full", "watched"]].sum()


def _still(readings: pd.DataFrame, tz: str) -> pd.DataFrame:
    """Stretches of readings of one value, and whether they cover all of a garage's readings."""
    columns = ["garage_id", "start", "end", "hours", "free", "whole"]
    if not len(readings):
        return pd.DataFrame(columns=columns)
    garage, free = readings["garage_id"].to_numpy(), readings["free"].to_numpy()
    new = np.r_[True, (garage[1:] != garage[:-1]) | (free[1:] != free[:-1])]
    first = np.flatnonzero(new)
    last = np.r_[first[1:], len(readings)] - 1
    moment = seconds(readings["time"])
    local = readings["time"].dt.tz_convert(tz)
    runs = pd.Series(garage[first]).value_counts()
    watched = np.concatenate([[0.0], np.cumsum(_watched(readings, moment))])
    return pd.DataFrame(
        {
            "garage_id": garage[first],
            "start": local.iloc[first].reset_index(drop=True),
            "end": local.iloc[last].reset_index(drop=True),
            "hours": (watched[last] - watched[first]) / 3600,
            "free": free[first],
            "whole": pd.Series(garage[first]).map(runs).to_numpy() == 1,
        }
    )


def _watched(readings: pd.DataFrame, moment: Seconds) -> Floats:
    """Time from each reading to the next of its garage, a hole counting three usual gaps."""
    garage = readings["garage_id"]
    gap = pd.Series(moment).groupby(garage.to_numpy()).diff().shift(-1)
    usual = gap.groupby(garage.to_numpy()).transform("median")
    return gap.clip(upper=3 * usual).fillna(0.0).to_numpy(dtype=np.float64)


def _missing_days(times: pd.Series, tz: str) -> tuple[str, ...]:
    days = times.dt.tz_convert(tz).dt.tz_localize(None).dt.normalize()
    if days.empty:
        return ()
    absent = pd.date_range(days.min(), days.max(), freq="D").difference(pd.DatetimeIndex(days))
    return tuple(f"{day:%Y-%m-%d}" for day in absent)


def _odd_clocks(readings: pd.DataFrame, tz: str) -> tuple[str, ...]:
    local = readings["time"].dt.tz_convert(tz)
    garage, hour = readings["garage_id"], local.dt.hour
    moves = readings.groupby("garage_id", sort=False)["free"].diff().abs()
    dark = hour.between(1, 4)
    nights = local[dark].dt.date.groupby(garage[dark]).nunique()
    night = moves.where(dark).groupby(garage).mean()
    day = moves.where(hour.between(9, 18)).groupby(garage).mean()
    odd = (night > day) & (nights.reindex(night.index).fillna(0) >= 3)
    return tuple(sorted(str(g) for g in odd.index[odd]))
