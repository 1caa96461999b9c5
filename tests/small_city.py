"""A city of a few premises and its runs, for the tests of what changes between them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from analyses import assets, cities, runs, sources
from analyses.runs import freshness, manifest

WAVES = ("2022-06-15", "2023-06-15", "2024-06-15")
NEXT = "2025-06-15"
STREETS = ("Rue Haute", "Rue Basse", "Place du Marché")
ZONES = {"centre": (3.28, 49.84), "faubourg": (3.30, 49.84)}


def rows(waves: tuple[str, ...] = WAVES, count: int = 90, seed: int = 7) -> list[str]:
    """Return the lines of a survey: ``count`` premises, two thirds of them in the centre."""
    random = np.random.default_rng(seed)
    vacant = random.random(count) < 0.2
    lines = []
    for wave in (*WAVES, NEXT):
        vacant = np.where(
            random.random(count) < 0.15, ~vacant & (random.random(count) < 0.3), vacant
        )
        if wave in waves:
            for at in range(count):
                zone = "centre" if at % 3 else "faubourg"
                lon, lat = ZONES[zone]
                lines.append(
                    f"L{at:03d};{wave};{'vacant' if vacant[at] else 'occupied'};{zone};"
                    f"{STREETS[at % 3]};{lon + 0.001 + at / 1e5:.5f};{lat + 0.002:.5f}"
                )
    return lines


HEADER = "premises_id;wave;status;zone_id;street;lon;lat"


def write(folder: Path, lines: list[str] | None = None, **content: Any) -> Path:
    """Write the city ``essai`` in a folder of cities; return its own folder."""
    home = folder / "essai"
    home.mkdir(parents=True, exist_ok=True)
    survey(home, rows() if lines is None else lines)
    features = [
        {
            "type": "Feature",
            "properties": {"zone_id": name, "name": name.capitalize(), "kind": "quartier"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, y], [x + 0.01, y], [x + 0.01, y + 0.01], [x, y]]],
            },
        }
        for name, (x, y) in ZONES.items()
    ]
    ground = {"type": "FeatureCollection", "features": features}
    (home / "zones.geojson").write_text(json.dumps(ground), encoding="utf-8")
    city = {
        "id": "essai", "name": "Essai", "insee_code": "02691", "zones": {"path": "zones.geojson"},
        "sources": {"premises": [{"layout": "coeurville", "path": "premises.csv"}]}, **content,
    }  # fmt: skip
    text = yaml.safe_dump(city, sort_keys=False, allow_unicode=True)
    (home / "city.yml").write_text(text, encoding="utf-8")
    return home


def survey(home: Path, lines: list[str]) -> None:
    """Write the survey alone."""
    (home / "premises.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")


def request(home: Path, out: Path, **more: Any) -> runs.Request:
    """Return the request of a run of the commerce notebook alone."""
    city = cities.read(home)
    asked = runs.Request(
        city=city,
        inputs=sources.declared_files(city),
        notebooks=assets.notebooks(),
        package=(assets.package(), assets.notebooks(), assets.reports()),
        out=out,
        names=("commerce",),
        **more,
    )
    if "marks" in more:
        return asked
    return runs.Request(
        **{
            **{name: getattr(asked, name) for name in asked.__dataclass_fields__},
            "marks": freshness.marks(asked, {"engine": "none"}),
        }
    )


def run(home: Path, out: Path, day: date, **more: Any) -> manifest.Manifest:
    """Run the city without a report, as if on another day."""
    return runs.run(request(home, out, edition=day, **more), no_report)


def no_report(*_: object) -> str:
    """Write no report."""
    return "none"


def changed_marks(asked: runs.Request, **parts: str) -> Mapping[str, Mapping[str, str]]:
    """Return the marks of a request with some parts of every step changed."""
    return {step: {**marks, **parts} for step, marks in asked.marks.items()}
