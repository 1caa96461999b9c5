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
from analyses.reports import gaps, words
from analyses.reports import markdown as md
from analyses.reports.glossary import Glossary
from analyses.wording import Language, Text, listing

PAPER_ROWS = 40
"""Rows of a table on paper; HTML shows all."""


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
            return md.paragraph(self._say(words.GAPS_WHOLE)) + "\n" + table
        head = md.heading(self._say(words.GAPS), 2, f"{name}-manque")
        return "\n".join([head, md.paragraph(self._say(words.GAPS_LEAD)), table])

    def title(self, name: str) -> str:
        """Return the title of a chapter."""
        known = words.CHAPTERS.get(name)
        return name.replace("-", " ").capitalize() if known is None else self._say(known)

    def table(self, content: Mapping[str, Any], identifier: str) -> str:
        """Return a numbered table with its note; a long one is cut on paper."""
        self.tables += 1
        label = f"{self._say(words.TABLE)}\u00a0{self.tables}"
        caption = f"{label}. {content['caption']}"
        self.listed.append(("table", identifier, caption))
        self.glossary.see(caption)
        note = md.div("figure-note", md.paragraph(content["note"])) if content.get("note") else ""
        return md.div("tabular", self._sized(content, caption), note, identifier=identifier)

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
                return self.table(content, f"table-{block.chapter}-{block.id}")
            case "reserves":
                return self._box("reserves", words.RESERVES, [md.bullets(content["items"])])
            case "provenance":
                head = md.heading(self._say(words.SOURCES), 2, f"{block.chapter}-{block.id}")
                return f"{head}\n{self.table(content, f'table-{block.chapter}-{block.id}')}"
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
        names = [f"{self._say(words.table(name))} ({name})" for name in tables]
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
            frame = md.frame(content["html"], content["title"])
            drawing = md.div("print-only", drawing) + "\n" + frame
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
        header, rows, numeric = content["header"], content["rows"], content["numeric"]
        whole = md.table(header, rows, numeric, caption)
        if len(rows) <= PAPER_ROWS:
            return whole
        said = self._say(words.SHORTENED).format(shown=PAPER_ROWS, total=len(rows))
        cut = md.table(header, rows[:PAPER_ROWS], numeric, caption)
        paper = md.div("print-only", cut, md.div("figure-note", md.paragraph(said)))
        return md.div("html-only", whole) + "\n" + paper

    def _files(self, name: str, content: Mapping[str, Any]) -> tuple[str, str]:
        folder = self.folder / "figures"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(base64.b64decode(content["png"]))
        if not content["svg"]:
            return f"figures/{name}.png", ""
        (folder / f"{name}.svg").write_text(content["svg"], encoding="utf-8")
        return f"figures/{name}.png", f"figures/{name}.svg"

    def _box(self, kind: str, title: Text, parts: Sequence[str]) -> str:
        return md.div(kind, md.strong(self._say(title)), *parts)

    def _say(self, text: Text) -> str:
        return text.in_(self.language)


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
