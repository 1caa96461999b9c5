"""Sentences on vacancy, computed from the results of ``commerce.measure_vacancy``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from analyses.commerce.rates import band
from analyses.narrative import plain
from analyses.narrative import vacancy_places as places
from analyses.narrative.phrases import (
    ALL,
    EN,
    FR,
    Words,
    find,
    latest,
    missing_findings,
    said,
    weight,
    wide,
)  # fmt: skip
from analyses.results import Finding, Result
from analyses.wording import Text, day

LEVELS = ("premises_count", "survey_coverage", "vacancy_rate", "vacancy_bounds")
CHANGES = (
    "vacancy_trend", "vacancy_composition", "newly_vacant", "newly_let", "vacancy_entry",
    "relet_rate",
)  # fmt: skip
DURATIONS = ("vacancy_duration", "structural_vacancy", "vacancy_spell", "long_spell_share")


def level(
    results: Iterable[Result],
    zones: Mapping[str, str] | None = None,
    set_aside: Sequence[tuple[date, int]] = (),
) -> list[Finding]:
    """Say how many premises are empty, how well that is known, and where.

    Parameters
    ----------
    results : iterable of Result
        Results of ``measure_vacancy``.
    zones : mapping of str to str, optional
        Names of the zones by identifier.
    set_aside : sequence of (date, int)
        Days of visits set aside, and premises visited (see :class:`analyses.commerce.panel.Panel`).
    """
    results = list(results)
    findings = []
    rate = latest(find(results, "vacancy_rate"))
    if rate is not None:
        findings.append(_rate(rate))
        findings += _incomplete(results, rate)
        findings += _doubt(rate)
        findings += _coverage(results, rate)
        findings += places.zones(results, rate, zones or {})
        findings += places.streets(results, rate)
        findings += places.families(results, rate)
        findings += places.surfaces(results, rate)
    findings += _waves(results)
    findings += _set_aside(set_aside)
    told = {item for finding in findings for item in finding.results}
    late = [item for item in told if item.indicator == "survey_coverage"]
    days = {item.period_end for item in late if rate and item.period_end != rate.period_end}
    unsaid = [item for item in _of(results, LEVELS) if item.period_end not in days]
    return findings + missing_findings("vacancy", unsaid)


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
        findings.append(_composition(mix, trend))
    emptied, let = (
        latest(item for item in find(results, name) if item.estimate.n)
        for name in ("newly_vacant", "newly_let")
    )
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
    scale = band(rate)
    sized = scale or Text("", "")
    scale_fr = f" Sur l'échelle de Procos, c'est une vacance {sized.fr}." if scale else ""
    scale_en = f" On the scale of Procos, this vacancy is {sized.en}." if scale else ""
    text = Text(
        f"En {FR.month(rate.period_end)}, {FR.share(estimate.value)} des locaux commerciaux "
        f"sont vides : {FR.count(vacant)} sur {FR.count(estimate.n)} ({FR.range(rate)}).{scale_fr}",
        f"In {EN.month(rate.period_end)}, {EN.share(estimate.value)} of the commercial premises "
        f"are empty: {EN.count(vacant)} of {EN.count(estimate.n)} ({EN.range(rate)}).{scale_en}",
    )
    return Finding("vacancy-rate", text, (rate,), weight(rate), plain.vacancy_rate(rate))


def _incomplete(results: list[Result], rate: Result) -> list[Finding]:
    """Say which wave speaks, where the last one gives no rate, and why it gives none."""
    last = latest(find(results, "survey_coverage"))
    if last is None or last.period_end is None or rate.period_end is None:
        return []
    if last.period_end <= rate.period_end:
        return []

    def sentence(w: Words) -> str:
        late, spoken = w.month(last.period_end), w.month(rate.period_end)
        reasons = (item.note for item in find(results, "vacancy_rate", period_end=last.period_end))
        why = next((f" {note.in_(w.language)}" for note in reasons if note is not None), "")
        if w.language == "fr":
            return (
                f"La dernière vague ({late}) ne donne pas de taux.{why} "
                f"Le taux montré est celui de {spoken}."
            )
        return f"The last wave ({late}) gives no rate.{why} The rate shown is that of {spoken}."

    return [Finding("vacancy-incomplete", said(sentence), (last, rate), "reserve")]


def _doubt(rate: Result) -> list[Finding]:
    if rate.quality != "reserve" or rate.note is None:
        return []
    return [Finding("vacancy-doubt", rate.note, (rate,), "reserve")]


def _waves(results: list[Result]) -> list[Finding]:
    """Say how many waves the survey has, and when."""
    counts = [item for item in find(results, "premises_count") if item.period_end]
    counts.sort(key=lambda item: item.period_end or date.min)
    if not counts:
        return []

    def sentence(w: Words) -> str:
        months = [w.month(item.period_end) for item in counts]
        first, last, n = months[0], months[-1], w.count(len(counts))
        if w.language == "fr":
            when = w.list(months) if len(months) <= MOST_WAVES else f"de {first} à {last}"
            return f"Le relevé compte {n} {w.noun(len(counts), 'vague', 'vagues')} : {when}."
        when = w.list(months) if len(months) <= MOST_WAVES else f"from {first} to {last}"
        return f"The survey has {n} {w.noun(len(counts), 'wave', 'waves')}: {when}."

    return [Finding("vacancy-waves", said(sentence), tuple(counts))]


def _set_aside(visits: Sequence[tuple[date, int]]) -> list[Finding]:
    if not visits:
        return []

    def sentence(w: Words) -> str:
        fr = w.language == "fr"
        told = w.list(
            f"{day(when, w.language)} ({w.count(n)} "
            f"{w.noun(n, 'local', 'locaux') if fr else 'premises'})"
            for when, n in visits[:MOST_WAVES]
        )
        more = ("…" if len(visits) > MOST_WAVES else "") + "."
        if fr:
            return (
                f"Visites trop peu nombreuses pour faire une vague, mises à part : {told}{more} "
                "Vérifier leur date."
            )
        return f"Visits too few to make a wave, set aside: {told}{more} Check their dates."

    return [Finding("vacancy-set-aside", said(sentence), (), "reserve")]


MOST_WAVES = 6
NEGLIGIBLE_POINTS = 0.05


def _coverage(results: list[Result], rate: Result) -> list[Finding]:
    coverage = find(results, "survey_coverage", period_end=rate.period_end)
    if not coverage or not coverage[0].computable:
        return []
    seen = coverage[0]
    bounds = find(results, "vacancy_bounds", period_end=rate.period_end)
    if not bounds or not bounds[0].computable:
        text = Text(
            f"Le statut des {FR.count(seen.estimate.n)} locaux attendus est connu : le taux est "
            "celui de tous les locaux listés par le relevé, et l'intervalle ne sert qu'à le "
            "comparer.",
            f"The status of all {EN.count(seen.estimate.n)} expected premises is known: the rate "
            "is that of all premises listed by the survey, and the interval only serves to compare "
            "it.",
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


# ---------------------------------------------------------------- change


def _trend(trend: Result) -> Finding:
    estimate = trend.estimate
    rising, falling = estimate.low > 0, estimate.high < 0
    size_fr = f"{FR.decimal(abs(estimate.value))} {FR.noun(estimate.value, 'point', 'points')}"
    size_en = f"{EN.decimal(abs(estimate.value))} {EN.noun(estimate.value, 'point', 'points')}"
    span_fr = f"de {FR.month(trend.period_start)} à {FR.month(trend.period_end)}"
    span_en = f"from {EN.month(trend.period_start)} to {EN.month(trend.period_end)}"
    same_fr = (
        f"sur {FR.count(estimate.n)} locaux vus au moins deux fois, {span_fr} "
        f"({FR.range(trend)} points)"
    )
    same_en = (
        f"on {EN.count(estimate.n)} premises seen at least twice, {span_en} "
        f"({EN.range(trend)} points)"
    )
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
    said_ = plain.vacancy_trend(trend)
    return Finding("vacancy-trend", text, (trend,), weight(trend), said_, "change")


def _composition(mix: Result, trend: Result | None) -> Finding:
    clear = mix.estimate.low > 0 or mix.estimate.high < 0
    shown = clear and abs(mix.estimate.value) >= NEGLIGIBLE_POINTS
    told = trend is not None and (trend.estimate.low > 0 or trend.estimate.high < 0)
    same = trend is not None and mix.estimate.value * trend.estimate.value > 0

    def sentence(w: Words) -> str:
        points = w.decimal(mix.estimate.value, signed=True)
        noun = w.noun(mix.estimate.value, "point", "points")
        if w.language == "fr":
            verdict = (
                "est négligeable ou incertain" if not shown
                else "se distingue de zéro" if not told
                else "s'y ajoute" if same else "va en sens inverse"
            )  # fmt: skip
            return (
                f"L'effet des locaux entrés ou sortis du relevé {verdict} : {points} {noun} par an "
                f"({w.range(mix)})."
            )
        verdict = (
            "is negligible or uncertain" if not shown
            else "differs from zero" if not told
            else "comes on top" if same else "goes the other way"
        )  # fmt: skip
        return (
            f"The effect of premises that entered or left the survey {verdict}: {points} {noun} a "
            f"year ({w.range(mix)})."
        )

    return Finding("vacancy-composition", said(sentence), (mix,))


def _moves(emptied: Result, let: Result) -> Finding:
    out, back = emptied.estimate.value, let.estimate.value
    text = Text(
        f"Entre {FR.month(emptied.period_start)} et {FR.month(emptied.period_end)}, sur "
        f"{FR.count(emptied.estimate.n)} "
        f"{FR.noun(emptied.estimate.n, 'local revu', 'locaux revus')}, {FR.count(out)} "
        f"{FR.noun(out, 's’est vidé', 'se sont vidés')} et {FR.count(back)} "
        f"{FR.noun(back, 'a retrouvé', 'ont retrouvé')} un commerce.",
        f"Between {EN.month(emptied.period_start)} and {EN.month(emptied.period_end)}, of "
        f"{EN.count(emptied.estimate.n)} premises seen again, {EN.count(out)} emptied and "
        f"{EN.count(back)} found a new shop.",
    )
    said_ = plain.vacancy_moves(emptied, let)
    return Finding("vacancy-moves", text, (emptied, let), plain=said_, topic="change")


def _yearly(entry: Result, relet: Result) -> Finding:
    vague = wide(entry) or wide(relet)
    fr = " : les données situent mal ces taux" if vague else ""
    en = ": the data hardly tell these rates" if vague else ""
    text = Text(
        f"Chaque année, {FR.share(entry.estimate.value)} des locaux occupés se vident "
        f"({FR.range(entry)}) et {FR.share(relet.estimate.value)} des locaux vides retrouvent un "
        f"commerce ({FR.range(relet)}){fr}.",
        f"Each year, {EN.share(entry.estimate.value)} of the occupied premises empty "
        f"({EN.range(entry)}) and {EN.share(relet.estimate.value)} of the empty ones find a shop "
        f"({EN.range(relet)}){en}.",
    )
    return Finding("vacancy-yearly", text, (relet, entry), "body" if vague else "key")


# ---------------------------------------------------------------- durations


def _structural(share: Result) -> Finding:
    if wide(share):
        text = Text(
            f"Part des {FR.count(share.estimate.n)} locaux vides qui le sont depuis plus de "
            f"{share.category} mois : les données ne permettent pas de la situer "
            f"({FR.range(share)}).",
            f"Share of the {EN.count(share.estimate.n)} empty premises that have been so for more "
            f"than {share.category} months: the data cannot tell it ({EN.range(share)}).",
        )
        return Finding("vacancy-structural", text, (share,))
    text = Text(
        f"{FR.share(share.estimate.value)} des {FR.count(share.estimate.n)} locaux vides le sont "
        f"depuis plus de {share.category} mois ({FR.range(share)}).",
        f"{EN.share(share.estimate.value)} of the {EN.count(share.estimate.n)} empty premises have "
        f"been so for more than {share.category} months ({EN.range(share)}).",
    )
    said_ = plain.structural(share)
    return Finding("vacancy-structural", text, (share,), "key", said_, "watch")


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
