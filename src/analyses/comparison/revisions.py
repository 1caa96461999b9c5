"""What changed between two runs of one city, number by number, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analyses.comparison.causes import CAUSES, Edition, Moves, causes, moves
from analyses.comparison.fingerprints import as_day
from analyses.wording import Text

__all__ = [
    "CAUSES", "COLUMNS", "KEY", "KINDS", "Changed", "Edition", "Moves", "OpenChanged", "changes",
    "compare", "moves", "opened",
]  # fmt: skip

NAME = ("indicator", "zone", "breakdown", "category", "source")
"""Columns that name a number whatever its period."""
KEY = (*NAME[:4], "period_start", "period_end", NAME[4])
"""Columns that name a number in the two runs; its method is not one, since it may change."""

COLUMNS = (
    *KEY, "unit", "before", "after", "change", "before_period", "kind", "causes", "material",
    "provisional", "open",
)  # fmt: skip
"""Columns of the changes."""

KINDS: dict[str, Text] = {
    "moved": Text("révisé", "revised"),
    "hidden": Text("devenu non calculable", "no longer computable"),
    "vanished": Text("retiré", "withdrawn"),
    "shown": Text("devenu calculable", "now computable"),
    "next": Text("période suivante", "next period"),
    "appeared": Text("nouveau", "new"),
}
"""What happened to a number, in words; in the order in which they matter."""

REVISED = ("moved", "hidden", "vanished", "shown")
"""Kinds of a number whose period the older edition knew."""

SHARE = 0.5
"""Share of the half-width of an interval over which a revision matters: about one standard error
of a 95 % interval. Under it the older interval still describes the newer number well: a revision is
judged against the sampling error, as the quality reports of the European statistical system do."""
CHECKS = frozenset(("vacancy_bounds", "source_gap"))
"""Indicators that only say how far another may be trusted."""
PERCENT = 1.0
"""Percent of the older value over which a revision of a number without interval matters: under it
the first two digits, those that a sentence says, stay."""
SAME = 1e-9
"""Difference, relative and absolute, under which two values are the same number: far above what the
order of a sum changes, far below the last digit that is printed."""


def changes(
    before: Edition,
    after: Edition,
    *,
    relative: float = SAME,
    share: float = SHARE,
    percent: float = PERCENT,
) -> pd.DataFrame:
    """Return the numbers that changed, most important first.

    Parameters
    ----------
    before, after : Edition
        The older and the newer run of the same city.
    relative : float
        Relative difference under which two values are the same number.
    share : float
        A revision matters if it exceeds this share of the half-width of the older interval.
    percent : float
        A revision of a number without interval matters if it exceeds this percent of it.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`; ``kind`` is a key of :data:`KINDS`, ``causes`` the keys of :data:`CAUSES`
        joined by ``+``; ``before_period`` the end of the period of ``before`` where the number is
        of the next period; ``provisional`` if the period was not over on the day of the older
        edition, ``open`` if it is not over on that of the newer.

    Raises
    ------
    ValueError
        If the runs are of two cities, or a run names a number twice.
    """
    cities = {*before.table["city"].unique(), *after.table["city"].unique()}
    if len(cities) > 1:
        raise ValueError(f"runs of several cities are not compared: {', '.join(sorted(cities))}")
    before, after = (replace(edition, table=_filled(edition.table)) for edition in (before, after))
    both = _joined(before.table, after.table)
    both = both.assign(kind=_kinds(both, relative))
    both = both[both["kind"] != ""]
    both = _followed(_dated(both, before, after), before)
    found = moves(before, after)
    end = both["period_end"].map(as_day)
    change = both["value_after"] - both["value_before"]
    rows = pd.DataFrame(
        {
            **{name: both[name] for name in KEY},
            "unit": both["unit_after"].where(both["unit_after"].notna(), both["unit_before"]),
            "before": both["value_before"],
            "after": both["value_after"],
            "change": change.where(both["unit_after"].eq(both["unit_before"])),
            "before_period": both["before_period"],
            "kind": both["kind"],
            "causes": [causes(row, before, after, found) for row in both.to_dict(orient="records")],
            "material": _material(both, share, percent),
            "provisional": [
                day is not None and day >= before.day and kind in REVISED
                for day, kind in zip(end, both["kind"], strict=True)
            ],
            "open": [day is not None and day >= after.day for day in end],
        },
        columns=list(COLUMNS),
    )
    return _ordered(rows, both)


def _filled(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with numbers as such and its missing texts empty."""
    frame = table.astype(dict.fromkeys(("value", "low", "high"), float))
    for name in (*KEY, "method", "quality", "unit"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), "")
    return frame


def _joined(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    frames = []
    for name, table in (("older", before), ("newer", after)):
        frame = table
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
            kinds.append("" if pd.isna(old) else "vanished")
        elif side == "right_only":
            kinds.append("" if pd.isna(new) else "appeared")
        elif pd.isna(old) or pd.isna(new):
            kinds.append(
                "" if pd.isna(old) and pd.isna(new) else "hidden" if pd.isna(new) else "shown"
            )
        else:
            same = bool(np.isclose(old, new, rtol=relative, atol=SAME))
            kinds.append("" if same else "moved")
    return kinds


def _dated(both: pd.DataFrame, before: Edition, after: Edition) -> pd.DataFrame:
    """Tell the rows whose period is later than all that the older run knew of the indicator."""
    known, now = (_latest(edition.table) for edition in (before, after))
    end = both["period_end"].map(as_day)
    new = both["kind"].isin(["appeared", "shown"])
    late = [
        day is not None and name in known and day > known[name]
        for name, day in zip(both["indicator"], end, strict=True)
    ]
    more = [name in now and now[name] > known.get(name, now[name]) for name in both["indicator"]]
    return both.assign(later=new & pd.Series(late, index=both.index, dtype=bool), more=more)


def _latest(table: pd.DataFrame) -> dict[str, Any]:
    """Return the last day that a run knows of each indicator."""
    days = table.assign(day=table["period_end"].map(as_day)).dropna(subset=["day"])
    return {str(name): max(group) for name, group in days.groupby("indicator")["day"]}


def _followed(both: pd.DataFrame, before: Edition) -> pd.DataFrame:
    """Set beside a number of the next period the last one that the older run knew."""
    both = both.assign(before_period="")
    wanted = (both["kind"] == "appeared") & both["later"]
    if not wanted.any():
        return both
    table = before.table[before.table["value"].notna() & before.table["period_end"].ne("")]
    last = (
        table.sort_values("period_end", kind="stable")
        .groupby(list(NAME))
        .tail(1)
        .set_index(list(NAME))
    )
    last = last[~last.index.duplicated()]
    for at in both.index[wanted]:
        name = tuple(both.loc[at, list(NAME)])
        if name in last.index:
            row = last.loc[name]
            both.loc[at, "kind"] = "next"
            both.loc[at, ["value_before", "low_before", "high_before"]] = [
                float(row[column]) for column in ("value", "low", "high")
            ]
            both.loc[at, ["unit_before", "before_period"]] = [row["unit"], str(row["period_end"])]
    return _superseded(both)


def _superseded(both: pd.DataFrame) -> pd.DataFrame:
    """Leave out a withdrawn number in whose place stands the one of the next period."""
    follow = both[both["kind"] == "next"]
    replaced = {
        (*name, last) for *name, last in follow[[*NAME, "before_period"]].itertuples(index=False)
    }
    ended = [tuple(key) for key in both[[*NAME, "period_end"]].itertuples(index=False, name=None)]
    gone = [
        kind == "vanished" and key in replaced
        for kind, key in zip(both["kind"], ended, strict=True)
    ]
    return both[~pd.Series(gone, index=both.index, dtype=bool)]


def _material(both: pd.DataFrame, share: float, percent: float) -> list[bool]:
    half = (both["high_before"] - both["low_before"]) / 2
    change = (both["value_after"] - both["value_before"]).abs()
    small = change <= (share * half).clip(lower=SAME)
    exact = ~(half > 0)
    small = small.where(
        ~exact, change <= (percent / 100 * both["value_before"].abs()).clip(lower=SAME)
    )
    compared = both["kind"].isin(["moved", "next"])
    return [
        bool(kind != "appeared" and not (counted and quiet))
        for kind, counted, quiet in zip(both["kind"], compared, small, strict=True)
    ]


def _ordered(rows: pd.DataFrame, both: pd.DataFrame) -> pd.DataFrame:
    """Sort: what matters, the kind, whole zones before their parts, then the size.

    The size of a move is in half-widths of the older interval; numbers without one, and those that
    only check another, come after, in square roots of the older value (the error of a count).
    """
    half = ((both["high_before"] - both["low_before"]) / 2).astype(float)
    exact = ~(half > 0) | rows["indicator"].isin(CHECKS)
    base = half.where(half > 0, rows["before"].astype(float).abs() ** 0.5)
    size = (rows["change"].astype(float).abs() / base.where(base > 0)).fillna(np.inf)
    ranks = {name: rank for rank, name in enumerate(KINDS)}
    order = rows.astype({"before": float, "after": float, "change": float}).assign(
        _kind=rows["kind"].map(ranks), _part=rows["breakdown"] != "total", _exact=exact, _size=size
    )
    by = ["material", "_kind", "_part", "_exact", "_size", *KEY]
    down = [False, True, True, True, False, *[True] * len(KEY)]
    order = order.sort_values(by, ascending=down, kind="stable")
    return order.drop(columns=["_kind", "_part", "_exact", "_size"]).reset_index(drop=True)


def summary(rows: pd.DataFrame) -> Mapping[str, int]:
    """Return how many numbers changed, by kind; those that matter under ``material``."""
    counts = rows["kind"].value_counts()
    found = {kind: int(counts.get(kind, 0)) for kind in KINDS}
    return {**found, "material": int(rows["material"].sum())}


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed from one edition of a city to the next, ready to be shown.

    Parameters
    ----------
    rows : DataFrame
        The numbers that changed (:func:`changes`).
    moves : Moves
        What moved beside them.
    before, after : date
        Days of the two editions.
    total : int
        Numbers of the newer edition that have a value.
    share, percent : float
        Thresholds of what matters, as in :func:`changes`.
    """

    rows: pd.DataFrame
    moves: Moves
    before: date
    after: date
    total: int
    share: float = SHARE
    percent: float = PERCENT


@dataclass(frozen=True, slots=True)
class OpenChanged(Changed):
    """What of it the public edition may tell (:func:`opened`)."""


def compare(
    before: Edition, after: Edition, *, share: float = SHARE, percent: float = PERCENT
) -> Changed:
    """Return what changed between two runs of a city; see :func:`changes`."""
    rows = changes(before, after, share=share, percent=percent)
    total = int(after.table["value"].astype(float).notna().sum())
    return Changed(rows, moves(before, after), before.day, after.day, total, share, percent)


def opened(changed: Changed, tellable: Collection[tuple[str, ...]]) -> OpenChanged:
    """Return what the public edition may tell of what changed between two public editions.

    Numbers that were withdrawn, became hidden or visible are left out: that alone would tell
    something of them. What moved beside the numbers is not told, since it names files and choices.

    Parameters
    ----------
    changed : Changed
        What changed between the public indicators of the two runs.
    tellable : collection of tuple
        :data:`KEY` of the numbers whose change may be told (:func:`analyses.privacy.tellable`).
    """
    rows = changed.rows
    known = set(tellable)
    keys = [tuple(map(str, key)) for key in rows[list(KEY)].itertuples(index=False, name=None)]
    kept = [
        key in known and kind in ("moved", "next")
        for key, kind in zip(keys, rows["kind"], strict=True)
    ]
    shown = rows[np.array(kept, dtype=np.bool_)].reset_index(drop=True)
    return OpenChanged(
        shown, Moves(), changed.before, changed.after, changed.total, changed.share, changed.percent
    )
