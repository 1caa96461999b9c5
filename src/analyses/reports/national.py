"""The national report: the blocks of the national notebooks assembled, the sheets one a page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analyses import assets, indicators
from analyses.blocks import MIME, Block, from_payload
from analyses.comparison import Synthesis
from analyses.errors import RunError
from analyses.figures import style
from analyses.figures.escape import markdown as text_
from analyses.narrative.national import STATES
from analyses.national_pages import CARDS, IDENTITY, SHEET
from analyses.reports import annexes, cover, flow, reference_docx, summary, words
from analyses.reports import markdown as md
from analyses.reports import national_words as own
from analyses.reports.assemble import DOCUMENT, Source
from analyses.reports.chapters import Chapter, Writer
from analyses.runs.synthesis import Record
from analyses.wording import Language, Text, day, number, typography

POINTS = {"known": 5, "change": 3, "watch": 5}
"""Sentences of each part of the first page."""
_BREAK = (
    "```{=typst}\n#pagebreak(weak: true)\n```\n\n"
    '```{=openxml}\n<w:p><w:r><w:br w:type="page"/></w:r></w:p>\n```\n'
)
_SMALLER = (
    "```{=typst}\n#set text(size: 9.3pt)\n#show table: set text(size: 8pt)\n"
    "#set table(inset: (x: 4pt, y: 2pt))\n```\n"
)
"""On paper a sheet is set a little smaller, so that the fullest still holds on its page."""


WHOLE_ROWS = 18
"""Rows of a table up to which it is not cut by the foot of a page."""
LONG_ROWS = 60
"""Rows of a table of which paper prints the first only: HTML and ``comparison.csv`` have all."""
_OPEN = "```{=typst}\n#block(breakable: false, width: 100%)[\n```\n"
_CLOSE = "```{=typst}\n]\n```\n"


class NationalWriter(Writer):
    """Writes the chapters of the synthesis, which have titles of their own."""

    def title(self, name: str) -> str:
        """Return the title of a chapter."""
        known = own.CHAPTERS.get(name)
        return super().title(name) if known is None else known.in_(self.language)

    def table(
        self, content: Mapping[str, Any], identifier: str, *, in_chapter: bool = False
    ) -> str:
        """Return a numbered table; on paper a short one is not cut, a very long one is sampled."""
        if len(content["rows"]) > LONG_ROWS:
            return self._sampled(content, identifier)
        made = super().table(content, identifier, in_chapter=in_chapter)
        if len(content["rows"]) > WHOLE_ROWS:
            return made
        return "\n".join([_OPEN, made, _CLOSE])

    def _sampled(self, content: Mapping[str, Any], identifier: str) -> str:
        self.tables += 1
        label = f"{words.TABLE.in_(self.language)}\u00a0{self.tables}"
        caption = f"{label}. {content['caption']}"
        self.listed.append(("table", identifier, caption))
        note = md.div("figure-note", md.paragraph(content["note"])) if content.get("note") else ""
        return md.div("tabular", self._sized(content, caption), note, identifier=identifier)

    def sheet(self, chapter: Chapter) -> str:
        """Return a city's sheet: its table and its drawing carry no number, its page is its own."""
        parts = [_BREAK, _SMALLER]
        for block in chapter.blocks:
            content = block.content
            match block.kind:
                case "heading":
                    mark = f"{{#{block.chapter} .unnumbered .unlisted}}"
                    parts.append(f"## {text_(content['text'])} {mark}\n")
                case "chart":
                    parts.append(self._drawing(block))
                case "table":
                    table = md.table(
                        content["header"], content["rows"], content["numeric"], content["caption"]
                    )
                    name = f"table-{block.chapter}-{block.id}"
                    parts.append(md.div("tabular", table, identifier=name))
                case _:
                    parts.append(self._block(block, folded=False))
        return md.div("city-sheet", *parts)

    def _drawing(self, block: Block) -> str:
        png, svg = self._files(f"{block.chapter}-{block.id}", block.content)
        drawing = md.image(png, block.content["alt"], svg)
        return md.div(
            "figure chart",
            md.div("drawing", drawing, label=block.content["title"]),
            md.div("figure-note", md.paragraph(block.content["note"])),
            identifier=f"figure-{block.chapter}",
        )


def title(language: Language) -> str:
    """Return the title of the report."""
    return own.TITLE.in_(language)


def blocks_of(path: Path) -> list[Block]:
    """Read the blocks of a national notebook, each marked with the city it must be about.

    Raises
    ------
    RunError
        If a chapter holds a block that is not the programme's, or a city's sheet one of another
        city: nothing is then assembled.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    payloads = [
        output["data"][MIME]
        for cell in content.get("cells", ())
        for output in cell.get("outputs", ())
        if MIME in output.get("data", {})
    ]
    return [from_payload(item, _about(item), path.name) for item in payloads]


def chapters_of(folder: Path, names: Iterable[str]) -> list[Chapter]:
    """Return the chapters of the executed notebooks of a folder, the sheets by city.

    Raises
    ------
    RunError
        As :func:`blocks_of`.
    """
    found: dict[str, list[Block]] = {}
    for name in names:
        for block in blocks_of(folder / f"{name}.ipynb"):
            found.setdefault(block.chapter, []).append(block)
    order = [name for name in own.CHAPTERS if name in found]
    order += [name for name in found if name not in own.CHAPTERS]
    return [Chapter(name, tuple(found[name])) for name in order]


def assemble(found: Synthesis, chapters: Sequence[Chapter], record: Record, folder: Path) -> Source:
    """Write the report's sources into a folder.

    Parameters
    ----------
    found : Synthesis
        What was compared: for the method and the cover; every number shown is in the blocks.
    chapters : sequence of Chapter
        Blocks of the executed notebooks.
    record : Record
        Manifest of the synthesis.
    folder : Path
        Build folder; created if it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(assets.reports(), folder, dirs_exist_ok=True)
    shutil.copytree(style.fonts(), folder / "theme" / "pdf-fonts", dirs_exist_ok=True)
    language = record.language
    writer = NationalWriter(folder, language)
    values = _cover(found, record)
    sheets = [item for item in chapters if item.name.startswith(SHEET)]
    named = {item.name: item for item in chapters if item not in sheets and _shows(item)}
    body = [
        cover.for_word(values), _summary(chapters, writer),
        md.div("contents", "", title=words.CONTENTS.in_(language)),
    ]  # fmt: skip
    told = []
    for name in own.CHAPTERS:
        if name == "sheets":
            told.append(_sheets(sheets, writer))
        elif name in named:
            told.append(writer.chapter(_without_cards(named[name])))
    told += [_method(found, record, writer), annexes.glossary(writer), annexes.lists(writer)]
    body += flow.joined(told)
    body.append(md.div("data-annex", md.heading(words.ANNEX.in_(language), 1, "annexe-donnees")))
    document = md.front_matter(values) + "\n" + "\n".join(body)
    (folder / DOCUMENT).write_text(document, encoding="utf-8")
    reference_docx.write(
        folder / "theme" / "reference.docx", header=str(values["title"]),
        footer=str(values["footer"]), warning="", language=language,
    )  # fmt: skip
    return Source(folder, str(values["title"]), language, record.edition)


def _about(payload: Mapping[str, Any] | str) -> str:
    values = json.loads(payload) if isinstance(payload, str) else payload
    chapter = str(values.get("chapter", ""))
    if chapter.startswith(SHEET):
        return chapter.removeprefix(SHEET)
    if chapter not in own.CHAPTERS:
        raise RunError(f"The synthesis has no chapter {chapter!r}. Nothing was published.")
    return IDENTITY.id


def _shows(chapter: Chapter) -> bool:
    return any(block.kind not in ("heading", "results") for block in chapter.blocks)


def _without_cards(chapter: Chapter) -> Chapter:
    return Chapter(chapter.name, [block for block in chapter.blocks if block.id != CARDS])


def _sheets(sheets: Sequence[Chapter], writer: NationalWriter) -> str:
    head = md.heading(own.CHAPTERS["sheets"].in_(writer.language), 1, "chapitre-sheets")
    names = [
        (item.name, str(block.content["text"]))
        for item in sheets
        for block in item.blocks[:1]
    ]  # fmt: skip
    lead = md.paragraph(own.SHEETS_LEAD.in_(writer.language))
    index = md.div("listed", md.links(names)) if names else ""
    return "\n".join([head, lead, index, *(writer.sheet(item) for item in sheets)])


def _summary(chapters: Sequence[Chapter], writer: NationalWriter) -> str:
    """Return the page for elected people and authors: cards, then sentences by part."""
    language = writer.language
    blocks = [
        block for item in chapters if not item.name.startswith(SHEET) for block in item.blocks
    ]
    parts = [md.div("lead", md.paragraph(own.LEAD.in_(language)))]
    cards = [block for block in blocks if block.id == CARDS]
    if cards:
        columns = "|".join(text.in_(language) for text in words.CARD_TITLES[:2])
        made = [_card(row) for row in cards[0].content["rows"]]
        parts.append(md.div("key-figures", *made, titles=columns))
    said = [
        (writer.title(block.chapter), str(item["plain"]), str(item["topic"]))
        for block in blocks if block.kind == "sentences"
        for item in block.content["findings"] if item.get("plain")
    ]  # fmt: skip
    rank = 0
    for topic, most in POINTS.items():
        groups: dict[str, list[tuple[str, str]]] = {}
        for theme, text, about in said:
            if about == topic:
                groups.setdefault(theme, []).append((theme, text))
        lines = []
        for theme, text in summary.spread(list(groups.values()), most):
            rank += 1
            lines.append(md.div("point", f"**{text_(theme)}.** {text_(text)}\n", rank=str(rank)))
        title = own.PARTS[topic].in_(language)
        parts += [md.div("points", *lines, title=title)] if lines else []
    parts.append(md.div("kicker", md.paragraph(own.READ.in_(language))))
    head = md.heading(words.SUMMARY.in_(language), 1, "essentiel")
    return md.div("summary", head, md.div("one-page", *parts))


def _card(row: Sequence[str]) -> str:
    shown = zip(("label", "value", "unit", "interval"), row, strict=False)
    parts = [md.div(name, md.paragraph(value)) for name, value in shown if value]
    return md.div("key-figure", *parts)


def _method(found: Synthesis, record: Record, writer: NationalWriter) -> str:
    language = writer.language

    def say(text: Text) -> str:
        return text.in_(language)

    entries = [
        md.div("entry", f"**{text_(say(entry.label.text()))}.** "
               f"{text_(say(entry.definition.text()))}\n", identifier=f"definition-{entry.id}")
        for entry in map(indicators.get, dict.fromkeys(q.indicator for q in found.leagues))
    ]  # fmt: skip
    lead = say(own.RUN_LEAD).format(mark=record.short, version=record.code_version)
    rows = [
        [member.name, say(STATES[member.state]),
         "–" if member.edition is None else day(member.edition, language),
         member.fingerprint or "–"]
        for member in found.programme.members
    ]  # fmt: skip
    content = {
        "caption": say(own.RUN_CAPTION), "header": [say(item) for item in own.RUN_HEADER],
        "rows": rows, "numeric": [], "note": "",
    }  # fmt: skip
    parts = [
        md.heading(say(own.METHOD), 1, "methode"), md.heading(say(own.HOW), 2, "comparaison"),
        md.bullets([say(item) for item in own.HOW_ITEMS]),
        md.heading(say(words.DEFINITIONS), 2, "definitions"), md.div("entries", *entries),
        md.heading(say(own.LIMITS), 2, "limites"),
        md.bullets([say(item) for item in own.LIMITS_ITEMS]),
        md.heading(say(own.RUN), 2, "fabrication"), md.paragraph(typography(lead, language)),
        writer.table(content, "table-run", in_chapter=True),
    ]  # fmt: skip
    return "\n".join(parts)


def _cover(found: Synthesis, record: Record) -> dict[str, object]:
    language = record.language

    def say(text: Text) -> str:
        return text.in_(language)

    printed = day(record.edition, language)
    pairs = (
        (own.IDENTITY_CITIES, number(len(found.programme.members), language)),
        (own.IDENTITY_READ, number(len(found.programme.read), language)),
        (own.IDENTITY_RANKED, f"{number(len(found.ranked), language)} / "
                              f"{number(len(found.leagues), language)}"),
        (own.IDENTITY_MARK, record.short),
    )  # fmt: skip
    label = say(words.EDITIONS[record.audience])
    return {
        "lang": "fr-FR" if language == "fr" else "en-GB",
        "lang-code": language,
        "lang-region": "FR" if language == "fr" else "GB",
        "title": say(own.TITLE), "pagetitle": say(own.TITLE), "city": say(own.TITLE),
        "subtitle": say(own.SUBTITLE), "kicker": say(own.KICKER),
        "edition-label": label, "edition-more": say(own.MORE[record.audience]),
        "edition-day": f"{say(words.IDENTITY_DATE)} {printed}",
        "identity": [{"label": say(name), "value": value} for name, value in pairs],
        "skip-label": say(words.SKIP), "toc-title": say(words.CONTENTS),
        "colophon": say(words.COLOPHON),
        "footer": f"coeurville · {printed} · {label} · {record.short}",
    }  # fmt: skip
