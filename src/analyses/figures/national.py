"""Charts of the national synthesis: leagues that admit ties, funnels, changes, small multiples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analyses import indicators
from analyses.comparison import League, Member, Question, Synthesis
from analyses.figures import axis, crowds, style
from analyses.figures.axis import Point
from analyses.figures.charts import Words, estimates_table
from analyses.figures.escape import plain
from analyses.figures.figure import Chart, Table
from analyses.figures.national_tables import (
    place_words,
    positions_table,
    shrunk_table,
    side_table,
)
from analyses.figures.numbers import written
from analyses.results import Estimate
from analyses.wording import Language, Text, number, percent, spaced

NAMED = 32
"""Cities that a chart names one a row; of more, only the first and last are named."""
SPOKEN = 6
"""Cities that a text alternative names."""
LABELS = 10
"""Cities beyond chance that a funnel may name."""
PANELS = 6
"""Panels of the small multiples."""

CUT = Text("L'axe ne part pas de zéro.", "The axis does not start at zero.")
READING = Text(
    "Disque et trait : valeur rapprochée de la moyenne à la mesure de son incertitude, intervalle "
    "à {level}. Cercle vide : valeur brute. À droite : places possibles.",
    "Disc and line: value pulled towards the mean as far as it is uncertain, {level} interval. "
    "Open circle: raw value. On the right: possible places.",
)


def league_chart(
    question: Question, league: League, title: Text, language: Language
) -> Chart | None:
    """Draw a ranked league: shrunk values with intervals, raw values, and the possible places.

    Parameters
    ----------
    question : Question
        What is compared.
    league : League
        Its league; None is returned if it ranks nobody.
    title : Text
        The answer.
    language : str
        Language of the labels.
    """
    if not league.ranked:
        return None
    rows = league.table
    unit = str(rows["unit"].iloc[0])
    points = [_shrunk(row) for _, row in rows.iterrows()]
    crowded = len(points) > NAMED
    with style.style():
        drawing, axes = style.figure(4.2 if crowded else 0.9 + 0.27 * len(points))
        places = np.arange(len(points))
        crowds.strokes(axes, places, rows["shrunk_low"], rows["shrunk_high"],
                 lw=1.0 if crowded else 2.4, alpha=0.55)  # fmt: skip
        axes.plot(rows["value"], places, "o", ms=3 if crowded else 6, mfc="white", mec=style.GREY,
                  mew=0.8 if crowded else 1.3, ls="", zorder=2)  # fmt: skip
        crowds.centres(axes, places, rows["shrunk"], crowded=crowded, size=6)
        if crowded:
            crowds.ends(axes, points)
        else:
            axis.categories(axes, points)
            _places(axes, rows, language)
        bounds = [*points, *(Point("", _raw(row)) for _, row in rows.iterrows())]
        start, end = axis.near(bounds, unit)
        axes.set_xlim(start, end)
        _bands(axes, question, language)
        axis.x_axis(axes, unit, language)
        if unit != "%":
            axes.set_xlabel(indicators.dictionary().unit(unit).in_(language))
    note = spaced(READING.in_(language).format(level=percent(95, language, 0)), language)
    note += f" {CUT.in_(language)}" if start > 0 else ""
    what = question.label.in_(language)
    return Chart(
        f"league-{question.id}", title.in_(language), _alt(what, rows, unit, language), drawing,
        shrunk_table(question, league, language),
        f"{note} {bands_words(question, language)}".strip(),
    )  # fmt: skip


def funnel_chart(question: Question, league: League, language: Language) -> Chart | None:
    """Draw the funnel: each city's raw value against its precision, with the limits of chance.

    Returns
    -------
    Chart or None
        None if the league ranks nobody.
    """
    if league.funnel is None:
        return None
    rows, made = league.table, league.funnel
    unit = str(rows["unit"].iloc[0])
    limits = made.limits
    places = _precision(rows, limits)
    with style.style():
        drawing, axes = style.figure(3.5)
        x = 1 / limits["error"].to_numpy(float)
        axes.fill_between(x, limits["low_99_8"], limits["high_99_8"], color=style.BLUE, alpha=0.10,
                          lw=0)  # fmt: skip
        axes.fill_between(x, limits["low_95"], limits["high_95"], color=style.BLUE, alpha=0.16,
                          lw=0)  # fmt: skip
        axes.axhline(made.centre, color=style.INK, lw=1, ls=(0, (4, 3)))
        outside = (rows["position"] != "within").to_numpy()
        axes.plot(places[~outside], rows["value"][~outside], "o", ms=5.5, mfc="white",
                  mec=style.BLUE, ls="")  # fmt: skip
        axes.plot(places[outside], rows["value"][outside], "D", ms=6.5, color=style.VERMILION,
                  ls="")  # fmt: skip
        _named_points(axes, rows[outside], places[outside])
        axes.set_xticks([])
        axes.set_xlabel(Text("précision du chiffre : plus à droite, plus précis",
                             "precision of the number: further right, more precise"
                             ).in_(language))  # fmt: skip
        axes.margins(x=0.02)
        axis.y_axis(axes, unit, language)
    title = _funnel_title(question, rows).in_(language)
    note = Text(
        "Zones : ce que le hasard seul donnerait autour de la moyenne, dans 95 % puis 99,8 % des "
        "cas. Losange plein : ville au-delà.",
        "Areas: what chance alone would give around the mean, in 95% then 99.8% of cases. Filled "
        "diamond: a city beyond.",
    ).in_(language)
    alt = f"{title}. {note}"
    return Chart(f"funnel-{question.id}", title, alt, drawing,
                 positions_table(question, league, language), note)  # fmt: skip


def multiples(found: Synthesis, language: Language) -> Chart | None:
    """Draw one small panel a ranked question, the cities in the same order in each.

    Returns
    -------
    Chart or None
        None if fewer than two questions are ranked.
    """
    questions = sorted(found.ranked, key=lambda q: -len(found.leagues[q].table))[:PANELS]
    if len(questions) < 2:
        return None
    questions = [question for question in found.leagues if question in questions]
    members = [member for member in found.programme.read if found.comparable(member.city)]
    crowded = len(members) > NAMED
    columns = 3
    lines = -(-len(questions) // columns)
    with style.style():
        height = 1.9 if crowded else 0.5 + 0.165 * len(members)
        drawing = Figure(figsize=(style.WIDTH, 0.2 + lines * height), layout="constrained")
        FigureCanvasAgg(drawing)
        grid = drawing.subplots(lines, columns, squeeze=False)
        for place, axes in enumerate(grid.flat):
            if place >= len(questions):
                axes.set_visible(False)
                continue
            question = questions[place]
            _panel(axes, question, found.leagues[question].table, members, language,
                   named=place % columns == 0 and not crowded)  # fmt: skip
    title = Text(
        f"{len(questions)} questions côte à côte : la place d'une ville dépend de la question",
        f"{len(questions)} questions side by side: a city's place depends on the question",
    )
    note = Text(
        "Une case par question, une ligne par ville, toujours dans le même ordre alphabétique. "
        "Ligne tiretée : centre des villes comparées. Une ligne vide : ville écartée.",
        "One panel a question, one line a city, always in the same alphabetical order. Dashed "
        "line: centre of the cities compared. An empty line: a city set aside.",
    ).in_(language)
    return Chart("multiples", title.in_(language), f"{title.in_(language)}. {note}", drawing,
                 side_table(found, questions, members, language), note)  # fmt: skip


def evolution_chart(
    question: Question, changes: pd.DataFrame, names: Mapping[str, str], title: Text,
    language: Language,
) -> Chart | None:  # fmt: skip
    """Draw the change of each city from one survey to the next, with its interval."""
    if changes.empty:
        return None
    unit = str(changes["unit"].iloc[0])
    shown = "points" if unit == "%" else unit
    ordered = changes.sort_values(["change", "city"], ignore_index=True)
    crowded = len(ordered) > NAMED
    points = [
        Point(
            names[str(row["city"])],
            Estimate(float(row["change"]), float(row["low"]), float(row["high"]), 0),
            reserve=not row["changed"],
        )
        for _, row in ordered.iterrows()
    ]
    with style.style():
        drawing, axes = style.figure(4.2 if crowded else 0.8 + 0.27 * len(points))
        _moves(axes, ordered, crowded=crowded)
        axes.axvline(0, color=style.INK, lw=1)
        if crowded:
            crowds.ends(axes, points)
        else:
            axis.categories(axes, points)
            axis.values(axes, points, shown, language)
        axis.x_axis(axes, shown, language)
    note = Text(
        "Point plein : changement au-delà du hasard, toutes villes comptées (Holm). Point vide : "
        "non démontré. Les deux relevés sont pris comme indépendants.",
        "Filled dot: change beyond chance, over all cities (Holm). Open dot: not shown. The two "
        "surveys are taken as independent.",
    ).in_(language)
    told = title.in_(language).removesuffix(".")
    words = Words(f"evolution-{question.id}", told, question.label.in_(language),
                  Text("Ville", "City").in_(language), note)  # fmt: skip
    table = estimates_table(words, points, shown, language)
    data = table.data.drop(columns=["n"])
    return Chart(
        words.id, words.title, f"{words.title}. {note}", drawing,
        Table(table.id, table.caption, data, table.numeric[:2]), note,
    )  # fmt: skip


def bands_words(question: Question, language: Language) -> str:
    """Write the published bands of an indicator with their source; nothing if there are none."""
    entry = indicators.get(question.indicator)
    if entry.bands is None:
        return ""
    source = indicators.dictionary().sources[entry.bands.source].title
    parts, low = [], math.nan
    for step in entry.bands.steps:
        label = step.label.text().in_(language)
        high = step.below
        if high is None:
            parts.append(f"{label} > {written(low, entry.unit, language)}")
        else:
            parts.append(f"{label} < {written(high, entry.unit, language)}")
            low = high
    lead = Text("Repères publiés, montrés à côté et jamais mêlés au calcul",
                "Published bands, shown beside and never mixed in").in_(language)  # fmt: skip
    return spaced(f"{lead} : {', '.join(parts)} ({source}).", language)


def _shrunk(row: pd.Series) -> Point:
    value, low, high = (float(row[name]) for name in ("shrunk", "shrunk_low", "shrunk_high"))
    return Point(str(row["name"]), Estimate(value, low, high, int(row["n"])))


def _moves(axes: Axes, rows: pd.DataFrame, *, crowded: bool) -> None:
    """Draw changes with their intervals: filled where they exceed chance."""
    places, size = np.arange(len(rows)), 3 if crowded else 7.5
    crowds.strokes(axes, places, rows["low"], rows["high"], alpha=0.55, lw=1.0 if crowded else 2.4)
    changed = rows["changed"].to_numpy(dtype=bool)
    for chosen, face in ((changed, style.BLUE), (~changed, "white")):
        axes.plot(rows["change"][chosen], places[chosen], "o", ms=size, mfc=face, mec=style.BLUE,
                  mew=0.8 if crowded else 1.6, ls="", zorder=3)  # fmt: skip


def _raw(row: pd.Series) -> Estimate:
    value = float(row["value"])
    return Estimate(value, value, value, int(row["n"]))


def _places(axes: Axes, rows: pd.DataFrame, language: Language) -> None:
    for rank, (_, row) in enumerate(rows.iterrows()):
        axes.annotate(place_words(row, language), (1.0, rank), (8, 0),
                      xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
                      size=9.5, weight=600, annotation_clip=False)  # fmt: skip


def _bands(axes: Axes, question: Question, language: Language) -> None:
    entry = indicators.get(question.indicator)
    if entry.bands is None:
        return
    low, high = axes.get_xlim()
    for step in entry.bands.steps[:-1]:
        if step.below is not None and low < step.below < high:
            axes.axvline(step.below, color=style.GREY, lw=0.9, ls=":", zorder=1)
            axes.annotate(written(step.below, entry.unit, language), (step.below, 1.0), (0, 2),
                          xycoords=("data", "axes fraction"), textcoords="offset points",
                          ha="center", va="bottom", size=8.5, color=style.MUTED)  # fmt: skip


def _panel(
    axes: Axes, question: Question, rows: pd.DataFrame, members: Sequence[Member],
    language: Language, *, named: bool,
) -> None:  # fmt: skip
    at = {member.city: rank for rank, member in enumerate(members)}
    known = rows[rows["city"].isin(at)]
    places = [at[str(city)] for city in known["city"]]
    crowded = len(members) > NAMED
    crowds.strokes(axes, places, known["shrunk_low"], known["shrunk_high"], alpha=0.5,
             lw=1.0 if crowded else 1.6)  # fmt: skip
    crowds.centres(axes, places, known["shrunk"], crowded=crowded, size=3.5)
    middle = float(np.median(known["shrunk"]))
    axes.axvline(middle, color=style.INK, lw=0.8, ls=(0, (4, 3)))
    axes.set_title(_wrapped(question.label.in_(language)), size=9, loc="left", weight=600)
    shown = [axis.cut(plain(member.name)) if named else "" for member in members]
    axes.set_yticks([] if crowded else range(len(members)), [] if crowded else shown)
    axes.tick_params(labelsize=8)
    axes.set_ylim(len(members) - 0.4, -0.6)
    axes.grid(axis="x", visible=True)
    axis.x_axis(axes, str(known["unit"].iloc[0]), language)
    axes.xaxis.set_major_locator(MaxNLocator(3))


def _wrapped(label: str, width: int = 26) -> str:
    if len(label) <= width or " " not in label:
        return label
    cut = label.rfind(" ", 0, width)
    return label[:cut] + "\n" + label[cut + 1 :] if cut > 0 else label


def _named_points(axes: Axes, rows: pd.DataFrame, places: np.ndarray) -> None:
    """Name the points beyond chance, the farthest first, where there is room for a name."""
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    middle = float(rows["value"].median()) if len(rows) else 0.0
    order = np.argsort(-np.abs(rows["value"].to_numpy(float) - middle), kind="stable")
    taken: list[tuple[float, float]] = []
    for at in order[:LABELS]:
        spot = axes.transData.transform((places[at], float(rows["value"].iloc[at])))
        free = all(abs(spot[1] - y) > 14 or abs(spot[0] - x) > 110 for x, y in taken)
        if not free:
            continue
        taken.append((float(spot[0]), float(spot[1])))
        left = spot[0] > axes.bbox.x0 + 0.8 * axes.bbox.width
        axes.annotate(plain(str(rows["name"].iloc[at])), (places[at], rows["value"].iloc[at]),
                      (-7 if left else 7, 0), textcoords="offset points", va="center",
                      ha="right" if left else "left", size=9)  # fmt: skip


def _precision(rows: pd.DataFrame, limits: pd.DataFrame) -> np.ndarray:
    """Return the precision of each city on the axis of the limits: one over its standard error."""
    errors = rows["error"].to_numpy(float)
    return np.clip(1 / errors, 1 / limits["error"].max(), 1 / limits["error"].min())


def _funnel_title(question: Question, rows: pd.DataFrame) -> Text:
    beyond = rows[rows["position"] != "within"]
    n, every = len(beyond), len(rows)
    label = question.label
    if not n:
        return Text(
            f"{label.fr} : le hasard seul suffirait à expliquer les écarts des {every} villes",
            f"{label.en}: chance alone would explain the gaps of the {every} cities",
        )
    one = n == 1
    return Text(
        f"{label.fr} : {n} {'ville est' if one else 'villes sont'} au-delà de ce que le hasard "
        f"explique, sur {every}",
        f"{label.en}: {n} {'city lies' if one else 'cities lie'} beyond what chance explains, of "
        f"{every}",
    )


def _alt(what: str, rows: pd.DataFrame, unit: str, language: Language) -> str:
    said = [
        f"{row['name']} {written(float(row['shrunk']), unit, language)}, "
        f"{place_words(row, language)}"
        for _, row in rows.head(SPOKEN).iterrows()
    ]
    if len(rows) > SPOKEN:
        more = Text("et {n} autres, dans le tableau", "and {n} more, in the table").in_(language)
        said.append(more.format(n=number(len(rows) - SPOKEN, language)))
    head = Text("Graphique. ", "Chart. ").in_(language)
    return spaced(f"{head}{what} : {' ; '.join(said)}.", language)
