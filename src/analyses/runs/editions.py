"""The two editions of one run: the internal one in the run's folder, the public one in ``public/``.

Both come from the same executed notebooks and are published by the same step. The public folder
holds nothing but what may leave: report, indicators, and a manifest that names no input.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from analyses.blocks import Edition
from analyses.cities import City
from analyses.runs import indicators_file, manifest

FOLDER = "public"
BOTH: tuple[Edition, ...] = ("internal", "public")
Render = Callable[[Path, City, manifest.Manifest, Edition], str]
"""Write an edition's report into its folder of a run; return the engine's name and version."""
Progress = Callable[[str], None]


def place(folder: Path, edition: Edition) -> Path:
    """Return the folder that holds an edition of the run in ``folder``."""
    return folder if edition == "internal" else folder / FOLDER


def write(
    folder: Path,
    city: City,
    record: manifest.Manifest,
    render: Render,
    editions: Sequence[Edition] = BOTH,
    progress: Progress = lambda _: None,
) -> None:
    """Write the editions of a run from its executed notebooks, and note them in its manifest.

    Parameters
    ----------
    folder : Path
        Run folder that holds ``notebooks/*.ipynb``.
    city : City
        City of the run.
    record : Manifest
        Receives the engine, the editions and the hashes of their files.
    render : callable
        Writes an edition's report.
    editions : sequence of str
        Editions whose report is written; the internal indicators always are.
    progress : callable, optional
        Called with the name of each edition that is done.
    """
    indicators_file.write(folder, city.id)
    for edition in editions:
        target = place(folder, edition)
        target.mkdir(exist_ok=True)
        if edition == "public":
            indicators_file.write(folder, city.id, edition, target)
        record.engine = render(folder, city, record, edition)
        progress(edition)
    record.editions = list(editions)
    record.outputs = _hashes(folder)
    if "public" in editions:
        _public_manifest(record, folder / FOLDER)


def _hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file that was written, the notebooks and manifests apart."""
    paths = [*folder.iterdir(), *(folder / FOLDER).glob("*")]
    return {
        path.relative_to(folder).as_posix(): manifest.sha256_of(path)
        for path in sorted(paths)
        if path.is_file() and path.name != manifest.NAME
    }


def _public_manifest(record: manifest.Manifest, folder: Path) -> None:
    """Write what makes the public edition checkable, without inputs, failures or times."""
    kept = record.model_dump(
        mode="json",
        include={"format", "city", "edition", "fingerprint", "language", "engine", "code_version",
                 "code_sha256", "dirty", "python", "packages"},
    )  # fmt: skip
    outputs = {
        name.removeprefix(f"{FOLDER}/"): mark
        for name, mark in record.outputs.items()
        if name.startswith(f"{FOLDER}/")
    }
    content = json.dumps({**kept, "audience": "public", "outputs": outputs}, indent=2)
    (folder / manifest.NAME).write_text(content + "\n", encoding="utf-8")
