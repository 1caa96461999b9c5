"""Pieces of Pandoc Markdown that both engines read alike; every outside text is escaped here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from analyses.figures.escape import html, plain
from analyses.figures.escape import markdown as text

_MARKUP = re.compile(r"[<>{}`$&]")
_GAP = re.compile(r" {2,}")
_TAG = re.compile(r"[a-z]{2}-[A-Z]{2}")
"""A language tag: the engines read it before any Markdown."""


def paragraph(words: str) -> str:
    """Return one paragraph of literal text."""
    return text(words) + "\n"


def strong(words: str) -> str:
    """Return one paragraph of literal text, in bold."""
    return f"**{text(words)}**\n"


def heading(words: str, level: int, identifier: str) -> str:
    """Return a heading with its identifier."""
    return f"{'#' * level} {text(words)} {{#{identifier}}}\n"


def bullets(items: Sequence[str]) -> str:
    """Return a list of literal texts."""
    return "\n".join(f"- {text(item)}" for item in items) + "\n"


def links(items: Sequence[tuple[str, str]]) -> str:
    """Return a list of links inside the document: anchor and literal words of each."""
    return "\n".join(f"- [{text(words)}](#{anchor})" for anchor, words in items) + "\n"


def div(classes: str, *parts: str, identifier: str = "", **attributes: str) -> str:
    """Return a fenced div around ``parts``; its fence is longer than those inside.

    Parameters
    ----------
    classes : str
        Class names separated by spaces.
    *parts : str
        Pieces of Markdown.
    identifier : str
        Identifier, if the div is a target.
    **attributes : str
        Attributes; an underscore in a name is written as a dash.
    """
    inside = "\n".join(parts)
    fence = ":" * (3 + _deepest(inside))
    names = " ".join(f".{name}" for name in classes.split())
    mark = f"#{identifier} " if identifier else ""
    extra = "".join(
        f' {key.replace("_", "-")}="{text(value)}"' for key, value in attributes.items()
    )
    return f"{fence} {{{mark}{names}{extra}}}\n{inside}\n{fence}\n"


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    numeric: Sequence[str] = (),
    caption: str = "",
) -> str:
    """Return a table of literal texts; columns named in ``numeric`` are aligned right.

    It is data that the filter writes in each format: as Markdown, tables took most of the time of
    a report. No text of it can end the block, nor be read by an engine before the filter: it is
    JSON on one line, in which the signs of markup are written by their numbers.
    """
    content = [
        plain(caption).strip(" "),
        [_cell(name) for name in header],
        [name in numeric for name in header],
        [[_cell(cell) for cell in row] for row in rows],
    ]
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    data = _MARKUP.sub(lambda sign: f"\\u{ord(sign[0]):04x}", data)
    return f"```{{=table}}\n{data}\n```\n"


def image(source: str, alt: str, vector: str = "") -> str:
    """Return an image whose alternative is an attribute, so that it is never a caption."""
    more = f' vector="{vector}"' if vector else ""
    return f'![]({source}){{alt="{text(alt)}"{more}}}\n'


def frame(document: str, title: str) -> str:
    """Return a frame kept by the HTML format only; ``document`` is the path of what it shows.

    :mod:`analyses.reports.one_file` puts the document in.
    """
    markup = (
        f'<iframe class="map-frame" title="{html(title)}" sandbox="allow-scripts" '
        f'data-document="{html(document)}"></iframe>'
    )
    return f"```{{=html}}\n{markup}\n```\n"


def front_matter(values: Mapping[str, Any]) -> str:
    """Return the metadata block; texts are escaped, lists and mappings kept."""
    return "---\n" + "".join(f"{key}: {_yaml(value)}\n" for key, value in values.items()) + "---\n"


def _yaml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_yaml(item) for item in value) + "]"
    if _TAG.fullmatch(str(value)):
        return str(value)
    escaped = text(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _cell(words: str) -> str:
    return _GAP.sub(" ", plain(words)).strip(" ") or "\u00a0"


def _deepest(inside: str) -> int:
    fences = [line.split(" ")[0] for line in inside.splitlines() if line.startswith(":::")]
    return max((len(fence) - 2 for fence in fences), default=0)
