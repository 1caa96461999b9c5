"""For each indicator: computable now, with what reserve, or what would unlock it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from analyses import indicators
from analyses.readiness.ways import RANKS, Rules, Way, rules
from analyses.wording import Text

Status = Literal["ready", "reserve", "confirm", "missing"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an indicator can be computed from what a city has.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary.
    status : str
        ``ready``, ``reserve``, ``confirm`` or ``missing``.
    note : Text or None
        The reserve, or what only the run can tell.
    lacking : tuple of tuple of str
        Where it is missing: the assets that each of the nearest ways lacks; empty if no way is
        known at all.
    """

    indicator: str
    status: Status
    note: Text | None = None
    lacking: tuple[tuple[str, ...], ...] = ()

    @property
    def computable(self) -> bool:
        """Whether a value will be shown for sure."""
        return self.status in ("ready", "reserve")

    @property
    def rank(self) -> int:
        """How good the answer is, 0 for missing."""
        return RANKS[self.status]


def answer(indicator: str, have: Collection[str], known: Rules | None = None) -> Answer:
    """Return whether ``indicator`` can be computed from the assets of a city.

    Raises
    ------
    ValueError
        If the rules do not know the indicator or an asset.
    """
    book = known or rules()
    unknown = set(have) - set(book.assets)
    if unknown:
        raise ValueError(f"unknown assets {sorted(unknown)}; known: {sorted(book.assets)}")
    if indicator not in book.indicators:
        raise ValueError(f"no rule for {indicator!r}: add it to readiness/ways.yml")
    own = frozenset(have)
    ways = book.indicators[indicator]
    for way in sorted(ways, key=lambda item: -RANKS[item.quality]):
        if set(way.needs) <= own and not set(way.spoilt_by) & own:
            return Answer(indicator, way.quality, book.note(way))
    return Answer(indicator, "missing", None, _nearest(ways, own))


def answers(have: Collection[str], known: Rules | None = None) -> tuple[Answer, ...]:
    """Return the answers for every indicator of the dictionary that the rules know, in its order.

    An indicator without a rule is left out here; a test of the package forbids it.
    """
    book = known or rules()
    return tuple(
        answer(name, have, book)
        for name in indicators.dictionary().indicators
        if name in book.indicators
    )


def _nearest(ways: tuple[Way, ...], own: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """Return what each way that lacks the fewest assets lacks, better ways before worse."""
    free = [way for way in ways if not set(way.spoilt_by) & own]
    lacking = [tuple(asset for asset in way.needs if asset not in own) for way in free]
    fewest = min((len(item) for item in lacking), default=0)
    return tuple(dict.fromkeys(item for item in lacking if len(item) == fewest))
