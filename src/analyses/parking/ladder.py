"""The ladder from raw payments to occupancy: each rung, its effect, and why one is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyses.parking.arrays import Floats, positions, tally
from analyses.parking.cells import meter_cells, payment_signal
from analyses.parking.clusters import day_ratio
from analyses.parking.grid import Grid, Regulation, seconds
from analyses.parking.meters import FEWEST_COUNTED, fit_meters, predict_meters, uncalibrated
from analyses.parking.payments import (
    FREE,
    STANDING,
    of_kind,
    one_car_a_space,
    paid_space_time,
    usable,
)
from analyses.parking.spacetime import Accumulator
from analyses.parking.supply import offered
from analyses.results import Estimate
from analyses.wording import Text


@dataclass(frozen=True)
class Assumptions:
    """What the city knows and payments do not say.

    Parameters
    ----------
    free_minutes : float
        Free first period for which no ticket is taken; 0 if there is none or a free ticket is
        compulsory (it is then in the payments).
    short_share : float, optional
        Share of cars that leave within the free period (from a survey or from sensors).
    respect : float, optional
        Share of cars that pay, from a survey; estimated on counts if None.
    permit_presence : float, optional
        Share of the time of their right during which residents and subscribers are parked there
        (from a survey), for rights that are in the payments.
    """

    free_minutes: float = 0.0
    short_share: float | None = None
    respect: float | None = None
    permit_presence: float | None = None


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Parameters
    ----------
    name : str
        ``raw``, ``free_period``, ``residual``, ``permits``, ``unpaid`` or ``calibrated``.
    label : Text
        What the step corrects.
    applied : bool
        Whether the data allow it.
    reason : Text
        What was done, or what is missing.
    value : Estimate
        Mean occupancy over the paid cells after the step, a share, interval over days.
    error : float
        Mean absolute error on the counted cells after the step (NaN without counts). The last two
        rungs have seen these counts: their honest error is in ``analyses.parking.validation``.
    """

    name: str
    label: Text
    applied: bool
    reason: Text
    value: Estimate
    error: float


@dataclass(frozen=True)
class Ladder:
    """All rungs, and the estimates of the last one.

    Parameters
    ----------
    rungs : tuple of Rung
        From raw payments to the calibrated estimate.
    cells : pandas.DataFrame
        Cells with one more column a rung (``rung_raw`` …).
    estimates : pandas.DataFrame
        See :func:`analyses.parking.meters.predict_meters`.
    """

    rungs: tuple[Rung, ...]
    cells: pd.DataFrame
    estimates: pd.DataFrame


LABELS: dict[str, Text] = {
    "raw": Text("Paiements bruts", "Raw payments"),
    "free_period": Text("Première période gratuite", "Free first period"),
    "residual": Text("Temps restant de paiements antérieurs", "Time left from earlier payments"),
    "permits": Text("Abonnés et résidents", "Subscribers and residents"),
    "unpaid": Text("Stationnement impayé", "Unpaid parking"),
    "calibrated": Text("Calage sur comptages", "Calibrated on counts"),
}

_DONE = Text("fait", "done")

_SHORT_UNKNOWN = Text(
    "la part des voitures qui repartent pendant la période gratuite n'est pas connue",
    "the share of cars that leave within the free period is not known",
)

_LACKING: dict[str, Text] = {
    "free_period": Text(
        "aucun ticket gratuit, aucune période gratuite déclarée",
        "no free ticket, no free period declared",
    ),
    "residual": Text(
        "les paiements ne disent pas quelle durée chacun a achetée",
        "payments do not say how much time each one bought",
    ),
    "permits": Text(
        "aucune place d'abonné ou de résident dans l'offre, ni part de présence connue",
        "no subscriber's or resident's space in the supply, nor a known share of presence",
    ),
    "unpaid": Text(
        "il faut des comptages ou un taux de respect mesuré",
        "counts or a measured rate of payment are needed",
    ),
    "calibrated": Text(
        f"il faut des comptages sur au moins {FEWEST_COUNTED} horodateurs et deux jours",
        f"counts at {FEWEST_COUNTED} meters or more on two days are needed",
    ),
}
"""Why a rung is left out."""


def climb(
    payments: pd.DataFrame,
    supply: pd.DataFrame,
    grid: Grid,
    *,
    paid_hours: Mapping[str, Regulation] | Regulation | None = None,
    studied: Mapping[str, Regulation] | Regulation | None = None,
    counts: pd.DataFrame | None = None,
    assumptions: Assumptions | None = None,
    level: float = 0.9,
) -> Ladder:
    """Climb the ladder as far as the data allow.

    Parameters
    ----------
    payments, supply, grid, paid_hours, studied, counts
        See :func:`analyses.parking.cells.meter_cells`.
    assumptions : Assumptions, optional
        What the city knows besides.
    level : float
        Nominal coverage of the bands of the last rung.

    Notes
    -----
    A rung that cannot be applied repeats the value of the one before and says what it needs.
    """
    known = assumptions or Assumptions()
    rows = usable(payments)
    rights, rows = rows[of_kind(rows, STANDING)], rows[~of_kind(rows, STANDING)]
    single = [str(m) for m, s in supply.groupby("meter_id")["spaces"].max().items() if s == 1]
    united = one_car_a_space(rows, single)
    cells = meter_cells(united, supply, grid, paid_hours=paid_hours, studied=studied, counts=counts)
    cells = _before_counts(cells, rows, united, rights, supply, grid, known)
    respect = _respect(cells, known)
    cells["rung_unpaid"] = cells["rung_permits"]
    if respect is not None:
        cells["rung_unpaid"] = np.minimum(cells["rung_permits"] / respect, 1.0)
    ready = _countable(cells)
    found = predict_meters(fit_meters(cells, level=level), cells) if ready else uncalibrated(cells)
    cells["rung_calibrated"] = found["value"] if ready else cells["rung_unpaid"]
    applied = {
        "raw": True,
        "free_period": bool(of_kind(rows, FREE).any())
        or (known.free_minutes > 0 and known.short_share is not None),
        "residual": "purchased_minutes" in payments or bool(single),
        "permits": bool((cells["permit_share"] > 0).any())
        or (len(rights) > 0 and known.permit_presence is not None),
        "unpaid": respect is not None,
        "calibrated": ready,
    }
    rungs = tuple(_rung(name, cells, done, known) for name, done in applied.items())
    return Ladder(rungs, cells, found)


def _before_counts(
    cells: pd.DataFrame,
    rows: pd.DataFrame,
    united: pd.DataFrame,
    rights: pd.DataFrame,
    supply: pd.DataFrame,
    grid: Grid,
    known: Assumptions,
) -> pd.DataFrame:
    """Add the rungs that no count is needed for."""
    meters = list(dict.fromkeys(supply["meter_id"]))
    offer = offered(supply, grid, meters, key="meter_id")
    raw = paid_space_time(rows[~of_kind(rows, FREE)], grid, meters, residual=False).occupied
    total = paid_space_time(rows, grid, meters, residual=False).occupied
    own = paid_space_time(united, grid, meters, residual=True).occupied
    free = _free(rows, grid, meters, known)
    cells = cells.assign(
        rung_raw=_pick(raw, offer, cells, meters),
        rung_free_period=_pick(total + free, offer, cells, meters),
        rung_residual=_pick(own + free, offer, cells, meters),
    )
    cells = cells.assign(paid=cells["rung_residual"])
    held = paid_space_time(rights, grid, meters, residual=False).occupied
    there = (known.permit_presence or 0.0) * _pick(held, offer, cells, meters)
    cells = cells.assign(paid=cells["paid"] + there)
    cells = cells.assign(signal=payment_signal(cells))
    return cells.assign(rung_permits=cells["paid"] / (1.0 - cells["permit_share"]))


def _rung(name: str, cells: pd.DataFrame, applied: bool, known: Assumptions) -> Rung:
    reason = _DONE if applied else _LACKING[name]
    if name == "free_period" and known.free_minutes > 0 and not applied:
        reason = _SHORT_UNKNOWN
    column = cells[f"rung_{name}"].to_numpy(dtype=float)
    on = cells["regulated"].to_numpy(dtype=bool)
    spaces = np.where(on, cells["spaces"].to_numpy(dtype=float), 0.0)
    day, names = pd.factorize(cells["day"])
    taken = tally(day, len(names), column * spaces)
    offer = tally(day, len(names), spaces)
    gap = np.abs(column - cells["counted"].to_numpy(dtype=float))
    error = float(np.nanmean(gap)) if np.isfinite(gap).any() else float("nan")
    return Rung(name, LABELS[name], applied, reason, day_ratio(taken, offer), error)


def _free(rows: pd.DataFrame, grid: Grid, meters: list[str], known: Assumptions) -> Floats:
    """Space-time of the cars that leave within the free period, spread as the payments are.

    If a share π of cars stays T ≤ f and takes no ticket, each paying car stands for π / (1 − π)
    such cars, present for f / 2 on average.
    """
    accumulator = Accumulator(grid, meters)
    share = known.short_share
    if known.free_minutes > 0 and share:
        codes = positions(meters, rows["meter_id"])
        kept = codes >= 0
        start = seconds(rows["start"], "start")[kept]
        end = start + round(known.free_minutes * 30)
        weight = np.full(len(start), share / (1.0 - share))
        accumulator.add(start, end, codes[kept], weight)
    return accumulator.result().occupied


def _pick(taken: Floats, offer: Floats, cells: pd.DataFrame, meters: list[str]) -> Floats:
    """Occupancy of each cell from arrays (meters, slots)."""
    row = positions(meters, cells["meter_id"])
    column = cells["position"].to_numpy()
    return np.asarray(taken[row, column] / offer[row, column])


def _respect(cells: pd.DataFrame, known: Assumptions) -> float | None:
    if known.respect is not None:
        return known.respect
    counted = cells[cells["counted"].notna() & cells["regulated"]]
    present = float((counted["counted"] * counted["spaces"]).sum())
    if present <= 0:
        return None
    rate = float((counted["rung_permits"] * counted["spaces"]).sum()) / present
    return min(rate, 1.0) if rate > 0 else None


def _countable(cells: pd.DataFrame) -> bool:
    counted = cells[cells["counted"].notna()]
    return counted["meter_id"].nunique() >= FEWEST_COUNTED and counted["day"].nunique() >= 2
