"""Exact space-time by zone and slot, from intervals added in any number of batches.

The number of vehicles present, N(t), is a step function. Its integral over a slot is exact when
each arrival adds, to its own slot, the time that is left in it, and a full slot to every later one
(and each departure takes the same away): two difference arrays and one cumulative sum, in time
proportional to rows + zones × slots. Nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyses.parking.arrays import Bools, Codes, Floats
from analyses.parking.grid import MISSING, Grid, Seconds


@dataclass(frozen=True)
class SpaceTime:
    """Space-time taken by intervals, by zone and slot.

    Parameters
    ----------
    grid : Grid
        Time slots.
    zones : tuple of str
        Zones, in the order of the rows.
    occupied : numpy.ndarray
        Space-seconds taken, shape (zones, slots); exact (whole seconds).
    arrivals, departures : numpy.ndarray
        Weight of the intervals that begin or end inside each slot, shape (zones, slots).
    intervals : int
        Intervals that overlap the grid.
    outside, reversed, open : int
        Intervals left out because they miss the grid or end before they begin, and intervals
        without an end, kept until the end of the grid.
    """

    grid: Grid
    zones: tuple[str, ...]
    occupied: Floats
    arrivals: Floats
    departures: Floats
    intervals: int
    outside: int
    reversed: int
    open: int


class Accumulator:
    """Adds intervals batch by batch and ends in an exact :class:`SpaceTime`.

    Parameters
    ----------
    grid : Grid
        Time slots.
    zones : sequence of str
        Zones; a batch names them by position.

    Notes
    -----
    Memory is three arrays of zones × (slots + 1) numbers, whatever the number of intervals.
    """

    def __init__(self, grid: Grid, zones: Sequence[str]) -> None:
        self.grid = grid
        self.zones = tuple(zones)
        self._width = grid.slots + 1
        size = len(self.zones) * self._width
        self._begun = np.zeros(size)
        self._ended = np.zeros(size)
        self._part = np.zeros(size)
        self._counts = {"intervals": 0, "outside": 0, "reversed": 0, "open": 0}
        self._before = np.zeros(len(self.zones))

    def add(
        self,
        arrivals: Seconds,
        departures: Seconds,
        zones: Codes,
        weights: Floats | None = None,
    ) -> None:
        """Add a batch of intervals [arrival, departure).

        Parameters
        ----------
        arrivals, departures : numpy.ndarray
            Seconds since 1970 UTC (:func:`analyses.parking.grid.seconds`), shape (n,). A departure
            may be missing (still parked).
        zones : numpy.ndarray
            Position of each interval's zone, shape (n,).
        weights : numpy.ndarray, optional
            Spaces that each interval takes; 1 by default.

        Raises
        ------
        ValueError
            If the arrays differ in length, an arrival is missing or a zone is unknown.
        """
        if not len(arrivals) == len(departures) == len(zones):
            raise ValueError("arrivals, departures and zones differ in length")
        if not len(arrivals):
            return
        if arrivals.min() == MISSING:
            raise ValueError("an interval without an arrival has no place in time")
        if zones.min() < 0 or zones.max() >= len(self.zones):
            raise ValueError("an interval names a zone outside the list")
        kept = self._keep(arrivals, departures)
        if kept is not None:
            arrivals, departures, zones = arrivals[kept], departures[kept], zones[kept]
            weights = None if weights is None else weights[kept]
        departures = np.where(departures == MISSING, self.grid.end, departures)
        self._counts["intervals"] += len(arrivals)
        self._edge(self._begun, 1.0, arrivals, zones, weights)
        self._edge(self._ended, -1.0, departures, zones, weights)

    def _keep(self, arrivals: Seconds, departures: Seconds) -> Bools | None:
        """Count what is left out; None if every interval of the batch is kept."""
        still = departures == MISSING
        wrong = (departures < arrivals) & ~still
        missed = (arrivals >= self.grid.end) | ((departures <= self.grid.origin) & ~still)
        missed &= ~wrong
        self._counts["open"] += int((still & ~missed).sum())
        self._counts["reversed"] += int(wrong.sum())
        self._counts["outside"] += int(missed.sum())
        drop = wrong | missed
        return ~drop if drop.any() else None

    def _edge(
        self, edges: Floats, sign: float, moments: Seconds, zones: Codes, weights: Floats | None
    ) -> None:
        grid = self.grid
        inside = np.clip(moments - grid.origin, 0, grid.slots * grid.step)
        slot = inside // grid.step
        rest = ((slot + 1) * grid.step - inside).astype(float)
        where = zones * self._width + slot
        np.add.at(edges, where, 1.0 if weights is None else weights)
        np.add.at(self._part, where, sign * (rest if weights is None else rest * weights))
        if sign > 0:
            early = moments < grid.origin
            if early.any():
                weight = np.ones(int(early.sum())) if weights is None else weights[early]
                np.add.at(self._before, zones[early], weight)

    def result(self) -> SpaceTime:
        """Return the space-time of everything added so far."""
        shape = (len(self.zones), self._width)
        begun, ended = self._begun.reshape(shape), self._ended.reshape(shape)
        present = np.zeros(shape)
        np.cumsum((begun - ended)[:, :-1], axis=1, out=present[:, 1:])
        present *= self.grid.step
        present += self._part.reshape(shape)
        arrivals = begun[:, :-1].copy()
        arrivals[:, 0] -= self._before
        return SpaceTime(
            self.grid, self.zones, present[:, :-1], arrivals, ended[:, :-1].copy(), **self._counts
        )


def space_time(
    grid: Grid,
    zones: Sequence[str],
    arrivals: Seconds,
    departures: Seconds,
    codes: Codes,
    weights: Floats | None = None,
) -> SpaceTime:
    """Return the space-time of one batch; see :class:`Accumulator`."""
    accumulator = Accumulator(grid, zones)
    accumulator.add(arrivals, departures, codes, weights)
    return accumulator.result()
