"""A city's own copy of the notebooks, to open and edit in JupyterLab.

The copies stand outside git with the city's parameters injected as a run injects them, so that a
notebook run by hand gives the numbers of the run. What the analyst edits is hers: a copy is
replaced only while it is as we wrote it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analyses.cities import City
from analyses.errors import CoeurvilleError
from analyses.runs import plan
from analyses.wording import Language

State = Literal["new", "unchanged", "updated", "edited", "edited-behind", "set-aside"]
_MARK = "coeurville"


@dataclass(frozen=True, slots=True)
class Copy:
    """A notebook of the lab folder, and what was done with it.

    Parameters
    ----------
    path : Path
        The copy.
    state : str
        ``new``, ``unchanged``, ``updated`` (ours changed, the copy was not edited), ``edited``
        (kept),
        ``edited-behind`` (kept, and ours changed since) or ``set-aside`` (hers renamed, ours new).
    aside : Path or None
        Where an edited copy went.
    """

    path: Path
    state: State
    aside: Path | None = None


def prepare(
    city: City, notebooks: Path, folder: Path, language: Language = "fr", *, fresh: bool = False
) -> list[Copy]:
    """Write or renew the copies of every notebook in the lab folder of a city.

    Parameters
    ----------
    city : City
        City whose parameters are injected.
    notebooks : Path
        Folder of the notebooks; it is only read.
    folder : Path
        Lab folder of the city.
    language : str
        Language of what the notebooks show.
    fresh : bool
        Take the notebooks anew; an edited copy is renamed, never overwritten.

    Returns
    -------
    list of Copy

    Raises
    ------
    InputError
        If a notebook does not declare the parameters.
    CoeurvilleError
        If the folder cannot be written.
    """
    parameters = {"city_folder": str(city.folder.resolve()), "language": language}
    steps = plan.plan(notebooks, (), parameters)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_copy(step, folder / step.notebook.name, fresh=fresh) for step in steps]
    except OSError as error:
        raise CoeurvilleError(
            f"{error.filename or folder} cannot be written or read ({error.strerror or error})."
        ) from error


def command(folder: Path, *, browser: bool = True) -> list[str]:
    """Return the command that opens JupyterLab on a lab folder; it asks nothing of the network."""
    options = [f"--ServerApp.root_dir={folder.resolve()}",
               "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
               "--LabApp.news_url="]  # fmt: skip
    return [sys.executable, "-m", "jupyterlab", *options, *([] if browser else ["--no-browser"])]


def environment() -> dict[str, str]:
    """Return the environment in which a notebook gives the numbers of a run, and our kernel."""
    return {
        **os.environ,
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def launch(folder: Path, *, browser: bool = True) -> int:
    """Open JupyterLab on a lab folder until it is stopped; return its exit code."""
    return subprocess.run(
        command(folder, browser=browser), env=environment(), check=False
    ).returncode


def _copy(step: plan.Step, path: Path, *, fresh: bool) -> Copy:
    import nbformat  # a second of imports: see `plan`

    made = _made(step)
    if not path.exists():
        nbformat.write(made, path)
        return Copy(path, "new")
    try:
        there = nbformat.read(path, as_version=4)
        written = there.metadata.get(_MARK, {}).get("written", "")
    except (ValueError, nbformat.ValidationError):  # no longer a notebook: hers all the same
        there, written = None, ""
    same = written == made.metadata[_MARK]["written"]
    if there is not None and _print(there) == written:
        if same and not fresh:
            return Copy(path, "unchanged")
        nbformat.write(made, path)
        return Copy(path, "updated")
    if not fresh:
        return Copy(path, "edited" if same else "edited-behind")
    aside = _free(path)
    path.rename(aside)
    nbformat.write(made, path)
    return Copy(path, "set-aside", aside)


def _made(step: plan.Step) -> Any:
    """Return a notebook with its parameters, marked with the print of its cells."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook = parameterize_notebook(
        load_notebook_node(str(step.notebook)),
        dict(step.parameters),
        kernel_name="python3",
        language="python",
    )
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell["id"] = cell.get("id") or f"cell-{number}"
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
    notebook.metadata[_MARK] = {"written": _print(notebook)}
    return notebook


def _print(notebook: Any) -> str:
    """Return the print of a notebook's cells, their outputs and metadata apart."""
    cells: Sequence[Any] = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells, ensure_ascii=False).encode("utf-8")).hexdigest()


def _free(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}-edited-{number}{path.suffix}")).exists():
        number += 1
    return aside
