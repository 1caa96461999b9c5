"""The survey panel: premises × waves, cleaned so that every statistic counts the same things.

A wave is a campaign: field work spread over weeks or months is one wave, dated by its last day. A
premises that two rows of one day contradict has an unknown status: guessing would make a change.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from analyses.commerce.areas import Parts, parts_of
from analyses.commerce.names import one_spelling

OCCUPIED, VACANT, WORKS = "occupied", "vacant", "vacant_works"
UNAVAILABLE, UNKNOWN = "unavailable", "unknown"
STATUSES = (OCCUPIED, VACANT, WORKS, UNAVAILABLE, UNKNOWN)
CAMPAIGN_DAYS = 45
STRAY_PREMISES, STRAY_SHARE = 10, 0.05
FEWEST_VACANT_ONLY, FEWEST_OCCUPIED_ONLY = 10, 100
"""Premises of known status from which a wave where all are vacant, or all occupied, is taken for a
list of these alone. Where 3 % of premises are vacant (Procos calls less than 5 % low), a survey of
a hundred finds none once in twenty."""

YEAR_DAYS = 365.25

_TRAITS = ("zone_id", "street", "activity_family", "surface_m2", "vacant_since", "brand")


@dataclass(frozen=True, slots=True)
class Panel:
    """Premises × waves, one row each.

    Parameters
    ----------
    records : pandas.DataFrame
        ``premises_id``, ``wave`` (number from 0), ``wave_date`` (day that names the wave), ``day``
        (day of the visit), ``status``, ``vacant`` (1.0, 0.0, or NaN where the status is unknown),
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
    set_aside : tuple of (date, int)
        Days, and premises visited, of the campaigns too small to be one: likely mistyped dates.
    """

    records: pd.DataFrame
    dates: tuple[date, ...]
    repeated: int
    contradicted: tuple[str, ...]
    parts: Parts = field(default_factory=dict)
    set_aside: tuple[tuple[date, int], ...] = ()

    @property
    def stock(self) -> pd.DataFrame:
        """Rows of the commercial stock: everything but premises that left retail."""
        return self.records[~self.records["unavailable"]]

    def until(self, wave: int) -> Panel:
        """Return the panel as it stood after a wave."""
        kept = self.records[self.records["wave"] <= wave]
        return replace(self, records=kept, dates=self.dates[: wave + 1])

    def one_status(self) -> dict[int, str]:
        """Return the waves that list premises of one status only, and that status.

        They are lists of vacant premises, or of open shops: they tell no rate. A list of open shops
        holds no premises under works, whether or not the city counts those as vacant.
        """
        seen = self.stock.dropna(subset=["vacant"])
        empty = seen["status"].ne(OCCUPIED).groupby(seen["wave"])
        told = pd.DataFrame({"n": empty.size(), "share": empty.mean()})
        vacant = told.index[(told["share"] == 1) & (told["n"] >= FEWEST_VACANT_ONLY)]
        occupied = told.index[(told["share"] == 0) & (told["n"] >= FEWEST_OCCUPIED_ONLY)]
        return dict.fromkeys(vacant, VACANT) | dict.fromkeys(occupied, OCCUPIED)

    def without_lists(self, statuses: Collection[str] = (VACANT, OCCUPIED)) -> Panel:
        """Return the panel with every status of the waves that list one of ``statuses`` unknown."""
        silent = [wave for wave, status in self.one_status().items() if status in statuses]
        vacant = self.records["vacant"].mask(self.records["wave"].isin(silent))
        return replace(self, records=self.records.assign(vacant=vacant))

    def shared(self, wave: int) -> tuple[int, int]:
        """Return the premises listed both by a wave and by the one before, and by the smaller."""
        waves = self.stock.groupby("wave")["premises_id"]
        before, now = (set(waves.get_group(item)) for item in (wave - 1, wave))
        return len(before & now), min(len(before), len(now))

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
        Longest time, in days, between two days of visits of one wave (see :func:`campaigns`).
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
    frame["street"] = one_spelling(frame["street"])
    frame["wave"] = campaigns(frame["day"], frame["premises_id"], campaign_days)
    frame, set_aside = _without_strays(frame)
    frame, repeated, contradicted = _one_row_each(frame)
    frame = _finish(frame, works_are_vacant)
    last_days = frame.groupby("wave")["day"].max()
    frame["wave_date"] = frame["wave"].map(last_days)
    dates = tuple(day.date() for day in last_days.sort_index())
    return Panel(frame, dates, repeated, contradicted, parts_of(zones), set_aside)


def _plain_column(column: pd.Series) -> pd.Series:
    """Return a column whose missing values compare as False, never as missing."""
    if isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype | pd.ArrowDtype):
        return column.astype("object").where(column.notna(), None)
    return column


def campaign_rows(premises: pd.DataFrame, panel: Panel, wave: int) -> pd.DataFrame:
    """Return the rows of a table ``premises`` that tell a wave: one for each premises.

    All columns are kept: ``wave`` is the day of the visit, ``status`` that of the panel (unknown
    where rows contradict one another), ``street`` the spelling of the panel.
    """
    records = panel.records[panel.records["wave"] == wave]
    ids = premises["premises_id"].astype("string").astype("object")
    keys = pd.MultiIndex.from_arrays([ids, pd.to_datetime(premises["wave"]).dt.normalize()])
    first = np.flatnonzero(~keys.duplicated())
    wanted = pd.MultiIndex.from_arrays([records["premises_id"], records["day"]])
    rows = premises.iloc[first[keys[first].get_indexer(wanted)]].reset_index(drop=True)
    rows["status"] = pd.array(records["status"].to_numpy(), dtype="string")
    if "street" in rows:
        rows["street"] = pd.array(records["street"].to_numpy(), dtype="string")
    return rows


def years_between(start: date, end: date) -> float:
    """Return the time between two days, in years of 365.25 days."""
    return (end - start).days / YEAR_DAYS


def campaigns(days: pd.Series, premises: pd.Series, longest_gap: int) -> pd.Series:
    """Give each visit the number of its campaign, from 0.

    A campaign goes on, however long, while its visits find premises that it has not seen and follow
    one another within ``longest_gap`` days. It ends at the day whose premises are mostly seen
    again, unless that day only checks a few premises while most visits to come are first ones.

    Parameters
    ----------
    days, premises : Series
        Day and premises of each visit.
    longest_gap : int
        Longest time between two days of visits of one campaign, in days.
    """
    names = {day: set(part) for day, part in premises.groupby(days)}
    order: list[pd.Timestamp] = sorted(names)
    numbers: dict[pd.Timestamp, int] = {}
    seen: set[str] = set()
    number = -1
    for rank, day in enumerate(order):
        far = rank == 0 or (day - order[rank - 1]).days > longest_gap
        again = 2 * len(names[day] & seen) >= len(names[day])
        if far or (again and not _is_check(order[rank:], names, seen, longest_gap)):
            number, seen = number + 1, set()
        seen = seen | names[day]
        numbers[day] = number
    return days.map(numbers).astype("int64")


def _is_check(
    order: list[pd.Timestamp], names: dict[pd.Timestamp, set[str]], seen: set[str], longest: int
) -> bool:
    """Tell whether the first of the days only checks a few premises of a campaign under way."""
    if 10 * len(names[order[0]] & seen) >= len(seen):
        return False
    coming: set[str] = set()
    for day in order:
        if (day - order[0]).days > longest:
            break
        coming |= names[day]
    return 2 * len(coming & seen) < len(coming) or 20 * len(coming) < len(seen)


def _without_strays(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[tuple[date, int], ...]]:
    """Set aside campaigns of a few premises: a mistyped year, a single visit; number the others."""
    sizes = frame.groupby("wave")["premises_id"].nunique()
    stray = (sizes < STRAY_PREMISES) & (sizes < STRAY_SHARE * sizes.max())
    aside = frame[frame["wave"].map(stray).astype(bool)]
    days = aside.groupby("day")["premises_id"].nunique()
    kept = frame[~frame["wave"].map(stray).astype(bool)].copy()
    kept["wave"] = kept["wave"].map({old: new for new, old in enumerate(sizes.index[~stray])})
    return kept, tuple(zip(pd.DatetimeIndex(days.index).date.tolist(), days.tolist(), strict=True))


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
