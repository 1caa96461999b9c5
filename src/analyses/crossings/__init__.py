"""Crossings: what two themes say together, as pure functions from tables to results.

- ``measure_links``: vacancy, offer and diversity with footfall; footfall with events and parking;
- ``measure_access``: vacancy of streets with what stands around them;
- ``measure_potential``: parts and ranks of the vacant premises for a new shop;
- ``measure_perimeter``: rates of the centre as its boundary moves;
- ``measure_works``: effect of works, pedestrianisation and requalification.

A link is an association, never a cause. What is tested together is corrected together (Holm), and
every answer is one of four: shown, ruled out, not measurable here, insufficient data.
"""

from analyses.crossings.access import Access, measure_access
from analyses.crossings.links import Link, Links, measure_links
from analyses.crossings.perimeter import Boundary, Perimeter, measure_perimeter
from analyses.crossings.potential import Potential, measure_potential
from analyses.crossings.presence import daily
from analyses.crossings.study import TABLES, Crossings
from analyses.crossings.works import Effect, Works, measure_works

__all__ = [
    "TABLES",
    "Access",
    "Boundary",
    "Crossings",
    "Effect",
    "Link",
    "Links",
    "Perimeter",
    "Potential",
    "Works",
    "daily",
    "measure_access",
    "measure_links",
    "measure_perimeter",
    "measure_potential",
    "measure_works",
]
