"""Run 200 seeds and record how often the 95 % intervals hold the truth."""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from benchmarks._record import Row, record
from benchmarks.vacancy import simulation
from benchmarks.vacancy.simulation import Check, Street, exponential, weibull

SEEDS = 200
SHAPE, SCALE = 0.8, 2.0
SPELL = weibull(SHAPE, SCALE)
TOWN = Street(400, (0.0, 1.0, 2.0, 3.0), 0.06, exponential(3.0), unknown=0.05)
QUARTER = Street(150, (0.0, 1.0, 1.5, 4.0), 0.08, exponential(2.0))
HALF_YEARLY = Street(500, tuple(np.arange(0, 6.01, 0.5)), 0.08, SPELL)
YEARLY = Street(500, tuple(np.arange(0, 6.01, 1.0)), 0.08, SPELL)


def spell_survival(years: np.ndarray) -> np.ndarray:
    """Return the share of vacancies that last longer."""
    return np.asarray(np.exp(-((years / SCALE) ** SHAPE)))


def checks(seed: int) -> Iterator[Check]:
    """Yield every check of one seed."""
    yield from simulation.markov_checks("town-400", TOWN, 3.0, seed)
    yield from simulation.markov_checks("quarter-150-uneven-waves", QUARTER, 2.0, seed)
    for premises in (120, 600):
        work = f"rising-{premises}"
        yield from simulation.trend_checks(work, premises, (0.0, 1.0, 2.0, 4.0), seed)
    yield from simulation.trend_checks("rising-300-two-waves", 300, (0.0, 2.0), seed)
    for work, street in (("spells-half-yearly", HALF_YEARLY), ("spells-yearly", YEARLY)):
        yield from simulation.duration_checks(work, street, spell_survival, 24, seed)
    yield from simulation.register_checks("register", seed)
    yield from simulation.diversity_checks("offer", seed, 100)


def rows(seeds: int) -> list[Row]:
    """Return the coverage and the bias of each estimate, with Monte-Carlo errors."""
    found: dict[tuple[str, str, str], list[Check]] = defaultdict(list)
    for seed in range(seeds):
        for check in checks(seed):
            found[check.work, check.method, check.indicator].append(check)
    table = []
    for (work, method, indicator), items in found.items():
        n = len(items)
        covered = float(np.mean([item.inside for item in items]))
        error = math.sqrt(max(covered * (1 - covered), 0.95 * 0.05) / n)
        gaps = np.array([item.estimate.value - item.truth for item in items])
        spread = float(np.std(gaps, ddof=1) / math.sqrt(n)) if n > 1 else math.nan
        table += [
            Row(work, method, f"coverage {indicator}", 100 * covered, "%", n),
            Row(work, method, f"coverage error {indicator}", 100 * error, "%", n),
            Row(work, method, f"bias {indicator}", float(gaps.mean()), "unit", n),
            Row(work, method, f"bias error {indicator}", spread, "unit", n),
            Row(work, method, f"truth {indicator}", items[0].truth, "unit", n),
        ]
    return table


def main() -> None:
    """Parse the number of seeds and record the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    seeds = parser.parse_args().seeds
    record(
        "vacancy", rows(seeds), packages=("numpy", "scipy", "pandas", "statsmodels"),
        note="Coverage of 95 % intervals over seeds; works and truths in benchmarks/vacancy.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
