"""Towns with a known truth: planted uplifts, recovered or not over many seeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from analyses.footfall.calendar import day_features
from analyses.footfall.events import Event
from analyses.footfall.impact import measure_impact

SENSORS, DAYS = 6, 560
WEEK = np.log([0.9, 0.95, 1.0, 1.0, 1.15, 1.3, 0.5])


@dataclass(frozen=True, slots=True)
class Check:
    """One planted uplift and what was said of it (percent)."""

    truth: float
    value: float
    low: float
    high: float


def town(seed: int) -> pd.DataFrame:
    """Daily counts: season, weekdays, level that wanders, weather shared by the streets, noise.

    Not our own model: the noise has Student tails, the shared weather acts more at weekends, and
    counts are Poisson.
    """
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2023-01-02", periods=DAYS, freq="D")
    weekday, year = dates.dayofweek.to_numpy(), 2 * np.pi * np.arange(DAYS) / 365.25
    weather = 0.10 * _memory(rng, DAYS, 0.5) * np.where(weekday >= 5, 1.6, 1.0)
    columns = {}
    for number in range(SENSORS):
        level = np.cumsum(rng.normal(0, 0.006, DAYS))
        season = rng.uniform(0.02, 0.15) * np.sin(year + rng.uniform(0, 0.6))
        own = 0.05 * _memory(rng, DAYS, 0.3) * np.sqrt(3) * 0.6
        own += 0.04 * rng.standard_t(4, DAYS) / np.sqrt(2)
        logs = np.log(rng.uniform(600, 9000)) + level + season + rng.uniform(0.7, 1.3) * weather
        logs = logs + WEEK[weekday] * rng.uniform(0.8, 1.2) + own
        columns[f"s{number}"] = rng.poisson(np.exp(logs)).astype(float)
    return pd.DataFrame(columns, index=dates)


def check(seed: int, length: int, uplift: float) -> Check:
    """Plant an uplift in one sensor of one town and measure it with the others as controls."""
    panel = town(seed)
    rng = np.random.default_rng([seed, length])
    start = int(rng.integers(200, DAYS - 100))
    values = panel["s0"].to_numpy(copy=True)
    values[start : start + length] = np.round(values[start : start + length] * (1 + uplift))
    first = panel.index[start].date()
    event = Event("e", "e", "none", first, first + timedelta(days=length - 1), ("s0",))
    found = measure_impact(
        panel.assign(s0=values), "s0", event, day_features(panel.index),
        candidates=[f"s{number}" for number in range(1, SENSORS)],
    )  # fmt: skip
    relative = found.relative
    return Check(100 * uplift, relative.value, relative.low, relative.high)


def _memory(rng: np.random.Generator, n: int, rho: float) -> np.ndarray:
    shocks, path = rng.normal(size=n), np.zeros(n)
    for t in range(1, n):
        path[t] = rho * path[t - 1] + shocks[t] * np.sqrt(1 - rho**2)
    return path
