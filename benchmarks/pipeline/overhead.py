"""What a notebook costs beyond its own cells: ``python -m benchmarks.pipeline.overhead CITY N``.

A command of its own: the server of forks lives as long as the process that started it.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat

from analyses import assets, cities, pages
from analyses.runs import execute, forks, plan


def seconds_of(city: Path, repeats: int) -> list[float]:
    """Return the overhead of each notebook of a city: the median of some paired differences.

    Parameters
    ----------
    city : Path
        Folder of the city.
    repeats : int
        Pairs a notebook.

    Returns
    -------
    list of float
        Seconds from the call to the executed notebook on disk, less those of the same cells
        executed one after the other in a warm process that writes nothing.
    """
    cities.read(city)
    parameters: dict[str, plan.Value] = {"city_folder": str(city.resolve()), "language": "fr"}
    steps = plan.plan(assets.notebooks(), (), parameters)
    return [
        statistics.median(_run(step) - forks.call(_bare, step) for _ in range(repeats))
        for step in steps
    ]


def _run(step: plan.Step) -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        failure = execute.execute(
            step, Path(folder) / "executed.ipynb", working_directory=assets.notebooks()
        )
        seconds = time.perf_counter() - start
    if failure is not None:
        raise SystemExit(str(failure))
    return seconds


def _bare(step: plan.Step) -> float:
    """Execute the code of a notebook in this process and return its seconds."""
    setattr(pages, "display", _nowhere)  # noqa: B010 - a name that the module only imports
    book = nbformat.read(step.notebook, as_version=4)
    sources = [cell.source for cell in book.cells if cell.cell_type == "code"]
    names: dict[str, Any] = {"__name__": "__main__"}
    start = time.perf_counter()
    for rank, source in enumerate(sources):
        exec(compile(source, f"cell {rank}", "exec"), names)
        names |= step.parameters if rank == 0 else {}
    return time.perf_counter() - start


def _nowhere(*_: Any, **__: Any) -> None:
    """Show nothing."""


if __name__ == "__main__":
    print(json.dumps(seconds_of(Path(sys.argv[1]), int(sys.argv[2]))))
