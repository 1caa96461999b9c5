"""Made-up surveys and registers with a known truth, and what the statistics say of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from analyses.commerce.diversity import standardised
from analyses.commerce.durations import Durations, durations
from analyses.commerce.panel import panel
from analyses.commerce.proportions import share
from analyses.commerce.rates import Rates, rates
from analyses.commerce.spells import age_bounds, length_bounds
from analyses.commerce.survival import kaplan_meier
from analyses.commerce.transitions import transitions
from analyses.commerce.trend import trend
from analyses.commerce.turnover import ratio
from analyses.results import Estimate, Result
from benchmarks._record import OURS

FIRST_DAY = pd.Timestamp("2018-06-15")
YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Check:
    """One truth and the estimate of it on one seed."""

    work: str
    indicator: str
    truth: float
    estimate: Estimate
    method: str = OURS

    @property
    def inside(self) -> bool:
        """Whether the interval holds the truth; an unknown bound holds everything."""
        low = -math.inf if math.isnan(self.estimate.low) else self.estimate.low
        high = math.inf if math.isnan(self.estimate.high) else self.estimate.high
        return low - 1e-9 <= self.truth <= high + 1e-9


@dataclass(frozen=True, slots=True)
class Street:
    """Premises that empty at a constant rate and stay empty for a random time.

    ``entry`` is per occupied year; lengths of vacancy are drawn by ``length`` (years). The chain
    runs ``burn`` years before the first wave so that old vacancies exist at it.
    """

    premises: int
    waves: tuple[float, ...]
    entry: float
    length: Callable[[np.random.Generator, int], np.ndarray]
    unknown: float = 0.0
    burn: float = 60.0


def exponential(mean: float) -> Callable[[np.random.Generator, int], np.ndarray]:
    """Lengths without memory: the chain is then the two-state Markov chain."""
    return lambda rng, n: rng.exponential(mean, n)


def weibull(shape: float, scale: float) -> Callable[[np.random.Generator, int], np.ndarray]:
    """Lengths whose end becomes less likely with age (shape < 1)."""
    return lambda rng, n: scale * rng.weibull(shape, n)


def history(street: Street, rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the vacancies of each premises: starts and ends, in years from the first wave."""
    horizon = street.burn + street.waves[-1] + 1
    lives = []
    for _ in range(street.premises):
        starts, ends, time = [], [], 0.0
        while time < horizon:
            time += rng.exponential(1 / street.entry)
            starts.append(time)
            time += float(street.length(rng, 1)[0])
            ends.append(time)
        lives.append((np.array(starts) - street.burn, np.array(ends) - street.burn))
    return lives


def survey(
    street: Street, lives: list[tuple[np.ndarray, np.ndarray]], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the table ``premises`` that surveyors would bring back."""
    rows = []
    for wave in street.waves:
        day = FIRST_DAY + pd.Timedelta(days=round(wave * YEAR))
        exact = (day - FIRST_DAY).days / YEAR
        for key, (starts, ends) in enumerate(lives):
            vacant = bool(((starts <= exact) & (exact < ends)).any())
            status = "vacant" if vacant else "occupied"
            if street.unknown and rng.random() < street.unknown:
                status = "unknown"
            rows.append((f"p{key}", day, status))
    return pd.DataFrame(rows, columns=["premises_id", "wave", "status"])


def of(results: tuple[Result, ...], indicator: str, **where: object) -> Result:
    """Return the result of an indicator for the whole of the survey."""
    where = {"zone": "*", "breakdown": "total", **where}
    return next(
        item
        for item in results
        if item.indicator == indicator
        and all(getattr(item, key) == value for key, value in where.items())
    )


def markov_checks(work: str, street: Street, mean: float, seed: int) -> Iterator[Check]:
    """Yield the checks of rates, trend and moves on a chain at equilibrium."""
    rng = np.random.default_rng(seed)
    seen_by = panel(survey(street, history(street, rng), rng))
    by_wave, moves = rates(seen_by), transitions(seen_by)
    results = (*by_wave.results, *trend(seen_by, by_wave).results, *moves.results)
    out = 1 / mean
    balance, total = street.entry / (street.entry + out), street.entry + out
    moved = 1 - math.exp(-total)
    truths = {
        "vacancy_rate": 100 * balance, "vacancy_trend": 0.0,
        "vacancy_entry": 100 * balance * moved, "relet_rate": 100 * (1 - balance) * moved,
    }  # fmt: skip
    for indicator, truth in truths.items():
        where = {"period_start": seen_by.dates[-1]} if indicator == "vacancy_rate" else {}
        yield Check(work, indicator, truth, of(results, indicator, **where).estimate)
    for indicator, before in (("vacancy_entry", 0.0), ("relet_rate", 1.0)):
        at_risk = moves.moves[moves.moves["before"] == before]
        changed = share(int((at_risk["after"] != before).sum()), len(at_risk))
        naive = changed.scaled(1 / float(at_risk["years"].mean()))
        yield Check(work, indicator, truths[indicator], naive, "share divided by years")


def trend_checks(work: str, premises: int, waves: tuple[float, ...], seed: int) -> Iterator[Check]:
    """Yield the checks of a rising vacancy, where leaving premises are the emptier ones.

    Occupied premises empty at 6 % and vacant ones are let at 12 % a year, from 8 % vacant: the
    truth is the slope of the mean vacancy of the same premises. A tenth of the premises leaves the
    survey at the last wave, and a new, fully occupied tenth enters it.
    """
    rng = np.random.default_rng(seed)
    entry, out, start = 0.06, 0.12, 0.08
    balance, total = entry / (entry + out), entry + out
    exact = np.array([round(wave * YEAR) / YEAR for wave in waves])
    mean = balance + (start - balance) * np.exp(-total * exact)
    slope = float(np.polyfit(exact, mean, 1)[0])
    state = rng.random(premises) < start
    columns = [state]
    for gap in np.diff(exact):
        moved = 1 - math.exp(-total * gap)
        flip = np.where(state, (1 - balance) * moved, balance * moved)
        state = state ^ (rng.random(premises) < flip)
        columns.append(state)
    leaving = np.zeros(premises, bool)
    leaving[: premises // 10] = True
    rows = [
        (f"p{key}", wave, "vacant" if column[key] else "occupied")
        for wave, column in zip(waves, columns, strict=True)
        for key in range(premises)
        if not (leaving[key] and wave == waves[-1])
    ]
    rows += [(f"n{key}", waves[-1], "occupied") for key in range(premises // 10)]
    table = pd.DataFrame(rows, columns=["premises_id", "wave", "status"])
    days = {wave: FIRST_DAY + pd.Timedelta(days=round(wave * YEAR)) for wave in waves}
    table["wave"] = table["wave"].map(days)
    seen_by = panel(table)
    by_wave = rates(seen_by)
    results = trend(seen_by, by_wave).results
    yield Check(work, "vacancy_trend", 100 * slope, of(results, "vacancy_trend").estimate)
    naive = difference_of_rates(by_wave, float(exact[-1]))
    yield Check(work, "vacancy_trend", 100 * slope, naive, "difference of the two rates")
    # the rate of all at the last wave mixes nine tenths of survivors with an occupied tenth
    expected = -float(mean[-1]) / 10 / exact[-1]
    yield Check(work, "vacancy_composition", 100 * expected,
                of(results, "vacancy_composition").estimate)  # fmt: skip


def difference_of_rates(by_wave: Rates, years: float) -> Estimate:
    """Return the change a year between two rates taken as independent (Wald)."""
    rows = by_wave.frame[by_wave.frame["zone"] == "*"].sort_values("wave")
    first, last = rows.iloc[0], rows.iloc[-1]
    values = [row["vacant"] / row["known"] for row in (first, last)]
    spread = [v * (1 - v) / row["known"] for v, row in zip(values, (first, last), strict=True)]
    change, half = values[1] - values[0], 1.96 * math.sqrt(sum(spread))
    bounds = (change, change - half, change + half)
    return Estimate(*(100 * bound / years for bound in bounds), int(last["known"]))


def duration_checks(
    work: str, street: Street, survival: Callable[[np.ndarray], np.ndarray], months: int, seed: int
) -> Iterator[Check]:
    """Yield the checks of ages and of lengths after the first visit.

    At equilibrium the age of a running vacancy has survival ``∫_t^∞ S / ∫_0^∞ S`` (renewal theory).
    The truth of lengths is what surveys of a city of 60,000 premises would see (:func:`seen`).
    """
    rng = np.random.default_rng(seed)
    table = survey(street, history(street, rng), rng)
    found = durations(panel(table), structural_months=months, seed=seed)
    grid = np.linspace(0, 400, 400001)
    values = survival(grid)
    area = np.concatenate([[0.0], np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(grid))])
    age_beyond = 1 - area / area[-1]
    still_vacant = seen(street)
    visits = np.arange(len(still_vacant)) * (street.waves[1] - street.waves[0])
    truths = {
        "vacancy_duration": 12 * float(np.interp(0.5, 1 - age_beyond, grid)),
        "structural_vacancy": 100 * float(np.interp(months / 12, grid, age_beyond)),
        "vacancy_spell": 12 * float(np.interp(0.5, 1 - still_vacant, visits)),
        "long_spell_share": 100 * float(np.interp(months / 12, visits, still_vacant)),
    }
    for indicator, truth in truths.items():
        over = {"breakdown": "months_over", "category": str(months)}
        where = {} if indicator in ("vacancy_duration", "vacancy_spell") else over
        item = of(found.results, indicator, **where)
        if item.computable:
            yield Check(work, indicator, truth, item.estimate)
    for indicator, naive in naive_shares(found, months).items():
        yield Check(work, indicator, truths[indicator], naive, "durations as first seen")


def naive_shares(found: Durations, months: int) -> dict[str, Estimate]:
    """Return the shares beyond a threshold when what was seen of a spell is taken for all of it."""
    last = found.spells["last_wave"].max()
    running = found.spells[found.spells["ended_by"].isna() & (found.spells["last_wave"] == last)]
    begun = found.spells[found.spells["began_after"].notna()]
    ages, (low, high) = age_bounds(running)[0], length_bounds(begun)
    lengths = np.where(np.isinf(high), low, (low + high) / 2)
    months += 1  # visits are not a whole number of months apart
    return {
        "structural_vacancy": share(int((ages > months).sum()), len(ages)),
        "long_spell_share": share(int((lengths > months).sum()), len(lengths)),
    }


@cache
def seen(street: Street, premises: int = 60_000) -> np.ndarray:
    """Return the share of premises newly vacant at a visit that every later visit finds vacant.

    From a city so large that chance does not matter; regular waves. A letting and a new departure
    between two visits are not seen, in it as in the small one.
    """
    large = replace(street, premises=premises, unknown=0.0)
    lives = history(large, np.random.default_rng(987_654))
    table = np.array(
        [[((start <= wave) & (wave < end)).any() for wave in street.waves] for start, end in lives]
    )
    last = len(street.waves) - 1
    still, begun = np.zeros(last), np.zeros(last)
    for first in range(1, last + 1):
        running = table[~table[:, first - 1] & table[:, first], first:]
        kept = np.logical_and.accumulate(running, axis=1).sum(axis=0)
        still[: len(kept)] += kept
        begun[: len(kept)] += len(running)
    return still / begun


def register_checks(work: str, seed: int) -> Iterator[Check]:
    """Yield the checks of the opening ratio and of survival with staggered creation."""
    rng = np.random.default_rng(seed)
    openings, closures = int(rng.poisson(40)), int(rng.poisson(32))
    yield Check(work, "opening_ratio", 40 / 32, ratio(openings, closures))
    shape, scale, n = 0.9, 7.0, 150
    life = scale * rng.weibull(shape, n)
    follow_up = rng.uniform(0.5, 10, n)
    curve = kaplan_meier(np.minimum(life, follow_up), life <= follow_up)
    for age in (1, 3, 5):
        step = curve[curve["age_years"] <= age].iloc[-1]
        estimate = Estimate(step["survival"], step["low"], step["high"], n)
        truth = 100 * math.exp(-((age / scale) ** shape))
        yield Check(work, f"business_survival@{age}", truth, estimate)


def diversity_checks(work: str, seed: int, replicates: int) -> Iterator[Check]:
    """Yield the checks of diversity at 100 shops, from 80 (extrapolated) and 250 (rarefied).

    The truth is the expected Hill number of samples of 100 drawn from the planted shares.
    """
    rng = np.random.default_rng(seed)
    shares = 0.8 ** np.arange(25)
    shares /= shares.sum()
    truths = expected_hill(tuple(shares), 100)
    for n in (80, 250):
        counts = rng.multinomial(n, shares)
        estimates = standardised(counts, 100, replicates=replicates, seed=seed)
        for order, estimate in enumerate(estimates):
            yield Check(f"{work}-{n}", f"offer_diversity@q{order}", truths[order], estimate)


def expected_hill(shares: tuple[float, ...], n: int) -> tuple[float, float, float]:
    """Return the Hill numbers of the expected frequency counts of samples of ``n``."""
    p = np.asarray(shares)
    k = np.arange(1, n + 1)
    logs = np.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k])
    counts = np.exp(logs + k * np.log(p)[:, None] + (n - k) * np.log1p(-p)[:, None]).sum(axis=0)
    share = k / n
    return (
        float(counts.sum()),
        float(np.exp(-(counts * share * np.log(share)).sum())),
        float(1 / (counts * share**2).sum()),
    )
