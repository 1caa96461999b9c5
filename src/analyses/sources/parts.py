"""One table as it was read, and the tables of a city put together from such parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analyses import digests
from analyses.sources import days, footfall, parking, surroundings
from analyses.sources.remarks import examples
from analyses.sources.request import Piece
from analyses.sources.tables import PROVENANCE, QUALITY, Tables
from analyses.wording import Text


@dataclass(frozen=True, slots=True)
class Part:
    """One table as it was read, with what its files tell of it.

    Parameters
    ----------
    table : str
        Name of the table.
    frame : DataFrame or None
        Checked rows; None where every file was left out.
    provenance, quality : tuple of tuple
        Rows of the run's provenance and quality log.
    notes : tuple of (Text, str)
        Reserves, each with the file that it is about.
    files : tuple of Path
        Files that were read.
    """

    table: str
    frame: pd.DataFrame | None
    provenance: tuple[tuple[Any, ...], ...]
    quality: tuple[tuple[Any, ...], ...]
    notes: tuple[tuple[Text, str], ...]
    files: tuple[Path, ...]


def part_of(table: str, frame: pd.DataFrame | None, pieces: Sequence[Piece]) -> Part:
    """Return a table with what the files that it was read from tell of it."""
    return Part(
        table,
        frame,
        tuple(_told(piece) for piece in pieces),
        tuple(row for piece in pieces for row in _quality(piece)),
        tuple((note.text, piece.request.file) for piece in pieces for note in piece.notes),
        tuple(piece.request.path for piece in pieces),
    )


def together(parts: Sequence[Part]) -> Tables:
    """Return the tables of a city from their parts, in their order."""
    return Tables(
        {part.table: part.frame for part in parts if part.frame is not None},
        _provenance([row for part in parts for row in part.provenance]),
        pd.DataFrame([row for part in parts for row in part.quality], columns=list(QUALITY)),
        _reserves([told for part in parts for told in part.notes]),
        tuple(dict.fromkeys(path for part in parts for path in part.files)),
    )


_PERIODS = {
    "premises": ("wave", "wave"),
    "establishments": ("period_start", "period_start"),
    "shops": ("observed", "observed"),
    **footfall.PERIODS,
    **days.PERIODS,
    **parking.PERIODS,
    **surroundings.PERIODS,
}


def _told(piece: Piece) -> tuple[Any, ...]:
    """Return the row of the provenance of one file."""
    source, frame = piece.request.source, piece.frame
    start, end = None, None
    aside = sum(note.rows for note in piece.notes if note.set_aside)
    if piece.request.table in _PERIODS and len(frame):
        column = frame[_PERIODS[piece.request.table][0]]
        start, end = _day(column.min()), _day(column.max())
    return (
        piece.request.table,
        piece.request.file,
        source.layout,
        digests.of_file(piece.request.path),
        piece.rows_read,
        piece.rows_read - aside,
        aside,
        start,
        end,
        source.producer,
        source.licence,
        source.url,
        source.retrieved,
    )


def _provenance(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(PROVENANCE))
    for name in ("period_start", "period_end", "retrieved"):
        table[name] = pd.to_datetime(table[name])
    return table


def _day(moment: Any) -> Any:
    """Return the local day of an instant; a day or an unknown date as it is."""
    return moment if getattr(moment, "tz", None) is None else moment.tz_localize(None).normalize()


def _quality(piece: Piece) -> list[tuple[Any, ...]]:
    return [
        (
            piece.request.table,
            piece.request.file,
            note.rows,
            note.set_aside,
            note.text.fr,
            note.text.en,
            ", ".join(map(str, note.lines)),
        )
        for note in piece.notes
    ]


def _reserves(notes: Sequence[tuple[Text, str]]) -> tuple[Text, ...]:
    files: dict[Text, dict[str, None]] = {}
    for text, file in notes:
        files.setdefault(text, {})[file] = None
    return tuple(_named(text, list(names)) for text, names in files.items())


def _named(text: Text, files: list[str]) -> Text:
    """Put before a reserve the files that it is about, unless it names them.

    One without a figure is public (:meth:`analyses.pages.Page.reserves`): a name with a figure,
    which would hide it, is left out.
    """
    said = "".join(files)
    if any(name in text.fr for name in files):
        return text
    if re.search(r"\d", said) and not re.search(r"\d", text.fr):
        return text
    names = examples(files, quoted=False)
    return Text(f"{names.fr} : {text.fr}", f"{names.en}: {text.en}")
