"""Which changes between two public editions may be told: none that tells of few units.

Both editions are public already; putting them side by side must not make easier what each alone
was protected against. So nothing is told of a family of numbers (indicator, class of data, period)
of which either edition hides one: there is then no hidden number in it to be had by differences.
Nothing is told of parts of zones. And nothing is told of a number behind which a count moved by
fewer units than the least that may be shown, alone or as the difference of two zones' moves.

Editions add up: what several revisions show together is judged two editions at a time, whatever
lies between them (:func:`between`), since two moves that may each be told can make a third that may
not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from analyses.privacy.claims import claims
from analyses.privacy.rules import Rules
from analyses.results import Result

Key = tuple[str, ...]
_Family = tuple[str, str, str, str]
_NEAR = 1e-3


@dataclass(frozen=True, slots=True)
class Shown:
    """What a public edition tells of counts.

    Parameters
    ----------
    closed : frozenset
        Families of which it hides a number.
    counts : mapping
        Number: count: what the number tells of it.
    least : mapping
        Family: fewest units that may be shown.
    """

    closed: frozenset[_Family]
    counts: Mapping[Key, Mapping[str, float]]
    least: Mapping[_Family, int]


def shown(results: Iterable[Result], rules: Rules | None = None) -> Shown:
    """Read what a public edition tells of counts, once for all the editions it is set beside."""
    rules = rules or Rules()
    totals = [item for item in results if item.breakdown == "total"]
    least: dict[_Family, int] = {}
    for item in totals:
        least[_family(item)] = max(rules.least(item), least.get(_family(item), 0))
    return Shown(
        frozenset(_family(item) for item in totals if item.quality == "suppressed"),
        {_key(item): _told(item) for item in totals if item.computable},
        least,
    )


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
    return between(shown(before, rules), shown(after, rules), parts)


def between(
    before: Shown, after: Shown, parts: Mapping[str, Sequence[str]] | None = None
) -> frozenset[Key]:
    """Return the numbers whose values in two editions may stand side by side.

    Parameters
    ----------
    before, after : Shown
        The older and the newer edition, whatever lies between them.
    parts : mapping, optional
        Zone: zones that lie in it.

    Returns
    -------
    frozenset of tuple
        Numbers of the newer edition, as :func:`tellable` names them.
    """
    closed = before.closed | after.closed
    told = {key for key in after.counts if _family_of(key) not in closed}
    moved: dict[_Family, dict[str, dict[Key, float]]] = defaultdict(lambda: defaultdict(dict))
    for key in sorted(told & before.counts.keys()):
        old, new = before.counts[key], after.counts[key]
        for name in old.keys() & new.keys():
            moved[_family_of(key)][name][key] = new[name] - old[name]
    for family, counts in moved.items():
        for steps in counts.values():
            told -= set(_telling(steps, after.least[family], parts or {}))
    return frozenset(told)


def _family_of(key: Key) -> _Family:
    indicator, _, _, _, start, end, source = key
    return indicator, source, start, end


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
