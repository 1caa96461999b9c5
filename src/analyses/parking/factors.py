"""Effect of place, weekday, hour, month and holidays on infractions, the others held equal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import sparse, stats

from analyses.parking.arrays import Floats, positions
from analyses.parking.infractions import REFLECTS_PATROLS
from analyses.wording import Text, listing

FACTORS = ("place", "weekday", "hour", "month", "holiday")

_GIVEN_UP = ("holiday", "month", "weekday", "hour", "place")
"""Factors that a record may be too short to tell from the others, the first to go first."""

_LEFT_OUT = {
    "place": Text("du lieu", "the place"),
    "weekday": Text("du jour de la semaine", "the day of the week"),
    "hour": Text("de l'heure", "the hour"),
    "month": Text("du mois", "the month"),
    "holiday": Text("des jours fériés", "public holidays"),
}

_COLUMNS = {
    "factor": "object",
    "category": "object",
    "ratio": "float64",
    "low": "float64",
    "high": "float64",
    "count": "float64",
    "effort": "float64",
    "days": "int64",
}

_WORST_CONDITION = 1e10
"""Condition number beyond which two factors are taken for one (days that are all of one month)."""

FEWEST_DAYS = 3
"""Days in a category under which its factor gets no interval: a single holiday says nothing of
how holidays differ."""


@dataclass(frozen=True)
class Factors:
    """Effect of each factor on infractions, the others held equal.

    Parameters
    ----------
    table : pandas.DataFrame
        ``factor``, ``category``, ``ratio``, ``low``, ``high`` (rate relative to the geometric mean
        of the factor's categories), ``count`` (infractions), ``effort`` (controls, or
        cells), ``days``; no row where every infraction falls in the same categories.
    per_control : bool
        Whether rates are per control.
    warning : Text or None
        :data:`analyses.parking.infractions.REFLECTS_PATROLS` unless rates are per control.
    dispersion : float
        Pearson's χ² over its degrees of freedom: far above 1, infractions come in bursts (one
        patrol, many tickets); intervals allow for it.
    n : int
        Infractions.
    left_out : tuple of str
        Factors that vary in the record and that it cannot tell from the others: they are not held
        equal.
    """

    table: pd.DataFrame
    per_control: bool
    warning: Text | None
    dispersion: float
    n: int
    left_out: tuple[str, ...] = ()

    @property
    def regardless(self) -> Text:
        """What is not held equal, to stand inside a sentence; nothing if every factor is in."""
        names = [_LEFT_OUT[name] for name in self.left_out]
        if not names:
            return Text("", "")
        fr = listing([name.fr for name in names], "fr")
        en = listing([name.en for name in names], "en")
        return Text(
            f", sans tenir compte {fr}, que le relevé ne permet pas d'isoler",
            f", ignoring {en}, which the record cannot tell apart",
        )


def factors(
    cells: pd.DataFrame,
    *,
    holidays: Iterable[date] = (),
    per_control: bool = False,
    level: float = 0.95,
) -> Factors:
    """Fit infractions ~ place + weekday + hour + month + holiday, log link, offset log(effort).

    A record of a few days cannot tell every factor from the others: those that it cannot are left
    out of the model and of the table, and named. A factor of a single category is in neither:
    it is the same for all.

    Poisson quasi-likelihood with errors clustered by day (Gourieroux, Monfort and Trognon 1984,
    Econometrica 52): the ratios need no assumption on the spread, only on the mean. Student's t
    has as many degrees of freedom as the factor's least seen category has days, less one: what
    tells the spread of a weekday is its own days. Simulated with bursts by place and day, intervals
    at 95 % hold the truth in 94 % of cases for places seen on 3 days and in 96 % for weekdays seen
    on 3; with the freedom of all the days, in 80 % only for the latter.

    Parameters
    ----------
    cells : pandas.DataFrame
        From :func:`analyses.parking.infractions.count_cells`.
    holidays : iterable of datetime.date
        Public holidays.
    per_control : bool
        Whether ``effort`` counts controls.
    level : float
        Nominal coverage.

    Raises
    ------
    ValueError
        If there is no infraction at all.
    """
    if cells["count"].sum() <= 0:
        raise ValueError("no infraction to explain")
    coded = _coded(cells, holidays)
    fitted, columns, left_out = _told_apart(coded)
    parts = [_effects(name, columns, coded, fitted, level) for name in columns]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(_COLUMNS))
    return Factors(
        table=table.astype(_COLUMNS),
        per_control=per_control,
        warning=None if per_control else REFLECTS_PATROLS,
        dispersion=fitted.dispersion,
        n=int(cells["count"].sum()),
        left_out=left_out,
    )


@dataclass(frozen=True)
class _Fit:
    effects: Floats
    covariance: Floats
    dispersion: float


def _told_apart(coded: pd.DataFrame) -> tuple[_Fit, dict[str, list[str]], tuple[str, ...]]:
    """Fit the largest set of factors that the cells tell apart.

    Sets are tried from the largest, and among those of a size, first without the factors that go
    first; the mean alone always fits.

    Returns
    -------
    tuple
        The fit, the categories of each of its factors, and the factors left out.
    """
    varying = [name for name in _GIVEN_UP if coded[name].nunique() > 1]
    every = (gone for many in range(len(varying) + 1) for gone in combinations(varying, many))
    tried = ((*_without(coded, gone), gone) for gone in every)
    return next(
        (fitted, columns, tuple(name for name in FACTORS if name in gone))
        for fitted, columns, gone in tried
        if fitted is not None
    )


def _without(
    coded: pd.DataFrame, gone: tuple[str, ...]
) -> tuple[_Fit | None, dict[str, list[str]]]:
    design, columns = _design(coded, [name for name in FACTORS if name not in gone])
    return _fit(design, coded), columns


def _fit(design: sparse.csr_array, coded: pd.DataFrame) -> _Fit | None:
    """Poisson quasi-likelihood by Newton's method, sandwich covariance by day.

    None if the factors cannot be told apart, or predict some zeros exactly.
    """
    count = coded["count"].to_numpy(dtype=float)
    offset = np.log(coded["effort"].to_numpy(dtype=float))
    theta = np.zeros(design.shape[1])
    theta[0] = np.log(count.sum() / np.exp(offset).sum())
    for _ in range(100):
        mean = np.exp(design @ theta + offset)
        information = _information(design, mean)
        if not np.linalg.cond(information) < _WORST_CONDITION:
            return None
        step = np.linalg.solve(information, design.T @ (count - mean))
        theta = theta + step / max(1.0, float(np.abs(step).max()) / 2.0)
        if np.abs(step).max() < 1e-9:
            break
    else:
        return None
    mean = np.exp(design @ theta + offset)
    bread = np.linalg.inv(_information(design, mean))
    days = pd.factorize(coded["day"])[0]
    groups = int(days.max()) + 1
    sums = sparse.csr_array((np.ones(len(days)), (days, np.arange(len(days)))))
    scores = np.asarray((sums @ design.multiply((count - mean)[:, None]).tocsr()).todense())
    meat = scores.T @ scores * groups / max(groups - 1, 1)
    spare = max(len(count) - len(theta), 1)
    pearson = float(((count - mean) ** 2 / mean).sum()) / spare
    return _Fit(theta, bread @ meat @ bread, pearson)


def _information(design: sparse.csr_array, mean: Floats) -> Floats:
    return np.asarray((design.T @ design.multiply(mean[:, None]).tocsr()).todense())


def _coded(cells: pd.DataFrame, holidays: Iterable[date]) -> pd.DataFrame:
    """Cells with one column a factor; categories never seen with an infraction are left out."""
    off = pd.DatetimeIndex([pd.Timestamp(day) for day in holidays])
    coded = pd.DataFrame(
        {
            "count": cells["count"],
            "effort": cells["effort"],
            "day": cells["day"],
            "place": cells["place_id"].astype(str),
            "weekday": cells["day"].dt.dayofweek.astype(str),
            "hour": cells["hour"].astype(int).astype(str).str.zfill(2),
            "month": cells["day"].dt.strftime("%m"),
            "holiday": np.where(cells["day"].isin(off), "yes", "no"),
        }
    )
    for name in FACTORS:
        seen = coded.groupby(name)["count"].transform("sum") > 0
        coded = coded[seen]
    return coded.reset_index(drop=True)


def _design(
    coded: pd.DataFrame, names: Sequence[str]
) -> tuple[sparse.csr_array, dict[str, list[str]]]:
    """Intercept and one indicator a category but the first of each of the factors named."""
    rows = np.arange(len(coded))
    blocks, columns = [sparse.csr_array(np.ones((len(coded), 1)))], {}
    for name in names:
        labels = sorted(coded[name].unique())
        if len(labels) < 2:
            continue
        columns[name] = labels
        code = positions(labels, coded[name])
        full = sparse.csr_array((np.ones(len(code)), (rows, code)), shape=(len(code), len(labels)))
        blocks.append(full[:, 1:])
    return sparse.hstack(blocks, format="csr"), columns


def _effects(
    name: str, columns: dict[str, list[str]], coded: pd.DataFrame, fitted: _Fit, level: float
) -> pd.DataFrame:
    """Ratios of one factor to the geometric mean of its categories."""
    before = list(columns)[: list(columns).index(name)]
    start = 1 + sum(len(columns[other]) - 1 for other in before)
    labels = columns[name]
    contrast = np.zeros((len(labels), len(fitted.effects)))
    contrast[1:, start : start + len(labels) - 1] = np.eye(len(labels) - 1)
    contrast -= contrast.mean(axis=0)
    effect = contrast @ fitted.effects
    variance = np.einsum("ij,jk,ik->i", contrast, fitted.covariance, contrast)
    error = np.sqrt(np.where(variance > 0, variance, np.nan))  # a day by itself shows no spread
    by = coded.groupby(name)
    sums = by[["count", "effort"]].sum().reindex(labels)
    days = by["day"].nunique().reindex(labels).to_numpy()
    if days.min() < FEWEST_DAYS:  # the reference moves with it: no bound of this factor is sure
        error = np.full(len(labels), np.nan)
    reach = float(stats.t.ppf(0.5 + level / 2, max(int(days.min()) - 1, 1)))
    return pd.DataFrame(
        {
            "factor": name,
            "category": labels,
            "ratio": np.exp(effect),
            "low": np.exp(effect - reach * error),
            "high": np.exp(effect + reach * error),
            "count": sums["count"].to_numpy(),
            "effort": sums["effort"].to_numpy(),
            "days": days,
        }
    )
