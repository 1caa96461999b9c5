"""The fingerprint of a number: all that must be equal before two cities are ranked together.

The dictionary says, for each indicator, which components count (``comparable_on``); this module
computes them from a row of the indicators table and the profile of its city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analyses import indicators
from analyses.comparison.profiles import Parameter, Profile

UNKNOWN = "unknown"
"""Value of a component that the data do not tell: it equals nothing, not even itself."""

WHOLE = "*"
"""Zone of a number that describes all the data of a city."""
WHOLE_KIND = "whole"
"""Kind of the perimeter of such a number: all that the city's data cover."""
WHOLE_ONLY = frozenset((
    "mean_stay", "overstay_share", "paid_hours_per_space", "compliance_rate", "infraction_rate",
    "vacancy_footfall_link", "offer_footfall_link",
))  # fmt: skip
"""Indicators that are computed for all the data of a city and never for one of its zones: pay
stations and checks serve several, a link needs every sensor. They are compared with that kind of
perimeter, which is printed with them."""

THRESHOLDS: dict[str, str] = {
    "structural_vacancy": "structural_vacancy_months",
    "long_spell_share": "structural_vacancy_months",
    "chain_share": "chain_min_communes",
}
"""City parameter behind each indicator that has a threshold; the others carry it in ``method``."""

SEASONS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("winter", (12, 1, 2)),
    ("spring", (3, 4, 5)),
    ("june-july", (6, 7)),
    ("august", (8,)),
    ("autumn", (9, 10, 11)),
)
"""Survey seasons: Procos and Codata survey in June and July, so as to leave seasonal leases out;
August is apart, when shops close for holidays."""

COVERAGE_STEPS = (80.0, 95.0)
"""Survey coverage (%) that parts a partial, a sufficient and a near-complete survey."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The components of a number that count for its indicator, in the dictionary's order."""

    indicator: str
    components: tuple[tuple[str, str], ...]

    @property
    def known(self) -> bool:
        """Whether no component is unknown."""
        return all(value != UNKNOWN for _, value in self.components)

    def differs_from(self, other: Fingerprint) -> tuple[str, ...]:
        """Return the components in which two fingerprints differ, unknown ones included."""
        theirs = dict(other.components)
        return tuple(
            name for name, value in self.components if value == UNKNOWN or theirs.get(name) != value
        )


def fingerprint(row: Mapping[str, Any], profile: Profile, coverage: float | None) -> Fingerprint:
    """Return the fingerprint of one row of the indicators table.

    Parameters
    ----------
    row : mapping
        Row with the columns of :data:`analyses.results.COLUMNS`.
    profile : Profile
        Its city.
    coverage : float, optional
        Coverage (%) of the survey that the row rests on, None if unknown.

    Returns
    -------
    Fingerprint

    Raises
    ------
    KeyError
        If the dictionary has no such indicator.
    """
    entry = indicators.get(str(row["indicator"]))
    values = {
        "definition": f"{entry.id}/{profile.dictionary}/{row['unit']}",
        "perimeter_kind": WHOLE_KIND if row["zone"] == WHOLE else profile.perimeter_kind or UNKNOWN,
        "source_class": str(row["source"]) or UNKNOWN,
        "survey_season": season(row["period_end"]),
        "coverage": _coverage(coverage),
        "method_version": str(row["method"]) or UNKNOWN,
        "nomenclature": profile.nomenclature or UNKNOWN,
        "threshold": _threshold(entry.id, row, profile.parameters),
        "sample_size": str(row["n"]),
    }
    return Fingerprint(entry.id, tuple((name, values[name]) for name in entry.comparable_on))


def season(day: Any) -> str:
    """Return the survey season of a day (ISO text or date), ``unknown`` if there is none."""
    when = as_day(day)
    if when is None:
        return UNKNOWN
    return next(name for name, months in SEASONS if when.month in months)


def as_day(value: Any) -> date | None:
    """Return a date from an ISO text, a date or a missing value."""
    if value is None or value == "" or (not isinstance(value, str) and pd.isna(value)):
        return None
    return pd.Timestamp(value).date()


def _coverage(value: float | None) -> str:
    if value is None or pd.isna(value):
        return UNKNOWN
    low, high = COVERAGE_STEPS
    if value < low:
        return "partial"
    return "sufficient" if value < high else "near-complete"


def _threshold(indicator: str, row: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> str:
    name = THRESHOLDS.get(indicator)
    if name is None:
        return str(row["method"]) or UNKNOWN
    value = parameters.get(name)
    return UNKNOWN if value is None else f"{name}={value}"
