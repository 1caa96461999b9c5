"""What counts and events allow: how many days were counted, which events fell on them."""

from __future__ import annotations

import pandas as pd

FULL_YEAR = 365
RECENT_SHARE = 0.9
CALENDAR_KINDS = frozenset({"market_day", "sales"})
"""Kinds of events whose effect is not measured one by one."""
SPAN = 365
"""Days around an event on which its effect is measured, on each side."""
ENOUGH, FEWEST = 120, 60
"""Days counted around an event: enough to measure it, and under which nothing can be said."""


def assets(counts: pd.DataFrame, events: pd.DataFrame | None) -> set[str]:
    """Return what counts (and events) give.

    Parameters
    ----------
    counts : DataFrame
        Table ``counts``.
    events : DataFrame or None
        Table ``events``.
    """
    known = counts[counts["count"].notna()]
    if known.empty:
        return set()
    days = _days(known)
    found = {"counts"}
    if int(days.sum().max()) >= FULL_YEAR:
        found.add("counts_year")
    last = days.index.max()
    year = days[days.index > last - pd.Timedelta(days=FULL_YEAR)]
    long_enough = (last - days.index.min()).days + 1 >= FULL_YEAR
    if long_enough and bool((year.sum() >= RECENT_SHARE * FULL_YEAR).any()):
        found.add("counts_recent")
    if events is not None:
        found |= _events(days, events)
    return found


def _days(known: pd.DataFrame) -> pd.DataFrame:
    """Return whether each sensor counted most of each local day."""
    when = known["start"]
    if getattr(when.dtype, "tz", None) is not None:
        when = when.dt.tz_localize(None)
    minutes = known["duration_minutes"].astype("float64").clip(upper=1440)
    names = known["sensor_id"].astype("object")
    covered = minutes.groupby([when.dt.normalize(), names]).sum().unstack(fill_value=0)
    usual = covered.where(covered > 0).median()
    return covered >= 0.9 * usual.clip(upper=1440)


def _local(moment: object) -> pd.Timestamp:
    """Return the local day of a moment."""
    return pd.Timestamp(moment).tz_localize(None).normalize()  # type: ignore[arg-type]


def _events(days: pd.DataFrame, events: pd.DataFrame) -> set[str]:
    measured = events[~events["kind"].astype("object").isin(CALENDAR_KINDS)]
    best = 0
    for first, last in zip(measured["start"], measured["end"], strict=True):
        start = _local(first)
        end = start if pd.isna(last) else _local(last)
        window = pd.date_range(start, end, freq="D")
        seen = days.reindex(window, fill_value=False).all()
        around = days.loc[start - pd.Timedelta(days=SPAN) : end + pd.Timedelta(days=SPAN)]
        counted = around.loc[:, seen].sum() - len(window)
        best = max(best, int(counted.max()) if len(counted) else 0)
    if best >= ENOUGH:
        return {"events_counted"}
    return {"events_short"} if best >= FEWEST else set()
