"""One of our fields from several columns of a file, written ``First + Second`` in ``city.yml``.

A date and its hour often stand in two columns, and so does the number that tells apart the premises
of one parcel. Texts are joined by a space; a field of time takes the day of the first column and
the hour of the second, whichever way the hour is written. ``(ligne)`` is the file and the line:
two files never share it, so that nothing is followed from one survey to the next by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from analyses.schemas import Raw

SIGN = " + "
"""What stands between the names of the columns to join."""

LINE = ("(ligne)", "(line)")
"""Names that stand for the file and line of each row, where a file identifies nothing."""

_TIMES = frozenset({"start", "end", "time", "arrival", "departure"})
_MIDNIGHT = r"(?:[T ]+0{1,2}:00(?::00(?:\.0*)?)?|\s+12:00(?::00)?\s*[Aa][Mm])\s*$"
_WHOLE = r"^(\d+)(?:\.0+)?$"


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


def column(raw: Raw, field: str, label: str) -> pa.ChunkedArray | None:
    """Return the column of a file for one of our fields, None if it has not all that is named.

    Parameters
    ----------
    raw : Raw
        File as it is.
    field : str
        Our field: a time takes a day and an hour, any other joins the texts by a space.
    label : str
        Column, or columns joined by :data:`SIGN`; :data:`LINE` among them.
    """
    names = labels(label, raw.table.column_names)
    if absent(names, raw.table.column_names):
        return None
    found = [_lines(raw) if _line(name, raw) else raw.table[name] for name in names]
    if len(found) == 1:
        return found[0]
    texts = [_text(values) for values in found]
    if field in _TIMES:
        texts = [pc.replace_substring_regex(texts[0], _MIDNIGHT, ""), *map(_clock, texts[1:])]
    return _together(texts)


def absent(names: Sequence[str], there: Collection[str]) -> list[str]:
    """Return the columns named that a file has not; :data:`LINE` is in every file."""
    return [name for name in names if name not in there and name not in LINE]


def _line(name: str, raw: Raw) -> bool:
    return name in LINE and name not in raw.table.column_names


def _lines(raw: Raw) -> pa.ChunkedArray:
    texts = [f"{raw.file}:{line}" for line in raw.lines]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _together(texts: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    joined = pc.binary_join_element_wise(*texts, " ", null_handling="skip")
    whole = pc.utf8_trim_whitespace(joined)
    return pc.if_else(pc.equal(whole, ""), pa.scalar(None, pa.string()), whole)


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(pc.cast(values, pa.string()))


def _clock(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write whole numbers as hours: 1430 as 14:30, 83000 as 08:30:00, 9 as 09:00.

    A column whose numbers never reach 24 holds hours alone; in any other, 9 is nine past midnight.
    """
    number = pc.match_substring_regex(values, _WHOLE)
    if not pc.any(number).as_py():
        return values
    digits = pc.replace_substring_regex(
        pc.if_else(number, values, pa.scalar(None, pa.string())), r"\.0+$", ""
    )
    highest = pc.max(pc.cast(digits, pa.float64())).as_py()
    longest = pc.max(pc.utf8_length(digits)).as_py()
    if highest < 24 and longest <= 2:
        written = pc.binary_join_element_wise(pc.utf8_lpad(digits, 2, "0"), "00", ":")
        return pc.if_else(number, written, values)
    width = 4 if longest <= 4 else 6
    padded = pc.utf8_lpad(digits, width, "0")
    pairs = [pc.utf8_slice_codeunits(padded, at, at + 2) for at in range(0, width, 2)]
    return pc.if_else(number, pc.binary_join_element_wise(*pairs, ":"), values)
