"""What `diff` and `verify` do: find the editions, compare them, say what was found in words."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analyses import assets, cities, commands, runs, sources, texts
from analyses.cities import City
from analyses.comparison.revisions import KINDS, REVISED, Changed
from analyses.errors import CoeurvilleError, InputError
from analyses.figures import changes as tables
from analyses.figures.changes import label
from analyses.narrative import changes as sentences
from analyses.runs import changes, history, manifest, spreadsheet, verify
from analyses.wording import Language, Text, day, listing, number, plural, spaced

LOCK = "requirements.lock"
LISTED = 20
"""Differing numbers that are printed; the others are counted."""


def pair(place: Path, names: list[str]) -> tuple[history.Entry, history.Entry]:
    """Return the two editions that a user names, the older first.

    Parameters
    ----------
    place : Path
        Folder of the city's run.
    names : list of str
        None: the last edition and the one before; one: that one and the last; two: those.

    Raises
    ------
    InputError
        If there is no run, or no edition of that name.
    CoeurvilleError
        If there is no edition before the last, or the two are the same.
    """
    if len(names) > 2:
        raise CoeurvilleError("Name two editions at most.")
    found = [history.find(place, name) for name in names]
    if len(found) < 2:
        last = history.Entry(place, manifest.read(place))
        if not found:
            before = history.former(place, last.record.fingerprint)
            if before is None:
                raise CoeurvilleError(
                    f"{place.name} has one edition only: there is nothing to compare it with. "
                    "The next run on other data keeps this one in its history."
                )
            found = [before]
        found.append(last)
    older, newer = sorted(found, key=lambda entry: entry.record.started)
    if older.record.id == newer.record.id:
        raise CoeurvilleError(f"{older.record.id} is one edition, not two.")
    return older, newer


def compared(
    place: Path, older: history.Entry, newer: history.Entry, folder: Path | None
) -> Changed:
    """Return what changed between two editions; by the city's thresholds if its file is there."""
    city = cities.read(folder) if folder is not None and (folder / "city.yml").is_file() else None
    start, end = older.record.started, newer.record.started
    between = [one for one in history.entries(place) if start < one.record.started < end]
    return changes.compared(older, newer, city, between)


def head(
    older: history.Entry, newer: history.Entry, changed: Changed, language: Language
) -> list[str]:
    """Return the lines that say which editions were compared, what moved, and how many numbers."""
    named = Text(
        "{city} : édition du {before} ({old}) → édition du {after} ({new})",
        "{city}: edition of {before} ({old}) → edition of {after} ({new})",
    )
    lines = [
        named.in_(language).format(
            city=newer.record.city,
            before=day(older.record.edition, language), old=older.record.short,
            after=day(newer.record.edition, language), new=newer.record.short,
        )
    ]  # fmt: skip
    return lines + [item.text.in_(language) for item in sentences.told(changed)]


def body(changed: Changed, language: Language, *, everything: bool) -> list[str]:
    """Return a line for each change, under a line for each kind and cause.

    Parameters
    ----------
    changed : Changed
        What changed between two editions.
    language : str
        Language of the lines.
    everything : bool
        Whether to give all changes, not only those that matter.
    """
    rows = changed.rows
    if not everything:
        rows = rows[
            rows["material"] & (rows["kind"].isin(REVISED) | (rows["breakdown"] == "total"))
        ]
    lines: list[str] = []
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows.to_dict("records"):
        name, where, when, before, after, _ = tables.cells(row, language, {})
        place = ", ".join(part for part in (where, when) if part)
        known = groups.setdefault((str(row["kind"]), str(row["causes"])), [])
        known.append(f"  {name} ({place}) : {before} → {after}")
    for (kind, causes), told in groups.items():
        lines += ["", f"{KINDS[kind].in_(language)} ({tables.why(causes, language)})", *told]
    return [spaced(line, language) for line in lines]


def write(older: history.Entry, newer: history.Entry, changed: Changed, path: Path) -> Path:
    """Write the changes as the city's log has them, for a French spreadsheet."""
    return spreadsheet.write(changes.logged(older, newer, changed), path)


def material(changed: Changed) -> bool:
    """Whether a number of a known period changed by more than the threshold."""
    rows = changed.rows
    return bool((rows["material"] & rows["kind"].isin(REVISED)).any())


def examined(entry: history.Entry, folder: Path) -> tuple[runs.Request, verify.Basis]:
    """Return how a run would be made again, and what differs from it already.

    Raises
    ------
    InputError
        If the city's file is missing or wrong.
    """
    city = cities.read(folder)
    request = runs.Request(
        city=city,
        inputs=_inputs(city),
        notebooks=assets.notebooks(),
        package=(assets.package(), assets.notebooks(), assets.reports()),
        out=Path(),
        language=entry.record.language,
    )
    return request, verify.basis(entry, request)


def verified(
    entry: history.Entry,
    request: runs.Request,
    basis: verify.Basis,
    progress: Callable[[str], None],
) -> verify.Verified:
    """Run it again in a temporary folder and compare; nothing is run if that makes no sense."""
    if not basis.comparable:
        return verify.Verified("impossible", basis)
    quarto = str(entry.record.engine).startswith("quarto")
    render = commands.renderer("quarto" if quarto else "embedded")
    with tempfile.TemporaryDirectory(prefix="coeurville-verify-") as folder:
        asked = replace(request, out=Path(folder))
        return verify.again(entry, asked, render, basis, progress)


def lock_lines(language: Language) -> list[str]:
    """Return what of the installed packages is not as the lock file has it."""
    path = assets.package().parents[1] / LOCK
    if not path.is_file():
        return []
    apart = verify.locked(path)
    if not apart:
        return [Text(f"Verrou {LOCK} : respecté.", f"Lock {LOCK}: held.").in_(language)]
    named = listing([f"{name} ({old} → {new})" for name, old, new in apart], language)
    words = Text(f"Hors du verrou {LOCK} : {named}.", f"Not as in the lock {LOCK}: {named}.")
    return [words.in_(language)]


def basis_lines(basis: verify.Basis, language: Language) -> list[str]:
    """Return a line for each thing that is not as the run had it."""
    unset = "–"
    lines = [_input_line(item) for item in basis.inputs]
    lines += [
        Text(
            f"city.yml : {sentences.choice(*item, 'fr')}",
            f"city.yml: {sentences.choice(*item, 'en')}",
        )
        for item in basis.choices
    ]
    lines += [
        Text(
            f"Paquet {name} : {old or unset} → {new or unset}",
            f"Package {name}: {old or unset} → {new or unset}",
        )
        for name, old, new in basis.versions
    ]
    lines += [Text(f"Code changé : {name}", f"Code changed: {name}") for name in basis.analyses]
    if basis.code:
        old, new = basis.code
        lines.append(
            Text(f"Version du code : {old} → {new}", f"Version of the code: {old} → {new}")
        )
    lines += [
        Text(f"Carnet absent : {name}", f"Notebook missing: {name}") for name in basis.missing
    ]
    lines += [
        Text(f"Fichier modifié depuis l'exécution : {name}", f"File altered since the run: {name}")
        for name in basis.altered
    ]
    return [line.in_(language) for line in lines]


def verdict_lines(found: verify.Verified, language: Language) -> list[str]:
    """Return the verdict, and what it rests on."""
    fr, en = (number(found.numbers, name) for name in ("fr", "en"))
    files = len(found.files)
    counted = (plural(files, "fichier", "fichiers"), plural(files, "file", "files", "en"))
    other = ", ".join(found.other)
    tolerance = f"{verify.RELATIVE:.0e}"
    match found.verdict:
        case "impossible":
            text = Text(
                "NE PEUT PAS ÊTRE VÉRIFIÉ : ce qui est nommé ci-dessus n'est plus ce que "
                "l'exécution a lu.",
                "CANNOT BE VERIFIED: what is named above is no longer what the run read.",
            )
        case "bytes":
            text = Text(
                f"IDENTIQUE À L'OCTET : {files} {counted[0]}, {fr} nombres.",
                f"IDENTICAL TO THE BYTE: {files} {counted[1]}, {en} numbers.",
            )
        case "numbers":
            text = Text(
                f"NOMBRES IDENTIQUES : {fr} nombres (écart relatif de {tolerance} au plus) ; "
                f"d'autres octets dans : {other}.",
                f"IDENTICAL NUMBERS: {en} numbers (relative difference of {tolerance} at most); "
                f"other bytes in: {other}.",
            )
        case "different":
            apart = 0 if found.differing is None else len(found.differing)
            text = Text(
                f"DIFFÉRENT : {number(apart, 'fr')} valeurs ne sont pas retrouvées "
                f"(écart relatif de plus de {tolerance}) sur {fr} nombres.",
                f"DIFFERENT: {number(apart, 'en')} values are not found again "
                f"(relative difference over {tolerance}) among {en} numbers.",
            )
    return [text.in_(language), *_differing(found.differing, language)]


def _differing(rows: pd.DataFrame | None, language: Language) -> list[str]:
    if rows is None or rows.empty:
        return []
    lines = []
    for row in rows.head(LISTED).to_dict("records"):
        where = " · ".join(
            str(row[name])
            for name in ("zone", "category", "period_start", "period_end")
            if row[name]
        )
        line = f"  {label(row).in_(language)} ({where}), {row['what']} : "
        line += f"{row['recorded'] or '–'} → {row['again'] or '–'}"
        lines.append(spaced(line, language))
    left = len(rows) - LISTED
    if left > 0:
        more = Text(f"  et {number(left, 'fr')} autres", f"  and {number(left, 'en')} others")
        lines.append(more.in_(language))
    return lines


def _input_line(item: verify.Input) -> Text:
    old, new = item.expected[:12], item.found[:12]
    if not item.found:
        return Text(
            f"Donnée absente : {item.path} (attendu sha256 {old})",
            f"Input missing: {item.path} (expected sha256 {old})",
        )
    if not item.expected:
        return Text(f"Donnée nouvelle : {item.path}", f"New input: {item.path}")
    return Text(
        f"Donnée changée : {item.path} (attendu sha256 {old}, trouvé {new})",
        f"Input changed: {item.path} (expected sha256 {old}, found {new})",
    )


def _inputs(city: City) -> list[Path]:
    """Return the files that the city declares and that are there."""
    try:
        declared = [*sources.declared_files(city)]
    except InputError:  # what is missing is named by the manifest's own list
        declared = []
    return [*declared, *texts.paths(city.folder)]
