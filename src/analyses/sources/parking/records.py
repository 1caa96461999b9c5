"""Parking records: any layout of dated rows, read by batches into typed, placed-in-time frames.

What is common to payments, stays, states, counts, garages and infractions is here, so that time
zones, changes of clocks, plates and faults follow one rule; what differs is a :class:`Recipe`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce
from operator import or_

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses import declarations
from analyses.errors import Fault
from analyses.schemas import Note, Raw, Reading, Schema, check, convert, fold, get
from analyses.schemas.check import listed
from analyses.schemas.convert import Mask
from analyses.schemas.writing import SILENT, Writing
from analyses.sources import corrections, joined, mapping
from analyses.sources.files import streams
from analyses.sources.files.opening import reading_of
from analyses.sources.parking import moments
from analyses.sources.parking.plates import Pseudonyms
from analyses.sources.parking.recipes import Recipe
from analyses.sources.remarks import Remark, Tally, of_dates
from analyses.sources.request import Piece, Request
from analyses.wording import Text, listing

OPTIONS: tuple[str, ...] = ("decimal", "date_order", "time_zone", "time_format", "duplicates")
"""Options that every layout of dated rows takes."""


TWICE = Remark(
    "{n} instant(s) tombent dans l'heure doublée du passage à l'heure d'hiver, sans que le fichier "
    "dise laquelle ; l'ordre des lignes décide, sinon la première (heure d'été) est prise.",
    "{n} time(s) fall in the hour doubled by the change to winter time and the file does not say "
    "which; the order of rows decides, else the first (summer time) is taken.",
)
SKIPPED = Remark(
    "{n} instant(s) tombent dans l'heure sautée du passage à l'heure d'été ; lus comme si "
    "l'horloge n'avait pas été avancée.",
    "{n} time(s) fall in the hour skipped by the change to summer time; read as if the clock "
    "had not been put forward.",
)


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of a file are placed: zone of its clock, zone of the table, formats, series."""

    zone: str
    home: str
    formats: tuple[str, ...]
    series: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file, typed and indexed by ``line``, with what is wrong with them.

    ``writing`` tells of the dates of these rows alone: only those of all the batches together say
    whether the order of day and month is proven.
    """

    frame: pd.DataFrame
    rows: int
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    hits: tuple[int, ...]
    writing: Writing = SILENT


def read(asked: Request, recipe: Recipe, series: str = "") -> Piece:
    """Read one file whole; see :func:`batches`."""
    tally = Tally()
    parts = list(batches(asked, recipe, tally, series=series))
    frames = [part.frame for part in parts if len(part.frame)] or [part.frame for part in parts[:1]]
    hits = [part.hits for part in parts if part.hits]
    notes = dict.fromkeys(note for part in parts for note in part.notes)
    dates = of_dates(asked.file, reduce(or_, (part.writing for part in parts), SILENT))
    return Piece(
        asked,
        pd.concat(frames) if frames else _nothing(asked.table),
        sum(part.rows for part in parts),
        (*notes, *dates, *tally.notes()),
        tuple(dict.fromkeys(fault for part in parts for fault in part.faults)),
        tuple(int(sum(counts)) for counts in zip(*hits, strict=True)),
    )


def batches(
    asked: Request,
    recipe: Recipe,
    tally: Tally,
    *,
    series: str = "",
    pseudonyms: Pseudonyms | None = None,
) -> Iterator[Batch]:
    """Read one file by batches.

    Parameters
    ----------
    asked : Request
        File to read.
    recipe : Recipe
        Its layout.
    tally : Tally
        Where reserves are counted.
    series : str
        Field that names the series of a row, for tables that look at each place again and again.
    pseudonyms : Pseudonyms, optional
        Order numbers of vehicles already given in other files of the same table.

    Yields
    ------
    Batch
        Fields of the table in order, then ``vehicle`` where plates were given.
    """
    schema = get(asked.table)
    faults = asked.check_options(recipe.layout.options)
    reading, wrong = reading_of(asked)
    zone, odd = time_zone(asked, recipe)
    faults += [*wrong, *odd]
    vehicles = pseudonyms or Pseudonyms()
    if asked.option("time_format"):
        recipe = replace(recipe, formats=(asked.option("time_format"), *recipe.formats))
    clocks = hours(asked, asked.source.columns) if asked.source.layout == "mapped" else {}
    for raw, ragged in streams.batches(asked, lambda names: chosen(names, asked, recipe, schema)):
        named, misread = _named(raw, asked, recipe, vehicles, clocks)
        repaired, repairs, hits = corrections.on_text(named, asked.corrections)
        at = Clock(zone, asked.city.time_zone, recipe.formats, series)
        frame, bad, notes, writing = _typed(repaired, schema, reading, at, tally)
        if recipe.finish is not None and not misread:
            frame = recipe.finish(frame, tally, asked)
        bad += _required(repaired, frame, schema) if not misread else []
        frame = frame[[c for c in frame.columns if not c.startswith("_")]]
        unread = _unread(raw, asked, recipe)
        yield Batch(
            frame,
            len(raw.lines),
            (*faults, *ragged, *misread, *bad),
            (*unread, *repairs, *notes),
            hits,
            writing,
        )


def hours(asked: Request, columns: Mapping[str, str]) -> dict[str, joined.Figures]:
    """Look at the whole columns of hours of a file, before its batches are read.

    One batch alone would not tell: 9 is nine o'clock, or nine past midnight where a later row
    says 1430.

    Parameters
    ----------
    asked : Request
        File to read.
    columns : mapping
        Our field: column of the file, or columns joined.
    """
    schema = get(asked.table)
    whole = asked.path.suffix.lower() in streams.AT_ONCE
    if whole or not joined.clocks(columns, _parts(columns), schema):
        return {}

    def choose(names: Sequence[str]) -> Sequence[str]:
        return joined.clocks(columns, names, schema) or names[:1]

    seen: dict[str, joined.Figures] = {}
    for raw, _ in streams.batches(asked, choose):
        for name in joined.clocks(columns, raw.table.column_names, schema):
            found = joined.figures(raw.table[name], schema)
            seen[name] = seen.get(name, joined.Figures()) | found
    return seen


def _parts(columns: Mapping[str, str]) -> list[str]:
    return [part for label in columns.values() for part in joined.labels(label, ())]


def time_zone(asked: Request, recipe: Recipe) -> tuple[str, list[Fault]]:
    """Return the zone of the file's clock: declared, UTC by layout, or the city's."""
    declared = asked.option("time_zone", "UTC" if recipe.utc else asked.city.time_zone)
    if declared in declarations.time_zones():
        return declared, []
    fault = Fault(
        "city.yml",
        "there is no such time zone",
        "Write a name such as Europe/Paris or UTC",
        column=f"sources.{asked.table}.options.time_zone",
        value=declared,
    )
    return asked.city.time_zone, [fault]


def chosen(names: Sequence[str], asked: Request, recipe: Recipe, schema: Schema) -> list[str]:
    """Return the columns of a file that are worth reading."""
    if recipe.columns:
        return list(dict.fromkeys(_found(names, recipe).values()))
    if asked.source.layout == "mapped":
        wanted = {
            asked.option("point_column"),
            *(part for one in asked.source.columns.values() for part in joined.labels(one, names)),
        }
        return [name for name in names if name in wanted]
    ours = {
        fold(spelling)
        for column in schema.columns
        for spelling in (column.name, column.title.fr, column.title.en)
    }
    return [name for name in names if fold(name) in ours]


def _found(names: Sequence[str], recipe: Recipe) -> dict[str, str]:
    """Return our field: the file's header, for the fields of a layout that the file has."""
    folded = {fold(name): name for name in reversed(names) if name}
    found = {}
    for ours, spellings in recipe.columns.items():
        label = next((folded[fold(s)] for s in spellings if fold(s) in folded), None)
        if label is not None:
            found[ours] = label
    return found


def _unread(raw: Raw, asked: Request, recipe: Recipe) -> list[Note]:
    """Name the columns of a template that are none of ours."""
    if recipe.columns or asked.source.layout == "mapped":
        return []
    unread = [name for name in raw.header if name and name not in raw.table.column_names]
    if not unread:
        return []
    return [
        Note(
            Text(
                f"Colonnes de {raw.file} qui ne sont pas du modèle et n'ont pas été lues : "
                f"{listing([f'« {name} »' for name in unread])}.",
                f"Columns of {raw.file} that are not in the template and were not read: "
                f"{listing([repr(name) for name in unread], 'en')}.",
            )
        )
    ]


def _named(
    raw: Raw,
    asked: Request,
    recipe: Recipe,
    vehicles: Pseudonyms,
    clocks: Mapping[str, joined.Figures],
) -> tuple[Raw, list[Fault]]:
    """Bring a batch under our names, plates already replaced by order numbers."""
    faults: list[Fault] = []
    schema = get(asked.table)
    plates = _plates(raw, asked, recipe, schema)
    if recipe.columns:
        found = _found(raw.table.column_names, recipe)
        columns = {ours: raw.table[label] for ours, label in found.items() if ours != "plate"}
        coded = {k: dict(v) for k, v in recipe.values.items()} | dict(asked.source.values)
        for name, codes in coded.items():
            if name in columns:
                columns[name] = mapping.coded(columns[name], codes)
        for name, value in asked.source.constants.items():
            columns[name] = pa.chunked_array([pa.array([value] * len(raw.lines), pa.string())])
        named = Raw(raw.file, pa.table(columns), raw.lines, found, raw.header)
        faults += [_absent(raw, recipe, name) for name in recipe.needs if name not in found]
    elif asked.source.layout == "mapped":
        named, faults = mapping.apply(raw, asked, schema, clocks)
    else:
        named, _ = mapping.template(raw, schema)
    if plates is not None:
        known = convert.to_text(pc.cast(plates, pa.string()), schema.missing)
        codes = pa.chunked_array([pa.array(vehicles.codes(known), pa.int64())])
        named = replace(named, table=named.table.append_column("vehicle", codes))
    return named, faults


def _plates(raw: Raw, asked: Request, recipe: Recipe, schema: Schema) -> pa.ChunkedArray | None:
    """Return the plates of a batch, None where the file or the table has none."""
    if "plate" not in schema.personal:
        return None
    if asked.source.layout == "mapped":
        label = asked.source.columns.get("plate")
        return None if label is None else joined.column(raw, "plate", label, schema)
    if recipe.columns:
        name = _found(raw.table.column_names, recipe).get("plate")
    else:
        spec = schema["plate"]
        ours = {fold(spelling) for spelling in (spec.name, spec.title.fr, spec.title.en)}
        name = next((name for name in raw.table.column_names if fold(name) in ours), None)
    return None if name is None else raw.table[name]


def _absent(raw: Raw, recipe: Recipe, name: str) -> Fault:
    there = ", ".join(raw.header) or "none"
    return Fault(
        raw.file,
        f"the layout {recipe.layout.name} has a column for {name.lstrip('_')} and "
        f"the file has none; it has: {there[:300]}",
        "Check the layout, or map the file with layout: mapped and columns:",
        column=recipe.columns[name][0],
    )


@cache
def _timeless(schema_name: str) -> Schema:
    schema = get(schema_name)
    kept = tuple(column for column in schema.columns if column.type != "datetime")
    return replace(schema, columns=kept)


def _typed(
    raw: Raw, schema: Schema, reading: Reading, at: Clock, tally: Tally
) -> tuple[pd.DataFrame, list[Fault], tuple[Note, ...], Writing]:
    checked = check(raw, _timeless(schema.name), reading)
    frame, faults = checked.frame, list(checked.faults)
    groups, writing = _groups(raw, at.series), SILENT
    for column in schema.columns:
        if column.type != "datetime":
            continue
        if column.name not in raw.table.column_names:
            never = np.full(len(frame), moments.MISSING)
            frame[column.name] = moments.series(never, at.home).set_axis(frame.index)
            continue
        values = raw.table[column.name]
        written = moments.read(values, at.formats, reading.date_order)
        writing |= written.writing
        placed = moments.settle(written, at.zone, groups)
        tally.add(TWICE, raw.lines[placed.twice])
        tally.add(SKIPPED, raw.lines[placed.skipped])
        frame[column.name] = moments.series(placed.seconds, at.home).set_axis(frame.index)
        frame[f"_{column.name}_day"] = written.day_only
        frame[f"_{column.name}_twice"] = placed.twice
        faults += listed(
            raw,
            column.name,
            written.bad,
            values,
            "this is not a time that exists",
            "Write it as 2024-06-15 14:30, or declare options: {time_format: …}",
        )
    order = [name for name in schema.names if name in frame]
    helpers = [name for name in frame.columns if name.startswith("_")]
    frame = frame[[*order, *helpers]].copy()
    for name in raw.table.column_names:
        if name.startswith("_") or name == "vehicle":
            kind = "Int64" if name == "vehicle" else "string"
            frame[name] = pd.array(raw.table[name].to_pandas(), dtype=kind)
    return frame, faults, checked.notes, writing


def _groups(raw: Raw, series: str) -> npt.NDArray[np.int64] | None:
    if not series or series not in raw.table.column_names:
        return None
    encoded = pc.dictionary_encode(raw.table[series])
    whole = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0)
    codes: npt.NDArray[np.int64] = pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int64)


def _required(raw: Raw, frame: pd.DataFrame, schema: Schema) -> list[Fault]:
    """Return the faults of required times that are still missing once the layout is finished."""
    faults = []
    for column in schema.columns:
        if column.type != "datetime" or not column.required:
            continue
        given = column.name in raw.table.column_names
        if not given and frame[column.name].isna().all() and len(frame):
            faults.append(
                Fault(
                    raw.file,
                    f"the column is missing; the file has: {', '.join(raw.header)[:300]}",
                    "Add the column, or map it in city.yml with layout: mapped",
                    column=column.name,
                )
            )
        elif given:
            empty: Mask = np.asarray(raw.table[column.name].is_null().to_numpy(), dtype=bool)
            missing = frame[column.name].reindex(raw.lines).isna().to_numpy() & empty
            missing &= np.isin(raw.lines, frame.index)
            faults += listed(raw, column.name, missing, None, "the value is missing", "Fill it in")
    return faults


def _nothing(table: str) -> pd.DataFrame:
    schema = get(table)
    frame = pd.DataFrame({name: pd.Series(dtype="object") for name in schema.names})
    frame.index.name = "line"
    return frame
