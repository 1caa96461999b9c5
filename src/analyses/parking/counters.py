"""Results of free-space counters: occupancy, congestion and net entries of garages."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analyses.parking.clusters import day_mean, weekday_strata
from analyses.parking.garages import GarageAudit, net_flows, rate, saturation, without
from analyses.results import Result, not_computable
from analyses.wording import Text


def garage_results(
    readings: pd.DataFrame, found: GarageAudit, tz: str, *, threshold: float = 0.95
) -> tuple[Result, ...]:
    """Return occupancy and congestion of garages; frozen counters get no number.

    Parameters
    ----------
    readings : pandas.DataFrame
        From :func:`analyses.parking.garages.tidy`.
    found : GarageAudit
        From :func:`analyses.parking.garages.audit`.
    tz : str
        Local time zone.
    threshold : float
        Occupancy from which a garage is full.
    """
    alive = without(readings, found)
    local = readings["time"].dt.tz_convert(tz).dt.date
    where: dict[str, Any] = {"period_start": local.min(), "period_end": local.max()}
    rows: list[Result] = []
    for garage in (None, *sorted(alive["garage_id"].astype(str).unique())):
        zone: dict[str, Any] = {"zone": "*" if garage is None else garage}
        for indicator, value, method in (
            ("occupancy_rate", rate(alive, tz, garage), "held-readings/1"),
            (
                "congestion_time",
                saturation(alive, tz, garage, threshold=threshold),
                f"held-readings-{threshold:g}/1",
            ),
        ):
            if value.known:
                rows.append(
                    Result(indicator, value.scaled(100), "%", "counter", method, **zone, **where)
                )
    rows += _flows(alive, tz, where)
    for garage in found.frozen:
        rows.extend(
            not_computable(indicator, "%", "counter", _FROZEN, zone=garage, **where)
            for indicator in ("occupancy_rate", "congestion_time")
        )
    return tuple(rows)


def _flows(alive: pd.DataFrame, tz: str, where: dict[str, Any]) -> list[Result]:
    """Return the net entries of each garage by day, a lower bound."""
    flows = net_flows(alive, tz)
    rows = []
    for garage, part in flows.groupby("garage_id", sort=True):
        days = pd.DatetimeIndex(part["day"])
        found = day_mean(part["entries"].to_numpy(dtype=float), weekday_strata(days))
        if found.known:
            rows.append(
                Result("garage_flows", found, "vehicles/day", "counter", "net-falls/1",
                       zone=str(garage), quality="reserve", note=_NET, **where)
            )  # fmt: skip
    return rows


_NET = Text(
    "borne basse : une entrée et une sortie entre deux relevés se compensent",
    "lower bound: an entry and an exit between two readings cancel out",
)
_FROZEN = Text(
    "le compteur n'a pas bougé de toute la période : il est figé",
    "the counter did not move over the whole period: it is frozen",
)
