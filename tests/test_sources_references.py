"""What one file says of another: places of events, rows to come of SIRENE, files of reserves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyses import sources
from analyses.errors import InputError
from test_sources_sirene import HISTORY, csv_text, stock_row
from trial import city, put

SQUARE = [[[3.28, 49.84], [3.30, 49.84], [3.30, 49.86], [3.28, 49.86], [3.28, 49.84]]]
EVENTS = {"layout": "coeurville", "path": "events.csv"}
SENSORS = {"layout": "coeurville", "path": "sensors.csv"}


def town(folder: Path, *rows: str, event: dict[str, Any] | None = None) -> Any:
    """Write a town with two zones, one sensor and some events, and read it."""
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": SQUARE},
         "properties": {"zone_id": name, "name": name, "kind": "centre"}}
        for name in ("centre", "faubourg")
    ]  # fmt: skip
    put(folder, "zones.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    put(folder, "sensors.csv", "sensor_id,name,lon,lat\nS1,Rue d'Isle,3.29,49.85\n")
    put(folder, "events.csv", "\n".join(["label,kind,start,sensor_ids,zone_ids", *rows]))
    declared = {"sensors": [SENSORS], "events": [event or EVENTS]}
    return sources.load(city(folder, zones={"path": "zones.geojson"}, sources=declared))


def test_events_in_known_places_are_read_whatever_stands_between_them(tmp_path: Path) -> None:
    tables = town(
        tmp_path, "Fête,festival,2024-06-21,S1,", 'Foire,fair,2024-05-01,,"centre, faubourg"',
        "Concert,concert,2024-07-01,,faubourg ;centre", "Défilé,parade,2024-07-14,,",
    )  # fmt: skip
    told = tables.events["zone_ids"].fillna("").tolist()
    assert told == ["", "centre|faubourg", "faubourg|centre", ""]


def test_unknown_places_of_events_are_faults_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        town(
            tmp_path, "Fête,festival,2024-06-21,S1|S9,", "Foire,fair,2024-05-01,,centre|hopital",
            "Salon,fair,2024-05-02,,hopital",
        )  # fmt: skip
    sensor, zone = sorted(map(str, caught.value.faults))
    assert "events.csv, line 2, column sensor_ids, value 'S9'" in sensor
    assert "Write one of: S1;" in sensor
    assert "events.csv, line 3, column zone_ids, value 'hopital'" in zone
    assert "(2 events)" in zone
    assert "Write one of: centre, faubourg;" in zone


def test_an_unknown_place_in_city_yml_is_named_by_its_key(tmp_path: Path) -> None:
    event = {"layout": "mapped", "path": "events.csv", "constants": {"zone_ids": "hopital"},
             "columns": {"label": "label", "kind": "kind", "start": "start"}}  # fmt: skip
    with pytest.raises(InputError) as caught:
        town(tmp_path, "Fête,festival,2024-06-21,,", event=event)
    (fault,) = caught.value.faults
    assert (fault.file, fault.column, fault.value, fault.row) == (
        "city.yml", "sources.events.constants.zone_ids", "hopital", None,
    )  # fmt: skip


def test_what_is_not_read_is_not_compared_with(tmp_path: Path) -> None:
    town(tmp_path, "Fête,festival,2024-06-21,S1,")
    put(tmp_path, "events.csv", "label,kind,start,sensor_ids\nFête,festival,2024-06-21,S9\n")
    here = city(tmp_path, sources={"sensors": [SENSORS], "events": [EVENTS]})
    assert sources.load(here, only=["events"]).events["sensor_ids"].tolist() == ["S9"]


def test_a_stock_row_to_come_leaves_the_history(tmp_path: Path) -> None:
    siret, other = "00032517500057", "00032517500016"
    put(tmp_path, "stock.csv", csv_text([
        stock_row(siret, "02691", "2030-01-01", enseigne1Etablissement="LE BEFFROI"),
        stock_row(other, "02691", "2019-03-01"),
    ]))  # fmt: skip
    past = {"siret": siret, "dateDebut": "2015-05-01", "dateFin": "2029-12-31",
            "etatAdministratifEtablissement": "A", "activitePrincipaleEtablissement": "47.71Z",
            "nomenclatureActivitePrincipaleEtablissement": "NAFRev2"}  # fmt: skip
    to_come = past | {"dateDebut": "2030-01-01", "dateFin": ""}
    put(tmp_path, "history.csv", csv_text([past, to_come], HISTORY))
    declared = [
        {"layout": "sirene-stock", "path": "stock.csv", "retrieved": "2025-01-01"},
        {"layout": "sirene-history", "path": "history.csv", "retrieved": "2025-01-01"},
    ]
    tables = sources.load(city(tmp_path, sources={"establishments": declared}))
    rows = tables.establishments.set_index("siret")
    assert sorted(rows.index) == [other, siret]
    kept = rows.loc[siret]
    assert str(kept["period_start"].date()) == "2015-05-01"
    assert (kept["commune"], kept["brand"]) == ("02691", "LE BEFFROI")
    log = tables.quality[tables.quality["reason_en"].str.startswith("Start after the extraction")]
    assert log["file"].tolist() == ["stock.csv", "history.csv"]
    assert log["rows"].tolist() == [1, 1]


def test_a_reserve_names_its_files(tmp_path: Path) -> None:
    row = stock_row("00032517500016", "02691", "1900-01-01")
    for last, name in ((6, "a.csv"), (7, "b.csv")):
        put(tmp_path, name, csv_text([row | {"siret": f"0003251750001{last}"}]))
    declared = [{"layout": "sirene-stock", "path": name, "retrieved": "2025-01-01"}
                for name in ("a.csv", "b.csv")]  # fmt: skip
    tables = sources.load(city(tmp_path, sources={"establishments": declared}))
    (old,) = [text for text in tables.reserves if "1900" in text.fr]
    assert old.fr.startswith("a.csv et b.csv : Début au 1er janvier 1900")
    assert old.en.startswith("a.csv and b.csv: Start on 1 January 1900")


def test_a_file_whose_name_would_hide_a_public_reserve_is_not_named(tmp_path: Path) -> None:
    put(tmp_path, "stock-2025.csv", csv_text([stock_row("00032517500016", "02691", "2019-03-01")]))
    declared = [{"layout": "sirene-stock", "path": "stock-2025.csv", "retrieved": "2025-01-01"}]
    tables = sources.load(city(tmp_path, sources={"establishments": declared}))
    assert any(text.fr.startswith("Sans l'historique") for text in tables.reserves)
