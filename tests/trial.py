"""Small cities written for a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from analyses import cities
from analyses.cities import City


def city(folder: Path, **content: Any) -> City:
    """Write a city.yml in ``folder/essai`` (beside files already there) and read it."""
    home = folder / "essai"
    home.mkdir(exist_ok=True)
    identity = {"id": "essai", "name": "Essai", "insee_code": "02691"}
    text = yaml.safe_dump({**identity, **content}, sort_keys=False, allow_unicode=True)
    (home / "city.yml").write_text(text, encoding="utf-8")
    return cities.read(home)


def put(folder: Path, name: str, text: str | bytes, encoding: str = "utf-8") -> None:
    """Write one file of the city's folder."""
    home = folder / "essai"
    home.mkdir(exist_ok=True)
    (home / name).write_bytes(text if isinstance(text, bytes) else text.encode(encoding))


def premises(path: str = "premises.csv", layout: str = "coeurville", **more: Any) -> dict[str, Any]:
    """Return the declaration of one survey."""
    return {"premises": [{"layout": layout, "path": path, **more}]}
