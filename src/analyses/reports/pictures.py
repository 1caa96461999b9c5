"""Pictures in pixels for Word and PowerPoint, made of the vector drawings when they are asked for.

A notebook keeps one drawing of each picture, the vector one; HTML and PDF show it as it is. Typst
draws it here in pixels, with the report's fonts, as it does in the PDF.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from PIL import Image

from analyses.errors import RenderError
from analyses.figures import style

COLOURS = 128
"""Colours of a picture of the Word report; the other formats take the vector drawing."""
POINTS = 72
"""Points in an inch."""

_SIZE = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')


def size(content: Mapping[str, Any]) -> tuple[float, float]:
    """Return the width and height in inches of the drawing of a block, a chart's or a map's."""
    if content["svg"]:
        width, height = _points(content["svg"])
        return width / POINTS, height / POINTS
    with Image.open(BytesIO(base64.b64decode(content["png"]))) as picture:
        return picture.width / style.DPI, picture.height / style.DPI


def png(content: Mapping[str, Any]) -> bytes:
    """Return the drawing of a block as a PNG.

    Raises
    ------
    RenderError
        As :func:`drawn`.
    """
    if not content["svg"]:
        return base64.b64decode(content["png"])
    return drawn([content["svg"]])[0]


def drawn(svgs: Sequence[str]) -> list[bytes]:
    """Return vector drawings as PNG, all in one pass; same drawing, same bytes.

    Parameters
    ----------
    svgs : sequence of str
        Drawings of :func:`analyses.figures.style.svg`.

    Raises
    ------
    RenderError
        If Typst cannot draw one of them.
    """
    if not svgs:
        return []
    pages = ["#set page(margin: 0pt)"]
    for svg in svgs:
        width, height = _points(svg)
        text = svg.replace("\\", "\\\\").replace('"', '\\"')
        pages.append(
            f"#page(width: {width}pt, height: {height}pt, "
            f'image(bytes("{text}"), format: "svg", width: 100%))'
        )
    try:
        made = typst.compile(
            "\n".join(pages).encode("utf-8"),
            format="png",
            ppi=style.DPI,
            font_paths=_fonts(),
            ignore_system_fonts=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise RenderError(f"Typst could not draw the pictures: {error}") from error
    found = made if isinstance(made, list) else [made]
    if len(found) != len(svgs) or not all(found):
        raise RenderError(f"Typst drew {len(found)} pictures of {len(svgs)}.")
    return [bytes(picture or b"") for picture in found]


def complete(folder: Path) -> None:
    """Put beside each vector drawing of a folder the same in pixels, unless it is there.

    Raises
    ------
    RenderError
        As :func:`drawn`.
    """
    missing = [
        path for path in sorted(folder.glob("*.svg")) if not path.with_suffix(".png").exists()
    ]
    made = drawn([path.read_text(encoding="utf-8") for path in missing])
    for path, picture in zip(missing, made, strict=True):
        path.with_suffix(".png").write_bytes(lighter(picture))


def lighter(picture: bytes) -> bytes:
    """Return a PNG with a palette of its own colours: flat drawings lose nothing to the eye."""
    with Image.open(BytesIO(picture)) as opened:
        drawing = opened.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = BytesIO()
    drawing.save(out, format="PNG", optimize=True)
    light = out.getvalue()
    return light if len(light) < len(picture) else picture


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(style.fonts())])


def _points(svg: str) -> tuple[float, float]:
    found = _SIZE.search(svg[:2_000])
    if found is None:
        raise RenderError("A drawing does not say its size in points.")
    return float(found[1]), float(found[2])
