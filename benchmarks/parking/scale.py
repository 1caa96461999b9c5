"""Exact hourly occupancy of one file of stays: time and memory of each way, each in a process.

Run as ``python -m benchmarks.parking.scale METHOD FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from analyses.parking.occupancy import stays_space_time
from analyses.parking.spacetime import Accumulator, SpaceTime, space_time
from benchmarks.parking.samples import YEAR, ZONES


def checked(folder: Path) -> SpaceTime:
    """Read with the project's reader, which checks every cell, batch by batch."""
    from analyses import cities
    from analyses.sources.parking.observations import stream_stays

    return stays_space_time(stream_stays(cities.read(folder)), YEAR, ZONES)


def streamed(folder: Path) -> SpaceTime:
    """Read with pyarrow's streaming reader, nothing checked, batch by batch."""
    accumulator = Accumulator(YEAR, ZONES)
    place = {zone: i for i, zone in enumerate(ZONES)}
    for batch in _batches(folder):
        zone = batch.column("zone_id")
        codes = np.array([place[z] for z in zone.dictionary.to_pylist()], dtype=np.int64)
        accumulator.add(
            batch.column("arrival").cast(pa.int64()).to_numpy(),
            batch.column("departure").cast(pa.int64()).to_numpy(),
            codes[zone.indices.to_numpy()],
        )
    return accumulator.result()


def _batches(folder: Path) -> Iterator[pa.RecordBatch]:
    kinds = {
        "zone_id": pa.dictionary(pa.int32(), pa.string()),
        "arrival": pa.timestamp("s"),
        "departure": pa.timestamp("s"),
    }
    convert = pacsv.ConvertOptions(column_types=kinds, include_columns=list(kinds))
    yield from pacsv.open_csv(
        folder / "stays.csv", pacsv.ReadOptions(block_size=1 << 23), convert_options=convert
    )


def one_zone(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return arrivals and departures of the first zone, in seconds."""
    parts = []
    for batch in _batches(folder):
        mine = pc.equal(batch.column("zone_id").cast(pa.string()), ZONES[0])
        rows = batch.filter(mine)
        parts.append([rows.column(c).cast(pa.int64()).to_numpy() for c in ("arrival", "departure")])
    arrivals, departures = (np.concatenate(side) for side in zip(*parts, strict=True))
    return arrivals, departures


def ours(arrivals: np.ndarray, departures: np.ndarray) -> np.ndarray:
    """Return mean cars by hour, difference arrays."""
    codes = np.zeros(len(arrivals), dtype=np.int64)
    return space_time(YEAR, ZONES[:1], arrivals, departures, codes).occupied[0] / YEAR.step


def staircase(arrivals: np.ndarray, departures: np.ndarray) -> np.ndarray:
    """Return mean cars by hour, staircase's exact route: step function, slice, mean."""
    import staircase as sc

    stairs = sc.Stairs(start=_moments(arrivals), end=_moments(departures))
    breaks = _moments(YEAR.origin + YEAR.step * np.arange(YEAR.slots + 1))
    return stairs.slice(pd.IntervalIndex.from_breaks(breaks, closed="left")).mean().to_numpy()


def traces(arrivals: np.ndarray, departures: np.ndarray) -> np.ndarray:
    """Return mean cars by hour, traces' exact time-weighted mean of each hour."""
    import traces as tr

    moments, where = np.unique(np.r_[arrivals, departures], return_inverse=True)
    steps = np.bincount(where, weights=np.r_[np.ones(len(arrivals)), -np.ones(len(departures))])
    series = tr.TimeSeries(
        dict(zip(moments.tolist(), np.cumsum(steps).tolist(), strict=True)), default=0
    )
    edges = (YEAR.origin + YEAR.step * np.arange(YEAR.slots)).tolist()
    return np.array([series.mean(start=edge, end=edge + YEAR.step) for edge in edges])


def _moments(seconds: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(seconds.astype("datetime64[s]").astype("datetime64[ns]"))


Method = Callable[[np.ndarray, np.ndarray], np.ndarray]
WHOLE: dict[str, Callable[[Path], SpaceTime]] = {"checked": checked, "streamed": streamed}
ZONE: dict[str, Method] = {
    "ours": ours,
    "staircase": staircase,
    "traces": traces,
}


def main(method: str, folder: Path) -> dict[str, float]:
    """Run one method: a whole file once, one zone as often as fits in half a second."""
    if method in WHOLE:
        importlib.import_module("analyses.sources.parking.observations")  # imports are not counted
        start, began = time.perf_counter(), time.process_time()
        found = WHOLE[method](folder)
        spent, used = time.perf_counter() - start, time.process_time() - began
        result, n = float(found.occupied.sum() / 3600), found.intervals
    else:
        arrivals, departures = one_zone(folder)
        cars, spent, used = _repeated(ZONE[method], arrivals, departures)
        result, n = float(np.abs(cars - ours(arrivals, departures)).max()), len(arrivals)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": spent, "cpu_seconds": used, "peak_mb": peak, "result": result, "n": n}


def _repeated(
    method: Method, arrivals: np.ndarray, departures: np.ndarray
) -> tuple[np.ndarray, float, float]:
    """Return the result and the mean wall and processor time of a call, after one to warm up."""
    if method is ours:
        method(arrivals, departures)
    start, began, calls = time.perf_counter(), time.process_time(), 0
    while calls == 0 or time.process_time() - began < 0.5:
        cars = method(arrivals, departures)
        calls += 1
    return cars, (time.perf_counter() - start) / calls, (time.process_time() - began) / calls


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
