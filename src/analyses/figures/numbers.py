"""A result as a reader meets it: a big number, its interval and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from analyses import activities, indicators
from analyses.results import Estimate, Result
from analyses.wording import (
    NO_BREAK_SPACE,
    Language,
    Text,
    day,
    interval,
    month,
    number,
    percent,
    plural,
    typography,
)

_DIGITS: dict[str, int] = {"%": 1, "%/year": 1, "points": 1, "points/year": 1, "months": 0}
_COUNTS = {"premises", "establishments", "shops", "passages", "spaces", "rank", "indicators"}
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
    between : str
        Bounds in everyday words, without a level; empty for an exact count.
    certainty : str
        How sure the number is, in words (:func:`certainty`).
    """

    label: str
    value: str
    unit: str
    interval: str
    n: str
    reserve: bool
    between: str = ""
    certainty: str = ""


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
    detail = part_words(result).in_(language)
    if detail:
        label = f"{label}, {detail}"
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
    value, unit = _number_and_unit(
        estimate.value, result.unit, language, signed=either(result.unit, [estimate])
    )
    return KeyFigure(
        label=label,
        value=value,
        unit=unit,
        interval=bounds,
        n=f"n{NO_BREAK_SPACE}={NO_BREAK_SPACE}{number(estimate.n, language)}"
        + _period(result, language),
        reserve=result.quality == "reserve",
        between=_between(result, language) if bounds else "",
        certainty=certainty(result, language),
    )


SURE, FAIR = 0.10, 0.30
"""Half-width of an interval, relative to its value, up to which a number is sure, or fairly so."""

CERTAINTY: dict[str, Text] = {
    "reserve": Text("à lire avec réserve", "to be read with a reserve"),
    "counted": Text("compté", "counted"),
    "chance": Text("changement non démontré", "no change shown"),
    "sure": Text("bien établi", "well established"),
    "fair": Text("ordre de grandeur sûr", "order of magnitude sure"),
    "vague": Text("incertain", "uncertain"),
}
"""How sure a number is, as the first page says it; the method annex explains each."""


def certainty(result: Result, language: Language) -> str:
    """Say in words how sure a number is; nothing where no interval tells it.

    A reserve comes first; then a change whose interval holds zero may be chance; else its
    half-width, relative to the value, decides (:data:`SURE`, :data:`FAIR`).
    """
    low, high, value = result.estimate.low, result.estimate.high, result.estimate.value
    if result.quality == "reserve":
        return CERTAINTY["reserve"].in_(language)
    if math.isnan(low) or math.isnan(high) or math.isnan(value):
        return ""
    if low == high:
        return CERTAINTY["counted"].in_(language)
    if low < 0 < high:
        return CERTAINTY["chance"].in_(language)
    share = (high - low) / 2 / abs(value) if value else math.inf
    name = "sure" if share <= SURE else "fair" if share <= FAIR else "vague"
    return CERTAINTY[name].in_(language)


def part_words(result: Result) -> Text:
    """Say what part of the zone a result describes; nothing for all of it."""
    name = result.category
    match result.breakdown:
        case "total":
            return Text("", "")
        case "event" | "event_sensor" | "date" if result.period_start and result.period_end:
            return _days(result.period_start, result.period_end)
        case "age_years":
            years = plural(float(name), "an", "ans")
            return Text(f"à {name} {years}", f"at age {name}")
        case "months_over":
            return Text(f"plus de {name} mois", f"over {name} months")
        case "activity_family" if name in activities.families():
            return activities.label(name)
        case "surface_class":
            return Text(f"{name} m²", f"{name} m²")
        case "rung":
            return _RUNGS.get(name, Text("", ""))
    return Text(name, name)


_RUNGS: dict[str, Text] = {
    "raw": Text("paiements bruts", "raw payments"),
    "calibrated": Text("après corrections", "after corrections"),
}
"""Steps of the occupancy estimated from payments that a key figure names."""


def _days(start: date, end: date) -> Text:
    """Say the days of an event, by which a reader knows it better than by its identifier."""
    if start == end:
        return Text(f"le {day(start, 'fr')}", f"on {day(start, 'en')}")
    if (start.year, start.month) == (end.year, end.month):
        first = "1er" if start.day == 1 else str(start.day)
        return Text(f"du {first} au {day(end, 'fr')}", f"from {start.day} to {day(end, 'en')}")
    return Text(
        f"du {day(start, 'fr')} au {day(end, 'fr')}", f"from {day(start, 'en')} to {day(end, 'en')}"
    )


def _period(result: Result, language: Language) -> str:
    start, end = result.period_start, result.period_end
    if start is None or end is None:
        return ""
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        years = str(start.year) if start.year == end.year else f"{start.year}-{end.year}"
        return f" · {years}"
    first, last = month(start, language), month(end, language)
    if first == last:
        return f" · {last}"
    if start.year == end.year:
        first = first.removesuffix(f"{NO_BREAK_SPACE}{start.year}")
    return f" · {first} – {last}"


TOO_WIDE = 50.0
"""Width, in points, from which an interval of a rate tells nothing that a title may say."""


def tells(estimate: Estimate) -> bool:
    """Whether the interval of a rate in percent is narrow enough for a title to give the rate."""
    return not estimate.high - estimate.low > TOO_WIDE


def with_interval(estimate: Estimate, language: Language, decimals: int = 1) -> str:
    """Write a rate in percent and its interval, as in ``12,3 % (10,0 à 14,5 %)``."""
    value = percent(estimate.value, language, decimals)
    if math.isnan(estimate.low) or math.isnan(estimate.high) or estimate.low == estimate.high:
        return value
    return f"{value} ({interval(estimate.low, estimate.high, '%', language, decimals)})"


def digits(unit: str) -> int:
    """Return the decimals with which a unit is written."""
    return 0 if unit in _COUNTS else _DIGITS.get(unit, 1)


def _decimals(value: float, unit: str) -> int:
    """Return the decimals of a value: one more for a rate below one, as in 0,12 per check."""
    plain = unit in _COUNTS or unit in _DIGITS
    return digits(unit) + (not plain and 0 < abs(value) < 1)


def written(value: float, unit: str, language: Language, *, signed: bool = False) -> str:
    """Write a value with its unit in words; points always have their sign."""
    body, words = _number_and_unit(value, unit, language, signed=signed)
    return f"{body}{NO_BREAK_SPACE}{words}" if words else body


def either(unit: str, estimates: Iterable[Estimate]) -> bool:
    """Whether yearly percents are changes, of either sign, and not the rates of a year."""
    return unit == "%/year" and any(estimate.low < 0 for estimate in estimates)


def _number_and_unit(
    value: float, unit: str, language: Language, *, signed: bool = False
) -> tuple[str, str]:
    """Write a value and its unit apart; a sign of percent stays with the number."""
    words = "%" if unit == "%" else indicators.dictionary().unit(unit).in_(language)
    if words.startswith("%"):
        told = percent(value, language, digits(unit), signed=signed)
        return told, words[1:].strip()
    body = number(value, language, _decimals(value, unit), signed=unit.startswith("points"))
    if language == "fr" and abs(round(value, digits(unit))) < 2:
        words = _singular(words)
    return body, words


def _singular(words: str) -> str:
    """Return a French unit in the singular: ``points par an`` gives ``point par an``."""
    noun, par, rest = words.partition(" par ")
    forms = {"locaux": "local", "mois": "mois"}
    parts = [forms.get(word, word.removesuffix("s")) for word in noun.split(" ")]
    return " ".join(parts) + par + rest


def _between(result: Result, language: Language) -> str:
    low, high = result.estimate.low, result.estimate.high
    if math.isinf(high) or math.isinf(low):
        return ""
    if language == "en":
        return f"between {_bounds(result, language).replace(' to ', ' and ')}"
    return f"entre {_bounds(result, language).replace(' à ', ' et ')}"


def _bounds(result: Result, language: Language) -> str:
    low, high = result.estimate.low, result.estimate.high
    unit = "%" if result.unit.startswith("%") else ""
    return interval(low, high, unit, language, _decimals(result.estimate.value, result.unit))


def span(category: str, language: Language) -> str:
    """Write a class of minutes: ``30-120`` gives ``de 30 min à 2 h``."""
    low, _, high = category.removeprefix(">").partition("-")
    ends = [_length(float(part), language) for part in (low, high) if part]
    if category.startswith(">"):
        return Text(f"plus de {ends[0]}", f"over {ends[0]}").in_(language)
    if float(low) == 0:
        return Text(f"jusqu'à {ends[1]}", f"up to {ends[1]}").in_(language)
    return Text(f"de {ends[0]} à {ends[1]}", f"{ends[0]} to {ends[1]}").in_(language)


def _length(minutes: float, language: Language) -> str:
    hours, rest = divmod(round(minutes), 60)
    parts = (f"{hours} h" if hours else "", f"{rest} min" if rest else "")
    if language == "fr" and hours and rest:
        parts = (parts[0], f"{rest:02d}")
    return " ".join(part for part in parts if part)
