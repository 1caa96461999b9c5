"""The revisions that go with published numbers: what changed between public editions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analyses.comparison.revisions import CAUSES, KINDS
from analyses.publish import tables
from analyses.runs import spreadsheet
from analyses.runs.changes import NUMBERS

NAME = "revisions.csv"
TITLES = {
    "edition_before": "Édition précédente", "edition_after": "Édition",
    "run_before": "Empreinte précédente", "run_after": "Empreinte",
    "indicator": "Indicateur", "zone": "Zone", "breakdown": "Découpage", "category": "Modalité",
    "period_start": "Début de période", "period_end": "Fin de période",
    "source": "Nature de la source", "unit": "Unité", "before": "Valeur précédente",
    "after": "Valeur", "change": "Écart",
    "before_period": "Fin de la période de la valeur précédente, si elle est autre",
    "kind": "Ce qui est arrivé au nombre", "causes": "Causes, séparées par +",
    "material": "Au-delà du seuil", "provisional": "Période non finie à l'édition précédente",
    "open": "Période non finie à cette édition",
}  # fmt: skip
_DATES = ("edition_before", "edition_after", "period_start", "period_end", "before_period")
_REQUIRED = ("edition_before", "edition_after", "indicator", "zone", "kind", "causes")


def resource(log: Path, place: Path) -> dict[str, Any] | None:
    """Write the public log of revisions into the package and describe it.

    Parameters
    ----------
    log : Path
        ``public/revisions.csv`` of the run.
    place : Path
        Folder of the package.

    Returns
    -------
    dict or None
        Resource of the package; None if the city has one edition only.
    """
    if not log.is_file():
        return None
    table = spreadsheet.read(log, NUMBERS)[list(TITLES)]
    tables.write_french(table, place / NAME)
    words = {
        "kind": {name: text.fr for name, text in KINDS.items()},
        "causes": {name: text.fr for name, text in CAUSES.items()},
    }
    fields = [
        {
            "name": name,
            "type": "number" if name in NUMBERS else "date" if name in _DATES else "string",
            "title": title,
            **({"constraints": {"required": True}} if name in _REQUIRED else {}),
            **(
                {"description": " ; ".join(f"{key} : {said}" for key, said in words[name].items())}
                if name in words
                else {}
            ),
        }
        for name, title in TITLES.items()
    ]
    return tables.resource("revisions", "Révisions d'une édition à l'autre", NAME, fields)
