"""Commerce: retail vacancy, turnover and offer, as pure functions from tables to results.

- ``measure_vacancy(premises)``: surveys of premises;
- ``measure_turnover(establishments)``: SIRENE periods.
"""

from analyses.commerce.rates import band
from analyses.commerce.turnover import Turnover, measure_turnover
from analyses.commerce.vacancy import Vacancy, measure_vacancy

__all__ = ["Turnover", "Vacancy", "band", "measure_turnover", "measure_vacancy"]
