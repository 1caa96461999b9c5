"""Everything that a city's crossings say, gathered."""

from __future__ import annotations

from dataclasses import dataclass

from analyses.crossings.access import Access
from analyses.crossings.links import Links
from analyses.crossings.perimeter import Perimeter
from analyses.crossings.potential import Potential
from analyses.crossings.works import Works
from analyses.results import Result

TABLES = (
    "premises", "sensors", "counts", "events", "places", "stops", "projects", "parking_supply",
    "parking_payments",
)  # fmt: skip
"""Tables that the crossings read, besides zones and streets."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """The five crossings of a city.

    Parameters
    ----------
    links, access, potential, perimeter, works
        What each measure returns.
    """

    links: Links
    access: Access
    potential: Potential
    perimeter: Perimeter
    works: Works

    @property
    def results(self) -> tuple[Result, ...]:
        """All rows of the indicators table."""
        return (
            *self.links.results, *self.access.results, *self.potential.results,
            *self.perimeter.results, *self.works.results,
        )  # fmt: skip

    @property
    def known(self) -> bool:
        """Whether anything could be crossed."""
        return any(result.computable for result in self.results)
