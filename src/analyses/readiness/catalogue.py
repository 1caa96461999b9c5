"""The data sets that a city can hold or ask for, read from ``catalogue.yml``."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analyses.indicators import Bilingual
from analyses.readiness.ways import Strict, rules, shipped

Provider = Literal["local_public", "national_public", "parapublic", "company", "citizens"]
Openness = Literal["open", "candidate", "closed_unjustified", "closed_protected", "other"]
Ladder = Literal[
    "study", "reference", "point_count", "activity_report", "sensor", "mobile_flow", "mobile_trace"
]
Effort = Literal["small", "medium", "large"]
Term = Literal["short", "middle", "long"]

TERMS: tuple[Term, ...] = ("short", "middle", "long")


class Link(Strict):
    """Where a data set is published."""

    title: str
    url: Annotated[str, Field(pattern=r"^https://")]


class Clause(Strict):
    """A model clause, in French, to recover data from whoever holds them."""

    title: str
    basis: str
    text: str


class Weight(Strict):
    """A level of effort: its words, and what it weighs in the order of the plan."""

    weight: Annotated[int, Field(ge=1)]
    label: Bilingual


class Step(Strict):
    """One thing to do to have (more of) a data set, and the assets that it gives.

    Where the data exist and only have to be asked for, ``asked`` is how it is said, and ``also``
    what they give besides.
    """

    id: str
    label: Bilingual
    asked: Bilingual | None = None
    gives: tuple[str, ...] = Field(min_length=1)
    also: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    effort: Effort
    term: Term


class DataSet(Strict):
    """One data set that a city can hold or ask for.

    ``table`` is the table that it fills; ``feeds`` the one that it can complete; a data set with
    neither is not read yet.
    """

    id: str
    table: str | None = None
    feeds: str | None = None
    label: Bilingual
    what: Bilingual
    provider: Provider
    openness: Openness
    ladder: Ladder
    granularity: Bilingual
    frequency: Bilingual
    personal: Bilingual | None = None
    holder: Bilingual
    where: tuple[Link, ...] = ()
    clause: str | None = None
    steps: tuple[Step, ...] = ()


class Catalogue(Strict):
    """Every data set, with the words of the classes that they fall in."""

    version: Annotated[int, Field(ge=1)]
    providers: dict[Provider, Bilingual]
    openness: dict[Openness, Bilingual]
    ladder: dict[Ladder, Bilingual]
    efforts: dict[Effort, Weight]
    terms: dict[Term, Bilingual]
    clauses: dict[str, Clause]
    data: dict[str, DataSet]

    @model_validator(mode="after")
    def _named_things_exist(self) -> Catalogue:
        names = [step.id for step in self.steps()]
        assets = set(rules().assets)
        problems = [f"the step {name!r} is named twice" for name in names if names.count(name) > 1]
        for item in self.data.values():
            if item.clause is not None and item.clause not in self.clauses:
                problems.append(f"{item.id}: unknown clause {item.clause!r}")
            for step in item.steps:
                problems += [f"{step.id}: unknown step {n!r}" for n in set(step.after) - set(names)]
                problems += [
                    f"{step.id}: unknown asset {n!r}" for n in {*step.gives, *step.also} - assets
                ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def steps(self) -> tuple[Step, ...]:
        """Return every step of every data set, in the order of the file."""
        return tuple(step for item in self.data.values() for step in item.steps)

    def owner(self, step: str) -> DataSet:
        """Return the data set that a step belongs to; ``KeyError`` if there is no such step."""
        for item in self.data.values():
            if any(mine.id == step for mine in item.steps):
                return item
        raise KeyError(step)

    def of_table(self, table: str) -> DataSet:
        """Return the data set that fills a table; ``KeyError`` if none does."""
        for item in self.data.values():
            if item.table == table:
                return item
        raise KeyError(table)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that the package ships, read once."""
    content = shipped("catalogue.yml")
    content["data"] = {name: {"id": name, **item} for name, item in content["data"].items()}
    return Catalogue.model_validate(content)
