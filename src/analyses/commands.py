"""What each command of the command line does, without its words on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from analyses import (
    assets,
    blocks,
    cities,
    readiness,
    reports,
    runs,
    sources,
    templates,
    texts,
)
from analyses import demo as demo_city
from analyses import publish as open_data
from analyses.cities import City
from analyses.errors import CoeurvilleError, Fault, InputError
from analyses.publish import register
from analyses.runs import forks, freshness, lab, manifest, stopping, workshop
from analyses.runs.execute import CELL_TIME_LIMIT
from analyses.sources import readiness as own_readiness
from analyses.sources.sirene import national_cities as national
from analyses.wording import Language, Text, number

Engine = Literal["auto", "embedded", "quarto"]
Progress = Callable[[str], None]
Work = Callable[[str, Progress], list[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of `coeurville list`; ``exit_code`` is not 0 when the city's file is wrong."""

    cells: tuple[str, str, str, str, str]
    exit_code: int = 0


def overview(cities_dir: Path, out: Path) -> Iterator[Row]:
    """Yield a line per city: id, name, INSEE code, tables given, last run."""
    for city_id in cities.list_ids(cities_dir):
        try:
            city = cities.read(cities_dir / city_id)
        except InputError as error:
            yield Row((city_id, f"{len(error.faults)} faults: see `check`", "", "", ""), 2)
            continue
        tables = ", ".join(city.sources.given()) or "none"
        name = f"{city.name} (fictitious)" if city.fictitious else city.name
        yield Row((city_id, name, city.insee_code, tables, _last_run(out / city_id)))


def _last_run(folder: Path) -> str:
    if not (folder / "run.json").exists():
        return "never"
    try:
        record = manifest.read(folder)
    except InputError:
        return "unreadable run.json"
    return f"{record.ended:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Checked:
    """What `coeurville check` found: what was read, what it allows, and the reserves."""

    read: list[str]
    found: readiness.Readiness
    reserves: list[str]


def check(folder: Path, language: Language = "fr") -> Checked:
    """Read a city and all its data, and assess what they allow; run nothing.

    Raises
    ------
    InputError
        With every fault of the city's files or, when they are right, of all its data files.
    """
    city = cities.read(folder)
    own = texts.read(folder)
    said = own_readiness.read(city)
    tables = sources.load(city)
    lines = [f"{city.id}: {city.name}, {city.insee_code}"]
    for row in tables.provenance.to_dict("records"):
        kept, every = (number(int(row[name]), language) for name in ("rows_kept", "rows_read"))
        rows = READ.in_(language).format(rows=f"{kept} / {every}")
        lines.append(f"  {row['table']}: {row['file']}, {rows}")
    lines += [f"  text: texts/{name}.md" for name in own]
    found = readiness.assess(
        tables,
        said,
        min_coverage=city.parameters.survey_min_coverage,
        youngest=min(city.parameters.survival_years),
    )
    return Checked(lines, found, [reserve.in_(language) for reserve in tables.reserves])


def unread(error: InputError, city_id: str) -> bool:
    """Whether the faults are of the city's own files, so that no data file was read."""
    return all(fault.file.startswith(f"{city_id}/") for fault in error.faults)


READ = Text("{rows} lignes gardées / lues", "{rows} rows kept / read")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks of a run: language, engine, editions, whether all runs, its limits.

    ``wait`` is how many seconds another run of the same city is waited for.
    """

    language: Language = "fr"
    engine: Engine = "auto"
    edition: Literal["internal", "public", "both"] = "both"
    force: bool = False
    time_limit: int = CELL_TIME_LIMIT
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Due:
    """What a run of a city would do: the request, its marks, and the verdict on each step."""

    request: runs.Request
    verdicts: list[freshness.Verdict]

    @property
    def stale(self) -> bool:
        """Whether anything has to be done."""
        return any(item.stale for item in self.verdicts)

    def told(self, language: Language) -> str:
        """Return in words what would run, and why."""
        return freshness.told(self.request.city.name, self.verdicts).in_(language)


def due(
    folder: Path,
    out: Path,
    *,
    language: Language,
    engine: Engine,
    edition: Literal["internal", "public", "both"] = "both",
    force: bool = False,
    time_limit: int = CELL_TIME_LIMIT,
    wait: float = 0,
) -> Due:
    """Compare a city with its last good run, by content; read no data, run nothing.

    Raises
    ------
    InputError
        If the city's file or its readiness.yml is wrong, or a declared file is missing.
    CoeurvilleError
        If the installation lacks a font, a notebook or a part of the report's theme.
    """
    assets.check()
    city = cities.read(folder)
    own_readiness.read(city)
    request = runs.Request(
        city=city,
        inputs=[*sources.declared_files(city), *texts.paths(folder)],
        notebooks=assets.notebooks(),
        package=(assets.package(), assets.notebooks(), assets.reports()),
        out=out,
        language=language,
        editions=runs.BOTH if edition == "both" else (edition,),
        time_limit=time_limit,
        wait=wait,
    )
    request = replace(request, stamps=runs.stamps(request))
    last = None if force else _last_good(out / city.id)
    marks = freshness.marks(request, {"engine": engine}, last)
    found = freshness.verdicts(
        marks,
        None if last is None else last.marks,
        intact=last is not None and freshness.intact(out / city.id, last),
    )
    fresh = [item.step for item in found if not item.stale]
    seen = None if last is None else last.id
    return Due(replace(request, marks=marks, reuse=fresh, seen=seen), found)


def _last_good(place: Path) -> manifest.Manifest | None:
    """Return the manifest of the last good run; None if there is none, or it is another format."""
    if not (place / manifest.NAME).is_file():
        return None
    try:
        return manifest.read(place)
    except InputError:  # written by another version: everything runs again
        return None


def run_city(
    folder: Path, out: Path, asked: Asked, progress: Progress, *, dry_run: bool = False
) -> list[str]:
    """Do what is due for a city, or say it; return the lines to show. Errors as :func:`run`."""
    found = due(folder, out, **asdict(asked))
    if dry_run or not found.stale:
        return [found.told(asked.language)]
    return run(found, engine=asked.engine, progress=progress)


def run(work: Due, *, engine: Engine, progress: Progress) -> list[str]:
    """Do what is due for a city and publish it; return the lines that say where it is.

    Raises
    ------
    CoeurvilleError
        See :func:`analyses.runs.run`; the data is read once before any notebook starts, so a wrong
        file stops the run with all its faults and nothing is written.
    """
    request = work.request
    if any(item.stale for item in work.verdicts if item.step != freshness.REPORT):
        request = replace(request, tables=forks.call_or_run(_preflight, request.city.folder))
    progress("notebooks")
    record = runs.run(request, renderer(engine), progress)
    return _where(request.city, request.out, record)


def _preflight(folder: Path) -> bytes | None:
    """Read all that a city declares, so that every fault is told before anything runs.

    What was read is returned for the notebooks (:mod:`analyses.sources.kept`).
    """
    texts.read(folder)
    return sources.packed(cities.read(folder))


def report(folder: Path, out: Path, *, engine: Engine, progress: Progress) -> list[str]:
    """Render a finished run again; return the lines that say where it is."""
    assets.check()
    city = cities.read(folder)
    progress("rendering")
    return _where(city, out, runs.rerender(city, out, renderer(engine)))


def pool(threads: int | None = None) -> ThreadPoolExecutor:
    """Return threads for several cities at once; their processes share the cores.

    ``threads`` is how many where they only wait for another machine.
    """
    return forks.pool() if threads is None else ThreadPoolExecutor(max_workers=threads)


def stop() -> None:
    """End every process under way, and start no other."""
    stopping.ask()


def disk_error(error: OSError) -> CoeurvilleError | None:
    """Return what a refusal of the disk means to the user; None if it is no such refusal."""
    return workshop.refusal(error)


def run_steps() -> int:
    """Return the number of progress calls that a run makes."""
    return len(list(assets.notebooks().glob("*.ipynb"))) + 3


def new(cities_dir: Path, city_id: str) -> list[Path]:
    """Write the folder of a new city; return the files written."""
    return templates.create(cities_dir, city_id)


def layouts() -> list[tuple[str, str, str]]:
    """Return table, layout and title of every layout that can be read."""
    known = sources.layouts()
    return list(zip(known["table"], known["layout"], known["title_en"], strict=True))


def demo(folder: Path) -> list[Path]:
    """Write the synthetic demo city in a folder; return the files written."""
    return demo_city.write(folder)


def prepare_lab(
    folder: Path, out: Path, *, language: Language, fresh: bool = False
) -> tuple[Path, list[str]]:
    """Write a city's own copy of the notebooks; return its folder, and what was done with each."""
    city = cities.read(folder)
    place = out / "lab" / city.id
    copies = lab.prepare(city, assets.notebooks(), place, language, fresh=fresh)
    lines = [
        LAB[item.state].format(path=item.path, aside=item.aside and item.aside.name)
        for item in copies
    ]
    return place, lines


LAB: dict[lab.State, str] = {
    "new": "  {path}",
    "unchanged": "  {path}",
    "updated": "  {path}: taken anew (ours changed, this copy was not edited)",
    "edited": "  {path}: your edits are kept",
    "edited-behind": "  {path}: your edits are kept; ours changed since (--fresh takes it, and "
    "keeps yours under another name)",
    "set-aside": "  {path}: taken anew; your edits are in {aside}",
}


def open_lab(folder: Path, *, browser: bool) -> int:
    """Open JupyterLab on a lab folder until it is stopped; return its exit code."""
    return lab.launch(folder, browser=browser)


def publish(folder: Path, out: Path, target: Path | None) -> list[str]:
    """Write the open data of a finished run; return the lines that say where it is."""
    city = cities.read(folder)
    wanted = ["sensors", "counts"] if city.publication and city.publication.tables else []
    place = target or out / "opendata" / city.id
    written = open_data.publish(out / city.id, city, sources.load(city, only=wanted), place)
    return [f"{city.name}: {len(written)} files", *(f"  {path}" for path in written)]


def sirene_places(
    cities_dir: Path, listed: Path | None
) -> tuple[list[national.Place], list[Fault]]:
    """Return the cities of a national pass: those of a list of communes, or of the folder.

    Fictitious cities and those outside France are left out; so are those whose city.yml is wrong,
    whose faults are returned.
    """
    if listed is not None:
        return national.places_of_list(listed), []
    places: list[national.Place] = []
    faults: list[Fault] = []
    for city_id in cities.list_ids(cities_dir):
        try:
            city = cities.read(cities_dir / city_id)
        except InputError as error:
            faults += error.faults
            continue
        if not city.fictitious and "-" not in city.insee_code:
            places.append(national.place_of(city))
    return places, faults


def sirene_lines(done: register.Published) -> list[str]:
    """Return the lines that say what a national pass gave, and how a city.yml names it."""
    if not done.declarations:
        return []
    city_id, text = next(iter(done.declarations.items()))
    cities_, rows = number(len(done.declarations), "en"), number(len(done.turnover), "en")
    return [
        f"{cities_} extracts and turnover.csv ({rows} rows) in {done.to}",
        f"In {city_id}/city.yml (the other cities: {done.to / 'README.md'}):",
        "",
        text,
    ]


def renderer(engine: Engine) -> runs.Render:
    """Return what writes a report with an engine, in a process of its own where it can."""

    def render(folder: Path, city: City, record: manifest.Manifest, edition: blocks.Edition) -> str:
        return forks.call_or_run(_render, folder, city, record, engine, edition)

    return render


def _render(
    folder: Path, city: City, record: manifest.Manifest, engine: Engine, edition: blocks.Edition
) -> str:
    return reports.render(folder, city, record, engine=engine, edition=edition)


def _where(city: City, out: Path, record: manifest.Manifest) -> list[str]:
    place = out / city.id
    ours = [f"{folder}report.{kind}" for folder in ("", "public/") for kind in reports.OUTPUTS]
    found = [name for name in ours if name in record.outputs]
    return [
        f"{city.name}: run {record.id} with {record.engine}",
        *(f"  {place / name}" for name in [*found, "indicators.csv", "run.json"]),
    ]
