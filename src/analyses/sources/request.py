"""What a reader is asked for, and what it hands back."""

from __future__ import annotations

import glob
import importlib.util
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analyses.cities import City, Correction, DataSource
from analyses.errors import Fault, InputError
from analyses.schemas import Note
from analyses.wording import Text

PACKAGE = "package:"
"""Beginning of a path that names a file inside an installed Python package."""
_VARIABLE = re.compile(r"^\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Request:
    """One file to read for one table of one city.

    Parameters
    ----------
    table : str
        Table to fill.
    source : DataSource
        The city's declaration of it.
    path : Path
        File on this machine.
    file : str
        File as the city names it, for messages and provenance.
    city : City
        The city, for its identity and parameters.
    corrections : tuple of Correction
        Declared repairs of the table.
    """

    table: str
    source: DataSource
    path: Path
    file: str
    city: City
    corrections: tuple[Correction, ...] = ()

    def option(self, name: str, default: str = "") -> str:
        """Return an option of the source as text."""
        value = self.source.options.get(name, default)
        return ",".join(value) if isinstance(value, list) else str(value)

    def options(self, name: str) -> list[str]:
        """Return an option of the source as a list of texts (empty if absent)."""
        value = self.source.options.get(name, [])
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """Return an option of the source as a number between two limits.

        Raises
        ------
        InputError
            If the option is no number, or lies outside them.
        """
        text = self.option(name, str(default))
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = float("nan")
        if least <= value <= most:
            return value
        problem = f"the option is not a number from {least:g} to {most:g}"
        column = f"sources.{self.table}.options.{name}"
        raise InputError([Fault("city.yml", problem, "Correct it", column=column, value=text)])

    def check_options(self, known: Sequence[str]) -> list[Fault]:
        """Return a fault for every option that the layout does not know."""
        return [
            Fault(
                "city.yml",
                f"the layout {self.source.layout} has no such option",
                f"Use one of: {', '.join(sorted(known)) or 'none'}",
                column=f"sources.{self.table}.options",
                value=name,
            )
            for name in self.source.options
            if name not in known
        ]


@dataclass(frozen=True, slots=True)
class Piece:
    """What one file gave.

    Parameters
    ----------
    request : Request
        What was asked for.
    frame : DataFrame
        Typed rows, indexed by ``line`` of the file.
    rows_read : int
        Rows of the file that concern the city (all the rows of a survey file).
    notes : tuple of Note
        Reserves.
    faults : tuple of Fault
        What is wrong with the file.
    hits : tuple of int
        Rows selected by each correction of the request.
    """

    request: Request
    frame: pd.DataFrame
    rows_read: int
    notes: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()
    hits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout of outside files: its name in city.yml, what it reads, and its options."""

    name: str
    title: Text
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """A family of layouts that fills one table.

    Parameters
    ----------
    table : str
        Table filled.
    layouts : tuple of Layout
        Layouts that the family reads.
    read : callable
        Takes every request of the table at once (files may complete one another) and returns one
        piece a file.
    """

    table: str
    layouts: tuple[Layout, ...]
    read: Callable[[Sequence[Request]], list[Piece]] = field(repr=False)


def each(read: Callable[[Request], Piece]) -> Callable[[Sequence[Request]], list[Piece]]:
    """Make a reader of one file read several, gathering the faults of all of them.

    Raises
    ------
    InputError
        With the faults of every file that could not be read.
    """

    def read_all(requests: Sequence[Request]) -> list[Piece]:
        pieces: list[Piece] = []
        faults: list[Fault] = []
        for request in requests:
            try:
                pieces.append(read(request))
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError([*faults, *(fault for piece in pieces for fault in piece.faults)])
        return pieces

    return read_all


def expand(city: City, table: str, source: DataSource) -> list[Request]:
    """Find the files of one source.

    A path is relative to the city's folder; ``*`` matches several files; it may begin with
    ``${NAME}``, an environment variable that names a folder kept outside the city's folder.

    Raises
    ------
    InputError
        If no file is found, or the variable is not set.
    """
    key = f"sources.{table}.path"
    text = source.path
    if text.startswith(PACKAGE):
        return [_packaged(city, table, source)]
    variable = _VARIABLE.match(text)
    if variable and not os.environ.get(variable[1]):
        raise InputError(
            [
                Fault(
                    "city.yml",
                    f"the environment variable {variable[1]} is not set",
                    "Set it to the folder that holds the data",
                    column=key,
                    value=text,
                )
            ]
        )
    if variable:
        root = Path(os.environ[variable[1]])
        pattern = root / text[variable.end() :].lstrip("/")
    else:
        root, pattern = city.folder, city.folder / text
    found = sorted(Path(path) for path in glob.glob(str(pattern), recursive=True))
    files = [path for path in found if path.is_file()]
    if not files:
        raise InputError(
            [
                Fault(
                    "city.yml",
                    "there is no such file",
                    "Put the file there or correct the path",
                    column=key,
                    value=text,
                )
            ]
        )
    corrections = tuple(c for c in city.corrections if c.table == table)
    prefix = f"{variable[0]}/" if variable else ""
    return [
        Request(table, source, path, prefix + _relative(path, root), city, corrections)
        for path in files
    ]


def _packaged(city: City, table: str, source: DataSource) -> Request:
    """Find a file inside an installed Python package (``package:NAME/data/file.csv``)."""
    name, _, inside = source.path.removeprefix(PACKAGE).partition("/")
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    root = None if spec is None or spec.origin is None else Path(spec.origin).parent
    if root is None or not (root / inside).is_file():
        problem = "the Python package is not installed" if root is None else "no such file in it"
        raise InputError([Fault("city.yml", problem,
                                f"Install it: pip install {name.replace('_', '-')}",
                                column=f"sources.{table}.path", value=source.path)])  # fmt: skip
    corrections = tuple(c for c in city.corrections if c.table == table)
    return Request(table, source, root / inside, source.path, city, corrections)


def _relative(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.name
