"""Someone who tries to recompute what the public edition hides: written apart from the package.

Reads a public ``indicators.csv`` as anyone would, writes down every equation that the numbers and
common sense give between whole numbers of premises, establishments and shops, and asks a solver
(mixed-integer programming, HiGHS) for the least and greatest value of each hidden count. What is
pinned down, or bounded below what is allowed, is *recovered*.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

Cell = tuple[str, ...]
"""What is counted, class of data, zone, breakdown, category, start, end."""


@dataclass
class Book:
    """Equations between counts: rows of ``low <= sum(coefficient × count) <= high``."""

    rows: list[tuple[dict[Cell, float], float, float]] = field(default_factory=list)

    def tell(self, terms: dict[Cell, float], low: float, high: float | None = None) -> None:
        top = low if high is None else high
        self.rows.append((terms, low - 1e-6, top + 1e-6))

    def islands(self) -> dict[Cell, list[int]]:
        """Group the rows that share counts."""
        parent: dict[Cell, Cell] = {}

        def root(cell: Cell) -> Cell:
            while parent.setdefault(cell, cell) != cell:
                parent[cell] = parent[parent[cell]]
                cell = parent[cell]
            return cell

        pinned = {
            next(iter(terms)) for terms, low, high in self.rows
            if len(terms) == 1 and high - low < 1e-3
        }  # fmt: skip
        for terms, _, _ in self.rows:
            loose = [cell for cell in terms if cell not in pinned]
            for one, two in pairwise(loose):
                parent[root(one)] = root(two)
        groups: dict[Cell, list[int]] = defaultdict(list)
        where: dict[Cell, list[int]] = {}
        for rank, (terms, _, _) in enumerate(self.rows):
            for cell in {root(cell) for cell in terms if cell not in pinned}:
                groups[cell].append(rank)
        singles = defaultdict(list)
        for rank, (terms, _, _) in enumerate(self.rows):
            if len(terms) == 1:
                singles[next(iter(terms))].append(rank)
        for cell in {c for terms, _, _ in self.rows for c in terms}:
            ranks = set(groups.get(root(cell), []))
            ranks |= {r for rank in list(ranks) for c in self.rows[rank][0] for r in singles[c]}
            where[cell] = sorted(ranks | set(singles[cell]))
        return where


def counts_of(row: dict, value: float, n: float) -> list[tuple[dict[Cell, float], float]]:
    """Return what one row of the table says of counts."""
    zone, part, name, source = row["zone"], row["breakdown"], row["category"], row["source"]
    start, end = row["period_start"], row["period_end"]

    def flow(what: str) -> Cell:
        return (what, source, zone, part, name, start, end)

    def stock(what: str) -> Cell:
        own = ("total", "") if part == "months_over" else (part, name)
        return (what, source, zone, *own, end, end)

    told: list[tuple[dict[Cell, float], float]] = []
    indicator, seen = row["indicator"], not math.isnan(value)
    match indicator:
        case "vacancy_rate":
            told += [({stock("known"): 1}, n)] if n else []
            told += [({stock("vacant"): 1}, value * n / 100)] if seen else []
        case "survey_coverage":
            told += [({stock("expected"): 1}, n)] if n else []
            told += [({stock("known"): 1}, value * n / 100)] if seen else []
        case "vacancy_bounds" if seen:
            told += [
                ({stock("expected"): 1}, n), ({stock("vacant"): 1}, row["low"] * n / 100),
                ({stock("vacant"): 1, stock("expected"): 1, stock("known"): -1},
                 row["high"] * n / 100),
            ]  # fmt: skip
        case "structural_vacancy" | "vacancy_duration" if n:
            told += [({stock("vacant"): 1}, n)]
        case "openings" | "closures" | "transfers" if seen:
            told += [({flow(indicator): 1}, value)]
        case "opening_ratio":
            told += [({flow("openings"): 1, flow("closures"): 1}, n)] if n else []
            told += [({flow("openings"): 1, flow("closures"): -value}, 0)] if seen else []
        case "offer_mix" | "offer_share":
            whole = ("shops", source, zone, "total", "", end, end)
            told += [({whole: 1}, n)] if n else []
            number = value if indicator == "offer_mix" else value * n / 100
            told += [({stock("shops"): 1}, number)] if seen else []
        case "source_gap" if n:
            told += [({("shops", "survey", zone, part, name, end, end): 1}, n)]
    return told


def read(table: pd.DataFrame, truth: pd.DataFrame, parts: dict[str, set[str]]) -> Book:
    """Write down all equations of a public table.

    The sums are tried on the true counts first: this attacker knows the town by heart, and uses
    every sum that is exact; where something is left over, it knows only that it is not negative.
    """
    book = Book()
    for row in table.to_dict("records"):
        for terms, number in counts_of(row, row["value"], row["n"]):
            book.tell(terms, number)
    real = true_counts(truth)
    for whole in list(real):
        for members in _sums(whole, real, parts):
            left = real[whole] - sum(real[cell] for cell in members)
            if left < -1e-6:
                continue
            terms = {whole: -1.0} | dict.fromkeys(members, 1.0)
            book.tell(terms, 0.0 if left < 1e-6 else -math.inf, 0.0)
    for cell in real:
        if cell[0] == "known" and ("vacant", *cell[1:]) in real:
            book.tell({cell: 1, ("vacant", *cell[1:]): -1}, 0, math.inf)
            shops = ("shops", *cell[1:])
            if real.get(shops) == real[cell] - real[("vacant", *cell[1:])]:
                book.tell({shops: 1, cell: -1, ("vacant", *cell[1:]): 1}, 0)
    return book


def true_counts(truth: pd.DataFrame) -> dict[Cell, float]:
    """Return the counts that the internal table tells, and the totals of its parts."""
    real: dict[Cell, float] = {}
    for row in truth.to_dict("records"):
        for terms, number in counts_of(row, row["value"], row["n"]):
            if len(terms) == 1:
                real.setdefault(next(iter(terms)), round(number))
    for cell in list(real):
        total = (*cell[:3], "total", "", *cell[5:])
        if cell[3] != "total" and total not in real:
            same = [c for c in real if (*c[:3], "total", "", *c[5:]) == total and c[3] == cell[3]]
            real[total] = sum(real[c] for c in same)
    return real


def _sums(whole: Cell, real: dict[Cell, float], parts: dict[str, set[str]]) -> list[list[Cell]]:
    """Return the groups of counts that make a whole: zones, parts, periods."""
    what, source, zone, part, name, start, end = whole
    like = [c for c in real if c[:2] == (what, source)]
    found = []
    beside = [c for c in like if c[3:] == whole[3:] and c[2] not in ("*", zone)]
    if zone == "*":
        inner = {z for c in beside for z in parts.get(c[2], ()) if z != c[2]}
        found.append([c for c in beside if c[2] not in inner])
    else:
        found.append([c for c in beside if c[2] in parts.get(zone, ())])
    if part == "total":
        for other in {c[3] for c in like} - {"total"}:
            found.append(
                [c for c in like if c[2] == zone and c[3] == other and c[5:] == (start, end)]
            )
    within = [c for c in like if c[2:5] == (zone, part, name) and start <= c[5] and c[6] <= end
              and c != whole and c[5] < c[6]]  # fmt: skip
    if sum(real[c] for c in within) == real[whole]:
        found.append(within)
    return [group for group in found if group]


def reach(book: Book, cells: list[Cell], whole: bool = True) -> dict[Cell, tuple[float, float]]:
    """Return the least and the greatest value that the equations leave to each count.

    A count beyond a thousand is said to be free.
    """
    where, found = book.islands(), {}
    for cell in cells:
        rows = [book.rows[rank] for rank in where.get(cell, [])]
        at = {name: i for i, name in enumerate({c: None for terms, _, _ in rows for c in terms})}
        if cell not in at:
            found[cell] = (0.0, math.inf)
            continue
        matrix = np.zeros((len(rows), len(at)))
        for line, (terms, _, _) in enumerate(rows):
            for name, factor in terms.items():
                matrix[line, at[name]] = factor
        limits = LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(at))
            cost[at[cell]] = sign
            solved = milp(
                cost, constraints=limits, integrality=np.full(len(at), int(whole)),
                bounds=Bounds(0, 1000),
            )  # fmt: skip
            assert solved.status == 0, f"{cell}: {solved.message}"
            ends.append(sign * solved.fun)
        found[cell] = (round(ends[0], 6), round(ends[1], 6))
    return found


def recovered(
    public: pd.DataFrame, internal: pd.DataFrame, parts: dict[str, set[str]], least: int = 3
) -> dict[Cell, tuple[float, float]]:
    """Return the small counts that can be recomputed, or told to be small, from a public table."""
    real = true_counts(internal)
    attributes = ("vacant", "known", "openings", "closures", "transfers", "shops")
    small = [c for c, n in real.items() if 0 < n < least and c[0] in attributes and c[1] != "osm"]
    ranges = reach(read(public, internal, parts), small)
    return {
        cell: (low, high)
        for cell, (low, high) in ranges.items()
        if high < least or high - low + 1 < least
    }


def table(path: object) -> pd.DataFrame:
    """Read an indicators file, of a run or of a data package, as a French spreadsheet does."""
    frame = pd.read_csv(  # type: ignore[call-overload]
        path, keep_default_na=False, sep=";", dtype=str, encoding="utf-8-sig"
    )
    for name in ("value", "low", "high", "n"):
        plain = frame[name].str.replace(",", ".")
        frame[name] = pd.to_numeric(plain, errors="coerce")
    frame["n"] = frame["n"].fillna(0)
    return frame
