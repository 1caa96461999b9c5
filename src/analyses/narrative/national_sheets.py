"""Sentences of one city's sheet in the national synthesis."""

from __future__ import annotations

from collections.abc import Sequence

from analyses.comparison import Member, Standing, Synthesis, peers
from analyses.comparison.words import VALUES
from analyses.narrative.national import SHORT
from analyses.narrative.phrases import Words, said
from analyses.readiness.catalogue import catalogue
from analyses.results import Finding
from analyses.wording import Text, lowered

PEERS = 4
"""Cities alike that a sheet names."""


def sheet(found: Synthesis, member: Member, standings: Sequence[Standing]) -> list[Finding]:
    """Say where a city stands, what it lacks, which cities are like it, and its data.

    Parameters
    ----------
    found : Synthesis
        Every city.
    member : Member
        The city.
    standings : sequence of Standing
        Where it stands on each question.
    """
    findings = [Finding(f"fiche-{member.city}-place", said(lambda w: _place(w, standings)))]
    lost = _lost(member)
    if lost is not None:
        findings.insert(0, lost)
    missing = _missing(member, standings)
    if missing is not None:
        findings.append(missing)
    findings.append(Finding(f"fiche-{member.city}-data", said(lambda w: _data(w, member))))
    near = peers([item.profile for item in found.programme.members], member.city, PEERS)
    if len(near):
        names = near["name"].tolist()
        findings.append(Finding(f"fiche-{member.city}-peers", said(lambda w: _alike(w, names))))
    return [*findings, *_facts(member)]


def identity(member: Member) -> Text:
    """Write who a city is, on one line."""
    return said(lambda w: _identity(w, member))


def _identity(w: Words, member: Member) -> str:
    profile = member.profile
    parts = [profile.region or ""]
    if profile.population is not None:
        unit = "habitants" if w.language == "fr" else "inhabitants"
        parts.append(f"{w.count(profile.population)} {unit}")
    if member.edition is not None:
        day = w.month(member.edition)
        parts.append(f"résultats de {day}" if w.language == "fr" else f"results of {day}")
    if profile.perimeter_kind:
        kind = w.pick(VALUES.get(profile.perimeter_kind, Text(*[profile.perimeter_kind] * 2)))
        parts.append(f"périmètre comparé : {kind}" if w.language == "fr" else
                     f"compared perimeter: {kind}")  # fmt: skip
    return " · ".join(part for part in parts if part)


def _lost(member: Member) -> Finding | None:
    if member.why is None or member.remedy is None:
        return None
    why, remedy = member.why, member.remedy
    text = Text(f"Non calculable : {lowered(why.fr)} {remedy.fr}",
                f"Not computable: {lowered(why.en)} {remedy.en}")  # fmt: skip
    return Finding(f"fiche-{member.city}-lost", text, level="missing")


def _facts(member: Member) -> list[Finding]:
    """Return what is known of the city's experiment, each fact with its source."""
    found = []
    for rank, fact in enumerate(member.facts):
        source = ", ".join(part for part in (fact.source.title, fact.source.date) if part)
        text = f"{fact.text} ({source})"
        found.append(Finding(f"fiche-{member.city}-fact-{rank}", Text(text, text)))
    return found


def _place(w: Words, standings: Sequence[Standing]) -> str:
    placed = [item for item in standings if item.row is not None and item.ranked]
    apart = [item for item in placed if item.row is not None and item.row["apart_from"] > 0]
    n, every = w.count(len(placed)), w.count(len(standings))
    if not placed:
        fr, en = f"Classée sur aucune des {every} questions.", f"Ranked on none of the {every}"
        return fr if w.language == "fr" else f"{en} questions."
    if w.language == "fr":
        text = f"Classée sur {n} {w.noun(len(placed), 'question', 'questions')} sur {every}"
        if not apart:
            return text + " ; aucune ne la distingue d'une autre ville."
        names = w.list(lowered(w.pick(item.question.label)) for item in apart)
        return text + f" ; elle se distingue d'au moins une autre ville par : {names}."
    text = f"Ranked on {n} of {every} questions"
    if not apart:
        return text + "; none tells it apart from another city."
    names = w.list(lowered(w.pick(item.question.label)) for item in apart)
    return text + f"; it can be told apart from another city by: {names}."


def _missing(member: Member, standings: Sequence[Standing]) -> Finding | None:
    """Return, for each reason, the questions on which the city has no number to show."""
    if member.state != "read":
        return None
    reasons: dict[str, list[Standing]] = {}
    for item in standings:
        if item.aside is not None and item.aside.reason in ("missing", "suppressed", "perimeter"):
            reasons.setdefault(item.aside.reason, []).append(item)
    if not reasons:
        return None

    def sentence(w: Words) -> str:
        lead = "Non calculable ou masqué" if w.language == "fr" else "Not computable or hidden"
        parts = []
        for reason, items in reasons.items():
            names = w.list(lowered(w.pick(item.question.label)) for item in items)
            parts.append(f"{names} ({w.pick(SHORT[reason])})")
        return f"{lead} : {' ; '.join(parts)}." if w.language == "fr" else (
            f"{lead}: {'; '.join(parts)}."
        )  # fmt: skip

    return Finding(f"fiche-{member.city}-missing", said(sentence), level="missing")


def _data(w: Words, member: Member) -> str:
    book = catalogue().data

    def names(ids: Sequence[str]) -> str:
        return w.list(w.pick(book[item].label.text()) for item in ids)

    if w.language == "fr":
        held = f"Données fournies : {names(member.held)}." if member.held else (
            "Aucune donnée fournie encore."
        )  # fmt: skip
        return held + (f" Signalées, à demander : {names(member.known)}." if member.known else "")
    held = f"Data given: {names(member.held)}." if member.held else "No data given yet."
    return held + (f" Known, to be asked for: {names(member.known)}." if member.known else "")


def _alike(w: Words, names: Sequence[str]) -> str:
    if w.language == "fr":
        return f"Villes les plus semblables (population, région) : {w.list(names)}."
    return f"Most similar cities (population, region): {w.list(names)}."
