"""Rows of the SIRENE register brought to the columns of the table ``establishments``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses import activities
from analyses.schemas import Note, Raw, check, fold, get
from analyses.schemas.convert import Mask
from analyses.sources.remarks import examples
from analyses.sources.sirene.scan import Scan
from analyses.wording import Text, listing, number

ALIASES: dict[str, tuple[str, ...]] = {
    "siret": ("siret",),
    "period_start": (
        "dateDebut", "dateDebutEtablissement",
        "Date de début d'une période d'historique d'un établissement",
        "Date de début d'une période de l'historique d'un établissement",
    ),
    "period_end": ("dateFin", "Date de fin d'une période d'historique d'un établissement"),
    "ended": ("dateFermetureEtablissement", "Date de fermeture de l'établissement"),
    "state": (
        "etatAdministratifEtablissement", "etat", "État administratif de l'établissement",
    ),
    "activity_code": (
        "activitePrincipaleEtablissement", "code_ape", "Activité principale de l'établissement",
    ),
    "activity_code_25": ("activitePrincipaleNAF25Etablissement",),
    "nomenclature": (
        "nomenclatureActivitePrincipaleEtablissement",
        "Nomenclature de l'activité principale de l'établissement",
    ),
    "commune": ("codeCommuneEtablissement", "code_commune", "Code commune de l'établissement"),
    "created": ("dateCreationEtablissement", "Date de création de l'établissement"),
    "headquarters": ("etablissementSiege", "Établissement siège"),
    "name": ("denominationUsuelleEtablissement", "Dénomination usuelle de l'établissement"),
    "brand": ("enseigne1Etablissement", "Première ligne d'enseigne de l'établissement"),
    "staff_class": (
        "trancheEffectifsEtablissement", "code_tranche", "Tranche de l'effectif de l'établissement",
    ),
    "diffusion": ("statutDiffusionEtablissement", "Statut de diffusion de l'établissement"),
    "street_kind": ("typeVoieEtablissement", "Type de voie de l'établissement"),
    "street_name": ("libelleVoieEtablissement", "Libellé de la voie de l'établissement"),
    "lon": ("longitude",),
    "lat": ("latitude",),
    "score": ("geo_score",),
    "precision": ("geo_type",),
    "lambert_x": ("coordonneeLambertAbscisseEtablissement",),
    "lambert_y": ("coordonneeLambertOrdonneeEtablissement",),
}  # fmt: skip
"""Our column: its names, in any case, in the official files and in the extracts made from them (the
last ones are the titles under which portals export them)."""

UNDISCLOSED = "[ND]"
CONVENTION = pd.Timestamp("1900-01-01")
"""Date that the register writes when it does not know one."""

_TEXT = pd.StringDtype("pyarrow")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Typed rows of one file (index = rank of the row among those read) and their notes.

    Parameters
    ----------
    frame : DataFrame
        Rows that count.
    notes : tuple of Note
        What must be known about them.
    to_come : DataFrame
        Rows of periods that begin after the extraction: the period is set aside, but what the row
        says of the establishment (its commune, its name) holds for its history.
    """

    frame: pd.DataFrame
    notes: tuple[Note, ...]
    to_come: pd.DataFrame


def columns_of(source: Scan) -> dict[str, str]:
    """Return our name: name in the file, for the columns that a file has."""
    found = {}
    written = {fold(item): item for item in reversed(source.columns)}
    for name, spellings in ALIASES.items():
        there = next((written[fold(s)] for s in spellings if fold(s) in written), None)
        if there is not None:
            found[name] = there
    return found


def clean(table: pa.Table, named: dict[str, str], file: str, today: pd.Timestamp | None) -> Cleaned:
    """Type and complete rows of the register.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of text under the names of the file.
    named : dict
        Our name: name in the file.
    file : str
        File, for messages.
    today : Timestamp, optional
        Day of the extraction: periods that start after it are set aside. Without it they are kept
        and the note says how to declare it.

    Returns
    -------
    Cleaned
        Columns of ``establishments``; what the register leaves out or masks is missing and counted.
        Nothing here is a fault: a user cannot correct the register.
    """
    notes: list[Note] = []
    text = pa.table({name: table[label] for name, label in named.items()})
    text, hidden = _disclosed(text)
    if hidden:
        notes.append(_hidden_note(hidden))
    text = _with_street(_with_code(_with_closure(text)))
    raw = Raw(file, text, np.arange(1, len(text) + 1, dtype=np.int64), named)
    checked = check(raw, get("establishments"))
    frame = checked.frame
    frame["siret"], short, wrong = _siret(frame["siret"])
    if short:
        notes.append(_short_note(short))
    if wrong.any():
        notes.append(_wrong_siret_note(wrong))
        frame = frame[~wrong].copy()
    frame["nomenclature"] = _nomenclature(frame, text, wrong)
    families = activities.family_of(frame["activity_code"], frame["nomenclature"])
    frame["activity_family"] = families
    notes += _code_notes(frame)
    future, dated = _dates(frame, today)
    return Cleaned(frame[~future], (*notes, *dated), frame[future])


def _disclosed(text: pa.Table) -> tuple[pa.Table, int]:
    """Turn masked values into missing ones and count the rows that have any."""
    masked = np.zeros(len(text), dtype=bool)
    columns = {}
    for name in text.column_names:
        hidden = pc.fill_null(pc.equal(text[name], UNDISCLOSED), False)
        masked |= np.asarray(hidden.to_numpy(), dtype=bool)
        columns[name] = pc.if_else(hidden, pa.scalar(None, pa.string()), text[name])
    if "diffusion" in columns:  # files before 2022 wrote N for what is now P
        old = pc.fill_null(pc.equal(columns["diffusion"], "N"), False)
        columns["diffusion"] = pc.if_else(old, pa.scalar("P"), columns["diffusion"])
    return pa.table(columns), int(masked.sum())


def _with_closure(text: pa.Table) -> pa.Table:
    """Start the period of a closed establishment at its closure, where only that is dated."""
    if not {"ended", "state"} <= set(text.column_names):
        return text
    closed = pc.fill_null(pc.match_substring_regex(text["state"], "(?i)^ferm|^f$"), False)
    shut = pc.if_else(closed, text["ended"], pa.scalar(None, pa.string()))
    if "period_start" not in text.column_names:
        return text.append_column("period_start", shut)
    rank = text.column_names.index("period_start")
    return text.set_column(rank, "period_start", pc.coalesce(text["period_start"], shut))


def _with_code(text: pa.Table) -> pa.Table:
    """Take the code in NAF 2025 where the main one is missing."""
    if "activity_code_25" not in text.column_names:
        return text
    new = text["activity_code_25"]
    if "activity_code" not in text.column_names:
        return text.append_column("activity_code", new)
    rank = text.column_names.index("activity_code")
    return text.set_column(rank, "activity_code", pc.coalesce(text["activity_code"], new))


def _with_street(text: pa.Table) -> pa.Table:
    if not {"street_kind", "street_name"} <= set(text.column_names):
        return text
    kind = pc.fill_null(text["street_kind"], "")
    street = pc.utf8_trim_whitespace(pc.binary_join_element_wise(kind, text["street_name"], " "))
    return text.append_column("street", street)


def _siret(values: pd.Series) -> tuple[pd.Series, int, Mask]:
    """Give back their leading zeros to numbers read as such by another tool."""
    padded = values.str.zfill(14)
    short = int((values.str.len() < 14).sum())
    good = padded.str.fullmatch(r"\d{14}").fillna(False).to_numpy(dtype=bool)
    return padded, short, ~good


def _nomenclature(frame: pd.DataFrame, text: pa.Table, dropped: Mask) -> pd.Series:
    """Return the classification of each code: as given, else from its shape and its date."""
    given = pd.Series(pd.NA, index=frame.index, dtype=object)
    if "nomenclature" in text.column_names:
        names = text["nomenclature"].filter(pa.array(~dropped)).to_pandas()
        given = pd.Series(names.to_numpy(), index=frame.index, dtype=object)
        given = given.replace({"NAF25": "NAF2025", "NAFRev2.1": "NAF2025"})
    code = frame["activity_code"]
    new = code.str.fullmatch(r"\d\d\.\d\d[GHJKLY]").fillna(False).to_numpy(dtype=bool)
    rev2 = code.str.fullmatch(r"\d\d\.\d\d[ABCDEFZ]").fillna(False).to_numpy(dtype=bool)
    older = code.str.fullmatch(r"\d\d\.\d[A-Z]").fillna(False).to_numpy(dtype=bool)
    nap = code.str.fullmatch(r"\d\d\.\d\d").fillna(False).to_numpy(dtype=bool)
    start = frame["period_start"].to_numpy()
    recent = start >= np.datetime64("2003-01-01")  # first day of NAF rev. 1
    guess = np.select(
        [new, rev2, older & recent, older, nap],
        ["NAF2025", "NAFRev2", "NAFRev1", "NAF1993", "NAP"],
        default="",
    )
    named = given.where(given.notna(), pd.Series(guess, index=frame.index).replace({"": pd.NA}))
    return named.where(code.notna(), None).where(named.notna(), None).astype(_TEXT)


def _dates(frame: pd.DataFrame, today: pd.Timestamp | None) -> tuple[Mask, list[Note]]:
    """Count what cannot be dated; return which rows have not happened yet."""
    notes = []
    start = frame["period_start"]
    if missing := int(start.isna().sum()):
        fr = "Début inconnu (gardées dans le stock ; ouverture à la création si elle est datée)"
        en = "Unknown start (kept in the stock; opened at their creation where it is dated)"
        notes.append(_count_note(missing, fr, en))
    if old := int(start.eq(CONVENTION).sum()):
        fr = "Début au 1er janvier 1900, que le répertoire écrit quand il ignore la date"
        en = "Start on 1 January 1900, which the register writes when it does not know the date"
        notes.append(_count_note(old, fr, en))
    if unknown := int(frame["state"].isna().sum()):
        notes.append(_count_note(unknown, "État administratif inconnu", "Unknown state"))
    if backwards := int((frame["period_end"] < start).sum()):
        fr, en = "Fin avant le début", "End before the start"
        notes.append(_count_note(backwards, fr, en))
    if today is None:
        never = np.zeros(len(frame), dtype=bool)
        return never, [*notes, _undated_note(start)] if start.notna().any() else notes
    future = np.asarray(start > today, dtype=bool)
    if future.any():
        day = today.date().isoformat()
        fr = f"Début après l'extraction du {day} (écartées)"
        en = f"Start after the extraction of {day} (set aside)"
        notes.append(_count_note(int(future.sum()), fr, en, set_aside=True))
    return future, notes


def _undated_note(start: pd.Series) -> Note:
    last = start.max().date().isoformat()
    return Note(
        Text(
            "La date d'extraction du répertoire n'est pas déclarée (retrieved) : les périodes à "
            f"venir n'ont pas pu être écartées ; la dernière commence le {last}.",
            "The extraction date of the register is not declared (retrieved): periods to come "
            f"could not be set aside; the last one starts on {last}.",
        )
    )


def _count_note(rows: int, fr: str, en: str, *, set_aside: bool = False) -> Note:
    return Note(
        Text(f"{fr} : {number(rows)} période(s).", f"{en}: {number(rows, 'en')} period(s)."),
        rows=rows,
        set_aside=set_aside,
    )


def _hidden_note(rows: int) -> Note:
    return Note(
        Text(
            f"{number(rows)} ligne(s) de diffusion partielle : leurs champs masqués ([ND]) sont "
            "manquants.",
            f"{number(rows, 'en')} row(s) are partly disclosed: their masked fields ([ND]) are "
            "missing.",
        ),
        rows=rows,
    )


def _short_note(rows: int) -> Note:
    return Note(
        Text(
            f"{number(rows)} SIRET avaient perdu leurs zéros de tête ; ils ont été rétablis.",
            f"{number(rows, 'en')} SIRET had lost their leading zeros, which were put back.",
        ),
        rows=rows,
    )


def _wrong_siret_note(wrong: Mask) -> Note:
    count = int(wrong.sum())
    return Note(
        Text(
            f"{number(count)} ligne(s) sans SIRET à 14 chiffres, écartées.",
            f"{number(count, 'en')} row(s) without a 14-digit SIRET, set aside.",
        ),
        rows=count,
        set_aside=True,
    )


def _code_notes(frame: pd.DataFrame) -> list[Note]:
    """Report codes of older classifications, missing ones, and those that are not understood."""
    notes = []
    code, kind = frame["activity_code"], frame["nomenclature"]
    current = kind.isin(list(activities.NOMENCLATURES)).to_numpy(dtype=bool)
    if missing := int(code.isna().sum()):
        fr, en = "Sans code d'activité", "Without activity code"
        notes.append(_count_note(missing, fr, en))
    older = code.notna().to_numpy() & ~current & kind.notna().to_numpy()
    if older.any():
        names = sorted(kind[older].unique())
        fr = f"Code d'une ancienne nomenclature ({listing(names)}), sans famille d'activité"
        en = f"Code of an older classification ({listing(names, 'en')}), without activity family"
        notes.append(_count_note(int(older.sum()), fr, en))
    known = activities.is_known(code, kind).to_numpy()
    unknown = code.notna().to_numpy() & ~older & ~known
    if unknown.any():
        shown = examples(sorted(code[unknown].unique()), 5, quoted=False)
        fr = f"Code d'activité inconnu ({shown.fr})"
        en = f"Unknown activity code ({shown.en})"
        notes.append(_count_note(int(unknown.sum()), fr, en))
    return notes
