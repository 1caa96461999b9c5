"""What a method says of a window, and the measures taken on many answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks._record import Row

UPLIFT = 0.20
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """Expected total with its 95 % interval, without event and with the planted uplift.

    ``observed`` is the true total without event; ``planted`` holds the expected total and bounds
    that the method gives when the window's counts are 20 % higher (the same as without for a
    method that never looks at the window). The rest is our own: ``clean_refused`` is the share of
    clean controls refused; with a contaminated control, ``refused`` says whether it was refused,
    ``distortion`` how many points the effect moved by it, ``clean_alarm`` whether the window was
    called significant without it.
    """

    observed: float
    expected: float
    low: float
    high: float
    planted: tuple[float, float, float]
    seconds: float
    refused: float = float("nan")
    clean_refused: float = float("nan")
    distortion: float = float("nan")
    clean_alarm: float = float("nan")


def measure(work: str, method: str, answers: Sequence[Answer]) -> list[Row]:
    """Return the rows of one method on one work."""
    observed = np.array([a.observed for a in answers])
    expected = np.array([a.expected for a in answers])
    low, high = (np.array([getattr(a, side) for a in answers]) for side in ("low", "high"))
    centre, below, above = np.array([a.planted for a in answers]).T
    seen = (1 + UPLIFT) * observed
    miss = np.maximum(low - observed, 0) + np.maximum(observed - high, 0)
    n = len(answers)
    values: list[tuple[str, float, str]] = [
        ("false_alarm_rate", 100 * np.mean(miss > 0), "%"),
        ("coverage", 100 * np.mean((seen / above <= 1.2) & (seen / below >= 1.2)), "%"),
        ("half_width", 100 * np.median((high - low) / 2 / expected), "%"),
        ("mape", 100 * np.mean(np.abs(expected / observed - 1)), "%"),
        ("interval_score", np.mean((high - low + 2 / ALPHA * miss) / observed), "ratio"),
        ("power_20", 100 * np.mean(seen > above), "%"),
        ("bias", 100 * np.mean(seen / centre - 1 - UPLIFT), "points"),
        ("seconds", np.mean([a.seconds for a in answers]), "s"),
    ]
    values += _controls(answers, 100 * float(np.mean(miss > 0)))
    return [Row(work, method, metric, float(value), unit, n) for metric, value, unit in values]


def _controls(answers: Sequence[Answer], alarms: float) -> list[tuple[str, float, str]]:
    """What became of the controls: clean ones refused, a contaminated one and its effect."""
    clean = np.array([a.clean_refused for a in answers])
    refused = np.array([a.refused for a in answers])
    values: list[tuple[str, float, str]] = []
    if not np.isnan(clean).any():
        values.append(("clean_controls_refused", 100 * float(clean.mean()), "%"))
    if not np.isnan(refused).any():
        moved = np.array([a.distortion for a in answers])
        before = 100 * float(np.mean([a.clean_alarm for a in answers]))
        values += [
            ("contaminated_refused", 100 * float(refused.mean()), "%"),
            ("contamination_bias", float(moved.mean()), "points"),
            ("contamination_shift", float(np.abs(moved).mean()), "points"),
            ("contamination_shift_95", float(np.quantile(np.abs(moved), 0.95)), "points"),
            ("contamination_false_verdicts", alarms - before, "points"),
        ]
    return values
