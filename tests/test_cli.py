"""The command line: exit codes, messages a person can act on, no traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyses import cli


def coeurville(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in a folder of the test's own."""
    return subprocess.run(
        [sys.executable, "-m", "analyses", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **environment},
        check=False,
        timeout=1800,
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    done = coeurville("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in ("list", "check", "run", "report", "new"):
        assert command in done.stdout


def test_version(tmp_path: Path) -> None:
    done = coeurville("--version", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("coeurville ")


def test_a_missing_folder_of_cities_is_said(tmp_path: Path) -> None:
    done = coeurville("list", cwd=tmp_path)
    assert done.returncode == 1
    assert "--cities" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_city_is_said_with_those_there_are(root: Path, tmp_path: Path) -> None:
    done = coeurville("run", "avignion", "--cities", str(root / "cities"), cwd=tmp_path)
    assert done.returncode == 1
    assert "avignion" in done.stderr
    assert "Did you mean avignon?" in done.stderr
    assert "demo" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_list_shows_the_demo_city_as_fictitious(root: Path, tmp_path: Path) -> None:
    done = coeurville("list", "--cities", str(root / "cities"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("demo ")]
    assert "fictitious" in line
    assert "never" in line


def test_check_reads_the_demo_city_and_writes_nothing(root: Path, tmp_path: Path) -> None:
    done = coeurville("check", "demo", "--cities", str(root / "cities"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "premises.csv" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["check", "run"])
def test_all_faults_of_a_city_file_come_at_once(tmp_path: Path, command: str) -> None:
    folder = tmp_path / "cities" / "x"
    folder.mkdir(parents=True)
    (folder / "city.yml").write_text(
        "id: x\nname: X\ninsee_code: 12\ntime_zone: Paris\ncolour: red\npopulation: -4\n",
        encoding="utf-8",
    )
    done = coeurville(command, "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "4 faults" in done.stderr
    for row, key in ((3, "insee_code"), (4, "time_zone"), (5, "colour"), (6, "population")):
        assert f"x/city.yml, line {row}, key {key}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "output").exists()


def test_ten_faults_of_a_data_file_come_in_one_message(root: Path, tmp_path: Path) -> None:
    name = "ten-faults"
    shutil.copytree(root / "tests" / "data" / name, tmp_path / "cities" / name)
    done = coeurville("run", name, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("- ")]
    assert len(lines) >= 10
    assert all("premises.csv" in line for line in lines)
    assert sum(", line " in line for line in lines) >= 9
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "output").exists()


def test_report_without_a_run_says_what_to_do(root: Path, tmp_path: Path) -> None:
    done = coeurville("report", "demo", "--cities", str(root / "cities"), cwd=tmp_path)
    assert done.returncode == 2
    assert "coeurville run demo" in done.stderr


def test_a_read_only_output_ends_in_one_message(root: Path, tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file stands where the folder should", encoding="utf-8")
    done = coeurville("run", "demo", "--cities", str(root / "cities"), cwd=tmp_path)
    assert done.returncode == 1
    assert "--out" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_of_ours_in_one_city_leaves_the_others(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(work: cli.commands.Due, **_: object) -> list[str]:
        city = work.request.city.id
        if city == "belfort":
            raise ZeroDivisionError("ours")
        return [f"{city} done"]

    monkeypatch.setattr(cli.commands, "run", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "coeurville",
            "run",
            "belfort",
            "tulle",
            "--cities",
            str(root / "cities"),
            "--out",
            str(tmp_path / "out"),
        ],
    )
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    shown = capsys.readouterr()
    assert stopped.value.code == 70
    assert "tulle done" in shown.out
    assert "belfort: a fault of ours: ZeroDivisionError" in shown.err
    (log,) = tmp_path.glob("coeurville-*.log")
    assert "Traceback" in log.read_text(encoding="utf-8")
