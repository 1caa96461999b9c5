"""The public log of revisions, read whole by someone who subtracts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses import cities, privacy
from analyses.privacy.rules import Rules
from analyses.results import Estimate, Result
from analyses.runs import changes, disclosed, indicators_file, promote, spreadsheet
from editions_on_disk import record
from test_history import next_run
from trial import city as trial_city

ZONES = ("centre", "faubourg", "gare")
KNOWN = 400
Truth = Mapping[tuple[str, int], int]
"""Vacant premises by zone and year."""


@pytest.fixture
def city(tmp_path: Path) -> cities.City:
    return trial_city(tmp_path)


def rates(truth: Truth) -> list[Result]:
    """Return the vacancy rates of an edition: their n is the same, so their moves are of shops."""
    return [
        Result(
            "vacancy_rate", Estimate(100 * n / KNOWN, 0, 100, KNOWN), "%", "survey", "w/1",
            zone=zone, period_start=date(year, 6, 15), period_end=date(year, 6, 15),
        )
        for (zone, year), n in truth.items()
    ]  # fmt: skip


def play(place: Path, city: cities.City, steps: list[Truth]) -> Iterator[int]:
    """Publish the editions of a city one after another; yield the number of each once it is."""
    for rank, truth in enumerate(steps):
        about = record(date(2025, 1 + rank, 10), {"p.csv": f"{rank}"})
        rows = rates(truth)
        public = list(privacy.protect(rows, Rules()).public.values())
        promote.promote(next_run(place, about, rows, city, public=public), place)
        yield rank


def seen(place: Path, now: int) -> dict[tuple[str, int], set[int]]:
    """Return the editions whose value a reader of the public folder sees, by number."""
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    table = indicators_file.read(place / "public" / "indicators.csv")
    for row in table[table["value"].notna()].to_dict("records"):
        found[row["zone"], int(row["period_end"][:4])].add(now)
    path = place / "public" / "revisions.csv"
    log = spreadsheet.read(path, changes.NUMBERS) if path.is_file() else pd.DataFrame()
    for row in log.to_dict("records"):
        before, after = (int(row[f"edition_{side}"][5:7]) - 1 for side in ("before", "after"))
        year = int(row["period_end"][:4])
        found[row["zone"], year].add(after)
        found[row["zone"], int((row["before_period"] or row["period_end"])[:4])].add(before)
    return found


def recovered(place: Path, steps: list[Truth], now: int) -> list[str]:
    """Return the moves of one or two shops that the public folder shows, alone or subtracted."""
    found = seen(place, now)
    told = []
    for older, newer in combinations(range(now + 1), 2):
        moves = {
            key: steps[newer][key] - steps[older][key]
            for key, editions in found.items()
            if {older, newer} <= editions
        }
        told += [f"{key}: {move}" for key, move in moves.items() if 0 < abs(move) < 3]
        told += [
            f"{one} and {two}: {moves[one] - moves[two]}"
            for one, two in combinations(moves, 2)
            if one[1] == two[1] and 0 < abs(moves[one] - moves[two]) < 3
        ]
    return told


def of_centre(*counts: int) -> list[Truth]:
    return [{("centre", 2024): count} for count in counts]


@pytest.mark.parametrize(
    ("counts", "lines"),
    [
        ((60, 80, 100), 2),
        ((60, 80, 61), 1),  # the first line's 60 beside 61 would be a move of one shop
        ((60, 80, 81), 0),  # the last move is not told, and 80 may not stand beside 81
        ((60, 80, 100, 61), 2),
        ((60, 80, 61, 100), 2),  # 60 and 61 were shown in turn, and may not be at once
    ],
)
def test_moves_that_add_up_to_a_shop_or_two_do_not_stand_together(
    tmp_path: Path, city: cities.City, counts: tuple[int, ...], lines: int
) -> None:
    place, steps = tmp_path / "out" / "essai", of_centre(*counts)
    for now in play(place, city, steps):
        assert recovered(place, steps, now) == []
    assert len(spreadsheet.read(place / "public" / "revisions.csv")) == lines


def test_the_former_number_of_a_new_period_is_not_shown_if_it_moved_by_a_shop(
    tmp_path: Path, city: cities.City
) -> None:
    """ "Next period: 15 % → 20 %" beside a table in which the 15 % has become 15,25 %."""
    steps: list[Truth] = [
        {("centre", 2023): 60}, {("centre", 2023): 61, ("centre", 2024): 80},
    ]  # fmt: skip
    place = tmp_path / "out" / "essai"
    for now in play(place, city, steps):
        assert recovered(place, steps, now) == []
    assert spreadsheet.read(place / "public" / "revisions.csv").empty


def walks(seed: int) -> list[Truth]:
    """Return six editions of a town whose counts wander, sometimes by very little."""
    random = np.random.default_rng(seed)
    now = {(zone, 2023): int(random.integers(40, 120)) for zone in ZONES}
    steps: list[Truth] = [dict(now)]
    for rank in range(5):
        for key in now:
            now[key] += int(random.choice([0, 0, 1, -2, 4, -5, 12, -11, 30]))
        if rank == 2:
            now |= {(zone, 2024): int(random.integers(40, 120)) for zone in ZONES}
        now = {key: min(max(value, 20), KNOWN) for key, value in now.items()}
        steps.append(dict(now))
    return steps


@pytest.mark.parametrize("seed", range(10))
def test_whoever_subtracts_all_that_is_public_learns_of_no_shop(
    tmp_path: Path, city: cities.City, seed: int
) -> None:
    place, steps = tmp_path / "out" / "essai", walks(seed)
    for now in play(place, city, steps):
        assert recovered(place, steps, now) == []


def test_the_attack_works_where_each_line_is_judged_alone(
    tmp_path: Path, city: cities.City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the judgement of lines together, the same towns tell; with it, some lines remain."""
    kept, told = 0, 0
    for seed in range(10):
        place = tmp_path / f"with-{seed}" / "essai"
        for _ in play(place, city, walks(seed)):
            pass
        kept += len(spreadsheet.read(place / "public" / "revisions.csv"))
    assert kept > 0
    monkeypatch.setattr(
        disclosed, "together", lambda log, *_: pd.Series(True, index=log.index, dtype=bool)
    )
    for seed in range(10):
        place, steps = tmp_path / f"without-{seed}" / "essai", walks(seed)
        told += sum(len(recovered(place, steps, now)) for now in play(place, city, steps))
    assert told > 0
