"""OpenStreetMap: shops in use and vacant, opening hours, places, and the base map."""

from __future__ import annotations

import json

import osmium
import pandas as pd
import pytest

from analyses import sources
from analyses.errors import InputError
from analyses.sources.commerce import osm
from analyses.sources.surroundings import streets
from trial import city, put


def load(tmp_path, layout, name, table="shops", **more):
    declared = {table: [{"layout": layout, "path": name, **more}]}
    return sources.load(city(tmp_path, sources=declared))


ELEMENTS = [
    {
        "type": "node",
        "id": 1,
        "lon": 3.28,
        "lat": 49.84,
        "tags": {
            "shop": "bakery",
            "name": "Au Fournil",
            "addr:street": "Rue d'Isle",
            "opening_hours": "Tu-Su 07:00-19:00",
        },
    },
    {
        "type": "way",
        "id": 2,
        "center": {"lon": 3.29, "lat": 49.85},
        "tags": {"amenity": "restaurant", "opening_hours": "midi et soir"},
    },
    {"type": "node", "id": 3, "lon": 3.28, "lat": 49.84, "tags": {"shop": "vacant"}},
    {"type": "node", "id": 4, "lon": 3.28, "lat": 49.84, "tags": {"disused:shop": "clothes"}},
    {"type": "node", "id": 5, "lon": 3.28, "lat": 49.84, "tags": {"amenity": "bench"}},
    {
        "type": "node",
        "id": 6,
        "lon": 3.28,
        "lat": 49.84,
        "tags": {"disused:shop": "shoes", "amenity": "cafe"},
    },
    {"type": "node", "id": 7, "lon": 3.28, "lat": 49.84, "tags": {"shop": "no"}},
    {
        "type": "relation",
        "id": 8,
        "bounds": {"minlon": 3.0, "minlat": 49.0, "maxlon": 3.2, "maxlat": 49.2},
        "tags": {"shop": "mall"},
    },
    {"type": "way", "id": 9, "nodes": [10, 11, 10], "tags": {"shop": "florist"}},
    {"type": "node", "id": 10, "lon": 3.0, "lat": 49.0},
    {"type": "node", "id": 11, "lon": 3.2, "lat": 49.2},
]


def overpass(elements=ELEMENTS):
    stamp = {"timestamp_osm_base": "2024-06-15T08:00:00Z"}
    return json.dumps({"version": 0.6, "osm3s": stamp, "elements": elements})


def test_an_overpass_answer(tmp_path):
    put(tmp_path, "o.json", overpass())
    tables = load(tmp_path, "overpass", "o.json")
    table = tables.shops.set_index("osm_id")
    assert table["status"].to_dict() == {
        "node/1": "occupied",
        "way/2": "occupied",
        "node/3": "vacant",
        "node/4": "vacant",
        "node/6": "occupied",
        "relation/8": "occupied",
        "way/9": "occupied",
    }
    assert table.loc["node/1", ["kind", "activity_family", "street"]].tolist() == [
        "bakery",
        "food",
        "Rue d'Isle",
    ]
    assert table.loc["node/4", "kind"] == "clothes"
    assert pd.isna(table.loc["node/4", "activity_family"])
    assert table.loc["node/6", "activity_family"] == "cafe_restaurant"
    for name, point in {
        "way/2": (3.29, 49.85),
        "relation/8": (3.1, 49.1),
        "way/9": (3.1, 49.1),
    }.items():
        assert table.loc[name, ["lon", "lat"]].tolist() == pytest.approx(list(point))
    assert table["observed"].unique().tolist() == [pd.Timestamp("2024-06-15")]
    assert table["opening_hours_valid"].to_dict()["node/1"] is True
    assert table["opening_hours_valid"].to_dict()["way/2"] is False
    assert "1 sur 2 (« midi et soir »)" in tables.reserves[0].fr


@pytest.mark.parametrize(
    "written",
    [
        {"element_type": "node", "osmid": 7, "shop": "bakery"},  # osmnx 1
        {"element": "node", "id": 7, "shop": "bakery"},  # osmnx 2
        {"osm_type": "NODE", "osm_id": "7", "shop": "bakery"},
        {"@osmId": "node/7", "shop": "bakery"},  # ohsome
        {"full_id": "n7", "osm_id": "7", "osm_type": "node", "shop": "bakery"},  # QuickOSM
        {"type": "node", "id": 7, "tags": {"shop": "bakery", "type": "other"}},  # osmtogeojson
    ],
)
def test_identifiers_as_software_writes_them(tmp_path, written):
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [3.28, 49.84]},
        "properties": written,
    }
    put(tmp_path, "o.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    table = load(tmp_path, "osm-geojson", "o.geojson").shops
    assert table[["osm_id", "kind"]].to_numpy().tolist() == [["node/7", "bakery"]]


def test_the_same_objects_in_geojson_and_binary_form(tmp_path):
    put(tmp_path, "o.json", overpass(ELEMENTS[:1]))
    expected = load(tmp_path, "overpass", "o.json").shops
    tags = ELEMENTS[0]["tags"]
    feature = {
        "type": "Feature",
        "properties": {"@id": "node/1", **tags},
        "geometry": {"type": "Point", "coordinates": [3.28, 49.84]},
    }
    collection = {
        "type": "FeatureCollection",
        "timestamp": "2024-06-15T08:00:00Z",
        "features": [feature],
    }
    put(tmp_path, "o.geojson", json.dumps(collection))
    pd.testing.assert_frame_equal(load(tmp_path, "osm-geojson", "o.geojson").shops, expected)
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2024-06-15T08:00:00Z")
    with osmium.SimpleWriter(str(tmp_path / "essai" / "o.osm.pbf"), header=header) as writer:
        writer.add_node(osmium.osm.mutable.Node(id=1, location=(3.28, 49.84), tags=tags, version=1))
    pd.testing.assert_frame_equal(load(tmp_path, "osm-pbf", "o.osm.pbf").shops, expected)


def test_ways_and_multipolygons_of_a_binary_extract(tmp_path):
    put(tmp_path, "zones.txt", "")
    corners = [(3.0, 49.0), (3.2, 49.0), (3.2, 49.2), (3.0, 49.2)]
    make = osmium.osm.mutable
    with osmium.SimpleWriter(str(tmp_path / "essai" / "o.osm.pbf")) as writer:
        for number, place in enumerate(corners, start=1):
            writer.add_node(make.Node(id=number, location=place, version=1))
        ring = [1, 2, 3, 4, 1]
        writer.add_way(
            make.Way(id=1, nodes=ring, tags={"shop": "mall", "building": "yes"}, version=1)
        )
        writer.add_way(make.Way(id=2, nodes=ring, version=1))
        writer.add_way(
            make.Way(id=3, nodes=[1, 2], tags={"highway": "residential", "name": "Rue"}, version=1)
        )
        writer.add_way(make.Way(id=4, nodes=[3, 4], tags={"highway": "steps"}, version=1))
        writer.add_relation(
            make.Relation(
                id=5,
                members=[("w", 2, "outer")],
                version=1,
                tags={"type": "multipolygon", "shop": "supermarket"},
            )
        )
    tables = load(tmp_path, "osm-pbf", "o.osm.pbf", retrieved="2024-06-15")
    table = tables.shops.set_index("osm_id")
    assert sorted(table.index) == ["relation/5", "way/1"]
    assert table["lon"].between(3.0, 3.2).all()
    base = load(tmp_path, "osm-pbf", "o.osm.pbf", table="streets").streets
    assert sorted(base["kind"]) == ["building", "path", "street"]
    assert base.crs == "EPSG:4326"


def test_overlapping_extracts_give_each_object_once(tmp_path):
    put(tmp_path, "a.json", overpass(ELEMENTS[:3]))
    put(tmp_path, "b.json", overpass(ELEMENTS[:1]))
    tables = load(tmp_path, "overpass", "*.json")
    assert len(tables.shops) == 3
    assert tables.provenance["rows_set_aside"].tolist() == [0, 1]


def test_a_box_cuts_a_large_extract(tmp_path):
    put(tmp_path, "o.json", overpass())
    tables = load(tmp_path, "overpass", "o.json", options={"bbox": "3.25,49.8,3.3,49.9"})
    assert "relation/8" not in set(tables.shops["osm_id"])
    with pytest.raises(InputError, match="west, south, east, north"):
        load(tmp_path, "overpass", "o.json", options={"bbox": "3.3,49.8"})


def test_an_extract_without_shops_is_told(tmp_path):
    put(tmp_path, "o.json", overpass(ELEMENTS[-2:]))
    tables = load(tmp_path, "overpass", "o.json")
    assert len(tables.shops) == 0
    assert not tables.has("shops")
    assert any("aucun commerce" in reserve.fr for reserve in tables.reserves)


@pytest.mark.parametrize(
    ("layout", "name", "text", "told"),
    [
        ("overpass", "o.json", '{"features": []}', "not an answer of the Overpass API"),
        ("overpass", "o.json", '{"elements": [', "not valid JSON"),
        ("osm-geojson", "o.geojson", "[]", "not a GeoJSON FeatureCollection"),
        (
            "osm-geojson",
            "o.geojson",
            '{"features": [{"type": "Feature", "properties": {"shop": "yes"}, "geometry": null}]}',
            "no OpenStreetMap identifier",
        ),
        ("osm-pbf", "o.osm.pbf", "not a map", "cannot be read as OpenStreetMap data"),
    ],
)
def test_files_of_another_layout(tmp_path, layout, name, text, told):
    put(tmp_path, name, text)
    with pytest.raises(InputError, match=told):
        load(tmp_path, layout, name)


def test_opening_hours():
    # examples of the OpenStreetMap wiki (Key:opening_hours) and a common French misspelling
    texts = pd.Series(
        [
            "24/7",
            "Mo-Fr 08:00-12:00,13:00-17:30; Sa 08:00-12:00",
            "PH off",
            "Mo-Sa 09:00-12:15 / 14:15-19:15",
            None,
        ]
    )
    valid, wrong = osm.valid_hours(texts)
    assert valid.tolist()[:4] == [True, True, True, False]
    assert pd.isna(valid.iloc[4])
    assert wrong == ["Mo-Sa 09:00-12:15 / 14:15-19:15"]


def test_the_base_map_in_our_own_form(tmp_path):
    line = {"type": "LineString", "coordinates": [[3.28, 49.84], [3.29, 49.85]]}
    features = [
        {
            "type": "Feature",
            "properties": {"kind": "street", "name": "Rue d'Isle"},
            "geometry": line,
        },
        {"type": "Feature", "properties": {"kind": "castle"}, "geometry": line},
    ]
    put(
        tmp_path,
        "base.geojson",
        json.dumps({"type": "FeatureCollection", "features": features[:1]}),
    )
    base = load(tmp_path, "geojson", "base.geojson", table="streets").streets
    assert base[["kind", "name"]].to_numpy().tolist() == [["street", "Rue d'Isle"]]
    put(tmp_path, "base.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(InputError, match="'castle'"):
        load(tmp_path, "geojson", "base.geojson", table="streets")


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"building": "yes"}, "building"),
        ({"building": "no"}, None),
        ({"waterway": "river"}, "water"),
        ({"highway": "pedestrian"}, "street"),
        ({"highway": "footway"}, "path"),
        ({"leisure": "park"}, "green"),
        ({"railway": "abandoned"}, None),
        ({"shop": "bakery"}, None),
    ],
)
def test_kinds_of_the_base_map(tags, kind):
    assert streets.kind_of(tags) == kind
