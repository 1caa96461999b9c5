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
    """Return healthy passages by local day (rows) and sensor; empty without counts.

    Every crossing needs it of the same counts and it takes longer than they do: who asks several
    hands it over to each as ``passages``.
    """
    if counts is None or counts.empty or not bool(counts["count"].notna().any()):
        return pd.DataFrame()
    return daily_counts(healthy_counts(counts, check_health(counts))).panel


def passages_of(counts: pd.DataFrame | None, passages: pd.DataFrame | None) -> pd.DataFrame:
    """Return the passages by day that the caller has, else those of the counts (:func:`daily`)."""
    return daily(counts) if passages is None else passages


def yearly_change(
    panel: pd.DataFrame, before: date, after: date, breaks: Mapping[str, Sequence[pd.Timestamp]]
) -> pd.Series:
    """Return the change of footfall from the year before one wave to that before the next.

    Parameters
    ----------
    panel : pandas.DataFrame
        Passages by day and sensor.
    before, after : date
        Days of two waves.
    breaks : mapping
        Days on which each sensor changed level for no declared reason: a sensor that was moved
        tells nothing of its street.

    Returns
    -------
    pandas.Series
        Change of the logarithm by sensor, over the weeks of the year that both years have; NaN
        with fewer than :data:`FEWEST_WEEKS`, or where the sensor changed level.
    """
    weeks = [_weeks(panel, day) for day in (before, after)]
    both = weeks[0].notna() & weeks[1].notna()
    sums = [week.where(both).sum() for week in weeks]
    known = (both.sum() >= FEWEST_WEEKS) & (sums[0] > 0) & (sums[1] > 0)
    change: pd.Series = np.log(sums[1].where(known)) - np.log(sums[0].where(known))
    first = pd.Timestamp(before) - pd.Timedelta(weeks=WINDOW_WEEKS)
    moved = [
        name
        for name in panel.columns
        if any(first < day < pd.Timestamp(after) for day in breaks.get(str(name), ()))
    ]
    change[moved] = np.nan
    return change


def quiet(values: pd.Series, events: pd.DataFrame | None) -> pd.Series:
    """Return the days of a sensor without those of an event, which are set to NaN."""
    if events is None or values.name not in events:
        return values
    busy = events[values.name].reindex(values.index, fill_value=False).astype(bool)
    return pd.Series(values.mask(busy))


def _weeks(panel: pd.DataFrame, end: date) -> pd.DataFrame:
    """Return the mean day of each of the 52 weeks before a day, NaN where too few are whole."""
    days = pd.date_range(end=pd.Timestamp(end) - pd.Timedelta(days=1), periods=7 * WINDOW_WEEKS)
    window = panel.reindex(days)
    number = np.arange(len(days)) // 7
    whole = window.notna().groupby(number).sum() >= FEWEST_DAYS
    return window.groupby(number).mean().where(whole)


def broken(values: pd.Series, declared: Sequence[pd.Timestamp] = ()) -> list[pd.Timestamp]:
    """Return the days on which a sensor changes level for no declared reason.

    Parameters
    ----------
    values : pandas.Series
        Passages by day, days of events set aside.
    declared : sequence of Timestamp
        Days of declared works: a break near one is their effect.
    """
    at = level_breaks(np.asarray(values.to_numpy(), dtype=np.float64))
    days = [pd.Timestamp(values.index[position]) for position in at]
    return [day for day in days if all(abs((day - work).days) > DECLARED_DAYS for work in declared)]
