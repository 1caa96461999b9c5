"""Remarks of the readers: kinds of reserves, their rows counted, examples named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analyses.schemas import Note
from analyses.schemas.writing import Writing
from analyses.wording import Text, listing, number


@dataclass(frozen=True, slots=True)
class Remark:
    """A kind of reserve: sentences with ``{n}`` for the number of rows."""

    fr: str
    en: str
    set_aside: bool = False


class Tally:
    """Counts of remarks over the batches of one file."""

    def __init__(self) -> None:
        self._rows: dict[Remark, int] = {}
        self._lines: dict[Remark, list[int]] = {}

    def add(self, remark: Remark, lines: Sequence[int] | pd.Index | npt.NDArray[np.int64]) -> None:
        """Count rows under a remark, by their lines."""
        if len(lines):
            self._rows[remark] = self._rows.get(remark, 0) + len(lines)
            first = self._lines.setdefault(remark, [])
            first += [int(line) for line in lines[: 5 - len(first)]]

    def count(self, remark: Remark) -> int:
        """Return the rows counted under a remark."""
        return self._rows.get(remark, 0)

    def notes(self) -> list[Note]:
        """Return one note a remark, in the order of their appearance."""
        return [
            Note(
                Text(
                    remark.fr.replace("{n}", number(rows)),
                    remark.en.replace("{n}", number(rows, "en")),
                ),
                rows,
                remark.set_aside,
                tuple(self._lines[remark]),
            )
            for remark, rows in self._rows.items()
        ]


def of_dates(file: str, writing: Writing) -> list[Note]:
    """Return what must be told of the dates of a whole file."""
    return [Note(text) for text in writing.texts(Text(f"de {file}", f"of {file}"))]


def examples(texts: Iterable[str], limit: int = 3, *, quoted: bool = True) -> Text:
    """Return the first ``limit`` texts in a row, with an ellipsis if more follow."""
    items = list(texts)
    fr = [f"« {text} »" if quoted else text for text in items[:limit]]
    en = [f"'{text}'" if quoted else text for text in items[:limit]]
    if len(items) <= limit:
        return Text(listing(fr), listing(en, "en"))
    return Text(", ".join(fr) + "…", ", ".join(en) + "…")
