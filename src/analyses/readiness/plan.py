"""Which file next: the steps that a city can take, by indicators unlocked for each effort.

Ways that need several steps at once make the worth of a set of steps neither additive nor
submodular, so that picking single steps goes wrong. The greedy rule takes the set of at most
:data:`WIDEST` steps (and all that must come before them) with the most indicators for its effort,
then again with what is left: the budgeted set cover of Khuller, Moss and Naor (1999), Information
Processing Letters 70, on bundles. The steps are then told by term, in that order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from analyses.readiness.catalogue import TERMS, Effort, Step, Term, catalogue
from analyses.readiness.ways import RANKS, Rules, rules

WIDEST = 3
"""Most steps weighed at once, those that must come before them apart."""


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
    order = ordered(have, tasks, known=known, weights=weights, widest=widest)
    own = frozenset(have)
    chosen: list[Choice] = []
    waiting: list[Task] = []
    for task in sorted(order, key=lambda item: TERMS.index(item.term)):
        waiting.append(task)
        while ripe := _ripe(own, waiting, judge):
            for item in ripe:
                after = own | set(item.gives)
                chosen.append(Choice(item, task.term, *judge.gain(own, after)))
                own = after
                waiting.remove(item)
    return tuple(chosen)


def _ripe(own: frozenset[str], waiting: Sequence[Task], judge: _Judge) -> tuple[Task, ...]:
    """Return the fewest tasks among those waiting that bring something together."""
    for size in range(1, len(waiting) + 1):
        for picked in combinations(waiting, size):
            gain = judge.gain(own, own.union(*(task.gives for task in picked)))
            if gain != ((), ()):
                return picked
    return ()


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
    own = frozenset(have)
    left = {task.id: task for task in tasks if not set(task.gives) <= own}
    found: list[Task] = []
    while picked := _best(own, left, costs, judge, widest):
        found += picked
        own |= {asset for task in picked for asset in task.gives}
        left = {n: t for n, t in left.items() if t not in picked and not set(t.gives) <= own}
    return tuple(found)


def by_term(choices: Sequence[Choice]) -> dict[Term, tuple[Choice, ...]]:
    """Return the choices of each term, in the order of the plan."""
    return {term: tuple(c for c in choices if c.term == term) for term in TERMS}


class _Judge:
    """Says how good the answer of every indicator is for a set of assets, once for each set."""

    def __init__(self, known: Rules) -> None:
        self.ways = {
            name: [(frozenset(w.needs), frozenset(w.spoilt_by), RANKS[w.quality]) for w in ways]
            for name, ways in known.indicators.items()
        }
        self.seen: dict[frozenset[str], dict[str, int]] = {}

    def ranks(self, own: frozenset[str]) -> dict[str, int]:
        if own not in self.seen:
            self.seen[own] = {
                name: max((r for needs, spoilt, r in ways if needs <= own and not spoilt & own),
                          default=0)
                for name, ways in self.ways.items()
            }  # fmt: skip
        return self.seen[own]

    def gain(
        self, own: frozenset[str], after: frozenset[str]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the indicators that become computable, and those that only get better."""
        before, then = self.ranks(own), self.ranks(after)
        least = RANKS["reserve"]
        unlocked = tuple(n for n in then if before[n] < least <= then[n])
        improved = tuple(n for n in then if before[n] < then[n] and n not in unlocked)
        return unlocked, improved

    def score(
        self, own: frozenset[str], after: frozenset[str], effort: int
    ) -> tuple[Fraction, Fraction, int]:
        """Return what is compared: indicators, then better answers, for the effort; then least."""
        before, then = self.ranks(own), self.ranks(after)
        least = RANKS["reserve"]
        unlocked = sum(before[n] < least <= then[n] for n in then)
        better = sum(then.values()) - sum(before.values())
        return Fraction(unlocked, effort), Fraction(better, effort), -effort


def _best(
    own: frozenset[str],
    left: Mapping[str, Task],
    costs: Mapping[Effort, int],
    judge: _Judge,
    widest: int,
) -> tuple[Task, ...]:
    """Return the set of tasks with the best score, empty if none brings anything."""
    best: tuple[Task, ...] = ()
    highest = (Fraction(0), Fraction(0), 0)
    seen: set[frozenset[str]] = set()
    for size in range(1, min(widest, len(left)) + 1):
        for names in combinations(left, size):
            tasks = _with_earlier(names, left)
            ids = frozenset(task.id for task in tasks)
            if ids in seen:
                continue
            seen.add(ids)
            after = own | {asset for task in tasks for asset in task.gives}
            score = judge.score(own, after, sum(costs[task.effort] for task in tasks))
            if (score[0] > 0 or score[1] > 0) and (not best or score > highest):
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
