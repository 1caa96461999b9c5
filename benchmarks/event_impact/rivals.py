"""The rivals, each as its documentation says; none of them sees the window.

All read the days before the window (a year; two for Prophet, which fits a yearly season), already
cleaned by our health layer, and the public holidays where the tool has a place for them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import statsmodels.api as sm
from causal_impact import CausalImpact
from prophet import Prophet
from scipy import stats

from benchmarks.event_impact.answer import ALPHA, Answer
from benchmarks.event_impact.town import Town, Window

HISTORY = 365
DRAWS = 1000
logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
logging.getLogger("prophet").setLevel(logging.ERROR)

Bounds = tuple[float, float, float]


def answer(method: Callable[[Town, Window], Bounds], town: Town, window: Window) -> Answer:
    """Time one rival on one window."""
    began = time.perf_counter()
    expected, low, high = method(town, window)
    seconds = time.perf_counter() - began
    stretch = slice(window.start, window.start + window.length)
    observed = float(town.panel[window.sensor].iloc[stretch].sum())
    return Answer(observed, expected, low, high, (expected, low, high), seconds)


def same_weekday(town: Town, window: Window) -> Bounds:
    """Mean of the same weekdays over the eight weeks before; Student interval of their sums."""
    values = town.panel[window.sensor].to_numpy(dtype=np.float64)
    days = np.arange(window.start, window.start + window.length)
    back = 7 * -(-window.length // 7)
    sums = np.array([values[days - back - 7 * week].sum() for week in range(8)])
    sums = sums[~np.isnan(sums)]
    half = stats.t.ppf(1 - ALPHA / 2, len(sums) - 1) * sums.std(ddof=1)
    half *= np.sqrt(1 + 1 / len(sums))
    return float(sums.mean()), float(sums.mean() - half), float(sums.mean() + half)


def ols(town: Town, window: Window) -> Bounds:
    """Least squares on weekday and a linear trend; prediction interval of the sum."""
    past = _past(town, window, HISTORY)
    time_ = np.arange(len(past) + window.length) / 365.25
    weekday = pd.DatetimeIndex(
        town.panel.index[window.start - len(past) : window.start + window.length]
    ).dayofweek
    design = np.column_stack([np.eye(7)[weekday], time_])
    kept = ~np.isnan(past)
    fit = sm.OLS(past[kept], design[: len(past)][kept]).fit()
    ahead = design[len(past) :].sum(axis=0)
    spread = np.sqrt(ahead @ fit.cov_params() @ ahead + window.length * fit.mse_resid)
    centre = float(ahead @ fit.params)
    half = float(stats.t.ppf(1 - ALPHA / 2, fit.df_resid) * spread)
    return centre, centre - half, centre + half


def unobserved_components(town: Town, window: Window) -> Bounds:
    """statsmodels: local level and weekly season on log counts; simulated paths of the window."""
    past = np.log1p(_past(town, window, HISTORY))
    fit = sm.tsa.UnobservedComponents(past, level="local level", seasonal=7).fit(disp=False)
    paths = fit.simulate(
        window.length, anchor="end", repetitions=DRAWS, rng=np.random.default_rng(1)
    )
    return _quantiles(np.expm1(np.asarray(paths).reshape(window.length, DRAWS)).sum(axis=0))


def causal_impact_default(town: Town, window: Window) -> Bounds:
    """bsts-causalimpact with a weekly season and its default prior (level sd 0.01)."""
    return _causal_impact(town, window, 0.01, controls=False)


def causal_impact_safer(town: Town, window: Window) -> Bounds:
    """bsts-causalimpact with a weekly season and the wider prior (level sd 0.1)."""
    return _causal_impact(town, window, 0.1, controls=False)


def causal_impact_controls(town: Town, window: Window) -> Bounds:
    """The same with the other sensors as covariates."""
    return _causal_impact(town, window, 0.1, controls=True)


def prophet(town: Town, window: Window) -> Bounds:
    """Prophet's defaults with the public holidays; sum of its predictive samples."""
    past = _past(town, window, 2 * HISTORY)
    stretch = slice(window.start - len(past), window.start + window.length)
    dates = town.panel.index[stretch]
    off = town.calendar[town.calendar["public_holiday"] != ""]
    names = off.rename(columns={"date": "ds", "public_holiday": "holiday"})
    np.random.seed(1)
    model = Prophet(holidays=names, uncertainty_samples=DRAWS, interval_width=1 - ALPHA)
    model.fit(pd.DataFrame({"ds": dates[: len(past)], "y": past}), seed=1)
    samples = model.predictive_samples(pd.DataFrame({"ds": dates[len(past) :]}))["yhat"]
    return _quantiles(np.asarray(samples).reshape(window.length, -1).sum(axis=0))


RIVALS: dict[str, Callable[[Town, Window], Bounds]] = {
    "same weekday, 8 weeks": same_weekday,
    "OLS weekday + trend": ols,
    "statsmodels UnobservedComponents": unobserved_components,
    "bsts-causalimpact (default prior)": causal_impact_default,
    "bsts-causalimpact (level sd 0.1)": causal_impact_safer,
    "bsts-causalimpact (level sd 0.1, controls)": causal_impact_controls,
    "Prophet": prophet,
}


def _past(town: Town, window: Window, days: int) -> np.ndarray:
    first = max(window.start - days, 0)
    past = town.panel[window.sensor].to_numpy(dtype=np.float64)[first : window.start]
    return past[np.argmax(~np.isnan(past)) :]


def _causal_impact(town: Town, window: Window, level: float, *, controls: bool) -> Bounds:
    first = window.start - len(_past(town, window, HISTORY))
    stretch = slice(first, window.start + window.length)
    data = town.panel[[window.sensor]].iloc[stretch]
    if controls:
        others = town.panel.drop(columns=window.sensor).iloc[stretch]
        others = others.loc[:, others.notna().mean() >= 0.8]
        data = pd.concat([data, others], axis=1)
    data = data.interpolate(limit_direction="both")
    data.columns = [f"x{i}" for i in range(data.shape[1])]
    cut = len(data) - window.length
    model = CausalImpact(
        data,
        [data.index[0], data.index[cut - 1]],
        [data.index[cut], data.index[-1]],
        model_args={"nseasons": 7, "season_duration": 1, "prior_level_sd": level, "seed": 1},
        alpha=ALPHA,
    )
    return _total(model, float(data.iloc[cut:, 0].sum()))


def _total(model: CausalImpact, observed: float) -> Bounds:
    """Read the cumulative effect and give back the expected total."""
    found = model._results
    centre = observed - float(found.cumulative_effect_total)
    low = observed - float(found.cumulative_effect_upper[-1])
    high = observed - float(found.cumulative_effect_lower[-1])
    return centre, low, high


def _quantiles(sums: np.ndarray) -> Bounds:
    low, high = np.quantile(sums, [ALPHA / 2, 1 - ALPHA / 2])
    return float(np.median(sums)), float(low), float(high)
