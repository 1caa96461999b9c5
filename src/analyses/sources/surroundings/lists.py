"""Lists of things that have no clock (places, stops, statistics): any layout, one row a thing.

What is common to them is here: columns under our names, coordinates in one column or in Lambert 93,
rows of other communes left aside, declared repairs; what differs is a :class:`Form`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, Schema, check, fold, get
from analyses.schemas.convert import Mask
from analyses.sources import corrections, mapping
from analyses.sources.files import headers, streams
from analyses.sources.files.opening import open_text, reading_of
from analyses.sources.files.osm_objects import bounding_box
from analyses.sources.remarks import Remark, Tally
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text, listing

OPTIONS: tuple[str, ...] = ("decimal", "duplicates", headers.OPTION)
"""Options that every layout of a list takes."""
MAPPED_OPTIONS: tuple[str, ...] = (*OPTIONS, "date_order", *mapping.OPTIONS)
CUT_OPTIONS: tuple[str, ...] = (*OPTIONS, "communes", "bbox")
"""Options of the layouts of files that may cover far more than the city."""

LAMBERT_93 = "EPSG:2154"
NEAR = 0.1
"""Degrees from the city's centre within which a row of unknown commune is taken as the city's."""

ELSEWHERE = Remark(
    "{n} ligne(s) d'autres communes, non lues.", "{n} row(s) of other communes, not read."
)

Floats = npt.NDArray[np.float64]
Prepare = Callable[[Raw, Request], Raw]
"""Completes the text columns of a layout before they are checked."""
Finish = Callable[[pd.DataFrame, Tally, Request], pd.DataFrame]
"""Completes the typed table of a layout; helpers (``_name``) are then dropped."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one layout is brought to a table.

    Parameters
    ----------
    layout : Layout
        Name, title and options.
    columns : mapping
        Our field: headers that may carry it, in any case and accents; empty for the template and
        for ``mapped``. Names that begin with ``_`` are helpers: ``_point`` (both coordinates in one
        cell), ``_x`` and ``_y`` (Lambert 93), ``_commune`` (INSEE code), others for ``prepare`` and
        ``finish``. Columns that are not named (contacts, telephones…) are never kept.
    needs : tuple of str
        Fields without which the file is not of this layout; a tuple of them is a choice.
    values : mapping
        Our field: {text in the file: our value}; ``"*"`` for any other text.
    constants : mapping
        Our field: value of every row, unless the city says otherwise.
    point_order : str
        ``lon,lat`` or ``lat,lon``: how ``_point`` is written.
    prepare, finish : callable, optional
        See :data:`Prepare` and :data:`Finish`.
    large : bool
        Whether the file is read by batches of its useful columns: national files without line
        breaks inside cells.
    """

    layout: Layout
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[str | tuple[str, ...], ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    point_order: str = "lon,lat"
    prepare: Prepare | None = None
    finish: Finish | None = None
    large: bool = False


def layout(name: str, fr: str, en: str, options: tuple[str, ...] = OPTIONS) -> Layout:
    """Return a layout from its two titles."""
    return Layout(name, Text(fr, en), options)


def template(
    table_fr: str, table_en: str, more: tuple[str, ...] = (), finish: Finish | None = None
) -> Form:
    """Return the form of our own template of a table."""
    fr = f"Modèle coeurville {table_fr} (CSV, XLSX ou GeoJSON)"
    en = f"coeurville template of {table_en} (CSV, XLSX or GeoJSON)"
    return Form(layout("coeurville", fr, en, (*OPTIONS, *more)), finish=finish)


def mapped(more: tuple[str, ...] = (), finish: Finish | None = None) -> Form:
    """Return the form of any other file, mapped by the city."""
    fr = "Tout autre fichier (CSV, XLSX ou GeoJSON), colonnes et valeurs déclarées dans city.yml"
    en = "Any other file (CSV, XLSX or GeoJSON), columns and values declared in city.yml"
    return Form(layout("mapped", fr, en, (*MAPPED_OPTIONS, *more)), finish=finish)


def read(asked: Request, form: Form) -> Piece:
    """Read one file.

    Returns
    -------
    Piece
        Rows of the table; ``rows_read`` are those of the file that concern the city.

    Raises
    ------
    InputError
        If the file cannot be read at all, or is not of the layout; faults of its rows are in the
        piece.
    """
    schema = get(asked.table)
    reading, wrong = reading_of(asked)
    faults = [*asked.check_options(form.layout.options), *wrong]
    faults += bounding_box(asked)[1]
    tally, notes, frames, rows = Tally(), [], [], 0
    hits = np.zeros(len(asked.corrections), dtype=np.int64)
    for whole, ragged in _batches(asked, form, schema):
        raw, misread = named(whole, asked, form, schema)
        faults += [*ragged, *misread]
        if misread and form.columns:
            raise InputError(faults)
        notes += unread(whole, asked, form, schema)
        raw = _here(placed(raw, form), asked, tally)
        rows += len(raw.lines)
        if form.prepare is not None:
            raw = form.prepare(raw, asked)
        raw, repairs, found = corrections.on_text(raw, asked.corrections)
        hits += np.array(found, dtype=np.int64)
        checked = check(raw, schema, reading)
        faults += checked.faults
        notes += [*repairs, *checked.notes]
        frames.append(_with_helpers(checked.frame, raw))
    if not frames:
        problem = "the file has a header and no row under it"
        raise InputError([*faults, Fault(asked.file, problem, "Export it again")])
    frame = pd.concat(frames)
    if form.finish is not None:
        frame = form.finish(frame, tally, asked)
    frame = frame[[name for name in frame.columns if not name.startswith("_")]]
    notes = [*dict.fromkeys(notes), *tally.notes()]
    counted = tuple(int(count) for count in hits)
    return Piece(asked, frame, rows, tuple(notes), tuple(dict.fromkeys(faults)), counted)


def _batches(asked: Request, form: Form, schema: Schema) -> Iterator[tuple[Raw, list[Fault]]]:
    if form.large:
        yield from streams.batches(asked, lambda names: [*_found(names, form).values()])
    else:
        yield open_text(asked, headers.wanted(asked, schema))


def _found(names: Sequence[str], form: Form) -> dict[str, str]:
    """Return our field: the file's header, for the fields of a layout that the file has."""
    folded = {fold(name): name for name in reversed(names) if name}
    found = {}
    for ours, spellings in form.columns.items():
        label = next((folded[fold(s)] for s in spellings if fold(s) in folded), None)
        if label is not None:
            found[ours] = label
    return found


def named(raw: Raw, asked: Request, form: Form, schema: Schema) -> tuple[Raw, list[Fault]]:
    """Bring the columns of a file under our names, with declared values and constants."""
    source = asked.source
    if source.layout == "mapped":
        return mapping.apply(raw, asked, schema)
    if not form.columns:
        return mapping.template(raw, schema)[0], mapping.without_effect(asked)
    found = _found(raw.table.column_names, form)
    columns = {ours: raw.table[label] for ours, label in found.items()}
    for name, codes in {**form.values, **source.values}.items():
        if name in columns:
            columns[name] = mapping.coded(columns[name], dict(codes))
    for name, value in {**form.constants, **source.constants}.items():
        if name not in columns or name in source.constants:
            columns[name] = pa.chunked_array([pa.array([value] * len(raw.lines), pa.string())])
    faults = [_absent(raw, form, need) for need in form.needs if not _has(need, columns)]
    return Raw(raw.file, pa.table(columns), raw.lines, found, raw.header), faults


def _has(need: str | tuple[str, ...], columns: Mapping[str, object]) -> bool:
    return any(name in columns for name in ([need] if isinstance(need, str) else need))


def _absent(raw: Raw, form: Form, need: str | tuple[str, ...]) -> Fault:
    names = [need] if isinstance(need, str) else need
    labels = [form.columns[name][0] for name in names]
    there = ", ".join(raw.header) or "none"
    return Fault(
        raw.file,
        f"the layout {form.layout.name} has a column {' or '.join(labels)} and the file has none; "
        f"it has: {there[:300]}",
        "Check the layout, or map the file with layout: mapped and columns:",
        column=labels[0],
    )


def unread(raw: Raw, asked: Request, form: Form, schema: Schema) -> list[Note]:
    """Name the columns of a template that are none of ours."""
    if form.columns or asked.source.layout == "mapped":
        return []
    unread = [name for name in mapping.template(raw, schema)[1] if name]
    if not unread:
        return []
    fr = listing([f"« {name} »" for name in unread])
    en = listing([repr(name) for name in unread], "en")
    return [
        Note(
            Text(
                f"Colonnes de {raw.file} qui ne sont pas du modèle et n'ont pas été lues : {fr}.",
                f"Columns of {raw.file} that are not in the template and were not read: {en}.",
            )
        )
    ]


def placed(raw: Raw, form: Form) -> Raw:
    """Give ``lon`` and ``lat`` to a file that writes its points otherwise."""
    names = set(raw.table.column_names)
    if {"lon", "lat"} <= names and raw.table["lon"].null_count < len(raw.lines):
        return raw
    if "_point" in names:
        sides = mapping.split_point(raw.table["_point"], form.point_order)
        label = raw.labels.get("_point", "_point")
        return _set(raw, sides, {"lon": label, "lat": label})
    if {"_x", "_y"} <= names:
        plane = {"lon": raw.table["_x"], "lat": raw.table["_y"]}
        labels = {"lon": raw.labels.get("_x", "_x"), "lat": raw.labels.get("_y", "_y")}
        return mapping.projected(_set(raw, plane, labels), LAMBERT_93)[0]
    return raw


def _set(raw: Raw, new: Mapping[str, pa.ChunkedArray], labels: Mapping[str, str]) -> Raw:
    columns = {name: raw.table[name] for name in raw.table.column_names} | dict(new)
    return replace(raw, table=pa.table(columns), labels={**raw.labels, **labels})


def communes(asked: Request) -> list[str]:
    """Return the codes of the communes to keep: declared ones, or the city's own."""
    return asked.options("communes") or [asked.city.insee_code]


def _here(raw: Raw, asked: Request, tally: Tally) -> Raw:
    """Keep the rows of the city: by its box, else by commune, else near its centre.

    A row of unknown commune is kept near the centre that ``city.yml`` gives; without one, it is
    kept wherever it lies, and the report says how many rows fall in no zone.
    """
    box, _ = bounding_box(asked)
    given = "_commune" in raw.table.column_names
    if box is None and not given:
        return raw
    sides = [_numbers(raw, name) for name in ("lon", "lat")]
    if box is not None:
        west, south, east, north = box
        kept = (sides[0] >= west) & (sides[0] <= east) & (sides[1] >= south) & (sides[1] <= north)
    else:
        codes = pc.utf8_trim_whitespace(raw.table["_commune"])
        short = pc.match_substring_regex(codes, r"^\d{4}$")  # 04070 saved as the number 4070
        codes = pc.if_else(short, pc.utf8_lpad(codes, width=5, padding="0"), codes)
        inside = pc.is_in(codes, value_set=pa.array(communes(asked), pa.string()))
        kept = np.asarray(inside.to_numpy(), dtype=bool)
        unknown = np.asarray(pc.is_null(codes, nan_is_null=True).to_numpy(), dtype=bool)
        kept |= unknown & near(sides, asked)
    tally.add(ELSEWHERE, raw.lines[~kept])
    return replace(raw, table=raw.table.filter(pa.array(kept)), lines=raw.lines[kept])


def near(sides: Sequence[Floats], asked: Request) -> Mask:
    """Tell the points (longitudes, latitudes) near the centre of the city; all, without one."""
    city = asked.city
    if city.longitude is None or city.latitude is None:
        return np.ones(len(sides[0]), dtype=bool)
    with np.errstate(invalid="ignore"):
        close: Mask = np.hypot(sides[0] - city.longitude, sides[1] - city.latitude) < NEAR
    return close


def _numbers(raw: Raw, name: str) -> Floats:
    """Return coordinates as numbers, NaN where the text is none (its fault comes later)."""
    if name not in raw.table.column_names:
        return np.full(len(raw.lines), np.nan)
    text = raw.table[name].to_pandas().astype("string").str.replace(",", ".")
    numbers: Floats = pd.to_numeric(text, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return numbers


def _with_helpers(frame: pd.DataFrame, raw: Raw) -> pd.DataFrame:
    out = frame.copy(deep=False)
    for name in raw.table.column_names:
        if name.startswith("_"):
            out[name] = pd.array(raw.table[name].to_pandas(), dtype="string")
    return out


def checked(asked: Request, raw: Raw, faults: Sequence[Fault]) -> Piece:
    """Return rows that are already named as the table is, corrected and checked.

    Parameters
    ----------
    asked : Request
        File that they come from.
    raw : Raw
        The rows.
    faults : sequence of Fault
        What is wrong with the file already.
    """
    repaired, repairs, hits = corrections.on_text(raw, asked.corrections)
    done = check(repaired, get(asked.table))
    return Piece(asked, done.frame, len(raw.lines), tuple(repairs), (*faults, *done.faults), hits)
