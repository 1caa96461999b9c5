"""The register and the map extract in the layouts of their real producers, as text frames."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from analyses.demo import plan
from analyses.demo.register import Establishment, Period

HISTORY = (
    "siren", "nic", "siret", "dateFin", "dateDebut", "etatAdministratifEtablissement",
    "changementEtatAdministratifEtablissement", "enseigne1Etablissement", "enseigne2Etablissement",
    "enseigne3Etablissement", "changementEnseigneEtablissement", "denominationUsuelleEtablissement",
    "changementDenominationUsuelleEtablissement", "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement", "changementActivitePrincipaleEtablissement",
    "caractereEmployeurEtablissement", "changementCaractereEmployeurEtablissement",
)  # fmt: skip
"""Columns of StockEtablissementHistorique, in the official order."""

STOCK = (
    "siren", "nic", "siret", "statutDiffusionEtablissement", "dateCreationEtablissement",
    "trancheEffectifsEtablissement", "anneeEffectifsEtablissement",
    "activitePrincipaleRegistreMetiersEtablissement", "dateDernierTraitementEtablissement",
    "etablissementSiege", "nombrePeriodesEtablissement", "complementAdresseEtablissement",
    "numeroVoieEtablissement", "indiceRepetitionEtablissement", "typeVoieEtablissement",
    "libelleVoieEtablissement", "codePostalEtablissement", "libelleCommuneEtablissement",
    "libelleCommuneEtrangerEtablissement", "distributionSpecialeEtablissement",
    "codeCommuneEtablissement", "codeCedexEtablissement", "libelleCedexEtablissement",
    "codePaysEtrangerEtablissement", "libellePaysEtrangerEtablissement",
    "complementAdresse2Etablissement", "numeroVoie2Etablissement", "indiceRepetition2Etablissement",
    "typeVoie2Etablissement", "libelleVoie2Etablissement", "codePostal2Etablissement",
    "libelleCommune2Etablissement", "libelleCommuneEtranger2Etablissement",
    "distributionSpeciale2Etablissement", "codeCommune2Etablissement", "codeCedex2Etablissement",
    "libelleCedex2Etablissement", "codePaysEtranger2Etablissement",
    "libellePaysEtranger2Etablissement", "dateDebut", "etatAdministratifEtablissement",
    "enseigne1Etablissement", "enseigne2Etablissement", "enseigne3Etablissement",
    "denominationUsuelleEtablissement", "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement", "caractereEmployeurEtablissement",
)  # fmt: skip
"""Columns of StockEtablissement (48), in the official order."""

GEOLOCATION = (
    "siret", "x", "y", "qualite_xy", "epsg", "plg_qp24", "plg_iris", "plg_zus", "plg_qp15",
    "plg_qva", "plg_code_commune", "distance_precision", "qualite_qp24", "qualite_iris",
    "qualite_zus", "qualite_qp15", "qualite_qva", "y_latitude", "x_longitude",
)  # fmt: skip
"""Columns of the geolocation file of SIRENE establishments."""

_STREET_TYPES = {
    "Rue": "RUE", "Avenue": "AV", "Boulevard": "BD", "Mail": "MAIL", "Allée": "ALL", "Route": "RTE",
}  # fmt: skip
_HIDDEN = "[ND]"
_HIDDEN_STOCK = (
    "complementAdresseEtablissement", "numeroVoieEtablissement", "indiceRepetitionEtablissement",
    "typeVoieEtablissement", "libelleVoieEtablissement", "codePostalEtablissement",
    "distributionSpecialeEtablissement", "codeCedexEtablissement", "libelleCedexEtablissement",
    "enseigne1Etablissement", "enseigne2Etablissement", "enseigne3Etablissement",
    "denominationUsuelleEtablissement",
)  # fmt: skip


def history(found: tuple[Establishment, ...]) -> pd.DataFrame:
    """Return the rows of StockEtablissementHistorique, the latest period of each first."""
    rows = []
    for one in found:
        previous: Period | None = None
        own = []
        for period in one.periods:
            own.append(_history_row(one, period, previous))
            previous = period
        rows += own[::-1]
    return pd.DataFrame(rows, columns=list(HISTORY)).fillna("")


def stock(found: tuple[Establishment, ...]) -> pd.DataFrame:
    """Return the rows of StockEtablissement: the state of each on the day of the extraction."""
    frame = pd.DataFrame([_stock_row(one) for one in found], columns=list(STOCK)).fillna("")
    hidden = (frame["statutDiffusionEtablissement"] == "P").to_numpy()
    for name in _HIDDEN_STOCK:
        frame[name] = frame[name].mask(hidden, _HIDDEN)
    return frame


def geolocation(found: tuple[Establishment, ...]) -> pd.DataFrame:
    """Return the geolocation file; hidden establishments are placed at random in the commune."""
    rows = []
    for one in found:
        # 11: street and number found; 33: unknown street, random point in the commune.
        quality = "33" if one.hidden else "11"
        shift = 0.02 if one.hidden else 0.0
        rows.append(
            {
                "siret": one.siret,
                "qualite_xy": quality,
                "epsg": "2154",
                "plg_code_commune": plan.INSEE_CODE,
                "distance_precision": "0",
                "y_latitude": f"{one.lat + shift:.6f}",
                "x_longitude": f"{one.lon - shift:.6f}",
            }
        )
    return pd.DataFrame(rows, columns=list(GEOLOCATION)).fillna("")


def _history_row(one: Establishment, period: Period, previous: Period | None) -> dict[str, str]:
    sign = _HIDDEN if one.hidden else one.name
    return {
        "siren": one.siren,
        "nic": one.nic,
        "siret": one.siret,
        "dateFin": _day(period.end),
        "dateDebut": _day(period.start),
        "etatAdministratifEtablissement": period.state,
        "changementEtatAdministratifEtablissement": _flag(
            previous is not None and previous.state != period.state
        ),
        "enseigne1Etablissement": sign,
        "changementEnseigneEtablissement": "false",
        "changementDenominationUsuelleEtablissement": "false",
        "activitePrincipaleEtablissement": period.code,
        "nomenclatureActivitePrincipaleEtablissement": period.nomenclature,
        "changementActivitePrincipaleEtablissement": _flag(
            previous is not None and previous.code != period.code
        ),
        "caractereEmployeurEtablissement": _employer(one),
        "changementCaractereEmployeurEtablissement": "false",
    }


def _stock_row(one: Establishment) -> dict[str, Any]:
    last = one.periods[-1]
    kind, _, rest = one.street.partition(" ")
    return {
        "siren": one.siren,
        "nic": one.nic,
        "siret": one.siret,
        "statutDiffusionEtablissement": "P" if one.hidden else "O",
        "dateCreationEtablissement": "" if one.role == "ancient" else _day(one.created),
        "trancheEffectifsEtablissement": one.staff,
        "etablissementSiege": _flag(one.headquarters),
        "nombrePeriodesEtablissement": str(len(one.periods)),
        "numeroVoieEtablissement": one.number,
        "typeVoieEtablissement": _STREET_TYPES[kind],
        "libelleVoieEtablissement": rest.upper(),
        "codePostalEtablissement": plan.POSTCODE,
        "libelleCommuneEtablissement": plan.CITY_NAME.upper(),
        "codeCommuneEtablissement": plan.INSEE_CODE,
        "dateDebut": _day(last.start),
        "etatAdministratifEtablissement": last.state,
        "enseigne1Etablissement": one.name,
        "activitePrincipaleEtablissement": last.code,
        "nomenclatureActivitePrincipaleEtablissement": last.nomenclature,
        "caractereEmployeurEtablissement": _employer(one),
    }


def _employer(one: Establishment) -> str:
    return "N" if one.staff in ("NN", "00") else "O"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()
