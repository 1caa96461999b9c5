"""Campaigns: what field work makes one wave, and which wave speaks."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from analyses import commerce
from analyses.commerce.panel import panel
from analyses.narrative import commerce as sentences

START = date(2024, 3, 1)


def visits(*campaigns: list[tuple[int, int]], vacant: tuple[int, ...] = ()) -> pd.DataFrame:
    """Write visits given as (premises, days after the first of March 2024)."""
    rows = [
        (f"p{key}", pd.Timestamp(START + timedelta(days=day)),
         "vacant" if key in vacant else "occupied")
        for campaign in campaigns
        for key, day in campaign
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["premises_id", "wave", "status"])


def spread(start: int, length: int, premises: int = 120) -> list[tuple[int, int]]:
    return [(key, start + key * length // premises) for key in range(premises)]


@pytest.mark.parametrize("length", [1, 20, 90, 240])
def test_field_work_of_any_length_is_one_wave(length: int) -> None:
    vacant = tuple(range(0, 120, 10))
    found = commerce.measure_vacancy(visits(spread(0, length), vacant=vacant), bootstrap=5)
    assert len(found.waves) == 1
    rate = next(item for item in found.results if item.indicator == "vacancy_rate")
    assert (rate.estimate.n, rate.estimate.value) == (120, 10.0)
    again = panel(visits(spread(0, length), spread(365, length)))
    assert len(again.dates) == 2


def test_a_round_that_never_stops_is_cut_where_premises_come_back() -> None:
    found = panel(visits(spread(0, 120), spread(120, 120), spread(240, 120)))
    assert [(day - START).days for day in found.dates] == [119, 239, 359]
    assert found.repeated == 0


def test_monthly_rounds_are_waves() -> None:
    assert len(panel(visits(*(spread(30 * month, 5) for month in range(6)))).dates) == 6


def test_a_check_amid_a_campaign_does_not_cut_it() -> None:
    found = panel(visits(spread(0, 60), [(1, 61), (2, 61)], [(key, 63) for key in range(120, 200)]))
    assert len(found.dates) == 1
    assert found.repeated == 2


def test_waves_of_other_premises_carry_a_reserve() -> None:
    found = commerce.measure_vacancy(
        visits(spread(0, 10), [(key + 100, 400) for key in range(120)], vacant=(3, 4, 105, 150)),
        bootstrap=5,
    )
    rates = [item for item in found.results if item.indicator == "vacancy_rate"]
    assert [item.quality for item in rates] == ["measured", "reserve"]
    assert "20 sur 120" in rates[1].note.fr
    told = {item.id: item for item in sentences.vacancy_level(found)}
    assert told["vacancy-doubt"].level == "reserve"
    assert "20 sur 120" in told["vacancy-doubt"].text.fr


@pytest.mark.parametrize("days", [10_000, -30_000])
def test_a_mistyped_year_is_set_aside_and_told(days: int) -> None:
    table = visits(spread(0, 10), spread(365, 10), [(3, days)], vacant=(3, 4, 5))
    clean = commerce.measure_vacancy(visits(spread(0, 10), spread(365, 10), vacant=(3, 4, 5)))
    found = commerce.measure_vacancy(table)
    assert found.waves == clean.waves
    assert found.panel.set_aside == ((START + timedelta(days=days), 1),)
    told = {item.id: item for item in sentences.vacancy_level(found)}
    assert str((START + timedelta(days=days)).year) in told["vacancy-set-aside"].text.fr
    assert commerce.measure_offer(table, bootstrap=5).shops["survey"].day == clean.waves[-1]


def test_small_rounds_far_apart_are_all_kept() -> None:
    found = panel(visits(*([(key, 60 * key), (key + 50, 60 * key)] for key in range(50))))
    assert len(found.dates) == 50
    assert found.set_aside == ()


def test_an_incomplete_last_wave_does_not_speak() -> None:
    part = [(key, 730) for key in range(30)]
    table = visits(spread(0, 10), spread(365, 10), part, vacant=(3, 4, 5, 60))
    found = commerce.measure_vacancy(table, bootstrap=5)
    assert (len(found.waves), found.usable) == (3, 1)
    assert len(found.last_wave) == 120
    assert found.last_wave["status"].value_counts().to_dict() == {"occupied": 116, "vacant": 4}
    assert len(commerce.measure_offer(table, bootstrap=5).shops["survey"].frame) == 116
    share = next(r for r in found.results if r.indicator == "structural_vacancy")
    assert share.period_end == found.waves[1]
    told = {item.id: item for item in sentences.vacancy_level(found)}
    warning = told["vacancy-incomplete"].text
    assert "2025" in warning.fr
    assert "2026" in warning.fr


def test_the_last_wave_keeps_the_columns_and_the_spelling_of_streets() -> None:
    table = visits(spread(0, 10), [(0, 8)]).astype({"premises_id": "string"})
    table["street"] = ["Rue de l'Eglise", "RUE DE L’ÉGLISE ", "Rue  de l'Église"] * 40 + [""]
    table["owner"] = "x"
    found = commerce.measure_vacancy(table, bootstrap=5)
    assert len(found.last_wave) == 120
    assert found.last_wave["owner"].eq("x").all()
    streets = {r.category for r in found.results if r.breakdown == "street"}
    assert len(streets - {"unknown"}) == 1
