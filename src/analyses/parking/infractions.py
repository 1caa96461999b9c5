"""Recorded infractions: counts by place, day and hour, controls made, shares of types.

Recorded infractions are offences seen by somebody: they follow the patrols as much as the
drivers. With the number of controls, the model is one of infractions *per control*; without, it
is one of records, and every result says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from analyses.parking.arrays import Floats, positions, tally
from analyses.parking.clusters import day_ratio, weekday_strata
from analyses.wording import Text

REFLECTS_PATROLS = Text(
    "Sans effort de contrôle connu, ces chiffres décrivent les relevés : ils reflètent les "
    "patrouilles passées autant que les infractions.",
    "Without known control effort, these figures describe records: they reflect past patrols as "
    "much as offences.",
)


def count_cells(
    infractions: pd.DataFrame,
    tz: str,
    *,
    first: date | None = None,
    last: date | None = None,
    places: Sequence[str] | None = None,
    controls: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count infractions by place, local day and hour, zeros included.

    Parameters
    ----------
    infractions : pandas.DataFrame
        ``place_id``, ``time`` (tz-aware).
    tz : str
        Local time zone.
    first, last : datetime.date, optional
        Period of the record; its first and last day with an infraction by default.
    places : sequence of str, optional
        Places; those that have an infraction by default.
    controls : pandas.DataFrame, optional
        ``place_id``, ``time``, ``controls``: controls made. Cells without any are left out: with
        no control there is nothing to see.

    Returns
    -------
    pandas.DataFrame
        ``place_id``, ``day``, ``hour``, ``count``, ``effort`` (controls, 1 if unknown).
    """
    local = infractions["time"].dt.tz_convert(tz)
    day = local.dt.tz_localize(None).dt.normalize()
    known = pd.Index(sorted(infractions["place_id"].astype(str).unique()))
    names = known if places is None else pd.Index([str(p) for p in places])
    days = pd.date_range(
        day.min() if first is None else first, day.max() if last is None else last, freq="D"
    )
    shape = (len(names), len(days), 24)
    real = np.ones(len(infractions))
    if "type" in infractions:  # a round that found nothing has no type
        real = np.asarray(infractions["type"].notna(), dtype=np.float64)
    counts = _tally(infractions, local, names, days, real)
    effort = np.ones(shape)
    if controls is not None:
        when = controls["time"].dt.tz_convert(tz)
        effort = _tally(controls, when, names, days, controls["controls"].to_numpy(dtype=float))
    index = np.indices(shape).reshape(3, -1)
    cells = pd.DataFrame(
        {
            "place_id": names.to_numpy()[index[0]],
            "day": days[index[1]],
            "hour": index[2],
            "count": counts.reshape(-1),
            "effort": effort.reshape(-1),
        }
    )
    return cells[cells["effort"] > 0].reset_index(drop=True)


def control_effort(infractions: pd.DataFrame) -> pd.DataFrame:
    """Return the controls that infractions were recorded with, for :func:`count_cells`.

    Parameters
    ----------
    infractions : pandas.DataFrame
        ``place_id``, ``time``, ``controls`` (vehicles checked at that place in that hour, repeated
        on each of its rows; a row without infraction has an empty ``type``).

    Returns
    -------
    pandas.DataFrame
        ``place_id``, ``time`` (the hour), ``controls``. Where only slots with an infraction carry
        their controls, rates come out too high: rounds that found nothing must be in the table.
    """
    known = infractions[infractions["controls"].notna()]
    hour = known["time"].dt.tz_convert("UTC").dt.floor("h").rename("time")
    found = known.groupby([known["place_id"], hour])["controls"].max()
    return found.reset_index()


def _tally(
    rows: pd.DataFrame, local: pd.Series, names: pd.Index, days: pd.DatetimeIndex, weight: Floats
) -> Floats:
    place = positions(names, rows["place_id"].astype(str))
    day = positions(days, local.dt.tz_localize(None).dt.normalize())
    kept = (place >= 0) & (day >= 0)
    where = (place * len(days) + day) * 24 + local.dt.hour.to_numpy()
    size = len(names) * len(days) * 24
    return tally(where[kept], size, weight[kept]).reshape(len(names), len(days), 24)


def type_shares(infractions: pd.DataFrame, tz: str, *, level: float = 0.95) -> pd.DataFrame:
    """Return the share of each type of infraction, with its interval over days.

    Parameters
    ----------
    infractions : pandas.DataFrame
        ``time`` (tz-aware), ``type``; rows without a type (rounds that found nothing) are left
        out. To study the factors of one type, keep its rows and give :func:`count_cells` the same
        period, places and controls for all types.
    tz : str
        Local time zone.
    level : float
        Nominal coverage.

    Returns
    -------
    pandas.DataFrame
        ``type``, ``count``, ``share``, ``low``, ``high``; most frequent first.
    """
    known = infractions[infractions["type"].notna()]
    day, names = pd.factorize(known["time"].dt.tz_convert(tz).dt.date, sort=True)
    kinds, labels = pd.factorize(known["type"].astype(str), sort=True)
    counts = tally(day * len(labels) + kinds, len(names) * len(labels))
    counts = counts.reshape(len(names), len(labels))
    total = counts.sum(axis=1)
    strata = weekday_strata(pd.DatetimeIndex(names))
    lines = []
    for label, column in zip(labels, counts.T, strict=True):
        found = day_ratio(column, total, strata, level=level, ceiling=1.0)
        lines.append((label, int(column.sum()), found.value, found.low, found.high))
    table = pd.DataFrame(lines, columns=["type", "count", "share", "low", "high"])
    return table.sort_values(["count", "type"], ascending=[False, True], ignore_index=True)
