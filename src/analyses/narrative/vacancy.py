"""Sentences on vacancy, computed from the results of ``commerce.measure_vacancy``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analyses.commerce.rates import band
from analyses.narrative.phrases import (
    ALL,
    EN,
    FR,
    Words,
    find,
    latest,
    missing_findings,
    said,
)  # fmt: skip
from analyses.results import Finding, Result
from analyses.wording import Text

LEVELS = ("premises_count", "survey_coverage", "vacancy_rate", "vacancy_bounds")
CHANGES = (
    "vacancy_trend", "vacancy_composition", "newly_vacant", "newly_let", "vacancy_entry",
    "relet_rate",
)  # fmt: skip
DURATIONS = ("vacancy_duration", "structural_vacancy", "vacancy_spell", "long_spell_share")


def level(results: Iterable[Result], zones: Mapping[str, str] | None = None) -> list[Finding]:
    """Say how many premises are empty, how well that is known, and where.

    Parameters
    ----------
    results : iterable of Result
        Results of ``measure_vacancy``.
    zones : mapping of str to str, optional
        Names of the zones by identifier.
    """
    results = list(results)
    findings = []
    rate = latest(find(results, "vacancy_rate"))
    if rate is not None:
        findings.append(_rate(rate))
        findings += _coverage(results, rate)
        findings += _zones(results, rate, zones or {})
        findings += _streets(results, rate)
        findings += _families(results, rate)
    return findings + missing_findings("vacancy", _of(results, LEVELS))


def change(results: Iterable[Result]) -> list[Finding]:
    """Say whether vacancy rises, how much of it is composition, and how premises move."""
    results = list(results)
    findings = []
    trend, mix = (
        latest(find(results, "vacancy_trend")),
        latest(find(results, "vacancy_composition")),
    )
    if trend is not None:
        findings.append(_trend(trend))
    if mix is not None:
        findings.append(_composition(mix))
    emptied, let = latest(find(results, "newly_vacant")), latest(find(results, "newly_let"))
    if emptied is not None and let is not None:
        findings.append(_moves(emptied, let))
    entry, relet = latest(find(results, "vacancy_entry")), latest(find(results, "relet_rate"))
    if entry is not None and relet is not None:
        findings.append(_yearly(entry, relet))
    return findings + missing_findings("change", _of(results, CHANGES))


def durations(results: Iterable[Result]) -> list[Finding]:
    """Say since when the empty premises are empty, and how long the next ones will be."""
    results = list(results)
    findings = []
    over = [item for item in results if item.indicator == "structural_vacancy" and item.zone == ALL]
    share, median = latest(over), latest(find(results, "vacancy_duration"))
    if share is not None:
        findings.append(_structural(share))
    if median is not None:
        findings.append(_age(median))
    spell = latest(find(results, "vacancy_spell"))
    if spell is not None:
        findings.append(_spell(spell))
    return findings + missing_findings("durations", _of(results, DURATIONS))


def _of(results: Iterable[Result], names: tuple[str, ...]) -> list[Result]:
    totals = ("total", "months_over")
    return [item for item in results if item.indicator in names and item.breakdown in totals]


# ---------------------------------------------------------------- level


def _rate(rate: Result) -> Finding:
    estimate = rate.estimate
    vacant = round(estimate.value * estimate.n / 100)
    scale = band(rate) or Text("", "")
    text = Text(
        f"En {FR.month(rate.period_end)}, {FR.share(estimate.value)} des locaux commerciaux "
        f"sont vides : {FR.count(vacant)} sur {FR.count(estimate.n)} ({FR.range(rate)}). "
        f"Sur l'échelle de Procos, c'est une vacance {scale.fr}.",
        f"In {EN.month(rate.period_end)}, {EN.share(estimate.value)} of the commercial premises "
        f"are empty: {EN.count(vacant)} of {EN.count(estimate.n)} ({EN.range(rate)}). "
        f"On the scale of Procos, this vacancy is {scale.en}.",
    )
    return Finding("vacancy-rate", text, (rate,), "key")


def _coverage(results: list[Result], rate: Result) -> list[Finding]:
    coverage = find(results, "survey_coverage", period_end=rate.period_end)
    if not coverage or not coverage[0].computable:
        return []
    seen = coverage[0]
    bounds = find(results, "vacancy_bounds", period_end=rate.period_end)
    if not bounds or not bounds[0].computable:
        text = Text(
            f"Le statut des {FR.count(seen.estimate.n)} locaux attendus est connu : le taux est "
            "celui de tout le parc, et l'intervalle ne sert qu'à le comparer.",
            f"The status of all {EN.count(seen.estimate.n)} expected premises is known: the rate "
            "is that of the whole stock, and the interval only serves to compare it.",
        )
        return [Finding("vacancy-coverage", text, (seen,))]
    low, high = bounds[0].estimate.low, bounds[0].estimate.high
    text = Text(
        f"Le relevé couvre {FR.share(seen.estimate.value)} des {FR.count(seen.estimate.n)} locaux "
        f"attendus. Selon que les locaux non vus sont tous occupés ou tous vides, le taux irait de "
        f"{FR.share(low)} à {FR.share(high)}.",
        f"The survey covers {EN.share(seen.estimate.value)} of the {EN.count(seen.estimate.n)} "
        f"expected premises. Were those not seen all occupied or all empty, the rate would go from "
        f"{EN.share(low)} to {EN.share(high)}.",
    )
    return [Finding("vacancy-coverage", text, (seen, bounds[0]))]


def _zones(results: list[Result], whole: Result, names: Mapping[str, str]) -> list[Finding]:
    rates = [
        item
        for item in results
        if item.indicator == "vacancy_rate" and item.breakdown == "total" and item.zone != ALL
        and item.period_end == whole.period_end and item.computable
    ]  # fmt: skip
    if len(rates) < 2:
        return []
    high = max(rates, key=lambda item: item.estimate.value)
    low = min(rates, key=lambda item: item.estimate.value)
    apart = high.estimate.low > low.estimate.high

    def sentence(w: Words) -> str:
        def name(item: Result) -> str:
            return names.get(item.zone, item.zone)

        top = f"{name(high)} ({w.share(high.estimate.value)}, {w.range(high)})"
        bottom = f"{name(low)} ({w.share(low.estimate.value)}, {w.range(low)})"
        if w.language == "fr":
            told = "les intervalles ne se recoupent pas" if apart else (
                "les intervalles se recoupent : l'écart peut tenir au hasard"
            )  # fmt: skip
            return f"Zone la moins vide : {bottom} ; la plus vide : {top} ; {told}."
        told = "the intervals do not overlap" if apart else (
            "the intervals overlap: the gap may be chance"
        )  # fmt: skip
        return f"Least empty zone: {bottom}; emptiest: {top}; {told}."

    return [Finding("vacancy-zones", said(sentence), (high, low))]


def _parts(results: list[Result], whole: Result, breakdown: str) -> list[Result]:
    """Return the parts whose interval lies above the rate of the whole, the emptiest first."""
    parts = [
        item
        for item in find(results, "vacancy_rate", breakdown=breakdown, period_end=whole.period_end)
        if item.computable and item.estimate.low > whole.estimate.value
    ]
    return sorted(parts, key=lambda item: (-item.estimate.value, item.category))


def _streets(results: list[Result], whole: Result) -> list[Finding]:
    shown = _parts(results, whole, "street")[:MOST]
    if not shown:
        return []
    text = Text(
        f"{FR.noun(len(shown), 'Rue nettement plus vide', 'Rues nettement plus vides')} que "
        f"l'ensemble : {FR.list(_named(FR, shown))}.",
        f"{EN.noun(len(shown), 'Street', 'Streets')} clearly emptier than the whole: "
        f"{EN.list(_named(EN, shown))}.",
    )
    return [Finding("vacancy-streets", text, tuple(shown))]


def _families(results: list[Result], whole: Result) -> list[Finding]:
    shown = _parts(results, whole, "activity_family")[:MOST]
    if not shown:
        return []
    text = Text(
        "Par activité précédente, la vacance dépasse nettement l'ensemble pour : "
        f"{FR.list(_named(FR, shown))}.",
        f"By former activity, vacancy clearly exceeds the whole for: {EN.list(_named(EN, shown))}.",
    )
    return [Finding("vacancy-families", text, tuple(shown))]


MOST = 3


def _named(w: Words, items: list[Result]) -> list[str]:
    return [f"{w.family(item.category)} ({w.share(item.estimate.value)})" for item in items]


# ---------------------------------------------------------------- change


def _trend(trend: Result) -> Finding:
    estimate = trend.estimate
    rising, falling = estimate.low > 0, estimate.high < 0
    size_fr = f"{FR.decimal(abs(estimate.value))} {FR.noun(estimate.value, 'point', 'points')}"
    size_en = f"{EN.decimal(abs(estimate.value))} {EN.noun(estimate.value, 'point', 'points')}"
    span_fr = f"de {FR.month(trend.period_start)} à {FR.month(trend.period_end)}"
    span_en = f"from {EN.month(trend.period_start)} to {EN.month(trend.period_end)}"
    same_fr = f"sur les mêmes {FR.count(estimate.n)} locaux, {span_fr} ({FR.range(trend)} points)"
    same_en = f"on the same {EN.count(estimate.n)} premises, {span_en} ({EN.range(trend)} points)"
    if rising or falling:
        verb_fr, verb_en = ("progresse", "rises") if rising else ("recule", "falls")
        text = Text(
            f"La vacance {verb_fr} de {size_fr} par an {same_fr}.",
            f"Vacancy {verb_en} by {size_en} a year {same_en}.",
        )
    else:
        text = Text(
            f"L'évolution de la vacance ne se distingue pas de la stabilité : "
            f"{FR.decimal(estimate.value, signed=True)} "
            f"{FR.noun(estimate.value, 'point', 'points')} par an {same_fr}.",
            f"The change of vacancy cannot be told from stability: "
            f"{EN.decimal(estimate.value, signed=True)} "
            f"{EN.noun(estimate.value, 'point', 'points')} a year {same_en}.",
        )
    return Finding("vacancy-trend", text, (trend,), "key")


def _composition(mix: Result) -> Finding:
    shown = mix.estimate.low > 0 or mix.estimate.high < 0

    def sentence(w: Words) -> str:
        points = w.decimal(mix.estimate.value, signed=True)
        noun = w.noun(mix.estimate.value, "point", "points")
        if w.language == "fr":
            verdict = "s'y ajoute" if shown else "est négligeable ou incertain"
            return (
                f"L'effet des locaux entrés ou sortis du relevé {verdict} : {points} {noun} par an "
                f"({w.range(mix)})."
            )
        verdict = "comes on top" if shown else "is negligible or uncertain"
        return (
            f"The effect of premises that entered or left the survey {verdict}: {points} {noun} a "
            f"year ({w.range(mix)})."
        )

    return Finding("vacancy-composition", said(sentence), (mix,))


def _moves(emptied: Result, let: Result) -> Finding:
    out, back = emptied.estimate.value, let.estimate.value
    text = Text(
        f"Entre {FR.month(emptied.period_start)} et {FR.month(emptied.period_end)}, sur "
        f"{FR.count(emptied.estimate.n)} locaux revus, {FR.count(out)} "
        f"{FR.noun(out, 's’est vidé', 'se sont vidés')} et {FR.count(back)} "
        f"{FR.noun(back, 'a retrouvé', 'ont retrouvé')} un commerce.",
        f"Between {EN.month(emptied.period_start)} and {EN.month(emptied.period_end)}, of "
        f"{EN.count(emptied.estimate.n)} premises seen again, {EN.count(out)} emptied and "
        f"{EN.count(back)} found a new shop.",
    )
    return Finding("vacancy-moves", text, (emptied, let))


def _yearly(entry: Result, relet: Result) -> Finding:
    text = Text(
        f"Chaque année, {FR.share(entry.estimate.value)} des locaux occupés se vident "
        f"({FR.range(entry)}) et {FR.share(relet.estimate.value)} des locaux vides retrouvent un "
        f"commerce ({FR.range(relet)}).",
        f"Each year, {EN.share(entry.estimate.value)} of the occupied premises empty "
        f"({EN.range(entry)}) and {EN.share(relet.estimate.value)} of the empty ones find a shop "
        f"({EN.range(relet)}).",
    )
    return Finding("vacancy-yearly", text, (relet, entry), "key")


# ---------------------------------------------------------------- durations


def _structural(share: Result) -> Finding:
    text = Text(
        f"{FR.share(share.estimate.value)} des {FR.count(share.estimate.n)} locaux vides le sont "
        f"depuis plus de {share.category} mois ({FR.range(share)}).",
        f"{EN.share(share.estimate.value)} of the {EN.count(share.estimate.n)} empty premises have "
        f"been so for more than {share.category} months ({EN.range(share)}).",
    )
    return Finding("vacancy-structural", text, (share,), "key")


def _age(median: Result) -> Finding:
    text = Text(
        f"La moitié des locaux vides le sont depuis plus de {FR.count(median.estimate.value)} mois "
        f"({FR.months(median)}).",
        f"Half of the empty premises have been so for more than {EN.count(median.estimate.value)} "
        f"months ({EN.months(median)}).",
    )
    return Finding("vacancy-age", text, (median,))


def _spell(spell: Result) -> Finding:
    text = Text(
        f"Sur {FR.count(spell.estimate.n)} locaux vus se vider, la moitié reste vide plus de "
        f"{FR.count(spell.estimate.value)} mois après le relevé qui les a trouvés vides "
        f"({FR.months(spell)}).",
        f"Of {EN.count(spell.estimate.n)} premises seen to empty, half stay empty for more than "
        f"{EN.count(spell.estimate.value)} months after the survey that found them so "
        f"({EN.months(spell)}).",
    )
    return Finding("vacancy-spell", text, (spell,))
