"""The parking chapter in sentences: results in, findings out, in the order of the chapter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from analyses.narrative import plain
from analyses.narrative.parking_episodes import episodes
from analyses.narrative.parking_records import (
    garages,
    guessed_hours,
    infractions,
    lacking,
    missing,
    period,
)
from analyses.narrative.phrases import FR, Level, Words, find, missing_findings, said, weight
from analyses.parking.measures import Kerb, Meters
from analyses.parking.occupancy import SATURATED, well_seen
from analyses.results import Finding, Result
from analyses.wording import Text, clock, interval

__all__ = [
    "episodes",
    "garages",
    "infractions",
    "meters",
    "missing",
    "occupancy",
    "stays",
    "supply",
    "to_decide",
]

WEEKDAYS: tuple[Text, ...] = (
    Text("lundi", "Monday"), Text("mardi", "Tuesday"), Text("mercredi", "Wednesday"),
    Text("jeudi", "Thursday"), Text("vendredi", "Friday"), Text("samedi", "Saturday"),
    Text("dimanche", "Sunday"),
)  # fmt: skip
"""Days of the week, Monday first."""

NO_SENSOR = Text(
    "Non calculable : la ville n'a fourni aucune donnée de capteur de place. Les paiements, les "
    "parcs et les infractions ne donnent ni la rotation ni la durée des stationnements.",
    "Not computable: the city has given no data of space sensors. Payments, garages and "
    "infractions give neither rotation nor the length of stays.",
)
NO_PAYMENT = Text(
    "Non calculable : il faut les transactions des horodateurs et l'offre de places de chacun.",
    "Not computable: it takes the transactions of pay stations and the spaces of each.",
)


def to_decide(kerb: Kerb, meters: Meters) -> list[Finding]:
    """Say where there is no fact to state; else the table speaks."""
    if kerb.results or meters.results:
        return []
    text = Text(
        "Non calculable : sans capteur ni paiement, aucun fait n'éclaire ces décisions.",
        "Not computable: without sensor or payment, no fact sheds light on these decisions.",
    )
    return [Finding("decide-missing", text, (), "missing")]


def supply(results: Iterable[Result]) -> list[Finding]:
    """Say how many spaces the supply declares."""
    found = find(results, "parking_supply")
    return [
        Finding(
            "parking-supply",
            said(
                lambda w: (
                    f"L'offre décrite compte {w.count(found[0].estimate.value)} places."
                    if w is FR
                    else f"The supply described holds {w.count(found[0].estimate.value)} spaces."
                )
            ),
            (found[0],),
        )
    ] if found else []  # fmt: skip


def occupancy(kerb: Kerb, zones: Mapping[str, str] | None = None) -> list[Finding]:
    """Say how full the street is where sensors watch it, and where spaces are short or spare."""
    rate = find(kerb.results, "occupancy_rate")
    if not rate or not rate[0].computable:
        return [lacking("occupancy_rate", NO_SENSOR)]
    findings = [_occupied(rate[0], kerb.regulated)]
    full = find(kerb.results, "congestion_time")
    if full and full[0].computable:
        findings.append(_full(full[0], kerb.regulated))
    findings += _peak(kerb.profile, rate[0])
    return findings + _uses(kerb, zones or {}, rate[0])


def stays(kerb: Kerb) -> list[Finding]:
    """Say how often spaces turn over, how long cars stay, and which stay too long."""
    if not kerb.results:
        return [lacking("rotation_rate", NO_SENSOR)]
    findings = []
    turned = find(kerb.results, "rotation_rate")
    if turned and turned[0].computable:
        findings.append(_rotation(turned[0], kerb.regulated))
    mean = find(kerb.results, "mean_stay")
    classes = find(kerb.results, "stay_classes", breakdown="stay_minutes")
    if mean and mean[0].computable:
        findings.append(_lengths(mean[0], [item for item in classes if item.computable]))
    over = find(kerb.results, "overstay_share")
    if over and over[0].computable:
        findings += _overstays(kerb, over[0])
    return findings + missing_findings("stays", [*turned, *mean, *over])


def meters(found: Meters) -> list[Finding]:
    """Say what payments tell of occupancy, with what error, and what they do not tell."""
    rungs = {item.category: item for item in find(found.results, "meter_occupancy",
                                                   breakdown="rung")}  # fmt: skip
    if found.ladder is None or not rungs:
        return [lacking("meter_occupancy", NO_PAYMENT)]
    findings = [_ladder(rungs["raw"], rungs["calibrated"], counted=found.ladder.rungs[-1].applied)]
    if found.guessed:
        findings.append(guessed_hours(found.guessed, rungs["raw"]))
    if found.blind is not None:
        findings.append(_error(found, rungs["calibrated"]))
    if found.value is not None:
        findings.append(_worth(found, rungs["calibrated"]))
    findings += [
        Finding(
            f"rung-{rung.name}",
            Text(
                f"Correction non appliquée ({rung.label.fr}) : {rung.reason.fr}.",
                f"Correction not applied ({rung.label.en}): {rung.reason.en}.",
            ),
            (rungs[rung.name],),
            "reserve",
        )
        for rung in found.ladder.rungs
        if not rung.applied
    ]
    hours = find(found.results, "paid_hours_per_space")
    respect = find(found.results, "compliance_rate")
    if hours and hours[0].computable:
        findings.append(_paid(hours[0]))
    if respect and respect[0].computable:
        findings.append(_respect(respect[0]))
    return findings


def _occupied(rate: Result, regulated: bool) -> Finding:
    def sentence(w: Words) -> str:
        value, hours = w.share(rate.estimate.value), w.pick(_HOURS[regulated])
        if w is FR:
            return (
                f"{period(rate, w)} {value} des places surveillées par capteur sont prises "
                f"{hours} ({w.range(rate)})."
            )
        return (
            f"{period(rate, w)} {value} of the sensed spaces are taken {hours} ({w.range(rate)})."
        )

    short = plain.occupancy(rate, regulated=regulated)
    return Finding("occupancy-rate", said(sentence), (rate,), weight(rate), short)


_HOURS = {
    True: Text("aux heures réglementées", "in regulated hours"),
    False: Text("aux heures observées", "at the hours observed"),
}
_TIME = {
    True: Text("temps réglementé", "regulated time"),
    False: Text("temps observé", "time observed"),
}


def _full(full: Result, regulated: bool) -> Finding:
    def sentence(w: Words) -> str:
        threshold, of_time = w.whole_share(100 * SATURATED), w.pick(_TIME[regulated])
        if w is FR:
            return (
                f"Une zone est pleine, c'est-à-dire prise à {threshold} ou plus, pendant "
                f"{w.share(full.estimate.value)} du {of_time} ({w.range(full)})."
            )
        return (
            f"A zone is full, that is taken at {threshold} or more, during "
            f"{w.share(full.estimate.value)} of {of_time} ({w.range(full)})."
        )

    said_ = plain.full(full, regulated=regulated)
    return Finding("congestion-time", said(sentence), (full,), plain=said_, topic="watch")


def _peak(profile: pd.DataFrame, rate: Result) -> list[Finding]:
    if profile.empty:
        return []
    seen = well_seen(profile)
    top = seen.sort_values(["value", "weekday", "hour"], ascending=[False, True, True]).iloc[0]
    weekday = WEEKDAYS[int(top["weekday"])]

    def sentence(w: Words) -> str:
        at, share = clock(top["hour"], w.language), w.whole_share(100 * top["value"])
        if w is FR:
            return f"L'heure la plus chargée est le {weekday.fr} à {at} : {share}."
        return f"The busiest hour is {weekday.en} at {at}: {share}."

    return [Finding("occupancy-peak", said(sentence), (rate,))]


def _uses(kerb: Kerb, zones: Mapping[str, str], rate: Result) -> list[Finding]:
    if len(kerb.usage) < 2:
        return []
    words = {
        "over": Text("au-dessus du seuil de saturation", "above the saturation threshold"),
        "under": Text("sous la moitié de l'offre", "under half of the supply"),
    }
    findings = []
    for use, words_ in words.items():
        part = kerb.usage[kerb.usage["use"] == use]
        if part.empty:
            continue
        rows = [(zones.get(str(r.zone_id), str(r.zone_id)), 100 * float(r.value))  # type: ignore[arg-type]
                for r in part.itertuples()]  # fmt: skip

        def sentence(w: Words, rows: list[tuple[str, float]] = rows, what: Text = words_) -> str:
            named = w.list(f"{name} ({w.whole_share(value)})" for name, value in rows)
            if w is FR:
                return f"En moyenne {what.fr}, tout l'intervalle compris : {named}."
            return f"On average {what.en}, with the whole interval: {named}."

        findings.append(Finding(f"zones-{use}", said(sentence), (rate,)))
    return findings


def _weight(turned: Result) -> Level:
    """Return ``body`` where the interval is as wide as the value: the data do not tell it."""
    estimate = turned.estimate
    return "body" if estimate.high - estimate.low > estimate.value else "key"


def _rotation(turned: Result, regulated: bool) -> Finding:
    def sentence(w: Words) -> str:
        value = w.decimal(turned.estimate.value)
        days = w.pick(
            Text("jour réglementé", "regulated day") if regulated
            else Text("jour observé", "day observed")
        )  # fmt: skip
        if w is FR:
            return f"Chaque place accueille {value} véhicules par {days} ({w.range(turned)})."
        return f"Each space takes {value} vehicles a {days} ({w.range(turned)})."

    short = plain.rotation(turned, regulated=regulated)
    return Finding("rotation", said(sentence), (turned,), _weight(turned), short)


def _lengths(mean: Result, classes: list[Result]) -> Finding:
    short = classes[0] if classes else None

    def sentence(w: Words) -> str:
        value, between = w.count(mean.estimate.value), w.range(mean, 0)
        fr = f"Un stationnement dure en moyenne {value} minutes ({between})"
        en = f"A stay lasts {value} minutes on average ({between})"
        if short is not None:
            limit = w.count(float(short.category.split("-")[-1]))
            share = w.whole_share(short.estimate.value)
            fr += f" ; {share} ne dépassent pas {limit} minutes"
            en += f"; {share} last no longer than {limit} minutes"
        return (fr if w is FR else en) + "."

    return Finding("mean-stay", said(sentence), (mean, *classes[:1]))


def _overstays(kerb: Kerb, over: Result) -> list[Finding]:
    count = len(kerb.long_stays)
    low, high = (100 * bound for bound in kerb.room)
    hours = kerb.overstay_minutes / 60

    def sentence(w: Words) -> str:
        n, limit = w.count(count), w.count(hours)
        room = interval(low, high, "%", w.language, 1)
        if w is FR:
            noun = w.noun(count, "stationnement dépasse", "stationnements dépassent")
            return (
                f"{n} {noun} {limit} heures, soit {w.share(over.estimate.value)} des "
                f"stationnements ; ces voitures ventouses tiennent {room} du temps "
                "d'occupation des places."
            )
        noun = w.noun(count, "stay exceeds", "stays exceed")
        return (
            f"{n} {noun} {limit} hours, that is {w.share(over.estimate.value)} of stays; they hold "
            f"{room} of the time for which spaces are taken."
        )

    choice = Text(
        "Le seuil d'une voiture ventouse est un choix de la ville, non un terme de droit : "
        "l'article du code de la route sur le stationnement abusif vise plus de sept jours.",
        "The threshold of an overstay is the city's choice, not a term of law: the article of the "
        "highway code on abusive parking aims at more than seven days.",
    )
    findings = [
        Finding("overstays", said(sentence), (over,)),
        Finding("overstays-choice", choice, (over,), "reserve"),
    ]
    return findings if not math.isnan(low) else findings[1:]


def _ladder(raw: Result, top: Result, *, counted: bool) -> Finding:
    def sentence(w: Words) -> str:
        value, before = w.share(top.estimate.value), w.share(raw.estimate.value)
        if w is FR:
            how = "calée sur comptages" if counted else "sans comptage pour la caler"
            return (
                f"Aux horodateurs, l'occupation estimée, {how}, est de {value} ; les paiements "
                f"bruts seuls en donnent {before}."
            )
        how = "calibrated on counts" if counted else "without counts to calibrate it"
        return (
            f"At pay stations, the estimated occupancy, {how}, is {value}; raw payments alone give "
            f"{before}."
        )

    if not counted:
        return Finding("meter-occupancy", said(sentence), (top, raw), "reserve")
    return Finding("meter-occupancy", said(sentence), (top, raw), "key", plain.meters(top))


def _error(found: Meters, top: Result) -> Finding:
    blind = found.blind
    assert blind is not None

    def sentence(w: Words) -> str:
        error, inside = w.decimal(100 * blind.mae), w.whole_share(100 * blind.coverage)
        if w is FR:
            return (
                f"Chaque jour compté étant caché tour à tour, l'erreur moyenne d'un horodateur et "
                f"d'une heure est de {error} points, et la marge annoncée contient {inside} des "
                f"{w.count(blind.n)} comptages."
            )
        return (
            f"With each counted day hidden in turn, the mean error of a pay station and hour is "
            f"{error} points, and the band announced holds {inside} of the {w.count(blind.n)} "
            "counts."
        )

    return Finding("meter-error", said(sentence), (top,))


def _worth(found: Meters, top: Result) -> Finding:
    value = found.value
    assert value is not None

    def sentence(w: Words) -> str:
        gain = w.decimal(100 * value.gain.value)
        if w is FR:
            return (
                f"Les paiements améliorent l'estimation : {gain} points d'erreur de moins que le "
                "seul profil des comptages par heure."
                if value.helps
                else "Les paiements n'apportent rien de démontrable au profil des comptages par "
                "heure."
            )
        return (
            f"Payments improve the estimate: {gain} points of error less than the profile of "
            "counts by hour alone."
            if value.helps
            else "Payments add nothing that can be shown to the profile of counts by hour."
        )

    return Finding("meter-worth", said(sentence), (top,), "body" if value.helps else "reserve")


def _paid(hours: Result) -> Finding:
    def sentence(w: Words) -> str:
        value = w.decimal(hours.estimate.value)
        if w is FR:
            return f"Chaque place rapporte {value} heures payées par jour ({w.range(hours)})."
        return f"Each space earns {value} paid hours a day ({w.range(hours)})."

    return Finding("paid-hours", said(sentence), (hours,))


def _respect(respect: Result) -> Finding:
    def sentence(w: Words) -> str:
        value = w.whole_share(respect.estimate.value)
        if w is FR:
            return (
                f"Là où l'on a compté, le temps payé ou abonné peut couvrir {value} des voitures "
                f"présentes ({w.range(respect)})."
            )
        return (
            f"Where cars were counted, paid or permit time may cover {value} of those present "
            f"({w.range(respect)})."
        )

    return Finding("compliance", said(sentence), (respect,))
