"""The commerce chapter in sentences: results in, findings out, in the order of the chapter.

Each section function takes the object that the analysis returned. A digit never stands in a
sentence's template: all come from results, a test holds it so.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyses.commerce import Offer, Sides, Turnover, Vacancy
from analyses.narrative import offer as _offer
from analyses.narrative import turnover as _turnover
from analyses.narrative import vacancy as _vacancy
from analyses.results import Finding


def vacancy_level(vacancy: Vacancy, zones: Mapping[str, str] | None = None) -> list[Finding]:
    """Say how many premises are empty, how well that is known, and where.

    ``zones`` gives the names of the zones by identifier.
    """
    return _vacancy.level(vacancy.results, zones, vacancy.panel.set_aside)


def vacancy_change(vacancy: Vacancy) -> list[Finding]:
    """Say whether vacancy rises on the same premises, and how premises empty and fill."""
    return _vacancy.change(vacancy.results)


def vacancy_durations(vacancy: Vacancy) -> list[Finding]:
    """Say since when empty premises are empty, and how long they stay so."""
    return _vacancy.durations(vacancy.results)


def turnover_counts(turnover: Turnover) -> list[Finding]:
    """Say how many shops open and close."""
    return _turnover.counts(turnover.results)


def turnover_survival(turnover: Turnover) -> list[Finding]:
    """Say how long shops last."""
    return _turnover.survival(turnover.results)


def offer_mix(offer: Offer) -> list[Finding]:
    """Say what the offer is made of and how varied it is."""
    return _offer.mix(offer.results)


def sources_sides(sides: Sides) -> list[Finding]:
    """Say how far SIRENE and OpenStreetMap are from the survey."""
    return _offer.sides(sides.results)


def findings(
    vacancy: Vacancy,
    turnover: Turnover,
    offer: Offer,
    sides: Sides,
    zones: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Return every sentence of the chapter, in order."""
    return [
        *vacancy_level(vacancy, zones),
        *vacancy_change(vacancy),
        *vacancy_durations(vacancy),
        *turnover_counts(turnover),
        *turnover_survival(turnover),
        *offer_mix(offer),
        *sources_sides(sides),
    ]
