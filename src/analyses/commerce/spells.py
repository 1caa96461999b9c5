"""Vacancy spells of a survey panel, and the intervals that the visits put on their durations."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from analyses.commerce.panel import YEAR_DAYS, Panel

Floats = npt.NDArray[np.float64]
MONTH_DAYS = YEAR_DAYS / 12
NEAR_MONTHS = 1.5
_GONE = 2.0  # state of a premises that left retail, beside 0 occupied and 1 vacant


def spells(panel: Panel) -> tuple[pd.DataFrame, int]:
    """Return the vacancy spells of a panel and the number of ``vacant_since`` set aside.

    A spell is a run of visits that found the premises vacant; visits of unknown status do not break
    it. A visit that found it no longer commercial ends the follow-up without ending the vacancy.
    """
    rows = panel.records[panel.records["vacant"].notna() | panel.records["unavailable"]]
    rows = rows.sort_values(["premises_id", "wave"], kind="stable")
    rows = rows.assign(state=np.where(rows["unavailable"], _GONE, rows["vacant"]))
    rows["run"] = _runs(rows)
    rows["previous"], rows["previous_day"] = _shifted(rows, 1)
    rows["next"], rows["next_day"] = _shifted(rows, -1)
    vacant = rows[rows["state"] == 1.0]
    by = vacant.groupby(["premises_id", "run"], sort=True)
    table = by.agg(
        zone_id=("zone_id", "last"), began_by=("day", "first"), last_vacant=("day", "last"),
        last_wave=("wave", "last"), vacant_since=("vacant_since", "last"),
        previous=("previous", "first"), previous_day=("previous_day", "first"),
        following=("next", "last"), next_day=("next_day", "last"),
    ).reset_index()  # fmt: skip
    table["began_after"] = table["previous_day"].where(table["previous"] == 0.0)
    table["ended_by"] = table["next_day"].where(table["following"] == 0.0)
    since = table["vacant_since"]
    agrees = (since <= table["began_by"]) & ~(since < table["began_after"])
    table["vacant_since"] = since.where(agrees)
    names = ["premises_id", "zone_id", "began_after", "began_by", "vacant_since", "last_vacant",
             "last_wave", "ended_by"]  # fmt: skip
    return table[names], int((since.notna() & ~agrees).sum())


def _runs(rows: pd.DataFrame) -> pd.Series[int]:
    """Give each row the number of its run of one state."""
    changed = (rows.groupby("premises_id")["state"].shift() != rows["state"]).astype(int)
    return changed.groupby(rows["premises_id"]).cumsum()


def _shifted(rows: pd.DataFrame, by: int) -> tuple[pd.Series[float], pd.Series[pd.Timestamp]]:
    moved = rows.groupby("premises_id")[["state", "day"]].shift(by)
    return moved["state"], moved["day"]


def age_bounds(part: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the bounds of the age of each running spell at its last visit, in months."""
    exact = part["vacant_since"].notna()
    latest = part["vacant_since"].where(exact, part["began_by"])
    earliest = part["vacant_since"].where(exact, part["began_after"])
    low = _months(part["last_vacant"] - latest)
    high = _months(part["last_vacant"] - earliest)
    return low, np.where(np.isnan(high), math.inf, high)


def length_bounds(begun: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the bounds of the time from the first visit that found each spell, in months."""
    low = _months(begun["last_vacant"] - begun["began_by"])
    high = _months(begun["ended_by"] - begun["began_by"])
    return low, np.where(np.isnan(high), math.inf, high)


def on_common_limits(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Bring the bounds that lie within six weeks of one another to one limit.

    Waves are not a whole number of months apart: without this, a cell of some days between 11.9 and
    12.1 months would draw to itself the mass of a whole year. Exact durations are left alone.
    """
    exact = low == high
    ends = np.concatenate([low[~exact], high[~exact]])
    values = np.unique(ends[np.isfinite(ends)])
    common = dict.fromkeys([math.inf], math.inf)
    group: list[float] = []
    for value in [*values.tolist(), math.inf]:
        if group and value - group[0] > NEAR_MONTHS:
            centre = group[0] if group[0] == 0 else float(np.mean(group))
            common |= dict.fromkeys(group, centre)
            group = []
        group.append(value)
    merged = [
        np.where(exact, bound, [common.get(value, value) for value in bound.tolist()])
        for bound in (low, high)
    ]
    return merged[0], merged[1]


def _months(span: pd.Series[pd.Timedelta]) -> Floats:
    return np.asarray(span.dt.days, dtype=np.float64) / MONTH_DAYS
