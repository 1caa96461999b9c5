"""The league table of one indicator: shrunk values, rank intervals, and groups that tie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyses import indicators
from analyses.comparison import comparability, funnels
from analyses.comparison.hierarchy import posterior, settled
from analyses.comparison.profiles import Profile
from analyses.comparison.ranks import rank_intervals
from analyses.comparison.scales import Measures, measures
from analyses.comparison.ties import groups, told_apart

SMALLEST = 3
"""Cities under which nothing is ranked."""

COLUMNS = (
    "city", "name", "value", "low", "high", "n", "unit", "period_end", "shrunk", "shrunk_low",
    "shrunk_high", "rank", "rank_low", "rank_high", "group", "last_group", "apart_from", "position",
    "error",
)  # fmt: skip
"""Columns of a league's table; ``group`` and ``last_group`` are the first and last tied group,
``error`` the standard error on the pooling scale."""


@dataclass(frozen=True, slots=True)
class League:
    """Cities compared on one indicator.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary.
    gate : Gate
        Who is compared, who is set aside and why.
    table : DataFrame
        :data:`COLUMNS`, best first (``rank`` is the expected rank, 1 for the best); where fewer
        than :data:`SMALLEST` cities are comparable, the columns from ``shrunk`` on are missing.
    ranked : bool
        Whether the cities were ranked.
    centre : float
        Centre of the cities (posterior mean on the pooling scale, in the indicator's unit).
    groups : tuple of tuple of str
        Cities that cannot be told apart, best first.
    funnel : Funnel, optional
        Limits of chance, where the cities were ranked.
    """

    indicator: str
    gate: comparability.Gate
    table: pd.DataFrame
    ranked: bool
    centre: float
    groups: tuple[tuple[str, ...], ...]
    funnel: funnels.Funnel | None


def league(
    table: pd.DataFrame,
    profiles: Sequence[Profile],
    indicator: str,
    *,
    breakdown: str = "total",
    category: str = "",
    source: str | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> League:
    """Compare the cities on one indicator.

    Parameters
    ----------
    table : DataFrame
        Indicators of all the cities: columns :data:`analyses.results.COLUMNS`.
    profiles : sequence of Profile
        One for each city.
    indicator : str
        Identifier in the dictionary.
    breakdown, category, source : str
        As for :func:`analyses.comparison.comparability.gate`.
    level : float
        Level of the intervals.
    seed : int
        Seed of the draws that rank.

    Returns
    -------
    League

    Notes
    -----
    Values are pulled to the centre of the comparable cities by the random-effects model of
    :mod:`analyses.comparison.hierarchy`, so that small cities do not hold both ends by chance;
    ranks are intervals (:mod:`analyses.comparison.ranks`). An exact count has no interval to pool
    and is listed, not ranked.
    """
    sorted_ = comparability.gate(
        table, profiles, indicator, breakdown=breakdown, category=category, source=source
    )
    rows = _named(sorted_.rows, profiles)
    exact = bool((rows["high"] - rows["low"] <= 0).any())
    if len(rows) < SMALLEST or exact:
        return League(indicator, sorted_, _listed(rows, indicator), False, np.nan, (), None)
    pooled = settled(measures(rows, level))
    return _ranked(indicator, sorted_, rows, pooled, level, seed)


def _ranked(
    indicator: str,
    gate: comparability.Gate,
    rows: pd.DataFrame,
    pooled: Measures,
    level: float,
    seed: int,
) -> League:
    sign = 1.0 if indicators.get(indicator).better == "lower" else -1.0
    seen = posterior(pooled.estimates, pooled.errors, seed=seed)
    ranks = rank_intervals(sign * seen.draws, level)
    order = np.lexsort((rows["city"].to_numpy(dtype=str), ranks.expected)).astype(np.int64)
    apart = told_apart(pooled.estimates, pooled.errors, level)
    tied = groups(apart, order)
    tail = (1 - level) / 2
    low, high = np.quantile(seen.draws, [tail, 1 - tail], axis=0)
    chance = funnels.funnel(pooled)
    full = rows.assign(
        shrunk=pooled.back(seen.mean),
        shrunk_low=pooled.back(low),
        shrunk_high=pooled.back(high),
        rank=ranks.expected,
        rank_low=ranks.low,
        rank_high=ranks.high,
        group=[_first(tied, city) for city in range(len(rows))],
        last_group=[_last(tied, city) for city in range(len(rows))],
        apart_from=apart.sum(axis=1),
        position=chance.position,
        error=pooled.errors,
    )
    names = rows["city"].astype(str).tolist()
    return League(
        indicator,
        gate,
        full.iloc[order][list(COLUMNS)].reset_index(drop=True),
        True,
        float(pooled.back(np.array([seen.mu]))[0]),
        tuple(tuple(names[city] for city in run) for run in tied),
        chance,
    )


def _named(rows: pd.DataFrame, profiles: Sequence[Profile]) -> pd.DataFrame:
    names = {profile.city: profile.name for profile in profiles}
    return rows.assign(name=rows["city"].astype(str).map(names))


def _listed(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    rising = indicators.get(indicator).better == "lower"
    ordered = rows.sort_values(["value", "city"], ascending=[rising, True], kind="stable")
    return ordered.reindex(columns=list(COLUMNS)).reset_index(drop=True)


def _first(tied: list[list[int]], city: int) -> int:
    return next(rank for rank, run in enumerate(tied, start=1) if city in run)


def _last(tied: list[list[int]], city: int) -> int:
    return max(rank for rank, run in enumerate(tied, start=1) if city in run)
