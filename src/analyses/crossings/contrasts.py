"""Did a street's vacancy change more than other streets' did? Placebo streets give the answer.

Difference in differences between one street and the others, each weighted by its premises; every
other street is then treated as if it were the one (placebos: Abadie, Diamond and Hainmueller 2010,
Journal of the American Statistical Association 105, 493-505). With one treated street the t
distribution of the other streets gives the interval (Conley and Taber 2011, Review of Economics and
Statistics 93, 113-125, for the argument; Student's prediction interval for the arithmetic).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from analyses.results import Estimate

Floats = npt.NDArray[np.float64]

FEWEST_STREETS = 5
"""Comparison streets under which no contrast is made."""
STREETS_TO_SHOW = 19
"""Comparison streets from which the rank of a street can reach one chance in twenty."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """One street against the others.

    Parameters
    ----------
    effect : Estimate
        Its change less theirs, with its interval; ``n`` is the number of its premises.
    p_value : float
        Two-sided, from Student's law.
    rank, among : int
        Rank of the street by the size of its contrast, itself included among ``among``.
    placebos : pandas.DataFrame
        ``unit``, ``value`` (contrast of each street) and ``size`` (over its standard error), the
        largest first; the treated street is marked by ``treated``.
    """

    effect: Estimate
    p_value: float
    rank: int
    among: int
    placebos: pd.DataFrame

    @property
    def exact(self) -> float:
        """Chance of that rank, or a better one, if the streets could be exchanged."""
        return self.rank / self.among


def contrast(
    units: list[str],
    changes: Floats,
    weights: Floats,
    treated: int,
    *,
    noise: float = 1.0,
    level: float = 0.95,
) -> Contrast | None:
    """Set one unit's change against the others'.

    Parameters
    ----------
    units : list of str
        Names.
    changes : array, shape (n,)
        Change of each.
    weights : array, shape (n,)
        Premises of each: the variance of a change is taken as inverse to it.
    treated : int
        Position of the unit of interest.
    noise : float
        Variance of the treated unit's change over that of the others, premises being equal. A rate
        that moves towards a half is noisier: the interval is widened, the test is not, since it
        supposes no effect.
    level : float
        Coverage of the interval.

    Returns
    -------
    Contrast or None
        None with fewer than :data:`FEWEST_STREETS` other units, or when they are all alike.
    """
    others = np.arange(len(units)) != treated
    if others.sum() < FEWEST_STREETS:
        return None
    value, error = _against(changes, weights, treated, others)
    if not error > 0:
        return None
    free = int(others.sum()) - 1
    rows = [(units[treated], value, value / error, True)]
    for place in np.flatnonzero(others):
        rest = others & (np.arange(len(units)) != place)
        gap, spread = _against(changes, weights, int(place), rest)
        rows.append((units[place], gap, gap / spread if spread > 0 else 0.0, False))
    table = pd.DataFrame(rows, columns=["unit", "value", "size", "treated"])
    size = table["size"].abs()
    rank = int((size >= size.iloc[0] * (1 - 1e-9)).sum())
    half = float(student.ppf(0.5 + level / 2, free)) * error * max(1.0, math.sqrt(noise))
    effect = Estimate(value, value - half, value + half, int(weights[treated]), level)
    p_value = float(2 * student.sf(abs(value / error), free))
    order = size.sort_values(ascending=False, kind="stable").index
    return Contrast(effect, p_value, rank, len(table), table.loc[order].reset_index(drop=True))


def _against(
    changes: Floats, weights: Floats, place: int, others: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    """Return a unit's change less the weighted mean of others, and its standard error."""
    w, d = weights[others], changes[others]
    mean = float(np.average(d, weights=w))
    scale = float((w * (d - mean) ** 2).sum()) / (len(d) - 1)
    error = math.sqrt(scale * (1 / weights[place] + 1 / w.sum()))
    return float(changes[place]) - mean, error
