"""Clock faults that the counts themselves reveal.

Three faults leave a mark that no one needs to be told of: dates that are trading days (the night's
hours carry the date of the evening before), UTC times read as local ones (the day's profile jumps
by an hour at each change of clocks), and the hour that the change of clocks loses or doubles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Floats

Fault = Literal["trading_day", "utc_unmarked", "dst_hour"]

_LEAST_NIGHT, _LEAST_GAIN, _LEAST_DAYS, _LEAST_LIKENESS = 3.0, 0.04, 60, 0.9


@dataclass(frozen=True, slots=True)
class ClockFault:
    """A fault of the clock of a whole set of sensors.

    Parameters
    ----------
    kind : str
        ``trading_day``, ``utc_unmarked`` or ``dst_hour``.
    value : float
        First hour of the trading day; hours by which the profile jumps; periods lost or doubled.
    when : tuple of pandas.Timestamp
        Changes of clocks that show it (empty for trading days).
    strength : float
        Gain of agreement that the corrected clock brings (correlation), or share of the changes of
        clocks that show the jump.
    """

    kind: Fault
    value: float
    when: tuple[pd.Timestamp, ...]
    strength: float


def trading_day(counts: pd.DataFrame) -> ClockFault | None:
    """Tell whether the hours after midnight carry the date of the evening before.

    The hours up to a cut of 3 to 8 o'clock are moved to the next day; if the evening then agrees
    clearly better with the night that follows, and the night with its own morning, the dates are
    trading days. Agreement is the correlation, over days, of log counts on both sides of midnight
    and of the cut, after removing each hour's mean.

    Parameters
    ----------
    counts : pandas.DataFrame
        As in :func:`analyses.footfall.health.check_health`, read as if dates were calendar days;
        periods of one hour or less.

    Returns
    -------
    ClockFault or None
        ``value`` is the first hour of the trading day.
    """
    table = _hourly(counts)
    if table.shape[0] < _LEAST_DAYS or table.shape[1] < 24:
        return None
    late, early = table[23].to_numpy(dtype=np.float64), table[0].to_numpy(dtype=np.float64)
    midnight = _agree(late, early) - _agree(late[:-1], early[1:])
    if not midnight > _LEAST_GAIN:
        return None
    gains = {}
    for cut in range(3, 9):
        night = table[cut - 1].to_numpy(dtype=np.float64)
        morning = table[cut].to_numpy(dtype=np.float64)
        gains[cut] = _agree(night[:-1], morning[1:]) - _agree(night, morning)
    cut = max(gains, key=lambda hour: (gains[hour], -hour))
    if gains[cut] <= 0:
        return None
    return ClockFault("trading_day", float(cut), (), float(midnight))


def utc_unmarked(counts: pd.DataFrame) -> ClockFault | None:
    """Tell whether the clock ignores the change of clocks that its zone observes.

    Town life follows the local clock. If times are UTC read as local ones, the day's profile comes
    an hour earlier in local reading once clocks go forward, and an hour later once they go back.

    Parameters
    ----------
    counts : pandas.DataFrame
        As in :func:`analyses.footfall.health.check_health`; ``start`` read in the city's zone.

    Returns
    -------
    ClockFault or None
        When at least two thirds of the changes of clocks, and one at least, show the jump.
    """
    zone = counts["start"].dt.tz
    total = counts.groupby("start")["count"].sum().sort_index()
    wall = total.copy()
    wall.index = pd.DatetimeIndex(total.index).tz_localize(None)
    changes = _clock_changes(total.index[0], total.index[-1], zone)
    jumps, shown = [], []
    for instant, hours in changes:
        lag = _profile_lag(wall, instant)
        if lag is None:
            continue
        jumps.append(lag == -hours)
        if lag == -hours:
            shown.append(instant)
    if not jumps or sum(jumps) < max(1, 2 * len(jumps) / 3):
        return None
    return ClockFault("utc_unmarked", 1.0, tuple(shown), sum(jumps) / len(jumps))


def dst_hour(counts: pd.DataFrame) -> ClockFault | None:
    """Tell whether the hour that happens twice in autumn is lost, or given as one doubled count."""
    zone = counts["start"].dt.tz
    present = counts.dropna(subset="count").groupby("start")["count"].sum().sort_index()
    if present.empty:
        return None
    shown = []
    for instant, hours in _clock_changes(present.index[0], present.index[-1], zone):
        if hours > 0:
            continue
        twice = [instant - pd.Timedelta(hours=1), instant]
        if sum(at in present.index for at in twice) == 1:
            shown.append(instant)
    if not shown:
        return None
    return ClockFault("dst_hour", float(len(shown)), tuple(shown), 1.0)


def _hourly(counts: pd.DataFrame) -> pd.DataFrame:
    """Log counts of the whole town by written date (rows) and hour (columns), consecutive days."""
    wall = counts["start"].dt.tz_localize(None)
    sums = counts.groupby([wall.dt.normalize(), wall.dt.hour])["count"].sum(min_count=1)
    table = sums.unstack()
    table.index = pd.DatetimeIndex(table.index)
    table = table.reindex(pd.date_range(table.index[0], table.index[-1], freq="D"))
    if table.max().max() < _LEAST_NIGHT or (table[table.columns[:6]].median() < 1).any():
        return pd.DataFrame()
    return pd.DataFrame(np.log1p(table))


def _agree(one: Floats, other: Floats) -> float:
    """Rank correlation of two hours over days, slow changes of level removed."""
    pair = pd.DataFrame({"one": one, "other": other})
    pair = pair - pair.rolling(29, center=True, min_periods=7).median()
    return float(pair["one"].rank().corr(pair["other"].rank()))


def _clock_changes(
    first: pd.Timestamp, last: pd.Timestamp, zone: tzinfo
) -> list[tuple[pd.Timestamp, int]]:
    """Return the changes of clocks strictly inside a period, with the hours that clocks move."""
    instants = pd.date_range(first.tz_convert("UTC").ceil("h"), last.tz_convert("UTC"), freq="h")
    if len(instants) < 2:
        return []
    local = instants.tz_convert(zone).tz_localize(None)
    ahead = (local - instants.tz_localize(None)).total_seconds().to_numpy() / 3600
    at = np.flatnonzero(np.diff(ahead)) + 1
    return [(instants[int(i)].tz_convert(zone), round(ahead[i] - ahead[i - 1])) for i in at]


def _profile_lag(wall: pd.Series, instant: pd.Timestamp) -> int | None:
    """Return the hours by which the daily profile moves at a change of clocks.

    The three weeks before are compared with the three after; None when they are too unlike.
    """
    at = instant.tz_localize(None).normalize()
    before = _profile(wall[at - pd.Timedelta(days=22) : at - pd.Timedelta(days=1)])
    after = _profile(wall[at + pd.Timedelta(days=1) : at + pd.Timedelta(days=22)])
    if before is None or after is None:
        return None
    fit = {lag: float(np.corrcoef(np.roll(before, lag), after)[0, 1]) for lag in (-1, 0, 1)}
    best = max(fit, key=lambda lag: (fit[lag], lag == 0))
    return best if fit[best] >= _LEAST_LIKENESS else None


def _profile(wall: pd.Series) -> Floats | None:
    """Root of the median count by hour of weekdays; None where it tells nothing."""
    index = pd.DatetimeIndex(wall.index)
    by_hour = wall[index.dayofweek < 5].groupby(index[index.dayofweek < 5].hour).median()
    if len(by_hour) < 24 or by_hour.isna().any() or by_hour.nunique() < 6:
        return None
    profile: Floats = np.sqrt(by_hour.to_numpy(dtype=np.float64))
    return profile
