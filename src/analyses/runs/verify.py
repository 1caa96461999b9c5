"""Run again what a manifest records, and compare: first what went in, then numbers, then bytes.

What differs before anything runs is named: inputs, choices of the city, code by analysis, versions
of packages. Changed inputs or choices make the comparison senseless, and stop it; other code and
other packages do not, since that the numbers hold nonetheless is worth knowing.
"""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from analyses import digests
from analyses.comparison import causes
from analyses.results import KEY
from analyses.runs import freshness, history, indicators_file, manifest
from analyses.runs.run import Render, Request, run

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Two numbers are the same within one part in a thousand million, or a millionth of a millionth:
what another order of additions may change, and no reader could see."""

Verdict = Literal["bytes", "numbers", "different", "impossible"]


@dataclass(frozen=True, slots=True)
class Input:
    """An input that is not what the run read.

    Parameters
    ----------
    path : str
        File as the manifest names it.
    expected : str
        sha256 of what the run read; empty for a file that it did not know.
    found : str
        sha256 of what is there; empty if it is missing.
    """

    path: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What differs from the run that is verified, before anything runs.

    Parameters
    ----------
    inputs : tuple of Input
        Inputs that changed, are missing, or are new.
    choices : tuple of (str, value, value)
        Keys of ``city.yml``, recorded and found.
    analyses : tuple of str
        Notebooks whose code or text changed.
    code : tuple of (str, str)
        Version of the code, recorded and found; empty if it is the same.
    versions : tuple of (str, str, str)
        Packages, recorded and found; empty for none.
    altered : tuple of str
        Files of the run that are no longer what its manifest lists.
    missing : tuple of str
        Notebooks of the run that are not here.
    """

    inputs: tuple[Input, ...] = ()
    choices: tuple[tuple[str, causes.Choice, causes.Choice], ...] = ()
    analyses: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    versions: tuple[tuple[str, str, str], ...] = ()
    altered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether a new run reads what the old one read."""
        return not (self.inputs or self.choices or self.missing)


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying a run found.

    Parameters
    ----------
    verdict : str
        ``bytes``: every file came again to the byte; ``numbers``: every number did, within
        :data:`RELATIVE`; ``different``; ``impossible``: nothing could be compared.
    basis : Basis
        What differed before.
    numbers : int
        Numbers that were compared.
    differing : DataFrame
        Those that differ: :data:`analyses.results.KEY`, ``what``, ``recorded``, ``again``.
    files : tuple of str
        Files that were compared.
    other : tuple of str
        Those of other bytes, missing or new.
    """

    verdict: Verdict
    basis: Basis
    numbers: int = 0
    differing: pd.DataFrame | None = None
    files: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


def basis(entry: history.Entry, request: Request) -> Basis:
    """Compare what a run went by with what there is now; run nothing.

    Parameters
    ----------
    entry : Entry
        The run.
    request : Request
        The same run as it would be made now; files that it lacks are missing.
    """
    record, city = entry.record, request.city
    here = {path.stem for path in request.notebooks.glob("*.ipynb")}
    kept = tuple(name for name in record.notebooks if name in here)
    now = freshness.marks(replace(request, names=kept), {}) if kept else {}
    version, _, _ = manifest.code(request.package)
    python, _ = manifest.machine()
    found = {"python": python, **manifest.packages()}
    recorded = {"python": record.python, **record.packages}
    return Basis(
        inputs=_inputs(record, request),
        choices=_choices(record, manifest.choices(city), city.folder / "city.yml"),
        analyses=_analyses(record.marks, now),
        code=() if version == record.code_version else (record.code_version, version),
        versions=tuple(
            (name, recorded.get(name, ""), found.get(name, ""))
            for name in sorted(recorded.keys() | found.keys())
            if name in recorded and recorded[name] != found.get(name, "")
        ),
        altered=tuple(
            name
            for name, mark in record.outputs.items()
            if _digest(entry.folder / name) != mark and not _archived(entry)
        ),
        missing=tuple(name for name in record.notebooks if name not in here),
    )


def again(
    entry: history.Entry,
    request: Request,
    render: Render,
    before: Basis,
    progress: Callable[[str], None] = lambda _: None,
) -> Verified:
    """Run it again into ``request.out``, an empty folder, and compare.

    Parameters
    ----------
    entry : Entry
        The run.
    request : Request
        The same run, to be made in a folder of its own.
    render : callable
        Writes the report, by the engine of the run.
    before : Basis
        What differs already (:func:`basis`).

    Raises
    ------
    CoeurvilleError
        If a notebook fails, or the report cannot be written.
    """
    record = entry.record
    place = request.out / record.city
    _seed(entry, place)
    fresh = run(
        replace(
            request,
            names=tuple(record.notebooks),
            language=record.language,
            editions=tuple(record.editions) or request.editions,
            edition=record.edition,
        ),
        render,
        progress,
    )
    left = {history.LOG, f"public/{history.LOG}"} if _archived(entry) else set()
    names = sorted((record.outputs.keys() | fresh.outputs.keys()) - left)
    other = tuple(name for name in names if record.outputs.get(name) != fresh.outputs.get(name))
    known = history.Entry(place, fresh).table()
    same = record.outputs.get(indicators_file.NAME) == fresh.outputs[indicators_file.NAME]
    differing = numbers_apart(known if same else entry.table(), known)
    verdict: Verdict = "different" if len(differing) else "numbers" if other else "bytes"
    return Verified(verdict, before, len(known), differing, tuple(names), other)


def numbers_apart(recorded: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of two tables of indicators that are not the same.

    Parameters
    ----------
    recorded, found : DataFrame
        Columns :data:`analyses.results.COLUMNS`.

    Returns
    -------
    DataFrame
        :data:`analyses.results.KEY`, ``what`` (``value``, ``low``, ``high``, ``n``, ``quality`` or
        ``row``), ``recorded`` and ``again`` as texts.
    """
    frames = []
    for table in (recorded, found):
        texts = {name: table[name].astype(object).where(table[name].notna(), "") for name in KEY}
        frames.append(table.assign(**texts))
    both = frames[0].merge(
        frames[1], on=list(KEY), how="outer", suffixes=("_old", "_new"), indicator=True
    )
    parts = [_apart(both[both["_merge"] != "both"], "row", "recorded", "found")]
    shared = both[both["_merge"] == "both"]
    for name in ("value", "low", "high", "n"):
        old, new = (shared[f"{name}{end}"].astype(float) for end in ("_old", "_new"))
        close = np.isclose(old, new, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)
        parts.append(_apart(shared[~close], name, f"{name}_old", f"{name}_new"))
    moved = shared["quality_old"] != shared["quality_new"]
    parts.append(_apart(shared[moved], "quality", "quality_old", "quality_new"))
    return pd.concat(parts, ignore_index=True)


def locked(lock: Path) -> tuple[tuple[str, str, str], ...]:
    """Return those of :func:`pinned` whose version is not that of the lock file."""
    return tuple(item for item in pinned(lock) if item[1] != item[2])


def pinned(lock: Path) -> tuple[tuple[str, str, str], ...]:
    """Return the installed packages that a lock file pins on this machine.

    Parameters
    ----------
    lock : Path
        Requirements with exact versions and, maybe, environment markers.

    Returns
    -------
    tuple of (str, str, str)
        Name, version of the lock, installed version; packages that are not installed are no fault:
        the lock also holds those of optional parts.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    found = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        text = line.split(" \\")[0].strip()
        if not text or text.startswith(("#", "-")):
            continue
        try:
            item = Requirement(text)
            installed = importlib.metadata.version(item.name)
        except (InvalidRequirement, importlib.metadata.PackageNotFoundError):
            continue
        wanted = next((one.version for one in item.specifier if one.operator == "=="), "")
        here = item.marker is None or item.marker.evaluate()
        if wanted and here:
            found.append((item.name, wanted, installed))
    return tuple(found)


def _inputs(record: manifest.Manifest, request: Request) -> tuple[Input, ...]:
    folder = request.city.folder
    places = manifest.named(request.inputs, folder)
    found = []
    for item in record.inputs:
        mark = _digest(places.get(item.path, folder / item.path))
        if mark != item.sha256:
            found.append(Input(item.path, item.sha256, mark))
    known = {item.path for item in record.inputs}
    found += [Input(name, "", _digest(path)) for name, path in places.items() if name not in known]
    return tuple(sorted(found, key=lambda item: item.path))


def _choices(
    record: manifest.Manifest, now: Mapping[str, causes.Choice], path: Path
) -> tuple[tuple[str, causes.Choice, causes.Choice], ...]:
    """Return the keys of ``city.yml`` that differ; the file, for a manifest that has no keys."""
    if not record.choices:
        mark = _digest(path)
        old = record.city_file.sha256
        return () if mark == old else (("city.yml", old[:12], mark[:12]),)
    names = sorted(record.choices.keys() | now.keys())
    return tuple(
        (name, record.choices.get(name), now.get(name))
        for name in names
        if record.choices.get(name) != now.get(name)
    )


def _analyses(
    old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    parts = ("code", "notebook", "theme")
    return tuple(
        step
        for step in new
        if step in old and any(old[step].get(part) != new[step].get(part) for part in parts)
    )


def _digest(path: Path) -> str:
    """Return the sha256 of a file; nothing if it is missing."""
    return digests.of_file(path) if path.is_file() else ""


def _archived(entry: history.Entry) -> bool:
    """Whether an edition is a former one, of which only the numbers are kept."""
    return entry.folder.parent.name == history.FOLDER


def _seed(entry: history.Entry, place: Path) -> None:
    """Give the new run the former editions that the old one had."""
    place.mkdir(parents=True)
    for older in _older(entry):
        shutil.copytree(older.folder, place / history.FOLDER / older.folder.name)
    if _archived(entry):
        return
    for name in (history.LOG, f"{history.FOLDER}/revisions-public.csv"):
        if (entry.folder / name).is_file():
            (place / name).parent.mkdir(exist_ok=True)
            shutil.copy2(entry.folder / name, place / name)


def _older(entry: history.Entry) -> Sequence[history.Entry]:
    place = entry.folder.parents[1] if _archived(entry) else entry.folder
    known = history.entries(place)
    return [one for one in known if one.record.started < entry.record.started]


def _apart(rows: pd.DataFrame, what: str, old: str, new: str) -> pd.DataFrame:
    kept = rows[list(KEY)].assign(what=what)
    if what == "row":
        only = rows["_merge"].astype(str)
        return kept.assign(
            recorded=only.map({"left_only": "recorded", "right_only": ""}),
            again=only.map({"left_only": "", "right_only": "found"}),
        )
    return kept.assign(recorded=rows[old].astype(str), again=rows[new].astype(str))
