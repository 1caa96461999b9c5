"""Sentences of the national synthesis: what can be compared, and what cannot be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from analyses import indicators
from analyses.comparison import League, Question, Synthesis
from analyses.narrative.phrases import EN, FR, Words, said
from analyses.readiness.catalogue import catalogue
from analyses.results import Finding
from analyses.wording import Text

NAMED = 4
"""Cities that a sentence names; of more, it gives their number."""

STATES: dict[str, Text] = {
    "read": Text("traitement lu", "run read"),
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
    "fingerprint": Text("définition, source ou saison différente",
                        "other definition, source or season"),
    "period": Text("chiffre trop ancien", "number too old"),
}  # fmt: skip
"""Reasons for which a city is set aside, in a few words."""


def overview(found: Synthesis) -> list[Finding]:
    """Say how many cities were read, how many can be compared, and what sets the others aside."""
    findings = [_read(found), _comparable(found)]
    findings += [item for item in (_apart(found), _aside(found)) if item is not None]
    return findings


def answer(question: Question, league: League) -> Text:
    """Say in one sentence what a league tells: the title of its chart."""
    size = len(league.table)
    if not league.ranked:
        return said(lambda w: _listed(w, question, size))
    if len(league.groups) == 1:
        return said(lambda w: _all_tied(w, question, size))
    return said(lambda w: _groups(w, question, league))


def theme(found: Synthesis, name: str) -> list[Finding]:
    """Say what a theme gives: the questions compared, and those that no city can answer yet."""
    leagues = found.of_theme(name)
    ranked = [q for q, league in leagues.items() if league.ranked]
    listed = [q for q, league in leagues.items() if len(league.table) and not league.ranked]
    silent = [q for q, league in leagues.items() if league.table.empty]

    def sentence(w: Words) -> str:
        counts = w.count(len(leagues)), w.count(len(ranked)), w.count(len(silent))
        if w.language == "fr":
            first = f"Sur {counts[0]} questions, {counts[1]} {w.noun(len(ranked), 'est classée', 'sont classées')}"
            return (
                first
                + f" et {counts[2]} n'{w.noun(len(silent), 'a', 'ont')} encore aucune ville comparable."
            )
        return f"Of {counts[0]} questions, {counts[1]} are ranked and {counts[2]} have no comparable city yet."

    findings = [Finding(f"national-{name}", said(sentence))]
    if listed:
        findings.append(
            Finding(f"national-{name}-listed", said(lambda w: _too_few(w, listed)), level="reserve")
        )
    return findings


def league(question: Question, found: League) -> list[Finding]:
    """Say what a ranked league tells beside its chart: ties, and who lies beyond chance."""
    if not found.ranked:
        return []
    pairs, told = _pairs(found)
    beyond = found.table[found.table["position"] != "within"]

    def sentence(w: Words) -> str:
        apart, every = w.count(told), w.count(pairs)
        if w.language == "fr":
            text = f"{apart} {w.noun(told, 'paire', 'paires')} de villes sur {every} se {w.noun(told, 'distingue', 'distinguent')}"
            text += "." if told == 0 else ", une fois le hasard des comparaisons multiples compté."
        else:
            text = f"{apart} of {every} pairs of cities can be told apart, chance counted over all of them."
        return text + _beyond(w, beyond)

    return [Finding(f"national-{question.id}", said(sentence))]


def evolution(question: Question, changes: pd.DataFrame, names: dict[str, str]) -> Finding:
    """Say in how many cities a number moved from one survey to the next."""
    moved = changes[changes["changed"].astype(bool)]

    def sentence(w: Words) -> str:
        n, m = w.count(len(changes)), w.count(len(moved))
        listed = w.list(names[city] for city in moved["city"][:NAMED])
        label = w.pick(question.label)
        if w.language == "fr":
            if moved.empty:
                return f"{label} : dans aucune des {n} villes suivies le changement ne dépasse le hasard."
            return f"{label} : sur {n} villes suivies, {m} {w.noun(len(moved), 'change', 'changent')} au-delà du hasard ({listed}{_more(w, len(moved))})."
        if moved.empty:
            return f"{label}: in none of the {n} cities followed does the change exceed chance."
        return f"{label}: of {n} cities followed, {m} changed beyond chance ({listed}{_more(w, len(moved))})."

    text = said(sentence)
    return Finding(f"national-evolution-{question.id}", text, plain=text, topic="change")


def data(found: Synthesis) -> list[Finding]:
    """Say which data the cities hold most, and which none gave."""
    members = found.programme.members
    held = Counter(name for member in members for name in member.held)
    known = Counter(name for member in members for name in member.known)
    book = catalogue().data
    readable = [name for name, item in book.items() if item.table or item.feeds]
    never = [name for name in readable if not held[name]]

    def sentence(w: Words) -> str:
        most = [name for name, _ in held.most_common(1)]
        if not most:
            return (
                "Aucune ville n'a encore fourni de données." if w.language == "fr"
                else "No city has given data yet."
            )  # fmt: skip
        label = w.pick(book[most[0]].label.text())
        n, every = w.count(held[most[0]]), w.count(len(members))
        lacking, total = w.count(len(never)), w.count(len(readable))
        if w.language == "fr":
            return (
                f"Donnée la plus répandue : {label} ({n} {w.noun(held[most[0]], 'ville', 'villes')} sur {every}). "
                f"{lacking} jeux de données sur {total} n'ont été fournis par aucune ville."
            )
        return f"Most common data: {label} ({n} of {every} cities). {lacking} data sets of {total} were given by none."

    findings = [Finding("national-data", said(sentence), plain=said(sentence), topic="watch")]
    if known:
        name, cities_ = known.most_common(1)[0]
        label = book[name].label.text()
        text = said(lambda w: _known(w, w.pick(label), cities_))
        findings.append(Finding("national-data-known", text))
    return findings


def published(found: Synthesis) -> Finding:
    """Say how many figures others published, and that they are never ranked."""
    figures = sum(len(member.published) for member in found.programme.members)
    cities_ = sum(bool(member.published) for member in found.programme.members)

    def sentence(w: Words) -> str:
        n, m = w.count(figures), w.count(cities_)
        if w.language == "fr":
            return f"{n} chiffres publiés par d'autres, pour {m} {w.noun(cities_, 'ville', 'villes')} : ils sont montrés comme tels et ne sont jamais classés, car leurs producteurs, dates et périmètres diffèrent."
        return f"{n} figures published by others, for {m} cities: they are shown as such and never ranked, since their producers, dates and perimeters differ."

    return Finding("national-published", said(sentence))


def title_coverage(found: Synthesis) -> Text:
    """Say which question is comparable across the most cities: the title of its chart."""
    best = max(found.leagues, key=lambda q: len(found.leagues[q].table))
    size, every = len(found.leagues[best].table), len(found.programme.members)
    if not size:
        return said(
            lambda w: "Aucun indicateur n'est encore comparable" if w.language == "fr"
            else "No indicator is comparable yet"
        )  # fmt: skip
    label = best.label
    return said(
        lambda w: (
            f"{w.pick(label)} : {w.count(size)} villes comparables sur {w.count(every)}, le plus partagé des indicateurs"
            if w.language == "fr"
            else f"{w.pick(label)}: {w.count(size)} comparable cities of {w.count(every)}, the most shared indicator"
        )
    )


def _read(found: Synthesis) -> Finding:
    members = found.programme.members
    lost = [member for member in members if member.state != "read"]

    def sentence(w: Words) -> str:
        n, m = w.count(len(members)), w.count(len(members) - len(lost))
        names = w.list([*(member.name for member in lost[:NAMED]), *_rest(w, len(lost))])
        if w.language == "fr":
            text = f"Sur {n} {w.noun(len(members), 'ville', 'villes')} du programme, {m} {w.noun(len(members) - len(lost), 'a', 'ont')} des résultats lus"
            return text + (f" ; sans résultat : {names}." if lost else ".")
        text = f"Of {n} cities of the programme, {m} have results that were read"
        return text + (f"; without results: {names}." if lost else ".")

    return Finding("national-read", said(sentence), plain=said(sentence))


def _comparable(found: Synthesis) -> Finding:
    ranked, every = found.ranked, len(found.leagues)
    best = max(found.leagues, key=lambda q: len(found.leagues[q].table))
    size = len(found.leagues[best].table)

    def sentence(w: Words) -> str:
        n, m, cities_ = w.count(len(ranked)), w.count(every), w.count(size)
        label = w.pick(best.label)
        if w.language == "fr":
            if not ranked:
                return f"Aucune des {m} questions ne peut encore être classée : trop peu de villes ont des chiffres comparables."
            return f"{n} questions sur {m} {w.noun(len(ranked), 'peut', 'peuvent')} être {w.noun(len(ranked), 'classée', 'classées')}. La plus partagée : {label} ({cities_} villes comparables)."
        if not ranked:
            return f"None of the {m} questions can be ranked yet: too few cities have comparable numbers."
        return f"{n} of {m} questions can be ranked. The most shared: {label} ({cities_} comparable cities)."

    return Finding("national-comparable", said(sentence), plain=said(sentence))


def _apart(found: Synthesis) -> Finding | None:
    if not found.ranked:
        return None
    best = max(found.ranked, key=lambda q: len(found.leagues[q].table))
    pairs, told = _pairs(found.leagues[best])

    def sentence(w: Words) -> str:
        n, m, label = w.count(pairs - told), w.count(pairs), w.pick(best.label)
        if w.language == "fr":
            return f"{label} : {n} paires de villes sur {m} ne peuvent être départagées. Une place seule ne veut rien dire ; les tableaux donnent des places de… à…"
        return f"{label}: {n} of {m} pairs of cities cannot be told apart. A single place means nothing; the tables give places from… to…"

    text = said(sentence)
    return Finding("national-apart", text, plain=text, topic="watch")


def _aside(found: Synthesis) -> Finding | None:
    reasons = Counter(item.reason for made in found.leagues.values() for item in made.gate.asides)
    if not reasons:
        return None

    def sentence(w: Words) -> str:
        told = w.list(
            f"{w.pick(SHORT[name])} ({w.count(count)})" for name, count in reasons.most_common(3)
        )
        if w.language == "fr":
            return f"Une ville est écartée d'une question, avec sa raison et le remède, d'abord pour : {told}."
        return (
            f"A city is set aside from a question, with its reason and remedy, first for: {told}."
        )

    return Finding("national-aside", said(sentence), plain=said(sentence), topic="watch")


def _groups(w: Words, question: Question, league: League) -> str:
    first, last = len(league.groups[0]), len(league.groups[-1])
    label, best, worst = w.pick(question.label), w.count(first), w.count(last)
    ends = _ends(question, w)
    size = w.count(len(league.table))
    if w.language == "fr":
        return (
            f"{label} : sur {size} villes, {best} {w.noun(first, 'partage', 'se partagent')} {ends[0]} "
            f"et {worst} {w.noun(last, 'occupe', 'se partagent')} {ends[1]}"
        )
    return f"{label}: of {size} cities, {best} share {ends[0]} and {worst} {ends[1]}"


def _ends(question: Question, w: Words) -> tuple[str, str]:
    if not question.ordered:
        fr, en = ("le haut", "le bas"), ("the top", "the bottom")
    elif indicators.get(question.indicator).better == "lower":
        fr, en = ("les taux les plus bas", "les plus hauts"), ("the lowest values", "the highest")
    else:
        fr, en = ("les valeurs les plus hautes", "les plus basses"), (
            "the highest values", "the lowest",
        )  # fmt: skip
    return fr if w.language == "fr" else en


def _all_tied(w: Words, question: Question, size: int) -> str:
    label, n = w.pick(question.label), w.count(size)
    if w.language == "fr":
        return f"{label} : rien ne permet de départager les {n} villes comparables"
    return f"{label}: nothing tells the {n} comparable cities apart"


def _listed(w: Words, question: Question, size: int) -> str:
    label, n = w.pick(question.label), w.count(size)
    if w.language == "fr":
        return f"{label} : {n} {w.noun(size, 'ville comparable', 'villes comparables')}, trop peu pour un classement"
    return f"{label}: {n} comparable {w.noun(size, 'city', 'cities')}, too few to rank"


def _too_few(w: Words, questions: Sequence[Question]) -> str:
    names = w.list(w.pick(question.label).lower() for question in questions)
    if w.language == "fr":
        return f"Chiffres montrés sans classement, faute d'assez de villes comparables ou d'intervalle : {names}."
    return f"Numbers shown without ranking, for want of comparable cities or intervals: {names}."


def _beyond(w: Words, beyond: pd.DataFrame) -> str:
    if beyond.empty:
        return (
            " Toutes les villes sont dans les limites que le hasard seul explique autour de leur moyenne."
            if w.language == "fr"
            else " All cities lie within what chance alone explains around their mean."
        )
    n, names = w.count(len(beyond)), w.list([*beyond["name"][:NAMED], *_rest(w, len(beyond))])
    if w.language == "fr":
        return f" Au-delà de ce que le hasard explique autour de la moyenne : {n} ({names})."
    return f" Beyond what chance explains around the mean: {n} ({names})."


def _known(w: Words, label: str, cities_: int) -> str:
    n = w.count(cities_)
    if w.language == "fr":
        return f"Donnée le plus souvent signalée sans être fournie : {label} ({n} {w.noun(cities_, 'ville', 'villes')}) ; la demander est le pas le moins coûteux."
    return f"Data most often known to exist but not given: {label} ({n} cities); asking for it is the cheapest step."


def _pairs(league: League) -> tuple[int, int]:
    """Return the pairs of cities of a league, and those that can be told apart."""
    size = len(league.table)
    return size * (size - 1) // 2, int(league.table["apart_from"].sum()) // 2


def _rest(w: Words, count: int) -> Iterable[str]:
    rest = count - NAMED
    if rest > 0:
        yield (
            f"{w.count(rest)} {w.noun(rest, 'autre', 'autres')}"
            if w.language == "fr"
            else (f"{w.count(rest)} {w.noun(rest, 'other', 'others')}")
        )


def _more(w: Words, count: int) -> str:
    return "".join(f", {item}" for item in _rest(w, count))


__all__ = [
    "EN", "FR", "NAMED", "SHORT", "STATES", "answer", "data", "evolution", "league", "overview",
    "published", "theme", "title_coverage",
]  # fmt: skip
