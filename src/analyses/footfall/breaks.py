"""Level breaks: a sensor that was moved, replaced or set anew."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyses.footfall.calendar import Floats

SMALLEST_STEP = 0.35
"""Smallest lasting change of level, on the log scale, called a break: +42 % or -30 %."""

_SIDE, _NEAR, _NOISE = 28, 10, 4.0


def level_breaks(daily: Floats) -> tuple[int, ...]:
    """Find the days from which a series runs at another level for at least four weeks.

    The median of the 28 days after is compared with that of the 28 days before, each day relative
    to the seven around it being immaterial to a median over whole weeks. A break is a local
    maximum of the difference that exceeds both :data:`SMALLEST_STEP` and four times the usual
    change between neighbouring months; the change must happen within ten days, so that a season
    that comes in gently is not one.

    Parameters
    ----------
    daily : array, shape (n,)
        Counts by day, NaN where missing.

    Returns
    -------
    tuple of int
        Positions of the first day at the new level, increasing.
    """
    logs = pd.Series(np.log1p(daily))
    if len(logs) < 2 * _SIDE + 1 or logs.notna().sum() < 2 * _SIDE:
        return ()
    before = logs.rolling(_SIDE, min_periods=_SIDE // 2).median().shift(1)
    after = logs[::-1].rolling(_SIDE, min_periods=_SIDE // 2).median()[::-1]
    sharp = _sharp(logs)
    step = (after - before).to_numpy(dtype=np.float64)
    size = np.nan_to_num(np.minimum(np.abs(step), sharp))
    usual = 1.4826 * float(np.nanmedian(np.abs(step)))
    limit = max(SMALLEST_STEP, _NOISE * usual if usual < SMALLEST_STEP / 2 else SMALLEST_STEP)
    found: list[int] = []
    for position in np.argsort(-size, kind="stable"):
        if size[position] < limit:
            break
        if all(abs(int(position) - other) > _SIDE for other in found):
            found.append(int(position))
    return tuple(sorted(found))


def _sharp(logs: pd.Series) -> Floats:
    """Change of level between the two weeks before and the two weeks after each day."""
    weeks = 14
    before = logs.rolling(weeks, min_periods=_NEAR).median().shift(1)
    after = logs[::-1].rolling(weeks, min_periods=_NEAR).median()[::-1]
    change: Floats = np.abs((after - before).to_numpy(dtype=np.float64))
    return change
