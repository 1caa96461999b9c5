"""Rotation: vehicles parked per space over the regulated day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyses.parking.arrays import Bools, Codes, Floats, positions, tally
from analyses.parking.clusters import day_ratio, weekday_strata
from analyses.parking.grid import MISSING, Grid, seconds
from analyses.results import Estimate


@dataclass(frozen=True)
class Rotation:
    """Vehicles per space and day.

    Parameters
    ----------
    rate : Estimate
        Vehicles per space and day; ``n`` is the number of days.
    seen_arrivals : Estimate
        The same, counting only the stays whose arrival was seen: a lower bound that no gap in the
        observation can inflate.
    stays : int
        Stays counted, each once.
    left_share, right_share : float
        Share of them whose arrival or departure was not seen.
    quiet_days : int
        Days with spaces on offer and not one stay (closed, or a dead feed that looks closed).
    """

    rate: Estimate
    seen_arrivals: Estimate
    stays: int
    left_share: float
    right_share: float
    quiet_days: int


def space_days(offer: Floats, grid: Grid, *, at_least: float = 0.0) -> Floats:
    """Return the spaces on offer each day, mean over the day's offered slots.

    Parameters
    ----------
    offer : numpy.ndarray
        Space-seconds offered, shape (zones, slots), 0 outside regulated hours.
    grid : Grid
        Time slots.
    at_least : float
        Shortest offered time, in hours, for a day to count (a day half watched sees half of the
        vehicles).

    Returns
    -------
    numpy.ndarray
        Spaces, shape (zones, days); 0 on days without offer.
    """
    day, days = grid.day_of_slot, len(grid.days)
    total = np.stack([tally(day, days, row) for row in offer])
    slots = np.stack([tally(day, days, row > 0) for row in offer])
    mean = np.divide(total, slots * grid.step, out=np.zeros_like(total), where=slots > 0)
    return np.where(slots * grid.step >= at_least * 3600, mean, 0.0)


def rotation(
    stays: pd.DataFrame,
    spaces: Floats,
    on: Bools,
    grid: Grid,
    zones: Sequence[str],
    *,
    quiet: bool = True,
    level: float = 0.95,
) -> Rotation:
    """Return the vehicles parked per space and day.

    A stay counts once, on the day of the first regulated slot that it touches: a car that stays
    nine days is one vehicle, not nine.

    Parameters
    ----------
    stays : pandas.DataFrame
        Re-joined stays (:func:`analyses.parking.stays.rejoin`).
    spaces : numpy.ndarray
        Spaces on offer, shape (zones, days) (:func:`space_days`).
    on : numpy.ndarray
        Regulated slots, shape (zones, slots).
    grid : Grid
        Time slots.
    zones : sequence of str
        Zones in the order of the rows.
    quiet : bool
        Whether days without a single stay in any zone count in the denominator. True when the
        supply says that the spaces were watched on that day; False when nothing but the stays is
        known, since such a day cannot be told from a dead feed.
    level : float
        Nominal coverage of the intervals.
    """
    codes = positions(zones, stays["zone_id"])
    day = _first_day(stays, codes, on, grid)
    counted = (day >= 0) & (codes >= 0)
    counted &= spaces[np.maximum(codes, 0), np.maximum(day, 0)] > 0
    days = spaces.shape[1]
    vehicles = tally(day[counted], days)
    left = stays["left_censored"].to_numpy(dtype=bool)[counted]
    right = stays["right_censored"].to_numpy(dtype=bool)[counted]
    arrivals = tally(day[counted][~left], days)
    offer = spaces.sum(axis=0)
    still = (offer > 0) & (vehicles == 0)
    if not quiet:
        offer = np.where(still, 0.0, offer)
    strata = weekday_strata(grid.days)
    return Rotation(
        rate=day_ratio(vehicles, offer, strata, level=level),
        seen_arrivals=day_ratio(arrivals, offer, strata, level=level),
        stays=int(counted.sum()),
        left_share=float(left.mean()) if len(left) else 0.0,
        right_share=float(right.mean()) if len(right) else 0.0,
        quiet_days=int(still.sum()),
    )


def _first_day(stays: pd.DataFrame, codes: Codes, on: Bools, grid: Grid) -> Codes:
    """Day of the first regulated slot that each stay touches, -1 if none."""
    arrival = seconds(stays["arrival"], "arrival")
    departure = seconds(stays["departure"], "departure")
    departure = np.where(departure == MISSING, grid.end, departure)
    first = np.maximum((np.clip(arrival, grid.origin, None) - grid.origin) // grid.step, 0)
    following = _next_on(on, grid.slots)
    slot = following[np.maximum(codes, 0), np.minimum(first, grid.slots)]
    begins = grid.origin + slot * grid.step
    touched = (slot < grid.slots) & ((departure > begins) | ((slot == first) & (arrival >= begins)))
    day = grid.day_of_slot[np.minimum(slot, grid.slots - 1)]
    return np.where(touched & (departure >= grid.origin), day, -1)


def _next_on(on: Bools, slots: int) -> Codes:
    """Position of the first regulated slot at or after each slot (``slots`` if none)."""
    where = np.where(on, np.arange(slots), slots)
    following = np.full((on.shape[0], slots + 1), slots, dtype=np.int64)
    following[:, :-1] = np.minimum.accumulate(where[:, ::-1], axis=1)[:, ::-1]
    return following
