"""Declared repairs of a source: rows selected by value, corrected or dropped, and counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.cities import Correction
from analyses.errors import Fault
from analyses.schemas import Note, Raw
from analyses.schemas.convert import Mask
from analyses.wording import Text


def on_text(raw: Raw, corrections: Sequence[Correction]) -> tuple[Raw, list[Note], tuple[int, ...]]:
    """Repair a file before its values are read.

    Parameters
    ----------
    raw : Raw
        Text table under our names.
    corrections : sequence of Correction
        Repairs; ``where`` compares the text as it stands in the file (after the mapping of
        values), ``set`` writes text in the same form.

    Returns
    -------
    Raw, list of Note, tuple of int
        The repaired table, one note for each repair that found rows, and the rows each one found.
    """
    table, lines = raw.table, raw.lines
    notes, hits = [], []
    for correction in corrections:
        found = np.ones(table.num_rows, dtype=bool)
        for name, value in correction.where.items():
            found &= _equal(table, name, value)
        hits.append(int(found.sum()))
        if not found.any():
            continue
        notes.append(_note(correction, found, lines))
        if correction.drop:
            table, lines = table.filter(pa.array(~found)), lines[~found]
        else:
            table = _set(table, found, correction)
    return Raw(raw.file, table, lines, raw.labels, raw.header), notes, tuple(hits)


def on_frame(
    frame: pd.DataFrame, corrections: Sequence[Correction]
) -> tuple[pd.DataFrame, list[Note], tuple[int, ...]]:
    """Repair a typed table: as :func:`on_text`, with dates compared as ISO text."""
    notes, hits = [], []
    for correction in corrections:
        found = np.ones(len(frame), dtype=bool)
        for name, value in correction.where.items():
            found &= _frame_equal(frame, name, value)
        hits.append(int(found.sum()))
        if not found.any():
            continue
        notes.append(_note(correction, found, frame.index.to_numpy()))
        if correction.drop:
            frame = frame.loc[~found]
        else:
            frame = frame.copy()
            for name, value in correction.set.items():
                column = frame[name]
                typed = pd.Series([value]).astype(column.dtype).iloc[0]
                frame[name] = column.mask(found, typed)
    return frame, notes, tuple(hits)


def guard(
    table: str, corrections: Sequence[Correction], hits: Sequence[Sequence[int]]
) -> list[Fault]:
    """Return a fault for each repair that did not find the rows that it expects."""
    faults = []
    for rank, correction in enumerate(corrections):
        found = sum(counts[rank] for counts in hits if counts)
        if found != correction.expects:
            where = ", ".join(f"{name}={value}" for name, value in correction.where.items())
            faults.append(
                Fault(
                    "city.yml",
                    f"the correction expects {correction.expects} rows and finds {found}"
                    " (the provider may have fixed the file)",
                    "Look at the file again, then remove the correction or change expects",
                    column=f"corrections ({table})",
                    value=where,
                )
            )
    return faults


def _equal(table: pa.Table, name: str, value: str) -> Mask:
    if name not in table.column_names:
        return np.zeros(table.num_rows, dtype=bool)
    same = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(table[name]), value), False)
    mask: Mask = np.asarray(same.to_numpy(), dtype=bool)
    return mask


def _frame_equal(frame: pd.DataFrame, name: str, value: str) -> Mask:
    if name not in frame:
        return np.zeros(len(frame), dtype=bool)
    column = frame[name]
    is_date = pd.api.types.is_datetime64_any_dtype(column)
    text = column.dt.strftime("%Y-%m-%d") if is_date else column.astype("string")
    mask: Mask = text.eq(value).fillna(False).to_numpy(dtype=bool)
    return mask


def _set(table: pa.Table, found: Mask, correction: Correction) -> pa.Table:
    for name, value in correction.set.items():
        old = (
            table[name]
            if name in table.column_names
            else pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
        )
        new = pc.if_else(pa.array(found), pa.scalar(value, pa.string()), old)
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, new)
        else:
            table = table.append_column(name, new)
    return table


def _note(correction: Correction, found: Mask, lines: npt.NDArray[np.int64]) -> Note:
    count = int(found.sum())
    reason = correction.reason.rstrip(". ")
    done_fr = "écartée(s)" if correction.drop else "corrigée(s)"
    done_en = "dropped" if correction.drop else "corrected"
    return Note(
        Text(
            f"Correction déclarée : {count} ligne(s) {done_fr}. {reason}.",
            f"Declared correction: {count} row(s) {done_en}. {reason}.",
        ),
        rows=count,
        set_aside=correction.drop,
        lines=tuple(int(line) for line in lines[found][:5]),
    )
