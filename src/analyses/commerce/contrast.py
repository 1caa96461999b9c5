"""Parts of the stock whose vacancy differs from the rest: one rule for sentences and charts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scipy.stats import fisher_exact

from analyses.commerce.outcome import ALL
from analyses.results import Result

LEVEL = 0.05


def distinct(results: Iterable[Result], breakdown: str, *, level: float = LEVEL) -> dict[str, int]:
    """Return the parts whose vacancy rate differs from that of the rest.

    Each part shown is tested against the rest by Fisher's exact test (two-sided); Holm's procedure
    (1979, Scandinavian Journal of Statistics 6) over the parts keeps under ``level`` the chance of
    naming any where all are alike. The rest is the whole less the part; for activity families, the
    other families, as vacant premises without a former activity belong to none. Parts that the
    public edition hides (suppressed, without an ``n``) count as tests, so that hiding some never
    names more.

    Parameters
    ----------
    results : iterable of Result
        Results of ``measure_vacancy``; the latest shown rate of the whole gives the wave.
    breakdown : str
        ``zone``, ``street``, ``activity_family`` or ``surface_class``.
    level : float
        Chance of naming any part where all are alike, at most.

    Returns
    -------
    dict of str to int
        By zone or category: 1 if emptier than the rest, −1 if less empty. Others are left out.
    """
    every = [item for item in results if item.indicator == "vacancy_rate"]
    rates = [item for item in every if item.computable]
    wholes = [item for item in rates if item.zone == ALL and item.breakdown == "total"]
    if not wholes:
        return {}
    whole = max(wholes, key=lambda item: item.period_end or date.min)
    parts = {
        item.zone if breakdown == "zone" else item.category: _counts(item)
        for item in rates
        if item.period_end == whole.period_end and _stands(item, breakdown)
    }
    vacant, total = _counts(whole)
    if breakdown == "activity_family":
        vacant, total = (sum(counts[i] for counts in parts.values()) for i in (0, 1))
    tests = []
    for name, (k, n) in parts.items():
        others, rest = vacant - k, total - n
        if n and rest > 0 and 0 <= others <= rest:
            chance = float(fisher_exact([[k, n - k], [others, rest - others]])[1])
            tests.append((chance, name, 1 if k * rest > others * n else -1))
    masked = sum(
        item.quality == "suppressed" and not item.estimate.n
        for item in every
        if item.period_end == whole.period_end and _stands(item, breakdown)
    )
    found: dict[str, int] = {}
    for rank, (chance, name, side) in enumerate(sorted(tests)):
        if chance * (len(tests) + masked - rank) > level:
            break
        found[name] = side
    return found


def _stands(item: Result, breakdown: str) -> bool:
    if breakdown == "zone":
        return item.breakdown == "total" and item.zone != ALL
    return item.breakdown == breakdown and item.zone == ALL


def _counts(item: Result) -> tuple[int, int]:
    """Return vacant and known premises of a rate."""
    return round(item.estimate.value * item.estimate.n / 100), item.estimate.n
