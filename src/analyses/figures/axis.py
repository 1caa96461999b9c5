"""The parts of a drawing that charts share: axes, labels, and how a value and its interval look."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analyses.figures import style
from analyses.figures.escape import plain
from analyses.figures.numbers import either, written
from analyses.results import Estimate
from analyses.wording import Language, month, number, percent

LABEL_LIMIT = 42
WAVES_NAMED = 9
"""Dates that a time axis names; the last is always one of them."""


@dataclass(frozen=True, slots=True)
class Point:
    """A labelled value.

    Parameters
    ----------
    label : str
        Name of the category, in the report's language.
    estimate : Estimate
        Value, interval and sample size.
    reserve : bool
        Drawn hollow: to be read with its reserve.
    """

    label: str
    estimate: Estimate
    reserve: bool = False


def has_interval(estimate: Estimate) -> bool:
    """Whether an estimate has an interval to draw."""
    known = not (math.isnan(estimate.low) or math.isnan(estimate.high))
    return known and estimate.low != estimate.high


def dot(axes: Axes, rank: int, point: Point) -> None:
    """Draw one value with its interval on a row."""
    estimate = point.estimate
    if has_interval(estimate):
        axes.plot([estimate.low, estimate.high], [rank, rank], color=style.BLUE, lw=2.4,
                  alpha=0.55, solid_capstyle="butt")  # fmt: skip
    face = "white" if point.reserve else style.BLUE
    axes.plot([estimate.value], [rank], "o", ms=7.5, mfc=face, mec=style.BLUE, mew=1.6, zorder=3)


def categories(axes: Axes, points: Sequence[Point]) -> None:
    """Name the rows, the first on top."""
    axes.set_yticks(range(len(points)), [cut(point.label) for point in points])
    axes.set_ylim(len(points) - 0.4, -0.6)
    axes.grid(axis="x", visible=True)


def values(axes: Axes, points: Sequence[Point], unit: str, language: Language) -> None:
    """Write each value in a column at the right of the drawing."""
    signed = either(unit, (point.estimate for point in points))
    for rank, point in enumerate(points):
        text = written(point.estimate.value, unit, language, signed=signed)
        axes.annotate(text, (1.0, rank), (8, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", weight=600, size=10,
                      annotation_clip=False)  # fmt: skip


def reference_line(axes: Axes, reference: Point, unit: str, language: Language) -> None:
    """Draw the value of the whole as a dashed line, named at its top."""
    axes.axvline(reference.estimate.value, color=style.INK, lw=1, ls=(0, (4, 3)), zorder=1)
    text = f"{plain(reference.label)} {written(reference.estimate.value, unit, language)}"
    left = reference.estimate.value > sum(axes.get_xlim()) / 2
    axes.annotate(text, (reference.estimate.value, 1.0), (-4 if left else 4, 3),
                  xycoords=("data", "axes fraction"), textcoords="offset points",
                  ha="right" if left else "left", va="bottom", size=9.5)  # fmt: skip


def limits(points: Sequence[Point], unit: str) -> tuple[float, float]:
    """Return the ends of an axis that holds every interval; a share starts at 0."""
    bounds = [
        bound
        for point in points
        for bound in (point.estimate.low, point.estimate.high, point.estimate.value)
        if not math.isnan(bound)
    ]
    low, high = min(bounds), max(bounds)
    start = 0.0 if unit == "%" or low >= 0 else low - 0.05 * (high - low)
    return start, high + 0.04 * (high - start) or 1.0


NARROW = 0.35
"""Share of an axis from zero under which what is drawn would be a knot at its end."""


def near(points: Sequence[Point], unit: str) -> tuple[float, float]:
    """Return the ends of an axis of dots: from zero, unless all of them would lie in a knot.

    Dots are read by their places beside one another, so that their axis may begin anywhere, where
    bars' may not.
    """
    start, end = limits(points, unit)
    low = min(
        bound
        for point in points
        for bound in (point.estimate.low, point.estimate.value)
        if not math.isnan(bound)
    )
    room = end - low
    if start != 0.0 or room > NARROW * end:
        return start, end
    return max(low - 0.3 * room, 0.0), end + 0.1 * room


def x_axis(axes: Axes, unit: str, language: Language) -> None:
    """Write the horizontal axis in the unit."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, unit, language)))
    axes.xaxis.set_major_locator(MaxNLocator(6))


def y_axis(axes: Axes, unit: str, language: Language) -> None:
    """Write the vertical axis in the unit."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, unit, language)))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="y", visible=True)


def _tick(value: float, unit: str, language: Language) -> str:
    """Write the place of a tick in full: two ticks never read the same."""
    places = next((n for n in range(4) if math.isclose(value, round(value, n), abs_tol=1e-9)), 4)
    return percent(value, language, places) if unit == "%" else number(value, language, places)


def spans(line: Sequence[tuple[date, Estimate]]) -> list[list[float]]:
    """Return the arms of the error bars, down and up."""
    return [
        [estimate.value - estimate.low for _, estimate in line],
        [estimate.high - estimate.value for _, estimate in line],
    ]


def name_ends(
    axes: Axes,
    ends: Sequence[tuple[float, str, str]],
    unit: str,
    language: Language,
    *,
    single: bool,
) -> None:
    """Name each line at its end, spread so that names do not meet."""
    low, high = axes.get_ylim()
    gap = 0.062 * (high - low)
    placed = -math.inf
    for value, name, colour in sorted(ends):
        placed = max(value, placed + gap)
        text = written(value, unit, language)
        label = text if single else f"{cut(name)} {text}"
        axes.annotate(label, (1.0, placed), (8, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", color=colour, weight=600,
                      annotation_clip=False)  # fmt: skip


def time_axis(axes: Axes, days: Sequence[date], language: Language) -> None:
    """Name each wave when there are few, and leave room at both ends."""
    stamps = [day.toordinal() for day in days]
    every = -(-len(days) // WAVES_NAMED)
    named = list(days)[::-1][::every][::-1]
    labels = [month(day, language) for day in named]
    if len(named) > 5:
        labels = [label.replace("\u00a0", "\n") for label in labels]
    axes.set_xticks([day.toordinal() for day in named], labels)
    margin = (stamps[-1] - stamps[0]) * 0.04 or 60.0
    axes.set_xlim(stamps[0] - margin, stamps[-1] + margin)


def legend_above(axes: Axes, names: tuple[str, str], balance: str) -> None:
    """Name the two directions and the balance above the drawing."""
    bars_ = axes.patches[0], axes.patches[1], axes.lines[0]
    axes.legend(bars_, (*names, balance), loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3,
                borderaxespad=0.2, handlelength=1.6, columnspacing=1.6)  # fmt: skip


def cut(label: str) -> str:
    """Return a label on one line, cut when too long."""
    words = plain(label)
    return words if len(words) <= LABEL_LIMIT else words[: LABEL_LIMIT - 1] + "…"


def folded(label: str, width: int) -> str:
    """Return a label on lines of ``width`` letters: cut at spaces, long words at their dashes."""
    words = plain(label)
    long = any(len(word) > width for word in words.split(" "))
    lines = [""]
    for word in re.findall(r"[^ -]+-?" if long else r"[^ ]+", words):
        joined = f"{lines[-1]}{'' if lines[-1].endswith('-') else ' '}{word}".strip()
        if len(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    kept = [line if len(line) <= width + 2 else line[:width] + "…" for line in lines if line]
    return "\n".join(kept if len(kept) <= 4 else [*kept[:3], "…"])
