"""What a published result tells: linear statements on counts that nobody publishes as such.

A rate of 12.5 % on 144 premises tells that 18 are vacant, 126 occupied and 144 known. Each result
is therefore read as *claims* on *quantities*: non-negative counts in a cell (zone, part, period).
Two results that claim the same quantity are linked, whatever their indicators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from analyses.results import Result

ALL = "*"
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """A count in a cell.

    Parameters
    ----------
    name : str
        What is counted (``vacant``, ``known``, ``openings`` …), with the class of its data.
    zone, breakdown, category : str
        As in :class:`analyses.results.Result`.
    start, end : str
        Period, as ISO days; empty if unknown.
    """

    name: str
    zone: str = ALL
    breakdown: str = "total"
    category: str = ""
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """``low <= sum of coefficient × quantity <= high``, told by a result."""

    terms: tuple[tuple[Quantity, float], ...]
    low: float
    high: float


PART_OF_TOTAL = frozenset(("months_over", "age_years", "hill_order"))
"""Breakdowns whose categories are thresholds on the same units: their ``n`` is the cell's own."""

NESTED = frozenset(("buffer_metres",))
"""Breakdowns whose categories are distances: each boundary holds the shorter; 0 is the zone."""

COUNTS: dict[str, str] = {
    "premises_count": "listed", "newly_vacant": "emptied", "newly_let": "let",
    "openings": "openings", "closures": "closures", "transfers": "transfers",
}  # fmt: skip
"""Indicators whose value is a count."""
RATES: dict[str, tuple[str, str]] = {
    "survey_coverage": ("known", "expected"), "vacancy_rate": ("vacant", "known"),
    "chain_share": ("chains", "shops"), "offer_share": ("shops", ""),
    "match_rate": ("matched", "matchable"), "overstay_share": ("overstays", "all stays"),
}  # fmt: skip
"""Indicators whose value is ``100 × numerator / n``, with the names of both counts."""
UNITS: dict[str, str] = {
    "vacancy_duration": "vacant", "structural_vacancy": "vacant", "newly_vacant": "revisited",
    "newly_let": "revisited", "vacancy_trend": "followed", "vacancy_entry": "entry exposures",
    "relet_rate": "relet exposures", "vacancy_composition": "composition",
    "vacancy_spell": "spells", "long_spell_share": "spells", "business_survival": "cohort",
}  # fmt: skip
"""Indicators whose ``n`` is the count so named."""
SMALL = frozenset(
    ("vacant", "occupied", "emptied", "let", "openings", "closures", "transfers", "shops", "chains",
     "matched", "known", "listed", "expected", "matchable", "revisited", "followed", "spells",
     "cohort", "others", "stays", "overstays", "infractions")
)  # fmt: skip
"""Counts that tell of few units when they are small."""


def sensitive(quantity: Quantity) -> bool:
    """Whether a quantity tells of few units when it is small."""
    return quantity.name.split(":")[0].removeprefix("rest of ") in SMALL


def quantity(name: str, result: Result, **other: str) -> Quantity:
    """Return the quantity of that name in a result's cell."""
    whole = result.breakdown in PART_OF_TOTAL or (
        result.breakdown in NESTED and distance(result.category) == 0
    )
    end = result.period_end
    start = end if name in ("vacant", "known", "expected", "listed") else result.period_start
    values = {
        "name": f"{name}:{result.source}", "zone": result.zone,
        "breakdown": "total" if whole else result.breakdown,
        "category": "" if whole else result.category, "start": _day(start), "end": _day(end),
    }  # fmt: skip
    return Quantity(**{**values, **other})


def distance(category: str) -> float:
    """Return the distance that a category of :data:`NESTED` writes."""
    return float(category.replace("\u2212", "-").replace("\u202f", "").replace(",", ""))


def claims(result: Result) -> tuple[Claim, ...]:
    """Return what a result tells of the counts behind it.

    Parameters
    ----------
    result : Result
        Any result; one without a value may still tell its ``n``.
    """
    n, value = result.estimate.n, result.estimate.value
    found = [_units(result, n)] if n else []
    if not result.computable:
        return tuple(claim for claim in found if claim)
    if result.indicator in COUNTS:
        found.append(_exactly(quantity(COUNTS[result.indicator], result), value))
    elif result.indicator == "offer_mix":
        found.append(_exactly(quantity("shops", result), value))
    elif result.indicator == "stay_classes":
        found.append(_exactly(quantity("stays", result), value * n / 100))
    elif result.indicator == "infraction_rate":
        found.append(_exactly(quantity("infractions", result), value * n))
    elif result.indicator in RATES:
        numerator = quantity(RATES[result.indicator][0], result)
        found.append(_exactly(numerator, value * n / 100))
    elif result.indicator == "vacancy_bounds":
        vacant, known = quantity("vacant", result), quantity("known", result)
        expected = quantity("expected", result)
        high = result.estimate.high * n / 100
        found.append(_exactly(vacant, result.estimate.low * n / 100))
        found.append(_between({vacant: 1.0, expected: 1.0, known: -1.0}, high))
    elif result.indicator == "opening_ratio":
        opened, closed = quantity("openings", result), quantity("closures", result)
        found.append(_between({opened: 1.0, closed: -value}, 0.0))
    elif result.indicator == "source_gap":
        found.append(_exactly(quantity("others", result), n + value))
    return tuple(claim for claim in found if claim)


def _units(result: Result, n: int) -> Claim | None:
    """Return what ``n`` tells: the denominator, or the units under a name of their own."""
    indicator = result.indicator
    if indicator in ("openings", "closures", "transfers", "premises_count"):
        return _exactly(quantity(COUNTS[indicator], result), n) if result.computable else None
    if indicator == "opening_ratio":
        opened, closed = quantity("openings", result), quantity("closures", result)
        return _between({opened: 1.0, closed: 1.0}, n)
    if indicator in ("offer_mix", "offer_share"):
        return _exactly(quantity("shops", result, breakdown="total", category=""), n)
    if indicator == "vacancy_bounds":
        return _exactly(quantity("expected", result), n)
    if indicator == "stay_classes":
        return _exactly(quantity("stays", result, breakdown="total", category=""), n)
    if indicator == "source_gap":
        return _exactly(replace(quantity("shops", result), name="shops:gap"), n)
    name = RATES[indicator][1] if indicator in RATES else UNITS.get(indicator)
    return _exactly(quantity(name or f"units of {indicator}", result), n)


def _exactly(about: Quantity, value: float) -> Claim:
    near = round(value)
    exact = abs(value - near) < 1e-4
    return Claim(
        ((about, 1.0),),
        near if exact else value - TOLERANCE,
        near if exact else value + TOLERANCE,
    )


def _between(terms: Mapping[Quantity, float], value: float) -> Claim:
    room = TOLERANCE * (1 + abs(value))
    return Claim(tuple(terms.items()), value - room, value + room)


def _day(when: date | None) -> str:
    return "" if when is None else when.isoformat()
