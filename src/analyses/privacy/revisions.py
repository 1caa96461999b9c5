"""Which changes between two public editions may be told: none that tells of few units.

Both editions are public already; putting them side by side must not make easier what each alone
was protected against. So nothing is told of a family of numbers (indicator, class of data, period)
of which either edition hides one: there is then no hidden number in it to be had by differences.
Nothing is told of parts of zones. And nothing is told of a number behind which a count moved by
fewer units than the least that may be shown, alone or as the difference of two zones' moves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from analyses.privacy.claims import claims
from analyses.privacy.rules import Rules
from analyses.results import Result

Key = tuple[str, ...]
_Family = tuple[str, str, str, str]
_NEAR = 1e-3


def tellable(
    before: Iterable[Result],
    after: Iterable[Result],
    rules: Rules | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
) -> frozenset[Key]:
    """Return the numbers whose change may be told to the public.

    Parameters
    ----------
    before, after : iterable of Result
        All results of the two editions, as their public editions show them.
    rules : Rules, optional
        Thresholds.
    parts : mapping, optional
        Zone: zones that lie in it.

    Returns
    -------
    frozenset of tuple
        Indicator, zone, breakdown, category, start and end of the period, source.
    """
    rules = rules or Rules()
    old, new = ([item for item in items if item.breakdown == "total"] for items in (before, after))
    closed = {_family(item) for item in (*old, *new) if item.quality == "suppressed"}
    known = {_key(item): item for item in old if item.computable}
    told: set[Key] = set()
    moved: dict[_Family, dict[str, dict[Key, float]]] = defaultdict(lambda: defaultdict(dict))
    least: dict[_Family, int] = {}
    for item in new:
        family, key = _family(item), _key(item)
        if family in closed or not item.computable:
            continue
        told.add(key)
        least[family] = max(rules.least(item), least.get(family, 0))
        if key in known:
            for name, step in _steps(known[key], item):
                moved[family][name][key] = step
    for family, counts in moved.items():
        for steps in counts.values():
            told -= set(_telling(steps, least[family], parts or {}))
    return frozenset(told)


def _steps(before: Result, after: Result) -> Iterator[tuple[str, float]]:
    """Yield by how much each count that both forms of a number tell moved."""
    old, new = _told(before), _told(after)
    for name in old.keys() & new.keys():
        yield name, new[name] - old[name]


def _told(result: Result) -> dict[str, float]:
    found = {"n": float(result.estimate.n)} if result.estimate.n else {}
    for claim in claims(result):
        if len(claim.terms) == 1 and claim.high - claim.low < 1:
            (quantity, coefficient), *_ = claim.terms
            found[quantity.name] = (claim.low + claim.high) / 2 / coefficient
    return found


def _telling(
    steps: Mapping[Key, float], least: int, parts: Mapping[str, Sequence[str]]
) -> Iterator[Key]:
    """Yield the numbers whose moves tell of fewer than ``least`` units, alone or together."""
    few = [key for key, step in steps.items() if _few(step, least)]
    yield from few
    for one, other in combinations(steps, 2):
        if _few(steps[one] - steps[other], least):
            yield from (one, other)
    zones = {key[1]: key for key in steps}
    for whole, inside in parts.items():
        known = [zones[name] for name in inside if name in zones]
        if whole in zones and known:
            rest = steps[zones[whole]] - sum(steps[key] for key in known)
            if _few(rest, least):
                yield from (zones[whole], *known)


def _few(step: float, least: int) -> bool:
    return _NEAR < abs(step) < least - _NEAR


def _family(result: Result) -> _Family:
    start, end = result.period_start, result.period_end
    return (
        result.indicator, result.source, "" if start is None else start.isoformat(),
        "" if end is None else end.isoformat(),
    )  # fmt: skip


def _key(result: Result) -> Key:
    indicator, source, start, end = _family(result)
    return (indicator, result.zone, result.breakdown, result.category, start, end, source)
