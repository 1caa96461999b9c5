"""Which cities can be told apart, once chance is counted for every pair compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Vector = NDArray[np.float64]
Matrix = NDArray[np.bool_]


def told_apart(estimates: Vector, errors: Vector, level: float = 0.95) -> Matrix:
    """Return which pairs of cities differ for sure.

    Parameters
    ----------
    estimates, errors : ndarray of shape (cities,)
        On the pooling scale; errors > 0, cities independent.
    level : float
        One minus the probability of calling any equal pair different.

    Returns
    -------
    ndarray of bool, shape (cities, cities)
        Symmetric, False on the diagonal.

    Notes
    -----
    Wald test of each pair, corrected by Holm (1979, Scandinavian Journal of Statistics 6) over all
    of them: intervals that overlap are not a test, and many pairs are compared.
    """
    cities = len(estimates)
    first, second = np.triu_indices(cities, 1)
    apart = np.zeros((cities, cities), dtype=bool)
    if not len(first):
        return apart
    z = (estimates[first] - estimates[second]) / np.hypot(errors[first], errors[second])
    differ = holm(2 * stats.norm.sf(np.abs(z)), 1 - level)
    apart[first[differ], second[differ]] = True
    return np.asarray(apart | apart.T)


def holm(p: Vector, alpha: float) -> Matrix:
    """Return which tests of a family Holm's step-down rule rejects at ``alpha``.

    Parameters
    ----------
    p : ndarray of shape (tests,)
        Values p.
    alpha : float
        Probability of one false rejection at most in the family.
    """
    order = np.argsort(p, kind="stable")
    kept = p[order] > alpha / np.arange(len(p), 0, -1)
    first = int(np.argmax(kept)) if kept.any() else len(p)
    rejected = np.zeros(len(p), dtype=bool)
    rejected[order[:first]] = True
    return rejected


def groups(apart: Matrix, order: NDArray[np.int64]) -> list[list[int]]:
    """Return the groups of cities no two of which can be told apart.

    Parameters
    ----------
    apart : ndarray of bool, shape (cities, cities)
        From :func:`told_apart`.
    order : ndarray of int
        Cities from best to worst.

    Returns
    -------
    list of list of int
        Runs of neighbours in ``order``, as long as they can be; they may overlap, and each city is
        in one at least. A run says only this: no two of its cities can be told apart.
    """
    runs: list[list[int]] = []
    reached = -1
    for start in range(len(order)):
        end = start
        while end + 1 < len(order) and not apart[order[end + 1], order[start : end + 1]].any():
            end += 1
        if end > reached:
            runs.append([int(city) for city in order[start : end + 1]])
            reached = end
    return runs
