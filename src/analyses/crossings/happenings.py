"""What happened at each sensor: declared events and works, by day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

CALENDAR_KINDS = frozenset({"market_day", "sales"})


def declared_days(
    projects: pd.DataFrame | None, sensors: pd.DataFrame
) -> Mapping[str, Sequence[pd.Timestamp]]:
    """Return the first and last days of the works declared in each sensor's street or zone."""
    found: dict[str, list[pd.Timestamp]] = {}
    if projects is None:
        return found
    for row in sensors.itertuples(index=False):
        mine = (projects["street"].astype("object") == row.name) | (
            projects["street"].isna() & (projects["zone_id"].astype("object") == row.zone_id)
        )
        days = projects.loc[mine.fillna(False).astype(bool), ["start", "end"]].to_numpy().ravel()
        found[str(row.sensor_id)] = list(pd.to_datetime(pd.Series(days)).dropna())
    return found


def event_days(
    events: pd.DataFrame | None, sensors: pd.DataFrame, panel: pd.DataFrame
) -> pd.DataFrame:
    """Return whether each day (rows) holds a declared event at each sensor (columns).

    Market days and sales, which come to all alike, are not events here.
    """
    names = sensors["sensor_id"].astype(str).tolist()
    table = pd.DataFrame(False, index=panel.index, columns=names)
    if events is None or events.empty:
        return table
    zone = dict(zip(names, sensors["zone_id"].astype("object"), strict=True))
    for row in events[~events["kind"].isin(CALENDAR_KINDS)].to_dict("records"):
        start, end = _day(row["start"]), _day(row.get("end"))
        end = start if pd.isna(end) else end
        chosen = _listed(row.get("sensor_ids"))
        areas = _listed(row.get("zone_ids"))
        touched = [n for n in names if n in chosen or zone[n] in areas]
        touched = touched or (names if not chosen and not areas else [])
        table.loc[(table.index >= start) & (table.index <= end), touched] = True
    return table


def _day(value: object) -> pd.Timestamp:
    moment = pd.Timestamp(value)  # type: ignore[arg-type]
    return moment if pd.isna(moment) else moment.tz_localize(None).normalize()


def _listed(value: object) -> set[str]:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return set()
    return {part.strip() for part in str(value).replace("|", ",").split(",") if part.strip()}
