"""Sentences on openings, closures and survival, from ``commerce.measure_turnover``."""

from __future__ import annotations

from collections.abc import Iterable

from analyses.narrative import plain
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
)
from analyses.results import Finding, Result
from analyses.wording import Text

COUNTS = ("openings", "closures", "opening_ratio", "transfers")


def counts(results: Iterable[Result]) -> list[Finding]:
    """Say how many shops open and close, over the last settled year and the last years."""
    results = list(results)
    findings = []
    ratios = [item for item in find(results, "opening_ratio") if item.quality == "estimated"]
    ratio = latest(ratios)
    if ratio is not None:
        opened = find(results, "openings", period_start=ratio.period_start)[0]
        closed = find(results, "closures", period_start=ratio.period_start)[0]
        findings.append(_ratio(ratio, opened, closed))
        moved = find(results, "transfers", period_start=ratio.period_start)
        findings += [_transfers(item, opened) for item in moved if item.estimate.value > 0]
    findings += _provisional(results)
    whole = [r for r in results if r.indicator in COUNTS and r.breakdown == "total"]
    needed = [] if ratio is not None else whole
    return findings + missing_findings("turnover", needed)


def survival(results: Iterable[Result]) -> list[Finding]:
    """Say how many shops are still open at each age."""
    results = [item for item in results if item.indicator == "business_survival"]
    shown = [item for item in results if item.zone == ALL and item.computable]
    findings = [_survival(shown)] if shown else []
    return findings + missing_findings("survival", results)


def _ratio(ratio: Result, opened: Result, closed: Result) -> Finding:
    more, fewer = ratio.estimate.low > 1, ratio.estimate.high < 1

    def sentence(w: Words) -> str:
        year = str(ratio.period_end.year) if ratio.period_end else ""
        out, back = w.count(opened.estimate.value), w.count(closed.estimate.value)
        value = w.decimal(ratio.estimate.value)
        if w.language == "fr":
            verdict = (
                "il s'ouvre plus de commerces qu'il n'en ferme" if more
                else "il ferme plus de commerces qu'il ne s'en ouvre" if fewer
                else "l'écart peut tenir au hasard"
            )  # fmt: skip
            opened_ = w.noun(opened.estimate.value, "création", "créations")
            closed_ = w.noun(closed.estimate.value, "fermeture", "fermetures")
            ratio_ = w.noun(ratio.estimate.value, "création", "créations")
            return (
                f"En {year}, Sirene compte {out} {opened_} et {back} {closed_} de commerces, soit "
                f"{value} {ratio_} pour une fermeture ({w.range(ratio)}) : {verdict}."
            )
        verdict = (
            "more shops open than close" if more
            else "more shops close than open" if fewer
            else "the gap may be chance"
        )  # fmt: skip
        opened_ = w.noun(opened.estimate.value, "opening", "openings")
        closed_ = w.noun(closed.estimate.value, "closure", "closures")
        return (
            f"In {year}, SIRENE counts {out} {opened_} and {back} {closed_} of shops, that is "
            f"{value} for one closure ({w.range(ratio)}): {verdict}."
        )

    shown = (ratio, opened, closed)
    return Finding(
        "turnover-ratio", said(sentence), shown, "key", plain.turnover_ratio(*shown), "change"
    )


def _transfers(moved: Result, opened: Result) -> Finding:
    n = moved.estimate.value
    text = Text(
        f"{FR.noun(opened.estimate.value, 'Sur cette', 'Parmi ces')} "
        f"{FR.count(opened.estimate.value)} "
        f"{FR.noun(opened.estimate.value, 'création', 'créations')}, {FR.count(n)} "
        f"{FR.noun(n, 'ressemble à un déménagement', 'ressemblent à des déménagements')} dans la "
        "commune : la même entreprise y ferme un établissement au même moment.",
        f"Of these {EN.count(opened.estimate.value)} openings, {EN.count(n)} "
        f"{EN.noun(n, 'looks like a move', 'look like moves')} within the commune: the same "
        "company closes an establishment there at the same time.",
    )
    return Finding("turnover-transfers", text, (moved, opened))


def _provisional(results: list[Result]) -> list[Finding]:
    marked = [item for item in find(results, "closures") if item.quality == "reserve"]
    if not marked or marked[0].note is None:
        return []
    years = [str(item.period_end.year) for item in marked if item.period_end]
    note = marked[0].note
    text = Text(
        f"{FR.noun(len(years), 'Année provisoire', 'Années provisoires')} : {FR.list(years)}. "
        f"{_reason(note.fr, 'Provisoire : ')}",
        f"Provisional {EN.noun(len(years), 'year', 'years')}: {EN.list(years)}. "
        f"{_reason(note.en, 'Provisional: ')}",
    )
    return [Finding("turnover-provisional", text, tuple(marked), "reserve")]


def _reason(note: str, lead: str) -> str:
    """Return the reason of a note without the word that the sentence has already said."""
    said_twice = note.startswith(lead)
    reason = note.removeprefix(lead)
    return f"{reason[:1].upper()}{reason[1:]}" if said_twice else reason


def _survival(shown: list[Result]) -> Finding:
    first = shown[0]
    headline = shown[len(shown) // 2]
    start = str(first.period_start.year) if first.period_start else ""
    end = str(first.period_end.year) if first.period_end else ""
    ages_fr = [
        f"{FR.share(item.estimate.value)} à {item.category} "
        f"{FR.noun(int(item.category), 'an', 'ans')} ({FR.range(item)})"
        for item in shown
    ]
    ages_en = [
        f"{EN.share(item.estimate.value)} at age {item.category} ({EN.range(item)})"
        for item in shown
    ]
    text = Text(
        f"Parmi les {FR.count(first.estimate.n)} commerces créés de {start} à {end}, sont encore "
        f"ouverts : {FR.list(ages_fr)}.",
        f"Of the {EN.count(first.estimate.n)} shops created from {start} to {end}, still open: "
        f"{EN.list(ages_en)}.",
    )
    others = tuple(item for item in shown if item is not headline)
    told = (headline, *others)
    return Finding("turnover-survival", text, told, weight(headline), plain.survival(headline))
