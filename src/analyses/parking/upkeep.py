"""Garages and infractions, put together from their counters and records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from analyses.parking import garages, summary
from analyses.parking.counters import garage_results
from analyses.parking.factors import Factors, factors
from analyses.parking.forecasts import Backtest, backtest, fit_forecaster, patrol_list
from analyses.parking.garages import GarageAudit
from analyses.parking.infractions import control_effort, count_cells
from analyses.results import Result
from analyses.wording import Text

MOST_PLACES = 120
"""Places of infractions studied one by one: the busiest."""


@dataclass(frozen=True)
class Garages:
    """What free-space counters tell, and what is wrong with them."""

    results: tuple[Result, ...]
    audit: GarageAudit | None = None
    profile: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Infractions:
    """Factors of infractions, forecasts set against climatology, and where patrols recorded most.

    Parameters
    ----------
    results : tuple of Result
        Infractions per control, or why there is none.
    factors : Factors or None
        Effect of place, weekday, hour, month and holiday.
    backtest : Backtest or None
        Forecasts of the last quarter of the days from the others.
    patrols : DataFrame
        See :func:`analyses.parking.forecasts.patrol_list`.
    warning : Text or None
        That records reflect patrols; None only where the control effort is known.
    types : DataFrame
        ``type``, ``n``: infractions by type, most frequent first.
    n : int
        Infractions recorded.
    left_out : int
        Infractions at places beyond the :data:`MOST_PLACES` busiest.
    """

    results: tuple[Result, ...]
    factors: Factors | None = None
    backtest: Backtest | None = None
    patrols: pd.DataFrame = field(default_factory=pd.DataFrame)
    warning: Text | None = None
    types: pd.DataFrame = field(default_factory=pd.DataFrame)
    n: int = 0
    left_out: int = 0


def measure_garages(availability: pd.DataFrame | None, tz: str) -> Garages:
    """Measure the occupancy of garages and find what is wrong with their counters.

    Parameters
    ----------
    availability : DataFrame or None
        Table ``parking_availability``, in the order of its files.
    tz : str
        Time zone of the city.
    """
    if availability is None or not availability["capacity"].notna().any():
        return Garages(())
    readings = garages.tidy(availability)
    found = garages.audit(availability, tz)
    alive = garages.without(readings, found)
    held = garages.profile(alive, tz) if len(alive) else pd.DataFrame()
    return Garages(garage_results(readings, found, tz), found, held)


def measure_infractions(
    infractions: pd.DataFrame | None, tz: str, holidays: Iterable[date] = ()
) -> Infractions:
    """Study recorded infractions, per control where the effort is known.

    Parameters
    ----------
    infractions : DataFrame or None
        Table ``infractions``; rows without a type are rounds that found nothing.
    tz : str
        Time zone of the city.
    holidays : iterable of date
        Public holidays.
    """
    if infractions is None or infractions["time"].notna().sum() == 0:
        return Infractions(())
    off = tuple(holidays)
    real = infractions[infractions["type"].notna()]
    busy = real["place_id"].value_counts().sort_index(kind="stable")
    busy = busy.sort_values(ascending=False, kind="stable").head(MOST_PLACES)
    kept = infractions[infractions["place_id"].isin(busy.index)]
    known = bool(kept["controls"].notna().any())
    effort = control_effort(kept) if known else None
    cells = count_cells(kept, tz, controls=effort)
    fitted = factors(cells, holidays=off, per_control=known) if cells["count"].sum() else None
    every = count_cells(kept, tz)
    table, warning = patrol_list(fit_forecaster(every, off))
    types = real["type"].value_counts().rename_axis("type").rename("n").reset_index()
    return Infractions(
        results=() if fitted is None else summary.infraction_results(fitted, cells),
        factors=fitted,
        backtest=_held_out(every, off),
        patrols=table,
        warning=warning if not known else None,
        types=types.sort_values(["n", "type"], ascending=[False, True], ignore_index=True),
        n=len(real),
        left_out=int((~real["place_id"].isin(busy.index)).sum()),
    )


def _held_out(cells: pd.DataFrame, holidays: tuple[date, ...]) -> Backtest | None:
    """Forecast the last quarter of the days; None with fewer than four weeks."""
    days = np.sort(cells["day"].unique())
    if len(days) < 28:
        return None
    past = cells["day"] < days[-(len(days) // 4)]
    return backtest(cells[past], cells[~past], holidays)
