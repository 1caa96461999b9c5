"""Table Schema descriptors of the tables that analyses read."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from analyses.errors import CoeurvilleError
from analyses.wording import Text


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Name in the code and in our templates.
    type : str
        Table Schema type: ``string``, ``number``, ``integer``, ``boolean``, ``date``,
        ``datetime`` or ``geojson``.
    title : Text
        Title in both languages.
    description : str
        French description.
    unit : str
        Unit, empty if none.
    personal : bool
        Accepted in a file, dropped while reading, never validated nor printed.
    constraints : mapping
        Table Schema constraints: ``required``, ``unique``, ``enum``, ``minimum``, ``maximum``,
        ``pattern``, ``maxLength``.
    synonyms : mapping
        Other spellings of the values of an ``enum`` (folded by :func:`fold`) and their value.
    words : mapping
        The same spellings as the descriptor writes them, for documentation.
    example : str
        Example, as it would be written in a file.
    """

    name: str
    type: str
    title: Text
    description: str
    unit: str = ""
    personal: bool = False
    constraints: Mapping[str, Any] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    @property
    def required(self) -> bool:
        """Whether every row must have a value."""
        return bool(self.constraints.get("required", False))


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns of one table, in order, with its key."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    missing: tuple[str, ...]

    def __getitem__(self, name: str) -> Column:
        """Return one column by name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns that leave ``sources``: all but the personal ones."""
        return tuple(column.name for column in self.columns if not column.personal)

    @property
    def personal(self) -> tuple[str, ...]:
        """Names of the columns that are dropped at the door."""
        return tuple(column.name for column in self.columns if column.personal)


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, with single spaces for ``_``, ``-`` and ``'``.

    Headers and coded values are compared in this form.
    """
    straight = text.replace("\u2019", "'")
    plain = unicodedata.normalize("NFKD", straight).encode("ascii", "ignore").decode()
    for mark in ("_", "-", "'", "/"):
        plain = plain.replace(mark, " ")
    return " ".join(plain.lower().split())


def names() -> list[str]:
    """Return the names of the tables that have a descriptor, sorted."""
    folder = resources.files(__package__)
    return sorted(
        item.name.removesuffix(".json") for item in folder.iterdir() if item.name.endswith(".json")
    )


def descriptor(name: str) -> dict[str, Any]:
    """Return the Table Schema of one table, as published.

    Raises
    ------
    CoeurvilleError
        If there is no such table.
    """
    path = resources.files(__package__) / f"{name}.json"
    if not path.is_file():
        raise CoeurvilleError(f"There is no table {name!r}: {', '.join(names())}.")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@cache
def get(name: str) -> Schema:
    """Return the schema of one table.

    Raises
    ------
    CoeurvilleError
        If there is no such table.
    """
    content = descriptor(name)
    key = content.get("primaryKey", [])
    return Schema(
        name=name,
        title=Text(content["title"], content["title_en"]),
        columns=tuple(_column(item) for item in content["fields"]),
        key=(key,) if isinstance(key, str) else tuple(key),
        missing=tuple(content.get("missingValues", [""])),
    )


def _column(item: Mapping[str, Any]) -> Column:
    return Column(
        name=item["name"],
        type=item["type"],
        title=Text(item["title"], item["title_en"]),
        description=item["description"],
        unit=item.get("unit", ""),
        personal=bool(item.get("personal", False)),
        constraints=dict(item.get("constraints", {})),
        synonyms={fold(spelling): value for spelling, value in item.get("synonyms", {}).items()},
        words=dict(item.get("synonyms", {})),
        example=str(item.get("example", "")),
    )
