"""Rows of the indicators table: units, quality and notes, all in the dictionary."""

from __future__ import annotations

from datetime import date, time

import numpy as np
import pandas as pd
import pytest

from analyses import indicators
from analyses.parking.counters import garage_results
from analyses.parking.durations import durations
from analyses.parking.factors import factors
from analyses.parking.garages import audit, tidy
from analyses.parking.grid import Regulation, Window, make_grid
from analyses.parking.infractions import count_cells
from analyses.parking.kerb import measure_kerb
from analyses.parking.ladder import climb
from analyses.parking.occupancy import occupancy, stays_space_time
from analyses.parking.rotation import rotation, space_days
from analyses.parking.summary import (
    infraction_results,
    meter_results,
    occupancy_results,
    rotation_result,
    stay_results,
)
from analyses.parking.supply import fixed_supply
from analyses.results import Result, to_frame

PARIS = "Europe/Paris"
GRID = make_grid(date(2024, 6, 3), date(2024, 6, 9), PARIS)


@pytest.fixture(scope="module")
def stays() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2024-06-03 08:00", tz=PARIS)
    arrival = start + pd.to_timedelta(rng.integers(0, 6 * 24 * 60, 300), unit="min")
    length = pd.to_timedelta(rng.exponential(100, 300).round(), unit="min")
    return pd.DataFrame(
        {
            "space_id": rng.integers(0, 30, 300),
            "zone_id": rng.choice(["centre", "gare"], 300),
            "arrival": arrival,
            "departure": arrival + length,
            "left_censored": rng.random(300) < 0.1,
            "right_censored": False,
        }
    )


@pytest.fixture(scope="module")
def rows(stays: pd.DataFrame) -> list[Result]:
    zones = ["centre", "gare"]
    occ = occupancy(
        stays_space_time(stays, GRID, zones), fixed_supply({"centre": 20, "gare": 10}, PARIS)
    )
    turn = rotation(stays, space_days(occ.offer, GRID), occ.offer > 0, GRID, zones)
    five = pd.Timedelta(minutes=5)
    return [
        *occupancy_results(occ),
        rotation_result(turn, GRID.days, looks_every=five),
        *stay_results(durations(stays, PARIS), GRID.days),
    ]


def test_rows_follow_the_dictionary_and_are_unique(rows: list[Result]) -> None:
    known = indicators.dictionary().indicators
    for row in rows:
        assert row.indicator in known
        assert row.unit == known[row.indicator].unit
        assert row.period_start == date(2024, 6, 3)
        assert row.period_end == date(2024, 6, 9)
    frame = to_frame(rows, "ville")
    assert len(frame) == len(rows)
    shares = frame[frame["unit"] == "%"]
    assert shares["value"].between(0, 100).all()
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()


def test_rotation_tells_what_it_does_not_see(rows: list[Result]) -> None:
    turn = next(row for row in rows if row.indicator == "rotation_rate")
    assert turn.quality == "estimated"
    assert turn.note is not None
    assert "toutes les 5 minutes" in turn.note.fr
    assert "tronqués" in turn.note.fr


def test_classes_sum_to_a_hundred(rows: list[Result]) -> None:
    classes = [row for row in rows if row.indicator == "stay_classes"]
    assert [row.category for row in classes] == ["0-30", "30-120", "120-330", ">330"]
    assert sum(row.estimate.value for row in classes) == pytest.approx(100)


def test_short_watches_give_no_overstay(stays: pd.DataFrame) -> None:
    cut = stays.assign(right_censored=True)
    found = {row.indicator: row for row in stay_results(durations(cut, PARIS), GRID.days)}
    assert found["overstay_share"].quality == "not_computable"
    assert "heures" in found["overstay_share"].note.fr
    assert found["mean_stay"].quality == "reserve"


def test_meter_rows_and_rungs() -> None:
    at = pd.date_range("2024-06-03 09:15", periods=6, freq="D", tz=PARIS)
    payments = pd.DataFrame({"meter_id": "h1", "start": at, "end": at + pd.Timedelta(hours=2)})
    supply = fixed_supply({"h1": 4}, PARIS).rename(columns={"zone_id": "meter_id"})
    rule = Regulation((Window(frozenset(range(6)), time(9), time(12)),))
    found = meter_results(climb(payments, supply, GRID, paid_hours=rule), GRID.days)
    hours = [row for row in found if row.breakdown == "hour"]
    assert [row.category for row in hours] == ["09:00", "10:00", "11:00"]
    assert [round(row.estimate.value, 2) for row in hours] == [18.75, 25.0, 6.25]
    assert {row.quality for row in hours} == {"reserve"}
    rungs = [row for row in found if row.breakdown == "rung"]
    assert rungs[0].category == "raw"
    assert rungs[-1].note is not None
    to_frame(found, "ville")


def test_frozen_garages_get_no_number() -> None:
    times = pd.date_range("2024-06-03", periods=72, freq="h", tz=PARIS)
    alive = pd.DataFrame(
        {"garage_id": "a", "time": times, "free": [10 + h % 24 for h in range(72)], "capacity": 50}
    )
    table = pd.concat([alive, alive.assign(garage_id="b", free=7)])
    found = garage_results(tidy(table), audit(table, PARIS), PARIS)
    by_zone = {(row.zone, row.indicator): row for row in found}
    assert by_zone[("a", "occupancy_rate")].quality == "measured"
    assert by_zone[("b", "occupancy_rate")].quality == "not_computable"
    assert by_zone[("*", "occupancy_rate")].estimate == by_zone[("a", "occupancy_rate")].estimate
    assert "figé" in by_zone[("b", "occupancy_rate")].note.fr


def test_infractions_without_controls_have_no_rate() -> None:
    times = pd.date_range("2024-06-03 09:00", periods=40, freq="3h", tz=PARIS)
    seen = pd.DataFrame({"place_id": ["a", "b"] * 20, "time": times})
    cells = count_cells(seen, PARIS)
    (row,) = infraction_results(factors(cells), cells)
    assert row.quality == "not_computable"
    assert "patrouilles" in row.note.fr
    controls = seen.assign(controls=4)
    patrolled = count_cells(seen, PARIS, controls=controls)
    rates = infraction_results(factors(patrolled, per_control=True), patrolled)
    assert {row.zone for row in rates} == {"*", "a", "b"}
    assert rates[0].estimate.value == pytest.approx(0.25)


@pytest.mark.parametrize("named", [0, 120])
def test_stays_without_zones_are_those_of_the_whole(stays: pd.DataFrame, named: int) -> None:
    table = stays.assign(zone_id=stays["zone_id"].astype("string"))
    table.loc[named:, "zone_id"] = pd.NA
    kerb = measure_kerb(table, None, PARIS)
    frame = to_frame(kerb.results, "essai")  # one row a key, or it refuses
    rates = frame[frame["indicator"] == "occupancy_rate"]
    assert set(rates["zone"]) == ({"*", "centre", "gare"} if named else {"*"})
