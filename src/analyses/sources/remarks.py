"""Pieces of sentences shared by the notes of the readers."""

from __future__ import annotations

from collections.abc import Iterable

from analyses.wording import Text, listing


def examples(texts: Iterable[str], limit: int = 3, *, quoted: bool = True) -> Text:
    """Return the first ``limit`` texts in a row, with an ellipsis if more follow."""
    items = list(texts)
    fr = [f"« {text} »" if quoted else text for text in items[:limit]]
    en = [f"'{text}'" if quoted else text for text in items[:limit]]
    if len(items) <= limit:
        return Text(listing(fr), listing(en, "en"))
    return Text(", ".join(fr) + "…", ", ".join(en) + "…")
