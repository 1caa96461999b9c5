"""Streets, buildings, water and green spaces drawn under the maps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import osmium
import pandas as pd
from shapely.geometry import box, shape

from analyses.errors import Fault, InputError
from analyses.schemas import get
from analyses.sources.files import geojson, sheets
from analyses.sources.files.osm_objects import bounding_box
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.wording import Text

GEOJSON = Layout(
    "geojson",
    Text("GeoJSON à champs kind et name", "GeoJSON with the fields kind and name"),
    ("bbox",),
)
PBF = Layout(
    "osm-pbf",
    Text("Extrait OpenStreetMap (.osm.pbf)", "OpenStreetMap extract (.osm.pbf)"),
    ("bbox",),
)

_PATHS = {"footway", "path", "cycleway", "steps", "bridleway", "track"}
_STREETS = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
    "living_street", "pedestrian", "service", "road", "busway", "motorway_link", "trunk_link",
    "primary_link", "secondary_link", "tertiary_link",
}  # fmt: skip
_GREEN = {
    "leisure": {"park", "garden", "pitch", "nature_reserve"},
    "landuse": {"forest", "grass", "meadow", "cemetery", "recreation_ground", "village_green"},
    "natural": {"wood", "grassland", "scrub"},
}
_KEYS = ("highway", "railway", "building", "natural", "waterway", "leisure", "landuse")


def kind_of(tags: Mapping[str, str]) -> str | None:
    """Return what an OpenStreetMap object is on the base map, None if it is not drawn."""
    if "building" in tags:
        return None if tags["building"] == "no" else "building"
    if tags.get("natural") == "water" or "waterway" in tags:
        return "water"
    if tags.get("railway") in {"rail", "tram", "light_rail"}:
        return "rail"
    if (road := tags.get("highway")) in _STREETS | _PATHS:
        return "path" if road in _PATHS else "street"
    green = any(tags.get(key) in values for key, values in _GREEN.items())
    return "green" if green else None


def read(asked: Request) -> Piece:
    """Read the base map of a city.

    Returns
    -------
    Piece
        GeoDataFrame ``kind``, ``name``, ``geometry`` (EPSG:4326).

    Raises
    ------
    InputError
        If the file cannot be read or names an unknown kind.
    """
    sides, wrong = bounding_box(asked)
    faults = [*asked.check_options(("bbox",)), *wrong]
    shapes = _pbf(asked) if asked.source.layout == PBF.name else _geojson(asked)
    frame = gpd.GeoDataFrame(
        shapes, columns=["kind", "name", "geometry"], geometry="geometry", crs="EPSG:4326"
    )
    frame[["kind", "name"]] = frame[["kind", "name"]].astype(pd.StringDtype("pyarrow"))
    if sides is not None:
        frame = frame[frame.intersects(box(*sides))]
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="line")
    return Piece(asked, frame, len(frame), (), tuple(faults))


def _geojson(asked: Request) -> list[tuple[str, str | None, Any]]:
    allowed = get("streets")["kind"].constraints["enum"]
    faults: list[Fault] = []
    shapes: list[tuple[str, str | None, Any]] = []
    broken: list[tuple[int, str]] = []
    for rank, item in enumerate(geojson.features(asked.path, asked.file), start=1):
        properties = item.get("properties") or {}
        outline, problem = geojson.drawn(item.get("geometry"))
        kind = str(properties.get("kind"))
        if kind not in allowed:
            faults.append(Fault(asked.file, "the kind is not one of those drawn",
                                f"Write one of: {', '.join(allowed)}", row=rank, column="kind",
                                value=kind))  # fmt: skip
        elif problem:
            broken.append((rank, problem))
        elif outline is not None:
            shapes.append((kind, sheets.cell(properties.get("name")), outline))
    if faults or broken:
        rest = len(faults) - 5
        more = [Fault(asked.file, f"and {rest} more", "Correct them too")] if rest > 0 else []
        wrong = geojson.ranked(asked.file, broken, "Draw it again, or remove it")
        raise InputError([*faults[:5], *more, *wrong])
    return shapes


def _pbf(asked: Request) -> list[tuple[str, str | None, Any]]:
    try:
        return list(_pbf_shapes(asked))
    except (RuntimeError, osmium.InvalidLocationError) as error:
        detail = str(error).splitlines()[0][:120]
        raise InputError([Fault(asked.file, f"the file cannot be read as OpenStreetMap ({detail})",
                                "Download the extract again")]) from None  # fmt: skip


def _pbf_shapes(asked: Request) -> Iterator[tuple[str, str | None, Any]]:
    reader = osmium.FileProcessor(str(asked.path)).with_areas()
    factory = osmium.geom.GeoJSONFactory()
    for item in reader.with_filter(osmium.filter.KeyFilter(*_KEYS)):
        if item.is_node() or item.is_relation():
            continue
        kind = kind_of({tag.k: tag.v for tag in item.tags})
        if kind is None:
            continue
        surface = kind in ("building", "water", "green")
        if item.is_area() and surface:
            yield kind, item.tags.get("name"), shape(json.loads(factory.create_multipolygon(item)))
        elif item.is_way() and not (surface and item.is_closed()):
            yield kind, item.tags.get("name"), shape(json.loads(factory.create_linestring(item)))


FAMILY = Family("streets", (GEOJSON, PBF), each(read))
