"""Events whose effect on footfall is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Bools, Ints


@dataclass(frozen=True, slots=True)
class Event:
    """An event over whole local days, or over some hours of each.

    Parameters
    ----------
    event_id, label, kind : str
        Identifier, name and kind (``market``, ``festival`` …) as the city writes them.
    start, end : date
        First and last day, both included.
    sensor_ids, zone_ids : tuple of str
        Sensors and zones in the event; both empty: the whole town is in it.
    hours : tuple of float, optional
        Local hours of each day that the event lasts, from the first to the last (excluded; beyond
        24 for the night that follows: 19 to 31 is 19:00 to 07:00). None for whole days.
    """

    event_id: str
    label: str
    kind: str
    start: date
    end: date
    sensor_ids: tuple[str, ...] = ()
    zone_ids: tuple[str, ...] = ()
    hours: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"event {self.event_id} ends before it starts")
        if self.hours is not None and not (
            0 <= self.hours[0] < 24 and 0 < self.hours[1] - self.hours[0] <= 24
        ):
            raise ValueError(f"event {self.event_id} has no such hours: {self.hours}")

    @property
    def everywhere(self) -> bool:
        """Whether no place is declared: no sensor can then serve as control."""
        return not self.sensor_ids and not self.zone_ids

    def declared(self, sensors: pd.DataFrame) -> frozenset[str]:
        """Return the sensors that the event declares, directly or by their zone."""
        inside = set(self.sensor_ids)
        if self.zone_ids and "zone_id" in sensors:
            mine = sensors["zone_id"].isin(self.zone_ids)
            inside |= set(sensors.loc[mine, "sensor_id"].astype(str))
        return frozenset(inside)

    def window(self, dates: pd.DatetimeIndex) -> Ints:
        """Return the positions of the event's days in ``dates``."""
        return np.flatnonzero(
            (dates >= pd.Timestamp(self.start)) & (dates <= pd.Timestamp(self.end))
        ).astype(np.int64)


def events_from_frame(frame: pd.DataFrame) -> tuple[Event, ...]:
    """Read events from a checked table.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``event_id, label, kind, start, end`` and optionally ``sensor_ids``, ``zone_ids`` (lists,
        or text separated by commas or semicolons). A time zone on ``start`` and ``end`` is dropped:
        they are local; an event that ends at 06:00 or before belongs to the evening before. One
        that starts and stops at an hour, within 24 hours, has these hours.

    Returns
    -------
    tuple of Event
        In the order of ``start``, then ``event_id``.
    """
    events = [
        Event(
            str(row["event_id"]), str(row["label"]), str(row["kind"]),
            pd.Timestamp(row["start"]).date(), _last_day(row["start"], row["end"]),
            _names(row.get("sensor_ids")), _names(row.get("zone_ids")),
            _hours(row["start"], row["end"]),
        )
        for row in frame.to_dict("records")
    ]  # fmt: skip
    return tuple(sorted(events, key=lambda event: (event.start, event.event_id)))


def event_days(events: Iterable[Event], dates: pd.DatetimeIndex) -> Bools:
    """Return which of ``dates`` any of ``events`` covers."""
    covered = np.zeros(len(dates), dtype=np.bool_)
    for event in events:
        covered[event.window(dates)] = True
    return covered


def _last_day(start: object, end: object) -> date:
    first, last = pd.Timestamp(str(start)), pd.Timestamp(str(end))
    night = (last.hour <= 6 and last != last.normalize()) or (
        last == last.normalize() and (first != first.normalize())
    )
    if night and last.date() > first.date():
        return (last - pd.Timedelta(days=1)).date()
    return last.date()


def _hours(start: object, end: object) -> tuple[float, float] | None:
    """Return the hours of an event that starts at an hour and lasts less than a day."""
    first, last = (pd.Timestamp(str(at)).tz_localize(None) for at in (start, end))
    lasts = (last - first) / pd.Timedelta(hours=1)
    if first == first.normalize() or not 0 < lasts < 24:
        return None
    begins = float((first - first.normalize()) / pd.Timedelta(hours=1))
    return begins, begins + float(lasts)


def _names(value: object) -> tuple[str, ...]:
    if value is None or isinstance(value, float):
        return ()
    parts = value.replace(";", ",").split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
    return tuple(str(part).strip() for part in parts if str(part).strip())
