"""All events of a city, each on every sensor and zone that it may concern."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analyses.footfall.breaks import level_breaks
from analyses.footfall.calendar import Bools, Days, Floats
from analyses.footfall.controls import Refusal, out_of_reach
from analyses.footfall.events import Event, event_days
from analyses.footfall.impact import Impact, Settings, measure_impact
from analyses.footfall.series import daily_counts, zone_panel

REACH_METRES = 100.0
"""A sensor closer than this to the measured ones is in reach of their event."""

LEAST_AROUND, SPAN = 0.5, 365
"""A sensor seen on less than this share of the days, a year before and after the event, is left out
of the sum of its zone: every day that it misses would be missing for the zone."""


def measure_events(
    panel: pd.DataFrame,
    sensors: pd.DataFrame,
    events: Sequence[Event],
    days: Days,
    *,
    only: Collection[str] | None = None,
    reach_metres: float = REACH_METRES,
    settings: Settings | None = None,
    parts: bool = True,
    hourly: pd.DataFrame | None = None,
) -> tuple[Impact, ...]:
    """Measure every event on the zones and sensors that it declares (all of them if none).

    Parameters
    ----------
    panel : pandas.DataFrame
        Daily counts by sensor (:func:`analyses.footfall.series.daily_counts`).
    sensors : pandas.DataFrame
        ``sensor_id``, ``zone_id`` and, where known, ``lon``, ``lat``.
    events : sequence of Event
        All declared events: the others are neither learnt from nor used as placebos.
    days : Days
        Features of the rows of ``panel``.
    only : collection of str, optional
        Identifiers of the events to measure; all of them if not given.
    reach_metres : float
        Distance within which a sensor cannot serve as control; 0 to trust declarations alone.
    settings : Settings, optional
        How to measure.
    parts : bool
        Measure the zones and the sensors of each event too, beside the whole.
    hourly : pandas.DataFrame, optional
        Healthy counts: an event that lasts some hours is then measured on these hours, against
        the same hours of other days; without them, on whole days.

    Returns
    -------
    tuple of Impact
        By event, the whole of its sensors first (``series`` is ``*``, when there are several),
        then zones, then sensors. A sum is that of the sensors that can be measured;
        ``left_out`` names the others.
    """
    known = sensors[sensors["sensor_id"].isin(panel.columns)]
    breaks = {name: level_breaks(_values(panel, name)) for name in panel.columns}
    found: list[Impact] = []
    for event in events:
        if only is not None and event.event_id not in only:
            continue
        clash = _other_events(events, event, known, days)
        told, counted = _at_its_hours(event, panel, known, _near(event, hourly, settings))
        town = _Town(counted, known, days, breaks, reach_metres, settings)
        found += _on_its_places(town, told, clash, parts)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Town:
    """What an event is measured against."""

    panel: pd.DataFrame
    sensors: pd.DataFrame
    days: Days
    breaks: dict[str, tuple[int, ...]]
    reach_metres: float
    settings: Settings | None


def _on_its_places(town: _Town, event: Event, clash: Bools, parts: bool) -> list[Impact]:
    """Measure one event on the whole of its sensors, its zones and its sensors."""
    panel, known = town.panel, town.sensors
    inside = sorted(event.declared(known) & set(panel.columns))
    inside = inside or (sorted(panel.columns) if event.everywhere else [])
    declared = _groups(known, inside)
    groups = {name: _usable(panel, names, event, town.days) for name, names in declared.items()}
    wide = pd.concat([panel, zone_panel(panel, groups)], axis=1)
    free: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    if not event.everywhere:
        others = [name for name in panel.columns if name not in inside]
        free, refused = out_of_reach(
            others, known, declared=inside, centre=inside, metres=town.reach_metres
        )
    steps = town.breaks | {
        zone: tuple(sorted({at for name in names for at in town.breaks[name]}))
        for zone, names in groups.items()
    }
    wanted = [*groups, *inside]
    found = []
    measured: dict[tuple[str, ...], Impact] = {}
    for series in wanted if parts else wanted[:1]:
        summed = tuple(groups.get(series, (series,)))
        if summed not in measured:  # an event in one zone: its whole is that zone's
            measured[summed] = measure_impact(
                wide, series, event, town.days, candidates=free, refused=refused,
                other_events=clash, breaks=steps, settings=town.settings,
            )  # fmt: skip
        impact = replace(measured[summed], series=series)
        left_out = sorted(set(declared.get(series, ())) - set(groups.get(series, ())))
        found.append(replace(impact, left_out=tuple(left_out)))
    return found


def _at_its_hours(
    event: Event, panel: pd.DataFrame, sensors: pd.DataFrame, hourly: pd.DataFrame | None
) -> tuple[Event, pd.DataFrame]:
    """Return the event and the counts of its hours, or both by whole days where they are not."""
    if event.hours is None or hourly is None:
        return replace(event, hours=None), panel
    counted = daily_counts(hourly, hours=event.hours).panel.reindex(panel.index)
    inside = event.declared(sensors) & set(panel.columns) or set(panel.columns)
    if not inside <= set(counted.columns):
        return replace(event, hours=None), panel
    return event, counted


def _near(
    event: Event, hourly: pd.DataFrame | None, settings: Settings | None
) -> pd.DataFrame | None:
    """Return the counts of the days that an event of some hours can be measured on."""
    if event.hours is None or hourly is None:
        return None
    reach = pd.Timedelta(days=max(SPAN, (settings or Settings()).span) + 7)
    wall = hourly["start"].dt.tz_localize(None)
    first, last = pd.Timestamp(event.start) - reach, pd.Timestamp(event.end) + reach
    near: pd.DataFrame = hourly[wall.between(first, last)]
    return near


def _groups(sensors: pd.DataFrame, inside: Sequence[str]) -> dict[str, list[str]]:
    """Return the sensors of the whole event and of each zone, where they are several."""
    mine = sensors[sensors["sensor_id"].isin(inside)]
    groups = {"*": list(inside)}
    if "zone_id" in mine:
        for zone, rows in mine.dropna(subset="zone_id").groupby("zone_id", sort=True):
            groups[f"zone:{zone}"] = sorted(rows["sensor_id"])
    return {name: names for name, names in groups.items() if len(names) > 1}


def _usable(panel: pd.DataFrame, names: Sequence[str], event: Event, days: Days) -> list[str]:
    """Return the sensors whose sum can be measured: complete in the event, and mostly around it.

    The whole group if none is: its measure then says what is missing.
    """
    window = event.window(days.dates)
    if not len(window):
        return list(names)
    seen = panel[list(names)].notna()
    whole = seen.iloc[window].all()
    around = seen.iloc[max(int(window[0]) - SPAN, 0) : int(window[-1]) + SPAN].mean()
    usable = [name for name in names if whole[name] and around[name] >= LEAST_AROUND]
    return usable or [name for name in names if whole[name]] or list(names)


def _other_events(
    events: Sequence[Event], event: Event, sensors: pd.DataFrame, days: Days
) -> Bools:
    """Return the days of other events that touch a sensor of this one."""
    mine = event.declared(sensors)
    clash = [
        other
        for other in events
        if other.event_id != event.event_id
        and (event.everywhere or other.everywhere or mine & other.declared(sensors))
    ]
    covered = event_days(clash, days.dates)
    covered[event.window(days.dates)] = False
    return covered


def _values(panel: pd.DataFrame, name: str) -> Floats:
    return np.asarray(panel[name].to_numpy(), dtype=np.float64)
