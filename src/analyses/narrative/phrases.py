"""Figures as sentences need them: every digit of a sentence comes from here, out of a result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from analyses import activities, indicators
from analyses.results import Finding, Result
from analyses.wording import (
    Language,
    Text,
    interval,
    listing,
    lowered,
    month,
    number,
    percent,
    plural,
)

ALL = "*"
WIDE_POINTS = 50.0
Level = Literal["key", "body"]
SOURCES: Mapping[str, Text] = {
    "survey": Text("le relevé des locaux", "the survey of premises"),
    "sirene": Text("Sirene", "SIRENE"),
    "osm": Text("OpenStreetMap", "OpenStreetMap"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Figures in one language."""

    language: Language

    def pick(self, text: Text) -> str:
        """Return the text of this language, without typography (the page applies it once)."""
        return text.fr if self.language == "fr" else text.en

    def count(self, value: float, *, signed: bool = False) -> str:
        """Write a whole number."""
        return number(value, self.language, signed=signed)

    def decimal(self, value: float, *, signed: bool = False) -> str:
        """Write a number with one decimal."""
        return number(value, self.language, 1, signed=signed)

    def share(self, value: float) -> str:
        """Write a value that is in percent."""
        return percent(value, self.language)

    def whole_share(self, value: float) -> str:
        """Write a value that is in percent, without decimals."""
        return percent(value, self.language, 0)

    def value(self, result: Result) -> str:
        """Write the value of a result with its unit."""
        if result.unit in ("%", "%/year"):
            return self.share(result.estimate.value)
        unit = self.pick(indicators.dictionary().unit(result.unit))
        return f"{self.decimal(result.estimate.value)} {unit}"

    def range(self, result: Result, digits: int = 1) -> str:
        """Write the interval of a result, its level in front."""
        estimate = result.estimate
        unit = "%" if result.unit in ("%", "%/year") else ""
        level = self.whole_share(estimate.level * 100)
        between = interval(estimate.low, estimate.high, unit, self.language, digits)
        if self.language == "fr":
            return f"intervalle à {level} : {between}"
        return f"{level} interval: {between}"

    def months(self, result: Result) -> str:
        """Write the interval of a number of months; its upper bound may be out of sight."""
        estimate = result.estimate
        if not math.isnan(estimate.high):
            return self.range(result, 0)
        level, low = self.whole_share(estimate.level * 100), self.count(estimate.low)
        if self.language == "fr":
            return f"au moins {low}, au niveau de {level}"
        return f"at least {low}, at a level of {level}"

    def month(self, day: date | None) -> str:
        """Write a month, or nothing."""
        return "" if day is None else month(day, self.language)

    def list(self, items: Iterable[str]) -> str:
        """Join items as in a sentence."""
        return listing(list(items), self.language)

    def labels(self, texts: Iterable[Text]) -> str:
        """Join labels as in a sentence: only the first begins with a capital."""
        first, *others = [self.pick(text) for text in texts]
        return self.list([first, *map(lowered, others)])

    def noun(self, count: float, one: str, many: str) -> str:
        """Choose the form of a noun."""
        return plural(count, one, many, self.language)

    def family(self, name: str) -> str:
        """Return the label of an activity family, or the name that the source gives."""
        known = activities.families()
        return self.pick(known[name]) if name in known else name


FR, EN = Words("fr"), Words("en")


def said(sentence: Callable[[Words], str]) -> Text:
    """Return a sentence written by one function in the two languages."""
    return Text(sentence(FR), sentence(EN))


def find(results: Iterable[Result], indicator: str, **where: object) -> list[Result]:
    """Return the results of an indicator that stand somewhere; the whole, unless told."""
    where = {"zone": ALL, "breakdown": "total", **where}
    return [
        item
        for item in results
        if item.indicator == indicator
        and all(getattr(item, key) == value for key, value in where.items())
    ]


def latest(results: Iterable[Result]) -> Result | None:
    """Return the computable result of the latest period."""
    shown = [item for item in results if item.computable]
    return max(shown, key=lambda item: item.period_end or date.min, default=None)


def wide(result: Result) -> bool:
    """Whether the interval of a rate is so wide that the data do not tell it."""
    estimate = result.estimate
    in_points = result.unit in ("%", "%/year", "points", "points/year")
    return in_points and estimate.high - estimate.low > WIDE_POINTS


def weight(result: Result) -> Level:
    """Return ``key`` for a figure of the first page, ``body`` where its interval is too wide."""
    return "body" if wide(result) else "key"


def missing_findings(chapter: str, results: Iterable[Result]) -> list[Finding]:
    """Return one sentence for each reason that leaves indicators of the whole uncomputed.

    The page adds which tables would unlock them, from the results.
    """
    reasons: dict[Text, list[Result]] = {}
    for item in results:
        if item.zone == ALL and item.quality == "not_computable" and item.note is not None:
            reasons.setdefault(item.note, []).append(item)
    findings: list[Finding] = []
    for why, items in reasons.items():
        first = items[0].indicator
        names = [
            indicators.get(name).label.text() for name in dict.fromkeys(i.indicator for i in items)
        ]
        text = Text(
            f"Non calculable ({FR.labels(names)}) : {why.fr}",
            f"Not computable ({EN.labels(names)}): {why.en}",
        )
        rank = len(findings)
        name = f"{chapter}-missing-{first}-{rank}"
        findings.append(Finding(name, text, tuple(items), "missing"))
    return findings
