"""OpenStreetMap extract of the demo city: most shops, some vacant ones, hours of all sorts."""

from __future__ import annotations

from typing import Any

import numpy as np

from analyses.demo import plan, trade
from analyses.demo.commerce import Survey
from analyses.demo.occupancy import END

MAPPED_SHARE = 0.78
"""Share of the shops in activity that the map knows."""
VACANT_MAPPED_SHARE = 0.45
"""Share of the vacant premises that the map knows as vacant."""
STALE_SHARE = 0.15
"""Share of the vacant premises that the map still shows under their last shop."""
HOURS_SHARE = 0.65
BROKEN_SHARE = 0.16

_UNPLACED: dict[str, Any] = {
    "type": "Feature",
    "id": "relation/990000000999",
    "properties": {
        "@id": "relation/990000000999",
        "shop": "mall",
        "name": "Galerie marchande des Prés-Neufs",
    },
    "geometry": None,
}
"""A relation exported without its members has no geometry: real extracts hold some."""

VALID_HOURS = (
    "Mo-Sa 09:00-19:00", "Tu-Sa 09:30-12:30,14:00-19:00", "Mo 14:00-19:00; Tu-Sa 10:00-19:00",
    "Mo-Su 11:30-14:30,18:30-22:30; We off", "Tu-Su 07:00-13:00,15:30-19:30",
    "Mo-Fr 09:00-12:00,14:00-18:00; PH off", "Mo-Sa 08:30-20:00; Su 09:00-12:30",
)  # fmt: skip
BROKEN_HOURS = (
    "Mo-Sa 09:00-12:15 / 14:15-19:15", "du mardi au samedi 9h30-19h", "9h-12h et 14h-18h30",
    "Tu-Sa 10:00-19:00 sauf jours fériés",
)  # fmt: skip


def extract(rng: np.random.Generator, survey: Survey) -> dict[str, Any]:
    """Draw the map extract, in the shape that Overpass exports as GeoJSON.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    survey : Survey
        Premises and tenancies on the day of the extraction.
    """
    features = []
    spells = survey.spells
    current = spells[spells["end"] > END].drop_duplicates("premises")
    for row in current.index:
        spell = current.loc[row]
        premises = int(spell["premises"])
        if survey.stock.leaves[premises] <= END:
            continue
        tags = _tags(rng, spell)
        if tags is not None:
            features.append(_feature(premises, tags, survey.places.loc[premises]))
    features.append(_UNPLACED)
    return {
        "type": "FeatureCollection",
        "generator": "coeurville demo",
        "copyright": "Ville fictive : données inventées, qui ne viennent pas d'OpenStreetMap",
        "timestamp": f"{plan.EXTRACT.isoformat()}T00:00:00Z",
        "features": features,
    }


def _tags(rng: np.random.Generator, spell: Any) -> dict[str, str] | None:
    draw, kind = float(rng.random()), float(rng.random())
    known = spell["trade"] >= 0
    key, _, value = (trade.TRADES[spell["trade"]].tag if known else "shop=yes").partition("=")
    if spell["vacant"]:
        if draw < VACANT_MAPPED_SHARE:
            return {f"disused:{key}": value} if known and kind < 0.6 else {"shop": "vacant"}
        if draw < VACANT_MAPPED_SHARE + STALE_SHARE and known:
            return {key: value, "name": "Ancienne enseigne"}
        return None
    if draw >= MAPPED_SHARE:
        return None
    tags = {key: value, "name": str(spell["name"])}
    if spell["brand"]:
        tags["brand"] = str(spell["brand"])
    if kind < HOURS_SHARE:
        choices = BROKEN_HOURS if rng.random() < BROKEN_SHARE else VALID_HOURS
        tags["opening_hours"] = choices[int(rng.integers(0, len(choices)))]
    return tags


def _feature(premises: int, tags: dict[str, str], place: Any) -> dict[str, Any]:
    name = f"node/{990_000_000_000 + premises}"
    address = {"addr:housenumber": str(place["number"]), "addr:street": place["street"]}
    return {
        "type": "Feature",
        "id": name,
        "properties": {"@id": name, **address, **tags},
        "geometry": {"type": "Point", "coordinates": [float(place["lon"]), float(place["lat"])]},
    }
