"""A result as a reader meets it: a big number, its interval and what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analyses import indicators
from analyses.results import Result
from analyses.wording import (
    NARROW_SPACE,
    NO_BREAK_SPACE,
    Language,
    Text,
    interval,
    number,
    percent,
    typography,
)

_DIGITS: dict[str, int] = {"%": 1, "%/year": 1, "points": 1, "points/year": 1, "months": 0}
_COUNTS = {"premises", "establishments", "shops", "passages", "spaces", "rank"}
_INTERVAL = Text("intervalle à {level} : {bounds}", "{level} interval: {bounds}")


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """The parts of a key figure, written in one language.

    Parameters
    ----------
    label : str
        What is measured.
    value : str
        Value, with its sign of percent.
    unit : str
        Unit in words; empty for a share in percent.
    interval : str
        Interval in words; empty for an exact count.
    n : str
        Sample size in words.
    reserve : bool
        Whether the number is shown with a warning.
    """

    label: str
    value: str
    unit: str
    interval: str
    n: str
    reserve: bool


def key_figure(result: Result, language: Language) -> KeyFigure:
    """Write a result as a key figure.

    Raises
    ------
    KeyError
        If the dictionary of indicators does not define the result's indicator.
    ValueError
        If the result has no value.
    """
    if not result.computable:
        raise ValueError(f"{result.indicator} has no value to show")
    estimate = result.estimate
    label = indicators.get(result.indicator).label.text().in_(language)
    bounds = ""
    known = not (math.isnan(estimate.low) or math.isnan(estimate.high))
    if known and estimate.low != estimate.high:
        bounds = typography(
            _INTERVAL.in_(language).format(
                level=percent(estimate.level * 100, language, 0),
                bounds=_bounds(result, language),
            ),
            language,
        )
    value, _, unit = written(estimate.value, result.unit, language).partition(NO_BREAK_SPACE)
    return KeyFigure(
        label=label,
        value=value,
        unit=unit,
        interval=bounds,
        n=f"n{NO_BREAK_SPACE}={NO_BREAK_SPACE}{number(estimate.n, language)}",
        reserve=result.quality == "reserve",
    )


def digits(unit: str) -> int:
    """Return the decimals with which a unit is written."""
    return 0 if unit in _COUNTS else _DIGITS.get(unit, 1)


def written(value: float, unit: str, language: Language) -> str:
    """Write a value with its unit in words."""
    signed = unit.startswith("points")
    if unit == "%":
        return percent(value, language, digits(unit))
    words = indicators.dictionary().unit(unit).in_(language)
    space = NARROW_SPACE if words.startswith("%") else NO_BREAK_SPACE
    return number(value, language, digits(unit), signed=signed) + space + words


def _bounds(result: Result, language: Language) -> str:
    low, high = result.estimate.low, result.estimate.high
    unit = result.unit if result.unit == "%" else ""
    return interval(low, high, unit, language, digits(result.unit))
