"""Events of some hours, past midnight too, and events whose sensors do not all count."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analyses.footfall import (
    Event,
    daily_counts,
    day_features,
    events_from_frame,
    impact_results,
    measure_events,
)
from analyses.footfall.profile import hour_effects

ZONE = "Europe/Paris"
NIGHT = date(2024, 6, 22)
SENSORS = pd.DataFrame({"sensor_id": ["a", "b", "c"]})


def hourly(seed: int = 0, days: int = 230) -> pd.DataFrame:
    """Three streets with a shape of the day; at ``a`` the night of 22 June is three times as full.

    From 21:00 to 03:00 the streets count a tenth of a day.
    """
    rng = np.random.default_rng(seed)
    times = pd.date_range("2024-02-01", periods=24 * days, freq="h", tz=ZONE)
    hour = times.hour.to_numpy()
    shape = 20 + 400 * np.exp(-(((hour - 15) / 4.0) ** 2))
    mood = np.exp(rng.normal(0, 0.08, days + 1))[np.arange(len(times)) // 24]
    frames = []
    for name in "abc":
        mean = shape * mood * np.exp(rng.normal(0, 0.04, days + 1))[np.arange(len(times)) // 24]
        if name == "a":
            begins = pd.Timestamp(NIGHT, tz=ZONE) + pd.Timedelta(hours=21)
            mean = (
                np.where((times >= begins) & (times < begins + pd.Timedelta(hours=6)), 3, 1) * mean
            )
        counts = rng.poisson(mean).astype(float)
        frames.append(pd.DataFrame({"sensor_id": name, "start": times, "count": counts}))
    return pd.concat(frames, ignore_index=True).assign(duration_minutes=60)


def night(hours: tuple[float, float] | None) -> Event:
    return Event("nuit", "Nuit", "festival", NIGHT, NIGHT, ("a",), hours=hours)


def test_hours_past_midnight_belong_to_the_evening() -> None:
    counts = hourly()
    panel = daily_counts(counts, hours=(21, 27)).panel
    mine = counts[counts["sensor_id"] == "a"].set_index("start")["count"]
    begins = pd.Timestamp("2024-05-10 21:00", tz=ZONE)
    wanted = mine[(mine.index >= begins) & (mine.index < begins + pd.Timedelta(hours=6))].sum()
    assert panel.loc["2024-05-10", "a"] == wanted
    whole = daily_counts(counts, hours=(0, 24)).panel
    pd.testing.assert_frame_equal(whole, daily_counts(counts).panel)


def test_hours_are_widened_to_the_periods_of_the_sensor() -> None:
    counts = hourly()
    half, full = (daily_counts(counts, hours=h).panel for h in ((11.5, 13.5), (11, 14)))
    pd.testing.assert_frame_equal(half, full)


def test_a_night_is_measured_on_its_hours_against_the_same_hours() -> None:
    counts = hourly()
    panel = daily_counts(counts).panel
    days = day_features(pd.DatetimeIndex(panel.index))
    by_night = measure_events(panel, SENSORS, [night((21, 27))], days, hourly=counts)[0]
    by_day = measure_events(panel, SENSORS, [night((21, 27))], days)[0]
    assert by_night.verdict == "shown"
    assert by_night.relative.low <= 200 <= by_night.relative.high
    assert by_night.event.hours == (21, 27)
    assert by_day.event.hours is None
    assert by_day.relative.value < 40
    note = impact_results([by_night])[0].note
    assert note is not None
    assert "de 21:00 à 03:00" in note.fr


def test_the_hours_of_an_event_come_from_its_start_and_end() -> None:
    frame = pd.DataFrame(
        {"event_id": ["n", "d", "w"], "label": "x", "kind": "festival",
         "start": ["2024-06-22 21:00", "2024-06-23", "2024-06-28 18:00"],
         "end": ["2024-06-23 03:00", "2024-06-23", "2024-06-30 20:00"]}
    )  # fmt: skip
    found = {event.event_id: event for event in events_from_frame(frame)}
    assert found["n"].hours == (21.0, 27.0)
    assert found["n"].start == found["n"].end == NIGHT
    assert found["d"].hours is None
    assert found["w"].hours is None


def test_hours_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="no such hours"):
        night((25, 26))
    with pytest.raises(ValueError, match="no such hours"):
        night((9, 9))


def test_a_missing_sensor_leaves_the_effect_on_the_others() -> None:
    counts = hourly(1)
    panel = daily_counts(counts).panel
    event = Event("fete", "Fête", "fair", NIGHT, NIGHT, ("a", "b", "c"))
    lost = panel.copy()
    lost.loc[pd.Timestamp(NIGHT), "b"] = np.nan
    days = day_features(pd.DatetimeIndex(panel.index))
    found = measure_events(lost, SENSORS, [event], days)
    whole, alone = found[0], {impact.series: impact for impact in found[1:]}
    assert whole.series == "*"
    assert whole.left_out == ("b",)
    assert whole.calibration is not None
    assert whole.observed == pytest.approx(panel.loc[pd.Timestamp(NIGHT), ["a", "c"]].sum())
    assert alone["b"].verdict == "insufficient"
    assert alone["a"].left_out == ()
    note = impact_results([whole])[0].note
    assert note is not None
    assert "sans 1 capteur sans comptage complet" in note.fr.replace("\u202f", " ")
    assert "without 1 sensor that lack counts: b" in note.en


def test_an_event_no_sensor_of_which_counted_stays_insufficient() -> None:
    panel = daily_counts(hourly(2)).panel
    panel.loc[pd.Timestamp(NIGHT)] = np.nan
    days = day_features(pd.DatetimeIndex(panel.index))
    event = Event("fete", "Fête", "fair", NIGHT, NIGHT, ("a", "b"))
    found = measure_events(panel, SENSORS, [event], days)
    assert {impact.verdict for impact in found} == {"insufficient"}


def test_the_hours_drawn_are_those_of_the_event() -> None:
    """Expected passages of the drawn hours add up to those of the night; the third is observed."""
    counts = hourly()
    panel = daily_counts(counts).panel
    days = day_features(pd.DatetimeIndex(panel.index))
    (impact,) = measure_events(panel, SENSORS, [night((21, 27))], days, hourly=counts, parts=False)
    drawn = hour_effects(counts[counts["sensor_id"] == "a"], impact)
    during = [hour for hour in drawn if hour.period == "during"]
    assert [hour.hour for hour in during] == [21, 22, 23, 24, 25, 26]
    assert sum(hour.observed for hour in during) == pytest.approx(impact.observed)
    expected = sum(hour.expected for hour in during)
    assert expected == pytest.approx(impact.expected.value, rel=0.1)
    assert all(hour.observed > hour.high for hour in during)
