"""The national files of the register as DuckDB relations: what they are, and what they cannot be.

Nothing is defined here: the names of the columns and what they mean are those of
:mod:`analyses.sources.sirene.rows`, which reads the extracts afterwards.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow.parquet as pq

from analyses.errors import CoeurvilleError, Fault, InputError
from analyses.sources.sirene import rows, scan
from analyses.sources.sirene.scan import Scan

Role = Literal["stock", "history", "positions"]
NEEDED: dict[Role, tuple[str, ...]] = {
    "stock": ("siret", "commune", "state", "activity_code"),
    "history": ("siret", "period_start", "period_end", "state", "activity_code"),
    "positions": ("siret",),
}
LAYOUTS: dict[Role, str] = {
    "history": "sirene-history",
    "stock": "sirene-stock",
    "positions": "sirene-positions",
}
"""Layout of :mod:`analyses.sources.sirene.register` that reads the extract of each file."""

_OFFICIAL = {
    "stock": "StockEtablissement_utf8",
    "history": "StockEtablissementHistorique_utf8",
    "positions": "GeolocalisationEtablissement_Sirene_pour_etudes_statistiques_utf8",
}
_PLACED = (
    "siret", "x_longitude", "y_latitude", "qualite_xy", "plg_code_commune", "longitude",
    "latitude", "result_score", "result_type", "result_citycode",
)  # fmt: skip
_TREATED = "dateDernierTraitementEtablissement"


@dataclass(frozen=True, slots=True)
class National:
    """A national file: its role, its header, and the columns that the city's reading uses.

    Parameters
    ----------
    role : str
        ``stock``, ``history`` or ``positions``.
    scan : Scan
        Header of the file.
    named : dict
        Our name: name in the file.
    columns : tuple of str
        Columns of the file to keep.
    """

    role: Role
    scan: Scan
    named: dict[str, str]
    columns: tuple[str, ...]

    @property
    def relation(self) -> str:
        """SQL that reads the whole file, with the rank of each row in ``_rank``."""
        path = str(self.scan.path).replace("'", "''")
        if not self.scan.delimiter:
            return (
                f"(SELECT *, file_row_number AS _rank FROM read_parquet('{path}', "
                "file_row_number = true))"
            )
        cut = self.scan.delimiter.replace("'", "''")
        return (
            f"(SELECT *, row_number() OVER () AS _rank FROM read_csv('{path}', all_varchar = true, "
            f"header = true, delim = '{cut}', quote = '\"', escape = '\"'))"
        )

    def column(self, name: str) -> str:
        """Return the SQL name of one of our columns, NULL where the file has none."""
        return quoted(self.named[name]) if name in self.named else "NULL"

    def provenance(self) -> dict[str, Any]:
        """Describe the file: name, size and day of its last change (hashing it would take long)."""
        facts = self.scan.path.stat()
        changed = dt.datetime.fromtimestamp(facts.st_mtime, dt.UTC)
        return {
            "role": self.role,
            "file": self.scan.path.name,
            "bytes": facts.st_size,
            "modified": changed.isoformat(timespec="seconds"),
        }


def quoted(name: str) -> str:
    """Return a column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def opened(role: Role, path: Path) -> National:
    """Look at the header of a national file.

    Raises
    ------
    InputError
        If there is no such file, if it is not the file that its role says, is truncated or
        compressed in a way that cannot be streamed, or lacks a column.
    """
    if not path.is_file():
        fault = Fault(path.name, "there is no such file", f"Give the path of {_OFFICIAL[role]}")
        raise InputError([fault])
    if path.suffix.lower() == ".zip":
        raise InputError([Fault(path.name, "a ZIP archive cannot be streamed",
                                "Unzip it first, or download the Parquet file")])  # fmt: skip
    source = scan.scan(path, path.name)
    if source.delimiter == "":
        _whole(path)
    named = rows.columns_of(source)
    faults = [
        Fault(path.name, f"the column is missing; the file has: {', '.join(source.columns)[:200]}",
              f"Give the file {_OFFICIAL[role]}", column=" or ".join(rows.ALIASES[name]))
        for name in NEEDED[role] if name not in named
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    if role == "positions":
        columns = tuple(name for name in source.columns if name in _PLACED)
    else:
        columns = tuple(dict.fromkeys(named.values()))
    return National(role, source, named, columns)


def _whole(path: Path) -> None:
    """Check the footer of a Parquet file, which a download cut short has not."""
    try:
        pq.ParquetFile(path).close()
    except (OSError, ValueError):
        fault = Fault(path.name, "the Parquet file is truncated or damaged", "Download it again")
        raise InputError([fault]) from None


def extract_day(stock: National, engine: duckdb.DuckDBPyConnection) -> dt.date:
    """Return the last day on which the register treated an establishment of the stock.

    Raises
    ------
    InputError
        If the file has no such column or no such day: the day must then be given.
    """
    name = next((item for item in stock.scan.columns if item.lower() == _TREATED.lower()), None)
    found = None
    if name is not None:
        found = _from_statistics(stock.scan, name)
        if found is None:
            query = f"SELECT max(CAST({quoted(name)} AS VARCHAR)) FROM {stock.relation}"
            ((found,),) = asked(engine, query, stock.scan.file).fetchall()
    try:
        return dt.date.fromisoformat(str(found)[:10])
    except ValueError:
        raise InputError([
            Fault(stock.scan.file, "nothing tells the day of the extraction",
                  "Give it with --day YYYY-MM-DD", column=_TREATED)
        ]) from None  # fmt: skip


def _from_statistics(scan: Scan, name: str) -> object:
    """Return the greatest value of a column if the footer of the Parquet file tells it."""
    if scan.delimiter:
        return None
    with pq.ParquetFile(scan.path) as file:
        footer = file.metadata
        rank = footer.schema.names.index(name) if name in footer.schema.names else -1
        if rank < 0:
            return None
        greatest: list[Any] = []
        for group in range(footer.num_row_groups):
            facts = footer.row_group(group).column(rank).statistics
            if facts is None or not (facts.has_min_max or facts.null_count == facts.num_values):
                return None
            if facts.has_min_max:
                greatest.append(facts.max)
    return max(greatest, default=None)


def asked(engine: duckdb.DuckDBPyConnection, query: str, file: str) -> duckdb.DuckDBPyConnection:
    """Run a query over a national file; tell a full disk from a broken file.

    Raises
    ------
    CoeurvilleError
        If the disk or the memory is full.
    InputError
        If the file cannot be read to its end.
    """
    try:
        return engine.execute(query)
    except duckdb.OutOfMemoryException as error:
        raise CoeurvilleError(
            f"The pass needs more room ({_first(error)}). Free some disk, or give more memory "
            "with --memory."
        ) from None
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise CoeurvilleError(f"The disk is full ({_first(error)}).") from None
        problem = f"the file cannot be read to its end ({_first(error)})"
        raise InputError([Fault(file, problem, "Download it again")]) from None


def _first(error: Exception) -> str:
    return str(error).splitlines()[0][:160]
