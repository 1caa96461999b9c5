"""A run is believed only when every cell ran, and published in one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from analyses.errors import InputError, RunError
from analyses.runs import execute, indicators_file, plan, promote

PARAMETERS = 'city_folder: str = ""\nlanguage: str = "fr"'


def write(path: Path, *sources: str, parameters: str | None = PARAMETERS) -> Path:
    """Write a notebook with a parameters cell and one code cell for each source."""
    notebook = nbformat.v4.new_notebook()
    if parameters is not None:
        cell = nbformat.v4.new_code_cell(parameters)
        cell.metadata["tags"] = ["parameters"]
        notebook.cells.append(cell)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in sources]
    notebook.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    nbformat.write(notebook, path)
    return path


def run(tmp_path: Path, *sources: str, **options: int) -> execute.Failure | None:
    write(tmp_path / "one.ipynb", *sources)
    (step,) = plan.plan(tmp_path, [], {"language": "en"})
    return execute.execute(
        step, tmp_path / "done" / "one.ipynb", working_directory=tmp_path, **options
    )


def test_plan_lists_all_faults_of_all_notebooks(tmp_path: Path) -> None:
    write(tmp_path / "a.ipynb", parameters=None)
    write(tmp_path / "b.ipynb")
    write(tmp_path / "c.ipynb", parameters="language: str = 'fr'\nprint('no')")
    (tmp_path / "d.ipynb").write_text("not a notebook", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        plan.plan(tmp_path, ["a", "b", "c", "d", "e"], {"langage": "fr", "language": 3})
    messages = [str(fault) for fault in caught.value.faults]
    assert len(messages) == 6
    for part in ("0 cells are tagged", "unknown parameter", "must be of type str",
                 "more than typed parameters", "cannot be read", "does not exist"):  # fmt: skip
        assert any(part in message for message in messages), part
    assert any("Choose among: city_folder, language" in message for message in messages)


@pytest.mark.parametrize(
    ("value", "annotation", "accepted"),
    [
        (1, "int", True), (True, "int", False), (1, "float", True), ("1", "int", False),
        (None, "str | None", True), (None, "str", False), (True, "bool", True),
        ([1], "list[int]", False),
    ],
)  # fmt: skip
def test_types_of_parameters(
    tmp_path: Path, value: object, annotation: str, accepted: bool
) -> None:
    write(tmp_path / "one.ipynb", parameters=f"x: {annotation} = None")
    if accepted:
        assert plan.plan(tmp_path, [], {"x": value})[0].parameters == {"x": value}
    else:
        with pytest.raises(InputError, match="must be of type"):
            plan.plan(tmp_path, [], {"x": value})


def test_a_whole_notebook_is_a_success_with_its_parameters(tmp_path: Path) -> None:
    assert run(tmp_path, "assert language == 'en'", "import sys; print(sys.executable)") is None
    done = nbformat.read(tmp_path / "done" / "one.ipynb", as_version=4)
    import sys

    assert done.cells[-1].outputs[0].text.strip() == sys.executable


@pytest.mark.parametrize("last", ["print(1)", "1 / 0"])
def test_no_path_of_this_machine_stays_in_a_notebook(tmp_path: Path, last: str) -> None:
    write(tmp_path / "one.ipynb", "print(len(city_folder))", last)
    folder = str(tmp_path / "elsewhere" / "wissant")
    (step,) = plan.plan(tmp_path, [], {"city_folder": folder, "language": "en"})
    target = tmp_path / "done" / "one.ipynb"
    failure = execute.execute(step, target, working_directory=tmp_path)
    assert (failure is None) == (last == "print(1)")
    if failure is None:
        assert str(tmp_path) not in target.read_text(encoding="utf-8")
    done = nbformat.read(target, as_version=4)
    nbformat.validate(done)
    (given,) = (c for c in done.cells if "injected-parameters" in c.metadata.get("tags", []))
    values: dict[str, str] = {}
    exec(given.source, values)
    assert values["city_folder"] == "../cities/wissant"
    assert values["language"] == "en"
    about = done.metadata["papermill"]
    assert about["parameters"] == {"city_folder": "../cities/wissant", "language": "en"}
    assert str(tmp_path) not in str(about)
    printed = [o.text for c in done.cells for o in c.get("outputs", []) if "text" in o]
    assert printed[0] == f"{len(folder)}\n"


def test_an_early_exit_is_not_a_success(tmp_path: Path) -> None:
    failure = run(tmp_path, "import os; os._exit(0)", "print('never')")
    assert failure is not None
    failure = run(tmp_path, "import sys; sys.exit(0)", "print('never')")
    assert failure is not None
    assert failure.cell is not None


def test_a_failing_cell_is_named_and_the_notebook_kept(tmp_path: Path) -> None:
    failure = run(tmp_path, "1 / 0")
    assert failure is not None
    assert "ZeroDivisionError" in str(failure)
    assert failure.cell == 3  # after the parameters and those that Papermill injects
    assert (tmp_path / "done" / "one.ipynb").exists()


def test_a_hung_cell_ends_at_its_time_limit(tmp_path: Path) -> None:
    failure = run(tmp_path, "import time; time.sleep(60)", time_limit=2)
    assert failure is not None
    assert "2 seconds" in str(failure)


def test_faults_of_the_data_keep_their_message(tmp_path: Path) -> None:
    failure = run(
        tmp_path,
        "from analyses.errors import Fault, InputError",
        "raise InputError([Fault('a.csv', 'is wrong', 'Mend it', row=3)])",
    )
    assert failure is not None
    assert str(failure) == "a.csv, line 3: is wrong. Mend it."


def test_unfinished_wants_a_notebook(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="left no executed notebook"):
        execute.unfinished(tmp_path / "none.ipynb", "none")


@pytest.mark.parametrize("exchange", [True, False])
def test_promotion_replaces_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(promote, "exchange", lambda *_: False)
    for content in ("first", "second"):
        fresh = tmp_path / "fresh"
        fresh.mkdir()
        (fresh / "page").write_text(content, encoding="utf-8")
        promote.promote(fresh, tmp_path / "place")
        assert (tmp_path / "place" / "page").read_text(encoding="utf-8") == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["place"]


def test_an_interrupted_promotion_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place").rename(promote._previous(tmp_path / "place"))
    assert promote.recover(tmp_path / "place")
    assert (tmp_path / "place").is_dir()
    assert not promote.recover(tmp_path / "place")


def test_kernels_leave_no_socket_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "t"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path, "1 + 1") is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["done", "one.ipynb", "t"]
    assert not list(temporary.glob("coeurville-*"))


@pytest.mark.parametrize("kind", [object, "string", "category"])
def test_formulas_are_disarmed_whatever_the_type_of_the_column(kind: Any) -> None:
    table = pd.DataFrame({"category": ["=1+1", "Rue", None], "value": [-1.5, 2.0, 3.0]})
    safe = indicators_file.disarmed(table.astype({"category": kind}))
    assert list(safe["category"].fillna("")) == ["'=1+1", "Rue", ""]
    assert list(safe["value"]) == [-1.5, 2.0, 3.0]
