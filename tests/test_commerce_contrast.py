"""Parts that differ from the rest: never more often by chance than the level says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from analyses import commerce
from analyses.commerce.contrast import distinct
from analyses.commerce.outcome import Cell, result
from analyses.commerce.panel import panel
from analyses.commerce.proportions import share
from analyses.commerce.rates import rates
from analyses.results import Result


def counted(parts: dict[str, tuple[int, int]], breakdown: str = "street") -> list[Result]:
    """Return the rates of a whole and of its parts, given as (vacant, premises)."""
    whole = [sum(counts[i] for counts in parts.values()) for i in (0, 1)]
    cells = [(Cell(), *whole)]
    cells += [
        (Cell(zone=name) if breakdown == "zone" else Cell().part(breakdown, name), k, n)
        for name, (k, n) in parts.items()
    ]
    return [
        result("vacancy_rate", share(k, n), cell, source="survey", method="wilson/1")
        for cell, k, n in cells
    ]


def test_towns_without_any_difference_name_a_part_in_one_case_in_twenty_at_most() -> None:
    rng = np.random.default_rng(1)
    towns, named = 600, 0
    for _ in range(towns):
        sizes = rng.integers(10, 60, size=12)
        town = {f"s{i}": (int(rng.binomial(n, 0.12)), int(n)) for i, n in enumerate(sizes)}
        named += bool(distinct(counted(town), "street"))
    assert named / towns <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / towns)


@pytest.mark.parametrize("breakdown", ["street", "zone", "activity_family", "surface_class"])
def test_a_true_difference_is_named_on_its_side(breakdown: str) -> None:
    parts = {"a": (30, 60), "b": (10, 100), "c": (11, 100), "d": (1, 120)}
    assert distinct(counted(parts, breakdown), breakdown) == {"a": 1, "d": -1}


def test_the_test_is_fisher_s() -> None:
    """Two parts: one p-value, that of the hypergeometric law, doubled by Holm."""
    parts = {"a": (9, 20), "b": (4, 40)}
    law = hypergeom(60, 13, 20)
    chances = law.pmf(np.arange(14))
    p = float(chances[chances <= law.pmf(9) * (1 + 1e-9)].sum())
    assert distinct(counted(parts), "street", level=2 * p * 1.001) == {"a": 1, "b": -1}
    assert distinct(counted(parts), "street", level=2 * p * 0.999) == {}


def test_without_a_rate_of_the_whole_nothing_is_named() -> None:
    assert distinct(commerce.measure_vacancy(None).results, "street") == {}


def test_it_reads_the_rates_of_a_survey() -> None:
    rows = [
        (f"p{i}", pd.Timestamp("2025-01-01"), "vacant" if i < 30 else "occupied",
         "Rue A" if i < 40 else "Rue B")
        for i in range(200)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["premises_id", "wave", "status", "street"])
    found = distinct(rates(panel(table)).results, "street")
    assert found == {"Rue A": 1, "Rue B": -1}
