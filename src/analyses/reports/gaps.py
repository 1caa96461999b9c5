"""What a chapter cannot compute: one short paragraph and one table, in place of many boxes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from analyses.blocks import Block
from analyses.reports import words
from analyses.wording import Language, Text, typography

FEW = 1
"""Missing things that stay where they are said; beyond, they are told together."""

SUMMED = 3
"""Missing things that another one sums up, from which that one says nothing more."""
LONGEST = 90
"""Letters of a list of indicators; beyond, the table names the question instead."""

_NAMED = re.compile(r"(?:Non calculable|Not computable)\s*\((.+?)\)\s*:\s*(.+)", re.DOTALL)
_LABELLED = re.compile(r"([^.:]{3,90})\.\s+(.+)", re.DOTALL)
_SAID = re.compile(r"(?:Non calculable|Not computable)\s*:\s*(.+)", re.DOTALL)


@cache
def places() -> Mapping[str, Text]:
    """Return where a city gets each table."""
    text = resources.files("analyses.reports").joinpath("unlock.yml").read_text("utf-8")
    return {name: Text(**entry) for name, entry in yaml.safe_load(text).items()}


def missing(blocks: Sequence[Block]) -> list[Mapping[str, Any]]:
    """Return the findings of a chapter that say what cannot be computed, each sentence once.

    Each comes with its ``question``: the heading under which the notebook says it first, and with
    the tables of every time it is said.
    """
    found: dict[str, Mapping[str, Any]] = {}
    question = ""
    for block in blocks:
        if block.kind == "heading":
            question = str(block.content["text"])
        elif block.kind == "sentences":
            for item in block.content["findings"]:
                if item["level"] == "missing":
                    before = found.get(item["text"], {**item, "question": question})
                    tables = [*before["unlocked_by"], *item["unlocked_by"]]
                    found[item["text"]] = {**before, "unlocked_by": list(dict.fromkeys(tables))}
    return list(found.values())


def silent(blocks: Sequence[Block]) -> bool:
    """Whether a chapter answers nothing: no value, no drawing, no sentence but on what it lacks."""
    for block in blocks:
        if block.kind in ("chart", "map"):
            return False
        if block.kind == "results" and any(r["value"] is not None for r in block.content["rows"]):
            return False
        if block.kind == "sentences":
            levels = {item["level"] for item in block.content["findings"]}
            if levels & {"key", "body"}:
                return False
    return True


def table(items: Sequence[Mapping[str, Any]], language: Language) -> dict[str, Any]:
    """Return the table of what is missing: what, why, which file, where to get it.

    Findings that the same files unlock for the same reason share a line.
    """
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for item in told(items):
        what, why = _parted(str(item["text"]))
        if not what or len(what) > LONGEST:
            what = str(item["question"])
        rows.setdefault((why, tuple(item["unlocked_by"])), []).append(what)
    header = [text.in_(language) for text in words.GAPS_HEADER]
    cells = [
        [
            " ; ".join(dict.fromkeys(part for part in what if part))
            or words.GAPS_ALL.in_(language),
            why,
            _files(unlocked, language),
            _where(unlocked, language),
        ]
        for (why, unlocked), what in rows.items()
    ]
    return {
        "caption": words.GAPS_CAPTION.in_(language),
        "header": header,
        "rows": [[typography(cell, language) for cell in row] for row in cells],
        "numeric": [],
        "note": "",
    }


def told(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out what only sums up several of the others."""
    kept = []
    for item in items:
        own = set(item["unlocked_by"])
        inside = [other for other in items if set() < set(other["unlocked_by"]) < own]
        if len(inside) < SUMMED:
            kept.append(item)
    return kept


def _parted(text: str) -> tuple[str, str]:
    """Return what is missing and why, as the sentence says them."""
    for pattern in (_NAMED, _LABELLED):
        if found := pattern.fullmatch(text):
            if pattern is _LABELLED and _SAID.match(text):
                continue
            return _upper(found.group(1)), _upper(found.group(2))
    if found := _SAID.fullmatch(text):
        return "", _upper(found.group(1))
    return "", text


def _files(tables: Sequence[str], language: Language) -> str:
    return _upper(", ".join(words.table(name).in_(language) for name in tables)) or "–"


def _where(tables: Sequence[str], language: Language) -> str:
    said = [places()[name].in_(language) for name in tables if name in places()]
    return " ; ".join(dict.fromkeys(said)) or "–"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
