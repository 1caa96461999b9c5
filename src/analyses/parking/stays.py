"""Stays: re-joined where a system cut them, or derived from states seen at intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Literal

import numpy as np
import pandas as pd

from analyses.parking.arrays import Bools, Codes, tally
from analyses.parking.grid import MISSING, Seconds, seconds

MIDNIGHT = (time(0),)
"""Clock times at which most systems close and reopen every stay."""

TOLERANCE = pd.Timedelta(minutes=2)
"""Longest gap that a cut leaves between two rows of one stay."""


@dataclass(frozen=True)
class StayAudit:
    """What re-joining did to a table of stays.

    Parameters
    ----------
    rows, stays : int
        Rows read, and stays that they describe.
    joined : int
        Rows glued to the one before because a system had cut the stay.
    overlaps : int
        Rows merged because they overlap the one before on the same space.
    reversed : int
        Rows left out: the departure precedes the arrival.
    open : int
        Stays without a departure: still parked, right-censored.
    """

    rows: int
    stays: int
    joined: int
    overlaps: int
    reversed: int
    open: int


def rejoin(
    stays: pd.DataFrame,
    tz: str,
    *,
    cuts: Sequence[time] = MIDNIGHT,
    tolerance: pd.Timedelta = TOLERANCE,
    until: pd.Timestamp | None = None,
) -> tuple[pd.DataFrame, StayAudit]:
    """Return one row a stay: glue what was cut at a clock time, merge what overlaps.

    Two rows of one space become one stay when they overlap (two devices, repeated exports), or
    when the gap between them is at most ``tolerance`` and lies at one of ``cuts`` (systems close
    and reopen every stay at midnight or when the rule changes). Another gap stays a gap: at any
    other hour it is one car leaving and another arriving. With a ``vehicle`` pseudonym in the
    table, two known and different vehicles are never glued.

    Parameters
    ----------
    stays : pandas.DataFrame
        ``space_id``, ``zone_id``, ``arrival``, ``departure`` (tz-aware; a departure may be
        missing), ``left_censored``, ``right_censored`` (optional), ``vehicle`` (a pseudonym,
        optional).
    tz : str
        Local time zone, in which ``cuts`` are read.
    cuts : sequence of datetime.time
        Local clock times at which the system may cut a stay.
    tolerance : pandas.Timedelta
        Longest gap that a cut leaves.
    until : pandas.Timestamp, optional
        End of the observation, given to stays without a departure; the latest time of the table
        by default.

    Returns
    -------
    stays : pandas.DataFrame
        Same columns less ``vehicle``, sorted by space and arrival.
    audit : StayAudit
        What was done.
    """
    table = _with_flags(stays)
    arrival = seconds(table["arrival"], "arrival")
    departure = seconds(table["departure"], "departure")
    still = departure == MISSING
    last = _until(arrival, departure, until)
    wrong = ~still & (departure < arrival)
    departure = np.where(still, np.maximum(last, arrival), departure)
    table = table.assign(_a=arrival, _d=departure, _open=still)[~wrong]
    table["right_censored"] |= table["_open"]
    table = table.sort_values(["space_id", "_a", "_d"], kind="stable", ignore_index=True)
    glued, overlapping = _links(table, tz, cuts, int(tolerance.total_seconds()))
    merged = _merge(table, glued | overlapping, tz)
    audit = StayAudit(
        rows=len(stays),
        stays=len(merged),
        joined=int((glued & ~overlapping).sum()),
        overlaps=int(overlapping.sum()),
        reversed=int(wrong.sum()),
        open=int(still.sum()),
    )
    return merged, audit


def find_cuts(
    stays: pd.DataFrame, tz: str, *, tolerance: pd.Timedelta = TOLERANCE
) -> tuple[time, ...]:
    """Return the local clock times at which the system seems to cut stays.

    Where one row of a space ends and the next begins at once, either a car took the place of
    another or the system cut a stay. The first happens at any minute, the second always at the
    same ones: a minute with five times as many such pairs as the two hours around it, and at least
    ten of them in excess, is a cut (a rule that changes, midnight, a daily restart).

    Parameters
    ----------
    stays : pandas.DataFrame
        See :func:`rejoin`.
    tz : str
        Local time zone.
    tolerance : pandas.Timedelta
        Longest gap that a cut leaves.
    """
    table = stays[stays["departure"].notna()].sort_values(
        ["space_id", "arrival", "departure"], kind="stable"
    )
    if len(table) < 2:
        return ()
    arrival = seconds(table["arrival"], "arrival")
    departure = seconds(table["departure"], "departure")
    space = table["space_id"].to_numpy()
    gap = arrival[1:] - departure[:-1]
    touching = (space[1:] == space[:-1]) & (gap >= 0) & (gap <= tolerance.total_seconds())
    local = table["arrival"].iloc[1:][touching].dt.tz_convert(tz).dt
    pairs = tally((local.hour * 60 + local.minute).to_numpy(), 1440)
    around = np.convolve(np.r_[pairs[-60:], pairs, pairs[:60]], np.ones(121), "valid") - pairs
    found = np.flatnonzero((pairs > 5 * around / 120) & (pairs - around / 120 >= 10))
    return tuple(time(int(minute) // 60, int(minute) % 60) for minute in found)


def _with_flags(stays: pd.DataFrame) -> pd.DataFrame:
    table = stays.copy()
    for flag in ("left_censored", "right_censored"):
        table[flag] = table[flag].astype(bool) if flag in table else False
    return table


def _until(arrival: Seconds, departure: Seconds, until: pd.Timestamp | None) -> int:
    if until is not None:
        return int(until.timestamp())
    return int(max(arrival.max(initial=MISSING), departure.max(initial=MISSING)))


def _links(
    table: pd.DataFrame, tz: str, cuts: Sequence[time], tolerance: int
) -> tuple[Bools, Bools]:
    """For each row: glued to the one before at a cut, overlapping what came before."""
    arrival = table["_a"].to_numpy()
    reached = table.groupby("space_id", sort=False)["_d"].cummax().to_numpy()
    before = np.r_[np.int64(0), reached[:-1]]
    space = table["space_id"].to_numpy()
    same = np.r_[False, space[1:] == space[:-1]] if len(table) else np.zeros(0, dtype=bool)
    overlapping = same & (arrival < before)
    local = table["arrival"].dt.tz_convert(tz).dt
    clock = (local.hour * 3600 + local.minute * 60 + local.second).to_numpy()
    near = np.zeros(len(table), dtype=bool)
    for cut in cuts:
        away = np.abs(clock - (cut.hour * 3600 + cut.minute * 60 + cut.second))
        near |= np.minimum(away, 86_400 - away) <= tolerance
    glued = same & near & (arrival - before <= tolerance)
    if "vehicle" in table:
        vehicle = table["vehicle"]
        other = vehicle.notna() & vehicle.shift().notna() & (vehicle != vehicle.shift())
        glued &= ~other.to_numpy()
    return glued, overlapping


def _merge(table: pd.DataFrame, linked: Bools, tz: str) -> pd.DataFrame:
    group = np.cumsum(~linked)
    by = table.groupby(group, sort=False)
    ends = by["_d"].transform("max") == table["_d"]
    table = table.assign(_right=table["right_censored"] & ends)
    by = table.groupby(group, sort=False)
    merged = by.agg(
        space_id=("space_id", "first"),
        zone_id=("zone_id", "first"),
        arrival=("_a", "first"),
        departure=("_d", "max"),
        left_censored=("left_censored", "first"),
        right_censored=("_right", "any"),
    ).reset_index(drop=True)
    for column in ("arrival", "departure"):
        merged[column] = _moments(merged[column].to_numpy(), tz)
    return merged


def stays_from_states(
    states: pd.DataFrame,
    tz: str,
    *,
    max_gap: pd.Timedelta,
    edge: Literal["middle", "seen"] = "middle",
) -> pd.DataFrame:
    """Return the stays that repeated looks at each space describe.

    A run of looks that find a space taken is one stay. A stay is censored where the run touches
    the first or last look of a stretch without a gap longer than ``max_gap``: nobody saw it begin
    or end. A car that leaves and is replaced between two looks is not seen: short stays are
    under-counted (state the interval between looks beside the result).

    Parameters
    ----------
    states : pandas.DataFrame
        ``space_id``, ``time`` (tz-aware), ``occupied`` (0/1 or bool), ``zone_id`` optional (the
        space otherwise). Several looks at one space at one time (several cameras) are put to the
        vote; a tie counts as taken.
    tz : str
        Local time zone of the result.
    max_gap : pandas.Timedelta
        Longest interval between two looks across which the state is taken to be known.
    edge : {"middle", "seen"}
        Where a stay begins and ends: half-way between the looks on either side of the change
        (no bias in the mean), or at the first and last look that saw it.

    Returns
    -------
    pandas.DataFrame
        A table of stays (see :func:`rejoin`) with ``looks``, the number of looks that saw it.
    """
    looks = _looks(states)
    runs = _runs(looks, int(max_gap.total_seconds()))
    if edge == "middle":
        begin = np.where(runs["left_censored"], runs["first"], (runs["before"] + runs["first"]) / 2)
        end = np.where(runs["right_censored"], runs["last"], (runs["last"] + runs["after"]) / 2)
    else:
        begin, end = runs["first"].to_numpy(), runs["last"].to_numpy()
    taken = runs["occupied"].to_numpy(dtype=bool)
    found = runs[["space_id", "zone_id", "left_censored", "right_censored", "looks"]].copy()
    found.insert(2, "arrival", _moments(np.asarray(begin).astype(np.int64), tz))
    found.insert(3, "departure", _moments(np.asarray(end).astype(np.int64), tz))
    return found[taken].reset_index(drop=True)


def watched(states: pd.DataFrame, tz: str, *, max_gap: pd.Timedelta) -> pd.DataFrame:
    """Return when each space was watched: the offer that goes with :func:`stays_from_states`.

    Returns
    -------
    pandas.DataFrame
        ``space_id``, ``zone_id``, ``valid_from``, ``valid_to`` (tz-aware), ``spaces`` (1): a
        table of supply restricted to the stretches without a gap longer than ``max_gap``.
    """
    runs = _runs(_looks(states), int(max_gap.total_seconds()))
    stretch = runs.groupby("stretch", sort=False).agg(
        space_id=("space_id", "first"),
        zone_id=("zone_id", "first"),
        valid_from=("first", "min"),
        valid_to=("last", "max"),
    )
    for column in ("valid_from", "valid_to"):
        stretch[column] = _moments(stretch[column].to_numpy(), tz)
    return stretch.assign(spaces=1).reset_index(drop=True)


def _looks(states: pd.DataFrame) -> pd.DataFrame:
    """One look a space and time, several cameras put to the vote, sorted."""
    zone = states["zone_id"] if "zone_id" in states else states["space_id"]
    looks = pd.DataFrame(
        {
            "space_id": states["space_id"].to_numpy(),
            "zone_id": zone.to_numpy(),
            "time": seconds(states["time"]),
            "occupied": states["occupied"].to_numpy().astype(float),
        }
    )
    looks = looks[~np.isnan(looks["occupied"].to_numpy())]
    if looks.duplicated(["space_id", "time"]).any():
        looks = looks.groupby(["space_id", "time"], as_index=False, sort=False).agg(
            zone_id=("zone_id", "first"), occupied=("occupied", "mean")
        )
    looks = looks.assign(occupied=looks["occupied"] >= 0.5)
    return pd.DataFrame(looks.sort_values(["space_id", "time"], kind="stable", ignore_index=True))


def _runs(looks: pd.DataFrame, max_gap: int) -> pd.DataFrame:
    """Find runs of equal state within stretches watched without a long gap."""
    moment = looks["time"].to_numpy()
    space = looks["space_id"].to_numpy()
    state = looks["occupied"].to_numpy()
    if not len(looks):
        return pd.DataFrame(columns=[*looks.columns, "stretch", "first", "last", "looks"])
    new_stretch = np.r_[True, (space[1:] != space[:-1]) | (np.diff(moment) > max_gap)]
    new_run = new_stretch | np.r_[True, state[1:] != state[:-1]]
    start = np.flatnonzero(new_run)
    stop = np.r_[start[1:], len(looks)] - 1
    opens = new_stretch[start]
    closes = np.r_[opens[1:], True]
    previous = np.r_[0, stop[:-1]]
    following = np.r_[start[1:], len(looks) - 1]
    return pd.DataFrame(
        {
            "space_id": space[start],
            "zone_id": looks["zone_id"].to_numpy()[start],
            "occupied": state[start],
            "stretch": np.cumsum(new_stretch)[start],
            "first": moment[start],
            "last": moment[stop],
            "before": moment[previous],
            "after": moment[following],
            "left_censored": opens,
            "right_censored": closes,
            "looks": stop - start + 1,
        }
    )


def _moments(whole: Codes, tz: str) -> pd.DatetimeIndex:
    utc = pd.DatetimeIndex(whole.astype("datetime64[s]")).tz_localize("UTC")
    return utc.tz_convert(tz)
