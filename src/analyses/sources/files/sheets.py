"""Files as text tables: encoding, delimiter, lines; CSV and XLSX alike."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from analyses.errors import Fault, InputError
from analyses.schemas import Raw
from analyses.schemas.check import LISTED
from analyses.sources.files.formats import TextFormat as TextFormat
from analyses.sources.files.formats import detect as detect
from analyses.sources.files.formats import read_header as read_header
from analyses.wording import number

Lines = np.ndarray[Any, np.dtype[np.int64]]
Ragged = tuple[int, str, int, int]
"""A row with too many or too few cells: its line, its text, its cells, those of the header."""


def read_csv(
    path: Path,
    file: str,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
) -> tuple[Raw, list[Fault]]:
    """Read a delimited text file as text, with the line of every row.

    Blank lines are passed over but counted, as a spreadsheet does; a row with too many or too few
    cells is a fault and is left out, unless what it lacks is empty in every other row.

    Raises
    ------
    InputError
        If the file cannot be read at all (empty, not text, unclosed quote).
    """
    shape = detect(path, file, encoding, delimiter, header_row)
    ragged: list[Ragged] = []

    def note(row: Any) -> str:
        ragged.append((row.number, row.text, row.actual_columns, row.expected_columns))
        return "skip"

    header = read_header(path, shape)
    try:
        table = pacsv.read_csv(
            path,
            read_options=pacsv.ReadOptions(
                use_threads=False,
                encoding=shape.encoding,
                block_size=1 << 24,
                skip_rows=shape.skip,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=shape.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        if "Empty CSV file" not in str(error):
            raise InputError([_unreadable(file, shape, error)]) from None
        empty = pa.chunked_array([pa.array([], pa.string())])  # a header and nothing under it
        table = pa.Table.from_arrays([empty] * len(header), names=header)
    lines = _lines(table.num_rows, [line for line, *_ in ragged], shape.skip + 2)
    table = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
    table, lines, ragged = _completed(table, lines, ragged, shape)
    faults = _ragged(file, [row for row in ragged if row[1].strip()])
    raw, doubled = named(file, table, lines, [name.strip() for name in header])
    return raw, [*doubled, *faults]


def _ragged(file: str, rows: list[Ragged]) -> list[Fault]:
    remedy = "Quote the cells that hold the delimiter, or complete the row"
    faults = [
        Fault(file, f"the row has {cells} cells where the header has {expected}", remedy, row=line)
        for line, _, cells, expected in rows[:LISTED]
    ]
    if len(rows) > LISTED:
        more = f"and {number(len(rows) - LISTED, 'en')} more rows with too many or too few cells"
        faults.append(Fault(file, more, remedy))
    return faults


def _completed(
    table: pa.Table, lines: Lines, ragged: list[Ragged], shape: TextFormat
) -> tuple[pa.Table, Lines, list[Ragged]]:
    """Give back to short rows their last cells, where those columns are empty all through the file.

    Excel leaves out the last separators of rows that end with blank cells, every sixteen rows.
    Where a last column holds anything at all, a short row may have lost another cell: it stays a
    fault.
    """
    empty = next(
        (
            at
            for at, column in enumerate(reversed(table.columns))
            if column.null_count < len(column)
        ),
        0,
    )
    short = [row for row in ragged if row[1].strip() and 0 < row[3] - row[2] <= empty]
    cells = [next(csv.reader([text], delimiter=shape.delimiter), []) for _, text, *_ in short]
    good = [len(found) == row[2] for found, row in zip(cells, short, strict=True)]
    if not any(good):
        return table, lines, ragged
    rows = [found for found, fits in zip(cells, good, strict=True) if fits]
    done = {row[0] for row, fits in zip(short, good, strict=True) if fits}
    added = pa.Table.from_arrays(
        [
            pa.array([row[at] or None if at < len(row) else None for row in rows], pa.string())
            for at in range(table.num_columns)
        ],
        names=table.column_names,
    )
    all_lines = np.concatenate([lines, np.array(sorted(done), dtype=np.int64)])
    order = np.argsort(all_lines, kind="stable")
    whole = pa.concat_tables([table, added]).take(pa.array(order))
    return whole, all_lines[order], [row for row in ragged if row[0] not in done]


def _lines(kept: int, skipped: list[int], first: int) -> Lines:
    lines = np.arange(first, first + kept + len(skipped), dtype=np.int64)
    return lines[~np.isin(lines, skipped)]


def _unreadable(file: str, shape: TextFormat, error: Exception) -> Fault:
    return Fault(
        file,
        f"the file cannot be read as {shape.encoding} text with {shape.delimiter!r} between "
        f"columns ({str(error).splitlines()[0][:120]})",
        "Check the quotes, or declare encoding: and delimiter: in city.yml",
    )


def named(file: str, table: pa.Table, lines: Lines, header: list[str]) -> tuple[Raw, list[Fault]]:
    """Give a text table its header; a repeated name is a fault, and its first column is kept."""
    first: dict[str, int] = {}
    faults = []
    for position, name in enumerate(composed(header)):
        if name in first and name:
            faults.append(
                Fault(
                    file,
                    "two columns have the same name",
                    "Rename or remove one of them",
                    row=1,
                    column=name,
                )
            )
        elif name:
            first[name] = position
    kept = pa.table({name: compose(table.column(at)) for name, at in first.items()})
    blank = np.ones(kept.num_rows, dtype=bool)
    for column in kept.columns:
        if not blank.any():
            break
        blank &= np.asarray(pc.is_null(column).to_numpy(), dtype=bool)
    if blank.any():
        kept, lines = kept.filter(pa.array(~blank)), lines[~blank]
    return Raw(file, kept, lines, {}, tuple(first)), faults


def composed(names: Sequence[str]) -> list[str]:
    """Return names with their accents composed (NFC): some systems write them decomposed."""
    return [unicodedata.normalize("NFC", name) for name in names]


def compose(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return text with its accents composed (NFC)."""
    if pc.all(pc.string_is_ascii(values)).as_py() in (True, None):
        return values
    return pc.utf8_normalize(values, "NFC")


def read_xlsx(
    path: Path, file: str, sheet: str | None = None, header_row: int | None = None
) -> tuple[Raw, list[Fault]]:
    """Read one sheet of a workbook as text.

    The header is the first row that is not blank, at or under ``header_row`` if it is declared.

    Raises
    ------
    InputError
        If the file is not a workbook, is locked, or has no such sheet.
    """
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - openpyxl raises many kinds for a broken file
        raise InputError(
            [
                Fault(
                    file,
                    f"the workbook cannot be opened ({type(error).__name__})",
                    "Save it again as .xlsx without password",
                )
            ]
        ) from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise InputError(
                [
                    Fault(
                        file,
                        f"the workbook has no such sheet; it has: {', '.join(book.sheetnames)}",
                        "Correct sheet: in city.yml",
                        value=sheet,
                    )
                ]
            )
        tab = book[sheet] if sheet else book.worksheets[0]
        rows = [[cell(value) for value in row] for row in tab.iter_rows(values_only=True)]
    finally:
        book.close()
    first = 0 if header_row is None else header_row - 1
    lines = [i for i, row in enumerate(rows) if i >= first and any(c is not None for c in row)]
    if not lines:
        raise InputError([Fault(file, "the sheet is empty", "Fill it or name another sheet:")])
    header = [(cell or "").strip() for cell in rows[lines[0]]]
    body = [rows[i] + [None] * (len(header) - len(rows[i])) for i in lines[1:]]
    table = pa.table(
        {
            str(position): pa.chunked_array(
                [pa.array([row[position] for row in body], pa.string())]
            )
            for position in range(len(header))
        }
    )
    return named(file, table, np.array([i + 1 for i in lines[1:]], dtype=np.int64), header)


def cell(value: object) -> str | None:
    """Return a value of a workbook or of a JSON file as text, None if it is blank."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = unicodedata.normalize("NFC", str(value))
    return text if text.strip() else None


def read_json(path: Path, file: str) -> Any:
    """Read a JSON file.

    Raises
    ------
    InputError
        If it is not UTF-8 JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError([Fault(file, "the file is not UTF-8 text", "Export it again")]) from None
    except json.JSONDecodeError as error:
        raise InputError(
            [
                Fault(
                    file,
                    f"the file is not valid JSON ({error.msg})",
                    "Export it again; it may have been cut short",
                    row=error.lineno,
                )
            ]
        ) from None
