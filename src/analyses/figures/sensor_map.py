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
from analyses.figures.ground import Extent, clip, extent_of, label_spot
from analyses.footfall.chapter import Footfall
from analyses.wording import Language, Text, listing, number, percent, plural

_LARGEST, _SMALLEST, _SIZE = 13.0, 5.0, 7.5
_ZONE_SIZE = 8.5
_ACROSS, _TALLEST = 468.0, 0.85
"""Width of the drawing in points, and its largest height beside its width."""
_TITLE = Text("Capteurs de fréquentation", "Footfall sensors")
_HEADER = (
    Text("Capteur", "Sensor"),
    Text("Passages par jour", "Passages a day"),
    Text("Disponibilité", "Availability"),
)

Frame = tuple[float, float, float, float]
"""West, south, east, north of a name, in points from the corner of the map."""


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
    extent = _wide(extent_of(placed["lon"].to_numpy(float), placed["lat"].to_numpy(float), 0.15))
    ground = clip(streets, extent.grown(0.1))
    shown = None if zones is None else zones[zones.intersects(extent.window())]
    title = _title(placed).in_(language)
    spec = maps.spec(
        _groups(placed, language), [text.in_(language) for text in _HEADER], zones=shown,
        ground=ground, extent=extent, legend=_TITLE, title=title, source=source, language=language,
    )  # fmt: skip
    with style.style():
        drawing = drawn.base(shown, ground, extent, source, language)
        hidden = _points(drawing.axes[0], placed, shown, extent)
    return Map(
        id="carte-capteurs",
        title=title,
        alt=_alt(study, language),
        html=interactive.document(spec, title, language),
        figure=drawing,
        data=_table(study, language),
        note=_note(study, hidden, language),
    )


def _title(placed: pd.DataFrame) -> Text:
    busiest = str(placed.sort_values("passages", na_position="first").iloc[-1]["name"])
    if len(placed) > 1:
        return Text(f"Le capteur le plus passant est {busiest}", f"The busiest sensor is {busiest}")
    return Text(f"Le capteur {busiest}", f"The sensor {busiest}")


def _cells(row: Any, language: Language) -> list[str]:
    return [
        plain(row["name"]),
        number(row["passages"], language),
        percent(row["share"], language),
    ]


def _groups(placed: pd.DataFrame, language: Language) -> list[dict[str, Any]]:
    radius = _radius(placed)
    size = len(placed)
    noun = Text(plural(size, "Capteur", "Capteurs"), plural(size, "Sensor", "Sensors", "en"))
    label = f"{noun.in_(language)} ({number(size, language)})"
    return [
        {
            "shape": "circle", "fill": style.BLUE, "edge": "#06304f", "reach": True,
            "radius": _SMALLEST, "label": label,
            "points": [
                [
                    round(row["lat"], 6), round(row["lon"], 6), _cells(row, language),
                    round(float(reach), 1),
                ]
                for row, reach in zip(placed.to_dict("records"), radius, strict=True)
            ],
        }
    ]  # fmt: skip


def _wide(extent: Extent) -> Extent:
    """Widen a tall rectangle, so that the map leaves room for text on its page."""
    lacking = extent.height_m / _TALLEST - extent.width_m
    if lacking <= 0:
        return extent
    degrees = lacking / 2 / extent.width_m * (extent.east - extent.west)
    return Extent(extent.west - degrees, extent.south, extent.east + degrees, extent.north)


def _points(
    axes: Axes, placed: pd.DataFrame, zones: gpd.GeoDataFrame | None, extent: Extent
) -> int:
    """Draw the sensors and as many names as fit beside those of zones, the busiest first.

    Returns
    -------
    int
        Names left out.
    """
    radius = _radius(placed)
    axes.scatter(placed["lon"], placed["lat"], s=(2 * radius) ** 2 / 3,
                 facecolor=style.BLUE, edgecolor="white", linewidth=1.0, zorder=7)  # fmt: skip
    scale = _ACROSS / (extent.east - extent.west)
    points = [
        ((row["lon"] - extent.west) * scale, (row["lat"] - extent.south) * scale / extent.shrink)
        for row in placed.to_dict("records")
    ]
    sizes = [1.2 * float(size) for size in radius]
    taken = [
        (x - size / 2, y - size / 2, x + size / 2, y + size / 2)
        for (x, y), size in zip(points, sizes, strict=True)
    ] + _named_zones(zones, extent)
    hidden = 0
    order = placed["passages"].fillna(0).to_numpy(dtype=np.float64).argsort(kind="stable")[::-1]
    rows = placed.to_dict("records")
    for index in order:
        name, (x, y) = plain(rows[index]["name"]), points[index]
        spot = _spot(x, y, sizes[index], name, taken, extent)
        if spot is None:
            hidden += 1
            continue
        (dx, dy), frame = spot
        taken.append(frame)
        axes.annotate(name, (rows[index]["lon"], rows[index]["lat"]), (dx, dy), size=_SIZE,
                      textcoords="offset points", ha="center", va="center", zorder=9,
                      bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.8})  # fmt: skip
    return hidden


def _named_zones(zones: gpd.GeoDataFrame | None, extent: Extent) -> list[Frame]:
    """Return where the names of zones are written, in points."""
    if zones is None:
        return []
    scale, frames = _ACROSS / (extent.east - extent.west), []
    for row in zones[["name", "geometry"]].itertuples(index=False):
        lon, lat = label_spot(row.geometry, extent)
        x, y = (lon - extent.west) * scale, (lat - extent.south) * scale / extent.shrink
        half = 0.27 * _ZONE_SIZE * len(plain(row.name)) + 2
        frames.append((x - half, y - _ZONE_SIZE / 2 - 2, x + half, y + _ZONE_SIZE / 2 + 2))
    return frames


def _spot(
    x: float, y: float, size: float, name: str, taken: list[Frame], extent: Extent
) -> tuple[tuple[float, float], Frame] | None:
    """Find where a name meets nothing, around its point: above, below, right, left; in points."""
    width, height = 0.52 * _SIZE * len(name) + 4, _SIZE + 4
    side, up = size / 2 + width / 2 + 2, size / 2 + height / 2 + 1
    tall = _ACROSS * extent.height_m / extent.width_m
    for dx, dy in ((0, up), (0, -up), (side, 0), (-side, 0), (side, up), (-side, up),
                   (side, -up), (-side, -up)):  # fmt: skip
        frame = (
            x + dx - width / 2, y + dy - height / 2, x + dx + width / 2, y + dy + height / 2
        )  # fmt: skip
        inside = frame[0] >= 0 and frame[1] >= 0 and frame[2] <= _ACROSS and frame[3] <= tall
        own = (x - size / 2, y - size / 2, x + size / 2, y + size / 2)
        if inside and not any(_meet(frame, other) for other in taken if other != own):
            return (dx, dy), frame
    return None


def _meet(one: Frame, other: Frame) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _radius(placed: pd.DataFrame) -> np.ndarray:
    """Return radii whose areas follow the passages."""
    passages = np.nan_to_num(placed["passages"].to_numpy(dtype=np.float64))
    share = np.sqrt(passages / max(float(passages.max()), 1.0))
    radius: np.ndarray = np.maximum(_SMALLEST, _LARGEST * share)
    return radius


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


def _note(study: Footfall, hidden: int, language: Language) -> str:
    parts = [Text("Surface des points : passages par jour.", "Area of points: passages a day.")]
    if hidden:
        parts.append(
            Text(
                f"{number(hidden, 'fr')} {plural(hidden, 'nom', 'noms')} sans place sur la carte "
                "imprimée ; le tableau les donne tous.",
                f"{number(hidden, 'en')} {plural(hidden, 'name', 'names', 'en')} without room on "
                "the printed map; the table gives them all.",
            )
        )
    lost = [str(name) for name in study.sensors.loc[study.sensors["lon"].isna(), "name"]]
    if lost:
        parts.append(
            Text(
                f"Sans coordonnées, {plural(len(lost), 'non placé', 'non placés')} : "
                f"{listing(lost, 'fr')}.",
                f"Without coordinates, not placed: {listing(lost, 'en')}.",
            )
        )
    return " ".join(part.in_(language) for part in parts)
