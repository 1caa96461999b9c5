"""A finished run as others read it: its indicators, trusted only if they are those it published.

One edition is read at a time; the public one holds nothing that may not leave.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from analyses import digests
from analyses.blocks import Edition
from analyses.errors import InputError
from analyses.runs import editions, indicators_file, manifest
from analyses.wording import Text


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run.

    Parameters
    ----------
    city : str
        Identifier of the city.
    edition : date
        Day of the edition.
    fingerprint : str
        Head of the run's fingerprint.
    table : DataFrame
        Its indicators (:func:`analyses.runs.indicators_file.read`).
    """

    city: str
    edition: date
    fingerprint: str
    table: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a city has no run that can be read.

    Parameters
    ----------
    state : str
        ``absent``, ``failed`` or ``broken``.
    why, remedy : Text
        What to print.
    """

    state: Literal["absent", "failed", "broken"]
    why: Text
    remedy: Text


def read(out: Path, city: str, edition: Edition = "public") -> Finished | Unread:
    """Read the finished run of a city.

    Parameters
    ----------
    out : Path
        Folder of the runs.
    city : str
        Identifier of the city, and name of its folder.
    edition : str
        Edition whose numbers are read.

    Returns
    -------
    Finished or Unread
        The run; or why there is none to trust: it never raises for the state of one city.
    """
    folder = editions.place(out / city, edition)
    if not (folder / manifest.NAME).is_file():
        return _absent(out, city)
    try:
        record = json.loads((folder / manifest.NAME).read_text(encoding="utf-8"))
        day = date.fromisoformat(record["edition"])
        head, named, known = str(record["fingerprint"]), record["city"], record["outputs"]
        wanted = known[indicators_file.NAME]
    except (OSError, ValueError, KeyError, TypeError, UnicodeDecodeError):
        return _broken(city, "run.json ne se lit pas", "run.json cannot be read")
    if named != city:
        fr, en = f"run.json est celui de {named}", f"run.json is that of {named}"
        return _broken(city, fr, en)
    path = folder / indicators_file.NAME
    if not path.is_file():
        return _broken(city, "indicators.csv manque", "indicators.csv is missing")
    if digests.of_file(path) != wanted:
        return _broken(
            city, "indicators.csv n'est plus celui que le traitement a publié",
            "indicators.csv is no longer the one that the run published",
        )  # fmt: skip
    try:
        found = indicators_file.read(path)
    except InputError:
        found = None
    if found is None or not (found["city"] == city).all():
        return _broken(
            city, "indicators.csv n'a pas la forme attendue ou porte une autre ville",
            "indicators.csv is not of the expected form or names another city",
        )  # fmt: skip
    return Finished(city, day, head[:12], found)


def mark(out: Path, city: str, edition: Edition = "public") -> str:
    """Return a mark of what :func:`read` would read, ``absent`` if there is nothing.

    The manifest's times are not part of it: the edition's day, the fingerprint and the indicators'
    hash are.
    """
    folder = editions.place(out / city, edition)
    found = {}
    for name in (manifest.NAME, indicators_file.NAME):
        if not (folder / name).is_file():
            return f"absent/{(out / '.failed' / city / manifest.NAME).is_file()}"
        found[name] = digests.of_file(folder / name)
    try:
        record = json.loads((folder / manifest.NAME).read_text(encoding="utf-8"))
        kept = {key: record[key] for key in ("city", "edition", "fingerprint")}
    except (OSError, ValueError, KeyError, TypeError):
        return digests.of_value(found)
    return digests.of_value({**kept, "indicators": found[indicators_file.NAME]})


def _absent(out: Path, city: str) -> Unread:
    if (out / city / manifest.NAME).is_file():
        return Unread(
            "absent",
            Text("Le traitement n'a pas écrit d'édition publique.",
                 "The run wrote no public edition."),
            Text(f"Lancer coeurville run {city} --edition both.",
                 f"Run coeurville run {city} --edition both."),
        )  # fmt: skip
    again = Text(f"Lancer coeurville run {city}.", f"Run coeurville run {city}.")
    failed = out / ".failed" / city / manifest.NAME
    if failed.is_file():
        return Unread(
            "failed",
            Text("Le dernier traitement s'est arrêté avant sa fin.",
                 "The last run stopped before its end."),
            Text(f"Lire pourquoi, corriger, puis lancer coeurville run {city}.",
                 f"Read why, correct, then run coeurville run {city}."),
        )  # fmt: skip
    return Unread(
        "absent", Text("Aucun traitement n'est fini.", "There is no finished run."), again
    )


def _broken(city: str, fr: str, en: str) -> Unread:
    return Unread(
        "broken",
        Text(f"Le dossier du traitement est abîmé : {fr}.", f"The run's folder is damaged: {en}."),
        Text(f"Lancer coeurville run {city} --force.", f"Run coeurville run {city} --force."),
    )
