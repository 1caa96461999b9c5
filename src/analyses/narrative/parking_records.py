"""Sentences on garages, on infractions and on what records lack."""

from __future__ import annotations

from collections.abc import Iterable

from analyses import indicators
from analyses.narrative import plain
from analyses.narrative.phrases import EN, FR, Words, find, said
from analyses.parking import capability
from analyses.parking.factors import Factors
from analyses.parking.measures import SOURCES, UNITS, Garages, Infractions
from analyses.results import Finding, Result
from analyses.wording import Text, clock, day

NAMED = 3
"""Places or garages that a sentence names."""


NO_COUNTER = Text(
    "Non calculable : la ville n'a fourni aucun compteur de places libres d'une capacité connue.",
    "Not computable: the city has given no free-space counter of known capacity.",
)
NO_RECORD = Text(
    "Non calculable : la ville n'a fourni aucune infraction relevée.",
    "Not computable: the city has given no recorded infraction.",
)


NOTHING = Text(
    "Non calculable : la ville n'a fourni aucune donnée de stationnement. Une table de capteurs, "
    "de paiements, de compteurs de parcs ou d'infractions suffit à commencer.",
    "Not computable: the city has given no parking data. One table of sensors, payments, garage "
    "counters or infractions is enough to begin.",
)


CHECKS = 100
"""Checks to which the rate of infractions is put."""


def lacking(indicator: str, why: Text) -> Finding:
    """Return the sentence of a section that has no data, with the tables that would unlock it."""
    refused = capability.refuse(indicator, UNITS[indicator], (), SOURCES.get(indicator, "sensor"))
    return Finding(f"no-{indicator}", why, (refused,), "missing")


def period(result: Result, w: Words) -> str:
    """Return the first and last day of a result, to begin a sentence with."""
    first, last = result.period_start, result.period_end
    if first is None or last is None:
        return "Sur la période," if w is FR else "Over the period,"
    days = day(first, w.language), day(last, w.language)
    return f"Du {days[0]} au {days[1]}," if w is FR else f"From {days[0]} to {days[1]},"


def guessed_hours(stations: int, raw: Result) -> Finding:
    """Say that paid hours were read from payments, for want of declared ones."""
    text = Text(
        f"Horodateurs sans heures payantes déclarées : {FR.count(stations)} ; celles où l'on y "
        "paie (au moins un dixième de l'heure la plus payée) en tiennent lieu.",
        f"Pay stations without declared paid hours: {EN.count(stations)}; the hours when people "
        "pay there (at least a tenth of the most paid hour) stand in for them.",
    )
    return Finding("meters-hours", text, (raw,), "reserve")


def garages(found: Garages) -> list[Finding]:
    """Say how full garages are, and which counters are wrong."""
    findings = []
    rate = find(found.results, "occupancy_rate")
    if rate and rate[0].computable:
        findings.append(_rate(rate[0]))
    if found.audit is None:
        return [lacking("congestion_time", NO_COUNTER)]
    audit = found.audit
    if audit.frozen:
        frozen = [item for item in found.results if item.zone in audit.frozen]
        text = Text(
            f"Compteur figé sur toute la période, sans chiffre donc : {FR.list(audit.frozen)}.",
            f"Counter frozen over the whole period, hence no figure: {', '.join(audit.frozen)}.",
        )
        findings.append(Finding("garages-frozen", text, tuple(frozen), "reserve"))
    findings += _entries(found)
    odd = _oddities(found)
    if odd is not None:
        findings.append(Finding("garages-oddities", odd, (), "reserve"))
    return findings


def _rate(rate: Result) -> Finding:
    def sentence(w: Words) -> str:
        value, when = w.share(rate.estimate.value), period(rate, w)
        if w is FR:
            return (
                f"{when} les parcs équipés de compteurs sont occupés à {value} en moyenne, aux "
                f"heures relevées ({w.range(rate)})."
            )
        return (
            f"{when} garages with counters are {value} full on average, at the hours recorded "
            f"({w.range(rate)})."
        )

    return Finding("garages-occupancy", said(sentence), (rate,), "key", plain.garages(rate))


def _entries(found: Garages) -> list[Finding]:
    """Say how many cars the busiest garages take in a day, at least."""
    rows = [row for row in found.results if row.indicator == "garage_flows" and row.computable]
    rows = sorted(rows, key=lambda row: (-row.estimate.value, row.zone))[:NAMED]

    def sentence(w: Words) -> str:
        named = w.list(f"{row.zone} ({w.count(row.estimate.value)})" for row in rows)
        if w is FR:
            return (
                f"Entrées par jour, au moins : {named} ; une entrée et une sortie entre deux "
                "relevés se compensent."
            )
        return (
            f"Entries a day, at least: {named}; an entry and an exit between two readings cancel "
            "out."
        )

    return [Finding("garages-entries", said(sentence), tuple(rows))] if rows else []


def _oddities(found: Garages) -> Text | None:
    audit = found.audit
    if audit is None:
        return None
    parts: list[tuple[int, Text]] = [
        (audit.over_capacity, Text("au-delà de la capacité", "over capacity")),
        (audit.negative, Text("sous zéro véhicule", "under no vehicle at all")),
        (audit.repeats, Text("répétés", "repeated")),
        (audit.conflicts, Text("contradictoires", "contradictory")),
        (len(audit.missing_days), Text("jours sans aucun relevé", "days without a reading")),
        (
            len(audit.frozen_spells),
            Text("arrêts prolongés d'un compteur", "long stops of a counter"),
        ),
    ]
    some = [(n, words) for n, words in parts if n]
    if not some:
        return None
    return said(
        lambda w: (
            ("Relevés à surveiller : " if w is FR else "Readings to watch: ")
            + w.list(f"{w.count(n)} {w.pick(words)}" for n, words in some)
            + "."
        )
    )


def infractions(found: Infractions) -> list[Finding]:
    """Say what drives recorded infractions, and first that records follow patrols."""
    if not found.n:
        return [lacking("infraction_rate", NO_RECORD)]
    findings = []
    if found.warning is not None:
        findings.append(Finding("infractions-patrols", found.warning, found.results, "reserve"))
    rate = find(found.results, "infraction_rate")
    if rate and rate[0].computable:
        findings.append(_per_control(rate[0], found.n))
    else:
        findings.append(_records(found))
    if found.factors is not None:
        findings += _strong(found.factors, "place", found.results)
        findings += _strong(found.factors, "hour", found.results)
    if found.backtest is not None:
        level = "body" if found.backtest.better else "reserve"
        findings.append(
            Finding("infractions-forecast", found.backtest.verdict, found.results, level)  # type: ignore[arg-type]
        )
    return findings


def _per_control(rate: Result, n: int) -> Finding:
    def sentence(w: Words) -> str:
        value, base = w.decimal(CHECKS * rate.estimate.value), w.count(CHECKS)
        total, checked = w.count(n), w.count(rate.estimate.n)
        if w is FR:
            return (
                f"{total} infractions pour {checked} véhicules contrôlés, soit {value} pour {base} "
                "contrôles ; ce taux ne dépend pas du nombre de patrouilles."
            )
        return (
            f"{total} infractions for {checked} vehicles checked, that is {value} per {base} "
            "checks; this rate does not depend on the number of patrols."
        )

    told = plain.infractions(n, rate.estimate.n)
    return Finding("infraction-rate", said(sentence), (rate,), "key", told)


def _records(found: Infractions) -> Finding:
    top = found.types.head(NAMED)

    def sentence(w: Words) -> str:
        pairs = zip(top["type"], top["n"], strict=True)
        kinds = w.list(f"{name} ({w.count(n)})" for name, n in pairs)
        if w is FR:
            return f"{w.count(found.n)} infractions relevées ; d'abord : {kinds}."
        return f"{w.count(found.n)} infractions recorded; first: {kinds}."

    return Finding("infractions-records", said(sentence), found.results)


def _strong(factors: Factors, factor: str, results: tuple[Result, ...]) -> list[Finding]:
    """Name the categories whose whole interval lies above the mean, and what is not held equal."""
    table = factors.table
    part = table[(table["factor"] == factor) & (table["low"] > 1)]
    part = part.sort_values(["ratio", "category"], ascending=[False, True]).head(NAMED)
    if part.empty:
        return []
    what = {"place": Text("lieu", "place"), "hour": Text("heure", "hour")}[factor]
    equal = Text("Toutes choses égales par ailleurs", "Other things equal")
    if factors.left_out:
        equal = Text("À autres facteurs égaux", "Other factors equal")
    gone = factors.regardless

    def sentence(w: Words) -> str:
        names = [
            clock(int(name), w.language) if factor == "hour" else name for name in part["category"]
        ]
        pairs = zip(names, part["ratio"], strict=True)
        rows = w.list(f"{name} (×\u00a0{w.decimal(ratio)})" for name, ratio in pairs)
        if w is FR:
            return f"{equal.fr}{gone.fr}, plus que la moyenne par {what.fr} : {rows}."
        return f"{equal.en}{gone.en}, more than the mean by {what.en}: {rows}."

    return [Finding(f"infractions-{factor}", said(sentence), results)]


def missing(results: Iterable[Result], *, anything: bool) -> list[Finding]:
    """Say what the city's data cannot give, why, and what would unlock it.

    ``anything`` tells whether the city has any parking data at all.
    """
    rows = list(results)
    if not anything:
        return [Finding("parking-missing", NOTHING, tuple(rows), "missing")]
    reasons: dict[Text, list[Result]] = {}
    for row in rows:
        if row.note is not None:
            reasons.setdefault(_reason(row.note), []).append(row)
    findings = []
    for rank, (why, mine) in enumerate(reasons.items()):
        labels = [indicators.get(row.indicator).label.text() for row in mine]
        text = Text(
            f"Non calculable ({FR.labels(labels)}) : {why.fr}.",
            f"Not computable ({EN.labels(labels)}): {why.en}.",
        )
        findings.append(Finding(f"parking-missing-{rank}", text, tuple(mine), "missing"))
    return findings


def _reason(note: Text) -> Text:
    """Return why, without what would be needed: the tables that unlock it are listed apart."""
    fr = note.fr.removeprefix("Non calculable : ").partition(". Il faudrait : ")[0]
    en = note.en.removeprefix("Not computable: ").partition(". Needed: ")[0]
    return Text(fr.rstrip("."), en.rstrip("."))
