"""How far the days of an episode stand from comparable days, and from the other zones.

Each day is set against the same weekday and hour of the days that no episode touches; the same
difference in the zones that the episode does not touch is taken away (difference in differences on
days matched by weekday; Angrist & Pischke, *Mostly Harmless Econometrics*, 2009, §5.2). Two
intervals are computed and the wider kept: Student's over days, widened where a day resembles the
one before (:mod:`analyses.parking.clusters`), and the range of the same statistic on every stretch
of untouched days with the same shape (placebo in time; Abadie, Diamond & Hainmueller 2010, JASA
105, §3.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analyses.parking.arrays import Bools, Codes, Floats
from analyses.parking.clusters import resemblance
from analyses.results import UNKNOWN, Estimate

FEWEST_PLACEBOS = 19
"""Stretches of untouched days from which their range can be read at 95 %."""


@dataclass(frozen=True)
class Series:
    """A ratio by zone, day and hour of the local clock.

    Parameters
    ----------
    zones : tuple of str
        Zones, in the order of the first axis.
    taken, offer : numpy.ndarray
        Numerator and denominator, shape (zones, days, 24); 0 where nothing is offered.
    weekday : numpy.ndarray
        Weekday of each day, 0 Monday, shape (days,).
    """

    zones: tuple[str, ...]
    taken: Floats
    offer: Floats
    weekday: Codes

    def pooled(self, rows: Bools, hours: Bools | None = None) -> tuple[Floats, Floats]:
        """Return numerator and denominator of some zones together, shape (days, 24)."""
        keep = np.ones(24, dtype=bool) if hours is None else hours
        taken, offer = self.taken[rows].sum(axis=0), self.offer[rows].sum(axis=0)
        return taken * keep, offer * keep


@dataclass(frozen=True)
class Contrast:
    """What the days of an episode show beside comparable ones.

    Parameters
    ----------
    observed, expected : float
        Ratio seen in the zones touched, and expected from the same weekdays and hours.
    change : Estimate
        Mean daily difference between the two; ``n`` is the number of days compared.
    elsewhere : Estimate
        The same difference in the other zones; unknown without any.
    effect : Estimate
        ``change`` less ``elsewhere``; ``change`` itself where there is no other zone.
    placebos : int
        Stretches of untouched days that the episode was set beside.
    as_far : int
        How many of them stand at least as far.
    lost : int
        Days of the episode without any comparable day.
    profile : numpy.ndarray
        Observed and expected ratio by hour, shape (2, 24), NaN where nothing is offered.
    """

    observed: float
    expected: float
    change: Estimate
    elsewhere: Estimate
    effect: Estimate
    placebos: int
    as_far: int
    lost: int
    profile: Floats

    @property
    def clear(self) -> bool:
        """Whether the whole interval of the effect lies on one side of zero."""
        return self.effect.low > 0 or self.effect.high < 0


def contrast(
    series: Series,
    episode: Bools,
    others: Bools,
    *,
    hours: Bools | None = None,
    level: float = 0.95,
) -> Contrast | None:
    """Compare the days of an episode with the same weekdays and hours without it.

    Parameters
    ----------
    series : Series
        Ratio by zone, day and hour.
    episode : numpy.ndarray
        Zones and days touched, shape (zones, days).
    others : numpy.ndarray
        Zones and days that another episode touches, or to be left out, shape (zones, days).
    hours : numpy.ndarray, optional
        Hours compared, shape (24,); all by default.
    level : float
        Nominal coverage of the intervals.

    Returns
    -------
    Contrast or None
        None where no day of the episode has a comparable one, or fewer than three days are left
        to tell how days differ.
    """
    rows: Bools = np.asarray(episode.any(axis=1))
    if not rows.any():
        return None
    touched: Bools = np.asarray(episode.any(axis=0))
    apart: Bools = np.asarray(~others[rows].any(axis=0))
    inside, base = touched & apart, ~touched & apart
    mine = _Zone(series, rows, hours)
    away = _away(series, ~rows, others, hours, base | inside)
    keep = mine.usable & (away.usable if away is not None else True)
    inside, base = inside & keep, base & keep
    window, clean = mine.comparable(inside, base), base
    if not window.any() or int(clean.sum()) - len(np.unique(mine.weekday[clean])) < 2:
        return None
    change = _estimate(mine, None, window, clean, level)
    beyond = UNKNOWN if away is None else _estimate(away, None, window, clean, level)
    effect = _estimate(mine, away, window, clean, level)
    placebo = _placebos(mine, away, window, clean)
    effect = _widened(effect, placebo, level)
    taken, expected = mine.seen(window, clean)
    return Contrast(
        observed=float(taken.sum() / mine.offer[window].sum()),
        expected=float(expected.sum() / mine.offer[window].sum()),
        change=change,
        elsewhere=beyond,
        effect=effect,
        placebos=len(placebo),
        as_far=int((np.abs(placebo) >= abs(effect.value) - 1e-12).sum()),
        lost=int((inside & ~window).sum()),
        profile=_by_hour(taken, expected, mine.offer[window]),
    )


class _Zone:
    """The pooled ratio of some zones by day and hour."""

    def __init__(self, series: Series, rows: Bools, hours: Bools | None) -> None:
        self.taken, self.offer = series.pooled(rows, hours)
        self.weekday = series.weekday
        self.usable: Bools = self.offer.sum(axis=1) > 0

    def comparable(self, inside: Bools, base: Bools) -> Bools:
        """Return the days inside that have an untouched day of the same weekday."""
        return inside & np.isin(self.weekday, self.weekday[base])

    def expected(self, base: Bools) -> Floats:
        """Return the ratio by weekday and hour on the base days, shape (7, 24)."""
        ratio = np.full((7, 24), np.nan)
        for weekday in range(7):
            days = base & (self.weekday == weekday)
            offer = self.offer[days].sum(axis=0)
            ratio[weekday] = np.divide(
                self.taken[days].sum(axis=0), offer, out=ratio[weekday].copy(), where=offer > 0
            )
        return ratio

    def gaps(self, days: Bools, base: Bools) -> Floats:
        """Return the mean gap to the expectation of each of ``days``, shape (days,)."""
        taken, expected = self.seen(days, base)
        return np.asarray((taken - expected).sum(axis=1) / self.offer[days].sum(axis=1))

    def seen(self, days: Bools, base: Bools) -> tuple[Floats, Floats]:
        """Return what was taken and expected on ``days``, each of shape (days, 24).

        Hours that no base day offers are set to what was seen: they tell nothing.
        """
        ratio = self.expected(base)[self.weekday[days]]
        taken, offer = self.taken[days], self.offer[days]
        return taken, np.where(np.isnan(ratio), taken, ratio * offer)


def _away(
    series: Series, rows: Bools, others: Bools, hours: Bools | None, needed: Bools
) -> _Zone | None:
    """Return the zones that no episode touches on any of the days needed; None without one."""
    free = rows & ~others[:, needed].any(axis=1) & (series.offer.sum(axis=(1, 2)) > 0)
    return _Zone(series, free, hours) if free.any() else None


def _gap(mine: _Zone, away: _Zone | None, window: Bools, base: Bools) -> Floats:
    gaps = mine.gaps(window, base)
    return gaps if away is None else gaps - away.gaps(window, base)


def _estimate(
    mine: _Zone, away: _Zone | None, window: Bools, base: Bools, level: float
) -> Estimate:
    """Return the mean gap over the window with Student's interval over days."""
    value = float(_gap(mine, away, window, base).mean())
    spread = _gap(mine, away, base, base)
    weekdays = mine.weekday[base]
    freedom = len(spread) - len(np.unique(weekdays))
    wider = resemblance(spread)
    scale = float((spread**2).sum()) / freedom
    size = int(window.sum())
    share = np.bincount(mine.weekday[window], minlength=7) / size
    known = np.maximum(np.bincount(weekdays, minlength=7), 1)
    variance = scale * wider * (1 / size + float((share**2 / known).sum()))
    reach = float(stats.t.ppf(0.5 + level / 2, max(1.0, freedom / wider))) * math.sqrt(variance)
    return Estimate(value, value - reach, value + reach, size, level)


def _placebos(mine: _Zone, away: _Zone | None, window: Bools, base: Bools) -> Floats:
    """Return the same statistic for every shift of the window that falls on base days alone."""
    days = np.flatnonzero(window)
    found = []
    for shift in range(-int(days[0]), len(window) - int(days[-1])):
        moved = np.zeros_like(window)
        moved[days + shift] = True
        left = base & ~moved
        if (moved & ~base).any() or not mine.comparable(moved, left)[moved].all():
            continue
        found.append(float(_gap(mine, away, moved, left).mean()))
    return np.asarray(found)


def _widened(effect: Estimate, placebo: Floats, level: float) -> Estimate:
    """Return the effect with the wider of its interval and the range of the placebos."""
    if len(placebo) < FEWEST_PLACEBOS:
        return effect
    rank = min(len(placebo), math.ceil(level * (len(placebo) + 1)))
    reach = max(float(np.sort(np.abs(placebo))[rank - 1]), effect.high - effect.value)
    value = effect.value
    return Estimate(value, value - reach, value + reach, effect.n, level)


def _by_hour(taken: Floats, expected: Floats, offer: Floats) -> Floats:
    total = offer.sum(axis=0)
    lines = [np.divide(part.sum(axis=0), total, out=np.full(24, np.nan), where=total > 0)
             for part in (taken, expected)]  # fmt: skip
    return np.stack(lines)
