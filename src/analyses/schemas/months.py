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
_WEEKDAY = rf"(?:(?i:le)\s+)?(?P<week>(?i:{'|'.join(_WEEKDAYS)})\.?,?\s+)?"
_REST = r"(?P<rest>$|[T\s,].*$)"
_YEAR = r"(?P<y>\d{4}|\d{2})" + _REST
_MONTH = r"(?P<m>[^\W\d]+)\.?"
_DAY = r"(?P<d>\d{1,2})"
_DAY_FIRST = re.compile(rf"{_WEEKDAY}{_DAY}(?P<nth>er|st|nd|rd|th)?{_GAP}{_MONTH},?{_GAP}{_YEAR}")
_FORMS = (
    _DAY_FIRST,
    re.compile(rf"{_WEEKDAY}{_MONTH}{_GAP}{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}"),
    re.compile(rf"(?P<y>\d{{4}}){_GAP}{_MONTH}{_GAP}{_DAY}{_REST}"),
)
_PIVOT = 69
"""Two-digit years below are of this century, as POSIX reads them."""
_LAST_DAY = 31


def numbered(text: str, declared: bool = False) -> tuple[str, bool]:
    """Return a date with its month in figures, year first, or the text if no month is a word.

    Parameters
    ----------
    text : str
        ``01-Nov-2016 14:00``, ``1er janvier 2023``, ``mardi 1 nov. 2016``, ``Nov 1, 2016``.
    declared : bool
        Whether the order of the day is declared; without it 16-Nov-01, of 2001 or of 2016, stays
        as it is, as 16/11/01 does.

    Returns
    -------
    str
        ``2016-11-01 14:00``; the day is not checked here.
    bool
        Whether its year was written with two digits.
    """
    if text.isascii() and not any(letter.isalpha() for letter in text):
        return text, False
    for form in _FORMS:
        found = form.fullmatch(text)
        month = None if found is None else _month(found["m"])
        if found is None or month is None:
            continue
        short = len(found["y"]) == 2
        if short and form is _DAY_FIRST and not declared and not _one_way(found):
            return text, False
        rest = found["rest"].lstrip(", ").strip()
        return f"{whole(found['y']):04d}-{month:02d}-{int(found['d']):02d} {rest}".strip(), short
    return text, False


def _one_way(found: re.Match[str]) -> bool:
    """Whether the year of a date such as 16-Nov-98 cannot be its day."""
    day, year = int(found["d"]), int(found["y"])
    return bool(found["week"] or found["nth"]) or year == day or not 1 <= year <= _LAST_DAY


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
