"""Sentences on parking during works, markets and events."""

from __future__ import annotations

from collections.abc import Mapping

from analyses.narrative.parking_records import lacking
from analyses.narrative.phrases import EN, FR, Words, said
from analyses.parking import capability
from analyses.parking.effects import NO_PEER, UNITS, Crossing, Effects
from analyses.parking.episodes import Episode
from analyses.results import Finding, Result
from analyses.wording import Text, day

NAMED = 4
"""Episodes that sentences name one by one."""

NO_SERIES = Text(
    "Non calculable : sans capteur de place ni paiement, rien ne suit le stationnement jour par "
    "jour.",
    "Not computable: without space sensors or payments, nothing follows parking day by day.",
)
NO_EPISODE = Text(
    "Non calculable : aucune date de travaux, de marché ou d'évènement ne touche la période "
    "observée.",
    "Not computable: no date of works, market or event touches the period observed.",
)


def episodes(found: Effects, zones: Mapping[str, str] | None = None) -> list[Finding]:
    """Say what parking shows on the days of works, markets and events, and what that proves.

    Parameters
    ----------
    found : Effects
        From :func:`analyses.parking.effects.measure_effects`.
    zones : mapping, optional
        Names of the zones.
    """
    if not found.anything:
        return [lacking("occupancy_shift", NO_SERIES)]
    if not found.episodes:
        return [Finding("no-episodes", NO_EPISODE, _wanted(), "missing")]
    rows = {(item.category, item.indicator): item for item in found.results
            if item.breakdown == "episode"}  # fmt: skip
    main = [item for item in found.crossings if item.indicator == "occupancy_shift"]
    main = main or [item for item in found.crossings if item.indicator == "paid_hours_shift"]
    findings = [
        _shift(item, rows[item.episode.id, item.indicator], zones or {}, rank)
        for rank, item in enumerate(main[:NAMED])
    ]
    if main:
        findings.append(_caution(found))
    return findings + _untold(found)


def _wanted() -> tuple[Result, ...]:
    """Return the refusal that names the table of dates."""
    have = ("stays", "supply")
    return (capability.refuse("occupancy_shift", UNITS["occupancy_shift"], have, "sensor"),)


def named(episode: Episode, language: str = "fr") -> str:
    """Return the name of an episode, or what it is where the city gives none."""
    words = {
        "spaces": Text("places retirées", "spaces taken away"),
        "works": Text("travaux", "works"), "event": Text("évènement", "event"),
    }[episode.kind]  # fmt: skip
    return episode.label or (words.fr if language == "fr" else words.en)


def where(episode: Episode, zones: Mapping[str, str], language: str = "fr") -> str:
    """Return the zones of an episode as a reader knows them."""
    if not episode.zones:
        return "toute la ville" if language == "fr" else "the whole city"
    words = FR if language == "fr" else EN
    return words.list(zones.get(zone, zone) for zone in episode.zones)


def _shift(item: Crossing, row: Result, zones: Mapping[str, str], rank: int) -> Finding:
    found, first, last = item.found, item.episode.days[0], item.episode.days[-1]
    occupancy = item.indicator == "occupancy_shift"

    def sentence(w: Words) -> str:
        place = where(item.episode, zones, w.language)
        if lost := item.episode.removed:
            gone = (w.noun(lost, "place retirée", "places retirées") if w is FR
                    else w.noun(lost, "space taken away", "spaces taken away"))  # fmt: skip
            place += f", {w.count(lost)} {gone}"
        when = (day(first, w.language), day(last, w.language))
        seen, usual = (w.share(value) if occupancy else w.decimal(value)
                       for value in (found.observed, found.expected))  # fmt: skip
        gap = w.decimal(row.estimate.value, signed=True)
        if w is FR:
            what = "occupation" if occupancy else "heures payées par place et par jour"
            unit = "points" if occupancy else "heures"
            so = (
                " ; la même différence dans les autres zones étant ôtée, l'écart est de"
                if found.elsewhere.known
                else ", soit"
            )
            verdict = (
                "" if found.clear else " ; l'écart ne se distingue pas des variations ordinaires"
            )
            return (
                f"{named(item.episode)} (du {when[0]} au {when[1]}, {place}), {what} : {seen} "
                f"pour {usual} attendus aux mêmes jours et heures{so} {gap} {unit} "
                f"({w.range(row)}){verdict}."
            )
        what = "occupancy" if occupancy else "paid hours per space and day"
        unit = "points" if occupancy else "hours"
        so = (
            "; less the same difference in the other zones, the gap is"
            if found.elsewhere.known
            else ", that is"
        )
        verdict = "" if found.clear else "; the gap cannot be told from ordinary variation"
        return (
            f"{named(item.episode, 'en')} (from {when[0]} to {when[1]}, {place}), {what}: {seen} "
            f"for {usual} expected on the same weekdays and hours{so} {gap} {unit} "
            f"({w.range(row)}){verdict}."
        )

    return Finding(f"episode-{rank}", said(sentence), (row,))


def _caution(found: Effects) -> Finding:
    """Say that a gap is an association, and what could make it mislead."""
    count = len(found.crossings)

    def sentence(w: Words) -> str:
        n = w.count(count)
        if w is FR:
            noun = w.noun(count, "écart mesuré", "écarts mesurés")
            return (
                f"{n} {noun} : un écart est une association. La météo, les vacances ou un autre "
                "fait des mêmes jours peuvent y tenir part, et les zones de comparaison peuvent "
                "recevoir les voitures déplacées, ce qui le fausserait. Un écart sur vingt paraît "
                "net par hasard."
            )
        noun = w.noun(count, "gap measured", "gaps measured")
        return (
            f"{n} {noun}: a gap is an association. Weather, holidays or anything else of the same "
            "days may share in it, and the zones compared with may take the cars displaced, which "
            "would distort it. One gap in twenty looks clear by chance."
        )

    return Finding("episodes-caution", said(sentence), (), "reserve")


def _untold(found: Effects) -> list[Finding]:
    """Name the episodes that could not be compared, by reason."""
    reasons: dict[Text, list[str]] = {}
    names = {item.id: item for item in found.episodes}
    rows = [item for item in found.results if not item.computable and item.note is not None]
    for row in rows:
        assert row.note is not None
        reasons.setdefault(row.note, []).append(row.category)
    findings = []
    for rank, (why, ids) in enumerate(reasons.items()):
        shown = [names[item] for item in dict.fromkeys(ids) if item in names]
        text = Text(
            f"Non calculable pour {FR.list(named(item) for item in shown[:NAMED])} : {why.fr}.",
            f"Not computable for {EN.list(named(item, 'en') for item in shown[:NAMED])}: {why.en}.",
        )
        level = "reserve" if why == NO_PEER else "missing"
        mine = tuple(row for row in rows if row.note == why)
        findings.append(Finding(f"episodes-untold-{rank}", text, mine, level))  # type: ignore[arg-type]
    return findings
