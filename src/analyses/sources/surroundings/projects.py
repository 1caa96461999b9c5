"""Urban projects and works: points, lines or polygons with their dates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from analyses.errors import Fault
from analyses.schemas import Note, Raw, check, get
from analyses.schemas.check import listed
from analyses.sources import corrections, mapping
from analyses.sources.files import geojson, headers
from analyses.sources.files.opening import open_text, reading_of
from analyses.sources.places import WGS84
from analyses.sources.remarks import Remark, Tally
from analyses.sources.request import Family, Piece, Request, each
from analyses.sources.surroundings import lists
from analyses.sources.surroundings.lists import Form

_OPTIONS = ("date_order", "duplicates", headers.OPTION)
NOWHERE = Remark(
    "{n} projet(s) sans emprise : connus par leur rue ou leur zone seulement.",
    "{n} project(s) without a footprint: known by their street or zone only.",
)
UNDATED = Remark(
    "{n} projet(s) sans date de début : cartographiés, sans effet mesurable.",
    "{n} project(s) without a start: mapped, no effect can be measured.",
)
UNSTATED = Remark(
    "{n} projet(s) dont l'avancement n'est ni écrit ni déduit (retrieved manque, ou les dates).",
    "{n} project(s) whose status is neither written nor deduced (retrieved or dates missing).",
)

_PARIS = lists.layout(
    "chantiers-perturbants",
    "Chantiers perturbants de Paris (Opendatasoft, GeoJSON ou CSV)",
    "Disturbing works of Paris (Opendatasoft, GeoJSON or CSV)",
    _OPTIONS,
)
FORMS: dict[str, Form] = {
    "coeurville": Form(
        lists.layout(
            "coeurville",
            "Modèle coeurville des projets (GeoJSON ; CSV ou XLSX avec lon et lat)",
            "coeurville template of projects (GeoJSON; CSV or XLSX with lon and lat)",
            _OPTIONS,
        )
    ),
    "mapped": Form(
        lists.layout(
            "mapped",
            "Tout autre fichier (GeoJSON ; CSV ou XLSX avec point ou forme), colonnes déclarées",
            "Any other file (GeoJSON; CSV or XLSX with point or shape), columns declared",
            (*_OPTIONS, *mapping.OPTIONS, "shape_column"),
        )
    ),
    # Fields and codes of status as public programs read them on opendata.paris.fr
    "chantiers-perturbants": Form(
        _PARIS,
        {
            "project_id": ("identifiant", "id"),
            "name": ("objet", "description"),
            "status": ("statut",),
            "start": ("date_debut",),
            "end": ("date_fin",),
            "street": ("voie",),
            "_shape": ("geo_shape",),
            "_point": ("geo_point_2d",),
        },
        needs=("project_id", "start", "end"),
        values={
            "status": {"1": "planned", "2": "ongoing", "3": "ongoing", "4": "ongoing", "5": "done"}
        },
        constants={"kind": "works"},
        point_order="lat,lon",
    ),
}
"""Layouts by name."""


def read(asked: Request) -> Piece:
    """Read one file of projects.

    Returns
    -------
    Piece
        GeoDataFrame of the table ``projects`` (EPSG:4326). A status left empty is deduced from the
        dates and the day ``retrieved`` of the source; without them it stays missing.

    Raises
    ------
    InputError
        If the file cannot be read at all; faults of its rows are in the piece.
    """
    form, schema = FORMS[asked.source.layout], get("projects")
    reading, wrong = reading_of(asked)
    faults = [*asked.check_options(form.layout.options), *wrong]
    whole, ragged = open_text(asked, headers.wanted(asked, schema))
    raw, misread = lists.named(whole, asked, form, schema)
    faults += [*ragged, *misread]
    notes: list[Note] = lists.unread(_bare(whole), asked, form, schema)
    shapes, wrong = _shapes(asked, whole, lists.placed(raw, form))
    raw = replace(raw, table=raw.table.append_column("_rank", _ranks(raw)))
    raw, repairs, hits = corrections.on_text(raw, asked.corrections)
    checked = check(raw, schema, reading)
    rank = raw.table["_rank"].to_numpy()
    frame = gpd.GeoDataFrame(checked.frame, geometry=shapes[rank], crs=WGS84)
    frame["status"] = _status(frame, asked)
    tally = _remarks(frame)
    faults += [*wrong, *checked.faults, *_backwards(raw, frame), *_lost(raw, frame)]
    notes = [*notes, *repairs, *checked.notes, *tally.notes()]
    return Piece(asked, frame, len(whole.lines), tuple(notes), tuple(faults), hits)


def _bare(raw: Raw) -> Raw:
    """Return a file without the coordinates, which are read as footprints."""
    names = [name for name in raw.table.column_names if name not in ("lon", "lat")]
    return replace(raw, table=raw.table.select(names))


def _ranks(raw: Raw) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(np.arange(len(raw.lines)), pa.int64())])


def _shapes(asked: Request, whole: Raw, raw: Raw) -> tuple[np.ndarray, list[Fault]]:
    """Return the footprint of each row: its geometry, its shape column, or its point."""
    count = len(whole.lines)
    found: list[BaseGeometry | None] = [None] * count
    broken: list[tuple[int, str]] = []
    texts = _texts(asked, whole, raw)
    if asked.path.suffix.lower() in (".geojson", ".json"):
        features = geojson.features(asked.path, asked.file)
        drawings: Sequence[Any] = [features[line - 1].get("geometry") for line in whole.lines]
    else:
        drawings = [None] * count
    for i in range(count):
        shape, problem = geojson.drawn(drawings[i])
        if shape is None and not problem and texts[i]:
            shape, problem = _drawn(str(texts[i]))
        found[i] = shape
        if problem:
            broken.append((int(whole.lines[i]), problem))
    points, wrong = _points(raw)
    filled = [shape or point for shape, point in zip(found, points, strict=True)]
    remedy = "Draw it again, or leave it empty"
    return np.array(filled, dtype=object), [
        *wrong,
        *geojson.ranked(asked.file, broken, remedy),
    ]


def _texts(asked: Request, whole: Raw, raw: Raw) -> list[str | None]:
    declared = asked.option("shape_column")
    if declared and declared in whole.table.column_names:
        texts: list[str | None] = whole.table[declared].to_pylist()
    elif "_shape" in raw.table.column_names:
        texts = raw.table["_shape"].to_pylist()
    else:
        texts = [None] * len(whole.lines)
    return texts


def _drawn(text: str) -> tuple[BaseGeometry | None, str]:
    """Read a shape written in a cell as GeoJSON or as well-known text."""
    try:
        if text.lstrip().startswith("{"):
            return geojson.drawn(json.loads(text))
        shape = shapely.from_wkt(text.partition(";")[2] if text.startswith("SRID=") else text)
    except (ShapelyError, ValueError) as error:
        return None, f"the shape cannot be read ({str(error).splitlines()[0][:80]})"
    return geojson.drawn(shapely.geometry.mapping(shape))


def _points(raw: Raw) -> tuple[list[BaseGeometry | None], list[Fault]]:
    """Return the points of the columns ``lon`` and ``lat``, if the file has them."""
    if not {"lon", "lat"} <= set(raw.table.column_names):
        return [None] * len(raw.lines), []
    checked = check(raw, get("places"))
    faults = [
        fault for fault in checked.faults if fault.column in (raw.label("lon"), raw.label("lat"))
    ]
    frame = checked.frame
    known = frame["lon"].notna() & frame["lat"].notna()
    points = shapely.points(frame["lon"].fillna(0), frame["lat"].fillna(0))
    return [point if ok else None for point, ok in zip(points, known, strict=True)], faults


def _status(frame: pd.DataFrame, asked: Request) -> pd.Series:
    """Complete the status from the dates, seen from the day the file was had."""
    if asked.source.retrieved is None:
        return frame["status"]
    day = pd.Timestamp(asked.source.retrieved)
    start, end = frame["start"], frame["end"]
    lasting = end.isna() & ~frame["kind"].isin(["works", "construction"])
    deduced = pd.Series(pd.NA, index=frame.index, dtype=frame["status"].dtype)
    deduced[start.notna()] = "ongoing"
    deduced[(end < day) | (lasting & (start <= day))] = "done"
    deduced[start > day] = "planned"
    return frame["status"].fillna(deduced)


def _remarks(frame: gpd.GeoDataFrame) -> Tally:
    tally = Tally()
    tally.add(NOWHERE, frame.index[frame.geometry.isna()])
    tally.add(UNDATED, frame.index[frame["start"].isna()])
    tally.add(UNSTATED, frame.index[frame["status"].isna()])
    return tally


def _backwards(raw: Raw, frame: pd.DataFrame) -> list[Fault]:
    wrong = (frame["end"] < frame["start"]).to_numpy(dtype=bool)
    values = raw.table["end"] if "end" in raw.table.column_names else None
    problem = "the project ends before it starts"
    return listed(raw, "end", wrong, values, problem, "Correct the dates")


def _lost(raw: Raw, frame: gpd.GeoDataFrame) -> list[Fault]:
    bare = frame.geometry.isna() & frame["street"].isna() & frame["zone_id"].isna()
    problem = "the project has no footprint, no street and no zone"
    return listed(raw, "street", bare.to_numpy(dtype=bool), None, problem, "Give it one of them")


FAMILY = Family("projects", tuple(form.layout for form in FORMS.values()), each(read))
