"""Association between two quantities measured on the same few places, by permutation.

The places, not the observations, are exchanged: each keeps its whole course over time, so that what
a place has in common with itself is never taken for evidence (Pitman 1937, Supplement to the
Journal of the Royal Statistical Society 4; Good 2005, Permutation, Parametric and Bootstrap Tests
of Hypotheses, chapter 3). With few places every permutation is enumerated and the p-value is exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import numpy.typing as npt
from statsmodels.stats.multitest import multipletests

from analyses.results import Estimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEWEST_ORDERS = 100
"""Distinct orders of the places under which no test at 5 % is worth its name (five places)."""
MOST = 9_999
"""Permutations drawn where enumeration would take more."""

_REACH, _STEPS, _HALVINGS, _SLACK = 60.0, 241, 40, 1e-9


@dataclass(frozen=True, slots=True)
class Association:
    """How two quantities go together.

    Parameters
    ----------
    slope : Estimate
        Change of ``y`` for one of ``x``; its interval inverts the test, NaN on a side where it has
        no end; ``n`` counts the observations.
    p_value : float
        Two-sided, from permutations of the places.
    units, periods : int
        Places and observations of each.
    orders : int
        Permutations used, the observed order included.
    exact : bool
        Whether they are all of them.
    """

    slope: Estimate
    p_value: float
    units: int
    periods: int
    orders: int
    exact: bool


def associate(
    x: Floats,
    y: Floats,
    *,
    weights: Floats | None = None,
    strata: Sequence[object] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Association | None:
    """Estimate how ``y`` goes with ``x``, what moves all places of a stratum alike taken away.

    The slope is that of weighted least squares with one constant for each period and stratum. The
    statistic of the test is ``sum(w y x) / sqrt(sum(w x^2))``, centred by period and stratum, for
    the courses of ``x`` exchanged among the places of a stratum; a slope is in the interval when
    what it leaves of ``y`` is not associated with ``x``.

    Parameters
    ----------
    x, y : array, shape (units, periods)
        Finite values; one row a place.
    weights : array, shape (units,), optional
        Weight of each place, positive.
    strata : sequence, optional
        Group of each place, within which places are exchanged.
    level : float
        Coverage of the interval.
    seed : int
        Seed of the permutations drawn where there are too many to enumerate.

    Returns
    -------
    Association or None
        None with fewer than :data:`FEWEST_ORDERS` orders, or where ``x`` or ``y`` never differs.

    Raises
    ------
    ValueError
        If the shapes differ or a value is not finite.
    """
    x, y = np.atleast_2d(x), np.atleast_2d(y)
    if x.shape != y.shape or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x and y are finite and of one shape")
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    groups = _groups(strata, len(x))
    orders, exact = _orders(groups, len(x), np.random.default_rng(seed))
    flat_x, flat_y = _centre(x, w, groups), _centre(y, w, groups)
    if len(orders) < FEWEST_ORDERS or not (_moves(flat_x, x) and _moves(flat_y, y)):
        return None
    carried, own, spread = _sums(x, flat_x, flat_y, w, groups, orders)
    slope = carried[0] / own[0]
    test = _Test(carried, own, spread)
    low, high = test.interval(slope, 1 - level)
    estimate = Estimate(float(slope), low, high, int(x.size), level)
    return Association(estimate, test.p(0.0), len(x), x.shape[1], len(orders), exact)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Correct p-values for their number (Holm 1979, Scandinavian Journal of Statistics 6)."""
    if not p_values:
        return ()
    return tuple(float(p) for p in multipletests(p_values, method="holm")[1])


@dataclass(frozen=True, slots=True)
class _Test:
    """Sums by order, the observed one first: of w·y·x, of w·x·x and the length of x."""

    carried: Floats
    own: Floats
    spread: Floats

    def p(self, slope: float) -> float:
        """Return the p-value of a slope."""
        size = np.abs(self.carried - slope * self.own) / self.spread
        return float(np.mean(size >= size[0] * (1 - _SLACK) - _SLACK))

    def interval(self, slope: float, alpha: float) -> tuple[float, float]:
        """Return the outermost slopes that the test keeps; NaN where it keeps them all."""
        unit = float(np.std(self.carried / self.spread**2)) + abs(slope) / 10 + 1e-12
        steps = np.sinh(np.linspace(0, math.asinh(_REACH), _STEPS)) * unit
        return self._end(slope, -steps, alpha), self._end(slope, steps, alpha)

    def _end(self, slope: float, steps: Floats, alpha: float) -> float:
        kept = [self.p(slope + step) > alpha for step in steps]
        if kept[-1]:
            return math.nan
        last = int(np.flatnonzero(kept)[-1])
        inside, outside = slope + steps[last], slope + steps[last + 1]
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if self.p(middle) > alpha else (inside, middle)
        return float(inside)


def _groups(strata: Sequence[object] | None, size: int) -> tuple[Ints, ...]:
    if strata is None:
        return (np.arange(size),)
    names = np.asarray([str(name) for name in strata])
    return tuple(np.flatnonzero(names == name) for name in sorted(set(names)))


def _orders(groups: Sequence[Ints], size: int, rng: np.random.Generator) -> tuple[Ints, bool]:
    """Return the orders to try, the observed one first, and whether they are all."""
    number = math.prod(math.factorial(len(group)) for group in groups)
    if number <= MOST + 1:
        found = np.tile(np.arange(size), (number, 1))
        for row, parts in enumerate(product(*(permutations(group) for group in groups))):
            for group, part in zip(groups, parts, strict=True):
                found[row, group] = part
        return found, True
    found = np.tile(np.arange(size), (MOST + 1, 1))
    for group in groups:
        drawn = rng.permuted(np.tile(group, (MOST, 1)), axis=1)
        found[1:, group] = drawn
    return found, False


def _centre(values: Floats, weights: Floats, groups: Sequence[Ints]) -> Floats:
    """Take away the weighted mean of each period and group."""
    flat = values.astype(np.float64).copy()
    for group in groups:
        flat[group] -= np.average(values[group], axis=0, weights=weights[group])
    return flat


def _moves(flat: Floats, values: Floats) -> bool:
    return bool(np.abs(flat).max() > 1e-9 * max(1.0, float(np.abs(values).max())))


def _sums(
    x: Floats, flat_x: Floats, flat_y: Floats, w: Floats, groups: Sequence[Ints], orders: Ints
) -> tuple[Floats, Floats, Floats]:
    carried, own, spread = (np.empty(len(orders)) for _ in range(3))
    for at in range(0, len(orders), 1000):
        rows = orders[at : at + 1000]
        moved = x[rows]
        for group in groups:
            mean = np.einsum("out,u->ot", moved[:, group], w[group]) / w[group].sum()
            moved[:, group] -= mean[:, None, :]
        carried[at : at + 1000] = np.einsum("out,ut,u->o", moved, flat_y, w)
        own[at : at + 1000] = np.einsum("out,ut,u->o", moved, flat_x, w)
        spread[at : at + 1000] = np.sqrt(np.einsum("out,out,u->o", moved, moved, w))
    return carried, own, spread
