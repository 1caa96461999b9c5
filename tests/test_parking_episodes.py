"""Parking crossed with works, markets and events: what is planted is found, chance is not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analyses import sources
from analyses.parking import measures
from analyses.parking.contrast import Series, contrast
from analyses.parking.effects import NO_PEER, measure_effects
from analyses.parking.episodes import episodes
from analyses.parking.grid import make_grid
from analyses.parking.supply import offered
from trial import city, put

PARIS = "Europe/Paris"
DAYS = pd.date_range("2025-03-03", periods=56)


def town(seed: int, *, zones: int = 3, memory: float = 0.4, noise: float = 0.05) -> Series:
    """Return the occupancy of some zones, 9 to 19 h, with moods of days that last."""
    rng = np.random.default_rng(seed)
    weekday = DAYS.dayofweek.to_numpy().astype(np.int64)

    def mood(spread: float) -> np.ndarray:
        level = np.empty(len(DAYS))
        level[0] = rng.normal()
        for day in range(1, len(DAYS)):
            level[day] = memory * level[day - 1] + np.sqrt(1 - memory**2) * rng.normal()
        return spread * level

    shared, week = mood(noise), np.array([0, 0, 0.02, 0, 0.05, 0.1, -0.2])
    open_ = np.zeros(24)
    open_[9:19] = 1
    share = np.array([0.75, 0.6, 0.5])[:zones, None] + week[weekday] + shared
    share = share + np.stack([mood(0.8 * noise) for _ in range(zones)])
    hourly = share[:, :, None] + noise * rng.normal(size=(zones, len(DAYS), 24))
    taken = 10 * np.clip(hourly, 0, 1) * open_
    offer = np.broadcast_to(10 * open_, taken.shape).copy()
    return Series(tuple(f"z{i}" for i in range(zones)), taken, offer, weekday)


def window(zones: int, start: int, length: int, zone: int = 0) -> np.ndarray:
    mask = np.zeros((zones, len(DAYS)), dtype=bool)
    mask[zone, start : start + length] = True
    return mask


def test_a_planted_shift_is_found_and_held_by_its_interval() -> None:
    clear = held = 0
    for seed in range(40):
        made, rng = town(seed), np.random.default_rng(1000 + seed)
        mask = window(3, int(rng.integers(0, 50)), 6)
        made.taken[mask] += 0.15 * made.offer[mask]
        found = contrast(made, mask, np.zeros_like(mask))
        assert found is not None
        clear += found.clear and found.effect.value > 0
        held += found.effect.low <= 0.15 <= found.effect.high
    assert clear >= 32
    assert held >= 35


@pytest.mark.parametrize("length", [3, 12])
def test_shuffled_dates_find_nothing_more_often_than_chance(length: int) -> None:
    """At most 5 %, with three standard errors of 120 draws."""
    clear = 0
    for seed in range(120):
        start = int(np.random.default_rng(2000 + seed).integers(0, len(DAYS) - length))
        mask = window(3, start, length)
        found = contrast(town(seed), mask, np.zeros_like(mask))
        assert found is not None
        clear += found.clear
    assert clear / 120 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)


def test_a_week_without_other_zones_is_the_coefficient_of_least_squares() -> None:
    """Whole week touched: the gap is the OLS coefficient beside weekday effects (statsmodels)."""
    made = town(5, zones=1)
    mask = window(1, 21, 7)
    found = contrast(made, mask, np.zeros_like(mask))
    assert found is not None
    assert not found.elsewhere.known
    daily = made.taken[0].sum(axis=1) / made.offer[0].sum(axis=1)
    frame = pd.get_dummies(pd.Series(made.weekday), dtype=float).assign(
        during=mask[0].astype(float)
    )
    fitted = sm.OLS(daily, frame.to_numpy()).fit()
    assert found.effect.value == pytest.approx(fitted.params[-1], abs=1e-12)


def test_what_moves_every_zone_is_taken_away() -> None:
    made = town(7)
    mask = window(3, 20, 6)
    made.taken[:, 20:26] += 0.2 * made.offer[:, 20:26]
    found = contrast(made, mask, np.zeros_like(mask))
    assert found is not None
    assert found.change.value > 0.1
    assert not found.clear


def supply(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["zone_id", "name", "spaces", "valid_from", "valid_to"])
    for name in ("valid_from", "valid_to"):
        frame[name] = pd.to_datetime(frame[name], format="mixed").dt.tz_localize(PARIS)
    return frame


def test_spaces_taken_away_are_episodes_by_zone_and_name() -> None:
    rows = [("a", "Rue A", 20, None, None), ("b", "Rue B", 10, None, None)]
    rows += [("a", "Travaux", -4, "2025-03-10", "2025-03-15")]
    rows += [("b", "Marché", -6, f"2025-03-{d:02d} 06:00", f"2025-03-{d:02d} 14:00")
             for d in (5, 12, 19)]  # fmt: skip
    found = episodes(supply(rows), None, None, DAYS, PARIS)
    works = next(item for item in found if item.label == "Travaux")
    assert works.days == tuple(date(2025, 3, d) for d in range(10, 15))
    assert (works.removed, works.zones) == (4.0, ("a",))
    market = next(item for item in found if item.label == "Marché")
    assert market.days == (date(2025, 3, 5), date(2025, 3, 12), date(2025, 3, 19))


def test_rows_that_follow_one_another_show_the_days_with_fewer_spaces() -> None:
    rows = [("a", "Rue A", 20, "2025-01-01", "2025-03-20"),
            ("a", "Rue A", 12, "2025-03-20", "2025-03-27"),
            ("a", "Rue A", 20, "2025-03-27", "2026-01-01")]  # fmt: skip
    (found,) = episodes(supply(rows), None, None, DAYS, PARIS)
    assert found.days == tuple(date(2025, 3, d) for d in range(20, 27))
    assert found.removed == 8.0


def test_planned_or_placeless_projects_are_no_episodes() -> None:
    rows = [("p1", "Quai", "done", "2025-03-10", "2025-03-12", "a"),
            ("p2", "Place", "planned", "2025-03-10", "2025-03-12", "a"),
            ("p3", "Pont", "ongoing", "2025-04-20", None, "b"),
            ("p4", "Ailleurs", "done", "2025-03-10", "2025-03-12", None)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["project_id", "name", "status", "start", "end", "zone_id"])
    frame[["start", "end"]] = frame[["start", "end"]].apply(pd.to_datetime)
    found = episodes(None, None, frame, DAYS, PARIS)
    assert [(item.label, len(item.days)) for item in found] == [("Quai", 3), ("Pont", 8)]


def stays(last: int = 56) -> pd.DataFrame:
    """Return one stay a day and space, 9 to 12 h, in two zones."""
    rows = []
    for zone in ("a", "b"):
        for space in range(4):
            for day in range(last):
                begin = pd.Timestamp("2025-03-03 09:00") + pd.Timedelta(days=day)
                stay = pd.Timedelta(minutes=100 + (37 * day + 11 * space) % 80)
                rows.append((f"{zone}{space}", zone, begin, begin + stay))
    frame = pd.DataFrame(rows, columns=["space_id", "zone_id", "arrival", "departure"])
    for name in ("arrival", "departure"):
        frame[name] = frame[name].dt.tz_localize(PARIS)
    return frame.assign(left_censored=False, right_censored=False)


def test_a_market_of_every_week_has_no_day_to_be_compared_with() -> None:
    days = [day for day in DAYS if day.dayofweek == 2]
    events = pd.DataFrame({
        "event_id": [f"m{i}" for i in range(len(days))], "label": "Marché",
        "kind": "market_day", "start": days, "end": days, "zone_ids": pd.NA,
    })  # fmt: skip
    events[["start", "end"]] = events[["start", "end"]].apply(lambda s: s.dt.tz_localize(PARIS))
    kerb = measures.measure_kerb(stays(), None, PARIS)
    found = measure_effects(kerb, None, None, events, None, PARIS)
    assert found.crossings == ()
    assert {row.note for row in found.results} == {NO_PEER}


def test_a_closed_sensed_space_leaves_the_offer_between_its_dates() -> None:
    declared = supply([("a", "Travaux", -1, "2025-03-10", "2025-03-17")]).assign(place_id="a0")
    plain = measures.measure_kerb(stays(), None, PARIS).occupancy
    closed = measures.measure_kerb(stays(), None, PARIS, declared=declared).occupancy
    assert plain is not None
    assert closed is not None
    lost = (plain.offer - closed.offer).sum(axis=1)
    assert lost.tolist() == [7 * 86_400.0, 0.0]


def test_a_closed_space_seen_by_a_camera_leaves_the_offer_and_what_is_taken() -> None:
    """Two spaces looked at every quarter of an hour; the first is fenced in, and looks taken."""
    times = pd.date_range("2025-03-10", periods=4 * 96, freq="15min", tz=PARIS)
    fenced = (times >= "2025-03-11") & (times < "2025-03-13")
    states = pd.concat([
        pd.DataFrame({"space_id": name, "time": times, "zone_id": "a", "spaces": 1,
                      "occupied": looks})
        for name, looks in (("a0", fenced), ("a1", times.hour >= 12))
    ])  # fmt: skip
    declared = supply([("a", "Travaux", -1, "2025-03-11", "2025-03-13")]).assign(place_id="a0")
    plain = measures.measure_kerb(None, states, PARIS).occupancy
    kerb = measures.measure_kerb(None, states, PARIS, declared=declared)
    closed = kerb.occupancy
    assert plain is not None
    assert closed is not None
    day = 96 * 900.0
    by_day = closed.offer.reshape(4, -1).sum(axis=1)
    assert by_day.tolist() == [2 * day - 900, day, day, 2 * day - 900 - 900]
    assert plain.offer.sum() - closed.offer.sum() == 2 * day + 900
    assert plain.taken.sum() - closed.taken.sum() == 2 * day
    assert kerb.long_stays.empty
    other = declared.assign(place_id="elsewhere")
    unmoved = measures.measure_kerb(None, states, PARIS, declared=other).occupancy
    assert unmoved is not None
    assert unmoved.offer.sum() == plain.offer.sum()


def test_the_last_day_of_validity_is_included_over_a_change_of_clock(tmp_path) -> None:
    put(tmp_path, "s.csv", "zone_id,spaces,valid_from,valid_to\nz,5,2025-03-29,2025-03-30\n"
                           "y,3,2025-03-29 08:00,2025-03-30 12:00\n")  # fmt: skip
    source = {"parking_supply": [{"layout": "coeurville", "path": "s.csv"}]}
    table = sources.load(city(tmp_path, sources=source), only=["parking_supply"]).parking_supply
    ends = table.set_index("zone_id")["valid_to"].map(lambda moment: moment.isoformat())
    assert ends["z"] == "2025-03-31T00:00:00+02:00"
    assert ends["y"] == "2025-03-30T12:00:00+02:00"
    grid = make_grid(date(2025, 3, 29), date(2025, 3, 31), PARIS)
    hours = offered(table, grid, ["z"]).sum() / 5 / 3600
    assert hours == 24 + 23
