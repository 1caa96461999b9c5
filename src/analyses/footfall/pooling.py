"""Effects put together: by kind of event, and corrected for the number of tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests

from analyses.footfall.calendar import Floats
from analyses.footfall.impact import Impact
from analyses.results import Estimate

Correction = Literal["holm", "fdr_bh"]
_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Pooled:
    """Mean effect of a kind of event.

    Parameters
    ----------
    kind : str
        Kind of event.
    effect : Estimate
        Mean relative effect, percent; ``n`` is the number of events.
    spread : float
        Standard deviation of the true effects between events (log scale).
    heterogeneity : float
        I², share of the variance that is between events, percent.
    """

    kind: str
    effect: Estimate
    spread: float
    heterogeneity: float


@dataclass(frozen=True, slots=True)
class Tested:
    """An effect judged among many.

    Parameters
    ----------
    impact : Impact
        The effect.
    p_value : float
        Two-sided, from the calibrated standard error.
    corrected : float
        The same after correction for all the effects tested.
    shown : bool
        Whether the effect is shown after correction.
    """

    impact: Impact
    p_value: float
    corrected: float
    shown: bool


def pool(impacts: Sequence[Impact], *, level: float = 0.95) -> tuple[Pooled, ...]:
    """Combine the effects of each kind of event by a random-effects meta-analysis.

    Between-event variance by Paule and Mandel (statsmodels ``combine_effects``, ``iterated``),
    interval of Hartung, Knapp, Sidik and Jonkman, which stays honest with few events. Effects
    without enough data are left out.

    Parameters
    ----------
    impacts : sequence of Impact
        One per event: effects of one event on several series are not independent, so give the
        town's or the zone's.

    Returns
    -------
    tuple of Pooled
        By kind, in alphabetical order; a kind with a single event keeps that event's interval, and
        one whose variance between events does not converge is refused: left out.

    Raises
    ------
    ValueError
        If an event comes twice.
    """
    known = [impact for impact in impacts if impact.calibration is not None]
    names = [impact.event.event_id for impact in known]
    if len(set(names)) != len(names):
        raise ValueError("an event comes twice: pool one series only")
    kinds = sorted({impact.event.kind for impact in known})
    pooled = (
        _pool(kind, [impact for impact in known if impact.event.kind == kind], level)
        for kind in kinds
    )
    return tuple(one for one in pooled if one is not None)


def correct(
    impacts: Sequence[Impact],
    *,
    method: Correction = "holm",
    level: float = 0.95,
    freedom: float = float("inf"),
) -> tuple[Tested, ...]:
    """Correct the verdicts for the number of effects tested.

    Parameters
    ----------
    impacts : sequence of Impact
        All the effects that the report shows; those without enough data are left out.
    method : str
        ``holm`` (no false alarm at all) or ``fdr_bh`` (few among those shown).
    level : float
        One minus the error rate.
    freedom : float
        Degrees of freedom of the tail beyond the calibrated 95 % interval, where p-values of 5 %
        stay what they are; infinite for a normal one.

    Returns
    -------
    tuple of Tested
        In the order given.
    """
    known = [impact for impact in impacts if impact.calibration is not None]
    if not known:
        return ()
    effects = np.array([impact.log_effect for impact in known])
    size = np.abs(effects[:, 0] / effects[:, 1]) / norm.ppf(0.975)
    p_values = 2 * student.sf(size * student.ppf(0.975, freedom), freedom)
    shown, corrected, _, _ = multipletests(p_values, alpha=1 - level, method=method)
    return tuple(
        Tested(impact, float(p), float(c), bool(s))
        for impact, p, c, s in zip(known, p_values, corrected, shown, strict=True)
    )


def _pool(kind: str, impacts: Sequence[Impact], level: float) -> Pooled | None:
    effects = np.array([impact.log_effect for impact in impacts])
    if len(impacts) == 1:
        only = impacts[0].relative
        one = Estimate(only.value, only.low, only.high, 1, level)
        return Pooled(kind, one, float("nan"), float("nan"))
    found = combine_effects(effects[:, 0], effects[:, 1] ** 2, method_re="iterated", use_t=True)
    if not _settled(effects[:, 0], effects[:, 1] ** 2, float(found.tau2)):
        return None
    mean = float(found.mean_effect_re)
    low, high = found.conf_int(alpha=1 - level)[3]
    between = max(float(found.tau2), 0.0)
    return Pooled(
        kind,
        Estimate(_percent(mean), _percent(low), _percent(high), len(impacts), level),
        float(np.sqrt(between)),
        100 * max(float(found.i2), 0.0),
    )


def _settled(effects: Floats, variances: Floats, between: float) -> bool:
    """Whether ``between`` solves Paule and Mandel's equation: statsmodels does not say."""
    weight = 1 / (variances + max(between, 0.0))
    mean = float((weight * effects).sum() / weight.sum())
    excess = float((weight * (effects - mean) ** 2).sum()) - (len(effects) - 1)
    return abs(excess) < _TOLERANCE * len(effects) or (between <= 0 and excess <= 0)


def _percent(log_ratio: float) -> float:
    return 100 * float(np.expm1(log_ratio))
