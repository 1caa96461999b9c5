"""Exact occupancy: against counting minute by minute, in one batch or many."""

from __future__ import annotations

from datetime import date, time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyses.parking.grid import MISSING, Regulation, Window, make_grid
from analyses.parking.occupancy import (
    occupancy,
    profile,
    rate,
    saturation,
    stays_space_time,
    usage,
    well_seen,
)
from analyses.parking.spacetime import Accumulator, SpaceTime, space_time
from analyses.parking.supply import fixed_supply, offered

PARIS = "Europe/Paris"
GRID = make_grid(date(2024, 3, 30), date(2024, 4, 1), PARIS)  # 71 hours: the clock changes
ZONES = ("a", "b", "c")


def by_the_second(
    arrivals: np.ndarray, departures: np.ndarray, zones: np.ndarray, minute: int = 60
) -> np.ndarray:
    """Brute force: overlap of every stay with every slot."""
    edges = GRID.origin + GRID.step * np.arange(GRID.slots + 1)
    taken = np.zeros((len(ZONES), GRID.slots))
    for a, d, z in zip(arrivals, departures, zones, strict=True):
        overlap = np.minimum(d, edges[1:]) - np.maximum(a, edges[:-1])
        taken[z] += np.maximum(overlap, 0)
    return taken


@st.composite
def batches(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    n = draw(st.integers(1, 40))
    span = GRID.slots * GRID.step
    begin = draw(st.lists(st.integers(-7200, span + 7200), min_size=n, max_size=n))
    length = draw(st.lists(st.integers(0, 2 * 86_400), min_size=n, max_size=n))
    zone = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    cut = draw(st.integers(0, n))
    arrivals = GRID.origin + np.array(begin, dtype=np.int64)
    departures = arrivals + np.array(length, dtype=np.int64)
    return arrivals, departures, np.array(zone, dtype=np.int64), cut


@given(batches())
@settings(max_examples=60, deadline=None)
def test_any_batches_give_the_exact_space_time(
    case: tuple[np.ndarray, np.ndarray, np.ndarray, int],
) -> None:
    arrivals, departures, zones, cut = case
    accumulator = Accumulator(GRID, ZONES)
    for part in (slice(0, cut), slice(cut, None)):
        accumulator.add(arrivals[part], departures[part], zones[part])
    found = accumulator.result()
    assert np.array_equal(found.occupied, by_the_second(arrivals, departures, zones))
    assert found.intervals + found.outside == len(arrivals)
    inside = (arrivals >= GRID.origin) & (arrivals < GRID.end) & (departures > GRID.origin)
    assert found.arrivals.sum() == inside.sum()


def test_what_is_left_out_is_counted() -> None:
    o = GRID.origin
    arrivals = np.array([o, o + 10, o - 500, GRID.end + 5, o + 3600])
    departures = np.array([MISSING, o + 5, o - 100, GRID.end + 10, o + 7200])
    found = space_time(GRID, ZONES, arrivals, departures, np.zeros(5, dtype=np.int64))
    assert (found.open, found.reversed, found.outside, found.intervals) == (1, 1, 2, 2)
    assert found.occupied.sum() == GRID.slots * 3600 + 3600
    with pytest.raises(ValueError, match="zone outside"):
        space_time(GRID, ZONES, arrivals, departures, np.full(5, 3))
    with pytest.raises(ValueError, match="differ in length"):
        space_time(GRID, ZONES, arrivals[:2], departures, np.zeros(5, dtype=np.int64))


def test_supply_changes_to_the_second_and_rows_add_up() -> None:
    """A market takes 4 of 10 spaces from 06:30 to 14:00."""
    never = pd.NaT
    supply = pd.DataFrame(
        {
            "zone_id": ["a", "a"],
            "spaces": [10, -4],
            "valid_from": pd.to_datetime([never, "2024-03-30 06:30"]).tz_localize(PARIS),
            "valid_to": pd.to_datetime([never, "2024-03-30 14:00"]).tz_localize(PARIS),
        }
    )
    offer = offered(supply, GRID, ZONES)[0] / 3600
    assert offer[5:8].tolist() == [10, 8, 6]
    assert offer[13:15].tolist() == [6, 10]
    assert offered(supply, GRID, ZONES)[1:].sum() == 0


def simulated(seed: int, days: int, level: float = 0.6) -> tuple[SpaceTime, pd.DataFrame]:
    """Twenty spaces; each day has its own demand, so that hours of a day go together."""
    rng = np.random.default_rng(seed)
    grid = make_grid(date(2024, 6, 3), date(2024, 6, 2 + days), PARIS)
    busy = np.clip(rng.normal(level, 0.1, days), 0, 1)
    hours = np.repeat(busy, 24) * 20 * 3600
    return (
        SpaceTime(grid, ("a",), hours[None, :], hours[None, :], hours[None, :], 0, 0, 0, 0),
        fixed_supply({"a": 20}, PARIS),
    )


def test_intervals_over_days_hold_their_level() -> None:
    """Days are the sampling unit: 24 hours of one day are not 24 observations."""
    hits = 0
    for seed in range(200):
        taken, supply = simulated(seed, 28)
        found = rate(occupancy(taken, supply))
        hits += found.low <= 0.6 <= found.high
    assert 0.90 <= hits / 200 <= 0.99  # 0.95 ± 3 standard errors


def test_rate_profile_saturation_and_usage_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "zone_id": ["a"] * 4 + ["b"],
            "arrival": pd.to_datetime(
                ["2024-06-03 08:00"] * 2
                + ["2024-06-03 09:30", "2024-06-04 08:00", "2024-06-03 02:00"]
            ).tz_localize(PARIS),
            "departure": pd.to_datetime(
                ["2024-06-03 10:00"] * 2
                + ["2024-06-03 10:00", "2024-06-04 09:00", "2024-06-03 03:00"]
            ).tz_localize(PARIS),
        }
    )
    grid = make_grid(date(2024, 6, 3), date(2024, 6, 4), PARIS, step=1800)
    rule = Regulation((Window(frozenset({0, 1}), time(8), time(10)),))
    taken = stays_space_time(rows, grid, ["a", "b"])
    occ = occupancy(taken, fixed_supply({"a": 3, "b": 1}, PARIS), rule)
    assert rate(occ, "a").value == pytest.approx((4 + 0.5 + 1) / 12)
    assert rate(occ, "b").value == 0, "a stay outside regulated hours takes no regulated time"
    assert saturation(occ, "a", threshold=0.85).value == pytest.approx(0.5 / 4)
    table = profile(occ, "a").set_index(["weekday", "hour"])["value"]
    assert table[(0, 9)] == pytest.approx(2.5 / 3)
    assert table[(1, 8)] == pytest.approx(1 / 3)
    assert usage(occ)["zone_id"].tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="'z'"):
        rate(occ, "z")


def test_usage_says_unclear_rather_than_guess() -> None:
    taken, supply = simulated(1, 28, level=0.85)
    assert usage(occupancy(taken, supply))["use"].tolist() == ["unclear"]
    taken, supply = simulated(1, 28, level=0.3)
    assert usage(occupancy(taken, supply))["use"].tolist() == ["under"]
    taken, supply = simulated(1, 28, level=0.97)
    assert usage(occupancy(taken, supply))["use"].tolist() == ["over"]


def test_an_hour_seen_on_one_evening_is_not_named_the_fullest() -> None:
    cells = pd.DataFrame({"hour": [9, 10, 11, 21], "value": [0.4, 0.6, 0.5, 0.96],
                          "n": [20, 19, 10, 1]})  # fmt: skip
    assert well_seen(cells)["hour"].tolist() == [9, 10, 11]
    week = cells.assign(n=1)
    assert len(well_seen(week)) == len(week)
