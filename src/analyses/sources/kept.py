"""Tables read and checked once for a whole run, then given to each of its notebooks.

A notebook's process is fresh: it is handed what :func:`pack` read before it started, and
:func:`analyses.sources.load` then gives the same tables as it would from the files. A notebook that
asks for another city, or the same one with another ``city.yml``, reads its files.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence

from analyses.cities import City
from analyses.sources.parts import Part

MOST_BYTES = 200_000_000
"""Size above which tables are not handed over: each process would hold them all."""

_mine: dict[str, tuple[Part, ...]] = {}
"""What this process was handed, by city; at most one in practice."""


def pack(city: City, parts: Sequence[Part]) -> bytes | None:
    """Return the tables of a city as bytes for another process, None if they are too large."""
    packed = pickle.dumps((_key(city), tuple(parts)), protocol=pickle.HIGHEST_PROTOCOL)
    return packed if len(packed) <= MOST_BYTES else None


def hand(packed: bytes | None) -> None:
    """Give this process the tables that :func:`pack` made; None changes nothing."""
    if packed is not None:
        key, parts = pickle.loads(packed)
        _mine[key] = parts


def of(city: City) -> tuple[Part, ...] | None:
    """Return what this process was handed of a city, None if nothing."""
    return _mine.get(_key(city)) if _mine else None


def _key(city: City) -> str:
    return f"{city.folder.resolve()}\n{city.model_dump_json()}"
