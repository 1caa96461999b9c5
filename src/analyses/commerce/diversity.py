"""Diversity of the offer: Hill numbers brought to one number of shops.

Rarefaction and extrapolation of Chao, Gotelli, Hsieh, Sander, Ma, Colwell and Ellison (2014),
Rarefaction and extrapolation with Hill numbers, Ecological Monographs 84, 45-67. Two streets of
different sizes are compared at the same number of shops: a raw count of activities grows with size.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from analyses.results import Estimate

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
ORDERS = (0, 1, 2)


def observed(counts: Counts) -> tuple[float, float, float]:
    """Return the Hill numbers of order 0, 1 and 2 of counts by activity (equation 3)."""
    shares = counts[counts > 0] / counts.sum()
    return (
        float(len(shares)),
        float(np.exp(-(shares * np.log(shares)).sum())),
        float(1 / (shares**2).sum()),
    )


def hill(counts: Counts, size: int) -> tuple[float, float, float]:
    """Return the Hill numbers expected among ``size`` shops.

    Parameters
    ----------
    counts : array of int, shape (activities,)
        Shops by activity.
    size : int
        Number of shops: below the number observed it is rarefied, above it is extrapolated
        (reliable up to twice the number observed).

    Returns
    -------
    tuple of float
        Orders 0, 1 and 2.

    Raises
    ------
    ValueError
        If there is no shop or ``size`` is not positive.
    """
    counts = counts[counts > 0]
    n = int(counts.sum())
    if n == 0 or size < 1:
        raise ValueError("diversity needs at least one shop")
    if size < n:
        return _rarefied(counts, n, size)
    if size == n:
        return observed(counts)
    return _extrapolated(counts, n, size - n)


def standardised(
    counts: Counts, size: int, *, replicates: int = 200, seed: int = 0, level: float = 0.95
) -> tuple[Estimate, Estimate, Estimate]:
    """Return the Hill numbers at ``size`` shops with bootstrap intervals.

    The bootstrap draws from the estimated assemblage, unseen activities included (appendix S2 of
    the paper). The interval is pivotal on the log scale: the estimate divided by the quantiles of
    the ratio of each replicate to the true value of the assemblage that it is drawn from, so that
    the bias and the skewness of the estimate both enter it. It is never below one.
    """
    counts = counts[counts > 0]
    n = int(counts.sum())
    values = hill(counts, size)
    shares = _assemblage(counts, n)
    drawn = np.random.default_rng(seed).multinomial(n, shares, size=replicates)
    ratios = np.array([hill(row, size) for row in drawn]) / expected_hill(shares, size)
    tail = (1 - level) / 2
    least, most = np.quantile(ratios, [tail, 1 - tail], axis=0)
    first, second, third = (
        Estimate(value, max(1.0, min(value, value / up)), max(value, value / down), n, level)
        for value, down, up in zip(values, least.tolist(), most.tolist(), strict=True)
    )
    return first, second, third


def expected_hill(shares: Floats, size: int) -> tuple[float, float, float]:
    """Return the Hill numbers of the expected frequency counts of samples of known shares."""
    p = shares[shares > 0]
    k = np.arange(1, size + 1, dtype=np.float64)
    logs = gammaln(size + 1) - gammaln(k + 1) - gammaln(size - k + 1)
    rest = np.log1p(-np.minimum(p, 1 - 1e-12))[:, None]
    frequencies = np.exp(logs + k * np.log(p)[:, None] + (size - k) * rest).sum(axis=0)
    return _of_frequencies(frequencies, size)


def _rarefied(counts: Counts, n: int, size: int) -> tuple[float, float, float]:
    """Hill numbers of the expected frequency counts of a random part (equations 4a to 4c)."""
    return _of_frequencies(_expected(counts.astype(np.float64), n, size), size)


def _of_frequencies(frequencies: Floats, size: int) -> tuple[float, float, float]:
    """Hill numbers of ``frequencies[k - 1]`` activities with k shops among ``size``."""
    share = np.arange(1, size + 1, dtype=np.float64) / size
    return (
        float(frequencies.sum()),
        float(np.exp(-(frequencies * share * np.log(share)).sum())),
        float(1 / (frequencies * share**2).sum()),
    )


def _expected(counts: Floats, n: int, size: int) -> Floats:
    """Return the expected number of activities with k shops in a part (hypergeometric)."""
    k = np.arange(1, size + 1, dtype=np.float64)
    values, times = np.unique(counts, return_counts=True)
    x = values[:, None]
    rest = n - x - (size - k)
    possible = (k <= x) & (rest >= 0)
    logs = (
        gammaln(x + 1) - gammaln(k + 1) - gammaln(np.where(possible, x - k, 0) + 1)
        + gammaln(n - x + 1) - gammaln(size - k + 1) - gammaln(np.where(possible, rest, 0) + 1)
        - (gammaln(n + 1) - gammaln(size + 1) - gammaln(n - size + 1))
    )  # fmt: skip
    chances = np.where(possible, np.exp(np.where(possible, logs, 0.0)), 0.0)
    return np.asarray(times @ chances, dtype=np.float64)


def _extrapolated(counts: Counts, n: int, more: int) -> tuple[float, float, float]:
    """Hill numbers after ``more`` shops beyond those seen (equations 9, 11 and 13)."""
    total = n + more
    once, unseen = float((counts == 1).sum()), _unseen(counts, n)
    richness = float(len(counts))
    if once and unseen:
        richness += unseen * (1 - (1 - once / (n * unseen + once)) ** more)
    seen = math.log(observed(counts)[1])
    entropy = n / total * seen + more / total * _entropy(counts, n)
    simpson = float((counts * (counts - 1.0)).sum()) / (n * (n - 1)) if n > 1 else 1.0
    evenness = float(1 / (1 / total + (total - 1) / total * simpson))
    return float(richness), math.exp(entropy), evenness


def _unseen(counts: Counts, n: int) -> float:
    """Return the estimated number of activities not seen (Chao1)."""
    once, twice = float((counts == 1).sum()), float((counts == 2).sum())
    if twice:
        return (n - 1) / n * once**2 / (2 * twice)
    return (n - 1) / n * once * (once - 1) / 2


def _entropy(counts: Counts, n: int) -> float:
    """Return the entropy of the whole, unseen activities included (Chao, Wang and Jost 2013)."""
    known = float((counts / n * (digamma(n) - digamma(counts))).sum())
    once, twice = float((counts == 1).sum()), float((counts == 2).sum())
    if not once:
        return known
    if twice:
        a = 2 * twice / ((n - 1) * once + 2 * twice)
    elif once > 1:
        a = 2 / ((n - 1) * (once - 1) + 2)
    else:
        return known
    if a >= 1:
        return known
    r = np.arange(1, n)
    tail = -math.log(a) - float(((1 - a) ** r / r).sum())
    return known + once / n * math.exp(-(n - 1) * math.log1p(-a)) * tail


def _assemblage(counts: Counts, n: int) -> Floats:
    """Return the estimated shares of all activities, seen and unseen (appendix S2)."""
    once, unseen = float((counts == 1).sum()), _unseen(counts, n)
    shares = counts / n
    if not once or not unseen:
        return np.asarray(shares, dtype=np.float64)
    twice = float((counts == 2).sum())
    missing = (
        once
        / n
        * (
            (n - 1) * once / ((n - 1) * once + 2 * twice)
            if twice
            else (n - 1) * (once - 1) / ((n - 1) * (once - 1) + 2)
        )
    )
    absent = shares * (1 - shares) ** n
    seen = shares * (1 - missing / absent.sum() * (1 - shares) ** n)
    extra = math.ceil(unseen)
    whole = np.concatenate([np.clip(seen, 0, None), np.full(extra, missing / extra)])
    return np.asarray(whole / whole.sum(), dtype=np.float64)
