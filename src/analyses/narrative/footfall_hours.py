"""Hours, seasons, hot days, dwell times and the days beside events, in sentences."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analyses.footfall.aftermath import AROUND, Aftermath
from analyses.footfall.chapter import Footfall
from analyses.footfall.dwell import Stay
from analyses.footfall.heat import AFTERNOON, EVENING, HOT
from analyses.footfall.hours import (
    EMPTY_STREET,
    MOSTLY,
    Place,
    Stretch,
    closed_and_busy,
    open_and_empty,
)
from analyses.narrative.phrases import ALL, Words, missing_findings, said
from analyses.results import Estimate, Finding, Result
from analyses.wording import Language, Text, clock, interval, month, number, percent

WEEKDAYS: tuple[Text, ...] = (
    Text("le lundi", "on Monday"), Text("le mardi", "on Tuesday"),
    Text("le mercredi", "on Wednesday"), Text("le jeudi", "on Thursday"),
    Text("le vendredi", "on Friday"), Text("le samedi", "on Saturday"),
    Text("le dimanche", "on Sunday"),
)  # fmt: skip
"""Days of the week, Monday first."""


def month_name(at: int, language: Language) -> str:
    """Write the name of a month."""
    return month(date(2000, at, 1), language).split("\u00a0")[0]


def no_hours(study: Footfall) -> list[Finding]:
    """Say what lacks to compare opening hours and presence."""
    return lacking(study, {"open_hours_match", "open_hours_empty"})


def no_dwell(study: Footfall) -> list[Finding]:
    """Say what lacks to tell dwell times."""
    return lacking(study, {"dwell_time", "event_dwell"})


def lacking(study: Footfall, names: set[str]) -> list[Finding]:
    """Say, in their own section, why indicators of a city with counts are not computable."""
    if not study.known:
        return []  # said once, for the whole chapter
    whole = [r for r in study.results if r.indicator in names and r.breakdown == "total"]
    return missing_findings(f"footfall-{min(names)}", whole)


def opening(study: Footfall) -> list[Finding]:
    """Say how many people pass when shops are closed, and how often shops open for nobody."""
    whole = next((place for place in study.places if place.zone == ALL), None)
    if whole is None:
        return []
    found = [
        Finding(
            "footfall-open-hours", said(lambda w: _outside(w, whole)),
            _named(study, "open_hours_match"),
        ),
        Finding(
            "footfall-closed-busy", said(lambda w: _closed(w, whole)),
            _named(study, "open_hours_match"),
        ),
    ]  # fmt: skip
    if whole.match.empty_open.known:
        results = _named(study, "open_hours_empty")
        found.append(Finding("footfall-open-empty", said(lambda w: _empty(w, whole)), results))
    return found


def _outside(w: Words, place: Place) -> str:
    match = place.match
    share, between = w.whole_share(match.outside.value), _between(w, match.outside)
    known, seen, weeks = w.count(place.known), w.count(place.seen), w.count(match.outside.n)
    if w.language == "fr":
        return (
            f"{share} des passages ({between}) se font quand les commerces sont fermés, d'après "
            f"les horaires de {known} commerces sur {seen} vus dans OpenStreetMap et "
            f"{weeks} semaines de comptages ; un commerce sur deux ouvert à une heure donnée "
            "compte pour moitié."
        )
    return (
        f"{share} of passages ({between}) happen while shops are closed, from the hours of {known} "
        f"of the {seen} shops seen in OpenStreetMap and {weeks} weeks of counts; an hour when one "
        "shop in two is open counts for half."
    )


def _closed(w: Words, place: Place) -> str:
    stretches = closed_and_busy(place.match)
    mean = w.count(place.match.open_mean)
    if not stretches:
        if w.language == "fr":
            return (
                "Aucune heure où la plupart des commerces sont fermés n'est plus passante que "
                f"l'heure d'ouverture moyenne ({mean} passages)."
            )
        return (
            "No hour when most shops are closed is busier than the mean open hour "
            f"({mean} passages)."
        )
    parts = w.list(_stretch(w, one) for one in stretches)
    if w.language == "fr":
        return (
            "Moments où la plupart des commerces sont fermés alors qu'il passe au moins autant de "
            f"monde qu'à l'heure d'ouverture moyenne ({mean} passages) : {parts}."
        )
    return (
        "Moments when most shops are closed though at least as many people pass as in the mean "
        f"open hour ({mean} passages): {parts}."
    )


def _empty(w: Words, place: Place) -> str:
    estimate, stretches = place.match.empty_open, open_and_empty(place.match)
    share, between = w.share(estimate.value), _between(w, estimate, 1)
    quarter = w.whole_share(100 * EMPTY_STREET)
    parts = w.list(_stretch(w, one) for one in stretches)
    if not estimate.value:
        n = w.count(estimate.n)
        if w.language == "fr":
            return (
                f"En {n} semaines, la rue n'a jamais été presque vide (moins de {quarter} de "
                "l'heure d'ouverture moyenne) à une heure où la plupart des commerces sont ouverts."
            )
        return (
            f"In {n} weeks, the street was never almost empty (under {quarter} of the mean open "
            "hour) at an hour when most shops are open."
        )
    if w.language == "fr":
        text = (
            f"La rue est presque vide (moins de {quarter} de l'heure d'ouverture moyenne) pendant "
            f"{share} des heures où {w.whole_share(100 * MOSTLY)} au moins des commerces sont "
            f"ouverts ({between})"
        )
        return f"{text} : {parts}." if parts else f"{text}."
    text = (
        f"The street is almost empty (under {quarter} of the mean open hour) for {share} of the "
        f"hours when at least {w.whole_share(100 * MOSTLY)} of shops are open ({between})"
    )
    return f"{text}: {parts}." if parts else f"{text}."


def _stretch(w: Words, one: Stretch) -> str:
    day = w.pick(WEEKDAYS[one.weekday])
    first, end = clock(one.first, w.language), clock(one.end, w.language)
    passages = w.count(one.passages)
    if w.language == "fr":
        return f"{day} de {first} à {end} ({passages} passages par heure)"
    return f"{day} from {first} to {end} ({passages} passages an hour)"


def heat(study: Footfall) -> list[Finding]:
    """Say what hot days change, early in the afternoon and in the evening."""
    found = study.heat
    if found is None:
        return []

    def told(w: Words) -> str:
        hot, n = w.count(HOT), w.count(found.afternoon.n)
        late = _change(w, found.evening)
        early = _change(w, found.afternoon)
        to = " à " if w.language == "fr" else " to "
        hours = [to.join(clock(at, w.language) for at in span) for span in (AFTERNOON, EVENING)]
        if w.language == "fr":
            return (
                f"Les jours de forte chaleur ({hot} °C ou plus, {n} jours), comparés aux autres "
                f"jours du même mois et du même type : {early} de {hours[0]}, {late} de {hours[1]}."
            )
        return (
            f"On hot days ({hot} °C or more, {n} days), beside the other days of the same month "
            f"and kind: {early} from {hours[0]}, {late} from {hours[1]}."
        )

    return [Finding("footfall-heat", said(told), _named(study, "hot_day_change"))]


def busiest_is_distinct(table: pd.DataFrame) -> bool:
    """Whether the busiest month is busier than the mean of the year, beyond chance."""
    level = table["index"].to_numpy(dtype=np.float64)
    return bool(table["low"].iloc[int(level.argmax())] > 0)


def seasons(study: Footfall) -> list[Finding]:
    """Say which months are the busiest and the quietest."""
    table = study.seasons
    if table.empty:
        return []
    level = table["index"].to_numpy(dtype=np.float64)
    high, low = table.iloc[int(level.argmax())], table.iloc[int(level.argmin())]

    def told(w: Words) -> str:
        top, bottom = (
            f"{month_name(int(row['month']), w.language)} "
            f"({percent(row['index'], w.language, 0, signed=True)}, "
            f"{interval(row['low'], row['high'], '%', w.language, 0)})"
            for row in (high, low)
        )
        sure = busiest_is_distinct(table)
        if w.language == "fr":
            doubt = "" if sure else " ; le plus passant n'est pas distinct de la moyenne"
            return (
                f"Rapporté à la moyenne de son année, le mois le plus passant est {top}, le moins "
                f"passant {bottom}{doubt}."
            )
        if not sure:
            return (
                f"Beside the mean of its year, the busiest month is {top}, not distinct from the "
                f"mean, and the quietest {bottom}."
            )
        return f"Beside the mean of its year, the busiest month is {top} and the quietest {bottom}."

    return [Finding("footfall-seasons", said(told), _named(study, "footfall_season"))]


def around(study: Footfall) -> list[Finding]:
    """Say whether events moved visits from, or left some to, the days beside them."""
    if not study.around:
        return []
    moved = [one for one in study.around if one.shown]

    def told(w: Words) -> str:
        n, days = w.count(len(study.around)), w.count(AROUND)
        if w.language == "fr":
            start = (
                f"Report ou effet tardif, cherché sur les {days} jours qui précèdent et les {days} "
                "jours qui suivent chaque évènement démontré "
            )
            if not moved:
                return f"{start}({n} essais) : aucun n'est distinct du hasard."
            parts = w.list(_side(w, one) for one in moved)
            return f"{start}({n} essais, corrigés de leur nombre) : {parts}."
        start = (
            f"Moved visits or late effects, looked for in the {days} days before and the {days} "
            "days after each event that is shown "
        )
        if not moved:
            return f"{start}({n} tests): none is distinct from chance."
        parts = w.list(_side(w, one) for one in moved)
        return f"{start}({n} tests, corrected for their number): {parts}."

    return [Finding("footfall-around", said(told), _named(study, "event_aftermath"))]


def _side(w: Words, one: Aftermath) -> str:
    label = one.event.label
    change = _change(w, one.impact.relative)
    if w.language == "fr":
        return f"{label}, {change} {'avant' if one.side == 'before' else 'après'}"
    return f"{label}, {change} {one.side}"


def dwell(study: Footfall) -> list[Finding]:
    """Say how long people stay, usually and at events."""
    found = study.dwell
    if found is None:
        return []
    usual = next((r for r in _named(study, "dwell_time") if r.breakdown == "total"), None)
    findings = []
    if usual is not None:

        def told(w: Words) -> str:
            mean, n = w.decimal(usual.estimate.value), w.count(usual.estimate.n)
            between = interval(usual.estimate.low, usual.estimate.high, "min", w.language)
            if w.language == "fr":
                return (
                    f"On reste en moyenne {mean} minutes (intervalle : {between} ; {n} jours), "
                    "d'après les capteurs qui mesurent le temps de présence."
                )
            return (
                f"People stay {mean} minutes on average (interval: {between}; {n} days), from the "
                "sensors that measure dwell times."
            )

        findings.append(Finding("footfall-dwell", said(told), (usual,)))
    return [*findings, *(_stay(study, stay) for stay in found.stays if stay.impact.calibration)]


def _stay(study: Footfall, stay: Stay) -> Finding:
    impact = stay.impact
    results = tuple(
        r for r in _named(study, "event_dwell") if r.category == impact.event.event_id
    )  # fmt: skip

    def told(w: Words) -> str:
        label = impact.event.label
        now = f"{w.decimal(stay.observed)} min"
        usual = f"{w.decimal(stay.expected.value)} min"
        between = interval(stay.change.low, stay.change.high, "min", w.language)
        change = number(stay.change.value, w.language, 1, signed=True)
        verdict = w.pick(impact.verdict_text)
        if w.language == "fr":
            return (
                f"{label} : temps de présence {now} contre {usual} attendues ({change} min, "
                f"intervalle {between}) ; {verdict}."
            )
        return (
            f"{label}: dwell time {now} against {usual} expected ({change} min, interval "
            f"{between}); {verdict}."
        )

    return Finding(f"footfall-dwell-{impact.event.event_id}", said(told), results)


def _change(w: Words, estimate: Estimate) -> str:
    value = percent(estimate.value, w.language, 0, signed=True)
    return f"{value} ({_between(w, estimate)})"


def _between(w: Words, estimate: Estimate, digits: int = 0) -> str:
    level = w.whole_share(estimate.level * 100)
    between = interval(estimate.low, estimate.high, "%", w.language, digits)
    return (
        f"intervalle à {level} : {between}"
        if w.language == "fr"
        else f"{level} interval: {between}"
    )


def _named(study: Footfall, indicator: str) -> tuple[Result, ...]:
    return tuple(
        r for r in study.results if r.indicator == indicator and r.computable
    )  # fmt: skip
