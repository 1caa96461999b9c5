"""The map of the premises: interactive for the screen, drawn for paper, the same in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from analyses.figures import drawn, interactive, style
from analyses.figures.drawn import STATUSES
from analyses.figures.escape import plain
from analyses.figures.figure import Map, Table
from analyses.figures.ground import STYLES, Extent, clip, extent_of, label_spot, pieces
from analyses.wording import Language, Text, day, lowered, number, plural, typography

FIELDS: dict[str, Text] = {
    "name": Text("Nom", "Name"),
    "status": Text("Statut", "Status"),
    "activity": Text("Activité", "Activity"),
    "street": Text("Rue", "Street"),
    "surface_m2": Text("Surface", "Floor area"),
    "vacant_since": Text("Vacant depuis le", "Vacant since"),
}
"""Fields of a premises that its popup may show, with their labels."""

_WHOLE = Text("Ensemble", "Whole")
_NO_ZONE = Text("Hors zones", "Outside the zones")


def premises_map(
    last: pd.DataFrame | None,
    language: Language,
    *,
    zones: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    source: str = "",
    fields: Sequence[str] = tuple(FIELDS),
) -> Map | None:
    """Map the premises of the last survey campaign by status.

    Parameters
    ----------
    last : pandas.DataFrame or None
        One row for each premises of the campaign, ``wave`` being the day of its visit: the columns
        of table ``premises``. Rows without coordinates are counted in the note.
    language : str
        Language of the map.
    zones : geopandas.GeoDataFrame, optional
        Table ``zones``.
    streets : geopandas.GeoDataFrame, optional
        Table ``streets``: the ground.
    source : str
        Producers, written on the map.
    fields : sequence of str
        Fields of :data:`FIELDS` that popups show; the public edition passes fewer.

    Returns
    -------
    Map or None
        None if no premises has coordinates.
    """
    if last is None or last.empty:
        return None
    last = last[last["status"].isin(list(STATUSES))]
    placed = last[last["lon"].notna() & last["lat"].notna()]
    if placed.empty:
        return None
    extent = extent_of(placed["lon"].to_numpy(float), placed["lat"].to_numpy(float))
    ground = clip(streets, extent.grown(0.1))
    shown = None if zones is None else zones[zones.intersects(extent.window())]
    when = span(last["wave"], language)
    title = _title(last, zones).in_(language)
    table = _table(last, zones, when, language)
    content = spec(
        _groups(placed, fields, language), [FIELDS[name].in_(language) for name in fields],
        zones=shown, ground=ground, extent=extent, legend=Text("Locaux", "Premises"),
        title=title, source=source, language=language,
    )  # fmt: skip
    with style.style():
        drawing = drawn.draw(placed, shown, ground, extent, source, language)
    return Map(
        id="carte-locaux",
        title=title,
        alt=_alt(last, when, language),
        html=interactive.document(content, title, language),
        figure=drawing,
        data=table,
        note=_note(len(last) - len(placed), last["wave"]).in_(language),
    )


def span(days: pd.Series, language: Language) -> str:
    """Return the day of a campaign, or its first and last days."""
    first, last = (day(limit.date(), language) for limit in (days.min(), days.max()))
    return first if first == last else f"{first} – {last}"


def spec(
    groups: list[dict[str, Any]],
    fields: list[str],
    *,
    zones: gpd.GeoDataFrame | None,
    ground: gpd.GeoDataFrame | None,
    extent: Extent,
    legend: Text,
    title: str,
    source: str,
    language: Language,
) -> dict[str, Any]:
    """Return an interactive map as :func:`analyses.figures.interactive.document` takes it.

    Parameters
    ----------
    groups : list of dict
        Points that look alike, each with its popup's cells, and its radius where it has its own.
    fields : list of str
        Labels of these cells.
    zones, ground : geopandas.GeoDataFrame or None
        What lies under the points.
    extent : Extent
        What the map shows.
    legend : Text
        Title of the legend.
    title, source : str
        Title of the map; producers, written on it.
    language : str
        Language of the buttons.
    """

    def say(fr: str, en: str) -> str:
        return Text(fr, en).in_(language)

    return {
        "bounds": [[extent.south, extent.west], [extent.north, extent.east]],
        "base": base_layers(ground),
        "zones": zone_shapes(zones, extent),
        "zoneStyle": {"color": "#12304f", "weight": 1.6, "dashArray": "6 4", "fill": False,
                      "interactive": False},
        "groups": groups,
        "fields": fields,
        "words": {
            "title": title, "source": source, "legend": legend.in_(language),
            "home": say("Revenir à la vue d'ensemble", "Back to the whole view"),
            "zoomIn": say("Agrandir", "Zoom in"), "zoomOut": say("Réduire", "Zoom out"),
        },
    }  # fmt: skip


def zone_shapes(zones: gpd.GeoDataFrame | None, extent: Extent) -> list[dict[str, Any]]:
    """Return the zones as the interactive map draws them."""
    if zones is None:
        return []
    return [
        {
            "name": str(row.name),
            "areas": [rings for form, rings in pieces(row.geometry) if form == "area"],
            "spot": label_spot(row.geometry, extent)[::-1],
        }
        for row in zones[["name", "geometry"]].itertuples(index=False)
    ]


def base_layers(ground: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """Return the ground as the interactive map draws it."""
    layers: list[dict[str, Any]] = []
    if ground is None:
        return layers
    for kind, look in STYLES.items():
        layer: dict[str, Any] = {
            "lines": [], "areas": [],
            "style": {
                "color": look["line"] or look["fill"], "weight": look["width"],
                "stroke": look["line"] is not None, "fill": look["fill"] is not None,
                "fillColor": look["fill"] or look["line"], "fillOpacity": 1, "opacity": 1,
                "interactive": False,
            },
        }  # fmt: skip
        for geometry in ground.loc[ground["kind"] == kind, "geometry"]:
            for form, rings in pieces(geometry):
                if form == "area":
                    layer["areas"].append(rings)
                else:
                    layer["lines"].append(rings[0])
        line = {**layer["style"], "fill": False}
        layers.append({"lines": [], "areas": layer["areas"], "style": layer["style"]})
        layers.append({"lines": layer["lines"], "areas": [], "style": line})
    return [layer for layer in layers if layer["lines"] or layer["areas"]]


def _groups(
    placed: pd.DataFrame, fields: Sequence[str], language: Language
) -> list[dict[str, Any]]:
    groups = []
    for status, look in STATUSES.items():
        part = placed[placed["status"] == status]
        if part.empty:
            continue
        label = f"{look['many'].in_(language)} ({number(len(part), language)})"
        groups.append(
            {
                **{key: look[key] for key in ("shape", "fill", "edge", "radius", "reach")},
                "label": label,
                "points": [
                    [round(row["lat"], 6), round(row["lon"], 6), _card(row, fields, language)]
                    for row in part.sort_values("premises_id").to_dict(orient="records")
                ],
            }
        )
    return groups


def _card(row: Mapping[Any, Any], fields: Sequence[str], language: Language) -> list[str]:
    return [_shown(name, row.get(name), language) for name in fields]


def _shown(name: str, value: Any, language: Language) -> str:
    if value is None or pd.isna(value):
        return ""
    if name == "status":
        return str(STATUSES[str(value)]["text"].in_(language))
    if name == "surface_m2":
        return f"{number(float(value), language)}\u00a0m²"
    if isinstance(value, pd.Timestamp | date):
        return day(value, language)
    return plain(value)


def _table(
    last: pd.DataFrame, zones: gpd.GeoDataFrame | None, when: str, language: Language
) -> Table:
    names = {} if zones is None else dict(zip(zones["zone_id"], zones["name"], strict=True))
    counts = pd.crosstab(last["zone_id"].astype("object").fillna(""), last["status"])
    counts = counts.reindex(columns=[s for s in STATUSES if s in counts.columns])
    counts = counts.loc[sorted(counts.index, key=lambda z: (z == "", str(names.get(z, z))))]
    header = [STATUSES[status]["many"].in_(language) for status in counts.columns]
    label, total = Text("Zone", "Zone").in_(language), Text("Total", "Total").in_(language)
    rows = [
        [_NO_ZONE.in_(language) if zone == "" else str(names.get(zone, zone)),
         *(number(value, language) for value in row), number(sum(row), language)]
        for zone, row in zip(counts.index, counts.to_numpy().tolist(), strict=True)
    ]  # fmt: skip
    sums = counts.sum().tolist()
    rows.append(
        [_WHOLE.in_(language), *(number(v, language) for v in sums), number(sum(sums), language)]
    )
    caption = Text(f"Locaux par zone et statut, {when}", f"Premises by zone and status, {when}")
    data = pd.DataFrame(rows, columns=[label, *header, total])
    return Table("carte-locaux-data", caption.in_(language), data, (*header, total))


def _title(last: pd.DataFrame, zones: gpd.GeoDataFrame | None) -> Text:
    vacant = last[last["status"].isin(["vacant", "vacant_works"])]
    known = int((last["status"] != "unknown").sum())
    if vacant.empty:  # a list of open shops tells no vacant one
        open_ = int((last["status"] == "occupied").sum())
        noun = plural(open_, "local occupé", "locaux occupés")
        fr = f"{number(open_, 'fr')} {noun} au relevé"
        return Text(fr, f"{number(open_, 'en')} occupied premises in the survey")
    n, k = number(len(vacant), "fr"), number(known, "fr")
    word = plural(len(vacant), "local vacant", "locaux vacants")
    fr, en = f"{n} {word} sur {k} de statut connu", f"{n} vacant premises of {k} of known status"
    zone = vacant["zone_id"].dropna().value_counts()
    if zones is not None and len(zone):
        most = sorted(zone.index[zone == zone.max()])[0]
        name = dict(zip(zones["zone_id"], zones["name"], strict=True)).get(most, most)
        fr += f", dont {number(int(zone.max()), 'fr')} dans la zone {name}"
        en += f", {number(int(zone.max()), 'en')} of them in the zone {name}"
    return Text(fr, en)


def _alt(last: pd.DataFrame, when: str, language: Language) -> str:
    counts = [
        f"{lowered(look['many'].in_(language))} {number(n, language)}"
        for status, look in STATUSES.items()
        if (n := int((last["status"] == status).sum()))
    ]
    fr = f"Carte des locaux commerciaux par statut, {when} : {', '.join(counts)}."
    en = f"Map of commercial premises by status, {when}: {', '.join(counts)}."
    return typography(fr, "fr") if language == "fr" else en


def _note(unplaced: int, days: pd.Series) -> Text:
    first, last = days.min().date(), days.max().date()
    fr, en = f"Relevé du {day(last, 'fr')}.", f"Survey of {day(last, 'en')}."
    if first != last:
        fr = f"Relevé du {day(first, 'fr')} au {day(last, 'fr')}."
        en = f"Survey from {day(first, 'en')} to {day(last, 'en')}."
    if unplaced:
        word = plural(unplaced, "local sans coordonnées n'est pas placé",
                      "locaux sans coordonnées ne sont pas placés")  # fmt: skip
        fr += f" {number(unplaced, 'fr')} {word}."
        en += f" {number(unplaced, 'en')} premises without coordinates are not placed."
    return Text(fr, en)
