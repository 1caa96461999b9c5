"""Intervals of shares: Wilson, Wilson in a finite population, difference of paired shares."""

from __future__ import annotations

import math

from scipy.stats import norm

from analyses.results import Estimate


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, as fractions.

    ``n`` may be fractional (an effective sample size). Wilson (1927), JASA 22, equation of the
    score test solved for the share.

    Raises
    ------
    ValueError
        If ``n`` is not positive or ``successes`` lies outside 0 … n.
    """
    if not 0 <= successes <= n or n <= 0:
        raise ValueError(f"{successes} successes out of {n} is not a share")
    z = float(norm.ppf(0.5 + level / 2))
    share, z2 = successes / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def wilson_finite(
    successes: int, n: int, population: int, level: float = 0.95
) -> tuple[float, float]:
    """Return the Wilson interval of the share in a finite population of which ``n`` were seen.

    The sample size is replaced by ``n (N − 1) / (N − n)``, which gives the score test the variance
    of sampling without replacement (Cochran 1977, section 3.2). A full census has no sampling
    error: both bounds equal the share.
    """
    if n >= population:
        share = successes / n
        return share, share
    effective = n * (population - 1) / (population - n)
    return wilson(successes / n * effective, effective, level)


def share(successes: int, n: int, level: float = 0.95) -> Estimate:
    """Return a share in percent with its Wilson interval."""
    low, high = wilson(successes, n, level)
    return Estimate(successes / n, low, high, n, level).scaled(100)


def paired_difference(
    both: int, only_after: int, only_before: int, neither: int, level: float = 0.95
) -> tuple[float, float, float]:
    """Return the change of a share between two measures of the same units, with its interval.

    Newcombe (1998), Improved confidence intervals for the difference between binomial proportions
    based on paired data, Statistics in Medicine 17, method 10: Wilson intervals squared and added,
    with the continuity-corrected correlation of the pairs.

    Returns
    -------
    tuple of float
        Change (after − before), low and high, as fractions.
    """
    n = both + only_after + only_before + neither
    after, before = (both + only_after) / n, (both + only_before) / n
    low_after, high_after = wilson(both + only_after, n, level)
    low_before, high_before = wilson(both + only_before, n, level)
    product = (
        (both + only_after)
        * (only_before + neither)
        * (both + only_before)
        * (only_after + neither)
    )
    cross = float(both * neither - only_after * only_before)
    if cross > 0:
        cross = max(cross - n / 2, 0.0)
    phi = cross / math.sqrt(product) if product else 0.0
    down = _joined(after - low_after, high_before - before, phi)
    up = _joined(high_after - after, before - low_before, phi)
    change = (only_after - only_before) / n
    return change, max(-1.0, change - down), min(1.0, change + up)


def _joined(first: float, second: float, phi: float) -> float:
    return math.sqrt(max(first * first - 2 * phi * first * second + second * second, 0.0))
