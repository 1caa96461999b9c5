"""The lab: a city's own copy of the notebooks, the analyst's edits, the numbers of the run."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from analyses import cities, cli, commands
from analyses.blocks import records
from analyses.cities import City
from analyses.errors import CoeurvilleError, InputError
from analyses.runs import execute, lab, plan

YAML = """\
id: petiteville
name: Petiteville
insee_code: "99001"
fictitious: true
zones: {path: zones.geojson}
sources:
  premises:
    - {layout: coeurville, path: premises.csv}
"""


@pytest.fixture(scope="module")
def town(root: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city with the last wave of the demo city's survey."""
    folder = tmp_path_factory.mktemp("cities") / "petiteville"
    folder.mkdir()
    (folder / "city.yml").write_text(YAML, encoding="utf-8")
    shutil.copy(root / "cities" / "demo" / "zones.geojson", folder)
    with (root / "cities" / "demo" / "premises.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    waves = sorted({row["wave"] for row in rows})[-1:]
    with (folder / "premises.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(row for row in rows if row["wave"] in waves)
    return cities.read(folder)


def sources(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def edit(path: Path, line: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(line))
    nbformat.write(notebook, path)


@pytest.mark.slow
def test_the_copy_run_by_hand_gives_the_numbers_of_the_run(
    root: Path, town: City, tmp_path: Path
) -> None:
    given: dict[str, plan.Value] = {"city_folder": str(town.folder), "language": "fr"}
    (step,) = plan.plan(root / "notebooks", ["commerce"], given)
    ran = tmp_path / "run" / "commerce.ipynb"
    assert execute.execute(step, ran, working_directory=root / "notebooks") is None
    lab.prepare(town, root / "notebooks", tmp_path / "lab")
    copy = tmp_path / "lab" / "commerce.ipynb"
    notebook = nbformat.read(copy, as_version=4)
    NotebookClient(
        notebook, timeout=1200, kernel_name="python3",
        resources={"metadata": {"path": str(copy.parent)}},
    ).execute()  # fmt: skip
    nbformat.write(notebook, copy)
    expected, by_hand = records(ran, town.id), records(copy, town.id)
    assert len(expected) > 20
    assert expected["value"].notna().sum() > 10
    pd.testing.assert_frame_equal(by_hand, expected)
    (first, *_) = lab.prepare(town, root / "notebooks", tmp_path / "lab")
    assert first.state == "unchanged", "outputs alone are no edit"
    assert any(cell.get("outputs") for cell in nbformat.read(copy, as_version=4).cells)


def test_the_parameters_are_set_and_the_clone_is_not_touched(
    root: Path, town: City, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in (root / "notebooks").glob("*.ipynb")}
    copies = lab.prepare(town, root / "notebooks", tmp_path, "en")
    assert {item.path.name for item in copies} == set(before)
    assert {item.state for item in copies} == {"new"}
    for item in copies:
        (injected,) = (text for text in sources(item.path) if str(town.folder) in text)
        assert 'language = "en"' in injected
        nbformat.validate(nbformat.read(item.path, as_version=4))
    after = {path.name: path.read_bytes() for path in (root / "notebooks").glob("*.ipynb")}
    assert after == before


def test_an_edited_copy_is_kept_and_it_is_said(root: Path, town: City, tmp_path: Path) -> None:
    clone = tmp_path / "notebooks"
    clone.mkdir()
    for name in ("commerce", "readiness"):
        shutil.copy(root / "notebooks" / f"{name}.ipynb", clone)
    folder = tmp_path / "lab"
    lab.prepare(town, clone, folder)
    edit(folder / "commerce.ipynb", "mine = 1")
    states = {item.path.stem: item.state for item in lab.prepare(town, clone, folder)}
    assert states == {"commerce": "edited", "readiness": "unchanged"}
    for name in ("commerce", "readiness"):
        edit(clone / f"{name}.ipynb", "ours = 2")
    states = {item.path.stem: item.state for item in lab.prepare(town, clone, folder)}
    assert states == {"commerce": "edited-behind", "readiness": "updated"}
    assert "mine = 1" in sources(folder / "commerce.ipynb")
    assert "ours = 2" in sources(folder / "readiness.ipynb")
    (mine, _) = lab.prepare(town, clone, folder, fresh=True)
    assert mine.state == "set-aside"
    assert mine.aside is not None
    assert "mine = 1" in sources(mine.aside)
    assert "ours = 2" in sources(folder / "commerce.ipynb")
    assert "mine = 1" not in sources(folder / "commerce.ipynb")


def test_a_copy_that_is_no_notebook_any_more_is_kept(
    root: Path, town: City, tmp_path: Path
) -> None:
    lab.prepare(town, root / "notebooks", tmp_path)
    (tmp_path / "commerce.ipynb").write_text("torn", encoding="utf-8")
    (first, *_) = lab.prepare(town, root / "notebooks", tmp_path)
    assert first.state == "edited-behind"
    assert (tmp_path / "commerce.ipynb").read_text(encoding="utf-8") == "torn"


def test_a_wrong_notebook_and_a_wrong_folder_are_said(town: City, tmp_path: Path) -> None:
    (tmp_path / "bad.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError):
        lab.prepare(town, tmp_path, tmp_path / "lab")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "bad.ipynb").unlink()
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(
            'city_folder: str = ""\nlanguage: str = "fr"', metadata={"tags": ["parameters"]}
        )]), tmp_path / "good.ipynb",
    )  # fmt: skip
    with pytest.raises(CoeurvilleError, match="cannot be written"):
        lab.prepare(town, tmp_path, tmp_path / "file" / "lab")


def test_the_command_prepares_says_where_and_opens_jupyterlab(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[tuple[Path, bool]] = []

    def launch(folder: Path, *, browser: bool) -> int:
        opened.append((folder, browser))
        return 0

    monkeypatch.setattr(commands.lab, "launch", launch)
    words = ["lab", "demo", "--cities", str(root / "cities"), "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["coeurville", *words, "--no-browser"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code in (0, None)
    assert opened == [(tmp_path / "lab" / "demo", False)]
    said = capsys.readouterr().out.replace("\n", "")
    assert str(tmp_path / "lab" / "demo" / "commerce.ipynb") in said


@pytest.mark.slow
def test_jupyterlab_takes_every_option_of_the_command(tmp_path: Path) -> None:
    words = lab.command(tmp_path, browser=False)
    assert "--no-browser" in words
    done = subprocess.run(
        [*words, "--show-config-json"], capture_output=True, text=True, check=False, timeout=600,
        env=lab.environment() | {"HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert "NeverCheckForUpdate" in done.stdout
