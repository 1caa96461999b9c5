"""What pandoc leaves undone in a Word file: what stays together on a page, and the letters.

A picture stays with its note, a row on one page, a short table in one piece; the report's fonts are
inside the file, hidden as ECMA-376 (part 4, 2.8.1) wants it, so that every reader sees the same
lines and pages.
"""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from pathlib import Path

from analyses.errors import RenderError
from analyses.reports import package

FONT = "Coeurville Sans"
"""Family of the fonts inside the file: those of the HTML report, as TrueType."""
FONTS = {
    "embedRegular": "coeurville-sans-regular.ttf",
    "embedBold": "coeurville-sans-bold.ttf",
    "embedItalic": "coeurville-sans-italic.ttf",
}
KEPT_ROWS = 15
"""Rows, header included, up to which a table stays in one piece."""
HIDDEN = 32
"""Bytes at the start of a font that its key hides."""

_DOCUMENT, _TABLE, _TYPES = "word/document.xml", "word/fontTable.xml", "[Content_Types].xml"
_SETTINGS, _LINKS = "word/settings.xml", "word/_rels/fontTable.xml.rels"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
_PICTURE = re.compile(r'<w:pStyle w:val="\w+" ?/>(</w:pPr><w:r><w:drawing>)')
_ROW = re.compile(r"<w:tr>(?:<w:trPr>(.*?)</w:trPr>)?")
_STYLE = re.compile(r'(<w:pStyle w:val="\w+" ?/>)')
_NARROW = (
    '<w:tblCellMar><w:left w:w="30" w:type="dxa"/><w:right w:w="30" w:type="dxa"/></w:tblCellMar>'
)


def finish(path: Path, fonts: Path) -> None:
    """Finish a Word file that pandoc wrote, in place; same content, same bytes.

    Parameters
    ----------
    path : Path
        The file.
    fonts : Path
        Folder of :data:`FONTS`.
    """
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[_DOCUMENT] = together(parts[_DOCUMENT].decode("utf-8")).encode("utf-8")
    _embed(parts, fonts)
    package.write(path, parts)


def together(document: str) -> str:
    """Return a document in which what belongs together stays on one page."""
    document = _PICTURE.sub(r'<w:pStyle w:val="Figure" />\1', document)
    return re.sub(r"<w:tbl>.*?</w:tbl>", lambda found: _table(found[0]), document, flags=re.DOTALL)


def _table(table: str) -> str:
    table = _ROW.sub(lambda row: f"<w:tr><w:trPr><w:cantSplit/>{row[1] or ''}</w:trPr>", table)
    if '"TableDense"' in table:
        table = re.sub(r"(<w:tblLayout [^>]*>)", rf"\1{_NARROW}", table, count=1)
    head, *rows = table.split("<w:tr>")
    kept = len(rows) - 1 if len(rows) <= KEPT_ROWS else 2
    rows = [
        _STYLE.sub(r"\1<w:keepNext/>", row) if rank < kept else row for rank, row in enumerate(rows)
    ]
    return "<w:tr>".join([head, *rows])


def hidden(font: bytes, key: uuid.UUID) -> bytes:
    """Return a font as Office files hold it: its first bytes and the key's, bit by bit."""
    mask = key.bytes[::-1]
    start = bytes(byte ^ mask[at % len(mask)] for at, byte in enumerate(font[:HIDDEN]))
    return start + font[HIDDEN:]


def _embed(parts: dict[str, bytes], fonts: Path) -> None:
    """Put the fonts into the file and name them where Word looks for them."""
    shown, links = [], []
    for rank, (place, name) in enumerate(FONTS.items(), start=1):
        key = uuid.uuid5(uuid.NAMESPACE_URL, f"coeurville/{name}")
        parts[f"word/fonts/font{rank}.odttf"] = hidden((fonts / name).read_bytes(), key)
        shown.append(f'<w:{place} r:id="rId{rank}" w:fontKey="{{{str(key).upper()}}}"/>')
        links.append(
            f'<Relationship Id="rId{rank}" Type="{_RELATION}" Target="fonts/font{rank}.odttf"/>'
        )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts[_LINKS] = f'<Relationships xmlns="{space}">{"".join(links)}</Relationships>'.encode()
    kind = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
    _put(parts, _TABLE, r"(?=</w:font>\s*</w:fonts>)", "".join(shown))
    _put(parts, _TYPES, "(?=<Override)", f'<Default Extension="odttf" ContentType="{kind}"/>')
    _put(parts, _SETTINGS, "(?<=/>)(?=<w:(?!zoom))", "<w:embedTrueTypeFonts/>")


def _put(parts: dict[str, bytes], name: str, place: str, new: str) -> None:
    """Insert a text at the first place of a part.

    Raises
    ------
    RenderError
        If the part has no such place: pandoc has changed what it writes.
    """
    text, count = re.subn(place, lambda _: new, parts[name].decode("utf-8"), count=1)
    if not count:
        raise RenderError(f"pandoc wrote a {name} that we do not know.")
    parts[name] = text.encode("utf-8")
