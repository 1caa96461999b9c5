"""`coeurville new`: a folder that checks at once, whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
import yaml

from analyses import cities, schemas, sources, templates
from analyses.errors import InputError


def test_a_new_folder_checks_without_a_change(tmp_path: Path) -> None:
    written = templates.create(tmp_path / "cities", "ma-ville")
    folder = tmp_path / "cities" / "ma-ville"
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == written
    city = cities.read(folder)
    assert city.id == "ma-ville"
    assert city.fictitious, "a folder without identity must not pass for a real city"
    assert sources.load(city).provenance.empty


def test_every_flat_table_has_a_template_and_a_filled_example(tmp_path: Path) -> None:
    templates.create(tmp_path, "x")
    for name in schemas.names():
        table = schemas.get(name)
        if any(column.type == "geojson" for column in table.columns):
            drawn = json.loads((tmp_path / "x" / "exemples" / f"{name}.geojson").read_text("utf-8"))
            assert drawn["features"]
            continue
        empty = _rows(tmp_path / "x" / "modeles" / f"{name}.csv")
        assert empty == [list(table.names)]
        filled = _rows(tmp_path / "x" / "exemples" / f"{name}.csv")
        assert filled[0] == list(table.names)
        assert len(filled) > 1
        assert all(len(row) == len(table.names) for row in filled)


def test_templates_ask_for_no_personal_data(tmp_path: Path) -> None:
    templates.create(tmp_path, "x")
    personal = set(schemas.get("premises").personal)
    assert personal
    for path in (tmp_path / "x" / "modeles").glob("*.csv"):
        assert not personal & set(_rows(path)[0])


def test_the_filled_survey_and_zones_load(tmp_path: Path) -> None:
    templates.create(tmp_path, "x")
    folder = tmp_path / "x"
    config = yaml.safe_load((folder / "city.yml").read_text("utf-8"))
    config["zones"] = {"path": "exemples/zones.geojson"}
    config["sources"] = {
        "premises": [{"layout": "coeurville", "path": "exemples/premises.csv"}],
        "streets": [{"layout": "geojson", "path": "exemples/streets.geojson"}],
    }
    (folder / "city.yml").write_text(yaml.safe_dump(config), "utf-8")
    tables = sources.load(cities.read(folder))
    premises = tables["premises"]
    assert premises["status"].value_counts().to_dict() == {
        "occupied": 4,
        "vacant": 2,
        "vacant_works": 1,
        "unknown": 1,
    }
    assert premises["zone_id"].notna().all()


def _by_hand() -> list[str]:
    """Tables that our own template can fill."""
    known = sources.layouts()
    return sorted(set(known.loc[known["layout"] == "coeurville", "table"]))


@pytest.mark.parametrize("table", _by_hand())
def test_a_filled_example_loads(tmp_path: Path, table: str) -> None:
    templates.create(tmp_path, "x")
    folder = tmp_path / "x"
    config = yaml.safe_load((folder / "city.yml").read_text("utf-8"))
    config["zones"] = {"path": "exemples/zones.geojson"}
    flat = (folder / "exemples" / f"{table}.csv").is_file()
    name = f"exemples/{table}.csv" if flat else f"exemples/{table}.geojson"
    config["sources"] = {table: [{"layout": "coeurville", "path": name}]}
    (folder / "city.yml").write_text(yaml.safe_dump(config), "utf-8")
    loaded = sources.load(cities.read(folder))[table]
    # At least a row each: a recurring event gives several.
    least = len(_rows(folder / name)) - 1 if flat else 1
    assert len(loaded) >= least


def test_the_commented_lines_are_right_once_uncommented(tmp_path: Path) -> None:
    """Every example line of city.yml, its # removed, gives a city file that reads."""
    templates.create(tmp_path, "x")
    path = tmp_path / "x" / "city.yml"
    lines = path.read_text("utf-8").splitlines()
    bare = [line[2:] if line.startswith("# ") and _is_yaml(line) else line for line in lines]
    path.write_text("\n".join(bare), "utf-8")
    city = cities.read(tmp_path / "x")
    assert city.epci is not None
    assert city.zones is not None
    assert [source.layout for source in city.sources.premises] == ["coeurville", "mapped"]
    known = sources.layouts()
    readable = set(zip(known["table"], known["layout"], strict=True))
    shown = {(t, one.layout) for t, given in city.sources.given().items() for one in given}
    assert len(shown) > 10
    assert shown <= readable
    assert city.published[0].indicator == "vacancy_rate"
    assert city.parameters == cities.Parameters(), "the examples show the defaults"


@pytest.mark.parametrize("taken", sorted(cities.RESERVED))
def test_a_folder_of_the_results_is_no_city(tmp_path: Path, taken: str) -> None:
    with pytest.raises(InputError, match="name of a folder of the results"):
        templates.create(tmp_path, taken)
    home = tmp_path / taken
    home.mkdir()
    (home / "city.yml").write_text(f'id: {taken}\nname: A\ninsee_code: "02691"\n', "utf-8")
    with pytest.raises(InputError, match="is a folder of the results"):
        cities.read(home)


@pytest.mark.parametrize("bad", ["", "Ma-Ville", "é", "a b", "-a", "a--b", "../x", "a/b", "x" * 61])
def test_an_unfit_id_is_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(InputError, match="cannot be a city's id"):
        templates.create(tmp_path, bad)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "note.txt").write_text("à garder", "utf-8")
    with pytest.raises(InputError, match="already exists"):
        templates.create(tmp_path, "x")
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["note.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_nothing_is_left_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="space"):
        templates.create(tmp_path, "x")
    assert list(tmp_path.iterdir()) == []


def test_the_schema_beside_the_file_is_the_contract(tmp_path: Path) -> None:
    templates.create(tmp_path, "x")
    written = json.loads((tmp_path / "x" / "city.schema.json").read_text("utf-8"))
    assert written == cities.json_schema()


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=";"))


def _is_yaml(line: str) -> bool:
    """Tell an example line (``# key: …``, indented or a list item) from a sentence."""
    body = line[2:].split("  #")[0].strip()
    if not body or body.startswith(("-" * 3, "yaml-language-server")):
        return False
    key = body.removeprefix("- ").split(":")[0]
    return ":" in body and key.replace("_", "").isalpha() and key == key.lower()


def test_the_dictionary_gives_the_words_that_are_read_as_values() -> None:
    text = templates.files("x")["LISEZMOI.md"]
    (line,) = (row for row in text.splitlines() if row.startswith("| `status` | État du local"))
    assert "vide (vacant)" in line
    assert "travaux (vacant_works)" in line
