"""The city's own texts (``texts/*.md``): what people write beside what is computed.

A text is a little Markdown: paragraphs, lists, ``##`` subtitles, ``**strong**``, ``*emphasis*``
and links. Everything else is shown as it is written, never interpreted: no HTML, no picture, no
code, no call of an engine. What a writer would not expect to see shown so is a fault, with its line
and its remedy. A comment ``<!-- … -->`` is for the writer and is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analyses.errors import Fault, raise_if_any

FOLDER = "texts"
NAMES = ("enjeux", "demarche", "retombees", "donnees")
"""Texts that the programme's sheet shows, in its order; each is ``texts/<name>.md``."""
LONGEST = 4000
"""Characters of one text: the sheet is to be read, and fits two pages."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
_PICTURE = re.compile(r"!\[[^\]\n]*\]\s*[\[(]")
_FENCE = re.compile(r"^\s*(```|~~~|:::)")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]*)\)")
_ADDRESS = r"https?://[A-Za-z0-9\-._~:/?#@!$&*+,;=%]*[A-Za-z0-9/]"
_SAFE = re.compile(rf"{_ADDRESS}|mailto:[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+")
_SPAN = re.compile(
    r"\*\*(?P<strong>[^*\n]+?)\*\*"
    r"|\*(?P<emphasis>[^*\s](?:[^*\n]*?[^*\s])?)\*"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<to>[^)\s]*)\)"
    rf"|(?P<bare>{_ADDRESS})"
)
_ITEM = re.compile(r"^\s{0,3}(?:[-*+]|\d{1,2}[.)])\s+(.*)$")
_TITLE = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_HIDDEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Span:
    """Letters of one look.

    Parameters
    ----------
    text : str
        Letters, literal.
    look : str
        ``plain``, ``strong``, ``emphasis`` or ``link``.
    address : str
        Where a link leads; empty for the others.
    """

    text: str
    look: Literal["plain", "strong", "emphasis", "link"] = "plain"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, a subtitle, or a list with its items."""

    kind: Literal["paragraph", "title", "list"]
    lines: tuple[tuple[Span, ...], ...]


def paths(folder: Path) -> list[Path]:
    """Return the files of the city's texts, sorted; they are inputs of a run."""
    return sorted((folder / FOLDER).glob("*.md"))


def read(folder: Path) -> Mapping[str, tuple[Part, ...]]:
    """Read the texts of a city's folder.

    Parameters
    ----------
    folder : Path
        City's folder; it may hold no text.

    Returns
    -------
    mapping of str to tuple of Part
        Texts that say something, by their name among :data:`NAMES`.

    Raises
    ------
    InputError
        With every fault of every text: unknown name, not UTF-8, too long, HTML, picture, code,
        table, or a link that is neither to the web nor to a mailbox.
    """
    faults: list[Fault] = []
    found: dict[str, tuple[Part, ...]] = {}
    for path in paths(folder):
        label = f"{FOLDER}/{path.name}"
        if path.stem not in NAMES:
            known = ", ".join(f"{name}.md" for name in NAMES)
            faults.append(Fault(label, "no part of the report shows this text",
                                f"Name it among {known}, or move it out of {FOLDER}/"))  # fmt: skip
            continue
        try:
            written = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            why = f"the file is not UTF-8 text ({error.reason})"
            faults.append(Fault(label, why, "Save it as UTF-8"))
            continue
        text = _said(written)
        faults += _faults(label, text)
        parts = parse(text)
        if parts:
            found[path.stem] = parts
    raise_if_any(faults)
    return {name: found[name] for name in NAMES if name in found}


def parse(text: str) -> tuple[Part, ...]:
    """Return the parts of a text; whatever is no mark of ours is literal."""
    return tuple(_parts(text.splitlines()))


def _said(written: str) -> str:
    """Return a text composed, without comments; lines keep their numbers."""
    text = _HIDDEN.sub("", unicodedata.normalize("NFC", written))
    return _COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)


def _faults(label: str, text: str) -> Iterator[Fault]:
    letters = len(text.strip())
    if letters > LONGEST:
        yield Fault(label, f"the text has {letters} characters, {LONGEST} at most are shown",
                    "Shorten it: the sheet is read in two minutes")  # fmt: skip
    for row, line in enumerate(text.splitlines(), start=1):
        for pattern, problem, remedy in _REFUSED:
            if wrong := pattern.search(line):
                yield Fault(label, problem, remedy, row=row, value=wrong.group().strip())
        for link in _LINK.finditer(line):
            if not _SAFE.fullmatch(link.group(2)):
                yield Fault(label, "the link leads neither to the web nor to a mailbox",
                            "Write its address from https:// on, without spaces",
                            row=row, value=link.group(2))  # fmt: skip


_REFUSED = (
    (re.compile("<!--"), "the comment does not end", "End it with -->"),
    (_TAG, "HTML is not shown in a report", "Write words, **strong** or *emphasis*"),
    (_PICTURE, "a text holds no picture", "Take it out, or give its address as a link"),
    (_FENCE, "a text holds no code", "Write the words without the fence"),
    (_ROW, "a text holds no table", "Write a list, one line for each item, from « - »"),
)


def _parts(lines: list[str]) -> Iterator[Part]:
    paragraph: list[str] = []
    items: list[str] = []

    def ended() -> Iterator[Part]:
        if paragraph:
            yield Part("paragraph", (tuple(_spans(" ".join(paragraph))),))
        if items:
            yield Part("list", tuple(tuple(_spans(item)) for item in items))
        paragraph.clear()
        items.clear()

    for line in lines:
        if not line.strip():
            yield from ended()
        elif title := _TITLE.match(line):
            yield from ended()
            if title.group(1):
                yield Part("title", (tuple(_spans(title.group(1))),))
        elif item := _ITEM.match(line):
            if paragraph:
                yield from ended()
            items.append(item.group(1).strip())
        elif items:
            items[-1] += " " + line.strip()
        else:
            paragraph.append(line.strip())
    yield from ended()


def _spans(text: str) -> Iterator[Span]:
    at = 0
    for found in _SPAN.finditer(text):
        if found.start() > at:
            yield Span(text[at : found.start()])
        at = found.end()
        if found["strong"]:
            yield Span(found["strong"], "strong")
        elif found["emphasis"]:
            yield Span(found["emphasis"], "emphasis")
        elif found["bare"]:
            yield Span(found["bare"], "link", found["bare"])
        elif _SAFE.fullmatch(found["to"]):
            yield Span(found["label"], "link", found["to"])
        else:
            yield Span(found.group())
    if at < len(text):
        yield Span(text[at:])
