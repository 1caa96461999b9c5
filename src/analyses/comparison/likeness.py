"""Cities like yours: peers by size, function and region, never by the numbers compared."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from analyses.comparison.profiles import Profile


def peers(profiles: Sequence[Profile], city: str, count: int = 5) -> pd.DataFrame:
    """Return the cities most like one, nearest first.

    Parameters
    ----------
    profiles : sequence of Profile
        Every city; fictitious ones are left out, unless ``city`` is one.
    city : str
        City whose peers are wanted.
    count : int
        Peers to return, fewer if there are not as many.

    Returns
    -------
    DataFrame
        ``city``, ``name``, ``distance`` (0 alike, 1 unlike), ``size``, ``function``, ``region``:
        the parts of the distance, missing where either city does not tell.

    Raises
    ------
    KeyError
        If no profile describes the city.

    Notes
    -----
    Gower's distance (1971, Biometrics 27): mean of the parts that both cities tell. Size is the
    difference of the logarithms of the populations over its range; function and region count 0 if
    equal, else 1.
    """
    known = {profile.city: profile for profile in profiles}
    mine = known[city]
    sizes = [math.log(item.population) for item in profiles if item.population]
    reach = max(sizes) - min(sizes) if len(set(sizes)) > 1 else 1.0
    rows = []
    for other in profiles:
        if other.city == city or (other.fictitious and not mine.fictitious):
            continue
        parts = {
            "size": _size(mine, other, reach),
            "function": _same(mine.function, other.function),
            "region": _same(mine.region, other.region),
        }
        told = [part for part in parts.values() if not math.isnan(part)]
        if told:
            distance = sum(told) / len(told)
            rows.append({"city": other.city, "name": other.name, "distance": distance, **parts})
    frame = pd.DataFrame(rows, columns=["city", "name", "distance", "size", "function", "region"])
    return frame.sort_values(["distance", "city"], ignore_index=True).head(count)


def _size(mine: Profile, other: Profile, reach: float) -> float:
    if not (mine.population and other.population):
        return math.nan
    return abs(math.log(mine.population) - math.log(other.population)) / reach


def _same(mine: str | None, other: str | None) -> float:
    if mine is None or other is None:
        return math.nan
    return 0.0 if mine == other else 1.0
