"""Meter cells: what is known of each meter in each regulated slot, paid and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analyses.parking.arrays import Floats, positions, tally
from analyses.parking.grid import Grid, Regulation, seconds
from analyses.parking.payments import paid_space_time
from analyses.parking.supply import offered, regulated

CELL_COLUMNS = (
    "meter_id", "position", "day", "slot", "spaces", "permit_share", "regulated", "paid", "signal",
    "counted", "tariff",
)  # fmt: skip
"""Columns of a table of cells.

``position`` is the place of the slot in the grid, ``day`` the local date, ``slot`` the hour of the
local clock (a number, 8.25 for 8:15); ``paid`` the paid occupancy (share of the spaces, may exceed
1); ``signal`` the same cut at 1, on the spaces open to payers, and carried over hours without
payment; ``counted`` the occupancy seen (share, NaN where nobody counted); ``tariff`` the
meter's price for the hour (NaN if unknown)."""


def meter_cells(
    payments: pd.DataFrame,
    supply: pd.DataFrame,
    grid: Grid,
    *,
    paid_hours: Mapping[str, Regulation] | Regulation | None = None,
    studied: Mapping[str, Regulation] | Regulation | None = None,
    counts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the cells (meter × day × slot) that the ladder and the model work on.

    Parameters
    ----------
    payments : pandas.DataFrame
        ``meter_id``, ``start``, ``end`` (tz-aware), ``status``, ``purchased_minutes`` optional.
    supply : pandas.DataFrame
        ``meter_id``, ``spaces``, ``valid_from``, ``valid_to``; optional ``permit_spaces`` (spaces
        that residents or subscribers take without paying here) and ``tariff``.
    grid : Grid
        Time slots, hourly as a rule.
    paid_hours : mapping or Regulation, optional
        Hours during which parking is paid.
    studied : mapping or Regulation, optional
        Hours wanted; ``paid_hours`` by default.
    counts : pandas.DataFrame, optional
        ``meter_id``, ``time`` (tz-aware), ``occupied`` (vehicles): any number of counts a slot,
        averaged.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`CELL_COLUMNS`, one row a studied cell with spaces on offer.
    """
    meters = list(dict.fromkeys(supply["meter_id"]))
    paid = paid_space_time(payments, grid, meters)
    offer = offered(supply, grid, meters, key="meter_id")
    on = regulated(grid, meters, paid_hours)
    wanted = on if studied is None else regulated(grid, meters, studied)
    ratio = np.divide(paid.occupied, offer, out=np.zeros_like(offer), where=offer > 0)
    local = grid.local
    keep = wanted & (offer > 0)
    row, column = np.nonzero(keep)
    cells = pd.DataFrame(
        {
            "meter_id": np.asarray(meters, dtype=object)[row],
            "position": column,
            "day": local.tz_localize(None).normalize()[column],
            "slot": (local.hour + local.minute / 60).to_numpy()[column],
            "spaces": (offer / grid.step)[row, column],
            "permit_share": _permits(supply, meters)[row],
            "regulated": on[row, column],
            "paid": ratio[row, column],
        }
    )
    cells["signal"] = payment_signal(cells)
    cells["counted"] = _counted(counts, grid, meters, offer)[row, column]
    cells["tariff"] = _of_meter(supply, "tariff", meters, np.nan)[row]
    return cells[list(CELL_COLUMNS)]


def payment_signal(cells: pd.DataFrame) -> pd.Series:
    """Return what payments say of each cell: between 0 and 1, defined at every hour.

    Payments are set against the spaces that payers can use (those of permit holders are taken to
    be filled like the others), cut at 1, and carried over the hours of the day without payment:
    the last paid hour speaks for the evening, the first for the early morning, the meter's mean
    for a day without any paid hour.
    """
    room = np.maximum(1.0 - cells["permit_share"].to_numpy(dtype=float), 0.1)
    share = np.clip(cells["paid"].to_numpy(dtype=float) / room, 0.0, 1.0)
    share = np.where(cells["regulated"].to_numpy(dtype=bool), share, np.nan)
    frame = cells[["meter_id", "day", "slot"]].assign(share=share)
    frame = frame.sort_values(["meter_id", "day", "slot"], kind="stable")
    by_day = frame.groupby(["meter_id", "day"], sort=False)["share"]
    carried = by_day.ffill()
    carried = carried.fillna(
        frame.assign(share=carried).groupby(["meter_id", "day"])["share"].bfill()
    )
    mean = frame.groupby("meter_id")["share"].transform("mean")
    return carried.fillna(mean).fillna(0.0).reindex(cells.index)


def _counted(
    counts: pd.DataFrame | None, grid: Grid, meters: Sequence[str], offer: Floats
) -> Floats:
    if counts is None:
        return np.full(offer.shape, np.nan)
    row = positions(meters, counts["meter_id"])
    slot = (seconds(counts["time"]) - grid.origin) // grid.step
    seen = counts["occupied"].to_numpy(dtype=float)
    ok = (row >= 0) & (slot >= 0) & (slot < grid.slots) & ~np.isnan(seen)
    where = row[ok] * grid.slots + slot[ok]
    size = len(meters) * grid.slots
    total = tally(where, size, seen[ok]).reshape(offer.shape)
    looks = tally(where, size).reshape(offer.shape)
    spaces = offer / grid.step
    known = (looks > 0) & (spaces > 0)
    empty = np.full(offer.shape, np.nan)
    return np.asarray(np.divide(total, looks * spaces, out=empty, where=known))


def _permits(supply: pd.DataFrame, meters: Sequence[str]) -> Floats:
    if "permit_spaces" not in supply:
        return np.zeros(len(meters))
    lasting = supply[supply["spaces"] > 0]
    total = lasting.groupby("meter_id")[["permit_spaces", "spaces"]].sum().reindex(list(meters))
    share = total["permit_spaces"].fillna(0.0) / total["spaces"]
    return np.asarray(np.clip(share.to_numpy(dtype=float), 0.0, 0.9))


def _of_meter(supply: pd.DataFrame, column: str, meters: Sequence[str], default: float) -> Floats:
    if column not in supply:
        return np.full(len(meters), default)
    return supply.groupby("meter_id")[column].mean().reindex(list(meters)).to_numpy(dtype=float)
