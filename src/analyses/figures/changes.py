"""What changed between two editions, as tables: the number, its two values, why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from analyses import indicators
from analyses.comparison.revisions import CAUSES, KINDS, Changed
from analyses.figures.figure import Table
from analyses.figures.numbers import part_words, written
from analyses.results import UNKNOWN, Result
from analyses.wording import Language, Text, day, listing, month, number, percent

ALL = "*"
LONGEST = 200
"""Rows of a table of the report; the log holds all."""
TITLES = (
    Text("Indicateur", "Indicator"), Text("Où", "Where"), Text("Période", "Period"),
    Text("Avant", "Before"), Text("Maintenant", "Now"), Text("Pourquoi", "Why"),
)  # fmt: skip
SEVERAL = frozenset(("source_gap", "offer_mix", "offer_share", "offer_diversity", "chain_share"))
"""Indicators that several classes of data give, side by side."""
SOURCES = {
    "survey": Text("relevé", "survey"), "sirene": Text("Sirene", "SIRENE"),
    "osm": Text("OpenStreetMap", "OpenStreetMap"),
}  # fmt: skip
_BOTH = ("before", "after")
_WHOLE = Text("tout le périmètre", "the whole perimeter")
_SAME_CAUSE = Text("Cause de tous ces écarts : {}.", "Cause of all these differences: {}.")
_PROVISIONAL = Text("provisoire", "provisional")
_ABSENT = Text("non calculable", "not computable")


def revised(
    changed: Changed, language: Language, zones: Mapping[str, str] | None = None
) -> Table | None:
    """Tabulate the numbers of known periods that changed by more than the threshold.

    Parameters
    ----------
    changed : Changed
        What changed between two editions.
    language : str
        Language of the table.
    zones : mapping, optional
        Names of the zones by identifier.
    """
    rows = changed.rows
    rows = rows[rows["material"] & ~rows["kind"].isin(["next", "appeared"])]
    caption = Text(
        f"Nombres révisés depuis l'édition du {day(changed.before, 'fr')}",
        f"Numbers revised since the edition of {day(changed.before, 'en')}",
    )
    return _table("revised", rows, caption, _thresholds(changed), language, zones or {})


def following(
    changed: Changed, language: Language, zones: Mapping[str, str] | None = None
) -> Table | None:
    """Tabulate the numbers of a new period beside the last known one; as :func:`revised`."""
    rows = changed.rows[changed.rows["kind"] == "next"]
    rows = rows[rows["material"] & (rows["breakdown"] == "total")]
    caption = Text("Nombres de la période suivante", "Numbers of the next period")
    note = Text(
        "« Avant » est le dernier nombre connu à l'édition précédente ; un écart entre deux "
        "périodes n'est pas une révision. Si cet écart dépasse le hasard, les chapitres le disent.",
        '"Before" is the last number known in the former edition; a difference between two periods '
        "is no revision. Whether it is more than chance is said in the chapters.",
    )
    return _table("following", rows, caption, note, language, zones or {})


def rows_of(
    rows: pd.DataFrame, language: Language, zones: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """Write changes as a reader reads them: the cells of :data:`TITLES` for each."""
    return [tuple(cells(row, language, zones)) for row in rows.to_dict("records")]


def why(causes: str, language: Language) -> str:
    """Write the causes of a change."""
    return listing([CAUSES[name].in_(language) for name in causes.split("+")], language)


def label(row: Mapping[Any, Any]) -> Text:
    """Return the name of a number's indicator."""
    known = indicators.dictionary()
    name = str(row["indicator"])
    return known[name].label.text() if name in known else Text(name, name)


def place(row: Mapping[Any, Any], language: Language, zones: Mapping[str, str]) -> str:
    """Return the zone, and the part of it, that a number describes."""
    zone = str(row["zone"])
    name = _WHOLE.in_(language) if zone == ALL else zones.get(zone, zone)
    part = part_words(_result(row)).in_(language)
    return f"{name}, {part}" if part else name


def period(row: Mapping[Any, Any], language: Language) -> str:
    """Return the period of a number, and whether it was not over."""
    start, end = (_day(row[name]) for name in ("period_start", "period_end"))
    words = span(start, end, language)
    if row["provisional"] or row["open"]:
        return f"{words} ({_PROVISIONAL.in_(language)})"
    return words


def span(start: date | None, end: date | None, language: Language) -> str:
    """Return a period in words; a day stands for its month."""
    if end is None:
        return ""
    if start is None or start == end:
        return month(end, language)
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return str(start.year) if start.year == end.year else f"{start.year}–{end.year}"
    first, last = month(start, language), month(end, language)
    return first if first == last else f"{first} – {last}"


def values(row: Mapping[Any, Any], language: Language) -> tuple[str, str]:
    """Write the two values of a number: with a decimal more where they would read the same."""
    absent = _ABSENT.in_(language) if row["kind"] in ("hidden", "shown") else "–"
    both = [
        absent if pd.isna(row[name]) else written(float(row[name]), str(row["unit"]), language)
        for name in _BOTH
    ]
    if both[0] == both[1] and not pd.isna(row["before"]):
        both = [_finer(float(row[name]), str(row["unit"]), language) for name in _BOTH]
    if row["kind"] == "vanished":
        both[1] = KINDS["vanished"].in_(language)
    since = _day(row["before_period"])
    if since is not None:
        both[0] += f" ({month(since, language)})"
    return both[0], both[1]


def _finer(value: float, unit: str, language: Language) -> str:
    if unit == "%":
        return percent(value, language, 3)
    words = indicators.dictionary().units
    tail = words[unit].text().in_(language) if unit in words else unit
    return f"{number(value, language, 3)}\u00a0{tail}"


def cells(row: Mapping[Any, Any], language: Language, zones: Mapping[str, str]) -> list[str]:
    """Write a change as a reader reads it: the cells of :data:`TITLES`."""
    before, after = values(row, language)
    reason = why(str(row["causes"]), language)
    source = SOURCES.get(str(row["source"])) if row["indicator"] in SEVERAL else None
    name = label(row).in_(language) + (f" ({source.in_(language)})" if source else "")
    return [
        name, place(row, language, zones), period(row, language), before, after,
        reason,
    ]  # fmt: skip


def _table(
    name: str,
    rows: pd.DataFrame,
    caption: Text,
    note: Text,
    language: Language,
    zones: Mapping[str, str],
) -> Table | None:
    if rows.empty:
        return None
    head = [title.in_(language) for title in TITLES]
    data = pd.DataFrame(rows_of(rows.head(LONGEST), language, zones), columns=head)
    said = note.in_(language)
    left = len(rows) - LONGEST
    if left > 0:
        more = Text(
            f" Le journal revisions.csv donne les {number(left, 'fr')} autres.",
            f" The log revisions.csv has the {number(left, 'en')} others.",
        )
        said += more.in_(language)
    if rows["causes"].nunique() == 1:
        data = data[head[:-1]]
        reason = why(str(rows["causes"].iloc[0]), language)
        said = _SAME_CAUSE.in_(language).format(reason) + " " + said
    return Table(name, caption.in_(language), data, (head[3], head[4]), said)


def _thresholds(changed: Changed) -> Text:
    return Text(
        f"Sont montrés les écarts de plus de {percent(100 * changed.share, 'fr', 0)} de la "
        "demi-largeur de l'intervalle à l'édition précédente, soit environ une erreur type ; pour "
        f"un nombre sans intervalle, de plus de {percent(changed.percent, 'fr', 0)} de sa "
        "valeur. « Provisoire » : la période n'était pas finie le jour de l'édition.",
        f"Shown are differences of more than {percent(100 * changed.share, 'en', 0)} of the half-"
        "width of the former edition's interval, about one standard error; for a number without "
        f"interval, of more than {percent(changed.percent, 'en', 0)} of its value. "
        '"Provisional": the period was not over on the day of the edition.',
    )


def _result(row: Mapping[Any, Any]) -> Result:
    return Result(
        str(row["indicator"]), UNKNOWN, str(row["unit"]), row["source"], "", str(row["zone"]),
        str(row["breakdown"]), str(row["category"]), _day(row["period_start"]),
        _day(row["period_end"]), "suppressed", _ABSENT,
    )  # fmt: skip


def _day(value: Any) -> date | None:
    text = "" if value is None or pd.isna(value) else str(value)
    return date.fromisoformat(text[:10]) if text else None
