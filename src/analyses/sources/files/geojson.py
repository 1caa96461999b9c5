"""GeoJSON files: their features, and what each of them draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from analyses.errors import Fault, InputError
from analyses.schemas import Raw
from analyses.schemas.check import LISTED
from analyses.sources.files import sheets
from analyses.wording import number

_BROKEN = (ShapelyError, ValueError, TypeError, AttributeError, LookupError)
_ODD = "the feature is not an object with properties and a geometry"
NOT_DEGREES = "the coordinates are not longitude and latitude in degrees"
_LAYERS = (".shp", ".gpkg", ".kml", ".kmz", ".fgb", ".tab", ".mif", ".gml", ".dxf", ".zip")
"""Files of a GIS that hold the same things in another format."""
_DRAW_AGAIN = "Draw it again, or leave its geometry null"
_EXPORT_AGAIN = "Export the file again as GeoJSON (RFC 7946)"


def features(path: Path, file: str) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON file.

    Raises
    ------
    InputError
        If the file is not a GeoJSON collection in longitude and latitude, or holds features that
        are null or have properties or a geometry of another form than an object.
    """
    if path.suffix.lower() in _LAYERS:
        problem, remedy = "this is not GeoJSON", "Export the layer as GeoJSON in WGS 84 (EPSG:4326)"
        raise InputError([Fault(file, problem, remedy)])
    content = sheets.read_json(path, file)
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        problem = "this is not a GeoJSON FeatureCollection"
        raise InputError([Fault(file, problem, "Export it as GeoJSON (RFC 7946)")])
    crs = _crs(content.get("crs"))
    if not crs.endswith(("CRS84", "4326")):
        raise InputError(
            [
                Fault(
                    file,
                    "the coordinates are not longitude and latitude",
                    "Export it in WGS 84 (EPSG:4326)",
                    column="crs",
                    value=crs,
                )
            ]
        )
    items: list[dict[str, Any]] = content["features"]
    odd = [rank for rank, item in enumerate(items, start=1) if not _is_feature(item)]
    if odd:
        raise InputError(ranked(file, [(rank, _ODD) for rank in odd], _EXPORT_AGAIN, None))
    return items


def _crs(declared: object) -> str:
    properties = declared.get("properties") if isinstance(declared, dict) else declared
    named = properties.get("name", "CRS84") if isinstance(properties, dict) else properties
    return str(named or "CRS84")


def _is_feature(item: object) -> bool:
    return isinstance(item, dict) and all(
        item.get(part) is None or isinstance(item[part], dict)
        for part in ("properties", "geometry")
    )


def ranked(
    file: str, wrong: Sequence[tuple[int, str]], remedy: str, column: str | None = "geometry"
) -> list[Fault]:
    """Return one fault per feature (rank, problem), the first ones only, then their count."""
    faults = [
        Fault(file, problem, remedy, row=rank, column=column) for rank, problem in wrong[:LISTED]
    ]
    if len(wrong) > LISTED:
        more = f"and {number(len(wrong) - LISTED, 'en')} more features with such faults"
        faults.append(Fault(file, more, remedy, column=column))
    return faults


def drawn(geometry: Mapping[str, Any] | None) -> tuple[BaseGeometry | None, str]:
    """Return the shape of a feature, or why it cannot be drawn.

    Returns
    -------
    shape or None, str
        None and an empty text where there is nothing to draw (null, no coordinates, null ones).
    """
    if not geometry:
        return None, ""
    try:
        found = shape(geometry)
        if found.is_empty:
            return None, ""
        sides = np.array(found.bounds)
    except _BROKEN as error:
        detail = (str(error).splitlines() or [""])[0][:100]
        return None, f"the geometry cannot be drawn ({detail or type(error).__name__})"
    if not np.isfinite(sides).all():
        return None, "the geometry has coordinates that are no numbers"
    if (np.abs(sides[[0, 2]]) > 180).any() or (np.abs(sides[[1, 3]]) > 90).any():
        return None, NOT_DEGREES
    return found, ""


def middle(geometry: Mapping[str, Any] | None) -> tuple[tuple[float, float] | None, str]:
    """Return a point that lies in a feature (longitude, latitude), or why there is none."""
    found, problem = drawn(geometry)
    if found is None:
        return None, problem
    try:
        inside = found.representative_point()
    except ShapelyError as error:
        return None, f"the geometry has no inside ({str(error).splitlines()[0][:100]})"
    return (float(inside.x), float(inside.y)), ""


def read(path: Path, file: str) -> tuple[Raw, list[Fault]]:
    """Read the properties of a GeoJSON file as text, with ``lon`` and ``lat`` of each feature.

    The line of a row is its rank among the features, the first being 1. A feature without geometry
    keeps the ``lon`` and ``lat`` of its properties, if it has them.

    Raises
    ------
    InputError
        If the file is not a GeoJSON collection.
    """
    items = features(path, file)
    rows = [item.get("properties") or {} for item in items]
    rows = [dict(zip(sheets.composed(list(row)), row.values(), strict=True)) for row in rows]
    names = list(dict.fromkeys(key for row in rows for key in row))
    columns = {name: [sheets.cell(row.get(name)) for row in rows] for name in names}
    points, wrong = [], []
    for rank, item in enumerate(items, start=1):
        point, problem = middle(item.get("geometry"))
        points.append(point)
        if problem:
            wrong.append((rank, problem))
    for side, name in enumerate(("lon", "lat")):
        given = columns.get(name, [None] * len(items))
        columns[name] = [repr(p[side]) if p else g for p, g in zip(points, given, strict=True)]
    table = pa.table(
        {key: pa.chunked_array([pa.array(values, pa.string())]) for key, values in columns.items()}
    )
    lines = np.arange(1, len(items) + 1, dtype=np.int64)
    return Raw(file, table, lines, {}, tuple(columns)), ranked(file, wrong, _DRAW_AGAIN)
