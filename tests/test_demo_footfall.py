"""The demo city's footfall: its law is written, its faults are there, its truth can be found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses import cities, footfall, sources
from analyses.demo import footfall as made
from analyses.demo import streets
from analyses.demo.city import SEED, stream
from analyses.sources.days import calendars


@pytest.fixture(scope="module")
def drawn() -> made.Footfall:
    return made.footfall(stream(SEED, "footfall"), streets.network(stream(SEED, "streets")))


@pytest.fixture(scope="module")
def tables(root: Path) -> sources.Tables:
    city = cities.read(root / "cities" / "demo")
    return sources.load(city, only=["sensors", "counts", "events", "weather"])


def test_same_seed_same_bytes(drawn: made.Footfall) -> None:
    again = made.footfall(stream(SEED, "footfall"), streets.network(stream(SEED, "streets")))
    pd.testing.assert_frame_equal(drawn.counts, again.counts)
    assert drawn.truth == again.truth


def test_the_files_are_read_back_whole(drawn: made.Footfall, tables: sources.Tables) -> None:
    assert tables.counts is not None
    total = tables.counts.groupby("sensor_id")["count"].sum()
    town = total[[spot.id for spot in made.SPOTS]]
    assert {name: int(value) for name, value in town.items()} == drawn.truth["realised"]
    local = tables.counts["start"].dt.tz_localize(None)
    assert local.duplicated().any()  # the hour that winter time repeats is there twice
    assert any("prouvent l'heure locale" in reserve.fr for reserve in tables.reserves)
    assert not any("journées d'exploitation" in reserve.fr for reserve in tables.reserves)


def test_an_event_multiplies_the_expected_passages_by_its_uplift() -> None:
    days = pd.date_range(made.FIRST, made.LAST, freq="D")
    factor = made.uplifts(days)
    for event in made.EVENTS:
        inside = (days >= pd.Timestamp(event.start)) & (days <= pd.Timestamp(event.end))
        for rank, spot in enumerate(made.SPOTS):
            wanted = 1 + event.uplift / 100 if spot.id in event.sensors else 1.0
            assert factor[inside, rank] == pytest.approx(wanted)


def test_the_mean_over_draws_is_the_law() -> None:
    """Ratio of an event's days to the same days without it, over 60 draws of another seed."""
    days = pd.date_range("2023-03-01", "2023-03-31", freq="D")
    carnival = next(event for event in made.EVENTS if event.id == "carnaval-2023")
    at = int((pd.Timestamp(carnival.start) - days[0]).days)
    rng = np.random.default_rng(7)
    ratios = [
        rng.poisson(rates[at, 0] * made.uplifts(days)[at, 0]) / rates[at, 0]
        for rates in (made.daily_rates(rng, days, *made._weather(rng, days)) for _ in range(60))
    ]
    assert np.mean(ratios) == pytest.approx(1 + carnival.uplift / 100, abs=0.01)


def test_planted_faults_are_found(tables: sources.Tables) -> None:
    flags = footfall.check_health(tables.counts)
    found = {(flag.kind, flag.sensor_id, flag.start.date()) for flag in flags}
    assert ("zero_run", made.ZERO_RUN[0], made.ZERO_RUN[1]) in found
    assert ("outage", made.OUTAGE[0], made.OUTAGE[1]) in found
    moved = [flag for flag in flags if flag.kind == "level_break"]
    assert [flag.sensor_id for flag in moved] == [made.MOVED[0]]
    # medians over weeks place a break within a week, not to the day
    assert abs((moved[0].start.date() - made.MOVED[1]).days) <= 7
    assert len(flags) == 3  # and nothing else


def test_a_planted_uplift_and_a_planted_nothing_are_found(
    root: Path, tables: sources.Tables
) -> None:
    """One event of each kind on the committed city; the rate over seeds is a benchmark's."""
    healthy = footfall.healthy_counts(tables.counts, footfall.check_health(tables.counts))
    daily = footfall.daily_counts(healthy)
    city = cities.read(root / "cities" / "demo")
    first, last = daily.panel.index[0].date(), daily.panel.index[-1].date()
    calendar, _ = calendars.calendar(city, first, last, tables.events)
    days = footfall.day_features(daily.panel.index, calendar, tables.weather)
    chosen = {event.id: event for event in made.EVENTS}
    for name, verdict in (("noel-2024", "shown"), ("concours-2024", "excluded")):
        planted = chosen[name]
        event = footfall.Event(
            planted.id, planted.label, planted.kind, planted.start, planted.end, planted.sensors
        )
        panel = daily.panel.assign(
            town=daily.panel[list(planted.sensors)].sum(axis=1, skipna=False)
        )
        impact = footfall.measure_impact(panel, "town", event, days)
        assert impact.verdict == verdict
        assert impact.relative.low <= planted.uplift <= impact.relative.high
