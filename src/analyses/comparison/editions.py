"""From one edition to the next: what moved in each city, among numbers that may be compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analyses.comparison.comparability import Gate, gate
from analyses.comparison.profiles import Profile
from analyses.comparison.ties import holm

COLUMNS = ("city", "before", "after", "change", "low", "high", "changed", "unit")
"""Columns of the evolution."""


def evolution(
    before: tuple[pd.DataFrame, Sequence[Profile]],
    after: tuple[pd.DataFrame, Sequence[Profile]],
    indicator: str,
    *,
    breakdown: str = "total",
    category: str = "",
    level: float = 0.95,
) -> pd.DataFrame:
    """Return each city's change between two editions.

    Parameters
    ----------
    before, after : tuple of DataFrame and sequence of Profile
        Indicators and profiles of the two editions.
    indicator : str
        Identifier in the dictionary.
    breakdown, category : str
        As for :func:`analyses.comparison.comparability.gate`.
    level : float
        Level of the intervals, and of the whole family of tests for ``changed``.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`, sorted by city; only cities whose numbers have the same fingerprint in both
        editions and did not stay on the same period. ``changed`` is after Holm's correction.

    Notes
    -----
    The two numbers are taken as independent: where the same premises were surveyed twice the
    interval is too wide, never too narrow (the city's own chapter matches premises).
    """
    old, new = (
        gate(table, profiles, indicator, breakdown=breakdown, category=category)
        for table, profiles in (before, after)
    )
    if old.fingerprint is None or old.fingerprint != new.fingerprint:
        return pd.DataFrame(columns=list(COLUMNS))
    both = _paired(old, new)
    half = float(stats.norm.ppf(0.5 + level / 2))
    error = np.hypot(both["high_x"] - both["low_x"], both["high_y"] - both["low_y"]) / (2 * half)
    change = both["value_y"] - both["value_x"]
    usable = error > 0
    both, error, change = both[usable], error[usable], change[usable]
    p = 2 * stats.norm.sf(np.abs(change / error))
    changed = holm(np.asarray(p, dtype=float), 1 - level)
    return pd.DataFrame(
        {
            "city": both["city"], "before": both["value_x"], "after": both["value_y"],
            "change": change, "low": change - half * error, "high": change + half * error,
            "changed": changed, "unit": both["unit_y"],
        }
    ).reset_index(drop=True)  # fmt: skip


def _paired(old: Gate, new: Gate) -> pd.DataFrame:
    columns = ["city", "value", "low", "high", "unit", "period_end"]
    both = old.rows[columns].merge(new.rows[columns], on="city").sort_values("city")
    return both[both["period_end_x"] != both["period_end_y"]]
