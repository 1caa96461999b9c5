"""The readiness chapter in sentences: what can be known, which file next, which links are weak."""

from __future__ import annotations

from collections.abc import Iterable

from analyses.narrative.phrases import FR, Words, said
from analyses.readiness import Readiness
from analyses.readiness.journey import Link, outline
from analyses.readiness.plan import Choice
from analyses.results import Finding

__all__ = ["journey", "known", "next_steps", "today"]


def today(found: Readiness) -> list[Finding]:
    """Say how many indicators can be computed, and what only the run can tell."""
    (result,) = found.results
    ready, every = len(found.computable), len(found.answers)
    held = len(found.of_state("held"))
    if not ready:
        text = said(
            lambda w: (
                f"Avec les données fournies, aucun des {w.count(every)} indicateurs n'est "
                "calculable. La suite dit par où commencer."
                if w is FR
                else f"From the data given, none of the {w.count(every)} indicators can be "
                "computed. What follows says where to begin."
            )
        )
        return [Finding("readiness-today", text, found.results, "key", text, "known")]
    text = said(
        lambda w: (
            f"Les données de la ville permettent de calculer {w.count(ready)} "
            f"{w.noun(ready, 'indicateur', 'indicateurs')} sur {w.count(every)}. Elles "
            f"viennent de {w.count(held)} {w.noun(held, 'jeu', 'jeux')} de données."
            if w is FR
            else f"The city's data allow to compute {w.count(ready)} of {w.count(every)} "
            f"indicators. They come from {w.count(held)} data {w.noun(held, 'set', 'sets')}."
        )
    )
    findings = [Finding("readiness-today", text, (result,), "key", text, "known")]
    return findings + _doubtful(found)


def _doubtful(found: Readiness) -> list[Finding]:
    held_back = sum(item.status == "reserve" for item in found.answers)
    open_ = sum(item.status == "confirm" for item in found.answers)
    findings = []
    if held_back:
        text = said(
            lambda w: (
                f"Parmi eux, {w.count(held_back)} {w.noun(held_back, 'porte', 'portent')} une "
                "réserve que le tableau dit."
                if w is FR
                else f"Of these, {w.count(held_back)} {w.noun(held_back, 'carries', 'carry')} a "
                "reserve that the table tells."
            )
        )
        findings.append(Finding("readiness-reserves", text, found.results))
    if open_:
        text = said(
            lambda w: (
                f"Pour {w.count(open_)} {w.noun(open_, 'autre', 'autres')}, les fichiers sont là "
                "mais seul le calcul dit s'ils suffisent : la réponse est dans leurs chapitres."
                if w is FR
                else f"For {w.count(open_)} {w.noun(open_, 'other', 'others')}, the files are "
                "there but only the computation tells whether they suffice: the answer is in "
                "their chapters."
            )
        )
        findings.append(Finding("readiness-confirm", text, found.results))
    return findings


def next_steps(found: Readiness) -> list[Finding]:
    """Say which file to ask for first, and what the whole short term would bring."""
    if not found.plan:
        text = said(
            lambda w: (
                "Toutes les données du catalogue qui servent un indicateur sont là."
                if w is FR
                else "All the data of the catalogue that serve an indicator are there."
            )
        )
        return [Finding("readiness-next", text)]
    first = next((item for item in found.plan if item.unlocked), found.plan[0])
    text = said(lambda w: _first(w, first))
    findings = [Finding("readiness-next", text, found.results, "body", text, "watch")]
    soon = [item for item in found.plan if item.term == "short"]
    gain = sum(len(item.unlocked) for item in soon)
    if gain and len(soon) > 1:
        after = len(found.computable) + gain
        text = said(
            lambda w: (
                f"Avec les démarches de court terme, {w.count(after)} indicateurs sur "
                f"{w.count(len(found.answers))} seraient calculables."
                if w is FR
                else f"With the steps of the short term, {w.count(after)} of "
                f"{w.count(len(found.answers))} indicators could be computed."
            )
        )
        findings.append(Finding("readiness-short-term", text, found.results))
    return findings


def _first(w: Words, choice: Choice) -> str:
    label, count = w.pick(choice.task.label), len(choice.unlocked)
    if w is FR:
        brings = (
            f"{w.count(count)} {w.noun(count, 'indicateur devient', 'indicateurs deviennent')} "
            "calculables" if count > 1 else "un indicateur devient calculable"
        )  # fmt: skip
        if not count:
            brings = "des indicateurs gagnent en certitude"
        return f"La prochaine démarche : {label}. Avec elle, {brings}."
    brings = f"{w.count(count)} {w.noun(count, 'indicator', 'indicators')} can be computed"
    if not count:
        brings = "some indicators get surer"
    return f"The next step: {label}. With it, {brings}."


def known(found: Readiness) -> list[Finding]:
    """Say how many data sets are known to exist and were not given."""
    sheets = found.of_state("known")
    if not sheets:
        return []
    count = len(sheets)
    text = said(
        lambda w: (
            f"D'après des documents publiés, {w.count(count)} "
            f"{w.noun(count, 'jeu de données existe', 'jeux de données existent')} déjà, sans nous "
            "avoir été "
            f"{w.noun(count, 'fourni', 'fournis')} : "
            f"{w.list(_low(sheet.data.label.fr) for sheet in sheets)}. Les demander coûte peu."
            if w is FR
            else f"Published documents tell that {w.count(count)} data "
            f"{w.noun(count, 'set exists', 'sets exist')} already, not given to us: "
            f"{w.list(_low(sheet.data.label.en) for sheet in sheets)}. To ask costs little."
        )
    )
    return [Finding("readiness-known", text, found.results)]


def journey(found: Readiness) -> list[Finding]:
    """Say which links of the customer's journey are strong and weak, as the city filled them in."""
    path = found.journey
    if not path.filled:
        text = said(
            lambda w: (
                "À remplir : la ville n'a pas encore décrit le parcours de ses clients dans "
                "readiness.yml."
                if w is FR
                else "To fill in: the city has not yet described its customers' journey in "
                "readiness.yml."
            )
        )
        return [Finding("readiness-journey", text)]
    weak, strong = path.verdicts("weak"), path.verdicts("strong")
    text = said(
        lambda w: (
            f"Maillons faibles : {_links(w, weak)}. Maillons solides : {_links(w, strong)}. "
            f"Cases remplies : {w.count(path.filled)} sur {w.count(path.cells)}."
            if w is FR
            else f"Weak links: {_links(w, weak)}. Strong links: {_links(w, strong)}. "
            f"Cells filled in: {w.count(path.filled)} of {w.count(path.cells)}."
        )
    )
    return [Finding("readiness-journey", text, found.results)]


def _links(w: Words, links: Iterable[Link]) -> str:
    steps = outline().steps
    names = [_low(w.pick(steps[link.step].label.text())) for link in links]
    return w.list(names) or ("aucun" if w is FR else "none")


def _low(text: str) -> str:
    """Begin with a small letter, but for an acronym or a proper name."""
    proper = text.startswith(("OpenStreetMap", "Sirene", "SIRENE")) or text[:2].isupper()
    return text if proper else text[:1].lower() + text[1:]
