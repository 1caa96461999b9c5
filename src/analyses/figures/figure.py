"""What a chapter shows: charts, maps and tables as values, not yet drawn to a file."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a reader sees it.

    Parameters
    ----------
    id : str
        Stable name, unique in its chapter (letters, digits and dashes).
    caption : str
        What the table says, in the report's language.
    data : pandas.DataFrame
        Cells already written as text, headers in the report's language; the index is not shown.
    numeric : tuple of str
        Columns to align right.
    note : str
        Source, period, sample size, reserves; may be empty.
    """

    id: str
    caption: str
    data: pd.DataFrame
    numeric: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that answers one question, with what a reader who cannot see it needs.

    Parameters
    ----------
    id : str
        Stable name, unique in its chapter.
    title : str
        The answer, in one sentence.
    alt : str
        Text alternative computed from the data.
    figure : matplotlib.figure.Figure
        The drawing, without title (the page writes it).
    data : Table
        The numbers drawn.
    note : str
        Source, unit, sample size and interval level.
    """

    id: str
    title: str
    alt: str
    figure: Figure
    data: Table
    note: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """A map in two forms: an interactive page without any network request, and a drawing.

    Parameters
    ----------
    id, title, alt, data, note
        As for :class:`Chart`.
    html : str
        Complete HTML document of the interactive map, every asset inside.
    figure : matplotlib.figure.Figure
        The static map for PDF and DOCX, with scale, legend and source.
    """

    id: str
    title: str
    alt: str
    html: str
    figure: Figure
    data: Table
    note: str = ""
