"""Reports: every format says the same, literally, for every reader, twice to the byte."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import stat
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest

import sample_report as made
from analyses import assets, reports
from analyses.errors import RenderError, RunError
from analyses.pages import Page
from analyses.reports import Chapter, quarto
from analyses.results import Finding
from analyses.wording import Text

FORMATS = ("html", "pdf", "docx")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a rendered report."""
    folder = tmp_path_factory.mktemp("report")
    source = made.assembled(folder / "build")
    reports.render_source(source, folder, "embedded")
    return folder


@pytest.fixture(scope="module")
def page(out: Path) -> str:
    return (out / "report.html").read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Collects the tags, the text outside scripts and styles, and what would be loaded."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text.append(data)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad\u200b]+", "", text).replace("’", "'")


def pdf_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def docx_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_hostile_text_is_literal_in_every_format(out: Path, outline: Outline) -> None:
    for text in (made.HOSTILE, made.FORMULAS):
        wanted = squeezed(text)
        assert wanted in squeezed("".join(outline.text))
        assert wanted in squeezed(pdf_text(out / "report.pdf"))
        assert wanted in squeezed(docx_text(out / "report.docx"))


def test_no_script_runs_in_the_page_itself(outline: Outline) -> None:
    assert [tag for tag, _ in outline.tags if tag == "script"] == []


def test_the_page_loads_nothing(page: str, outline: Outline) -> None:
    for tag, attributes in outline.tags:
        for name in ("src", "href", "srcset", "data", "poster"):
            target = attributes.get(name) or "#"
            fine = target.startswith(("#", "data:"))
            assert fine, f"<{tag} {name}={target[:60]}>"
    styles = re.findall(r"<style[^>]*>(.*?)</style>", page, re.DOTALL)
    targets = re.findall(r"url\(\s*['\"]?([^)'\"]{0,20})", "".join(styles))
    assert targets
    assert all(target.startswith(("data:", "#")) for target in targets)
    policies = [a["content"] for tag, a in outline.tags if a.get("http-equiv")]
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none';")
    assert "http" not in str(policies[0])


def test_the_page_is_ordered_and_named(page: str, outline: Outline) -> None:
    assert ("html", {"lang": "fr-FR"}) in outline.tags
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in outline.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    links = [a["href"] for tag, a in outline.tags if tag == "a"]
    assert all(str(link)[1:] in ids for link in links)


def test_every_picture_has_its_alternative_and_its_numbers(outline: Outline) -> None:
    pictures = [a for tag, a in outline.tags if tag == "svg"]
    assert len(pictures) == 1
    assert all(a.get("aria-label", "").startswith("Graphique.") for a in pictures)  # type: ignore[union-attr]
    frames = [a for tag, a in outline.tags if tag == "iframe"]
    assert len(frames) == 1
    assert frames[0]["title"]
    assert frames[0]["sandbox"] == "allow-scripts"
    assert sum(tag == "details" for tag, _ in outline.tags) == 2


def test_table_headers_have_their_scope(outline: Outline) -> None:
    headers = [a for tag, a in outline.tags if tag == "th"]
    assert headers
    assert all(a.get("scope") in ("col", "row") for a in headers)


def test_the_pdf_is_accessible_and_speaks_french(out: Path) -> None:
    reader = pypdf.PdfReader(out / "report.pdf")
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Beaumarché, cœur de ville"
    assert str(reader.metadata.creation_date).startswith("2026-11-22")


def test_no_font_of_the_machine_is_used(out: Path) -> None:
    reader = pypdf.PdfReader(out / "report.pdf")
    names = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()  # type: ignore[union-attr]
    }
    assert names
    assert all("SourceSans3" in name for name in names), names


def test_fictitious_data_is_labelled_on_every_page(out: Path, page: str) -> None:
    label = "DONNÉES FICTIVES"
    for sheet in pypdf.PdfReader(out / "report.pdf").pages:
        assert label in sheet.extract_text()
    assert label in re.sub(r"\s+", " ", page)
    document = docx.Document(str(out / "report.docx"))
    section = document.sections[0]
    assert label in "".join(paragraph.text for paragraph in section.header.paragraphs)
    assert label in "".join(paragraph.text for paragraph in section.footer.paragraphs)


def test_a_real_city_is_not_labelled(tmp_path: Path) -> None:
    source = made.assembled(tmp_path / "build", fictitious=False)
    reports.render_source(source, tmp_path, "embedded", ["html"])
    assert "FICTIVES" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_every_format_says_the_same_numbers(out: Path, outline: Outline) -> None:
    words = ("12,3%", "10,0à14,5%", "12,1à26,3%", "Noncalculable", "établissementsSIRENE",
             "11,4%", "Observatoirelocal", "nonprécisé", "LicenceOuverte2.0", "ab12cd34ef56",
             "premises.csv(1111111111)")  # fmt: skip
    texts = {
        "html": "".join(outline.text),
        "pdf": pdf_text(out / "report.pdf"),
        "docx": docx_text(out / "report.docx"),
    }
    for name, text in texts.items():
        for word in words:
            assert word in squeezed(text), f"{word} is not in {name}"


def test_word_gets_real_styles_captions_and_headers(out: Path) -> None:
    document = docx.Document(str(out / "report.docx"))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    told = [*document.paragraphs, *(paragraph for cell in cells for paragraph in cell.paragraphs)]
    names = {paragraph.style.name for paragraph in told if paragraph.style}
    wanted = {"Title", "Heading 1", "Heading 2", "Table Caption", "Key Value", "Missing",
              "Reserve", "Figure Title"}  # fmt: skip
    assert wanted <= names
    assert all("w:tblHeader" in table._tbl.xml for table in document.tables)
    drawings = re.findall(r'<wp:docPr[^>]* descr="([^"]*)"', document.element.xml)
    assert len(drawings) == 2
    assert all(alt.startswith(("Graphique.", "Carte")) for alt in drawings)
    styles = zipfile.ZipFile(out / "report.docx").read("word/styles.xml").decode()
    assert 'w:val="fr-FR"' in styles


def test_the_same_report_twice_is_the_same_to_the_byte(out: Path, tmp_path: Path) -> None:
    source = made.assembled(tmp_path / "elsewhere" / "build")
    reports.render_source(source, tmp_path, "embedded")
    for kind in FORMATS:
        first = (out / f"report.{kind}").read_bytes()
        assert (tmp_path / f"report.{kind}").read_bytes() == first, kind


def test_no_path_of_the_machine_is_written(out: Path) -> None:
    build = str(out).encode()
    for kind in ("html", "pdf"):
        assert build not in (out / f"report.{kind}").read_bytes()
    with zipfile.ZipFile(out / "report.docx") as archive:
        assert all(build not in archive.read(name) for name in archive.namelist())


def test_a_city_with_nothing_gets_a_dignified_report(tmp_path: Path) -> None:
    city = made.city(published=[], facts=[], sources={})
    source = reports.assemble(city, [Chapter("commerce")], made.manifest(), tmp_path / "build")
    reports.render_source(source, tmp_path, "embedded")
    text = pdf_text(tmp_path / "report.pdf")
    assert "Aucun indicateur n’est calculable" in re.sub(r"\s+", " ", text)
    assert "n’a encore déclaré aucun fichier" in re.sub(r"\s+", " ", text)


def key(chapter: str, count: int) -> Chapter:
    """Return a chapter of ``count`` key findings, each with its card."""
    bundles: list[dict[str, Any]] = []
    page = Page(made.city(), chapter, emit=bundles.append)
    page.say([Finding(f"{chapter}-{i}", Text(f"Phrase {chapter} {i}", "-"), (made.RATE,), "key")
              for i in range(count)])  # fmt: skip
    return Chapter(chapter, tuple(page.blocks))


def test_the_first_page_is_shared_by_the_chapters(tmp_path: Path) -> None:
    chapters = [key("commerce", 7), key("footfall", 1), key("parking", 4)]
    source = reports.assemble(made.city(), chapters, made.manifest(), tmp_path)
    text = source.document.read_text(encoding="utf-8")
    first = text[text.index("{#essentiel}") : text.index("{.contents")]
    said = re.findall(r"Phrase (\w+) (\d)", first)
    assert said == [
        ("commerce", "0"), ("commerce", "1"), ("commerce", "2"),
        ("footfall", "0"), ("parking", "0"), ("parking", "1"),
    ]  # fmt: skip
    assert first.count("{.key-figure}") == 6
    assert all(f"Phrase commerce {i}" in text[text.index("{#chapitre") :] for i in range(7))


def lacking(count: int) -> Chapter:
    """Return a chapter that says ``count`` times that something is missing, and nothing else."""
    bundles: list[dict[str, Any]] = []
    page = Page(made.city(), "commerce", emit=bundles.append)
    page.heading(Text("Qui reste ?", "Who stays?"))
    why = [Text(f"Non calculable (survie {i}) : il manque tout.", "-") for i in range(count)]
    page.say([Finding(f"m{i}", text, (), "missing") for i, text in enumerate(why)])
    return Chapter("commerce", tuple(page.blocks))


def test_a_chapter_without_data_is_one_paragraph_and_one_table(tmp_path: Path) -> None:
    source = reports.assemble(made.city(), [lacking(5)], made.manifest(), tmp_path)
    text = source.document.read_text(encoding="utf-8")
    chapter = text[text.index("{#chapitre") : text.index("{#methode}") + 10]
    assert "Non calculable" not in chapter
    assert "Qui reste" not in chapter
    assert re.findall(r"\n#+ (.*) \{", chapter) == ["Méthode et limites"]
    assert chapter.count("Il manque tout") == 1
    assert all(f"urvie {i}" in chapter for i in range(5))


def test_one_missing_thing_among_answers_stays_where_it_is_said(tmp_path: Path) -> None:
    answers, gap = key("commerce", 1), lacking(1)
    both = Chapter("commerce", (*answers.blocks, *gap.blocks))
    source = reports.assemble(made.city(), [both], made.manifest(), tmp_path)
    text = source.document.read_text(encoding="utf-8")
    assert text.count("Non calculable") == 1
    assert "{#commerce-manque}" not in text
    both = Chapter("commerce", (*answers.blocks, *lacking(2).blocks))
    source = reports.assemble(made.city(), [both], made.manifest(), tmp_path / "two")
    text = source.document.read_text(encoding="utf-8")
    assert "Non calculable" not in text
    assert "{#commerce-manque}" in text
    assert "Qui reste" not in text[text.index("{#chapitre") : text.index("{#commerce-manque}")]


def test_a_failed_chapter_says_why(tmp_path: Path) -> None:
    failed = Chapter("parking", failure="la cellule 3 s'est arrêtée")
    source = reports.assemble(made.city(), [failed], made.manifest(), tmp_path)
    assert "la cellule 3" in source.document.read_text(encoding="utf-8")


def test_the_report_refuses_another_city_or_language(tmp_path: Path) -> None:
    sample = made.sample()
    stranger = replace(sample.page.blocks[0], city="tulle")
    with pytest.raises(RunError, match="tulle"):
        reports.assemble(sample.city, [Chapter("commerce", (stranger,))], made.manifest(), tmp_path)
    with pytest.raises(RunError, match="'fr'"):
        reports.assemble(sample.city, [sample.chapter()], made.manifest(language="en"), tmp_path)


def test_a_run_folder_is_rendered_from_its_notebooks(tmp_path: Path) -> None:
    sample = made.sample()
    folder = tmp_path / "notebooks"
    folder.mkdir()
    text = json.dumps(made.notebook(sample.bundles))
    (folder / "commerce.ipynb").write_text(text, encoding="utf-8")
    engine = reports.render(
        tmp_path, sample.city, made.manifest(), engine="embedded", formats=["html"]
    )
    assert re.match(r"embedded \(pandoc [\d.]+, typst [\d.]+\)", engine)
    assert (tmp_path / "report.html").stat().st_size < 3_000_000


def test_pandoc_or_typst_faults_are_told(tmp_path: Path) -> None:
    source = made.assembled(tmp_path / "build")
    (source.folder / "theme" / "report.typ").write_text("#nothing-of-that-name()")
    with pytest.raises(RenderError, match="Typst could not write the PDF"):
        reports.render_source(source, tmp_path, "embedded", ["pdf"])
    source.document.unlink()
    with pytest.raises(RenderError, match="pandoc could not write"):
        reports.render_source(source, tmp_path, "embedded", ["html"])


# Quarto -----------------------------------------------------------------------------------------

FAKE = """#!/bin/sh
echo "$@" >> "$QUARTO_LOG"
[ "$1" = "--version" ] && { echo 1.8.24; exit 0; }
pwd >> "$QUARTO_LOG"
ls _quarto.yml theme/coeurville.lua theme/report.html theme/report.typ theme/reference.docx \
   theme/pdf-fonts theme/report.css > /dev/null || exit 3
case "$4" in
  html) echo "<html lang='fr-FR'>rendered</html>" > report.html ;;
  docx) cp theme/reference.docx report.docx ;;
  typst) echo '#set document(title: "x")
#set text(lang: "fr", font: "Source Sans 3")
= x' > report.typ ;;
esac
"""


@pytest.fixture
def fake_quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "quarto"
    command.write_text(FAKE)
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    log = tmp_path / "quarto.log"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("QUARTO_LOG", str(log))
    return log


def test_quarto_gets_the_same_sources_and_executes_nothing(
    fake_quarto: Path, tmp_path: Path
) -> None:
    source = made.assembled(tmp_path / "build")
    assert reports.choose("auto") == "quarto"
    assert reports.render_source(source, tmp_path, "auto") == "quarto 1.8.24"
    lines = fake_quarto.read_text().splitlines()
    assert lines == [
        "render report.qmd --to html --no-execute", str(source.folder),
        "render report.qmd --to typst --no-execute", str(source.folder),
        "render report.qmd --to docx --no-execute", str(source.folder),
        "--version",
    ]  # fmt: skip
    assert all((tmp_path / f"report.{kind}").is_file() for kind in FORMATS)


def test_quarto_faults_are_told(
    fake_quarto: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made.assembled(tmp_path / "build")
    shutil.rmtree(source.folder / "theme" / "pdf-fonts")
    with pytest.raises(RenderError, match=r"Quarto stopped \(3\)"):
        reports.render_source(source, tmp_path, "quarto", ["html"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert quarto.find() is None
    assert reports.choose("auto") == "embedded"
    with pytest.raises(RenderError, match="no `quarto` is on the path"):
        reports.render_source(source, tmp_path, "quarto", ["html"])


def test_the_project_executes_nothing_and_names_files_that_exist() -> None:
    import yaml

    folder = assets.reports()
    project = yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8"))
    assert project["execute"] == {"enabled": False, "ipynb": False}
    named = [project["filters"][0]["path"], project["format"]["html"]["template"],
             project["format"]["html"]["css"], project["format"]["typst"]["template"]]  # fmt: skip
    assert all((folder / name).is_file() for name in named)
    assert project["format"]["docx"]["reference-doc"] == "theme/reference.docx"
