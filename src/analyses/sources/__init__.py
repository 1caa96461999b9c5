"""The only reader of outside data: a city's files in, checked tables out."""

from analyses.sources.loading import FAMILIES, layouts, load
from analyses.sources.tables import Tables

__all__ = ["FAMILIES", "Tables", "layouts", "load"]
