"""The city's own texts: what is marked, what stays literal, what is refused and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

import sample_report as made
from analyses import reports, templates, texts
from analyses.errors import InputError
from analyses.reports import sheet
from analyses.reports.chapters import Writer
from test_reports import docx_text, pdf_text, squeezed

LITERAL = (
    "#strong[x] $x^2$ \\input{/etc/passwd} `code` {{< include /etc/passwd >}} @ref a < b ~~no~~ "
    "_under_ [^1] {=typst} #import(x) 3 * 4 * 5"
)


def write(folder: Path, name: str, text: str) -> Path:
    (folder / "texts").mkdir(parents=True, exist_ok=True)
    path = folder / "texts" / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_marks_that_are_known() -> None:
    (title, paragraph, items) = texts.parse(
        "## Titre\n\nUn **mot fort**, un *mot penché*\net [un titre](https://a.fr/b).\n- un\n- deux"
    )
    assert (title.kind, paragraph.kind, items.kind) == ("title", "paragraph", "list")
    looks = [(span.look, span.text) for span in paragraph.lines[0] if span.look != "plain"]
    assert looks == [("strong", "mot fort"), ("emphasis", "mot penché"), ("link", "un titre")]
    assert [line[0].text for line in items.lines] == ["un", "deux"]


def test_comments_are_for_the_writer_and_an_empty_text_says_nothing(tmp_path: Path) -> None:
    write(tmp_path, "enjeux", "<!-- consigne\nsur deux lignes -->\n\n")
    write(tmp_path, "demarche", "Avant <!-- caché --> après.")
    found = texts.read(tmp_path)
    assert list(found) == ["demarche"]
    assert "caché" not in str(found)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("<script>alert(1)</script>", "HTML is not shown"),
        ("<b>gras</b>", "HTML is not shown"),
        ("![](https://x.example/p.png)", "a text holds no picture"),
        ("![plan][1]", "a text holds no picture"),
        ("```{=typst}", "a text holds no code"),
        ("::: {.missing}", "a text holds no code"),
        ("| a | b |", "a text holds no table"),
        ("[x](javascript:alert(1))", "the link leads neither"),
        ("[x](file:///etc/passwd)", "the link leads neither"),
        ("<!-- sans fin", "the comment does not end"),
    ],
)
def test_what_cannot_be_shown_is_a_fault_with_its_line(
    tmp_path: Path, line: str, problem: str
) -> None:
    write(tmp_path, "enjeux", f"Bien.\n\n{line}\n")
    with pytest.raises(InputError) as caught:
        texts.read(tmp_path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row) == ("texts/enjeux.md", 3)
    assert problem in fault.problem
    assert fault.value


def test_all_faults_of_all_texts_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, "enjeux", "<b>un</b>\n![](x)")
    write(tmp_path, "demarche", "mot " * texts.LONGEST)
    write(tmp_path, "autre", "Texte.")
    (tmp_path / "texts" / "retombees.md").write_bytes("é".encode("latin-1"))
    with pytest.raises(InputError) as caught:
        texts.read(tmp_path)
    told = "\n".join(str(fault) for fault in caught.value.faults)
    assert len(caught.value.faults) == 5
    assert "texts/autre.md: no part of the report shows this text" in told
    assert "not UTF-8" in told


def test_every_city_of_the_clone_has_texts_without_fault(root: Path) -> None:
    found = {path.parent.name: texts.read(path.parent) for path in root.glob("cities/*/city.yml")}
    assert sum(bool(said) for said in found.values()) >= 12


def test_a_text_is_literal_in_every_format_and_survives_a_new_run(tmp_path: Path) -> None:
    own = tmp_path / "city"
    path = write(own, "enjeux", f"Voir {LITERAL} et [le plan](https://a.example/plan?x=1_2).\n")
    before = path.read_bytes()
    for turn in ("one", "two"):
        sample = made.sample(folder=own)
        build = tmp_path / turn / "build"
        source = reports.assemble(sample.city, [sample.chapter()], made.manifest(), build)
        reports.render_source(source, tmp_path / turn, "embedded")
    assert path.read_bytes() == before
    out = tmp_path / "two"
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'href="https://a.example/plan?x=1_2"' in page
    wanted = squeezed(LITERAL)
    assert wanted in squeezed(pdf_text(out / "report.pdf"))
    assert wanted in squeezed(docx_text(out / "report.docx"))
    assert squeezed("(https://a.example/plan?x=1_2)") in squeezed(pdf_text(out / "report.pdf"))


def test_the_public_edition_does_not_show_what_is_still_to_be_written(tmp_path: Path) -> None:
    city = made.city()
    inside = sheet.sheet(city, [], Writer(tmp_path, "fr"), internal=True)
    outside = sheet.sheet(city, [], Writer(tmp_path, "fr"), internal=False)
    assert "{.to-write}" in inside
    assert "{.to-write}" not in outside


def test_a_new_city_gets_texts_with_instructions_that_show_nothing(tmp_path: Path) -> None:
    templates.create(tmp_path, "x")
    folder = tmp_path / "x"
    assert {path.stem for path in texts.paths(folder)} == set(texts.NAMES)
    assert texts.read(folder) == {}
    assert all("Exemple" in path.read_text("utf-8") for path in texts.paths(folder))
