"""The programme's sheet: Enjeux, Démarche, Retombées, Données concernées.

What people wrote (``cities/<id>/texts/*.md``) stands beside what the run found, each under its own
name: the first survives every run, the second is written again by each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyses import texts
from analyses.cities import City
from analyses.figures.escape import markdown as text_
from analyses.reports import markdown as md
from analyses.reports import summary, words
from analyses.reports.chapters import Chapter, Writer
from analyses.wording import Text, listing, typography

OPEN = ("licence ouverte", "etalab", "odbl", "open database", "cc0", "cc-0", "cc by", "cc-by",
        "domaine public", "public domain", "open data commons")  # fmt: skip
"""Words by which a licence says that the data are open."""
RESULTS = 5
"""Sentences of results on the sheet; the first page and the chapters hold more."""


def sheet(city: City, chapters: Sequence[Chapter], writer: Writer, *, internal: bool) -> str:
    """Return the sheet as Markdown.

    Parameters
    ----------
    city : City
        City of the report; its texts are read from its folder.
    chapters : sequence of Chapter
        Chapters of the report.
    writer : Writer
        Numbers the table.
    internal : bool
        Whether the reader may be told which text is still to be written.

    Raises
    ------
    InputError
        With every fault of the city's texts.
    """
    own = texts.read(city.folder)
    title = words.SHEET.in_(writer.language)
    parts = [md.heading(title, 1, "fiche"), md.paragraph(_say(words.SHEET_LEAD, writer))]
    for name in ("enjeux", "demarche"):
        parts += _part(name, own, writer, internal=internal)
    parts += _part("retombees", own, writer, internal=internal, found=_results(chapters, writer))
    parts.append(md.heading(_say(words.SHEET_PARTS["donnees"], writer), 2, "fiche-donnees"))
    parts += [written(own["donnees"], writer)] if "donnees" in own else []
    parts.append(_data(city, writer))
    return md.div("sheet", *parts)


def written(parts: Sequence[texts.Part], writer: Writer) -> str:
    """Return a city's text as Markdown in which every letter is literal."""
    made = []
    for part in parts:
        lines = ["".join(_span(span, writer) for span in line).strip() for line in part.lines]
        match part.kind:
            case "list":
                made.append("".join(f"- {line}\n" for line in lines))
            case "title":
                made.append(f"**{lines[0]}**\n" if "**" not in lines[0] else f"{lines[0]}\n")
            case _:
                made.append(lines[0] + "\n")
    return "\n".join(made)


def _span(span: texts.Span, writer: Writer) -> str:
    look = {"strong": "**", "emphasis": "*"}.get(span.look, "")
    if span.look == "link":
        bare = span.text == span.address
        label = text_(span.text if bare else typography(span.text, writer.language))
        shown = "" if bare else f"[&nbsp;({text_(span.address)})]{{.print-only}}"
        return f"[{label}](<{span.address}>){{.out}}{shown}"
    said = typography(span.text, writer.language)
    body = text_(said)
    if not body:
        return " "
    lead = " " if said.startswith(" ") and not look else ""
    tail = " " if said.endswith(" ") and not look else ""
    return f"{lead}{look}{body}{look}{tail}"


def _part(
    name: str,
    own: Mapping[str, tuple[texts.Part, ...]],
    writer: Writer,
    *,
    internal: bool,
    found: str = "",
) -> list[str]:
    head = md.heading(_say(words.SHEET_PARTS[name], writer), 2, f"fiche-{name}")
    if name in own:
        return [head, written(own[name], writer), found]
    if internal:
        to_write = _say(words.SHEET_TO_WRITE, writer).format(name=name)
        return [head, md.div("to-write", md.paragraph(to_write)), found]
    return [head, found] if found else []


def _results(chapters: Sequence[Chapter], writer: Writer) -> str:
    """Return what the run found, theme by theme, in plain sentences."""
    said = [
        [
            f"{writer.title(chapter.name)}. {sentence}"
            for block in chapter.blocks
            if block.kind == "sentences"
            for item in block.content["findings"]
            if item["level"] in ("key", "body") and (sentence := summary.plain(item))
        ]
        for chapter in chapters
    ]
    shown = summary.spread(said, RESULTS)
    if not shown:
        return md.paragraph(_say(words.SHEET_NO_RESULT, writer))
    return md.paragraph(_say(words.SHEET_RESULTS, writer)) + "\n" + md.bullets(shown)


def _data(city: City, writer: Writer) -> str:
    given = city.sources.given()
    lacking = [name for name in type(city.sources).model_fields if name not in given]
    rows = []
    for name, sources in given.items():
        licences = dict.fromkeys(source.licence or "" for source in sources)
        producers = dict.fromkeys(source.producer or "–" for source in sources)
        rows.append(
            [
                _upper(words.table(name).in_(writer.language)),
                _say(words.SHEET_READ, writer),
                " ; ".join(_open(licence, writer) for licence in licences),
                " ; ".join(producers),
            ]
        )
    parts = []
    if rows:
        content = {
            "caption": _say(words.SHEET_DATA, writer),
            "header": [_say(item, writer) for item in words.SHEET_DATA_HEADER],
            "rows": [[typography(cell, writer.language) for cell in row] for row in rows],
            "numeric": [],
            "note": "",
        }
        parts.append(writer.table(content, "table-fiche"))
    else:
        parts.append(md.paragraph(_say(words.DATA_NONE, writer)))
    if lacking:
        names = listing([words.table(name).in_(writer.language) for name in lacking],
                        writer.language)  # fmt: skip
        parts.append(md.paragraph(_say(words.SHEET_LACKING, writer).format(tables=names)))
    return "\n".join(parts)


def _open(licence: str, writer: Writer) -> str:
    if not licence:
        return _say(words.NO_LICENCE, writer)
    known = any(mark in licence.casefold() for mark in OPEN)
    return _say(words.SHEET_OPEN, writer).format(licence=licence) if known else licence


def _say(text: Text, writer: Writer) -> str:
    return text.in_(writer.language)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
