"""Tables of the national synthesis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from analyses import indicators
from analyses.cities import PublishedFigure
from analyses.comparison import Aside, League, Member, Question, Synthesis, grouped, peers, words
from analyses.figures.figure import Table
from analyses.figures.numbers import digits, written
from analyses.narrative.national import SHORT, STATES
from analyses.readiness.catalogue import catalogue
from analyses.wording import Language, Text, day, interval, listing, number, typography

PLACE = Text("places {low} à {high}", "places {low} to {high}")
ONE_PLACE = Text("place {low}", "place {low}")
LISTED = 12
"""Cities that one cell names; of more, it gives their number."""
NONE = "–"


def _frame(
    columns: Sequence[Text], rows: Iterable[Sequence[str]], language: Language
) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[column.in_(language) for column in columns])


def place_words(row: pd.Series | Mapping[str, object], language: Language) -> str:
    """Write the possible places of a city in a league."""
    low, high = (number(float(row[name]), language) for name in ("rank_low", "rank_high"))  # type: ignore[arg-type]
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
        cells = [str(row["name"]), written(float(row["value"]), unit, language),
                 bounds(row, unit, language), number(float(row["n"]), language)]  # fmt: skip
        if league.ranked:
            cells = [
                place_words(row, language), *cells,
                written(float(row["shrunk"]), unit, language), apart_words(row, language),
            ]  # fmt: skip
        made.append(cells)
    data = _frame(columns, made, language)
    kept = [name for name in data.columns if name not in ("Ville", "City")]
    caption = question.label.in_(language)
    table_id = f"league-{question.id}{suffix}"
    return Table(table_id, caption, data, tuple(kept), fingerprint_words(league, language))


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
    return interval(low, high, "%" if unit.startswith("%") else "", language, digits(unit))


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
    return typography(f"{lead} : {' ; '.join(told)}.", language) if told else ""


def positions_table(question: Question, league: League, language: Language) -> Table:
    """Return where each city lies in a funnel."""
    assert league.funnel is not None
    rows, centre = league.table, league.funnel.centre
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
    caption = f"{question.label.in_(language)} ({mean} {written(centre, unit, language)})"
    return Table(f"funnel-{question.id}-data", caption, data, (names[1], names[2]))


def side_table(
    found: Synthesis, questions: Sequence[Question], names: Sequence[str], language: Language
) -> Table:
    """Return the shrunk values of some questions side by side, a row a city."""
    head = Text("Ville", "City").in_(language)
    columns: dict[str, list[str]] = {head: list(names)}
    for question in questions:
        rows = found.leagues[question].table.set_index("name")
        columns[question.label.in_(language)] = [
            written(float(rows.loc[name, "shrunk"]), str(rows.loc[name, "unit"]), language)  # type: ignore[arg-type]
            if name in rows.index else "–"
            for name in names
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
         listing([q.label.in_(language) for q in questions], language), remedy.in_(language)]
        for (why, remedy, names), questions in ordered
    ]  # fmt: skip
    if not rows:
        return None
    caption = Text("Villes écartées, pourquoi et que faire", "Cities set aside, why and what to do")
    return Table(f"asides-{name}", caption.in_(language), _frame(columns, rows, language))


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
    data = _frame(columns, rows, language)
    caption = Text("Ce que l'on peut comparer", "What can be compared").in_(language)
    return Table(f"questions-{name}", caption, data, (data.columns[1], data.columns[2]))


RANKED = Text("oui", "yes")
UNRANKED = Text("non, valeurs montrées", "no, values shown")
SILENT = Text("non", "no")


def _first_reason(asides: Sequence[Aside], language: Language) -> str:
    counts = pd.Series([item.reason for item in asides], dtype=object).value_counts()
    return NONE if counts.empty else SHORT[str(counts.index[0])].in_(language)


def cards(found: Synthesis, name: str, language: Language) -> Table:
    """Return the key figures of the first page: label, value, unit, and what it is out of."""
    members, leagues = found.programme.members, found.leagues
    best = max(leagues, key=lambda question: len(leagues[question].table))
    size = len(leagues[best].table)
    pairs = sum(
        len(made.table) * (len(made.table) - 1) // 2 for made in leagues.values() if made.ranked
    )
    told = sum(int(made.table["apart_from"].sum()) // 2 for made in leagues.values() if made.ranked)
    of = Text("sur {n}", "of {n}").in_(language)

    def out_of(total: int) -> str:
        return of.format(n=number(total, language))

    rows = [
        [Text("Villes dont les résultats sont lus", "Cities whose results were read"),
         len(found.programme.read), out_of(len(members))],
        [Text("Questions que l'on peut classer", "Questions that can be ranked"),
         len(found.ranked), out_of(len(leagues))],
        [Text(f"Villes comparables : {best.label.fr.lower()}",
              f"Comparable cities: {best.label.en.lower()}"), size, out_of(len(members))],
        [Text("Paires de villes que rien ne sépare", "Pairs of cities that nothing tells apart"),
         pairs - told, out_of(pairs)],
        [Text("Jeux de données fournis", "Data sets given"),
         sum(len(member.held) for member in members), ""],
        [Text("Chiffres publiés par d'autres, non classés", "Figures of others, not ranked"),
         sum(len(member.published) for member in members), ""],
    ]  # fmt: skip
    columns = [Text("Indicateur", "Indicator"), Text("Valeur", "Value"), Text("Sur", "Of")]
    shown = [[label.in_(language), number(value, language), unit] for label, value, unit in rows]
    return Table(name, Text("Chiffres clés", "Key figures").in_(language),
                 _frame(columns, shown, language))  # fmt: skip


def members_table(found: Synthesis, language: Language) -> Table:
    """Return the cities of the programme: identity, state, edition, questions compared."""
    columns = [Text("Ville", "City"), Text("Région", "Region"), Text("Habitants", "Inhabitants"),
               Text("État", "State"), Text("Édition", "Edition"),
               Text("Questions comparées", "Questions compared")]  # fmt: skip
    rows = []
    for member in found.programme.members:
        people = member.profile.population
        rows.append(
            [member.name, member.profile.region or NONE,
             NONE if people is None else number(people, language),
             STATES[member.state].in_(language),
             NONE if member.edition is None else day(member.edition, language),
             number(found.comparable(member.city), language) if member.state == "read" else NONE]
        )  # fmt: skip
    data = _frame(columns, rows, language)
    caption = Text("Les villes du programme", "The cities of the programme").in_(language)
    return Table("members", caption, data, (data.columns[2], data.columns[5]))


def lost_table(found: Synthesis, language: Language) -> Table | None:
    """Return the cities whose results could not be read, why, and what to do."""
    columns = [Text("Ville", "City"), Text("Pourquoi", "Why"), Text("Remède", "Remedy")]
    rows = [
        [member.name, member.why.in_(language), member.remedy.in_(language)]
        for member in found.programme.members
        if member.why is not None and member.remedy is not None
    ]
    if not rows:
        return None
    caption = Text("Villes sans résultat lu", "Cities without results").in_(language)
    return Table("lost", caption, _frame(columns, rows, language))


def peers_table(found: Synthesis, language: Language) -> Table | None:
    """Return the cities most like each: by population, function and region."""
    columns = [Text("Ville", "City"), Text("Habitants", "Inhabitants"), Text("Région", "Region"),
               Text("Villes les plus semblables", "Most similar cities")]  # fmt: skip
    profiles = [member.profile for member in found.programme.members]
    rows = []
    for member in found.programme.members:
        near = peers(profiles, member.city, 4)
        if near.empty:
            continue
        people = member.profile.population
        rows.append(
            [member.name, NONE if people is None else number(people, language),
             member.profile.region or NONE, listing(near["name"].tolist(), language)]
        )  # fmt: skip
    if not rows:
        return None
    data = _frame(columns, rows, language)
    caption = Text("Villes comparables", "Cities alike").in_(language)
    return Table("peers", caption, data, (data.columns[1],))


def published_table(members: Sequence[Member], language: Language, name: str) -> Table | None:
    """Return the figures that others published, as published."""
    columns = [Text("Ville", "City"), Text("Indicateur", "Indicator"), Text("Valeur", "Value"),
               Text("Date", "Date"), Text("Périmètre", "Perimeter"), Text("Source", "Source")]  # fmt: skip
    rows = [
        [member.name, *published_cells(figure, language)]
        for member in members for figure in member.published
    ]  # fmt: skip
    if not rows:
        return None
    data = _frame(columns, rows, language)
    caption = Text("Chiffres publiés par d'autres, non classés", "Figures published by others")
    return Table(name, caption.in_(language), data, (data.columns[2],))


def published_cells(figure: PublishedFigure, language: Language) -> list[str]:
    """Return a published figure: what, value, date, perimeter, source."""
    known = figure.indicator in indicators.dictionary()
    label = figure.indicator
    if known:
        label = indicators.get(figure.indicator).label.text().in_(language)
    if figure.unit in indicators.dictionary().units:
        value = written(figure.value, figure.unit, language)
    else:
        places = 0 if figure.value.is_integer() else 1
        value = f"{number(figure.value, language, places)}\u00a0{figure.unit}"
    undated, unstated = figure.date == "undated", figure.perimeter == "not stated"
    return [
        label, value,
        Text("sans date", "undated").in_(language) if undated else figure.date,
        Text("non précisé", "not stated").in_(language) if unstated else figure.perimeter,
        ", ".join(part for part in (figure.source.title, figure.source.date) if part),
    ]  # fmt: skip


def data_table(found: Synthesis, language: Language) -> Table:
    """Return, for each data set, the cities that gave it and those that are known to have it."""
    columns = [Text("Jeu de données", "Data set"), Text("Fourni par", "Given by"),
               Text("Signalé, non fourni", "Known, not given"), Text("Où l'obtenir", "Holder")]  # fmt: skip
    rows = []
    for name, item in catalogue().data.items():
        held = [m.name for m in found.programme.members if name in m.held]
        known = [m.name for m in found.programme.members if name in m.known]
        if not (held or known or item.table):
            continue
        rows.append(
            [item.label.text().in_(language), named(held, language), named(known, language),
             item.holder.text().in_(language)]
        )  # fmt: skip
    caption = Text("Qui a quelles données", "Who has which data").in_(language)
    return Table("data-sets", caption, _frame(columns, rows, language))


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
