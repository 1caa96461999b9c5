"""Simulate 500 sets of cities with known ranks; predict British town centres of 2014 from 2009."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special
from statsmodels.stats.proportion import proportion_confint

from analyses import comparison
from benchmarks._record import Row, record

SETS = 500
WORKS: dict[str, tuple[int, float]] = {
    "11-cities": (11, 0.5),
    "30-cities": (30, 0.5),
    "30-alike": (30, 0.15),
    "200-cities": (200, 0.5),
}
"""Name: number of cities, spread of their true rates (logit); 40 to 400 premises a city."""


def simulated(cities: int, spread: float, seed: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Return true vacancy rates (%) and one survey of them as rows of the indicators table."""
    random = np.random.default_rng(seed)
    truth = special.expit(-2.1 + spread * random.standard_normal(cities))
    size = random.integers(40, 401, cities)
    return 100 * truth, survey(random.binomial(size, truth), size)


def survey(vacant: np.ndarray, size: np.ndarray) -> pd.DataFrame:
    """Return vacancy rates with their Wilson intervals."""
    low, high = proportion_confint(vacant, size, method="wilson")
    return pd.DataFrame(
        {"value": 100 * vacant / size, "low": 100 * low, "high": 100 * high, "n": size, "unit": "%"}
    )


def ranks(work: str, sets: int) -> list[Row]:
    """Return how often rank intervals, groups and shrunk intervals hold the truth."""
    cities, spread = WORKS[work]
    if cities > 100:
        sets = max(sets // 5, 1)
    held, width, value, wrong = [], [], [], []
    for seed in range(sets):
        truth, rows = simulated(cities, spread, seed)
        pooled = comparison.settled(comparison.measures(rows))
        seen = comparison.posterior(pooled.estimates, pooled.errors, draws=2000, seed=seed)
        found = comparison.rank_intervals(seen.draws)
        place = truth.argsort(kind="stable").argsort(kind="stable") + 1
        held.append(((place >= found.low) & (place <= found.high)).mean())
        width.append((found.high - found.low + 1).mean() / cities)
        low, high = (pooled.back(end) for end in np.quantile(seen.draws, [0.025, 0.975], axis=0))
        value.append(((truth >= low) & (truth <= high)).mean())
        apart = comparison.told_apart(pooled.estimates, pooled.errors)
        reversed_ = np.subtract.outer(pooled.estimates, pooled.estimates) * np.subtract.outer(
            truth, truth
        )
        wrong.append(bool((apart & (reversed_ < 0)).any()))
    error = 100 * float(np.std(held, ddof=1)) / np.sqrt(sets)
    return [
        Row(work, "coeurville", "rank coverage", 100 * float(np.mean(held)), "%", sets),
        Row(work, "coeurville", "rank coverage error", error, "%", sets),
        Row(work, "coeurville", "rank width", 100 * float(np.mean(width)), "% of cities", sets),
        Row(work, "coeurville", "value coverage", 100 * float(np.mean(value)), "%", sets),
        Row(work, "coeurville", "sets with a wrong order", 100 * float(np.mean(wrong)), "%", sets),
    ]


def towns(folder: Path) -> list[Row]:
    """Return the error of 2009 rates, raw and shrunk, against those of 2014 (TC towns only)."""
    old, new = (pd.read_csv(folder / f"TC_{year}.csv") for year in ("09", "14"))
    both = old.merge(new, on="TC2004_ID", suffixes=("", "_14"))
    both = both[both["TC2004_ID"].str.startswith("TC") & (both["TotalOfPremise"] > 0)]
    size = both["TotalOfPremise"].to_numpy()
    rows = survey((both["Vacant_Prop"] * size).round().to_numpy(), size)
    pooled = comparison.settled(comparison.measures(rows))
    seen = comparison.posterior(pooled.estimates, pooled.errors, draws=100)
    after = 100 * both["Vacant_Prop_14"].to_numpy()
    table = []
    for method, before in (
        ("raw", rows["value"].to_numpy()),
        ("coeurville", pooled.back(seen.mean)),
        ("mean of all", np.full(len(rows), rows["value"].mean())),
    ):
        gap = before - before.mean() + after.mean() - after
        table += [
            Row("uk-towns-2009-2014", method, "mae", float(np.abs(gap).mean()), "points", len(gap)),
            Row("uk-towns-2009-2014", method, "rmse", float(np.sqrt((gap**2).mean())), "points",
                len(gap)),
        ]  # fmt: skip
    return table


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=SETS)
    options = parser.parse_args()
    table = [row for work in WORKS for row in ranks(work, options.sets)]
    data = Path(os.environ.get("COEURVILLE_SHARED_DATA", "../shared/data"))
    folder = data / "commerce" / "surveys" / "uk_town_centres"
    if folder.exists():
        table += towns(folder)
    else:
        print("the British town centres are absent: uk-towns-2009-2014 is left out")
    record("comparison", table)


if __name__ == "__main__":
    main()
