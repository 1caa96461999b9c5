"""The first page's sentences: the same results, said without interval, method or statistics.

Each function takes the results of one finding and returns the sentence that an elected person reads
first. How sure the number is stands beside it, in words (:func:`analyses.figures.numbers`).
"""

from __future__ import annotations

from collections.abc import Sequence

from analyses.narrative.phrases import Words, said
from analyses.results import Result
from analyses.wording import Text


def vacancy_rate(rate: Result) -> Text:
    """Say the vacancy rate as a count of premises."""
    vacant = round(rate.estimate.value * rate.estimate.n / 100)

    def sentence(w: Words) -> str:
        n, when = w.count(rate.estimate.n), w.month(rate.period_end)
        share = w.share(rate.estimate.value)
        if w.language == "fr":
            noun = w.noun(vacant, "local vide", "locaux vides")
            return f"{w.count(vacant)} {noun} sur {n} en {when}, soit {share}."
        return f"{w.count(vacant)} empty premises of {n} in {when}, that is {share}."

    return said(sentence)


def vacancy_trend(trend: Result) -> Text:
    """Say whether vacancy moves, on the same premises."""
    rising, falling = trend.estimate.low > 0, trend.estimate.high < 0

    def sentence(w: Words) -> str:
        size = w.decimal(abs(trend.estimate.value))
        first, last = w.month(trend.period_start), w.month(trend.period_end)
        if w.language == "fr":
            noun = w.noun(trend.estimate.value, "point", "points")
            if rising or falling:
                verb = "monte" if rising else "baisse"
                return f"La vacance {verb} de {size} {noun} par an, de {first} à {last}."
            return f"De {first} à {last}, la vacance n'a ni monté ni baissé de façon démontrée."
        noun = w.noun(trend.estimate.value, "point", "points")
        if rising or falling:
            verb = "rises" if rising else "falls"
            return f"Vacancy {verb} by {size} {noun} a year, from {first} to {last}."
        return f"From {first} to {last}, no rise or fall of vacancy is shown."

    return said(sentence)


def vacancy_moves(emptied: Result, let: Result) -> Text:
    """Say what moved since the survey before."""

    def sentence(w: Words) -> str:
        out, back = w.count(emptied.estimate.value), w.count(let.estimate.value)
        since = w.month(emptied.period_start)
        if w.language == "fr":
            gone = w.noun(emptied.estimate.value, "local s'est vidé", "locaux se sont vidés")
            come = w.noun(let.estimate.value, "a retrouvé", "ont retrouvé")
            return f"Depuis {since} : {out} {gone}, {back} {come} un commerce."
        return f"Since {since}: {out} premises emptied, {back} found a shop again."

    return said(sentence)


def structural(share: Result) -> Text:
    """Say how many of the empty premises have been so for long."""

    def sentence(w: Words) -> str:
        value = w.whole_share(share.estimate.value)
        if w.language == "fr":
            return f"{value} des locaux vides le sont depuis plus de {share.category} mois."
        return f"{value} of the empty premises have been so for over {share.category} months."

    return said(sentence)


def turnover_ratio(ratio: Result, opened: Result, closed: Result) -> Text:
    """Say how many shops opened and closed in the last settled year."""
    more, fewer = ratio.estimate.low > 1, ratio.estimate.high < 1

    def sentence(w: Words) -> str:
        year = str(ratio.period_end.year) if ratio.period_end else ""
        out, back = w.count(opened.estimate.value), w.count(closed.estimate.value)
        if w.language == "fr":
            verdict = (
                "il s'en ouvre plus qu'il n'en ferme" if more
                else "il en ferme plus qu'il ne s'en ouvre" if fewer
                else "un équilibre, autant qu'on puisse en juger"
            )  # fmt: skip
            shops = w.noun(opened.estimate.value, "commerce créé", "commerces créés")
            gone = w.noun(closed.estimate.value, "fermé", "fermés")
            return f"{out} {shops} et {back} {gone} en {year} : {verdict}."
        verdict = (
            "more open than close" if more
            else "more close than open" if fewer
            else "as far as can be told, a balance"
        )  # fmt: skip
        return f"{out} shops opened and {back} closed in {year}: {verdict}."

    return said(sentence)


def survival(result: Result) -> Text:
    """Say how many new shops are still open at one age."""

    def sentence(w: Words) -> str:
        value = w.whole_share(result.estimate.value)
        if w.language == "fr":
            years = w.noun(float(result.category), "an", "ans")
            return (
                f"{value} des nouveaux commerces sont encore ouverts {result.category} {years} "
                "après."
            )
        years = w.noun(float(result.category), "year", "years")
        return f"{value} of the new shops are still open {result.category} {years} later."

    return said(sentence)


def passages(name: str, mean: float, sensors: int) -> Text:
    """Say how many passages a day the busiest sensor counts."""

    def sentence(w: Words) -> str:
        value = w.count(mean)
        if w.language == "fr":
            which = "le point le plus passant" if sensors > 1 else "le seul point de comptage"
            return f"{value} passages par jour en moyenne à {name}, {which}."
        which = "the busiest place" if sensors > 1 else "the only counting point"
        return f"{value} passages a day on average at {name}, {which}."

    return said(sentence)


def event(label: Text, passages: float, change: float) -> Text:
    """Say what the event whose effect is best shown brought."""

    def sentence(w: Words) -> str:
        name, size, share = w.pick(label), w.count(abs(passages)), w.whole_share(abs(change))
        if w.language == "fr":
            more = "de plus" if passages > 0 else "de moins"
            return f"{name} : {size} passages {more} qu'en temps ordinaire ({share})."
        more = "more" if passages > 0 else "fewer"
        return f"{name}: {size} passages {more} than in ordinary times ({share})."

    return said(sentence)


NAMED = 3
"""Places that a sentence of the first page names; of more, it names two and counts the others."""


def _first(w: Words, places: Sequence[str]) -> list[str]:
    rest = len(places) - 2
    if len(places) <= NAMED:
        return list(places)
    others = "autres points de comptage" if w.language == "fr" else "other places"
    return [*places[:2], f"{w.count(rest)} {others}"]


def footfall_trends(up: Sequence[str], down: Sequence[str], sensors: int) -> Text:
    """Say at which sensors footfall rises or falls."""

    def sentence(w: Words) -> str:
        fr = w.language == "fr"
        if not up and not down:
            return (
                "Aucune hausse ni baisse démontrée de la fréquentation." if fr
                else "No rise or fall of footfall shown."
            )  # fmt: skip
        rises, falls = ("monte", "baisse") if fr else ("rises", "falls")
        parts = [
            f"{verb} à {w.list(_first(w, places))}"
            if fr
            else f"{verb} at {w.list(_first(w, places))}"
            for verb, places in ((rises, up), (falls, down))
            if places
        ]
        rest = sensors - len(up) - len(down)
        start = "La fréquentation " if fr else "Footfall "
        if not rest:
            return f"{start}{w.list(parts)}."
        if fr:
            noun = w.noun(rest, "autre point de comptage", "autres points de comptage")
            return f"{start}{w.list(parts)} ; {w.count(rest)} {noun} sans évolution démontrée."
        noun = w.noun(rest, "other counting point", "other counting points")
        return f"{start}{w.list(parts)}; {w.count(rest)} {noun} without a change shown."

    return said(sentence)


def occupancy(rate: Result, *, regulated: bool = True) -> Text:
    """Say how many of the watched spaces are taken, in regulated or in all observed hours."""

    def sentence(w: Words) -> str:
        value = w.share(rate.estimate.value)
        when = "" if rate.period_end is None else w.month(rate.period_end)
        if w.language == "fr":
            hours = "réglementées" if regulated else "observées"
            return f"Aux heures {hours}, {value} des places à capteur sont prises ({when})."
        hours = "In regulated hours" if regulated else "At the hours observed"
        return f"{hours}, {value} of the spaces with a sensor are taken ({when})."

    return said(sentence)


def full(result: Result, *, regulated: bool = True) -> Text:
    """Say how often a zone is full."""

    def sentence(w: Words) -> str:
        value = w.whole_share(result.estimate.value)
        if w.language == "fr":
            of_time = "réglementé" if regulated else "observé"
            return f"Les places d'une zone sont presque toutes prises {value} du temps {of_time}."
        of_time = "regulated time" if regulated else "the time observed"
        return f"Nearly all the spaces of a zone are taken {value} of {of_time}."

    return said(sentence)


def rotation(turned: Result, *, regulated: bool = True) -> Text:
    """Say how many vehicles a space takes a day."""

    def sentence(w: Words) -> str:
        value = w.decimal(turned.estimate.value)
        if w.language == "fr":
            days = "réglementé" if regulated else "observé"
            return f"Une place reçoit {value} véhicules par jour {days}."
        days = "a regulated day" if regulated else "a day observed"
        return f"A space takes {value} vehicles on {days}."

    return said(sentence)


def meters(top: Result) -> Text:
    """Say the occupancy that payments and counts give together."""

    def sentence(w: Words) -> str:
        value = w.whole_share(top.estimate.value)
        if w.language == "fr":
            return (
                f"Près des horodateurs, {value} des places sont prises, d'après les paiements et "
                "des comptages."
            )
        return f"Near pay stations, {value} of the spaces are taken, from payments and counts."

    return said(sentence)


def garages(rate: Result) -> Text:
    """Say how full the garages are on average."""

    def sentence(w: Words) -> str:
        value = w.whole_share(rate.estimate.value)
        when = "" if rate.period_end is None else f" ({w.month(rate.period_end)})"
        if w.language == "fr":
            return f"Les parcs sont remplis à {value} en moyenne{when}."
        return f"Garages are {value} full on average{when}."

    return said(sentence)


def infractions(found: float, controlled: float) -> Text:
    """Say how many infractions the controls found."""

    def sentence(w: Words) -> str:
        if w.language == "fr":
            return (
                f"{w.count(found)} infractions relevées pour {w.count(controlled)} véhicules "
                "contrôlés."
            )
        return f"{w.count(found)} infractions found over {w.count(controlled)} vehicles checked."

    return said(sentence)
