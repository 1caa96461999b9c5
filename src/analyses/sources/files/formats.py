"""How a text file is written: its encoding, its delimiter, and where its header is."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass
from pathlib import Path

from analyses.errors import Fault, InputError

_PROBE = 1 << 16
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)*\{\s*"')
_AS_TEXT = "Save it as a table: CSV UTF-8 or XLSX"
_SAVE_AGAIN = "Save it as CSV UTF-8, or declare encoding: in city.yml"
_DELIMITERS = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How a text file is written: encoding, column separator, lines before the header."""

    encoding: str
    delimiter: str
    skip: int = 0


def detect(
    path: Path,
    file: str,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
) -> TextFormat:
    """Find the encoding (UTF-8 with or without mark, or Windows cp1252) and the delimiter.

    Parameters
    ----------
    path : Path
        File to look at, whole for the encoding.
    file : str
        Its name in messages.
    encoding, delimiter : str, optional
        Declared ones, taken as they are.
    header_row : int, optional
        Declared row of the header, the first being 1; the rows above it are passed over.

    Raises
    ------
    InputError
        If the file is empty, is a workbook, an archive, Parquet or JSON where a table of text is
        read, or cannot be decoded.
    """
    with path.open("rb") as stream:
        start = stream.read(_PROBE)
    if not start.strip():
        raise _refused(file, "the file is empty", "Export it again")
    if start[:2] == b"PK" or start[:8] == _OLD_WORKBOOK:
        problem = "this is a workbook or an archive, not a text file"
        raise _refused(file, problem, "Save it as CSV UTF-8, or give it its extension (.xlsx)")
    if start[:4] == b"PAR1":
        raise _refused(file, "this is Parquet, and this table is read as text", _AS_TEXT)
    if _JSON.match(start):
        raise _refused(file, "this is JSON, not a table", _AS_TEXT)
    found = encoding or _encoding(path, file, start)
    try:
        lines = start.decode(found, errors="ignore").removeprefix("\ufeff").splitlines()
    except LookupError:
        fault = Fault(
            "city.yml",
            "there is no such text encoding",
            "Write utf-8, cp1252 or iso-8859-15",
            column="encoding",
            value=found,
        )
        raise InputError([fault]) from None
    skip = 0
    while skip < len(lines) and (not lines[skip].strip() or _SEPARATOR.fullmatch(lines[skip])):
        declared = _SEPARATOR.fullmatch(lines[skip])
        delimiter = delimiter or (declared[1] if declared else None)
        skip += 1
    if header_row is not None:
        skip = header_row - 1
        if skip >= len(lines):
            raise _refused(file, f"the file has no row {header_row}", "Correct header_row")
    header = lines[skip] if skip < len(lines) else ""
    return TextFormat(found, delimiter or delimiter_of(header), skip)


def _encoding(path: Path, file: str, start: bytes) -> str:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if _is_utf8(path):
        return "utf-8"
    if line := _mixed(path):
        problem = "the text is UTF-8 in one place and not in another"
        raise _refused(file, problem, _SAVE_AGAIN, line)
    if any(byte in start for byte in b"\x81\x8d\x8f\x90\x9d"):  # no letter in cp1252
        raise _refused(file, "the text is neither UTF-8 nor Windows (cp1252)", _SAVE_AGAIN)
    return "cp1252"


def _refused(file: str, problem: str, remedy: str, row: int | None = None) -> InputError:
    return InputError([Fault(file, problem, remedy, row=row)])


def _mixed(path: Path) -> int | None:
    """Return the first line that is not UTF-8 in a file that has UTF-8 letters elsewhere."""
    wrong, letters = None, False
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                letters = len(line.decode()) < len(line) or letters
            except UnicodeDecodeError:
                wrong = wrong or number
    return wrong if letters else None


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            if block.isascii() and not decoder.getstate()[0]:
                continue
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return False
    return True


def delimiter_of(header: str) -> str:
    """Return the mark that cuts a line into the most cells, a comma if none does."""
    counts = {mark: _cells(header, mark) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: counts[mark])
    return best if counts[best] > 1 else ","


def _cells(line: str, delimiter: str) -> int:
    return len(next(csv.reader([line], delimiter=delimiter), []))


def read_header(path: Path, shape: TextFormat) -> list[str]:
    """Return the names of the columns of a delimited text file, as written."""
    with path.open(encoding=shape.encoding, newline="") as stream:
        for _ in range(shape.skip):
            stream.readline()
        names = next(csv.reader(stream, delimiter=shape.delimiter), [])
    return [name.removeprefix("\ufeff") for name in names]
