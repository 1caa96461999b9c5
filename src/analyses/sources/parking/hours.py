"""Regulated hours, written as in OpenStreetMap, as the windows of the week that they open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

import holidays
import pandas as pd

from analyses.cities import City
from analyses.parking.grid import Regulation, Window, always

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_RULE = re.compile(r"(?:(?P<days>[A-Z][A-Za-z,\- ]*?)\s+)?(?P<hours>off|[0-9:,\- ]+)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def regulation(text: str, days_off: Iterable[date] = ()) -> Regulation:
    """Read regulated hours such as ``Mo-Sa 09:00-12:00,14:00-18:00; PH off``.

    Parameters
    ----------
    text : str
        Rules separated by ``;``: days (``Mo``, ``Mo-Fr``, ``Mo,We``; all if left out) and spans of
        clock times within a day, or ``off``. A later rule replaces an earlier one on its days.
    days_off : iterable of date
        Public holidays, on which nothing is regulated if the text says ``PH off``.

    Raises
    ------
    ValueError
        If the text is not of that form; spans over midnight are written in two.
    """
    week: dict[int, list[tuple[time, time]]] = {}
    holidays_off = False
    if text.strip() == "24/7":
        return always()
    for rule in filter(None, (part.strip() for part in text.split(";"))):
        found = _RULE.fullmatch(rule)
        if found is None:
            raise ValueError(f"the hours {rule!r} are not understood")
        named = (found["days"] or "Mo-Su").replace(" ", "")
        spans = [] if found["hours"] == "off" else _spans(found["hours"])
        plain = [part for part in named.split(",") if part not in ("PH", "SH")]
        if "PH" in named.split(","):
            if spans:
                raise ValueError("hours of public holidays are not supported, only PH off")
            holidays_off = True
        for day in {day for part in plain for day in _days(part)}:
            week[day] = spans
    windows = tuple(
        Window(frozenset(day for day, spans in week.items() if span in spans), *span)
        for span in sorted({span for spans in week.values() for span in spans})
    )
    return Regulation(windows, frozenset(days_off) if holidays_off else frozenset())


def problem(text: str) -> str:
    """Return what is wrong with regulated hours, empty if they can be read."""
    try:
        regulation(text)
    except ValueError as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True)
class Rules:
    """Regulated hours of a city's zones and pay stations, and its public holidays."""

    zones: dict[str, Regulation]
    meters: dict[str, Regulation]
    days_off: tuple[date, ...]


def rules(supply: pd.DataFrame | None, city: City) -> Rules:
    """Return the regulated hours that a supply table declares, public holidays known.

    Parameters
    ----------
    supply : DataFrame or None
        Table ``parking_supply``.
    city : City
        For the holidays: those of France where the INSEE code is of a French commune, else none.
    """
    off = public_holidays(city)
    if supply is None or supply.empty:
        return Rules({}, {}, off)
    return Rules(regulations(supply, "zone_id", off), regulations(supply, "meter_id", off), off)


def public_holidays(city: City) -> tuple[date, ...]:
    """Return the public holidays of a French commune, 2000 to 2050; none elsewhere."""
    if not re.fullmatch(r"\d{5}|2[AB]\d{3}", city.insee_code):
        return ()
    subdivision = {"57": "57", "67": "6AE", "68": "6AE"}.get(city.insee_code[:2])
    return tuple(
        sorted(holidays.country_holidays("FR", subdiv=subdivision, years=range(2000, 2051)))
    )


def regulations(
    supply: pd.DataFrame, key: str, days_off: Iterable[date] = ()
) -> dict[str, Regulation]:
    """Return the regulated hours of each place of a supply table that declares some.

    Parameters
    ----------
    supply : DataFrame
        Table ``parking_supply``.
    key : str
        Column that names the place: ``meter_id`` or ``zone_id``. A zone takes the hours most of
        its rows declare.
    days_off : iterable of date
        Public holidays.
    """
    off = tuple(days_off)
    known = supply[supply[key].notna() & supply["regulated_hours"].notna()]
    by_place = known.groupby(key)["regulated_hours"].agg(lambda texts: texts.mode().iloc[0])
    memo = {text: regulation(text, off) for text in by_place.unique()}
    return {str(place): memo[text] for place, text in by_place.items()}


def _days(part: str) -> list[int]:
    ends = part.split("-")
    try:
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
    except ValueError:
        raise ValueError(f"the day {part!r} is not one of {', '.join(_DAYS)}, PH") from None
    if len(ends) > 2:
        raise ValueError(f"the days {part!r} are not understood")
    return [(first + i) % 7 for i in range((last - first) % 7 + 1)]


def _spans(text: str) -> list[tuple[time, time]]:
    spans = []
    for part in text.split(","):
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise ValueError(f"the hours {part.strip()!r} are not understood")
        hours = [int(item) for item in found.groups()]
        if max(hours[0], hours[2]) > 24 or max(hours[1], hours[3]) > 59:
            raise ValueError(f"the hours {part.strip()!r} do not exist")
        opens, closes = time(hours[0] % 24, hours[1]), time(hours[2] % 24, hours[3])
        if closes != time(0) and closes <= opens:
            raise ValueError(f"the hours {part.strip()!r} end before they begin: write two spans")
        spans.append((opens, closes))
    return spans
