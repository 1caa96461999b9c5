"""The ground that maps are drawn on: zones, and streets, buildings, water and green where known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import box

METRES_PER_DEGREE = 111_320.0
VERTICES = 40_000
"""Vertices that a ground may hold; buildings, then paths, are left out beyond."""

STYLES: dict[str, dict[str, Any]] = {
    "green": {"fill": "#dfead9", "line": None, "width": 0.0},
    "water": {"fill": "#c5dbe8", "line": "#a9c8da", "width": 3.0},
    "building": {"fill": "#e4e2dc", "line": None, "width": 0.0},
    "path": {"fill": None, "line": "#d9d6ce", "width": 1.0},
    "street": {"fill": None, "line": "#c9c5ba", "width": 2.2},
    "rail": {"fill": None, "line": "#8d8d8d", "width": 1.2},
}
"""Kinds of the table ``streets`` that are drawn, in the order of drawing."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A rectangle in degrees, WGS 84."""

    west: float
    south: float
    east: float
    north: float

    @property
    def shrink(self) -> float:
        """Length of a degree of longitude, in degrees of latitude."""
        return math.cos(math.radians((self.south + self.north) / 2))

    @property
    def width_m(self) -> float:
        """Width in metres."""
        return (self.east - self.west) * self.shrink * METRES_PER_DEGREE

    @property
    def height_m(self) -> float:
        """Height in metres."""
        return (self.north - self.south) * METRES_PER_DEGREE

    def window(self) -> Any:
        """Return the rectangle as a geometry."""
        return box(self.west, self.south, self.east, self.north)

    def grown(self, share: float) -> Extent:
        """Return the rectangle with a margin on each side, as a share of its larger side."""
        margin = share * max(self.width_m, self.height_m, 100.0) / METRES_PER_DEGREE
        return Extent(
            self.west - margin / self.shrink,
            self.south - margin,
            self.east + margin / self.shrink,
            self.north + margin,
        )


def extent_of(lon: Any, lat: Any, share: float = 0.04) -> Extent:
    """Return the rectangle that holds points, with a margin.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        Coordinates in degrees; at least one point.
    share : float
        Margin, as a share of the larger side.
    """
    west, east = float(np.min(lon)), float(np.max(lon))
    south, north = float(np.min(lat)), float(np.max(lat))
    return Extent(west, south, east, north).grown(share)


def clip(ground: gpd.GeoDataFrame | None, extent: Extent) -> gpd.GeoDataFrame | None:
    """Return the part of the ground inside a rectangle, simplified to what a map can show.

    Parameters
    ----------
    ground : geopandas.GeoDataFrame or None
        Table ``streets`` (``kind``, ``geometry`` in WGS 84).
    extent : Extent
        Rectangle.

    Returns
    -------
    geopandas.GeoDataFrame or None
        ``kind``, ``geometry``; None if nothing is left.
    """
    if ground is None or ground.empty:
        return None
    window = extent.window()
    kept = ground[ground["kind"].isin(list(STYLES)) & ground.intersects(window)]
    parts = kept[["kind", "geometry"]].copy()
    parts["geometry"] = shapely.intersection(parts.geometry.to_numpy(), window)
    tolerance = max(extent.width_m, extent.height_m) / METRES_PER_DEGREE / 4000
    linear = ~parts["kind"].isin(["building"])
    parts.loc[linear, "geometry"] = parts.loc[linear, "geometry"].simplify(tolerance)
    parts = parts[~parts.geometry.is_empty]
    for kind in ("building", "path"):
        if int(shapely.get_num_coordinates(parts.geometry.to_numpy()).sum()) <= VERTICES:
            break
        parts = parts[parts["kind"] != kind]
    return None if parts.empty else gpd.GeoDataFrame(parts, geometry="geometry", crs=ground.crs)


def label_spot(zone: Any, extent: Extent) -> tuple[float, float]:
    """Return where a zone's name is written: the top of its border, away from its premises.

    Returns
    -------
    tuple of float
        Longitude and latitude.
    """
    inner = extent.grown(-0.04).window()
    shown = zone.intersection(inner)
    if shown.is_empty:
        shown = zone
    points = shapely.get_coordinates(shown)
    top = points[points[:, 1] >= points[:, 1].max() - 1e-6]
    x, y = top.mean(axis=0)
    side = 0.13 * (extent.east - extent.west)
    x = min(max(float(x), extent.west + side), extent.east - side)
    return round(x, 6), round(float(y), 6)


def pieces(geometry: Any) -> Iterator[tuple[str, list[list[list[float]]]]]:
    """Yield ``("line", [line])`` and ``("area", rings)`` of a geometry, as [lat, lon] pairs."""
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type == "Polygon":
            yield "area", [_pairs(ring) for ring in (part.exterior, *part.interiors)]
        elif part.geom_type in ("LineString", "LinearRing"):
            yield "line", [_pairs(part)]
        elif hasattr(part, "geoms"):
            yield from pieces(part)


def _pairs(line: Any) -> list[list[float]]:
    return [[round(y, 6), round(x, 6)] for x, y in np.asarray(line.coords)[:, :2].tolist()]
