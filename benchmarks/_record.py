"""Write the rows of a benchmark with the machine and the versions that gave them."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
OURS = "coeurville"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one method on one work."""

    work: str
    method: str
    metric: str
    value: float
    unit: str
    n: int


def record(name: str, rows: Iterable[Row], *, packages: Sequence[str] = (), note: str = "") -> Path:
    """Print the rows and write ``benchmarks/results/NAME.json``; return its path."""
    rows = list(rows)
    content = {
        "benchmark": name,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "packages": versions(name, packages),
        "note": note,
        "rows": [asdict(row) for row in rows],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    table = Table(title=name)
    for column in ("work", "method", "metric"):
        table.add_column(column)
    for column in ("value", "unit", "n"):
        table.add_column(column, justify="right")
    for row in rows:
        value = f"{row.value:.4g}"
        table.add_row(row.work, row.method, row.metric, value, row.unit, str(row.n))
    Console().print(table)
    return path


def recorded(name: str) -> list[Row]:
    """Return the rows of the last record; none if there is no record."""
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return []
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"]]


def versions(name: str, packages: Sequence[str]) -> dict[str, str]:
    """Return the versions in use; of a rival that is not installed here, that of the last record.

    Its rows are kept from that record when only a part of the benchmark runs again.
    """
    path = RESULTS / f"{name}.json"
    before = json.loads(path.read_text(encoding="utf-8"))["packages"] if path.is_file() else {}
    return {
        package: importlib.metadata.version(package) if installed(package) else before[package]
        for package in packages
        if installed(package) or package in before
    }


def installed(package: str) -> bool:
    """Tell whether a package is installed here."""
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def machine() -> dict[str, str | int | float]:
    """Describe the machine without naming it."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "memory_gb": _memory_gb(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def _memory_gb() -> float:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    return 0.0
