"""The demo city's parking drawn again for each seed: do the intervals hold its truth?

Two kinds of truth: what was planted (what works and a fair add to the occupancy of their zone, the
same cars with and without them; infraction rates), and the value expected of a quantity, which is
the mean over all seeds of the value realised, computed from the cars themselves and not by the
analysis.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import time

import numpy as np
import pandas as pd

from analyses.demo import kerb
from analyses.demo import parking as generator
from analyses.demo.city import stream
from analyses.parking import measures
from analyses.parking.grid import Regulation, Window
from analyses.results import Estimate
from benchmarks._record import OURS, Row

TZ = "Europe/Paris"
STEP = 900
FULL = 0.85
PAID = Regulation((Window(frozenset(range(6)), time(9), time(19)),))
SENSED = tuple(meter for meter in kerb.METERS if meter.sensed)

Seen = Mapping[str, pd.DataFrame]
Pair = tuple[str, float, Estimate]
"""Name of a quantity, value realised (or planted) and estimate on one seed."""


def draw(seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return the stays at the sensed pay stations, and what they would be without episodes."""
    rng = stream(seed, "parking")
    again = copy.deepcopy(rng)
    seen = {meter.id: kerb.stays(rng, meter) for meter in SENSED}
    return seen, {meter.id: kerb.stays(again, meter, episodes=False) for meter in SENSED}


def table(seen: Seen) -> pd.DataFrame:
    """Return the table of stays as the reader gives it, the broken sensor set aside."""
    parts = []
    for meter in SENSED:
        part = generator._clip(seen[meter.id])
        part["space_id"] = meter.id + "-" + part["space"].astype(str).str.zfill(2)
        parts.append(part.assign(zone_id=meter.zone_id))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["space_id"] != generator.FAULTY]
    for name in ("arrival", "departure"):
        frame[name] = pd.to_datetime(frame[name], unit="s", utc=True).dt.tz_convert(TZ)
    columns = ["space_id", "zone_id", "arrival", "departure", "left_censored", "right_censored"]
    return frame[columns].sort_values(["arrival", "space_id"], ignore_index=True)


def declared() -> pd.DataFrame:
    """Return the rows of the supply that the works take away."""
    works = kerb.WORKS
    rows = [(f"{works.meter}-{rank:02d}", works.meter, "faubourg-gare", "Travaux", -1.0)
            for rank in works.spaces]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["place_id", "meter_id", "zone_id", "name", "spaces"])
    last = pd.Timestamp(works.last) + pd.DateOffset(days=1)
    return frame.assign(
        valid_from=pd.Timestamp(works.first).tz_localize(TZ), valid_to=last.tz_localize(TZ)
    )


def fair() -> pd.DataFrame:
    """Return the fair as a table of events."""
    plan = kerb.FAIR
    start, end = (pd.Timestamp(day).tz_localize(TZ) for day in (plan.first, plan.last))
    row = {"label": plan.label, "kind": "fair", "start": start, "end": end,
           "zone_ids": plan.zone_id}  # fmt: skip
    return pd.DataFrame([row])


def realised(seen: Seen) -> dict[str, float]:
    """Return occupancy, congestion and arrivals of each sensed zone, from the cars themselves."""
    found = {}
    hours = generator._paid_slots()
    quarters = [(a, a + STEP) for start, end in hours for a in range(start, end, STEP)]
    for meter in SENSED:
        there, offer = generator._sensed(meter, seen[meter.id], quarters)
        found[f"occupancy_rate {meter.zone_id}"] = float(there.sum() / offer.sum())
        full = there >= FULL * offer - 1e-6
        found[f"congestion_time {meter.zone_id}"] = float(full.mean())
    return found


def pairs(seed: int) -> Iterator[Pair]:
    """Yield every quantity of one seed: its realised or planted value and its estimate."""
    seen, quiet = draw(seed)
    spaces = declared()
    rules = {meter.zone_id: PAID for meter in SENSED}
    found = measures.measure_kerb(table(seen), None, TZ, rules, declared=spaces)
    by_name = {f"{row.indicator} {row.zone}": row.estimate.scaled(0.01) for row in found.results
               if row.unit == "%"}  # fmt: skip
    for name, value in realised(seen).items():
        yield name, value, by_name[name]
    crossed = measures.measure_effects(found, None, spaces, fair(), None, TZ)
    planted = {
        "faubourg-gare": generator._shift("works", {**seen}, {**quiet})["occupancy_points"],
        "centre": generator._shift("fair", {**seen}, {**quiet})["occupancy_points"],
    }
    for item in crossed.crossings:
        if item.indicator == "occupancy_shift":
            zone = item.episode.zones[0]
            yield f"planted shift {zone}", planted[zone], item.found.effect
    shuffled = _shuffled(found, seed)
    if shuffled is not None:
        yield "no shift on shuffled dates", 0.0, shuffled


def _shuffled(found: measures.Kerb, seed: int) -> Estimate | None:
    """Return the effect of a fair of three days that never was, in a zone drawn at random."""
    assert found.occupancy is not None
    days = found.occupancy.grid.days
    rng = np.random.default_rng([seed, 7])
    busy = {*pd.date_range(kerb.FAIR.first, kerb.FAIR.last),
            *pd.date_range(kerb.WORKS.first, kerb.WORKS.last)}  # fmt: skip
    starts = [i for i in range(len(days) - 2) if not busy & set(days[i : i + 3])]
    start = days[int(rng.choice(starts))]
    zone = SENSED[int(rng.integers(len(SENSED)))].zone_id
    never = pd.DataFrame([{
        "label": "?", "kind": "fair", "start": start.tz_localize(TZ),
        "end": (start + pd.Timedelta(days=2)).tz_localize(TZ), "zone_ids": zone,
    }])  # fmt: skip
    both = pd.concat([fair(), never], ignore_index=True)
    crossed = measures.measure_effects(found, None, declared(), both, None, TZ)
    mine = [item for item in crossed.crossings if item.episode.label == "?"]
    return next((m.found.effect for m in mine if m.indicator == "occupancy_shift"), None)


def rows(seeds: int) -> Iterator[Row]:
    """Yield the share of seeds whose 95 % interval holds the truth, by quantity."""
    with ProcessPoolExecutor() as pool:
        yield from tally(list(pool.map(_pairs, range(seeds), chunksize=5)))


def _pairs(seed: int) -> list[Pair]:
    return list(pairs(seed))


def tally(drawn: Sequence[Sequence[Pair]]) -> Iterator[Row]:
    """Yield the same from what :func:`pairs` gave for each seed."""
    found: dict[str, list[tuple[float, Estimate]]] = defaultdict(list)
    for name, value, estimate in (pair for seed in drawn for pair in seed):
        found[name].append((value, estimate))
    work = f"demo-{len(drawn)}-seeds"
    for name, lines in found.items():
        each = np.array([value for value, _ in lines])
        own = name.startswith(("planted", "no shift"))
        truth = each if own else np.full(len(each), each.mean())
        low = np.array([estimate.low for _, estimate in lines])
        high = np.array([estimate.high for _, estimate in lines])
        middle = np.array([estimate.value for _, estimate in lines])
        inside = (low <= truth) & (truth <= high)
        error = 100 * float(np.sqrt(0.95 * 0.05 / len(lines)))
        yield Row(work, OURS, f"coverage {name}", 100 * float(inside.mean()), "%", len(lines))
        yield Row(work, OURS, f"coverage error {name}", error, "%", len(lines))
        yield Row(work, OURS, f"bias {name}", float((middle - truth).mean()), "", len(lines))
