"""Readiness promises what the analyses keep: its rules against what is really computed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses import cities, commerce, indicators, sources
from analyses.cities import City
from analyses.footfall import chapter
from analyses.parking import capability, measures
from analyses.readiness.answers import answer, answers
from analyses.readiness.assets import assets
from analyses.readiness.ways import rules
from analyses.results import Result
from analyses.sources.days import calendars
from analyses.sources.parking import hours

Tables = Mapping[str, "pd.DataFrame | None"]


class Frames(dict[str, "pd.DataFrame | None"]):
    """Some tables of a city; the others are None."""

    def __missing__(self, name: str) -> None:
        return None


def executed(city: City, tables: Tables, chapters: frozenset[str]) -> list[Result]:
    """Return the results that the chapters' notebooks record."""
    found: list[Result] = []
    coverage = city.parameters.survey_min_coverage
    shops = tables["premises"], tables["establishments"], tables["shops"]
    zones, as_of = tables["zones"], None
    if "commerce" in chapters:
        found += commerce.measure_vacancy(
            shops[0], zones=zones, min_coverage=coverage, bootstrap=20
        ).results
        found += commerce.measure_turnover(shops[1], zones=zones, as_of=as_of).results
        found += commerce.measure_offer(
            *shops, zones=zones, min_coverage=coverage, bootstrap=10
        ).results
        found += commerce.compare_sources(*shops, zones=zones, min_coverage=coverage).results
    if "parking" in chapters:
        rule = hours.rules(tables["parking_supply"], city)
        spaces = measures.measure_supply(tables["parking_supply"])
        kerb = measures.measure_kerb(
            tables["parking_stays"], tables["parking_states"], city.time_zone, rule.zones,
            declared=tables["parking_supply"],
        )  # fmt: skip
        meters = measures.measure_meters(
            tables["parking_payments"], tables["parking_supply"], tables["parking_counts"],
            city.time_zone, rule.meters, kerb=kerb,
        )  # fmt: skip
        garages = measures.measure_garages(tables["parking_availability"], city.time_zone)
        records = measures.measure_infractions(tables["infractions"], city.time_zone, rule.days_off)
        found += [*spaces, *kerb.results, *meters.results, *garages.results, *records.results]
    if "footfall" in chapters:
        calendar, _ = calendars.around(
            city, tables["counts"], tables["events"], ahead_days=chapter.AHEAD_DAYS
        )
        found += chapter.measure_footfall(
            tables["counts"], tables["sensors"], tables["events"], calendar, tables["weather"],
            tables["shops"],
        ).results  # fmt: skip
    return found


WHOLE = ("*", "total")


def broken(city: City, tables: Tables, chapters: frozenset[str]) -> list[str]:
    """Return the promises not kept, and the refusals that were not needed."""
    results = executed(city, tables, chapters)
    shown = {r.indicator for r in results if r.computable}
    total = {r.indicator for r in results if r.breakdown == "total"}
    whole = {r.indicator for r in results if r.computable and (r.zone, r.breakdown) == WHOLE}
    whole |= shown - total
    have = assets(Frames(tables), min_coverage=city.parameters.survey_min_coverage)
    found = []
    for item in answers(have):
        if indicators.get(item.indicator).theme not in chapters or item.status == "confirm":
            continue
        if item.computable and item.indicator not in shown:
            found.append(f"{item.indicator}: promised, not computed")
        if item.status == "missing" and item.indicator in whole:
            found.append(f"{item.indicator}: refused, yet computed for the whole city")
    return found


@pytest.fixture(scope="module")
def demo(root: Path) -> tuple[City, Frames]:
    city = cities.read(root / "cities" / "demo")
    return city, Frames(sources.load(city).frames)


def part(tables: Frames, names: tuple[str, ...]) -> Frames:
    return Frames({name: tables[name] for name in names})


def test_every_indicator_has_a_rule_and_every_rule_an_indicator() -> None:
    own = {"ready_indicators"}
    named, ruled = set(indicators.dictionary().indicators) - own, set(rules().indicators)
    assert not named - ruled, "add its ways to src/analyses/readiness/ways.yml"
    assert not ruled - named


COMMERCE = ("premises", "establishments", "shops", "zones")


@pytest.mark.parametrize(
    "names",
    [(), *((name,) for name in COMMERCE[:3]), COMMERCE[:2], (COMMERCE[0], COMMERCE[2]), COMMERCE],
    ids=lambda names: "+".join(names) or "nothing",
)
def test_commerce_keeps_what_readiness_promises(
    demo: tuple[City, Frames], names: tuple[str, ...]
) -> None:
    city, tables = demo
    assert broken(city, part(tables, names), frozenset({"commerce"})) == []


@pytest.mark.parametrize("waves", [1, 2, 3])
def test_vacancy_keeps_what_readiness_promises_wave_by_wave(
    demo: tuple[City, Frames], waves: int
) -> None:
    city, tables = demo
    premises = tables["premises"]
    assert premises is not None
    last = sorted(premises["wave"].dt.year.unique())[-waves:]
    some = premises[premises["wave"].dt.year.isin(last)]
    for frame in (some, some.assign(vacant_since=pd.NaT)):
        assert broken(city, Frames(premises=frame), frozenset({"commerce"})) == []


@pytest.mark.parametrize("seed", range(5))
def test_small_and_incomplete_surveys_keep_what_readiness_promises(
    demo: tuple[City, Frames], seed: int
) -> None:
    city, tables = demo
    premises = tables["premises"]
    assert premises is not None
    rng = np.random.default_rng(seed)
    kept = rng.choice(premises["premises_id"].unique(), int(rng.integers(8, 90)), replace=False)
    some = premises[premises["premises_id"].isin(kept)].copy()
    unknown = rng.random(len(some)) < rng.uniform(0, 0.4)
    some.loc[unknown, "status"] = "unknown"
    some.loc[rng.random(len(some)) < rng.uniform(0, 1), "brand"] = pd.NA
    assert broken(city, Frames(premises=some), frozenset({"commerce"})) == []


PARKING = measures.TABLES


@pytest.mark.parametrize("seed", range(8))
def test_parking_keeps_what_readiness_promises(demo: tuple[City, Frames], seed: int) -> None:
    city, tables = demo
    rng = np.random.default_rng(seed)
    names = tuple(name for name in PARKING if rng.random() < 0.55)
    some = part(tables, names)
    if some["infractions"] is not None and seed % 2:
        some["infractions"] = some["infractions"].assign(controls=float("nan"))
    if some["parking_supply"] is not None and seed % 3 == 0:
        some["parking_supply"] = some["parking_supply"].assign(meter_id=pd.NA)
    assert broken(city, some, frozenset({"parking"})) == []


def test_parking_is_never_promised_where_its_own_capability_refuses() -> None:
    words = {
        "supply_table": "supply", "supply_metered": "supply", "payments": "payments",
        "counts_metered": "counts", "stays": "stays", "states_single": "states",
        "garages": "availability", "infractions": "infractions", "controls": "controls",
    }  # fmt: skip
    for size in range(len(words) + 1):
        for have in combinations(words, size):
            theirs = {words[name] for name in have}
            theirs |= {"supply"} if theirs & {"stays", "states"} else set()
            for name in capability.INDICATORS:
                if name in rules().indicators and answer(name, have).computable:
                    assert capability.answer(name, theirs).computable, (name, have)


@pytest.mark.parametrize("days", [40, 800])
@pytest.mark.parametrize("extra", [(), ("events", "weather")])
def test_footfall_keeps_what_readiness_promises(
    demo: tuple[City, Frames], days: int, extra: tuple[str, ...]
) -> None:
    city, tables = demo
    counts, events = tables["counts"], tables["events"]
    assert counts is not None
    assert events is not None
    busiest = counts.groupby("sensor_id")["count"].sum().idxmax()
    mine = counts[counts["sensor_id"] == busiest]
    last = mine["start"].max()
    some = Frames(counts=mine[mine["start"] > last - pd.Timedelta(days=days)])
    if extra:
        some["weather"] = tables["weather"]
        first = last.tz_localize(None) - pd.Timedelta(days=days // 2)
        some["events"] = events.assign(
            zone_ids=pd.NA, sensor_ids=pd.NA
        ).loc[pd.to_datetime(events["start"]).dt.tz_localize(None) > first].head(2)  # fmt: skip
    assert broken(city, some, frozenset({"footfall"})) == []


TRIALS = {
    "monaco": "commerce", "niort": "commerce", "vancouver": "commerce",
    "charlottesville": "parking", "birmingham": "parking", "pklot": "parking",
    "philadelphia": "parking", "chateaubourg": "footfall",
}  # fmt: skip


@pytest.mark.parametrize(("name", "theme"), TRIALS.items())
def test_real_data_keep_what_readiness_promises(
    root: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch, name: str, theme: str
) -> None:
    monkeypatch.setenv("COEURVILLE_SHARED_DATA", str(shared_data))
    city = cities.read(root / "tests" / "cities" / name)
    assert broken(city, Frames(sources.load(city).frames), frozenset({theme})) == []


def test_nothing_promises_nothing(demo: tuple[City, Frames]) -> None:
    city, _ = demo
    assert assets(Frames()) == frozenset()
    assert not any(item.computable for item in answers(()))
    every = frozenset({"commerce", "footfall", "parking"})
    assert broken(city, Frames(), every) == []


def test_what_lacks_is_named_and_would_unlock() -> None:
    for item in answers(()):
        for lacking in item.lacking:
            assert answer(item.indicator, lacking).status != "missing"


def test_lists_of_one_status_promise_neither_rate_nor_turnover(demo: tuple[City, Frames]) -> None:
    """A list of open shops, of vacant ones, of establishments none of which is closed."""
    city, tables = demo
    premises, register = tables["premises"], tables["establishments"]
    assert premises is not None
    assert register is not None
    occupied = premises[premises["status"] == "occupied"]
    vacant = premises[premises["status"] == "vacant"]
    order = register.sort_values("period_start", na_position="first")
    last = order.groupby("siret")["state"].last()
    alive = register[(register["siret"].map(last) == "A").to_numpy(bool)]
    before = premises[premises["wave"] < occupied["wave"].max()]
    for given in (
        Frames(premises=occupied[occupied["wave"] == occupied["wave"].max()]),
        Frames(premises=occupied),
        Frames(premises=vacant),
        Frames(premises=pd.concat([before, occupied])),
        Frames(establishments=alive),
    ):
        assert broken(city, given, frozenset({"commerce"})) == []
    have = assets(Frames(premises=occupied, establishments=alive))
    assert not have & {"survey_covered", "waves_matched", "register", "register_cohort"}
    assert {"premises", "shops_listed"} <= have
