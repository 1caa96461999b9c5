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
    Techniques*, 3rd ed., 1977, eq. 6.13 and 6.48), and Student's t with days − strata degrees of
    freedom.

    Parameters
    ----------
    taken, offered : numpy.ndarray
        One number a day, shape (days,); days with nothing offered are left out.
    strata : sequence of int, optional
        Kind of each day (for instance its weekday); kinds seen on a single day are pooled.
    level : float
        Nominal coverage.
    ceiling : float
        Largest possible ratio, 1 for a share; the bounds are cut at 0 and there.

    Returns
    -------
    Estimate
        ``n`` is the number of days; the bounds are NaN with fewer than two days.
    """
    kept = offered > 0
    days = int(kept.sum())
    if not days:
        return UNKNOWN
    kinds = np.zeros(days, dtype=np.int64) if strata is None else np.asarray(strata)[kept]
    ratio = float(taken[kept].sum() / offered[kept].sum())
    if days < 2:
        return Estimate(ratio, math.nan, math.nan, days, level)
    spread = taken[kept] - ratio * offered[kept]
    square, freedom = _within(spread, kinds)
    error = math.sqrt(square) / float(offered[kept].sum())
    reach = float(stats.t.ppf(0.5 + level / 2, freedom)) * error
    return Estimate(
        ratio, max(0.0, ratio - reach), max(ratio, min(ceiling, ratio + reach)), days, level
    )


def day_mean(values: Floats, strata: Codes | None = None, *, level: float = 0.95) -> Estimate:
    """Return the mean of one number a day with its interval; see :func:`day_ratio`."""
    known = ~np.isnan(values)
    kinds = None if strata is None else strata[known]
    size = int(known.sum())
    if size < 2:
        value = float(values[known].mean()) if size else math.nan
        return Estimate(value, math.nan, math.nan, size, level)
    spread = values[known] - values[known].mean()
    groups = np.zeros(size, dtype=np.int64) if kinds is None else kinds
    square, freedom = _within(spread, groups)
    reach = float(stats.t.ppf(0.5 + level / 2, freedom)) * math.sqrt(square) / size
    value = float(values[known].mean())
    return Estimate(value, value - reach, value + reach, size, level)


def weekday_strata(days: pd.DatetimeIndex) -> Codes:
    """Return each day's stratum: its weekday, 0 for Monday."""
    return days.dayofweek.to_numpy().astype(np.int64)


def _within(spread: Floats, kinds: Codes) -> tuple[float, int]:
    """Sum over strata of n/(n − 1) × squares about the stratum's mean, and degrees of freedom."""
    square, freedom = 0.0, 0
    for part in _strata(spread, kinds):
        size = len(part)
        square += size / (size - 1) * float(((part - part.mean()) ** 2).sum())
        freedom += size - 1
    return square, freedom


def _strata(spread: Floats, kinds: Codes) -> list[Floats]:
    """Split by kind; kinds seen once are pooled, or join the largest when there is only one."""
    parts = [spread[kinds == kind] for kind in np.unique(kinds)]
    alone = [part for part in parts if len(part) < 2]
    groups = sorted((part for part in parts if len(part) > 1), key=len)
    if len(alone) == 1:
        groups[-1] = np.concatenate([groups[-1], alone[0]])
    elif alone:
        groups.append(np.concatenate(alone))
    return groups
