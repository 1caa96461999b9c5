"""What the counts themselves say of the clock that dated them.

People keep local hours, so three faults of a clock can be seen without being told: a clock that
does
not change with summer time moves the daily profile by one hour on the day of the change; a local
clock skips an hour in spring and doubles one in autumn; a *trading day*, whose first hours belong
to
the next calendar day, breaks the continuity of midnight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analyses.sources.clock import Floats, Instants, Ints

Kind = Literal["local", "fixed", "unknown"]

WINDOW_DAYS, FEWEST_DAYS = 28, 14
"""Days compared on each side of a change of clocks, and the fewest needed."""
MORNING = (3, 13)
"""Hours of the day compared: mornings follow the clock, evenings follow the daylight."""
COMPARABLE = 3.0
"""How many times the volume may change across a change of clocks for a sensor to testify."""
CLEAR = 2.0
"""How many times better one reading of the clock must be than the other to be retained."""
FEWEST_MIDNIGHTS = 60
"""Midnights needed to tell a trading day from a calendar day."""
CONTINUITY_GAP = 0.1
"""Gap of correlation across midnight from which the days are trading days."""


@dataclass(frozen=True, slots=True)
class ClockEvidence:
    """What the counts say of a clock.

    Parameters
    ----------
    kind : str
        ``local`` (it follows the city's changes of clocks), ``fixed`` (it does not: UTC or standard
        time all year), ``unknown``.
    by : str
        ``hours`` (skipped and doubled hours), ``profile`` (daily rhythm), or empty.
    changes : int
        Changes of clocks that the data covers.
    ratio : float
        Misfit of the profile read as fixed over its misfit read as local: under 1 speaks for a
        fixed clock. NaN without profile.
    """

    kind: Kind
    by: str
    changes: int
    ratio: float


def clock_evidence(clock: Instants, count: Floats, sensor: Ints, zone: ZoneInfo) -> ClockEvidence:
    """Tell whether a clock without offset follows the city's changes of clocks.

    Parameters
    ----------
    clock : array of datetime64[ns]
        Clock readings, steps of an hour or less.
    count : array of float
        Counts, NaN where missing.
    sensor : array of int
        Code of each row's sensor.
    zone : ZoneInfo
        The city's zone.
    """
    use = ~np.isnat(clock) & ~np.isnan(count)
    frame = pd.DataFrame({"clock": clock[use], "count": count[use], "sensor": sensor[use]})
    if frame.empty:
        return ClockEvidence("unknown", "", 0, np.nan)
    changes = [
        (at, forward)
        for at, forward in clock_changes(frame["clock"].min(), frame["clock"].max(), zone)
    ]
    kinds = {_by_hours(frame, at, forward) for at, forward in changes} - {"unknown"}
    ratio = _profile_ratio(frame, changes)
    if kinds == {"local"} and not ratio < 1 / CLEAR:
        return ClockEvidence("local", "hours", len(changes), ratio)
    if ratio > CLEAR and kinds != {"fixed"}:
        return ClockEvidence("local", "profile", len(changes), ratio)
    if ratio < 1 / CLEAR and kinds != {"local"}:
        return ClockEvidence("fixed", "profile", len(changes), ratio)
    return ClockEvidence("unknown", "", len(changes), ratio)


def clock_changes(
    start: pd.Timestamp, end: pd.Timestamp, zone: ZoneInfo
) -> list[tuple[pd.Timestamp, bool]]:
    """Return the changes of clocks between two days: local day, whether clocks go forward."""
    days = pd.date_range(start.normalize(), end.normalize() + pd.Timedelta(days=1), freq="D")
    noon = (days + pd.Timedelta(hours=12)).tz_localize(zone.key)
    ahead = noon.tz_localize(None).to_numpy() - noon.tz_convert(None).to_numpy()
    moved = np.flatnonzero(np.diff(ahead)).tolist()
    return [(days[i + 1], bool(ahead[i + 1] > ahead[i])) for i in moved]


def trading_day_start(day: Instants, hour: Ints, count: Floats, sensor: Ints) -> int:
    """Return the hour at which the file's days begin: 0 for calendar days.

    Where days are trading days beginning at ``b``, the hours before ``b`` written under day ``d``
    happened on day ``d + 1``: midnight is then continuous with 23:00 of the *same* written day.
    The counts are compared by correlation, each hour against its neighbour under both readings.

    Parameters
    ----------
    day : array of datetime64[ns]
        Written days.
    hour : array of int
        Written hours, 0 to 23.
    count, sensor : arrays
        Counts and codes of sensors.
    """
    table = (
        pd.DataFrame({"sensor": sensor, "day": day, "hour": hour, "log": np.log1p(count)})
        .dropna()
        .groupby(["sensor", "day", "hour"])["log"]
        .mean()
        .unstack("hour")
        .reindex(columns=range(24))
    )
    by_day = [part.droplevel(0).asfreq("D") for _, part in table.groupby(level=0)]
    same = _continuity(by_day, 23, 0, 0)
    next_ = _continuity(by_day, 23, 0, 1)
    if np.isnan(same) or np.isnan(next_) or same - next_ < CONTINUITY_GAP:
        return 0
    gaps = [
        _continuity(by_day, hour_ - 1, hour_, 1) - _continuity(by_day, hour_ - 1, hour_, 0)
        for hour_ in range(1, 13)
    ]
    best = int(np.nanargmax(gaps))  # trading days must begin somewhere: one pair of hours parts
    return best + 1 if gaps[best] > 0 else 0


def _continuity(by_day: list[pd.DataFrame], before: int, after: int, lag: int) -> float:
    """Return the mean correlation of two hours, the second ``lag`` written days later."""
    values = []
    for part in by_day:
        pair = pd.DataFrame({"a": part[before], "b": part[after].shift(-lag)}).dropna()
        if len(pair) >= FEWEST_MIDNIGHTS and pair["a"].std() > 0 and pair["b"].std() > 0:
            values.append(float(np.corrcoef(pair["a"], pair["b"])[0, 1]))
    return float(np.mean(values)) if values else np.nan


def _by_hours(frame: pd.DataFrame, day: pd.Timestamp, forward: bool) -> Kind:
    """Tell a local clock by the hour that it skips or doubles on the night of a change."""
    night = frame[(frame["clock"] >= day) & (frame["clock"] < day + pd.Timedelta(hours=6))]
    hourly = night.groupby(["sensor", night["clock"].dt.hour]).size().unstack(fill_value=0)
    if hourly.empty or hourly.shape[1] < (5 if forward else 6):
        return "unknown"
    usual = float(np.median(hourly.to_numpy()))
    if usual < 1:
        return "unknown"
    if forward:
        absent = [hour for hour in range(6) if hour not in hourly or (hourly[hour] == 0).all()]
        return "local" if len(absent) == 1 and 1 <= absent[0] <= 3 else "unknown"
    twice = [
        hour for hour in range(6) if hour in hourly and (hourly[hour] == 2 * usual).mean() > 0.5
    ]
    return "local" if len(twice) == 1 and 1 <= twice[0] <= 3 else "unknown"


def _profile_ratio(frame: pd.DataFrame, changes: list[tuple[pd.Timestamp, bool]]) -> float:
    """Return the misfit of mornings across changes, fixed clock over local clock.

    One ratio a sensor and change, then their median: a sensor that broke down around one change
    of clocks does not decide for the others.
    """
    steps = frame.groupby("sensor")["clock"].diff().dt.total_seconds()
    usual = float(steps[steps > 0].median())
    if np.isnan(usual) or usual > 3600:
        return np.nan
    slots = int(86400 / usual)
    morning = slice(slots * MORNING[0] // 24, slots * MORNING[1] // 24)
    width = pd.Timedelta(days=WINDOW_DAYS)
    logs: list[float] = []
    for day, forward in changes:
        next_ = day + pd.Timedelta(days=1)
        before = _profiles(frame[frame["clock"].between(day - width, day, "left")], slots)
        after = _profiles(frame[frame["clock"].between(next_, next_ + width, "left")], slots)
        for code in before.index.intersection(after.index):
            left, right = before.loc[code].to_numpy(), after.loc[code].to_numpy()
            if not 1 / COMPARABLE < right.sum() / left.sum() < COMPARABLE:
                continue
            old, new = np.sqrt(left / left.sum()), np.sqrt(right / right.sum())
            rolled = np.roll(new, slots // 24 * (1 if forward else -1))
            local = float(((old - new)[morning] ** 2).sum())
            fixed = float(((old - rolled)[morning] ** 2).sum())
            if local > 0 and fixed > 0:
                logs.append(float(np.log(fixed / local)))
    return float(np.exp(np.median(logs))) if logs else np.nan


def _profiles(part: pd.DataFrame, slots: int) -> pd.DataFrame:
    """Return the median count of each slot of the day, one row a sensor seen on enough days."""
    day, clock = part["clock"].dt.normalize(), part["clock"].dt
    slot = ((clock.hour * 60 + clock.minute) * slots // 1440).rename("slot")
    medians = part.groupby(["sensor", slot])["count"].median().unstack(fill_value=0)
    medians = medians.reindex(columns=range(slots), fill_value=0.0).astype("float64")
    seen = day.groupby(part["sensor"]).nunique().reindex(medians.index)
    enough: pd.DataFrame = medians[(seen >= FEWEST_DAYS) & (medians.sum(axis=1) > 0)]
    return enough
