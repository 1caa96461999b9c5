"""Distances on the ground: straight lines, or along the streets where the city gives them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
METRES_PER_DEGREE = 111_320.0
SNAP_METRES = 80.0
"""A place farther than this from every street is reached in a straight line."""
SEGMENT_METRES = 15.0
"""Streets are cut into pieces no longer than this, to which places are tied."""
WALKED = ("street", "path")
"""Kinds of the table ``streets`` that people walk on."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where distances are measured.

    Parameters
    ----------
    longitude, latitude : float
        Centre of the city: the plane is true near it (better than 0.1 % within 10 km).
    nodes : array, shape (k, 2)
        Points of the streets, metres; empty without streets.
    graph : sparse array or None
        Length of each piece of street between two points.
    """

    longitude: float
    latitude: float
    nodes: Floats = field(default_factory=lambda: np.empty((0, 2)))
    graph: object = None

    @property
    def along_streets(self) -> bool:
        """Whether distances follow the streets."""
        return self.graph is not None

    def plane(self, lon: object, lat: object) -> Floats:
        """Return coordinates in metres, shape (n, 2); NaN where unknown."""
        x = np.asarray(pd.to_numeric(pd.Series(lon)), dtype=np.float64)
        y = np.asarray(pd.to_numeric(pd.Series(lat)), dtype=np.float64)
        shrink = math.cos(math.radians(self.latitude))
        return np.column_stack(
            [(x - self.longitude) * METRES_PER_DEGREE * shrink,
             (y - self.latitude) * METRES_PER_DEGREE]
        )  # fmt: skip

    def degrees(self, xy: Floats) -> tuple[Floats, Floats]:
        """Return the longitude and latitude of points in metres."""
        shrink = math.cos(math.radians(self.latitude))
        lon = self.longitude + xy[:, 0] / (METRES_PER_DEGREE * shrink)
        return lon, self.latitude + xy[:, 1] / METRES_PER_DEGREE

    def project(self, geometry: object) -> object:
        """Return a geometry, or an array of them, in metres."""
        shrink = math.cos(math.radians(self.latitude))
        centre = np.array([self.longitude, self.latitude])
        scale = np.array([METRES_PER_DEGREE * shrink, METRES_PER_DEGREE])
        return shapely.transform(geometry, lambda xy: (xy - centre) * scale)

    def distances(self, start: Floats, end: Floats, limit: float) -> Floats:
        """Return the metres from each start to each end, infinite beyond ``limit``.

        Parameters
        ----------
        start : array, shape (n, 2)
            Points in the plane.
        end : array, shape (m, 2)
            Points in the plane.
        limit : float
            Longest distance of interest, metres.

        Returns
        -------
        array, shape (n, m)
            Along the streets when both points are within :data:`SNAP_METRES` of one, never shorter
            than the straight line; the straight line otherwise.
        """
        straight = np.hypot(*(start[:, None, :] - end[None, :, :]).transpose(2, 0, 1))
        straight = np.where(np.isnan(straight), np.inf, straight)
        if self.graph is not None and start.size and end.size:
            straight = self._walked(start, end, straight, limit)
        return np.where(straight <= limit, straight, np.inf)

    def _walked(self, start: Floats, end: Floats, straight: Floats, limit: float) -> Floats:
        tree = cKDTree(self.nodes)
        far_a, node_a = tree.query(np.nan_to_num(start, nan=1e9))
        far_b, node_b = tree.query(np.nan_to_num(end, nan=1e9))
        sources, where = np.unique(node_a, return_inverse=True)
        paths = dijkstra(self.graph, directed=False, indices=sources, limit=limit)
        walked = far_a[:, None] + paths[where][:, node_b] + far_b[None, :]
        tied = (far_a[:, None] <= SNAP_METRES) & (far_b[None, :] <= SNAP_METRES)
        return np.where(tied, np.maximum(walked, straight), straight)


def ground(longitude: float, latitude: float, streets: pd.DataFrame | None = None) -> Ground:
    """Lay out the ground of a city.

    Parameters
    ----------
    longitude, latitude : float
        Its centre, WGS 84.
    streets : geopandas.GeoDataFrame, optional
        Table ``streets``: lines of the kinds :data:`WALKED` make the network, joined where they
        cross. Bridges and tunnels are not told from crossings.
    """
    plain = Ground(longitude, latitude)
    if streets is None or not len(streets):
        return plain
    lines = streets.loc[streets["kind"].isin(WALKED), "geometry"].to_numpy()
    lines = lines[np.isin(shapely.get_type_id(lines), (1, 5))]
    if not len(lines):
        return plain
    joined = shapely.node(shapely.union_all(plain.project(lines)))
    pieces = shapely.get_parts(shapely.segmentize(joined, SEGMENT_METRES))
    xy, owner = shapely.get_coordinates(pieces, return_index=True)
    nodes, number = np.unique(np.round(xy, 1), axis=0, return_inverse=True)
    inside = owner[1:] == owner[:-1]
    a, b = number[:-1][inside], number[1:][inside]
    length = np.hypot(*(nodes[a] - nodes[b]).T)
    kept = a != b
    graph = coo_array((length[kept], (a[kept], b[kept])), shape=(len(nodes), len(nodes))).tocsr()
    return Ground(longitude, latitude, nodes, graph)


def centre_of(*frames: pd.DataFrame | None) -> tuple[float, float]:
    """Return the median longitude and latitude of the tables that have some; zeros without any."""
    for frame in frames:
        if frame is not None and {"lon", "lat"} <= set(frame.columns):
            known = frame[["lon", "lat"]].dropna()
            if len(known):
                return float(known["lon"].median()), float(known["lat"].median())
    return 0.0, 0.0
