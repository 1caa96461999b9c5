"""The metric projection of a city's zones."""

import geopandas as gpd
import pytest
from shapely import box

from analyses.sources import places


@pytest.mark.parametrize(
    ("west", "south", "degrees"),
    [(2.3, 48.8, 0.1), (-4.5, 48.4, 0.1), (7.7, 48.5, 0.2), (55.4, -20.9, 0.1),  # La Réunion
     (-52.4, 4.8, 0.2), (-61.6, 16.2, 0.1), (5.9, 47.2, 0.3), (174.7, -36.9, 0.1)],
)  # fmt: skip
def test_the_projection_is_the_one_that_geopandas_finds(
    west: float, south: float, degrees: float
) -> None:
    """geopandas searches PROJ's own database of projections (``estimate_utm_crs``)."""
    corners = box(west, south, west + degrees, south + degrees)
    zones = gpd.GeoDataFrame({"zone_id": ["z"]}, geometry=[corners], crs="EPSG:4326")
    assert places.metric_crs(zones) == zones.estimate_utm_crs()
