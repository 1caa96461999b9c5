"""Ranking spots by several parts without hiding the weights.

Stochastic multicriteria acceptability analysis (Lahdelma and Salminen 2001, SMAA-2, Operations
Research 49, 444-454): weights are drawn from all those possible, values within their error, and
each spot is told by the share of draws that place it in the top group, not by one score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
DRAWS = 1_000
TOP_SHARE = 0.2
"""Share of the spots that makes the top group."""
SURE = 0.95
NEUTRAL = 50.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """Spots ranked, with how much the rank depends on weights and on measurement.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a spot, best first: ``score`` (0 to 100), ``score_low``, ``score_high`` (interval),
        ``rank``, ``rank_low``, ``rank_high`` (interval at 95 %), ``top`` (share of all draws in the
        top group), ``top_weights`` (the same under drawn weights alone) and ``unknown`` (number of
        parts missing there).
    scales : pandas.DataFrame
        Each part on its scale, 0 to 100, by spot; NaN where unknown.
    weights : dict
        Declared weights, adding to one.
    top : int
        Size of the top group.
    draws : int
        Sets of weights drawn.
    scores : array, shape (draws, spots)
        Scores under the declared weights of values drawn within their error, spots in the order of
        ``table``.
    """

    table: pd.DataFrame
    scales: pd.DataFrame
    weights: dict[str, float]
    top: int
    draws: int
    scores: Floats


def scale(values: Floats, reference: Floats, better: int) -> Floats:
    """Put values on a scale of 0 to 100: the share of the reference that does less well.

    Ties count for half, so that the middle of the reference is at 50 (mid-rank).
    """
    known = np.sort(better * reference[~np.isnan(reference)])
    if not len(known):
        return np.full(values.shape, np.nan)
    signed = better * values
    below = np.searchsorted(known, signed, side="left")
    upto = np.searchsorted(known, signed, side="right")
    return np.where(np.isnan(values), np.nan, 50 * (below + upto) / len(known))


def rank_spots(
    values: pd.DataFrame,
    errors: pd.DataFrame,
    reference: pd.DataFrame,
    better: Mapping[str, int],
    weights: Mapping[str, float] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Ranking:
    """Rank spots under the declared weights, then under all others.

    Parameters
    ----------
    values, errors : pandas.DataFrame
        Raw parts of the spots and their standard errors (relative for ``footfall``).
    reference : pandas.DataFrame
        Raw parts of all premises of the city, the scale's reference.
    better : mapping
        1 or −1 by part.
    weights : mapping, optional
        Declared weights by part; equal if not given. Parts that the city lacks are left out.
    draws : int
        Sets of weights drawn, from a Dirichlet law that is flat over all weights.
    seed : int
        Seed of the draws.

    Returns
    -------
    Ranking
        A part unknown at a spot is drawn anywhere on its scale; the score puts it in the middle.
    """
    names = [name for name in values.columns if weights is None or weights.get(name, 0.0) > 0]
    chosen = np.array([1.0 if weights is None else weights[name] for name in names])
    chosen = chosen / chosen.sum()
    references = {name: reference[name].to_numpy(dtype=np.float64) for name in names}
    scales = pd.DataFrame(
        {name: scale(values[name].to_numpy(float), references[name], better[name])
         for name in names}, index=values.index,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    middle = scales.fillna(NEUTRAL).to_numpy()
    score = middle @ chosen
    drawn_weights = rng.dirichlet(np.ones(len(names)), size=draws)
    top = max(1, round(TOP_SHARE * len(values)))
    by_weights = _ranks(drawn_weights @ middle.T)
    moved, own = np.empty((draws, len(values))), np.empty((draws, len(values)))
    for draw in range(draws):
        noisy = _noisy(values, errors, references, better, names, rng)
        moved[draw], own[draw] = noisy @ drawn_weights[draw], noisy @ chosen
    ranks = _ranks(moved)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="nearest")
    score_low, score_high = np.quantile(own, [0.025, 0.975], axis=0)
    table = pd.DataFrame(
        {
            "score": score, "score_low": np.minimum(score_low, score),
            "score_high": np.maximum(score_high, score),
            "rank": _ranks(score[None, :])[0], "rank_low": low, "rank_high": high,
            "top": (ranks <= top).mean(axis=0), "top_weights": (by_weights <= top).mean(axis=0),
            "unknown": scales.isna().sum(axis=1).to_numpy(),
        },
        index=values.index,
    )  # fmt: skip
    order = np.lexsort((-table["top"].to_numpy(), table["rank"].to_numpy()))
    return Ranking(
        table.iloc[order], scales.iloc[order], dict(zip(names, chosen.tolist(), strict=True)),
        top, draws, own[:, order],
    )  # fmt: skip


def _ranks(scores: Floats) -> npt.NDArray[np.int64]:
    """Return the rank of each column in each row, 1 for the highest; ties share the best rank."""
    ranks = np.empty(scores.shape, dtype=np.int64)
    for row, values in enumerate(scores):
        ordered = np.sort(-np.round(values, 9))
        ranks[row] = 1 + np.searchsorted(ordered, -np.round(values, 9), side="left")
    return ranks


def _noisy(
    values: pd.DataFrame,
    errors: pd.DataFrame,
    references: Mapping[str, Floats],
    better: Mapping[str, int],
    names: list[str],
    rng: np.random.Generator,
) -> Floats:
    """Return the scales of values drawn within their errors; unknown ones anywhere."""
    columns = []
    for name in names:
        raw, error = values[name].to_numpy(float), errors[name].to_numpy(float)
        noise = rng.standard_normal(len(raw)) * error
        drawn = raw * np.exp(noise) if name == "footfall" else raw + noise
        placed = scale(drawn, references[name], better[name])
        columns.append(np.where(np.isnan(placed), rng.uniform(0, 100, len(raw)), placed))
    return np.column_stack(columns)
