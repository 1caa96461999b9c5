"""The summary deck: what it says, that it is an Office file one can edit, and what it must not."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.dom import minidom

import pytest
from pypdf import PdfReader

import sample_report
from analyses.blocks import Block
from analyses.reports import Chapter, deck, deck_layouts, deck_package, deck_themes
from analyses.reports.deck_package import Deck, Grid, Line, Slide


def chapter(**more: Any) -> Chapter:
    made = sample_report.sample(**more)
    return made.chapter()


def written(folder: Path, *chapters: Chapter, edition: Any = "internal", **more: Any) -> Path:
    path = folder / "report.pptx"
    record = sample_report.manifest(language=more.pop("language", "fr"))
    deck.write(path, sample_report.city(**more), chapters or (chapter(),), record, edition)
    return path


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {
            name: archive.read(name).decode("utf-8")
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }


def slides(path: Path) -> list[str]:
    found = {n: x for n, x in parts(path).items() if re.fullmatch(r"ppt/slides/slide\d+.xml", n)}
    return [found[f"ppt/slides/slide{n}.xml"] for n in range(1, len(found) + 1)]


def said(slide: str) -> str:
    return html.unescape(" ".join(re.findall(r"<a:t>([^<]*)</a:t>", slide)))


def titles(path: Path) -> list[str]:
    shape = r'<p:ph type="(?:ctrT|t)itle"/>.*?</p:sp>'
    return [said(found.group(0)) for x in slides(path) if (found := re.search(shape, x))]


def test_every_part_is_well_formed_declared_and_linked(tmp_path: Path) -> None:
    path = written(tmp_path)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    content = parts(path)
    for name, text in content.items():
        minidom.parseString(text.encode("utf-8"))
        if not name.endswith(".rels"):
            continue
        base = Path(name).parent.parent
        for target in re.findall(r'Target="([^"]+)"', text):
            there = (Path("/") / base / target).resolve().relative_to("/").as_posix()
            assert there in names, f"{name} names {target}"
    declared = set(re.findall(r'PartName="/([^"]+)"', content["[Content_Types].xml"]))
    assert declared == {n for n in content if not n.endswith(".rels")} - {"[Content_Types].xml"}


def test_text_and_pictures_stand_in_placeholders_of_the_layouts(tmp_path: Path) -> None:
    path = written(tmp_path)
    content = parts(path)
    for number, slide in enumerate(slides(path), start=1):
        shapes = re.findall(r"<p:(?:sp|pic|graphicFrame)>.*?</p:(?:sp|pic|graphicFrame)>", slide)
        assert shapes
        links = content[f"ppt/slides/_rels/slide{number}.xml.rels"]
        (layout,) = re.findall(r"slideLayout(\d+)\.xml", links)
        offered = set(re.findall(r"<p:ph [^>]+/>", content[
            f"ppt/slideLayouts/slideLayout{layout}.xml"]))  # fmt: skip
        for shape in shapes:
            (mark,) = re.findall(r"<p:ph [^>]+/>", shape)
            assert mark in offered
        identifiers = re.findall(r'<p:cNvPr id="(\d+)"', slide)
        assert len(identifiers) == len(set(identifiers))
    assert 'cx="12192000" cy="6858000"' in content["ppt/presentation.xml"]
    assert "Source Sans 3" in content["ppt/theme/theme1.xml"]


def test_the_answer_is_the_title_with_its_figure_and_its_certainty(tmp_path: Path) -> None:
    made = chapter()
    path = written(tmp_path, made)
    assert "La vacance est de 12,3\u202f%." in titles(path)
    (shown,) = (slide for slide in slides(path) if "<p:pic>" in slide)
    (figure,) = (
        item["figure"] for block in made.blocks if block.kind == "sentences"
        for item in block.content["findings"] if "figure" in item
    )  # fmt: skip
    words = said(shown)
    for name in ("value", "between", "certainty", "n"):
        assert figure[name] in words
    assert "Source\u00a0: Ville." in words
    assert "rue des Lices" in words
    (chart,) = (block for block in made.blocks if block.kind == "chart")
    assert chart.content["alt"] in html.unescape(shown)


def test_every_picture_and_table_has_an_alternative(tmp_path: Path) -> None:
    found = 0
    for slide in slides(written(tmp_path)):
        for shape in re.findall(r"<p:(?:pic|graphicFrame)>.*?</p:nvPr>", slide):
            (alt,) = re.findall(r"descr=(\"[^\"]+\"|'[^']+')", shape)
            assert len(alt) > 10
            found += 1
    assert found >= 2


def test_a_hostile_text_is_only_text(tmp_path: Path) -> None:
    made = chapter()
    blocks = []
    for block in made.blocks:
        if block.kind == "sentences":
            first, *others = block.content["findings"]
            said_so = first | {"text": sample_report.HOSTILE, "plain": sample_report.HOSTILE}
            block = replace(block, content={"findings": [said_so, *others]})
        blocks.append(block)
    path = written(tmp_path, Chapter("commerce", tuple(blocks)), name=sample_report.TEMPLATE)
    for text in parts(path).values():
        assert "<script" not in text
    shown = " ".join(map(said, slides(path)))
    assert sample_report.HOSTILE in shown
    assert sample_report.HOSTILE in titles(path)
    squeezed = re.sub(r"\s", "", shown)
    assert re.sub(r"\s", "", sample_report.TEMPLATE) in squeezed
    for number in range(1, len(slides(path)) + 1):
        links = parts(path)[f"ppt/slides/_rels/slide{number}.xml.rels"]
        assert "External" not in links


def test_a_letter_that_xml_forbids_does_not_break_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.pptx"
    day = sample_report.manifest().edition
    slide = Slide("text", "a\x00b\x0b\ud800c", {deck_layouts.MAIN: [Line("d\x1be")]})
    deck_package.write(Deck("t\x07", "fr", day, "f", (slide,)), path)
    for text in parts(path).values():
        minidom.parseString(text.encode("utf-8"))


def test_the_same_deck_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    assert written(first).read_bytes() == written(second).read_bytes()


def test_the_public_deck_holds_what_is_public_only(tmp_path: Path) -> None:
    made = chapter()
    secret = "Secret du local douze"
    item = {"id": "s", "text": secret, "plain": secret, "level": "key", "unlocked_by": [],
            "topic": "watch", "certainty": "bien établi"}  # fmt: skip
    hidden = Block("sentences", "s", "beaumarche", "commerce", "fr", "internal",
                   {"findings": [item]}, public=False, withheld="small")  # fmt: skip
    blocks = [*made.blocks, hidden]
    internal, public = tmp_path / "internal", tmp_path / "public"
    internal.mkdir()
    public.mkdir()
    assert secret in " ".join(map(said, slides(written(internal, Chapter("commerce", blocks)))))
    shown = [found for block in blocks if (found := block.in_public())]
    path = written(public, Chapter("commerce", shown), edition="public")
    assert "Édition publique" in said(slides(path)[0])
    for text in parts(path).values():
        assert secret not in html.unescape(text)
        assert "Propriétaire Secret" not in text


def test_fictitious_data_is_labelled_on_every_slide(tmp_path: Path) -> None:
    for slide in slides(written(tmp_path)):
        assert "DONNÉES FICTIVES" in said(slide)


def test_a_city_without_data_gets_its_published_figures_and_its_next_files(tmp_path: Path) -> None:
    gone = {"id": "g", "text": "Non calculable\u00a0: pas de relevé.", "level": "missing",
            "unlocked_by": ["premises"], "topic": "known"}  # fmt: skip
    where = ("beaumarche", "commerce", "fr", "internal")
    blocks = (
        Block("heading", "h", *where, {"text": "Combien de locaux sont vides\u202f?", "level": 2}),
        Block("sentences", "g", *where, {"findings": [gone]}),
    )
    path = written(tmp_path, Chapter("commerce", blocks))
    shown = " ".join(map(said, slides(path)))
    assert "Aucun indicateur n’est calculable" in shown
    assert "Observatoire local" in shown
    assert "Relevé des locaux commerciaux" in shown
    assert "Combien de locaux sont vides" in shown
    assert len(slides(path)) == 5


def test_the_deck_speaks_english(tmp_path: Path) -> None:
    made = chapter()
    english = [replace(block, language="en") for block in made.blocks]
    path = written(tmp_path, Chapter("commerce", english), language="en")
    assert "The key figures, and how sure they are" in titles(path)
    assert 'lang="en-GB"' in slides(path)[0]
    assert "<dc:language>en-GB" in parts(path)["docProps/core.xml"]


def test_a_table_keeps_the_rows_that_a_slide_holds() -> None:
    short, long = ("a", "b"), ("a", "mot " * 60)
    assert deck_package.fitting([short] * 40, (2, 2)) == (short,) * 10
    assert deck_package.fitting([long, short], (2, 2), room=1) == ()
    assert isinstance(Grid(("h",), (("r",),), (1.0,), "alt"), Grid)


def test_a_chart_too_tall_for_a_slide_gives_way_to_one_that_can_be_read() -> None:
    made = chapter()
    (chart,) = (block for block in made.blocks if block.kind == "chart")
    tall = replace(chart, id="tall", content={**chart.content, "svg": _tall(chart)})
    assert deck_themes._best([tall, chart]) is chart
    assert deck_themes._best([tall]) is tall
    assert deck_themes._best([]) is None


def test_an_answer_on_one_thing_takes_the_chart_that_shows_it() -> None:
    made = chapter()
    (chart,) = (block for block in made.blocks if block.kind == "chart")
    named = chart.content["svg"].replace("</svg>", "<text>Marché de Noël 2022</text></svg>")
    own = replace(chart, id="own", content={**chart.content, "svg": named})
    answer = "Marché de Noël 2022\u202f: 44 088 passages de plus."
    assert deck_themes._best([chart, own], answer) is own
    assert deck_themes._best([chart, own], "64 locaux vides sur 412.") is chart
    assert deck_themes._best([chart, own], "Carnaval : 12 passages.") is chart
    tall = replace(own, content={**own.content, "svg": _tall(own)})
    assert deck_themes._best([chart, tall], answer) is chart


def _tall(block: Block) -> str:
    """Return the drawing of a block with a height of 9000 points written in it."""
    return re.sub(r'height="[\d.]+pt"', 'height="9000pt"', block.content["svg"], count=1)


@pytest.mark.slow
def test_libreoffice_opens_it_with_every_slide(tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not on this machine")
    path = written(tmp_path)
    done = subprocess.run(
        [soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    if "could not be loaded" in done.stderr:
        pytest.skip("LibreOffice is here without Impress")
    pages = PdfReader(tmp_path / "report.pdf").pages
    assert len(pages) == len(slides(path))
    assert "Beaumarché" in pages[0].extract_text()
