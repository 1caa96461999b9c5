"""Controls in reach of the event, or that move with it, are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analyses.footfall.calendar import day_features
from analyses.footfall.contamination import departures
from analyses.footfall.controls import choose_controls, out_of_reach

DATES = pd.date_range("2024-01-01", periods=240, freq="D")
DAYS = day_features(DATES)
WINDOW = np.arange(120, 122)


def streets(seed: int, n: int = 8) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 0.12, len(DATES))[:, None]
    logs = 8 + shared + rng.normal(0, 0.04, (len(DATES), n)) + 0.2 * (DAYS.weekday == 5)[:, None]
    return np.exp(logs)


def names(n: int = 8) -> list[str]:
    return [f"c{i}" for i in range(n)]


def test_a_control_that_moves_with_the_event_is_refused() -> None:
    refused = 0
    for seed in range(20):
        counts = streets(seed)
        counts[WINDOW, 3] *= 1.25
        found = choose_controls(counts, names(), DAYS, WINDOW)
        refused += any(r.sensor_id == "c3" and r.reason == "moves" for r in found.refused)
    assert refused >= 19


@pytest.mark.parametrize("length", [1, 2, 7])
def test_clean_controls_are_refused_one_time_in_twenty_at_any_length(length: int) -> None:
    """800 clean controls, 5 % by construction: outside 2-8 % once in 10,000 at most."""
    window = np.arange(120, 120 + length)
    lost = [len(choose_controls(streets(s), names(), DAYS, window).refused) for s in range(100)]
    assert 0.02 < np.mean(lost) / 8 < 0.08


def test_the_window_of_the_event_is_treated_as_any_other() -> None:
    """Full conformal reasoning: a departure does not depend on which window is the event's."""
    logs = np.log1p(streets(5))
    odd = np.zeros(len(DATES), dtype=bool)
    found = departures(logs, DAYS, 7, odd)
    at = 100
    weekday = np.array(
        [np.median((logs - _level(logs))[DAYS.weekday == day], axis=0) for day in range(7)]
    )
    plain = logs - weekday[DAYS.weekday]
    around = np.r_[plain[at - 14 : at], plain[at + 7 : at + 21]]
    expected = plain[at : at + 7].mean(axis=0) - np.median(around, axis=0)
    np.testing.assert_allclose(found[at], expected, atol=1e-12)


def test_a_control_without_a_level_around_the_window_cannot_be_tested() -> None:
    counts = streets(6)
    counts[96:119, 2] = np.nan
    counts[123:140, 2] = np.nan
    found = choose_controls(counts, names(), DAYS, WINDOW)
    assert [r.sensor_id for r in found.refused if r.reason == "no_data"] == ["c2"]


def _level(logs: np.ndarray) -> np.ndarray:
    rolled = pd.DataFrame(logs).rolling(29, center=True, min_periods=10).median()
    return rolled.to_numpy()


def test_weather_that_moves_all_streets_refuses_none_and_is_reported() -> None:
    counts = streets(1)
    counts[WINDOW] *= 0.6
    found = choose_controls(counts, names(), DAYS, WINDOW)
    assert found.refused == ()
    assert found.common_shift < -3


def test_several_contaminated_controls_are_refused_together() -> None:
    counts = streets(2)
    counts[np.ix_(WINDOW, [0, 5])] *= 1.4
    found = choose_controls(counts, names(), DAYS, WINDOW)
    assert {r.sensor_id for r in found.refused} == {"c0", "c5"}
    assert all(r.score > 3 for r in found.refused)


def test_controls_without_data_in_the_window_are_refused() -> None:
    counts = streets(3)
    counts[120, 1] = np.nan
    counts[:80, 2] = np.nan
    found = choose_controls(counts, names(), DAYS, WINDOW)
    assert {r.sensor_id: r.reason for r in found.refused} == {"c1": "no_data", "c2": "no_data"}
    assert found.matrix.shape == (240, 6)
    assert np.isfinite(found.matrix).all()


def test_a_gap_or_a_moved_sensor_moves_nothing() -> None:
    counts = streets(4)
    broken = counts.copy()
    broken[:60, 0] *= 3
    clean = choose_controls(counts, names(), DAYS, WINDOW).matrix
    mended = choose_controls(broken, names(), DAYS, WINDOW, breaks={"c0": (60,)}).matrix
    assert np.abs(mended[:, 0] - clean[:, 0]).mean() < 0.3 * clean[:, 0].std()
    broken = counts.copy()
    broken[30:34, 0] = np.nan
    filled = choose_controls(broken, names(), DAYS, WINDOW).matrix
    usual = filled[np.arange(20, 60), 0]
    assert np.abs(filled[30:34, 0]).max() < np.abs(usual).max() + 1


def test_reach_is_by_declaration_then_distance() -> None:
    sensors = pd.DataFrame(
        {"sensor_id": ["a", "b", "c", "d"], "lon": [2.0, 2.001, 2.1, np.nan],
         "lat": [48.0, 48.0, 48.0, np.nan]}
    )  # fmt: skip
    kept, refused = out_of_reach(
        ["b", "c", "d", "e"], sensors, declared={"e"}, centre={"a"}, metres=100
    )
    assert kept == ("c", "d")
    assert {r.sensor_id: r.reason for r in refused} == {"b": "in_reach", "e": "declared"}
    # 0.001 degree of longitude at 48 degrees north: 111,195 m x cos(48) x 0.001
    assert refused[0].score == pytest.approx(111_195 * np.cos(np.radians(48)) * 0.001, rel=1e-3)
    assert out_of_reach(["b"], sensors, declared=(), centre={"a"}, metres=0)[0] == ("b",)
