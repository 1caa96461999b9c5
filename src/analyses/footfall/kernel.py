"""Covariance of the log counts of one sensor: what makes two days alike.

The baseline is one Gaussian process on the log scale. Its covariance is a sum of parts with a
meaning: calendar effects (weekday, holidays, school holidays, weather: nearly free regression
coefficients), a level that drifts over weeks, a short memory of a few days, weekdays whose pattern
drifts over months, streets that move together (control sensors: a ridge regression, one whose
coefficients drift, and a smooth non-linear one) and the noise of a single day. Rasmussen and
Williams, *Gaussian Processes for Machine Learning*, MIT Press 2006, ch. 2 and 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analyses.footfall.calendar import Bools, Days, Floats, Ints

Slopes = Callable[[Floats], Floats]

PRIORS: dict[str, tuple[float, float]] = {
    "level": (0.06, 1.0), "level_days": (75.0, 0.7),
    "memory": (0.02, 0.7), "memory_days": (3.7, 0.7),
    "weekday": (0.015, 1.0), "weekday_days": (146.0, 0.7),
    "noise": (0.045, 0.7), "weather": (0.03, 1.0),
    "control": (0.135, 1.0), "drift": (0.035, 1.0),
    "smooth": (0.10, 1.0), "smooth_scale": (2.0, 0.5),
}  # fmt: skip
"""Median and log-scale spread of the log-normal prior of each hyperparameter; medians are those
found on Auckland 2019 and 2022, which the benchmark does not score."""

TIMES = ("level", "memory", "weekday")
"""Kernels of time: exponential, each with its length in days."""
OTHER_WEEKDAY = -1 / 7
"""Covariance of two different weekdays whose own variances are 6/7: patterns of a week sum to 0."""
DRIFT_DAYS = 90.0
_CONSTANT, _WEEKDAY, _HOLIDAY, _NAMED, _FLAG, _BREAK = 25.0, 1.0, 0.25, 0.15, 0.04, 1.0


@dataclass(frozen=True, slots=True)
class Covariance:
    """The parts of the covariance of ``n`` days, ready to be weighted by hyperparameters.

    Parameters
    ----------
    lags : array, shape (k,)
        0, 1, 2 … days.
    lag : array of int, shape (n, n)
        Days between two periods, plus ``k`` where both are of one weekday: it indexes a table of
        2 ``k`` values, so that kernels of time are computed once a lag.
    fixed : array, shape (n, n)
        Calendar part, whose weights are not fitted.
    linear : dict of str to array, shape (n, n)
        Parts that one squared weight multiplies: ``weather``, ``control``, ``drift``.
    distance : array, shape (n, n), optional
        Mean squared distance of two days in the space of the controls.
    names : tuple of str
        Hyperparameters, in the order of the vectors of :meth:`evaluate`.
    """

    lags: Floats
    lag: Ints
    fixed: Floats
    linear: dict[str, Floats]
    distance: Floats | None
    names: tuple[str, ...]

    def evaluate(self, theta: Floats, noise: Floats) -> tuple[Floats, Slopes]:
        """Return the covariance and what its derivatives are computed with.

        Parameters
        ----------
        theta : array, shape (p,)
            Logarithms of the hyperparameters, in the order of :attr:`names`.
        noise : array, shape (n,)
            Variance of each day's noise relative to ``noise`` squared.

        Returns
        -------
        tuple
            Covariance (n, n), and a function that takes weights ``W`` (n, n) and returns half of
            ``sum(W * dK / dtheta)`` for each entry of ``theta``, shape (p,); ``W`` need not be
            symmetric, as ``K`` is.
        """
        value = dict(zip(self.names, np.exp(theta), strict=True))
        away = {name: self.lags / value[f"{name}_days"] for name in TIMES}
        fade = {name: value[name] ** 2 * np.exp(-away[name]) for name in TIMES}
        any_day = fade["level"] + fade["memory"] + OTHER_WEEKDAY * fade["weekday"]
        total: Floats = np.concatenate([any_day, any_day + fade["weekday"]]).take(self.lag)
        total += self.fixed
        for name, gram in self.linear.items():
            total += value[name] ** 2 * gram
        scaled = smooth = None
        if self.distance is not None:
            scaled = self.distance / value["smooth_scale"] ** 2
            smooth = np.exp(-0.5 * scaled)
            smooth *= value["smooth"] ** 2
            total += smooth
        own = value["noise"] ** 2 * noise
        total.flat[:: len(total) + 1] += own

        def slopes(weights: Floats) -> Floats:
            by_lag = np.bincount(self.lag.ravel(), weights.ravel(), 2 * len(self.lags))
            other, same = by_lag[: len(self.lags)], by_lag[len(self.lags) :]
            every = other + same
            found = {"noise": float(np.diag(weights) @ own)}
            for name in TIMES:
                mine = OTHER_WEEKDAY * every + same if name == "weekday" else every
                found[name] = float(mine @ fade[name])
                found[f"{name}_days"] = 0.5 * float(mine @ (fade[name] * away[name]))
            for name, gram in self.linear.items():
                found[name] = value[name] ** 2 * float(np.vdot(weights, gram))
            if smooth is not None and scaled is not None:
                found["smooth"] = float(np.vdot(weights, smooth))
                found["smooth_scale"] = 0.5 * float(np.vdot(weights, scaled * smooth))
            return np.array([found[name] for name in self.names])

        return total, slopes


def covariance(
    days: Days, controls: Floats | None = None, breaks: tuple[int, ...] = ()
) -> Covariance:
    """Build the parts of the covariance.

    Parameters
    ----------
    days : Days
        Features of the ``n`` periods.
    controls : array, shape (n, c), optional
        Scaled log counts of the control sensors, without missing value.
    breaks : tuple of int
        Positions where the sensor's level breaks (moved or replaced); each has a step of its own.
    """
    position = (days.dates - days.dates[0]).days.to_numpy(dtype=np.int64)
    lag: Ints = np.abs(position[:, None] - position[None, :])
    lags = np.arange(position[-1] + 1, dtype=np.float64)
    same = (days.weekday[:, None] == days.weekday[None, :]).astype(np.float64)
    names = ["level", "level_days", "memory", "memory_days", "weekday", "weekday_days", "noise"]
    linear: dict[str, Floats] = {}
    distance: Floats | None = None
    if days.weather.shape[1]:
        linear["weather"] = days.weather @ days.weather.T
    if controls is not None and controls.shape[1]:
        gram = controls @ controls.T / controls.shape[1]
        linear["control"] = gram
        linear["drift"] = gram * np.exp(-lags / DRIFT_DAYS)[lag]
        square = np.diag(gram)
        distance = np.maximum(square[:, None] + square[None, :] - 2 * gram, 0.0)
    names += list(linear) + (["smooth", "smooth_scale"] if distance is not None else [])
    fixed = _fixed(days, same, breaks)
    both = lag + len(lags) * same.astype(np.int64)
    return Covariance(lags, both, fixed, linear, distance, tuple(names))


def _fixed(days: Days, same_weekday: Floats, breaks: tuple[int, ...]) -> Floats:
    off: Bools = days.public_holiday
    both = np.outer(off, off)
    named = both & (days.holiday[:, None] == days.holiday[None, :])
    total = _CONSTANT + _WEEKDAY * same_weekday + _HOLIDAY * both + _NAMED * named
    total = total + _FLAG * days.flags @ days.flags.T
    order = np.arange(len(days))
    for at in breaks:
        step = np.where(order >= at, 0.5, -0.5)
        total = total + 4 * _BREAK * np.outer(step, step)
    return np.asarray(total, dtype=np.float64)
