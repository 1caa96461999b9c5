"""The manifest of a run that just executed: what was asked, read and used, and on which day."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analyses import digests
from analyses.errors import InputError
from analyses.runs import execute, freshness, manifest, plan

if TYPE_CHECKING:
    from analyses.runs.run import Request


def of(
    request: Request,
    steps: Sequence[plan.Step],
    started: datetime,
    failures: Sequence[execute.Failure],
) -> manifest.Manifest:
    """Return the manifest of a run, before its outputs are written.

    Parameters
    ----------
    request : Request
        What was run; marks that it lacks are computed.
    steps : sequence of Step
        Notebooks of the run.
    started : datetime
        Start of the run, with its time zone.
    failures : sequence of Failure
        What stopped a notebook.
    """
    city = request.city
    marks = request.marks or freshness.marks(request, {})
    mark = manifest.fingerprint(marks)
    version, code_sha, dirty = manifest.code(request.package)
    python, platform = manifest.machine()
    return manifest.Manifest(
        id=manifest.run_id(started, mark),
        city=city.id,
        status="failed" if failures else "complete",
        started=started,
        ended=datetime.now(UTC),
        edition=request.edition or _day(request.out / city.id, mark),
        fingerprint=mark,
        language=request.language,
        parameters={"language": request.language},
        choices=manifest.choices(city),
        city_file=manifest.input_file("city.yml", city.folder / "city.yml"),
        inputs=manifest.inputs_of(request.inputs, city.folder),
        notebooks={step.name: digests.of_file(step.notebook) for step in steps},
        code_version=version,
        code_sha256=code_sha,
        dirty=dirty,
        python=python,
        platform=platform,
        packages=manifest.packages(),
        marks={step: dict(parts) for step, parts in marks.items()},
        failures=[
            manifest.FailureRecord(notebook=item.notebook, cell=item.cell, error=item.error)
            for item in failures
        ],
    )


def _day(place: Path, mark: str) -> date:
    """Return the day printed in the report: it moves only when something that counts did."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    if (place / manifest.NAME).exists():
        try:
            last = manifest.read(place)
        except InputError:  # written by another version: this run is a new edition
            return datetime.now(UTC).date()
        if last.fingerprint == mark:
            return last.edition
    return datetime.now(UTC).date()
