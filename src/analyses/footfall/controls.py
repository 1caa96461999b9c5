"""Control sensors: streets that the event does not reach, and the test that refuses the others.

A candidate is refused when it is declared in the event, or stands within reach of it, or has no
data in the window, or **moves with it** (:mod:`analyses.footfall.contamination`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Bools, Days, Floats, Ints
from analyses.footfall.contamination import movement

Reason = Literal["declared", "in_reach", "no_data", "moves"]

_SHARE_OBSERVED, _EARTH = 0.8, 6_371_008.8
_LEVEL_WINDOW, _CLIP = 29, 2.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A candidate that may not serve as control.

    Parameters
    ----------
    sensor_id : str
        Candidate.
    reason : str
        ``declared`` (in the event), ``in_reach``, ``no_data`` or ``moves``.
    score : float
        Studentised movement in the window (NaN unless ``moves``) or metres (``in_reach``).
    """

    sensor_id: str
    reason: Reason
    score: float


@dataclass(frozen=True, slots=True)
class Controls:
    """Controls kept, as columns that the baseline uses.

    Parameters
    ----------
    names : tuple of str
        Sensors kept.
    matrix : array, shape (n, len(names))
        Scaled log counts by day, gaps filled by weekday and level so that they move nothing.
    refused : tuple of Refusal
        Sensors set aside, and why.
    common_shift : float
        Studentised mean movement of the controls kept: large when the whole town moved (weather,
        or an event that reaches all of them, which no test on the data can tell apart).
    """

    names: tuple[str, ...]
    matrix: Floats
    refused: tuple[Refusal, ...]
    common_shift: float


def out_of_reach(
    candidates: Sequence[str],
    sensors: pd.DataFrame,
    *,
    declared: Collection[str],
    centre: Collection[str],
    metres: float,
) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
    """Set aside the sensors that the event reaches by declaration or by distance.

    Parameters
    ----------
    candidates : sequence of str
        Sensors that could serve.
    sensors : pandas.DataFrame
        ``sensor_id`` and, where known, ``lon`` and ``lat`` in degrees.
    declared : collection of str
        Sensors that the event declares, directly or through their zone.
    centre : collection of str
        Sensors around which the event reaches: the target and the declared ones.
    metres : float
        Reach of the event; 0 to use the declaration only.

    Returns
    -------
    tuple
        Sensors left, refusals.
    """
    place = sensors.drop_duplicates("sensor_id").set_index("sensor_id")
    located = place[["lon", "lat"]].dropna() if {"lon", "lat"} <= set(place) else place.iloc[:0]
    middle = located.loc[located.index.intersection(sorted(centre))]
    kept, refused = [], []
    for name in candidates:
        if name in declared:
            refused.append(Refusal(name, "declared", float("nan")))
        elif metres > 0 and name in located.index and len(middle):
            away = float(_distance(located.loc[[name]], middle).min())
            if away <= metres:
                refused.append(Refusal(name, "in_reach", away))
            else:
                kept.append(name)
        else:
            kept.append(name)
    return tuple(kept), tuple(refused)


def choose_controls(
    counts: Floats,
    names: Sequence[str],
    days: Days,
    window: Ints,
    *,
    left_out: Bools | None = None,
    breaks: dict[str, tuple[int, ...]] | None = None,
) -> Controls:
    """Keep the candidates that were observed and did not move with the event.

    Parameters
    ----------
    counts : array, shape (n, c)
        Daily counts of the candidates, NaN where missing.
    names : sequence of str, length c
        Their names.
    days : Days
        Features of the ``n`` days.
    window : array of int
        Positions of the event, consecutive.
    left_out : array of bool, shape (n,), optional
        Days that the test must not learn from: those of other events.
    breaks : dict, optional
        Positions of the level breaks of each candidate.
    """
    logs = np.log1p(counts)
    absent = np.isnan(logs)
    served = (absent.mean(axis=0) <= 1 - _SHARE_OBSERVED) & ~absent[window].any(axis=0)
    refused = [
        Refusal(name, "no_data", float("nan"))
        for name, good in zip(names, served, strict=True)
        if not good
    ]
    kept = [name for name, good in zip(names, served, strict=True) if good]
    if not kept:
        return Controls((), np.empty((len(days), 0)), tuple(refused), float("nan"))
    logs = logs[:, served]
    for column, name in enumerate(kept):
        logs[:, column] -= _steps(logs[:, column], (breaks or {}).get(name, ()))
    hidden = np.zeros(len(days), dtype=np.bool_) if left_out is None else left_out.copy()
    found = movement(logs, days, window, hidden)
    refused += [Refusal(kept[index], "no_data", float("nan")) for index in found.untested]
    refused += [Refusal(kept[index], "moves", score) for index, score in found.moved]
    hidden[window] = True
    alive = list(found.alive)
    filled = np.where(np.isnan(logs), _ordinary(logs, days, hidden), logs)[:, alive]
    return Controls(
        names=tuple(kept[index] for index in alive),
        matrix=_scaled(filled),
        refused=tuple(refused),
        common_shift=found.common_shift,
    )


def _ordinary(logs: Floats, days: Days, hidden: Bools) -> Floats:
    """Level (running median of four weeks) plus weekday (median), the hidden days unseen."""
    frame = pd.DataFrame(logs).mask(pd.Series(hidden | days.public_holiday), axis=0)
    level = frame.rolling(_LEVEL_WINDOW, center=True, min_periods=10).median()
    level = level.interpolate(limit_direction="both").fillna(frame.median())
    ordinary = level.to_numpy(dtype=np.float64)
    away = (frame - level).groupby(days.weekday).transform("median")
    return np.asarray(ordinary + away.fillna(0.0).to_numpy(dtype=np.float64), dtype=np.float64)


def _steps(logs: Floats, breaks: tuple[int, ...]) -> Floats:
    """Median of each stretch between level breaks, relative to the whole."""
    steps = np.zeros(len(logs))
    edges = [0, *sorted(breaks), len(logs)]
    for start, stop in pairwise(edges):
        piece = logs[start:stop]
        if breaks and (~np.isnan(piece)).any():
            steps[start:stop] = np.nanmedian(piece) - np.nanmedian(logs)
    return steps


def _scaled(logs: Floats) -> Floats:
    """Centre each column on its median, clip outliers, and bring the whole to unit spread."""
    if not logs.shape[1]:
        return logs
    centred = np.clip(logs - np.median(logs, axis=0), -_CLIP, _CLIP)
    return np.asarray(centred / max(float(centred.std()), 1e-9), dtype=np.float64)


def _distance(point: pd.DataFrame, places: pd.DataFrame) -> Floats:
    """Great-circle distance in metres (haversine)."""
    lon, lat = (np.radians(float(point[name].iloc[0])) for name in ("lon", "lat"))
    lons = np.radians(places["lon"].to_numpy(dtype=np.float64))
    lats = np.radians(places["lat"].to_numpy(dtype=np.float64))
    half = np.sin((lats - lat) / 2) ** 2
    half = half + np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
    return np.asarray(2 * _EARTH * np.arcsin(np.sqrt(half)), dtype=np.float64)
