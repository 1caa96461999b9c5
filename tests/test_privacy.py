"""Confidentiality: what is hidden, that it is enough, and that the audit tells when it is not."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attacker
from analyses import privacy
from analyses.privacy import Rules, protect
from analyses.privacy.claims import claims
from analyses.results import Estimate, Result, not_computable, to_frame
from analyses.wording import Text

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
WAVE = date(2025, 6, 17)


def count(indicator: str, n: float, zone: str = "*", **where: object) -> Result:
    where = {"period_start": YEAR[0], "period_end": YEAR[1]} | where
    return Result(
        indicator, Estimate(n, n, n, int(n)), "establishments", "sirene", "count/1", zone=zone,
        **where,
    )  # fmt: skip


def rate(vacant: int, known: int, zone: str = "*", **where: object) -> Result:
    value = 100 * vacant / known
    return Result(
        "vacancy_rate", Estimate(value, value - 1, value + 1, known), "%", "survey", "wilson/1",
        zone=zone, period_start=WAVE, period_end=WAVE, **where,
    )  # fmt: skip


def public(results: list[Result], **options: object) -> list[Result]:
    found = protect(results, **options)
    return [found.of(result) for result in results]


def hidden(results: list[Result], **options: object) -> set[int]:
    return {
        rank
        for rank, (a, b) in enumerate(zip(results, public(results, **options), strict=True))
        if a.computable and not b.computable
    }


def test_a_count_of_two_is_hidden_and_one_of_three_is_not() -> None:
    assert hidden([count("openings", 2)]) == {0}
    assert hidden([count("openings", 3)]) == set()
    assert hidden([count("openings", 0)]) == set()


def test_the_city_may_ask_for_more_and_not_for_less() -> None:
    assert hidden([count("openings", 4)], rules=Rules(small_count=5)) == {0}
    with pytest.raises(ValueError, match="may not be under"):
        Rules(small_count=2)


def test_a_hidden_result_keeps_no_number_at_all() -> None:
    (shown,) = public([count("closures", 1)])
    numbers = (shown.estimate.value, shown.estimate.low, shown.estimate.high)
    assert all(math.isnan(number) for number in numbers)
    assert shown.estimate.n == 0
    assert shown.quality == "suppressed"
    assert not any(c.isdigit() for c in shown.note.fr + shown.note.en)


def test_a_rate_times_its_n_is_a_count() -> None:
    """2 vacant of 40 is 5 %: nothing is small in what is printed, all is in what it tells."""
    assert hidden([rate(2, 40)]) == {0}
    assert hidden([rate(39, 40)]) == {0}, "one occupied"
    assert hidden([rate(3, 40)]) == set()


def test_one_hidden_part_of_a_published_total_takes_another_with_it() -> None:
    """The textbook case (Hundepool et al. 2012, section 4.2): total − the other parts."""
    results = [count("openings", n, zone) for zone, n in
               (("*", 30), ("a", 2), ("b", 9), ("c", 19))]  # fmt: skip
    gone = hidden(results)
    assert 1 in gone
    assert 0 not in gone, "the total is the most useful"
    assert gone == {1, 2}, "the smaller of the two others"


def test_two_small_parts_whose_sum_is_small_need_a_third() -> None:
    results = [count("openings", n, zone) for zone, n in
               (("*", 22), ("a", 1), ("b", 1), ("c", 20))]  # fmt: skip
    assert hidden(results) == {1, 2, 3}, "1 + 1 = 2: neither could be three"


def test_nested_zones_do_not_tell_of_the_ring_between_them() -> None:
    nests = {"centre": ("centre", "hypercentre")}
    results = [count("openings", n, zone) for zone, n in
               (("*", 60), ("centre", 21), ("hypercentre", 19), ("suburb", 39))]  # fmt: skip
    assert hidden(results, parts=nests), "21 − 19 = 2 openings between the two"
    wide = [
        results[0],
        count("openings", 29, "centre"),
        *results[2:3],
        count("openings", 31, "suburb"),
    ]
    assert not hidden(wide, parts=nests)


def test_a_ratio_and_its_n_give_both_counts() -> None:
    ratio = Result(
        "opening_ratio", Estimate(6.5, 2, 20, 15), "openings per closure", "sirene", "poisson/1",
        period_start=YEAR[0], period_end=YEAR[1],
    )  # fmt: skip
    results = [count("openings", 13), count("closures", 2), ratio]
    assert hidden(results) == {1, 2}, "15 / (1 + 6.5) = 2 closures"


def test_an_n_that_tells_a_hidden_count_goes_with_it() -> None:
    """The age of vacancies rests on n = 2 vacant premises; the rate is known to rest on 40."""
    age = not_computable(
        "structural_vacancy", "%", "survey", Text("2 locaux", "2 premises"), n=2,
        breakdown="months_over", category="24", period_start=WAVE, period_end=WAVE,
    )  # fmt: skip
    shown = public([rate(2, 40), age])
    assert [result.estimate.n for result in shown] == [0, 0]
    assert "2" not in shown[1].note.fr


def test_a_note_does_not_tell_what_is_hidden() -> None:
    noted = replace(rate(17, 40), quality="reserve", note=Text("2 sur 17 sans famille", "2 of 17"))
    shown = public([noted, rate(2, 20, breakdown="street", category="Rue A"),
                    rate(15, 20, breakdown="street", category="Rue B")])  # fmt: skip
    assert not any(c.isdigit() for c in shown[0].note.fr) or shown[0].quality == "suppressed"


def test_open_data_and_passages_are_never_hidden() -> None:
    shop = Result("offer_mix", Estimate(1, 1, 1, 1), "shops", "osm", "count/1", category="food",
                  breakdown="activity_family")  # fmt: skip
    passages = Result("footfall", Estimate(2, 2, 2, 2), "passages", "sensor", "sum/1")
    assert not hidden([shop, passages])


def test_traces_of_persons_need_eleven() -> None:
    stays = Result("mean_stay", Estimate(30, 25, 35, 10), "minutes", "sensor", "km/1")
    assert hidden([stays]) == {0}
    assert hidden([replace(stays, estimate=Estimate(30, 25, 35, 11))]) == set()
    few = Result("overstay_share", Estimate(0.5, 0.5, 0.5, 1000), "%", "sensor", "share/1")
    assert hidden([few]) == {0}, "5 cars"


def test_dominance_is_85_percent() -> None:
    assert privacy.dominated([86, 10, 4])
    assert not privacy.dominated([85, 10, 5])
    assert not privacy.dominated([0, 0])


def test_a_result_that_nobody_recorded_is_not_shown() -> None:
    found = protect([count("openings", 30)])
    other = count("openings", 31, "a")
    assert not found.of(other).computable
    changed = replace(count("openings", 30), estimate=Estimate(29, 29, 29, 29))
    assert not found.of(changed).computable


def test_what_is_shown_stays_shown_when_more_is_recorded() -> None:
    first = [count("openings", n, zone) for zone, n in (("*", 30), ("b", 9), ("c", 19))]
    found = protect(first[:2])
    later = found.extended([first[2], count("openings", 2, "a")])
    assert all(later.of(result).computable for result in first[:2])
    table = to_frame(later.public.values(), "x")
    assert not attacker.recovered(
        prepared(table), prepared(to_frame(later.known.values(), "x")), {}
    )


def test_claims_read_a_rate_as_counts() -> None:
    found = {claim.terms[0][0].name: claim.low for claim in claims(rate(18, 144))}
    assert found == {"known:survey": 144, "vacant:survey": 18}


def prepared(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(n=table["n"].astype(float))


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Result], dict[str, tuple[str, ...]]]:
    """Random towns: zones (some nested), families, years, and every total that follows."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    zones, families = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    years, mean = draw(st.integers(1, 3)), draw(st.sampled_from([1.0, 3.0, 8.0]))
    nested, outside = draw(st.booleans()), draw(st.booleans())
    cells = rng.poisson(mean, (zones, families, years))
    cells[rng.random(cells.shape) < 0.2] = 0
    names = [f"z{i}" for i in range(zones)]
    inside = {name: [i] for i, name in enumerate(names)}
    parts = {name: (name,) for name in names}
    if nested:
        inside["big"], parts["big"] = [0, 1], ("big", "z0", "z1")
    inside["*"] = list(range(zones))
    if outside:
        del inside[names[-1]]
    results = []
    for year in range(years):
        when = {"period_start": date(2020 + year, 1, 1), "period_end": date(2020 + year, 12, 31)}
        for zone, rows in inside.items():
            block = cells[rows, :, year].sum(axis=0)
            results.append(count("openings", float(block.sum()), zone, **when))
            results += [
                count("openings", float(n), zone, breakdown="activity_family", category=f"f{k}",
                      **when)
                for k, n in enumerate(block)
            ]  # fmt: skip
    if years > 1:
        span = {"period_start": date(2020, 1, 1), "period_end": date(2019 + years, 12, 31)}
        for k, n in enumerate(cells.sum(axis=(0, 2))):
            results.append(
                count("openings", float(n), breakdown="activity_family", category=f"f{k}", **span)
            )
    return results, parts


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(towns())
def test_nothing_hidden_can_be_recomputed(town: tuple[list[Result], dict]) -> None:
    """On random tables with nested totals, whole-number programming finds no hidden small count."""
    results, parts = town
    internal = prepared(to_frame(results, "x"))
    shown = prepared(to_frame(public(results, parts=parts), "x"))
    nests = {zone: set(names) for zone, names in parts.items()}
    assert not attacker.recovered(shown, internal, nests)


def test_the_attack_succeeds_where_only_small_cells_are_hidden() -> None:
    """The planted weak spot: primary suppression alone, which the same attacker undoes."""
    rng = np.random.default_rng(7)
    broken = 0
    for _ in range(10):
        cells = np.array([rng.integers(1, 3), *(3 + rng.poisson(4, 3))])
        results = [count("openings", float(cells.sum()))]
        results += [count("openings", float(n), f"z{i}") for i, n in enumerate(cells)]
        alone = [privacy.hide(r) if 0 < r.estimate.value < 3 else r for r in results]
        internal = prepared(to_frame(results, "x"))
        broken += bool(attacker.recovered(prepared(to_frame(alone, "x")), internal, {}))
        whole = prepared(to_frame(public(results), "x"))
        assert not attacker.recovered(whole, internal, {})
    assert broken == 10
