"""What exports of other tools do: short rows, JSON, no header, codes for no value, other units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analyses.cities import City, DataSource, Sources
from analyses.errors import Fault, InputError
from analyses.sources import load
from analyses.sources.files import sheets

HEAD = "Jour;Halles;Quai;Pont (hors service)\n"


def city(folder: Path, **tables: dict[str, Any]) -> City:
    sources = Sources(**{name: [DataSource(**item)] for name, item in tables.items()})
    return City(
        id="essai",
        name="Essai",
        insee_code="01001",
        fictitious=True,
        folder=folder,
        sources=sources,
    )


def faults(folder: Path, **tables: dict[str, Any]) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        load(city(folder, **tables))
    return list(caught.value.faults)


def test_rows_that_lack_an_empty_last_column_are_whole(tmp_path: Path) -> None:
    """Excel writes so the rows that end with blank cells, after the sixteenth."""
    text = HEAD + "01/05/2024;1;2;\n02/05/2024;3;4\n\n03/05/2024;;6;\n04/05/2024;7\n"
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    raw, wrong = sheets.read_csv(tmp_path / "c.csv", "c.csv")
    assert [(fault.row, fault.problem) for fault in wrong] == [
        (6, "the row has 2 cells where the header has 4")  # Quai holds values elsewhere
    ]
    assert raw.table["Halles"].to_pylist() == ["1", "3", None]
    assert raw.table["Quai"].to_pylist() == ["2", "4", "6"]
    assert raw.table["Pont (hors service)"].null_count == 3
    assert raw.lines.tolist() == [2, 3, 5]


def test_rows_that_lack_a_cell_of_a_column_in_use_stay_faults(tmp_path: Path) -> None:
    text = HEAD + "01/05/2024;1;2;9\n02/05/2024;3;4\n"
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    raw, wrong = sheets.read_csv(tmp_path / "c.csv", "c.csv")
    assert [fault.row for fault in wrong] == [3]
    assert raw.lines.tolist() == [2]


@pytest.mark.parametrize("text", ['{"count":4,"start":"x"}\n{"count":5}\n', '[ {"count": 4}]'])
def test_json_under_a_table_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text, encoding="utf-8")
    item = {"layout": "mapped", "path": "c.json", "columns": {"start": "start", "count": "count"}}
    (fault,) = faults(tmp_path, counts=item)
    assert fault.problem == "this is JSON, not a table"
    assert "CSV" in fault.remedy


def test_parquet_under_a_table_of_text_is_named(tmp_path: Path) -> None:
    pd.DataFrame({"start": ["2024-01-01"], "count": [3]}).to_parquet(tmp_path / "c.parquet")
    item = {"layout": "mapped", "path": "c.parquet", "columns": {"start": "start"}}
    (fault,) = faults(tmp_path, counts=item)
    assert fault.problem.startswith("this is Parquet")


def test_a_file_without_names_of_columns_says_how_to_give_them(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("01-JAN-2024 00:00,4,Halles,36\n01-JAN-2024 01:00,4,Halles,9\n")
    columns = {"start": "Heure", "sensor_id": "Capteur", "count": "Passages"}
    found = faults(tmp_path, counts={"layout": "mapped", "path": "c.csv", "columns": columns})
    told = [fault for fault in found if fault.problem == "the file has no such column"]
    assert len(told) == 3
    assert all("add a row with the columns' names above it" in fault.remedy for fault in told)


def test_a_file_with_names_of_columns_is_not_told_to_add_them(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("Date,Lieu,Total 2024\n2024-01-01,Halles,36\n")
    columns = {"start": "Heure", "sensor_id": "Lieu", "count": "Total 2024"}
    found = faults(tmp_path, counts={"layout": "mapped", "path": "c.csv", "columns": columns})
    assert found
    assert not any("above it" in fault.remedy for fault in found)


def days(values: list[str]) -> str:
    dates = pd.date_range("2024-01-01", periods=len(values))
    return "Jour,Mesure\n" + "".join(
        f"{day:%Y-%m-%d},{value}\n" for day, value in zip(dates, values, strict=True)
    )


@pytest.mark.parametrize("codes", [9, 30])
def test_the_code_of_no_value_is_named_with_its_remedy(tmp_path: Path, codes: int) -> None:
    (tmp_path / "m.csv").write_text(days(["3.5"] * 10 + ["-9999"] * codes))
    item = {"layout": "mapped", "path": "m.csv", "columns": {"date": "Jour", "rain_mm": "Mesure"}}
    remedy = 'values: {rain_mm: {"-9999": ""}}'
    assert all(remedy in fault.remedy for fault in faults(tmp_path, weather=item))
    read = load(city(tmp_path, weather={**item, "values": {"rain_mm": {"-9999": ""}}})).weather
    assert read["rain_mm"].count() == 10


def test_a_column_mostly_out_of_range_is_one_of_another_unit(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(days(["128", "106", "117", "-5", "61", "89", "94"]))
    columns = {"date": "Jour", "temperature_max": "Mesure"}
    found = faults(tmp_path, weather={"layout": "mapped", "path": "m.csv", "columns": columns})
    assert all(fault.remedy.startswith("Convert the column to °C") for fault in found)


def test_one_value_out_of_range_is_to_be_corrected(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(days(["12"] * 9 + ["128"]))
    columns = {"date": "Jour", "temperature_max": "Mesure"}
    (fault,) = faults(tmp_path, weather={"layout": "mapped", "path": "m.csv", "columns": columns})
    assert fault.remedy == "Correct it or leave it empty"


def test_a_key_given_many_times_names_the_first_lines_only(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-01,{value}\n" for value in [3] * 9)
    (tmp_path / "m.csv").write_text("Jour,Mesure\n" + rows)
    item = {"layout": "mapped", "path": "m.csv", "columns": {"date": "Jour", "rain_mm": "Mesure"}}
    (fault,) = faults(tmp_path, weather=item)
    assert fault.problem == (
        "the same date is given again at line 3 of m.csv, line 4 of m.csv, line 5 of m.csv, "
        "line 6 of m.csv, line 7 of m.csv and 3 more lines"
    )


def test_a_column_that_no_file_has_may_be_one_value(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("Nom,Jour\nFoire,2024-05-01\n")
    columns = {"label": "Nom", "start": "Jour"}
    item = {"layout": "mapped", "path": "e.csv", "columns": columns}
    (fault,) = faults(tmp_path, events=item)
    assert "constants: {kind: …}" in fault.remedy
    read = load(city(tmp_path, events={**item, "constants": {"kind": "festival"}})).events
    assert read["kind"].tolist() == ["festival"]
