"""Clocks of counting files: parsed, placed across changes of clocks, found wrong when they are."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analyses.cities import City, DataSource, Sources
from analyses.errors import InputError
from analyses.sources import clock, load
from analyses.sources.footfall import evidence
from analyses.sources.tables import Tables

PARIS = ZoneInfo("Europe/Paris")


def text(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


@pytest.mark.parametrize(
    ("written", "expected", "offset"),
    [
        ("2024-06-15T14:00:00Z", "2024-06-15T14:00", 0),
        ("2024-06-15T14:00:00+02:00", "2024-06-15T14:00", 120),
        ("2024-06-15 14:00:00 +0200", "2024-06-15T14:00", 120),
        ("2024-06-15 14:00:00 CEST", "2024-06-15T14:00", 120),
        ("15/06/2024 14h30", "2024-06-15T14:30", None),
        ("2024/06/15 02:05 PM", "2024-06-15T14:05", None),
        ("2024-06-15 24:00", "2024-06-16T00:00", None),
        ("2024-06-15T14:00:00-03:30", "2024-06-15T14:00", -210),
    ],
)
def test_times_are_parsed(written: str, expected: str, offset: int | None) -> None:
    stamps = clock.parse(text(written))
    assert stamps.clock[0] == np.datetime64(expected)
    assert np.isnan(stamps.offset[0]) if offset is None else stamps.offset[0] == offset
    assert not stamps.bad[0]


@pytest.mark.parametrize(
    "written",
    [
        "2024-02-30",
        "2024-06-15 25:00",
        "hier",
        "14:00",
        "2024-06-15 14:60",
        "15/03/0021",
        "2500-01-01",
        "2024-06-15 05:22:70",
        "2024-06-15 24:00:01",
    ],
)
def test_impossible_times_are_bad(written: str) -> None:
    assert clock.parse(text(written)).bad[0]


def test_unreadable_texts_stay_with_their_rows() -> None:
    """Rows cut off between (a sensor without a name, say) take neither texts nor faults along."""
    written = [f"jour {n}" for n in range(12)]
    stamps = clock.parse(text(*written[:6], "2024-06-15", *written[6:], None))
    assert stamps.shown() == [(n, written[n]) for n in range(5)]
    late = stamps.chosen(np.arange(14) >= 5)
    assert [at for _, at in late.shown()] == written[5:10]
    twice = late.chosen(np.arange(9) != 0)
    assert twice.shown()[0] == (1, "jour 6")
    hours = clock.with_hour(
        clock.parse(text("2024-06-15", "hier", "2024-06-15")), text("14", "9", "25")
    )
    assert hours.shown() == [(1, "hier"), (2, "25")]


def test_unreadable_rows_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    """The first seven bad rows have no sensor: the faults of the twelve others stand."""
    rows = "".join(f"{'' if n < 7 else 'A'},jour {n},1\n" for n in range(19))
    (tmp_path / "c.csv").write_text("sensor_id,start,count\n" + rows, encoding="utf-8")
    source = DataSource(layout="coeurville", path="c.csv")
    essai = City(id="essai", name="Essai", insee_code="35068", folder=tmp_path,
                 sources=Sources(counts=[source]))  # fmt: skip
    with pytest.raises(InputError) as raised:
        load(essai)
    found = [fault for fault in raised.value.faults if fault.column == "start"]
    assert [(fault.row, fault.value) for fault in found[:5]] == [
        (n + 2, f"jour {n}") for n in range(7, 12)
    ]
    assert found[5].problem.startswith("and 7 more rows")
    assert len(found) == 6


def test_missing_times_are_not_bad() -> None:
    stamps = clock.parse(text(None, "2024-06-15"))
    assert not stamps.bad.any()
    assert np.isnat(stamps.clock[0])
    assert stamps.day_only.tolist() == [False, True]


def test_a_skipped_hour_is_named_and_a_doubled_hour_told_apart() -> None:
    written = [
        "2024-03-31T01:00",
        "2024-03-31T02:00",
        "2024-03-31T03:00",
        "2024-10-27T02:00",
        "2024-10-27T02:00",
        "2024-10-27T03:00",
    ]
    done = clock.settle(np.array(written, "datetime64[ns]"), np.zeros(6, np.int64), PARIS, PARIS)
    assert done.skipped.tolist() == [False, True, False, False, False, False]
    assert done.doubled.tolist() == [False, False, False, True, True, False]
    utc = done.instants.tz_convert("UTC")
    assert [None if pd.isna(at) else at.hour for at in utc] == [0, None, 1, 0, 1, 2]


def test_a_file_that_runs_backwards_tells_the_doubled_hour_the_other_way() -> None:
    written = ["2024-10-27T03:00", "2024-10-27T02:00", "2024-10-27T02:00", "2024-10-27T01:00"]
    done = clock.settle(np.array(written, "datetime64[ns]"), np.zeros(4, np.int64), PARIS, PARIS)
    assert [at.hour for at in done.instants.tz_convert("UTC")] == [2, 1, 0, 23]


def test_a_doubled_hour_given_once_is_named() -> None:
    done = clock.settle(
        np.array(["2024-10-27T02:00"], "datetime64[ns]"), np.zeros(1, np.int64), PARIS, PARIS
    )
    assert done.lost.tolist() == [True]


# ------------------------------------------------------------------ evidence


def street(seed: int, *, changes: bool) -> tuple[np.ndarray, np.ndarray]:
    """A street whose people keep local hours, dated by the local clock or by UTC."""
    rng = np.random.default_rng(seed)
    hours = pd.date_range("2023-02-01", "2023-05-31 23:00", freq="h", tz="UTC").tz_convert(PARIS)
    profile = np.array(
        [
            2,
            1,
            1,
            0,
            0,
            2,
            10,
            60,
            120,
            150,
            180,
            200,
            240,
            180,
            170,
            190,
            210,
            220,
            160,
            90,
            50,
            30,
            15,
            6,
        ]
    )
    rate = profile[hours.hour] * np.where(hours.dayofweek < 6, 1.0, 0.4)
    written = hours.tz_localize(None) if changes else hours.tz_convert(None)
    return written.to_numpy("datetime64[ns]"), rng.poisson(rate).astype(float)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("changes", [True, False])
def test_the_counts_tell_a_local_clock_from_a_fixed_one(seed: int, changes: bool) -> None:
    written, values = street(seed, changes=changes)
    told = evidence.clock_evidence(written, values, np.zeros(len(values), np.int64), PARIS)
    assert told.kind == ("local" if changes else "fixed")
    assert told.changes == 1


def test_no_change_of_clocks_means_no_evidence() -> None:
    written, values = street(1, changes=False)
    june = written > np.datetime64("2023-04-15")
    told = evidence.clock_evidence(
        written[june], values[june], np.zeros(june.sum(), np.int64), PARIS
    )
    assert told.kind == "unknown"


def test_melbourne_and_heidenheim_clocks_are_told_without_being_told(shared_data: Path) -> None:
    melbourne = pd.read_csv(shared_data / "footfall/melbourne/tsibble_pedestrian_2015_2016.csv")
    sensor = pd.factorize(melbourne["Sensor"])[0]
    zone, values = ZoneInfo("Australia/Melbourne"), melbourne["Count"].to_numpy(float)
    utc = pd.to_datetime(melbourne["Date_Time_UTC"]).dt.tz_localize(None)
    local = pd.to_datetime(melbourne["Date"]) + pd.to_timedelta(melbourne["Time"], "h")
    for written, kind in ((utc, "fixed"), (local, "local")):
        told = evidence.clock_evidence(written.to_numpy("datetime64[ns]"), values, sensor, zone)
        assert told.kind == kind
    day = pd.to_datetime(melbourne["Date"]).to_numpy("datetime64[ns]")
    hour = melbourne["Time"].to_numpy(np.int64)
    assert evidence.trading_day_start(day, hour, values, sensor) == 0
    heidenheim = pd.read_csv(
        shared_data / "footfall/heidenheim/heidenheim_30min_2022-11_2024-03.csv.gz"
    )
    told = evidence.clock_evidence(
        pd.to_datetime(heidenheim["datetime"]).to_numpy("datetime64[ns]"),
        (heidenheim["person.in"] + heidenheim["person.out"]).to_numpy(float),
        pd.factorize(heidenheim["sensor"])[0],
        ZoneInfo("Europe/Berlin"),
    )
    assert told.kind == "fixed"


@pytest.mark.parametrize("starts_at", [0, 3, 5, 6])
def test_trading_days_are_found_and_where_they_begin(starts_at: int) -> None:
    rng = np.random.default_rng(starts_at)
    hours = pd.date_range("2023-01-01", "2023-12-31 23:00", freq="h")
    profile = np.array(
        [
            60,
            40,
            25,
            15,
            10,
            12,
            25,
            60,
            120,
            150,
            180,
            200,
            240,
            180,
            170,
            190,
            210,
            220,
            160,
            120,
            110,
            100,
            90,
            80,
        ]
    )
    shocks, wave = rng.normal(0, 0.15, len(hours)), np.zeros(len(hours))
    for i in range(1, len(hours)):
        wave[i] = 0.85 * wave[i - 1] + shocks[i]  # neighbouring hours resemble one another
    level = np.exp(wave)
    values = rng.poisson(profile[hours.hour] * level).astype(float)
    day = (hours - pd.to_timedelta((hours.hour < starts_at).astype(int), "D")).normalize()
    found = evidence.trading_day_start(
        day.to_numpy("datetime64[ns]"),
        hours.hour.to_numpy(np.int64),
        values,
        np.zeros(len(values), np.int64),
    )
    assert found == starts_at


# ------------------------------------------------------------------ through the reader


def read(folder: Path, written: np.ndarray, values: np.ndarray, **options: str) -> Tables:
    frame = pd.DataFrame({"sensor_id": "A", "start": pd.DatetimeIndex(written), "count": values})
    frame.to_csv(folder / "c.csv", index=False)
    source = DataSource(layout="coeurville", path="c.csv", options=options)
    return load(
        City(
            id="essai",
            name="Essai",
            insee_code="35068",
            folder=folder,
            sources=Sources(counts=[source]),
        )
    )


def test_utc_without_mark_is_refused_by_name_then_read_as_declared(tmp_path: Path) -> None:
    written, values = street(3, changes=False)
    with pytest.raises(InputError, match="does not follow summer time"):
        read(tmp_path, written, values)
    frame = read(tmp_path, written, values, time_zone="UTC").counts
    assert frame["start"].iloc[0] == pd.Timestamp("2023-02-01", tz="UTC")
    profile = frame.groupby(frame["start"].dt.hour)["count"].mean()
    assert profile.idxmax() == 12


def test_a_proven_local_clock_is_accepted_and_said(tmp_path: Path) -> None:
    written, values = street(4, changes=True)
    tables = read(tmp_path, written, values)
    assert any("prouvent l'heure locale" in reserve.fr for reserve in tables.reserves)
    hours = pd.date_range("2023-02-01", "2023-05-31 23:00", freq="h", tz="UTC")
    assert tables.counts["start"].tolist() == hours.tz_convert(PARIS).tolist()


def test_a_clock_declared_against_the_counts_is_said(tmp_path: Path) -> None:
    written, values = street(5, changes=False)
    tables = read(tmp_path, written, values, time_zone="Europe/Paris")
    assert any("contredite par le rythme" in reserve.fr for reserve in tables.reserves)
    assert any("supprime" in reserve.fr for reserve in tables.reserves)


def test_offsets_on_some_rows_only_are_refused(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "sensor_id,start,count\nA,2024-06-01T10:00:00+02:00,1\nA,2024-06-01T11:00:00,2\n"
    )
    source = DataSource(layout="coeurville", path="c.csv")
    city = City(
        id="essai",
        name="Essai",
        insee_code="35068",
        folder=tmp_path,
        sources=Sources(counts=[source]),
    )
    with pytest.raises(InputError, match="some times carry an offset") as raised:
        load(city)
    assert raised.value.faults[0].row == 3


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    written, values = street(6, changes=False)
    with pytest.raises(InputError, match="no such time zone"):
        read(tmp_path, written, values, time_zone="Europe/Valmont")
