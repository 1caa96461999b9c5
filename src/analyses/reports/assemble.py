"""The report's sources: a folder with one Markdown document, its figures and its theme.

Nothing is computed here: every number was written by a notebook, and comes in its blocks.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from analyses import assets
from analyses.blocks import blocks_of
from analyses.cities import City
from analyses.errors import RunError
from analyses.figures import style
from analyses.reports import annexes, reference_docx, words
from analyses.reports import markdown as md
from analyses.reports.chapters import Chapter, Writer
from analyses.runs.manifest import Manifest
from analyses.wording import Language, Text, day, number, typography

DOCUMENT = "report.qmd"
CARDS = 6
"""Key figures on the first page."""
KEY_FINDINGS = 8
"""Key findings on the first page: what one page holds; the chapters hold all."""

_Item = TypeVar("_Item")


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


def assemble(city: City, chapters: Sequence[Chapter], record: Manifest, folder: Path) -> Source:
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

    Returns
    -------
    Source

    Raises
    ------
    RunError
        If a block is of another city or language than the report.
    """
    _same(city, chapters, record.language)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(assets.reports(), folder, dirs_exist_ok=True)
    shutil.copytree(style.fonts(), folder / "theme" / "pdf-fonts", dirs_exist_ok=True)
    language = record.language
    title = words.TITLE.in_(language).format(city=typography(city.name, language))
    public = any(block.edition == "public" for c in chapters for block in c.blocks)
    writer = Writer(folder, language)
    body = [_summary(chapters, language)]
    contents = words.CONTENTS.in_(language)
    body.append(md.div("contents", "", title=contents))
    body += [annexes.published(city, writer)] if city.published or city.facts else []
    body += [writer.chapter(chapter) for chapter in chapters]
    body.append(annexes.method(city, chapters, record, writer))
    body.append(md.div("data-annex", md.heading(words.ANNEX.in_(language), 1, "annexe-donnees")))
    values = _values(city, record, title, public=public)
    document = md.front_matter(values) + "\n" + _docx_cover(values) + "\n" + "\n".join(body)
    (folder / DOCUMENT).write_text(document, encoding="utf-8")
    reference_docx.write(
        folder / "theme" / "reference.docx",
        header=title,
        footer=str(values["footer"]),
        warning=str(values.get("warning-label", "")),
        language=language,
    )
    return Source(folder, title, language, record.edition)


def _same(city: City, chapters: Iterable[Chapter], language: Language) -> None:
    for chapter in chapters:
        for block in chapter.blocks:
            if block.city != city.id or block.language != language:
                raise RunError(
                    f"The block {block.id!r} of {chapter.name} is about {block.city!r} in "
                    f"{block.language!r}; the report is about {city.id!r} in {language!r}."
                )


def _values(city: City, record: Manifest, title: str, *, public: bool) -> dict[str, object]:
    def say(text: Text) -> str:
        return text.in_(record.language)

    edition = day(record.edition, record.language)
    values: dict[str, object] = {
        "lang": "fr-FR" if record.language == "fr" else "en-GB",
        "lang-code": record.language,
        "lang-region": "FR" if record.language == "fr" else "GB",
        "title": title,
        "pagetitle": title,
        "subtitle": say(words.SUBTITLE),
        "kicker": say(words.KICKER_PUBLIC if public else words.KICKER),
        "identity": _identity(city, record, edition),
        "skip-label": say(words.SKIP),
        "toc-title": say(words.CONTENTS),
        "colophon": say(words.COLOPHON),
        "footer": f"coeurville · {edition} · {record.short}",
    }
    if city.fictitious:
        values["warning-label"] = say(words.FICTITIOUS)
        values["warning-text"] = say(words.FICTITIOUS_MORE)
        values["pagetitle"] = f"{title} – {say(words.FICTITIOUS)}"
    return values


def _identity(city: City, record: Manifest, edition: str) -> list[dict[str, str]]:
    language = record.language
    population = "" if city.population is None else number(city.population, language)
    pairs = (
        (words.IDENTITY_DATE, edition),
        (words.IDENTITY_INSEE, city.insee_code),
        (words.IDENTITY_DEPARTMENT, city.department or ""),
        (words.IDENTITY_EPCI, city.epci.name if city.epci else ""),
        (words.IDENTITY_POPULATION, population),
        (words.IDENTITY_PROGRAMME, city.programme or ""),
    )
    return [
        {"label": label.in_(language), "value": typography(value, language)}
        for label, value in pairs
        if value
    ]


def _docx_cover(values: dict[str, object]) -> str:
    """Return what the templates of HTML and PDF draw by themselves, for DOCX."""
    identity = values["identity"]
    colon = "\u00a0:" if values["lang-code"] == "fr" else ":"
    assert isinstance(identity, list)
    parts = [md.paragraph(f"{item['label']}{colon} {item['value']}") for item in identity]
    if "warning-label" in values:
        both = f"{values['warning-label']}. {values['warning-text']}"
        parts.insert(0, md.div("reserves", md.paragraph(both)))
    return md.div("docx-only", *parts)


def _summary(chapters: Sequence[Chapter], language: Language) -> str:
    found = [
        [
            item
            for block in chapter.blocks
            if block.kind == "sentences"
            for item in block.content["findings"]
            if item["level"] == "key"
        ]
        for chapter in chapters
    ]
    parts = [md.heading(words.SUMMARY.in_(language), 1, "essentiel")]
    if not any(found):
        return md.div("summary", *parts, md.paragraph(words.SUMMARY_NONE.in_(language)))
    figures = [[item["figure"] for item in items if "figure" in item] for items in found]
    cards = [_card(figure, language) for figure in _spread(figures, CARDS)]
    if cards:
        reading = md.div("kicker", md.paragraph(words.SUMMARY_READ.in_(language)))
        parts += [md.div("key-figures", *cards), reading]
    shown = _spread(found, KEY_FINDINGS)
    parts.append(md.bullets([item["text"] for item in shown]))
    if len(shown) < sum(map(len, found)):
        more = md.paragraph(words.SUMMARY_MORE.in_(language))
        parts.append(md.div("kicker", more))
    return md.div("summary", *parts)


def _spread(chapters: Sequence[Sequence[_Item]], most: int) -> list[_Item]:
    """Take the first items of every chapter in turn, and give them in the chapters' order."""
    turns = sorted(
        (rank, place) for place, items in enumerate(chapters) for rank in range(len(items))
    )
    kept = sorted((place, rank) for rank, place in turns[:most])
    return [chapters[place][rank] for place, rank in kept]


def _card(figure: dict[str, object], language: Language) -> str:
    parts = [
        md.div(name, md.paragraph(str(figure[name])))
        for name in ("label", "value", "unit", "interval", "n")
        if figure[name]
    ]
    if figure["reserve"]:
        parts.append(md.div("reserve", md.paragraph(words.RESERVE.in_(language))))
    return md.div("key-figure", *parts)


def chapters_of(folder: Path, city: str, names: Sequence[str] = ()) -> list[Chapter]:
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
    return [Chapter(name, tuple(blocks_of(found[name], city))) for name in order]
