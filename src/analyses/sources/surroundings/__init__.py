"""What stands around premises: places, stops, statistics, projects; the streets under maps."""

from analyses.sources.request import Family
from analyses.sources.surroundings import amenities, areas, projects, stops

FAMILIES: tuple[Family, ...] = (amenities.FAMILY, stops.FAMILY, areas.FAMILY, projects.FAMILY)

PERIODS: dict[str, tuple[str, str]] = {"projects": ("start", "end")}
"""Columns that say which period a table covers."""

UNPLACED: tuple[str, ...] = ("areas", "projects")
"""Tables whose rows have a zone but no point."""
