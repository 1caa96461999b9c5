"""Files that a city declares, found without being read."""

from __future__ import annotations

from pathlib import Path

from analyses.cities import City
from analyses.errors import Fault, InputError, raise_if_any
from analyses.readiness.declaration import FILE
from analyses.sources import places
from analyses.sources.request import expand


def declared_files(city: City) -> tuple[Path, ...]:
    """Return the files of a city's tables, zones and readiness, each once, in a fixed order.

    Raises
    ------
    InputError
        With every path that leads to no file.
    """
    faults: list[Fault] = []
    found: list[Path] = []
    try:
        zones = places.request(city)
        found += [] if zones is None else [zones.path]
    except InputError as error:
        faults += error.faults
    for table, declared in city.sources.given().items():
        for source in declared:
            try:
                found += [request.path for request in expand(city, table, source)]
            except InputError as error:
                faults += error.faults
    raise_if_any(dict.fromkeys(faults))
    own = city.folder / FILE
    return tuple(dict.fromkeys([*found, *([own] if own.is_file() else [])]))
