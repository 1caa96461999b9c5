"""Verifying a run: what went in is named, numbers are compared, then bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy
import pandas as pd
import pytest

import small_city
from analyses import digests, review, runs
from analyses.results import Estimate, Result, not_computable, to_frame
from analyses.runs import history, indicators_file, manifest, spreadsheet, verify
from analyses.wording import Text

DAY = date(2025, 1, 10)


class Place:
    """A small city with its finished run."""

    def __init__(self, folder: Path) -> None:
        self.home = small_city.write(folder / "cities")
        small_city.run(self.home, folder / "out", DAY)
        self.lines = small_city.rows()

    @property
    def entry(self) -> history.Entry:
        folder = self.home.parents[1] / "out" / "essai"
        return history.Entry(folder, manifest.read(folder))

    @property
    def request(self) -> runs.Request:
        return small_city.request(self.home, Path(), marks={})

    def basis(self) -> verify.Basis:
        return verify.basis(self.entry, self.request)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("verify"))


@pytest.fixture
def place(made: Place) -> Iterator[Place]:
    """Return the city as it was run; put its files back after the test."""
    files = {path: path.read_bytes() for path in made.home.iterdir()}
    outputs = {path: path.read_bytes() for path in made.entry.folder.glob("*.*")}
    yield made
    for path in made.home.iterdir():
        if path not in files:
            path.unlink()
    for path, content in {**files, **outputs}.items():
        path.write_bytes(content)


def again(place: Place, folder: Path, basis: verify.Basis | None = None) -> verify.Verified:
    asked = replace(place.request, out=folder)
    return verify.again(place.entry, asked, small_city.no_report, basis or verify.Basis())


def told(found: verify.Verified) -> str:
    lines = [*review.basis_lines(found.basis, "fr"), *review.verdict_lines(found, "fr")]
    return "\n".join(lines).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_an_untouched_run_comes_again_to_the_byte(place: Place, tmp_path: Path) -> None:
    basis = place.basis()
    assert basis == verify.Basis()
    found = again(place, tmp_path, basis)
    assert (found.verdict, found.other) == ("bytes", ())
    assert found.numbers == len(place.entry.table()) > 50
    assert "IDENTIQUE À L'OCTET" in told(found)


def test_other_numbers_on_record_are_listed(place: Place, tmp_path: Path) -> None:
    """A manifest that vouches for other numbers: as if the code had changed them since."""
    entry = place.entry
    path = entry.folder / "indicators.csv"
    table = indicators_file.read(path)
    at = table.index[table["indicator"].eq("vacancy_rate") & table["value"].notna()][0]
    table.loc[at, "value"] += 0.001
    spreadsheet.write(table, path)
    entry.record.outputs["indicators.csv"] = digests.of_file(path)
    entry.record.outputs["report.html"] = "gone"
    found = verify.again(
        entry, replace(place.request, out=tmp_path), small_city.no_report, verify.Basis()
    )
    assert found.verdict == "different"
    assert found.differing[["indicator", "what"]].to_numpy().tolist() == [["vacancy_rate", "value"]]
    assert found.other == ("indicators.csv", "report.html")
    assert "DIFFÉRENT : 1 valeurs" in told(found)
    assert "Taux de vacance" in told(found)


def test_a_changed_input_is_named_with_both_hashes_and_nothing_runs(place: Place) -> None:
    path = place.home / "premises.csv"
    before = digests.of_file(path)
    small_city.survey(place.home, place.lines[1:])
    basis = place.basis()
    assert basis.inputs == (verify.Input("premises.csv", before, digests.of_file(path)),)
    assert not basis.comparable
    found = review.verified(place.entry, place.request, basis, lambda _: None)
    assert found.verdict == "impossible"
    assert f"Donnée changée : premises.csv (attendu sha256 {before[:12]}, trouvé" in told(found)
    assert "NE PEUT PAS ÊTRE VÉRIFIÉ" in told(found)


def test_a_missing_and_a_new_input_are_named(place: Place) -> None:
    request = place.request
    (place.home / "zones.geojson").rename(place.home / "zones.bak")
    extra = place.home / "readiness.yml"
    extra.write_text("# rien\n", encoding="utf-8")
    request = replace(request, inputs=[place.home / "premises.csv", extra])
    basis = verify.basis(place.entry, request)
    assert [(item.path, bool(item.expected), bool(item.found)) for item in basis.inputs] == [
        ("readiness.yml", False, True), ("zones.geojson", True, False),
    ]  # fmt: skip
    words = told(verify.Verified("impossible", basis))
    assert "Donnée absente : zones.geojson (attendu sha256" in words
    assert "Donnée nouvelle : readiness.yml" in words


def test_another_choice_of_the_city_is_named(place: Place) -> None:
    small_city.write(place.home.parent, parameters={"structural_vacancy_months": 12})
    basis = place.basis()
    assert basis.choices == (("parameters.structural_vacancy_months", 24, 12),)
    assert not basis.comparable
    assert "city.yml : parameters.structural_vacancy_months (24 → 12)" in told(
        verify.Verified("impossible", basis)
    )


def test_a_comment_in_the_citys_file_is_no_change(place: Place) -> None:
    path = place.home / "city.yml"
    path.write_text("# Un commentaire.\n" + path.read_text("utf-8"), encoding="utf-8")
    assert place.basis() == verify.Basis()


def test_another_package_is_named_and_does_not_stop(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = manifest.packages()
    monkeypatch.setattr(manifest, "packages", lambda: {**versions, "numpy": "1.0.0"})
    basis = place.basis()
    assert basis.versions == (("numpy", versions["numpy"], "1.0.0"),)
    assert basis.comparable
    words = told(verify.Verified("numbers", basis, 3, None, ("run",), ("report.pdf",)))
    assert f"Paquet numpy : {versions['numpy']} → 1.0.0" in words
    assert "NOMBRES IDENTIQUES" in words
    assert "report.pdf" in words


def test_changed_code_is_named_by_analysis(place: Place) -> None:
    entry = place.entry
    entry.record.marks["commerce"]["code"] = "of another day"
    basis = verify.basis(entry, place.request)
    assert basis.analyses == ("commerce",)
    assert "Code changé : commerce" in told(verify.Verified("bytes", basis))


def test_a_file_altered_since_is_named(place: Place) -> None:
    path = place.entry.folder / "indicators.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    assert place.basis().altered == ("indicators.csv",)


def test_a_notebook_that_is_gone_is_named(place: Place) -> None:
    entry = place.entry
    entry.record.notebooks["ancien"] = "n"
    basis = verify.basis(entry, place.request)
    assert (basis.missing, basis.comparable) == (("ancien",), False)


def numbers(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return to_frame(
        [
            Result("vacancy_rate", Estimate(value, value - 1, high, 50), "%", "survey", "w/1",
                   zone=zone)
            for zone, value, high in rows
        ],
        "essai",
    )  # fmt: skip


def test_numbers_are_compared_within_the_tolerance_with_their_intervals() -> None:
    old = numbers(("a", 10, 12), ("b", 20, 22), ("c", 30, 32))
    same = numbers(("a", 10 * (1 + 1e-11), 12), ("b", 20, 22), ("c", 30, 32))
    assert verify.numbers_apart(old, same).empty
    other = numbers(("a", 10, 12.1), ("b", 20, 22), ("d", 30, 32))
    found = verify.numbers_apart(old, other)
    assert found[["zone", "what"]].to_numpy().tolist() == [
        ["c", "row"], ["d", "row"], ["a", "high"],
    ]  # fmt: skip


def test_what_can_no_longer_be_computed_is_a_difference() -> None:
    gone = not_computable("vacancy_rate", "%", "survey", Text("non", "no"), zone="a")
    found = verify.numbers_apart(numbers(("a", 10, 12)), to_frame([gone], "essai"))
    assert "row" in set(found["what"])  # its method is another too


def test_the_lock_is_checked_against_what_is_installed(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "# a comment\n"
        "numpy==0.1 ; python_full_version >= '3' \\\n    --hash=sha256:00\n    # via pandas\n"
        "numpy==0.2 ; python_full_version < '3'\n"
        f"pandas=={pd.__version__}\n"
        "not-installed-here==1.0\n",
        encoding="utf-8",
    )
    assert verify.locked(lock) == (("numpy", "0.1", numpy.__version__),)


def test_a_run_with_former_editions_comes_again_to_the_byte(tmp_path: Path) -> None:
    """The new run is given the former editions of the old one, so that it says the same changes."""
    home = small_city.write(tmp_path / "cities")
    out, lines = tmp_path / "out", small_city.rows()
    small_city.run(home, out, DAY)
    small_city.survey(home, [line.replace(";vacant;centre", ";occupied;centre") for line in lines])
    record = small_city.run(home, out, date(2025, 2, 10))
    assert {"revisions.csv", "public/revisions.csv"} <= set(record.outputs)
    entry = history.Entry(out / "essai", record)
    request = small_city.request(home, tmp_path / "again", marks={})
    found = verify.again(entry, request, small_city.no_report, verify.basis(entry, request))
    assert (found.verdict, found.other, found.basis) == ("bytes", (), verify.Basis())
    changed = history.entries(tmp_path / "again" / "essai")
    assert [one.record.edition for one in changed] == [DAY]
