"""The calendar of a city by local day: public and school holidays, bridges, market days, sales.

Public holidays come from the package ``holidays``. Its French school holidays go on past the years
that the ministry has published, by rule and without a word; only the years checked against the
official calendar are taken here, and the others are unknown, not false.
"""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd

from analyses.cities import City
from analyses.errors import CoeurvilleError
from analyses.schemas import Note
from analyses.wording import Text, day

SCHOOL_FROM, SCHOOL_TO = date(2017, 9, 4), date(2028, 8, 31)
"""School years whose French zones A, B and C were published, and that the package writes right."""
PUBLIC_FROM, PUBLIC_TO = date(1990, 1, 1), date(2035, 12, 31)
"""Years for which the laws on public holidays are taken as known."""
COLUMNS: tuple[str, ...] = (
    "date",
    "public_holiday",
    "school_holiday",
    "bridge",
    "market_day",
    "sales",
)

_MOSELLE = {"57": "57", "67": "6AE", "68": "6AE"}
_OVERSEAS = frozenset({"971", "972", "973", "974", "976"})
_SCHOOL_ZONES = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}


def calendar(
    city: City, start: date, end: date, events: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Note]]:
    """Describe every local day of a city between two dates.

    Parameters
    ----------
    city : City
        Its INSEE code (or, abroad, its ISO 3166-2 code such as ``NZ-AUK``) and its school zone.
    start, end : date
        First and last day.
    events : DataFrame, optional
        Table ``events``: kinds ``market_day`` and ``sales`` mark their days.

    Returns
    -------
    DataFrame, list of Note
        Columns :data:`COLUMNS`, one row a day; ``public_holiday`` is the holiday's name (empty on
        other days), ``school_holiday`` is missing where the calendar is not known. The notes say
        what is not known.

    Raises
    ------
    CoeurvilleError
        If ``end`` is before ``start``, or a day is outside the years that are known at all.
    """
    if end < start:
        raise CoeurvilleError("A calendar ends on or after the day it starts.")
    days = pd.date_range(start, end, freq="D")
    public, notes = public_holidays(city, start, end)
    school, more = _school(city, days)
    named = [public.get(at.date(), "") for at in days]
    names = pd.Series(named, index=days, dtype="string")
    frame = pd.DataFrame(
        {
            "date": days,
            "public_holiday": names.to_numpy(),
            "school_holiday": school,
            "bridge": bridges(days, names.ne("").to_numpy(dtype=bool)),
            "market_day": _marked(days, events, "market_day"),
            "sales": _marked(days, events, "sales"),
        }
    ).astype({"public_holiday": "string"})
    return frame, [*notes, *more]


def around(
    city: City, counts: pd.DataFrame | None, events: pd.DataFrame | None, ahead_days: int = 0
) -> tuple[pd.DataFrame | None, tuple[Text, ...]]:
    """Describe the days of a table of counts and some days after; None without counts.

    Returns
    -------
    DataFrame or None, tuple of Text
        The calendar, and what is not known of it.
    """
    if counts is None or counts.empty:
        return None, ()
    first = counts["start"].min().date()
    last = counts["start"].max().date() + timedelta(days=ahead_days)
    frame, notes = calendar(city, first, last, events)
    return frame, tuple(note.text for note in notes)


def public_holidays(city: City, start: date, end: date) -> tuple[dict[date, str], list[Note]]:
    """Return the public holidays of a city between two days, by name.

    Raises
    ------
    CoeurvilleError
        If the days are outside :data:`PUBLIC_FROM` to :data:`PUBLIC_TO`, or the country is unknown.
    """
    if start < PUBLIC_FROM or end > PUBLIC_TO:
        raise CoeurvilleError(
            f"Public holidays are known from {PUBLIC_FROM} to {PUBLIC_TO}; {start} to {end} was "
            f"asked."
        )
    country, part = place_of(city)
    years = range(start.year - 1, end.year + 2)
    notes = []
    try:
        known = holidays.country_holidays(
            country, subdiv=part, years=years, language=_language(country)
        )
    except NotImplementedError:
        if part is None:
            raise CoeurvilleError(f"The public holidays of {country} are not known.") from None
        try:
            known = holidays.country_holidays(country, years=years, language=_language(country))
        except NotImplementedError:
            raise CoeurvilleError(f"The public holidays of {country} are not known.") from None
        notes.append(
            Note(
                Text(
                    f"Les jours fériés propres à {country}-{part} ne sont pas connus : ceux du "
                    f"pays sont pris.",
                    f"The public holidays of {country}-{part} are not known: those of the country "
                    f"are taken.",
                )
            )
        )
    found = {at: str(name) for at, name in sorted(known.items()) if start <= at <= end}
    return found, notes


def school_holidays(zone: str, start: date, end: date) -> list[date]:
    """Return the days of school holidays of a French zone between two days.

    Raises
    ------
    CoeurvilleError
        If the zone is not A, B or C, or a day is outside the years that are known
        (:data:`SCHOOL_FROM` to :data:`SCHOOL_TO`).
    """
    if zone not in _SCHOOL_ZONES:
        raise CoeurvilleError(f"The school holidays of zone {zone} are not known (A, B, C are).")
    if start < SCHOOL_FROM or end > SCHOOL_TO:
        raise CoeurvilleError(
            f"School holidays are known from {SCHOOL_FROM} to {SCHOOL_TO}; {start} to {end} was "
            f"asked."
        )
    known = holidays.country_holidays(
        "FR",
        subdiv=_SCHOOL_ZONES[zone],
        categories=("school",),
        years=range(start.year, end.year + 1),
    )
    return sorted(at for at in known if start <= at <= end)


def place_of(city: City) -> tuple[str, str | None]:
    """Return the country and subdivision of a city, as the package ``holidays`` names them."""
    code = city.insee_code
    if not code[:2].isalpha() or "-" not in code:
        department = code[:3] if code[:2] in ("97", "98") else code[:2]
        return "FR", _MOSELLE.get(department, department if department in _OVERSEAS else None)
    country, _, part = code.partition("-")
    return country, part or None


def bridges(days: pd.DatetimeIndex, off: np.ndarray) -> np.ndarray:
    """Mark bridges: a working day alone between a public holiday and a week-end.

    Parameters
    ----------
    days : DatetimeIndex
        Consecutive days.
    off : array of bool
        Public holidays.
    """
    weekday = days.dayofweek.to_numpy()
    before, after = np.append(False, off[:-1]), np.append(off[1:], False)
    friday = (weekday == 4) & before
    monday = (weekday == 0) & after
    marked: np.ndarray = (friday | monday) & ~off
    return marked


def _school(city: City, days: pd.DatetimeIndex) -> tuple[pd.Series, list[Note]]:
    unknown = pd.Series(pd.NA, index=range(len(days)), dtype="boolean")
    zone = city.school_zone
    if zone not in _SCHOOL_ZONES:
        why = (
            (
                "La ville ne déclare pas de zone de vacances scolaires",
                "The city declares no school zone",
            )
            if zone in (None, "none")
            else (
                f"Les vacances scolaires de la zone {zone} ne sont pas connues",
                f"The school holidays of zone {zone} are not known",
            )
        )
        return unknown, [
            Note(
                Text(
                    f"{why[0]} : elles ne sont pas prises en compte.",
                    f"{why[1]}: they are not taken into account.",
                )
            )
        ]
    first, last = days[0].date(), days[-1].date()
    low, high = max(first, SCHOOL_FROM), min(last, SCHOOL_TO)
    inside = np.asarray((days >= pd.Timestamp(low)) & (days <= pd.Timestamp(high)))
    if low <= high:
        off = pd.DatetimeIndex(pd.to_datetime(school_holidays(str(zone), low, high)))
        unknown[inside] = days[inside].isin(off)
    if inside.all():
        return unknown, []
    return unknown, [
        Note(
            Text(
                f"Le calendrier scolaire est connu du {day(SCHOOL_FROM)} au {day(SCHOOL_TO)} : "
                f"hors de ces dates "
                "les vacances ne sont pas prises en compte.",
                f"School holidays are known from {day(SCHOOL_FROM, 'en')} to "
                f"{day(SCHOOL_TO, 'en')}: outside "
                "these dates they are not taken into account.",
            ),
            rows=int((~inside).sum()),
        )
    ]


def _marked(days: pd.DatetimeIndex, events: pd.DataFrame | None, kind: str) -> np.ndarray:
    marked = np.zeros(len(days), dtype=bool)
    if events is None or events.empty:
        return marked
    chosen = events[events["kind"] == kind]
    first = chosen["start"].dt.tz_localize(None).dt.normalize()
    end = chosen["end"].dt.tz_localize(None)
    stops = (end == end.dt.normalize()) & (chosen["start"].dt.tz_localize(None) != first)
    last = end.dt.normalize() - pd.to_timedelta(stops.astype("int64"), unit="D")
    for one, other in zip(first, last, strict=True):
        marked |= np.asarray((days >= one) & (days <= other))
    return marked


def _language(country: str) -> str | None:
    return "fr" if country == "FR" else None
