"""Zones of a city and the zone of every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyproj import CRS
from shapely import make_valid, unary_union
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from analyses.cities import City, DataSource
from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, check, get
from analyses.sources import mapping
from analyses.sources.files import geojson, sheets
from analyses.sources.request import Request, expand
from analyses.wording import Text, listing, number

WGS84 = "EPSG:4326"
FRANCE_METRIC = "EPSG:2154"
_WGS84 = "Export the zones as GeoJSON in WGS 84 (EPSG:4326)"
NEAR = 1.0
"""Degrees within which zones are those of the city's declared centre."""
INSIDE = 0.95
"""Share of a zone's area that must lie in another for it to be one of its parts."""


def request(city: City) -> Request | None:
    """Return the request for the city's zones, None if it declares none.

    Raises
    ------
    InputError
        If the file is not there.
    """
    if city.zones is None:
        return None
    source = DataSource(
        layout="zones",
        path=city.zones.path,
        producer=city.zones.producer,
        licence=city.zones.licence,
        url=None,
        retrieved=None,
        encoding=None,
        delimiter=None,
        sheet=None,
    )
    return expand(city, "zones", source)[0]


def read(asked: Request) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Read the zones.

    Returns
    -------
    GeoDataFrame, list of Note
        ``zone_id``, ``name``, ``kind``, ``parts`` (zone_ids of the zones that lie in it, itself
        included, as a tuple) and ``geometry`` (EPSG:4326); repaired outlines are noted.

    Raises
    ------
    InputError
        With every fault: missing or repeated ids, unknown kinds, missing or odd outlines.
    """
    items = geojson.features(asked.path, asked.file)
    schema = get("zones")
    raw, _ = mapping.template(_raw(asked.file, items), schema)
    checked = check(raw, schema)
    faults = [_in_a_gis(fault) for fault in checked.faults]
    notes: list[Note] = []
    outlines: list[BaseGeometry | None] = []
    for rank, item in enumerate(items, start=1):
        outline, wrong, note = _outline(item.get("geometry"), asked.file, rank)
        outlines.append(outline)
        faults += wrong
        notes += note
    comparison = asked.city.zones.comparison if asked.city.zones else None
    if comparison and comparison not in set(checked.frame["zone_id"].dropna()):
        faults.append(
            Fault(
                "city.yml",
                f"{asked.file} has no such zone",
                f"Write one of: {', '.join(checked.frame['zone_id'].dropna())}",
                column="zones.comparison",
                value=comparison,
            )
        )
    if not items:
        faults.append(Fault(asked.file, "there is no zone in the file", "Draw at least one"))
    faults += _exchanged([item for item in outlines if item is not None], asked)
    if faults:
        raise InputError(faults)
    zones = gpd.GeoDataFrame(checked.frame.reset_index(drop=True), geometry=outlines, crs=WGS84)
    zones.insert(3, "parts", _parts(zones))
    return zones, notes


def _in_a_gis(fault: Fault) -> Fault:
    """Return a fault of the fields of the zones with a remedy for zones: city.yml maps none."""
    if not fault.problem.startswith("the column is missing"):
        return fault
    kinds = " (one of: centre, hypercentre, faubourg, quartier…)" if fault.column == "kind" else ""
    return replace(
        fault, remedy=f"In the GIS, call {fault.column} the field that tells it, or add one{kinds}"
    )


def _exchanged(outlines: list[BaseGeometry], asked: Request) -> list[Fault]:
    """Return a fault if the zones are near the city's centre only with lon and lat exchanged."""
    centre = asked.city.longitude, asked.city.latitude
    if not outlines or centre[0] is None or centre[1] is None:
        return []
    west, south, east, north = unary_union(outlines).bounds
    middle = (west + east) / 2, (south + north) / 2
    here, there = (
        max(abs(x - centre[0]), abs(y - centre[1])) < NEAR for x, y in (middle, middle[::-1])
    )
    if here or not there:
        return []
    problem = "the zones are far from the city, and near it once longitude and latitude exchange"
    value = f"{middle[0]:.4f}, {middle[1]:.4f}"
    return [
        Fault(asked.file, problem, _WGS84 + ", longitude first", column="geometry", value=value)
    ]


def _outline(
    geometry: Mapping[str, Any] | None, file: str, rank: int
) -> tuple[BaseGeometry | None, list[Fault], list[Note]]:
    """Return the outline of a zone, repaired if it crosses itself, or what is wrong with it."""
    outline, problem = geojson.drawn(geometry)
    kind = None if not geometry else geometry.get("type")
    if not problem and (outline is None or kind not in ("Polygon", "MultiPolygon")):
        problem = "the outline of the zone is not a polygon"
    if outline is None or problem:
        plane = problem == geojson.NOT_DEGREES
        remedy = _WGS84 if plane else "Draw the zone as a polygon"
        return (
            None,
            [Fault(file, problem, remedy, row=rank, column="geometry", value=str(kind))],
            [],
        )
    notes = []
    if not outline.is_valid:
        notes.append(_repaired(rank, explain_validity(outline)))
        outline = _surface(make_valid(outline))
    if outline.area > 0:
        return outline, [], notes
    problem, remedy = "the outline of the zone encloses nothing", "Draw the zone again"
    return None, [Fault(file, problem, remedy, row=rank, column="geometry", value=str(kind))], []


def _surface(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a repaired outline, without the lines and points left over."""
    parts = getattr(shape, "geoms", [shape])
    return unary_union([part for part in parts if part.area > 0])


def _raw(file: str, items: list[dict[str, Any]]) -> Raw:
    properties = [item.get("properties") or {} for item in items]
    names = list(dict.fromkeys(key for row in properties for key in row))
    table = pa.table(
        {
            name: pa.chunked_array(
                [
                    pa.array(
                        [sheets.cell(row.get(name)) for row in properties],
                        pa.string(),
                    )
                ]
            )
            for name in names
        }
    )
    return Raw(file, table, np.arange(1, len(items) + 1, dtype=np.int64), {}, tuple(names))


def _repaired(rank: int, why: str) -> Note:
    return Note(
        Text(
            f"Le contour de la zone n° {rank} se croise ou se touche ; il a été réparé.",
            f"The outline of zone no. {rank} crosses or touches itself ({why}); it was repaired.",
        ),
        rows=1,
        lines=(rank,),
    )


def _parts(zones: gpd.GeoDataFrame) -> list[tuple[str, ...]]:
    """Return, for each zone, the ids of the zones whose area lies in it, itself included."""
    flat = zones.geometry.to_crs(metric_crs(zones))
    ids = [str(name) for name in zones["zone_id"]]
    return [
        tuple(
            other
            for other, inner in zip(ids, flat, strict=True)
            if other == own or outer.intersection(inner).area >= INSIDE * inner.area > 0
        )
        for own, outer in zip(ids, flat, strict=True)
    ]


def attribute(frame: pd.DataFrame, zones: gpd.GeoDataFrame) -> tuple[pd.Series, Note | None]:
    """Find the zone of rows that have none, from their coordinates.

    Parameters
    ----------
    frame : DataFrame
        With ``zone_id``, ``lon`` and ``lat``.
    zones : GeoDataFrame
        Zones; where several overlap, the smallest is taken (``parts`` tells which zones lie in
        which).

    Returns
    -------
    Series, Note or None
        ``zone_id`` completed, and how many points fall in no zone and rows have no point.
    """
    given = frame["zone_id"].notna().to_numpy()
    placed = (frame["lon"].notna() & frame["lat"].notna()).to_numpy()
    wanted = placed & ~given
    names = frame["zone_id"].astype(object).where(given, None).to_numpy(copy=True)
    if wanted.any():
        names[wanted] = _smallest(frame.loc[wanted, ["lon", "lat"]], zones)
    found = pd.Series(names, index=frame.index, dtype=pd.StringDtype("pyarrow"))
    outside = int((wanted & found.isna().to_numpy()).sum())
    nowhere = int((~placed & ~given).sum())
    if not outside and not nowhere:
        return found, None
    return found, _outside_note(outside, nowhere, len(frame))


def metric_crs(zones: gpd.GeoDataFrame) -> CRS:
    """Return the UTM projection of some zones: that of their middle.

    The rule of the zones of 6 degrees (its exceptions are in Norway and Svalbard): a search in
    PROJ's database, as geopandas makes, costs each process a tenth of a second.
    """
    west, south, east, north = map(float, zones.total_bounds)
    zone = int(((west + east) / 2 + 180) // 6) % 60 + 1
    return CRS.from_epsg((32600 if south + north >= 0 else 32700) + zone)


def _smallest(points: pd.DataFrame, zones: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the smallest zone that holds each point (distinct points are looked up once)."""
    distinct = points.drop_duplicates(ignore_index=True)
    located = gpd.GeoDataFrame(
        distinct, geometry=gpd.points_from_xy(distinct["lon"], distinct["lat"]), crs=WGS84
    )
    sized = zones[["zone_id", "geometry"]].assign(
        size=zones.geometry.to_crs(metric_crs(zones)).area
    )
    joined = located.sjoin(sized, predicate="intersects", how="inner").sort_values(
        ["size", "zone_id"], kind="stable"
    )
    first = joined[~joined.index.duplicated()]["zone_id"]
    known = distinct.assign(zone=first.reindex(distinct.index))
    merged = points.merge(known, on=["lon", "lat"], how="left")
    return merged["zone"].astype(object).where(merged["zone"].notna(), None).to_numpy()


def _outside_note(outside: int, nowhere: int, total: int) -> Note:
    fr, en = [], []
    if outside:
        fr.append(f"{number(outside)} hors de toute zone")
        en.append(f"{number(outside, 'en')} outside every zone")
    if nowhere:
        fr.append(f"{number(nowhere)} sans coordonnées ni zone")
        en.append(f"{number(nowhere, 'en')} without coordinates or zone")
    return Note(
        Text(
            f"Sur {number(total)} lignes, {listing(fr)} : elles comptent dans l'ensemble, dans "
            "aucune zone.",
            f"Of {number(total, 'en')} rows, {listing(en, 'en')}: they count in the whole, "
            "in no zone.",
        ),
        rows=outside + nowhere,
    )


def swapped(frame: pd.DataFrame, zones: gpd.GeoDataFrame, file: str) -> list[Fault]:
    """Return a fault if the points fall near the zones only with lon and lat exchanged."""
    west, south, east, north = zones.total_bounds
    margin = max(east - west, north - south)
    points = frame[["lon", "lat"]].dropna()
    if points.empty:
        return []

    def near(lon: pd.Series, lat: pd.Series) -> float:
        inside = lon.between(west - margin, east + margin) & lat.between(
            south - margin, north + margin
        )
        return float(inside.mean())

    if near(points["lon"], points["lat"]) > 0.0 or near(points["lat"], points["lon"]) < 0.5:
        return []
    return [
        Fault(
            file,
            "every point is far from the zones, and near them once lon and lat are exchanged",
            "Exchange the two columns, or declare point_order",
            row=int(points.index[0]),
            column="lon",
            value=f"{points['lon'].iloc[0]}, {points['lat'].iloc[0]}",
        )
    ]


def unknown_zones(frame: pd.DataFrame, zones: gpd.GeoDataFrame, file: str) -> list[Fault]:
    """Return a fault for each zone that rows name and the city does not have."""
    known = set(zones["zone_id"])
    named = frame["zone_id"].dropna()
    return [
        Fault(
            file,
            f"the city has no such zone ({len(rows)} rows)",
            f"Write one of: {', '.join(sorted(known))}, or leave it empty",
            row=int(rows.index[0]),
            column="zone_id",
            value=str(name),
        )
        for name, rows in named[~named.isin(known)].groupby(named)
    ]
