"""Factors of infractions: rates by place, weekday, hour and season, per control where known.

Recorded infractions are offences seen by somebody: they follow the patrols as much as the
drivers. With the number of controls, the model is one of infractions *per control*; without, it
is one of records, and every result says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse, stats

from analyses.parking.arrays import Floats, positions, tally
from analyses.parking.clusters import day_ratio, weekday_strata
from analyses.wording import Text

REFLECTS_PATROLS = Text(
    "Sans effort de contrôle connu, ces chiffres décrivent les relevés : ils reflètent les "
    "patrouilles passées autant que les infractions.",
    "Without known control effort, these figures describe records: they reflect past patrols as "
    "much as offences.",
)

FACTORS = ("place", "weekday", "hour", "month", "holiday")

_GIVEN_UP = ("holiday", "month", "weekday", "hour", "place")
"""Factors that a record may be too short to tell from the others, the first to go first."""

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
        cells), ``days``.
    per_control : bool
        Whether rates are per control.
    warning : Text or None
        :data:`REFLECTS_PATROLS` unless rates are per control.
    dispersion : float
        Pearson's χ² over its degrees of freedom: far above 1, infractions come in bursts (one
        patrol, many tickets); intervals allow for it.
    n : int
        Infractions.
    """

    table: pd.DataFrame
    per_control: bool
    warning: Text | None
    dispersion: float
    n: int


def count_cells(
    infractions: pd.DataFrame,
    tz: str,
    *,
    first: date | None = None,
    last: date | None = None,
    places: Sequence[str] | None = None,
    controls: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count infractions by place, local day and hour, zeros included.

    Parameters
    ----------
    infractions : pandas.DataFrame
        ``place_id``, ``time`` (tz-aware).
    tz : str
        Local time zone.
    first, last : datetime.date, optional
        Period of the record; its first and last day with an infraction by default.
    places : sequence of str, optional
        Places; those that have an infraction by default.
    controls : pandas.DataFrame, optional
        ``place_id``, ``time``, ``controls``: controls made. Cells without any are left out: with
        no control there is nothing to see.

    Returns
    -------
    pandas.DataFrame
        ``place_id``, ``day``, ``hour``, ``count``, ``effort`` (controls, 1 if unknown).
    """
    local = infractions["time"].dt.tz_convert(tz)
    day = local.dt.tz_localize(None).dt.normalize()
    known = pd.Index(sorted(infractions["place_id"].astype(str).unique()))
    names = known if places is None else pd.Index([str(p) for p in places])
    days = pd.date_range(
        day.min() if first is None else first, day.max() if last is None else last, freq="D"
    )
    shape = (len(names), len(days), 24)
    real = np.ones(len(infractions))
    if "type" in infractions:  # a round that found nothing has no type
        real = np.asarray(infractions["type"].notna(), dtype=np.float64)
    counts = _tally(infractions, local, names, days, real)
    effort = np.ones(shape)
    if controls is not None:
        when = controls["time"].dt.tz_convert(tz)
        effort = _tally(controls, when, names, days, controls["controls"].to_numpy(dtype=float))
    index = np.indices(shape).reshape(3, -1)
    cells = pd.DataFrame(
        {
            "place_id": names.to_numpy()[index[0]],
            "day": days[index[1]],
            "hour": index[2],
            "count": counts.reshape(-1),
            "effort": effort.reshape(-1),
        }
    )
    return cells[cells["effort"] > 0].reset_index(drop=True)


def control_effort(infractions: pd.DataFrame) -> pd.DataFrame:
    """Return the controls that infractions were recorded with, for :func:`count_cells`.

    Parameters
    ----------
    infractions : pandas.DataFrame
        ``place_id``, ``time``, ``controls`` (vehicles checked at that place in that hour, repeated
        on each of its rows; a row without infraction has an empty ``type``).

    Returns
    -------
    pandas.DataFrame
        ``place_id``, ``time`` (the hour), ``controls``. Where only slots with an infraction carry
        their controls, rates come out too high: rounds that found nothing must be in the table.
    """
    known = infractions[infractions["controls"].notna()]
    hour = known["time"].dt.tz_convert("UTC").dt.floor("h").rename("time")
    found = known.groupby([known["place_id"], hour])["controls"].max()
    return found.reset_index()


def _tally(
    rows: pd.DataFrame, local: pd.Series, names: pd.Index, days: pd.DatetimeIndex, weight: Floats
) -> Floats:
    place = positions(names, rows["place_id"].astype(str))
    day = positions(days, local.dt.tz_localize(None).dt.normalize())
    kept = (place >= 0) & (day >= 0)
    where = (place * len(days) + day) * 24 + local.dt.hour.to_numpy()
    size = len(names) * len(days) * 24
    return tally(where[kept], size, weight[kept]).reshape(len(names), len(days), 24)


def type_shares(infractions: pd.DataFrame, tz: str, *, level: float = 0.95) -> pd.DataFrame:
    """Return the share of each type of infraction, with its interval over days.

    Parameters
    ----------
    infractions : pandas.DataFrame
        ``time`` (tz-aware), ``type``; rows without a type (rounds that found nothing) are left
        out. To study the factors of one type, keep its rows and give :func:`count_cells` the same
        period, places and controls for all types.
    tz : str
        Local time zone.
    level : float
        Nominal coverage.

    Returns
    -------
    pandas.DataFrame
        ``type``, ``count``, ``share``, ``low``, ``high``; most frequent first.
    """
    known = infractions[infractions["type"].notna()]
    day, names = pd.factorize(known["time"].dt.tz_convert(tz).dt.date, sort=True)
    kinds, labels = pd.factorize(known["type"].astype(str), sort=True)
    counts = tally(day * len(labels) + kinds, len(names) * len(labels))
    counts = counts.reshape(len(names), len(labels))
    total = counts.sum(axis=1)
    strata = weekday_strata(pd.DatetimeIndex(names))
    lines = []
    for label, column in zip(labels, counts.T, strict=True):
        found = day_ratio(column, total, strata, level=level, ceiling=1.0)
        lines.append((label, int(column.sum()), found.value, found.low, found.high))
    table = pd.DataFrame(lines, columns=["type", "count", "share", "low", "high"])
    return table.sort_values(["count", "type"], ascending=[False, True], ignore_index=True)


def factors(
    cells: pd.DataFrame,
    *,
    holidays: Iterable[date] = (),
    per_control: bool = False,
    level: float = 0.95,
) -> Factors:
    """Fit infractions ~ place + weekday + hour + month + holiday, log link, offset log(effort).

    A record of a few days cannot tell every factor from the others: those that it cannot are left
    out of the model and of the table.

    Poisson quasi-likelihood with errors clustered by day (Gourieroux, Monfort and Trognon 1984,
    Econometrica 52): the ratios need no assumption on the spread, only on the mean.

    Parameters
    ----------
    cells : pandas.DataFrame
        From :func:`count_cells`.
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
    fitted, columns = _told_apart(coded)
    reach = float(stats.t.ppf(0.5 + level / 2, max(coded["day"].nunique() - 1, 1)))
    table = pd.concat(
        [_effects(name, columns, coded, fitted, reach) for name in columns], ignore_index=True
    )
    return Factors(
        table=table,
        per_control=per_control,
        warning=None if per_control else REFLECTS_PATROLS,
        dispersion=fitted.dispersion,
        n=int(cells["count"].sum()),
    )


@dataclass(frozen=True)
class _Fit:
    effects: Floats
    covariance: Floats
    dispersion: float


def _told_apart(coded: pd.DataFrame) -> tuple[_Fit, dict[str, list[str]]]:
    """Fit the largest set of factors that the cells tell apart, with the categories of each.

    Without one factor first, each in turn, then without more and more of them; the mean alone
    always fits.
    """
    fewer: list[tuple[str, ...]] = [(name,) for name in _GIVEN_UP]
    fewer += [_GIVEN_UP[:many] for many in range(2, len(_GIVEN_UP) + 1)]
    for gone in ((), *fewer):
        design, columns = _design(coded, [name for name in FACTORS if name not in gone])
        fitted = _fit(design, coded)
        if fitted is not None:
            return fitted, columns
    raise ValueError("no infraction to explain")


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
    name: str, columns: dict[str, list[str]], coded: pd.DataFrame, fitted: _Fit, reach: float
) -> pd.DataFrame:
    """Ratios of one factor to the geometric mean of its categories."""
    before = list(columns)[: list(columns).index(name)]
    start = 1 + sum(len(columns[other]) - 1 for other in before)
    labels = columns[name]
    contrast = np.zeros((len(labels), len(fitted.effects)))
    contrast[1:, start : start + len(labels) - 1] = np.eye(len(labels) - 1)
    contrast -= contrast.mean(axis=0)
    effect = contrast @ fitted.effects
    error = np.sqrt(np.einsum("ij,jk,ik->i", contrast, fitted.covariance, contrast))
    by = coded.groupby(name)
    sums = by[["count", "effort"]].sum().reindex(labels)
    days = by["day"].nunique().reindex(labels).to_numpy()
    if days.min() < FEWEST_DAYS:  # the reference moves with it: no bound of this factor is sure
        error = np.full(len(labels), np.nan)
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
