"""The Quarto engine: the same sources through the `quarto` found on the path."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from analyses.errors import RenderError
from analyses.reports import embedded, one_file, pictures, word_file
from analyses.reports.assemble import DOCUMENT, Source

TIME_LIMIT = 600

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FAULT = re.compile(r"^(?:ERROR|Error)\b.*", re.MULTILINE | re.DOTALL)


class _TooLongError(RenderError):
    """Quarto was stopped: what it was writing may be cut."""


def find() -> str | None:
    """Return the path of the `quarto` command, or None."""
    return shutil.which("quarto")


def describe() -> str:
    """Return the engine's name with its version.

    Raises
    ------
    RenderError
        If Quarto is absent or does not answer.
    """
    done = _quarto(["--version"], Path.cwd(), {})
    return f"quarto {done.stdout.strip()}"


def render(source: Source, kind: str, target: Path) -> None:
    """Render one format; the PDF is compiled from Quarto's Typst source, as PDF/UA-1.

    Quarto writes the Typst source (``keep-typ``); the file is then compiled by the Typst that ships
    with us, with the report's fonts, so that both engines give the same standard and date. Its
    reader takes the fenced raw blocks (tables, maps) for cells of no language that it knows and
    hands them on; our filter comes after its own, so that both engines see the same document.

    Raises
    ------
    RenderError
        If Quarto is absent, stops, writes nothing, or leaves a file out of the page.
    """
    to = "typst" if kind == "pdf" else kind
    made = source.folder / f"report.{'typ' if kind == 'pdf' else kind}"
    made.unlink(missing_ok=True)
    pictures.complete(source.folder / "figures")  # Quarto looks for each file of the Markdown
    text = source.document.read_text(encoding="utf-8")
    source.document.write_text(one_file.framed(text, source.folder), encoding="utf-8")
    epoch = {"SOURCE_DATE_EPOCH": str(int(embedded.stamp(source).timestamp()))}
    try:
        _quarto(["render", DOCUMENT, "--to", to, "--no-execute"], source.folder, epoch)
    except _TooLongError:
        raise
    except RenderError:
        if kind != "pdf" or not made.is_file():  # its own PDF may fail; only its source counts
            raise
    if not made.is_file():
        raise RenderError(f"Quarto ended without writing {made.name}.")
    if kind == "pdf":
        embedded.compile_pdf(made, target, source)
        return
    if kind == "html":
        one_file.alone(made.read_text(encoding="utf-8"))
    shutil.copyfile(made, target)
    if kind == "docx":
        word_file.finish(target, source.folder / "theme" / "fonts")


def _quarto(
    arguments: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    command = find()
    if command is None:
        raise RenderError(
            "The engine quarto was asked for, but no `quarto` is on the path. Install the extra "
            "(pip install 'coeurville[quarto]') or use --engine embedded."
        )
    try:
        done = subprocess.run(
            [command, *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=TIME_LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise _TooLongError(f"Quarto did not end within {TIME_LIMIT} s.") from None
    if done.returncode:
        raise RenderError(f"Quarto stopped ({done.returncode}): {reason(done.stderr)}")
    return done


def reason(told: str) -> str:
    """Return what Quarto says of its fault, without what it was asked to do, told before it."""
    plain = _COLOUR.sub("", told).strip()
    found = _FAULT.search(plain)
    return found[0].strip()[:2000] if found else plain[-2000:]
