"""One of our fields from several columns of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analyses import sources
from analyses.errors import InputError
from analyses.schemas import Raw, get
from analyses.sources import joined
from analyses.sources.files import streams
from trial import city, put


def load(folder: Path, table: str, text: str, **more: Any) -> sources.Tables:
    put(folder, "f.csv", text)
    declared = {table: [{"layout": "mapped", "path": "f.csv", **more}]}
    return sources.load(city(folder, sources=declared))


def hours(*texts: str | None, day: str = "2015-12-21T00:00:00") -> list[str | None]:
    table = pa.table({"D": [day] * len(texts), "H": pa.array(texts, pa.string())})
    raw = Raw("f.csv", table, range(len(texts)))
    found = joined.column(raw, "time", "D + H", get("infractions"))
    assert found is not None
    return found.to_pylist()


def test_hours_in_figures_are_written_as_hours() -> None:
    assert hours("1251", "905", "7", None) == [
        "2015-12-21 12:51", "2015-12-21 09:05", "2015-12-21 00:07", None,
    ]  # fmt: skip
    assert hours("9", "14") == ["2015-12-21 09:00", "2015-12-21 14:00"]
    assert hours("83000", "143015.0") == ["2015-12-21 08:30:00", "2015-12-21 14:30:15"]
    assert hours("14h30", "2:05 PM", day="21/12/2015") == ["21/12/2015 14h30", "21/12/2015 2:05 PM"]


def test_a_day_stored_as_midnight_of_any_zone_is_a_day() -> None:
    for midnight in ("T00:00:00.000Z", "T00:00:00+02:00", " 00:00:00 UTC", "T00:00:00+00"[:-3]):
        assert hours("1702", day=f"2016-02-23{midnight}") == ["2016-02-23 17:02"]
    assert hours("1702", day="2016-02-23T05:00:00.000Z") == ["2016-02-23T05:00:00.000Z 17:02"]


def test_hours_numbered_from_1_to_24_are_hours() -> None:
    assert hours("1", "14", "24") == [f"2015-12-21 {hour}:00" for hour in ("01", "14", "24")]


@pytest.mark.parametrize("numbers", [("1", "45"), ("9", "1450000000")])
def test_numbers_that_are_no_hours_are_refused(tmp_path: Path, numbers: tuple[str, str]) -> None:
    rows = "".join(f"{n},2015-12-21,{hour},Arrêt\n" for n, hour in enumerate(numbers))
    columns = {"infraction_id": "N", "time": "Day + Hour", "type": "What"}
    with pytest.raises(InputError) as caught:
        load(tmp_path, "infractions", "N,Day,Hour,What\n" + rows, columns=columns)
    assert [fault.row for fault in caught.value.faults] == [2, 3]


@pytest.mark.parametrize("first", ["9", "1430"])
def test_a_file_writes_its_hours_one_way_whatever_its_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """The first batch holds 9 alone or 1430 alone; 9 is nine past midnight in both files."""
    monkeypatch.setattr(streams, "BLOCK", 1 << 10)
    second = {"9": "1430", "1430": "9"}[first]
    texts = [first] * 300 + [second] * 300
    rows = "".join(f"{n},2015-12-21,{hour},Arrêt\n" for n, hour in enumerate(texts))
    columns = {"infraction_id": "N", "time": "Day + Hour", "type": "What"}
    tables = load(tmp_path, "infractions", "N,Day,Hour,What\n" + rows, columns=columns)
    read = tables["infractions"]["time"].dt.strftime("%H:%M").value_counts().to_dict()
    assert read == {"00:09": 300, "14:30": 300}


def test_a_time_without_its_hour_is_missing_and_not_midnight(tmp_path: Path) -> None:
    text = "N,Day,Hour,What\n1,2015-12-21,1251,Arrêt\n2,2015-12-21,,Arrêt\n3,N/A,900,Arrêt\n"
    columns = {"infraction_id": "N", "time": "Day + Hour", "type": "What"}
    with pytest.raises(InputError) as caught:
        load(tmp_path, "infractions", text, columns=columns)
    found = [(fault.row, fault.problem) for fault in caught.value.faults]
    assert found == [(3, "the value is missing"), (4, "the value is missing")]


def test_every_field_of_time_takes_a_day_and_an_hour(tmp_path: Path) -> None:
    text = "M,Places,D1,H1,D2,H2\nP1,4,01/02/2024,9,13/02/2024,18\n"
    columns = {
        "meter_id": "M", "spaces": "Places", "valid_from": "D1 + H1", "valid_to": "D2 + H2",
    }  # fmt: skip
    frame = load(tmp_path, "parking_supply", text, columns=columns)["parking_supply"]
    read = frame[["valid_from", "valid_to"]].iloc[0].dt.strftime("%d/%m/%Y %H:%M").tolist()
    assert read == ["01/02/2024 09:00", "13/02/2024 18:00"]


def test_infractions_take_the_day_and_the_hour_of_two_columns(tmp_path: Path) -> None:
    text = "N,Day,Hour,What\n1,2015-12-21T00:00:00,1251,Arrêt\n2,2015-12-21T00:00:00,805,Arrêt\n"
    columns = {"infraction_id": "N", "time": "Day + Hour", "type": "What"}
    frame = load(tmp_path, "infractions", text, columns=columns)["infractions"]
    assert frame["time"].dt.strftime("%H:%M").tolist() == ["12:51", "08:05"]


def test_days_without_hours_are_said_to_be_days(tmp_path: Path) -> None:
    rows = "".join(f"{n},2015-12-21T00:00:00,{n}\n" for n in range(101))
    tables = load(
        tmp_path, "infractions", "N,Day,What\n" + rows,
        columns={"infraction_id": "N", "time": "Day", "type": "What"},
    )  # fmt: skip
    assert "le fichier ne donne que le jour" in tables.reserves[-1].fr


def test_premises_of_one_parcel_are_told_apart(tmp_path: Path) -> None:
    text = "Parcelle;Porte;État\nAB12;1;occupé\nAB12;2;vacant\nAB13;;vacant\nAB14;N/A;vacant\n"
    columns = {"premises_id": "Parcelle + Porte", "status": "État"}
    tables = load(tmp_path, "premises", text, columns=columns, constants={"wave": "2024-06-01"})
    assert tables["premises"]["premises_id"].tolist() == ["AB12 1", "AB12 2", "AB13", "AB14"]


def test_a_row_without_any_of_the_parts_keeps_its_place(tmp_path: Path) -> None:
    text = "N;Rue;Ville;État\n1;Haute;Laon;vacant\n2;;;vacant\n3;;Soissons;vacant\n4;;N/A;vacant\n"
    columns = {"premises_id": "N", "address": "Rue + Ville", "status": "État"}
    tables = load(tmp_path, "premises", text, columns=columns, constants={"wave": "2024-06-01"})
    assert tables["premises"]["address"].fillna("").tolist() == ["Haute Laon", "", "Soissons", ""]


def test_lines_identify_what_a_file_does_not_and_never_across_files(tmp_path: Path) -> None:
    """Two waves of one file are the same premises; those of two files are not."""
    put(tmp_path, "a.csv", "Parcelle;2023;2024\nAB12;vacant;occupé\nAB12;vacant;vacant\n")
    put(tmp_path, "b.csv", "Parcelle;2025\nAB12;vacant\n")
    waves = (("a.csv", "2023"), ("a.csv", "2024"), ("b.csv", "2025"))
    declared = [
        {"layout": "mapped", "path": path, "constants": {"wave": f"{year}-06-01"},
         "columns": {"premises_id": "Parcelle + (ligne)", "status": year}}
        for path, year in waves
    ]  # fmt: skip
    frame = sources.load(city(tmp_path, sources={"premises": declared}))["premises"]
    assert frame["premises_id"].tolist() == [
        "AB12 a.csv:2", "AB12 a.csv:3", "AB12 a.csv:2", "AB12 a.csv:3", "AB12 b.csv:2",
    ]  # fmt: skip


def test_a_column_that_holds_the_sign_is_itself_and_a_missing_part_is_named(tmp_path: Path) -> None:
    text = "A + B;État\nx;vacant\n"
    columns = {"premises_id": "A + B", "status": "État"}
    constants = {"wave": "2024-06-01"}
    tables = load(tmp_path, "premises", text, columns=columns, constants=constants)
    assert tables["premises"]["premises_id"].tolist() == ["x"]
    with pytest.raises(InputError) as caught:
        load(tmp_path, "premises", "A;État\nx;vacant\n", columns=columns, constants=constants)
    assert "B" in [fault.column for fault in caught.value.faults]
