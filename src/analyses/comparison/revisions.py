"""What changed between two runs of one city, number by number, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analyses.comparison.fingerprints import as_day
from analyses.wording import Text

KEY = ("indicator", "zone", "breakdown", "category", "period_start", "period_end", "source")
"""Columns that name a number in the two runs; its method is not one, since it may change."""

COLUMNS = (
    *KEY, "unit", "before", "after", "change", "kind", "causes", "material", "provisional",
)  # fmt: skip
"""Columns of the changes."""

CAUSES: dict[str, Text] = {
    "extended": Text("données prolongées", "data extended"),
    "revised": Text("données révisées", "data revised"),
    "method": Text("méthode changée", "method changed"),
    "parameter": Text("paramètre changé", "parameter changed"),
    "environment": Text("version de paquet changée", "package version changed"),
    "unknown": Text("cause inconnue", "cause unknown"),
}
"""Why a number changed, in words."""

KINDS: dict[str, Text] = {
    "moved": Text("révisé", "revised"),
    "appeared": Text("nouveau", "new"),
    "vanished": Text("retiré", "withdrawn"),
    "hidden": Text("devenu non calculable", "no longer computable"),
    "shown": Text("devenu calculable", "now computable"),
}
"""What happened to a number, in words."""

_PARTS = (
    ("data", "revised"), ("code", "method"), ("notebook", "method"), ("city", "parameter"),
    ("parameters", "parameter"), ("environment", "environment"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edition:
    """One run as it is compared with another.

    Parameters
    ----------
    table : DataFrame
        Indicators of one city: columns :data:`analyses.results.COLUMNS`.
    marks : mapping
        Part (``data``, ``city``, ``parameters``, ``notebook``, ``code``, ``environment``): its
        mark; parts of several notebooks are joined by the caller.
    day : date
        Day of the edition.
    """

    table: pd.DataFrame
    marks: Mapping[str, str]
    day: date


def changes(
    before: Edition, after: Edition, *, relative: float = 1e-9, material: float = 0.5
) -> pd.DataFrame:
    """Return the numbers that changed, most important first.

    Parameters
    ----------
    before, after : Edition
        The older and the newer run of the same city.
    relative : float
        Relative difference under which two values are the same number.
    material : float
        A change matters if it exceeds this share of the half-width of the older interval, if the
        number has none, or if the number appeared or went.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`; ``kind`` is a key of :data:`KINDS`, ``causes`` the keys of :data:`CAUSES`
        joined by ``+``, several where several parts changed together and nothing tells them apart;
        ``provisional`` if the period was not over on the day of the older edition.

    Raises
    ------
    ValueError
        If the runs are of two cities, or a run names a number twice.
    """
    cities = {*before.table["city"].unique(), *after.table["city"].unique()}
    if len(cities) > 1:
        raise ValueError(f"runs of several cities are not compared: {', '.join(sorted(cities))}")
    both = _joined(before.table, after.table)
    both = both.assign(kind=_kinds(both, relative))
    both = both[both["kind"] != ""]
    apart = _parts(before.marks, after.marks)
    end = both["period_end"].map(as_day)
    rows = pd.DataFrame(
        {
            **{name: both[name] for name in KEY},
            "unit": both["unit_after"].where(both["unit_after"].notna(), both["unit_before"]),
            "before": both["value_before"],
            "after": both["value_after"],
            "change": both["value_after"] - both["value_before"],
            "kind": both["kind"],
            "causes": [_causes(row, apart, before) for row in both.to_dict(orient="records")],
            "material": _material(both, material),
            "provisional": [day is not None and day >= before.day for day in end],
        },
        columns=list(COLUMNS),
    )
    base = rows["before"].astype(float).abs()
    size = (rows["change"].astype(float) / base.where(base > 0)).abs().fillna(np.inf)
    order = (
        rows.astype({"before": float, "after": float, "change": float})
        .assign(_size=size)
        .sort_values(
            ["material", "_size", *KEY], ascending=[False, False, *[True] * len(KEY)], kind="stable"
        )
    )
    return order.drop(columns="_size").reset_index(drop=True)


def _joined(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    frames = []
    for name, table in (("older", before), ("newer", after)):
        frame = table.astype(dict.fromkeys(("value", "low", "high"), float))
        for column in KEY:
            frame[column] = frame[column].astype(object).where(frame[column].notna(), "")
        if frame.duplicated(list(KEY)).any():
            frame = _numbered(frame, name)
        frames.append(frame)
    return frames[0].merge(
        frames[1], on=list(KEY), how="outer", suffixes=("_before", "_after"), indicator=True
    )


def _numbered(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Keep one row of each number: two methods of one number stand side by side in no table."""
    twice = frame[frame.duplicated(list(KEY), keep=False)]
    if twice.duplicated([*KEY, "method"]).any():
        raise ValueError(f"the {name} run names {twice.iloc[0]['indicator']} twice")
    category = frame["category"].astype(str) + " [" + frame["method"].astype(str) + "]"
    repeated = frame.duplicated(list(KEY), keep=False)
    return frame.assign(category=category.where(repeated, frame["category"]))


def _kinds(both: pd.DataFrame, relative: float) -> list[str]:
    kinds = []
    for row in both[["_merge", "value_before", "value_after"]].itertuples(index=False):
        side, old, new = row
        if side == "left_only":
            kinds.append("vanished")
        elif side == "right_only":
            kinds.append("appeared")
        elif pd.isna(old) or pd.isna(new):
            kinds.append(
                "" if pd.isna(old) and pd.isna(new) else "hidden" if pd.isna(new) else "shown"
            )
        else:
            same = bool(np.isclose(old, new, rtol=relative, atol=0.0))
            kinds.append("" if same else "moved")
    return kinds


def _parts(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """Return the causes whose part differs between the two runs."""
    return {cause for part, cause in _PARTS if before.get(part) != after.get(part)}


def _causes(row: Mapping[Any, Any], apart: set[str], before: Edition) -> str:
    """Return the causes that can explain a change, joined by ``+``."""
    found = set(apart)
    if _method_moved(row):
        return "method"
    if "revised" in found and row["kind"] in ("appeared", "shown") and _later(row, before):
        return "extended"
    order = [cause for cause in CAUSES if cause in found]
    return "+".join(order) or "unknown"


def _method_moved(row: Mapping[Any, Any]) -> bool:
    old, new = row["method_before"], row["method_after"]
    return bool(row["kind"] == "moved" and old != new)


def _later(row: Mapping[Any, Any], before: Edition) -> bool:
    """Whether the period ends after every period of the same indicator in the older run."""
    same = before.table[before.table["indicator"] == row["indicator"]]["period_end"]
    days = [day for value in same if (day := as_day(value)) is not None]
    mine = as_day(row["period_end"])
    return mine is not None and (not days or mine > max(days))


def _material(both: pd.DataFrame, share: float) -> list[bool]:
    half = (both["high_before"] - both["low_before"]) / 2
    change = (both["value_after"] - both["value_before"]).abs()
    small = (half > 0) & (change <= share * half)
    return [
        bool(kind != "moved" or not quiet) for kind, quiet in zip(both["kind"], small, strict=True)
    ]
