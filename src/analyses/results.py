"""Value objects that carry every number from an analysis to a report.

An analysis returns :class:`Result` rows; :func:`to_frame` turns them into the one tidy table that
the comparison, the change report, the open data and the report tables all read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import pandas as pd

from analyses.wording import Text

Quality = Literal["measured", "estimated", "reserve", "not_computable", "suppressed"]
"""``measured``: seen; ``estimated``: modelled; ``reserve``: shown with a warning (see the note);
``not_computable``: the data cannot answer; ``suppressed``: known but too small to be shown."""

Source = Literal["survey", "sirene", "osm", "sensor", "payment", "counter", "record", "published"]

COLUMNS: tuple[str, ...] = (
    "city", "indicator", "zone", "breakdown", "category", "period_start", "period_end",
    "value", "low", "high", "unit", "n", "source", "method", "quality", "note",
)  # fmt: skip
"""Columns of the indicators table, in order. ``breakdown``/``category`` say what part of the zone
a row describes (``total``/empty, ``street``/``Rue des Lices``, ``activity_family``/``food`` …)."""

KEY: tuple[str, ...] = (
    "city", "indicator", "zone", "breakdown", "category", "period_start", "period_end", "source",
    "method",
)  # fmt: skip
"""Columns that identify a row; a table with a repeated key is refused."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its uncertainty.

    Parameters
    ----------
    value : float
        Point estimate, NaN if it cannot be computed.
    low, high : float
        Bounds of the interval at ``level``; equal to ``value`` for an exact count, NaN if unknown.
    n : int
        Units that the estimate rests on (premises, establishments, days …).
    level : float
        Nominal coverage of the interval.
    """

    value: float
    low: float
    high: float
    n: int
    level: float = 0.95

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return not math.isnan(self.value)

    def scaled(self, factor: float) -> Estimate:
        """Return the estimate in another unit (``factor`` > 0), for instance a share in percent."""
        return replace(
            self, value=self.value * factor, low=self.low * factor, high=self.high * factor
        )


UNKNOWN = Estimate(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True, slots=True)
class Result:
    """One indicator for one zone, part and period: a row of the tidy table.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary (``indicators.yml``).
    estimate : Estimate
        Value, interval and sample size, in ``unit``.
    unit : str
        Unit as the dictionary writes it (``%``, ``premises``, ``points/year`` …).
    source : str
        Class of the data that it comes from; numbers of two classes are never chained.
    method : str
        Method and version, for instance ``wilson/1``.
    zone : str
        Zone identifier; ``*`` for the whole perimeter of the data.
    breakdown, category : str
        Part of the zone described: ``total`` and empty for all of it.
    period_start, period_end : date, optional
        Period that the value describes; both equal for a survey wave.
    quality : str
        See :data:`Quality`.
    note : Text, optional
        What a reader must know before using the number; why, if it is not computable.
    unlocked_by : tuple of str
        Tables that would make a missing number computable.
    """

    indicator: str
    estimate: Estimate
    unit: str
    source: Source
    method: str
    zone: str = "*"
    breakdown: str = "total"
    category: str = ""
    period_start: date | None = None
    period_end: date | None = None
    quality: Quality = "measured"
    note: Text | None = None
    unlocked_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.quality in ("not_computable", "suppressed"):
            if self.estimate.known:
                raise ValueError(f"{self.indicator}: a {self.quality} result carries no value")
            if self.note is None:
                raise ValueError(f"{self.indicator}: a {self.quality} result says why")
        elif not self.estimate.known:
            raise ValueError(f"{self.indicator}: no value, yet its quality is {self.quality}")

    @property
    def computable(self) -> bool:
        """Whether the result has a value to show."""
        return self.estimate.known


def not_computable(
    indicator: str,
    unit: str,
    source: Source,
    why: Text,
    *,
    unlocked_by: Sequence[str] = (),
    zone: str = "*",
    n: int = 0,
    **where: Any,
) -> Result:
    """Return the result that says "non calculable", why, and which tables would unlock it."""
    return Result(
        indicator=indicator,
        estimate=replace(UNKNOWN, n=n),
        unit=unit,
        source=source,
        method="none",
        zone=zone,
        quality="not_computable",
        note=why,
        unlocked_by=tuple(unlocked_by),
        **where,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence of the report; every figure in it comes from ``results``.

    Parameters
    ----------
    id : str
        Stable name, unique in its chapter.
    text : Text
        The sentence in French and English, figures already written in each language's style.
    results : tuple of Result
        Results that the figures come from.
    level : str
        ``key`` (first page), ``body``, ``reserve`` (a warning) or ``missing`` (non calculable).
    plain : Text, optional
        The same for someone who reads one page: no interval, no method, no term of statistics. A
        finding that has one may stand on the first page whatever its level.
    topic : str
        Where the first page says it: what is ``known``, what is a ``change``, what to ``watch``.
    """

    id: str
    text: Text
    results: tuple[Result, ...] = field(default=())
    level: Literal["key", "body", "reserve", "missing"] = "body"
    plain: Text | None = None
    topic: Literal["known", "change", "watch"] = "known"


def to_frame(results: Iterable[Result], city: str) -> pd.DataFrame:
    """Write results as the tidy indicators table of one city.

    Parameters
    ----------
    results : iterable of Result
        Results in any order.
    city : str
        City identifier, written on every row.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`COLUMNS`; dates as ISO text (empty when unknown), notes in French; sorted by
        :data:`KEY` so that the same results always give the same bytes.

    Raises
    ------
    ValueError
        If two results have the same key.
    """
    rows = [_row(result, city) for result in results]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    repeated = frame.duplicated(list(KEY), keep=False)
    if repeated.any():
        first = frame.loc[repeated, list(KEY)].iloc[0].to_dict()
        raise ValueError(f"{int(repeated.sum())} results share a key, for instance {first}")
    return frame.sort_values(list(KEY), kind="stable", ignore_index=True)


def _row(result: Result, city: str) -> dict[str, object]:
    estimate = result.estimate
    return {
        "city": city,
        "indicator": result.indicator,
        "zone": result.zone,
        "breakdown": result.breakdown,
        "category": result.category,
        "period_start": "" if result.period_start is None else result.period_start.isoformat(),
        "period_end": "" if result.period_end is None else result.period_end.isoformat(),
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "unit": result.unit,
        "n": estimate.n,
        "source": result.source,
        "method": result.method,
        "quality": result.quality,
        "note": "" if result.note is None else result.note.fr,
    }
