"""The indicators of a run: collected from its executed notebooks, written once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analyses import blocks
from analyses.errors import RunError
from analyses.results import COLUMNS, KEY

NAME = "indicators.csv"


def collect(folder: Path, city_id: str) -> pd.DataFrame:
    """Return the indicators that the executed notebooks of a folder recorded.

    Parameters
    ----------
    folder : Path
        Run folder that holds ``notebooks/*.ipynb``.
    city_id : str
        City whose rows are expected.

    Returns
    -------
    pandas.DataFrame
        Columns ``results.COLUMNS``, sorted by ``results.KEY``.

    Raises
    ------
    RunError
        If a notebook recorded another city's rows or the same row twice.
    """
    frames = [
        blocks.records(path, city_id) for path in sorted((folder / "notebooks").glob("*.ipynb"))
    ]
    filled = [frame for frame in frames if not frame.empty]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))
    strangers = set(table["city"]) - {city_id}
    if strangers:
        raise RunError(f"Rows of {', '.join(sorted(strangers))} stand in the run of {city_id}.")
    repeated = table.duplicated(list(KEY))
    if repeated.any():
        row = table.loc[repeated, list(KEY)].iloc[0].to_dict()
        raise RunError(f"{int(repeated.sum())} indicators are recorded twice, such as {row}.")
    return table[list(COLUMNS)].sort_values(list(KEY), kind="stable", ignore_index=True)
