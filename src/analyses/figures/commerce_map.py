"""The map of the public edition: vacancy by zone, without any single premises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from analyses.figures import drawn, interactive, maps, style
from analyses.figures.commerce import last_of
from analyses.figures.figure import Map, Table
from analyses.figures.ground import Extent, clip, extent_of, label_spot
from analyses.results import Result
from analyses.wording import Language, Text, day, interval, listing, number, percent

_FIELDS = (
    Text("Zone", "Zone"),
    Text("Taux de vacance", "Vacancy rate"),
    Text("Intervalle à 95 %", "95% interval"),
    Text("Locaux de statut connu", "Premises of known status"),
)
_MASKED = Text("masqué", "hidden")
_LOOK: dict[str, Any] = {
    "shape": "circle", "fill": style.VERMILION, "edge": "#5e2400", "radius": 6, "reach": True,
}  # fmt: skip


def zone_rates_map(
    results: Iterable[Result],
    language: Language,
    *,
    zones: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    source: str = "",
) -> Map | None:
    """Map the vacancy rate of the last wave by zone.

    Parameters
    ----------
    results : iterable of Result
        Results of ``commerce.measure_vacancy``; a zone without a rate is drawn as hidden.
    language : str
        Language of the map.
    zones : geopandas.GeoDataFrame, optional
        Table ``zones``; without it there is no map.
    streets : geopandas.GeoDataFrame, optional
        Table ``streets``: the ground.
    source : str
        Producers, written on the map.

    Returns
    -------
    Map or None
        None if no zone has a rate.
    """
    rates = {r.zone: r for r in last_of(results, "vacancy_rate") if r.breakdown == "total"}
    if zones is None or not any(zone in rates for zone in zones["zone_id"]):
        return None
    west, south, east, north = zones.total_bounds
    extent = extent_of([west, east], [south, north])
    rows = [_cells(str(z), str(name), rates, language) for z, name in _named(zones)]
    labelled = zones.assign(name=[f"{row[0]} : {row[1]}" for row in rows])
    ground = clip(streets, extent.grown(0.1))
    header = [field.in_(language) for field in _FIELDS]
    data = pd.DataFrame(rows, columns=header)
    title = Text("Taux de vacance par zone", "Vacancy rate by zone").in_(language)
    with style.style():
        drawing = drawn.base(labelled, ground, extent, source, language)
    group = {
        **_LOOK, "label": Text("Zones", "Zones").in_(language),
        "points": _points(labelled, extent, rows),
    }  # fmt: skip
    spec = maps.spec(
        [group], header, zones=labelled, ground=ground, extent=extent,
        legend=Text("Vacance", "Vacancy"), title=title, source=source, language=language,
    )  # fmt: skip
    ends = [r.period_end for r in rates.values() if r.period_end is not None]
    when = Text("", "") if not ends else Text(
        f"Relevé du {day(max(ends), 'fr')}.", f"Survey of {day(max(ends), 'en')}."
    )  # fmt: skip
    return Map(
        id="carte-locaux",
        title=title,
        alt=_alt(rows, language),
        html=interactive.document(spec, title, language),
        figure=drawing,
        data=Table("carte-locaux-data", title, data, (header[1], header[3])),
        note=when.in_(language),
    )  # fmt: skip


def _named(zones: gpd.GeoDataFrame) -> list[tuple[Any, Any]]:
    return list(zones[["zone_id", "name"]].itertuples(index=False, name=None))


def _cells(zone: str, name: str, rates: dict[str, Result], language: Language) -> list[str]:
    found = rates.get(zone)
    if found is None:
        return [name, _MASKED.in_(language), "", ""]
    estimate = found.estimate
    return [
        name,
        percent(estimate.value, language),
        interval(estimate.low, estimate.high, "%", language),
        number(estimate.n, language),
    ]


def _alt(rows: Sequence[Sequence[str]], language: Language) -> str:
    said = listing([f"{row[0]} ({row[1]})" for row in rows], language)
    return Text(
        f"Carte des zones et de leur taux de vacance : {said}.",
        f"Map of the zones and their vacancy rates: {said}.",
    ).in_(language)


def _points(
    zones: gpd.GeoDataFrame, extent: Extent, rows: Sequence[Sequence[str]]
) -> list[list[Any]]:
    """Return a point for each zone, under its name, with its cells."""
    below = 0.035 * (extent.north - extent.south)
    spots = [label_spot(geometry, extent) for geometry in zones["geometry"]]
    return [
        [round(spot[1] - below, 6), round(spot[0], 6), list(row)]
        for spot, row in zip(spots, rows, strict=True)
    ]
