"""Charts of the whole programme: what is comparable across how many cities, who has which data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analyses.comparison import Member, Question, Synthesis
from analyses.figures import axis, style
from analyses.figures.escape import plain
from analyses.figures.figure import Chart, Table
from analyses.readiness.catalogue import catalogue
from analyses.wording import Language, Text, number, plural, spaced

MOST = 40
"""Cities that the matrix of data draws one a row; of more, the data sets are counted."""


def coverage_chart(found: Synthesis, title: Text, language: Language) -> Chart | None:
    """Draw, for each question, the cities that are compared and those that are set aside."""
    leagues = {q: made for q, made in found.leagues.items() if len(made.table)}
    if not leagues:
        return None
    ordered = sorted(leagues, key=lambda q: -len(leagues[q].table))
    compared = [len(leagues[q].table) for q in ordered]
    aside = [len(leagues[q].gate.asides) for q in ordered]
    every = len(found.programme.members)
    with style.style():
        drawing, axes = style.figure(0.8 + 0.3 * len(ordered))
        places = np.arange(len(ordered))
        axes.barh(places, compared, height=0.6, color=style.BLUE)
        axes.barh(places, aside, left=compared, height=0.6, color="white", edgecolor=style.GREY,
                  hatch="////", lw=0.6)  # fmt: skip
        axes.set_yticks(places, [axis.cut(q.label.in_(language)) for q in ordered])
        axes.set_ylim(len(ordered) - 0.4, -0.6)
        for place, count in zip(places, compared, strict=True):
            axes.annotate(number(count, language), (count, place), (-5, 0), ha="right",
                          va="center", textcoords="offset points", color="white", size=9.5,
                          weight=600)  # fmt: skip
        axes.set_xlim(0, every)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        words = (Text("comparées", "compared"), Text("écartées", "set aside"))
        handles = [axes.containers[0], axes.containers[1]]
        axes.legend(handles, [word.in_(language) for word in words], loc="lower left",
                    bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)  # fmt: skip
    table = _coverage_table(found, ordered, language)
    silent = len(found.leagues) - len(leagues)
    note = Text(
        f"{silent} {plural(silent, 'autre question n', 'autres questions n')}'"
        f"{plural(silent, 'a', 'ont')} encore aucune ville comparable.",
        f"{silent} more {plural(silent, 'question has', 'questions have', 'en')} no comparable "
        "city yet.",
    ).in_(language) if silent else ""  # fmt: skip
    spoken = " ; ".join(
        f"{q.label.in_(language)} {number(n, language)}"
        for q, n in zip(ordered[:8], compared, strict=False)
    )
    head = Text("Villes comparées par question", "Cities compared by question").in_(language)
    alt = spaced(f"{head} : {spoken}.", language)
    return Chart("comparables", title.in_(language), alt, drawing, table, note)


def data_chart(found: Synthesis, language: Language) -> Chart:
    """Draw which data set exists where; count them where there are too many cities."""
    members = found.programme.members
    book = catalogue().data
    shown = [
        name for name, item in book.items()
        if item.table or any(name in m.held or name in m.known for m in members)
    ]  # fmt: skip
    labels = [book[name].label.text().in_(language) for name in shown]
    with style.style():
        if len(members) <= MOST:
            drawing = _matrix(members, shown, labels)
        else:
            drawing = _counts(members, shown, labels, language)
    held = sum(len(member.held) for member in members)
    known = sum(len(member.known) for member in members)
    title = Text(
        f"{held} jeux de données fournis par {len(members)} villes, {known} signalés sans l'être",
        f"{held} data sets given by {len(members)} cities, {known} known but not given",
    ).in_(language)
    few = len(members) <= MOST
    note = (MATRIX if few else BARS).in_(language)
    table = (_matrix_table if few else _counts_table)(members, shown, language)
    return Chart("donnees-villes", title, f"{title}. {note}", drawing, table, note)


MATRIX = Text(
    "Disque plein : fourni au projet. Cercle vide : signalé, non fourni. Case vide : rien de "
    "connu.",
    "Filled disc: given to the project. Open circle: known, not given. Empty: nothing known.",
)
BARS = Text(
    "Barre pleine et nombre : villes qui l'ont fourni. Barre vide : villes où il est signalé.",
    "Filled bar and number: cities that gave it. Open bar: cities where it is known to exist.",
)


def _matrix(members: Sequence[Member], shown: Sequence[str], labels: Sequence[str]):  # type: ignore[no-untyped-def]
    drawing, axes = style.figure(1.75 + 0.235 * len(members))
    for name, look in (("held", style.BLUE), ("known", "white")):
        spots = [
            (column, row) for row, member in enumerate(members)
            for column, data in enumerate(shown) if data in getattr(member, name)
        ]  # fmt: skip
        if spots:
            x, y = zip(*spots, strict=True)
            axes.plot(x, y, "o", ms=7, mfc=look, mec=style.BLUE, mew=1.3, ls="")
    axes.set_yticks(range(len(members)), [axis.cut(plain(m.name)) for m in members])
    axes.set_ylim(len(members) - 0.4, -0.6)
    axes.set_xlim(-0.6, len(shown) - 0.4)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(shown)), [plain(label) for label in labels], rotation=60,
                    ha="left", size=8, rotation_mode="anchor")  # fmt: skip
    axes.grid(visible=True)
    axes.spines["bottom"].set_visible(False)
    return drawing


def _counts(  # type: ignore[no-untyped-def]
    members: Sequence[Member], shown: Sequence[str], labels: Sequence[str], language: Language
):
    drawing, axes = style.figure(0.7 + 0.24 * len(shown))
    places = np.arange(len(shown))
    held = np.array([sum(name in m.held for m in members) for name in shown])
    known = np.array([sum(name in m.known for m in members) for name in shown])
    axes.barh(places, held, height=0.6, color=style.BLUE)
    axes.barh(places, known, left=held, height=0.6, color="white", edgecolor=style.BLUE, lw=0.8)
    for place, (mine, theirs) in enumerate(zip(held, known, strict=True)):
        axes.annotate(number(int(mine), language), (mine + theirs, place), (4, 0), va="center",
                      textcoords="offset points", size=9)  # fmt: skip
    axes.set_yticks(places, [axis.cut(plain(label)) for label in labels])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return drawing


def _coverage_table(found: Synthesis, ordered: Sequence[Question], language: Language) -> Table:
    columns = [Text("Question", "Question"), Text("Comparées", "Compared"),
               Text("Écartées", "Set aside")]  # fmt: skip
    names = [column.in_(language) for column in columns]
    rows = [
        [q.label.in_(language), number(len(found.leagues[q].table), language),
         number(len(found.leagues[q].gate.asides), language)]
        for q in ordered
    ]  # fmt: skip
    caption = Text("Villes comparées et écartées, par question",
                   "Cities compared and set aside, by question").in_(language)  # fmt: skip
    return Table("comparables-data", caption, pd.DataFrame(rows, columns=names), tuple(names[1:]))


def _counts_table(members: Sequence[Member], shown: Sequence[str], language: Language) -> Table:
    columns = [Text("Jeu de données", "Data set"), Text("Fourni", "Given"),
               Text("Signalé", "Known")]  # fmt: skip
    book = catalogue().data
    rows = [
        [book[name].label.text().in_(language),
         number(sum(name in m.held for m in members), language),
         number(sum(name in m.known for m in members), language)]
        for name in shown
    ]  # fmt: skip
    data = pd.DataFrame(rows, columns=[column.in_(language) for column in columns])
    caption = Text("Villes par jeu de données", "Cities by data set").in_(language)
    return Table("donnees-villes-data", caption, data, tuple(data.columns[1:]))


def _matrix_table(members: Sequence[Member], _: Sequence[str], language: Language) -> Table:
    columns = [Text("Ville", "City"), Text("Fournis", "Given"), Text("Signalés", "Known")]
    book = catalogue().data

    def names(ids: Sequence[str]) -> str:
        return ", ".join(book[item].label.text().in_(language) for item in ids) or "–"

    rows = [[m.name, names(m.held), names(m.known)] for m in members]
    data = pd.DataFrame(rows, columns=[column.in_(language) for column in columns])
    caption = Text("Jeux de données par ville", "Data sets by city").in_(language)
    return Table("donnees-villes-data", caption, data)
