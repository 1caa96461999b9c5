"""Garages: the faults of two published files found untold, and small cases by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses.parking.garages import (
    audit,
    mean_of_ratios,
    net_flows,
    pooled_ratio,
    profile,
    rate,
    saturation,
    tidy,
    without,
)

PARIS = "Europe/Paris"


@pytest.fixture(scope="module")
def birmingham(shared_data: Path) -> pd.DataFrame:
    rows = pd.read_csv(
        shared_data / "parking" / "birmingham_garages_2016.csv", parse_dates=["LastUpdated"]
    )
    return pd.DataFrame(
        {
            "garage_id": rows["SystemCodeNumber"],
            "time": rows["LastUpdated"].dt.tz_localize("Europe/London"),
            "free": rows["Capacity"] - rows["Occupancy"],
            "capacity": rows["Capacity"],
        }
    )


def test_birmingham_facts(birmingham: pd.DataFrame) -> None:
    """Counts and means stated with the data set (Stolfi et al. 2017, Birmingham City Council)."""
    found = audit(birmingham, "Europe/London")
    assert found.over_capacity == 373
    assert found.negative == 12
    assert found.repeats == 216
    assert found.conflicts == 0
    assert found.missing_days == ("2016-10-20", "2016-10-21", "2016-12-03", "2016-12-04")
    assert found.frozen == ()
    assert mean_of_ratios(birmingham) == pytest.approx(0.4933, abs=5e-5)
    assert pooled_ratio(birmingham) == pytest.approx(0.4595, abs=5e-5)
    clean = tidy(birmingham)
    assert len(clean) == 35_717 - 216
    assert clean["occupied"].between(0, clean["capacity"]).all()
    held = rate(clean, "Europe/London")
    assert 0.45 < held.value < 0.47
    assert held.low < held.value < held.high
    assert held.n == 73


def test_montpellier_frozen_counters_are_found_untold(shared_data: Path) -> None:
    rows = pd.read_csv(shared_data / "parking" / "montpellier_2023-01.csv")
    table = pd.DataFrame(
        {
            "garage_id": rows["idPark"],
            "time": pd.to_datetime(rows["time"], unit="s", utc=True),
            "free": rows["free"],
            "capacity": rows["total"],
        }
    )
    found = audit(table, PARIS)
    assert found.frozen == ("FR_MTP_CIRC", "FR_MTP_COME", "FR_MTP_GA109", "FR_MTP_GA250")
    assert found.frozen_spells["garage_id"].tolist() == ["FR_MTP_GARE", "FR_STJ_SJLC"]
    assert found.capacity_changes == ("FR_MTP_ARCE",)
    readings = tidy(table)
    kept = without(readings, found)
    assert not set(found.frozen) & set(kept["garage_id"])
    assert rate(kept, PARIS).value < rate(readings, PARIS).value - 0.03


def table(free: list[float | None], minutes: int = 30, capacity: int = 10) -> pd.DataFrame:
    times = pd.date_range("2024-06-03 08:00", periods=len(free), freq=f"{minutes}min", tz=PARIS)
    return pd.DataFrame({"garage_id": "g", "time": times, "free": free, "capacity": capacity})


def test_blanks_are_unchanged_and_impossible_readings_are_brought_back() -> None:
    rows = table([4.0, None, -2.0, 12.0, 5.0])
    found = audit(rows, PARIS)
    assert (found.blanks, found.over_capacity, found.negative) == (1, 1, 1)
    assert tidy(rows)["free"].tolist() == [4, 4, 0, 10, 5]
    assert tidy(rows, keep_faults=True)["free"].tolist() == [4, 4, -2, 12, 5]


def test_a_garage_of_unknown_capacity_does_not_take_that_of_another() -> None:
    times = pd.date_range("2024-03-04 08:00", periods=3, freq="h", tz=PARIS)
    table = pd.DataFrame(
        {
            "garage_id": ["A"] * 3 + ["B"] * 3 + ["C"] * 3,
            "time": [*times, *times, *times],
            "free": [10.0, 20.0, 30.0] * 3,
            "capacity": [np.nan] * 3 + [np.nan, 40.0, np.nan] + [np.nan] * 3,
        }
    )
    clean = tidy(table)
    assert list(clean["garage_id"]) == ["B"] * 3
    assert list(clean["capacity"]) == [40.0] * 3  # given once, it is that of the whole series
    assert np.isnan(rate(clean, PARIS, "A").value)
    assert np.isnan(rate(clean, PARIS, "C").value)
    assert len(tidy(table.iloc[:0])) == 0


def test_rate_holds_each_reading_until_the_next_but_not_across_a_hole() -> None:
    rows = table([10.0, 0.0, 0.0, 10.0])
    assert rate(tidy(rows), PARIS).value == pytest.approx(2 / 3)
    assert saturation(tidy(rows), PARIS).value == pytest.approx(2 / 3)
    holed = pd.concat([rows, rows.assign(time=rows["time"] + pd.Timedelta(hours=6))])
    hour = pd.Timedelta(hours=1)
    assert rate(tidy(holed), PARIS, hold=hour).value == pytest.approx(2 / 4)


def test_net_flows_are_falls_and_rises() -> None:
    flows = net_flows(tidy(table([10.0, 7.0, 8.0, 3.0])), PARIS)
    assert flows[["entries", "exits"]].to_numpy().tolist() == [[8.0, 1.0]]


def test_a_clock_set_back_repeats_conflicts_and_a_night_clock_are_told() -> None:
    rows = table([5.0, 6.0, 7.0])
    again = pd.concat([rows, rows.iloc[[1]], rows.iloc[[2]].assign(free=1.0)], ignore_index=True)
    found = audit(again, PARIS)
    assert (found.repeats, found.conflicts, found.out_of_order) == (1, 1, 1)
    rng = np.random.default_rng(0)
    times = pd.date_range("2024-06-03", periods=24 * 6, freq="h", tz=PARIS)
    hour = times.hour
    steps = np.where((hour >= 8) & (hour <= 19), rng.integers(1, 9, len(times)), 0)
    good = pd.DataFrame({"garage_id": "day", "time": times, "free": 50 - steps, "capacity": 100})
    late = good.assign(garage_id="night", time=good["time"] + pd.Timedelta(hours=11))
    assert audit(pd.concat([good, late]), PARIS).odd_clocks == ("night",)


def test_a_value_kept_over_an_unwatched_night_is_not_frozen() -> None:
    """Readings from 8 to 17 h only, the count equal at closing and opening: alive."""
    times = [
        t
        for t in pd.date_range("2024-06-03", periods=24 * 4, freq="h", tz=PARIS)
        if 8 <= t.hour <= 17
    ]
    free = [20.0 if t.hour in (8, 17) else 20.0 - t.hour % 7 for t in times]
    rows = pd.DataFrame({"garage_id": "g", "time": times, "free": free, "capacity": 50})
    found = audit(rows, PARIS)
    assert found.frozen == ()
    assert found.frozen_spells.empty


def test_profile_is_by_local_hour() -> None:
    times = pd.date_range("2024-10-26 22:00", periods=48, freq="h", tz="UTC")
    rows = pd.DataFrame({"garage_id": "g", "time": times, "free": 5, "capacity": 10})
    found = profile(tidy(rows.assign(free=range(48), capacity=100)), PARIS)
    sunday = found[found["weekday"] == 6].set_index("hour")["n"]
    assert sunday[2] == 2, "the hour from 2 to 3 happens twice on 27 October 2024"
    assert sunday.sum() == 25
