"""Parts of the report that no notebook writes: published figures, method, sources, the run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from analyses import indicators
from analyses.blocks import results_of
from analyses.cities import City, PublishedFigure
from analyses.figures import numbers
from analyses.figures.escape import markdown as text_
from analyses.figures.numbers import written
from analyses.reports import markdown as md
from analyses.reports import words
from analyses.reports.chapters import Chapter, Writer
from analyses.runs.manifest import Manifest
from analyses.wording import Text, day, measured, number, percent, typography


def published(city: City, writer: Writer) -> str:
    """Return what others published about the city, as published."""
    parts = [md.heading(_say(words.PUBLISHED, writer), 1, "publie")]
    if city.published:
        parts.append(md.paragraph(_say(words.PUBLISHED_LEAD, writer)))
        content = _content(
            writer,
            words.PUBLISHED_CAPTION,
            words.PUBLISHED_HEADER,
            [_figure(figure, writer) for figure in city.published],
            numeric=(1,),
        )
        parts.append(writer.table(content, "table-publie"))
    if city.facts:
        parts.append(md.heading(_say(words.FACTS, writer), 2, "faits"))
        parts.append(
            md.bullets(
                [
                    typography(f"{fact.text} ({_source(fact.source)})", writer.language)
                    for fact in city.facts
                ]
            )
        )
    return "\n".join(parts)


def quoted(city: City, writer: Writer) -> list[tuple[str, str]]:
    """Return what others published, as labels and sentences for a first page without results."""
    told = []
    for figure in city.published:
        label, value, date, perimeter, source, _ = _figure(figure, writer)
        text = _say(words.PUBLISHED_SENTENCE, writer)
        told.append(
            (label, text.format(value=value, date=date, perimeter=perimeter, source=source))
        )
    return told


def method(
    city: City,
    chapters: Sequence[Chapter],
    record: Manifest,
    writer: Writer,
    *,
    public: bool = False,
) -> str:
    """Return the method annex: definitions, sources, corrections, limits and the run."""
    parts = [
        md.heading(_say(words.METHOD, writer), 1, "methode"),
        _certainty(writer),
        _definitions(chapters, writer),
        md.heading(_say(words.DATA, writer), 2, "donnees"),
        _data(city, writer),
        _uses(writer),
        *_noted(writer),
    ]
    if city.corrections:
        parts.append(md.heading(_say(words.CORRECTIONS, writer), 2, "corrections"))
        parts.append(
            md.bullets([typography(item.reason, writer.language) for item in city.corrections])
        )
    limits = [_say(item, writer) for item in words.LIMITS_ITEMS]
    if public:
        least = number(city.parameters.small_count, writer.language)
        limits.append(_say(words.LIMITS_PUBLIC, writer).format(least=least))
    parts += [
        md.heading(_say(words.LIMITS, writer), 2, "limites"),
        md.bullets(limits),
        md.heading(_say(words.RUN, writer), 2, "fabrication"),
        md.paragraph(_say(words.RUN_LEAD, writer)),
        _run(record, city, writer),
    ]
    return "\n".join(parts)


def glossary(writer: Writer) -> str:
    """Return the terms that the report uses, each with its definition and who says so."""
    entries = writer.glossary.entries()
    if not entries:
        return ""
    parts = [
        md.heading(_say(words.GLOSSARY, writer), 1, "glossaire"),
        md.paragraph(_say(words.GLOSSARY_LEAD, writer)),
    ]
    met = [
        _entry(
            term.label.in_(writer.language),
            f"{term.definition.in_(writer.language)} {_say(words.SOURCE, writer)} "
            f"{_say(term.source, writer)}.",
            term.anchor,
            writer,
        )
        for term in entries
    ]
    return "\n".join([*parts, md.div("entries", *met)])


def lists(writer: Writer) -> str:
    """Return the list of figures and tables, each with a link to it."""
    if not writer.listed:
        return ""
    parts = [md.heading(_say(words.LISTS, writer), 1, "listes")]
    for kind, title in (("figure", words.LISTS_FIGURES), ("table", words.LISTS_TABLES)):
        found = [(anchor, label) for kind_, anchor, label in writer.listed if kind_ == kind]
        if found:
            parts.append(md.heading(_say(title, writer), 2, f"liste-{kind}"))
            parts.append(md.div("listed", md.links(found)))
    return "\n".join(parts)


def _certainty(writer: Writer) -> str:
    """Return what the words of certainty of the first page mean."""
    shares = {
        name: percent(100 * share, writer.language, 0)
        for name, share in (("sure", numbers.SURE), ("fair", numbers.FAIR))
    }
    rows = [
        [numbers.CERTAINTY[name].in_(writer.language), _say(means, writer).format(**shares)]
        for name, means in words.SURENESS_MEANS.items()
    ]
    content = _content(writer, words.SURENESS, words.SURENESS_HEADER, rows)
    return "\n".join(
        [
            md.heading(_say(words.SURENESS, writer), 2, "certitude"),
            md.paragraph(_say(words.SURENESS_LEAD, writer)),
            writer.table(content, "table-certitude"),
        ]
    )


def _definitions(chapters: Sequence[Chapter], writer: Writer) -> str:
    rows = results_of([block for chapter in chapters for block in chapter.blocks])
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return ""
    dictionary = indicators.dictionary()
    known = [name for name in dictionary.indicators if name in set(rows["indicator"])]
    parts = [md.heading(_say(words.DEFINITIONS, writer), 2, "definitions")]
    entries = []
    for name in known:
        entry = dictionary[name]
        methods = sorted(set(rows.loc[rows["indicator"] == name, "method"]))
        tail = _say(words.DEFINITIONS_TAIL, writer).format(
            methods=", ".join(writer.glossary.method(method) for method in methods),
            source=dictionary.document(name).titled(writer.language),
        )
        entries.append(
            _entry(
                entry.label.text().in_(writer.language),
                f"{entry.definition.text().in_(writer.language)} {tail}",
                f"definition-{name}",
                writer,
            )
        )
    return "\n".join([*parts, md.div("entries", *entries)])


def _entry(label: str, said: str, anchor: str, writer: Writer) -> str:
    body = f"**{text_(label)}.** {text_(typography(said, writer.language))}\n"
    return md.div("entry", body, identifier=anchor)


def _data(city: City, writer: Writer) -> str:
    """Tabulate the declared files, with what the chapters say of those that they read."""
    given = [(name, source) for name, sources in city.sources.given().items() for source in sources]
    rows = [_file(name, source, source.retrieved, writer) for name, source in given]
    if city.zones is not None:
        rows.append(_file("zones", city.zones, None, writer))
    if not rows:
        return md.paragraph(_say(words.DATA_NONE, writer))
    content = _content(writer, words.DATA, words.DATA_HEADER, rows, numeric=(5, 6))
    return writer.table(content, "table-donnees")


def _file(name: str, source: Any, had: date | None, writer: Writer) -> list[str]:
    said = writer.read.get(str(source.path), {})
    period, *counts = (said.get(_say(title, writer), "") for title in words.DATA_HEADER[4:])
    if not period and had is not None:
        period = _say(words.DATA_HAD, writer).format(day=day(had, writer.language))
    return [
        upper(words.table(name).in_(writer.language)),
        source.path,
        source.producer or "–",
        source.licence or _say(words.NO_LICENCE, writer),
        period,
        *counts,
    ]


def _uses(writer: Writer) -> str:
    """Return, for paper, the files that each chapter reads."""
    said = _say(words.USES, writer)
    items = [said.format(chapter=title, files=files) for title, files in writer.uses.items()]
    if not items:
        return ""
    return md.div("print-only", md.paragraph(_say(words.USES_LEAD, writer)), md.bullets(items))


def _noted(writer: Writer) -> list[str]:
    """Return what reading the files found, each sentence once."""
    if not writer.noted:
        return []
    items = [agreed(item) for item in writer.noted]
    return [md.heading(_say(words.NOTED, writer), 2, "lecture"), md.bullets(items)]


def _parameters(city: City, writer: Writer) -> str:
    """Write the choices of the city that change a result, on one line."""
    chosen = city.parameters.model_dump()
    return " ; ".join(
        f"{_say(label, writer)} : {_chosen(chosen[name], writer)}"
        for name, label in words.PARAMETERS.items()
    )


def _chosen(value: Any, writer: Writer) -> str:
    if isinstance(value, dict):
        said = (f"{name} {number(weight, writer.language, 1)}" for name, weight in value.items())
        return ", ".join(said) or _say(words.EQUAL, writer)
    if isinstance(value, tuple):
        return ", ".join(number(item, writer.language) for item in value)
    return number(value, writer.language, 0 if float(value).is_integer() else 1)


def upper(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


_COUNTED = re.compile(r"(\d[\d\s\u202f\u00a0]*)|(?<=\w)\(s\)")


def agreed(text: str) -> str:
    """Return a sentence whose ``(s)`` agree with the number before them.

    Examples
    --------
    >>> agreed("1 ligne(s) écartée(s), 12 autre(s)")
    '1 ligne écartée, 12 autres'
    """
    count: int | None = None

    def agree(found: re.Match[str]) -> str:
        nonlocal count
        if found.group(1) is not None:
            count = int("".join(filter(str.isdigit, found.group(1))))
            return found.group(0)
        return "(s)" if count is None else "s" if count > 1 else ""

    return _COUNTED.sub(agree, text)


def _run(record: Manifest, city: City, writer: Writer) -> str:
    version = record.code_version
    if record.dirty:
        version += f" ({_say(words.RUN_DIRTY, writer)})"
    inputs = ", ".join(f"{item.path} ({item.sha256[:10]})" for item in record.inputs)
    rows = [
        [_say(words.RUN_EDITION, writer), day(record.edition, writer.language)],
        [_say(words.RUN_MARK, writer), record.short],
        [_say(words.RUN_CODE, writer), version],
        [_say(words.RUN_PYTHON, writer), record.python],
        [_say(words.RUN_PARAMETERS, writer), _parameters(city, writer)],
        [_say(words.RUN_INPUTS, writer), inputs or _say(words.RUN_NO_INPUTS, writer)],
    ]
    return writer.table(_content(writer, words.RUN_CAPTION, words.RUN_HEADER, rows), "table-run")


def _figure(figure: PublishedFigure, writer: Writer) -> list[str]:
    language = writer.language
    known = figure.indicator in indicators.dictionary()
    label = indicators.get(figure.indicator).label.text().in_(language) if known else None
    if figure.unit in indicators.dictionary().units:
        value = written(figure.value, figure.unit, language)
    else:
        digits = 0 if figure.value.is_integer() else 1
        value = measured(figure.value, figure.unit, language, digits)
    undated = figure.date == "undated"
    unstated = figure.perimeter == "not stated"
    return [
        label or figure.indicator,
        value,
        _say(words.UNDATED, writer) if undated else figure.date,
        _say(words.NOT_STATED, writer) if unstated else typography(figure.perimeter, language),
        _source(figure.source),
        typography(figure.note or "", language),
    ]


def _source(source: Any) -> str:
    return ", ".join(part for part in (source.title, source.date) if part)


def _content(
    writer: Writer,
    caption: Text,
    header: Sequence[Text],
    rows: Sequence[Sequence[str]],
    numeric: Sequence[int] = (),
) -> dict[str, Any]:
    filled = [at for at in range(len(header)) if any(row[at] for row in rows)]
    titles = [_say(item, writer) for item in header]
    return {
        "caption": _say(caption, writer),
        "header": [titles[at] for at in filled],
        "rows": [[typography(row[at], writer.language) for at in filled] for row in rows],
        "numeric": [titles[at] for at in numeric],
        "note": "",
    }


def _say(text: Text, writer: Writer) -> str:
    return text.in_(writer.language)
