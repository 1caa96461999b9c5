"""The command `doctor`."""

from __future__ import annotations

import typer
from rich.markup import escape

from analyses import doctor as machine
from analyses.terminal import CITIES, OUT, CitiesDir, OutDir, PrintedLanguage, out
from analyses.wording import Language, Text, plural

WORDS: dict[machine.State, tuple[Text, str]] = {
    "ok": (Text("bon", "ok"), "green"),
    "reserve": (Text("réserve", "reserve"), "yellow"),
    "fault": (Text("faute", "fault"), "bold red"),
}
"""Each state in words, and its colour, which never says it alone."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(doctor)


def doctor(
    cities_dir: CitiesDir = CITIES,
    out_dir: OutDir = OUT,
    language: PrintedLanguage = "fr",
) -> None:
    """Check that this machine can run cities; exit 1 if something has to be mended."""
    counts: dict[machine.State, int] = dict.fromkeys(WORDS, 0)
    for line in machine.examine(cities_dir, out_dir):
        counts[line.state] += 1
        word, colour = WORDS[line.state]
        said = f"{line.subject.in_(language)} : " if language == "fr" else f"{line.subject.en}: "
        said = Text(said, said).in_(language) + line.said.in_(language)
        out.print(
            f"[{colour}]{word.in_(language):<8}[/]{escape(said)}", highlight=False, soft_wrap=True
        )
        if line.remedy is not None:
            out.print(f"        → {escape(line.remedy.in_(language))}", highlight=False,
                      soft_wrap=True)  # fmt: skip
    out.print(_summary(counts["fault"], counts["reserve"], language), highlight=False)
    raise typer.Exit(1 if counts["fault"] else 0)


def _summary(faults: int, reserves: int, language: Language) -> str:
    if not faults and not reserves:
        return Text("Tout est bon.", "All is well.").in_(language)
    return Text(
        f"{faults} {plural(faults, 'faute', 'fautes')} à corriger, "
        f"{reserves} {plural(reserves, 'réserve', 'réserves')}.",
        f"{faults} {plural(faults, 'fault', 'faults', 'en')} to mend, "
        f"{reserves} {plural(reserves, 'reserve', 'reserves', 'en')}.",
    ).in_(language)
