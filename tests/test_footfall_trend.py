"""Trends against simulated truth."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses.footfall import (
    check_health,
    daily_counts,
    day_features,
    healthy_counts,
    measure_trend,
    trend,
    trend_obstacle,
    trend_result,
)
from analyses.footfall.breaks import level_breaks

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
    """14 series: fewer than 11 intervals that hold the truth would happen 4 times in 1,000."""
    held = 0
    for seed in range(14):
        found = measure_trend(series(seed, -0.04), DAYS)
        assert found is not None
        held += found.yearly.low <= -4 <= found.yearly.high
    assert held >= 11


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


def test_the_break_of_a_moved_sensor_never_becomes_a_trend() -> None:
    """14 sensors without trend, moved to a spot 1.6 to 3 times as busy, or the reverse.

    The breaks are found by the data. A false trend 4 times in 14 or more would happen 4 times
    in 1,000 at the nominal rate; left untold, the break is a slope of tens of percent a year.
    """
    shown, untold, sizes = 0, [], []
    for seed in range(14):
        rng = np.random.default_rng([seed, 1])
        ratio = rng.uniform(1.6, 3.0) ** rng.choice([-1, 1])
        counts, at = series(seed, 0.0, 0.9), int(rng.integers(250, 850))
        counts[at:] = np.round(counts[at:] * ratio)
        found = measure_trend(counts, DAYS, breaks=level_breaks(counts))
        naive = measure_trend(counts, DAYS)
        assert found is not None
        assert naive is not None
        shown += found.yearly.low > 0 or found.yearly.high < 0
        untold.append(abs(naive.yearly.value))
        sizes.append(abs(found.yearly.value))
    assert shown <= 3
    assert np.median(untold) > 15
    assert np.median(sizes) < 4


def test_a_sensor_changed_during_a_long_silence_has_no_trend_across_it() -> None:
    counts = series(5, 0.0, 0.0)
    counts[520:] *= 2.0
    counts[450:520] = np.nan
    assert level_breaks(counts) == ()
    found = measure_trend(counts, DAYS)
    assert found is not None
    assert abs(found.yearly.value) < 3


def test_a_series_broken_too_often_says_why_it_has_no_trend() -> None:
    counts = series(6, 0.30, 0.0)
    breaks = (300, 600, 900)
    assert measure_trend(counts, DAYS, breaks=breaks) is None
    why = trend_obstacle(counts, breaks=breaks)
    assert why is not None
    assert "niveau rompu 3 fois" in why.fr
    assert "level broken 3 times" in why.en
    short = trend_obstacle(counts[:500])
    assert short is not None
    assert "trop court" in short.fr
    single = trend_obstacle(counts[:365])
    assert single is not None
    assert "trop court : 1 jour observé de nouveau un an plus tard" in single.fr
    assert "1 day observed again" in single.en
    told = trend_result(None, "a", DATES, why)
    assert not told.computable
    assert told.note is not None
    assert "niveau rompu 3 fois" in told.note.fr


def test_a_stretch_that_is_a_small_part_of_the_series_does_not_speak_for_it() -> None:
    counts = np.concatenate([series(7, 0.0, 0.0), series(8, 1.0, 0.0)[:700]])
    dates = pd.date_range("2021-01-01", periods=len(counts), freq="D")
    breaks = (300, 600, 900, 1096)
    assert measure_trend(counts, day_features(dates), breaks=breaks) is None
    why = trend_obstacle(counts, breaks=breaks)
    assert why is not None
    assert "39\u202f%" in why.fr
    assert trend_obstacle(counts, breaks=(1096,)) is None


def test_the_trend_is_dated_by_the_days_that_served() -> None:
    counts = series(9, 0.0)
    found = measure_trend(counts, DAYS, breaks=(200,))
    assert found is not None
    assert found.first == DATES[200].date()
    assert trend_result(found, "a", DATES).period_start == DATES[200].date()


def test_heidenheim_is_too_short_and_broken_for_a_trend(shared_data: Path) -> None:
    """16 months with long silences: slopes of -64 to +64 % a year came of it before."""
    table = pd.read_csv(
        shared_data / "footfall/heidenheim/heidenheim_30min_2022-11_2024-03.csv.gz",
        parse_dates=["datetime"],
    )
    start = table["datetime"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    counts = pd.DataFrame(
        {"sensor_id": table["sensor"], "start": start, "duration_minutes": 30,
         "count": (table["person.in"] + table["person.out"]).astype(float)}
    )  # fmt: skip
    panel = daily_counts(healthy_counts(counts, check_health(counts))).panel
    for name in panel:
        values = panel[name].to_numpy(dtype=float)
        assert trend_obstacle(values, breaks=level_breaks(values)) is not None


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


def test_a_regression_that_does_not_converge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """statsmodels warns of a perfect fit and is silent at its last step: neither gives a trend."""
    dates = pd.date_range("2022-01-03", periods=900)
    days = day_features(dates)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert measure_trend(np.full(900, 100.0), days) is None
    noisy = 500 * np.exp(np.random.default_rng(1).normal(0, 0.2, 900))
    assert measure_trend(noisy, days) is not None
    monkeypatch.setattr(trend, "_STEPS", 2)
    assert measure_trend(noisy, days) is None
