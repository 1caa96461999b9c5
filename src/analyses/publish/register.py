"""The national register for every city: an extract each, and one table of openings and closures."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pandas as pd
import yaml

from analyses.activities import Scope
from analyses.commerce.lives import lives
from analyses.commerce.yearly import COLUMNS, by_year
from analyses.errors import CoeurvilleError, Fault, InputError
from analyses.publish.tables import write_french
from analyses.runs.promote import promote, recover
from analyses.sources.sirene.national import MEMORY_MB, STEPS, national_pass
from analyses.sources.sirene.national_cities import Extract, Place, declaration, readings
from analyses.sources.sirene.national_files import Role

__all__ = ["MEMORY_MB", "STEPS", "Published", "Role", "by_year", "write"]

TABLE = "turnover"
TOGETHER = 40
"""Cities whose rows are read at once."""
IDENTITY = ("city", "name", "insee_code")


@dataclass(slots=True)
class Published:
    """What a national pass gave.

    Parameters
    ----------
    to : Path
        Folder of the extracts.
    turnover : DataFrame
        ``city``, ``name``, ``insee_code`` and :data:`analyses.commerce.yearly.COLUMNS`.
    declarations : dict
        City's id: YAML that its city.yml takes under its own keys to read its extract.
    faults : list of Fault
        Cities without an establishment, or whose extract could not be read.
    """

    to: Path
    turnover: pd.DataFrame = field(default_factory=pd.DataFrame)
    declarations: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def write(
    files: Mapping[Role, Path | None],
    places: Sequence[Place],
    to: Path,
    *,
    cities_dir: Path,
    day: dt.date | None = None,
    scope: Scope = "divisions",
    all_activities: bool = False,
    memory_mb: int = MEMORY_MB,
    progress: Callable[[str], None] | None = None,
) -> Published:
    """Write the extract of each city and the table of all of them.

    Parameters
    ----------
    files, places, day, all_activities, memory_mb, progress
        As for :func:`analyses.sources.sirene.national.national_pass`.
    to : Path
        Folder: ``<city>/history.parquet``, ``<city>/stock.parquet``, ``turnover.csv`` (for a
        French spreadsheet), ``turnover.parquet`` and ``README.md``. Each city's folder is
        exchanged in one step; those of cities that are not in ``places`` are left.
    cities_dir : Path
        Folder of the cities, from which the paths of the declarations start.
    scope : str
        Which activities make a shop in the table, the same for all cities.

    Returns
    -------
    Published
        With the faults of single cities, which do not stop the others.

    Raises
    ------
    InputError
        With every fault of the national files.
    CoeurvilleError
        If the disk is full or the folder cannot be written.
    """
    done = Published(to)
    tables: list[pd.DataFrame] = []
    try:
        with national_pass(files, places, to, day=day, all_activities=all_activities,
                           memory_mb=memory_mb, progress=progress) as extracts:  # fmt: skip
            while some := list(islice(extracts, TOGETHER)):
                tables += _some(some, done, scope, cities_dir)
        _absent(places, done)
        frames = [table for table in tables if len(table)]
        empty = pd.DataFrame(columns=[*IDENTITY, *COLUMNS])
        done.turnover = pd.concat(frames, ignore_index=True) if frames else empty
        _whole(done)
    except OSError as error:
        raise CoeurvilleError(f"{to} cannot be written: {error.strerror or error}.") from None
    return done


def _some(
    extracts: Sequence[Extract], done: Published, scope: Scope, cities_dir: Path
) -> list[pd.DataFrame]:
    """Measure some cities, each on its own rows, and publish their extracts."""
    try:
        found = readings(extracts, extracts[0].folder.parent)
    except InputError:
        found = {}  # one of them is at fault: read each alone, to say which
        for extract in extracts:
            try:
                found |= readings([extract], extract.folder.parent)
            except InputError as error:
                done.faults += error.faults
    out = []
    for extract in extracts:
        table = found.get(extract.place.city.id)
        counts = pd.DataFrame(columns=list(COLUMNS))
        if table is not None and len(table):
            counts = by_year(lives(table, as_of=extract.day, scope=scope))
        _publish(extract, done, cities_dir)
        city = extract.place.city
        identity = dict(zip(IDENTITY, (city.id, city.name, city.insee_code), strict=True))
        out.append(counts.assign(**identity)[[*IDENTITY, *COLUMNS]])
    return out


def _publish(extract: Extract, done: Published, cities_dir: Path) -> None:
    """Exchange the folder of a city for its new extract, and note how city.yml names it."""
    city = extract.place.city
    place = done.to / city.id
    recover(place)
    promote(extract.folder, place)
    at = os.path.relpath(place.resolve(), cities_dir.resolve() / city.id)
    content = {"sources": {"establishments": declaration(extract, Path(at).as_posix())}}
    done.declarations[city.id] = yaml.dump(
        content, Dumper=_Plain, sort_keys=False, allow_unicode=True
    )


class _Plain(yaml.SafeDumper):
    """YAML without anchors, its lists indented under their key, as the cities' files have it."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base class asks it
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _absent(places: Sequence[Place], done: Published) -> None:
    done.faults += [
        Fault(f"{place.city.id}/city.yml", "the stock has no establishment of these communes",
              "Check insee_code, or options: {communes: […]}", value=", ".join(place.communes[:5]))
        for place in places if place.city.id not in done.declarations
    ]  # fmt: skip


def _whole(done: Published) -> None:
    """Write the table and the page that says what the folder holds, each in one step."""
    fresh = done.to / f".{TABLE}.tmp"
    write_french(done.turnover, fresh)
    fresh.replace(done.to / f"{TABLE}.csv")
    done.turnover.to_parquet(fresh, index=False)
    fresh.replace(done.to / f"{TABLE}.parquet")
    blocks = [f"### {city}\n\n```yaml\n{text}```\n" for city, text in done.declarations.items()]
    fresh.write_text(_README + "\n".join(blocks), encoding="utf-8")
    fresh.replace(done.to / "README.md")


_README = """# Répertoire Sirene : un extrait par ville

Écrit par `coeurville sirene`. Chaque dossier tient l'extrait d'une ville : `history.parquet` et
`stock.parquet` sont les lignes des fichiers nationaux de l'Insee, telles quelles, réduites aux
communes de la ville, aux établissements qui ont ou ont eu une activité de commerce et aux colonnes
que les analyses lisent. `provenance.json` dit de quels fichiers ils viennent et le jour de
l'extraction. `turnover.csv` (tableur) et `turnover.parquet` comptent ouvertures, fermetures et
stock par ville, année et famille d'activité (famille vide : toutes).

Chaque `city.yml` nomme son extrait ainsi :

"""
