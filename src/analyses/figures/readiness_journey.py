"""The table of the customer's journey: what the city said of each step, as a reader reads it."""

from __future__ import annotations

import pandas as pd

from analyses.figures.figure import Table
from analyses.readiness import Readiness
from analyses.readiness.journey import AngleName, Link, outline
from analyses.wording import Language, Text, number

TO_FILL = Text("à remplir", "to fill in")
TO_ASK = Text("Questions à poser à chaque étape :", "Questions to ask at each step:")


def journey(found: Readiness, language: Language) -> Table:
    """Tabulate the customer's journey: a step a row, an angle a column.

    A journey of which nothing is told yet has no columns to fill in: its note asks the questions.
    """
    book = outline()
    links = found.journey.links
    told = any(cell is not None for link in links for cell in link.cells.values())
    columns = (
        Text("Étape", "Step"), Text("Données fournies", "Data given"),
        *(angle.label.text() for angle in book.angles.values()), Text("Maillon", "Link"),
    )  # fmt: skip
    rows = [_step(link, language) for link in links]
    if not told:
        columns, rows = columns[:2], [row[:2] for row in rows]
    asked = " ".join(
        f"{angle.label.text().in_(language)} : {angle.question.text().in_(language)}"
        if language == "fr"
        else f"{angle.label.en}: {angle.question.en}"
        for angle in book.angles.values()
    )
    return Table(
        id="parcours",
        caption=Text("Le parcours du client", "The customer's journey").in_(language),
        data=pd.DataFrame(rows, columns=[title.in_(language) for title in columns]),
        note=asked if told else f"{TO_ASK.in_(language)} {asked}",
    )


def _step(link: Link, language: Language) -> tuple[str, ...]:
    book = outline()
    of = Text("{} sur {}", "{} of {}").in_(language)
    cells = [_cell(link, angle, language) for angle in book.angles]
    verdict = TO_FILL if link.verdict is None else book.levels[link.verdict].text()
    return (
        book.steps[link.step].label.text().in_(language),
        of.format(number(link.held, language), number(link.data, language)),
        *cells,
        verdict.in_(language),
    )


def _cell(link: Link, angle: AngleName, language: Language) -> str:
    cell = link.cells[angle]
    if cell is None:
        return TO_FILL.in_(language)
    level = outline().levels[cell.level].text().in_(language)
    if not cell.note:
        return level
    return f"{level} : {cell.note}" if language == "fr" else f"{level}: {cell.note}"
