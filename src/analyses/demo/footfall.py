"""Footfall of the demo city: sensors, hourly counts, events and weather, with a written truth.

Passages are drawn hour by hour around a law that everyone can read: level × trend × weekday ×
season × holidays × weather × the town's mood of the day (autocorrelated) × events. The uplift of
each event, planted in percent, is what an analysis must find again; some events have none. A few
faults of sensors are planted too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyses.demo.streets import Network, along, degrees, length

Floats = NDArray[np.float64]

FIRST, LAST = date(2022, 7, 1), date(2025, 6, 30)
ZONE = "Europe/Paris"
MOOD_MEMORY, MOOD_SPREAD = 0.5, 0.06
"""Autocorrelation from a day to the next of the town's mood, and its standard deviation (log)."""
OWN_SPREAD = 0.05
"""Standard deviation (log) of what one street does on its own from day to day."""
RAIN_EFFECT, WARM_EFFECT = -0.09, 0.008
"""Effect (log) of a wet day, and of one degree above the season's temperature."""
SCHOOL_EFFECT, SALES_EFFECT = 0.05, 0.08


@dataclass(frozen=True, slots=True)
class Spot:
    """A sensor: zone, mean passages a weekday, change a year (log), share of passages at night."""

    id: str
    zone_id: str
    rank: int
    level: float
    trend: float
    night: float


SPOTS: tuple[Spot, ...] = (
    Spot("C-01", "hypercentre", 0, 6200, -0.020, 1.0),
    Spot("C-02", "hypercentre", 1, 4300, -0.010, 1.4),
    Spot("C-03", "hypercentre", 2, 2900, 0.015, 0.8),
    Spot("C-04", "centre", 0, 2100, 0.000, 0.9),
    Spot("C-05", "faubourg-gare", 0, 3400, 0.030, 1.1),
    Spot("C-06", "peripherie", 0, 1500, 0.040, 0.4),
)

_HYPER = ("C-01", "C-02", "C-03")


@dataclass(frozen=True, slots=True)
class Planted:
    """An event and the uplift, in percent, that it truly causes on its sensors."""

    id: str
    label: str
    kind: str
    start: date
    end: date
    sensors: tuple[str, ...]
    uplift: float


EVENTS: tuple[Planted, ...] = (
    Planted("braderie-2022", "Grande braderie 2022", "fair",
            date(2022, 9, 10), date(2022, 9, 11), _HYPER, 45.0),
    Planted("noel-2022", "Marché de Noël 2022", "christmas_market",
            date(2022, 12, 2), date(2022, 12, 18), _HYPER, 18.0),
    Planted("carnaval-2023", "Carnaval 2023", "parade",
            date(2023, 3, 18), date(2023, 3, 18), _HYPER, 30.0),
    Planted("musique-2023", "Fête de la musique 2023", "concert",
            date(2023, 6, 21), date(2023, 6, 21), _HYPER, 38.0),
    Planted("braderie-2023", "Grande braderie 2023", "fair",
            date(2023, 9, 9), date(2023, 9, 10), _HYPER, 45.0),
    Planted("noel-2023", "Marché de Noël 2023", "christmas_market",
            date(2023, 12, 1), date(2023, 12, 17), _HYPER, 18.0),
    Planted("carnaval-2024", "Carnaval 2024", "parade",
            date(2024, 3, 16), date(2024, 3, 16), _HYPER, 30.0),
    Planted("concours-2024", "Concours de vitrines 2024", "commercial",
            date(2024, 4, 20), date(2024, 4, 26), _HYPER, 0.0),
    Planted("gare-2024", "Portes ouvertes de la gare 2024", "festival",
            date(2024, 5, 25), date(2024, 5, 26), ("C-05",), 25.0),
    Planted("musique-2024", "Fête de la musique 2024", "concert",
            date(2024, 6, 21), date(2024, 6, 21), _HYPER, 38.0),
    Planted("braderie-2024", "Grande braderie 2024", "fair",
            date(2024, 9, 14), date(2024, 9, 15), _HYPER, 45.0),
    Planted("nocturne-2024", "Nocturne des commerçants 2024", "commercial",
            date(2024, 10, 4), date(2024, 10, 4), _HYPER, 0.0),
    Planted("noel-2024", "Marché de Noël 2024", "christmas_market",
            date(2024, 11, 29), date(2024, 12, 15), _HYPER, 18.0),
)  # fmt: skip

SALES: tuple[tuple[date, date], ...] = (
    (date(2023, 1, 11), date(2023, 2, 7)), (date(2023, 6, 28), date(2023, 7, 25)),
    (date(2024, 1, 10), date(2024, 2, 6)), (date(2024, 6, 26), date(2024, 7, 23)),
    (date(2025, 1, 8), date(2025, 2, 4)), (date(2025, 6, 25), date(2025, 7, 22)),
)  # fmt: skip

OUTAGE = ("C-04", date(2023, 10, 3), date(2023, 10, 12))
ZERO_RUN = ("C-02", date(2024, 2, 13), date(2024, 2, 21))
MOVED = ("C-06", date(2024, 9, 17), 0.45)
"""Faults: no row; only zeros; moved to a busier spot (log of the change of level)."""

_WEEK = np.log(np.array([0.86, 0.92, 1.04, 0.96, 1.10, 1.34, 0.42]))
_HOURS = np.array([8, 5, 3, 2, 2, 6, 18, 52, 92, 98, 112, 118, 104, 92, 104, 112, 118, 124, 112, 76,
                   46, 30, 20, 12], dtype=np.float64)  # fmt: skip
_DAWN = 6
_LATE = np.array([1.0] * 6 + [0.0] * 14 + [1.0] * 4)


@dataclass(frozen=True, slots=True)
class Footfall:
    """What is generated.

    Parameters
    ----------
    sensors, counts, events, weather : DataFrame
        As the files are written; ``counts`` is wide: ``date``, ``hour``, one column a sensor.
    town : array of float, shape (days,)
        What moves every street of the town alike, in logs: calendar, season, weather and mood.
    truth : dict
        Uplifts, trends, effects and faults.
    """

    sensors: pd.DataFrame
    counts: pd.DataFrame
    events: pd.DataFrame
    weather: pd.DataFrame
    town: Floats
    truth: dict[str, Any]


def footfall(rng: np.random.Generator, network: Network) -> Footfall:
    """Generate the footfall of the demo city.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of every draw.
    network : Network
        Its streets: each sensor stands in the middle of one of the busiest of its zone.
    """
    days = pd.date_range(FIRST, LAST, freq="D")
    weather, climate = _weather(rng, days)
    common = town(rng, days, weather, climate)
    rates = _rates(rng, days, common)
    counts = _counts(rng, days, rates)
    return Footfall(
        sensors=_sensors(network),
        counts=counts,
        events=_events(),
        weather=weather,
        town=common,
        truth=truth() | {"realised": _realised(counts)},
    )


def daily_rates(
    rng: np.random.Generator, days: pd.DatetimeIndex, weather: pd.DataFrame, climate: Floats
) -> Floats:
    """Return the expected passages of each day and sensor without event, its mood included.

    Returns
    -------
    array, shape (days, sensors)
    """
    return _rates(rng, days, town(rng, days, weather, climate))


def town(
    rng: np.random.Generator, days: pd.DatetimeIndex, weather: pd.DataFrame, climate: Floats
) -> Floats:
    """Return what moves every street alike, in logs: calendar, season, weather and mood."""
    common = _calendar(days) + _season(days)
    common += RAIN_EFFECT * (weather["rain_mm"].to_numpy() >= 1.0)
    common += WARM_EFFECT * (weather["temperature_max"].to_numpy() - climate)
    mood = np.empty(len(days))
    shock = rng.normal(0, MOOD_SPREAD * np.sqrt(1 - MOOD_MEMORY**2), len(days))
    mood[0] = rng.normal(0, MOOD_SPREAD)
    for i in range(1, len(days)):
        mood[i] = MOOD_MEMORY * mood[i - 1] + shock[i]
    return np.asarray(common + mood, dtype=np.float64)


def _rates(rng: np.random.Generator, days: pd.DatetimeIndex, common: Floats) -> Floats:
    years = (days - days[0]).days.to_numpy() / 365.25
    columns = []
    for spot in SPOTS:
        own = rng.normal(0, OWN_SPREAD, len(days))
        logs = np.log(spot.level) + common + own + spot.trend * years
        if spot.id == MOVED[0]:
            logs = logs + MOVED[2] * (days >= pd.Timestamp(MOVED[1]))
        columns.append(np.exp(logs))
    return np.column_stack(columns)


def uplifts(days: pd.DatetimeIndex) -> Floats:
    """Return the factor by which events multiply the passages, shape (days, sensors)."""
    logs = np.zeros((len(days), len(SPOTS)))
    for event in EVENTS:
        touched = np.array([spot.id in event.sensors for spot in SPOTS], dtype=np.float64)
        inside = _between(days, event.start, event.end)
        logs += np.log1p(event.uplift / 100) * np.outer(inside, touched)
    return np.exp(logs)


def truth() -> dict[str, Any]:
    """Return what a perfect analysis would find."""
    return {
        "fictitious": "Ville fictive : valeurs inventées, pour éprouver les calculs.",
        "units": "uplifts in %, trends in % a year, effects in % of a day's passages",
        "events": {
            event.id: {"uplift": event.uplift, "sensors": list(event.sensors)} for event in EVENTS
        },
        "trends": {spot.id: round(100 * float(np.expm1(spot.trend)), 6) for spot in SPOTS},
        "effects": {
            "wet_day": round(100 * float(np.expm1(RAIN_EFFECT)), 6),
            "school_holiday": round(100 * float(np.expm1(SCHOOL_EFFECT)), 6),
            "sales": round(100 * float(np.expm1(SALES_EFFECT)), 6),
        },
        "faults": {
            "outage": [OUTAGE[0], OUTAGE[1].isoformat(), OUTAGE[2].isoformat()],
            "zero_run": [ZERO_RUN[0], ZERO_RUN[1].isoformat(), ZERO_RUN[2].isoformat()],
            "level_break": [MOVED[0], MOVED[1].isoformat(),
                            round(100 * float(np.expm1(MOVED[2])), 6)],
        },
    }  # fmt: skip


def _realised(counts: pd.DataFrame) -> dict[str, int]:
    """Return the passages drawn by sensor, faults left out."""
    return {spot.id: int(pd.to_numeric(counts[spot.id]).sum()) for spot in SPOTS}


def _between(days: pd.DatetimeIndex, start: date, end: date) -> Floats:
    inside = (days >= pd.Timestamp(start)) & (days <= pd.Timestamp(end))
    return np.asarray(inside, dtype=np.float64)


def _calendar(days: pd.DatetimeIndex) -> Floats:
    """Return the weekday, public holidays, school holidays and sales, in logs."""
    years = range(FIRST.year, LAST.year + 1)
    public = pd.DatetimeIndex(pd.to_datetime(list(holidays.country_holidays("FR", years=years))))
    school = holidays.country_holidays("FR", subdiv="Zone B", categories=("school",), years=years)
    off = np.asarray(days.isin(public))
    logs = np.where(off, np.log(0.45), _WEEK[days.dayofweek])
    at_school = pd.DatetimeIndex(pd.to_datetime(list(school)))
    logs = logs + SCHOOL_EFFECT * np.asarray(days.isin(at_school))
    for start, end in SALES:
        logs = logs + SALES_EFFECT * _between(days, start, end)
    return np.asarray(logs, dtype=np.float64)


def _season(days: pd.DatetimeIndex) -> Floats:
    turn = 2 * np.pi * days.dayofyear.to_numpy() / 365.25
    december = np.exp(-0.5 * ((days.dayofyear.to_numpy() - 354) / 7.0) ** 2)
    return np.asarray(-0.06 * np.cos(turn) - 0.04 * np.sin(2 * turn) + 0.28 * december)


def _weather(rng: np.random.Generator, days: pd.DatetimeIndex) -> tuple[pd.DataFrame, Floats]:
    turn = 2 * np.pi * (days.dayofyear.to_numpy() - 200) / 365.25
    climate = 16.0 + 9.5 * np.cos(turn)
    gap, shocks = np.zeros(len(days)), rng.normal(0, 2.4, len(days))
    for i in range(1, len(days)):
        gap[i] = 0.7 * gap[i - 1] + shocks[i]
    wet = rng.random(len(days)) < 0.34
    rain = np.where(wet, rng.gamma(0.9, 5.0, len(days)), 0.0)
    warmest = np.round(climate + gap, 1)
    frame = pd.DataFrame({
        "date": days, "temperature_max": warmest,
        "temperature_mean": np.round(warmest - 4.5, 1), "rain_mm": np.round(rain, 1),
        "wind_kmh": np.round(rng.gamma(6.0, 4.5, len(days)), 0),
    })  # fmt: skip
    return frame, climate


def _counts(rng: np.random.Generator, days: pd.DatetimeIndex, rates: Floats) -> pd.DataFrame:
    """Draw hourly counts, dated by the local clock: no offset, as most exports."""
    hours = pd.date_range(
        pd.Timestamp(FIRST, tz=ZONE), pd.Timestamp(LAST, tz=ZONE) + pd.DateOffset(days=1),
        freq="h", inclusive="left",
    )  # fmt: skip
    day = (hours.tz_localize(None).normalize() - days[0]).days.to_numpy()
    evening = np.maximum(day - (hours.hour.to_numpy() < _DAWN), 0)  # a night belongs to its eve
    events = uplifts(days)
    frame = {"date": hours.strftime("%Y-%m-%d"), "hour": hours.hour.to_numpy()}
    for rank, spot in enumerate(SPOTS):
        profile = _HOURS * np.where(_LATE > 0, spot.night, 1.0)
        mean = rates[evening, rank] * events[day, rank] * (profile / profile.sum())[hours.hour]
        drawn = pd.Series(rng.poisson(mean), dtype="Int64")
        drawn[_during(hours, ZERO_RUN, spot)] = 0
        drawn[_during(hours, OUTAGE, spot)] = pd.NA
        frame[spot.id] = drawn
    table = pd.DataFrame(frame)
    return table.astype({spot.id: "string" for spot in SPOTS}).fillna("")


def _during(
    hours: pd.DatetimeIndex, fault: tuple[str, date, date], spot: Spot
) -> NDArray[np.bool_]:
    local = hours.tz_localize(None).normalize()
    inside = (local >= pd.Timestamp(fault[1])) & (local <= pd.Timestamp(fault[2]))
    return np.asarray(inside & (spot.id == fault[0]), dtype=np.bool_)


def _sensors(network: Network) -> pd.DataFrame:
    rows = []
    for spot in SPOTS:
        mine = [street for street in network.streets if street.zone_id == spot.zone_id]
        street = sorted(mine, key=lambda s: (-s.appeal, s.name))[spot.rank]
        middle = along(street.line, np.array([length(street.line) / 2]), np.zeros(1))
        lon, lat = degrees(middle)[0]
        place = (round(float(lon), 6), round(float(lat), 6))
        rows.append((spot.id, street.name, spot.zone_id, *place))
    return pd.DataFrame(rows, columns=["sensor_id", "name", "zone_id", "lon", "lat"])


def _events() -> pd.DataFrame:
    names = ["event_id", "label", "kind", "start", "end", "recurrence", "sensor_ids", "place"]
    rows = [
        (event.id, event.label, event.kind, event.start.isoformat(), event.end.isoformat(), "",
         "|".join(event.sensors), "")
        for event in EVENTS
    ]  # fmt: skip
    rows += [
        (f"soldes-{start:%Y-%m}", "Soldes", "sales", start.isoformat(), end.isoformat(), "", "", "")
        for start, end in SALES
    ]
    rows.append(("marche", "Marché du mercredi et du samedi", "market_day", FIRST.isoformat(), "",
                 "FREQ=WEEKLY;BYDAY=WE,SA;UNTIL=20251231", "", "Place du Marché"))  # fmt: skip
    return pd.DataFrame(rows, columns=names)
