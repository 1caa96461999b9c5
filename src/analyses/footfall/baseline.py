"""What a sensor would have counted without the event: a Gaussian process on daily log counts.

Fitted by maximum a posteriori in a fixed number of steps, with two rounds of weights that keep
days with no known cause from pulling on their neighbours (Student-t noise by iterated weights:
Lange, Little and Taylor, JASA 84, 1989). Any window is then predicted from all the other days in
closed form, without fitting again (Rasmussen and Williams 2006, eq. 5.12, for blocks:
``y_w - E[y_w | rest] = (Q_ww)^-1 (Q y)_w`` with ``Q`` the inverse covariance).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, lapack
from scipy.optimize import minimize

from analyses.footfall.calendar import Bools, Days, Floats, Ints
from analyses.footfall.kernel import PRIORS, Covariance, covariance

FEWEST_DAYS = 56
"""Fewest observed days that a baseline is fitted to: eight weeks."""

FREEDOM = 4.0
"""Degrees of freedom of the noise of a day."""

_ROUNDS, _STEPS, _SHRINK = 2, 6, 10.0


@dataclass(frozen=True, slots=True)
class Prediction:
    """Joint prediction of the counts of a few days.

    Parameters
    ----------
    mean : array, shape (k,)
        Expected log(1 + count).
    covariance : array, shape (k, k)
        Their joint covariance, the day's own noise included.
    """

    mean: Floats
    covariance: Floats

    @property
    def daily(self) -> Floats:
        """Expected count of each day (median of its distribution)."""
        return np.expm1(self.mean)

    @property
    def total(self) -> float:
        """Expected count of the window."""
        return float(self.daily.sum())

    @property
    def spread(self) -> float:
        """Standard deviation of the logarithm of the window **sum** (delta method, jointly)."""
        share = np.exp(self.mean)
        share = share / share.sum()
        return float(np.sqrt(share @ self.covariance @ share))


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted baseline; ``seen`` are the positions of the days that it was fitted to.

    Parameters
    ----------
    days : Days
        Features of all ``n`` periods.
    logs : array, shape (n,)
        log(1 + count), NaN where missing.
    seen : array of int, shape (m,)
        Positions used: observed and not left out.
    centre : float
        Median of the logs used.
    hyperparameters : dict
        Fitted values by name.
    noise : array, shape (n,)
        Variance of each day's noise when it is left out (its weekday's, without robust weight).
    weight : array, shape (n,)
        Robust weight of each day, 1 for an ordinary one.
    full : array, shape (n, n)
        Covariance of all days.
    inverse : array, shape (m, m)
        Inverse of the covariance of the days used.
    pull : array, shape (m,)
        ``inverse`` times the centred logs used.
    """

    days: Days
    logs: Floats
    seen: Ints
    centre: float
    hyperparameters: dict[str, float]
    noise: Floats
    weight: Floats
    full: Floats
    inverse: Floats
    pull: Floats

    def predict(self, window: Ints) -> Prediction:
        """Predict days that were left out of the fit, from all the days used."""
        cross = self.full[np.ix_(window, self.seen)]
        mean = cross @ self.pull + self.centre
        spread = self.full[np.ix_(window, window)] - cross @ self.inverse @ cross.T
        return Prediction(mean, self._plain_noise(spread, window))

    def leave_out(self, window: Ints) -> Prediction:
        """Predict days that were used, from all the others, without fitting again."""
        at = np.searchsorted(self.seen, window)
        block: Floats = np.linalg.inv(self.inverse[np.ix_(at, at)]).astype(np.float64)
        return Prediction(
            self.logs[window] - block @ self.pull[at], self._plain_noise(block, window)
        )

    def _plain_noise(self, spread: Floats, window: Ints) -> Floats:
        """Replace the noise of down-weighted days by that of an ordinary day."""
        plain = spread.copy()
        own = self.noise[window]
        plain.flat[:: len(plain) + 1] += own - own / self.weight[window]
        return plain


def fit_baseline(
    counts: Floats,
    days: Days,
    *,
    controls: Floats | None = None,
    left_out: Bools | None = None,
    breaks: tuple[int, ...] = (),
) -> Baseline:
    """Fit the baseline of one series.

    Parameters
    ----------
    counts : array, shape (n,)
        Counts by day, NaN where missing.
    days : Days
        Features of the same days.
    controls : array, shape (n, c), optional
        Scaled log counts of control sensors (see :mod:`analyses.footfall.controls`).
    left_out : array of bool, shape (n,), optional
        Days that the fit must not see: the event and every other declared event.
    breaks : tuple of int
        Positions of known level breaks.

    Returns
    -------
    Baseline
        Deterministic: the same input gives the same bytes.

    Raises
    ------
    ValueError
        If fewer than :data:`FEWEST_DAYS` days are left, or a count is negative.
    """
    if np.nanmin(counts, initial=0.0) < 0:
        raise ValueError("a count is negative")
    logs = np.log1p(counts)
    use = ~np.isnan(logs) if left_out is None else ~np.isnan(logs) & ~left_out
    seen = np.flatnonzero(use)
    if len(seen) < FEWEST_DAYS:
        raise ValueError(f"{len(seen)} days to fit, at least {FEWEST_DAYS} are needed")
    parts = covariance(days, controls, breaks)
    inner = _restrict(parts, seen)
    centre = float(np.median(logs[seen]))
    residual = logs[seen] - centre
    theta = np.log([PRIORS[name][0] for name in parts.names])
    scale, weight = np.ones(len(days)), np.ones(len(days))
    for _ in range(_ROUNDS):
        theta = _maximise(inner, residual, theta, (scale / weight)[seen])
        total, _ = inner.evaluate(theta, (scale / weight)[seen])
        inverse = _invert(total)
        base = float(np.exp(theta[parts.names.index("noise")])) ** 2
        scale, weight = _reweight(inverse, residual, days, seen, base, scale, weight)
    full, _ = parts.evaluate(theta, scale / weight)
    inverse = _invert(full[np.ix_(seen, seen)])
    return Baseline(
        days=days, logs=logs, seen=seen, centre=centre,
        hyperparameters=dict(zip(parts.names, np.exp(theta).tolist(), strict=True)),
        noise=base * scale, weight=weight, full=full, inverse=inverse, pull=inverse @ residual,
    )  # fmt: skip


def _restrict(parts: Covariance, seen: Ints) -> Covariance:
    cut = np.ix_(seen, seen)
    return Covariance(
        parts.lags, parts.lag[cut], parts.fixed[cut],
        {name: gram[cut] for name, gram in parts.linear.items()},
        None if parts.distance is None else parts.distance[cut], parts.names,
    )  # fmt: skip


def _invert(matrix: Floats) -> Floats:
    """Invert a positive definite matrix through its Cholesky factor."""
    lower = _half_inverse(np.asarray(np.linalg.cholesky(matrix), dtype=np.float64))
    inverse: Floats = lower + lower.T
    return inverse


def _half_inverse(factor: Floats) -> Floats:
    """Return what gives the inverse when its transpose is added: zeros above the diagonal.

    ``factor`` is the lower Cholesky factor of the matrix, zeros above the diagonal; it is consumed.
    """
    upper, info = lapack.dpotri(factor.T, lower=0, overwrite_c=1)  # no copy: LAPACK's own order
    if info != 0:
        raise np.linalg.LinAlgError("the covariance of the baseline cannot be inverted")
    half: Floats = upper.T
    half.flat[:: len(half) + 1] /= 2
    return half


def _maximise(parts: Covariance, residual: Floats, start: Floats, noise: Floats) -> Floats:
    """Take at most ``_STEPS`` quasi-Newton steps up the log posterior of the hyperparameters."""
    centre = np.log([PRIORS[name][0] for name in parts.names])
    spread = np.array([PRIORS[name][1] for name in parts.names])

    def objective(theta: Floats) -> tuple[float, Floats]:
        total, slopes = parts.evaluate(theta, noise)
        factor: Floats = np.asarray(np.linalg.cholesky(total), dtype=np.float64)
        pull = cho_solve((factor, True), residual, check_finite=False)
        away = (theta - centre) / spread
        value = 0.5 * residual @ pull + np.log(np.diag(factor)).sum() + 0.5 * away @ away
        tension = np.outer(pull, pull)
        tension -= 2 * _half_inverse(factor)
        return float(value), away / spread - slopes(tension)

    bounds = [(c - 4 * s, c + 4 * s) for c, s in zip(centre, spread, strict=True)]
    found = minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": _STEPS}
    )
    return np.asarray(found.x, dtype=np.float64)


def _reweight(
    inverse: Floats,
    residual: Floats,
    days: Days,
    seen: Ints,
    base: float,
    scale: Floats,
    weight: Floats,
) -> tuple[Floats, Floats]:
    """Return the noise scale of each weekday and the robust weight of each day.

    Both come from the error of each day predicted from all the others.
    """
    certain = np.diag(inverse)
    error = inverse @ residual / certain
    signal = np.maximum(1 / certain - base * (scale / weight)[seen], 0.0)
    expected = signal + base * scale[seen]
    clipped = np.minimum(error**2 / expected, 9.0)
    middle = float(clipped.mean())
    factor = np.ones(7)
    for weekday in range(7):
        mine = clipped[days.weekday[seen] == weekday]
        factor[weekday] = (mine.sum() + _SHRINK * middle) / ((len(mine) + _SHRINK) * middle)
    scale = np.clip(scale * factor[days.weekday], 0.1, 10.0)
    weight = np.ones(len(days))
    expected = signal + base * scale[seen]
    weight[seen] = np.minimum((FREEDOM + 1) / (FREEDOM + error**2 / expected), 1.0)
    return scale, weight
