"""Events: our template, any mapped file, or an iCalendar, recurring ones laid out day by day."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from analyses.errors import Fault
from analyses.schemas import Note, Raw, check, get
from analyses.sources import clock, corrections, mapping
from analyses.sources.days import agenda
from analyses.sources.days.happenings import MOST, empty, finished
from analyses.sources.files import headers
from analyses.sources.footfall import counts
from analyses.sources.remarks import of_dates
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.wording import Text

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "coeurville",
        Text(
            "Modèle coeurville des évènements (CSV ou XLSX)",
            "coeurville template of events (CSV or XLSX)",
        ),
        ("date_order", "duplicates", "until", headers.OPTION),
    ),
    Layout(
        "mapped",
        Text(
            "Tout autre fichier d'évènements, colonnes déclarées dans city.yml",
            "Any other file of events, columns declared in city.yml",
        ),
        ("date_order", "duplicates", "until", headers.OPTION),
    ),
    agenda.LAYOUT,
)


def read(asked: Request) -> Piece:
    """Read a table of events.

    Returns
    -------
    Piece
        Columns of :mod:`analyses.sources.days.happenings`; ``start`` and ``end`` in the city's
        zone. As in the file, an ``end`` at midnight of an event of whole days is its last day,
        included; an ``end`` with an hour is the instant at which it stops.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    if asked.source.layout == "icalendar":
        return agenda.read(asked)
    layout = next(item for item in LAYOUTS if item.name == asked.source.layout)
    schema = get("events")
    faults = asked.check_options(layout.options)
    raw, wrong = counts.open_text(asked, headers.wanted(asked, schema))
    faults += wrong
    rows = len(raw.lines)
    notes: list[Note] = []
    if layout.name == "mapped":
        raw, wrong = mapping.apply(raw, asked, schema)
        faults += wrong
    else:
        raw, notes = counts.from_template(raw, schema)
    raw, repairs, hits = corrections.on_text(raw, asked.corrections)
    checked = check(raw, schema, counts.reading_of(asked))
    frame = checked.frame
    faults += checked.faults
    if "start" not in raw.table.column_names:
        return Piece(asked, empty(asked), rows, (*notes, *repairs), tuple(faults), hits)
    frame, told, wrong = _placed(asked, raw, frame)
    faults += wrong
    frame, wrong = _laid_out(asked, raw.file, frame)
    faults += wrong
    frame = finished(frame, asked)
    notes += [*repairs, *checked.notes, *told]
    return Piece(asked, frame, rows, tuple(notes), tuple(faults), hits)


def _placed(
    asked: Request, raw: Raw, frame: pd.DataFrame
) -> tuple[pd.DataFrame, list[Note], list[Fault]]:
    """Turn the written starts and ends into instants, days as midnights."""
    zone, order = ZoneInfo(asked.city.time_zone), asked.option("date_order")
    start = clock.parse(raw.table["start"], order)
    texts = (
        raw.table["end"]
        if "end" in raw.table.column_names
        else pa.chunked_array([pa.nulls(len(raw.lines), pa.string())])
    )
    end = clock.parse(texts, order)
    faults = [
        Fault(
            raw.file,
            "this is not a day, or day and hour, that exists",
            "Write it as 2024-11-29, 29/11/2024 or 2024-11-29 10:00",
            row=int(line),
            column=raw.label(name),
        )
        for name, stamps in (("start", start), ("end", end))
        for line in raw.lines[stamps.bad]
    ]
    begin = _instants(start, zone)
    absent = np.isnat(end.clock)
    last = np.where(absent, start.clock, end.clock)
    whole = np.where(absent, True, end.day_only)
    last = np.where(whole, last.astype("datetime64[D]").astype("datetime64[ns]"), last)
    finish = _instants(
        clock.Stamps(last, np.where(whole, np.nan, end.offset), whole, end.bad), zone
    )
    first_day = np.where(whole, begin.normalize(), begin)
    wrong = np.asarray(finish < first_day) & ~np.isnat(start.clock)
    faults += [
        Fault(
            raw.file,
            "the event ends before it begins",
            "Correct one of the two dates",
            row=int(line),
            column=raw.label("end"),
        )
        for line in raw.lines[wrong]
    ]
    told = of_dates(raw.file, start.writing | end.writing)
    return frame.assign(start=begin, end=finish), told, faults


def _instants(stamps: clock.Stamps, zone: ZoneInfo) -> pd.DatetimeIndex:
    local = _localised(pd.DatetimeIndex(stamps.clock), zone.key)
    written = ~np.isnan(stamps.offset)
    if not written.any():
        return local
    offset = clock.from_offsets(stamps, zone)
    return pd.DatetimeIndex(np.where(written, offset, local)).tz_convert(zone.key)


def _laid_out(asked: Request, file: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Replace each recurring event by its occurrences."""
    rules = frame["recurrence"].notna()
    if not rules.any():
        return frame, []
    until, faults = _until(asked)
    parts = [frame[~rules]]
    for line, row in frame[rules].iterrows():
        if pd.isna(row["start"]):
            continue
        try:
            starts = _occurrences(str(row["recurrence"]), row["start"], until)
        except (ValueError, TypeError) as error:
            faults.append(
                Fault(
                    file,
                    f"the rule of recurrence cannot be read ({error})",
                    "Write it as FREQ=WEEKLY;BYDAY=SA;UNTIL=20241231",
                    row=int(str(line)),
                    column="recurrence",
                    value=str(row["recurrence"]),
                )
            )
            continue
        length = row["end"].tz_localize(None) - row["start"].tz_localize(None)
        copy = frame.loc[[line]].iloc[np.zeros(len(starts), dtype=np.int64)].copy()
        zone = frame["start"].dt.tz
        first = pd.DatetimeIndex(starts)
        copy["start"] = _localised(first, zone)
        copy["end"] = _localised(first + length, zone)
        parts.append(copy)
    return pd.concat([part for part in parts if len(part)] or parts[:1]), faults


def _localised(index: pd.DatetimeIndex, zone: Any) -> pd.DatetimeIndex:
    return index.tz_localize(
        zone, ambiguous=np.ones(len(index), dtype=bool), nonexistent="shift_forward"
    )


def _occurrences(rule: str, start: pd.Timestamp, until: pd.Timestamp | None) -> list[datetime]:
    """Return the local starts of a recurring event; a rule without end needs a limit."""
    text = rule.strip().removeprefix("RRULE:")
    parts = dict(part.split("=", 1) for part in text.upper().split(";") if "=" in part)
    if not {"UNTIL", "COUNT"} & set(parts) and until is None:
        raise ValueError("it has no end: add UNTIL or COUNT, or options: {until: 2026-12-31}")
    text = re.sub(r"(UNTIL=\d{8})(T\d{6}Z?)?", r"\1T235959", text)
    first = start.tz_localize(None).to_pydatetime()
    found: list[datetime] = []
    for at in rrulestr(text, dtstart=first, ignoretz=True):
        if (until is not None and at > until) or len(found) >= MOST:
            break
        found.append(at)
    return found


def _until(asked: Request) -> tuple[pd.Timestamp | None, list[Fault]]:
    text = asked.option("until")
    if not text:
        return None, []
    try:
        return pd.Timestamp(text) + pd.Timedelta(hours=24), []
    except ValueError:
        return None, [
            Fault(
                "city.yml",
                "this is not a date",
                "Write it as 2026-12-31",
                column="sources.events.options.until",
                value=text,
            )
        ]


FAMILY = Family("events", LAYOUTS, each(read))
