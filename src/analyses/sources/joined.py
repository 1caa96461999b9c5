"""One of our fields from several columns of a file, written ``First + Second`` in ``city.yml``.

A date and its hour often stand in two columns, and so does the number that tells apart the premises
of one parcel. Texts are joined by a space; a field of time takes the day of the first column and
the hour of the second, whichever way the hour is written. ``(ligne)`` is the file and the line:
two files never share it, so that nothing is followed from one survey to the next by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from analyses.schemas import Raw, Schema, convert

SIGN = " + "
"""What stands between the names of the columns to join."""

LINE = ("(ligne)", "(line)")
"""Names that stand for the file and line of each row, where a file identifies nothing."""

_HOURS, _DIGITS = 24, 6
_MIDNIGHT = (
    r"(?:[T ]+0{1,2}:00(?::00(?:\.0*)?)?|\s+12:00(?::00)?\s*[Aa][Mm])"
    r"\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?\s*$"
)
"""What a portal adds to a day that it stores as a time; the hour is in another column."""
_WHOLE = r"^(\d+)(?:\.0+)?$"


@dataclass(frozen=True, slots=True)
class Figures:
    """Whole numbers of a column of hours, which tell how all of its hours are written.

    Parameters
    ----------
    highest : int
        Highest number, −1 where there is none.
    longest : int
        Digits of the longest one, zeros in front included.
    """

    highest: int = -1
    longest: int = 0

    def __or__(self, other: Figures) -> Figures:
        """Return the figures of two parts of a column."""
        return Figures(max(self.highest, other.highest), max(self.longest, other.longest))


def labels(label: str, there: Collection[str]) -> list[str]:
    """Return the columns that a label names: the one of that name, else those that it joins.

    Parameters
    ----------
    label : str
        Right side of a line under ``columns:``.
    there : collection of str
        Headers of the file; a header that holds the sign itself is taken whole.
    """
    if label in there:
        return [label]
    return [part.strip() for part in label.split(SIGN)]


def clocks(columns: Mapping[str, str], there: Collection[str], schema: Schema) -> list[str]:
    """Return the columns of a file that give the hours of our fields of time, each once.

    Parameters
    ----------
    columns : mapping
        Our field: its column, or columns joined by :data:`SIGN`.
    there : collection of str
        Headers of the file.
    schema : Schema
        Table to fill, which says what is a time.
    """
    parts = [
        part
        for field, label in columns.items()
        if _is_time(field, schema)
        for part in labels(label, there)[1:]
        if part in there
    ]
    return list(dict.fromkeys(parts))


def figures(values: pa.ChunkedArray, schema: Schema) -> Figures:
    """Return the whole numbers of a column of hours, or of a part of it."""
    return _figures(_text(values, schema))


def column(
    raw: Raw,
    field: str,
    label: str,
    schema: Schema,
    seen: Mapping[str, Figures] | None = None,
) -> pa.ChunkedArray | None:
    """Return the column of a file for one of our fields, None if it has not all that is named.

    Parameters
    ----------
    raw : Raw
        File as it is, or some of its rows.
    field : str
        Our field: a time takes a day and an hour, and is missing where one of them is; any other
        joins the texts that are there by a space.
    label : str
        Column, or columns joined by :data:`SIGN`; :data:`LINE` among them.
    schema : Schema
        Table to fill: type of the field, texts that stand for a missing value.
    seen : mapping, optional
        Column: its :func:`figures` in the whole file, where ``raw`` is a part of it only.
    """
    names = labels(label, raw.table.column_names)
    if absent(names, raw.table.column_names):
        return None
    found = [_lines(raw) if _line(name, raw) else raw.table[name] for name in names]
    if len(found) == 1:
        return found[0]
    texts = [_text(values, schema) for values in found]
    if not _is_time(field, schema):
        return _together(texts)
    known = seen or {}
    hours = [
        _clock(text, known.get(name) or _figures(text))
        for name, text in zip(names[1:], texts[1:], strict=True)
    ]
    day = pc.replace_substring_regex(texts[0], _MIDNIGHT, "")
    return pc.binary_join_element_wise(day, *hours, " ", null_handling="emit_null")


def absent(names: Sequence[str], there: Collection[str]) -> list[str]:
    """Return the columns named that a file has not; :data:`LINE` is in every file."""
    return [name for name in names if name not in there and name not in LINE]


def _line(name: str, raw: Raw) -> bool:
    return name in LINE and name not in raw.table.column_names


def _lines(raw: Raw) -> pa.ChunkedArray:
    texts = [f"{raw.file}:{line}" for line in raw.lines]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _together(texts: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    whole = texts[0]
    for text in texts[1:]:  # Arrow's null_handling="skip" drops the rows where all are missing
        whole = pc.coalesce(pc.binary_join_element_wise(whole, text, " "), whole, text)
    return whole


def _is_time(field: str, schema: Schema) -> bool:
    return any(spec.name == field and spec.type == "datetime" for spec in schema.columns)


def _text(values: pa.ChunkedArray, schema: Schema) -> pa.ChunkedArray:
    return convert.to_text(pc.cast(values, pa.string()), schema.missing)


def _numbers(texts: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return which texts are whole numbers, and their digits (null for the others)."""
    number = pc.match_substring_regex(texts, _WHOLE)
    kept = pc.if_else(number, texts, pa.scalar(None, pa.string()))
    return number, pc.replace_substring_regex(kept, r"\.0+$", "")


def _figures(texts: pa.ChunkedArray) -> Figures:
    _, digits = _numbers(texts)
    longest = pc.max(pc.utf8_length(digits)).as_py()
    if longest is None:
        return Figures()
    if longest > _DIGITS:  # no hour is as long
        return Figures(longest=longest)
    return Figures(pc.max(pc.cast(digits, pa.int64())).as_py(), longest)


def _clock(values: pa.ChunkedArray, seen: Figures) -> pa.ChunkedArray:
    """Write whole numbers as hours: 1430 as 14:30, 83000 as 08:30:00, 9 as 09:00.

    A column of one or two digits holds hours alone, from 0 or 1 to 24; where three digits and more
    are seen, 9 is nine past midnight. Numbers that are neither stay as they are, to be refused.
    """
    number, digits = _numbers(values)
    if seen.longest > _DIGITS or (seen.longest <= 2 and not 0 <= seen.highest <= _HOURS):
        return values
    if seen.longest <= 2:
        written = pc.binary_join_element_wise(pc.utf8_lpad(digits, 2, "0"), "00", ":")
        return pc.if_else(number, written, values)
    width = 4 if seen.longest <= 4 else _DIGITS
    padded = pc.utf8_lpad(digits, width, "0")
    pairs = [pc.utf8_slice_codeunits(padded, at, at + 2) for at in range(0, width, 2)]
    return pc.if_else(number, pc.binary_join_element_wise(*pairs, ":"), values)
