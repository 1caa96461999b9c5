"""Trends against simulated truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analyses.footfall import day_features, measure_trend

DATES = pd.date_range("2021-01-01", periods=1096, freq="D")
DAYS = day_features(DATES)


def series(seed: int, yearly: float, memory: float = 0.95) -> np.ndarray:
    """Weekdays, season, a slope, and an error that wanders from day to day."""
    rng = np.random.default_rng(seed)
    error = np.zeros(len(DATES))
    for t in range(1, len(DATES)):
        error[t] = memory * error[t - 1] + rng.normal(0, 0.02)
    years = np.arange(len(DATES)) / 365.25
    logs = 7 + np.log1p(yearly) * years + 0.2 * np.sin(2 * np.pi * years) + error
    return rng.poisson(np.exp(logs - 0.5 * (DAYS.weekday == 6))).astype(float)


def test_the_slope_is_held_at_the_nominal_rate_despite_memory() -> None:
    """40 series: fewer than 34 intervals that hold the truth would happen once in 100."""
    held = 0
    for seed in range(40):
        found = measure_trend(series(seed, -0.04), DAYS)
        assert found is not None
        held += found.yearly.low <= -4 <= found.yearly.high
    assert held >= 34


def test_an_odd_month_hardly_moves_the_trend() -> None:
    counts = series(1, 0.05, 0.0)
    odd = counts.copy()
    odd[1000:1030] *= 0.1
    clean, moved = measure_trend(counts, DAYS), measure_trend(odd, DAYS)
    assert clean is not None
    assert moved is not None
    assert clean.yearly.value == pytest.approx(5, abs=1)
    assert moved.yearly.value == pytest.approx(clean.yearly.value, abs=1)


def test_a_moved_sensor_is_not_a_trend() -> None:
    counts = series(2, 0.0, 0.0)
    counts[600:] *= 1.8
    naive, told = measure_trend(counts, DAYS), measure_trend(counts, DAYS, breaks=(600,))
    assert naive is not None
    assert told is not None
    assert naive.yearly.value > 20
    assert abs(told.yearly.value) < 2


def test_season_and_weekdays_are_given() -> None:
    found = measure_trend(series(3, 0.0, 0.0), DAYS)
    assert found is not None
    sunday = found.weekday.set_index("weekday")["effect"]
    assert (1 + sunday[6] / 100) / (1 + sunday[0] / 100) == pytest.approx(np.exp(-0.5), rel=0.03)
    assert found.season.set_index("month")["effect"].idxmax() in (3, 4)


def test_less_than_a_year_gives_no_trend() -> None:
    counts = series(4, 0.0)
    counts[:800] = np.nan
    assert measure_trend(counts, DAYS) is None
