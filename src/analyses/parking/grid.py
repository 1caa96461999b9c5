"""Regular grid of time slots in local time, exact on the days when the clock changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Seconds = NDArray[np.int64]
"""Instants in whole seconds since 1970-01-01 UTC."""

MISSING = np.iinfo(np.int64).min
"""Instant that stands for an unknown time in :data:`Seconds`."""

_MISSING_SECOND = np.datetime64("NaT", "s").astype(np.int64)


@dataclass(frozen=True)
class Grid:
    """Slots of equal length that cover whole local days.

    Parameters
    ----------
    start : pandas.Timestamp
        First edge, tz-aware, a local midnight.
    slots : int
        Number of slots.
    step : int
        Length of a slot in seconds; divides 3600.

    Notes
    -----
    The edges are equally spaced in absolute time, so a spring day of 23 hours has 23 hourly slots
    and an autumn day of 25 hours has 25.
    """

    start: pd.Timestamp
    slots: int
    step: int

    @property
    def origin(self) -> int:
        """First edge, seconds since 1970 UTC."""
        return int(self.start.timestamp())

    @property
    def end(self) -> int:
        """Last edge, seconds since 1970 UTC."""
        return self.origin + self.slots * self.step

    @property
    def local(self) -> pd.DatetimeIndex:
        """Start of each slot in local time, shape (slots,)."""
        edges = self.origin + self.step * np.arange(self.slots, dtype=np.int64)
        utc = pd.DatetimeIndex(edges.astype("datetime64[s]")).tz_localize("UTC")
        return utc.tz_convert(self.start.tz)

    @property
    def days(self) -> pd.DatetimeIndex:
        """Local days covered, as naive midnights, in order."""
        return pd.DatetimeIndex(self.local.tz_localize(None).normalize().unique())

    @property
    def day_of_slot(self) -> NDArray[np.int64]:
        """Position in :attr:`days` of each slot, shape (slots,)."""
        codes, _ = pd.factorize(self.local.tz_localize(None).normalize())
        return codes.astype(np.int64)


def make_grid(first: date, last: date, tz: str, step: int = 3600) -> Grid:
    """Return the grid of the local days ``first`` to ``last`` (both included).

    Parameters
    ----------
    first, last : datetime.date
        First and last local day.
    tz : str
        Name of the time zone, for instance ``Europe/Paris``.
    step : int
        Slot length in seconds, a divisor of 3600.

    Raises
    ------
    ValueError
        If ``last`` precedes ``first`` or ``step`` does not divide an hour.
    """
    if last < first:
        raise ValueError(f"the last day {last} precedes the first day {first}")
    if step <= 0 or 3600 % step:
        raise ValueError(f"a slot of {step} s does not divide an hour")
    start = pd.Timestamp(first).tz_localize(tz)
    end = (pd.Timestamp(last) + pd.Timedelta(days=1)).tz_localize(tz)
    return Grid(start, int((end - start).total_seconds()) // step, step)


def grid_of(moments: pd.Series, tz: str, step: int = 3600) -> Grid:
    """Return the grid of the local days that hold all of ``moments`` (tz-aware, no missing)."""
    local = moments.dt.tz_convert(tz)
    return make_grid(local.min().date(), local.max().date(), tz, step)


def seconds(moments: pd.Series, name: str = "time") -> Seconds:
    """Return tz-aware instants as whole seconds since 1970 UTC.

    Parameters
    ----------
    moments : pandas.Series
        tz-aware datetimes; missing ones become :data:`MISSING`.
    name : str
        Column name for the message.

    Raises
    ------
    ValueError
        If the datetimes carry no time zone: a local clock time is ambiguous once a year.
    """
    if getattr(moments.dt, "tz", None) is None:
        raise ValueError(f"column {name!r} needs a time zone")
    naive = moments.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    whole = naive.astype("datetime64[s]").astype(np.int64)
    return np.where(whole == _MISSING_SECOND, MISSING, whole)


@dataclass(frozen=True)
class Window:
    """Hours of some weekdays during which parking is regulated.

    Parameters
    ----------
    weekdays : frozenset of int
        0 for Monday … 6 for Sunday.
    opens, closes : datetime.time
        Local clock times; ``closes`` at 00:00 means midnight at the end of the day.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time

    @property
    def minutes(self) -> tuple[int, int]:
        """Opening and closing in minutes after local midnight."""
        opens = self.opens.hour * 60 + self.opens.minute
        closes = self.closes.hour * 60 + self.closes.minute
        return opens, closes or 24 * 60


@dataclass(frozen=True)
class Regulation:
    """Regulated hours of a zone or meter: windows of the week, less the days off.

    Parameters
    ----------
    windows : tuple of Window
        Windows of the week; they may touch but add nothing where they overlap.
    days_off : frozenset of datetime.date
        Days on which nothing is regulated (public holidays, free weeks).
    """

    windows: tuple[Window, ...]
    days_off: frozenset[date] = field(default_factory=frozenset)


def always() -> Regulation:
    """Return the regulation that holds at every hour of every day."""
    return Regulation((Window(frozenset(range(7)), time(0), time(0)),))


def regulated_slots(grid: Grid, regulation: Regulation) -> NDArray[np.bool_]:
    """Return which slots of ``grid`` are regulated, shape (slots,).

    Raises
    ------
    ValueError
        If a window opens or closes inside a slot: take a finer grid.
    """
    local = grid.local
    minute = (local.hour * 60 + local.minute).to_numpy()
    weekday = local.dayofweek.to_numpy()
    width = grid.step // 60
    inside = np.zeros(grid.slots, dtype=bool)
    for window in regulation.windows:
        opens, closes = window.minutes
        if (opens * 60) % grid.step or (closes * 60) % grid.step:
            raise ValueError(
                f"regulated hours {window.opens:%H:%M}-{window.closes:%H:%M} cut a slot of "
                f"{width} min: take a step that divides them"
            )
        on = np.isin(weekday, sorted(window.weekdays))
        inside |= on & (minute >= opens) & (minute + width <= closes)
    return inside & ~_off(grid, regulation.days_off)


def _off(grid: Grid, days: Iterable[date]) -> NDArray[np.bool_]:
    off = pd.DatetimeIndex(sorted(pd.Timestamp(day) for day in days))
    return np.asarray(grid.days.isin(off))[grid.day_of_slot]
