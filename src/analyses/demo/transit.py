"""Buses of the demo city as a GTFS schedule: a small zip, the same bytes for the same seed.

What a reader must count is written in the truth: lines of each stop, and its mean departures on a
weekday, public holidays included, with one line run by frequencies and one in school terms only.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from analyses.demo.streets import Network, along, degrees, length

FIRST, LAST = date(2025, 3, 3), date(2025, 6, 27)
"""Days of the schedule."""
HOLIDAYS = (date(2025, 4, 21), date(2025, 5, 1), date(2025, 5, 8), date(2025, 5, 29),
            date(2025, 6, 9))  # fmt: skip
"""Public holidays on weekdays: the Sunday service runs."""
NO_SCHOOL = (date(2025, 4, 5), date(2025, 4, 21))
_STAMP = (1980, 1, 1, 0, 0, 0)
_SECONDS = 150
"""Seconds from a stop to the next."""

STOPS: tuple[tuple[str, str, str, float], ...] = (
    ("GARE", "Gare routière", "Avenue de la Gare", 0.95),
    ("MARI", "Marie-Curie", "Rue Marie-Curie", 0.50),
    ("MAIL", "Mail Victor-Hugo", "Mail Victor-Hugo", 0.45),
    ("HALL", "Halles", "Rue des Halles", 0.50),
    ("REPU", "République", "Rue de la République", 0.50),
    ("CARM", "Carmes", "Rue des Carmes", 0.50),
    ("FAUB", "Faubourg Saint-Éloi", "Rue du Faubourg-Saint-Éloi", 0.60),
    ("ELOI", "Saint-Éloi", "Route de Saint-Éloi", 0.70),
    ("ROTO", "Rotonde", "Rue de la Rotonde", 0.50),
    ("FILA", "Filature", "Rue de la Filature", 0.60),
    ("ECOL", "Écoles", "Rue des Écoles", 0.50),
    ("PRES", "Prés-Neufs", "Avenue de l'Europe", 0.40),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its stops one way, its departures from the first stop by service, in minutes."""

    id: str
    kind: int
    stops: tuple[str, ...]
    weekday: tuple[int, ...] = ()
    sunday: tuple[int, ...] = ()
    school: tuple[int, ...] = ()
    headway: tuple[int, int, int] | None = None


def _every(first: int, last: int, step: int) -> tuple[int, ...]:
    return tuple(range(first, last, step))


LINES: tuple[Line, ...] = (
    Line("A", 3, ("GARE", "MAIL", "HALL", "REPU", "FAUB", "ELOI"), headway=(390, 1170, 15),
         sunday=_every(600, 1080, 60)),
    Line("B", 3, ("FILA", "ROTO", "GARE", "CARM", "ECOL"), weekday=_every(400, 1140, 30)),
    Line("C", 3, ("PRES", "CARM", "HALL", "MARI"), weekday=_every(420, 1140, 60),
         sunday=_every(600, 1080, 120)),
    Line("S", 3, ("ELOI", "FAUB", "ECOL"), school=(440, 470, 985, 1030)),
)  # fmt: skip
"""Each runs both ways; a run that is not stopped at its last stop departs from all the others."""


def schedule(rng: np.random.Generator, network: Network) -> bytes:
    """Return the schedule as a zip of GTFS tables, not compressed so that its bytes never change.

    Parameters
    ----------
    rng : numpy.random.Generator
        Places each stop along its street.
    network : Network
        Streets of the town.
    """
    trips, times, headways = _runs()
    tables: dict[str, list[Sequence[object]]] = {
        "agency.txt": [("agency_id", "agency_name", "agency_url", "agency_timezone"),
                       ("VSD", "Bus de Valmont (fictif)", "https://bus.example", "Europe/Paris")],
        "stops.txt": _stops(rng, network),
        "routes.txt": [("route_id", "agency_id", "route_short_name", "route_type"),
                       *((line.id, "VSD", line.id, line.kind) for line in LINES)],
        "trips.txt": [("route_id", "service_id", "trip_id", "direction_id"), *trips],
        "stop_times.txt": [("trip_id", "arrival_time", "departure_time", "stop_id",
                            "stop_sequence"), *times],
        "calendar.txt": _calendar(),
        "calendar_dates.txt": _exceptions(),
        "frequencies.txt": [("trip_id", "start_time", "end_time", "headway_secs"), *headways],
    }  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, rows in tables.items():
            text = "".join(",".join(map(str, row)) + "\r\n" for row in rows)
            archive.writestr(zipfile.ZipInfo(name, _STAMP), text.encode("utf-8"))
    return packed.getvalue()


def truth() -> dict[str, Any]:
    """Return lines and mean weekday departures of each stop, counted from the law of the lines."""
    days = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
    weekdays = [day for day in days if day.weekday() < 5]
    running = {
        "weekday": sum(day not in HOLIDAYS for day in weekdays),
        "sunday": sum(day in HOLIDAYS for day in weekdays),
        "school": sum(_school(day) for day in weekdays),
    }
    found: dict[str, dict[str, Any]] = {}
    for stop, *_ in STOPS:
        total, lines = 0, 0
        for line in LINES:
            if stop not in line.stops:
                continue
            lines += 1
            ways = sum(stop != last for last in (line.stops[-1], line.stops[0]))
            runs = {name: len(getattr(line, name)) for name in running}
            if line.headway is not None:
                start, end, step = line.headway
                runs["weekday"] += len(range(start, end, step))
            total += ways * sum(runs[name] * running[name] for name in running)
        found[stop] = {"lines": lines, "departures": round(total / len(weekdays), 6)}
    return found


def _school(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS and not NO_SCHOOL[0] <= day <= NO_SCHOOL[1]


def _stops(rng: np.random.Generator, network: Network) -> list[Sequence[object]]:
    lines = {street.name: street.line for street in network.streets}
    rows: list[Sequence[object]] = [("stop_id", "stop_name", "stop_lat", "stop_lon",
                                     "location_type")]  # fmt: skip
    for stop, name, street, share in STOPS:
        line = lines[street]
        at = length(line) * share + float(rng.uniform(-8, 8))
        lon, lat = degrees(along(line, np.array([at]), np.array([5.0])))[0]
        rows.append((stop, name, f"{lat:.6f}", f"{lon:.6f}", 0))
    return rows


def _runs() -> tuple[list[Sequence[object]], list[Sequence[object]], list[Sequence[object]]]:
    trips: list[Sequence[object]] = []
    times: list[Sequence[object]] = []
    headways: list[Sequence[object]] = []

    def run(line: Line, service: str, way: int, minute: int) -> str:
        name = f"{line.id}-{service}-{way}-{minute}"
        trips.append((line.id, service, name, way))
        for rank, stop in enumerate(line.stops if way == 0 else line.stops[::-1]):
            clock = _clock(60 * minute + _SECONDS * rank)
            times.append((name, clock, clock, stop, rank + 1))
        return name

    for line in LINES:
        for way in (0, 1):
            for service in ("weekday", "sunday", "school"):
                for minute in getattr(line, service):
                    run(line, service, way, minute)
            if line.headway is not None:
                start, end, step = line.headway
                name = run(line, "weekday", way, start)
                headways.append((name, _clock(60 * start), _clock(60 * end), 60 * step))
    return trips, times, headways


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _calendar() -> list[Sequence[object]]:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    bounds = (f"{FIRST:%Y%m%d}", f"{LAST:%Y%m%d}")
    return [
        ("service_id", *days, "start_date", "end_date"),
        ("weekday", 1, 1, 1, 1, 1, 1, 0, *bounds),
        ("sunday", 0, 0, 0, 0, 0, 0, 1, *bounds),
    ]


def _exceptions() -> list[Sequence[object]]:
    """Return what departs from the week: holidays, and each school day (a service of dates)."""
    rows: list[Sequence[object]] = [("service_id", "date", "exception_type")]
    for day in HOLIDAYS:
        rows += [("weekday", f"{day:%Y%m%d}", 2), ("sunday", f"{day:%Y%m%d}", 1)]
    span = (LAST - FIRST).days + 1
    days = [FIRST + timedelta(days=i) for i in range(span)]
    rows += [("school", f"{day:%Y%m%d}", 1) for day in days if _school(day)]
    return rows
