"""`coeurville diff` and `coeurville verify`, as a user types them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from analyses import cli
from analyses.runs import changes, history, promote, spreadsheet
from editions_on_disk import put, rate, record
from test_history import next_run
from trial import city as trial_city

DAYS = (date(2025, 1, 10), date(2025, 2, 10))


def call(folder: Path, *words: str) -> Result:
    places = ("--cities", str(folder), "--out", str(folder / "out"))
    return CliRunner().invoke(cli.app, [*words, *places], env={"COLUMNS": "160"})


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder of a city with two editions: data revised, a choice changed, a small move."""
    city = trial_city(tmp_path)
    place = tmp_path / "out" / "essai"
    before = record(DAYS[0], {"premises.csv": "a"})
    after = record(
        DAYS[1], {"premises.csv": "b"}, {"city": "c2"},
        choices={"parameters.structural_vacancy_months": 24, "parameters.walking_metres": 300},
    )  # fmt: skip
    first = [rate(10), rate(30, zone="faubourg")]
    second = [rate(14.5), rate(30.5, zone="faubourg")]
    for about, rows in ((before, first), (after, second)):
        promote.promote(next_run(place, about, rows, city), place)
    return tmp_path


def test_it_says_what_changed_and_why_in_french(folder: Path) -> None:
    done = call(folder, "diff", "essai")
    assert done.exit_code == 5, done.output
    said = plain(done.stdout)
    assert "essai : édition du 10 janvier 2025" in said
    assert "édition du 10 février 2025" in said
    assert "2 nombres ont été révisés, dont 1 de façon sensible" in said
    assert "premises.csv révisé" in said
    assert "parameters.walking_metres (non renseigné → 300)" in said
    assert "Taux de vacance" in said
    assert "10,0 %" in said
    assert "14,5 %" in said
    assert "révisé (données révisées et paramètre changé)" in said
    assert "(centre, juin 2024) : 10,0 % → 14,5 %" in said
    assert "30,5" not in said
    assert "30,5 %" in plain(call(folder, "diff", "essai", "--all").stdout)


def test_english_on_request(folder: Path) -> None:
    said = call(folder, "diff", "essai", "--language", "en").stdout
    assert "2 numbers were revised, of which 1 noticeably" in said


def test_all_the_changes_go_to_a_file(folder: Path) -> None:
    target = folder / "changes.csv"
    assert call(folder, "diff", "essai", "--csv", str(target)).exit_code == 5
    table = spreadsheet.read(target, changes.NUMBERS)
    assert table["after"].tolist() == [14.5, 30.5]
    assert table["material"].tolist() == ["oui", "non"]


def test_editions_are_named_in_any_order(folder: Path) -> None:
    older = history.entries(folder / "out" / "essai")[0].record
    for names in (("2025-01-10", "2025-02-10"), ("2025-02-10", older.short), (older.id,)):
        done = call(folder, "diff", "essai", *names)
        assert done.exit_code == 5, done.output
        assert "10,0 %" in plain(done.stdout)


def test_a_citys_own_threshold_decides_what_matters(folder: Path) -> None:
    trial_city(folder, parameters={"material_share": 2})
    done = call(folder, "diff", "essai")
    assert done.exit_code == 0, done.output
    assert "dont 0 de façon sensible" in plain(done.stdout)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("diff", "essai", "2019-01-01"), 2, "there is no such edition"),
        (("diff", "essai", "2025-02-10"), 1, "is one edition, not two"),
        (("diff", "autre"), 1, "autre has no finished run"),
        (("verify", "autre"), 1, "autre has no finished run"),
    ],
)
def test_what_cannot_be_compared_is_said(
    folder: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    error = call(folder, *words).exception
    assert getattr(error, "exit_code", None) == code, error
    assert said in str(error)


def test_one_edition_only_is_said(tmp_path: Path) -> None:
    trial_city(tmp_path)
    put(tmp_path / "out" / "essai", record(DAYS[0]), [rate(10)])
    error = call(tmp_path, "diff", "essai").exception
    assert getattr(error, "exit_code", None) == 1
    assert "one edition only" in str(error)


def test_a_run_whose_inputs_are_gone_cannot_be_verified(folder: Path) -> None:
    done = call(folder, "verify", "essai")
    assert done.exit_code == 8, done.output
    said = plain(done.stdout)
    assert "Donnée absente : premises.csv (attendu sha256 b)" in said
    assert "NE PEUT PAS ÊTRE VÉRIFIÉ" in said


def test_the_help_gives_the_exit_codes(folder: Path) -> None:
    for command, code in (("diff", "5 some did"), ("verify", "8 it cannot")):
        said = CliRunner().invoke(cli.app, [command, "--help"], env={"COLUMNS": "160"}).stdout
        assert code in " ".join(said.split())
