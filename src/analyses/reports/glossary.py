"""The glossary: terms of ``glossary.yml`` that a report uses, explained and linked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from analyses.figures.escape import markdown as escaped
from analyses.reports.method_words import METHODS
from analyses.wording import Language, Text


@dataclass(frozen=True, slots=True)
class Term:
    """A term, its definition and who says so.

    Parameters
    ----------
    id : str
        Name of the term, and end of its anchor.
    label, definition : Text
        The term and what it means.
    words : mapping of str to sequence of str
        How a text writes it, by language; ``*`` at the end of a word stands for any ending.
    methods : sequence of str
        Methods of the indicators table that it explains, without their version.
    source : Text
        Who says so.
    """

    id: str
    label: Text
    definition: Text
    words: Mapping[str, Sequence[str]]
    methods: Sequence[str]
    source: Text

    @property
    def anchor(self) -> str:
        """Where the glossary explains the term."""
        return f"glossaire-{self.id}"


@cache
def terms() -> tuple[Term, ...]:
    """Return every term of ``glossary.yml``.

    Raises
    ------
    KeyError, TypeError
        If an entry lacks a key, or has one too many.
    """
    text = resources.files("analyses.reports").joinpath("glossary.yml").read_text("utf-8")
    return tuple(_term(name, **entry) for name, entry in yaml.safe_load(text).items())


def _term(
    name: str,
    *,
    fr: str,
    en: str,
    words: Mapping[str, Sequence[str]],
    methods: Sequence[str],
    definition: Mapping[str, str],
    source: str,
    english: str | None = None,
) -> Term:
    said = Text(source, english or source)
    return Term(name, Text(fr, en), Text(**definition), words, tuple(methods), said)


@dataclass(slots=True)
class Glossary:
    """The terms met while a report is written.

    Parameters
    ----------
    language : str
        Language of the report.
    """

    language: Language
    used: set[str] = field(default_factory=set)
    _linked: set[tuple[str, str]] = field(default_factory=set)

    def see(self, text: str) -> None:
        """Note the terms of a text that is not linked."""
        for term, pattern in _patterns(self.language):
            if term.id not in self.used and pattern.search(_plain(text)):
                self.used.add(term.id)

    def linked(self, text: str, place: str) -> str:
        """Return a text as Markdown, each term linked where it first stands in its chapter."""
        chosen: list[tuple[int, int, Term]] = []
        for term, pattern in _patterns(self.language):
            found = pattern.search(_plain(text))
            if found is None:
                continue
            self.used.add(term.id)
            start, end = found.span()
            free = all(end <= a or start >= b for a, b, _ in chosen)
            if free and (place, term.id) not in self._linked:
                self._linked.add((place, term.id))
                chosen.append((start, end, term))
        parts, at = [], 0
        for start, end, term in sorted(chosen, key=lambda item: item[0]):
            parts.append(_kept(text[at:start]))
            parts.append(f"[{escaped(text[start:end])}](#{term.anchor}){{.term}}")
            at = end
        return "".join([*parts, _kept(text[at:])])

    def method(self, name: str) -> str:
        """Return the method of a result with its name in words; note the term that explains it."""
        bare = name.split("/")[0]
        for term in terms():
            if any(bare == method or bare.startswith(f"{method}-") for method in term.methods):
                self.used.add(term.id)
        known = [m for m in METHODS if bare == m or bare.startswith(f"{m}-")]
        if not known:
            return name
        return f"{METHODS[max(known, key=len)].in_(self.language)} ({name})"

    def entries(self) -> list[Term]:
        """Return the terms met, in the order of the alphabet."""
        met = [term for term in terms() if term.id in self.used]
        return sorted(met, key=lambda term: _sorted(term.label.in_(self.language)))


def _plain(text: str) -> str:
    """Return a text of the same length in which apostrophes and spaces are the plain ones."""
    return text.replace("\u2019", "'").replace("\u00a0", " ").replace("\u202f", " ")


def _kept(text: str) -> str:
    """Escape a piece of a line and keep the spaces at its ends."""
    if not text.strip(" "):
        return text
    lead = " " * (len(text) - len(text.lstrip(" ")))
    tail = " " * (len(text) - len(text.rstrip(" ")))
    return lead + escaped(text) + tail


def _sorted(label: str) -> str:
    folded = str.maketrans("éèêëàâîïôûùçœ", "eeeeaaiiouuco")
    return label.casefold().translate(folded)


@cache
def _patterns(language: Language) -> tuple[tuple[Term, re.Pattern[str]], ...]:
    """Return the terms with what finds them, the longest words first."""
    made: list[tuple[int, Any]] = []
    for term in terms():
        written = term.words[language]
        either = "|".join(
            re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in written
        )
        pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
        made.append((max(map(len, written)), (term, pattern)))
    made.sort(key=lambda item: -item[0])
    return tuple(pair for _, pair in made)
