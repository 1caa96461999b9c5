"""Episodes that may move parking: works and markets that take spaces, projects, events.

An episode is a set of local days in some zones. Spaces taken away come from the rows of the supply
that are valid between dates; works from the table ``projects``; events from the table ``events``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from analyses.parking.grid import make_grid
from analyses.parking.supply import offered

Kind = Literal["spaces", "works", "event"]
"""``spaces``: spaces taken away by the supply; ``works``: a project; ``event``: an event."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Days during which something may have moved parking.

    Parameters
    ----------
    id : str
        Stable name, unique among the episodes of a city.
    label : str
        Name as the city writes it; empty if it gives none.
    kind : str
        See :data:`Kind`.
    zones : tuple of str
        Zones touched; empty for the whole city.
    days : tuple of date
        Local days touched, in order.
    removed : float
        Spaces taken away at most, 0 if none or unknown.
    """

    id: str
    label: str
    kind: Kind
    zones: tuple[str, ...]
    days: tuple[date, ...]
    removed: float = 0.0


def episodes(
    supply: pd.DataFrame | None,
    events: pd.DataFrame | None,
    projects: pd.DataFrame | None,
    observed: pd.DatetimeIndex,
    tz: str,
) -> tuple[Episode, ...]:
    """Return the episodes that touch the days observed, in order of time.

    Parameters
    ----------
    supply : DataFrame or None
        Table ``parking_supply``: its rows with negative ``spaces`` between dates, and the days on
        which its other rows offer less than on the median day.
    events : DataFrame or None
        Table ``events``: occurrences that share label, kind and zones are one episode.
    projects : DataFrame or None
        Table ``projects``; those without an end last to the end of the days observed, those only
        planned, without a zone, or that last over all the days observed are left out.
    observed : DatetimeIndex
        Days observed, naive midnights in order.
    tz : str
        Time zone of the city.
    """
    if not len(observed):
        return ()
    found: list[Episode] = []
    if supply is not None and len(supply):
        found += [*_taken_away(supply, observed, tz), *_dips(supply, observed, tz)]
    if projects is not None and len(projects):
        found += _projects(projects, observed)
    if events is not None and len(events):
        found += _events(events, observed, tz)
    seen = [item for item in found if item.days]
    return _unique(sorted(seen, key=lambda item: (item.days[0], item.kind, item.zones, item.label)))


def _unique(found: Sequence[Episode]) -> tuple[Episode, ...]:
    """Return the episodes, those that would share an identifier numbered."""
    taken: dict[str, int] = {}
    named = []
    for item in found:
        taken[item.id] = rank = taken.get(item.id, 0) + 1
        named.append(item if rank == 1 else replace(item, id=f"{item.id}-{rank}"))
    return tuple(named)


def _days_between(
    start: pd.Timestamp, last: pd.Timestamp, observed: pd.DatetimeIndex
) -> tuple[date, ...]:
    """Return the observed days from one to another, both included; a missing end is open."""
    inside = np.ones(len(observed), dtype=bool)
    if pd.notna(start):
        inside &= np.asarray(observed >= start.normalize())
    if pd.notna(last):
        inside &= np.asarray(observed <= last.normalize())
    return tuple(day.date() for day in observed[inside])


def _local(moment: Any, tz: str) -> pd.Timestamp:
    """Return an instant on the city's clock, naive."""
    if pd.isna(moment):
        return pd.NaT  # type: ignore[return-value]
    stamp = pd.Timestamp(moment)
    return stamp if stamp.tz is None else stamp.tz_convert(tz).tz_localize(None)


def _taken_away(supply: pd.DataFrame, observed: pd.DatetimeIndex, tz: str) -> list[Episode]:
    """Return one episode for each zone and name with negative spaces between dates."""
    dated = supply["valid_from"].notna() | supply["valid_to"].notna()
    rows = supply[(supply["spaces"] < 0) & dated & supply["zone_id"].notna()]
    keys = rows[["zone_id"]].assign(name=_text(rows, "name"))
    found = []
    for (zone, name), part in rows.groupby([keys["zone_id"], keys["name"]], sort=True):
        by_day: dict[date, float] = {}
        for row in part.to_dict(orient="records"):
            start, end = _local(row["valid_from"], tz), _local(row["valid_to"], tz)
            last = end - pd.Timedelta(seconds=1) if pd.notna(end) else end
            for day in _days_between(start, last, observed):
                by_day[day] = by_day.get(day, 0.0) - float(row["spaces"])
        days = tuple(sorted(by_day))
        if days:
            id_ = f"spaces-{zone}-{days[0]}"
            most = max(by_day.values())
            found.append(Episode(id_, str(name), "spaces", (str(zone),), days, most))
    return found


def _dips(supply: pd.DataFrame, observed: pd.DatetimeIndex, tz: str) -> list[Episode]:
    """Return the runs of days on which a zone's dated rows offer less than on the median day."""
    rows = supply[(supply["spaces"] > 0) & supply["zone_id"].notna()]
    dated = rows[rows["valid_from"].notna() & rows["valid_to"].notna()]
    zones = sorted(dated["zone_id"].astype(str).unique())
    if not zones:
        return []
    grid = make_grid(observed[0].date(), observed[-1].date(), tz)
    spaces = offered(rows, grid, zones) / grid.step
    day = grid.day_of_slot
    found = []
    for zone, line in zip(zones, spaces, strict=True):
        least = np.array([line[day == rank].min() for rank in range(len(grid.days))])
        short = np.median(least) - least
        for run in _runs(short >= 1):
            days = tuple(grid.days[rank].date() for rank in run)
            id_ = f"spaces-{zone}-{days[0]}"
            found.append(Episode(id_, "", "spaces", (zone,), days, float(short[run].max())))
    return found


def _runs(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> list[list[int]]:
    """Return the runs of consecutive true positions."""
    runs: list[list[int]] = []
    for place in np.flatnonzero(mask).tolist():
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _projects(projects: pd.DataFrame, observed: pd.DatetimeIndex) -> list[Episode]:
    """Return one episode for each project of a known zone that is not only planned."""
    found = []
    for row in projects.to_dict(orient="records"):
        if row.get("status") == "planned" or pd.isna(row["start"]) or pd.isna(row["zone_id"]):
            continue
        days = _days_between(pd.Timestamp(row["start"]), pd.Timestamp(row["end"]), observed)
        if len(days) == len(observed):
            continue
        label = str(row["name"]) if pd.notna(row["name"]) else ""
        zones = (str(row["zone_id"]),)
        found.append(Episode(f"works-{row['project_id']}", label, "works", zones, days))
    return found


def _events(events: pd.DataFrame, observed: pd.DatetimeIndex, tz: str) -> list[Episode]:
    """Return one episode for each label, kind and zones: a market of every week is one."""
    keys = [_text(events, name) for name in ("label", "kind", "zone_ids")]
    found = []
    for (label, kind, zones), part in events.groupby(keys, sort=True):
        days: set[date] = set()
        for row in part.to_dict(orient="records"):
            start, last = _local(row["start"], tz), _local(row["end"], tz)
            days.update(_days_between(start, last if pd.notna(last) else start, observed))
        named = tuple(item.strip() for item in str(zones).split("|") if item.strip())
        first = min(days, default=None)
        found.append(
            Episode(f"event-{kind}-{first}", str(label), "event", named, tuple(sorted(days)))
        )
    return found


def _text(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame:
        return pd.Series("", index=frame.index, name=column)
    return frame[column].astype("object").fillna("").astype(str)


def days_touched(
    found: Sequence[Episode], zones: Sequence[str], days: pd.DatetimeIndex
) -> Mapping[str, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return, by episode, which zones and days it touches: arrays of shape (zones, days)."""
    rank = {day.date(): place for place, day in enumerate(days)}
    masks = {}
    for item in found:
        mask = np.zeros((len(zones), len(days)), dtype=bool)
        rows = [i for i, zone in enumerate(zones) if not item.zones or zone in item.zones]
        columns = [rank[day] for day in item.days if day in rank]
        mask[np.ix_(rows, columns)] = True
        masks[item.id] = mask
    return masks
