"""Large files as batches of columns: CSV (gzip too), Parquet, and small formats in one batch."""

from __future__ import annotations

import csv
import gzip
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from analyses.errors import Fault, InputError, raise_if_any
from analyses.schemas import Raw
from analyses.sources.files import geojson, sheets
from analyses.sources.request import Request

BLOCK = 1 << 23
"""Bytes of text read at a time: some 100,000 rows."""
ROWS = 1 << 17
"""Rows of Parquet read at a time."""
AT_ONCE = (".xlsx", ".xlsm", ".geojson", ".json")
"""Ends of the names of the files that are read in one batch."""

AHEAD = 2
"""Batches read before they are asked for."""

Lines = npt.NDArray[np.int64]
Batch = tuple[Raw, list[Fault]]

Choose = Callable[[Sequence[str]], Sequence[str]]
"""Given the headers of a file, those to read."""


def batches(asked: Request, choose: Choose | None = None) -> Iterator[tuple[Raw, list[Fault]]]:
    """Read a file by batches; only the chosen columns are held, a batch at a time.

    Parameters
    ----------
    asked : Request
        File to read: ``.csv``, ``.txt``, ``.csv.gz``, ``.parquet``, ``.xlsx`` or ``.geojson``.
    choose : callable, optional
        Picks the columns to read among the headers; all of them by default. Columns that are not
        chosen never enter memory.

    Yields
    ------
    Raw, list of Fault
        Columns under the file's own names (text, or typed for Parquet), and the faults of the
        batch (rows with too many or too few cells, which are left out).

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    kind = asked.path.suffix.lower()
    if kind == ".parquet":
        yield from _ahead(_parquet(asked, choose))
    elif kind in (".xlsx", ".xlsm"):
        yield _chosen(*sheets.read_xlsx(asked.path, asked.file, asked.source.sheet), choose)
    elif kind in (".geojson", ".json"):
        yield _chosen(*geojson.read(asked.path, asked.file), choose)
    else:
        yield from _ahead(_csv(asked, choose))


def _ahead(source: Iterator[Batch]) -> Iterator[Batch]:
    """Read the next batches in a thread of their own while the caller works on the last one.

    Parsing leaves the interpreter free, so that two cores share a large file; the order, and what
    is raised, stay those of ``source``.
    """
    with ThreadPoolExecutor(1) as reader:
        waiting = deque(reader.submit(next, source, None) for _ in range(AHEAD))
        while (found := waiting.popleft().result()) is not None:
            waiting.append(reader.submit(next, source, None))
            yield found


def _chosen(raw: Raw, faults: list[Fault], choose: Choose | None) -> tuple[Raw, list[Fault]]:
    if choose is None:
        return raw, faults
    table = raw.table.select(list(choose(raw.table.column_names)))
    return Raw(raw.file, table, raw.lines, raw.labels, raw.header), faults


def _parquet(asked: Request, choose: Choose | None) -> Iterator[tuple[Raw, list[Fault]]]:
    try:
        file = pq.ParquetFile(asked.path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            [
                Fault(
                    asked.file,
                    f"the file cannot be read as Parquet ({error})"[:200],
                    "Export it again",
                )
            ]
        ) from None
    header = file.schema_arrow.names
    names = list(header if choose is None else choose(header))
    first = 2
    for batch in file.iter_batches(batch_size=ROWS, columns=names):
        table = pa.table({name: pa.chunked_array([_plain(batch.column(name))]) for name in names})
        lines = np.arange(first, first + batch.num_rows, dtype=np.int64)
        first += batch.num_rows
        yield Raw(asked.file, table, lines, {}, header), []


def _plain(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return values
    if pa.types.is_dictionary(kind):
        values = values.cast(kind.value_type)
    return values.cast(pa.string())


def _csv(asked: Request, choose: Choose | None) -> Iterator[tuple[Raw, list[Fault]]]:
    shape, header = _shape(asked)
    names = sheets.composed([name.strip() for name in header])
    wanted = names if choose is None else list(choose(names))
    raise_if_any(_doubled(asked.file, names, wanted))
    keys = [str(names.index(name)) for name in wanted if name]
    ragged: list[Any] = []
    first = shape.skip + 2
    try:
        with _stream(asked) as stream:
            for batch in _reader(stream, shape, len(names), keys, ragged):
                skipped, faults = _ragged(asked.file, ragged, first + batch.num_rows)
                total = batch.num_rows + len(skipped)
                lines = np.arange(first, first + total, dtype=np.int64)
                lines = lines[~np.isin(lines, skipped)] if skipped else lines
                first += total
                columns = {names[int(key)]: batch.column(i) for i, key in enumerate(keys)}
                texts = {name: pa.chunked_array([c]) for name, c in columns.items()}
                table = pa.table({name: sheets.compose(text) for name, text in texts.items()})
                table, lines = _without_blanks(table, lines)
                yield Raw(asked.file, table, lines, {}, names), faults
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as error:
        raise InputError([_unreadable(asked.file, shape, error)]) from None
    yield from _tail(asked.file, names, keys, ragged)


def _reader(
    stream: pa.NativeFile, shape: sheets.TextFormat, width: int, keys: list[str], ragged: list[Any]
) -> pacsv.CSVStreamingReader:
    """Open a text stream as batches of text columns, odd rows left out and kept in ``ragged``."""

    def note(row: Any) -> str:
        ragged.append(row)
        return "skip"

    reading = pacsv.ReadOptions(
        use_threads=False,
        encoding=shape.encoding,
        block_size=BLOCK,
        skip_rows=shape.skip + 1,
        column_names=[str(i) for i in range(width)],
    )
    parsing = pacsv.ParseOptions(
        delimiter=shape.delimiter,
        newlines_in_values=False,
        ignore_empty_lines=False,
        invalid_row_handler=note,
    )
    convert = pacsv.ConvertOptions(
        include_columns=keys,
        column_types=dict.fromkeys(keys, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    return pacsv.open_csv(stream, reading, parsing, convert)


def _doubled(file: str, names: list[str], wanted: list[str]) -> list[Fault]:
    """Return a fault for each wanted name that two columns have."""
    doubled = {name for name in names if name and names.count(name) > 1}
    return [
        Fault(file, "two columns have the same name", "Rename or remove one of them", row=1,
              column=name)
        for name in sorted(doubled & set(wanted))
    ]  # fmt: skip


def _without_blanks(table: pa.Table, lines: Lines) -> tuple[pa.Table, Lines]:
    """Leave out the rows that hold nothing: blank lines, counted as a spreadsheet does."""
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        if not column.null_count:
            return table, lines
        blank &= np.asarray(column.is_null().to_numpy(), dtype=bool)
    return (table.filter(pa.array(~blank)), lines[~blank]) if blank.any() else (table, lines)


def _tail(
    file: str, names: list[str], keys: list[str], ragged: list[Any]
) -> Iterator[tuple[Raw, list[Fault]]]:
    """Yield the faults of rows that follow the last good one."""
    _, faults = _ragged(file, ragged, None)
    if faults:
        empty = {names[int(key)]: pa.chunked_array([pa.array([], pa.string())]) for key in keys}
        yield Raw(file, pa.table(empty), np.zeros(0, dtype=np.int64), {}, names), faults


def _unreadable(file: str, shape: sheets.TextFormat, error: Exception) -> Fault:
    return Fault(
        file,
        f"the file cannot be read as {shape.encoding} text with {shape.delimiter!r} between cells "
        f"({str(error).splitlines()[0][:120]})",
        "Check the quotes, or declare encoding: and delimiter: in city.yml",
    )


def _ragged(file: str, waiting: list[Any], end: int | None) -> tuple[list[int], list[Fault]]:
    """Take the odd rows that lie before line ``end``, itself pushed back by each of them."""
    rows: list[Any] = []
    while waiting and (end is None or waiting[0].number < end + len(rows)):
        rows.append(waiting.pop(0))
    faults = [
        Fault(
            file,
            f"the row has {row.actual_columns} cells where the header has {row.expected_columns}",
            "Quote the cells that hold the delimiter, or complete the row",
            row=row.number,
        )
        for row in rows
        if row.text.strip()
    ]
    return [row.number for row in rows], faults


def _stream(asked: Request) -> pa.NativeFile:
    packed = "gzip" if asked.path.suffix.lower() == ".gz" else None
    return pa.input_stream(str(asked.path), compression=packed)


def _shape(asked: Request) -> tuple[sheets.TextFormat, list[str]]:
    """Return the encoding, the delimiter and the header of a text file, packed or not."""
    source = asked.source
    if asked.path.suffix.lower() != ".gz":
        shape = sheets.detect(asked.path, asked.file, source.encoding, source.delimiter)
        return shape, sheets.read_header(asked.path, shape)
    try:
        with gzip.open(asked.path, "rb") as stream:
            start = stream.read(1 << 16)
    except (OSError, EOFError):
        raise InputError(
            [Fault(asked.file, "the file is not gzip, or was cut short", "Export it again")]
        ) from None
    encoding = source.encoding or _guess(start)
    text = start.decode(encoding, errors="ignore").removeprefix("\ufeff")
    if not text.strip():
        raise InputError([Fault(asked.file, "the file is empty", "Export it again")])
    shape = sheets.TextFormat(encoding, source.delimiter or _delimiter(text))
    return shape, next(csv.reader(io.StringIO(text), delimiter=shape.delimiter), [])


def _guess(start: bytes) -> str:
    whole = start[: start.rfind(b"\n") + 1] or start
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    header = text.splitlines()[0]
    counts = {mark: len(next(csv.reader([header], delimiter=mark), [])) for mark in ";,\t|"}
    return max(counts, key=lambda mark: counts[mark])
