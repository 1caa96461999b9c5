"""Cars at the kerb of the demo city: who comes, when, for how long, and who pays.

Everything that a test may want to recover is written here as a constant, or returned as the
realised stays. Arrivals are a Poisson process whose rate follows the clock; a car that finds every
space taken drives on; lengths of stay do not depend on the space.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ZONE = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2025, 2, 17), date(2025, 4, 13)
"""Local days observed: eight weeks, with the change to summer time of 30 March."""
OPENS, CLOSES = time(9), time(19)
PAID_HOURS = "Mo-Sa 09:00-19:00; PH off"
FREE_MINUTES = 20
"""Free first period, without a ticket."""
UNPAID_SHARE = 0.24
"""Share of visitors that stay beyond the free period in paid hours and do not pay."""
EXTENSION_SHARE = 0.08
"""Share of payers that come back to buy more time before their right ends."""
VISIT = (42.0, 0.75)
"""Median in minutes and log-spread of a visitor's stay (log-normal)."""
WORK = (250.0, 0.40)
WORK_SHARE = 0.16
"""Share of the visitors that stay as one does for work."""
NIGHT = (780.0, 0.22)
"""Stay of a resident with a permit."""

_WEEKDAY = (
    .02, .01, .01, .01, .02, .08, .25, .6, .95, 1., 1.1, 1.05, .8, .85, 1.05, 1.1, 1.15, 1.05,
    .75, .45, .25, .15, .08, .04,
)  # fmt: skip
_SATURDAY = (
    .02, .01, .01, .01, .02, .05, .15, .4, .9, 1.3, 1.5, 1.4, .8, .9, 1.3, 1.4, 1.35, 1.1,
    .7, .45, .3, .2, .1, .05,
)  # fmt: skip
_SUNDAY = (
    .02, .01, .01, .01, .02, .03, .06, .12, .3, .45, .5, .35, .2, .2, .25, .3, .3, .25,
    .2, .15, .1, .08, .05, .03,
)  # fmt: skip
_RESIDENTS = (0.0,) * 16 + (0.3, 0.9, 1.1, 0.8, 0.4, 0.2, 0.1, 0.0)


@dataclass(frozen=True, slots=True)
class MeterPlan:
    """A pay station and the demand around it.

    Parameters
    ----------
    id, zone_id : str
        As in the tables.
    spaces : int
        Spaces that it serves.
    sensed : bool
        Whether every space has a sensor.
    visitors, residents : float
        Arrivals in an hour of profile 1.
    tariff : float
        Euros an hour.
    """

    id: str
    zone_id: str
    spaces: int
    sensed: bool
    visitors: float
    residents: float
    tariff: float


METERS: tuple[MeterPlan, ...] = (
    MeterPlan("H01", "hypercentre", 16, True, 10.5, 1.0, 1.8),
    MeterPlan("H02", "hypercentre", 14, False, 7.5, 1.5, 1.8),
    MeterPlan("H03", "centre", 14, True, 5.6, 2.0, 1.2),
    MeterPlan("H04", "centre", 18, False, 6.0, 3.0, 1.2),
    MeterPlan("H05", "faubourg-gare", 12, True, 2.2, 1.6, 0.8),
    MeterPlan("H06", "faubourg-gare", 16, False, 4.4, 1.2, 0.8),
)

VENTOUSES: tuple[tuple[str, int, datetime, int], ...] = (
    ("H01", 3, datetime(2025, 3, 20, 18, 40), 216),  # noqa: DTZ001 - local clock
    ("H03", 2, datetime(2025, 3, 28, 8, 15), 75),  # noqa: DTZ001 - over the change of clocks
    ("H03", 9, datetime(2025, 4, 2, 12, 5), 52),  # noqa: DTZ001
    ("H05", 1, datetime(2025, 3, 18, 9, 30), 130),  # noqa: DTZ001
    ("H05", 6, datetime(2025, 4, 4, 16, 20), 61),  # noqa: DTZ001
)
"""Cars that stay for days: pay station, space, arrival (local), hours; the first for nine days."""


@dataclass(frozen=True, slots=True)
class WorksPlan:
    """Works that close sensed spaces: pay station, spaces, first and last day."""

    meter: str
    spaces: tuple[int, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class FairPlan:
    """An event that brings cars: name, zone, days, hours, and its visitors over the usual ones."""

    label: str
    zone_id: str
    first: date
    last: date
    hours: tuple[int, int]
    factor: float


WORKS = WorksPlan("H05", (7, 8, 9, 10, 11), date(2025, 3, 24), date(2025, 4, 5))
"""Works beside the station: five of twelve spaces closed for two weeks; nobody parks there."""
FAIR = FairPlan("Salon des saveurs", "centre", date(2025, 3, 13), date(2025, 3, 15), (10, 19), 1.9)
"""A fair of three days: nine tenths more visitors while it is open."""


def utc(moment: datetime) -> int:
    """Return a local clock time as seconds since 1970 UTC."""
    return int(moment.replace(tzinfo=ZONE).timestamp())


def period() -> tuple[int, int]:
    """Return the first and last instant observed, seconds UTC."""
    return utc(datetime.combine(FIRST, time(0))), utc(
        datetime.combine(LAST + timedelta(days=1), time(0))
    )


def stays(rng: np.random.Generator, meter: MeterPlan, *, episodes: bool = True) -> pd.DataFrame:
    """Simulate the stays at one pay station.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    meter : MeterPlan
        Pay station.
    episodes : bool
        Whether the works and the fair take place: without them, the same draws give what the same
        cars would have done.

    Returns
    -------
    DataFrame
        ``meter_id``, ``space`` (0 …), ``arrival``, ``departure`` (seconds UTC), ``kind``
        (``visitor``, ``resident``, ``ventouse``), by arrival; two days of run-up come before
        :data:`FIRST`.
    """
    coming = _arrivals(rng, meter)
    preference = rng.permutation(meter.spaces)
    drawn = _fair(rng, meter)
    planted = [
        (rank, utc(at), utc(at) + hours * 3600)
        for name, rank, at, hours in VENTOUSES
        if name == meter.id
    ]
    rows = [(rank, begin, end, "ventouse") for rank, begin, end in planted]
    if episodes:
        coming = sorted(coming + drawn)
        planted += _closed(meter)
    free_at = np.zeros(meter.spaces, dtype=np.int64)
    for begin, end, kind in coming:
        for rank in preference:
            if free_at[rank] <= begin and not any(
                rank == r and begin < e + 900 and end > b - 900 for r, b, e in planted
            ):
                free_at[rank] = end + 60
                rows.append((int(rank), begin, end, kind))
                break
        preference = np.roll(preference, 1)
    table = pd.DataFrame(rows, columns=["space", "arrival", "departure", "kind"])
    table.insert(0, "meter_id", meter.id)
    return table.sort_values(["arrival", "space"], kind="stable", ignore_index=True)


def _closed(meter: MeterPlan) -> list[tuple[int, int, int]]:
    """Return the spaces that the works close: rank, first and last instant."""
    if meter.id != WORKS.meter:
        return []
    begin = utc(datetime.combine(WORKS.first, time(0)))
    end = utc(datetime.combine(WORKS.last + timedelta(days=1), time(0)))
    return [(rank, begin, end) for rank in WORKS.spaces]


def _fair(rng: np.random.Generator, meter: MeterPlan) -> list[tuple[int, int, str]]:
    """Draw the visitors that the fair brings on top of the usual ones."""
    found: list[tuple[int, int, str]] = []
    if meter.zone_id != FAIR.zone_id:
        return found
    for offset in range((FAIR.last - FAIR.first).days + 1):
        day = FAIR.first + timedelta(days=offset)
        usual = _SATURDAY if day.weekday() == 5 else _WEEKDAY
        for hour in range(*FAIR.hours):
            count = int(rng.poisson(meter.visitors * usual[hour] * (FAIR.factor - 1)))
            at = utc(datetime.combine(day, time(hour))) + np.sort(rng.integers(0, 3600, count))
            length = lengths(rng, count, "visitor")
            found += [(int(a), int(a + s), "visitor") for a, s in zip(at, length, strict=True)]
    return found


def _arrivals(rng: np.random.Generator, meter: MeterPlan) -> list[tuple[int, int, str]]:
    """Draw the cars that come, in order of time: arrival, departure, kind."""
    found: list[tuple[int, int, str]] = []
    days = (LAST - FIRST).days + 3
    for offset in range(-2, days - 2):
        day = FIRST + timedelta(days=offset)
        kind = (_WEEKDAY, _SATURDAY, _SUNDAY)[max(0, day.weekday() - 4)]
        for hour in range(24):
            start = utc(datetime.combine(day, time(hour)))
            if datetime.fromtimestamp(start, ZONE).hour != hour:
                continue
            for name, rate in (
                ("visitor", meter.visitors * kind[hour]),
                ("resident", meter.residents * _RESIDENTS[hour]),
            ):
                count = int(rng.poisson(rate))
                at = start + np.sort(rng.integers(0, 3600, count))
                length = lengths(rng, count, name)
                found += [(int(a), int(a + s), name) for a, s in zip(at, length, strict=True)]
    return sorted(found)


def lengths(rng: np.random.Generator, count: int, kind: str) -> NDArray[np.int64]:
    """Draw lengths of stay in seconds, at least one minute."""
    if kind == "resident":
        minutes = NIGHT[0] * np.exp(NIGHT[1] * rng.standard_normal(count))
    else:
        work = rng.random(count) < WORK_SHARE
        normal = rng.standard_normal(count)
        minutes = np.where(
            work, WORK[0] * np.exp(WORK[1] * normal), VISIT[0] * np.exp(VISIT[1] * normal)
        )
    return np.asarray(np.maximum(60, np.rint(minutes * 60)), dtype=np.int64)


def payments(rng: np.random.Generator, meter: MeterPlan, seen: pd.DataFrame) -> pd.DataFrame:
    """Draw the payments of the visitors of one pay station.

    A visitor that stays beyond the free period pays on arrival (at opening time if already there)
    for about the time that the visit will take, up to closing time.

    Returns
    -------
    DataFrame
        ``meter_id``, ``start``, ``end`` (seconds UTC), ``purchased_minutes``, ``amount``, by start.
    """
    rows: list[tuple[int, int, float]] = []
    first, last = period()
    visitors = seen[seen["kind"] == "visitor"]
    pays = rng.random(len(visitors)) >= UNPAID_SHARE
    guess = np.exp(0.18 * rng.standard_normal(len(visitors)))
    comes_back = rng.random(len(visitors)) < EXTENSION_SHARE
    moments = visitors[["arrival", "departure"]].to_numpy(dtype=np.int64)
    for (begin, end), pay, factor, again in zip(moments, pays, guess, comes_back, strict=True):
        opening, closing = _paid_day(int(begin))
        begin = max(int(begin), opening)
        if not pay or end - begin <= FREE_MINUTES * 60 or closing <= begin:
            continue
        if not first <= begin < last:
            continue
        wanted = max(1, round((end - begin) * factor / 900)) * 15
        right = min(begin + wanted * 60, closing)
        rows.append((begin, right, (right - begin) / 60))
        if again and end > right - 300 and right < closing:
            later = min(right + 1800, closing)
            rows.append((right - 300, later, (later - right) / 60))
    table = pd.DataFrame(rows, columns=["start", "end", "purchased_minutes"])
    table.insert(0, "meter_id", meter.id)
    table["amount"] = (table["purchased_minutes"] / 60 * meter.tariff).round(2)
    return table.sort_values(["start", "end"], kind="stable", ignore_index=True)


def _paid_day(moment: int) -> tuple[int, int]:
    """Return the opening and closing of paid hours on the day of an instant; equal on Sundays."""
    day = datetime.fromtimestamp(moment, ZONE).date()
    opening = utc(datetime.combine(day, OPENS))
    return opening, opening if day.weekday() == 6 else utc(datetime.combine(day, CLOSES))
