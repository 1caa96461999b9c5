"""Counts of one sensor on a regular grid of its own step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Grid:
    """One sensor, every period from its first to its last.

    Parameters
    ----------
    sensor_id : str
        Sensor.
    times : pandas.DatetimeIndex
        Start of each period, in the city's zone; regular in UTC.
    counts : array of float, shape (n,)
        Counts, NaN where missing or where the same period was given twice with other counts.
    minutes : int
        Length of a period.
    twice : array of int
        Positions given more than once.
    """

    sensor_id: str
    times: pd.DatetimeIndex
    counts: Floats
    minutes: int
    twice: Ints

    @property
    def per_day(self) -> int:
        """Periods in an ordinary day."""
        return max(1440 // self.minutes, 1)

    @property
    def slot(self) -> Ints:
        """Period of the local day, 0 at midnight."""
        minute = self.times.hour.to_numpy() * 60 + self.times.minute.to_numpy()
        slot: Ints = (minute // self.minutes).astype(np.int64)
        return slot


def grids(counts: pd.DataFrame) -> Iterator[Grid]:
    """Lay the counts of each sensor on its grid, in the order of the identifiers.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``sensor_id``, ``start`` (with a time zone), ``duration_minutes``, ``count``.

    Raises
    ------
    ValueError
        If ``start`` has no time zone, or a sensor's periods differ in length.
    """
    zone = counts["start"].dt.tz
    if zone is None:
        raise ValueError("counts.start has no time zone")
    for sensor_id, rows in counts.groupby("sensor_id", sort=True, observed=True):
        steps = rows["duration_minutes"].unique()
        if len(steps) != 1:
            raise ValueError(
                f"sensor {sensor_id} mixes periods of {sorted(steps.tolist())} minutes"
            )
        minutes = int(steps[0])
        yield _lay(str(sensor_id), rows, minutes, zone)


def _lay(sensor_id: str, rows: pd.DataFrame, minutes: int, zone: tzinfo) -> Grid:
    if minutes >= 1440:
        return _lay_days(sensor_id, rows, minutes, zone)
    instants = rows["start"].to_numpy(dtype="datetime64[s]").astype(np.int64) // (60 * minutes)
    first = int(instants.min())
    position = instants - first
    counts, twice = _place(position, rows["count"].to_numpy(dtype=np.float64))
    begin = pd.Timestamp(first * 60 * minutes, unit="s", tz="UTC")
    times = pd.date_range(begin, periods=len(counts), freq=f"{minutes}min").tz_convert(zone)
    return Grid(sensor_id, times, counts, minutes, twice)


def _lay_days(sensor_id: str, rows: pd.DataFrame, minutes: int, zone: tzinfo) -> Grid:
    """Lay daily counts by local date: a day may last 23 or 25 hours."""
    dates = pd.DatetimeIndex(rows["start"].dt.tz_localize(None)).normalize()
    position = (dates - dates.min()).days.to_numpy(dtype=np.int64)
    counts, twice = _place(position, rows["count"].to_numpy(dtype=np.float64))
    times = pd.date_range(dates.min(), periods=len(counts), freq="D").tz_localize(
        zone, ambiguous=False, nonexistent="shift_forward"
    )
    return Grid(sensor_id, times, counts, minutes, twice)


def _place(position: Ints, values: Floats) -> tuple[Floats, Ints]:
    """Put values at their position; a position with two different values is left missing."""
    size = int(position.max()) + 1
    seen = np.bincount(position, minlength=size)
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    known = ~np.isnan(values)
    np.minimum.at(low, position[known], values[known])
    np.maximum.at(high, position[known], values[known])
    return np.where(low == high, low, np.nan), np.flatnonzero(seen > 1).astype(np.int64)


def runs(flag: Bools) -> list[tuple[int, int]]:
    """Return the stretches where ``flag`` holds, as (first, end excluded)."""
    edge = np.flatnonzero(np.diff(np.concatenate([[0], flag.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edge[::2], edge[1::2], strict=True)]
