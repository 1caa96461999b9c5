"""The former editions of a city, kept in its run's folder and published with it in one exchange.

``<city>/history/<run id>/`` holds what an edition said: ``indicators.csv``, ``run.json``, and
``public.csv`` where it had a public edition. A run enters it when a run of another content takes
its place; a run of the same content takes it over as it is. A run that fails, or is killed, never
touched the published folder, so that its history stays whole.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analyses import digests
from analyses.blocks import blocks_of
from analyses.comparison.causes import Edition
from analyses.errors import Fault, InputError
from analyses.runs import indicators_file, manifest
from analyses.wording import Language, typography

FOLDER = "history"
PUBLIC = "public.csv"
LOG = "revisions.csv"
"""What changed from each edition to the next, in the run's folder; it only grows."""
CHAPTER = "changes"
"""Name of the chapter that a run writes itself."""
KEPT = 24
"""Former editions that are kept, the newest: two years of a monthly run. What changed in the older
ones stays in the log."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An edition on the disk.

    Parameters
    ----------
    folder : Path
        Folder of the run, or of the former edition.
    record : Manifest
        Its manifest.
    """

    folder: Path
    record: manifest.Manifest

    def table(self) -> pd.DataFrame:
        """Return its indicators."""
        return indicators_file.read(self.folder / indicators_file.NAME)

    def public(self) -> pd.DataFrame | None:
        """Return its public indicators; None if it had no public edition."""
        for path in (self.folder / PUBLIC, self.folder / "public" / indicators_file.NAME):
            if path.is_file():
                return indicators_file.read(path)
        return None


def entries(place: Path) -> list[Entry]:
    """Return the former editions that a run's folder keeps, oldest first.

    An entry whose manifest another version wrote is left alone, and left out.
    """
    found = []
    for path in sorted((place / FOLDER).glob(f"*/{manifest.NAME}")):
        try:
            found.append(Entry(path.parent, manifest.read(path.parent)))
        except InputError:
            continue
    return sorted(found, key=lambda entry: entry.record.started)


def former(place: Path, fingerprint: str) -> Entry | None:
    """Return the newest former edition of another content; None if there is none."""
    return next((e for e in entries(place)[::-1] if e.record.fingerprint != fingerprint), None)


def find(place: Path, name: str) -> Entry:
    """Return the edition that a user names.

    Parameters
    ----------
    place : Path
        Folder of the city's run.
    name : str
        Day of an edition (``2026-03-01``), the head of its fingerprint or of its run's id, a run
        folder, or the path of a ``run.json``.

    Raises
    ------
    InputError
        If nothing, or several editions, are so named; the message lists those there are.
    """
    path = Path(name)
    if path.name == manifest.NAME or (path / manifest.NAME).is_file():
        folder = path.parent if path.name == manifest.NAME else path
        return Entry(folder, manifest.read(folder))
    known = [*entries(place)]
    if (place / manifest.NAME).is_file():
        known.append(Entry(place, manifest.read(place)))
    found = [entry for entry in known if _named(entry.record, name)]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{e.record.edition} {e.record.short} ({e.record.id})" for e in known)
    raise InputError([
        Fault(f"{place.name}/{FOLDER}", "several editions are so named" if found else
              "there is no such edition",
              f"Name one by its day, its fingerprint or its run: {listed or 'there is none'}",
              value=name)
    ])  # fmt: skip


def _named(record: manifest.Manifest, name: str) -> bool:
    head = len(name) >= 4 and (record.fingerprint.startswith(name) or record.id.startswith(name))
    return head or record.edition.isoformat() == name


def enter(
    staging: Path, place: Path, record: manifest.Manifest, inputs: Sequence[Path], folder: Path
) -> None:
    """Put the city's history into the run that is being made, and complete its manifest.

    Parameters
    ----------
    staging : Path
        Folder of the new run, with its executed notebooks.
    place : Path
        Folder of the last good run, which may not exist; only read.
    record : Manifest
        Manifest of the new run: it receives what each notebook read and recorded, and which
        inputs only grew.
    inputs : sequence of Path
        Files of the new run.
    folder : Path
        Folder of the city.
    """
    _take_over(place, staging)
    last = _last(place)
    if last is not None and last.record.fingerprint != record.fingerprint:
        _keep(last, staging / FOLDER / last.record.id)
    for entry in entries(staging)[:-KEPT]:
        shutil.rmtree(entry.folder)
    record.chapters = _chapters(staging, record)
    before = former(staging, record.fingerprint)
    if before is not None:
        _note_growth(record, before.record, inputs, folder)


def edition(
    record: manifest.Manifest, table: pd.DataFrame, line: Sequence[manifest.Manifest] = ()
) -> Edition:
    """Return a run as it is compared with another.

    Parameters
    ----------
    record : Manifest
        Its manifest.
    table : DataFrame
        Its indicators, or its public ones.
    line : sequence of Manifest
        Manifests between the two runs that are compared: a file may have grown in several steps.
    """
    return Edition(
        table,
        record.edition,
        record.marks,
        inputs={item.path: item.sha256 for item in record.inputs},
        extends={
            item.sha256: item.extends
            for one in (*line, record)
            for item in one.inputs
            if item.extends
        },
        reads={name: chapter.files for name, chapter in record.chapters.items() if chapter.files},
        records={name: chapter.indicators for name, chapter in record.chapters.items()},
        choices=record.choices,
        versions={"python": record.python, **record.packages},
    )


def _last(place: Path) -> Entry | None:
    """Return the last good run; None if there is none, or another version wrote it."""
    if not (place / manifest.NAME).is_file() or not (place / indicators_file.NAME).is_file():
        return None
    try:
        return Entry(place, manifest.read(place))
    except InputError:
        return None


def _take_over(place: Path, staging: Path) -> None:
    if (place / FOLDER).is_dir():
        shutil.copytree(place / FOLDER, staging / FOLDER, copy_function=_link, dirs_exist_ok=True)
    if (place / LOG).is_file():
        _link(place / LOG, staging / LOG)


def _keep(last: Entry, target: Path) -> None:
    if target.exists():
        return
    target.mkdir(parents=True)
    for name in (indicators_file.NAME, manifest.NAME):
        _link(last.folder / name, target / name)
    public = last.folder / "public" / indicators_file.NAME
    if public.is_file():
        _link(public, target / PUBLIC)


def _link(source: str | Path, target: str | Path) -> str:
    """Give a file, that nobody changes in place, a second name; copy it where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return str(target)


def _chapters(staging: Path, record: manifest.Manifest) -> dict[str, manifest.ChapterRecord]:
    """Return what each executed notebook read and recorded."""
    found = {}
    for path in sorted((staging / "notebooks").glob("*.ipynb")):
        if path.stem == CHAPTER:
            continue
        files: set[str] = set()
        names: set[str] = set()
        for block in blocks_of(path, record.city):
            if block.kind == "results":
                names |= {str(row["indicator"]) for row in block.content["rows"]}
            elif block.kind == "provenance":
                files |= {cell for row in block.content["rows"] for cell in row}
        known = [i.path for i in record.inputs if _is_one(i.path, files, record.language)]
        found[path.stem] = manifest.ChapterRecord(files=known, indicators=sorted(names))
    return found


def _is_one(name: str, files: Collection[str], language: Language) -> bool:
    """Tell whether one of the files that a notebook names is an input of the manifest.

    A file outside the city's folder may be named there by more or fewer of the folders it is in.
    """
    said = typography(name, language)
    return any(
        file == said or file.endswith(f"/{said}") or said.endswith(f"/{file}") for file in files
    )


def _note_growth(
    record: manifest.Manifest, before: manifest.Manifest, inputs: Sequence[Path], folder: Path
) -> None:
    """Note the inputs that begin with all they held in the edition before."""
    older = {item.path: item for item in before.inputs}
    places = manifest.named(inputs, folder)
    for item in record.inputs:
        old = older.get(item.path)
        if old is None or old.sha256 == item.sha256 or old.bytes >= item.bytes:
            continue
        if item.path in places and digests.of_head(places[item.path], old.bytes) == old.sha256:
            item.extends = old.sha256
