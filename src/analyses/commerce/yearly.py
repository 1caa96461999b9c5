"""Openings, closures and stock of shops by year and activity family, for tables of many cities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyses.commerce.lives import Lives
from analyses.commerce.turnover import PROVISIONAL_MONTHS, YEARS_SHOWN

COLUMNS = (
    "year", "activity_family", "openings", "closures", "transfers", "stock", "provisional",
)  # fmt: skip


def by_year(found: Lives, years: tuple[int, int] | None = None) -> pd.DataFrame:
    """Count the openings, closures and stock of each year, whole and by activity family.

    The counts are those of :func:`analyses.commerce.turnover.measure_turnover` (moves within the
    commune included), each year and family apart. The stock is that of 31 December, or of the day
    of the extract in its year: an establishment is in it from its opening until its end, an
    interruption included, in its last known family; one without a known opening is there from
    the first year on.

    Parameters
    ----------
    found : Lives
        From :func:`analyses.commerce.lives.lives`.
    years : tuple of int, optional
        First and last years; the last ten, the extract's included, unless told.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`; ``activity_family`` is empty for all the shops, whose family is unknown
        for some; families without any establishment have no row. Empty without a dated shop. From
        a list of open shops, or without dates of closure, only the stock of the extract's year is
        known: the other counts are missing.
    """
    if found.frame.empty or found.as_of is None:
        return pd.DataFrame(columns=list(COLUMNS))
    first, last = years or (found.as_of.year - YEARS_SHOWN + 1, found.as_of.year)
    shown = np.arange(first, last + 1)
    names, of = np.unique(
        found.frame["activity_family"].fillna("").to_numpy(str), return_inverse=True
    )
    settled = pd.Timestamp(found.as_of) - pd.DateOffset(months=PROVISIONAL_MONTHS)
    provisional = pd.to_datetime([f"{year}-12-31" for year in shown]) > settled
    groups = [("", np.ones(len(of), bool))]
    groups += [(str(name), of == rank) for rank, name in enumerate(names) if name]
    counts = _flags(found.frame, shown)
    tables = [
        pd.DataFrame(
            {"year": shown, "activity_family": family}
            | {name: flags[rows].sum(axis=0) for name, flags in counts.items()}
            | {"provisional": provisional}
        )
        for family, rows in groups
    ]
    table = pd.concat(tables, ignore_index=True)[list(COLUMNS)]
    if not (found.only_open or found.undated_ends):
        return table
    moves, past = ["openings", "closures", "transfers"], table["year"] < found.as_of.year
    table = table.astype(dict.fromkeys([*moves, "stock"], "Int64"))
    table[moves] = pd.NA
    table.loc[past, "stock"] = pd.NA
    return table


def _flags(frame: pd.DataFrame, shown: np.ndarray) -> dict[str, np.ndarray]:
    """Whether each establishment (row) opens, closes, moves in, is there in each year (column)."""
    start = frame["start"].dt.year.to_numpy(float)[:, None]
    end = frame["end"].dt.year.to_numpy(float)[:, None]
    closed = frame["closed"].to_numpy(bool)[:, None]
    opens = start == shown
    gone = closed & ~(end > shown)  # closed without a date: closed long ago
    return {
        "openings": opens,
        "closures": end == shown,
        "transfers": opens & frame["transfer_in"].to_numpy(bool)[:, None],
        "stock": ~(start > shown) & ~gone,  # without a known opening: opened long ago
    }
