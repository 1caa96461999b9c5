"""Best dates: where a coming event would meet people, and could be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analyses.footfall.baseline import Baseline, fit_baseline
from analyses.footfall.calendar import Bools, Days, Floats, Ints
from analyses.footfall.placebo import calibrate, placebo_starts

SPAN = 730
_CONFLICTS = ("public_holiday", "school_holiday", "bridge", "sales", "market_day")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of days that an event could take.

    Parameters
    ----------
    start, end : date
        First and last day.
    rank : int
        1 for the best.
    flow : float
        Passages expected without the event.
    detectable : float
        Smallest effect, in percent, that would be shown four times in five.
    conflicts : tuple of str
        Calendar columns that hold on a day of the stretch, and labels of declared events.
    """

    start: date
    end: date
    rank: int
    flow: float
    detectable: float
    conflicts: tuple[str, ...]


def rank_dates(
    counts: Floats,
    days: Days,
    candidates: Sequence[tuple[date, date]],
    coming: Days,
    *,
    events: Bools | None = None,
    declared: Sequence[tuple[str, date, date]] = (),
) -> tuple[Candidate, ...]:
    """Rank coming dates: fewest conflicts with other events, then flow and detectability.

    Parameters
    ----------
    counts : array, shape (n,)
        Past counts by day.
    days : Days
        Features of the past days.
    candidates : sequence of (first day, last day)
        Coming stretches, all of one length.
    coming : Days
        Features of the coming days, from the day after the last past one, made together with the
        past ones so that holidays share their codes.
    events : array of bool, shape (n,), optional
        Past days of events, not learnt from.
    declared : sequence of (label, first day, last day)
        Coming events that are already set.

    Returns
    -------
    tuple of Candidate
        Best first. The expected flow is the model's for that weekday, season and holiday at the
        present level; beyond the season's horizon it is a climatology, not a forecast.

    Raises
    ------
    ValueError
        If a candidate is not among the coming days, or lengths differ.
    """
    lengths = {(last - first).days + 1 for first, last in candidates}
    if len(lengths) != 1:
        raise ValueError("candidate stretches differ in length: rank one length at a time")
    length = lengths.pop()
    baseline, first_coming = _fit(counts, days, coming, events)
    season = _season(counts, days)
    rows = []
    for first, last in candidates:
        window = _positions(baseline.days, first, last, length, first_coming)
        prediction = baseline.predict(window)
        shape = season[baseline.days.dates[window].dayofyear.to_numpy() - 1]
        flow = float((prediction.daily * shape).sum())
        free = np.zeros(len(baseline.days), dtype=np.bool_)
        free[baseline.seen] = True
        starts = placebo_starts(baseline.days, free, window)
        known = calibrate(baseline, starts, length)
        spread = float(np.median([_spread(baseline, s, length) for s in starts]))
        clash = _conflicts(baseline.days, window, declared, first, last)
        rows.append((first, last, flow, 100 * known.detectable(spread), clash))
    return _ranked(rows)


def _ranked(
    rows: list[tuple[date, date, float, float, tuple[str, ...]]],
) -> tuple[Candidate, ...]:
    """Order by conflicts, then by the mean of the ranks of flow (high) and detectability (low)."""
    flow = pd.Series([row[2] for row in rows]).rank(ascending=False)
    detectable = pd.Series([row[3] for row in rows]).rank()
    score = (flow + detectable) / 2
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i][4]), score[i], rows[i][0]))
    return tuple(
        Candidate(rows[i][0], rows[i][1], place + 1, rows[i][2], rows[i][3], rows[i][4])
        for place, i in enumerate(order)
    )


def _fit(counts: Floats, days: Days, coming: Days, events: Bools | None) -> tuple[Baseline, int]:
    """Fit the last two years, with the coming days appended as missing."""
    first = max(len(days) - SPAN, 0)
    past = days.slice(first, len(days))
    joined = Days(
        pd.DatetimeIndex(past.dates.append(coming.dates)), np.append(past.weekday, coming.weekday),
        np.append(past.holiday, coming.holiday), np.vstack([past.flags, coming.flags]),
        past.flag_names, np.vstack([past.weather, coming.weather]),
    )  # fmt: skip
    values = np.append(counts[first:], np.full(len(coming), np.nan))
    hidden = None
    if events is not None:
        hidden = np.append(events[first:], np.zeros(len(coming), dtype=np.bool_))
    return fit_baseline(values, joined, left_out=hidden), len(past)


def _season(counts: Floats, days: Days) -> Floats:
    """Mean shape of the year by day of year, from full years, smoothed over five weeks."""
    logs = pd.Series(np.log1p(counts), index=days.dates)
    if logs.notna().sum() < 365:
        return np.ones(366)
    away = logs - logs.rolling(365, center=True, min_periods=180).mean()
    by_day = (
        away.groupby(days.dates.dayofyear)
        .mean()
        .reindex(range(1, 367))
        .interpolate(limit_direction="both")
    )
    ring = pd.concat([by_day.iloc[-28:], by_day, by_day.iloc[:28]], ignore_index=True)
    smooth = ring.rolling(35, center=True).mean().iloc[28:-28].to_numpy(dtype=np.float64)
    recent = smooth[days.dates[-28:].dayofyear.to_numpy() - 1].mean()
    shape: Floats = np.exp(smooth - recent)
    return shape


def _positions(days: Days, first: date, last: date, length: int, start: int) -> Ints:
    at = np.flatnonzero(
        (days.dates >= pd.Timestamp(first)) & (days.dates <= pd.Timestamp(last))
    ).astype(np.int64)
    if len(at) != length or at[0] < start:
        raise ValueError(f"{first} to {last} is not among the coming days")
    return at


def _spread(baseline: Baseline, start: int, length: int) -> float:
    return baseline.leave_out(np.arange(start, start + length)).spread


def _conflicts(
    days: Days,
    window: Ints,
    declared: Sequence[tuple[str, date, date]],
    first: date,
    last: date,
) -> tuple[str, ...]:
    found = ["public_holiday"] if days.public_holiday[window].any() else []
    for name in _CONFLICTS[1:]:
        if name in days.flag_names and days.flags[window, days.flag_names.index(name)].any():
            found.append(name)
    found += [label for label, begin, end in declared if begin <= last and end >= first]
    return tuple(found)
