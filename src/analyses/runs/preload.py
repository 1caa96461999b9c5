"""What a forked process finds imported: all that notebooks and reports use.

Nothing here may start a thread or run a query: only imports. ``polars`` is left out on purpose,
since a fork of a process that used it hangs.
"""

import importlib
import pkgutil

import duckdb
import folium
import geopandas
import matplotlib.pyplot
import papermill
import pyarrow.compute
import pyarrow.dataset
import scipy.stats
import statsmodels.api
import typst

import analyses

__all__ = [
    "duckdb", "folium", "geopandas", "matplotlib", "papermill", "pyarrow", "scipy", "statsmodels",
    "typst",
]  # fmt: skip

for module in pkgutil.walk_packages(analyses.__path__, "analyses."):
    if not module.name.endswith(("__main__", ".preload", ".cli")):
        importlib.import_module(module.name)
