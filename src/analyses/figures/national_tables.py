"""Tables of the national synthesis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from analyses import indicators
from analyses.comparison import Aside, League, Member, Question, Synthesis, grouped, words
from analyses.figures.figure import Table
from analyses.figures.numbers import digits, written
from analyses.narrative.national import SHORT, THEMES
from analyses.wording import (
    NO_BREAK_SPACE,
    Language,
    Text,
    interval,
    listing,
    lowered,
    number,
    spaced,
)

PLACE = Text("places {low} à {high}", "places {low} to {high}")
ONE_PLACE = Text("place {low}", "place {low}")
LISTED = 12
"""Cities that one cell names; of more, it gives their number."""
NONE = "–"


def frame(
    columns: Sequence[Text], rows: Iterable[Sequence[str]], language: Language
) -> pd.DataFrame:
    """Return cells under headers of one language."""
    return pd.DataFrame(list(rows), columns=[column.in_(language) for column in columns])


def place_words(row: pd.Series | Mapping[str, Any], language: Language) -> str:
    """Write the possible places of a city in a league."""
    low, high = (number(float(row[name]), language) for name in ("rank_low", "rank_high"))
    return (ONE_PLACE if low == high else PLACE).in_(language).format(low=low, high=high)


def league_table(
    question: Question, league: League, language: Language, *, suffix: str = ""
) -> Table | None:
    """Return a league as a table: places, raw and shrunk values, n, tied groups.

    Returns
    -------
    Table or None
        None if no city is comparable; without places where nobody is ranked.
    """
    rows = league.table
    if rows.empty:
        return None
    unit = str(rows["unit"].iloc[0])
    columns = [Text("Ville", "City"), Text("Valeur brute", "Raw value"),
               Text("Intervalle", "Interval"), Text("n", "n")]  # fmt: skip
    if league.ranked:
        columns = [Text("Places possibles", "Possible places"), *columns,
                   Text("Valeur rapprochée", "Shrunk value"),
                   Text("Se distingue de", "Told apart from")]  # fmt: skip
    made = []
    for _, row in rows.iterrows():
        cells = [str(row["name"]), bare(float(row["value"]), unit, language),
                 bounds(row, unit, language), number(float(row["n"]), language)]  # fmt: skip
        if league.ranked:
            cells = [
                place_words(row, language), *cells,
                bare(float(row["shrunk"]), unit, language), apart_words(row, language),
            ]  # fmt: skip
        made.append(cells)
    data = frame(columns, made, language)
    kept = [name for name in data.columns if name not in ("Ville", "City")]
    caption = captioned(question, unit, language)
    table_id = f"league-{question.id}{suffix}"
    return Table(table_id, caption, data, tuple(kept), fingerprint_words(league, language))


def shrunk_table(question: Question, league: League, language: Language) -> Table:
    """Return what a league's chart draws: shrunk values, their intervals, possible places."""
    unit = str(league.table["unit"].iloc[0])
    columns = [
        Text("Ville", "City"), Text("Places possibles", "Possible places"),
        Text("Valeur rapprochée", "Shrunk value"), Text("Intervalle", "Interval"),
    ]  # fmt: skip
    shown, part = ends(league.table, language)
    rows = [
        [str(row["name"]), place_words(row, language), bare(float(row["shrunk"]), unit, language),
         bounds({"low": row["shrunk_low"], "high": row["shrunk_high"]}, unit, language)]
        for _, row in shown.iterrows()
    ]  # fmt: skip
    data = frame(columns, rows, language)
    words_ = Text("valeurs rapprochées", "shrunk values").in_(language)
    caption = f"{captioned(question, unit, language)}, {words_}{part}"
    return Table(f"league-{question.id}-data", caption, data, tuple(data.columns[2:]))


ENDS = 12
"""Cities at each end of a long league that the numbers beside its drawings give."""


def ends(rows: pd.DataFrame, language: Language) -> tuple[pd.DataFrame, str]:
    """Return the rows that stand beside a drawing, and how they were chosen.

    The league's own table, which the chapter holds, has every city; repeating hundreds of rows
    beside each drawing would help nobody.
    """
    if len(rows) <= 3 * ENDS:
        return rows, ""
    part = Text(" : les {n} premières et les {n} dernières villes, toutes au tableau",
                ": the first {n} and last {n} cities, all in the table")  # fmt: skip
    chosen = pd.concat([rows.head(ENDS), rows.tail(ENDS)])
    return chosen, part.in_(language).format(n=number(ENDS, language))


def bare(value: float, unit: str, language: Language) -> str:
    """Write a value without its unit in words, which the caption says; a sign of percent stays."""
    return written(value, unit, language).split(NO_BREAK_SPACE)[0]


def captioned(question: Question, unit: str, language: Language) -> str:
    """Write the name of a question with its unit in words, where the numbers do not carry it."""
    label = question.label.in_(language)
    words_ = indicators.dictionary().unit(unit).in_(language)
    if unit == "%" or words_.casefold() in label.casefold():
        return label
    return f"{label} ({words_})"


def apart_words(row: pd.Series | Mapping[str, Any], language: Language) -> str:
    """Write from how many cities a city can be told apart."""
    count = int(row["apart_from"])
    if not count:
        return Text("aucune", "none").in_(language)
    return number(count, language)


def bounds(row: pd.Series | Mapping[str, Any], unit: str, language: Language) -> str:
    """Write the interval of a row; a dash where it has none."""
    low, high = float(row["low"]), float(row["high"])
    if pd.isna(low) or pd.isna(high) or low == high:
        return NONE
    if unit.startswith("%"):
        return interval(low, high, "%", language, digits(unit))
    told = Text("{low} à {high}", "{low} to {high}").in_(language)
    return told.format(low=bare(low, unit, language), high=bare(high, unit, language))


def fingerprint_words(league: League, language: Language) -> str:
    """Write what the numbers of a league have in common."""
    mark = league.gate.fingerprint
    if mark is None:
        return ""
    told = [
        f"{words.COMPONENTS[name][0].in_(language)} : {shown.in_(language)}"
        for name, value in mark.components
        if name in words.TOLD and (shown := words.VALUES.get(value, Text(value, value)))
    ]
    lead = Text("Ce que ces chiffres ont en commun", "What these numbers share").in_(language)
    return spaced(f"{lead} : {' ; '.join(told)}.", language) if told else ""


def positions_table(question: Question, league: League, language: Language) -> Table:
    """Return where each city lies in a funnel."""
    assert league.funnel is not None
    centre = league.funnel.centre
    rows, part = ends(league.table, language)
    unit = str(rows["unit"].iloc[0])
    words = {
        "within": Text("dans les limites", "within"), "low": Text("bas (95 %)", "low (95%)"),
        "high": Text("haut (95 %)", "high (95%)"),
        "very low": Text("très bas (99,8 %)", "very low (99.8%)"),
        "very high": Text("très haut (99,8 %)", "very high (99.8%)"),
    }  # fmt: skip
    columns = [Text("Ville", "City"), Text("Valeur brute", "Raw value"), Text("n", "n"),
               Text("Place dans l'entonnoir", "Place in the funnel")]  # fmt: skip
    names = [column.in_(language) for column in columns]
    data = pd.DataFrame(
        [
            [row["name"], written(float(row["value"]), unit, language),
             number(float(row["n"]), language), words[str(row["position"])].in_(language)]
            for _, row in rows.iterrows()
        ],
        columns=names,
    )  # fmt: skip
    mean = Text("moyenne pondérée", "weighted mean").in_(language)
    caption = f"{question.label.in_(language)} ({mean} {written(centre, unit, language)}){part}"
    return Table(f"funnel-{question.id}-data", caption, data, (names[1], names[2]))


def side_table(
    found: Synthesis, questions: Sequence[Question], members: Sequence[Member], language: Language
) -> Table:
    """Return the shrunk values of some questions side by side, a row a city."""
    head = Text("Ville", "City").in_(language)
    columns: dict[str, list[str]] = {head: [member.name for member in members]}
    for question in questions:
        rows = found.leagues[question].table
        values = dict(zip(rows["city"], rows["shrunk"].astype(float), strict=True))
        unit = str(rows["unit"].iloc[0])
        columns[question.label.in_(language)] = [
            written(values[member.city], unit, language)
            if member.city in values else NONE
            for member in members
        ]  # fmt: skip
    caption = Text("Valeurs rapprochées, par ville et par question",
                   "Shrunk values, by city and question").in_(language)  # fmt: skip
    data = pd.DataFrame(columns)
    return Table("multiples-data", caption, data, tuple(data.columns[1:]))


def asides_table(leagues: Mapping[Question, League], name: str, language: Language) -> Table | None:
    """Return who is set aside from the questions of a theme: reason, remedy, cities, questions.

    Parameters
    ----------
    leagues : mapping of Question to League
        Leagues of a theme.
    name : str
        Theme, for the table's id.
    language : str
        Language of the table.
    """
    groups: dict[tuple[Text, Text, tuple[str, ...]], list[Question]] = {}
    for question, league in leagues.items():
        for first, names in grouped(league.gate.asides):
            groups.setdefault((first.why, first.remedy, names), []).append(question)
    columns = [Text("Pourquoi", "Why"), Text("Villes", "Cities"), Text("Questions", "Questions"),
               Text("Remède", "Remedy")]  # fmt: skip
    ordered = sorted(groups.items(), key=lambda item: (-len(item[0][2]), item[0][0].fr))
    rows = [
        [why.in_(language), named(names, language),
         _labels(questions, language), remedy.in_(language)]
        for (why, remedy, names), questions in ordered
    ]  # fmt: skip
    if not rows:
        return None
    caption = Text("{theme} : villes écartées, pourquoi et que faire",
                   "{theme}: cities set aside, why and what to do").in_(language)  # fmt: skip
    caption = caption.format(theme=THEMES[name].in_(language))
    return Table(f"asides-{name}", caption, frame(columns, rows, language))


def _labels(questions: Sequence[Question], language: Language) -> str:
    first, *others = (question.label.in_(language) for question in questions)
    return listing([first, *map(lowered, others)], language)


def questions_table(leagues: Mapping[Question, League], name: str, language: Language) -> Table:
    """Return the questions of a theme: cities compared, set aside, and why first."""
    columns = [Text("Question", "Question"), Text("Villes comparées", "Cities compared"),
               Text("Écartées", "Set aside"), Text("Première raison", "First reason"),
               Text("Classement", "Ranking")]  # fmt: skip
    rows = []
    for question, league in leagues.items():
        rows.append(
            [question.label.in_(language), number(len(league.table), language),
             number(len(league.gate.asides), language),
             _first_reason(league.gate.asides, language),
             (RANKED if league.ranked else UNRANKED if len(league.table) else SILENT).in_(language)]
        )  # fmt: skip
    data = frame(columns, rows, language)
    caption = Text("{theme} : ce que l'on peut comparer", "{theme}: what can be compared")
    told = caption.in_(language).format(theme=THEMES[name].in_(language))
    return Table(f"questions-{name}", told, data, (data.columns[1], data.columns[2]))


RANKED = Text("oui", "yes")
UNRANKED = Text("non, valeurs montrées", "no, values shown")
SILENT = Text("non", "no")


def _first_reason(asides: Sequence[Aside], language: Language) -> str:
    counts = pd.Series([item.reason for item in asides], dtype=object).value_counts()
    return NONE if counts.empty else SHORT[str(counts.index[0])].in_(language)


def named(names: Sequence[str], language: Language) -> str:
    """Write the names of cities in a cell, or their number where they are many."""
    if not names:
        return NONE
    if len(names) <= LISTED:
        return listing(list(names), language)
    count = number(len(names), language)
    rest = number(len(names) - 3, language)
    text = Text(
        "{count} villes, dont {names} et {rest} autres", "{count} cities: {names}, {rest} more"
    )
    return text.in_(language).format(count=count, names=", ".join(names[:3]), rest=rest)
