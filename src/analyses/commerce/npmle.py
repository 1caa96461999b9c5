"""Nonparametric maximum likelihood of durations that are only known to lie in an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Support:
    """Where durations may lie: half-open cells ``(left, right]``, a point if both are equal."""

    left: Floats
    right: Floats


@dataclass(frozen=True, slots=True)
class Curve:
    """Estimated distribution of durations.

    Parameters
    ----------
    support : Support
        Cells, in rising order; the last may end at infinity.
    mass : array of float, shape (replicates, cells)
        Probability of each cell; the first row is the estimate, the others the bootstrap.
    """

    support: Support
    mass: Floats

    def beyond(self, duration: float) -> tuple[Floats, Floats]:
        """Return the least and the greatest probability of lasting longer than ``duration``."""
        least = self.mass[:, self._wholly_beyond(duration)].sum(axis=1)
        most = self.mass[:, self.support.right > duration].sum(axis=1)
        return least, most

    def beyond_interpolated(self, duration: float) -> Floats:
        """Return that probability with the mass of a finite cell spread evenly over it."""
        left, right = self.support.left, self.support.right
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.clip((right - duration) / (right - left), 0.0, 1.0)
        part = np.where(self._wholly_beyond(duration), 1.0, np.where(right <= duration, 0.0, part))
        return self.mass @ np.nan_to_num(part)

    def median_cells(self) -> tuple[Floats, Floats]:
        """Return the bounds of the cell that holds the median, for each replicate."""
        cell = self._median_cell()
        return self.support.left[cell], self.support.right[cell]

    def median(self) -> Floats:
        """Return the median, interpolated in its cell; infinite if the last cell holds it."""
        cell = self._median_cell()
        rows = np.arange(len(self.mass))
        reached = np.cumsum(self.mass, axis=1)[rows, cell]
        mass = self.mass[rows, cell]
        left, right = self.support.left[cell], self.support.right[cell]
        part = (0.5 - (reached - mass)) / mass
        with np.errstate(invalid="ignore"):
            inside = left + part * (right - left)
        return np.where(np.isinf(right), math.inf, inside)

    def _wholly_beyond(self, duration: float) -> npt.NDArray[np.bool_]:
        """Return which cells lie beyond a duration: a cell does not hold its left end."""
        left, right = self.support.left, self.support.right
        return np.asarray((left > duration) | ((left == duration) & (right > left)))

    def _median_cell(self) -> npt.NDArray[np.intp]:
        return np.asarray(np.argmax(np.cumsum(self.mass, axis=1) >= 0.5 - 1e-9, axis=1))


def turnbull(
    left: Floats, right: Floats, weights: Floats | None = None, *, tolerance: float = 1e-8
) -> Curve:
    """Estimate a distribution from durations known to lie in ``(left, right]``.

    Turnbull (1976), JRSS B 38: the likelihood is maximised by masses on the innermost intervals,
    found by self-consistency.

    Parameters
    ----------
    left, right : array of float, shape (n,)
        Bounds; equal for an exact duration, ``right`` infinite for a censored one.
    weights : array of float, shape (replicates, n), optional
        Times that each duration is counted, one row per replicate; ones by default.
    tolerance : float
        Largest change of a mass at which the iteration stops.

    Raises
    ------
    ValueError
        If there is no duration, or a left bound exceeds its right bound.
    """
    if len(left) == 0 or bool((left > right).any()):
        raise ValueError("durations need bounds in order")
    support = innermost(left, right)
    inside = (support.left >= left[:, None]) & (support.right <= right[:, None])
    exact = support.left == support.right
    open_left = (left < right)[:, None] & exact & (support.left == left[:, None])
    allowed = np.where(inside & ~open_left, 1.0, 0.0)
    counts = np.ones((1, len(left))) if weights is None else np.atleast_2d(weights)
    return Curve(support, _self_consistent(allowed, counts, tolerance))


def innermost(left: Floats, right: Floats) -> Support:
    """Return Turnbull's innermost intervals: a left end followed at once by a right end."""
    exact = left == right
    values = np.concatenate([left, right])
    # at one value: the left end of a point, then right ends (closed), then open left ends
    order = np.concatenate([np.where(exact, 0, 2), np.ones(len(right), dtype=int)])
    sequence = np.lexsort((order, values))
    is_left = (order != 1)[sequence]
    ends = values[sequence]
    at = np.nonzero(is_left[:-1] & ~is_left[1:])[0]
    return Support(ends[at], ends[at + 1])


def _self_consistent(
    allowed: Floats, counts: Floats, tolerance: float, limit: int = 20000
) -> Floats:
    """Iterate Turnbull's self-consistency equations for every replicate at once.

    ``allowed[i, j]`` is 1 if duration ``i`` may lie in cell ``j``: each shares its weight among the
    cells that it may lie in, in proportion to their masses.
    """
    mass = np.full((len(counts), allowed.shape[1]), 1.0 / allowed.shape[1])
    active = np.arange(len(counts))
    for _ in range(limit):
        now = mass[active]
        likelihood = np.maximum(now @ allowed.T, 1e-300)
        new = now * ((counts[active] / likelihood) @ allowed)
        new /= new.sum(axis=1, keepdims=True)
        mass[active] = new
        active = active[np.abs(new - now).max(axis=1) > tolerance]
        if len(active) == 0:
            break
    return mass
