"""Read one commune out of a synthetic StockEtablissement of five million rows.

Each reading is made in a process of its own, three times, the methods in turn, on a file that is
already in the page cache; medians are recorded. ``coeurville`` is a whole ``sources.load``: it also
hashes the file, types and checks the rows and codes the activities; the others only read.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._record import Row, record
from benchmarks.sirene import made
from benchmarks.sirene.methods import METHODS

ROWS = 5_000_000
REPEATS = 3
SEED = 20240615
WORK = "one-commune-of-5M"


def main() -> None:
    """Make the file, time the methods, record the medians."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "StockEtablissement_utf8.csv"
        expected = made.write(path, ROWS, SEED)
        size = path.stat().st_size / 1e6
        with path.open("rb") as stream:
            while stream.read(1 << 24):
                pass
        measured: dict[str, list[dict[str, float]]] = {name: [] for name in METHODS}
        for _ in range(REPEATS):
            for name in METHODS:
                measured[name].append(_measure(name, path, expected))
    rows = [
        Row(WORK, name, metric, statistics.median(run[metric] for run in runs), unit, REPEATS)
        for name, runs in measured.items()
        for metric, unit in (("seconds", "s"), ("peak_mb", "MB"))
    ]
    note = f"{ROWS} rows, 48 columns, {size:.0f} MB of CSV; {expected} rows in the commune"
    record("sirene", rows, packages=("pyarrow", "pandas", "duckdb"), note=note)


def _measure(name: str, path: Path, expected: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.sirene.methods", name, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if result["rows"] != expected:
        raise SystemExit(f"{name} read {result['rows']:.0f} rows where {expected} were written")
    return result


if __name__ == "__main__":
    main()
