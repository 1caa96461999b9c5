"""The zone of what has an extent: the one that holds most of a footprint."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from analyses.errors import Fault
from analyses.schemas import Note
from analyses.sources import places
from analyses.sources.request import Piece
from analyses.wording import Text, number


def zoned(piece: Piece, zones: gpd.GeoDataFrame) -> tuple[Piece, list[Fault]]:
    """Check the zones that rows name, and find those of footprints."""
    frame, faults = piece.frame, places.unknown_zones(piece.frame, zones, piece.request.file)
    if not isinstance(frame, gpd.GeoDataFrame):
        return piece, faults
    found, note = zone_of_shapes(frame, zones)
    notes = piece.notes if note is None else (*piece.notes, note)
    return replace(piece, frame=frame.assign(zone_id=found), notes=notes), faults


def zone_of_shapes(
    frame: gpd.GeoDataFrame, zones: gpd.GeoDataFrame
) -> tuple[pd.Series, Note | None]:
    """Find the zone of footprints that have none: the one that holds most of it.

    Parameters
    ----------
    frame : GeoDataFrame
        With ``zone_id`` and ``geometry`` (EPSG:4326; points, lines, polygons or missing).
    zones : GeoDataFrame
        Zones; of several that hold as much, the smallest is taken.

    Returns
    -------
    Series, Note or None
        ``zone_id`` completed, and how many footprints lie outside every zone.
    """
    found = frame["zone_id"].copy()
    wanted = found.isna() & frame.geometry.notna() & ~frame.geometry.is_empty
    flat = places.metric_crs(zones)
    shapes = frame.geometry[wanted].to_crs(flat)
    sized = zones.assign(size=zones.geometry.to_crs(flat).area).sort_values(
        ["size", "zone_id"], kind="stable"
    )
    outlines = sized.geometry.to_crs(flat)
    for line, shape in shapes.items():
        shares = [_share(shape, outline) for outline in outlines]
        best = max(range(len(shares)), key=lambda i: (round(shares[i], 6), -i), default=0)
        if shares and shares[best] > 0:
            found[line] = str(sized["zone_id"].iloc[best])
    outside = int((found.isna() & wanted).sum())
    if not outside:
        return found, None
    return found, Note(
        Text(
            f"{number(outside)} emprise(s) hors de toute zone.",
            f"{number(outside, 'en')} footprint(s) outside every zone.",
        ),
        rows=outside,
    )


def _share(shape: BaseGeometry, outline: BaseGeometry) -> float:
    """Return the share of a shape that lies in an outline."""
    return _size(shape.intersection(outline)) / _size(shape)


def _size(shape: BaseGeometry) -> float:
    """Return an area, else a length, else a number of points."""
    return float(shape.area or shape.length or len(shapely.get_coordinates(shape)))
