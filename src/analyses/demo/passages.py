"""Street counters of the demo city: daily passages that answer to shops and to works.

Eight counters stand in streets of their own. What passes follows the town, and:

- the vacancy around each: from one survey to the next, passages change by
  :data:`FOOTFALL_PER_POINT` (log) for each point of vacancy among the premises that are nearer to
  the counter than to any other, within :data:`CATCHMENT` metres;
- the street made anew (:mod:`renewal`): a lasting uplift, whatever its vacancy;
- works in one street: a drop while they last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyses.demo import footfall, plan, renewal
from analyses.demo.commerce import Survey
from analyses.demo.footfall import Floats
from analyses.demo.streets import Network, along, degrees, length

FOOTFALL_PER_POINT = -0.012
"""Change of the log of passages for one point of vacancy more around the counter."""
CATCHMENT = 150.0
OWN_SPREAD = 0.04
"""Standard deviation (log) of what one street does on its own from day to day."""
HALF_RAMP = 60
"""Days before and after a survey over which passages go from one year's level to the next."""
WORKS_STREET = "Rue de la Rotonde"
WORKS = (date(2024, 2, 5), date(2024, 6, 28))
WORKS_EFFECT = -25.0
"""Change of footfall in the street while the works last, percent."""
_METRES = 111_320.0


@dataclass(frozen=True, slots=True)
class Counter:
    """A daily counter: its street and its mean passages a weekday."""

    id: str
    zone_id: str
    street: str
    level: float


COUNTERS: tuple[Counter, ...] = (
    Counter("R-01", "hypercentre", "Rue des Halles", 2300),
    Counter("R-02", "hypercentre", "Rue des Carmes", 1250),
    Counter("R-03", "centre", renewal.STREET, 1700),
    Counter("R-04", "centre", "Rue des Jardins", 900),
    Counter("R-05", "centre", "Rue du Faubourg-Saint-Éloi", 1100),
    Counter("R-06", "faubourg-gare", WORKS_STREET, 1300),
    Counter("R-07", "faubourg-saint-eloi", "Rue du Moulin-Brûlé", 800),
    Counter("R-08", "faubourg-saint-eloi", "Route de Saint-Éloi", 700),
)


@dataclass(frozen=True, slots=True)
class Passages:
    """What is generated.

    Parameters
    ----------
    sensors : DataFrame
        As in the footfall of the town.
    counts : DataFrame
        ``date`` and one column a counter.
    truth : dict
        What a perfect crossing of shops, passages and projects would find.
    """

    sensors: pd.DataFrame
    counts: pd.DataFrame
    truth: dict[str, Any]


def passages(
    rng: np.random.Generator, network: Network, survey: Survey, town: footfall.Footfall
) -> Passages:
    """Draw the daily passages of the street counters.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of every draw.
    network : Network
        Streets; a counter stands in the middle of its own.
    survey : Survey
        Premises and their histories.
    town : Footfall
        The town's other sensors, and what moves all streets alike.
    """
    days = pd.date_range(footfall.FIRST, footfall.LAST, freq="D")
    sensors = _sensors(network)
    spots = pd.concat([sensors, town.sensors], ignore_index=True)[["lon", "lat"]].to_numpy(float)
    vacancy = _vacancy(survey, spots)[: len(COUNTERS)]
    frame: dict[str, Any] = {"date": days.strftime("%Y-%m-%d")}
    for rank, counter in enumerate(COUNTERS):
        own = rng.normal(0, OWN_SPREAD, len(days))
        law = effects(days, counter, vacancy[rank])
        drawn = rng.poisson(np.exp(math.log(counter.level) + town.town + own + law))
        frame[counter.id] = drawn
    return Passages(sensors, pd.DataFrame(frame), truth(survey, vacancy))


def effects(days: pd.DatetimeIndex, counter: Counter, vacancy: Floats) -> Floats:
    """Return what shops and works change in a street, in logs, by day.

    Parameters
    ----------
    days : DatetimeIndex
        Days.
    counter : Counter
        The counter.
    vacancy : array, shape (waves,)
        Vacancy around it at each survey, %.
    """
    if counter.street == renewal.STREET:
        uplift = math.log1p(renewal.FOOTFALL_UPLIFT / 100)
        return np.asarray(uplift * (days >= pd.Timestamp(renewal.START)), dtype=np.float64)
    steps = np.nan_to_num(np.diff(vacancy)) * FOOTFALL_PER_POINT  # no premises, no answer
    logs = np.zeros(len(days))
    for wave, step in zip(plan.WAVES[:-1], steps, strict=True):
        since = (days - pd.Timestamp(wave)).days.to_numpy()
        logs += step * np.clip((since + HALF_RAMP) / (2 * HALF_RAMP), 0.0, 1.0)
    logs -= logs[0]
    if counter.street == WORKS_STREET:
        inside = (days >= pd.Timestamp(WORKS[0])) & (days <= pd.Timestamp(WORKS[1]))
        logs += math.log1p(WORKS_EFFECT / 100) * inside
    return logs


def truth(survey: Survey, vacancy: Floats) -> dict[str, Any]:
    """Return what a perfect crossing would find."""
    chosen = [c for c in COUNTERS if c.street != renewal.STREET]
    waves = [wave.isoformat() for wave in plan.WAVES]
    return {
        "fictitious": "Ville fictive : valeurs inventées, pour éprouver les calculs.",
        "units": "vacancy in %, changes of vacancy in points, effects on footfall in %",
        "association": {
            "sensors": [counter.id for counter in chosen],
            "log_footfall_per_vacancy_point": FOOTFALL_PER_POINT,
            "vacancy_points_per_10_percent_more_footfall": round(
                math.log(1.1) / FOOTFALL_PER_POINT, 6
            ),
            "catchment_metres": CATCHMENT,
            "vacancy": {
                counter.id: {
                    wave: round(float(value), 4)
                    for wave, value in zip(waves, vacancy[rank], strict=True)
                }
                for rank, counter in enumerate(COUNTERS)
            },
        },
        "requalification": {
            "project_id": "REQ-2023",
            "sensor_id": next(c.id for c in COUNTERS if c.street == renewal.STREET),
            **renewal.truth(survey.places, survey.stock, survey.spells),
        },
        "works": {
            "project_id": "TRX-2024",
            "street": WORKS_STREET,
            "sensor_id": next(c.id for c in COUNTERS if c.street == WORKS_STREET),
            "start": WORKS[0].isoformat(),
            "end": WORKS[1].isoformat(),
            "footfall_effect": WORKS_EFFECT,
        },
    }


def _sensors(network: Network) -> pd.DataFrame:
    lines = {street.name: street.line for street in network.streets}
    rows = []
    for counter in COUNTERS:
        line = lines[counter.street]
        lon, lat = degrees(along(line, np.array([length(line) / 2]), np.zeros(1)))[0]
        place = (round(float(lon), 6), round(float(lat), 6))
        rows.append((counter.id, counter.street, counter.zone_id, *place))
    return pd.DataFrame(rows, columns=["sensor_id", "name", "zone_id", "lon", "lat"])


def _vacancy(survey: Survey, spots: NDArray[np.float64]) -> Floats:
    """Return the vacancy (%) around each spot at each survey; NaN around none."""
    east = math.cos(math.radians(plan.LATITUDE)) * _METRES
    scale = np.array([east, _METRES])
    points = survey.places[["lon", "lat"]].to_numpy(float) * scale
    gap = np.linalg.norm(points[:, None, :] - spots[None, :, :] * scale, axis=2)
    nearest = np.where(gap.min(axis=1) <= CATCHMENT, gap.argmin(axis=1), -1)
    vacant = renewal.vacant_at(survey.spells, plan.WAVES, len(points))
    rates = np.full((len(spots), len(plan.WAVES)), np.nan)
    for rank, wave in enumerate(plan.WAVES):
        time = plan.years(wave)
        there = (survey.stock.enters <= time) & (survey.stock.leaves > time)
        for spot in np.unique(nearest[nearest >= 0]):
            rates[spot, rank] = 100 * vacant[there & (nearest == spot), rank].mean()
    return rates
