"""From a city to its checked tables: every source read, every fault raised at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analyses.cities import City
from analyses.errors import Fault, InputError, raise_if_any
from analyses.schemas import Note, get, names, repeated
from analyses.sources import corrections, days, footfall, kept, parking, places, surroundings
from analyses.sources.commerce import osm, premises
from analyses.sources.days import happenings
from analyses.sources.parts import Part, part_of, together
from analyses.sources.request import Family, Piece, Request, expand
from analyses.sources.sirene import register
from analyses.sources.surroundings import footprints, streets
from analyses.sources.tables import Tables
from analyses.wording import Text, listing, number

FAMILIES: tuple[Family, ...] = (
    premises.FAMILY,
    register.FAMILY,
    osm.FAMILY,
    streets.FAMILY,
    *footfall.FAMILIES,
    *days.FAMILIES,
    *parking.FAMILIES,
    *surroundings.FAMILIES,
)
"""The families of layouts; a new one is one module and one name here."""

Progress = Callable[[str], None]

_REPEATS = {"shops": "first"}
"""What is done with a repeated key where the city declares nothing: a fault, but for data that a
user cannot correct (extracts of OpenStreetMap overlap)."""


def layouts() -> pd.DataFrame:
    """Return the layouts that can be read: table, layout, titles, options."""
    rows = [
        (family.table, layout.name, layout.title.fr, layout.title.en, ", ".join(layout.options))
        for family in FAMILIES
        for layout in family.layouts
    ]
    return pd.DataFrame(rows, columns=["table", "layout", "title_fr", "title_en", "options"])


def load(city: City, only: Sequence[str] | None = None, progress: Progress | None = None) -> Tables:
    """Read and check every source of a city.

    Parameters
    ----------
    city : City
        From :func:`analyses.cities.read`.
    only : sequence of str, optional
        Tables to read (the zones always are); the others are None.
    progress : callable, optional
        Told the name of each file before it is read.

    Returns
    -------
    Tables
        The tables, their provenance, their quality log and their reserves.

    Raises
    ------
    InputError
        With every fault of every file and of every declaration.
    """
    parts = kept.of(city) or tuple(read(city, only, progress))
    chosen = [part for part in parts if only is None or part.table in ("zones", *only)]
    return together(chosen)


def read(
    city: City, only: Sequence[str] | None = None, progress: Progress | None = None
) -> list[Part]:
    """Read and check every source of a city, table by table; as :func:`load`, from the files."""
    faults: list[Fault] = []
    frames: dict[str, pd.DataFrame] = {}
    pieces: dict[str, list[Piece]] = {"zones": []}
    zones = _zones(city, pieces["zones"], faults)
    if zones is not None:
        frames["zones"] = zones
    for table, declared in city.sources.given().items():
        if only is not None and table not in only:
            continue
        requests = []
        for source in declared:
            try:
                requests += expand(city, table, source)
            except InputError as error:
                faults += error.faults
        try:
            pieces[table], frame = _table(table, requests, zones, progress)
        except InputError as error:
            faults += error.faults
            continue
        if frame is not None:
            frames[table] = frame
    faults += _events_elsewhere(city, frames, pieces.get("events", []))
    raise_if_any(dict.fromkeys(faults))
    return [part_of(table, frames.get(table), got) for table, got in pieces.items()]


def packed(city: City) -> bytes | None:
    """Read and check every source of a city, for the processes that will :func:`load` it.

    Returns
    -------
    bytes or None
        For :func:`analyses.sources.kept.hand`; None if the tables are too large to be handed over.
    """
    return kept.pack(city, read(city))


def _events_elsewhere(
    city: City, frames: dict[str, pd.DataFrame], pieces: list[Piece]
) -> list[Fault]:
    """Find the events that name a sensor or a zone that the city does not have.

    What could not be read, or was not asked for, is not compared with.
    """
    known: dict[str, set[str]] = {}
    if "zones" in frames:
        known["zone_ids"] = set(frames["zones"]["zone_id"])
    counters = {"sensors", "counts"} & set(city.sources.given())
    if counters and counters <= set(frames):
        known["sensor_ids"] = {
            str(x) for name in counters for x in frames[name]["sensor_id"].unique()
        }
    return [
        fault
        for piece in pieces
        if piece.request.table == "events"
        for fault in happenings.unknown_places(piece.frame, piece.request, known)
    ]


def _zones(city: City, pieces: list[Piece], faults: list[Fault]) -> Any:
    try:
        asked = places.request(city)
        if asked is None:
            return None
        zones, notes = places.read(asked)
    except InputError as error:
        faults += error.faults
        return None
    pieces.append(Piece(asked, zones, len(zones), tuple(notes)))
    return zones


def _table(
    table: str, requests: list[Request], zones: Any, progress: Progress | None
) -> tuple[list[Piece], pd.DataFrame | None]:
    """Read the files of one table and put them together."""
    known = {
        layout.name: family
        for family in FAMILIES
        if family.table == table
        for layout in family.layouts
    }
    faults = [
        Fault(
            "city.yml",
            f"the table {table} has no such layout",
            f"Use one of: {', '.join(sorted(known)) or 'none yet'}",
            column=f"sources.{table}.layout",
            value=asked.source.layout,
        )
        for asked in requests
        if asked.source.layout not in known
    ]
    raise_if_any(dict.fromkeys(faults))
    if not requests:
        return [], None
    for asked in requests if progress else ():
        progress(asked.file)  # type: ignore[misc]
    family = known[requests[0].source.layout]
    pieces = family.read(requests)
    faults = [fault for piece in pieces for fault in piece.faults]
    declared = requests[0].corrections
    faults += corrections.guard(table, declared, [piece.hits for piece in pieces])
    if zones is not None:
        pieces, wrong = _placed(pieces, zones)
        faults += wrong
    pieces, wrong = _without_repeats(table, pieces)
    raise_if_any([*faults, *wrong])
    filled = [piece.frame for piece in pieces if len(piece.frame)] or [pieces[0].frame]
    return pieces, pd.concat(filled, ignore_index=True)


def _placed(pieces: list[Piece], zones: Any) -> tuple[list[Piece], list[Fault]]:
    """Give a zone to every row that has coordinates."""
    placed, faults = [], []
    for piece in pieces:
        if piece.request.table in surroundings.UNPLACED:
            done, wrong = footprints.zoned(piece, zones)
            placed.append(done)
            faults += wrong
            continue
        if not {"zone_id", "lon", "lat"} <= set(piece.frame.columns):
            placed.append(piece)
            continue
        faults += places.unknown_zones(piece.frame, zones, piece.request.file)
        faults += places.swapped(piece.frame, zones, piece.request.file)
        found, note = places.attribute(piece.frame, zones)
        notes = piece.notes if note is None else (*piece.notes, note)
        placed.append(replace(piece, frame=piece.frame.assign(zone_id=found), notes=notes))
    return placed, faults


def _without_repeats(table: str, pieces: list[Piece]) -> tuple[list[Piece], list[Fault]]:
    """Find keys given more than once, over all the files of the table.

    A repeated key is a fault (see :data:`_REPEATS`), unless every file concerned declares
    ``duplicates`` (``first``, ``last`` or ``drop``): the rows left out are then noted.
    """
    key = list(get(table).key) if table in names() else []
    if not key:
        return pieces, []
    keyed = pd.concat(
        [p.frame[key].assign(_piece=i, _line=p.frame.index) for i, p in enumerate(pieces)],
        ignore_index=True,
    )
    mask = repeated(keyed, key)
    if not mask.any():
        return pieces, []
    twice = keyed[mask]
    usual = _REPEATS.get(table, "fault")
    rules = {pieces[i].request.option("duplicates", usual) for i in twice["_piece"].unique()}
    rule = rules.pop() if len(rules) == 1 else "fault"
    if rule == "fault":
        return pieces, _repeat_faults(pieces, twice, key)
    keep: Any = False if rule == "drop" else rule
    out = twice[twice.duplicated(key, keep=keep)]
    kept = []
    for i, piece in enumerate(pieces):
        gone = out.loc[out["_piece"] == i, "_line"]
        if gone.empty:
            kept.append(piece)
            continue
        note = _repeat_note(twice, key, rule, gone)
        frame = piece.frame[~piece.frame.index.isin(gone.tolist())]
        kept.append(replace(piece, frame=frame, notes=(*piece.notes, note)))
    return kept, []


def _written(row: Any, key: list[str]) -> str:
    parts = [getattr(row, name) for name in key]
    return ", ".join(
        f"{name} {_day_or_time(value)}" for name, value in zip(key, parts, strict=True)
    )


def _day_or_time(value: Any) -> str:
    if not isinstance(value, pd.Timestamp):
        return str(value)
    return value.date().isoformat() if value == value.normalize() else value.isoformat()


def _repeat_faults(pieces: list[Piece], twice: pd.DataFrame, key: list[str]) -> list[Fault]:
    faults = []
    groups = list(twice.groupby(key, sort=False))
    remedy = (
        "Keep one of them, declare a correction, or declare options: {duplicates: first} "
        "(or last, drop)"
    )
    if pieces and pieces[0].request.table == "premises":
        remedy += (
            "; if the file identifies parcels or addresses, not premises, add what tells them "
            "apart: premises_id: PARCEL + UNIT, or PARCEL + (line)"
        )
    for _, rows in groups[:5]:
        places_ = [
            (pieces[number_].request.file, line)
            for number_, line in zip(rows["_piece"].tolist(), rows["_line"].tolist(), strict=True)
        ]
        again = [f"line {line} of {file}" for file, line in places_[1:6]]
        if len(places_) > 6:
            again.append(f"{number(len(places_) - 6, 'en')} more lines")
        are = "are" if len(key) > 1 else "is"
        problem = f"the same {' and '.join(key)} {are} given again at {listing(again, 'en')}"
        file, line = places_[0]
        value = _written(next(rows.itertuples()), key)
        faults.append(Fault(file, problem, remedy, row=line, column=key[0], value=value))
    if len(groups) > 5:
        problem = f"and {number(len(groups) - 5, 'en')} more repeated keys"
        faults.append(Fault(pieces[0].request.file, problem, remedy, column=key[0]))
    return faults


def _repeat_note(twice: pd.DataFrame, key: list[str], rule: str, gone: pd.Series) -> Note:
    shown = [_written(row, key) for row in twice.drop_duplicates(key).head(5).itertuples()]
    rule_fr = {
        "first": "la première ligne est gardée",
        "last": "la dernière ligne est gardée",
        "drop": "aucune ligne n'est gardée",
    }[rule]
    rule_en = {
        "first": "the first row is kept",
        "last": "the last row is kept",
        "drop": "no row is kept",
    }[rule]
    lines = ", ".join(str(line) for line in twice["_line"].head(10))
    return Note(
        Text(
            f"Doublon(s) : {' ; '.join(shown)} (lignes {lines}) ; {rule_fr}, "
            f"{number(len(gone))} ligne(s) écartée(s).",
            f"Duplicate(s): {'; '.join(shown)} (lines {lines}); {rule_en}, "
            f"{number(len(gone), 'en')} row(s) set aside.",
        ),
        rows=len(gone),
        set_aside=True,
        lines=tuple(int(line) for line in gone[:5]),
    )
