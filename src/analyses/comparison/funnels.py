"""Funnel plots: how far from the mean a city of that size may lie by chance alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analyses.comparison.scales import Measures, Vector

LEVELS = (0.95, 0.998)
"""Usual limits of a funnel plot: about two and three standard errors."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Limits around the mean, and where each city lies.

    Parameters
    ----------
    centre : float
        Mean of the cities weighted by precision, in the indicator's unit.
    limits : DataFrame
        ``error`` (on the pooling scale, rising), ``low_95``, ``high_95``, ``low_99_8``,
        ``high_99_8`` in the indicator's unit.
    position : ndarray of str, shape (cities,)
        ``within``, ``low``, ``high`` (beyond 95 %), ``very low``, ``very high`` (beyond 99.8 %).
    """

    centre: float
    limits: pd.DataFrame
    position: tuple[str, ...]


def funnel(measured: Measures, points: int = 60) -> Funnel:
    """Return the funnel of the cities.

    Parameters
    ----------
    measured : Measures
        Estimates and standard errors on the pooling scale.
    points : int
        Points of each limit.

    Returns
    -------
    Funnel

    Notes
    -----
    Spiegelhalter (2005, Statistics in Medicine 24), without the overdispersion term: the limits
    say what chance alone does around one common value. Cities do differ; the league's shrinkage
    says by how much.
    """
    y, s = measured.estimates, measured.errors
    centre = float(np.average(y, weights=1 / s**2))
    grid: Vector = np.linspace(float(s.min()) * 0.8, float(s.max()) * 1.05, points)
    columns: dict[str, Vector] = {"error": grid}
    for level in LEVELS:
        quantile = float(stats.norm.ppf(0.5 + level / 2))
        name = f"{100 * level:g}".replace(".", "_")
        columns[f"low_{name}"] = measured.back(centre - quantile * grid)
        columns[f"high_{name}"] = measured.back(centre + quantile * grid)
    z = (y - centre) / s
    inner, outer = (float(stats.norm.ppf(0.5 + level / 2)) for level in LEVELS)
    position = tuple(_place(float(value), inner, outer) for value in z)
    return Funnel(float(measured.back(np.array([centre]))[0]), pd.DataFrame(columns), position)


def _place(z: float, inner: float, outer: float) -> str:
    if abs(z) <= inner:
        return "within"
    side = "low" if z < 0 else "high"
    return side if abs(z) <= outer else f"very {side}"
