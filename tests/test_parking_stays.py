"""Stays, rotation and the clock: against published counts and by hand."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses.parking.grid import Regulation, Window, make_grid, regulated_slots, seconds
from analyses.parking.occupancy import occupancy, stays_space_time
from analyses.parking.rotation import rotation, space_days
from analyses.parking.stays import find_cuts, rejoin, stays_from_states, watched
from analyses.parking.supply import fixed_supply, offered

PARIS = "Europe/Paris"


def stays_table(rows: list[tuple[str, str, str]], tz: str = PARIS) -> pd.DataFrame:
    """One zone; (space, arrival, departure) in local time."""
    return pd.DataFrame(
        {
            "space_id": [row[0] for row in rows],
            "zone_id": "centre",
            "arrival": pd.to_datetime([row[1] for row in rows]).tz_localize(tz),
            "departure": pd.to_datetime([row[2] for row in rows]).tz_localize(tz),
            "left_censored": False,
            "right_censored": False,
        }
    )


@pytest.fixture(scope="module")
def nine_days() -> pd.DataFrame:
    """A car parked from the 3rd 15:00 to the 12th 10:00, cut by the system every midnight."""
    days = pd.date_range("2024-06-03", "2024-06-12")
    rows = []
    for i, day in enumerate(days):
        begin = f"{day:%Y-%m-%d} 15:00" if i == 0 else f"{day:%Y-%m-%d} 00:00"
        end = f"{day:%Y-%m-%d} 10:00:00" if i == len(days) - 1 else f"{day:%Y-%m-%d} 23:59:30"
        rows.append(("A1", begin, end))
    return stays_table(rows)


def test_a_stay_of_nine_days_is_one_stay_counted_once(nine_days: pd.DataFrame) -> None:
    joined, audit = rejoin(nine_days, PARIS)
    assert len(joined) == 1
    assert audit.joined == 9
    length = joined["departure"].iloc[0] - joined["arrival"].iloc[0]
    assert length == pd.Timedelta(days=8, hours=19)
    grid = make_grid(date(2024, 6, 3), date(2024, 6, 12), PARIS)
    supply = fixed_supply({"centre": 1}, PARIS)
    offer = offered(supply, grid, ["centre"])
    found = rotation(joined, space_days(offer, grid), offer > 0, grid, ["centre"])
    assert found.stays == 1
    assert found.rate.value == pytest.approx(1 / 10)
    assert found.quiet_days == 9
    cut = rotation(nine_days, space_days(offer, grid), offer > 0, grid, ["centre"])
    assert cut.stays == 10, "without re-joining, the same car is counted every day"


def test_two_cars_in_a_row_stay_two_except_at_a_cut() -> None:
    noon = stays_table(
        [
            ("A1", "2024-06-03 10:00", "2024-06-03 12:00"),
            ("A1", "2024-06-03 12:00", "2024-06-03 13:00"),
        ]
    )
    assert len(rejoin(noon, PARIS)[0]) == 2
    assert len(rejoin(noon, PARIS, cuts=[time(12)])[0]) == 1
    other_space = noon.assign(space_id=["A1", "A2"])
    assert len(rejoin(other_space, PARIS, cuts=[time(12)])[0]) == 2


def test_cuts_are_found_in_the_data_and_only_where_there_are_some() -> None:
    """Stays of 40 spaces over 20 days, cut by the system at 7:30 and at midnight."""
    rng = np.random.default_rng(3)
    rows = []
    for space in range(40):
        clock = pd.Timestamp("2024-06-03 06:00")
        while clock < pd.Timestamp("2024-06-23"):
            leaves = clock + pd.Timedelta(minutes=int(rng.exponential(240)) + 1)
            rows.append((f"s{space}", clock, leaves))
            swap = rng.random() < 0.1  # the next car takes the place at once
            gap = 0 if swap else int(rng.exponential(60)) + 3
            clock = leaves + pd.Timedelta(minutes=gap)
    whole = stays_table([(s, str(a), str(d)) for s, a, d in rows])
    assert find_cuts(whole, PARIS) == ()
    cut = []
    for space, arrival, departure in rows:
        marks = pd.date_range(arrival.normalize(), departure, freq="D")
        marks = marks.append(marks + pd.Timedelta(hours=7.5)).sort_values()
        marks = marks[(marks > arrival) & (marks < departure)]
        edges = [arrival, *marks, departure]
        cut += [(space, str(a), str(d)) for a, d in pairwise(edges)]
    parts = stays_table(cut)
    cuts = find_cuts(parts, PARIS)
    assert cuts == (time(0), time(7, 30))
    joined, _ = rejoin(parts, PARIS, cuts=cuts)
    assert abs(len(joined) - len(whole)) <= 3


def test_two_known_vehicles_are_never_glued() -> None:
    night = stays_table(
        [
            ("A1", "2024-06-03 20:00", "2024-06-04 00:00"),
            ("A1", "2024-06-04 00:00", "2024-06-04 07:00"),
        ]
    )
    assert len(rejoin(night.assign(vehicle=["x", "x"]), PARIS)[0]) == 1
    assert len(rejoin(night.assign(vehicle=["x", "y"]), PARIS)[0]) == 2


def test_overlaps_are_merged_and_flags_come_from_the_ends() -> None:
    rows = stays_table(
        [
            ("A1", "2024-06-03 08:00", "2024-06-03 10:00"),
            ("A1", "2024-06-03 09:00", "2024-06-03 09:30"),
            ("A1", "2024-06-03 09:45", "2024-06-03 11:00"),
            ("A1", "2024-06-03 14:00", "2024-06-03 13:00"),
        ]
    )
    rows["left_censored"] = [True, False, True, False]
    rows["right_censored"] = [True, False, True, False]
    joined, audit = rejoin(rows, PARIS)
    assert (audit.overlaps, audit.reversed, audit.stays) == (2, 1, 1)
    only = joined.iloc[0]
    assert only["departure"] == pd.Timestamp("2024-06-03 11:00", tz=PARIS)
    assert only["left_censored"]
    assert only["right_censored"]


def test_a_stay_without_departure_is_right_censored() -> None:
    rows = stays_table([("A1", "2024-06-03 08:00", "2024-06-03 10:00")])
    rows.loc[0, "departure"] = pd.NaT
    until = pd.Timestamp("2024-06-03 18:00", tz=PARIS)
    joined, audit = rejoin(rows, PARIS, until=until)
    assert audit.open == 1
    assert joined.iloc[0]["right_censored"]
    assert joined.iloc[0]["departure"] == until


@pytest.mark.parametrize(
    ("day", "hours", "slots"), [(date(2024, 3, 31), 9, 23), (date(2024, 10, 27), 11, 25)]
)
def test_clock_changes_are_right_to_the_minute(day: date, hours: int, slots: int) -> None:
    """A car parked from 00:30 to 10:30 by the clock stays 9 h in spring and 11 h in autumn."""
    stays = stays_table([("A1", f"{day} 00:30", f"{day} 10:30")])
    grid = make_grid(day, day, PARIS)
    taken = stays_space_time(stays, grid, ["centre"])
    assert grid.slots == slots
    assert taken.occupied.sum() == hours * 3600
    occ = occupancy(taken, fixed_supply({"centre": 1}, PARIS))
    share = pd.Series(occ.share[0], index=grid.local)
    assert share[share.index.hour == 0].tolist() == [0.5]
    twice = share[share.index.hour == 2]
    assert len(twice) == {23: 0, 25: 2}[slots]
    assert (twice == 1.0).all()
    assert share[share.index.hour == 10].tolist() == [0.5]


def test_regulated_hours_follow_the_local_clock_and_refuse_a_cut_slot() -> None:
    rule = Regulation((Window(frozenset({6}), time(1), time(4)),))
    spring = make_grid(date(2024, 3, 31), date(2024, 3, 31), PARIS)
    autumn = make_grid(date(2024, 10, 27), date(2024, 10, 27), PARIS)
    assert regulated_slots(spring, rule).sum() == 2
    assert regulated_slots(autumn, rule).sum() == 4
    half = Regulation((Window(frozenset({6}), time(8, 30), time(12)),))
    with pytest.raises(ValueError, match="08:30"):
        regulated_slots(spring, half)
    closed = Regulation(rule.windows, frozenset({date(2024, 3, 31)}))
    assert not regulated_slots(spring, closed).any()


def test_local_times_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        seconds(pd.Series(pd.to_datetime(["2024-10-27 02:30"])), "arrival")


@pytest.fixture(scope="module")
def pklot(shared_data: Path) -> pd.DataFrame:
    states = pd.read_csv(
        shared_data / "parking" / "pklot_ufpr04_states_2012-13.csv.gz", parse_dates=["datetime"]
    )
    return pd.DataFrame(
        {
            "space_id": states["slot"],
            "zone_id": "UFPR04",
            "time": states["datetime"].dt.tz_localize("America/Sao_Paulo"),
            "occupied": states["occupied"],
        }
    )


def test_pklot_stays_match_the_published_ones(pklot: pd.DataFrame, shared_data: Path) -> None:
    """PKLot (de Almeida et al. 2015), stays as derived in the shared file: 1,366 of them."""
    known = pd.read_csv(
        shared_data / "parking" / "pklot_ufpr04_stays_derived.csv", parse_dates=["start", "end"]
    )
    gap = pd.Timedelta(minutes=10)
    found = stays_from_states(pklot, "America/Sao_Paulo", max_gap=gap, edge="seen")
    assert len(found) == len(known) == 1366
    assert found["left_censored"].mean() == pytest.approx(0.31, abs=0.005)
    assert found["right_censored"].mean() == pytest.approx(0.32, abs=0.005)
    both = found.assign(
        start=found["arrival"].dt.tz_localize(None), end=found["departure"].dt.tz_localize(None)
    ).merge(known, left_on=["space_id", "start", "end"], right_on=["slot", "start", "end"])
    assert len(both) == 1366
    assert (both["left_censored_x"] == both["left_censored_y"]).all()
    assert (both["right_censored_x"] == both["right_censored_y"]).all()


def test_pklot_rotation(pklot: pd.DataFrame) -> None:
    """2.24 vehicles a space on weekdays with activity; 2.04 if the two closed days count."""
    tz, gap = "America/Sao_Paulo", pd.Timedelta(minutes=10)
    stays = stays_from_states(pklot, tz, max_gap=gap, edge="seen")
    grid = make_grid(date(2012, 12, 7), date(2013, 1, 29), tz)
    weekdays = Regulation((Window(frozenset(range(5)), time(0), time(0)),))
    on = regulated_slots(grid, weekdays)[None, :]
    seen = np.unique(watched(pklot, tz, max_gap=gap)["valid_from"].dt.date)
    was_seen = np.isin(grid.days.date, seen)[grid.day_of_slot]
    offer = np.where(on & was_seen, 28.0 * grid.step, 0.0)
    spaces = space_days(offer, grid)
    busy = rotation(stays, spaces, on, grid, ["UFPR04"], quiet=False)
    everyday = rotation(stays, spaces, on, grid, ["UFPR04"])
    assert busy.rate.value == pytest.approx(2.24, abs=0.005)
    assert busy.rate.n == 20
    assert everyday.quiet_days == 2
    assert everyday.rate.value == pytest.approx(2.04, abs=0.005)
    assert busy.seen_arrivals.value < busy.rate.value


def test_cameras_vote_and_half_way_edges_are_unbiased() -> None:
    times = pd.date_range("2024-06-03 08:00", periods=7, freq="10min", tz=PARIS)
    one = pd.DataFrame(
        {"space_id": "A1", "zone_id": "c", "time": times, "occupied": [0, 0, 1, 1, 1, 0, 0]}
    )
    two = one.assign(occupied=[0, 0, 1, 0, 1, 0, 0])
    three = one.assign(occupied=[0, 1, 1, 1, 1, 0, 0])
    gap = pd.Timedelta(minutes=15)
    found = stays_from_states(pd.concat([one, two, three]), PARIS, max_gap=gap)
    assert len(found) == 1
    assert found["departure"].iloc[0] - found["arrival"].iloc[0] == pd.Timedelta(minutes=30)
    seen = stays_from_states(one, PARIS, max_gap=gap, edge="seen")
    assert seen["departure"].iloc[0] - seen["arrival"].iloc[0] == pd.Timedelta(minutes=20)
    blind = stays_from_states(one.drop(index=3), PARIS, max_gap=gap)
    assert blind[["left_censored", "right_censored"]].to_numpy().tolist() == [
        [False, True],
        [True, False],
    ]
