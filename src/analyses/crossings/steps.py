"""Interrupted time series: the step of a series at a date, its memory and trend allowed for.

Segmented regression (Wagner, Soumerai, Zhang and Ross-Degnan 2002, Journal of Clinical Pharmacy and
Therapeutics 27, 299-309) on the difference between the logarithms of a series and of those it is
compared with, with first-order autoregressive errors (Prais and Winsten 1954, iterated).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from analyses.results import Estimate

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_ROUNDS, _CLOSE, _MOST_MEMORY = 12, 1e-3, 0.95


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a logarithm.

    Parameters
    ----------
    value, error : float
        Step and its standard error.
    freedom : float
        Degrees of freedom, lessened by the memory of the series.
    memory : float
        Autocorrelation of the errors, one period apart.
    n : int
        Periods used.
    """

    value: float
    error: float
    freedom: float
    memory: float
    n: int

    @property
    def size(self) -> float:
        """Step over its standard error."""
        return self.value / self.error

    def p_value(self, wider: float = 1.0) -> float:
        """Return the two-sided p-value, the error being multiplied by ``wider``."""
        return float(2 * student.sf(abs(self.size) / wider, self.freedom))

    def percent(self, wider: float = 1.0, level: float = 0.95) -> Estimate:
        """Return the step in percent with its interval, the error multiplied by ``wider``."""
        half = float(student.ppf(0.5 + level / 2, self.freedom)) * self.error * wider
        low, value, high = (
            100 * math.expm1(end) for end in (self.value - half, self.value, self.value + half)
        )
        return Estimate(value, low, high, self.n, level)


def interrupt(
    gap: Floats,
    phases: Sequence[Bools],
    *,
    year: float = 365.25 / 7,
    trend: bool = True,
    harmonics: int = 1,
) -> tuple[Step | None, ...]:
    """Estimate the step of each phase, relative to what came before them all.

    Parameters
    ----------
    gap : array, shape (n,)
        Logarithm of the series less that of its comparison, by period; NaN where missing.
    phases : sequence of array of bool, shape (n,)
        Periods of each phase, apart from one another.
    year : float
        Periods in a year.
    trend : bool
        Whether the gap may drift at a steady pace.
    harmonics : int
        Yearly waves that the gap may have; used with more than a year of periods before.

    Returns
    -------
    tuple of Step or None
        One a phase; None for a phase without periods, or where nothing is left to judge it by.
    """
    known = ~np.isnan(gap)
    order = np.arange(len(gap), dtype=np.float64)
    columns = [np.ones(len(gap))]
    if trend:
        columns.append((order - order.mean()) / year)
    before = known & ~np.any(phases, axis=0)
    if before.sum() > year:
        columns += [wave(2 * np.pi * k * order / year)
                    for k in range(1, harmonics + 1) for wave in (np.sin, np.cos)]  # fmt: skip
    used = [phase for phase in phases if (phase & known).any()]
    design = np.column_stack([*columns, *(phase.astype(np.float64) for phase in used)])
    free = int(known.sum()) - design.shape[1]
    if not used or free < 8 or np.linalg.matrix_rank(design[known]) < design.shape[1]:
        return tuple(None for _ in phases)
    value, spread, memory = _autoregressive(gap, design, known)
    inflation = (1 - memory) / (1 + memory) if memory > 0 else 1.0
    freedom = max(2.0, free * inflation)
    first = len(columns)
    found = {
        id(phase): Step(float(value[first + rank]), float(spread[first + rank]), freedom,
                        memory, int(known.sum()))
        for rank, phase in enumerate(used)
    }  # fmt: skip
    return tuple(found.get(id(phase)) for phase in phases)


def _autoregressive(gap: Floats, design: Floats, known: Bools) -> tuple[Floats, Floats, float]:
    """Fit by generalised least squares with errors of one memory; gaps in time are kept as such."""
    at = np.flatnonzero(known)
    y, x = gap[at], design[at]
    memory = 0.0
    for _ in range(_ROUNDS):
        beta = _whitened(x, y, at, memory)[0]
        after = _memory(y - x @ beta, at, x.shape[1])
        if abs(after - memory) < _CLOSE:
            break
        memory = after
    beta, spread = _whitened(x, y, at, memory)
    return beta, spread, memory


def _memory(residual: Floats, at: npt.NDArray[np.int64], fitted: int) -> float:
    """Return the autocorrelation of residuals, the loss from fitting given back.

    The loss is that of Marriott and Pope (1954, Biometrika 41), one part for the mean and as much
    again for each further pair of columns.
    """
    beside = np.diff(at) == 1
    if beside.sum() < 4:
        return 0.0
    now, then = residual[1:][beside], residual[:-1][beside]
    raw = float(now @ then / max(float(residual @ residual) * beside.mean(), 1e-300))
    lifted = raw + (1 + 3 * raw) * (fitted / 2) / len(residual)
    return float(np.clip(lifted, 0.0, _MOST_MEMORY))


def _whitened(
    x: Floats, y: Floats, at: npt.NDArray[np.int64], memory: float
) -> tuple[Floats, Floats]:
    steps = np.diff(at, prepend=at[0])
    carry = np.where(steps > 0, memory ** np.maximum(steps, 1), 0.0)
    scale = np.sqrt(np.maximum(1 - carry**2, 1e-9))
    white_y = (y - carry * np.roll(y, 1)) / scale
    white_x = (x - carry[:, None] * np.roll(x, 1, axis=0)) / scale[:, None]
    inverse = np.linalg.inv(white_x.T @ white_x)
    beta = inverse @ (white_x.T @ white_y)
    residual = white_y - white_x @ beta
    variance = float(residual @ residual) / (len(y) - x.shape[1])
    return beta, np.sqrt(variance * np.diag(inverse))
