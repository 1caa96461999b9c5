"""Marks of a drawing of hundreds of cities: one path for all of them, and the ends named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analyses.figures import axis, style
from analyses.figures.axis import Point


def strokes(
    axes: Axes, places: Sequence[int] | np.ndarray, low: pd.Series, high: pd.Series, *,
    lw: float, alpha: float,
) -> None:  # fmt: skip
    """Draw one horizontal line a city, all as one path: a page of hundreds stays light."""
    x = np.column_stack([low, high, np.full(len(low), np.nan)]).ravel()
    axes.plot(x, np.repeat(places, 3), color=style.BLUE, lw=lw, alpha=alpha, zorder=1.5,
              solid_capstyle="butt")  # fmt: skip


def centres(
    axes: Axes, places: Sequence[int] | np.ndarray, values: pd.Series, *, crowded: bool,
    size: float,
) -> None:  # fmt: skip
    """Draw the value of each city: a disc; a short upright, all as one path, where they crowd."""
    if not crowded:
        axes.plot(values, places, "o", ms=size, color=style.BLUE, ls="", zorder=3)
        return
    at = np.asarray(places, dtype=float)
    y = np.column_stack([at - 0.5, at + 0.5, np.full(len(at), np.nan)]).ravel()
    axes.plot(np.repeat(values, 3), y, color=style.BLUE, lw=1.2, zorder=3,
              solid_capstyle="butt")  # fmt: skip


def ends(axes: Axes, points: Sequence[Point]) -> None:
    """Name the first and last cities of a chart that cannot name them all."""
    last = len(points) - 1
    axes.set_yticks([0, last], [axis.cut(points[0].label), axis.cut(points[last].label)])
    axes.set_ylim(last + 1, -1)
    axes.grid(axis="x", visible=True)
