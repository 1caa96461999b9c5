"""How long premises stay empty: ages of the vacant stock, and lengths of vacancy spells.

Surveys see statuses, not days. The *age* of a vacancy at the last wave lies between two visits, or
beyond the first one: interval- and right-censored. The *length* of a spell is counted from the
visit that found the premises newly empty, because what came before is not seen: spells that begin
and end between two waves never are. Premises vacant at the first wave are left out of the lengths
(long vacancies are more often met) but not of the ages. Naive means are wrong by construction:
none is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from analyses.commerce.areas import by_zone
from analyses.commerce.npmle import Curve, turnbull
from analyses.commerce.outcome import Cell, missing, result
from analyses.commerce.panel import Panel
from analyses.commerce.proportions import wilson
from analyses.commerce.spells import (
    NEAR_MONTHS,
    age_bounds,
    length_bounds,
    on_common_limits,
    spells,
)
from analyses.results import Estimate, Result
from analyses.wording import Text, number, percent

Floats = npt.NDArray[np.float64]
STRUCTURAL_MONTHS = 24
BOOTSTRAP = 200
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Durations:
    """Ages of vacancy at the last wave, and lengths of vacancy spells.

    Parameters
    ----------
    results : tuple of Result
        ``vacancy_duration``, ``structural_vacancy`` (breakdown ``months_over``), by zone too;
        ``vacancy_spell`` and ``long_spell_share``.
    spells : pandas.DataFrame
        One row per spell: ``premises_id``, ``zone_id``, ``began_after`` (last visit occupied),
        ``began_by`` (first visit vacant), ``vacant_since`` (as surveyed, where it agrees with the
        visits), ``last_vacant``, ``ended_by`` (visit that found it occupied).
    ages : pandas.DataFrame
        Ages of the stock vacant at the last wave: ``zone``, ``over_months``, ``up_to_months``
        (infinite for the oldest), ``share`` (%).
    lengths : pandas.DataFrame
        Lengths of spells seen to begin, from their first visit: columns of ``ages``.
    ignored_dates : int
        Values of ``vacant_since`` that contradict the visits, set aside.
    """

    results: tuple[Result, ...]
    spells: pd.DataFrame
    ages: pd.DataFrame
    lengths: pd.DataFrame
    ignored_dates: int


def durations(
    panel: Panel,
    *,
    last: int | None = None,
    structural_months: int = STRUCTURAL_MONTHS,
    bootstrap: int = BOOTSTRAP,
    seed: int = 0,
) -> Durations:
    """Estimate how long premises have been, and stay, vacant.

    Parameters
    ----------
    panel : Panel
        Premises × waves, at least one wave.
    last : int, optional
        Wave whose vacant stock is described (the last one that is complete enough); by default
        the last. Later waves still serve the lengths of spells.
    structural_months : int
        Months beyond which a vacancy is structural.
    bootstrap : int
        Replicates of the bootstrap by premises.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    Durations
        "Not computable", with the reason, where the waves cannot tell.
    """
    table, ignored = spells(panel)
    rng = np.random.default_rng(seed)
    last = len(panel.dates) - 1 if last is None else last
    then = panel.until(last)
    running = spells(then)[0]
    running = running[running["ended_by"].isna() & (running["last_wave"] == last)]
    results: list[Result] = []
    ages = []
    for cell, part in _cells(running, then):
        found, frame = _stock(part, cell, structural_months, bootstrap, rng)
        results += found
        ages.append(frame)
    cell = Cell().at(panel.dates[0], panel.dates[-1])
    found, lengths = _lengths(table, cell, structural_months, bootstrap, rng)
    return Durations(
        (*results, *found), table, pd.concat(ages, ignore_index=True), lengths, ignored
    )


def _cells(running: pd.DataFrame, panel: Panel) -> Iterator[tuple[Cell, pd.DataFrame]]:
    day = panel.dates[-1]
    yield Cell().at(day), running
    for zone, part in by_zone(running, panel.parts):
        yield Cell(zone=zone).at(day), part


# ---------------------------------------------------------------- ages of the stock


def _stock(
    part: pd.DataFrame, cell: Cell, threshold: int, bootstrap: int, rng: np.random.Generator
) -> tuple[list[Result], pd.DataFrame]:
    """Return the results and the distribution of ages of one zone's vacant premises."""
    if part.empty:
        return [
            missing(name, _NONE_VACANT, where, source="survey")
            for name, where in (
                ("vacancy_duration", cell), ("structural_vacancy", _over(cell, threshold))
            )
        ], distribution(cell.zone, None)  # fmt: skip
    low, high = age_bounds(part)
    measure = _Measure("vacancy_duration", "structural_vacancy", cell, len(part), _older)
    curve = _fit(low, high, part["premises_id"], bootstrap, rng)
    return measure.results(curve, threshold), distribution(cell.zone, curve)


# ---------------------------------------------------------------- lengths of spells


def _lengths(
    table: pd.DataFrame, cell: Cell, threshold: int, bootstrap: int, rng: np.random.Generator
) -> tuple[list[Result], pd.DataFrame]:
    """Return the results and the distribution of the lengths of spells seen to begin."""
    begun = table[table["began_after"].notna()]
    seen_again = (begun["last_vacant"] > begun["began_by"]) | begun["ended_by"].notna()
    if not seen_again.any():
        return [
            missing(name, _no_spell(len(begun)), where, source="survey",
                    unlocked_by=("premises",), n=len(begun))
            for name, where in (
                ("vacancy_spell", cell), ("long_spell_share", _over(cell, threshold))
            )
        ], distribution(cell.zone, None)  # fmt: skip
    low, high = length_bounds(begun)
    measure = _Measure("vacancy_spell", "long_spell_share", cell, len(begun), _longer)
    curve = _fit(low, high, begun["premises_id"], bootstrap, rng)
    return measure.results(curve, threshold), distribution(cell.zone, curve)


# ---------------------------------------------------------------- median and share


@dataclass(frozen=True, slots=True)
class _Measure:
    """Names of the two results of a curve, where they stand, and why they may be out of reach."""

    median: str
    share: str
    cell: Cell
    n: int
    why: Callable[[float, float], Text]

    def results(self, curve: Curve, threshold: int) -> list[Result]:
        """Return the median and the share beyond the threshold.

        If the follow-up is shorter than the threshold, the share beyond it is not computable, and
        the share beyond the longest time that was followed is given too.
        """
        duration = _snapped(curve, threshold)
        found = [self._median(curve), self._beyond(curve, duration, str(threshold))]
        reach = float(curve.support.left[-1])
        if found[1].quality == "not_computable" and 0 < reach < threshold:
            found.append(self._beyond(curve, reach, str(round(reach))))
        return found

    def _median(self, curve: Curve) -> Result:
        left, right = curve.median_cells()
        if math.isinf(right[0]):
            return self._missing(self.median, curve, self.cell)
        tail = (1 - _LEVEL) / 2
        high = _upper(right, 1 - tail)
        estimate = Estimate(
            float(curve.median()[0]), float(np.quantile(left, tail)), high, self.n, _LEVEL
        )
        return result(
            self.median, estimate, self.cell, source="survey", method="turnbull/1",
            quality="reserve" if math.isnan(high) else "estimated",
            note=_UNBOUNDED if math.isnan(high) else None,
        )  # fmt: skip

    def _beyond(self, curve: Curve, duration: float, months: str) -> Result:
        least, most = curve.beyond(duration)
        cell = _over(self.cell, months)
        inside_last = curve.support.left[-1] < duration and math.isinf(curve.support.right[-1])
        if inside_last and most[0] > least[0]:
            return self._missing(self.share, curve, cell)
        low, high = _lowest(least, self.n), 1 - _lowest(1 - most, self.n)
        value = float(curve.beyond_interpolated(duration)[0])
        estimate = Estimate(value, min(low, value), max(high, value), self.n, _LEVEL)
        return result(self.share, estimate.scaled(100), cell, source="survey",
                      method="turnbull/1", quality="estimated")  # fmt: skip

    def _missing(self, name: str, curve: Curve, cell: Cell) -> Result:
        reach, beyond = float(curve.support.left[-1]), float(curve.mass[0, -1])
        return missing(name, self.why(reach, beyond), cell, source="survey",
                       unlocked_by=("premises",), n=self.n)  # fmt: skip


def _over(cell: Cell, months: int | str) -> Cell:
    return cell.part("months_over", str(months))


def _snapped(curve: Curve, threshold: float) -> float:
    """Return the limit of a cell within six weeks of the threshold, else the threshold."""
    limits = np.concatenate([curve.support.left, curve.support.right])
    limits = limits[np.isfinite(limits)]
    nearest = float(limits[np.argmin(np.abs(limits - threshold))])
    return nearest if abs(nearest - threshold) <= NEAR_MONTHS else float(threshold)


def distribution(zone: str, curve: Curve | None) -> pd.DataFrame:
    """Return the cells of a curve and their shares, without a row if there is no curve."""
    if curve is None:
        return pd.DataFrame(columns=["zone", "over_months", "up_to_months", "share"])
    return pd.DataFrame(
        {
            "zone": zone, "over_months": curve.support.left, "up_to_months": curve.support.right,
            "share": 100 * curve.mass[0],
        }
    )  # fmt: skip


# ---------------------------------------------------------------- bootstrap and words


def _fit(
    low: Floats, high: Floats, premises: pd.Series[str], bootstrap: int, rng: np.random.Generator
) -> Curve:
    """Fit the curve, and again on whole premises drawn with replacement."""
    bounds = np.column_stack(on_common_limits(low, high))
    patterns, index = np.unique(bounds, axis=0, return_inverse=True)
    owner = pd.factorize(premises)[0]
    owners = int(owner.max()) + 1
    spells_of = np.zeros((owners, len(patterns)))
    np.add.at(spells_of, (owner, index.ravel()), 1.0)
    drawn = rng.multinomial(owners, np.full(owners, 1 / owners), size=bootstrap)
    weights = np.vstack([np.ones(owners), drawn]) @ spells_of
    return turnbull(patterns[:, 0], patterns[:, 1], weights)


def _lowest(shares: Floats, n: int) -> float:
    """Return the lower bound of a share, given its estimate and then its bootstrap replicates.

    The lowest of three: the percentile of the bootstrap, the normal bound on the scale of
    log(−log) with the bootstrap's error (better when few are followed to the end), and the Wilson
    bound of ``n`` durations all followed (which alone has a width where no replicate differs).
    """
    share = min(max(float(shares[0]), 0.0), 1.0)
    bounds = [float(np.quantile(shares, (1 - _LEVEL) / 2)), wilson(share * n, n, _LEVEL)[0]]
    if 0 < share < 1:
        scale = np.log(-np.log(np.clip(shares, 1e-9, 1 - 1e-9)))
        half = float(norm.ppf(0.5 + _LEVEL / 2)) * float(np.std(scale[1:], ddof=1))
        bounds.append(math.exp(-math.exp(float(scale[0]) + half)))
    return max(min(bounds), 0.0)


def _upper(values: Floats, q: float) -> float:
    """Return a quantile that is NaN where it is infinite."""
    bound = float(np.quantile(values, q, method="higher"))
    return math.nan if math.isinf(bound) else bound


def _older(months: float, share: float) -> Text:
    if months == 0:
        return _ONE_VISIT
    return Text(
        f"Les vagues remontent à {number(months, 'fr')} mois : {percent(100 * share, 'fr')} des "
        "locaux vacants le sont depuis plus longtemps, sans que l'on sache depuis quand. Une date "
        "de début de vacance (vacant_since) ou une vague plus ancienne le dira.",
        f"The waves go back {number(months, 'en')} months: {percent(100 * share, 'en')} of the "
        "vacant premises have been so for longer, since an unknown day. A start date "
        "(vacant_since) or an earlier wave will tell.",
    )


def _longer(months: float, share: float) -> Text:
    return Text(
        f"Le suivi des locaux vus se vider va jusqu'à {number(months, 'fr')} mois : "
        f"{percent(100 * share, 'fr')} sont restés vides au-delà. Une vague de plus le dira.",
        f"Premises seen to empty are followed for up to {number(months, 'en')} months: "
        f"{percent(100 * share, 'en')} stayed empty beyond. One more wave will tell.",
    )


def _no_spell(n: int) -> Text:
    if n == 0:
        return _NONE_EMPTIED
    return Text(
        f"Locaux vus se vider : {number(n, 'fr')}, dont aucun n'a été revu ensuite. Il faut une "
        "vague de plus sur les mêmes locaux.",
        f"Premises seen to empty: {number(n, 'en')}, none of which was seen again. It takes one "
        "more wave of the same premises.",
    )


_ONE_VISIT = Text(
    "Une seule visite de ces locaux ne dit pas depuis quand ils sont vides. Une date de début de "
    "vacance (vacant_since) ou une autre vague le dira.",
    "One visit of these premises does not tell since when they are empty. A start date "
    "(vacant_since) or another wave will tell.",
)
_NONE_EMPTIED = Text(
    "Aucun local n'a été vu se vider d'une vague à l'autre. Il faut une vague de plus sur les "
    "mêmes locaux.",
    "No premises was seen to empty from one wave to the next. It takes one more wave of the same "
    "premises.",
)
_NONE_VACANT = Text(
    "Aucun local vacant à la dernière vague.", "No vacant premises at the last wave."
)
_UNBOUNDED = Text(
    "La borne haute de l'intervalle dépasse ce que les vagues permettent de voir.",
    "The upper bound of the interval lies beyond what the waves can see.",
)
