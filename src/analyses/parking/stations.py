"""What payments tell, put together: the ladder, its error, paid hours and respect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyses.parking import summary
from analyses.parking.durations import share_beyond
from analyses.parking.grid import Grid, Regulation, grid_of
from analyses.parking.kerb import Kerb, Rules
from analyses.parking.ladder import Assumptions, Ladder, climb
from analyses.parking.payments import (
    STANDING,
    of_kind,
    paid_hours_per_space,
    paid_space_time,
    payable_hours,
    respect_rate,
)
from analyses.parking.supply import offered, regulated
from analyses.parking.validation import PaymentValue, Score, cross_validate, payment_value, score
from analyses.results import Estimate, Result, not_computable
from analyses.wording import Text


@dataclass(frozen=True)
class Meters:
    """What payments tell: the ladder, its error, paid hours and respect.

    Parameters
    ----------
    results : tuple of Result
        Indicators.
    ladder : Ladder or None
        Rungs and estimates by pay station and hour.
    blind : Score or None
        Error of the last rung with each counted day hidden in turn.
    value : PaymentValue or None
        What payments add to the calendar profile.
    guessed : int
        Pay stations without declared hours, whose paid hours are read from the payments.
    """

    results: tuple[Result, ...]
    ladder: Ladder | None = None
    blind: Score | None = None
    value: PaymentValue | None = None
    guessed: int = 0


def measure_meters(
    payments: pd.DataFrame | None,
    supply: pd.DataFrame | None,
    counts: pd.DataFrame | None,
    tz: str,
    rules: Rules = None,
    *,
    kerb: Kerb | None = None,
) -> Meters:
    """Climb the ladder from raw payments to occupancy by pay station and hour.

    Parameters
    ----------
    payments, supply, counts : DataFrame or None
        Tables of the same names; counts of zones only are left out.
    tz : str
        Time zone of the city.
    rules : mapping of pay station to Regulation, Regulation or None
        Paid hours; those of a pay station without any are read from its payments.
    kerb : Kerb, optional
        Sensors of the same city: they tell the share of short stays.
    """
    if payments is None or supply is None or not len(payments) or not len(supply):
        return Meters(())
    known = supply.loc[supply["meter_id"].notna() & (supply["spaces"] > 0), "meter_id"]
    places = supply[supply["meter_id"].isin(known)]
    paid = payments[payments["meter_id"].isin(known)]
    if paid.empty:
        return Meters(())
    grid = grid_of(pd.concat([paid["start"], paid["end"].dropna()]), tz)
    seen = None if counts is None else counts[counts["meter_id"].notna()]
    meters = list(dict.fromkeys(places["meter_id"]))
    bought = paid_space_time(paid, grid, meters)
    rules, guessed = _completed(rules, paid[~of_kind(paid, STANDING)], grid, meters)
    ladder = climb(
        paid, places, grid, paid_hours=rules, counts=seen,
        assumptions=_assumptions(places, kerb),
    )  # fmt: skip
    rows = list(summary.meter_results(ladder, grid.days))
    on = regulated(grid, meters, rules)
    offer = np.where(on, offered(places, grid, meters, key="meter_id"), 0.0)
    hours = paid_hours_per_space(bought, offer)
    rows += _row("paid_hours_per_space", hours, "certu-hppj/1", grid)
    rows += _respect(ladder, grid)
    blind, value = _blind(ladder)
    return Meters(tuple(rows), ladder, blind, value, guessed)


def _completed(
    rules: Rules, bought: pd.DataFrame, grid: Grid, meters: Sequence[str]
) -> tuple[Rules, int]:
    """Return the rules with, where none is declared, the hours that payments show."""
    if isinstance(rules, Regulation):
        return rules, 0
    known = dict(rules or {})
    read = payable_hours(paid_space_time(bought, grid, meters))
    found = {meter: rule for meter, rule in read.items() if meter not in known}
    return {**found, **known}, len(found)


def _assumptions(supply: pd.DataFrame, kerb: Kerb | None) -> Assumptions:
    free = supply["free_minutes"].dropna() if "free_minutes" in supply else pd.Series(dtype=float)
    minutes = float(free.median()) if len(free) else 0.0
    if minutes <= 0 or kerb is None or kerb.durations is None:
        return Assumptions(free_minutes=minutes)
    short = 1 - share_beyond(kerb.durations, minutes).value
    return Assumptions(minutes, None if math.isnan(short) else short)


def _respect(ladder: Ladder, grid: Grid) -> list[Result]:
    counted = ladder.cells[ladder.cells["counted"].notna() & ladder.cells["regulated"]]
    if counted.empty:
        return []
    day, _ = pd.factorize(counted["day"])
    spaces = counted["spaces"].to_numpy(dtype=float)
    paid = counted["rung_permits"].to_numpy(dtype=float) * spaces
    present = counted["counted"].to_numpy(dtype=float) * spaces
    found = respect_rate(paid, present, day.astype(np.int64)).scaled(100)
    return _row("compliance_rate", found, "paid-over-counted/1", grid)


def _row(indicator: str, found: Estimate, method: str, grid: Grid) -> list[Result]:
    first, last = grid.days[0].date(), grid.days[-1].date()
    unit = "hours/space/day" if indicator == "paid_hours_per_space" else "%"
    if not found.known:
        why = Text("aucune donnée sur la période", "no data over the period")
        return [
            not_computable(indicator, unit, "payment", why, period_start=first, period_end=last)
        ]
    return [
        Result(indicator, found, unit, "payment", method, period_start=first, period_end=last,
               quality="estimated")
    ]  # fmt: skip


def _blind(ladder: Ladder) -> tuple[Score | None, PaymentValue | None]:
    """Hide each counted day in turn; None where there are too few counts."""
    known = ladder.cells[ladder.cells["counted"].notna()]
    if known["day"].nunique() < 3 or known["meter_id"].nunique() < 4:
        return None, None
    mine = cross_validate(ladder.cells, "day")
    without = cross_validate(ladder.cells, "day", payments=False)
    return score(mine), payment_value(mine, without)
