"""Surveys of commercial premises: our template, or any file mapped by the city."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analyses import activities
from analyses.errors import Fault
from analyses.schemas import Note, Raw, check, get
from analyses.schemas.check import listed
from analyses.sources import corrections, mapping
from analyses.sources.files import headers
from analyses.sources.files.opening import open_text, reading_of
from analyses.sources.remarks import examples
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.wording import Text, number

_READING = ("decimal", "date_order", "survey_month", "duplicates", headers.OPTION)

FIRST_WAVE = pd.Timestamp("1950-01-01")
"""Day before which no survey of premises is meant: such a date is a slip of the pen."""

TEMPLATE = Layout(
    "coeurville",
    Text(
        "Modèle coeurville du relevé (CSV, XLSX ou GeoJSON), en-têtes du modèle ou titres",
        "coeurville survey template (CSV, XLSX or GeoJSON), headers of the template or titles",
    ),
    _READING,
)
MAPPED = Layout(
    "mapped",
    Text(
        "Tout autre fichier (CSV, XLSX ou GeoJSON), colonnes et valeurs déclarées dans city.yml",
        "Any other file (CSV, XLSX or GeoJSON), columns and values declared in city.yml",
    ),
    (*_READING, *mapping.OPTIONS),
)


def read(asked: Request) -> Piece:
    """Read one survey file.

    Parameters
    ----------
    asked : Request
        Layout ``coeurville`` or ``mapped``.

    Returns
    -------
    Piece
        Typed rows of the table ``premises``; personal fields are gone.

    Raises
    ------
    InputError
        If the file cannot be read at all; faults of its rows are in the piece.
    """
    schema = get("premises")
    layout = MAPPED if asked.source.layout == "mapped" else TEMPLATE
    faults = asked.check_options(layout.options)
    reading, wrong = reading_of(asked)
    faults += wrong
    raw, wrong = open_text(asked, headers.wanted(asked, schema))
    faults += wrong
    rows_read = len(raw.lines)
    notes: list[Note] = []
    if layout is MAPPED:
        raw, wrong = mapping.apply(raw, asked, schema)
        faults += wrong
    else:
        faults += mapping.without_effect(asked)
        raw, unread = mapping.template(raw, schema)
        if unread:
            notes.append(_unread_note(raw.file, unread))
    raw, repairs, hits = corrections.on_text(raw, asked.corrections)
    checked = check(raw, schema, reading)
    faults += [*checked.faults, *_misdated(asked, raw, checked.frame["wave"])]
    frame, remark = _with_family(checked.frame)
    notes += [*repairs, *checked.notes, *remark]
    return Piece(asked, frame, rows_read, tuple(notes), tuple(faults), hits)


def _misdated(asked: Request, raw: Raw, wave: pd.Series) -> list[Fault]:
    """Return the faults of surveys dated after the file was had (today, if that is not declared)
    or before :data:`FIRST_WAVE`.
    """  # noqa: D205 - one sentence
    had = asked.source.retrieved
    limit = pd.Timestamp(had or dt.datetime.now(ZoneInfo(asked.city.time_zone)).date())
    told = "retrieved:" if had else "today"
    faults: list[Fault] = []
    for wrong, problem in (
        (wave > limit, f"the survey date is in the future (after {told} {limit.date()})"),
        (wave < FIRST_WAVE, f"the survey date is before {FIRST_WAVE.year}"),
    ):
        rows = np.asarray(wrong, dtype=bool)
        if not rows.any():
            continue
        if "wave" in asked.source.constants:
            faults.append(
                Fault(
                    "city.yml",
                    problem,
                    "Correct it",
                    column=f"sources.{asked.table}.constants.wave",
                    value=asked.source.constants["wave"],
                )
            )
            continue
        remedy = "Correct the year, or declare how dates are written (options: {date_order: …})"
        if had and problem.endswith(")"):
            remedy = "Correct the date, or retrieved: in city.yml"
        faults += listed(raw, "wave", rows, raw.table["wave"], problem, remedy)
    return faults


def _with_family(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Complete the activity family from the activity code where the survey gives none.

    Premises surveyed with the code of an activity that is no shop (an office behind a shop front)
    go to the family ``other``; an unknown code leaves the family missing and is noted.
    """
    wanted = frame["activity_family"].isna() & frame["activity_code"].notna()
    if not wanted.any():
        return frame, []
    codes = frame.loc[wanted, "activity_code"]
    known = activities.is_known(codes)
    families = activities.family_of(codes)
    frame = frame.copy()
    frame.loc[wanted, "activity_family"] = families.where(families.notna() | ~known, "other")
    unknown = codes[~known]
    if unknown.empty:
        return frame, []
    shown = examples(sorted(unknown.unique()), 5, quoted=False)
    return frame, [
        Note(
            Text(
                f"{number(len(unknown))} ligne(s) portent un code d'activité inconnu ({shown.fr}).",
                f"{number(len(unknown), 'en')} row(s) have an unknown activity code ({shown.en}).",
            ),
            rows=len(unknown),
            lines=tuple(int(line) for line in unknown.index[:5]),
        )
    ]


def _unread_note(file: str, unread: list[str]) -> Note:
    names = examples(unread, 20)
    return Note(
        Text(
            f"Colonnes de {file} qui ne sont pas du modèle et n'ont pas été lues : {names.fr}.",
            f"Columns of {file} that are not in the template and were not read: {names.en}.",
        )
    )


FAMILY = Family("premises", (TEMPLATE, MAPPED), each(read))
