"""One city's sheet in the national synthesis: the same lines for every city."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analyses.comparison import Member, Standing, Synthesis
from analyses.comparison.words import COMPONENTS
from analyses.figures import axis, style
from analyses.figures.escape import plain
from analyses.figures.figure import Chart, Table
from analyses.figures.national_tables import bare, bounds, captioned, place_words
from analyses.narrative.national import SHORT
from analyses.wording import Language, Text, listing, number, spaced

DRAWN = 10
"""Questions that a sheet draws: those with the most cities; its table has them all."""


def sheet_table(member: Member, standings: Sequence[Standing], language: Language) -> Table | None:
    """Return a city's numbers, question by question: value, interval, places, or why not.

    Questions that the city cannot answer are not here: the sheet says them in one sentence.
    """
    columns = [Text("Question", "Question"), Text("Valeur", "Value"),
               Text("Intervalle", "Interval"), Text("Place", "Place"),
               Text("Villes comparées", "Cities compared")]  # fmt: skip
    rows = [cells for item in standings if (cells := _cells(item, language)) is not None]
    if not rows:
        return None
    data = pd.DataFrame(rows, columns=[column.in_(language) for column in columns])
    caption = Text("{name} : chiffres et places", "{name}: numbers and places").in_(language)
    return Table(f"fiche-{member.city}", caption.format(name=plain(member.name)), data,
                 (data.columns[1], data.columns[2], data.columns[4]))  # fmt: skip


NOTE = Text(
    "Disque : valeur rapprochée de la ville, trait épais : son intervalle. Tirets : les autres "
    "villes, de la plus basse à la plus haute. À droite : places possibles.",
    "Disc: the city's shrunk value, thick line: its interval. Ticks: the other cities, from the "
    "lowest to the highest. On the right: possible places.",
)


def sheet_chart(
    found: Synthesis, member: Member, standings: Sequence[Standing], language: Language
) -> Chart | None:
    """Draw where a city lies among those compared, one line a ranked question.

    Each line goes from the lowest to the highest shrunk value of the cities compared.
    """
    every = [item for item in standings if item.ranked and item.row is not None]
    if not every:
        return None
    widest = {item.question for item in sorted(every, key=lambda item: -item.compared)[:DRAWN]}
    ranked = [item for item in every if item.question in widest]
    labels = [item.question.label.in_(language) for item in ranked]
    places = [place_words(item.row, language) for item in ranked if item.row is not None]
    with style.style():
        drawing, axes = style.figure(0.3 + 0.215 * len(ranked))
        for line, item in enumerate(ranked):
            assert item.row is not None
            _line(axes, line, found.leagues[item.question].table, item.row, places[line])
        axes.set_yticks(range(len(ranked)), [axis.cut(label) for label in labels])
        axes.set_ylim(len(ranked) - 0.5, -0.6)
        axes.set_xlim(-0.02, 1.02)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
    title = Text("{name} parmi les villes comparées", "{name} among the cities compared")
    words = title.in_(language).format(name=plain(member.name))
    told = [f"{label} {place}" for label, place in zip(labels, places, strict=True)]
    columns = [Text("Question", "Question").in_(language), Text("Place", "Place").in_(language)]
    data = pd.DataFrame(list(zip(labels, places, strict=True)), columns=columns)
    return Chart(
        f"fiche-{member.city}", words, spaced(f"{words} : {' ; '.join(told)}.", language),
        drawing, Table(f"fiche-{member.city}-data", words, data), NOTE.in_(language),
    )  # fmt: skip


def _line(axes: Axes, line: int, rows: pd.DataFrame, mine: pd.Series, place: str) -> None:
    """Draw one question: all the cities, then the city with its interval, then its places."""
    low, high = float(rows["shrunk_low"].min()), float(rows["shrunk_high"].max())

    def at(values: object) -> np.ndarray:
        return (np.asarray(values, dtype=float) - low) / (high - low)

    axes.plot([0, 1], [line, line], color=style.RULE, lw=1, zorder=1)
    others = at(rows["shrunk"])
    axes.plot(others, np.full(len(others), line), "|", ms=7, color=style.GREY, zorder=2)
    axes.plot(at([mine["shrunk_low"], mine["shrunk_high"]]), [line, line], color=style.BLUE, lw=3,
              alpha=0.55, zorder=3)  # fmt: skip
    axes.plot(at([mine["shrunk"]]), [line], "o", ms=8, color=style.BLUE, zorder=4)
    axes.annotate(place, (1.0, line), (8, 0), xycoords=("axes fraction", "data"),
                  textcoords="offset points", va="center", size=9.5, weight=600,
                  annotation_clip=False)  # fmt: skip


def _cells(item: Standing, language: Language) -> list[str] | None:
    compared = number(item.compared, language)
    if item.row is not None:
        unit = str(item.row["unit"])
        place = place_words(item.row, language) if item.ranked else "–"
        return [captioned(item.question, unit, language),
                bare(float(item.row["value"]), unit, language),
                bounds(item.row, unit, language), place, compared]  # fmt: skip
    row = None if item.aside is None else item.aside.row
    if row is None or pd.isna(row["value"]):
        return None
    assert item.aside is not None
    unit = str(row["unit"])
    aside = Text("non classée : {why}", "not ranked: {why}").in_(language)
    why = SHORT[item.aside.reason].in_(language)
    if item.aside.differs:
        why = listing([COMPONENTS[name][0].in_(language) for name in item.aside.differs], language)
    return [captioned(item.question, unit, language), bare(float(row["value"]), unit, language),
            bounds(row, unit, language), aside.format(why=why), compared]  # fmt: skip
