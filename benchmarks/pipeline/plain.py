"""What most would write: Papermill on each notebook in a loop, then pandoc and Typst.

The indicators and the report's Markdown come from the same functions as ours, so that both ways
must give the same files: what is compared is how notebooks run and documents are made.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import papermill
import pypandoc
import typst

from analyses import assets, cities
from analyses.reports import Source, assemble, chapters_of, one_file
from analyses.reports.embedded import stamp
from analyses.runs import indicators_file, manifest

PANDOC = (
    "--from=markdown", "--standalone", "--lua-filter=theme/coeurville.lua",
)  # fmt: skip
HTML = (
    "--to=html5", "--template=theme/report.html", "--css=theme/report.css",
    "--toc", "--toc-depth=3", "--output=report.html",
)  # fmt: skip
TYPST = ("--to=typst", "--template=theme/report.typ", "--output=report.typ")


def main() -> None:
    """Run the cities named, one notebook after the other; print the time of each city."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("cities", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("finished", type=Path, help="our runs, whose manifests the cover quotes")
    asked.add_argument("names", nargs="+")
    options = asked.parse_args()
    for name in options.names:
        before = time.monotonic()
        run(options.cities / name, options.out / name, options.finished / name)
        print(json.dumps({"city": name, "seconds": time.monotonic() - before}), flush=True)


def run(folder: Path, out: Path, finished: Path) -> None:
    """Run one city: its notebooks, its indicators, the internal edition in HTML and PDF."""
    (out / "notebooks").mkdir(parents=True)
    for notebook in sorted(assets.notebooks().glob("*.ipynb")):
        papermill.execute_notebook(
            str(notebook),
            str(out / "notebooks" / notebook.name),
            parameters={"city_folder": str(folder.resolve()), "language": "fr"},
            cwd=str(assets.notebooks()),
            progress_bar=False,
            kernel_name="python3",
        )
    city = cities.read(folder)
    indicators_file.write(out, city.id)
    with tempfile.TemporaryDirectory() as build:
        record = manifest.read(finished)
        source = assemble(city, chapters_of(out, city.id), record, Path(build))
        _documents(source, out)


def _documents(source: Source, out: Path) -> None:
    build, seconds = source.folder, int(stamp(source).timestamp())
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(seconds)}
    for options in (HTML, TYPST):
        command = [pypandoc.get_pandoc_path(), *PANDOC, *options, source.document.name]
        subprocess.run(command, cwd=build, env=environment, check=True)
    typst.compile(
        str(build / "report.typ"), output=str(out / "report.pdf"), root=str(build),
        font_paths=[str(build / "theme" / "pdf-fonts")], ignore_system_fonts=True,
        pdf_standards="ua-1", timestamp=seconds,
    )  # fmt: skip
    page = (build / "report.html").read_text(encoding="utf-8")
    (out / "report.html").write_text(one_file.whole(page, build), encoding="utf-8")


if __name__ == "__main__":
    main()
