"""A survey with ten different faults: one message, all of them, nothing written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analyses import cities, sources
from analyses.errors import Fault, InputError

FOLDER = Path(__file__).parent / "data" / "ten-faults"


@pytest.fixture(scope="module")
def faults() -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        sources.load(cities.read(FOLDER))
    return caught.value.faults


def planted() -> dict[int, str]:
    """Line and column of each fault, as README.md lists them."""
    text = (FOLDER / "README.md").read_text("utf-8")
    return {int(line): name for line, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", text, re.M)}


def test_all_ten_faults_are_given_at_once(faults: tuple[Fault, ...]) -> None:
    expected = planted()
    assert len(expected) == 10
    found = {(fault.row, fault.column) for fault in faults}
    # The repeated key is named at its first line, 2, and says where the other is.
    expected[2] = expected.pop(12)
    assert found == set(expected.items())
    again = next(fault for fault in faults if fault.row == 2)
    assert "line 12" in again.problem


def test_each_fault_says_where_what_and_how(faults: tuple[Fault, ...]) -> None:
    written = (FOLDER / "premises.csv").read_text("utf-8").splitlines()
    for fault in faults:
        assert fault.file == "premises.csv"
        assert fault.row is not None
        assert fault.problem
        assert fault.remedy
        if fault.value is not None and fault.row != 2:
            assert fault.value in written[fault.row - 1]
    assert sum(fault.value is None for fault in faults) == 1, "only the missing id has no value"


def test_a_wrong_header_is_named_with_a_suggestion(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "ten-faults"))
    text = (folder / "premises.csv").read_text("utf-8").splitlines()
    kept = [text[0].replace("status", "statuts"), text[1]]
    (folder / "premises.csv").write_text("\n".join(kept), "utf-8")
    with pytest.raises(InputError) as caught:
        sources.load(cities.read(folder))
    (fault,) = caught.value.faults
    assert fault.column == "status"
    assert "statuts" in fault.problem


def test_the_command_refuses_with_code_2_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FOLDER, tmp_path / "cities" / "ten-faults")
    monkeypatch.chdir(tmp_path)
    cli = pytest.importorskip("analyses.cli")
    done = CliRunner().invoke(cli.app, ["run", "ten-faults"])
    assert done.exit_code == 2, done.output
    shown = " ".join(done.output.split())
    for line, name in planted().items():
        assert f"line {2 if line == 12 else line}, column {name}" in shown
    assert [path.name for path in tmp_path.iterdir()] == ["cities"]
