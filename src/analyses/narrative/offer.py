"""Sentences on the offer and on the sources side by side."""

from __future__ import annotations

from collections.abc import Iterable

from analyses.narrative.phrases import (
    EN,
    FR,
    SOURCES,
    Words,
    find,
    latest,
    missing_findings,
    said,
)  # fmt: skip
from analyses.results import Finding, Result
from analyses.wording import Text

MOST = 3
_ORDER = ("survey", "sirene", "osm")


def mix(results: Iterable[Result]) -> list[Finding]:
    """Say what the offer is made of, how varied it is, and what chains hold of it.

    One source speaks, the first of survey, SIRENE and OpenStreetMap: figures of two are not mixed.
    """
    results = list(results)
    findings = []
    shares = [item for item in find(results, "offer_share", breakdown="activity_family")
              if item.computable]  # fmt: skip
    spoken = next((name for name in _ORDER if any(r.source == name for r in shares)), None)
    own = [item for item in results if item.source == spoken]
    if spoken is not None:
        chosen = [item for item in shares if item.source == spoken]
        findings.append(_families(chosen, spoken))
        findings += _diversity(own)
        chains = latest(find(own, "chain_share"))
        findings += [_chains(chains)] if chains is not None else []
    return findings + missing_findings("offer", own if spoken is not None else results)


def sides(results: Iterable[Result]) -> list[Finding]:
    """Say how far SIRENE and OpenStreetMap are from the survey."""
    results = list(results)
    findings = []
    for source in ("sirene", "osm"):
        own = [item for item in results if item.source == source]
        gap, rate = latest(find(own, "source_gap")), latest(find(own, "match_rate"))
        if gap is not None:
            findings.append(_gap(gap, rate, source))
        elif rate is not None:
            findings.append(_matched(rate, source))
    return findings + missing_findings("sides", results)


def _families(shares: list[Result], source: str) -> Finding:
    top = sorted(shares, key=lambda item: (-item.estimate.value, item.category))[:MOST]

    def sentence(w: Words) -> str:
        named = [f"{w.family(item.category)} ({w.share(item.estimate.value)})" for item in top]
        where, n = w.pick(SOURCES[source]), w.count(top[0].estimate.n)
        if w.language == "fr":
            return (
                f"Selon {where}, sur {n} {w.noun(top[0].estimate.n, 'commerce', 'commerces')} en "
                f"activité de famille connue, les premières "
                f"familles sont : {w.list(named)}."
            )
        return (
            f"According to {where}, of {n} active shops of known family, the first families are: "
            f"{w.list(named)}."
        )

    return Finding("offer-families", said(sentence), tuple(top))


def _diversity(results: list[Result]) -> list[Finding]:
    values = [item for item in find(results, "offer_diversity", breakdown="hill_order")
              if item.computable]  # fmt: skip
    if not values:
        return []
    values.sort(key=lambda item: item.category)
    richness, common = values[0], values[len(values) // 2]
    size = common.method.rpartition("/")[0].rpartition("-")[-1]
    text = Text(
        f"Sur {size} commerces pris au hasard, on compterait "
        f"{FR.count(richness.estimate.value)} "
        f"{FR.noun(round(richness.estimate.value), 'activité', 'activités')} ; la diversité "
        f"équivaut à {FR.decimal(common.estimate.value)} "
        f"{FR.noun(common.estimate.value, 'activité', 'activités également représentées')} "
        f"({FR.range(common)}).",
        f"Among {size} shops taken at random, one would count "
        f"{EN.count(richness.estimate.value)} "
        f"{EN.noun(round(richness.estimate.value), 'activity', 'activities')}; the diversity "
        f"equals {EN.decimal(common.estimate.value)} "
        f"{EN.noun(common.estimate.value, 'activity', 'equally common activities')} "
        f"({EN.range(common)}).",
    )
    return [Finding("offer-diversity", text, (common, richness))]


def _chains(chains: Result) -> Finding:
    text = Text(
        f"{FR.share(chains.estimate.value)} des {FR.count(chains.estimate.n)} commerces en "
        f"activité portent une enseigne présente dans plusieurs communes ({FR.range(chains)}).",
        f"{EN.share(chains.estimate.value)} of the {EN.count(chains.estimate.n)} active shops "
        f"bear a brand present in several communes ({EN.range(chains)}).",
    )
    return Finding("offer-chains", text, (chains,))


def _matched(rate: Result, source: str) -> Finding:
    text = Text(
        f"{FR.share(rate.estimate.value)} des commerces relevés se retrouvent dans "
        f"{FR.pick(SOURCES[source])} par la position et le nom ({FR.range(rate)}).",
        f"{EN.share(rate.estimate.value)} of the surveyed shops are found in "
        f"{EN.pick(SOURCES[source])} by position and name ({EN.range(rate)}).",
    )
    return Finding(f"sides-{source}", text, (rate,))


def _gap(gap: Result, rate: Result | None, source: str) -> Finding:
    surveyed = gap.estimate.n
    other = gap.estimate.n + gap.estimate.value
    used = (gap,) if rate is None else (gap, rate)

    def sentence(w: Words) -> str:
        name = w.pick(SOURCES[source])
        if w.language == "fr":
            text = (
                f"Dans les zones relevées, le relevé compte {w.count(surveyed)} "
                f"{w.noun(surveyed, 'commerce', 'commerces')} en activité, {name} "
                f"{w.count(other)} (écart : {w.count(gap.estimate.value, signed=True)})"
            )
            if rate is None:
                return f"{text}."
            return (
                f"{text} ; {w.share(rate.estimate.value)} des commerces relevés s'y retrouvent par "
                f"la position et le nom ({w.range(rate)})."
            )
        text = (
            f"In the surveyed zones, the survey counts {w.count(surveyed)} active shops, {name} "
            f"{w.count(other)} "
            f"(gap: {w.count(gap.estimate.value, signed=True)})"
        )
        if rate is None:
            return f"{text}."
        return (
            f"{text}; {w.share(rate.estimate.value)} of the surveyed shops are found in it by "
            f"position and name ({w.range(rate)})."
        )

    return Finding(f"sides-{source}", said(sentence), used)
