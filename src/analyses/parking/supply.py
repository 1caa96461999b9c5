"""Spaces offered by zone and slot: supply with dates of validity, on regulated hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analyses.parking.arrays import Bools, Floats, positions
from analyses.parking.grid import MISSING, Grid, Regulation, always, regulated_slots, seconds
from analyses.parking.spacetime import space_time


def offered(
    supply: pd.DataFrame, grid: Grid, zones: Sequence[str], *, key: str = "zone_id"
) -> Floats:
    """Return the space-seconds offered by zone and slot, shape (zones, slots).

    Parameters
    ----------
    supply : pandas.DataFrame
        ``key``, ``spaces``, ``valid_from``, ``valid_to`` (tz-aware; missing means always). Rows of
        one zone add up, so that a row with negative ``spaces`` can take away a market or works.
    grid : Grid
        Time slots.
    zones : sequence of str
        Zones in the order wanted; rows of other zones are left out.
    key : str
        Column that names the zone (``zone_id``, ``meter_id``).

    Notes
    -----
    A change in the middle of a slot counts to the second.
    """
    codes = positions(zones, supply[key])
    known = codes >= 0
    begin = seconds(supply["valid_from"], "valid_from")[known]
    end = seconds(supply["valid_to"], "valid_to")[known]
    begin = np.where(begin == MISSING, grid.origin, begin)
    spaces = supply["spaces"].to_numpy(dtype=float)[known]
    spread = space_time(grid, zones, begin, end, codes[known], spaces)
    return np.maximum(spread.occupied, 0.0)


def fixed_supply(spaces: Mapping[str, float], tz: str) -> pd.DataFrame:
    """Return a table of supply that never changes, from ``{zone: spaces}``."""
    never = pd.Series(pd.NaT, index=range(len(spaces))).dt.tz_localize(tz)
    return pd.DataFrame(
        {
            "zone_id": list(spaces),
            "spaces": list(spaces.values()),
            "valid_from": never,
            "valid_to": never,
        }
    )


def regulated(
    grid: Grid, zones: Sequence[str], rules: Mapping[str, Regulation] | Regulation | None
) -> Bools:
    """Return which slots of each zone are regulated, shape (zones, slots).

    Parameters
    ----------
    rules : mapping of str to Regulation, Regulation or None
        Rule of each zone (a zone without one is always regulated), or one rule for all.
    """
    if rules is None or isinstance(rules, Regulation):
        row = regulated_slots(grid, rules or always())
        return np.broadcast_to(row, (len(zones), grid.slots))
    memo: dict[Regulation, Bools] = {}
    rows = []
    for zone in zones:
        rule = rules.get(zone, always())
        if rule not in memo:
            memo[rule] = regulated_slots(grid, rule)
        rows.append(memo[rule])
    return np.stack(rows) if rows else np.zeros((0, grid.slots), dtype=bool)
