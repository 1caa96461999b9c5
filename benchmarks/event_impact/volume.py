"""Time and memory of a large town: 40 sensors, seven years, hourly; run in a process of its own.

``python -m benchmarks.event_impact.volume`` prints a JSON object.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import date

import numpy as np
import pandas as pd

from analyses.footfall.calendar import day_features
from analyses.footfall.events import Event
from analyses.footfall.health import check_health, healthy_counts
from analyses.footfall.impact import measure_impact
from analyses.footfall.series import daily_counts
from benchmarks._record import OURS, Row

SENSORS, HOURS = 40, 24 * 365 * 7


def counts(seed: int = 0) -> pd.DataFrame:
    """Poisson counts with days, weeks and weather shared by the streets."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2018-01-01", periods=HOURS, freq="h", tz="Europe/Paris")
    shape = 5 + 95 * np.exp(-(((times.hour.to_numpy() - 14) / 5) ** 2))
    day = np.exp(rng.normal(0, 0.15, HOURS // 24 + 2))[np.arange(HOURS) // 24]
    busy = (shape * day * np.where(times.dayofweek == 6, 0.5, 1.0))[:, None]
    values = rng.poisson(busy * rng.uniform(0.3, 5, SENSORS)[None, :]).astype(np.float32)
    names = pd.Categorical.from_codes(
        np.repeat(np.arange(SENSORS), HOURS), [f"s{i:02d}" for i in range(SENSORS)]
    )
    start = np.tile(times.to_numpy(), SENSORS)
    return pd.DataFrame(
        {"sensor_id": names, "start": pd.DatetimeIndex(start, tz="UTC").tz_convert(times.tz),
         "duration_minutes": np.int16(60), "count": values.T.ravel()}
    )  # fmt: skip


def run() -> dict[str, float]:
    """Clean, sum by day, measure one event with 39 controls."""
    table = counts()
    began = time.process_time()
    panel = daily_counts(healthy_counts(table, check_health(table))).panel
    prepared = time.process_time() - began
    days = day_features(panel.index)
    event = Event("e", "e", "e", date(2022, 6, 21), date(2022, 6, 22), ("s00",))
    others = [name for name in panel.columns if name != "s00"]
    began = time.process_time()
    found = measure_impact(panel, "s00", event, days, candidates=others)
    measured = time.process_time() - began
    placebos = 0 if found.calibration is None else found.calibration.n
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"prepare": prepared, "event": measured, "placebos": placebos, "peak": peak}


def rows() -> list[Row]:
    """Run in a process of its own and return the rows."""
    out = subprocess.run(
        [sys.executable, "-m", "benchmarks.event_impact.volume"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = json.loads(out)
    work, n = "town-40-sensors-7-years", SENSORS
    return [
        Row(work, OURS, "prepare_cpu_seconds", found["prepare"], "s", n),
        Row(work, OURS, "event_cpu_seconds", found["event"], "s", int(found["placebos"])),
        Row(work, OURS, "peak_memory", found["peak"], "MB", n),
    ]


if __name__ == "__main__":
    print(json.dumps(run()))
