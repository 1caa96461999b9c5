"""The town's day and week: hourly profiles, event hours, opening hours against presence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Floats
from analyses.footfall.impact import DayEffect, Impact, Period
from analyses.results import Estimate

EMPTY_STREET = 0.25
"""An hour is empty when it holds less than this share of the mean hour of the opening time."""

_WEEKS, _FEWEST, _NORMAL = 8, 4, 1.96


@dataclass(frozen=True, slots=True)
class HourEffect:
    """Observed and expected passages of one hour of one day of an event."""

    day: date
    hour: int
    period: Period
    observed: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Match:
    """Opening hours against presence.

    Parameters
    ----------
    outside : Estimate
        Share of passages outside opening hours, percent, with its interval over days.
    empty_open : Estimate
        Share of open hours with an empty street, percent, with its interval over weeks.
    hours : pandas.DataFrame
        ``weekday``, ``hour``, ``passages`` (mean), ``open_share``.
    """

    outside: Estimate
    empty_open: Estimate
    hours: pd.DataFrame


def weekly_profile(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the usual week of each sensor.

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts, an hour or less a period.

    Returns
    -------
    pandas.DataFrame
        ``sensor_id``, ``weekday``, ``hour``, ``median``, ``low``, ``high`` (quartiles over weeks),
        ``n`` (weeks).
    """
    hourly = _hourly(counts)
    by = hourly.groupby(["sensor_id", "weekday", "hour"])["count"]
    table = by.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    table.columns = pd.Index(["low", "median", "high"])
    table["n"] = by.count()
    return table.reset_index()[["sensor_id", "weekday", "hour", "median", "low", "high", "n"]]


def hour_effects(counts: pd.DataFrame, impact: Impact) -> tuple[HourEffect, ...]:
    """Spread an event's expected days over their hours, as the same weekdays around it do.

    The interval of an hour joins that of the day and the scatter of the hour's share; it is each
    hour's own.

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts of the series measured (several sensors are added up).
    impact : Impact
        Effect by day.

    Returns
    -------
    tuple of HourEffect
        By day and hour; days with fewer than four comparable days are left out.
    """
    hourly = _hourly(counts).groupby(["date", "hour"])["count"].sum(min_count=1).unstack()
    shares = hourly.div(hourly.sum(axis=1, min_count=24 if hourly.shape[1] == 24 else 1), axis=0)
    skip = pd.DatetimeIndex([pd.Timestamp(effect.day) for effect in impact.days])
    dates = pd.DatetimeIndex(shares.index)
    observed = hourly.to_numpy(dtype=np.float64)
    found: list[HourEffect] = []
    for effect in impact.days:
        day = pd.Timestamp(effect.day)
        near = (dates.dayofweek == day.dayofweek) & ~dates.isin(skip)
        near &= np.abs((dates - day).days.to_numpy()) <= 7 * _WEEKS
        like = shares[near].dropna(how="all").to_numpy(dtype=np.float64)
        at = np.flatnonzero(dates == day)
        if len(like) >= _FEWEST and len(at) and effect.expected > 0:
            hours = [int(hour) for hour in hourly.columns]
            found += _spread_day(effect, hours, observed[at[0]], like)
    return tuple(found)


def _spread_day(
    effect: DayEffect, hours: list[int], observed: Floats, shares: Floats
) -> list[HourEffect]:
    """Give each hour its usual share of the expected day."""
    of_day = np.log((1 + effect.high) / (1 + max(effect.low, 0.0))) / 2
    rows = []
    for index, hour in enumerate(hours):
        known = shares[:, index][~np.isnan(shares[:, index])]
        if not len(known):
            continue
        expected = effect.expected * float(np.median(known))
        of_hour = _NORMAL * float(np.log(known + 1e-4).std())
        half = float(np.exp(np.hypot(of_day, of_hour)))
        rows.append(
            HourEffect(
                effect.day, hour, effect.period, float(observed[index]), expected,
                expected / half, expected * half,
            )
        )  # fmt: skip
    return rows


def opening_match(counts: pd.DataFrame, opening: pd.DataFrame, *, seed: int = 0) -> Match:
    """Compare the hours when shops open with the hours when people pass.

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts of the sensors of a street or zone, an hour or less a period.
    opening : pandas.DataFrame
        ``weekday`` (0 for Monday), ``hour`` (0-23), ``open_share`` (share of shops open, 0 to 1);
        hours not given are closed.
    seed : int
        Seed of the bootstrap over weeks.

    Returns
    -------
    Match
        Passages count as outside in proportion to the shops closed at that hour; intervals by
        bootstrap of whole weeks.

    Raises
    ------
    ValueError
        If fewer than four weeks have counts.
    """
    hourly = _hourly(counts)
    town = hourly.groupby(["date", "weekday", "hour"], as_index=False)["count"].sum(min_count=1)
    town = town.merge(opening, how="left", on=["weekday", "hour"]).fillna({"open_share": 0.0})
    town = town.dropna(subset="count")
    town["week"] = (town["date"] - pd.to_timedelta(town["weekday"], unit="D")).astype("int64")
    weeks = [rows for _, rows in town.groupby("week", sort=True)]
    if len(weeks) < _FEWEST:
        raise ValueError(f"{len(weeks)} weeks with counts, at least {_FEWEST} are needed")
    mean_open = float(town.loc[town["open_share"] >= 0.5, "count"].mean())
    parts = np.array([_week_parts(rows, mean_open) for rows in weeks])
    rng = np.random.default_rng(seed)
    draws = parts[rng.integers(len(parts), size=(1000, len(parts)))].sum(axis=1)
    total = parts.sum(axis=0)
    table = town.groupby(["weekday", "hour"], as_index=False).agg(
        passages=("count", "mean"), open_share=("open_share", "first")
    )
    return Match(
        _ratio(total[0], total[1], draws[:, 0], draws[:, 1], len(parts)),
        _ratio(total[2], total[3], draws[:, 2], draws[:, 3], len(parts)),
        table,
    )


def _week_parts(rows: pd.DataFrame, mean_open: float) -> tuple[float, float, float, float]:
    opened = rows["open_share"] >= 0.5
    empty = opened & (rows["count"] < EMPTY_STREET * mean_open)
    outside = float((rows["count"] * (1 - rows["open_share"])).sum())
    return outside, float(rows["count"].sum()), float(empty.sum()), float(opened.sum())


def _ratio(top: float, base: float, tops: Floats, bases: Floats, n: int) -> Estimate:
    if base <= 0:
        return Estimate(float("nan"), float("nan"), float("nan"), n)
    low, high = np.quantile(100 * tops / np.maximum(bases, 1e-9), [0.025, 0.975])
    return Estimate(100 * top / base, float(low), float(high), n)


def _hourly(counts: pd.DataFrame) -> pd.DataFrame:
    """Add up the periods of each local hour; an hour with a missing period is missing."""
    wall = counts["start"].dt.tz_localize(None)
    table = pd.DataFrame(
        {"sensor_id": counts["sensor_id"], "date": wall.dt.normalize(), "hour": wall.dt.hour,
         "count": counts["count"].where(counts["count"].notna(), np.inf)}
    )  # fmt: skip
    hourly = table.groupby(["sensor_id", "date", "hour"])["count"].sum().reset_index()
    hourly["count"] = hourly["count"].where(np.isfinite(hourly["count"]))
    hourly["weekday"] = hourly["date"].dt.dayofweek
    return hourly
