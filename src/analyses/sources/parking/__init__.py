"""The parking tables: supply, payments, stays, states, counts, garages and infractions."""

from __future__ import annotations

from analyses.sources.parking import garages, observations, payments, spaces
from analyses.sources.request import Family

FAMILIES: tuple[Family, ...] = (
    spaces.FAMILY,
    payments.FAMILY,
    garages.FAMILY,
    *observations.FAMILIES,
)

PERIODS: dict[str, tuple[str, str]] = {
    "parking_payments": ("start", "start"),
    "parking_stays": ("arrival", "arrival"),
    "parking_states": ("time", "time"),
    "parking_counts": ("time", "time"),
    "parking_availability": ("time", "time"),
    "infractions": ("time", "time"),
}
"""Columns that say which period a table covers."""
