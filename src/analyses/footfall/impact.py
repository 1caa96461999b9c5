"""The effect of one event on one sensor or zone, with its measured false-alarm rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from analyses.footfall.baseline import FEWEST_DAYS, Baseline, Prediction, fit_baseline
from analyses.footfall.calendar import Bools, Days, Floats, Ints
from analyses.footfall.controls import Controls, Refusal, choose_controls
from analyses.footfall.events import Event
from analyses.footfall.placebo import Calibration, calibrate, placebo_starts
from analyses.footfall.verdict import Verdict, judge, verdict_text
from analyses.results import UNKNOWN, Estimate
from analyses.wording import Text, plural

Period = Literal["before", "during", "after"]

LONGEST_SEEN = 0.05
"""Events shorter than this share of the span are seen while hyperparameters and robust weights are
fitted, then left out of the prediction, exactly as placebo windows are: only then are the event
and the placebos exchangeable when there is no effect (full conformal prediction). Longer events
are hidden altogether."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How an effect is measured.

    Parameters
    ----------
    span : int
        Days used around the window, on both sides where they exist.
    level : float
        Nominal coverage of the interval.
    margin : float
        Largest effect, in percent, that may be called negligible.
    placebos : int
        Most placebo windows.
    fewest_placebos : int
        Under this number of placebo windows the data are insufficient.
    neighbours : int
        Days shown before and after the event.
    prospective : bool
        Use only days before the window, as when the event has just ended.
    holiday_apart : bool
        Compare an event on a public holiday with other public holidays (which differ much: wide
        intervals) instead of ordinary days; see :attr:`Impact.on_holiday`.
    """

    span: int = 365
    level: float = 0.95
    margin: float = 15.0
    placebos: int = 150
    fewest_placebos: int = 30
    neighbours: int = 3
    prospective: bool = False
    holiday_apart: bool = False


@dataclass(frozen=True, slots=True)
class DayEffect:
    """Observed and expected passages of one day; the interval is that day's own."""

    day: date
    period: Period
    observed: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Impact:
    """Effect of an event on one series.

    Parameters
    ----------
    event : Event
        The event.
    series : str
        Sensor or zone.
    verdict : str
        See :data:`analyses.footfall.verdict.Verdict`.
    observed : float
        Passages counted in the window.
    expected : Estimate
        Passages expected without the event; interval of the window **sum**.
    uplift : Estimate
        Observed minus expected, passages.
    relative : Estimate
        Uplift relative to expected, percent.
    spread : float
        Predicted standard deviation of the log of the window's sum, before calibration.
    calibration : Calibration, optional
        What the placebo windows say; None when the data are insufficient.
    detectable : float
        Smallest effect, in percent, that would be shown four times in five.
    days : tuple of DayEffect
        Day by day: before, during and after.
    controls : tuple of str
        Control sensors used.
    refused : tuple of Refusal
        Candidates set aside, and why.
    common_shift : float
        See :class:`analyses.footfall.controls.Controls`.
    reason : Text, optional
        Why the data are insufficient.
    on_holiday : bool
        Whether the window holds a public holiday whose own effect is **part** of the uplift: a
        holiday that comes once a year cannot be told from the event that falls on it.
    left_out : tuple of str
        Sensors of the event that the sum leaves out, because they lack counts; the effect is that
        on the others.
    """

    event: Event
    series: str
    verdict: Verdict
    observed: float
    expected: Estimate
    uplift: Estimate
    relative: Estimate
    spread: float
    calibration: Calibration | None
    detectable: float
    days: tuple[DayEffect, ...] = ()
    controls: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = field(default=())
    common_shift: float = float("nan")
    reason: Text | None = None
    on_holiday: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def verdict_text(self) -> Text:
        """The verdict in words."""
        return verdict_text(self.verdict, self.relative)

    @property
    def log_effect(self) -> tuple[float, float]:
        """Log of the ratio observed / expected and its calibrated standard error, for pooling."""
        if self.calibration is None:
            return float("nan"), float("nan")
        ratio = np.log1p(self.observed) - np.log1p(self.expected.value)
        return float(ratio), float(self.spread * self.calibration.factor / 1.959963984540054)


def measure_impact(
    panel: pd.DataFrame,
    series: str,
    event: Event,
    days: Days,
    *,
    candidates: Sequence[str] = (),
    refused: Sequence[Refusal] = (),
    other_events: Bools | None = None,
    breaks: dict[str, tuple[int, ...]] | None = None,
    settings: Settings | None = None,
) -> Impact:
    """Measure the effect of an event on one series of daily counts.

    Parameters
    ----------
    panel : pandas.DataFrame
        Counts by local day (rows, consecutive, in the order of ``days``) and series (columns);
        NaN where a day is incomplete. Any positive daily measure will do (dwell time too).
    series : str
        Column measured.
    event : Event
        The event.
    days : Days
        Features of the rows.
    candidates : sequence of str
        Columns that may serve as controls, those in reach of the event already set aside
        (:func:`analyses.footfall.controls.out_of_reach`).
    refused : sequence of Refusal
        Columns already set aside, carried to the result.
    other_events : array of bool, shape (n,), optional
        Days of other declared events: neither learnt from nor used as placebo.
    breaks : dict, optional
        Positions of level breaks by column (:func:`analyses.footfall.breaks.level_breaks`).
    settings : Settings, optional
        How to measure.

    Returns
    -------
    Impact
        Deterministic: the same input gives the same bytes.
    """
    settings = settings or Settings()
    window = event.window(days.dates)
    values = panel[series].to_numpy(dtype=np.float64)
    complete = int((~np.isnan(values[window])).sum())
    if not len(window) or complete < len(window):
        return _insufficient(event, series, _no_counts(complete, event), refused)
    start, stop = _span(values, window, settings)
    hidden = np.zeros(stop - start, dtype=np.bool_)
    if other_events is not None:
        hidden |= other_events[start:stop]
    stretch = _Stretch(
        event, series, days.slice(start, stop), window - start, hidden, settings, tuple(refused)
    )
    found = _measure(stretch, panel.iloc[start:stop], candidates, _shift(breaks or {}, start, stop))
    off = bool(days.public_holiday[window].any()) and not settings.holiday_apart
    return replace(found, on_holiday=off)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The days around an event that its effect is measured on."""

    event: Event
    series: str
    days: Days
    window: Ints
    hidden: Bools
    settings: Settings
    refused: tuple[Refusal, ...]


def _measure(
    stretch: _Stretch,
    panel: pd.DataFrame,
    candidates: Sequence[str],
    breaks: dict[str, tuple[int, ...]],
) -> Impact:
    """Fit, calibrate and judge on the stretch chosen."""
    event, series, window, settings = (
        stretch.event, stretch.series, stretch.window, stretch.settings
    )  # fmt: skip
    near = stretch.days if settings.holiday_apart else stretch.days.as_ordinary(window)
    hidden = stretch.hidden.copy()
    long = len(window) > LONGEST_SEEN * len(near)
    hidden[window] = long
    moved = {
        name: tuple(at for at in places if not window[0] <= at <= window[-1] + 1)
        for name, places in breaks.items()
    }
    values = panel[series].to_numpy(dtype=np.float64)
    usable = int((~np.isnan(values) & ~hidden).sum()) - (0 if long else len(window))
    if usable < FEWEST_DAYS:
        return _insufficient(event, series, _too_few_days(usable), stretch.refused)
    names = list(candidates)
    counts = panel[names].to_numpy(dtype=np.float64)
    controls = choose_controls(counts, names, near, window, left_out=hidden, breaks=moved)
    baseline = fit_baseline(
        values, near, controls=controls.matrix, left_out=hidden, breaks=moved.get(series, ())
    )
    free = np.isin(np.arange(len(near)), baseline.seen)
    starts = placebo_starts(near, free, window, most=settings.placebos)
    if len(starts) < settings.fewest_placebos:
        return _insufficient(event, series, _too_few_windows(len(starts)), stretch.refused)
    calibration = calibrate(baseline, starts, len(window), level=settings.level)
    return _effect(stretch, baseline, calibration, controls)


def _effect(
    stretch: _Stretch, baseline: Baseline, calibration: Calibration, controls: Controls
) -> Impact:
    settings, window = stretch.settings, stretch.window
    prediction = _without(baseline, window, window)
    observed = float(np.expm1(baseline.logs[window]).sum())
    half = calibration.factor * prediction.spread
    total = max(prediction.total, 1e-9)
    low, high = total * float(np.exp(-half)), total * float(np.exp(half))
    n = calibration.n
    relative = Estimate(
        100 * (observed / total - 1), 100 * (observed / high - 1), 100 * (observed / low - 1),
        n, settings.level,
    )  # fmt: skip
    return Impact(
        event=stretch.event, series=stretch.series,
        verdict=judge(relative, settings.margin), observed=observed,
        expected=Estimate(total, low, high, n, settings.level),
        uplift=Estimate(observed - total, observed - high, observed - low, n, settings.level),
        relative=relative, spread=prediction.spread, calibration=calibration,
        detectable=100 * calibration.detectable(prediction.spread),
        days=_day_effects(baseline, window, prediction, calibration.factor, settings.neighbours),
        controls=controls.names, refused=(*stretch.refused, *controls.refused),
        common_shift=controls.common_shift,
    )  # fmt: skip


def _without(baseline: Baseline, wanted: Ints, window: Ints) -> Prediction:
    """Predict ``wanted`` days from all days but them and the event's window."""
    seen = np.isin(window, baseline.seen).all()
    if not seen:
        return baseline.predict(window) if wanted is window else baseline.leave_out(wanted)
    out = np.union1d(wanted, window)
    joint = baseline.leave_out(out)
    at = np.searchsorted(out, wanted)
    return Prediction(joint.mean[at], joint.covariance[np.ix_(at, at)])


def _day_effects(
    baseline: Baseline, window: Ints, during: Prediction, factor: float, neighbours: int
) -> tuple[DayEffect, ...]:
    """Describe each day; the days around are predicted without themselves nor the event."""
    around = np.concatenate(
        [
            np.arange(max(window[0] - neighbours, 0), window[0]),
            np.arange(window[-1] + 1, min(window[-1] + 1 + neighbours, len(baseline.days))),
        ]
    )
    around = around[np.isin(around, baseline.seen)]
    rows = _rows(baseline, window, during, factor, window)
    if len(around):
        rows += _rows(baseline, around, _without(baseline, around, window), factor, window)
    return tuple(sorted(rows, key=lambda row: row.day))


def _rows(
    baseline: Baseline, at: Ints, prediction: Prediction, factor: float, window: Ints
) -> list[DayEffect]:
    half = factor * np.sqrt(np.diag(prediction.covariance))
    rows = []
    for index, position in enumerate(at):
        period: Period = "during"
        if position < window[0]:
            period = "before"
        elif position > window[-1]:
            period = "after"
        mean = prediction.mean[index]
        rows.append(
            DayEffect(
                baseline.days.dates[position].date(), period,
                float(np.expm1(baseline.logs[position])), float(np.expm1(mean)),
                float(np.expm1(mean - half[index])), float(np.expm1(mean + half[index])),
            )
        )  # fmt: skip
    return rows


def _span(values: Floats, window: Ints, settings: Settings) -> tuple[int, int]:
    """Choose the stretch of days: half on each side, more on one where the other is short."""
    first, last = int(window[0]), int(window[-1]) + 1
    seen = np.flatnonzero(~np.isnan(values))
    before = first - int(seen[0])
    after = 0 if settings.prospective else int(seen[-1]) + 1 - last
    right = min(after, max(settings.span // 2, settings.span - before))
    left = min(before, settings.span - right)
    return first - left, last + right


def _shift(breaks: dict[str, tuple[int, ...]], start: int, stop: int) -> dict[str, tuple[int, ...]]:
    """Keep the breaks inside the span, as positions in it."""
    return {
        name: tuple(at - start for at in places if start < at < stop)
        for name, places in breaks.items()
    }


def _insufficient(event: Event, series: str, why: Text, refused: Sequence[Refusal]) -> Impact:
    nothing = float("nan")
    return Impact(
        event, series, "insufficient", nothing, UNKNOWN, UNKNOWN, UNKNOWN, nothing, None, nothing,
        refused=tuple(refused), reason=why,
    )  # fmt: skip


def _no_counts(observed: int, event: Event) -> Text:
    length = (event.end - event.start).days + 1
    return Text(
        f"{observed} {plural(observed, 'jour complet', 'jours complets')} sur les {length} de "
        "l'évènement",
        f"{observed} complete {plural(observed, 'day', 'days', 'en')} of the event's {length}",
    )


def _too_few_days(usable: int) -> Text:
    return Text(
        f"{usable} {plural(usable, 'jour observé', 'jours observés')} hors évènement, il en faut "
        f"{FEWEST_DAYS}",
        f"{usable} {plural(usable, 'day', 'days', 'en')} observed outside the event, "
        f"{FEWEST_DAYS} are needed",
    )


def _too_few_windows(found: int) -> Text:
    return Text(
        f"{found} {plural(found, 'fenêtre', 'fenêtres')} sans évènement pour étalonner "
        "l'intervalle",
        f"{found} {plural(found, 'window', 'windows', 'en')} without event to calibrate the "
        "interval",
    )
