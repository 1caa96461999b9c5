"""The national report from end to end: made once of a few towns, then looked into."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from analyses import national
from analyses.errors import RunError
from analyses.national_pages import SHEET
from analyses.reports import national as report
from analyses.runs import programme, synthesis
from browser import visit
from finished_runs import Town, declare, finish, many, write
from test_reports_axe import violations


def towns() -> list[Town]:
    """Seven towns, of which one has drawn another perimeter and one surveyed in another season."""
    found = many(7)
    found[2] = replace(found[2], name="Ailleurs-le-Haut", kind="hypercentre")
    found[4] = replace(found[4], name="Automne-sur-Mer", day=date(2025, 10, 14))
    found[5] = replace(found[5], name="Registre", source="sirene")
    found[6].published = [
        {
            "indicator": "vacancy_rate", "value": 12.34, "unit": "%", "date": "2019",
            "perimeter": "centre-ville", "source": {"title": "Une gazette"},
            "note": "À vérifier.",
        }
    ]  # fmt: skip
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "national" not in path.parts and not path.name.startswith(".")
        and ".locks" not in path.parts
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a synthesis, beside its runs and cities."""
    root = tmp_path_factory.mktemp("national")
    write(root / "cities", root / "out", towns())
    declare(root / "cities", Town("muette", "Muette"))
    (root / "out" / "ville-003" / "public" / "run.json").write_text("{")
    before = contents(root / "out")
    done = national.refresh(root / "out", root / "cities", root / "out" / "national")
    assert done.reasons == ("never",)
    assert contents(root / "out") == before, "the runs of the cities are read, never written"
    return root


@pytest.fixture(scope="module")
def page(made: Path) -> str:
    return (made / "out" / "national" / "report.html").read_text(encoding="utf-8")


def text_of(page: str) -> str:
    plain = re.sub(r"<[^>]+>", " ", re.sub(r'srcdoc="[^"]*"', "", page))
    return re.sub(r"\s+", " ", plain.replace("&#39;", "'").replace("’", "'"))


def test_the_three_formats_are_written(made: Path) -> None:
    place = made / "out" / "national"
    assert (place / "report.pdf").read_bytes().startswith(b"%PDF")
    assert b"pdfuaid" in (place / "report.pdf").read_bytes()
    with zipfile.ZipFile(place / "report.docx") as office:
        words = office.read("word/document.xml").decode("utf-8")
    assert "Automne-sur-Mer" in words
    assert (place / "report.html").stat().st_size < 3_000_000


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Ailleurs-le-Haut", "le type de périmètre (hypercentre ; les autres : centre)"),
        ("Automne-sur-Mer", "la saison du relevé (automne ; les autres : juin-juillet)"),
        ("Registre", "la nature de la source (SIRENE ; les autres : relevé de terrain)"),
    ],
)
def test_a_town_that_differs_is_shown_apart_with_its_reason(page: str, name: str, why: str) -> None:
    league = re.search(r'id="table-commerce-league-vacancy-rate".*?</table>', page, flags=re.DOTALL)
    assert league is not None
    assert name not in league.group(0)
    assert "Ville" in league.group(0)
    asides = re.search(r'id="table-commerce-asides-commerce".*?</table>', page, flags=re.DOTALL)
    assert asides is not None
    rows = [text_of(f"<tr{line}") for line in asides.group(0).split("<tr") if name in line]
    assert any(why in row and "Taux de vacance" in row for row in rows)


def test_who_could_not_be_read_is_counted_and_named(page: str) -> None:
    told = text_of(page)
    assert "Sur 8 villes du programme, 6 ont des résultats" in told
    assert "Le dossier du traitement est abîmé" in told
    assert "Muette" in told


def test_a_published_figure_is_quoted_and_never_ranked(page: str) -> None:
    told = text_of(page)
    assert "12,3" in told
    assert "Une gazette" in told
    assert "À vérifier." in told
    leagues = re.findall(r'id="table-commerce-league-[^"]*".*?</table>', page, flags=re.DOTALL)
    assert leagues
    assert not any("12,3" in text_of(league) and "gazette" in league for league in leagues)


def test_each_city_has_one_sheet_and_no_number_of_another(made: Path, page: str) -> None:
    chapters = report.chapters_of(made / "out" / "national" / "notebooks", synthesis.NOTEBOOKS)
    sheets = [item for item in chapters if item.name.startswith(SHEET)]
    members = programme.read(made / "out" / "national" / "programme").members
    assert [item.name.removeprefix(SHEET) for item in sheets] == [m.city for m in members]
    for item in sheets:
        assert {block.city for block in item.blocks} == {item.name.removeprefix(SHEET)}
        assert page.count(f'id="{item.name}"') == 1


def test_a_block_of_another_city_in_a_sheet_stops_the_build(made: Path, tmp_path: Path) -> None:
    source = made / "out" / "national" / "notebooks"
    for name in synthesis.NOTEBOOKS:
        shutil.copy(source / f"{name}.ipynb", tmp_path)
    path = tmp_path / "sheets.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"city": "ville-001"', '"city": "ville-000"', 1), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    with pytest.raises(RunError, match="results of two cities must never mix"):
        report.chapters_of(tmp_path, synthesis.NOTEBOOKS)


def test_the_page_asks_nothing_of_the_network(made: Path) -> None:
    seen = visit(made / "out" / "national" / "report.html", ["document.title"])
    assert [url for url in seen.asked if url.startswith(("http", "ws"))] == []
    assert "synthèse nationale" in seen.answers[0]


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_of_levels_a_and_aa(made: Path, width: int) -> None:
    assert violations(made / "out" / "national" / "report.html", width) == []


def test_an_unchanged_call_does_nothing_and_a_changed_run_is_told(made: Path) -> None:
    place = made / "out" / "national"
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    again = national.refresh(made / "out", made / "cities", place)
    assert again.reasons == ()
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before
    assert "à jour" in synthesis.told((), "fr")
    finish(made / "out", replace(towns()[0], vacant=1))
    request = national.Request(made / "out", made / "cities", place)
    assert national.due(request).reasons == ("cities",)
    finish(made / "out", towns()[0])
    assert national.due(request).reasons == ()


def test_a_lost_file_only_needs_the_report_again(made: Path) -> None:
    place = made / "out" / "national"
    kept = (place / "report.docx").read_bytes()
    os.remove(place / "report.docx")
    notebooks = {path: path.read_bytes() for path in (place / "notebooks").glob("*.ipynb")}
    done = national.refresh(made / "out", made / "cities", place)
    assert done.reasons == ("outputs",)
    assert (place / "report.docx").read_bytes() == kept, "same synthesis, same bytes"
    assert {path: path.read_bytes() for path in (place / "notebooks").glob("*.ipynb")} == notebooks


def test_no_path_of_this_machine_is_left(made: Path) -> None:
    place = made / "out" / "national"
    for path in [*place.glob("notebooks/*"), place / "run.json", place / "report.html"]:
        assert str(made) not in path.read_text(encoding="utf-8"), path.name
    record = json.loads((place / "run.json").read_text())
    assert record["cities"]["ville-003"]["state"] == "broken"
