"""Write the open data of a city: one folder, one ``datapackage.json``, everything it names.

Only the public edition is read (``<run>/public/``): what it hides cannot leave by another door.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from analyses import results
from analyses.cities import City, Publication
from analyses.errors import CoeurvilleError, Fault, InputError
from analyses.publish import catalogue, counts, dictionary, revisions, tables
from analyses.runs import history, indicators_file
from analyses.runs.promote import promote, recover
from analyses.sources import Tables

LICENCES: dict[str, dict[str, str]] = {
    "etalab-2.0": {
        "name": "etalab-2.0",
        "title": "Licence Ouverte / Open Licence, version 2.0",
        "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    },
    "ODbL-1.0": {
        "name": "ODbL-1.0",
        "title": "Open Data Commons Open Database License 1.0",
        "path": "https://opendatacommons.org/licenses/odbl/1-0/",
    },
}
"""Licences of a package, as the Frictionless specification writes them."""

_TITLES = {
    "city": "Ville", "indicator": "Indicateur", "zone": "Zone", "breakdown": "Découpage",
    "category": "Modalité", "period_start": "Début de période", "period_end": "Fin de période",
    "value": "Valeur", "low": "Borne basse à 95 %", "high": "Borne haute à 95 %", "unit": "Unité",
    "n": "Effectif", "source": "Nature de la source", "method": "Méthode et version",
    "quality": "Qualité", "note": "Note",
}  # fmt: skip
_TYPES = {
    "value": "number", "low": "number", "high": "number", "n": "integer", "period_start": "date",
    "period_end": "date",
}  # fmt: skip
_REQUIRED = ("city", "indicator", "zone", "breakdown", "unit", "source", "method", "quality")


def publish(run: Path, city: City, data: Tables, target: Path) -> list[Path]:
    """Write the data package of a finished run; the folder is replaced whole, or not at all.

    Parameters
    ----------
    run : Path
        Folder of the finished run; its ``public/`` is read, nothing else.
    city : City
        City of the run, with its ``publication`` block.
    data : Tables
        Tables of the city: zones, provenance and, where the city opens them, its counts.
    target : Path
        Folder to write.

    Returns
    -------
    list of Path
        Files of the package, ``datapackage.json`` first.

    Raises
    ------
    InputError
        If the city does not say under which terms it publishes, or has no public edition.
    CoeurvilleError
        If the folder exists and is not a package of this city, or cannot be written.
    """
    about = _terms(city)
    manifest = _manifest(run, city)
    recover(target)
    _check_place(target, city)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        staging.chmod(0o755)
        _write(run, city, about, data, manifest, staging)
        promote(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    rest = sorted(path for path in target.rglob("*") if path.is_file())
    head = target / "datapackage.json"
    return [head, *(path for path in rest if path != head)]


def _terms(city: City) -> Publication:
    if city.publication is None:
        raise InputError(
            [
                Fault(
                    "city.yml",
                    "the city does not say under which terms it publishes",
                    "Add `publication:` with publisher, siret (14 digits in quotation marks), url "
                    "and licence (etalab-2.0 or ODbL-1.0)",
                    column="publication",
                )
            ]
        )
    return city.publication


def _manifest(run: Path, city: City) -> dict[str, Any]:
    path = run / "public" / "run.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            [
                Fault(
                    f"{city.id}/public/run.json",
                    "there is no public edition of a finished run",
                    f"Run `coeurville run {city.id}`",
                )
            ]
        ) from None
    if found.get("city") != city.id:
        raise CoeurvilleError(f"{path} is a run of {found.get('city')}, not of {city.id}.")
    return found


def _check_place(target: Path, city: City) -> None:
    """Refuse to replace what is not an older package of the same city."""
    if not target.exists() or not any(target.iterdir()):
        return
    head = target / "datapackage.json"
    name = ""
    if head.is_file():
        name = json.loads(head.read_text(encoding="utf-8")).get("name", "")
    if name != _name(city):
        raise CoeurvilleError(
            f"{target} holds other files. Name an empty or a new folder with --to."
        )


def _name(city: City) -> str:
    return f"coeurville-{city.id}"


def _write(
    run: Path,
    city: City,
    about: Publication,
    data: Tables,
    manifest: dict[str, Any],
    place: Path,
) -> None:
    found = indicators_file.read(run / "public" / indicators_file.NAME)
    resources = [_indicators(found, place), _dictionary(found, place)]
    if (log := revisions.resource(run / "public" / history.LOG, place)) is not None:
        resources.append(log)
    if (zones := _zones(data, place)) is not None:
        resources.append(zones)
    if "counts" in about.tables:
        resources += _counts(city, data, place)
    (place / "methode.md").write_text(
        dictionary.method(city.name, found["indicator"].unique()), encoding="utf-8"
    )
    day = date.fromisoformat(str(manifest["edition"]))
    descriptor = _descriptor(city, about, data, manifest, resources)
    _catalogue(city, about, found, day, resources, place)
    text = json.dumps(descriptor, indent=2, ensure_ascii=False)
    (place / "datapackage.json").write_text(text + "\n", encoding="utf-8")


def _indicators(found: pd.DataFrame, place: Path) -> dict[str, Any]:
    tables.write_french(found, place / indicators_file.NAME)
    fields = [
        {
            "name": name,
            "type": _TYPES.get(name, "string"),
            "title": _TITLES[name],
            **({"constraints": {"required": True}} if name in _REQUIRED else {}),
        }
        for name in results.COLUMNS
    ]
    foreign = [
        {"fields": ["indicator"], "reference": {"resource": "dictionary", "fields": ["indicator"]}}
    ]
    return tables.resource(
        "indicators", "Indicateurs", indicators_file.NAME, fields, foreignKeys=foreign
    )


def _dictionary(found: pd.DataFrame, place: Path) -> dict[str, Any]:
    names = found["indicator"].unique()
    tables.write_french(dictionary.table(names), place / "dictionary.csv")
    return tables.resource(
        "dictionary", "Dictionnaire des indicateurs", "dictionary.csv", dictionary.FIELDS,
        primaryKey=["indicator"],
    )  # fmt: skip


def _zones(data: Tables, place: Path) -> dict[str, Any] | None:
    if data.zones is None or data.zones.empty:
        return None
    kept = gpd.GeoDataFrame(data.zones)[["zone_id", "name", "kind", "geometry"]].to_crs(4326)
    (place / "zones.geojson").write_text(kept.to_json(drop_id=True) + "\n", encoding="utf-8")
    return {
        "name": "zones", "title": "Périmètres", "path": "zones.geojson", "format": "geojson",
        "mediatype": "application/geo+json", "encoding": "utf-8",
    }  # fmt: skip


def _counts(city: City, data: Tables, place: Path) -> list[dict[str, Any]]:
    if data.counts is None or data.sensors is None:
        raise InputError(
            [
                Fault(
                    "city.yml",
                    "counts cannot be published: the city has no counts or no sensors' places",
                    "Give both tables, or take counts out of the list",
                    column="publication.tables",
                )
            ]
        )
    found = counts.national(
        data.sensors, data.counts, insee_code=city.insee_code, time_zone=city.time_zone
    )
    resources = []
    for name, title, frame in (
        ("site", "Comptages : sites", found.sites),
        ("channel", "Comptages : canaux", found.channels),
        ("measure", "Comptages : mesures", found.measures),
    ):
        path = f"comptage-mobilites-{name}.csv"
        tables.write_plain(frame, place / path)
        resources.append(
            {
                "name": f"comptage-mobilites-{name}", "type": "table", "title": title, "path": path,
                "scheme": "file", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
                "conformsTo": counts.SCHEMA.format(name),
                "schema": {
                    "fields": [
                        {"name": field, "type": kind}
                        for field, kind in counts.COLUMNS[name].items()
                    ]
                },
                **({"description": "Capteurs sans coordonnées, laissés de côté : "
                    + ", ".join(found.left_out)} if found.left_out else {}),
            }
        )  # fmt: skip
    return resources


def _descriptor(
    city: City,
    about: Publication,
    data: Tables,
    manifest: dict[str, Any],
    resources: list[dict[str, Any]],
) -> dict[str, Any]:
    label = " (ville fictive)" if city.fictitious else ""
    rows = data.provenance.drop_duplicates(["producer", "licence", "table"]).to_dict("records")
    sources = [
        {
            "title": f"{row['producer'] or 'producteur non déclaré'} ({row['table']}), licence : "
            f"{row['licence'] or 'non déclarée'}",
            **({"path": row["url"]} if isinstance(row["url"], str) and row["url"] else {}),
        }
        for row in rows
    ]
    return {
        "profile": "data-package",
        "name": _name(city),
        "title": f"Indicateurs du centre-ville de {city.name}{label}",
        "description": "Édition publique : les petits effectifs sont masqués. Méthode dans "
        "methode.md.",
        "version": str(manifest["edition"]),
        "created": f"{manifest['edition']}T00:00:00Z",
        "homepage": about.url,
        "licenses": [LICENCES[about.licence]],
        "contributors": [{"title": about.publisher, "role": "publisher"}],
        "sources": sources or [{"title": "Aucune donnée fournie"}],
        "coeurville": {
            "fingerprint": manifest["fingerprint"],
            "code_version": manifest["code_version"],
        },
        "resources": resources,
    }


def _catalogue(
    city: City,
    about: Publication,
    found: pd.DataFrame,
    day: date,
    resources: list[dict[str, Any]],
    place: Path,
) -> None:
    starts = [value for value in found["period_start"] if value]
    ends = [value for value in found["period_end"] if value]
    first = date.fromisoformat(min(starts)) if starts else day
    last = date.fromisoformat(max(ends)) if ends else day
    line = catalogue.entry(
        city, about, first=first, last=last, day=day,
        resources=[str(item["path"]) for item in resources],
    )  # fmt: skip
    tables.write_plain(line, place / "catalogue-scdl.csv")
