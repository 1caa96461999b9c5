"""Public transport schedules (GTFS): stops, lines that serve them, departures on a weekday.

Written to the reference of the format (gtfs.org, Schedule Reference): services by ``calendar`` and
``calendar_dates``, runs by headway (``frequencies``), stations that gather stops, no departure from
the last stop of a run nor where passengers cannot board.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, check, get
from analyses.schemas.check import listed
from analyses.sources import corrections
from analyses.sources.files.osm_objects import bounding_box
from analyses.sources.remarks import Remark, Tally
from analyses.sources.request import Piece, Request
from analyses.sources.surroundings import lists
from analyses.wording import Text, day, number

LAYOUT = lists.layout(
    "gtfs",
    "Horaires GTFS (zip) : arrêts, lignes et départs par jour ouvré",
    "GTFS schedules (zip): stops, lines and departures per weekday",
    ("bbox", "from", "to", "duplicates"),
)
LONGEST = 400
"""Days of a schedule that are looked at, from its first: some services have no real end."""
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEEDED = {
    "stops": ("stop_id", "stop_name", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("route_id", "service_id", "trip_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence"),
}
_OPTIONAL = {
    "stops": ("location_type", "parent_station"),
    "stop_times": ("pickup_type",),
    "calendar": ("service_id", *_WEEK, "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
}
_HEAVIEST = ("train", "metro", "tram", "bus", "other")
_MODES = {0: "tram", 1: "metro", 2: "train", 3: "bus", 5: "tram", 11: "bus"}
_EXTENDED = {1: "train", 2: "bus", 4: "metro", 7: "bus", 8: "bus", 9: "tram"}
"""Hundreds of the extended route types."""

UNSERVED = Remark(
    "{n} arrêt(s) qu'aucune course ne dessert sur la période, écartés.",
    "{n} stop(s) that no run serves over the period, set aside.",
    True,
)
FAR = Remark("{n} arrêt(s) loin de la ville, non lus.", "{n} stop(s) far from the city, not read.")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the archive, as text, with the line of each row."""

    file: str
    frame: pd.DataFrame

    def faults(self, name: str, wrong: npt.NDArray[np.bool_], problem: str) -> list[Fault]:
        """Return the faults of some rows of one column."""
        text = pa.table({name: pa.chunked_array([pa.array(self.frame[name], pa.string())])})
        raw = Raw(self.file, text, self.frame.index.to_numpy())
        return listed(raw, name, wrong, text[name], problem, "Correct it, or export again")


def read(asked: Request) -> Piece:
    """Read one archive.

    Parameters
    ----------
    asked : Request
        Options ``bbox``, ``from`` and ``to`` (first and last day looked at).

    Returns
    -------
    Piece
        Rows of the table ``stops``: one a station, or a stop that belongs to none.

    Raises
    ------
    InputError
        If the archive cannot be read or lacks a table.
    """
    tables = _open(asked)
    faults = [*asked.check_options(LAYOUT.options), *bounding_box(asked)[1]]
    days, wrong = _days(asked, tables)
    share, unreadable = _services(tables, days)
    runs, odd = _runs(tables)
    faults += [*wrong, *unreadable, *odd]
    served = _served(tables, share, runs)
    raw, tally, rows = _stops(asked, tables, served)
    raw, repairs, hits = corrections.on_text(raw, asked.corrections)
    checked = check(raw, get("stops"))
    notes = (*repairs, *checked.notes, *tally.notes(), _period_note(asked, days))
    return Piece(asked, checked.frame, rows, notes, (*faults, *checked.faults), hits)


def _open(asked: Request) -> dict[str, Table]:
    try:
        with zipfile.ZipFile(asked.path) as archive:
            names = {name.rpartition("/")[2]: name for name in archive.namelist()}
            tables = dict(_tables(asked, archive, names))
    except (zipfile.BadZipFile, OSError) as error:
        problem = f"the archive cannot be opened ({error})"
        raise InputError([Fault(asked.file, problem, "Download it again")]) from None
    missing = [f"{name}.txt" for name in _NEEDED if name not in tables]
    if not {"calendar", "calendar_dates"} & set(tables):
        missing.append("calendar.txt or calendar_dates.txt")
    if missing:
        problem = f"the GTFS archive has no {', '.join(missing)}"
        raise InputError([Fault(asked.file, problem, "Export the whole schedule")])
    return tables


def _tables(
    asked: Request, archive: zipfile.ZipFile, names: dict[str, str]
) -> Iterator[tuple[str, Table]]:
    faults = []
    for name in dict.fromkeys([*_NEEDED, *_OPTIONAL]):
        if f"{name}.txt" not in names:
            continue
        file = f"{asked.file}/{name}.txt"
        content = archive.read(names[f"{name}.txt"])
        if not content.strip():
            continue
        try:
            table, absent = _text(content, (*_NEEDED.get(name, ()), *_OPTIONAL.get(name, ())))
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            detail = str(error).splitlines()[0][:120]
            faults.append(Fault(file, f"the table cannot be read ({detail})", "Export it again"))
            continue
        needed = _NEEDED.get(name) or tuple(
            c for c in _OPTIONAL[name] if name in ("calendar", "calendar_dates", "frequencies")
        )
        faults += [
            Fault(file, "the table has no such column", "Export it again", column=column)
            for column in needed
            if column in absent
        ]
        yield name, Table(file, table)
    if faults:
        raise InputError(faults)


def _text(content: bytes, wanted: Sequence[str]) -> tuple[pd.DataFrame, set[str]]:
    """Read some columns of a table as text, indexed by line; missing ones are empty."""
    header = content.split(b"\n", 1)[0].decode("utf-8-sig").strip("\r")
    names = [name.strip().strip('"') for name in header.split(",")]
    kept = [name for name in wanted if name in names]
    table = pacsv.read_csv(
        BytesIO(content),
        read_options=pacsv.ReadOptions(use_threads=False, skip_rows=1, column_names=names),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            include_columns=kept,
            column_types=dict.fromkeys(kept, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    frame = table.to_pandas(types_mapper={pa.string(): pd.StringDtype("pyarrow")}.get)
    for name in kept:
        frame[name] = frame[name].str.strip()
    absent = set(wanted) - set(kept)
    for name in absent:
        frame[name] = pd.Series(pd.NA, index=frame.index, dtype=pd.StringDtype("pyarrow"))
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="line")
    return frame, absent


def _dates(table: Table, name: str) -> tuple[pd.Series, list[Fault]]:
    read_ = pd.to_datetime(table.frame[name], format="%Y%m%d", errors="coerce")
    wrong = (read_.isna()).to_numpy(dtype=bool)
    return read_, table.faults(name, wrong, "this is not a day written as 20250301")


def _days(asked: Request, tables: dict[str, Table]) -> tuple[pd.DatetimeIndex, list[Fault]]:
    """Return the weekdays of the schedule: between its first and last day, or those declared."""
    bounds, faults = [], []
    for name, columns in (("calendar", ("start_date", "end_date")), ("calendar_dates", ("date",))):
        for column in columns if name in tables else ():
            dates, _ = _dates(tables[name], column)
            bounds += [dates.min(), dates.max()] if dates.notna().any() else []
    ends: list[pd.Timestamp | None] = []
    for option in ("from", "to"):
        text = asked.option(option)
        moment = pd.to_datetime(text, errors="coerce") if text else None
        if moment is not None and pd.isna(moment):
            key = f"sources.{asked.table}.options.{option}"
            problem = "this is not a day"
            faults.append(Fault("city.yml", problem, "Write 2025-03-01", column=key, value=text))
            moment = None
        ends.append(moment)
    if not bounds:
        return pd.DatetimeIndex([]), faults
    first = ends[0] if ends[0] is not None else min(bounds)
    last = ends[1] if ends[1] is not None else max(bounds)
    last = min(last, first + pd.Timedelta(days=LONGEST - 1))
    days = pd.date_range(first, last, freq="D")
    return days[days.dayofweek < 5], faults


def _services(tables: dict[str, Table], days: pd.DatetimeIndex) -> tuple[pd.Series, list[Fault]]:
    """Return by service the number of weekdays on which it runs, over those with any service."""
    active: dict[str, npt.NDArray[np.bool_]] = {}
    faults: list[Fault] = []
    if "calendar" in tables:
        table = tables["calendar"]
        starts, wrong = _dates(table, "start_date")
        stops, odd = _dates(table, "end_date")
        faults += [*wrong, *odd]
        week = (table.frame[list(_WEEK)] == "1").fillna(False).to_numpy(dtype=bool)
        for row, service in enumerate(table.frame["service_id"]):
            inside = (days >= starts.iloc[row]) & (days <= stops.iloc[row])
            runs = np.asarray(inside, dtype=bool) & week[row][days.dayofweek]
            active[str(service)] = active.get(str(service), np.zeros(len(days), bool)) | runs
    if "calendar_dates" in tables:
        table = tables["calendar_dates"]
        dates, wrong = _dates(table, "date")
        faults += wrong
        at = days.get_indexer(pd.DatetimeIndex(dates))
        kinds = table.frame["exception_type"].to_numpy(dtype=object, na_value="")
        for service, position, kind in zip(table.frame["service_id"], at, kinds, strict=True):
            if position >= 0:
                dates_of = active.setdefault(str(service), np.zeros(len(days), bool))
                dates_of[position] = kind == "1"
    if not active or not len(days):
        return pd.Series(dtype=np.float64), faults
    matrix = np.array(list(active.values()))
    running = int(matrix.any(axis=0).sum())
    share = matrix.sum(axis=1) / max(running, 1)
    return pd.Series(share, index=list(active)), faults


def _runs(tables: dict[str, Table]) -> tuple[pd.Series, list[Fault]]:
    """Return the runs of a day by trip that is run by headway."""
    if "frequencies" not in tables:
        return pd.Series(dtype=np.float64), []
    table = tables["frequencies"]
    start, end = (_seconds(table.frame[name]) for name in ("start_time", "end_time"))
    headway = pd.to_numeric(table.frame["headway_secs"], errors="coerce").astype(float)
    faults = table.faults("start_time", start.isna().to_numpy(), "this is not a time")
    faults += table.faults("end_time", end.isna().to_numpy(), "this is not a time")
    bad = (~(headway > 0)).to_numpy(dtype=bool)
    faults += table.faults("headway_secs", bad, "this is not a number of seconds above 0")
    runs = np.ceil((end - start).clip(lower=0) / headway.where(headway > 0))
    return runs.groupby(table.frame["trip_id"].to_numpy(dtype=object)).sum(), faults


def _seconds(times: pd.Series) -> pd.Series:
    parts = times.str.extract(r"^(\d{1,3}):(\d{2}):(\d{2})$").astype("Float64").astype(float)
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def _served(tables: dict[str, Table], share: pd.Series, runs: pd.Series) -> pd.DataFrame:
    """Return by stop: departures on a mean weekday, routes and modes that serve it."""
    trips = tables["trips"].frame.drop_duplicates("trip_id")
    trips = trips.assign(
        daily=trips["service_id"].map(share).astype(float).fillna(0.0)
        * trips["trip_id"].map(runs).astype(float).fillna(1.0)
    )
    trips = trips[trips["service_id"].isin(share.index)]
    routes = tables["routes"].frame.drop_duplicates("route_id")
    modes = routes.set_index("route_id")["route_type"].map(_mode)
    times = tables["stop_times"].frame
    order = pd.to_numeric(times["stop_sequence"], errors="coerce").astype(float)
    last = order.groupby(times["trip_id"].to_numpy(dtype=object)).transform("max")
    boards = (order < last) & ~times["pickup_type"].eq("1").fillna(False)
    calls = times[["trip_id", "stop_id"]].assign(boards=boards.to_numpy(dtype=bool))
    calls = calls.merge(trips[["trip_id", "route_id", "daily"]], on="trip_id")
    calls["daily"] = calls["daily"].where(calls["boards"], 0.0)
    calls["mode"] = calls["route_id"].map(modes).fillna("other")
    return calls


def _mode(code: object) -> str:
    text = str(code)
    if not text.isdigit():
        return "other"
    kind = int(text)
    return _MODES.get(kind, "other") if kind < 100 else _EXTENDED.get(kind // 100, "other")


def _stops(asked: Request, tables: dict[str, Table], calls: pd.DataFrame) -> tuple[Raw, Tally, int]:
    """Return the stations of the city, and the stops that belong to none, as text."""
    table = tables["stops"]
    stops = table.frame.drop_duplicates("stop_id")
    kind = stops["location_type"].fillna("0")
    stops = stops[kind.isin(["0", "1"])]
    parents = stops.set_index("stop_id")["parent_station"]
    known = set(stops["stop_id"])
    home = parents.where(parents.isin(known), pd.Series(parents.index, index=parents.index))
    calls = calls.assign(station=calls["stop_id"].map(home.astype(object)))
    grouped = calls.groupby("station")
    departures, lines = grouped["daily"].sum(), grouped["route_id"].nunique()
    rank = {mode: place for place, mode in enumerate(_HEAVIEST)}
    mode = calls["mode"].map(rank).groupby(calls["station"]).min()
    tally = Tally()
    near = _near(stops, asked)
    tally.add(FAR, stops.index[~near])
    stops = stops[near]
    own = stops["stop_id"].eq(stops["stop_id"].map(home.astype(object))).to_numpy(dtype=bool)
    stations = stops[own]
    served = stations["stop_id"].isin(departures.index).to_numpy(dtype=bool)
    tally.add(UNSERVED, stations.index[~served])
    kept = stations[served]
    ids = kept["stop_id"].tolist()
    columns = {
        "stop_id": ids,
        "name": [None if pd.isna(name) else str(name) for name in kept["stop_name"]],
        "mode": [_HEAVIEST[int(mode[name])] for name in ids],
        "lines": [str(int(lines[name])) for name in ids],
        "departures": [repr(round(float(departures[name]), 6)) for name in ids],
        "lon": [None if pd.isna(text) else str(text) for text in kept["stop_lon"]],
        "lat": [None if pd.isna(text) else str(text) for text in kept["stop_lat"]],
    }
    texts = {
        name: pa.chunked_array([pa.array(values, pa.string())]) for name, values in columns.items()
    }
    labels = {"name": "stop_name", "lon": "stop_lon", "lat": "stop_lat"}
    return Raw(table.file, pa.table(texts), kept.index.to_numpy(), labels), tally, len(stations)


def _near(stops: pd.DataFrame, asked: Request) -> npt.NDArray[np.bool_]:
    """Tell the stops of the city: in its box, else near its centre, else all of them."""
    sides = [
        pd.to_numeric(stops[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
        for name in ("stop_lon", "stop_lat")
    ]
    unknown = np.isnan(sides[0]) | np.isnan(sides[1])
    box, _ = bounding_box(asked)
    if box is None:
        return np.asarray(unknown | lists.near(sides, asked), dtype=bool)
    west, south, east, north = box
    inside = (sides[0] >= west) & (sides[0] <= east) & (sides[1] >= south) & (sides[1] <= north)
    return np.asarray(unknown | inside, dtype=bool)


def _period_note(asked: Request, days: pd.DatetimeIndex) -> Note:
    if not len(days):
        return Note(
            Text(
                f"{asked.file} ne couvre aucun jour ouvré : départs inconnus.",
                f"{asked.file} covers no weekday: departures unknown.",
            )
        )
    first, last = days[0].date(), days[-1].date()
    return Note(
        Text(
            f"Départs en moyenne sur {number(len(days))} jours du lundi au vendredi, fériés "
            f"compris, du {day(first)} au {day(last)}.",
            f"Mean departures over {number(len(days), 'en')} days from Monday to Friday, public "
            f"holidays included, from {day(first, 'en')} to {day(last, 'en')}.",
        )
    )
