"""What the Word file adds to pandoc's: blocks that stay together, fonts that Word can read."""

from __future__ import annotations

import re
import uuid
import zipfile
from pathlib import Path

import docx
import pytest
from fontTools.ttLib import TTFont

import sample_report as made
from analyses import assets, reports
from analyses.errors import RenderError
from analyses.reports import word_file

FOLDER = assets.reports() / "theme" / "fonts"


def table(rows: int, style: str = "Compact") -> str:
    cell = f'<w:tc><w:p><w:pPr><w:pStyle w:val="{style}" /></w:pPr><w:r/></w:p></w:tc>'
    head = f'<w:tr><w:trPr><w:tblHeader w:val="on" /></w:trPr>{cell}</w:tr>'
    grid = '<w:tblPr><w:tblLayout w:type="fixed" /></w:tblPr>'
    return f"<w:tbl>{grid}{head}{f'<w:tr>{cell}</w:tr>' * rows}</w:tbl>"


@pytest.mark.parametrize(("rows", "kept"), [(3, 3), (14, 14), (15, 2), (300, 2)])
def test_a_short_table_is_one_piece_and_a_long_one_begins_with_two_rows(
    rows: int, kept: int
) -> None:
    made_ = word_file.together(table(rows))
    assert made_.count("<w:cantSplit/>") == rows + 1  # no row is cut by the end of a page
    assert made_.count("<w:keepNext/>") == kept
    assert "<w:keepNext/>" not in made_.split("<w:tr>")[-1]  # the page may end after the table
    assert '<w:trPr><w:cantSplit/><w:tblHeader w:val="on" /></w:trPr>' in made_


def test_a_dense_table_has_narrow_cells_and_another_has_not() -> None:
    assert "<w:tblCellMar>" in word_file.together(table(2, "TableDense"))
    assert "<w:tblCellMar>" not in word_file.together(table(2))


def test_hiding_a_font_twice_gives_it_back() -> None:
    font = bytes(range(256))
    key = uuid.UUID("01020304-0506-0708-090a-0b0c0d0e0f10")
    hidden = word_file.hidden(font, key)
    # The key is applied from its last byte, twice, to 32 bytes (ECMA-376 part 4, 2.8.1).
    assert hidden[:2] == bytes([0 ^ 0x10, 1 ^ 0x0F])
    assert hidden[16:18] == bytes([16 ^ 0x10, 17 ^ 0x0F])
    assert hidden[32:] == font[32:]
    assert word_file.hidden(hidden, key) == font


def test_a_report_holds_its_fonts_and_a_picture_stays_with_its_note(tmp_path: Path) -> None:
    source = made.assembled(tmp_path / "build")
    reports.render_source(source, tmp_path, "embedded")
    path = tmp_path / "report.docx"
    with zipfile.ZipFile(path) as file:
        table_ = file.read("word/fontTable.xml").decode()
        links = file.read("word/_rels/fontTable.xml.rels").decode()
        found = re.findall(r'<w:embed\w+ r:id="(\w+)" w:fontKey="\{([\w-]+)\}"/>', table_)
        assert len(found) == len(word_file.FONTS)
        for (link, key), name in zip(found, word_file.FONTS.values(), strict=True):
            target = re.search(rf'Id="{link}" [^>]*Target="([^"]+)"', links)
            assert target is not None
            letters = file.read(f"word/{target[1]}")
            assert word_file.hidden(letters, uuid.UUID(key)) == (FOLDER / name).read_bytes()
    document = docx.Document(str(path))  # another reader opens it
    drawn = [p for p in document.paragraphs if p._p.xpath(".//w:drawing")]
    assert drawn
    assert {p.style.name for p in drawn} == {"Figure"}
    assert document.styles["Figure"].paragraph_format.keep_with_next


def test_the_fonts_are_one_family_with_french_letters_under_their_own_name() -> None:
    faces = {}
    for name in word_file.FONTS.values():
        font = TTFont(FOLDER / name)
        assert font["name"].getDebugName(1) == word_file.FONT
        assert not any("Source" in str(font["name"].getDebugName(n)) for n in (1, 3, 4, 6))
        assert set("àâçéèêëîïôœùûüÿÀÉŒ«»’–—−×€\u202f\u00a0") <= {chr(c) for c in font.getBestCmap()}
        assert font["OS/2"].fsType == 0  # may be put inside documents
        faces[name] = font["name"].getDebugName(2)
    assert list(faces.values()) == ["Regular", "Bold", "Italic"]


def test_a_file_that_is_not_pandocs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("word/document.xml", "word/fontTable.xml", "[Content_Types].xml"):
            file.writestr(name, "<none/>")
    with pytest.raises(RenderError, match=r"fontTable\.xml that we do not know"):
        word_file.finish(path, FOLDER)
