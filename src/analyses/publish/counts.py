"""Footfall counts in the national schema "comptage des mobilités", version 0.2.5.

Three tables: sites, channels (one a sensor) and measures. A sensor without coordinates cannot be a
site of the schema: it is left out and told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

Series = Any
"""A pandas Series of instants."""

SCHEMA = "https://schema.data.gouv.fr/schemas/etalab/schema-comptage-mobilites-{}/0.2.5/schema.json"
"""Address of each table's schema; ``{}`` is ``site``, ``channel`` or ``measure``."""

COLUMNS: dict[str, dict[str, str]] = {
    "site": {
        "site_id": "string", "parent_site_id": "string", "site_name": "string",
        "fr_insee_code": "string", "xlong": "number", "ylat": "number", "external_ids": "string",
        "infrastructure_type": "string",
    },
    "channel": {
        "channel_id": "string", "channel_provider_id": "string", "site_provider_id": "string",
        "site_id": "string", "mobility_type": "string", "comment": "string",
        "counter_transmission_type": "string", "publication_transmission_type": "string",
        "counter_type": "string", "direction": "string", "provider_direction_code": "string",
        "provider_direction_name": "string", "data_provider_name": "string",
        "temporality": "string", "started_at": "datetime", "ended_at": "datetime",
        "last_updated_at": "datetime", "time_step": "number", "provider_portal_url": "string",
    },
    "measure": {
        "channel_id": "string", "counter_id": "string", "start_datetime": "datetime",
        "end_datetime": "datetime", "count": "number",
    },
}  # fmt: skip
"""Columns of each table with their types, in the schema's order; what is not known is empty."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The three tables of the schema.

    Parameters
    ----------
    sites, channels, measures : DataFrame
        Columns as the schema names them, instants in UTC with their mark.
    left_out : tuple of str
        Sensors that the schema cannot hold: no coordinates.
    """

    sites: pd.DataFrame
    channels: pd.DataFrame
    measures: pd.DataFrame
    left_out: tuple[str, ...]


def national(
    sensors: pd.DataFrame, counts: pd.DataFrame, *, insee_code: str, time_zone: str
) -> Counts:
    """Return sensors and counts in the national schema.

    Parameters
    ----------
    sensors : DataFrame
        ``sensor_id``, ``name``, ``lon``, ``lat``.
    counts : DataFrame
        ``sensor_id``, ``start`` (local time of the city, or UTC if it has a zone),
        ``duration_minutes``, ``count``.
    insee_code : str
        Code of the commune, written where it is a French one.
    time_zone : str
        IANA name of the city's time zone.

    Returns
    -------
    Counts
    """
    placed = sensors[sensors["lon"].notna() & sensors["lat"].notna()]
    known = counts[counts["sensor_id"].isin(placed["sensor_id"]) & counts["count"].notna()]
    start = _utc(known["start"], time_zone)
    known, start = known[start.notna()], start[start.notna()]
    length = pd.to_timedelta(known["duration_minutes"].astype(float), unit="min")
    measures = pd.DataFrame(
        {
            "channel_id": known["sensor_id"].astype(str),
            "counter_id": known["sensor_id"].astype(str),
            "start_datetime": _marked(start),
            "end_datetime": _marked(start + length),
            "count": known["count"].astype(float),
        }
    ).sort_values(["channel_id", "start_datetime"], ignore_index=True)[list(COLUMNS["measure"])]
    placed = placed[placed["sensor_id"].isin(known["sensor_id"])].sort_values("sensor_id")
    left = sorted(set(counts["sensor_id"].astype(str)) - set(placed["sensor_id"].astype(str)))
    return Counts(
        _sites(placed, insee_code).reindex(columns=list(COLUMNS["site"])),
        _channels(placed, known, start).reindex(columns=list(COLUMNS["channel"])),
        measures,
        tuple(left),
    )


def _sites(placed: pd.DataFrame, insee_code: str) -> pd.DataFrame:
    french = insee_code if re.fullmatch(r"([013-9]\d|2[AB1-9])\d{3}", insee_code) else ""
    names = placed["name"].astype(object)
    return pd.DataFrame(
        {
            "site_id": placed["sensor_id"].astype(str),
            "site_name": names.where(names.notna(), placed["sensor_id"]),
            "fr_insee_code": french,
            "xlong": placed["lon"].astype(float),
            "ylat": placed["lat"].astype(float),
        }
    ).reset_index(drop=True)  # fmt: skip


def _channels(placed: pd.DataFrame, known: pd.DataFrame, start: pd.Series) -> pd.DataFrame:
    sensor = known["sensor_id"].astype(str)
    first, last = start.groupby(sensor).min(), start.groupby(sensor).max()
    step = known.groupby(sensor)["duration_minutes"].median().astype(float) * 60
    names = placed["sensor_id"].astype(str).tolist()
    return pd.DataFrame(
        {
            "channel_id": names,
            "site_id": names,
            "mobility_type": "PEDESTRIAN",
            "started_at": _marked(first.reindex(names)).to_numpy(),
            "last_updated_at": _marked(last.reindex(names)).to_numpy(),
            "time_step": step.reindex(names).to_numpy(),
        }
    )


def _utc(moments: Series, time_zone: str) -> Series:
    """Return instants in UTC; an hour that the clock repeats or skips has none, and is dropped."""
    if isinstance(moments.dtype, pd.DatetimeTZDtype):
        return moments.dt.tz_convert("UTC")
    local = moments.dt.tz_localize(time_zone, ambiguous="NaT", nonexistent="NaT")
    return local.dt.tz_convert("UTC")


def _marked(moments: Series) -> Series:
    return moments.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
