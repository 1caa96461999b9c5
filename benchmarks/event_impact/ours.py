"""Our method: with controls, without, and with one control that the event reaches."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd

from analyses.footfall.events import Event
from analyses.footfall.impact import Impact, measure_impact
from benchmarks.event_impact.answer import UPLIFT, Answer
from benchmarks.event_impact.town import Town, Window

CONTAMINATION = 0.50
"""Uplift planted in one control: a street at the heart of the event that nobody declared."""


def with_controls(town: Town, window: Window) -> Answer:
    """All other sensors may serve; the event is at the target only."""
    return _answer(town, window, controls=True, contamination=0.0)


def without_controls(town: Town, window: Window) -> Answer:
    """One sensor, or the whole town in the event."""
    return _answer(town, window, controls=False, contamination=0.0)


def contaminated(town: Town, window: Window) -> Answer:
    """One control moves with the event, half as much again; nothing tells the method."""
    return _answer(town, window, controls=True, contamination=CONTAMINATION)


def _answer(town: Town, window: Window, *, controls: bool, contamination: float) -> Answer:
    panel = _scaled(town.panel, window.other, window, contamination)
    began = time.perf_counter()
    quiet = _measure(town, panel, window, controls)
    seconds = time.perf_counter() - began
    planted = _measure(town, _scaled(panel, window.sensor, window, UPLIFT), window, controls)
    after = (planted.expected.value, planted.expected.low, planted.expected.high)
    answer = Answer(
        quiet.observed, quiet.expected.value, quiet.expected.low, quiet.expected.high, after,
        seconds,
    )  # fmt: skip
    moved = [r.sensor_id for r in quiet.refused if r.reason == "moves"]
    if not contamination:
        tested = len(moved) + len(quiet.controls)
        return replace(answer, clean_refused=len(moved) / tested) if tested else answer
    clean = _measure(town, town.panel, window, controls)
    return replace(
        answer,
        refused=float(window.other in moved),
        distortion=quiet.relative.value - clean.relative.value,
        clean_alarm=float(clean.verdict == "shown"),
    )


def _measure(town: Town, panel: pd.DataFrame, window: Window, controls: bool) -> Impact:
    dates = panel.index[window.start : window.start + window.length]
    event = Event("window", "window", "none", dates[0].date(), dates[-1].date(), (window.sensor,))
    others = [name for name in panel.columns if name != window.sensor]
    return measure_impact(
        panel, window.sensor, event, town.days, candidates=others if controls else ()
    )


def _scaled(panel: pd.DataFrame, name: str, window: Window, uplift: float) -> pd.DataFrame:
    if not uplift:
        return panel
    values = panel[name].to_numpy(dtype=np.float64, copy=True)
    values[window.start : window.start + window.length] *= 1 + uplift
    return panel.assign(**{name: values})
