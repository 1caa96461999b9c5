"""Footfall measures as rows of the indicators table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analyses.footfall.dates import Candidate
from analyses.footfall.hours import Match
from analyses.footfall.impact import Impact
from analyses.footfall.trend import Trend
from analyses.results import Estimate, Quality, Result, not_computable
from analyses.wording import Text, number, percent, plural

METHOD = "gaussian-process-placebo/1"
TREND_METHOD = "robust-regression-weekly-memory/1"


def impact_results(impacts: Iterable[Impact]) -> tuple[Result, ...]:
    """Write effects as results: passages, percent, false-alarm rate, detectable effect.

    Parameters
    ----------
    impacts : iterable of Impact
        Effects, each of another event or series.

    Returns
    -------
    tuple of Result
        Four rows an effect, with ``event_impact`` (passages), ``event_uplift``,
        ``event_false_alarm_rate`` and ``event_detectable_effect`` (percent); one row that says why
        when the data are insufficient. ``category`` is the event, then the sensor if it is one.
    """
    return tuple(result for impact in impacts for result in _impact(impact))


def _impact(impact: Impact) -> list[Result]:
    where = _where(impact)
    if impact.calibration is None:
        why = impact.reason or Text("données insuffisantes", "insufficient data")
        return [
            not_computable(
                "event_impact", "passages", "sensor", why, unlocked_by=("counts",), **where
            )
        ]
    calibration = impact.calibration
    rate = 100 * calibration.false_alarm_rate
    n = calibration.n
    quality: Quality = "reserve" if impact.verdict == "not_measurable" else "estimated"
    main = Result(
        "event_impact", impact.uplift, "passages", "sensor", METHOD,
        quality=quality, note=_note(impact), **where,
    )  # fmt: skip
    exact = Estimate(rate, rate, rate, n)
    detectable = Estimate(impact.detectable, math.nan, math.nan, n)
    return [
        main,
        replace(main, indicator="event_uplift", estimate=impact.relative, unit="%"),
        replace(main, indicator="event_false_alarm_rate", estimate=exact, unit="%"),
        replace(main, indicator="event_detectable_effect", estimate=detectable, unit="%"),
    ]


def trend_result(
    trend: Trend | None, series: str, days: pd.DatetimeIndex, why: Text | None = None
) -> Result:
    """Write a trend as a result, over the days that served; ``why`` there is none.

    Parameters
    ----------
    trend : Trend or None
        As :func:`analyses.footfall.trend.measure_trend` gives it.
    series : str
        Sensor, or ``*``.
    days : pandas.DatetimeIndex
        Days of the series.
    why : Text, optional
        What :func:`analyses.footfall.trend.trend_obstacle` says.
    """
    where: dict[str, Any] = {
        "breakdown": "sensor", "category": series,
        "period_start": trend.first if trend else days[0].date(),
        "period_end": trend.last if trend else days[-1].date(),
    }  # fmt: skip
    if trend is None:
        why = why or Text(
            "série trop courte, ou dont le niveau est rompu trop souvent",
            "series too short, or whose level breaks too often",
        )
        return not_computable("footfall_trend", "%/year", "sensor", why, **where)
    return Result(
        "footfall_trend", trend.yearly, "%/year", "sensor", TREND_METHOD, quality="estimated",
        **where,
    )  # fmt: skip


def health_results(table: pd.DataFrame) -> tuple[Result, ...]:
    """Write the availability of each sensor (see :func:`analyses.footfall.health.availability`)."""
    return tuple(
        Result(
            "sensor_health",
            Estimate(row["share"], row["share"], row["share"], int(row["periods"])),
            "%", "sensor", "health/1", breakdown="sensor", category=str(row["sensor_id"]),
        )
        for row in table.to_dict("records")
    )  # fmt: skip


def date_results(candidates: Sequence[Candidate]) -> tuple[Result, ...]:
    """Write the ranking of coming dates."""
    return tuple(
        Result(
            "best_dates", Estimate(c.rank, math.nan, math.nan, len(candidates)), "rank", "sensor",
            METHOD, breakdown="date", category=c.start.isoformat(), period_start=c.start,
            period_end=c.end, quality="estimated",
            note=Text(
                f"{number(c.flow, 'fr')} passages attendus, effet détectable "
                f"{percent(c.detectable, 'fr', 0)}",
                f"{number(c.flow, 'en')} passages expected, detectable effect "
                f"{percent(c.detectable, 'en', 0)}",
            ),
        )
        for c in candidates
    )  # fmt: skip


def match_result(match: Match, zone: str = "*") -> Result:
    """Write the share of passages outside opening hours."""
    return Result(
        "open_hours_match", match.outside, "%", "sensor", "open-share/1", zone=zone,
        quality="estimated",
    )  # fmt: skip


def _where(impact: Impact) -> dict[str, Any]:
    event = impact.event
    place: dict[str, Any] = {"period_start": event.start, "period_end": event.end}
    if impact.series == "*":
        return place | {"breakdown": "event", "category": event.event_id}
    if impact.series.startswith("zone:"):
        zone = impact.series.removeprefix("zone:")
        return place | {"zone": zone, "breakdown": "event", "category": event.event_id}
    label = f"{event.event_id} · {impact.series}"
    return place | {"breakdown": "event_sensor", "category": label}


def _note(impact: Impact) -> Text:
    """Say the verdict with the false-alarm rate and its own n."""
    calibration = impact.calibration
    if calibration is None:
        raise ValueError("an effect without calibration has no verdict to explain")
    verdict, n = impact.verdict_text, calibration.n
    rate, found = 100 * calibration.false_alarm_rate, impact.detectable
    feast = ("", "")
    if impact.on_holiday:
        feast = (" ; l'effet comprend celui du jour férié", "; the effect includes the holiday's")
    if impact.event.hours is not None:
        begins, ends = (_clock(hour) for hour in impact.event.hours)
        feast = (
            f" ; de {begins} à {ends}, contre les mêmes heures d'autres jours{feast[0]}",
            f"; from {begins} to {ends}, against the same hours of other days{feast[1]}",
        )
    missing = ("", "")
    if impact.left_out:
        count, names = len(impact.left_out), ", ".join(impact.left_out)
        missing = (
            f" ; sans {count} {plural(count, 'capteur', 'capteurs')} sans comptage complet : "
            f"{names}",
            f"; without {count} {plural(count, 'sensor', 'sensors', 'en')} that lack counts: "
            f"{names}",
        )
    return Text(
        f"{verdict.fr} ; sur {n} fenêtres sans évènement, la méthode se trompe "
        f"{percent(rate, 'fr', 0)} du temps ; effet détectable : "
        f"{percent(found, 'fr', 0)}{feast[0]}{missing[0]}",
        f"{verdict.en}; on {n} windows without event, the method is wrong "
        f"{percent(rate, 'en', 0)} of the time; detectable effect: "
        f"{percent(found, 'en', 0)}{feast[1]}{missing[1]}",
    )


def _clock(hour: float) -> str:
    """Write an hour of the clock, as 20:30."""
    minutes = round(hour * 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
