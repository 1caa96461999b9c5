"""Vacancy rate, survey coverage and stock, by wave, zone, street, activity family and surface.

Three uncertainties are kept apart. The main interval (Wilson) reads the survey as one draw of what
the zone could have shown, which is what a comparison of zones or waves needs. The census interval
counts only the premises not seen, as if missed at random. The bounds assume nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from analyses import indicators
from analyses.commerce.areas import Parts, by_zone
from analyses.commerce.outcome import ALL, Cell, count, missing, result
from analyses.commerce.panel import OCCUPIED, VACANT, Panel
from analyses.commerce.proportions import share, wilson_finite
from analyses.results import Estimate, Quality, Result
from analyses.wording import Text, day, number, percent, plural

SURFACE_BREAKS = (50.0, 100.0, 200.0, 400.0)
MIN_COVERAGE = 80.0
MAX_FAMILY_UNKNOWN = 0.2
UNKNOWN_PART = "unknown"
PARTS = {"street": "street", "activity_family": "family", "surface_class": "surface_class"}


@dataclass(frozen=True, slots=True)
class Rates:
    """Vacancy rates with their counts.

    Parameters
    ----------
    results : tuple of Result
        ``premises_count``, ``survey_coverage``, ``vacancy_rate`` and ``vacancy_bounds``.
    frame : pandas.DataFrame
        One row per wave, zone and part: ``wave_date``, ``zone``, ``breakdown``, ``category``,
        ``listed``, ``expected``, ``known``, ``vacant`` (counts), ``coverage``, ``value``, ``low``,
        ``high``, ``census_low``, ``census_high``, ``bound_low``, ``bound_high`` (%; NaN where not
        shown), ``quality``.
    """

    results: tuple[Result, ...]
    frame: pd.DataFrame

    def usable_waves(self, zone: str, min_coverage: float) -> tuple[int, ...]:
        """Return the waves that give a rate and cover a zone enough, oldest first."""
        rows = self.frame[(self.frame["zone"] == zone) & (self.frame["breakdown"] == "total")]
        usable = (rows["coverage"] >= min_coverage) & (rows["quality"] != "not_computable")
        return tuple(rows.loc[usable, "wave"].sort_values())


def rates(
    panel: Panel,
    *,
    min_coverage: float = MIN_COVERAGE,
    surface_breaks: Sequence[float] = SURFACE_BREAKS,
) -> Rates:
    """Measure the vacancy rate of every wave, zone and part.

    Parameters
    ----------
    panel : Panel
        Premises × waves.
    min_coverage : float
        Coverage (%) under which a rate is not shown.
    surface_breaks : sequence of float
        Limits of the surface classes, in m², rising.

    Returns
    -------
    Rates
        Without any row for an empty panel.
    """
    rows = expected_rows(panel)
    rows["surface_class"] = surface_class(rows["surface_m2"], surface_breaks)
    results: list[Result] = []
    frames: list[dict[str, object]] = []
    lists = panel.one_status()
    for wave, when in enumerate(panel.dates):
        now = rows[rows["wave"] == wave]
        for cell, part in _cells(now, panel.parts):
            counted = _count(part)
            found = _results(counted, cell.at(when), min_coverage, _family_gap(cell, now))
            if wave in lists:
                found = _without_rate(found, counted, cell.at(when), _ONE_STATUS[lists[wave]])
            if cell == Cell() and wave:
                found = [_doubted(item, panel, wave) for item in found]
            results += found
            frames.append(_row(wave, when, cell, counted, found))
    return Rates(tuple(results), pd.DataFrame(frames, columns=_COLUMNS))


def expected_rows(panel: Panel) -> pd.DataFrame:
    """Return the premises expected in each wave: those listed, and those missed.

    A premises is missed if the wave has no row for it, though it was in the stock before and is
    seen again later, or was listed by the wave just before. Where most premises of a wave are new
    names, the identifiers do not follow the premises and nothing is counted as missed.

    Returns
    -------
    pandas.DataFrame
        Columns of :attr:`Panel.stock` and ``listed`` (bool).
    """
    stock = panel.stock.assign(listed=True)
    parts = [stock]
    for wave in range(1, len(panel.dates)):
        now = panel.records[panel.records["wave"] == wave]
        before = panel.records[panel.records["wave"] < wave]
        after = panel.records[panel.records["wave"] > wave]
        if now["premises_id"].isin(before["premises_id"]).mean() < 0.5:
            continue
        last = before.groupby("premises_id").tail(1)
        absent = ~last["premises_id"].isin(now["premises_id"])
        due = (last["wave"] == wave - 1) | last["premises_id"].isin(after["premises_id"])
        missed = last[absent & due & ~last["unavailable"]]
        parts.append(missed.assign(wave=wave, vacant=np.nan, listed=False))
    return pd.concat(parts, ignore_index=True)


def last_usable(panel: Panel, min_coverage: float) -> int | None:
    """Return the last wave whose coverage (%) reaches a threshold.

    If none does, the last one (its results say how incomplete it is); None without a wave.
    """
    rows = expected_rows(panel)
    covered = 100 * rows["vacant"].notna().groupby(rows["wave"]).mean()
    enough = covered[covered >= min_coverage]
    if not enough.empty:
        return int(enough.index.max())
    return len(panel.dates) - 1 if panel.dates else None


def surface_class(surface: pd.Series, breaks: Sequence[float]) -> pd.Series:
    """Name the surface class of each premises: ``0-50``, ``50-100`` … ``400+``, or ``unknown``.

    A surface on a limit belongs to the class above.
    """
    limits = [f"{limit:g}" for limit in breaks]
    names = [f"{a}-{b}" for a, b in zip(["0", *limits[:-1]], limits, strict=True)]
    names.append(f"{limits[-1]}+")
    codes = np.searchsorted(np.asarray(breaks, dtype=float), surface.to_numpy(float), side="right")
    classes = pd.Series(np.asarray(names, dtype=object)[np.minimum(codes, len(names) - 1)])
    classes.index = surface.index
    return classes.where(surface.notna(), UNKNOWN_PART)


@dataclass(frozen=True, slots=True)
class _Counted:
    listed: int
    expected: int
    known: int
    vacant: int

    @property
    def coverage(self) -> float:
        return 100 * self.known / self.expected if self.expected else 0.0


_COLUMNS = [
    "wave", "wave_date", "zone", "breakdown", "category", "listed", "expected", "known", "vacant",
    "coverage", "value", "low", "high", "census_low", "census_high", "bound_low", "bound_high",
    "quality",
]  # fmt: skip


def _cells(now: pd.DataFrame, parts: Parts) -> Iterator[tuple[Cell, pd.DataFrame]]:
    yield Cell(), now
    for zone, part in by_zone(now, parts):
        yield Cell(zone=zone), part
    for breakdown, column in PARTS.items():
        values = now[column].astype("object").where(now[column].notna(), UNKNOWN_PART)
        if (values == UNKNOWN_PART).all():
            continue
        for category, part in now.groupby(values, sort=True):
            yield Cell().part(breakdown, str(category)), part


def _count(part: pd.DataFrame) -> _Counted:
    return _Counted(
        listed=int(part["listed"].sum()),
        expected=len(part),
        known=int(part["vacant"].notna().sum()),
        vacant=int((part["vacant"] == 1.0).sum()),
    )


def _family_gap(cell: Cell, now: pd.DataFrame) -> tuple[int, int] | None:
    """Return vacant premises without a former family, and all vacant ones, for a family's cell."""
    if cell.breakdown != "activity_family":
        return None
    vacant = now[now["vacant"] == 1.0]
    return int(vacant["family"].isna().sum()), len(vacant)


def _results(
    counted: _Counted, cell: Cell, min_coverage: float, family_gap: tuple[int, int] | None
) -> list[Result]:
    results = []
    if cell.breakdown == "total":
        results.append(count("premises_count", counted.listed, cell, source="survey"))
        covered = counted.coverage
        coverage = Estimate(covered, covered, covered, counted.expected)
        results.append(result("survey_coverage", coverage, cell, source="survey", method="share/1"))
    if cell.category == UNKNOWN_PART:
        return results
    results.append(_rate(counted, cell, min_coverage, family_gap))
    unseen = counted.expected - counted.known
    if cell.breakdown == "total" and unseen and results[-1].computable:
        low, high = _bounds(counted)
        value = results[-1].estimate.value
        results.append(
            result("vacancy_bounds", Estimate(value, low, high, counted.expected), cell,
                   source="survey", method="bounds/1")
        )  # fmt: skip
    return results


def _rate(
    counted: _Counted, cell: Cell, min_coverage: float, family_gap: tuple[int, int] | None
) -> Result:
    unseen = counted.expected - counted.known
    if counted.coverage < min_coverage:
        why = _low_coverage(counted, min_coverage, cell.end)
        return missing("vacancy_rate", why, cell, source="survey", unlocked_by=("premises",),
                       n=counted.known)  # fmt: skip
    quality: Quality = "measured"
    note = _unseen(unseen, counted.expected) if unseen else None
    if family_gap is not None and family_gap[0]:
        gap, vacant = family_gap
        if gap > MAX_FAMILY_UNKNOWN * vacant:
            return missing("vacancy_rate", _former_family(gap, vacant), cell, source="survey",
                           unlocked_by=("premises",), n=counted.known)  # fmt: skip
        quality, note = "reserve", _former_family(gap, vacant)
    return result(
        "vacancy_rate", share(counted.vacant, counted.known), cell,
        source="survey", method="wilson/1", quality=quality, note=note,
    )  # fmt: skip


def _without_rate(found: list[Result], counted: _Counted, cell: Cell, why: Text) -> list[Result]:
    """Replace the rate of a list of premises of one status, whose others were never listed."""
    kept = [item for item in found if item.indicator not in ("vacancy_rate", "vacancy_bounds")]
    if cell.category == UNKNOWN_PART:
        return kept
    return [*kept, missing("vacancy_rate", why, cell, source="survey",
                           unlocked_by=("premises",), n=counted.known)]  # fmt: skip


_ONE_STATUS = {
    VACANT: Text(
        "Tous les locaux de ce relevé sont vides : c'est une liste de locaux vacants, non un "
        "relevé de tous les locaux. Ajouter les locaux occupés pour obtenir un taux.",
        "Every premises of this survey is vacant: it is a list of vacant premises, not a survey of "
        "all. Add the occupied ones to get a rate.",
    ),
    OCCUPIED: Text(
        "Aucun local de ce relevé n'est vide : c'est sans doute une liste de commerces ouverts, "
        "non un relevé de tous les locaux. Ajouter les locaux vides pour obtenir un taux.",
        "No premises of this survey is vacant: it is most likely a list of open shops, not a "
        "survey of all premises. Add the vacant ones to get a rate.",
    ),
}


def _doubted(found: Result, panel: Panel, wave: int) -> Result:
    """Mark the rate of a wave that shares few premises with the wave before."""
    shared, smaller = panel.shared(wave)
    if found.indicator != "vacancy_rate" or not found.computable or 2 * shared >= smaller:
        return found
    note = _few_shared(shared, smaller, panel.dates[wave - 1])
    if found.note is not None:
        note = Text(f"{found.note.fr} {note.fr}", f"{found.note.en} {note.en}")
    return replace(found, quality="reserve", note=note)


def _bounds(counted: _Counted) -> tuple[float, float]:
    unseen = counted.expected - counted.known
    return (
        100 * counted.vacant / counted.expected,
        100 * (counted.vacant + unseen) / counted.expected,
    )


def _row(
    wave: int, when: date, cell: Cell, counted: _Counted, found: Sequence[Result]
) -> dict[str, object]:
    rate = next((item for item in found if item.indicator == "vacancy_rate"), None)
    row: dict[str, object] = {
        "wave": wave, "wave_date": pd.Timestamp(when), "zone": cell.zone,
        "breakdown": cell.breakdown, "category": cell.category, "listed": counted.listed,
        "expected": counted.expected, "known": counted.known, "vacant": counted.vacant,
        "coverage": counted.coverage, "quality": "none" if rate is None else rate.quality,
    }  # fmt: skip
    if rate is None or not rate.computable:
        return row
    census = wilson_finite(counted.vacant, counted.known, counted.expected)
    low, high = _bounds(counted)
    estimate = rate.estimate
    return row | {
        "value": estimate.value, "low": estimate.low, "high": estimate.high,
        "census_low": 100 * census[0], "census_high": 100 * census[1],
        "bound_low": low, "bound_high": high,
    }  # fmt: skip


def band(rate: Result) -> Text | None:
    """Return the words of the published band that holds a rate with its whole interval.

    Nothing is returned for a rate without value, nor where the interval spans several bands: a
    street of ten premises cannot be called "very high" on one more empty shop.
    """
    bands = indicators.get(rate.indicator).bands
    if bands is None or not rate.computable:
        return None
    low, high = bands.of(rate.estimate.low), bands.of(rate.estimate.high)
    return low.label.text() if low == high else None


def _low_coverage(counted: _Counted, threshold: float, when: date | None) -> Text:
    wave_fr = "" if when is None else f"Vague du {day(when, 'fr')} : statut"
    wave_en = "" if when is None else f"Wave of {day(when, 'en')}: status"
    known = plural(counted.known, "local", "locaux")
    return Text(
        f"{wave_fr or 'Statut'} connu pour {number(counted.known, 'fr')} {known} sur "
        f"{number(counted.expected, 'fr')} attendus, soit {percent(counted.coverage, 'fr')} : "
        f"moins que le seuil de la ville ({percent(threshold, 'fr', 0)}). "
        "Compléter le relevé pour obtenir un taux.",
        f"{wave_en or 'Status'} known for {number(counted.known, 'en')} of "
        f"{number(counted.expected, 'en')} "
        f"expected premises, that is {percent(counted.coverage, 'en')}: below the city's "
        f"threshold ({percent(threshold, 'en', 0)}). Complete the survey to get a rate.",
    )


def _unseen(unseen: int, expected: int) -> Text:
    return Text(
        f"Statut inconnu pour {number(unseen, 'fr')} {plural(unseen, 'local', 'locaux')} sur "
        f"{number(expected, 'fr')} attendus, {plural(unseen, 'laissé', 'laissés')} hors du taux.",
        f"Unknown status for {number(unseen, 'en')} of {number(expected, 'en')} expected premises, "
        "left out of the rate.",
    )


def _few_shared(shared: int, smaller: int, before: date) -> Text:
    return Text(
        f"Locaux en commun avec la vague précédente ({day(before, 'fr')}) : "
        f"{number(shared, 'fr')} sur {number(smaller, 'fr')}. Les deux vagues portent sur des "
        "locaux différents, ou les identifiants ont changé : ne pas comparer leurs taux.",
        f"Premises in common with the wave before ({day(before, 'en')}): {number(shared, 'en')} "
        f"of {number(smaller, 'en')}. The two waves cover different premises, or the identifiers "
        "changed: do not compare their rates.",
    )


def _former_family(gap: int, vacant: int) -> Text:
    return Text(
        f"Activité précédente inconnue pour {number(gap, 'fr')} des {number(vacant, 'fr')} locaux "
        "vacants : les taux par famille en sont abaissés. Une vague antérieure ou l'activité "
        "précédente relevée les corrigerait.",
        f"Former activity unknown for {number(gap, 'en')} of the {number(vacant, 'en')} vacant "
        "premises: rates by family are lowered by it. An earlier wave, or the former activity "
        "recorded by the survey, would correct them.",
    )


__all__ = ["ALL", "Rates", "band", "expected_rows", "last_usable", "rates", "surface_class"]
