"""Tables as a French spreadsheet opens them: semicolons, decimal commas, accents, no formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analyses.figures import escape

ENCODING = "utf-8-sig"
"""UTF-8 with its mark, without which Excel reads accents wrong."""
SEPARATOR, DECIMAL = ";", ","
"""What parts the cells of a line, and the whole of a number from its decimals."""


def text(table: pd.DataFrame, *, header: bool = True) -> str:
    """Return a table as text; cells that a spreadsheet takes for a formula are made harmless."""
    safe = pd.DataFrame({name: _safe(column) for name, column in table.items()}, index=table.index)
    return safe.to_csv(
        index=False, header=header, lineterminator="\r\n", sep=SEPARATOR, decimal=DECIMAL
    )


def write(table: pd.DataFrame, path: Path) -> Path:
    """Write a table and return its path; a file there is replaced, never changed in place.

    It may be the file of the last good run under a second name.
    """
    path.unlink(missing_ok=True)
    path.write_bytes(text(table).encode(ENCODING))
    return path


def append(table: pd.DataFrame, path: Path) -> Path:
    """Write the rows of a table after those of a file, whose own bytes stay as they are.

    A file of other columns is written anew, with the columns of both.
    """
    if not path.is_file():
        return write(table, path)
    before = path.read_bytes()
    head = text(table.iloc[:0]).encode(ENCODING)
    if not before.startswith(head):
        return write(pd.concat([read(path), table], ignore_index=True), path)
    path.unlink()
    path.write_bytes(before + text(table, header=False).encode("utf-8"))
    return path


def read(path: Path, numbers: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table written here: texts, but for the columns of ``numbers``; empty if missing."""
    content = io.StringIO(path.read_text(encoding=ENCODING))
    found = pd.read_csv(content, dtype="string", keep_default_na=False, sep=SEPARATOR)
    for name in numbers:
        found[name] = pd.to_numeric(found[name].str.replace(DECIMAL, "."), errors="coerce")
    return found.astype(dict.fromkeys(numbers, "float64"))


def _safe(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    return column.astype(object).map(escape.csv_cell, na_action="ignore")
