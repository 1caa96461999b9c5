"""What a city's tables hold, in the words of the rules: cheap looks, no statistics."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from analyses import indicators
from analyses.activities import family_of, is_shop
from analyses.readiness import footfall, survey


class Frames(Protocol):
    """Checked tables by name."""

    def __getitem__(self, name: str, /) -> pd.DataFrame | None:
        """Return one table, None if the city has not got it; ``KeyError`` if it is no table."""


MIN_COVERAGE = 80.0
COHORT_YEARS = 10
DIVERSITY_SHOPS = 50
"""Shops that a diversity brought to a hundred shops takes, at least."""
FEWEST_OPEN_ONLY, MOST_CLOSED = 30, 0.02
"""Shops from which a register where this share at most is closed lists open ones: no turnover."""


def assets(
    tables: Frames, *, min_coverage: float = MIN_COVERAGE, youngest: int = 1
) -> frozenset[str]:
    """Return the assets of a city, as :mod:`analyses.readiness.ways` names them.

    Parameters
    ----------
    tables : mapping
        Checked tables by name, None (or without rows) where the city has none.
    min_coverage : float
        Coverage (%) that a survey wave must reach (``survey_min_coverage``).
    youngest : int
        First age, in years, at which survival is asked for.
    """
    premises = _given(tables, "premises")
    register = _given(tables, "establishments")
    shops = _given(tables, "shops")
    found: set[str] = set()
    alike = ("zones", "weather", "places", "stops", "projects")
    found |= {name for name in alike if _given(tables, name) is not None}
    if premises is not None:
        found |= survey.assets(premises, min_coverage)
    if register is not None:
        found |= _register(register, youngest)
    if shops is not None:
        opened = shops[shops["status"].astype("object").eq("occupied")]
        found |= _others(opened) | _listed(opened, "kind")
        if _some(shops, "opening_hours"):
            found.add("shops_hours")
    counts = _given(tables, "counts")
    if counts is not None:
        found |= footfall.assets(counts, _given(tables, "events"))
    return frozenset(found | _parking(tables))


def _given(tables: Frames, name: str) -> pd.DataFrame | None:
    """Return a table with rows, None if the city has none (or the name is not a table yet)."""
    try:
        frame = tables[name]
    except KeyError:
        return None
    return None if frame is None or len(frame) == 0 else frame


def _some(frame: pd.DataFrame, *columns: str) -> bool:
    """Whether a row has all of these columns filled."""
    if not set(columns) <= set(frame.columns):
        return False
    return bool(frame[list(columns)].notna().all(axis=1).any())


def _known(frame: pd.DataFrame, column: str) -> int:
    return int(frame[column].notna().sum()) if column in frame else 0


# ---------------------------------------------------------------- registers and maps


def _listed(shops: pd.DataFrame, activity: str) -> set[str]:
    """Return what a list of open shops allows for the structure of the offer."""
    if shops.empty:
        return set()
    found = {"shops_listed"}
    if _known(shops, "activity_family") >= indicators.get("offer_share").min_n:
        found.add("shops_ten")
    if _known(shops, activity) >= DIVERSITY_SHOPS:
        found.add("shops_fifty")
    enough = len(shops) >= indicators.get("chain_share").min_n
    if enough and _known(shops, "brand"):
        found.add("shops_branded")
    return found


def _others(shops: pd.DataFrame) -> set[str]:
    found = set()
    if _some(shops, "zone_id"):
        found.add("other_zoned")
    if _some(shops, "lon", "lat"):
        found.add("other_located")
    if _some(shops, "name", "lon", "lat") or _some(shops, "brand", "lon", "lat"):
        found.add("other_named")
    return found


def _register(periods: pd.DataFrame, youngest: int) -> set[str]:
    """Return what a SIRENE extract holds: shops, their openings and closures, their cohort."""
    dated = periods.dropna(subset=["siret"])
    today = dated["period_start"].max()
    order = dated.sort_values("period_start", kind="stable", na_position="first")
    last = order.groupby("siret", sort=False).tail(1).set_index("siret")
    first = order.groupby("siret", sort=False)["period_start"].first()
    created = order.groupby("siret", sort=False)["created"].first() if "created" in order else None
    shops = last[is_shop(last["activity_code"], last["nomenclature"], "divisions").to_numpy(bool)]
    if shops.empty:
        return set()
    known = shops.get("activity_family")
    family = family_of(shops["activity_code"], shops["nomenclature"]).astype("object")
    shops = shops.assign(activity_family=family if known is None else known.fillna(family))
    closed = shops["state"].astype("object").eq("F").to_numpy(bool)
    start = first.reindex(shops.index)
    if created is not None:
        start = pd.concat([start, created.reindex(shops.index)], axis=1).min(axis=1)
    end = shops["period_start"].where(closed)
    alive = shops[~closed]
    found = _listed(alive, "activity_code") | _others(alive)
    communes = periods["commune"].dropna().astype(str).nunique() if "commune" in periods else 0
    if communes > 1 and _known(periods, "brand"):
        found.add("register_communes")
    only_open = len(shops) >= FEWEST_OPEN_ONLY and bool(closed.mean() <= MOST_CLOSED)
    undated = bool(end[closed].isna().mean() > 0.5)
    if pd.isna(today) or start.isna().all() or only_open or undated:
        return found
    found.add("register")
    return found | _dated(start, end, today, youngest)


def _dated(
    start: pd.Series[pd.Timestamp],
    end: pd.Series[pd.Timestamp],
    today: pd.Timestamp,
    youngest: int,
) -> set[str]:
    found = set()
    years = range(today.year - COHORT_YEARS + 1, today.year + 1)
    opened = start.dt.year.value_counts().reindex(years, fill_value=0)
    shut = end.dt.year.value_counts().reindex(years, fill_value=0)
    if bool(((shut > 0) & (opened + shut >= indicators.get("opening_ratio").min_n)).any()):
        found.add("register_closures")
    cohort = start.dt.year.between(today.year - COHORT_YEARS, today.year - 1)
    ages = (end.fillna(today) - start).dt.days / 365.25
    followed = int((cohort & (ages >= youngest)).sum())
    if followed >= indicators.get("business_survival").min_n:
        found.add("register_cohort")
    return found


# ---------------------------------------------------------------- parking


def _parking(tables: Frames) -> set[str]:
    found: set[str] = set()
    if _given(tables, "projects") is not None:
        found.add("episodes")
    supply, payments = _given(tables, "parking_supply"), _given(tables, "parking_payments")
    counts = _given(tables, "parking_counts")
    meters: set[str] | None = None
    if payments is not None:
        found.add("payments")
        meters = set(payments["meter_id"].dropna().astype(str))
    if supply is not None:
        found.add("supply_table")
        if _some(supply, "valid_from") or _some(supply, "valid_to"):
            found.add("episodes")
        metered = supply[supply["meter_id"].notna() & (supply["spaces"] > 0)]
        named = set(metered["meter_id"].astype(str))
        if named and (meters is None or named & meters):
            found.add("supply_metered")
    if counts is not None and "meter_id" in counts and counts["meter_id"].notna().any():
        at = set(counts["meter_id"].dropna().astype(str))
        if meters is None or at & meters:
            found.add("counts_metered")
    if _given(tables, "parking_stays") is not None:
        found.add("stays")
    states = _given(tables, "parking_states")
    if states is not None and not bool((states["spaces"] > 1).any()):
        found |= {"states_single", "states_durations"}
    garages = _given(tables, "parking_availability")
    if garages is not None and bool(garages["capacity"].notna().any()):
        found.add("garages")
    return found | _records(_given(tables, "infractions"))


def _records(infractions: pd.DataFrame | None) -> set[str]:
    if infractions is None or not bool(infractions["time"].notna().any()):
        return set()
    real = infractions["type"].notna()
    controls = pd.to_numeric(infractions["controls"]).to_numpy(dtype=np.float64)
    enough = np.nansum(controls) >= indicators.get("infraction_rate").min_n
    return {"infractions", *(("controls",) if enough and bool(real.any()) else ())}
