"""A file of a request opened as text by its extension; how its numbers and dates are written."""

from __future__ import annotations

from collections.abc import Collection

from analyses.errors import Fault
from analyses.schemas import Raw, Reading
from analyses.sources.files import geojson, headers, sheets
from analyses.sources.request import Request


def reading_of(asked: Request) -> tuple[Reading, list[Fault]]:
    """Return how the numbers and dates of a source are written, with faults for odd options."""
    faults = []
    allowed = {
        "decimal": ("any", "comma", "point"),
        "date_order": ("", "dmy", "mdy"),
        "duplicates": ("", "fault", "first", "last", "drop"),
    }
    for name, choices in allowed.items():
        value = asked.option(name, "any" if name == "decimal" else "")
        if value not in choices:
            faults.append(
                Fault(
                    "city.yml",
                    "the option has no such value",
                    f"Write one of: {', '.join(filter(None, choices))}",
                    column=f"sources.{asked.table}.options.{name}",
                    value=value,
                )
            )
    month = asked.option("survey_month")
    if month and not (month.isdecimal() and 1 <= int(month) <= 12):
        faults.append(
            Fault(
                "city.yml",
                "the month is not between 1 and 12",
                "Correct it",
                column=f"sources.{asked.table}.options.survey_month",
                value=month,
            )
        )
        month = ""
    if faults:
        return Reading(), faults
    return Reading(
        asked.option("decimal", "any"), asked.option("date_order"), int(month) if month else None
    ), []


def open_text(asked: Request, names: Collection[str] = ()) -> tuple[Raw, list[Fault]]:
    """Read a file as text by its extension; ``names`` are the headers it should have, folded.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    source = asked.source
    kind = asked.path.suffix.lower()
    if kind in (".geojson", ".json"):
        return geojson.read(asked.path, asked.file)
    row = headers.declared(asked)
    headers.check(asked, names)
    if kind in (".xlsx", ".xlsm"):
        return sheets.read_xlsx(asked.path, asked.file, source.sheet, row)
    return sheets.read_csv(asked.path, asked.file, source.encoding, source.delimiter, row)
