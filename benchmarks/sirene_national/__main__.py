"""Openings, closures and stock of 244 communes out of a synthetic national register.

``python -m benchmarks.sirene_national [MILLIONS ...] [--at FOLDER]``: by default stocks of 1, 5 and
40 million establishments, with histories of twice as many periods, in the official layout, as
Parquet. Each pass is made once, in a process of its own, after its files were read once; at one
million, what it counts in the three largest communes is compared with the cities' own reading of
the national files. Sizes that are not asked keep their record. ``seconds`` depends on what else the
machine does: ``cpu_seconds`` and the load are recorded beside.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._record import OURS, RESULTS, Row, record
from benchmarks.sirene_national import made

SEED = 20240615
MILLIONS = (1, 5, 40)
UNITS = {
    "seconds": "s", "cpu_seconds": "s", "filter_seconds": "s", "peak_mb": "MB",
    "extracts_mb": "MB", "load_before": "processes", "load_after": "processes",
}  # fmt: skip


def main() -> None:
    """Make the files, time the passes, record them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("millions", nargs="*", type=int, default=list(MILLIONS))
    asked.add_argument("--at", type=Path, help="folder of files made before, kept at the end")
    options = asked.parse_args()
    rows, notes = _kept({f"acv-communes-of-{millions}M" for millions in options.millions})
    for millions in options.millions:
        with tempfile.TemporaryDirectory() as name:
            folder = (options.at or Path(name)) / f"{millions}M"
            counts = _made(folder, millions * 1_000_000)
            if millions == 1:
                _check(folder)
            _read_once(folder)
            command = [sys.executable, "-m", "benchmarks.sirene_national.run", str(folder)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        if found["cities"] != made.TOWNS:
            raise SystemExit(f"{found['cities']} cities were extracted, not {made.TOWNS}")
        work = f"acv-communes-of-{millions}M"
        rows += [Row(work, OURS, metric, found[metric], UNITS[metric], 1) for metric in UNITS]
        notes.append(
            f"{work}: {counts['stock']} establishments, {counts['history']} periods, "
            f"{counts['towns']} establishments in the {made.TOWNS} communes"
        )
    note = "; ".join(notes)
    record("sirene_national", rows, packages=("duckdb", "pyarrow", "pandas"), note=note)


def _kept(again: set[str]) -> tuple[list[Row], list[str]]:
    """Return the recorded rows and notes of the sizes that are not measured again."""
    path = RESULTS / "sirene_national.json"
    if not path.exists():
        return [], []
    content = json.loads(path.read_text(encoding="utf-8"))
    rows = [Row(**row) for row in content["rows"] if row["work"] not in again]
    notes = [text for text in content["note"].split("; ") if text.split(":")[0] not in again]
    return rows, notes


def _made(folder: Path, rows: int) -> dict[str, int]:
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "counts.json"
    if not told.exists():
        told.write_text(json.dumps(made.write(folder, rows, SEED)), encoding="utf-8")
    counts: dict[str, int] = json.loads(told.read_text(encoding="utf-8"))
    return counts


def _read_once(folder: Path) -> None:
    for path in folder.glob("*.parquet"):
        with path.open("rb") as stream:
            while stream.read(1 << 24):
                pass


def _check(folder: Path) -> None:
    """Stop unless the pass counts what three cities count on the national files themselves."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from analyses import commerce, sources
    from analyses.cities import City, DataSource, Sources
    from analyses.publish import register
    from analyses.sources.sirene.national_cities import places_of_list

    day = dt.date.fromisoformat(str(made.EXTRACT - 1))
    known = {place.city.insee_code: place for place in places_of_list(folder / "communes.csv")}
    codes = pq.read_table(folder / "stock.parquet", columns=["codeCommuneEtablissement"])
    counts = pc.value_counts(codes.column(0)).to_pandas().map(lambda item: tuple(item.values()))
    largest = sorted((n, code) for code, n in counts if code in known)[-3:]
    places = [known[code] for _, code in largest]
    files = {"stock": folder / "stock.parquet", "history": folder / "history.parquet"}
    declared = [
        DataSource(layout=f"sirene-{role}", path=str(path), retrieved=day)
        for role, path in files.items()
    ]
    with tempfile.TemporaryDirectory(dir=folder) as to:
        done = register.write(files, places, Path(to), cities_dir=Path(to), day=day)
    for place in places:
        city = City(id=place.city.id, name=place.city.name, insee_code=place.city.insee_code,
                    sources=Sources(establishments=declared))  # fmt: skip
        own = commerce.measure_turnover(sources.load(city).establishments, as_of=day).years
        own = own[own["category"] == ""].set_index("year")[["openings", "closures", "transfers"]]
        ours = done.turnover.query("city == @place.city.id and activity_family == ''")
        ours = ours.set_index("year")[list(own)]
        if not (ours.astype(int) == own.astype(int)).all(axis=None) or own["openings"].sum() == 0:
            raise SystemExit(f"{place.city.id}: the pass does not count what the city counts")


if __name__ == "__main__":
    main()
