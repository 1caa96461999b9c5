"""The cities of a national pass: the communes that each reads, its extract, what city.yml says."""

from __future__ import annotations

import datetime as dt
import glob
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analyses.cities import City, DataSource, Sources
from analyses.errors import Fault, InputError
from analyses.sources.loading import load
from analyses.sources.request import Request
from analyses.sources.sirene.national_files import LAYOUTS, Role
from analyses.sources.sirene.register import communes
from analyses.sources.tables import Tables

_CODE_NAMES = ("insee_code", "insee_com", "insee", "code_insee", "code_commune", "com", "commune")
_COMMUNE_OPTIONS = ("communes", "former_communes")


@dataclass(frozen=True, slots=True)
class Place:
    """A city, the communes whose establishments it reads, and the options that say so."""

    city: City
    communes: tuple[str, ...]
    options: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Extract:
    """The extract of one city.

    Parameters
    ----------
    place : Place
        The city.
    folder : Path
        Folder of ``history.parquet``, ``stock.parquet`` (and ``positions.parquet``).
    day : date
        Day of the extraction of the register.
    rows : dict
        Rows of each file, in the order in which city.yml lists them.
    """

    place: Place
    folder: Path
    day: dt.date
    rows: dict[Role, int]


def place_of(city: City) -> Place:
    """Return the communes that a city reads: those its SIRENE sources declare, or its own.

    The arrondissements of Paris, Lyon and Marseille and the declared former communes are among
    them, as :func:`analyses.sources.sirene.register.communes` has them.
    """
    options: dict[str, list[str]] = {}
    for source in city.sources.establishments:
        asked = _request(city, source)
        for name in _COMMUNE_OPTIONS:
            if found := asked.options(name):
                options[name] = list(dict.fromkeys([*options.get(name, []), *found]))
    whole = DataSource(layout=LAYOUTS["stock"], path="", options={**options})
    return Place(city, tuple(communes(_request(city, whole))), options)


def _request(city: City, source: DataSource) -> Request:
    return Request("establishments", source, Path(), "", city)


def places_of_list(path: Path) -> list[Place]:
    """Read a CSV list of communes (a column of INSEE codes) as one city each.

    Raises
    ------
    InputError
        If the file has no column of INSEE codes, or codes that are none.
    """
    try:
        with path.open(encoding="utf-8-sig") as stream:
            cut = max(",;\t", key=stream.readline().count)
        table = pd.read_csv(path, dtype=str, sep=cut, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        detail = str(error).splitlines()[0][:120]
        fault = Fault(path.name, f"the list cannot be read ({detail})", "Save it as UTF-8 CSV")
        raise InputError([fault]) from None
    found = next((name for name in table if str(name).lower() in _CODE_NAMES), None)
    if found is None:
        fault = Fault(path.name, "no column holds the INSEE codes",
                      f"Name it one of: {', '.join(_CODE_NAMES)}")  # fmt: skip
        raise InputError([fault])
    codes = table[found].dropna().str.strip().drop_duplicates()
    wrong = codes[~codes.str.fullmatch(r"\d{5}|2[AB]\d{3}")]
    if len(wrong):
        raise InputError(
            Fault(path.name, "this is no INSEE code of a commune", "Write its 5 characters",
                  row=int(str(row)) + 2, column=str(found), value=str(code))
            for row, code in wrong.head(20).items()
        )  # fmt: skip
    if codes.empty:
        raise InputError([Fault(path.name, "the list is empty", "Write one code a line")])
    return [place_of(City(id=code.lower(), name=code, insee_code=code)) for code in codes]


def declaration(extract: Extract, at: str) -> list[dict[str, Any]]:
    """Return what city.yml says under ``sources: establishments:`` to read an extract.

    Parameters
    ----------
    extract : Extract
        From :func:`analyses.sources.sirene.national.national_pass`.
    at : str
        Folder of the extract as seen from the city's folder.
    """
    return [
        {
            "layout": LAYOUTS[role],
            "path": f"{at}/{role}.parquet",
            "producer": "Insee, répertoire Sirene",
            "licence": "Licence Ouverte 2.0",
            "retrieved": extract.day,
            **({"options": extract.place.options} if extract.place.options else {}),
        }
        for role in extract.rows
    ]


def reading(extract: Extract) -> Tables:
    """Read an extract as its city does, its declared corrections included, its zones left out.

    Raises
    ------
    InputError
        As :func:`analyses.sources.load`.
    """
    at = glob.escape(extract.folder.resolve().as_posix())
    declared = [DataSource(**content) for content in declaration(extract, at)]
    city = extract.place.city.model_copy(
        update={"sources": Sources(establishments=declared), "zones": None}
    )
    return load(city, only=["establishments"])


def readings(extracts: Sequence[Extract], work: Path) -> dict[str, pd.DataFrame]:
    """Read the extracts of several cities at once: the same rows, at a fraction of the time.

    Cities that declare corrections of their establishments are read one by one.

    Parameters
    ----------
    extracts : sequence of Extract
        Extracts of one pass.
    work : Path
        Folder for the files put together; removed at the end.

    Returns
    -------
    dict
        City's id: table ``establishments``, as :func:`reading` gives it, index and zones apart.

    Raises
    ------
    InputError
        As :func:`reading`.
    """
    apart = [one for one in extracts if _corrected(one.place.city)]
    pooled = [one for one in extracts if not _corrected(one.place.city)]
    found = {one.place.city.id: _table(reading(one)) for one in apart}
    if not pooled:
        return found
    with tempfile.TemporaryDirectory(dir=work) as name:
        rows: dict[Role, int] = {}
        for role in LAYOUTS:
            paths = [one.folder / f"{role}.parquet" for one in pooled if role in one.rows]
            if paths:
                whole = pa.concat_tables([pq.read_table(path) for path in paths])
                pq.write_table(whole, Path(name) / f"{role}.parquet")
                rows[role] = whole.num_rows
        codes = list(dict.fromkeys(code for one in pooled for code in one.place.communes))
        city = pooled[0].place.city
        every = Place(city, tuple(codes), {"communes": codes})
        table = _table(reading(Extract(every, Path(name), pooled[0].day, rows)))
    for one in pooled:
        own = table["commune"].isin(one.place.communes).to_numpy(dtype=bool)
        found[one.place.city.id] = table[own]
    return found


def _corrected(city: City) -> bool:
    return any(correction.table == "establishments" for correction in city.corrections)


def _table(tables: Tables) -> pd.DataFrame:
    table = tables.establishments
    return pd.DataFrame() if table is None else table
