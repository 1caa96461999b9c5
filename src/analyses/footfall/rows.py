"""Hours, seasons, dwell times and neighbourhoods of events as rows of the indicators table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from analyses.footfall.aftermath import Aftermath
from analyses.footfall.dwell import Dwell, Stay
from analyses.footfall.heat import AFTERNOON, EVENING, Heat
from analyses.footfall.hours import Place
from analyses.footfall.outcome import METHOD
from analyses.results import Estimate, Result, not_computable
from analyses.wording import Text, number, percent

HOURS_METHOD, HEAT_METHOD = "open-share/2", "within-month-contrast/1"
DWELL_METHOD, SEASON_METHOD = "weighted-mean/1", "weeks-over-year/1"

NO_DWELL = Text(
    "aucun capteur ne donne de temps de présence (la durée de présence, en minutes, est un champ "
    "des comptages).",
    "no sensor gives dwell times (the dwell time, in minutes, is a field of the counts).",
)
NO_HOURS = Text(
    "il faut des comptages horaires récents et au moins dix commerces proches dont OpenStreetMap "
    "donne les horaires.",
    "it takes recent hourly counts and at least ten shops nearby whose opening hours OpenStreetMap "
    "gives.",
)
"""Why the hours are not compared; the number is :data:`analyses.footfall.hours.FEWEST_SHOPS`."""


def opening_results(places: Sequence[Place], first: date, last: date) -> tuple[Result, ...]:
    """Write, by place, the share of passages outside opening hours and of open, empty hours."""
    if not places:
        return (
            not_computable("open_hours_match", "%", "sensor", NO_HOURS,
                           unlocked_by=("counts", "shops")),
            not_computable("open_hours_empty", "%", "sensor", NO_HOURS,
                           unlocked_by=("counts", "shops")),
        )  # fmt: skip
    found = []
    for place in places:
        note = Text(
            f"Horaires de {number(place.known, 'fr')} commerces sur {number(place.seen, 'fr')} "
            "vus dans OpenStreetMap.",
            f"Hours of {number(place.known, 'en')} of the {number(place.seen, 'en')} shops seen in "
            "OpenStreetMap.",
        )
        where: dict[str, Any] = {
            "zone": place.zone, "period_start": first, "period_end": last, "note": note,
            "quality": "estimated",
        }  # fmt: skip
        both = (
            ("open_hours_match", place.match.outside),
            ("open_hours_empty", place.match.empty_open),
        )
        found += [
            Result(name, estimate, "%", "sensor", HOURS_METHOD, **where)
            for name, estimate in both
            if estimate.known
        ]
    return tuple(found)


def heat_results(heat: Heat | None, first: date, last: date) -> tuple[Result, ...]:
    """Write how passages change on hot days, early in the afternoon and in the evening."""
    if heat is None:
        return ()
    return tuple(
        Result("hot_day_change", estimate, "%", "sensor", HEAT_METHOD, quality="estimated",
               breakdown="hours", category=f"{hours[0]}-{hours[1]}", period_start=first,
               period_end=last)
        for hours, estimate in ((AFTERNOON, heat.afternoon), (EVENING, heat.evening))
    )  # fmt: skip


def season_results(seasons: pd.DataFrame, first: date, last: date) -> tuple[Result, ...]:
    """Write how busy each month is beside the mean of its year."""
    return tuple(
        Result("footfall_season", Estimate(row["index"], row["low"], row["high"], int(row["n"])),
               "%", "sensor", SEASON_METHOD, quality="estimated", breakdown="month",
               category=f"{int(row['month']):02d}", period_start=first, period_end=last)
        for row in seasons.to_dict("records")
    )  # fmt: skip


def dwell_results(dwell: Dwell | None, first: date, last: date) -> tuple[Result, ...]:
    """Write usual dwell times, and those of events; says why where no source tells them."""
    if dwell is None:
        return (
            not_computable("dwell_time", "minutes", "sensor", NO_DWELL, unlocked_by=("counts",)),
            not_computable("event_dwell", "minutes", "sensor", NO_DWELL,
                           unlocked_by=("counts", "events")),
        )  # fmt: skip
    lone = len(dwell.panel.columns) == 1
    found = []
    for (name, kind), estimate in dwell.usual.items():
        whole = name == "*" or lone
        parts = {("all", True): ("total", ""), ("all", False): ("sensor", name)}
        breakdown, category = parts.get((kind, whole), ("day_kind", kind))
        if kind != "all" and not whole:
            category = f"{name} · {kind}"
        found.append(
            Result("dwell_time", estimate, "minutes", "sensor", DWELL_METHOD, breakdown=breakdown,
                   category=category, period_start=first, period_end=last)
        )  # fmt: skip
    return (*found, *(_stay(stay) for stay in dwell.stays))


def aftermath_results(found: Sequence[Aftermath]) -> tuple[Result, ...]:
    """Write the effects on the days beside events."""
    return tuple(
        Result("event_aftermath", one.impact.relative, "%", "sensor", METHOD, quality="estimated",
               breakdown="event_side", category=one.impact.event.event_id,
               period_start=one.impact.event.start, period_end=one.impact.event.end,
               note=one.impact.verdict_text)
        for one in found
    )  # fmt: skip


def nothing() -> tuple[Result, ...]:
    """Say that a city without counts has none of the chapter's figures."""
    why = Text("la ville n'a pas de comptages de piétons.", "the city has no pedestrian counts.")
    units: dict[str, tuple[str, tuple[str, ...]]] = {
        "footfall": ("passages", ("counts",)),
        "sensor_health": ("%", ("counts",)),
        "event_impact": ("passages", ("counts", "events")),
        "footfall_trend": ("%/year", ("counts",)),
        "best_dates": ("rank", ("counts",)),
        "open_hours_match": ("%", ("counts", "shops")),
        "dwell_time": ("minutes", ("counts",)),
    }
    return tuple(
        not_computable(name, unit, "sensor", why, unlocked_by=unlocked)
        for name, (unit, unlocked) in units.items()
    )


def _stay(stay: Stay) -> Result:
    impact = stay.impact
    where: dict[str, Any] = {
        "breakdown": "event", "category": impact.event.event_id,
        "period_start": impact.event.start, "period_end": impact.event.end,
    }  # fmt: skip
    if impact.calibration is None:
        why = impact.reason or Text("données insuffisantes", "insufficient data")
        return not_computable(
            "event_dwell", "minutes", "sensor", why, unlocked_by=("counts",), **where
        )
    rate, n = 100 * impact.calibration.false_alarm_rate, impact.calibration.n
    note = Text(
        f"{impact.verdict_text.fr} ; sur {n} fenêtres sans évènement, la méthode se trompe "
        f"{percent(rate, 'fr', 0)} du temps",
        f"{impact.verdict_text.en}; on {n} windows without event, the method is wrong "
        f"{percent(rate, 'en', 0)} of the time",
    )
    return Result(
        "event_dwell", stay.change, "minutes", "sensor", METHOD, quality="estimated", note=note,
        **where,
    )  # fmt: skip
