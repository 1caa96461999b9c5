"""Dwell time: how long people stay, usually and at events, where a source tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Days
from analyses.footfall.events import Event
from analyses.footfall.impact import Impact, Settings
from analyses.footfall.profile import KINDS
from analyses.footfall.study import measure_events
from analyses.results import Estimate

FEWEST_WEEKS = 4
"""Weeks with dwell times under which nothing is said."""
MOST_MISSING = 0.2
"""Share of a day's passages without dwell time beyond which the day is missing."""

_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Stay:
    """Dwell time during an event.

    Parameters
    ----------
    impact : Impact
        Effect on the daily mean dwell time, measured as the effect on passages is: same baseline,
        same placebo windows, same verdicts.
    observed, expected : Estimate
        Mean dwell time, minutes, with and without the event.
    change : Estimate
        Difference, minutes.
    """

    impact: Impact
    observed: float
    expected: Estimate
    change: Estimate


@dataclass(frozen=True, slots=True)
class Dwell:
    """How long people stay.

    Parameters
    ----------
    panel : pandas.DataFrame
        Mean dwell time, minutes, by local day and sensor, weighted by passages.
    usual : dict of (str, str) to Estimate
        Mean dwell time, minutes, by sensor (``*`` for all) and kind of day (``all``, ``working``,
        ``saturday``, ``sunday``); ``n`` is the number of days.
    stays : tuple of Stay
        At each event measured, on all its sensors that tell dwell times.
    """

    panel: pd.DataFrame
    usual: dict[tuple[str, str], Estimate]
    stays: tuple[Stay, ...] = field(default=())


def measure_dwell(
    counts: pd.DataFrame,
    healthy: pd.DataFrame,
    sensors: pd.DataFrame,
    events: Sequence[Event],
    days: Days,
    *,
    settings: Settings | None = None,
    seed: int = 0,
) -> Dwell | None:
    """Measure dwell times, usual and at events.

    Parameters
    ----------
    counts : pandas.DataFrame
        Checked counts: ``sensor_id``, ``start``, ``count``, ``dwell_minutes``.
    healthy : pandas.DataFrame
        The same once faulty periods are missing; only their dwell times are used.
    sensors : pandas.DataFrame
        ``sensor_id``, ``zone_id`` and, where known, ``lon``, ``lat``.
    events : sequence of Event
        All declared events to measure.
    days : Days
        Features of consecutive days that hold those of the counts.
    settings : Settings, optional
        How effects are measured.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    Dwell or None
        None where no source tells dwell times, or for fewer than :data:`FEWEST_WEEKS` weeks.
    """
    panel = dwell_panel(counts, healthy)
    if panel.empty or panel.notna().any(axis=1).sum() < 7 * FEWEST_WEEKS:
        return None
    panel = panel.reindex(days.dates)
    usual: dict[tuple[str, str], Estimate] = {}
    for name in [*panel.columns, "*"] if len(panel.columns) > 1 else list(panel.columns):
        series = panel.mean(axis=1) if name == "*" else panel[name]
        usual |= {(str(name), kind): e for kind, e in _usual(series, seed).items()}
    impacts = (
        measure_events(panel, sensors, events, days, settings=settings, parts=False)
        if events
        else ()
    )
    return Dwell(panel, usual, tuple(_stay(impact, panel, sensors) for impact in impacts))


def dwell_panel(counts: pd.DataFrame, healthy: pd.DataFrame) -> pd.DataFrame:
    """Return the mean dwell time by local day and sensor, weighted by passages, minutes.

    A day is missing where :data:`MOST_MISSING` of its passages or more have no dwell time.
    """
    if "dwell_minutes" not in counts or not bool(counts["dwell_minutes"].notna().any()):
        return pd.DataFrame()
    told = counts.loc[counts["dwell_minutes"].notna(), ["sensor_id", "start", "dwell_minutes"]]
    columns = ["sensor_id", "start", "count"]
    mine = healthy.loc[healthy["sensor_id"].isin(told["sensor_id"]), columns]
    table = mine.merge(told, on=["sensor_id", "start"], how="left").dropna(subset="count")
    table["date"] = table["start"].dt.tz_localize(None).dt.normalize()
    table["told"] = table["count"].where(table["dwell_minutes"].notna(), 0.0)
    table["time"] = table["count"] * table["dwell_minutes"].fillna(0.0)
    by = table.groupby(["date", "sensor_id"])[["count", "told", "time"]].sum()
    enough = (by["told"] > 0) & (by["told"] > (1 - MOST_MISSING) * by["count"])
    return (by["time"] / by["told"]).where(enough).unstack().sort_index()


def _usual(series: pd.Series[float], seed: int) -> dict[str, Estimate]:
    """Return the mean by kind of day, with an interval by bootstrap of whole weeks."""
    known = series.dropna()
    dates = pd.DatetimeIndex(known.index)
    weeks = pd.factorize((dates - pd.to_timedelta(dates.dayofweek, unit="D")).to_numpy())[0]
    kind = np.maximum(dates.dayofweek.to_numpy() - 4, 0)
    values = known.to_numpy(dtype=np.float64)
    found = {}
    for name, chosen in [("all", kind >= 0), *((KINDS[k], kind == k) for k in range(3))]:
        n = np.bincount(weeks[chosen], minlength=weeks.max() + 1 if len(weeks) else 0)
        if int((n > 0).sum()) < FEWEST_WEEKS:
            continue
        total = np.bincount(weeks[chosen], values[chosen], minlength=len(n))
        used = n > 0
        rng = np.random.default_rng(seed)
        draws = rng.integers(int(used.sum()), size=(_DRAWS, int(used.sum())))
        means = total[used][draws].sum(axis=1) / n[used][draws].sum(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        mean = float(total.sum() / n.sum())
        found[name] = Estimate(mean, min(float(low), mean), max(float(high), mean), int(n.sum()))
    return found


def _stay(impact: Impact, panel: pd.DataFrame, sensors: pd.DataFrame) -> Stay:
    """Write an effect in minutes.

    It is measured on the sum over sensors and days of daily means: dividing by their number gives
    minutes, and changes nothing to the relative effect.
    """
    event, inside = impact.event, 1
    if impact.series == "*":
        mine = event.declared(sensors) & set(panel.columns)
        inside = len(panel.columns) if event.everywhere else len(mine)
    size = float(inside * ((event.end - event.start).days + 1))
    return Stay(
        impact, impact.observed / size, _over(impact.expected, size), _over(impact.uplift, size)
    )


def _over(estimate: Estimate, size: float) -> Estimate:
    return Estimate(
        estimate.value / size, estimate.low / size, estimate.high / size, estimate.n, estimate.level
    )
