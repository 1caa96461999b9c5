"""One pass over the national register for many cities: an extract each, read as the files would be.

The national files are only filtered here, by commune, by establishment and by the activities that
can make a shop; the rows kept are written as they stand. Each city then reads its extract through
the layouts ``sirene-stock`` and ``sirene-history``, so that what a period, a state or a masked
value means is defined once.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analyses import activities
from analyses.errors import CoeurvilleError, Fault, InputError
from analyses.sources.sirene.national_cities import Extract, Place
from analyses.sources.sirene.national_files import (
    LAYOUTS,
    National,
    Role,
    asked,
    extract_day,
    opened,
    quoted,
)

MEMORY_MB = 1_000
"""Memory given to DuckDB; what does not fit in it is spilled beside the extracts."""
STEPS = 5
"""Progress calls before the first city."""
ROLES: tuple[Role, ...] = ("stock", "history", "positions")
Progress = Callable[[str], None]


@contextmanager
def national_pass(
    files: Mapping[Role, Path | None],
    places: Sequence[Place],
    to: Path,
    *,
    day: dt.date | None = None,
    all_activities: bool = False,
    memory_mb: int = MEMORY_MB,
    progress: Progress | None = None,
) -> Iterator[Iterator[Extract]]:
    """Filter the national files and give the extract of each city in turn.

    Parameters
    ----------
    files : mapping
        ``stock``, ``history`` and, optionally, ``positions``: national files, CSV or Parquet.
    places : sequence of Place
        Cities and their communes.
    to : Path
        Folder that will receive the extracts; the work files lie in it during the pass.
    day : date, optional
        Day of the extraction; the last treatment date of the stock unless given.
    all_activities : bool
        Keep the establishments that never had the activity of a shop too.
    memory_mb : int
        Memory given to DuckDB, in MB.
    progress : callable, optional
        Told each of the :data:`STEPS` steps, then each city.

    Yields
    ------
    iterator of Extract
        One a city that has establishments, in the order of ``places``; its folder is removed at
        the end of the context unless it was moved away.

    Raises
    ------
    InputError
        With every fault of the national files.
    """
    known = _opened(files)
    step = progress or (lambda _: None)
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pass-", dir=to) as name:
        work = Path(name)
        with duckdb.connect(str(work / "pass.duckdb")) as engine:
            _settings(engine, work, memory_mb, known)
            step("day of the extraction")
            when = day or extract_day(known[0], engine)
            _homes(engine, places)
            _candidates(engine, known, step, all_activities)
            step("rows")
            for national in known:
                _rows(engine, national)
            yield _extracts(engine, known, places, work, when, step)


def _opened(files: Mapping[Role, Path | None]) -> list[National]:
    found: list[National] = []
    faults: list[Fault] = []
    for role in ROLES:
        path = files.get(role)
        if path is None:
            continue
        try:
            found.append(opened(role, path))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return found


def _settings(
    engine: duckdb.DuckDBPyConnection, work: Path, memory_mb: int, known: Sequence[National]
) -> None:
    engine.execute(f"SET memory_limit = '{memory_mb}MB'")
    engine.execute("SET enable_progress_bar = false")
    spill = str(work / "spill").replace("'", "''")
    engine.execute(f"SET temp_directory = '{spill}'")
    if not any(national.scan.delimiter for national in known):  # a Parquet file numbers its rows
        engine.execute("SET preserve_insertion_order = false")


def _homes(engine: duckdb.DuckDBPyConnection, places: Sequence[Place]) -> None:
    pairs = [(code, rank) for rank, place in enumerate(places) for code in place.communes]
    homes = pa.table({
        "commune": pa.array([code for code, _ in pairs], pa.string()),
        "place": pa.array([rank for _, rank in pairs], pa.int32()),
    })  # fmt: skip
    _table(engine, "homes", homes)


def _table(engine: duckdb.DuckDBPyConnection, name: str, content: pa.Table) -> None:
    engine.register("given", content)
    engine.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    engine.unregister("given")


def _key(national: National) -> str:
    """SIRET as a number, the same whether zeros were lost or not."""
    return f"TRY_CAST({national.column('siret')} AS BIGINT)"


def _candidates(
    engine: duckdb.DuckDBPyConnection,
    known: Sequence[National],
    step: Progress,
    all_activities: bool,
) -> None:
    """Make the table ``candidates``: establishments of the communes that may be a shop.

    Whether one *is* a shop is told later, from its periods, by the domain.
    """
    stock, history = known[0], known[1]
    step("establishments of the communes")
    commune = f"CAST({stock.column('commune')} AS VARCHAR)"
    if not stock.scan.delimiter:
        commune = f"lpad({commune}, 5, '0')"
    asked(
        engine,
        f"CREATE TABLE listed AS SELECT {_key(stock)} AS key, homes.place, "
        f"{_code(stock)} AS code, {_code(stock, '_25')} AS code_25 "
        f"FROM {stock.relation} AS s JOIN homes ON homes.commune = {commune}",
        stock.scan.file,
    )
    if all_activities:
        engine.execute("CREATE TABLE candidates AS SELECT DISTINCT key, place FROM listed "
                       "WHERE key IS NOT NULL")  # fmt: skip
        step("activities")
        step("periods")
        return
    step("activities")
    _shop_codes(engine, history)
    step("periods")
    asked(
        engine,
        "CREATE TABLE candidates AS SELECT DISTINCT key, place FROM ("
        "SELECT key, place FROM listed WHERE code IN (FROM shop_codes) "
        "OR code_25 IN (FROM shop_codes) UNION ALL "
        f"SELECT l.key, l.place FROM (SELECT {_key(history)} AS key FROM {history.relation} "
        f"WHERE {_code(history)} IN (FROM shop_codes) "
        f"OR {_code(history, '_25')} IN (FROM shop_codes)) AS h JOIN listed AS l USING (key)"
        ") WHERE key IS NOT NULL",
        history.scan.file,
    )


def _code(national: National, suffix: str = "") -> str:
    return f"CAST({national.column('activity_code' + suffix)} AS VARCHAR)"


def _shop_codes(engine: duckdb.DuckDBPyConnection, history: National) -> None:
    """List the codes that may be a shop's, in a classification that is not asked."""
    query = f"SELECT DISTINCT {_code(history)} AS code FROM {history.relation}"
    if "activity_code_25" in history.named:
        query += f" UNION SELECT DISTINCT {_code(history, '_25')} FROM {history.relation}"
    query += " UNION SELECT code FROM listed UNION SELECT code_25 FROM listed"
    rows = asked(engine, query, history.scan.file).fetchall()
    codes = pd.Series([code for (code,) in rows if code is not None], dtype=object)
    may = pd.Series(False, index=codes.index)
    for kind in (None, *activities.NOMENCLATURES):
        may |= activities.family_of(codes, kind).notna()
        may |= activities.is_shop(codes, kind, "divisions")
        may |= activities.is_shop(codes, kind, "storefront")
    _table(engine, "shop_codes", pa.table({"code": pa.array(codes[may].tolist(), pa.string())}))


def _rows(engine: duckdb.DuckDBPyConnection, national: National) -> None:
    """Keep the candidates' rows of one file, by city and in the order of the file."""
    shown = ", ".join(f"n.{quoted(name)}" for name in national.columns)
    asked(
        engine,
        f"CREATE TABLE {national.role} AS SELECT c.place AS _place, n._rank, {shown} "
        f"FROM {national.relation} AS n JOIN candidates AS c "
        f"ON c.key = TRY_CAST(n.{quoted(national.named['siret'])} AS BIGINT) "
        "ORDER BY c.place, n._rank",
        national.scan.file,
    )


def _extracts(
    engine: duckdb.DuckDBPyConnection,
    known: Sequence[National],
    places: Sequence[Place],
    work: Path,
    day: dt.date,
    step: Progress,
) -> Iterator[Extract]:
    source = [national.provenance() for national in known]
    for rank, place in enumerate(places):
        step(place.city.name)
        tables = {national.role: _of_place(engine, national, rank) for national in known}
        if not tables["stock"].num_rows:
            continue
        folder = work / place.city.id
        folder.mkdir()
        facts = {
            "made_by": "coeurville sirene",
            "extracted": day.isoformat(),
            "communes": list(place.communes),
            "files": source,
        }
        kept = {role: table for role, table in tables.items() if table.num_rows}
        for role, table in kept.items():
            _write(table, folder / f"{role}.parquet", facts)
        (folder / "provenance.json").write_text(
            json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        rows = {role: kept[role].num_rows for role in LAYOUTS if role in kept}
        yield Extract(place, folder, day, rows)


def _of_place(engine: duckdb.DuckDBPyConnection, national: National, rank: int) -> pa.Table:
    query = (
        f"SELECT * EXCLUDE (_place, _rank) FROM {national.role} WHERE _place = {rank} "
        "ORDER BY _rank"
    )
    found = engine.sql(query).to_arrow_table()
    kinds = [pa.field(f.name, pa.string() if _is_text(f.type) else f.type) for f in found.schema]
    return found.cast(pa.schema(kinds))


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _write(table: pa.Table, path: Path, facts: Mapping[str, Any]) -> None:
    """Write one file of an extract, its provenance in the file's own metadata.

    Raises
    ------
    CoeurvilleError
        If the disk is full or the folder cannot be written.
    """
    said = {b"coeurville": json.dumps(facts, ensure_ascii=False).encode()}
    try:
        pq.write_table(table.replace_schema_metadata(said), path, compression="zstd")
    except OSError as error:
        raise CoeurvilleError(f"{path.name} cannot be written: {error.strerror or error}") from None
