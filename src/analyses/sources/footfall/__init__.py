"""Sensors and counts of passages: one module a layout, and what tells their clocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analyses.errors import Fault, InputError
from analyses.sources.footfall import (
    akl,
    comptage,
    ecovisio,
    hystreet,
    opendatasoft,
    own,
    presence,
    sensors,
    telraam,
)
from analyses.sources.request import Family, Piece, Request

_READERS: dict[str, Callable[[Request], Piece]] = {
    own.TEMPLATE.name: own.read_long,
    own.WIDE.name: own.read_wide,
    own.MAPPED.name: own.read_long,
    ecovisio.LAYOUT.name: ecovisio.read,
    opendatasoft.LAYOUT.name: opendatasoft.read,
    hystreet.LAYOUT.name: hystreet.read,
    telraam.LAYOUT.name: telraam.read,
    presence.FLUX_VISION.name: presence.read,
    presence.PRESENCE.name: presence.read,
    akl.LAYOUT.name: akl.read,
}


def read_counts(requests: Sequence[Request]) -> list[Piece]:
    """Read every file of counts of a city, each by its layout (the national schema together).

    Raises
    ------
    InputError
        With the faults of every file that could not be read.
    """
    pieces: list[Piece] = []
    faults: list[Fault] = []
    together = [asked for asked in requests if asked.source.layout == comptage.LAYOUT.name]
    for asked in requests:
        if asked in together:
            continue
        try:
            pieces.append(_READERS[asked.source.layout](asked))
        except InputError as error:
            faults += error.faults
    if together:
        try:
            pieces += comptage.read(together)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError([*faults, *(fault for piece in pieces for fault in piece.faults)])
    return pieces


PERIODS: dict[str, tuple[str, str]] = {
    "counts": ("start", "start"),
}
"""Columns of the first and last moment of each table."""

FAMILIES: tuple[Family, ...] = (
    sensors.FAMILY,
    Family(
        "counts",
        (
            own.TEMPLATE,
            own.WIDE,
            own.MAPPED,
            comptage.LAYOUT,
            ecovisio.LAYOUT,
            opendatasoft.LAYOUT,
            hystreet.LAYOUT,
            telraam.LAYOUT,
            presence.FLUX_VISION,
            presence.PRESENCE,
            akl.LAYOUT,
        ),
        read_counts,
    ),
)
