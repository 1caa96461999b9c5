"""Occupancy: rate, weekday × hour profile, saturation, over-used and under-used zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyses.parking.arrays import Codes, Floats, positions, tally
from analyses.parking.clusters import day_ratio, weekday_strata
from analyses.parking.grid import Grid, Regulation, seconds
from analyses.parking.spacetime import Accumulator, SpaceTime
from analyses.parking.supply import offered, regulated
from analyses.results import Estimate

SATURATED = 0.85
"""Share of spaces taken above which a street is said to be full (a parameter everywhere)."""


@dataclass(frozen=True)
class Occupancy:
    """Space-time taken and offered by zone and slot, on regulated hours.

    Parameters
    ----------
    grid : Grid
        Time slots.
    zones : tuple of str
        Zones, in the order of the rows.
    taken, offer : numpy.ndarray
        Space-seconds taken and offered, shape (zones, slots); 0 where parking is not regulated or
        nothing was offered.
    outside : float
        Space-seconds taken in slots where nothing was offered (works, or a wrong supply).
    arrivals : numpy.ndarray
        Stays that begin in each slot, shape (zones, slots); 0 where nothing is offered.
    """

    grid: Grid
    zones: tuple[str, ...]
    taken: Floats
    offer: Floats
    outside: float
    arrivals: Floats

    @property
    def share(self) -> Floats:
        """Occupancy by zone and slot, NaN where nothing is offered; may exceed 1."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.offer > 0, self.taken / self.offer, np.nan)

    @property
    def above_capacity(self) -> float:
        """Share of the offered time during which more cars than spaces were counted."""
        total = float(self.offer.sum())
        return float(self.offer[self.taken > self.offer].sum()) / total if total else 0.0


def occupancy(
    taken: SpaceTime,
    supply: pd.DataFrame,
    rules: Mapping[str, Regulation] | Regulation | None = None,
) -> Occupancy:
    """Return occupancy from the space-time taken and the supply.

    Parameters
    ----------
    taken : SpaceTime
        What stays took (:class:`analyses.parking.spacetime.Accumulator`).
    supply : pandas.DataFrame
        See :func:`analyses.parking.supply.offered`.
    rules : mapping of str to Regulation, Regulation or None
        Regulated hours; every hour if None.
    """
    offer = offered(supply, taken.grid, taken.zones)
    on = regulated(taken.grid, taken.zones, rules)
    lost = float(taken.occupied[on & (offer <= 0)].sum())
    use = on & (offer > 0)
    return Occupancy(
        taken.grid,
        taken.zones,
        np.where(use, taken.occupied, 0.0),
        np.where(use, offer, 0.0),
        lost,
        np.where(use, taken.arrivals, 0.0),
    )


def stays_space_time(
    stays: pd.DataFrame | Iterable[pd.DataFrame], grid: Grid, zones: Sequence[str]
) -> SpaceTime:
    """Return the space-time that stays take; rows of other zones are left out.

    Parameters
    ----------
    stays : pandas.DataFrame or iterable of pandas.DataFrame
        ``zone_id``, ``arrival``, ``departure`` (tz-aware): a whole table, or its batches as a
        reader yields them, of which only one is held at a time.
    grid : Grid
        Time slots.
    zones : sequence of str
        Zones in the order wanted.

    Notes
    -----
    Batches are counted as they are: a stay that a system cuts at midnight takes the same
    space-time in two rows as in one.
    """
    accumulator = Accumulator(grid, zones)
    for batch in (stays,) if isinstance(stays, pd.DataFrame) else stays:
        codes = _zone_codes(batch["zone_id"], zones)
        known = codes >= 0
        arrival = seconds(batch["arrival"], "arrival")
        departure = seconds(batch["departure"], "departure")
        if not known.all():
            arrival, departure, codes = arrival[known], departure[known], codes[known]
        accumulator.add(arrival, departure, codes)
    return accumulator.result()


def _zone_codes(values: pd.Series, zones: Sequence[str]) -> Codes:
    """Return the position of each value's zone, each distinct value looked up once."""
    codes, names = pd.factorize(values)
    place = np.append(positions(zones, names), -1)  # a missing zone is coded -1: the last
    return np.asarray(place[codes])


def rate(occ: Occupancy, zone: str | None = None, *, level: float = 0.95) -> Estimate:
    """Return the occupancy rate, a share, with its interval over days.

    Parameters
    ----------
    occ : Occupancy
        Space-time taken and offered.
    zone : str, optional
        One zone; all of them pooled if None.
    level : float
        Nominal coverage. The interval describes how the mean moves from week to week when the
        days of the period are a sample of such days; a census of the period has none.
    """
    rows = _rows(occ, zone)
    taken, offer = _daily(occ, rows)
    strata = weekday_strata(occ.grid.days)
    return day_ratio(taken, offer, strata, level=level, ceiling=_ceiling(occ, rows))


def well_seen(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of a profile seen at least half as often as most of them.

    A camera that once ran late makes a cell of one evening: it is drawn, and not named.

    Parameters
    ----------
    cells : pandas.DataFrame
        With ``n``, the days or readings of each cell.
    """
    return cells[cells["n"] >= cells["n"].median() / 2]


def profile(occ: Occupancy, zone: str | None = None, *, level: float = 0.95) -> pd.DataFrame:
    """Return occupancy by weekday and hour of the local clock.

    Returns
    -------
    pandas.DataFrame
        ``weekday`` (0 Monday), ``hour``, ``value``, ``low``, ``high`` (shares), ``n`` (days).
        Cells without offer are absent; bounds are NaN with a single day.
    """
    rows = _rows(occ, zone)
    local = occ.grid.local
    cells = pd.DataFrame(
        {
            "weekday": local.dayofweek,
            "hour": local.hour,
            "day": occ.grid.day_of_slot,
            "taken": occ.taken[rows].sum(axis=0),
            "offer": occ.offer[rows].sum(axis=0),
        }
    )
    daily = cells[cells["offer"] > 0].groupby(["weekday", "hour", "day"], as_index=False).sum()
    top = _ceiling(occ, rows)
    lines = []
    for (weekday, hour), part in daily.groupby(["weekday", "hour"]):
        taken, offer = part["taken"].to_numpy(), part["offer"].to_numpy()
        found = day_ratio(taken, offer, level=level, ceiling=top)
        lines.append((weekday, hour, found.value, found.low, found.high, found.n))
    return pd.DataFrame(lines, columns=["weekday", "hour", "value", "low", "high", "n"])


def saturation(
    occ: Occupancy,
    zone: str | None = None,
    *,
    threshold: float = SATURATED,
    level: float = 0.95,
) -> Estimate:
    """Return the share of regulated time during which a zone is at or above ``threshold``.

    Each slot is judged on its own mean: take a grid of 15 minutes or less where short peaks
    matter. For several zones, the zones' times are added up (zone-hours).
    """
    rows = _rows(occ, zone)
    on = occ.offer[rows] > 0
    full = on & (occ.taken[rows] >= threshold * occ.offer[rows] - 1e-6)
    day = occ.grid.day_of_slot
    days = len(occ.grid.days)
    times = [tally(day, days, mask.sum(axis=0) * float(occ.grid.step)) for mask in (full, on)]
    return day_ratio(times[0], times[1], weekday_strata(occ.grid.days), level=level, ceiling=1.0)


def usage(
    occ: Occupancy, *, low: float = 0.5, high: float = SATURATED, level: float = 0.95
) -> pd.DataFrame:
    """Return which zones are over-used or under-used, where the data can tell.

    A zone is ``over`` when its whole interval lies at or above ``high``, ``under`` when it lies
    below ``low``, ``between`` when it lies between the two, and ``unclear`` otherwise.

    Returns
    -------
    pandas.DataFrame
        ``zone_id``, ``value``, ``low``, ``high``, ``n``, ``saturated`` (share of time at or above
        ``high``), ``use``; busiest first.
    """
    lines = []
    for zone in occ.zones:
        found = rate(occ, zone, level=level)
        if not found.known:
            continue
        full = saturation(occ, zone, threshold=high, level=level).value
        use = _use(found, low, high)
        lines.append((zone, found.value, found.low, found.high, found.n, full, use))
    columns = ["zone_id", "value", "low", "high", "n", "saturated", "use"]
    table = pd.DataFrame(lines, columns=columns)
    return table.sort_values(["value", "zone_id"], ascending=[False, True], ignore_index=True)


def _use(found: Estimate, low: float, high: float) -> str:
    if np.isnan(found.low):
        return "unclear"
    if found.low >= high:
        return "over"
    if found.high < low:
        return "under"
    return "between" if found.low >= low and found.high < high else "unclear"


def _rows(occ: Occupancy, zone: str | None) -> list[int]:
    if zone is None:
        return list(range(len(occ.zones)))
    if zone not in occ.zones:
        raise ValueError(f"zone {zone!r} is not one of the {len(occ.zones)} zones")
    return [occ.zones.index(zone)]


def _ceiling(occ: Occupancy, rows: list[int]) -> float:
    """Return 1 where no slot holds more cars than spaces, infinity where some does."""
    beyond = occ.taken[rows] > occ.offer[rows] * (1 + 1e-9)
    return np.inf if beyond.any() else 1.0


def _daily(occ: Occupancy, rows: list[int]) -> tuple[Floats, Floats]:
    day, days = occ.grid.day_of_slot, len(occ.grid.days)
    return (
        tally(day, days, occ.taken[rows].sum(axis=0)),
        tally(day, days, occ.offer[rows].sum(axis=0)),
    )
