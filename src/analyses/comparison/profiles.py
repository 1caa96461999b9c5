"""What is known of a compared city beside its numbers: its identity and its perimeter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Parameter = str | int | float | bool | tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A city as the comparison sees it.

    Parameters
    ----------
    city : str
        Identifier, as in the indicators table.
    name : str
        Name to print.
    zone : str, optional
        Zone that is compared with other cities (``zones.comparison`` in ``city.yml``); None if the
        city declared none, and it is then set aside.
    perimeter_kind : str, optional
        Kind of that zone (``centre``, ``hypercentre`` …).
    population : int, optional
        Inhabitants of the commune.
    region : str, optional
        Administrative region.
    function : str, optional
        Administrative function (prefecture …), where known.
    dictionary : int
        Version of the dictionary of indicators that the run used.
    nomenclature : str
        Version of the correspondence of activities that the run used.
    parameters : mapping
        Parameters of ``city.yml`` that change a result.
    fictitious : bool
        Whether the city is synthetic: it is never ranked with real ones.
    """

    city: str
    name: str
    zone: str | None = None
    perimeter_kind: str | None = None
    population: int | None = None
    region: str | None = None
    function: str | None = None
    dictionary: int = 1
    nomenclature: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    fictitious: bool = False
