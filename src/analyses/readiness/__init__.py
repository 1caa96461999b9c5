"""Readiness: what a city can know from its data today, what is missing, which file comes next.

- ``assess(tables, declaration)``: data sets, indicators, customer's journey and plan in one object;
- ``declaration.parse(text, label)``: the city's own answers (``readiness.yml``).

The rules are data (``ways.yml``, ``catalogue.yml``, ``journey.yml``), read by strict models; no
statistic is run.
"""

from analyses.readiness.assess import Readiness, assess
from analyses.readiness.declaration import Declaration

__all__ = ["Declaration", "Readiness", "assess"]
