"""The SIRENE register in its official layouts, in samples made from their documentation."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analyses import sources
from analyses.errors import InputError
from analyses.sources.sirene import lines, scan
from analyses.sources.sirene.rows import clean, columns_of
from trial import city, put

STOCK = [
    "siren",
    "nic",
    "siret",
    "statutDiffusionEtablissement",
    "dateCreationEtablissement",
    "trancheEffectifsEtablissement",
    "etablissementSiege",
    "typeVoieEtablissement",
    "libelleVoieEtablissement",
    "codeCommuneEtablissement",
    "dateDebut",
    "etatAdministratifEtablissement",
    "enseigne1Etablissement",
    "denominationUsuelleEtablissement",
    "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement",
    "activitePrincipaleNAF25Etablissement",
]
HISTORY = [
    "siren",
    "nic",
    "siret",
    "dateFin",
    "dateDebut",
    "etatAdministratifEtablissement",
    "enseigne1Etablissement",
    "denominationUsuelleEtablissement",
    "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement",
]


def stock_row(siret, commune, start, state="A", code="47.71Z", kind="NAFRev2", **more):
    row = dict.fromkeys(STOCK, "") | {
        "siret": siret,
        "siren": siret[:9],
        "nic": siret[9:],
        "codeCommuneEtablissement": commune,
        "dateDebut": start,
        "etatAdministratifEtablissement": state,
        "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": "2001-02-03",
        "typeVoieEtablissement": "RUE",
        "libelleVoieEtablissement": "D'ISLE",
        "activitePrincipaleEtablissement": code,
        "etablissementSiege": "true",
        "nomenclatureActivitePrincipaleEtablissement": kind,
    }
    return row | more


ROWS = [
    stock_row("00032517500016", "02691", "2019-03-01", enseigne1Etablissement="LE BEFFROI"),
    stock_row("00032517500024", "02691", "2021-05-01", "F", "52.4C", "NAFRev1"),
    stock_row("00032517500032", "80001", "2020-01-01"),
    stock_row(
        "00032517500040", "02691", "", "A", "", "", activitePrincipaleNAF25Etablissement="47.71Y"
    ),
    stock_row("00032517500057", "02691", "2030-01-01"),
    stock_row(
        "00032517500065",
        "02691",
        "2010-01-01",
        statutDiffusionEtablissement="P",
        libelleVoieEtablissement="[ND]",
        enseigne1Etablissement="[ND]",
    ),
]


def csv_text(rows, columns=STOCK):
    return pd.DataFrame(rows, columns=columns).to_csv(index=False)


def load(tmp_path, *declared, **identity):
    return sources.load(city(tmp_path, sources={"establishments": list(declared)}, **identity))


def stock(path="stock.csv", **more):
    return {"layout": "sirene-stock", "path": path, **more}


def test_the_stock_of_one_commune(tmp_path):
    put(tmp_path, "stock.csv", csv_text(ROWS))
    tables = load(tmp_path, stock(retrieved="2025-01-01"))
    table = tables.establishments.set_index("siret")
    assert table.index.tolist() == [
        "00032517500016",
        "00032517500024",
        "00032517500040",
        "00032517500065",
    ]
    first = table.iloc[0]
    assert (first["state"], first["activity_family"], first["brand"]) == (
        "A",
        "clothing",
        "LE BEFFROI",
    )
    assert (first["street"], first["headquarters"]) == ("RUE D'ISLE", True)
    assert table["nomenclature"].tolist() == ["NAFRev2", "NAFRev1", "NAF2025", "NAFRev2"]
    assert table["activity_family"].fillna("").tolist() == ["clothing", "", "clothing", "clothing"]
    hidden = table.loc["00032517500065"]
    assert hidden["diffusion"] == "P"
    assert pd.isna(hidden["brand"])
    assert pd.isna(hidden["street"])
    log = tables.quality.set_index("reason_en")["rows"]
    assert log.filter(like="Start after the extraction of 2025-01-01").tolist() == [1]
    assert log.filter(like="Unknown start").tolist() == [1]
    assert log.filter(like="older classification (NAFRev1)").tolist() == [1]
    assert log.filter(like="partly disclosed").tolist() == [1]
    row = tables.provenance.iloc[0]
    assert (row["rows_read"], row["rows_kept"], row["rows_set_aside"]) == (5, 4, 1)


@pytest.mark.parametrize("form", ["zip", "gz", "parquet", "semicolon", "typed"])
def test_the_same_stock_in_other_forms(tmp_path, form):
    put(tmp_path, "stock.csv", csv_text(ROWS))
    expected = load(tmp_path, stock()).establishments
    home, frame = tmp_path / "essai", pd.DataFrame(ROWS, columns=STOCK)
    name = {"zip": "s.zip", "gz": "s.csv.gz", "semicolon": "s.csv"}.get(form, "s.parquet")
    if form == "zip":
        with zipfile.ZipFile(home / name, "w") as archive:
            archive.writestr("StockEtablissement_utf8.csv", csv_text(ROWS))
    elif form == "gz":
        (home / name).write_bytes(gzip.compress(csv_text(ROWS).encode()))
    elif form == "semicolon":
        (home / name).write_text(frame.to_csv(index=False, sep=";"), encoding="utf-8-sig")
    else:
        table = pa.Table.from_pandas(frame.replace("", None), preserve_index=False)
        if form == "typed":  # dates as dates and the SIRET as a number, as some extracts have them
            days = pa.array(pd.to_datetime(frame["dateDebut"]).dt.date, pa.date32())
            table = table.set_column(STOCK.index("dateDebut"), "dateDebut", days)
            number = pa.array(frame["siret"].astype("int64"))
            table = table.set_column(STOCK.index("siret"), "siret", number)
        pq.write_table(table, home / name)
    pd.testing.assert_frame_equal(load(tmp_path, stock(name)).establishments, expected)


def test_the_history_takes_its_communes_from_the_stock(tmp_path):
    put(tmp_path, "stock.csv", csv_text(ROWS[:4]))
    periods = [
        [
            "000325175",
            "00016",
            "00032517500016",
            "2022-01-31",
            "2019-03-01",
            "A",
            "AVANT",
            "",
            "47.71Z",
            "NAFRev2",
        ],
        [
            "000325175",
            "00016",
            "00032517500016",
            "",
            "2022-02-01",
            "F",
            "",
            "",
            "47.71Z",
            "NAFRev2",
        ],
        [
            "000325175",
            "00032",
            "00032517500032",
            "",
            "2020-01-01",
            "A",
            "",
            "",
            "47.71Z",
            "NAFRev2",
        ],
    ]
    put(tmp_path, "history.csv", pd.DataFrame(periods, columns=HISTORY).to_csv(index=False))
    history = {"layout": "sirene-history", "path": "history.csv"}
    tables = load(tmp_path, history, stock())
    table = tables.establishments
    told = table[table["siret"] == "00032517500016"]
    assert told["state"].tolist() == ["A", "F"]
    assert told["brand"].tolist() == ["AVANT", "LE BEFFROI"]
    assert told["commune"].tolist() == ["02691", "02691"]
    assert "00032517500032" not in set(table["siret"])
    assert len(table) == 4
    with pytest.raises(InputError, match="layout: sirene-stock"):
        load(tmp_path, history)


def test_rows_given_twice_are_kept_once(tmp_path):
    put(tmp_path, "stock.csv", csv_text(ROWS[:2]))
    put(tmp_path, "again.csv", csv_text(ROWS[:1]))
    tables = load(tmp_path, stock(), stock("again.csv"))
    assert len(tables.establishments) == 2
    assert tables.provenance["rows_set_aside"].tolist() == [0, 1]


def test_official_positions_without_the_random_ones(tmp_path):
    # qualite_xy: 11 and 21 at the number, 12 and 22 in the street, 33 at random in the commune
    rows = [stock_row(f"0003251750{n:04d}", "02691", "2020-01-01") for n in (16, 24, 32, 40, 57)]
    put(tmp_path, "stock.csv", csv_text(rows))
    header = "siret;x;y;qualite_xy;epsg;plg_code_commune;y_latitude;x_longitude"
    lines = [
        f"{row['siret']};1;2;{quality};2154;{place};49.84;3.28"
        for row, quality, place in zip(
            rows, ("11", "22", "33", "21", "12"), ("02691",) * 3 + ("80001", ""), strict=True
        )
    ]
    put(tmp_path, "geo.csv", "\n".join([header, *lines]))
    tables = load(tmp_path, stock(), {"layout": "sirene-positions", "path": "geo.csv"})
    table = tables.establishments
    assert table["position_quality"].tolist() == ["house", "street", "random", "poor", "street"]
    assert table["lon"].notna().tolist() == [True, True, False, False, True]
    assert any("tirées au hasard" in reserve.fr for reserve in tables.reserves)
    assert tables.provenance["rows_kept"].tolist() == [5, 5]


def test_a_geocoded_stock_grades_its_positions(tmp_path):
    rows = [stock_row(f"0003251750{n:04d}", "02691", "2020-01-01") for n in (16, 24, 32)]
    frame = pd.DataFrame(rows, columns=STOCK).assign(
        longitude="3.28",
        latitude="49.84",
        geo_score=["0.9", "0.16", "0.8"],
        geo_type=["housenumber", "street", "municipality"],
    )
    put(tmp_path, "stock.csv", frame.to_csv(index=False))
    table = load(tmp_path, stock()).establishments
    assert table["position_quality"].tolist() == ["house", "poor", "random"]
    assert table["lon"].notna().tolist() == [True, False, False]
    kept = load(tmp_path, stock(options={"min_score": 0.1})).establishments
    assert kept["position_quality"].tolist() == ["house", "street", "random"]


def test_plane_coordinates_of_the_stock(tmp_path):
    # Lambert 93 of Paris town hall, in degrees by IGN's transformation: 48.8566 N, 2.3522 E
    frame = pd.DataFrame(ROWS[:1], columns=STOCK).assign(
        coordonneeLambertAbscisseEtablissement="652469.02",
        coordonneeLambertOrdonneeEtablissement="6862035.26",
    )
    put(tmp_path, "stock.csv", frame.to_csv(index=False))
    table = load(tmp_path, stock()).establishments
    assert table[["lon", "lat"]].iloc[0].tolist() == pytest.approx([2.3522, 48.8566], abs=1e-4)


def test_arrondissements_and_merged_communes(tmp_path):
    rows = [
        stock_row("00032517500016", "75104", "2020-01-01"),
        stock_row("00032517500024", "75120", "2020-01-01"),
        stock_row("00032517500032", "02001", "2020-01-01"),
    ]
    put(tmp_path, "stock.csv", csv_text(rows))
    table = load(tmp_path, stock(), insee_code="75056").establishments
    assert table["commune"].tolist() == ["75104", "75120"]
    options = {"former_communes": ["02001"]}
    with_old = load(tmp_path, stock(options=options), insee_code="75056").establishments
    assert len(with_old) == 3


def test_no_establishment_missing_columns_and_unknown_options(tmp_path):
    put(tmp_path, "stock.csv", csv_text(ROWS[2:3]))
    put(tmp_path, "other.csv", "a,b\n1,2")
    with pytest.raises(InputError) as caught:
        load(tmp_path, stock(options={"comunes": ["1"]}), stock("other.csv"))
    told = str(caught.value)
    assert "no establishment of the communes" in told
    assert "codeCommuneEtablissement or code_commune" in told
    assert "'comunes'" in told


def test_a_file_cut_short_says_so(tmp_path):
    put(tmp_path, "stock.csv", csv_text(ROWS) + '"000')
    with pytest.raises(InputError, match="cannot be read to its end"):
        load(tmp_path, stock())


def test_quoted_line_breaks_do_not_stop_the_reader(tmp_path):
    rows = [ROWS[0] | {"enseigne1Etablissement": "LE\nBEFFROI"}, ROWS[1]]
    put(tmp_path, "stock.csv", csv_text(rows))
    assert len(load(tmp_path, stock()).establishments) == 2


def test_search_by_lines_finds_what_a_full_reading_finds(tmp_path, monkeypatch):
    rng = np.random.default_rng(3)
    communes = ["02691", "75104", "75120", "80001", "26912", "10269"]
    rows = [
        stock_row(f"{n:05d}02691{n % 10_000:04d}", rng.choice(communes), "2020-01-01")
        for n in range(500)
    ]
    put(tmp_path, "stock.csv", csv_text(rows))
    path = tmp_path / "essai" / "stock.csv"
    monkeypatch.setattr(lines, "_READ", 1000)
    monkeypatch.setattr(lines, "_GIVE", 500)
    source = scan.scan(path, "stock.csv")
    for wanted in (["02691"], ["75104", "75120", "02691"], ["99999"]):
        found = scan.rows(source, ["siret"], "codeCommuneEtablissement", wanted)
        expected = [row["siret"] for row in rows if row["codeCommuneEtablissement"] in wanted]
        assert found["siret"].to_pylist() == expected


def test_leading_zeros_lost_by_another_tool_are_put_back(tmp_path):
    rows = [
        stock_row("32517500016", "02691", "2020-01-01"),
        stock_row("abc", "02691", "2020-01-01"),
    ]
    put(tmp_path, "stock.csv", csv_text(rows))
    tables = load(tmp_path, stock())
    assert tables.establishments["siret"].tolist() == ["00032517500016"]
    assert tables.provenance["rows_set_aside"].tolist() == [1]


def test_communes_whose_zero_was_lost_by_another_tool(tmp_path):
    put(tmp_path, "full.csv", csv_text(ROWS))
    expected = load(tmp_path, stock("full.csv", retrieved="2025-01-01")).establishments
    lost = [row | {"codeCommuneEtablissement": row["codeCommuneEtablissement"].lstrip("0")}
            for row in ROWS]  # fmt: skip
    put(tmp_path, "stock.csv", csv_text(lost))
    got = load(tmp_path, stock(retrieved="2025-01-01")).establishments
    pd.testing.assert_frame_equal(got, expected)
    frame = pd.DataFrame(ROWS, columns=STOCK).replace("", None)
    label = "codeCommuneEtablissement"
    numbers = pa.array(frame[label].astype("int64"))
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(
        table.set_column(STOCK.index(label), label, numbers), tmp_path / "essai" / "s.parquet"
    )
    got = load(tmp_path, stock("s.parquet", retrieved="2025-01-01")).establishments
    pd.testing.assert_frame_equal(got, expected)


def test_classifications_are_told_by_the_shape_and_date_of_the_code():
    columns = ["siret", "dateDebut", "etat", "code_ape", "code_commune"]
    rows = [
        ["47.71Z", "2010-01-01"],
        ["47.71Y", "2027-01-01"],
        ["52.4C", "2004-01-01"],
        ["52.4C", "1998-01-01"],
        ["64.47", "1985-01-01"],
        ["??", "2010-01-01"],
    ]
    table = pa.table(
        {
            "siret": pa.chunked_array([[f"{n:014d}" for n in range(len(rows))]]),
            "dateDebut": pa.chunked_array([[day for _, day in rows]]),
            "etat": pa.chunked_array([["A"] * len(rows)]),
            "code_ape": pa.chunked_array([[code for code, _ in rows]]),
            "code_commune": pa.chunked_array([["02691"] * len(rows)]),
        }
    )
    named = columns_of(scan.Scan(Path("x"), "x", tuple(columns), ","))
    cleaned = clean(table, named, "x", None)
    assert cleaned.frame["nomenclature"].fillna("").tolist() == [
        "NAFRev2",
        "NAF2025",
        "NAFRev1",
        "NAF1993",
        "NAP",
        "",
    ]


def test_answers_of_the_api(tmp_path):
    item = {
        "siret": "00032517500016",
        "etat_administratif": "A",
        "activite_principale": "47.71Z",
        "commune": "02691",
        "date_creation": "2001-02-03",
        "date_debut_activite": "2019-03-01",
        "est_siege": True,
        "liste_enseignes": ["LE BEFFROI"],
        "latitude": "49.84",
        "longitude": "3.28",
        "statut_diffusion_etablissement": "O",
        "tranche_effectif_salarie": "01",
    }
    away = item | {"siret": "00032517500024", "commune": "80001"}
    answer = {
        "results": [{"siren": "000325175", "siege": away, "matching_etablissements": [item]}],
        "total_results": 1,
        "page": 1,
        "per_page": 10,
        "total_pages": 1,
    }
    put(tmp_path, "api.json", json.dumps([answer, answer]))
    table = load(tmp_path, {"layout": "recherche-entreprises", "path": "api.json"}).establishments
    assert table["siret"].tolist() == ["00032517500016"]
    assert table[["state", "brand", "commune", "activity_family"]].to_numpy().tolist() == [
        ["A", "LE BEFFROI", "02691", "clothing"]
    ]
    put(tmp_path, "api.json", json.dumps({"erreur": "Veuillez indiquer un paramètre"}))
    with pytest.raises(InputError, match="not an answer of the API"):
        load(tmp_path, {"layout": "recherche-entreprises", "path": "api.json"})


@pytest.mark.parametrize("score", ["abc", "0.5.1", True, 3, "nan"])
def test_a_score_that_is_no_number_is_a_fault(tmp_path, score):
    put(tmp_path, "stock.csv", csv_text(ROWS))
    put(
        tmp_path,
        "where.csv",
        "siret,x_longitude,y_latitude,qualite_xy\n00032517500016,3.28,49.8,11",
    )
    positions = {"layout": "sirene-positions", "path": "where.csv"}
    for declared in (
        [stock(options={"min_score": score})],
        [stock(), {**positions, "options": {"min_score": score}}],
    ):
        with pytest.raises(InputError) as caught:
            load(tmp_path, *declared)
        (fault,) = caught.value.faults
        assert (fault.file, fault.column) == (
            "city.yml",
            "sources.establishments.options.min_score",
        )
        assert "not a number from 0 to 1" in fault.problem


def as_downloaded(rows, *, delimiter=",", quoted=False, crlf=True, mark=True, lower=False):
    frame = pd.DataFrame(rows, columns=STOCK)
    if lower:
        frame.columns = [name.lower() for name in frame.columns]
    text = frame.to_csv(
        index=False,
        sep=delimiter,
        quoting=1 if quoted else 0,
        lineterminator="\r\n" if crlf else "\n",
    )
    return ("\ufeff" if mark else "") + text


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("pack", ["plain", "zip", "gz"])
def test_extracts_as_they_are_really_downloaded(tmp_path, delimiter, quoted, lower, pack):
    put(tmp_path, "plain.csv", csv_text(ROWS))
    expected = load(tmp_path, stock("plain.csv", retrieved="2025-01-01")).establishments
    text = as_downloaded(ROWS, delimiter=delimiter, quoted=quoted, lower=lower).encode()
    name = {"plain": "stock.csv", "zip": "stock.zip", "gz": "stock.csv.gz"}[pack]
    if pack == "zip":
        with zipfile.ZipFile(tmp_path / "essai" / name, "w") as archive:
            archive.writestr("StockEtablissement_utf8.csv", text)
    else:
        put(tmp_path, name, gzip.compress(text) if pack == "gz" else text)
    got = load(tmp_path, stock(name, retrieved="2025-01-01")).establishments
    pd.testing.assert_frame_equal(got, expected)


def test_states_and_marks_in_words_as_portals_export_them(tmp_path):
    rows = [
        stock_row("00032517500016", "02691", "2019-03-01", "Actif", etablissementSiege="oui"),
        stock_row("00032517500024", "02691", "2021-05-01", "Fermé", etablissementSiege="non"),
    ]
    put(tmp_path, "stock.csv", as_downloaded(rows, delimiter=";", lower=True))
    table = load(tmp_path, stock(retrieved="2025-01-01")).establishments
    assert table["state"].tolist() == ["A", "F"]
    assert table["headquarters"].tolist() == [True, False]


TITLES = {
    "siret": "SIRET",
    "codeCommuneEtablissement": "Code commune de l'établissement",
    "etatAdministratifEtablissement": "Etat administratif de l\u2019établissement",
    "activitePrincipaleEtablissement": "Activité principale de l'établissement",
    "dateCreationEtablissement": "Date de création de l'établissement",
    "etablissementSiege": "Etablissement siège",
    "dateDebut": "Date de fermeture de l'établissement",
}


def test_titles_under_which_portals_export_the_register(tmp_path):
    """Without the start of the period, a closure is dated by its own column."""
    rows = [
        stock_row("00032517500016", "02691", "", "Actif"),
        stock_row("00032517500024", "02691", "2021-05-01", "Fermé"),
        stock_row("00032517500032", "02691", "2021-05-01", "Actif"),  # closed once, open again
    ]
    frame = pd.DataFrame(rows)[list(TITLES)].rename(columns=TITLES)
    put(tmp_path, "stock.csv", frame.to_csv(index=False, sep=";"))
    table = load(tmp_path, stock(retrieved="2025-01-01")).establishments
    assert table["state"].tolist() == ["A", "F", "A"]
    assert table["activity_family"].eq("clothing").all()
    assert table["period_start"].isna().tolist() == [True, False, True]
    assert table["created"].eq(pd.Timestamp("2001-02-03")).all()


def test_another_encoding_is_named_with_its_remedy_and_a_broken_archive_apart(tmp_path):
    """Extracts of 2017 and earlier, or saved by a spreadsheet, are in Windows' encoding."""
    text = "siret;libellé\n1;0 salarié\n"
    put(tmp_path, "stock.csv", text.encode("cp1252"))
    put(tmp_path, "stock.zip", b"no archive")
    found = {}
    for path in ("stock.csv", "stock.zip"):
        declared = {"establishments": [{"layout": "sirene-stock", "path": path}]}
        with pytest.raises(InputError) as caught:
            sources.load(city(tmp_path, sources=declared))
        found[path] = caught.value.faults[0]
    assert "encoding: cp1252" in found["stock.csv"].remedy
    assert found["stock.zip"].problem == "the archive cannot be opened"


def _locked() -> bytes:
    """Return a zip whose file is marked as encrypted (bit 0 of the general purpose flag)."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("s.csv", "siren,nic\n")
    content = bytearray(whole.getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _without_csv() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("lisez-moi.txt", "rien")
    return whole.getvalue()


PACKED = gzip.compress(b"siren,nic\n" + bytes(range(48, 58)) * 40)
BROKEN = {
    "empty.zip": _without_csv(),
    "locked.zip": _locked(),
    "cut.csv.gz": PACKED[:14],
    "spoiled.csv.gz": PACKED[:10] + b"\xff" * 40,
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_archive_that_cannot_be_opened_is_said_to_be_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BROKEN[name])
    with pytest.raises(InputError) as caught:
        scan.scan(tmp_path / name, name)
    assert caught.value.faults[0].problem == "the archive cannot be opened"


def test_an_archive_cut_short_after_its_header_is_a_fault_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = "".join(f"{n},{rng.integers(10**9)}\n" for n in range(40_000))
    (tmp_path / "s.csv.gz").write_bytes(gzip.compress(f"siret,nic\n{rows}".encode())[:-9_000])
    opened = scan.scan(tmp_path / "s.csv.gz", "s.csv.gz")
    with pytest.raises(InputError) as caught:
        scan.rows(opened, ["siret"], "nic", ["1"])
    assert "cannot be read to its end" in caught.value.faults[0].problem
