"""Run cities as ``coeurville run --all`` does, but for the formats and the edition asked."""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path

from analyses import cities, commands, reports, runs, sources
from analyses.blocks import Edition
from analyses.cities import City
from analyses.runs import forks, manifest


def main() -> None:
    """Run every city of a folder: HTML and PDF of the internal edition."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("cities", type=Path)
    asked.add_argument("out", type=Path)
    options = asked.parse_args()
    with commands.pool() as pool:
        list(pool.map(partial(_run, options.cities, options.out), cities.list_ids(options.cities)))


def _run(folder: Path, out: Path, name: str) -> None:
    work = commands.due(folder / name, out, language="fr", engine="embedded", edition="internal")
    tables = forks.call_or_run(_tables, work.request.city.folder)
    runs.run(replace(work.request, tables=tables), _render)


def _tables(folder: Path) -> bytes | None:
    return sources.packed(cities.read(folder))


def _render(folder: Path, city: City, record: manifest.Manifest, edition: Edition) -> str:
    return forks.call_or_run(_documents, folder, city, record, edition)


def _documents(folder: Path, city: City, record: manifest.Manifest, edition: Edition) -> str:
    return reports.render(folder, city, record, "embedded", ("html", "pdf"), edition)


if __name__ == "__main__":
    main()
