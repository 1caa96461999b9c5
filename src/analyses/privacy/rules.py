"""What may not be shown: thresholds by class of data, with the texts that they come from.

- Fewer than three units: no figure on enterprises may rest on fewer (Insee, *Guide du secret
  statistique*, general rule for enterprise statistics; loi n° 51-711 du 7 juin 1951, article 6).
- One unit that makes more than 85 % of a total: same guide, dominance rule.
- Fewer than eleven: what tells of persons or households (same guide, fiscal sources: at least
  eleven households in a cell). Stays, payments and infractions are traces of persons.
- OpenStreetMap, passages counted by sensors, and supply are open or nameless: nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyses.results import Result
from analyses.wording import Text

SMALL_COUNT = 3
"""Least number of premises or establishments behind a public figure; a city may ask for more."""
TRACES = 11
"""Least number of stays, payments, controls or infractions behind a public figure."""
DOMINANCE = 0.85
"""Share of a total that one unit may not exceed."""

NAMELESS = frozenset(("osm", "sensor", "counter", "published"))
"""Classes of data in which no unit can be known again, or every unit is public."""
TRACED = frozenset(
    ("mean_stay", "stay_classes", "overstay_share", "infraction_rate")
)  # fmt: skip
"""Indicators whose ``n`` counts traces of persons, whatever their class of data."""
UNTRACED = frozenset(
    ("parking_supply", "occupancy_rate", "congestion_time", "rotation_rate", "meter_occupancy",
     "paid_hours_per_space", "compliance_rate")
)  # fmt: skip
"""Indicators whose ``n`` counts spaces or days."""

HIDDEN = Text(
    "Masqué dans l'édition publique (secret statistique : trop peu d'unités, ou déduction "
    "possible).",
    "Hidden in the public edition (statistical confidentiality: too few units, or deducible).",
)
"""Note of a hidden result: the same for both reasons, so that it does not tell which."""
RESERVED = Text(
    "À lire avec réserve ; le détail est dans l'édition interne.",
    "To be read with a reserve; the details are in the internal edition.",
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of the public edition.

    Parameters
    ----------
    small_count : int
        Least number of premises or establishments, 3 or more.
    traces : int
        Least number of traces of persons, 11 or more.

    Raises
    ------
    ValueError
        If a threshold is under the legal one.
    """

    small_count: int = SMALL_COUNT
    traces: int = TRACES

    def __post_init__(self) -> None:
        if self.small_count < SMALL_COUNT or self.traces < TRACES:
            raise ValueError(
                f"the thresholds may not be under {SMALL_COUNT} units and {TRACES} traces"
            )

    def least(self, result: Result) -> int:
        """Return the number of units under which a result is hidden; 0 if it never is."""
        if result.indicator in TRACED:
            return self.traces
        if result.indicator in UNTRACED or result.source in NAMELESS:
            return 0
        return self.traces if result.source in ("payment", "record") else self.small_count


def dominated(shares: Sequence[float], limit: float = DOMINANCE) -> bool:
    """Whether one unit makes more than ``limit`` of the total of a magnitude.

    Parameters
    ----------
    shares : sequence of float
        Contributions of the units to the total, none negative.
    limit : float
        Share above which a total tells of one unit.
    """
    total = sum(shares)
    return total > 0 and max(shares) > limit * total
