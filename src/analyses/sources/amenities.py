"""Places of interest (services, schools, health, culture, sport…): every layout."""

from __future__ import annotations

import pandas as pd

from analyses.sources import lists
from analyses.sources.lists import Form
from analyses.sources.recipes import Remark, Tally
from analyses.sources.request import Family, Piece, Request, each

GATHERED = Remark(
    "{n} ligne(s) décrivent un autre point de charge d'une station déjà lue ; réunies.",
    "{n} row(s) describe another charging point of a station already read; gathered.",
)


def _stations(frame: pd.DataFrame, tally: Tally, _asked: Request) -> pd.DataFrame:
    """Gather the charging points of each station, counted as declared or as listed if more."""
    again = frame["place_id"].duplicated() & frame["place_id"].notna()
    tally.add(GATHERED, frame.index[again])
    by_station = frame.groupby("place_id")["capacity"]
    most = by_station.transform("max").combine(by_station.transform("size").astype("Int64"), max)
    return frame.assign(capacity=most.astype("Int64"))[~again]


FORMS: dict[str, Form] = {
    "coeurville": lists.template("des équipements et lieux", "places of interest"),
    "mapped": lists.mapped(),
    "schema-stationnement-cyclable": Form(
        lists.layout(
            "schema-stationnement-cyclable",
            "Schéma national du stationnement cyclable 1.1.1",
            "French national schema of bicycle parking 1.1.1",
            lists.CUT_OPTIONS,
        ),
        {
            "place_id": ("id_local",),
            "category": ("mobilier",),
            "capacity": ("capacite",),
            "_point": ("coordonneesxy",),
            "_commune": ("code_com",),
            "lon": ("lon",),
            "lat": ("lat",),
        },
        needs=("place_id", "capacity", ("_point", "lon")),
        constants={"kind": "bike_parking"},
    ),
    "schema-irve-statique": Form(
        lists.layout(
            "schema-irve-statique",
            "Schéma national des bornes de recharge (IRVE statique 2.x), réunies par station",
            "French national schema of charging points (IRVE static 2.x), gathered by station",
            lists.CUT_OPTIONS,
        ),
        {
            "place_id": ("id_station_itinerance",),
            "category": ("implantation_station",),
            "name": ("nom_station",),
            "capacity": ("nbre_pdc",),
            "_point": ("coordonneesXY",),
            "_commune": ("code_insee_commune",),
            "lon": ("consolidated_longitude", "lon"),
            "lat": ("consolidated_latitude", "lat"),
        },
        needs=("place_id", "name", "capacity", ("_point", "lon")),
        constants={"kind": "ev_charger"},
        finish=_stations,
    ),
}


def read(asked: Request) -> Piece:
    """Read one file of places.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    return lists.read(asked, FORMS[asked.source.layout])


FAMILY = Family("places", tuple(form.layout for form in FORMS.values()), each(read))
