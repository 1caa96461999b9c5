"""Effect of works, pedestrianisation or requalification of a street on vacancy and footfall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from analyses import indicators
from analyses.commerce.panel import Panel
from analyses.commerce.panel import panel as survey_panel
from analyses.crossings.contrasts import FEWEST_STREETS, STREETS_TO_SHOW, contrast
from analyses.crossings.footfall_steps import Compared, compare
from analyses.crossings.ground import Ground, centre_of, ground
from analyses.crossings.happenings import event_days
from analyses.crossings.permutation import holm
from analyses.crossings.presence import passages_of, quiet
from analyses.crossings.projects import Phase, Project, declared, spilled, touched
from analyses.crossings.verdict import ALPHA, judge, verdict_text
from analyses.footfall.verdict import Verdict
from analyses.results import Estimate, Result, Source, not_computable
from analyses.wording import Text, number

METHODS = {"vacancy": "street-placebo-difference/2", "footfall": "interrupted-series-placebo/2"}
INDICATORS = {"vacancy": "works_vacancy_effect", "footfall": "works_footfall_effect"}
SOURCES: dict[str, Source] = {"vacancy": "survey", "footfall": "sensor"}
MARGINS = {"vacancy": 3.0, "footfall": 5.0}
"""Largest effects that may be called negligible: points of vacancy, per cent of footfall."""
FEWEST_PREMISES = 6
"""Premises of known status that a street must have in every wave used."""
MOST_WAVES = 3
"""Waves before the project that its street is compared with, the latest."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one phase of a project did to one outcome.

    Parameters
    ----------
    project : Project
        The project.
    outcome : str
        ``vacancy`` (points) or ``footfall`` (percent).
    phase : str
        ``during`` (works) or ``after`` (lasting).
    estimate : Estimate or None
        Effect with its interval; None where it cannot be told.
    p_value, corrected, exact : float
        From the model; after Holm's correction over all effects; from the rank among placebos.
    rank, among : int
        Rank of the street or sensor by the size of its change, itself included.
    verdict : str
        One of the four verdicts.
    placebos : pandas.DataFrame
        ``unit``, ``value``, ``size``, ``treated``, the largest first.
    course : pandas.DataFrame
        What is drawn: ``day``, ``treated``, ``others``.
    why : Text or None
        Why there is no effect to tell, or none that could be shown.
    """

    project: Project
    outcome: str
    phase: Phase
    estimate: Estimate | None = None
    p_value: float = math.nan
    corrected: float = math.nan
    exact: float = math.nan
    rank: int = 0
    among: int = 0
    verdict: Verdict = "insufficient"
    placebos: pd.DataFrame = field(default_factory=pd.DataFrame)
    course: pd.DataFrame = field(default_factory=pd.DataFrame)
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Works:
    """Every effect of every project that has begun.

    Parameters
    ----------
    projects : tuple of Project
        As declared.
    effects : tuple of Effect
        By project, outcome and phase.
    results : tuple of Result
        One row an effect.
    """

    projects: tuple[Project, ...]
    effects: tuple[Effect, ...]
    results: tuple[Result, ...]


def measure_works(
    projects: pd.DataFrame | None,
    premises: pd.DataFrame | None = None,
    sensors: pd.DataFrame | None = None,
    counts: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    *,
    zones: pd.DataFrame | None = None,
    passages: pd.DataFrame | None = None,
) -> Works:
    """Measure what each declared project did to the vacancy and footfall of its street.

    Parameters
    ----------
    projects : GeoDataFrame or None
        Table ``projects``.
    premises, sensors, counts, events : DataFrame or None
        Checked tables; an outcome whose tables are missing says so.
    zones : GeoDataFrame, optional
        Table ``zones``.
    passages : DataFrame, optional
        What :func:`analyses.crossings.daily` makes of the counts, where the caller has it.

    Returns
    -------
    Works
        Verdicts corrected together (Holm); an effect is shown only if it also ranks among the
        first twentieth of its placebos.
    """
    known = declared(projects)
    if not known:
        return Works((), (), _absent(_NO_PROJECT, ("projects",)))
    plane = ground(*centre_of(premises, sensors))
    panel = passages_of(counts, passages)
    effects = [
        *_on_vacancy(known, premises, zones, plane),
        *_on_footfall(known, sensors, panel, events, plane),
    ]
    tested = [effect.p_value for effect in effects if not math.isnan(effect.p_value)]
    corrected = iter(holm(tested))
    judged = tuple(
        effect if math.isnan(effect.p_value) else _judged(effect, next(corrected))
        for effect in effects
    )
    bare = {project.id: replace(project, geometry=None) for project in known}
    told = tuple(replace(effect, project=bare[effect.project.id]) for effect in judged)
    return Works(tuple(bare.values()), told, tuple(_result(effect) for effect in told))


def _judged(effect: Effect, corrected: float) -> Effect:
    gated = max(corrected, effect.exact) if effect.exact > ALPHA else corrected
    estimate = effect.estimate
    verdict = judge(estimate, gated, MARGINS[effect.outcome]) if estimate else "insufficient"
    why = effect.why
    if verdict == "not_measurable" and effect.among <= STREETS_TO_SHOW:
        why = _few_to_show(effect.among - 1)
    return replace(effect, corrected=corrected, verdict=verdict, why=why)


def _on_vacancy(
    known: Sequence[Project],
    premises: pd.DataFrame | None,
    zones: pd.DataFrame | None,
    plane: Ground,
) -> list[Effect]:
    if premises is None or premises.empty:
        return [Effect(project, "vacancy", "after", why=_NO_SURVEY) for project in known]
    survey = survey_panel(premises, zones=zones).without_lists()
    spots = premises.drop_duplicates("premises_id", keep="last").set_index("premises_id")
    stock = survey.stock.dropna(subset=["vacant", "street"])
    rows = stock.assign(
        lon=stock["premises_id"].map(spots["lon"]), lat=stock["premises_id"].map(spots["lat"])
    ).reset_index(drop=True)
    begun = [item for item in known if item.start and item.start <= survey.dates[-1]]
    marks = {project.id: _touched(project, plane, rows) for project in begun}
    return [effect for project in begun for effect in _street(project, survey, rows, marks, plane)]


def _touched(project: Project, plane: Ground, rows: pd.DataFrame) -> np.ndarray:
    return touched(project, plane, rows["lon"], rows["lat"], rows["street"], rows["zone_id"])


def _street(
    project: Project,
    survey: Panel,
    rows: pd.DataFrame,
    marks: dict[str, np.ndarray],
    plane: Ground,
) -> list[Effect]:
    inside = marks[project.id]
    phases = {wave: project.phase(day) for wave, day in enumerate(survey.dates)}
    before = [wave for wave, phase in phases.items() if phase is None][-MOST_WAVES:]
    if not inside.any() or not before or project.start is None:
        why = _NO_PREMISES if not inside.any() else _NO_BEFORE
        return [Effect(project, "vacancy", "after", why=why)]
    table = _rates(rows, inside, marks, plane)
    found = []
    for phase in ("during", "after"):
        waves = [wave for wave, name in phases.items() if name == phase]
        if phase == "during" and not waves:
            continue
        found.append(_vacancy_effect(project, phase, table, before, waves, survey))
    return found


_TREATED = "* treated *"


def _rates(
    rows: pd.DataFrame, inside: np.ndarray, marks: dict[str, np.ndarray], plane: Ground
) -> pd.DataFrame:
    """Return vacancy rate and premises by street and wave, the touched premises being one street.

    Streets that another project touches, or mostly within reach of this one, are left out.
    """
    reached = spilled(plane, rows["lon"], rows["lat"], inside)
    other = np.any(list(marks.values()), axis=0) & ~inside
    unit = np.where(inside, _TREATED, rows["street"].astype(str))
    frame = rows.assign(unit=unit, away=reached & ~inside, other=other)
    share = frame.groupby("unit")[["away", "other"]].mean()
    kept = share[(share["away"] < 0.5) & (share["other"] == 0)].index
    kept = kept.union([_TREATED]) if inside.any() else kept
    frame = frame[frame["unit"].isin(kept)]
    grouped = frame.groupby(["unit", "wave"])["vacant"]
    return pd.DataFrame({"rate": 100 * grouped.mean(), "n": grouped.size()})


def _vacancy_effect(
    project: Project,
    phase: Phase,
    table: pd.DataFrame,
    before: list[int],
    waves: list[int],
    survey: Panel,
) -> Effect:
    if not waves:
        return Effect(project, "vacancy", phase, why=_NO_AFTER)
    size = table["n"].unstack("wave").reindex(columns=[*before, *waves])
    rate = table["rate"].unstack("wave")
    kept = size.index[(size >= FEWEST_PREMISES).all(axis=1)]
    if _TREATED not in kept:
        return Effect(project, "vacancy", phase, why=_NO_PREMISES)
    change = rate.loc[kept, waves].mean(axis=1) - rate.loc[kept, before].mean(axis=1)
    weights = size.loc[kept].mean(axis=1)
    units = [str(unit) for unit in kept]
    noise = _noise(rate.loc[kept], before, waves)
    found = contrast(
        units, change.to_numpy(float), weights.to_numpy(float), units.index(_TREATED), noise=noise
    )
    if found is None:
        return Effect(project, "vacancy", phase, why=_few_streets(len(units) - 1))
    label = project.street or project.name
    placebos = found.placebos.assign(unit=found.placebos["unit"].replace(_TREATED, label))
    others = [unit for unit in units if unit != _TREATED]
    course = pd.DataFrame(
        {
            "day": list(survey.dates),
            "treated": [rate.loc[_TREATED].get(wave, np.nan) for wave in range(len(survey.dates))],
            "others": [
                float(np.average(rate.loc[others, wave].dropna(),
                                 weights=weights[rate.loc[others, wave].dropna().index]))
                if wave in rate and rate.loc[others, wave].notna().any() else np.nan
                for wave in range(len(survey.dates))
            ],
        }
    )  # fmt: skip
    return Effect(
        project, "vacancy", phase, found.effect, found.p_value, exact=found.exact,
        rank=found.rank, among=found.among, placebos=placebos, course=course,
    )  # fmt: skip


def _noise(rate: pd.DataFrame, before: list[int], waves: list[int]) -> float:
    """Return the binomial variance of the treated street's change over the others' mean."""
    spread = pd.Series(0.0, index=rate.index)
    for part in (before, waves):
        level = rate[part].mean(axis=1)
        spread += level * (100 - level) / len(part)
    others = float(spread.drop(_TREATED).mean())
    return float(spread[_TREATED]) / others if others > 0 else 1.0


def _on_footfall(
    known: Sequence[Project],
    sensors: pd.DataFrame | None,
    panel: pd.DataFrame,
    events: pd.DataFrame | None,
    plane: Ground,
) -> list[Effect]:
    if panel.empty or sensors is None or sensors.empty:
        return [Effect(project, "footfall", "after", why=_NO_COUNTS) for project in known]
    places = sensors[sensors["sensor_id"].astype(str).isin(panel.columns)].reset_index(drop=True)
    busy = event_days(events, places, panel)
    calm = pd.DataFrame({name: quiet(panel[name], busy) for name in panel.columns})
    ids = places["sensor_id"].astype(str).to_numpy()
    begun = [item for item in known if item.start and item.start <= panel.index[-1].date()]
    marks = {
        project.id: set(ids[touched(project, plane, places["lon"], places["lat"], places["name"],
                                    places["zone_id"])])
        for project in begun
    }  # fmt: skip
    names = dict(zip(ids, places["name"].fillna(places["sensor_id"]).astype(str), strict=True))
    found = []
    for project in begun:
        mine = marks[project.id]
        elsewhere = set().union(*marks.values()) - mine
        others = [name for name in ids if name not in mine | elsewhere]
        found += _sensor_effects(project, calm, sorted(mine), others, names)
    return found


def _sensor_effects(
    project: Project,
    calm: pd.DataFrame,
    mine: list[str],
    others: list[str],
    names: dict[str, str],
) -> list[Effect]:
    if project.start is None or not mine:
        why = _NO_BEFORE if project.start is None else _NO_SENSOR
        return [Effect(project, "footfall", "after", why=why)]
    compared = compare(calm, mine, others, project, names)
    if isinstance(compared, Text):
        return [Effect(project, "footfall", "after", why=compared)]
    return [_stepped(project, phase, item) for phase, item in compared.items()]


def _stepped(project: Project, phase: Phase, item: Compared) -> Effect:
    return Effect(
        project, "footfall", phase, item.effect, item.p_value, exact=item.exact, rank=item.rank,
        among=item.among, placebos=item.placebos, course=item.course,
    )  # fmt: skip


def _result(effect: Effect) -> Result:
    name = INDICATORS[effect.outcome]
    unit, source = indicators.get(name).unit, SOURCES[effect.outcome]
    project = effect.project
    where: dict[str, Any] = {"breakdown": f"project_{effect.phase}", "category": project.name,
             "period_start": project.start, "period_end": project.end}  # fmt: skip
    if effect.estimate is None:
        why = effect.why or _NO_AFTER
        tables = ("premises",) if effect.outcome == "vacancy" else ("counts", "sensors")
        return not_computable(name, unit, source, why, unlocked_by=tables, **where)
    return Result(
        name, effect.estimate, unit, source, METHODS[effect.outcome],
        quality="reserve" if effect.verdict == "not_measurable" else "estimated",
        note=verdict_text(effect.verdict, effect.estimate, unit), **where,
    )  # fmt: skip


def _absent(why: Text, tables: tuple[str, ...]) -> tuple[Result, ...]:
    return tuple(
        not_computable(name, indicators.get(name).unit, SOURCES[outcome], why, unlocked_by=tables)
        for outcome, name in INDICATORS.items()
    )


def _few_streets(count: int) -> Text:
    return Text(
        f"trop peu de rues de comparaison ({number(count, 'fr')}, il en faut au moins "
        f"{number(FEWEST_STREETS, 'fr')}).",
        f"too few comparison streets ({number(count, 'en')}, at least "
        f"{number(FEWEST_STREETS, 'en')} are needed).",
    )


def _few_to_show(count: int) -> Text:
    return Text(
        f"avec {number(count, 'fr')} comparaisons, aucun rang ne peut prouver un effet : il en "
        f"faut {number(STREETS_TO_SHOW, 'fr')}.",
        f"with {number(count, 'en')} comparisons no rank can prove an effect: "
        f"{number(STREETS_TO_SHOW, 'en')} are needed.",
    )


_NO_PROJECT = Text("aucun projet urbain n'est déclaré.", "no urban project is declared.")
_NO_SURVEY = Text("la ville n'a pas de relevé des locaux.", "the city has no survey of premises.")
_NO_COUNTS = Text("la ville n'a pas de comptages de piétons.", "the city has no pedestrian counts.")
_NO_PREMISES = Text(
    "trop peu de locaux relevés dans l'emprise du projet.",
    "too few surveyed premises within the project.",
)
_NO_SENSOR = Text("aucun capteur dans l'emprise du projet.", "no sensor within the project.")
_NO_BEFORE = Text("aucun relevé avant le début du projet.", "no survey before the project began.")
_NO_AFTER = Text("aucun relevé depuis la fin du projet.", "no survey since the project ended.")
