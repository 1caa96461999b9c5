"""Events that cannot be measured, or not on all their sensors: why, and what would let them be."""

from __future__ import annotations

import pandas as pd

from analyses.footfall.chapter import Footfall, period
from analyses.footfall.events import Event
from analyses.footfall.impact import Impact
from analyses.narrative.phrases import Words
from analyses.wording import Language, clock, day


def event_name(event: Event, language: Language) -> str:
    """Write the name of an event, with its first day unless the name already holds the year."""
    if str(event.start.year) in event.label:
        return event.label
    return f"{event.label} ({day(event.start, language)})"


def at_hours(w: Words, event: Event) -> str:
    """Say which hours an event was measured on, if not on whole days."""
    if event.hours is None:
        return ""
    first, last = (clock(hour, w.language) for hour in event.hours)
    if w.language == "fr":
        return f" ; mesuré de {first} à {last}, contre les mêmes heures d'autres jours"
    return f"; measured from {first} to {last}, against the same hours of other days"


def refused(w: Words, impact: Impact, study: Footfall) -> str:
    """Say why an event cannot be measured, and what would let it be."""
    event, fr = impact.event, w.language == "fr"
    label = event_name(event, w.language)
    first, last = period(study)
    if event.start > last or event.end < first:
        since, until = day(first, w.language), day(last, w.language)
        if fr:
            return (
                f"{label} ne peut pas être mesuré : il tombe hors de la période comptée, du {since}"
                f" au {until} ; des comptages de ces jours et d'au moins six mois autour le "
                "permettraient."
            )
        return (
            f"{label} cannot be measured: it falls outside the period counted, {since} to {until}; "
            "counts of its days and of at least six months around them would allow it."
        )
    silent = _silent(study, event)
    if silent:
        names = w.list(silent)
        if fr:
            verb = w.noun(len(silent), "n'a", "n'ont")
            return (
                f"{label} ne peut pas être mesuré : {names} {verb} pas compté tous ses jours ; des "
                "comptages complets de ces jours le permettraient."
            )
        return (
            f"{label} cannot be measured: {names} did not count on all its days; complete counts "
            "of these days would allow it."
        )
    why = "" if impact.reason is None else w.pick(impact.reason)
    if fr:
        return (
            f"{label} ne peut pas être mesuré : {why} ; des comptages plus longs avant ou après le "
            "permettraient."
        )
    return f"{label} cannot be measured: {why}; longer counts before or after would allow it."


def _silent(study: Footfall, event: Event) -> list[str]:
    """Return the names of the event's sensors that miss one of its days."""
    known = dict(zip(study.sensors["sensor_id"], study.sensors["name"], strict=True))
    inside = event.declared(study.sensors) & set(known) or set(known)
    rows = study.panel.reindex(pd.date_range(event.start, event.end))
    return [str(known[name]) for name in sorted(inside) if rows[name].isna().any()]


def without(w: Words, lost: tuple[str, ...], study: Footfall) -> str:
    """Say which sensors the whole of an event leaves out."""
    if not lost:
        return ""
    known = dict(zip(study.sensors["sensor_id"], study.sensors["name"], strict=True))
    names = w.list(str(known.get(name, name)) for name in lost)
    if w.language == "fr":
        verb = w.noun(len(lost), "ne comptait", "ne comptaient")
        return f" Mesuré sans {names}, qui {verb} pas tous ces jours-là."
    return f" Measured without {names}, which did not count on all these days."
