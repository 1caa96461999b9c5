"""The crossing truth of the demo city: what is planted in shops, passages and projects is there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses import cities, sources
from analyses.demo import commerce, footfall, passages, plan, renewal, streets, transit
from analyses.demo.city import SEED, stream


@pytest.fixture(scope="module")
def network() -> streets.Network:
    return streets.network(stream(SEED, "streets"))


@pytest.fixture(scope="module")
def survey(network: streets.Network) -> commerce.Survey:
    return commerce.survey(stream(SEED, "commerce"), network)


@pytest.fixture(scope="module")
def town(network: streets.Network) -> footfall.Footfall:
    return footfall.footfall(stream(SEED, "footfall"), network)


@pytest.fixture(scope="module")
def own(network: streets.Network, survey: commerce.Survey, town: footfall.Footfall) -> pd.DataFrame:
    """Passages of each street counter, in logs, what moves the whole town taken away."""
    drawn = passages.passages(stream(SEED, "passages"), network, survey, town).counts
    logs = np.log(drawn.drop(columns="date").to_numpy(dtype=float)) - town.town[:, None]
    days = pd.DatetimeIndex(drawn["date"])
    return pd.DataFrame(logs, index=days, columns=[counter.id for counter in passages.COUNTERS])


@pytest.fixture(scope="module")
def truth(root: Path) -> dict[str, object]:
    return json.loads((root / "cities" / "demo" / "crossings_truth.json").read_text("utf-8"))


def test_same_seed_same_bytes(network: streets.Network) -> None:
    first = transit.schedule(stream(SEED, "transit"), network)
    assert first == transit.schedule(stream(SEED, "transit"), network)
    assert first != transit.schedule(stream(1, "transit"), network)


def test_the_street_made_anew_gains_passages_for_good(own: pd.DataFrame, truth: dict) -> None:
    planted = truth["requalification"]
    values = own[planted["sensor_id"]]
    later = values.index >= pd.Timestamp(planted["start"])
    gain = 100 * np.expm1(values[later].mean() - values[~later].mean())
    assert gain == pytest.approx(planted["footfall_uplift"], abs=1.0)
    half = values[later].to_numpy()
    assert half[: len(half) // 2].mean() == pytest.approx(half[len(half) // 2 :].mean(), abs=0.01)


def test_works_take_passages_away_while_they_last(own: pd.DataFrame, truth: dict) -> None:
    planted = truth["works"]
    values = own[planted["sensor_id"]]
    start, end = pd.Timestamp(planted["start"]), pd.Timestamp(planted["end"])
    days = values.index
    during = values[(days >= start) & (days <= end)].mean()
    before = values[(days >= start - pd.Timedelta(days=90)) & (days < start)].mean()
    assert 100 * np.expm1(during - before) == pytest.approx(planted["footfall_effect"], abs=3.0)
    assert planted["footfall_effect"] < 0


def test_passages_answer_to_the_vacancy_around(own: pd.DataFrame, truth: dict) -> None:
    """Change on change between survey years: the written slope, that ramps lessen a little."""
    planted = truth["association"]
    vacancy = pd.DataFrame(planted["vacancy"]).T
    waves = [day.isoformat() for day in plan.WAVES[-3:]]
    x, y = [], []
    for name in planted["sensors"]:
        if name == truth["works"]["sensor_id"]:
            continue
        years = [own.loc[pd.Timestamp(w) - pd.Timedelta(weeks=49) : w, name].mean() for w in waves]
        x += list(np.diff(vacancy.loc[name, waves].to_numpy(dtype=float)))
        y += list(np.diff(years))
    slope = np.polyfit(x, y, 1)[0]
    assert slope == pytest.approx(planted["log_footfall_per_vacancy_point"], rel=0.15)
    assert np.corrcoef(x, y)[0, 1] < -0.9
    told = planted["vacancy_points_per_10_percent_more_footfall"]
    assert told == pytest.approx(np.log(1.1) / planted["log_footfall_per_vacancy_point"], abs=1e-5)


def test_the_vacancy_of_the_street_made_anew_is_in_the_survey(root: Path, truth: dict) -> None:
    planted = truth["requalification"]
    tables = sources.load(cities.read(root / "cities" / "demo"), only=["premises"])
    known = tables["premises"]
    known = known[known["status"].isin(["occupied", "vacant", "vacant_works"])]
    known = known.assign(vacant=(known["status"] != "occupied").astype(float))
    zone = known[known["zone_id"] == planted["zone_id"]]
    here = zone["street"] == planted["street"]
    for name, rows in (("street", zone[here]), ("others", zone[~here])):
        rates = 100 * rows.groupby("wave")["vacant"].mean()
        for wave, expected in planted["vacancy"][name].items():
            if wave not in ("before", "after"):
                assert rates[pd.Timestamp(wave)] == pytest.approx(expected, abs=7.0), (name, wave)
    assert planted["vacancy_change_against_others"] < -15


def test_exchanging_addresses_changes_nothing_of_a_zone(
    network: streets.Network, survey: commerce.Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same histories and the same doors as without it; only who stands where differs."""
    monkeypatch.setattr(renewal, "exchanged", lambda places, stock, spells: places)
    plain = commerce.survey(stream(SEED, "commerce"), network)
    address = ["street", "address", "lon", "lat"]
    pd.testing.assert_frame_equal(
        survey.table.drop(columns=address), plain.table.drop(columns=address)
    )
    moved = survey.places["number"].ne(plain.places["number"])
    moved |= survey.places["street"].ne(plain.places["street"])
    assert 2 <= moved.sum() <= 2 * renewal.MOST_EXCHANGES
    assert set(survey.places.loc[moved, "zone_id"]) == {renewal.ZONE_ID}
    doors = [sorted(zip(t["street"], t["number"], strict=True))
             for t in (survey.places, plain.places)]  # fmt: skip
    assert doors[0] == doors[1]


def test_the_committed_truth_is_the_generated_one(
    network: streets.Network, survey: commerce.Survey, town: footfall.Footfall, truth: dict
) -> None:
    made = passages.passages(stream(SEED, "passages"), network, survey, town).truth
    assert truth == json.loads(json.dumps(made | {"stops": transit.truth()}))
