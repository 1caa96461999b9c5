"""The folders under cities/: real identities checked against official lists, no invented data."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from analyses import cities, indicators, sources
from analyses.errors import InputError
from trial import city

ROOT = Path(__file__).resolve().parents[1]
CITIES = ROOT / "cities"
ELEVEN = [
    "avignon", "belfort", "digne-les-bains", "la-roche-sur-yon", "poitiers", "saint-avold",
    "saint-nazaire", "saint-quentin", "soissons", "thionville", "tulle",
]  # fmt: skip
# Zones of the school holidays by académie (Éducation nationale, calendrier scolaire since 2015).
ACADEMIES = {
    "belfort": "A", "poitiers": "A", "tulle": "A", "avignon": "B", "digne-les-bains": "B",
    "la-roche-sur-yon": "B", "saint-nazaire": "B", "saint-avold": "B", "thionville": "B",
    "saint-quentin": "B", "soissons": "B",
}  # fmt: skip


def test_the_programme_is_complete() -> None:
    assert {*ELEVEN, "demo"} <= set(cities.list_ids(CITIES))


def test_the_published_schema_is_the_contract() -> None:
    """Write it again with: json.dumps(cities.json_schema(), ensure_ascii=False, indent=2)."""
    written = (CITIES / "city.schema.json").read_text("utf-8")
    assert written == json.dumps(cities.json_schema(), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("city_id", [*ELEVEN, "demo"])
def test_a_city_reads_and_its_data_load(city_id: str) -> None:
    city = cities.read(CITIES / city_id)
    assert city.fictitious == (city_id == "demo")
    tables = sources.load(city)
    zones: gpd.GeoDataFrame = tables["zones"]
    assert zones.geometry.is_valid.all()
    assert city.longitude is not None
    assert city.latitude is not None
    assert zones.geometry.contains(Point(city.longitude, city.latitude)).any()


@pytest.mark.parametrize("city_id", ELEVEN)
def test_identity_is_that_of_the_official_list(city_id: str, shared_data: Path) -> None:
    city = cities.read(CITIES / city_id)
    listed = pd.read_csv(shared_data / "geo" / "acv_communes_anct.csv", dtype=str)
    row = listed.set_index("insee_com").loc[city.insee_code]
    assert city.name == row["lib_com"]
    assert city.region == row["lib_reg"]
    assert city.population == int(row["pop"])
    assert city.epci is not None
    assert city.epci.siren == row["siren_epci"]
    assert city.longitude == pytest.approx(float(row["lon"]))
    assert city.latitude == pytest.approx(float(row["lat"]))
    signed = pd.read_csv(shared_data / "geo" / "ort_communes_2023.csv", dtype=str)
    row = signed.set_index("Code commune").loc[city.insee_code]
    assert city.epci.name == row["EPCI"]
    assert city.department == row["Département"]


@pytest.mark.parametrize("city_id", ELEVEN)
def test_the_school_zone_is_that_of_the_academy(city_id: str) -> None:
    assert cities.read(CITIES / city_id).school_zone == ACADEMIES[city_id]


@pytest.mark.parametrize("city_id", ELEVEN)
def test_no_data_is_invented(city_id: str) -> None:
    city = cities.read(CITIES / city_id)
    assert city.sources.given() == {}
    assert sorted(path.name for path in (CITIES / city_id).iterdir()) == [
        "city.yml",
        "readiness.yml",
        "texts",
        "zones.geojson",
    ]
    assert city.facts
    assert all(fact.source.url for fact in city.facts)
    for figure in city.published:
        assert figure.source.url
        assert "vérifier" in (figure.note or "")
        assert figure.unit == indicators.get(figure.indicator).unit


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("surface_breaks", [], "at least 1 item"),
        ("surface_breaks", [100, 50], "each limit must be above the one before: [100, 50]"),
        ("surface_breaks", [50, 50], "each limit must be above the one before"),
        ("surface_breaks", [0, 50], "every limit must be a number above 0"),
        ("surface_breaks", [50, float("nan")], "every limit must be a number above 0"),
        ("survival_years", [], "at least 1 item"),
        ("survival_years", [0, 3], "every age must be above 0: [0, 3]"),
        ("survival_years", [3, 3], "an age is written twice"),
    ],
)
def test_parameters_that_mean_nothing_are_refused(
    tmp_path: Path, name: str, value: list[float], told: str
) -> None:
    with pytest.raises(InputError) as caught:
        city(tmp_path, parameters={name: value})
    (fault,) = caught.value.faults
    assert fault.column == f"parameters.{name}"
    assert told in fault.problem


def test_published_vacancy_is_that_of_the_collection(shared_data: Path) -> None:
    collected = pd.read_csv(shared_data / "commerce" / "published_vacancy_figures.csv")
    rows = set(zip(collected["source_url"], collected["taux_pct"].astype(float), strict=True))
    shown = {
        (figure.source.url, figure.value)
        for city_id in ELEVEN
        for figure in cities.read(CITIES / city_id).published
        if figure.indicator == "vacancy_rate"
    }
    assert shown <= rows
    assert len(shown) == 6  # Avignon, Belfort, Thionville four, of which one with Saint-Avold


def test_boundaries_are_those_of_the_communes(shared_data: Path) -> None:
    real = gpd.read_file(shared_data / "geo" / "communes_acv11_boundaries.geojson")
    real = real.set_index("code").geometry
    for city_id in ELEVEN:
        city = cities.read(CITIES / city_id)
        zones = gpd.read_file(CITIES / city_id / "zones.geojson")
        assert list(zones["kind"]) == ["commune"]
        assert zones.geometry.iloc[0].equals(real[city.insee_code])
        assert city.zones is not None
        assert city.zones.licence
        assert city.zones.producer
