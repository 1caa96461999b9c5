"""GeoJSON as software really writes it: null points, empty parts, rings that are too short."""

from __future__ import annotations

import json

import pytest

from analyses import sources
from analyses.errors import InputError
from trial import city, premises, put

SQUARE = [[[3.28, 49.84], [3.30, 49.84], [3.30, 49.86], [3.28, 49.86], [3.28, 49.84]]]
POLYGON = {"type": "Polygon", "coordinates": SQUARE}
SHORT = {"type": "Polygon", "coordinates": [[[3.28, 49.84], [3.30, 49.84]]]}
FLAT = {"type": "Polygon", "coordinates": [[[3.28, 49.84]] * 4]}
PLANE = {
    "type": "Polygon",
    "coordinates": [[[652469, 6862035], [652569, 6862035], [652569, 6862135], [652469, 6862035]]],
}
NOTHING = [
    None,
    {"type": "Point", "coordinates": [None, None]},
    {"type": "Point", "coordinates": []},
    {"type": "MultiPoint", "coordinates": [[]]},
    {"type": "Polygon", "coordinates": [[]]},
    {"type": "GeometryCollection", "geometries": []},
]
BROKEN = [
    SHORT,
    {"type": "Point", "coordinates": [3.28]},
    {"type": "Point", "coordinates": ["3,28", "49,84"]},
    {"type": "LineString", "coordinates": [[3.28, 49.84]]},
    {"type": "Polygon"},
    {"type": "Cercle", "coordinates": [3.28, 49.84]},
    {"coordinates": [3.28, 49.84]},
]


def collection(*geometries, **properties):
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {"premises_id": str(i)} | properties,
        }
        for i, geometry in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def survey(tmp_path, text):
    put(tmp_path, "p.geojson", text)
    return sources.load(city(tmp_path, sources=premises("p.geojson"))).premises


def zoned(tmp_path, text):
    put(tmp_path, "zones.geojson", text)
    return sources.load(city(tmp_path, zones={"path": "zones.geojson"})).zones


def drawn(tmp_path, text):
    put(tmp_path, "streets.geojson", text)
    declared = {"streets": [{"layout": "geojson", "path": "streets.geojson"}]}
    return sources.load(city(tmp_path, sources=declared)).streets


def shops(tmp_path, text):
    put(tmp_path, "shops.geojson", text)
    declared = {"shops": [{"layout": "osm-geojson", "path": "shops.geojson"}]}
    return sources.load(city(tmp_path, sources=declared)).shops


@pytest.mark.parametrize("geometry", NOTHING)
def test_a_premises_without_geometry_has_no_coordinates(tmp_path, geometry):
    there = {"type": "Point", "coordinates": [3.287, 49.847]}
    table = survey(tmp_path, collection(geometry, there, wave="2024-06-01", status="vacant"))
    assert table["lon"].isna().tolist() == [True, False]
    assert table["lat"].iloc[1] == 49.847


@pytest.mark.parametrize("geometry", BROKEN)
@pytest.mark.parametrize("reader", [survey, zoned, drawn, shops])
def test_a_broken_geometry_is_a_fault_that_names_its_feature(tmp_path, reader, geometry):
    wanted = {"wave": "2024-06-01", "status": "vacant", "zone_id": "a", "name": "A"}
    kind = {"kind": "building"} if reader is drawn else {"kind": "centre"}
    tags = {"shop": "bakery", "@id": "node/1"}
    with pytest.raises(InputError) as caught:
        reader(tmp_path, collection(geometry, **wanted, **kind, **tags))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (1, "geometry")
    assert fault.remedy


@pytest.mark.parametrize("geometry", [*NOTHING, FLAT, PLANE])
def test_a_zone_without_surface_is_a_fault(tmp_path, geometry):
    with pytest.raises(InputError) as caught:
        zoned(tmp_path, collection(geometry, zone_id="a", name="A", kind="centre"))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (1, "geometry")


@pytest.mark.parametrize("geometry", NOTHING)
def test_a_street_or_a_shop_without_geometry_is_no_fault(tmp_path, geometry):
    assert len(drawn(tmp_path, collection(POLYGON, geometry, kind="building"))) == 1
    tags = {"shop": "bakery", "@id": "node/1"}
    assert shops(tmp_path, collection(geometry, **tags))["lon"].isna().all()


@pytest.mark.parametrize("reader", [survey, zoned, drawn, shops])
@pytest.mark.parametrize("item", [None, 3, {"properties": [], "geometry": None}])
def test_a_null_feature_is_a_fault(tmp_path, reader, item):
    text = json.dumps({"type": "FeatureCollection", "features": [item]})
    with pytest.raises(InputError, match="the feature is not an object"):
        reader(tmp_path, text)


@pytest.mark.parametrize(
    "crs", ["EPSG:2154", {"properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}]
)
def test_a_plane_reference_system_is_a_fault(tmp_path, crs):
    text = json.dumps({"type": "FeatureCollection", "features": [], "crs": crs})
    with pytest.raises(InputError, match="not longitude and latitude"):
        zoned(tmp_path, text)


@pytest.mark.parametrize("crs", [None, {}, {"properties": None}])
def test_a_reference_system_that_says_nothing_is_wgs84(tmp_path, crs):
    feature = json.loads(collection(POLYGON, zone_id="a", name="A", kind="centre"))
    assert len(zoned(tmp_path, json.dumps(feature | {"crs": crs}))) == 1


def test_many_broken_geometries_are_counted(tmp_path):
    with pytest.raises(InputError) as caught:
        survey(tmp_path, collection(*[SHORT] * 12, wave="2024-06-01", status="vacant"))
    assert len(caught.value.faults) == 6
    assert "and 7 more features" in caught.value.faults[-1].problem


def test_a_bow_tie_is_repaired_into_a_surface(tmp_path):
    ring = [[3.28, 49.84], [3.30, 49.86], [3.30, 49.84], [3.28, 49.86], [3.28, 49.84]]
    bow = {"type": "Polygon", "coordinates": [ring]}
    table = zoned(tmp_path, collection(bow, zone_id="a", name="A", kind="centre"))
    assert table.geometry.geom_type.tolist() == ["MultiPolygon"]
    assert table.geometry.is_valid.all()


def zones_refused(tmp_path, content, name="zones.geojson", **identity):
    put(tmp_path, name, content)
    with pytest.raises(InputError) as caught:
        sources.load(city(tmp_path, zones={"path": name}, **identity))
    return caught.value.faults


def test_zones_under_other_names_are_told_what_a_gis_can_do(tmp_path):
    """city.yml maps the columns of tables, not the fields of the zones."""
    found = zones_refused(tmp_path, collection(POLYGON, NOM="Centre"))
    assert {fault.column for fault in found} == {"zone_id", "name", "kind"}
    assert all("In the GIS" in fault.remedy for fault in found)
    fields = {"ZONE_ID": "c", "Nom de la zone": "Centre", "Kind": "centre"}
    assert zoned(tmp_path, collection(POLYGON, **fields))["name"].tolist() == ["Centre"]
    fields = {"Name": "", "Kind": "3", "zone_id": "c", "name": "Centre", "kind": "centre"}  # KML
    assert zoned(tmp_path, collection(POLYGON, **fields))["name"].tolist() == ["Centre"]


def test_zones_of_other_formats_and_systems_are_told_wgs84(tmp_path):
    fields = {"zone_id": "c", "name": "Centre", "kind": "centre"}
    for name, content in (("zones.gpkg", "x"), ("zones.geojson", collection(PLANE, **fields))):
        (fault,) = zones_refused(tmp_path, content, name)
        assert "EPSG:4326" in fault.remedy


def test_zones_with_exchanged_coordinates_are_found_by_the_city(tmp_path):
    fields = {"zone_id": "c", "name": "Centre", "kind": "centre"}
    turned = {"type": "Polygon", "coordinates": [[[y, x] for x, y in SQUARE[0]]]}
    here = {"longitude": 3.29, "latitude": 49.85}
    (fault,) = zones_refused(tmp_path, collection(turned, **fields), **here)
    assert "longitude first" in fault.remedy
    put(tmp_path, "zones.geojson", collection(POLYGON, **fields))
    assert len(sources.load(city(tmp_path, zones={"path": "zones.geojson"}, **here)).zones) == 1
