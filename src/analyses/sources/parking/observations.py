"""What is seen at the kerb: sensor stays, states of spaces, spot counts and infractions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from analyses.cities import City
from analyses.errors import Fault, InputError
from analyses.sources.parking.plates import Pseudonyms
from analyses.sources.parking.recipes import Recipe
from analyses.sources.parking.records import OPTIONS, batches, read
from analyses.sources.remarks import Remark, Tally
from analyses.sources.request import Family, Layout, Piece, Request, each, expand
from analyses.wording import Text, number

MAPPED_OPTIONS: tuple[str, ...] = (*OPTIONS, "point_column", "point_order", "crs")

STILL_THERE = Remark(
    "{n} stationnement(s) sans départ : le véhicule est encore là à la fin du fichier.",
    "{n} stay(s) without a departure: the vehicle is still there at the end of the file.",
)
REVERSED = Remark(
    "{n} stationnement(s) dont le départ précède l'arrivée.",
    "{n} stay(s) whose departure precedes the arrival.",
)
BOXES = Remark(
    "{n} relevé(s) de boîtiers qui surveillent plusieurs places : ils donnent une "
    "occupation, pas des durées.",
    "{n} reading(s) of boxes that watch several spaces: they give occupancy, not durations.",
)
VOTES = Remark(
    "{n} relevé(s) répètent une place et un instant (plusieurs capteurs) ; la majorité l'emporte.",
    "{n} reading(s) repeat a space and time (several sensors); the majority wins.",
)
TOO_MANY = Remark(
    "{n} relevé(s) avec plus de places prises que de places surveillées.",
    "{n} reading(s) with more spaces taken than watched.",
)
ALIKE = Remark(
    "{n} infraction(s) semblables à une autre (même lieu, instant et type) ; gardées : "
    "plusieurs véhicules peuvent être relevés ensemble.",
    "{n} infraction(s) alike another (same place, time and type); kept: several vehicles "
    "may be recorded together.",
)
WHOLE_HOURS = Remark(
    "{n} infraction(s) toutes à l'heure pile : le fichier est arrondi à l'heure.",
    "{n} infraction(s) all on the hour: the file is truncated to the hour.",
)

WHOLE_DAYS = Remark(
    "{n} infraction(s) toutes à minuit : le fichier ne donne que le jour, les heures ne se lisent "
    "pas. Si l'heure est dans une autre colonne : time: Jour + Heure, sous columns.",
    "{n} infraction(s) all at midnight: the file gives the day alone, hours cannot be read. If the "
    "hour is in another column: time: Day + Hour, under columns.",
)


def _layouts(table: str) -> tuple[Layout, Layout]:
    ours = Text(
        f"Modèle coeurville {table} (CSV, XLSX, Parquet)",
        f"coeurville template {table} (CSV, XLSX, Parquet)",
    )
    other = Text(
        "Tout autre fichier, colonnes déclarées dans city.yml",
        "Any other file, columns declared in city.yml",
    )
    return Layout("coeurville", ours, OPTIONS), Layout("mapped", other, MAPPED_OPTIONS)


def _stays(frame: pd.DataFrame, tally: Tally, _asked: Request) -> pd.DataFrame:
    """Complete the marks of censoring; place departures in the second pass of a doubled hour."""
    late = frame["departure"] < frame["arrival"]
    if "_departure_twice" in frame:
        doubled = late & frame["_departure_twice"]
        frame.loc[doubled, "departure"] += pd.Timedelta(hours=1)
        late &= ~doubled
    for flag in ("left_censored", "right_censored"):
        frame[flag] = frame[flag].fillna(False).astype(bool)
    tally.add(STILL_THERE, frame.index[frame["departure"].isna()])
    tally.add(REVERSED, frame.index[late | (frame["departure"] < frame["arrival"])])
    return frame


def _states(frame: pd.DataFrame, tally: Tally, _asked: Request) -> pd.DataFrame:
    watched = frame["spaces"].fillna(1).astype("int64")
    tally.add(BOXES, frame.index[watched > 1])
    tally.add(TOO_MANY, frame.index[frame["occupied"] > watched])
    return frame.assign(spaces=watched)


def _infractions(frame: pd.DataFrame, _tally: Tally, _asked: Request) -> pd.DataFrame:
    if frame["place_id"].isna().all() and frame["lon"].notna().any():
        at = frame["lat"].round(4).astype("string") + ", " + frame["lon"].round(4).astype("string")
        frame["place_id"] = at
    return frame


def read_stays(asked: Request) -> Piece:
    """Read one file of sensor stays; one that runs backwards as a rule is refused."""
    piece = read(asked, STAYS[asked.source.layout])
    frame, columns = piece.frame, asked.source.columns
    ended = int(frame["departure"].notna().sum())
    late = frame.index[frame["departure"] < frame["arrival"]]
    if 2 * len(late) <= ended:
        return piece
    fault = Fault(
        asked.file,
        f"the departure precedes the arrival in {number(len(late), 'en')} stays of "
        f"{number(ended, 'en')}",
        "Exchange the two columns if they are the wrong way round, or export the file again",
        row=int(late[0]),
        column=columns.get("departure", "departure"),
    )
    return replace(piece, faults=(*piece.faults, fault))


def read_states(asked: Request) -> Piece:
    """Read one file of states of spaces."""
    piece = read(asked, STATES[asked.source.layout], series="space_id")
    tally = Tally()
    again = piece.frame.duplicated(["space_id", "time"])
    tally.add(VOTES, piece.frame.index[again])
    return _noted(piece, tally)


def read_counts(asked: Request) -> Piece:
    """Read one file of spot counts; each row needs a place."""
    piece = read(asked, COUNTS[asked.source.layout])
    lost = piece.frame["meter_id"].isna() & piece.frame["zone_id"].isna()
    if not lost.any():
        return piece
    fault = Fault(
        asked.file,
        f"{int(lost.sum())} rows have neither meter_id nor zone_id",
        "Name the pay station or the zone that was counted",
        row=int(piece.frame.index[lost][0]),
        column="meter_id",
    )
    raise InputError([*piece.faults, fault])


def read_infractions(asked: Request) -> Piece:
    """Read one file of infractions; rows that look alike are counted and kept."""
    piece = read(asked, INFRACTIONS[asked.source.layout])
    frame, tally = piece.frame, Tally()
    empty = frame["type"].isna() & frame["controls"].isna()
    if empty.any():
        fault = Fault(
            asked.file,
            f"{int(empty.sum())} rows have neither a type of infraction nor controls",
            "Fill the type, or the controls of a round that found nothing",
            row=int(frame.index[empty][0]),
            column="type",
        )
        raise InputError([*piece.faults, fault])
    frame = frame[frame["type"].notna()]
    key = [
        name
        for name in ("place_id", "time", "type", "lon", "lat", "amount", "agency")
        if frame[name].notna().any()
    ]
    tally.add(ALIKE, frame.index[frame.duplicated(key)])
    times = frame["time"].dropna()
    if len(times) > 100 and (times.dt.minute.eq(0) & times.dt.second.eq(0)).all():
        midnight = times.dt.hour.eq(0).all()
        tally.add(WHOLE_DAYS if midnight else WHOLE_HOURS, times.index)
    return _noted(piece, tally)


def _noted(piece: Piece, tally: Tally) -> Piece:
    return replace(piece, notes=(*piece.notes, *tally.notes()))


def stream_stays(city: City) -> Iterator[pd.DataFrame]:
    """Yield the stays of a city batch by batch, without holding them.

    Parameters
    ----------
    city : City
        City with ``sources.parking_stays``.

    Yields
    ------
    DataFrame
        Rows of the table ``parking_stays``, for
        :class:`analyses.parking.spacetime.Accumulator`.

    Raises
    ------
    InputError
        At the first batch that is wrong.
    """
    vehicles = Pseudonyms()
    for source in city.sources.parking_stays:
        for asked in expand(city, "parking_stays", source):
            recipe = STAYS[source.layout]
            for batch in batches(asked, recipe, Tally(), pseudonyms=vehicles):
                if batch.faults:
                    raise InputError(batch.faults)
                yield batch.frame


def _recipes(table: str, finish: object = None) -> dict[str, Recipe]:
    return {
        layout.name: Recipe(layout, finish=finish)  # type: ignore[arg-type]
        for layout in _layouts(table)
    }


STAYS = _recipes("parking_stays", _stays)
STATES = _recipes("parking_states", _states)
COUNTS = _recipes("parking_counts")
INFRACTIONS = _recipes("infractions", _infractions)


def _family(table: str, recipes: dict[str, Recipe], reader: object) -> Family:
    return Family(table, tuple(recipe.layout for recipe in recipes.values()), each(reader))  # type: ignore[arg-type]


FAMILIES: tuple[Family, ...] = (
    _family("parking_stays", STAYS, read_stays),
    _family("parking_states", STATES, read_states),
    _family("parking_counts", COUNTS, read_counts),
    _family("infractions", INFRACTIONS, read_infractions),
)
