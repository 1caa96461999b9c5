"""The town's day, week and year: usual hours, event hours, seasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Floats
from analyses.footfall.impact import DayEffect, Impact, Period

KINDS = ("working", "saturday", "sunday")
"""Kinds of days of the usual hours."""

_WEEKS, _FEWEST, _NORMAL = 8, 4, 1.96
_WEEKS_A_YEAR, _YEARS = 45, 3


@dataclass(frozen=True, slots=True)
class HourEffect:
    """Observed and expected passages of one hour of one day of an event."""

    day: date
    hour: int
    period: Period
    observed: float
    expected: float
    low: float
    high: float


def weekly_profile(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the usual week of each sensor.

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts, an hour or less a period.

    Returns
    -------
    pandas.DataFrame
        ``sensor_id``, ``weekday``, ``hour``, ``median``, ``low``, ``high`` (quartiles over weeks),
        ``n`` (weeks).
    """
    hourly = hourly_counts(counts)
    by = hourly.groupby(["sensor_id", "weekday", "hour"])["count"]
    table = by.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    table.columns = pd.Index(["low", "median", "high"])
    table["n"] = by.count()
    return table.reset_index()[["sensor_id", "weekday", "hour", "median", "low", "high", "n"]]


def usual_day(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the usual hours of working days, Saturdays and Sundays, all sensors together.

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts, an hour or less a period; an hour that a sensor misses is missing.

    Returns
    -------
    pandas.DataFrame
        ``kind`` (``working``, ``saturday``, ``sunday``), ``hour``, ``median``, ``low``, ``high``
        (quartiles over days), ``n`` (days).
    """
    wide = town_hours(counts).reset_index()
    town = wide.melt(id_vars="date", var_name="hour", value_name="count").dropna(subset="count")
    town["hour"] = town["hour"].astype("int64")
    town["kind"] = pd.Series(town["date"].dt.dayofweek).map(lambda d: KINDS[max(d - 4, 0)])
    by = town.groupby(["kind", "hour"])["count"]
    table = by.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    table.columns = pd.Index(["low", "median", "high"])
    table["n"] = by.count()
    return table.reset_index()[["kind", "hour", "median", "low", "high", "n"]]


def seasons(panel: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return how busy each month is beside the mean of its year.

    The weeks of each sensor are divided by the mean of their block of 52 weeks, counted back from
    the last week, so that a rise or a moved sensor from year to year does not enter; the last three
    blocks are used, and one with fewer than 45 weeks of counts is left out. A week belongs to the
    month of its Thursday.

    Parameters
    ----------
    panel : pandas.DataFrame
        Healthy passages by local day and sensor.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``index`` (percent above or below the year's mean: mean over weeks, sensors
        alike), ``low``, ``high`` (95 %, bootstrap of the weeks of the month), ``n`` (weeks);
        empty without a whole year.
    """
    weekly = panel.resample("W-SUN").sum(min_count=7)
    weekly = weekly[weekly.index <= panel.index[-1]].iloc[-52 * _YEARS :]
    block = (len(weekly) - 1 - np.arange(len(weekly))) // 52
    by = weekly.groupby(block)
    whole = by.transform("count") >= _WEEKS_A_YEAR
    level = (100 * (weekly / by.transform("mean") - 1)).where(whole).mean(axis=1).dropna()
    month = (pd.DatetimeIndex(level.index) - pd.Timedelta(days=3)).month
    if set(month) != set(range(1, 13)):
        return pd.DataFrame(columns=["month", "index", "low", "high", "n"])
    rng = np.random.default_rng(seed)
    rows = []
    for at in range(1, 13):
        values = level[month == at].to_numpy(dtype=np.float64)
        draws = rng.choice(values, size=(1000, len(values))).mean(axis=1)
        low, high = np.quantile(draws, [0.025, 0.975])
        rows.append((at, float(values.mean()), float(low), float(high), len(values)))
    return pd.DataFrame(rows, columns=["month", "index", "low", "high", "n"])


def recent(panel: pd.DataFrame, days: int = 364, share: float = 0.8) -> list[str]:
    """Return the sensors that counted most of the last days, those that may be added up."""
    last = panel[panel.index > panel.index[-1] - pd.Timedelta(days=days)]
    return [str(name) for name in panel.columns if last[name].notna().mean() >= share]


def hour_effects(counts: pd.DataFrame, impact: Impact) -> tuple[HourEffect, ...]:
    """Spread an event's expected days over their hours, as the same weekdays around it do.

    The interval of an hour joins that of the day and the scatter of the hour's share; it is each
    hour's own.

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts of the series measured (several sensors are added up).
    impact : Impact
        Effect by day.

    Returns
    -------
    tuple of HourEffect
        By day and hour, those of the event where it has its own (beyond 23 in the night that
        follows its day); days with fewer than four comparable days are left out.
    """
    near_days = [impact.event.start, impact.event.end]
    reach = pd.Timedelta(weeks=_WEEKS, days=len(impact.days))
    wall = counts["start"].dt.tz_localize(None)
    close = wall.between(pd.Timestamp(near_days[0]) - reach, pd.Timestamp(near_days[1]) + reach)
    if not close.any():
        return ()
    hourly = _own_hours(counts[close], impact.event.hours)
    shares = hourly.div(hourly.sum(axis=1, min_count=24 if hourly.shape[1] == 24 else 1), axis=0)
    skip = pd.DatetimeIndex([pd.Timestamp(effect.day) for effect in impact.days])
    dates = pd.DatetimeIndex(shares.index)
    observed = hourly.to_numpy(dtype=np.float64)
    found: list[HourEffect] = []
    for effect in impact.days:
        day = pd.Timestamp(effect.day)
        near = (dates.dayofweek == day.dayofweek) & ~dates.isin(skip)
        near &= np.abs((dates - day).days.to_numpy()) <= 7 * _WEEKS
        like = shares[near].dropna(how="all").to_numpy(dtype=np.float64)
        at = np.flatnonzero(dates == day)
        if len(like) >= _FEWEST and len(at) and effect.expected > 0:
            hours = [int(hour) for hour in hourly.columns]
            found += _spread_day(effect, hours, observed[at[0]], like)
    return tuple(found)


def _own_hours(counts: pd.DataFrame, hours: tuple[float, float] | None) -> pd.DataFrame:
    """Add up all sensors by day and hour of an event, nights put with the day they start in."""
    if hours is None:
        return town_hours(counts)
    first, end = int(hours[0]), int(np.ceil(hours[1]))
    table = town_hours(counts.assign(start=counts["start"] - pd.Timedelta(hours=first)))
    late = table.columns.to_numpy(dtype=np.int64) + first
    own: pd.DataFrame = table.set_axis(late, axis=1)[late[late < end].tolist()]
    return own


def _spread_day(
    effect: DayEffect, hours: list[int], observed: Floats, shares: Floats
) -> list[HourEffect]:
    """Give each hour its usual share of the expected day."""
    of_day = np.log((1 + effect.high) / (1 + max(effect.low, 0.0))) / 2
    rows = []
    for index, hour in enumerate(hours):
        known = shares[:, index][~np.isnan(shares[:, index])]
        if not len(known):
            continue
        expected = effect.expected * float(np.median(known))
        of_hour = _NORMAL * float(np.log(known + 1e-4).std())
        half = float(np.exp(np.hypot(of_day, of_hour)))
        rows.append(
            HourEffect(
                effect.day, hour, effect.period, float(observed[index]), expected,
                expected / half, expected * half,
            )
        )  # fmt: skip
    return rows


def town_hours(counts: pd.DataFrame) -> pd.DataFrame:
    """Add up all sensors by local day (rows) and hour (columns); missing where one is missing.

    Hours that some sensor never reports are left out.
    """
    hourly = hourly_counts(counts)
    sensors = hourly["sensor_id"].nunique()
    table = hourly.groupby(["date", "hour"])["count"].sum(min_count=sensors).unstack()
    return table.dropna(axis=1, how="all")


def hourly_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Add up the periods of each local hour; an hour with a missing period is missing.

    Returns
    -------
    pandas.DataFrame
        ``sensor_id``, ``date``, ``hour``, ``count``, ``weekday`` (0 for Monday).
    """
    wall = counts["start"].dt.tz_localize(None)
    table = pd.DataFrame(
        {"sensor_id": counts["sensor_id"], "date": wall.dt.normalize(), "hour": wall.dt.hour,
         "count": counts["count"].where(counts["count"].notna(), np.inf)}
    )  # fmt: skip
    hourly = table.groupby(["sensor_id", "date", "hour"])["count"].sum().reset_index()
    hourly["count"] = hourly["count"].where(np.isfinite(hourly["count"]))
    hourly["weekday"] = hourly["date"].dt.dayofweek
    return hourly
