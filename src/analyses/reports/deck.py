"""The summary deck: the report's first page and its answers, as slides that one can edit.

It is made of the same blocks as the report, and of the same choice of sentences as its first page
(:mod:`analyses.reports.summary`): nothing is computed here, and the public deck holds public blocks
only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analyses.blocks import Edition
from analyses.cities import City
from analyses.figures import numbers
from analyses.reports import annexes, cover, deck_package, deck_themes, gaps, summary, words
from analyses.reports import deck_layouts as look
from analyses.reports import deck_words as own
from analyses.reports.chapters import Chapter, Writer
from analyses.reports.deck_package import Deck, Grid, Line, Slide
from analyses.runs.manifest import Manifest
from analyses.wording import Language, percent, typography

NAME = "report.pptx"
LEAST = 6
"""Slides under which themes that have more to show get a second one."""
ROWS = 6
"""Missing things of the table; the report lists them all."""
POINTS = 4
"""Sentences of a column."""
PRODUCERS = 8
QUESTIONS = 3
"""Questions of a chapter that awaits its data."""
WIDTHS = (1.9, 3.6, 2.9, 3.7)
"""Widths in inches of the columns of what is missing."""
READINESS = "readiness"
"""Chapter whose answers stand on the slide of what is missing."""


def write(
    path: Path,
    city: City,
    chapters: Sequence[Chapter],
    record: Manifest,
    edition: Edition = "internal",
) -> None:
    """Write the deck of an edition.

    Parameters
    ----------
    path : Path
        File to write, ``.pptx``.
    city : City
        City of the report.
    chapters : sequence of Chapter
        Chapters of the edition, in the order of the report.
    record : Manifest
        Manifest of the run: day, language, fingerprint.
    edition : str
        ``internal`` or ``public``: what the cover says; the blocks are those of the chapters.
    """
    values = cover.values(city, record, edition)
    footer = [str(values["footer"]), str(values.get("warning-label", ""))]
    made = slides(city, chapters, record, edition, path.parent)
    title, language = str(values["title"]), record.language
    deck_package.write(
        Deck(title, language, record.edition, " · ".join(filter(None, footer)), tuple(made)), path
    )


def slides(
    city: City,
    chapters: Sequence[Chapter],
    record: Manifest,
    edition: Edition,
    folder: Path,
) -> list[Slide]:
    """Return the slides of an edition, in order; ``folder`` is where the report stands."""
    language = record.language
    writer = Writer(folder, language)
    titles = {chapter.name: writer.title(chapter.name) for chapter in chapters}
    first = [_cover(city, record, edition), _figures(city, chapters, writer)]
    first += _points(chapters, titles, language)
    last = [*_next(chapters, titles, language), _method(city, record)]
    answers = [
        deck_themes.slides(chapter, titles[chapter.name], language)
        for chapter in chapters
        if chapter.name != READINESS
    ]
    room = LEAST - len(first) - len(last)
    shown = summary.spread(answers, max(sum(map(bool, answers)), room))
    asked = _questions(chapters, titles, language) if len(shown) < room else []
    return [*first, *shown, *asked, *last]


def _cover(city: City, record: Manifest, edition: Edition) -> Slide:
    values = cover.values(city, record, edition)
    written = {
        look.KICKER: [Line(str(values["kicker"]))],
        look.MAIN: [Line(str(values["subtitle"]))],
        look.CAPTION: [
            Line(f"{values['edition-label']} · {values['edition-day']}"),
            Line(str(values["edition-more"]), level=1),
        ],
    }
    if "warning-label" in values:
        warning = f"{values['warning-label']}. {values['warning-text']}"
        written[look.NOTE] = [Line(warning)]
    return Slide("cover", str(values["title"]), written)


def _figures(city: City, chapters: Sequence[Chapter], writer: Writer) -> Slide:
    """Return the key figures of the report's first page, or what is published without any."""
    language = writer.language
    kicker = {look.KICKER: [Line(words.SUMMARY.in_(language))]}
    others = [chapter for chapter in chapters if chapter.name != READINESS]
    said = [deck_themes.said_by(chapter.blocks) for chapter in others]
    groups = [
        [item["figure"] for item in findings if item["level"] == "key" and "figure" in item]
        for findings in _findings(chapters if any(said) else [])
    ]
    shown = summary.spread(groups, summary.CARDS)
    if shown:
        cards = {look.CARD + n: deck_themes.card(figure) for n, figure in enumerate(shown)}
        note = {look.NOTE: [Line(words.SUMMARY_READ.in_(language))]}
        return Slide("figures", own.FIGURES.in_(language), kicker | cards | note)
    if any(said):
        points = [line for item in summary.spread(said, POINTS)
                  for line in deck_themes.pointed(item)]  # fmt: skip
        title = words.SUMMARY_PARTS["known"].in_(language)
        return Slide("text", title, kicker | {look.MAIN: points})
    lines = [Line(words.SUMMARY_NONE.in_(language))]
    quoted = annexes.quoted(city, writer)[:POINTS]
    lines += [Line(text, lead=f"{label}. ") for label, text in quoted]
    return Slide("text", own.AWAITED.in_(language), kicker | {look.MAIN: lines})


def _findings(chapters: Sequence[Chapter]) -> list[list[deck_themes.Finding]]:
    return [
        [
            item
            for block in chapter.blocks
            if block.kind == "sentences"
            for item in block.content["findings"]
            if item["level"] in ("key", "body")
        ]
        for chapter in chapters
    ]


def _points(chapters: Sequence[Chapter], titles: dict[str, str], language: Language) -> list[Slide]:
    """Return the slide of what changed and what to look at, if anything is said of them."""
    chapters = [chapter for chapter in chapters if chapter.name != READINESS]
    columns: dict[str, list[Line]] = {}
    for topic in ("change", "watch"):
        said = [
            [
                (item, titles[chapter.name])
                for item in findings
                if item.get("topic") == topic and summary.plain(item)
            ]
            for chapter, findings in zip(chapters, _findings(chapters), strict=True)
        ]
        shown = summary.spread(said, summary.POINTS[topic])[:POINTS]
        columns[topic] = [line for pair in shown for line in deck_themes.pointed(*pair)]
    kicker = {look.KICKER: [Line(words.SUMMARY.in_(language))]}
    heads = {topic: [Line(words.SUMMARY_PARTS[topic].in_(language))] for topic in columns}
    note = {look.NOTE: [Line(words.SUMMARY_MORE.in_(language))]}
    if all(columns.values()):
        left, right = _sized(columns["change"], columns["watch"])
        written = {
            look.CAPTION: heads["change"],
            look.CAPTION + 1: heads["watch"],
            look.MAIN: left,
            look.SIDE: right,
        }
        return [Slide("columns", own.POINTS.in_(language), kicker | written | note)]
    for topic, lines in columns.items():
        if lines:
            return [Slide("text", heads[topic][0].text, kicker | {look.MAIN: lines} | note)]
    return []


def _sized(*columns: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of columns in letters of one size that lets them all in."""
    letters = max(sum(len(line.text) + len(line.lead) for line in lines) for lines in columns)
    points = next((size for most, size in ((330, 0), (520, 16)) if letters <= most), 14)
    return [
        [
            Line(line.text, line.level, line.lead, min(points, 12) if line.level else points)
            for line in lines
        ]
        for lines in columns
    ]


def _questions(
    chapters: Sequence[Chapter], titles: dict[str, str], language: Language
) -> list[Slide]:
    """Return the questions of the chapters that still await their data."""
    lines = []
    for chapter in chapters:
        asked = [block.content["text"] for block in chapter.blocks if block.kind == "heading"]
        if asked and chapter.name != READINESS and gaps.silent(chapter.blocks):
            lines.append(Line(" ".join(asked[:QUESTIONS]), lead=f"{titles[chapter.name]}. "))
    kicker = {look.KICKER: [Line(words.SUMMARY.in_(language))]}
    written = kicker | {look.MAIN: lines}
    return [Slide("text", own.QUESTIONS.in_(language), written)] if lines else []


def _next(chapters: Sequence[Chapter], titles: dict[str, str], language: Language) -> list[Slide]:
    """Return what cannot be computed yet, which files would unlock it, and the next step."""
    known = [
        item
        for chapter in chapters
        if chapter.name == READINESS
        for item in deck_themes.said_by(chapter.blocks)
    ]
    step = next((item for item in known if item.get("topic") == "watch"), None)
    state = next((item for item in known if item["level"] == "key"), None)
    rows = summary.spread(
        [
            [
                (titles[chapter.name], what or titles[chapter.name], files, where)
                for what, _, files, where in gaps.table(gaps.missing(chapter.blocks), language)[
                    "rows"
                ]
            ]
            for chapter in chapters
        ],
        ROWS,
    )
    if not rows and not known:
        return []
    title = own.NEXT.in_(language) if step is None else summary.plain(step)
    head = words.SUMMARY if step is None else own.NEXT
    kicker = {look.KICKER: [Line(head.in_(language))]}
    said = [summary.plain(state)] if state is not None else []
    if not rows:
        return [Slide("text", title, kicker | {look.MAIN: [Line(text) for text in said]})]
    header = tuple(text.in_(language) for text in own.NEXT_HEADER)
    grid = Grid(header, deck_package.fitting(rows, WIDTHS), WIDTHS, own.NEXT.in_(language))
    note = {look.NOTE: [Line(" ".join([*said, own.NEXT_MORE.in_(language)]))]}
    return [Slide("table", title, kicker | note, grid=grid)]


def _method(city: City, record: Manifest) -> Slide:
    """Return who produced the data and how the figures are to be read."""
    language = record.language
    told: dict[str, list[str]] = {}
    for name, sources in city.sources.given().items():
        unnamed = words.NOT_STATED.in_(language)
        for producer in dict.fromkeys(source.producer or unnamed for source in sources):
            told.setdefault(producer, []).append(words.table(name).in_(language))
    listed = [
        Line(typography(", ".join(tables), language), lead=typography(f"{producer}. ", language))
        for producer, tables in list(told.items())[:PRODUCERS]
    ]
    listed = listed or [Line(words.DATA_NONE.in_(language))]
    listed += [Line(own.MORE.in_(language))] if len(told) > PRODUCERS else []
    shares = {
        name: percent(100 * share, language, 0)
        for name, share in (("sure", numbers.SURE), ("fair", numbers.FAIR))
    }
    reading = [Line(own.BOUNDS.in_(language))]
    for name in ("sure", "fair", "vague"):
        means = words.SURENESS_MEANS[name].in_(language).format(**shares)
        reading.append(Line(means, lead=f"{numbers.CERTAINTY[name].in_(language)}. "))
    reading.append(Line(words.LIMITS_ITEMS[-1].in_(language)))
    left, right = _sized(listed, reading)
    written = {
        look.KICKER: [Line(words.METHOD.in_(language))],
        look.CAPTION: [Line(own.SOURCES.in_(language))],
        look.CAPTION + 1: [Line(own.READING.in_(language))],
        look.MAIN: left,
        look.SIDE: right,
        look.NOTE: [Line(own.MARK.in_(language).format(mark=record.short))],
    }
    return Slide("columns", own.METHOD.in_(language), written)
