"""Places, stops, statistics and projects: official layouts, every fault at once, nothing personal.

Rows are written by hand in the official headers: the Table Schemas of the national catalogue
(``schema-irve-statique`` 2.3.0, ``schema-stationnement-cyclable`` 1.1.1, SCDL ``equipements``
0.1.5, CNIG ``sites-economiques`` 1.0.1), Insee's BPE and tables by IRIS, Data ES, Open Data Paris.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from pyproj import Transformer

from analyses import cities, sources
from analyses.demo import surroundings as made
from analyses.errors import InputError
from trial import city, put

ZONES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"zone_id": name, "name": name, "kind": "quartier"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, 47.5], [e, 47.5], [e, 47.6], [w, 47.6], [w, 47.5]]],
            },
        }
        for name, w, e in (("ouest", 2.1, 2.2), ("est", 2.2, 2.3))
    ],
}


def load(folder: Path, table: str, layout: str, path: str, **more: Any) -> sources.Tables:
    put(folder, "zones.geojson", json.dumps(ZONES))
    source = {table: [{"layout": layout, "path": path, **more}]}
    home = {"longitude": 2.2, "latitude": 47.55, "insee_code": "45999"}
    return sources.load(
        city(folder, zones={"path": "zones.geojson"}, sources=source, **home), only=[table]
    )


def test_charging_points_are_gathered_by_station_without_contacts(tmp_path: Path) -> None:
    put(tmp_path, "irve.csv", """\
nom_operateur,contact_operateur,telephone_operateur,nom_enseigne,id_station_itinerance,nom_station,\
implantation_station,code_insee_commune,coordonneesXY,nbre_pdc,id_pdc_itinerance,observations
Op,jean@op.example,0261910042,R,FRA68P1,Halles,Voirie,45999,"[2.150000,47.550000]",2,E1,
Op,jean@op.example,0261910042,R,FRA68P1,Halles,Voirie,45999,"[2.150000,47.550000]",2,E2,
Op,jean@op.example,0261910042,R,FRA68P2,Gare,Parking public,,"[2.250000,47.550000]",1,E3,"deux
lignes"
Op,jean@op.example,0261910042,R,FRA68P2,Gare,Parking public,,"[2.250000,47.550000]",1,E4,
Op,jean@op.example,0261910042,R,FRA68P3,Loin,Voirie,,"[5.400000,43.300000]",4,E5,
Op,jean@op.example,0261910042,R,FRA68P4,Ailleurs,Voirie,13055,"[5.400000,43.300000]",4,E6,
""")  # fmt: skip
    tables = load(tmp_path, "places", "schema-irve-statique", "irve.csv")
    places = tables["places"].set_index("place_id")
    assert places["capacity"].to_dict() == {"FRA68P1": 2, "FRA68P2": 2}  # two listed, one declared
    assert places["zone_id"].to_dict() == {"FRA68P1": "ouest", "FRA68P2": "est"}
    assert set(places["kind"]) == {"ev_charger"}
    assert "jean" not in places.to_csv()
    assert "0261910042" not in places.to_csv()
    assert any("autres communes" in note.fr for note in tables.reserves)


def test_bicycle_parking_of_the_national_schema(tmp_path: Path) -> None:
    put(tmp_path, "velo.csv", """\
id_local,id_osm,code_com,coordonneesxy,capacite,type_accroche,mobilier,acces
V1,n34,45999,"[2.15, 47.55]",14,CADRE ET ROUE,ARCEAU,LIBRE ACCES
V2,,45999,"[2.25, 47.55]",6,ROUE,RATELIER,LIBRE ACCES
""")  # fmt: skip
    places = load(tmp_path, "places", "schema-stationnement-cyclable", "velo.csv")["places"]
    assert places["capacity"].tolist() == [14, 6]
    assert places["category"].tolist() == ["ARCEAU", "RATELIER"]
    assert places["zone_id"].tolist() == ["ouest", "est"]


def test_public_facilities_of_the_scdl(tmp_path: Path, shared_data: Path) -> None:
    put(tmp_path, "equipements.csv", """\
COLL_NOM,COLL_SIRET,EQUIP_UID,EQUIP_THEME,EQUIP_CODE,EQUIP_TYPE,EQUIP_NOM,EQUIP_LAT,EQUIP_LONG,\
EQUIP_TEL,EQUIP_EMAIL
Ville,21450999900018,45999-1,Equipement administratif,01,Mairie,Hôtel de ville,47.55,2.15,\
+33 261910042,maire@ville.example
Ville,21450999900018,45999-2,Equipement d'enseignement,02,École,École Démo,47.55,2.16,,
Ville,21450999900018,45999-3,Equipement culturel,03,Médiathèque,Médiathèque,47.55,2.17,,
""")  # fmt: skip
    tables = load(tmp_path, "places", "scdl-equipements", "equipements.csv")
    assert tables["places"]["kind"].tolist() == ["public_service", "education", "culture"]
    assert "maire@" not in tables["places"].to_csv()
    schema = json.loads((shared_data / "schemas" / "scdl_equipements.json").read_text("utf-8"))
    (theme,) = [f for f in schema["fields"] if f["name"] == "EQUIP_THEME"]
    from analyses.sources.surroundings.amenity_kinds import SCDL_THEMES

    assert set(theme["constraints"]["enum"]) == set(SCDL_THEMES)


def test_the_permanent_base_of_facilities_in_lambert_93(tmp_path: Path) -> None:
    to_plane = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
    x, y = to_plane.transform(2.15, 47.55)
    rows = [
        ("A129", "Mairie", f"{x:.2f}", f"{y:.2f}", "45999", "21450999900018"),
        ("A206", "La Poste", f"{x:.2f}".replace(".", ","), f"{y:.2f}", "45999", ""),
        ("C107", "École", f"{x:.2f}", f"{y:.2f}", "45999", ""),
        ("D265", "Cabinet", f"{x:.2f}", f"{y:.2f}", "45999", ""),
        ("F307", "Bibliothèque", f"{x:.2f}", f"{y:.2f}", "45999", ""),
        ("F121", "Gymnase", f"{x:.2f}", f"{y:.2f}", "45999", ""),
        ("F121", "Gymnase", f"{x:.2f}", f"{y:.2f}", "45999", ""),
        ("B207", "Boulangerie", f"{x:.2f}", f"{y:.2f}", "45999", ""),
        ("A129", "Mairie d'ailleurs", "???", "", "13055", ""),
    ]
    header = "TYPEQU;NOMRS;LAMBERT_X;LAMBERT_Y;DEPCOM;SIRET"
    put(tmp_path, "bpe.csv", "\n".join([header, *(";".join(row) for row in rows)]) + "\n")
    tables = load(tmp_path, "places", "bpe", "bpe.csv")
    places = tables["places"]
    assert places["kind"].tolist() == [
        "public_service", "bank_post", "education", "health", "culture", "sport", "sport",
    ]  # fmt: skip
    assert places["lon"].to_numpy() == pytest.approx(2.15, abs=1e-6)
    assert places["lat"].to_numpy() == pytest.approx(47.55, abs=1e-6)
    assert places["place_id"].is_unique
    assert places["place_id"].iloc[0] == "A129-21450999900018"
    assert tables.provenance["rows_set_aside"].tolist() == [0, 1]  # the bakery belongs elsewhere


def test_a_commune_code_that_lost_its_zero_is_that_commune(tmp_path: Path) -> None:
    text = "TYPEQU;NOMRS;LONGITUDE;LATITUDE;DEPCOM\n"
    text += "A129;Mairie;2.15;47.55;1059\nA129;Mairie;2.15;47.56;1060\n"
    put(tmp_path, "bpe.csv", text)
    read = load(tmp_path, "places", "bpe", "bpe.csv", options={"communes": ["01059"]})
    assert read["places"]["lat"].tolist() == [47.55]


def test_sports_census_and_business_sites(tmp_path: Path) -> None:
    put(tmp_path, "res.csv", "inst_numero;inst_nom;equip_numero;equip_nom;equip_type_name;"
        "equip_coordonnees;new_code\nI1;Parc;E1;Gymnase A;Salle multisports (gymnase);"
        "\"47.55, 2.25\";45999\n")  # fmt: skip
    places = load(tmp_path, "places", "res", "res.csv")["places"]
    assert places[["kind", "name", "zone_id"]].iloc[0].tolist() == ["sport", "Gymnase A", "est"]
    site = {"site_id": "45999_SITE-ECO_1", "site_nom": "ZAC", "site_type": "ZAE",
            "site_vocadomi": "logistique", "site_comm_insee": "45999"}  # fmt: skip
    shape = ZONES["features"][0]["geometry"]
    drawn = {"type": "FeatureCollection",
             "features": [{"type": "Feature", "properties": site, "geometry": shape}]}  # fmt: skip
    put(tmp_path, "sites.geojson", json.dumps(drawn))
    places = load(tmp_path, "places", "cnig-sites-economiques", "sites.geojson")["places"]
    found = places[["kind", "category", "zone_id"]].iloc[0].tolist()
    assert found == ["other", "logistique", "ouest"]


OVERPASS = {
    "osm3s": {"timestamp_osm_base": "2025-06-01T00:00:00Z"},
    "elements": [
        {"type": "node", "id": i, "lon": 2.15 + i / 1000, "lat": 47.55, "tags": tags}
        for i, tags in enumerate(
            [
                {"amenity": "library", "name": "Médiathèque"},
                {"amenity": "bicycle_parking", "capacity": "10"},
                {"amenity": "charging_station", "capacity": "deux"},
                {"leisure": "swimming_pool", "access": "private"},
                {"tourism": "museum"},
                {"shop": "bakery"},
                {"highway": "bus_stop", "public_transport": "platform", "name": "Halles",
                 "route_ref": "A;B; A"},
                {"public_transport": "stop_position", "bus": "yes", "name": "Halles"},
                {"railway": "station", "name": "Gare", "public_transport": "station"},
                {"railway": "tram_stop"},
                {"public_transport": "platform", "subway": "yes"},
            ],
            start=1,
        )
    ],
}  # fmt: skip


def test_places_and_stops_of_openstreetmap(tmp_path: Path) -> None:
    put(tmp_path, "osm.json", json.dumps(OVERPASS))
    places = load(tmp_path, "places", "overpass", "osm.json")["places"]
    assert places["kind"].tolist() == ["culture", "bike_parking", "ev_charger", "culture"]
    assert places["capacity"].tolist() == [pd.NA, 10, pd.NA, pd.NA]
    stops = load(tmp_path, "stops", "overpass", "osm.json")["stops"]
    assert stops["mode"].tolist() == ["bus", "train", "tram", "metro"]
    assert stops["lines"].tolist() == [2, pd.NA, pd.NA, pd.NA]
    assert stops["departures"].isna().all()


def test_places_and_stops_of_a_real_extract(shared_data: Path, tmp_path: Path) -> None:
    path = str(shared_data / "commerce" / "osm" / "monaco.osm.pbf")
    here = {"sources": {t: [{"layout": "osm-pbf", "path": path}] for t in ("places", "stops")}}
    tables = sources.load(city(tmp_path, **here))
    places, stops = tables["places"], tables["stops"]
    kinds = places["kind"].value_counts()
    assert {"culture", "education", "health", "tourism", "sport", "public_service"} <= set(
        kinds.index
    )
    culture = places.loc[places["kind"] == "culture", "name"]
    assert {"Bibliothèque Louis Notari", "Théatre Princesse Grace"} <= set(culture.dropna())
    assert (stops["mode"] == "bus").sum() > 50
    assert "Monaco" in " ".join(stops.loc[stops["mode"] == "train", "name"].dropna())


def test_several_files_of_a_kind_are_told_and_chosen(tmp_path: Path) -> None:
    put(tmp_path, "osm.json", json.dumps(OVERPASS))
    put(tmp_path, "places.csv", "place_id;kind;name\nP1;Culture;Théâtre\n")
    both = [{"layout": "overpass", "path": "osm.json"}, {"layout": "coeurville",
                                                         "path": "places.csv"}]  # fmt: skip
    tables = sources.load(city(tmp_path, sources={"places": both}))
    assert any("deux fois" in note.fr for note in tables.reserves)
    both[0]["options"] = {"kinds": ["bike_parking", "ev_charger"]}
    tables = sources.load(city(tmp_path, sources={"places": both}))
    assert sorted(tables["places"]["kind"]) == ["bike_parking", "culture", "ev_charger"]
    assert not any("deux fois" in note.fr for note in tables.reserves)


def test_every_fault_of_a_list_at_once(tmp_path: Path) -> None:
    put(tmp_path, "places.csv", "place_id;kind;capacity;lon;lat;zone_id\n"
        "P1;piscine;3;2.15;47.55;\n;sport;-2;2.15;95;\nP3;sport;douze;2.15;47.55;nord\n"
        "P4;sport;;2.15;47.55;\nP4;sport;;2.15;47.55;\n")  # fmt: skip
    with pytest.raises(InputError) as raised:
        load(tmp_path, "places", "coeurville", "places.csv", options={"kind": "x"})
    found = {(fault.file, fault.row, fault.column) for fault in raised.value.faults}
    assert {
        ("places.csv", 2, "kind"), ("places.csv", 3, "place_id"), ("places.csv", 3, "capacity"),
        ("places.csv", 3, "lat"), ("places.csv", 4, "capacity"), ("places.csv", 4, "zone_id"),
        ("places.csv", 5, "place_id"), ("city.yml", None, "sources.places.options"),
    } <= found  # fmt: skip
    assert all(fault.remedy for fault in raised.value.faults)


@pytest.mark.parametrize(
    "layout", ["schema-irve-statique", "scdl-equipements", "bpe", "res", "cnig-sites-economiques"]
)
def test_a_file_of_another_layout_is_refused(tmp_path: Path, layout: str) -> None:
    put(tmp_path, "x.csv", "a;b\n1;2\n")
    with pytest.raises(InputError, match=f"the layout {layout} has a column"):
        load(tmp_path, "places", layout, "x.csv")


IRIS = (
    "IRIS;COM;LIBIRIS;P21_POP;MED_VIE\n459990101;45999;Vieille ville;1234,5;21 350\n"
    "459990102;45999;Château;987;s\n130550101;13055;Ailleurs;x;1\n"
)
VARIABLES = ["P21_POP=population [habitants]", "MED_VIE=niveau de vie médian [€/an]"]


def test_wide_tables_of_the_statistical_office(tmp_path: Path) -> None:
    put(tmp_path, "base.csv", IRIS, encoding="latin-1")
    tables = load(
        tmp_path, "areas", "insee", "base.csv", constants={"year": "2021"},
        options={"variables": VARIABLES},
    )  # fmt: skip
    areas = tables["areas"]
    assert areas[["area_id", "level", "name"]].drop_duplicates().to_numpy().tolist() == [
        ["459990101", "iris", "Vieille ville"], ["459990102", "iris", "Château"],
    ]  # fmt: skip
    values = areas.pivot(index="area_id", columns="variable", values="value")
    assert values.loc["459990101"].to_dict() == {
        "population": 1234.5,
        "niveau de vie médian": 21350,
    }
    assert pd.isna(values.loc["459990102", "niveau de vie médian"])
    assert set(areas["year"]) == {2021}
    assert set(areas["unit"]) == {"habitants", "€/an"}
    assert any("secret statistique" in note.fr for note in tables.reserves)


def test_a_wide_table_says_what_is_not_declared(tmp_path: Path) -> None:
    put(tmp_path, "base.csv", IRIS)
    for options, problem in (
        ({}, "none is"),
        ({"variables": ["P20_POP=population"]}, "no such column"),
        ({"variables": ["P21_POP"]}, "does not name a column and a variable"),
        ({"variables": VARIABLES, "communes": ["01001"]}, "no row of the communes 01001"),
    ):
        with pytest.raises(InputError, match=problem):
            load(tmp_path, "areas", "insee", "base.csv", options=options)


def test_long_statistics_are_mapped_and_zones_recognised(tmp_path: Path) -> None:
    put(tmp_path, "melodi.csv", '"GEO";"GEO_OBJECT";"TIME_PERIOD";"RP_MEASURE";"OBS_VALUE"\n'
        '"45999";"COM";"2021";"POP";"27400"\n"13055";"COM";"2021";"POP";"870000"\n')  # fmt: skip
    areas = load(
        tmp_path, "areas", "mapped", "melodi.csv",
        columns={"area_id": "GEO", "level": "GEO_OBJECT", "year": "TIME_PERIOD",
                 "variable": "RP_MEASURE", "value": "OBS_VALUE"},
        values={"level": {"COM": "commune"}, "variable": {"POP": "population"}},
        options={"communes": ["45999"]},
    )["areas"]  # fmt: skip
    assert areas[["area_id", "variable", "value"]].to_numpy().tolist() == [
        ["45999", "population", 27400.0]
    ]
    put(tmp_path, "zones.csv", "area_id;level;variable;value\nouest;zone;population;900\n")
    areas = load(tmp_path, "areas", "coeurville", "zones.csv")["areas"]
    assert areas["zone_id"].tolist() == ["ouest"]
    put(tmp_path, "zones.csv", "area_id;level;variable;value\nnord;zone;population;900\n")
    with pytest.raises(InputError, match="no such zone"):
        load(tmp_path, "areas", "coeurville", "zones.csv")


def _feature(shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = None if coordinates is None else {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def test_projects_have_a_footprint_a_zone_and_a_status(tmp_path: Path) -> None:
    square = [[2.19, 47.51], [2.26, 47.51], [2.26, 47.52], [2.19, 47.52], [2.19, 47.51]]
    put(tmp_path, "projets.geojson", _collection(
        _feature("LineString", [[2.11, 47.55], [2.205, 47.55]], project_id="A", kind="travaux",
                 start="05/02/2024", end="28/06/2024"),
        _feature("Polygon", [square], project_id="B", kind="requalification", start="2023-09-04"),
        _feature("Point", [2.15, 47.55], project_id="C", kind="construction", start="2026-03-01"),
        _feature("Point", None, project_id="D", kind="works", street="Rue A", status="prévu"),
        _feature("Point", [9.0, 41.0], project_id="E", kind="works", start="2025-06-01"),
    ))  # fmt: skip
    tables = load(tmp_path, "projects", "coeurville", "projets.geojson", retrieved="2025-07-01")
    projects = tables["projects"].set_index("project_id")
    assert projects.crs == "EPSG:4326"
    assert projects["zone_id"].fillna("").to_dict() == {
        "A": "ouest",
        "B": "est",
        "C": "ouest",
        "D": "",
        "E": "",
    }
    assert projects["status"].to_dict() == {
        "A": "done",
        "B": "done",
        "C": "planned",
        "D": "planned",
        "E": "ongoing",
    }
    assert projects.geometry.geom_type.fillna("").tolist() == [
        "LineString", "Polygon", "Point", "", "Point",
    ]  # fmt: skip
    assert projects.loc["A", "end"] == pd.Timestamp("2024-06-28")
    assert pd.isna(projects.loc["B", "end"])
    told = " ".join(note.fr for note in tables.reserves)
    assert "sans emprise" in told
    assert "hors de toute zone" in told


def test_every_fault_of_projects_at_once(tmp_path: Path) -> None:
    put(tmp_path, "projets.geojson", _collection(
        _feature("Point", [2.15, 47.55], project_id="A", kind="tramway"),
        _feature("Point", [2.15, 147.55], project_id="B", kind="works"),
        _feature("Point", None, project_id="C", kind="works"),
        _feature("Point", [2.15, 47.55], project_id="D", kind="works", start="2025-02-01",
                 end="2025-01-01"),
        _feature("Point", [2.15, 47.55], project_id="E", kind="works", start="2025-02-30",
                 zone_id="nord"),
    ))  # fmt: skip
    with pytest.raises(InputError) as raised:
        load(tmp_path, "projects", "coeurville", "projets.geojson")
    found = {(fault.row, fault.column) for fault in raised.value.faults}
    assert {(1, "kind"), (2, "geometry"), (3, "street"), (4, "end"), (5, "start"),
            (5, "zone_id")} <= found  # fmt: skip


def test_disturbing_works_of_paris_by_geojson_and_by_table(tmp_path: Path) -> None:
    row = {"identifiant": "CP-1", "cp_arrondissement": "75011", "objet": "Réseau de chaleur",
           "voie": "Rue A", "date_debut": "2024-02-05", "date_fin": "2024-06-28", "statut": "5",
           "niveau_perturbation": "2", "geo_point_2d": [47.55, 2.15]}  # fmt: skip
    put(tmp_path, "cp.geojson", _collection(_feature("Point", [2.15, 47.55], **row)))
    first = load(tmp_path, "projects", "chantiers-perturbants", "cp.geojson")["projects"]
    shape = json.dumps({"type": "Point", "coordinates": [2.15, 47.55]}).replace('"', '""')
    put(tmp_path, "cp.csv", "identifiant;objet;voie;date_debut;date_fin;statut;geo_shape;"
        f'geo_point_2d\nCP-1;Réseau de chaleur;Rue A;2024-02-05;2024-06-28;5;"{shape}";'
        '"47.55, 2.15"\n')  # fmt: skip
    second = load(tmp_path, "projects", "chantiers-perturbants", "cp.csv")["projects"]
    for table in (first, second):
        assert table[["project_id", "kind", "status", "street", "zone_id"]].iloc[0].tolist() == [
            "CP-1", "works", "done", "Rue A", "ouest",
        ]  # fmt: skip
        assert table.geometry.iloc[0].equals(first.geometry.iloc[0])


def test_projects_of_a_table_with_shapes_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "p.csv", "num;type;rue;forme\n1;chantier;Rue A;\"LINESTRING (2.12 47.55, "
        "2.18 47.55)\"\n2;chantier;Rue B;\"LINESTRING (2.12\"\n")  # fmt: skip
    mapped = {
        "columns": {"project_id": "num", "kind": "type", "street": "rue"},
        "options": {"shape_column": "forme"},
    }
    with pytest.raises(InputError, match="the shape cannot be read") as raised:
        load(tmp_path, "projects", "mapped", "p.csv", **mapped)
    assert [fault.row for fault in raised.value.faults] == [3]


def test_nothing_personal_of_the_demo_leaves(root: Path) -> None:
    city_ = cities.read(root / "cities" / "demo")
    tables = sources.load(city_, only=["places", "stops", "areas", "projects"])
    planted = (root / "cities" / "demo" / "irve.csv").read_text("utf-8")
    for secret in (made.CONTACT, made.TELEPHONE):
        assert secret in planted
        for name in ("places", "stops", "areas", "projects"):
            assert secret not in tables[name].to_csv()


def test_layouts_are_listed_and_options_documented() -> None:
    known = sources.layouts()
    for table, names in {
        "places": {
            "coeurville",
            "mapped",
            "osm-pbf",
            "overpass",
            "osm-geojson",
            "bpe",
            "res",
            "schema-irve-statique",
            "schema-stationnement-cyclable",
            "scdl-equipements",
            "cnig-sites-economiques",
        },
        "stops": {"coeurville", "mapped", "gtfs", "osm-pbf", "overpass", "osm-geojson"},
        "areas": {"coeurville", "mapped", "insee"},
        "projects": {"coeurville", "mapped", "chantiers-perturbants"},
    }.items():
        assert names == set(known.loc[known["table"] == table, "layout"])


def test_official_headers_are_those_that_are_read(shared_data: Path) -> None:
    """Fields looked for are fields of the published schemas (or one spelling of several is)."""
    from analyses.sources.surroundings.amenities import FORMS

    for layout, file in {
        "schema-irve-statique": "etalab_schema-irve-statique.json",
        "schema-stationnement-cyclable": "etalab_schema-stationnement-cyclable.json",
        "scdl-equipements": "scdl_equipements.json",
        "cnig-sites-economiques": "cnigfr_sites-economiques-site-eco.json",
    }.items():
        schema = json.loads((shared_data / "schemas" / file).read_text("utf-8"))
        names = {field["name"] for field in schema["fields"]}
        for ours, spellings in FORMS[layout].columns.items():
            optional = ours in ("lon", "lat") and "_point" in FORMS[layout].columns
            assert optional or names & set(spellings), (layout, ours)


def test_the_filled_project_example_is_the_template(tmp_path: Path) -> None:
    from analyses import templates

    templates.create(tmp_path, "x")
    folder = tmp_path / "x"
    config = yaml.safe_load((folder / "city.yml").read_text("utf-8"))
    config["sources"] = {"projects": [{"layout": "coeurville",
                                       "path": "exemples/projects.geojson"}]}  # fmt: skip
    (folder / "city.yml").write_text(yaml.safe_dump(config), "utf-8")
    projects = sources.load(cities.read(folder))["projects"]
    assert projects["kind"].tolist() == ["requalification", "works", "construction"]


def test_a_real_table_by_commune(shared_data: Path, tmp_path: Path) -> None:
    """Niort in the list of the communes of the programme, read as a wide table."""
    path = shared_data / "geo" / "acv_communes_anct.csv"
    listed = pd.read_csv(path, dtype=str).set_index("insee_com")
    source = {"layout": "insee", "path": str(path), "columns": {"area_id": "insee_com",
              "name": "lib_com"}, "constants": {"year": "2020"},
              "options": {"variables": ["pop=population [habitants]"]}}  # fmt: skip
    home = city(tmp_path, sources={"areas": [source]}, insee_code="79191")
    areas = sources.load(home)["areas"]
    assert areas[["area_id", "level", "name"]].to_numpy().tolist() == [
        ["79191", "commune", "Niort"]
    ]
    assert areas["value"].tolist() == [float(listed.loc["79191", "pop"])]
