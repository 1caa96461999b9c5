"""Planted truths are found again: the demo city's, and those of a small simulation."""

from __future__ import annotations

import importlib
import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from analyses import cities, commerce, sources
from analyses.results import Estimate, Result


@pytest.fixture(scope="module")
def demo(root: Path) -> tuple[Any, dict[str, Any]]:
    """Tables of the demo city, and the truth that they were drawn from."""
    folder = root / "cities" / "demo"
    tables = sources.load(cities.read(folder), only=["premises", "establishments"])
    return tables, json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def whole(results: tuple[Result, ...], indicator: str, **where: object) -> list[Result]:
    where = {"zone": "*", "breakdown": "total", **where}
    return [
        item
        for item in results
        if item.indicator == indicator
        and all(getattr(item, key) == value for key, value in where.items())
    ]


def holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


def test_the_demo_register_is_counted_exactly(demo: tuple[Any, dict[str, Any]]) -> None:
    tables, truth = demo
    results = commerce.measure_turnover(tables.establishments).results
    planted = truth["realised"]["openings_closures"]["divisions_47_56_96"]
    years = [year for year in planted if year <= "2024"]
    assert len(years) >= 7
    for year in years:
        found = {
            name: whole(results, name, period_start=date(int(year), 1, 1))[0].estimate.value
            for name in ("openings", "closures", "transfers")
        }
        assert found == planted[year], year


def test_the_demo_truth_lies_in_the_intervals(demo: tuple[Any, dict[str, Any]]) -> None:
    """One draw of the city: the intervals at 95 % of eight rates may miss one, not two."""
    tables, truth = demo
    found = commerce.measure_vacancy(tables.premises)
    rates = whole(found.results, "vacancy_rate")
    assert len(rates) == 8
    planted = {day: values["rate"]["*"] for day, values in truth["vacancy"].items()}
    inside = [holds(item.estimate, planted[item.period_end.isoformat()]) for item in rates]
    assert sum(inside) >= 7
    assert holds(whole(found.results, "vacancy_trend")[0].estimate, truth["trend"]["matched"])
    yearly = truth["yearly_transitions"]["*"]
    entry, relet = (whole(found.results, name)[0] for name in ("vacancy_entry", "relet_rate"))
    assert holds(entry.estimate, yearly["occupied_to_vacant"])
    assert holds(relet.estimate, yearly["vacant_to_occupied"])
    lasting = truth["durations"]["*"]
    over = {"breakdown": "months_over", "category": "24"}
    structural = whole(found.results, "structural_vacancy", **over)[0].estimate
    assert holds(structural, lasting["ages_over_24_months"])
    age = whole(found.results, "vacancy_duration")[0].estimate
    assert holds(age, lasting["ages_median_months"])


def test_the_demo_survival_lies_in_the_intervals(demo: tuple[Any, dict[str, Any]]) -> None:
    tables, truth = demo
    results = commerce.measure_turnover(tables.establishments).results
    for age in (1, 3, 5):
        where = {"breakdown": "age_years", "category": str(age)}
        estimate = whole(results, "business_survival", **where)[0].estimate
        assert holds(estimate, truth["survival"][f"at_{age}_years"]), age


# ---------------------------------------------------------------- a small simulation


@pytest.fixture
def simulation(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The made-up cities of ``benchmarks/vacancy``."""
    monkeypatch.syspath_prepend(str(root))
    return importlib.import_module("benchmarks.vacancy.simulation")


def test_rates_trend_and_moves_are_recovered(simulation: ModuleType) -> None:
    """Eight seeds: 95 % intervals hold the truth at least six times, and the mean is near it.

    Five or fewer of eight would have a probability of 0.04 % at the nominal rate; the benchmark
    ``vacancy`` measures the coverage over 200 seeds.
    """
    street = simulation.Street(
        150, (0.0, 1.0, 1.5, 4.0), 0.08, simulation.exponential(2.0), unknown=0.05, burn=15.0
    )
    found = defaultdict(list)
    for seed in range(8):
        for check in simulation.markov_checks("quarter", street, 2.0, seed):
            if check.method == simulation.OURS:
                found[check.indicator].append(check)
    assert set(found) == {"vacancy_rate", "vacancy_trend", "vacancy_entry", "relet_rate"}
    for indicator, checks in found.items():
        assert sum(check.inside for check in checks) >= 6, indicator
        gaps = np.array([check.estimate.value - check.truth for check in checks])
        assert abs(gaps.mean()) < 3.5 * gaps.std(ddof=1) / np.sqrt(len(gaps)), indicator


def test_a_rise_and_its_composition_are_recovered(simulation: ModuleType) -> None:
    found = defaultdict(list)
    for seed in range(8):
        for check in simulation.trend_checks("rising", 150, (0.0, 1.0, 2.0, 4.0), seed):
            if check.method == simulation.OURS:
                found[check.indicator].append(check.inside)
    assert {name: len(items) for name, items in found.items()} == {
        "vacancy_trend": 8, "vacancy_composition": 8,
    }  # fmt: skip
    assert all(sum(items) >= 6 for items in found.values())


def test_an_interval_that_misses_is_counted_as_a_miss(simulation: ModuleType) -> None:
    miss = simulation.Check("work", "vacancy_rate", 12.0, Estimate(10.0, 9.0, 11.0, 100))
    assert not miss.inside
