"""The dictionary of indicators: what each number means, how it is computed and when it is shown.

The content is ``indicators.yml`` beside this module. The loader is strict: unknown keys, missing
translations, unknown units and unknown sources are all refused, and every fault is told at once.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analyses.errors import Fault, InputError
from analyses.wording import Language, Text

Theme = Literal["commerce", "footfall", "parking", "crossings", "readiness"]
Better = Literal["lower", "higher", "none"]
Comparable = Literal[
    "definition", "perimeter_kind", "source_class", "survey_season", "coverage", "method_version",
    "nomenclature", "threshold", "sample_size",
]  # fmt: skip
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Words = Annotated[str, Field(min_length=1)]

_FILE = "indicators.yml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Bilingual(_Strict):
    """A text in the two languages of the reports, both required."""

    fr: Words
    en: Words

    def text(self) -> Text:
        """Return the text as the value object that reports use."""
        return Text(self.fr, self.en)


class Document(_Strict):
    """The text that a definition was read in."""

    title: Words
    english: Words | None = None
    """The title in English, where it is words of ours rather than a published title."""
    url: str | None = None

    def titled(self, language: Language) -> str:
        """Return the title as a report in ``language`` gives it."""
        return self.english if language == "en" and self.english else self.title


class Band(_Strict):
    """One step of a published scale; the last has no upper limit."""

    label: Bilingual
    below: float | None = None


class Bands(_Strict):
    """A published scale, printed beside a value and never mixed into it."""

    source: str
    steps: tuple[Band, ...] = Field(min_length=2)

    @field_validator("steps")
    @classmethod
    def _rising(cls, steps: tuple[Band, ...]) -> tuple[Band, ...]:
        limits = [step.below for step in steps[:-1]]
        if steps[-1].below is not None or None in limits:
            raise ValueError("every band but the last has an upper limit, and the last has none")
        known = [limit for limit in limits if limit is not None]
        if known != sorted(set(known)):
            raise ValueError("the limits of the bands must rise")
        return steps

    def of(self, value: float) -> Band:
        """Return the band that holds ``value``; a value on a limit belongs to the band above."""
        for step in self.steps[:-1]:
            if step.below is not None and value < step.below:
                return step
        return self.steps[-1]


class Indicator(_Strict):
    """One entry of the dictionary.

    ``min_n`` is the number of units under which the value is not shown; ``comparable_on`` names
    what must be equal for two cities to be compared; ``question`` is what the reader asks.
    """

    id: Identifier
    theme: Theme
    label: Bilingual
    unit: str
    definition: Bilingual
    formula: Words
    source: str
    better: Better
    min_n: Annotated[int, Field(ge=1)]
    comparable_on: tuple[Comparable, ...] = Field(min_length=1)
    question: Bilingual
    bands: Bands | None = None


class Dictionary(_Strict):
    """Every indicator, with the units and documents that they name."""

    version: Annotated[int, Field(ge=1)]
    units: dict[str, Bilingual]
    sources: dict[str, Document]
    indicators: dict[str, Indicator]

    @model_validator(mode="after")
    def _named_things_exist(self) -> Dictionary:
        problems = []
        for key, item in self.indicators.items():
            if item.unit not in self.units:
                problems.append(f"{key}: unknown unit {item.unit!r}")
            named = [item.source] + ([item.bands.source] if item.bands else [])
            problems += [
                f"{key}: unknown source {name!r}" for name in named if name not in self.sources
            ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def __getitem__(self, identifier: str) -> Indicator:
        """Return the indicator of that name; ``KeyError`` names the unknown one."""
        try:
            return self.indicators[identifier]
        except KeyError:
            raise KeyError(f"{identifier!r} is not in the dictionary of indicators") from None

    def __contains__(self, identifier: object) -> bool:
        """Whether the dictionary defines that indicator."""
        return identifier in self.indicators

    def theme(self, theme: Theme) -> tuple[Indicator, ...]:
        """Return the indicators of a theme, in the order of the file."""
        return tuple(item for item in self.indicators.values() if item.theme == theme)

    def unit(self, unit: str) -> Text:
        """Return the words of a unit."""
        return self.units[unit].text()

    def document(self, indicator: str) -> Document:
        """Return the document in which an indicator's definition was read."""
        return self.sources[self[indicator].source]


@cache
def dictionary() -> Dictionary:
    """Return the dictionary that the package ships, read once."""
    text = resources.files("analyses").joinpath(_FILE).read_text(encoding="utf-8")
    return parse(text, _FILE)


def get(identifier: str) -> Indicator:
    """Return one indicator of the shipped dictionary; ``KeyError`` if it has none of that name."""
    return dictionary()[identifier]


def read(path: str | Path) -> Dictionary:
    """Read a dictionary from a file.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError([Fault(path.name, "the file does not exist", "Check its path")]) from None
    return parse(text, path.name)


def parse(text: str, label: str) -> Dictionary:
    """Check the YAML text of a dictionary; ``label`` names the file in messages.

    Raises
    ------
    InputError
        With every fault: invalid YAML, a repeated key, unknown or missing keys, wrong types,
        bands that do not rise, units or sources that are named but not defined.
    """
    try:
        content = yaml.load(text, Loader=_UniqueKeys)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "the file is not YAML"
        row = None if mark is None else mark.line + 1
        raise InputError([Fault(label, str(problem), "Correct that line", row=row)]) from None
    if not isinstance(content, dict) or not isinstance(content.get("indicators"), dict):
        raise InputError(
            [Fault(label, "the file has no indicators", "Write the key indicators: with entries")]
        )
    entries = {
        key: {"id": key, **value} if isinstance(value, dict) else value
        for key, value in content["indicators"].items()
    }
    try:
        return Dictionary.model_validate({**content, "indicators": entries})
    except ValidationError as error:
        raise InputError(_faults(label, error)) from None


class _UniqueKeys(yaml.SafeLoader):
    """A safe YAML loader that refuses a key written twice (YAML keeps the last in silence)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping, refusing repeated keys."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _faults(label: str, error: ValidationError) -> list[Fault]:
    faults = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"]) or None
        if item["type"] == "extra_forbidden":
            problem, remedy = "unknown key", "Remove it or correct its spelling"
        elif item["type"] == "missing":
            problem, remedy = "the key is missing", "Add it"
        else:
            problem = item["msg"].removeprefix("Value error, ").rstrip(".")
            problem = problem[0].lower() + problem[1:]
            remedy = "Correct the entry"
        value = item["input"] if isinstance(item["input"], str | int | float) else None
        faults.append(
            Fault(label, problem, remedy, column=where, value=None if value is None else str(value))
        )
    return faults
