"""Tables as files that a French Excel and a validator both read right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analyses.figures import escape
from analyses.runs import spreadsheet

DIALECT: dict[str, Any] = {"csv": {"delimiter": ";"}}
"""How the package's own tables are written; the national schemas ask for plain CSV."""

ENCODING = spreadsheet.ENCODING


def write_french(table: pd.DataFrame, path: Path) -> Path:
    """Write a table for a French spreadsheet: semicolons, decimal commas, accents, no formula.

    Parameters
    ----------
    table : DataFrame
        Table to write; texts that a spreadsheet would take for a formula are made harmless.
    path : Path
        File to write.

    Returns
    -------
    Path
        The file.
    """
    return spreadsheet.write(table, path)


def write_plain(table: pd.DataFrame, path: Path) -> Path:
    """Write a table of a national schema: commas, decimal points, UTF-8; no formula either."""
    safe = pd.DataFrame({name: _safe(column) for name, column in table.items()}, index=table.index)
    safe.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    return path


def resource(
    name: str, title: str, path: str, fields: Sequence[Mapping[str, Any]], **more: Any
) -> dict[str, Any]:
    """Describe a table of the package.

    Parameters
    ----------
    name, title, path : str
        Identifier, French title, path in the package.
    fields : sequence of mapping
        Fields of the Table Schema; a number of a French table gets its decimal comma here.
    **more
        Other properties of the resource, for instance ``primaryKey`` in ``schema``.

    Returns
    -------
    dict
        Tabular data resource of the Frictionless specification.
    """
    written = [
        {**field, "decimalChar": ","} if field["type"] == "number" else dict(field)
        for field in fields
    ]
    return {
        "name": name,
        "type": "table",
        "title": title,
        "path": path,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": ENCODING,
        "dialect": DIALECT,
        "schema": {"fields": written, "missingValues": [""], **more},
    }


def _safe(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    return column.astype(object).map(escape.csv_cell, na_action="ignore")
