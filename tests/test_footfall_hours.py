"""Opening hours, hot days, seasons, dwell times and the days beside events."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analyses.footfall.aftermath import measure_aftermath
from analyses.footfall.calendar import day_features
from analyses.footfall.dwell import dwell_panel, measure_dwell
from analyses.footfall.events import Event
from analyses.footfall.heat import measure_heat
from analyses.footfall.hours import (
    closed_and_busy,
    match_places,
    open_and_empty,
    opening_match,
    opening_weeks,
)
from analyses.footfall.profile import seasons, usual_day
from analyses.footfall.study import measure_events

ZONE = "Europe/Paris"


def shops(*hours: str | None, status: str = "occupied") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "osm_id": [f"n{i}" for i in range(len(hours))],
            "status": pd.array([status] * len(hours), dtype="string"),
            "opening_hours": pd.array(hours, dtype="string"),
            "opening_hours_valid": pd.array([h is not None for h in hours], dtype="boolean"),
            "zone_id": pd.array(["centre"] * len(hours), dtype="string"),
            "lon": 2.0,
            "lat": 48.0,
        }
    )


def hourly(days: int, sensor: str = "a", level: float = 60.0) -> pd.DataFrame:
    """``level`` passages an hour from 8 to 20, a tenth at other hours."""
    times = pd.date_range("2024-01-01", periods=24 * days, freq="h", tz=ZONE)
    usual = np.where((times.hour >= 8) & (times.hour < 20), level, level / 10)
    rng = np.random.default_rng(len(sensor) + int(level))
    return pd.DataFrame(
        {"sensor_id": sensor, "start": times, "duration_minutes": 60,
         "count": rng.poisson(usual).astype(float)}
    )  # fmt: skip


def test_the_week_of_a_shop_is_read_from_its_hours() -> None:
    """By hand: Monday to Friday 9:30-12:30 and 14:00-19:00, half of the 9 and 12 o'clock hours."""
    week = opening_weeks(shops("Mo-Fr 09:30-12:30,14:00-19:00"), date(2025, 6, 30))
    monday = week[week["weekday"] == 0].set_index("hour")["open_share"]
    assert monday[[8, 9, 10, 12, 13, 14, 18, 19]].tolist() == [0, 0.5, 1, 0.5, 0, 1, 1, 0]
    assert week["open_share"].sum() == pytest.approx(5 * 8)
    assert (week.loc[week["weekday"] >= 5, "open_share"] == 0).all()


def test_seasonal_hours_count_for_the_weeks_they_last() -> None:
    week = opening_weeks(shops("Apr-Sep Su 10:00-12:00"), date(2025, 12, 31))
    sunday = week[(week["weekday"] == 6) & (week["hour"] == 10)]["open_share"].iloc[0]
    assert sunday == pytest.approx(0.5, abs=0.1)


def test_vacant_shops_and_unreadable_hours_are_left_out() -> None:
    both = pd.concat([shops("Mo 09:00-10:00", status="vacant"), shops(None)], ignore_index=True)
    assert opening_weeks(both, date(2025, 6, 30)).empty


def test_the_interval_covers_the_truth_of_a_simulated_town() -> None:
    """Shops and weeks drawn at random: the 95 % interval holds the truth 9 times in 10 or more.

    A third of the shops never open and the others open 8 to 20, when 60 people pass an hour; 6 at
    other hours. Share outside: (12 x 6 + 12 x 60 / 3) / (12 x 66).
    """
    truth = 100 * (12 * 6 + 12 * 60 / 3) / (12 * 66)
    rng = np.random.default_rng(7)
    hits = 0
    for seed in range(40):
        opens = rng.random(60) < 2 / 3
        rows = [
            (str(i), d, h, 1.0)
            for i in range(60)
            for d in range(7)
            for h in (range(8, 20) if opens[i] else range(0))
        ]
        closed = [(str(i), 0, 0, 0.0) for i in range(60) if not opens[i]]
        opening = pd.DataFrame(
            [*rows, *closed], columns=["shop", "weekday", "hour", "open_share"]
        )  # fmt: skip
        counts = hourly(56, level=60.0)
        counts["count"] = rng.poisson(np.where(counts["start"].dt.hour.between(8, 19), 60, 6))
        found = opening_match(counts.astype({"count": float}), opening, seed=seed)
        hits += found.outside.low <= truth <= found.outside.high
    assert 34 <= hits <= 40


def test_busy_closed_hours_and_empty_open_hours_are_named() -> None:
    counts = hourly(70)
    opening = pd.DataFrame(
        [(d, h, 1.0) for d in range(5) for h in (*range(9, 18), 22)],
        columns=["weekday", "hour", "open_share"],
    )
    match = opening_match(counts, opening)
    busy = {(s.weekday, s.first, s.end) for s in closed_and_busy(match, most=20)}
    assert any(weekday == 6 for weekday, _, _ in busy)
    empty = {(s.weekday, s.first, s.end) for s in open_and_empty(match, most=20)}
    assert empty == {(d, 22, 23) for d in range(5)}
    assert match.empty_open.value == pytest.approx(100 * 1 / 10)


def test_zones_without_enough_shops_or_weeks_are_not_told() -> None:
    sensors = pd.DataFrame({"sensor_id": ["a"], "zone_id": ["centre"], "lon": [2.0], "lat": [48.0]})
    ten = shops(*["Mo-Sa 09:00-19:00"] * 10)
    assert [p.zone for p in match_places(hourly(40), sensors, ten)] == ["*", "centre"]
    assert match_places(hourly(40), sensors, ten.iloc[:9]) == ()
    assert match_places(hourly(20), sensors, ten) == ()
    far = ten.assign(zone_id=pd.array(["loin"] * 10, dtype="string"), lon=2.1)
    assert match_places(hourly(40), sensors, far) == ()
    unplaced = sensors.assign(zone_id=None, lon=np.nan, lat=np.nan)
    assert [p.zone for p in match_places(hourly(40), unplaced, far)] == ["*"]


def test_hot_afternoons_are_found_and_ordinary_ones_are_not() -> None:
    counts = hourly(365, level=200)
    days = pd.date_range("2024-01-01", periods=365)
    rng = np.random.default_rng(3)
    summer = days.month.isin([6, 7, 8])
    warm = np.where(summer & (rng.random(365) < 0.25), 33.0, 22.0)
    weather = pd.DataFrame({"date": days, "temperature_max": warm})
    hot = counts["start"].dt.tz_localize(None).dt.normalize().isin(days[warm > 30])
    counts.loc[hot & counts["start"].dt.hour.isin([13, 14, 15]), "count"] *= 0.7
    heat = measure_heat(counts, weather)
    assert heat is not None
    assert heat.afternoon.low < -30 < heat.afternoon.high
    assert heat.evening.low < 0 < heat.evening.high
    assert heat.afternoon.n == int((warm > 30).sum())
    assert measure_heat(counts, None) is None
    assert measure_heat(counts, weather.assign(temperature_max=20.0)) is None


def test_seasons_by_hand_and_not_before_a_year() -> None:
    """December twice as busy as the other months: +1 / (1 + 1 / 12) - 1 about the year's mean."""
    days = pd.date_range("2022-01-03", "2024-12-31")
    level = np.where(days.month == 12, 200.0, 100.0)
    level[days.year == 2024] *= 3  # a rise from year to year does not enter
    found = seasons(pd.DataFrame({"a": level}, index=days)).set_index("month")
    mean = np.average([200.0, 100.0], weights=[1, 11])
    assert found.loc[12, "index"] == pytest.approx(100 * (200 / mean - 1), abs=7)
    assert found.loc[5, "index"] == pytest.approx(100 * (100 / mean - 1), abs=7)
    assert found.loc[12, "n"] >= 12
    assert seasons(pd.DataFrame({"a": level[:200]}, index=days[:200])).empty


def test_the_usual_day_needs_every_sensor() -> None:
    both = pd.concat([hourly(28, "a"), hourly(28, "bb", level=30)], ignore_index=True)
    table = usual_day(both).set_index(["kind", "hour"])
    assert table.loc[("working", 12), "median"] == pytest.approx(90, abs=8)
    assert table.loc[("sunday", 12), "n"] == 4
    both.loc[(both["sensor_id"] == "bb") & (both["start"].dt.day == 1), "count"] = np.nan
    assert usual_day(both).set_index(["kind", "hour"]).loc[("working", 12), "n"] == 19


def dwelling(days: int, change: float, event: Event) -> tuple[pd.DataFrame, pd.DatetimeIndex]:
    """Two sensors whose dwell time, about 20 minutes, moves by ``change`` (log) at the event."""
    dates = pd.date_range("2023-01-02", periods=days)
    rng = np.random.default_rng(11)
    frames = []
    for sensor in ("a", "b"):
        minutes = 20 * np.exp(rng.normal(0, 0.05, days) + 0.1 * (dates.dayofweek == 5))
        minutes[event.window(dates)] *= np.exp(change)
        frames.append(
            pd.DataFrame(
                {"sensor_id": sensor, "start": dates.tz_localize(ZONE), "duration_minutes": 1440,
                 "count": rng.poisson(800, days).astype(float), "dwell_minutes": minutes}
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True), dates


def test_dwell_time_usual_and_at_an_event() -> None:
    fair = Event("fair", "Foire", "fair", date(2023, 9, 8), date(2023, 9, 10))
    counts, dates = dwelling(400, 0.25, fair)
    sensors = pd.DataFrame({"sensor_id": ["a", "b"]})
    dwell = measure_dwell(counts, counts, sensors, (fair,), day_features(dates))
    assert dwell is not None
    usual = dwell.usual[("*", "all")]
    assert usual.low < 20.5 < usual.high
    assert dwell.usual[("a", "saturday")].value > dwell.usual[("a", "working")].value
    (stay,) = dwell.stays
    assert stay.impact.relative.low < 100 * np.expm1(0.25) < stay.impact.relative.high
    assert stay.observed - stay.expected.value == pytest.approx(stay.change.value)
    assert stay.change.value == pytest.approx(20 * np.expm1(0.25), rel=0.25)
    assert stay.impact.verdict == "shown"


def test_dwell_time_is_weighted_and_faulty_periods_leave() -> None:
    start = pd.to_datetime(["2024-05-01 10:00", "2024-05-01 11:00"]).tz_localize(ZONE)
    counts = pd.DataFrame(
        {"sensor_id": "a", "start": start, "duration_minutes": 60, "count": [10.0, 30.0],
         "dwell_minutes": [10.0, 20.0]}
    )  # fmt: skip
    assert dwell_panel(counts, counts).iloc[0, 0] == pytest.approx(17.5)
    sick = counts.assign(count=[10.0, np.nan])
    assert dwell_panel(counts, sick).iloc[0, 0] == pytest.approx(10.0)
    assert dwell_panel(counts.assign(dwell_minutes=np.nan), counts).empty


def test_what_an_event_leaves_to_the_next_days_is_seen() -> None:
    dates = pd.date_range("2023-01-02", periods=420)
    rng = np.random.default_rng(5)
    week = np.array([1, 1, 1.1, 1, 1.2, 1.5, 0.6])[dates.dayofweek]
    panel = pd.DataFrame(
        {name: 900 * week * np.exp(rng.normal(0, 0.04, 420)) for name in ("a", "b")}, index=dates
    )
    fair = Event("fair", "Foire", "fair", date(2023, 9, 8), date(2023, 9, 10), ("a", "b"))
    at = fair.window(dates)
    panel.iloc[at] *= 1.4
    panel.iloc[at[-1] + 1 : at[-1] + 4] *= 0.8
    days, sensors = day_features(dates), pd.DataFrame({"sensor_id": ["a", "b"]})
    whole = measure_events(panel, sensors, [fair], days, parts=False)
    before, after = measure_aftermath(panel, sensors, whole, [fair], days)
    assert (before.side, after.side) == ("before", "after")
    assert after.shown
    assert after.impact.relative.low < -20 < after.impact.relative.high
    assert not before.shown
    near = Event("bal", "Bal", "concert", date(2023, 9, 12), date(2023, 9, 12), ("a",))
    kept = measure_aftermath(panel, sensors, whole, [fair, near], days)
    assert [one.side for one in kept] == ["before"]


def test_a_sensor_that_did_not_count_does_not_hide_the_event() -> None:
    dates = pd.date_range("2023-01-02", periods=400)
    rng = np.random.default_rng(9)
    panel = pd.DataFrame(
        {name: 900 * np.exp(rng.normal(0, 0.04, 400)) for name in ("a", "b", "c")}, index=dates
    )
    fair = Event("fair", "Foire", "fair", date(2023, 9, 8), date(2023, 9, 9))
    at = fair.window(dates)
    panel.iloc[at] *= 1.5
    panel.iloc[at[0], 2] = np.nan
    sensors = pd.DataFrame({"sensor_id": ["a", "b", "c"]})
    found = measure_events(panel, sensors, (fair,), day_features(dates))
    assert found[0].left_out == ("c",)
    assert found[0].series == "*"
    assert found[0].relative.low < 50 < found[0].relative.high
    assert found[0].observed == pytest.approx(panel[["a", "b"]].iloc[at].to_numpy().sum())
    assert [i.series for i in found] == ["*", "a", "b", "c"]
    assert measure_events(panel, sensors, (), day_features(dates)) == ()
