"""Run a city: every notebook, its indicators, its report, then one step to publish them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from analyses.blocks import Edition
from analyses.cities import City
from analyses.errors import CoeurvilleError, InputError, RunError
from analyses.runs import (
    editions,
    execute,
    forks,
    history,
    manifest,
    plan,
    promote,
    stopping,
    workshop,
)
from analyses.runs import record as records
from analyses.wording import Language

Render = editions.Render
Stamps = Mapping[Path, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to run.

    Parameters
    ----------
    city : City
        City read from its folder.
    inputs : sequence of Path
        Data files of the city, for the manifest.
    notebooks : Path
        Folder of the notebooks.
    package : tuple of Path
        Folders whose content decides the result: the package, the notebooks, the report's sources.
    out : Path
        Folder that receives ``<city>/``.
    language : str
        Language of the report.
    names : sequence of str
        Notebooks to run; all if empty.
    time_limit : int
        Seconds that one cell may take.
    editions : sequence of str
        Editions of the report to write.
    reuse : sequence of str
        Notebooks whose executed form is taken from the last good run.
    marks : mapping
        What decides the result of each step, kept in the manifest.
    tables : bytes, optional
        The city's tables, read once for all notebooks (:mod:`analyses.sources.kept`).
    seen : str, optional
        Id of the last good run when ``reuse`` was decided: if another run was published since,
        nothing is taken again.
    wait : float
        Seconds to wait for another run of the same city.
    edition : date, optional
        Day to print in the report; by default that of the first run of the same content.
    stamps : mapping, optional
        :func:`stamps` before anything of the city was read; by default those when the run starts.
    """

    city: City
    inputs: Sequence[Path]
    notebooks: Path
    package: tuple[Path, ...]
    out: Path
    language: Language = "fr"
    names: Sequence[str] = ()
    time_limit: int = execute.CELL_TIME_LIMIT
    editions: Sequence[Edition] = editions.BOTH
    reuse: Sequence[str] = ()
    marks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: bytes | None = None
    seen: str | None = None
    wait: float = 0
    edition: date | None = None
    stamps: Stamps | None = None


def run(
    request: Request, render: Render, progress: Callable[[str], None] = lambda _: None
) -> manifest.Manifest:
    """Run a city and publish ``<out>/<city>/``; the last good run stays until the new is whole.

    Parameters
    ----------
    request : Request
        What to run.
    render : callable
        Writes the report into the finished folder.
    progress : callable, optional
        Called with the name of each part that is done.

    Returns
    -------
    Manifest
        The manifest of the published run.

    Raises
    ------
    InputError
        If a notebook or a parameter is wrong, before any kernel starts.
    RunError
        If a notebook failed; it is kept with its manifest in ``<out>/.failed/<city>/``.
    CoeurvilleError
        If another run of the city is under way, the disk cannot be written, or a file of the city
        changed while it was read.
    StoppedError
        If the user asked to stop.
    """
    city = request.city
    parameters: dict[str, plan.Value] = {
        "city_folder": str(city.folder.resolve()),
        "language": request.language,
    }
    steps = plan.plan(request.notebooks, request.names, parameters)
    with workshop.staging(request.out, city.id, wait=request.wait) as staging:
        started, before = datetime.now(UTC), request.stamps or stamps(request)
        failures = _executed(steps, staging, request, progress)
        _unchanged(request, before)
        record = records.of(request, steps, started, failures)
        if failures:
            _set_aside(staging, record, request.out / ".failed" / city.id)
            raise _error(failures, request.out / ".failed" / city.id)
        history.enter(staging, request.out / city.id, record, request.inputs, city.folder)
        editions.write(staging, city, record, render, request.editions, progress)
        record.ended = datetime.now(UTC)
        record.write(staging)
        promote.promote(staging, request.out / city.id)
    return record


def rerender(city: City, out: Path, render: Render) -> manifest.Manifest:
    """Write the report of a finished run again, from its executed notebooks.

    Raises
    ------
    InputError
        If the city has no finished run.
    CoeurvilleError
        If another run of the city is under way, or the disk cannot be written.
    """
    place = out / city.id
    manifest.read(place)
    with workshop.staging(out, city.id) as staging:
        record = manifest.read(place)  # a run may have been published before we held the lock
        shutil.copytree(
            place, staging, dirs_exist_ok=True, ignore=shutil.ignore_patterns(editions.FOLDER)
        )
        editions.write(staging, city, record, render, record.editions or editions.BOTH)
        record.write(staging)
        promote.promote(staging, place)
    return record


def _executed(
    steps: Sequence[plan.Step], staging: Path, request: Request, progress: Callable[[str], None]
) -> list[execute.Failure]:
    """Execute the notebooks, as many at once as there are cores; return what went wrong."""
    last = request.out / request.city.id / "notebooks"
    reuse = request.reuse if _last_id(request) == request.seen else ()
    fresh = {name for name in reuse if (last / f"{name}.ipynb").is_file()}
    for name in sorted(fresh):
        (staging / "notebooks").mkdir(exist_ok=True)
        shutil.copy2(last / f"{name}.ipynb", staging / "notebooks")
        progress(name)
    due = [step for step in steps if step.name not in fresh]
    with forks.pool() as pool:
        found = list(pool.map(lambda step: _execute(step, staging, request, progress), due))
    stopping.check()
    return [failure for failure in found if failure is not None]


def _last_id(request: Request) -> str | None:
    """Return the id of the last good run; None if there is none that can be read."""
    place = request.out / request.city.id
    if not (place / manifest.NAME).is_file():
        return None
    try:
        return manifest.read(place).id
    except InputError:  # written by another version: nothing of it is taken again
        return None


def stamps(request: Request) -> Stamps:
    """Return size and time of every file that decides the results; None where it is gone."""
    found: dict[Path, tuple[int, int] | None] = {}
    for path in (request.city.folder / "city.yml", *request.inputs):
        about = path.stat() if path.is_file() else None
        found[path] = None if about is None else (about.st_size, about.st_mtime_ns)
    return found


def _unchanged(request: Request, before: Stamps) -> None:
    now = stamps(request)
    changed = sorted(path.name for path in before if now[path] != before[path])
    if changed:
        raise CoeurvilleError(
            f"{', '.join(changed)} changed while the run was reading the city's files: some "
            "notebooks saw the old content, others the new. Nothing was published; run again."
        )


def _execute(
    step: plan.Step, staging: Path, request: Request, progress: Callable[[str], None]
) -> execute.Failure | None:
    stopping.check()
    return execute.execute(
        step,
        staging / "notebooks" / f"{step.name}.ipynb",
        working_directory=request.notebooks,
        time_limit=request.time_limit,
        tables=request.tables,
        progress=progress,
    )


def _set_aside(staging: Path, record: manifest.Manifest, place: Path) -> None:
    record.write(staging)
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    staging.rename(place)


def _error(failures: Sequence[execute.Failure], place: Path) -> CoeurvilleError:
    lines = "\n".join(str(failure) for failure in failures)
    return RunError(f"{lines}\nThe notebook as it stopped: {place}. The last good run is kept.")
