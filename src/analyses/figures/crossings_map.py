"""The potential of vacant premises: its map, its parts in a table, its ranks with their doubt."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from analyses.crossings import Potential
from analyses.crossings.parts import PARTS, WALK_METRES
from analyses.crossings.potential import CELL_METRES
from analyses.figures import axis, drawn, interactive, maps, style
from analyses.figures.escape import plain
from analyses.figures.figure import Chart, Map, Table
from analyses.figures.ground import METRES_PER_DEGREE, Extent, clip, extent_of
from analyses.wording import Language, Text, lowered, number, percent, plural

MOST = 15
"""Premises that the chart and the table show, the best first."""
LEVELS = (
    (60.0, "#0b5c9e", Text("plus de 60 sur cent", "over 60 of a hundred"), 0.55),
    (45.0, "#6ea6d4", Text("de 45 à 60", "from 45 to 60"), 0.5),
    (0.0, "#d7e4ef", Text("moins de 45", "under 45"), 0.6),
)
"""Classes of the potential of squares: lower limit, colour, words and opacity."""
_GROUPS: dict[str, dict[str, Any]] = {
    "sure": {
        "shape": "diamond", "marker": "D", "fill": style.GREEN, "edge": "#003d2c", "radius": 7,
        "size": 62, "reach": True,
        "text": Text("Bien placés quels que soient les poids", "Well placed whatever the weights"),
    },
    "top": {
        "shape": "triangle", "marker": "^", "fill": "#e8b84a", "edge": "#5e3b00", "radius": 6,
        "size": 52, "reach": True,
        "text": Text("Bien placés aux poids déclarés", "Well placed at the declared weights"),
    },
    "other": {
        "shape": "circle", "marker": "o", "fill": "#ffffff", "edge": style.GREY, "radius": 4.5,
        "size": 26, "reach": True, "text": Text("Autres locaux vacants", "Other vacant premises"),
    },
}  # fmt: skip
_FIELDS = (
    Text("Local", "Premises"), Text("Potentiel", "Potential"), Text("Rang", "Rank"),
    Text("Dans le premier groupe", "In the top group"),
)  # fmt: skip


def known(found: Potential) -> bool:
    """Whether there is anything to show; the public edition holds no premises."""
    return found.ranking is not None and len(found.spots) > 0 and len(found.ranking.table) > 0


def potential_map(
    found: Potential,
    language: Language,
    *,
    zones: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    source: str = "",
) -> Map | None:
    """Map the vacant premises by their potential, over the potential of the city's squares.

    Parameters
    ----------
    found : Potential
        From :func:`analyses.crossings.measure_potential`.
    language : str
        Language of the map.
    zones, streets : geopandas.GeoDataFrame, optional
        What lies under them.
    source : str
        Producers, written on the map.

    Returns
    -------
    Map or None
        None without a ranking.
    """
    if not known(found) or found.ranking is None:
        return None
    spots = _spots(found)
    extent = extent_of(spots["lon"].to_numpy(float), spots["lat"].to_numpy(float), 0.08)
    ground = clip(streets, extent.grown(0.1))
    shown = None if zones is None else zones[zones.intersects(extent.window())]
    title = _title(found).in_(language)
    spec = maps.spec(
        _groups(found, spots, language), _header(found, language), zones=shown, ground=ground,
        extent=extent, legend=Text("Locaux vacants", "Vacant premises"), title=title,
        source=source, language=language,
    )  # fmt: skip
    spec["base"] += _squares(found, extent)
    with style.style():
        drawing = drawn.base(shown, ground, extent, source, language)
        _paint(drawing.axes[0], found, spots, language)
    table = _table(found, language)
    return Map("carte-potentiel", title, _alt(spots, language),
               interactive.document(spec, title, language), drawing, table,
               _note(found).in_(language))  # fmt: skip


def _spots(found: Potential) -> pd.DataFrame:
    """Return the premises with their score, rank and group."""
    if found.ranking is None:
        return pd.DataFrame()
    table = found.ranking.table
    spots = found.spots.set_index(found.spots["spot_id"].astype(str)).loc[table.index]
    sure = set(found.sure.index)
    group = [
        "sure" if name in sure else "top" if rank <= found.ranking.top else "other"
        for name, rank in zip(table.index, table["rank"], strict=True)
    ]
    return spots.assign(score=table["score"], rank=table["rank"], low=table["rank_low"],
                        high=table["rank_high"], top=table["top"], group=group)  # fmt: skip


def name_of(row: Any) -> str:
    """Return how a reader knows a premises: address, else street, else identifier."""
    for key in ("address", "street"):
        value = row[key]
        if isinstance(value, str) and value:
            return plain(value)
    return plain(str(row["spot_id"]))


def _title(found: Potential) -> Text:
    n = len(found.sure)
    if n == 0:
        return Text(
            "Aucun local vacant n'est bien placé quels que soient les poids",
            "No vacant premises is well placed whatever the weights",
        )
    word = plural(n, "local vacant bien placé", "locaux vacants bien placés")
    return Text(
        f"{number(n, 'fr')} {word} quels que soient les poids",
        f"{number(n, 'en')} vacant premises well placed whatever the weights",
    )


def _card(row: Any, found: Potential, language: Language) -> list[str]:
    if found.ranking is None:
        return []
    cells = [
        name_of(row),
        f"{number(row['score'], language)}/100",
        _rank(row["rank"], row["low"], row["high"], language),
        percent(100 * row["top"], language, 0),
    ]
    scales = found.ranking.scales.loc[str(row["spot_id"])].to_dict()
    parts = [
        "–" if np.isnan(scales[part]) else f"{number(float(scales[part]), language)}/100"
        for part in found.ranking.weights
    ]
    return [*cells, *parts]


def _rank(rank: float, low: float, high: float, language: Language) -> str:
    joiner = " à " if language == "fr" else " to "
    ends = f"{number(low, language)}{joiner}{number(high, language)}"
    return f"{number(rank, language)} ({ends})"


def _groups(found: Potential, spots: pd.DataFrame, language: Language) -> list[dict[str, Any]]:
    groups = []
    for group, look in _GROUPS.items():
        part = spots[spots["group"] == group]
        if part.empty:
            continue
        groups.append(
            {**{key: look[key] for key in ("shape", "fill", "edge", "radius", "reach")},
             "label": f"{look['text'].in_(language)} ({number(len(part), language)})",
             "points": [[round(row["lat"], 6), round(row["lon"], 6), _card(row, found, language)]
                        for row in part.to_dict("records")]}
        )  # fmt: skip
    return groups


def _header(found: Potential, language: Language) -> list[str]:
    """Return the labels of a card: what is told of a premises, then the parts of its potential."""
    parts = [] if found.ranking is None else list(found.ranking.weights)
    return [text.in_(language) for text in _FIELDS] + [
        _capital(PARTS[name].label.in_(language)) for name in parts
    ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _half(extent: Extent) -> tuple[float, float]:
    """Return half the side of a square, in degrees of longitude and latitude."""
    up = CELL_METRES / 2 / METRES_PER_DEGREE
    return up / extent.shrink, up


def _level(score: float) -> tuple[str, float]:
    return next((colour, alpha) for least, colour, _, alpha in LEVELS if score >= least)


def _squares(found: Potential, extent: Extent) -> list[dict[str, Any]]:
    across, up = _half(extent)
    layers = []
    for least, colour, _, alpha in LEVELS:
        inside = found.cells[found.cells["score"].map(_level).map(lambda x, c=colour: x[0] == c)]
        areas = [
            [[[round(row["lat"] + b * up, 6), round(row["lon"] + a * across, 6)]
              for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]]
            for row in inside.to_dict("records")
        ]  # fmt: skip
        look = {"stroke": False, "color": colour, "weight": 0, "fill": True, "fillColor": colour,
                "fillOpacity": alpha, "opacity": 0, "interactive": False}  # fmt: skip
        layers.append({"lines": [], "areas": areas, "style": look, "least": least})
    return [layer for layer in layers if layer["areas"]]


def _paint(axes: Axes, found: Potential, spots: pd.DataFrame, language: Language) -> None:
    """Draw squares and premises, and a legend of both."""
    extent = Extent(*(axes.get_xlim()[0], axes.get_ylim()[0], axes.get_xlim()[1],
                      axes.get_ylim()[1]))  # fmt: skip
    across, up = _half(extent)
    for row in found.cells.to_dict("records"):
        colour, alpha = _level(float(row["score"]))
        axes.add_patch(Rectangle((row["lon"] - across, row["lat"] - up), 2 * across, 2 * up,
                                 fc=colour, alpha=alpha, lw=0, zorder=1.5))  # fmt: skip
    handles: list[Any] = []
    for group in reversed(_GROUPS):
        look, part = _GROUPS[group], spots[spots["group"] == group]
        if part.empty:
            continue
        axes.scatter(part["lon"], part["lat"], s=look["size"], marker=look["marker"],
                     facecolor=look["fill"], edgecolor=look["edge"], linewidth=1.1,
                     zorder=7)  # fmt: skip
        label = f"{look['text'].in_(language)} ({number(len(part), language)})"
        handles.insert(0, Line2D([], [], ls="", marker=look["marker"], mfc=look["fill"],
                                 mec=look["edge"], ms=7, label=label))  # fmt: skip
    squares = [
        Rectangle((0, 0), 1, 1, fc=colour, alpha=alpha, label=words.in_(language))
        for _, colour, words, alpha in LEVELS
    ]
    axes.legend(handles=[*handles, *squares], loc="upper left", bbox_to_anchor=(0, -0.01),
                ncols=2, borderaxespad=0.1, handletextpad=0.4, columnspacing=1.6)  # fmt: skip


def _note(found: Potential) -> Text:
    levels = {"fr": ", ".join(words.fr for _, _, words, _ in LEVELS),
              "en": ", ".join(words.en for _, _, words, _ in LEVELS)}  # fmt: skip
    fr = (
        f"Carrés de {number(CELL_METRES, 'fr')} m, plus foncés où le potentiel est plus haut "
        f"({levels['fr']}), là où des locaux sont relevés. Le potentiel classe les "
        "locaux de la ville entre eux ; il ne dit pas un chiffre d'affaires."
    )
    en = (
        f"Squares of {number(CELL_METRES, 'en')} m, darker where the potential is higher "
        f"({levels['en']}), where premises are surveyed. The potential ranks the city's "
        "premises among themselves; it tells no turnover."
    )
    if found.unplaced:
        word = plural(found.unplaced, "local vacant sans coordonnées n'est pas classé",
                      "locaux vacants sans coordonnées ne sont pas classés")  # fmt: skip
        fr += f" {number(found.unplaced, 'fr')} {word}."
        en += f" {number(found.unplaced, 'en')} vacant premises without coordinates are not ranked."
    return Text(fr, en)


def _alt(spots: pd.DataFrame, language: Language) -> str:
    parts = [
        f"{lowered(look['text'].in_(language))}, {number(count, language)}"
        for group, look in _GROUPS.items()
        if (count := int((spots["group"] == group).sum()))
    ]
    start = Text("Carte du potentiel des locaux vacants", "Map of the potential of vacant premises")
    joiner, colon = (" ; ", " : ") if language == "fr" else ("; ", ": ")
    return f"{start.in_(language)}{colon}{joiner.join(parts)}."


def _table(found: Potential, language: Language, most: int | None = None) -> Table:
    spots = _spots(found).head(most) if most else _spots(found)
    header = _header(found, language)
    rows = [_card(row, found, language) for row in spots.to_dict("records")]
    caption = Text("Potentiel des locaux vacants et ses éléments, chacun sur cent",
                   "Potential of vacant premises and its parts, each of a hundred")  # fmt: skip
    note = Text(
        "Chaque élément : part des locaux de la ville qui font moins bien. Rang entre parenthèses "
        ": intervalle à 95 % sur les poids et les mesures. – : inconnu ici, mis au milieu de "
        "l'échelle et tiré au sort dans l'intervalle.",
        "Each part: share of the city's premises that do less well. Rank in brackets: 95% interval "
        "over weights and measures. –: unknown here, put in the middle of the scale and drawn at "
        "random in the interval.",
    )
    return Table("carte-potentiel-data", caption.in_(language),
                 pd.DataFrame(rows, columns=header), tuple(header[1:]),
                 note.in_(language))  # fmt: skip


def weights_table(found: Potential, language: Language) -> Table | None:
    """List the parts of the potential: what is counted, within what distance, at what weight."""
    if found.ranking is None:
        return None
    header = [
        text.in_(language)
        for text in (Text("Élément", "Part"), Text("Compté", "Counted in"),
                     Text("Distance (m)", "Distance (m)"), Text("Sens", "Direction"),
                     Text("Poids", "Weight"))
    ]  # fmt: skip
    rows = []
    for name, weight in found.ranking.weights.items():
        part = PARTS[name]
        metres = found.walk if part.metres == WALK_METRES else part.metres
        better = Text("plus vaut mieux", "more is better")
        if part.better < 0:
            better = Text("moins vaut mieux", "less is better")
        rows.append(
            [_capital(part.label.in_(language)), part.unit.in_(language),
             number(metres, language), better.in_(language),
             percent(100 * weight, language, 0)]
        )  # fmt: skip
    caption = Text("De quoi le potentiel est fait", "What the potential is made of")
    return Table("potentiel-poids", caption.in_(language), pd.DataFrame(rows, columns=header),
                 (header[2], header[4]))  # fmt: skip


def ranks(found: Potential, language: Language, most: int = MOST) -> Chart | None:
    """Chart the first premises with the interval of their rank over weights and measures."""
    if not known(found) or found.ranking is None:
        return None
    spots = _spots(found).head(most)
    names = [name_of(row) for row in spots.to_dict("records")]
    top = found.ranking.top
    with style.style():
        drawing, axes = style.figure(0.9 + 0.29 * len(spots))
        axes.axvspan(0.5, top + 0.5, color=style.GREEN, alpha=0.1, lw=0)
        for row, (low, high, rank, group) in enumerate(
            zip(spots["low"], spots["high"], spots["rank"], spots["group"], strict=True)
        ):
            colour = style.GREEN if group == "sure" else style.BLUE
            axes.plot([low, high], [row, row], color=colour, lw=2.4, alpha=0.55)
            axes.plot([rank], [row], "D" if group == "sure" else "o", ms=7, color=colour)
        axes.set_yticks(range(len(names)), [axis.cut(name) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(0.5, max(float(spots["high"].max()), top) + 1)
        axes.grid(axis="x", visible=True)
        axis.x_axis(axes, "rank", language)
        axes.set_xlabel(Text(f"rang parmi {number(len(found.ranking.table), 'fr')} locaux vacants",
                             f"rank among {number(len(found.ranking.table), 'en')} vacant "
                             "premises").in_(language))  # fmt: skip
    header = [_FIELDS[0].in_(language), _FIELDS[2].in_(language), _FIELDS[3].in_(language)]
    rows = [
        [name, _rank(rank, low, high, language), percent(100 * share, language, 0)]
        for name, rank, low, high, share in zip(
            names, spots["rank"], spots["low"], spots["high"], spots["top"], strict=True
        )
    ]
    what = Text("Rang des premiers locaux vacants, avec son intervalle",
                "Rank of the first vacant premises, with its interval")  # fmt: skip
    joiner, colon = (" ; ", " : ") if language == "fr" else ("; ", ": ")
    spoken = joiner.join(", ".join(row) for row in rows[:8])
    start = Text("Graphique. ", "Chart. ").in_(language)
    note = Text(
        f"Bande : les {number(top, 'fr')} premiers. Traits : intervalle à 95 % du rang sur "
        f"{number(found.ranking.draws, 'fr')} jeux de poids tirés au sort et les erreurs de "
        "mesure.",
        f"Band: the first {number(top, 'en')}. Lines: 95% interval of the rank over "
        f"{number(found.ranking.draws, 'en')} sets of weights drawn at random and the errors of "
        "measure.",
    )
    table = Table("potentiel-rangs-data", what.in_(language), pd.DataFrame(rows, columns=header),
                  tuple(header[1:]))  # fmt: skip
    return Chart("potentiel-rangs", _first(names[0], spots.iloc[0]).in_(language),
                 f"{start}{what.in_(language)}{colon}{spoken}.", drawing, table,
                 note.in_(language))  # fmt: skip


def _first(name: str, row: pd.Series) -> Text:
    """Name the premises that comes first, with how sure its rank is."""
    low, high = float(row["low"]), float(row["high"])
    if low == high:
        return Text(f"Premier rang : {name}", f"First rank: {name}")
    return Text(
        f"Premier : {name}, entre les rangs {number(low, 'fr')} et {number(high, 'fr')}",
        f"First: {name}, between ranks {number(low, 'en')} and {number(high, 'en')}",
    )
