"""Windows without event, in the same series: how often the method errs, and how wide it must be.

The error of each placebo window is studentised by its predicted spread; the interval of the event
is widened (or narrowed) by a quantile of these errors. Split-conformal reasoning (Vovk, Gammerman
and Shafer 2005; Lei et al., JASA 113, 2018) with two changes that lower the variance of the
quantile: the Harrell-Davis estimator (Biometrika 69, 1982), and a quarter of weight on a robust
normal scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtri
from scipy.stats import beta

from analyses.footfall.baseline import Baseline
from analyses.footfall.calendar import Bools, Days, Floats, Ints

_ROBUST_SHARE = 0.25
_NARROWEST = 0.7


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the placebo windows say.

    Parameters
    ----------
    factor : float
        Half-width of the interval in predicted standard deviations (1.96 for a perfect model).
    false_alarm_rate : float
        Share of placebo windows called significant, each judged by the factor that the windows
        not overlapping it give.
    raw_false_alarm_rate : float
        The same for the model before calibration.
    n : int
        Placebo windows.
    independent : int
        Windows that do not overlap among them: what ``n`` is really worth.
    reach : float
        Upper 80 % quantile of the studentised errors, for the minimum detectable effect.
    bias : float
        Median error on the log scale.
    """

    factor: float
    false_alarm_rate: float
    raw_false_alarm_rate: float
    n: int
    independent: int
    reach: float
    bias: float

    def detectable(self, spread: float) -> float:
        """Return the relative effect that would be shown four times in five."""
        return float(np.expm1(spread * (self.factor + self.reach)))


def placebo_starts(
    days: Days, usable: Bools, event: Ints, *, most: int = 150, clear: int = 1
) -> Ints:
    """Choose windows without event, of the event's length, nearest in weekday mix then season.

    Parameters
    ----------
    days : Days
        Features of the ``n`` periods.
    usable : array of bool, shape (n,)
        Days that were observed and used by the baseline.
    event : array of int, shape (k,)
        Positions of the event's window, consecutive.
    most : int
        Most windows to return.
    clear : int
        Days left free on each side of the event.

    Returns
    -------
    array of int
        First positions, increasing. Windows may overlap one another.
    """
    length = len(event)
    fit = usable & ~days.public_holiday
    running = np.convolve(fit, np.ones(length), mode="valid") == length
    starts: Ints = np.flatnonzero(running).astype(np.int64)
    apart = (starts + length + clear <= event[0]) | (starts > event[-1] + clear)
    starts = starts[apart]
    if len(starts) <= most:
        return starts
    mismatch = _mismatch(days.weekday, starts, event) if days.weekday.any() else 0 * starts
    away = np.abs((days.dates[starts] - days.dates[event[0]]).days.to_numpy())
    season = np.minimum(away % 365, 365 - away % 365)
    order = np.lexsort((starts, away, season, mismatch))
    return np.sort(starts[order[:most]])


def calibrate(baseline: Baseline, starts: Ints, length: int, *, level: float = 0.95) -> Calibration:
    """Measure the errors of the baseline on placebo windows.

    Raises
    ------
    ValueError
        If there are fewer than ten windows.
    """
    if len(starts) < 10:
        raise ValueError(f"{len(starts)} placebo windows, at least 10 are needed")
    error, spread = np.empty(len(starts)), np.empty(len(starts))
    for index, start in enumerate(starts):
        window = np.arange(start, start + length)
        prediction = baseline.leave_out(window)
        observed = float(np.expm1(baseline.logs[window]).sum())
        error[index] = np.log1p(observed) - np.log1p(max(prediction.total, 0.0))
        spread[index] = prediction.spread
    score = error / spread
    size = np.abs(score)
    alarms = [size[j] > _factor(size[_apart(starts, j, length)], level) for j in range(len(size))]
    low, high = np.quantile(score, [0.2, 0.8])
    return Calibration(
        factor=_factor(size, level),
        false_alarm_rate=float(np.mean(alarms)),
        raw_false_alarm_rate=float(np.mean(size > ndtri(0.5 + level / 2))),
        n=len(starts),
        independent=_independent(starts, length),
        reach=float(high - low) / 2,
        bias=float(np.median(error)),
    )


def _mismatch(weekday: Ints, starts: Ints, event: Ints) -> Ints:
    """Count the days whose kind differs: 2 for weekday against weekend, 1 for Sat. against Sun."""
    kind = np.where(weekday < 5, 0, weekday - 4)
    windows = kind[starts[:, None] + np.arange(len(event))[None, :]]
    mine = kind[event]
    weekend = np.abs((windows > 0).sum(axis=1) - (mine > 0).sum())
    saturday = np.abs((windows == 1).sum(axis=1) - (mine == 1).sum())
    sunday = np.abs((windows == 2).sum(axis=1) - (mine == 2).sum())
    return np.asarray(2 * weekend + saturday + sunday, dtype=np.int64)


def _apart(starts: Ints, index: int, length: int) -> Bools:
    return np.asarray(np.abs(starts - starts[index]) >= length, dtype=np.bool_)


def _independent(starts: Ints, length: int) -> int:
    count, free = 0, -1
    for start in starts:
        if start >= free:
            count, free = count + 1, int(start) + length
    return count


def _factor(size: Floats, level: float) -> float:
    """Return the calibrated half-width for studentised absolute errors ``size``."""
    normal = float(ndtri(0.5 + level / 2))
    if len(size) < 10:
        return max(normal, float(size.max(initial=0.0)))
    share = min(level * (len(size) + 1) / len(size), 1 - 0.5 / len(size))
    upper = float(_harrell_davis(len(size), round(share, 6)) @ np.sort(size))
    robust = float(np.median(size)) / float(ndtri(0.75)) * normal
    return max((1 - _ROBUST_SHARE) * upper + _ROBUST_SHARE * robust, _NARROWEST * normal)


@lru_cache(maxsize=1024)
def _harrell_davis(n: int, share: float) -> Floats:
    """Weights of the order statistics in the Harrell-Davis quantile."""
    edges = beta((n + 1) * share, (n + 1) * (1 - share)).cdf(np.arange(n + 1) / n)
    weights = np.asarray(np.diff(edges), dtype=np.float64)
    weights.setflags(write=False)
    return weights
