"""What everyone knows without any file: parts make their whole, and stocks follow from flows.

A relation is a linear equation between quantities. Only relations that hold on the true counts are
kept: whoever tries to recompute a hidden count is supposed to know them all, so that the audit errs
on the side of hiding. What a whole holds beyond its published parts is a quantity too: two nested
zones must not tell, by their difference (``rest of``), of the two premises between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from analyses.privacy.claims import ALL, NESTED, Quantity, distance

Parts = Mapping[str, Sequence[str]]
"""Zones that lie in each zone, itself included."""
SUBSETS = 10
"""Zones up to which sums of every group of zones are tried, where no geometry tells nesting."""


@dataclass(frozen=True, slots=True)
class Relation:
    """``sum of coefficient × quantity = 0``."""

    terms: tuple[tuple[Quantity, float], ...]


def relations(truth: dict[Quantity, float], parts: Parts | None = None) -> list[Relation]:
    """Return the relations between quantities that hold on their true values.

    Parameters
    ----------
    truth : dict
        True value of each quantity; the rests and the totals that are added get theirs here.
    parts : mapping, optional
        Zones that lie in each zone.

    Returns
    -------
    list of Relation
    """
    found: list[Relation] = []
    for builder in (_complements, _breakdowns, _boundaries, _zones, _periods, _flows, _same):
        found += builder(truth, parts or {})
    return found


def _equal(
    truth: dict[Quantity, float], whole: Quantity, members: Iterable[Quantity]
) -> Relation | None:
    """Return ``whole = members + rest``; nothing where the members overlap."""
    chosen = tuple(members)
    rest = truth[whole] - sum(truth[item] for item in chosen)
    if not chosen or rest < -1e-6:
        return None
    terms = [(whole, -1.0), *((item, 1.0) for item in chosen)]
    if rest > 1e-6:
        named = sorted(f"{item.zone}/{item.category}" for item in chosen)
        beyond = replace(
            whole, name=f"rest of {whole.name}", category=f"{whole.category}|{'+'.join(named)}"
        )
        truth[beyond] = round(rest)
        terms.append((beyond, 1.0))
    return Relation(tuple(terms))


def _complements(truth: dict[Quantity, float], _: Parts) -> list[Relation]:
    """Vacant and occupied make the known; known and unseen make the expected."""
    found = []
    for whole in sorted(truth):
        for name, part, other in (("known", "vacant", "occupied"), ("expected", "known", "unseen")):
            kind, source = whole.name.split(":")[:2]
            inner = replace(whole, name=f"{part}:{source}")
            if kind == name and inner in truth and truth[whole] >= truth[inner]:
                outer = replace(whole, name=f"{other}:{source}")
                truth[outer] = truth[whole] - truth[inner]
                found.append(Relation(((whole, -1.0), (inner, 1.0), (outer, 1.0))))
    return found


def _breakdowns(truth: dict[Quantity, float], _: Parts) -> list[Relation]:
    """Say that the categories of a breakdown make the total, added where nobody published it."""
    groups: dict[tuple[Quantity, str], list[Quantity]] = defaultdict(list)
    for item in sorted(truth):
        parted = item.breakdown != "total" and item.breakdown not in NESTED
        if parted and not item.name.startswith("rest of"):
            total = replace(item, breakdown="total", category="")
            groups[total, item.breakdown].append(item)
    found = []
    for (total, _name), members in groups.items():
        if total not in truth:
            truth[total] = sum(truth[item] for item in members)
        relation = _equal(truth, total, members)
        found += [relation] if relation else []
    return found


def _boundaries(truth: dict[Quantity, float], _: Parts) -> list[Relation]:
    """Say that a wider boundary holds a narrower one, and what lies between them."""
    groups: dict[Quantity, list[Quantity]] = defaultdict(list)
    for item in sorted(truth):
        if item.breakdown in NESTED and not item.name.startswith("rest of"):
            groups[replace(item, breakdown="total", category="")].append(item)
    found = []
    for zone, members in groups.items():
        line = [*members, zone] if zone in truth else members
        line.sort(key=lambda item: distance(item.category) if item.category else 0.0)
        for inner, outer in pairwise(line):
            relation = _equal(truth, outer, [inner])
            found += [relation] if relation else []
    return found


def _zones(truth: dict[Quantity, float], parts: Parts) -> list[Relation]:
    """Say that zones make the whole, and those that lie in a zone make it, with their rests."""
    groups: dict[Quantity, list[Quantity]] = defaultdict(list)
    for item in sorted(truth):
        if item.zone != ALL and not item.name.startswith("rest of"):
            groups[replace(item, zone=ALL)].append(item)
    found: list[Relation] = []
    for whole, members in groups.items():
        by_zone = {item.zone: item for item in members}
        inside = {
            zone: {name for name in parts.get(zone, ()) if name != zone and name in by_zone}
            for zone in by_zone
        }
        within = set().union(*inside.values()) if inside else set()
        top = [item for zone, item in by_zone.items() if zone not in within]
        nests = [(by_zone[zone], names) for zone, names in inside.items() if names]
        if whole in truth:
            relation = _equal(truth, whole, top)
            found += [relation] if relation else list(_overlapping(truth, whole, members))
        for outer, names in nests:
            direct = [n for n in names if not any(n in inside[other] for other in names)]
            relation = _equal(truth, outer, [by_zone[name] for name in sorted(direct)])
            found += [relation] if relation else []
    return found


def _overlapping(
    truth: dict[Quantity, float], whole: Quantity, members: Sequence[Quantity]
) -> Iterator[Relation]:
    """Yield what overlapping zones of unknown nesting may add up to: every sum that holds."""
    for item in members:
        relation = _equal(truth, whole, [item])
        if relation:
            yield relation
    if len(members) > SUBSETS:
        return
    for target in (whole, *members):
        others = [item for item in members if item != target]
        for size in range(2, len(others) + 1):
            for group in combinations(others, size):
                if abs(sum(truth[item] for item in group) - truth[target]) < 1e-6:
                    yield Relation(((target, -1.0), *((item, 1.0) for item in group)))


def _periods(truth: dict[Quantity, float], _: Parts) -> list[Relation]:
    """Periods that follow one another make the period that they span."""
    groups: dict[Quantity, list[Quantity]] = defaultdict(list)
    for item in sorted(truth):
        if item.start < item.end and not item.name.startswith("rest of"):
            groups[replace(item, start="", end="")].append(item)
    found = []
    for members in groups.values():
        for whole in members:
            inner = [
                item for item in members
                if item != whole and whole.start <= item.start and item.end <= whole.end
            ]  # fmt: skip
            apart = all(a.end < b.start for a, b in pairwise(inner))
            if inner and apart and abs(sum(truth[i] for i in inner) - truth[whole]) < 1e-6:
                found.append(Relation(((whole, -1.0), *((item, 1.0) for item in inner))))
    return found


def _flows(truth: dict[Quantity, float], _: Parts) -> list[Relation]:
    """Vacant after = vacant before + emptied − let, where the same premises were visited."""
    found = []
    for emptied in sorted(truth):
        kind, source = emptied.name.split(":")[:2]
        terms = (
            (replace(emptied, name=f"vacant:{source}", start=emptied.end), -1.0),
            (replace(emptied, name=f"vacant:{source}", end=emptied.start), 1.0),
            (emptied, 1.0),
            (replace(emptied, name=f"let:{source}"), -1.0),
        )
        known = kind == "emptied" and all(item in truth for item, _ in terms)
        if known and abs(sum(sign * truth[item] for item, sign in terms)) < 1e-6:
            found.append(Relation(terms))
    return found


def _same(truth: dict[Quantity, float], _: Parts) -> list[Relation]:
    """Two names of one count: active shops of the survey are its occupied premises, and so on."""
    pairs = (("shops:survey", "occupied:survey"), ("shops:gap", "shops:survey"),
             ("shops:gap", "occupied:survey"), ("others:sirene", "shops:sirene"),
             ("others:osm", "shops:osm"))  # fmt: skip
    by_place: dict[tuple[str, str, str, str], list[Quantity]] = defaultdict(list)
    for item in sorted(truth):
        by_place[item.name, item.zone, item.breakdown, item.category].append(item)
    found = []
    for first, second in pairs:
        for place, items in by_place.items():
            if place[0] != first:
                continue
            twins = by_place.get((second, *place[1:]), [])
            found += [
                Relation(((one, -1.0), (two, 1.0)))
                for one in items
                for two in twins
                if truth[one] == truth[two] and (one.end == two.end or "others" in one.name)
            ]
    return found
