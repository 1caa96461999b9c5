"""The customer's journey: what the city says of each step, and its strong and weak links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analyses.indicators import Bilingual
from analyses.readiness.catalogue import catalogue
from analyses.readiness.ways import Strict, shipped

Level = Literal["strong", "partial", "weak"]
AngleName = Literal["people", "tools", "gdpr", "value", "cost"]
StepName = Literal["learn", "travel", "park", "walk", "choose", "buy", "return"]


class Angle(Strict):
    """One angle of the audit, and the question that it asks."""

    label: Bilingual
    question: Bilingual


class Stage(Strict):
    """One step of the journey, and the data sets that tell something of it."""

    label: Bilingual
    what: Bilingual
    data: tuple[str, ...] = Field(min_length=1)


class Outline(Strict):
    """The steps and the angles."""

    version: Annotated[int, Field(ge=1)]
    angles: dict[AngleName, Angle]
    levels: dict[Level, Bilingual]
    steps: dict[StepName, Stage]

    @model_validator(mode="after")
    def _data_exist(self) -> Outline:
        known = catalogue().data
        named = [name for step in self.steps.values() for name in step.data]
        unknown = sorted(set(named) - set(known))
        if unknown:
            raise ValueError(f"unknown data sets: {', '.join(unknown)}")
        return self


class Cell(Strict):
    """The city's answer for one step under one angle."""

    level: Level = Field(description="strong, partial or weak")
    note: str | None = Field(default=None, description="Why, in one sentence")


Answers = Mapping[StepName, Mapping[AngleName, Cell]]


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the journey as it stands.

    Parameters
    ----------
    step : str
        Name of the step.
    cells : mapping of str to Cell or None
        Answer by angle; None where the city has not filled it in.
    held, data : int
        Data sets of the step that the city has, and all of them.
    """

    step: StepName
    cells: Mapping[AngleName, Cell | None]
    held: int
    data: int

    @property
    def filled(self) -> int:
        """Angles that the city has filled in."""
        return sum(cell is not None for cell in self.cells.values())

    def at(self, level: Level) -> tuple[AngleName, ...]:
        """Return the angles at a level."""
        return tuple(
            n for n, cell in self.cells.items() if cell is not None and cell.level == level
        )

    @property
    def verdict(self) -> Level | None:
        """How the step holds: as its weakest angle; None while an angle is not filled in.

        A step with a weak angle is weak even before the others are filled in.
        """
        if self.at("weak"):
            return "weak"
        if self.filled < len(self.cells):
            return None
        return "partial" if self.at("partial") else "strong"


@dataclass(frozen=True, slots=True)
class Journey:
    """The journey of a city: a link a step, in order."""

    links: tuple[Link, ...]

    @property
    def filled(self) -> int:
        """Cells filled in."""
        return sum(link.filled for link in self.links)

    @property
    def cells(self) -> int:
        """Cells in all."""
        return sum(len(link.cells) for link in self.links)

    def verdicts(self, level: Level) -> tuple[Link, ...]:
        """Return the steps that hold at a level."""
        return tuple(link for link in self.links if link.verdict == level)


def journey(filled: Answers, held: Collection[str]) -> Journey:
    """Return the journey from what the city filled in and the data sets that it has."""
    book = outline()
    return Journey(
        tuple(
            Link(
                name,
                {angle: filled.get(name, {}).get(angle) for angle in book.angles},
                sum(item in held for item in stage.data),
                len(stage.data),
            )
            for name, stage in book.steps.items()
        )
    )


@cache
def outline() -> Outline:
    """Return the outline that the package ships, read once."""
    return Outline.model_validate(shipped("journey.yml"))
