"""The charts of the parking chapter: results in, charts with their answer out.

A chart that has nothing to show is None: the sentences say what is missing and why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from analyses.figures import charts, style
from analyses.figures.axis import Point
from analyses.figures.charts import Words
from analyses.figures.figure import Chart, Table
from analyses.figures.numbers import span, with_interval
from analyses.narrative.parking import WEEKDAYS
from analyses.parking.measures import Garages, Infractions, Kerb, Meters
from analyses.parking.occupancy import SATURATED, well_seen
from analyses.results import Estimate, Result
from analyses.wording import Language, Text, clock, interval, number, percent

DAYS: tuple[Text, ...] = (
    Text("lun.", "Mon"), Text("mar.", "Tue"), Text("mer.", "Wed"), Text("jeu.", "Thu"),
    Text("ven.", "Fri"), Text("sam.", "Sat"), Text("dim.", "Sun"),
)  # fmt: skip
MOST = 15
"""Categories that one chart shows."""
LIGHT = 0.67
"""Share from which a cell's number stands out better in white than in ink."""
_ZONE = Text("Zone", "Zone")
_HOUR = Text("Heure", "Hour")
_NO_OFFER = Text("non réglementée ou sans offre", "unregulated or without supply")
RARE = Text(
    " Certaines cases reposent sur bien moins de relevés que les autres ; le titre les écarte.",
    " Some cells rest on far fewer readings than others; the title leaves them out.",
)


def occupancy_week(kerb: Kerb, language: Language) -> Chart | None:
    """Show occupancy by weekday and hour as shaded cells that carry their number.

    Parameters
    ----------
    kerb : Kerb
        From :func:`analyses.parking.measures.measure_kerb`.
    language : str
        Language of the chart.
    """
    if kerb.profile.empty:
        return None
    return week_grid(
        kerb.profile,
        "occupation-semaine",
        Text("Occupation des places surveillées, par jour et heure",
             "Occupancy of the sensed spaces, by day and hour"),
        language,
    )  # fmt: skip


def garages_week(found: Garages, language: Language) -> Chart | None:
    """Show the occupancy of all garages by weekday and hour, each reading with equal weight."""
    if found.profile.empty:
        return None
    cells = found.profile.groupby(["weekday", "hour"], as_index=False).agg(
        value=("value", "mean"), n=("n", "sum")
    )
    what = Text("Occupation moyenne des parcs, par jour et heure",
                "Mean occupancy of garages, by day and hour")  # fmt: skip
    absent = Text("sans relevé", "without a reading")
    return week_grid(cells, "parcs-semaine", what, language, absent)


def week_grid(
    cells: pd.DataFrame, id_: str, what: Text, language: Language, absent: Text = _NO_OFFER
) -> Chart:
    """Draw shares by weekday and hour.

    Parameters
    ----------
    cells : DataFrame
        ``weekday`` (0 Monday), ``hour``, ``value`` (share), ``n``.
    id_ : str
        Stable name of the chart.
    what : Text
        What is drawn.
    language : str
        Language of the chart.
    absent : Text
        What an hour without a cell is.

    Notes
    -----
    The title names the fullest cell only among those seen often enough
    (:func:`analyses.parking.occupancy.well_seen`).
    """
    hours = sorted(int(hour) for hour in cells["hour"].unique())
    days = sorted(int(day) for day in cells["weekday"].unique())
    shares = cells.pivot_table(index="weekday", columns="hour", values="value")
    shares = shares.reindex(index=days, columns=hours)
    matrix = shares.to_numpy(dtype=float)
    names = [DAYS[day].in_(language) for day in days]
    with style.style():
        drawing, axes = style.figure(0.7 + 0.36 * len(days))
        axes.imshow(matrix, aspect="auto", cmap="Blues", vmin=0, vmax=1)
        small = 6.5 if len(hours) > 16 else 8.5
        for row, column in np.argwhere(~np.isnan(matrix)):
            share = matrix[row, column]
            axes.annotate(number(100 * share, language), (column, row), ha="center", va="center",
                          size=small, color="white" if share > LIGHT else style.INK,
                          weight=700 if share >= SATURATED else 400)  # fmt: skip
        axes.set_xticks(range(len(hours)), [f"{hour}" for hour in hours])
        axes.set_yticks(range(len(days)), names)
        axes.set_xlabel(Text("heure de début", "starting hour").in_(language))
        axes.spines[:].set_visible(False)
    seen = well_seen(cells)
    top = seen.sort_values(["value", "weekday", "hour"], ascending=[False, True, True]).iloc[0]
    title = Text(
        f"Au plus, {percent(100 * top['value'], 'fr', 0)} des places sont prises, "
        f"le {WEEKDAYS[int(top['weekday'])].fr} à {clock(top['hour'], 'fr')}",
        f"At most {percent(100 * top['value'], 'en', 0)} of spaces are taken, "
        f"on {WEEKDAYS[int(top['weekday'])].en} at {clock(top['hour'], 'en')}",
    ).in_(language)
    data = pd.DataFrame(
        [[clock(hour, language), *(_cell(share, language) for share in column)]
         for hour, column in zip(hours, matrix.T, strict=True)],
        columns=[Text("Heure", "Hour").in_(language), *names],
    )  # fmt: skip
    means = shares.mean(axis=1)
    spoken = " ; ".join(
        f"{name} {percent(100 * mean, language, 0)}"
        for name, mean in zip(names, means, strict=True)
    )
    alt = Text(f"Grille. {what.fr}. Moyenne par jour : {spoken}.",
               f"Grid. {what.en}. Mean by day: {spoken.replace(' ; ', '; ')}.")  # fmt: skip
    note = Text(
        f"En %, en gras à partir de {percent(100 * SATURATED, 'fr', 0)}. Case absente : heure "
        f"{absent.fr}.{RARE.fr if len(seen) < len(cells) else ''}",
        f"In %, bold from {percent(100 * SATURATED, 'en', 0)}. Absent cell: hour {absent.en}."
        f"{RARE.en if len(seen) < len(cells) else ''}",
    )
    table = Table(f"{id_}-data", what.in_(language), data, tuple(data.columns[1:]))
    return Chart(id_, title, alt.in_(language), drawing, table, note.in_(language))


def _cell(share: float, language: Language) -> str:
    return "–" if math.isnan(share) else percent(100 * share, language, 0)


def occupancy_by_zone(
    kerb: Kerb, language: Language, zones: Mapping[str, str] | None = None
) -> Chart | None:
    """Chart the occupancy of each zone with its interval, the whole as a reference."""
    rows = [item for item in kerb.results if item.indicator == "occupancy_rate" and item.computable]
    parts = [item for item in rows if item.zone != "*"]
    whole = [item for item in rows if item.zone == "*"]
    if len(parts) < 2:
        return None
    return _ranked(
        parts, whole, "occupation-zones", _ZONE, zones or {}, language,
        Text("Occupation aux heures réglementées, par zone",
             "Occupancy in regulated hours, by zone")
        if kerb.regulated else Text("Occupation par zone", "Occupancy by zone"),
    )  # fmt: skip


def garages_occupancy(found: Garages, language: Language) -> Chart | None:
    """Chart the occupancy of each garage with its interval; frozen counters are left out."""
    rows = [
        item for item in found.results if item.indicator == "occupancy_rate" and item.computable
    ]
    parts = [item for item in rows if item.zone != "*"]
    if not parts:
        return None
    whole = [item for item in rows if item.zone == "*"]
    return _ranked(
        parts, whole, "occupation-parcs", Text("Parc", "Garage"), {}, language,
        Text("Occupation moyenne des parcs", "Mean occupancy of garages"),
    )  # fmt: skip


def _ranked(
    parts: list[Result],
    whole: list[Result],
    id_: str,
    column: Text,
    names: Mapping[str, str],
    language: Language,
    what: Text,
) -> Chart:
    parts = sorted(parts, key=lambda item: (-item.estimate.value, item.zone))
    points = [Point(names.get(item.zone, item.zone), item.estimate) for item in parts]
    title, cut = _highest(points).in_(language), _cut(len(points)).in_(language)
    words = Words(id_, title, what.in_(language), column.in_(language), cut)
    label = Text("ensemble", "whole").in_(language)
    reference = Point(label, whole[0].estimate) if whole else None
    return charts.dots(words, points[:MOST], "%", language, reference)


def _cut(total: int, *, all_listed: bool = True) -> Text:
    """Say that a chart does not draw everything, if so, and where the rest is."""
    fr = " ; tous sont dans le fichier des indicateurs" if all_listed else ""
    en = "; all are in the indicators file" if all_listed else ""
    if total <= MOST:
        return Text("", "")
    return Text(f"Les {MOST} premiers sur {total}{fr}.", f"First {MOST} of {total}{en}.")


def _highest(points: list[Point]) -> Text:
    """Say what is fullest only if its interval lies above those of all the others."""
    top, rest = points[0], points[1:]
    fr, en = with_interval(top.estimate, "fr", 0), with_interval(top.estimate, "en", 0)
    if not rest:
        return Text(f"Occupation, {top.label} : {fr}", f"Occupancy, {top.label}: {en}")
    if all(top.estimate.low > point.estimate.high for point in rest):
        return Text(f"La plus forte occupation : {top.label}, {fr}",
                    f"The highest occupancy: {top.label}, {en}")  # fmt: skip
    low, high = rest[-1].estimate.value, top.estimate.value
    ends = {each: (percent(low, each, 0), percent(high, each, 0)) for each in ("fr", "en")}
    return Text(f"L'occupation moyenne va de {ends['fr'][0]} à {ends['fr'][1]}",
                f"Mean occupancy goes from {ends['en'][0]} to {ends['en'][1]}")  # fmt: skip


def stay_classes(kerb: Kerb, language: Language) -> Chart | None:
    """Chart the share of stays by length."""
    rows = [item for item in kerb.results if item.indicator == "stay_classes" and item.computable]
    if not rows:
        return None
    points = [Point(span(item.category, language), item.estimate) for item in rows]
    top = max(points, key=lambda point: point.estimate.value)
    title = Text(
        f"{with_interval(top.estimate, 'fr', 0)} des stationnements : {top.label}",
        f"{with_interval(top.estimate, 'en', 0)} of stays: {top.label}",
    )
    note = Text(
        "Les stationnements dont la fin n'a pas été vue comptent par l'estimation de Kaplan-Meier.",
        "Stays whose end was not seen count through the Kaplan-Meier estimate.",
    )
    what = Text("Stationnements selon leur durée", "Stays by length")
    words = Words("durees-stationnement", title.in_(language), what.in_(language),
                  Text("Durée", "Length").in_(language), note.in_(language))  # fmt: skip
    return charts.bars(words, points, "%", language)


def ladder(found: Meters, language: Language) -> Chart | None:
    """Chart the rungs from raw payments to the calibrated estimate, hollow where not applied."""
    if found.ladder is None:
        return None
    points = [
        Point(rung.label.in_(language), rung.value.scaled(100), reserve=not rung.applied)
        for rung in found.ladder.rungs
    ]
    first, last = points[0].estimate.value, points[-1].estimate.value
    title = Text(
        f"Des paiements bruts à l'occupation estimée : de {percent(first, 'fr', 0)} à "
        f"{percent(last, 'fr', 0)}",
        f"From raw payments to estimated occupancy: from {percent(first, 'en', 0)} to "
        f"{percent(last, 'en', 0)}",
    )
    note = Text(
        "Chaque échelon ajoute une correction au précédent ; un cercle vide répète le précédent, "
        "faute de données.",
        "Each rung adds a correction to the one before; a hollow circle repeats it, for want of "
        "data.",
    )
    if found.blind is not None:
        error = 100 * found.blind.mae
        note = Text(
            f"{note.fr} Erreur moyenne par horodateur et heure, jour caché : "
            f"{number(error, 'fr', 1)} points.",
            f"{note.en} Mean error by pay station and hour, day hidden: "
            f"{number(error, 'en', 1)} points.",
        )
    what = Text("Occupation moyenne aux heures payantes, échelon par échelon",
                "Mean occupancy in paid hours, rung by rung")  # fmt: skip
    words = Words("echelle-paiements", title.in_(language), what.in_(language),
                  Text("Échelon", "Rung").in_(language), note.in_(language))  # fmt: skip
    return charts.dots(words, points, "%", language)


def meter_hours(found: Meters, language: Language) -> Chart | None:
    """Show the estimated occupancy by pay station and hour of the day, as numbered cells."""
    rows = [item for item in found.results
            if item.indicator == "meter_occupancy" and item.breakdown == "hour"]  # fmt: skip
    if not rows:
        return None
    table = pd.DataFrame(
        [(item.zone, item.category, item.estimate.value, item.estimate.low, item.estimate.high)
         for item in rows],
        columns=["meter", "hour", "value", "low", "high"],
    )  # fmt: skip
    busiest = table.groupby("meter")["value"].mean().sort_values(ascending=False)
    cut = _cut(len(busiest))
    busiest = busiest.head(MOST)
    table = table[table["meter"].isin(busiest.index)]
    shares = table.pivot_table(index="meter", columns="hour", values="value").reindex(busiest.index)
    half = float((table["high"] - table["low"]).mean()) / 2
    with style.style():
        drawing, axes = style.figure(0.7 + 0.36 * len(shares))
        axes.imshow(shares.to_numpy(float), aspect="auto", cmap="Blues", vmin=0, vmax=100)
        matrix = shares.to_numpy(float)
        for row, column in np.argwhere(~np.isnan(matrix)):
            value = matrix[row, column]
            axes.annotate(number(value, language), (column, row), ha="center", va="center",
                          size=6.5 if shares.shape[1] > 16 else 8.5,
                          color="white" if value > 100 * LIGHT else style.INK)  # fmt: skip
        axes.set_xticks(range(shares.shape[1]), [_short(str(hour)) for hour in shares.columns])
        axes.set_yticks(range(len(shares)), [str(name) for name in shares.index])
        axes.set_xlabel(Text("heure de début", "starting hour").in_(language))
        axes.spines[:].set_visible(False)
    top = table.sort_values(["value", "meter", "hour"], ascending=[False, True, True]).iloc[0]
    where = str(top["meter"])
    peak = Estimate(float(top["value"]), float(top["low"]), float(top["high"]), 1)
    fr, en = _at(top["hour"], "fr"), _at(top["hour"], "en")
    title = Text(
        f"Estimation la plus haute : horodateur {where} à {fr}, {with_interval(peak, 'fr', 0)}",
        f"Highest estimate: pay station {where} at {en}, {with_interval(peak, 'en', 0)}",
    )
    what = Text(
        "Occupation estimée par horodateur et heure", "Estimated occupancy by station and hour"
    )
    alt = Text(f"Grille. {what.fr}. {title.fr}.", f"Grid. {what.en}. {title.en}.")
    note = Text(
        f"En %. Marge moyenne d'une case : ± {number(half, 'fr')} points, à 90 %. {cut.fr}".strip(),
        f"In %. Mean band of a cell: ± {number(half, 'en')} points, at 90%. {cut.en}".strip(),
    )
    data = shares.map(lambda value: _cell(value / 100, language)).reset_index()
    data.columns = [METER.in_(language), *(_at(time, language) for time in shares.columns)]
    listing = Table("horodateurs-heures-data", what.in_(language), data, tuple(data.columns[1:]))
    return Chart("horodateurs-heures", title.in_(language), alt.in_(language), drawing, listing,
                 note.in_(language))  # fmt: skip


METER = Text("Horodateur", "Pay station")


def _at(time: str, language: Language) -> str:
    """Write a time such as ``15:30`` as an hour of the clock."""
    hour, minute = str(time).split(":")[:2]
    return clock(int(hour) + int(minute) / 60, language)


def _short(time: str) -> str:
    """Write a full hour without its minutes."""
    return time.removesuffix(":00").removeprefix("0") or "0"


def infraction_factors(found: Infractions, factor: str, language: Language) -> Chart | None:
    """Chart the ratio of each category of a factor to the mean, other factors held equal."""
    if found.factors is None:
        return None
    part = found.factors.table[found.factors.table["factor"] == factor]
    part = part[np.isfinite(part["low"].to_numpy(float))]
    if len(part) < 2:
        return None
    order = ["category"] if factor in ("hour", "weekday") else ["ratio", "category"]
    part = part.sort_values(order, ascending=[True] if len(order) == 1 else [False, True])
    cut = Text("", "") if factor == "hour" else _cut(len(part), all_listed=False)
    part = part.head(24 if factor == "hour" else MOST)
    numbers = part[["ratio", "low", "high", "count"]].to_numpy(dtype=float)
    points = [
        Point(
            _category(factor, str(name), language),
            Estimate(100 * ratio, 100 * low, 100 * high, round(count)),
        )
        for name, (ratio, low, high, count) in zip(part["category"], numbers, strict=True)
    ]
    top = max(points, key=lambda point: point.estimate.value)
    mean = top.estimate.scaled(0.01)
    fr, en = (f"({interval(mean.low, mean.high, '', each, 1)})" for each in ("fr", "en"))
    title = Text(
        f"{top.label} : {number(mean.value, 'fr', 1)} fois la moyenne des infractions {fr}",
        f"{top.label}: {number(mean.value, 'en', 1)} times the mean of infractions {en}",
    )
    per = Text("relevées, donc selon les patrouilles", "recorded, hence following patrols")
    if found.factors.per_control:
        per = Text("par véhicule contrôlé", "per vehicle checked")
    what = Text(f"Infractions {per.fr}, en % de la moyenne",
                f"Infractions {per.en}, in % of the mean")  # fmt: skip
    column = {"place": Text("Lieu", "Place"), "hour": _HOUR, "weekday": Text("Jour", "Day")}[factor]
    regardless = found.factors.regardless.in_(language)
    note = f"{what.in_(language)}{regardless}. {cut.in_(language)}".strip()
    words = Words(f"infractions-{factor}", title.in_(language), what.in_(language),
                  column.in_(language), note)  # fmt: skip
    return charts.dots(words, points, "%", language)


def _category(factor: str, name: str, language: Language) -> str:
    if factor == "weekday":
        return DAYS[int(name)].in_(language)
    return clock(int(name), language) if factor == "hour" else name


def shown(results: Iterable[Result], indicator: str) -> Result | None:
    """Return the computable result of the whole for an indicator."""
    return next((item for item in results if item.indicator == indicator and item.zone == "*"
                 and item.breakdown == "total" and item.computable), None)  # fmt: skip
