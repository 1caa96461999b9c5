"""What changed between two runs, and why."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analyses.comparison import revisions
from analyses.comparison.revisions import Edition
from analyses.results import Estimate, Result, not_computable, to_frame
from analyses.wording import Text

MARKS = {"data": "d", "city": "c", "parameters": "p", "code": "k", "notebook": "n",
         "environment": "e"}  # fmt: skip
DAY = date(2025, 6, 30)


def rate(value: float, year: int = 2024, zone: str = "centre", method: str = "wilson/1") -> Result:
    when = date(year, 6, 15)
    return Result(
        "vacancy_rate", Estimate(value, value - 2, value + 2, 200), "%", "survey", method,
        zone=zone, period_start=when, period_end=when,
    )  # fmt: skip


def edition(*rows: Result, **marks: str) -> Edition:
    return Edition(to_frame(rows, "tulle"), DAY, {"commerce": {**MARKS, **marks}})


def test_the_same_numbers_are_no_change() -> None:
    assert revisions.changes(edition(rate(10)), edition(rate(10), code="k2")).empty


@pytest.mark.parametrize(
    ("marks", "cause"),
    [
        ({"data": "d2"}, "revised"),
        ({"code": "k2"}, "method"),
        ({"notebook": "n2"}, "method"),
        ({"city": "c2"}, "parameter"),
        ({"environment": "e2"}, "environment"),
        ({"data": "d2", "code": "k2"}, "revised+method"),
        ({}, "unknown"),
    ],
)
def test_a_moved_number_names_what_changed_with_it(marks: dict[str, str], cause: str) -> None:
    (row,) = revisions.changes(edition(rate(10)), edition(rate(12), **marks)).to_dict("records")
    assert (row["kind"], row["causes"]) == ("moved", cause)
    assert (row["before"], row["after"], row["change"]) == (10, 12, 2)
    assert set(cause.split("+")) <= set(revisions.CAUSES)


def test_another_method_of_the_same_number_is_a_cause_though_no_code_moved() -> None:
    after = edition(rate(11, method="wilson/2"))
    assert revisions.changes(edition(rate(10)), after)["causes"].tolist() == ["method"]
    after = edition(rate(11, method="wilson/2"), data="d2")
    assert revisions.changes(edition(rate(10)), after)["causes"].tolist() == ["revised+method"]


def test_a_new_period_is_data_extended_and_a_new_zone_is_not() -> None:
    after = edition(rate(10), rate(9, 2025), rate(8, zone="faubourg"), data="d2")
    found = revisions.changes(edition(rate(10)), after).set_index(["zone", "period_end"])
    assert found.loc[("centre", "2025-06-15"), "causes"] == "extended"
    assert found.loc[("faubourg", "2024-06-15"), "causes"] == "revised"
    assert found["kind"].tolist() == ["next", "appeared"]
    assert found.loc[("centre", "2025-06-15"), ["before", "before_period"]].tolist() == [
        10, "2024-06-15",
    ]  # fmt: skip


def test_what_can_no_longer_be_computed_is_told() -> None:
    gone = not_computable(
        "vacancy_rate", "%", "survey", Text("non", "no"), zone="centre",
        period_start=date(2024, 6, 15), period_end=date(2024, 6, 15),
    )  # fmt: skip
    assert revisions.changes(edition(rate(10)), edition(gone, data="d2"))["kind"].tolist() == [
        "hidden"
    ]
    assert revisions.changes(edition(gone), edition(rate(10), data="d2"))["kind"].tolist() == [
        "shown"
    ]
    assert revisions.changes(edition(rate(10)), edition(data="d2"))["kind"].tolist() == ["vanished"]


def test_small_moves_are_told_apart_and_come_last() -> None:
    before = edition(rate(10, 2022), rate(10, 2023), rate(10, 2024))
    after = edition(rate(10.2, 2022), rate(14, 2023), rate(11.5, 2024), data="d2")
    found = revisions.changes(before, after)
    assert found["after"].tolist() == [14, 11.5, 10.2]
    assert found["material"].tolist() == [True, True, False]


def test_a_period_that_was_not_over_was_provisional() -> None:
    before = edition(rate(10, 2024), rate(10, 2026))
    after = edition(rate(12, 2024), rate(12, 2026), data="d2")
    found = revisions.changes(before, after).set_index("period_end")["provisional"]
    assert found.to_dict() == {"2024-06-15": False, "2026-06-15": True}


def test_two_cities_are_refused() -> None:
    other = Edition(to_frame([rate(10)], "soissons"), DAY, {"commerce": MARKS})
    with pytest.raises(ValueError, match="several cities"):
        revisions.changes(edition(rate(10)), other)


def test_a_table_read_back_from_its_file_gives_no_change(tmp_path) -> None:  # type: ignore[no-untyped-def]
    first = edition(rate(10.123456789), rate(33.3, 2025, zone="*"))
    first.table.to_csv(tmp_path / "i.csv", index=False)
    again = Edition(pd.read_csv(tmp_path / "i.csv"), DAY, {"commerce": MARKS})
    assert revisions.changes(first, again).empty
