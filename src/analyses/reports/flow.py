"""Short chapters on paper: they go on under what comes before, rather than take a page each.

What is short is counted in the text, never measured on the page, so that the same report always
breaks at the same places, in PDF and in Word alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from analyses.reports import markdown as md

LINE = 90
"""Letters of one line of a page."""
SHORT = 26
"""Lines of a short chapter: about half a page."""

_TABLE = re.compile(r"^```\{=table\}\n(.*)\n```$", re.MULTILINE)
_MARKUP = re.compile(r"\]\([^)]*\)|\{[^}]*\}|^:+.*$", re.MULTILINE)


def joined(parts: Iterable[str]) -> list[str]:
    """Mark the chapters that do not begin a page.

    Parameters
    ----------
    parts : iterable of str
        Markdown of the chapters, in the order of the report, each with its heading; empty ones
        are left out.

    Returns
    -------
    list of str
        The same, the short ones inside a div ``joined``.
    """
    return [md.div("joined", part) if is_short(part) else part for part in parts if part]


def is_short(part: str) -> bool:
    """Whether a chapter takes about half a page at most, and has no figure."""
    return ".figure " not in part and lines(part) <= SHORT


def lines(part: str) -> int:
    """Return about how many lines a text takes on paper, its tables included."""
    rows = [row for found in _TABLE.findall(part) for row in json.loads(found)[3]]
    tall = sum(1 + max(map(len, row), default=0) * len(row) // LINE for row in rows)
    left = _MARKUP.sub("", _TABLE.sub("", part)).splitlines()
    return tall + sum(1 + len(line) // LINE for line in left if line.strip())
