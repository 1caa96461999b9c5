"""Readings of one file before they are placed in time, and the steps that they cover."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analyses.errors import Fault
from analyses.schemas import Note
from analyses.sources.clock import Floats, Ints, Stamps, from_offsets
from analyses.sources.footfall import reserves
from analyses.sources.request import Request

COLUMNS: tuple[str, ...] = ("sensor_id", "start", "duration_minutes", "count", "dwell_minutes")
"""Columns of the table ``counts``."""


TEXT = pd.StringDtype("pyarrow")
"""Type of text columns."""


OPTIONS: tuple[str, ...] = (
    "time_zone",
    "date_order",
    "duration_minutes",
    "day_starts_at",
    "decimal",
    "duplicates",
)
"""Options that every layout of counts takes."""


_STEPS = frozenset(
    {1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 10080}
)


@dataclass(frozen=True, slots=True)
class Readings:
    """Counts of one file, their clock as written.

    Parameters
    ----------
    file : str
        File, for messages.
    lines : array of int
        Line of each reading.
    sensor : Series of string
        Sensor of each reading.
    stamps : Stamps
        Start of each reading.
    count : array of float
        Passages, NaN where missing.
    end : Stamps, optional
        End of each reading.
    duration : array of float, optional
        Minutes, NaN where the file gives none.
    dwell : array of float, optional
        Mean dwell time, minutes.
    start_label, end_label : str
        Names of the columns in the file.
    """

    file: str
    lines: Ints
    sensor: pd.Series
    stamps: Stamps
    count: Floats
    end: Stamps | None = None
    duration: Floats | None = None
    dwell: Floats | None = None
    start_label: str = "start"
    end_label: str = "end"


@dataclass(slots=True)
class Placed:
    """Counts placed in time, with what was seen on the way."""

    frame: pd.DataFrame
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def whole_days(
    readings: Readings, start: pd.DatetimeIndex, minutes: Floats, out: Placed
) -> pd.DatetimeIndex:
    """Bring days written from midnight with the other offset of a change of clocks to midnight."""
    stamps = readings.stamps
    at_midnight = stamps.clock == stamps.clock.astype("datetime64[D]")
    rows = np.flatnonzero((minutes % 1440 == 0) & ~np.isnan(stamps.offset) & at_midnight)
    moved = np.zeros(len(start), dtype=bool)
    if not len(rows):
        return start
    day = pd.DatetimeIndex(stamps.clock[rows])
    first = np.ones(len(day), dtype=bool)
    midnight = day.tz_localize(start.tz, ambiguous=first, nonexistent="NaT")
    morrow = (day + pd.Timedelta(days=1)).tz_localize(start.tz, ambiguous=first, nonexistent="NaT")
    off = (start[rows] - midnight).isin([pd.Timedelta(hours=1), -pd.Timedelta(hours=1)])
    wrong = np.asarray(morrow - midnight != pd.Timedelta(days=1)) & np.asarray(off)
    moved[rows[wrong]] = True
    if not moved.any():
        return start
    out.notes.append(
        reserves.rows_note(
            readings.file,
            readings.lines[moved],
            "comptent une journée entière et portent le décalage d'après le changement d'heure : "
            "ramenée(s) à minuit",
            "count a whole day and bear the offset from after the change of clocks: brought to "
            "midnight",
            False,
        )
    )
    fixed = pd.Series(start)
    fixed.loc[moved] = midnight[wrong]
    return pd.DatetimeIndex(fixed)


def given_durations(
    asked: Request, readings: Readings, start: pd.DatetimeIndex, zone: ZoneInfo, out: Placed
) -> Floats:
    """Return the minutes that the file or the city gives, NaN where neither does."""
    given = np.full(len(start), np.nan)
    declared = asked.option("duration_minutes")
    if declared and not (declared.isdecimal() and int(declared) > 0):
        out.faults.append(
            Fault(
                "city.yml",
                "this is not a number of minutes",
                "Write 60 for hourly counts",
                column=f"sources.{asked.table}.options.duration_minutes",
                value=declared,
            )
        )
    elif declared:
        given[:] = float(declared)
    if readings.duration is not None:
        given = np.where(np.isnan(readings.duration), given, readings.duration)
    if readings.end is not None:
        given = np.where(np.isnan(given), _spans(readings, start, zone), given)
        wrong = given <= 0
        out.faults += [
            Fault(
                readings.file,
                "the end is not after the start",
                "Correct one of them",
                row=int(row),
                column=readings.end_label,
            )
            for row in readings.lines[wrong][:5]
        ]
    out.faults += _unread_ends(readings)
    return given


def _unread_ends(readings: Readings) -> list[Fault]:
    if readings.end is None or not readings.end.bad.any():
        return []
    return [
        Fault(
            readings.file,
            "this is not a date and time that exists",
            "Correct it or leave it empty",
            row=int(readings.lines[row]),
            column=readings.end_label,
            value=text,
        )
        for row, text in readings.end.shown()
    ]


def _spans(readings: Readings, start: pd.DatetimeIndex, zone: ZoneInfo) -> Floats:
    end, begin = readings.end, readings.stamps
    assert end is not None
    if np.isnan(end.offset[~np.isnat(end.clock)]).any():
        span = (end.clock - begin.clock) / np.timedelta64(1, "m")
    else:
        span = np.asarray((from_offsets(end, zone) - start) / pd.Timedelta(minutes=1))
    minutes = np.asarray(span, dtype=np.float64)
    whole_day = (minutes == 1380) | (minutes == 1500)  # a local day of a change of clocks
    return np.where(whole_day, 1440.0, minutes)


def durations(file: str, frame: pd.DataFrame, given: Floats, out: Placed) -> Ints:
    """Complete missing durations by the regular step of each sensor."""
    minutes = given.copy()
    missing = np.isnan(minutes)
    if missing.any():
        ordered = pd.DataFrame(
            {
                "sensor": frame["sensor_id"].to_numpy()[missing],
                "start": frame["start"].dt.tz_convert(None).to_numpy()[missing],
            }
        ).sort_values(["sensor", "start"], ignore_index=True)
        step = ordered.groupby("sensor")["start"].diff().dt.total_seconds() / 60
        step = step.replace({1380.0: 1440.0, 1500.0: 1440.0})
        usual: dict[str, float] = {}
        for name, steps in step[step > 0].groupby(ordered["sensor"]):
            mode = float(steps.mode().iloc[0])
            if mode in _STEPS and float((steps < mode).mean()) <= 0.01:
                usual[str(name)] = mode
        names = frame["sensor_id"].to_numpy()[missing]
        untold = sorted({str(name) for name in pd.unique(names)} - set(usual))
        out.faults += [
            Fault(
                file,
                "the time step of this sensor cannot be told from its times",
                "Declare it (options: {duration_minutes: 60}), or give the end of each row",
                value=name,
            )
            for name in untold
        ]
        minutes[missing] = pd.Series(names).map(usual).to_numpy(dtype=np.float64)
    whole: Ints = np.nan_to_num(np.round(minutes)).astype(np.int64)
    return whole


def without_twins(
    file: str, frame: pd.DataFrame, given: Floats, out: Placed
) -> tuple[pd.DataFrame, Floats]:
    """Drop rows that repeat another in full (same sensor, start and count)."""
    twin = frame.duplicated(["sensor_id", "start", "count"]).to_numpy()
    if not twin.any():
        return frame.copy(), given
    lines = frame.index.to_numpy()[twin]
    out.notes.append(
        reserves.rows_note(
            file,
            lines,
            "identiques à une autre (même capteur, même heure, même nombre)",
            "identical to another (same sensor, hour and count)",
            True,
        )
    )
    return frame[~twin].copy(), given[~twin]
