"""The map of a programme's cities over the outline of France."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as DrawnPath

from analyses.comparison import Member, Synthesis
from analyses.figures import drawn, interactive, style
from analyses.figures.axis import cut
from analyses.figures.escape import plain
from analyses.figures.figure import Map, Table
from analyses.figures.ground import Extent
from analyses.narrative.national import STATES
from analyses.wording import Language, Text, listing, lowered, number, spaced

MAINLAND = Extent(-5.4, 41.2, 9.8, 51.3)
"""What the main map shows."""
OVERSEAS: dict[str, tuple[Text, Extent]] = {
    "971": (Text("Guadeloupe", "Guadeloupe"), Extent(-61.95, 15.7, -60.95, 16.6)),
    "972": (Text("Martinique", "Martinique"), Extent(-61.35, 14.3, -60.7, 14.98)),
    "973": (Text("Guyane", "French Guiana"), Extent(-54.8, 2.0, -51.5, 5.9)),
    "974": (Text("La Réunion", "Réunion"), Extent(55.1, -21.5, 55.95, -20.8)),
    "976": (Text("Mayotte", "Mayotte"), Extent(44.95, -13.1, 45.4, -12.55)),
}
"""Insets, drawn where a city of the programme lies in them."""
NAMED = 40
"""Cities that the map on paper names."""
SOURCE = Text(
    "Contours : Natural Earth (domaine public)", "Outlines: Natural Earth (public domain)"
)

LOOKS: dict[str, dict[str, Any]] = {
    "compared": {
        "text": Text("Comparée sur une question au moins", "Compared on one question at least"),
        "shape": "circle", "marker": "o", "fill": style.BLUE, "edge": "#06365e", "radius": 6,
        "size": 42, "reach": True,
    },
    "read": {
        "text": Text("Lue, rien de comparable encore", "Read, nothing comparable yet"),
        "shape": "square", "marker": "s", "fill": "#e8b84a", "edge": "#5e3b00", "radius": 6,
        "size": 36, "reach": True,
    },
    "lost": {
        "text": Text("Sans résultat lu", "Without results"),
        "shape": "triangle", "marker": "^", "fill": "#ffffff", "edge": "#4f5b68", "radius": 6,
        "size": 38, "reach": True,
    },
}  # fmt: skip
"""How each kind of city looks: a shape and a colour, on screen and on paper."""


def cities_map(found: Synthesis, language: Language) -> Map | None:
    """Map the cities of the programme by what can be compared of them.

    Returns
    -------
    Map or None
        None if no city has coordinates.
    """
    members = found.programme.members
    placed = [member for member in members if member.lon is not None and member.lat is not None]
    if not placed:
        return None
    groups = {name: [m for m in placed if look_of(found, m) == name] for name in LOOKS}
    title = _title(found).in_(language)
    with style.style():
        drawing = _draw(groups, language)
    unplaced = [member.name for member in members if member not in placed]
    note = SOURCE.in_(language) + "."
    if unplaced:
        names = listing(unplaced[:NAMED], language)
        note += " " + Text("Sans coordonnées : {names}.", "Without coordinates: {names}.").in_(
            language
        ).format(names=names)
    return Map(
        "carte-villes", title, _alt(groups, language),
        interactive.document(_spec(found, groups, title, language), title, language),
        drawing, _table(found, language), spaced(note, language),
    )  # fmt: skip


def look_of(found: Synthesis, member: Member) -> str:
    """Return the key of :data:`LOOKS` of a city."""
    if member.state != "read":
        return "lost"
    return "compared" if found.comparable(member.city) else "read"


@cache
def outline() -> list[tuple[str, str, list[Any]]]:
    """Return the outlines: kind (``country``, ``abroad``, ``overseas``), name, polygons."""
    text = resources.files("analyses.figures").joinpath("outline", "france.geojson")
    features = json.loads(text.read_text("utf-8"))["features"]
    return [
        (item["properties"]["kind"], item["properties"]["name"], item["geometry"]["coordinates"])
        for item in features
    ]


def _draw(groups: dict[str, list[Member]], language: Language) -> Figure:
    drawing = drawn.base(None, None, MAINLAND, SOURCE.in_(language), language)
    axes = drawing.axes[0]
    axes.set_facecolor("#dfe9f1")
    _land(axes, ("abroad", "country"))
    inside = [m for items in groups.values() for m in items if _in(m, MAINLAND)]
    _points(axes, groups, MAINLAND)
    if len(inside) <= NAMED:
        _names(axes, inside)
    away = [(code, spot) for code, spot in OVERSEAS.items()
            if any(_in(m, spot[1]) for items in groups.values() for m in items)]  # fmt: skip
    for rank, (_, (name, extent)) in enumerate(away):
        place = (0.012 + 0.12 * (rank % 2), 0.345 - 0.135 * (rank // 2), 0.11, 0.1)
        small = axes.inset_axes(place)
        small.set_facecolor("#dfe9f1")
        _land(small, ("overseas",))
        _points(small, groups, extent)
        small.set_xlim(extent.west, extent.east)
        small.set_ylim(extent.south, extent.north)
        small.set_aspect(1 / extent.shrink)
        small.set_xticks([])
        small.set_yticks([])
        small.spines[:].set_visible(True)
        small.set_title(name.in_(language), size=8, pad=2)
    handles = [
        Line2D([], [], ls="", marker=look["marker"], ms=np.sqrt(look["size"]), mfc=look["fill"],
               mec=look["edge"],
               label=f"{look['text'].in_(language)} ({number(len(groups[name]), language)})")
        for name, look in LOOKS.items() if groups[name]
    ]  # fmt: skip
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.01), ncols=2,
                borderaxespad=0.1, handletextpad=0.3, columnspacing=1.4)  # fmt: skip
    return drawing


def _land(axes: Axes, kinds: tuple[str, ...]) -> None:
    fills = {"abroad": "#eeeeea", "country": "#ffffff", "overseas": "#ffffff"}
    for kind, _, polygons in outline():
        if kind not in kinds:
            continue
        for rings in polygons:
            parts = [DrawnPath(np.asarray(ring), closed=True) for ring in rings]
            path = DrawnPath.make_compound_path(*parts)
            axes.add_patch(PathPatch(path, fc=fills[kind], ec="#9aa7b4", lw=0.6, zorder=0.5))


def _points(axes: Axes, groups: dict[str, list[Member]], extent: Extent) -> None:
    for name, look in LOOKS.items():
        shown = [m for m in groups[name] if _in(m, extent)]
        axes.scatter([m.lon or 0 for m in shown], [m.lat or 0 for m in shown], s=look["size"],
                     marker=look["marker"], facecolor=look["fill"], edgecolor=look["edge"],
                     linewidth=1.0, zorder=5)  # fmt: skip


SPOTS = ((7, 0, "left", "center"), (-7, 0, "right", "center"), (0, 7, "center", "bottom"),
         (0, -7, "center", "top"), (6, 6, "left", "bottom"), (-6, 6, "right", "bottom"),
         (6, -6, "left", "top"), (-6, -6, "right", "top"))  # fmt: skip
"""Where a name may stand beside its point: offset in points, alignments."""


def _names(axes: Axes, members: list[Member]) -> None:
    """Name the cities, each on the first side where it meets no point and no other name."""
    per_degree = style.WIDTH * 72 * 0.92 / (MAINLAND.east - MAINLAND.west)
    points = [
        ((m.lon or 0) * per_degree, (m.lat or 0) * per_degree / MAINLAND.shrink) for m in members
    ]
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in points]
    frame = (
        MAINLAND.west * per_degree, MAINLAND.south * per_degree / MAINLAND.shrink,
        MAINLAND.east * per_degree, MAINLAND.north * per_degree / MAINLAND.shrink,
    )  # fmt: skip
    for member, (x, y) in sorted(zip(members, points, strict=True), key=lambda pair: -pair[1][1]):
        label = cut(member.name)
        wide, high = 4.9 * len(label), 9.5
        best = min(
            SPOTS, key=lambda spot: _clashes(_box(x, y, wide, high, spot), taken, frame, (x, y))
        )
        taken.append(_box(x, y, wide, high, best))
        axes.annotate(plain(label), (member.lon or 0, member.lat or 0), best[:2],
                      textcoords="offset points", ha=best[2], va=best[3], size=8.5, zorder=6,
                      bbox={"fc": "white", "ec": "none", "alpha": 0.6, "pad": 0.4})  # fmt: skip


_Box = tuple[float, float, float, float]


def _box(x: float, y: float, wide: float, high: float, spot: tuple[int, int, str, str]) -> _Box:
    left = x + spot[0] - {"left": 0.0, "right": wide, "center": wide / 2}[spot[2]]
    low = y + spot[1] - {"bottom": 0.0, "top": high, "center": high / 2}[spot[3]]
    return left, low, left + wide, low + high


def _clashes(box: _Box, taken: list[_Box], frame: _Box, point: tuple[float, float]) -> int:
    """Count what a name would meet; to leave the map counts as meeting ten things."""
    own = (point[0] - 4, point[1] - 4, point[0] + 4, point[1] + 4)
    outside = box[0] < frame[0] or box[1] < frame[1] or box[2] > frame[2] or box[3] > frame[3]
    return 10 * outside + sum(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken if other != own
    )  # fmt: skip


def _in(member: Member, extent: Extent) -> bool:
    lon, lat = member.lon, member.lat
    if lon is None or lat is None:
        return False
    return extent.west <= lon <= extent.east and extent.south <= lat <= extent.north


def _spec(
    found: Synthesis, groups: dict[str, list[Member]], title: str, language: Language
) -> dict[str, Any]:
    def say(fr: str, en: str) -> str:
        return Text(fr, en).in_(language)

    fields = [say("Ville", "City"), say("Région", "Region"), say("État", "State"),
              say("Questions comparées", "Questions compared")]  # fmt: skip
    listed = [
        {
            **{key: look[key] for key in ("shape", "fill", "edge", "radius", "reach")},
            "label": f"{look['text'].in_(language)} ({number(len(groups[name]), language)})",
            "points": [
                [round(m.lat or 0, 4), round(m.lon or 0, 4), _card(found, m, language)]
                for m in groups[name]
            ],
        }
        for name, look in LOOKS.items() if groups[name]
    ]  # fmt: skip
    return {
        "bounds": [[MAINLAND.south, MAINLAND.west], [MAINLAND.north, MAINLAND.east]],
        "base": [_sea(), *(_layer(kind) for kind in ("abroad", "country", "overseas"))],
        "zones": [], "zoneStyle": {}, "groups": listed, "fields": fields,
        "words": {
            "title": title, "source": SOURCE.in_(language), "legend": say("Villes", "Cities"),
            "home": say("Revenir à la vue d'ensemble", "Back to the whole view"),
            "zoomIn": say("Agrandir", "Zoom in"), "zoomOut": say("Réduire", "Zoom out"),
        },
    }  # fmt: skip


def _sea() -> dict[str, Any]:
    """Return the sea: the window of the mainland, under its land."""
    west, south, east, north = MAINLAND.west, MAINLAND.south, MAINLAND.east, MAINLAND.north
    ring = [[south - 0.2, west - 0.6], [south - 0.2, east + 0.4], [north + 0.3, east + 0.4],
            [north + 0.3, west - 0.6]]  # fmt: skip
    look = {"color": "#dfe9f1", "weight": 0, "stroke": False, "fill": True, "fillColor": "#dfe9f1",
            "fillOpacity": 1, "opacity": 1, "interactive": False}  # fmt: skip
    return {"lines": [], "areas": [[ring]], "style": look}


def _layer(kind: str) -> dict[str, Any]:
    fill = "#eeeeea" if kind == "abroad" else "#ffffff"
    areas = [
        [[[lat, lon] for lon, lat in ring] for ring in rings]
        for kind_, _, polygons in outline() if kind_ == kind
        for rings in polygons
    ]  # fmt: skip
    look = {"color": "#9aa7b4", "weight": 1, "stroke": True, "fill": True, "fillColor": fill,
            "fillOpacity": 1, "opacity": 1, "interactive": False}  # fmt: skip
    return {"lines": [], "areas": areas, "style": look}


def _card(found: Synthesis, member: Member, language: Language) -> list[str]:
    compared = number(found.comparable(member.city), language) if member.state == "read" else ""
    return [plain(member.name), plain(member.profile.region or ""),
            STATES[member.state].in_(language), compared]  # fmt: skip


def _table(found: Synthesis, language: Language) -> Table:
    columns = [Text("Ville", "City"), Text("Région", "Region"), Text("Sur la carte", "On the map")]
    rows = [
        [m.name, m.profile.region or "–", LOOKS[look_of(found, m)]["text"].in_(language)]
        for m in found.programme.members
    ]
    names = [column.in_(language) for column in columns]
    caption = Text("Villes de la carte", "Cities of the map").in_(language)
    return Table("carte-villes-data", caption, pd.DataFrame(rows, columns=names))


def _title(found: Synthesis) -> Text:
    members = found.programme.members
    n, every = sum(look_of(found, m) == "compared" for m in members), len(members)
    return Text(
        f"{n} villes sur {every} sont comparées sur une question au moins",
        f"{n} of {every} cities are compared on one question at least",
    )


def _alt(groups: dict[str, list[Member]], language: Language) -> str:
    told = [
        f"{lowered(LOOKS[name]['text'].in_(language))} {number(len(items), language)}"
        for name, items in groups.items() if items
    ]  # fmt: skip
    head = Text("Carte des villes du programme", "Map of the programme's cities").in_(language)
    return spaced(f"{head} : {', '.join(told)}.", language)
