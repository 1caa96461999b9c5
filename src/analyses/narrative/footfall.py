"""The footfall chapter in sentences: results in, findings out, in the order of the chapter.

A digit never stands in a sentence's template: all come from results.
"""

from __future__ import annotations

from dataclasses import replace

from analyses.footfall.chapter import Footfall, period
from analyses.footfall.health import LEAVES
from analyses.narrative import footfall_events, footfall_hours, plain
from analyses.narrative.phrases import Words, missing_findings, said
from analyses.results import Finding, Result
from analyses.wording import Text, day, percent

FAULTS: dict[str, Text] = {
    "outage": Text("panne", "outage"),
    "doubled": Text("heures doublées", "doubled hours"),
    "zero_run": Text("suite de zéros", "run of zeros"),
    "stuck": Text("valeur bloquée", "stuck value"),
    "false_zeros": Text("faux zéros à heure fixe", "false zeros at fixed hours"),
    "backlog": Text("rattrapage en bloc", "backlog dump"),
    "implausible": Text("valeur invraisemblable", "implausible value"),
    "level_break": Text("rupture de niveau", "level break"),
}
"""Names of the faults of sensors."""

ENOUGH_DAYS = 0.8
"""Share of the days of a sensor from which their mean is told without a reserve (the coverage asked
of a survey)."""

_NO_DAY = Text(
    "Aucun jour n'est assez complet pour une moyenne.", "No day is complete enough for a mean."
)


def missing(study: Footfall) -> list[Finding]:
    """Say what cannot be computed, why, and (by the page) which tables would unlock it."""
    if study.known:
        return []  # each section says what it lacks
    return missing_findings("footfall", study.results)


def level(study: Footfall) -> list[Finding]:
    """Say how many sensors count, since when, and what left the analysis."""
    if not study.known:
        return []
    first, last = period(study)
    n, passages = len(study.sensors), _named(study, "footfall")
    busiest = study.sensors.sort_values("passages", na_position="first").iloc[-1]
    mean_day = float(busiest["passages"])

    def counted(w: Words) -> str:
        if n == 1:
            return _lone(w, study)
        since, until = day(first, w.language), day(last, w.language)
        mean = w.count(mean_day)
        if w.language == "fr":
            word = w.noun(n, "capteur compte", "capteurs comptent")
            most = (
                f"Le plus passant, {busiest['name']}, en compte {mean} par jour en moyenne."
                if mean_day >= 0
                else _NO_DAY.fr
            )
            return (
                f"{w.count(n)} {word} les passages, du {since} au {until}. {most} Ce sont des "
                "passages, non des personnes."
            )
        word = w.noun(n, "sensor counts", "sensors count")
        most = (
            f"The busiest, {busiest['name']}, counts {mean} a day on average."
            if mean_day >= 0
            else _NO_DAY.en
        )
        return (
            f"{w.count(n)} {word} passages, from {since} to {until}. {most} These are passages, "
            "not people."
        )

    shown = any(impact.verdict == "shown" for impact in study.whole())  # it comes first then
    gaps = _gaps(study, str(busiest["sensor_id"]), str(busiest["name"]))
    first_page = (
        None
        if shown or gaps or not mean_day > 0
        else plain.passages(str(busiest["name"]), mean_day, n)
    )
    told = Finding("footfall-level", said(counted), passages, plain=first_page)
    return [told, *gaps, *_health(study)]


def _gaps(study: Footfall, sensor: str, name: str) -> list[Finding]:
    """Say that a sensor's mean leaves out many of its days, which may not be like the others."""
    values = study.panel[sensor]
    known = int(values.notna().sum())
    if not known:
        return []
    days = len(values.loc[values.first_valid_index() : values.last_valid_index()])
    if known >= ENOUGH_DAYS * days:
        return []

    def sentence(w: Words) -> str:
        some, whole, share = w.count(known), w.count(days), w.share(100 * known / days)
        if w.language == "fr":
            return (
                f"La moyenne de {name} porte sur {some} jours complets des {whole} où il est en "
                f"service ({share}) : si les autres jours sont plus calmes ou plus animés (nuits "
                "longues, pannes d'une saison), elle s'en écarte."
            )
        return (
            f"The mean of {name} rests on {some} complete days of the {whole} that it is in use "
            f"({share}): where the other days are quieter or busier (long nights, failures of a "
            "season), it is off."
        )

    results = tuple(r for r in _named(study, "footfall") if r.category == sensor)
    return [Finding("footfall-gaps", said(sentence), results, "reserve")]


def _lone(w: Words, study: Footfall) -> str:
    """Say what the only sensor counts."""
    first, last = period(study)
    row = study.sensors.iloc[0]
    since, until = day(first, w.language), day(last, w.language)
    known, mean = row["passages"] >= 0, w.count(float(row["passages"]))
    if w.language == "fr":
        often = f" : {mean} par jour en moyenne." if known else f". {_NO_DAY.fr}"
        return (
            f"Un capteur, {row['name']}, compte les passages, du {since} au {until}{often} Ce sont "
            "des passages, non des personnes."
        )
    often = f": {mean} a day on average." if known else f". {_NO_DAY.en}"
    return (
        f"One sensor, {row['name']}, counts passages, from {since} to {until}{often} These are "
        "passages, not people."
    )


def _health(study: Footfall) -> list[Finding]:
    shares = _named(study, "sensor_health")
    weak = study.sensors.sort_values("share").iloc[0]
    left = [flag for flag in study.flags if flag.kind in LEAVES]
    kinds = list(dict.fromkeys(flag.kind for flag in study.flags))

    def sound(w: Words) -> str:
        share = w.share(float(weak["share"]))
        names = w.list(w.pick(FAULTS[kind]) for kind in kinds)
        imputed = w.share(study.imputed)
        if w.language == "fr":
            text = f"Le capteur le moins disponible, {weak['name']}, l'est {share} du temps."
            if len(study.sensors) == 1:
                text = f"Il est disponible {share} du temps."
            if kinds:
                text += f" Anomalies trouvées : {names}"
                aside = w.noun(len(left), "période écartée", "périodes écartées")
                text += f" ; {w.count(len(left))} {aside}." if left else "."
            return text + f" Part des passages imputée : {imputed}."
        text = f"The least available sensor, {weak['name']}, is so {share} of the time."
        if len(study.sensors) == 1:
            text = f"It is available {share} of the time."
        if kinds:
            text += f" Faults found: {names}"
            aside = w.noun(len(left), "period", "periods")
            text += f"; {w.count(len(left))} {aside} set aside." if left else "."
        return text + f" Share of passages imputed: {imputed}."

    return [Finding("footfall-health", said(sound), shares, "reserve" if kinds else "body")]


def trends(study: Footfall) -> list[Finding]:
    """Say where footfall rises or falls, calendar and weather removed."""
    results = [r for r in study.results if r.indicator == "footfall_trend" and r.computable]
    if not results:
        none = [replace(r, breakdown="total") for r in _named(study, "footfall_trend")]
        return missing_findings("footfall-trend", none) if study.known else []
    names = dict(zip(study.sensors["sensor_id"], study.sensors["name"], strict=True))
    up = [r for r in results if r.estimate.low > 0]
    down = [r for r in results if r.estimate.high < 0]

    def moved(w: Words) -> str:
        fr = w.language == "fr"
        whole = w.count(len(results))
        if not up and not down:
            if fr:
                return "Aucun capteur ne montre de tendance de fond distincte de zéro."
            return "No sensor shows an underlying trend distinct from zero."
        both = [_moving(w, up, names, rising=True), _moving(w, down, names, rising=False)]
        told_ = " ; ".join(filter(None, both)) if fr else "; ".join(filter(None, both))
        flat = len(results) - len(up) - len(down)
        rest = w.count(flat)
        if fr:
            end = f" ; {rest} sans tendance distincte de zéro." if flat else "."
            return f"Tendance de fond par an, sur {whole} capteurs mesurés : {told_}{end}"
        end = f"; {rest} without a trend distinct from zero." if flat else "."
        return f"Underlying trend a year, of {whole} sensors measured: {told_}{end}"

    told = plain.footfall_trends([names.get(r.category, r.category) for r in up],
                                 [names.get(r.category, r.category) for r in down],
                                 len(results))  # fmt: skip
    shown = [*up, *down, *(r for r in results if r not in up and r not in down)]
    found = Finding("footfall-trends", said(moved), tuple(shown), plain=told, topic="change")
    return [found, *_trendless(study, names)]


def _trendless(study: Footfall, names: dict[str, str]) -> list[Finding]:
    """Say at which sensors no trend can be measured, and why."""
    none = tuple(r for r in _named(study, "footfall_trend") if not r.computable)
    if not none:
        return []

    def told(w: Words) -> str:
        fr = w.language == "fr"
        at = "Tendance de fond non mesurable à" if fr else "No trend can be measured at"
        colon = " : " if fr else ": "
        lines = [
            f"{at} {names.get(r.category, r.category)}{colon}{w.pick(r.note).removesuffix('.')}."
            for r in none[:NAMED_TRENDS]
            if r.note is not None
        ]
        rest = len(none) - len(lines)
        if rest:
            others = w.noun(rest, "autre capteur", "autres capteurs") if fr else "more"
            lines.append(f"{'Ni à' if fr else 'Nor at'} {w.count(rest)} {others}.")
        return " ".join(lines)

    return [Finding("footfall-trends-none", said(told), none, "reserve")]


NAMED_TRENDS = 3
"""Sensors named on each side, the furthest from zero; the chart names all."""


def _moving(w: Words, moved: list[Result], names: dict[str, str], *, rising: bool) -> str:
    """Say how many sensors rise (or fall) and name the furthest from zero."""
    if not moved:
        return ""
    first = sorted(moved, key=lambda r: -abs(r.estimate.value))[:NAMED_TRENDS]
    parts = w.list(
        f"{names.get(r.category, r.category)} "
        f"({percent(r.estimate.value, w.language, signed=True)}, {w.range(r)})"
        for r in first
    )
    fr, n = w.language == "fr", w.count(len(moved))
    verb = w.noun(len(moved), "monte", "montent") if rising else w.noun(len(moved), "baisse",
                                                                       "baissent")  # fmt: skip
    if not fr:
        verb = (
            w.noun(len(moved), "rises", "rise") if rising else w.noun(len(moved), "falls", "fall")
        )
    if len(moved) > len(first):
        return f"{n} {verb}, dont {parts}" if fr else f"{n} {verb}, among them {parts}"
    return f"{n} {verb}, {parts}"


def dates(study: Footfall) -> list[Finding]:
    """Say which coming dates are the best."""
    if not study.dates:
        return footfall_hours.lacking(study, {"best_dates"})
    top = study.dates[:3]
    results = tuple(r for r in study.results if r.indicator == "best_dates")

    def ranked(w: Words) -> str:
        parts = [
            f"{day(c.start, w.language)} ({w.count(c.flow)} passages)"
            if not c.conflicts
            else f"{day(c.start, w.language)} ({w.count(c.flow)} passages, {conflicts(c, w)})"
            for c in top
        ]
        if w.language == "fr":
            return (
                "Samedis les plus favorables parmi ceux qui suivent les comptages, dans l'ordre : "
                f"{w.list(parts)}."
            )
        return f"Most favourable Saturdays among those after the counts, in order: {w.list(parts)}."

    return [Finding("footfall-dates", said(ranked), results)]


CONFLICTS: dict[str, Text] = {
    "public_holiday": Text("jour férié", "public holiday"),
    "school_holiday": Text("vacances scolaires", "school holidays"),
    "bridge": Text("pont", "bridge"),
    "sales": Text("soldes", "sales"),
    "market_day": Text("jour de marché", "market day"),
}


def conflicts(candidate: object, w: Words) -> str:
    """Write what else falls on a candidate date."""
    names = getattr(candidate, "conflicts", ())
    return w.list(w.pick(CONFLICTS.get(name, Text(name, name))) for name in names)


def _named(study: Footfall, indicator: str) -> tuple[Result, ...]:
    return tuple(r for r in study.results if r.indicator == indicator)


def findings(study: Footfall) -> list[Finding]:
    """Return every sentence of the chapter, in order."""
    return [
        *missing(study),
        *level(study),
        *footfall_events.events(study),
        *footfall_hours.around(study),
        *footfall_hours.no_dwell(study),
        *footfall_hours.dwell(study),
        *trends(study),
        *footfall_hours.seasons(study),
        *footfall_hours.no_hours(study),
        *footfall_hours.opening(study),
        *footfall_hours.heat(study),
        *dates(study),
    ]
