"""Run the benchmark of parking and write ``benchmarks/results/parking.json``."""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from analyses.parking.validation import (
    benchmark_methods,
    cross_validate,
    cross_validate_method,
    payment_value,
    score,
)
from benchmarks._record import OURS, Row, record, recorded
from benchmarks.parking import demo_city, simulation
from benchmarks.parking.samples import seattle_cells, shared, write_stays
from benchmarks.parking.simulation import Check

SIZES = {"occupancy-1M": 1_000_000, "occupancy-10M": 10_000_000}
SEEDS = 200
REPEATS = 3
NOTE = (
    "Occupancy: 200 zones x 8,760 hours, reading of the CSV included; `coeurville` reads with the "
    "project's checking reader, `coeurville-unchecked` with pyarrow's; fastest of three processes. "
    "`seconds` suffer from whatever else the machine does (see the load), `cpu_seconds` (all "
    "threads) do not. "
    "Rows `…-one-zone` set the exact routes side by side on one zone's stays, in memory "
    "(ratio of processor times). Seattle: "
    "12 block faces x 7 days x 12 hours; nothing of the left-out day or block is used; `band` is "
    "at 90 %. simulated-*: share of seeds whose 95 % interval (bands: 90 %) holds the truth. "
    "demo-*: the same for the demo city's parking, drawn anew for each seed; `no shift on shuffled "
    "dates` is a fair that never was: what its interval misses is a false alarm."
)


def occupancy_rows(sizes: dict[str, int]) -> Iterator[Row]:
    """Yield time and memory of exact occupancy at each size."""
    with tempfile.TemporaryDirectory() as name:
        for work, number in sizes.items():
            folder = Path(name) / work / "bigcity"
            path = write_stays(folder, number)
            for label, method in ((OURS, "checked"), (f"{OURS}-unchecked", "streamed")):
                yield from _measured(work, label, [_run(method, folder) for _ in range(REPEATS)])
            zone = {m: _run(m, folder) for m in ("ours", "staircase", "traces")}
            yield from _zone_rows(f"{work}-one-zone", zone)
            path.unlink()


def _run(method: str, folder: Path) -> dict[str, float]:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "benchmarks.parking.scale",
        method,
        str(folder),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(work: str, method: str, runs: list[dict[str, float]]) -> Iterator[Row]:
    n = int(runs[0]["n"])
    yield Row(work, method, "seconds", min(r["seconds"] for r in runs), "s", n)
    used = min(r["cpu_seconds"] for r in runs)
    yield Row(work, method, "cpu_seconds", used, "s", n)
    yield Row(work, method, "peak_mb", float(np.median([r["peak_mb"] for r in runs])), "MB", n)
    yield Row(work, method, "space_hours", runs[0]["result"], "h", n)


def _zone_rows(work: str, runs: dict[str, dict[str, float]]) -> Iterator[Row]:
    for method, run in runs.items():
        label, n = (OURS if method == "ours" else method), int(run["n"])
        yield Row(work, label, "seconds", run["seconds"], "s", n)
        yield Row(work, label, "cpu_seconds", run["cpu_seconds"], "s", n)
        yield Row(work, label, "largest_gap", run["result"], "cars", n)
        if method != "ours":
            yield Row(
                work, label, "ratio", run["cpu_seconds"] / runs["ours"]["cpu_seconds"], "x", n
            )


def seattle_rows(folder: Path) -> Iterator[Row]:
    """Yield the error of each rung and of the usual methods, by day and by block left out."""
    cells = seattle_cells(folder)
    plain = seattle_cells(folder, supply_details=False)
    works = {"seattle-leave-one-day-out": "day", "seattle-leave-one-block-out": "meter_id"}
    for work, by in works.items():
        for method, rule in benchmark_methods().items():
            yield from _score_rows(work, method, cross_validate_method(cells, by, rule))
        for name, rule in RUNGS.items():
            found = cross_validate_method(cells, by, rule)
            yield from _score_rows(work, f"{OURS}-rung-{name}", found)
        full = cross_validate(cells, by)
        yield from _score_rows(work, OURS, full)
        bare = cross_validate(plain, by)
        yield from _score_rows(work, f"{OURS}-payments-only", bare)
        alone = cross_validate(cells, by, payments=False)
        yield from _score_rows(work, f"{OURS}-calendar-only", alone)
        if by == "day":
            value = payment_value(full, alone)
            yield Row(work, OURS, "gain_of_payments", value.gain.value, "occupancy", value.gain.n)
            yield Row(work, OURS, "gain_by_chance", value.chance, "probability", value.gain.n)


def _permits(_known: pd.DataFrame, hidden: pd.DataFrame) -> pd.Series:
    return hidden["paid"] / (1.0 - hidden["permit_share"])


def _unpaid(known: pd.DataFrame, hidden: pd.DataFrame) -> pd.Series:
    share = _permits(known, known).sum() / known["counted"].sum()
    return (_permits(known, hidden) / min(share, 1.0)).clip(upper=1.0)


RUNGS = {"permits": _permits, "unpaid": _unpaid}


def _score_rows(work: str, method: str, found: pd.DataFrame) -> Iterator[Row]:
    result = score(found)
    for metric in ("mae", "rmse", "bias"):
        yield Row(work, method, metric, getattr(result, metric), "occupancy", result.n)
    if not math.isnan(result.coverage):
        yield Row(work, method, "band_coverage", 100 * result.coverage, "%", result.n)
        yield Row(work, method, "band_width", result.width, "occupancy", result.n)


def truth_rows(seeds: int) -> Iterator[Row]:
    """Yield how often intervals hold the planted truth."""
    found: dict[tuple[str, str], list[Check]] = defaultdict(list)
    bands: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for seed in range(seeds):
        for check in (*simulation.street_checks(seed), *simulation.infraction_checks(seed)):
            found[check.work, check.indicator].append(check)
        for work, pair in simulation.meter_bands(seed).items():
            bands[work].append(pair)
    for (work, indicator), checks in found.items():
        inside = float(np.mean([check.inside for check in checks]))
        error = math.sqrt(0.95 * 0.05 / len(checks))
        gaps = np.array([check.estimate.value - check.truth for check in checks])
        name, n = f"simulated-{work}", len(checks)
        yield Row(name, OURS, f"coverage {indicator}", 100 * inside, "%", n)
        yield Row(name, OURS, f"coverage error {indicator}", 100 * error, "%", n)
        yield Row(name, OURS, f"relative bias {indicator}", gaps.mean() / checks[0].truth, "", n)
    for work, pairs in bands.items():
        coverage, error = np.mean(pairs, axis=0)
        yield Row(f"simulated-{work}", OURS, "band_coverage", 100 * coverage, "%", len(pairs))
        yield Row(f"simulated-{work}", OURS, "mae", float(error), "occupancy", len(pairs))


PARTS = {
    "seattle": ("seattle-",), "occupancy": ("occupancy-",), "truth": ("simulated-",),
    "demo": ("demo-",),
}  # fmt: skip
"""Parts of the benchmark, and how their works begin."""


def _rows_of_before(redone: list[str]) -> list[Row]:
    """Return the rows on record of the parts that are not run again."""
    starts = tuple(start for part in redone for start in PARTS[part])
    return [row for row in recorded("parking") if not row.work.startswith(starts)]


def main() -> None:
    """Run everything, or the parts named; the record keeps the other parts as they were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--only", choices=list(PARTS), action="append")
    parser.add_argument("--dry", action="store_true", help="print the rows and write nothing")
    asked = parser.parse_args()
    parts: list[str] = asked.only or list(PARTS)
    folder = shared()
    if "seattle" in parts and folder is None:
        print("Seattle: the shared real data is not on this machine; its rows stay as they were")
        parts.remove("seattle")
    rows = [] if asked.dry else _rows_of_before(parts)
    if "seattle" in parts and folder is not None:
        rows += seattle_rows(folder)
    if "occupancy" in parts:
        rows += occupancy_rows(SIZES)
    if "truth" in parts:
        rows += truth_rows(asked.seeds)
    if "demo" in parts:
        rows += demo_city.rows(asked.seeds)
    if asked.dry:
        print("\n".join(f"{row.work} {row.method} {row.metric}: {row.value:g}" for row in rows))
        return
    packages = ("numpy", "pandas", "pyarrow", "scipy", "staircase", "traces")
    load = f"Load of the machine at the end, one minute: {os.getloadavg()[0]:.1f}."
    record("parking", rows, packages=packages, note=f"{NOTE} {load}")


if __name__ == "__main__":
    main()
