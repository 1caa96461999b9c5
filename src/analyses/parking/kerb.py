"""What sensors tell of the street, put together: occupancy, rotation and stays."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analyses.parking import rotation, summary
from analyses.parking.durations import Durations, durations, overstay_room
from analyses.parking.grid import Grid, Regulation, make_grid
from analyses.parking.occupancy import Occupancy, occupancy, profile, stays_space_time, usage
from analyses.parking.stays import StayAudit, rejoin, stays_from_states, watched
from analyses.parking.supply import fixed_supply
from analyses.results import Quality, Result

Rules = Mapping[str, Regulation] | Regulation | None

WHOLE = "*"
"""Zone of rows that name none."""


@dataclass(frozen=True)
class Kerb:
    """What sensors tell of the street: occupancy, rotation, stays.

    Parameters
    ----------
    results : tuple of Result
        Every indicator, by zone where it makes sense.
    occupancy : Occupancy or None
        Space-time by zone and slot.
    profile, usage : DataFrame
        See :func:`analyses.parking.occupancy.profile` and
        :func:`analyses.parking.occupancy.usage`; empty without sensors.
    long_stays : DataFrame
        ``space_id``, ``zone_id``, ``arrival``, ``hours``, ``still`` (end not seen): stays beyond
        the threshold, longest first.
    room : tuple of float
        Bounds of the share of occupied space-time that overstays take.
    audit : StayAudit or None
        What re-joining did.
    durations : Durations or None
        Lengths of stay.
    overstay_minutes : float
        Threshold of an overstay.
    regulated : bool
        Whether only regulated hours count, rather than every hour observed.
    """

    results: tuple[Result, ...]
    occupancy: Occupancy | None = None
    profile: pd.DataFrame = field(default_factory=pd.DataFrame)
    usage: pd.DataFrame = field(default_factory=pd.DataFrame)
    long_stays: pd.DataFrame = field(default_factory=pd.DataFrame)
    room: tuple[float, float] = (math.nan, math.nan)
    audit: StayAudit | None = None
    durations: Durations | None = None
    overstay_minutes: float = summary.OVERSTAY
    regulated: bool = False


def measure_kerb(
    stays: pd.DataFrame | None,
    states: pd.DataFrame | None,
    tz: str,
    rules: Rules = None,
    *,
    declared: pd.DataFrame | None = None,
    overstay_minutes: float = summary.OVERSTAY,
) -> Kerb:
    """Measure occupancy, rotation and stays from sensors.

    Parameters
    ----------
    stays, states : DataFrame or None
        Tables ``parking_stays`` and ``parking_states``; stays are preferred.
    tz : str
        Time zone of the city.
    rules : mapping of zone to Regulation, Regulation or None
        Regulated hours; every hour if None.
    declared : DataFrame, optional
        Table ``parking_supply``: its rows with negative ``spaces`` whose ``place_id`` is a sensed
        space take that space out of the offer between their dates. Looks at a space made while it
        is closed are set aside: it leaves the offer and what is taken, and a stay that the closure
        cuts is censored there (a closure shorter than two looks is not seen).
    overstay_minutes : float
        Threshold of an overstay.
    """
    looks: pd.Timedelta | None = None
    audit: StayAudit | None = None
    if stays is not None and len(stays):
        table, audit = rejoin(_zoned(stays), tz)
        spaces = table.groupby("zone_id", sort=True)["space_id"].nunique()
        supply = fixed_supply({str(zone): float(n) for zone, n in spaces.items()}, tz)
        closed = _closed(declared, table, tz)
        supply = pd.concat([supply, closed], ignore_index=True) if len(closed) else supply
    elif states is not None and len(states) and not (states["spaces"] > 1).any():
        looks = _interval(states)
        seen = _while_open(_zoned(states), declared, tz)
        table = stays_from_states(seen, tz, max_gap=2 * looks)
        supply = watched(seen, tz, max_gap=2 * looks)
        if table.empty:
            return Kerb(())
    else:
        return Kerb(())
    zones = sorted(supply["zone_id"].astype(str).unique())
    grid = _whole_days(table, tz, _step(rules))
    occ = occupancy(stays_space_time(table, grid, zones), supply, rules)
    lengths = durations(table, tz)
    turned = _rotations(table, occ, zones, looks, quiet=looks is None)
    quality: Quality = "measured" if looks is None else "estimated"
    return Kerb(
        results=(
            *summary.occupancy_results(occ),
            *turned,
            *summary.stay_results(lengths, grid.days, overstay=overstay_minutes, quality=quality),
        ),
        occupancy=occ,
        profile=profile(occ),
        usage=usage(occ),
        long_stays=_long(table, overstay_minutes),
        room=overstay_room(table, overstay_minutes),
        audit=audit,
        durations=lengths,
        overstay_minutes=overstay_minutes,
        regulated=bool(rules),
    )


def _zoned(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every row in some zone."""
    named = table["zone_id"].astype("object")
    return table.assign(zone_id=named.where(named.notna(), WHOLE))


def _closed(declared: pd.DataFrame | None, stays: pd.DataFrame, tz: str) -> pd.DataFrame:
    """Return the rows that take sensed spaces away, in the zone of their sensor."""
    if declared is None or "place_id" not in declared:
        return pd.DataFrame()
    zone_of = stays.drop_duplicates("space_id").set_index("space_id")["zone_id"]
    rows = _closures(declared, zone_of.index, tz)
    zones, spaces = rows["place_id"].map(zone_of), rows["spaces"].astype(float)
    return rows[["valid_from", "valid_to"]].assign(zone_id=zones, spaces=spaces)


def _closures(declared: pd.DataFrame, spaces: Collection[str], tz: str) -> pd.DataFrame:
    """Return the declared rows that take some of these spaces away, dates in local time."""
    rows = declared[(declared["spaces"] < 0) & declared["place_id"].isin(list(spaces))]
    moments = {
        name: pd.to_datetime(rows[name], utc=True).dt.tz_convert(tz).dt.as_unit("ns")
        for name in ("valid_from", "valid_to")
    }
    return rows.assign(**moments)


def _while_open(states: pd.DataFrame, declared: pd.DataFrame | None, tz: str) -> pd.DataFrame:
    """Return the looks at spaces that no declared row closes at that time."""
    if declared is None or "place_id" not in declared:
        return states
    shut = pd.Series(False, index=states.index)
    rows = _closures(declared, states["space_id"].unique(), tz)
    for place, begin, end in zip(
        rows["place_id"], rows["valid_from"], rows["valid_to"], strict=True
    ):
        here = states["space_id"] == place
        if pd.notna(begin):
            here &= states["time"] >= begin
        if pd.notna(end):
            here &= states["time"] < end
        shut |= here
    return states[~shut]


def _interval(states: pd.DataFrame) -> pd.Timedelta:
    """Return the usual time between two looks at one space."""
    gaps = states.groupby("space_id", sort=False)["time"].diff().dropna()
    return pd.Timedelta(gaps[gaps > pd.Timedelta(0)].median())


def _step(rules: Rules) -> int:
    """Return the longest slot, at most a quarter of an hour, that no regulated window cuts."""
    known = [rules] if isinstance(rules, Regulation) else list((rules or {}).values())
    edges = {edge for rule in known for window in rule.windows for edge in window.minutes}
    return 60 * next(step for step in (15, 5, 1) if all(edge % step == 0 for edge in edges))


def _whole_days(stays: pd.DataFrame, tz: str, step: int) -> Grid:
    last = stays["departure"].max() - pd.Timedelta(seconds=1)
    first = stays["arrival"].min()
    return make_grid(first.tz_convert(tz).date(), last.tz_convert(tz).date(), tz, step)


def _rotations(
    stays: pd.DataFrame,
    occ: Occupancy,
    zones: Sequence[str],
    looks: pd.Timedelta | None,
    *,
    quiet: bool,
) -> list[Result]:
    on = occ.offer > 0
    spaces = rotation.space_days(occ.offer, occ.grid)
    rows = []
    for place in (None, *zones):
        pick = slice(None) if place is None else [zones.index(place)]
        names = list(zones) if place is None else [place]
        found = rotation.rotation(stays, spaces[pick], on[pick], occ.grid, names, quiet=quiet)
        rows.append(
            summary.rotation_result(
                found, occ.grid.days, zone=WHOLE if place is None else place, looks_every=looks
            )
        )
    return [row for row in rows if row.zone != WHOLE or row is rows[0]]


def _long(stays: pd.DataFrame, threshold: float) -> pd.DataFrame:
    hours = (stays["departure"] - stays["arrival"]).dt.total_seconds() / 3600
    table = stays.assign(hours=hours, still=stays["left_censored"] | stays["right_censored"])
    table = table[hours * 60 > threshold].sort_values(
        ["hours", "space_id"], ascending=[False, True]
    )
    return table[["space_id", "zone_id", "arrival", "hours", "still"]].reset_index(drop=True)
