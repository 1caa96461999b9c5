"""Meters: published errors reproduced, the model better, the ladder honest about its rungs."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses.parking.cells import meter_cells
from analyses.parking.grid import Regulation, Window, grid_of, make_grid
from analyses.parking.grid import always as at_every_hour
from analyses.parking.ladder import Assumptions, climb
from analyses.parking.meters import UNCOUNTED_RATIOS, fit_meters, predict_meters
from analyses.parking.payments import (
    audit,
    one_car_a_space,
    paid_hours_per_space,
    paid_space_time,
    payable_hours,
    respect_rate,
    usable,
)
from analyses.parking.stations import measure_meters
from analyses.parking.supply import offered
from analyses.parking.transfer import fit_curve, left_out_gaps
from analyses.parking.validation import (
    benchmark_methods,
    cross_validate,
    cross_validate_method,
    payment_value,
    score,
)

SEATTLE = "America/Los_Angeles"
PARIS = "Europe/Paris"
EVERY_DAY = frozenset(range(7))


def always(table: pd.DataFrame, tz: str) -> pd.DataFrame:
    never = pd.Series(pd.NaT, index=table.index).dt.tz_localize(tz)
    return table.assign(valid_from=never, valid_to=never)


@pytest.fixture(scope="module")
def seattle(shared_data: Path) -> pd.DataFrame:
    """Cells of 12 block faces surveyed by video in March 2022, with what was paid."""
    folder = shared_data / "parking"
    blocks = pd.read_csv(folder / "seattle12_blockface.csv", encoding="utf-8-sig")
    sold = pd.read_csv(folder / "seattle12_transactions_2022-03.csv")
    seen = pd.read_csv(folder / "seattle12_minute_counts_tidy.csv.gz", parse_dates=["time"])
    sold = sold[sold["source_element_key"].isin(blocks["ELMNTKEY"])]
    start = pd.to_datetime(sold["parking_transaction_date_time"], format="%m/%d/%Y %H:%M")
    start = start.dt.tz_localize(SEATTLE)
    length = pd.to_timedelta(sold["paidduration_in_minutes"], unit="min")
    meter = sold["source_element_key"].astype(str)
    payments = pd.DataFrame({"meter_id": meter, "start": start, "end": start + length})
    blocks["meter_id"] = blocks["ELMNTKEY"].astype(str)
    spaces = blocks["UNITDESC"].map(seen.groupby("blockface")["capacity"].first()).astype(float)
    supply = pd.DataFrame(
        {
            "meter_id": blocks["meter_id"],
            "spaces": spaces,
            "permit_spaces": np.minimum(blocks["RPZ_SPACES"], spaces),
            "tariff": blocks["WKD_RATE2"],
        }
    )
    closes = blocks.set_index("meter_id")["END_TIME_WKD"].str[:2].astype(int) + 12
    week = frozenset(range(6))
    rules = {m: Regulation((Window(week, time(8), time(h)),)) for m, h in closes.items()}
    names = blocks.set_index("UNITDESC")["meter_id"]
    counts = pd.DataFrame(
        {
            "meter_id": seen["blockface"].map(names),
            "time": seen["time"].dt.tz_localize(SEATTLE),
            "occupied": seen["true"],
        }
    )
    return meter_cells(
        payments,
        always(supply, SEATTLE),
        make_grid(date(2022, 3, 21), date(2022, 3, 28), SEATTLE),
        paid_hours=rules,
        studied=Regulation((Window(EVERY_DAY, time(8), time(20)),)),
        counts=counts,
    )


def test_seattle_usual_methods_give_their_known_errors(seattle: pd.DataFrame) -> None:
    """Errors stated with the data set: raw 0.246, ratio a block 0.173, mean 0.115, global 0.208."""
    methods = benchmark_methods()
    day = {k: score(cross_validate_method(seattle, "day", m)) for k, m in methods.items()}
    assert day["raw"].n == 1008
    assert day["raw"].mae == pytest.approx(0.246, abs=0.001)
    assert day["raw"].bias == pytest.approx(-0.173, abs=0.001)
    assert day["ratio_by_meter"].mae == pytest.approx(0.173, abs=0.001)
    assert day["mean_by_meter_and_slot"].mae == pytest.approx(0.115, abs=0.001)
    block = score(cross_validate_method(seattle, "meter_id", methods["global_ratio"]))
    assert block.mae == pytest.approx(0.208, abs=0.001)


@pytest.fixture(scope="module")
def seattle_days(seattle: pd.DataFrame) -> pd.DataFrame:
    return cross_validate(seattle, "day")


def test_seattle_model_beats_them_on_days_it_has_not_seen(seattle_days: pd.DataFrame) -> None:
    found = score(seattle_days)
    assert found.n == 1008
    assert found.mae < 0.10
    assert 0.85 <= found.coverage <= 0.95
    assert (seattle_days["basis"] == "counted").all()


def test_seattle_meters_without_counts(seattle: pd.DataFrame) -> None:
    """Each block from the eleven others, payments and permit spaces only (0.208: global ratio).

    The whole model, which may also use the tariff, is in the benchmark.
    """
    known = seattle[seattle["counted"].notna()]
    assert left_out_gaps(known, ()).abs().mean() < 0.17
    out = known["meter_id"] == "1433"
    found = predict_meters(fit_meters(known[~out]), known[out].assign(counted=np.nan))
    assert (found["basis"] == "transferred").all()
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()


def made_up(seed: int, *, useful: bool) -> pd.DataFrame:
    """Six meters, seven days: occupancy = profile + day; payments follow it or are noise."""
    rng = np.random.default_rng(seed)
    rows = []
    for meter in range(6):
        base = rng.uniform(0.3, 0.7)
        for day in pd.bdate_range("2024-06-03", periods=7):
            shift = rng.normal(0, 0.12)
            for slot in range(9, 17):
                truth = base + 0.15 * np.sin(slot) + shift + rng.normal(0, 0.02)
                paid = 0.6 * truth if useful else rng.uniform(0, 0.8)
                rows.append((f"m{meter}", day, float(slot), truth, paid + rng.normal(0, 0.02)))
    cells = pd.DataFrame(rows, columns=["meter_id", "day", "slot", "counted", "paid"])
    cells["counted"] = cells["counted"].clip(0, 1)
    cells["paid"] = cells["paid"].clip(0, 1)
    return cells.assign(
        spaces=20.0, permit_share=0.0, regulated=True, signal=cells["paid"], tariff=1.0
    )


@pytest.mark.parametrize("by", ["day", "meter_id"])
def test_the_truth_of_a_hidden_day_or_meter_is_never_used(by: str) -> None:
    """Change the counts of one fold: the estimates of that fold do not move by a bit."""
    cells = made_up(3, useful=True)
    cells = cells[(cells["day"] < "2024-06-06") & (cells["meter_id"] < "m4")]
    fold = cells[by].iloc[0]
    hidden = cells[by] == fold
    spoilt = cells.assign(counted=cells["counted"].where(~hidden, 0.0))
    one, two = cross_validate(cells, by), cross_validate(spoilt, by)
    same = (one[by] == fold).to_numpy()
    columns = ["value", "low", "high"]
    pd.testing.assert_frame_equal(one.loc[same, columns], two.loc[same, columns])
    assert not one.loc[~same, columns].equals(two.loc[~same, columns])


@pytest.mark.parametrize("useful", [True, False])
def test_the_model_says_whether_payments_help(useful: bool) -> None:
    cells = made_up(7, useful=useful)
    found = payment_value(
        cross_validate(cells, "day"), cross_validate(cells, "day", payments=False)
    )
    assert found.helps is useful
    if useful:
        assert found.chance == pytest.approx(2 / 2**7)
        assert len(found.meters) == 6


def test_a_city_that_hardly_counts_gets_no_model_but_a_wide_band() -> None:
    cells = made_up(1, useful=True)
    lone = cells.assign(counted=cells["counted"].where(cells["meter_id"] == "m0"))
    with pytest.raises(ValueError, match="1 meters"):
        fit_meters(lone)


def test_the_curve_recovers_a_known_one() -> None:
    rng = np.random.default_rng(3)
    signal = rng.uniform(0.05, 1, 4000)
    truth = 1 / (1 + np.exp(-(1.5 + 0.7 * np.log(signal))))
    cells = pd.DataFrame(
        {
            "meter_id": rng.integers(0, 20, 4000).astype(str),
            "signal": signal,
            "counted": truth + rng.normal(0, 0.05, 4000),
            "tariff": 1.0,
        }
    )
    curve = fit_curve(cells)
    assert curve.covariates == (), "nothing that does not vary can help"
    assert curve.level == pytest.approx(1.5, abs=0.05)
    assert curve.slope == pytest.approx(0.7, abs=0.05)


@pytest.fixture(scope="module")
def charlottesville(shared_data: Path) -> pd.DataFrame:
    rows = pd.read_csv(shared_data / "parking" / "charlottesville_meter_pilot_2017.csv")
    end = pd.to_datetime(rows["parkingendtime"], format="%m/%d/%Y %I:%M:%S %p")
    start = end - pd.to_timedelta(rows["totalparkingtime"])
    clock = (start - start.dt.normalize()).dt.total_seconds() % 43_200
    assert (clock == pd.to_timedelta(rows["time_payment"]).dt.total_seconds() % 43_200).all()
    tz = "America/New_York"
    return pd.DataFrame(
        {
            "meter_id": rows["spacename"],
            "start": start.dt.tz_localize(tz),
            "end": end.dt.tz_localize(tz),
            "amount": rows["total"],
            "status": rows["transactionstatus"],
            "kind": rows["transactiontype"],
            "purchased_minutes": pd.to_timedelta(rows["timepurchased"]).dt.total_seconds() / 60,
            "single": rows["metertype"] == "Singlespace",
        }
    )


def test_charlottesville_single_spaces_never_hold_two_cars(charlottesville: pd.DataFrame) -> None:
    found = audit(charlottesville)
    assert found.rows == 27_661
    assert found.refused == 228 + 94
    assert 5_700 < found.extensions <= 5_822
    rows = usable(charlottesville)
    single = sorted(rows.loc[rows["single"], "meter_id"].unique())
    first, last = rows["start"].min().date(), rows["end"].max().date()
    grid = make_grid(first, last, "America/New_York")
    naive = paid_space_time(rows, grid, single, residual=False).occupied / grid.step
    own = paid_space_time(one_car_a_space(rows, single), grid, single).occupied / grid.step
    assert naive.max() > 2, "summing total times counts the time left twice"
    assert own.max() <= 1.0


def test_added_time_counts_once() -> None:
    """60 min bought at 9:00, 30 more at 9:40: paid from 9:00 to 10:30, not 50 min too many."""
    at = pd.to_datetime(["2024-06-03 09:00", "2024-06-03 09:40"]).tz_localize(PARIS)
    to = pd.to_datetime(["2024-06-03 10:00", "2024-06-03 10:30"]).tz_localize(PARIS)
    rows = pd.DataFrame({"meter_id": "h1", "start": at, "end": to, "purchased_minutes": [60, 30]})
    grid = make_grid(date(2024, 6, 3), date(2024, 6, 3), PARIS)
    assert paid_space_time(rows, grid, ["h1"]).occupied.sum() == 90 * 60
    assert paid_space_time(rows, grid, ["h1"], residual=False).occupied.sum() == 110 * 60


def city(seed: int, counted_meters: int) -> dict[str, object]:
    """Six meters of 20 spaces, ten working days; 60 % of the cars pay, for their whole stay."""
    rng = np.random.default_rng(seed)
    grid = make_grid(date(2024, 6, 3), date(2024, 6, 14), PARIS)
    week = frozenset(range(5))
    rule = Regulation((Window(week, time(9), time(18)),))
    paid, seen = [], []
    for meter in range(6):
        for day in pd.bdate_range("2024-06-03", periods=10):
            begin = day + pd.to_timedelta(rng.uniform(8 * 60, 17 * 60, 60), unit="min")
            end = begin + pd.to_timedelta(rng.exponential(90, 60), unit="min")
            pays = rng.random(60) < 0.6
            paid += [(f"h{meter}", b, e) for b, e in zip(begin[pays], end[pays], strict=True)]
            if meter < counted_meters:
                for hour in range(9, 18):
                    look = day + pd.Timedelta(hours=hour, minutes=30)
                    seen.append((f"h{meter}", look, int(((begin <= look) & (end > look)).sum())))
    payments = pd.DataFrame(paid, columns=["meter_id", "start", "end"])
    counts = pd.DataFrame(seen, columns=["meter_id", "time", "occupied"])
    for table, columns in ((payments, ("start", "end")), (counts, ("time",))):
        for column in columns:
            table[column] = pd.to_datetime(table[column]).dt.tz_localize(PARIS)
    supply = pd.DataFrame({"meter_id": [f"h{i}" for i in range(6)], "spaces": 20.0})
    return {
        "payments": payments,
        "supply": always(supply, PARIS),
        "grid": grid,
        "paid_hours": rule,
        "counts": counts if len(counts) else None,
    }


def test_the_ladder_climbs_as_far_as_the_data_allow() -> None:
    known = climb(**city(1, 6))
    by_name = {rung.name: rung for rung in known.rungs}
    assert list(by_name) == [
        "raw", "free_period", "residual", "permits", "unpaid", "calibrated"
    ]  # fmt: skip
    assert by_name["unpaid"].applied
    assert by_name["calibrated"].applied
    assert not by_name["permits"].applied
    assert "offre" in by_name["permits"].reason.fr
    truth = known.cells["counted"].mean()
    assert by_name["raw"].value.value / truth == pytest.approx(0.6, abs=0.08)
    assert by_name["unpaid"].value.value == pytest.approx(truth, abs=0.02)
    assert by_name["calibrated"].value.value == pytest.approx(truth, abs=0.02)
    assert by_name["calibrated"].error < by_name["raw"].error


def test_without_counts_the_band_is_wide_and_said_so() -> None:
    alone = climb(**city(1, 0))
    assert not alone.rungs[-1].applied
    assert (alone.estimates["basis"] == "uncalibrated").all()
    width = (alone.estimates["high"] - alone.estimates["low"]).mean()
    counted = climb(**city(1, 6)).estimates
    assert width > 2 * (counted["high"] - counted["low"]).mean()
    signal = alone.cells["signal"]
    assert alone.estimates["low"].to_numpy() == pytest.approx(UNCOUNTED_RATIOS[0] * signal)


def test_assumed_rungs_move_the_value_as_computed_by_hand() -> None:
    """A quarter of cars leave within 20 free minutes: each payment stands for 1/3 × 10 min."""
    base = city(2, 0)
    plain = climb(**base)
    free = climb(**base, assumptions=Assumptions(free_minutes=20, short_share=0.25, respect=0.6))
    rungs = {rung.name: rung.value.value for rung in free.rungs}
    rows = base["payments"]
    inside = rows["start"].dt.hour.between(9, 17)
    hours = inside.sum() / 3 * 10 / 60 / (6 * 20 * 10 * 9)
    assert rungs["free_period"] - rungs["raw"] == pytest.approx(hours, rel=0.03)
    assert rungs["unpaid"] == pytest.approx(rungs["permits"] / 0.6, rel=0.05)
    assert plain.rungs[1].applied is False
    unknown = climb(**base, assumptions=Assumptions(free_minutes=20))
    assert "pas connue" in unknown.rungs[1].reason.fr


def test_kinds_of_payments_enter_at_their_own_rung() -> None:
    """A free ticket, a resident's week and a fine: 1, 8 and 0 hours on top of a 2-hour ticket."""
    at = pd.to_datetime(["2024-06-03 10:00"] * 4).tz_localize(PARIS)
    hours = pd.to_timedelta([2, 1, 24 * 7, 5], unit="h")
    rows = pd.DataFrame(
        {
            "meter_id": "h1",
            "start": at,
            "end": at + hours,
            "kind": ["ticket", "free", "resident", "fps"],
        }
    )
    assert audit(rows).not_parking == 1
    supply = always(pd.DataFrame({"meter_id": ["h1"], "spaces": [8.0]}), PARIS)
    rule = Regulation((Window(EVERY_DAY, time(10), time(18)),))
    grid = make_grid(date(2024, 6, 3), date(2024, 6, 3), PARIS)
    plain = climb(rows, supply, grid, paid_hours=rule)
    assert [round(r.value.value * 64, 6) for r in plain.rungs[:4]] == [2, 3, 3, 3]
    assert not plain.rungs[3].applied
    known = climb(rows, supply, grid, paid_hours=rule, assumptions=Assumptions(permit_presence=0.5))
    assert known.rungs[3].applied
    assert known.rungs[3].value.value * 64 == pytest.approx(3 + 8 / 2)


def test_paid_hours_per_space_and_respect_by_hand() -> None:
    at = pd.to_datetime(["2024-06-03 09:00", "2024-06-04 09:00"]).tz_localize(PARIS)
    rows = pd.DataFrame({"meter_id": "h1", "start": at, "end": at + pd.Timedelta(hours=3)})
    grid = make_grid(date(2024, 6, 3), date(2024, 6, 4), PARIS)
    supply = always(pd.DataFrame({"meter_id": ["h1"], "spaces": [2.0]}), PARIS)
    offer = offered(supply, grid, ["h1"], key="meter_id")
    paid = paid_space_time(rows, grid, ["h1"])
    assert paid_hours_per_space(paid, offer).value == pytest.approx(1.5)
    found = respect_rate(np.array([2.0, 9.0]), np.array([4.0, 6.0]), np.array([0, 1]))
    assert found.value == pytest.approx(8 / 10)


def test_hours_nobody_declared_are_those_when_people_pay() -> None:
    """Paid from 9 to 18 h, Monday to Saturday, a stray ticket at night and one on a Sunday."""
    days = pd.date_range("2025-03-03", periods=28, tz=PARIS)
    worked = [day for day in days if day.dayofweek < 6]
    rows = [(day + pd.Timedelta(hours=9), day + pd.Timedelta(hours=18)) for day in worked]
    stray = pd.Timedelta(minutes=30)
    rows += [(day, day + stray) for day in (days[1], days[6] + 22 * stray)]
    paid = pd.DataFrame(rows, columns=["start", "end"]).assign(meter_id="M1", status="ok")
    supply = always(pd.DataFrame({"meter_id": ["M1"], "spaces": [2]}), PARIS)
    grid = grid_of(pd.concat([paid["start"], paid["end"]]), PARIS)
    (window,) = payable_hours(paid_space_time(paid, grid, ["M1", "M2"]))["M1"].windows
    assert window == Window(frozenset(range(6)), time(9), time(18))
    found = measure_meters(paid, supply, None, PARIS)
    hours = [row.category for row in found.results if row.breakdown == "hour"]
    assert hours == [f"{hour:02d}:00" for hour in range(9, 18)]
    assert found.guessed == 1
    raw = next(row for row in found.results if row.category == "raw")
    assert raw.estimate.value == pytest.approx(50, abs=0.01)
    declared = measure_meters(paid, supply, None, PARIS, {"M1": at_every_hour()})
    assert declared.guessed == 0
    assert sum(row.breakdown == "hour" for row in declared.results) == 24
