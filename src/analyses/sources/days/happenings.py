"""The table of events, whatever file it comes from: its columns, identifiers and types."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from analyses.errors import Fault
from analyses.schemas import fold
from analyses.sources.request import Request

MOST = 5000
"""Occurrences that one file may give."""

_BETWEEN = r"\s*[|;,]\s*"
"""What stands between two identifiers of one cell; it is read as ``|``."""


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
    for name in ("sensor_ids", "zone_ids"):
        out[name] = out[name].astype("string").str.replace(_BETWEEN, "|", regex=True).str.strip("|")
    out["event_id"] = out["event_id"].astype("string").fillna(made.astype("string"))
    twice = out["event_id"].duplicated(keep=False) & out["recurrence"].notna()
    out.loc[twice, "event_id"] = (out["event_id"] + "-" + days)[twice]
    out["expected_attendance"] = out["expected_attendance"].astype("Int64")
    kinds = dict.fromkeys(
        ("event_id", "label", "kind", "sensor_ids", "zone_ids", "place"), "string"
    )
    return out[list(COLUMNS)].astype(kinds)


def unknown_places(
    frame: pd.DataFrame, asked: Request, known: Mapping[str, Collection[str]]
) -> list[Fault]:
    """Return a fault for each sensor or zone that events name and the city does not have.

    Parameters
    ----------
    frame : DataFrame
        Events of one file, indexed by line.
    asked : Request
        The file.
    known : mapping
        Column (``sensor_ids``, ``zone_ids``): the identifiers that there are. A column that is not
        named is not checked.
    """
    faults = []
    for name, there in known.items():
        what = name.removesuffix("_ids")
        cells = frame[name].dropna().str.split("|").explode().str.strip()
        named = cells[~cells.isin(list(there)) & cells.ne("")]
        for value, rows in named.groupby(named):
            said = dict.fromkeys(rows.index)
            listed = ", ".join(sorted(there)[:20]) or "none is declared"
            problem = f"the city has no such {what} ({len(said)} events)"
            fixed = asked.source.constants.get(name) is not None
            calendar = asked.source.layout == "icalendar"
            faults.append(
                Fault(
                    "city.yml" if fixed else asked.file,
                    problem,
                    f"Write one of: {listed}; or leave it empty for the whole city",
                    row=None if fixed or calendar else int(next(iter(said))),
                    column=f"sources.events.constants.{name}"
                    if fixed
                    else asked.source.columns.get(name, name),
                    value=str(value),
                )
            )
    return faults


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
