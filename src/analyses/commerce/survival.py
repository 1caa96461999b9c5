"""Survival of shops: Kaplan-Meier with log-log intervals, and delayed entry where it is needed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm
from statsmodels.duration.survfunc import SurvfuncRight

from analyses.commerce.areas import Parts, by_zone
from analyses.commerce.lives import Lives
from analyses.commerce.outcome import Cell, missing, result
from analyses.commerce.panel import YEAR_DAYS
from analyses.commerce.proportions import wilson
from analyses.results import Estimate, Result
from analyses.wording import Text, number, plural

Floats = npt.NDArray[np.float64]
AGES = (1, 3, 5)
COHORT_YEARS = 10


@dataclass(frozen=True, slots=True)
class Survival:
    """Survival of shops by age.

    Parameters
    ----------
    results : tuple of Result
        ``business_survival`` at each age (breakdown ``age_years``), whole and by zone.
    curve : pandas.DataFrame
        ``zone``, ``age_years``, ``at_risk``, ``closures``, ``survival``, ``low``, ``high`` (%).
    cohort : tuple of int
        First and last year of creation of the establishments followed.
    """

    results: tuple[Result, ...]
    curve: pd.DataFrame
    cohort: tuple[int, int]


def survival(
    lives: Lives,
    *,
    ages: Sequence[int] = AGES,
    cohort: tuple[int, int] | None = None,
    observed_from: date | None = None,
) -> Survival:
    """Estimate the share of shops still open at each age.

    Parameters
    ----------
    lives : Lives
        Establishments; must hold at least one.
    ages : sequence of int
        Ages, in years.
    cohort : tuple of int, optional
        First and last years of creation; by default the ten full years before the extract. The
        last known activity selects the shops, so cohorts from before the current nomenclature
        (2008) would lack those that closed earlier.
    observed_from : date, optional
        Day from which closures are recorded: older establishments enter the risk set at the age
        that they had on that day (left truncation).

    Returns
    -------
    Survival
        An age that the follow-up does not reach is not computable.
    """
    if lives.as_of is None:
        raise ValueError("survival needs at least one establishment")
    first, last = cohort or (lives.as_of.year - COHORT_YEARS, lives.as_of.year - 1)
    born = lives.frame["start"].dt.year
    ageless = lives.frame["closed"] & lives.frame["end"].isna()  # closed, nobody knows when
    frame = lives.frame[(born >= first) & (born <= last) & ~ageless]
    results: list[Result] = []
    curves = []
    for cell, part in _cells(frame, lives.parts):
        time, closed, entry = _spans(part, lives.as_of, observed_from)
        curve = kaplan_meier(time, closed, entry)
        curves.append(curve.assign(zone=cell.zone))
        period = cell.at(date(first, 1, 1), date(last, 12, 31))
        results += [_at(curve, time, age, period.part("age_years", str(age))) for age in ages]
    return Survival(tuple(results), pd.concat(curves, ignore_index=True), (first, last))


def kaplan_meier(
    time: Floats, closed: npt.NDArray[np.bool_], entry: Floats | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Return the Kaplan-Meier curve in percent, with log-log intervals.

    Parameters
    ----------
    time : array of float, shape (n,)
        Age at closure, or at the end of the follow-up.
    closed : array of bool, shape (n,)
        Whether ``time`` is a closure.
    entry : array of float, shape (n,), optional
        Age at which each enters the risk set (left truncation).
    level : float
        Coverage of the interval: Greenwood's variance on the scale of log(−log S) (Kalbfleisch
        and Prentice 2002, section 1.4). Where nothing has closed yet, or nothing is left, that
        scale has no value: the Wilson bound of "none" or "all of those at risk" stands in (the
        upper one never above that of the step before).

    Returns
    -------
    pandas.DataFrame
        ``age_years``, ``at_risk``, ``closures``, ``survival``, ``low``, ``high``.
    """
    if len(time) == 0:
        return pd.DataFrame(columns=_CURVE, dtype=float)
    fitted = SurvfuncRight(time, closed.astype(int), entry=entry)
    survived, error = fitted.surv_prob, fitted.surv_prob_se
    z = float(norm.ppf(0.5 + level / 2))
    inner = (survived > 0) & (survived < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z * error / (survived * np.abs(np.log(survived)))
        low = np.where(inner, survived ** np.exp(half), survived)
        high = np.where(inner, survived ** np.exp(-half), survived)
    none_yet = survived == 1
    low[none_yet] = [wilson(n, n, level)[0] for n in fitted.n_risk[none_yet]]
    none_left = survived == 0
    before = float(high[inner][-1]) if inner.any() else 1.0
    high[none_left] = [min(wilson(0, n, level)[1], before) for n in fitted.n_risk[none_left]]
    return pd.DataFrame(
        {
            "age_years": fitted.surv_times, "at_risk": fitted.n_risk.astype(int),
            "closures": fitted.n_events.astype(int), "survival": 100 * survived,
            "low": 100 * low, "high": 100 * high,
        }
    )  # fmt: skip


_CURVE = ["age_years", "at_risk", "closures", "survival", "low", "high"]


def _cells(frame: pd.DataFrame, parts: Parts) -> Iterator[tuple[Cell, pd.DataFrame]]:
    yield Cell(), frame
    for zone, part in by_zone(frame, parts):
        yield Cell(zone=zone), part


def _spans(
    part: pd.DataFrame, as_of: date, observed_from: date | None
) -> tuple[Floats, npt.NDArray[np.bool_], Floats | None]:
    """Return ages at the end, whether it is a closure, and ages at entry."""
    ends = part["end"].fillna(pd.Timestamp(as_of))
    time = np.asarray((ends - part["start"]).dt.days, dtype=np.float64) / YEAR_DAYS
    closed = np.asarray(part["closed"], dtype=np.bool_)
    if observed_from is None:
        return time, closed, None
    ages = np.asarray((pd.Timestamp(observed_from) - part["start"]).dt.days, dtype=np.float64)
    entering = np.maximum(ages / YEAR_DAYS, 0.0)
    seen = time > entering
    return time[seen], closed[seen], entering[seen]


def _at(curve: pd.DataFrame, time: Floats, age: int, cell: Cell) -> Result:
    """Return the survival at an age: the last step at or before it."""
    n, followed = len(time), int((time >= age).sum())
    if n == 0 or followed == 0:
        return missing("business_survival", _not_reached(age, n), cell, source="sirene",
                       unlocked_by=("establishments",), n=n)  # fmt: skip
    before = curve[curve["age_years"] <= age]
    if before.empty:
        low = 100 * wilson(n, n)[0]
        estimate = Estimate(100.0, low, 100.0, n)
    else:
        step = before.iloc[-1]
        estimate = Estimate(float(step["survival"]), float(step["low"]), float(step["high"]), n)
    if math.isnan(estimate.low):
        raise ValueError("the survival curve has no interval at that age")
    return result("business_survival", estimate, cell, source="sirene", method="kaplan-meier/1",
                  quality="estimated", units=followed)  # fmt: skip


def _not_reached(age: int, n: int) -> Text:
    return Text(
        f"Établissements suivis : {number(n, 'fr')}, dont aucun jusqu'à "
        f"{number(age, 'fr')} {plural(age, 'an', 'ans')}. Un historique Sirene plus long le "
        "permettrait.",
        f"Establishments followed: {number(n, 'en')}, none of them up to age "
        f"{number(age, 'en')}. A longer SIRENE history would allow it.",
    )
