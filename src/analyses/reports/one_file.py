"""The HTML report as one file: its style, drawings and maps put into the page.

Pandoc can do it, by reading the whole page again as HTML (twice the cost of writing it). Here the
places are marked while the page is written, by the template, by the filter and by
:func:`analyses.reports.markdown.frame`, and each receives its file. Text cannot look like such a
place: each starts with a tag, and the signs of tags are escaped in texts.
"""

from __future__ import annotations

import re
from pathlib import Path

from analyses.errors import RenderError
from analyses.figures import style
from analyses.figures.escape import html

_STYLE = re.compile(r'<link rel="stylesheet" href="(theme/[^"/]+)" ?/?>')
_URL = re.compile(r'url\("([^":#]+)"\)')
_PIXELS = re.compile(r'<img src="(figures/[^"/]+)"')
_DRAWING = re.compile(r'<svg data-file="(figures/[^"/]+)" ([^<>]*)></svg>')
_FRAME = re.compile(r'(<iframe [^<>]*) data-document="(figures/[^"/]+)"')
_LEFT = re.compile(r'<[a-z][^<>]* (?:src|href|data-file|data-document)="(?:figures|theme)/[^"]*"')
_KINDS = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}


def whole(page: str, folder: Path) -> str:
    """Return an HTML page with every file that it names inside it.

    Parameters
    ----------
    page : str
        What Pandoc wrote.
    folder : Path
        Build folder; the names in the page are relative to it.

    Raises
    ------
    RenderError
        If a file is not there, or is of a kind that a page cannot hold.
    """
    places = re.compile("|".join(p.pattern for p in (_STYLE, _PIXELS, _DRAWING, _FRAME)))

    def filled(found: re.Match[str]) -> str:
        sheet, pixels, drawing, attributes, frame, document = found.groups()
        if sheet:
            return f'<style type="text/css">\n{_sheet(folder / sheet)}</style>'
        if pixels:
            return f'<img src="{_uri(folder / pixels)}"'
        if drawing:
            return _read(folder / drawing).replace("<svg ", f"<svg {attributes} ", 1)
        return frame + _srcdoc(folder / document)

    return alone(places.sub(filled, page))


def alone(page: str) -> str:
    """Return an HTML page that names no file outside it.

    Raises
    ------
    RenderError
        If it names one.
    """
    if left := _LEFT.search(page):
        raise RenderError(f"The page still names a file outside it: {left[0]}")
    return page


def framed(text: str, folder: Path) -> str:
    """Return Markdown with the maps inside it, for an engine that writes the page by itself.

    Raises
    ------
    RenderError
        As :func:`whole`.
    """
    return _FRAME.sub(lambda found: found[1] + _srcdoc(folder / found[2]), text)


def _srcdoc(path: Path) -> str:
    escaped = html(_read(path)).replace("\n", "&#10;").replace("\r", "")
    return f' srcdoc="{escaped}"'


def _sheet(path: Path) -> str:
    return _URL.sub(lambda found: f'url("{_uri(path.parent / found[1])}")', _read(path))


def _uri(path: Path) -> str:
    kind = _KINDS.get(path.suffix)
    if kind is None:
        raise RenderError(f"The page cannot hold a file of the kind of {path.name}.")
    try:
        return style.data_uri(path.read_bytes(), kind)
    except OSError as error:
        raise RenderError(f"The page names {path.name}, which cannot be read.") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RenderError(f"The page names {path.name}, which cannot be read.") from error
