"""How wrong the meter model is on days and at meters that it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analyses.parking.arrays import Floats
from analyses.parking.clusters import day_mean
from analyses.parking.meters import fit_meters, predict_meters
from analyses.results import Estimate

Fold = Literal["day", "meter_id"]

WORTH = 0.005
"""Smallest fall of the mean absolute error worth telling: half a point of occupancy."""


@dataclass(frozen=True)
class Score:
    """Error of occupancy estimates on cells whose truth was hidden.

    Parameters
    ----------
    mae, rmse, bias : float
        Mean absolute error, root mean squared error, mean of estimate − truth (occupancy, 0 to 1).
    coverage, width : float
        Share of the truth inside the bands, and their mean width; NaN without bands.
    n : int
        Cells.
    """

    mae: float
    rmse: float
    bias: float
    coverage: float
    width: float
    n: int


@dataclass(frozen=True)
class PaymentValue:
    """Whether payments improve on the calendar profile of each meter.

    Parameters
    ----------
    gain : Estimate
        Mean absolute error without payments less that with them, by left-out day.
    chance : float
        Two-sided probability of such a mean gain if payments were useless (each day's gain as
        likely to be a loss): sign-flip test, exact up to 12 days.
    helps : bool
        Whether the gain reaches :data:`WORTH` and ``chance`` lies below 1 − level; otherwise
        payments add nothing that can be shown, or nothing that matters.
    meters : tuple of str
        Meters where payments lower the error.
    """

    gain: Estimate
    chance: float
    helps: bool
    meters: tuple[str, ...]


def cross_validate(
    cells: pd.DataFrame, by: Fold, *, payments: bool = True, level: float = 0.9
) -> pd.DataFrame:
    """Estimate each counted cell with everything counted on its day, or at its meter, hidden.

    Parameters
    ----------
    cells : pandas.DataFrame
        Cells; those without a count are left out.
    by : {"day", "meter_id"}
        What is hidden together. Variances, curve, covariates and bands are all estimated anew
        without it; the payments of the hidden cells are used, their counts never.
    payments, level
        See :func:`analyses.parking.meters.fit_meters`.

    Returns
    -------
    pandas.DataFrame
        Columns of :func:`analyses.parking.meters.predict_meters` and ``counted``.
    """
    known = cells[cells["counted"].notna()].reset_index(drop=True)
    parts = []
    for fold in known[by].unique():
        hidden = (known[by] == fold).to_numpy()
        model = fit_meters(known[~hidden], payments=payments, level=level)
        blind = known[hidden].assign(counted=np.nan)
        found = predict_meters(model, blind)
        parts.append(found.assign(counted=known.loc[hidden, "counted"]))
    return pd.concat(parts).sort_index()


def score(found: pd.DataFrame) -> Score:
    """Return the errors of estimates (``value``, ``counted``; ``low`` and ``high`` optional)."""
    gap = found["value"].to_numpy(dtype=float) - found["counted"].to_numpy(dtype=float)
    coverage, width = np.nan, np.nan
    if "low" in found:
        truth = found["counted"].to_numpy(dtype=float)
        low, high = found["low"].to_numpy(dtype=float), found["high"].to_numpy(dtype=float)
        coverage = float(((truth >= low - 1e-9) & (truth <= high + 1e-9)).mean())
        width = float((high - low).mean())
    return Score(
        mae=float(np.abs(gap).mean()),
        rmse=float(np.sqrt((gap**2).mean())),
        bias=float(gap.mean()),
        coverage=coverage,
        width=width,
        n=len(found),
    )


def payment_value(
    with_payments: pd.DataFrame, without: pd.DataFrame, *, level: float = 0.95
) -> PaymentValue:
    """Compare two cross-validations by day: with payments and without.

    Parameters
    ----------
    with_payments, without : pandas.DataFrame
        From :func:`cross_validate` with ``by="day"``, in the same order.
    level : float
        Nominal coverage of the interval over days.
    """
    better = (without["value"] - without["counted"]).abs() - (
        with_payments["value"] - with_payments["counted"]
    ).abs()
    daily = better.groupby(with_payments["day"]).mean().to_numpy()
    gain = day_mean(daily, level=level)
    by_meter = better.groupby(with_payments["meter_id"]).mean()
    helped = tuple(str(meter) for meter in by_meter.index[by_meter > 0])
    chance = _sign_flip(daily)
    return PaymentValue(gain, chance, bool(gain.value >= WORTH and chance < 1 - level), helped)


def _sign_flip(gains: Floats) -> float:
    """Return the two-sided sign-flip probability of the mean of ``gains``."""
    size = len(gains)
    if size <= 12:
        signs = 1.0 - 2.0 * ((np.arange(2**size)[:, None] >> np.arange(size)) & 1)
    else:
        signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(9_999, size))
        signs = np.vstack([np.ones(size), signs])
    flipped = np.abs(signs @ gains)
    return float((flipped >= abs(gains.sum()) - 1e-12).mean())


def benchmark_methods() -> dict[str, Callable[[pd.DataFrame, pd.DataFrame], pd.Series]]:
    """Return the usual methods, to be set beside the model: each takes (known, hidden) cells."""
    return {
        "raw": _raw,
        "global_ratio": _global_ratio,
        "ratio_by_meter": _ratio_by_meter,
        "mean_by_meter_and_slot": _profile,
    }


def cross_validate_method(
    cells: pd.DataFrame, by: Fold, method: Callable[[pd.DataFrame, pd.DataFrame], pd.Series]
) -> pd.DataFrame:
    """Estimate each counted cell by a usual method with its day or meter hidden."""
    known = cells[cells["counted"].notna()].reset_index(drop=True)
    parts = []
    for fold in known[by].unique():
        hidden = (known[by] == fold).to_numpy()
        value = method(known[~hidden], known[hidden].assign(counted=np.nan))
        parts.append(known.loc[hidden, ["meter_id", "day", "slot", "counted"]].assign(value=value))
    return pd.DataFrame(pd.concat(parts).sort_index())


def _raw(_known: pd.DataFrame, hidden: pd.DataFrame) -> pd.Series:
    return hidden["paid"]


def _global_ratio(known: pd.DataFrame, hidden: pd.DataFrame) -> pd.Series:
    ratio = known["counted"].sum() / known["paid"].sum()
    return (hidden["paid"] * ratio).clip(0.0, 1.0)


def _ratio_by_meter(known: pd.DataFrame, hidden: pd.DataFrame) -> pd.Series:
    total = known.groupby("meter_id")[["counted", "paid"]].sum()
    everywhere = known["counted"].sum() / known["paid"].sum()
    ratio = hidden["meter_id"].map(total["counted"] / total["paid"]).fillna(everywhere)
    return (hidden["paid"] * ratio).clip(0.0, 1.0)


def _profile(known: pd.DataFrame, hidden: pd.DataFrame) -> pd.Series:
    mean = known.groupby(["meter_id", "slot"])["counted"].mean().rename("value")
    slot = known.groupby("slot")["counted"].mean()
    found = hidden[["meter_id", "slot"]].join(mean, on=["meter_id", "slot"])["value"]
    return found.fillna(hidden["slot"].map(slot))
