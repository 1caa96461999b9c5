"""A plausible, invented street network: streets, zones, river and buildings of the demo city.

Coordinates are metres east and north of the centre until :func:`degrees` turns them into WGS 84.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyses.demo.plan import LATITUDE, LONGITUDE

Points = NDArray[np.float64]
"""Array of shape (n, 2): metres east, metres north."""

_METRES_PER_DEGREE = 111_320.0
_RINGS = {"cloitre": 85.0, "halles": 165.0, "remparts": 260.0, "mail": 405.0, "tour": 560.0}
_FAUBOURGS = {
    "faubourg-gare": (-36.0, 124.0, 940.0),
    "faubourg-saint-eloi": (140.0, 258.0, 920.0),
}
_HYPERCENTRE_RADIALS = (
    "Rue de la République", "Rue des Tanneurs", "Rue du Beffroi", "Rue Saint-Éloi",
    "Rue des Merciers", "Rue du Puits-Sauvage", "Rue de la Vieille-Poste", "Rue aux Fèvres",
)  # fmt: skip
_CENTRE_RADIALS = (
    "Avenue de la Gare", "Rue Marie-Curie", "Rue du Général-Démo", "Rue des Écoles",
    "Rue du Faubourg-Saint-Éloi", "Rue Pasteur", "Rue du Pont-Neuf", "Avenue des Prés",
)  # fmt: skip
_FAUBOURG_RADIALS = {
    0: "Avenue des Cheminots", 1: "Rue de la Filature", 2: "Rue du Dépôt",
    4: "Route de Saint-Éloi", 5: "Rue de la Tuilerie",
}  # fmt: skip

_LANES = (
    "Venelle du Puits", "Ruelle des Trois-Marteaux", "Passage des Drapiers", "Venelle Sainte-Barbe",
    "Impasse du Four", "Ruelle aux Chats", "Passage de l'Horloge", "Venelle des Tisserands",
)  # fmt: skip
_BACK_STREETS = (
    "Rue du Lavoir", "Rue de la Glacière", "Rue des Vignes", "Rue du Séminaire",
    "Rue des Maraîchers", "Rue du Champ-de-Foire", "Rue de l'Abreuvoir", "Rue des Peupliers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Street:
    """A named street of one zone.

    Parameters
    ----------
    name : str
        French name, unique in the city.
    zone_id : str
        Zone that its premises belong to; empty for a road without premises.
    use : str
        ``pedestrian``, ``street``, ``lane``, ``boulevard`` or ``road``: how it is drawn.
    line : array of shape (n, 2)
        Axis of the street, metres.
    appeal : float
        Premises per metre relative to the other streets of the zone.
    """

    name: str
    zone_id: str
    use: str
    line: Points
    appeal: float


@dataclass(frozen=True, slots=True)
class Network:
    """The ground of the demo city, in metres.

    Parameters
    ----------
    streets : tuple of Street
        All the streets.
    zones : dict
        Zone id: rings of its polygon (the outer one first, then holes), each of shape (n, 2).
    river, rail : arrays of shape (n, 2)
        Axes of the river and of the railway.
    park : array of shape (n, 2)
        Closed outline of a public garden.
    buildings : tuple of arrays of shape (5, 2)
        Closed outlines of some buildings.
    """

    streets: tuple[Street, ...]
    zones: dict[str, tuple[Points, ...]]
    river: Points
    rail: Points
    park: Points
    buildings: tuple[Points, ...]


class _Shape:
    """Distortion common to the whole town: rings never cross, and no street is a straight spoke."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._amplitude = rng.uniform(0.012, 0.035, 4)
        self._phase = rng.uniform(0, 2 * math.pi, 4)
        self._warp = rng.uniform(0, 2 * math.pi, 4)

    def at(self, radius: float | Points, angles: Points) -> Points:
        """Return the points at a mean ``radius`` (metres) and ``angles`` (radians)."""
        order = np.arange(2, 6)
        waves = np.cos(np.outer(angles, order) + self._phase) @ self._amplitude
        r = radius * (1 + waves)
        x, y = 1.14 * r * np.cos(angles), 0.9 * r * np.sin(angles)
        turn = math.radians(14)
        x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        east = 13 * np.sin(y / 61 + self._warp[0]) + 20 * np.sin(y / 173 + self._warp[1])
        north = 11 * np.sin(x / 67 + self._warp[2]) + 18 * np.sin(x / 151 + self._warp[3])
        return np.column_stack([x + east, y + north]).astype(np.float64)

    def arc(self, radius: float, start: float, end: float, step: float = 5.0) -> Points:
        """Return the arc of a ring between two angles in degrees."""
        count = max(2, round(abs(end - start) / step) + 1)
        return self.at(radius, np.radians(np.linspace(start, end, count)))

    def spoke(self, near: float, far: float, start: float, end: float) -> Points:
        """Return a street from radius ``near``, angle ``start`` (degrees) to ``far``, ``end``."""
        count = max(4, round(abs(far - near) / 22))
        angles = np.radians(np.linspace(start, end, count))
        return self.at(np.linspace(near, far, count), angles)


def network(rng: np.random.Generator) -> Network:
    """Draw the street network.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the distortions; the topology and the names never change.

    Returns
    -------
    Network
        Streets, zones, river and buildings, in metres.
    """
    shape = _Shape(rng)
    streets = (*_rings(shape), *_radials(shape, rng), *_outskirts(shape, rng))
    return Network(
        streets=streets,
        zones=_zones(shape),
        river=_river(rng),
        rail=_rail(),
        park=_closed(np.vstack([shape.arc(290, 272, 300), shape.arc(385, 300, 272)])),
        buildings=_buildings(streets, rng),
    )


def degrees(points: Points) -> Points:
    """Turn metres into longitude and latitude (degrees, 6 decimals: about 0.1 m)."""
    latitude = LATITUDE + points[..., 1] / _METRES_PER_DEGREE
    scale = _METRES_PER_DEGREE * math.cos(math.radians(LATITUDE))
    longitude = LONGITUDE + points[..., 0] / scale
    pair: Points = np.stack([longitude, latitude], axis=-1)
    return pair.round(6)


def along(line: Points, distance: Points, offset: Points) -> Points:
    """Return points at ``distance`` along a line and ``offset`` metres to its left.

    Parameters
    ----------
    line : array of shape (n, 2)
        Axis, metres.
    distance, offset : arrays of shape (k,)
        Metres from the first point; metres to the left (negative: to the right).
    """
    steps = np.diff(line, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    segment = np.clip(np.searchsorted(ends, distance, side="right") - 1, 0, len(steps) - 1)
    unit = steps[segment] / lengths[segment, None]
    on_axis = line[segment] + unit * (distance - ends[segment])[:, None]
    left = np.column_stack([-unit[:, 1], unit[:, 0]])
    return np.asarray(on_axis + left * offset[:, None], dtype=np.float64)


def length(line: Points) -> float:
    """Return the length of a line, metres."""
    steps = np.diff(line, axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def _rings(shape: _Shape) -> list[Street]:
    return [
        Street("Rue du Cloître", "hypercentre", "pedestrian",
               shape.arc(_RINGS["cloitre"], 0, 360, 10), 1.4),
        Street("Rue des Halles", "hypercentre", "pedestrian",
               shape.arc(_RINGS["halles"], 0, 180), 1.1),
        Street("Rue des Carmes", "hypercentre", "street",
               shape.arc(_RINGS["halles"], 180, 360), 0.7),
        Street("Boulevard des Remparts", "", "boulevard",
               shape.arc(_RINGS["remparts"], 0, 360), 0.0),
        Street("Mail Victor-Hugo", "centre", "street",
               shape.arc(_RINGS["mail"], -20, 130), 0.8),
        Street("Rue des Jardins", "centre", "street",
               shape.arc(_RINGS["mail"], 130, 340), 0.3),
        Street("Boulevard du Tour-de-Ville", "", "boulevard",
               shape.arc(_RINGS["tour"], 0, 360), 0.0),
        Street("Rue de la Rotonde", "faubourg-gare", "street", shape.arc(740, -24, 96), 0.5),
        Street("Rue du Moulin-Brûlé", "faubourg-saint-eloi", "street",
               shape.arc(720, 150, 230), 0.6),
    ]  # fmt: skip


def _radials(shape: _Shape, rng: np.random.Generator) -> list[Street]:
    streets = []
    inner = 45.0 * np.arange(8) + rng.uniform(-13, 13, 8)
    outer = inner + rng.uniform(-9, 9, 8)
    appeal = (2.6, 1.0, 1.0, 1.5, 1.2, 0.6, 0.9, 0.7)
    remparts, tour = _RINGS["remparts"], _RINGS["tour"]
    for index, weight in enumerate(appeal):
        a, b = float(inner[index]), float(outer[index])
        use = "pedestrian" if index in (0, 4) else "street"
        line = shape.spoke(24, remparts, a + 16, a)
        streets.append(Street(_HYPERCENTRE_RADIALS[index], "hypercentre", use, line, weight))
        line = shape.spoke(remparts, tour, a, b)
        streets.append(Street(_CENTRE_RADIALS[index], "centre", "street", line, weight))
        if index in _FAUBOURG_RADIALS:
            zone = "faubourg-gare" if index < 3 else "faubourg-saint-eloi"
            line = shape.spoke(tour, 880, b, b + float(rng.uniform(-6, 6)))
            streets.append(Street(_FAUBOURG_RADIALS[index], zone, "street", line, 1.0))
        middle = float(a + rng.uniform(17, 28))
        lane = shape.spoke(_RINGS["cloitre"], _RINGS["halles"], middle, middle - 10)
        streets.append(Street(_LANES[index], "", "lane", lane, 0.0))
        back = shape.spoke(_RINGS["mail"], tour, middle + 3, middle + 9)
        streets.append(Street(_BACK_STREETS[index], "", "lane", back, 0.0))
    return streets


def _outskirts(shape: _Shape, rng: np.random.Generator) -> list[Street]:
    spine = np.array([[1560.0, -1290.0], [1760.0, -1385.0], [2000.0, -1500.0], [2230.0, -1600.0]])
    loop = np.array([[1700.0, -1470.0], [1850.0, -1560.0], [2060.0, -1650.0]])
    gate = shape.at(_RINGS["tour"], np.radians([300.0]))
    way = np.array([[720.0, -700.0], [1120.0, -990.0]]) + rng.uniform(-25, 25, (2, 2))
    return [
        Street("Avenue de l'Europe", "peripherie", "road", spine, 1.0),
        Street("Allée des Prés-Neufs", "peripherie", "road", loop, 1.0),
        Street("Route des Prés", "", "road", np.vstack([gate, way, spine[:1]]), 0.0),
    ]


def _zones(shape: _Shape) -> dict[str, tuple[Points, ...]]:
    inner = _closed(shape.arc(_RINGS["remparts"], 0, 355))
    outer = _closed(shape.arc(_RINGS["tour"], 0, 355))
    zones: dict[str, tuple[Points, ...]] = {
        "hypercentre": (inner,),
        "centre": (outer, inner[::-1].copy()),
    }
    for name, (start, end, radius) in _FAUBOURGS.items():
        tour = _RINGS["tour"]
        sides = [
            shape.arc(tour, end, start), shape.spoke(tour, radius, start, start),
            shape.arc(radius, start, end), shape.spoke(radius, tour, end, end),
        ]  # fmt: skip
        zones[name] = (_closed(np.vstack([side[:-1] for side in sides])),)
    corners = np.array([[1500.0, -1230.0], [1640.0, -1560.0], [2140.0, -1790.0], [2330.0, -1580.0]])
    zones["peripherie"] = (_closed(corners),)
    return zones


def _closed(points: Points) -> Points:
    return np.vstack([points, points[:1]])


def _river(rng: np.random.Generator) -> Points:
    x = np.linspace(-1900, 2600, 46)
    phase = float(rng.uniform(0, 2 * math.pi))
    y = -900 - 70 * np.sin(x / 420 + phase) + 0.05 * x - 25 * np.sin(x / 170)
    return np.column_stack([x, y]).astype(np.float64)


def _rail() -> Points:
    """Return the railway, east of the faubourg that bears the station's name."""
    y = np.linspace(-1500, 1900, 18)
    return np.column_stack([1180 + 0.00009 * (y - 250) ** 2, y]).astype(np.float64)


def _buildings(streets: tuple[Street, ...], rng: np.random.Generator) -> tuple[Points, ...]:
    outlines = []
    for street in streets:
        if street.zone_id not in ("hypercentre", "centre", "peripherie"):
            continue
        wide = street.zone_id == "peripherie"
        step, front, near, depth = (80.0, 56.0, 24.0, 42.0) if wide else (42.0, 24.0, 6.0, 12.0)
        for side in (1.0, -1.0):
            starts = np.arange(14.0, length(street.line) - front - 8, step)
            starts = starts + rng.uniform(-3, 3, starts.size)
            kept = starts[rng.random(starts.size) < 0.72]
            for start in kept:
                at = np.array([start, start + front, start + front, start, start])
                off = side * np.array([near, near, near + depth, near + depth, near])
                outlines.append(along(street.line, at, off))
    return tuple(outlines)
