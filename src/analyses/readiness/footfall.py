"""What counts and events allow: how many days were counted, which events fell on them."""

from __future__ import annotations

import pandas as pd

FULL_YEAR = 365
WEEKS_DAYS, FEWEST_PAIRS = 364, 183
"""Days after which a day is compared with itself, and pairs of days that a trend takes."""
RECENT_SHARE, SURE_SHARE = 0.9, 0.97
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
    if bool(known["duration_minutes"].le(60).any()):
        found.add("counts_hourly")
    if "dwell_minutes" in known and bool(known["dwell_minutes"].notna().any()):
        found.add("counts_dwell")
    whole = days.asfreq("D", fill_value=False)
    pairs = int((whole & whole.shift(WEEKS_DAYS, fill_value=False)).sum().max())
    if pairs >= FEWEST_PAIRS:
        found.add("counts_years" if pairs >= FULL_YEAR - 1 else "counts_months")
    last = days.index.max()
    year = days[days.index > last - pd.Timedelta(days=FULL_YEAR)]
    long_enough = (last - days.index.min()).days + 1 >= FULL_YEAR
    if long_enough:
        most = int(year.sum().max())
        if most >= RECENT_SHARE * FULL_YEAR:
            found.add("counts_recent" if most >= SURE_SHARE * FULL_YEAR else "counts_gaps")
    if events is not None:
        found |= {"events"} | _events(days, events)
    return found


def _days(known: pd.DataFrame) -> pd.DataFrame:
    """Return whether each sensor counted most of each local day."""
    when = known["start"]
    if getattr(when.dtype, "tz", None) is not None:
        when = when.dt.tz_localize(None)
    minutes = known["duration_minutes"].astype("float64").clip(upper=1440)
    names = known["sensor_id"].astype("object")
    keys = [when.dt.normalize(), names]
    covered = minutes.groupby(keys).sum().unstack(fill_value=0)
    passed = known["count"].astype("float64").groupby(keys).sum().unstack(fill_value=0)
    usual = covered.where(covered > 0).median()
    return (covered >= 0.9 * usual.clip(upper=1440)) & (passed > 0)


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
