"""Finished runs of made-up cities, written from result objects by the real writers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from statsmodels.stats.proportion import proportion_confint

from analyses import digests
from analyses.results import Estimate, Result, not_computable, to_frame
from analyses.runs import indicators_file, spreadsheet
from analyses.wording import Text

JUNE = date(2025, 6, 17)
SQUARE = [[[2.0, 48.0], [2.01, 48.0], [2.01, 48.01], [2.0, 48.01], [2.0, 48.0]]]


@dataclass
class Town:
    """A made-up town and its numbers; every field may be changed by a test."""

    id: str
    name: str
    vacant: int = 20
    premises: int = 200
    kind: str = "centre"
    source: Any = "survey"
    day: date = JUNE
    coverage: float = 97.0
    method: str = "wilson/1"
    population: int | None = 40_000
    region: str = "Bretagne"
    lon: float = 2.0
    lat: float = 48.0
    fictitious: bool = False
    earlier_vacant: int | None = None
    published: list[dict[str, Any]] = field(default_factory=list)
    tables: tuple[str, ...] = ("premises",)
    more: list[Result] = field(default_factory=list)


def share(hits: int, total: int) -> Estimate:
    low, high = proportion_confint(hits, total, method="wilson")
    return Estimate(100 * hits / total, 100 * low, 100 * high, total)


def results(town: Town) -> list[Result]:
    """Return a town's results: vacancy by wave, coverage, and what the test adds."""
    waves = [(town.day, town.vacant)]
    if town.earlier_vacant is not None:
        waves.insert(0, (town.day - timedelta(days=364), town.earlier_vacant))
    found: list[Result] = []
    for day, vacant in waves:
        where: dict[str, Any] = {
            "zone": "coeur", "period_start": day, "period_end": day, "source": town.source,
        }  # fmt: skip
        seen = Estimate(town.coverage, town.coverage, town.coverage, town.premises)
        found += [
            Result("vacancy_rate", share(vacant, town.premises), "%", method=town.method, **where),
            Result("survey_coverage", seen, "%", method="count/1", **where),
        ]
    return [*found, *town.more]


def declare(cities: Path, town: Town) -> Path:
    """Write the folder of a town."""
    folder = cities / town.id
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "id": town.id, "name": town.name, "insee_code": "02691", "population": town.population,
        "region": town.region, "longitude": town.lon, "latitude": town.lat,
        "fictitious": town.fictitious, "published": town.published,
        "zones": {"path": "zones.geojson", "comparison": "coeur"},
        "sources": {
            name: [{"layout": "coeurville", "path": f"{name}.csv"}] for name in town.tables
        },
    }  # fmt: skip
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    (folder / "city.yml").write_text(text, encoding="utf-8")
    zone = {
        "type": "Feature",
        "properties": {"zone_id": "coeur", "name": "Cœur", "kind": town.kind},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    zones = {"type": "FeatureCollection", "features": [zone]}
    (folder / "zones.geojson").write_text(json.dumps(zones), encoding="utf-8")
    return folder


def finish(out: Path, town: Town, edition: str = "public") -> Path:
    """Write the finished run of a town: its indicators and a manifest that vouches for them."""
    place = out / town.id
    for folder in (place, place / "public"):
        folder.mkdir(parents=True, exist_ok=True)
        path = spreadsheet.write(to_frame(results(town), town.id), folder / indicators_file.NAME)
        record = {
            "format": 1, "city": town.id, "edition": "2026-01-15", "language": "fr",
            "fingerprint": digests.of_value([town.id, digests.of_file(path)]),
            "outputs": {indicators_file.NAME: digests.of_file(path)},
        }  # fmt: skip
        (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return place


def write(cities: Path, out: Path, towns: list[Town]) -> None:
    """Write the folders and the finished runs of some towns."""
    for town in towns:
        declare(cities, town)
        finish(out, town)


REGIONS = ("Bretagne", "Grand Est", "Occitanie", "Normandie", "Hauts-de-France")


def many(count: int, seed: int = 5) -> list[Town]:
    """Return towns whose numbers vary as those of true towns may."""
    draw = np.random.default_rng(seed)
    towns = []
    for rank in range(count):
        premises = int(draw.integers(60, 600))
        rate = float(draw.beta(6, 44))
        town = Town(
            f"ville-{rank:03d}", f"Ville {chr(65 + rank % 26)}{rank:03d}",
            vacant=int(draw.binomial(premises, rate)), premises=premises,
            earlier_vacant=int(draw.binomial(premises, min(rate * 1.1, 0.9))),
            population=int(draw.integers(12, 90)) * 1000,
            region=str(draw.choice(REGIONS)),
            lon=float(draw.uniform(-1, 6)), lat=float(draw.uniform(43.5, 49.5)),
        )  # fmt: skip
        town.more = extra(draw)
        towns.append(town)
    return towns


def extra(draw: np.random.Generator) -> list[Result]:
    """Return numbers of other themes."""
    year = {"period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31)}
    april = {"period_start": date(2025, 4, 1), "period_end": date(2025, 4, 30)}
    found = []

    def add(name: str, unit: str, value: float, half: float, source: Any, method: str,
            **where: Any) -> None:  # fmt: skip
        estimate = Estimate(value, value - half, value + half, 50)
        found.append(
            Result(name, estimate, unit, source, method, **{"zone": "coeur", **where},
                   quality="estimated")
        )  # fmt: skip

    ratio = float(draw.lognormal(0, 0.2))
    add("opening_ratio", "openings per closure", ratio, ratio * 0.3, "sirene", "poisson-score/1",
        **year)  # fmt: skip
    survival = float(draw.normal(70, 5))
    add("business_survival", "%", survival, 5.0, "sirene", "kaplan-meier/1",
        breakdown="age_years", category="3", **year)  # fmt: skip
    if draw.random() < 0.6:
        add("occupancy_rate", "%", float(draw.normal(65, 10)), 3.0, "sensor",
            "difference-arrays/1", **april)  # fmt: skip
        add("rotation_rate", "vehicles/space/day", float(draw.normal(4.5, 0.8)), 0.4, "sensor",
            "stays-per-space-day/1", **april)  # fmt: skip
    else:
        why = Text("aucun capteur de places", "no space sensor")
        found.append(not_computable("occupancy_rate", "%", "sensor", why, zone="coeur"))
    if draw.random() < 0.5:
        add("open_hours_match", "%", float(draw.normal(45, 4)), 2.5, "sensor", "open-share/2",
            **april)  # fmt: skip
    return found
