"""The places that are followed: the surroundings of each sensor, wave after wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from analyses.commerce.diversity import hill
from analyses.commerce.panel import Panel
from analyses.crossings.ground import Ground
from analyses.crossings.presence import WINDOW_WEEKS, broken, quiet, yearly_change

NEAR_METRES = 200.0
"""Premises closer than this to a sensor, and closer to it than to any other, are around it."""
FEWEST_PREMISES = 5
"""Premises of known status that a place must have at both ends of a change."""

CHANGES = ("vacancy", "offer", "diversity", "footfall", "events", "parking")
"""Columns of the changes: points, %, %, logarithm, days and logarithm."""


@dataclass(frozen=True, slots=True)
class Courses:
    """Changes from one survey to the next around each sensor.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``unit`` (sensor), ``wave`` (number of the later one), ``start``, ``end`` (days of the two
        waves), ``premises`` (of known status at both) and the columns :data:`CHANGES`.
    names : mapping
        Name of each sensor.
    """

    frame: pd.DataFrame
    names: Mapping[str, str]


def surroundings(
    records: pd.DataFrame, places: pd.DataFrame, sensors: pd.DataFrame, ground: Ground
) -> pd.Series:
    """Return the sensor that each premises stands around.

    Parameters
    ----------
    records : pandas.DataFrame
        ``premises_id`` and ``zone_id`` of the survey.
    places : pandas.DataFrame
        ``premises_id``, ``lon``, ``lat``.
    sensors : pandas.DataFrame
        ``sensor_id``, ``zone_id``, ``lon``, ``lat``; a sensor without coordinates that is alone in
        its zone stands for the zone.

    Returns
    -------
    pandas.Series
        Sensor by ``premises_id``; premises around none are left out.
    """
    spot = places.dropna(subset=["lon", "lat"]).drop_duplicates("premises_id", keep="last")
    placed = sensors.dropna(subset=["lon", "lat"])
    found = pd.Series(dtype="object")
    if len(spot) and len(placed):
        gap = ground.distances(
            ground.plane(spot["lon"], spot["lat"]), ground.plane(placed["lon"], placed["lat"]),
            NEAR_METRES,
        )  # fmt: skip
        nearest = gap.argmin(axis=1)
        near = np.isfinite(gap.min(axis=1))
        names = placed["sensor_id"].astype(str).to_numpy()[nearest]
        found = pd.Series(names[near], index=spot["premises_id"].astype(str).to_numpy()[near])
    lost = sensors[sensors["lon"].isna() & sensors["zone_id"].notna()]
    alone = sensors["zone_id"].astype("object").map(str, na_action="ignore").value_counts()
    for row in lost.itertuples(index=False):
        if int(alone.get(str(row.zone_id), 0)) == 1:
            inside = records.loc[records["zone_id"].astype("object") == row.zone_id, "premises_id"]
            free = [str(name) for name in inside.unique() if str(name) not in found.index]
            found = pd.concat([found, pd.Series(str(row.sensor_id), index=free)])
    return found


def courses(
    survey: Panel,
    around: pd.Series,
    panel: pd.DataFrame,
    names: Mapping[str, str],
    *,
    declared: Mapping[str, Sequence[pd.Timestamp]],
    event_days: pd.DataFrame,
    parking: pd.DataFrame,
) -> Courses:
    """Gather what changed around each sensor from one wave to the next.

    Parameters
    ----------
    survey : Panel
        Premises by wave.
    around : pandas.Series
        Sensor of each premises (:func:`surroundings`).
    panel : pandas.DataFrame
        Passages by day and sensor.
    names : mapping
        Names of the sensors.
    declared : mapping
        Days of declared works by sensor.
    event_days : pandas.DataFrame
        Days (rows) of an event by sensor, true or false.
    parking : pandas.DataFrame
        Paid minutes by day around each sensor; may be empty.
    """
    records = survey.stock.assign(unit=survey.stock["premises_id"].astype(str).map(around))
    records = records.dropna(subset=["unit", "vacant"])
    size = _common_size(records)
    breaks = {
        str(name): broken(quiet(panel[name], event_days), declared.get(str(name), ()))
        for name in panel
    }
    rows = []
    for number, (before, after) in enumerate(pairwise(survey.dates), start=1):
        moved = yearly_change(panel, before, after, breaks)
        busy = _days(event_days, after).sum() - _days(event_days, before).sum()
        paid = yearly_change(parking, before, after, {}) if len(parking) else pd.Series(dtype=float)
        pair = [records[records["wave"] == wave] for wave in (number - 1, number)]
        for unit in sorted(set(records["unit"])):
            shops = _shops(*(part[part["unit"] == unit] for part in pair), size=size)
            if shops is None:
                continue
            rows.append(
                {"unit": unit, "wave": number, "start": before, "end": after, **shops,
                 "footfall": moved.get(unit, np.nan), "events": busy.get(unit, np.nan),
                 "parking": paid.get(unit, np.nan)}
            )  # fmt: skip
    columns = ["unit", "wave", "start", "end", "premises", *CHANGES]
    return Courses(pd.DataFrame(rows, columns=columns), names)


def _days(table: pd.DataFrame, end: date) -> pd.DataFrame:
    last = pd.Timestamp(end)
    first = last - pd.Timedelta(weeks=WINDOW_WEEKS)
    return table[(table.index >= first) & (table.index < last)]


def _common_size(records: pd.DataFrame) -> int:
    """Return the number of shops at which every place and wave is compared."""
    occupied = records[(records["vacant"] == 0.0) & records["family"].notna()]
    counts = occupied.groupby(["unit", "wave"]).size()
    counts = counts[counts >= FEWEST_PREMISES]
    return int(counts.min()) if len(counts) else 0


def _shops(before: pd.DataFrame, after: pd.DataFrame, *, size: int) -> dict[str, float] | None:
    """Return what changed among the premises of one place, None where too few are known."""
    old = before.set_index("premises_id")["vacant"]
    new = after.set_index("premises_id")["vacant"]
    shared = old.index.intersection(new.index)
    if len(shared) < FEWEST_PREMISES:
        return None
    open_before, open_after = float((old == 0.0).sum()), float((new == 0.0).sum())
    offer = 100 * np.log(open_after / open_before) if open_before and open_after else np.nan
    varied = [_diversity(part, size) for part in (before, after)]
    return {
        "premises": float(len(shared)),
        "vacancy": 100 * float((new[shared] - old[shared]).mean()),
        "offer": float(offer),
        "diversity": 100 * float(np.log(varied[1] / varied[0])),
    }


def _diversity(part: pd.DataFrame, size: int) -> float:
    """Return the effective number of activities among ``size`` shops (Hill number of order 1)."""
    families = part.loc[(part["vacant"] == 0.0) & part["family"].notna(), "family"]
    counts = np.asarray(families.value_counts(), dtype=np.int64)
    return hill(counts, size)[1] if size and counts.sum() >= size else float("nan")


def balanced(frame: pd.DataFrame, x: str, y: str) -> pd.DataFrame:
    """Return the largest full table of places and changes where both columns are known.

    Among the runs of consecutive changes, the one that leaves most observations is kept, provided
    that five places have them all; ties go to the latest. Empty if there is none.
    """
    known = frame.dropna(subset=[x, y])
    waves = sorted(known["wave"].unique())
    best = known.iloc[:0]
    for first in range(len(waves)):
        for last in range(first, len(waves)):
            run = known[known["wave"].isin(waves[first : last + 1])]
            full = run.groupby("unit")["wave"].transform("size") == last - first + 1
            kept = run[full]
            better = len(kept) >= len(best) and kept["unit"].nunique() >= 5
            best = kept if better else best
    return best
