"""The step of a street's footfall at a project, beside that of placebo streets and dates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from analyses.crossings.presence import broken
from analyses.crossings.projects import Phase, Project
from analyses.crossings.steps import Step, interrupt
from analyses.results import Estimate
from analyses.wording import Text, number

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEWEST_BEFORE, FEWEST_SINCE = 20, 8
"""Whole weeks needed before a project, and in a phase of it."""
FEWEST_SENSORS = 3
"""Comparison sensors under which no step is told."""
EVERY_WEEKS = 6
"""Weeks between two placebo dates."""
WHOLE_DAYS = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """A step, calibrated on placebos.

    Parameters
    ----------
    effect : Estimate
        Step in percent, its interval widened to what placebos call for; ``n`` counts weeks.
    p_value : float
        Two-sided, on the widened error.
    exact : float
        Share of the placebos (streets and dates) whose step is as large, itself included.
    rank, among : int
        Rank among the streets at the project's own date, itself included; ``among`` counts all
        placebos, streets and dates.
    placebos : pandas.DataFrame
        ``unit``, ``value`` (percent), ``size``, ``treated`` at the project's own date.
    course : pandas.DataFrame
        ``day`` (first of each week), ``treated``, ``others``: index, 100 before the project.
    """

    effect: Estimate
    p_value: float
    exact: float
    rank: int
    among: int
    placebos: pd.DataFrame
    course: pd.DataFrame


def compare(
    calm: pd.DataFrame,
    mine: Sequence[str],
    others: Sequence[str],
    project: Project,
    names: Mapping[str, str],
) -> dict[Phase, Compared] | Text:
    """Measure the step of the touched sensors against the others.

    Parameters
    ----------
    calm : pandas.DataFrame
        Daily passages, days of events set aside.
    mine, others : sequence of str
        Touched sensors, and those that no project touches.
    project : Project
        Its days.
    names : mapping
        Names of the sensors.

    Returns
    -------
    dict or Text
        By phase; or why there is none.
    """
    sound = [name for name in others if not broken(calm[name])]
    if len(sound) < FEWEST_SENSORS:
        return Text(
            f"trop peu de capteurs de comparaison sans rupture ({number(len(sound), 'fr')}, il en "
            f"faut au moins {number(FEWEST_SENSORS, 'fr')}).",
            f"too few unbroken comparison sensors ({number(len(sound), 'en')}, at least "
            f"{number(FEWEST_SENSORS, 'en')} are needed).",
        )
    logs = _weekly(calm, [*mine, *sound])
    logs[_straddling(project, pd.DatetimeIndex(logs.index))] = np.nan
    mean = logs[list(mine)].mean(axis=1, skipna=False)
    gap = (mean - logs[sound].mean(axis=1, skipna=False)).to_numpy(dtype=np.float64)
    phases = _phases(project, pd.DatetimeIndex(logs.index))
    steps = _steps(gap, phases)
    if not steps:
        return _SHORT
    found: dict[Phase, Compared] = {}
    course = _course(logs, mine, sound, phases)
    for phase, step in steps.items():
        at_date, everywhere = _placebos(logs, sound, phases, phase)
        label = ", ".join(names.get(name, name) for name in mine)
        found[phase] = _calibrated(step, label, at_date, everywhere, names, course)
    return found


def _calibrated(
    step: Step,
    label: str,
    at_date: dict[str, Step],
    everywhere: Floats,
    names: Mapping[str, str],
    course: pd.DataFrame,
) -> Compared:
    """Widen a step's error until 95 % of the placebos would be held, and rank it among them."""
    usual = float(student.ppf(0.975, step.freedom))
    wider = 1.0
    if len(everywhere):
        wider = max(1.0, float(np.quantile(everywhere, 0.95, method="higher")) / usual)
    rows = [(label, 100 * math.expm1(step.value), step.size, True)]
    rows += [(names.get(name, name), 100 * math.expm1(s.value), s.size, False)
             for name, s in at_date.items()]  # fmt: skip
    table = pd.DataFrame(rows, columns=["unit", "value", "size", "treated"])
    size = table["size"].abs()
    order = size.sort_values(ascending=False, kind="stable").index
    exact = (1 + float((everywhere >= abs(step.size)).sum())) / (1 + len(everywhere))
    return Compared(
        step.percent(wider), step.p_value(wider), exact, int((size >= size.iloc[0]).sum()),
        1 + len(everywhere), table.loc[order].reset_index(drop=True), course,
    )  # fmt: skip


def _weekly(calm: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the logarithm of the mean day of each week, each weekday put to its usual level."""
    frame = calm[list(names)]
    logs = frame.where(frame > 0).apply(np.log)
    weekday = pd.DatetimeIndex(frame.index).dayofweek
    usual = logs.groupby(weekday).transform("mean") - logs.mean()
    week = pd.DatetimeIndex(frame.index).to_period("W").start_time
    level = (logs - usual).groupby(week)
    weekly: pd.DataFrame = level.mean().where(level.count() >= WHOLE_DAYS)
    return weekly


def _phases(project: Project, weeks: pd.DatetimeIndex) -> dict[Phase, Bools]:
    """Return the whole weeks of each phase; weeks that straddle a change belong to none."""
    ends = weeks + pd.Timedelta(days=6)
    first = [project.phase(day.date()) for day in weeks]
    last = [project.phase(day.date()) for day in ends]
    found: dict[Phase, Bools] = {}
    for phase in ("during", "after"):
        found[phase] = np.array(
            [a == b == phase for a, b in zip(first, last, strict=True)], dtype=np.bool_
        )
    return {phase: mask for phase, mask in found.items() if mask.any()}


def _straddling(project: Project, weeks: pd.DatetimeIndex) -> Bools:
    """Tell the weeks in which a phase begins or ends: partly one, partly the other."""
    ends = weeks + pd.Timedelta(days=6)
    return np.array(
        [project.phase(a.date()) != project.phase(b.date())
         for a, b in zip(weeks, ends, strict=True)], dtype=np.bool_
    )  # fmt: skip


def _steps(gap: Floats, phases: Mapping[Phase, Bools]) -> dict[Phase, Step]:
    """Return the step of each phase that has weeks enough, or nothing without weeks before."""
    known = ~np.isnan(gap)
    used = {phase: mask for phase, mask in phases.items() if (mask & known).sum() >= FEWEST_SINCE}
    since = np.any(list(phases.values()), axis=0) if phases else np.zeros(len(gap), dtype=bool)
    before = known & ~since
    if not used or before.sum() < FEWEST_BEFORE:
        return {}
    trimmed = gap.copy()
    trimmed[since & ~np.any(list(used.values()), axis=0)] = np.nan
    found = interrupt(trimmed, list(used.values()), trend=bool(before.sum() >= 52))
    return {phase: step for phase, step in zip(used, found, strict=True) if step is not None}


def _placebos(
    logs: pd.DataFrame, sound: Sequence[str], phases: Mapping[Phase, Bools], phase: Phase
) -> tuple[dict[str, Step], Floats]:
    """Return the step of each other street at the date, and the sizes at every placebo date."""
    at_date: dict[str, Step] = {}
    sizes: list[float] = []
    for name in sound:
        rest = [other for other in sound if other != name]
        gap = (logs[name] - logs[rest].mean(axis=1, skipna=False)).to_numpy(dtype=np.float64)
        own = _steps(gap, phases).get(phase)
        if own is not None:
            at_date[name] = own
            sizes.append(abs(own.size))
        for shift in _shifts(phases):
            moved = {key: _moved(mask, shift) for key, mask in phases.items()}
            step = _steps(gap, moved).get(phase)
            if step is not None:
                sizes.append(abs(step.size))
    return at_date, np.array(sizes)


def _shifts(phases: Mapping[Phase, Bools]) -> list[int]:
    """Return how many weeks a project may be moved and keep weeks before and since."""
    since = np.any(list(phases.values()), axis=0)
    start, size = int(np.flatnonzero(since)[0]), len(since)
    earliest, latest = FEWEST_BEFORE - start, size - FEWEST_SINCE - start
    return [k for k in range(-(size // EVERY_WEEKS) * EVERY_WEEKS, size, EVERY_WEEKS)
            if k and earliest <= k <= latest]  # fmt: skip


def _moved(mask: Bools, shift: int) -> Bools:
    """Shift a phase in time; one that lasts to the end still does."""
    at = np.flatnonzero(mask)
    moved = np.zeros_like(mask)
    kept = at + shift
    moved[kept[(kept >= 0) & (kept < len(mask))]] = True
    if mask[-1] and shift < 0:
        moved[max(0, int(at[0]) + shift) :] = True
    return moved


def _course(
    logs: pd.DataFrame, mine: Sequence[str], sound: Sequence[str], phases: Mapping[Phase, Bools]
) -> pd.DataFrame:
    before = ~np.any(list(phases.values()), axis=0)
    frame = pd.DataFrame({"day": [day.date() for day in pd.DatetimeIndex(logs.index)]})
    for column, names in (("treated", mine), ("others", sound)):
        line = logs[list(names)].mean(axis=1, skipna=False).to_numpy(dtype=np.float64)
        frame[column] = 100 * np.exp(line - np.nanmean(line[before]))
    return frame


_SHORT = Text(
    "trop peu de semaines comptées avant ou depuis le projet.",
    "too few weeks counted before or since the project.",
)
