"""Writing the demo city's folder: the only part of the generator that touches a disk."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from analyses.demo import layouts, transit
from analyses.demo.city import SEED, Demo, generate
from analyses.demo.parking import Parking
from analyses.demo.people import COLUMNS as PERSONAL
from analyses.demo.surroundings import Surroundings
from analyses.errors import CoeurvilleError


def write(folder: str | Path, seed: int = SEED) -> list[Path]:
    """Write the demo city as a new folder, whole or not at all.

    Parameters
    ----------
    folder : path
        Folder to create; its last part should be ``demo``, the id that ``city.yml`` carries.
    seed : int
        Seed of the generator; the same seed gives the same bytes.

    Returns
    -------
    list of Path
        Files written, sorted.

    Raises
    ------
    CoeurvilleError
        If the folder already exists.
    """
    folder = Path(folder)
    if folder.exists():
        raise CoeurvilleError(f"{folder} already exists: name a folder that does not.")
    demo = generate(seed)
    content = {name: text.encode("utf-8") for name, text in texts(demo).items()}
    content |= archives(demo)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".demo-", dir=folder.parent))
    try:
        for name, written in content.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written)
        made.chmod(0o755)
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return sorted(folder / name for name in content)


def texts(demo: Demo) -> dict[str, str]:
    """Return the text of every file of the demo city's folder, by path relative to it."""
    survey = demo.survey
    order = [*survey.table.columns, *PERSONAL]
    premises = pd.concat([survey.table, survey.personal], axis="columns")[order]
    own = resources.files("analyses.demo").joinpath("own")
    return {
        "city.yml": resources.files("analyses.demo").joinpath("city.yml").read_text("utf-8"),
        **{
            f"texts/{name}.md": own.joinpath(f"{name}.md").read_text("utf-8")
            for name in ("enjeux", "demarche", "retombees")
        },
        "premises.csv": _csv(premises, ";"),
        "zones.geojson": _geojson(demo.zones),
        "streets.geojson": _geojson(demo.base),
        "StockEtablissement.csv": _csv(layouts.stock(demo.establishments), ","),
        "StockEtablissementHistorique.csv": _csv(layouts.history(demo.establishments), ","),
        "Geolocalisation.csv": _csv(layouts.geolocation(demo.establishments), ";"),
        "openstreetmap.geojson": _geojson(demo.shops),
        "truth.json": _json(demo.truth),
        **_parking(demo.parking),
        **_footfall(demo),
        **_surroundings(demo.surroundings),
        "crossings_truth.json": _json(demo.passages.truth | {"stops": transit.truth()}),
    }


def archives(demo: Demo) -> dict[str, bytes]:
    """Return the files of the demo city's folder that are no text."""
    return {"horaires_gtfs.zip": demo.schedule}


def _parking(parking: Parking) -> dict[str, str]:
    return {
        "parking_supply.csv": _csv(parking.supply, ";"),
        "parking_stays.csv": _csv(parking.stays, ";"),
        "horodateurs.csv": _csv(parking.payments, ";"),
        "parking_counts.csv": _csv(parking.counts, ";"),
        "parcs.csv": _csv(parking.garages, ";"),
        "infractions.csv": _csv(parking.infractions, ";"),
        "evenements_stationnement.csv": _csv(parking.events, ";"),
        "parking_truth.json": _json(parking.truth),
    }


def _footfall(demo: Demo) -> dict[str, str]:
    footfall = demo.footfall
    sensors = pd.concat([footfall.sensors, demo.passages.sensors], ignore_index=True)
    return {
        "capteurs.csv": _csv(sensors, ";"),
        "comptages.csv": _csv(footfall.counts, ","),
        "comptages_rues.csv": _csv(demo.passages.counts, ","),
        "evenements.csv": _csv(footfall.events, ";"),
        "meteo.csv": _csv(footfall.weather, ";"),
        "footfall_truth.json": _json(footfall.truth),
    }


def _surroundings(around: Surroundings) -> dict[str, str]:
    return {
        "equipements.csv": _csv(around.places, ";"),
        "stationnement_velo.csv": _csv(around.racks, ","),
        "irve.csv": _csv(around.stations, ","),
        "base_iris.csv": _csv(around.statistics, ";"),
        "population_zones.csv": _csv(around.zones, ";"),
        "projets.geojson": _geojson(around.projects),
    }


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _csv(frame: pd.DataFrame, delimiter: str) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*(_written(frame[name]) for name in frame), strict=True))
    return stream.getvalue()


def _written(column: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return [str(day) for day in column.dt.strftime("%Y-%m-%d").fillna("")]
    if pd.api.types.is_float_dtype(column):
        return [
            "" if pd.isna(value) else f"{value:.6f}".rstrip("0").rstrip(".") for value in column
        ]
    return [str(value) for value in column.fillna("")]


def _geojson(collection: dict[str, Any]) -> str:
    """Write a feature collection with one feature a line, so that a change reads well."""
    head = {key: value for key, value in collection.items() if key != "features"}
    opening = json.dumps(head, ensure_ascii=False)[:-1]
    lines = [
        json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        for feature in collection["features"]
    ]
    return f'{opening}, "features": [\n' + ",\n".join(lines) + "\n]}\n"
