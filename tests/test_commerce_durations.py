"""Turnbull's estimate, ages and lengths of vacancies, against published figures."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from lifelines.fitters.npmle import npmle as lifelines_npmle

from analyses import commerce
from analyses.commerce.durations import durations
from analyses.commerce.npmle import innermost, turnbull
from analyses.commerce.panel import panel
from analyses.commerce.spells import age_bounds, length_bounds, on_common_limits, spells
from analyses.results import Result

INF = math.inf

# Times to breast retraction under radiotherapy, in months: Finkelstein and Wolfe (1985),
# Biometrics 41, table 4.
COSMESIS = np.array(
    [(45, INF), (6, 10), (0, 7), (46, INF), (46, INF), (7, 16), (17, INF), (7, 14), (37, 44),
     (0, 8), (4, 11), (15, INF), (11, 15), (22, INF), (46, INF), (46, INF), (25, 37), (46, INF),
     (26, 40), (46, INF), (27, 34), (36, 44), (46, INF), (36, 48), (37, INF), (40, INF), (17, 25),
     (46, INF), (11, 18), (38, INF), (5, 12), (37, INF), (0, 5), (18, INF), (24, INF), (36, INF),
     (5, 11), (19, 35), (17, 25), (24, INF), (32, INF), (33, INF), (19, 26), (37, INF), (34, INF),
     (36, INF)]
)  # fmt: skip


def survey(statuses: dict[str, str], days: tuple[str, ...]) -> pd.DataFrame:
    names = {"o": "occupied", "v": "vacant", "u": "unavailable", "?": "unknown"}
    rows = [
        (key, pd.Timestamp(day), names[letter])
        for key, letters in statuses.items()
        for letter, day in zip(letters, days, strict=True)
    ]
    return pd.DataFrame(rows, columns=["premises_id", "wave", "status"])


YEARLY = ("2020-06-15", "2021-06-15", "2022-06-15", "2023-06-15")


def one(results: tuple[Result, ...], indicator: str, category: str = "") -> Result:
    found = [
        item
        for item in results
        if item.indicator == indicator and item.zone == "*" and item.category == category
    ]
    assert len(found) == 1
    return found[0]


# ---------------------------------------------------------------- the estimator


def test_turnbull_on_the_breast_cosmesis_data() -> None:
    """Masses published by Fay and Shaw (2010), Journal of Statistical Software 36(2), section 4.1.

    (4, 5] 0.0463, (6, 7] 0.0334, (7, 8] 0.0887, (11, 12] 0.0708, (24, 25] 0.0926, (33, 34] 0.0818,
    (38, 40] 0.1209, (46, 48] 0.4656.
    """
    curve = turnbull(COSMESIS[:, 0], COSMESIS[:, 1])
    mass = curve.mass[0]
    kept = mass > 1e-4
    ends = list(zip(curve.support.left[kept], curve.support.right[kept], strict=True))
    assert ends == [(4, 5), (6, 7), (7, 8), (11, 12), (24, 25), (33, 34), (38, 40), (46, 48)]
    published = [0.0463, 0.0334, 0.0887, 0.0708, 0.0926, 0.0818, 0.1209, 0.4656]
    assert mass[kept] == pytest.approx(published, abs=6e-5)
    assert curve.median()[0] == pytest.approx(38 + 2 * (0.5 - 0.4136) / 0.1209, abs=0.01)


def test_turnbull_agrees_with_lifelines() -> None:
    """Lifelines closes its intervals on both sides: a quarter moves the open end off the values."""
    rng = np.random.default_rng(1)
    left = rng.integers(0, 20, 80).astype(float)
    right = left + rng.integers(1, 15, 80)
    right[rng.random(80) < 0.2] = INF
    ours = turnbull(left, right)
    masses, support = lifelines_npmle(left + 0.25, right, tol=1e-10)[:2]
    for (low, high), mass in zip(support, masses, strict=True):
        match = (ours.support.left == low - 0.25) & (ours.support.right == high)
        assert ours.mass[0, match].sum() == pytest.approx(mass, abs=2e-3)


def test_turnbull_is_kaplan_meier_when_exact_or_right_censored() -> None:
    """Product-limit by hand: times 1, 2+, 3, 3, 5+ give S(1) = 4/5 and S(3) = 4/5 × 1/3."""
    left = np.array([1.0, 2.0, 3.0, 3.0, 5.0])
    right = np.array([1.0, INF, 3.0, 3.0, INF])
    curve = turnbull(left, right)
    assert curve.beyond_interpolated(1.0)[0] == pytest.approx(0.8, abs=1e-6)
    assert curve.beyond_interpolated(3.0)[0] == pytest.approx(0.8 / 3, abs=1e-6)


def test_an_open_left_end_leaves_out_the_point() -> None:
    support = innermost(np.array([2.0, 2.0]), np.array([2.0, 5.0]))
    assert list(zip(support.left, support.right, strict=True)) == [(2, 2), (2, 5)]
    mass = turnbull(np.array([2.0, 2.0]), np.array([2.0, 5.0])).mass[0]
    assert mass == pytest.approx([0.5, 0.5])


def test_bounds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="order"):
        turnbull(np.array([3.0]), np.array([2.0]))


# ---------------------------------------------------------------- spells from visits


def test_spells_are_bracketed_by_visits() -> None:
    table = survey({"a": "ovvo", "b": "vvov", "c": "o?vv", "d": "ovuo"}, YEARLY)
    found, ignored = spells(panel(table))
    rows = found.set_index(["premises_id", "began_by"])
    day = [pd.Timestamp(text) for text in YEARLY]
    assert len(found) == 5
    assert ignored == 0
    assert rows.loc[("a", day[1]), "began_after"] == day[0]
    assert rows.loc[("a", day[1]), "ended_by"] == day[3]
    assert pd.isna(rows.loc[("b", day[0]), "began_after"])
    assert rows.loc[("b", day[0]), "ended_by"] == day[2]
    assert rows.loc[("c", day[2]), "began_after"] == day[0]  # an unknown visit tells nothing
    assert pd.isna(rows.loc[("d", day[1]), "ended_by"])  # leaving retail is not a letting


def test_start_dates_are_used_unless_a_visit_contradicts_them() -> None:
    table = survey({"a": "oovv", "b": "vvvv", "c": "oovv"}, YEARLY)
    since = {"a": "2021-12-15", "b": "2015-06-15", "c": "2020-12-01"}
    table["vacant_since"] = pd.to_datetime(table["premises_id"].map(since))
    found, ignored = spells(panel(table))
    assert ignored == 1  # c was seen occupied in June 2021
    low, high = age_bounds(found)
    assert low[0] == high[0] == pytest.approx(18, abs=0.1)
    assert low[1] == high[1] == pytest.approx(96, abs=0.1)
    assert (low[2], high[2]) == pytest.approx((12, 24), abs=0.1)


def test_ages_and_lengths_are_intervals() -> None:
    found, _ = spells(panel(survey({"a": "oovv", "b": "vvvv", "c": "ovvo"}, YEARLY)))
    low, high = age_bounds(found[found["ended_by"].isna()])
    assert low == pytest.approx([12, 36], abs=0.1)
    assert high == pytest.approx([24, INF], abs=0.1)
    begun = found[found["began_after"].notna()]
    low, high = length_bounds(begun)
    assert low == pytest.approx([12, 12], abs=0.1)
    assert high == pytest.approx([INF, 24], abs=0.1)


def test_limits_some_days_apart_are_one() -> None:
    low = np.array([0.0, 11.9, 12.1, 3.3])
    high = np.array([11.9, 24.0, INF, 3.3])
    merged = on_common_limits(low, high)
    assert merged[0] == pytest.approx([0, 12, 12, 3.3])
    assert merged[1] == pytest.approx([12, 24, INF, 3.3])


# ---------------------------------------------------------------- results


def stock() -> pd.DataFrame:
    """Sixty premises vacant in 2023: 30 for less than a year, 18 for 1 to 2, 12 for over 3."""
    letters = ["ooov"] * 30 + ["oovv"] * 18 + ["vvvv"] * 12 + ["oooo"] * 100 + ["ovoo"] * 20
    return survey({f"p{i}": text for i, text in enumerate(letters)}, YEARLY)


def test_the_stock_is_told_by_the_waves() -> None:
    found = durations(panel(stock()))
    share = one(found.results, "structural_vacancy", "24")
    assert share.estimate.value == pytest.approx(20, abs=0.01)
    assert share.estimate.low < 12 < 20 < 30 < share.estimate.high
    assert share.period_end == date(2023, 6, 15)
    median = one(found.results, "vacancy_duration").estimate
    assert 0 <= median.low <= median.value <= median.high
    assert median.value == pytest.approx(12, abs=0.1)
    assert found.ages["share"].sum() == pytest.approx(100)


def test_a_threshold_before_the_first_wave_is_not_computable() -> None:
    results = durations(panel(stock()), structural_months=60).results
    beyond = one(results, "structural_vacancy", "60")
    assert beyond.quality == "not_computable"
    assert beyond.unlocked_by == ("premises",)
    assert one(results, "structural_vacancy", "36").estimate.value == pytest.approx(20, abs=0.01)


def test_an_old_stock_has_no_median() -> None:
    letters = {f"p{i}": "vv" if i < 40 else "ov" if i < 60 else "oo" for i in range(200)}
    results = durations(panel(survey(letters, YEARLY[:2]))).results
    median = one(results, "vacancy_duration")
    assert median.quality == "not_computable"
    assert "12" in median.note.fr
    assert one(results, "vacancy_spell").quality == "not_computable"
    assert "aucun" in one(results, "vacancy_spell").note.fr


def test_lengths_leave_out_spells_already_running() -> None:
    letters = ["ovvo"] * 10 + ["ovoo"] * 10 + ["vvvv"] * 30 + ["oooo"] * 50
    table = survey({f"p{i}": text for i, text in enumerate(letters)}, YEARLY)
    found = durations(panel(table))
    assert one(found.results, "long_spell_share", "24").estimate.value == pytest.approx(0, abs=0.01)
    assert one(found.results, "vacancy_spell").estimate.n == 20
    assert one(found.results, "vacancy_spell").estimate.value == pytest.approx(12, abs=0.1)


def test_the_same_seed_gives_the_same_bounds() -> None:
    first, again = durations(panel(stock()), seed=7), durations(panel(stock()), seed=7)
    assert first.results == again.results
    assert "structural_vacancy" in {
        item.indicator for item in commerce.measure_vacancy(stock()).results
    }


def test_no_vacant_premises() -> None:
    letters = {f"p{i}": "oooo" for i in range(30)}
    results = durations(panel(survey(letters, YEARLY))).results
    assert {item.quality for item in results} == {"not_computable"}
