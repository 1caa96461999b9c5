"""Checking of a text table against its descriptor: every fault at once, whole columns at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.errors import Fault
from analyses.schemas import convert
from analyses.schemas.convert import Mask, Reading
from analyses.schemas.descriptor import Column, Schema, fold
from analyses.wording import Text, number

LISTED = 5
"""Faults of one kind in one column that are listed one by one; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Note:
    """A reserve on the data: not a fault, but a reader must know.

    Parameters
    ----------
    text : Text
        The sentence, in both languages.
    rows : int
        Rows concerned.
    set_aside : bool
        Whether these rows were left out of the table.
    lines : tuple of int
        First lines concerned, as a spreadsheet numbers them.
    """

    text: Text
    rows: int = 0
    set_aside: bool = False
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """A file read as text, its columns under our names.

    Parameters
    ----------
    file : str
        File as the user knows it.
    table : pyarrow.Table
        Columns of text (``pyarrow.string``), null where missing.
    lines : array of int
        Line of the file of each row (header = 1).
    labels : mapping
        Our name: name of the column in the file, for messages.
    header : sequence of str
        Every column of the file, to suggest a correction.
    """

    file: str
    table: pa.Table
    lines: npt.NDArray[np.int64]
    labels: Mapping[str, str] = field(default_factory=dict)
    header: Sequence[str] = ()

    def label(self, name: str) -> str:
        """Return the name that the user's file gives to one of our columns."""
        return self.labels.get(name, name)


@dataclass(frozen=True, slots=True)
class Checked:
    """A typed table indexed by line of the file (index name ``line``), its faults and notes."""

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...] = ()


def check(raw: Raw, schema: Schema, reading: Reading | None = None) -> Checked:
    """Convert a text table to the types of its schema and gather every fault.

    Parameters
    ----------
    raw : Raw
        Text table; columns that the schema does not name are ignored, personal ones dropped.
    schema : Schema
        Table to read.
    reading : Reading, optional
        How numbers and dates are written.

    Returns
    -------
    Checked
        All the columns of ``schema.names`` in order (missing ones empty); a value that could not
        be read is missing and has its fault. Repeated keys are not looked at here: see
        :func:`repeated`.
    """
    how = reading or Reading(declarable=False)
    faults: list[Fault] = []
    notes: list[Note] = []
    columns: dict[str, pd.Series] = {}
    for spec in schema.columns:
        if spec.personal or spec.type == "geojson":
            continue
        if spec.name not in raw.table.column_names:
            columns[spec.name] = _empty(spec, len(raw.lines))
            if spec.required:
                faults.append(_absent(raw, spec))
            continue
        text = convert.to_text(raw.table[spec.name], schema.missing)
        read = convert.column(text, spec, how)
        columns[spec.name] = read.values
        faults += _faults(raw, spec, text, read, how)
        label = raw.label(spec.name)
        of = Text(f"de la colonne « {label} »", f"of column '{label}'")
        notes += map(Note, read.writing.texts(of))
    frame = pd.DataFrame(columns, copy=False)
    frame.index = pd.Index(raw.lines, name="line")
    return Checked(frame, tuple(faults), tuple(notes))


def repeated(frame: pd.DataFrame, key: Sequence[str]) -> Mask:
    """Return the rows whose key (all parts present) appears more than once."""
    known = frame[list(key)].notna().all(axis=1)
    mask: Mask = (known & frame.duplicated(list(key), keep=False)).to_numpy(dtype=bool)
    return mask


def listed(
    raw: Raw,
    name: str | None,
    where: Mask,
    values: pa.ChunkedArray | None,
    problem: str,
    remedy: str,
) -> list[Fault]:
    """Return one fault per row of ``where``, the first :data:`LISTED` only, then their count."""
    positions = np.flatnonzero(where)
    label = None if name is None else raw.label(name)
    faults = [
        Fault(
            raw.file,
            problem,
            remedy,
            row=int(raw.lines[i]),
            column=label,
            value=None if values is None else values[int(i)].as_py(),
        )
        for i in positions[:LISTED]
    ]
    rest = len(positions) - len(faults)
    if rest > 0:
        more = f"and {number(rest, 'en')} more rows with the same fault ({problem})"
        faults.append(Fault(raw.file, more, remedy, column=label))
    return faults


SHORT_YEARS = "years of two digits are read once options: {date_order: dmy} (or mdy) is declared"
"""End of the remedy of dates that cannot be read, where this would read some of them."""

_DEGREES = (
    "Correct it or leave it empty; where the coordinates are projected, layout: mapped takes "
    "options: {crs: EPSG:2154}, with their own code; or do not read lon and lat"
)


def _faults(
    raw: Raw, spec: Column, text: pa.ChunkedArray, read: convert.Converted, how: Reading
) -> list[Fault]:
    faults: list[Fault] = []
    rules = spec.constraints
    if spec.required and text.null_count:
        missing = np.asarray(pc.is_null(text).to_numpy(), dtype=bool)
        remedy = "Fill it in"
        if "enum" in rules:
            remedy += f', or say what a blank means: values: {{{spec.name}: {{"": …}}}} under '
            remedy += "layout: mapped"
        faults += listed(raw, spec.name, missing, None, "the value is missing", remedy)
    problem, remedy = _unreadable(spec, how)
    if spec.type == "date" and read.bad.any():
        texts = pc.unique(text.filter(pa.array(read.bad))).to_pylist()
        remedy += f"; {SHORT_YEARS}" if convert.waits(texts, how) else ""
    faults += listed(raw, spec.name, read.bad, text, problem, remedy)
    for rule, sign in (("minimum", -1), ("maximum", 1)):
        if rule in rules:
            limit = rules[rule]
            values = read.values.to_numpy(dtype="float64", na_value=np.nan)
            over = values < limit if sign < 0 else values > limit
            word = "under the smallest" if sign < 0 else "over the largest"
            problem = f"the value is {word} allowed ({limit} {spec.unit}".rstrip() + ")"
            remedy = _DEGREES if spec.name in ("lon", "lat") else _out_of_range(spec, over, text)
            faults += listed(raw, spec.name, over, text, problem, remedy)
    if spec.type == "string" and "pattern" in rules:
        fits = pc.match_substring_regex(text, f"^(?:{rules['pattern']})$")
        wrong = np.asarray(pc.invert(pc.fill_null(fits, True)).to_numpy(), dtype=bool)
        example = f"Write it as in {spec.example}"
        faults += listed(
            raw, spec.name, wrong, text, "the value has not the expected form", example
        )
    if spec.type == "string" and "maxLength" in rules:
        length = pc.fill_null(pc.utf8_length(text), 0)
        if (pc.max(length).as_py() or 0) > rules["maxLength"]:
            long = np.asarray(pc.greater(length, rules["maxLength"]).to_numpy(), dtype=bool)
            problem = f"the text has more than {rules['maxLength']} characters"
            faults += listed(raw, spec.name, long, text, problem, "Shorten it")
    if rules.get("unique"):
        twice = (read.values.notna() & read.values.duplicated(keep=False)).to_numpy(dtype=bool)
        problem = "the value appears more than once"
        faults += listed(raw, spec.name, twice, text, problem, "Give each row its own value")
    return faults


def _out_of_range(spec: Column, over: Mask, text: pa.ChunkedArray) -> str:
    """Name the one value that most of the values out of range are, or the unit where all vary."""
    remedy = "Correct it or leave it empty"
    if over.sum() <= LISTED:
        return remedy
    found = pc.value_counts(text.filter(pa.array(over)))
    most = max(found.to_pylist(), key=lambda item: int(item["counts"]))
    if 2 * most["counts"] > over.sum():
        code = f'values: {{{spec.name}: {{"{most["values"]}": ""}}}}'
        return f"{remedy}; where {most['values']} stands for no value, layout: mapped takes {code}"
    if spec.unit and 2 * over.sum() > len(text) - text.null_count:
        return f"Convert the column to {spec.unit}, in a copy of the file"
    return remedy


def _unreadable(spec: Column, how: Reading) -> tuple[str, str]:
    if "enum" in spec.constraints:
        allowed = ", ".join(str(value) for value in spec.constraints["enum"])
        return (
            "the value is not one of those allowed",
            f"Write one of: {allowed}; or say what it means under values: in city.yml",
        )
    if spec.type in ("number", "integer"):
        kind = "a number" if spec.type == "number" else "a whole number"
        unit = f" of {spec.unit}" if spec.unit else ""
        return (
            f"this is not {kind}",
            f"Write {kind}{unit} alone, such as {spec.example}, or leave it empty",
        )
    if spec.type == "date":
        year = (
            ""
            if how.month or not how.declarable
            else ("; for a bare year, declare the month (options: {survey_month: 6})")
        )
        problem = "this is not a day that exists, or its year is out of range"
        return problem, f"Write it as 2024-06-15 or 15/06/2024{year}"
    return "this is neither true nor false", "Write true or false, oui or non"


def _absent(raw: Raw, spec: Column) -> Fault:
    known = {fold(name): name for name in raw.header}
    close = get_close_matches(fold(spec.name), known, n=1, cutoff=0.6) or get_close_matches(
        fold(spec.title.fr), known, n=1, cutoff=0.6
    )
    hint = f" (did you mean {known[close[0]]!r}?)" if close else ""
    there = ", ".join(raw.header) or "none"
    return Fault(
        raw.file,
        f"the column is missing{hint}; the file has: {there[:300]}",
        "Add the column, or map it in city.yml with layout: mapped and columns: "
        f"{{{spec.name}: NAME IN THE FILE}}, or constants: {{{spec.name}: …}} for one value in all "
        "rows",
        column=raw.label(spec.name),
    )


def _empty(spec: Column, length: int) -> pd.Series:
    if spec.type == "number":
        return pd.Series(np.full(length, np.nan))
    if spec.type == "date":
        return pd.Series(np.full(length, np.datetime64("NaT", "ns")))
    if spec.type == "boolean":
        return pd.Series(pd.NA, index=range(length), dtype="boolean")
    if spec.type == "integer":
        return pd.Series(pd.NA, index=range(length), dtype="Int64")
    nulls = pa.chunked_array([pa.nulls(length, pa.large_string())])
    return pd.Series(pd.array(nulls, dtype=pd.StringDtype("pyarrow")))
