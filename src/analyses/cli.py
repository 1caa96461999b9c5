"""The command `coeurville`: parse, call one function, set the exit code."""

from __future__ import annotations

import difflib
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from analyses import cities, clusters, commands, doctor_cli, national_cli, review_cli
from analyses.errors import CoeurvilleError, InputError
from analyses.figures.readiness_terminal import assessment
from analyses.publish import register
from analyses.runs.execute import CELL_TIME_LIMIT
from analyses.terminal import (
    CITIES,
    OUT,
    CitiesDir,
    EngineOption,
    OutDir,
    ReportLanguage,
    bar,
    each,
    err,
    guarded,
    one,
    out,
    say,
)
from analyses.wording import Text

app = typer.Typer(
    name="coeurville",
    help="From a city's folder to a report one would sign.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

CityIds = Annotated[
    list[str] | None, typer.Argument(metavar="CITY...", help="Cities to take (see `list`).")
]
All = Annotated[bool, typer.Option("--all", help="Take every city of the folder.")]
EditionOption = Annotated[
    Literal["internal", "public", "both"],
    typer.Option("--edition", help="Report to write; the public one goes to its own folder."),
]


def _file(name: str, words: str) -> Any:
    return typer.Option(name, metavar="FILE", help=words)


SIRENE = OUT / "sirene"
UNREAD = Text(
    "Données non lues : corriger d'abord ces fautes.", "Data not read: correct these faults first."
)
NO_FAULT = Text("Aucune faute trouvée.", "No fault found.")


review_cli.register(app)
doctor_cli.register(app)
national_cli.register(app)


@app.callback(invoke_without_command=True)
def _root(
    show_version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if show_version:
        out.print(f"coeurville {version('coeurville')}", highlight=False)
        raise typer.Exit


@app.command("list")
def list_(cities_dir: CitiesDir = CITIES, out_dir: OutDir = OUT) -> None:
    """List the cities, the data that each has, and its last run."""
    table = Table("City", "Name", "INSEE", "Data", "Last run", box=None, pad_edge=False)
    code = 0
    for row in commands.overview(cities_dir, out_dir):
        table.add_row(*(escape(cell) for cell in row.cells))
        code = max(code, row.exit_code)
    out.print(table)
    raise typer.Exit(code)


@app.command()
def check(
    ids: CityIds = None,
    everything: All = False,
    cities_dir: CitiesDir = CITIES,
    language: ReportLanguage = "fr",
) -> None:
    """Read a city's data, say every fault, what they allow and which file comes next."""
    code = 0
    for city_id in _chosen(ids, everything, cities_dir):
        try:
            checked = commands.check(cities_dir / city_id, language)
        except CoeurvilleError as error:
            code = max(code, say(error, city_id))
            if isinstance(error, InputError) and commands.unread(error, city_id):
                err.print(UNREAD.in_(language), soft_wrap=True)
            continue
        for line in checked.read:
            out.print(escape(line), highlight=False)
        out.print()
        out.print(assessment(checked.found, language), highlight=False)
        for line in checked.reserves:
            out.print(escape(f"- {line}"), highlight=False)
        out.print(NO_FAULT.in_(language))
    raise typer.Exit(code)


@app.command()
def run(
    ids: CityIds = None,
    everything: All = False,
    cities_dir: CitiesDir = CITIES,
    out_dir: OutDir = OUT,
    language: ReportLanguage = "fr",
    engine: EngineOption = "auto",
    edition: EditionOption = "both",
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="ADDRESS", help="Dask scheduler that runs.")
    ] = None,
    time_limit: Annotated[
        int, typer.Option("--time-limit", min=1, help="Seconds that one cell may take.")
    ] = CELL_TIME_LIMIT,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would run and why; run nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Run everything, also what is up to date.")
    ] = False,
) -> None:
    """Run a city's notebooks and write its report (HTML, PDF, DOCX, PPTX) and its indicators.

    Only what is stale runs: what changed since the last good run, and what depends on it.
    """
    chosen = _chosen(ids, everything, cities_dir)
    asked = commands.Asked(language, engine, edition, force=force, time_limit=time_limit)
    folders = [cities_dir / city_id for city_id in chosen]
    if cluster is not None and not dry_run:
        with clusters.connected(cluster, folders, out_dir) as workers:
            each(
                chosen,
                lambda city_id, _: workers.run(cities_dir / city_id, asked),
                steps=1,
                threads=len(chosen),
            )

    def work(city_id: str, step: commands.Progress) -> list[str]:
        return commands.run_city(cities_dir / city_id, out_dir, asked, step, dry_run=dry_run)

    each(chosen, work, steps=commands.run_steps())


@app.command()
def report(
    ids: CityIds = None,
    everything: All = False,
    cities_dir: CitiesDir = CITIES,
    out_dir: OutDir = OUT,
    engine: EngineOption = "auto",
) -> None:
    """Write a finished run's report again, without running its notebooks."""
    each(
        _chosen(ids, everything, cities_dir),
        lambda city_id, step: commands.report(
            cities_dir / city_id, out_dir, engine=engine, progress=step
        ),
        steps=1,
    )


@app.command()
def lab(
    city_id: Annotated[str, typer.Argument(metavar="CITY", help="City to work on (see `list`).")],
    cities_dir: CitiesDir = CITIES,
    out_dir: OutDir = OUT,
    language: ReportLanguage = "fr",
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the browser.")
    ] = True,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Take the notebooks anew; edited ones are renamed.")
    ] = False,
) -> None:
    """Open JupyterLab on the city's own copy of the notebooks; what you edit there is kept."""
    (known,) = _chosen([city_id], False, cities_dir)
    folder, lines = commands.prepare_lab(
        cities_dir / known, out_dir, language=language, fresh=fresh
    )
    for line in [f"{known}: JupyterLab on {folder} (Ctrl+C stops it)", *lines]:
        out.print(escape(line), highlight=False, soft_wrap=True)
    raise typer.Exit(commands.open_lab(folder, browser=browser))


@app.command()
def publish(
    city_id: Annotated[str, typer.Argument(metavar="CITY", help="City with a finished run.")],
    cities_dir: CitiesDir = CITIES,
    out_dir: OutDir = OUT,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Folder of the package.")
    ] = None,
) -> None:
    """Write a finished run's open data: a data package, from its public edition only."""
    (known,) = _chosen([city_id], False, cities_dir)
    for line in commands.publish(cities_dir / known, out_dir, to):
        out.print(escape(line), highlight=False, soft_wrap=True)


@app.command()
def new(
    city_id: Annotated[str, typer.Argument(metavar="ID", help="For instance saint-avold.")],
    cities_dir: CitiesDir = CITIES,
) -> None:
    """Write a new city's folder: a commented city.yml and a template of every table."""
    for path in commands.new(cities_dir, city_id):
        out.print(escape(str(path)), highlight=False)
    out.print(f"Next: fill {escape(str(cities_dir / city_id))}, then `coeurville check {city_id}`.")


@app.command()
def sirene(
    stock: Annotated[Path, _file("--stock", "National StockEtablissement.")],
    history: Annotated[Path, _file("--history", "StockEtablissementHistorique.")],
    positions: Annotated[Path | None, _file("--positions", "Geolocation, if any.")] = None,
    communes: Annotated[Path | None, _file("--communes", "INSEE codes, not cities.")] = None,
    cities_dir: CitiesDir = CITIES,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Extracts.")] = SIRENE,
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d"], help="Day of the extraction, if untold."),
    ] = None,
    all_activities: Annotated[
        bool, typer.Option("--all-activities", help="Keep what was never a shop too.")
    ] = False,
    memory: Annotated[
        int, typer.Option("--memory", min=200, help="Memory given to the filter, in MB.")
    ] = register.MEMORY_MB,
) -> None:
    """Write each city's extract of the national SIRENE, and their openings and closures."""
    places, faults = commands.sirene_places(cities_dir, communes)
    found: list[register.Published] = []

    def work(_: str, step: commands.Progress) -> list[str]:
        done = register.write(
            {"stock": stock, "history": history, "positions": positions},
            places,
            to,
            cities_dir=cities_dir,
            day=None if day is None else day.date(),
            all_activities=all_activities,
            memory_mb=memory,
            progress=step,
        )
        found.append(done)
        return commands.sirene_lines(done)

    with bar() as shown:
        lines = one(shown, "sirene", work, register.STEPS + len(places))
    for line in lines:
        out.print(line, highlight=False, soft_wrap=True, markup=False)
    faults += found[0].faults
    raise typer.Exit(say(InputError(faults)) if faults else 0)


@app.command()
def layouts() -> None:
    """List the file layouts that can be read, by table."""
    table = Table("Table", "Layout", "What it reads", box=None, pad_edge=False)
    for cells in commands.layouts():
        table.add_row(*(escape(cell) for cell in cells))
    out.print(table)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder, for instance demo.")],
) -> None:
    """Write the fictitious demo city's folder, always the same to the byte."""
    paths = commands.demo(folder)
    out.print(f"{escape(str(folder))}: {len(paths)} files", highlight=False)


def main() -> None:
    """Run the command line (:func:`analyses.terminal.guarded`: exit codes, no traceback)."""
    guarded(app)


def _chosen(ids: list[str] | None, everything: bool, cities_dir: Path) -> list[str]:
    known = cities.list_ids(cities_dir)
    if everything:
        return known
    if not ids:
        raise CoeurvilleError(f"Name a city, or use --all. Cities: {', '.join(known) or 'none'}.")
    unknown = [city_id for city_id in ids if city_id not in known]
    if unknown:
        close = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        raise CoeurvilleError(
            f"No city {', '.join(unknown)} in {cities_dir}. {hint}"
            f"Cities: {', '.join(known) or 'none'}."
        )
    return list(dict.fromkeys(ids))
