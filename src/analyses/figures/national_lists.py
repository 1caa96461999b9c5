"""Tables of the whole programme: its cities, their likeness, their data, what others published."""

from __future__ import annotations

from collections.abc import Sequence

from analyses import indicators
from analyses.cities import PublishedFigure
from analyses.comparison import Member, Synthesis, peers
from analyses.figures.figure import Table
from analyses.figures.national_tables import NONE, frame, named
from analyses.figures.numbers import written
from analyses.narrative.national import STATES, pairs_of
from analyses.readiness.catalogue import catalogue
from analyses.wording import Language, Text, day, listing, lowered, measured, number


def cards(found: Synthesis, name: str, language: Language) -> Table:
    """Return the key figures of the first page: label, value, unit, and what it is out of."""
    members, leagues = found.programme.members, found.leagues
    best = max(leagues, key=lambda question: len(leagues[question].table))
    size = len(leagues[best].table)
    counted = [pairs_of(made) for made in leagues.values() if made.ranked]
    pairs, told = sum(item[0] for item in counted), sum(item[1] for item in counted)
    of = Text("sur {n}", "of {n}").in_(language)

    def out_of(total: int) -> str:
        return of.format(n=number(total, language))

    best_fr, best_en = lowered(best.label.fr), lowered(best.label.en)
    rows: list[tuple[Text, int, str]] = [
        (
            Text("Villes dont les résultats sont lus", "Cities whose results were read"),
            len(found.programme.read), out_of(len(members)),
        ),
        (
            Text("Questions que l'on peut classer", "Questions that can be ranked"),
            len(found.ranked), out_of(len(leagues)),
        ),
        (
            Text(f"Villes comparables : {best_fr}", f"Comparable cities: {best_en}"),
            size, out_of(len(members)),
        ),
        (
            Text("Paires de villes que rien ne sépare", "Pairs of cities that nothing tells apart"),
            pairs - told, out_of(pairs),
        ),
        (
            Text("Jeux de données fournis", "Data sets given"),
            sum(len(member.held) for member in members), "",
        ),
        (
            Text("Chiffres publiés par d'autres, non classés", "Figures of others, not ranked"),
            sum(len(member.published) for member in members), "",
        ),
    ]  # fmt: skip
    columns = [Text("Indicateur", "Indicator"), Text("Valeur", "Value"), Text("Sur", "Of")]
    shown = [[label.in_(language), number(value, language), unit] for label, value, unit in rows]
    return Table(name, Text("Chiffres clés", "Key figures").in_(language),
                 frame(columns, shown, language))  # fmt: skip


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
    data = frame(columns, rows, language)
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
    return Table("lost", caption, frame(columns, rows, language))


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
    data = frame(columns, rows, language)
    caption = Text("Villes comparables", "Cities alike").in_(language)
    return Table("peers", caption, data, (data.columns[1],))


def published_table(members: Sequence[Member], language: Language, name: str) -> Table | None:
    """Return the figures that others published, as published; of one city, without its name."""
    columns = [Text("Indicateur", "Indicator"), Text("Valeur", "Value"), Text("Date", "Date"),
               Text("Périmètre", "Perimeter"), Text("Source", "Source"),
               Text("Réserve", "Reserve")]  # fmt: skip
    many = len(members) > 1
    rows = [
        [*([member.name] if many else []), *published_cells(figure, language)]
        for member in members for figure in member.published
    ]  # fmt: skip
    if not rows:
        return None
    data = frame([Text("Ville", "City"), *columns] if many else columns, rows, language)
    caption = Text("Chiffres publiés par d'autres, non classés", "Figures published by others")
    numeric = columns[1].in_(language)
    return Table(name, caption.in_(language), data, (numeric,))


def published_cells(figure: PublishedFigure, language: Language) -> list[str]:
    """Return a published figure: what, value, date, perimeter, source, reserve."""
    known = figure.indicator in indicators.dictionary()
    label = figure.indicator
    if known:
        label = indicators.get(figure.indicator).label.text().in_(language)
    if figure.unit in indicators.dictionary().units:
        value = written(figure.value, figure.unit, language)
    else:
        places = 0 if figure.value.is_integer() else 1
        value = measured(figure.value, figure.unit, language, places)
    undated, unstated = figure.date == "undated", figure.perimeter == "not stated"
    return [
        label, value,
        Text("sans date", "undated").in_(language) if undated else figure.date,
        Text("non précisé", "not stated").in_(language) if unstated else figure.perimeter,
        ", ".join(part for part in (figure.source.title, figure.source.date) if part),
        figure.note or "",
    ]  # fmt: skip


def data_table(found: Synthesis, language: Language) -> Table:
    """Return, for each data set, the cities that gave it and those that are known to have it."""
    columns = [
        Text("Jeu de données", "Data set"), Text("Fourni par", "Given by"),
        Text("Signalé, non fourni", "Known, not given"), Text("Où l'obtenir", "Holder"),
    ]  # fmt: skip
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
    return Table("data-sets", caption, frame(columns, rows, language))
