"""Parking supply: on-street spaces by pay station or zone, car parks of the national schema."""

from __future__ import annotations

import dataclasses

import pandas as pd

from analyses.errors import Fault
from analyses.sources.parking import hours
from analyses.sources.parking.observations import MAPPED_OPTIONS
from analyses.sources.parking.recipes import Recipe
from analyses.sources.parking.records import OPTIONS, read
from analyses.sources.remarks import Remark, Tally
from analyses.sources.request import Family, Layout, Piece, Request, each
from analyses.wording import Text

TABLE = "parking_supply"

SUBSCRIBERS = Remark("{n} parc(s) réservés aux abonnés.", "{n} car park(s) for subscribers only.")
NO_SPACES = Remark(
    "{n} lieu(x) sans nombre de places connu, écartés.",
    "{n} place(s) without a known number of spaces, set aside.",
    True,
)


def _dated(frame: pd.DataFrame, _tally: Tally, _asked: Request) -> pd.DataFrame:
    """Make the last day of validity included: it ends at the next midnight."""
    if "_valid_to_day" in frame:
        whole = frame["_valid_to_day"].to_numpy(dtype=bool)
        frame.loc[whole, "valid_to"] = frame.loc[whole, "valid_to"] + pd.DateOffset(days=1)
    street = frame["kind"].isna() & frame["meter_id"].notna()
    frame["kind"] = frame["kind"].mask(street, "street")
    return frame


def _national(frame: pd.DataFrame, tally: Tally, _asked: Request) -> pd.DataFrame:
    frame["kind"] = frame["kind"].fillna("car_park")
    if "_users" in frame:
        tally.add(SUBSCRIBERS, frame.index[frame["_users"].eq("abonnés").fillna(False)])
    return frame


def _seattle(frame: pd.DataFrame, _tally: Tally, _asked: Request) -> pd.DataFrame:
    """Write the hours of a block face, given as 08AM to 06PM for weekdays and Saturdays."""
    weekday = _span("Mo-Fr", frame["_open"], frame["_close"])
    saturday = _span("Sa", frame["_open_sat"], frame["_close_sat"])
    frame["regulated_hours"] = weekday + "; " + saturday
    frame["kind"] = frame["kind"].fillna("street")
    return frame


def _span(days: str, opens: pd.Series, closes: pd.Series) -> pd.Series:
    clock = [
        pd.to_datetime(text.str.strip(), format="%I%p", errors="coerce").dt.strftime("%H:%M")
        for text in (opens, closes)
    ]
    return (days + " " + clock[0] + "-" + clock[1]).astype("string[pyarrow]")


def _charlottesville(frame: pd.DataFrame, _tally: Tally, _asked: Request) -> pd.DataFrame:
    """List the meters of an export of payments; only single-space ones say how many spaces."""
    frame = frame.drop_duplicates("meter_id").copy()
    single = frame["_type"].eq("Singlespace").fillna(False)
    frame["spaces"] = pd.array([1 if one else pd.NA for one in single], dtype="Int64")
    frame["kind"] = frame["kind"].fillna("street")
    return frame


def read_file(asked: Request) -> Piece:
    """Read one file of supply; regulated hours are checked, places without spaces set aside."""
    recipe = RECIPES[asked.source.layout]
    piece = read(asked, recipe)
    frame, faults = piece.frame, list(piece.faults)
    tally = Tally()
    if recipe is RECIPES["charlottesville"]:
        frame = frame.drop_duplicates("meter_id")
        faults = [fault for fault in faults if fault.column != "spaces"]
        tally.add(NO_SPACES, frame.index[frame["spaces"].isna()])
        frame = frame[frame["spaces"].notna()]
    known = frame["regulated_hours"].dropna()
    for line, text in zip(known.index.to_numpy(), known, strict=True):
        problem = hours.problem(str(text))
        if problem:
            faults.append(
                Fault(
                    asked.file,
                    problem,
                    "Write it as Mo-Sa 09:00-12:00,14:00-18:00; PH off",
                    row=int(line),
                    column="regulated_hours",
                    value=str(text),
                )
            )
    nowhere = frame[["place_id", "meter_id", "zone_id"]].isna().all(axis=1)
    faults += [
        Fault(
            asked.file,
            "the row names no place, pay station or zone",
            "Fill one of them",
            row=int(line),
            column="meter_id",
        )
        for line in frame.index[nowhere][:5]
    ]
    reversed_ = frame["valid_to"] <= frame["valid_from"]
    faults += [
        Fault(
            asked.file,
            "the validity ends before it begins",
            "Correct the dates",
            row=int(line),
            column="valid_to",
        )
        for line in frame.index[reversed_][:5]
    ]
    return dataclasses.replace(
        piece, frame=frame, faults=tuple(faults), notes=(*piece.notes, *tally.notes())
    )


def _layout(name: str, fr: str, en: str) -> Layout:
    return Layout(name, Text(fr, en), MAPPED_OPTIONS if name == "mapped" else OPTIONS)


RECIPES = {
    "coeurville": Recipe(
        _layout(
            "coeurville",
            "Modèle coeurville de l'offre (CSV, XLSX)",
            "coeurville supply template (CSV, XLSX)",
        ),
        finish=_dated,
    ),
    "mapped": Recipe(
        _layout(
            "mapped",
            "Tout autre fichier, colonnes déclarées dans city.yml",
            "Any other file, columns declared in city.yml",
        ),
        finish=_dated,
    ),
    "schema-stationnement": Recipe(
        _layout(
            "schema-stationnement",
            "Schéma national des lieux de stationnement 0.1.5",
            "French national schema of car parks 0.1.5",
        ),
        {
            "place_id": ("id",),
            "name": ("nom",),
            "spaces": ("nb_places",),
            "address": ("adresse",),
            "disabled_spaces": ("nb_pmr",),
            "tariff": ("tarif_1h",),
            "lon": ("Xlong",),
            "lat": ("Ylat",),
            "_users": ("type_usagers",),
        },
        needs=("place_id", "name", "spaces", "lon", "lat"),
        finish=_national,
    ),
    "seattle": Recipe(
        _layout("seattle", "Tronçons de Seattle", "Seattle block faces"),
        {
            "meter_id": ("ELMNTKEY",),
            "name": ("UNITDESC",),
            "spaces": ("PAID_SPACES",),
            "max_minutes": ("PARKING_TIME_LIMIT",),
            "tariff": ("WKD_RATE1",),
            "_open": ("START_TIME_WKD",),
            "_close": ("END_TIME_WKD",),
            "_open_sat": ("START_TIME_SAT",),
            "_close_sat": ("END_TIME_SAT",),
        },
        needs=("meter_id", "spaces", "_open", "_close", "_open_sat", "_close_sat"),
        finish=_seattle,
    ),
    "charlottesville": Recipe(
        _layout(
            "charlottesville",
            "Horodateurs déduits de l'export de Charlottesville",
            "Pay stations drawn from the Charlottesville export",
        ),
        {
            "meter_id": ("spacename",),
            "_type": ("metertype",),
            "lon": ("meter_long",),
            "lat": ("meter_lat",),
        },
        needs=("meter_id", "_type"),
        finish=_charlottesville,
    ),
}

FAMILY = Family(TABLE, tuple(recipe.layout for recipe in RECIPES.values()), each(read_file))
