"""What `coeurville doctor` looks at: whether this machine can run cities, and what to mend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analyses.doctor import installation, machine
from analyses.doctor.line import Line, State

__all__ = ["Line", "State", "examine"]


def examine(cities_dir: Path, out: Path) -> Iterator[Line]:
    """Yield a line for each thing that a run needs, in some seconds; leave nothing behind.

    Parameters
    ----------
    cities_dir : Path
        Folder of the cities.
    out : Path
        Folder of the results; it need not exist.
    """
    yield from installation.examine()
    yield from machine.examine(out)
    yield machine.time_of_day()
    yield machine.time_zones()
    yield machine.accents()
    yield from machine.known_cities(cities_dir)
