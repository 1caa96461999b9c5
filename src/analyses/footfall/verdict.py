"""The four answers to "did the event bring people?"."""

from __future__ import annotations

import math
from typing import Literal

from analyses.results import Estimate
from analyses.wording import Text, percent

Verdict = Literal["shown", "excluded", "not_measurable", "insufficient"]
"""``shown``: the interval leaves zero out; ``excluded``: no effect beyond ±X %; ``not_measurable``:
an effect of plausible size could hide in the noise; ``insufficient``: too little data to tell."""


def judge(effect: Estimate, margin: float) -> Verdict:
    """Return the verdict on a relative effect.

    Parameters
    ----------
    effect : Estimate
        Relative effect with its calibrated interval, in percent.
    margin : float
        Largest effect, in percent, that may be called negligible.
    """
    if not effect.known or math.isnan(effect.low) or math.isnan(effect.high):
        return "insufficient"
    if effect.low > 0 or effect.high < 0:
        return "shown"
    return "excluded" if bound(effect) <= margin else "not_measurable"


def bound(effect: Estimate) -> float:
    """Return X in "no effect beyond ±X %": the larger end of the interval, rounded up."""
    return float(math.ceil(max(abs(effect.low), abs(effect.high)) - 1e-9))


def verdict_text(verdict: Verdict, effect: Estimate) -> Text:
    """Write the verdict in both languages."""
    if verdict == "shown":
        return Text("effet démontré", "effect shown")
    if verdict == "excluded":
        limit = bound(effect)
        return Text(
            f"effet exclu au-delà de ±{percent(limit, 'fr', 0)}",
            f"effect ruled out beyond ±{percent(limit, 'en', 0)}",
        )
    if verdict == "not_measurable":
        return Text("non mesurable ici", "not measurable here")
    return Text("données insuffisantes", "insufficient data")
