"""What an analyst sees in JupyterLab for each block: HTML, and Markdown where HTML is not shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyses.figures.escape import html, markdown
from analyses.wording import Language, Text, plural

_RESERVES = Text("À savoir avant d'utiliser ces chiffres", "Before using these figures")
_FIGURE = "font-family:'Source Sans 3',system-ui,sans-serif;max-width:46rem;margin:1rem 0"
_NOTE = "color:#56616e;font-size:.9em;margin:.3rem 0"


def sentences(items: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return sentences as paragraphs."""
    markup = "".join(f"<p>{html(item['text'])}</p>" for item in items)
    return markup, "\n\n".join(markdown(item["text"]) for item in items)


def heading(text: str, level: int) -> tuple[str, str]:
    """Return a heading."""
    return f"<h{level}>{html(text)}</h{level}>", f"{'#' * level} {markdown(text)}"


def table(content: Mapping[str, Any]) -> tuple[str, str]:
    """Return a table with its caption and note."""
    right = set(content["numeric"])
    align = [
        ' style="text-align:right"' if name in right else ' style="text-align:left"'
        for name in content["header"]
    ]
    head = "".join(
        f'<th scope="col"{a}>{html(name)}</th>'
        for name, a in zip(content["header"], align, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{a}>{html(c)}</td>" for c, a in zip(row, align, strict=True))
        + "</tr>"
        for row in content["rows"]
    )
    note = f'<p style="{_NOTE}">{html(content["note"])}</p>' if content["note"] else ""
    markup = (
        f'<table><caption style="text-align:left;font-weight:600">{html(content["caption"])}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"
    )
    return markup, markdown(content["caption"])


def figure(content: Mapping[str, Any]) -> tuple[str, str]:
    """Return a chart under its title, with its numbers folded."""
    drawing = f'<div role="img" aria-label="{html(content["alt"])}">{content["svg"]}</div>'
    return _framed(content, drawing)


def map_(content: Mapping[str, Any]) -> tuple[str, str]:
    """Return an interactive map under its title, with its numbers folded."""
    frame = (
        f'<iframe srcdoc="{html(content["html"])}" title="{html(content["title"])}" '
        'style="width:100%;height:30rem;border:1px solid #c9d0d8"></iframe>'
    )
    return _framed(content, frame)


def reserves(items: Sequence[str], language: Language) -> tuple[str, str]:
    """Return the reserves as a list."""
    title = _RESERVES.in_(language)
    lines = "".join(f"<li>{html(item)}</li>" for item in items)
    text = "\n".join(f"- {markdown(item)}" for item in items)
    return f"<p><strong>{html(title)}</strong></p><ul>{lines}</ul>", f"**{title}**\n\n{text}"


def count(rows: int, language: Language) -> tuple[str, str]:
    """Return how many rows were recorded."""
    words = Text(
        f"{rows} {plural(rows, 'indicateur enregistré', 'indicateurs enregistrés')}",
        f"{rows} {plural(rows, 'indicator', 'indicators', 'en')} recorded",
    ).in_(language)
    return f'<p style="{_NOTE}">{html(words)}</p>', words


def _framed(content: Mapping[str, Any], drawing: str) -> tuple[str, str]:
    numbers = table(content["table"])[0]
    markup = (
        f'<figure style="{_FIGURE}"><figcaption><strong>{html(content["title"])}</strong>'
        f'</figcaption>{drawing}<p style="{_NOTE}">{html(content["note"])}</p>'
        f"<details><summary>{html(content['table']['caption'])}</summary>{numbers}</details></figure>"
    )
    return markup, f"**{markdown(content['title'])}**\n\n{markdown(content['alt'])}"
