"""Kill runs at random moments: ``python -m benchmarks.kills [--small N] [--city N]``.

``small`` is :mod:`benchmarks.kills.small` (three short notebooks and files of random bytes, through
``runs.run``), ``city`` is ``coeurville run`` of a city without data (every notebook, the report in
four formats), whose name is another each time, so that all is to be done and the bytes differ.
Half of the kills strike the parent alone, half its whole group; SIGKILL, at moments spread over the
time that a whole run takes. The moments and victims are those of a seed; a whole run follows each.
"""

from __future__ import annotations

import argparse
import collections
import shutil
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks import _record
from benchmarks.kills import killing, small

Change = Callable[[int], None]
Found = tuple[list[killing.Left], list[float]]
ROOT = Path(__file__).resolve().parents[2]

CITY = "tulle"
SEED = 20260


def main() -> None:
    """Kill, run again, and record."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=50)
    parser.add_argument("--city", type=int, default=50)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--at-once", type=int, default=1)
    asked = parser.parse_args()
    found: list[_record.Row] = []
    for work, count in (("small", asked.small), ("city", asked.city)):
        if count:
            found += rows(work, *several(work, count, asked.seed, asked.at_once))
    note = str(__doc__)
    _record.record("kills", found, packages=("coeurville", "papermill"), note=note)


def several(work: str, kills: int, seed: int, at_once: int) -> Found:
    """Kill runs of several cities at once, each in a folder of its own."""
    planned = killing.moments(kills, 1.0, seed)
    with ProcessPoolExecutor(at_once) as pool:
        parts = pool.map(measure, [work] * at_once, [planned[k::at_once] for k in range(at_once)])
        found: list[killing.Left] = []
        seconds: list[float] = []
        for left, took in parts:
            found, seconds = found + left, seconds + took
    return found, seconds


def measure(work: str, planned: list[tuple[float, killing.Victim]]) -> Found:
    """Kill a run at each share of its length, and run again, which must succeed and clean up."""
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        bench, change = WORKS[work](Path(place))
        seconds = [killing.whole_run(bench)]
        found = []
        for rank, (share, victim) in enumerate(planned):
            change(2 * rank)
            left = killing.kill(bench, share * min(seconds[-3:]), victim)
            found.append(left)
            change(2 * rank + 1)
            seconds.append(killing.whole_run(bench))
            print(rank + 1, left, round(seconds[-1], 1), flush=True)
    return found, seconds[1:]


def _city(place: Path) -> tuple[killing.Bench, Change]:
    home = place / "cities" / CITY
    shutil.copytree(ROOT / "cities" / CITY, home)
    words = ("run", CITY, "--engine", "embedded", "--edition", "internal")
    bench = killing.Bench([sys.executable, "-m", "analyses", *words], place, CITY)
    return bench, lambda rank: _rename(home, rank)


def _small(place: Path) -> tuple[killing.Bench, Change]:
    brief = "import time\ntime.sleep(0.2)"
    small.write(place, brief, brief, brief)
    return killing.Bench(small.command(ROOT, place, "petite"), place, "petite"), lambda _: None


WORKS = {"small": _small, "city": _city}


def _rename(home: Path, rank: int) -> None:
    path = home / "city.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    named = [f"name: Tulle {rank}" if line.startswith("name:") else line for line in lines]
    path.write_text("\n".join(named) + "\n", encoding="utf-8")


def rows(work: str, found: list[killing.Left], seconds: list[float]) -> list[_record.Row]:
    """Return the counts of what the kills left."""
    n = len(found)
    states = collections.Counter(left.published for left in found)
    caught = sum(not left.ended for left in found)
    stayed = [left.orphans for left in found]
    counts = {
        "caught running": caught,
        "last good run, every byte": states["old"],
        "killed run, whole": states["new"],
        "torn": states["torn"],
        "next run succeeds and leaves nothing": len(seconds),
        "with processes left after two minutes": sum(one == float("inf") for one in stayed),
    }
    ours = _record.OURS
    work = f"{work}-{n}-kills"
    return [
        *(_record.Row(work, ours, name, value, "kills", n) for name, value in counts.items()),
        _record.Row(work, ours, "longest wait until no process is left", max(stayed), "s", n),
        _record.Row(work, ours, "median whole run", sorted(seconds)[len(seconds) // 2], "s", n),
    ]


if __name__ == "__main__":
    main()
