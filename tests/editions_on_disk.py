"""Runs written by hand, without running anything, for the tests of what is kept of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from analyses import digests
from analyses.results import Estimate, Result, to_frame
from analyses.runs import manifest, spreadsheet

MARKS = {"commerce": {"data": "d", "city": "c", "notebook": "n", "code": "k", "method": "m",
                      "environment": "e", "parameters": "p"}}  # fmt: skip


def rate(value: float, year: int = 2024, zone: str = "centre", **more: Any) -> Result:
    """Return a vacancy rate of 200 premises."""
    when = date(year, 6, 15)
    values = {"source": "survey", "method": "wilson/1", "zone": zone, **more}
    return Result(
        "vacancy_rate", Estimate(value, value - 4, value + 4, 200), "%", period_start=when,
        period_end=when, **values,
    )  # fmt: skip


def record(
    day: date,
    inputs: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    **more: Any,
) -> manifest.Manifest:
    """Return the manifest of a run of the city ``essai`` on some day."""
    files = inputs or {"premises.csv": "one"}
    own = {"data": digests.of_value(files), **(marks or {})}
    steps = {name: {**parts, **own} for name, parts in MARKS.items()}
    started = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    mark = manifest.fingerprint(steps)
    values: dict[str, Any] = {
        "id": manifest.run_id(started, mark), "city": "essai", "status": "complete",
        "started": started, "ended": started, "edition": day, "fingerprint": mark,
        "language": "fr", "parameters": {}, "notebooks": {"commerce": "n"},
        "city_file": manifest.InputFile(path="city.yml", sha256="y", bytes=1),
        "inputs": [
            manifest.InputFile(path=name, sha256=content, bytes=len(content))
            for name, content in files.items()
        ],
        "code_version": "1", "code_sha256": "k", "dirty": False, "python": "3.11.2",
        "platform": "Linux", "packages": {"numpy": "2.4.0"}, "marks": steps,
        "choices": {"parameters.structural_vacancy_months": 24},
        "chapters": {
            "commerce": manifest.ChapterRecord(
                files=list(files), indicators=["vacancy_rate", "premises_count"]
            )
        },
    }  # fmt: skip
    return manifest.Manifest(**{**values, **more})


def put(
    folder: Path,
    about: manifest.Manifest,
    results: Iterable[Result],
    public: Iterable[Result] | None = None,
) -> Path:
    """Write a run's folder: manifest, indicators and, if given, the public ones."""
    folder.mkdir(parents=True, exist_ok=True)
    spreadsheet.write(to_frame(results, "essai"), folder / "indicators.csv")
    if public is not None:
        (folder / "public").mkdir(exist_ok=True)
        spreadsheet.write(to_frame(public, "essai"), folder / "public" / "indicators.csv")
    (folder / "notebooks").mkdir(exist_ok=True)
    about.write(folder)
    return folder
