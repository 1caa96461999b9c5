"""Occupancy by meter and slot from payments, calendar and counts, with honest bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analyses.parking.arrays import Bools, Floats
from analyses.parking.shrinkage import Pooling, fit_pooling, left_out_scores, pooled_effects
from analyses.parking.transfer import Curve, fit_curve, left_out_gaps

Basis = Literal["counted", "transferred", "uncalibrated"]

UNCOUNTED_RATIOS = (0.9, 5.3)
"""True over paid occupancy, from the least to the most hidden of 12 Seattle block faces surveyed
in March 2022 (0.94 to 5.3): the band when a city has counted nowhere."""

FEWEST_COUNTED = 3
"""Counted meters under which no curve is fitted."""


@dataclass(frozen=True)
class MeterModel:
    """What counts have taught about the meters of a city.

    Parameters
    ----------
    curve : Curve or None
        Occupancy expected from payments alone; None without payments.
    base : float
        Mean occupancy of the counted meters, used without payments.
    pooling : Pooling
        What each counted meter adds.
    own_score : float
        Half-width of the band of a counted meter, in standard deviations.
    transfer_reach : float
        Half-width of the band of a meter without counts, in occupancy.
    level : float
        Nominal coverage of the bands.
    """

    curve: Curve | None
    base: float
    pooling: Pooling
    own_score: float
    transfer_reach: float
    level: float


def fit_meters(cells: pd.DataFrame, *, payments: bool = True, level: float = 0.9) -> MeterModel:
    """Fit the model on the cells where somebody counted.

    Parameters
    ----------
    cells : pandas.DataFrame
        Cells (:func:`analyses.parking.cells.meter_cells`); those without a count are left out.
    payments : bool
        Whether payments are used; without them the model is the calendar profile of each meter.
    level : float
        Nominal coverage of the bands.

    Raises
    ------
    ValueError
        If fewer than :data:`FEWEST_COUNTED` meters or two days were counted.

    Notes
    -----
    Bands are calibrated on what the model did not see: half-widths are the quantile at ``level``
    of errors with the day left out (counted meters) or the meter left out (others), as in
    conformal prediction by group (Vovk et al. 2005; Barber et al. 2021, Annals of Statistics 49).
    """
    known = cells[cells["counted"].notna()].reset_index(drop=True)
    if known["meter_id"].nunique() < FEWEST_COUNTED or known["day"].nunique() < 2:
        raise ValueError(
            f"the model needs counts at {FEWEST_COUNTED} meters on two days; they cover "
            f"{known['meter_id'].nunique()} meters and {known['day'].nunique()} days"
        )
    counted = known["counted"].to_numpy(dtype=float)
    curve = fit_curve(known) if payments else None
    base = float(known.groupby("meter_id")["counted"].mean().mean())
    expected = np.full(len(known), base) if curve is None else curve(known)
    pooling = fit_pooling(known, counted - expected, payments=payments)
    if curve is None:
        gaps = counted - _mean_of_others(known)
    else:
        gaps = left_out_gaps(known, curve.covariates).to_numpy()
    return MeterModel(
        curve=curve,
        base=base,
        pooling=pooling,
        own_score=float(np.quantile(left_out_scores(pooling), level)),
        transfer_reach=_reach(gaps, known["meter_id"], level),
        level=level,
    )


def predict_meters(model: MeterModel, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the occupancy of each cell with its band.

    Returns
    -------
    pandas.DataFrame
        ``meter_id``, ``day``, ``slot``, ``value``, ``low``, ``high`` (shares between 0 and 1) and
        ``basis``: ``counted`` (the meter was counted on some day) or ``transferred``. The value
        never uses the count of the cell's own day as such: it is what the model expects of such
        a day with such payments.
    """
    expected = np.full(len(cells), model.base) if model.curve is None else model.curve(cells)
    effect, spread = pooled_effects(model.pooling, cells)
    own = cells["meter_id"].astype(str).isin(list(model.pooling.meters)).to_numpy()
    value = expected + np.where(own, effect, 0.0)
    half = np.where(own, model.own_score * spread, model.transfer_reach)
    return _estimates(cells, value, value - half, value + half, own)


def uncalibrated(cells: pd.DataFrame) -> pd.DataFrame:
    """Return what payments say where nobody has counted: a wide band, not an estimate to act on.

    The value is the payment signal (a lower reading of occupancy), the band goes from
    the least to the most hidden street known (:data:`UNCOUNTED_RATIOS`).
    """
    signal = cells["signal"].to_numpy(dtype=float)
    low, high = (signal * ratio for ratio in UNCOUNTED_RATIOS)
    found = _estimates(cells, signal, low, high, np.zeros(len(cells), dtype=bool))
    return found.assign(basis="uncalibrated")


def _estimates(
    cells: pd.DataFrame, value: Floats, low: Floats, high: Floats, own: Bools
) -> pd.DataFrame:
    found = cells[["meter_id", "day", "slot"]].copy()
    found["value"] = np.clip(value, 0.0, 1.0)
    found["low"] = np.clip(low, 0.0, 1.0)
    found["high"] = np.clip(high, 0.0, 1.0)
    found["basis"] = np.where(own, "counted", "transferred")
    return found


def _mean_of_others(cells: pd.DataFrame) -> Floats:
    """Mean occupancy of the other meters, for each cell."""
    means = cells.groupby("meter_id")["counted"].mean()
    others = (means.sum() - means) / (len(means) - 1)
    return cells["meter_id"].map(others).to_numpy(dtype=float)


def _reach(gaps: Floats, meters: pd.Series, level: float) -> float:
    """Quantile of the absolute gaps, each meter with the same weight, widened for their number.

    A handful of counted meters shows too little of how meters differ: Student's factor for the
    spread of a new draw, t × √(1 + 1/M) / z with M − 1 degrees of freedom, makes up for it.
    """
    number = int(meters.nunique())
    normal, student = stats.norm.ppf(0.5 + level / 2), stats.t.ppf(0.5 + level / 2, number - 1)
    wider = float(student / normal * np.sqrt(1 + 1 / number))
    weight = 1.0 / meters.groupby(meters).transform("size").to_numpy(dtype=float)
    order = np.argsort(np.abs(gaps))
    mass = np.cumsum(weight[order])
    place = int(np.searchsorted(mass, level * mass[-1]))
    return wider * float(np.abs(gaps)[order][min(place, len(gaps) - 1)])
