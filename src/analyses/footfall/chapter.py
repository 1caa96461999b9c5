"""The whole footfall analysis of a city in one call: what its notebook shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from analyses.footfall.breaks import level_breaks
from analyses.footfall.calendar import Days, day_features
from analyses.footfall.dates import Candidate, rank_dates
from analyses.footfall.events import Event, event_days, events_from_frame
from analyses.footfall.health import Flag, availability, check_health, healthy_counts
from analyses.footfall.impact import Impact, Settings
from analyses.footfall.outcome import date_results, health_results, impact_results, trend_result
from analyses.footfall.pooling import Pooled, Tested, correct, pool
from analyses.footfall.profile import weekly_profile
from analyses.footfall.series import daily_counts
from analyses.footfall.study import measure_events
from analyses.footfall.trend import Trend, measure_trend
from analyses.results import Estimate, Result, not_computable
from analyses.wording import Text

CALENDAR_KINDS = frozenset({"market_day", "sales"})
"""Kinds of events that the calendar knows: their effect is not measured one by one."""
WHOLE = "*"
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
        Usual week of each sensor (empty without hourly counts).
    dates : tuple of Candidate
        Coming Saturdays, best first.
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
    *,
    settings: Settings | None = None,
) -> Footfall:
    """Analyse the footfall of a city from its tables.

    Parameters
    ----------
    counts, sensors, events, weather : DataFrame or None
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
        return Footfall(_nothing())
    calendar = _settled(calendar)
    flags = check_health(counts)
    healthy = healthy_counts(counts, flags)
    daily = daily_counts(healthy)
    panel = daily.panel
    dates = pd.DatetimeIndex(panel.index)
    days = day_features(dates, calendar, weather)
    known = _events(events)
    measured = tuple(event for event in known if event.kind not in CALENDAR_KINDS)
    places = _sensors(sensors, panel, availability(counts, flags))
    impacts = measure_events(panel, places, measured, days, settings=settings) if measured else ()
    town = panel.sum(axis=1, skipna=False)
    trends = _trends(panel, days)
    coming = _dates(panel, calendar, weather, measured)
    hourly = counts["duration_minutes"].le(60).any()
    study = Footfall(
        (), places, flags, panel.assign(**{WHOLE: town}), _imputed(daily.imputed, panel), impacts,
        trends=trends, dates=coming,
        profile=weekly_profile(healthy[healthy["duration_minutes"] <= 60])
        if hourly else pd.DataFrame(),
    )  # fmt: skip
    whole = study.whole()
    return Footfall(
        _results(study, days, bool(measured)), places, flags, study.panel, study.imputed, impacts,
        correct(whole), pool(whole), trends, study.profile, coming,
    )  # fmt: skip


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
    found += [trend_result(trend, name, days.dates) for name, trend in study.trends.items()]
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
    if study.dates:
        found += date_results(study.dates)
    else:
        why = Text(
            "moins d'une année de comptages récents et continus.",
            "less than a year of recent and continuous counts.",
        )
        found.append(not_computable("best_dates", "rank", "sensor", why, unlocked_by=("counts",)))
    return tuple(found)


def _nothing() -> tuple[Result, ...]:
    why = Text("la ville n'a pas de comptages de piétons.", "the city has no pedestrian counts.")
    units: dict[str, tuple[str, tuple[str, ...]]] = {
        "footfall": ("passages", ("counts",)),
        "sensor_health": ("%", ("counts",)),
        "event_impact": ("passages", ("counts", "events")),
        "footfall_trend": ("%/year", ("counts",)),
        "best_dates": ("rank", ("counts",)),
    }
    return tuple(
        not_computable(name, unit, "sensor", why, unlocked_by=unlocked)
        for name, (unit, unlocked) in units.items()
    )


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
