"""The report's sources: a folder with one Markdown document, its figures and its theme.

Nothing is computed here: every number was written by a notebook, and comes in its blocks.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analyses import assets
from analyses.blocks import blocks_of
from analyses.cities import City
from analyses.errors import RunError
from analyses.figures import style
from analyses.reports import annexes, cover, flow, reference_docx, sheet, summary, words
from analyses.reports import markdown as md
from analyses.reports.chapters import Chapter, Writer
from analyses.reports.cover import Edition
from analyses.runs.manifest import Manifest
from analyses.wording import Language

DOCUMENT = "report.qmd"


@dataclass(frozen=True, slots=True)
class Source:
    """An assembled report, ready for an engine.

    Parameters
    ----------
    folder : Path
        Build folder; every path inside the document is relative to it.
    title : str
        Title of the report.
    language : str
        Language of the report.
    edition : date
        Day printed in the report and written in its files.
    """

    folder: Path
    title: str
    language: Language
    edition: date

    @property
    def document(self) -> Path:
        """The Markdown document."""
        return self.folder / DOCUMENT


def assemble(
    city: City,
    chapters: Sequence[Chapter],
    record: Manifest,
    folder: Path,
    edition: Edition = "internal",
) -> Source:
    """Write the report's sources into a folder.

    Parameters
    ----------
    city : City
        City that the report is about.
    chapters : sequence of Chapter
        Blocks of the executed notebooks, in the order of the report.
    record : Manifest
        Manifest of the run: edition, language, inputs.
    folder : Path
        Build folder; created if it does not exist.
    edition : str
        ``internal`` or ``public``: what the cover says; the blocks are those of the chapters.

    Returns
    -------
    Source

    Raises
    ------
    RunError
        If a block is of another city or language than the report.
    InputError
        With every fault of the city's texts.
    """
    _same(city, chapters, record.language)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(assets.reports(), folder, dirs_exist_ok=True)
    shutil.copytree(style.fonts(), folder / "theme" / "pdf-fonts", dirs_exist_ok=True)
    language = record.language
    values = cover.values(city, record, edition)
    writer = Writer(folder, language)
    titles = {chapter.name: writer.title(chapter.name) for chapter in chapters}
    body = [
        cover.for_word(values),
        summary.page(chapters, titles, language, annexes.quoted(city, writer)),
        md.div("contents", "", title=words.CONTENTS.in_(language)),
        sheet.sheet(city, chapters, writer, internal=edition == "internal"),
    ]
    told = [annexes.published(city, writer)] if city.published or city.facts else []
    told += [writer.chapter(chapter) for chapter in chapters]
    told.append(annexes.method(city, chapters, record, writer, public=edition == "public"))
    told.append(annexes.glossary(writer))
    told.append(annexes.lists(writer))
    body += flow.joined(told)
    body.append(md.div("data-annex", md.heading(words.ANNEX.in_(language), 1, "annexe-donnees")))
    document = md.front_matter(values) + "\n" + "\n".join(body)
    (folder / DOCUMENT).write_text(document, encoding="utf-8")
    reference_docx.write(
        folder / "theme" / "reference.docx",
        header=str(values["title"]),
        footer=str(values["footer"]),
        warning=str(values.get("warning-label", "")),
        language=language,
    )
    return Source(folder, str(values["title"]), language, record.edition)


def _same(city: City, chapters: Iterable[Chapter], language: Language) -> None:
    for chapter in chapters:
        for block in chapter.blocks:
            if block.city != city.id or block.language != language:
                raise RunError(
                    f"The block {block.id!r} of {chapter.name} is about {block.city!r} in "
                    f"{block.language!r}; the report is about {city.id!r} in {language!r}."
                )


def chapters_of(
    folder: Path, city: str, names: Sequence[str] = (), edition: Edition = "internal"
) -> list[Chapter]:
    """Read the chapters of a run from its executed notebooks.

    Parameters
    ----------
    folder : Path
        Run folder that holds ``notebooks/*.ipynb``.
    city : str
        City that the report is about.
    names : sequence of str
        Order of the chapters; by default that of :data:`analyses.reports.words.CHAPTERS`, then
        the others by name.

    Raises
    ------
    RunError
        If a notebook holds a block of another city.
    """
    found = {path.stem: path for path in (folder / "notebooks").glob("*.ipynb")}
    order = list(names) or [
        *(name for name in words.CHAPTERS if name in found),
        *sorted(set(found) - set(words.CHAPTERS)),
    ]
    return [Chapter(name, tuple(blocks_of(found[name], city, edition))) for name in order]
