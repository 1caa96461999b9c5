"""The only reader of outside data: a city's files in, checked tables out."""

from analyses.sources.declared import declared_files
from analyses.sources.loading import FAMILIES, layouts, load, packed
from analyses.sources.tables import Tables

__all__ = ["FAMILIES", "Tables", "declared_files", "layouts", "load", "packed"]
