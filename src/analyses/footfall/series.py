"""From healthy counts to the daily panel that the baseline reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Bools, Floats
from analyses.footfall.grid import Grid, grids

MOST_IMPUTED = 0.10
"""Largest share of a day's usual passages that may be imputed; beyond it the day is missing."""

_RARE = 0.2


@dataclass(frozen=True, slots=True)
class Daily:
    """Counts by local day.

    Parameters
    ----------
    panel : pandas.DataFrame
        One row a local day (naive, consecutive), one column a sensor; NaN where a day is
        incomplete.
    imputed : pandas.DataFrame
        Share of each day's count that was imputed from the usual profile of its weekday (0 to
        :data:`MOST_IMPUTED`), same shape.
    hours : dict of str to tuple of int
        Local hours that make up each sensor's day: hours that the sensor hardly ever reports are
        left out of all its days.
    """

    panel: pd.DataFrame
    imputed: pd.DataFrame
    hours: dict[str, tuple[int, ...]]

    @property
    def imputed_share(self) -> pd.Series[float]:
        """Imputed share of all passages by sensor, percent."""
        passages = self.panel.sum()
        return (100 * (self.panel * self.imputed).sum() / passages.where(passages > 0)).fillna(0.0)


def daily_counts(counts: pd.DataFrame, *, hours: tuple[float, float] | None = None) -> Daily:
    """Sum healthy counts by local day, or over the same hours of every day.

    Parameters
    ----------
    counts : pandas.DataFrame
        As :func:`analyses.footfall.health.healthy_counts` returns them.
    hours : tuple of float, optional
        First and last local hour (excluded) of the sum, widened to whole periods of the sensor;
        beyond 24 for the night that follows, which then belongs to the day that it starts in.
        Sensors whose periods are days are left out.

    Returns
    -------
    Daily
        A day counts when the missing periods usually hold at most :data:`MOST_IMPUTED` of its
        passages; these are then imputed, and counted as such.
    """
    columns: dict[str, pd.Series[float]] = {}
    imputed: dict[str, pd.Series[float]] = {}
    hours_of: dict[str, tuple[int, ...]] = {}
    for grid in grids(counts):
        if hours is not None and grid.minutes >= 1440:
            continue
        total, share, kept = _daily(grid, hours or (0.0, 24.0))
        columns[grid.sensor_id], imputed[grid.sensor_id] = total, share
        hours_of[grid.sensor_id] = kept
    panel = pd.DataFrame(columns)
    if panel.empty:
        return Daily(panel, panel, hours_of)
    days = pd.date_range(panel.index.min(), panel.index.max(), freq="D")
    shares = pd.DataFrame(imputed).reindex(days).fillna(0.0)
    return Daily(panel.reindex(days), shares, hours_of)


def zone_panel(panel: pd.DataFrame, zones: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Add up the sensors of each zone.

    Parameters
    ----------
    panel : pandas.DataFrame
        Daily counts by sensor.
    zones : mapping
        Sensors of each zone.

    Returns
    -------
    pandas.DataFrame
        Daily counts by zone: passages, not people (one person may pass several sensors). A day is
        missing when any of the zone's sensors is.
    """
    return pd.DataFrame(
        {
            zone: panel[list(sensors)].sum(axis=1, min_count=len(sensors))
            for zone, sensors in zones.items()
            if len(sensors)
        },
        index=panel.index,
    )


def _daily(
    grid: Grid, hours: tuple[float, float]
) -> tuple[pd.Series[float], pd.Series[float], tuple[int, ...]]:
    step = grid.minutes
    begin = int(hours[0] * 60) // step * step
    end = -(-round(hours[1] * 60) // step) * step
    local = pd.DatetimeIndex(grid.times.tz_localize(None)) - pd.Timedelta(minutes=begin)
    dates = local.normalize()
    if grid.minutes >= 1440:
        total = pd.Series(grid.counts, index=dates)
        return total, total * 0.0, tuple(range(24))
    known = ~np.isnan(grid.counts)
    hour = grid.times.hour.to_numpy()
    days_known = known.reshape(-1) & _present(dates, known)
    kept = tuple(
        int(h) for h in range(24) if np.mean(known[(hour == h) & days_known] if
        ((hour == h) & days_known).any() else [False]) >= _RARE
    )  # fmt: skip
    minute = local.hour.to_numpy() * 60 + local.minute.to_numpy()
    inside = np.isin(hour, kept) & (minute < end - begin)
    share = _profile_share(grid, dates, inside)
    frame = pd.DataFrame(
        {"count": np.where(inside & known, grid.counts, 0.0),
         "seen": np.where(inside & known, share, 0.0), "all": np.where(inside, share, 0.0)}
    )  # fmt: skip
    by_day = frame.groupby(dates).sum()
    missing = 1 - by_day["seen"] / by_day["all"].where(by_day["all"] > 0)
    missing = missing.clip(lower=0.0).where(_whole(grid, dates))
    total = (by_day["count"] / (1 - missing)).where(missing <= MOST_IMPUTED)
    return total, missing.where(missing > 1e-9, 0.0).where(total.notna(), 0.0), kept


def _present(dates: pd.DatetimeIndex, known: Bools) -> Bools:
    """Whether each period is in a day that has any count at all."""
    some = pd.Series(known).groupby(dates).transform("any")
    return some.to_numpy(dtype=np.bool_)


def _whole(grid: Grid, dates: pd.DatetimeIndex) -> pd.Series[bool]:
    """Whether the grid covers the day: its first and last days may be cut."""
    size = pd.Series(1, index=dates).groupby(level=0).sum()
    return size * grid.minutes >= 0.9 * 1380


def _profile_share(grid: Grid, dates: pd.DatetimeIndex, inside: Bools) -> Floats:
    """Mean count of each period's slot of the week, the weight that a missing period has."""
    slot = dates.dayofweek.to_numpy() * grid.per_day + grid.slot
    usual = pd.Series(np.where(inside, grid.counts, np.nan)).groupby(slot).transform("mean")
    share: Floats = usual.fillna(0.0).to_numpy(dtype=np.float64)
    return share
