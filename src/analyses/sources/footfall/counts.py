"""What every reader of counts needs: files as text, columns as counts, readings as pieces."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, Reading, Schema, check, get
from analyses.sources import mapping
from analyses.sources.clock import Floats, Stamps
from analyses.sources.files import headers, sheets
from analyses.sources.footfall.steps import Placed, Readings
from analyses.sources.request import Piece, Request
from analyses.wording import Text, listing, number

LEAST_UPTIME = 0.5
"""Uptime under which a reading is set aside (Telraam's own advice), unless ``min_uptime`` says."""


def long(raw: Raw, stamps: Stamps, counts: dict[str, Floats], label: str) -> Readings:
    """Turn columns of sensors into readings, one block a sensor."""
    size = len(counts)
    names = np.array(list(counts), dtype=object)
    sensor = pd.Series(np.repeat(names, len(raw.lines)), dtype="string")
    bad = np.zeros(size * len(stamps.bad), dtype=bool)
    bad[: len(stamps.bad)] = stamps.bad[: len(bad)]  # named once, not once a sensor
    tiled = Stamps(
        np.tile(stamps.clock, size),
        np.tile(stamps.offset, size),
        np.tile(stamps.day_only, size),
        bad,
        stamps.writing,
        np.tile(stamps.unread, size),
    )
    values = np.concatenate(list(counts.values())) if counts else np.empty(0)
    lines = np.tile(raw.lines, size)
    readings = Readings(raw.file, lines, sensor, tiled, values, start_label=label)
    return select(readings, ~np.isnat(tiled.clock) | tiled.bad)


def select(readings: Readings, keep: np.ndarray) -> Readings:
    """Return some of the readings."""

    def cut(stamps: Stamps | None) -> Stamps | None:
        return None if stamps is None else stamps.chosen(keep)

    stamps = cut(readings.stamps)
    assert stamps is not None
    return replace(
        readings,
        lines=readings.lines[keep],
        sensor=readings.sensor[keep].reset_index(drop=True),
        stamps=stamps,
        count=readings.count[keep],
        end=cut(readings.end),
        duration=None if readings.duration is None else readings.duration[keep],
        dwell=None if readings.dwell is None else readings.dwell[keep],
    )


def passages(raw: Raw, name: str, asked: Request) -> tuple[Floats, list[Fault]]:
    """Read one column of counts, faults under the column's own name."""
    spec = Raw(
        raw.file,
        pa.table({"count": raw.table[name], "sensor_id": _constant(raw, "-")}),
        raw.lines,
        {"count": name},
        raw.header,
    )
    checked = check(spec, get("counts"), reading_of(asked))
    return checked.frame["count"].to_numpy(dtype=np.float64), list(checked.faults)


def finish(
    asked: Request,
    done: Placed,
    rows: int,
    notes: Sequence[Note],
    faults: Sequence[Fault],
    hits: tuple[int, ...] = (),
) -> Piece:
    """Put together what one file gave."""
    return Piece(asked, done.frame, rows, (*notes, *done.notes), (*faults, *done.faults), hits)


def empty(asked: Request) -> pd.DataFrame:
    """Return a table of counts without rows."""
    start = pd.DatetimeIndex([], tz=asked.city.time_zone)
    return pd.DataFrame(
        {
            "sensor_id": pd.array([], dtype="string"),
            "start": start,
            "duration_minutes": np.empty(0, np.int64),
            "count": np.empty(0),
            "dwell_minutes": np.empty(0),
        },
        index=pd.Index([], name="line", dtype="int64"),
    )


def open_text(asked: Request, names: Collection[str] = ()) -> tuple[Raw, list[Fault]]:
    """Read a CSV (plain or gzip) or a workbook as text; ``names`` are the headers it should have.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    source, kind = asked.source, asked.path.suffix.lower()
    row = headers.declared(asked)
    if kind != ".gz":
        headers.check(asked, names)
    if kind in (".xlsx", ".xlsm"):
        return sheets.read_xlsx(asked.path, asked.file, source.sheet, row)
    if kind != ".gz":
        return sheets.read_csv(asked.path, asked.file, source.encoding, source.delimiter, row)
    with tempfile.TemporaryDirectory(prefix="coeurville-") as folder:
        plain = Path(folder) / asked.path.stem
        try:
            with gzip.open(asked.path) as packed, plain.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        except (OSError, EOFError) as error:
            raise InputError(
                [
                    Fault(
                        asked.file, f"the gzip file cannot be unpacked ({error})", "Export it again"
                    )
                ]
            ) from None
        return sheets.read_csv(plain, asked.file, source.encoding, source.delimiter, row)


def reading_of(asked: Request) -> Reading:
    """Return how numbers and dates of the source are written."""
    return Reading(asked.option("decimal", "any"), asked.option("date_order"))


def from_template(raw: Raw, schema: Schema) -> tuple[Raw, list[Note]]:
    """Return the columns of a template's file, with the note on those that were not read."""
    raw, unread = mapping.template(raw, schema)
    return raw, [_unread_note(raw.file, unread)] if unread else []


def _unread_note(file: str, unread: list[str]) -> Note:
    """Return the note on columns that were not read."""
    return Note(
        Text(
            f"Colonnes de {file} qui n'ont pas été lues : {listing([f'« {n} »' for n in unread])}.",
            f"Columns of {file} that were not read: {listing([repr(n) for n in unread], 'en')}.",
        )
    )


def _constant(raw: Raw, value: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([value] * len(raw.lines), pa.string())])


def low_uptime_note(file: str, rows: int, least: float, lines: np.ndarray) -> Note:
    """Return the note on readings blanked for lack of uptime."""
    return Note(
        Text(
            f"{number(rows)} relevé(s) de {file} sous {number(least, digits=2)} de temps de "
            "fonctionnement : le nombre de passages y est traité comme manquant.",
            f"{number(rows, 'en')} reading(s) of {file} under {number(least, 'en', 2)} of uptime: "
            "their count is treated as missing.",
        ),
        rows=rows,
        lines=tuple(int(line) for line in lines[:5]),
    )
