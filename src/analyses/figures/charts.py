"""Charts that answer one question each, with their interval, their numbers and their alternative.

Every function takes numbers already computed and returns a :class:`Chart`; nothing is estimated
here. Values carry direct labels, so that a chart is read without its axis, and groups differ by
marker or hatch as well as by colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analyses.figures import axis, style
from analyses.figures.axis import Point
from analyses.figures.escape import plain
from analyses.figures.figure import Chart, Table
from analyses.figures.numbers import digits, either, written
from analyses.results import Estimate
from analyses.wording import Language, Text, interval, lowered, month, number, percent, typography

VALUE = Text("Valeur", "Value")
INTERVAL = Text("Intervalle à {level}", "{level} interval")
COUNT = Text("n", "n")
NONE = "–"
SPOKEN = 8
"""Items that a text alternative names one by one; the data table holds all."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words around a drawing, in the report's language.

    Parameters
    ----------
    id : str
        Stable name of the chart.
    title : str
        The answer, in one sentence.
    what : str
        What is drawn, for the alternative and the data table.
    column : str
        Header of the column of categories.
    note : str
        Source, period, n and reserves.
    """

    id: str
    title: str
    what: str
    column: str
    note: str = ""


def dots(
    words: Words,
    points: Sequence[Point],
    unit: str,
    language: Language,
    reference: Point | None = None,
) -> Chart:
    """Draw values with their intervals by category, in the order given, first on top.

    Parameters
    ----------
    words : Words
        Title and labels.
    points : sequence of Point
        At least one; all with a value.
    unit : str
        Unit as the dictionary of indicators writes it.
    language : str
        Language of the labels.
    reference : Point, optional
        Value of the whole, drawn as a dashed line.
    """
    with style.style():
        drawing, axes = style.figure(0.75 + 0.3 * len(points) + (0.25 if reference else 0))
        for rank, point in enumerate(points):
            axis.dot(axes, rank, point)
        axis.categories(axes, points)
        axes.set_xlim(*axis.limits([*points, *([reference] if reference else [])], unit))
        if reference is not None:
            axis.reference_line(axes, reference, unit, language)
        axis.values(axes, points, unit, language)
        axis.x_axis(axes, unit, language)
    listed = [*points, *([reference] if reference else [])]
    return _chart(words, drawing, listed, unit, language)


def bars(words: Words, points: Sequence[Point], unit: str, language: Language) -> Chart:
    """Draw quantities as bars from zero, in the order given, first on top."""
    with style.style():
        drawing, axes = style.figure(0.5 + 0.3 * len(points))
        values = [point.estimate.value for point in points]
        axes.barh(range(len(points)), values, height=0.62, color=style.BLUE)
        for rank, point in enumerate(points):
            if axis.has_interval(point.estimate):
                bounds = [point.estimate.low, point.estimate.high]
                axes.plot(bounds, [rank, rank], color=style.INK, lw=1.2)
        axis.categories(axes, points)
        axes.set_xlim(0, axis.limits(points, unit)[1])
        axis.values(axes, points, unit, language)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.axvline(0, color=style.RULE, lw=1)
    return _chart(words, drawing, points, unit, language)


def lines(
    words: Words,
    series: Mapping[str, Sequence[tuple[date, Estimate]]],
    unit: str,
    language: Language,
) -> Chart:
    """Draw values over time with their intervals as bands, each line named at its end.

    Parameters
    ----------
    words : Words
        Title and labels.
    series : mapping
        Name of the line: (day, estimate) in time order; at most six lines.
    unit, language
        As for :func:`dots`.
    """
    with style.style():
        drawing, axes = style.figure(3.3)
        ends = []
        for rank, (name, line) in enumerate(series.items()):
            colour = style.PALETTE[rank % len(style.PALETTE)]
            days = [day.toordinal() for day, _ in line]
            values = [estimate.value for _, estimate in line]
            low, high = ([getattr(e, side) for _, e in line] for side in ("low", "high"))
            axes.fill_between(days, low, high, color=colour, alpha=0.14, lw=0)
            if len(series) == 1:
                axes.errorbar(days, values, axis.spans(line), fmt="none", ecolor=colour, lw=1)
            axes.plot(days, values, color=colour, marker=style.MARKERS[rank % 6], ms=6)
            ends.append((values[-1], name, colour))
        axis.name_ends(axes, ends, unit, language, single=len(series) == 1)
        axis.time_axis(axes, sorted({day for line in series.values() for day, _ in line}), language)
        low_end, top = axes.get_ylim()
        axes.set_ylim(0 if unit == "%" else low_end, top * 1.04)
        axis.y_axis(axes, unit, language)
    points = [
        Point(f"{name}, {month(day, language)}" if len(series) > 1 else month(day, language), e)
        for name, line in series.items()
        for day, e in line
    ]
    return _chart(words, drawing, points, unit, language)


def opposed(
    words: Words,
    frame: pd.DataFrame,
    names: tuple[str, str],
    language: Language,
) -> Chart:
    """Draw two counts a year in opposite directions from zero, with their balance.

    Parameters
    ----------
    words : Words
        Title and labels.
    frame : pandas.DataFrame
        ``label`` (text), ``up``, ``down`` (counts), ``provisional`` (bool), in order.
    names : tuple of str
        What goes up and what goes down.
    language : str
        Language of the labels.
    """
    with style.style():
        drawing, axes = style.figure(3.4)
        places = np.arange(len(frame))
        up, down = frame["up"].to_numpy(float), frame["down"].to_numpy(float)
        shades = np.where(frame["provisional"], 0.45, 1.0)
        for place, u, d, alpha in zip(places, up, down, shades, strict=True):
            axes.bar(place, u, 0.66, color=style.BLUE, alpha=alpha)
            axes.bar(place, -d, 0.66, color=style.VERMILION, alpha=alpha, hatch="////", ec="white")
            axes.annotate(number(u, language), (place, u), (0, 3), textcoords="offset points",
                          ha="center", va="bottom", size=9)  # fmt: skip
            axes.annotate(number(d, language), (place, -d), (0, -3), textcoords="offset points",
                          ha="center", va="top", size=9)  # fmt: skip
        axes.plot(places, up - down, color=style.INK, lw=1.3, marker="D", ms=5, mfc="white")
        axes.axhline(0, color=style.INK, lw=0.9)
        axes.set_xticks(places, [plain(label) for label in frame["label"]])
        axes.set_ylim(-down.max() * 1.18, up.max() * 1.18)
        axes.yaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axis.legend_above(axes, names, Text("solde", "balance").in_(language))
    balance = Text("Solde", "Balance").in_(language)
    data = pd.DataFrame(
        {
            words.column: [str(label) for label in frame["label"]],
            names[0]: [number(value, language) for value in up],
            names[1]: [number(value, language) for value in down],
            balance: [number(value, language, signed=True) for value in up - down],
        }
    )
    spoken = "; ".join(
        f"{row.iloc[0]}: {lowered(names[0])} {row.iloc[1]}, {lowered(names[1])} {row.iloc[2]}"
        for _, row in data.iterrows()
    )
    table = Table(f"{words.id}-data", words.what, data, (*names, balance), "")
    return Chart(words.id, words.title, _alt(words.what, spoken, language), drawing, table,
                 words.note)  # fmt: skip


def steps(
    words: Words,
    curves: Mapping[str, pd.DataFrame],
    along: str,
    language: Language,
    marks: Sequence[tuple[float, Estimate]] = (),
) -> Chart:
    """Draw step curves in percent from 100, with their intervals as bands.

    Parameters
    ----------
    words : Words
        Title and labels; ``column`` names the horizontal axis in the table.
    curves : mapping
        Name: ``x``, ``value``, ``low``, ``high``; at most six.
    along : str
        Words under the horizontal axis.
    language : str
        Language of the labels.
    marks : sequence of (float, Estimate)
        Points named on the first curve and listed in the data table.
    """
    with style.style():
        drawing, axes = style.figure(3.4)
        ends = []
        for rank, (name, curve) in enumerate(curves.items()):
            colour = style.PALETTE[rank % len(style.PALETTE)]
            x = [0.0, *curve["x"]]
            low, high = [100.0, *curve["low"]], [100.0, *curve["high"]]
            axes.fill_between(x, low, high, step="post", color=colour, alpha=0.14, lw=0)
            dash = ("-", "--", ":", "-.")[rank % 4]
            axes.plot(x, [100.0, *curve["value"]], dash, drawstyle="steps-post", color=colour)
            ends.append((float(curve["value"].iloc[-1]), name, colour))
        for place, estimate in marks:
            axes.plot([place], [estimate.value], "o", ms=7, mfc="white", mec=style.INK, mew=1.6)
            axes.annotate(percent(estimate.value, language, 0), (place, estimate.value), (6, 8),
                          textcoords="offset points", size=10, weight=600)  # fmt: skip
        if len(curves) > 1:
            axis.name_ends(axes, ends, "%", language, single=False)
        axes.set_ylim(0, 104)
        axes.set_xlim(left=0)
        axes.set_xlabel(plain(along))
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axis.y_axis(axes, "%", language)
    points = [Point(number(place, language), estimate) for place, estimate in marks]
    return _chart(words, drawing, points, "%", language)


def estimates_table(words: Words, points: Sequence[Point], unit: str, language: Language) -> Table:
    """Return the numbers of a chart: category, value, interval where there is one, and n."""
    level = percent(100 * points[0].estimate.level if points else 95.0, language, 0)
    value, bounds = VALUE.in_(language), INTERVAL.in_(language).format(level=level)
    n, signed = COUNT.in_(language), either(unit, (point.estimate for point in points))
    columns = {
        words.column: [plain(point.label) for point in points],
        value: [written(point.estimate.value, unit, language, signed=signed) for point in points],
        bounds: [_bounds(point.estimate, unit, language) for point in points],
        n: [number(point.estimate.n, language) for point in points],
    }
    if all(cell == NONE for cell in columns[bounds]):
        del columns[bounds]
    numbers = tuple(name for name in (value, bounds, n) if name in columns)
    return Table(f"{words.id}-data", words.what, pd.DataFrame(columns), numbers)


def _chart(
    words: Words, drawing: Figure, points: Sequence[Point], unit: str, language: Language
) -> Chart:
    signed = either(unit, (point.estimate for point in points))
    spoken = "; ".join(
        f"{plain(point.label)}: {written(point.estimate.value, unit, language, signed=signed)}"
        + (f" ({bounds})" if (bounds := _bounds(point.estimate, unit, language)) != NONE else "")
        for point in points[:SPOKEN]
    )
    if len(points) > SPOKEN:
        rest = len(points) - SPOKEN
        more = Text("et {n} autres, dans le tableau", "and {n} more, in the table").in_(language)
        spoken += "; " + more.format(n=rest)
    return Chart(
        id=words.id,
        title=words.title,
        alt=_alt(words.what, spoken, language),
        figure=drawing,
        data=estimates_table(words, points, unit, language),
        note=words.note,
    )


def _alt(what: str, spoken: str, language: Language) -> str:
    if language == "fr":
        spoken = spoken.replace("; ", " ; ").replace(": ", " : ")
        return typography(f"Graphique. {what} : {spoken}.", "fr")
    return f"Chart. {what}: {spoken}."


def _bounds(estimate: Estimate, unit: str, language: Language) -> str:
    if not axis.has_interval(estimate):
        return NONE
    shown = "%" if unit.startswith("%") else ""
    return interval(estimate.low, estimate.high, shown, language, digits(unit))
