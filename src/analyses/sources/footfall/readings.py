"""From the readings of one file to counts placed in time: clock, durations, repeats.

Every layout of counts ends here, so the rules on time zones, changes of clocks and doubled hours
are the same for all of them.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analyses import declarations
from analyses.errors import Fault
from analyses.schemas import Note
from analyses.schemas.check import SHORT_YEARS
from analyses.sources.clock import SHOWN, Ints, from_offsets, settle, waits
from analyses.sources.footfall import evidence, reserves
from analyses.sources.footfall.steps import (
    COLUMNS,
    TEXT,
    Placed,
    Readings,
    durations,
    given_durations,
    whole_days,
    without_twins,
)
from analyses.sources.remarks import of_dates
from analyses.sources.request import Request
from analyses.wording import Text, number

_REMEDY = "Write it as 2024-06-15 14:00, 15/06/2024 14:00 or 2024-06-15T14:00:00+02:00"


def place(asked: Request, readings: Readings) -> Placed:
    """Place the readings of a file in the city's time.

    Parameters
    ----------
    asked : Request
        Options ``time_zone`` (an IANA name, ``local`` for the city's, ``offset`` for the offsets
        as written), ``duration_minutes``.
    readings : Readings
        Readings of one file.

    Returns
    -------
    Placed
        Columns :data:`COLUMNS`, indexed by ``line``; ``start`` in the city's zone. Faults where the
        zone is neither written, declared nor told by the data, where an hour is unreadable, or
        where the step cannot be told.
    """
    zone = ZoneInfo(asked.city.time_zone)
    out = Placed(pd.DataFrame(columns=list(COLUMNS)))
    out.faults += _unread(asked, readings)
    codes = pd.factorize(readings.sensor)[0].astype(np.int64)
    start = _instants(asked, readings, codes, zone, out)
    if start is None:
        return out
    frame = pd.DataFrame(
        {"sensor_id": readings.sensor.to_numpy(), "start": start, "count": readings.count},
        index=pd.Index(readings.lines, name="line"),
    ).astype({"sensor_id": TEXT})
    frame["dwell_minutes"] = np.nan if readings.dwell is None else readings.dwell
    given = given_durations(asked, readings, start, zone, out)
    frame["start"] = whole_days(readings, start, given, out)
    keep = np.asarray(frame["start"].notna())
    frame, given = frame[keep], given[keep]
    frame, given = without_twins(readings.file, frame, given, out)
    frame["duration_minutes"] = durations(readings.file, frame, given, out)
    out.frame = frame[list(COLUMNS)]
    return out


def _unread(asked: Request, readings: Readings) -> list[Fault]:
    file, lines, label = readings.file, readings.lines, readings.start_label
    stamps, remedy = readings.stamps, _REMEDY
    if not asked.option("date_order") and waits(text for _, text in stamps.shown()):
        remedy += f"; {SHORT_YEARS}"
    faults = [
        Fault(
            file,
            "this is not a date and time that exists",
            remedy,
            row=int(lines[row]),
            column=label,
            value=text,
        )
        for row, text in stamps.shown()
    ]
    missing = lines[np.isnat(stamps.clock) & ~stamps.bad]
    faults += [
        Fault(
            file, "the date is missing", "Fill it in or remove the row", row=int(row), column=label
        )
        for row in missing[:SHOWN]
    ]
    rest = max(int(stamps.bad.sum()) - SHOWN, 0) + max(len(missing) - SHOWN, 0)
    if rest:
        faults.append(
            Fault(
                file,
                f"and {number(rest, 'en')} more rows without a readable date",
                "Correct them",
                column=label,
            )
        )
    return faults


def _instants(
    asked: Request, readings: Readings, codes: Ints, zone: ZoneInfo, out: Placed
) -> pd.DatetimeIndex | None:
    """Place the starts, by offset, declaration or proof; None with a fault if none holds."""
    stamps, declared = readings.stamps, asked.option("time_zone")
    known = ~np.isnat(stamps.clock)
    written = ~np.isnan(stamps.offset)
    days = bool((stamps.day_only | ~known).all())
    column = f"sources.{asked.table}.options.time_zone"
    told = stamps.writing if readings.end is None else stamps.writing | readings.end.writing
    out.notes += of_dates(readings.file, told)
    if declared not in ("", "local", "offset") and declared not in declarations.time_zones():
        out.faults.append(
            Fault(
                "city.yml",
                "there is no such time zone",
                "Write local, UTC, offset or an IANA name such as Europe/Paris",
                column=column,
                value=declared,
            )
        )
        return None
    if declared == "offset" or (not declared and not days):
        mixed = written[known].any() and not written[known].all()
        if mixed or (declared == "offset" and not written[known].all()):
            out.faults.append(
                Fault(
                    readings.file,
                    "some times carry an offset from UTC and others do not",
                    f"Export the file again, or declare one clock for all: options: "
                    f"{{time_zone: {zone.key}}}",
                    row=int(readings.lines[known & ~written][0]),
                    column=readings.start_label,
                )
            )
            return None
        if written[known].all():
            return _checked_offsets(readings, codes, zone, out)
    if declared and written[known].any():
        out.notes.append(reserves.ignored_offsets(readings.file, declared))
    if declared or days:
        rule = zone if declared in ("", "local", "offset") else ZoneInfo(declared)
        _contradiction(readings, codes, rule, zone, out)
        return _settled(readings, codes, rule, zone, out)
    return _proven(readings, codes, zone, out)


def _checked_offsets(
    readings: Readings, codes: Ints, zone: ZoneInfo, out: Placed
) -> pd.DatetimeIndex:
    placed = from_offsets(readings.stamps, zone)
    local = placed.tz_localize(None).to_numpy(dtype="datetime64[ns]")
    if len(set(readings.stamps.offset[~np.isnan(readings.stamps.offset)])) > 0:
        told = evidence.clock_evidence(local, readings.count, codes, zone)
        if told.kind == "fixed":
            out.notes.append(reserves.wrong_offsets(readings.file))
    return placed


def _contradiction(
    readings: Readings, codes: Ints, rule: ZoneInfo, zone: ZoneInfo, out: Placed
) -> None:
    """Note a declared clock that the daily rhythm contradicts."""
    if readings.stamps.day_only.all():
        return
    told = evidence.clock_evidence(readings.stamps.clock, readings.count, codes, zone)
    follows = rule.key == zone.key
    if told.by == "profile" and told.kind == ("fixed" if follows else "local"):
        out.notes.append(
            Note(
                Text(
                    f"L'horloge déclarée pour {readings.file} ({rule.key}) est contredite par le "
                    f"rythme des "
                    "journées autour des changements d'heure : à vérifier.",
                    f"The clock declared for {readings.file} ({rule.key}) is contradicted by the "
                    f"daily rhythm "
                    "around the changes of clocks: to be checked.",
                )
            )
        )


def _proven(
    readings: Readings, codes: Ints, zone: ZoneInfo, out: Placed
) -> pd.DatetimeIndex | None:
    """Accept a clock without offset only if the counts prove that it is the city's."""
    told = evidence.clock_evidence(readings.stamps.clock, readings.count, codes, zone)
    if told.kind == "local":
        by_fr = "heures sautées et doublées" if told.by == "hours" else "rythme des journées"
        by_en = "skipped and doubled hours" if told.by == "hours" else "daily rhythm"
        out.notes.append(
            Note(
                Text(
                    f"Les heures de {readings.file} n'ont pas de fuseau ; les changements d'heure "
                    f"({by_fr}) "
                    f"prouvent l'heure locale ({zone.key}).",
                    f"The times of {readings.file} have no zone; the changes of clocks ({by_en}) "
                    f"prove local "
                    f"time ({zone.key}).",
                )
            )
        )
        return _settled(readings, codes, zone, zone, out)
    remedy = (
        f"Write under this file, in city.yml, options: {{time_zone: {zone.key}}} when it tells "
        "local time, or options: {time_zone: UTC}"
    )
    problem = (
        "the times have no time zone, and the daily rhythm moves by one hour at the changes of "
        "clocks: this clock does not follow summer time (UTC, or standard time all year)"
        if told.kind == "fixed"
        else "the times have no time zone, and the data cannot tell which it is"
    )
    out.faults.append(Fault(readings.file, problem, remedy, column=readings.start_label))
    return None


def _settled(
    readings: Readings, codes: Ints, rule: ZoneInfo, zone: ZoneInfo, out: Placed
) -> pd.DatetimeIndex:
    done = settle(readings.stamps.clock, codes, rule, zone)
    walked = done.skipped & (readings.count > 0)
    for where, fr, en, aside in (
        (
            done.skipped & ~walked,
            "à l'heure que le passage à l'heure d'été supprime, vides ou à zéro",
            "at the hour that summer time skips, empty or zero",
            True,
        ),
        (
            walked,
            "à l'heure que le passage à l'heure d'été supprime, avec des passages : horloge à "
            "vérifier",
            "at the hour that summer time skips, with passages: check the clock",
            True,
        ),
        (
            done.lost,
            "à l'heure que le passage à l'heure d'hiver répète : une seule des deux est dans "
            "le fichier, lue comme la première",
            "at the hour that winter time repeats: the file has one of the two, read as the first",
            False,
        ),
    ):
        if where.any():
            out.notes.append(
                reserves.rows_note(readings.file, readings.lines[where], fr, en, aside)
            )
    return done.instants
