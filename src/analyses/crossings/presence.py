"""Footfall by sensor and year of survey: what passed in the year before each wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from analyses.footfall.breaks import level_breaks
from analyses.footfall.health import check_health, healthy_counts
from analyses.footfall.series import daily_counts

WINDOW_WEEKS = 52
FEWEST_WEEKS = 40
"""Weeks that both years must have, of 52, for their change to be told."""
FEWEST_DAYS = 5
"""Complete days that a week must have."""
DECLARED_DAYS = 45
"""A break of level that close to a declared work is its effect, not a fault of the sensor."""


def daily(counts: pd.DataFrame | None) -> pd.DataFrame:
    """Return healthy passages by local day (rows) and sensor; empty without counts."""
    if counts is None or counts.empty or not bool(counts["count"].notna().any()):
        return pd.DataFrame()
    return daily_counts(healthy_counts(counts, check_health(counts))).panel


def yearly_change(
    panel: pd.DataFrame,
    before: date,
    after: date,
    declared: Mapping[str, Sequence[pd.Timestamp]],
    events: pd.DataFrame | None = None,
) -> pd.Series:
    """Return the change of footfall from the year before one wave to that before the next.

    Parameters
    ----------
    panel : pandas.DataFrame
        Passages by day and sensor.
    before, after : date
        Days of two waves.
    declared : mapping
        Days of declared works by sensor: a break of level there is kept, any other makes the
        change unknown, as a sensor that was moved tells nothing of its street.
    events : pandas.DataFrame, optional
        Whether each day holds an event at each sensor: an event is no break of level.

    Returns
    -------
    pandas.Series
        Change of the logarithm by sensor, over the weeks of the year that both years have; NaN
        with fewer than :data:`FEWEST_WEEKS`.
    """
    weeks = [_weeks(panel, day) for day in (before, after)]
    both = weeks[0].notna() & weeks[1].notna()
    sums = [week.where(both).sum() for week in weeks]
    known = (both.sum() >= FEWEST_WEEKS) & (sums[0] > 0) & (sums[1] > 0)
    change = np.log(sums[1].where(known)) - np.log(sums[0].where(known))
    first = pd.Timestamp(before) - pd.Timedelta(weeks=WINDOW_WEEKS)
    for name in panel.columns:
        values = quiet(panel[name], events)
        if broken(values, first, pd.Timestamp(after), declared.get(str(name), ())):
            change[name] = np.nan
    return change


def quiet(values: pd.Series, events: pd.DataFrame | None) -> pd.Series:
    """Return the days of a sensor without those of an event, which are set to NaN."""
    if events is None or values.name not in events:
        return values
    busy = events[values.name].reindex(values.index, fill_value=False).astype(bool)
    calm: pd.Series = values.mask(busy)
    return calm


def _weeks(panel: pd.DataFrame, end: date) -> pd.DataFrame:
    """Return the mean day of each of the 52 weeks before a day, NaN where too few are whole."""
    days = pd.date_range(end=pd.Timestamp(end) - pd.Timedelta(days=1), periods=7 * WINDOW_WEEKS)
    window = panel.reindex(days)
    number = np.arange(len(days)) // 7
    whole = window.notna().groupby(number).sum() >= FEWEST_DAYS
    return window.groupby(number).mean().where(whole)


def broken(
    values: pd.Series, first: pd.Timestamp, last: pd.Timestamp, declared: Sequence[pd.Timestamp]
) -> bool:
    """Whether a sensor changes level between two days for no declared reason."""
    at = level_breaks(np.asarray(values.to_numpy(), dtype=np.float64))
    days = [pd.Timestamp(values.index[position]) for position in at]
    return any(
        first < day < last and all(abs((day - work).days) > DECLARED_DAYS for work in declared)
        for day in days
    )
