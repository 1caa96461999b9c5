"""Does a control move with the event? Its window, against its own windows without event.

Each candidate's mean log count over the window, weekday removed, is compared with its level in the
two weeks before and the two weeks after: its **departure**. The part of a departure that the other
candidates do not share is the leave-one-out residual of a Gaussian graphical model of the
departures (Lauritzen, *Graphical Models*, 1996: ``e_c = (P d)_c / P_cc``). A candidate moves when
that residual is larger than 95 % of those of its own windows of the same length. The window of
the event is treated in nothing differently from the others (level, covariance, residual), so
that without contamination a control is refused 5 % of the time, whatever the length: full
conformal reasoning, as in :mod:`analyses.footfall.placebo`.

Refusing a clean street costs little where there are several; keeping a street that the event
reaches biases the effect. Hence the plain 5 %, with no allowance for the number of streets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from analyses.footfall.calendar import Bools, Days, Floats, Ints

FALSE_REFUSALS = 0.05
"""Share of clean controls that the test refuses, by its construction."""

LONGEST_TESTED = 21
"""Events longer than this are not tested: over such a time streets drift apart on their own, and
the level that the test removes cannot be told from the event. Declaration and distance remain."""

_SIDE, _FEWEST_AROUND, _LEVEL_WINDOW = 14, 7, 29
_RIDGE, _CLIP = 0.1, 0.5


@dataclass(frozen=True, slots=True)
class Movement:
    """How the candidates moved in the window.

    Parameters
    ----------
    alive : tuple of int
        Columns that do not move on their own.
    moved : tuple of (int, float)
        Columns refused, worst first, and their movement in multiples of the usual one.
    untested : tuple of int
        Columns with no level around the window to compare with.
    common_shift : float
        Mean departure of ``alive`` in multiples of its usual size (robust standard deviation).
    """

    alive: tuple[int, ...]
    moved: tuple[tuple[int, float], ...]
    untested: tuple[int, ...]
    common_shift: float


def movement(logs: Floats, days: Days, window: Ints, hidden: Bools) -> Movement:
    """Find the candidates that move with the event, one at a time, worst first.

    Parameters
    ----------
    logs : array, shape (n, c)
        Log counts by day and candidate, NaN where missing.
    days : Days
        Features of the days.
    window : array of int, shape (k,)
        Positions of the event, consecutive.
    hidden : array of bool, shape (n,)
        Days of other events: no window without event may hold one.

    Returns
    -------
    Movement
        At most half of the candidates are refused.
    """
    odd = hidden | days.public_holiday
    odd[window] = False
    departure = departures(logs, days, len(window), odd)
    at, everyone = int(window[0]), range(logs.shape[1])
    free = np.abs(np.arange(len(departure)) - at) >= len(window)
    if len(window) > LONGEST_TESTED:
        return Movement(tuple(everyone), (), (), _common_shift(departure, at, free))
    known = ~np.isnan(departure[at])
    alive = np.flatnonzero(known).tolist()
    moved: list[tuple[int, float]] = []
    while alive:
        own, others = _residuals(departure[:, alive], at, free)
        limit = np.array([_limit(others[:, column]) for column in range(len(alive))])
        worst = int(np.argmax(np.abs(own) / limit))
        enough = 2 * len(moved) >= int(known.sum()) > 1
        if abs(own[worst]) <= limit[worst] or enough:
            break
        scale = _scale(others[:, worst])
        moved.append((alive.pop(worst), float(own[worst] / scale)))
    return Movement(
        tuple(alive), tuple(moved), tuple(np.flatnonzero(~known).tolist()),
        _common_shift(departure[:, alive], at, free),
    )  # fmt: skip


def departures(logs: Floats, days: Days, length: int, odd: Bools) -> Floats:
    """Return the departure of each window of ``length`` days from the level around it.

    Parameters
    ----------
    logs : array, shape (n, c)
        Log counts.
    days : Days
        Features of the ``n`` days.
    length : int
        Days in a window.
    odd : array of bool, shape (n,)
        Days left out of levels and windows.

    Returns
    -------
    array, shape (n - length + 1, c)
        Mean of the window less the median of the 14 days before and the 14 after, weekdays
        removed; NaN where a day of the window, or too much around it, is missing.
    """
    frame = pd.DataFrame(logs).mask(pd.Series(odd), axis=0)
    level = frame.rolling(_LEVEL_WINDOW, center=True, min_periods=10).median()
    away = (frame - level).groupby(days.weekday).transform("median").fillna(0.0)
    plain = (frame - away).to_numpy(dtype=np.float64)
    edge = np.full((_SIDE, plain.shape[1]), np.nan)
    sides = sliding_window_view(np.vstack([edge, plain, edge]), _SIDE, axis=0)
    start = np.arange(len(plain) - length + 1)
    around = np.concatenate([sides[start], sides[start + _SIDE + length]], axis=2)
    inside = sliding_window_view(plain, length, axis=0).mean(axis=2)
    return np.asarray(inside - _median(around), dtype=np.float64)


def _median(values: Floats) -> Floats:
    """Median along the last axis, missing values left out; NaN where too few are left."""
    ordered = np.sort(values, axis=-1)  # NaN last
    count = (~np.isnan(values)).sum(axis=-1)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[..., None], axis=-1)
    high = np.take_along_axis(ordered, (count // 2).clip(0, _SIDE * 2 - 1)[..., None], axis=-1)
    middle = (low + high)[..., 0] / 2
    return np.where(count >= _FEWEST_AROUND, middle, np.nan)


def _residuals(departure: Floats, at: int, free: Bools) -> tuple[Floats, Floats]:
    """Return what the other candidates do not explain: in the window, in the free windows."""
    calm = np.clip(np.nan_to_num(departure), -_CLIP, _CLIP)
    spread = calm.T @ calm / len(calm)
    spread[np.diag_indices_from(spread)] *= 1 + _RIDGE
    spread[np.diag_indices_from(spread)] += 1e-6
    precision = np.linalg.inv(spread)
    residual = np.where(np.isnan(departure), np.nan, calm @ precision / np.diag(precision))
    return residual[at], residual[free]


def _limit(others: Floats) -> float:
    """Size that a window without event passes 5 % of the time (conformal quantile)."""
    size = np.abs(others[~np.isnan(others)])
    if not len(size):
        return float("inf")
    share = min((1 - FALSE_REFUSALS) * (len(size) + 1) / len(size), 1.0)
    return max(float(np.quantile(size, share)), 1e-6)


def _scale(others: Floats) -> float:
    known = others[~np.isnan(others)]
    return max(1.4826 * float(np.median(np.abs(known - np.median(known)))), 1e-6)


def _common_shift(departure: Floats, at: int, free: Bools) -> float:
    if not departure.shape[1]:
        return float("nan")
    present = ~np.isnan(departure)
    total = np.where(present, departure, 0.0).sum(axis=1)
    mean = np.where(present.any(axis=1), total / np.maximum(present.sum(axis=1), 1), np.nan)
    if np.isnan(mean[free]).all():
        return float("nan")
    return float(mean[at] / _scale(mean[free]))
