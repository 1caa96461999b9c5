"""The demo city drawn anew from other seeds: are its planted uplifts recovered?

Every seed goes the whole way of a report: hourly counts with their faults, health, daily sums,
calendar, weather, all declared events, controls chosen by the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analyses import cities
from analyses.demo import footfall as made
from analyses.demo import streets
from analyses.demo.city import SEED, stream
from analyses.footfall.calendar import day_features
from analyses.footfall.events import events_from_frame
from analyses.footfall.health import check_health, healthy_counts
from analyses.footfall.series import daily_counts
from analyses.footfall.study import measure_events
from analyses.sources.days import calendars
from benchmarks._record import OURS, Row

CITY = Path(__file__).parents[2] / "cities" / "demo"
CALENDAR = ("sales", "market_day")


@dataclass(frozen=True, slots=True)
class Check:
    """One planted event of one seed and what was said of it (percent, days)."""

    truth: float
    value: float
    low: float
    high: float
    length: int


def check(seed: int) -> list[Check]:
    """Draw one city and measure each of its events on all the sensors that it touches."""
    network = streets.network(stream(SEED, "streets"))
    drawn = made.footfall(stream(seed, "footfall"), network)
    counts = _long(drawn.counts)
    panel = daily_counts(healthy_counts(counts, check_health(counts))).panel
    table = drawn.events.assign(sensor_ids=drawn.events["sensor_ids"].str.replace("|", ","))
    first, last = panel.index[0].date(), panel.index[-1].date()
    calendar, _ = calendars.calendar(cities.read(CITY), first, last, None)
    dates = pd.DatetimeIndex(panel.index)
    days = day_features(dates, _with_own_days(calendar, drawn.events), drawn.weather)
    events = events_from_frame(table[~table["kind"].isin(CALENDAR)])
    truth = {event.id: event.uplift for event in made.EVENTS}
    return [
        Check(
            truth[impact.event.event_id], impact.relative.value, impact.relative.low,
            impact.relative.high, (impact.event.end - impact.event.start).days + 1,
        )
        for impact in measure_events(panel, drawn.sensors, events, days, parts=False)
    ]  # fmt: skip


def rows(seeds: int) -> list[Row]:
    """Measure the cities of the seeds 1 to ``seeds`` and return the rates."""
    checks = [found for seed in range(1, seeds + 1) for found in check(seed)]
    groups: dict[str, list[Check]] = {"demo": checks}
    for length in sorted({c.length for c in checks}):
        groups[f"demo-{length}d"] = [c for c in checks if c.length == length]
    return [row for work, mine in groups.items() for row in _rates(work, mine)]


def _rates(work: str, checks: Sequence[Check]) -> list[Row]:
    known = [c for c in checks if not np.isnan(c.low)]
    gap = np.array([c.value - c.truth for c in known])
    held = [c.low <= c.truth <= c.high for c in known]
    shown = {
        zero: [c.low > 0 or c.high < 0 for c in known if (c.truth == 0) is zero]
        for zero in (True, False)
    }
    measures = [
        ("insufficient", 100 * (1 - len(known) / len(checks)), "%", len(checks)),
        ("coverage", 100 * float(np.mean(held)), "%", len(known)),
        ("bias", float(gap.mean()), "points", len(known)),
        ("mean_error", float(np.abs(gap).mean()), "points", len(known)),
        ("half_width", float(np.median([(c.high - c.low) / 2 for c in known])), "points",
         len(known)),
    ]  # fmt: skip
    for zero, name in ((True, "false_alarm_rate"), (False, "power")):
        if shown[zero]:
            measures.append((name, 100 * float(np.mean(shown[zero])), "%", len(shown[zero])))
    return [Row(work, OURS, metric, value, unit, n) for metric, value, unit, n in measures]


def _long(wide: pd.DataFrame) -> pd.DataFrame:
    """Lay the demo's file out as counts; its clock is local, the hour of winter time twice."""
    naive = pd.to_datetime(wide["date"]) + pd.to_timedelta(wide["hour"], unit="h")
    start = naive.dt.tz_localize(made.ZONE, ambiguous="infer")
    values = wide.drop(columns=["date", "hour"]).apply(pd.to_numeric).assign(start=start)
    long: pd.DataFrame = values.melt("start", var_name="sensor_id", value_name="count").dropna()
    return long.astype({"count": "float64"}).assign(duration_minutes=60)


def _with_own_days(calendar: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Add the sales and the market days that the demo city declares."""
    dates = pd.to_datetime(calendar["date"])
    sales = np.zeros(len(dates), dtype=np.bool_)
    for row in events[events["kind"] == "sales"].to_dict("records"):
        sales |= ((dates >= row["start"]) & (dates <= row["end"])).to_numpy()
    unsure = [name for name in calendar if calendar[name].dtype == "boolean"]
    plain = calendar.assign(**{str(n): calendar[n].fillna(False).astype(bool) for n in unsure})
    return plain.assign(sales=sales, market_day=dates.dt.dayofweek.isin([2, 5]).to_numpy())
