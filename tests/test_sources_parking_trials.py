"""Trial cities on real parking data: the figures of the data sets' own notes must come out."""

from __future__ import annotations

import pandas as pd
import pytest

from analyses import cities, sources
from analyses.parking import garages, stays

HALF_DAY = pd.Timedelta(hours=12)


@pytest.fixture
def trial(root, shared_data, monkeypatch):
    """Load one of the trial cities, whose paths begin with ${COEURVILLE_SHARED_DATA}."""
    monkeypatch.setenv("COEURVILLE_SHARED_DATA", str(shared_data))
    return lambda name: sources.load(cities.read(root / "tests" / "cities" / name))


def noted(tables: sources.Tables, words: str) -> int:
    rows = tables.quality[tables.quality["reason_fr"].str.contains(words, regex=False)]
    return int(rows["rows"].sum())


def test_charlottesville(trial, shared_data) -> None:
    tables = trial("charlottesville")
    payments = tables["parking_payments"].astype({"payment_id": "string"})
    assert noted(tables, "annulée") == 228
    assert noted(tables, "refusée") == 94
    assert noted(tables, "début recalculé") == 0
    raw = pd.read_csv(shared_data / "parking/charlottesville_meter_pilot_2017.csv", dtype=str)
    raw = raw.set_index("recordid").loc[payments["payment_id"]]
    # the export writes the payment's time on a 12-hour clock, without AM or PM, and its day apart
    clock = pd.to_timedelta(raw["time_payment"]) % HALF_DAY
    day = pd.to_datetime(raw["date_payment"].str[:10])
    start = payments["start"].dt.tz_localize(None)
    assert ((start - start.dt.normalize()) % HALF_DAY).to_numpy() == pytest.approx(clock.to_numpy())
    assert (start.dt.normalize().to_numpy() == day.to_numpy()).all()
    assert tables["parking_supply"]["spaces"].eq(1).all()
    assert len(tables["parking_supply"]) == 28


def test_seattle(trial, shared_data) -> None:
    tables = trial("seattle")
    payments = tables["parking_payments"]
    assert noted(tables, "nom de rue") == 1220
    assert noted(tables, "autres horodateurs") == 3184 - len(payments) == 465
    assert set(payments["meter_id"]) == set(tables["parking_supply"]["meter_id"])
    assert set(tables["parking_counts"]["meter_id"]) == set(payments["meter_id"])
    minutes = (payments["end"] - payments["start"]).dt.total_seconds() / 60
    assert (minutes == payments["purchased_minutes"]).all()
    whole = sources.load(_with_every_meter(shared_data))
    assert noted(whole, "répètent exactement") == 88
    assert len(whole["parking_payments"]) == 3184
    start = whole["parking_payments"]["start"].dt
    assert int(((start.hour == 8) & (start.minute == 0)).sum()) == 406


def _with_every_meter(shared_data) -> cities.City:
    source = cities.DataSource(layout="seattle", path="seattle12_transactions_2022-03.csv")
    return cities.City(
        id="seattle", name="Seattle", insee_code="US-SEA", time_zone="America/Los_Angeles",
        sources=cities.Sources(parking_payments=[source]), folder=shared_data / "parking",
    )  # fmt: skip


def test_birmingham(trial) -> None:
    tables = trial("birmingham")
    assert noted(tables, "négatives") == 373
    assert noted(tables, "moins de zéro véhicule") == 12
    assert noted(tables, "répètent exactement") == 216
    readings = tables["parking_availability"]
    assert garages.mean_of_ratios(readings) == pytest.approx(0.4933, abs=5e-5)
    assert garages.pooled_ratio(readings) == pytest.approx(0.4595, abs=5e-5)


def test_montpellier_in_local_time(trial) -> None:
    readings = trial("montpellier")["parking_availability"]
    # 1674134965 s is 2023-01-19 13:29:25 UTC
    assert readings["time"].iloc[0].isoformat() == "2023-01-19T14:29:25+01:00"
    assert len(garages.audit(readings, "Europe/Paris").frozen) == 4


def test_pklot_states_give_the_derived_stays(trial, shared_data) -> None:
    states = trial("pklot")["parking_states"]
    assert len(states) == 105_843
    found = stays.stays_from_states(states, "America/Sao_Paulo", max_gap=pd.Timedelta(minutes=10))
    derived = pd.read_csv(shared_data / "parking/pklot_ufpr04_stays_derived.csv")
    assert len(found) == len(derived) == 1366
    assert found["space_id"].nunique() == derived["slot"].nunique() == 28
    assert found["left_censored"].mean() == pytest.approx(0.306, abs=5e-4)
    assert found["right_censored"].mean() == pytest.approx(0.318, abs=5e-4)


def test_philadelphia_keeps_its_real_duplicates(trial) -> None:
    tables = trial("philadelphia")
    assert len(tables["infractions"]) == 277_737
    assert noted(tables, "semblables") > 38_000
    assert noted(tables, "heure pile") == 277_737
    assert (tables["infractions"]["time"].dt.minute == 0).all()
