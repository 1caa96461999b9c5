"""Layouts of parking records as values: which header is which field, what is left to compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from analyses.sources.remarks import Tally
from analyses.sources.request import Layout, Request

Finish = Callable[[pd.DataFrame, Tally, Request], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one layout is brought to a table.

    Parameters
    ----------
    layout : Layout
        Name, title and options.
    columns : mapping
        Our field: headers that may carry it, in any case and accents; empty for the template and
        for ``mapped``. A name that begins with ``_`` is a helper, kept as text for ``finish``.
    formats : tuple of str
        Formats of times, see :func:`analyses.sources.parking.moments.read`.
    needs : tuple of str
        Fields without which the file is not of this layout.
    values : mapping
        Our field: {text in the file: our value}; ``"*"`` for any other text.
    finish : callable, optional
        Computes what the layout leaves to be computed, on each batch.
    utc : bool
        Whether clock times are UTC whatever the city.
    """

    layout: Layout
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    finish: Finish | None = None
    utc: bool = False


def minutes(text: pd.Series) -> pd.Series:
    """Return lengths of time written ``90``, ``1:30``, ``01:30:00`` or ``1h30`` in minutes."""
    parts = text.str.extract(r"^\s*(\d+)\s*[:hH]\s*(\d{1,2})?(?::(\d{1,2}))?\s*$")
    numbers = parts.astype("float64")
    clock = numbers[0] * 60 + numbers[1].fillna(0) + numbers[2].fillna(0) / 60
    plain = pd.to_numeric(text.str.replace(",", "."), errors="coerce").astype("float64")
    return clock.fillna(plain)


def money(text: pd.Series) -> pd.Series:
    """Return amounts written with a currency sign, in units of money."""
    bare = text.str.replace(r"[$€£\s]", "", regex=True).str.replace(",", ".")
    return pd.to_numeric(bare, errors="coerce").astype("float64")
