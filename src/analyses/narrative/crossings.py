"""The crossings in sentences: links, surroundings of streets, moved boundary, projects.

A digit never stands in a sentence's template: all come from results.
"""

from __future__ import annotations

import math

from analyses.crossings import Access, Crossings, Effect, Links, Perimeter, Works
from analyses.crossings.links import Link
from analyses.crossings.parts import PARTS
from analyses.crossings.projects import PHASES
from analyses.crossings.verdict import verdict_text
from analyses.narrative.phrases import Words, missing_findings, said
from analyses.results import Estimate, Finding, Result
from analyses.wording import Text, interval

MOST_PROJECTS = 6
"""Projects told in sentences; the table holds all."""

_LINKS: dict[str, tuple[Text, Text]] = {
    "vacancy_footfall_link": (
        Text("un dixième de passages en plus va de pair avec", "a tenth more passages goes with"),
        Text("de vacance", "of vacancy"),
    ),
    "diversity_footfall_link": (
        Text("un dixième de passages en plus va de pair avec", "a tenth more passages goes with"),
        Text("d'activités différentes", "of different activities"),
    ),
    "offer_footfall_link": (
        Text("un dixième de passages en plus va de pair avec", "a tenth more passages goes with"),
        Text("de commerces occupés", "of occupied shops"),
    ),
    "events_footfall_link": (
        Text("dix jours d'évènement de plus dans l'année vont de pair avec",
             "ten more event days in the year go with"),
        Text("de passages dans l'année", "of passages over the year"),
    ),
    "parking_footfall_link": (
        Text("un dixième de stationnements payés en plus va de pair avec",
             "a tenth more paid parking goes with"),
        Text("de passages", "of passages"),
    ),
}  # fmt: skip


def nothing(found: Crossings) -> list[Finding]:
    """Say in one sentence that nothing can be crossed yet, and what to begin with."""
    if found.known:
        return []
    text = Text(
        "Aucun croisement n'est encore possible. Un relevé des locaux commerciaux placés sur la "
        "carte donne le potentiel des locaux vacants et ce que change la limite du centre ; avec "
        "des comptages de piétons viennent les liens avec la fréquentation, et avec les projets "
        "urbains l'effet des travaux sur leur rue.",
        "No crossing is possible yet. A survey of commercial premises placed on the map gives the "
        "potential of vacant premises and what the centre's boundary changes; with pedestrian "
        "counts come the links with footfall, and with urban projects the effect of works on their "
        "street.",
    )
    return [Finding("crossings-missing", text, found.results, "missing")]


def links(found: Links) -> list[Finding]:
    """Say what goes with footfall, and what cannot be told."""
    told = [_link(link, found) for link in found.tested]
    absent = [result for result in found.results if not result.computable]
    if not told:
        return missing_findings("crossings-links", absent)
    results = tuple(result for result in found.results if result.computable)
    shown = [link for link in found.tested if link.verdict == "shown"]

    def together(w: Words) -> str:
        n, k = w.count(len(found.tested)), w.count(len(shown))
        if w.language == "fr":
            asked = w.noun(len(found.tested), "question posée", "questions posées ensemble")
            kept = w.noun(len(shown), "lien reste démontré", "liens restent démontrés")
            return (
                f"Ce sont des associations : elles ne disent pas ce qui entraîne quoi. {n} "
                f"{asked} ; une fois leur nombre corrigé, {k} {kept}."
            )
        asked = w.noun(len(found.tested), "question asked", "questions asked together")
        kept = w.noun(len(shown), "link remains", "links remain")
        return (
            f"These are associations: they do not tell what leads to what. {n} {asked}; once "
            f"corrected for their number, {k} {kept} shown."
        )

    return [
        *told,
        Finding("links-together", said(together), results),
        *missing_findings("crossings-links", absent),
    ]


def _link(link: Link, found: Links) -> Finding:
    result = next(r for r in found.results if r.indicator == link.question.indicator)
    start, what = _LINKS[link.question.indicator]

    def sentence(w: Words) -> str:
        lead, of = w.pick(start), w.pick(what)
        estimate = result.estimate
        unit = _unit(result, w)
        places = w.count(link.found.units if link.found else 0)
        times = link.found.periods if link.found else 0
        verdict = w.pick(result.note) if result.note else ""
        first, last = w.month(result.period_start), w.month(result.period_end)
        value = _signed(estimate.value, w)
        if w.language == "fr":
            changes = w.noun(times, "changement", "changements")
            return (
                f"Autour de {places} capteurs, de {first} à {last}, {lead} {value} {unit} {of} "
                f"({_range(estimate, w)} ; {w.count(times)} {changes} par lieu) : {verdict}."
            )
        changes = w.noun(times, "change", "changes")
        return (
            f"Around {places} sensors, from {first} to {last}, {lead} {_with(value, unit)} {of} "
            f"({_range(estimate, w)}; {w.count(times)} {changes} a place): {verdict}."
        )

    shown = link.verdict == "shown"
    return Finding(
        f"link-{link.question.indicator.replace('_', '-')}", said(sentence), (result,),
        "key" if shown else "body", said(lambda w: _link_plain(result, w)) if shown else None,
    )  # fmt: skip


def _link_plain(result: Result, w: Words) -> str:
    """Say a link as one says it aloud; it is not said to be a cause."""
    value, unit = result.estimate.value, _unit(result, w)
    start, what = _LINKS[result.indicator]
    if result.indicator != "vacancy_footfall_link":
        size = _signed(value, w)
        told = f"{size} {unit}" if w.language == "fr" else _with(size, unit)
        text = f"{w.pick(start)} {told} {w.pick(what)}"
        return f"{text[0].upper()}{text[1:]}."
    size = w.decimal(abs(value))
    if w.language == "fr":
        side = "plus basse" if value < 0 else "plus haute"
        return (
            f"Là où il passe un dixième de monde en plus, la vacance est {side} de {size} {unit} : "
            "les deux vont ensemble, sans qu'on sache lequel entraîne l'autre."
        )
    side = "lower" if value < 0 else "higher"
    return (
        f"Where a tenth more people pass, vacancy is {side} by {size} {unit}: the two go together, "
        "which leads the other is not known."
    )


def _unit(result: Result, w: Words) -> str:
    if result.unit.startswith("%"):
        return "%"
    return w.noun(result.estimate.value, "point", "points")


def _signed(value: float, w: Words) -> str:
    return w.decimal(value, signed=True)


def _range(estimate: Estimate, w: Words) -> str:
    level = w.whole_share(100 * estimate.level)
    if math.isnan(estimate.low) or math.isnan(estimate.high):
        if w.language == "fr":
            return f"intervalle à {level} sans borne"
        return f"{level} interval without bound"
    between = interval(estimate.low, estimate.high, "", w.language)
    if w.language == "fr":
        return f"intervalle à {level} : {between}"
    return f"{level} interval: {between}"


def access(found: Access) -> list[Finding]:
    """Say whether the streets with more around them are less empty."""
    told = [near for near in found.nears if near.found is not None]
    if not told:
        return []
    results = tuple(r for r in found.results if r.computable)
    shown = [near for near in told if near.verdict == "shown"]

    def sentence(w: Words) -> str:
        n = w.count(max(near.found.units for near in told if near.found is not None))
        names = w.list(w.pick(PARTS[near.part].label) for near in (shown or told))
        if w.language == "fr":
            if not shown:
                return (
                    f"À l'intérieur d'une même zone, les rues mieux entourées ({names}) ne sont "
                    f"ni plus ni moins vacantes de façon démontrée ({n} rues)."
                )
            return (
                f"À l'intérieur d'une même zone, la vacance des rues va de pair avec : {names} "
                f"({n} rues). C'est une association."
            )
        if not shown:
            return (
                f"Within a zone, better surrounded streets ({names}) are neither more nor less "
                f"empty in a way that could be shown ({n} streets)."
            )
        return (
            f"Within a zone, vacancy of streets goes with: {names} ({n} streets). An association."
        )

    return [Finding("access-streets", said(sentence), results)]


def perimeter(found: Perimeter) -> list[Finding]:
    """Say how the rates move with the boundary, and whether the conclusion does."""
    drawn = found.drawn
    if not found.boundaries or drawn is None:
        return missing_findings("crossings-perimeter", _whole(found.results))
    least = min(found.boundaries, key=lambda item: item.vacancy.value)
    most = max(found.boundaries, key=lambda item: item.vacancy.value)
    small, large = found.boundaries[0], found.boundaries[-1]
    results = tuple(r for r in found.results if r.indicator == "vacancy_rate" and r.computable)

    def moved(w: Words) -> str:
        low, high = w.share(least.vacancy.value), w.share(most.vacancy.value)
        now = w.share(drawn.vacancy.value)
        inward, outward = w.count(abs(small.metres)), w.count(large.metres)
        if w.language == "fr":
            return (
                f"Le taux de vacance de la zone {found.name} est de {now} dans ses limites. De "
                f"{inward} m en deçà à {outward} m au-delà, il va de {low} à {high}."
            )
        return (
            f"The vacancy rate of the zone {found.name} is {now} within its boundary. From "
            f"{inward} m inside to {outward} m outside, it goes from {low} to {high}."
        )

    return [
        Finding("perimeter-rate", said(moved), results),
        Finding("perimeter-conclusion", said(lambda w: _conclusion(found, w)), results,
                "reserve" if found.depends else "body"),
    ]  # fmt: skip


def _conclusion(found: Perimeter, w: Words) -> str:
    fr = w.language == "fr"
    if found.depends:
        told = [w.count(item.metres, signed=True) for item in found.boundaries if item.side]
        names = w.list(told)
        if fr:
            return (
                "La conclusion dépend de la limite : la zone ne se distingue du reste de la ville "
                f"qu'avec un déplacement de {names} m."
            )
        return (
            "The conclusion depends on the boundary: the zone differs from the rest of the city "
            f"only when it is moved by {names} m."
        )
    side = found.sides[0] if found.sides else 0
    if side == 0:
        if fr:
            return (
                "La conclusion ne dépend pas de la limite : où qu'on la trace, la zone n'est ni "
                "plus ni moins vacante que le reste de la ville de façon démontrée."
            )
        return (
            "The conclusion does not depend on the boundary: wherever it is drawn, the zone is "
            "neither more nor less empty than the rest of the city in a way that could be shown."
        )
    words = {1: ("plus", "emptier"), -1: ("moins", "less empty")}[side]
    if fr:
        return (
            f"La conclusion ne dépend pas de la limite : où qu'on la trace, la zone est {words[0]} "
            "vacante que le reste de la ville."
        )
    return (
        f"The conclusion does not depend on the boundary: wherever it is drawn, the zone is "
        f"{words[1]} than the rest of the city."
    )


def works(found: Works) -> list[Finding]:
    """Say what each project did to its street, with its rank among placebo streets."""
    told = [effect for effect in found.effects if effect.estimate is not None]
    order = sorted(told, key=lambda item: (item.verdict != "shown", item.p_value))
    kept = {id(effect) for effect in order[: 2 * MOST_PROJECTS]}
    sentences = [_effect(effect, found) for effect in told if id(effect) in kept]
    whole = [result for result in found.results if result.breakdown == "total"]
    return [*sentences, *_untold(found), *missing_findings("crossings-works", whole)]


def _effect(effect: Effect, found: Works) -> Finding:
    result = next(
        r for r in found.results
        if r.category == effect.project.name and r.estimate == effect.estimate
    )  # fmt: skip
    shown = effect.verdict == "shown"
    lost = (result.estimate.value > 0) == (effect.outcome == "vacancy")
    return Finding(
        f"works-{effect.outcome}-{effect.phase}-{effect.project.id}",
        said(lambda w: _told(effect, result, w)),
        (result,),
        "key" if shown else "body",
        said(lambda w: _plain(effect, result, w)) if shown else None,
        "watch" if shown and lost else "change",
    )


def _moved(effect: Effect, result: Result, w: Words) -> str:
    """Say what moved and by how much: ``la vacance de la rue a augmenté de 3,0 points``.

    A change that is not shown is given with its sign, without saying that anything rose or fell.
    """
    shown, rose = effect.verdict == "shown", result.estimate.value > 0
    value = w.decimal(abs(result.estimate.value)) if shown else _signed(result.estimate.value, w)
    unit = "%"
    if effect.outcome == "vacancy":
        unit = w.noun(result.estimate.value, "point", "points")
    what = w.pick(_OUTCOMES[effect.outcome])
    if w.language == "fr":
        verb = ("augmenté" if rose else "baissé") if shown else "évolué"
        return f"{what} de la rue a {verb} de {value} {unit}"
    verb = ("rose" if rose else "fell") if shown else "moved"
    return f"{what} of the street {verb} by {_with(value, unit)}"


def _with(value: str, unit: str) -> str:
    """Write an English value with its unit; no space before %."""
    return f"{value}%" if unit == "%" else f"{value} {unit}"


def _told(effect: Effect, result: Result, w: Words) -> str:
    when, moved = w.pick(PHASES[effect.phase]), _moved(effect, result, w)
    rank, among = w.count(effect.rank), w.count(len(effect.placebos))
    between = _range(result.estimate, w)
    verdict = w.pick(verdict_text(effect.verdict, result.estimate, result.unit))
    reason = "" if effect.why is None or effect.verdict == "shown" else w.pick(effect.why)
    streets = w.pick(_PLACES[effect.outcome])
    if w.language == "fr":
        text = (
            f"« {effect.project.name} », {when} : {moved} par rapport aux autres ({between} ; rang "
            f"{rank} sur {among} {streets}) : {verdict}"
        )
    else:
        text = (
            f"“{effect.project.name}”, {when}: {moved} against the others ({between}; rank {rank} "
            f"of {among} {streets}): {verdict}"
        )
    return f"{text} ({reason.rstrip('.')})." if reason else f"{text}."


def _plain(effect: Effect, result: Result, w: Words) -> str:
    when, moved = w.pick(PHASES[effect.phase]), _moved(effect, result, w)
    if w.language == "fr":
        return f"« {effect.project.name} » : {when}, {moved} par rapport aux autres rues."
    return f"“{effect.project.name}”: {when}, {moved} against the other streets."


def _untold(found: Works) -> list[Finding]:
    """Say in one sentence a reason why the projects that have no effect told have none."""
    reasons: dict[Text, list[Effect]] = {}
    for effect in found.effects:
        if effect.estimate is None and effect.why is not None:
            reasons.setdefault(effect.why, []).append(effect)
    findings = []
    for rank, (why, effects) in enumerate(reasons.items()):
        names = list(dict.fromkeys(effect.project.name for effect in effects))
        results = tuple(
            r for r in found.results
            if not r.computable and r.category in {effect.project.name for effect in effects}
        )  # fmt: skip

        def sentence(
            w: Words, why: Text = why, names: list[str] = names, effects: list[Effect] = effects
        ) -> str:
            outcomes = {item.outcome for item in effects}
            on = w.list(w.pick(_OUTCOMES[name]) for name in sorted(outcomes))
            shown = w.list(names[:MOST_PROJECTS])
            if w.language == "fr":
                return f"{shown} : effet non mesuré sur {on}, {w.pick(why)}"
            return f"{shown}: effect on {on} not measured, {w.pick(why)}"

        findings.append(Finding(f"works-untold-{rank}", said(sentence), results, "reserve"))
    return findings


_OUTCOMES = {
    "vacancy": Text("la vacance", "vacancy"),
    "footfall": Text("la fréquentation", "footfall"),
}
_PLACES = {
    "vacancy": Text("rues", "streets"),
    "footfall": Text("capteurs", "sensors"),
}


def _whole(results: tuple[Result, ...]) -> list[Result]:
    return [result for result in results if result.zone == "*"]
