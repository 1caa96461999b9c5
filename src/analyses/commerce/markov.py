"""Two-state Markov chain seen only at survey waves: yearly entry and re-let rates.

Occupied → vacant at rate λ and vacant → occupied at rate μ, both constant, seen at times that need
not be a year apart (Kalbfleisch and Lawless 1985, equations 2.1 and 3.1). With ``s = λ + μ`` and
``π = λ / s``::

    P(vacant after g years | occupied) = π (1 − exp(−s g))
    P(occupied after g years | vacant) = (1 − π) (1 − exp(−s g))

Moves to and fro between two waves are thus allowed for, which dividing a share by the years is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.stats import chi2

from analyses.results import Estimate

Floats = npt.NDArray[np.float64]
_LOG_S = (math.log(1e-7), math.log(40.0))
_TINY = 1e-300
_ABOUT_A_YEAR = 1.25


@dataclass(frozen=True, slots=True)
class Moves:
    """Moves between two known statuses, counted by the years between them.

    Parameters
    ----------
    gap : array of float, shape (k,)
        Years between the two statuses.
    stayed_occupied, emptied, let, stayed_vacant : array of float, shape (k,)
        Premises that went occupied → occupied, occupied → vacant, vacant → occupied and
        vacant → vacant.
    """

    gap: Floats
    stayed_occupied: Floats
    emptied: Floats
    let: Floats
    stayed_vacant: Floats

    @property
    def occupied(self) -> int:
        """Premises at risk of emptying."""
        return int(self.stayed_occupied.sum() + self.emptied.sum())

    @property
    def vacant(self) -> int:
        """Premises that could be let."""
        return int(self.let.sum() + self.stayed_vacant.sum())

    def borrow(self, whole: Moves, *, occupied: bool, vacant: bool) -> Moves:
        """Return these moves with the named starting sides taken from ``whole``.

        A part with no premises at risk on one side cannot tell that side's rate, which the other
        rate depends on (moves to and fro): the rate of the whole then stands in for it.
        """
        from_occupied, from_vacant = (whole if side else self for side in (occupied, vacant))
        none, nobody = np.zeros(len(from_occupied.gap)), np.zeros(len(from_vacant.gap))
        return Moves(
            np.concatenate([from_occupied.gap, from_vacant.gap]),
            np.concatenate([from_occupied.stayed_occupied, nobody]),
            np.concatenate([from_occupied.emptied, nobody]),
            np.concatenate([none, from_vacant.let]),
            np.concatenate([none, from_vacant.stayed_vacant]),
        )


@dataclass(frozen=True, slots=True)
class Chain:
    """The fitted chain.

    Parameters
    ----------
    entry, relet : Estimate
        Probabilities over one year (fractions) with profile-likelihood intervals.
    entry_rate, relet_rate : float
        λ and μ, per year.
    loglik : float
        Log-likelihood at the estimate.
    identified : bool
        False if the waves are so far apart that the chain has forgotten where it started: the
        data then tell the balance of the two rates, not the rates.
    """

    entry: Estimate
    relet: Estimate
    entry_rate: float
    relet_rate: float
    loglik: float
    identified: bool


def fit(moves: Moves, level: float = 0.95) -> Chain:
    """Fit the chain by maximum likelihood.

    Parameters
    ----------
    moves : Moves
        Counted moves; at least one premises at risk on each side.
    level : float
        Coverage of the intervals (profile likelihood, chi-square with one degree of freedom).

    Raises
    ------
    ValueError
        If no premises was occupied, or none vacant, at the start of a move.
    """
    if moves.occupied == 0 or moves.vacant == 0:
        raise ValueError("the chain needs premises at risk on both sides")
    share, log_s, best = _maximum(moves)
    total = math.exp(log_s)
    moved = -math.expm1(-total)
    drop = float(chi2.ppf(level, 1)) / 2
    entry = _profiled(moves, share * moved, best - drop, lambda p, moved_: p / moved_)
    relet = _profiled(moves, (1 - share) * moved, best - drop, lambda p, moved_: 1 - p / moved_)
    return Chain(
        entry=Estimate(share * moved, *entry, moves.occupied, level),
        relet=Estimate((1 - share) * moved, *relet, moves.vacant, level),
        entry_rate=share * total,
        relet_rate=(1 - share) * total,
        loglik=best,
        identified=_identified(moves, best - drop),
    )


def loglik(moves: Moves, share: float, log_s: float) -> float:
    """Return the log-likelihood at ``π`` and ``log s``."""
    moved = -np.expm1(-math.exp(log_s) * moves.gap)
    emptied, let = share * moved, (1 - share) * moved
    return float(
        (moves.emptied * np.log(np.maximum(emptied, _TINY))).sum()
        + (moves.stayed_occupied * np.log(np.maximum(1 - emptied, _TINY))).sum()
        + (moves.let * np.log(np.maximum(let, _TINY))).sum()
        + (moves.stayed_vacant * np.log(np.maximum(1 - let, _TINY))).sum()
    )


def _maximum(moves: Moves) -> tuple[float, float, float]:
    """Return π, log s and the log-likelihood at the maximum."""
    a = (moves.emptied.sum() + 0.5) / (moves.occupied + 1)
    b = (moves.let.sum() + 0.5) / (moves.vacant + 1)
    weight = moves.stayed_occupied + moves.emptied + moves.let + moves.stayed_vacant
    gap = float((moves.gap * weight).sum() / weight.sum())
    start_s = -math.log(max(1 - a - b, 1e-3)) / gap
    start = [math.log(a / b), min(max(math.log(start_s), _LOG_S[0]), _LOG_S[1])]
    found = minimize(
        lambda x: -loglik(moves, 1 / (1 + math.exp(-x[0])), x[1]),
        start, method="L-BFGS-B", bounds=[(-25, 25), _LOG_S], options={"ftol": 1e-15, "gtol": 1e-9},
    )  # fmt: skip
    return 1 / (1 + math.exp(-float(found.x[0]))), float(found.x[1]), -float(found.fun)


def _identified(moves: Moves, floor: float) -> bool:
    """Whether the data rule out a chain that forgets its start between two waves.

    If they do not, waves about a year apart still give yearly chances (they are what was seen),
    but waves further apart give only the balance of the two rates.
    """
    later_vacant = float((moves.emptied + moves.stayed_vacant).sum())
    share = later_vacant / (moves.occupied + moves.vacant)
    return float(moves.gap.min()) <= _ABOUT_A_YEAR or loglik(moves, share, _LOG_S[1]) < floor


def _profiled(
    moves: Moves, estimate: float, floor: float, share_of: Callable[[float, float], float]
) -> tuple[float, float]:
    """Return where the profile log-likelihood of a yearly probability falls to ``floor``."""

    def height(p: float) -> float:
        lowest = max(math.log(-math.log1p(-p)) if p > 0 else _LOG_S[0], _LOG_S[0])

        def minus(log_s: float) -> float:
            moved = -math.expm1(-math.exp(log_s))
            return -loglik(moves, min(max(share_of(p, moved), 0.0), 1.0), log_s)

        inner = minimize_scalar(
            minus, bounds=(lowest, _LOG_S[1]), method="bounded", options={"xatol": 1e-4}
        )
        return max(-float(inner.fun), -minus(lowest)) - floor

    low, high = 1e-9, 1 - 1e-9
    estimate = min(max(estimate, low), high)
    left = 0.0 if height(low) >= 0 else float(brentq(height, low, estimate, xtol=1e-6))
    right = 1.0 if height(high) >= 0 else float(brentq(height, estimate, high, xtol=1e-6))
    return left, right
