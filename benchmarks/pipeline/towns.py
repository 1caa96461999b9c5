"""The synthetic cities of the benchmark: the demo's generator, another seed a city.

A *full* city has every data set that we read. No city of the programme had: a city of the *mix* has
the data sets that one of its eleven cities used or asked for, in turn.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import pandas as pd
import yaml

from analyses import demo

SEED = 20300101
"""Seed of the first city; the next ones follow."""
FIRST_WAVE = date(2021, 1, 1)
"""Surveys kept: five yearly ones, of the demo's eight."""
FIRST_COUNT = date(2023, 7, 1)
"""Counts, weather and events kept: two years, of the demo's three."""
SENSORS = ("C-01", "C-02", "C-04", "C-05", "R-01", "R-02", "R-03", "R-04")
"""Sensors kept: four of the demo's six that count by hour, four of its eight that count by day."""
_SHOPS = ("premises", "establishments", "shops")
_COUNTED = ("sensors", "counts", "weather")
MIX: dict[str, tuple[str, ...]] = {
    "belfort": (*_SHOPS, *_COUNTED),
    "avignon": (*_SHOPS, *_COUNTED, "events"),
    "saint-nazaire": (*_SHOPS, *_COUNTED),
    "poitiers": (*_SHOPS, *_COUNTED, "parking_availability"),
    "thionville": (*_SHOPS, *_COUNTED, "events"),
    "saint-avold": (*_SHOPS, "events"),
    "saint-quentin": ("establishments", "infractions", "parking_payments", "parking_supply"),
    "soissons": ("establishments", *_COUNTED, "parking_stays", "parking_supply"),
    "tulle": ("establishments", "parking_payments", "parking_supply", "parking_availability"),
    "la-roche-sur-yon": ("establishments", "parking_payments", "parking_supply",
                         "parking_availability"),
    "digne-les-bains": ("establishments", "shops", "parking_payments", "parking_supply"),
}  # fmt: skip
"""Data sets of each city of the programme, as its folder under ``cities/`` lists them; counts come
with their sensors and the weather. Every city keeps its zones, its streets and its texts."""
ALWAYS = ("streets",)
TRUTHS = ("truth.json", "parking_truth.json", "footfall_truth.json", "crossings_truth.json")


def write(folder: Path, count: int, *, full: bool = False) -> list[str]:
    """Write the folders of ``count`` cities that are not there yet; return their ids."""
    names = [f"ville-{rank:03d}" for rank in range(1, count + 1)]
    folder.mkdir(parents=True, exist_ok=True)
    kinds = [None] if full else [*MIX.values()]
    due = [(folder, name, SEED + rank, kinds[rank % len(kinds)]) for rank, name in enumerate(names)]
    with ProcessPoolExecutor(max_workers=2) as pool:
        list(pool.map(_one, [item for item in due if not (folder / item[1]).is_dir()]))
    return names


def sizes(city: Path) -> dict[str, int]:
    """Return the rows of a city's files."""
    found = {
        path.name: sum(1 for _ in path.open(encoding="utf-8")) - 1
        for path in sorted(city.glob("*.csv"))
    }
    shops = json.loads((city / "openstreetmap.geojson").read_text(encoding="utf-8"))
    return {**found, "openstreetmap.geojson": len(shops["features"])}


def change(city: Path) -> None:
    """Change one value of a city's data: a premises of the last survey gets another surface."""
    path = city / "premises.csv"
    table = _read(path, ";")
    table.loc[table.index[-1], "surface_m2"] = "123"
    _write(table, path, ";")


def _one(what: tuple[Path, str, int, tuple[str, ...] | None]) -> None:
    folder, name, seed, tables = what
    made = folder / f".{name}"
    shutil.rmtree(made, ignore_errors=True)
    demo.write(made, seed)
    text = (made / "city.yml").read_text(encoding="utf-8")
    text = text.replace("id: demo\n", f"id: {name}\n", 1)
    if tables is not None:
        text = _only(text, (*tables, *ALWAYS))
    (made / "city.yml").write_text(text, encoding="utf-8")
    for truth in TRUTHS:
        (made / truth).unlink()
    _keep_since(made / "premises.csv", ";", "wave", FIRST_WAVE)
    for file in ("comptages.csv", "comptages_rues.csv"):
        _keep_since(made / file, ",", "date", FIRST_COUNT, only=("date", "hour", *SENSORS))
    _keep_since(made / "meteo.csv", ";", "date", FIRST_COUNT)
    _events(made / "evenements.csv")
    sensors = _read(made / "capteurs.csv", ";")
    _write(sensors[sensors["sensor_id"].isin(SENSORS)], made / "capteurs.csv", ";")
    made.rename(folder / name)


def _only(text: str, tables: Sequence[str]) -> str:
    """Keep the sources and corrections of some tables in the text of a ``city.yml``."""
    content = yaml.safe_load(text)
    content["sources"] = {name: content["sources"][name] for name in tables}
    content["corrections"] = [c for c in content["corrections"] if c["table"] in tables]
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _events(path: Path) -> None:
    """Keep the events of the counts kept, on the sensors kept; markets are weekly, without end."""
    table = _read(path, ";")
    kept = table[(table["start"] >= FIRST_COUNT.isoformat()) | (table["kind"] == "market_day")]
    sensors = kept["sensor_ids"].map(
        lambda text: "|".join(name for name in text.split("|") if name in ("", *SENSORS))
    )
    _write(kept.assign(sensor_ids=sensors), path, ";")


def _keep_since(
    path: Path, delimiter: str, column: str, first: date, only: Sequence[str] = ()
) -> None:
    table = _read(path, delimiter)
    columns = [name for name in table.columns if not only or name in only]
    _write(table.loc[table[column] >= first.isoformat(), columns], path, delimiter)


def _read(path: Path, delimiter: str) -> pd.DataFrame:
    return pd.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False)


def _write(table: pd.DataFrame, path: Path, delimiter: str) -> None:
    table.to_csv(path, sep=delimiter, index=False, lineterminator="\n")
