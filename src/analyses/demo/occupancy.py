"""Who holds each premises, and when: a two-state process in continuous time.

A premises is let or vacant. A tenant leaves at the hazard :data:`plan.CLOSURE_HAZARD`; the premises
then becomes vacant with the probability that gives the zone its entry hazard, or passes straight
to the next tenant. A vacant premises is let again at the zone's re-let hazard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyses.demo import plan

START = plan.years(plan.REGISTER_START)
END = plan.years(plan.EXTRACT)


@dataclass(frozen=True, slots=True)
class Stock:
    """The premises of the city, one element each.

    Parameters
    ----------
    zone : array of int, shape (n,)
        Index in :data:`plan.ZONES`.
    enters, leaves : arrays of float, shape (n,)
        Years from which and until which the premises is commercial.
    """

    zone: NDArray[np.int64]
    enters: NDArray[np.float64]
    leaves: NDArray[np.float64]


def stock(rng: np.random.Generator) -> Stock:
    """Draw the premises of the city: those of the first wave, the new ones, the dropped ones."""
    rank = {zone.id: index for index, zone in enumerate(plan.ZONES)}
    initial = np.repeat(np.arange(len(plan.ZONES)), [zone.premises for zone in plan.ZONES])
    added = [np.full(count, rank[zone]) for zone, _, count in plan.ADDED]
    dates = [np.full(count, plan.years(day)) for _, day, count in plan.ADDED]
    zones = np.concatenate([initial, *added]).astype(np.int64)
    enters = np.concatenate([np.full(initial.size, START), *dates])
    leaves = np.full(zones.size, np.inf)
    first, last = plan.years(plan.WAVES[0]), plan.years(plan.WAVES[-1])
    for zone_id, count in plan.REMOVED:
        candidates = np.flatnonzero(initial == rank[zone_id])
        chosen = rng.choice(candidates, count, replace=False)
        leaves[chosen] = rng.uniform(first + 0.1, last - 0.1, count)
    return Stock(zones, enters, leaves)


def spells(rng: np.random.Generator, premises: Stock) -> pd.DataFrame:
    """Simulate every tenancy and every vacancy up to the extraction of the register.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    premises : Stock
        The premises, of n elements.

    Returns
    -------
    pandas.DataFrame
        One row per spell, sorted by ``premises`` (int) then ``start``: ``vacant`` (bool), ``start``
        (years; NaN for a tenant already there at the register's start, whose opening is unknown)
        and ``end`` (years; beyond the extraction for the spell in course).
    """
    zones = premises.zone
    relet = np.array([zone.relet for zone in plan.ZONES])[zones]
    clock = premises.enters.copy()
    vacant = rng.random(zones.size) < _by_zone(plan.vacancy, zones, clock)
    begins = np.where(vacant, clock - rng.exponential(1 / relet), np.nan)
    begins = np.where(clock > START, clock, begins)
    active = np.arange(zones.size)
    rows = []
    while active.size:
        hazard = np.where(vacant, relet[active], plan.CLOSURE_HAZARD)
        ends = clock + rng.exponential(1 / hazard)
        rows.append((active, vacant, begins, ends))
        entry = _by_zone(plan.entry_hazard, zones[active], ends)
        emptied = ~vacant & (rng.random(active.size) < entry / plan.CLOSURE_HAZARD)
        going = ends < END
        active, clock, begins, vacant = active[going], ends[going], ends[going], emptied[going]
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    frame = pd.DataFrame(dict(zip(("premises", "vacant", "start", "end"), columns, strict=True)))
    return frame.sort_values(["premises", "end"], kind="stable", ignore_index=True)


def transfers(
    rng: np.random.Generator, tenancies: pd.DataFrame, mix: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Choose tenants who left one premises for another of the city.

    A tenancy that ends is paired with one that begins elsewhere within 30 days; one pair in twelve
    is a transfer. Who the tenant is changes, when spells begin and end does not.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    tenancies : pandas.DataFrame
        From :func:`spells`.
    mix : array of int, shape (rows,)
        Trade mix of each row's zone: a tenant moves between zones of the same mix.

    Returns
    -------
    array of int, shape (rows,)
        Row of the tenancy left, −1 where the tenant is new. No tenant moves twice.
    """
    premises, vacant = tenancies["premises"].to_numpy(), tenancies["vacant"].to_numpy(bool)
    start, end = tenancies["start"].to_numpy(), tenancies["end"].to_numpy()
    moved = np.full(len(tenancies), -1)
    used = np.zeros(len(tenancies), dtype=bool)
    leaving = np.flatnonzero(~vacant & (end < END) & ~np.isnan(start))
    coming = np.flatnonzero(~vacant & ~np.isnan(start))
    coming = coming[np.argsort(start[coming], kind="stable")]
    for old in leaving[np.argsort(end[leaving], kind="stable")]:
        first, last = np.searchsorted(start[coming], [end[old], end[old] + 30 / 365.25])
        near = coming[first:last]
        near = near[(premises[near] != premises[old]) & (mix[near] == mix[old]) & ~used[near]]
        if near.size and not used[old] and rng.random() < 1 / 12:
            moved[near[0]] = old
            used[[near[0], old]] = True
    return moved


def _by_zone(
    law: Callable[[plan.ZonePlan, NDArray[np.float64]], NDArray[np.float64]],
    zones: NDArray[np.int64],
    time: NDArray[np.float64],
) -> NDArray[np.float64]:
    values = np.empty(zones.size)
    for index, zone in enumerate(plan.ZONES):
        chosen = zones == index
        values[chosen] = law(zone, time[chosen])
    return values
