"""The whole footfall analysis of a city in one call: what its notebook shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analyses.footfall.aftermath import Aftermath, measure_aftermath
from analyses.footfall.baseline import FREEDOM
from analyses.footfall.breaks import level_breaks
from analyses.footfall.calendar import Days, day_features
from analyses.footfall.dates import Candidate, rank_dates
from analyses.footfall.dwell import Dwell, measure_dwell
from analyses.footfall.events import Event, event_days, events_from_frame
from analyses.footfall.health import Flag, availability, check_health, healthy_counts
from analyses.footfall.heat import Heat, measure_heat
from analyses.footfall.hours import Place, match_places
from analyses.footfall.impact import Impact, Settings
from analyses.footfall.outcome import date_results, health_results, impact_results, trend_result
from analyses.footfall.pooling import Pooled, Tested, correct, pool
from analyses.footfall.profile import (
    HourEffect,
    hour_effects,
    recent,
    seasons,
    usual_day,
    weekly_profile,
)
from analyses.footfall.rows import (
    aftermath_results,
    dwell_results,
    heat_results,
    nothing,
    opening_results,
    season_results,
)
from analyses.footfall.series import daily_counts
from analyses.footfall.study import measure_events
from analyses.footfall.trend import UNSETTLED, Trend, measure_trend, trend_obstacle
from analyses.results import Estimate, Result, not_computable
from analyses.wording import Text

CALENDAR_KINDS = frozenset({"market_day", "sales"})
"""Kinds of events that the calendar knows: their effect is not measured one by one."""
WHOLE = "*"
YEAR_DAYS = 364
"""Days before the last count that usual hours and opening hours rest on: the present town."""
AHEAD_DAYS = 182
"""Days after the last count among which the best dates are looked for."""


@dataclass(frozen=True, slots=True)
class Footfall:
    """What the counts of a city say.

    Parameters
    ----------
    results : tuple of Result
        Rows of the indicators table; without counts, rows that say what is missing.
    sensors : DataFrame
        ``sensor_id``, ``name``, ``zone_id``, ``lon``, ``lat``, ``passages`` (mean of a whole day),
        ``periods``, ``healthy`` and ``share`` (percent of periods present and plausible).
    flags : tuple of Flag
        Faults of the sensors.
    panel : DataFrame
        Healthy passages by local day and sensor; ``*`` is their sum over all sensors.
    imputed : float
        Share of passages that was imputed, percent.
    impacts : tuple of Impact
        Effects, by event then series.
    tested : tuple of Tested
        The effects on the whole of each event, corrected for their number.
    pooled : tuple of Pooled
        Mean effects by kind of event.
    trends : dict
        Trend by sensor, and of the whole (``*``) where it can be summed.
    profile : DataFrame
        Usual week of each sensor over the last year (empty without hourly counts).
    dates : tuple of Candidate
        Coming Saturdays, best first.
    absent : dict of str to tuple of str
        By event, the sensors that did not count on all its days: the whole leaves them out.
    hours : dict of str to tuple of HourEffect
        By event, observed and expected passages hour by hour.
    around : tuple of Aftermath
        Days beside the events whose effect is shown.
    day : DataFrame
        Usual hours of the last year (:func:`analyses.footfall.profile.usual_day`).
    seasons : DataFrame
        Months beside the mean of their year (:func:`analyses.footfall.profile.seasons`).
    places : tuple of Place
        Opening hours against presence over the last year.
    heat : Heat, optional
        What hot days change.
    dwell : Dwell, optional
        Dwell times, where a source tells them.
    steady : tuple of str
        Sensors that counted most of the last year: those that usual hours add up.
    """

    results: tuple[Result, ...]
    sensors: pd.DataFrame = field(default_factory=pd.DataFrame)
    flags: tuple[Flag, ...] = ()
    panel: pd.DataFrame = field(default_factory=pd.DataFrame)
    imputed: float = 0.0
    impacts: tuple[Impact, ...] = ()
    tested: tuple[Tested, ...] = ()
    pooled: tuple[Pooled, ...] = ()
    trends: dict[str, Trend | None] = field(default_factory=dict)
    profile: pd.DataFrame = field(default_factory=pd.DataFrame)
    dates: tuple[Candidate, ...] = ()
    absent: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hours: dict[str, tuple[HourEffect, ...]] = field(default_factory=dict)
    around: tuple[Aftermath, ...] = ()
    day: pd.DataFrame = field(default_factory=pd.DataFrame)
    seasons: pd.DataFrame = field(default_factory=pd.DataFrame)
    places: tuple[Place, ...] = ()
    heat: Heat | None = None
    dwell: Dwell | None = None
    steady: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the city has any count."""
        return not self.panel.empty

    def whole(self) -> tuple[Impact, ...]:
        """Return one effect an event: on all its sensors, or on its only one."""
        first: dict[str, Impact] = {}
        for impact in self.impacts:
            first.setdefault(impact.event.event_id, impact)
        return tuple(first.values())


def measure_footfall(
    counts: pd.DataFrame | None,
    sensors: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    calendar: pd.DataFrame | None = None,
    weather: pd.DataFrame | None = None,
    shops: pd.DataFrame | None = None,
    *,
    settings: Settings | None = None,
) -> Footfall:
    """Analyse the footfall of a city from its tables.

    Parameters
    ----------
    counts, sensors, events, weather, shops : DataFrame or None
        Checked tables; without counts the result only says what is missing.
    calendar : DataFrame, optional
        One row a local day, from the first count to :data:`AHEAD_DAYS` after the last.
    settings : Settings, optional
        How effects are measured.

    Returns
    -------
    Footfall
        Deterministic: the same tables give the same bytes.
    """
    if counts is None or counts.empty or not bool(counts["count"].notna().any()):
        return Footfall(nothing())
    calendar = _settled(calendar)
    flags = check_health(counts)
    healthy = healthy_counts(counts, flags)
    daily = daily_counts(healthy)
    panel = daily.panel
    days = day_features(pd.DatetimeIndex(panel.index), calendar, weather)
    measured = tuple(event for event in _events(events) if event.kind not in CALENDAR_KINDS)
    places = _sensors(sensors, panel, availability(counts, flags))
    impacts = measure_events(panel, places, measured, days, settings=settings, hourly=healthy)
    study = Footfall(
        (), places, flags, panel.assign(**{WHOLE: panel.sum(axis=1, skipna=False)}),
        _imputed(daily.imputed, panel), impacts, trends=_trends(panel, days),
        dates=_dates(panel, calendar, weather, measured), absent=_absent(impacts),
        seasons=seasons(panel),
        dwell=measure_dwell(counts, healthy, places, measured, days, settings=settings),
        steady=_steady(panel),
    )  # fmt: skip
    whole = study.whole()
    tested = correct(whole, freedom=FREEDOM)
    kept = [test.impact for test in tested if test.shown]
    study = replace(
        study, tested=tested, pooled=pool(whole),
        around=measure_aftermath(panel, places, kept, measured, days, settings=settings),
    )  # fmt: skip
    study = _by_hour(study, healthy[healthy["duration_minutes"] <= 60], calendar, weather, shops)
    return replace(study, results=_results(study, days, bool(measured)))


def _absent(impacts: Sequence[Impact]) -> dict[str, tuple[str, ...]]:
    """Return, by event, the sensors that its whole leaves out."""
    return {i.event.event_id: i.left_out for i in impacts if i.series == WHOLE and i.left_out}


def _steady(panel: pd.DataFrame) -> tuple[str, ...]:
    """Return the sensors that counted most of the last year, or the one that counted the most."""
    last = panel.iloc[-YEAR_DAYS:].notna().mean()
    return tuple(recent(panel, YEAR_DAYS)) or (str(last.idxmax()),)


def _by_hour(
    study: Footfall,
    hourly: pd.DataFrame,
    calendar: pd.DataFrame | None,
    weather: pd.DataFrame | None,
    shops: pd.DataFrame | None,
) -> Footfall:
    """Add what hourly counts tell: usual hours, hours of events, opening hours, hot days."""
    if hourly.empty:
        return study
    steady = [name for name in study.steady if name in set(hourly["sensor_id"])]
    own = hourly[hourly["sensor_id"].isin(steady)]
    since = study.panel.index[-1] - pd.Timedelta(days=YEAR_DAYS)
    year = own[_day_of(own) > since]
    ordinary = year if calendar is None else year[~_holidays(year, calendar)]
    return replace(
        study,
        profile=weekly_profile(hourly[_day_of(hourly) > since]),
        hours={
            impact.event.event_id: found
            for impact in study.whole()
            if (found := hour_effects(_counts_of(study, impact, hourly), impact))
        },
        day=usual_day(ordinary) if len(ordinary) else pd.DataFrame(),
        places=()
        if shops is None or shops.empty or ordinary.empty
        else match_places(ordinary, study.sensors, shops),
        heat=measure_heat(own, weather),
    )


def _day_of(counts: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    days: pd.Series[pd.Timestamp] = counts["start"].dt.tz_localize(None).dt.normalize()
    return days


def _holidays(counts: pd.DataFrame, calendar: pd.DataFrame) -> pd.Series[bool]:
    if "public_holiday" not in calendar:
        return pd.Series(False, index=counts.index)
    feast = calendar["public_holiday"]
    marked = feast.ne("").fillna(False) if feast.dtype == "string" else feast.fillna(False)
    off = pd.DatetimeIndex(calendar.loc[marked.astype(bool), "date"])
    off_days: pd.Series[bool] = _day_of(counts).isin(off)
    return off_days


def _counts_of(study: Footfall, impact: Impact, hourly: pd.DataFrame) -> pd.DataFrame:
    """Return the hourly counts of the sensors that an effect was measured on; none if one lacks."""
    if impact.series != WHOLE:
        names = {impact.series}
    else:
        known = set(study.sensors["sensor_id"])
        names = set(impact.event.declared(study.sensors)) & known or known
        names -= set(study.absent.get(impact.event.event_id, ()))
    mine = hourly[hourly["sensor_id"].isin(names)]
    return mine if mine["sensor_id"].nunique() == len(names) else mine.iloc[:0]


def _settled(calendar: pd.DataFrame | None) -> pd.DataFrame | None:
    """Read what the calendar does not know as absent; the reserves say so."""
    if calendar is None:
        return None
    unsure = [n for n in calendar if calendar[n].dtype == "boolean"]
    return calendar.assign(**{str(n): calendar[n].fillna(False).astype(bool) for n in unsure})


def _events(frame: pd.DataFrame | None) -> tuple[Event, ...]:
    if frame is None or frame.empty:
        return ()
    plain = frame.astype(object).where(frame.notna(), None)
    for name in ("sensor_ids", "zone_ids"):
        if name in plain:
            plain[name] = [
                None if text is None else str(text).replace("|", ",") for text in plain[name]
            ]
    return events_from_frame(plain)


def _sensors(
    sensors: pd.DataFrame | None, panel: pd.DataFrame, health: pd.DataFrame
) -> pd.DataFrame:
    """Return the sensors that count; those that no table names take their identifier as a name."""
    names = pd.DataFrame({"sensor_id": pd.Index(panel.columns).astype(str)})
    if sensors is None or sensors.empty:
        sensors = pd.DataFrame({"sensor_id": names["sensor_id"], "name": names["sensor_id"]})
    kept = [n for n in ("sensor_id", "name", "zone_id", "lon", "lat") if n in sensors]
    table = names.merge(sensors[kept].astype({"sensor_id": str}), on="sensor_id", how="left")
    table = table.reindex(columns=["sensor_id", "name", "zone_id", "lon", "lat"])
    table["name"] = table["name"].astype("string").fillna(table["sensor_id"].astype("string"))
    table["passages"] = panel.mean().reindex(table["sensor_id"]).to_numpy(dtype=np.float64)
    return table.merge(health, on="sensor_id", how="left")


def _trends(panel: pd.DataFrame, days: Days) -> dict[str, Trend | None]:
    trends = {}
    for name in panel.columns:
        values = np.asarray(panel[name].to_numpy(), dtype=np.float64)
        trends[str(name)] = measure_trend(values, days, breaks=level_breaks(values))
    return trends


def _dates(
    panel: pd.DataFrame,
    calendar: pd.DataFrame | None,
    weather: pd.DataFrame | None,
    events: Sequence[Event],
) -> tuple[Candidate, ...]:
    """Rank the coming Saturdays on the busiest sensor that counted in the last year."""
    last = panel.index[-1]
    year = panel[panel.index > last - pd.Timedelta(days=365)]
    full = year.columns[year.notna().sum() >= 0.9 * len(year)]
    if len(year) < 365 or full.empty:
        return ()
    busiest = str(year[full].mean().idxmax())
    coming = pd.date_range(last + pd.Timedelta(days=1), periods=AHEAD_DAYS, freq="D")
    past = pd.DatetimeIndex(panel.index[-730:])
    both = day_features(pd.DatetimeIndex([*past, *coming]), calendar, weather)
    saturdays = [day.date() for day in coming if day.dayofweek == 5]
    ahead = [(e.label, e.start, e.end) for e in events if e.end > last.date()]
    return rank_dates(
        np.asarray(panel[busiest].to_numpy()[-730:], dtype=np.float64),
        both.slice(0, len(past)),
        [(day, day) for day in saturdays],
        both.slice(len(past), len(both)),
        events=event_days(events, past),
        declared=ahead,
    )


def _imputed(share: pd.DataFrame, panel: pd.DataFrame) -> float:
    total = float(panel.sum().sum())
    return 100 * float((panel * share).sum().sum()) / total if total > 0 else 0.0


def _results(study: Footfall, days: Days, events: bool) -> tuple[Result, ...]:
    panel, found = study.panel, []
    first, last = days.dates[0].date(), days.dates[-1].date()
    for row in study.sensors.to_dict("records"):
        values = panel[row["sensor_id"]]
        total, n = float(values.sum()), int(values.notna().sum())
        found.append(
            Result(
                "footfall", Estimate(total, total, total, n), "passages", "sensor", "sum/1",
                breakdown="sensor", category=row["sensor_id"], period_start=first,
                period_end=last, quality="measured" if n else "reserve",
            )
        )  # fmt: skip
    found += health_results(study.sensors)
    for name, trend in study.trends.items():
        values = np.asarray(panel[name].to_numpy(), dtype=np.float64)
        why = None if trend else (trend_obstacle(values, breaks=level_breaks(values)) or UNSETTLED)
        found.append(trend_result(trend, name, days.dates, why))
    if events:
        found += impact_results(study.impacts)
    else:
        why = Text(
            "la ville ne déclare aucun évènement à mesurer.",
            "the city declares no event to measure.",
        )
        found.append(
            not_computable("event_impact", "passages", "sensor", why, unlocked_by=("events",))
        )
    found += aftermath_results(study.around)
    found += season_results(study.seasons, first, last)
    since = max(first, last - timedelta(days=YEAR_DAYS - 1))
    found += opening_results(study.places, since, last)
    found += heat_results(study.heat, first, last)
    found += dwell_results(study.dwell, first, last)
    if study.dates:
        found += date_results(study.dates)
    else:
        why = Text(
            "moins d'une année de comptages récents et continus.",
            "less than a year of recent and continuous counts.",
        )
        found.append(not_computable("best_dates", "rank", "sensor", why, unlocked_by=("counts",)))
    return tuple(found)


def period(study: Footfall) -> tuple[date, date]:
    """Return the first and last day of a study that has counts.

    Raises
    ------
    ValueError
        If it has none.
    """
    if not study.known:
        raise ValueError("a city without counts has no period")
    return study.panel.index[0].date(), study.panel.index[-1].date()
