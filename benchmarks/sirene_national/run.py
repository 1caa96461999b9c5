"""One pass in a process of its own: ``python -m benchmarks.sirene_national.run FOLDER``.

It prints wall and CPU seconds of the whole command (imports apart), its peak memory, the load of
the machine before and after, and the openings counted.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from analyses.publish import register
from analyses.sources.sirene.national_cities import places_of_list


def main(folder: Path) -> dict[str, float]:
    """Run the pass of the command ``coeurville sirene`` on the files of a folder."""
    places = places_of_list(folder / "communes.csv")
    files: dict[register.Role, Path | None] = {
        "stock": folder / "stock.parquet",
        "history": folder / "history.parquet",
    }
    marks: dict[str, float] = {}
    load = os.getloadavg()[0]
    wall, cpu = time.perf_counter(), time.process_time()

    def step(name: str) -> None:
        marks.setdefault("cities" if name == places[0].city.name else name, time.perf_counter())

    with tempfile.TemporaryDirectory(dir=folder) as to:
        done = register.write(files, places, Path(to), cities_dir=Path(to), progress=step)
        extracts = sum(path.stat().st_size for path in Path(to).rglob("*.parquet"))
    end = time.perf_counter()
    whole = done.turnover[done.turnover["activity_family"] == ""]
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": end - wall,
        "cpu_seconds": time.process_time() - cpu,
        "filter_seconds": marks["cities"] - wall,
        "peak_mb": used / 1e6 if sys.platform == "darwin" else used * 1024 / 1e6,
        "load_before": load,
        "load_after": os.getloadavg()[0],
        "extracts_mb": extracts / 1e6,
        "cities": len(done.declarations),
        "openings": int(whole["openings"].sum()),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
