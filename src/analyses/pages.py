"""A page of a notebook: each call shows one block to the reader and hands it to the report.

The report is assembled from these blocks alone (:mod:`analyses.blocks`); beside each payload stands
a readable form, so that the notebook opened in JupyterLab reads as a page.

Each block carries two editions. A call takes a drawing function with its arguments: the page draws
the internal form and, where :mod:`analyses.privacy` hides something in the arguments, the function
draws the public form from what is left (:mod:`analyses.editions`). What was drawn before the page
could look into it stays internal.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from IPython.display import display

from analyses import editions, privacy, schemas
from analyses.blocks import MIME, Block, Kind, rows_of
from analyses.cities import City
from analyses.editions import Audience, Drawing, Forms, forms
from analyses.figures import preview, style
from analyses.figures.commerce_tables import zone_names
from analyses.figures.figure import Chart, Map, Table
from analyses.figures.numbers import certainty, key_figure
from analyses.results import Finding, Result
from analyses.wording import Language, Text, day, number, typography

Emit = Callable[[dict[str, Any]], None]

SVG_LIMIT = 400_000
"""Characters above which a static map is kept as pixels; of the others the report makes them."""

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
    zones : pandas.DataFrame, optional
        Table ``zones``: which zones lie in one another, so that their differences are hidden too.
    emit : callable, optional
        Receives each mime bundle; IPython's display if not given.
    """

    def __init__(
        self,
        city: City,
        chapter: str,
        language: Language = "fr",
        *,
        zones: pd.DataFrame | None = None,
        emit: Emit | None = None,
    ) -> None:
        self.city = city
        self.chapter = chapter
        self.language: Language = language
        self.blocks: list[Block] = []
        self.protection = privacy.NOTHING
        self._rules = privacy.Rules(small_count=city.parameters.small_count)
        self._parts = _parts(zones)
        self._zones = {} if zones is None or "name" not in zones else zone_names(zones)
        self._emit = emit or _display

    def say(
        self,
        findings: Callable[..., Finding | Iterable[Finding]] | Finding | Iterable[Finding],
        *args: Any,
        audience: Audience | None = None,
        public: Drawing | None = None,
        **options: Any,
    ) -> None:
        """Write sentences; those of level ``key`` also go to the report's first page.

        ``findings`` is a function with its arguments, or findings: of these, the public edition
        writes those whose results are all public, and those without any result or figure. It never
        says what the internal edition does not.
        """
        if callable(findings) or audience is not None:
            both = forms(findings, args, options, self.protection, audience, public)
        else:
            told = _listed(findings)
            both = Forms(told, [item for item in told if self._sayable(item)])
        if not both.same and both.public is not None and public is None:
            both = replace(both, public=editions.said_inside(both.internal, both.public))
        self._both("sentences", both, self._sentences, _read_sentences)

    def heading(self, text: Text | str, level: int = 2) -> None:
        """Write a heading; 2 is a section of the chapter, 3 a part of a section."""
        if level not in (2, 3):
            raise ValueError(f"a heading in a chapter is of level 2 or 3, not {level}")
        words = self._words(text)
        content = {"text": words, "level": level}
        self._show("heading", self._ranked("heading"), content, preview.heading(words, level))

    def chart(
        self,
        chart: Callable[..., Chart | None] | Chart | None,
        *args: Any,
        audience: Audience | None = None,
        public: Drawing | None = None,
        **options: Any,
    ) -> None:
        """Show a chart with its title, its alternative and its numbers; None shows nothing.

        Parameters
        ----------
        chart : callable or Chart
            A function with its arguments: the page draws the internal form, and the public one with
            what :mod:`analyses.editions` leaves of the arguments. A drawn chart stays internal.
        audience, public
            As for :func:`analyses.editions.forms`.
        """
        both = forms(chart, args, options, self.protection, audience, public)
        self._both("chart", both, self._chart, preview.figure)

    def map(
        self,
        map_: Callable[..., Map | None] | Map | None,
        *args: Any,
        audience: Audience | None = None,
        public: Drawing | None = None,
        **options: Any,
    ) -> None:
        """Show a map: interactive here and in HTML, drawn in PDF and DOCX; as :meth:`chart`."""
        both = forms(map_, args, options, self.protection, audience, public)
        self._both("map", both, self._map, preview.map_)

    def table(
        self,
        table: Callable[..., Table | None] | Table | None,
        *args: Any,
        audience: Audience | None = None,
        public: Drawing | None = None,
        **options: Any,
    ) -> None:
        """Show a table; None, or a table without rows, shows nothing; as :meth:`chart`."""
        both = forms(table, args, options, self.protection, audience, public)
        self._both("table", both, self._rows, preview.table)

    def record(self, results: Iterable[Result]) -> None:
        """Record results for ``indicators.csv``, and decide what the public edition hides of them.

        Call it before anything is shown: the public edition shows no result that was not recorded,
        or made known by :meth:`knows`. A reader of the notebook sees how many there are.
        """
        listed = list(results)
        self.knows(listed)
        parts = {zone: list(names) for zone, names in self._parts.items()}
        ground = {"parts": parts, "zones": self._zones}
        content = {"rows": rows_of(listed, self.city.id), **ground}
        public = {"rows": rows_of(map(self.protection.of, listed), self.city.id), **ground}
        readable = preview.count(len(listed), self.language)
        self._show("results", self._ranked("results"), content, readable, public)

    def knows(self, results: Iterable[Result]) -> None:
        """Protect results that another chapter records, so that this one may show them."""
        self.protection = self.protection.extended(results, self._rules, self._parts)

    def reserves(self, items: Iterable[Finding | Text | str]) -> None:
        """List what a reader must know before using the chapter's numbers.

        The public edition lists those without a figure: the others quote the data.
        """
        words = [self._words(item.text if isinstance(item, Finding) else item) for item in items]
        if not words:
            return
        open_ = [item for item in words if not _figures(item)]
        self._show(
            "reserves", self._ranked("reserves"), {"items": words},
            preview.reserves(words, self.language), {"items": open_} if open_ else False,
            "" if open_ else "they quote the data",
        )  # fmt: skip

    def provenance(self, frame: pd.DataFrame) -> None:
        """List where the chapter's data come from: the columns of :data:`PROVENANCE` it has.

        Nothing is shown if nothing was read. The public edition does not count the rows.
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
        content = self._sources(rows, shown)
        public = self._sources(rows, [name for name in shown if not name.startswith("rows")])
        self._show(
            "provenance", self._ranked("provenance"), content, preview.table(content), public
        )

    def _sources(self, rows: Sequence[dict[str, str]], shown: Sequence[str]) -> dict[str, Any]:
        header = {name: PROVENANCE[name].in_(self.language) for name in shown}
        return {
            "header": list(header.values()),
            "rows": [[row.get(name, "") for name in shown] for row in rows],
            "numeric": [header[name] for name in shown if name.startswith("rows")],
            "caption": Text("Fichiers lus", "Files read").in_(self.language),
            "note": "",
        }

    def _sayable(self, finding: Finding) -> bool:
        """Whether a finding that is already written may stand in the public edition."""
        shown = all(self.protection.of(result) is result for result in finding.results)
        return shown and (bool(finding.results) or not _figures(finding.text.fr))

    def _ranked(self, kind: Kind) -> str:
        return f"{kind}-{sum(block.kind == kind for block in self.blocks) + 1}"

    def _both(
        self,
        kind: Kind,
        both: Forms,
        write: Callable[[Any], tuple[str, dict[str, Any]] | None],
        read: Callable[[dict[str, Any]], tuple[str, str]],
    ) -> None:
        """Show the internal form of something, with the public one beside it in the block."""
        made = write(both.internal)
        if made is None:
            return
        id_, content = made
        public: dict[str, Any] | bool = both.same
        if not both.same:
            other = None if both.public is None else write(both.public)
            public = False if other is None else other[1] == content or other[1]
        strange = editions.beyond(public, content) if both.redrawn and public is not False else ""
        if strange:
            public, both = False, replace(both, withheld=strange)
        withheld = "" if public is not False else both.withheld or "nothing is left to show"
        self._show(kind, id_, content, read(content), public, withheld)

    def _sentences(
        self, findings: Finding | Iterable[Finding]
    ) -> tuple[str, dict[str, Any]] | None:
        chosen = _listed(findings)
        if not chosen:
            return None
        return f"say-{chosen[0].id}", {"findings": [self._sentence(item) for item in chosen]}

    def _chart(self, chart: Chart | None) -> tuple[str, dict[str, Any]] | None:
        if chart is None:
            return None
        content = {
            "title": self._words(chart.title),
            "alt": self._words(chart.alt),
            "note": self._words(chart.note),
            "svg": style.svg(chart.figure, f"{self.chapter}-{chart.id}"),
            "png": "",
            "table": self._table(chart.data),
        }
        return chart.id, content

    def _map(self, map_: Map | None) -> tuple[str, dict[str, Any]] | None:
        if map_ is None:
            return None
        svg = style.svg(map_.figure, f"{self.chapter}-{map_.id}")
        light = len(svg) <= SVG_LIMIT
        content = {
            "title": self._words(map_.title),
            "alt": self._words(map_.alt),
            "note": self._words(map_.note),
            "html": map_.html,
            "svg": svg if light else "",
            "png": "" if light else base64.b64encode(style.png(map_.figure)).decode("ascii"),
            "table": self._table(map_.data),
        }
        return map_.id, content

    def _rows(self, table: Table | None) -> tuple[str, dict[str, Any]] | None:
        if table is None or table.data.empty:
            return None
        return table.id, self._table(table)

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
                for row in _cells(table.data)
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
        self,
        kind: Kind,
        id_: str,
        content: dict[str, Any],
        readable: tuple[str, str],
        public: dict[str, Any] | bool = True,
        withheld: str = "",
    ) -> None:
        block = Block(
            kind, id_, self.city.id, self.chapter, self.language, "internal", content, public,
            withheld,
        )  # fmt: skip
        self.blocks = [b for b in self.blocks if (b.kind, b.id) != (kind, id_)]  # a cell run again
        self.blocks.append(block)
        markup, text = readable
        self._emit({MIME: block.payload(), "text/html": markup, "text/markdown": text})


def _parts(zones: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    if zones is None or "parts" not in zones:
        return {}
    return {
        str(zone): tuple(str(part) for part in parts)
        for zone, parts in zip(zones["zone_id"], zones["parts"], strict=True)
    }


def _display(bundle: dict[str, Any]) -> None:
    display(bundle, raw=True)


def _read_sentences(content: dict[str, Any]) -> tuple[str, str]:
    return preview.sentences(content["findings"])


def _listed(findings: Finding | Iterable[Finding]) -> list[Finding]:
    return [findings] if isinstance(findings, Finding) else list(findings)


def _figures(words: str) -> bool:
    return any(character.isdigit() for character in words)


def _cells(frame: pd.DataFrame) -> Sequence[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def _missing(cell: Any) -> bool:
    return bool(pd.api.types.is_scalar(cell) and pd.isna(cell))
