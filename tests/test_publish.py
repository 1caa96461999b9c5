"""Open data: a data package that real validators accept, from the public edition only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from frictionless import Package, Resource, Schema, validate

from analyses import assets, cities, sources
from analyses.cities import City, Publication
from analyses.comparison import revisions
from analyses.comparison.revisions import Edition
from analyses.errors import CoeurvilleError, InputError
from analyses.publish import counts, publish
from analyses.results import Estimate, Result, to_frame
from analyses.runs import changes, spreadsheet
from analyses.wording import Text

TERMS = Publication(
    publisher="Ville de Valmont", siret="00000000000000", url="https://example.org/valmont"
)


WHEN = {"period_start": date(2024, 6, 15), "period_end": date(2024, 6, 15)}


@pytest.fixture(scope="module")
def city() -> City:
    return cities.read(assets.package().parents[1] / "cities" / "demo")


@pytest.fixture(scope="module")
def data(city: City) -> sources.Tables:
    tables = sources.load(city, only=["sensors", "counts"])
    some = tables.counts[
        tables.counts["start"] >= tables.counts["start"].max() - pd.Timedelta("9D")
    ]
    return replace(tables, frames={**tables.frames, "counts": some})


def rows() -> list[Result]:
    when = {"period_start": date(2024, 6, 15), "period_end": date(2024, 6, 15)}
    strange = "=cmd|'/c calc'!A1; été"
    hidden = Estimate(float("nan"), float("nan"), float("nan"), 0)
    return [
        Result("vacancy_rate", Estimate(12.5, 9.25, 16.0, 210), "%", "survey", "wilson/1",
               zone="centre", **when),
        Result("vacancy_rate", Estimate(50.0, 20.0, 80.0, 12), "%", "survey", "wilson/1",
               zone="centre", breakdown="street", category=strange, **when),
        Result("premises_count", hidden, "premises", "survey", "count/1", zone="centre",
               quality="suppressed", note=Text("Effectif trop faible.", "Too few."), **when),
    ]  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, city: City) -> Path:
    public = tmp_path / "run" / "public"
    public.mkdir(parents=True)
    spreadsheet.write(to_frame(rows(), city.id), public / "indicators.csv")
    manifest = {"city": city.id, "edition": "2025-03-01", "fingerprint": "f" * 64,
                "code_version": "0.1.0"}  # fmt: skip
    (public / "run.json").write_text(json.dumps(manifest))
    (tmp_path / "run" / "indicators.csv").write_text("SECRET\n")
    return tmp_path / "run"


def schema(shared_data: Path, name: str) -> Schema:
    return Schema.from_descriptor(json.loads((shared_data / "schemas" / name).read_text("utf-8")))


def with_terms(city: City, **changes: object) -> City:
    return city.model_copy(update={"publication": TERMS.model_copy(update=changes)})


def test_frictionless_accepts_the_package(run: Path, city: City, data, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "package"
    written = publish(run, with_terms(city), data, target)
    assert written[0].name == "datapackage.json"
    report = validate(str(target / "datapackage.json"))
    assert report.valid, report.flatten(["title", "note"])
    package = Package(str(target / "datapackage.json"))
    (first, *_) = package.get_resource("indicators").read_rows()
    assert float(package.get_resource("indicators").read_rows()[-1]["value"]) in (12.5, 50.0)
    assert first["city"] == city.id
    assert "SECRET" not in "".join(path.read_text("utf-8-sig") for path in written)


def test_a_wrong_number_is_refused_by_the_validator(run: Path, city: City, data, tmp_path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "package"
    publish(run, with_terms(city), data, target)
    path = target / "indicators.csv"
    path.write_bytes(path.read_bytes().replace(b"12,5", b"12.5.1"))
    assert not validate(str(target / "datapackage.json")).valid


def test_a_french_spreadsheet_reads_it_right(run: Path, city: City, data, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    publish(run, with_terms(city), data, tmp_path / "package")
    content = (tmp_path / "package" / "indicators.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    table = pd.read_csv(tmp_path / "package" / "indicators.csv", sep=";", decimal=",")
    assert sorted(table["value"].dropna()) == [12.5, 50.0]
    assert table["category"].dropna().tolist() == ["'=cmd|'/c calc'!A1; été"]


def test_the_catalogue_line_follows_the_schema(  # type: ignore[no-untyped-def]
    run: Path, city: City, data, tmp_path: Path, shared_data: Path
) -> None:
    publish(run, with_terms(city), data, tmp_path / "package")
    line = Resource(
        path="catalogue-scdl.csv",
        basepath=str(tmp_path / "package"),
        schema=schema(shared_data, "scdl_catalogue.json"),
    )
    report = line.validate()
    assert report.valid, report.flatten(["fieldName", "note"])


def test_counts_follow_the_national_schema(  # type: ignore[no-untyped-def]
    run: Path, city: City, data, tmp_path: Path, shared_data: Path
) -> None:
    publish(run, with_terms(city, tables=["counts"]), data, tmp_path / "package")
    for name in ("site", "channel", "measure"):
        path = tmp_path / "package" / f"comptage-mobilites-{name}.csv"
        table = Resource(
            path=path.name,
            basepath=str(path.parent),
            schema=schema(shared_data, f"etalab_schema-comptage-mobilites-{name}.json"),
        )
        report = table.validate()
        assert report.valid, report.flatten(["fieldName", "note"])
    assert validate(str(tmp_path / "package" / "datapackage.json")).valid


def test_counts_are_in_utc_and_an_hour_told_twice_is_dropped() -> None:
    sensors = pd.DataFrame(
        {"sensor_id": ["a", "b"], "name": ["Rue", None], "lon": [2.0, None], "lat": [47.0, None]}
    )
    hours = pd.to_datetime(["2024-10-27 00:00", "2024-10-27 02:00", "2024-10-27 03:00"])
    table = pd.DataFrame(
        {"sensor_id": ["a"] * 3, "start": hours, "duration_minutes": 60, "count": [1.0, 2.0, 3.0]}
    )
    extra = table.assign(sensor_id="b")
    found = counts.national(
        sensors, pd.concat([table, extra]), insee_code="2A004", time_zone="Europe/Paris"
    )
    assert found.measures["start_datetime"].tolist() == [
        "2024-10-26T22:00:00Z",
        "2024-10-27T02:00:00Z",
    ]
    assert found.left_out == ("b",)
    assert found.sites["fr_insee_code"].tolist() == ["2A004"]
    assert found.channels["time_step"].tolist() == [3600.0]


def test_without_terms_or_public_edition_nothing_is_written(
    run: Path, city: City, data, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "package"
    with pytest.raises(InputError, match="under which terms"):
        publish(run, city.model_copy(update={"publication": None}), data, target)
    with pytest.raises(InputError, match="no public edition"):
        publish(tmp_path / "nothing", with_terms(city), data, target)
    assert not target.exists()


def test_a_folder_of_other_files_is_not_replaced(run: Path, city: City, data, tmp_path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "package"
    publish(run, with_terms(city), data, target)
    publish(run, with_terms(city), data, target)
    other = tmp_path / "letters"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(CoeurvilleError, match="holds other files"):
        publish(run, with_terms(city), data, other)
    assert (other / "letter.txt").read_text() == "dear"


def test_the_public_revisions_go_with_it(run: Path, city: City, data, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first, second = (
        Edition(to_frame([Result("vacancy_rate", Estimate(value, 9.0, 16.0, 210), "%", "survey",
                                 "wilson/1", zone="=1+1", **WHEN)], city.id), day, {})
        for value, day in ((12.5, date(2025, 1, 1)), (14.5, date(2025, 3, 1)))
    )  # fmt: skip
    rows = revisions.compare(first, second).rows.assign(
        edition_before="2025-01-01", edition_after="2025-03-01", run_before="a", run_after="b",
        what="premises.csv", material="oui", provisional="non", open="non",
    )  # fmt: skip
    spreadsheet.write(rows[list(changes.LOGGED)], run / "public" / "revisions.csv")
    target = tmp_path / "package"
    publish(run, with_terms(city), data, target)
    report = validate(str(target / "datapackage.json"))
    assert report.valid, report.flatten(["title", "note"])
    (row,) = Package(str(target / "datapackage.json")).get_resource("revisions").read_rows()
    assert (float(row["before"]), float(row["after"])) == (12.5, 14.5)
    assert row["causes"] == "unknown"
    content = (target / "revisions.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b";12,5;14,5;" in content
    assert b";'=1+1;" in content
    assert b"premises.csv" not in content


def test_a_city_with_one_edition_has_no_revisions(run: Path, city: City, data, tmp_path) -> None:  # type: ignore[no-untyped-def]
    publish(run, with_terms(city), data, tmp_path / "package")
    assert not (tmp_path / "package" / "revisions.csv").exists()
