"""Opening hours against presence: when shops are open, and when people pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
from opening_hours import OpeningHours

from analyses.footfall.calendar import Bools, Floats
from analyses.footfall.profile import hourly_counts
from analyses.results import UNKNOWN, Estimate

EMPTY_STREET = 0.25
"""An hour is empty when it holds less than this share of the mean hour of the opening time."""
FEWEST_SHOPS, FEWEST_WEEKS = 10, 4
"""Shops with readable hours, and weeks with counts, under which nothing is said."""
NEAR_METRES = 200.0
"""Distance within which a shop stands in the street that a sensor counts."""
MOSTLY = 0.5
"""Share of the shops open from which an hour is called open."""

_DRAWS, _SAMPLED, _EVERY = 1000, 13, 28
_COLUMNS = ["shop", "weekday", "hour", "open_share"]


@dataclass(frozen=True, slots=True)
class Match:
    """Opening hours against presence.

    Parameters
    ----------
    outside : Estimate
        Share of passages outside opening hours, percent; ``n`` is the number of weeks.
    empty_open : Estimate
        Share of open hours with an empty street, percent; ``n`` is the number of weeks.
    hours : pandas.DataFrame
        ``weekday``, ``hour``, ``passages`` (mean), ``open_share``, ``n`` (weeks).
    shops : int
        Shops whose hours were used (1 where only their share was given).
    """

    outside: Estimate
    empty_open: Estimate
    hours: pd.DataFrame
    shops: int = 1

    @property
    def open_mean(self) -> float:
        """Mean passages of an hour in which at least half the shops are open."""
        opened = self.hours[self.hours["open_share"] >= MOSTLY]
        return float((opened["passages"] * opened["n"]).sum() / max(opened["n"].sum(), 1))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive hours of one weekday.

    Parameters
    ----------
    weekday : int
        0 for Monday.
    first, end : int
        First hour, and end (excluded, up to 24).
    passages : float
        Mean passages an hour.
    """

    weekday: int
    first: int
    end: int
    passages: float


@dataclass(frozen=True, slots=True)
class Place:
    """A zone where opening hours and presence meet; ``*`` is all of them.

    Parameters
    ----------
    zone : str
        Zone.
    match : Match
        What they say.
    known, seen : int
        Shops with readable hours, and shops in all.
    """

    zone: str
    match: Match
    known: int
    seen: int


def opening_weeks(shops: pd.DataFrame, last: date) -> pd.DataFrame:
    """Return the ordinary week of each shop, read from OpenStreetMap's ``opening_hours``.

    Each text is evaluated every half hour of one week in four over the year that ends on ``last``,
    so that seasons count for what they last; public holidays are left to the text's ordinary rule.

    Parameters
    ----------
    shops : pandas.DataFrame
        ``osm_id``, ``status``, ``opening_hours``, ``opening_hours_valid``; vacant shops and hours
        that do not follow the syntax are left out.
    last : date
        Last day of the year looked at.

    Returns
    -------
    pandas.DataFrame
        ``shop``, ``weekday`` (0 for Monday), ``hour``, ``open_share`` (0 to 1), 168 rows a shop.
    """
    kept = _readable(shops)
    monday = last - timedelta(days=last.weekday() + 7 * (_SAMPLED * _EVERY // 7 - 1))
    weeks = [_week(str(text), monday) for text in kept["opening_hours"]]
    if not weeks:
        return pd.DataFrame(columns=_COLUMNS)
    slots = np.tile(np.arange(168), len(weeks))
    return pd.DataFrame(
        {"shop": np.repeat(kept["osm_id"].astype(str).to_numpy(), 168), "weekday": slots // 24,
         "hour": slots % 24, "open_share": np.concatenate(weeks)}
    )  # fmt: skip


def opening_match(counts: pd.DataFrame, opening: pd.DataFrame, *, seed: int = 0) -> Match:
    """Compare the hours when shops open with the hours when people pass.

    Passages count as outside in proportion to the shops closed at that hour. Intervals by
    bootstrap of whole weeks and, where ``opening`` names them, of shops (both are samples).

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts of the sensors of a street or zone, an hour or less a period; an hour that a
        sensor misses is missing.
    opening : pandas.DataFrame
        ``weekday`` (0 for Monday), ``hour`` (0-23), ``open_share`` (share of shops open, 0 to 1)
        and optionally ``shop``; hours not given are closed.
    seed : int
        Seed of the bootstrap.

    Raises
    ------
    ValueError
        If fewer than :data:`FEWEST_WEEKS` weeks have counts.
    """
    passages = _weeks(counts)
    if len(passages) < FEWEST_WEEKS:
        raise ValueError(f"{len(passages)} weeks with counts, at least {FEWEST_WEEKS} are needed")
    shops = _shops(opening)
    share, seen = shops.mean(axis=0), ~np.isnan(passages)
    opened = share >= MOSTLY
    filled = np.where(seen, passages, 0.0)
    busy = passages[:, opened]
    limit = EMPTY_STREET * float(np.nanmean(busy)) if np.isfinite(busy).any() else 0.0
    empty = seen & (filled < limit)
    rng = np.random.default_rng(seed)
    n, m = len(passages), len(shops)
    weeks = rng.multinomial(n, np.full(n, 1 / n), size=_DRAWS).astype(np.float64)
    shares = rng.multinomial(m, np.full(m, 1 / m), size=_DRAWS) @ shops / m
    drawn = weeks @ filled
    outside = _ratio(
        float((filled * (1 - share)).sum()), float(filled.sum()),
        (drawn * (1 - shares)).sum(axis=1), drawn.sum(axis=1), n,
    )  # fmt: skip
    mask = shares >= MOSTLY
    empty_open = _ratio(
        float(empty[:, opened].sum()), float(seen[:, opened].sum()),
        ((weeks @ empty) * mask).sum(axis=1), ((weeks @ seen) * mask).sum(axis=1), n,
    )  # fmt: skip
    slots = np.arange(168)
    table = pd.DataFrame(
        {"weekday": slots // 24, "hour": slots % 24,
         "passages": filled.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), "open_share": share,
         "n": seen.sum(axis=0)}
    )  # fmt: skip
    return Match(outside, empty_open, table[table["n"] > 0].reset_index(drop=True), m)


def match_places(
    counts: pd.DataFrame, sensors: pd.DataFrame, shops: pd.DataFrame, *, seed: int = 0
) -> tuple[Place, ...]:
    """Compare opening hours and presence where sensors and shops meet.

    Parameters
    ----------
    counts : pandas.DataFrame
        Healthy counts, an hour or less a period, of the sensors to use.
    sensors : pandas.DataFrame
        ``sensor_id`` and, where known, ``zone_id``, ``lon``, ``lat``.
    shops : pandas.DataFrame
        Table ``shops``.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    tuple of Place
        All together first, then the zones that have both; nothing where fewer than
        :data:`FEWEST_SHOPS` shops have readable hours, or too few weeks have counts.
    """
    occupied = shops[shops["status"].eq("occupied").fillna(False)]
    mine = sensors[sensors["sensor_id"].isin(counts["sensor_id"])]
    zones = sorted(mine["zone_id"].dropna().astype(str).unique()) if "zone_id" in mine else []
    last = counts["start"].max().date()
    found = [_place("*", counts, occupied[_near(occupied, mine, zones)], last, seed)]
    for zone in zones:
        names = mine.loc[mine["zone_id"].eq(zone).fillna(False), "sensor_id"]
        inside = occupied["zone_id"].eq(zone).fillna(False).to_numpy(dtype=np.bool_)
        found.append(
            _place(zone, counts[counts["sensor_id"].isin(names)], occupied[inside], last, seed)
        )
    return tuple(place for place in found if place is not None)


def closed_and_busy(match: Match, most: int = 3) -> tuple[Stretch, ...]:
    """Return the stretches when most shops are closed though more people pass than when open."""
    hours = match.hours
    chosen = (hours["open_share"] < MOSTLY) & (hours["passages"] >= match.open_mean)
    return _stretches(hours[chosen], most, busiest=True)


def open_and_empty(match: Match, most: int = 3) -> tuple[Stretch, ...]:
    """Return the stretches when most shops are open though the street is usually empty."""
    hours = match.hours
    few = hours["passages"] < EMPTY_STREET * match.open_mean
    return _stretches(hours[(hours["open_share"] >= MOSTLY) & few], most, busiest=False)


def _place(
    zone: str, counts: pd.DataFrame, shops: pd.DataFrame, last: date, seed: int
) -> Place | None:
    opening = opening_weeks(shops, last)
    known = opening["shop"].nunique()
    if known < FEWEST_SHOPS or len(_weeks(counts)) < FEWEST_WEEKS:
        return None
    return Place(zone, opening_match(counts, opening, seed=seed), known, len(shops))


def _readable(shops: pd.DataFrame) -> pd.DataFrame:
    told = shops["opening_hours"].notna() & shops["opening_hours_valid"].fillna(False).astype(bool)
    return shops[told & shops["status"].eq("occupied").fillna(False)]


@lru_cache(maxsize=4096)
def _week(text: str, monday: date) -> Floats:
    """Return the share of each hour of the week when the shop is open, over the weeks sampled."""
    hours = OpeningHours(text)
    start = pd.Timestamp(monday).to_pydatetime()
    week: Floats = np.zeros(168)
    for step in range(_SAMPLED):
        first = start + timedelta(days=_EVERY * step)
        half = [hours.is_open(first + timedelta(minutes=15 + 30 * i)) for i in range(336)]
        week += np.reshape(half, (168, 2)).mean(axis=1)
    week /= _SAMPLED
    week.setflags(write=False)
    return week


def _weeks(counts: pd.DataFrame) -> Floats:
    """Return the passages of all sensors by week (rows) and hour of the week."""
    hourly = hourly_counts(counts)
    if hourly.empty:
        return np.empty((0, 168))
    sensors = hourly["sensor_id"].nunique()
    town = hourly.groupby(["date", "hour"])["count"].sum(min_count=sensors).dropna().reset_index()
    weekday = town["date"].dt.dayofweek
    town["week"] = town["date"] - pd.to_timedelta(weekday, unit="D")
    town["slot"] = weekday * 24 + town["hour"]
    wide = town.pivot_table(index="week", columns="slot", values="count")
    return np.asarray(wide.reindex(columns=range(168)).to_numpy(), dtype=np.float64)


def _shops(opening: pd.DataFrame) -> Floats:
    """Return the opening of each shop (rows) by hour of the week."""
    named = opening if "shop" in opening else opening.assign(shop="")
    table = named.assign(slot=named["weekday"] * 24 + named["hour"])
    wide = table.pivot_table(index="shop", columns="slot", values="open_share")
    return np.asarray(wide.reindex(columns=range(168)).fillna(0.0).to_numpy(), dtype=np.float64)


def _near(shops: pd.DataFrame, sensors: pd.DataFrame, zones: Sequence[str]) -> Bools:
    """Choose the shops of the sensors' zones, or near them, or all where nothing tells."""
    chosen = np.zeros(len(shops), dtype=np.bool_)
    if zones and "zone_id" in shops:
        chosen |= shops["zone_id"].isin(zones).fillna(False).to_numpy(dtype=np.bool_)
    placed = sensors.dropna(subset=["lon", "lat"]) if {"lon", "lat"} <= set(sensors) else None
    if placed is not None and len(placed):
        lat = shops["lat"].to_numpy(dtype=np.float64)[:, None]
        lon = shops["lon"].to_numpy(dtype=np.float64)[:, None]
        north = 111_195.0 * (lat - placed["lat"].to_numpy(dtype=np.float64))
        east = 111_195.0 * np.cos(np.radians(lat)) * (lon - placed["lon"].to_numpy(np.float64))
        away = np.fmin.reduce(np.hypot(north, east), axis=1)
        return np.asarray(chosen | (away <= NEAR_METRES), dtype=np.bool_)
    return chosen if zones else np.ones(len(shops), dtype=np.bool_)


def _ratio(top: float, base: float, tops: Floats, bases: Floats, n: int) -> Estimate:
    if base <= 0:
        return UNKNOWN
    drawn = 100 * tops[bases > 0] / bases[bases > 0]
    low, high = np.quantile(drawn, [0.025, 0.975])
    value = 100 * top / base
    return Estimate(value, min(float(low), value), max(float(high), value), n)


def _stretches(hours: pd.DataFrame, most: int, *, busiest: bool) -> tuple[Stretch, ...]:
    """Join consecutive hours of a weekday; the most passages (or the longest) first."""
    found: list[list[tuple[int, int, float]]] = []
    for row in hours.sort_values(["weekday", "hour"]).itertuples():
        weekday, hour = int(str(row.weekday)), int(str(row.hour))
        one = (weekday, hour, float(str(row.passages)))
        if found and found[-1][-1][:2] == (weekday, hour - 1):
            found[-1].append(one)
        else:
            found.append([one])
    stretches = [
        Stretch(r[0][0], r[0][1], r[-1][1] + 1, float(np.mean([p for _, _, p in r]))) for r in found
    ]
    size = [(s.end - s.first) * (s.passages if busiest else 1.0) for s in stretches]
    order = sorted(range(len(stretches)), key=lambda i: (-size[i], stretches[i].weekday))
    return tuple(stretches[i] for i in order[:most])
