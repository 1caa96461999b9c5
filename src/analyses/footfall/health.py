"""Sensor health: what must leave the analysis before any statistic.

Nothing is told to these tests but the counts. Each flag has a kind, a period and a number that
says how it was recognised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analyses.footfall.breaks import level_breaks
from analyses.footfall.calendar import Bools, Floats, Ints
from analyses.footfall.grid import Grid, grids, runs
from analyses.footfall.series import daily_counts

Kind = Literal[
    "outage", "doubled", "zero_run", "stuck", "false_zeros", "backlog", "implausible",
    "level_break",
]  # fmt: skip

LEAVES: frozenset[Kind] = frozenset(
    {"doubled", "zero_run", "stuck", "false_zeros", "backlog", "implausible"}
)
"""Kinds whose periods leave the analysis (an outage has none to leave; a break keeps its days)."""

Stretch = tuple[int, int, float]
"""First position, end excluded, evidence."""

_ZEROS_EXPECTED, _CHANCE, _SHORTEST_STUCK, _BRIDGE = 30.0, 0.01, 4, 3
_DUMP, _ABSURD, _FIXED_SHARE, _FIXED_NEIGHBOUR, _TOWN = 1.5, 6.0, 0.97, 10.0, 4


@dataclass(frozen=True, slots=True)
class Flag:
    """A stretch of one sensor that is not what passed in the street.

    Parameters
    ----------
    sensor_id : str
        Sensor.
    kind : str
        See :data:`Kind`.
    start, end : pandas.Timestamp
        First instant, and end (excluded).
    periods : int
        Periods concerned.
    evidence : float
        Passages expected during a zero run; value of a stuck one; largest count of a backlog or an
        implausible stretch; relative change (percent) of a level break; local hour of false zeros;
        otherwise the number of periods.
    """

    sensor_id: str
    kind: Kind
    start: pd.Timestamp
    end: pd.Timestamp
    periods: int
    evidence: float


def check_health(counts: pd.DataFrame) -> tuple[Flag, ...]:
    """Find outages, zero runs, stuck values, false zeros, backlogs, absurd counts, level breaks.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``sensor_id``, ``start`` (with a time zone), ``duration_minutes``, ``count``.

    Returns
    -------
    tuple of Flag
        Ordered by sensor, start and kind.
    """
    found = [flag for grid in grids(counts) for flag in _check(grid)]
    found += _level_breaks(healthy_counts(counts, found))
    return tuple(sorted(found, key=lambda flag: (flag.sensor_id, flag.start, flag.kind)))


def healthy_counts(counts: pd.DataFrame, flags: Sequence[Flag]) -> pd.DataFrame:
    """Return the counts with the flagged periods missing, on each sensor's full grid.

    Returns
    -------
    pandas.DataFrame
        ``sensor_id``, ``start``, ``duration_minutes``, ``count``; no period is invented: the grid's
        gaps are rows with a missing count.
    """
    frames = []
    for grid in grids(counts):
        values = grid.counts.copy()
        for flag in flags:
            if flag.sensor_id == grid.sensor_id and flag.kind in LEAVES:
                values[_positions(grid, flag)] = np.nan
        frames.append(
            pd.DataFrame(
                {"sensor_id": grid.sensor_id, "start": grid.times,
                 "duration_minutes": grid.minutes, "count": values}
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def availability(counts: pd.DataFrame, flags: Sequence[Flag]) -> pd.DataFrame:
    """Return, by sensor, the share of periods present and plausible.

    Returns
    -------
    pandas.DataFrame
        ``sensor_id``, ``periods`` (expected from the first to the last), ``healthy``, ``share``
        (percent).
    """
    clean = healthy_counts(counts, flags)
    table = clean.groupby("sensor_id", sort=True)["count"].agg(periods="size", healthy="count")
    table["share"] = 100 * table["healthy"] / table["periods"]
    return table.reset_index()


def _positions(grid: Grid, flag: Flag) -> Ints:
    start, end = grid.times.searchsorted(flag.start), grid.times.searchsorted(flag.end)
    at = np.arange(start, end, dtype=np.int64)
    if flag.kind == "false_zeros":
        at = at[grid.times.hour.to_numpy()[at] == int(flag.evidence)]
    return at


def _check(grid: Grid) -> Iterable[Flag]:
    values = grid.counts.copy()
    for a, b in runs(np.isnan(values)):
        if not np.isin(np.arange(a, b), grid.twice).all():
            yield _flag(grid, "outage", a, b, float(b - a))
    for at in grid.twice:
        yield _flag(grid, "doubled", int(at), int(at) + 1, 1.0)
    expected = expected_counts(grid)
    if grid.minutes < 1440:
        for hour, a, b in _false_zeros(grid, values):
            yield _flag(grid, "false_zeros", a, b, float(hour))
            inside = np.arange(a, b)
            values[inside[grid.times.hour.to_numpy()[inside] == hour]] = np.nan
    tests: tuple[tuple[Kind, Callable[[Floats, Floats], list[Stretch]]], ...] = (
        ("zero_run", _zero_runs),
        ("backlog", _backlogs),
        ("implausible", _absurd),
        ("stuck", _stuck),
    )
    for kind, test in tests:
        for a, b, evidence in test(values, expected):
            yield _flag(grid, kind, a, b, evidence)
            values[a:b] = np.nan


def expected_counts(grid: Grid) -> Floats:
    """Return what each period usually counts: median of its slot of the week, at the local level.

    The level is the running median of eight weeks of daily totals, zero days set aside.
    """
    slot = grid.times.dayofweek.to_numpy() * grid.per_day + grid.slot
    positive = pd.Series(np.where(grid.counts > 0, grid.counts, np.nan))
    usual = positive.groupby(slot).transform("median").to_numpy(dtype=np.float64)
    day = (np.arange(len(grid.counts)) // grid.per_day).astype(np.int64)
    ratio = (positive / usual).groupby(day).median()
    level = ratio.rolling(57, center=True, min_periods=7).median()
    level = level.interpolate(limit_direction="both").fillna(1.0)
    share = positive.notna().groupby(slot).transform("mean").to_numpy(dtype=np.float64)
    often = np.where(share >= _often(grid), 1.0, 0.0)
    local: Floats = level.to_numpy(dtype=np.float64)[day]
    expected: Floats = np.nan_to_num(usual * local * often)
    return expected


def _often(grid: Grid) -> float:
    """Half the share of positive periods in the best slots: slots rarer than that are quiet."""
    positive = pd.Series(grid.counts > 0).groupby(grid.slot).mean()
    return 0.5 * float(positive.quantile(0.75))


def _zero_runs(values: Floats, expected: Floats) -> list[Stretch]:
    found = []
    for a, b in runs(_bridged(values == 0, np.isnan(values))):
        missed = float(expected[a:b].sum())
        if missed >= _ZEROS_EXPECTED * (1 if b - a > 1 else 4):
            found.append((a, b, missed))
    return found


def _bridged(zero: Bools, missing: Bools) -> Bools:
    """Join zero runs that a few missing periods part, as a lost hour does in a dead sensor."""
    joined = zero.copy()
    for a, b in runs(missing):
        if b - a <= _BRIDGE and a > 0 and b < len(zero) and zero[a - 1] and zero[b]:
            joined[a:b] = True
    return joined


def _stuck(values: Floats, _expected: Floats) -> list[Stretch]:
    """Find runs of one positive value too long to be chance (Poisson coincidences)."""
    same = np.append(False, (values[1:] == values[:-1]) & (values[1:] > 0))
    found = []
    for a, b in runs(same):
        value, length = float(values[a]), b - a + 1
        chance = min(0.5, 1 / (2 * np.sqrt(np.pi * value)))
        if length >= _SHORTEST_STUCK and len(values) * chance ** (length - 1) < _CHANCE:
            found.append((a - 1, b, value))
    return found


def _backlogs(values: Floats, expected: Floats) -> list[Stretch]:
    """Find counts that a gap or a silence delayed: large, and next to nothing where much passes."""
    known = values[~np.isnan(values)]
    if not len(known):
        return []
    large = _DUMP * float(np.quantile(known, 0.99))
    silent = np.isnan(values) | (values <= 0.02 * np.maximum(expected, 1.0))
    beside = np.append(True, silent[:-1]) | np.append(silent[1:], True)
    dump = (values > large) & (values > 3 * expected) & beside
    return [(a, b, float(np.nanmax(values[a:b]))) for a, b in runs(dump)]


def _absurd(values: Floats, _expected: Floats) -> list[Stretch]:
    known = values[~np.isnan(values)]
    if len(known) < 100:
        return []
    limit = _ABSURD * float(np.quantile(known, 0.99))
    return [(a, b, float(np.nanmax(values[a:b]))) for a, b in runs(values > max(limit, 50.0))]


def _false_zeros(grid: Grid, values: Floats) -> list[tuple[int, int, int]]:
    """Find local hours that are always zero for weeks beside hours that are far from it."""
    hour = grid.times.hour.to_numpy()
    block = np.arange(len(values)) // (28 * grid.per_day)
    frame = pd.DataFrame({"hour": hour, "block": block, "value": values})
    zero = frame["value"].eq(0).where(frame["value"].notna())
    share = zero.groupby([frame["block"], frame["hour"]]).mean().unstack()
    usual = frame.groupby(["block", "hour"])["value"].median().unstack().reindex_like(share)
    always = (share >= _FIXED_SHARE).reindex(columns=range(24), fill_value=False)
    usual = usual.reindex(columns=range(24)).fillna(0.0)
    found: list[tuple[int, int, int]] = []
    for hours in _silent_hours(always, usual):
        for first, last in runs(hours[1]):
            stop = min((last) * 28 * grid.per_day, len(values))
            found.append((hours[0], first * 28 * grid.per_day, stop))
    return found


def _silent_hours(always: pd.DataFrame, usual: pd.DataFrame) -> list[tuple[int, Bools]]:
    """Return (hour, blocks) where a silent stretch of the day touches a busy hour abruptly."""
    silent, level = always.to_numpy(dtype=np.bool_), usual.to_numpy(dtype=np.float64)
    result = np.zeros_like(silent)
    for row in range(len(silent)):
        if silent[row].all():
            continue
        for hour in np.flatnonzero(silent[row]):
            before, after = int(hour), int(hour)
            while silent[row, before % 24]:
                before -= 1
            while silent[row, after % 24]:
                after += 1
            edge = max(level[row, before % 24], level[row, after % 24])
            result[row, hour] = edge >= _FIXED_NEIGHBOUR
    return [(hour, result[:, hour]) for hour in range(24) if result[:, hour].any()]


def _level_breaks(clean: pd.DataFrame) -> list[Flag]:
    """Find the breaks of each sensor relative to the town, when the town has enough sensors."""
    panel = daily_counts(clean).panel
    logs = pd.DataFrame(np.log1p(panel))
    if panel.shape[1] >= _TOWN:
        level = logs - logs.rolling(365, center=True, min_periods=28).median()
        logs = logs.sub(level.median(axis=1).fillna(0.0), axis=0)
    zone = clean["start"].dt.tz
    flags = []
    for name in panel:
        series: Floats = np.expm1(logs[name]).to_numpy().astype(np.float64)
        for at in level_breaks(series):
            ratio = np.nanmedian(series[at : at + 28]) / np.nanmedian(series[max(at - 28, 0) : at])
            day = panel.index[at].tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
            end = day + pd.Timedelta(days=1)
            flags.append(Flag(str(name), "level_break", day, end, 1, 100 * float(ratio - 1)))
    return flags


def _flag(grid: Grid, kind: Kind, a: int, b: int, evidence: float) -> Flag:
    end = grid.times[b - 1] + pd.Timedelta(minutes=grid.minutes)
    return Flag(grid.sensor_id, kind, grid.times[a], end, b - a, evidence)
