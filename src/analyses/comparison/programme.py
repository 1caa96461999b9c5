"""The cities of a programme seen together: who was read, who was not, what can be compared.

Values only: the finished runs are read by :mod:`analyses.runs.programme`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from analyses.cities import Fact, PublishedFigure
from analyses.comparison.comparability import Aside
from analyses.comparison.leagues import League, league
from analyses.comparison.profiles import Profile
from analyses.comparison.questions import QUESTIONS, Question
from analyses.wording import Text

State = Literal["read", "absent", "failed", "broken"]
"""``read``: a finished run; ``absent``: none yet; ``failed``: the only run stopped; ``broken``: its
files cannot be trusted, or the city's own file is wrong."""


@dataclass(frozen=True, slots=True)
class Member:
    """A city of the programme.

    Parameters
    ----------
    profile : Profile
        Its identity and perimeter.
    state : str
        See :data:`State`.
    why, remedy : Text, optional
        Why there is no run to read, and what to do.
    edition : date, optional
        Day of the edition that was read.
    fingerprint : str
        Head of the run's fingerprint.
    lon, lat : float, optional
        Centre, WGS 84.
    held, known : tuple of str
        Data sets given to the project; data sets known to exist, not given.
    published : tuple of PublishedFigure
        Figures that others published.
    facts : tuple of Fact
        What is known of its experiment.
    """

    profile: Profile
    state: State
    why: Text | None = None
    remedy: Text | None = None
    edition: date | None = None
    fingerprint: str = ""
    lon: float | None = None
    lat: float | None = None
    held: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    published: tuple[PublishedFigure, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def city(self) -> str:
        """Identifier of the city."""
        return self.profile.city

    @property
    def name(self) -> str:
        """Name of the city."""
        return self.profile.name


@dataclass(frozen=True, slots=True)
class Programme:
    """The cities of a programme and their indicators.

    Parameters
    ----------
    members : tuple of Member
        Every city, sorted by name.
    table : DataFrame
        Indicators of those that were read: :data:`analyses.results.COLUMNS`.
    edition : str
        ``public`` or ``internal``: which numbers were read.
    """

    members: tuple[Member, ...]
    table: pd.DataFrame
    edition: Literal["public", "internal"] = "public"

    @property
    def read(self) -> tuple[Member, ...]:
        """Cities whose run was read."""
        return tuple(member for member in self.members if member.state == "read")

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Profiles of the cities whose run was read."""
        return tuple(member.profile for member in self.read)

    def member(self, city: str) -> Member:
        """Return a city; ``KeyError`` if the programme has none of that name."""
        for member in self.members:
            if member.city == city:
                return member
        raise KeyError(city)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one city stands on one question.

    Parameters
    ----------
    question : Question
        The question.
    compared : int
        Cities compared on it.
    row : Series, optional
        The city's row of the league, where it is compared.
    ranked : bool
        Whether the league ranks.
    aside : Aside, optional
        Why the city is set aside, where it is.
    """

    question: Question
    compared: int
    row: pd.Series | None
    ranked: bool
    aside: Aside | None


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Every question answered for a programme.

    Parameters
    ----------
    programme : Programme
        The cities.
    leagues : mapping of Question to League
        In the order of :data:`analyses.comparison.questions.QUESTIONS`.
    """

    programme: Programme
    leagues: Mapping[Question, League]

    @property
    def answered(self) -> tuple[Question, ...]:
        """Questions on which one city at least has a comparable number."""
        return tuple(q for q, found in self.leagues.items() if len(found.table))

    @property
    def ranked(self) -> tuple[Question, ...]:
        """Questions on which cities are ranked."""
        return tuple(q for q, found in self.leagues.items() if found.ranked)

    def of_theme(self, theme: str) -> dict[Question, League]:
        """Return the leagues of one theme."""
        return {q: found for q, found in self.leagues.items() if q.theme == theme}

    def standings(self, city: str) -> list[Standing]:
        """Return where a city stands on every question, set aside or not."""
        found = []
        for question, made in self.leagues.items():
            rows = made.table[made.table["city"] == city]
            aside = next((item for item in made.gate.asides if item.city == city), None)
            row = None if rows.empty else rows.iloc[0]
            found.append(Standing(question, len(made.table), row, made.ranked, aside))
        return found

    def comparable(self, city: str) -> int:
        """Return the number of questions on which a city is compared with another at least."""
        return sum(
            city in set(found.table["city"]) for found in self.leagues.values()
            if len(found.table) > 1
        )  # fmt: skip


def synthesis(programme: Programme, questions: Sequence[Question] = QUESTIONS) -> Synthesis:
    """Compare the cities of a programme on every question.

    Parameters
    ----------
    programme : Programme
        The cities and their indicators.
    questions : sequence of Question
        What to compare them on.

    Returns
    -------
    Synthesis
    """
    profiles = programme.profiles
    found = {
        question: league(
            programme.table,
            profiles,
            question.indicator,
            breakdown=question.breakdown,
            category=question.category,
        )
        for question in questions
    }
    return Synthesis(programme, found)


LEDGER = (
    "question", "indicator", "breakdown", "category", "city", "name", "value", "low", "high",
    "unit", "n", "period_end", "shrunk", "shrunk_low", "shrunk_high", "rank_low", "rank_high",
    "cities", "set_aside", "why",
)  # fmt: skip
"""Columns of the ledger; ``set_aside`` is the reason, empty for a city that is compared."""


def ledger(found: Synthesis) -> pd.DataFrame:
    """Return every league as one table: who is compared, where they may stand, who is not and why.

    Returns
    -------
    DataFrame
        :data:`LEDGER`; ranks are missing where nobody is ranked, notes are in French.
    """
    frames = []
    for question, made in found.leagues.items():
        about: dict[str, Any] = {
            "question": question.label.fr, "indicator": question.indicator,
            "breakdown": question.breakdown, "category": question.category,
            "cities": len(made.table),
        }  # fmt: skip
        compared = made.table.assign(**about, set_aside="", why="")
        asides = pd.DataFrame(
            [
                {**about, **(item.row or {}), "city": item.city, "name": item.name,
                 "set_aside": item.reason, "why": item.why.fr}
                for item in made.gate.asides
            ]
        )  # fmt: skip
        frames += [
            frame.reindex(columns=list(LEDGER)).astype(object)
            for frame in (compared, asides)
            if len(frame)
        ]
    if not frames:
        return pd.DataFrame(columns=list(LEDGER))
    whole = dict.fromkeys(("n", "rank_low", "rank_high", "cities"), "Int64")
    real = dict.fromkeys(("value", "low", "high", "shrunk", "shrunk_low", "shrunk_high"), "float64")
    return pd.concat(frames, ignore_index=True).astype(whole | real)


def grouped(asides: Iterable[Aside]) -> list[tuple[Aside, tuple[str, ...]]]:
    """Group the cities that are set aside for the same reason, the largest group first.

    Returns
    -------
    list of (Aside, tuple of str)
        One of the group, and the names of all its cities.
    """
    groups: dict[tuple[Text, Text], list[Aside]] = {}
    for item in asides:
        groups.setdefault((item.why, item.remedy), []).append(item)
    ordered = sorted(groups.values(), key=lambda items: (-len(items), items[0].why.fr))
    return [(items[0], tuple(sorted(item.name for item in items))) for items in ordered]


def waves(programme: Programme, question: Question) -> tuple[Programme, Programme] | None:
    """Part a programme's table into the last number of each city and the one before it.

    Returns
    -------
    tuple of Programme, or None
        The table without each city's last period, and the whole; None if no city has two.
    """
    table = programme.table
    mine = table[
        (table["indicator"] == question.indicator)
        & (table["breakdown"] == question.breakdown)
        & (table["category"].fillna("") == question.category)
        & table["value"].notna()
    ]
    ends = mine["period_end"].fillna("").astype(str)
    last = ends.groupby([mine["city"], mine["zone"], mine["source"]]).transform("max")
    earlier = table.drop(index=mine.index[ends == last])
    if len(mine) == int((ends == last).sum()):
        return None
    before = Programme(programme.members, earlier, programme.edition)
    return before, programme
