"""The tables of the readiness chapter: an assessment in, tables as a reader reads them out."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analyses import indicators
from analyses.figures.figure import Table
from analyses.figures.readiness_journey import journey
from analyses.readiness import Readiness
from analyses.readiness.answers import Answer
from analyses.readiness.catalogue import Term, catalogue
from analyses.readiness.plan import Choice, by_term
from analyses.readiness.sheets import Reading, Sheet
from analyses.readiness.ways import rules
from analyses.wording import Language, Text, day, listing, lowered, number, plural

__all__ = [
    "answers_of", "clauses", "data_sheets", "journey", "known", "lacking", "plan_of", "themes",
]  # fmt: skip

THEMES: dict[str, Text] = {
    "commerce": Text("Commerce", "Retail"),
    "footfall": Text("Fréquentation et évènements", "Footfall and events"),
    "parking": Text("Stationnement", "Parking"),
    "crossings": Text("Croisements", "Crossings"),
}
STATUS: dict[str, Text] = {
    "ready": Text("calculable", "computable"),
    "reserve": Text("calculable avec réserve", "computable with a reserve"),
    "confirm": Text("à confirmer par le calcul", "the run will tell"),
    "missing": Text("non calculable", "not computable"),
}
STATES: dict[str, Text] = {
    "held": Text("fourni", "given"),
    "known": Text("connu, non fourni", "known, not given"),
    "lacking": Text("absent", "lacking"),
}
HERE = Text("ici", "here")


def _frame(titles: tuple[Text, ...], rows: Iterable[tuple[str, ...]], to: Language) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[title.in_(to) for title in titles])


def _of_theme(found: Readiness, theme: str) -> list[Answer]:
    return [a for a in found.answers if indicators.get(a.indicator).theme == theme]


def themes(found: Readiness, language: Language) -> Table:
    """Count the indicators of each theme by what the data allow today."""
    columns = (
        Text("Thème", "Theme"), Text("Calculables", "Computable"),
        Text("dont avec réserve", "with a reserve"), Text("À confirmer", "To confirm"),
        Text("Non calculables", "Not computable"),
    )  # fmt: skip
    rows = []
    for theme, label in THEMES.items():
        own = _of_theme(found, theme)
        if not own:
            continue
        tally = {name: sum(item.status == name for item in own) for name in STATUS}
        cells = (sum(a.computable for a in own), tally["reserve"], tally["confirm"],
                 tally["missing"])  # fmt: skip
        rows.append((label.in_(language), *(number(cell, language) for cell in cells)))
    return Table(
        id="indicateurs-par-theme",
        caption=Text("Indicateurs par thème", "Indicators by theme").in_(language),
        data=_frame(columns, rows, language),
        numeric=tuple(text.in_(language) for text in columns[1:]),
    )


def answers_of(found: Readiness, theme: str, language: Language) -> Table | None:
    """List the indicators of a theme: today's answer, and what it takes or must be known.

    Indicators of which the same is said share a row.
    """
    columns = (
        Text("Indicateur", "Indicator"), Text("Aujourd'hui", "Today"),
        Text("Réserve, ou ce qu'il faudrait", "Reserve, or what it takes"),
    )  # fmt: skip
    own = sorted(_of_theme(found, theme), key=lambda item: -item.rank)
    if not own:
        return None
    told = [item for item in own if item.status != "ready"] or own
    plain = [item.indicator for item in own if item not in told]
    same: dict[tuple[str, str], list[str]] = {}
    for item in told:
        answer = (STATUS[item.status].in_(language), why(item, language))
        label = indicators.get(item.indicator).label.text().in_(language)
        same.setdefault(answer, []).append(label)
    joiner = " ; " if language == "fr" else "; "
    rows = [
        (joiner.join([first, *map(lowered, others)]), *answer)
        for answer, (first, *others) in same.items()
    ]
    rest = Text("Calculables sans réserve : {}.", "Computable as they are: {}.").in_(language)
    title = Text("Ce que chaque indicateur demande : {}", "What each indicator takes: {}")
    name = THEMES[theme].in_(language)
    return Table(
        id=f"indicateurs-{theme}",
        caption=title.in_(language).format(name[0].lower() + name[1:]),
        data=_frame(columns, rows, language),
        note=rest.format(names(plain, language, most=len(plain))) if plain else "",
    )


def why(item: Answer, language: Language) -> str:
    """Return the reserve of an answer, or what the nearest ways lack."""
    if item.note is not None:
        return item.note.in_(language)
    joiner = " ; ou " if language == "fr" else "; or "
    ways = [
        listing([rules().label(asset).in_(language) for asset in lacking], language)
        for lacking in item.lacking
    ]
    return joiner.join(ways)


# ---------------------------------------------------------------- plan


def plan_of(found: Readiness, term: Term, language: Language) -> Table | None:
    """List the steps of one term, in order, with what each unlocks."""
    columns = (
        Text("Démarche", "Step"), Text("Auprès de", "With whom"), Text("Effort", "Effort"),
        Text("Ce qu'elle débloque", "What it unlocks"),
    )  # fmt: skip
    rows = [
        (
            _upper(item.task.label.in_(language)),
            catalogue().owner(item.task.id).holder.text().in_(language),
            catalogue().efforts[item.task.effort].label.text().in_(language),
            brings(item, language),
        )
        for item in by_term(found.plan)[term]
    ]
    if not rows:
        return None
    return Table(
        id=f"plan-{term}",
        caption=_upper(catalogue().terms[term].text().in_(language)),
        data=_frame(columns, rows, language),
    )


def brings(item: Choice, language: Language) -> str:
    """Say what a step unlocks, or improves, or prepares."""
    if item.prepares:
        return Text("prépare la démarche suivante", "prepares the next step").in_(language)
    if item.unlocked:
        return names(item.unlocked, language)
    label = Text("améliore : {}", "improves: {}").in_(language)
    return label.format(names(item.improved, language))


def names(ids: Iterable[str], language: Language, most: int = 4) -> str:
    """List the first indicators by their label, and count the others."""
    labels = [indicators.get(name).label.text().in_(language) for name in ids]
    labels = [text[0].lower() + text[1:] for text in labels]
    rest = len(labels) - most
    if rest <= 1:
        return listing(labels, language)
    others = Text("{} autres", "{} others").in_(language)
    return listing([*labels[:most], others.format(number(rest, language))], language)


def clauses(found: Readiness, language: Language) -> Table | None:
    """Give the model clauses for the data sets of the plan that someone else holds."""
    columns = (
        Text("Pour", "For"), Text("Clause à insérer", "Clause to insert"),
        Text("Fondement", "Basis"),
    )  # fmt: skip
    wanted: dict[str, list[str]] = {}
    for item in found.plan:
        data = catalogue().owner(item.task.id)
        if data.clause is not None and data.provider in ("company", "local_public", "parapublic"):
            label = data.label.text().in_(language)
            label = label[0].lower() + label[1:]
            if label not in wanted.setdefault(data.clause, []):
                wanted[data.clause].append(label)
    book = catalogue().clauses
    rows = [
        (f"{book[name].title} : {listing(data, language)}", book[name].text,
         book[name].basis)
        for name, data in wanted.items()
    ]  # fmt: skip
    if not rows:
        return None
    note = Text(
        "Modèles à faire relire par le service juridique.",
        "Models in French, to be read by the legal department.",
    )
    return Table(
        id="clauses",
        caption=Text("Clauses pour récupérer ces données", "Clauses to recover these data").in_(
            language
        ),
        data=_frame(columns, rows, language),
        note=note.in_(language),
    )


# ---------------------------------------------------------------- data sets


def data_sheets(found: Readiness, language: Language, *, given: bool = True) -> Table | None:
    """Tabulate the data sets that the city gave, or (``given`` false) those that it lacks."""
    first = (Text("Jeu de données", "Data set"), Text("Fournisseur", "Provider"),
             Text("Ouverture", "Openness"))  # fmt: skip
    if given:
        sheets = found.of_state("held")
        columns = (*first, Text("Échelle", "Ladder"), Text("Couvre", "Covers"),
                   Text("Qualité à la lecture", "Quality when read"))  # fmt: skip
    else:
        sheets = tuple(
            s for s in found.sheets if s.state == "known" or (s.state == "lacking" and s.serves)
        )
        columns = (*first, Text("Échelle", "Ladder"), Text("Qui l'a", "Who has it"),
                   Text("Sert à", "Serves"))  # fmt: skip
    rows = [_sheet(sheet, language) for sheet in sheets]
    if not rows:
        return None
    caption = (
        Text("Les données fournies", "The data given")
        if given
        else Text("Les données à obtenir", "The data to obtain")
    )
    note = Text(
        "Ouverture : statut habituel en France, à confirmer par la ville, sauf « ici ». L'échelle "
        "va de l'étude à la trace mobile : la finesse y croît, la valeur de référence y décroît.",
        "Openness: the usual status in France, for the city to confirm, unless “here”. The ladder "
        "goes from the study to the mobile trace: detail rises along it, reference value falls.",
    )
    if given:
        note = Text(f"{note.fr} {_COLUMNS.fr}", f"{note.en} {_COLUMNS.en}")
    others = [] if given else [s for s in found.sheets if s.state == "lacking" and not s.serves]
    if others:
        label = Text(
            " Autres données utiles à la ville : {}.", " Other data of use to the city: {}."
        )
        words = [sheet.data.label.text().in_(language) for sheet in others]
        more = label.in_(language).format(
            "; ".join(words) if language == "en" else " ; ".join(words)
        )
    else:
        more = ""
    return Table(
        id="donnees-fournies" if given else "donnees-a-obtenir",
        caption=caption.in_(language),
        data=_frame(columns, rows, language),
        note=note.in_(language) + more,
    )


def lacking(found: Readiness, language: Language) -> Table | None:
    """List in three columns the data sets that are missing and would unlock something."""
    columns = (Text("Jeu de données", "Data set"), Text("Qui l'a", "Who has it"),
               Text("Débloquerait", "Would unlock"))  # fmt: skip
    rows = [
        (cells[0], cells[4], names(sheet.unlocks, language, most=2))
        for sheet in found.sheets
        if sheet.state != "held" and sheet.unlocks
        for cells in (_sheet(sheet, language),)
    ]
    if not rows:
        return None
    caption = Text("Ce qui manque, et ce que cela débloquerait", "What is missing, what it unlocks")
    return Table("donnees-manquantes", caption.in_(language), _frame(columns, rows, language))


def _sheet(sheet: Sheet, language: Language) -> tuple[str, ...]:
    book, data = catalogue(), sheet.data
    status = book.openness[sheet.openness].text().in_(language)
    if not sheet.usual:
        status = f"{status} ({HERE.in_(language)})"
    if sheet.reading is not None:
        last = (covers(sheet.reading, language), quality(sheet.reading, language))
    else:
        nothing = Text("pas encore lu par l'outil", "not read by the tool yet").in_(language)
        if data.feeds is not None:
            feeds = Text("complète : {}", "completes: {}").in_(language)
            label = book.of_table(data.feeds).label.text().in_(language)
            nothing = feeds.format(label[0].lower() + label[1:])
        unlocks = names(sheet.unlocks, language, most=2)
        if data.table is not None and not unlocks:
            nothing = Text("les cartes et les noms", "maps and names").in_(language)
            if sheet.serves:
                nothing = Text("plus de sûreté", "more certainty").in_(language)
        last = (data.holder.text().in_(language), unlocks or nothing)
    label = data.label.text().in_(language)
    if sheet.state == "known":
        label = f"{label} ({STATES['known'].in_(language)})"
    return (
        label,
        book.providers[data.provider].text().in_(language),
        status,
        book.ladder[data.ladder].text().in_(language),
        *last,
    )


def covers(reading: Reading, language: Language) -> str:
    """Write the period that a data set covers, or the day on which it was had."""
    ends = [day(end, language) for end in (reading.start, reading.end) if end is not None]
    if ends:
        return " – ".join(dict.fromkeys(ends))
    if reading.retrieved is not None:
        had = Text("obtenu le {}", "had on {}").in_(language)
        return had.format(day(reading.retrieved, language))
    return Text("non daté", "undated").in_(language)


def quality(reading: Reading, language: Language) -> str:
    """Write how full a table is, how much of it is located, and what reading found."""
    filled = Text("colonnes : {}/{}", "columns: {}/{}").in_(language)
    parts = [filled.format(number(reading.filled, language), number(reading.columns, language))]
    if reading.located == reading.located and reading.located < LOCATED:
        placed = Text("{} % des lignes situées", "{}% of the rows located").in_(language)
        parts.append(placed.format(number(reading.located, language)))
    if reading.faults:
        count = len(reading.faults)
        noun = plural(count, Text("réserve", "reserve").in_(language),
                      Text("réserves", "reserves").in_(language), language)  # fmt: skip
        parts.append(f"{number(count, language)} {noun}")
    return ", ".join(parts)


_COLUMNS = Text(
    "Colonnes : celles qui sont remplies, sur celles que le jeu peut avoir.",
    "Columns: those filled, of those that the data set may have.",
)

LOCATED = 99.5
"""Share of located rows from which nothing is said."""


def known(found: Readiness, language: Language) -> Table | None:
    """List the data sets known to exist and not given, with where it was read."""
    columns = (Text("Jeu de données", "Data set"), Text("Ce qu'on en sait", "What is known"),
               Text("Source", "Source"))  # fmt: skip
    rows = []
    for sheet in found.sheets:
        if sheet.known is None:
            continue
        source = sheet.known.source
        said = ", ".join(part for part in (source.title, source.date, source.url) if part)
        rows.append((sheet.data.label.text().in_(language), sheet.known.note, said))
    if not rows:
        return None
    return Table(
        id="donnees-connues",
        caption=Text("Données connues, non fournies", "Data known, not given").in_(language),
        data=_frame(columns, rows, language),
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
