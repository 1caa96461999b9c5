"""Ratios with intervals that know that the hours of a day are not independent."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analyses.parking.arrays import Codes, Floats
from analyses.results import UNKNOWN, Estimate


def day_ratio(
    taken: Floats,
    offered: Floats,
    strata: Sequence[int] | Codes | None = None,
    *,
    level: float = 0.95,
    ceiling: float = math.inf,
) -> Estimate:
    """Return sum(taken) / sum(offered) with an interval over days.

    Linearised variance of a ratio with days as clusters, within strata (Cochran, *Sampling
    Techniques*, 3rd ed., 1977, eq. 6.13 and 6.48), widened where a day resembles the one before
    (cars that stay for days), and Student's t. A ratio that cannot exceed 1 gets its interval on
    the logit scale, which stays within the bounds and leans as rare events do (Brown, Cai &
    DasGupta 2001, *Statistical Science* 16, §4.1); never seen, or always, it gets the bound of as
    many independent days (Clopper & Pearson 1934, *Biometrika* 26).

    Parameters
    ----------
    taken, offered : numpy.ndarray
        One number a day in order of time, shape (days,); days with nothing offered are left out.
    strata : sequence of int, optional
        Kind of each day (for instance its weekday); kinds seen on a single day are pooled.
    level : float
        Nominal coverage.
    ceiling : float
        1 for a ratio that cannot exceed 1, infinite (the default) for another.

    Returns
    -------
    Estimate
        ``n`` is the number of days; the bounds are NaN with fewer than two days.
    """
    kept = offered > 0
    days = int(kept.sum())
    if not days:
        return UNKNOWN
    ratio = float(taken[kept].sum() / offered[kept].sum())
    if days < 2:
        return Estimate(ratio, math.nan, math.nan, days, level)
    kinds = np.zeros(days, dtype=np.int64) if strata is None else np.asarray(strata)[kept]
    spread = taken[kept] - ratio * offered[kept]
    reach = _reach(spread, kinds, level) / float(offered[kept].sum())
    if ceiling == 1:
        return Estimate(ratio, *_within_bounds(ratio, reach, days, level), days, level)
    return Estimate(ratio, max(0.0, ratio - reach), ratio + reach, days, level)


def day_mean(values: Floats, strata: Codes | None = None, *, level: float = 0.95) -> Estimate:
    """Return the mean of one number a day with its interval; see :func:`day_ratio`."""
    known = ~np.isnan(values)
    size = int(known.sum())
    if not size:
        return UNKNOWN
    value = float(values[known].mean())
    if size < 2:
        return Estimate(value, math.nan, math.nan, size, level)
    kinds = np.zeros(size, dtype=np.int64) if strata is None else strata[known]
    reach = _reach(values[known] - value, kinds, level) / size
    return Estimate(value, value - reach, value + reach, size, level)


def _within_bounds(share: float, reach: float, days: int, level: float) -> tuple[float, float]:
    """Return the bounds of a share whose half-interval is ``reach``."""
    unseen = 1.0 - ((1.0 - level) / 2) ** (1 / days)
    if share <= 0:
        return 0.0, unseen
    if share >= 1:
        return 1.0 - unseen, 1.0
    odds, wide = math.log(share / (1 - share)), reach / (share * (1 - share))
    return tuple(
        1 / (1 + math.exp(-min(max(x, -700.0), 700.0))) for x in (odds - wide, odds + wide)
    )  # type: ignore[return-value]


def weekday_strata(days: pd.DatetimeIndex) -> Codes:
    """Return each day's stratum: its weekday, 0 for Monday."""
    return days.dayofweek.to_numpy().astype(np.int64)


def _reach(spread: Floats, kinds: Codes, level: float) -> float:
    """Return Student's half-interval of the sum of ``spread``."""
    centred, square, freedom = _within(spread, kinds)
    wider = resemblance(centred)
    student = float(stats.t.ppf(0.5 + level / 2, max(1.0, freedom / wider)))
    return student * math.sqrt(square * wider)


def _within(spread: Floats, kinds: Codes) -> tuple[Floats, float, int]:
    """Centre within strata; sum of n/(n − 1) × squares; degrees of freedom.

    Kinds seen on a single day are pooled, or join the largest when there is only one.
    """
    labels, codes, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    alone = counts[codes] < 2
    if alone.sum() == 1:
        codes = np.where(alone, int(np.argmax(counts)), codes)
    elif alone.any():
        codes = np.where(alone, len(labels), codes)
    centred, square, freedom = spread.copy(), 0.0, 0
    for code in np.unique(codes):
        rows = codes == code
        size = int(rows.sum())
        centred[rows] -= centred[rows].mean()
        square += size / (size - 1) * float((centred[rows] ** 2).sum())
        freedom += size - 1
    return centred, square, freedom


def resemblance(centred: Floats) -> float:
    """Return by how much the variance of a sum grows when each day resembles the one before.

    (1 + ρ) / (1 − ρ) for a first-order autoregression, never below 1; ρ is corrected for its bias
    in short series (Kendall 1954, Biometrika 41) and cut at 0.8.
    """
    size = len(centred)
    total = float((centred**2).sum())
    if size < 8 or total <= 0:
        return 1.0
    raw = float((centred[1:] * centred[:-1]).sum()) / total
    rho = min(max(raw + (1 + 3 * raw) / size, 0.0), 0.8)
    return (1 + rho) / (1 - rho)
