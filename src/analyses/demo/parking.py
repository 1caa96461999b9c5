"""Parking of the demo city: supply, sensors, pay stations, counts, garages and infractions."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyses.demo import kerb
from analyses.demo.kerb import METERS, ZONE
from analyses.demo.streets import Network, degrees

FAULTY = "H03-11"
"""Space whose sensor is broken: it reports one minute of presence at each half-day."""
FAULTY_ROWS = 2 * ((kerb.LAST - kerb.FIRST).days + 1)
FROZEN = "P-THEATRE"
"""Garage whose counter never moves."""
GARAGES: tuple[tuple[str, str, int, float, float], ...] = (
    ("P-MARCHE", "centre", 220, 0.86, 0.10),
    ("P-GARE", "faubourg-gare", 340, 0.62, 0.22),
    (FROZEN, "hypercentre", 140, 0.50, 0.50),
)
"""Garage, zone, spaces, share taken at the busiest hour of a weekday and at night."""
CONTROLS_FIRST, CONTROLS_LAST = date(2025, 2, 3), date(2025, 4, 26)
RATES: dict[str, float] = {
    "H01": 0.16, "H02": 0.12, "H03": 0.09, "H04": 0.07, "H05": 0.05, "H06": 0.06,
}  # fmt: skip
"""Infractions per vehicle checked, on an ordinary day at an ordinary hour."""
NOON_FACTOR, SATURDAY_FACTOR = 1.6, 1.35
TYPES: tuple[tuple[str, float], ...] = (
    ("Défaut de paiement", 0.58), ("Dépassement de durée", 0.22),
    ("Stationnement sur trottoir", 0.12), ("Hors emplacement", 0.08),
)  # fmt: skip
COUNT_DAYS: tuple[date, ...] = (
    date(2025, 3, 18), date(2025, 3, 22), date(2025, 3, 27), date(2025, 4, 3), date(2025, 4, 9),
)  # fmt: skip
COUNT_HOURS = (9, 10, 11, 12, 14, 15, 16, 17, 18)
PLATES: tuple[str, ...] = ("DEMO-001-FX", "DEMO-002-FX", "DEMO-003-FX", "DEMO-004-FX")
"""Planted plates, of no real form, that must never reach an output."""
PLATED = 40
"""One stay and one infraction in so many carries a planted plate, each time written otherwise."""


@dataclass(frozen=True, slots=True)
class Parking:
    """Tables of the demo city's parking, as they are written, and the truth behind them."""

    supply: pd.DataFrame
    stays: pd.DataFrame
    payments: pd.DataFrame
    counts: pd.DataFrame
    garages: pd.DataFrame
    infractions: pd.DataFrame
    events: pd.DataFrame
    truth: dict[str, Any]


def parking(rng: np.random.Generator, network: Network) -> Parking:
    """Generate the parking of the demo city.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    network : Network
        Streets, on which pay stations stand.
    """
    streets = _streets(network)
    again = copy.deepcopy(rng)
    seen = {meter.id: kerb.stays(rng, meter) for meter in METERS}
    quiet = {meter.id: kerb.stays(again, meter, episodes=False) for meter in METERS}
    paid = [kerb.payments(rng, meter, seen[meter.id]) for meter in METERS]
    return Parking(
        supply=_supply(network, streets, seen),
        stays=_sensors(seen),
        payments=_export(rng, pd.concat(paid, ignore_index=True)),
        counts=_counts(seen),
        garages=_garages(rng),
        infractions=_infractions(rng, streets),
        events=_events(),
        truth=truth(seen, quiet),
    )


def _streets(network: Network) -> dict[str, str]:
    """Give each pay station a street of its zone, the busiest first."""
    found, used = {}, set()
    for meter in METERS:
        of_zone = [s for s in network.streets if s.zone_id == meter.zone_id and s.name not in used]
        street = max(of_zone, key=lambda s: (s.appeal, s.name))
        used.add(street.name)
        found[meter.id] = street.name
    return found


def _clip(seen: pd.DataFrame) -> pd.DataFrame:
    """Return the stays as an observer of the period sees them, with the marks of censoring."""
    first, last = kerb.period()
    inside = seen[(seen["departure"] > first) & (seen["arrival"] < last)].copy()
    inside["left_censored"] = inside["arrival"] < first
    inside["right_censored"] = inside["departure"] > last
    inside["arrival"] = inside["arrival"].clip(lower=first)
    inside["departure"] = inside["departure"].clip(upper=last)
    return inside


def _supply(
    network: Network, streets: dict[str, str], seen: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    by_name = {street.name: street for street in network.streets}
    rows: list[tuple[Any, ...]] = []
    for meter in METERS:
        line = by_name[streets[meter.id]].line
        lon, lat = degrees(line[len(line) // 2][None, :])[0]
        residents = _mean_present(seen[meter.id], "resident")
        rows.append((meter.id, meter.zone_id, streets[meter.id], "street", meter.spaces,
                     f"{residents:.1f}", kerb.PAID_HOURS, kerb.FREE_MINUTES, 120, meter.tariff,
                     f"{lon:.6f}", f"{lat:.6f}"))  # fmt: skip
    rows = [("", *row, "", "") for row in rows] + _closures(streets)
    return pd.DataFrame(rows, columns=[
        "place_id", "meter_id", "zone_id", "name", "kind", "spaces", "permit_spaces",
        "regulated_hours", "free_minutes", "max_minutes", "tariff", "lon", "lat", "valid_from",
        "valid_to"])  # fmt: skip


def _closures(streets: dict[str, str]) -> list[tuple[Any, ...]]:
    """Write the spaces that the works take away, one row each."""
    works = kerb.WORKS
    zone = next(meter.zone_id for meter in METERS if meter.id == works.meter)
    name = f"Travaux {streets[works.meter]}"
    return [
        (f"{works.meter}-{rank:02d}", works.meter, zone, name, "street", -1, *[""] * 6, "",
         str(works.first), str(works.last)) for rank in works.spaces
    ]  # fmt: skip


def _events() -> pd.DataFrame:
    """Write the fair as a row of the table of events."""
    fair = kerb.FAIR
    return pd.DataFrame(
        [("salon-2025", fair.label, "fair", str(fair.first), str(fair.last), fair.zone_id)],
        columns=["event_id", "label", "kind", "start", "end", "zone_ids"])  # fmt: skip


def _paid_slots() -> list[tuple[int, int]]:
    """Return the paid hours of the period, seconds UTC, one slot an hour."""
    slots = []
    for offset in range((kerb.LAST - kerb.FIRST).days + 1):
        day = kerb.FIRST + timedelta(days=offset)
        if day.weekday() < 6:
            opening = kerb.utc(datetime.combine(day, kerb.OPENS))
            slots += [(opening + 3600 * i, opening + 3600 * (i + 1)) for i in range(10)]
    return slots


def _present(seen: pd.DataFrame, begin: int, end: int) -> float:
    """Return the mean number of cars present between two instants."""
    overlap = np.minimum(seen["departure"], end) - np.maximum(seen["arrival"], begin)
    return float(np.maximum(overlap, 0).sum()) / (end - begin)


def _mean_present(seen: pd.DataFrame, kind: str) -> float:
    part = seen[seen["kind"] == kind]
    return float(np.mean([_present(part, *slot) for slot in _paid_slots()]))


def _sensors(seen: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Write what the sensors report: stays of the sensed spaces, and one broken sensor."""
    parts = []
    for meter in METERS:
        if not meter.sensed:
            continue
        part = _clip(seen[meter.id])
        rank = part["space"].astype(str).str.zfill(2)
        part["space_id"] = meter.id + "-" + rank
        part["zone_id"] = meter.zone_id
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    table = table[table["space_id"] != FAULTY]
    first, _ = kerb.period()
    at = first + 43_200 * np.arange(FAULTY_ROWS) + 7_200
    broken = pd.DataFrame({"space_id": FAULTY, "zone_id": "centre", "arrival": at,
                           "departure": at + 60, "left_censored": False,
                           "right_censored": False})  # fmt: skip
    table = pd.concat([table, broken], ignore_index=True)
    table = table.sort_values(["arrival", "space_id"], kind="stable", ignore_index=True)
    return pd.DataFrame({
        "space_id": table["space_id"], "zone_id": table["zone_id"],
        "arrival": _iso(table["arrival"]), "departure": _iso(table["departure"]),
        "left_censored": np.where(table["left_censored"], "true", ""),
        "right_censored": np.where(table["right_censored"], "true", ""),
        "plate": _plates(len(table))})  # fmt: skip


def _plates(rows: int) -> list[str]:
    """Write planted plates on some rows: as they are, spaced, joined, in small letters."""
    written = []
    for row in range(rows):
        plate = PLATES[row // PLATED % len(PLATES)]
        forms = (plate, plate.replace("-", " "), plate.replace("-", ""), plate.lower())
        written.append("" if row % PLATED else forms[row // PLATED // len(PLATES) % len(forms)])
    return written


def _iso(seconds: pd.Series) -> pd.Series:
    """Write instants in local time with their offset, the only form that is never doubtful."""
    local = pd.to_datetime(seconds, unit="s", utc=True).dt.tz_convert(ZONE)
    text = local.dt.strftime("%Y-%m-%dT%H:%M:%S%z")
    return text.str[:-2] + ":" + text.str[-2:]


def _export(rng: np.random.Generator, paid: pd.DataFrame) -> pd.DataFrame:
    """Write payments as a French pay-station export, with some refused cards and phone payments."""
    paid = paid.sort_values(["start", "meter_id"], kind="stable", ignore_index=True)
    local = {
        name: pd.to_datetime(paid[name], unit="s", utc=True).dt.tz_convert(ZONE)
        for name in ("start", "end")
    }
    means = rng.choice(["CB", "Espèces", "Téléphone"], len(paid), p=[0.55, 0.25, 0.20])
    plate = np.where(means == "Téléphone", rng.choice(PLATES, len(paid)), "")
    status = np.where(rng.random(len(paid)) < 0.004, "annulée", "")
    comma = paid["amount"].map(lambda euros: f"{euros:.2f}".replace(".", ","))
    return pd.DataFrame({
        "horodateur": paid["meter_id"],
        "début stationnement": local["start"].dt.strftime("%d/%m/%Y %H:%M"),
        "fin stationnement": local["end"].dt.strftime("%d/%m/%Y %H:%M"),
        "durée payée (min)": paid["purchased_minutes"].round().astype(int),
        "montant": comma, "moyen de paiement": means, "statut": status,
        "immatriculation": plate})  # fmt: skip


def _counts(seen: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Count the cars at every pay station, nine times on each of five days."""
    rows = []
    for meter in METERS:
        table = seen[meter.id]
        for day in COUNT_DAYS:
            for hour in COUNT_HOURS:
                at = kerb.utc(datetime.combine(day, time(hour, 30)))
                there = int(((table["arrival"] <= at) & (table["departure"] > at)).sum())
                rows.append((meter.id, f"{day} {hour:02d}:30", there, meter.spaces))
    return pd.DataFrame(rows, columns=["meter_id", "time", "occupied", "spaces"])


def _garages(rng: np.random.Generator) -> pd.DataFrame:
    """Write free spaces by half-hour, one column a garage, blank when unchanged."""
    first, last = kerb.period()
    moments = np.arange(first, last, 1800)
    local = pd.to_datetime(pd.Series(moments), unit="s", utc=True).dt.tz_convert(ZONE)
    hour = (local.dt.hour + local.dt.minute / 60).to_numpy()
    week = local.dt.dayofweek.to_numpy()
    table: dict[str, Any] = {"horodatage": moments}
    for name, _, spaces, busy, quiet in GARAGES:
        if name == FROZEN:
            free = np.full(len(moments), round(spaces * (1 - busy)))
        else:
            wave = np.exp(-(((hour - 11) / 3.2) ** 2)) + np.exp(-(((hour - 16.5) / 2.4) ** 2))
            level = quiet + (busy - quiet) * np.minimum(wave, 1) * np.where(week == 6, 0.4, 1.0)
            noise = np.convolve(rng.standard_normal(len(moments) + 5), np.ones(6) / 6, "valid")
            free = np.rint(spaces * (1 - level - 0.04 * noise)).astype(int)
            free = np.minimum(free, spaces)
        same = np.r_[False, free[1:] == free[:-1]] & (name != FROZEN)
        table[name] = np.where(same, "", free.astype(str))
    return pd.DataFrame(table)


def _infractions(rng: np.random.Generator, streets: dict[str, str]) -> pd.DataFrame:
    """Write twelve weeks of rounds: infractions with the vehicles checked, empty rounds too."""
    rows: list[tuple[str, str, str, str, int]] = []
    names = [name for name, _ in TYPES]
    shares = [share for _, share in TYPES]
    zones = {meter.id: meter.zone_id for meter in METERS}
    days = (CONTROLS_LAST - CONTROLS_FIRST).days + 1
    for day in (CONTROLS_FIRST + timedelta(days=i) for i in range(days)):
        if day.weekday() == 6 or day == date(2025, 4, 21):
            continue
        for meter, rate in RATES.items():
            for hour in sorted(rng.choice(np.arange(9, 19), 2, replace=False).tolist()):
                checked = 4 + int(rng.poisson(8))
                factor = NOON_FACTOR if hour in (12, 13) else 1.0
                factor *= SATURDAY_FACTOR if day.weekday() == 5 else 1.0
                found = int(rng.binomial(checked, rate * factor))
                minutes = np.sort(rng.integers(0, 60, max(found, 1)))
                kinds = rng.choice(names, found, p=shares) if found else [""]
                rows += [
                    (streets[meter], zones[meter], f"{day} {hour:02d}:{minute:02d}", str(kind),
                     checked)
                    for minute, kind in zip(minutes, kinds, strict=True)
                ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["place_id", "zone_id", "time", "type", "controls"])
    return table.assign(plate=_plates(len(table)))


def truth(seen: dict[str, pd.DataFrame], quiet: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what a perfect analysis of the written tables would find.

    Parameters
    ----------
    seen : dict of str to DataFrame
        Stays by pay station.
    quiet : dict of str to DataFrame
        What the same cars would have done without the works and the fair.
    """
    slots = _paid_slots()
    occupancy, sensed = {}, {}
    for meter in METERS:
        there = np.array([_present(seen[meter.id], *slot) for slot in slots])
        offer = _offer(meter, slots)
        occupancy[meter.id] = round(float(np.mean(there / offer)), 5)
        if meter.sensed:
            there, offer = _sensed(meter, seen[meter.id], slots)
            sensed[meter.zone_id] = round(float(there.sum() / offer.sum()), 5)
    return {
        "stays": {
            "visit_median_minutes": kerb.VISIT[0], "visit_log_spread": kerb.VISIT[1],
            "work_median_minutes": kerb.WORK[0], "work_log_spread": kerb.WORK[1],
            "work_share": kerb.WORK_SHARE,
            "longer_than_a_day": [
                {"space_id": f"{meter}-{rank:02d}", "hours": hours}
                for meter, rank, _, hours in kerb.VENTOUSES
            ],
            "faulty_sensor": FAULTY,
        },
        "payments": {
            "unpaid_share": kerb.UNPAID_SHARE, "free_minutes": kerb.FREE_MINUTES,
            "extension_share": kerb.EXTENSION_SHARE, "planted_plates": list(PLATES),
            "short_share": _short_share(seen),
        },
        "occupancy": {"by_meter": occupancy, "by_sensed_zone": sensed},
        "episodes": {name: _shift(name, seen, quiet) for name in ("works", "fair")},
        "garages": {"frozen": FROZEN},
        "infractions": {"rate_per_control": RATES, "noon_factor": NOON_FACTOR,
                        "saturday_factor": SATURDAY_FACTOR},
    }  # fmt: skip


def _offer(meter: kerb.MeterPlan, slots: list[tuple[int, int]]) -> NDArray[np.float64]:
    """Return the spaces of a pay station in each slot, works taken away."""
    works = kerb.WORKS
    begin = kerb.utc(datetime.combine(works.first, time(0)))
    end = kerb.utc(datetime.combine(works.last + timedelta(days=1), time(0)))
    shut = len(works.spaces) if meter.id == works.meter else 0
    return np.array([meter.spaces - shut * (begin <= start < end) for start, _ in slots], float)


def _sensed(
    meter: kerb.MeterPlan, table: pd.DataFrame, slots: list[tuple[int, int]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cars present and the spaces of the sensors that work, by slot."""
    lost = meter.id == FAULTY[:3]
    part = table[table["space"] != int(FAULTY[4:])] if lost else table
    there = np.array([_present(part, *slot) for slot in slots])
    return there, _offer(meter, slots) - lost


def _shift(
    name: str, seen: dict[str, pd.DataFrame], quiet: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    """Return by how many points an episode moved the occupancy of its sensed zone, paid hours."""
    plan = kerb.WORKS if name == "works" else kerb.FAIR
    zone = getattr(plan, "zone_id", "faubourg-gare")
    meter = next(item for item in METERS if item.zone_id == zone and item.sensed)
    begin = kerb.utc(datetime.combine(plan.first, time(0)))
    end = kerb.utc(datetime.combine(plan.last + timedelta(days=1), time(0)))
    slots = [slot for slot in _paid_slots() if begin <= slot[0] < end]
    there, offer = _sensed(meter, seen[meter.id], slots)
    would, _ = _sensed(meter, quiet[meter.id], slots)
    lost = meter.id == FAULTY[:3]
    gap = there.sum() / offer.sum() - would.sum() / (len(slots) * (meter.spaces - lost))
    return {"zone_id": zone, "first": str(plan.first), "last": str(plan.last),
            "occupancy_points": round(100 * float(gap), 3)}  # fmt: skip


def _short_share(seen: dict[str, pd.DataFrame]) -> float:
    """Return the realised share of visitors that leave within the free period."""
    table = pd.concat(seen.values())
    visits = table[table["kind"] == "visitor"]
    short = (visits["departure"] - visits["arrival"]) <= kerb.FREE_MINUTES * 60
    return round(float(short.mean()), 4)
