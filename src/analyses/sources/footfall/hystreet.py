"""hystreet.com exports, as downloaded or through an open-data portal, in German or English."""

from __future__ import annotations

from analyses.errors import Fault, InputError
from analyses.schemas import Raw, fold
from analyses.sources import clock
from analyses.sources.footfall import counts
from analyses.sources.footfall.readings import place
from analyses.sources.footfall.steps import OPTIONS, Readings
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text

LAYOUT = Layout(
    "hystreet",
    Text("Export hystreet.com (CSV), en allemand ou en anglais", "hystreet.com export (CSV)"),
    OPTIONS,
)

TIME = ("zeitpunkt der messung", "zeitstempel", "time of measurement", "timestamp")
PLACE = ("lage", "location name", "location")
_TOTAL = ("passanten", "pedestrians count", "pedestrians", "pedestrians_count")


def read(asked: Request) -> Piece:
    """Read one export; only the total is read, the directions and ages are its parts.

    Raises
    ------
    InputError
        If the file has not the columns of an export.
    """
    faults = asked.check_options(LAYOUT.options)
    raw, wrong = counts.open_text(asked)
    faults += wrong
    time, place_, total = column(raw, TIME), column(raw, PLACE), _total(raw)
    missing = [
        name
        for name, found in (
            ("time of measurement", time),
            ("location", place_),
            ("pedestrians count", total),
        )
        if found is None
    ]
    if time is None or place_ is None or total is None:
        raise InputError(
            [
                Fault(
                    raw.file,
                    f"the columns of a hystreet export are missing ({', '.join(missing)}); the "
                    f"file has: {', '.join(raw.header)[:300]}",
                    "Use layout: mapped with columns:",
                )
            ]
        )
    values, wrong = counts.passages(raw, total, asked)
    readings = Readings(
        raw.file,
        raw.lines,
        raw.table[place_].to_pandas().astype("string"),
        clock.parse(raw.table[time], asked.option("date_order")),
        values,
        start_label=time,
    )
    return counts.finish(asked, place(asked, readings), len(raw.lines), [], [*faults, *wrong])


def column(raw: Raw, known: tuple[str, ...]) -> str | None:
    """Return the first column of the file with one of these names."""
    for wanted in known:
        for name in raw.table.column_names:
            if fold(name) == wanted:
                return str(name)
    return None


def _total(raw: Raw) -> str | None:
    """Return the column of the total; umlauts, often lost, are not relied on."""
    found = column(raw, _TOTAL)
    if found:
        return found
    for name in raw.table.column_names:
        words = fold(name).split()
        if len(words) == 2 and words[0].startswith("fu") and words[1] == "insgesamt":
            return str(name)
    return None
