"""The doctor says of each thing whether it is well, and what to do when it is not."""

from __future__ import annotations

import collections
import importlib.metadata
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analyses import assets, cli, doctor
from analyses.doctor import installation, machine
from analyses.figures import style
from analyses.reports import quarto
from analyses.runs import forks
from analyses.wording import Text


@pytest.fixture(scope="module")
def lines(root: Path) -> list[doctor.Line]:
    return list(doctor.examine(root / "cities", root / "output"))


def test_what_is_not_well_has_a_remedy_in_both_languages(lines: list[doctor.Line]) -> None:
    for line in lines:
        assert (line.remedy is None) == (line.state == "ok"), line
        for text in (line.subject, line.said, *([line.remedy] if line.remedy else [])):
            assert text.fr
            assert text.en


def test_this_machine_can_run_the_cities_of_the_clone(lines: list[doctor.Line]) -> None:
    """The tests run, so nothing of the installation may be at fault."""
    assert [line for line in lines if line.state == "fault"] == []
    subjects = {line.subject.en for line in lines}
    assert {"Python", "Packages", "Locked versions", "Fonts", "pandoc", "Typst (PDF)", "Cores",
            "Running notebooks", "Report engine", "Free memory", "Disk of results", "Cities",
            "Folder of results", "Clock", "Time zones", "Accents"} <= subjects  # fmt: skip
    assert len(lines) == len(subjects)


@pytest.mark.parametrize(("language", "words"), [("fr", "faute à corriger"), ("en", "to mend")])
def test_a_wrong_city_is_named_and_the_command_says_no(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    monkeypatch.setattr(installation, "examine", lambda: iter(()))
    shutil.copytree(root / "cities" / "tulle", tmp_path / "cities" / "tulle")
    (tmp_path / "cities" / "wrong").mkdir()
    (tmp_path / "cities" / "wrong" / "city.yml").write_text("id: right", encoding="utf-8")
    done = CliRunner().invoke(
        cli.app,
        ["doctor", "--cities", str(tmp_path / "cities"), "--out", str(tmp_path / "output"),
         "--language", language],
    )  # fmt: skip
    assert done.exit_code == 1
    assert "coeurville check wrong" in done.output
    assert "tulle" not in done.output
    assert words in done.output
    assert {path.name for path in tmp_path.iterdir()} == {"cities"}


def test_the_command_says_yes_when_all_is_well(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = doctor.Line(Text("Tout", "All"), "ok", Text("va", "well"))
    monkeypatch.setattr(doctor, "examine", lambda *_: iter([fine]))
    done = CliRunner().invoke(cli.app, ["doctor"])
    assert done.exit_code == 0
    assert "Tout est bon." in done.output


def test_packages_that_lack_or_are_too_old_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["pandas>=99.1", "absent-package>=1", "numpy>=1.26", 'never>=1; extra == "test"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: wanted)
    line = installation.packages()
    assert line.state == "fault"
    assert "absent-package (absent)" in line.said.en
    assert "(>= 99.1)" in line.said.en
    assert "numpy" not in line.said.en
    assert "never" not in line.said.en


def test_the_lock_is_compared_by_version(tmp_path: Path) -> None:
    pandas = importlib.metadata.version("pandas")
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"pandas=={pandas} \\\n    --hash=sha256:00\n", encoding="utf-8")
    assert installation.locked(lock).state == "ok"
    lock.write_text("pandas==0.1 ; python_version >= '3'\nnot-here==1\n", encoding="utf-8")
    line = installation.locked(lock)
    assert line.state == "reserve"
    assert f"1 differ: pandas {pandas}" in line.said.en
    assert installation.locked(tmp_path / "none").state == "reserve"


def test_missing_fonts_and_notebooks_are_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(style, "fonts", lambda: tmp_path)
    assert installation.files().state == "fault"
    assert assets.FONTS[0] in installation.files().said.fr
    assert installation.fonts().state == "fault"
    (tmp_path / assets.FONTS[0]).write_text("no font", encoding="utf-8")
    assert installation.fonts().state == "fault"


def test_plain_kernels_and_dead_forks_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COEURVILLE_KERNELS", "plain")
    assert installation.process().state == "reserve"
    assert "COEURVILLE_KERNELS=plain" in installation.process().said.fr

    def dead(*_: object) -> None:
        raise forks.LostProcessError("killed")

    monkeypatch.setattr(forks, "available", lambda: True)
    monkeypatch.setattr(forks, "call", dead)
    assert installation.process().state == "fault"


def test_a_quarto_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarto, "find", lambda: "/bin/false")
    assert installation.engine().state == "reserve"
    monkeypatch.setattr(quarto, "find", lambda: None)
    assert installation.engine().state == "ok"


def test_small_disks_and_memories_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = collections.namedtuple("usage", "total used free")
    subject = Text("Disque", "Disk")
    for free, state in ((100e6, "fault"), (1e9, "reserve"), (9e9, "ok")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage(1, 1, free))
        assert machine.room(subject, tmp_path).state == state
    monkeypatch.setattr(machine, "_cores", lambda: 2)
    for free, state in ((300.0, "fault"), (1000.0, "reserve"), (1500.0, "ok"), (None, "ok")):
        monkeypatch.setattr(machine, "_memory_mb", lambda free=free: free)
        assert machine.memory().state == state


def test_the_folder_of_results_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.results(tmp_path / "not" / "yet").state == "ok"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    assert machine.results(tmp_path / "file").state == "fault"

    def refused(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refused)
    line = machine.results(tmp_path)
    assert line.state == "fault"
    assert "Permission denied" in line.said.en


def test_working_folders_of_stopped_runs_are_told(tmp_path: Path) -> None:
    (tmp_path / ".tulle.run-abc").mkdir()
    (line,) = [line for line in machine.examine(tmp_path) if "stopped" in line.subject.en]
    assert line.state == "reserve"
    assert ".tulle.run-abc" in line.said.fr


def test_no_city_and_no_folder_of_cities(tmp_path: Path) -> None:
    assert [line.state for line in machine.known_cities(tmp_path)] == ["reserve"]
    assert [line.state for line in machine.known_cities(tmp_path / "none")] == ["fault"]


def test_other_encodings_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.locale, "getpreferredencoding", lambda *_: "cp1252")
    monkeypatch.setattr(machine.sys, "getfilesystemencoding", lambda: "utf-8")
    line = machine.accents()
    assert line.state == "reserve"
    assert "système en cp1252" in line.said.fr
