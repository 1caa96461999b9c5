"""The table of events, whatever file it comes from: its columns, identifiers and types."""

from __future__ import annotations

import pandas as pd

from analyses.schemas import fold
from analyses.sources.request import Request

MOST = 5000
"""Occurrences that one file may give."""


COLUMNS: tuple[str, ...] = (
    "event_id",
    "label",
    "kind",
    "start",
    "end",
    "sensor_ids",
    "zone_ids",
    "place",
    "expected_attendance",
)


def finished(frame: pd.DataFrame, asked: Request) -> pd.DataFrame:
    """Give every event an identifier and the columns of the table."""
    zone = asked.city.time_zone
    out = frame.copy()
    for name in ("start", "end"):
        out[name] = pd.to_datetime(out[name], utc=True).dt.tz_convert(zone).dt.as_unit("ns")
    days = out["start"].dt.strftime("%Y-%m-%d")
    made = out["label"].fillna("").map(lambda text: fold(str(text)).replace(" ", "-")) + "-" + days
    out["event_id"] = out["event_id"].astype("string").fillna(made.astype("string"))
    twice = out["event_id"].duplicated(keep=False) & out["recurrence"].notna()
    out.loc[twice, "event_id"] = (out["event_id"] + "-" + days)[twice]
    out["expected_attendance"] = out["expected_attendance"].astype("Int64")
    kinds = dict.fromkeys(
        ("event_id", "label", "kind", "sensor_ids", "zone_ids", "place"), "string"
    )
    return out[list(COLUMNS)].astype(kinds)


def empty(asked: Request) -> pd.DataFrame:
    """Return a table of events without rows."""
    frame = pd.DataFrame({name: pd.Series(dtype="object") for name in (*COLUMNS, "recurrence")})
    frame.index = pd.Index([], name="line", dtype="int64")
    return finished(
        frame.assign(
            start=pd.Series(dtype="datetime64[ns, UTC]"),
            end=pd.Series(dtype="datetime64[ns, UTC]"),
            label=pd.Series(dtype="string"),
        ),
        asked,
    )
