"""Chart and table of parking during works, markets and events."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analyses.figures import style
from analyses.figures.figure import Chart, Table
from analyses.narrative.parking_episodes import named, where
from analyses.parking.effects import Crossing, Effects
from analyses.wording import Language, Text, clock, day, interval, number, percent

MOST = 3
"""Episodes drawn side by side."""


def hours(
    found: Effects, language: Language, zones: Mapping[str, str] | None = None
) -> Chart | None:
    """Chart occupancy by hour during episodes beside what comparable days give.

    Parameters
    ----------
    found : Effects
        From :func:`analyses.parking.effects.measure_effects`.
    language : str
        Language of the chart.
    zones : mapping, optional
        Names of the zones.
    """
    drawn = [item for item in found.crossings if item.indicator == "occupancy_shift"][:MOST]
    if not drawn:
        return None
    words = [_words(item, zones or {}, language) for item in drawn]
    with style.style():
        drawing, first = style.figure(0.5 + 2.1 * len(drawn))
        first.remove()
        axes = [drawing.add_subplot(len(drawn), 1, rank + 1) for rank in range(len(drawn))]
        for axis, item, (name, _) in zip(axes, drawn, words, strict=True):
            _lines(axis, item, name, language)
        axes[-1].set_xlabel(Text("heure de début", "starting hour").in_(language))
    data = _by_hour(drawn, [name for name, _ in words], language)
    what = Text("Occupation par heure pendant les épisodes et aux jours comparables",
                "Occupancy by hour during episodes and on comparable days")  # fmt: skip
    spoken = " ".join(f"{name} : {gap}." if language == "fr" else f"{name}: {gap}."
                      for name, gap in words)  # fmt: skip
    note = Text(
        "En % des places disponibles, aux heures réglementées. Attendu : moyenne des mêmes jours "
        "de la semaine et heures hors épisode, même zone. Une association, non une preuve.",
        "In % of the spaces available, regulated hours. Expected: mean of the same weekdays and "
        "hours outside episodes, same zone. An association, not a proof.",
    )
    title = Text(f"{words[0][0]} : {words[0][1]}", f"{words[0][0]}: {words[0][1]}")
    table = Table("episodes-heures-data", what.in_(language), data, tuple(data.columns[2:]))
    return Chart("episodes-heures", title.in_(language), f"{what.in_(language)}. {spoken}",
                 drawing, table, note.in_(language))  # fmt: skip


def _words(item: Crossing, zones: Mapping[str, str], language: Language) -> tuple[str, str]:
    """Return the name of an episode with its place, and its gap with the interval."""
    effect = item.found.effect
    place = where(item.episode, zones, language)
    gap = number(effect.value, language, 0, signed=True)
    reach = interval(effect.low, effect.high, "", language, 0)
    unit = "points"
    return f"{named(item.episode, language)}, {place}", f"{gap} {unit} ({reach})"


def _lines(axis: Axes, item: Crossing, name: str, language: Language) -> None:
    seen, usual = item.found.profile
    known = np.flatnonzero(~np.isnan(seen))
    axis.plot(known, usual[known], color=style.INK, ls="--", marker="o", ms=3.5, mfc="white")
    axis.plot(known, seen[known], color=style.BLUE, marker="o", ms=4.5)
    ends = ((seen, Text("pendant", "during"), style.BLUE),
            (usual, Text("attendu", "expected"), style.INK))  # fmt: skip
    for line, text, colour in ends:
        axis.annotate(
            text.in_(language), (known[-1], line[known[-1]]), xytext=(6, 0), color=colour,
            textcoords="offset points", va="center", size=8.5, weight=700,
        )  # fmt: skip
    top = max(100.0, float(np.nanmax(item.found.profile)) + 5)
    axis.set_ylim(0, top)
    axis.set_xlim(known[0] - 0.3, known[-1] + max(1.2, 0.12 * len(known)))
    axis.set_xticks(known[:: max(1, len(known) // 12)])
    axis.set_title(name, loc="left", size=9.5)


def _by_hour(drawn: list[Crossing], names: list[str], language: Language) -> pd.DataFrame:
    header = [Text("Épisode", "Episode"), Text("Heure", "Hour"), Text("Pendant", "During"),
              Text("Attendu", "Expected")]  # fmt: skip
    rows = [
        (name, clock(hour, language), *(percent(float(line[hour]), language, 0)
                                        for line in item.found.profile))
        for name, item in zip(names, drawn, strict=True)
        for hour in range(24)
        if not math.isnan(item.found.profile[0][hour])
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[text.in_(language) for text in header])


_MEASURES: dict[str, tuple[Text, int]] = {
    "occupancy_shift": (Text("Occupation (%)", "Occupancy (%)"), 0),
    "rotation_shift": (Text("Arrivées par place et jour", "Arrivals per space and day"), 1),
    "paid_hours_shift": (
        Text("Heures payées par place et jour", "Paid hours per space and day"),
        1,
    ),
}


def table(
    found: Effects, language: Language, zones: Mapping[str, str] | None = None
) -> Table | None:
    """List what each episode shows, measure by measure, with the interval of the gap."""
    if not found.crossings:
        return None
    rows = [_row(item, zones or {}, language) for item in found.crossings]
    header = [
        Text("Épisode", "Episode"), Text("Jours", "Days"), Text("Mesure", "Measure"),
        Text("Pendant", "During"), Text("Attendu", "Expected"), Text("Écart", "Gap"),
        Text("Intervalle à 95 %", "95% interval"), Text("Lecture", "Reading"),
    ]  # fmt: skip
    columns = [text.in_(language) for text in header]
    caption = Text("Stationnement pendant les travaux, marchés et évènements",
                   "Parking during works, markets and events")  # fmt: skip
    note = Text(
        "Attendu : mêmes jours de la semaine et heures hors épisode. Écart : pendant moins "
        "attendu, moins la même différence dans les autres zones s'il y en a. L'intervalle tient "
        "compte de jours qui se ressemblent et des écarts que donnent, sans épisode, des suites "
        "de jours de même forme. « Net » : tout l'intervalle est du même côté de zéro, sinon "
        "« non distinct ». Une association, non une preuve.",
        "Expected: same weekdays and hours outside episodes. Gap: during less expected, less the "
        "same difference in the other zones if there are any. The interval allows for days that "
        "resemble one another and for the gaps that runs of days of the same shape give without "
        "an episode. “Clear”: the whole interval lies on one side of zero, else “not distinct”. "
        "An association, not a proof.",
    )
    data = pd.DataFrame(rows, columns=columns)
    return Table("episodes", caption.in_(language), data, tuple(columns[3:7]), note.in_(language))


def _row(item: Crossing, zones: Mapping[str, str], language: Language) -> tuple[str, ...]:
    found, (what, digits) = item.found, _MEASURES[item.indicator]
    first, last = item.episode.days[0], item.episode.days[-1]
    dates = day(first, language) if first == last else (
        f"{day(first, language)} – {day(last, language)}")  # fmt: skip
    reach = interval(found.effect.low, found.effect.high, "", language, digits)
    gap = number(found.effect.value, language, digits, signed=True)
    reading = Text("net", "clear") if found.clear else Text("non distinct", "not distinct")
    title = f"{named(item.episode, language)} ({where(item.episode, zones, language)})"
    return (
        title, dates,
        what.in_(language), number(found.observed, language, digits),
        number(found.expected, language, digits), gap, reach, reading.in_(language),
    )  # fmt: skip
