"""The run manifest (``run.json``): what was run, on what, with what, and what came out."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyses import digests
from analyses.cities import City
from analyses.errors import Fault, InputError

PACKAGES = (
    "coeurville", "duckdb", "folium", "geopandas", "matplotlib", "numpy", "pandas", "papermill",
    "pyarrow", "pypandoc_binary", "scipy", "shapely", "statsmodels", "typst",
)  # fmt: skip
"""Packages whose version can change a number or a page."""


NAME = "run.json"
Value = str | int | float | bool | None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class InputFile(_Strict):
    """A file that the run read."""

    path: str = Field(description="Path relative to the city's folder, or the file's name")
    sha256: str
    bytes: int
    extends: str | None = Field(
        default=None,
        description="sha256 in the edition before, if the file only had lines added at its end",
    )


class ChapterRecord(_Strict):
    """What a notebook read and recorded."""

    files: list[str] = Field(description="Inputs that it names as its sources")
    indicators: list[str] = Field(description="Indicators that it recorded")


class FailureRecord(_Strict):
    """What stopped a notebook."""

    notebook: str
    cell: int | None
    error: str


class Manifest(_Strict):
    """Everything needed to say where a number comes from, and to run it again."""

    format: Literal[1] = 1
    id: str = Field(description="Start of the run and head of its fingerprint")
    city: str
    status: Literal["complete", "failed"]
    started: datetime = Field(description="UTC")
    ended: datetime = Field(description="UTC")
    edition: date = Field(
        description="Day printed in the report: that of the first run with this fingerprint"
    )
    fingerprint: str = Field(
        description="Mark of the marks: data, city, texts, notebooks, code and package versions"
    )
    language: Literal["fr", "en"]
    engine: str | None = Field(default=None, description="Render engine and version")
    parameters: dict[str, str | int | float | bool | None]
    choices: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, description="Content of city.yml: dotted key and value"
    )
    chapters: dict[str, ChapterRecord] = Field(
        default_factory=dict, description="Notebook: what it read and recorded"
    )
    city_file: InputFile
    inputs: list[InputFile]
    notebooks: dict[str, str] = Field(description="Notebook: sha256 of its source")
    code_version: str = Field(description="Version of the package, and of git where there is one")
    code_sha256: str = Field(description="sha256 of the package's source")
    dirty: bool = Field(description="True if the clone differed from its last commit")
    python: str
    platform: str
    packages: dict[str, str]
    marks: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Step: what decides its result (see runs/freshness)"
    )
    editions: list[Literal["internal", "public"]] = Field(
        default_factory=list, description="Editions whose report was written"
    )
    withheld: list[str] = Field(
        default_factory=list,
        description="Chapters left out of the public edition: beside the others, they would let a "
        "hidden number be deduced",
    )
    outputs: dict[str, str] = Field(default_factory=dict, description="File: sha256")
    failures: list[FailureRecord] = Field(default_factory=list)

    @property
    def short(self) -> str:
        """Head of the fingerprint, as the report prints it."""
        return self.fingerprint[:12]

    def write(self, folder: Path) -> Path:
        """Write ``run.json`` in a folder and return its path."""
        path = folder / "run.json"
        content = json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False)
        path.write_text(content + "\n", encoding="utf-8")
        return path


def read(folder: Path) -> Manifest:
    """Read the manifest of a finished run.

    Raises
    ------
    InputError
        If there is no run in the folder, or its manifest is not ours.
    """
    path = folder / "run.json"
    label = f"{folder.name}/run.json"
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fault = Fault(label, "there is no finished run", f"Run `coeurville run {folder.name}`")
    except ValidationError as error:
        fault = Fault(
            label, f"the manifest cannot be read ({error.error_count()} errors)", "Run again"
        )
    raise InputError([fault])


def named(paths: Iterable[Path], folder: Path) -> dict[str, Path]:
    """Return how a manifest names each file of a run: no two have one name.

    A file of the city's folder is named from there. Of another place, it is named by the end of its
    path: its own name, with the folders before it that tell it from the other files.
    """
    root = folder.resolve()
    files = {path.resolve(): path for path in paths}
    inside = [where for where in files if where.is_relative_to(root)]
    found = {where.relative_to(root).as_posix(): files[where] for where in inside}
    outside = [where.parts for where in files if not where.is_relative_to(root)]
    for parts in outside:
        ends = (parts[-length:] for length in range(1, len(parts) + 1))
        told = next(
            end
            for end in ends
            if "/".join(end) not in found
            and all(other[-len(end) :] != end for other in outside if other != parts)
        )
        found["/".join(told)] = files[Path(*parts)]
    return found


def input_file(name: str, path: Path) -> InputFile:
    """Describe an input file under its name in the manifest."""
    return InputFile(path=name, sha256=digests.of_file(path), bytes=path.stat().st_size)


def packages() -> dict[str, str]:
    """Return the installed versions of :data:`PACKAGES`."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def code_sha256(folders: Sequence[Path]) -> str:
    """Return the sha256 of every file of some folders, by name and content."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def code(folders: Sequence[Path]) -> tuple[str, str, bool]:
    """Return the code's version, the sha256 of its source, and whether the clone is dirty.

    Parameters
    ----------
    folders : sequence of Path
        Folders whose files decide the result, the package first.
    """
    version = importlib.metadata.version("coeurville")
    revision = _git(folders[0], "rev-parse", "--short=12", "HEAD")
    if revision:
        version += f"+{revision}"
    names = [str(folder) for folder in folders]
    changes = _git(folders[0], "status", "--porcelain", "--", *names) if revision else ""
    return version, code_sha256(folders), bool(changes)


def fingerprint(marks: Mapping[str, Mapping[str, str]]) -> str:
    """Return the mark of what decides the content of a run: the mark of its marks.

    The engine and the editions that were asked for choose files; they change no content, so the
    report's own parameters do not count.

    Parameters
    ----------
    marks : mapping
        Step: part: mark (:func:`analyses.runs.freshness.marks`).
    """
    content = {
        step: {
            part: mark for part, mark in parts.items() if (step, part) != ("report", "parameters")
        }
        for step, parts in marks.items()
    }
    return digests.of_value(content)


def choices(city: City) -> dict[str, Value]:
    """Return the content of a city's file as dotted keys and plain values."""
    return flat(city.model_dump(mode="json", exclude_none=True))


def flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
    """Return nested content as dotted keys and plain values; what is empty is left out.

    Parameters
    ----------
    content : mapping
        For instance the content of ``city.yml``; items of a list are numbered from 1.
    prefix : str
        What comes before each key.
    """
    found: dict[str, Value] = {}
    for key, value in content.items():
        name = f"{prefix}{key}"
        if isinstance(value, list | tuple) and all(isinstance(i, str | int | float) for i in value):
            value = ", ".join(str(item) for item in value) or None
        elif isinstance(value, list | tuple):
            value = {str(rank): item for rank, item in enumerate(value, start=1)}
        if isinstance(value, Mapping):
            found |= flat(value, f"{name}.")
        elif value is not None:
            found[name] = value if isinstance(value, str | int | float | bool) else str(value)
    return found


def run_id(started: datetime, mark: str) -> str:
    """Return a run's id: its start in UTC, then the head of its fingerprint."""
    return f"{started.astimezone(UTC):%Y%m%dT%H%M%SZ}-{mark[:8]}"


def inputs_of(files: Iterable[Path], folder: Path) -> list[InputFile]:
    """Describe the input files of a city, sorted by path."""
    return [input_file(name, path) for name, path in sorted(named(files, folder).items())]


def machine() -> tuple[str, str]:
    """Return the version of Python and the platform."""
    return platform.python_version(), f"{platform.system()} {platform.machine()}"


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
