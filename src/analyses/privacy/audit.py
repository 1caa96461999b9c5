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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analyses.privacy.claims import Claim, Quantity
from analyses.privacy.relations import Relation

Rows = list[tuple[tuple[tuple[Quantity, float], ...], float, float, int]]
"""Constraints: terms, least and greatest value, and the rank of the result that claims it (or -1
for a relation)."""

_SMALL_DUAL = 1e-9


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
    _known: dict[Quantity, list[tuple[frozenset[int], frozenset[int], Range]]] = field(init=False)

    def __post_init__(self) -> None:
        self._near, self._told = defaultdict(list), defaultdict(list)
        self._known = defaultdict(list)
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

        An answer holds as long as nothing was hidden or shown of what is tied to the quantity.
        """
        for tellers, hidden, found in self._known[item]:
            if self.hidden & tellers == hidden:
                return found
        rows, quantities = self._around(item)
        found = self._range(item, rows, quantities)
        tellers = frozenset(rank for name in quantities for rank, _ in self._told.get(name, ()))
        self._known[item].append((tellers, tellers & self.hidden, found))
        return found

    def _range(self, item: Quantity, rows: Rows, quantities: list[Quantity]) -> Range:
        low, high = self.bounds(item)
        if high - low < 1e-3:
            return Range(low, high, frozenset((item,)))
        if not rows:
            return Range(low, high)
        ends, reasons, results = [], set(), set()
        programme = self._programme(rows, quantities)
        for sign in (1.0, -1.0):
            end, because, through = self._extreme(item, sign, programme)
            ends.append(end)
            reasons |= because
            results |= through
        return Range(ends[0], ends[1], frozenset(reasons), frozenset(results))

    def tied(self, item: Quantity) -> list[Quantity]:
        """Return the quantities that unknown ones tie to this one, itself included."""
        return self._around(item)[1]

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
                        if most - least > 1e-3:
                            queue.append(other)
        return rows, list(inside)

    def _programme(self, rows: Rows, quantities: Sequence[Quantity]) -> _Programme:
        """Return the constraints as matrices."""
        at = {name: rank for rank, name in enumerate(quantities)}
        lines: dict[bool, list[tuple[int, float]]] = {True: [], False: []}
        matrices: dict[bool, list[tuple[int, int, float]]] = {True: [], False: []}
        for terms, low, high, rank in rows:
            exact = rank < 0
            for limit, side in [(0.0, 1.0)] if exact else [(high, 1.0), (-low, -1.0)]:
                line = len(lines[exact])
                lines[exact].append((rank, limit))
                matrices[exact] += [(line, at[name], side * factor) for name, factor in terms]
        constraints = {
            "A_eq": _matrix(matrices[True], len(lines[True]), len(at)),
            "b_eq": [limit for _, limit in lines[True]] or None,
            "A_ub": _matrix(matrices[False], len(lines[False]), len(at)),
            "b_ub": [limit for _, limit in lines[False]] or None,
            "bounds": np.array([self.bounds(name) for name in quantities]),
        }
        return _Programme(at, constraints, tuple(rank for rank, _ in lines[False]))

    def _extreme(
        self, item: Quantity, sign: float, programme: _Programme
    ) -> tuple[float, set[Quantity], set[int]]:
        at = programme.at
        cost = np.zeros(len(at))
        cost[at[item]] = sign
        solved = linprog(cost, method="highs", **programme.constraints)
        if solved.status == 3:
            return (-math.inf if sign > 0 else math.inf), set(), set()
        if solved.status != 0:
            raise RuntimeError(f"the audit of {item} failed: {solved.message}")
        weights = np.abs(solved.lower.marginals) + np.abs(solved.upper.marginals)
        because = {name for name, rank in at.items() if weights[rank] > _SMALL_DUAL}
        through = {
            rank
            for rank, weight in zip(programme.results, solved.ineqlin.marginals, strict=True)
            if abs(weight) > _SMALL_DUAL
        }
        told = {name for name in because if self.tellers(name)}
        return sign * float(solved.fun), told - {item}, through


@dataclass(frozen=True, slots=True)
class _Programme:
    """Constraints: place of each quantity, what linprog takes, the result of each inequality."""

    at: Mapping[Quantity, int]
    constraints: Mapping[str, Any]
    results: tuple[int, ...]


def _matrix(cells: Iterable[tuple[int, int, float]], rows: int, columns: int) -> csr_array | None:
    if not rows:
        return None
    line, column, value = zip(*cells, strict=True)
    return csr_array((value, (line, column)), shape=(rows, columns))
