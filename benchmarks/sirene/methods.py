"""One way of reading one commune; run in a process of its own, it prints seconds, memory and rows.

``python -m benchmarks.sirene.methods METHOD FILE``
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.sirene.made import COMMUNE

NEEDED = [
    "siret", "statutDiffusionEtablissement", "dateCreationEtablissement",
    "trancheEffectifsEtablissement", "etablissementSiege", "typeVoieEtablissement",
    "libelleVoieEtablissement", "codeCommuneEtablissement", "dateDebut",
    "etatAdministratifEtablissement", "enseigne1Etablissement", "denominationUsuelleEtablissement",
    "activitePrincipaleEtablissement", "nomenclatureActivitePrincipaleEtablissement",
]  # fmt: skip
"""Columns that the table ``establishments`` needs."""


def coeurville(path: Path) -> tuple[float, int]:
    """Load the city as a run does: read, type, check, code the activities, hash the file."""
    import yaml

    from analyses import cities, sources

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "commune"
        home.mkdir()
        declared = [{"layout": "sirene-stock", "path": str(path)}]
        content = {"id": "commune", "name": "Commune", "insee_code": COMMUNE,
                   "sources": {"establishments": declared}}  # fmt: skip
        (home / "city.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
        city = cities.read(home)
        start = time.perf_counter()
        table = sources.load(city).establishments
        seconds = time.perf_counter() - start
    return seconds, 0 if table is None else len(table)


def pandas(path: Path) -> tuple[float, int]:
    """Read the needed columns of the whole file as text, then keep the commune's rows."""
    import pandas as pd

    start = time.perf_counter()
    table = pd.read_csv(path, usecols=NEEDED, dtype=str)
    table = table[table["codeCommuneEtablissement"] == COMMUNE]
    return time.perf_counter() - start, len(table)


def duckdb(path: Path) -> tuple[float, int]:
    """Let DuckDB filter the file as text."""
    import duckdb as engine

    start = time.perf_counter()
    columns = ", ".join(NEEDED)
    query = (
        f"SELECT {columns} FROM read_csv(?, all_varchar=true) WHERE codeCommuneEtablissement = ?"
    )
    table = engine.execute(query, [str(path), COMMUNE]).df()
    return time.perf_counter() - start, len(table)


METHODS = {"coeurville": coeurville, "pandas": pandas, "duckdb": duckdb}


def peak_mb() -> float:
    """Return the peak resident memory of this process, in MB (ru_maxrss is in bytes on macOS)."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1e6 if sys.platform == "darwin" else used * 1024 / 1e6


if __name__ == "__main__":
    seconds, rows = METHODS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "rows": rows}))
