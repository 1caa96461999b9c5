"""Commercial premises of the demo city: where they stand, who holds them, what surveys see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyses.demo import occupancy, people, plan, renewal, streets, trade
from analyses.demo.occupancy import Stock
from analyses.demo.streets import Network

_MEDIAN_SURFACE = {
    "hypercentre": 72.0, "centre": 80.0, "faubourg-gare": 95.0, "faubourg-saint-eloi": 88.0,
    "peripherie": 520.0,
}  # fmt: skip
_AMENITIES = ("réserve", "terrasse", "extraction", "accès PMR", "double vitrine", "logement")


@dataclass(frozen=True, slots=True)
class Survey:
    """The surveys of premises, and what only the generator knows.

    Parameters
    ----------
    table : pandas.DataFrame
        The table ``premises``: one row per premises and wave, in the types of the contract.
    personal : pandas.DataFrame
        Personal columns of the file, same rows.
    probability : array of float, shape (rows,)
        True probability that the premises was vacant on that day; NaN where it was no longer
        commercial.
    stock : Stock
        The premises.
    places : pandas.DataFrame
        One row per premises: ``premises_id``, ``zone_id``, ``street``, ``number``, ``surface_m2``,
        ``lon``, ``lat``.
    spells : pandas.DataFrame
        Every tenancy and vacancy: see :func:`occupancy.spells`, with ``trade`` (index in
        :data:`trade.TRADES`, −1 if unknown), ``name`` and ``brand``; a vacancy carries the trade of
        its last tenant.
    """

    table: pd.DataFrame
    personal: pd.DataFrame
    probability: NDArray[np.float64]
    stock: Stock
    places: pd.DataFrame
    spells: pd.DataFrame


def survey(rng: np.random.Generator, network: Network) -> Survey:
    """Draw the premises of the city, their history and the surveys made of them.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    network : Network
        Streets that the premises stand on.
    """
    stock = occupancy.stock(rng)
    places = _places(rng, network, stock)
    spells = _tenants(rng, stock, occupancy.spells(rng, stock))
    places = renewal.exchanged(places, stock, spells)
    seen = _seen(rng, stock, spells)
    _plant_hostile_name(spells, seen)
    table = _table(rng, places, spells, seen)
    personal = people.personal(
        rng,
        seen["premises"].to_numpy(),
        (table["status"] == "occupied").to_numpy(bool),
        len(places),
    )
    return Survey(table, personal, _probability(stock, seen), stock, places, spells)


def _places(rng: np.random.Generator, network: Network, stock: Stock) -> pd.DataFrame:
    parts = []
    for index, zone in enumerate(plan.ZONES):
        members = rng.permutation(np.flatnonzero(stock.zone == index))
        lines = [street for street in network.streets if street.zone_id == zone.id]
        weight = np.array([streets.length(s.line) * s.appeal for s in lines])
        ends = np.rint(np.cumsum(weight) / weight.sum() * members.size).astype(int)
        for street, chosen in zip(lines, np.split(members, ends[:-1]), strict=True):
            if chosen.size:
                parts.append(_on_street(rng, street, chosen))
    places = pd.concat(parts).sort_values("premises", ignore_index=True)
    places["premises_id"] = [f"VSD-{index + 1:04d}" for index in places["premises"]]
    places["zone_id"] = np.array([zone.id for zone in plan.ZONES])[stock.zone]
    median = places["zone_id"].map(_MEDIAN_SURFACE).to_numpy(float)
    surface = median * np.exp(rng.normal(0, 0.62, len(places)))
    places["surface_m2"] = np.rint(np.clip(surface, 12, 4800))
    return places


def _on_street(
    rng: np.random.Generator, street: streets.Street, chosen: NDArray[np.int64]
) -> pd.DataFrame:
    size = chosen.size
    total = streets.length(street.line)
    distance = (np.arange(size) + rng.uniform(0.25, 0.75, size)) / size * (total - 30) + 15
    left = np.arange(size) % 2 == 0
    depth = 30.0 if street.zone_id == "peripherie" else 8.0
    points = streets.degrees(streets.along(street.line, distance, np.where(left, depth, -depth)))
    gaps = rng.integers(1, 4, size)
    number = np.where(left, 2 * np.cumsum(gaps) - 1, 2 * np.cumsum(gaps))
    return pd.DataFrame(
        {"premises": chosen, "street": street.name, "number": number,
         "lon": points[:, 0], "lat": points[:, 1]}
    )  # fmt: skip


def _tenants(rng: np.random.Generator, stock: Stock, spells: pd.DataFrame) -> pd.DataFrame:
    vacant = spells["vacant"].to_numpy()
    zones = stock.zone[spells["premises"].to_numpy()]
    chosen = np.full(len(spells), -1)
    for index, zone in enumerate(plan.ZONES):
        rows = np.flatnonzero((zones == index) & ~vacant)
        chosen[rows] = rng.choice(len(trade.TRADES), rows.size, p=trade.shares(zone.id))
    names = np.full(len(spells), "", dtype=object)
    brands = names.copy()
    names[~vacant], brands[~vacant] = trade.signs(rng, chosen[~vacant])
    mixes = np.array([trade.MIX_OF_ZONE[zone.id] for zone in plan.ZONES])
    moved = occupancy.transfers(rng, spells, mixes[zones])
    came = np.flatnonzero(moved >= 0)
    for values in (chosen, names, brands):
        values[came] = values[moved[came]]
    follows = np.zeros(len(spells), dtype=bool)
    follows[1:] = np.diff(spells["premises"].to_numpy()) == 0
    last = np.where(follows, np.roll(chosen, 1), -1)
    return spells.assign(
        trade=np.where(vacant, last, chosen), name=names, brand=brands, moved_from=moved
    )


def _seen(rng: np.random.Generator, stock: Stock, spells: pd.DataFrame) -> pd.DataFrame:
    """Return one row per premises listed at a wave: premises, wave, spell (row), unknown, gone."""
    parts = []
    ends = spells["end"].to_numpy()
    noted = rng.random(stock.zone.size) < 0.6
    for index, day in enumerate(plan.WAVES):
        time, previous = plan.years(day), plan.years(plan.WAVES[max(index - 1, 0)])
        current = spells.index[ends > time]
        first = current[~spells.loc[current, "premises"].duplicated().to_numpy()]
        premises = spells.loc[first, "premises"].to_numpy()
        here = (stock.enters <= time) & (stock.leaves > time)
        gone = noted & (stock.leaves <= time) & (stock.leaves > previous)
        share = np.array(
            [
                plan.UNKNOWN_EXCEPTIONS.get((zone.id, index), plan.UNKNOWN_SHARE)
                for zone in plan.ZONES
            ]
        )
        unknown = rng.random(stock.zone.size) < share[stock.zone]
        part = pd.DataFrame({"premises": premises, "wave": index, "spell": first.to_numpy()})
        part["unknown"], part["gone"] = unknown[premises], gone[premises]
        parts.append(part[(here | gone)[premises]])
    seen: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return seen


def _plant_hostile_name(spells: pd.DataFrame, seen: pd.DataFrame) -> None:
    """Give one let, well-seen shop of the last wave the sign that breaks careless outputs."""
    last = seen[(seen["wave"] == len(plan.WAVES) - 1) & ~seen["unknown"] & ~seen["gone"]]
    chosen = spells.loc[last["spell"]]
    independent = chosen[~chosen["vacant"] & (chosen["brand"] == "")]
    spells.loc[independent.index[0], "name"] = trade.HOSTILE_NAME


def _probability(stock: Stock, seen: pd.DataFrame) -> NDArray[np.float64]:
    zones = stock.zone[seen["premises"].to_numpy()]
    times = np.array([plan.years(day) for day in plan.WAVES])[seen["wave"].to_numpy()]
    values = np.full(len(seen), np.nan)
    for index, zone in enumerate(plan.ZONES):
        rows = (zones == index) & ~seen["gone"].to_numpy()
        values[rows] = plan.vacancy(zone, times[rows])
    return values


def _table(
    rng: np.random.Generator, places: pd.DataFrame, spells: pd.DataFrame, seen: pd.DataFrame
) -> pd.DataFrame:
    place = places.loc[seen["premises"]].reset_index(drop=True)
    spell = spells.loc[seen["spell"]].reset_index(drop=True)
    wave = seen["wave"].to_numpy()
    time = np.array([plan.years(day) for day in plan.WAVES])[wave]
    status = _status(rng, seen, spell, time)
    described = np.isin(status, ("occupied", "vacant", "vacant_works"))
    let = status == "occupied"
    empty = np.isin(status, ("vacant", "vacant_works"))
    trades = spell["trade"].to_numpy()
    named = described & (trades >= 0)
    columns: dict[str, object] = {
        "premises_id": place["premises_id"],
        "wave": pd.to_datetime(pd.Series(np.array(plan.WAVES, dtype="datetime64[ns]")[wave])),
        "status": status,
        "zone_id": place["zone_id"],
        "name": np.where(let, spell["name"], ""),
        "brand": np.where(let, spell["brand"], ""),
        "activity": _attribute("label", trades, named),
        "activity_code": _attribute("naf2", trades, named),
        "activity_family": _attribute("family", trades, named),
        "surface_m2": _surfaces(rng, places)[seen["premises"].to_numpy()],
        "rent_eur_year": np.where(described, _rents(rng, places, seen, time), np.nan),
        **_leases(rng, spells, seen, let, time),
        "vacant_since": _vacant_since(rng, spells, seen, empty),
        "amenities": _amenities(rng, len(places))[seen["premises"].to_numpy()],
        "street": place["street"],
        "address": place["number"].astype(str) + " " + place["street"],
        "lon": place["lon"],
        "lat": place["lat"],
    }
    table = pd.DataFrame(columns)
    for name in table.select_dtypes("object"):
        text = table[name].astype("string")
        table[name] = text.where(text != "")
    return table


def _status(
    rng: np.random.Generator, seen: pd.DataFrame, spell: pd.DataFrame, time: NDArray[np.float64]
) -> NDArray[np.object_]:
    soon = (spell["end"].to_numpy() - time) < 0.3
    works = soon & (rng.random(len(seen)) < 0.6)
    state = np.where(spell["vacant"], np.where(works, "vacant_works", "vacant"), "occupied")
    state = np.where(seen["unknown"], "unknown", state)
    return np.where(seen["gone"], "unavailable", state).astype(object)


def _attribute(
    name: str, trades: NDArray[np.int64], known: NDArray[np.bool_]
) -> NDArray[np.object_]:
    values = np.array([getattr(item, name) for item in trade.TRADES], dtype=object)
    return np.where(known, values[trades], "")


def _surfaces(rng: np.random.Generator, places: pd.DataFrame) -> NDArray[np.float64]:
    measured = rng.random(len(places)) < 0.93
    return np.where(measured, places["surface_m2"], np.nan)


def _rents(
    rng: np.random.Generator, places: pd.DataFrame, seen: pd.DataFrame, time: NDArray[np.float64]
) -> NDArray[np.float64]:
    surface = places["surface_m2"].to_numpy()
    median = places["zone_id"].map({zone.id: zone.rent_eur_m2 for zone in plan.ZONES}).to_numpy()
    base = surface * median * (surface / 80) ** -0.18 * np.exp(rng.normal(0, 0.2, surface.size))
    base = np.where(rng.random(surface.size) < 0.55, base, np.nan)
    indexed = base[seen["premises"].to_numpy()] * 1.015**time
    return np.asarray(np.rint(indexed / 60) * 60)


def _leases(
    rng: np.random.Generator,
    spells: pd.DataFrame,
    seen: pd.DataFrame,
    let: NDArray[np.bool_],
    time: NDArray[np.float64],
) -> dict[str, object]:
    kinds = np.array(["commercial 3-6-9", "dérogatoire", "propriétaire occupant", ""], dtype=object)
    of_spell = rng.choice(4, size=len(spells), p=(0.62, 0.07, 0.09, 0.22))
    kind = np.where(let, kinds[of_spell[seen["spell"].to_numpy()]], "")
    term = np.where(kind == "dérogatoire", 3.0, 9.0)
    start = spells["start"].to_numpy()[seen["spell"].to_numpy()]
    dated = np.isin(kind, ("commercial 3-6-9", "dérogatoire")) & ~np.isnan(start)
    begun = np.where(dated, start, time)
    end = begun + term * np.maximum(np.ceil((time - begun) / term), 1)
    days = [plan.calendar_day(value) if ok else None for value, ok in zip(end, dated, strict=True)]
    return {"lease_type": kind, "lease_end": _dates(days)}


def _vacant_since(
    rng: np.random.Generator, spells: pd.DataFrame, seen: pd.DataFrame, empty: NDArray[np.bool_]
) -> pd.Series:
    known = (rng.random(len(spells)) < 0.7)[seen["spell"].to_numpy()] & empty
    start = spells["start"].to_numpy()[seen["spell"].to_numpy()]
    days = [
        plan.calendar_day(value) if ok else None for value, ok in zip(start, known, strict=True)
    ]
    return _dates(days)


def _amenities(rng: np.random.Generator, count: int) -> NDArray[np.object_]:
    has = rng.random((count, len(_AMENITIES))) < (0.3, 0.12, 0.08, 0.2, 0.08, 0.05)
    return np.array(["|".join(np.array(_AMENITIES)[row]) for row in has], dtype=object)


def _dates(days: list[date | None]) -> pd.Series:
    missing = date(1677, 9, 22) - timedelta(days=1)
    stamps = np.array([day or missing for day in days], dtype="datetime64[D]")
    stamps[[day is None for day in days]] = np.datetime64("NaT")
    return pd.Series(stamps.astype("datetime64[ns]"))
