"""Which streets and sensors a declared project touches, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely

from analyses.crossings.ground import Ground
from analyses.wording import Text

Phase = Literal["during", "after"]
TOUCH_METRES = 30.0
"""Premises and sensors that close to a project's footprint are touched by it."""
SPILL_METRES = 60.0
"""A street with half of its premises that close to touched ones is no comparison."""

PHASES: dict[Phase, Text] = {
    "during": Text("pendant les travaux", "during the works"),
    "after": Text("durablement", "lastingly"),
}


@dataclass(frozen=True, slots=True)
class Project:
    """A declared project.

    Parameters
    ----------
    id, name, kind : str
        As declared.
    start : date or None
        First day.
    end : date or None
        Last day of what hinders; None for a change that lasts from its first day.
    street, zone : str or None
        Where, as declared.
    geometry : shapely geometry or None
        Footprint, WGS 84.
    """

    id: str
    name: str
    kind: str
    start: date | None
    end: date | None
    street: str | None
    zone: str | None
    geometry: Any = None

    def phase(self, day: date) -> Phase | None:
        """Return the phase of a day; None before the project."""
        if self.start is None or day < self.start:
            return None
        return "during" if self.end is not None and day <= self.end else "after"


def declared(projects: pd.DataFrame | None) -> tuple[Project, ...]:
    """Return the projects of the table, in its order, each by a name of its own."""
    if projects is None or projects.empty:
        return ()
    rows = []
    names = projects["name"].value_counts()
    for row in projects.to_dict("records"):
        name = _text(row.get("name")) or str(row["project_id"])
        name += f" ({row['project_id']})" if names.get(name, 1) > 1 else ""
        start, end = (pd.Timestamp(row.get(end_, pd.NaT)) for end_ in ("start", "end"))
        rows.append(
            Project(
                str(row["project_id"]), name, str(row["kind"]),
                None if pd.isna(start) else start.date(),
                None if pd.isna(end) else end.date(), _text(row.get("street")),
                _text(row.get("zone_id")), row.get("geometry"),
            )
        )  # fmt: skip
    return tuple(rows)


def touched(
    project: Project,
    ground: Ground,
    lon: pd.Series,
    lat: pd.Series,
    streets: pd.Series,
    zones: pd.Series,
) -> np.ndarray:
    """Return which places a project touches: by its street, else its footprint, else its zone.

    Parameters
    ----------
    project : Project
        The project.
    ground : Ground
        Where distances are measured.
    lon, lat, streets, zones : pandas.Series
        Position, street and zone of each place.
    """
    if project.street is not None:
        named = np.array([_plain(street) == _plain(project.street) for street in streets])
        if named.any():
            return named
    if project.geometry is not None and not shapely.is_empty(project.geometry):
        shape = ground.project(project.geometry)
        spots = ground.plane(lon, lat)
        near = shapely.distance(shape, shapely.points(np.nan_to_num(spots, nan=1e9)))
        found: np.ndarray = np.asarray(near <= TOUCH_METRES)
        return found
    if project.street is None and project.zone is not None:
        return np.array([str(zone) == project.zone for zone in zones])
    return np.zeros(len(lon), dtype=bool)


def spilled(ground: Ground, lon: object, lat: object, inside: np.ndarray) -> np.ndarray:
    """Return which places stand within reach of touched ones, themselves included."""
    if not inside.any():
        return inside
    spots = ground.plane(lon, lat)
    gap = ground.distances(spots, spots[inside], SPILL_METRES)
    near: np.ndarray = np.isfinite(gap).any(axis=1) | inside
    return near


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def _plain(street: object) -> str:
    return "" if street is None or pd.isna(street) else " ".join(str(street).casefold().split())  # type: ignore[call-overload]
