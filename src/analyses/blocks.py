"""Blocks: what an executed notebook hands to its report, one typed payload for each display."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from analyses.errors import RunError
from analyses.results import COLUMNS, KEY, Estimate, Result, to_frame
from analyses.wording import Text

MIME = "application/vnd.coeurville.block+json"
"""MIME type of the payload in a notebook's outputs."""

VERSION = 2

Kind = Literal["sentences", "heading", "chart", "table", "map", "results", "reserves", "provenance"]
Edition = Literal["internal", "public"]


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that a chapter shows, or the rows that it records.

    Parameters
    ----------
    kind : str
        See :data:`Kind`.
    id : str
        Stable name, unique in its chapter for its kind.
    city, chapter, language, edition : str
        Where the block belongs; a report refuses a block of another city.
    content : mapping
        JSON values that depend on the kind (see :mod:`analyses.pages`).
    public : mapping or bool
        What the public edition shows instead: True for the same content, False for nothing.
    withheld : str
        Why the public edition shows nothing.
    """

    kind: Kind
    id: str
    city: str
    chapter: str
    language: str
    edition: str
    content: Mapping[str, Any]
    public: Mapping[str, Any] | bool = True
    withheld: str = ""

    def in_public(self) -> Block | None:
        """Return the block as the public edition shows it; None if it shows nothing."""
        if self.public is False:
            return None
        content = self.content if self.public is True else self.public
        return replace(self, edition="public", content=content, public=True)

    def payload(self) -> dict[str, Any]:
        """Return the block as JSON values."""
        return {
            "version": VERSION,
            "kind": self.kind,
            "id": self.id,
            "city": self.city,
            "chapter": self.chapter,
            "language": self.language,
            "edition": self.edition,
            "content": dict(self.content),
            "public": self.public if isinstance(self.public, bool) else dict(self.public),
            "withheld": self.withheld,
        }


def blocks_of(notebook: str | Path, city: str, edition: Edition = "internal") -> list[Block]:
    """Read the blocks of an executed notebook, in order.

    Parameters
    ----------
    notebook : path
        Executed notebook.
    city : str
        City that the report is about.
    edition : str
        ``internal`` gives every block; ``public`` those that the public edition shows, as it shows
        them, without the headings under which nothing is left.

    Returns
    -------
    list of Block

    Raises
    ------
    RunError
        If a block is of another city, of a version or kind we do not know, or repeats the id of
        another block of its kind.
    """
    path = Path(notebook)
    content = json.loads(path.read_text(encoding="utf-8"))
    blocks = [
        from_payload(output["data"][MIME], city, path.name)
        for cell in content.get("cells", ())
        for output in cell.get("outputs", ())
        if MIME in output.get("data", {})
    ]
    seen: set[tuple[str, str]] = set()
    for block in blocks:
        if (block.kind, block.id) in seen:
            raise RunError(f"{path.name}: two blocks {block.kind} are named {block.id!r}.")
        seen.add((block.kind, block.id))
    return blocks if edition == "internal" else public_blocks(blocks)


def public_blocks(blocks: Iterable[Block]) -> list[Block]:
    """Return what the public edition shows of some blocks of a chapter, in order."""
    kept: list[Block] = []
    for block in reversed([found for block in blocks if (found := block.in_public())]):
        level = block.content["level"] if block.kind == "heading" else 9
        after = next((item for item in reversed(kept) if item.kind != "results"), None)
        bare = after is None or (after.kind == "heading" and after.content["level"] <= level)
        if block.kind != "heading" or not bare:
            kept.append(block)
    return kept[::-1]


def from_payload(payload: Mapping[str, Any] | str, city: str, where: str = "block") -> Block:
    """Check a payload and return its block.

    Raises
    ------
    RunError
        If the payload is of another city, or is not one of ours.
    """
    values = json.loads(payload) if isinstance(payload, str) else payload
    if values.get("version") != VERSION or values.get("kind") not in get_args(Kind):
        raise RunError(
            f"{where}: a block of kind {values.get('kind')!r}, version {values.get('version')!r} "
            "is not known here. Run the notebook again with this version."
        )
    if values["city"] != city:
        raise RunError(
            f"{where}: the block {values['id']!r} is about {values['city']!r}, not {city!r}. "
            "Nothing was published: results of two cities must never mix."
        )
    return Block(
        kind=values["kind"],
        id=values["id"],
        city=values["city"],
        chapter=values["chapter"],
        language=values["language"],
        edition=values["edition"],
        content=values["content"],
        public=values["public"],
        withheld=values["withheld"],
    )


def results_of(blocks: Iterable[Block]) -> pd.DataFrame:
    """Return the rows that the blocks recorded, as the tidy table of indicators.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`analyses.results.COLUMNS`, sorted by :data:`analyses.results.KEY`.

    Raises
    ------
    RunError
        If two rows have the same key.
    """
    rows = [row for block in blocks if block.kind == "results" for row in block.content["rows"]]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("value", "low", "high"):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    frame["n"] = frame["n"].astype("int64")
    repeated = frame.duplicated(list(KEY), keep=False)
    if repeated.any():
        first = frame.loc[repeated, list(KEY)].iloc[0].to_dict()
        raise RunError(f"{int(repeated.sum())} recorded results share a key, for instance {first}.")
    return frame.sort_values(list(KEY), kind="stable", ignore_index=True)


def rows_of(results: Iterable[Result], city: str) -> list[dict[str, Any]]:
    """Return results as the rows of a block: the tidy table in JSON values."""
    frame = to_frame(results, city)
    return [
        {str(key): _json(value) for key, value in row.items()}
        for row in frame.to_dict(orient="records")
    ]


def _json(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value


def recorded(blocks: Iterable[Block]) -> list[Result]:
    """Return the recorded rows of some blocks as results again (notes in one language)."""
    return [_result(row) for row in results_of(blocks).to_dict(orient="records")]


def results_from(table: pd.DataFrame) -> list[Result]:
    """Return the rows of a tidy table, read from its file, as results again."""
    texts = [name for name in COLUMNS if name not in ("value", "low", "high", "n")]
    filled = table.assign(
        **{name: table[name].astype(object).where(table[name].notna(), "") for name in texts}
    )
    return [_result(row) for row in filled.to_dict(orient="records")]


def _result(row: Mapping[Any, Any]) -> Result:
    def when(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    note = str(row["note"] or "–")
    return Result(
        row["indicator"], Estimate(row["value"], row["low"], row["high"], int(row["n"])),
        row["unit"], row["source"], row["method"], row["zone"], row["breakdown"], row["category"],
        when(row["period_start"]), when(row["period_end"]), row["quality"], Text(note, note),
    )  # fmt: skip


def records(notebook: str | Path, city: str, edition: Edition = "internal") -> pd.DataFrame:
    """Return the indicator rows that one executed notebook recorded, as an edition shows them.

    Raises
    ------
    RunError
        As :func:`blocks_of` and :func:`results_of`.
    """
    return results_of(blocks_of(notebook, city, edition))
