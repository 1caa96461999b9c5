"""The truth behind the demo city: what a perfect analysis of an infinite city would find.

Expected values come from the laws of :mod:`analyses.demo.plan`, never from the draws; what was
drawn is under ``realised``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyses.demo import openmap, people, plan, trade
from analyses.demo.commerce import Survey
from analyses.demo.occupancy import END
from analyses.demo.register import Establishment

_STRUCTURAL = 2.0
_MONTHS = 12.0
_GRID = np.linspace(0, 20, 20_001)
"""Ages, in years, at which the laws of durations are tabulated."""
_DIVISIONS = ("47", "56", "96")


def truth(survey: Survey, found: tuple[Establishment, ...]) -> dict[str, Any]:
    """Return the truth of a generated city.

    Parameters
    ----------
    survey : Survey
        Its premises.
    found : tuple of Establishment
        Its register.

    Returns
    -------
    dict
        Ready for JSON; rates in percent, hazards per year, durations in months.
    """
    return {
        "fictitious": "Ville fictive : valeurs inventées, pour éprouver les calculs.",
        "units": "rates in %, hazards per year of 365.25 days, durations in months",
        "laws": _laws(),
        "vacancy": vacancy_by_wave(survey),
        "trend": trend(survey),
        "transitions": transitions(),
        "yearly_transitions": yearly_transitions(survey),
        "durations": durations(survey),
        "survival": survival(),
        "diversity": diversity(survey),
        "realised": {
            "coverage": _coverage(survey),
            "openings_closures": openings_closures(found),
            "register": _register(survey, found),
        },
        "openstreetmap": {
            "share_of_shops_mapped": _percent(openmap.MAPPED_SHARE),
            "share_of_vacant_mapped_as_vacant": _percent(openmap.VACANT_MAPPED_SHARE),
            "share_of_vacant_mapped_as_shop": _percent(openmap.STALE_SHARE),
            "invalid_opening_hours": list(openmap.BROKEN_HOURS),
        },
        "planted": {
            "personal_names": [*people.OWNERS, *people.KEEPERS],
            "hostile_sign": trade.HOSTILE_NAME,
        },
    }


def vacancy_by_wave(survey: Survey) -> dict[str, Any]:
    """Return the expected vacancy rate (%) by wave and zone, over the premises that exist then."""
    rates = _expected(survey)
    table = rates.pivot_table("probability", "wave", "zone_id", aggfunc="mean")
    total = rates.groupby("wave")["probability"].mean()
    counts = rates.pivot_table("probability", "wave", "zone_id", aggfunc="size")
    return {
        wave.date().isoformat(): {
            "premises": {zone.id: int(counts.loc[wave, zone.id]) for zone in plan.ZONES},
            "rate": {
                "*": _percent(total[wave]),
                **{zone.id: _percent(table.loc[wave, zone.id]) for zone in plan.ZONES},
            },
        }
        for wave in table.index
    }


def trend(survey: Survey) -> dict[str, Any]:
    """Return the expected change of the vacancy rate, points a year.

    By zone it is the law's slope. Over zones it is the least-squares slope of the expected rates:
    for the premises of every wave (``matched``) and for all of them (``all``); the difference is
    due to new and dropped premises alone.
    """
    rates = _expected(survey)
    waves = rates.groupby("premises_id")["wave"].transform("size")
    matched = _slope(rates[waves == len(plan.WAVES)])
    everything = _slope(rates)
    return {
        "points_per_year": {zone.id: round(100 * zone.slope, 6) for zone in plan.ZONES},
        "matched": matched,
        "all": everything,
        "composition": round(everything - matched, 6),
    }


def transitions() -> list[dict[str, Any]]:
    """Return, by zone and interval between waves, the true chances (%) of changing state."""
    rows = []
    for zone in plan.ZONES:
        for before, after in zip(plan.WAVES[:-1], plan.WAVES[1:], strict=True):
            entry, relet = plan.transition(zone, plan.years(before), plan.years(after))
            rows.append(
                {
                    "zone": zone.id,
                    "from": before.isoformat(),
                    "to": after.isoformat(),
                    "occupied_to_vacant": _percent(entry),
                    "vacant_to_occupied": _percent(relet),
                }
            )
    return rows


def yearly_transitions(survey: Survey) -> dict[str, dict[str, float]]:
    """Return the true chances (%) of changing state within a year, on average from wave to wave.

    Over zones (``*``) each chance is averaged over the premises expected in the state it starts
    from.
    """
    starts = [plan.years(day) for day in plan.WAVES[:-1]]
    chances, weights = {}, {}
    for zone in plan.ZONES:
        there = np.array([_existing(survey, zone.id, time) for time in starts])
        vacant = np.array([float(plan.vacancy(zone, time)) for time in starts])
        chances[zone.id] = np.array([plan.transition(zone, time, time + 1) for time in starts])
        weights[zone.id] = np.column_stack([there * (1 - vacant), there * vacant])
    chances["*"] = np.vstack(list(chances.values()))
    weights["*"] = np.vstack(list(weights.values()))
    return {
        key: {
            "occupied_to_vacant": _percent(
                np.average(chances[key][:, 0], weights=weights[key][:, 0])
            ),
            "vacant_to_occupied": _percent(
                np.average(chances[key][:, 1], weights=weights[key][:, 1])
            ),
        }
        for key in chances
    }


def _existing(survey: Survey, zone_id: str, time: float) -> int:
    here = (survey.stock.enters <= time) & (survey.stock.leaves > time)
    return int(np.count_nonzero(here & (survey.places["zone_id"].to_numpy() == zone_id)))


def durations(survey: Survey) -> dict[str, dict[str, float]]:
    r"""Return the law of vacancy durations, by zone and over all of them (``*``).

    ``ages``: time that the premises vacant at the last wave ``T`` have been vacant. The share
    vacant for more than ``a`` years is :math:`p(T - a) e^{-\mu a} / p(T)`. ``spells``: whole length
    of the vacancies that begin between the first and the last wave, exponential of hazard
    :math:`\mu` in each zone; over zones they weigh as their expected number.
    """
    first, last = plan.years(plan.WAVES[0]), plan.years(plan.WAVES[-1])
    times = np.linspace(first, last, 101)
    ages, spells = {}, {}
    for zone in plan.ZONES:
        ages[zone.id] = _existing(survey, zone.id, last) * _older(zone, last)
        begun = plan.entry_hazard(zone, times) * (1 - plan.vacancy(zone, times))
        there = np.array([_existing(survey, zone.id, float(time)) for time in times])
        spells[zone.id] = float((begun * there).mean()) * np.exp(-zone.relet * _GRID)
    ages["*"] = np.sum(list(ages.values()), axis=0)
    spells["*"] = np.sum(list(spells.values()), axis=0)
    return {
        key: {
            "ages_median_months": _median(ages[key]),
            "ages_over_24_months": _percent(
                np.interp(_STRUCTURAL, _GRID, ages[key] / ages[key][0])
            ),
            "spells_median_months": _median(spells[key]),
            "spells_over_24_months": _percent(
                np.interp(_STRUCTURAL, _GRID, spells[key] / spells[key][0])
            ),
        }
        for key in ages
    }


def _older(zone: plan.ZonePlan, last: float) -> NDArray[np.float64]:
    """Return the probability of being vacant at ``last`` since more than each age of the grid."""
    return plan.vacancy(zone, last - _GRID) * np.exp(-zone.relet * _GRID)


def _median(decreasing: NDArray[np.float64]) -> float:
    share = decreasing / decreasing[0]
    return round(_MONTHS * float(np.interp(0.5, share[::-1], _GRID[::-1])), 4)


def survival() -> dict[str, float]:
    """Return the share (%) of establishments that outlive 1, 3 and 5 years."""
    hazard = plan.CLOSURE_HAZARD
    return {"hazard": hazard} | {
        f"at_{age}_years": _percent(math.exp(-hazard * age)) for age in (1, 3, 5)
    }


def diversity(survey: Survey) -> dict[str, Any]:
    """Return the expected mix of activities of the let premises and its Hill numbers."""
    last = plan.years(plan.WAVES[-1])
    here = (survey.stock.leaves > last) & (survey.stock.enters <= last)
    zones = survey.places["zone_id"].to_numpy()[here]
    families = np.array([item.family for item in trade.TRADES])
    names = list(dict.fromkeys(families))
    mixes = {}
    total = np.zeros(len(trade.TRADES))
    for zone in plan.ZONES:
        share = trade.shares(zone.id)
        let = np.count_nonzero(zones == zone.id) * (1 - float(plan.vacancy(zone, last)))
        total += let * share
        mixes[zone.id] = share
    mixes["*"] = total / total.sum()
    return {
        key: {
            "families": {name: _percent(share[families == name].sum()) for name in names},
            "hill_families": _hill([share[families == name].sum() for name in names]),
            "hill_activities": _hill(share),
        }
        for key, share in mixes.items()
    }


def openings_closures(found: tuple[Establishment, ...]) -> dict[str, Any]:
    """Return the openings and closures of the register, by year, as drawn.

    ``premises`` are the shops of the city's premises; ``divisions_47_56_96`` are all those whose
    last activity is in these divisions, with or without premises. ``transfers`` of the year are in
    both counts: a tenant who moves closes one establishment and opens another.
    """
    shops = [one for one in found if one.role == "shop"]
    retail = [one for one in found if one.periods[-1].code[:2] in _DIVISIONS and _current(one)]
    return {"premises": _by_year(shops), "divisions_47_56_96": _by_year(retail)}


def _current(one: Establishment) -> bool:
    return one.role in ("shop", "remote", "dormant")


def _by_year(chosen: list[Establishment]) -> dict[str, dict[str, int]]:
    opened = [one.created for one in chosen if one.created is not None]
    closed = [one.periods[-1].start for one in chosen if one.periods[-1].state == "F"]
    moved = [one.created for one in chosen if one.moved_from >= 0 and one.created is not None]
    return {
        str(year): {
            "openings": sum(day.year == year and day <= plan.EXTRACT for day in opened),
            "closures": sum(day is not None and day.year == year for day in closed),
            "transfers": sum(day.year == year for day in moved),
        }
        for year in range(plan.ORIGIN.year, plan.EXTRACT.year + 1)
    }


def _laws() -> dict[str, Any]:
    last = plan.years(plan.WAVES[-1])
    first = plan.years(plan.WAVES[0])
    return {
        "vacancy": "p(t) = vacancy up to 2017-01-01, then vacancy + slope (t - 2017-01-01)",
        "zones": {
            zone.id: {
                "vacancy": _percent(zone.vacancy),
                "slope_points_per_year": round(100 * zone.slope, 6),
                "entry_hazard_first_wave": round(float(plan.entry_hazard(zone, first)), 6),
                "entry_hazard_last_wave": round(float(plan.entry_hazard(zone, last)), 6),
                "relet_hazard": zone.relet,
            }
            for zone in plan.ZONES
        },
    }


def _expected(survey: Survey) -> pd.DataFrame:
    rates = survey.table[["premises_id", "wave", "zone_id"]].assign(probability=survey.probability)
    return rates[rates["probability"].notna()]


def _slope(rates: pd.DataFrame) -> float:
    days = (rates["wave"] - pd.Timestamp(plan.ORIGIN)).dt.days / 365.25
    return round(100 * float(np.polyfit(days, rates["probability"], 1)[0]), 6)


def _coverage(survey: Survey) -> dict[str, dict[str, float]]:
    table = survey.table[~np.isnan(survey.probability)]
    seen = table.assign(seen=100.0 * (table["status"] != "unknown"))
    rates = seen.pivot_table("seen", "wave", "zone_id", aggfunc="mean")
    return {
        wave.date().isoformat(): {zone.id: round(float(row[zone.id]), 4) for zone in plan.ZONES}
        for wave, row in rates.iterrows()
        if isinstance(wave, pd.Timestamp)
    }


def _register(survey: Survey, found: tuple[Establishment, ...]) -> dict[str, int]:
    spells = survey.spells
    current = spells[~spells["vacant"].to_numpy(bool) & (spells["end"] > END)]
    leaves = survey.stock.leaves[current["premises"].to_numpy()]
    let = set(current.index[leaves > END])
    active = [one for one in found if one.periods[-1].state == "A"]
    tenants = [one for one in active if one.spell in let]
    return {
        "premises_let_at_extraction": len(let),
        "of_which_establishment_visible": sum(not one.hidden for one in tenants),
        "of_which_establishment_hidden": sum(one.hidden for one in tenants),
        "active_without_premises": sum(one.role in ("remote", "office") for one in active),
        "active_but_gone": sum(one.role == "dormant" for one in active),
    }


def _hill(shares: Iterable[float] | NDArray[np.float64]) -> dict[str, float]:
    p = np.array(list(shares), dtype=float)
    p = p[p > 0]
    return {
        "q0": float(p.size),
        "q1": round(math.exp(-float((p * np.log(p)).sum())), 6),
        "q2": round(1 / float((p**2).sum()), 6),
    }


def _percent(share: float) -> float:
    return round(100 * float(share), 6)
