"""What the charts of the commerce chapter say: titles that answer, and notes that tell how to read.

A title never claims more than the intervals allow.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analyses.figures.axis import Point
from analyses.figures.numbers import tells, with_interval
from analyses.results import Estimate, Result
from analyses.wording import Language, Text, interval, month, number, percent, plural

FEW = 10
"""Openings and closures below which their ratio is not given."""
NAMED = 3
"""Categories that a title names."""
LANGUAGES: tuple[Language, Language] = ("fr", "en")


def surface(name: str) -> Text:
    """Return the words of a surface class such as ``50-100``."""
    if name.endswith("+"):
        return Text(f"{name[:-1]} m² et plus", f"{name[:-1]} m² or more")
    low, _, high = name.partition("-")
    if low == "0":
        return Text(f"moins de {high} m²", f"less than {high} m²")
    return Text(f"{low} à {high} m²", f"{low} to {high} m²")


def age(low: float, high: float) -> Text:
    """Return the words of a class of time empty, in months."""
    a, b = f"{low:.0f}", f"{high:.0f}"
    if high == float("inf"):
        return Text(f"plus de {a} mois", f"over {a} months")
    if low <= 0:
        return Text(f"moins de {b} mois", f"under {b} months")
    return Text(f"{a} à {b} mois", f"{a} to {b} months")


def above(points: Sequence[Point], emptier: Sequence[Point], by: Text, *, masked: int = 0) -> Text:
    """Say which categories are emptier than the rest; if none is, from where to where rates go.

    Parameters
    ----------
    points : sequence of Point
        Rates of the categories, at least one.
    emptier : sequence of Point
        Those that a test tells from the rest, all comparisons counted; highest first.
    by : Text
        What the categories are.
    masked : int
        Categories that the public edition hides: the rates then go further than is said.
    """
    if emptier:
        said = {
            language: [
                f"{point.label} : {with_interval(point.estimate, language)}"
                if language == "fr"
                else f"{point.label}: {with_interval(point.estimate, language)}"
                for point in emptier[:NAMED]
            ]
            for language in LANGUAGES
        }
        return Text(
            f"Par {by.fr}, plus de vacance que dans le reste pour {' ; '.join(said['fr'])}",
            f"By {by.en}, more vacancy than in the rest for {'; '.join(said['en'])}",
        )
    values = sorted(point.estimate.value for point in points)
    return Text(
        f"Taux de vacance par {by.fr} : de {percent(values[0], 'fr')} à "
        f"{percent(values[-1], 'fr')}" + (" là où il est publié" if masked else ""),
        f"Vacancy rate by {by.en}: from {percent(values[0], 'en')} to {percent(values[-1], 'en')}"
        + (" where it is published" if masked else ""),
    )


def rate_by(by: Text, sample: Result) -> Text:
    """Say what a chart of rates shows."""
    if sample.period_end is None:
        return Text(f"Taux de vacance par {by.fr}", f"Vacancy rate by {by.en}")
    fr, en = month(sample.period_end, "fr"), month(sample.period_end, "en")
    return Text(f"Taux de vacance par {by.fr}, {fr}", f"Vacancy rate by {by.en}, {en}")


def note_rates(total: int, shown: int, masked: int = 0) -> Text:
    """Say how to read a chart of rates, and what it leaves out."""
    fr = "Relevé des locaux. Le point est le taux, le trait son intervalle à 95 %"
    en = "Survey of premises. The dot is the rate, the line its 95% interval"
    if shown < total:
        fr += f" ; les {shown} taux les plus élevés sur {total}"
        en += f"; the {shown} highest rates of {total}"
    if masked:
        fr += f". {plural(masked, 'Valeur masquée', 'Valeurs masquées')} (secret statistique) : "
        fr += number(masked, "fr")
        en += f". {plural(masked, 'Value', 'Values', 'en')} hidden (statistical confidentiality): "
        en += number(masked, "en")
    return Text(fr + ".", en + ".")


def note_waves(last: Result) -> Text:
    """Say what a chart over the waves rests on."""
    fr, en = number(last.estimate.n, "fr"), number(last.estimate.n, "en")
    return Text(
        f"Relevés des locaux, statut connu ; n = {fr} à la dernière vague. Bande et traits : "
        "intervalle à 95 %.",
        f"Surveys of premises, known status; n = {en} at the last wave. Band and bars: "
        "95% interval.",
    )


def change(first: Estimate, last: Estimate, trend: Result | None) -> Text:
    """Say how the rate moved, by the trend on the same premises."""
    a, b = percent(first.value, "fr"), percent(last.value, "fr")
    c, d = percent(first.value, "en"), percent(last.value, "en")
    if trend is None or not trend.computable:
        return Text(
            f"Taux de vacance : {with_interval(first, 'fr')} à la première vague, "
            f"{with_interval(last, 'fr')} à la dernière",
            f"Vacancy rate: {with_interval(first, 'en')} at the first wave, "
            f"{with_interval(last, 'en')} at the last",
        )
    t = trend.estimate
    if t.low > 0:
        verb = Text("progresse", "rises")
    elif t.high < 0:
        verb = Text("recule", "falls")
    else:
        return Text(
            f"De {a} à {b}, la vacance n'a pas de tendance nette à locaux constants",
            f"From {c} to {d}, vacancy has no clear trend on the same premises",
        )
    fr = interval(abs(t.low), abs(t.high), "", "fr") if t.low > 0 else _flipped(t, "fr")
    en = interval(abs(t.low), abs(t.high), "", "en") if t.low > 0 else _flipped(t, "en")
    return Text(
        f"De {a} à {b}, la vacance {verb.fr} à locaux constants : {fr} point par an",
        f"From {c} to {d}, vacancy {verb.en} on the same premises: {en} points a year",
    )


def _flipped(estimate: Estimate, language: Language) -> str:
    return interval(abs(estimate.high), abs(estimate.low), "", language)


def structural(found: Result | None) -> Text:
    """Say how much of the vacancy is structural."""
    if found is None:
        return Text("Depuis quand les locaux sont vides", "How long premises have been empty")
    months = found.category or "24"
    fr, en = (with_interval(found.estimate, language, 0) for language in LANGUAGES)
    if not tells(found.estimate):
        return Text(
            f"Les données ne disent pas quelle part des locaux vacants l'est depuis plus de "
            f"{months} mois",
            f"The data do not tell what share of vacant premises has been empty for over "
            f"{months} months",
        )
    return Text(
        f"{fr} des locaux vacants le sont depuis plus de {months} mois",
        f"{en} of vacant premises have been empty for over {months} months",
    )


def balance(full: pd.DataFrame, *, provisional: bool = False) -> Text:
    """Say how openings compare with closures over the last full years.

    Fewer than :data:`FEW` openings and closures, or provisional years, give counts and no ratio.
    """
    span = full.tail(5)
    up, down = int(span["openings"].sum()), int(span["closures"].sum())
    first, last = int(span["year"].iloc[0]), int(span["year"].iloc[-1])
    years = f"{first}-{last}" if first != last else f"{first}"
    if not (up and down) or up + down < FEW or provisional:
        return Text(
            f"{years} : {_many(up, 'création', 'créations', 'fr')}, "
            f"{_many(down, 'fermeture', 'fermetures', 'fr')}",
            f"{years}: {_many(up, 'opening', 'openings', 'en')}, "
            f"{_many(down, 'closure', 'closures', 'en')}",
        )
    ratio = round(up / down, 2)
    fr, en = number(ratio, "fr", 2), number(ratio, "en", 2)
    return Text(
        f"{years} : {fr} {plural(ratio, 'création', 'créations')} pour une fermeture "
        f"({number(up, 'fr')} contre {number(down, 'fr')})",
        f"{years}: {en} {plural(ratio, 'opening', 'openings', 'en')} for one closure "
        f"({number(up, 'en')} against {number(down, 'en')})",
    )


def _many(count: int, one: str, more: str, language: Language) -> str:
    """Write a count and its noun; none is said in words."""
    if count == 0:
        return f"aucune {one}" if language == "fr" else f"no {one}"
    return f"{number(count, language)} {plural(count, one, more, language)}"


def note_register(provisional: bool) -> Text:
    """Say where openings and closures come from."""
    fr, en = "Répertoire Sirene, établissements de commerce.", "SIRENE register, shops."
    if provisional:
        fr += " * Année provisoire : les fermetures y sont déclarées avec retard."
        en += " * Provisional year: closures are declared late."
    return Text(fr, en)


def still_open(age: float, estimate: Estimate) -> Text:
    """Say how many shops are open at an age."""
    fr, en = (with_interval(estimate, language, 0) for language in LANGUAGES)
    a = f"{age:.0f} {plural(age, 'an', 'ans')}"
    b = f"{age:.0f} {plural(age, 'year', 'years', 'en')}"
    if not tells(estimate):
        return Text(
            f"Les données ne disent pas combien de commerces sont encore ouverts {a} après leur "
            "création",
            f"The data do not tell how many shops are still open {b} after they opened",
        )
    return Text(
        f"{fr} des commerces sont encore ouverts {a} après leur création",
        f"{en} of shops are still open {b} after they opened",
    )


def note_survival(estimate: Estimate) -> Text:
    """Say what a survival curve rests on."""
    fr, en = number(estimate.n, "fr"), number(estimate.n, "en")
    return Text(
        f"Répertoire Sirene, n = {fr} établissements suivis ; Kaplan-Meier, bande : intervalle à "
        "95 %.",
        f"SIRENE register, n = {en} establishments followed; Kaplan-Meier, band: 95% interval.",
    )


def first_family(points: Sequence[Point], unit: str) -> Text:
    """Say which activity family comes first."""
    total = sum(point.estimate.value for point in points)
    first = points[0]
    if len(points) > 1 and points[1].estimate.value == first.estimate.value:
        return Text("Commerces par famille d'activité", "Shops by activity family")
    share = 100 * first.estimate.value / total
    fr, en = percent(share, "fr", 0), percent(share, "en", 0)
    if unit == "%":
        fr, en = (with_interval(first.estimate, language, 0) for language in LANGUAGES)
    return Text(
        f"Première famille : {first.label}, {fr} des commerces d'activité connue",
        f"First family: {first.label}, {en} of shops of known activity",
    )


def note_offer(unknown: int) -> Text:
    """Say how many shops the chart of the offer leaves out."""
    if not unknown:
        return Text("", "")
    shops = plural(unknown, "commerce d'activité inconnue n'est pas compté",
                   "commerces d'activité inconnue ne sont pas comptés")  # fmt: skip
    more = plural(unknown, "shop of unknown activity is", "shops of unknown activity are", "en")
    return Text(f"{number(unknown, 'fr')} {shops}.", f"{number(unknown, 'en')} {more} not counted.")
