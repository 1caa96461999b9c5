"""Underlying trend of footfall per year, calendar and weather removed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import t as student
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from analyses.footfall.calendar import Bools, Days, Floats, Ints
from analyses.results import Estimate
from analyses.wording import Text, percent, plural

FEWEST_PAIRS = 183
"""Fewest days that a stretch without break must hold again a year later: half a year of them.
Below, its slope and its season cannot be told apart; a slope of shorter stretches would be that of
a few months, made yearly."""

LONGEST_GAP = 60
"""A sensor that is silent for longer may have come back changed: its level is compared no more."""

LEAST_SERVED = 0.5
"""Smallest share of the observed days that these stretches must hold: what happened to a quarter of
a series is not its underlying trend."""

UNSETTLED = Text(
    "l'ajustement n'a pas convergé (comptages constants ou presque)",
    "the fit did not converge (counts that are constant or nearly so)",
)
"""Why there is no trend where :func:`trend_obstacle` names no obstacle."""

_HARMONICS, _YEAR, _STEPS = 3, 364, 100


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
    first, last : date
        Period of the stretches that served.
    """

    yearly: Estimate
    season: pd.DataFrame
    weekday: pd.DataFrame
    memory: float
    first: date
    last: date


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
        Positions of level breaks. They part the series in stretches, as silences longer than
        :data:`LONGEST_GAP` days do; each has a level of its own (a moved sensor is not a trend)
        and serves if it holds :data:`FEWEST_PAIRS` days again a year later.
    level : float
        Coverage of the interval.

    Returns
    -------
    Trend or None
        None where :func:`trend_obstacle` names an obstacle, or the regression does not converge.
    """
    edges = _boundaries(counts, breaks)
    if trend_obstacle(counts, breaks=breaks) is not None:
        return None
    seen = _serves(counts, edges)
    counts = np.where(seen, counts, np.nan)
    years = (days.dates - days.dates[0]).days.to_numpy(dtype=np.float64) / 365.25
    design = _design(days, years, edges)
    use = seen & np.isfinite(design).all(axis=1)
    kept = _estimable(design[use])
    found = _robust(np.log1p(counts[use]), design[use][:, kept])
    if found is None:
        return None
    beta = np.zeros(design.shape[1])
    beta[kept] = found
    residual = np.full(len(counts), np.nan)
    residual[use] = np.log1p(counts[use]) - design[use] @ beta
    own = years - pd.Series(years).where(seen).groupby(_stretch(counts, edges)).transform("mean")
    spread, memory, freedom = _slope_error(residual, own.to_numpy(dtype=np.float64), days)
    half = float(student.ppf(0.5 + level / 2, freedom)) * spread
    slope = float(beta[0])
    yearly = Estimate(
        100 * float(np.expm1(slope)), 100 * float(np.expm1(slope - half)),
        100 * float(np.expm1(slope + half)), int(seen.sum()), level,
    )  # fmt: skip
    served = days.dates[seen]
    return Trend(
        yearly, _season(beta[8 : 8 + 2 * _HARMONICS]), _weekday(beta[1:8]), memory,
        served[0].date(), served[-1].date(),
    )  # fmt: skip


def trend_obstacle(counts: Floats, *, breaks: tuple[int, ...] = ()) -> Text | None:
    """Say why no trend can be measured, or return None.

    Parameters
    ----------
    counts : array, shape (n,)
        Counts by day, NaN where missing.
    breaks : tuple of int
        Positions of level breaks.

    Returns
    -------
    Text or None
        The reason when no stretch between breaks holds :data:`FEWEST_PAIRS` days that are
        observed again 52 weeks later, or when these stretches are less than
        :data:`LEAST_SERVED` of the series.
    """
    edges = _boundaries(counts, breaks)
    pairs = max(_pairs(counts, edges), default=0)
    served = float(_serves(counts, edges).sum() / max((~np.isnan(counts)).sum(), 1))
    if served >= LEAST_SERVED:
        return None
    if served > 0:
        return Text(
            f"niveau rompu {len(edges)} fois (capteur déplacé, remplacé ou longtemps muet) : les "
            f"périodes sans rupture assez longues ne font que {percent(100 * served, 'fr', 0)} des "
            "jours observés",
            f"level broken {_times(edges)} (sensor moved, replaced or long silent): the "
            f"stretches long enough without a break hold only {percent(100 * served, 'en', 0)} of "
            "the days observed",
        )
    if not edges:
        return Text(
            f"trop court : {pairs} {plural(pairs, 'jour observé', 'jours observés')} de nouveau un "
            f"an plus tard, il en faut {FEWEST_PAIRS}",
            f"too short: {pairs} {plural(pairs, 'day', 'days', 'en')} observed again a year later, "
            f"{FEWEST_PAIRS} are needed",
        )
    return Text(
        f"niveau rompu {len(edges)} fois (capteur déplacé, remplacé ou longtemps muet) : au plus "
        f"{pairs} {plural(pairs, 'jour comparable', 'jours comparables')} à un an d'écart sans "
        f"rupture, il en faut {FEWEST_PAIRS}",
        f"level broken {_times(edges)} (sensor moved, replaced or long silent): at most {pairs} "
        f"{plural(pairs, 'day', 'days', 'en')} can be compared a year apart without a break, "
        f"{FEWEST_PAIRS} are needed",
    )


def _times(edges: tuple[int, ...]) -> str:
    return f"{len(edges)} {plural(len(edges), 'time', 'times', 'en')}"


def _boundaries(counts: Floats, breaks: tuple[int, ...]) -> tuple[int, ...]:
    """Return where the level may have changed: breaks, and ends of long silences."""
    seen = np.flatnonzero(~np.isnan(counts))
    if not len(seen):
        return ()
    back = seen[1:][np.diff(seen) > LONGEST_GAP]
    inside = [at for at in breaks if seen[0] < at <= seen[-1]]
    return tuple(sorted({*inside, *back.tolist()}))


def _stretch(counts: Floats, edges: tuple[int, ...]) -> Ints:
    """Return the rank of each day's stretch between ``edges``."""
    order = np.searchsorted(np.array(edges, dtype=np.int64), np.arange(len(counts)), "right")
    return order.astype(np.int64)


def _pairs(counts: Floats, edges: tuple[int, ...]) -> list[int]:
    """Count, by stretch, the days seen again 52 weeks later in the same stretch."""
    seen, stretch = ~np.isnan(counts), _stretch(counts, edges)
    again = seen[:-_YEAR] & seen[_YEAR:] & (stretch[:-_YEAR] == stretch[_YEAR:])
    count = np.bincount(stretch[:-_YEAR][again], minlength=len(edges) + 1)
    return [int(days) for days in count]


def _serves(counts: Floats, edges: tuple[int, ...]) -> Bools:
    """Return the observed days of the stretches long enough for a slope."""
    enough = np.array(_pairs(counts, edges)) >= FEWEST_PAIRS
    return np.asarray(enough[_stretch(counts, edges)] & ~np.isnan(counts))


def _design(days: Days, years: Floats, breaks: tuple[int, ...]) -> Floats:
    angle = 2 * np.pi * days.dates.dayofyear.to_numpy(dtype=np.float64) / 365.25
    waves = [wave(k * angle) for k in range(1, _HARMONICS + 1) for wave in (np.sin, np.cos)]
    off = days.public_holiday.astype(np.float64)
    order = np.arange(len(days))
    steps = [(order >= at).astype(np.float64) for at in breaks]
    return np.column_stack(
        [years, np.eye(7)[days.weekday], *waves, off, days.flags, days.weather, *steps]
    )


def _robust(logs: Floats, design: Floats) -> Floats | None:
    """Return the coefficients of Huber's regression; None if it does not converge.

    statsmodels warns of a perfect fit, but stops without a word at the last of its steps.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            fit = sm.RLM(logs, design).fit(maxiter=_STEPS)
        except ConvergenceWarning:
            return None
    if fit.fit_history["iteration"] >= _STEPS:
        return None
    return np.asarray(fit.params, dtype=np.float64)


def _estimable(design: Floats) -> list[int]:
    """Keep the columns that add to the rank, in order."""
    kept: list[int] = []
    for column in range(design.shape[1]):
        trial = [*kept, column]
        if np.linalg.matrix_rank(design[:, trial]) == len(trial):
            kept = trial
    return kept


def _slope_error(residual: Floats, years: Floats, days: Days) -> tuple[float, float, float]:
    """Return the standard error of the slope, the memory of the weeks, degrees of freedom.

    ``years`` are counted from the middle of each stretch: its level is free.
    """
    week = (days.dates - days.dates[0]).days.to_numpy() // 7
    weekly = pd.Series(residual).groupby(week).median()
    memory = float(weekly.corr(weekly.shift(1)))
    memory = min(max(memory + (1 + 3 * memory) / len(weekly), 0.0), 0.98)
    inflation = (1 + memory) / (1 - memory)
    values = weekly.dropna()
    centre = pd.Series(years).groupby(week).mean().loc[values.index]
    square = float((centre**2).sum())
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
