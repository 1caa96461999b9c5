"""Choose an engine and render a report in every format."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Literal

from analyses.blocks import Edition
from analyses.cities import City
from analyses.errors import RenderError
from analyses.reports import deck, embedded, quarto
from analyses.reports.assemble import Source, assemble, chapters_of
from analyses.runs import editions
from analyses.runs.manifest import Manifest

Engine = Literal["auto", "embedded", "quarto"]
FORMATS = ("html", "pdf", "docx")
OUTPUTS = (*FORMATS, "pptx")
"""What a run leaves: the report, and the deck that sums it up."""


def choose(engine: Engine) -> Literal["embedded", "quarto"]:
    """Return the engine to use; ``auto`` takes Quarto where it is on the path."""
    if engine == "auto":
        return "embedded" if quarto.find() is None else "quarto"
    return engine


def render(
    source: Source, out: Path, engine: Engine = "auto", formats: Sequence[str] = FORMATS
) -> str:
    """Render a report into ``out/report.<format>``.

    Parameters
    ----------
    source : Source
        Assembled report.
    out : Path
        Folder that receives the files.
    engine : str
        ``auto``, ``embedded`` or ``quarto``; ``auto`` renders with the embedded engine where
        Quarto fails, and says so.
    formats : sequence of str
        Among :data:`FORMATS`.

    Returns
    -------
    str
        Name and version of the engine, and why it was not Quarto if that failed.

    Raises
    ------
    RenderError
        If the engine is absent or stops.
    """
    if choose(engine) == "embedded":
        return _with(embedded, source, out, formats)
    try:
        return _with(quarto, source, out, formats)
    except RenderError as error:
        if engine == "quarto":
            raise
        reason = str(error).strip().splitlines()[0]
        return f"{_with(embedded, source, out, formats)}, because Quarto failed: {reason}"


def _with(module: ModuleType, source: Source, out: Path, formats: Sequence[str]) -> str:
    for kind in formats:
        module.render(source, kind, out / f"report.{kind}")
    return str(module.describe())


def report(
    folder: Path,
    city: City,
    record: Manifest,
    engine: Engine = "auto",
    formats: Sequence[str] = OUTPUTS,
    edition: Edition = "internal",
) -> str:
    """Write the report of a run folder from its executed notebooks.

    Parameters
    ----------
    folder : Path
        Run folder that holds ``notebooks/``; it receives ``report.html``, ``.pdf``, ``.docx`` and
        ``.pptx``.
    city : City
        City of the run.
    record : Manifest
        Manifest of the run.
    engine
        As for :func:`render`.
    formats : sequence of str
        Among :data:`OUTPUTS`.
    edition : str
        ``internal``, or ``public``: made of the public blocks, in the folder ``public/``.

    Returns
    -------
    str
        Name and version of the engine.

    Raises
    ------
    RunError
        If a notebook holds a block of another city.
    RenderError
        If the engine is absent or stops.
    """
    with tempfile.TemporaryDirectory(prefix=".build-", dir=folder) as build:
        chapters = chapters_of(folder, city.id, edition=edition)
        if edition == "public":
            chapters = [item for item in chapters if item.name not in record.withheld]
        source = assemble(city, chapters, record, Path(build), edition)
        place = editions.place(folder, edition)
        if "pptx" in formats:
            deck.write(place / deck.NAME, city, chapters, record, edition)
        documents = [kind for kind in formats if kind in FORMATS]
        return render(source, place, engine, documents)
