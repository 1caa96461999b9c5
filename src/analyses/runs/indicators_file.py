"""The indicators of a run: collected from its executed notebooks, written once."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from analyses import blocks
from analyses.figures import escape

NAME = "indicators.csv"


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
    table = disarmed(collect(folder, city_id, edition, leave))
    path = (folder if target is None else target) / NAME
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    return path


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
