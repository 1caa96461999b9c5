"""Which file next: the steps that a city can take, by indicators unlocked for each effort.

Ways that need several steps at once make the worth of a set of steps neither additive nor
submodular, so that picking single steps goes wrong. The greedy rule takes the set of at most
:data:`WIDEST` steps (and all that must come before them) with the most indicators for its effort,
then again with what is left: the budgeted set cover of Khuller, Moss and Naor (1999), Information
Processing Letters 70, on bundles. A plan does so term by term, with the steps of that term.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from analyses.readiness.catalogue import TERMS, Effort, Step, Term, catalogue
from analyses.readiness.ways import RANKS, Rules, rules
from analyses.wording import Text

WIDEST = 3
"""Most steps weighed at once, those that must come before them apart."""
LEAST = RANKS["reserve"]
"""Rank from which an indicator counts as computable."""


@dataclass(frozen=True, slots=True)
class Task:
    """A step as a city would take it.

    Parameters
    ----------
    step : Step
        The step of the catalogue.
    effort, term : str
        Small and short where the file exists and only has to be asked for; else the usual ones.
        The term is never shorter than that of the steps that must come before.
    gives : tuple of str
        Assets, those that the city knows to be spoilt left out.
    exists : bool
        Whether the data are known to exist.
    """

    step: Step
    effort: Effort
    term: Term
    gives: tuple[str, ...]
    exists: bool = False

    @property
    def id(self) -> str:
        """Name of the step."""
        return self.step.id

    @property
    def label(self) -> Text:
        """What to do, in words."""
        asked = self.step.asked if self.exists else None
        return (asked or self.step.label).text()


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the plan.

    Parameters
    ----------
    task : Task
        What to do.
    term : str
        When it begins to bring something: its own term, or that of the step that it waits for.
    unlocked : tuple of str
        Indicators that become computable, once the lines before are done.
    improved : tuple of str
        Indicators whose answer gets better: a reserve less, or a run that may give them.
    """

    task: Task
    term: Term
    unlocked: tuple[str, ...]
    improved: tuple[str, ...]

    @property
    def prepares(self) -> bool:
        """Whether the step brings nothing alone, and is in the plan for a later one."""
        return not (self.unlocked or self.improved)


def plan(
    have: Collection[str],
    tasks: Iterable[Task],
    *,
    known: Rules | None = None,
    weights: Mapping[Effort, int] | None = None,
    widest: int = WIDEST,
) -> tuple[Choice, ...]:
    """Order the steps left: by term, then by indicators unlocked for each effort.

    Steps that bring nothing, alone or with others, are left out.

    Parameters
    ----------
    have : collection of str
        Assets of the city.
    tasks : iterable of Task
        Steps that the city can take.
    known : Rules, optional
        Rules; those that the package ships if not given.
    weights : mapping, optional
        Weight of each effort; that of the catalogue if not given.
    widest : int
        Most steps weighed at once.
    """
    judge = _Judge(known or rules())
    pool, own = list(tasks), judge.of(have)
    chosen: list[Choice] = []
    for rank, term in enumerate(TERMS):
        ready = [task for task in pool if TERMS.index(task.term) <= rank]
        taken = {choice.task.id for choice in chosen}
        left = [task for task in ready if task.id not in taken]
        got = [asset for choice in chosen for asset in choice.task.gives]
        for task in ordered({*have, *got}, left, known=known, weights=weights, widest=widest):
            after = own | judge.of(task.gives)
            chosen.append(Choice(task, term, *judge.gain(own, after)))
            own = after
    return tuple(chosen)


def ordered(
    have: Collection[str],
    tasks: Iterable[Task],
    *,
    known: Rules | None = None,
    weights: Mapping[Effort, int] | None = None,
    widest: int = WIDEST,
) -> tuple[Task, ...]:
    """Return the useful tasks, best first whatever their term (parameters as for :func:`plan`)."""
    costs = weights or {name: item.weight for name, item in catalogue().efforts.items()}
    judge = _Judge(known or rules())
    own = judge.of(have)
    left = {task.id: task for task in tasks if judge.of(task.gives) | own != own}
    found: list[Task] = []
    while picked := _best(own, left, costs, judge, widest):
        found += picked
        own |= judge.of(asset for task in picked for asset in task.gives)
        left = {n: t for n, t in left.items() if judge.of(t.gives) | own != own}
    return tuple(found)


def by_term(choices: Sequence[Choice]) -> dict[Term, tuple[Choice, ...]]:
    """Return the choices of each term, in the order of the plan."""
    return {term: tuple(c for c in choices if c.term == term) for term in TERMS}


class _Judge:
    """Says how good the answer of every indicator is for a set of assets, written as bits."""

    def __init__(self, known: Rules) -> None:
        self.bits = {asset: 1 << rank for rank, asset in enumerate(known.assets)}
        self.names = tuple(known.indicators)
        self.ways = tuple(
            tuple((self.of(w.needs), self.of(w.spoilt_by), RANKS[w.quality]) for w in ways)
            for ways in known.indicators.values()
        )
        self.seen: dict[int, tuple[int, ...]] = {}

    def of(self, assets: Iterable[str]) -> int:
        """Return a set of assets as bits."""
        bits = 0
        for asset in assets:
            bits |= self.bits[asset]
        return bits

    def ranks(self, own: int) -> tuple[int, ...]:
        """Return how good each answer is, in the order of the rules."""
        if own not in self.seen:
            self.seen[own] = tuple(
                max((r for need, spoilt, r in ways if need & own == need and not spoilt & own),
                    default=0)
                for ways in self.ways
            )  # fmt: skip
        return self.seen[own]

    def gain(self, own: int, after: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the indicators that become computable, and those that only get better."""
        changes = list(zip(self.names, self.ranks(own), self.ranks(after), strict=True))
        unlocked = tuple(name for name, before, then in changes if before < LEAST <= then)
        improved = tuple(n for n, before, then in changes if before < then and n not in unlocked)
        return unlocked, improved

    def score(self, own: int, after: int, effort: int) -> tuple[Fraction, Fraction, int]:
        """Return what is compared: indicators, then better answers, for the effort; then least."""
        before, then = self.ranks(own), self.ranks(after)
        unlocked = sum(was < LEAST <= is_ for was, is_ in zip(before, then, strict=True))
        return Fraction(unlocked, effort), Fraction(sum(then) - sum(before), effort), -effort


def _best(
    own: int, left: Mapping[str, Task], costs: Mapping[Effort, int], judge: _Judge, widest: int
) -> tuple[Task, ...]:
    """Return the set of tasks with the best score, empty if none brings anything."""
    best: tuple[Task, ...] = ()
    highest = (Fraction(0), Fraction(0), 0)
    gives = {name: judge.of(task.gives) for name, task in left.items()}
    seen: set[frozenset[str]] = set()
    for size in range(1, min(widest, len(left)) + 1):
        for names in combinations(left, size):
            tasks = _with_earlier(names, left)
            ids = frozenset(task.id for task in tasks)
            if ids in seen:
                continue
            seen.add(ids)
            after = own
            for task in tasks:
                after |= gives[task.id]
            if judge.ranks(after) == judge.ranks(own):
                continue
            score = judge.score(own, after, sum(costs[task.effort] for task in tasks))
            if not best or score > highest:
                best, highest = tasks, score
    return best


def _with_earlier(names: Iterable[str], left: Mapping[str, Task]) -> tuple[Task, ...]:
    """Return the tasks with all those left that must come before them, those first."""
    order: dict[str, Task] = {}

    def take(name: str) -> None:
        for earlier in left[name].step.after:
            if earlier in left:
                take(earlier)
        order.setdefault(name, left[name])

    for name in names:
        take(name)
    return tuple(order.values())
