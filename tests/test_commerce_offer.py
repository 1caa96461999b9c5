"""The offer and the sources side by side, on small tables worked out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from analyses import commerce
from analyses.commerce.diversity import hill
from analyses.commerce.names import plain
from analyses.commerce.shops import brand_communes
from analyses.commerce.sides import likeness, match
from analyses.results import Result, to_frame

DAY = date(2024, 12, 31)


def premises(shops: int = 60) -> pd.DataFrame:
    """Premises of two waves; in the last, one in ten is empty."""
    rows = []
    for key in range(shops):
        family = ("food", "food", "clothing", "services", "home")[key % 5]
        for wave in ("2023-06-15", "2024-06-15"):
            empty = wave.startswith("2024") and key % 10 == 9
            rows.append(
                {
                    "premises_id": f"p{key}", "wave": pd.Timestamp(wave),
                    "status": "vacant" if empty else "occupied",
                    "zone_id": "centre" if key < shops / 2 else "faubourg",
                    "activity_family": None if empty else family,
                    "activity": None if empty else f"{family} {key % 7}",
                    "name": f"Maison {chr(65 + key % 26)}{chr(97 + key // 26)}lbert",
                    "brand": "Chaîne" if key % 6 == 0 else "Seule" if key % 6 == 1 else None,
                    "lon": 6.0 + key * 0.001, "lat": 48.0,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def register(table: pd.DataFrame) -> pd.DataFrame:
    """SIRENE periods of the shops of a table of premises, one commune."""
    last = table[table["wave"] == table["wave"].max()].reset_index(drop=True)
    return pd.DataFrame(
        {
            "siret": [f"{i:09d}00012" for i in range(len(last))],
            "period_start": pd.Timestamp("2015-01-01"), "state": "A", "activity_code": "47.11B",
            "commune": "57672", "zone_id": last["zone_id"], "name": last["name"].str.upper(),
            "brand": None, "lon": last["lon"], "lat": last["lat"],
        }
    )  # fmt: skip


def one(results: tuple[Result, ...], indicator: str, **where: object) -> Result:
    where = {"zone": "*", "breakdown": "total", "category": "", **where}
    found = [
        item
        for item in results
        if item.indicator == indicator
        and all(getattr(item, key) == value for key, value in where.items())
    ]
    assert len(found) == 1, (indicator, where, found)
    return found[0]


# ---------------------------------------------------------------- the offer


def test_the_mix_counts_the_shops_that_the_last_wave_found_open() -> None:
    results = commerce.measure_offer(premises()).results
    food = {"breakdown": "activity_family", "category": "food"}
    assert one(results, "offer_mix", **food).estimate.value == 24
    assert one(results, "offer_mix", **food).estimate.n == 54
    share = one(results, "offer_share", **food).estimate
    low, high = proportion_confint(24, 54, method="wilson")
    assert (share.low, share.high) == pytest.approx((100 * low, 100 * high), abs=1e-9)
    assert one(results, "offer_mix", **food).period_end == date(2024, 6, 15)
    to_frame(results, "city")  # no key repeats


def test_unknown_families_are_counted_apart() -> None:
    table = premises()
    table.loc[table["activity_family"] == "home", "activity_family"] = None
    results = commerce.measure_offer(table).results
    unknown = {"breakdown": "activity_family", "category": "unknown"}
    assert one(results, "offer_mix", **unknown).estimate.value == 6
    food = {"breakdown": "activity_family", "category": "food"}
    assert one(results, "offer_share", **food).estimate.n == 48


def test_diversity_is_brought_to_one_size() -> None:
    results = commerce.measure_offer(premises(), standard_size=80).results
    first = one(results, "offer_diversity", breakdown="hill_order", category="0")
    activity = premises()[lambda t: t["wave"] == t["wave"].max()]["activity"].dropna()
    counts = activity.value_counts().to_numpy()
    assert first.estimate.value == pytest.approx(hill(counts, 80)[0])
    assert first.method == "hill-activity-80/1"
    small = one(results, "offer_diversity", zone="centre", breakdown="hill_order", category="0")
    assert small.quality == "not_computable"  # 27 shops say nothing of 80
    assert "27" in small.note.fr


def test_chains_are_brands_of_several_communes() -> None:
    reach = {"chaine": 40, "seule": 1}
    results = commerce.measure_offer(premises(), brands=reach, chain_min_communes=2).results
    assert one(results, "chain_share").estimate.value == pytest.approx(100 * 10 / 54)
    assert one(results, "chain_share").estimate.n == 54


def test_one_commune_cannot_tell_a_chain() -> None:
    table = premises()
    chains = one(commerce.measure_offer(table).results, "chain_share")
    assert chains.quality == "not_computable"
    assert chains.unlocked_by == ("establishments",)


def test_brands_are_counted_over_communes() -> None:
    table = pd.DataFrame(
        {"brand": ["Chaîne", "CHAINE", "Seule", None], "commune": ["1", "2", "1", "2"]}
    )
    assert brand_communes(table) == {"chaine": 2, "seule": 1}


def test_each_source_keeps_its_own_figures() -> None:
    table = premises()
    found = commerce.measure_offer(table, register(table), as_of=DAY)
    food = [item for item in found.results if item.indicator == "offer_mix" and item.zone == "*"
            and item.category == "food"]  # fmt: skip
    assert {item.source: item.estimate.value for item in food} == {"survey": 24, "sirene": 60}


def test_without_any_source_everything_is_missing() -> None:
    results = commerce.measure_offer().results
    assert {item.quality for item in results} == {"not_computable"}


# ---------------------------------------------------------------- sides


@pytest.mark.parametrize(
    ("one_name", "other", "least", "most"),
    [
        ("Boulangerie Dupont", "BOULANGERIE DUPONT", 1, 1),
        ("SARL L'Épi d'Or", "epi or", 1, 1),
        ("Boulangerie Dupont", "Boulangerie Dupond", 0.8, 0.99),
        ("Le Fournil", "Optique Martin", 0, 0.2),
        ("", "Optique Martin", 0, 0),
        ("La", "Le", 0, 0),
    ],
)
def test_likeness(one_name: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(one_name, other) <= most
    assert likeness(one_name, other) == likeness(other, one_name)


def test_plain_names() -> None:
    assert plain("  L’Épicerie — Fïne N°1 ") == "l epicerie fine n 1"


def places(*rows: tuple[str, str | None, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "name", "lon", "lat"]).assign(brand=None)


def test_matching_is_one_to_one_by_name_within_a_distance() -> None:
    """At 48° N a thousandth of a degree of longitude is 74.4 m, of latitude 111.2 m."""
    survey = places(
        ("a", "Fleurs du Pont", 6.0, 48.0),
        ("b", "Fleurs du Pont", 6.0002, 48.0),
        ("c", "Optique Martin", 6.0, 48.0),
        ("d", None, 6.0, 48.0),
        ("e", "Librairie Neuve", 6.01, 48.0),
    )
    other = places(
        ("1", "FLEURS DU PONT", 6.0001, 48.0),
        ("2", "Martin Optique", 6.0, 48.0003),
        ("3", "Librairie Neuve", 6.011, 48.0),
    )
    found = match(survey, other, 50, 0.5).set_index("survey_id")
    assert list(found.index) == ["a", "c"]  # b has no shop left, e is 74 m away, d has no name
    assert found.loc["a", "distance_m"] == pytest.approx(7.44, abs=0.02)
    assert found.loc["c", "distance_m"] == pytest.approx(33.4, abs=0.1)
    assert set(match(survey, other, 80, 0.5)["survey_id"]) == {"a", "c", "e"}


def test_counts_gap_and_match_rate() -> None:
    table = premises()
    establishments = register(table).iloc[:40]
    shops = pd.DataFrame(
        {
            "osm_id": range(20), "observed": pd.Timestamp("2024-06-01"), "status": "occupied",
            "kind": "clothes", "activity_family": "clothing", "name": None, "lon": 6.0,
            "lat": 48.0, "zone_id": "centre",
        }
    )  # fmt: skip
    found = commerce.compare_sources(table, establishments, shops, as_of=DAY)
    whole = found.counts.query("zone == '*' and breakdown == 'total'").iloc[0]
    assert (whole["survey"], whole["sirene"], whole["osm"]) == (54, 40, 20)
    totals = [r for r in found.results if r.zone == "*" and r.breakdown == "total"]
    gaps = {r.source: r.estimate.value for r in totals if r.indicator == "source_gap"}
    assert gaps == {"sirene": -14, "osm": -34}
    rates = {item.source: item for item in found.results if item.indicator == "match_rate"}
    assert rates["sirene"].estimate.value == pytest.approx(100 * 36 / 54)  # 4 of the 40 are empty
    assert rates["osm"].quality == "not_computable"  # no name on that map
    assert rates["osm"].unlocked_by == ("shops",)
    to_frame(found.results, "city")  # no key repeats


def test_one_source_cannot_be_compared() -> None:
    table = premises()
    alone = commerce.compare_sources(table, None, None).results
    assert {item.unlocked_by for item in alone} == {("establishments",), ("shops",)}
    no_survey = commerce.compare_sources(None, register(table), None).results
    assert {item.unlocked_by for item in no_survey} == {("premises",)}
    assert np.isnan([item.estimate.value for item in (*alone, *no_survey)]).all()


def test_the_gap_is_that_of_the_surveyed_zones() -> None:
    table = premises()
    inside = register(table)
    elsewhere = inside.assign(
        siret=[f"9{key:013d}" for key in range(len(inside))], zone_id="suburb"
    )
    narrow = commerce.compare_sources(table, inside, None, as_of=DAY)
    both = commerce.compare_sources(table, pd.concat([inside, elsewhere]), None, as_of=DAY)

    def gap(found: commerce.Sides) -> Result:
        return next(r for r in found.results if r.indicator == "source_gap" and r.zone == "*"
                    and r.breakdown == "total" and r.source == "sirene")  # fmt: skip

    assert gap(both).estimate == gap(narrow).estimate
    without = commerce.compare_sources(table.assign(zone_id=None), inside, None, as_of=DAY)
    assert gap(without).quality == "not_computable"
    assert "Périmètres" in gap(without).note.fr
    unplaced = commerce.compare_sources(table, inside.assign(zone_id=None), None, as_of=DAY)
    assert gap(unplaced).quality == "not_computable"


def test_a_brand_in_two_arrondissements_of_one_city_is_no_chain() -> None:
    table = pd.DataFrame({"brand": ["Chaîne", "CHAINE"], "commune": ["75101", "75118"]})
    assert brand_communes(table) == {"chaine": 1}
