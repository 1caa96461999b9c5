"""The scale on which numbers are pooled: logit for shares, log for ratios, else the number itself.

A sampling error is about normal there, and a pooled value stays within its bounds. The standard
error comes from the number's own interval, so that whatever the analysis knew (finite population,
clusters, design) is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

Scale = Literal["logit", "log", "linear"]
Vector = NDArray[np.float64]

RATIOS = ("openings per closure",)
"""Units of positive ratios, pooled on a log scale."""

TRENDS = ("%/year", "points/year", "points", "rank")
"""Units that may be negative, pooled as they are."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Estimates and their standard errors on the pooling scale.

    Parameters
    ----------
    estimates, errors : ndarray of shape (cities,)
        On the scale; ``errors`` > 0.
    scale : str
        See :data:`Scale`.
    spread : ndarray of shape (cities,), optional
        For shares, standard error of the share over sqrt(c (1 - c)), c the interval's middle.
    """

    estimates: Vector
    errors: Vector
    scale: Scale
    spread: Vector | None = None

    def at(self, values: Vector) -> Measures:
        """Return the measures with the errors that shares of ``values`` (on the scale) would have.

        A small survey that met few vacant premises has too wide an error on the logit scale, one
        that met many too narrow a one: errors taken at the shrunk share no longer follow the noise
        of the estimate. The other scales are returned as they are.
        """
        if self.spread is None:
            return self
        share = special.expit(values)
        errors = self.spread / np.sqrt(share * (1 - share))
        return Measures(self.estimates, errors, self.scale, self.spread)

    def back(self, values: Vector) -> Vector:
        """Return values of the scale in the indicator's unit."""
        if self.scale == "logit":
            return np.asarray(100.0 * special.expit(values))
        return np.exp(values) if self.scale == "log" else np.asarray(values, dtype=float)


def scale_of(unit: str, low: Vector, high: Vector) -> Scale:
    """Return the pooling scale of a unit.

    A ``%`` is a share unless one of its intervals leaves [0, 100] (an uplift, a trend).
    """
    if unit in RATIOS and bool(np.all(low > 0)):
        return "log"
    if unit == "%" and bool(np.all(low >= 0) and np.all(high <= 100)):
        return "logit"
    return "linear"


def measures(rows: pd.DataFrame, level: float = 0.95) -> Measures:
    """Return the estimates of the indicators table on their pooling scale.

    Parameters
    ----------
    rows : DataFrame
        Columns ``value``, ``low``, ``high``, ``unit`` (one unit) and ``n``; no missing value.
    level : float
        Nominal coverage of the intervals.

    Returns
    -------
    Measures

    Raises
    ------
    ValueError
        If the units differ, a bound is missing, or an interval has no width on the scale.

    Notes
    -----
    A share of 0 or 100 % has no logit: it is moved by half a unit of its ``n`` (Haldane 1956;
    Anscombe 1956). The standard error on the logit scale is the interval's half-width over the
    normal quantile, divided by p(1 - p) (delta method); the interval of a share is about its
    middle what a normal one is about its estimate (Agresti and Coull 1998).
    """
    units = rows["unit"].unique()
    if len(units) != 1:
        raise ValueError(f"numbers of one unit are pooled, not {', '.join(map(str, units))}")
    value, low, high = (rows[name].to_numpy(dtype=float) for name in ("value", "low", "high"))
    if not np.isfinite([value, low, high]).all():
        raise ValueError("a number to pool needs a value and an interval")
    scale = scale_of(str(units[0]), low, high)
    quantile = float(stats.norm.ppf(0.5 + level / 2))
    if scale == "log":
        return _checked(np.log(value), (np.log(high) - np.log(low)) / (2 * quantile), scale)
    width = (high - low) / (2 * quantile)
    if scale == "linear":
        return _checked(value, width, scale)
    size = np.maximum(rows["n"].to_numpy(dtype=float), 1.0)
    share = (value / 100 * size + 0.5) / (size + 1)
    middle = (low + high) / 200
    spread = width / 100 / np.sqrt(middle * (1 - middle))
    errors = spread / np.sqrt(share * (1 - share))
    return replace(_checked(special.logit(share), errors, scale), spread=spread)


def _checked(estimates: Vector, errors: Vector, scale: Scale) -> Measures:
    if not (np.isfinite(estimates).all() and (errors > 0).all()):
        raise ValueError("an interval without width cannot be pooled: the number is exact")
    return Measures(np.asarray(estimates), np.asarray(errors), scale)
