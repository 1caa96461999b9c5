"""The one page for elected people: what is known, how surely, what changed, what to look at.

It is assembled from the findings that the notebooks wrote (:class:`analyses.results.Finding`):
nothing is computed here. Every point has a rank; where the page is too short, the PDF leaves out
the highest ranks first, and the chapters hold everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from analyses.figures.escape import markdown as text_
from analyses.reports import gaps, words
from analyses.reports import markdown as md
from analyses.reports.chapters import Chapter
from analyses.wording import Language, listing

CHANGES = "changes"
"""Chapter of what changed since the former edition: the page says it before the other changes."""
CARDS = 6
"""Key figures of the page."""
POINTS = {"known": 6, "change": 4, "watch": 4}
"""Sentences of each part of the page."""
FILES = 3
"""Files named for a chapter without an answer."""
LONGEST = 220
"""Letters of a sentence that the page may hold."""

JARGON = re.compile(
    r"turnbull|wilson|kaplan|markov|poisson|bootstrap|bay[eé]si|gauss|placebo|quantile|médiane"
    r"|median|p-?valeur|p-?value|censur|interval|\bn\s?=|/\d|fenêtres sans|windows without"
    r"|imput|nan\b|\bIC\b|écart-type|standard error|NAF|hill\b",
    re.IGNORECASE,
)
"""What a sentence of the page must not hold."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence of the page."""

    theme: str
    text: str
    certainty: str
    topic: str


def page(
    chapters: Sequence[Chapter],
    titles: Mapping[str, str],
    language: Language,
    published: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    chapters : sequence of Chapter
        Chapters of the report, in order.
    titles : mapping of str to str
        Title of each chapter by its name.
    language : str
        Language of the report.
    published : sequence of (str, str)
        Figures that others published, as label and sentence; shown where nothing is computed.
    """
    found = [_found(chapter) for chapter in chapters]
    head = md.heading(words.SUMMARY.in_(language), 1, "essentiel")
    names = [chapter.name for chapter in chapters]
    titles = {**titles, CHANGES: words.SUMMARY_SINCE.in_(language)}
    said = [list(_points(items, titles[c.name])) for c, items in zip(chapters, found, strict=True)]
    lead = words.SUMMARY_LEAD if any(said) else words.SUMMARY_NONE
    parts = [md.div("lead", md.paragraph(lead.in_(language)))]
    if not any(said) and published:
        lines = [_line(Point(label, text, "", "known"), 1) for label, text in published]
        parts.append(md.div("points", *lines, title=words.PUBLISHED.in_(language)))
    figures = [[i["figure"] for i in items if _carded(i)] for items in found]
    cards = [_card(figure) for figure in spread(figures, CARDS)]
    columns = "|".join(text.in_(language) for text in words.CARD_TITLES)
    parts += [md.div("key-figures", *cards, titles=columns)] if cards else []
    rank, held = 0, 0
    for topic, most in POINTS.items():
        points = [
            [p for p in items if p.topic == topic]
            for _, items in sorted(
                zip(names, said, strict=True), key=lambda pair: pair[0] != CHANGES
            )
        ]
        shown = spread(points, most)
        held += sum(map(len, points)) - len(shown)
        lines = []
        for point in shown:
            rank += 1
            lines.append(_line(point, rank))
        title = words.SUMMARY_PARTS[topic].in_(language)
        parts += [md.div("points", *lines, title=title)] if lines else []
    silent = [c for c, items in zip(chapters, said, strict=True) if not items]
    lines = [_line(point, rank + n) for n, point in enumerate(_next(silent, titles, language), 1)]
    title = words.SUMMARY_NEXT.in_(language)
    parts += [md.div("points", *lines, title=title)] if lines else []
    if any(said):
        close = [words.SUMMARY_READ.in_(language), words.SUMMARY_MORE.in_(language)]
        parts.append(md.div("kicker", md.paragraph(" ".join(close))))
    return md.div("summary", head, md.div("one-page", *parts))


def spread(groups: Sequence[Sequence[_Item]], most: int) -> list[_Item]:
    """Take the first items of every group in turn, and give them in the groups' order."""
    turns = sorted(
        (rank, place) for place, items in enumerate(groups) for rank in range(len(items))
    )
    kept = sorted((place, rank) for rank, place in turns[:most])
    return [groups[place][rank] for place, rank in kept]


def plain(item: Mapping[str, Any]) -> str:
    """Return a finding's sentence for this page, or nothing if it has none that is plain."""
    text = str(item.get("plain") or "")
    if not text and item["level"] == "key":
        text = re.sub(r"\s*\((?:intervalle|\d+\s?%\s)[^()]*\)", "", str(item["text"]))
    return "" if JARGON.search(text) or len(text) > LONGEST else text


def _found(chapter: Chapter) -> list[Mapping[str, Any]]:
    return [
        item
        for block in chapter.blocks
        if block.kind == "sentences"
        for item in block.content["findings"]
        if item["level"] in ("key", "body")
    ]


def _points(items: Sequence[Mapping[str, Any]], theme: str) -> Iterator[Point]:
    for item in items:
        if text := plain(item):
            topic = str(item.get("topic", "known"))
            yield Point(theme, text, str(item.get("certainty", "")), topic)


def _carded(item: Mapping[str, Any]) -> bool:
    return item["level"] == "key" and "figure" in item


def _line(point: Point, rank: int) -> str:
    """Return a point: its theme, its sentence, how sure it is."""
    sure = f" [{text_(point.certainty)}]{{.certainty}}" if point.certainty else ""
    body = f"**{text_(point.theme)}.** {text_(point.text)}{sure}\n"
    return md.div("point", body, rank=str(rank))


def _card(figure: Mapping[str, Any]) -> str:
    shown = {"label": figure["label"], "value": figure["value"], "unit": figure["unit"],
             "interval": figure.get("between", ""), "n": figure.get("certainty", "")}  # fmt: skip
    parts = [md.div(name, md.paragraph(str(value))) for name, value in shown.items() if value]
    return md.div("key-figure", *parts)


def _next(
    silent: Sequence[Chapter], titles: Mapping[str, str], language: Language
) -> Iterator[Point]:
    """Say, for each chapter without an answer, which files would give its first ones."""
    for chapter in silent:
        tables = dict.fromkeys(
            name for item in gaps.told(gaps.missing(chapter.blocks)) for name in item["unlocked_by"]
        )
        if tables:
            named = [words.table(name).in_(language) for name in list(tables)[:FILES]]
            text = words.SUMMARY_GET.in_(language).format(tables=listing(named, language))
            yield Point(titles[chapter.name], text, "", "next")
