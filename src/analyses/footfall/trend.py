"""Underlying trend of footfall per year, calendar and weather removed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import t as student

from analyses.footfall.calendar import Days, Floats
from analyses.results import Estimate

FEWEST_DAYS = 365

_HARMONICS = 3


@dataclass(frozen=True, slots=True)
class Trend:
    """Trend of one series.

    Parameters
    ----------
    yearly : Estimate
        Change per year, percent; ``n`` is the number of days.
    season : pandas.DataFrame
        ``month``, ``effect`` (percent, relative to the mean of the year).
    weekday : pandas.DataFrame
        ``weekday``, ``effect`` (percent, relative to the mean of the week).
    memory : float
        Autocorrelation of the weekly residuals, which widens the interval.
    """

    yearly: Estimate
    season: pd.DataFrame
    weekday: pd.DataFrame
    memory: float


def measure_trend(
    counts: Floats, days: Days, *, breaks: tuple[int, ...] = (), level: float = 0.95
) -> Trend | None:
    """Estimate the trend of a series of daily counts.

    Log counts are regressed on weekday, season (three harmonics), holidays, school holidays,
    markets, sales, weather and time, by Huber's M-estimator (robust to odd days); the error of the
    slope comes from weekly residuals with first-order autocorrelation, on as many degrees of
    freedom as there are independent weeks.

    Parameters
    ----------
    counts : array, shape (n,)
        Counts by day, NaN where missing.
    days : Days
        Features of the same days.
    breaks : tuple of int
        Positions of level breaks, each given a step of its own: a moved sensor is not a trend.
    level : float
        Coverage of the interval.

    Returns
    -------
    Trend or None
        None with fewer than :data:`FEWEST_DAYS` observed days.
    """
    seen = ~np.isnan(counts)
    if int(seen.sum()) < FEWEST_DAYS:
        return None
    years = (days.dates - days.dates[0]).days.to_numpy(dtype=np.float64) / 365.25
    design = _design(days, years, breaks)
    use = seen & np.isfinite(design).all(axis=1)
    kept = _estimable(design[use])
    fit = sm.RLM(np.log1p(counts[use]), design[use][:, kept]).fit()
    beta = np.zeros(design.shape[1])
    beta[kept] = fit.params
    residual = np.full(len(counts), np.nan)
    residual[use] = np.log1p(counts[use]) - design[use] @ beta
    spread, memory, freedom = _slope_error(residual, design[:, 0], days)
    half = float(student.ppf(0.5 + level / 2, freedom)) * spread
    slope = float(beta[0])
    yearly = Estimate(
        100 * float(np.expm1(slope)), 100 * float(np.expm1(slope - half)),
        100 * float(np.expm1(slope + half)), int(seen.sum()), level,
    )  # fmt: skip
    return Trend(yearly, _season(beta[8 : 8 + 2 * _HARMONICS]), _weekday(beta[1:8]), memory)


def _design(days: Days, years: Floats, breaks: tuple[int, ...]) -> Floats:
    angle = 2 * np.pi * days.dates.dayofyear.to_numpy(dtype=np.float64) / 365.25
    waves = [wave(k * angle) for k in range(1, _HARMONICS + 1) for wave in (np.sin, np.cos)]
    off = days.public_holiday.astype(np.float64)
    order = np.arange(len(days))
    steps = [(order >= at).astype(np.float64) for at in breaks]
    return np.column_stack(
        [years, np.eye(7)[days.weekday], *waves, off, days.flags, days.weather, *steps]
    )


def _estimable(design: Floats) -> list[int]:
    """Keep the columns that add to the rank, in order."""
    kept: list[int] = []
    for column in range(design.shape[1]):
        trial = [*kept, column]
        if np.linalg.matrix_rank(design[:, trial]) == len(trial):
            kept = trial
    return kept


def _slope_error(residual: Floats, years: Floats, days: Days) -> tuple[float, float, float]:
    """Return the standard error of the slope, the memory of the weeks, degrees of freedom."""
    week = (days.dates - days.dates[0]).days.to_numpy() // 7
    weekly = pd.Series(residual).groupby(week).median()
    memory = float(weekly.corr(weekly.shift(1)))
    memory = min(max(memory + (1 + 3 * memory) / len(weekly), 0.0), 0.98)
    inflation = (1 + memory) / (1 - memory)
    values = weekly.dropna()
    centre = pd.Series(years).groupby(week).mean().loc[values.index]
    square = float(((centre - centre.mean()) ** 2).sum())
    variance = float(values.var(ddof=2)) * inflation / square
    return float(np.sqrt(variance)), memory, max(len(values) / inflation - 2, 3.0)


def _season(waves: Floats) -> pd.DataFrame:
    angle = 2 * np.pi * (np.arange(365) + 1) / 365.25
    curve = sum(
        waves[2 * k - 2] * np.sin(k * angle) + waves[2 * k - 1] * np.cos(k * angle)
        for k in range(1, _HARMONICS + 1)
    )
    month = pd.date_range("2023-01-01", periods=365, freq="D").month
    means = pd.Series(np.exp(curve)).groupby(month).mean()
    effect = 100 * (means / float(np.exp(curve).mean()) - 1)
    return pd.DataFrame({"month": means.index, "effect": effect.to_numpy()})


def _weekday(levels: Floats) -> pd.DataFrame:
    flow = np.exp(levels - levels.mean())
    return pd.DataFrame({"weekday": np.arange(7), "effect": 100 * (flow / flow.mean() - 1)})
