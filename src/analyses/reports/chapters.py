"""Blocks of one chapter written as Markdown, with figures and tables numbered across the report."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyses.blocks import Block
from analyses.errors import RenderError
from analyses.figures.escape import markdown as text_
from analyses.reports import gaps, pictures, words
from analyses.reports import markdown as md
from analyses.reports.glossary import Glossary
from analyses.wording import Language, Text, listing

PAPER_ROWS = 40
"""Rows of a figure's numbers in the annex on paper; of more, only a sample is printed."""
CHAPTER_ROWS = 25
"""Rows of a table inside a chapter on paper; of more, the annex has them all."""
SAMPLE_ROWS = 12
"""First rows that stand for a longer table; HTML shows all."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The blocks of one executed notebook.

    Parameters
    ----------
    name : str
        Name of the notebook.
    blocks : sequence of Block
        In the order of the notebook.
    failure : str
        Why there is no chapter; empty when there is one.
    """

    name: str
    blocks: Sequence[Block] = ()
    failure: str = ""


@dataclass(slots=True)
class Writer:
    """Writes chapters into a build folder and counts what it numbers.

    Parameters
    ----------
    folder : Path
        Build folder that receives ``figures/``.
    language : str
        Language of the report.
    """

    folder: Path
    language: Language
    figures: int = 0
    tables: int = 0
    glossary: Glossary = field(init=False)
    listed: list[tuple[str, str, str]] = field(default_factory=list)
    """What was numbered: ``figure`` or ``table``, anchor, label with its title."""
    read: dict[str, dict[str, str]] = field(default_factory=dict)
    """What the chapters say of each file they read: file, title of the column, cell."""
    uses: dict[str, str] = field(default_factory=dict)
    """Files that each chapter reads, by its title."""
    waiting: bool = False
    """Whether a chapter without data has already said what its table tells."""
    noted: dict[str, None] = field(default_factory=dict)
    """What reading the files found, each sentence once, in the order of the chapters."""

    def __post_init__(self) -> None:
        self.glossary = Glossary(self.language)

    def chapter(self, chapter: Chapter) -> str:
        """Return the Markdown of one chapter, its heading included."""
        title = self.title(chapter.name)
        parts = [md.heading(title, 1, f"chapitre-{chapter.name}")]
        if chapter.failure:
            reason = self._say(words.FAILED).format(reason=chapter.failure)
            return "\n".join([*parts, self._box("missing", words.MISSING, [md.paragraph(reason)])])
        missing = gaps.missing(chapter.blocks)
        if missing and gaps.silent(chapter.blocks):
            return "\n".join([*parts, self._gaps(chapter.name, missing, whole=True)])
        folded = len(missing) > gaps.FEW
        shown = [
            (block, text) for block in chapter.blocks if (text := self._block(block, folded=folded))
        ]
        body = _without_bare_headings(shown)
        if folded:
            body.append(self._gaps(chapter.name, missing, whole=False))
        if not body:
            body = [md.paragraph(self._say(words.EMPTY))]
        return "\n".join(parts + body)

    def _gaps(self, name: str, missing: Sequence[Mapping[str, Any]], *, whole: bool) -> str:
        """Return the one paragraph and the one table of what a chapter cannot compute."""
        table = self.table(gaps.table(missing, self.language), f"table-{name}-manque")
        if whole:
            lead = words.GAPS_ALSO if self.waiting else words.GAPS_WHOLE
            self.waiting = True
            return md.paragraph(self._say(lead)) + "\n" + table
        head = md.heading(self._say(words.GAPS), 2, f"{name}-manque")
        return "\n".join([head, md.paragraph(self._say(words.GAPS_LEAD)), table])

    def title(self, name: str) -> str:
        """Return the title of a chapter."""
        known = words.CHAPTERS.get(name)
        return name.replace("-", " ").capitalize() if known is None else self._say(known)

    def table(
        self, content: Mapping[str, Any], identifier: str, *, in_chapter: bool = False
    ) -> str:
        """Return a numbered table with its note; a chapter's long one ends in the annex."""
        self.tables += 1
        label = f"{self._say(words.TABLE)}\u00a0{self.tables}"
        caption = f"{label}. {content['caption']}"
        self.listed.append(("table", identifier, caption))
        self.glossary.see(caption)
        note = md.div("figure-note", md.paragraph(content["note"])) if content.get("note") else ""
        if in_chapter and len(content["rows"]) > CHAPTER_ROWS:
            body = self._moved(content, label, caption, f"suite-{identifier}")
        else:
            body = _whole(content, caption)
        return md.div("tabular", body, note, identifier=identifier)

    def _block(self, block: Block, *, folded: bool) -> str:
        content = block.content
        match block.kind:
            case "heading":
                identifier = f"{block.chapter}-{block.id}"
                return md.heading(content["text"], content["level"], identifier)
            case "sentences":
                return self._sentences(block.chapter, content["findings"], folded=folded)
            case "chart" | "map":
                return self._figure(block)
            case "table":
                return self.table(content, f"table-{block.chapter}-{block.id}", in_chapter=True)
            case "reserves":
                self.noted.update(dict.fromkeys(content["items"]))
                return ""
            case "provenance":
                return self._sources(content, self.title(block.chapter))
            case "results":
                return ""
        raise RenderError(f"No way to show a block of kind {block.kind!r}.")

    def _sentences(self, place: str, findings: Sequence[Mapping[str, Any]], *, folded: bool) -> str:
        parts = [
            self.glossary.linked(item["text"], place) + "\n"
            for item in findings
            if item["level"] in ("key", "body")
        ]
        held = [item["text"] for item in findings if item["level"] == "reserve"]
        if held:
            parts.append(self._box("reserves", words.RESERVES, [md.bullets(held)]))
        for item in findings:
            if item["level"] == "missing" and not folded:
                lines = [md.paragraph(item["text"])]
                if item["unlocked_by"]:
                    lines.append(md.paragraph(self._unlock(item["unlocked_by"])))
                parts.append(self._missing(item["text"], lines))
        return "\n".join(parts)

    def _missing(self, said: str, lines: Sequence[str]) -> str:
        """Return the box of what cannot be computed, titled unless its sentence begins so."""
        if said.casefold().startswith(self._say(words.MISSING).casefold()):
            return md.div("missing", *lines)
        return self._box("missing", words.MISSING, lines)

    def _unlock(self, tables: Sequence[str]) -> str:
        names = [self._say(words.table(name)) for name in tables]
        return self._say(words.UNLOCK).format(tables=listing(names, self.language))

    def _figure(self, block: Block) -> str:
        content = block.content
        self.figures += 1
        name = f"{block.chapter}-{block.id}"
        label = f"{self._say(words.FIGURE)}\u00a0{self.figures}"
        target = f"data-{name}"
        png, svg = self._files(name, content)
        self.listed.append(("figure", f"figure-{name}", f"{label}. {content['title']}"))
        self.glossary.see(content["title"])
        drawing = md.image(png, content["alt"], svg)
        if block.kind == "map":
            frame = md.frame(self._document(name, content["html"]), content["title"])
            drawing = md.div("print-only", drawing) + "\n" + frame
        else:
            drawing = md.div("drawing", drawing, label=content["title"])
        link = f"[[{text_(self._say(words.IN_ANNEX))}](#{target})]{{.print-only}}"
        note = text_(content["note"]) + (" " if content["note"] else "") + link + "\n"
        return md.div(
            f"figure {block.kind}",
            md.div("figure-title", md.paragraph(f"{label}. {content['title']}")),
            drawing,
            md.div("figure-note", note),
            self._numbers(content["table"], label, target),
            identifier=f"figure-{name}",
        )

    def _numbers(self, table: Mapping[str, Any], label: str, target: str) -> str:
        low = label[0].lower() + label[1:]
        title = self._say(words.DATA_OF).format(label=low, caption=str(table["caption"]))
        body = self._sized(table, title)
        note = md.div("figure-note", md.paragraph(table["note"])) if table.get("note") else ""
        return md.div("figure-data", body, note, identifier=target, summary=title)

    def _sized(self, content: Mapping[str, Any], caption: str) -> str:
        total = len(content["rows"])
        if total <= PAPER_ROWS:
            return _whole(content, caption)
        said = text_(self._say(words.SHORTENED).format(shown=SAMPLE_ROWS, total=total)) + "\n"
        return _twofold(content, caption, said)

    def _moved(self, content: Mapping[str, Any], label: str, caption: str, target: str) -> str:
        """Return a long table: whole in HTML; its first rows on paper, and all in the annex."""
        words_ = self._say(words.MOVED).format(shown=SAMPLE_ROWS, total=len(content["rows"]))
        said = f"{text_(words_)} [{text_(self._say(words.ALL_IN_ANNEX))}](#{target})\n"
        title = self._say(words.ALL_OF).format(label=label, caption=str(content["caption"]))
        annex = md.div("figure-data print-only", _whole(content, title), identifier=target)
        return _twofold(content, caption, said) + "\n" + annex

    def _sources(self, content: Mapping[str, Any], title: str) -> str:
        """Name the files that a chapter reads; the method says the rest of them, once for all.

        On paper the method names them too.
        """
        name = self._say(words.FILE)
        found = [dict(zip(content["header"], row, strict=True)) for row in content["rows"]]
        for row in found:
            known = self.read.setdefault(row.get(name, ""), {})
            known.update({title: cell for title, cell in row.items() if cell})
        files = listing(list(dict.fromkeys(row.get(name, "") for row in found)), self.language)
        self.uses[title] = files
        said = text_(self._say(words.SOURCES).format(files=files))
        link = f"[{text_(self._say(words.SOURCES_MORE))}](#donnees)"
        return md.div("html-only", md.div("figure-note", f"{said} {link}\n"))

    def _files(self, name: str, content: Mapping[str, Any]) -> tuple[str, str]:
        """Write a drawing; return its path in pixels, which an engine makes, and as a vector."""
        folder = self.folder / "figures"
        folder.mkdir(parents=True, exist_ok=True)
        if not content["svg"]:
            picture = pictures.lighter(base64.b64decode(content["png"]))
            (folder / f"{name}.png").write_bytes(picture)
            return f"figures/{name}.png", ""
        (folder / f"{name}.svg").write_text(content["svg"], encoding="utf-8")
        return f"figures/{name}.png", f"figures/{name}.svg"

    def _document(self, name: str, content: str) -> str:
        (self.folder / "figures" / f"{name}.html").write_text(content, encoding="utf-8")
        return f"figures/{name}.html"

    def _box(self, kind: str, title: Text, parts: Sequence[str]) -> str:
        return md.div(kind, md.strong(self._say(title)), *parts)

    def _say(self, text: Text) -> str:
        return text.in_(self.language)


def _whole(content: Mapping[str, Any], caption: str) -> str:
    return md.table(content["header"], content["rows"], content["numeric"], caption)


def _twofold(content: Mapping[str, Any], caption: str, said: str) -> str:
    """Return a table whole in HTML, and its first rows with ``said`` (Markdown) on paper."""
    cut = _whole({**content, "rows": content["rows"][:SAMPLE_ROWS]}, caption)
    paper = md.div("print-only", cut, md.div("figure-note", said))
    return md.div("html-only", _whole(content, caption)) + "\n" + paper


def _without_bare_headings(shown: Sequence[tuple[Block, str]]) -> list[str]:
    """Return the texts of a chapter without the headings under which nothing is left."""
    kept: list[str] = []
    below = 0
    """Level of the last thing kept: 0 for a part of a section, else the heading's own."""
    for block, text in reversed(shown):
        headed = block.kind == "heading"
        level = int(block.content["level"]) if headed else 2 * (block.kind == "provenance")
        if headed and (not kept or (below and below <= level)):
            continue
        kept.append(text)
        below = level
    return kept[::-1]
