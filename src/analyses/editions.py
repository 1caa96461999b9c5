"""What the public edition may see of a drawing's arguments: results protected, rows kept back.

Drawings are functions of results, of objects that hold results, and of frames. For the public
edition each argument is replaced by its public form: results as :mod:`analyses.privacy` decided,
frames of individual premises or stays without any row. What is not known here is kept back whole
(the block stays internal): nothing becomes public by oversight.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from analyses.privacy import Protection, Rules
from analyses.results import UNKNOWN, Estimate, Finding, Result
from analyses.wording import Text

PLAIN = (str, bool, int, float, np.generic, Text, date, timedelta, Enum, range)
"""Types that name or choose, and pass as they are."""
OPEN_COLUMNS = frozenset(
    ("osm_id", "stop_id", "place_id", "area_id", "project_id", "sensor_id", "event_id")
)
"""Columns that mark a table of open things: shops of OpenStreetMap, stops, sensors, events …"""
GROUND = frozenset(("zone_id", "name", "kind", "parts", "geometry", "class", "width", "surface"))
"""Columns of zones and of the map's ground."""
YEARS = frozenset(("zone", "breakdown", "category", "year", "openings", "closures"))
"""Columns by which the yearly counts of the register are known."""
AGES = frozenset(("zone", "over_months", "up_to_months", "share"))
CURVE = frozenset(("zone", "age_years", "survival"))


Audience = Literal["all", "internal"]
INTERNAL = "declared internal"
DRAWN = "drawn before the page could protect it"


class NotKnownError(TypeError):
    """An argument of a type of which nobody said what the public may see."""


@dataclasses.dataclass(frozen=True, slots=True)
class Drawing:
    """A function with its arguments, not yet called: what the public edition draws instead."""

    draw: Callable[..., Any]
    args: tuple[Any, ...]
    options: Mapping[str, Any]

    def __call__(self) -> Any:
        """Return what the function draws."""
        return self.draw(*self.args, **self.options)

    def public(self, protection: Protection) -> tuple[Drawing, bool]:
        """Return the same drawing with public arguments, and whether anything was kept back."""
        veil = Veil(protection)
        args = tuple(veil.of(value) for value in self.args)
        options = {name: veil.of(value) for name, value in self.options.items()}
        return Drawing(self.draw, args, options), veil.kept_back


def drawing(draw: Callable[..., Any], *args: Any, **options: Any) -> Drawing:
    """Return a drawing of its own for the public edition (``public=`` of the page's calls)."""
    return Drawing(draw, args, options)


@dataclasses.dataclass(frozen=True, slots=True)
class Forms:
    """A thing to show, in both editions.

    Parameters
    ----------
    internal : object
        What the internal edition shows.
    public : object
        What the public edition shows; None for nothing.
    same : bool
        Whether both show the same.
    withheld : str
        Why the public edition shows nothing or another form.
    redrawn : bool
        Whether the public form is the same function on what is left of its arguments.
    """

    internal: Any
    public: Any = None
    same: bool = False
    withheld: str = ""
    redrawn: bool = False


def forms(
    subject: Any,
    args: tuple[Any, ...],
    options: Mapping[str, Any],
    protection: Protection,
    audience: Audience | None = None,
    public: Drawing | None = None,
) -> Forms:
    """Draw both forms of something.

    Parameters
    ----------
    subject : callable or value
        A function that draws, or what it drew already: of this nobody can tell what it holds, so
        that it stays internal unless ``audience`` is ``all``.
    args, options
        Arguments of the function.
    protection : Protection
        What is hidden.
    audience : str, optional
        ``internal``: never public; ``all``: holds nothing to hide, by declaration.
    public : Drawing, optional
        What the public edition draws instead.
    """
    lazy = callable(subject)
    internal = subject(*args, **options) if lazy else subject
    if audience == "all":
        return Forms(internal, internal, same=True)
    if public is None and (audience == "internal" or not lazy):
        return Forms(internal, withheld=INTERNAL if audience else DRAWN)
    try:
        veiled, kept_back = (public or Drawing(subject, args, options)).public(protection)
    except NotKnownError as error:
        return Forms(internal, withheld=f"nobody said what the public may see of {error}")
    if public is None and not kept_back:
        return Forms(internal, internal, same=True)
    try:
        return Forms(internal, veiled(), redrawn=public is None)
    except Exception as error:  # noqa: BLE001 - told with the block; the internal edition stands
        return Forms(internal, withheld=f"not drawn without what is hidden: {error!r}")


def said_inside(
    internal: Finding | Iterable[Finding], public: Finding | Iterable[Finding]
) -> list[Finding]:
    """Return the public findings that say nothing, not even a number, beyond the internal ones."""
    inside, outside = (
        [found] if isinstance(found, Finding) else list(found) for found in (internal, public)
    )
    names = {item.id for item in inside}
    numbers = numbers_in(item.text.fr for item in inside)
    return [item for item in outside if item.id in names and numbers_in([item.text.fr]) <= numbers]


def beyond(public: Mapping[str, Any] | bool, content: Mapping[str, Any]) -> str:
    """Say what a public chart or table shows that the internal one does not; empty for nothing.

    A function may count the rows that it is left with, or find another answer in them: such a form
    would contradict the internal edition, and is not shown.
    """
    if isinstance(public, bool) or "findings" in content:
        return ""
    rows, inside = (
        {tuple(row) for row in form.get("table", form).get("rows", ())}
        for form in (public, content)
    )
    if not rows <= inside:
        return "rows that the internal edition does not show"
    told = [str(public.get(name, "")) for name in ("title", "alt", "caption")]
    known = [str(content.get(name, "")) for name in ("title", "alt", "note", "caption")]
    if not numbers_in(told) <= numbers_in([*known, *(cell for row in inside for cell in row)]):
        return "numbers that the internal edition does not show"
    return ""


def numbers_in(texts: Iterable[str]) -> set[str]:
    """Return the numbers written in some texts."""
    return {found for text in texts for found in _NUMBER.findall(text)}


_NUMBER = re.compile(r"\d[\d\u202f]*(?:[.,]\d+)?")


class Veil:
    """Gives values as the public edition may see them, and remembers whether any differs."""

    def __init__(self, protection: Protection) -> None:
        self.protection = protection
        self.kept_back = False
        self._estimates = {
            result.estimate for result in protection.public.values() if result.computable
        }

    def of(self, value: Any) -> Any:
        """Return a value as the public edition may see it.

        Raises
        ------
        NotKnownError
            If nobody said what may be seen of this type.
        """
        if value is None or isinstance(value, PLAIN) or callable(value):
            return value
        special = SPECIAL.get(_name(type(value)))
        if special is not None:
            return special(value, self)
        if isinstance(value, pd.DataFrame):
            return self.frame(value)
        if isinstance(value, np.ndarray | pd.Series | pd.Index):
            return self.emptied(value)
        if isinstance(value, Mapping):
            return {self.of(key): self.of(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            kept = [self.of(item) for item in value]
            if isinstance(value, tuple) and hasattr(value, "_fields"):
                return type(value)(*kept)
            return type(value)(kept)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self.fields(value)
        raise NotKnownError(_name(type(value)))

    def result(self, value: Result) -> Result:
        """Return a result as the public edition shows it."""
        shown = self.protection.of(value)
        self.kept_back |= shown is not value
        return shown

    def estimate(self, value: Estimate) -> Estimate:
        """Return an estimate that a public result holds; any other is unknown to the public."""
        if value in self._estimates or not value.known:
            return value
        self.kept_back = True
        return UNKNOWN

    def fields(self, value: Any, *keep: str) -> Any:
        """Return a dataclass with every field as the public may see it, but ``keep`` as it is."""
        names = [item.name for item in dataclasses.fields(value) if item.init]
        return dataclasses.replace(
            value, **{n: self.of(getattr(value, n)) for n in names if n not in keep}
        )

    def emptied(self, value: Any) -> Any:
        """Return a frame, a series or an array without its rows."""
        self.kept_back |= len(value) > 0
        return value[:0]

    def frame(self, value: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a frame that the public may see."""
        columns = {str(name) for name in value.columns}
        if isinstance(value, gpd.GeoDataFrame) and columns <= GROUND:
            return cast(pd.DataFrame, value)
        if columns & OPEN_COLUMNS and not columns & {"premises_id", "siret"}:
            return value
        if columns >= YEARS:
            return self._years(value)
        if columns >= CURVE:
            return self._rows(value, _told_curve(value, self.protection))
        if columns >= AGES:
            return self._rows(value, _told_ages(value, self.protection))
        return pd.DataFrame(self.emptied(value))

    def _years(self, value: pd.DataFrame) -> pd.DataFrame:
        """Return the years whose openings and closures are public, without hidden transfers."""
        shown = self._rows(value, _told_years(value, self.protection, "openings", "closures"))
        if "transfers" in shown:
            moved = _told_years(shown, self.protection, "transfers")
            self.kept_back |= not bool(moved.all())
            names = [name for name in ("transfers", "ratio_without_transfers") if name in shown]
            shown = shown.assign(**{name: shown[name].where(moved) for name in names})
        return shown

    def _rows(self, value: pd.DataFrame, shown: pd.Series) -> pd.DataFrame:
        self.kept_back |= not bool(shown.all())
        return value[shown.to_numpy(dtype=bool)]


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _told_years(frame: pd.DataFrame, protection: Protection, *wanted: str) -> pd.Series:
    """Tell the rows of which some yearly counts are all public."""
    told = {
        (r.indicator, r.zone, r.breakdown, r.category, r.period_start.year)
        for r in protection.public.values()
        if r.computable and r.period_start is not None
    }
    rows = frame[["zone", "breakdown", "category", "year"]].itertuples(index=False, name=None)
    shown = [all((name, *where, int(year)) in told for name in wanted) for *where, year in rows]
    return pd.Series(shown, index=frame.index, dtype=bool)


def _told_curve(frame: pd.DataFrame, protection: Protection) -> pd.Series:
    """Tell the rows of the zones whose survival is public."""
    zones = {
        r.zone
        for r in protection.public.values()
        if r.indicator == "business_survival" and r.computable
    }
    return frame["zone"].isin(zones)


def _told_ages(frame: pd.DataFrame, protection: Protection) -> pd.Series:
    """Tell the rows of the zones in which every class of age holds enough vacant premises."""
    units = {
        r.zone: r.estimate.n
        for r in protection.public.values()
        if r.indicator == "structural_vacancy" and r.computable
    }
    n = frame["zone"].map(units).fillna(0)
    few = (frame["share"] > 0) & (frame["share"] * n / 100 < Rules().small_count)
    exposed = set(frame.loc[few, "zone"])
    return ~frame["zone"].isin(exposed)


def _finding(value: Finding, veil: Veil) -> Finding:
    shown = [veil.result(result) for result in value.results]
    if any(a is not b for a, b in zip(shown, value.results, strict=True)):
        raise NotKnownError(f"the sentence {value.id!r}, whose results are hidden")
    return value


def _effect(value: Any, veil: Veil) -> Any:
    """Return the effect of a project on footfall whole; on vacancy, without the other streets."""
    if value.outcome == "footfall":
        return value
    veil.kept_back = True
    blank = value.placebos.select_dtypes("number").columns
    placebos = value.placebos.assign(**dict.fromkeys(blank, np.nan))
    return dataclasses.replace(value, placebos=placebos, course=value.course[:0])


SPECIAL: dict[str, Callable[[Any, Veil], Any]] = {
    "analyses.results.Result": lambda value, veil: veil.result(value),
    "analyses.results.Estimate": lambda value, veil: veil.estimate(value),
    "analyses.results.Finding": _finding,
    "analyses.footfall.chapter.Footfall": lambda value, veil: dataclasses.replace(
        value, results=veil.of(value.results)
    ),
    "analyses.comparison.revisions.OpenChanged": lambda value, _veil: value,
    "analyses.crossings.works.Effect": _effect,
    "analyses.parking.kerb.Kerb": lambda value, veil: veil.fields(
        value, "occupancy", "profile", "usage", "room"
    ),
    "analyses.parking.effects.Effects": lambda value, veil: veil.fields(
        value, "episodes", "crossings"
    ),
    "analyses.parking.stations.Meters": lambda value, veil: veil.fields(
        value, "ladder", "blind", "value"
    ),
    "analyses.parking.upkeep.Garages": lambda value, veil: veil.fields(value, "audit", "profile"),
    "analyses.parking.upkeep.Infractions": lambda value, veil: veil.fields(
        value, "factors", "backtest", "types"
    ),
}
"""What the public may see of the objects of the analyses, by the names of their types: passages,
occupancy and pay stations are nameless; of stays and infractions, only what is counted."""
