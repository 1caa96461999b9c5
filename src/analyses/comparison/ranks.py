"""Rank intervals: between which places a city truly stands, given what the data can tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Places = NDArray[np.int64]

FLOOR = 0.05
"""How far below the level one city's own probability may lie while the mean holds the level."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """Places of the cities, 1 for the lowest true value.

    Parameters
    ----------
    low, high : ndarray of int, shape (cities,)
        Rank interval of each city.
    expected : ndarray of shape (cities,)
        Mean rank over the draws.
    mass : ndarray of shape (cities,)
        Probability that the true rank lies in the interval.
    """

    low: Places
    high: Places
    expected: Vector
    mass: Vector


def rank_intervals(draws: Vector, level: float = 0.95) -> Ranks:
    """Return rank intervals from joint draws of the cities' true values.

    Parameters
    ----------
    draws : ndarray of shape (draws, cities)
        Joint draws (:class:`analyses.comparison.hierarchy.Posterior`).
    level : float
        Probability that an interval holds the true rank, on average over the cities.

    Returns
    -------
    Ranks

    Notes
    -----
    Goldstein and Spiegelhalter (1996, JRSS A 159) rank by simulation. A rank is discrete, so that
    the shortest intervals of at least ``level`` hold too much (98-99 % for ten cities). They are
    shortened one place at a time, where the least is lost, while their mean probability stays at
    ``level`` and none falls under ``level - FLOOR``.
    """
    if draws.ndim != 2 or draws.shape[1] < 2:
        raise ValueError("draws of at least two cities are needed to rank them")
    cities = draws.shape[1]
    order = np.argsort(draws, axis=1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(cities)[None, :], axis=1)
    chance = np.stack([np.bincount(column, minlength=cities) for column in places.T]) / len(draws)
    bounds = np.array([_shortest(row, level) for row in chance])
    low, high = _trimmed(chance, bounds[:, 0], bounds[:, 1], level)
    mass = np.array([chance[i, low[i] : high[i] + 1].sum() for i in range(cities)])
    expected = chance @ np.arange(1.0, cities + 1.0)
    return Ranks(low + 1, high + 1, expected, mass)


def _shortest(chance: Vector, level: float) -> tuple[int, int]:
    """Return the shortest run of places that holds ``level``; of several, the most probable."""
    total = np.concatenate([[0.0], np.cumsum(chance)])
    best: tuple[int, float, int, int] | None = None
    for first in range(len(chance)):
        last = int(np.searchsorted(total, total[first] + level - 1e-12)) - 1
        if last >= len(chance):
            break
        last = max(last, first)
        found = (last - first, -(total[last + 1] - total[first]), first, last)
        best = found if best is None else min(best, found)
    assert best is not None  # the whole range holds everything
    return best[2], best[3]


def _trimmed(chance: Vector, low: Places, high: Places, level: float) -> tuple[Places, Places]:
    low, high = low.copy(), high.copy()
    rows = np.arange(len(low))
    mass = np.array([chance[i, low[i] : high[i] + 1].sum() for i in rows])
    while True:
        at_low, at_high = chance[rows, low], chance[rows, high]
        loss = np.minimum(at_low, at_high)
        allowed = (high > low) & (mass - loss >= level - FLOOR)
        spare = mass.sum() - level * len(mass)
        loss = np.where(allowed, loss, np.inf)
        city = int(np.argmin(loss))
        if not loss[city] <= spare:
            return low, high
        if at_low[city] <= at_high[city]:
            low[city] += 1
        else:
            high[city] -= 1
        mass[city] -= loss[city]
