"""The indicators of a run: collected from its executed notebooks, written once, read in one way.

``indicators.csv`` is opened by a French analyst's spreadsheet and read by every later step: it has
the spreadsheet's form (:mod:`analyses.runs.spreadsheet`), with its numbers in full.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from analyses import blocks
from analyses.errors import Fault, InputError
from analyses.figures import escape
from analyses.results import COLUMNS
from analyses.runs import spreadsheet

NAME = "indicators.csv"
_VALUES = ("value", "low", "high")


def collect(
    folder: Path,
    city_id: str,
    edition: blocks.Edition = "internal",
    leave: Collection[str] = (),
) -> pd.DataFrame:
    """Return the indicators that the executed notebooks of a folder recorded.

    Parameters
    ----------
    folder : Path
        Run folder that holds ``notebooks/*.ipynb``.
    city_id : str
        City whose rows are expected.
    edition : str
        Edition whose form of the rows is read.
    leave : collection of str
        Notebooks left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``results.COLUMNS``, sorted by ``results.KEY``.

    Raises
    ------
    RunError
        If a notebook recorded another city's rows, or two recorded the same row.
    """
    notebooks = sorted((folder / "notebooks").glob("*.ipynb"))
    return blocks.results_of(
        block
        for notebook in notebooks
        if notebook.stem not in leave
        for block in blocks.blocks_of(notebook, city_id, edition)
    )


def write(
    folder: Path,
    city_id: str,
    edition: blocks.Edition = "internal",
    target: Path | None = None,
    leave: Collection[str] = (),
) -> Path:
    """Write an edition's ``indicators.csv`` in a run folder, or in ``target``; return its path.

    Texts that a spreadsheet would take for a formula are made harmless; numbers are written in
    full, so that the same results always give the same bytes.
    """
    table = collect(folder, city_id, edition, leave)
    return spreadsheet.write(table, (folder if target is None else target) / NAME)


def read(path: Path) -> pd.DataFrame:
    """Read a table of indicators.

    Parameters
    ----------
    path : Path
        File that :func:`write` wrote; the plain CSV of older runs (commas, decimal points) is read
        as well.

    Returns
    -------
    pandas.DataFrame
        Columns ``results.COLUMNS`` as ``results.to_frame`` gives them: a text that is missing is
        empty, a number that is missing is NaN, and a text such as ``NA`` stays a text.

    Raises
    ------
    InputError
        If the file is missing or is not such a table.
    """
    texts: dict[str, Any] = {name: str for name in COLUMNS if name not in (*_VALUES, "n")}
    try:
        french = spreadsheet.SEPARATOR in _head(path)
        found = pd.read_csv(
            path,
            sep=spreadsheet.SEPARATOR if french else ",",
            decimal=spreadsheet.DECIMAL if french else ".",
            encoding=spreadsheet.ENCODING,
            dtype=texts,
            keep_default_na=False,
            na_values={name: [""] for name in (*_VALUES, "n")},
            float_precision="round_trip",
        )
        if tuple(found.columns) == COLUMNS:
            return found.astype(dict.fromkeys(_VALUES, "float64") | {"n": "int64"})
    except (OSError, ValueError, TypeError) as error:
        raise _fault(path) from error
    raise _fault(path)


def _head(path: Path) -> str:
    with path.open(encoding=spreadsheet.ENCODING) as file:
        return file.readline()


def _fault(path: Path) -> InputError:
    remedy = "Run the city again with --force"
    label = f"{path.parent.name}/{path.name}"
    return InputError([Fault(label, "this is not a table of indicators", remedy)])


def disarmed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table no cell of which a spreadsheet takes for a formula, whatever its types."""
    return pd.DataFrame(
        {
            name: column
            if pd.api.types.is_numeric_dtype(column)
            else column.astype(object).map(escape.csv_cell)
            for name, column in table.items()
        },
        index=table.index,
    )
