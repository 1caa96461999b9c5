"""Zones that lie in one another: which rows belong to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

Parts = Mapping[str, tuple[str, ...]]
"""Zones that lie in each zone, itself included."""


def parts_of(zones: pd.DataFrame | None) -> Parts:
    """Return the zones that lie in each zone of a table ``zones``.

    Parameters
    ----------
    zones : pandas.DataFrame or None
        Columns ``zone_id`` and ``parts`` (zone_ids that lie in it, itself included); a table
        without ``parts`` holds no zone in another.
    """
    if zones is None or "parts" not in zones:
        return {}
    return {
        str(zone): tuple(dict.fromkeys((str(zone), *(str(part) for part in parts))))
        for zone, parts in zip(zones["zone_id"], zones["parts"], strict=True)
    }


def members(frame: pd.DataFrame, parts: Parts) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each zone that holds rows, by name, with the zones whose rows are its own."""
    present = {str(zone) for zone in frame["zone_id"].dropna()}
    for zone in sorted(present | set(parts)):
        within = tuple(name for name in parts.get(zone, (zone,)) if name in present)
        if within:
            yield zone, within


def by_zone(frame: pd.DataFrame, parts: Parts) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each zone with its rows, those of the zones that lie in it included.

    Rows carry the smallest zone that holds them (``zone_id``), so a row may stand in several zones;
    a row without a zone stands in none.
    """
    names = frame["zone_id"].astype("object")
    names = names.where(names.notna(), None).map(str, na_action="ignore")
    for zone, within in members(frame, parts):
        yield zone, frame[names.isin(within).to_numpy(dtype=bool)]
