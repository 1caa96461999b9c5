"""Try to recompute hidden counts: the exact range that everything published leaves to each.

The published results (their claims) and the known relations make a system of linear constraints on
non-negative counts. The least and the greatest value of a count under it, two linear programmes
solved by HiGHS (Huangfu and Hall 2018), are what a reader can deduce, no more and no less, up to
the integers: the audit of a suppression pattern by feasibility is that of Fischetti and Salazar
(2001, Management Science 47) and of the *Handbook on Statistical Disclosure Control* (Hundepool et
al., 2012, chapter 4).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analyses.privacy.claims import Claim, Quantity
from analyses.privacy.programme import Programme
from analyses.privacy.relations import Relation

Rows = list[tuple[tuple[tuple[Quantity, float], ...], float, float, int]]
"""Constraints: terms, least and greatest value, and the rank of the result that claims it (or -1
for a relation)."""

_EXACT = 1e-3
"""Width under which limits tell a count."""


@dataclass(frozen=True, slots=True)
class Range:
    """What can be deduced of a count.

    Parameters
    ----------
    low, high : float
        Least and greatest value that everything published allows; ``high`` may be infinite.
    because : frozenset of Quantity
        Quantities told by results without which the range would be wider.
    results : frozenset of int
        Results whose claim on several quantities does the same.
    """

    low: float
    high: float
    because: frozenset[Quantity] = frozenset()
    results: frozenset[int] = frozenset()


@dataclass(slots=True)
class System:
    """Claims of results and relations between quantities.

    Parameters
    ----------
    claims : mapping
        Claims by the rank of the result that makes them.
    relations : sequence of Relation
        What everyone knows.
    hidden : set of int
        Ranks of the results that are hidden: their claims do not count.
    """

    claims: Mapping[int, Sequence[Claim]]
    relations: Sequence[Relation]
    hidden: set[int] = field(default_factory=set)
    _near: dict[Quantity, list[int]] = field(init=False)
    _told: dict[Quantity, list[tuple[int, Claim]]] = field(init=False)
    _parts: dict[Quantity, list[_Part]] = field(init=False)

    def __post_init__(self) -> None:
        self._near, self._told = defaultdict(list), defaultdict(list)
        self._parts = defaultdict(list)
        for rank, relation in enumerate(self.relations):
            for item, _ in relation.terms:
                self._near[item].append(rank)
        for rank, told in self.claims.items():
            for claim in told:
                for item, _ in claim.terms:
                    self._told[item].append((rank, claim))

    def tellers(self, item: Quantity) -> set[int]:
        """Return the ranks of the shown results that claim a quantity."""
        return {rank for rank, _ in self._told.get(item, ()) if rank not in self.hidden}

    def bounds(self, item: Quantity) -> tuple[float, float]:
        """Return the limits that single claims set to a quantity."""
        low, high = 0.0, math.inf
        for rank, claim in self._told.get(item, ()):
            if rank not in self.hidden and len(claim.terms) == 1:
                factor = claim.terms[0][1]
                low, high = max(low, claim.low / factor), min(high, claim.high / factor)
        return low, max(low, high)

    def range(self, item: Quantity) -> Range:
        """Return what can be deduced of a quantity.

        Quantities that nothing tells exactly and that constraints tie together share one linear
        programme; what was found of it holds as long as nothing of it was hidden or shown.
        """
        low, high = self.bounds(item)
        if high - low < _EXACT:
            return Range(low, high, frozenset((item,)))
        part = self._part(item)
        if part.programme is None:
            return Range(low, high)
        if item not in part.ranges:
            part.ranges[item] = self._range(item, part.programme)
        return part.ranges[item]

    def _range(self, item: Quantity, programme: _Programme) -> Range:
        ends, reasons, results = [], set(), set()
        for greatest in (False, True):
            end, because, through = self._extreme(item, programme, greatest=greatest)
            ends.append(end)
            reasons |= because
            results |= through
        return Range(ends[0], ends[1], frozenset(reasons), frozenset(results))

    def tied(self, item: Quantity) -> list[Quantity]:
        """Return the quantities that unknown ones tie to this one, itself included."""
        low, high = self.bounds(item)
        return self._around(item)[1] if high - low < _EXACT else self._part(item).quantities

    def _part(self, item: Quantity) -> _Part:
        """Return what unknown quantities tie to an unknown one, read once for all of them."""
        for part in self._parts[item]:
            if self.hidden & part.tellers == part.hidden:
                return part
        rows, quantities = self._around(item)
        tellers = frozenset(rank for name in quantities for rank, _ in self._told.get(name, ()))
        programme = self._programme(rows, quantities) if rows else None
        part = _Part(quantities, tellers, tellers & self.hidden, programme)
        for name in quantities:
            low, high = self.bounds(name)
            if high - low >= _EXACT:
                self._parts[name].append(part)
        return part

    def _around(self, item: Quantity) -> tuple[Rows, list[Quantity]]:
        """Return the constraints that unknown quantities tie to this one, with their quantities."""
        rows: Rows = []
        seen_rows, done, queue = set(), {item}, [item]
        inside: dict[Quantity, None] = {item: None}
        while queue:
            now = queue.pop()
            ties = [
                (("r", rank), self.relations[rank].terms, 0.0, 0.0, -1)
                for rank in self._near.get(now, ())
            ]
            ties += [
                (("c", id(claim)), claim.terms, claim.low, claim.high, rank)
                for rank, claim in self._told.get(now, ())
                if rank not in self.hidden and len(claim.terms) > 1
            ]
            for key, terms, low, high, rank in ties:
                if key in seen_rows:
                    continue
                seen_rows.add(key)
                rows.append((terms, low, high, rank))
                for other, _ in terms:
                    inside.setdefault(other)
                    if other not in done:
                        done.add(other)
                        least, most = self.bounds(other)
                        if most - least >= _EXACT:
                            queue.append(other)
        return rows, list(inside)

    def _programme(self, rows: Rows, quantities: Sequence[Quantity]) -> _Programme:
        """Return the constraints on some quantities as a linear programme."""
        at = {name: rank for rank, name in enumerate(quantities)}
        programme = Programme(
            [self.bounds(name) for name in quantities],
            [([(at[name], factor) for name, factor in terms], low, high)
             for terms, low, high, _ in rows],
        )  # fmt: skip
        return _Programme(at, programme, tuple(rank for *_, rank in rows))

    def _extreme(
        self, item: Quantity, programme: _Programme, *, greatest: bool
    ) -> tuple[float, set[Quantity], set[int]]:
        found = programme.solver.extreme(programme.at[item], greatest=greatest)
        told = {name for name, rank in programme.at.items()
                if rank in found.limits and self.tellers(name)}  # fmt: skip
        through = {programme.results[row] for row in found.rows} - {-1}
        return found.value, told - {item}, through


@dataclass(frozen=True, slots=True)
class _Programme:
    """Place of each quantity, the programme, and the result of each row (-1 for a relation)."""

    at: Mapping[Quantity, int]
    solver: Programme
    results: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """Quantities tied together while the same results of those that tell them are hidden."""

    quantities: list[Quantity]
    tellers: frozenset[int]
    hidden: frozenset[int]
    programme: _Programme | None
    ranges: dict[Quantity, Range] = field(default_factory=dict)
