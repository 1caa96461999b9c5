"""Typed conversion of text columns, by whole columns: values out, and where they could not be read.

Every function takes a column of text (missing = null, blanks trimmed) and returns the typed pandas
column with a mask of the values that it could not read; nothing is guessed and nothing is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.schemas import months, writing
from analyses.schemas.descriptor import Column, fold
from analyses.schemas.writing import SILENT, Writing

Mask = npt.NDArray[np.bool_]

_SPACES = "\u00a0\u202f\u2009 "
_PLAIN = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
_GROUPED = rf"^[+-]?\d{{1,3}}([{_SPACES}]\d{{3}})+(\.\d+)?$"
_TRUE = {"true", "vrai", "oui", "o", "yes", "y", "1", "t"}
_FALSE = {"false", "faux", "non", "n", "no", "0", "f"}
FIRST_YEAR, LAST_YEAR = 1700, 2200
"""Years that are read; outside, nanosecond dates overflow and no survey is meant."""
_DATES = (
    ("iso", re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})([T ]\d{1,2}[:h]\d{2}.*)?")),
    ("compact", re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})")),
    ("slash", re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})( \d{1,2}:\d{2}.*)?")),
    ("short", re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{2})( \d{1,2}:\d{2}.*)?")),
    ("month", re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})")),
    ("month", re.compile(r"(?P<m>\d{1,2})/(?P<y>\d{4})")),
    ("year", re.compile(r"(?P<y>\d{4})")),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the text of a file is to be read.

    Parameters
    ----------
    decimal : str
        ``any`` (comma or point, never both in one number), ``comma`` or ``point``; with
        ``point``, commas group thousands; with ``comma``, points do.
    date_order : str
        ``dmy`` (French) or ``mdy``, for dates such as 03/04/2021. Empty: ``dmy``, and the use of
        that convention is reported when no date of the column proves it.
    month : int, optional
        Month that a bare year stands for; without it a bare year is refused.
    declarable : bool
        Whether the file's layout lets its city declare these at all.
    """

    decimal: str = "any"
    date_order: str = ""
    month: int | None = None
    declarable: bool = True


@dataclass(frozen=True, slots=True)
class Converted:
    """A typed column, the mask of its unreadable values and how its dates are written."""

    values: pd.Series
    bad: Mask
    writing: Writing = SILENT


def to_text(values: pa.ChunkedArray, missing: tuple[str, ...]) -> pa.ChunkedArray:
    """Trim blanks and turn the spellings of a missing value into nulls."""
    trimmed = pc.utf8_trim_whitespace(values)
    empty = pc.is_in(trimmed, value_set=pa.array(sorted({*missing, ""}), type=pa.string()))
    if not pc.any(empty, min_count=0).as_py():
        return trimmed
    return pc.if_else(empty, pa.scalar(None, type=pa.string()), trimmed)


def strings(values: pa.ChunkedArray) -> Converted:
    """Return text as pandas ``string``."""
    series = pd.Series(pd.array(values, dtype=pd.StringDtype("pyarrow")))
    return Converted(series, np.zeros(len(series), dtype=bool))


def numbers(values: pa.ChunkedArray, reading: Reading) -> Converted:
    """Read numbers: decimal comma or point, spaces between thousands.

    A column of plain numbers is cast at once; otherwise each distinct spelling is read once.
    """
    quick = _plain(values)
    if quick is not None:
        return Converted(pd.Series(quick), np.zeros(len(quick), dtype=bool))
    codes, uniques = _encoded(values)
    text = _without_grouping(uniques, reading)
    good = pc.match_substring_regex(text, _PLAIN)
    kept = pc.if_else(good, text, pa.scalar(None, type=pa.string()))
    distinct = np.append(np.asarray(pc.cast(kept, pa.float64())), np.nan)
    wrong = np.append(~np.asarray(good, dtype=bool), False)
    return Converted(pd.Series(distinct[codes]), wrong[codes])


def _plain(values: pa.ChunkedArray) -> npt.NDArray[np.float64] | None:
    """Cast a column whose texts are all plain numbers, None if one of them is not."""
    try:
        cast = pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        return None
    if not pc.all(pc.is_finite(cast)).as_py():  # "nan" and "inf" are words here, not numbers
        return None
    plain: npt.NDArray[np.float64] = cast.to_numpy()
    return plain


def _without_grouping(values: pa.ChunkedArray, reading: Reading) -> pa.ChunkedArray:
    text = values
    if reading.decimal == "point":
        text = pc.if_else(
            pc.match_substring_regex(text, r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"),
            pc.replace_substring(text, ",", ""),
            text,
        )
    else:
        if reading.decimal == "comma":
            text = pc.if_else(
                pc.match_substring_regex(text, r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$"),
                pc.replace_substring(text, ".", ""),
                text,
            )
        one = pc.equal(pc.count_substring_regex(text, "[,.]"), 1)
        text = pc.if_else(one, pc.replace_substring(text, ",", "."), text)
    grouped = pc.match_substring_regex(text, _GROUPED)
    if pc.any(grouped).as_py():
        text = pc.if_else(grouped, pc.replace_substring_regex(text, f"[{_SPACES}]", ""), text)
    return text


def integers(values: pa.ChunkedArray, reading: Reading) -> Converted:
    """Read whole numbers (``Int64``); a fraction is unreadable."""
    read = numbers(values, reading)
    present = read.values.notna().to_numpy()
    bad: Mask = read.bad | (present & (read.values.to_numpy() % 1 != 0))
    return Converted(read.values.mask(bad).astype("Int64"), bad)


def booleans(values: pa.ChunkedArray) -> Converted:
    """Read true/false in French, English or as 1/0 (pandas ``boolean``)."""

    def one(text: str) -> bool | None:
        word = fold(text)
        return True if word in _TRUE else False if word in _FALSE else None

    codes, uniques = _unique(values)
    read = pd.array([one(text) for text in uniques] + [None], dtype="boolean")
    series = pd.Series(read[codes])
    return Converted(series, (codes >= 0) & series.isna().to_numpy())


def dates(values: pa.ChunkedArray, reading: Reading) -> Converted:
    """Read days: ISO, day/month/year (a month may be a word), year-month, year if it may be.

    A bare year is read only if a month is declared. Each distinct spelling is read once, so the
    cost does not grow with repeated dates.
    """
    codes, uniques = _unique(values)
    read = [_date(text, reading) for text in uniques]
    days = np.array([one.day for one in read] + [np.datetime64("NaT")], dtype="datetime64[ns]")
    series = pd.Series(days[codes])
    told = Writing(
        any(one.either for one in read),
        any(one.proven for one in read),
        writing.span(one.short_year for one in read),
    )
    return Converted(series, (codes >= 0) & series.isna().to_numpy(), told)


def waits(texts: Iterable[str], reading: Reading) -> bool:
    """Whether some dates have years of two digits, read once the order of the day is declared."""
    if reading.date_order or not reading.declarable:
        return False
    orders = [replace(reading, date_order=order) for order in ("dmy", "mdy")]
    return any(_date(text, order).short_year for text in texts for order in orders)


class _Day(NamedTuple):
    """One text read as a day, and what it tells of how dates are written."""

    day: np.datetime64
    either: bool = False
    proven: bool = False
    short_year: int = 0


def _date(text: str, reading: Reading) -> _Day:
    nothing = _Day(np.datetime64("NaT", "ns"))
    text, short = months.numbered(text, bool(reading.date_order))
    for kind, pattern in _DATES:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        parts = found.groupdict()
        day, month = int(parts.get("d") or 1), int(parts.get("m") or reading.month or 0)
        if kind == "short" and not reading.date_order:
            return nothing  # 01/02/03 means nothing until its order is declared
        if kind in ("slash", "short") and reading.date_order == "mdy":
            day, month = month, day
        year = months.whole(parts["y"])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return nothing
        try:
            at = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "ns")
        except ValueError:
            return nothing
        open_ = kind == "slash" and not reading.date_order and writing.either(day, month)
        short_year = year if short or kind == "short" else 0
        return _Day(at, open_, kind == "slash" and day > 12, short_year)
    return nothing


def choices(values: pa.ChunkedArray, column: Column) -> Converted:
    """Read coded values: the code itself or one of its synonyms, in any case and accents."""
    allowed = {fold(str(value)): str(value) for value in column.constraints["enum"]}
    spellings = {**column.synonyms, **allowed}
    codes, uniques = _unique(values)
    read = np.array([spellings.get(fold(text)) for text in uniques] + [None], dtype=object)
    chosen = pa.array(read, type=pa.string())
    taken = chosen.take(pa.array(np.where(codes < 0, len(uniques), codes)))
    series = pd.Series(pd.array(taken, dtype=pd.StringDtype("pyarrow")))
    return Converted(series, (codes >= 0) & series.isna().to_numpy())


def column(values: pa.ChunkedArray, spec: Column, reading: Reading) -> Converted:
    """Convert one column of text to the type that its descriptor gives it."""
    if "enum" in spec.constraints and spec.type == "string":
        return choices(values, spec)
    if spec.type == "number":
        return numbers(values, reading)
    if spec.type == "integer":
        return integers(values, reading)
    if spec.type == "boolean":
        return booleans(values)
    if spec.type == "date":
        return dates(values, reading)
    return strings(values)


def _unique(values: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return codes into the distinct texts (−1 = missing, which indexes the last element)."""
    codes, distinct = _encoded(values)
    return codes, distinct.to_pylist()


def _encoded(values: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], pa.Array]:
    encoded = pc.dictionary_encode(values)
    joined = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.chunk(0)
    codes = pc.fill_null(joined.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, joined.dictionary
