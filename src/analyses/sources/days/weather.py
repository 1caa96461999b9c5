"""Weather by local day: our template, any mapped file, Météo-France's daily and hourly tables."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, check, get
from analyses.sources import clock, corrections, mapping
from analyses.sources.clock import Floats
from analyses.sources.files import headers
from analyses.sources.footfall import counts
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.wording import Text, number

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "coeurville",
        Text(
            "Modèle coeurville de la météo (une ligne par jour)",
            "coeurville template of weather (one row a day)",
        ),
        ("decimal", "date_order", "duplicates", headers.OPTION),
    ),
    Layout(
        "mapped",
        Text(
            "Tout autre fichier météo journalier, colonnes déclarées dans city.yml",
            "Any other daily weather file, columns declared in city.yml",
        ),
        ("decimal", "date_order", "duplicates", headers.OPTION),
    ),
    Layout(
        "meteo_france",
        Text(
            "Météo-France : données quotidiennes ou horaires (UTC)",
            "Météo-France: daily or hourly data (UTC)",
        ),
        ("station", "duplicates"),
    ),
)

_OFTEN = 0.5
"""Share of the days with several rows from which a file is not one of days."""
FEWEST_HOURS = 20
"""Hours of a local day that must be known for its value to be given."""
_KMH = 3.6
_DAILY = {"temperature_max": "TX", "temperature_mean": "TM", "rain_mm": "RR", "wind_kmh": "FXY"}
_HOURLY_TIME = ("AAAAMMJJHH", "date_utc", "validity_time")


def read(asked: Request) -> Piece:
    """Read one weather file.

    Raises
    ------
    InputError
        If the file cannot be read at all, or is not of its layout.
    """
    layout = next(item for item in LAYOUTS if item.name == asked.source.layout)
    schema = get("weather")
    faults = asked.check_options(layout.options)
    raw, wrong = counts.open_text(asked, headers.wanted(asked, schema))
    faults += wrong
    rows = len(raw.lines)
    notes: list[Note] = []
    if layout.name == "meteo_france":
        return _meteo_france(asked, raw, faults)
    if layout.name == "mapped":
        raw, wrong = mapping.apply(raw, asked, schema)
        faults += wrong
    else:
        raw, notes = counts.from_template(raw, schema)
    raw, repairs, hits = corrections.on_text(raw, asked.corrections)
    checked = check(raw, schema, counts.reading_of(asked))
    frame, wrong = _one_row_a_day(raw, checked.frame)
    faults += [*checked.faults, *wrong]
    return Piece(asked, frame, rows, (*notes, *repairs, *checked.notes), tuple(faults), hits)


def _one_row_a_day(raw: Raw, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Refuse hours or several stations, where keeping the first row would be no day's weather."""
    known = frame[frame["date"].notna()]
    rows = known.groupby("date").size()
    different = known.drop_duplicates().groupby("date").size()
    several = rows[different > 1]
    if not len(rows) or len(several) <= _OFTEN * len(rows):
        return frame, []
    usual, first = int(several.median()), several.index[0]
    fault = Fault(
        raw.file,
        f"most days have several rows ({usual} as a rule) with different values: hours, or "
        "several stations",
        "Give one row a day and one station: the highest temperature of the hours, their mean, "
        "the sum of the rain, the strongest wind; Météo-France's hourly file is reduced so with "
        "layout: meteo_france",
        row=int(known.index[known["date"] == first][1]),
        column=raw.label("date"),
        value=f"{first:%Y-%m-%d}",
    )
    return frame.drop_duplicates("date"), [fault]


def _meteo_france(asked: Request, raw: Raw, faults: list[Fault]) -> Piece:
    rows, names = len(raw.lines), set(raw.table.column_names)
    raw, wrong = _one_station(raw, asked)
    faults += wrong
    hour = next((name for name in _HOURLY_TIME if name in names), None)
    if "AAAAMMJJ" in names:
        frame, wrong = _daily(raw)
        notes: list[Note] = []
    elif hour is not None:
        frame, notes, wrong = _hourly(asked, raw, hour)
    else:
        raise InputError(
            [
                Fault(
                    raw.file,
                    "this is neither the daily (AAAAMMJJ) nor the hourly (AAAAMMJJHH) table of "
                    f"Météo-France; it has: {', '.join(raw.header)[:200]}",
                    "Use layout: mapped",
                )
            ]
        )
    return Piece(asked, frame, rows, tuple(notes), (*faults, *wrong))


def _one_station(raw: Raw, asked: Request) -> tuple[Raw, list[Fault]]:
    """Keep the rows of the declared station; several stations without a choice is a fault."""
    if "NUM_POSTE" not in raw.table.column_names:
        return raw, []
    column = pc.utf8_trim_whitespace(raw.table["NUM_POSTE"])
    there = sorted(value for value in pc.unique(column).to_pylist() if value)
    wanted = asked.option("station")
    if not wanted and len(there) > 1:
        return raw, [
            Fault(
                raw.file,
                f"the file has {len(there)} stations: {', '.join(there)[:200]}",
                "Declare one: options: {station: NUM_POSTE}",
                column="NUM_POSTE",
            )
        ]
    if not wanted:
        return raw, []
    if wanted not in there:
        return raw, [
            Fault(
                raw.file,
                "the file has not this station; it has: " + ", ".join(there)[:200],
                "Correct options.station",
                value=wanted,
            )
        ]
    keep = np.asarray(pc.fill_null(pc.equal(column, wanted), False).to_numpy(), dtype=bool)
    return Raw(raw.file, raw.table.filter(pa.array(keep)), raw.lines[keep], {}, raw.header), []


def _daily(raw: Raw) -> tuple[pd.DataFrame, list[Fault]]:
    columns = {"date": raw.table["AAAAMMJJ"]}
    labels = {"date": "AAAAMMJJ"}
    for ours, theirs in _DAILY.items():
        if theirs in raw.table.column_names:
            columns[ours], labels[ours] = raw.table[theirs], theirs
    mine = Raw(raw.file, pa.table(columns), raw.lines, labels, raw.header)
    checked = check(mine, get("weather"))
    frame = checked.frame
    frame["wind_kmh"] = frame["wind_kmh"] * _KMH
    return frame, list(checked.faults)


def _hourly(asked: Request, raw: Raw, label: str) -> tuple[pd.DataFrame, list[Note], list[Fault]]:
    """Reduce hours in UTC to local days."""
    text = raw.table[label]
    if label == "AAAAMMJJHH":
        text = pc.replace_substring_regex(
            text, r"^(\d{4})(\d{2})(\d{2})(\d{2})$", r"\1-\2-\3 \4:00"
        )
    stamps = clock.parse(text)
    faults = [
        Fault(
            raw.file,
            "this is not an hour that exists",
            "Export the file again",
            row=int(line),
            column=label,
        )
        for line in raw.lines[stamps.bad][:5]
    ]
    values, wrong = _hours(raw, text)
    utc = clock.from_offsets(stamps, ZoneInfo(asked.city.time_zone))  # Météo-France writes UTC
    days = pd.DatetimeIndex(utc.tz_localize(None)).normalize()
    frame = pd.DataFrame({"date": days, "line": raw.lines, **values}).dropna(subset="date")
    out, short = _local_days(frame)
    return out, [_reduced_note(raw.file, len(out), short)], [*faults, *wrong]


def _hours(raw: Raw, text: pa.ChunkedArray) -> tuple[dict[str, Floats], list[Fault]]:
    """Read the hourly values that the file has."""
    values: dict[str, Floats] = {}
    faults: list[Fault] = []
    for name in ("T", "RR1", "FXI", "FF"):
        if name not in raw.table.column_names:
            continue
        limited = "rain_mm" if name == "RR1" else "temperature_mean"
        table = pa.table({limited: raw.table[name], "date": text})
        mine = Raw(raw.file, table, raw.lines, {limited: name}, raw.header)
        checked = check(mine, get("weather"))
        faults += [fault for fault in checked.faults if fault.column == name]
        values[name] = checked.frame[limited].to_numpy(dtype=np.float64)
    return values, faults


def _local_days(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Reduce hours to days; a value needs :data:`FEWEST_HOURS` hours. Return the short days too."""
    grouped = frame.groupby("date")
    out = pd.DataFrame({"line": grouped["line"].first()})
    for ours, theirs, how in (
        ("temperature_max", "T", "max"),
        ("temperature_mean", "T", "mean"),
        ("rain_mm", "RR1", "sum"),
        ("wind_kmh", "FXI" if "FXI" in frame else "FF", "max"),
    ):
        if theirs not in frame:
            out[ours] = np.nan
            continue
        enough = grouped[theirs].count() >= FEWEST_HOURS
        reduced = grouped[theirs].agg(how).where(enough)
        out[ours] = reduced * (_KMH if ours == "wind_kmh" else 1.0)
    return out.reset_index().set_index("line"), int((grouped.size() < FEWEST_HOURS).sum())


def _reduced_note(file: str, days: int, short: int) -> Note:
    fr = f", dont {number(short)} incomplet(s) sans valeur." if short else "."
    en = f", {number(short, 'en')} of them incomplete, without value." if short else "."
    return Note(
        Text(
            f"Météo horaire de {file}, en temps universel, réduite à {number(days)} jours "
            f"locaux{fr}",
            f"Hourly weather of {file}, in universal time, reduced to {number(days, 'en')} local "
            f"days{en}",
        )
    )


FAMILY = Family("weather", LAYOUTS, each(read))
