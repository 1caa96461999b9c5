"""GeoJSON of the demo city: zones, and the streets, river and buildings drawn under its maps."""

from __future__ import annotations

from typing import Any

from analyses.demo import plan
from analyses.demo.streets import Network, Points, degrees

Feature = dict[str, Any]


def zones(network: Network) -> Feature:
    """Return the zones as a GeoJSON feature collection (``zone_id``, ``name``, ``kind``)."""
    features = [
        _feature(
            "Polygon",
            [pairs(ring) for ring in network.zones[zone.id]],
            {"zone_id": zone.id, "name": zone.name, "kind": zone.kind},
        )
        for zone in plan.ZONES
    ]
    return collection("zones", features)


def base(network: Network) -> Feature:
    """Return what is drawn under the maps (``kind``, ``name`` and, for streets, ``use``)."""
    features = [
        _feature("LineString", pairs(network.river), {"kind": "water", "name": "La Démoise"}),
        _feature("Polygon", [pairs(network.park)], {"kind": "green", "name": "Jardin Démo"}),
        _feature("LineString", pairs(network.rail), {"kind": "rail"}),
    ]
    features += [
        _feature("Polygon", [pairs(outline)], {"kind": "building"}) for outline in network.buildings
    ]
    features += [
        _feature(
            "LineString",
            pairs(street.line),
            {
                "kind": "path" if street.use == "lane" else "street",
                "name": street.name,
                "use": street.use,
            },
        )
        for street in network.streets
    ]
    return collection("streets", features)


def collection(name: str, features: list[Feature]) -> Feature:
    """Return features as a collection that says that it is made up."""
    return {
        "type": "FeatureCollection",
        "name": f"{plan.CITY_ID}_{name}",
        "description": "Ville fictive, tracés inventés par coeurville",
        "features": features,
    }


def _feature(kind: str, coordinates: Any, properties: dict[str, str]) -> Feature:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def pairs(points: Points) -> list[list[float]]:
    """Return points as pairs of longitude and latitude."""
    return [[float(x), float(y)] for x, y in degrees(points)]
