"""Where the header of a file is, when titles stand above it."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence

import openpyxl

from analyses.errors import Fault, InputError
from analyses.schemas import Schema, fold
from analyses.sources.files import formats
from analyses.sources.request import Request

OPTION = "header_row"
LOOKED_AT = 10
"""Rows in which a header is looked for."""
_WORKBOOKS = (".xlsx", ".xlsm")
_SEVERAL = 2


def declared(asked: Request) -> int | None:
    """Return the row of the header that the city declares (the first row is 1), None if none.

    Raises
    ------
    InputError
        If the option is not a row number.
    """
    text = asked.option(OPTION)
    if not text:
        return None
    if text.isdecimal() and int(text) > 0:
        return int(text)
    fault = Fault(
        "city.yml",
        "this is not the number of a row",
        "Write header_row: 3 when the names of the columns are in the third row",
        column=f"sources.{asked.table}.options.{OPTION}",
        value=text,
    )
    raise InputError([fault])


def wanted(asked: Request, schema: Schema) -> set[str]:
    """Return the headers that a file should have (folded): those mapped, or the template's; none
    for the layouts of others, which say themselves what they miss.
    """  # noqa: D205 - one sentence
    if asked.source.layout not in ("coeurville", "mapped"):
        return set()
    if asked.source.layout == "mapped":
        return {fold(label) for label in asked.source.columns.values()}
    return {
        fold(spelling)
        for column in schema.columns
        for spelling in (column.name, column.title.fr, column.title.en)
    }


def check(asked: Request, names: Collection[str]) -> None:
    """Refuse a file whose header stands lower than its first row, and say where it is.

    Parameters
    ----------
    asked : Request
        A workbook or a delimited text file.
    names : collection of str
        Headers that the file should have, folded.

    Raises
    ------
    InputError
        If a later row of the first ten holds at least two of the names, and more than twice as
        many as the first row does.
    """
    if asked.option(OPTION) or not names:
        return
    rows = _first_rows(asked)
    held = [(len({fold(cell) for cell in cells} & set(names)), row) for row, cells in rows]
    if not held:
        return
    best, row = max(held, key=lambda one: (one[0], -one[1]))
    if best < _SEVERAL or best <= 2 * held[0][0]:
        return
    fault = Fault(
        asked.file,
        f"the names of the columns are in row {row}, under other rows",
        f"Remove the rows above, or declare options: {{header_row: {row}}}",
        row=held[0][1],
    )
    raise InputError([fault])


def _first_rows(asked: Request) -> list[tuple[int, Sequence[str]]]:
    """Return the number and the cells of the first rows that are not blank."""
    packed = asked.path.suffix.lower() in _WORKBOOKS
    rows = _of_workbook(asked) if packed else _of_text(asked)
    return [(row, cells) for row, cells in rows if any(cell.strip() for cell in cells)]


def _of_workbook(asked: Request) -> list[tuple[int, Sequence[str]]]:
    try:
        book = openpyxl.load_workbook(asked.path, read_only=True, data_only=True)
    except Exception:  # noqa: BLE001 - openpyxl raises many kinds; reading the file reports it
        return []
    try:
        sheet = asked.source.sheet
        if sheet is not None and sheet not in book.sheetnames:
            return []
        tab = book[sheet] if sheet else book.worksheets[0]
        rows = list(tab.iter_rows(max_row=LOOKED_AT, values_only=True))
    finally:
        book.close()
    return [
        (row, ["" if cell is None else str(cell) for cell in cells])
        for row, cells in enumerate(rows, start=1)
    ]


def _of_text(asked: Request) -> list[tuple[int, Sequence[str]]]:
    source = asked.source
    shape = formats.detect(asked.path, asked.file, source.encoding, source.delimiter)
    with asked.path.open(encoding=shape.encoding, errors="replace", newline="") as stream:
        lines = [stream.readline(1 << 16) for _ in range(shape.skip + LOOKED_AT)]
    return [
        (row, _cells(line.removeprefix("\ufeff").strip("\r\n"), source.delimiter))
        for row, line in enumerate(lines, start=1)
        if row > shape.skip
    ]


def _cells(line: str, delimiter: str | None) -> list[str]:
    """Cut a line at the declared delimiter, or at the one that its own text shows."""
    mark = delimiter or formats.delimiter_of(line)
    return next(csv.reader([line], delimiter=mark), [])
