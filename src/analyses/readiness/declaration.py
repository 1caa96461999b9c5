"""The city's own answers, ``cities/<id>/readiness.yml``: a typed, strict model."""

from __future__ import annotations

from typing import Annotated

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from analyses import declarations
from analyses.cities import Reference
from analyses.errors import Fault, InputError
from analyses.readiness.catalogue import Openness, catalogue
from analyses.readiness.journey import AngleName, Cell, StepName
from analyses.readiness.ways import Strict, rules

FILE = "readiness.yml"

Words = Annotated[str, Field(min_length=1)]


class Known(Strict):
    """A data set known to exist for the city, though its files were not given to us."""

    data: str = Field(description="Identifier of the data set in the catalogue")
    note: Words = Field(description="What is known of it, one sentence in French")
    source: Reference = Field(description="Where it was read")
    openness: Openness | None = Field(default=None, description="Its status, if it is known")
    steps: tuple[str, ...] | None = Field(
        default=None,
        description="Steps of the plan that asking for it would settle; the first if not given",
    )
    spoilt: tuple[str, ...] = Field(
        default=(), description="Assets that it cannot give, for a reason that the note says"
    )

    @field_validator("data")
    @classmethod
    def _data(cls, value: str) -> str:
        if value not in catalogue().data:
            raise ValueError(f"is not one of {', '.join(sorted(catalogue().data))}")
        return value

    @field_validator("spoilt")
    @classmethod
    def _assets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(value) - set(rules().assets))
        if unknown:
            raise ValueError(f"names no asset of the rules: {', '.join(unknown)}")
        return value

    @model_validator(mode="after")
    def _steps(self) -> Known:
        own = [step.id for step in catalogue().data[self.data].steps]
        unknown = sorted(set(self.steps or ()) - set(own))
        if unknown:
            raise ValueError(
                f"has no step {', '.join(unknown)} (steps: {', '.join(own) or 'none'})"
            )
        return self

    @property
    def settles(self) -> tuple[str, ...]:
        """Steps of the plan that asking for the file would settle."""
        own = tuple(step.id for step in catalogue().data[self.data].steps)
        return own[:1] if self.steps is None else self.steps


class Declaration(Strict):
    """What a city says of its data and of its customers' journey; everything is optional."""

    known: tuple[Known, ...] = Field(
        default=(), description="Data sets known to exist, not given to us"
    )
    openness: dict[str, Openness] = Field(
        default_factory=dict, description="Data set: its openness status here"
    )
    journey: dict[StepName, dict[AngleName, Cell]] = Field(
        default_factory=dict, description="Step: angle: level and note"
    )

    @field_validator("known", mode="before")
    @classmethod
    def _no_list(cls, value: object) -> object:
        return () if value is None else value

    @field_validator("openness", "journey", mode="before")
    @classmethod
    def _no_keys(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("openness")
    @classmethod
    def _data(cls, value: dict[str, Openness]) -> dict[str, Openness]:
        unknown = sorted(set(value) - set(catalogue().data))
        if unknown:
            raise ValueError(f"names no data set of the catalogue: {', '.join(unknown)}")
        return value


def parse(text: str, label: str) -> Declaration:
    """Check the text of a city's ``readiness.yml``; an empty file says nothing.

    Parameters
    ----------
    text : str
        Content of the file.
    label : str
        File as the user knows it, for messages.

    Raises
    ------
    InputError
        With every fault: invalid YAML, unknown keys, data sets, steps, angles or levels.
    """
    try:
        content = declarations.loaded(text)
    except yaml.YAMLError as error:
        raise InputError([declarations.unreadable(label, error)]) from None
    if content is None:
        return Declaration()
    if not isinstance(content, dict):
        remedy = "Write known:, openness: or journey:, or leave the file empty"
        raise InputError([Fault(label, "the file holds no keys", remedy)])
    try:
        return Declaration.model_validate(content)
    except ValidationError as error:
        raise InputError(declarations.faults(label, text, error, _keys())) from None


def _keys() -> set[str]:
    """Return every key that the file may hold, at any depth."""
    models = (Declaration, Known, Reference, Cell)
    fields = {key for model in models for key in model.model_fields}
    return fields | set(StepName.__args__) | set(AngleName.__args__)  # type: ignore[attr-defined]
