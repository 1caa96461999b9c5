"""The manifest of a synthesis (``run.json`` of ``output/national/``), and what makes it stale."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyses import digests
from analyses.blocks import Edition
from analyses.comparison import Programme
from analyses.runs import codemarks, freshness, manifest, programme
from analyses.wording import Language, Text

NOTEBOOKS = ("synthesis", "sheets")
"""Notebooks of the synthesis, in ``notebooks/national/``."""

PARTS: dict[str, Text] = {
    "never": Text("jamais faite", "never made"),
    "cities": Text("des villes ont de nouveaux résultats", "cities have new results"),
    "parameters": Text("les paramètres ont changé", "the parameters changed"),
    "notebook": Text("un carnet a changé", "a notebook changed"),
    "code": Text("le code de la comparaison a changé", "the code of the comparison changed"),
    "environment": Text("des versions de paquets ont changé", "package versions changed"),
    "report": Text("le code du rapport a changé", "the report's code changed"),
    "theme": Text("la maquette du rapport a changé", "the report's theme changed"),
    "outputs": Text("un fichier produit manque ou a changé", "an output is missing or altered"),
}
"""Why a synthesis is stale, in words; ``report``, ``theme`` and ``outputs`` only need rendering."""

_RENDERED = ("report", "theme", "outputs")
_REPORT_CODE = ("analyses.reports.national", "analyses.reports.engines")


class CityRecord(BaseModel):
    """What was read of one city."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["read", "absent", "failed", "broken"]
    edition: date | None = None
    fingerprint: str = ""


class Record(BaseModel):
    """What a synthesis was made of and what came out."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    kind: Literal["national"] = "national"
    edition: date = Field(description="Day printed: of the first synthesis with this fingerprint")
    audience: Edition = Field(description="Edition of the cities whose numbers were read")
    fingerprint: str = Field(description="Mark of the marks")
    language: Language
    engine: str = ""
    code_version: str = ""
    started: datetime
    ended: datetime
    cities: dict[str, CityRecord]
    marks: dict[str, str]
    outputs: dict[str, str] = Field(default_factory=dict, description="File: sha256")

    @property
    def short(self) -> str:
        """Head of the fingerprint, as the report prints it."""
        return self.fingerprint[:12]

    def write(self, folder: Path) -> None:
        """Write ``run.json`` in a folder."""
        text = self.model_dump_json(indent=2)
        (folder / manifest.NAME).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Record | None:
    """Return the last synthesis of a folder; None if there is none that can be read."""
    try:
        text = (folder / manifest.NAME).read_text(encoding="utf-8")
        return Record.model_validate_json(text)
    except (FileNotFoundError, NotADirectoryError, ValidationError, UnicodeDecodeError):
        return None


def marks(
    cities: Mapping[str, str],
    folders: tuple[Path, Path, Path],
    parameters: Mapping[str, str],
    render: Mapping[str, str],
) -> dict[str, str]:
    """Return the marks of what decides a synthesis.

    Parameters
    ----------
    cities : mapping
        City: mark of what is read of it (:func:`analyses.runs.programme.marks`).
    folders : tuple of Path
        The package, the national notebooks, the report's theme.
    parameters : mapping
        What decides the content: language, edition.
    render : mapping
        What decides the files only: the engine.
    """
    package, notebooks, theme = folders
    paths = [notebooks / f"{name}.ipynb" for name in NOTEBOOKS]
    modules = {name for path in paths for name in codemarks.notebook_modules(path)}
    python, _ = manifest.machine()
    return {
        "cities": digests.of_value(dict(cities)),
        "parameters": digests.of_value(dict(parameters)),
        "notebook": digests.of_value([codemarks.notebook_mark(path) for path in paths]),
        "code": codemarks.code_mark(modules, package),
        "environment": digests.of_value({"python": python, **manifest.packages()}),
        "report": digests.of_value([codemarks.code_mark(_REPORT_CODE, package), dict(render)]),
        "theme": freshness.folder_mark(theme),
    }


def stale(now: Mapping[str, str], place: Path, last: Record | None) -> tuple[str, ...]:
    """Return why a synthesis must be made again (keys of :data:`PARTS`); empty if it is fresh."""
    if last is None:
        return ("never",)
    found = tuple(part for part in PARTS if now.get(part) != last.marks.get(part))
    if not found and not _intact(place, last):
        return ("outputs",)
    return found


def only_rendering(reasons: Sequence[str]) -> bool:
    """Whether the executed notebooks can be taken again."""
    return bool(reasons) and all(reason in _RENDERED for reason in reasons)


def told(reasons: Sequence[str], language: Language) -> str:
    """Return in words what would be made, and why."""
    name = Text("Synthèse nationale", "National synthesis").in_(language)
    if not reasons:
        words = Text("{name} : à jour, rien à faire.", "{name}: up to date, nothing to do.")
        return words.in_(language).format(name=name)
    why = ", ".join(PARTS[reason].in_(language) for reason in reasons)
    words = Text("{name} : à faire ({why}).", "{name}: to be made ({why}).")
    if only_rendering(reasons):
        words = Text("{name} : rapport à récrire ({why}).", "{name}: report to write ({why}).")
    return words.in_(language).format(name=name, why=why)


def day(last: Record | None, mark: str) -> date:
    """Return the day to print: it moves only when something that counts did."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    if last is not None and last.fingerprint == mark:
        return last.edition
    return datetime.now(UTC).date()


def outputs(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a synthesis, its manifest and notebooks apart."""
    paths = [path for path in folder.iterdir() if path.is_file() and path.name != manifest.NAME]
    paths += [path for path in (folder / programme.FOLDER).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): digests.of_file(path) for path in sorted(paths)}


def cities_of(found: Programme) -> dict[str, CityRecord]:
    """Return what the manifest says of each city."""
    return {
        member.city: CityRecord(
            state=member.state, edition=member.edition, fingerprint=member.fingerprint
        )
        for member in found.members
    }


def _intact(place: Path, last: Record) -> bool:
    return all(
        (place / name).is_file() and digests.of_file(place / name) == mark
        for name, mark in last.outputs.items()
    )
