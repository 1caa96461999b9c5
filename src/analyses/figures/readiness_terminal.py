"""The assessment of a city as `coeurville check` prints it: readable at eighty columns."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText

from analyses.figures import readiness as tables
from analyses.figures.figure import Table
from analyses.narrative import readiness as sentences
from analyses.readiness import Readiness
from analyses.readiness.catalogue import catalogue
from analyses.readiness.plan import by_term
from analyses.wording import Language, Text, number

NEXT = Text("Quel fichier demander ensuite", "Which file to ask for next")
JOURNEY = Text("Parcours du client", "Customer's journey")


def assessment(found: Readiness, language: Language) -> RenderableType:
    """Return what can be known, which file comes next, what is missing, and the journey.

    Parameters
    ----------
    found : Readiness
        Assessment of the city.
    language : str
        Language of the words.
    """
    parts: list[RenderableType] = []
    for finding in (*sentences.today(found), *sentences.known(found)):
        parts.append(RichText(finding.text.in_(language)))
    parts.append(_table(tables.themes(found, language)))
    parts += [_head(NEXT, language), *_plan(found, language)]
    lacking = tables.lacking(found, language)
    if lacking is not None:
        parts.append(_table(lacking))
    parts.append(_head(JOURNEY, language))
    parts += [RichText(item.text.in_(language)) for item in sentences.journey(found)]
    return Group(*parts)


def _plan(found: Readiness, language: Language) -> list[RenderableType]:
    lines: list[RenderableType] = []
    rank = 0
    for term, choices in by_term(found.plan).items():
        if not choices:
            continue
        label = catalogue().terms[term].text().in_(language)
        lines.append(RichText(label[:1].upper() + label[1:], style="italic"))
        for item in choices:
            rank += 1
            what = item.task.label.in_(language)
            effort = catalogue().efforts[item.task.effort].label.text().in_(language)
            words = Text("effort {}", "{} effort").in_(language).format(effort)
            gives = tables.brings(item, language)
            line = RichText.assemble(
                f"{number(rank, language)}. ", (what, "bold"), f" ({words})\n", (gives, "dim")
            )
            lines.append(Padding(line, (0, 0, 0, 2)))
    return lines or [RichText(item.text.in_(language)) for item in sentences.next_steps(found)]


def _head(text: Text, language: Language) -> RenderableType:
    return RichText(f"\n{text.in_(language)}", style="bold")


def _table(table: Table) -> RenderableType:
    drawn = RichTable(
        title=f"\n{table.caption}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
        pad_edge=False, show_edge=False,
    )  # fmt: skip
    for name in table.data.columns:
        right = name in table.numeric
        drawn.add_column(str(name), justify="right" if right else "left", overflow="fold")
    for row in table.data.itertuples(index=False, name=None):
        drawn.add_row(*(RichText(str(cell)) for cell in row))
    return drawn
