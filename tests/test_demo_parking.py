"""Parking of the demo city: deterministic, small, and its truth is what the analysis finds."""

from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analyses import cities, demo, sources
from analyses.demo import kerb
from analyses.demo import parking as generator
from analyses.demo.city import stream
from analyses.demo.streets import network
from analyses.parking import measures
from analyses.sources.parking import hours

PARIS = "Europe/Paris"


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Tables of the demo city's parking, as the readers give them."""
    folder = tmp_path_factory.mktemp("cities") / "demo"
    demo.write(folder)
    city = cities.read(folder)
    return sources.load(city, only=[*measures.TABLES, "events"]), city


@pytest.fixture(scope="module")
def truth(root) -> dict:
    return json.loads((root / "cities/demo/parking_truth.json").read_text("utf-8"))


def made(seed: int) -> generator.Parking:
    return generator.parking(stream(seed, "parking"), network(stream(seed, "streets")))


def test_the_same_seed_gives_the_same_tables_and_another_differs() -> None:
    one, again, other = made(3), made(3), made(4)
    for name in ("supply", "stays", "payments", "counts", "garages", "infractions"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(again, name))
    assert one.truth == again.truth
    assert not one.stays.equals(other.stays)


def test_the_files_are_small(root) -> None:
    names = ["parking_supply.csv", "parking_stays.csv", "horodateurs.csv", "parking_counts.csv",
             "parcs.csv", "infractions.csv", "parking_truth.json"]  # fmt: skip
    assert sum((root / "cities/demo" / name).stat().st_size for name in names) < 2_000_000


def test_occupancy_of_sensed_zones_is_the_written_truth(tables, truth) -> None:
    frames, city = tables
    rules = hours.rules(frames["parking_supply"], city)
    found = measures.measure_kerb(
        frames["parking_stays"], None, PARIS, rules.zones, declared=frames["parking_supply"]
    )
    by_zone = {
        item.zone: item.estimate.value / 100
        for item in found.results
        if item.indicator == "occupancy_rate" and item.zone != "*"
    }
    assert by_zone == pytest.approx(truth["occupancy"]["by_sensed_zone"], abs=1e-4)


def test_stays_of_days_count_once_over_the_change_of_clocks(tables, truth) -> None:
    frames, _ = tables
    found = measures.measure_kerb(frames["parking_stays"], None, PARIS)
    long = found.long_stays.set_index("space_id")["hours"]
    for stay in truth["stays"]["longer_than_a_day"]:
        assert (abs(long.loc[[stay["space_id"]]] - stay["hours"]) < 1e-6).sum() == 1
    # H03-02 arrives on 28 March 08:15 and crosses 30 March, a day of 23 hours
    row = frames["parking_stays"].query("space_id == 'H03-02'")
    row = row[(row["departure"] - row["arrival"]) > pd.Timedelta(days=1)].iloc[0]
    assert row["departure"].isoformat() == "2025-03-31T12:15:00+02:00"


def test_works_and_fair_are_found_and_their_intervals_hold_the_truth(tables, truth) -> None:
    frames, city = tables
    rules = hours.rules(frames["parking_supply"], city)
    kerb_ = measures.measure_kerb(
        frames["parking_stays"], None, PARIS, rules.zones, declared=frames["parking_supply"]
    )
    found = measures.measure_effects(
        kerb_, frames["parking_payments"], frames["parking_supply"], frames["events"], None, PARIS,
        rules.meters, days_off=rules.days_off,
    )  # fmt: skip
    shifts = {item.episode.zones: item.found for item in found.crossings
              if item.indicator == "occupancy_shift"}  # fmt: skip
    for planted in truth["episodes"].values():
        shift = shifts[planted["zone_id"],]
        assert shift.clear
        assert shift.effect.low <= planted["occupancy_points"] <= shift.effect.high
    works = next(item for item in found.episodes if item.kind == "spaces")
    assert (works.removed, len(works.days)) == (5.0, 13)
    weekly = [row for row in found.results if "market_day" in row.category]
    assert {row.quality for row in weekly} == {"not_computable"}


def test_the_broken_sensor_is_set_aside_by_a_declared_correction(tables, truth) -> None:
    frames, _ = tables
    faulty = truth["stays"]["faulty_sensor"]
    assert not (frames["parking_stays"]["space_id"] == faulty).any()
    assert "Capteur défectueux" in " ".join(text.fr for text in frames.reserves)


def test_the_frozen_counter_is_found_untold(tables, truth) -> None:
    frames, _ = tables
    found = measures.measure_garages(frames["parking_availability"], PARIS)
    assert found.audit is not None
    assert found.audit.frozen == (truth["garages"]["frozen"],)


def test_calibrated_meters_come_nearer_the_truth_than_raw_payments(tables, truth) -> None:
    frames, city = tables
    rules = hours.rules(frames["parking_supply"], city)
    seen = frames["parking_counts"]
    from analyses.parking.grid import grid_of
    from analyses.parking.ladder import climb

    paid = frames["parking_payments"]
    grid = grid_of(pd.concat([paid["start"], paid["end"]]), PARIS)
    ladder = climb(paid, frames["parking_supply"], grid, paid_hours=rules.meters, counts=seen)
    cells = ladder.cells
    real = cells["meter_id"].map(truth["occupancy"]["by_meter"])
    error = {
        rung: float((cells.groupby("meter_id")[f"rung_{rung}"].mean() - real.groupby(
            cells["meter_id"]).first()).abs().mean())
        for rung in ("raw", "calibrated")
    }  # fmt: skip
    assert error["calibrated"] < 0.05 < error["raw"]


def test_non_payers_are_the_share_that_is_written() -> None:
    """Of the visitors that owe a payment, the share that pays has its binomial spread."""
    rng = np.random.default_rng(5)
    meter = kerb.METERS[0]
    seen = kerb.stays(rng, meter)
    paid = kerb.payments(rng, meter, seen)
    first, last = kerb.period()
    owing = seen[(seen["kind"] == "visitor") & (seen["departure"] - seen["arrival"] > 1200)]
    local = pd.to_datetime(owing["arrival"], unit="s", utc=True).dt.tz_convert(PARIS)
    day = local.dt.hour.between(9, 17) & (local.dt.dayofweek < 6)
    owing = owing[day & (owing["arrival"] >= first) & (owing["arrival"] < last)]
    share = owing["arrival"].isin(paid["start"]).mean()
    spread = math.sqrt(kerb.UNPAID_SHARE * (1 - kerb.UNPAID_SHARE) / len(owing))
    assert abs(share - (1 - kerb.UNPAID_SHARE)) < 4 * spread


def test_infractions_per_control_recover_the_written_rates() -> None:
    """z-scores of the place ratios over 20 seeds: mean near 0, spread near 1."""
    scores = []
    expected = np.array(list(generator.RATES.values()))
    expected = expected / np.exp(np.log(expected).mean())
    for seed in range(20):
        rows = made_infractions(seed)
        found = measures.measure_infractions(rows, PARIS, [date(2025, 4, 21)])
        assert found.factors is not None
        assert found.warning is None
        table = found.factors.table
        places = table[table["factor"] == "place"].set_index("category").loc[list(generator.RATES)]
        reach = (np.log(places["high"]) - np.log(places["low"])).to_numpy() / (2 * 1.99)
        scores.append((np.log(places["ratio"].to_numpy()) - np.log(expected)) / reach)
    flat = np.concatenate(scores)
    assert abs(flat.mean()) < 0.35
    assert 0.75 < flat.std() < 1.35
    assert (np.abs(flat) < 1.96).mean() > 0.85


def made_infractions(seed: int) -> pd.DataFrame:
    """Return the infractions of one seed, at places named by their pay station."""
    names = {meter: meter for meter in generator.RATES}
    table = generator._infractions(np.random.default_rng(seed), names)
    times = pd.to_datetime(table["time"]).dt.tz_localize(PARIS)
    return table.assign(time=times, type=table["type"].replace("", pd.NA).astype("string"))


def test_planted_plates_leave_no_trace(tables) -> None:
    frames, _ = tables
    for name in ("parking_payments", "parking_stays", "infractions"):
        assert frames[name]["vehicle"].notna().any()
    text = "".join(
        frame.to_csv() for name in measures.TABLES if (frame := frames[name]) is not None
    )
    text += frames.quality.to_csv() + frames.provenance.to_csv() + repr(frames.reserves)
    for plate in generator.PLATES:
        assert plate not in text
