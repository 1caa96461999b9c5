"""The two editions of one run: the internal one in the run's folder, the public one in ``public/``.

Both come from the same executed notebooks and are published by the same step. The public folder
holds nothing but what may leave: report, indicators, and a manifest that names no input.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from analyses import digests, privacy
from analyses.blocks import Block, Edition, blocks_of, recorded
from analyses.cities import City
from analyses.runs import changes, forks, indicators_file, manifest

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
    if "public" in editions:
        public = place(folder, "public")
        public.mkdir(exist_ok=True)
        record.withheld = exposed(folder, city)
        indicators_file.write(folder, city.id, "public", public, leave=record.withheld)
    changes.tell(folder, city, record, public="public" in editions)

    def rendered(edition: Edition) -> str:
        engine = render(folder, city, record, edition)
        progress(edition)
        return engine

    with forks.pool() as pool:
        record.engine = list(pool.map(rendered, editions))[-1]
    record.editions = list(editions)
    record.outputs = _hashes(folder)
    if "public" in editions:
        _public_manifest(record, folder / FOLDER)


def exposed(folder: Path, city: City) -> list[str]:
    """Return the chapters that may not be public beside those that come before them.

    Each chapter protects what it records; this last audit is of all chapters together, so that none
    tells what another hides.
    """
    found = {path.stem: blocks_of(path, city.id) for path in _notebooks(folder)}
    if not _leaks(list(found.values()), city):
        return []
    kept: list[list[Block]] = []
    left: list[str] = []
    for name, chapter in found.items():
        if _leaks([*kept, chapter], city):
            left.append(name)
        else:
            kept.append(chapter)
    return left


def _leaks(chapters: Sequence[Sequence[Block]], city: City) -> bool:
    inside = [block for chapter in chapters for block in chapter]
    shown = recorded(found for block in inside if (found := block.in_public()))
    parts = {zone: names for block in inside if block.kind == "results"
             for zone, names in block.content["parts"].items()}  # fmt: skip
    rules = privacy.Rules(small_count=city.parameters.small_count)
    told = {privacy.key_of(result) for result in shown if result.estimate.n or result.computable}
    return bool(privacy.leaks(recorded(inside), told, rules, parts))


def _notebooks(folder: Path) -> list[Path]:
    return sorted((folder / "notebooks").glob("*.ipynb"))


def _hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file that was written, the notebooks and manifests apart."""
    paths = [*folder.iterdir(), *(folder / FOLDER).glob("*")]
    return {
        path.relative_to(folder).as_posix(): digests.of_file(path)
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
