"""Random effects of cities: how far each number is pulled to the others, and with what certainty.

The normal hierarchical model of Gelman et al. (2013, Bayesian Data Analysis, 3rd ed., 5.4-5.5):
``y_i ~ N(theta_i, s_i^2)``, ``theta_i ~ N(mu, tau^2)``, flat priors on ``mu`` and ``tau``. ``tau``
is integrated on a grid, so that the intervals know that it was estimated; nothing is iterated, and
the same inputs and seed give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyses.comparison.scales import Measures

Vector = NDArray[np.float64]

GRID = 400
"""Points of the grid of tau."""

REACH = 8.0
"""Upper end of the grid, in units of the spread of the estimates (or of their errors)."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of the cities once they are seen together, on the pooling scale.

    Parameters
    ----------
    mean, sd : ndarray of shape (cities,)
        Posterior mean and standard deviation of each city's true value.
    mu, tau : float
        Posterior means of the centre and of the spread between cities.
    draws : ndarray of shape (draws, cities)
        Joint draws of the true values.
    """

    mean: Vector
    sd: Vector
    mu: float
    tau: float
    draws: Vector


def posterior(estimates: Vector, errors: Vector, *, draws: int = 4000, seed: int = 0) -> Posterior:
    """Return the posterior of the cities' true values.

    Parameters
    ----------
    estimates, errors : ndarray of shape (cities,)
        Estimates and standard errors (> 0), at least three cities.
    draws : int
        Joint draws to return.
    seed : int
        Seed of the draws.

    Returns
    -------
    Posterior

    Raises
    ------
    ValueError
        If there are fewer than three cities: their spread cannot be told.
    """
    y, s = np.asarray(estimates, dtype=float), np.asarray(errors, dtype=float)
    if len(y) < 3:
        raise ValueError("at least three cities are needed to tell their spread")
    if not ((s > 0).all() and np.isfinite(y).all()):
        raise ValueError("estimates are finite and standard errors are positive")
    tau = _grid(y, s)
    precision = 1.0 / (s**2 + tau[:, None] ** 2)
    variance_mu = 1.0 / precision.sum(axis=1)
    mu = variance_mu * (precision * y).sum(axis=1)
    log_density = (
        0.5 * np.log(variance_mu)
        + 0.5 * np.log(precision).sum(axis=1)
        - 0.5 * (precision * (y - mu[:, None]) ** 2).sum(axis=1)
    )
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    # share kept from the centre: B_i = s_i^2 / (s_i^2 + tau^2)
    kept = s**2 * precision
    centre = kept * mu[:, None] + (1 - kept) * y
    variance = (1 - kept) * s**2 + kept**2 * variance_mu[:, None]
    mean = weight @ centre
    second = weight @ (variance + centre**2)
    sampled = _draw(y, s, tau, mu, variance_mu, weight, draws, np.random.default_rng(seed))
    return Posterior(
        mean, np.sqrt(np.maximum(second - mean**2, 0.0)), float(weight @ mu), float(weight @ tau),
        sampled,
    )  # fmt: skip


def settled(measured: Measures, turns: int = 2) -> Measures:
    """Return the measures with errors taken at the shrunk values (:meth:`Measures.at`).

    Parameters
    ----------
    measured : Measures
        At least three cities.
    turns : int
        Times that errors and shrunk values are computed in turn.

    Returns
    -------
    Measures
    """
    for _ in range(turns):
        measured = measured.at(posterior(measured.estimates, measured.errors, draws=1).mean)
    return measured


def _grid(y: Vector, s: Vector) -> Vector:
    """Return the midpoints of a regular grid of tau, from 0 to far beyond what is plausible."""
    top = REACH * max(float(np.std(y, ddof=1)), 0.25 * float(np.median(s)))
    return np.asarray((np.arange(GRID) + 0.5) * top / GRID)


def _draw(
    y: Vector, s: Vector, tau: Vector, mu: Vector, variance_mu: Vector, weight: Vector, draws: int,
    random: np.random.Generator,
) -> Vector:  # fmt: skip
    at = random.choice(len(tau), size=draws, p=weight)
    centre = mu[at] + np.sqrt(variance_mu[at]) * random.standard_normal(draws)
    kept = s**2 / (s**2 + tau[at, None] ** 2)
    mean = kept * centre[:, None] + (1 - kept) * y
    spread = np.sqrt(1 - kept) * s
    return np.asarray(mean + spread * random.standard_normal((draws, len(y))))
