"""Hide what is small, then what would let a reader recompute it, and prove that it is enough.

Primary suppression hides every result that rests on, or tells of, fewer units than its threshold.
Complementary suppression then looks for hidden counts that can still be deduced
(:mod:`analyses.privacy.audit`); the dual values of the linear programme name the published counts
that prove the deduction, and the least useful of them is hidden too, until nothing is left to
deduce; what turns out not to be needed is then shown again. The audit is exact; the choice of what
to hide is greedy, so it may hide more than the least possible, never too little.

Protection level: a hidden small count may still take at least ``least`` different values, one of
which is not small (``least`` itself or more).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from analyses.privacy.audit import Range, System
from analyses.privacy.claims import ALL, Claim, Quantity, claims, sensitive
from analyses.privacy.relations import Parts, relations
from analyses.privacy.rules import HIDDEN, RESERVED, Rules
from analyses.results import UNKNOWN, Result
from analyses.wording import Text

Key = tuple[str, str, str, str, date | None, date | None, str, str]
_EDGE = 1e-3


def key_of(result: Result) -> Key:
    """Return what identifies a result in its city."""
    return (
        result.indicator, result.zone, result.breakdown, result.category, result.period_start,
        result.period_end, result.source, result.method,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Protection:
    """What the public edition shows of recorded results.

    Parameters
    ----------
    known : mapping
        Recorded results by key.
    public : mapping
        The same results as the public edition shows them.
    hidden : frozenset
        Keys of the results that are hidden.
    ranges : mapping
        What can still be deduced of each small count.
    """

    known: Mapping[Key, Result]
    public: Mapping[Key, Result]
    hidden: frozenset[Key]
    ranges: Mapping[Quantity, Range]

    def of(self, result: Result) -> Result:
        """Return a result as the public edition shows it; one that nobody recorded is hidden."""
        key = key_of(result)
        known = self.known.get(key)
        same = known is not None and (
            known.estimate == result.estimate or not (known.computable or result.computable)
        )
        if not same:
            return result if not result.computable and not result.estimate.n else hide(result)
        shown = self.public[key]
        if key in self.hidden:
            return shown
        return result if shown is known else replace(result, note=shown.note)

    def extended(
        self, results: Iterable[Result], rules: Rules | None = None, parts: Parts | None = None
    ) -> Protection:
        """Return the protection of what was recorded before and of more results, together.

        What was already shown stays shown: where hiding the new results alone is not enough to
        protect all of them, each of the new results that tells of few units is hidden.
        """
        more = {key_of(result): result for result in results}
        joint = protect([*{**self.known, **more}.values()], rules, parts)
        if not any(key in joint.hidden and key not in self.hidden for key in self.known):
            return joint
        rules = rules or Rules()
        closed = {key for key, result in more.items() if rules.least(result)} - set(self.known)
        public = {key: hide(more[key]) if key in closed else joint.public[key] for key in more}
        return Protection(
            {**self.known, **more}, {**public, **self.public}, self.hidden | closed, self.ranges
        )


NOTHING = Protection({}, {}, frozenset(), {})
"""The protection of a page that recorded nothing yet."""


def hide(result: Result) -> Result:
    """Return a result without its number, its interval and its sample size."""
    return replace(result, estimate=UNKNOWN, quality="suppressed", note=HIDDEN)


def protect(
    results: Iterable[Result], rules: Rules | None = None, parts: Parts | None = None
) -> Protection:
    """Decide what the public edition hides of some results.

    Parameters
    ----------
    results : iterable of Result
        All the results that are recorded together.
    rules : Rules, optional
        Thresholds.
    parts : mapping, optional
        Zones that lie in each zone.

    Returns
    -------
    Protection

    Raises
    ------
    RuntimeError
        If the last audit finds a count that can be deduced: nothing may then be published.
    """
    listed = list(results)
    system, small, truth = _system(listed, rules or Rules(), parts)
    for item in small:
        system.hidden |= system.tellers(item)
    primary = set(system.hidden)
    _complete(system, small, listed)
    _restore(system, small, listed, primary)
    ranges = {item: system.range(item) for item in sorted(small)}
    if not all(roomy(found, small[item]) for item, found in ranges.items()):
        raise RuntimeError("a hidden count can be deduced")
    secrets = {
        round(truth[item])
        for rank in system.hidden
        for claim in system.claims.get(rank, ())
        for item, _ in claim.terms
    }
    return _public(listed, system.hidden, ranges, secrets | {round(truth[q]) for q in small})


def leaks(
    results: Iterable[Result],
    shown: Collection[Key],
    rules: Rules | None = None,
    parts: Parts | None = None,
) -> list[Quantity]:
    """Return the small counts that can be deduced from some results when others are hidden.

    Parameters
    ----------
    results : iterable of Result
        All the results, of every chapter.
    shown : collection
        Keys (:func:`key_of`) of the results that are public.
    rules, parts
        As for :func:`protect`.

    Returns
    -------
    list of Quantity
        Empty if the public results are safe together.
    """
    listed = list(results)
    system, small, _ = _system(listed, rules or Rules(), parts)
    system.hidden = {rank for rank, result in enumerate(listed) if key_of(result) not in shown}
    return [item for item in sorted(small) if not roomy(system.range(item), small[item])]


def _system(
    listed: list[Result], rules: Rules, parts: Parts | None
) -> tuple[System, dict[Quantity, int], dict[Quantity, float]]:
    """Return the claims and relations of results, the small counts, and all true counts.

    The results that rest on too few units are hidden from the start.
    """
    least = [rules.least(result) for result in listed]
    told, truth, limits = _read(listed, least)
    system = System(told, relations(truth, parts))
    small = {
        item: limit
        for item in truth
        if (limit := _limit(item, limits)) and sensitive(item) and 0 < truth[item] < limit
    }
    system.hidden |= {r for r, n in enumerate(least) if 0 < listed[r].estimate.n < n}
    return system, small, truth


def _read(
    listed: list[Result], least: list[int]
) -> tuple[dict[int, list[Claim]], dict[Quantity, float], dict[str, int]]:
    """Return the claims of each result, the true counts, and each source's threshold.

    Where two results give one name to different counts, the second gets a name of its own.
    """
    told: dict[int, list[Claim]] = {}
    truth: dict[Quantity, float] = {}
    limits: dict[str, int] = {}
    for rank, result in enumerate(listed):
        if not least[rank]:
            continue
        limits[result.source] = max(limits.get(result.source, 0), least[rank])
        for claim in claims(result):
            if len(claim.terms) == 1:
                item, middle = claim.terms[0][0], (claim.low + claim.high) / 2
                if abs(truth.setdefault(item, middle) - middle) > _EDGE:
                    kind, _, source = item.name.partition(":")
                    item = replace(item, name=f"{kind}:{source}:{result.indicator}")
                    truth[item] = middle
                    claim = replace(claim, terms=((item, 1.0),))
            told.setdefault(rank, []).append(claim)
    for made in told.values():
        made[:] = [c for c in made if all(item in truth for item, _ in c.terms)]
    return told, truth, limits


def _limit(item: Quantity, limits: Mapping[str, int]) -> int:
    source = item.name.split(":")[1]
    return limits.get("survey" if source == "gap" else source, 0)


def _complete(system: System, small: Mapping[Quantity, int], listed: list[Result]) -> None:
    """Hide more results until every small count has room."""
    exposed = True
    while exposed:
        exposed = False
        for item in sorted(small):
            found = system.range(item)
            while not roomy(found, small[item]):
                exposed = True
                _hide_one(system, item, found, listed)
                found = system.range(item)


def _restore(
    system: System, small: Mapping[Quantity, int], listed: list[Result], primary: set[int]
) -> None:
    """Show again what need not be hidden, the most useful first: then each hidden result counts."""
    more = sorted(system.hidden - primary, key=lambda rank: (_use([rank], listed), rank))
    refused: dict[Quantity, int] = defaultdict(int)
    for rank in reversed(more):
        told = {item for claim in system.claims.get(rank, ()) for item, _ in claim.terms}
        near = _near(system, told, small)
        system.hidden.remove(rank)
        for item in sorted(near, key=lambda q: (q not in told, -refused[q], q)):  # likeliest first
            if not roomy(system.range(item), small[item]):
                refused[item] += 1
                system.hidden.add(rank)
                break


def _near(system: System, told: Iterable[Quantity], small: Mapping[Quantity, int]) -> set[Quantity]:
    """Return the small counts that unknown counts tie to some quantities."""
    return {item for start in told for item in system.tied(start) if item in small}


def roomy(found: Range, least: int) -> bool:
    """Whether a range leaves ``least`` values to a count, one of them not small."""
    values = found.high - found.low + _EDGE
    return values >= least and found.high >= least - _EDGE


def _hide_one(system: System, item: Quantity, found: Range, listed: list[Result]) -> None:
    """Hide the least useful of the results that prove a range."""
    groups = [system.tellers(name) for name in sorted(found.because)]
    groups += [{rank} for rank in sorted(found.results)]
    groups = [group for group in groups if group]
    if not groups:
        raise RuntimeError(f"{item} can be deduced, yet no published result tells it")
    system.hidden |= min(groups, key=lambda group: (_use(group, listed), sorted(group)))


def _use(group: Iterable[int], listed: list[Result]) -> tuple[int, float]:
    """Return how much a reader would miss a group of results: rank of its kind, then its size."""
    ranks, size = [], 0.0
    for rank in group:
        result = listed[rank]
        whole, total = result.zone == ALL, result.breakdown == "total"
        ranks.append(3 if whole and total else 2 if total else 1 if whole else 0)
        size += result.estimate.n
    return max(ranks), size


def _public(
    listed: list[Result], hidden: set[int], ranges: dict[Quantity, Range], secrets: set[int]
) -> Protection:
    known, public = {}, {}
    for rank, result in enumerate(listed):
        key = key_of(result)
        known[key] = result
        public[key] = hide(result) if rank in hidden else _noted(result, secrets)
    keys = frozenset(key_of(listed[rank]) for rank in hidden)
    return Protection(known, public, keys, ranges)


def _noted(result: Result, secrets: set[int]) -> Result:
    """Return a result whose note tells no hidden count."""
    if result.note is None or not (_numbers(result.note) & secrets):
        return result
    return replace(result, note=RESERVED)


def _numbers(note: Text) -> set[int]:
    """Return the whole numbers of a note that are neither in a date nor a length of time."""
    words = _TIMES.sub(" ", f"{note.fr} {note.en}")
    return {int(number) for number in re.findall(r"\d+", words)}


_MONTHS = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|January|"
    "February|March|April|May|June|July|August|September|October|November|December"
)
_TIMES = re.compile(
    rf"\d{{1,2}}(?:er)?\s(?:{_MONTHS})\s\d{{4}}|(?:{_MONTHS})\s\d{{4}}"
    r"|\d+\s(?:mois|months|ans|years|jours|days)|\d{4}-\d\d-\d\d"
)
