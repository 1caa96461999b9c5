"""Events of an iCalendar, recurring ones laid out occurrence by occurrence."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import numpy as np
import pandas as pd
import recurring_ical_events  # type: ignore[import-untyped]

from analyses.errors import Fault, InputError
from analyses.schemas import Note, fold, get
from analyses.sources.days.happenings import COLUMNS, MOST, empty, finished
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text, number

LAYOUT = Layout(
    "icalendar",
    Text(
        "Agenda iCalendar (.ics), évènements récurrents compris",
        "iCalendar (.ics), recurring events included",
    ),
    ("kind", "since", "until", "duplicates"),
)


def read(asked: Request) -> Piece:
    """Read an agenda between the days declared, or those that it names.

    Raises
    ------
    InputError
        If the file is not an iCalendar.
    """
    faults = asked.check_options(LAYOUT.options)
    kinds = {fold(k): v for k, v in asked.source.values.get("kind", {}).items()}
    try:
        calendar = icalendar.Calendar.from_ical(asked.path.read_bytes())
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(
            [
                Fault(
                    asked.file,
                    f"this is not an iCalendar file ({error})",
                    "Export the agenda again as .ics",
                )
            ]
        ) from None
    since, until, wrong = _window(asked, calendar)
    faults += wrong
    zone = ZoneInfo(asked.city.time_zone)
    rows, notes = [], []
    found = recurring_ical_events.of(calendar).between(since, until)
    for item in sorted(found, key=lambda event: (str(event["DTSTART"].dt), str(event.get("UID")))):
        if str(item.get("STATUS", "")).upper() == "CANCELLED":
            continue
        rows.append(_row(item, asked, zone, kinds))
    if len(rows) > MOST:
        faults.append(
            Fault(
                asked.file,
                f"the agenda gives {number(len(rows), 'en')} occurrences",
                "Narrow it with options: {since: …, until: …}",
            )
        )
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "recurrence"])
    frame.index = pd.Index(np.arange(1, len(rows) + 1), name="line")
    if not rows:
        notes.append(
            Note(
                Text(
                    f"{asked.file} ne donne aucun évènement entre le {since} et le {until}.",
                    f"{asked.file} gives no event between {since} and {until}.",
                )
            )
        )
        return Piece(asked, empty(asked), 0, tuple(notes), tuple(faults))
    faults += _kind_faults(asked, frame)
    return Piece(asked, finished(frame, asked), len(rows), tuple(notes), tuple(faults))


def _window(asked: Request, calendar: Any) -> tuple[date, date, list[Fault]]:
    """Return the days between which occurrences are laid out: declared, or those of the agenda."""
    limits: dict[str, date | None] = {"since": None, "until": None}
    faults = []
    for name in limits:
        text = asked.option(name)
        try:
            limits[name] = date.fromisoformat(text) if text else None
        except ValueError:
            faults.append(
                Fault(
                    "city.yml",
                    "this is not a date",
                    "Write it as 2026-12-31",
                    column=f"sources.events.options.{name}",
                    value=text,
                )
            )
    starts = [_day(item["DTSTART"].dt) for item in calendar.walk("VEVENT") if "DTSTART" in item]
    endless = any(
        "RRULE" in item and not {"UNTIL", "COUNT"} & {str(k).upper() for k in item["RRULE"]}
        for item in calendar.walk("VEVENT")
    )
    if endless and limits["until"] is None:
        faults.append(
            Fault(
                asked.file,
                "an event recurs without end",
                "Declare the last day wanted: options: {until: 2026-12-31}",
            )
        )
    ends = [_last(item) for item in calendar.walk("VEVENT") if "DTSTART" in item]
    since = limits["since"] or min(starts, default=date(1970, 1, 1))
    until = limits["until"] or max(ends, default=since)
    return since, until + timedelta(days=1), faults


def _last(item: Any) -> date:
    """Return the last day that an entry of the agenda names."""
    until = item["RRULE"].get("UNTIL", [None])[0] if "RRULE" in item else None
    count = item["RRULE"].get("COUNT", [0])[0] if "RRULE" in item else 0
    end = item["DTEND"].dt if "DTEND" in item else item["DTSTART"].dt
    last = max(_day(end), _day(until) if until else _day(end))
    return last + timedelta(days=366 * int(count)) if count else last


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _row(item: Any, asked: Request, zone: ZoneInfo, kinds: dict[str, str]) -> dict[str, object]:
    start, whole = item["DTSTART"].dt, not isinstance(item["DTSTART"].dt, datetime)
    end = item["DTEND"].dt if "DTEND" in item else start + timedelta(days=1) if whole else start
    labels = item.get("CATEGORIES")
    names = (
        []
        if labels is None
        else [
            str(name)
            for one in (labels if isinstance(labels, list) else [labels])
            for name in one.cats
        ]
    )
    allowed = get("events").columns[2]
    known = {**allowed.synonyms, **{fold(v): v for v in allowed.constraints["enum"]}, **kinds}
    kind = next((known[fold(name)] for name in names if fold(name) in known), None)
    if whole:
        end -= timedelta(days=1)  # RFC 5545: the end of an event of whole days is not included
    uid = item.get("UID", fold(str(item.get("SUMMARY", ""))))
    return {
        "event_id": f"{uid}@{_day(start).isoformat()}",
        "label": str(item.get("SUMMARY", "")) or None,
        "kind": kind or asked.option("kind") or None,
        "start": _in_zone(start, zone),
        "end": _in_zone(end, zone),
        "sensor_ids": str(item["X-COEURVILLE-SENSORS"]) if "X-COEURVILLE-SENSORS" in item else None,
        "zone_ids": str(item["X-COEURVILLE-ZONES"]) if "X-COEURVILLE-ZONES" in item else None,
        "place": str(item["LOCATION"]) if "LOCATION" in item else None,
        "expected_attendance": None,
        "recurrence": None,
    }


def _in_zone(value: date | datetime, zone: ZoneInfo) -> pd.Timestamp:
    """Return an instant; a floating time of the agenda is the city's local time (RFC 5545)."""
    stamp = pd.Timestamp(value)
    if stamp.tzinfo is None:
        return stamp.tz_localize(zone.key, ambiguous=True, nonexistent="shift_forward")
    return stamp.tz_convert(zone.key)


def _kind_faults(asked: Request, frame: pd.DataFrame) -> list[Fault]:
    unknown = frame[frame["kind"].isna()]
    return [
        Fault(
            asked.file,
            "the event has no kind that we know (CATEGORIES)",
            "Declare one for all (options: {kind: festival}) or the correspondence (values: "
            "{kind: {Category: festival}})",
            value=str(row["label"]),
        )
        for _, row in unknown.head(5).iterrows()
    ]
