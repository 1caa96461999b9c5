"""Openings, closures, moves and survival, against the register's facts and lifelines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from statsmodels.stats.rates import confint_poisson_2indep

from analyses import commerce
from analyses.commerce.lives import lives
from analyses.commerce.names import whole_communes
from analyses.commerce.proportions import wilson
from analyses.commerce.survival import kaplan_meier, survival
from analyses.commerce.turnover import ratio
from analyses.commerce.yearly import by_year
from analyses.results import Result, to_frame

EXTRACT = date(2026, 6, 30)


@pytest.fixture(scope="module")
def lyon(shared_data: Path) -> pd.DataFrame:
    """SIRENE periods of the 4th arrondissement of Lyon, as a table of establishments."""
    name = "sirene_historique_periodes_lyon4e.parquet"
    raw = pd.read_parquet(shared_data / "commerce" / "sirene" / name)
    return pd.DataFrame(
        {
            "siret": raw["siret"],
            "period_start": pd.to_datetime(raw["dateDebut"]),
            "period_end": pd.to_datetime(raw["dateFin"]),
            "state": raw["etat"],
            "activity_code": raw["code_ape"],
            "commune": raw["code_commune"],
        }
    )


def register(*periods: tuple[str, str, str], code: str = "47.11B") -> pd.DataFrame:
    """Write periods: establishment, start, state."""
    frame = pd.DataFrame(periods, columns=["siret", "period_start", "state"])
    frame["period_start"] = pd.to_datetime(frame["period_start"])
    return frame.assign(activity_code=code, commune="69384")


def value(results: tuple[Result, ...], indicator: str, year: int) -> float:
    found = [
        item
        for item in results
        if item.indicator == indicator
        and item.zone == "*"
        and item.breakdown == "total"
        and item.period_start == date(year, 1, 1)
    ]
    assert len(found) == 1
    return found[0].estimate.value


# ---------------------------------------------------------------- the register of Lyon 4e


@pytest.mark.parametrize(
    ("year", "openings", "closures"),
    [(2019, 141, 98), (2021, 135, 111), (2024, 115, 113), (2025, 105, 91)],
)
def test_lyon_4e_gives_the_known_counts(
    lyon: pd.DataFrame, year: int, openings: int, closures: int
) -> None:
    """Facts of the data's README: latest APE in 47, 56, 96; first starts, last periods closed."""
    found = commerce.measure_turnover(lyon, as_of=EXTRACT)
    assert value(found.results, "openings", year) == openings
    assert value(found.results, "closures", year) == closures
    assert value(found.results, "opening_ratio", year) == pytest.approx(openings / closures)


def test_lyon_4e_sets_aside_what_it_should(lyon: pd.DataFrame) -> None:
    """321 periods have no start; some start after the extract (README of the data)."""
    found = lives(lyon, as_of=EXTRACT)
    assert found.undated == 321
    assert found.future == int((lyon["period_start"] > pd.Timestamp(EXTRACT)).sum()) > 0
    assert found.frame["siret"].is_unique
    to_frame(commerce.measure_turnover(lyon, as_of=EXTRACT).results, "lyon")  # no key repeats


def test_all_reopenings_are_counted(lyon: pd.DataFrame) -> None:
    """494 establishments of the whole file reopen after closing (README of the data)."""
    everything = lyon.assign(activity_code="47.11B")
    assert lives(everything, as_of=date(2100, 1, 1)).reopened == 494


def test_kaplan_meier_equals_lifelines_on_lyon_4e(lyon: pd.DataFrame) -> None:
    """Survival and log-log intervals equal lifelines' to 1e-9 at every age."""
    frame = lives(lyon, as_of=EXTRACT).frame
    ends = frame["end"].fillna(pd.Timestamp(EXTRACT))
    time = (ends - frame["start"]).dt.days.to_numpy() / 365.25
    closed = frame["closed"].to_numpy()
    ours = kaplan_meier(time, closed).set_index("age_years")
    theirs = KaplanMeierFitter().fit(time, closed)
    at = theirs.survival_function_at_times(ours.index).to_numpy()
    assert np.abs(ours["survival"].to_numpy() / 100 - at).max() < 1e-9
    bounds = theirs.confidence_interval_.reindex(ours.index)
    inner = (at > 0) & (at < 1)
    gaps = np.abs(ours[["low", "high"]].to_numpy()[inner] / 100 - bounds.to_numpy()[inner])
    assert gaps.max() < 1e-9


def test_left_truncation_equals_lifelines() -> None:
    rng = np.random.default_rng(4)
    time, entry = rng.exponential(5, 400) + 0.1, rng.uniform(0, 3, 400)
    seen = time > entry
    time, entry = time[seen], entry[seen]
    closed = rng.random(len(time)) < 0.7
    ours = kaplan_meier(time, closed, entry).set_index("age_years")["survival"] / 100
    theirs = KaplanMeierFitter().fit(time, closed, entry=entry)
    at = theirs.survival_function_at_times(ours.index).to_numpy()
    assert np.abs(ours.to_numpy() - at).max() < 1e-9


def test_the_day_of_the_extract_is_told_by_the_dates(lyon: pd.DataFrame) -> None:
    """Lyon 4e holds about 120 starts a month to June 2026, then 6, 2 and 1 that are to come."""
    found = lives(lyon)
    assert found.as_of == date(2026, 6, 30)
    assert found.future == 9
    distant = lyon.iloc[:1].assign(period_start=pd.Timestamp("2039-01-01"))
    assert lives(pd.concat([lyon, distant])).as_of == date(2026, 6, 30)


# ---------------------------------------------------------------- rules


def test_a_small_register_ends_at_its_last_date() -> None:
    table = register(("10000000000011", "2015-03-01", "A"), ("20000000000011", "2024-05-02", "A"))
    assert lives(table).as_of == date(2024, 5, 2)


def test_a_reopening_is_not_a_closure() -> None:
    table = register(
        ("10000000000011", "2015-03-01", "A"),
        ("10000000000011", "2018-03-01", "F"),
        ("10000000000011", "2019-03-01", "A"),
    )
    found = lives(table, as_of=EXTRACT)
    assert not found.frame["closed"].any()
    assert found.reopened == 1


def test_the_last_known_activity_selects_the_shops() -> None:
    table = register(
        ("10000000000011", "2015-03-01", "A"), ("20000000000011", "2015-03-01", "A")
    ).assign(activity_code=["47.11B", "62.01Z"])
    later = table.assign(
        period_start=pd.Timestamp("2020-01-01"), activity_code=["62.01Z", "56.10A"]
    )
    found = lives(pd.concat([table, later]), as_of=EXTRACT)
    assert list(found.frame["siret"]) == ["20000000000011"]
    assert found.other_activities == 1


def test_codes_of_older_lists_are_not_mistaken_for_shops() -> None:
    """Older lists have one digit after the point: their 47 is not retail trade."""
    found = lives(register(("10000000000011", "1995-01-01", "A"), code="47.1Z"), as_of=EXTRACT)
    assert found.frame.empty


def test_moves_within_the_commune_are_paired_one_to_one() -> None:
    table = register(
        ("10000000000011", "2015-03-01", "A"),
        ("10000000000011", "2020-05-31", "F"),
        ("10000000000029", "2020-06-01", "A"),
        ("10000000000037", "2020-06-10", "A"),
        ("20000000000015", "2020-06-01", "A"),
    )
    kept = commerce.measure_turnover(table, as_of=EXTRACT)
    assert value(kept.results, "openings", 2020) == 3
    assert value(kept.results, "closures", 2020) == 1
    assert value(kept.results, "transfers", 2020) == 1
    left = commerce.measure_turnover(table, as_of=EXTRACT, exclude_transfers=True)
    assert value(left.results, "openings", 2020) == 2
    assert value(left.results, "closures", 2020) == 0
    assert value(left.results, "transfers", 2020) == 1
    moved = kept.lives.frame.set_index("siret")
    assert moved.loc["10000000000029", "transfer_in"]
    assert not moved.loc["10000000000037", "transfer_in"]


def test_recent_years_are_provisional() -> None:
    table = register(
        *[(f"1000000000{i:04d}", f"20{20 + i % 6}-03-01", "AF"[i % 10 == 0]) for i in range(60)]
    )
    results = commerce.measure_turnover(table, as_of=date(2025, 3, 31)).results
    quality = {item.period_start.year: item.quality for item in results
               if item.indicator == "openings" and item.breakdown == "total"}  # fmt: skip
    assert (quality[2023], quality[2024], quality[2025]) == ("measured", "reserve", "reserve")


def test_no_closure_gives_no_ratio() -> None:
    table = register(*[(f"1000000000{i:04d}", "2020-03-01", "A") for i in range(20)])
    found = [
        item
        for item in commerce.measure_turnover(table, as_of=EXTRACT).results
        if item.indicator == "opening_ratio"
    ]
    assert {item.quality for item in found} == {"not_computable"}


def test_a_list_of_open_shops_tells_neither_openings_nor_survival(lyon: pd.DataFrame) -> None:
    """Extracts are often of active establishments; the file of Lyon 4e counts what they lack."""
    last = lyon.sort_values("period_start").groupby("siret")["state"].last()
    still = lyon[lyon["siret"].map(last) == "A"]
    found = commerce.measure_turnover(still, as_of=EXTRACT)
    assert {item.quality for item in found.results} == {"not_computable"}
    assert "n'est fermé" in str(found.results[0].note.fr)
    stray = lyon[lyon["siret"] == last.index[last == "F"][0]].assign(activity_code="47.11B")
    found = commerce.measure_turnover(pd.concat([still, stray]), as_of=EXTRACT)
    assert {item.quality for item in found.results} == {"not_computable"}  # one left behind
    assert found.curve.empty
    assert found.years.empty
    shops = lives(lyon, as_of=EXTRACT).frame
    assert shops["closed"].mean() > 0.6
    one = still[still["siret"] == still["siret"].iloc[0]]
    few = commerce.measure_turnover(one.assign(activity_code="47.11B"), as_of=EXTRACT)
    assert any(item.computable for item in few.results)


@pytest.mark.parametrize(
    "table", [None, register().iloc[:0], register(("1", "2020-01-01", "A"), code="01.11Z")]
)
def test_without_shops_everything_says_what_unlocks_it(table: pd.DataFrame | None) -> None:
    results = commerce.measure_turnover(table, as_of=EXTRACT).results
    assert {item.quality for item in results} == {"not_computable"}
    assert {item.unlocked_by for item in results} == {("establishments",)}
    assert commerce.measure_turnover(table, as_of=EXTRACT).curve.empty


@pytest.mark.parametrize(("openings", "closures"), [(3, 1), (141, 98), (1, 12), (40, 55)])
def test_ratio_interval_is_the_score_interval_of_statsmodels(openings: int, closures: int) -> None:
    ours = ratio(openings, closures)
    low, high = confint_poisson_2indep(openings, 1, closures, 1, method="score", compare="ratio")
    assert ours.value == openings / closures
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-6)


def test_ages_not_reached_are_not_computable() -> None:
    rows = [(f"1000000000{i:04d}", "2023-03-01", "A") for i in range(40)]
    rows += [(f"1000000000{i:04d}", "2024-09-01", "F") for i in range(10)]
    found = survival(lives(register(*rows), as_of=date(2025, 1, 1)))
    by_age = {item.category: item for item in found.results}
    assert by_age["1"].estimate.value == 100
    assert 90 < by_age["1"].estimate.low < 100  # nothing closed yet is not certainty
    assert by_age["3"].quality == by_age["5"].quality == "not_computable"
    assert found.cohort == (2015, 2024)


# ---------------------------------------------------------------- odd registers


def test_an_undated_establishment_is_in_the_stock_but_never_opened() -> None:
    table = register(("10000000000011", "2020-01-01", "A"), ("20000000000011", "", "A"))
    found = lives(table, as_of=EXTRACT)
    assert found.undated == 1
    assert set(found.alive()["siret"]) == {"10000000000011", "20000000000011"}
    assert commerce.measure_turnover(table, as_of=EXTRACT).years["openings"].sum() == 1


def test_a_creation_alone_dates_the_opening_and_closures_without_dates_are_not_none() -> None:
    rows = [(f"1000000000{i:04d}", "", "F" if i % 2 else "A") for i in range(40)]
    table = register(*rows).assign(created=pd.Timestamp("2019-05-01"))
    assert lives(table, as_of=EXTRACT).frame["start"].eq(pd.Timestamp("2019-05-01")).all()
    found = commerce.measure_turnover(table, as_of=EXTRACT).results
    assert {item.quality for item in found} == {"not_computable"}
    assert "année de leur fermeture" in found[0].note.fr
    counts = by_year(lives(table, as_of=EXTRACT))
    whole = counts[counts["activity_family"] == ""].set_index("year")
    assert whole[["openings", "closures"]].isna().all(axis=None)
    assert whole["stock"].dropna().to_dict() == {2026: 20}
    dated = table.assign(period_start=table["created"] + pd.DateOffset(years=2))
    found = commerce.measure_turnover(dated, as_of=EXTRACT).results
    assert (value(found, "openings", 2019), value(found, "closures", 2021)) == (40, 20)


def test_a_closure_without_a_date_is_no_closure_on_the_day_of_the_extract() -> None:
    """Shops known to be closed, nobody knows when, neither survive nor die at a known age."""
    dated = [(f"1000000000{i:04d}", f"20{18 + i % 4}-05-01", "AF"[i % 2]) for i in range(60)]
    table = register(*dated).assign(created=pd.Timestamp("2017-05-01"))
    undated = register(*[(f"2000000000{i:04d}", "", "F") for i in range(20)])
    both = pd.concat([table, undated.assign(created=pd.Timestamp("2017-05-01"))])
    alone, found = (survival(lives(given, as_of=EXTRACT)) for given in (table, both))
    pd.testing.assert_frame_equal(found.curve, alone.curve)


def test_one_date_far_in_the_future_does_not_make_the_day_of_the_extract() -> None:
    rows = [
        (f"1000000000{i:04d}", f"20{i % 20 + 4:02d}-03-01", "AF"[i % 10 == 0]) for i in range(60)
    ]
    found = lives(register(*rows, ("20000000000011", "2052-01-01", "A")))
    assert found.as_of == date(2023, 3, 1)
    assert found.deduced
    assert found.future == 1
    assert not lives(register(*rows), as_of=EXTRACT).deduced
    deduced = commerce.measure_turnover(register(*rows)).results
    assert any("déduite" in item.note.fr for item in deduced if item.note and item.period_start)


def test_arrondissements_are_one_commune() -> None:
    table = register(("10000000000011", "2015-01-01", "A"), ("10000000000011", "2020-03-01", "F"),
                     ("10000000000029", "2020-03-05", "A"))  # fmt: skip
    table["commune"] = ["69384", "69384", "69381"]
    assert lives(table, as_of=EXTRACT).frame["transfer_in"].sum() == 1
    codes = pd.Series(["75101", "75120", "69389", "13216", "69266", "13001", None])
    folded = [code for code in whole_communes(codes) if isinstance(code, str)]
    assert folded == ["75056", "75056", "69123", "13055", "69266", "13001"]


def test_a_curve_down_to_nothing_keeps_an_upper_bound() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True] * 4))
    last = curve.iloc[-1]
    assert (last["survival"], last["low"]) == (0, 0)
    assert 0 < last["high"] <= curve["high"].iloc[-2]
    together = kaplan_meier(np.array([1.0] * 20), np.array([True] * 20))
    assert together["high"].iloc[-1] == pytest.approx(100 * wilson(0, 20)[1])
