"""What moved between two runs of a city beside its numbers, and which of it can reach a number.

A number can only move with what it is made of: the files that its notebook read, the code that its
notebook reaches, the city's choices, the versions of the packages. What did not move, or does not
reach the number, is no cause. Where several things moved together nothing tells them apart short
of running each change alone; all of them are then named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from analyses.comparison.fingerprints import THRESHOLDS
from analyses.wording import Text

CAUSES: dict[str, Text] = {
    "revised": Text("données révisées", "data revised"),
    "extended": Text("données prolongées", "data extended"),
    "method": Text("méthode changée", "method changed"),
    "parameter": Text("paramètre changé", "parameter changed"),
    "environment": Text("version de paquet changée", "package version changed"),
    "unknown": Text("cause inconnue", "cause unknown"),
}
"""Why a number changed, in words."""

REPORT = "report"
"""Step that writes the report: it computes no number."""

LABELS = (
    "name", "department", "region", "population_source", "epci", "programme", "referents",
    "published", "facts", "publication", "fictitious", "parameters.material_",
)  # fmt: skip
"""Beginnings of the keys of ``city.yml`` that change no number."""
_ABOUT_FILE = (".producer", ".licence", ".url", ".retrieved", ".path")
"""Ends of the keys that describe a file: if it holds something else, its data changed."""

LOOKS = frozenset(("coeurville", "folium", "matplotlib", "papermill", "pypandoc_binary", "typst"))
"""Packages that draw or run; the code's own changes are told by its marks."""

Choice = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Edition:
    """One run as it is compared with another.

    Parameters
    ----------
    table : DataFrame
        Indicators of one city: columns :data:`analyses.results.COLUMNS`.
    day : date
        Day of the edition.
    marks : mapping
        Step: part (``data``, ``city``, ``notebook``, ``code``, ``method``, ``environment``): mark.
    inputs : mapping
        File: sha256.
    extends : mapping
        sha256 of a file: sha256 of the former content that it begins with.
    reads : mapping
        Step: files that it read; a step that is absent may have read any.
    records : mapping
        Step: indicators that it recorded.
    choices : mapping
        Dotted key of ``city.yml``: value.
    versions : mapping
        Package: version.
    """

    table: pd.DataFrame
    day: date
    marks: Mapping[str, Mapping[str, str]]
    inputs: Mapping[str, str] = field(default_factory=dict)
    extends: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, Collection[str]] = field(default_factory=dict)
    records: Mapping[str, Collection[str]] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moves:
    """What differs between two runs beside their numbers.

    Parameters
    ----------
    revised, extended : tuple of str
        Files whose old lines changed or that are gone; files that only grew, and new files.
    choices : tuple of (str, value, value)
        Keys of ``city.yml`` that change numbers, before and after.
    versions : tuple of (str, str, str)
        Packages that change numbers, before and after; empty for none.
    methods : tuple of str
        Steps whose computing code or notebook changed.
    """

    revised: tuple[str, ...] = ()
    extended: tuple[str, ...] = ()
    choices: tuple[tuple[str, Choice, Choice], ...] = ()
    versions: tuple[tuple[str, str, str], ...] = ()
    methods: tuple[str, ...] = ()


def moves(before: Edition, after: Edition) -> Moves:
    """Return what differs between two runs of a city beside their numbers."""
    revised, extended = _files(before, after)
    return Moves(
        revised,
        extended,
        _choices(before.choices, after.choices),
        _versions(before.versions, after.versions),
        tuple(sorted(_methods(before, after))),
    )


def causes(row: Mapping[Any, Any], before: Edition, after: Edition, found: Moves) -> str:
    """Return the causes that can explain the change of a number, joined by ``+``.

    Parameters
    ----------
    row : mapping
        Both forms of the number (``method_before`` …, ``kind``, ``later``: whether its period ends
        after all that the older run knew of the indicator).
    before, after : Edition
        The two runs.
    found : Moves
        What differs between them (:func:`moves`).

    Returns
    -------
    str
        Keys of :data:`CAUSES`.
    """
    steps = _steps(str(row["indicator"]), before, after)
    data = _data(row, steps, before, after, found)
    if data == {"extended"} and row["later"]:
        return "extended"
    causes_ = set(data)
    if steps & set(found.methods) or _method_moved(row):
        causes_.add("method")
    chosen = any(_reaches(name, str(row["indicator"])) for name, _, _ in found.choices)
    if chosen or _unsaid(before.choices, after.choices, "city", before, after):
        causes_.add("parameter")
    if found.versions or _unsaid(before.versions, after.versions, "environment", before, after):
        causes_.add("environment")
    return "+".join(name for name in CAUSES if name in causes_) or "unknown"


def _reaches(choice: str, indicator: str) -> bool:
    """Whether a choice can change an indicator; a threshold changes those that carry it only."""
    name = choice.removeprefix("parameters.")
    return name not in THRESHOLDS.values() or THRESHOLDS.get(indicator) == name


def _files(before: Edition, after: Edition) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not before.inputs or not after.inputs:
        moved = _part(before, after, "data")
        return (("*",) if moved else ()), ()
    revised = [name for name in before.inputs if name not in after.inputs]
    extended = [name for name in after.inputs if name not in before.inputs]
    for name in before.inputs.keys() & after.inputs.keys():
        old, new = before.inputs[name], after.inputs[name]
        if old != new:
            (extended if _grown(old, new, after.extends) else revised).append(name)
    return tuple(sorted(revised)), tuple(sorted(extended))


def _grown(old: str, new: str, extends: Mapping[str, str]) -> bool:
    """Whether a content is an older one with lines added, by one edition or several."""
    seen: set[str] = set()
    while new != old and new not in seen:
        seen.add(new)
        new = extends.get(new, new)
    return new == old


def _choices(
    before: Mapping[str, Choice], after: Mapping[str, Choice]
) -> tuple[tuple[str, Choice, Choice], ...]:
    if not before or not after:
        return ()
    names = sorted(before.keys() | after.keys())
    return tuple(
        (name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
        and not name.startswith(LABELS)
        and not name.endswith(_ABOUT_FILE)
    )


def _versions(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    if not before or not after:
        return ()
    names = sorted((before.keys() | after.keys()) - LOOKS)
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(item for item in pairs if item[1] != item[2])


def _methods(before: Edition, after: Edition) -> set[str]:
    found = set()
    for step in (before.marks.keys() & after.marks.keys()) - {REPORT}:
        old, new = before.marks[step], after.marks[step]
        part = "method" if "method" in old and "method" in new else "code"
        if any(old.get(name) != new.get(name) for name in (part, "notebook")):
            found.add(step)
    return found


def _steps(indicator: str, before: Edition, after: Edition) -> set[str]:
    """Return the steps that record an indicator; all of them where nothing says which."""
    found = {
        step
        for edition in (before, after)
        for step, names in edition.records.items()
        if indicator in names
    }
    return found or (set(before.marks) | set(after.marks)) - {REPORT}


def _data(
    row: Mapping[Any, Any], steps: set[str], before: Edition, after: Edition, found: Moves
) -> set[str]:
    """Return whether a number's data were revised, extended, or both."""
    revised, extended = (
        _read(names, steps, before, after) for names in (found.revised, found.extended)
    )
    if not revised and not extended:
        return set()
    if row["later"]:
        return {"extended"}
    kinds = {"revised"} if revised else set()
    both = revised and row["more"] and row["quality_after"] == "estimated"
    return kinds | ({"extended"} if extended or both else set())


def _read(names: Collection[str], steps: set[str], before: Edition, after: Edition) -> bool:
    """Whether some steps read one of some files."""
    for step in steps:
        known = [set(edition.reads[step]) for edition in (before, after) if step in edition.reads]
        if names and (not known or "*" in names or set().union(*known) & set(names)):
            return True
    return False


def _method_moved(row: Mapping[Any, Any]) -> bool:
    return bool(row["kind"] == "moved" and row["method_before"] != row["method_after"])


def _unsaid(
    one: Mapping[str, Any], other: Mapping[str, Any], part: str, before: Edition, after: Edition
) -> bool:
    """Whether a part moved of which an older manifest does not tell the content."""
    return (not one or not other) and _part(before, after, part)


def _part(before: Edition, after: Edition, part: str) -> bool:
    steps = (before.marks.keys() & after.marks.keys()) - {REPORT}
    return any(before.marks[step].get(part) != after.marks[step].get(part) for step in steps)
