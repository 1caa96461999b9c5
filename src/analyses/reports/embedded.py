"""The engine that needs nothing beside the Python packages: pandoc and Typst as libraries."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, time
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import pypandoc
import typst

from analyses.errors import RenderError
from analyses.reports import one_file, pictures, word_file
from analyses.reports.assemble import DOCUMENT, Source

PDF_STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: Typst refuses to write the file if a figure lacks its alternative."""

_COMMON = ("--from=markdown", "--standalone", "--lua-filter=theme/coeurville.lua")
_FORMATS: dict[str, tuple[str, ...]] = {
    "html": (
        "--to=html5", "--template=theme/report.html", "--css=theme/report.css",
        "--toc", "--toc-depth=3",
    ),
    "docx": ("--to=docx", "--reference-doc=theme/reference.docx"),
    "typst": ("--to=typst", "--template=theme/report.typ"),
}  # fmt: skip


def describe() -> str:
    """Return the engine's name with the versions of its parts."""
    return f"embedded (pandoc {pypandoc.get_pandoc_version()}, typst {version('typst')})"


def render(source: Source, kind: str, target: Path) -> None:
    """Render one format.

    Parameters
    ----------
    source : Source
        Assembled report.
    kind : str
        ``html``, ``pdf`` or ``docx``.
    target : Path
        File to write.

    Raises
    ------
    RenderError
        If pandoc or Typst stops; the message is theirs.
    """
    if kind == "pdf":
        made = source.folder / "report.typ"
        _pandoc(source, "typst", made)
        compile_pdf(made, target, source)
        return
    if kind == "docx":
        pictures.complete(source.folder / "figures")
    _pandoc(source, kind, target)
    if kind == "html":
        page = target.read_text(encoding="utf-8")
        target.write_text(one_file.whole(page, source.folder), encoding="utf-8")
    if kind == "docx":
        word_file.finish(target, source.folder / "theme" / "fonts")


def compile_pdf(document: Path, target: Path, source: Source) -> None:
    """Compile a Typst document with the report's fonts only, dated by its edition.

    Raises
    ------
    RenderError
        If Typst refuses the document, for instance for want of an alternative.
    """
    found = _compiled(document, source, {})
    if found is None:
        found = _compiled(document, source, {"fitted": "no"})
    if found is None:
        raise RenderError("Typst could not lay the PDF out: it does not settle.")
    target.write_bytes(found)


def _compiled(document: Path, source: Source, inputs: dict[str, str]) -> bytes | None:
    """Return the PDF; None if the layout does not settle, since its page numbers may be wrong.

    A figure is drawn smaller where little room is missing, which depends on the figures before it:
    on some pages this never comes to rest. ``fitted: no`` draws every figure in full.
    """
    try:
        made, warnings = typst.compile_with_warnings(
            str(document),
            root=str(source.folder),
            font_paths=[str(source.folder / "theme" / "pdf-fonts")],
            ignore_system_fonts=True,
            pdf_standards=PDF_STANDARD,
            timestamp=int(stamp(source).timestamp()),
            sys_inputs=inputs,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise RenderError(f"Typst could not write the PDF: {error}") from error
    unsettled = any("did not converge" in warning.message for warning in warnings)
    return None if unsettled or not isinstance(made, bytes) else made


def stamp(source: Source) -> datetime:
    """Return the date written inside files: the start of the edition's day, UTC."""
    return datetime.combine(source.edition, time(), UTC)


def _pandoc(source: Source, kind: str, target: Path) -> None:
    command = [pypandoc.get_pandoc_path(), *_COMMON, *_FORMATS[kind]]
    command += [f"--output={target.resolve()}", DOCUMENT]
    epoch = str(int(stamp(source).timestamp()))
    done = subprocess.run(
        command,
        cwd=source.folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RenderError(f"pandoc could not write {target.name}: {done.stderr.strip()}")
    if done.stderr.strip():
        raise RenderError(f"pandoc warned about {target.name}: {done.stderr.strip()}")
