"""Hot afternoons: how presence changes on hot days, early in the afternoon and in the evening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Bools, Floats
from analyses.footfall.profile import town_hours
from analyses.results import Estimate

HOT = 30.0
"""Highest temperature of the day, °C, from which a day is hot."""
AFTERNOON, EVENING = (13, 16), (18, 21)
"""Hours looked at: first, and end (excluded)."""
FEWEST_HOT = 8

_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Heat:
    """Passages of hot days beside the other days of the same month and weekday.

    Parameters
    ----------
    afternoon, evening : Estimate
        Change on hot days, percent; ``n`` is the number of hot days.
    """

    afternoon: Estimate
    evening: Estimate


def measure_heat(
    counts: pd.DataFrame, weather: pd.DataFrame | None, *, seed: int = 0
) -> Heat | None:
    """Compare the hours of hot days with those of the other days of the same month and weekday.

    The logarithm of the passages is compared within each month of each year and each kind of day
    (working day, Saturday, Sunday), so that neither the season nor the holidays enter but what is
    left of them inside a month; intervals by bootstrap of whole weeks.

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts of the sensors to add up, an hour or less a period.
    weather : pandas.DataFrame or None
        ``date`` and ``temperature_max`` (°C).
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    Heat or None
        None without temperatures, or with fewer than :data:`FEWEST_HOT` hot days that have other
        days beside them.
    """
    if weather is None or "temperature_max" not in weather:
        return None
    hourly = town_hours(counts)
    warm = weather.set_index(pd.DatetimeIndex(weather["date"]))["temperature_max"]
    warm = warm[~warm.index.duplicated()].reindex(hourly.index)
    first = _change(hourly, warm, AFTERNOON, seed)
    second = _change(hourly, warm, EVENING, seed)
    return None if first is None or second is None else Heat(first, second)


def _change(
    hourly: pd.DataFrame, warm: pd.Series[float], hours: tuple[int, int], seed: int
) -> Estimate | None:
    wanted = [hour for hour in range(*hours) if hour in hourly]
    if not wanted:
        return None
    total = hourly[wanted].sum(axis=1, min_count=len(wanted))
    kept = total.notna() & warm.notna()
    dates = pd.DatetimeIndex(total.index[kept])
    hot = np.asarray(warm[kept] >= HOT, dtype=np.float64)
    logs = np.log1p(total[kept].to_numpy(dtype=np.float64))
    kind = np.maximum(dates.dayofweek.to_numpy() - 4, 0)
    stratum = pd.factorize(dates.year.to_numpy() * 1000 + dates.month.to_numpy() * 10 + kind)[0]
    hot_within, logs_within = _within(hot, stratum), _within(logs, stratum)
    n = int(hot[_mixed(hot, stratum)].sum())
    if n < FEWEST_HOT:
        return None
    weeks = pd.factorize((dates - pd.to_timedelta(dates.dayofweek, unit="D")).to_numpy())[0]
    top = np.bincount(weeks, hot_within * logs_within)
    base = np.bincount(weeks, hot_within**2)
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(top), size=(_DRAWS, len(top)))
    bases = base[draws].sum(axis=1)
    ratios = top[draws].sum(axis=1)[bases > 0] / bases[bases > 0]
    low, high = np.quantile(ratios, [0.025, 0.975])
    value = float(top.sum() / base.sum())
    return Estimate(_percent(value), _percent(float(low)), _percent(float(high)), n)


def _within(values: Floats, stratum: np.ndarray) -> Floats:
    """Take away the mean of each stratum."""
    mean = np.bincount(stratum, values) / np.bincount(stratum)
    return np.asarray(values - mean[stratum], dtype=np.float64)


def _mixed(hot: Floats, stratum: np.ndarray) -> Bools:
    """Whether the stratum of each day has hot days and others."""
    share = (np.bincount(stratum, hot) / np.bincount(stratum))[stratum]
    return np.asarray((share > 0) & (share < 1), dtype=np.bool_)


def _percent(log_ratio: float) -> float:
    return 100 * float(np.expm1(log_ratio))
