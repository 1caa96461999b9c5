"""The survey panel: premises × waves, cleaned so that every statistic counts the same things.

A wave is a campaign: field work spread over some weeks is one wave, dated by its last day. A
premises that two rows of one day contradict has an unknown status: guessing would make a change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from analyses.commerce.areas import Parts, parts_of

OCCUPIED, VACANT, WORKS = "occupied", "vacant", "vacant_works"
UNAVAILABLE, UNKNOWN = "unavailable", "unknown"
STATUSES = (OCCUPIED, VACANT, WORKS, UNAVAILABLE, UNKNOWN)
CAMPAIGN_DAYS = 45
YEAR_DAYS = 365.25

_TRAITS = ("zone_id", "street", "activity_family", "surface_m2", "vacant_since", "brand")


@dataclass(frozen=True, slots=True)
class Panel:
    """Premises × waves, one row each.

    Parameters
    ----------
    records : pandas.DataFrame
        ``premises_id``, ``wave`` (number from 0), ``wave_date`` (day that names the wave), ``day``
        (day of the visit), ``vacant`` (1.0, 0.0, or NaN where the status is unknown),
        ``unavailable`` (no longer commercial), the traits of the premises (``zone_id``,
        ``street``, ``surface_m2``, ``brand``, ``vacant_since``) and ``family``: the activity
        family, for a vacant premises the last one known before.
    dates : tuple of date
        Day that names each wave.
    repeated : int
        Rows set aside because their premises has a later row in the same wave.
    contradicted : tuple of str
        Premises whose rows of one day disagree; their status is unknown in that wave.
    parts : mapping
        Zones that lie in each zone (see :func:`analyses.commerce.areas.parts_of`).
    """

    records: pd.DataFrame
    dates: tuple[date, ...]
    repeated: int
    contradicted: tuple[str, ...]
    parts: Parts = field(default_factory=dict)

    @property
    def stock(self) -> pd.DataFrame:
        """Rows of the commercial stock: everything but premises that left retail."""
        return self.records[~self.records["unavailable"]]

    def spread(self) -> pd.DataFrame:
        """Return vacancy by premises (rows) and wave (columns); NaN where unknown or not listed."""
        stock = self.stock
        return stock.pivot(index="premises_id", columns="wave", values="vacant").reindex(
            columns=range(len(self.dates))
        )

    def listed(self) -> pd.DataFrame:
        """Return whether each premises (rows) is listed as commercial in each wave (columns)."""
        stock = self.stock.assign(listed=True)
        table = stock.pivot(index="premises_id", columns="wave", values="listed")
        return table.reindex(columns=range(len(self.dates))).notna()


def panel(
    premises: pd.DataFrame,
    *,
    works_are_vacant: bool = True,
    campaign_days: int = CAMPAIGN_DAYS,
    zones: pd.DataFrame | None = None,
) -> Panel:
    """Build the panel of a table ``premises``.

    Parameters
    ----------
    premises : pandas.DataFrame
        Table ``premises``: ``premises_id``, ``wave``, ``status`` and any of the traits.
    works_are_vacant : bool
        Whether premises under works count as vacant (not used for an indefinite time).
    campaign_days : int
        Longest field work, in days, that is still one wave.
    zones : pandas.DataFrame, optional
        Table ``zones``, which tells the zones that lie in one another.

    Returns
    -------
    Panel
        Empty (no wave) for an empty table.

    Raises
    ------
    ValueError
        If a required column is missing, or a status is not one of :data:`STATUSES`.
    """
    missing = [name for name in ("premises_id", "wave", "status") if name not in premises]
    if missing:
        raise ValueError(f"the table premises lacks {', '.join(missing)}")
    frame = premises[["premises_id", "status"]].astype("object").copy()
    frame["premises_id"] = premises["premises_id"].astype("string").astype("object")
    frame["day"] = pd.to_datetime(premises["wave"]).dt.normalize()
    strange = set(frame["status"].dropna().unique()) - set(STATUSES)
    if strange:
        raise ValueError(f"unknown status of premises: {', '.join(sorted(map(str, strange)))}")
    for trait in _TRAITS:
        column = premises.get(trait)
        frame[trait] = None if column is None else _plain_column(column)
    frame["status"] = frame["status"].fillna(UNKNOWN)
    frame = frame.dropna(subset=["premises_id", "day"]).reset_index(drop=True)
    frame["wave"] = _campaigns(frame, campaign_days)
    frame, repeated, contradicted = _one_row_each(frame)
    frame = _finish(frame, works_are_vacant)
    last_days = frame.groupby("wave")["day"].max()
    frame["wave_date"] = frame["wave"].map(last_days)
    dates = tuple(day.date() for day in last_days.sort_index())
    return Panel(frame, dates, repeated, contradicted, parts_of(zones))


def _plain_column(column: pd.Series) -> pd.Series:
    """Return a column whose missing values compare as False, never as missing."""
    if isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype | pd.ArrowDtype):
        return column.astype("object").where(column.notna(), None)
    return column


def years_between(start: date, end: date) -> float:
    """Return the time between two days, in years of 365.25 days."""
    return (end - start).days / YEAR_DAYS


def _campaigns(frame: pd.DataFrame, longest: int) -> pd.Series:
    """Give each row its wave: a day joins the open wave if near and mostly of new premises."""
    numbers: dict[pd.Timestamp, int] = {}
    seen: set[str] = set()
    first: pd.Timestamp | None = None
    number = -1
    days: list[pd.Timestamp] = sorted(frame["day"].unique())
    names = {day: set(part) for day, part in frame.groupby("day")["premises_id"]}
    for day in days:
        ids = names[day]
        near = first is not None and (day - first).days <= longest
        if not near or 2 * len(ids & seen) >= len(ids):
            number, first, seen = number + 1, day, set()
        seen |= ids
        numbers[day] = number
    return frame["day"].map(numbers).astype("int64")


def _one_row_each(frame: pd.DataFrame) -> tuple[pd.DataFrame, int, tuple[str, ...]]:
    """Keep the last visit of each premises in a wave; rows of one day that disagree are unknown."""
    keys = ["premises_id", "wave"]
    last_day = frame.groupby(keys)["day"].transform("max")
    latest = frame[frame["day"] == last_day]
    statuses = latest.groupby(keys)["status"].transform("nunique")
    kept = latest.drop_duplicates(keys, keep="first").copy()
    disagree = (statuses > 1).loc[kept.index]
    kept.loc[disagree, "status"] = UNKNOWN
    names = tuple(sorted(set(kept.loc[disagree, "premises_id"])))
    return kept, len(frame) - len(kept), names


def _finish(frame: pd.DataFrame, works_are_vacant: bool) -> pd.DataFrame:
    """Code the vacancy, and carry the last known activity family onto vacant premises."""
    frame = frame.sort_values(["premises_id", "wave"], kind="stable", ignore_index=True)
    codes = {OCCUPIED: 0.0, VACANT: 1.0, WORKS: 1.0 if works_are_vacant else 0.0}
    frame["vacant"] = frame["status"].map(codes).astype("float64")
    frame["unavailable"] = frame["status"] == UNAVAILABLE
    family = frame["activity_family"].astype("object").where(frame["activity_family"].notna(), None)
    carried = family.groupby(frame["premises_id"]).ffill()
    frame["family"] = np.where(frame["vacant"] == 1.0, carried, family)
    frame["surface_m2"] = pd.to_numeric(frame["surface_m2"])
    frame["vacant_since"] = pd.to_datetime(frame["vacant_since"])
    return frame.drop(columns=["activity_family"])
