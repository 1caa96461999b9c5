"""What can this data give? The rule is a table: one row a way to compute an indicator."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from analyses.results import Result, not_computable
from analyses.results import Source as SourceClass
from analyses.wording import Text, listing

Asset = Literal[
    "stays", "states", "shared_boxes", "payments", "free_tickets", "availability", "infractions",
    "controls", "counts", "supply", "episodes",
]  # fmt: skip
"""What a city has. ``stays``: arrivals and departures by sensor; ``states``: looks at each space
at short intervals; ``shared_boxes``: sensors that watch several spaces each (a quality, not an
asset); ``counts``: spot counts of cars beside the payments; ``controls``: how much each place was
patrolled."""

Quality = Literal["measured", "estimated", "reserve"]


@dataclass(frozen=True)
class Way:
    """One way to compute an indicator.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary.
    needs : frozenset of str
        Assets needed, all of them.
    spoilt_by : frozenset of str
        Any of these makes the way worthless.
    quality : str
        Quality of what it gives.
    source : str
        Class of the data that the number comes from.
    note : Text or None
        What the reader must know of it.
    """

    indicator: str
    needs: frozenset[str]
    quality: Quality
    source: SourceClass
    note: Text | None = None
    spoilt_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answer:
    """Whether an indicator can be computed, how well, or why not.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary.
    way : Way or None
        Best way that the data allow; None if there is none.
    why : Text
        The note of the way, or why there is none.
    unlocked_by : tuple of str
        Assets that the nearest ways lack, when there is none.
    """

    indicator: str
    way: Way | None
    why: Text
    unlocked_by: tuple[str, ...] = ()

    @property
    def computable(self) -> bool:
        """Whether there is a way."""
        return self.way is not None


_BOXES = frozenset({"shared_boxes"})

_LOOKS = Text(
    "Séjours reconstitués de passages : un séjour plus court que l'intervalle peut échapper.",
    "Stays rebuilt from looks: one shorter than the interval may be missed.",
)
_COUNTER = Text(
    "Un compteur de places libres donne l'occupation du parc, pas les séjours.",
    "A free-space counter gives the occupancy of the garage, not stays.",
)
_CALIBRATED = Text(
    "Estimation d'après les paiements, calée sur comptages, avec sa marge.",
    "Estimate from payments, calibrated on counts, with its band.",
)
_RAW = Text(
    "Paiements sans comptage : lecture basse de l'occupation, marge très large.",
    "Payments without counts: a low reading of occupancy, very wide band.",
)
_LOWER = Text(
    "Flux nets : une entrée et une sortie entre deux relevés se compensent (borne basse).",
    "Net flows: an entry and an exit between two readings cancel out (lower bound).",
)
_BESIDE = Text(
    "Écart aux jours comparables sans l'épisode : une association, non une preuve.",
    "Gap to comparable days without the episode: an association, not a proof.",
)
_PATROLS = Text(
    "Sans effort de contrôle connu, le compte reflète les patrouilles.",
    "Without known control effort, the count reflects patrols.",
)


def _way(
    indicator: str,
    needs: str,
    quality: Quality,
    source: SourceClass,
    note: Text | None = None,
    spoilt_by: frozenset[str] = frozenset(),
) -> Way:
    return Way(indicator, frozenset(needs.split()), quality, source, note, spoilt_by)


WAYS: tuple[Way, ...] = (
    _way("parking_supply", "supply", "measured", "record"),
    _way("occupancy_rate", "stays supply", "measured", "sensor", None),
    _way("occupancy_rate", "states supply", "measured", "sensor"),
    _way("occupancy_rate", "availability", "measured", "counter", _COUNTER),
    _way("occupancy_rate", "payments counts supply", "estimated", "payment", _CALIBRATED),
    _way("congestion_time", "stays supply", "measured", "sensor"),
    _way("congestion_time", "states supply", "measured", "sensor"),
    _way("congestion_time", "availability", "measured", "counter", _COUNTER),
    _way("congestion_time", "payments counts supply", "estimated", "payment", _CALIBRATED),
    _way("rotation_rate", "stays supply", "measured", "sensor", None, _BOXES),
    _way("rotation_rate", "states supply", "estimated", "sensor", _LOOKS, _BOXES),
    _way("mean_stay", "stays", "measured", "sensor", None, _BOXES),
    _way("mean_stay", "states", "estimated", "sensor", _LOOKS, _BOXES),
    _way("stay_classes", "stays", "measured", "sensor", None, _BOXES),
    _way("stay_classes", "states", "estimated", "sensor", _LOOKS, _BOXES),
    _way("overstay_share", "stays", "measured", "sensor", None, _BOXES),
    _way("overstay_share", "states", "estimated", "sensor", _LOOKS, _BOXES),
    _way("paid_hours_per_space", "payments supply", "measured", "payment"),
    _way("compliance_rate", "payments counts supply", "estimated", "payment"),
    _way("compliance_rate", "payments stays supply", "estimated", "payment"),
    _way("compliance_rate", "payments states supply", "estimated", "payment"),
    _way("meter_occupancy", "payments counts supply", "estimated", "payment", _CALIBRATED),
    _way("meter_occupancy", "payments supply", "reserve", "payment", _RAW),
    _way("garage_flows", "availability", "reserve", "counter", _LOWER),
    _way("occupancy_shift", "stays supply episodes", "estimated", "sensor", _BESIDE),
    _way("occupancy_shift", "states supply episodes", "estimated", "sensor", _BESIDE),
    _way("rotation_shift", "stays supply episodes", "estimated", "sensor", _BESIDE, _BOXES),
    _way("rotation_shift", "states supply episodes", "estimated", "sensor", _BESIDE, _BOXES),
    _way("paid_hours_shift", "payments supply episodes", "estimated", "payment", _BESIDE),
    _way("infraction_rate", "infractions controls", "measured", "record"),
    _way("infraction_rate", "infractions", "reserve", "record", _PATROLS),
)
"""Every way to compute every indicator of parking, the best first."""

BLOCKS: tuple[tuple[frozenset[str], frozenset[str], Text], ...] = (
    (
        _BOXES,
        frozenset({"rotation_rate", "mean_stay", "stay_classes", "overstay_share"}),
        Text(
            "un capteur qui surveille plusieurs places ne suit pas chaque voiture : les durées "
            "qu'il donne ne sont pas fiables",
            "a sensor that watches several spaces does not follow each car: the durations that "
            "it gives are not reliable",
        ),
    ),
    (
        frozenset({"payments"}),
        frozenset({"rotation_rate", "mean_stay", "stay_classes", "overstay_share"}),
        Text(
            "un paiement dit la durée achetée, non la durée du séjour, et rien de ceux qui ne "
            "paient pas",
            "a payment tells the time bought, not the stay, and nothing of those who do not pay",
        ),
    ),
    (
        frozenset({"availability"}),
        frozenset({"rotation_rate", "mean_stay", "stay_classes", "overstay_share"}),
        Text(
            "un compteur de places libres ne suit aucune voiture",
            "a free-space counter follows no car",
        ),
    ),
    (
        frozenset({"infractions"}),
        frozenset({"compliance_rate", "occupancy_rate", "congestion_time", "rotation_rate"}),
        Text(
            "les infractions relevées reflètent les patrouilles, non le stationnement",
            "recorded infractions reflect patrols, not parking",
        ),
    ),
    (
        frozenset({"payments"}),
        frozenset({"occupancy_rate", "congestion_time", "compliance_rate"}),
        Text(
            "sans comptage, rien ne dit combien de voitures garées n'ont pas payé",
            "without counts, nothing says how many parked cars have not paid",
        ),
    ),
)
"""Why data that a city has do not give an indicator: (data, indicators, reason), first match."""

ASSET_LABELS: dict[str, Text] = {
    "stays": Text("séjours mesurés par capteur", "stays measured by sensors"),
    "states": Text("états des places relevés à intervalle court", "states of spaces seen often"),
    "shared_boxes": Text("capteurs d'une seule place", "sensors of a single space"),
    "payments": Text("paiements aux horodateurs", "payments at meters"),
    "free_tickets": Text("tickets gratuits", "free tickets"),
    "availability": Text("compteurs de places libres", "free-space counters"),
    "infractions": Text("infractions relevées", "recorded infractions"),
    "controls": Text("effort de contrôle (passages, contrôles)", "control effort (rounds, checks)"),
    "counts": Text("comptages ponctuels des voitures garées", "spot counts of parked cars"),
    "supply": Text("offre de places et heures réglementées", "supply and regulated hours"),
    "episodes": Text(
        "dates de travaux, de marchés ou d'évènements", "dates of works, markets or events"
    ),
}

TABLES: dict[str, str] = {
    "stays": "parking_stays",
    "states": "parking_states",
    "payments": "parking_payments",
    "availability": "parking_availability",
    "infractions": "infractions",
    "controls": "infractions",
    "counts": "parking_counts",
    "supply": "parking_supply",
    "episodes": "events",
}

INDICATORS: tuple[str, ...] = tuple(dict.fromkeys(way.indicator for way in WAYS))

DONE = Text("calculable", "computable")
"""What is said of an indicator that the data give without reserve."""


def answer(indicator: str, have: Collection[str]) -> Answer:
    """Return whether ``indicator`` can be computed from what a city has.

    Parameters
    ----------
    indicator : str
        One of :data:`INDICATORS`.
    have : collection of str
        Assets of the city (:data:`Asset`).

    Raises
    ------
    ValueError
        If the indicator or an asset is unknown.
    """
    unknown = set(have) - set(get_args(Asset))
    if unknown:
        raise ValueError(f"unknown assets {sorted(unknown)}; known: {sorted(get_args(Asset))}")
    ways = [way for way in WAYS if way.indicator == indicator]
    if not ways:
        raise ValueError(f"unknown indicator {indicator!r}; known: {', '.join(INDICATORS)}")
    own = frozenset(have)
    for way in ways:
        if way.needs <= own and not way.spoilt_by & own:
            return Answer(indicator, way, way.note or DONE)
    missing = _nearest(ways, own)
    asked = tuple(sorted({asset for assets in missing for asset in assets}))
    return Answer(indicator, None, _why(indicator, own, missing), asked)


def _nearest(ways: list[Way], own: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """Return what each of the nearest ways lacks; what spoils all of them if nothing lacks."""
    lacking = [way.needs - own for way in ways if not way.spoilt_by & own]
    if not lacking:
        spoilt = frozenset[str]().union(*(way.spoilt_by & own for way in ways))
        return (tuple(sorted(spoilt)),)
    fewest = min(len(lack) for lack in lacking)
    return tuple(dict.fromkeys(tuple(sorted(lack)) for lack in lacking if len(lack) == fewest))


def matrix(have: Collection[str]) -> pd.DataFrame:
    """Return what the city's data give: one row an indicator.

    Returns
    -------
    pandas.DataFrame
        ``indicator``, ``computable``, ``quality`` (``not_computable`` if none), ``source``,
        ``why_fr``, ``why_en``, ``unlocked_by``.
    """
    lines = []
    for found in (answer(indicator, have) for indicator in INDICATORS):
        quality = "not_computable" if found.way is None else found.way.quality
        source = "" if found.way is None else found.way.source
        unlock = ", ".join(found.unlocked_by)
        lines.append(
            (found.indicator, found.computable, quality, source, found.why.fr, found.why.en, unlock)
        )
    columns = ["indicator", "computable", "quality", "source", "why_fr", "why_en", "unlocked_by"]
    return pd.DataFrame(lines, columns=columns)


def refuse(
    indicator: str, unit: str, have: Collection[str], source: SourceClass, *, zone: str = "*"
) -> Result:
    """Return the result "non calculable" of an indicator that the data cannot give.

    Raises
    ------
    ValueError
        If the data do give it.
    """
    found = answer(indicator, have)
    if found.computable:
        raise ValueError(f"{indicator} can be computed from {', '.join(sorted(have))}")
    tables = tuple(dict.fromkeys(TABLES.get(asset, asset) for asset in found.unlocked_by))
    return not_computable(indicator, unit, source, found.why, unlocked_by=tables, zone=zone)


def refuse_all(
    units: Mapping[str, str], have: Collection[str], source: SourceClass
) -> tuple[Result, ...]:
    """Return "non calculable" for each indicator of ``units`` that ``have`` cannot give."""
    return tuple(
        refuse(indicator, unit, have, source)
        for indicator, unit in units.items()
        if not answer(indicator, have).computable
    )


def _why(indicator: str, own: frozenset[str], missing: tuple[tuple[str, ...], ...]) -> Text:
    reason = next(
        (text for data, stops, text in BLOCKS if data <= own and indicator in stops),
        Text("les données nécessaires manquent", "the data needed are missing"),
    )
    fr = " ou ".join(listing([ASSET_LABELS[a].fr for a in lack], "fr") for lack in missing)
    en = " or ".join(listing([ASSET_LABELS[a].en for a in lack], "en") for lack in missing)
    return Text(
        f"Non calculable : {reason.fr}. Il faudrait : {fr}.",
        f"Not computable: {reason.en}. Needed: {en}.",
    )
