"""The four answers of the crossings, in the words of the events' chapter."""

from __future__ import annotations

import math

from analyses import indicators
from analyses.footfall.verdict import Verdict
from analyses.results import Estimate
from analyses.wording import Text, number

ALPHA = 0.05


def judge(effect: Estimate, corrected: float, margin: float) -> Verdict:
    """Return the verdict on an effect or a link tested among several.

    Parameters
    ----------
    effect : Estimate
        Value and interval.
    corrected : float
        p-value after Holm's correction; NaN if it cannot be tested.
    margin : float
        Largest effect that may be called negligible, in the unit of ``effect``.
    """
    if not effect.known or math.isnan(corrected):
        return "insufficient"
    if corrected <= ALPHA:
        return "shown"
    bounded = not (math.isnan(effect.low) or math.isnan(effect.high))
    if bounded and max(abs(effect.low), abs(effect.high)) <= margin:
        return "excluded"
    return "not_measurable"


def verdict_text(verdict: Verdict, effect: Estimate, unit: str, *, link: bool = False) -> Text:
    """Write the verdict; ``link`` for an association, which is never called an effect."""
    fr, en = ("lien", "association") if link else ("effet", "effect")
    if verdict == "shown":
        return Text(f"{fr} démontré", f"{en} shown")
    if verdict == "excluded":
        limit = max(abs(effect.low), abs(effect.high))
        words = indicators.dictionary().unit(unit)
        return Text(
            f"{fr} exclu au-delà de ±{number(limit, 'fr', 1)} {words.fr}",
            f"{en} ruled out beyond ±{number(limit, 'en', 1)} {words.en}",
        )
    if verdict == "not_measurable":
        return Text("non mesurable ici", "not measurable here")
    return Text("données insuffisantes", "insufficient data")
