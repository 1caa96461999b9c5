"""Layout ``mapped``: any columns and values, brought to ours by the city's declaration."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyproj import Transformer

from analyses.errors import Fault
from analyses.schemas import Raw, Schema, fold
from analyses.sources import joined
from analyses.sources.request import Request

OTHERWISE = "*"
"""In ``values``, the key that stands for any other text of the file."""

BLANK = ""
"""In ``values``, the key that stands for a cell left blank."""

_POINT = (
    r"""^(?:POINT|SRID=4326;POINT|\{"(?:type|coordinates)"[^\[]*\[)?[\s(\[]*"""
    r"""(?P<a>[-+]?\d+(?:\.\d+)?)\s*[,; ]\s*(?P<b>[-+]?\d+(?:\.\d+)?)[\s)\]]*"""
    r"""(?:,\s*"type":\s*"Point")?\s*\}?\s*$"""
)
_DATUM = re.compile(r"[+-]?\d+([.,]\d+)?|\d+[/.-]\w+[/.-]\d+([T ].*)?")
"""A number or a date, which is seldom the name of a column."""
_SEVERAL = 2
ORDERS = ("lat,lon", "lon,lat")

OPTIONS = ("point_column", "point_order", "crs")


def apply(
    raw: Raw,
    asked: Request,
    schema: Schema,
    hours: Mapping[str, joined.Figures] | None = None,
) -> tuple[Raw, list[Fault]]:
    """Rename, code and complete the columns of a file as ``city.yml`` declares.

    Parameters
    ----------
    raw : Raw
        File as it is.
    asked : Request
        With ``columns`` (our field: the file's column; one column may serve several fields, and
        several joined by ``+`` one field: :mod:`analyses.sources.joined`),
        ``values`` (our field: {text in the file: our value}, ``"*"`` for any other text,
        ``""`` for a blank cell),
        ``constants`` (our field: one value), and the options ``point_column`` with
        ``point_order`` (``lat,lon`` or ``lon,lat``) for coordinates in one column, ``crs`` for
        projected ones.

        A file with one column of status per wave is declared once per wave, with the wave as a
        constant.
    schema : Schema
        Table to fill.
    hours : mapping, optional
        Columns of hours as the whole file writes them, where ``raw`` is a part of it
        (:func:`analyses.sources.joined.column`).

    Returns
    -------
    Raw, list of Fault
        Columns under our names, and what the declaration gets wrong.
    """
    source = asked.source
    faults = _misnamed(raw, asked, schema)
    columns: dict[str, pa.ChunkedArray] = {}
    labels: dict[str, str] = {}
    for name, label in source.columns.items():
        ours = name in schema.names
        values = joined.column(raw, name, label, schema, hours) if ours else None
        if values is not None:
            columns[name], labels[name] = values, label
    for name, value in source.constants.items():
        if name in schema.names:
            columns[name] = pa.chunked_array([pa.array([value] * len(raw.lines), pa.string())])
    if point := asked.option("point_column"):
        columns |= _split(raw, point, asked.option("point_order", "lat,lon"))
        labels |= {"lon": point, "lat": point}
    for name, codes in source.values.items():
        if name in columns:
            columns[name] = coded(columns[name], codes)
    out = Raw(raw.file, pa.table(columns), raw.lines, labels, raw.header)
    order = asked.option("point_order", ORDERS[0])
    if order not in ORDERS:
        faults.append(
            Fault(
                "city.yml",
                "the option has no such value",
                f"Write one of: {' or '.join(ORDERS)}",
                column=f"sources.{asked.table}.options.point_order",
                value=order,
            )
        )
    if crs := asked.option("crs"):
        out, wrong = projected(out, crs)
        faults += wrong
    return out, faults


def without_effect(asked: Request) -> list[Fault]:
    """Return the faults of a declaration that brings columns or values to a layout of its own."""
    return [
        Fault(
            "city.yml",
            f"the layout {asked.source.layout} takes no {part}",
            "Write layout: mapped, or remove them",
            column=f"sources.{asked.table}.{part}",
        )
        for part in ("columns", "values", "constants")
        if getattr(asked.source, part)
    ]


def template(raw: Raw, schema: Schema) -> tuple[Raw, list[str]]:
    """Recognise our own headers: the field's name or its French or English title, in any case.

    Returns
    -------
    Raw, list of str
        Columns under our names, and the headers that are none of ours.
    """
    ours = {}
    for column in schema.columns:
        for spelling in (column.title.fr, column.title.en, column.name):
            ours[fold(spelling)] = column.name
    columns: dict[str, pa.ChunkedArray] = {}
    labels: dict[str, str] = {}
    unread = []
    for label in sorted(raw.table.column_names, key=lambda label: label not in schema.names):
        name = ours.get(fold(label))  # a field's own name goes before its title or another case
        if name is None or name in columns:
            unread.append(label)
        elif name in schema.names:
            columns[name], labels[name] = raw.table[label], label
    return Raw(raw.file, pa.table(columns), raw.lines, labels, raw.header), unread


def _misnamed(raw: Raw, asked: Request, schema: Schema) -> list[Fault]:
    source, table = asked.source, asked.table
    known = (*schema.names, *schema.personal)
    faults = [
        Fault(
            "city.yml",
            f"the table {table} has no such field",
            f"Use one of: {', '.join(schema.names)}",
            column=f"sources.{table}.{part}",
            value=name,
        )
        for part in ("columns", "values", "constants")
        for name in getattr(source, part)
        if name not in known
    ]
    faults += [
        Fault(
            "city.yml",
            "values are declared for a field that no column or constant fills",
            "Map it under columns:",
            column=f"sources.{table}.values",
            value=name,
        )
        for name in source.values
        if name in known and name not in {**source.columns, **source.constants}
    ]
    there = ", ".join(raw.header)[:300]
    if sum(bool(_DATUM.fullmatch(name)) for name in raw.header) >= _SEVERAL:
        there += ". If its first row holds data already, add a row with the columns' names above it"
    wanted = {f"columns.{name}": label for name, label in source.columns.items()}
    if point := asked.option("point_column"):
        wanted["options.point_column"] = point
    faults += [
        Fault(
            raw.file,
            "the file has no such column",
            f"Correct city.yml (sources.{table}.{where}); the file has: {there}",
            column=label,
        )
        for where, whole in wanted.items()
        for label in joined.absent(
            joined.labels(whole, raw.table.column_names), raw.table.column_names
        )
    ]
    return faults


def coded(values: pa.ChunkedArray, codes: dict[str, str]) -> pa.ChunkedArray:
    """Replace texts by their codes; an empty code means missing, an empty key a blank cell.

    A text that is no key, but one of them in another case, has its code: ``VIDE`` is no "any other
    text" where ``Vide`` is declared.
    """
    trimmed = pc.utf8_trim_whitespace(values)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    keys = [key for key in codes if key not in (OTHERWISE, BLANK)]
    known = pa.array([codes[key] or None for key in keys], pa.string())
    rank = pc.index_in(trimmed, value_set=pa.array(keys, pa.string()))
    rank = pc.coalesce(rank, _in_another_case(trimmed, keys))
    replaced = known.take(rank.combine_chunks()) if keys else pa.nulls(len(values), pa.string())
    other = pa.scalar(codes[OTHERWISE] or None, pa.string()) if OTHERWISE in codes else trimmed
    present = pc.and_(pc.is_valid(trimmed), pc.is_null(rank))
    done = pc.if_else(present, other, replaced)
    if codes.get(BLANK):
        done = pc.if_else(pc.is_null(trimmed), pa.scalar(codes[BLANK], pa.string()), done)
    return pa.chunked_array([done.combine_chunks()])


def _in_another_case(texts: pa.ChunkedArray, keys: list[str]) -> pa.ChunkedArray:
    """Return the rank of the only key that each text is but for its case and its spaces."""
    ranks: dict[str, list[int]] = {}
    for rank, key in enumerate(keys):
        ranks.setdefault(_caseless(key), []).append(rank)
    alone = {key: found[0] for key, found in ranks.items() if len(found) == 1}
    distinct = [text for text in pc.unique(texts).to_pylist() if text is not None]
    near = {text: alone[_caseless(text)] for text in distinct if _caseless(text) in alone}
    at = pc.index_in(texts, value_set=pa.array(list(near), pa.string()))
    return pa.array(list(near.values()), pa.int32()).take(at)


def _caseless(text: str) -> str:
    return " ".join(text.casefold().split())


def _split(raw: Raw, point: str, order: str) -> dict[str, pa.ChunkedArray]:
    return split_point(raw.table[point], order) if point in raw.table.column_names else {}


def split_point(values: pa.ChunkedArray, order: str) -> dict[str, pa.ChunkedArray]:
    """Cut texts such as ``49.26, -123.18`` in ``lon`` and ``lat`` (also WKT and GeoJSON points).

    A text that is no point stays whole on one side, where it is found to be no number.
    """
    found = pc.extract_regex(values, _POINT)
    first, second = pc.struct_field(found, [0]), pc.struct_field(found, [1])
    text = pc.if_else(pc.is_null(found), values, first)
    ordered = (text, second) if order == ORDERS[1] else (second, text)
    return {"lon": ordered[0], "lat": ordered[1]}


def projected(raw: Raw, crs: str) -> tuple[Raw, list[Fault]]:
    """Bring projected coordinates to longitude and latitude."""
    try:
        to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except Exception:  # noqa: BLE001 - pyproj raises its own kinds for a bad code
        return raw, [
            Fault(
                "city.yml",
                "there is no such coordinate system",
                "Write its EPSG code, such as EPSG:2154 (Lambert 93)",
                column="options.crs",
                value=crs,
            )
        ]
    if not {"lon", "lat"} <= set(raw.table.column_names):
        return raw, [
            Fault(
                "city.yml",
                "crs is declared without columns for lon and lat",
                "Map lon to the X column and lat to the Y column",
                column="options.crs",
                value=crs,
            )
        ]
    plane = {}
    for name in ("lon", "lat"):
        text = pc.replace_substring(pc.utf8_trim_whitespace(raw.table[name]), ",", ".")
        good = pc.match_substring_regex(text, r"^[+-]?\d+(\.\d*)?$")
        kept = pc.if_else(good, text, pa.scalar(None, pa.string()))
        plane[name] = pc.cast(kept, pa.float64()).to_numpy()
    lon, lat = to_degrees.transform(plane["lon"], plane["lat"])
    read = np.isfinite(lon) & np.isfinite(lat)
    table = raw.table
    for name, degrees in (("lon", lon), ("lat", lat)):
        text = pa.array(
            [repr(float(v)) if ok else None for v, ok in zip(degrees, read, strict=True)],
            pa.string(),
        )
        new = pc.if_else(pa.array(read), text, table[name])
        table = table.set_column(table.column_names.index(name), name, new)
    return Raw(raw.file, table, raw.lines, raw.labels, raw.header), []
