"""Infractions: factors against statsmodels, forecasts back-tested on data kept for later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.api import families

from analyses.figures import parking as charts
from analyses.narrative import parking_records as sentences
from analyses.parking.factors import Factors, factors
from analyses.parking.forecasts import (
    backtest,
    climatology,
    fit_forecaster,
    forecast,
    patrol_list,
)
from analyses.parking.infractions import (
    REFLECTS_PATROLS,
    control_effort,
    count_cells,
    type_shares,
)
from analyses.parking.upkeep import Infractions, measure_infractions

NEW_YORK = "America/New_York"
JULY_4 = [date(2013, 7, 4)]


@pytest.fixture(scope="module")
def philadelphia(shared_data: Path) -> pd.DataFrame:
    columns = ["timestamp", "violation_location_zip"]
    rows = pd.concat(
        [
            pd.read_csv(
                shared_data / "parking" / f"philadelphia_citations_2013-{month}.csv.gz",
                usecols=columns,
                parse_dates=["timestamp"],
            )
            for month in ("06", "07", "08")
        ]
    )
    table = pd.DataFrame(
        {
            "place_id": rows["violation_location_zip"].astype(int).astype(str),
            "time": rows["timestamp"].dt.tz_localize(NEW_YORK),
        }
    )
    return count_cells(table, NEW_YORK)


def test_philadelphia_forecasts_beat_climatology(philadelphia: pd.DataFrame) -> None:
    """June and July train, August tests; no repeat is dropped (times are cut to the hour)."""
    assert philadelphia["count"].sum() == 277_737
    past = philadelphia[philadelphia["day"] < "2013-08-01"]
    future = philadelphia[philadelphia["day"] >= "2013-08-01"]
    found = backtest(past, future, JULY_4)
    assert found.log_loss < found.climatology_log_loss - 0.01
    assert found.brier < found.climatology_brier
    assert found.calibration_error < found.climatology_calibration_error
    assert found.better
    assert found.gain.n == 31
    assert found.gain.low > 0
    assert "font mieux" in found.verdict.fr


def simple(seed: int, weeks: int = 30, rate: float | None = None) -> pd.DataFrame:
    """Three places; rate depends on place and weekday only."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=7 * weeks)
    index = pd.MultiIndex.from_product([["a", "b", "c"], days, range(24)])
    cells = index.to_frame(index=False)
    cells.columns = pd.Index(["place_id", "day", "hour"])
    place = cells["place_id"].map({"a": 0.1, "b": 0.2, "c": 0.4})
    mean = place * np.where(cells["day"].dt.dayofweek == 6, 0.5, 1.0) if rate is None else rate
    return cells.assign(count=rng.poisson(mean, len(cells)).astype(float), effort=1.0)


def test_log_loss_reaches_its_floor_when_chance_is_the_same_everywhere() -> None:
    """No forecast can beat the entropy of the truth; ours comes within 0.01 of it."""
    cells = simple(2, weeks=90, rate=0.7)
    split = pd.Timestamp("2025-07-01")
    found = backtest(cells[cells["day"] < split], cells[cells["day"] >= split])
    truth = -(np.exp(-0.7) * -0.7 + (1 - np.exp(-0.7)) * np.log(1 - np.exp(-0.7)))
    assert found.log_loss == pytest.approx(truth, abs=0.01)


def test_forecasts_that_fail_are_said_to_fail() -> None:
    """The future reverses the past: the surer forecast loses, and the verdict says so."""
    rng = np.random.default_rng(5)
    cells = simple(0, weeks=20)
    week, hour = cells["day"].dt.dayofweek.to_numpy(), cells["hour"].to_numpy()
    law = rng.integers(0, 2, (3, 7, 24))
    place = cells["place_id"].map({"a": 0, "b": 1, "c": 2}).to_numpy()
    later = (cells["day"] >= "2024-04-01").to_numpy()
    cells["count"] = np.where(later, 1 - law[place, week, hour], law[place, week, hour])
    found = backtest(cells[~later], cells[later])
    assert not found.better
    assert "ne font pas mieux" in found.verdict.fr


def test_probabilities_are_near_the_truth_and_new_places_get_the_mean() -> None:
    cells = simple(4)
    model = fit_forecaster(cells)
    now = cells[cells["place_id"] == "c"].iloc[:24]
    assert forecast(model, now).mean() == pytest.approx(1 - np.exp(-0.4), abs=0.03)
    new = now.assign(place_id="z")
    assert forecast(model, new) == pytest.approx(model.chance.mean(axis=0)[0])
    assert ((climatology(cells, new) > 0) & (climatology(cells, new) < 1)).all()
    table, warning = patrol_list(model, top=5)
    assert set(table["place_id"]) == {"c"}
    assert warning is REFLECTS_PATROLS


def test_factors_equal_statsmodels() -> None:
    """Ratios and clustered intervals against statsmodels' GLM (Poisson, cluster by day)."""
    cells = simple(6, weeks=6)
    found = factors(cells).table.set_index(["factor", "category"])
    frame = cells.assign(
        weekday=cells["day"].dt.dayofweek, month=cells["day"].dt.month, place=cells["place_id"]
    )
    fitted = smf.glm(
        "count ~ C(place) + C(weekday) + C(hour) + C(month)", frame, family=families.Poisson()
    ).fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(frame["day"])[0]})
    ours = np.log(found.loc[("place", "c"), "ratio"] / found.loc[("place", "a"), "ratio"])
    assert ours == pytest.approx(fitted.params["C(place)[T.c]"], abs=1e-6)
    sunday = np.log(found.loc[("weekday", "6"), "ratio"] / found.loc[("weekday", "0"), "ratio"])
    assert sunday == pytest.approx(fitted.params["C(weekday)[T.6]"], abs=1e-6)
    names = ["C(place)[T.b]", "C(place)[T.c]"]
    cov = fitted.cov_params().loc[names, names].to_numpy()
    contrast = np.array([-1 / 3, 2 / 3])
    from scipy import stats

    reach = stats.t.ppf(0.975, 41) * np.sqrt(contrast @ cov @ contrast)
    row = found.loc[("place", "c")]
    assert np.log(row["high"] / row["ratio"]) == pytest.approx(reach, rel=0.02)


def test_effort_turns_records_into_rates_and_its_absence_is_said() -> None:
    """Place b is patrolled three times as much: it records more, its rate is the same."""
    rng = np.random.default_rng(8)
    cells = simple(8).assign(effort=lambda x: np.where(x["place_id"] == "b", 3.0, 1.0))
    cells["count"] = rng.poisson(0.2 * cells["effort"]).astype(float)
    plain = factors(cells.assign(effort=1.0))
    assert plain.warning is REFLECTS_PATROLS
    by_place = plain.table[plain.table["factor"] == "place"].set_index("category")["ratio"]
    assert by_place["b"] / by_place["a"] == pytest.approx(3, rel=0.1)
    fair = factors(cells, per_control=True)
    assert fair.warning is None
    rates = fair.table[fair.table["factor"] == "place"].set_index("category")
    assert rates.loc["b", "ratio"] / rates.loc["a", "ratio"] == pytest.approx(1, rel=0.1)
    assert (rates["low"] < 1).all()
    assert (rates["high"] > 1).all()


def test_one_holiday_gets_no_interval_and_no_infraction_is_refused() -> None:
    cells = simple(9, weeks=4)
    found = factors(cells, holidays=[date(2024, 1, 1)]).table
    holiday = found[found["factor"] == "holiday"]
    assert holiday["low"].isna().all()
    assert holiday["days"].min() == 1
    with pytest.raises(ValueError, match="no infraction"):
        factors(cells.assign(count=0.0))


def test_cells_without_any_control_are_left_out() -> None:
    times = pd.to_datetime(["2024-06-03 09:10", "2024-06-03 09:50", "2024-06-04 10:00"])
    seen = pd.DataFrame({"place_id": ["a", "a", "b"], "time": times.tz_localize("Europe/Paris")})
    cells = count_cells(seen, "Europe/Paris")
    assert len(cells) == 2 * 2 * 24
    assert cells["count"].sum() == 3
    controls = seen.iloc[[0]].assign(controls=5)
    patrolled = count_cells(seen, "Europe/Paris", controls=controls)
    assert patrolled[["count", "effort"]].to_numpy().tolist() == [[2.0, 5.0]]


def test_rounds_that_found_nothing_count_as_controls() -> None:
    times = pd.to_datetime(["2024-06-03 09:10", "2024-06-03 09:50", "2024-06-03 10:00"])
    rows = pd.DataFrame(
        {
            "place_id": "a",
            "time": times.tz_localize("Europe/Paris"),
            "type": ["impayé", "trottoir", None],
            "controls": [20, 20, 30],
        }
    )
    cells = count_cells(rows, "Europe/Paris", controls=control_effort(rows))
    assert cells[["hour", "count", "effort"]].to_numpy().tolist() == [[9, 2, 20], [10, 0, 30]]


def test_types_are_shares_with_intervals_over_days() -> None:
    """Three a day on pavements but ten on one day: bursts widen the interval."""
    days = pd.date_range("2024-06-03", periods=14, tz="Europe/Paris")
    rows = [(day + pd.Timedelta(hours=9), "trottoir") for day in days for _ in range(3)]
    rows += [(day + pd.Timedelta(hours=10), "impayé") for day in days for _ in range(7)]
    table = pd.DataFrame(rows, columns=["time", "type"])
    steady = type_shares(table, "Europe/Paris").set_index("type")
    assert steady.loc["trottoir", ["count", "share"]].tolist() == [42, 0.3]
    assert steady.loc["trottoir", "high"] - steady.loc["trottoir", "low"] < 1e-9
    burst = pd.concat(
        [table, table[table["type"] == "trottoir"].head(1).loc[lambda x: x.index.repeat(9)]]
    )
    wide = type_shares(burst, "Europe/Paris").set_index("type").loc["trottoir"]
    assert wide["high"] - wide["low"] > 0.05


@pytest.mark.parametrize(
    ("times", "gone", "named"),
    [
        (("2015-11-30", "2015-12-01", "2015-12-02"), {"month"}, ("month",)),  # it is its Monday
        (("2015-12-24", "2015-12-25", "2015-12-26"), {"holiday"}, ("holiday",)),  # its Friday
        (("2015-12-24",), {"month", "weekday", "holiday"}, ()),  # the same for all
    ],
)
def test_a_record_too_short_to_tell_two_factors_keeps_the_others(
    times: tuple[str, ...], gone: set[str], named: tuple[str, ...]
) -> None:
    """Extracts of a few days are common; the factors that name the same day are one."""
    rng = np.random.default_rng(5)
    rows = [
        {"place_id": place, "time": pd.Timestamp(f"{day} {hour:02d}:15", tz="Europe/Paris")}
        for day in times
        for place in "AB"
        for hour in (9, 10, 15)
        for _ in range(1 + rng.poisson(3))
    ]
    infractions = pd.DataFrame(rows).assign(type="x", controls=np.nan)
    cells = count_cells(infractions, "Europe/Paris")
    found = factors(cells, holidays=[date(2015, 12, 25)])
    kept = set(found.table["factor"])
    assert {"place", "hour"} <= kept
    assert not gone & kept
    assert found.left_out == named
    assert np.isfinite(found.table["ratio"]).all()
    assert found.n == len(rows)


def test_one_burst_of_a_short_record_is_not_what_the_next_hour_promises() -> None:
    """Seven tickets in one hour of fifteen weeks: the number expected follows the chance."""
    times = pd.date_range("2024-01-01 09:00", periods=105, freq="D", tz="Europe/Paris")
    rows = [{"place_id": "A", "time": time} for time in times[::3]]
    rows += [{"place_id": "B", "time": pd.Timestamp("2024-01-04 02:00", tz="Europe/Paris")}] * 7
    cells = count_cells(pd.DataFrame(rows).assign(type="x"), "Europe/Paris")
    model = fit_forecaster(cells)
    table, _ = patrol_list(model)
    assert (table["expected"] >= table["chance"]).all()
    assert (table["expected"] <= 7 * table["chance"]).all()
    assert table.iloc[0]["place_id"] == "A"
    assert model.rate.sum() * 15 == pytest.approx(len(rows), rel=0.35)


def test_the_fewest_factors_are_left_out_and_named() -> None:
    """November is Monday and an hour is a place's own: weekday and place stay."""
    days = pd.to_datetime(["2015-11-30", "2015-12-01", "2015-12-02"])
    cells = pd.DataFrame(
        [
            {"place_id": place, "day": day, "hour": hour, "count": 1.0 + hour % 3, "effort": 1.0}
            for day in days
            for place, hour in (("A", 9), ("B", 10), ("B", 11))
        ]
    )
    found = factors(cells)
    assert set(found.table["factor"]) == {"place", "weekday"}
    assert found.left_out == ("hour", "month")
    said = found.regardless.fr
    assert said == ", sans tenir compte de l'heure et du mois, que le relevé ne permet pas d'isoler"


@pytest.mark.parametrize("controls", [np.nan, 12.0])
@pytest.mark.parametrize("times", [1, 4])
def test_infractions_all_in_one_hour_of_one_place_have_no_factor(
    times: int, controls: float
) -> None:
    rows = pd.DataFrame(
        {
            "place_id": "A",
            "time": pd.to_datetime(["2024-06-03 09:10"] * times).tz_localize("Europe/Paris"),
            "type": "x",
            "controls": controls,
        }
    )
    found = measure_infractions(rows, "Europe/Paris")
    assert found.n == times
    assert found.factors is not None
    assert found.factors.left_out == ()
    assert found.factors.table.empty
    assert found.factors.table["low"].dtype == float
    assert sentences.infractions(found)
    assert charts.infraction_factors(found, "place", "fr") is None


def test_what_is_not_held_equal_is_said_and_charted() -> None:
    table = pd.DataFrame(
        {
            "factor": "place", "category": ["A", "B"], "ratio": [2.0, 0.5], "low": [1.5, 0.3],
            "high": [2.6, 0.8], "count": [40.0, 10.0], "effort": 24.0, "days": 9,
        }
    )  # fmt: skip
    kinds = pd.DataFrame({"type": ["x"], "n": [50]})
    every = Infractions((), Factors(table, False, None, 1.0, 50), types=kinds, n=50)
    fewer = replace(every, factors=replace(every.factors, left_out=("month",)))
    for found, said, noted in (
        (every, "Toutes choses égales par ailleurs, plus que", False),
        (fewer, "À autres facteurs égaux, sans tenir compte du mois, que le relevé", True),
    ):
        (place,) = [one for one in sentences.infractions(found) if one.id == "infractions-place"]
        assert place.text.fr.startswith(said)
        chart = charts.infraction_factors(found, "place", "fr")
        assert chart is not None
        assert ("sans tenir compte du mois" in chart.note) is noted


def test_an_hour_that_holds_more_each_time_is_expected_to() -> None:
    """Two years, a chance of 0.3 an hour; 1 where there is any, 5 at 17: 0.3 and 1.5 expected."""
    rng = np.random.default_rng(12)
    days = pd.date_range("2023-01-01", "2024-12-31")
    index = pd.MultiIndex.from_product([["a", "b"], days, range(24)])
    cells = index.to_frame(index=False)
    cells.columns = pd.Index(["place_id", "day", "hour"])
    number = np.where(cells["hour"] == 17, 5.0, 1.0)
    model = fit_forecaster(cells.assign(count=number * (rng.random(len(cells)) < 0.3)))
    assert model.rate[:, :, 17].mean() == pytest.approx(1.5, rel=0.07)
    assert model.rate[:, :, :17].mean() == pytest.approx(0.3, rel=0.07)
    table, _ = patrol_list(model, top=14)
    assert set(table["hour"]) == {17}


def test_intervals_of_weekdays_hold_the_truth_in_three_weeks() -> None:
    """Nominal 95 %; with the freedom of all 21 days, 80 % of these would."""
    truth = np.array([1, 1, 1, 1.2, 1.4, 1.8, 0.5])
    truth = truth / np.exp(np.log(truth).mean())
    days = pd.date_range("2024-01-01", periods=21)
    index = pd.MultiIndex.from_product([["a", "b"], days, range(9, 17)])
    cells = index.to_frame(index=False)
    cells.columns = pd.Index(["place_id", "day", "hour"])
    rng, held = np.random.default_rng(3), []
    for _ in range(50):
        burst = rng.gamma(4, 1 / 4, (2, 21)).repeat(8)
        mean = 0.6 * truth[cells["day"].dt.dayofweek] * burst
        table = factors(cells.assign(count=rng.poisson(mean).astype(float), effort=1.0)).table
        part = table[table["factor"] == "weekday"]
        held.append(((part["low"] <= truth) & (truth <= part["high"])).mean())
    assert np.mean(held) > 0.9
