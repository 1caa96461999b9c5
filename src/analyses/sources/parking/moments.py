"""Instants of parking files, by whole columns: millions of rows a second, exact across DST.

:mod:`analyses.sources.clock` reads any spelling, one distinct text at a time; this module first
tries what whole columns can do (ISO 8601, a declared format, epoch seconds, typed Parquet) and
hands it the rest. Instants are whole seconds since 1970 UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.schemas.convert import Mask
from analyses.schemas.writing import SILENT, Writing
from analyses.sources import clock

Seconds = npt.NDArray[np.int64]
"""Seconds since 1970: of the clock on the wall before :func:`settle`, UTC after."""

MISSING = np.iinfo(np.int64).min
"""Seconds of an unknown instant."""

_DAY, _QUARTER = 86_400, 900
_FIRST, _LAST = -631_152_000, 7_258_118_400  # 1950 and 2200: beyond, a date is a fault
_EPOCH = r"^\d{9,13}(\.\d+)?$"
_WITH_OFFSET = r"\d(Z|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True, slots=True)
class Written:
    """Times as a file writes them.

    Parameters
    ----------
    seconds : array of int
        Reading of the clock (or UTC where ``absolute``), :data:`MISSING` where there is none.
    absolute : array of bool
        Whether the text says which instant it is (offset, epoch, typed with a zone).
    day_only : array of bool
        Whether only the day is written.
    bad : array of bool
        Present, and unreadable.
    writing : Writing
        What the dates in figures tell of the order of their day and month.
    """

    seconds: Seconds
    absolute: Mask
    day_only: Mask
    bad: Mask
    writing: Writing = SILENT


@dataclass(frozen=True, slots=True)
class Placed:
    """Instants in UTC, and what the changes of clocks made uncertain.

    Parameters
    ----------
    seconds : array of int
        UTC, :data:`MISSING` where unknown.
    twice : array of bool
        The clock showed that time twice on that day and the file does not say which; the first
        (summer time) is taken unless the order of the rows tells.
    skipped : array of bool
        The clock never showed that time on that day; read as if it had not been put forward.
    """

    seconds: Seconds
    twice: Mask
    skipped: Mask


def read(values: pa.ChunkedArray, formats: Sequence[str] = (), date_order: str = "") -> Written:
    """Read a column of times.

    Parameters
    ----------
    values : pyarrow.ChunkedArray
        Text, or a typed column (timestamp, date, integer epoch).
    formats : sequence of str
        ``strptime`` formats of the layout, tried in order before anything else; ``epoch`` stands
        for seconds or milliseconds since 1970 UTC.
    date_order : str
        ``dmy``, ``mdy`` or empty: as for :class:`analyses.schemas.Reading`.
    """
    kind = values.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _typed(values)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        values = pc.cast(values, pa.string())
        formats = (*formats, "epoch")
    plain = None if formats else _iso(values)
    if plain is not None and _plausible(plain.seconds):
        return plain
    text = _trimmed(values)
    size = len(text)
    found = Written(
        np.full(size, MISSING), np.zeros(size, bool), np.zeros(size, bool), _valid(text)
    )
    for form in (*formats, "iso", "any"):
        if not found.bad.any():
            break
        where = found.bad
        part = text if where.all() else text.filter(pa.array(where))
        got = _any(part, date_order) if form == "any" else _by_form(part, form)
        if got is not None:
            _fill(found, where, got)
            found = replace(found, writing=found.writing | got.writing)
    out = (found.seconds != MISSING) & ((found.seconds < _FIRST) | (found.seconds > _LAST))
    found.bad[out] = True
    found.seconds[out] = MISSING
    return found


def _plausible(seconds: Seconds) -> bool:
    """Whether every known instant lies in the years that are accepted."""
    known = seconds[seconds != MISSING] if (seconds == MISSING).any() else seconds
    return not len(known) or (int(known.min()) >= _FIRST and int(known.max()) <= _LAST)


def _fill(into: Written, where: Mask, got: Written) -> None:
    place = np.flatnonzero(where)
    into.seconds[place], into.absolute[place] = got.seconds, got.absolute
    into.day_only[place], into.bad[place] = got.day_only, got.bad


def _by_form(text: pa.ChunkedArray, form: str) -> Written | None:
    if form == "epoch":
        return _epoch(text)
    if form == "iso":
        return _iso(text)
    stamps = pc.strptime(text, format=form, unit="s", error_is_null=True)
    seconds = _numbers(stamps)
    none = np.zeros(len(seconds), dtype=bool)
    day = none if "%H" in form or "%I" in form else seconds != MISSING
    return Written(seconds, none, day, _valid(text) & (seconds == MISSING))


def _epoch(text: pa.ChunkedArray) -> Written:
    good = pc.fill_null(pc.match_substring_regex(text, _EPOCH), False)
    number = pc.cast(pc.if_else(good, text, pa.scalar(None, pa.string())), pa.float64()).to_numpy()
    seconds = np.where(number > 1e11, number / 1000, number)
    known = ~np.isnan(seconds)
    whole = np.where(known, np.floor(np.where(known, seconds, 0)), MISSING).astype(np.int64)
    return Written(whole, known, np.zeros(len(known), bool), _valid(text) & ~known)


def _iso(text: pa.ChunkedArray) -> Written | None:
    """Read ISO 8601 by whole column; None where a single value is written otherwise."""
    first = text.drop_null().slice(0, 1).to_pylist()
    absolute = bool(first) and pc.match_substring_regex(pa.scalar(first[0]), _WITH_OFFSET).as_py()
    day = bool(first) and len(first[0]) == 10
    for unit in ("s", "us"):
        try:
            stamps = pc.cast(text, pa.timestamp(unit, "UTC" if absolute else None))
        except pa.ArrowInvalid:
            continue
        seconds = _numbers(stamps)
        known = seconds != MISSING
        short = np.zeros(len(known), bool)
        if day:
            short = np.asarray(pc.fill_null(pc.equal(pc.utf8_length(text), 10), False).to_numpy())
        return Written(seconds, known & absolute, short, _valid(text) & ~known)
    return None


def _any(text: pa.ChunkedArray, date_order: str) -> Written:
    stamps = clock.parse(text, date_order)
    known = ~np.isnat(stamps.clock)
    seconds = np.where(known, stamps.clock.astype("datetime64[s]").astype(np.int64), MISSING)
    absolute = known & ~np.isnan(stamps.offset)
    ahead = np.where(absolute, np.nan_to_num(stamps.offset) * 60, 0).astype(np.int64)
    return Written(
        np.where(known, seconds - ahead, MISSING),
        absolute,
        stamps.day_only & known,
        stamps.bad,
        stamps.writing,
    )


def _typed(values: pa.ChunkedArray) -> Written:
    seconds = _numbers(values)
    known = seconds != MISSING
    is_date = pa.types.is_date(values.type)
    absolute = not is_date and values.type.tz is not None
    none = np.zeros(len(known), bool)
    return Written(seconds, known & absolute, known & is_date, none)


def _numbers(stamps: pa.ChunkedArray) -> Seconds:
    whole = pc.cast(
        pc.floor_temporal(stamps, unit="second")
        if pa.types.is_timestamp(stamps.type) and stamps.type.unit != "s"
        else stamps,
        pa.timestamp("s", getattr(stamps.type, "tz", None)),
        safe=False,
    )
    return np.asarray(pc.fill_null(pc.cast(whole, pa.int64()), MISSING).to_numpy(), dtype=np.int64)


def _trimmed(values: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _valid(text: pa.ChunkedArray) -> Mask:
    return np.array(pc.is_valid(text).to_numpy(), dtype=bool)


def settle(written: Written, zone: str, groups: npt.NDArray[np.int64] | None = None) -> Placed:
    """Place clock readings of a zone in UTC.

    Parameters
    ----------
    written : Written
        From :func:`read`; absolute times are kept as they are.
    zone : str
        IANA name of the zone of the file's clock.
    groups : array of int, optional
        Series that each row belongs to (sensor, garage): within one, rows in the order of the file
        tell the first pass of a doubled hour from the second, as soon as the clock goes back.
    """
    seconds = written.seconds.copy()
    local = (seconds != MISSING) & ~written.absolute
    twice, skipped = np.zeros(len(seconds), bool), np.zeros(len(seconds), bool)
    if not local.any():
        return Placed(seconds, twice, skipped)
    rule = ZoneInfo(zone)
    wall = seconds[local]
    day = wall // _DAY
    first = int(day.min())
    present = np.flatnonzero(np.bincount(day - first))
    ahead = np.zeros(int(day.max()) - first + 1, dtype=np.int64)
    changes = []
    for offset in present:
        start, end = (_ahead((first + int(offset) + k) * _DAY, rule) for k in (0, 1))
        ahead[offset] = start
        if start != end:
            changes.append(first + int(offset))
    utc = wall - ahead[day - first]
    twice_here, skipped_here = np.zeros(len(wall), bool), np.zeros(len(wall), bool)
    back = np.zeros(len(wall), dtype=np.int64)
    for change in changes:
        rows = np.flatnonzero(day == change)
        before, after = _quarters(change * _DAY, rule)
        quarter = (wall[rows] % _DAY) // _QUARTER
        utc[rows] = wall[rows] - before[quarter]
        twice_here[rows] = before[quarter] > after[quarter]
        skipped_here[rows] = before[quarter] < after[quarter]
        back[rows] = before[quarter] - after[quarter]
    seconds[local], twice[local], skipped[local] = utc, twice_here, skipped_here
    if groups is not None and twice.any():
        _second_pass(seconds, twice, groups, int(back.max()))
    return Placed(seconds, twice, skipped)


def _second_pass(seconds: Seconds, twice: Mask, groups: npt.NDArray[np.int64], hour: int) -> None:
    """Move to the second pass the rows that follow, in their series, a step back of the clock."""
    rows = np.flatnonzero(twice)
    order = rows[np.argsort(groups[rows], kind="stable")]
    before, moving = -1, False
    for row in order:
        apart = before < 0 or groups[row] != groups[before]
        if apart or abs(int(seconds[row] - seconds[before])) > _DAY:
            moving = False
        elif not moving and seconds[row] <= seconds[before]:
            moving = True
        if moving:
            seconds[row] += hour
        before = row


@cache
def _ahead(wall: int, rule: ZoneInfo, fold: int = 0) -> int:
    at = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=wall)  # noqa: DTZ001 - a wall clock
    offset = at.replace(tzinfo=rule, fold=fold).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _quarters(midnight: int, rule: ZoneInfo) -> tuple[Seconds, Seconds]:
    """Return the offsets of the quarters of an hour of a day, read as first and second pass."""
    passes = [
        np.array([_ahead(midnight + _QUARTER * i, rule, fold) for i in range(96)], dtype=np.int64)
        for fold in (0, 1)
    ]
    return passes[0], passes[1]


def series(seconds: Seconds, zone: str) -> pd.Series:
    """Return instants as tz-aware datetimes of a zone (NaT where :data:`MISSING`)."""
    fine = np.where(seconds == MISSING, MISSING, seconds * 1_000_000_000).view("datetime64[ns]")
    return pd.Series(pd.DatetimeIndex(fine, tz="UTC").tz_convert(zone))
