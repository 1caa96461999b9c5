"""One sheet a data set: held, known or lacking; whose, how open, how fresh, how whole."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from analyses.readiness.answers import Answer
from analyses.readiness.assets import Frames
from analyses.readiness.catalogue import Catalogue, DataSet, Openness
from analyses.readiness.declaration import Declaration, Known
from analyses.readiness.ways import Rules
from analyses.wording import Text

State = Literal["held", "known", "lacking"]

OPEN_LICENCES = (
    "licence ouverte", "open licence", "etalab", "odbl", "cc0", "cc by", "cc-by", "ogl",
    "open government", "domaine public", "public domain",
)  # fmt: skip
"""Words by which an open licence is known; a licence that forbids trade or change is not open."""
HALF = 0.5
"""Share of rows from which a column counts as filled."""
_NOT_OPEN = ("-nc", " nc", "-nd", " nd", "non commercial", "noncommercial")


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a data set told.

    Parameters
    ----------
    files, rows, aside : int
        Files read, rows kept, rows set aside.
    start, end, retrieved : date or None
        Period covered and day on which the files were had, where declared.
    producers, licences : tuple of str
        As declared, each once.
    filled, columns : int
        Columns of the table with a value in at least half of the rows, and all of them.
    located : float
        Share of the rows with a position, percent; NaN for a table without positions.
    faults : tuple of Text
        What reading found.
    """

    files: int
    rows: int
    aside: int
    start: date | None
    end: date | None
    retrieved: date | None
    producers: tuple[str, ...]
    licences: tuple[str, ...]
    filled: int
    columns: int
    located: float
    faults: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of one data set of a city.

    Parameters
    ----------
    data : DataSet
        Its entry in the catalogue.
    state : str
        ``held``: given and read; ``known``: known to exist, not given; ``lacking``.
    openness : str
        Status here: declared, or told by the licence, else the usual one.
    usual : bool
        Whether the status is only the usual one.
    known : Known or None
        What is known of it, with its source.
    reading : Reading or None
        What reading it told, if it is held.
    serves, unlocks : tuple of str
        Indicators that use it, and those of them that are missing today.
    """

    data: DataSet
    state: State
    openness: Openness
    usual: bool
    known: Known | None
    reading: Reading | None
    serves: tuple[str, ...]
    unlocks: tuple[str, ...]


def sheets(
    book: Catalogue,
    rules: Rules,
    answers: Iterable[Answer],
    tables: Frames,
    provenance: pd.DataFrame,
    quality: pd.DataFrame,
    declaration: Declaration,
) -> tuple[Sheet, ...]:
    """Return the sheet of every data set, in the order of the catalogue.

    Parameters
    ----------
    book, rules : Catalogue, Rules
        The catalogue and the rules.
    answers : iterable of Answer
        Answers for every indicator.
    tables : mapping
        Checked tables.
    provenance, quality : DataFrame
        As ``sources.load`` gives them.
    declaration : Declaration
        What the city says.
    """
    missing = {item.indicator for item in answers if not item.computable}
    given = set(provenance["table"])
    found = []
    for data in book.data.values():
        serves = _serves(data, rules)
        known = next((item for item in declaration.known if item.data == data.id), None)
        reading = None
        if data.table is not None and data.table in given:
            reading = _read(data.table, tables, provenance, quality)
        openness, usual = _openness(data, known, reading, declaration)
        state: State = "lacking" if known is None else "known"
        found.append(
            Sheet(
                data=data,
                state=state if reading is None else "held",
                openness=openness,
                usual=usual,
                known=known,
                reading=reading,
                serves=serves,
                unlocks=tuple(name for name in serves if name in missing),
            )
        )
    return tuple(found)


def is_open(licence: str) -> bool:
    """Whether a licence, as declared, is an open one."""
    said = licence.casefold()
    return any(word in said for word in OPEN_LICENCES) and not any(w in said for w in _NOT_OPEN)


def _serves(data: DataSet, rules: Rules) -> tuple[str, ...]:
    gives = {asset for step in data.steps for asset in step.gives}
    return tuple(
        name for name, ways in rules.indicators.items() if any(gives & set(w.needs) for w in ways)
    )


def _openness(
    data: DataSet, known: Known | None, reading: Reading | None, said: Declaration
) -> tuple[Openness, bool]:
    """Return the status and whether it is only the usual one."""
    if data.id in said.openness:
        return said.openness[data.id], False
    if known is not None and known.openness is not None:
        return known.openness, False
    if reading is not None and reading.licences and all(map(is_open, reading.licences)):
        return "open", False
    return data.openness, True


def _read(table: str, tables: Frames, provenance: pd.DataFrame, quality: pd.DataFrame) -> Reading:
    rows = provenance[provenance["table"] == table]
    notes = quality[quality["table"] == table]
    frame = tables[table]
    filled, columns, located = 0, 0, math.nan
    if frame is not None and len(frame):
        plain = [name for name in frame.columns if name != "geometry"]
        shares = frame[plain].notna().mean()
        filled, columns = int((shares >= HALF).sum()), len(plain)
        if {"lon", "lat"} <= set(frame.columns):
            located = 100 * float(frame[["lon", "lat"]].notna().all(axis=1).mean())
    pairs = zip(notes["reason_fr"], notes["reason_en"], strict=True)
    return Reading(
        files=len(rows),
        rows=int(rows["rows_kept"].sum()),
        aside=int(rows["rows_set_aside"].sum()),
        start=_day(rows["period_start"].min()),
        end=_day(rows["period_end"].max()),
        retrieved=_day(rows["retrieved"].max()),
        producers=_declared(rows["producer"]),
        licences=_declared(rows["licence"]),
        filled=filled,
        columns=columns,
        located=located,
        faults=tuple(dict.fromkeys(Text(str(fr), str(en)) for fr, en in pairs)),
    )


def _declared(values: pd.Series) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values.dropna() if value))


def _day(moment: Any) -> date | None:
    return None if pd.isna(moment) else pd.Timestamp(moment).date()
