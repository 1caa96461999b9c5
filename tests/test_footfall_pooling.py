"""Effects pooled by kind and corrected for many tests."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.stats import norm

from analyses.footfall import Event, Impact, correct, pool
from analyses.footfall.placebo import Calibration
from analyses.footfall.pooling import _settled
from analyses.results import Estimate


def impact(name: str, ratio: float, error: float, kind: str = "fair") -> Impact:
    """An effect with observed / expected = ratio and a standard error on the log scale."""
    what = Event(name, name, kind, date(2024, 5, 1), date(2024, 5, 1))
    low, high = ratio * np.exp(-1.96 * error), ratio * np.exp(1.96 * error)
    relative = Estimate(100 * (ratio - 1), 100 * (low - 1), 100 * (high - 1), 100)
    calibration = Calibration(1.959963984540054, 0.05, 0.05, 100, 50, 0.84, 0.0)
    base = 1e9
    return Impact(
        what, "*", "shown", base * ratio, Estimate(base, base, base, 100), relative, relative,
        error, calibration, 10.0,
    )  # fmt: skip


def test_equal_effects_pool_to_the_weighted_mean() -> None:
    errors = np.array([0.02, 0.04, 0.08])
    found = pool([impact(f"e{i}", 1.2, e) for i, e in enumerate(errors)])
    assert found[0].effect.value == pytest.approx(20, abs=1e-3)
    assert found[0].spread == pytest.approx(0, abs=1e-6)
    assert found[0].effect.n == 3


def test_paule_mandel_solves_its_equation() -> None:
    """The between-event variance makes the weighted sum of squares equal to its freedom.

    Paule and Mandel, J. Res. Natl. Bur. Stand. 87 (1982), eq. 7.
    """
    logs = np.log([1.05, 1.30, 1.18, 1.55, 0.98])
    errors = np.array([0.03, 0.05, 0.04, 0.06, 0.05])
    pairs = zip(np.exp(logs), errors, strict=True)
    found = pool([impact(f"e{i}", r, e) for i, (r, e) in enumerate(pairs)])[0]
    weight = 1 / (errors**2 + found.spread**2)
    mean = (weight * logs).sum() / weight.sum()
    assert (weight * (logs - mean) ** 2).sum() == pytest.approx(4, rel=1e-3)
    assert found.effect.value == pytest.approx(100 * np.expm1(mean), rel=1e-4)
    assert found.effect.low < found.effect.value < found.effect.high
    assert found.heterogeneity > 80


def test_kinds_are_pooled_apart_and_one_event_keeps_its_interval() -> None:
    found = pool([impact("a", 1.1, 0.05), impact("b", 1.2, 0.05), impact("c", 2.0, 0.1, "parade")])
    assert [p.kind for p in found] == ["fair", "parade"]
    assert found[1].effect.n == 1
    assert found[1].effect.value == pytest.approx(100)


def test_an_event_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        pool([impact("a", 1.1, 0.05), impact("a", 1.2, 0.05)])


def test_holm_and_benjamini_hochberg_by_hand() -> None:
    p_values = np.array([0.01, 0.02, 0.03, 0.5])
    impacts = [
        impact(f"e{i}", float(np.exp(norm.isf(p / 2) * 0.05)), 0.05) for i, p in enumerate(p_values)
    ]
    holm = correct(impacts)
    np.testing.assert_allclose([t.p_value for t in holm], p_values, rtol=1e-6)
    np.testing.assert_allclose([t.corrected for t in holm], [0.04, 0.06, 0.06, 0.5], rtol=1e-6)
    assert [t.shown for t in holm] == [True, False, False, False]
    found = correct(impacts, method="fdr_bh")
    np.testing.assert_allclose([t.corrected for t in found], [0.04, 0.04, 0.04, 0.5], rtol=1e-6)
    assert [t.shown for t in found] == [True, True, True, False]


def test_a_variance_between_events_that_does_not_solve_its_equation_is_refused() -> None:
    """By hand: for effects -1, 0, 1 of variance 0.2, 2 / (0.2 + tau2) = 2, hence tau2 = 0.8."""
    effects, variances = np.array([-1.0, 0.0, 1.0]), np.full(3, 0.2)
    assert _settled(effects, variances, 0.8)
    assert not _settled(effects, variances, 0.4)
    assert _settled(effects, np.full(3, 4.0), 0.0)
    assert not _settled(effects, variances, 0.0)


def test_a_heavy_tail_keeps_five_percent_and_asks_more_beyond() -> None:
    """At the calibrated bound p stays 5 %; beyond, Student's table: t(4) = 4.604 has p = 1 %."""
    bound = impact("bound", float(np.exp(1.959964 * 0.05)), 0.05)
    far = impact("far", float(np.exp(1.959964 * 0.05 * 4.604 / 2.776)), 0.05)
    one, two = correct([bound, far], freedom=4.0)
    assert one.p_value == pytest.approx(0.05, rel=1e-3)
    assert two.p_value == pytest.approx(0.01, rel=2e-3)
    assert correct([bound, far])[1].p_value < two.p_value
