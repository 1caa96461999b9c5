"""Vacancy rates, trend and transitions, against published figures and other implementations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.genmod.cov_struct import Exchangeable
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from analyses import commerce, indicators
from analyses.commerce import markov
from analyses.commerce.panel import panel
from analyses.commerce.proportions import paired_difference, wilson, wilson_finite
from analyses.commerce.rates import surface_class
from analyses.commerce.trend import composition, paired_change, slope_within
from analyses.narrative import commerce as sentences
from analyses.results import Estimate, Result, to_frame

WAVES = ("2019-06-15", "2020-06-15", "2021-06-15", "2023-06-15")


def survey(statuses: dict[str, str], waves: tuple[str, ...] = WAVES, **traits: str) -> pd.DataFrame:
    """Write a table: one letter a wave (o, v, w, u = unavailable, ? = unknown, . = not listed)."""
    names = {
        "o": "occupied",
        "v": "vacant",
        "w": "vacant_works",
        "u": "unavailable",
        "?": "unknown",
    }
    rows = [
        {"premises_id": key, "wave": pd.Timestamp(day), "status": names[letter], **traits}
        for key, letters in statuses.items()
        for letter, day in zip(letters, waves, strict=False)
        if letter != "."
    ]
    return pd.DataFrame(rows)


def one(results: tuple[Result, ...], indicator: str, **where: object) -> Result:
    """Return the only result of an indicator that stands there (the whole, unless said)."""
    where = {"zone": "*", "breakdown": "total", **where}
    found = [
        item
        for item in results
        if item.indicator == indicator
        and all(getattr(item, key) == value for key, value in where.items())
    ]
    assert len(found) == 1, (indicator, where, found)
    return found[0]


# ---------------------------------------------------------------- a real city


@pytest.fixture(scope="module")
def vancouver(shared_data: Path) -> pd.DataFrame:
    """Storefronts inventory of the City of Vancouver, 2020 and 2021, as a table of premises."""
    path = shared_data / "commerce" / "surveys" / "vancouver_storefronts-inventory.csv"
    raw = pd.read_csv(path, sep=";", encoding="utf-8-sig", dtype=str)
    category = raw["Retail category"]
    return pd.DataFrame(
        {
            "premises_id": raw["ID"],
            "wave": pd.to_datetime(raw["Year recorded"] + "-07-01"),
            "status": category.map({"Vacant": "vacant", "Vacant UC": "vacant_works"}).fillna(
                "occupied"
            ),
            "zone_id": raw["Geo Local Area"],
        }
    )


def test_vancouver_gives_the_known_facts(vancouver: pd.DataFrame) -> None:
    """Facts of the data's README: 8,169 in both waves, 456 became vacant, 197 re-let, 10.13 %.

    13.21 % is 1,081 vacant rows out of 8,182, which count premises 2912 twice (once occupied, once
    vacant, the same year): here its status is unknown, so 1,080 of 8,180, and the published figure
    lies within the bounds.
    """
    found = commerce.measure_vacancy(vancouver)
    moves = found.transitions.matrix.iloc[0]
    assert (moves["matched"], moves["became_vacant"], moves["relet"]) == (8169, 456, 197)
    assert (moves["dropped"], moves["new"]) == (55, 12)
    assert found.panel.contradicted == ("2912",)
    first, last = found.waves
    assert one(found.results, "premises_count", period_start=first).estimate.value == 8224
    rate = one(found.results, "vacancy_rate", period_start=first).estimate
    assert round(rate.value, 2) == 10.13
    low, high = proportion_confint(833, 8224, method="wilson")
    assert (rate.low, rate.high) == pytest.approx((100 * low, 100 * high), abs=1e-9)
    assert one(found.results, "vacancy_rate", period_start=last).estimate.value == pytest.approx(
        100 * 1080 / 8180
    )
    bounds = one(found.results, "vacancy_bounds", period_start=last).estimate
    assert bounds.low < 100 * 1081 / 8182 < bounds.high
    assert one(found.results, "newly_vacant").estimate.value == 456
    assert one(found.results, "newly_let").estimate.value == 197
    to_frame(found.results, "vancouver")  # no key repeats


# ---------------------------------------------------------------- rates


@pytest.mark.parametrize(("k", "n"), [(0, 12), (3, 12), (12, 12), (1, 1), (250, 1900)])
def test_wilson_is_that_of_statsmodels(k: int, n: int) -> None:
    assert wilson(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


def test_wilson_refuses_what_is_not_a_share() -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson(3, 2)


def test_a_census_has_no_sampling_error_and_a_part_of_it_has_less() -> None:
    assert wilson_finite(12, 100, 100) == (0.12, 0.12)
    low, high = wilson_finite(12, 100, 150)
    wide = wilson(12, 100)
    assert wide[0] < low < 0.12 < high < wide[1]


def test_the_finite_interval_covers_a_finite_population() -> None:
    """200 premises, 30 vacant, 120 seen at random: 15 % lies inside about 95 times in 100."""
    rng = np.random.default_rng(3)
    seen = rng.hypergeometric(30, 170, 120, size=3000)
    covered = [low <= 0.15 <= high for low, high in (wilson_finite(k, 120, 200) for k in seen)]
    assert abs(np.mean(covered) - 0.95) < 0.02


def test_unknown_statuses_lower_coverage_and_open_the_bounds() -> None:
    table = survey({f"p{i}": "v" if i < 4 else "o" if i < 18 else "?" for i in range(20)})
    found = commerce.measure_vacancy(table)
    assert one(found.results, "survey_coverage").estimate.value == 90
    assert one(found.results, "vacancy_rate").estimate.value == pytest.approx(100 * 4 / 18)
    bounds = one(found.results, "vacancy_bounds").estimate
    assert (bounds.low, bounds.high) == (20, 30)


def test_under_the_coverage_threshold_no_rate_is_shown() -> None:
    table = survey({f"p{i}": "v" if i < 4 else "o" if i < 18 else "?" for i in range(20)})
    rate = one(commerce.measure_vacancy(table, min_coverage=95).results, "vacancy_rate")
    assert rate.quality == "not_computable"
    assert rate.unlocked_by == ("premises",)
    assert "90,0" in rate.note.fr


def test_a_list_of_vacant_premises_is_not_a_rate_of_all_vacant() -> None:
    """Registers of vacant premises list nothing else: 100 % would be the rate of the list."""
    listed = survey({f"p{i}": "v" for i in range(12)}, WAVES[:1])
    rate = one(commerce.measure_vacancy(listed).results, "vacancy_rate")
    assert rate.quality == "not_computable"
    assert "liste de locaux vacants" in rate.note.fr
    one_open = survey({"a": "o", **{f"p{i}": "v" for i in range(12)}}, WAVES[:1])
    rate = one(commerce.measure_vacancy(one_open).results, "vacancy_rate")
    assert rate.estimate.value == pytest.approx(100 * 12 / 13)


def test_a_list_of_open_shops_is_not_a_rate_of_none_vacant() -> None:
    """Where 3 % are vacant, a survey of a hundred premises finds none with probability 0.97^100."""
    assert 0.97**100 < 0.05
    shops = survey({f"p{i}": "o" for i in range(100)}, WAVES[:1])
    rate = one(commerce.measure_vacancy(shops).results, "vacancy_rate")
    assert rate.quality == "not_computable"
    assert "commerces ouverts" in rate.note.fr
    for few in ({f"p{i}": "o" for i in range(99)}, {"v": "v", **{f"p{i}": "o" for i in range(99)}}):
        rate = one(commerce.measure_vacancy(survey(few, WAVES[:1])).results, "vacancy_rate")
        assert rate.quality == "measured"


def test_premises_under_works_make_a_survey_even_where_they_do_not_count_as_vacant() -> None:
    """A list of open shops would not hold them."""
    seen = {f"o{i}": "o" for i in range(120)} | {"w1": "w", "w2": "w"}
    found = commerce.measure_vacancy(survey(seen, WAVES[:1]), works_are_vacant=False)
    assert one(found.results, "vacancy_rate").estimate.value == 0


def test_waves_without_a_common_premises_count_no_move() -> None:
    """Where nothing was seen twice, "none newly vacant" would be a number about nothing."""
    apart = {f"a{i}": "o." for i in range(20)} | {f"b{i}": ".v" for i in range(9)}
    apart |= {f"c{i}": ".o" for i in range(9)}
    found = commerce.measure_vacancy(survey(apart, WAVES[:2]))
    assert found.transitions.matrix["known"].tolist() == [0]
    assert not {"newly_vacant", "newly_let"} & {item.indicator for item in found.results}


def test_a_list_of_open_shops_after_a_survey_changes_nothing_that_the_survey_told() -> None:
    """Shops that closed are not in it: no trend, no move and no end of a vacancy come of it."""
    before = {f"o{i}": "oo" for i in range(110)} | {f"e{i}": "ov" for i in range(10)}
    before |= {f"r{i}": "vo" for i in range(8)} | {f"v{i}": "vv" for i in range(12)}
    kept = {key: letters + ("o" if letters[1] == "o" else ".") for key, letters in before.items()}
    alone = commerce.measure_vacancy(survey(before, WAVES[:2]), bootstrap=5)
    both = commerce.measure_vacancy(survey(kept, WAVES[:3]), bootstrap=5)
    assert (len(both.waves), both.usable) == (3, 1)
    for name in ("vacancy_trend", "vacancy_entry", "relet_rate", "vacancy_duration"):
        first, second = one(alone.results, name), one(both.results, name)
        assert second.estimate == first.estimate
    told = {item.id: item for item in sentences.vacancy_level(both)}
    assert "commerces ouverts" in told["vacancy-incomplete"].text.fr
    assert "22 sur 140" in told["vacancy-rate"].text.fr


def test_a_wave_that_misses_premises_of_the_one_before_is_less_covered() -> None:
    statuses = {f"p{i}": "oo" for i in range(30)} | {f"q{i}": "o." for i in range(20)}
    coverage = one(
        commerce.measure_vacancy(survey(statuses)).results,
        "survey_coverage", period_start=pd.Timestamp(WAVES[1]).date(),
    )  # fmt: skip
    assert coverage.estimate.value == pytest.approx(60)


def test_new_identifiers_are_not_missed_premises() -> None:
    statuses = {f"a{i}": "o." for i in range(30)} | {f"b{i}": ".o" for i in range(30)}
    found = commerce.measure_vacancy(survey(statuses))
    day = pd.Timestamp(WAVES[1]).date()
    assert one(found.results, "survey_coverage", period_start=day).estimate.value == 100
    trend = one(found.results, "vacancy_trend")
    assert trend.quality == "not_computable"
    assert "identifiant" in trend.note.fr


def test_premises_that_left_retail_are_not_in_the_stock() -> None:
    statuses = {f"p{i}": "oo" for i in range(15)} | {"gone": "vu"}
    found = commerce.measure_vacancy(survey(statuses))
    day = pd.Timestamp(WAVES[1]).date()
    assert one(found.results, "premises_count", period_start=day).estimate.value == 15
    assert one(found.results, "survey_coverage", period_start=day).estimate.value == 100


def test_few_premises_are_suppressed() -> None:
    rate = one(commerce.measure_vacancy(survey(dict.fromkeys("abc", "v"))).results, "vacancy_rate")
    assert rate.quality == "suppressed"
    assert rate.estimate.n == 3


def test_works_count_as_vacant_unless_told_otherwise() -> None:
    table = survey({f"p{i}": "w" if i < 5 else "o" for i in range(20)})
    kept = commerce.measure_vacancy(table)
    assert one(kept.results, "vacancy_rate").estimate.value == 25
    left = commerce.measure_vacancy(table, works_are_vacant=False)
    assert one(left.results, "vacancy_rate").estimate.value == 0


def test_a_vacant_premises_keeps_its_last_known_activity() -> None:
    table = pd.concat(
        [
            survey({f"f{i}": "ov" if i < 5 else "oo" for i in range(20)}),
            survey({f"c{i}": "ov" if i < 1 else "oo" for i in range(20)}),
        ]
    )
    family = np.where(table["premises_id"].str.startswith("f"), "food", "clothing")
    table["activity_family"] = np.where(table["status"] == "occupied", family, None)
    results = commerce.measure_vacancy(table).results
    day = pd.Timestamp(WAVES[1]).date()
    where = {"breakdown": "activity_family", "period_start": day}
    assert one(results, "vacancy_rate", category="food", **where).estimate.value == 25
    assert one(results, "vacancy_rate", category="clothing", **where).estimate.value == 5


def test_families_are_not_computable_when_former_activities_are_unknown() -> None:
    table = survey({f"p{i}": "v" if i < 5 else "o" for i in range(25)})
    table["activity_family"] = np.where(table["status"] == "occupied", "food", None)
    rate = one(
        commerce.measure_vacancy(table).results,
        "vacancy_rate", breakdown="activity_family", category="food",
    )  # fmt: skip
    assert rate.quality == "not_computable"


def test_surface_classes() -> None:
    named = surface_class(pd.Series([0.0, 49.9, 50.0, 399.0, 400.0, np.nan]), (50, 100, 200, 400))
    assert list(named) == ["0-50", "0-50", "50-100", "200-400", "400+", "unknown"]


def test_days_of_one_campaign_are_one_wave() -> None:
    table = survey({f"p{i}": "o" for i in range(30)})
    table["wave"] = pd.Timestamp("2024-06-03") + pd.to_timedelta(np.arange(30) % 20, unit="D")
    again = table.assign(wave=table["wave"] + pd.Timedelta(days=365))
    dates = panel(pd.concat([table, again])).dates
    assert [day.isoformat() for day in dates] == ["2024-06-22", "2025-06-22"]


def test_the_last_visit_of_a_campaign_counts() -> None:
    table = survey({f"p{i}": "o" for i in range(12)})
    table["wave"] = pd.Timestamp("2024-06-03")
    later = table.iloc[:1].assign(wave=pd.Timestamp("2024-06-05"), status="vacant")
    others = survey({f"q{i}": "o" for i in range(12)}).assign(wave=pd.Timestamp("2024-06-05"))
    found = panel(pd.concat([table, later, others]))
    assert len(found.dates) == 1
    assert found.repeated == 1
    records = found.records.set_index("premises_id")
    assert records.loc["p0", "vacant"] == 1.0


def test_without_a_survey_everything_says_what_unlocks_it() -> None:
    for table in (None, survey({"a": "o"}).iloc[:0]):
        results = commerce.measure_vacancy(table).results
        assert results
        assert {item.quality for item in results} == {"not_computable"}
        assert {item.unlocked_by for item in results} == {("premises",)}
        assert commerce.measure_vacancy(table).ages.empty


def test_an_unknown_status_is_refused() -> None:
    table = survey({"a": "o"}).assign(status="closed")
    with pytest.raises(ValueError, match="closed"):
        commerce.measure_vacancy(table)


# ---------------------------------------------------------------- trend


def test_paired_difference_squares_and_adds_wilson_intervals() -> None:
    """Airway hyper-responsiveness before and after transplantation: 1, 1, 7 and 12 of 21 children.

    Fagerland, Lydersen, Laake (2014), Recommended tests and confidence intervals for paired
    binomial proportions, Statistics in Medicine 33, table VI: Newcombe −0.507 to −0.026.
    """
    change, low, high = paired_difference(both=1, only_after=1, only_before=7, neither=12)
    assert change == pytest.approx(-6 / 21)
    assert (low, high) == pytest.approx((-0.507, -0.026), abs=6e-4)


def test_paired_difference_covers_at_least_at_the_nominal_rate() -> None:
    rng = np.random.default_rng(11)
    cells = rng.multinomial(120, [0.05, 0.08, 0.03, 0.84], size=3000)
    inside = [low <= 0.05 <= high for _, low, high in (paired_difference(*row) for row in cells)]
    assert 0.94 < np.mean(inside) < 0.98  # method 10 is known to be slightly conservative


def simulated(rng: np.random.Generator, n: int, missing: float) -> np.ndarray:
    """Premises followed over four waves by a Markov chain, some statuses unknown."""
    state = (rng.random(n) < 0.1).astype(float)
    columns = [state]
    for _ in range(3):
        move = rng.random(n)
        state = np.where(state == 1, move >= 0.2, move < 0.05).astype(float)
        columns.append(state)
    table = np.column_stack(columns)
    table[rng.random(table.shape) < missing] = np.nan
    return table


def test_slope_within_is_the_fixed_effects_regression_of_statsmodels() -> None:
    """Same slope and clustered error as OLS with one dummy per premises.

    statsmodels multiplies by G/(G−1) × (N−1)/(N−K); ours by G/(G−1) only, as the dummies of the
    premises are nested in the clusters (Cameron and Miller 2015, section 2.3).
    """
    table = simulated(np.random.default_rng(5), 60, missing=0.15)
    years = np.array([0.0, 1.0, 2.0, 4.0])
    ours = slope_within(table, years)
    rows, columns = np.nonzero(np.isfinite(table))
    counts = np.bincount(rows, minlength=60)
    keep = counts[rows] >= 2
    rows, columns = rows[keep], columns[keep]
    design = np.column_stack([years[columns], pd.get_dummies(rows).to_numpy(float)])
    fit = OLS(table[rows, columns], design).fit(cov_type="cluster", cov_kwds={"groups": rows})
    size, parameters = design.shape
    error = fit.bse[0] / np.sqrt((size - 1) / (size - parameters))
    assert ours.value == pytest.approx(fit.params[0], abs=1e-10)
    assert (ours.high - ours.low) / 2 == pytest.approx(2.0017 * error, rel=1e-3)  # t, 58 to 59 df


def test_slope_agrees_with_a_binomial_gee() -> None:
    """On a balanced panel the marginal effect of a binomial GEE tells the same change a year."""
    table = simulated(np.random.default_rng(8), 900, missing=0.0)
    years = np.array([0.0, 1.0, 2.0, 4.0])
    ours = slope_within(table, years)
    groups = np.repeat(np.arange(900), 4)
    design = np.column_stack([np.ones(3600), np.tile(years, 900)])
    fit = GEE(table.ravel(), design, groups, family=Binomial(), cov_struct=Exchangeable()).fit()
    p = fit.predict(design)
    effect = float((p * (1 - p)).mean() * fit.params[1])
    error = float((p * (1 - p)).mean() * fit.bse[1])
    assert ours.value == pytest.approx(effect, abs=0.2 * error)
    assert (ours.high - ours.low) / (2 * 1.96) == pytest.approx(error, rel=0.1)


def test_composition_and_matched_change_add_up_to_the_change_of_the_rate() -> None:
    table = simulated(np.random.default_rng(2), 300, missing=0.2)
    before, after = table[:, 0], table[:, 3]
    total = np.nanmean(after) - np.nanmean(before)
    parts = composition(before, after, 4.0).value + paired_change(before, after, 4.0).value
    assert parts == pytest.approx(total / 4)


def test_trend_needs_two_complete_waves() -> None:
    statuses = {f"p{i}": "oo" if i < 10 else "o?" for i in range(30)}
    trend = one(commerce.measure_vacancy(survey(statuses)).results, "vacancy_trend")
    assert trend.quality == "not_computable"
    assert "deux vagues" in trend.note.fr


def test_trend_is_per_year() -> None:
    statuses = {f"p{i}": "o..v" if i < 8 else "o..o" for i in range(98)}
    statuses |= {"e1": "v..v", "e2": "v..v"}
    trend = one(commerce.measure_vacancy(survey(statuses)).results, "vacancy_trend").estimate
    assert trend.value == pytest.approx(8 / 4, rel=1e-3)
    assert trend.low < 2 < trend.high


# ---------------------------------------------------------------- transitions


def moves(gap: float, emptied: int, occupied: int, let: int, vacant: int) -> markov.Moves:
    values = (gap, occupied - emptied, emptied, let, vacant - let)
    return markov.Moves(*(np.array([float(value)]) for value in values))


def test_one_gap_of_one_year_gives_the_observed_shares() -> None:
    chain = markov.fit(moves(1.0, 456, 7352, 197, 816))
    assert chain.entry.value == pytest.approx(456 / 7352, abs=1e-6)
    assert chain.relet.value == pytest.approx(197 / 816, abs=1e-6)
    low, high = proportion_confint(456, 7352, method="wilson")
    assert (chain.entry.low, chain.entry.high) == pytest.approx((low, high), abs=2e-4)


def test_gaps_are_annualised_by_the_transition_matrix() -> None:
    """Over two years the chances are those of the squared yearly matrix (Chapman-Kolmogorov)."""
    yearly = np.array([[0.94, 0.06], [0.25, 0.75]])
    two = yearly @ yearly
    chain = markov.fit(moves(2.0, round(1e6 * two[0, 1]), 10**6, round(1e6 * two[1, 0]), 10**6))
    assert chain.entry.value == pytest.approx(0.06, abs=1e-5)
    assert chain.relet.value == pytest.approx(0.25, abs=1e-5)


def test_no_move_seen_still_has_an_upper_bound() -> None:
    """With nothing seen among n, the likelihood bound is 1 − exp(−1.92 / n)."""
    chain = markov.fit(moves(1.0, 0, 100, 20, 100))
    assert chain.entry.value == pytest.approx(0, abs=1e-6)
    assert chain.entry.high == pytest.approx(1 - np.exp(-1.9207 / 100), rel=2e-3)


def test_waves_too_far_apart_are_not_identified() -> None:
    assert not markov.fit(moves(10.0, 150, 1000, 850, 1000)).identified


def test_a_part_without_vacant_premises_borrows_the_other_side() -> None:
    table = survey(
        {
            f"p{i}": "ov" if i < 10 else "vo" if i < 13 else "vv" if i < 16 else "oo"
            for i in range(120)
        }
    )
    table["activity_family"] = np.where(table["status"] == "occupied", "food", None)
    results = commerce.measure_vacancy(table).results
    where = {"breakdown": "activity_family", "category": "food"}
    entry = one(results, "vacancy_entry", **where)
    assert entry.estimate.n == 114
    assert entry.estimate.value == pytest.approx(100 * 10 / 114, rel=0.02)
    assert one(results, "relet_rate", **where).quality == "suppressed"


def test_a_band_is_named_only_where_the_whole_interval_lies_in_it() -> None:
    def rate(low: float, value: float, high: float) -> Result:
        estimate = Estimate(value, low, high, 100)
        return Result("vacancy_rate", estimate, "%", "survey", "wilson/1")

    steps = indicators.get("vacancy_rate").bands
    assert steps is not None
    assert commerce.band(rate(11, 15, 20)) == steps.of(15).label.text()
    assert commerce.band(rate(5.7, 20, 51)) is None
    assert commerce.band(rate(1, 2, 4)) == steps.of(2).label.text()
