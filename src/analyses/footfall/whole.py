"""The whole of each event, on the sensors that counted it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analyses.footfall.calendar import Days
from analyses.footfall.events import Event
from analyses.footfall.impact import Impact, Settings
from analyses.footfall.study import measure_events


def measure_wholes(
    panel: pd.DataFrame,
    sensors: pd.DataFrame,
    events: Sequence[Event],
    days: Days,
    settings: Settings | None,
) -> tuple[tuple[Impact, ...], dict[str, tuple[str, ...]]]:
    """Measure the events; where some of their sensors did not count, the whole is that of others.

    Parameters
    ----------
    panel, sensors, events, days, settings
        As :func:`analyses.footfall.study.measure_events` takes them.

    Returns
    -------
    tuple
        Effects by event, the whole first, and by event the sensors that its whole leaves out.
    """
    if not events:
        return (), {}
    impacts = measure_events(panel, sensors, events, days, settings=settings)
    again: list[Impact] = []
    absent: dict[str, tuple[str, ...]] = {}
    for event in events:
        window = event.window(days.dates)
        first = next((i for i in impacts if i.event.event_id == event.event_id), None)
        if first is None or first.calibration is not None or not len(window):
            continue
        inside = event.declared(sensors) & set(panel.columns) or set(panel.columns)
        gaps = panel.iloc[window].isna().any()
        lost = tuple(sorted(name for name in inside if gaps[name]))
        if lost and len(lost) < len(inside):
            rest = panel.drop(columns=list(lost))
            only = {event.event_id}
            again += measure_events(
                rest, sensors, events, days, only=only, settings=settings, parts=False
            )
            absent[event.event_id] = lost
    stale = {(name, "*") for name in absent}
    kept = [i for i in impacts if (i.event.event_id, i.series) not in stale]
    order = {event.event_id: rank for rank, event in enumerate(events)}
    ranked = sorted([*again, *kept], key=lambda i: order[i.event.event_id])
    unique: dict[tuple[str, str], Impact] = {}
    for impact in ranked:
        unique.setdefault((impact.event.event_id, impact.series), impact)
    return tuple(unique.values()), absent
