"""Durations: against lifelines, against a simulation, and silent where nothing was watched."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from analyses.parking.durations import (
    durations,
    mean_stay,
    overstay_room,
    share_beyond,
    stay_classes,
    survival,
    tail,
)

PARIS = "Europe/Paris"


def sample(seed: int, n: int = 600, days: int = 20, cut: float = 240.0) -> pd.DataFrame:
    """Exponential stays of mean 90 min, lost from sight at a random time up to ``cut``."""
    rng = np.random.default_rng(seed)
    length = rng.exponential(90, n)
    lost = rng.uniform(0, cut, n)
    start = pd.Timestamp("2024-06-03 08:00", tz=PARIS)
    arrival = start + pd.to_timedelta(rng.integers(0, days, n), unit="D")
    seen = np.rint(np.minimum(length, lost))
    return pd.DataFrame(
        {
            "arrival": arrival,
            "departure": arrival + pd.to_timedelta(seen, unit="min"),
            "left_censored": False,
            "right_censored": lost < length,
        }
    )


def test_the_curve_and_its_area_equal_lifelines() -> None:
    """lifelines 0.30, KaplanMeierFitter and restricted_mean_survival_time."""
    stays = sample(1)
    found = durations(stays, PARIS)
    minutes = (stays["departure"] - stays["arrival"]).dt.total_seconds() / 60
    fitter = KaplanMeierFitter().fit(minutes, ~stays["right_censored"])
    theirs = fitter.survival_function_at_times(found.minutes).to_numpy()
    ours = survival(found.ended.sum(axis=0), found.dropped.sum(axis=0))
    assert ours == pytest.approx(theirs, abs=1e-12)
    area = restricted_mean_survival_time(fitter, t=200.0)
    assert mean_stay(found, horizon=200.0).value == pytest.approx(area, rel=1e-9)


def test_censored_stays_do_not_shorten_the_mean() -> None:
    """True share beyond 2 h: exp(-120/90) = 0.2636; the naive share is far below."""
    hits, naive = 0, []
    for seed in range(60):
        stays = sample(seed)
        found = share_beyond(durations(stays, PARIS), 120)
        hits += found.low <= math.exp(-120 / 90) <= found.high
        length = stays["departure"] - stays["arrival"]
        naive.append(float((length > pd.Timedelta(minutes=120)).mean()))
    assert hits >= 52  # 0.95 nominal: P(fewer than 52 of 60) < 1 %
    assert max(naive) < math.exp(-120 / 90)


def test_stays_whose_arrival_was_not_seen_are_left_out_and_counted() -> None:
    stays = sample(2)
    stays.loc[stays.index[:50], "left_censored"] = True
    found = durations(stays, PARIS)
    assert (found.unseen_arrivals, found.stays) == (50, 550)


def test_nothing_is_said_beyond_what_was_watched() -> None:
    found = durations(sample(3), PARIS)
    assert tail(found) > 0
    assert not share_beyond(found, 24 * 60).known
    classes = stay_classes(found)
    assert [round(low) for low, _, _ in classes] == [0, 30, 120, 330]
    assert classes[0][2].value == pytest.approx(1 - math.exp(-30 / 90), abs=0.06)
    assert not classes[2][2].known
    assert not classes[3][2].known


def test_classes_sum_to_one_when_every_stay_was_watched() -> None:
    stays = sample(4, cut=1e9)
    found = durations(stays, PARIS)
    classes = stay_classes(found)
    assert sum(share.value for _, _, share in classes) == pytest.approx(1.0)
    assert share_beyond(found, 24 * 60).value == 0.0
    plain = (stays["departure"] - stays["arrival"]).dt.total_seconds().mean() / 60
    assert mean_stay(found).value == pytest.approx(plain)


def test_same_seed_same_interval() -> None:
    found = durations(sample(5), PARIS)
    assert mean_stay(found, seed=3) == mean_stay(found, seed=3)


def test_room_taken_by_overstays_is_bounded() -> None:
    day = pd.Timestamp("2024-06-03", tz=PARIS)
    stays = pd.DataFrame(
        {
            "arrival": [day, day, day],
            "departure": [day + pd.Timedelta(hours=h) for h in (30, 6, 4)],
            "left_censored": False,
            "right_censored": [False, True, False],
        }
    )
    low, high = overstay_room(stays, 24 * 60)
    assert (low, high) == (30 / 40, 36 / 40)
