"""The parking chapter as four measures: kerb, pay stations, garages, infractions.

Each takes checked tables (None where the city has none) and returns one frozen object with its
results; what the data cannot give is in the results of :func:`missing`, with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from analyses.parking import capability
from analyses.parking.effects import UNITS as SHIFTS
from analyses.parking.effects import Effects, measure_effects
from analyses.parking.kerb import WHOLE, Kerb, measure_kerb
from analyses.parking.stations import Meters, measure_meters
from analyses.parking.upkeep import Garages, Infractions, measure_garages, measure_infractions
from analyses.results import Estimate, Result, Source

__all__ = [
    "TABLES", "Effects", "Garages", "Infractions", "Kerb", "Meters", "assets", "measure_effects",
    "measure_garages", "measure_infractions", "measure_kerb", "measure_meters", "measure_supply",
    "missing",
]  # fmt: skip

UNITS: dict[str, str] = {
    "parking_supply": "spaces", "occupancy_rate": "%", "congestion_time": "%",
    "rotation_rate": "vehicles/space/day", "mean_stay": "minutes", "stay_classes": "%",
    "overstay_share": "%", "paid_hours_per_space": "hours/space/day", "compliance_rate": "%",
    "meter_occupancy": "%", "garage_flows": "vehicles/day",
    "infraction_rate": "infractions/control", **SHIFTS,
}  # fmt: skip
SOURCES: dict[str, Source] = {
    "parking_supply": "record", "paid_hours_per_space": "payment", "compliance_rate": "payment",
    "meter_occupancy": "payment", "infraction_rate": "record", "garage_flows": "counter",
    "paid_hours_shift": "payment",
}  # fmt: skip
"""Class of data of an indicator that cannot be computed; sensors unless said."""


TABLES: tuple[str, ...] = (
    "parking_supply", "parking_stays", "parking_states", "parking_payments", "parking_counts",
    "parking_availability", "infractions",
)  # fmt: skip
"""Tables of parking that the measures read."""
AROUND: tuple[str, ...] = ("events", "projects")
"""Tables of other themes that parking is crossed with."""


def assets(tables: Mapping[str, pd.DataFrame | None]) -> frozenset[str]:
    """Return what a city has, in the words of :mod:`analyses.parking.capability`."""

    def has(name: str) -> bool:
        frame = tables.get(name)
        return frame is not None and len(frame) > 0

    found = {
        asset for asset, name in capability.TABLES.items() if asset != "controls" and has(name)
    }
    spaces = tables.get("parking_supply")
    dated = spaces is not None and bool(spaces[["valid_from", "valid_to"]].notna().any(axis=None))
    if dated or has("projects"):
        found.add("episodes")
    states, records = tables.get("parking_states"), tables.get("infractions")
    if has("infractions") and records is not None and records["controls"].notna().any():
        found.add("controls")
    if has("parking_states") and states is not None:
        alone = not (states["spaces"] > 1).any()
        found |= {"supply"} if alone else {"shared_boxes"}
    if has("parking_stays"):
        found.add("supply")  # the sensed spaces are their own supply
    return frozenset(found)


def missing(have: Collection[str]) -> tuple[Result, ...]:
    """Return "non calculable" for every indicator that ``have`` cannot give."""
    return tuple(
        capability.refuse(name, unit, have, SOURCES.get(name, "sensor"))
        for name, unit in UNITS.items()
        if not capability.answer(name, have).computable
    )


def measure_supply(supply: pd.DataFrame | None) -> tuple[Result, ...]:
    """Return the spaces on offer today by zone and in all, temporary removals left out."""
    if supply is None or supply.empty:
        return ()
    lasting = supply[supply["valid_to"].isna()]
    named = lasting["zone_id"].astype("object").fillna("")
    sums = lasting["spaces"].groupby(named).sum()
    rows = {WHOLE: float(sums.sum()), **{str(z): float(n) for z, n in sums.items() if z}}
    return tuple(
        Result(
            "parking_supply", Estimate(n, n, n, round(n)), "spaces", "record", "sum/1", zone=zone
        )
        for zone, n in rows.items()
    )
