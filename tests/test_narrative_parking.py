"""The parking chapter: what is said, shown and refused, from the notebook itself."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from analyses import blocks, cities, pages, sources
from analyses.demo import parking as generator
from analyses.narrative import parking as sentences
from analyses.parking import measures
from trial import city, put


def play(root: Path, folder: Path, language: str = "fr") -> pages.Page:
    """Run the cells of the notebook as they stand and return its page."""
    notebook = json.loads((root / "notebooks/parking.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells = [cell for cell in cells if "city_folder: str" not in cell]
    names = {"city_folder": str(folder), "language": language}
    exec("\n".join(cells), names)
    return names["page"]


@pytest.fixture(scope="module")
def demo(root, monkeypatch_module) -> pages.Page:
    return play(root, root / "cities" / "demo")


@pytest.fixture(scope="module")
def monkeypatch_module():
    """Keep the blocks silent: nothing is displayed while the cells run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "_display", lambda bundle: None)
        yield patch


def said(page: pages.Page) -> list[dict]:
    return [item for block in page.blocks if block.kind == "sentences"
            for item in block.content["findings"]]  # fmt: skip


def test_the_demo_chapter_shows_every_part(demo) -> None:
    shown = {(block.kind, block.id) for block in demo.blocks}
    assert {
        ("chart", "occupation-semaine"), ("chart", "occupation-zones"),
        ("chart", "durees-stationnement"), ("table", "ventouses"), ("chart", "echelle-paiements"),
        ("chart", "horodateurs-heures"), ("map", "carte-horodateurs"),
        ("chart", "occupation-parcs"), ("chart", "episodes-heures"), ("table", "episodes"),
        ("chart", "infractions-place"), ("table", "patrouilles"), ("table", "a-decider"),
        ("table", "donnees-possibles"),
    } <= shown  # fmt: skip


def test_key_figures_come_from_results(demo) -> None:
    keys = [item for item in said(demo) if item["level"] == "key"]
    assert {item["id"] for item in keys} == {
        "occupancy-rate", "rotation", "meter-occupancy", "garages-occupancy", "infraction-rate",
    }  # fmt: skip
    assert all("figure" in item for item in keys)


def test_every_chart_and_map_has_an_alternative_and_its_numbers(demo) -> None:
    for block in demo.blocks:
        if block.kind in ("chart", "map"):
            assert len(block.content["alt"]) > 40
            assert block.content["table"]["rows"]


def test_recorded_rows_meet_the_contract(demo) -> None:
    frame = blocks.results_of(demo.blocks)
    assert set(frame["indicator"]) >= {"occupancy_rate", "rotation_rate", "meter_occupancy",
                                       "infraction_rate", "overstay_share"}  # fmt: skip
    assert (frame["quality"] != "not_computable").sum() > 80


def test_decisions_are_left_to_the_reader(demo) -> None:
    text = json.dumps([block.content for block in demo.blocks if block.id == "a-decider"],
                      ensure_ascii=False)  # fmt: skip
    assert not re.search(r"\b(il faut|devrait|recommandons|conseillons)\b", text)
    assert "ne recommande rien" in text


def test_french_has_its_spaces(demo) -> None:
    for item in said(demo):
        assert not re.search(r"[^\s\u202f\u00a0][;!?%]", re.sub(r"\d%", "", item["text"]))


def test_planted_plates_are_nowhere_in_the_page(demo) -> None:
    everything = json.dumps([block.payload() for block in demo.blocks], ensure_ascii=False)
    for plate in generator.PLATES:
        assert plate not in everything
        assert plate.replace("-", "") not in everything


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_city_without_parking_data_says_so(root, tmp_path, monkeypatch_module, language) -> None:
    page = play(root, city(tmp_path).folder, language)
    items = said(page)
    assert items
    assert {item["level"] for item in items} == {"missing"}
    start = "Non calculable" if language == "fr" else "Not computable"
    assert all(item["text"].startswith(start) for item in items)
    assert {"parking_stays", "parking_payments", "infractions"} <= {
        table for item in items for table in item["unlocked_by"]
    }
    assert not [block for block in page.blocks if block.kind in ("chart", "map")]


def test_payments_alone_never_give_rotation(root, tmp_path, monkeypatch_module) -> None:
    put(tmp_path, "p.csv", "meter_id,start,end\n" + "".join(
        f"H1,2024-06-{day:02d} 09:00,2024-06-{day:02d} 11:00\n"
        for day in range(3, 15)))  # fmt: skip
    put(tmp_path, "s.csv", 'meter_id,spaces,regulated_hours\nH1,4,"Mo-Sa 09:00-19:00"\n')
    source = {"parking_payments": [{"layout": "coeurville", "path": "p.csv"}],
              "parking_supply": [{"layout": "coeurville", "path": "s.csv"}]}  # fmt: skip
    page = play(root, city(tmp_path, sources=source).folder)
    frame = blocks.results_of(page.blocks)
    refused = frame[frame["quality"] == "not_computable"].set_index("indicator")
    assert "un paiement dit la durée achetée" in refused.loc["rotation_rate", "note"]
    assert "overstay_share" in refused.index
    texts = " ".join(item["text"] for item in said(page))
    assert "sans comptage pour la caler" in texts


def test_shared_boxes_give_no_durations() -> None:
    found = {item.indicator: item for item in measures.missing({"states", "shared_boxes"})}
    assert "plusieurs places" in found["mean_stay"].note.fr


def test_records_without_effort_carry_the_warning(root, tmp_path, monkeypatch_module) -> None:
    rows = "".join(f"Rue {d % 3},2024-06-{d:02d} 1{d % 4}:05,Trottoir\n" for d in range(1, 29))
    put(tmp_path, "i.csv", "place_id,time,type\n" + rows)
    source = {"infractions": [{"layout": "coeurville", "path": "i.csv"}]}
    page = play(root, city(tmp_path, sources=source).folder)
    reserves = [item["text"] for item in said(page) if item["level"] == "reserve"]
    assert any("reflètent les patrouilles" in text for text in reserves)
    assert "infraction_rate" in set(
        blocks.results_of(page.blocks).query("quality == 'not_computable'")["indicator"]
    )


def test_sentences_do_not_depend_on_the_display(root) -> None:
    demo_city = cities.read(root / "cities" / "demo")
    tables = sources.load(demo_city, only=measures.TABLES)
    found = measures.measure_garages(tables["parking_availability"], demo_city.time_zone)
    said_ = [item.id for item in sentences.garages(found)]
    assert said_ == ["garages-occupancy", "garages-frozen", "garages-entries"]


def test_the_notebook_is_thin(root) -> None:
    notebook = json.loads((root / "notebooks/parking.ipynb").read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    tree = ast.parse("\n".join("".join(cell["source"]) for cell in code))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.For)]
