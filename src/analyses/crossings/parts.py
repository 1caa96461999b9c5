"""The parts of a shop's potential: what stands around each premises, counted one by one.

Each part is a plain count or share that can be checked on the street. Nothing is weighed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analyses.commerce.diversity import hill
from analyses.crossings.ground import Floats, Ground
from analyses.wording import Text

WALK_METRES = 400.0
"""Walking distance to services, stops and car parks: about five minutes."""
NEAR_METRES = 150.0
"""Distance within which shops are neighbours."""
BIKE_METRES = 200.0
SENSOR_METRES = 300.0
"""A sensor farther away tells nothing of a premises."""
DIVERSITY_SHOPS = 10
"""Number of neighbours at which diversities are compared."""

SERVICES = frozenset(
    {"public_service", "health", "education", "culture", "sport", "tourism", "market", "bank_post"}
)
"""Kinds of the table ``places`` that bring people."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the potential.

    Parameters
    ----------
    label : Text
        What it is.
    unit : Text
        Unit of its raw value.
    metres : float
        Distance within which it is counted.
    needs : tuple of str
        Tables that it comes from.
    better : int
        1 where more is better, −1 where less is.
    """

    label: Text
    unit: Text
    metres: float
    needs: tuple[str, ...]
    better: int = 1


PARTS: dict[str, Part] = {
    "footfall": Part(Text("passages du capteur le plus proche", "passages at the nearest sensor"),
                     Text("par jour", "a day"), SENSOR_METRES, ("sensors", "counts")),
    "services": Part(Text("services et équipements", "services and facilities"),
                     Text("lieux", "places"), WALK_METRES, ("places",)),
    "transit": Part(Text("départs de transports collectifs", "public transport departures"),
                    Text("par jour ouvré", "a weekday"), WALK_METRES, ("stops",)),
    "parking": Part(Text("places de parc", "car-park spaces"),
                    Text("places", "spaces"), WALK_METRES, ("parking_supply",)),
    "bikes": Part(Text("places de vélo", "bicycle spaces"),
                  Text("places", "spaces"), BIKE_METRES, ("places",)),
    "neighbours": Part(Text("commerces occupés voisins", "occupied neighbouring shops"),
                       Text("commerces", "shops"), NEAR_METRES, ("premises",)),
    "occupied": Part(Text("part des locaux voisins occupés", "share of neighbours occupied"),
                     Text("%", "%"), NEAR_METRES, ("premises",)),
    "variety": Part(Text("diversité des voisins", "diversity of neighbours"),
                    Text("activités équivalentes", "effective activities"), NEAR_METRES,
                    ("premises",)),
    "leaving": Part(Text("voisins partis depuis le relevé précédent",
                         "neighbours gone since the survey before"),
                    Text("%", "%"), NEAR_METRES, ("premises",), -1),
}  # fmt: skip
"""Every part, in the order shown."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The tables that the parts are counted in, as values.

    Parameters
    ----------
    premises : pandas.DataFrame
        Last survey: ``premises_id``, ``lon``, ``lat``, ``vacant`` (1, 0, NaN), ``before`` (the
        same at the survey before) and ``family``.
    footfall : pandas.DataFrame
        ``sensor_id``, ``lon``, ``lat``, ``passages`` (mean day); may be empty.
    places, stops, car_parks : pandas.DataFrame or None
        Tables ``places``, ``stops`` and the off-street part of ``parking_supply``.
    """

    premises: pd.DataFrame
    footfall: pd.DataFrame = field(default_factory=pd.DataFrame)
    places: pd.DataFrame | None = None
    stops: pd.DataFrame | None = None
    car_parks: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """The raw value of every part at every spot, with what is uncertain about it.

    Parameters
    ----------
    values : pandas.DataFrame
        One row a spot, one column a part that the city has data for; NaN where unknown there.
    errors : pandas.DataFrame
        Standard error of each value (0 where a list is taken as complete), same shape; for
        ``footfall`` it is relative.
    """

    values: pd.DataFrame
    errors: pd.DataFrame


def count_parts(
    spots: pd.DataFrame, around: Surroundings, ground: Ground, walk: float = WALK_METRES
) -> Counted:
    """Count every part around spots.

    Parameters
    ----------
    spots : pandas.DataFrame
        ``spot_id``, ``lon``, ``lat``; a spot that is a premises bears its ``premises_id`` and is
        not its own neighbour.
    around : Surroundings
        What stands in the city.
    ground : Ground
        Where distances are measured.
    walk : float
        Walking distance, metres.
    """
    here = ground.plane(spots["lon"], spots["lat"])
    counters: dict[str, Callable[[], tuple[Floats, Floats] | None]] = {
        "footfall": lambda: _footfall(here, around.footfall, ground),
        "services": lambda: _sum(here, _kinds(around.places, SERVICES), None, ground, walk),
        "transit": lambda: _transit(here, around.stops, ground, walk),
        "parking": lambda: _sum(here, around.car_parks, "spaces", ground, walk),
        "bikes": lambda: _sum(here, _kinds(around.places, {"bike_parking"}), "capacity", ground,
                              min(BIKE_METRES, walk)),
    }  # fmt: skip
    found = {name: counter() for name, counter in counters.items()}
    found |= _neighbours(spots, here, around.premises, ground)
    kept = {name: found[name] for name in PARTS if found.get(name) is not None}
    index = spots["spot_id"].astype(str).to_numpy()
    values = {name: pair[0] for name, pair in kept.items() if pair is not None}
    errors = {name: pair[1] for name, pair in kept.items() if pair is not None}
    return Counted(pd.DataFrame(values, index=index), pd.DataFrame(errors, index=index))


def _kinds(places: pd.DataFrame | None, kinds: set[str] | frozenset[str]) -> pd.DataFrame | None:
    """Return the places of some kinds; None if the city's list holds none at all."""
    if places is None or places.empty:
        return None
    kept = places[places["kind"].isin(sorted(kinds))]
    return kept if len(kept) else None


def _sum(
    here: Floats,
    places: pd.DataFrame | None,
    column: str | None,
    ground: Ground,
    metres: float,
) -> tuple[Floats, Floats] | None:
    """Count places, or add up a column of theirs, within a distance.

    A place whose capacity is not known counts for the median of the others, half of which is the
    error; where none is known, places are counted.
    """
    if places is None or places.empty:
        return None
    near = np.isfinite(
        ground.distances(here, ground.plane(places["lon"], places["lat"]), metres)
    ).astype(np.float64)
    if column is None or places[column].notna().sum() == 0:
        total = near.sum(axis=1)
        return total, np.zeros_like(total)
    amount = places[column].astype("float64")
    usual = float(amount.median())
    unsure = np.where(amount.isna(), usual / 2, 0.0)
    total = near @ amount.fillna(usual).to_numpy()
    return total, np.sqrt(near @ unsure**2)


def _transit(
    here: Floats, stops: pd.DataFrame | None, ground: Ground, walk: float
) -> tuple[Floats, Floats] | None:
    if stops is None or stops.empty:
        return None
    column = next((name for name in ("departures", "lines") if stops[name].notna().any()), None)
    return _sum(here, stops, column, ground, walk)


def _footfall(here: Floats, sensors: pd.DataFrame, ground: Ground) -> tuple[Floats, Floats] | None:
    """Return the passages of the nearest sensor, and the relative error of lending them.

    The error grows with the distance, from nothing at the sensor to the spread between the city's
    sensors at :data:`SENSOR_METRES`.
    """
    if sensors.empty:
        return None
    known = sensors.dropna(subset=["lon", "lat", "passages"])
    known = known[known["passages"] > 0]
    if known.empty:
        return None
    gap = ground.distances(here, ground.plane(known["lon"], known["lat"]), SENSOR_METRES)
    nearest, least = gap.argmin(axis=1), gap.min(axis=1)
    passages = known["passages"].to_numpy(dtype=np.float64)
    spread = float(np.std(np.log(passages), ddof=1)) if len(known) > 1 else 1.0
    value = np.where(np.isfinite(least), passages[nearest], np.nan)
    error = np.where(np.isfinite(least), spread * np.minimum(least / SENSOR_METRES, 1.0), 0.0)
    return value, error


def _neighbours(
    spots: pd.DataFrame, here: Floats, premises: pd.DataFrame, ground: Ground
) -> Mapping[str, tuple[Floats, Floats] | None]:
    """Count neighbouring shops, the share occupied, their diversity and those that left."""
    names = ("neighbours", "occupied", "variety", "leaving")
    placed = premises.dropna(subset=["lon", "lat"])
    if placed.empty:
        return dict.fromkeys(names)
    gap = ground.distances(here, ground.plane(placed["lon"], placed["lat"]), NEAR_METRES)
    near = np.isfinite(gap)
    if "premises_id" in spots:
        own = spots["premises_id"].astype("object").to_numpy()
        near &= own[:, None] != placed["premises_id"].astype("object").to_numpy()[None, :]
    vacant = placed["vacant"].to_numpy(dtype=np.float64)
    before = placed["before"].to_numpy(dtype=np.float64)
    family = placed["family"].astype("object").to_numpy()
    occupied = near @ (vacant == 0.0).astype(np.float64)
    known = near @ (~np.isnan(vacant)).astype(np.float64)
    unseen = near @ np.isnan(vacant).astype(np.float64)
    gone = near @ ((before == 0.0) & np.isnan(vacant)).astype(np.float64)
    stayed = near @ ((before == 0.0) & ~np.isnan(vacant)).astype(np.float64)
    left = near @ ((before == 0.0) & (vacant == 1.0)).astype(np.float64)
    open_ = (vacant == 0.0) & pd.notna(family)
    varied = np.array([_variety(family[row & open_]) for row in near])
    return {
        "neighbours": (occupied, np.zeros_like(occupied)),
        "occupied": _share(occupied, known, unseen),
        "variety": (varied, np.zeros_like(varied)),
        "leaving": _share(left, stayed, gone) if np.isfinite(before).any() else None,
    }


def _share(part: Floats, whole: Floats, unseen: Floats) -> tuple[Floats, Floats]:
    """Return a share of those seen in percent, and the error that those not seen leave on it."""
    value = np.where(whole > 0, 100 * part / np.maximum(whole, 1), np.nan)
    middle = (part + 1) / (whole + 2)
    return value, 100 * np.sqrt(middle * (1 - middle) * unseen) / np.maximum(whole + unseen, 1)


def _variety(families: np.ndarray) -> float:
    """Return the effective activities among ten neighbours (Hill number of order 1)."""
    if len(families) < DIVERSITY_SHOPS:
        return float("nan")
    counts = np.unique(families.astype(str), return_counts=True)[1].astype(np.int64)
    return hill(counts, DIVERSITY_SHOPS)[1]
