"""The command `national`: the synthesis of the finished runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from analyses import cities, national
from analyses.errors import CoeurvilleError
from analyses.runs import synthesis
from analyses.terminal import CITIES, OUT, CitiesDir, EngineOption, ReportLanguage, bar, one, out

STEPS = 2 + len(synthesis.NOTEBOOKS) + 3


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("national")(national_)


def national_(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CITY...]", help="Cities to take; every real French one if none is named."
        ),
    ] = None,
    cities_dir: CitiesDir = CITIES,
    runs_dir: Annotated[
        Path, typer.Option("--runs", metavar="DIR", help="Folder of the finished runs.")
    ] = OUT,
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the synthesis: RUNS/national."),
    ] = None,
    language: ReportLanguage = "fr",
    engine: EngineOption = "auto",
    edition: Annotated[
        Literal["public", "internal"],
        typer.Option("--edition", help="Edition of the cities whose numbers are read."),
    ] = "public",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be made and why; make nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Make it again, even if it is up to date.")
    ] = False,
) -> None:
    """Compare the cities that have finished runs, and write the national report (HTML, PDF, DOCX).

    It reads the runs and computes nothing again; a city without a run that can be read is named.
    """
    place = out_dir or runs_dir / "national"
    request = national.Request(
        runs_dir, cities_dir, place, _known(ids or [], cities_dir), language, edition, engine
    )
    found = national.due(request, force=force)
    if dry_run or not found.stale:
        out.print(escape(synthesis.told(found.reasons, language)), highlight=False, soft_wrap=True)
        return

    for line in _made(found, place):
        out.print(escape(line), highlight=False, soft_wrap=True)


def _made(found: national.Due, place: Path) -> list[str]:
    def work(_: str, step: national.Progress) -> list[str]:
        return national.lines(national.make(found, step), place)

    with bar() as shown:
        return one(shown, "national", work, STEPS)


def _known(ids: list[str], cities_dir: Path) -> tuple[str, ...]:
    known = cities.list_ids(cities_dir)
    unknown = [city for city in ids if city not in known]
    if unknown:
        raise CoeurvilleError(
            f"No city {', '.join(unknown)} in {cities_dir}. Cities: {', '.join(known) or 'none'}."
        )
    return tuple(ids)
