"""The deck's slides of one theme: an answer, the drawing that shows it, how sure it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from analyses.blocks import Block
from analyses.pages import PROVENANCE
from analyses.reports import deck_layouts as look
from analyses.reports import deck_words as own
from analyses.reports import pictures, summary
from analyses.reports.chapters import Chapter
from analyses.reports.deck_package import Line, Picture, Slide
from analyses.wording import Language, listing

SENTENCES = 6
"""Sentences of a slide without drawing."""
PRODUCERS = 3
"""Producers named on a slide."""
NOTE = 240
"""Letters of a drawing's note."""
READABLE, LEGIBLE = 0.9, 0.7
"""Share of its size on paper under which a drawing is hard to read on a slide, or is not read."""
VALUE = 9
"""Letters of a value beyond which it is written smaller."""
Finding = Mapping[str, Any]


def slides(chapter: Chapter, theme: str, language: Language) -> list[Slide]:
    """Return what a theme has to show, its best answer first.

    Parameters
    ----------
    chapter : Chapter
        Blocks of the theme, of the edition that the deck is of.
    theme : str
        Title of the chapter.
    language : str
        Language of the deck.

    Returns
    -------
    list of Slide
        A slide for each key finding with a drawing under the same heading of the chapter; without
        any, one of its sentences, or else of its first drawing; empty if it has no result.
    """
    sources = _sources(chapter.blocks, language)
    drawn, used = [], set()
    for findings, drawings in _sections(chapter.blocks):
        answer = next((item for item in findings if item["level"] == "key" and _said(item)), None)
        drawing = _best(drawings, "" if answer is None else _said(answer))
        if answer is not None and drawing is not None and _said(answer) not in used:
            used.add(_said(answer))
            drawn.append(_drawn(theme, _said(answer), drawing, answer.get("figure"), sources))
    if drawn:
        return drawn
    said = said_by(chapter.blocks)
    if said:
        lines = [line for item in said[1 : SENTENCES + 1] for line in pointed(item)]
        written = {look.KICKER: [Line(theme)], look.MAIN: lines, look.NOTE: [Line(sources)]}
        return [Slide("text", _said(said[0]), {k: v for k, v in written.items() if v})]
    first = next((_best(drawings) for _, drawings in _sections(chapter.blocks) if drawings), None)
    return [] if first is None else [_drawn(theme, first.content["title"], first, None, sources)]


def said_by(blocks: Sequence[Block]) -> list[Finding]:
    """Return the findings of some blocks that have a plain sentence, the key ones first."""
    found = [item for findings, _ in _sections(blocks) for item in findings if _said(item)]
    return sorted(found, key=lambda item: item["level"] != "key")


def pointed(item: Finding, theme: str = "") -> Iterator[Line]:
    """Yield a sentence and how sure it is, as a point with a line under it."""
    yield Line(_said(item), lead=f"{theme}. " if theme else "")
    if item.get("certainty"):
        yield Line(str(item["certainty"]), level=1)


def card(figure: Mapping[str, Any]) -> list[Line]:
    """Return a key figure as the lines of its placeholder."""
    value = str(figure["value"])
    label, unit = str(figure["label"]), str(figure["unit"])
    label += f" ({unit})" if unit and unit.casefold() not in label.casefold() else ""
    levels = (label, figure.get("between", ""), figure.get("certainty", ""), figure.get("n", ""))
    made = [Line(value, points=0 if len(value) <= VALUE else 24)]
    return made + [Line(str(text), level=n) for n, text in enumerate(levels, start=1) if text]


def _said(item: Finding) -> str:
    return summary.plain(item)


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[list[Finding], list[Block]]]:
    """Yield, heading by heading, the findings and the drawings."""
    findings: list[Finding] = []
    drawings: list[Block] = []
    for block in [*blocks, None]:
        if block is None or block.kind == "heading":
            yield findings, drawings
            findings, drawings = [], []
        elif block.kind == "sentences":
            findings += [i for i in block.content["findings"] if i["level"] in ("key", "body")]
        elif block.kind in ("chart", "map"):
            drawings.append(block)


def _best(drawings: Sequence[Block], answer: str = "") -> Block | None:
    """Return the first chart that a slide shows large enough, else the largest drawing.

    Charts rather than maps; of an answer on one thing (``Marché de Noël 2022 : …``), rather the
    charts that show it.
    """
    if not drawings:
        return None
    charts = [item for item in drawings if item.kind == "chart"] or list(drawings)
    subject = re.split(r"\s*: ", answer)[0] if ": " in answer else ""
    charts = [c for c in charts if subject and _shows(c, subject)] or charts
    large = [item for item in charts if _scale(item) >= READABLE]
    return large[0] if large else max(charts, key=_scale)


def _shows(drawing: Block, subject: str) -> bool:
    """Whether a drawing that can be read on a slide names a thing."""
    return _scale(drawing) >= LEGIBLE and escape(subject) in drawing.content["svg"]


def _scale(drawing: Block) -> float:
    """Return how much a slide enlarges a drawing."""
    room = look.LAYOUTS["picture"].holder(look.MAIN).box
    width, height = pictures.size(drawing.content)
    return min(room[2] / width, room[3] / height)


def _drawn(
    theme: str, title: str, drawing: Block, figure: Mapping[str, Any] | None, sources: str
) -> Slide:
    content = drawing.content
    note = " ".join(part for part in (_short(content["note"]), sources) if part)
    written = {
        look.KICKER: [Line(theme)],
        look.CAPTION: [Line(content["title"])] if content["title"] != title else [],
        look.CARD: card(figure) if figure else [],
        look.NOTE: [Line(note)] if note else [],
    }
    picture = Picture(pictures.png(content), content["alt"])
    return Slide("picture", title, {k: v for k, v in written.items() if v}, picture)


def _short(note: str) -> str:
    """Return the first sentences of a note that a slide has room for."""
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+", note):
        if len(kept) + len(sentence) > NOTE:
            break
        kept = f"{kept} {sentence}".strip()
    return kept


def _sources(blocks: Sequence[Block], language: Language) -> str:
    """Return who produced the data of a chapter."""
    column = PROVENANCE["producer"].in_(language)
    named: dict[str, None] = {}
    for block in blocks:
        if block.kind == "provenance" and column in block.content["header"]:
            place = block.content["header"].index(column)
            named |= dict.fromkeys(row[place] for row in block.content["rows"] if row[place])
    if not named:
        return ""
    shown = list(named)[:PRODUCERS]
    shown += [own.OTHERS.in_(language)] if len(named) > PRODUCERS else []
    return own.SOURCE.in_(language).format(producers=listing(shown, language))
