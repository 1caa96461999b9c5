"""Objects of OpenStreetMap as identifier, tags and point, from its three usual file forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd
import pyarrow as pa
from shapely.geometry import shape

from analyses.errors import Fault, InputError
from analyses.schemas import Raw
from analyses.sources.files import geojson, sheets
from analyses.sources.request import Request


@dataclass(frozen=True, slots=True)
class Thing:
    """One object: ``node/123``, its tags, and a point (None if the file gives no place)."""

    id: str
    tags: Mapping[str, str]
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Extract:
    """Objects of one file and the day that the data base was at (None if the file is silent)."""

    things: tuple[Thing, ...]
    observed: pd.Timestamp | None


def read(asked: Request, keys: Sequence[str]) -> Extract:
    """Read the objects that have one of ``keys`` in a file of any of the three layouts.

    Raises
    ------
    InputError
        If the file is not of its layout.
    """
    readers = {"osm-pbf": from_pbf, "overpass": from_overpass, "osm-geojson": from_geojson}
    return readers[asked.source.layout](asked.path, asked.file, keys)


def inside(thing: Thing, box: tuple[float, ...] | None) -> bool:
    """Tell whether an object is in a box (west, south, east, north); always, without one."""
    if box is None:
        return True
    if thing.lon is None or thing.lat is None:
        return False
    west, south, east, north = box
    return west <= thing.lon <= east and south <= thing.lat <= north


def rows(
    asked: Request,
    keys: Sequence[str],
    row_of: Callable[[Thing], Mapping[str, str | None] | None],
) -> tuple[list[Mapping[str, str | None]], list[Fault]]:
    """Return the rows of an extract's objects that stand in the box declared.

    Parameters
    ----------
    asked : Request
        Extract to read.
    keys : sequence of str
        Tags of which an object has one at least.
    row_of : callable
        Gives the row of an object, None for one that the table does not want.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    box, wrong = bounding_box(asked)
    found = (row_of(thing) for thing in read(asked, keys).things if inside(thing, box))
    return [row for row in found if row], wrong


def raw(file: str, rows: Sequence[Mapping[str, str | None]], columns: Sequence[str]) -> Raw:
    """Return rows as a text table, the line of a row being its rank, the first being 1."""
    texts = {
        name: pa.chunked_array([pa.array([row[name] for row in rows], pa.string())])
        for name in columns
    }
    return Raw(file, pa.table(texts), np.arange(1, len(rows) + 1, dtype=np.int64))


def from_pbf(path: Path, file: str, keys: Sequence[str]) -> Extract:
    """Read the objects that have one of ``keys`` in an ``.osm.pbf`` (or ``.osm``) file.

    Ways are placed at the middle of their outline, multipolygon relations at a point inside.

    Raises
    ------
    InputError
        If the file is not OpenStreetMap data, or is cut short.
    """
    try:
        stamp = osmium.FileProcessor(str(path)).header.get("osmosis_replication_timestamp")
        things = tuple(_pbf_things(path, keys))
    except (RuntimeError, osmium.InvalidLocationError) as error:
        detail = str(error).splitlines()[0][:120]
        fault = Fault(file, f"the file cannot be read as OpenStreetMap data ({detail})",
                      "Download the extract again")  # fmt: skip
        raise InputError([fault]) from None
    return Extract(things, _day(stamp))


def _pbf_things(path: Path, keys: Sequence[str]) -> Iterator[Thing]:
    reader = (
        osmium.FileProcessor(str(path)).with_areas().with_filter(osmium.filter.KeyFilter(*keys))
    )
    factory = osmium.geom.GeoJSONFactory()
    for item in reader:
        tags = {tag.k: tag.v for tag in item.tags}
        if item.is_node():
            yield Thing(f"node/{item.id}", tags, item.lon, item.lat)
        elif item.is_way() and not item.is_closed():
            yield Thing(f"way/{item.id}", tags, *_middle((n.lon, n.lat) for n in item.nodes))
        elif item.is_area():
            kind = "way" if item.from_way() else "relation"
            point = shape(json.loads(factory.create_multipolygon(item))).representative_point()
            yield Thing(f"{kind}/{item.orig_id()}", tags, float(point.x), float(point.y))


def from_overpass(path: Path, file: str, keys: Sequence[str]) -> Extract:
    """Read the objects that have one of ``keys`` in an answer of the Overpass API (``out:json``).

    Raises
    ------
    InputError
        If the file is not such an answer.
    """
    content = sheets.read_json(path, file)
    elements = content.get("elements") if isinstance(content, dict) else None
    if not isinstance(elements, list):
        raise InputError([Fault(file, "this is not an answer of the Overpass API in JSON",
                                "Ask for [out:json] with out center;, or declare "
                                "layout: osm-geojson")])  # fmt: skip
    nodes = {item["id"]: (item["lon"], item["lat"]) for item in elements
             if item.get("type") == "node" and "lon" in item}  # fmt: skip
    wanted = set(keys)
    things = tuple(
        Thing(f"{item['type']}/{item['id']}", item["tags"], *_overpass_point(item, nodes))
        for item in elements
        if wanted & set(item.get("tags") or {})
    )
    stamp = (content.get("osm3s") or {}).get("timestamp_osm_base")
    return Extract(things, _day(stamp))


def _overpass_point(
    item: Mapping[str, Any], nodes: Mapping[int, tuple[float, float]]
) -> tuple[float | None, float | None]:
    if "lon" in item:
        return float(item["lon"]), float(item["lat"])
    if center := item.get("center"):
        return float(center["lon"]), float(center["lat"])
    if geometry := item.get("geometry"):
        return _middle((p["lon"], p["lat"]) for p in geometry if p)
    if bounds := item.get("bounds"):
        lon = (bounds["minlon"] + bounds["maxlon"]) / 2
        return lon, (bounds["minlat"] + bounds["maxlat"]) / 2
    return _middle(nodes[ref] for ref in item.get("nodes", []) if ref in nodes)


def from_geojson(path: Path, file: str, keys: Sequence[str]) -> Extract:
    """Read the objects that have one of ``keys`` in a GeoJSON export (overpass turbo and others).

    Raises
    ------
    InputError
        If the file is not GeoJSON, or its objects carry no OpenStreetMap identifier.
    """
    content = sheets.read_json(path, file)
    things, faults, broken = [], [], []
    for rank, item in enumerate(geojson.features(path, file), start=1):
        properties = item.get("properties") or {}
        nested = properties.get("tags")
        if isinstance(nested, dict):  # as osmtogeojson writes them unless told to be flat
            properties = nested | properties
        tags = {str(k): str(v) for k, v in properties.items() if v is not None}
        if not set(keys) & set(tags):
            continue
        name = _geojson_id(item, tags)
        if name is None:
            faults.append(rank)
            continue
        point, problem = geojson.middle(item.get("geometry"))
        if problem:
            broken.append((rank, problem))
        things.append(Thing(name, tags, *(point or (None, None))))
    if broken:
        raise InputError(geojson.ranked(file, broken, "Export them again, or remove them"))
    if faults:
        problem = f"{len(faults)} objects carry no OpenStreetMap identifier (node/123)"
        remedy = "Export them again with overpass turbo, which writes @id"
        raise InputError([Fault(file, problem, remedy, row=faults[0], column="@id")])
    return Extract(tuple(things), _day(content.get("timestamp")))


_NUMBERED = (("osm_type", "osm_id"), ("element_type", "osmid"), ("element", "id"), ("type", "id"))
"""Properties in which software writes the kind of an object and its number apart."""


def _geojson_id(item: Mapping[str, Any], tags: Mapping[str, str]) -> str | None:
    kinds = {"n": "node", "w": "way", "r": "relation"}
    given = str(tags.get("@id") or tags.get("@osmId") or item.get("id") or tags.get("id") or "")
    if given[:1] in kinds and given[1:].isdigit():
        return f"{kinds[given[0]]}/{given[1:]}"
    kind, _, number = given.partition("/")
    if kind in kinds.values() and number.isdigit():
        return given
    for of, at in _NUMBERED:
        kind, number = tags.get(of, "").lower(), tags.get(at, "").lstrip("-")
        if kind in kinds.values() and number.isdigit():
            return f"{kind}/{number}"
    return None


def _middle(points: Iterable[tuple[float, float]]) -> tuple[float | None, float | None]:
    """Return the middle of the distinct points of an outline."""
    distinct = list(dict.fromkeys(points))
    if not distinct:
        return None, None
    count = len(distinct)
    return sum(lon for lon, _ in distinct) / count, sum(lat for _, lat in distinct) / count


def _day(stamp: str | None) -> pd.Timestamp | None:
    return None if not stamp else pd.Timestamp(stamp).tz_localize(None).normalize()


def bounding_box(asked: Request) -> tuple[tuple[float, ...] | None, list[Fault]]:
    """Return the option ``bbox`` (west, south, east, north) if there is one, and its fault."""
    text = asked.option("bbox")
    if not text:
        return None, []
    sides = pd.to_numeric(pd.Series(text.split(",")), errors="coerce").tolist()
    if len(sides) == 4 and sides[0] < sides[2] and sides[1] < sides[3]:
        return tuple(sides), []
    wrong = Fault(
        "city.yml",
        "the box is not west, south, east, north in degrees",
        "Write it as in bbox: '2.10,47.50,2.20,47.60'",
        column=f"sources.{asked.table}.options.bbox",
        value=text,
    )
    return None, [wrong]
