"""The map of the footfall sensors: interactive for the screen, drawn for paper."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analyses.figures import drawn, interactive, maps, style
from analyses.figures.escape import plain
from analyses.figures.figure import Map, Table
from analyses.figures.ground import Extent, clip, extent_of
from analyses.footfall.chapter import Footfall
from analyses.wording import Language, Text, listing, number, percent, plural

_LARGEST, _SMALLEST, _NEAR = 13.0, 5.0, 0.06
_TITLE = Text("Capteurs de fréquentation", "Footfall sensors")
_HEADER = (
    Text("Capteur", "Sensor"),
    Text("Passages par jour", "Passages a day"),
    Text("Disponibilité", "Availability"),
)


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
    busiest = str(placed.sort_values("passages").iloc[-1]["name"])
    title = (
        Text(f"Le capteur le plus passant est {busiest}", f"The busiest sensor is {busiest}")
        if len(placed) > 1
        else Text(f"Le capteur {busiest}", f"The sensor {busiest}")
    ).in_(language)
    spec = _spec(placed, shown, ground, extent, title, source, language)
    with style.style():
        drawing = drawn.draw(placed.assign(status=""), shown, ground, extent, source, language)
        _points(drawing.axes[0], placed, extent)
    return Map(
        id="carte-capteurs",
        title=title,
        alt=_alt(study, language),
        html=interactive.document(spec, title, language),
        figure=drawing,
        data=_table(study, language),
        note=_note(study, language),
    )


def _cells(row: Any, language: Language) -> list[str]:
    return [
        plain(row["name"]),
        number(row["passages"], language),
        percent(row["share"], language),
    ]


def _spec(
    placed: pd.DataFrame,
    zones: gpd.GeoDataFrame | None,
    ground: gpd.GeoDataFrame | None,
    extent: Extent,
    title: str,
    source: str,
    language: Language,
) -> dict[str, Any]:
    radius = _radius(placed)
    groups = [
        {
            "shape": "circle", "fill": style.BLUE, "edge": "#06304f", "reach": True,
            "radius": round(float(size), 1), "label": plain(row["name"]),
            "points": [[round(row["lat"], 6), round(row["lon"], 6), _cells(row, language)]],
        }
        for row, size in zip(placed.to_dict("records"), radius, strict=True)
    ]  # fmt: skip
    return {
        "bounds": [[extent.south, extent.west], [extent.north, extent.east]],
        "base": maps.base_layers(ground),
        "zones": maps.zone_shapes(zones, extent),
        "zoneStyle": {"color": "#12304f", "weight": 1.6, "dashArray": "6 4", "fill": False,
                      "interactive": False},
        "groups": groups,
        "fields": [text.in_(language) for text in _HEADER],
        "words": {
            "title": title, "source": source, "legend": _TITLE.in_(language),
            "home": Text("Revenir à la vue d'ensemble", "Back to the whole view").in_(language),
            "zoomIn": Text("Agrandir", "Zoom in").in_(language),
            "zoomOut": Text("Réduire", "Zoom out").in_(language),
        },
    }  # fmt: skip


def _points(axes: Axes, placed: pd.DataFrame, extent: Extent) -> None:
    """Draw the sensors and their names, in place of the legend of premises."""
    axes.scatter(placed["lon"], placed["lat"], s=(2 * _radius(placed)) ** 2 / 3,
                 facecolor=style.BLUE, edgecolor="white", linewidth=1.0, zorder=7)  # fmt: skip
    for row in placed.to_dict("records"):
        below = _has_neighbour_above(row, placed, extent.north - extent.south)
        axes.annotate(plain(row["name"]), (row["lon"], row["lat"]), (0, -9 if below else 9),
                      size=7.5, textcoords="offset points", ha="center",
                      va="top" if below else "bottom", zorder=9,
                      bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.8})  # fmt: skip
    legend = axes.get_legend()
    if legend is not None:
        legend.remove()


def _radius(placed: pd.DataFrame) -> np.ndarray:
    """Return radii whose areas follow the passages."""
    passages = np.nan_to_num(placed["passages"].to_numpy(dtype=np.float64))
    share = np.sqrt(passages / max(float(passages.max()), 1.0))
    radius: np.ndarray = np.maximum(_SMALLEST, _LARGEST * share)
    return radius


def _has_neighbour_above(row: Any, placed: pd.DataFrame, height: float) -> bool:
    """Whether another sensor stands so near, to the north, that names would meet."""
    up, aside = placed["lat"] - row["lat"], (placed["lon"] - row["lon"]).abs()
    return bool(((up > 0) & (up < height * _NEAR) & (aside < height * 3 * _NEAR)).any())


def _table(study: Footfall, language: Language) -> Table:
    header = [text.in_(language) for text in _HEADER]
    rows = [_cells(row, language) for row in study.sensors.to_dict("records")]
    data = pd.DataFrame(rows, columns=header)
    return Table("carte-capteurs-data", _TITLE.in_(language), data, tuple(header[1:]))


def _alt(study: Footfall, language: Language) -> str:
    rows = study.sensors.to_dict("records")
    fr = " ; ".join(f"{r['name']}, {number(r['passages'], 'fr')} passages par jour" for r in rows)
    en = "; ".join(f"{r['name']}, {number(r['passages'], 'en')} passages a day" for r in rows)
    return Text(
        f"Carte des capteurs de fréquentation : {fr}.", f"Map of footfall sensors: {en}."
    ).in_(language)


def _note(study: Footfall, language: Language) -> str:
    lost = [str(name) for name in study.sensors.loc[study.sensors["lon"].isna(), "name"]]
    if not lost:
        return ""
    return Text(
        f"Sans coordonnées, {plural(len(lost), 'non placé', 'non placés')} : "
        f"{listing(lost, 'fr')}.",
        f"Without coordinates, not placed: {listing(lost, 'en')}.",
    ).in_(language)
