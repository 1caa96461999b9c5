"""Text from outside, made harmless for the place where it is written.

A shop's name is data: whatever it holds, a reader sees exactly those characters. Each function
covers one destination; the destination's own library escapes XML, SVG and JSON. Charts
need none: the style switches matplotlib's formulas off.
"""

from __future__ import annotations

import html as _html
import json
import re
from typing import Any

_MARKDOWN = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def plain(text: object) -> str:
    """Return a value as one line of text without control characters."""
    return re.sub(r"[\s\u0085]*[\r\n\t\u2028\u2029\u0085]\s*", " ", _spaces(str(text)))


def html(text: object) -> str:
    """Escape text for an HTML element or a quoted attribute."""
    return _html.escape(_spaces(str(text)), quote=True)


def markdown(text: object) -> str:
    """Escape text for Pandoc Markdown, on one line: every ASCII punctuation sign is literal.

    Pandoc takes a backslash before any ASCII punctuation as that sign, so that nothing of the text
    can become markup, raw HTML, a citation, a Typst call, or a Quarto shortcode. A figure at the
    start of a line cannot start a list, since its full stop is escaped too.
    """
    line = plain(text).strip(" ")
    escaped = _MARKDOWN.sub(r"\\\1", line)
    return escaped.replace("\u00a0", "&nbsp;").replace("\u202f", "&#8239;")


def script(value: Any) -> str:
    """Write a value as JSON that may stand inside an HTML ``script`` element."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def csv_cell(value: object) -> object:
    """Make a text cell safe for spreadsheets; numbers stay numbers.

    A text that a spreadsheet would take as a formula (it starts with ``= + - @``, their full-width
    forms, a tab or a line break) gets an apostrophe before it. A text that is a plain number, such
    as ``-3.5``, is left as it is.
    """
    if not isinstance(value, str) or not value.lstrip(" ").startswith(_FORMULA):
        return value
    return value if _NUMBER.fullmatch(value.strip()) else "'" + value


def _spaces(text: str) -> str:
    return _CONTROL.sub("", text)
