"""Typed shorthands for the two array operations that every module here repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]


def tally(codes: NDArray[Any], size: int, weights: ArrayLike | None = None) -> Floats:
    """Return the sum of ``weights`` (1 by default) for each code from 0 to ``size`` − 1."""
    amounts = None if weights is None else np.asarray(weights, dtype=np.float64)
    return np.bincount(codes, weights=amounts, minlength=size).astype(np.float64)


def positions(names: Sequence[Any] | pd.Index[Any], values: Iterable[Any]) -> Codes:
    """Return the position in ``names`` of each value, −1 if it is not there."""
    found = pd.Index(names).get_indexer(pd.Index(values))
    return np.asarray(found, dtype=np.int64)
