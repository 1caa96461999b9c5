"""Opendatasoft portals: counts by day with a column an hour, and Eco-Counter rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, fold
from analyses.sources import clock
from analyses.sources.clock import Stamps
from analyses.sources.footfall import counts
from analyses.sources.footfall.readings import place
from analyses.sources.footfall.reserves import rows_note
from analyses.sources.footfall.steps import OPTIONS, Readings
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text, number

LAYOUT = Layout(
    "opendatasoft",
    Text(
        "Portail Opendatasoft : une colonne par heure (00 à 23), ou lignes Eco-Compteur "
        "(date, counts, ID, name)",
        "Opendatasoft portal: one column an hour (00 to 23), or Eco-Counter rows (date, counts, "
        "ID, "
        "name)",
    ),
    (*OPTIONS, "sensor_column"),
)

_HOURS = re.compile(r"\d{1,2}")
_DAYS = ("jour", "date", "day", "date formatee")
_SENSORS = (
    "numero de boucle",
    "identifiant du compteur",
    "id compteur",
    "id",
    "identifiant",
    "compteur",
    "boucle de comptage",
)
_TIMES = ("date", "date et heure de comptage")
_COUNTS = ("counts", "sum counts", "comptage horaire")


def read(asked: Request) -> Piece:
    """Read one export of either layout.

    Raises
    ------
    InputError
        If the file is of neither layout.
    """
    faults = asked.check_options(LAYOUT.options)
    raw, wrong = counts.open_text(asked)
    faults += wrong
    hours = [name for name in raw.table.column_names if _HOURS.fullmatch(name) and int(name) < 24]
    if len(hours) == 24:
        return _by_hour(asked, raw, sorted(hours, key=int), faults)
    date, passages = (_first(raw, spellings) for spellings in (_TIMES, _COUNTS))
    if date and passages:
        return _rows(asked, raw, (date, passages), faults)
    raise InputError(
        [
            Fault(
                raw.file,
                "this is neither a table with 24 hourly columns nor Eco-Counter rows (date and "
                "counts, or their labels); it has: " + ", ".join(raw.header)[:300],
                "Use layout: mapped with columns:",
            )
        ]
    )


def sensor_column(raw: Raw, asked: Request) -> str:
    """Return the column of sensor: the declared one, or the first that is named so.

    Raises
    ------
    InputError
        If there is none.
    """
    declared = asked.option("sensor_column")
    names = raw.table.column_names
    if declared:
        if declared not in names:
            raise InputError(
                [
                    Fault(
                        raw.file,
                        "the file has no such column",
                        "Correct options.sensor_column",
                        column=declared,
                    )
                ]
            )
        return declared
    for wanted in _SENSORS:
        for name in names:
            if fold(name) == wanted:
                return str(name)
    raise InputError(
        [
            Fault(
                raw.file,
                "no column of sensor is recognised; the file has: " + ", ".join(raw.header)[:300],
                "Declare options: {sensor_column: NAME}",
            )
        ]
    )


def _by_hour(asked: Request, raw: Raw, hours: list[str], faults: list[Fault]) -> Piece:
    rows = len(raw.lines)
    raw, notes = _without_anomalies(raw)
    sensor = raw.table[sensor_column(raw, asked)].to_pandas().astype("string")
    label = next((n for w in _DAYS for n in raw.table.column_names if fold(n) == w), None)
    if label is None:
        raise InputError(
            [Fault(raw.file, "no column of day is recognised (Jour, Date)", "Use layout: mapped")]
        )
    day = clock.parse(raw.table[label], asked.option("date_order"))
    values, starts = [], []
    for name in hours:
        column, wrong = counts.passages(raw, name, asked)
        faults += wrong
        values.append(column)
        starts.append(day.clock + np.timedelta64(int(name), "h"))
    size, days = len(hours), len(raw.lines)
    # the day's days stay together, so that hours follow one another as in the file
    order = np.arange(size * days).reshape(size, days).T.ravel()
    none = np.zeros(size * days, dtype=bool)
    bad = none.copy()
    bad[::size] = day.bad
    stamps = Stamps(
        np.concatenate(starts)[order],
        np.full(size * days, np.nan),
        none,
        bad,
        day.writing,
        np.repeat(day.unread, size),
    )
    readings = Readings(
        raw.file,
        np.repeat(raw.lines, size),
        sensor.repeat(size).reset_index(drop=True),
        stamps,
        np.concatenate(values)[order],
        start_label=label,
        duration=np.full(size * days, 60.0),
    )
    done = place(asked, counts.select(readings, ~np.isnat(stamps.clock) | bad))
    return counts.finish(asked, done, rows, notes, faults)


def _without_anomalies(raw: Raw) -> tuple[Raw, list[Note]]:
    """Drop the days that the portal itself holds for probably wrong (Nantes)."""
    names = [n for n in raw.table.column_names if fold(n).startswith("probabilite de presence d")]
    if not names:
        return raw, []
    text = raw.table[names[0]].to_pandas().fillna("").map(fold)
    odd = text.eq("forte").to_numpy(dtype=bool)
    if not odd.any():
        return raw, []
    note = rows_note(
        raw.file,
        raw.lines[odd],
        "signalée(s) par le producteur comme une anomalie probable",
        "flagged by the producer as a probable anomaly",
        True,
    )
    kept = raw.table.filter(pa.array(~odd))
    return Raw(raw.file, kept, raw.lines[~odd], raw.labels, raw.header), [note]


def _first(raw: Raw, spellings: Sequence[str]) -> str | None:
    """Return the first column of a file that is named so, in any case and accents."""
    there = {fold(name): str(name) for name in reversed(raw.table.column_names)}
    return next((there[name] for name in spellings if name in there), None)


def _rows(asked: Request, raw: Raw, named: tuple[str, str], faults: list[Fault]) -> Piece:
    date, passages = named
    sensor = raw.table[sensor_column(raw, asked)].to_pandas().astype("string")
    values, wrong = counts.passages(raw, passages, asked)
    stamps = clock.parse(raw.table[date], asked.option("date_order"))
    notes: list[Note] = []
    if "isoDate" in raw.table.column_names:
        notes += _iso_note(raw, stamps)
    readings = Readings(raw.file, raw.lines, sensor, stamps, values, start_label=date)
    done = place(asked, readings)
    if "sens" in raw.table.column_names and not done.frame.empty:
        done.frame = _add_directions(raw, done.frame)
    return counts.finish(asked, done, len(raw.lines), notes, [*faults, *wrong])


def _iso_note(raw: Raw, stamps: Stamps) -> list[Note]:
    """Say that ``isoDate`` writes UTC hours under a local offset, where it does (Rennes)."""
    iso = clock.parse(raw.table["isoDate"])
    both = ~np.isnat(iso.clock) & ~np.isnat(stamps.clock)
    late = (stamps.clock - iso.clock)[both] / np.timedelta64(1, "m")
    wrong = (late != 0) & (late == stamps.offset[both]) & (iso.offset[both] == stamps.offset[both])
    if not wrong.any():
        return []
    many = int(wrong.sum())
    return [
        Note(
            Text(
                f"La colonne isoDate de {raw.file} écrit l'heure UTC avec un décalage local "
                f"({number(many)} "
                "ligne(s)) : elle n'est pas lue, la colonne date l'est.",
                f"The column isoDate of {raw.file} writes UTC hours under a local offset "
                f"({number(many, 'en')} "
                "row(s)): it is not read, the column date is.",
            ),
            rows=many,
        )
    ]


def _add_directions(raw: Raw, frame: pd.DataFrame) -> pd.DataFrame:
    """Add the directions (``sens``) of a sensor at a time; one missing makes the sum missing."""
    sens = pd.Series(raw.table["sens"].to_pandas().to_numpy(), index=raw.lines).reindex(frame.index)
    twice = frame.assign(sens=sens).duplicated(["sensor_id", "start", "sens"], keep=False)
    parts = frame[~twice.to_numpy()]
    summed = parts.groupby(["sensor_id", "start"])["count"].transform(lambda v: v.sum(skipna=False))
    merged = parts.assign(count=summed).drop_duplicates(["sensor_id", "start"])
    return pd.concat([merged, frame[twice.to_numpy()]]).sort_index()


def points(raw: Raw) -> pa.ChunkedArray | None:
    """Return the column of points (``lat, lon``) of an export, None if it has none."""
    for name in ("geo", "geo_point_2d", "GeoPunkt", "geolocalisation", "coordinates"):
        if name in raw.table.column_names:
            return raw.table[name]
    label = _first(raw, ("coordonnees geographiques",))
    return raw.table[label] if label else None
