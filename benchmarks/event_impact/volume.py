"""Time and memory of a large town: 40 sensors, seven years, hourly; run in a process of its own.

``python -m benchmarks.event_impact.volume`` prints a JSON object.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analyses.footfall.calendar import day_features
from analyses.footfall.events import Event
from analyses.footfall.health import check_health, healthy_counts
from analyses.footfall.impact import measure_impact
from analyses.footfall.series import daily_counts
from benchmarks._record import OURS, Row
from benchmarks.event_impact.town import Town, Window

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
    peak = _peak()
    return {"prepare": prepared, "event": measured, "placebos": placebos, "peak": peak}


def rival(name: str) -> dict[str, float]:
    """Measure one rival on the same event, from the daily counts that ours prepared."""
    from benchmarks.event_impact import rivals  # only their environment has them

    panel = daily_counts(counts()).panel
    dates = pd.DatetimeIndex(panel.index)
    calendar = pd.DataFrame({"date": dates, "public_holiday": ""})
    town = Town(panel, day_features(dates), calendar)
    window = Window("s00", int(dates.get_loc(pd.Timestamp(2022, 6, 21))), 2, "s01")
    began = _cpu()
    rivals.RIVALS[name](town, window)
    used = _cpu() - began
    return {"event": used, "peak": _peak()}


def _peak() -> float:
    """Peak memory (MB) since this program began: ``ru_maxrss`` would count its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


def _cpu() -> float:
    """Processor time of this process and of those that it started (Prophet's sampler)."""
    times = os.times()  # by hundredths of a second: too coarse for this process itself
    return time.process_time() + times.children_user + times.children_system


def rows(methods: str) -> list[Row]:
    """Run each method in a process of its own and return the rows.

    ``ratio_to_fastest_rival`` is our processor time over the least of the rivals' that the name of
    the row's method gives, where the rivals run.
    """
    work, n = "town-40-sensors-7-years", SENSORS
    found = _alone()
    rows = [
        Row(work, OURS, "prepare_seconds", found["prepare"], "s", n),
        Row(work, OURS, "seconds", found["event"], "s", int(found["placebos"])),
        Row(work, OURS, "peak_mb", found["peak"], "MB", n),
    ]
    if methods == "ours":
        return rows
    from benchmarks.event_impact import rivals  # only their environment has them

    others = {name: _alone(name) for name in rivals.RIVALS}
    for name, other in others.items():
        rows += [
            Row(work, name, "seconds", other["event"], "s", n),
            Row(work, name, "peak_mb", other["peak"], "MB", n),
            Row(work, f"{OURS} against {name}", "ratio", found["event"] / other["event"], "", n),
        ]
    fastest = min(others, key=lambda name: others[name]["event"])
    ratio = found["event"] / others[fastest]["event"]
    rows.append(Row(work, f"{OURS} against {fastest}", "ratio_to_fastest_rival", ratio, "", n))
    return rows


def _alone(*words: str) -> dict[str, float]:
    out = subprocess.run(
        [sys.executable, "-m", "benchmarks.event_impact.volume", *words],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    result: dict[str, float] = json.loads(out.splitlines()[-1])
    return result


if __name__ == "__main__":
    print(json.dumps(rival(sys.argv[1]) if len(sys.argv) > 1 else run()))
