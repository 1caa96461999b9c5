"""Short chapters share pages on paper; long ones and those with figures begin one."""

from __future__ import annotations

import pytest

from analyses.reports import flow
from analyses.reports import markdown as md


def _chapter(*parts: str) -> str:
    return "\n".join([md.heading("Stationnement", 1, "chapitre-parking"), *parts])


def _table(rows: int, letters: int) -> str:
    return md.table(["Ce qui manque", "Pourquoi"], [["a" * letters, "b"]] * rows, (), "Tableau 1")


def test_a_chapter_of_one_sentence_goes_on_under_the_one_before() -> None:
    short = _chapter(md.paragraph("Aucun nombre n'a été révisé."))
    assert flow.joined([short]) == [md.div("joined", short)]


@pytest.mark.parametrize(
    "body",
    [
        md.paragraph("mot " * 900),
        _table(40, 5),
        _table(6, 400),
        md.div("figure chart", md.paragraph("Figure 1."), identifier="figure-x"),
    ],
    ids=["words", "rows", "tall cells", "figure"],
)
def test_a_long_chapter_begins_a_page(body: str) -> None:
    assert flow.joined([_chapter(body)]) == [_chapter(body)]


def test_a_table_counts_its_rows_and_what_they_hold() -> None:
    assert flow.lines(_table(3, 5)) == 3
    assert flow.lines(_table(3, flow.LINE)) == 3 * 3


def test_what_is_empty_is_left_out() -> None:
    assert flow.joined(["", _chapter()]) == [md.div("joined", _chapter())]
