"""Reading a few rows and columns out of very large SIRENE files, never the whole of them."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.dataset as ds

from analyses.errors import Fault, InputError
from analyses.sources.sirene import lines

_BLOCK = 1 << 20
_SEPARATORS = (",", ";", "\t", "|")
_ARCHIVE = (
    gzip.BadGzipFile, zipfile.BadZipFile, zlib.error,
    IndexError,  # no CSV file inside
    EOFError,  # cut short
    RuntimeError,  # a password, or a compression that is not supported
)  # fmt: skip
"""What opening an archive raises; ``IndexError`` is a ``LookupError`` too, so it comes first."""
_CUT = (
    pa.ArrowInvalid, UnicodeDecodeError, OSError, EOFError, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
"""What reading a file that is broken on the way raises."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A large file: its columns, and how to read some of its rows.

    Parameters
    ----------
    path : Path
        CSV (plain, ``.gz`` or in a ``.zip``) or Parquet file.
    file : str
        Its name in messages.
    columns : tuple of str
        Columns of the file.
    delimiter : str
        Column separator of a CSV file, empty for Parquet.
    encoding : str
        Text encoding of a CSV file.
    """

    path: Path
    file: str
    columns: tuple[str, ...]
    delimiter: str
    encoding: str = "utf-8"

    def has(self, *names: str) -> bool:
        """Whether the file has all of these columns."""
        return set(names) <= set(self.columns)


def scan(path: Path, file: str, encoding: str | None = None, delimiter: str | None = None) -> Scan:
    """Look at the header of a large file.

    Raises
    ------
    InputError
        If it is neither CSV nor Parquet, or has no header.
    """
    if path.suffix.lower() == ".parquet":
        try:
            names = tuple(ds.dataset(path, format="parquet").schema.names)
        except (pa.ArrowInvalid, OSError):
            fault = Fault(file, "this is not a Parquet file", "Download it again")
            raise InputError([fault]) from None
        return Scan(path, file, names, "")
    text = encoding or "utf-8"
    try:
        with _opened(path) as stream:
            line = io.TextIOWrapper(stream, encoding=text, errors="strict", newline="").readline()
    except _ARCHIVE:
        fault = Fault(file, "the archive cannot be opened", "Download it again")
        raise InputError([fault]) from None
    except (UnicodeDecodeError, LookupError):
        remedy = "Declare its encoding under the file, such as encoding: cp1252, or download again"
        raise InputError([Fault(file, f"it cannot be read as {text} text", remedy)]) from None
    line = line.removeprefix("\ufeff").strip("\r\n")
    found = delimiter or max(_SEPARATORS, key=line.count)
    names = tuple(name.strip() for name in next(csv.reader([line], delimiter=found), []))
    if not any(names):
        raise InputError([Fault(file, "the file is empty", "Download it again")])
    return Scan(path, file, names, found, text)


def rows(source: Scan, columns: Sequence[str], by: str, values: Sequence[str]) -> pa.Table:
    """Return the rows whose column ``by`` is one of ``values``, as text.

    Parameters
    ----------
    source : Scan
        File to read; it is streamed, and only the rows kept are held in memory.
    columns : sequence of str
        Columns to return, all in the file.
    by : str
        Column to filter on.
    values : sequence of str
        Values to keep; several hundred thousand are fine.

    Returns
    -------
    pyarrow.Table
        ``columns``, all of them ``pyarrow.string``, null where empty.

    Raises
    ------
    InputError
        If the file is broken on the way.
    """
    if source.delimiter and lines.suits(source.path, source.encoding, values):
        try:
            return _by_lines(source, columns, by, values)
        except (lines.LinesError, pa.ArrowInvalid):
            # a cell spreads over lines, or the file is broken: a full reading tells which
            return _whole(source, columns, by, values)
    return _whole(source, columns, by, values)


def _whole(source: Scan, columns: Sequence[str], by: str, values: Sequence[str]) -> pa.Table:
    """Parse every line; cells that hold line breaks are only allowed for at a second try."""
    try:
        return _as_text(_filtered(source, columns, by, values, newlines=False))
    except _CUT as error:
        if not source.delimiter:
            raise InputError([_broken(source, error)]) from None
    try:
        return _as_text(_filtered(source, columns, by, values, newlines=True))
    except _CUT as error:
        raise InputError([_broken(source, error)]) from None


def _by_lines(source: Scan, columns: Sequence[str], by: str, values: Sequence[str]) -> pa.Table:
    """Parse only the lines that hold one of the values somewhere."""
    wanted = list(dict.fromkeys([*columns, by]))
    options = _convert(source.columns)
    options.include_columns = wanted
    keep = pa.array(list(values), pa.string())
    last = lines.last(source.path).decode(source.encoding, errors="replace")
    if len(next(csv.reader([last], delimiter=source.delimiter), [])) != len(source.columns):
        raise lines.LinesError  # cut short, or its last cell spreads over lines
    kept = [pa.table({name: pa.array([], pa.string()) for name in wanted})]
    for text in lines.matching(source.path, values):
        read = pacsv.ReadOptions(column_names=list(source.columns), encoding=source.encoding)
        parse = pacsv.ParseOptions(delimiter=source.delimiter)
        table = pacsv.read_csv(
            pa.BufferReader(text), read_options=read, parse_options=parse, convert_options=options
        )
        kept.append(table.filter(pc.is_in(table[by], value_set=keep)))
    return pa.concat_tables(kept).select(list(columns))


def _filtered(
    source: Scan, columns: Sequence[str], by: str, values: Sequence[str], *, newlines: bool
) -> pa.Table:
    wanted = list(dict.fromkeys([*columns, by]))
    if source.path.suffix.lower() == ".zip":
        return _streamed(source, wanted, by, values, newlines).select(list(columns))
    data = _dataset(source, newlines)
    kind = data.schema.field(by).type
    if pa.types.is_integer(kind):  # a number that lost its leading zeros
        numbers = [int(value) for value in values if value.isdigit()]
        keep = ds.field(by).isin(pa.array(numbers, kind))
    else:
        text = ds.field(by) if pa.types.is_string(kind) else ds.field(by).cast(pa.string())
        keep = text.isin(pa.array(list(values), pa.string()))
    scanner = data.scanner(
        columns=wanted, filter=keep, batch_readahead=2, fragment_readahead=1, batch_size=1 << 16
    )
    return scanner.to_table().select(list(columns))


def _dataset(source: Scan, newlines: bool) -> Any:
    if not source.delimiter:
        return ds.dataset(source.path, format="parquet")
    convert = _convert(source.columns)
    read = pacsv.ReadOptions(encoding=source.encoding, block_size=_BLOCK)
    parse = pacsv.ParseOptions(delimiter=source.delimiter, newlines_in_values=newlines)
    form = ds.CsvFileFormat(parse_options=parse, convert_options=convert, read_options=read)
    return ds.dataset(source.path, format=form)


def _convert(columns: Sequence[str]) -> Any:
    return pacsv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()),
        strings_can_be_null=True,
        null_values=[""],
        quoted_strings_can_be_null=True,
    )


def _streamed(
    source: Scan, wanted: list[str], by: str, values: Sequence[str], newlines: bool
) -> pa.Table:
    """Read a CSV file inside a ``.zip`` block by block."""
    options = _convert(source.columns)
    options.include_columns = wanted
    keep = pa.array(list(values), pa.string())
    with _opened(source.path) as stream:
        reader = pacsv.open_csv(
            pa.PythonFile(stream),
            read_options=pacsv.ReadOptions(encoding=source.encoding, block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(
                delimiter=source.delimiter, newlines_in_values=newlines
            ),
            convert_options=options,
        )
        kept = [
            batch.filter(pc.is_in(batch.column(batch.schema.get_field_index(by)), value_set=keep))
            for batch in reader
        ]
    return pa.Table.from_batches(kept, schema=reader.schema)


def _as_text(table: pa.Table) -> pa.Table:
    def text(name: str) -> pa.ChunkedArray:
        column = table[name]
        if pa.types.is_string(column.type):
            return column
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.date32(), safe=False)
        return column.cast(pa.string())

    return pa.table({name: text(name) for name in table.column_names})


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    kind = path.suffix.lower()
    if kind == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            with archive.open(names[0]) as stream:
                yield stream
    elif kind == ".gz":
        with gzip.open(path) as stream:
            yield stream
    else:
        with path.open("rb") as stream:
            yield stream


def _broken(source: Scan, error: Exception) -> Fault:
    detail = (str(error).splitlines() or [type(error).__name__])[0][:160]
    return Fault(
        source.file,
        f"the file cannot be read to its end ({detail})",
        "Download it again, or declare encoding: and delimiter: in city.yml",
    )
