"""Placebo windows and the quantile that they give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats.mstats import hdquantiles

from analyses.footfall.baseline import fit_baseline
from analyses.footfall.calendar import day_features
from analyses.footfall.placebo import _factor, _harrell_davis, calibrate, placebo_starts

DATES = pd.date_range("2023-01-02", periods=400, freq="D")


def test_harrell_davis_equals_scipy() -> None:
    values = np.random.default_rng(0).normal(size=133)
    for share in (0.5, 0.8, 0.95):
        ours = _harrell_davis(133, share) @ np.sort(values)
        assert ours == pytest.approx(float(hdquantiles(values, [share])[0]), rel=1e-9)


def test_the_factor_of_normal_errors_is_the_normal_one() -> None:
    size = np.abs(norm.ppf((np.arange(4000) + 0.5) / 4000))
    assert _factor(size, 0.95) == pytest.approx(1.96, abs=0.02)


def test_overconfident_models_are_widened() -> None:
    rng = np.random.default_rng(1)
    size = np.abs(2 * rng.standard_t(5, 150))
    assert _factor(size, 0.95) > 3.5


def test_windows_avoid_the_event_holidays_and_gaps() -> None:
    calendar = pd.DataFrame({"date": [DATES[100]], "public_holiday": ["x"]})
    days = day_features(DATES, calendar)
    usable = np.ones(400, dtype=bool)
    usable[200] = False
    event = np.arange(300, 303)
    starts = placebo_starts(days, usable, event, most=1000)
    for bad in (100, 200, 299, 300, 302, 303):
        assert not ((starts <= bad) & (bad < starts + 3)).any()
    assert len(starts) == 400 - 2 - 3 - 3 - 7


def test_windows_have_the_weekdays_of_the_event_first() -> None:
    days = day_features(DATES)
    saturday = np.array([173])
    assert days.weekday[173] == 5
    starts = placebo_starts(days, np.ones(400, dtype=bool), saturday, most=50)
    assert set(days.weekday[starts]) == {5}
    assert 173 not in starts
    more = placebo_starts(days, np.ones(400, dtype=bool), saturday, most=100)
    assert set(days.weekday[more]) == {5, 6}


def test_false_alarms_are_measured_out_of_sample() -> None:
    """Quiet series: the rate of windows judged by the others stays near nominal."""
    rates = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        counts = rng.poisson(2000 * np.exp(0.05 * rng.standard_t(4, 200))).astype(float)
        days = day_features(DATES[:200])
        base = fit_baseline(counts, days)
        starts = placebo_starts(days, np.ones(200, dtype=bool), np.arange(100, 102))
        rates.append(calibrate(base, starts, 2).false_alarm_rate)
    assert 0.03 <= np.mean(rates) <= 0.075


def test_too_few_windows_are_refused() -> None:
    days = day_features(DATES[:100])
    base = fit_baseline(np.full(100, 50.0) + np.arange(100) % 5, days)
    with pytest.raises(ValueError, match="3 placebo windows"):
        calibrate(base, np.array([1, 2, 3]), 1)
