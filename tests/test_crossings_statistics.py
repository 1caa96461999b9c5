"""The statistics of the crossings against outside truth: other programs, published figures."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, permutation_test

from analyses.crossings.contrasts import FEWEST_STREETS, contrast
from analyses.crossings.permutation import FEWEST_ORDERS, associate, holm
from analyses.crossings.ranking import rank_spots, scale
from analyses.crossings.steps import interrupt
from analyses.crossings.verdict import judge, verdict_text
from analyses.results import Estimate

# Permutations ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_p_value_is_that_of_scipy(seed: int) -> None:
    """scipy.stats.permutation_test enumerates the same 720 pairings of six places."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=6)
    y = 0.6 * x + rng.normal(size=6)
    ours = associate(x[:, None], y[:, None])
    theirs = permutation_test(
        (x,), lambda z: abs(pearsonr(z, y)[0]), permutation_type="pairings",
        alternative="greater", n_resamples=np.inf,
    )  # fmt: skip
    assert ours is not None
    assert ours.exact
    assert ours.orders == 720
    assert ours.p_value == pytest.approx(theirs.pvalue)


def test_the_slope_is_that_of_weighted_least_squares_with_period_effects() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 3))
    weights = rng.uniform(5, 50, 7)
    ours = associate(x, y, weights=weights)
    periods = np.tile(np.eye(3), (7, 1))
    fit = sm.WLS(
        y.ravel(), np.column_stack([x.ravel(), periods]), weights=np.repeat(weights, 3)
    ).fit()
    assert ours is not None
    assert ours.slope.value == pytest.approx(fit.params[0])


def test_the_interval_holds_the_slopes_that_the_test_keeps() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(6, 2))
    y = 1.5 * x + 0.3 * rng.normal(size=(6, 2))
    found = associate(x, y)
    assert found is not None
    for slope, kept in (
        (found.slope.low + 0.01, True), (found.slope.low - 0.01, False),
        (found.slope.high - 0.01, True), (found.slope.high + 0.01, False),
    ):  # fmt: skip
        again = associate(x, y - slope * x)
        assert again is not None
        assert (again.p_value > 0.05) == kept


@settings(max_examples=20, deadline=None)
@given(st.floats(-50, 50), st.floats(0.1, 20))
def test_shift_and_unit_change_nothing_to_the_test(shift: float, unit: float) -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    plain, other = associate(x, y), associate(x * unit + shift, y + shift)
    assert plain is not None
    assert other is not None
    assert other.p_value == pytest.approx(plain.p_value)
    assert other.slope.value == pytest.approx(plain.slope.value / unit, rel=1e-6)


def test_places_are_exchanged_within_their_stratum_only() -> None:
    """A gap between two groups alone is no association: 5! x 5! orders leave it whole."""
    rng = np.random.default_rng(6)
    group = np.repeat([0.0, 1.0], 6)
    x = 10 * group + rng.normal(size=12)
    y = 10 * group + rng.normal(size=12)
    pooled = associate(x[:, None], y[:, None])
    within = associate(x[:, None], y[:, None], strata=group.tolist())
    assert pooled is not None
    assert within is not None
    assert pooled.p_value < 0.01
    assert within.p_value > 0.05


def test_on_independent_series_nothing_is_found_more_often_than_said() -> None:
    """300 draws, autocorrelated over time: the exact test rejects 5 % +- 3 standard errors."""
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(300):
        x, y = rng.normal(size=(2, 6, 4)).cumsum(axis=2)
        answer = associate(x, y)
        assert answer is not None
        found += answer.p_value <= 0.05
    assert found / 300 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


def test_too_few_places_are_refused() -> None:
    rng = np.random.default_rng(8)
    assert math.factorial(4) < FEWEST_ORDERS <= math.factorial(5)
    assert associate(rng.normal(size=(4, 3)), rng.normal(size=(4, 3))) is None
    assert associate(np.ones((6, 2)), rng.normal(size=(6, 2))) is None
    with pytest.raises(ValueError, match="finite"):
        associate(np.full((6, 1), np.nan), rng.normal(size=(6, 1)))


def test_holm_is_that_of_the_paper() -> None:
    """Holm's procedure by hand: 0.01 x 4, 0.02 x 3, then the running maximum."""
    assert holm([0.02, 0.01, 0.6, 0.03]) == pytest.approx((0.06, 0.04, 0.6, 0.06))
    assert holm([]) == ()


# Streets against streets -----------------------------------------------------------------------


def test_a_contrast_is_the_dummy_of_weighted_least_squares() -> None:
    """Student's t of one unit against others is that of its dummy in statsmodels' WLS."""
    rng = np.random.default_rng(9)
    changes, weights = rng.normal(0, 10, 21), rng.uniform(6, 40, 21)
    ours = contrast([f"s{i}" for i in range(21)], changes, weights, 4)
    dummy = (np.arange(21) == 4).astype(float)
    fit = sm.WLS(changes, sm.add_constant(dummy), weights=weights).fit()
    assert ours is not None
    assert ours.effect.value == pytest.approx(fit.params[1])
    assert ours.p_value == pytest.approx(fit.pvalues[1])
    low, high = fit.conf_int()[1]
    assert (ours.effect.low, ours.effect.high) == pytest.approx((low, high))
    assert ours.exact == ours.rank / 21
    assert len(ours.placebos) == 21


def test_the_rank_of_a_street_is_uniform_where_nothing_happened() -> None:
    rng = np.random.default_rng(10)
    ranks = []
    for _ in range(400):
        found = contrast([str(i) for i in range(20)], rng.normal(size=20), np.ones(20), 0)
        assert found is not None
        ranks.append(found.rank)
    first = np.mean(np.array(ranks) == 1)
    assert abs(first - 1 / 20) < 3 * math.sqrt(0.05 * 0.95 / 400)


def test_a_noisier_street_has_a_wider_interval_and_the_same_test() -> None:
    rng = np.random.default_rng(4)
    names, weights = [f"s{i}" for i in range(12)], np.full(12, 20.0)
    changes = rng.normal(0, 5, 12)
    plain = contrast(names, changes, weights, 0)
    noisy = contrast(names, changes, weights, 0, noise=4.0)
    assert plain is not None
    assert noisy is not None
    halves = [(c.effect.high - c.effect.low) / 2 for c in (plain, noisy)]
    assert halves[1] == pytest.approx(2 * halves[0])
    assert (noisy.p_value, noisy.rank) == (plain.p_value, plain.rank)
    quiet = contrast(names, changes, weights, 0, noise=0.1)
    assert quiet is not None
    assert quiet.effect == plain.effect


def test_too_few_streets_are_refused() -> None:
    few = FEWEST_STREETS
    assert (
        contrast([str(i) for i in range(few)], np.arange(few, dtype=float), np.ones(few), 0) is None
    )
    assert contrast(["a"] * 8, np.ones(8), np.ones(8), 0) is None


# Interrupted series ----------------------------------------------------------------------------


@pytest.fixture
def belts(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "tests" / "data" / "uk-seatbelts" / "seatbelts.csv")


def test_the_seat_belt_law_is_found_as_published(belts: pd.DataFrame) -> None:
    """Front seats against rear seats, by month.

    Harvey and Durbin (1986, table 4 and summary) give -30 % for front seat passengers and +3 % for
    rear ones: a gap of about -32 %.
    """
    gap = np.log(belts["front"] / belts["rear"]).to_numpy()
    (step,) = interrupt(gap, [belts["law"].to_numpy() == 1], year=12, harmonics=2)
    assert step is not None
    effect = step.percent()
    assert effect.low < 100 * (0.70 / 1.03 - 1) < effect.high
    assert effect.high < -20


def test_the_step_and_its_error_are_those_of_an_ar1_regression(belts: pd.DataFrame) -> None:
    """statsmodels' SARIMAX(1, 0, 0) with the same regressors, by exact maximum likelihood."""
    gap = np.log(belts["front"] / belts["rear"]).to_numpy()
    law = belts["law"].to_numpy() == 1
    (step,) = interrupt(gap, [law], year=12, harmonics=2)
    order = np.arange(len(gap))
    waves = [wave(2 * np.pi * k * order / 12) for k in (1, 2) for wave in (np.sin, np.cos)]
    design = np.column_stack([np.ones(len(gap)), (order - order.mean()) / 12, *waves, law])
    fit = sm.tsa.SARIMAX(gap, design, order=(1, 0, 0)).fit(disp=0)
    assert step is not None
    assert step.value == pytest.approx(fit.params[6], abs=0.005)
    assert step.error == pytest.approx(fit.bse[6], rel=0.15)
    assert step.memory == pytest.approx(fit.params[7], abs=0.06)


def test_a_phase_without_periods_has_no_step() -> None:
    rng = np.random.default_rng(11)
    gap = rng.normal(size=120)
    first, none = np.arange(120) >= 60, np.zeros(120, dtype=bool)
    steps = interrupt(gap, [first, none])
    assert steps[0] is not None
    assert steps[1] is None
    assert interrupt(np.full(120, np.nan), [first]) == (None,)


# Ranks under all weights -----------------------------------------------------------------------


def frame(rows: dict[str, list[float]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=names)


def test_acceptability_with_two_parts_is_known_in_closed_form() -> None:
    """SMAA-2 (Lahdelma and Salminen 2001) with two criteria and flat weights.

    On the scale, a is (75, 0), b is (25, 50) and c is (50, 100) of a reference of two values: with
    weight w on the first part, a beats c when 75 w > 50 w + 100 (1 - w), that is w > 0.8: a comes
    first in one draw of five.
    """
    reference = frame({"x": [0.0, 1, 2, 3], "y": [0.0, 1, 2, 3]}, list("pqrs"))
    values = frame({"x": [2.5, 0.5, 1.5], "y": [-1.0, 1.5, 4.0]}, ["a", "b", "c"])
    none = values * 0.0
    found = rank_spots(values, none, reference, {"x": 1, "y": 1}, draws=4000, seed=1)
    assert found.scales.loc["a"].tolist() == [75, 0]
    assert found.scales.loc["c"].tolist() == [50, 100]
    assert found.top == 1
    assert found.table.loc["a", "top_weights"] == pytest.approx(0.2, abs=0.02)
    assert found.table.loc["c", "top_weights"] == pytest.approx(0.8, abs=0.02)
    assert found.table.loc["b", "top_weights"] == 0
    assert found.table.index[0] == "c"


def test_a_spot_better_in_every_part_is_first_under_every_weighting() -> None:
    rng = np.random.default_rng(12)
    values = frame({name: rng.uniform(0, 1, 10).tolist() for name in "xyz"}, list("abcdefghij"))
    values.loc["a"] = 2.0
    found = rank_spots(values, values * 0.0, values, dict.fromkeys("xyz", 1), seed=2)
    row = found.table.loc["a"]
    assert (row["rank_low"], row["rank_high"], row["top_weights"]) == (1, 1, 1)


def test_weights_are_those_declared_and_less_can_be_better() -> None:
    values = frame({"x": [1.0, 2, 3], "y": [3.0, 2, 1]}, ["a", "b", "c"])
    found = rank_spots(values, values * 0.0, values, {"x": 1, "y": -1}, {"x": 3, "y": 1}, seed=3)
    assert found.weights == {"x": 0.75, "y": 0.25}
    assert found.table.index[0] == "c"
    alone = rank_spots(values, values * 0.0, values, {"x": 1, "y": -1}, {"x": 0, "y": 1}, seed=3)
    assert alone.weights == {"y": 1.0}


def test_what_is_unknown_widens_the_rank() -> None:
    rng = np.random.default_rng(13)
    values = frame({"x": rng.uniform(size=20).tolist(), "y": rng.uniform(size=20).tolist()},
                   [f"s{i}" for i in range(20)])  # fmt: skip
    full = rank_spots(values, values * 0.0, values, {"x": 1, "y": 1}, seed=4).table
    values.loc["s0", "x"] = math.nan
    part = rank_spots(values, values.fillna(0) * 0.0, values, {"x": 1, "y": 1}, seed=4).table
    width = [t.loc["s0", "score_high"] - t.loc["s0", "score_low"] for t in (full, part)]
    assert width[0] == pytest.approx(0)
    assert width[1] > 20
    assert part.loc["s0", "unknown"] == 1


def test_the_scale_is_the_share_that_does_less_well() -> None:
    reference = np.array([1.0, 2, 2, 3])
    assert scale(np.array([0.0, 2, 4, math.nan]), reference, 1).tolist()[:3] == [0, 50, 100]
    assert scale(np.array([0.0, 4]), reference, -1).tolist() == [100, 0]
    assert np.isnan(scale(np.array([1.0]), np.array([math.nan]), 1)).all()


# Verdicts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimate", "corrected", "verdict"),
    [
        (Estimate(5, 2, 8, 20), 0.01, "shown"),
        (Estimate(0.2, -0.8, 0.9, 20), 0.9, "excluded"),
        (Estimate(5, 1, 9, 20), 0.2, "not_measurable"),
        (Estimate(5, math.nan, 9, 20), 0.2, "not_measurable"),
        (Estimate(5, 1, 9, 20), math.nan, "insufficient"),
    ],
)
def test_the_four_verdicts(estimate: Estimate, corrected: float, verdict: str) -> None:
    assert judge(estimate, corrected, 1.0) == verdict


def test_an_association_is_never_called_an_effect() -> None:
    for verdict in ("shown", "excluded", "not_measurable", "insufficient"):
        told = verdict_text(verdict, Estimate(0, -1, 1, 9), "points per tenth", link=True)
        assert "effet" not in told.fr
        assert "effect" not in told.en
