"""The map of the footfall sensors: interactive for the screen, drawn for paper."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analyses.figures import drawn, interactive, maps, style
from analyses.figures.escape import plain
from analyses.figures.figure import Map, Table
from analyses.figures.ground import clip, extent_of
from analyses.footfall.chapter import Footfall
from analyses.wording import Language, Text, listing, number, percent

_LARGEST, _SMALLEST, _NEAR = 13.0, 5.0, 0.06


def sensor_map(
    study: Footfall,
    language: Language,
    *,
    zones: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    source: str = "",
) -> Map | None:
    """Map the sensors by their mean daily passages.

    Parameters
    ----------
    study : Footfall
        Its sensors; those without coordinates are named in the note.
    language : str
        Language of the map.
    zones, streets : geopandas.GeoDataFrame, optional
        What lies under them.
    source : str
        Producers, written on the map.

    Returns
    -------
    Map or None
        None if no sensor has coordinates.
    """
    if not study.known:
        return None
    placed = study.sensors.dropna(subset=["lon", "lat"])
    if placed.empty:
        return None
    extent = extent_of(placed["lon"].to_numpy(float), placed["lat"].to_numpy(float), 0.15)
    ground = clip(streets, extent.grown(0.1))
    shown = None if zones is None else zones[zones.intersects(extent.window())]
    busiest = placed.sort_values("passages").iloc[-1]
    title = Text(
        f"Le capteur le plus passant est {busiest['name']}",
        f"The busiest sensor is {busiest['name']}",
    ).in_(language)
    rows = [
        [str(row["name"]), number(row["passages"], language), percent(row["share"], language)]
        for row in study.sensors.to_dict("records")
    ]
    header = [
        Text(*pair).in_(language)
        for pair in (
            ("Capteur", "Sensor"),
            ("Passages par jour", "Passages a day"),
            ("Disponibilité", "Availability"),
        )
    ]
    caption = Text("Capteurs de fréquentation", "Footfall sensors").in_(language)
    table = Table("carte-capteurs-data", caption, pd.DataFrame(rows, columns=header),
                  (header[1], header[2]))  # fmt: skip
    radius = _radius(placed["passages"].to_numpy(float))
    spec = {
        "bounds": [[extent.south, extent.west], [extent.north, extent.east]],
        "base": maps._base(ground),
        "zones": maps._zones(shown, extent),
        "zoneStyle": {"color": "#12304f", "weight": 1.6, "dashArray": "6 4", "fill": False,
                      "interactive": False},
        "groups": [
            {"shape": "circle", "fill": style.BLUE, "edge": "#06304f", "radius": round(size, 1),
             "reach": True, "label": str(row["name"]),
             "points": [[round(row["lat"], 6), round(row["lon"], 6), [plain(c) for c in cells]]]}
            for row, size, cells in zip(
                placed.to_dict("records"), radius,
                [r for r, lon in zip(rows, study.sensors["lon"], strict=True) if pd.notna(lon)],
                strict=True)
        ],
        "fields": header,
        "words": {
            "title": title, "source": source, "legend": caption,
            "home": Text("Revenir à la vue d'ensemble", "Back to the whole view").in_(language),
            "zoomIn": Text("Agrandir", "Zoom in").in_(language),
            "zoomOut": Text("Réduire", "Zoom out").in_(language),
        },
    }  # fmt: skip
    alt = Text(
        "Carte des capteurs de fréquentation : "
        + " ; ".join(f"{a}, {b} passages par jour" for a, b, _ in rows) + ".",
        "Map of footfall sensors: "
        + "; ".join(f"{a}, {b} passages a day" for a, b, _ in rows) + ".",
    ).in_(language)  # fmt: skip
    with style.style():
        drawing = drawn.draw(placed.assign(status=""), shown, ground, extent, source, language)
        axes = drawing.axes[0]
        axes.scatter(placed["lon"], placed["lat"], s=(2 * radius) ** 2 / 3, facecolor=style.BLUE,
                     edgecolor="white", linewidth=1.0, zorder=7)  # fmt: skip
        for row in placed.to_dict("records"):
            below = _has_neighbour_above(row, placed, extent.north - extent.south)
            axes.annotate(plain(row["name"]), (row["lon"], row["lat"]), (0, -9 if below else 9),
                          size=7.5, textcoords="offset points", ha="center",
                          va="top" if below else "bottom", zorder=9,
                          bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.8})  # fmt: skip
        legend = axes.get_legend()
        if legend is not None:
            legend.remove()
    return Map("carte-capteurs", title, alt, interactive.document(spec, title, language), drawing,
               table, _note(study, language))  # fmt: skip


def _radius(passages: np.ndarray) -> np.ndarray:
    """Return radii whose areas follow the passages."""
    share = np.sqrt(np.nan_to_num(passages) / max(float(np.nanmax(passages)), 1.0))
    radius: np.ndarray = np.maximum(_SMALLEST, _LARGEST * share)
    return radius


def _has_neighbour_above(row: Any, placed: pd.DataFrame, height: float) -> bool:
    """Whether another sensor stands so near, to the north, that names would meet."""
    up, aside = placed["lat"] - row["lat"], (placed["lon"] - row["lon"]).abs()
    return bool(((up > 0) & (up < height * _NEAR) & (aside < height * 3 * _NEAR)).any())


def _note(study: Footfall, language: Language) -> str:
    lost = [str(name) for name in study.sensors.loc[study.sensors["lon"].isna(), "name"]]
    if not lost:
        return ""
    return Text(
        f"Sans coordonnées, non placé(s) : {listing(lost, 'fr')}.",
        f"Without coordinates, not placed: {listing(lost, 'en')}.",
    ).in_(language)
