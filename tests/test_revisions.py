"""What changed between two runs, and why."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from scipy import stats

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


def count(value: float, year: int = 2024, zone: str = "centre") -> Result:
    when = date(year, 6, 15)
    return Result(
        "premises_count", Estimate(value, value, value, int(value)), "premises", "survey",
        "count/1", zone=zone, period_start=when, period_end=when,
    )  # fmt: skip


def trend(value: float, year: int) -> Result:
    return Result(
        "vacancy_trend", Estimate(value, value - 1, value + 1, 200), "points/year", "survey",
        "wls/1", zone="centre", period_start=date(2020, 6, 15), period_end=date(year, 6, 15),
        quality="estimated",
    )  # fmt: skip


def two_steps(*rows: Result, **more: object) -> Edition:
    """Return a run whose retail notebook read the survey, and parking the car parks."""
    marks = more.pop("marks", {"commerce": MARKS, "parking": MARKS})
    values: dict[str, object] = {
        "inputs": {"premises.csv": "p1", "parcs.csv": "g1"},
        "reads": {"commerce": ["premises.csv"], "parking": ["parcs.csv"]},
        "records": {"commerce": ["vacancy_rate", "vacancy_trend"], "parking": ["premises_count"]},
        "choices": {"parameters.structural_vacancy_months": 24, "name": "Tulle"},
        "versions": {"numpy": "2.4.0", "typst": "0.15.0"},
    }
    return Edition(to_frame(rows, "tulle"), DAY, marks, **{**values, **more})  # type: ignore[arg-type]


def causes_of(after: Edition) -> dict[str, str]:
    found = revisions.changes(two_steps(rate(10), count(100)), after)
    return dict(zip(found["indicator"], found["causes"], strict=True))


def test_a_file_is_no_cause_for_a_number_whose_notebook_does_not_read_it() -> None:
    after = two_steps(
        rate(14), count(120), inputs={"premises.csv": "p2", "parcs.csv": "g1"},
        marks={"commerce": MARKS, "parking": {**MARKS, "code": "k2"}},
    )  # fmt: skip
    assert causes_of(after) == {"vacancy_rate": "revised", "premises_count": "method"}


def test_a_file_that_grew_and_a_new_file_are_data_extended() -> None:
    grown = two_steps(
        rate(14), count(100), inputs={"premises.csv": "p3", "parcs.csv": "g1"},
        extends={"p3": "p2", "p2": "p1"},
    )  # fmt: skip
    assert causes_of(grown) == {"vacancy_rate": "extended"}
    added = two_steps(
        rate(14), count(100),
        inputs={"premises.csv": "p1", "parcs.csv": "g1", "premises-2025.csv": "n"},
        reads={"commerce": ["premises.csv", "premises-2025.csv"], "parking": ["parcs.csv"]},
    )  # fmt: skip
    assert causes_of(added) == {"vacancy_rate": "extended"}
    rewritten = two_steps(
        rate(14), count(100), inputs={"premises.csv": "p3", "parcs.csv": "g1"}, extends={"p3": "x"}
    )
    assert causes_of(rewritten) == {"vacancy_rate": "revised"}


def test_code_that_only_shows_is_no_change_of_method() -> None:
    before = {**MARKS, "method": "m"}
    shown = {"commerce": {**before, "code": "k2"}, "parking": before}
    computing = {"commerce": {**before, "code": "k2", "method": "m2"}, "parking": before}
    first = two_steps(rate(10), count(100), marks={"commerce": before, "parking": before})
    for marks, cause in ((shown, "unknown"), (computing, "method")):
        found = revisions.changes(first, two_steps(rate(14), count(100), marks=marks))
        assert found["causes"].tolist() == [cause]


def test_choices_and_packages_that_change_a_number_are_named_with_their_values() -> None:
    other = {"parameters.structural_vacancy_months": 12, "name": "Tulle-Ville"}
    after = two_steps(rate(14), choices=other, versions={"numpy": "2.4.1", "typst": "0.16.0"})
    assert causes_of(after)["vacancy_rate"] == "environment"
    other["parameters.walking_metres"] = 300
    assert causes_of(two_steps(rate(14), choices=other))["vacancy_rate"] == "parameter"
    other.pop("parameters.walking_metres")
    found = revisions.moves(two_steps(), after)
    assert found.choices == (("parameters.structural_vacancy_months", 24, 12),)
    assert found.versions == (("numpy", "2.4.0", "2.4.1"),)
    labels = two_steps(rate(14), choices={**two_steps().choices, "name": "T"})
    assert causes_of(labels)["vacancy_rate"] == "unknown"


def test_the_next_period_takes_the_place_of_the_one_whose_window_moved_on() -> None:
    after = two_steps(rate(10), trend(0.5, 2025), count(100))
    found = revisions.changes(two_steps(rate(10), trend(2.0, 2024), count(100)), after)
    assert found[["kind", "before", "after", "before_period"]].to_numpy().tolist() == [
        ["next", 2.0, 0.5, "2024-06-15"]
    ]


def test_what_only_rounding_moves_is_no_change() -> None:
    before, after = two_steps(trend(1e-16, 2024)), two_steps(trend(-3e-16, 2024))
    assert revisions.changes(before, after).empty


@pytest.mark.parametrize(("value", "material"), [(1005, False), (1011, True)])
def test_a_count_matters_from_one_percent(value: float, material: bool) -> None:
    found = revisions.changes(two_steps(count(1000)), two_steps(count(value)))
    assert found["material"].tolist() == [material]


def test_a_half_width_of_half_is_one_standard_error() -> None:
    """A 95 % interval is 1.96 standard errors each way: 0.5 of it is 0.98."""
    assert revisions.SHARE * stats.norm.ppf(0.975) == pytest.approx(1, abs=0.03)


def test_a_threshold_is_a_cause_for_the_indicators_that_carry_it_only() -> None:
    def share(value: float) -> Result:
        when = date(2024, 6, 15)
        return Result(
            "structural_vacancy", Estimate(value, value - 5, value + 5, 40), "%", "survey", "t/1",
            zone="centre", breakdown="months_over", category="24", period_start=when,
            period_end=when,
        )  # fmt: skip

    before = two_steps(rate(10), share(30), records={})
    after = two_steps(
        rate(14), share(45), records={}, inputs={"premises.csv": "p2"},
        choices={"parameters.structural_vacancy_months": 12},
    )  # fmt: skip
    found = revisions.changes(before, after).set_index("indicator")["causes"]
    assert found.to_dict() == {
        "vacancy_rate": "revised", "structural_vacancy": "revised+parameter",
    }  # fmt: skip


def test_estimates_come_before_counts_and_what_only_checks_them() -> None:
    before, after = two_steps(rate(10), count(100)), two_steps(rate(14), count(150))
    assert revisions.changes(before, after)["indicator"].tolist() == [
        "vacancy_rate", "premises_count",
    ]  # fmt: skip


def test_two_runs_without_any_number_change_nothing() -> None:
    nothing = revisions.Edition(to_frame([], "essai"), date(2025, 1, 1), {})
    later = revisions.Edition(to_frame([], "essai"), date(2025, 2, 1), {})
    changed = revisions.compare(nothing, later)
    assert list(changed.rows.columns) == list(revisions.COLUMNS)
    assert changed.rows.empty
    told = revisions.opened(changed, [])
    assert list(told.rows.columns) == list(revisions.COLUMNS)
