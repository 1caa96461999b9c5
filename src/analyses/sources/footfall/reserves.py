"""What a reader of counts must tell of a file's clock: notes, and trading days."""

from __future__ import annotations

import numpy as np

from analyses.errors import Fault
from analyses.schemas import Note
from analyses.sources.clock import Floats, Instants, Ints
from analyses.sources.footfall import evidence
from analyses.sources.request import Request
from analyses.wording import Text, number


def day_starts_at(asked: Request) -> tuple[int | None, list[Fault]]:
    """Return the declared hour at which the file's days begin, None if it is not declared."""
    text = asked.option("day_starts_at")
    if not text:
        return None, []
    if text.isdigit() and int(text) < 24:
        return int(text), []
    return None, [
        Fault(
            "city.yml",
            "this is not an hour of the day",
            "Write a number from 0 to 23",
            column=f"sources.{asked.table}.options.day_starts_at",
            value=text,
        )
    ]


def trading_days(
    asked: Request, file: str, day: Instants, hour: Ints, count: Floats, sensor: Ints
) -> tuple[int, list[Note], list[Fault]]:
    """Return the hour at which the file's days begin: declared, or proven by the counts.

    Trading days that the counts prove and the city does not declare are taken and noted; a
    declaration that the counts contradict is a fault.
    """
    declared, faults = day_starts_at(asked)
    seen = evidence.trading_day_start(day, hour, count, sensor)
    if declared is not None and seen and declared != seen:
        faults.append(
            Fault(
                file,
                f"city.yml says that days begin at {declared}:00, the counts say {seen}:00 "
                "(midnight is not continuous otherwise)",
                f"Write day_starts_at: {seen} in the options, or look at the file again",
                value=str(declared),
            )
        )
    starts_at = seen if declared is None else declared
    if not starts_at:
        return 0, [], faults
    how_fr = "déclaré" if declared is not None else "reconnu dans les comptages"
    how_en = "declared" if declared is not None else "found in the counts"
    return (
        starts_at,
        [
            Note(
                Text(
                    f"Les dates de {file} sont des journées d'exploitation qui commencent à "
                    f"{starts_at} h "
                    f"({how_fr}) : les heures d'avant ont été rendues au lendemain.",
                    f"The dates of {file} are trading days that begin at {starts_at}:00 "
                    f"({how_en}): earlier "
                    "hours were given to the next calendar day.",
                )
            )
        ],
        faults,
    )


def rows_note(file: str, lines: Ints, fr: str, en: str, aside: bool) -> Note:
    """Return the note on some rows, set aside or not; a line of many sensors counts once."""
    lines = np.unique(lines)
    count, done = len(lines), " : écartée(s)" if aside else ""
    done_en = ": set aside" if aside else ""
    return Note(
        Text(
            f"{number(count)} ligne(s) de {file} {fr}{done}.",
            f"{number(count, 'en')} row(s) of {file} {en}{done_en}.",
        ),
        rows=count,
        set_aside=aside,
        lines=tuple(int(line) for line in lines[:5]),
    )


def ignored_offsets(file: str, declared: str) -> Note:
    """Return the note on offsets that a declaration overrules."""
    return Note(
        Text(
            f"Les décalages écrits dans {file} ont été ignorés : la ville déclare l'horloge "
            f"{declared}.",
            f"The offsets written in {file} were ignored: the city declares the clock {declared}.",
        )
    )


def wrong_offsets(file: str) -> Note:
    """Return the note on offsets that the counts contradict."""
    return Note(
        Text(
            f"Les décalages écrits dans {file} paraissent faux : le rythme des journées se déplace "
            f"d'une "
            "heure aux changements d'heure. L'option time_zone (UTC par exemple) permet de les "
            "corriger.",
            f"The offsets written in {file} look wrong: the daily rhythm moves by one hour at the "
            f"changes "
            "of clocks. The option time_zone (UTC for instance) corrects them.",
        )
    )
