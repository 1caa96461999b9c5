"""What events brought, in sentences; those that cannot be measured: why, what would let them be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from analyses.footfall.chapter import Footfall, period
from analyses.footfall.events import Event
from analyses.footfall.impact import Impact
from analyses.narrative import footfall_hours, plain
from analyses.narrative.phrases import ALL, Words, said
from analyses.results import Finding, Result
from analyses.wording import Language, Text, clock, day, interval, percent

KINDS: dict[str, Text] = {
    "festival": Text("festivals", "festivals"),
    "concert": Text("concerts", "concerts"),
    "christmas_market": Text("marchés de Noël", "Christmas markets"),
    "fair": Text("foires et braderies", "fairs"),
    "parade": Text("défilés", "parades"),
    "sport": Text("évènements sportifs", "sports events"),
    "sunday_opening": Text("ouvertures dominicales", "Sunday openings"),
    "commercial": Text("animations commerciales", "retail promotions"),
    "demonstration": Text("manifestations", "demonstrations"),
    "closure": Text("fermetures de rue", "street closures"),
    "other": Text("autres évènements", "other events"),
}
"""Kinds of events, in the plural."""

VERDICTS: dict[str, tuple[Text, Text]] = {
    "shown": (Text("effet démontré", "effect shown"), Text("effets démontrés", "effects shown")),
    "excluded": (Text("effet exclu", "effect ruled out"),
                 Text("effets exclus", "effects ruled out")),
    "not_measurable": (Text("non mesurable ici", "not measurable here"),
                       Text("non mesurables ici", "not measurable here")),
    "insufficient": (Text("sans données suffisantes", "without sufficient data"),
                     Text("sans données suffisantes", "without sufficient data")),
}  # fmt: skip
"""Verdicts as they are counted."""

TOLD = 4
"""Measured events that have a sentence of their own when they are many."""

FEWEST_POOLED = 3
"""Events of a kind under which their mean effect is not told: its interval would say nothing."""


def events(study: Footfall) -> list[Finding]:
    """Say what each event brought, with its verdict, its false alarms and what could be seen."""
    if study.known and not study.impacts:
        return footfall_hours.lacking(study, {"event_impact"})
    whole = study.whole()
    shown = [impact for impact in whole if impact.verdict == "shown"]
    best = max(shown, key=lambda impact: impact.uplift.value, default=None)
    told = _told(whole)
    found = [
        Finding(
            f"footfall-event-{impact.event.event_id}",
            event_text(impact, study),
            _of_event(study, impact),
            "key" if impact is best else "reserve" if impact.calibration is None else "body",
            _plain(impact) if impact is best else None,
        )
        for impact in told
    ]
    rest = [impact for impact in whole if impact not in told]
    return [*found, *_rest(study, rest), *_together(study)]


def _told(whole: Sequence[Impact]) -> list[Impact]:
    """Return the events that have a sentence: the largest effects, and those left unmeasured.

    The table holds them all; a paragraph for each would say it twice.
    """
    measured = [impact for impact in whole if impact.calibration is not None]
    if len(measured) <= TOLD + 1:
        return list(whole)
    weight = {id(i): (i.verdict == "shown", abs(i.uplift.value)) for i in measured}
    largest = sorted(measured, key=lambda i: weight[id(i)], reverse=True)[:TOLD]
    return [i for i in whole if i.calibration is None or i in largest]


def _rest(study: Footfall, rest: Sequence[Impact]) -> list[Finding]:
    """Count the verdicts of the events that the table alone tells."""
    if not rest:
        return []
    counts = Counter[str](impact.verdict for impact in rest)

    def counted(w: Words) -> str:
        parts = [
            f"{w.count(counts[verdict])} {w.noun(counts[verdict], w.pick(one), w.pick(many))}"
            for verdict, (one, many) in VERDICTS.items()
            if counts[verdict]
        ]
        n, tally = w.count(len(rest)), w.list(parts)
        if w.language == "fr":
            return f"Les {n} autres évènements sont dans le tableau : {tally}."
        return f"The {n} other events are in the table: {tally}."

    results = tuple(row for impact in rest for row in _of_event(study, impact))
    return [Finding("footfall-events-others", said(counted), results)]


def _plain(impact: Impact) -> Text:
    label = said(lambda w: event_name(impact.event, w.language))
    return plain.event(label, impact.uplift.value, impact.relative.value)


def event_text(impact: Impact, study: Footfall) -> Text:
    """Write the sentence of one event."""
    if impact.calibration is None:
        return said(lambda w: refused(w, impact, study))
    lost = study.absent.get(impact.event.event_id, ())
    return said(lambda w: _event(w, impact) + without(w, lost, study))


def _event(w: Words, impact: Impact) -> str:
    fr, label = w.language == "fr", event_name(impact.event, w.language)
    if impact.calibration is None:
        raise ValueError("an effect without calibration has a sentence of its own")
    effect, rate = impact.relative, 100 * impact.calibration.false_alarm_rate
    lost = impact.verdict == "shown" and effect.value < 0
    uplift = impact.uplift.value
    passages = w.count(abs(uplift))
    change = percent(effect.value, w.language, 0, signed=True)
    between = interval(effect.low, effect.high, "%", w.language, 0)
    wrong, seen = w.whole_share(rate), w.whole_share(impact.detectable)
    n, when = w.count(impact.calibration.n), at_hours(w, impact.event) + _feast(w, impact)
    if fr:
        tail = (
            f" ; sur {n} fenêtres sans évènement, la méthode se trompe {wrong} du temps, et elle "
            f"voit quatre fois sur cinq un effet de {seen}{when}."
        )
        if impact.verdict == "shown":
            verb = "a coûté" if lost else "a attiré"
            return f"{label} {verb} {passages} passages ({change}, intervalle {between}){tail}"
        verdict = w.pick(impact.verdict_text)
        return f"{label} : {verdict} ({change}, intervalle {between}){tail}"
    tail = (
        f"; over {n} windows without event the method is wrong {wrong} of the time, and it sees an "
        f"effect of {seen} four times in five{when}."
    )
    if impact.verdict == "shown":
        verb = "cost" if lost else "brought"
        return f"{label} {verb} {passages} passages ({change}, interval {between}){tail}"
    return f"{label}: {w.pick(impact.verdict_text)} ({change}, interval {between}){tail}"


def _feast(w: Words, impact: Impact) -> str:
    """Say that a public holiday's own effect is part of what was measured."""
    if not impact.on_holiday:
        return ""
    if w.language == "fr":
        return " ; l'effet comprend celui du jour férié"
    return "; the effect includes that of the public holiday"


def _together(study: Footfall) -> list[Finding]:
    kinds = [pooled for pooled in study.pooled if pooled.effect.n >= FEWEST_POOLED]
    if not study.tested:
        return []
    kept = sum(tested.shown for tested in study.tested)
    results = tuple(r for r in study.results if r.indicator == "event_impact" and r.computable)

    def corrected(w: Words) -> str:
        n, k = w.count(len(study.tested)), w.count(kept)
        if not kept:
            if w.language == "fr":
                return f"Une fois corrigé le nombre d'essais ({n}), aucun effet n'est démontré."
            return f"Once corrected for the number of tests ({n}), no effect is shown."
        if w.language == "fr":
            verb = w.noun(kept, "effet reste démontré", "effets restent démontrés")
            return f"Une fois corrigé le nombre d'essais ({n}), {k} {verb}."
        verb = w.noun(kept, "effect remains", "effects remain")
        return f"Once corrected for the number of tests ({n}), {k} {verb} shown."

    found = [Finding("footfall-events-corrected", said(corrected), results)]
    if kinds:

        def pooled(w: Words) -> str:
            parts = [
                f"{w.pick(KINDS.get(p.kind, Text(p.kind, p.kind)))} "
                f"{percent(p.effect.value, w.language, 0, signed=True)} "
                f"({interval(p.effect.low, p.effect.high, '%', w.language, 0)})"
                for p in kinds
            ]
            start = "Effet moyen par type : " if w.language == "fr" else "Mean effect by kind: "
            return start + w.list(parts) + "."

        found.append(Finding("footfall-events-pooled", said(pooled), results))
    return found


def _of_event(study: Footfall, impact: Impact) -> tuple[Result, ...]:
    chosen = [
        r
        for r in study.results
        if r.indicator.startswith("event_")
        and r.period_start == impact.event.start
        and r.category.split(" · ")[0] == impact.event.event_id
    ]
    main = "event_impact"
    return tuple(sorted(chosen, key=lambda r: (r.zone != ALL, r.category, r.indicator != main)))


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
