"""Results as the dictionary wants them: its unit, and nothing shown under its smallest sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from analyses import indicators
from analyses.results import UNKNOWN, Estimate, Quality, Result, Source
from analyses.results import not_computable as _not_computable
from analyses.wording import Text, number

ALL = "*"


@dataclass(frozen=True, slots=True)
class Cell:
    """Where and when a result stands: zone, part of the zone, period."""

    zone: str = ALL
    breakdown: str = "total"
    category: str = ""
    start: date | None = None
    end: date | None = None

    def at(self, start: date | None, end: date | None = None) -> Cell:
        """Return the cell at a day, or over a period."""
        return replace(self, start=start, end=start if end is None else end)

    def part(self, breakdown: str, category: str) -> Cell:
        """Return one part of the cell."""
        return replace(self, breakdown=breakdown, category=category)


def result(
    indicator: str,
    estimate: Estimate,
    cell: Cell,
    *,
    source: Source,
    method: str,
    quality: Quality = "measured",
    note: Text | None = None,
    units: int | None = None,
) -> Result:
    """Return a result, suppressed if it rests on fewer units than the dictionary's ``min_n``.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary, which gives the unit and ``min_n``.
    estimate : Estimate
        Value in the dictionary's unit.
    cell : Cell
        Zone, part and period.
    source, method, quality, note
        As for :class:`analyses.results.Result`.
    units : int, optional
        Units to compare with ``min_n`` where they are not ``estimate.n``.
    """
    entry = indicators.get(indicator)
    counted = estimate.n if units is None else units
    if counted < entry.min_n:
        estimate, quality = replace(UNKNOWN, n=estimate.n), "suppressed"
        note = _too_few(counted, entry.min_n)
    return Result(
        indicator=indicator, estimate=estimate, unit=entry.unit, source=source, method=method,
        zone=cell.zone, breakdown=cell.breakdown, category=cell.category,
        period_start=cell.start, period_end=cell.end, quality=quality, note=note,
    )  # fmt: skip


def missing(
    indicator: str,
    why: Text,
    cell: Cell,
    *,
    source: Source,
    unlocked_by: tuple[str, ...] = (),
    n: int = 0,
) -> Result:
    """Return the result that says that the data cannot answer, and why."""
    return _not_computable(
        indicator, indicators.get(indicator).unit, source, why, unlocked_by=unlocked_by,
        zone=cell.zone, n=n, breakdown=cell.breakdown, category=cell.category,
        period_start=cell.start, period_end=cell.end,
    )  # fmt: skip


def count(
    indicator: str,
    value: int,
    cell: Cell,
    *,
    source: Source,
    n: int | None = None,
    quality: Quality = "measured",
    note: Text | None = None,
) -> Result:
    """Return an exact count as a result; ``n`` is what it was counted among, if not itself."""
    estimate = Estimate(float(value), float(value), float(value), value if n is None else n)
    return result(indicator, estimate, cell, source=source, method="count/1", quality=quality,
                  note=note, units=max(value, 1))  # fmt: skip


def _too_few(counted: int, smallest: int) -> Text:
    return Text(
        f"Effectif trop faible pour être montré : {number(counted, 'fr')} pour un minimum de "
        f"{number(smallest, 'fr')}.",
        f"Too few units to be shown: {number(counted, 'en')} for a minimum of "
        f"{number(smallest, 'en')}.",
    )
