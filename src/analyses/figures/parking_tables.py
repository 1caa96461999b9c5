"""Tables and map of the parking chapter: long stays, facts to decide on, what the data give."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analyses import indicators
from analyses.figures import drawn, interactive, maps, style
from analyses.figures.figure import Map, Table
from analyses.figures.ground import Extent, clip, extent_of
from analyses.figures.numbers import key_figure
from analyses.figures.parking import DAYS, shown
from analyses.parking import capability
from analyses.parking.measures import UNITS, Infractions, Kerb, Meters
from analyses.results import Result
from analyses.wording import (
    NO_BREAK_SPACE,
    Language,
    Text,
    clock,
    day,
    listing,
    lowered,
    number,
    percent,
    plural,
    typography,
)

LISTED = 12
"""Stays that the table of overstays lists."""
_CLASSES: dict[str, dict[str, Any]] = {
    "low": {"text": Text("moins de 60 %", "under 60%"), "shape": "circle", "marker": "o",
            "fill": "#ffffff", "edge": style.BLUE, "radius": 6, "size": 50, "reach": True},
    "mid": {"text": Text("de 60 à 80 %", "60 to 80%"), "shape": "diamond", "marker": "D",
            "fill": "#e8b84a", "edge": "#5e3b00", "radius": 7, "size": 46, "reach": True},
    "high": {"text": Text("80 % ou plus", "80% or more"), "shape": "triangle", "marker": "^",
             "fill": style.VERMILION, "edge": "#5e2400", "radius": 8, "size": 70, "reach": True},
    "none": {"text": Text("sans estimation", "no estimate"), "shape": "square", "marker": "s",
             "fill": "#c9ced6", "edge": "#4f5b68", "radius": 5, "size": 36, "reach": True},
}  # fmt: skip
"""Classes of occupancy on the map: San Francisco's steps, by shape and colour."""


def long_stays(
    kerb: Kerb, language: Language, zones: Mapping[str, str] | None = None
) -> Table | None:
    """List the stays beyond the threshold, longest first."""
    if kerb.long_stays.empty:
        return None
    names = zones or {}
    rows = [
        (
            str(row["space_id"]),
            names.get(str(row["zone_id"]), str(row["zone_id"])),
            day(row["arrival"].date(), language),
            ("> " if row["still"] else "") + number(row["hours"], language, 1),
            number(row["hours"] / 24, language, 1),
        )
        for row in kerb.long_stays.head(LISTED).to_dict(orient="records")
    ]
    header = [Text("Place", "Space"), Text("Zone", "Zone"), Text("Arrivée", "Arrival"),
              Text("Heures", "Hours"), Text("Jours", "Days")]  # fmt: skip
    columns = [item.in_(language) for item in header]
    threshold = number(kerb.overstay_minutes / 60, language)
    caption = Text(f"Stationnements de plus de {threshold} heures, les plus longs d'abord",
                   f"Stays of more than {threshold} hours, longest first")  # fmt: skip
    note = Text("Signe > : début ou fin non vus. Une durée extrême peut être un capteur bloqué : à "
                "vérifier sur place.",
                "Sign >: beginning or end not seen. An extreme length may be a stuck sensor: check "
                "on site.")  # fmt: skip
    data = pd.DataFrame(rows, columns=columns)
    return Table("ventouses", caption.in_(language), data, (columns[3], columns[4]),
                 note.in_(language))  # fmt: skip


def patrols(found: Infractions, language: Language) -> Table | None:
    """List the places and hours where a patrol would record most, said to follow past patrols."""
    if found.patrols.empty:
        return None
    header = [Text("Lieu", "Place"), Text("Jour", "Day"), Text("Heure", "Hour"),
              Text("Infractions attendues", "Infractions expected"),
              Text("Probabilité d'au moins une", "Probability of at least one")]  # fmt: skip
    columns = [item.in_(language) for item in header]
    rows = [
        (
            str(row["place_id"]), DAYS[int(row["weekday"])].in_(language),
            clock(int(row["hour"]), language),
            number(row["expected"], language, 2), percent(100 * row["chance"], language, 0),
        )
        for row in found.patrols.head(LISTED).to_dict(orient="records")
    ]  # fmt: skip
    caption = Text("Lieux et heures où une patrouille relèverait le plus",
                   "Places and hours where a patrol would record most")  # fmt: skip
    note = Text(
        "Relevés attendus d'après le passé : la liste suit les patrouilles passées autant que les "
        "infractions.",
        "Records expected from the past: the list follows past patrols as much as offences.",
    ).in_(language)
    data = pd.DataFrame(rows, columns=columns)
    return Table("patrouilles", caption.in_(language), data, tuple(columns[3:]), note)


def decisions(
    kerb: Kerb,
    meters: Meters,
    supply: pd.DataFrame | None,
    language: Language,
) -> Table | None:
    """Set the facts side by side by question to decide; the decision is the reader's.

    Parameters
    ----------
    kerb, meters
        From :mod:`analyses.parking.measures`.
    supply : DataFrame or None
        Table ``parking_supply``, for the rules in force.
    language : str
        Language of the table.
    """
    questions = [
        (Text("Durée autorisée", "Allowed duration"), _rule(supply, "max_minutes", "min"),
         _facts(kerb, ("mean_stay", "rotation_rate", "overstay_share"), language)),
        (Text("Tarif", "Tariff"), _rule(supply, "tariff", "€/h"),
         _facts(kerb, ("occupancy_rate", "congestion_time"), language)
         + _facts(meters, ("paid_hours_per_space", "compliance_rate"), language)
         + _estimated(meters, language)),
        (Text("Usage des places", "Use of spaces"), _spaces(supply), _uses(kerb, language)),
    ]  # fmt: skip
    rows = [
        (what.in_(language), rule.in_(language), *fact)
        for what, rule, facts in questions
        for fact in facts
    ]
    if not rows:
        return None
    header = [Text("À décider", "To decide"), Text("Règle en vigueur", "Rule in force"),
              Text("Ce que montrent les données", "What the data show"), Text("Valeur", "Value"),
              Text("Intervalle et effectif", "Interval and size")]  # fmt: skip
    data = pd.DataFrame(rows, columns=[item.in_(language) for item in header])
    caption = Text("Ce qu'il y a à décider, et les faits", "What there is to decide, and the facts")
    note = Text(
        "Le tableau met des faits en regard des règles et ne recommande rien ; la décision "
        "appartient à la ville. Repère cité par l'indicateur : San Francisco relève ses prix à "
        "partir de 80 % d'occupation et les baisse sous 60 %.",
        "The table sets facts beside rules and recommends nothing; the decision is the city's. "
        "Benchmark quoted by the indicator: San Francisco raises its prices from 80% of occupancy "
        "and lowers them under 60%.",
    )
    return Table("a-decider", caption.in_(language), data, (data.columns[3],), note.in_(language))


def _rule(supply: pd.DataFrame | None, column: str, unit: str) -> Text:
    known = pd.Series(dtype=float) if supply is None else supply[column].dropna()
    if known.empty:
        return Text("non renseignée", "not given")
    low, high = float(known.min()), float(known.max())
    places = 0 if unit == "min" else 2
    written = [
        number(low, language, places) if low == high
        else f"{number(low, language, places)} – {number(high, language, places)}"
        for language in ("fr", "en")
    ]  # fmt: skip
    return Text(f"{written[0]} {unit}", f"{written[1]} {unit}")


def _spaces(supply: pd.DataFrame | None) -> Text:
    if supply is None or supply.empty:
        return Text("non renseignée", "not given")
    total = float(supply.loc[supply["valid_to"].isna(), "spaces"].sum())
    return Text(f"{number(total)} {plural(total, 'place', 'places')}",
                f"{number(total, 'en')} {plural(total, 'space', 'spaces', 'en')}")  # fmt: skip


def _facts(
    found: Kerb | Meters, names: Collection[str], language: Language
) -> list[tuple[str, str, str]]:
    rows = [item for name in names if (item := shown(found.results, name)) is not None]
    return [_fact(item, language) for item in rows]


def _fact(item: Result, language: Language, label: Text | None = None) -> tuple[str, str, str]:
    figure = key_figure(item, language)
    joiner = " ; " if language == "fr" else "; "
    sure = joiner.join(part for part in (figure.interval, figure.n) if part)
    value = f"{figure.value} {figure.unit}".strip()
    if item.unit == "hours/space/day":  # the label of the indicator says the rest
        value = f"{figure.value} {Text('heures', 'hours').in_(language)}"
    return (figure.label if label is None else label.in_(language), value, sure)


def _estimated(meters: Meters, language: Language) -> list[tuple[str, str, str]]:
    row = next((item for item in meters.results if item.category == "calibrated"), None)
    label = Text("Occupation estimée aux horodateurs", "Estimated occupancy at pay stations")
    return [] if row is None else [_fact(row, language, label)]


def _uses(kerb: Kerb, language: Language) -> list[tuple[str, str, str]]:
    words = {
        "over": Text("Zones saturées", "Saturated zones"),
        "between": Text("Zones entre la moitié et le seuil de saturation",
                        "Zones between a half and the saturation threshold"),
        "under": Text("Zones sous la moitié", "Zones under a half"),
        "unclear": Text("Zones que l'intervalle ne départage pas",
                        "Zones that the interval does not settle"),
    }  # fmt: skip
    if kerb.usage.empty:
        return []
    sizes, total = kerb.usage["use"].value_counts(), len(kerb.usage)
    size = f"n{NO_BREAK_SPACE}={NO_BREAK_SPACE}{number(total, language)}"
    return [
        (text.in_(language), number(int(sizes[use]), language), size)
        for use, text in words.items()
        if use in sizes
    ]


def what_data_give(have: Collection[str], language: Language) -> Table:
    """List what the data give with a reserve or not at all; the note names what they just give."""
    matrix = capability.matrix(have)
    matrix = matrix[matrix["indicator"].isin(UNITS)]
    quality = {
        "measured": Text("mesuré", "measured"), "estimated": Text("estimé", "estimated"),
        "reserve": Text("avec réserve", "with reserve"),
        "not_computable": Text("non calculable", "not computable"),
    }  # fmt: skip
    done = matrix["why_fr"] == capability.DONE.fr
    given, matrix = matrix[done], matrix if done.all() else matrix[~done]
    labels = capability.ASSET_LABELS
    same: dict[tuple[str, str, str], list[str]] = {}
    for row in matrix.to_dict(orient="records"):
        unlocks = [item for item in str(row["unlocked_by"]).split(", ") if item]
        answer = (
            quality[str(row["quality"])].in_(language),
            typography(str(row[f"why_{language}"]), language),
            ", ".join(labels[item].in_(language) for item in unlocks),
        )
        label = indicators.get(str(row["indicator"])).label.text().in_(language)
        same.setdefault(answer, []).append(label)
    joiner = " ; " if language == "fr" else "; "
    rows = [
        (joiner.join([first, *map(lowered, others)]), *answer)
        for answer, (first, *others) in same.items()
    ]
    header = [Text("Indicateur", "Indicator"), Text("Qualité", "Quality"), Text("Raison", "Reason"),
              Text("Ce qui le débloquerait", "What would unlock it")]  # fmt: skip
    caption = Text("Ce que ces données peuvent donner", "What these data can give")
    data = pd.DataFrame(rows, columns=[item.in_(language) for item in header])
    data = data[[name for name in data.columns if (data[name] != "").any()]]
    return Table("donnees-possibles", caption.in_(language), data, note=_given(given, language))


def _given(given: pd.DataFrame, language: Language) -> str:
    """Name the indicators that the data give without reserve, by quality."""
    parts = []
    for quality, words in (("measured", Text("Mesurés", "Measured")),
                           ("estimated", Text("Estimés", "Estimated"))):  # fmt: skip
        found = given.loc[given["quality"] == quality, "indicator"]
        labels = [indicators.get(str(name)).label.text().in_(language) for name in found]
        named = listing([label[:1].lower() + label[1:] for label in labels], language)
        if named:
            text = Text(f"{words.fr} sans réserve : {named}.",
                        f"{words.en} without reserve: {named}.")  # fmt: skip
            parts.append(text.in_(language))
    return " ".join(parts)


_FIELDS = (
    Text("Horodateur", "Pay station"), Text("Rue", "Street"), Text("Places", "Spaces"),
    Text("Occupation estimée", "Estimated occupancy"),
)  # fmt: skip


def meter_map(
    supply: pd.DataFrame | None,
    meters: Meters,
    language: Language,
    *,
    zones: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    source: str = "",
) -> Map | None:
    """Map pay stations by class of estimated occupancy; None without coordinates."""
    if supply is None:
        return None
    placed = supply[supply["lon"].notna() & supply["lat"].notna() & (supply["spaces"] > 0)].copy()
    if placed.empty:
        return None
    hours = [item for item in meters.results
             if item.indicator == "meter_occupancy" and item.breakdown == "hour"]  # fmt: skip
    means = pd.DataFrame([(item.zone, item.estimate.value) for item in hours],
                         columns=["zone", "value"]).groupby("zone")["value"].mean()  # fmt: skip
    placed["value"] = placed["meter_id"].map(means).astype(float)
    steps = np.select([placed["value"] < 60, placed["value"] < 80, placed["value"] >= 80],
                      ["low", "mid", "high"], "none")  # fmt: skip
    placed["class"] = steps
    extent = extent_of(placed["lon"].to_numpy(float), placed["lat"].to_numpy(float), 0.25)
    ground = clip(streets, extent.grown(0.1))
    visible = None if zones is None else zones[zones.intersects(extent.window())]
    title = _map_title(placed).in_(language)
    with style.style():
        drawing = _draw(placed, visible, ground, extent, source, language)
    spec = maps.spec(
        _groups(placed, language), [item.in_(language) for item in _FIELDS], zones=visible,
        ground=ground, extent=extent, legend=Text("Occupation estimée", "Estimated occupancy"),
        title=title, source=source, language=language,
    )  # fmt: skip
    return Map("carte-horodateurs", title, _map_alt(placed).in_(language),
               interactive.document(spec, title, language), drawing,
               _map_table(placed, language))  # fmt: skip


def _map_title(placed: pd.DataFrame) -> Text:
    full = int((placed["class"] == "high").sum())
    every = len(placed)
    total_en = f"{number(every, 'en')} {plural(every, 'place', 'places', 'en')}"
    return Text(
        f"Occupation estimée de 80 % ou plus : {number(full)} {plural(full, 'lieu', 'lieux')} "
        f"sur {number(every)}",
        f"Estimated occupancy of 80% or more: {number(full, 'en')} of {total_en}",
    )


def _map_alt(placed: pd.DataFrame) -> Text:
    parts = [
        (look["text"], int((placed["class"] == name).sum())) for name, look in _CLASSES.items()
    ]
    fr = ", ".join(f"{text.fr} : {number(n)}" for text, n in parts if n)
    en = ", ".join(f"{text.en}: {number(n, 'en')}" for text, n in parts if n)
    return Text(f"Carte des horodateurs selon leur occupation estimée ; {fr}.",
                f"Map of pay stations by estimated occupancy; {en}.")  # fmt: skip


def _map_table(placed: pd.DataFrame, language: Language) -> Table:
    columns = [item.in_(language) for item in _FIELDS]
    rows = [tuple(_card(row, language)) for row in placed.to_dict(orient="records")]
    data = pd.DataFrame(rows, columns=columns)
    caption = Text("Horodateurs et occupation estimée", "Pay stations and estimated occupancy")
    return Table("carte-horodateurs-data", caption.in_(language), data, (columns[2], columns[3]))


def _card(row: Mapping[Any, Any], language: Language) -> list[str]:
    name = row["meter_id"] if pd.notna(row["meter_id"]) else row["place_id"]
    share = "–" if pd.isna(row["value"]) else percent(row["value"], language, 0)
    street = "" if pd.isna(row["name"]) else str(row["name"])
    return ["" if pd.isna(name) else str(name), street, number(row["spaces"], language), share]


def _draw(
    placed: pd.DataFrame,
    zones: gpd.GeoDataFrame | None,
    ground: gpd.GeoDataFrame | None,
    extent: Extent,
    source: str,
    language: Language,
) -> Figure:
    """Draw the map for paper with the ground, zones, scale and north of the other maps."""
    drawing = drawn.base(zones, ground, extent, source, language)
    axes = drawing.axes[0]
    handles = []
    for name, look in _CLASSES.items():
        part = placed[placed["class"] == name]
        if part.empty:
            continue
        axes.scatter(
            part["lon"], part["lat"], s=look["size"], marker=look["marker"],
            facecolor=look["fill"], edgecolor=look["edge"], linewidth=1.2, zorder=6,
        )  # fmt: skip
        label = f"{look['text'].in_(language)} ({number(len(part), language)})"
        handles.append(Line2D([], [], ls="", marker=look["marker"], ms=8, mfc=look["fill"],
                              mec=look["edge"], label=label))  # fmt: skip
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.01), ncols=4,
                borderaxespad=0.1, handletextpad=0.3, columnspacing=1.4)  # fmt: skip
    return drawing


def _groups(placed: pd.DataFrame, language: Language) -> list[dict[str, Any]]:
    groups = []
    for name, look in _CLASSES.items():
        part = placed[placed["class"] == name]
        points = [[round(row["lat"], 6), round(row["lon"], 6), _card(row, language)]
                  for row in part.to_dict(orient="records")]  # fmt: skip
        if points:
            shape = {key: look[key] for key in ("shape", "fill", "edge", "radius", "reach")}
            label = f"{look['text'].in_(language)} ({number(len(part), language)})"
            groups.append({**shape, "label": label, "points": points})
    return groups
