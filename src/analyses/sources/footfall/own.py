"""Footfall counts in our own template (long or wide), or in any file mapped by the city."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, check, fold, get
from analyses.sources import clock, corrections, mapping
from analyses.sources.clock import Floats, Stamps
from analyses.sources.files import headers
from analyses.sources.footfall import ecovisio
from analyses.sources.footfall.counts import (
    LEAST_UPTIME,
    empty,
    finish,
    from_template,
    long,
    low_uptime_note,
    open_text,
    passages,
    reading_of,
    select,
)
from analyses.sources.footfall.readings import place
from analyses.sources.footfall.reserves import trading_days
from analyses.sources.footfall.steps import OPTIONS, Readings
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text

TEMPLATE = Layout(
    "coeurville",
    Text(
        "Modèle coeurville des comptages : une ligne par capteur et par pas de temps",
        "coeurville template of counts: one row a sensor and time step",
    ),
    (*OPTIONS, "min_uptime", headers.OPTION),
)


WIDE = Layout(
    "wide",
    Text(
        "Tableau large : une colonne d'heure (ou de jour et d'heure), une colonne par capteur",
        "Wide table: a column of time (or of day and hour), one column a sensor",
    ),
    (*OPTIONS, "time_column", "hour_column", "ignore", headers.OPTION),
)


MAPPED = Layout(
    "mapped",
    Text(
        "Tout autre fichier de comptages, colonnes déclarées dans city.yml",
        "Any other file of counts, columns declared in city.yml",
    ),
    (*OPTIONS, "min_uptime", "sum", headers.OPTION, *mapping.OPTIONS),
)


_TIME_HEADERS = frozenset(
    {
        "time",
        "start",
        "debut",
        "date",
        "heure",
        "horodatage",
        "datetime",
        "jour",
        "date heure",
        "date et heure",
        "timestamp",
        "zeitstempel",
    }
)


_HOUR_HEADERS = frozenset({"hour", "heure", "hour of day", "stunde"})


def read_long(asked: Request) -> Piece:
    """Read a long file: the template, or a file mapped by the city.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    schema = get("counts")
    mapped = asked.source.layout == "mapped"
    faults = asked.check_options((MAPPED if mapped else TEMPLATE).options)
    raw, wrong = open_text(asked, headers.wanted(asked, schema))
    faults += wrong
    rows = len(raw.lines)
    notes: list[Note] = []
    if mapped:
        whole = raw
        raw, wrong = mapping.apply(raw, asked, schema)
        faults += wrong
        raw, wrong = _summed(raw, whole, asked)
        faults += wrong
    else:
        raw, told = from_template(raw, schema)
        notes += told
    raw, repairs, hits = corrections.on_text(raw, asked.corrections)
    notes += repairs
    checked = check(raw, schema, reading_of(asked))
    faults += [*checked.faults, *_without_time(raw)]
    notes += checked.notes
    if _without_time(raw):
        return Piece(asked, empty(asked), rows, tuple(notes), tuple(faults), hits)
    frame = checked.frame
    count, low = _by_uptime(asked, frame)
    if low is not None:
        notes.append(low)
    stamps, more_notes, wrong = _starts(asked, raw, frame, count)
    readings = Readings(
        raw.file,
        raw.lines,
        frame["sensor_id"],
        stamps,
        count,
        end=clock.parse(raw.table["end"], asked.option("date_order"))
        if "end" in raw.table.column_names
        else None,
        duration=frame["duration_minutes"].to_numpy(dtype=np.float64, na_value=np.nan),
        dwell=frame["dwell_minutes"].to_numpy(dtype=np.float64),
        start_label=raw.label("start" if "start" in raw.table.column_names else "date"),
        end_label=raw.label("end"),
    )
    named = readings.sensor.notna().to_numpy()
    done = place(asked, select(readings, named))
    return finish(asked, done, rows, [*notes, *more_notes], [*faults, *wrong], hits)


def read_wide(asked: Request, skip: Sequence[str] = (), layout: Layout = WIDE) -> Piece:
    """Read a wide file: time first, then one column a sensor.

    Parameters
    ----------
    asked : Request
        Options ``time_column``, ``hour_column`` and ``ignore`` name what is not a sensor.
    skip : sequence of str
        More columns that are no sensors.
    layout : Layout
        Layout whose options are allowed.

    Raises
    ------
    InputError
        If the file cannot be read at all, or has no column of time.
    """
    faults = asked.check_options(layout.options)
    raw, wrong = open_text(asked)
    faults += wrong
    time, hour = _time_columns(asked, raw)
    aside = {fold(name) for name in (*asked.options("ignore"), *skip, time, hour or time)}
    sensors = [name for name in raw.table.column_names if fold(name) not in aside]
    order = asked.option("date_order")
    day = clock.parse(raw.table[time], order)
    counts = {}
    for name in sensors:
        counts[name], bad = passages(raw, name, asked)
        faults += bad
    faults += _directions(asked, raw, counts)
    notes: list[Note] = []
    if hour is not None:
        day, notes, wrong = _day_and_hour(asked, raw, day, hour, counts)
        faults += wrong
    readings = long(raw, day, counts, time)
    return finish(asked, place(asked, readings), len(raw.lines), notes, faults)


def _directions(asked: Request, raw: Raw, counts: dict[str, Floats]) -> list[Fault]:
    """Refuse columns that add up to another one: each passage would be counted twice."""
    doubled = []
    for site in ecovisio.sites(list(counts)):
        if site.total is None or len(site.parts) < 2:
            continue
        total, sums = counts[site.total], np.sum([counts[name] for name in site.parts], axis=0)
        known = (total > 0) & ~np.isnan(sums)
        if known.any() and (np.abs(total - sums)[known] <= 0.5).mean() > 0.9:
            doubled.append(site)
    if not doubled:
        return []
    first, more = doubled[0], len(doubled) - 1
    said = f"{first.total} is the sum of {' and '.join(first.parts)}, which stand beside it"
    others = f" ({more} more column(s) are sums of theirs)" if more else ""
    aside = [*asked.options("ignore"), *(name for site in doubled for name in site.parts)]
    names = ", ".join(json.dumps(name, ensure_ascii=False) for name in aside)
    return [
        Fault(
            raw.file,
            f"{said}; passages would count twice{others}",
            "Read the file with layout: ecovisio, which knows directions, or leave the directions "
            f"out: options: {{ignore: [{names}]}}",
            column=first.total,
        )
    ]


def _summed(raw: Raw, whole: Raw, asked: Request) -> tuple[Raw, list[Fault]]:
    """Add several columns of the file into the count (directions of one sensor)."""
    parts = asked.options("sum")
    if not parts:
        return raw, []
    faults = [
        Fault(
            raw.file, "the file has no such column", "Correct options.sum in city.yml", column=name
        )
        for name in parts
        if name not in whole.table.column_names
    ]
    total = np.zeros(len(raw.lines))
    for name in parts if not faults else ():
        values, wrong = passages(whole, name, asked)
        faults += wrong
        total += values
    text = pa.array([None if np.isnan(v) else repr(float(v)) for v in total], pa.string())
    table = raw.table.append_column("count", pa.chunked_array([text]))
    return Raw(
        raw.file, table, raw.lines, {**raw.labels, "count": " + ".join(parts)}, raw.header
    ), faults


def _without_time(raw: Raw) -> list[Fault]:
    if {"start", "date"} & set(raw.table.column_names):
        return []
    return [
        Fault(
            raw.file,
            f"the column of time is missing; the file has: {', '.join(raw.header)[:300]}",
            "Add the column start, or map it in city.yml (columns: {start: NAME})",
            column="start",
        )
    ]


def _starts(
    asked: Request, raw: Raw, frame: pd.DataFrame, count: Floats
) -> tuple[Stamps, list[Note], list[Fault]]:
    order = asked.option("date_order")
    if "start" in raw.table.column_names:
        return clock.parse(raw.table["start"], order), [], []
    day = clock.parse(raw.table["date"], order)
    if "hour" not in raw.table.column_names:
        return day, [], []
    hour = clock.hours(raw.table["hour"])
    sensor = pd.factorize(frame["sensor_id"])[0].astype(np.int64)
    starts_at, notes, faults = trading_days(
        asked, raw.file, day.clock, np.nan_to_num(hour // 60, nan=0).astype(np.int64), count, sensor
    )
    return clock.with_hour(day, raw.table["hour"], starts_at), notes, faults


def _day_and_hour(
    asked: Request, raw: Raw, day: Stamps, hour: str, counts: dict[str, Floats]
) -> tuple[Stamps, list[Note], list[Fault]]:
    size = len(counts)
    whole = np.nan_to_num(clock.hours(raw.table[hour]) // 60, nan=0).astype(np.int64)
    starts_at, notes, faults = trading_days(
        asked,
        raw.file,
        np.tile(day.clock, size),
        np.tile(whole, size),
        np.concatenate(list(counts.values())),
        np.repeat(np.arange(size), len(whole)),
    )
    return clock.with_hour(day, raw.table[hour], starts_at), notes, faults


def _time_columns(asked: Request, raw: Raw) -> tuple[str, str | None]:
    """Return the columns of time: the declared ones, or the first that is named so."""
    names = raw.table.column_names
    declared, hour = asked.option("time_column"), asked.option("hour_column") or None
    missing = [name for name in (declared, hour) if name and name not in names]
    if missing:
        raise InputError(
            [
                Fault(
                    raw.file,
                    f"the file has no such column; it has: {', '.join(names)[:300]}",
                    "Correct time_column or hour_column in city.yml",
                    column=name,
                )
                for name in missing
            ]
        )
    if not declared:
        declared = next((name for name in names if fold(name) in _TIME_HEADERS), "")
        if not declared:
            raise InputError(
                [
                    Fault(
                        raw.file,
                        f"no column of time is recognised; the file has: {', '.join(names)[:300]}",
                        "Declare it: options: {time_column: NAME}",
                    )
                ]
            )
        if hour is None:
            rest = (name for name in names if name != declared and fold(name) in _HOUR_HEADERS)
            hour = next(rest, None)
    return declared, hour


def _by_uptime(asked: Request, frame: pd.DataFrame) -> tuple[Floats, Note | None]:
    """Blank the counts of readings during which the sensor hardly worked."""
    count = frame["count"].to_numpy(dtype=np.float64).copy()
    least = asked.number("min_uptime", LEAST_UPTIME, 0, 1)
    low = frame["uptime"].to_numpy(dtype=np.float64) < least
    if not low.any():
        return count, None
    count[low] = np.nan
    return count, low_uptime_note(asked.file, int(low.sum()), least, frame.index.to_numpy()[low])
