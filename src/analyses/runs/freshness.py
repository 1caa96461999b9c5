"""What must run again, and why: marks of all that decides a result, compared with the last run's.

A step is fresh if the data, the city's file, the parameters, the code that its notebook reaches and
the versions of the packages are those of the last good run; its executed notebook is then taken
again. Marks are of content: a touched file, a comment or a docstring makes nothing stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyses.digests import of_file, of_value
from analyses.runs import codemarks, manifest
from analyses.wording import Text

if TYPE_CHECKING:
    from analyses.runs.run import Request

REPORT = "report"
"""Name of the step that writes the report from the executed notebooks."""

TEXTS = "texts"
"""Folder of a city's own texts: the report reads them, no notebook does."""

_REPORT_CODE = ("analyses.reports", "analyses.runs.editions")

PARTS: dict[str, Text] = {
    "never": Text("jamais exécuté", "never run"),
    "data": Text("des données ont changé", "data changed"),
    "city": Text("city.yml a changé", "city.yml changed"),
    "texts": Text("les textes de la ville ont changé", "the city's texts changed"),
    "parameters": Text("les paramètres ont changé", "the parameters changed"),
    "notebook": Text("le carnet a changé", "the notebook changed"),
    "code": Text("le code de l'analyse a changé", "the code of the analysis changed"),
    "environment": Text("des versions de paquets ont changé", "package versions changed"),
    "notebooks": Text("un carnet est exécuté de nouveau", "a notebook runs again"),
    "theme": Text("la maquette du rapport a changé", "the report's theme changed"),
    "outputs": Text("un fichier produit manque ou a changé", "an output is missing or altered"),
}
"""Why a step is stale, in words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a step must run.

    Parameters
    ----------
    step : str
        Name of the notebook, or :data:`REPORT`.
    reasons : tuple of str
        Keys of :data:`PARTS`; empty if the step is fresh.
    """

    step: str
    reasons: tuple[str, ...]

    @property
    def stale(self) -> bool:
        """Whether the step must run again."""
        return bool(self.reasons)


def step_marks(notebook: Path, package: Path, *, shared: Mapping[str, str]) -> dict[str, str]:
    """Return the marks of one notebook: what is shared by the city's steps, its text, its code.

    Parameters
    ----------
    notebook : Path
        Notebook.
    package : Path
        Folder of the package.
    shared : mapping
        Marks of the city (:func:`city_marks`).

    Returns
    -------
    dict
        Part (key of :data:`PARTS`): sha256; ``method`` is of that code which computes, what only
        shows left out.
    """
    modules = codemarks.notebook_modules(notebook)
    return {
        **shared,
        "notebook": codemarks.notebook_mark(notebook),
        "code": codemarks.code_mark(modules, package),
        "method": codemarks.code_mark(modules, package, leave=codemarks.SHOWING),
    }


def city_marks(
    city: Mapping[str, Any], inputs: Mapping[str, str], parameters: Mapping[str, Any]
) -> dict[str, str]:
    """Return the marks that every step of a city shares.

    Parameters
    ----------
    city : mapping
        Content of ``city.yml`` as the model has it, so that a comment does not count.
    inputs : mapping
        Data file: sha256.
    parameters : mapping
        Parameters of the run (language …), without this machine's paths.
    """
    python, _ = manifest.machine()
    return {
        "city": of_value(city),
        "data": of_value(inputs),
        "parameters": of_value(parameters),
        "environment": of_value({"python": python, **manifest.packages()}),
    }


def marks(
    request: Request, report: Mapping[str, Any], last: manifest.Manifest | None = None
) -> dict[str, dict[str, str]]:
    """Return the marks of every step of a run, the report last.

    Parameters
    ----------
    request : Request
        What would be run; its ``inputs`` are hashed, nothing is read.
    report : mapping
        What else decides the report: the engine asked for, the folders of its theme and texts.
    last : Manifest, optional
        The last good run: if the code is the same to the byte, its marks of code are taken again.

    Returns
    -------
    dict
        Step: part (key of :data:`PARTS`): sha256.
    """
    city = request.city
    texts = city.folder / TEXTS
    data = [path for path in request.inputs if path.parent != texts]
    inputs = {item.path: item.sha256 for item in manifest.inputs_of(data, city.folder)}
    content = city.model_dump(mode="json")
    shared = city_marks(content, inputs, {"language": request.language})
    package = request.package[0]
    same = last is not None and manifest.code_sha256(request.package) == last.code_sha256
    before = last.marks if last is not None and same else {}
    names = request.names or sorted(path.stem for path in request.notebooks.glob("*.ipynb"))
    found = {
        name: {**before[name], **shared}
        if name in before
        else step_marks(request.notebooks / f"{name}.ipynb", package, shared=shared)
        for name in names
    }
    found[REPORT] = {
        "city": shared["city"],
        "environment": shared["environment"],
        "parameters": of_value(
            {"language": request.language, "editions": list(request.editions), **report}
        ),
        "code": before.get(REPORT, {}).get("code") or codemarks.code_mark(_REPORT_CODE, package),
        "theme": folder_mark(request.package[-1]),
        "texts": folder_mark(texts),
    }
    return found


def intact(place: Path, last: manifest.Manifest) -> bool:
    """Return whether the files of a finished run are those that its manifest lists."""
    return all(
        (place / name).is_file() and of_file(place / name) == sha256
        for name, sha256 in last.outputs.items()
    )


def folder_mark(folder: Path) -> str:
    """Return the sha256 of the files of a folder, by name and content; of nothing if absent."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return of_value({path.relative_to(folder).as_posix(): of_file(path) for path in files})


def verdicts(
    marks: Mapping[str, Mapping[str, str]],
    last: Mapping[str, Mapping[str, str]] | None,
    *,
    intact: bool,
) -> list[Verdict]:
    """Return what must run, in the order of ``marks``.

    Parameters
    ----------
    marks : mapping
        Step: its marks now; the report last.
    last : mapping, optional
        The marks of the last good run, None if there is none.
    intact : bool
        Whether the files of the last run are those that its manifest lists.

    Returns
    -------
    list of Verdict
    """
    found: list[Verdict] = []
    for step, now in marks.items():
        reasons = _reasons(now, None if last is None else last.get(step))
        if step == REPORT and not reasons:
            again = any(item.stale for item in found)
            removed = last is not None and set(last) != set(marks)
            reasons = ("notebooks",) if again or removed else () if intact else ("outputs",)
        found.append(Verdict(step, reasons))
    return found


def _reasons(now: Mapping[str, str], before: Mapping[str, str] | None) -> tuple[str, ...]:
    if before is None:
        return ("never",)
    return tuple(part for part in PARTS if now.get(part) != before.get(part))


def told(city_name: str, found: Sequence[Verdict]) -> Text:
    """Return in words what a run of a city would do, and why."""
    stale = [item for item in found if item.stale]
    if not stale:
        return Text(
            f"{city_name} : à jour, rien à faire.", f"{city_name}: up to date, nothing to do."
        )
    fresh = [item.step for item in found if not item.stale]
    lines = [
        (
            f"  {item.step} : {_words(item, 'fr')}",
            f"  {item.step}: {_words(item, 'en')}",
        )
        for item in stale
    ]
    kept = (f"  repris tels quels : {', '.join(fresh)}", f"  taken again: {', '.join(fresh)}")
    shown = [*lines, kept] if fresh else lines
    return Text(
        "\n".join([f"{city_name} : à exécuter", *(fr for fr, _ in shown)]),
        "\n".join([f"{city_name}: to run", *(en for _, en in shown)]),
    )


def _words(item: Verdict, language: str) -> str:
    words = [PARTS[reason] for reason in item.reasons]
    return ", ".join(word.fr if language == "fr" else word.en for word in words)
