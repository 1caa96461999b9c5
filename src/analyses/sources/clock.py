"""Clocks of counting files: what is written, and the instant that it stands for.

Nothing is guessed here: a time without offset becomes an instant only under a zone that the caller
names. Hours that a change of clocks skips or doubles are told apart and handed back as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.schemas import months, writing
from analyses.schemas.convert import FIRST_YEAR, LAST_YEAR, Mask
from analyses.schemas.writing import SILENT, Writing

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Instants = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]

_TIME = (
    r"(?:[T ,]+(?P<H>\d{1,2})[:hH](?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|UTC|GMT|CET|CEST|[+-]\d{2}:?\d{2})?"
)
_ISO = re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})" + _TIME)
_SLASHED = re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})" + _TIME)
_SHORT = re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{2})" + _TIME)
_NAMED = {"Z": 0.0, "UTC": 0.0, "GMT": 0.0, "CET": 60.0, "CEST": 120.0}
_HOUR = re.compile(r"(?P<H>\d{1,2})(?:\s*(?:[:hH]\s*(?P<M>\d{2})?)(?::[0-5]\d)?)?(?:\s*[-–à].*)?")

_Read = tuple[Any, float, bool, bool, bool, int]
_NOTHING: _Read = (np.datetime64("NaT", "ns"), np.nan, False, False, False, 0)

SHOWN = 5
"""Unreadable rows that messages show one by one."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """Times as a file writes them, one element a row.

    Parameters
    ----------
    clock : array of datetime64[ns]
        Reading of the clock, NaT where unreadable or missing.
    offset : array of float
        Minutes ahead of UTC that the file writes, NaN where it writes none.
    day_only : array of bool
        Whether only the day is written.
    bad : array of bool
        Present, and unreadable.
    writing : Writing
        What the dates tell of how they are written.
    unread : array of str
        Text of each unreadable row, for messages; of no length where every row was read.
    """

    clock: Instants
    offset: Floats
    day_only: Mask
    bad: Mask
    writing: Writing = SILENT
    unread: Texts = field(default_factory=lambda: np.empty(0, dtype=object))

    def shifted(self, days: Ints) -> Stamps:
        """Return the stamps moved by whole days."""
        moved = self.clock + days.astype("timedelta64[D]").astype("timedelta64[ns]")
        return replace(self, clock=moved)

    def chosen(self, keep: Any) -> Stamps:
        """Return the stamps of some rows, by a mask."""
        return Stamps(
            self.clock[keep],
            self.offset[keep],
            self.day_only[keep],
            self.bad[keep],
            self.writing,
            self.unread[keep] if len(self.unread) else self.unread,
        )

    def shown(self) -> list[tuple[int, str]]:
        """Return the first unreadable rows (:data:`SHOWN`) and their texts."""
        return [(int(row), str(self.unread[row])) for row in np.flatnonzero(self.bad)[:SHOWN]]


@dataclass(frozen=True, slots=True)
class Settled:
    """Instants in the city's zone, with what the changes of clocks did.

    Parameters
    ----------
    instants : DatetimeIndex
        In the city's zone, NaT where the written hour does not exist.
    skipped : array of bool
        The written hour was skipped by the change to summer time.
    lost : array of bool
        The hour happened twice (change to winter time) and the file has it once.
    doubled : array of bool
        The hour happened twice and the file has both.
    """

    instants: pd.DatetimeIndex
    skipped: Mask
    lost: Mask
    doubled: Mask


def parse(text: pa.ChunkedArray, date_order: str = "") -> Stamps:
    """Read dates with or without time and offset; each distinct text is read once.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of string
        ISO 8601 or French day/month/year, whose month may be a word; null where missing.
    date_order : str
        ``dmy``, ``mdy`` or empty, as for :class:`analyses.schemas.Reading`.
    """
    encoded = pc.dictionary_encode(pc.utf8_trim_whitespace(text))
    whole = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0)
    codes = pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    texts = whole.dictionary.to_pylist()
    read = [_one(item, date_order) for item in texts]
    read.append(_NOTHING)
    clock = np.array([item[0] for item in read], dtype="datetime64[ns]")
    offset = np.array([item[1] for item in read], dtype=np.float64)
    day_only = np.array([item[2] for item in read], dtype=bool)
    told = Writing(
        any(item[3] for item in read),
        any(item[4] for item in read),
        writing.span(item[5] for item in read),
    )
    bad = (codes >= 0) & np.isnat(clock[codes])
    unread: Texts = np.empty(0, dtype=object)
    if bad.any():
        unread = np.array([*texts, None], dtype=object)[codes]
        unread[~bad] = None
    return Stamps(clock[codes], offset[codes], day_only[codes], bad, told, unread)


def waits(texts: Iterable[str]) -> bool:
    """Whether some times have years of two digits, read once the order of the day is declared."""
    return any(_one(text.strip(), order)[5] for text in texts for order in ("dmy", "mdy"))


def with_hour(day: Stamps, text: pa.ChunkedArray, starts_at: int = 0) -> Stamps:
    """Add an hour of its own column (``14``, ``14:30``, ``14h``, ``14:00-14:59``) to days.

    Parameters
    ----------
    day : Stamps
        Days.
    text : pyarrow.ChunkedArray of string
        Hours of start.
    starts_at : int
        Hour at which the file's day begins: hours before it belong to the next calendar day
        (trading days); 0 for calendar days.
    """
    minutes = hours(text)
    add = np.where(np.isnan(minutes), 0, minutes).astype("timedelta64[m]")
    clock = day.clock + add.astype("timedelta64[ns]")
    present = np.asarray(pc.is_valid(text).to_numpy(), dtype=bool)
    bad = day.bad | (present & np.isnan(minutes))
    clock[bad | ~present] = np.datetime64("NaT")
    none = np.zeros(len(clock), dtype=bool)
    unread = day.unread
    if (bad & ~day.bad).any():
        days = unread if len(unread) else np.full(len(bad), None)
        unread = np.where(bad & ~day.bad, text.to_pandas().to_numpy(dtype=object), days)
    out = Stamps(clock, day.offset, none, bad, day.writing, unread)
    return out.shifted((minutes < 60 * starts_at).astype(np.int64)) if starts_at else out


def hours(text: pa.ChunkedArray) -> Floats:
    """Return the minutes after midnight of hours written in their own column, NaN if unreadable."""
    values = text.to_pandas()
    table = {item: _hour(item) for item in values.dropna().unique()}
    minutes: Floats = values.map(table).to_numpy(dtype=np.float64)
    return minutes


def settle(clock: Instants, sensor: Ints, rule: ZoneInfo, zone: ZoneInfo) -> Settled:
    """Place clock readings of zone ``rule`` in the city's zone.

    Parameters
    ----------
    clock : array of datetime64[ns]
        Clock readings, NaT allowed.
    sensor : array of int
        Code of each row's sensor: an hour that happened twice is told apart within a sensor, in
        the order of the file (or its reverse, for a file that runs backwards).
    rule, zone : ZoneInfo
        Zone of the file's clock, and the city's.
    """
    texts, back = np.unique(clock, return_inverse=True)  # few instants, many sensors
    early, late = _utc(texts, rule, summer=True), _utc(texts, rule, summer=False)
    skipped = (np.isnat(early) & ~np.isnat(texts))[back]
    twice = (~np.isnat(early) & (early != late))[back]
    first, second = early[back], late[back]
    lost, doubled = np.zeros(len(clock), dtype=bool), np.zeros(len(clock), dtype=bool)
    if twice.any():
        rows = pd.DataFrame({"sensor": sensor[twice], "clock": clock[twice]})
        rank = rows.groupby(["sensor", "clock"]).cumcount().to_numpy()
        size = rows.groupby(["sensor", "clock"])["clock"].transform("size").to_numpy()
        rank = np.where(_backwards(clock, sensor)[twice], size - 1 - rank, rank)
        first[twice] = np.where(rank == 0, first[twice], second[twice])
        lost[twice], doubled[twice] = size == 1, size >= 2
    return Settled(in_zone(first, zone), skipped, lost, doubled)


def _utc(clock: Instants, rule: ZoneInfo, *, summer: bool) -> Instants:
    """Return UTC instants of clock readings; an hour that happens twice is read by ``summer``."""
    index = pd.DatetimeIndex(clock)
    placed = index.tz_localize(rule.key, ambiguous=np.full(len(index), summer), nonexistent="NaT")
    utc: Instants = placed.tz_convert(None).to_numpy(dtype="datetime64[ns]")
    return utc


def from_offsets(stamps: Stamps, zone: ZoneInfo) -> pd.DatetimeIndex:
    """Return the instants of stamps that carry their own offset."""
    ahead = np.where(np.isnan(stamps.offset), 0.0, stamps.offset)
    utc = stamps.clock - (ahead * 60e9).astype("timedelta64[ns]")
    return in_zone(utc, zone)


def in_zone(utc: Instants, zone: ZoneInfo) -> pd.DatetimeIndex:
    """Return UTC instants in a zone, which pandas is given by its name.

    pandas 2 asks a ``ZoneInfo`` element by element, and takes the table of a named zone at once: a
    hundred times faster where local times become instants.
    """
    return pd.DatetimeIndex(utc, tz="UTC").tz_convert(zone.key)


def _backwards(clock: Instants, sensor: Ints) -> Mask:
    """Return, for each row, whether its sensor's rows run from the last to the first."""
    frame = pd.DataFrame({"sensor": sensor, "clock": clock}).dropna()
    ends = frame.groupby("sensor")["clock"].agg(["first", "last"])
    reversed_ = set(ends.index[ends["first"] > ends["last"]])
    mask: Mask = np.isin(sensor, list(reversed_))
    return mask


def _one(text: str | None, date_order: str) -> _Read:
    """Read one text: clock, offset, day only, whether it reads either way, whether it proves the
    order, its year if two digits write it (else 0).
    """  # noqa: D205 - one sentence
    if text is None:
        return _NOTHING
    text, short = months.numbered(text, bool(date_order))
    found = _ISO.fullmatch(text)
    slashed = found is None
    found = found or _SLASHED.fullmatch(text)
    if found is None and date_order:  # 01/02/03 means nothing until its order is declared
        found, short = _SHORT.fullmatch(text), True
    if found is None:
        return _NOTHING
    part = found.groupdict()
    day, month = int(part["d"]), int(part["m"])
    if slashed and date_order == "mdy":
        day, month = month, day
    hour, minute, second = (int(part[name] or 0) for name in "HMS")
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower() == "pm" else 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return _NOTHING
    year = months.whole(part["y"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _NOTHING
    try:
        at = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "ns")
    except ValueError:
        return _NOTHING
    at += np.timedelta64(hour * 60 + minute, "m") + np.timedelta64(second, "s")
    open_ = slashed and not date_order and writing.either(day, month)
    proven, short_year = slashed and day > 12, year if short else 0
    return at, _offset(part["zone"]), part["H"] is None, open_, proven, short_year


def _offset(text: str | None) -> float:
    if not text:
        return np.nan
    if text in _NAMED:
        return _NAMED[text]
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return float(-minutes if text[0] == "-" else minutes)


def _hour(text: str) -> float:
    found = _HOUR.fullmatch(text.strip())
    if found is None:
        return np.nan
    hour, minute = int(found["H"]), int(found["M"] or 0)
    return float(hour * 60 + minute) if hour < 24 and minute < 60 else np.nan
