"""Comparison between cities: the gate, shrinkage, rank intervals, ties, peers, evolution."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

from analyses import comparison, indicators
from analyses.comparison import fingerprints, words
from analyses.comparison.profiles import Profile
from analyses.results import Estimate, Result, to_frame


def city_rows(
    city: str,
    vacant: int,
    premises: int,
    *,
    when: date = date(2024, 6, 15),
    zone: str = "centre",
    source: str = "survey",
    method: str = "wilson/1",
    coverage: float = 97.0,
    quality: str = "measured",
) -> pd.DataFrame:
    low, high = proportion_confint(vacant, premises, method="wilson")
    where = {"zone": zone, "period_start": when, "period_end": when, "source": source}
    share = Estimate(100 * vacant / premises, 100 * low, 100 * high, premises)
    seen = Estimate(coverage, coverage, coverage, premises)
    return to_frame(
        [
            Result("vacancy_rate", share, "%", method=method, quality=quality, **where),  # type: ignore[arg-type]
            Result("survey_coverage", seen, "%", method="count/1", **where),  # type: ignore[arg-type]
        ],
        city,
    )


def profile(city: str, **changes: object) -> Profile:
    base = Profile(
        city, city.title(), zone="centre", perimeter_kind="centre", population=40_000,
        region="Bretagne", function="préfecture", nomenclature="families/1",
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


CITIES = {"aa": (10, 200), "bb": (20, 210), "cc": (32, 190), "dd": (25, 220), "ee": (60, 240)}


def five(**changed: pd.DataFrame) -> pd.DataFrame:
    frames = [changed.get(city, city_rows(city, *counts)) for city, counts in CITIES.items()]
    return pd.concat(frames, ignore_index=True)


PROFILES = [profile(city) for city in CITIES]


def test_equal_fingerprints_are_ranked_together() -> None:
    league = comparison.league(five(), PROFILES, "vacancy_rate")
    assert league.ranked
    assert league.gate.asides == ()
    assert league.table["city"].tolist() == ["aa", "bb", "dd", "cc", "ee"]
    assert (league.table["rank_low"] <= league.table["rank"].round()).all()
    # pulled to the centre, never past it
    moved = (league.table["shrunk"] - league.centre) / (league.table["value"] - league.centre)
    assert moved.between(0, 1).all()


@pytest.mark.parametrize(
    ("component", "rows", "changes"),
    [
        ("perimeter_kind", {}, {"perimeter_kind": "hypercentre"}),
        ("source_class", {"source": "sirene"}, {}),
        ("survey_season", {"when": date(2024, 10, 15)}, {}),
        ("coverage", {"coverage": 82.0}, {}),
        ("method_version", {"method": "wilson/2"}, {}),
        ("definition", {}, {"dictionary": 2}),
    ],
)
def test_a_city_that_changed_one_thing_leaves_the_ranking_with_the_reason(
    component: str, rows: dict[str, object], changes: dict[str, object]
) -> None:
    table = five(cc=city_rows("cc", *CITIES["cc"], **rows))  # type: ignore[arg-type]
    known = [profile(city, **(changes if city == "cc" else {})) for city in CITIES]
    league = comparison.league(table, known, "vacancy_rate")
    assert sorted(league.table["city"]) == ["aa", "bb", "dd", "ee"]
    (aside,) = league.gate.asides
    assert (aside.city, aside.reason) == ("cc", "fingerprint")
    assert component in aside.differs
    name, remedy = words.COMPONENTS[component]
    assert name.fr in aside.why.fr
    assert name.en in aside.why.en
    assert remedy.fr in aside.remedy.fr
    assert aside.row is not None
    assert aside.row["value"] == pytest.approx(100 * 32 / 190)


@pytest.mark.parametrize(
    ("reason", "rows", "changes"),
    [
        ("perimeter", {}, {"zone": None}),
        ("missing", {"zone": "elsewhere"}, {}),
        ("quality", {"quality": "reserve"}, {}),
        ("fictitious", {}, {"fictitious": True}),
        ("period", {"when": date(2019, 6, 15)}, {}),
    ],
)
def test_a_number_that_cannot_be_ranked_is_set_aside(
    reason: str, rows: dict[str, object], changes: dict[str, object]
) -> None:
    table = five(cc=city_rows("cc", *CITIES["cc"], **rows))  # type: ignore[arg-type]
    known = [profile(city, **(changes if city == "cc" else {})) for city in CITIES]
    league = comparison.league(table, known, "vacancy_rate")
    assert "cc" not in set(league.table["city"])
    assert [(item.city, item.reason) for item in league.gate.asides] == [("cc", reason)]


def test_an_unknown_component_equals_nothing() -> None:
    known = [profile(city, perimeter_kind=None) for city in CITIES]
    league = comparison.league(five(), known, "vacancy_rate")
    assert league.table.empty
    assert not league.ranked
    assert {item.differs for item in league.gate.asides} == {("perimeter_kind",)}


def test_two_cities_are_listed_and_not_ranked() -> None:
    table = pd.concat([city_rows("aa", 5, 100), city_rows("bb", 9, 100)])
    league = comparison.league(table, PROFILES[:2], "vacancy_rate")
    assert not league.ranked
    assert league.table["rank"].isna().all()
    assert league.table["city"].tolist() == ["aa", "bb"]


def test_a_city_without_a_profile_and_a_repeated_profile_are_refused() -> None:
    with pytest.raises(ValueError, match="no profile describes ee"):
        comparison.league(five(), PROFILES[:-1], "vacancy_rate")
    with pytest.raises(ValueError, match="several profiles describe aa"):
        comparison.league(five(), [*PROFILES, PROFILES[0]], "vacancy_rate")


def test_every_threshold_of_the_dictionary_is_in_the_method_or_a_parameter() -> None:
    entries = indicators.dictionary().indicators
    for name in fingerprints.THRESHOLDS:
        assert "threshold" in entries[name].comparable_on
    for entry in entries.values():
        assert set(entry.comparable_on) <= set(words.COMPONENTS)


def test_eight_schools() -> None:
    """Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., table 5.3 and the Gibbs of C.4.

    The book's table rests on 200 draws, so its ends are loose; the Gibbs sampler is another
    implementation of the same model.
    """
    y = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    s = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    seen = comparison.posterior(y, s, draws=40_000, seed=1)
    assert np.abs(np.median(seen.draws, axis=0) - [10, 8, 7, 8, 5, 6, 10, 8]).max() < 1.2
    other = gibbs(y, s, 40_000)
    ends = [0.05, 0.25, 0.5, 0.75, 0.95]
    apart = np.quantile(seen.draws, ends, axis=0) - np.quantile(other, ends, axis=0)
    assert np.abs(apart).max() < 0.8
    assert np.allclose(seen.draws.mean(axis=0), seen.mean, atol=0.3)
    assert np.allclose(seen.draws.std(axis=0), seen.sd, atol=0.3)


def gibbs(y: np.ndarray, s: np.ndarray, draws: int) -> np.ndarray:
    """Sample the same model one parameter at a time, flat priors on mu and tau."""
    random = np.random.default_rng(4)
    cities, mu, tau = len(y), float(y.mean()), float(y.std())
    normal, chance = (
        random.standard_normal((draws, cities + 1)),
        random.chisquare(cities - 1, draws),
    )
    kept = np.empty((draws, cities))
    for turn in range(draws):
        variance = 1 / (1 / s**2 + 1 / tau**2)
        theta = variance * (y / s**2 + mu / tau**2) + np.sqrt(variance) * normal[turn, :-1]
        mu = float(theta.mean() + tau / np.sqrt(cities) * normal[turn, -1])
        tau = float(np.sqrt(((theta - mu) ** 2).sum() / chance[turn]))
        kept[turn] = theta
    return kept[draws // 10 :]


def test_the_spread_agrees_with_the_moment_estimator_of_statsmodels() -> None:
    random = np.random.default_rng(3)
    s = random.uniform(0.2, 0.6, 150)
    y = 2.0 + random.normal(0, 0.8, 150) + s * random.normal(size=150)
    seen = comparison.posterior(y, s)
    moment = combine_effects(y, s**2, method_re="iterated")
    assert seen.tau == pytest.approx(np.sqrt(moment.tau2), abs=0.04)
    assert seen.mu == pytest.approx(moment.mean_effect_re, abs=0.02)


def test_rank_intervals_cover_known_ranks() -> None:
    """60 sets of cities drawn from the model; ``benchmarks/comparison`` does 500."""
    random = np.random.default_rng(5)
    held = []
    for seed in range(60):
        truth = random.normal(0, 1, 25)
        errors = random.uniform(0.3, 1.2, 25)
        seen = truth + errors * random.normal(size=25)
        ranks = comparison.rank_intervals(comparison.posterior(seen, errors, seed=seed).draws)
        place = truth.argsort().argsort() + 1
        held.append(((place >= ranks.low) & (place <= ranks.high)).mean())
        assert ranks.mass.mean() >= 0.95
        assert ranks.mass.min() >= 0.90
    assert 0.925 < np.mean(held) < 0.975


def test_ranks_of_cities_far_apart_are_certain() -> None:
    y, s = np.arange(6.0) * 10, np.full(6, 0.1)
    ranks = comparison.rank_intervals(comparison.posterior(y, s).draws)
    assert ranks.low.tolist() == ranks.high.tolist() == [1, 2, 3, 4, 5, 6]
    apart = comparison.told_apart(y, s)
    assert apart.sum() == 30
    assert comparison.groups(apart, np.arange(6)) == [[0], [1], [2], [3], [4], [5]]


def test_equal_cities_are_rarely_told_apart() -> None:
    random = np.random.default_rng(8)
    called = [comparison.told_apart(random.normal(0, 1, 12), np.ones(12)).any() for _ in range(400)]
    assert np.mean(called) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)


def test_groups_hold_only_cities_that_cannot_be_told_apart() -> None:
    random = np.random.default_rng(9)
    y, s = np.sort(random.normal(0, 2, 15)), random.uniform(0.1, 1.0, 15)
    apart = comparison.told_apart(y, s)
    runs = comparison.groups(apart, np.arange(15))
    assert {city for run in runs for city in run} == set(range(15))
    assert all(not apart[np.ix_(run, run)].any() for run in runs)


def test_the_funnel_holds_95_and_99_8_percent_of_equal_cities() -> None:
    random = np.random.default_rng(2)
    sizes = random.integers(40, 400, 3000)
    vacant = random.binomial(sizes, 0.11)
    low, high = proportion_confint(vacant, sizes, method="wilson")
    rows = pd.DataFrame(
        {"value": 100 * vacant / sizes, "low": 100 * low, "high": 100 * high, "n": sizes,
         "unit": "%"}
    )  # fmt: skip
    chance = comparison.funnel(comparison.measures(rows))
    outside = np.mean([place != "within" for place in chance.position])
    far = np.mean([place.startswith("very") for place in chance.position])
    assert 0.03 < outside < 0.07
    assert far < 0.006
    assert chance.centre == pytest.approx(11, abs=0.5)


def test_shrunk_rates_of_british_towns_predict_the_next_survey(shared_data) -> None:  # type: ignore[no-untyped-def]
    """CDRC Maps pre- and post-recession town centres: 2009 shrunk, 2014 raw; TC towns only."""
    folder = shared_data / "commerce" / "surveys" / "uk_town_centres"
    old, new = (pd.read_csv(folder / f"TC_{year}.csv") for year in ("09", "14"))
    both = old.merge(new, on="TC2004_ID", suffixes=("", "_14"))
    both = both[both["TC2004_ID"].str.startswith("TC") & (both["TotalOfPremise"] > 0)]
    size = both["TotalOfPremise"].to_numpy()
    vacant = (both["Vacant_Prop"] * size).round()
    low, high = proportion_confint(vacant, size, method="wilson")
    rows = pd.DataFrame(
        {"value": 100 * vacant / size, "low": 100 * low, "high": 100 * high, "n": size, "unit": "%"}
    )
    pooled = comparison.settled(comparison.measures(rows))
    seen = comparison.posterior(pooled.estimates, pooled.errors, draws=100)
    after = 100 * both["Vacant_Prop_14"].to_numpy()
    level = np.average(after, weights=both["TotalOfPremise_14"]) - 100 * vacant.sum() / size.sum()
    raw = np.abs(rows["value"] + level - after)
    shrunk = np.abs(pooled.back(seen.mean) + level - after)
    assert len(rows) > 900
    assert shrunk.mean() < 0.95 * raw.mean()
    assert np.sqrt((shrunk**2).mean()) < 0.95 * np.sqrt((raw**2).mean())
    # nested cores (RC) and their towns are never in one ranking: the same premises, twice
    assert both["TC2004_ID"].str.startswith("RC").sum() == 0


def test_peers_are_near_in_size_function_and_region_not_in_results() -> None:
    known = [
        profile("me"),
        profile("twin", population=41_000),
        profile("big", population=150_000),
        profile("far", region="Corse", function="autre"),
        profile("silent", population=None, region=None, function=None),
        profile("demo", fictitious=True),
    ]
    near = comparison.peers(known, "me")
    assert near["city"].tolist() == ["twin", "big", "far"]
    assert near["distance"].is_monotonic_increasing
    with pytest.raises(KeyError):
        comparison.peers(known, "nobody")


def test_evolution_compares_equal_fingerprints_only() -> None:
    old = five()
    new = pd.concat(
        [
            city_rows(city, vacant + (45 if city == "aa" else 0), total, when=date(2026, 6, 20))
            for city, (vacant, total) in CITIES.items()
        ]
    )
    moved = comparison.evolution((old, PROFILES), (new, PROFILES), "vacancy_rate").set_index("city")
    assert moved.loc["aa", "changed"]
    assert moved.loc["aa", "change"] == pytest.approx(22.5)
    assert not moved.loc[["bb", "cc", "dd", "ee"], "changed"].any()
    # difference of two independent proportions, Newcombe's setting: within the normal interval
    p, q, m = 10 / 200, 55 / 200, 200
    se = np.sqrt(p * (1 - p) / m + q * (1 - q) / m)
    half = (moved.loc["aa", "high"] - moved.loc["aa", "low"]) / 2
    assert half == pytest.approx(100 * stats.norm.ppf(0.975) * se, rel=0.05)
    later = [profile(city, dictionary=2) for city in CITIES]
    assert comparison.evolution((old, PROFILES), (new, later), "vacancy_rate").empty
