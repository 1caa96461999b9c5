"""What a forked process finds imported and read: all that notebooks and reports use.

Nothing here may start a thread or run a query: imports, our own dictionaries, fonts. ``polars`` is
left out on purpose, since a fork of a process that used it hangs.
"""

import atexit
import gc
import importlib
import pkgutil

import duckdb
import folium
import geopandas
import holidays
import matplotlib.pyplot
import nbformat.validator
import papermill
import pyarrow.compute
import pyarrow.dataset
import scipy.stats
import statsmodels.api
import typst

import analyses
from analyses import activities, indicators, schemas
from analyses.figures import style
from analyses.readiness import catalogue, journey, ways

__all__ = [
    "duckdb", "folium", "geopandas", "matplotlib", "papermill", "pyarrow", "scipy", "statsmodels",
    "typst",
]  # fmt: skip

AT_FIRST_USE = (
    "IPython.core.completerlib", "IPython.core.magics.execution", "IPython.core.oinspect",
    "IPython.core.pylabtools", "dateutil.easter", "matplotlib_inline.backend_inline",
    "pandas.core.methods.to_dict", "pandas.core.reshape.reshape", "tzdata",
)  # fmt: skip
"""Modules that a shell and pandas import when they are first used."""

for module in pkgutil.walk_packages(analyses.__path__, "analyses."):
    if not module.name.endswith(("__main__", ".preload", ".cli")):
        importlib.import_module(module.name)

for read in (activities.families, indicators.dictionary, catalogue.catalogue, journey.outline,
             ways.rules):  # fmt: skip
    read()
for name in schemas.names():
    schemas.get(name)
for name in AT_FIRST_USE:
    importlib.import_module(name)
with style.style():
    pass
holidays.country_holidays("FR", years=2024)  # the package imports its countries at first use
nbformat.validator.get_validator(4, 5)  # compiled at first use, and kept
gc.collect()
gc.freeze()  # what is imported stays: no fork need look through it again, nor copy its pages
atexit.register(gc.unfreeze)  # DuckDB's binding tells of what is left when the server ends
