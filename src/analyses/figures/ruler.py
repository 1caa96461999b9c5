"""Text measured once: what a layout and a drawing ask of a font, kept from one picture to the next.

Matplotlib measures each label several times a picture and forgets it with the picture; labels are
the same from one chart to the next (figures, hours, days), and their measure is most of the cost.
"""

from __future__ import annotations

from functools import lru_cache
from io import StringIO
from typing import Any

from matplotlib.backend_bases import FigureCanvasBase, RendererBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

POINTS = 72
"""Dots per inch of an SVG: one dot is one point, so that lengths are those of the page."""

Extent = tuple[float, float, float]
"""Width, height and descent of a text, in points."""

_TEXTS = TextToPath()


@lru_cache(maxsize=20_000)
def _extent(words: str, font: FontProperties, math: bool) -> Extent:
    return _TEXTS.get_text_width_height_descent(words, font, math)


def extent(words: str, font: FontProperties, math: bool = False) -> Extent:
    """Return the width, height and descent in points of a text in a font.

    Parameters
    ----------
    words : str
        One line of text.
    font : matplotlib.font_manager.FontProperties
        Family, size, weight and slant.
    math : bool
        Whether the text is a formula of Matplotlib's.
    """
    return _extent(words, font.copy(), math)  # the caller may change its own afterwards


class Ruler(RendererBase):
    """A renderer that draws nothing and measures texts: all that a layout needs."""

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> Extent:
        """Measure a text, as :func:`extent`."""
        return extent(s, prop, ismath)


class Pen(RendererSVG):
    """Matplotlib's writer of SVG, which measures texts by :func:`extent`.

    Parameters
    ----------
    drawing : matplotlib.figure.Figure
        Drawing that gives the page its size.
    stream : io.StringIO
        Receives the SVG.
    image_dpi : int
        Dots per inch of what is pixels inside the drawing.
    """

    def __init__(self, drawing: Figure, stream: StringIO, image_dpi: int) -> None:
        width, height = (float(side) * POINTS for side in drawing.get_size_inches())
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        start: Any = super().__init__
        start(width, height, stream, image_dpi=image_dpi, metadata=nothing)

    def close(self) -> None:
        """Write what ends the file."""
        end: Any = self.finalize
        end()

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> Extent:
        """Measure a text, as :func:`extent`."""
        return extent(s, prop, ismath)


_RULER = Ruler()


class Board(FigureCanvasBase):
    """The canvas of a drawing: its layout is measured in points, by one ruler for all drawings."""

    def __init__(self, figure: Figure | None = None) -> None:
        super().__init__(figure)

    def get_renderer(self) -> Ruler:
        """Return what measures the layout."""
        return _RULER
