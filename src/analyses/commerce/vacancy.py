"""Retail vacancy from surveys of premises: the one entry point of the vacancy statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analyses.commerce.durations import (
    BOOTSTRAP,
    STRUCTURAL_MONTHS,
    Durations,
    durations,
)
from analyses.commerce.outcome import Cell, missing
from analyses.commerce.panel import OCCUPIED, Panel, campaign_rows, panel
from analyses.commerce.rates import MIN_COVERAGE, SURFACE_BREAKS, Rates, last_usable, rates
from analyses.commerce.transitions import Transitions, transitions
from analyses.commerce.trend import Trend, trend
from analyses.results import Result
from analyses.wording import Text

INDICATORS = (
    "premises_count", "survey_coverage", "vacancy_rate", "vacancy_trend", "vacancy_composition",
    "vacancy_entry", "relet_rate", "vacancy_duration", "structural_vacancy", "vacancy_spell",
    "long_spell_share",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Everything that surveys of premises say of vacancy.

    Parameters
    ----------
    panel : Panel
        Premises × waves that the statistics rest on.
    rates : Rates
        Stock, coverage and vacancy rate by wave, zone and part.
    trend : Trend
        Yearly change on the same premises, composition effect apart.
    transitions : Transitions
        Premises that emptied or were let, and yearly rates.
    durations : Durations or None
        Ages and lengths of vacancies; None without a survey.
    results : tuple of Result
        All results, in the order above.
    usable : int or None
        Number of the last wave that is complete enough (the last one if none is), from 0.
    last_wave : pandas.DataFrame
        One row for each premises of that wave, with all columns of the table ``premises``
        (``wave``: day of the visit) and its ``status`` there; empty without a survey.
    """

    panel: Panel
    rates: Rates
    trend: Trend
    transitions: Transitions
    durations: Durations | None
    results: tuple[Result, ...]
    usable: int | None
    last_wave: pd.DataFrame

    @property
    def waves(self) -> tuple[date, ...]:
        """Day that names each survey wave, oldest first."""
        return self.panel.dates

    @property
    def ages(self) -> pd.DataFrame:
        """Ages of the stock that is vacant (see :class:`Durations`), empty without a survey."""
        if self.durations is None:
            return pd.DataFrame(columns=["zone", "over_months", "up_to_months", "share"])
        return self.durations.ages


def measure_vacancy(
    premises: pd.DataFrame | None,
    *,
    min_coverage: float = MIN_COVERAGE,
    surface_breaks: Sequence[float] = SURFACE_BREAKS,
    works_are_vacant: bool = True,
    structural_months: int = STRUCTURAL_MONTHS,
    bootstrap: int = BOOTSTRAP,
    seed: int = 0,
    zones: pd.DataFrame | None = None,
) -> Vacancy:
    """Measure retail vacancy.

    Parameters
    ----------
    premises : pandas.DataFrame or None
        Table ``premises`` (one row per premises and wave); None or empty if the city has none.
    min_coverage : float
        Coverage (%) under which a vacancy rate is not shown (``survey_min_coverage``).
    surface_breaks : sequence of float
        Limits of the surface classes, in m².
    works_are_vacant : bool
        Whether premises under works count as vacant.
    structural_months : int
        Months beyond which a vacancy is structural (``structural_vacancy_months``).
    bootstrap, seed : int
        Replicates and seed of the bootstrap of durations.
    zones : pandas.DataFrame, optional
        Table ``zones``: a zone also counts the premises of the zones that lie in it (``parts``).

    Returns
    -------
    Vacancy
        Without a table, every indicator is "not computable" and says which file unlocks it.
    """
    given = premises is not None and not premises.empty
    survey = panel(premises if premises is not None and given else _EMPTY,
                   works_are_vacant=works_are_vacant, zones=zones)  # fmt: skip
    by_wave = rates(survey, min_coverage=min_coverage, surface_breaks=surface_breaks)
    change = trend(survey, by_wave, min_coverage=min_coverage)
    moves = transitions(survey.without_lists(), surface_breaks=surface_breaks)
    seen = survey.without_lists([OCCUPIED])
    last = last_usable(seen, min_coverage)
    lengths, listed = None, _EMPTY
    if premises is not None and last is not None:
        listed = campaign_rows(premises, survey, last)
        lengths = durations(
            seen, last=last, structural_months=structural_months, bootstrap=bootstrap, seed=seed
        )
    results = (
        *by_wave.results, *change.results, *moves.results, *(lengths.results if lengths else ()),
    )  # fmt: skip
    if not given:
        results = tuple(
            missing(name, _NO_SURVEY, Cell(), source="survey", unlocked_by=("premises",))
            for name in INDICATORS
        )
    return Vacancy(survey, by_wave, change, moves, lengths, results, last, listed)


_EMPTY = pd.DataFrame(
    {
        "premises_id": pd.Series(dtype="string"),
        "wave": pd.Series(dtype="datetime64[ns]"),
        "status": pd.Series(dtype="string"),
    }
)

_NO_SURVEY = Text(
    "La ville n'a pas fourni de relevé des locaux commerciaux : Sirene et OpenStreetMap ne disent "
    "pas quels locaux sont vides.",
    "The city gave no survey of commercial premises: SIRENE and OpenStreetMap do not tell which "
    "premises are empty.",
)
