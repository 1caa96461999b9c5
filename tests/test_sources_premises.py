"""Surveys of premises: the template in its three forms, mapped files, and every fault at once."""

from __future__ import annotations

import datetime
import json
import unicodedata
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pytest

from analyses import sources
from analyses.errors import InputError
from analyses.sources import places
from trial import city, premises, put

HEADER = (
    "premises_id;wave;status;zone_id;surface_m2;rent_eur_year;lease_end;activity_family;lon;lat"
)
GOOD = "A1;2024-06-15;vacant;centre;85,5;12 000;;food;3.287;49.847"
SQUARE = [[3.28, 49.84], [3.30, 49.84], [3.30, 49.86], [3.28, 49.86], [3.28, 49.84]]
INNER = [[3.285, 49.845], [3.29, 49.845], [3.29, 49.85], [3.285, 49.85], [3.285, 49.845]]


def zones(*items):
    features = [
        {
            "type": "Feature",
            "properties": {"zone_id": name, "name": name, "kind": kind},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for name, kind, ring in items
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def load(tmp_path, text, *, encoding="utf-8", name="premises.csv", **more):
    put(tmp_path, name, text, encoding)
    return sources.load(city(tmp_path, sources=premises(name, **more)))


def faults(tmp_path, text, **more):
    with pytest.raises(InputError) as caught:
        load(tmp_path, text, **more)
    return caught.value.faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_usual_encoding_and_delimiter(tmp_path, encoding, delimiter):
    rows = [
        ["premises_id", "wave", "status", "name"],
        ["A1", "15/06/2024", "occupé", "Épicerie d'Isle"],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    table = load(tmp_path, text, encoding=encoding).premises
    assert table["name"].tolist() == ["Épicerie d'Isle"]
    assert table["status"].tolist() == ["occupied"]
    assert table["wave"].tolist() == [pd.Timestamp("2024-06-15")]


def test_french_titles_as_headers(tmp_path):
    text = (
        "Identifiant du local;Date du passage;État du local;Surface de vente\nA;2024-06;vacant;80,5"
    )
    table = load(tmp_path, text).premises
    assert table[["premises_id", "status"]].to_numpy().tolist() == [["A", "vacant"]]


def test_ten_faults_in_one_file_make_one_error_with_all_ten(tmp_path):
    rows = [
        HEADER,
        GOOD,
        ";2024-06-15;vacant;centre;85;;;;3.287;49.847",  # 1 missing identifier
        "A3;15/13/2024;vacant;centre;85;;;;3.287;49.847",  # 2 no such day
        "A4;2024-06-15;vide ?;centre;85;;;;3.287;49.847",  # 3 unknown status
        "A5;2024-06-15;vacant;centre;85 m²;;;;3.287;49.847",  # 4 not a number
        "A6;2024-06-15;vacant;centre;85;-5;;;3.287;49.847",  # 5 under the minimum
        "A7;2024-06-15;vacant;nulle-part;85;;;;3.287;49.847",  # 6 unknown zone
        "A8;2024-06-15;vacant;centre;85;;;toys;3.287;49.847",  # 7 unknown family
        "A9;2024-06-15;vacant;centre;85;;;;3.287;149.847",  # 8 no such latitude
        "A10;2024-06-15;vacant",  # 9 cells missing
        GOOD,  # 10 repeated key
    ]
    put(tmp_path, "zones.geojson", zones(("centre", "centre", SQUARE)))
    put(tmp_path, "premises.csv", "\n".join(rows), "cp1252")
    with pytest.raises(InputError) as caught:
        sources.load(city(tmp_path, zones={"path": "zones.geojson"}, sources=premises()))
    found = caught.value.faults
    assert len(found) == 10
    assert {f.file for f in found} == {"premises.csv"}
    assert sorted(f.row for f in found) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    by_row = {f.row: f for f in found}
    assert (by_row[4].column, by_row[4].value) == ("wave", "15/13/2024")
    assert (by_row[6].column, by_row[6].value) == ("surface_m2", "85 m²")
    assert by_row[8].value == "nulle-part"
    assert "line 12" in by_row[2].problem
    assert all(f.remedy for f in found)


def test_faults_of_several_files_come_together(tmp_path):
    put(tmp_path, "a.csv", "premises_id;wave;status\nA;2024;vacant")
    put(tmp_path, "b.csv", "premises_id;wave;status\nB;2024-06-01;?")
    put(tmp_path, "c.csv", "")
    declared = [{"layout": "coeurville", "path": f"{n}.csv"} for n in "abc"]
    with pytest.raises(InputError) as caught:
        sources.load(city(tmp_path, sources={"premises": declared}))
    assert {f.file for f in caught.value.faults} == {"a.csv", "b.csv", "c.csv"}


def test_lines_are_those_of_a_spreadsheet(tmp_path):
    text = (
        'premises_id;wave;status;name\nA;2024-06-01;vacant;"two\nlines"\n\nB;2024-06-01;?;x\n;;;\n'
    )
    text += "C;x;vacant;y"
    found = faults(tmp_path, text)
    assert [(f.row, f.column) for f in found] == [(6, "wave"), (4, "status")]


def test_personal_fields_are_dropped_at_the_door(tmp_path):
    text = "premises_id;wave;status;owner_name;shopkeeper_age\nA;2024-06-01;vacant;Zoé Témoin;?"
    tables = load(tmp_path, text)
    assert "owner_name" not in tables.premises
    everything = [*tables.frames.values(), tables.provenance, tables.quality]
    assert not any("Témoin" in str(frame.to_dict()) for frame in everything)
    assert not any("owner" in reserve.fr for reserve in tables.reserves)


def test_unknown_columns_are_reported_not_refused(tmp_path):
    tables = load(tmp_path, "premises_id;wave;status;couleur\nA;2024-06-01;vacant;bleu")
    assert any("couleur" in reserve.fr for reserve in tables.reserves)


def test_workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "lisez-moi"
    sheet = book.create_sheet("relevé")
    sheet.append([None, None, None, None])
    sheet.append(["premises_id", "wave", "status", "surface_m2"])
    sheet.append(["A", pd.Timestamp("2024-06-15").to_pydatetime(), "vacant", 85.5])
    sheet.append([12, "15/06/2024", "occupé", "n.c."])
    (tmp_path / "essai").mkdir()
    book.save(tmp_path / "essai" / "p.xlsx")
    declared = premises("p.xlsx", sheet="relevé")
    with pytest.raises(InputError) as caught:
        sources.load(city(tmp_path, sources=declared))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (4, "surface_m2", "n.c.")
    sheet["D4"] = None
    book.save(tmp_path / "essai" / "p.xlsx")
    table = sources.load(city(tmp_path, sources=declared)).premises
    assert table["premises_id"].tolist() == ["A", "12"]
    assert table["surface_m2"].iloc[0] == 85.5
    with pytest.raises(InputError, match="lisez-moi, relevé"):
        sources.load(city(tmp_path, sources=premises("p.xlsx", sheet="autre")))


def test_geojson(tmp_path):
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [3.287, 49.847]},
        "properties": {
            "premises_id": "A",
            "wave": "2024-06-01",
            "status": "vacant",
            "surface_m2": 80,
        },
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    table = load(tmp_path, text, name="p.geojson").premises
    assert table[["lon", "lat", "surface_m2"]].to_numpy().tolist() == [[3.287, 49.847, 80.0]]


def test_a_mapped_file_with_lambert_coordinates(tmp_path):
    # 652469.02, 6862035.26 in Lambert 93 is the Eiffel tower's quarter: 48.8566° N, 2.3522° E
    text = "Réf,Année,Vacance,X,Y\n1,2020,O,652469.02,6862035.26\n2,2020,N,652469.02,6862035.26"
    table = load(
        tmp_path,
        text,
        layout="mapped",
        columns={
            "premises_id": "Réf",
            "wave": "Année",
            "status": "Vacance",
            "lon": "X",
            "lat": "Y",
        },
        values={"status": {"O": "vacant", "*": "occupied"}},
        constants={"street": "Place"},
        options={"crs": "EPSG:2154", "survey_month": 6},
    ).premises
    assert table["status"].tolist() == ["vacant", "occupied"]
    assert table["wave"].unique().tolist() == [pd.Timestamp("2020-06-01")]
    assert table["street"].tolist() == ["Place", "Place"]
    assert table[["lon", "lat"]].iloc[0].tolist() == pytest.approx([2.3522, 48.8566], abs=1e-4)


def test_a_wrong_mapping_names_city_yml_and_the_columns_of_the_file(tmp_path):
    found = faults(
        tmp_path,
        "Ref,An\n1,2020",
        layout="mapped",
        columns={"premises_id": "Réf", "wave": "An", "statut": "An"},
        options={"colour": "x"},
    )
    told = " ".join(map(str, found))
    assert "colour" in told
    assert "'statut'" in told
    assert "the file has: Ref, An" in told


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("49.847, 3.287", "lat,lon"),
        ("3.287;49.847", "lon,lat"),
        ("(49.847 3.287)", "lat,lon"),
        ("POINT (3.287 49.847)", "lon,lat"),
        ('{"coordinates": [3.287, 49.847], "type": "Point"}', "lon,lat"),
        ('{"type": "Point", "coordinates": [3.287, 49.847]}', "lon,lat"),
    ],
)
def test_points_in_one_column(tmp_path, text, order):
    cell = '"' + text.replace('"', '""') + '"'
    mapped = {
        "layout": "mapped",
        "columns": {"premises_id": "id", "wave": "w", "status": "s"},
        "options": {"point_column": "p", "point_order": order},
    }
    table = load(tmp_path, f"id\tw\ts\tp\nA\t2024-06-01\tvacant\t{cell}", **mapped).premises
    assert table[["lon", "lat"]].iloc[0].tolist() == [3.287, 49.847]
    (fault,) = faults(tmp_path, "id\tw\ts\tp\nA\t2024-06-01\tvacant\there", **mapped)
    assert (fault.column, fault.value) == ("p", "here")
    mapped["options"]["point_order"] = "y,x"
    assert "lat,lon or lon,lat" in faults(tmp_path, "id\tw\ts\tp", **mapped)[0].remedy


def test_one_column_of_status_per_wave(tmp_path):
    put(tmp_path, "wide.csv", "id;2019;2022\nA;V;O\nB;O;")
    declared = [
        {
            "layout": "mapped",
            "path": "wide.csv",
            "columns": {"premises_id": "id", "status": year},
            "values": {"status": {"V": "vacant", "O": "occupied"}},
            "constants": {"wave": f"{year}-06-01"},
        }
        for year in ("2019", "2022")
    ]
    with pytest.raises(InputError) as caught:
        sources.load(city(tmp_path, sources={"premises": declared}))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.problem) == (3, "2022", "the value is missing")
    put(tmp_path, "wide.csv", "id;2019;2022\nA;V;O\nB;O;V")
    table = sources.load(city(tmp_path, sources={"premises": declared})).premises
    assert table.pivot(
        index="premises_id", columns="wave", values="status"
    ).to_numpy().tolist() == [
        ["vacant", "occupied"],
        ["occupied", "vacant"],
    ]


def test_unmapped_values_are_faults_under_the_name_of_the_file(tmp_path):
    (fault,) = faults(
        tmp_path,
        "Ref,An,État\n1,2020-06-01,libre",
        layout="mapped",
        columns={"premises_id": "Ref", "wave": "An", "status": "État"},
    )
    assert (fault.column, fault.value) == ("État", "libre")


def test_repeated_keys_by_rule(tmp_path):
    text = "premises_id;wave;status;name\nA;2024-06-01;vacant;x\nA;2024-06-01;occupied;y\n"
    text += "B;2024-06-01;vacant;z"
    (fault,) = faults(tmp_path, text)
    assert fault.row == 2
    assert "line 3 of premises.csv" in fault.problem
    kept = {"first": ["x", "z"], "last": ["y", "z"], "drop": ["z"]}
    for rule, names in kept.items():
        tables = load(tmp_path, text, options={"duplicates": rule})
        assert tables.premises["name"].tolist() == names
        aside = len(kept["first"]) + 1 - len(names)
        assert tables.provenance[["rows_read", "rows_set_aside"]].to_numpy().tolist() == [
            [3, aside]
        ]
        assert "premises_id A, wave 2024-06-01" in tables.reserves[0].fr


def test_declared_corrections_and_their_guard(tmp_path):
    text = (
        "premises_id;wave;status\nA;2024-06-01;vaccant\nA;2024-06-01;occupied\nB;2024-06-01;vacant"
    )
    put(tmp_path, "premises.csv", text)
    drop = {
        "table": "premises",
        "reason": "Saisie double",
        "drop": True,
        "expects": 1,
        "where": {"premises_id": "A", "status": "occupied"},
    }
    fix = {
        "table": "premises",
        "reason": "Coquille",
        "where": {"status": "vaccant"},
        "set": {"status": "vacant"},
        "expects": 1,
    }
    tables = sources.load(city(tmp_path, sources=premises(), corrections=[drop, fix]))
    assert tables.premises["status"].tolist() == ["vacant", "vacant"]
    assert any("Saisie double" in reserve.fr for reserve in tables.reserves)
    assert tables.quality["set_aside"].tolist() == [True, False]
    stale = {**drop, "expects": 2}
    with pytest.raises(InputError, match="expects 2 rows and finds 1"):
        sources.load(city(tmp_path, sources=premises(), corrections=[stale, fix]))


def test_zones_by_point_the_smallest_first(tmp_path):
    put(
        tmp_path,
        "zones.geojson",
        zones(("centre", "centre", SQUARE), ("coeur", "hypercentre", INNER)),
    )
    rows = [
        "premises_id;wave;status;zone_id;lon;lat",
        "in;2024-06-01;vacant;;3.287;49.847",
        "ring;2024-06-01;vacant;;3.299;49.859",
        "out;2024-06-01;vacant;;3.5;49.9",
        "named;2024-06-01;vacant;centre;3.287;49.847",
        "none;2024-06-01;vacant;;;",
    ]
    put(tmp_path, "premises.csv", "\n".join(rows))
    tables = sources.load(city(tmp_path, zones={"path": "zones.geojson"}, sources=premises()))
    found = tables.premises.set_index("premises_id")["zone_id"].fillna("").to_dict()
    assert found == {"in": "coeur", "ring": "centre", "out": "", "named": "centre", "none": ""}
    assert "1 hors de toute zone et 1 sans coordonnées ni zone" in tables.reserves[0].fr
    assert tables.zones.set_index("zone_id")["parts"].to_dict() == {
        "centre": ("centre", "coeur"),
        "coeur": ("coeur",),
    }


def test_wrong_zones(tmp_path):
    bad = json.loads(zones(("centre", "centre", SQUARE), ("centre", "marais", INNER)))
    bad["features"][1]["geometry"] = {"type": "Point", "coordinates": [3.2, 49.8]}
    put(tmp_path, "zones.geojson", json.dumps(bad))
    declared = {"path": "zones.geojson", "comparison": "hypercentre"}
    with pytest.raises(InputError) as caught:
        sources.load(city(tmp_path, zones=declared))
    told = str(caught.value)
    for part in ("appears more than once", "'marais'", "not a polygon", "zones.comparison"):
        assert part in told


def test_a_self_crossing_zone_is_repaired_and_told(tmp_path):
    bow = [[3.28, 49.84], [3.30, 49.86], [3.30, 49.84], [3.28, 49.86], [3.28, 49.84]]
    put(tmp_path, "zones.geojson", zones(("z", "centre", bow)))
    tables = sources.load(city(tmp_path, zones={"path": "zones.geojson"}))
    assert tables.zones.geometry.is_valid.all()
    assert "réparé" in tables.reserves[0].fr


def test_families_from_codes_and_unknown_codes_told(tmp_path):
    rows = [
        "premises_id;wave;status;activity_code;activity_family",
        "A;2024-06-01;occupied;47.71Z;",
        "B;2024-06-01;occupied;47.71Z;food",
        "C;2024-06-01;occupied;47.98Z;",
        "D;2024-06-01;occupied;62.02A;",
    ]
    text = "\n".join(rows)
    tables = load(tmp_path, text)
    assert tables.premises["activity_family"].fillna("").tolist() == [
        "clothing",
        "food",
        "",
        "other",
    ]
    assert any("47.98Z" in reserve.fr for reserve in tables.reserves)


def test_tables_that_are_not_there(tmp_path):
    tables = sources.load(city(tmp_path))
    assert tables.premises is None
    assert tables["shops"] is None
    assert not tables.has("premises")
    with pytest.raises(KeyError, match="premisses"):
        tables["premisses"]
    with pytest.raises(AttributeError, match="premisses"):
        getattr(tables, "premisses")  # noqa: B009


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        (b"PK\x03\x04rest", "a workbook or an archive"),
        ('premises_id;wave;status\n"A;2024-06-01;vacant', "cannot be read|cells where"),
        (
            "premises_id;wave;status;status\nA;2024-06-01;vacant;vacant",
            "two columns have the same name",
        ),
    ],
)
def test_files_that_are_not_tables(tmp_path, text, told):
    put(tmp_path, "premises.csv", text)
    with pytest.raises(InputError, match=told):
        sources.load(city(tmp_path, sources=premises()))


def test_lines_before_the_header_and_separator_declared_by_excel(tmp_path):
    text = "sep=,\n\npremises_id,wave,status\nA,2024-06-01,vacant\nB,2024-06-01,?"
    (fault,) = faults(tmp_path, text)
    assert (fault.row, fault.column) == (5, "status")


def test_many_ragged_rows_are_counted(tmp_path):
    text = "premises_id;wave;status\n" + "A;2024-06-01\n" * 1000
    found = faults(tmp_path, text)
    assert len(found) == 6
    assert "and 995 more" in found[-1].problem


def test_a_file_that_mixes_encodings_is_refused_with_its_line(tmp_path):
    text = b"premises_id;wave;status;name\nA;2024-06-01;vacant;"
    text += "Épicerie\nB;2024-06-01;vacant;".encode() + "Été".encode("cp1252")
    (fault,) = faults(tmp_path, text)
    assert fault.row == 3
    assert "UTF-8 in one place" in fault.problem


def test_exchanged_coordinates_are_a_fault(tmp_path):
    put(tmp_path, "zones.geojson", zones(("centre", "centre", SQUARE)))
    put(tmp_path, "premises.csv", "premises_id;wave;status;lon;lat\nA;2024-06-01;vacant;49.85;3.29")
    with pytest.raises(InputError, match="once lon and lat are exchanged"):
        sources.load(city(tmp_path, zones={"path": "zones.geojson"}, sources=premises()))


def test_a_mapping_under_the_template_and_values_without_column_are_faults(tmp_path):
    text = "premises_id;wave;status\nA;2024-06-01;vacant"
    (fault,) = faults(tmp_path, text, columns={"premises_id": "premises_id"})
    assert "takes no columns" in fault.problem
    found = faults(
        tmp_path,
        text,
        layout="mapped",
        columns={"premises_id": "premises_id", "wave": "wave", "status": "status"},
        values={"activity_family": {"x": "food"}},
    )
    assert "values are declared for a field" in found[0].problem


def test_a_header_without_rows_is_an_empty_table(tmp_path):
    tables = load(tmp_path, "premises_id;wave;status")
    assert len(tables.premises) == 0
    assert not tables.has("premises")


def test_missing_file_variable_and_layout(tmp_path, monkeypatch):
    monkeypatch.delenv("COEURVILLE_NOWHERE", raising=False)
    declared = [
        {"layout": "coeurville", "path": "none.csv"},
        {"layout": "coeurville", "path": "${COEURVILLE_NOWHERE}/x.csv"},
    ]
    with pytest.raises(InputError) as caught:
        sources.load(city(tmp_path, sources={"premises": declared}))
    told = str(caught.value)
    assert "there is no such file" in told
    assert "COEURVILLE_NOWHERE is not set" in told
    put(tmp_path, "premises.csv", "a")
    with pytest.raises(InputError, match="Use one of: coeurville, mapped"):
        sources.load(city(tmp_path, sources=premises(layout="modele")))


def test_provenance(tmp_path):
    put(tmp_path, "a-2023.csv", "premises_id;wave;status\nA;2023-06-01;vacant")
    put(tmp_path, "a-2024.csv", "premises_id;wave;status\nA;2024-06-01;vacant\nB;2024-06-01;vacant")
    declared = premises("a-*.csv", producer="Ville", licence="LO", retrieved="2024-07-01")
    tables = sources.load(city(tmp_path, sources=declared))
    assert tables.provenance["file"].tolist() == ["a-2023.csv", "a-2024.csv"]
    assert tables.provenance["rows_kept"].tolist() == [1, 2]
    assert tables.provenance["sha256"].str.len().tolist() == [64, 64]
    assert len(tables.premises) == 3
    assert [path.name for path in tables.files] == ["a-2023.csv", "a-2024.csv"]


def test_the_day_a_table_was_had_is_the_latest_of_its_files(tmp_path):
    put(tmp_path, "a.csv", "premises_id;wave;status\nA;2023-06-01;vacant")
    put(tmp_path, "b.csv", "premises_id;wave;status\nA;2024-06-01;vacant")
    declared = [
        {"layout": "coeurville", "path": "a.csv", "retrieved": "2024-07-01"},
        {"layout": "coeurville", "path": "b.csv"},
    ]
    tables = sources.load(city(tmp_path, sources={"premises": declared}))
    assert tables.retrieved("premises") == datetime.date(2024, 7, 1)
    assert tables.retrieved("establishments") is None
    with pytest.raises(KeyError, match="premisses"):
        tables.retrieved("premisses")


def test_a_survey_of_the_future_is_a_fault(tmp_path):
    text = "premises_id;wave;status\nA;2024-06-01;vacant\nB;2924-06-01;vacant\nC;194-06-01;vacant"
    text += "\nD;1924-06-01;vacant"
    dated, written, old = sorted(faults(tmp_path, text), key=lambda fault: fault.row)
    assert (dated.row, dated.column, dated.value) == (3, "wave", "2924-06-01")
    assert written.row == 4
    assert "this is not a day" in written.problem
    assert (old.row, old.value) == (5, "1924-06-01")
    assert "before 1950" in old.problem
    tomorrow = datetime.datetime.now(ZoneInfo("Europe/Paris")).date() + datetime.timedelta(days=1)
    (fault,) = faults(tmp_path, f"premises_id;wave;status\nA;{tomorrow};vacant")
    assert "in the future (after today" in fault.problem


def test_a_survey_later_than_the_day_the_file_was_had_is_a_fault(tmp_path):
    text = "premises_id;wave;status\nA;2024-06-01;vacant\nB;2024-07-02;vacant"
    (fault,) = faults(tmp_path, text, retrieved="2024-07-01")
    assert (fault.file, fault.row, fault.column) == ("premises.csv", 3, "wave")
    assert "in the future (after retrieved: 2024-07-01)" in fault.problem
    assert len(load(tmp_path, text, retrieved="2024-07-02").premises) == 2


def test_a_wave_declared_in_the_future_names_city_yml_once(tmp_path):
    (fault,) = faults(
        tmp_path,
        "id;etat\nA;vacant\nB;vacant",
        layout="mapped",
        columns={"premises_id": "id", "status": "etat"},
        constants={"wave": "2124-06-01"},
    )
    assert (fault.file, fault.column) == ("city.yml", "sources.premises.constants.wave")


def test_every_row_gets_its_zone_from_its_coordinates(tmp_path, recwarn):
    put(tmp_path, "zones.geojson", zones(("c", "centre", SQUARE), ("h", "hypercentre", INNER)))
    rows = [f"A{i};2024-06-01;vacant;;3.287;49.847" for i in range(30)]
    rows += [f"B{i};2024-06-01;vacant;;3.295;49.855" for i in range(30)]
    put(tmp_path, "premises.csv", "\n".join(["premises_id;wave;status;zone_id;lon;lat", *rows]))
    tables = sources.load(city(tmp_path, zones={"path": "zones.geojson"}, sources=premises()))
    assert tables.premises["zone_id"].tolist() == ["h"] * 30 + ["c"] * 30
    kept = tables.premises[tables.premises["premises_id"].str.startswith("A")]
    blank = kept.assign(zone_id=pd.array([pd.NA] * len(kept), dtype="string[pyarrow]"))
    found, note = places.attribute(blank, tables.zones)
    assert found.tolist() == ["h"] * 30
    assert note is None
    assert not [w for w in recwarn if issubclass(w.category, (FutureWarning, UserWarning))]
    assert not [w for w in recwarn if "SettingWithCopy" in w.category.__name__]


def test_blank_cells_mean_what_the_city_declares(tmp_path):
    text = "id;vague;etat\nA;2024-06-01;plein\nB;2024-06-01;\nC;2024-06-01;  \nD;2024-06-01;autre"
    declared = {
        "layout": "mapped",
        "columns": {"premises_id": "id", "wave": "vague", "status": "etat"},
    }
    known = {"plein": "occupied", "*": "vacant"}
    table = load(tmp_path, text, values={"status": known | {"": "unknown"}}, **declared).premises
    assert table["status"].tolist() == ["occupied", "unknown", "unknown", "vacant"]
    found = faults(tmp_path, text, values={"status": known}, **declared)
    assert [(fault.row, fault.column) for fault in found] == [(3, "etat"), (4, "etat")]
    assert 'values: {status: {"": …}}' in found[0].remedy
    assert faults(tmp_path, text, values={"status": known | {"": ""}}, **declared) == found


def test_a_declared_value_in_another_case_is_not_any_other_text(tmp_path):
    put(tmp_path, "p.csv", "a,b\n1,VIDE\n2,vide \n3,Local  vide\n4,Boucher\n5,v\n6,V\n")
    values = {"Vide": "vacant", "local vide": "vacant", "v": "vacant", "V": "unknown"}
    declared = premises(
        "p.csv", "mapped", columns={"premises_id": "a", "status": "b"},
        values={"status": values | {"*": "occupied"}}, constants={"wave": "2024-06-15"},
    )  # fmt: skip
    found = sources.load(city(tmp_path, sources=declared)).premises["status"].tolist()
    assert found == ["vacant", "vacant", "vacant", "occupied", "vacant", "unknown"]


@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
def test_accents_written_decomposed_are_the_same_letters(tmp_path, forms):
    def in_form(text):
        return unicodedata.normalize(forms[0], text)

    def declared(text):
        return unicodedata.normalize(forms[1], text)

    text = "Identité;Année;État;Enseigne\nA;2024-06-01;Fermé;Épicerie\nB;2024-06-01;Ouvert;Été"
    mapped = {
        "layout": "mapped",
        "columns": {
            "premises_id": declared("Identité"),
            "wave": declared("Année"),
            "status": declared("État"),
            "brand": "Enseigne",
        },
        "values": {"status": {declared("Fermé"): "vacant", "*": "occupied"}},
    }
    table = load(tmp_path, in_form(text), **mapped).premises
    assert table["status"].tolist() == ["vacant", "occupied"]
    assert table["brand"].tolist() == ["Épicerie", "Été"]
    book = openpyxl.Workbook()
    for line in in_form(text).splitlines():
        book.active.append(line.split(";"))
    book.save(tmp_path / "essai" / "p.xlsx")
    same = sources.load(city(tmp_path, sources=premises("p.xlsx", **mapped))).premises
    assert same["brand"].tolist() == ["Épicerie", "Été"]


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Vacant", "vacant"),
        ("VACANT ", "vacant"),
        ("vide", "vacant"),
        ("Occupée", "occupied"),
        ("OCCUPE", "occupied"),
        ("travaux", "vacant_works"),
        ("Vacant (travaux)", "vacant_works"),
        ("Non observé", "unknown"),
        ("Désaffecté", "unavailable"),
    ],
)
def test_french_words_of_the_status(tmp_path, written, status):
    table = load(tmp_path, f"premises_id;wave;status\nA;2024-06-01;{written}").premises
    assert table["status"].tolist() == [status]


TITLED = "Relevé 2024\n;;\nVille, mars;\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_titles_above_the_header_are_named_with_its_row(tmp_path, encoding):
    text = TITLED + "premises_id;wave;status\nA;2024-06-01;vide\nB;2024-06-01;?"
    (fault,) = faults(tmp_path, text, encoding=encoding)
    assert "in row 4" in fault.problem
    assert "options: {header_row: 4}" in fault.remedy
    (fault,) = faults(tmp_path, text, encoding=encoding, options={"header_row": 4})
    assert (fault.row, fault.column, fault.value) == (6, "status", "?")
    good = text.removesuffix("?") + "occupé"
    table = load(tmp_path, good, encoding=encoding, options={"header_row": 4}).premises
    assert table["status"].tolist() == ["vacant", "occupied"]


def test_titles_above_the_header_of_a_mapped_file_and_of_a_workbook(tmp_path):
    rows = [line.split(";") for line in (TITLED + "Réf;An;Etat\nA;2024-06-01;x").splitlines()]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    (tmp_path / "essai").mkdir()
    book.save(tmp_path / "essai" / "p.xlsx")
    mapped = {
        "layout": "mapped",
        "columns": {"premises_id": "Réf", "wave": "An", "status": "Etat"},
        "values": {"status": {"x": "vacant"}},
    }
    with pytest.raises(InputError, match=r"header_row: 4"):
        sources.load(city(tmp_path, sources=premises("p.xlsx", **mapped)))
    declared = premises("p.xlsx", **mapped, options={"header_row": 4})
    assert sources.load(city(tmp_path, sources=declared)).premises["status"].tolist() == ["vacant"]
    (fault,) = faults(tmp_path, "\n".join(map(";".join, rows)), **mapped)
    assert "in row 4" in fault.problem


@pytest.mark.parametrize("row", ["trois", 0, -1, 1.5, True])
def test_a_header_row_that_is_no_row_is_a_fault(tmp_path, row):
    (fault,) = faults(tmp_path, "premises_id;wave;status", options={"header_row": row})
    assert (fault.file, fault.column) == ("city.yml", "sources.premises.options.header_row")


def test_a_header_row_under_the_end_of_the_file_is_a_fault(tmp_path):
    (fault,) = faults(tmp_path, "premises_id;wave;status", options={"header_row": 9})
    assert "no row 9" in fault.problem


def test_a_wrong_header_without_a_better_row_keeps_its_own_faults(tmp_path):
    found = faults(tmp_path, "premises_id;date;etat\nA;2024-06-01;vacant\nwave;status;x")
    assert {fault.column for fault in found} == {"wave", "status"}


def test_the_list_of_layouts_names_every_option():
    table = sources.layouts()
    assert {"coeurville", "mapped"} <= set(table.loc[table["table"] == "premises", "layout"])
    mapped = table[(table["table"] == "premises") & (table["layout"] == "mapped")]
    assert "point_column" in mapped["options"].item()
