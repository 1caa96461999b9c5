"""A page of a notebook: each call shows one block to the reader and hands it to the report.

The report is assembled from these blocks alone (:mod:`analyses.blocks`); beside each payload stands
a readable form, so that the notebook opened in JupyterLab reads as a page.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import pandas as pd
from IPython.display import display

from analyses import schemas
from analyses.blocks import MIME, Block, Kind
from analyses.cities import City
from analyses.figures import preview, style
from analyses.figures.figure import Chart, Map, Table
from analyses.figures.numbers import certainty, key_figure
from analyses.results import Finding, Result, to_frame
from analyses.wording import Language, Text, day, number, typography

Edition = Literal["internal", "public"]
Emit = Callable[[dict[str, Any]], None]

SVG_LIMIT = 400_000
"""Characters above which a static map is kept as pixels only."""

PROVENANCE: dict[str, Text] = {
    "table": Text("Table", "Table"),
    "file": Text("Fichier", "File"),
    "producer": Text("Producteur", "Producer"),
    "licence": Text("Licence", "Licence"),
    "period": Text("Période", "Period"),
    "rows_read": Text("Lignes lues", "Rows read"),
    "rows_set_aside": Text("Écartées", "Set aside"),
}
"""Columns that a provenance shows, with their titles; the period joins its two ends."""


class Page:
    """The shown part of one notebook, for one city and in one language.

    Parameters
    ----------
    city : City
        City that every block is marked with.
    chapter : str
        Name of the chapter: the notebook's file name without its ending.
    language : str
        Language of the report.
    edition : str
        ``internal`` or ``public``.
    emit : callable, optional
        Receives each mime bundle; IPython's display if not given.
    """

    def __init__(
        self,
        city: City,
        chapter: str,
        language: Language = "fr",
        edition: Edition = "internal",
        *,
        emit: Emit | None = None,
    ) -> None:
        self.city = city
        self.chapter = chapter
        self.language: Language = language
        self.edition: Edition = edition
        self.blocks: list[Block] = []
        self._emit = emit or _display

    def say(self, findings: Finding | Iterable[Finding]) -> None:
        """Write sentences; those of level ``key`` also go to the report's first page."""
        chosen = [findings] if isinstance(findings, Finding) else list(findings)
        if not chosen:
            return
        items = [self._sentence(finding) for finding in chosen]
        self._show(
            "sentences", f"say-{chosen[0].id}", {"findings": items}, preview.sentences(items)
        )

    def heading(self, text: Text | str, level: int = 2) -> None:
        """Write a heading; 2 is a section of the chapter, 3 a part of a section."""
        if level not in (2, 3):
            raise ValueError(f"a heading in a chapter is of level 2 or 3, not {level}")
        words = self._words(text)
        rank = sum(block.kind == "heading" for block in self.blocks) + 1
        content = {"text": words, "level": level}
        self._show("heading", f"heading-{rank}", content, preview.heading(words, level))

    def chart(self, chart: Chart | None) -> None:
        """Show a chart with its title, its alternative and its numbers; None shows nothing."""
        if chart is None:
            return
        content = {
            "title": self._words(chart.title),
            "alt": self._words(chart.alt),
            "note": self._words(chart.note),
            "svg": style.svg(chart.figure, f"{self.chapter}-{chart.id}"),
            "png": base64.b64encode(style.png(chart.figure)).decode("ascii"),
            "table": self._table(chart.data),
        }
        self._show("chart", chart.id, content, preview.figure(content))

    def map(self, map_: Map | None) -> None:
        """Show a map: interactive here and in HTML, drawn in PDF and DOCX; None shows nothing."""
        if map_ is None:
            return
        svg = style.svg(map_.figure, f"{self.chapter}-{map_.id}")
        content = {
            "title": self._words(map_.title),
            "alt": self._words(map_.alt),
            "note": self._words(map_.note),
            "html": map_.html,
            "svg": svg if len(svg) <= SVG_LIMIT else "",
            "png": base64.b64encode(style.png(map_.figure)).decode("ascii"),
            "table": self._table(map_.data),
        }
        self._show("map", map_.id, content, preview.map_(content))

    def table(self, table: Table | None) -> None:
        """Show a table; None, or a table without rows, shows nothing."""
        if table is None or table.data.empty:
            return
        content = self._table(table)
        self._show("table", table.id, content, preview.table(content))

    def record(self, results: Iterable[Result]) -> None:
        """Record results for ``indicators.csv``; a reader of the notebook sees how many."""
        frame = to_frame(results, self.city.id)
        rows = [
            {str(key): _json(value) for key, value in row.items()}
            for row in frame.to_dict(orient="records")
        ]
        rank = sum(block.kind == "results" for block in self.blocks) + 1
        self._show(
            "results", f"results-{rank}", {"rows": rows}, preview.count(len(rows), self.language)
        )

    def reserves(self, items: Iterable[Finding | Text | str]) -> None:
        """List what a reader must know before using the chapter's numbers."""
        words = [self._words(item.text if isinstance(item, Finding) else item) for item in items]
        if not words:
            return
        rank = sum(block.kind == "reserves" for block in self.blocks) + 1
        content = {"items": words}
        self._show("reserves", f"reserves-{rank}", content, preview.reserves(words, self.language))

    def provenance(self, frame: pd.DataFrame) -> None:
        """List where the chapter's data come from: the columns of :data:`PROVENANCE` it has.

        Nothing is shown if nothing was read.
        """
        rows = [
            {str(name): written for name, cell in row.items() if (written := self._written(cell))}
            for row in frame.to_dict(orient="records")
        ]
        for row in rows:
            if row.get("table") in schemas.names():
                row["table"] = schemas.get(row["table"]).title.in_(self.language)
            ends = (row.get("period_start"), row.get("period_end"))
            row["period"] = " – ".join(dict.fromkeys(end for end in ends if end))
        shown = [name for name in PROVENANCE if any(row.get(name) for row in rows)]
        if not shown:
            return
        header = {name: PROVENANCE[name].in_(self.language) for name in shown}
        content = {
            "header": list(header.values()),
            "rows": [[row.get(name, "") for name in shown] for row in rows],
            "numeric": [header[name] for name in shown if name.startswith("rows")],
            "caption": Text("Fichiers lus", "Files read").in_(self.language),
            "note": "",
        }
        rank = sum(block.kind == "provenance" for block in self.blocks) + 1
        self._show("provenance", f"provenance-{rank}", content, preview.table(content))

    def _sentence(self, finding: Finding) -> dict[str, Any]:
        item: dict[str, Any] = {
            "id": finding.id,
            "text": finding.text.in_(self.language),
            "level": finding.level,
            "unlocked_by": sorted({t for result in finding.results for t in result.unlocked_by}),
        }
        shown = finding.level == "key" and finding.results and finding.results[0].computable
        if shown:
            figure = key_figure(finding.results[0], self.language)
            item["figure"] = {name: getattr(figure, name) for name in figure.__slots__}
        if finding.plain is not None:
            item["plain"] = finding.plain.in_(self.language)
        if finding.results and finding.level in ("key", "body"):
            item["certainty"] = certainty(finding.results[0], self.language)
        item["topic"] = finding.topic
        return item

    def _table(self, table: Table) -> dict[str, Any]:
        header = [str(name) for name in table.data.columns]
        unknown = set(table.numeric) - set(header)
        if unknown:
            raise ValueError(f"table {table.id}: numeric names no column: {sorted(unknown)}")
        return {
            "id": table.id,
            "caption": self._words(table.caption),
            "header": header,
            "rows": [
                ["" if _missing(cell) else self._words(str(cell)) for cell in row]
                for row in _rows(table.data)
            ],
            "numeric": list(table.numeric),
            "note": self._words(table.note),
        }

    def _written(self, cell: Any) -> str:
        if _missing(cell):
            return ""
        if isinstance(cell, pd.Timestamp):
            return day(cell.date(), self.language)
        if isinstance(cell, int | float):
            return number(cell, self.language)
        return typography(str(cell), self.language)

    def _words(self, text: Text | str) -> str:
        if isinstance(text, Text):
            return text.in_(self.language)
        return typography(text, self.language)

    def _show(
        self, kind: Kind, id_: str, content: dict[str, Any], readable: tuple[str, str]
    ) -> None:
        block = Block(kind, id_, self.city.id, self.chapter, self.language, self.edition, content)
        self.blocks = [b for b in self.blocks if (b.kind, b.id) != (kind, id_)]  # a cell run again
        self.blocks.append(block)
        markup, text = readable
        self._emit({MIME: block.payload(), "text/html": markup, "text/markdown": text})


def _display(bundle: dict[str, Any]) -> None:
    display(bundle, raw=True)


def _rows(frame: pd.DataFrame) -> Sequence[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def _missing(cell: Any) -> bool:
    return bool(pd.api.types.is_scalar(cell) and pd.isna(cell))


def _json(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value
