"""Lives of establishments, from the periods of the SIRENE register.

The rules, each counted so that a report can state it: an establishment opens at its first period
(or at its creation date, if earlier or alone); it is closed if its *last* period is closed, so a
closure followed by a reopening is an interruption, not an end; its activity is the last one known;
periods that start after the day of the extract are set aside; an establishment without any
date is in the stock, but neither opens nor closes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from analyses.activities import Scope, family_of, is_shop
from analyses.commerce.areas import Parts, parts_of
from analyses.commerce.names import whole_communes

TRANSFER_DAYS = 31
FEWEST_OPEN_ONLY, MOST_CLOSED = 30, 0.02
"""Shops from which a register where this share at most is closed is taken for a list of open ones.
Six shops in ten of the register are closed (its files of 2026, Lyon 4e): thirty without a closed
one are no chance (0.4 to the power 30)."""


@dataclass(frozen=True, slots=True)
class Lives:
    """Shop establishments, one row each.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``siret``, ``start``, ``end`` (start of the last period if it is closed, else missing),
        ``closed``, ``reopened`` (a closed period was followed by an active one),
        the last known ``activity_code``, ``activity_family``, ``commune``, ``zone_id``, ``name``,
        ``brand``, ``street``, ``lon``, ``lat``; ``transfer_in``, ``transfer_out`` (opening, closure
        that is a move within the commune).
    as_of : date or None
        Day of the extract.
    undated, future : int
        Periods without a start (their establishment stays in the stock, without an opening), and
        periods set aside because they start after the extract.
    other_activities : int
        Establishments left out because their last known activity is not a shop's.
    parts : mapping
        Zones that lie in each zone.
    deduced : bool
        Whether the day of the extract was told by the dates (:func:`extract_day`), not given.
    """

    frame: pd.DataFrame
    as_of: date | None
    undated: int
    future: int
    other_activities: int
    parts: Parts = field(default_factory=dict)
    deduced: bool = False

    @property
    def reopened(self) -> int:
        """Establishments that closed and opened again."""
        return int(self.frame["reopened"].sum())

    @property
    def only_open(self) -> bool:
        """Whether the extract lists open shops only, or nearly: it tells the stock, not its moves.

        The shops that opened and closed since are not in it either.
        """
        closed = self.frame["closed"]
        return len(closed) >= FEWEST_OPEN_ONLY and bool(closed.mean() <= MOST_CLOSED)

    @property
    def undated_ends(self) -> bool:
        """Whether most of the closed shops have no day of closure: their years are not known."""
        closed = self.frame["closed"]
        return bool(closed.any()) and bool(self.frame.loc[closed, "end"].isna().mean() > 0.5)

    def alive(self) -> pd.DataFrame:
        """Return the establishments open at the day of the extract."""
        return self.frame[~self.frame["closed"]]


def lives(
    establishments: pd.DataFrame,
    *,
    as_of: date | None = None,
    scope: Scope = "divisions",
    transfer_days: int = TRANSFER_DAYS,
    zones: pd.DataFrame | None = None,
) -> Lives:
    """Build the lives of shop establishments.

    Parameters
    ----------
    establishments : pandas.DataFrame
        Table ``establishments``: one row per period, at least ``siret``, ``period_start``,
        ``state`` and ``activity_code``.
    as_of : date, optional
        Day of the extract; told by the dates if it is not given (:func:`extract_day`).
    scope : str
        Which activities make a shop (see :data:`analyses.activities.Scope`).
    transfer_days : int
        Days between the closure and the opening of a move within the commune, at most.
    zones : pandas.DataFrame, optional
        Table ``zones``, which tells the zones that lie in one another.

    Returns
    -------
    Lives
        Empty for an empty table.

    Raises
    ------
    ValueError
        If a required column is missing.
    """
    required = ("siret", "period_start", "state", "activity_code")
    lacking = [name for name in required if name not in establishments]
    if lacking:
        raise ValueError(f"the table establishments lacks {', '.join(lacking)}")
    periods = _periods(establishments)
    undated = int(periods["period_start"].isna().sum())
    periods = periods.dropna(subset=["siret"])
    last = extract_day(periods["period_start"]) if as_of is None else pd.Timestamp(as_of)
    late = periods["period_start"] > last
    frame = _summarise(periods[~late])
    if frame.empty:
        return Lives(_with_transfers(frame, transfer_days), as_of, undated, int(late.sum()), 0)
    shops = is_shop(frame["activity_code"], frame["nomenclature"], scope)
    frame["activity_family"] = frame["activity_family"].fillna(
        family_of(frame["activity_code"], frame["nomenclature"]).astype("object")
    )
    kept = _with_transfers(frame[shops].reset_index(drop=True), transfer_days)
    day = as_of if pd.isna(last) else last.date()
    return Lives(
        kept, day, undated, int(late.sum()), int((~shops).sum()), parts_of(zones), as_of is None
    )


def extract_day(starts: pd.Series[pd.Timestamp]) -> pd.Timestamp:
    """Tell the day of an extract from its period starts.

    Registers hold some dates to come. The extract ends in the last month that has at least a tenth
    of the usual number of starts (the median month of the last three years); where months
    hold too few to tell (under ten), it ends at the last date. Dates that stand alone more than a
    year after all others are mistyped and do not count.

    Returns
    -------
    pandas.Timestamp
        NaT without any date.
    """
    dated = _without_strays(starts.dropna().sort_values())
    if dated.empty:
        return pd.NaT  # type: ignore[return-value]
    last = pd.Timestamp(dated.iloc[-1])
    near_the_end = pd.Timestamp(dated.iloc[int(0.99 * (len(dated) - 1))])
    recent = dated[dated > near_the_end - pd.DateOffset(months=36)]
    months = recent.dt.to_period("M").value_counts().sort_index()
    usual = float(months.median())
    full = months[months >= max(usual / 10, 1)]
    if usual < 10 or full.empty:
        return last
    return pd.Timestamp(recent[recent.dt.to_period("M") <= full.index[-1]].iloc[-1])


def _without_strays(dated: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """Leave out the last dates, under one in twenty, that follow a gap of more than a year."""
    gaps = dated.diff().dt.days.to_numpy()
    far = np.flatnonzero(gaps > 366)
    far = far[20 * (len(dated) - far) < len(dated)]
    return dated.iloc[: far[0]] if len(far) else dated


_TRAITS = (
    "activity_code", "nomenclature", "activity_family", "commune", "zone_id", "name", "brand",
    "street", "lon", "lat",
)  # fmt: skip


def _periods(table: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "siret": table["siret"].astype("object").where(table["siret"].notna(), None),
            "period_start": pd.to_datetime(table["period_start"]),
            "closed": (table["state"].astype("object") == "F").to_numpy(),
        }
    )
    frame["created"] = pd.to_datetime(table["created"]) if "created" in table else pd.NaT
    for trait in _TRAITS:
        column = table.get(trait)
        frame[trait] = (
            None if column is None else column.astype("object").where(column.notna(), None)
        )
    return frame


def _summarise(periods: pd.DataFrame) -> pd.DataFrame:
    """Return one row per establishment."""
    ordered = periods.sort_values(["siret", "period_start"], kind="stable", na_position="first")
    groups = ordered.groupby("siret", sort=True)
    frame = groups[list(_TRAITS)].last()
    frame["start"] = groups["period_start"].first()
    created = groups["created"].min()
    frame["start"] = frame["start"].where(~(created < frame["start"]), created).fillna(created)
    frame["closed"] = groups["closed"].last().astype(bool)
    frame["end"] = groups["period_start"].last().where(frame["closed"])
    was_closed = ordered["closed"].groupby(ordered["siret"]).shift(fill_value=False)
    back = (was_closed.astype(bool) & ~ordered["closed"]).groupby(ordered["siret"]).any()
    frame["reopened"] = back.reindex(frame.index).fillna(False).astype(bool)
    return frame.reset_index()


def _with_transfers(frame: pd.DataFrame, longest: int) -> pd.DataFrame:
    """Mark the openings and closures that pair up as moves, nearest dates first, one to one."""
    frame = frame.assign(
        transfer_in=np.zeros(len(frame), bool), transfer_out=np.zeros(len(frame), bool)
    )
    keyed = frame.assign(
        siren=frame["siret"].astype("string").str[:9],
        commune=whole_communes(frame["commune"]).fillna(""),
    )[["siren", "commune", "siret", "start", "end"]]
    closures = keyed.dropna(subset=["end"])
    pairs = keyed.merge(closures, on=["siren", "commune"], suffixes=("_in", "_out"))
    pairs = pairs[pairs["siret_in"] != pairs["siret_out"]]
    pairs = pairs.assign(gap=(pairs["start_in"] - pairs["end_out"]).dt.days.abs())
    pairs = pairs[pairs["gap"] <= longest].sort_values(["gap", "siret_in", "siret_out"])
    moved_in: set[str] = set()
    moved_out: set[str] = set()
    for new, old in zip(pairs["siret_in"], pairs["siret_out"], strict=True):
        if new not in moved_in and old not in moved_out:
            moved_in.add(new)
            moved_out.add(old)
    frame["transfer_in"] = frame["siret"].isin(moved_in)
    frame["transfer_out"] = frame["siret"].isin(moved_out)
    return frame
