"""Durations of stays when some were not seen to begin or to end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats

from analyses.parking.arrays import Floats, tally
from analyses.parking.grid import seconds
from analyses.results import UNKNOWN, Estimate

CLASSES = (30.0, 120.0, 330.0)
"""Upper bounds, in minutes, of the classes of stay (≤ 0.5 h, ≤ 2 h, ≤ 5.5 h, beyond)."""


@dataclass(frozen=True)
class Durations:
    """Stays by length, arrival day by arrival day; only stays whose arrival was seen.

    Parameters
    ----------
    minutes : numpy.ndarray
        Distinct lengths in whole minutes, rising, shape (lengths,).
    ended, dropped : numpy.ndarray
        Stays seen to end at that length, and lost from sight at it, shape (days, lengths).
    unseen_arrivals : int
        Stays left out because their arrival was not seen: their length so far is unknown, and they
        are longer than most, since a long stay is more likely to be under way at any instant.
    """

    minutes: Floats
    ended: Floats
    dropped: Floats
    unseen_arrivals: int

    @property
    def stays(self) -> int:
        """Stays that the estimates rest on."""
        return int(self.ended.sum() + self.dropped.sum())


def durations(stays: pd.DataFrame, tz: str) -> Durations:
    """Count stays by length and local day of arrival.

    Parameters
    ----------
    stays : pandas.DataFrame
        ``arrival``, ``departure``, ``left_censored``, ``right_censored``.
    tz : str
        Local time zone.
    """
    left = stays["left_censored"].to_numpy(dtype=bool)
    kept = stays[~left]
    length = seconds(kept["departure"], "departure") - seconds(kept["arrival"], "arrival")
    whole = np.maximum(np.rint(length / 60.0), 0.0)
    minutes, column = np.unique(whole, return_inverse=True)
    day, names = pd.factorize(kept["arrival"].dt.tz_convert(tz).dt.date)
    shape = (len(names), len(minutes))
    cell = day * shape[1] + column
    right = kept["right_censored"].to_numpy(dtype=bool)
    counts = [tally(cell[mask], shape[0] * shape[1]).reshape(shape) for mask in (~right, right)]
    return Durations(minutes, counts[0], counts[1], int(left.sum()))


def survival(ended: Floats, dropped: Floats) -> Floats:
    """Return the Kaplan-Meier curve after each length, shape of the input.

    Parameters
    ----------
    ended, dropped : numpy.ndarray
        Stays that end, and that are lost from sight, at each length; last axis is length.

    Notes
    -----
    S(t) = Π over lengths ≤ t of (1 − ended / at risk), Kaplan and Meier (1958), JASA 53.
    """
    leaving = ended + dropped
    at_risk = np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]
    hazard = np.divide(ended, at_risk, out=np.zeros_like(ended), where=at_risk > 0)
    return np.asarray(np.cumprod(1.0 - hazard, axis=-1))


def _curves(found: Durations, draws: int, seed: int) -> Floats:
    """Curve of the data in row 0, then of ``draws`` samples of whole days."""
    days = found.ended.shape[0]
    rng = np.random.default_rng(seed)
    weights = np.ones((draws + 1, days))
    weights[1:] = rng.multinomial(days, np.full(days, 1.0 / days), size=draws)
    return survival(weights @ found.ended, weights @ found.dropped)


def _summary(
    values: Floats, n: int, days: int, level: float, ceiling: float = math.inf
) -> Estimate:
    """Value of the data, and Student's interval on the spread over samples of days."""
    if days < 2:
        return Estimate(float(values[0]), math.nan, math.nan, n, level)
    error = float(np.nanstd(values[1:], ddof=1)) * math.sqrt(days / (days - 1))
    from_t = _student(level, days - 1)
    low, high = values[0] - from_t * error, values[0] + from_t * error
    return Estimate(float(values[0]), max(0.0, float(low)), min(ceiling, float(high)), n, level)


def _student(level: float, freedom: int) -> float:
    return float(stats.t.ppf(0.5 + level / 2, freedom))


def mean_stay(
    found: Durations, *, horizon: float | None = None, level: float = 0.95, seed: int = 0
) -> Estimate:
    """Return the mean stay in minutes: the area under the Kaplan-Meier curve.

    Parameters
    ----------
    found : Durations
        Stays by length and day.
    horizon : float, optional
        Longest length counted, in minutes; the longest seen by default. When the curve has not
        reached 0 there, the value is the mean *up to* the horizon, lower than the true mean:
        see :func:`tail`.
    level, seed
        Nominal coverage, from 400 samples of whole days.
    """
    if not found.stays:
        return UNKNOWN
    curves = _curves(found, 400, seed)
    end = float(found.minutes[-1]) if horizon is None else horizon
    knots = np.clip(np.r_[0.0, found.minutes], 0.0, end)
    widths = np.diff(np.r_[knots, end])
    area = np.c_[np.ones(len(curves)), curves] @ widths
    return _summary(area, found.stays, found.ended.shape[0], level)


def tail(found: Durations) -> float:
    """Return the share of stays longer than the longest one that was watched to its end."""
    return float(survival(found.ended.sum(axis=0), found.dropped.sum(axis=0))[-1])


def share_beyond(
    found: Durations, minutes: float, *, level: float = 0.95, seed: int = 0
) -> Estimate:
    """Return the share of stays longer than ``minutes``.

    Returns
    -------
    Estimate
        Unknown (NaN) when no stay was watched for that long while others were lost from sight
        earlier: the curve says nothing beyond the longest length watched.
    """
    if not found.stays:
        return UNKNOWN
    reached = found.minutes[-1] >= minutes
    if not reached and tail(found) > 0:
        return UNKNOWN
    before = int(np.searchsorted(found.minutes, minutes, side="right"))
    curves = np.c_[np.ones(401), _curves(found, 400, seed)]
    return _summary(curves[:, before], found.stays, found.ended.shape[0], level, 1.0)


def stay_classes(
    found: Durations, bounds: Sequence[float] = CLASSES, *, level: float = 0.95, seed: int = 0
) -> list[tuple[float, float, Estimate]]:
    """Return the share of stays in each class (low, high] of minutes; the last is open.

    A class beyond the reach of the observation is unknown, see :func:`share_beyond`.
    """
    if not found.stays:
        return []
    curves = np.c_[np.ones(401), _curves(found, 400, seed)]
    edges = [0.0, *bounds, math.inf]
    open_end = tail(found) > 0
    classes = []
    for low, high in pairwise(edges):
        before = np.searchsorted(found.minutes, low, side="right") if low else 0
        after = np.searchsorted(found.minutes, high, side="right")
        upper = np.zeros(401) if math.isinf(high) else curves[:, after]
        limit = low if math.isinf(high) else high
        if open_end and found.minutes[-1] < limit:
            classes.append((low, high, UNKNOWN))
            continue
        share = curves[:, before] - upper
        estimate = _summary(share, found.stays, found.ended.shape[0], level, 1.0)
        classes.append((low, high, estimate))
    return classes


def overstay_room(stays: pd.DataFrame, minutes: float) -> tuple[float, float]:
    """Return the bounds of the share of occupied space-time that overstays take.

    Parameters
    ----------
    stays : pandas.DataFrame
        Re-joined stays.
    minutes : float
        Threshold of an overstay.

    Returns
    -------
    low, high : float
        ``low`` counts the stays watched for longer than the threshold; ``high`` adds every
        censored stay, which may have been longer. Shares of the space-time seen.
    """
    length = seconds(stays["departure"], "departure") - seconds(stays["arrival"], "arrival")
    total = float(length.sum())
    if total <= 0:
        return math.nan, math.nan
    long = length > minutes * 60
    cut = (stays["left_censored"] | stays["right_censored"]).to_numpy(dtype=bool)
    return float(length[long].sum()) / total, float(length[long | cut].sum()) / total
