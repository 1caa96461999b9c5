"""Free-space counters of garages: one row a reading, or one column a garage."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, Reading, convert, fold, get
from analyses.schemas.check import listed
from analyses.schemas.writing import SILENT, Writing
from analyses.sources import joined
from analyses.sources.files import streams
from analyses.sources.joined import Figures
from analyses.sources.parking import moments
from analyses.sources.parking.observations import MAPPED_OPTIONS
from analyses.sources.parking.recipes import Recipe
from analyses.sources.parking.records import OPTIONS, SKIPPED, TWICE, hours, read, time_zone
from analyses.sources.remarks import Remark, Tally, of_dates
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.wording import Text, listing

TABLE = "parking_availability"
_COUNT = ("capacities",)
_TIMES = ("time", "timestamp", "datetime", "date", "horodatage", "heure", "date heure")
"""Headers (folded) of the column of times of a wide file: none of them is a garage."""

OVER = Remark(
    "{n} relevé(s) avec plus de véhicules que de places (places libres négatives).",
    "{n} reading(s) with more vehicles than spaces (free spaces below 0).",
)
NEGATIVE = Remark(
    "{n} relevé(s) avec moins de zéro véhicule (plus de places libres que la capacité).",
    "{n} reading(s) with fewer vehicles than none (more free spaces than the capacity).",
)
REPEATS = Remark(
    "{n} relevé(s) répètent exactement un autre (parc, instant, valeur) ; comptés une fois.",
    "{n} reading(s) repeat another exactly (garage, time, value); counted once.",
)
CONFLICTS = Remark(
    "{n} relevé(s) donnent une autre valeur pour un parc et un instant déjà donnés ; le "
    "dernier est compté.",
    "{n} reading(s) give another value for a garage and time already given; the last one counts.",
)
UNCHANGED = Remark(
    "{n} case(s) vide(s), lues comme inchangées.", "{n} blank cell(s), read as unchanged."
)
NO_CAPACITY = Remark(
    "{n} relevé(s) de parcs sans capacité connue : ni taux ni saturation.",
    "{n} reading(s) of garages of unknown capacity: no rate, no saturation.",
)


def _free(frame: pd.DataFrame, tally: Tally, asked: Request) -> pd.DataFrame:
    """Compute free spaces where the file gives occupied ones, and count impossible readings."""
    capacity = _capacities(asked)
    if capacity:
        frame["capacity"] = frame["capacity"].fillna(frame["garage_id"].map(capacity).astype(float))
    frame["free"] = frame["free"].fillna(frame["capacity"] - frame["occupied"])
    tally.add(OVER, frame.index[frame["free"] < 0])
    tally.add(NEGATIVE, frame.index[frame["free"] > frame["capacity"]])
    tally.add(UNCHANGED, frame.index[frame["free"].isna()])
    tally.add(NO_CAPACITY, frame.index[frame["capacity"].isna()])
    return frame


def _capacities(asked: Request) -> dict[str, float]:
    """Return the capacities declared as ``capacities: [P1=400, P2=250]``."""
    found, faults = {}, []
    for item in asked.options("capacities"):
        name, _, spaces = item.rpartition("=")
        if name and spaces.strip().isdigit():
            found[name.strip()] = float(spaces)
        else:
            faults.append(
                Fault(
                    "city.yml",
                    "this is not a capacity",
                    "Write it as GARAGE=400",
                    column=f"sources.{TABLE}.options.capacities",
                    value=item,
                )
            )
    if faults:
        raise InputError(faults)
    return found


def read_file(asked: Request) -> Piece:
    """Read one file of readings, kept as they stand and in their order; oddities are counted."""
    if asked.source.layout == "wide":
        piece = _read_wide(asked)
    else:
        piece = read(asked, RECIPES[asked.source.layout], series="garage_id")
    frame, tally = piece.frame, Tally()
    repeats = frame.duplicated(["garage_id", "time", "free", "capacity"])
    again = frame.duplicated(["garage_id", "time"])
    tally.add(REPEATS, frame.index[repeats])
    tally.add(CONFLICTS, frame.index[again & ~repeats])
    faults = (*piece.faults, *_two_under_one_name(asked, frame))
    return dataclasses.replace(piece, notes=(*piece.notes, *tally.notes()), faults=faults)


def _two_under_one_name(asked: Request, frame: pd.DataFrame) -> list[Fault]:
    """Refuse names that have two capacities at once as a rule: keeping one would mix garages."""
    known = frame[frame["capacity"].notna()]
    known = known[known.duplicated(["garage_id", "time"], keep=False)]
    sizes = known.groupby(["garage_id", "time"], observed=True)["capacity"].nunique()
    mixed = sizes[sizes > 1].groupby("garage_id", observed=True).size()
    if mixed.empty:
        return []
    times = frame.drop_duplicates(["garage_id", "time"]).groupby("garage_id", observed=True).size()
    names = sorted(str(name) for name in mixed.index[mixed > 0.5 * times.reindex(mixed.index)])
    if not names:
        return []
    said = listing([f"'{name}'" for name in names[:5]], "en")
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    have = "have" if len(names) > 1 else "has"
    return [
        Fault(
            asked.file,
            f"{said}{more} {have} several capacities at the same times: garages that share a name",
            "Add what tells them apart (layout: mapped, columns: {garage_id: NAME + KIND}), or "
            "remove those that are no car parks from the file",
            column=asked.source.columns.get("garage_id", "garage_id"),
        )
    ]


def _read_wide(asked: Request) -> Piece:
    """Read a file with a column of times and one column of free spaces a garage."""
    frames, faults, rows, tally = [], asked.check_options(WIDE.options), 0, Tally()
    zone, wrong = time_zone(asked, Recipe(WIDE))
    faults += wrong
    seen = hours(asked, {"time": asked.option("time_column")})
    notes: list[Note] = []
    writing = SILENT
    for raw, ragged in streams.batches(asked):
        faults += ragged
        label, others = _time_label(asked, raw)
        notes += _left_out(asked.file, others)
        times, told, odd = _times(raw, label, zone, asked, tally, seen)
        frame, bad = _long(_without(raw, others), label, times, asked)
        frames.append(_free(frame, tally, asked))
        faults += [*odd, *bad]
        writing |= told
        rows += len(raw.lines)
    said = (*dict.fromkeys(notes), *of_dates(asked.file, writing), *tally.notes())
    return Piece(asked, pd.concat(frames), rows, said, tuple(dict.fromkeys(faults)))


def _time_label(asked: Request, raw: Raw) -> tuple[str, list[str]]:
    """Return the column of times, or columns joined, and the others that are named as times.

    Raises
    ------
    InputError
        If the file has not the declared column, or if none is declared and not exactly one is
        named as a time.
    """
    there = raw.table.column_names
    declared = asked.option("time_column")
    named = [name for name in there if fold(name) in _TIMES]
    label = declared or joined.SIGN.join(named) or "time"
    parts = joined.labels(label, there)
    if joined.absent(parts, there):
        problem = f"the file has no column of times under this name; it has: {', '.join(there)}"
        remedy = "Declare options: {time_column: NAME IN THE FILE}"
        raise InputError([Fault(asked.file, problem[:400], remedy, column=label)])
    if not declared and len(named) > 1:
        problem = f"several columns are named as times: {', '.join(named)}"
        remedy = (
            f"Declare the one to read, options: {{time_column: {named[0]}}}, or join the day and "
            f"the hour: {{time_column: {named[0]}{joined.SIGN}{named[1]}}}"
        )
        raise InputError([Fault(asked.file, problem, remedy, column=named[1])])
    return label, [name for name in named if name not in parts]


def _without(raw: Raw, names: Sequence[str]) -> Raw:
    return dataclasses.replace(raw, table=raw.table.drop_columns(list(names))) if names else raw


def _left_out(file: str, names: Sequence[str]) -> list[Note]:
    """Name the columns of times that the city does not read: they are no garages."""
    if not names:
        return []
    return [
        Note(
            Text(
                f"Colonnes d'heure de {file} qui n'ont pas été lues : "
                f"{listing([f'« {name} »' for name in names])}.",
                f"Columns of times of {file} that were not read: "
                f"{listing([repr(name) for name in names], 'en')}.",
            )
        )
    ]


def _times(
    raw: Raw, label: str, zone: str, asked: Request, tally: Tally, seen: Mapping[str, Figures]
) -> tuple[pd.Series, Writing, list[Fault]]:
    """Return the instants of the rows, indexed by line; each needs one."""
    formats = tuple(filter(None, [asked.option("time_format")]))
    texts = joined.column(raw, "time", label, get(TABLE), seen)
    assert texts is not None  # the label was looked up in this header
    written = moments.read(texts, formats, asked.option("date_order"))
    placed = moments.settle(written, zone, np.zeros(len(raw.lines), dtype=np.int64))
    tally.add(TWICE, raw.lines[placed.twice])
    tally.add(SKIPPED, raw.lines[placed.skipped])
    faults = listed(
        raw,
        label,
        written.bad,
        texts,
        "this is not a time that exists",
        "Write it as 2024-06-15 14:30, or declare options: {time_format: …}",
    )
    missing = (written.seconds == moments.MISSING) & ~written.bad
    faults += listed(raw, label, missing, None, "the value is missing", "Fill it in")
    times = moments.series(placed.seconds, asked.city.time_zone)
    return times.set_axis(pd.Index(raw.lines, name="line")), written.writing, faults


def _long(
    raw: Raw, label: str, times: pd.Series, asked: Request
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return one row a time and garage; every column but those of times is a garage."""
    schema = get(TABLE)
    faults: list[Fault] = []
    columns = {}
    parts = joined.labels(label, raw.table.column_names)
    for name in raw.table.column_names:
        if name in parts or not name:
            continue
        text = convert.to_text(raw.table[name], schema.missing)
        got = convert.numbers(text, Reading(asked.option("decimal", "any")))
        columns[name] = got.values.to_numpy(dtype=float)
        faults += listed(
            raw,
            name,
            got.bad,
            text,
            "this is not a number of free spaces",
            "Write a number, or leave it empty for no change",
        )
    long = pd.DataFrame(
        {
            "garage_id": pd.array(np.tile(list(columns), len(times)), dtype="string[pyarrow]"),
            "time": times.repeat(len(columns)),
            "free": np.column_stack(list(columns.values())).reshape(-1),
        }
    )
    for name in ("occupied", "capacity"):
        long[name] = np.nan
    long["name"] = pd.array(pa.nulls(len(long), pa.string()), dtype="string[pyarrow]")
    return long[list(schema.names)], faults


def _layout(name: str, fr: str, en: str, *more: str) -> Layout:
    return Layout(name, Text(fr, en), (*OPTIONS, *_COUNT, *more))


WIDE = _layout(
    "wide",
    "Une colonne par parc, une ligne par instant ; case vide : inchangé",
    "One column a garage, one row a time; blank: unchanged",
    "time_column",
)
_TEMPLATE = _layout(
    "coeurville",
    "Modèle coeurville (CSV, XLSX, Parquet)",
    "coeurville template (CSV, XLSX, Parquet)",
)
_MAPPED = Layout(
    "mapped",
    Text(
        "Tout autre fichier, colonnes déclarées dans city.yml",
        "Any other file, columns declared in city.yml",
    ),
    (*MAPPED_OPTIONS, *_COUNT),
)
RECIPES = {
    "coeurville": Recipe(_TEMPLATE, finish=_free),
    "mapped": Recipe(_MAPPED, formats=("epoch",), finish=_free),
    "birmingham": Recipe(
        _layout(
            "birmingham",
            "Birmingham (places occupées, heure locale)",
            "Birmingham (occupied spaces, local time)",
        ),
        {
            "garage_id": ("SystemCodeNumber",),
            "capacity": ("Capacity",),
            "occupied": ("Occupancy",),
            "time": ("LastUpdated",),
        },
        needs=("garage_id", "capacity", "occupied", "time"),
        finish=_free,
    ),
    "montpellier": Recipe(
        _layout(
            "montpellier",
            "Montpellier (places libres, secondes UTC)",
            "Montpellier (free spaces, UTC seconds)",
        ),
        {"garage_id": ("idPark",), "free": ("free",), "capacity": ("total",), "time": ("time",)},
        ("epoch",),
        ("garage_id", "free", "capacity", "time"),
        finish=_free,
        utc=True,
    ),
}

FAMILY = Family(TABLE, (*(recipe.layout for recipe in RECIPES.values()), WIDE), each(read_file))
