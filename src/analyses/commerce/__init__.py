"""Commerce: retail vacancy, turnover and offer, as pure functions from tables to results.

- ``measure_vacancy(premises)``: surveys of premises;
- ``measure_turnover(establishments)``: SIRENE periods;
- ``measure_offer(premises, establishments, shops)``: structure of the offer, source by source;
- ``compare_sources(premises, establishments, shops)``: the survey beside the two others.

``distinct(results, breakdown)`` names the parts whose vacancy differs from the rest.

Each measure returns a frozen object whose ``results`` go to the indicators table, with frames to
draw.
"""

from analyses.commerce.contrast import distinct
from analyses.commerce.offer import Offer, measure_offer
from analyses.commerce.rates import band
from analyses.commerce.sides import Sides, compare_sources
from analyses.commerce.turnover import Turnover, measure_turnover
from analyses.commerce.vacancy import Vacancy, measure_vacancy

__all__ = [
    "Offer",
    "Sides",
    "Turnover",
    "Vacancy",
    "band",
    "compare_sources",
    "distinct",
    "measure_offer",
    "measure_turnover",
    "measure_vacancy",
]
