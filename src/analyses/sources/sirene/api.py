"""Answers of the API Recherche d'entreprises and of the Annuaire des entreprises (JSON)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from analyses.errors import Fault, InputError
from analyses.schemas import Note, fold
from analyses.sources.files import sheets
from analyses.wording import Text, number

_API = {
    "siret": "siret", "period_start": "date_debut_activite", "state": "etat_administratif",
    "activity_code": "activite_principale", "activity_code_25": "activite_principale_naf25",
    "commune": "commune", "created": "date_creation", "headquarters": "est_siege",
    "staff_class": "tranche_effectif_salarie", "diffusion": "statut_diffusion_etablissement",
    "name": "nom_commercial", "lon": "longitude", "lat": "latitude",
}  # fmt: skip
_SITE = {
    "siret": "siret", "period_start": "dateDebutActivite", "state": "etatAdministratif",
    "activity_code": "activitePrincipale", "created": "dateCreation", "headquarters": "estSiege",
    "staff_class": "trancheEffectif", "diffusion": "statutDiffusion", "brand": "enseigne",
    "name": "denomination", "lon": "longitude", "lat": "latitude",
}  # fmt: skip
_STATES = {"en activite": "A", "ferme": "F", "cessee": "F"}
_DIFFUSIONS = {"diffusible": "O", "partiellement diffusible": "P", "non diffusible": "P"}
_COLUMNS = tuple(dict.fromkeys([*_API, *_SITE]))
_CODE = re.compile(r"\((\d\d\.\d\d[A-Z])\)\s*$")


def table(path: Path, file: str, communes: Sequence[str]) -> tuple[pa.Table, list[Note]]:
    """Read one answer as a text table under our names.

    Parameters
    ----------
    path : Path
        JSON file: an answer of the API (``results`` with ``matching_etablissements``) or of the
        site (``result`` with ``etablissements``), or a list of answers.
    file : str
        Its name in messages.
    communes : sequence of str
        INSEE codes to keep; establishments whose answer gives no code are kept and counted.

    Raises
    ------
    InputError
        If the file is of neither shape.
    """
    content = sheets.read_json(path, file)
    rows: dict[str, dict[str, str | None]] = {}
    for answer in content if isinstance(content, list) else [content]:
        for row in _rows(answer, file):
            rows.setdefault(row["siret"] or f"?{len(rows)}", row)
    kept = [row for row in rows.values() if row["commune"] is None or row["commune"] in communes]
    if not kept:
        raise InputError([Fault(file, "the answers hold no establishment of the communes asked for",
                                "Check insee_code, or options: {communes: […]}",
                                value=", ".join(communes[:5]))])  # fmt: skip
    columns = {
        name: pa.chunked_array([pa.array([row[name] for row in kept], pa.string())])
        for name in _COLUMNS
    }
    notes = [_PARTIAL]
    without = sum(row["commune"] is None for row in kept)
    if without:
        notes.append(_without_commune(without))
    return pa.table(columns), notes


def _rows(answer: Any, file: str) -> Iterator[dict[str, str | None]]:
    inner = answer.get("result", answer) if isinstance(answer, dict) else None
    found = inner.get("results") if isinstance(inner, dict) else None
    if not isinstance(found, list):
        raise InputError([Fault(file, "this is not an answer of the API Recherche d'entreprises",
                                "Save the JSON answer of its /search or /near_point")])  # fmt: skip
    for unit in found:
        site = "etablissements" in unit
        several = (unit.get("etablissements") or {}).get("all") if site else None
        listed = several or unit.get("matching_etablissements") or []
        head = unit.get("siege")
        for item in [*listed, *([head] if head else [])]:
            yield _row(item, _SITE if "etatAdministratif" in item else _API)


def _row(item: dict[str, Any], names: dict[str, str]) -> dict[str, str | None]:
    row = {name: _text(item.get(names[name])) if name in names else None for name in _COLUMNS}
    row["state"] = _STATES.get(fold(row["state"] or ""), row["state"])
    row["diffusion"] = _DIFFUSIONS.get(fold(row["diffusion"] or ""), row["diffusion"])
    if brands := item.get("liste_enseignes"):
        row["brand"] = _text(brands[0])
    if found := _CODE.search(item.get("libelleActivitePrincipaleNaf25") or ""):
        row["activity_code_25"] = found[1]
    if row["staff_class"] == "__O__":
        row["staff_class"] = None
    return row


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


_PARTIAL = Note(
    Text(
        "L'API Recherche d'entreprises ne donne ni les périodes passées, ni tous les "
        "établissements d'une commune : ces lignes complètent le répertoire, sans le remplacer.",
        "The API Recherche d'entreprises gives neither past periods nor all the establishments "
        "of a commune: these rows complete the register and do not replace it.",
    )
)


def _without_commune(rows: int) -> Note:
    return Note(
        Text(
            f"{number(rows)} établissement(s) sans code de commune, gardés.",
            f"{number(rows, 'en')} establishment(s) without a commune code, kept.",
        ),
        rows=rows,
    )
