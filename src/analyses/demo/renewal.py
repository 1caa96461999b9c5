"""A street of the demo city that was made anew: what it changed, planted exactly.

The histories of premises obey the law of their zone wherever they stand (:mod:`occupancy`), so that
histories may be exchanged between streets of a zone without changing anything that is known of the
zone. A few are: the street's vacancy is high before the requalification and low after it.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyses.demo import plan
from analyses.demo.occupancy import Stock

STREET, ZONE_ID = "Mail Victor-Hugo", "centre"
START = date(2023, 9, 4)
"""Day on which the street was given back, made anew."""
BEFORE, AFTER = 0.22, 0.06
"""Share of vacant premises aimed at in the street, before and from that day."""
FOOTFALL_UPLIFT = 20.0
"""Lasting change of footfall in the street from that day, percent."""
MOST_EXCHANGES = 10
_GAIN = 1e-3


def vacant_at(spells: pd.DataFrame, days: tuple[date, ...], count: int) -> NDArray[np.bool_]:
    """Return whether each premises is vacant on each day, shape (premises, days)."""
    found = np.zeros((count, len(days)), dtype=bool)
    for rank, day in enumerate(days):
        running = spells[spells["end"] > plan.years(day)].drop_duplicates("premises")
        found[running["premises"].to_numpy(), rank] = running["vacant"].to_numpy(bool)
    return found


def exchanged(places: pd.DataFrame, stock: Stock, spells: pd.DataFrame) -> pd.DataFrame:
    """Exchange the addresses of a few premises of one zone.

    Parameters
    ----------
    places : pandas.DataFrame
        One row a premises: ``zone_id``, ``street``, ``number``, ``lon``, ``lat``.
    stock, spells
        Premises and their histories.

    Returns
    -------
    pandas.DataFrame
        The same premises; a pair exchanges street, number and coordinates as long as this brings
        the street's vacancy nearer to its aim (greedy, no draw).
    """
    first, last = plan.years(plan.WAVES[0]), plan.years(plan.WAVES[-1])
    whole = (stock.enters <= first) & (stock.leaves > last)
    here = (places["street"] == STREET).to_numpy()
    vacant = vacant_at(spells, plan.WAVES, len(places)).astype(np.float64)
    goal = np.array([BEFORE if day < START else AFTER for day in plan.WAVES])
    inside = np.flatnonzero(here & whole)
    outside = np.flatnonzero(~here & whole & (places["zone_id"] == ZONE_ID).to_numpy())
    out, size = places.copy(), int(here.sum())
    share = vacant[here].mean(axis=0)
    for _ in range(MOST_EXCHANGES):
        change = (vacant[outside][None, :, :] - vacant[inside][:, None, :]) / size
        loss = ((share + change - goal) ** 2).sum(axis=2)
        gone, come = np.unravel_index(int(loss.argmin()), loss.shape)
        if ((share - goal) ** 2).sum() - loss[gone, come] < _GAIN:
            break
        share = share + change[gone, come]
        pair = [inside[gone], outside[come]]
        columns = ["street", "number", "lon", "lat"]
        out.loc[pair, columns] = out.loc[pair[::-1], columns].to_numpy()
        inside[gone], outside[come] = outside[come], inside[gone]
    return out.astype(places.dtypes.to_dict())


def truth(places: pd.DataFrame, stock: Stock, spells: pd.DataFrame) -> dict[str, object]:
    """Return the vacancy of the street and of the other streets of its zone, as drawn (%)."""
    vacant = vacant_at(spells, plan.WAVES, len(places))
    here = (places["street"] == STREET).to_numpy()
    zone = (places["zone_id"] == ZONE_ID).to_numpy()
    later = np.array([day >= START for day in plan.WAVES])
    rates: dict[str, dict[str, float]] = {}
    for name, chosen in (("street", here), ("others", zone & ~here)):
        by_wave = []
        for rank, day in enumerate(plan.WAVES):
            time = plan.years(day)
            there = chosen & (stock.enters <= time) & (stock.leaves > time)
            by_wave.append(100 * vacant[there, rank].mean())
        values = np.array(by_wave)
        waves = {day.isoformat(): round(v, 4) for day, v in zip(plan.WAVES, by_wave, strict=True)}
        rates[name] = waves | {
            "before": round(float(values[~later].mean()), 4),
            "after": round(float(values[later].mean()), 4),
        }
    effect = [rates[name]["after"] - rates[name]["before"] for name in ("street", "others")]
    return {
        "street": STREET,
        "zone_id": ZONE_ID,
        "start": START.isoformat(),
        "vacancy": rates,
        "vacancy_change": round(effect[0], 4),
        "vacancy_change_against_others": round(effect[0] - effect[1], 4),
        "footfall_uplift": FOOTFALL_UPLIFT,
    }
