"""What a run will do: the notebooks of a city with their parameters, checked before any starts."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyses.errors import Fault, InputError, raise_if_any

Value = str | int | float | bool | None
"""A parameter of a notebook."""

_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One notebook to execute for one city.

    Parameters
    ----------
    name : str
        File name of the notebook without its ending; also the chapter's name.
    notebook : Path
        Notebook to execute.
    parameters : mapping
        Parameters injected by Papermill, every one declared by the notebook.
    """

    name: str
    notebook: Path
    parameters: Mapping[str, Value]


def plan(folder: Path, names: Sequence[str], parameters: Mapping[str, Value]) -> list[Step]:
    """Return the steps of one city, after a check of every notebook's declared parameters.

    Parameters
    ----------
    folder : Path
        Folder of the notebooks.
    names : sequence of str
        Notebooks to run, in order; all those of the folder if empty.
    parameters : mapping
        Parameters for every notebook.

    Returns
    -------
    list of Step

    Raises
    ------
    InputError
        If a notebook is missing or unreadable, has no cell (or several) tagged ``parameters``,
        does not declare a parameter that it is given, or declares it with another type; all the
        notebooks are checked before the error is raised.
    """
    chosen = list(names) or sorted(path.stem for path in folder.glob("*.ipynb"))
    faults: list[Fault] = []
    if not chosen:
        faults.append(Fault(str(folder), "no notebook is here", "Name the clone's notebooks/"))
    for name in chosen:
        path = folder / f"{name}.ipynb"
        try:
            declared = declared_parameters(path)
        except InputError as error:
            faults.extend(error.faults)
            continue
        faults.extend(_check(path.name, declared, parameters))
    raise_if_any(faults)
    return [Step(name, folder / f"{name}.ipynb", dict(parameters)) for name in chosen]


def declared_parameters(path: Path) -> dict[str, str]:
    """Return the parameters that a notebook declares, with the name of their type.

    Parameters
    ----------
    path : Path
        Notebook with exactly one cell tagged ``parameters``, made of annotated assignments such
        as ``language: str = "fr"``.

    Raises
    ------
    InputError
        If the notebook or its parameters cell is missing, or the cell holds anything else.
    """
    import nbformat  # a second of imports, which a run with nothing to do need not wait for

    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise InputError(
            [Fault(path.name, "the notebook does not exist", f"Put it in {path.parent}")]
        ) from None
    except (ValueError, nbformat.ValidationError) as error:
        raise InputError(
            [Fault(path.name, f"the notebook cannot be read ({error})", "Restore it from git")]
        ) from None
    cells = [
        cell for cell in notebook.cells if "parameters" in cell.get("metadata", {}).get("tags", [])
    ]
    if len(cells) != 1:
        raise InputError(
            [
                Fault(
                    path.name,
                    f"{len(cells)} cells are tagged 'parameters' where there must be one",
                    "Tag one code cell 'parameters' (JupyterLab: property inspector, cell tags)",
                )
            ]
        )
    return _declarations(path.name, cells[0].source)


def _declarations(name: str, source: str) -> dict[str, str]:
    declared: dict[str, str] = {}
    faults: list[Fault] = []
    for line in ast.parse(source).body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            declared[line.target.id] = ast.unparse(line.annotation)
        else:
            faults.append(
                Fault(
                    name,
                    "the parameters cell holds more than typed parameters",
                    'Write each as `name: str = "default"` and move the rest to another cell',
                    row=line.lineno,
                    value=ast.unparse(line),
                )
            )
    raise_if_any(faults)
    return declared


def _check(
    notebook: str, declared: Mapping[str, str], parameters: Mapping[str, Value]
) -> list[Fault]:
    faults = []
    for name, value in parameters.items():
        annotation = declared.get(name)
        if annotation is None:
            known = ", ".join(sorted(declared)) or "none"
            faults.append(
                Fault(notebook, "unknown parameter", f"Choose among: {known}", column=name,
                      value=str(value))
            )  # fmt: skip
            continue
        accepted = [part.strip() for part in annotation.split("|")]
        if not any(_fits(value, part) for part in accepted):
            faults.append(
                Fault(notebook, f"the parameter must be of type {annotation}",
                      "Correct the value", column=name, value=str(value))
            )  # fmt: skip
    return faults


def _fits(value: Value, annotation: str) -> bool:
    if annotation == "None":
        return value is None
    kind = _TYPES.get(annotation)
    if kind is None:
        return False
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
