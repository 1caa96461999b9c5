"""Payments at meters: paid space-time by meter and slot, and paid hours per space and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

import numpy as np
import pandas as pd

from analyses.parking.arrays import Bools, Codes, Floats, positions, tally
from analyses.parking.clusters import day_ratio, weekday_strata
from analyses.parking.grid import MISSING, Grid, Regulation, Seconds, Window, seconds
from analyses.parking.spacetime import Accumulator, SpaceTime
from analyses.results import Estimate

REFUSED = ("cancel", "declin", "void", "refund", "refus", "annul", "rejet")
"""Beginnings of words that, anywhere in ``status``, mean that nothing was bought."""

NOT_PARKING = ("fps", "maintenance")
"""Values of ``kind`` that say nothing of a car parked at that time."""

STANDING = ("resident", "subscription")
"""Values of ``kind`` that give a right for days or weeks, used or not."""

FREE = ("free",)
"""Values of ``kind`` of tickets that cost nothing."""

SCARCE = 0.1
"""Share of the busiest hour's (or weekday's) paid time below which an hour is not payable."""


@dataclass(frozen=True)
class PaymentAudit:
    """What a table of payments holds, before anything is counted.

    Parameters
    ----------
    rows, used : int
        Rows read and rows that pay for some time.
    refused : int
        Cancelled or declined.
    empty : int
        Paid for no time, or end before they begin.
    no_time : int
        Rows without a start or an end.
    not_parking : int
        Fines paid at the meter (FPS) and maintenance.
    twins : int
        Exact repeats (same meter, start, end, amount and kind). They are **kept**: two drivers may
        well buy the same time in the same minute, and prepaid hours all start at opening time.
    extensions : int
        Rows whose time includes what was left of an earlier payment.
    """

    rows: int
    used: int
    refused: int
    empty: int
    no_time: int
    not_parking: int
    twins: int
    extensions: int


def audit(payments: pd.DataFrame) -> PaymentAudit:
    """Count what a table of payments holds; see :class:`PaymentAudit`."""
    masks = _masks(payments)
    twin_key = [c for c in ("meter_id", "start", "end", "amount", "kind") if c in payments]
    return PaymentAudit(
        rows=len(payments),
        used=int(masks["used"].sum()),
        refused=int(masks["refused"].sum()),
        empty=int(masks["empty"].sum()),
        no_time=int(masks["no_time"].sum()),
        not_parking=int(masks["not_parking"].sum()),
        twins=int(payments.duplicated(twin_key).sum()),
        extensions=int((masks["used"] & masks["extension"]).sum()),
    )


def usable(payments: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that pay for some time."""
    return payments[_masks(payments)["used"]]


def _masks(payments: pd.DataFrame) -> dict[str, Bools]:
    start = seconds(payments["start"], "start")
    end = seconds(payments["end"], "end")
    no_time = (start == MISSING) | (end == MISSING)
    refused = np.zeros(len(payments), dtype=bool)
    if "status" in payments:
        status = payments["status"].astype("string").str.strip().str.lower()
        pattern = "|".join(REFUSED)
        refused = status.str.contains(pattern, regex=True).fillna(False).to_numpy(dtype=bool)
    empty = ~no_time & (end <= start)
    extension = np.zeros(len(payments), dtype=bool)
    if "purchased_minutes" in payments:
        bought = payments["purchased_minutes"].to_numpy(dtype=float) * 60
        extension = ~no_time & (bought < (end - start) - 1)
    apart = of_kind(payments, NOT_PARKING)
    used = ~(no_time | refused | empty | apart)
    return {
        "used": used,
        "refused": refused,
        "empty": empty & ~refused,
        "no_time": no_time & ~refused,
        "not_parking": apart & ~refused,
        "extension": extension,
    }


def of_kind(payments: pd.DataFrame, kinds: Sequence[str]) -> Bools:
    """Return which payments are of one of ``kinds``; none of them where kinds are not given."""
    if "kind" not in payments:
        return np.zeros(len(payments), dtype=bool)
    return payments["kind"].isin(list(kinds)).to_numpy(dtype=bool)


def paid_intervals(payments: pd.DataFrame, *, residual: bool) -> tuple[Seconds, Seconds]:
    """Return the start and end of the time that each usable payment pays for.

    Parameters
    ----------
    payments : pandas.DataFrame
        Usable rows (:func:`usable`): ``start``, ``end``, and ``purchased_minutes`` where the
        machine says how much of the time was bought by this very payment.
    residual : bool
        Whether to take away the time left from an earlier payment. A driver who adds p minutes at
        time t to a right that runs until e is recorded as [t, e + p]; the earlier payment already
        counts [t, e], so this one is worth [e, e + p], the last p minutes.
    """
    start, end = seconds(payments["start"], "start"), seconds(payments["end"], "end")
    if residual and "purchased_minutes" in payments:
        bought = payments["purchased_minutes"].to_numpy(dtype=float) * 60
        own = np.where(np.isnan(bought), end - start, bought)
        start = np.maximum(start, (end - own).astype(np.int64))
    return start, end


def one_car_a_space(payments: pd.DataFrame, single: Sequence[str]) -> pd.DataFrame:
    """Return payments with those of single-space meters united where they overlap.

    A meter of one space cannot have sold two rights at once: overlapping rows there are one car
    that pays again, or one car that left and another that paid. Either way one space is taken.

    Parameters
    ----------
    payments : pandas.DataFrame
        Usable payments.
    single : sequence of str
        Meters that serve a single space.

    Returns
    -------
    pandas.DataFrame
        ``meter_id``, ``start``, ``end`` and the other columns of the first payment of each union.
    """
    alone = payments["meter_id"].isin(list(single))
    part = payments[alone].sort_values(["meter_id", "start", "end"], kind="stable")
    if part.empty:
        return payments
    start, end = seconds(part["start"], "start"), seconds(part["end"], "end")
    reached = pd.Series(end).groupby(part["meter_id"].to_numpy()).cummax().to_numpy()
    meter = part["meter_id"].to_numpy()
    new = np.r_[True, (meter[1:] != meter[:-1]) | (start[1:] > reached[:-1])]
    group = np.cumsum(new)
    ends = part["end"].groupby(group).max().to_numpy()
    united = part[new].assign(end=pd.Series(ends, index=part.index[new]))
    if "purchased_minutes" in united:
        length = (united["end"] - united["start"]).dt.total_seconds() / 60
        united = united.assign(purchased_minutes=length)
    return pd.concat([payments[~alone], united]).sort_index(kind="stable")


def paid_space_time(
    payments: pd.DataFrame, grid: Grid, meters: Sequence[str], *, residual: bool = True
) -> SpaceTime:
    """Return the space-time paid for by meter and slot.

    Parameters
    ----------
    payments : pandas.DataFrame
        Any payments; those that pay for nothing, or at another meter, are left out.
    grid : Grid
        Time slots.
    meters : sequence of str
        Meters in the order wanted.
    residual : bool
        See :func:`paid_intervals`.
    """
    rows = usable(payments)
    codes = positions(meters, rows["meter_id"])
    start, end = paid_intervals(rows, residual=residual)
    accumulator = Accumulator(grid, meters)
    known = codes >= 0
    accumulator.add(start[known], end[known], codes[known])
    return accumulator.result()


def payable_hours(paid: SpaceTime) -> dict[str, Regulation]:
    """Return the hours that payments themselves show to be payable, by meter.

    From the first to the last hour of the day, and on the weekdays, that hold at least a tenth
    (:data:`SCARCE`) of the time paid at the busiest one. It stands in for regulated hours that
    nobody declared: without it, a free night would count as an empty one.

    Parameters
    ----------
    paid : SpaceTime
        From :func:`paid_space_time`.

    Returns
    -------
    dict of str to Regulation
        Meters where something was paid.
    """
    grid, found = paid.grid, {}
    hour, weekday = grid.local.hour.to_numpy(), grid.local.dayofweek.to_numpy()
    slots_of_day = np.bincount(weekday, minlength=7)
    for meter, row in zip(paid.zones, paid.occupied, strict=True):
        by_hour = np.bincount(hour, row, minlength=24)
        by_day = np.bincount(weekday, row, minlength=7) / np.maximum(slots_of_day, 1)
        if by_hour.max() <= 0:
            continue
        hours = np.flatnonzero(by_hour >= SCARCE * by_hour.max())
        days = np.flatnonzero(by_day >= SCARCE * by_day.max())
        opens, closes = time(int(hours[0])), time(int(hours[-1] + 1) % 24)
        found[meter] = Regulation((Window(frozenset(days.tolist()), opens, closes),))
    return found


def paid_hours_per_space(paid: SpaceTime, offer: Floats, *, level: float = 0.95) -> Estimate:
    """Return the hours paid per space and paid day (HPPJ, Certu 2005).

    Parameters
    ----------
    paid : SpaceTime
        Space-time paid for.
    offer : numpy.ndarray
        Space-seconds on offer in paid hours, shape (meters, slots), 0 elsewhere.
    level : float
        Nominal coverage of the interval over days.
    """
    grid = paid.grid
    day, days = grid.day_of_slot, len(grid.days)
    on = offer > 0
    hours = tally(day, days, np.where(on, paid.occupied, 0.0).sum(axis=0) / 3600)
    spaces = np.zeros(days)
    for row in offer:
        total = tally(day, days, row)
        slots = tally(day, days, row > 0)
        spaces += np.divide(total, slots * grid.step, out=np.zeros(days), where=slots > 0)
    return day_ratio(hours, spaces, weekday_strata(grid.days), level=level)


def respect_rate(paid: Floats, present: Floats, days: Codes, *, level: float = 0.95) -> Estimate:
    """Return the share of the cars present that have paid, where they were counted.

    Parameters
    ----------
    paid, present : numpy.ndarray
        Paid and counted vehicles of each counted cell, shape (cells,).
    days : numpy.ndarray
        Day code of each cell, shape (cells,).
    level : float
        Nominal coverage of the interval over days.

    Notes
    -----
    Paid rights beyond the cars present (drivers who left early) are not counted: the rate is the
    sum of min(paid, present) over the sum of present. It says which share of the cars *may* be
    covered by a payment; without plates nobody knows which.
    """
    size = int(days.max()) + 1 if len(days) else 0
    covered = tally(days, size, np.minimum(paid, present))
    there = tally(days, size, present)
    return day_ratio(covered, there, level=level, ceiling=1.0)
