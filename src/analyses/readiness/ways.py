"""The rules: what each indicator takes, read from ``ways.yml``."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analyses.indicators import Bilingual
from analyses.wording import Text

Quality = Literal["ready", "reserve", "confirm"]
"""``ready``: computed; ``reserve``: with a warning; ``confirm``: only the run can tell."""

RANKS: dict[str, int] = {"ready": 3, "reserve": 2, "confirm": 1, "missing": 0}
"""How good an answer is."""


class Strict(BaseModel):
    """A model that refuses unknown keys and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Way(Strict):
    """One way to compute an indicator: what it needs, how good it is, and the note it takes."""

    needs: tuple[str, ...] = Field(min_length=1)
    quality: Quality = "ready"
    note: str | None = None
    spoilt_by: tuple[str, ...] = ()


class Rules(Strict):
    """Every way to compute every indicator, with the words for what they need."""

    version: Annotated[int, Field(ge=1)]
    assets: dict[str, Bilingual]
    notes: dict[str, Bilingual]
    indicators: dict[str, tuple[Way, ...]]

    @model_validator(mode="after")
    def _named_things_exist(self) -> Rules:
        problems = []
        for name, ways in self.indicators.items():
            for way in ways:
                unknown = {*way.needs, *way.spoilt_by} - set(self.assets)
                problems += [f"{name}: unknown asset {asset!r}" for asset in sorted(unknown)]
                if way.note is not None and way.note not in self.notes:
                    problems.append(f"{name}: unknown note {way.note!r}")
                if way.quality != "ready" and way.note is None:
                    problems.append(f"{name}: a way of quality {way.quality} says why in a note")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def label(self, asset: str) -> Text:
        """Return the words of an asset."""
        return self.assets[asset].text()

    def note(self, way: Way) -> Text | None:
        """Return what must be known of a way, None if nothing."""
        return None if way.note is None else self.notes[way.note].text()


@cache
def rules() -> Rules:
    """Return the rules that the package ships, read once."""
    return Rules.model_validate(shipped("ways.yml"))


def shipped(name: str) -> Any:
    """Return the content of a YAML file beside this module."""
    text = resources.files("analyses.readiness").joinpath(name).read_text(encoding="utf-8")
    return yaml.safe_load(text)
