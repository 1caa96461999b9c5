"""Shops, cafés, restaurants and services seen in OpenStreetMap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import opening_hours
import pandas as pd
import pyarrow as pa

from analyses import activities
from analyses.schemas import Note, Raw, check, get
from analyses.sources import corrections
from analyses.sources.files import osm_objects
from analyses.sources.files.osm_objects import Extract, Thing
from analyses.sources.remarks import examples
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.wording import Text, number

_OPTIONS = ("bbox", "duplicates")

PBF = Layout(
    "osm-pbf",
    Text("Extrait OpenStreetMap (.osm.pbf)", "OpenStreetMap extract (.osm.pbf)"),
    _OPTIONS,
)
OVERPASS = Layout(
    "overpass",
    Text("Réponse JSON de l'API Overpass", "JSON answer of the Overpass API"),
    _OPTIONS,
)
GEOJSON = Layout(
    "osm-geojson",
    Text("Export GeoJSON d'overpass turbo", "GeoJSON export of overpass turbo"),
    _OPTIONS,
)

_READERS: dict[str, Callable[[Path, str, list[str]], Extract]] = {
    PBF.name: osm_objects.from_pbf,
    OVERPASS.name: osm_objects.from_overpass,
    GEOJSON.name: osm_objects.from_geojson,
}
GONE = ("disused", "vacant", "abandoned")
"""Prefixes of a key whose premises stand but whose trade has stopped (OpenStreetMap wiki,
"Lifecycle prefix"); ``demolished:`` and ``was:`` say nothing of the premises and are not read."""
_EMPTY = {"vacant", "disused"}
_NOT_A_SHOP = {"no", "none"}
_COLUMNS = (
    "osm_id", "status", "kind", "activity_family", "name", "brand", "opening_hours", "street",
    "lon", "lat",
)  # fmt: skip


def read(asked: Request) -> Piece:
    """Read one extract.

    Parameters
    ----------
    asked : Request
        Layout ``osm-pbf``, ``overpass`` or ``osm-geojson``; option ``bbox`` (west, south, east,
        north) cuts an extract larger than the city.

    Returns
    -------
    Piece
        Rows of the table ``shops``. Opening hours that do not follow the syntax are kept, marked
        and listed in a note.

    Raises
    ------
    InputError
        If the file is not of the layout.
    """
    keys = activities.osm_keys()
    wanted = [*keys, *(f"{prefix}:{key}" for prefix in GONE for key in keys)]
    extract = _READERS[asked.source.layout](asked.path, asked.file, wanted)
    box, wrong = osm_objects.bounding_box(asked)
    faults = [*asked.check_options(_OPTIONS), *wrong]
    rows = [row for thing in extract.things if osm_objects.inside(thing, box)
            and (row := _row(thing))]  # fmt: skip
    table = pa.table({
        name: pa.chunked_array([pa.array([row[name] for row in rows], pa.string())])
        for name in _COLUMNS
    })  # fmt: skip
    raw = Raw(asked.file, table, np.arange(1, len(rows) + 1, dtype=np.int64))
    checked = check(raw, get("shops"))
    frame, notes = checked.frame, list(checked.notes)
    day = _observed(asked, extract, notes)
    frame["observed"] = pd.Series(day, index=frame.index, dtype="datetime64[ns]")
    frame["opening_hours_valid"], unreadable = valid_hours(frame["opening_hours"])
    if unreadable:
        notes.append(_hours_note(frame, unreadable))
    if not rows:
        notes.append(_EMPTY_NOTE)
    frame, repairs, hits = corrections.on_frame(frame, asked.corrections)
    return Piece(asked, frame, len(rows), (*notes, *repairs), (*faults, *checked.faults), hits)


def valid_hours(texts: pd.Series) -> tuple[pd.Series, list[str]]:
    """Tell which opening hours follow the syntax of OpenStreetMap.

    Parameters
    ----------
    texts : Series of str
        Values of ``opening_hours``.

    Returns
    -------
    Series of boolean, list of str
        Missing where there are no hours; the distinct texts that do not follow it, sorted.
    """
    distinct = texts.dropna().unique()
    valid = {text: bool(opening_hours.validate(text)) for text in distinct}
    answers = pd.Series(texts.astype(object).map(valid).to_numpy(), index=texts.index)
    return answers.astype("boolean"), sorted(text for text, good in valid.items() if not good)


def _row(thing: Thing) -> dict[str, str | None] | None:
    """Return the shop that an object is, None if it is none."""
    found = _in_use(thing) or _gone(thing)
    if found is None:
        return None
    status, kind, family = found
    tags = thing.tags
    return {
        "osm_id": thing.id,
        "status": status,
        "kind": kind,
        "activity_family": family,
        "name": tags.get("name"),
        "brand": tags.get("brand"),
        "opening_hours": tags.get("opening_hours"),
        "street": tags.get("addr:street") or tags.get("contact:street"),
        "lon": None if thing.lon is None else repr(thing.lon),
        "lat": None if thing.lat is None else repr(thing.lat),
    }


def _in_use(thing: Thing) -> tuple[str, str, str | None] | None:
    for key in activities.osm_keys():
        value = thing.tags.get(key)
        if value is None or value in _NOT_A_SHOP:
            continue
        if value in _EMPTY:
            return "vacant", "vacant", None
        family = activities.family_of_tag(key, value)
        if family is not None:
            empty = thing.tags.get("disused") == "yes" or thing.tags.get("vacant") == "yes"
            return ("vacant", value, None) if empty else ("occupied", value, family)
    return None


def _gone(thing: Thing) -> tuple[str, str, None] | None:
    for prefix in GONE:
        for key in activities.osm_keys():
            value = thing.tags.get(f"{prefix}:{key}")
            if value is None or value in _NOT_A_SHOP:
                continue
            if value in (*_EMPTY, "yes") or activities.family_of_tag(key, value) is not None:
                return "vacant", "vacant" if value == "yes" else value, None
    return None


def _observed(asked: Request, extract: Extract, notes: list[Note]) -> pd.Timestamp | pd.NaT:  # type: ignore[valid-type]
    if extract.observed is not None:
        return extract.observed
    if asked.source.retrieved is not None:
        return pd.Timestamp(asked.source.retrieved)
    notes.append(_UNDATED)
    return pd.NaT


def _hours_note(frame: pd.DataFrame, unreadable: Iterable[str]) -> Note:
    wrong = (~frame["opening_hours_valid"]).fillna(False).to_numpy(dtype=bool)
    count, total = int(wrong.sum()), int(frame["opening_hours"].notna().sum())
    shown = examples(unreadable)
    return Note(
        Text(
            f"Horaires illisibles : {number(count)} sur {number(total)} ({shown.fr}).",
            f"Unreadable opening hours: {number(count, 'en')} of {number(total, 'en')} "
            f"({shown.en}).",
        ),
        rows=count,
        lines=tuple(int(line) for line in frame.index[wrong][:5]),
    )


_UNDATED = Note(
    Text(
        "L'extrait OpenStreetMap ne dit pas sa date ; retrieved la déclare.",
        "The OpenStreetMap extract does not say its date; retrieved declares it.",
    )
)
_EMPTY_NOTE = Note(
    Text(
        "L'extrait OpenStreetMap ne contient aucun commerce.",
        "The OpenStreetMap extract holds no shop.",
    )
)

FAMILY = Family("shops", (PBF, OVERPASS, GEOJSON), each(read))
