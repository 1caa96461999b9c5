"""Footfall: sensor health, baseline, effect of events, trends and profiles.

- ``check_health(counts)``, ``healthy_counts``, ``availability``: what must leave the analysis;
- ``daily_counts(counts)``: the panel of days by sensors;
- ``day_features(dates, calendar, weather)``: what is known of each day;
- ``measure_impact`` (one event, one series), ``measure_events`` (all, with zones and controls);
- ``pool``, ``correct``: effects by kind of event, correction for many tests;
- ``measure_trend`` (``trend_obstacle`` says why there is none), ``weekly_profile``,
  ``hour_effects``, ``opening_match``, ``rank_dates``.

Functions of ``outcome`` write them as rows of the indicators table.
"""

from analyses.footfall.calendar import Days, day_features
from analyses.footfall.clock import dst_hour, trading_day, utc_unmarked
from analyses.footfall.dates import Candidate, rank_dates
from analyses.footfall.events import Event, events_from_frame
from analyses.footfall.health import Flag, availability, check_health, healthy_counts
from analyses.footfall.hours import opening_match
from analyses.footfall.impact import Impact, Settings, measure_impact
from analyses.footfall.outcome import (
    date_results,
    health_results,
    impact_results,
    match_result,
    trend_result,
)
from analyses.footfall.pooling import Pooled, Tested, correct, pool
from analyses.footfall.profile import hour_effects, weekly_profile
from analyses.footfall.series import Daily, daily_counts, zone_panel
from analyses.footfall.study import measure_events
from analyses.footfall.trend import Trend, measure_trend, trend_obstacle

__all__ = [
    "Candidate",
    "Daily",
    "Days",
    "Event",
    "Flag",
    "Impact",
    "Pooled",
    "Settings",
    "Tested",
    "Trend",
    "availability",
    "check_health",
    "correct",
    "daily_counts",
    "date_results",
    "day_features",
    "dst_hour",
    "events_from_frame",
    "health_results",
    "healthy_counts",
    "hour_effects",
    "impact_results",
    "match_result",
    "measure_events",
    "measure_impact",
    "measure_trend",
    "opening_match",
    "pool",
    "rank_dates",
    "trading_day",
    "trend_obstacle",
    "trend_result",
    "utc_unmarked",
    "weekly_profile",
    "zone_panel",
]
