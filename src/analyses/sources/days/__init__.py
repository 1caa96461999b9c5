"""What a day was: events and their hours, weather, public and school holidays."""

from analyses.sources.days import events, weather
from analyses.sources.request import Family

FAMILIES: tuple[Family, ...] = (events.FAMILY, weather.FAMILY)

PERIODS: dict[str, tuple[str, str]] = {"events": ("start", "end"), "weather": ("date", "date")}
"""Columns of the first and last moment of each table."""
