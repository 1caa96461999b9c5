"""The national pass: finished runs in, the synthesis of the programme out.

It stands beside :mod:`analyses.commands`: it calls the runs, then the reports, and decides nothing
else. :func:`refresh` is what other tools call after running many cities.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from analyses import assets, comparison, digests, reports
from analyses.blocks import Edition
from analyses.comparison import Programme
from analyses.errors import CoeurvilleError, RunError
from analyses.reports import national as report
from analyses.runs import (
    execute,
    forks,
    manifest,
    plan,
    programme,
    promote,
    spreadsheet,
    synthesis,
    workshop,
)
from analyses.wording import Language

Engine = Literal["auto", "embedded", "quarto"]
Progress = Callable[[str], None]
NOTEBOOKS = "national"
"""Folder of the national notebooks, in that of the notebooks."""
LEDGER = "comparison.csv"
"""File of every league: who is compared, where they may stand, who is not and why."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to make.

    Parameters
    ----------
    runs : Path
        Folder of the finished runs.
    cities : Path
        Folder of the cities.
    out : Path
        Folder that receives the synthesis.
    ids : tuple of str
        Cities to take; every real French one of the folder if empty.
    language : str
        Language of the report.
    audience : str
        Edition of the cities whose numbers are read.
    engine : str
        What renders the report.
    """

    runs: Path
    cities: Path
    out: Path
    ids: tuple[str, ...] = ()
    language: Language = "fr"
    audience: Edition = "public"
    engine: Engine = "auto"


@dataclass(frozen=True, slots=True)
class Due:
    """What a pass would do, and why: keys of :data:`analyses.runs.synthesis.PARTS`."""

    request: Request
    reasons: tuple[str, ...]
    marks: dict[str, str]
    last: synthesis.Record | None

    @property
    def stale(self) -> bool:
        """Whether anything has to be done."""
        return bool(self.reasons)


@dataclass(frozen=True, slots=True)
class Made:
    """What a pass did.

    Parameters
    ----------
    record : Record
        Manifest of the synthesis that stands in the folder.
    reasons : tuple of str
        Why it was made; empty if it was fresh and nothing was done.
    """

    record: synthesis.Record
    reasons: tuple[str, ...]


def due(request: Request, *, force: bool = False) -> Due:
    """Compare a synthesis with what it would be made of now, by content; make nothing.

    Raises
    ------
    CoeurvilleError
        If there is no folder of cities.
    """
    chosen = tuple(programme.choose(request.cities, request.ids))
    request = replace(request, ids=chosen)
    marks = synthesis.marks(
        programme.marks(request.runs, request.cities, chosen, request.audience),
        (assets.package(), assets.notebooks() / NOTEBOOKS, assets.reports()),
        {"language": request.language, "audience": request.audience},
        {"engine": request.engine},
    )
    last = None if force else synthesis.read(request.out)
    return Due(request, synthesis.stale(marks, request.out, last), marks, last)


def refresh(
    runs: Path,
    cities: Path,
    out: Path,
    *,
    ids: Sequence[str] = (),
    language: Language = "fr",
    audience: Edition = "public",
    engine: Engine = "auto",
    force: bool = False,
    progress: Progress = lambda _: None,
) -> Made:
    """Make the national synthesis where it is stale: the pass that follows the runs of many cities.

    Parameters
    ----------
    runs, cities, out : Path
        Folders of the finished runs, of the cities, and of the synthesis.
    ids, language, audience, engine
        As in :class:`Request`.
    force : bool
        Make it even if it is fresh.
    progress : callable, optional
        Called with the name of each part that is done.

    Returns
    -------
    Made

    Raises
    ------
    RunError
        If no city has a finished run, a notebook failed, or a block is of another city.
    CoeurvilleError
        If another pass is under way, or the disk cannot be written.
    """
    request = Request(runs, cities, out, tuple(ids), language, audience, engine)
    found = due(request, force=force)
    if not found.stale:
        assert found.last is not None
        return Made(found.last, ())
    return make(found, progress)


def make(work: Due, progress: Progress = lambda _: None) -> Made:
    """Make a synthesis and publish it in one step; the last one stays until it is whole."""
    request = work.request
    gathered = programme.gather(request.runs, request.cities, request.ids, request.audience)
    _one_run_at_least(gathered, request.runs)
    _no_city_there(request.out)
    started = datetime.now(UTC)
    mark = _fingerprint(work.marks)
    day = synthesis.day(work.last, mark)
    progress("cities")
    with workshop.staging(request.out.parent, request.out.name) as folder:
        programme.write(gathered, folder / programme.FOLDER)
        reuse = synthesis.only_rendering(work.reasons) and _executed(request.out)
        _notebooks(request, folder, progress, reuse=reuse)
        record = synthesis.Record(
            edition=day, audience=request.audience, fingerprint=mark, language=request.language,
            code_version=_code_version(work.last, mark), started=started, ended=started,
            cities=synthesis.cities_of(gathered), marks=work.marks,
        )  # fmt: skip
        record.engine = _report(folder, record, request.engine, progress)
        record.outputs = synthesis.outputs(folder)
        record.ended = datetime.now(UTC)
        record.write(folder)
        promote.promote(folder, request.out)
    return Made(record, work.reasons)


def _fingerprint(marks: dict[str, str]) -> str:
    return digests.of_value({part: mark for part, mark in marks.items() if part != "report"})


def _code_version(last: synthesis.Record | None, mark: str) -> str:
    """Return the version to print: that of the first synthesis with the same fingerprint."""
    if last is not None and last.fingerprint == mark:
        return last.code_version
    return manifest.code((assets.package(),))[0]


def _one_run_at_least(gathered: Programme, runs: Path) -> None:
    if gathered.read:
        return
    names = ", ".join(member.city for member in gathered.members[:12]) or "none"
    raise RunError(
        f"No city has a finished run in {runs} (cities asked for: {names}). "
        "Run `coeurville run --all` first, or name the folder with --runs."
    )


def _no_city_there(out: Path) -> None:
    """Refuse to replace the run of a city; a folder that no run made is refused by the workshop."""
    if (out / manifest.NAME).is_file() and not (out / programme.FOLDER).is_dir():
        raise CoeurvilleError(
            f"{out} is a run, not a synthesis, and would be replaced. Nothing was touched: name "
            "another folder with --out."
        )


def _executed(out: Path) -> bool:
    return all((out / "notebooks" / f"{name}.ipynb").is_file() for name in synthesis.NOTEBOOKS)


def _notebooks(request: Request, folder: Path, progress: Progress, *, reuse: bool) -> None:
    """Execute the notebooks in the folder, at once where there are cores, or take them again."""
    place = folder / "notebooks"
    place.mkdir()
    if reuse:
        for name in synthesis.NOTEBOOKS:
            shutil.copy2(request.out / "notebooks" / f"{name}.ipynb", place)
        return
    source = assets.notebooks() / NOTEBOOKS
    parameters: dict[str, plan.Value] = {
        "folder": f"../{programme.FOLDER}", "language": request.language,
    }  # fmt: skip
    steps = plan.plan(source, synthesis.NOTEBOOKS, parameters)

    def run(step: plan.Step) -> execute.Failure | None:
        return execute.execute(
            step, place / f"{step.name}.ipynb", working_directory=place, progress=progress
        )

    with forks.pool() as pool:
        failures = [item for item in pool.map(run, steps) if item is not None]
    if failures:
        lines = "\n".join(str(item) for item in failures)
        raise RunError(f"{lines}\nThe last good synthesis is kept.")


def _report(folder: Path, record: synthesis.Record, engine: Engine, progress: Progress) -> str:
    """Assemble the report and write its formats, at once where the engine allows."""
    with tempfile.TemporaryDirectory(prefix="coeurville-national-") as build:
        forks.call_or_run(_assemble, folder, record, Path(build))
        progress("report")
        source = reports.Source(
            Path(build), report.title(record.language), record.language, record.edition
        )
        kinds = [[kind] for kind in reports.FORMATS]
        if reports.choose(engine) == "quarto":
            kinds = [list(reports.FORMATS)]

        def render(formats: list[str]) -> str:
            done = forks.call_or_run(reports.render_source, source, folder, engine, formats)
            for kind in formats:
                progress(kind)
            return str(done)

        with forks.pool() as pool:
            return list(pool.map(render, kinds))[-1]


def _assemble(folder: Path, record: synthesis.Record, build: Path) -> None:
    found = comparison.synthesis(programme.read(folder / programme.FOLDER))
    chapters = report.chapters_of(folder / "notebooks", synthesis.NOTEBOOKS)
    report.assemble(found, chapters, record, build)
    spreadsheet.write(comparison.ledger(found), folder / LEDGER)


def lines(made: Made, out: Path) -> list[str]:
    """Return the lines that say what was read, who was not, and where the report is."""
    by_state: dict[str, list[str]] = {}
    for city, item in made.record.cities.items():
        by_state.setdefault(item.state, []).append(city)
    read = len(by_state.get("read", []))
    told = [f"National synthesis: {read} of {len(made.record.cities)} cities"]
    for state in ("absent", "failed", "broken"):
        names = by_state.get(state, [])
        if names:
            more = f" and {len(names) - 12} more" if len(names) > 12 else ""
            told.append(f"  {len(names)} {state}: {', '.join(names[:12])}{more}")
    return [*told, *(f"  {out / name}" for name in sorted(made.record.outputs)
                     if name.startswith(("report.", "comparison.")))]  # fmt: skip


__all__ = ["Due", "Made", "Request", "due", "lines", "make", "refresh"]
