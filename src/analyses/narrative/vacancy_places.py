"""Sentences on where vacancy is high: zones, streets, families of activity, surfaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyses.commerce.contrast import distinct
from analyses.narrative.phrases import ALL, EN, FR, Words, find, said
from analyses.results import Finding, Result
from analyses.wording import Text

MOST = 3


def zones(results: list[Result], whole: Result, names: Mapping[str, str]) -> list[Finding]:
    """Give the range of the rates by zone, and name the zones that differ from the rest."""
    rates = [
        item
        for item in results
        if item.indicator == "vacancy_rate" and item.breakdown == "total" and item.zone != ALL
        and item.period_end == whole.period_end and item.computable
    ]  # fmt: skip
    if len(rates) < 2:
        return []
    masked = any(
        item.indicator == "vacancy_rate" and item.zone != ALL and item.breakdown == "total"
        and item.period_end == whole.period_end and item.quality == "suppressed"
        for item in results
    )  # fmt: skip
    rates.sort(key=lambda item: (item.estimate.value, item.zone))
    apart = distinct(results, "zone")
    above = [names.get(item.zone, item.zone) for item in rates[::-1] if apart.get(item.zone) == 1]
    below = [names.get(item.zone, item.zone) for item in rates if apart.get(item.zone) == -1]

    def sentence(w: Words) -> str:
        def named(item: Result) -> str:
            name = names.get(item.zone, item.zone)
            return f"{w.share(item.estimate.value)} ({name}, {w.range(item)})"

        low, high = named(rates[0]), named(rates[-1])
        if w.language == "fr":
            told = [f"nettement plus vide que le reste : {w.list(above)}"] if above else []
            told += [f"nettement moins vide : {w.list(below)}"] if below else []
            told = told or ["aucune zone ne se distingue nettement du reste"]
            where = "Par zone, là où il est publié," if masked else "Par zone,"
            return f"{where} le taux va de {low} à {high} ; {' ; '.join(told)}."
        told = [f"clearly emptier than the rest: {w.list(above)}"] if above else []
        told += [f"clearly less empty: {w.list(below)}"] if below else []
        told = told or ["no zone clearly differs from the rest"]
        where = "By zone, where it is published," if masked else "By zone,"
        return f"{where} the rate goes from {low} to {high}; {'; '.join(told)}."

    return [Finding("vacancy-zones", said(sentence), (rates[-1], rates[0]))]


def streets(results: list[Result], whole: Result) -> list[Finding]:
    """Name the streets that are emptier than the rest."""
    shown = _above(results, whole, "street")
    if not shown:
        return []
    text = Text(
        f"{FR.noun(len(shown), 'Rue nettement plus vide', 'Rues nettement plus vides')} que "
        f"le reste : {FR.list(_named(FR, shown))}.",
        f"{EN.noun(len(shown), 'Street', 'Streets')} clearly emptier than the rest: "
        f"{EN.list(_named(EN, shown))}.",
    )
    return [Finding("vacancy-streets", text, tuple(shown))]


def families(results: list[Result], whole: Result) -> list[Finding]:
    """Name the former activities whose premises are emptier than the others."""
    shown = _above(results, whole, "activity_family")
    if not shown:
        return []
    text = Text(
        "Par activité précédente, la vacance dépasse nettement celle des autres pour : "
        f"{FR.list(_named(FR, shown))}.",
        "By former activity, vacancy clearly exceeds that of the others for: "
        f"{EN.list(_named(EN, shown))}.",
    )
    return [Finding("vacancy-families", text, tuple(shown))]


def surfaces(results: list[Result], whole: Result) -> list[Finding]:
    """Name the classes of surface that are emptier than the rest."""
    shown = _above(results, whole, "surface_class")
    if not shown:
        return []
    text = Text(
        "Par surface, la vacance dépasse nettement celle du reste pour : "
        f"{FR.list(_named(FR, shown, _surface))}.",
        "By surface, vacancy clearly exceeds that of the rest for: "
        f"{EN.list(_named(EN, shown, _surface))}.",
    )
    return [Finding("vacancy-surfaces", text, tuple(shown))]


def _above(results: list[Result], whole: Result, breakdown: str) -> list[Result]:
    """Return the parts that are emptier than the rest, the emptiest first."""
    apart = distinct(results, breakdown)
    parts = [
        item
        for item in find(results, "vacancy_rate", breakdown=breakdown, period_end=whole.period_end)
        if item.computable and apart.get(item.category) == 1
    ]
    return sorted(parts, key=lambda item: (-item.estimate.value, item.category))[:MOST]


def _family(w: Words, category: str) -> str:
    return w.family(category)


def _surface(w: Words, category: str) -> str:
    if category.endswith("+"):
        more = category.removesuffix("+")
        return f"{more} m² et plus" if w.language == "fr" else f"{more} m² and over"
    low, _, high = category.partition("-")
    return f"{low} à {high} m²" if w.language == "fr" else f"{low} to {high} m²"


def _named(w: Words, items: list[Result], name: Callable[[Words, str], str] = _family) -> list[str]:
    return [f"{name(w, item.category)} ({w.share(item.estimate.value)})" for item in items]
