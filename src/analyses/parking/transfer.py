"""From payments to occupancy at a meter where nobody has counted: one curve for the city.

logit(occupancy) = a + α log(payment signal) + c′z, fitted on the counted meters. Where payments
vanish the curve does too; a slope α below that of a plain ratio says that meters with few payments
hide more unpaid cars. Covariates z (the tariff, where the supply tells it) enter only if leaving
out one counted meter at a time shows that they help the meters left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from analyses.parking.arrays import Floats

COVARIATES = ("tariff",)
"""Columns of the cells that may enter the curve, in logarithm."""

FEWEST_METERS = 8
"""Counted meters under which no covariate is tried: too few to tell chance from cause."""

_FLOOR = 1e-3
_ROBUST = 0.1
_RIDGE = 0.1


@dataclass(frozen=True)
class Curve:
    """Occupancy expected from the payment signal alone.

    Parameters
    ----------
    level, slope : float
        ``a`` and ``α``.
    covariates : tuple of str
        Covariates in use.
    weights, centres, scales : tuple of float
        Effect of each standardised covariate, and its mean and spread over meters.
    """

    level: float
    slope: float
    covariates: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    centres: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()

    def __call__(self, cells: pd.DataFrame) -> Floats:
        """Return the expected occupancy of each cell, shape (cells,), between 0 and 1."""
        design = _design(cells, self.covariates, self.centres, self.scales)
        signal = np.log(np.maximum(cells["signal"].to_numpy(dtype=float), _FLOOR))
        score = self.level + self.slope * signal + design @ np.asarray(self.weights)
        return np.asarray(1.0 / (1.0 + np.exp(-score)))


def fit_curve(cells: pd.DataFrame, covariates: Sequence[str] | None = None) -> Curve:
    """Fit the curve on counted cells, each meter with the same weight.

    Parameters
    ----------
    cells : pandas.DataFrame
        Counted cells (:mod:`analyses.parking.cells`); ``counted`` has no missing value.
    covariates : sequence of str, optional
        Covariates to use; chosen by leave-one-meter-out among :data:`COVARIATES` if None.

    Notes
    -----
    Soft-L1 loss at a scale of 0.1 (a fifth of the usual spread), so that a street that behaves
    otherwise does not drag the curve. A ridge draws the effect of a standardised covariate to 0: a
    unit effect costs as much as one meter that is 0.1 off.
    """
    if covariates is None:
        covariates = _choose(cells)
    chosen = tuple(covariates)
    centres, scales = _standards(cells, chosen)
    design = _design(cells, chosen, centres, scales)
    signal = np.log(np.maximum(cells["signal"].to_numpy(dtype=float), _FLOOR))
    counted = cells["counted"].to_numpy(dtype=float)
    weight = np.sqrt(_meter_weights(cells["meter_id"]))
    ridge = _RIDGE * np.sqrt(len(cells) / cells["meter_id"].nunique())

    def residuals(theta: Floats) -> Floats:
        score = theta[0] + np.exp(theta[1]) * signal + design @ theta[2:]
        gap = 1.0 / (1.0 + np.exp(-np.clip(score, -50, 50))) - counted
        robust = np.sqrt(2 * _ROBUST**2 * (np.sqrt(1 + (gap / _ROBUST) ** 2) - 1))
        return np.concatenate([weight * robust, ridge * theta[2:]])

    start = np.r_[0.3, -0.3, np.zeros(len(chosen))]
    theta = least_squares(residuals, start, max_nfev=200).x
    return Curve(
        float(theta[0]),
        float(np.exp(theta[1])),
        chosen,
        tuple(float(w) for w in theta[2:]),
        centres,
        scales,
    )


def left_out_gaps(cells: pd.DataFrame, covariates: Sequence[str]) -> pd.Series:
    """Return counted − expected for each cell, the curve fitted without the cell's meter."""
    gaps = pd.Series(np.nan, index=cells.index)
    for meter in cells["meter_id"].unique():
        out = (cells["meter_id"] == meter).to_numpy()
        curve = fit_curve(cells[~out], covariates)
        gaps[out] = cells.loc[out, "counted"].to_numpy() - curve(cells[out])
    return gaps


def _choose(cells: pd.DataFrame) -> tuple[str, ...]:
    """Return the covariate that helps meters left out, if any does beyond one standard error."""
    if cells["meter_id"].nunique() < FEWEST_METERS:
        return ()
    usable = [name for name in COVARIATES if _varies(cells, name)]
    plain = _meter_errors(cells, ())
    best: tuple[str, ...] = ()
    best_gain = 0.0
    for name in usable:
        gain = plain - _meter_errors(cells, (name,))
        if gain.mean() > max(best_gain, gain.std(ddof=1) / np.sqrt(len(gain))):
            best, best_gain = (name,), float(gain.mean())
    return best


def _meter_errors(cells: pd.DataFrame, covariates: Sequence[str]) -> pd.Series:
    return left_out_gaps(cells, covariates).abs().groupby(cells["meter_id"]).mean()


def _varies(cells: pd.DataFrame, name: str) -> bool:
    values = cells.groupby("meter_id")[name].first()
    return bool(values.notna().mean() > 0.8 and (values > 0).all() and values.nunique() >= 3)


def _standards(
    cells: pd.DataFrame, names: Sequence[str]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    centres, scales = [], []
    for name in names:
        values = np.log(cells.groupby("meter_id")[name].first().dropna())
        centres.append(float(values.mean()))
        scales.append(float(values.std(ddof=0)) or 1.0)
    return tuple(centres), tuple(scales)


def _design(
    cells: pd.DataFrame,
    names: Sequence[str],
    centres: Sequence[float],
    scales: Sequence[float],
) -> Floats:
    columns = [
        (np.log(cells[name].to_numpy(dtype=float)) - centre) / scale
        for name, centre, scale in zip(names, centres, scales, strict=True)
    ]
    if not columns:
        return np.zeros((len(cells), 0))
    return np.asarray(np.nan_to_num(np.stack(columns, axis=1)))


def _meter_weights(meters: pd.Series) -> Floats:
    size = meters.groupby(meters).transform("size").to_numpy(dtype=float)
    return np.asarray(len(meters) / meters.nunique() / size)
