"""Two editions from one page: what is hidden is hidden everywhere, and nothing is public unseen."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sample_report as made
from analyses import blocks, editions
from analyses.figures.figure import Chart, Table
from analyses.pages import Page
from analyses.privacy import HIDDEN, protect
from analyses.results import Estimate, Finding, Result
from analyses.runs import editions as written
from analyses.runs import indicators_file
from analyses.wording import Language, Text

DAY = date(2025, 6, 17)


def rate(vacant: int, known: int, street: str = "") -> Result:
    value = 100 * vacant / known
    return Result(
        "vacancy_rate", Estimate(value, value / 2, value + 5, known), "%", "survey", "wilson/1",
        breakdown="street" if street else "total", category=street, period_start=DAY,
        period_end=DAY,
    )  # fmt: skip


RESULTS = [rate(40, 300), rate(2, 80, "Rue A"), rate(9, 100, "Rue B"), rate(29, 120, "Rue C")]


def page(bundles: list[dict[str, Any]] | None = None) -> Page:
    return Page(made.city(), "commerce", emit=(bundles if bundles is not None else []).append)


def listing(results: list[Result], language: Language) -> Table | None:
    rows = [(r.category, f"{r.estimate.value:.1f}") for r in results if r.computable]
    return Table("rues", "Par rue", pd.DataFrame(rows, columns=["Rue", "Taux"])) if rows else None


def sentences(results: list[Result]) -> list[Finding]:
    return [
        Finding(f"f{i}", Text(f"{r.category} {r.estimate.n}", "x"), (r,))
        for i, r in enumerate(results)
        if r.computable
    ]


def public(shown: Page) -> dict[str, Any]:
    return {b.id: b.content for b in blocks.public_blocks(shown.blocks)}


def test_a_lazy_table_is_drawn_again_without_what_is_hidden() -> None:
    shown = page()
    shown.record(RESULTS)
    shown.table(listing, RESULTS, "fr")
    block = shown.blocks[-1]
    assert [row[0] for row in block.content["rows"]] == ["", "Rue A", "Rue B", "Rue C"]
    left = [row[0] for row in block.public["rows"]]
    assert "Rue A" not in left
    assert len(left) == 2, "one more goes, so that the total does not tell it"


def test_where_nothing_is_hidden_the_block_serves_both() -> None:
    shown = page()
    shown.record(RESULTS)
    shown.table(listing, [RESULTS[0]], "fr")
    assert shown.blocks[-1].public is True


def test_what_was_drawn_before_stays_internal_unless_said() -> None:
    shown = page()
    shown.record(RESULTS)
    shown.table(listing(RESULTS, "fr"))
    assert shown.blocks[-1].public is False
    assert shown.blocks[-1].withheld == editions.DRAWN
    shown.table(replace(listing(RESULTS, "fr"), id="autre"), audience="all")
    assert shown.blocks[-1].public is True


def test_internal_is_internal() -> None:
    shown = page()
    shown.record(RESULTS)
    shown.table(listing, [RESULTS[0]], "fr", audience="internal")
    assert "rues" not in public(shown)


def test_nothing_recorded_is_nothing_public() -> None:
    shown = page()
    shown.table(listing, RESULTS, "fr")
    assert shown.blocks[-1].public is False


def test_results_recorded_by_another_chapter_are_made_known() -> None:
    shown = page()
    shown.knows(RESULTS)
    shown.table(listing, [RESULTS[0]], "fr")
    assert shown.blocks[-1].public is True
    assert not [block for block in shown.blocks if block.kind == "results"]


def test_sentences_of_hidden_results_are_not_said_and_none_is_added() -> None:
    def telling(results: list[Result]) -> list[Finding]:
        told = sentences(results)
        fewer = len(told) < len(RESULTS)
        return told + ([Finding("new", Text("Autre chose.", "Else."))] if fewer else [])

    shown = page()
    shown.record(RESULTS)
    shown.say(telling, RESULTS)
    said = [item["text"] for item in shown.blocks[-1].public["findings"]]
    assert len(said) == 2
    assert not any("Rue A" in text for text in said)
    assert "Autre chose." not in said


def test_sentences_already_written_are_chosen_by_their_results() -> None:
    shown = page()
    shown.record(RESULTS)
    free, bare = Finding("w", Text("Sans chiffre.", "x")), Finding("n", Text("Avec 12.", "x"))
    shown.say([*sentences(RESULTS), free, bare])
    said = {item["id"] for item in shown.blocks[-1].public["findings"]}
    assert {"f0", "w"} <= said
    assert not {"f1", "n"} & said


def test_a_type_that_nobody_knows_keeps_the_block_internal() -> None:
    class Odd:
        rows = 3

    def table(_: Odd) -> Table:
        return Table("t", "T", pd.DataFrame({"a": ["1"]}))

    shown = page()
    shown.table(table, Odd())
    assert shown.blocks[-1].public is False
    assert "Odd" in shown.blocks[-1].withheld


def test_a_drawing_that_fails_on_what_is_left_stays_internal_and_says_so() -> None:
    def table(results: list[Result]) -> Table:
        first = next(r for r in results if r.category == "Rue A" and r.computable)
        return Table("t", "T", pd.DataFrame({"a": [str(first.estimate.n)]}))

    shown = page()
    shown.record(RESULTS)
    shown.table(table, RESULTS)
    assert shown.blocks[-1].public is False
    assert "StopIteration" in shown.blocks[-1].withheld


@dataclass(frozen=True)
class Held:
    results: tuple[Result, ...]
    premises: pd.DataFrame
    minutes: np.ndarray
    loose: Estimate


def test_objects_are_opened_and_their_rows_kept_back() -> None:
    frame = pd.DataFrame({"premises_id": ["a"], "rent_eur_year": [1.0]})
    held = Held(tuple(RESULTS), frame, np.ones(3), Estimate(1, 1, 1, 1))
    veil = editions.Veil(protect(RESULTS))
    seen = veil.of(held)
    assert veil.kept_back
    assert seen.premises.empty
    assert list(seen.premises.columns) == list(frame.columns)
    assert not seen.minutes.size
    assert not seen.loose.known
    assert not seen.results[1].computable
    assert seen.results[0] is RESULTS[0]


def test_every_type_that_is_named_exists() -> None:
    for name in editions.SPECIAL:
        module, _, kind = name.rpartition(".")
        assert isinstance(getattr(importlib.import_module(module), kind), type)


def test_a_public_drawing_takes_the_place_of_the_internal_one() -> None:
    shown = page()
    shown.record(RESULTS)
    frame = pd.DataFrame({"premises_id": ["P-1"]})
    shown.table(
        lambda premises: Table("rues", "Locaux", premises), frame,
        public=editions.drawing(listing, RESULTS, "fr"),
    )  # fmt: skip
    assert "P-1" in json.dumps(shown.blocks[-1].content)
    assert "P-1" not in json.dumps(public(shown))
    assert public(shown)["rues"]["caption"] == "Par rue"


def test_recorded_rows_are_hidden_in_the_public_table_only() -> None:
    shown = page()
    shown.record(RESULTS)
    inside = blocks.results_of(shown.blocks)
    outside = blocks.results_of(blocks.public_blocks(shown.blocks))
    assert inside["value"].notna().all()
    gone = outside["value"].isna()
    assert gone.sum() == 2
    assert (outside.loc[gone, "note"] == HIDDEN.fr).all()
    assert (outside.loc[gone, "n"] == 0).all()
    assert outside.loc[~gone, "value"].tolist() == inside.loc[~gone, "value"].tolist()


def test_reserves_that_quote_data_and_counts_of_rows_stay_inside() -> None:
    shown = page()
    shown.reserves([Text("12 lignes écartées.", "x"), Text("Relevé à vue.", "x")])
    shown.provenance(pd.DataFrame({"table": ["premises"], "file": ["a.csv"], "rows_read": [341]}))
    seen = json.dumps(public(shown), ensure_ascii=False)
    assert "Relevé à vue." in seen
    assert "12 lignes" not in seen
    assert "341" not in seen


def test_headings_with_nothing_under_them_are_not_public() -> None:
    shown = page()
    shown.record(RESULTS)
    shown.heading("Secret")
    shown.table(listing, RESULTS, "fr", audience="internal")
    shown.heading("Ouvert")
    shown.table(replace(listing(RESULTS, "fr"), id="ouvert"), audience="all")
    shown.heading("Fin")
    said = [b.content["text"] for b in blocks.public_blocks(shown.blocks) if b.kind == "heading"]
    assert said == ["Ouvert"]


def test_the_public_blocks_are_a_subset_and_come_back_from_the_notebook(tmp_path: Path) -> None:
    bundles: list[dict[str, Any]] = []
    shown = page(bundles)
    shown.record(RESULTS)
    shown.heading("Rues")
    shown.table(listing, RESULTS, "fr")
    path = tmp_path / "commerce.ipynb"
    path.write_text(json.dumps(made.notebook(bundles)), encoding="utf-8")
    inside = blocks.blocks_of(path, "beaumarche")
    outside = blocks.blocks_of(path, "beaumarche", "public")
    assert {(b.kind, b.id) for b in outside} <= {(b.kind, b.id) for b in inside}
    assert all(block.edition == "public" for block in outside)
    assert "Rue A" not in json.dumps([b.content for b in outside if b.kind != "results"])


def test_both_editions_are_written_and_noted(tmp_path: Path) -> None:
    bundles: list[dict[str, Any]] = []
    shown = page(bundles)
    shown.record(RESULTS)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "commerce.ipynb").write_text(
        json.dumps(made.notebook(bundles)), encoding="utf-8"
    )
    record = made.manifest()

    def render(folder: Path, _: Any, __: Any, edition: str) -> str:
        (written.place(folder, edition) / "report.html").write_text(edition, encoding="utf-8")
        return "test 1"

    written.write(tmp_path, made.city(), record, render)
    assert record.editions == ["internal", "public"]
    assert set(record.outputs) == {
        "report.html", "indicators.csv", "public/report.html", "public/indicators.csv",
    }  # fmt: skip
    manifest = json.loads((tmp_path / "public" / "run.json").read_text("utf-8"))
    assert manifest["audience"] == "public"
    assert set(manifest["outputs"]) == {"report.html", "indicators.csv"}
    assert not {"inputs", "failures", "started", "notebooks"} & set(manifest)
    assert not indicators_file.collect(tmp_path, "beaumarche", "public").equals(
        indicators_file.collect(tmp_path, "beaumarche")
    )


def test_a_chart_of_the_public_form_is_drawn_from_the_public_form() -> None:
    def chart(results: list[Result]) -> Chart:
        from analyses.figures import charts
        from analyses.figures.axis import Point

        words = charts.Words("rues", "Rues", "Taux", "Rue", "")
        points = [Point(r.category, r.estimate) for r in results if r.computable and r.category]
        return charts.dots(words, points, "%", "fr", None)

    shown = page()
    shown.record(RESULTS)
    shown.chart(chart, RESULTS)
    seen = public(shown)["rues"]
    assert "Rue A" in shown.blocks[-1].content["svg"]
    assert "Rue A" not in json.dumps(seen)
    assert not seen["png"]


def test_a_chapter_that_tells_what_another_hides_is_left_out(tmp_path: Path) -> None:
    """Two chapters, each safe alone: 300 premises less those of two streets give the third."""

    def chapter(name: str, results: list[Result]) -> None:
        bundles: list[dict[str, Any]] = []
        shown = Page(made.city(), name, emit=bundles.append)
        shown.record(results)
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(made.notebook(bundles)), encoding="utf-8")

    (tmp_path / "notebooks").mkdir()
    chapter("commerce", [RESULTS[0], RESULTS[1], RESULTS[2]])
    assert written.exposed(tmp_path, made.city()) == []
    chapter("crossings", [RESULTS[3]])
    assert written.exposed(tmp_path, made.city()) == ["crossings"]
    left = indicators_file.collect(tmp_path, "beaumarche", "public", ["crossings"])
    assert "Rue C" not in set(left["category"])
