"""Parking crossed with works, markets and events: what their days show beside comparable ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analyses.parking.arrays import Bools, Floats
from analyses.parking.contrast import Contrast, Series, contrast
from analyses.parking.episodes import Episode, days_touched, episodes
from analyses.parking.grid import Grid, Regulation, grid_of
from analyses.parking.kerb import Kerb
from analyses.parking.payments import paid_space_time
from analyses.parking.supply import offered, regulated
from analyses.results import Result, Source, not_computable
from analyses.wording import Text

Rules = Mapping[str, Regulation] | Regulation | None

BANDS: tuple[tuple[str, int, int], ...] = (
    ("00-09", 0, 9), ("09-12", 9, 12), ("12-14", 12, 14), ("14-17", 14, 17), ("17-24", 17, 24),
)  # fmt: skip
"""Parts of the day that are compared one by one: name, first hour, hour after the last."""

UNITS: dict[str, str] = {
    "occupancy_shift": "points", "rotation_shift": "vehicles/space/day",
    "paid_hours_shift": "hours/space/day",
}  # fmt: skip

NO_PEER = Text(
    "aucun jour comparable : tous les mêmes jours de la semaine de la période sont touchés",
    "no comparable day: every such weekday of the period is touched",
)
FEW_DAYS = Text(
    "trop peu de jours comparables, ou de jours que rien d'autre ne touche",
    "too few comparable days, or days that nothing else touches",
)


@dataclass(frozen=True)
class Crossing:
    """One measure of one episode.

    Parameters
    ----------
    episode : Episode
        Days and zones.
    indicator : str
        One of :data:`UNITS`.
    found : Contrast
        Difference to comparable days, in the unit of the indicator.
    """

    episode: Episode
    indicator: str
    found: Contrast


@dataclass(frozen=True)
class Effects:
    """Parking crossed with works, markets and events.

    Parameters
    ----------
    results : tuple of Result
        Differences by episode, whole day and part of the day; "non calculable" ones with reasons.
    episodes : tuple of Episode
        Episodes that touch the days observed.
    crossings : tuple of Crossing
        Those that could be measured over the whole day.
    anything : bool
        Whether there was a series of parking to cross at all.
    """

    results: tuple[Result, ...]
    episodes: tuple[Episode, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    anything: bool = False


def measure_effects(
    kerb: Kerb,
    payments: pd.DataFrame | None,
    supply: pd.DataFrame | None,
    events: pd.DataFrame | None,
    projects: pd.DataFrame | None,
    tz: str,
    rules: Rules = None,
    *,
    days_off: Iterable[date] = (),
) -> Effects:
    """Cross occupancy, rotation and payments with works, markets and events.

    Parameters
    ----------
    kerb : Kerb
        Sensors of the street.
    payments, supply, events, projects : DataFrame or None
        Tables of the same names.
    tz : str
        Time zone of the city.
    rules : mapping of pay station to Regulation, Regulation or None
        Paid hours.
    days_off : iterable of date
        Public holidays: left out of episodes and of comparable days.
    """
    off = frozenset(days_off)
    crossed: list[Effects] = []
    if kerb.occupancy is not None:
        occ = kerb.occupancy
        known = episodes(supply, events, projects, occ.grid.days, tz)
        seen = {
            "occupancy_shift": series(occ.zones, occ.grid, occ.taken, occ.offer),
            "rotation_shift": series(occ.zones, occ.grid, occ.arrivals, occ.offer, daily=True),
        }
        crossed.append(_crossed(seen, known, occ.grid, "sensor", off))
    paid = _paid(payments, supply, tz, rules)
    if paid is not None:
        grid, line = paid
        known = episodes(supply, events, projects, grid.days, tz)
        crossed.append(_crossed({"paid_hours_shift": line}, known, grid, "payment", off))
    return Effects(
        tuple(row for part in crossed for row in part.results),
        tuple({item.id: item for part in crossed for item in part.episodes}.values()),
        tuple(item for part in crossed for item in part.crossings),
        anything=bool(crossed),
    )


def series(
    zones: Sequence[str], grid: Grid, taken: Floats, offer: Floats, *, daily: bool = False
) -> Series:
    """Return a ratio by zone, day and hour from the slots of a grid.

    Parameters
    ----------
    zones : sequence of str
        Zones, in the order of the rows.
    grid : Grid
        Time slots.
    taken, offer : numpy.ndarray
        Numerator and space-seconds offered, shape (zones, slots).
    daily : bool
        Whether ``taken`` counts units to be told per space and day rather than space-seconds: the
        offer of a day then adds up to its spaces.
    """
    days = grid.days
    shape = (len(days), 24)
    where = grid.day_of_slot * 24 + grid.local.hour.to_numpy()
    cubes: list[Floats] = [
        np.stack(
            [np.bincount(where, line.astype(float), shape[0] * 24).reshape(shape) for line in table]
        )
        for table in (taken, offer)
    ]
    if daily:
        hours = (cubes[1] > 0).sum(axis=2, keepdims=True)
        cubes[1] = cubes[1] / (3600.0 * np.maximum(hours, 1))
    weekday = days.dayofweek.to_numpy().astype(np.int64)
    return Series(tuple(zones), cubes[0], cubes[1], weekday)


def _paid(
    payments: pd.DataFrame | None, supply: pd.DataFrame | None, tz: str, rules: Rules
) -> tuple[Grid, Series] | None:
    """Return the hours paid for by zone, day and hour; None without meters in a zone."""
    if payments is None or supply is None or not len(payments) or not len(supply):
        return None
    lasting = supply[supply["meter_id"].notna() & (supply["spaces"] > 0)]
    zone_of = lasting.dropna(subset=["zone_id"]).groupby("meter_id")["zone_id"].first()
    places = supply[supply["meter_id"].isin(zone_of.index)]
    paid = payments[payments["meter_id"].isin(zone_of.index)]
    if paid.empty or zone_of.empty:
        return None
    grid = grid_of(pd.concat([paid["start"], paid["end"].dropna()]), tz)
    meters = [str(meter) for meter in zone_of.index]
    on = regulated(grid, meters, rules)
    offer = np.where(on, offered(places, grid, meters, key="meter_id"), 0.0)
    hours = np.where(offer > 0, paid_space_time(paid, grid, meters).occupied / 3600, 0.0)
    zones = sorted(zone_of.astype(str).unique())
    member = np.array([[zone_of[meter] == zone for meter in meters] for zone in zones], dtype=float)
    return grid, series(zones, grid, member @ hours, member @ offer, daily=True)


def _crossed(
    lines: Mapping[str, Series],
    known: Sequence[Episode],
    grid: Grid,
    source: Source,
    off: frozenset[date],
) -> Effects:
    """Cross every series with every episode."""
    days = grid.days
    shut = np.array([day.date() in off for day in days])
    first = next(iter(lines.values()))
    masks = {name: mask & ~shut for name, mask in days_touched(known, first.zones, days).items()}
    usual = {name for name, mask in masks.items() if _usual(mask, first, shut)}
    rows: list[Result] = []
    crossings: list[Crossing] = []
    for item in known:
        mask = masks[item.id]
        if not mask.any():
            continue
        others = np.broadcast_to(shut, mask.shape).copy()
        for name, other in masks.items():
            if name != item.id and name not in usual:
                others |= other
        for indicator, line in lines.items():
            found = None if item.id in usual else contrast(line, mask, others)
            if found is None:
                why = NO_PEER if item.id in usual else FEW_DAYS
                rows.append(_refused(indicator, source, item, why))
                continue
            found = scaled(found) if indicator == "occupancy_shift" else found
            crossings.append(Crossing(item, indicator, found))
            rows.append(_result(indicator, source, item, found))
            if indicator == "occupancy_shift":
                rows += _by_band(line, item, mask, others, source)
    return Effects(tuple(rows), tuple(known), tuple(crossings), anything=True)


def _usual(mask: Bools, line: Series, shut: Bools) -> bool:
    """Whether an episode leaves no day to compare: it is then part of the usual week."""
    touched = mask.any(axis=0)
    free = ~touched & ~shut
    return not np.isin(line.weekday[touched], line.weekday[free]).any()


def scaled(found: Contrast, factor: float = 100.0) -> Contrast:
    """Return a contrast in another unit."""
    return replace(
        found,
        observed=found.observed * factor,
        expected=found.expected * factor,
        change=found.change.scaled(factor),
        elsewhere=found.elsewhere.scaled(factor),
        effect=found.effect.scaled(factor),
        profile=found.profile * factor,
    )


def _by_band(
    line: Series, item: Episode, mask: Bools, others: Bools, source: Source
) -> list[Result]:
    """Return the difference of each part of the day that the series has."""
    rows = []
    for name, start, end in BANDS:
        hours = np.zeros(24, dtype=bool)
        hours[start:end] = True
        found = contrast(line, mask, others, hours=hours)
        if found is not None:
            more = {"breakdown": "episode_hours", "category": f"{item.id} {name}"}
            rows.append(_result("occupancy_shift", source, item, scaled(found), **more))
    return rows


def _result(indicator: str, source: Source, item: Episode, found: Contrast, **more: Any) -> Result:
    alone = not found.elsewhere.known
    note = Text(
        "association, non preuve d'un effet : " + (_ALONE.fr if alone else _BESIDE.fr),
        "association, not proof of an effect: " + (_ALONE.en if alone else _BESIDE.en),
    )
    method = "weekday-hour-matched/1" if alone else "matched-difference/1"
    return Result(
        indicator, found.effect, UNITS[indicator], source, method, quality="estimated", note=note,
        **_where(item), **({"breakdown": "episode", "category": item.id} | more),
    )  # fmt: skip


_ALONE = Text(
    "écart aux mêmes jours et heures sans l'épisode, sans autre zone à qui le comparer",
    "gap to the same weekdays and hours without the episode, no other zone to compare with",
)
_BESIDE = Text(
    "écart aux mêmes jours et heures sans l'épisode, moins celui des autres zones, qui peuvent "
    "recevoir les voitures déplacées",
    "gap to the same weekdays and hours without the episode, less that of the other zones, which "
    "may take the cars displaced",
)


def _refused(indicator: str, source: Source, item: Episode, why: Text) -> Result:
    return not_computable(
        indicator, UNITS[indicator], source, why, breakdown="episode", category=item.id,
        **_where(item),
    )  # fmt: skip


def _where(item: Episode) -> dict[str, Any]:
    zone = item.zones[0] if len(item.zones) == 1 else "*"
    return {"zone": zone, "period_start": item.days[0], "period_end": item.days[-1]}
