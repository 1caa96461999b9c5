"""Commerce: retail vacancy, turnover and offer, as pure functions from tables to results.

``measure_vacancy(premises)`` is the entry point of the surveys of premises.
"""

from analyses.commerce.rates import band
from analyses.commerce.vacancy import Vacancy, measure_vacancy

__all__ = ["Vacancy", "band", "measure_vacancy"]
