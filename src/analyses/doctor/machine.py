"""The machine: cores, memory, disks, clock, language, and the cities that are there."""

from __future__ import annotations

import locale
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analyses import cities
from analyses.doctor.line import Line, fault, ok, reserve
from analyses.errors import CoeurvilleError, InputError
from analyses.runs import promote
from analyses.wording import Text, number

FREE_MB = 500
"""Megabytes without which a run may not end: a city with its two editions takes some tens."""

COMFORT_MB = 5000
"""Megabytes under which results and their former editions fill the disk before long."""

NOTEBOOK_MB = 700
"""Megabytes that a notebook may take beside the others, one a core."""

_ROOM = Text("Libérer de la place", "Free some room")
_CLOSE = Text(
    "Fermer d'autres programmes, une ville à la fois",
    "Close other programs, run one city at a time",
)


def examine(out: Path) -> Iterator[Line]:
    """Yield what is found of cores, memory and disks."""
    yield cores()
    yield memory()
    yield room(Text("Disque des résultats", "Disk of results"), _nearest(out))
    yield room(Text("Disque temporaire", "Temporary disk"), Path(tempfile.gettempdir()))
    yield results(out)
    left = sorted(path.name for path in out.glob(".*.run-*")) if out.is_dir() else []
    if left:
        yield reserve(
            Text("Exécutions en cours ou interrompues", "Runs under way or stopped"),
            ", ".join(left),
            ", ".join(left),
            Text(
                "Rien à faire : la prochaine exécution de la ville les retire",
                "Nothing to do: the city's next run removes them",
            ),
        )


def cores() -> Line:
    """Count the cores that we may use."""
    count = _cores()
    return ok(
        Text("Cœurs", "Cores"),
        f"{count} (autant de carnets à la fois)",
        f"{count} (as many notebooks at once)",
    )


def memory() -> Line:
    """Compare the free memory with what as many notebooks as cores may take."""
    subject, free = Text("Mémoire libre", "Free memory"), _memory_mb()
    if free is None:
        return ok(subject, "inconnue sur ce système", "unknown on this system")
    fr, en = f"{number(free)} Mo", f"{number(free, 'en')} MB"
    if free >= NOTEBOOK_MB * _cores():
        return ok(subject, fr, en)
    return (fault if free < NOTEBOOK_MB / 2 else reserve)(subject, fr, en, _CLOSE)


def room(subject: Text, place: Path) -> Line:
    """Look at the room that is left on a disk."""
    free = shutil.disk_usage(place).free / 1e6
    fr, en = f"{number(free)} Mo libres ({place})", f"{number(free, 'en')} MB free ({place})"
    if free >= COMFORT_MB:
        return ok(subject, fr, en)
    return (fault if free < FREE_MB else reserve)(subject, fr, en, _ROOM)


def results(out: Path) -> Line:
    """Write in the folder of the results as a run does, and remove it."""
    subject = Text("Dossier des résultats", "Folder of results")
    remedy = Text("Demander les droits, ou --out AUTRE", "Ask for rights, or use --out OTHER")
    if out.exists() and not out.is_dir():
        return fault(subject, f"{out} est un fichier", f"{out} is a file", remedy)
    place = _nearest(out)
    try:
        with tempfile.TemporaryDirectory(prefix=".coeurville-doctor-", dir=place) as folder:
            one, two = Path(folder, "one"), Path(folder, "two")
            one.mkdir()
            two.mkdir()
            at_once = promote.exchange(one, two)
    except OSError as error:
        why = error.strerror or str(error)
        fr, en = f"{place} ne s'écrit pas ({why})", f"{place} cannot be written ({why})"
        return fault(subject, fr, en, remedy)
    if at_once:
        fr, en = "publication en un seul geste", "published in one step"
    else:
        fr, en = "publication en deux gestes", "published in two steps"
    return ok(subject, f"{out} s'écrit ; {fr}", f"{out} can be written; {en}")


def known_cities(cities_dir: Path) -> Iterator[Line]:
    """Read each city's file."""
    subject = Text("Villes", "Cities")
    try:
        known = cities.list_ids(cities_dir)
    except CoeurvilleError:
        fr, en = f"pas de dossier {cities_dir}", f"there is no folder {cities_dir}"
        remedy = Text(
            "Aller dans le clone, ou --cities DOSSIER", "Go to the clone, or --cities DIR"
        )
        yield fault(subject, fr, en, remedy)
        return
    wrong = []
    for city_id in known:
        try:
            cities.read(cities_dir / city_id)
        except InputError as error:
            count, first = len(error.faults), error.faults[0]
            remedy = Text(f"coeurville check {city_id}", f"coeurville check {city_id}")
            said = f"{count} faute(s), d'abord {first}", f"{count} fault(s), first {first}"
            wrong.append(fault(Text(f"Ville {city_id}", f"City {city_id}"), *said, remedy))
    if not known:
        remedy = Text("coeurville new ma-ville", "coeurville new my-city")
        yield reserve(subject, f"aucune dans {cities_dir}", f"none in {cities_dir}", remedy)
    elif not wrong:
        count = len(known)
        yield ok(subject, f"{count} city.yml, tous valides", f"{count} city.yml, all valid")
    yield from wrong


def time_of_day() -> Line:
    """Compare the clock with the day of our own files."""
    subject, now = Text("Horloge", "Clock"), datetime.now(UTC).astimezone()
    zone = now.tzname()
    fr, en = f"{now:%d/%m/%Y %H:%M} ({zone})", f"{now:%Y-%m-%d %H:%M} ({zone})"
    if now >= datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC):
        return ok(subject, fr, en)
    return reserve(subject, fr, en, Text("Mettre la machine à l'heure", "Set the clock"))


def time_zones() -> Line:
    """Look for the list of time zones."""
    subject, zone = Text("Fuseaux horaires", "Time zones"), "Europe/Paris"
    try:
        ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        remedy = Text("pip install tzdata", "pip install tzdata")
        return fault(subject, f"{zone} est inconnu", f"{zone} is unknown", remedy)
    return ok(subject, f"{zone} est connu", f"{zone} is known")


def accents() -> Line:
    """Look at how texts are written on the screen, in names of files, by default."""
    subject = Text("Accents", "Accents")
    used = (
        ("écran", "screen", sys.stdout.encoding or "?"),
        ("noms de fichiers", "file names", sys.getfilesystemencoding()),
        ("système", "system", locale.getpreferredencoding(False)),
    )
    wrong = [item for item in used if not _is_utf8(item[2])]
    if not wrong:
        return ok(subject, "UTF-8 partout", "UTF-8 everywhere")
    fr = ", ".join(f"{name} en {code}" for name, _, code in wrong)
    en = ", ".join(f"{name} in {code}" for _, name, code in wrong)
    remedy = Text(
        "Poser PYTHONUTF8=1 (et LANG=C.UTF-8 sous Linux)",
        "Set PYTHONUTF8=1 (and LANG=C.UTF-8 on Linux)",
    )
    return reserve(subject, fr, en, remedy)


def _nearest(folder: Path) -> Path:
    """Return a folder, or the nearest one above that exists."""
    return next(path for path in (folder, *folder.resolve().parents) if path.is_dir())


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_mb() -> float | None:
    path = Path("/proc/meminfo")
    if not path.is_file():
        return None
    found = re.search(r"^MemAvailable:\s+(\d+)", path.read_text("ascii"), re.M)
    return int(found[1]) * 1.024 / 1000 if found else None


def _is_utf8(name: str) -> bool:
    return name.lower().replace("_", "").replace("-", "") == "utf8"
