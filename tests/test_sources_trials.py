"""Trial cities on real data: the figures that the data set's own notes give must come out."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from analyses import activities, cities, sources
from trial import city


@pytest.fixture
def trial(root, shared_data, monkeypatch):
    """Load one of the trial cities, whose paths begin with ${COEURVILLE_SHARED_DATA}."""
    monkeypatch.setenv("COEURVILLE_SHARED_DATA", str(shared_data))
    return lambda name: sources.load(cities.read(root / "tests" / "cities" / name))


def test_vancouver_panel(trial, shared_data):
    tables = trial("vancouver")
    raw = pd.read_csv(
        shared_data / "commerce/surveys/vancouver_storefronts-inventory.csv", sep=";", dtype=str
    )
    assert raw["Year recorded"].value_counts().to_dict() == {"2020": 8224, "2021": 8182}
    row = tables.provenance.iloc[0]
    assert (row["rows_read"], row["rows_kept"], row["rows_set_aside"]) == (16406, 16405, 1)
    kept = tables.premises["wave"].dt.year.value_counts().to_dict()
    assert kept == {2020: 8224, 2021: 8182 - 1}  # the row set aside is of 2021
    (reserve,) = tables.reserves
    assert "premises_id 2912, wave 2021-07-01 (lignes 2975, 13541)" in reserve.fr
    table = tables.premises
    assert table["lon"].between(-123.3, -123.0).all()
    assert table["lat"].between(49.19, 49.32).all()
    assert table["zone_id"].nunique() == 21
    table["vacant"] = table["status"].isin(["vacant", "vacant_works"])
    wide = table.pivot(index="premises_id", columns="wave", values="vacant")
    before, after = (wide[wave].isna().sum() for wave in wide.columns)
    assert (after, before) == (55, 12)
    both = wide.dropna().astype(bool)
    first, second = both.iloc[:, 0], both.iloc[:, 1]
    assert len(both) == 8169
    assert (~first & second).sum() == 456
    assert (first & ~second).sum() == 197
    assert (100 * table.groupby("wave")["vacant"].mean()).round(1).tolist() == [10.1, 13.2]


def test_lyon_history(trial):
    tables = trial("lyon-4e")
    table = tables.establishments
    assert len(table) == 58228
    assert table["siret"].nunique() == 26614
    assert table["siret"].str.fullmatch(r"\d{14}").all()
    assert table["period_start"].isna().sum() == 321
    assert table["commune"].eq("69384").all()
    closed = table["state"].eq("F")
    assert closed.sum() > 0
    told = " ".join(reserve.fr for reserve in tables.reserves)
    assert "321 période(s)" in told
    assert "2026-11-05" in told
    current = table[table["period_end"].isna()].set_index("siret")
    shops = activities.is_shop(current["activity_code"], scope="divisions")
    opened = table.groupby("siret")["period_start"].min()[shops[shops].index].dt.year.value_counts()
    shut = current.loc[shops & current["state"].eq("F"), "period_start"].dt.year.value_counts()
    assert opened[[2019, 2021, 2024, 2025]].tolist() == [141, 135, 115, 105]
    assert shut[[2019, 2021, 2024, 2025]].tolist() == [98, 111, 113, 91]


def test_lyon_history_with_a_declared_day_of_extraction(trial, root, shared_data, tmp_path):
    declared = cities.read(root / "tests/cities/lyon-4e").sources.establishments[0]
    again = city(
        tmp_path,
        insee_code="69384",
        sources={
            "establishments": [
                {**declared.model_dump(exclude_defaults=True), "retrieved": "2026-06-30"}
            ]
        },
    )
    tables = sources.load(again)
    assert tables.provenance["rows_set_aside"].tolist() == [9]
    assert tables.establishments["period_start"].max() <= pd.Timestamp("2026-06-30")
    assert len(tables.establishments) == 58228 - 9


def test_stock_sample_in_the_official_layout(shared_data, tmp_path, monkeypatch):
    monkeypatch.setenv("COEURVILLE_SHARED_DATA", str(shared_data))
    path = "${COEURVILLE_SHARED_DATA}/commerce/sirene/StockEtablissement_utf8_head1000.csv"
    raw = pd.read_csv(shared_data / path.partition("/")[2], dtype=str)
    communes = raw["codeCommuneEtablissement"].dropna().unique().tolist()
    declared = [
        {"layout": "sirene-stock", "path": path, "options": {"communes": communes}},
        {
            "layout": "sirene-positions",
            "path": path.replace("_utf8_head1000", "_head1000_ban_geocoded"),
        },
    ]
    tables = sources.load(city(tmp_path, sources={"establishments": declared}))
    table = tables.establishments
    placed = raw["codeCommuneEtablissement"].notna()
    assert len(table) == placed.sum()
    assert table["siret"].tolist() == raw.loc[placed, "siret"].tolist()
    assert (
        table["diffusion"].eq("P").sum()
        == raw.loc[placed, "statutDiffusionEtablissement"].eq("P").sum()
    )
    kinds = raw.loc[placed, "nomenclatureActivitePrincipaleEtablissement"].value_counts()
    assert table["nomenclature"].value_counts().to_dict() == kinds.to_dict()
    # an address of Manihi (French Polynesia) that the geocoder puts in Moselle, score 0.22
    far = table.set_index("siret").loc["00032517500016"]
    assert far["commune"] == "98727"
    assert far["position_quality"] == "poor"
    assert pd.isna(far["lon"])


def test_answers_of_the_annuaire(shared_data, tmp_path, monkeypatch):
    monkeypatch.setenv("COEURVILLE_SHARED_DATA", str(shared_data))
    path = "${COEURVILLE_SHARED_DATA}/commerce/sirene/recherche_entreprises_api/*.json"
    declared = [{"layout": "recherche-entreprises", "path": path}]
    table = sources.load(city(tmp_path, sources={"establishments": declared})).establishments
    found = table.set_index("siret")
    assert found.loc["88087814500015", "state"] == "F"
    assert found.loc["84201905100015", ["state", "activity_code"]].tolist() == ["A", "90.01Z"]
    assert found.loc["55203253400703", "created"] == pd.Timestamp("2025-08-19")
    assert found["lon"].notna().all()


def test_niort_opening_hours(trial):
    tables = trial("niort")
    shops = tables.shops
    assert len(shops) == 33
    assert shops["opening_hours"].notna().sum() == 32
    assert (~shops["opening_hours_valid"].dropna()).sum() == 25
    assert shops["kind"].eq("pharmacy").all()
    assert "25 sur 32" in tables.reserves[0].fr
    assert shops["observed"].unique().tolist() == [pd.Timestamp("2019-02-13")]


def test_monaco_extract_against_the_points_drawn_from_it(trial, shared_data):
    tables = trial("monaco")
    ours = tables.shops.set_index("osm_id")
    text = (shared_data / "commerce/osm/monaco_shops.geojson").read_text(encoding="utf-8")
    theirs = {item["id"]: item for item in json.loads(text)["features"]}
    missed = [theirs[name]["properties"] for name in theirs if name not in ours.index]
    assert not any("shop" in tags or tags.get("amenity") == "restaurant" for tags in missed)
    assert len(missed) <= 3
    for name in set(theirs) & {name for name in ours.index if name.startswith("node")}:
        lon, lat = theirs[name]["geometry"]["coordinates"]
        assert ours.loc[name, ["lon", "lat"]].tolist() == pytest.approx([lon, lat], abs=1e-6)
    assert {"building", "street", "path", "water", "green"} <= set(tables.streets["kind"])
