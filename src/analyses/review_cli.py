"""The commands `diff` and `verify`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from analyses import cities, review
from analyses.errors import CoeurvilleError
from analyses.runs import history, manifest
from analyses.runs.verify import Verified
from analyses.terminal import CITIES, OUT, CitiesDir, OutDir, PrintedLanguage, bar, one, out
from analyses.wording import Text

CHANGED, OTHER_BYTES, OTHER_NUMBERS, IMPOSSIBLE = 5, 6, 7, 8
"""Exit codes of these two commands; 0 is nothing that matters changed, or the same bytes."""

_CODES = {"bytes": 0, "numbers": OTHER_BYTES, "different": OTHER_NUMBERS, "impossible": IMPOSSIBLE}
_AS_RECORDED = Text(
    "Données, city.yml, code et paquets : comme à l'exécution.",
    "Inputs, city.yml, code and packages: as in the run.",
)


def register(app: typer.Typer) -> None:
    """Add the two commands to the command line."""
    app.command()(diff)
    app.command("verify")(verify)


def diff(
    city_id: Annotated[str, typer.Argument(metavar="CITY", help="City with a finished run.")],
    editions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN RUN]",
            help="Editions: a day, the head of a fingerprint, a run folder or a run.json; "
            "by default the last two.",
        ),
    ] = None,
    cities_dir: CitiesDir = CITIES,
    out_dir: OutDir = OUT,
    language: PrintedLanguage = "fr",
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write all the changes there.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every change, not only those that matter.")
    ] = False,
) -> None:
    """Say what changed between two runs of a city, number by number, and why.

    Exit codes: 0 no known number changed by more than the city's threshold, 5 some did, 1 there is
    no second edition, 2 an edition is not found.
    """
    place = _place(out_dir, city_id)
    older, newer = review.pair(place, editions or [])
    changed = review.compared(place, older, newer, cities_dir / city_id)
    for line in review.head(older, newer, changed, language):
        out.print(escape(line), highlight=False, soft_wrap=True)
    for line in review.body(changed, language, everything=everything):
        out.print(escape(line), highlight=False, soft_wrap=True)
    if csv is not None:
        out.print(escape(str(review.write(older, newer, changed, csv))), highlight=False)
    raise typer.Exit(CHANGED if review.material(changed) else 0)


def verify(
    name: Annotated[
        str, typer.Argument(metavar="RUN", help="A city (its last run), a run folder, a run.json.")
    ],
    cities_dir: CitiesDir = CITIES,
    out_dir: OutDir = OUT,
    language: PrintedLanguage = "fr",
) -> None:
    """Run a finished run again, elsewhere, and compare: numbers, then bytes of every file.

    Exit codes: 0 the same bytes, 6 the same numbers in other bytes, 7 other numbers, 8 it cannot
    be verified (data or choices changed or missing), 2 there is no such run, 3 a notebook failed.
    """
    path = Path(name)
    run = (
        path if path.exists() and name not in cities.list_ids(cities_dir) else _place(out_dir, name)
    )
    folder = run.parent if run.name == manifest.NAME else run
    entry = history.Entry(folder, manifest.read(folder))
    request, basis = review.examined(entry, cities_dir / entry.record.city)
    lines = review.basis_lines(basis, language) or [_AS_RECORDED.in_(language)]
    for line in [*lines, *review.lock_lines(language)]:
        out.print(escape(line), highlight=False, soft_wrap=True)
    done: list[Verified] = []

    def work(_: str, step: Callable[[str], None]) -> list[str]:
        done.append(review.verified(entry, request, basis, step))
        return review.verdict_lines(done[0], language)

    with bar() as shown:
        told = one(shown, entry.record.city, work, len(entry.record.notebooks) + 2)
    for line in told:
        out.print(escape(line), highlight=False, soft_wrap=True)
    raise typer.Exit(_CODES[done[0].verdict])


def _place(out_dir: Path, city_id: str) -> Path:
    place = out_dir / city_id
    if not (place / manifest.NAME).is_file():
        raise CoeurvilleError(
            f"{city_id} has no finished run in {out_dir}: `coeurville run` first."
        )
    return place
