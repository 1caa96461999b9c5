"""Yearly change of vacancy on the same premises, and the part that composition plays.

With two waves: the paired difference of Newcombe (1998). With more: the slope of vacancy on time
within premises (a linear probability model with premises effects), whose errors are clustered by
premises because the same ones repeat (Liang and Zeger 1986, with the CR1 correction and a t
distribution). Only what happens to the same premises enters it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analyses.commerce.areas import by_zone
from analyses.commerce.outcome import Cell, missing, result
from analyses.commerce.panel import Panel, years_between
from analyses.commerce.proportions import paired_difference
from analyses.commerce.rates import MIN_COVERAGE, Rates
from analyses.results import Estimate, Result
from analyses.wording import Text, number, percent, plural

Floats = npt.NDArray[np.float64]
FEW_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Trend:
    """Yearly change of vacancy.

    Parameters
    ----------
    results : tuple of Result
        ``vacancy_trend`` and ``vacancy_composition``, for the whole and for each zone.
    frame : pandas.DataFrame
        Rate of the matched premises: ``zone``, ``wave_date``, ``matched``, ``vacant``,
        ``value`` (%). Premises known at every wave used.
    """

    results: tuple[Result, ...]
    frame: pd.DataFrame


def trend(panel: Panel, rates: Rates, *, min_coverage: float = MIN_COVERAGE) -> Trend:
    """Measure the yearly change of vacancy over the waves that are complete enough.

    Parameters
    ----------
    panel : Panel
        Premises × waves.
    rates : Rates
        Rates of the same panel, which say how complete each wave is.
    min_coverage : float
        Coverage (%) under which a wave is left out.

    Returns
    -------
    Trend
        Not computable, with the reason, where fewer than two waves can be used.
    """
    table = panel.spread()
    results: list[Result] = []
    frames: list[pd.DataFrame] = []
    for cell, part in _cells(panel, table):
        waves = rates.usable_waves(cell.zone, min_coverage)
        if len(waves) < 2:
            why = _one_wave(len(waves), min_coverage)
            results += [
                missing(name, why, cell, source="survey", unlocked_by=("premises",))
                for name in ("vacancy_trend", "vacancy_composition")
            ]
            continue
        dates = [panel.dates[wave] for wave in waves]
        vacancy = part[list(waves)].to_numpy(dtype=np.float64)
        results += _measure(vacancy, dates, cell)
        frames.append(_matched(vacancy, dates, cell.zone))
    return Trend(
        tuple(results), pd.concat(frames) if frames else _matched(np.empty((0, 0)), [], "")
    )


def slope_within(vacancy: Floats, years: Floats, level: float = 0.95) -> Estimate:
    """Return the slope of vacancy on time within premises, with clustered errors.

    Parameters
    ----------
    vacancy : array of float, shape (premises, waves)
        1 vacant, 0 occupied, NaN unknown.
    years : array of float, shape (waves,)
        Time of each wave, in years.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Change a year, as a fraction; ``n`` premises seen at least twice. NaN bounds if fewer than
        two premises are.
    """
    seen = np.isfinite(vacancy)
    twice = seen.sum(axis=1) >= 2
    vacancy, seen = vacancy[twice], seen[twice]
    n = len(vacancy)
    if n < 2:
        return Estimate(math.nan, math.nan, math.nan, n, level)
    counts = seen.sum(axis=1, keepdims=True)
    x = np.where(seen, years, 0.0)
    x = np.where(seen, x - x.sum(axis=1, keepdims=True) / counts, 0.0)
    y = np.where(seen, vacancy, 0.0)
    y = np.where(seen, y - y.sum(axis=1, keepdims=True) / counts, 0.0)
    weight = float((x * x).sum())
    slope = float((x * y).sum()) / weight
    scores = (x * (y - slope * x)).sum(axis=1)
    error = math.sqrt(n / (n - 1) * float(scores @ scores)) / weight
    half = float(stats.t.ppf(0.5 + level / 2, n - 1)) * error
    return Estimate(slope, slope - half, slope + half, n, level)


def paired_change(before: Floats, after: Floats, years: float) -> Estimate:
    """Return the yearly change between two waves of the premises known at both (a fraction)."""
    both = np.isfinite(before) & np.isfinite(after)
    first, last = before[both] == 1, after[both] == 1
    n = int(both.sum())
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    change, low, high = paired_difference(
        int((first & last).sum()), int((~first & last).sum()),
        int((first & ~last).sum()), int((~first & ~last).sum()),
    )  # fmt: skip
    return Estimate(change / years, low / years, high / years, n)


def composition(before: Floats, after: Floats, years: float, level: float = 0.95) -> Estimate:
    """Return the yearly change of the rate that matched premises do not explain (a fraction).

    The change of the rate of all known premises, less the change of the rate of those known at
    both waves. The error is that of the influence of each premises on the two (linearisation).
    """
    known_before, known_after = np.isfinite(before), np.isfinite(after)
    both = known_before & known_after
    v_before, v_after = np.nan_to_num(before), np.nan_to_num(after)
    sizes = known_before.sum(), known_after.sum(), both.sum()
    if min(sizes) == 0:
        return Estimate(math.nan, math.nan, math.nan, int(both.sum()), level)
    rate_before, rate_after = v_before.sum() / sizes[0], v_after.sum() / sizes[1]
    matched = float((v_after - v_before)[both].mean())
    influence = (
        (v_after - rate_after) * known_after / sizes[1]
        - (v_before - rate_before) * known_before / sizes[0]
        - ((v_after - v_before) - matched) * both / sizes[2]
    )
    value = float(rate_after - rate_before) - matched
    half = float(stats.norm.ppf(0.5 + level / 2)) * math.sqrt(float(influence @ influence))
    return Estimate(value / years, (value - half) / years, (value + half) / years,
                    int(sizes[2]), level)  # fmt: skip


def _cells(panel: Panel, table: pd.DataFrame) -> Iterator[tuple[Cell, pd.DataFrame]]:
    """Yield the whole and each zone, with the premises whose last known zone it is."""
    yield Cell(), table
    zones = panel.stock.groupby("premises_id")["zone_id"].last().to_frame()
    for zone, part in by_zone(zones, panel.parts):
        yield Cell(zone=zone), table[table.index.isin(part.index)]


def _measure(vacancy: Floats, dates: Sequence[date], cell: Cell) -> list[Result]:
    span = years_between(dates[0], dates[-1])
    cell = cell.at(dates[0], dates[-1])
    first, last = vacancy[:, 0], vacancy[:, -1]
    method, used = "paired-newcombe/1", 2
    estimate = paired_change(first, last, span)
    if len(dates) > 2 and _changes(vacancy) >= FEW_CHANGES:
        method, used = "within-clustered/1", len(dates)
        years = np.asarray([years_between(dates[0], day) for day in dates])
        estimate = slope_within(vacancy, years)
    left_out = composition(first, last, span)
    if not (estimate.known and left_out.known):
        return [
            missing(name, _unmatched(), cell, source="survey", unlocked_by=("premises",))
            for name in ("vacancy_trend", "vacancy_composition")
        ]
    return [
        result("vacancy_trend", estimate.scaled(100), cell, source="survey", method=method,
               quality="estimated", note=_same(estimate.n, used)),
        result("vacancy_composition", left_out.scaled(100), cell, source="survey",
               method="linearised/1", quality="estimated"),
    ]  # fmt: skip


def _changes(vacancy: Floats) -> int:
    """Count the premises whose known statuses are not all the same."""
    known = np.isfinite(vacancy).any(axis=1)
    return int((np.nanmax(vacancy[known], axis=1) > np.nanmin(vacancy[known], axis=1)).sum())


def _matched(vacancy: Floats, dates: Sequence[date], zone: str) -> pd.DataFrame:
    complete = vacancy[np.isfinite(vacancy).all(axis=1)]
    vacant = complete.sum(axis=0)
    n = len(complete)
    return pd.DataFrame(
        {
            "zone": [zone] * len(dates),
            "wave_date": pd.to_datetime(list(dates)),
            "matched": [n] * len(dates),
            "vacant": vacant.astype(int)[: len(dates)],
            "value": (100 * vacant / n if n else vacant * math.nan)[: len(dates)],
        }
    )


def _one_wave(usable: int, threshold: float) -> Text:
    return Text(
        f"Il faut deux vagues couvrant au moins {percent(threshold, 'fr', 0)} des locaux ; "
        f"vagues utilisables : {number(usable, 'fr')}. Une nouvelle vague de relevé sur les mêmes "
        "locaux donnera l'évolution.",
        f"It takes two waves that cover at least {percent(threshold, 'en', 0)} of the premises; "
        f"usable waves: {number(usable, 'en')}. A new survey wave of the same premises will give "
        "the trend.",
    )


def _unmatched() -> Text:
    return Text(
        "Aucun local n'a un statut connu à deux vagues : les identifiants ne suivent pas les "
        "locaux. Un identifiant stable par local donnera l'évolution.",
        "No premises has a known status at two waves: the identifiers do not follow the premises. "
        "A stable identifier for each premises will give the trend.",
    )


def _same(n: int, waves: int) -> Text:
    return Text(
        f"Sur {number(n, 'fr')} {plural(n, 'local suivi', 'locaux suivis')}, "
        f"{number(waves, 'fr')} vagues.",
        f"On {number(n, 'en')} premises followed, {number(waves, 'en')} waves.",
    )
