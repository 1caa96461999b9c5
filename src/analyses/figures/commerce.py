"""The charts of the commerce chapter: results in, charts with their answer out.

A chart that has nothing to show is None: the sentences say what is missing and why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from analyses import activities, indicators
from analyses.commerce import distinct
from analyses.commerce.offer import UNKNOWN_FAMILY
from analyses.figures import charts
from analyses.figures import commerce_words as says
from analyses.figures.axis import Point
from analyses.figures.charts import Words
from analyses.figures.figure import Chart
from analyses.results import Estimate, Result
from analyses.wording import Language, Text

AGE_EDGES = (0.0, 6.0, 12.0, 24.0, 36.0, 60.0)
"""Limits of the classes of time empty, in months."""
MOST = 15
"""Categories that one chart shows; the table of the chapter holds all."""

_BREAKDOWNS: dict[str, tuple[Text, Text]] = {
    "zone": (Text("zone", "zone"), Text("Zone", "Zone")),
    "street": (Text("rue", "street"), Text("Rue", "Street")),
    "activity_family": (Text("famille d'activité", "activity family"), Text("Famille", "Family")),
    "surface_class": (Text("surface", "floor area"), Text("Surface", "Floor area")),
}
_WHOLE = Text("ensemble", "whole")


def category(breakdown: str, name: str, zones: Mapping[str, str], language: Language) -> str:
    """Return the label of a category as a reader knows it."""
    if breakdown == "zone":
        return zones.get(name, name)
    if breakdown == "activity_family" and name in activities.families():
        return activities.label(name).in_(language)
    if breakdown == "surface_class":
        return says.surface(name).in_(language)
    return name


def vacancy_by(
    results: Iterable[Result],
    breakdown: str,
    language: Language,
    *,
    zones: Mapping[str, str] | None = None,
    most: int = MOST,
) -> Chart | None:
    """Chart the vacancy rate of the last wave by zone, street, activity family or surface class.

    The title names the categories that :func:`analyses.commerce.distinct` finds emptier than the
    rest, and no other.

    Parameters
    ----------
    results : iterable of Result
        Results of ``commerce.measure_vacancy``.
    breakdown : str
        ``zone``, ``street``, ``activity_family`` or ``surface_class``.
    language : str
        Language of the chart.
    zones : mapping, optional
        Names of the zones by id.
    most : int
        Categories shown, the highest rates first.
    """
    kept = list(results)
    rates = last_of(kept, "vacancy_rate")
    whole = next((r for r in rates if r.zone == "*" and r.breakdown == "total"), None)
    parts = [r for r in rates if is_part(r, breakdown)]
    if len(parts) < 2:
        return None
    last = parts[0].period_end
    masked = sum(hidden(r) and r.period_end == last and is_part(r, breakdown) for r in kept)
    named = _named(parts, breakdown, language, zones or {}, most)
    points = list(named.values())
    sides = distinct(kept, breakdown)
    emptier = [point for name, point in named.items() if sides.get(name) == 1]
    emptier.sort(key=lambda point: -point.estimate.value)
    reference = None if whole is None else Point(_WHOLE.in_(language), whole.estimate)
    by, column = _BREAKDOWNS[breakdown]
    words = Words(
        id=f"vacance-{breakdown.replace('_', '-')}",
        title=says.above(points, emptier, by, masked=masked).in_(language),
        what=says.rate_by(by, parts[0]).in_(language),
        column=column.in_(language),
        note=says.note_rates(len(parts), len(points), masked).in_(language),
    )
    return charts.dots(words, points, "%", language, reference)


def _named(
    parts: list[Result], breakdown: str, language: Language, zones: Mapping[str, str], most: int
) -> dict[str, Point]:
    """Return the points of a chart by the names of their categories, in its order."""
    ordered = breakdown == "surface_class"
    key = (lambda r: _surface_rank(r.category)) if ordered else (lambda r: -r.estimate.value)
    return {
        name: Point(category(breakdown, name, zones, language), r.estimate, r.quality == "reserve")
        for r in sorted(parts, key=key)[:most]
        for name in [r.zone if breakdown == "zone" else r.category]
    }


def vacancy_over_waves(results: Iterable[Result], language: Language) -> Chart | None:
    """Chart the vacancy rate of the whole perimeter over the survey waves."""
    kept = list(results)
    line = sorted(
        (r for r in kept if r.indicator == "vacancy_rate" and r.computable and _is_whole(r)),
        key=lambda r: str(r.period_end),
    )
    if len(line) < 2:
        return None
    trend = next((r for r in kept if r.indicator == "vacancy_trend" and _is_whole(r)), None)
    days = [(r.period_end, r.estimate) for r in line if r.period_end is not None]
    words = Words(
        id="vacance-vagues",
        title=says.change(days[0][1], days[-1][1], trend).in_(language),
        what=Text("Taux de vacance par vague de relevé", "Vacancy rate by survey wave").in_(
            language
        ),
        column=Text("Vague", "Wave").in_(language),
        note=says.note_waves(line[-1]).in_(language),
    )
    name = indicators.get("vacancy_rate").label.text().in_(language)
    return charts.lines(words, {name: days}, "%", language)


def vacancy_ages(ages: pd.DataFrame, results: Iterable[Result], language: Language) -> Chart | None:
    """Chart the share of the vacant premises by time since they became empty.

    Parameters
    ----------
    ages : pandas.DataFrame
        ``Durations.ages``: ``zone``, ``over_months``, ``up_to_months``, ``share`` (%).
    results : iterable of Result
        Results of ``commerce.measure_vacancy``, for the title.
    language : str
        Language of the chart.
    """
    whole = ages[(ages["zone"] == "*") & (ages["share"] > 0)]
    classes = _age_classes(whole)
    if len(classes) < 2:
        return None
    found = next(
        (
            r
            for r in results
            if r.indicator == "structural_vacancy" and r.computable and r.zone == "*"
        ),
        None,
    )
    n = found.estimate.n if found is not None else 0
    points = [
        Point(says.age(low, high).in_(language), _exact(share, n)) for (low, high), share in classes
    ]
    words = Words(
        id="vacance-anciennete",
        title=says.structural(found).in_(language),
        what=Text(
            "Part des locaux vacants selon l'ancienneté de leur vacance",
            "Share of vacant premises by time since they emptied",
        ).in_(language),
        column=Text("Ancienneté", "Time empty").in_(language),
        note=Text(
            "Ancienneté encadrée par les dates de visite ; estimation de Turnbull.",
            "Time empty bounded by the days of visit; Turnbull estimate.",
        ).in_(language),
    )
    return charts.bars(words, points, "%", language)


def openings_closures(years: pd.DataFrame, language: Language) -> Chart | None:
    """Chart the shops opened and closed each year in the whole perimeter.

    Parameters
    ----------
    years : pandas.DataFrame
        ``Turnover.years``.
    language : str
        Language of the chart.
    """
    rows = years[(years["zone"] == "*") & (years["breakdown"] == "total")].sort_values("year")
    if rows.empty or not (rows["openings"] + rows["closures"]).any():
        return None
    full = rows[~rows["provisional"].astype(bool)]
    frame = pd.DataFrame(
        {
            "label": [
                f"{row.year}*" if row.provisional else str(row.year) for row in rows.itertuples()
            ],
            "up": rows["openings"].astype(float),
            "down": rows["closures"].astype(float),
            "provisional": rows["provisional"].astype(bool),
        }
    )
    words = Words(
        id="creations-fermetures",
        title=says.balance(full if not full.empty else rows, provisional=full.empty).in_(language),
        what=Text("Créations et fermetures par année", "Openings and closures by year").in_(
            language
        ),
        column=Text("Année", "Year").in_(language),
        note=says.note_register(bool(rows["provisional"].any())).in_(language),
    )
    names = (
        Text("Créations", "Openings").in_(language),
        Text("Fermetures", "Closures").in_(language),
    )
    return charts.opposed(words, frame, names, language)


def survival_curve(
    curve: pd.DataFrame, results: Iterable[Result], language: Language
) -> Chart | None:
    """Chart the share of shops still open by age, with the ages of the indicator marked.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``Survival.curve``: ``zone``, ``age_years``, ``survival``, ``low``, ``high`` (%).
    results : iterable of Result
        Results of ``commerce.measure_turnover``: the marked ages and the title.
    language : str
        Language of the chart.
    """
    whole = curve[curve["zone"] == "*"]
    marks = [
        (float(r.category), r.estimate)
        for r in results
        if r.indicator == "business_survival" and r.computable and r.zone == "*"
    ]
    if whole.empty or not marks:
        return None
    marks.sort()
    reach = marks[-1][0] * 1.35
    steps = whole[whole["age_years"] <= reach].rename(
        columns={"age_years": "x", "survival": "value"}
    )
    age, last = marks[-1]
    words = Words(
        id="survie",
        title=says.still_open(age, last).in_(language),
        what=Text("Part des commerces encore ouverts", "Share of shops still open").in_(language),
        column=Text("Âge (années)", "Age (years)").in_(language),
        note=says.note_survival(last).in_(language),
    )
    axis = Text("années depuis la création", "years since opening").in_(language)
    name = Text("ensemble", "whole").in_(language)
    return charts.steps(words, {name: steps}, axis, language, marks)


def offer_mix(
    results: Iterable[Result], language: Language, *, indicator: str = "offer_mix"
) -> Chart | None:
    """Chart the number or share of shops by activity family, largest first.

    Shops of unknown family are left out, and counted in the note.
    """
    rows = [
        r
        for r in results
        if r.indicator == indicator and r.computable and r.zone == "*"
        and r.breakdown == "activity_family"
    ]  # fmt: skip
    if not rows:
        return None
    rows = [r for r in rows if r.source == rows[0].source]
    unknown = sum(round(r.estimate.value) for r in rows if r.category == UNKNOWN_FAMILY)
    rows = [r for r in rows if r.category != UNKNOWN_FAMILY]
    if len(rows) < 2:
        return None
    rows.sort(key=lambda r: -r.estimate.value)
    points = [
        Point(category("activity_family", r.category, {}, language), r.estimate) for r in rows
    ]
    words = Words(
        id=f"offre-{rows[0].source}",
        title=says.first_family(points, rows[0].unit).in_(language),
        what=Text("Commerces par famille d'activité", "Shops by activity family").in_(language),
        column=Text("Famille", "Family").in_(language),
        note=says.note_offer(unknown).in_(language),
    )
    return charts.bars(words, points, rows[0].unit, language)


def last_of(results: Iterable[Result], indicator: str) -> list[Result]:
    """Return the results of an indicator that have a value, at their last day."""
    rows = [r for r in results if r.indicator == indicator and r.computable]
    last = max((r.period_end for r in rows if r.period_end is not None), default=None)
    return [r for r in rows if r.period_end == last]


def hidden(result: Result) -> bool:
    """Whether the public edition hides a vacancy rate: it then has no sample size either."""
    few = result.quality == "suppressed" and not result.estimate.n
    return few and result.indicator == "vacancy_rate"


def is_part(result: Result, breakdown: str) -> bool:
    """Whether a result describes one zone, or one part of the whole by this breakdown."""
    if breakdown == "zone":
        return result.zone != "*" and result.breakdown == "total"
    return result.zone == "*" and result.breakdown == breakdown


def _is_whole(result: Result) -> bool:
    return result.zone == "*" and result.breakdown == "total"


def _exact(value: float, n: int) -> Estimate:
    return Estimate(value, value, value, n)


def _surface_rank(name: str) -> float:
    return float(name.rstrip("+").split("-")[0])


def _age_classes(ages: pd.DataFrame) -> list[tuple[tuple[float, float], float]]:
    """Gather the ages into classes; what two visits place less finely gets a class of its own."""
    shares: dict[tuple[float, float], float] = {}
    for low, high, share in ages[["over_months", "up_to_months", "share"]].itertuples(index=False):
        start = max((edge for edge in AGE_EDGES if edge <= low), default=0.0)
        end = min((edge for edge in AGE_EDGES if edge >= high), default=math.inf)
        shares[start, end] = shares.get((start, end), 0.0) + float(share)
    return sorted(shares.items())
