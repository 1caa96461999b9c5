"""A run of some seconds for the kills of the tests: real runs, small notebooks, files for a report.

``main(FOLDER, CITY)`` runs the notebooks of ``FOLDER/notebooks`` for ``FOLDER/cities/CITY`` and
publishes in ``FOLDER/output``.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import nbformat

from analyses import cities, runs
from analyses.runs import forks

PARAMETERS = 'city_folder: str = ""\nlanguage: str = "fr"'
FILES = 8
SIZE = 400_000


def write(folder: Path, *sources: str, city: str = "petite") -> None:
    """Write a city and one notebook for each source."""
    home = folder / "cities" / city
    home.mkdir(parents=True)
    (home / "city.yml").write_text(
        f'id: {city}\nname: Petite\ninsee_code: "19272"\n', encoding="utf-8"
    )
    (folder / "notebooks").mkdir(exist_ok=True)
    for rank, source in enumerate(sources):
        first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
        book = nbformat.v4.new_notebook(cells=[first, nbformat.v4.new_code_cell(source)])
        nbformat.write(book, folder / "notebooks" / f"part-{rank}.ipynb")


def render(folder: Path, *_: object) -> str:
    """Write files that differ from run to run, slowly enough to be caught half-way."""
    forks.call_or_run(_written, folder)
    return "files"


def render_same(folder: Path, *_: object) -> str:
    """Write a file that is the same at every run."""
    (folder / "page.txt").write_text("the same\n" * 1000, encoding="utf-8")
    return "files"


def _written(folder: Path) -> None:
    for rank in range(FILES):
        with (folder / f"page-{rank}.bin").open("wb") as stream:
            for _ in range(4):
                stream.write(os.urandom(SIZE // 4))
                stream.flush()
                time.sleep(0.01)


def main(folder: Path, city: str, draw: runs.Render = render, wait: float = 0) -> None:
    """Run the city."""
    forks.PRELOAD = "benchmarks.kills.light"
    notebooks = folder / "notebooks"
    request = runs.Request(
        city=cities.read(folder / "cities" / city), inputs=(), notebooks=notebooks,
        package=(notebooks,), out=folder / "output", editions=("internal",), time_limit=600,
        wait=wait,
    )  # fmt: skip
    runs.run(request, draw)


def command(root: Path, folder: Path, city: str) -> list[str]:
    """Return the command that runs a city written by :func:`write`, from the clone at ``root``."""
    words = f"import sys; sys.path.insert(0, {str(root)!r}); from benchmarks.kills import small; "
    words += "small.main(small.Path(sys.argv[1]), sys.argv[2])"
    return [sys.executable, "-c", words, str(folder), city]
