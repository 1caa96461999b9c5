"""One look for every chart and map: font, colours, sizes, and how a drawing becomes a file.

The colours follow Okabe and Ito (2008), moved apart in lightness until every two of them differ for
a reader with protanopia or deuteranopia too (Machado et al. 2009; a test holds it). Each has a
contrast of 3:1 or more with white (WCAG 1.4.11). No drawing relies on colour alone: markers and
hatches follow the same order.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analyses.figures import ruler

FONT = "Source Sans 3"
WEB_FONT = "Coeurville Sans"
INK = "#1d2733"
MUTED = "#56616e"
RULE = "#c9d0d8"
PAPER = "#ffffff"
BLUE = "#0b5c9e"
VERMILION = "#a63c00"
GREEN = "#078a5c"
AMBER = "#bc8500"
PURPLE = "#6a1b54"
GREY = "#768292"
PALETTE = (BLUE, VERMILION, GREEN, AMBER, PURPLE, GREY)
MARKERS = ("o", "s", "^", "D", "v", "P")
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----")

WIDTH = 6.5
"""Width of a drawing in inches: the text width of an A4 page."""
DPI = 200
"""Dots per inch of a picture in pixels."""
IMAGE_DPI = 100
"""Dots per inch of what is pixels inside a vector drawing: the cells of a grid."""

_RC: dict[str, Any] = {
    "font.family": [FONT],
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.labelsize": 10,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.fontsize": 9.5,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": False,
    "grid.color": "#e3e7ec",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.w_pad": 0.08,
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "hatch.linewidth": 0.7,
    "lines.linewidth": 2.0,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
    "path.simplify": True,
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the look while drawing, whatever the notebook's own settings are."""
    _register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        cast("dict[str, Any]", mpl.rcParams).update(_RC)
        yield


def figure(height: float = 3.2, *, width: float = WIDTH) -> tuple[Figure, Axes]:
    """Return an empty drawing outside pyplot's registry, so that nothing has to be closed.

    Parameters
    ----------
    height, width : float
        Size in inches.
    """
    drawing = Figure(figsize=(width, height), layout="constrained")
    ruler.Board(drawing)
    return drawing, drawing.add_subplot()


def svg(drawing: Figure, salt: str) -> str:
    """Return the drawing as an SVG element whose identifiers are unique to ``salt``.

    The text stays text, set in the report's font. Same drawing and salt, same bytes.
    """
    stream = io.StringIO()
    with style():
        mpl.rcParams["svg.hashsalt"] = salt
        mpl.rcParams["svg.id"] = None
        _settle(drawing)
        _write(drawing, stream)
    body = stream.getvalue()
    body = body[body.index("<svg") :]
    body = re.sub(r'\bid="((?:figure|axes|patch|text|line2d|matplotlib|xtick|ytick|legend|'
                  r'LineCollection|PathCollection|FillBetweenPolyCollection|PolyCollection|'
                  r'QuadMesh|collection|table)[\w.]*)"\s*', "", body)  # fmt: skip
    body = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>\s*", "", body, flags=re.DOTALL)
    body = body.replace("<svg ", '<svg style="stroke-linejoin: round; stroke-linecap: butt" ', 1)
    body = body.replace(f"'{FONT}'", f"'{FONT}', '{WEB_FONT}', sans-serif")
    body = re.sub(r"\n\s*", "\n", body)
    return _prefix_ids(body, salt)


def png(drawing: Figure, dpi: int = DPI) -> bytes:
    """Return the drawing as a PNG without any date or version in it."""
    stream = io.BytesIO()
    with style():
        _settle(drawing)
        drawing.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    return stream.getvalue()


def _settle(drawing: Figure) -> None:
    """Lay the drawing out once and for all, so that every file made of it is the same.

    Axes that keep their proportions (maps) move what stands beside them when they shrink to them:
    they are laid out again. For the others a second pass changes nothing that one can see.
    """
    engine = drawing.get_layout_engine()
    if engine is None:
        return
    ruler.Board(drawing)
    drawing.dpi = ruler.POINTS
    engine.execute(drawing)
    if any(axes.get_aspect() != "auto" for axes in drawing.axes):
        engine.execute(drawing)
    drawing.set_layout_engine(None)


def _write(drawing: Figure, stream: io.StringIO) -> None:
    """Write a drawing that is laid out, without the dry run that Matplotlib makes of one."""
    pen = ruler.Pen(drawing, stream, IMAGE_DPI)
    drawing.draw(pen)
    pen.close()


def data_uri(content: bytes, kind: str) -> str:
    """Return bytes as a data URI of a MIME type."""
    return f"data:{kind};base64," + base64.b64encode(content).decode("ascii")


def fonts() -> Path:
    """Return the folder of the fonts that ship with the package."""
    return Path(str(resources.files("analyses.figures").joinpath("fonts")))


@cache
def _register_fonts() -> None:
    for path in sorted(fonts().glob("*.ttf")):
        font_manager.fontManager.addfont(str(path))


def _prefix_ids(body: str, salt: str) -> str:
    """Give every identifier that is left the figure's own prefix: many drawings share one page."""
    mark = re.sub(r"[^a-z0-9]+", "-", salt.lower()).strip("-")
    body = re.sub(r'\bid="([^"]+)"', rf'id="{mark}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{mark}-\1)", body)
    return re.sub(r'(xlink:)?href="#([^"]+)"', rf'\1href="#{mark}-\2"', body)
