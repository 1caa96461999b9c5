"""Two public editions side by side tell no more than each was meant to."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pytest

import attacker
from analyses import privacy
from analyses.comparison import revisions
from analyses.comparison.revisions import Edition
from analyses.privacy.rules import Rules
from analyses.results import Estimate, Result, to_frame

MARKS = {"commerce": {"data": "d", "code": "k", "notebook": "n"}}
ZONES = ("centre", "hypercentre", "faubourg")
TELLING = {2, 3, 6, 11}
"""Seeds whose town moves enough for something to be told."""
PARTS = {"centre": ("hypercentre",)}


def vacancy(zone: str, vacant: int, known: int, year: int = 2024, **more: str) -> Result:
    when = date(year, 6, 15)
    rate = 100 * vacant / known
    return Result(
        "vacancy_rate", Estimate(rate, max(rate - 5, 0), rate + 5, known), "%", "survey", "w/1",
        zone=zone, period_start=when, period_end=when, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def tellable(before: list[Result], after: list[Result]) -> set[str]:
    """Return the zones of the numbers whose change may be told."""
    return {key[1] for key in privacy.tellable(before, after, Rules(), PARTS)}


def test_a_large_move_is_told_and_a_move_of_two_premises_is_not() -> None:
    before = [vacancy("centre", 30, 200)]
    assert tellable(before, [vacancy("centre", 40, 200)]) == {"centre"}
    assert tellable(before, [vacancy("centre", 32, 200)]) == set()
    assert tellable(before, [vacancy("centre", 33, 203)]) == {"centre"}
    assert tellable(before, [vacancy("centre", 40, 201)]) == set(), "one more premises is known"


def test_two_large_moves_whose_difference_is_small_are_not_told() -> None:
    before = [vacancy("centre", 30, 200), vacancy("hypercentre", 20, 100)]
    after = [vacancy("centre", 40, 200), vacancy("hypercentre", 29, 100)]
    assert tellable(before, after) == set()


def test_a_family_of_which_one_number_is_hidden_is_not_told() -> None:
    small = vacancy("faubourg", 1, 10)
    for older, newer in ((privacy.hide(small), small), (small, privacy.hide(small))):
        before, after = [vacancy("centre", 30, 200), older], [vacancy("centre", 50, 200), newer]
        assert tellable(before, after) == set()
        assert tellable([*before, vacancy("centre", 30, 200, 2023)],
                        [*after, vacancy("centre", 50, 200, 2023)]) == {"centre"}  # fmt: skip


def test_no_part_of_a_zone_is_told() -> None:
    street = {"breakdown": "street", "category": "Rue Haute"}
    assert tellable(
        [vacancy("centre", 30, 200, **street)], [vacancy("centre", 60, 200, **street)]
    ) == (set())


def test_open_data_has_no_threshold() -> None:
    def shops(number: int) -> Result:
        value = Estimate(number, number, number, number)
        return Result("offer_mix", value, "shops", "osm", "count/1", zone="centre")

    assert tellable([shops(100)], [shops(101)]) == {"centre"}


@pytest.mark.parametrize("seed", range(12))
def test_an_adversary_with_both_editions_learns_nothing_from_the_revisions(seed: int) -> None:
    """All that is told stands in both public tables; no move of it is of one or two premises.

    Whoever has the two tables therefore learns nothing; the counts are those that the attacker of
    the public edition (tests/attacker.py) reads in the internal tables.
    """
    random = np.random.default_rng(seed)
    inside, public = [], []
    true = {
        (zone, year): (int(random.integers(1, 40)), int(random.integers(45, 200)))
        for zone, year in product(ZONES, (2023, 2024))
    }
    for _ in range(2):
        rows = [vacancy(zone, *counts, year) for (zone, year), counts in true.items()]
        inside.append(rows)
        public.append(list(privacy.protect(rows, Rules(), PARTS).public.values()))
        for key, (vacant, known) in true.items():
            step = int(random.integers(-3, 12))
            true[key] = (min(max(vacant + step, 0), known), known + int(random.integers(0, 6)))
    before, after = (
        Edition(to_frame(rows, "t"), date(2025, month, 1), MARKS)
        for month, rows in enumerate(public, start=1)
    )
    told = revisions.opened(
        revisions.compare(before, after), privacy.tellable(public[0], public[1], Rules(), PARTS)
    ).rows
    assert seed not in TELLING or len(told), "the rules would hide everything"
    for row in told.to_dict("records"):
        for table, name in ((before.table, "before"), (after.table, "after")):
            end = (
                row["before_period"] or row["period_end"] if name == "before" else row["period_end"]
            )
            same = table[(table["zone"] == row["zone"]) & (table["period_end"] == end)]
            assert row[name] in same["value"].tolist(), "only what both editions published"
    hidden = {
        (item.zone, item.period_end) for rows in public for item in rows
        if item.quality == "suppressed"
    }  # fmt: skip
    assert not {when for _, when in hidden} & {
        date.fromisoformat(str(end)) for end in told["period_end"]
    }
    for row in told.to_dict("records"):
        for name in ("known", "vacant"):
            old, new = (
                attacker.true_counts(to_frame(rows, "t")).get(
                    (name, "survey", row["zone"], "total", "", row["period_end"], row["period_end"])
                )
                for rows in inside
            )
            assert old is not None
            assert new is not None
            assert new - old == 0 or abs(new - old) >= 3
