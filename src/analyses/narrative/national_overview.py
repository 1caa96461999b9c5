"""Sentences on the whole programme: who was read, what is comparable, who has which data."""

from __future__ import annotations

from collections import Counter

from analyses.comparison import Aside, Question, Synthesis
from analyses.narrative.national import SHORT, in_two, listed, pairs_of
from analyses.narrative.phrases import Words, said
from analyses.readiness.catalogue import catalogue
from analyses.results import Finding
from analyses.wording import Text

GROUND = ("zones", "streets")
"""Data sets that draw a map and answer no question."""
REASONS = 3
"""Reasons that a sentence gives."""


def overview(found: Synthesis) -> list[Finding]:
    """Say how many cities were read, how many can be compared, and what sets the others aside."""
    findings = [_read(found), _comparable(found), _apart(found), _aside(found)]
    return [item for item in findings if item is not None]


def data(found: Synthesis) -> list[Finding]:
    """Say which data the cities hold most, and which none gave."""
    members = found.programme.members
    held = Counter(name for member in members for name in member.held if name not in GROUND)
    known = Counter(name for member in members for name in member.known)
    book = catalogue().data
    readable = [
        name for name, item in book.items() if (item.table or item.feeds) and name not in GROUND
    ]
    never = [name for name in readable if not held[name]]

    def sentence(w: Words) -> str:
        if not held:
            return in_two(w, "Aucune ville n'a encore fourni de données.", "No city gave data yet.")
        name, cities_ = held.most_common(1)[0]
        label, n, every = w.pick(book[name].label.text()), w.count(cities_), w.count(len(members))
        lacking, total = w.count(len(never)), w.count(len(readable))
        return in_two(
            w,
            f"La donnée la plus répandue est « {label} » ({n} {w.noun(cities_, 'ville', 'villes')} "
            f"sur {every}) ; {lacking} jeux de données sur {total} n'ont été fournis par aucune.",
            f"The most common data set is “{label}” ({n} of {every} cities); {lacking} data sets "
            f"of {total} were given by none.",
        )

    findings = [Finding("national-data", said(sentence), plain=said(sentence), topic="watch")]
    if known:
        name, cities_ = known.most_common(1)[0]
        label = book[name].label.text()
        text = said(lambda w: _known(w, w.pick(label), cities_))
        findings.append(Finding("national-data-known", text, plain=text, topic="watch"))
    return findings


def published(found: Synthesis) -> Finding:
    """Say how many figures others published, and that they are never ranked."""
    figures = sum(len(member.published) for member in found.programme.members)
    cities_ = sum(bool(member.published) for member in found.programme.members)

    def sentence(w: Words) -> str:
        n, m = w.count(figures), w.count(cities_)
        return in_two(
            w,
            f"{n} {w.noun(figures, 'chiffre publié', 'chiffres publiés')} par d'autres, pour {m} "
            f"{w.noun(cities_, 'ville', 'villes')} : montrés comme tels, jamais classés, car leurs "
            "producteurs, leurs dates et leurs périmètres diffèrent.",
            f"{n} {w.noun(figures, 'figure', 'figures')} published by others, for {m} "
            f"{w.noun(cities_, 'city', 'cities')}: shown as such and never ranked, since their "
            "producers, dates and perimeters differ.",
        )

    return Finding("national-published", said(sentence), plain=said(sentence), topic="watch")


def title_coverage(found: Synthesis) -> Text:
    """Say which question is comparable across the most cities: the title of its chart."""
    best = _widest(found)
    size, every = len(found.leagues[best].table), len(found.programme.members)
    if not size:
        return Text("Aucun indicateur n'est encore comparable", "No indicator is comparable yet")
    alone = sum(len(league.table) == size for league in found.leagues.values()) == 1
    fr = "l'indicateur le plus partagé" if alone else "l'un des indicateurs les plus partagés"
    en = "the most shared indicator" if alone else "one of the most shared indicators"
    return said(
        lambda w: in_two(
            w,
            f"{w.pick(best.label)} : {w.count(size)} {w.noun(size, 'ville', 'villes')} "
            f"{w.noun(size, 'comparable', 'comparables')} sur {w.count(every)}, {fr}",
            f"{w.pick(best.label)}: {w.count(size)} comparable "
            f"{w.noun(size, 'city', 'cities')} of {w.count(every)}, {en}",
        )
    )


def _read(found: Synthesis) -> Finding:
    members = found.programme.members
    lost = [member.name for member in members if member.state != "read"]
    read = len(members) - len(lost)

    def sentence(w: Words) -> str:
        n, m = w.count(len(members)), w.count(read)
        fr = f"Sur {n} {w.noun(len(members), 'ville', 'villes')} du programme, {m} "
        fr += f"{w.noun(read, 'a', 'ont')} des résultats"
        en = f"Of {n} cities of the programme, {m} {w.noun(read, 'has', 'have')} results"
        if lost:
            fr += f" ; n'en {w.noun(len(lost), 'a', 'ont')} pas : {listed(w, lost)}"
            en += f"; without: {listed(w, lost)}"
        return in_two(w, f"{fr}.", f"{en}.")

    return Finding("national-read", said(sentence), plain=said(sentence))


def _comparable(found: Synthesis) -> Finding:
    count, every, best = len(found.ranked), len(found.leagues), _widest(found)
    size = len(found.leagues[best].table)

    def sentence(w: Words) -> str:
        n, m, cities_, label = w.count(count), w.count(every), w.count(size), w.pick(best.label)
        if not count:
            return in_two(
                w,
                f"Aucune des {m} questions ne peut encore être classée : trop peu de villes ont "
                "des chiffres comparables.",
                f"None of the {m} questions can be ranked yet: too few cities have comparable "
                "numbers.",
            )
        return in_two(
            w,
            f"{n} questions sur {m} {w.noun(count, 'peut être classée', 'peuvent être classées')}"
            f" ; la plus partagée est « {label} », sur {cities_} villes comparables.",
            f"{n} of {m} questions can be ranked; the most shared is “{label}”, over {cities_} "
            "comparable cities.",
        )

    return Finding("national-comparable", said(sentence), plain=said(sentence))


def _apart(found: Synthesis) -> Finding | None:
    if not found.ranked:
        return None
    best = max(found.ranked, key=lambda q: len(found.leagues[q].table))
    pairs, told = pairs_of(found.leagues[best])

    def sentence(w: Words) -> str:
        n, m, label = w.count(pairs - told), w.count(pairs), w.pick(best.label)
        return in_two(
            w,
            f"{label} : {n} paires de villes sur {m} ne peuvent être départagées ; une place est "
            "une fourchette, jamais un seul rang.",
            f"{label}: {n} of {m} pairs of cities cannot be told apart; a place is a range, never "
            "a single rank.",
        )

    text = said(sentence)
    return Finding("national-apart", text, plain=text, topic="watch")


def _aside(found: Synthesis) -> Finding | None:
    """Say who is set aside from the most shared question, and why."""
    best = _widest(found)
    groups: dict[str, list[Aside]] = {}
    for item in found.leagues[best].gate.asides:
        groups.setdefault(item.reason, []).append(item)
    if not groups:
        return None
    ordered = sorted(groups, key=lambda reason: (-len(groups[reason]), reason))[:REASONS]

    def sentence(w: Words) -> str:
        told = " ; ".join(
            f"{w.pick(SHORT[reason])} ({listed(w, [item.name for item in groups[reason]])})"
            for reason in ordered
        )
        label = w.pick(best.label)
        lead = in_two(w, f"{label}, villes écartées : ", f"{label}, cities set aside: ")
        return f"{lead}{told}."

    return Finding("national-aside", said(sentence), plain=said(sentence), topic="watch")


def _known(w: Words, label: str, cities_: int) -> str:
    n = w.count(cities_)
    return in_two(
        w,
        f"La donnée le plus souvent signalée sans être fournie est « {label} » ({n} "
        f"{w.noun(cities_, 'ville', 'villes')}) : la demander est le pas le moins coûteux.",
        f"The data most often known to exist but not given is “{label}” ({n} "
        f"{w.noun(cities_, 'city', 'cities')}): asking for it is the cheapest step.",
    )


def _widest(found: Synthesis) -> Question:
    """Return the question on which the most cities are compared, a ranked one if there is one."""
    return max(found.leagues, key=lambda q: (found.leagues[q].ranked, len(found.leagues[q].table)))
