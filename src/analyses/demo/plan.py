"""What the demo city is made of: its zones, their known hazards and its survey calendar.

Everything that a test may want to recover is written here, once. Time is counted in years of
365.25 days from :data:`ORIGIN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

CITY_ID = "demo"
CITY_NAME = "Valmont-sur-Démo"
INSEE_CODE = "00042"
"""No department is numbered 00: the code can never be that of a real commune."""
POSTCODE = "00420"
LONGITUDE, LATITUDE = 2.15, 47.55

ORIGIN = date(2017, 1, 1)
"""Day before which vacancy is stationary and after which it follows its trend."""
REGISTER_START = date(2006, 1, 1)
"""Day from which every establishment's opening is known."""
EXTRACT = date(2025, 7, 1)
"""Day on which the register was extracted; the simulation stops there."""
WAVES: tuple[date, ...] = (
    date(2018, 6, 12), date(2019, 6, 11), date(2020, 6, 23), date(2021, 6, 15),
    date(2022, 6, 14), date(2023, 6, 13), date(2024, 6, 11), date(2025, 6, 17),
)  # fmt: skip

CLOSURE_HAZARD = 0.13
"""Hazard (per year) at which any establishment closes, in every zone and at every date: lifetimes
are exponential, so survival at ``t`` years is ``exp(-0.13 t)`` exactly."""


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """A zone of the demo city and the law of its vacancy.

    Parameters
    ----------
    id, name, kind : str
        As in ``zones.geojson``.
    premises : int
        Premises at the first wave.
    vacancy : float
        Probability of being vacant up to :data:`ORIGIN`.
    slope : float
        Change of that probability per year after :data:`ORIGIN`.
    relet : float
        Hazard (per year) at which a vacant premises is let again; constant.
    rent_eur_m2 : float
        Median rent, euros per m² and year.
    """

    id: str
    name: str
    kind: str
    premises: int
    vacancy: float
    slope: float
    relet: float
    rent_eur_m2: float


ZONES: tuple[ZonePlan, ...] = (
    ZonePlan("hypercentre", "Hypercentre", "hypercentre", 150, 0.080, 0.006, 0.60, 185),
    ZonePlan("centre", "Centre-ville hors hypercentre", "centre", 118, 0.115, 0.009, 0.45, 125),
    ZonePlan("faubourg-gare", "Faubourg de la Gare", "faubourg", 50, 0.150, 0.007, 0.36, 90),
    ZonePlan("faubourg-saint-eloi", "Faubourg Saint-Éloi", "faubourg", 46, 0.170, 0.003, 0.33, 80),
    ZonePlan("peripherie", "Zone des Prés-Neufs", "peripherie", 56, 0.050, 0.005, 0.70, 115),
)  # fmt: skip

ADDED: tuple[tuple[str, date, int], ...] = (
    ("peripherie", date(2021, 3, 1), 14),
    ("hypercentre", date(2022, 9, 1), 4),
    ("centre", date(2023, 10, 1), 4),
)
"""New premises: zone, day from which they exist, how many."""
REMOVED: tuple[tuple[str, int], ...] = (
    ("hypercentre", 3),
    ("centre", 8),
    ("faubourg-gare", 4),
    ("faubourg-saint-eloi", 5),
)
"""Premises that stop being commercial between the first and the last wave, whatever their state."""
UNKNOWN_SHARE = 0.03
"""Share of premises not seen at an ordinary wave, whatever their state."""
UNKNOWN_EXCEPTIONS: dict[tuple[str, int], float] = {
    ("hypercentre", 2): 0.10,
    ("centre", 2): 0.14,
    ("faubourg-gare", 2): 0.16,
    ("faubourg-saint-eloi", 2): 0.42,
    ("faubourg-saint-eloi", 0): 0.12,
}
"""Share not seen by zone and index of the wave, where it is not :data:`UNKNOWN_SHARE`."""


def years(day: date) -> float:
    """Return ``day`` in years from :data:`ORIGIN`."""
    return (day - ORIGIN).days / 365.25


def calendar_day(time: float) -> date:
    """Return the calendar day of a time in years from :data:`ORIGIN`."""
    return ORIGIN + timedelta(days=int(np.floor(time * 365.25)))


def zone(zone_id: str) -> ZonePlan:
    """Return a zone by its id.

    Raises
    ------
    KeyError
        If the demo city has no such zone.
    """
    for plan in ZONES:
        if plan.id == zone_id:
            return plan
    raise KeyError(zone_id)


def vacancy(plan: ZonePlan, time: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return the probability that a premises of the zone is vacant at ``time`` (years)."""
    elapsed = np.maximum(np.asarray(time, dtype=float), 0.0)
    return np.asarray(plan.vacancy + plan.slope * elapsed, dtype=np.float64)


def entry_hazard(plan: ZonePlan, time: NDArray[np.float64] | float) -> NDArray[np.float64]:
    r"""Return the hazard (per year) of becoming vacant that keeps :func:`vacancy` exact.

    The probability :math:`p` of a two-state process with entry hazard :math:`\lambda` and re-let
    hazard :math:`\mu` obeys :math:`p' = \lambda (1 - p) - \mu p`, hence
    :math:`\lambda = (p' + \mu p) / (1 - p)`.
    """
    probability = vacancy(plan, time)
    slope = np.where(np.asarray(time, dtype=float) > 0, plan.slope, 0.0)
    return np.asarray((slope + plan.relet * probability) / (1 - probability))


def transition(plan: ZonePlan, start: float, end: float) -> tuple[float, float]:
    r"""Return P(vacant at ``end`` | occupied at ``start``) and P(occupied | vacant), exactly.

    Two solutions of the equation of :func:`entry_hazard` differ by a factor
    :math:`\exp(-\int \lambda + \mu)`, and :math:`\lambda + \mu = (p' + \mu)/(1 - p)` integrates to
    :math:`(p' + \mu)/p' \ln[(1 - p_0)/(1 - p_1)]` where :math:`p` is linear.

    Parameters
    ----------
    plan : ZonePlan
        The zone.
    start, end : float
        Times in years; both at or after 0.
    """
    if start < 0 or end < start:
        raise ValueError("transition needs 0 <= start <= end")
    p0, p1 = float(vacancy(plan, start)), float(vacancy(plan, end))
    mixing = ((1 - p1) / (1 - p0)) ** ((plan.slope + plan.relet) / plan.slope)
    return p1 - p0 * mixing, (1 - p1) - (1 - p0) * mixing
