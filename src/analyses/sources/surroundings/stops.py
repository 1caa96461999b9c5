"""Public transport stops: our template, any file, OpenStreetMap, and GTFS schedules."""

from __future__ import annotations

from collections.abc import Mapping

from analyses.sources.files import osm_objects
from analyses.sources.files.osm_objects import Thing
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.sources.surroundings import gtfs, lists
from analyses.sources.surroundings.lists import Form
from analyses.wording import Text

FORMS: dict[str, Form] = {
    "coeurville": lists.template("des arrêts", "stops"),
    "mapped": lists.mapped(),
}
"""Layouts of lists, by name."""

_OPTIONS = ("bbox", "duplicates")
_OSM: dict[str, tuple[str, str]] = {
    "osm-pbf": ("Extrait OpenStreetMap (.osm.pbf)", "OpenStreetMap extract (.osm.pbf)"),
    "overpass": ("Réponse JSON de l'API Overpass", "JSON answer of the Overpass API"),
    "osm-geojson": ("Export GeoJSON d'overpass turbo", "GeoJSON export of overpass turbo"),
}
OSM: tuple[Layout, ...] = tuple(
    Layout(name, Text(*titles), _OPTIONS) for name, titles in _OSM.items()
)
"""Extracts of OpenStreetMap."""

_KEYS = ("highway", "railway", "public_transport", "amenity", "aerialway")
_COLUMNS = ("stop_id", "name", "mode", "lines", "lon", "lat")


def read(asked: Request) -> Piece:
    """Read one file of stops.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    if asked.source.layout == gtfs.LAYOUT.name:
        return gtfs.read(asked)
    if asked.source.layout in FORMS:
        return lists.read(asked, FORMS[asked.source.layout])
    return _osm(asked)


def _osm(asked: Request) -> Piece:
    """Read the stops of an extract of OpenStreetMap: lines if it says them, no departures."""
    rows, wrong = osm_objects.rows(asked, _KEYS, _stop)
    raw = osm_objects.raw(asked.file, rows, _COLUMNS)
    return lists.checked(asked, raw, [*asked.check_options(_OPTIONS), *wrong])


def mode_of(tags: Mapping[str, str]) -> str | None:
    """Return the mode of an OpenStreetMap stop, None if the object is none.

    Platforms and stations are stops; positions on the carriageway (``stop_position``) would count
    them twice.
    """
    if tags.get("public_transport") == "stop_position":
        return None
    rail = tags.get("railway")
    if rail in ("station", "halt"):
        return (
            "metro" if tags.get("station") == "subway" or tags.get("subway") == "yes" else "train"
        )
    if rail == "tram_stop" or (rail == "platform" and tags.get("tram") == "yes"):
        return "tram"
    if tags.get("highway") == "bus_stop" or tags.get("amenity") == "bus_station":
        return "bus"
    if tags.get("public_transport") == "platform":
        known = [mode for mode in ("train", "subway", "tram", "bus") if tags.get(mode) == "yes"]
        return {"subway": "metro"}.get(known[0], known[0]) if known else None
    other = tags.get("amenity") == "ferry_terminal" or tags.get("aerialway") == "station"
    return "other" if other else None


def _stop(thing: Thing) -> dict[str, str | None] | None:
    mode = mode_of(thing.tags)
    if mode is None:
        return None
    refs = {ref.strip() for ref in thing.tags.get("route_ref", "").split(";")} - {""}
    return {
        "stop_id": thing.id,
        "name": (thing.tags.get("name") or "")[:300] or None,
        "mode": mode,
        "lines": str(len(refs)) if refs else None,
        "lon": None if thing.lon is None else repr(thing.lon),
        "lat": None if thing.lat is None else repr(thing.lat),
    }


FAMILY = Family("stops", (*(form.layout for form in FORMS.values()), gtfs.LAYOUT, *OSM), each(read))
