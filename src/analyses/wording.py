"""Numbers, dates and sentences as French or English readers expect them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = Literal["fr", "en"]

NARROW_SPACE = "\u202f"  # narrow no-break space: thousands, before ; ! ? % in French
NO_BREAK_SPACE = "\u00a0"  # before : and inside « »

_MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
        "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August",
        "September", "October", "November", "December",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or label in the two languages of the reports."""

    fr: str
    en: str

    def in_(self, language: Language) -> str:
        """Return the text in ``language`` with that language's typography applied."""
        return typography(self.fr if language == "fr" else self.en, language)


def typography(text: str, language: Language) -> str:
    """Apply French spacing (no-break spaces before ``; : ! ? % »`` and after ``«``).

    English text is returned unchanged. Addresses such as ``https://…`` keep their colon.
    """
    if language != "fr":
        return text
    text = re.sub(r"[ \u00a0\u202f]+([;!?%€])", NARROW_SPACE + r"\1", text)
    text = re.sub(r"[ \u00a0\u202f]+(:)(?=\s|$)", NO_BREAK_SPACE + r"\1", text)
    text = re.sub(r"«[ \u00a0\u202f]*", "«" + NO_BREAK_SPACE, text)
    text = re.sub(r"[ \u00a0\u202f]*»", NO_BREAK_SPACE + "»", text)
    return text.replace("'", "’")


def spaced(text: str, language: Language) -> str:
    """Return a text that was written with French spaces around its signs as its language wants it.

    For texts that are put together from parts of both languages: ``a : b ; c`` is ``a: b; c`` in
    English.
    """
    if language == "fr":
        return typography(text, language)
    return text.replace(" : ", ": ").replace(" ; ", "; ")


def lowered(label: str) -> str:
    """Begin a label with a small letter, as inside a sentence; acronyms and names keep theirs.

    ``Taux de vacance`` becomes ``taux de vacance``; ``SIRENE`` and ``OpenStreetMap`` have a capital
    inside, and stay.
    """
    first = label.partition(" ")[0]
    return label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]


def number(
    value: float, language: Language = "fr", digits: int = 0, *, signed: bool = False
) -> str:
    """Write ``value`` with ``digits`` decimals, grouped thousands and the language's signs.

    Missing values are written as an en dash, never as 0. A negative number takes the true minus
    sign; a value that rounds to zero takes no sign.
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    body = f"{abs(value):,.{digits}f}"
    zero = float(body.replace(",", "")) == 0.0
    if language == "fr":
        body = body.replace(",", "\0").replace(".", ",").replace("\0", NARROW_SPACE)
    sign = "" if zero else "−" if value < 0 else "+" if signed else ""
    return sign + body


def percent(
    value: float, language: Language = "fr", digits: int = 1, *, signed: bool = False
) -> str:
    """Write a value that is already in percent (12.3 → ``12,3 %``)."""
    body = number(value, language, digits, signed=signed)
    return f"{body}{NARROW_SPACE}%" if language == "fr" else f"{body}%"


def measured(value: float, unit: str, language: Language = "fr", digits: int = 0) -> str:
    """Write a value with a unit in words, which a line break does not part: ``120 locaux``."""
    return number(value, language, digits) + NO_BREAK_SPACE + unit


def interval(low: float, high: float, unit: str, language: Language = "fr", digits: int = 1) -> str:
    """Write an interval with its unit once: ``9,1 à 12,4 %`` / ``9.1 to 12.4%``."""
    joiner = " à " if language == "fr" else " to "
    if unit == "%":
        return number(low, language, digits) + joiner + percent(high, language, digits)
    tail = f"{NO_BREAK_SPACE}{unit}" if unit else ""
    return number(low, language, digits) + joiner + number(high, language, digits) + tail


def day(value: date, language: Language = "fr") -> str:
    """Write a date in words: ``1er mars 2024`` / ``1 March 2024``."""
    number_ = "1er" if language == "fr" and value.day == 1 else str(value.day)
    month_ = _MONTHS[language][value.month - 1]
    return f"{number_}{NO_BREAK_SPACE}{month_}{NO_BREAK_SPACE}{value.year}"


def month(value: date, language: Language = "fr") -> str:
    """Write a month in words: ``mars 2024`` / ``March 2024``."""
    return f"{_MONTHS[language][value.month - 1]}{NO_BREAK_SPACE}{value.year}"


def clock(hour: float, language: Language = "fr") -> str:
    """Write an hour of the clock: ``14 h``, ``20 h 30`` / ``14:00``, ``20:30``."""
    at, minutes = divmod(round(hour * 60), 60)
    at %= 24
    if language == "fr":
        return f"{at}\u00a0h" + (f"\u00a0{minutes:02d}" if minutes else "")
    return f"{at}:{minutes:02d}"


def listing(items: Sequence[str], language: Language = "fr") -> str:
    """Join items as in a sentence: ``a, b et c`` / ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    last = " et " if language == "fr" else " and "
    return ", ".join(items[:-1]) + last + items[-1]


def plural(count: float, singular: str, plural_: str, language: Language = "fr") -> str:
    """Choose the noun's form: in French 0 and 1.9 are singular, in English only 1 is."""
    one = abs(count) < 2 if language == "fr" else abs(count) == 1
    return singular if one else plural_
