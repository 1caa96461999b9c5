"""Local statistics: our template, any long table, and wide tables of the statistical office."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.errors import Fault, InputError
from analyses.schemas import Raw, check, fold, get
from analyses.sources import corrections
from analyses.sources.files import headers
from analyses.sources.files.opening import open_text, reading_of
from analyses.sources.remarks import Remark, Tally
from analyses.sources.request import Family, Piece, Request, each
from analyses.sources.surroundings import lists
from analyses.sources.surroundings.lists import Form

_READING = ("decimal", "duplicates", headers.OPTION)
_VARIABLE = re.compile(r"(?P<column>[^=]+)=(?P<variable>[^\[]+?)\s*(?:\[(?P<unit>[^\]]*)\])?\s*")
_CODES = {"area_id": ("IRIS", "CODGEO", "COM", "CODE_IRIS", "DCIRIS", "GEO", "INSEE_COM"),
          "name": ("LIBIRIS", "LAB_IRIS_NAME", "LIBGEO", "NOM_IRIS", "LIBCOM"),
          "zone_id": ("zone_id",)}  # fmt: skip
_SECRET = {"s", "ns", "c", "confidentiel", "secret"}
SECRET = Remark(
    "{n} valeur(s) couverte(s) par le secret statistique, laissées vides.",
    "{n} value(s) under statistical secrecy, left empty.",
)
OTHERS = Remark("{n} ligne(s) d'autres communes, non lues.",
                "{n} row(s) of other communes, not read.")  # fmt: skip
IRIS_LENGTH, COMMUNE_LENGTH = 9, 5


def _own_zone(frame: pd.DataFrame, _tally: Tally, _asked: Request) -> pd.DataFrame:
    """Take the code of an area as its zone where the area is a zone of the city."""
    whole = frame["level"].eq("zone").fillna(False) & frame["zone_id"].isna()
    return frame.assign(zone_id=frame["zone_id"].mask(whole, frame["area_id"]))


def _mapped(frame: pd.DataFrame, tally: Tally, asked: Request) -> pd.DataFrame:
    """Keep the declared communes, if any is declared."""
    frame = _own_zone(frame, tally, asked)
    codes = asked.options("communes")
    if not codes:
        return frame
    here = frame["area_id"].str[:COMMUNE_LENGTH].isin(codes) | frame["level"].eq("zone")
    kept = here.fillna(True).to_numpy(dtype=bool)
    tally.add(OTHERS, frame.index[~kept])
    return frame[kept]


FORMS: dict[str, Form] = {
    "coeurville": lists.template("des statistiques locales", "local statistics", finish=_own_zone),
    "mapped": lists.mapped(("communes",), _mapped),
}
WIDE = lists.layout(
    "insee",
    "Table large de l'Insee par IRIS ou commune, une colonne par variable (option variables)",
    "Wide table of Insee by IRIS or commune, one column a variable (option variables)",
    (*_READING, "communes", "variables"),
)


def read(asked: Request) -> Piece:
    """Read one file of statistics.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    if asked.source.layout == WIDE.name:
        return _wide(asked)
    return lists.read(asked, FORMS[asked.source.layout])


def _wide(asked: Request) -> Piece:
    """Read a table with one row an area and one column a variable.

    ``columns`` may name the columns of ``area_id``, ``name`` and ``zone_id`` (else those of Insee's
    tables are looked for), ``constants`` gives ``year`` and, unless the length of the code tells
    it, ``level``; the option ``variables`` lists ``COLUMN=name [unit]``. Only the rows of the
    city's commune are read, or of those of the option ``communes``.
    """
    reading, wrong = reading_of(asked)
    faults = [*asked.check_options(WIDE.options), *wrong]
    whole, ragged = open_text(asked)
    chosen = _variables(asked, whole)
    raw = _coded(asked, whole)
    tally = Tally()
    raw = _of_city(raw, asked, tally)
    long = _long(raw, chosen, asked, tally)
    long, repairs, hits = corrections.on_text(long, asked.corrections)
    checked = check(long, get("areas"), reading)
    frame = _own_zone(checked.frame, tally, asked)
    notes = (*repairs, *checked.notes, *tally.notes())
    faults += [*ragged, *checked.faults]
    return Piece(asked, frame, len(raw.lines), notes, tuple(faults), hits)


def _variables(asked: Request, raw: Raw) -> dict[str, tuple[str, str]]:
    """Return column: (variable, unit), as the option ``variables`` declares them."""
    key = f"sources.{asked.table}.options.variables"
    remedy = "Write variables: [P21_POP=population [habitants], …] with columns of the file"
    faults, found = [], {}
    for text in asked.options("variables"):
        parts = _VARIABLE.fullmatch(text)
        if parts is None:
            problem = "this does not name a column and a variable"
            faults.append(Fault("city.yml", problem, remedy, column=key, value=text))
        elif parts["column"].strip() not in raw.table.column_names:
            problem = f"{raw.file} has no such column; it has: {', '.join(raw.header)[:300]}"
            faults.append(Fault("city.yml", problem, remedy, column=key, value=text))
        else:
            found[parts["column"].strip()] = (parts["variable"].strip(), parts["unit"] or "")
    if not asked.options("variables"):
        problem = "the layout insee reads the variables that are declared, and none is"
        faults.append(Fault("city.yml", problem, remedy, column=key))
    if faults:
        raise InputError(faults)
    return found


def _coded(asked: Request, raw: Raw) -> Raw:
    """Find the columns that identify areas, declared or Insee's own."""
    folded = {fold(name): name for name in reversed(raw.table.column_names)}
    labels = {}
    for field, spellings in _CODES.items():
        declared = asked.source.columns.get(field)
        wanted = [declared] if declared else spellings
        label = next((folded[fold(name)] for name in wanted if fold(name) in folded), None)
        if label is not None:
            labels[field] = label
        elif declared or field == "area_id":
            problem = f"the file has no column of {field}; it has: {', '.join(raw.header)[:300]}"
            remedy = "Name it under columns: {" + field + ": NAME IN THE FILE}"
            raise InputError(
                [Fault(raw.file, problem, remedy, column=declared or "IRIS or CODGEO")]
            )
    columns = {name: raw.table[label] for name, label in labels.items()}
    kept = {label: raw.table[label] for label in raw.table.column_names}
    return replace(raw, table=pa.table({**kept, **{f"_{k}": v for k, v in columns.items()}}),
                   labels=labels)  # fmt: skip


def _of_city(raw: Raw, asked: Request, tally: Tally) -> Raw:
    if asked.source.constants.get("level") == "zone":
        return raw
    codes = pc.utf8_slice_codeunits(
        pc.utf8_trim_whitespace(raw.table["_area_id"]), 0, COMMUNE_LENGTH
    )
    wanted = pa.array(lists.communes(asked), pa.string())
    kept = np.asarray(pc.is_in(codes, value_set=wanted).to_numpy(), dtype=bool)
    tally.add(OTHERS, raw.lines[~kept])
    if not kept.any() and len(kept):
        problem = f"the file has no row of the communes {', '.join(lists.communes(asked))}"
        remedy = "Check insee_code, or declare options: {communes: […]}"
        raise InputError([Fault(raw.file, problem, remedy, column=raw.label("area_id"))])
    return replace(raw, table=raw.table.filter(pa.array(kept)), lines=raw.lines[kept])


def _long(raw: Raw, chosen: Mapping[str, tuple[str, str]], asked: Request, tally: Tally) -> Raw:
    """Turn one column a variable into one row a variable, as text."""
    size = len(raw.lines)
    parts = []
    ids = pc.utf8_trim_whitespace(raw.table["_area_id"]).combine_chunks()
    length = pc.utf8_length(ids)
    level = pc.if_else(pc.equal(length, IRIS_LENGTH), "iris", "commune")
    constants = {name: value for name, value in asked.source.constants.items() if name != "value"}
    for label, (variable, unit) in chosen.items():
        values = raw.table[label].combine_chunks()
        secret = pc.is_in(pc.utf8_lower(values), value_set=pa.array(sorted(_SECRET)))
        hidden = np.asarray(secret.to_numpy(zero_copy_only=False), dtype=bool)
        tally.add(SECRET, raw.lines[hidden])
        columns = {
            "area_id": ids,
            "level": level,
            "variable": pa.array([variable] * size, pa.string()),
            "value": pc.if_else(secret, pa.scalar(None, pa.string()), values),
            "unit": pa.array([unit or None] * size, pa.string()),
        }
        for name in ("name", "zone_id"):
            if f"_{name}" in raw.table.column_names:
                columns[name] = raw.table[f"_{name}"].combine_chunks()
        for name, value in constants.items():
            columns[name] = pa.array([value] * size, pa.string())
        parts.append(pa.table(columns))
    table = pa.concat_tables(parts)
    return Raw(raw.file, table, np.tile(raw.lines, len(parts)), raw.labels, raw.header)


FAMILY = Family("areas", (*(form.layout for form in FORMS.values()), WIDE), each(read))
