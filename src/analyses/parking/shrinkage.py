"""What each counted meter adds to the city's curve: partial pooling by empirical Bayes.

The gap between the occupancy counted and the city's curve is, for meter m on day d at hour h,

    gap = level + profile(h) + evening + payments(signal) + kind of day + day d + noise

where every term is a Gaussian random effect whose variance is common to all meters and estimated
on them by marginal likelihood (Laird and Ware 1982, Biometrics 38; Rasmussen and Williams 2006,
ch. 2 and 5). A meter counted often follows its own profile, one counted little stays near the
curve. Meters are independent given the variances: the cost is linear in their number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from analyses.parking.arrays import Codes, Floats

REACHES = (1.0, 2.0, 3.0)
"""Hours over which a meter's profile is smooth; the likeliest is kept."""

_MOST_CELLS = 240  # cells a meter that variances are estimated on
_MOST_METERS = 60
_SIGNAL_REACH = 0.25  # of the payment signal, between 0 and 1


@dataclass(frozen=True)
class Terms:
    """Which terms the model has, and the length scale of the profile.

    Parameters
    ----------
    reach : float
        Hours over which the profile is smooth.
    payments : bool
        Whether payments explain gaps (the meter's own response to its payments).
    kinds : bool
        Whether working days, Saturdays and Sundays have their own profile: only when at least two
        kinds were counted on at least two days each, otherwise the kind cannot be told from the
        day.
    """

    reach: float
    payments: bool
    kinds: bool


@dataclass(frozen=True)
class Posterior:
    """One meter's counted cells and what they weigh."""

    cells: pd.DataFrame
    precision: Floats
    pull: Floats


@dataclass(frozen=True)
class Pooling:
    """Random effects of the counted meters.

    Parameters
    ----------
    terms : Terms
        Terms of the model.
    variances : numpy.ndarray
        One variance a term, the noise last.
    meters : dict of str to Posterior
        Counted meters.
    likelihood : float
        Log marginal likelihood of the gaps.
    """

    terms: Terms
    variances: Floats
    meters: dict[str, Posterior]
    likelihood: float


def day_kind(days: pd.Series) -> Codes:
    """Return 0 for Monday to Friday, 1 for Saturday, 2 for Sunday."""
    weekday = days.dt.dayofweek.to_numpy()
    return np.select([weekday == 5, weekday == 6], [1, 2], 0).astype(np.int64)


def terms_for(cells: pd.DataFrame, payments: bool, reach: float = REACHES[1]) -> Terms:
    """Return the terms that counted cells can tell apart."""
    days = pd.Series(cells["day"].unique())
    repeated = pd.Series(day_kind(days)).value_counts() >= 2
    return Terms(reach, payments, int(repeated.sum()) >= 2)


def fit_pooling(cells: pd.DataFrame, gaps: Floats, *, payments: bool = True) -> Pooling:
    """Estimate the variances and each meter's effects.

    Parameters
    ----------
    cells : pandas.DataFrame
        Counted cells.
    gaps : numpy.ndarray
        Counted occupancy less the city's curve, shape (cells,).
    payments : bool
        Whether payments explain gaps.
    """
    frame = cells[["meter_id", "day", "slot", "regulated", "signal"]].assign(gap=gaps)
    sample = _sample(frame)
    best: tuple[float, Terms, Floats] | None = None
    for reach in REACHES:
        terms = terms_for(frame, payments, reach)
        score, variances = _variances(sample, terms)
        if best is None or score > best[0]:
            best = (score, terms, variances)
    assert best is not None
    score, terms, variances = best
    meters = {
        str(meter): _posterior(part.reset_index(drop=True), terms, variances)
        for meter, part in frame.groupby("meter_id", sort=False)
    }
    return Pooling(terms, variances, meters, score)


def pooled_effects(pooling: Pooling, cells: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the expected gap of each cell and its standard deviation, shape (cells,).

    The effect of the very day is not known in advance: it widens the deviation, even for a day
    that was counted.
    """
    mean = np.zeros(len(cells))
    spread = np.zeros(len(cells))
    ids = cells["meter_id"].to_numpy()
    for meter in pd.unique(ids):
        rows = np.flatnonzero(ids == meter)
        part = cells.iloc[rows]
        total = sum(
            v * np.diag(k)
            for v, k in zip(pooling.variances, _kernels(part, part, pooling.terms), strict=False)
        )
        variance = np.asarray(total) + pooling.variances[-1]
        known = pooling.meters.get(str(meter))
        if known is not None:
            cross = _mix(_kernels(part, known.cells, pooling.terms), pooling.variances)
            mean[rows] = cross @ known.pull
            variance = variance - np.einsum("ij,jk,ik->i", cross, known.precision, cross)
        spread[rows] = np.sqrt(np.maximum(variance, 1e-8))
    return mean, spread


def left_out_scores(pooling: Pooling) -> Floats:
    """Return |gap − expected| / deviation with each day's own counts left out, shape (cells,).

    Closed form of leave-group-out for Gaussian models (Rasmussen and Williams 2006, eq. 5.12,
    for blocks): no refit is needed.
    """
    scores = []
    for known in pooling.meters.values():
        day = known.cells["day"].to_numpy()
        for one in pd.unique(day):
            rows = np.flatnonzero(day == one)
            block = np.linalg.inv(known.precision[np.ix_(rows, rows)])
            scores.append(np.abs(block @ known.pull[rows]) / np.sqrt(np.diag(block)))
    return np.concatenate(scores)


def _kernels(left: pd.DataFrame, right: pd.DataFrame, terms: Terms) -> list[Floats]:
    """Covariance of each term for unit variance, shape (left, right)."""

    def apart(column: str) -> Floats:
        a, b = (side[column].to_numpy(dtype=float) for side in (left, right))
        return np.asarray(a[:, None] - b[None, :])

    near = np.exp(-0.5 * (apart("slot") / terms.reach) ** 2)
    free = [1.0 - side["regulated"].to_numpy(dtype=float) for side in (left, right)]
    same_day = (left["day"].to_numpy()[:, None] == right["day"].to_numpy()[None, :]).astype(float)
    kernels = [np.ones_like(near), near, np.outer(free[0], free[1]), same_day, same_day * near]
    if terms.payments:
        signal = [side["signal"].to_numpy(dtype=float) - 0.5 for side in (left, right)]
        kernels.append(np.outer(signal[0], signal[1]))
        kernels.append(np.exp(-0.5 * (apart("signal") / _SIGNAL_REACH) ** 2))
    if terms.kinds:
        kind = [day_kind(side["day"]) for side in (left, right)]
        kernels.append((kind[0][:, None] == kind[1][None, :]) * near)
    return kernels


def _mix(kernels: list[Floats], variances: Floats) -> Floats:
    total = np.zeros_like(kernels[0])
    for variance, kernel in zip(variances, kernels, strict=False):
        total += variance * kernel
    return total


def _posterior(cells: pd.DataFrame, terms: Terms, variances: Floats) -> Posterior:
    covariance = _mix(_kernels(cells, cells, terms), variances)
    covariance[np.diag_indices_from(covariance)] += variances[-1]
    precision = cho_solve(cho_factor(covariance, lower=True), np.eye(len(cells)))
    return Posterior(cells, precision, precision @ cells["gap"].to_numpy())


def _sample(frame: pd.DataFrame) -> pd.DataFrame:
    """Whole days, evenly spread, so that no meter weighs more than it teaches."""
    parts = []
    meters = list(pd.unique(frame["meter_id"]))
    keep = np.unique(np.linspace(0, len(meters) - 1, min(len(meters), _MOST_METERS)).astype(int))
    for meter in (meters[i] for i in keep):
        part = frame[frame["meter_id"] == meter]
        days = np.sort(part["day"].unique())
        fit = max(2, int(_MOST_CELLS * len(days) / len(part)))
        pick = days[np.unique(np.linspace(0, len(days) - 1, min(fit, len(days))).astype(int))]
        parts.append(part[part["day"].isin(pick)])
    return pd.DataFrame(pd.concat(parts))


def _variances(frame: pd.DataFrame, terms: Terms) -> tuple[float, Floats]:
    """Log marginal likelihood and the variances that reach it."""
    blocks = [
        (np.stack(_kernels(part, part, terms)), part["gap"].to_numpy())
        for _, part in frame.groupby("meter_id", sort=False)
    ]
    size = len(blocks[0][0]) + 1

    def minus_log(theta: Floats) -> tuple[float, Floats]:
        variances = np.exp(theta)
        value, slope = 0.0, np.zeros(size)
        for kernels, gap in blocks:
            covariance = np.tensordot(variances[:-1], kernels, axes=1)
            covariance[np.diag_indices_from(covariance)] += variances[-1]
            factor = cho_factor(covariance, lower=True)
            inverse = cho_solve(factor, np.eye(len(gap)))
            pull = inverse @ gap
            value += 0.5 * gap @ pull + float(np.log(np.diag(factor[0])).sum())
            lean = np.outer(pull, pull) - inverse
            slope[:-1] -= 0.5 * variances[:-1] * np.tensordot(kernels, lean, axes=2)
            slope[-1] -= 0.5 * variances[-1] * float(np.trace(lean))
        return value, slope

    start = np.full(size, np.log(max(float(frame["gap"].var()), 1e-4) / 4))
    bounds = [(-12.0, 3.0)] * size
    found = minimize(
        minus_log, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 60}
    )
    return -float(found.fun), np.exp(found.x)
