"""Around an event: what the days before and after lose, or keep, of what it brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd

from analyses.footfall.baseline import FREEDOM
from analyses.footfall.breaks import level_breaks
from analyses.footfall.calendar import Days
from analyses.footfall.controls import out_of_reach
from analyses.footfall.events import Event, event_days
from analyses.footfall.impact import Impact, Settings, measure_impact
from analyses.footfall.pooling import correct
from analyses.footfall.study import REACH_METRES

AROUND = 3
"""Days looked at on each side of an event."""
Side = Literal["before", "after"]
SIDES: tuple[Side, ...] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The days beside an event, measured as the event is, its own days left out.

    Parameters
    ----------
    event : Event
        The event.
    side : str
        ``before`` or ``after``.
    impact : Impact
        Effect on those days.
    shown : bool
        Whether it is shown once corrected for the number of effects looked for.
    """

    event: Event
    side: Side
    impact: Impact
    shown: bool


def measure_aftermath(
    panel: pd.DataFrame,
    sensors: pd.DataFrame,
    around: Sequence[Impact],
    events: Sequence[Event],
    days: Days,
    *,
    settings: Settings | None = None,
) -> tuple[Aftermath, ...]:
    """Look for what events moved from, or left to, the days beside them.

    Parameters
    ----------
    panel : pandas.DataFrame
        Daily counts by sensor.
    sensors : pandas.DataFrame
        ``sensor_id`` and, where known, ``zone_id``, ``lon``, ``lat``.
    around : sequence of Impact
        Effects whose neighbourhood is looked at, one an event, on all its sensors.
    events : sequence of Event
        All declared events: their days are neither learnt from nor used as placebos; a side that
        meets another event is left out.
    days : Days
        Features of the rows of ``panel``.
    settings : Settings, optional
        How effects are measured.

    Returns
    -------
    tuple of Aftermath
        Sides with enough counts, by event; Holm's correction over all of them, with the Student
        tail that the baseline gives to the noise of a day: over 850 windows of ten simulated series
        without events, Bonferroni's bound for 22 sides was 15.5 % with a normal tail.
    """
    found: list[tuple[Event, Side, Impact]] = []
    breaks = {
        str(name): level_breaks(np.asarray(panel[name].to_numpy(), dtype=np.float64))
        for name in (panel.columns if len(around) else [])
    }
    for impact in around:
        for side in SIDES:
            one = _side(panel, sensors, impact, side, events, days, settings, breaks)
            if one is not None and one.calibration is not None:
                found.append((impact.event, side, one))
    tested = {
        (t.impact.event.event_id): t.shown
        for t in correct([impact for _, _, impact in found], freedom=FREEDOM)
    }  # fmt: skip
    return tuple(
        Aftermath(event, side, impact, tested[impact.event.event_id])
        for event, side, impact in found
    )


def _side(
    panel: pd.DataFrame,
    sensors: pd.DataFrame,
    impact: Impact,
    side: Side,
    events: Sequence[Event],
    days: Days,
    settings: Settings | None,
    breaks: dict[str, tuple[int, ...]],
) -> Impact | None:
    event = impact.event
    first = event.start - timedelta(days=AROUND)
    if side == "after":  # a night goes on in the day that follows
        night = event.hours is not None and event.hours[1] > 24
        first = event.end + timedelta(days=2 if night else 1)
    beside = replace(
        event, event_id=f"{event.event_id} · {side}", start=first,
        end=first + timedelta(days=AROUND - 1), hours=None,
    )  # fmt: skip
    window = beside.window(days.dates)
    busy = event_days(events, days.dates)
    if len(window) < AROUND or busy[window].any():
        return None
    inside = sorted(event.declared(sensors) & set(panel.columns))
    inside = inside or (sorted(panel.columns) if event.everywhere else [])
    if not inside:
        return None
    others: tuple[str, ...] = ()
    if not event.everywhere:
        rest = [str(name) for name in panel.columns if name not in inside]
        others, _ = out_of_reach(rest, sensors, declared=inside, centre=inside, metres=REACH_METRES)
    whole = panel.assign(**{"*": panel[inside].sum(axis=1, min_count=len(inside))})
    steps = tuple(sorted({at for name in inside for at in breaks[name]}))
    return measure_impact(
        whole, "*", beside, days, candidates=others, other_events=busy,
        breaks=breaks | {"*": steps},
        settings=settings,
    )  # fmt: skip
