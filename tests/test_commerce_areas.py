"""Zones that lie in one another, premises outside every zone, and columns of any string type."""

from __future__ import annotations

import pandas as pd
import pytest

from analyses import commerce
from analyses.results import Result

ZONES = pd.DataFrame(
    {"zone_id": ["centre", "core"], "parts": [("centre", "core"), ("core",)], "name": ["C", "H"]}
)


def premises(dtype: str) -> pd.DataFrame:
    """40 premises in two waves: 20 in the core (2 vacant), 15 in the rest, 5 outside any zone."""
    rows = []
    for wave in ("2023-06-01", "2025-06-01"):
        for key in range(40):
            zone = "core" if key < 20 else "centre" if key < 35 else None
            status = "vacant" if key in (0, 1, 20, 21, 22, 23, 24, 25) else "occupied"
            rows.append((f"p{key}", pd.Timestamp(wave), status, zone, "Rue A", "food"))
    names = ["premises_id", "wave", "status", "zone_id", "street", "activity_family"]
    table = pd.DataFrame(rows, columns=names)
    texts = [name for name in names if name != "wave"]
    return table.astype(dict.fromkeys(texts, dtype))


def rate(results: tuple[Result, ...], zone: str, indicator: str = "vacancy_rate") -> Result:
    found = [item for item in results if item.indicator == indicator and item.zone == zone
             and item.breakdown == "total"]  # fmt: skip
    return found[-1]


@pytest.mark.parametrize("dtype", ["object", "string", "string[pyarrow]", "category"])
def test_premises_outside_every_zone_are_counted_in_the_whole_only(dtype: str) -> None:
    table = premises(dtype)
    found = commerce.measure_vacancy(table, bootstrap=5)
    assert rate(found.results, "*").estimate.n == 40
    assert {item.zone for item in found.results} == {"*", "core", "centre"}
    assert rate(found.results, "core", "vacancy_trend").computable
    offer = commerce.measure_offer(table, bootstrap=5)
    assert offer.shops["survey"].frame["zone_id"].notna().sum() == 27
    commerce.compare_sources(table, None, None)


def test_a_containing_zone_counts_the_premises_of_the_zones_in_it() -> None:
    found = commerce.measure_vacancy(premises("string"), zones=ZONES, bootstrap=5)
    inside = commerce.measure_vacancy(premises("string").dropna(subset=["zone_id"]), bootstrap=5)
    for name in ("vacancy_rate", "vacancy_trend", "vacancy_entry"):
        of_zone, whole = (rate(r.results, z, name) for r, z in ((found, "centre"), (inside, "*")))
        assert of_zone.computable
        assert of_zone.estimate == whole.estimate, name
    assert set(found.ages["zone"]) == {"*", "centre", "core"}
    assert rate(found.results, "core").estimate.n == 20
    assert rate(found.results, "*").estimate.n == 40


def test_containing_zones_hold_in_the_offer_and_in_the_register() -> None:
    mix = commerce.measure_offer(premises("string"), zones=ZONES, bootstrap=5).mix
    assert mix.set_index("zone")["shops"].to_dict() == {"*": 32, "centre": 27, "core": 18}
    register = pd.DataFrame(
        {
            "siret": [f"{key:014d}" for key in [*range(30), 30, 30]],
            "period_start": pd.to_datetime(["2022-03-01"] * 30 + ["2019-03-01", "2021-03-01"]),
            "state": ["A"] * 31 + ["F"],
            "activity_code": "47.71Z",
            "zone_id": ["core"] * 10 + ["centre"] * 22,
        }
    )
    found = commerce.measure_turnover(register, zones=ZONES)
    years = found.years[(found.years["breakdown"] == "total") & (found.years["year"] == 2022)]
    assert years.set_index("zone")["openings"].to_dict() == {"*": 30, "centre": 30, "core": 10}
