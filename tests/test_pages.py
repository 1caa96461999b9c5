"""Pages and blocks: what a notebook shows is what its report reads, and only its own city's."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import sample_report as made
from analyses import blocks
from analyses.blocks import MIME
from analyses.errors import RunError
from analyses.figures.figure import Table
from analyses.figures.numbers import key_figure
from analyses.pages import Page
from analyses.results import Estimate, Result, to_frame
from analyses.wording import Text


@pytest.fixture(scope="module")
def sample() -> made.Sample:
    return made.sample()


@pytest.fixture
def executed(sample: made.Sample, tmp_path: Path) -> Path:
    path = tmp_path / "commerce.ipynb"
    path.write_text(json.dumps(made.notebook(sample.bundles)), encoding="utf-8")
    return path


def test_every_block_comes_back_from_the_notebook(sample: made.Sample, executed: Path) -> None:
    found = blocks.blocks_of(executed, "beaumarche")
    assert [block.payload() for block in found] == [b.payload() for b in sample.page.blocks]
    kinds = {block.kind for block in found}
    assert kinds == {
        "heading", "sentences", "chart", "map", "table", "reserves", "provenance", "results",
    }  # fmt: skip


def test_recorded_results_come_back_to_the_digit(executed: Path) -> None:
    expected = to_frame([made.RATE, made.STOCK], "beaumarche")
    assert_frame_equal(blocks.records(executed, "beaumarche"), expected, check_dtype=False)


def test_a_block_of_another_city_stops_the_report(executed: Path) -> None:
    with pytest.raises(RunError, match="must never mix"):
        blocks.blocks_of(executed, "tulle")


def test_a_block_of_another_version_is_refused(sample: made.Sample) -> None:
    payload = sample.bundles[0][MIME] | {"version": 99}
    with pytest.raises(RunError, match="version 99"):
        blocks.from_payload(payload, "beaumarche")


def test_the_same_row_recorded_twice_is_refused(sample: made.Sample) -> None:
    twice = [block for block in sample.page.blocks if block.kind == "results"] * 2
    with pytest.raises(RunError, match="share a key"):
        blocks.results_of(twice)


def test_a_cell_run_again_replaces_its_block() -> None:
    page = Page(made.city(), "commerce", emit=lambda _: None)
    page.reserves([Text("a", "a")])
    first = len(page.blocks)
    page.say(made._findings())
    page.say(made._findings())
    assert len(page.blocks) == first + 1


def test_the_readable_form_escapes_what_comes_from_outside(sample: made.Sample) -> None:
    for bundle in sample.bundles:
        assert "<script>alert" not in bundle["text/html"]
        assert "<script>alert" not in bundle["text/markdown"]


def test_payloads_are_plain_json_without_nan(sample: made.Sample) -> None:
    for bundle in sample.bundles:
        json.dumps(bundle[MIME], allow_nan=False)


def test_two_pages_give_the_same_bytes(sample: made.Sample) -> None:
    again = made.sample()
    assert json.dumps(again.bundles) == json.dumps(sample.bundles)


def test_personal_fields_never_reach_a_block(sample: made.Sample) -> None:
    assert "Propriétaire Secret" not in json.dumps(sample.bundles, ensure_ascii=False)


def test_key_figures_carry_value_interval_and_n(sample: made.Sample) -> None:
    say = next(block for block in sample.page.blocks if block.kind == "sentences")
    figure: dict[str, Any] = say.content["findings"][0]["figure"]
    assert figure["value"] == "12,3\u202f%"
    assert figure["interval"] == "intervalle à 95\u202f%\u00a0: 10,0 à 14,5\u202f%"
    assert figure["n"].startswith("n\u00a0=\u00a0512")
    assert figure["n"].endswith("juin\u00a02025")


def test_an_event_is_known_by_its_days_and_cells_have_their_typography() -> None:
    event = Result(
        "event_uplift", Estimate(12.0, 4.0, 20.0, 40), "%", "sensor", "event/1", breakdown="event",
        category="noel-2023", period_start=date(2023, 12, 15), period_end=date(2023, 12, 17),
    )  # fmt: skip
    label = key_figure(event, "fr").label
    assert label.endswith("du 15 au 17\u00a0décembre\u00a02023")
    assert "noel" not in label
    page = Page(made.city(), "commerce", emit=lambda _: None)
    page.table(Table("noms", "Noms", pd.DataFrame({"Nom": ["L'Atelier", None]})))
    assert page.blocks[-1].content["rows"] == [["L’Atelier"], [""]]


def test_what_is_empty_is_not_shown() -> None:
    page = Page(made.city(), "commerce", emit=lambda _: None)
    page.provenance(pd.DataFrame())
    page.provenance(pd.DataFrame({"table": [], "file": []}))
    page.provenance(pd.DataFrame({"table": [None], "sha256": ["0"]}))
    page.table(Table("vide", "Vide", pd.DataFrame({"Nom": []})))
    page.table(Table("nue", "Nue", pd.DataFrame()))
    page.say([])
    assert page.blocks == []
    page.provenance(pd.DataFrame({"table": [None], "file": ["a.csv"]}))
    assert [block.kind for block in page.blocks] == ["provenance"]


def test_a_heading_of_another_level_is_refused() -> None:
    page = Page(made.city(), "commerce", emit=lambda _: None)
    with pytest.raises(ValueError, match="level 2 or 3"):
        page.heading("Titre", level=1)
