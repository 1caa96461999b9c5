"""The whole assessment of a city in one call: what its notebook and ``coeurville check`` show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from analyses.readiness.answers import Answer, answers
from analyses.readiness.assets import MIN_COVERAGE, Frames, assets
from analyses.readiness.catalogue import TERMS, Catalogue, Effort, Term, catalogue
from analyses.readiness.declaration import Declaration
from analyses.readiness.journey import Journey, journey
from analyses.readiness.plan import Choice, Task, plan
from analyses.readiness.sheets import Sheet, State, sheets
from analyses.readiness.ways import rules
from analyses.results import Estimate, Result

INDICATOR = "ready_indicators"
"""Number of indicators that a city can compute: itself an indicator, left out of its own sum."""


class Given(Frames, Protocol):
    """Checked tables with where they come from: what ``sources.load`` returns."""

    @property
    def provenance(self) -> pd.DataFrame:
        """One row a file."""

    @property
    def quality(self) -> pd.DataFrame:
        """One row a reserve."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a city can know today, what is missing, and which file comes next.

    Parameters
    ----------
    have : frozenset of str
        Assets of the city.
    answers : tuple of Answer
        One an indicator.
    sheets : tuple of Sheet
        One a data set.
    plan : tuple of Choice
        What to do next, by term then by indicators unlocked for each effort.
    journey : Journey
        The customer's journey as the city filled it in.
    results : tuple of Result
        The number of indicators that can be computed.
    """

    have: frozenset[str]
    answers: tuple[Answer, ...]
    sheets: tuple[Sheet, ...]
    plan: tuple[Choice, ...]
    journey: Journey
    results: tuple[Result, ...]

    @property
    def computable(self) -> tuple[Answer, ...]:
        """Indicators that the data give, with a reserve or without."""
        return tuple(item for item in self.answers if item.computable)

    def of_state(self, state: State) -> tuple[Sheet, ...]:
        """Return the data sets of one state, in the order of the catalogue."""
        return tuple(sheet for sheet in self.sheets if sheet.state == state)

    def answer(self, indicator: str) -> Answer:
        """Return the answer of one indicator; ``KeyError`` if it has none."""
        for item in self.answers:
            if item.indicator == indicator:
                return item
        raise KeyError(indicator)


def assess(
    tables: Given,
    declaration: Declaration | None = None,
    *,
    min_coverage: float = MIN_COVERAGE,
    youngest: int = 1,
) -> Readiness:
    """Assess what a city's data allow.

    Parameters
    ----------
    tables : Tables
        Checked tables with their provenance and quality log.
    declaration : Declaration, optional
        What the city says of its data and journey (``readiness.yml``).
    min_coverage : float
        Coverage (%) that a survey must reach (``survey_min_coverage``).
    youngest : int
        First age of the survival rates, in years (``survival_years``).

    Returns
    -------
    Readiness
        Deterministic; nothing is read, run or estimated.
    """
    said = declaration or Declaration()
    have = assets(tables, min_coverage=min_coverage, youngest=youngest)
    found = answers(have)
    listed = sheets(catalogue(), rules(), found, tables, tables.provenance, tables.quality, said)
    held = {sheet.data.id for sheet in listed if sheet.state == "held"}
    ready = sum(item.computable for item in found)
    estimate = Estimate(float(ready), float(ready), float(ready), len(found))
    return Readiness(
        have, found, listed, plan(have, tasks(said, catalogue(), held)),
        journey(said.journey, held),
        (Result(INDICATOR, estimate, "indicators", "record", "readiness-rules/1"),),
    )  # fmt: skip


def tasks(said: Declaration, book: Catalogue, held: Collection[str] = ()) -> tuple[Task, ...]:
    """Return the steps that a city can take: those whose file exists only have to be asked for."""
    settled: dict[str, frozenset[str]] = {}
    for item in said.known:
        for name in item.settles:
            settled[name] = settled.get(name, frozenset()) | set(item.spoilt)
    terms: dict[str, Term] = {}
    found = []
    for step in book.steps():
        exists = step.id in settled and book.owner(step.id).id not in held
        own: Term = "short" if exists else step.term
        effort: Effort = "small" if exists else step.effort
        term = max([own, *(terms[name] for name in step.after)], key=TERMS.index)
        terms[step.id] = term
        every = (*step.gives, *step.also) if exists else step.gives
        gives = tuple(a for a in every if a not in settled.get(step.id, frozenset()))
        if gives:
            found.append(Task(step, effort, term, gives, exists))
    return tuple(found)
