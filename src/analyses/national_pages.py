"""What the national notebooks show, section by section, and the sheets of the cities.

Everything here is drawn from a :class:`analyses.comparison.Synthesis`, which holds one edition's
numbers only: with the public edition, nothing that a city hides can be shown.
"""

from __future__ import annotations

from analyses.cities import City
from analyses.comparison import Member, Question, Synthesis, evolution, waves
from analyses.errors import RunError
from analyses.figures import (
    national,
    national_lists,
    national_map,
    national_overview,
    national_sheets,
    national_tables,
)
from analyses.indicators import get
from analyses.narrative import national as sentences
from analyses.narrative import national_overview as whole
from analyses.narrative import national_sheets as sheet_sentences
from analyses.pages import Page
from analyses.results import Finding
from analyses.wording import Language, Text

IDENTITY = City(id="national", name="Synthèse nationale", insee_code="FR-national")
"""What the blocks of the synthesis are marked with."""
SHEET = "fiche-"
"""Start of the name of a city's sheet, which its identifier ends."""
CARDS = "cards"
"""Name of the table that the first page draws as key figures."""
PICTURED = 60
"""Cities above which the sheets hold no drawing: it costs more than all the rest."""


def page(chapter: str, language: Language) -> Page:
    """Return the page of a chapter of the synthesis."""
    return Page(IDENTITY, chapter, language)


def overview(shown: Page, found: Synthesis) -> None:
    """Show the cities, the map, and what is comparable across how many of them."""
    language = shown.language
    shown.say(whole.overview(found), audience="all")
    shown.table(national_lists.cards, found, CARDS, language, audience="all")
    shown.heading(Text("Où sont les villes", "Where the cities are"))
    shown.map(national_map.cities_map, found, language, audience="all")
    shown.heading(Text("Ce qui est comparable", "What can be compared"))
    title = whole.title_coverage(found)
    shown.chart(national_overview.coverage_chart, found, title, language, audience="all")
    shown.chart(national.multiples, found, language, audience="all")
    shown.heading(Text("Les villes", "The cities"))
    shown.table(national_lists.members_table, found, language, audience="all")
    shown.table(national_lists.lost_table, found, language, audience="all")


def theme(shown: Page, found: Synthesis, name: str) -> None:
    """Show a theme: what can be compared, each league with its chance, who is set aside."""
    language = shown.language
    leagues = found.of_theme(name)
    shown.say(sentences.theme(found, name), audience="all")
    shown.table(national_tables.questions_table, leagues, name, language, audience="all")
    for question, league in leagues.items():
        if len(league.table):
            _question(shown, found, question)
    asides = national_tables.asides_table(leagues, name, language)
    if asides is not None:
        words = Text("Qui est écarté, pourquoi, que faire", "Who is set aside, why, what to do")
        shown.heading(words)
        shown.table(asides, audience="all")


def alike(shown: Page, found: Synthesis) -> None:
    """Show the cities most like each."""
    shown.table(national_lists.peers_table, found, shown.language, audience="all")


def changes(shown: Page, found: Synthesis) -> None:
    """Show, for each question that was measured twice, what moved between the two surveys."""
    language = shown.language
    names = {member.city: member.name for member in found.programme.members}
    for question in found.answered:
        parted = waves(found.programme, question)
        if parted is None:
            continue
        before, after = ((part.table, part.profiles) for part in parted)
        moved = evolution(
            before, after, question.indicator,
            breakdown=question.breakdown, category=question.category,
        )  # fmt: skip
        if len(moved) < 2:
            continue
        told = sentences.evolution(question, moved, names)
        shown.heading(question.label)
        shown.say(told, audience="all")
        shown.chart(
            national.evolution_chart, question, moved, names, told.text, language, audience="all"
        )


def data(shown: Page, found: Synthesis) -> None:
    """Show which data set exists where."""
    language = shown.language
    shown.say(whole.data(found), audience="all")
    shown.chart(national_overview.data_chart, found, language, audience="all")
    shown.table(national_lists.data_table, found, language, audience="all")


def published(shown: Page, found: Synthesis) -> None:
    """Show the figures that others published, as published."""
    members = found.programme.members
    table = national_lists.published_table(members, shown.language, "published")
    if table is not None:
        shown.say(whole.published(found), audience="all")
        shown.table(table, audience="all")


def sheets(found: Synthesis, language: Language) -> None:
    """Show one sheet a city; each block is marked with its city, and holds its numbers only."""
    pictured = len(found.programme.members) <= PICTURED
    for member in found.programme.members:
        _sheet(found, member, language, pictured=pictured)


def _question(shown: Page, found: Synthesis, question: Question) -> None:
    language, league = shown.language, found.leagues[question]
    shown.heading(question.label)
    shown.say(_asked(question), audience="all")
    shown.say(sentences.league(question, league), audience="all")
    title = sentences.answer(question, league)
    shown.chart(national.league_chart, question, league, title, language, audience="all")
    shown.table(national_tables.league_table, question, league, language, audience="all")
    shown.chart(national.funnel_chart, question, league, language, audience="all")


def _sheet(found: Synthesis, member: Member, language: Language, *, pictured: bool) -> None:
    city = City(id=member.city, name=member.name, insee_code=IDENTITY.insee_code)
    shown = Page(city, f"{SHEET}{member.city}", language)
    standings = found.standings(member.city)
    for item in standings:
        mine = None if item.row is None else item.row["city"]
        theirs = None if item.aside is None or item.aside.row is None else item.aside.row["city"]
        if {mine, theirs} - {None, member.city}:
            raise RunError(
                f"The sheet of {member.city} holds a number of another city "
                f"({item.question.indicator}). Nothing was published."
            )
    shown.heading(Text(member.name, member.name))
    about = Finding(f"fiche-{member.city}", sheet_sentences.identity(member))
    if about.text.fr:
        shown.say(about, audience="all")
    shown.say(sheet_sentences.sheet(found, member, standings), audience="all")
    if pictured:
        shown.chart(national_sheets.sheet_chart, found, member, standings, language, audience="all")
    shown.table(national_sheets.sheet_table, member, standings, language, audience="all")
    table = national_lists.published_table([member], language, f"published-{member.city}")
    shown.table(table, audience="all")


def _asked(question: Question) -> Finding:
    entry = get(question.indicator)
    asked, definition = entry.question.text(), entry.definition.text()
    text = Text(f"{asked.fr} {definition.fr}", f"{asked.en} {definition.en}")
    return Finding(f"asked-{question.id}", text)
