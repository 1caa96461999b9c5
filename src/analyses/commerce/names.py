"""Names written in several ways: one plain form to compare them, one spelling to show."""

from __future__ import annotations

import unicodedata

import pandas as pd


def plain(name: str) -> str:
    """Return a name without accents, case or punctuation, to compare names with."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())


_ARRONDISSEMENTS = {"751": "75056", "6938": "69123", "132": "13055"}


def whole_communes(codes: pd.Series) -> pd.Series:
    """Replace the codes of the arrondissements of Paris, Lyon and Marseille by the commune's.

    INSEE gives each arrondissement a code (75101 to 75120, 69381 to 69389, 13201 to 13216) beside
    that of the commune.
    """
    values = codes.astype("object").where(codes.notna(), None)
    return values.map(_commune, na_action="ignore")


def _commune(code: object) -> str:
    text = str(code)
    for start, commune in _ARRONDISSEMENTS.items():
        if len(text) == 5 and text.startswith(start):
            return commune
    return text


def one_spelling(names: pd.Series) -> pd.Series:
    """Write alike the names that differ by case, accents, spaces or punctuation only.

    The most frequent spelling is kept (the first in order of characters if two are). A name
    without a letter or a digit is missing.
    """
    values = names.astype("object").where(names.notna(), None)
    texts = values.map(lambda name: " ".join(str(name).split()), na_action="ignore")
    counts = texts.value_counts()
    shown: dict[str, str] = {}
    for text in sorted(counts.index, key=lambda text: (-int(counts[text]), text)):
        shown.setdefault(plain(text), text)
    return texts.map(lambda text: shown[plain(text)] if plain(text) else None, na_action="ignore")
