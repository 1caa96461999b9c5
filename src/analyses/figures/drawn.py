"""The map of the premises on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as DrawnPath

from analyses.figures import style
from analyses.figures.escape import plain
from analyses.figures.ground import METRES_PER_DEGREE, STYLES, Extent, label_spot, pieces
from analyses.wording import Language, Text, number

STATUSES: dict[str, dict[str, Any]] = {
    "occupied": {
        "text": Text("Occupé", "Occupied"), "many": Text("Occupés", "Occupied"),
        "shape": "circle", "marker": "o", "fill": "#ffffff", "edge": style.BLUE, "radius": 4,
        "size": 16, "reach": False,
    },
    "vacant": {
        "text": Text("Vacant", "Vacant"), "many": Text("Vacants", "Vacant"),
        "shape": "triangle", "marker": "^", "fill": style.VERMILION, "edge": "#5e2400",
        "radius": 6, "size": 46, "reach": True,
    },
    "vacant_works": {
        "text": Text("Vacant, en travaux", "Vacant, under works"),
        "many": Text("Vacants, en travaux", "Vacant, under works"),
        "shape": "diamond", "marker": "D", "fill": "#e8b84a", "edge": "#5e3b00", "radius": 6,
        "size": 34, "reach": True,
    },
    "unknown": {
        "text": Text("Statut inconnu", "Unknown status"),
        "many": Text("Statut inconnu", "Unknown status"),
        "shape": "square", "marker": "s", "fill": "#c9ced6", "edge": "#4f5b68", "radius": 4,
        "size": 18, "reach": False,
    },
}  # fmt: skip
"""How each status looks: a shape and a colour, on screen and on paper."""


def draw(
    placed: pd.DataFrame,
    zones: gpd.GeoDataFrame | None,
    ground: gpd.GeoDataFrame | None,
    extent: Extent,
    source: str,
    language: Language,
) -> Figure:
    """Draw the premises for paper, with their legend, over :func:`base`.

    Parameters
    ----------
    placed : pandas.DataFrame
        Premises of one wave, with ``lon``, ``lat`` and ``status``.
    zones, ground, extent, source, language
        As for :func:`base`.
    """
    drawing = base(zones, ground, extent, source, language)
    axes = drawing.axes[0]
    for status, look in STATUSES.items():
        part = placed[placed["status"] == status]
        axes.scatter(part["lon"], part["lat"], s=look["size"], marker=look["marker"],
                     facecolor=look["fill"], edgecolor=look["edge"], linewidth=1.0,
                     zorder=5 + look["reach"])  # fmt: skip
    _legend(axes, placed, language)
    return drawing


def base(
    zones: gpd.GeoDataFrame | None,
    ground: gpd.GeoDataFrame | None,
    extent: Extent,
    source: str,
    language: Language,
) -> Figure:
    """Draw what every map on paper has: ground, zones, scale, north and source.

    Parameters
    ----------
    zones, ground : geopandas.GeoDataFrame or None
        What lies under the points.
    extent : Extent
        What the map shows.
    source : str
        Producers, written in a corner.
    language : str
        Language of the scale.
    """
    height = min(max(style.WIDTH * extent.height_m / extent.width_m, 3.0), 7.2)
    drawing, axes = style.figure(height + 0.45)
    axes.set_facecolor("#f7f7f4")
    _draw_ground(axes, ground)
    _draw_zones(axes, zones, extent)
    axes.set_aspect(1 / extent.shrink)
    axes.set_xlim(extent.west, extent.east)
    axes.set_ylim(extent.south, extent.north)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color("#8a95a3")
    _scale(axes, extent, language)
    if source:
        axes.annotate(plain(source), (1, 0), (-3, 3), xycoords="axes fraction", size=7.5,
                      textcoords="offset points", ha="right", color=style.MUTED, zorder=9,
                      bbox={"fc": "white", "ec": "none", "alpha": 0.85, "pad": 1.5})  # fmt: skip
    return drawing


def _draw_ground(axes: Axes, ground: gpd.GeoDataFrame | None) -> None:
    """Draw the ground, all that is of one kind at once: a town has hundreds of streets."""
    if ground is None:
        return
    for rank, (kind, look) in enumerate(STYLES.items()):
        found = [piece for geometry in ground.loc[ground["kind"] == kind, "geometry"]
                 for piece in pieces(geometry)]  # fmt: skip
        areas = [_path(rings) for form, rings in found if form == "area" and look["fill"]]
        lines = [np.asarray(rings[0])[:, ::-1] for form, rings in found if form == "line"]
        drawn = [
            PathCollection(areas, facecolors=look["fill"], linewidths=0),
            LineCollection(lines, colors=look["line"] or look["fill"] or "none",
                           linewidths=look["width"] * 0.8 or 0.8, capstyle="round"),
        ]  # fmt: skip
        for collection in drawn:
            collection.set_zorder(rank / 10)
            axes.add_collection(collection, autolim=False)


def _draw_zones(axes: Axes, zones: gpd.GeoDataFrame | None, extent: Extent) -> None:
    if zones is None:
        return
    for row in zones[["name", "geometry"]].itertuples(index=False):
        for form, rings in pieces(row.geometry):
            if form == "area":
                axes.add_patch(PathPatch(_path(rings), fc="none", ec="#12304f", lw=1.1,
                                         ls=(0, (5, 3)), zorder=3))  # fmt: skip
        spot = label_spot(row.geometry, extent)
        axes.annotate(plain(row.name), spot, ha="center", va="center", size=8.5, weight=600,
                      color="#12304f", zorder=8,
                      bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1.0})  # fmt: skip


def _path(rings: Sequence[Sequence[Sequence[float]]]) -> DrawnPath:
    parts = [DrawnPath(np.asarray(ring)[:, ::-1], closed=True) for ring in rings]
    return DrawnPath.make_compound_path(*parts)


def _scale(axes: Axes, extent: Extent, language: Language) -> None:
    """Draw a scale bar of a round length, and the north."""
    room = extent.width_m / 4
    power = 10 ** np.floor(np.log10(room))
    length = float(max(step * power for step in (1, 2, 5) if step * power <= room))
    degrees = length / METRES_PER_DEGREE / extent.shrink
    x = extent.west + 0.025 * (extent.east - extent.west)
    y = extent.south + 0.03 * (extent.north - extent.south)
    axes.plot([x, x + degrees], [y, y], color=style.INK, lw=2.4, solid_capstyle="butt", zorder=9)
    words = number(length, language) + "\u00a0m" if length < 1000 else (
        number(length / 1000, language) + "\u00a0km")  # fmt: skip
    axes.annotate(words, (x, y), (0, 6), textcoords="offset points", size=8.5, zorder=8.5,
                  bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1})  # fmt: skip
    axes.annotate("N", (0.972, 0.965), (0.972, 0.895), xycoords="axes fraction", ha="center",
                  va="center", size=10, weight=600, zorder=9,
                  arrowprops={"arrowstyle": "-|>", "color": style.INK, "lw": 1.4})  # fmt: skip


def _legend(axes: Axes, placed: pd.DataFrame, language: Language) -> None:
    handles = [
        Line2D([], [], ls="", marker=look["marker"], ms=np.sqrt(look["size"]), mfc=look["fill"],
               mec=look["edge"], label=f"{look['many'].in_(language)} ({number(count, language)})")
        for status, look in STATUSES.items()
        if (count := int((placed["status"] == status).sum()))
    ]  # fmt: skip
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.01), ncols=4,
                borderaxespad=0.1, handletextpad=0.3, columnspacing=1.4)  # fmt: skip
