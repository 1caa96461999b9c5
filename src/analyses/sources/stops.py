"""Public transport stops: our template, any file, OpenStreetMap, and GTFS schedules."""

from __future__ import annotations

from analyses.sources import gtfs, lists
from analyses.sources.lists import Form
from analyses.sources.request import Family, Piece, Request, each

FORMS: dict[str, Form] = {
    "coeurville": lists.template("des arrêts", "stops"),
    "mapped": lists.mapped(),
}


def read(asked: Request) -> Piece:
    """Read one file of stops.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    if asked.source.layout == gtfs.LAYOUT.name:
        return gtfs.read(asked)
    return lists.read(asked, FORMS[asked.source.layout])


FAMILY = Family("stops", (*(form.layout for form in FORMS.values()), gtfs.LAYOUT), each(read))
