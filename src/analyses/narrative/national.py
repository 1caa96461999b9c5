"""Sentences of the national synthesis: what can be compared, and what cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analyses import indicators
from analyses.comparison import League, Question, Synthesis
from analyses.narrative.phrases import Words, said
from analyses.results import Finding
from analyses.wording import Text, lowered

NAMED = 4
"""Cities that a sentence names; of more, it gives their number."""

STATES: dict[str, Text] = {
    "read": Text("résultats lus", "results read"),
    "absent": Text("aucun traitement fini", "no finished run"),
    "failed": Text("traitement arrêté", "run stopped"),
    "broken": Text("dossier illisible", "unreadable folder"),
}
"""Words of the states of a city."""

SHORT: dict[str, Text] = {
    "fictitious": Text("ville fictive", "fictitious city"),
    "perimeter": Text("périmètre non déclaré", "no declared perimeter"),
    "missing": Text("chiffre non calculable", "number not computable"),
    "suppressed": Text("chiffre masqué", "hidden number"),
    "quality": Text("chiffre sous réserve", "number with a reserve"),
    "interval": Text("chiffre sans intervalle", "number without interval"),
    "fingerprint": Text("autre empreinte", "other fingerprint"),
    "period": Text("chiffre trop ancien", "number too old"),
}
"""Reasons for which a city is set aside, in a few words."""


THEMES: dict[str, Text] = {
    "commerce": Text("Commerce", "Retail"),
    "footfall": Text("Fréquentation", "Footfall"),
    "parking": Text("Stationnement", "Parking"),
    "crossings": Text("Croisements", "Crossings"),
}
"""Titles of the themes, in the order of the report."""


def answer(question: Question, league: League) -> Text:
    """Say in one sentence what a league tells: the title of its chart."""
    size = len(league.table)
    if not league.ranked:
        return said(lambda w: _listed(w, question, size))
    if len(league.groups) == 1:
        return said(lambda w: _all_tied(w, question, size))
    if set(league.groups[0]) & set(league.groups[-1]):
        return said(lambda w: _some_apart(w, question, league))
    return said(lambda w: _groups(w, question, league))


def theme(found: Synthesis, name: str) -> list[Finding]:
    """Say what a theme gives: the questions compared, and those that no city can answer yet."""
    leagues = found.of_theme(name)
    ranked = [q for q, league in leagues.items() if league.ranked]
    shown = [q for q, league in leagues.items() if len(league.table) and not league.ranked]
    silent = [q for q, league in leagues.items() if league.table.empty]

    def sentence(w: Words) -> str:
        every, n, m = w.count(len(leagues)), w.count(len(ranked)), w.count(len(silent))
        fr = f"Sur {every} questions, {n} {w.noun(len(ranked), 'est classée', 'sont classées')}"
        en = f"Of {every} questions, {n} {w.noun(len(ranked), 'is', 'are')} ranked"
        if not ranked:
            fr, en = f"Sur {every} questions, aucune n'est classée", f"Of {every} questions, none"
            en += " is ranked"
        if silent:
            fr += f" et {m} {w.noun(len(silent), 'attend', 'attendent')} des villes comparables"
            en += f" and {m} {w.noun(len(silent), 'awaits', 'await')} comparable cities"
        return in_two(w, f"{fr}.", f"{en}.")

    findings = [Finding(f"national-{name}", said(sentence))]
    if shown:
        text = said(lambda w: _too_few(w, shown))
        findings.append(Finding(f"national-{name}-listed", text, level="reserve"))
    return findings


def league(question: Question, found: League) -> list[Finding]:
    """Say what a ranked league tells beside its chart: ties, and who lies beyond chance."""
    if not found.ranked:
        return []
    pairs, told = pairs_of(found)
    beyond = found.table[found.table["position"] != "within"]

    def sentence(w: Words) -> str:
        n, every = w.count(told), w.count(pairs)
        if not told:
            fr = f"Aucune paire de villes, sur {every}, ne se distingue."
            en = f"Of {every} pairs of cities, none can be told apart."
        else:
            fr = f"{n} {w.noun(told, 'paire', 'paires')} de villes sur {every} se "
            fr += f"{w.noun(told, 'distingue', 'distinguent')}, une fois compté le hasard de tant "
            fr += "de comparaisons."
            en = f"{n} of {every} pairs of cities can be told apart, chance counted over all."
        return in_two(w, fr, en) + _beyond(w, beyond)

    title = answer(question, found)
    plain = Text(f"{title.fr}.", f"{title.en}.")
    return [Finding(f"national-{question.id}", said(sentence), plain=plain)]


def evolution(question: Question, changes: pd.DataFrame, names: dict[str, str]) -> Finding:
    """Say in how many cities a number moved from one survey to the next."""
    moved = changes[changes["changed"].astype(bool)]
    count = len(moved)

    def sentence(w: Words) -> str:
        n, m, label = w.count(len(changes)), w.count(count), w.pick(question.label)
        if not count:
            return in_two(
                w,
                f"{label} : aucune des {n} villes suivies ne change au-delà du hasard.",
                f"{label}: none of the {n} cities followed changed beyond chance.",
            )
        who = listed(w, [names[city] for city in moved["city"]])
        return in_two(
            w,
            f"{label} : sur {n} villes suivies, {m} {w.noun(count, 'change', 'changent')} au-delà "
            f"du hasard ({who}).",
            f"{label}: of {n} cities followed, {m} changed beyond chance ({who}).",
        )

    text = said(sentence)
    return Finding(f"national-evolution-{question.id}", text, plain=text, topic="change")


def _groups(w: Words, question: Question, league: League) -> str:
    first, last = league.groups[0], league.groups[-1]
    label, size = w.pick(question.label), w.count(len(league.table))
    names = dict(zip(league.table["city"], league.table["name"], strict=True))
    best, worst = _ends(question)

    def who(group: Sequence[str]) -> str:
        if len(group) == 1:
            return str(names[group[0]])
        return f"{w.count(len(group))} {in_two(w, 'villes', 'cities')}"

    tied = len(first) > 1
    fr = f"{label}, {size} villes : {best.fr} pour {who(first)}"
    en = f"{label}, {size} cities: {best.en} for {who(first)}"
    fr += " que rien ne sépare" if tied else ""
    en += " that nothing tells apart" if tied else ""
    return in_two(w, f"{fr}, {worst.fr} pour {who(last)}", f"{en}, {worst.en} for {who(last)}")


def _ends(question: Question) -> tuple[Text, Text]:
    """Return how the two ends of a league are named: the first, then the last."""
    low, high = Text("le plus bas", "lowest"), Text("le plus haut", "highest")
    return (low, high) if indicators.get(question.indicator).better == "lower" else (high, low)


def _all_tied(w: Words, question: Question, size: int) -> str:
    label, n = w.pick(question.label), w.count(size)
    return in_two(
        w,
        f"{label} : rien ne permet de départager les {n} villes comparables",
        f"{label}: nothing tells the {n} comparable cities apart",
    )


def _some_apart(w: Words, question: Question, league: League) -> str:
    pairs, told = pairs_of(league)
    label, size = w.pick(question.label), w.count(len(league.table))
    n, every = w.count(told), w.count(pairs)
    verb = w.noun(told, "se distingue", "se distinguent")
    return in_two(
        w,
        f"{label}, {size} villes : {n} {w.noun(told, 'paire', 'paires')} seulement sur {every} "
        f"{verb}",
        f"{label}, {size} cities: only {n} of {every} pairs can be told apart",
    )


def _listed(w: Words, question: Question, size: int) -> str:
    label, n = w.pick(question.label), w.count(size)
    cities_ = w.noun(size, *_cities(w))
    return in_two(
        w,
        f"{label} : {n} {cities_}, trop peu pour un classement",
        f"{label}: {n} {cities_}, too few to rank",
    )


def _cities(w: Words) -> tuple[str, str]:
    fr = ("ville comparable", "villes comparables")
    return fr if w.language == "fr" else ("comparable city", "comparable cities")


def _too_few(w: Words, questions: Sequence[Question]) -> str:
    names = w.list(lowered(w.pick(question.label)) for question in questions)
    return in_two(
        w,
        f"Montré sans classement, faute de villes comparables ou d'intervalle : {names}.",
        f"Shown without ranking, for want of comparable cities or intervals: {names}.",
    )


def _beyond(w: Words, beyond: pd.DataFrame) -> str:
    if beyond.empty:
        return in_two(
            w,
            " Toutes les villes sont dans ce que le hasard seul ferait autour de leur moyenne.",
            " All cities lie within what chance alone would do around their mean.",
        )
    n, names = w.count(len(beyond)), listed(w, beyond["name"].tolist())
    return in_two(
        w,
        f" Au-delà de ce que le hasard ferait autour de la moyenne : {n} ({names}).",
        f" Beyond what chance would do around the mean: {n} ({names}).",
    )


def pairs_of(league: League) -> tuple[int, int]:
    """Return the pairs of cities of a league, and those that can be told apart."""
    size = len(league.table)
    return size * (size - 1) // 2, int(league.table["apart_from"].sum()) // 2


def listed(w: Words, names: Sequence[str]) -> str:
    """List the first names, and say how many more there are."""
    rest = len(names) - NAMED
    shown = list(names[:NAMED])
    if rest > 0:
        more = w.noun(rest, *_in_others(w))
        shown.append(f"{w.count(rest)} {more}")
    return w.list(shown)


def _in_others(w: Words) -> tuple[str, str]:
    return ("autre", "autres") if w.language == "fr" else ("other", "others")


def in_two(w: Words, fr: str, en: str) -> str:
    """Return the sentence of the language that is written."""
    return fr if w.language == "fr" else en
