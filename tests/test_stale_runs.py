"""A run does only what is stale, and says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from test_cli import coeurville

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a city without data and its finished run."""
    folder = tmp_path_factory.mktemp("stale")
    shutil.copytree(root / "cities" / "tulle", folder / "cities" / "tulle")
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder


def run(folder: Path, *options: str):  # type: ignore[no-untyped-def]
    return coeurville(
        "run", "tulle", "--engine", "embedded", "--edition", "internal", *options, cwd=folder
    )


def dry(folder: Path) -> str:
    done = run(folder, "--dry-run")
    assert done.returncode == 0, done.stderr
    return plain(done.stdout)


def plain(text: str) -> str:
    """Return a text with ordinary spaces and apostrophes."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_the_same_again_does_nothing_even_after_a_comment(place: Path) -> None:
    before = (place / "output" / "tulle" / "run.json").read_bytes()
    city = place / "cities" / "tulle" / "city.yml"
    text = city.read_text("utf-8")
    city.write_text("# Un commentaire.\n" + text, encoding="utf-8")
    done = run(place)
    city.write_text(text, encoding="utf-8")
    assert "Tulle : à jour, rien à faire." in plain(done.stdout)
    assert (place / "output" / "tulle" / "run.json").read_bytes() == before


def test_a_dry_run_says_what_and_why_and_writes_nothing(place: Path) -> None:
    city = place / "cities" / "tulle" / "city.yml"
    text = city.read_text("utf-8")
    before = sorted(path for path in (place / "output").rglob("*") if path.is_file())
    city.write_text(text.replace("name: Tulle", "name: Tulle-Ville"), encoding="utf-8")
    told = dry(place)
    city.write_text(text, encoding="utf-8")
    assert "commerce : city.yml a changé" in told
    assert "report : " in told
    assert sorted(path for path in (place / "output").rglob("*") if path.is_file()) == before


def test_a_text_of_the_city_makes_the_report_stale_and_no_notebook(place: Path) -> None:
    path = place / "cities" / "tulle" / "texts" / "enjeux.md"
    before = path.read_text("utf-8") if path.is_file() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text("Redonner vie aux halles.\n", encoding="utf-8")
    told = dry(place)
    path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert "report : les textes de la ville ont changé" in told
    assert "repris tels quels : commerce" in told


def test_an_altered_report_is_written_again(place: Path) -> None:
    report = place / "output" / "tulle" / "report.html"
    content = report.read_bytes()
    report.write_bytes(content + b"<!-- -->")
    told = dry(place)
    assert "report : un fichier produit manque ou a changé" in told
    assert "repris tels quels : commerce" in told
    done = run(place)
    assert done.returncode == 0, done.stderr
    assert report.read_bytes() == content


def test_one_analysis_changed_runs_that_one_only(place: Path) -> None:
    output = place / "output" / "tulle"
    record = json.loads((output / "run.json").read_text("utf-8"))
    record["marks"]["parking"]["code"] = "of another day"
    record["code_sha256"] = "of another day"
    (output / "run.json").write_text(json.dumps(record), encoding="utf-8")
    books = {path.name: path.read_bytes() for path in (output / "notebooks").glob("*.ipynb")}
    assert "parking : le code de l'analyse a changé" in dry(place)
    done = run(place)
    assert done.returncode == 0, done.stderr
    after = {path.name: path.read_bytes() for path in (output / "notebooks").glob("*.ipynb")}
    assert [name for name in books if books[name] != after[name]] == ["parking.ipynb"]
    assert "à jour" in dry(place)
