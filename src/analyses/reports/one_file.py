"""The HTML report as one file: its style, drawings and maps put into the page.

Pandoc can do it, by reading the whole page again as HTML (twice the cost of writing it). Here the
places are marked while the page is written, by the template, by the filter and by
:func:`analyses.reports.markdown.frame`, and each receives its file. Text cannot look like such a
place: each starts with a tag, and the signs of tags are escaped in texts.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from analyses.errors import RenderError
from analyses.figures import style
from analyses.figures.escape import html

_STYLE = re.compile(r'<link rel="stylesheet" href="(theme/[^"/]+)" ?/?>')
_URL = re.compile(r'url\("([^":#]+)"\)')
_PIXELS = re.compile(r'<img src="(figures/[^"/]+)"')
_DRAWING = re.compile(r'<svg data-file="(figures/[^"/]+)" ([^<>]*)></svg>')
_FRAME = re.compile(r'(<iframe [^<>]*) data-document="(figures/[^"/]+)"')
_OURS = re.compile(r"(?:figures|theme)/")
_INSIDE = re.compile(r"\s*(?:data:|#|$)", re.IGNORECASE)
_NAMING = {"src", "srcset", "href", "xlink:href", "data", "poster", "data-file", "data-document"}
"""Attributes that a page takes files by; those of a link (``<a>``) only lead a reader away."""
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
    places = re.compile("|".join(p.pattern for p in (_STYLE, _PIXELS, _FRAME)))

    def filled(found: re.Match[str]) -> str:
        sheet, pixels, frame, document = found.groups()
        if sheet:
            return f'<style type="text/css">\n{_sheet(folder / sheet)}</style>'
        if pixels:
            return f'<img src="{_uri(folder / pixels)}"'
        return frame + _srcdoc(folder / document)

    def drawn(found: re.Match[str]) -> str:
        return _read(folder / found[1]).replace("<svg ", f"<svg {found[2]} ", 1)

    page = places.sub(filled, page)
    alone(_DRAWING.sub("", page))  # our drawings name no file, and are most of the page
    return _DRAWING.sub(drawn, page)


def alone(page: str) -> str:
    """Return an HTML page that names no file outside it.

    Raises
    ------
    RenderError
        If it names one.
    """
    if left := _Named(page).outside:
        raise RenderError(f"The page still names a file outside it: {left}")
    return page


class _Named(HTMLParser):
    """The first tag of a page, or of a page framed in it, that names a file outside it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.outside: str | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.outside is not None:
            return
        for name, value in attrs:
            if name == "srcdoc":
                self.outside = _Named(value or "").outside
            elif name in _NAMING and _outside(tag, value or ""):
                self.outside = f'<{tag} {name}="{(value or "")[:200]}">'


def _outside(tag: str, value: str) -> bool:
    return bool(_OURS.match(value)) if tag == "a" else not _INSIDE.match(value)


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
