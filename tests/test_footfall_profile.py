"""Profiles, opening hours, best dates, events and result rows."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analyses.footfall import (
    Event,
    daily_counts,
    date_results,
    day_features,
    events_from_frame,
    health_results,
    hour_effects,
    impact_results,
    match_result,
    measure_impact,
    measure_trend,
    opening_match,
    rank_dates,
    trend_result,
    weekly_profile,
)  # fmt: skip
from analyses.results import to_frame

ZONE = "Europe/Paris"


def hourly(days: int = 200) -> pd.DataFrame:
    """60 passages an hour from 8 to 20, 6 at other hours; twice as many on Saturdays."""
    times = pd.date_range("2024-01-01", periods=24 * days, freq="h", tz=ZONE)
    rng = np.random.default_rng(0)
    usual = np.where((times.hour >= 8) & (times.hour < 20), 60, 6)
    usual = usual * np.where(times.dayofweek == 5, 2, 1)
    day = np.exp(rng.normal(0, 0.05, days + 2))[np.arange(24 * days) // 24]
    return pd.DataFrame(
        {"sensor_id": "a", "start": times, "duration_minutes": 60,
         "count": rng.poisson(usual * day).astype(float)}
    )  # fmt: skip


def opening() -> pd.DataFrame:
    rows = [(weekday, hour, 1.0) for weekday in range(6) for hour in range(9, 19)]
    rows += [(0, hour, 1.0) for hour in (2, 3)]
    return pd.DataFrame(rows, columns=["weekday", "hour", "open_share"])


def test_the_usual_week() -> None:
    table = weekly_profile(hourly()).set_index(["weekday", "hour"])
    assert table.loc[(5, 12), "median"] == pytest.approx(120, rel=0.1)
    assert table.loc[(1, 3), "median"] == pytest.approx(6, abs=1.5)
    assert (table["low"] <= table["median"]).all()
    assert len(table) == 168


def test_passages_outside_opening_hours_by_hand() -> None:
    """A week has 7 x 12 + 12 (Saturday) hours of 60 and as many of 6: 6,336 passages.

    Open: 10 hours on 5 days and 10 double ones (4,200), and 2 hours of 6 on Monday: 12.
    """
    found = opening_match(hourly(), opening(), seed=1)
    assert found.outside.value == pytest.approx(100 * (6336 - 4212) / 6336, abs=1)
    assert found.outside.low < found.outside.value < found.outside.high
    assert found.empty_open.value == pytest.approx(100 * 2 / 62, abs=0.3)
    assert found == found
    again = opening_match(hourly(), opening(), seed=1)
    assert again.outside == found.outside
    with pytest.raises(ValueError, match="weeks"):
        opening_match(hourly(14), opening())


def test_event_hours_add_up_to_the_day() -> None:
    counts = hourly()
    local = counts["start"].dt.tz_localize(None)
    night = (local >= "2024-05-02 20:00") & (local < "2024-05-03 00:00")
    counts.loc[night, "count"] += 200
    panel = daily_counts(counts).panel
    what = Event("n", "Nocturne", "night", date(2024, 5, 2), date(2024, 5, 2))
    found = measure_impact(panel, "a", what, day_features(panel.index))
    hours = hour_effects(counts, found)
    during = [h for h in hours if h.period == "during"]
    assert len(during) == 24
    assert {h.period for h in hours} == {"before", "during", "after"}
    expected = sum(h.expected for h in during)
    assert expected == pytest.approx(found.expected.value, rel=0.05)
    assert [h.hour for h in during if h.observed > h.high and h.observed > 100] == [20, 21, 22, 23]


def test_dates_without_conflict_and_with_people_come_first() -> None:
    calendar = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=260)})
    calendar["school_holiday"] = calendar["date"].between("2024-08-03", "2024-08-11")
    days = day_features(pd.DatetimeIndex(calendar["date"]), calendar)
    panel = daily_counts(hourly()).panel
    n = len(panel)
    choices = [(date(2024, 7, d), date(2024, 7, d)) for d in (23, 27)]
    choices += [(date(2024, 8, d), date(2024, 8, d)) for d in (3, 24)]
    found = rank_dates(
        panel["a"].to_numpy(), days.slice(0, n), choices, days.slice(n, 260),
        declared=[("Braderie", date(2024, 8, 24), date(2024, 8, 25))],
    )  # fmt: skip
    assert [c.rank for c in found] == [1, 2, 3, 4]
    flows = {c.start.day: c.flow for c in found if c.start.month == 7}
    assert flows[27] == pytest.approx(2 * flows[23], rel=0.1)
    assert {c.start for c in found[:2]} == {date(2024, 7, 23), date(2024, 7, 27)}
    assert {c.conflicts for c in found[2:]} == {("school_holiday",), ("Braderie",)}
    with pytest.raises(ValueError, match="length"):
        rank_dates(
            panel["a"].to_numpy(), days.slice(0, n),
            [choices[0], (date(2024, 7, 1), date(2024, 7, 2))], days.slice(n, 260),
        )  # fmt: skip


def test_events_are_read_with_their_places_and_nights() -> None:
    frame = pd.DataFrame(
        {"event_id": ["b", "a"], "label": ["Fête", "Nuit"], "kind": ["fair", "night"],
         "start": [pd.Timestamp("2024-06-21"), pd.Timestamp("2024-02-23 19:00", tz=ZONE)],
         "end": [pd.Timestamp("2024-06-23"), pd.Timestamp("2024-02-24 06:00", tz=ZONE)],
         "sensor_ids": ["s1; s2", None], "zone_ids": [None, "centre"]}
    )  # fmt: skip
    night, fair = events_from_frame(frame)
    assert (night.start, night.end) == (date(2024, 2, 23), date(2024, 2, 23))
    assert (fair.start, fair.end) == (date(2024, 6, 21), date(2024, 6, 23))
    assert fair.sensor_ids == ("s1", "s2")
    sensors = pd.DataFrame({"sensor_id": ["s1", "s9"], "zone_id": ["x", "centre"]})
    assert night.declared(sensors) == {"s9"}
    assert not night.everywhere
    with pytest.raises(ValueError, match="ends before"):
        Event("x", "x", "x", date(2024, 1, 2), date(2024, 1, 1))


def test_results_make_one_tidy_table() -> None:
    counts = hourly()
    panel = daily_counts(counts).panel
    days = day_features(panel.index)
    what = Event("n", "Nocturne", "night", date(2024, 5, 2), date(2024, 5, 2))
    late = Event("m", "Marché", "market", date(2024, 12, 2), date(2024, 12, 2))
    impacts = [measure_impact(panel, "a", event, days) for event in (what, late)]
    results = [*impact_results(impacts), match_result(opening_match(counts, opening()))]
    results.append(trend_result(measure_trend(panel["a"].to_numpy(), days), "a", panel.index))
    health = pd.DataFrame({"sensor_id": ["a"], "periods": [10], "healthy": [9], "share": [90.0]})
    results += health_results(health)
    days_coming = day_features(pd.date_range("2024-07-19", periods=20))
    ranked = rank_dates(
        panel["a"].to_numpy(), days, [(date(2024, 7, 20), date(2024, 7, 20))], days_coming
    )
    results += date_results(ranked)
    table = to_frame(results, "demo").set_index("indicator")
    assert "sur 150 fenêtres sans évènement" in table.loc["event_uplift", "note"]
    assert list(table.loc["event_impact", "quality"]).count("not_computable") == 1
    assert table.loc["footfall_trend", "quality"] == "not_computable"
    assert table.loc["sensor_health", "value"] == 90.0
    assert table.loc["event_false_alarm_rate", "n"] == 150
