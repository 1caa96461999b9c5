"""The demo city as a whole: one seed in, every frame out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analyses.demo import (
    commerce,
    footfall,
    ground,
    openmap,
    parking,
    passages,
    register,
    streets,
    surroundings,
    transit,
)
from analyses.demo.commerce import Survey
from analyses.demo.footfall import Footfall
from analyses.demo.parking import Parking
from analyses.demo.passages import Passages
from analyses.demo.register import Establishment
from analyses.demo.surroundings import Surroundings
from analyses.demo.truth import truth

SEED = 20170101
"""Seed of the city under ``cities/demo``."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything that is generated, before it is written.

    Parameters
    ----------
    zones, base : dict
        GeoJSON of the zones, and of the streets, river and buildings.
    survey : Survey
        Surveys of commercial premises, with their truth.
    establishments : tuple of Establishment
        SIRENE register.
    shops : dict
        OpenStreetMap extract, GeoJSON.
    truth : dict
        What a perfect analysis would find.
    parking : Parking
        Spaces, sensors, pay stations, counts, garages and infractions, with their truth.
    footfall : Footfall
        Pedestrian counters, their counts, events and weather, with their truth.
    passages : Passages
        Street counters whose passages answer to shops and projects, with the crossing truth.
    surroundings : Surroundings
        Places, racks, charging stations, statistics and projects.
    schedule : bytes
        Buses, GTFS.
    """

    zones: dict[str, Any]
    base: dict[str, Any]
    survey: Survey
    establishments: tuple[Establishment, ...]
    shops: dict[str, Any]
    truth: dict[str, Any]
    parking: Parking
    footfall: Footfall
    passages: Passages
    surroundings: Surroundings
    schedule: bytes


def generate(seed: int) -> Demo:
    """Generate the demo city.

    Parameters
    ----------
    seed : int
        Seed of every draw; each theme draws from a stream of its own, so that adding a theme
        changes no other.
    """
    network = streets.network(stream(seed, "streets"))
    premises = commerce.survey(stream(seed, "commerce"), network)
    found = register.establishments(stream(seed, "register"), premises)
    town = footfall.footfall(stream(seed, "footfall"), network)
    return Demo(
        zones=ground.zones(network),
        base=ground.base(network),
        survey=premises,
        establishments=found,
        shops=openmap.extract(stream(seed, "openmap"), premises),
        truth=truth(premises, found),
        parking=parking.parking(stream(seed, "parking"), network),
        footfall=town,
        passages=passages.passages(stream(seed, "passages"), network, premises, town),
        surroundings=surroundings.surroundings(stream(seed, "surroundings"), network),
        schedule=transit.schedule(stream(seed, "transit"), network),
    )


def survey(seed: int) -> Survey:
    """Generate the surveys of premises alone: what a recovery simulation repeats."""
    return commerce.survey(stream(seed, "commerce"), streets.network(stream(seed, "streets")))


def stream(seed: int, theme: str) -> np.random.Generator:
    """Return the random stream of one theme (a module of this package)."""
    return np.random.default_rng([seed, *theme.encode()])
