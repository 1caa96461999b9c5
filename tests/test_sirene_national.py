"""One pass over the national register gives each city what its own reading gives."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from analyses import cities, commerce, sources
from analyses.cli import app
from analyses.commerce.lives import lives
from analyses.demo.layouts import HISTORY, STOCK
from analyses.errors import InputError
from analyses.publish import register
from analyses.sources.sirene import national_cities, national_files

DAY = dt.date(2025, 7, 15)
TOWNS = {"alpha": "02691", "beta": "57630", "lyon": "69123", "merged": "49007"}
CODES = (
    ("47.71Z", "NAFRev2"), ("56.10A", "NAFRev2"), ("96.02A", "NAFRev2"), ("47.11K", "NAF2025"),
    ("47.11K", "NAF25"), ("52.4C", "NAFRev1"), ("70.22Z", "NAFRev2"), ("68.20A", "NAFRev2"),
    ("64.19Z", "NAFRev2"), ("47.71Z", ""), ("", ""), ("99.99Z", "NAFRev2"),
)  # fmt: skip


def made(seed: int, size: int = 700) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a small national stock and history with everything that the register holds."""
    rng = np.random.default_rng(seed)
    where = ["02691", "57630", "69381", "69384", "49007", "49144", "80001", "75101"]
    one, many = [], []
    for rank in range(size):
        siret = f"{int(rng.integers(1, 250)) * 37_001:09d}{rank:05d}"
        code, kind = CODES[rng.integers(len(CODES))]
        start = pd.Timestamp("2012-01-01") + pd.Timedelta(days=int(rng.integers(0, 4_900)))
        hidden = rng.random() < 0.2
        own = []
        for period in range(int(rng.integers(0, 5))):
            changed = rng.random() < 0.15
            own.append({
                "siret": siret, "siren": siret[:9], "nic": siret[9:],
                "dateDebut": "" if period == 0 and rng.random() < 0.05 else f"{start:%Y-%m-%d}",
                "etatAdministratifEtablissement": "AF"[int(period > 0 and rng.random() < 0.55)],
                "activitePrincipaleEtablissement": "52.4C" if changed else code,
                "nomenclatureActivitePrincipaleEtablissement": "NAFRev1" if changed else kind,
                "enseigne1Etablissement": "[ND]" if hidden else rng.choice(["", "LE BEFFROI"]),
            })  # fmt: skip
            start += pd.Timedelta(days=int(rng.choice([0, 5, 20, 400, 900])))
            own[-1]["dateFin"] = f"{start - pd.Timedelta(days=1):%Y-%m-%d}"
        last = dict(own[-1]) if own else {
            "siret": siret, "siren": siret[:9], "nic": siret[9:], "dateDebut": f"{start:%Y-%m-%d}",
            "etatAdministratifEtablissement": "A", "activitePrincipaleEtablissement": code,
            "nomenclatureActivitePrincipaleEtablissement": kind,
        }  # fmt: skip
        if own:
            own[-1]["dateFin"] = ""
        many += own[::-1]
        one.append(last | {
            "codeCommuneEtablissement": where[rng.integers(len(where))],
            "dateCreationEtablissement": "2011-05-06" if rng.random() < 0.3 else "",
            "statutDiffusionEtablissement": "P" if hidden else "O",
            "enseigne1Etablissement": "[ND]" if hidden else "ENSEIGNE",
            "etablissementSiege": "true" if rng.random() < 0.7 else "false",
            "dateDernierTraitementEtablissement": f"{DAY}T03:00:00",
            "typeVoieEtablissement": "RUE", "libelleVoieEtablissement": "D'ISLE",
        })  # fmt: skip
    return (
        pd.DataFrame(one, columns=list(STOCK)).fillna(""),
        pd.DataFrame(many, columns=list(HISTORY)).fillna(""),
    )


def national(folder: Path, form: str = "csv", seed: int = 3) -> dict[str, Path]:
    """Write the national files as CSV or as Parquet with the official types."""
    paths = {}
    for role, frame in zip(("stock", "history"), made(seed), strict=True):
        paths[role] = folder / f"{role}.{form}"
        if form == "csv":
            frame.to_csv(paths[role], index=False)
            continue
        table = pa.Table.from_pandas(frame.replace("", None), preserve_index=False)
        table = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
        for rank, name in enumerate(table.column_names):
            if name.startswith("date"):
                kind = pa.timestamp("us") if "Traitement" in name else pa.date32()
                table = table.set_column(rank, name, table[name].cast(kind))
        pq.write_table(table, paths[role], row_group_size=97)
    return paths


def folder_of_cities(home: Path, files: dict[str, Path]) -> Path:
    """Write cities that read the national files themselves."""
    for city_id, code in TOWNS.items():
        (home / city_id).mkdir(parents=True)
        options = {"options": {"former_communes": ["49144"]}} if city_id == "merged" else {}
        declared = [
            {"layout": f"sirene-{role}", "path": str(path), "retrieved": DAY, **options}
            for role, path in reversed(files.items())
        ]
        content = {"id": city_id, "name": city_id, "insee_code": code,
                   "sources": {"establishments": declared}}  # fmt: skip
        (home / city_id / "city.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return home


def places(home: Path) -> list[national_cities.Place]:
    return [national_cities.place_of(cities.read(home / name)) for name in TOWNS]


def measured(table: pd.DataFrame, year: int) -> dict[str, tuple[int, int, int]]:
    """Return openings, closures and transfers of a year by family, from the city's indicators."""
    told = commerce.measure_turnover(table, as_of=DAY, years=(year, year)).years
    return {
        row.category: (row.openings, row.closures, row.transfers)
        for row in told.itertuples()
        if (row.year, row.last_year) == (year, year)
    }


def same_as_the_city(
    turnover: pd.DataFrame, table: pd.DataFrame, city_id: str, every: int = 1
) -> int:
    """Compare a city's rows of the national table with its own; return the openings compared."""
    mine = turnover[turnover["city"] == city_id]
    total = 0
    for year in range(DAY.year - 9, DAY.year + 1, every):
        rows = mine[mine["year"] == year]
        ours = {
            row.activity_family: (row.openings, row.closures, row.transfers)
            for row in rows.itertuples()
        }
        theirs = measured(table, year)
        if year == DAY.year:  # a city shows its families over full years only
            ours = {"": ours[""]}
        assert ours == theirs, (city_id, year)
        total += theirs[""][0]
    found = lives(table, as_of=DAY)
    now = mine[mine["year"] == DAY.year].set_index("activity_family")["stock"]
    assert now[""] == len(found.alive())
    by_family = found.alive()["activity_family"].value_counts()
    assert now.drop("").loc[lambda s: s > 0].to_dict() == by_family.to_dict()
    return total


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_city_gets_what_its_own_reading_gives(tmp_path, form):
    files = national(tmp_path, form)
    home = folder_of_cities(tmp_path / "cities", files)
    done = register.write(files, places(home), tmp_path / "out", cities_dir=home)
    assert done.faults == []
    for city_id in TOWNS:
        table = sources.load(cities.read(home / city_id)).establishments
        assert same_as_the_city(done.turnover, table, city_id) > 10
    written = pd.read_csv(
        tmp_path / "out" / "turnover.csv", sep=";", encoding="utf-8-sig", dtype={"insee_code": str}
    )
    assert written["openings"].sum() == done.turnover["openings"].sum()
    again = pd.read_parquet(tmp_path / "out" / "turnover.parquet")
    pd.testing.assert_frame_equal(again, done.turnover, check_dtype=False)


def test_the_printed_declaration_reads_the_same_shops(tmp_path):
    files = national(tmp_path, "parquet")
    home = folder_of_cities(tmp_path / "cities", files)
    done = register.write(files, places(home), tmp_path / "out", cities_dir=home)
    for city_id, code in TOWNS.items():
        before = sources.load(cities.read(home / city_id)).establishments
        path = home / city_id / "city.yml"
        identity = f'id: {city_id}\nname: {city_id}\ninsee_code: "{code}"\n'
        path.write_text(identity + done.declarations[city_id], encoding="utf-8")
        after = sources.load(cities.read(home / city_id))
        assert after.retrieved("establishments") == DAY
        kept = before[before["siret"].isin(after.establishments["siret"])]
        pd.testing.assert_frame_equal(after.establishments, kept.reset_index(drop=True))
        left = before[~before["siret"].isin(after.establishments["siret"])]
        assert lives(left, as_of=DAY, scope="storefront").frame.empty
        assert lives(left, as_of=DAY).frame.empty
        full, short = (
            commerce.measure_turnover(table, as_of=DAY) for table in (before, after.establishments)
        )
        assert full.results == short.results
        assert len(left) > 0


def test_all_activities_are_kept_on_demand(tmp_path):
    files = national(tmp_path)
    home = folder_of_cities(tmp_path / "cities", files)
    done = register.write(
        files, places(home)[:1], tmp_path / "out", cities_dir=home, all_activities=True
    )
    before = sources.load(cities.read(home / "alpha")).establishments
    kept = pq.read_table(tmp_path / "out" / "alpha" / "stock.parquet")
    assert set(kept["siret"].to_pylist()) >= set(before["siret"])
    assert same_as_the_city(done.turnover, before, "alpha") > 0


def test_the_real_history_of_lyon_4e(shared_data, tmp_path):
    real = pd.read_parquet(
        shared_data / "commerce" / "sirene" / "sirene_historique_periodes_lyon4e.parquet"
    )
    history = pd.DataFrame({
        "siret": real["siret"], "dateDebut": real["dateDebut"], "dateFin": real["dateFin"],
        "etatAdministratifEtablissement": real["etat"],
        "activitePrincipaleEtablissement": real["code_ape"],
    })  # fmt: skip
    ordered = history.sort_values("dateDebut", kind="stable", na_position="first")
    stock = ordered.groupby("siret").tail(1).drop(columns="dateFin")
    stock["codeCommuneEtablissement"] = "69384"
    other = stock.tail(3_000).assign(codeCommuneEtablissement="01001")
    other["siret"] = "9" + other["siret"].str[1:]
    paths = {"stock": tmp_path / "s.parquet", "history": tmp_path / "h.parquet"}
    pd.concat([other, stock]).to_parquet(paths["stock"], index=False)
    history.to_parquet(paths["history"], index=False)
    home = tmp_path / "cities"
    (home / "croix-rousse").mkdir(parents=True)
    declared = [
        {"layout": f"sirene-{role}", "path": str(path), "retrieved": DAY}
        for role, path in paths.items()
    ]
    content = {"id": "croix-rousse", "name": "Lyon 4e", "insee_code": "69384",
               "sources": {"establishments": declared}}  # fmt: skip
    (home / "croix-rousse" / "city.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    place = national_cities.place_of(cities.read(home / "croix-rousse"))
    done = register.write(paths, [place], tmp_path / "out", cities_dir=home, day=DAY)
    table = sources.load(cities.read(home / "croix-rousse")).establishments
    assert len(table) > 50_000
    assert same_as_the_city(done.turnover, table, "croix-rousse", every=3) > 200
    assert done.turnover["transfers"].sum() > 0
    assert lives(table, as_of=DAY).reopened > 20


def test_stock_follows_from_openings_and_closures():
    table = pd.DataFrame(
        [
            ("1" * 14, "2016-03-01", "A"), ("1" * 14, "2020-05-01", "F"),
            ("2" * 14, "2018-01-01", "A"), ("2" * 14, "2019-01-01", "F"),
            ("2" * 14, "2021-01-01", "A"),  # reopened: open all along
            ("3" * 14, None, "A"),  # opened nobody knows when
            ("4" * 14, None, "F"),  # closed nobody knows when
            ("5" * 14, "2026-01-01", "A"),  # after the extract
        ],
        columns=["siret", "period_start", "state"],
    )  # fmt: skip
    table["activity_code"] = "47.71Z"
    found = lives(table, as_of=DAY)
    counted = register.by_year(found, (2017, 2025))
    whole = counted[counted["activity_family"] == ""].set_index("year")
    assert whole["stock"].tolist() == [2, 3, 3, 2, 2, 2, 2, 2, 2]
    assert whole["openings"].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert whole["closures"].tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert whole["provisional"].tolist() == [False] * 8 + [True]
    step = whole["stock"].diff().dropna()
    assert (step == (whole["openings"] - whole["closures"]).loc[step.index]).all()


def test_a_city_without_establishment_leaves_the_others(tmp_path):
    files = national(tmp_path)
    home = folder_of_cities(tmp_path / "cities", files)
    text = (home / "beta" / "city.yml").read_text(encoding="utf-8").replace("57630", "57999")
    (home / "beta" / "city.yml").write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(app, command(files, tmp_path / "out", home))
    assert ran.exit_code == 2
    assert "beta/city.yml, value '57999': the stock has no establishment" in one_line(ran)
    assert "layout: sirene-history" in ran.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "README.md", "alpha", "lyon", "merged", "turnover.csv", "turnover.parquet",
    ]  # fmt: skip


def command(files: dict[str, Path], out: Path, home: Path) -> list[str]:
    return ["sirene", "--stock", str(files["stock"]), "--history", str(files["history"]),
            "--cities", str(home), "--to", str(out)]  # fmt: skip


def one_line(ran) -> str:
    return " ".join(ran.output.split())


def raised(files: dict[str, Path], tmp_path: Path) -> str:
    listed = tmp_path / "list.csv"
    listed.write_text("insee_com\n02691\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        register.write(files, national_cities.places_of_list(listed), tmp_path / "out",
                       cities_dir=tmp_path)  # fmt: skip
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True
    return str(error.value)


def test_wrong_files_are_told_apart(tmp_path):
    files = national(tmp_path, "parquet")
    swapped = {"stock": files["history"], "history": files["stock"]}
    told = raised(swapped, tmp_path)
    assert "history.parquet, column codeCommuneEtablissement" in told
    assert "stock.parquet, column dateFin" in told
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(files["history"].read_bytes()[:-500])
    assert "cut.parquet" in raised(files | {"history": cut}, tmp_path)
    assert "no such file" in raised(files | {"stock": tmp_path / "none.parquet"}, tmp_path)
    archive = tmp_path / "stock.zip"
    archive.write_bytes(b"PK")
    assert "Unzip it first" in raised(files | {"stock": archive}, tmp_path)
    damaged = bytearray(files["history"].read_bytes())
    middle = len(damaged) // 2
    damaged[2_000:middle] = bytes(middle - 2_000)
    cut.write_bytes(damaged)
    told = raised(files | {"history": cut}, tmp_path)
    assert "cut.parquet: the file cannot be read to its end" in told


def test_a_broken_csv_line_names_its_file(tmp_path):
    files = national(tmp_path)
    with files["history"].open("a", encoding="utf-8") as stream:
        stream.write('"never closed,1,2\n')
    assert "history.csv: the file cannot be read to its end" in raised(files, tmp_path)


def test_the_day_comes_from_the_stock_or_is_asked(tmp_path):
    files = national(tmp_path, "parquet")
    table = pq.read_table(files["stock"])
    name = "dateDernierTraitementEtablissement"
    pq.write_table(table, tmp_path / "plain.parquet", write_statistics=False)
    for path in (files["stock"], tmp_path / "plain.parquet"):
        opened = national_files.opened("stock", path)
        with national_files.duckdb.connect() as engine:
            assert national_files.extract_day(opened, engine) == DAY
    pq.write_table(table.drop_columns([name]), files["stock"])
    assert "--day YYYY-MM-DD" in raised(files, tmp_path)


def test_a_list_of_communes(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("nom;insee_com\nLyon;69123\nAjaccio;2A004\n", encoding="utf-8")
    found = national_cities.places_of_list(path)
    assert [place.city.id for place in found] == ["69123", "2a004"]
    assert found[0].communes == tuple(f"6938{n}" for n in range(1, 10))
    path.write_text("insee_com\n1004\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"line 2.*'1004'"):
        national_cities.places_of_list(path)
    path.write_text("nom\nLyon\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column holds the INSEE codes"):
        national_cities.places_of_list(path)


def test_a_second_pass_replaces_and_positions_follow(tmp_path):
    files = national(tmp_path, "parquet")
    home = folder_of_cities(tmp_path / "cities", files)
    register.write(files, places(home), tmp_path / "out", cities_dir=home)
    sirets = pq.read_table(files["stock"])["siret"].to_pylist()
    placed = pd.DataFrame({"siret": sirets, "x_longitude": 3.28, "y_latitude": 49.85,
                           "qualite_xy": "11", "plg_code_commune": "02691"})  # fmt: skip
    placed.to_parquet(tmp_path / "geo.parquet", index=False)
    done = register.write(
        files | {"positions": tmp_path / "geo.parquet"}, places(home), tmp_path / "out",
        cities_dir=home,
    )  # fmt: skip
    path = home / "alpha" / "city.yml"
    path.write_text(
        'id: alpha\nname: alpha\ninsee_code: "02691"\n' + done.declarations["alpha"],
        encoding="utf-8",
    )
    table = sources.load(cities.read(home / "alpha")).establishments
    assert table["lon"].eq(3.28).all()
    assert set(table["position_quality"]) == {"house"}
    facts = pq.read_metadata(tmp_path / "out" / "alpha" / "stock.parquet").metadata[b"coeurville"]
    assert b'"file": "stock.parquet"' in facts
    assert not list((tmp_path / "out").glob(".*"))
