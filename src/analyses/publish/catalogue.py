"""The package's entry in a local-authority catalogue: SCDL "catalogue", version 0.1.3."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analyses.cities import City, Publication

SCHEMA = "https://gitlab.com/opendatafrance/scdl/catalogue/raw/v0.1.3/schema.json"
"""Address of the schema."""

LICENCES = {"etalab-2.0": "Licence Ouverte-LO", "ODbL-1.0": "Open Database License-ODBL"}
"""Our names of licences: the catalogue's."""


def entry(
    city: City, about: Publication, *, first: date, last: date, day: date, resources: list[str]
) -> pd.DataFrame:
    """Return the one line of the catalogue that describes the package.

    Parameters
    ----------
    city : City
        City of the package.
    about : Publication
        Who publishes, from ``city.yml``.
    first, last : date
        Period that the numbers cover.
    day : date
        Day of the edition.
    resources : list of str
        Files of the package, with their endings.

    Returns
    -------
    DataFrame
        One row, columns as the schema names them.
    """
    kinds = sorted({name.rpartition(".")[2] for name in resources})
    return pd.DataFrame(
        [
            {
                "COLL_NOM": about.publisher,
                "COLL_SIRET": about.siret,
                "ID": f"coeurville-{city.id}",
                "TITRE": f"Indicateurs du centre-ville de {city.name}",
                "DESCRIPTION": (
                    f"Indicateurs de commerce, de fréquentation et de stationnement de {city.name}"
                    " : valeurs, intervalles, effectifs, méthodes, dictionnaire et périmètres."
                ),
                "THEME": "Économie, commerce et mobilité",
                "PRODUCTEUR_NOM": about.publisher,
                "PRODUCTEUR_SIRET": about.siret,
                "COUV_SPAT_MAILLE": "Infracommunale",
                "COUV_SPAT_NOM": city.name,
                "COUV_TEMP_DEBUT": first.isoformat(),
                "COUV_TEMP_FIN": last.isoformat(),
                "DATE_PUBL": day.isoformat(),
                "FREQ_MAJ": about.frequency,
                "DATE_MAJ": day.isoformat(),
                "MOTS_CLES": "commerce;vacance;fréquentation;stationnement;centre-ville",
                "LICENCE": LICENCES[about.licence],
                "NOMBRE_RESSOURCES": len(resources),
                "FORMAT_RESSOURCES": ";".join(kinds),
                "URL": about.url,
            }
        ]
    )
