"""Forked processes, and the Papermill engine that runs cells in them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analyses.errors import Fault, InputError
from analyses.runs import cells, execute, forks

pytestmark = pytest.mark.skipif(not forks.available(), reason="forking is safe on Linux only")


def state() -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "server threads": len(list(Path(f"/proc/{os.getppid()}/task").iterdir())),
        "python threads": threading.active_count(),
        "blas": os.environ["OPENBLAS_NUM_THREADS"],
    }


def surroundings() -> tuple[str | None, str]:
    return os.environ.get("OF_THE_CALLER"), os.getcwd()


def refuse() -> None:
    raise InputError([Fault("a.csv", "no such column", "Add it", row=3), Fault("b.csv", "p", "r")])


def vanish() -> None:
    os.kill(os.getpid(), 9)


def run_cells(source: str, target: str, engine: str | None, limit: int | None) -> None:
    cells.register()
    manager = {} if engine else {"kernel_manager_class": "analyses.runs.kernels.LocalKernelManager"}
    papermill.execute_notebook(
        source, target, parameters={"word": "été"}, progress_bar=False, engine_name=engine,
        kernel_name="python3", language="python", execution_timeout=limit, **manager,
    )  # fmt: skip


def notebook(path: Path, *sources: str) -> str:
    first = new_code_cell('word: str = "hiver"', metadata={"tags": ["parameters"]})
    book = new_notebook(cells=[new_markdown_cell("# T"), first, *map(new_code_cell, sources)])
    book.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "P"}
    for rank, cell in enumerate(book.cells):
        cell.id = f"cell-{rank}"
    nbformat.write(book, path)
    return str(path)


def outputs(path: Path) -> list[list[dict[str, object]]]:
    return [cell.get("outputs", []) for cell in nbformat.read(path, as_version=4).cells]


def test_a_fork_is_fresh_and_alone() -> None:
    seen = [forks.call(state) for _ in range(3)]
    assert len({item["pid"] for item in seen}) == 3
    assert os.getpid() not in {item["pid"] for item in seen}
    assert all(item["threads"] == item["server threads"] == 1 for item in seen)
    assert all(item["blas"] == "1" for item in seen)


def test_a_fork_is_where_its_caller_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forks.call(state)
    monkeypatch.setenv("OF_THE_CALLER", "é")
    monkeypatch.chdir(tmp_path)
    assert forks.call(surroundings) == ("é", str(tmp_path))


def test_an_error_comes_back_whole_and_a_death_is_told() -> None:
    with pytest.raises(InputError) as caught:
        forks.call(refuse)
    assert [fault.row for fault in caught.value.faults] == [3, None]
    with pytest.raises(forks.LostProcessError, match="without an answer"):
        forks.call(vanish)


def test_outputs_are_those_of_a_kernel(tmp_path: Path) -> None:
    source = notebook(
        tmp_path / "n.ipynb",
        "import pandas as pd\nprint(word)\nprint('b')\n1 + 1",
        "import sys\nprint('a', file=sys.stderr)",
        "from IPython.display import HTML, display\n"
        "display({'application/x-our+json': {'é': [1, 2.5]}, 'text/plain': 'x'}, raw=True)\n"
        "display(HTML('<b>1</b>'))\npd.DataFrame({'a': [1]})",
        "import matplotlib.pyplot as plt\n"
        "figure = plt.figure(figsize=(1, 1))\nfigure.text(0, 0, 'x')",
        "x = 3;",
        "import os, numpy as np\n"
        "(os.path.basename(os.getcwd()), __name__, np.ones(2) @ np.ones(2))",
        "",
    )
    fast, plain = tmp_path / "fast.ipynb", tmp_path / "plain.ipynb"
    forks.call(run_cells, source, str(fast), cells.NAME, 60)
    run_cells(source, str(plain), None, 60)
    assert [o for o in outputs(fast) if o]
    assert outputs(fast) == outputs(plain)
    ours, theirs = (nbformat.read(path, as_version=4) for path in (fast, plain))
    assert ours.metadata["language_info"] == theirs.metadata["language_info"]
    assert [c.get("execution_count") for c in ours.cells] == [
        c.get("execution_count") for c in theirs.cells
    ]
    assert [c.source for c in ours.cells] == [c.source for c in theirs.cells]


def test_a_notebook_finds_nothing_of_the_one_before(tmp_path: Path) -> None:
    first = notebook(
        tmp_path / "a.ipynb",
        "left = 1\nimport pandas as pd, os\npd.left = 1\nos.environ['LEFT'] = '1'",
    )
    second = notebook(
        tmp_path / "b.ipynb",
        "import pandas as pd, os\n('left' in globals(), hasattr(pd, 'left'), 'LEFT' in os.environ)",
    )
    forks.call(run_cells, first, str(tmp_path / "a2.ipynb"), cells.NAME, 60)
    forks.call(run_cells, second, str(tmp_path / "b2.ipynb"), cells.NAME, 60)
    assert outputs(tmp_path / "b2.ipynb")[-1][0]["data"] == {"text/plain": "(False, False, False)"}


def test_a_failing_cell_stops_the_notebook(tmp_path: Path) -> None:
    source = notebook(tmp_path / "n.ipynb", "1 / 0", "print('never')")
    target = tmp_path / "out.ipynb"
    with pytest.raises(Exception, match="ZeroDivisionError"):
        forks.call(run_cells, source, str(target), cells.NAME, 60)
    found = outputs(target)
    assert any(item["output_type"] == "error" for cell in found for item in cell)
    assert not any("never" in str(item) for cell in found for item in cell)


def test_leaving_early_is_not_a_success(tmp_path: Path) -> None:
    source = notebook(tmp_path / "n.ipynb", "import sys\nsys.exit(0)", "print('never')")
    target = tmp_path / "out.ipynb"
    forks.call(run_cells, source, str(target), cells.NAME, 60)
    assert nbformat.read(target, as_version=4).cells[-1].execution_count is None
    failure = execute.unfinished(target, "n")
    assert failure is not None
    assert failure.cell == 4  # after the text, the parameters and those injected


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(60)",
        "try:\n    while True:\n        pass\nexcept Exception:\n    pass",
    ],
)
def test_a_hung_cell_ends_at_its_limit(tmp_path: Path, source: str) -> None:
    path = notebook(tmp_path / "n.ipynb", source, "print('never')")
    before = time.monotonic()
    with pytest.raises(TimeoutError, match="did not end within 1 seconds"):
        forks.call(run_cells, path, str(tmp_path / "out.ipynb"), cells.NAME, 1)
    assert time.monotonic() - before < 55


def test_everything_that_forks_find_imported_can_be_imported() -> None:
    """The server goes on without a word where its preload fails, and every fork is slow."""
    command = [sys.executable, "-c", f"import {forks.PRELOAD}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_command_starts_without_what_only_notebooks_need() -> None:
    """Papermill and nbformat take a second to import: a run with nothing to do waits for none."""
    code = "import sys, analyses.cli; print({'papermill', 'nbformat'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
