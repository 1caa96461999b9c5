"""What goes with what: vacancy, offer and diversity with footfall; footfall with events, parking.

Change on change: what a place gained or lost from one survey to the next is set beside the change
of its footfall over the same time, what moved the whole city alike taken away. It is an
association: the data cannot say which of the two leads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analyses import indicators
from analyses.commerce.panel import panel as survey_panel
from analyses.crossings.ground import Ground, centre_of, ground
from analyses.crossings.happenings import declared_days, event_days
from analyses.crossings.permutation import Association, associate, holm
from analyses.crossings.presence import passages_of
from analyses.crossings.units import Courses, balanced, courses, surroundings
from analyses.crossings.verdict import judge, verdict_text
from analyses.footfall.verdict import Verdict
from analyses.results import Estimate, Result, not_computable
from analyses.wording import Text

METHOD = "change-on-change-permutation/1"
TENTH = math.log(1.1)
"""Ten per cent of footfall more, as a change of logarithm."""
FEWEST_CAPACITY = 5


@dataclass(frozen=True, slots=True)
class Question:
    """One link looked for.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary.
    y, x : str
        Columns of :data:`analyses.crossings.units.CHANGES`.
    per : float
        Change of ``x`` for which the slope is told.
    margin : float
        Largest slope that may be called negligible.
    needs : tuple of str
        Tables without which it cannot be asked.
    """

    indicator: str
    y: str
    x: str
    per: float
    margin: float
    needs: tuple[str, ...]


QUESTIONS: tuple[Question, ...] = (
    Question("vacancy_footfall_link", "vacancy", "footfall", TENTH, 1.0, ("premises", "counts")),
    Question("diversity_footfall_link", "diversity", "footfall", TENTH, 2.0,
             ("premises", "counts")),
    Question("offer_footfall_link", "offer", "footfall", TENTH, 2.0, ("premises", "counts")),
    Question("events_footfall_link", "footfall", "events", 10.0, 2.0,
             ("premises", "counts", "events")),
    Question("parking_footfall_link", "footfall", "parking", TENTH, 2.0,
             ("premises", "counts", "parking_payments")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """The answer to one question.

    Parameters
    ----------
    question : Question
        What was asked.
    found : Association or None
        The association in the unit told; None where the data do not suffice.
    corrected : float
        p-value after Holm's correction over the links tested; NaN without a test.
    verdict : str
        One of the four verdicts.
    frame : pandas.DataFrame
        The changes that it rests on: ``unit``, ``start``, ``end``, ``x``, ``y``.
    why : Text or None
        Why there is no answer.
    missing : tuple of str
        Tables that would give one.
    """

    question: Question
    found: Association | None
    corrected: float
    verdict: Verdict
    frame: pd.DataFrame
    why: Text | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Links:
    """All links of a city.

    Parameters
    ----------
    links : tuple of Link
        In the order of :data:`QUESTIONS`.
    courses : Courses
        The changes around each sensor.
    results : tuple of Result
        One row a link.
    """

    links: tuple[Link, ...]
    courses: Courses
    results: tuple[Result, ...]

    @property
    def tested(self) -> tuple[Link, ...]:
        """Links that could be tested."""
        return tuple(link for link in self.links if link.found is not None)


def measure_links(
    premises: pd.DataFrame | None,
    sensors: pd.DataFrame | None,
    counts: pd.DataFrame | None,
    events: pd.DataFrame | None = None,
    payments: pd.DataFrame | None = None,
    supply: pd.DataFrame | None = None,
    projects: pd.DataFrame | None = None,
    *,
    zones: pd.DataFrame | None = None,
    passages: pd.DataFrame | None = None,
    seed: int = 0,
) -> Links:
    """Look for links between the shops, the passers-by, the events and the parking of places.

    Parameters
    ----------
    premises, sensors, counts, events, payments, supply, projects : DataFrame or None
        Checked tables (``payments`` and ``supply`` are ``parking_payments``, ``parking_supply``);
        a link whose tables are missing says so.
    zones : DataFrame, optional
        Table ``zones``.
    passages : DataFrame, optional
        What :func:`analyses.crossings.daily` makes of the counts, where the caller has it.
    seed : int
        Seed of the permutations, where they are drawn.

    Returns
    -------
    Links
        p-values corrected together (Holm).
    """
    given = {"premises": premises, "counts": counts, "events": events,
             "parking_payments": payments}  # fmt: skip
    lacking = {name for name, frame in given.items() if frame is None or frame.empty}
    followed = _NO_COURSES
    if not {"premises", "counts"} & lacking and premises is not None:
        plane = ground(*centre_of(premises, sensors))
        panel = passages_of(counts, passages)
        followed = _follow(premises, _sensors(sensors, counts), panel, events, payments, supply,
                           projects, zones, plane)  # fmt: skip
    raw = [_ask(question, followed, lacking, seed) for question in QUESTIONS]
    tested = [link.found.p_value for link in raw if link.found is not None]
    corrected = iter(holm(tested))
    links = tuple(_judged(link, next(corrected)) if link.found else link for link in raw)
    return Links(links, followed, tuple(_result(link) for link in links))


_NO_COURSES = Courses(
    pd.DataFrame(columns=["unit", "wave", "start", "end", "premises", "vacancy", "offer",
                          "diversity", "footfall", "events", "parking"]), {},
)  # fmt: skip


def _sensors(sensors: pd.DataFrame | None, counts: pd.DataFrame | None) -> pd.DataFrame:
    columns = ["sensor_id", "name", "zone_id", "lon", "lat"]
    if sensors is not None and len(sensors):
        return sensors.reindex(columns=columns)
    names = [] if counts is None else sorted(counts["sensor_id"].astype(str).unique())
    return pd.DataFrame({"sensor_id": names}).reindex(columns=columns)


def _follow(
    premises: pd.DataFrame,
    sensors: pd.DataFrame,
    panel: pd.DataFrame,
    events: pd.DataFrame | None,
    payments: pd.DataFrame | None,
    supply: pd.DataFrame | None,
    projects: pd.DataFrame | None,
    zones: pd.DataFrame | None,
    plane: Ground,
) -> Courses:
    survey = survey_panel(premises, zones=zones).without_lists()
    spots = premises.reindex(columns=["premises_id", "lon", "lat"])
    around = surroundings(survey.records, spots, sensors, plane)
    names = dict(zip(sensors["sensor_id"].astype(str), sensors["name"].fillna(sensors["sensor_id"])
                     .astype(str), strict=True))  # fmt: skip
    return courses(
        survey, around, panel, names, declared=declared_days(projects, sensors),
        event_days=event_days(events, sensors, panel),
        parking=_paid(payments, supply, sensors, plane),
    )  # fmt: skip


def _paid(
    payments: pd.DataFrame | None,
    supply: pd.DataFrame | None,
    sensors: pd.DataFrame,
    plane: Ground,
) -> pd.DataFrame:
    """Return the accepted payments by day at the meters around each sensor."""
    if payments is None or payments.empty or supply is None or supply.empty:
        return pd.DataFrame()
    places = supply.dropna(subset=["meter_id"]).drop_duplicates("meter_id")
    gap = plane.distances(
        plane.plane(places["lon"], places["lat"]), plane.plane(sensors["lon"], sensors["lat"]),
        400.0,
    )  # fmt: skip
    kept = payments[payments["status"].fillna("approved") == "approved"]
    days = pd.to_datetime(kept["start"]).dt.tz_localize(None).dt.normalize()
    daily_ = kept.groupby([days, kept["meter_id"].astype(str)]).size().unstack(fill_value=0)
    daily_ = daily_.reindex(pd.date_range(daily_.index.min(), daily_.index.max()), fill_value=0)
    found = {}
    for rank, name in enumerate(sensors["sensor_id"].astype(str)):
        near = places.loc[np.isfinite(gap[:, rank]), "meter_id"].astype(str)
        mine = [meter for meter in near if meter in daily_]
        if mine:
            found[name] = daily_[mine].sum(axis=1).astype(float)
    return pd.DataFrame(found)


def _ask(question: Question, followed: Courses, lacking: set[str], seed: int) -> Link:
    absent = tuple(name for name in question.needs if name in lacking)
    table = balanced(followed.frame, question.x, question.y)
    table = table.sort_values(["unit", "wave"], ignore_index=True)
    shown = table[["unit", "start", "end", "premises"]].assign(
        x=table[question.x].astype(float), y=table[question.y].astype(float)
    )
    if absent:
        return Link(question, None, math.nan, "insufficient", shown, _NO_TABLE, absent)
    found = None
    if len(table):
        x, y, weights = (table.pivot(index="unit", columns="wave", values=name).to_numpy(float)
                         for name in (question.x, question.y, "premises"))  # fmt: skip
        scale = 100.0 if question.y == "footfall" else 1.0
        found = associate(x, scale * y, weights=weights.mean(axis=1), seed=seed)
    if found is None:
        why = _UNMOVED if len(table) else _FEW
        return Link(question, None, math.nan, "insufficient", shown, why, question.needs[1:])
    return Link(question, replace(found, slope=_per(found.slope, question.per)), math.nan,
                "insufficient", shown)  # fmt: skip


def _per(slope: Estimate, per: float) -> Estimate:
    return slope.scaled(per)


def _judged(link: Link, corrected: float) -> Link:
    if link.found is None:
        raise ValueError("a link without a test has no verdict")
    verdict = judge(link.found.slope, corrected, link.question.margin)
    return replace(link, corrected=corrected, verdict=verdict)


def _result(link: Link) -> Result:
    name = link.question.indicator
    unit = indicators.get(name).unit
    if link.found is None:
        why = link.why or _FEW
        return not_computable(name, unit, "survey", why, unlocked_by=link.missing)
    return Result(
        name, link.found.slope, unit, "survey", METHOD, quality="estimated",
        period_start=min(link.frame["start"]), period_end=max(link.frame["end"]),
        note=verdict_text(link.verdict, link.found.slope, unit, link=True),
    )  # fmt: skip


_NO_TABLE = Text(
    "il manque une table sans laquelle la question ne peut être posée.",
    "a table without which the question cannot be asked is missing.",
)
_FEW = Text(
    "moins de cinq lieux ont à la fois des comptages et des relevés sur les mêmes années.",
    "fewer than five places have both counts and surveys over the same years.",
)
_UNMOVED = Text(
    "l'une des deux grandeurs ne change pas d'un lieu à l'autre, ou trop peu de lieux diffèrent.",
    "one of the two quantities does not differ between places, or too few places differ.",
)
