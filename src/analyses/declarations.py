"""Faults of a YAML file that a person wrote: the line, the key, and the key that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import yaml
from pydantic import ValidationError

from analyses.errors import Fault

Path = tuple[str | int, ...]

_TYPES = {
    "bool_parsing": ("the value is neither true nor false", "Write true or false"),
    "string_type": ("the value is not a text", "Put it between quotation marks"),
    "int_parsing": ("the value is not a whole number", "Write digits only"),
    "float_parsing": ("the value is not a number", "Write digits, with a point for decimals"),
}
"""Kinds of faults that pydantic tells in words of its own."""

_SHAPES = {
    "insee_code": 'the five characters of the commune between quotation marks, such as "02691"',
    "siren": "nine digits between quotation marks, without spaces",
    "siret": "fourteen digits between quotation marks, without spaces",
    "url": "an address that starts with https://",
    "id": "lower-case letters without accents, digits and single hyphens",
}
"""What to write where a key has a pattern."""


def unreadable(label: str, error: yaml.YAMLError) -> Fault:
    """Return the fault of a file that is not YAML, with its line where the parser knows it."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "the file is not YAML"
    return Fault(
        label,
        f"the file is not valid YAML ({problem})",
        "Check the indentation, the colons and the quotes at that line and the one before",
        row=None if mark is None else mark.line + 1,
    )


def faults(label: str, text: str, error: ValidationError, known: Iterable[str]) -> list[Fault]:
    """Return every fault that a model found in a YAML file.

    Parameters
    ----------
    label : str
        File as the user knows it.
    text : str
        Content of the file, valid YAML.
    error : ValidationError
        What the model refused.
    known : iterable of str
        Keys that the file may hold, to suggest the one that was meant.
    """
    rows = lines(text)
    keys = sorted(known)
    return [_fault(label, item, rows, keys) for item in error.errors()]


def loaded(text: str) -> Any:
    """Return what a YAML text holds, by the compiled parser where there is one.

    Raises
    ------
    yaml.YAMLError
        If it is not YAML: as the other parser says it, which names the line and what was expected.
    """
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return yaml.safe_load(text)


@cache
def time_zones() -> frozenset[str]:
    """Return the names of the IANA time zone list that this machine knows."""
    return frozenset(available_timezones())


def lines(text: str) -> dict[Path, int]:
    """Return the line of every key and item of a YAML text, by its path; the first line is 1."""
    found: dict[Path, int] = {}

    def walk(node: yaml.Node | None, path: Path) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                found[inner] = key.start_mark.line + 1
                walk(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for rank, value in enumerate(node.value):
                found[*path, rank] = value.start_mark.line + 1
                walk(value, (*path, rank))

    walk(yaml.compose(text, Loader=yaml.SafeLoader), ())
    return found


def _fault(label: str, item: object, rows: dict[Path, int], keys: list[str]) -> Fault:
    detail = dict(item)  # type: ignore[call-overload]
    path: Path = tuple(detail["loc"])
    value = None if isinstance(detail["input"], dict | list) else str(detail["input"])
    kind = str(detail["type"])
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(path[-1]), keys, n=1, cutoff=0.6)
        remedy = f"Perhaps {close[0]} is meant" if close else "Remove it or correct its spelling"
        problem, value = "unknown key", None
    elif kind == "missing":
        problem, remedy, value = "the key is missing", "Add it", None
    elif kind in _TYPES:
        problem, remedy = _TYPES[kind]
    elif kind == "literal_error":
        path = path[:-1] if path[-1] == "[key]" else path
        problem = "the word is not one of those allowed"
        remedy = f"Write one of: {_allowed(detail['ctx']['expected'])}"
    elif kind == "string_pattern_mismatch" and str(path[-1]) in _SHAPES:
        problem = "the value is not written as it should be"
        remedy = f"Write {_SHAPES[str(path[-1])]}"
    else:
        problem = str(detail["msg"]).removeprefix("Value error, ").rstrip(".")
        problem = problem[:1].lower() + problem[1:]
        remedy = "Correct the value; city.schema.json describes every key"
    return Fault(label, problem, remedy, row=_row(path, rows), column=_key(path),
                 value=value)  # fmt: skip


def _allowed(expected: str) -> str:
    """Return the words that pydantic lists (``'a', 'b' or 'c'``) as a plain list."""
    return expected.replace(" or ", ", ").replace("'", "")


def _row(path: Path, rows: dict[Path, int]) -> int | None:
    """Return the line of a path, or of the nearest part of it that is written."""
    while path:
        if path in rows:
            return rows[path]
        path = path[:-1]
    return None


def _key(path: Path) -> str | None:
    """Write a path as a person counts: ``sources.premises[1].path`` is of the first item."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or None
