"""Dates whose month is a word (``01-Nov-16``, ``1er janvier 2023``, ``Nov 1, 2016 2:00 PM``).

They are rewritten with the month's number, in French and in English; what follows the date (a time,
a half of the day) is left as it stands.
"""

from __future__ import annotations

import re

from analyses.schemas.descriptor import fold

_NAMES = (
    ("janvier", "january"), ("fevrier", "february"), ("mars", "march"), ("avril", "april"),
    ("mai", "may"), ("juin", "june"), ("juillet", "july"), ("aout", "august"),
    ("septembre", "september"), ("octobre", "october"), ("novembre", "november"),
    ("decembre", "december"),
)  # fmt: skip
_SHORT = {"janv": 1, "fevr": 2, "avr": 4, "juil": 7, "sept": 9, "jun": 6, "jul": 7}
_GAP = r"[\s./-]+"
_WEEKDAYS = (
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
    "lun", "mar", "mer", "jeu", "ven", "vend", "sam", "dim",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun",
)  # fmt: skip
_WEEKDAY = rf"(?:(?i:{'|'.join(_WEEKDAYS)})\.?,?\s+)?"
_REST = r"(?P<rest>$|[T\s,].*$)"
_YEAR = r"(?P<y>\d{4}|\d{2})" + _REST
_MONTH = r"(?P<m>[^\W\d]+)\.?"
_DAY = r"(?P<d>\d{1,2})"
_FORMS = (
    re.compile(rf"{_WEEKDAY}{_DAY}(?:er|st|nd|rd|th)?{_GAP}{_MONTH},?{_GAP}{_YEAR}"),
    re.compile(rf"{_WEEKDAY}{_MONTH}{_GAP}{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}"),
    re.compile(rf"(?P<y>\d{{4}}){_GAP}{_MONTH}{_GAP}{_DAY}{_REST}"),
)
_PIVOT = 69
"""Two-digit years below are of this century, as POSIX reads them."""


def numbered(text: str) -> str | None:
    """Return a date with its month in figures, year first, or None if no month is a word.

    Parameters
    ----------
    text : str
        ``01-Nov-2016 14:00``, ``1er janvier 2023``, ``mardi 1 nov. 2016``, ``Nov 1, 2016``.

    Returns
    -------
    str or None
        ``2016-11-01 14:00``; the day is not checked here.
    """
    if text.isascii() and not any(letter.isalpha() for letter in text):
        return None
    for form in _FORMS:
        found = form.fullmatch(text)
        month = None if found is None else _month(found["m"])
        if found is None or month is None:
            continue
        rest = found["rest"].lstrip(", ").strip()
        return f"{whole(found['y']):04d}-{month:02d}-{int(found['d']):02d} {rest}".strip()
    return None


def whole(year: str) -> int:
    """Return a year written with two digits or four."""
    number = int(year)
    return number if len(year) > 2 else number + (2000 if number < _PIVOT else 1900)


def _month(word: str) -> int | None:
    name = fold(word)
    for number, spellings in enumerate(_NAMES, start=1):
        if name in spellings or name in {spelling[:3] for spelling in spellings if name != "jui"}:
            return number
    return _SHORT.get(name)
