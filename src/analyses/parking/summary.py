"""Results of parking as rows of the indicators table."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from analyses.parking.durations import CLASSES, Durations, mean_stay, share_beyond, stay_classes
from analyses.parking.durations import tail as unseen_tail
from analyses.parking.factors import Factors
from analyses.parking.ladder import Ladder
from analyses.parking.occupancy import SATURATED, Occupancy, rate, saturation
from analyses.parking.rotation import Rotation
from analyses.results import Estimate, Quality, Result, Source, not_computable
from analyses.wording import Text, number, percent

OVERSTAY = 24 * 60.0
"""Threshold of an overstay in minutes (a parameter; 24 hours unless the city says otherwise)."""

_EMPTY = Text("aucune donnée sur la période", "no data over the period")


def occupancy_results(
    occ: Occupancy, *, source: Source = "sensor", threshold: float = SATURATED
) -> tuple[Result, ...]:
    """Return occupancy and congestion of the whole and of each zone."""
    results: list[Result] = []
    for zone in (None, *(name for name in occ.zones if name != "*")):  # rows that name no zone
        name = "*" if zone is None else zone
        note = _above(occ) if zone is None else None
        results.append(
            _share(
                "occupancy_rate", rate(occ, zone), occ, name, source, "difference-arrays/1", note
            )
        )
        full = saturation(occ, zone, threshold=threshold)
        method = f"slots-{occ.grid.step // 60}min-{threshold:g}/1"
        results.append(_share("congestion_time", full, occ, name, source, method, None))
    return tuple(results)


def _above(occ: Occupancy) -> Text | None:
    share = occ.above_capacity
    if share <= 0:
        return None
    return Text(
        f"plus de voitures que de places pendant {percent(100 * share, 'fr')} du temps : offre à "
        "vérifier",
        f"more cars than spaces during {percent(100 * share, 'en')} of the time: check the supply",
    )


def _share(
    indicator: str,
    found: Estimate,
    occ: Occupancy,
    zone: str,
    source: Source,
    method: str,
    note: Text | None,
) -> Result:
    first, last = _period(occ.grid.days)
    if not found.known:
        return not_computable(
            indicator, "%", source, _EMPTY, zone=zone, period_start=first, period_end=last
        )
    return Result(
        indicator,
        found.scaled(100),
        "%",
        source,
        method,
        zone=zone,
        period_start=first,
        period_end=last,
        quality="reserve" if note else "measured",
        note=note,
    )


def rotation_result(
    found: Rotation,
    days: pd.DatetimeIndex,
    *,
    zone: str = "*",
    looks_every: pd.Timedelta | None = None,
) -> Result:
    """Return the rotation with what its reader must know of unseen arrivals.

    Parameters
    ----------
    found : Rotation
        From :func:`analyses.parking.rotation.rotation`.
    days : pandas.DatetimeIndex
        Days of the grid.
    zone : str
        Zone described.
    looks_every : pandas.Timedelta, optional
        Interval between two looks, where stays were rebuilt from states.
    """
    first, last = _period(days)
    place: dict[str, Any] = {"zone": zone, "period_start": first, "period_end": last}
    unit = "vehicles/space/day"
    if not found.rate.known:
        return not_computable("rotation_rate", unit, "sensor", _EMPTY, **place)
    return Result(
        "rotation_rate",
        found.rate,
        unit,
        "sensor",
        "stays-per-space-day/1",
        zone=zone,
        period_start=first,
        period_end=last,
        quality="measured" if looks_every is None else "estimated",
        note=_rotation_note(found, looks_every),
    )


def _rotation_note(found: Rotation, looks_every: pd.Timedelta | None) -> Text:
    low = found.seen_arrivals.value
    fr = (
        f"{percent(100 * found.left_share)} des séjours sont tronqués à gauche et "
        f"{percent(100 * found.right_share)} à droite ; en ne comptant que les arrivées vues : "
        f"{number(low, 'fr', 2)}"
    )
    en = (
        f"{percent(100 * found.left_share, 'en')} of stays are left-censored and "
        f"{percent(100 * found.right_share, 'en')} right-censored; counting only arrivals that "
        f"were seen: {number(low, 'en', 2)}"
    )
    if looks_every is not None:
        minutes = looks_every.total_seconds() / 60
        fr += f" ; places vues toutes les {number(minutes, 'fr')} minutes, séjours plus courts omis"
        en += f"; spaces seen every {number(minutes, 'en')} minutes, shorter stays are missed"
    return Text(fr, en)


def stay_results(
    found: Durations,
    days: pd.DatetimeIndex,
    *,
    zone: str = "*",
    overstay: float = OVERSTAY,
    quality: Quality = "measured",
) -> tuple[Result, ...]:
    """Return mean stay, classes of stay and share of overstays.

    Parameters
    ----------
    found : Durations
        From :func:`analyses.parking.durations.durations`.
    days : pandas.DatetimeIndex
        Days of the grid.
    zone : str
        Zone described.
    overstay : float
        Threshold of an overstay in minutes.
    quality : str
        ``measured`` for stays of sensors, ``estimated`` for stays rebuilt from states.
    """
    first, last = _period(days)

    def row(indicator: str, value: Estimate, unit: str, method: str, **more: Any) -> Result:
        base: dict[str, Any] = {"zone": zone, "period_start": first, "period_end": last, **more}
        if not value.known:
            base.pop("note", None)
            return not_computable(
                indicator, unit, "sensor", _too_short(found), n=found.stays, **base
            )
        state: Quality = "reserve" if base.get("note") else quality
        return Result(indicator, value, unit, "sensor", method, quality=state, **base)

    cut = _tail_note(found)
    rows = [row("mean_stay", mean_stay(found), "minutes", "kaplan-meier/1", note=cut)]
    for low, high, share in stay_classes(found, CLASSES):
        label = f"{low:g}-{high:g}" if math.isfinite(high) else f">{low:g}"
        rows.append(
            row(
                "stay_classes",
                share.scaled(100) if share.known else share,
                "%",
                "kaplan-meier/1",
                breakdown="stay_minutes",
                category=label,
            )
        )
    long = share_beyond(found, overstay)
    rows.append(
        row(
            "overstay_share",
            long.scaled(100) if long.known else long,
            "%",
            f"kaplan-meier-{overstay:g}min/1",
        )
    )
    return tuple(rows)


def _too_short(found: Durations) -> Text:
    reach = float(found.minutes[-1]) / 60 if len(found.minutes) else 0.0
    return Text(
        f"aucun séjour n'a été suivi au-delà de {number(reach, 'fr', 1)} heures : la durée des "
        "plus longs n'est pas connue",
        f"no stay was watched beyond {number(reach, 'en', 1)} hours: the length of the longest is "
        "not known",
    )


def _tail_note(found: Durations) -> Text | None:
    if not found.stays or unseen_tail(found) <= 0.0:
        return None
    share = 100 * unseen_tail(found)
    return Text(
        f"borne basse : {percent(share)} des séjours dépassent la plus longue durée observée",
        f"lower bound: {percent(share, 'en')} of stays exceed the longest length watched",
    )


def meter_results(ladder: Ladder, days: pd.DatetimeIndex) -> tuple[Result, ...]:
    """Return the occupancy of each meter and hour of the day, and the ladder's rungs.

    Rows by hour have ``breakdown`` ``hour``; those of the ladder ``rung``. Their interval is the
    mean band of the cells, wider than that of the mean: hours of one meter err together.
    """
    first, last = _period(days)
    table = ladder.estimates
    basis = str(table["basis"].iloc[0]) if len(table) else "uncalibrated"
    rows: list[Result] = []
    named = table.assign(hour=[_clock(slot) for slot in table["slot"]])
    for (meter, hour), part in named.groupby(["meter_id", "hour"], sort=True):
        value = part[["value", "low", "high"]].mean() * 100
        loose = (part["basis"] == "uncalibrated").any()
        rows.append(
            Result(
                "meter_occupancy",
                Estimate(value["value"], value["low"], value["high"], len(part), 0.9),
                "%",
                "payment",
                f"ladder-{part['basis'].iloc[0]}/1",
                zone=str(meter),
                breakdown="hour",
                category=str(hour),
                period_start=first,
                period_end=last,
                quality="reserve" if loose else "estimated",
                note=_UNCOUNTED if loose else None,
            )
        )
    for rung in ladder.rungs:
        rows.append(
            Result(
                "meter_occupancy",
                rung.value.scaled(100),
                "%",
                "payment",
                f"ladder-{basis}/1",
                breakdown="rung",
                category=rung.name,
                period_start=first,
                period_end=last,
                quality="estimated" if rung.applied else "reserve",
                note=None if rung.applied else rung.reason,
            )
        )
    return tuple(rows)


def _clock(slot: float) -> str:
    return f"{int(slot):02d}:{round(60 * (slot % 1)):02d}"


_UNCOUNTED = Text(
    "paiements sans comptage : lecture basse, la marge va de la rue la mieux payée à la moins "
    "payée parmi celles connues",
    "payments without counts: a low reading; the band goes from the best-paying to the "
    "worst-paying street known",
)


def infraction_results(found: Factors, cells: pd.DataFrame) -> tuple[Result, ...]:
    """Return infractions per control by place, or plain counts said to reflect patrols.

    Parameters
    ----------
    found : Factors
        From :func:`analyses.parking.factors.factors`.
    cells : pandas.DataFrame
        From :func:`analyses.parking.infractions.count_cells`.
    """
    first, last = _period(pd.DatetimeIndex(cells["day"].unique()).sort_values())
    where: dict[str, Any] = {"period_start": first, "period_end": last}
    if not found.per_control:
        refused = refuse_rate()
        return (replace(refused, period_start=first, period_end=last),)
    rows = []
    sums = cells.groupby("place_id")[["count", "effort"]].sum()
    total = sums.sum().rename("*").to_frame().T
    for place, line in pd.concat([total, sums]).iterrows():
        count, effort = float(line["count"]), float(line["effort"])
        spread = math.sqrt(max(count, 1.0) * max(found.dispersion, 1.0))
        rate_ = Estimate(
            count / effort,
            max(0.0, (count - 1.96 * spread) / effort),
            (count + 1.96 * spread) / effort,
            int(effort),
        )
        rows.append(
            Result(
                "infraction_rate",
                rate_,
                "infractions/control",
                "record",
                "quasi-poisson/1",
                zone=str(place),
                **where,
            )
        )
    return tuple(rows)


def refuse_rate() -> Result:
    """Return the rate of infractions that cannot be computed without control effort."""
    why = Text(
        "sans effort de contrôle connu, le nombre d'infractions reflète les patrouilles : aucun "
        "taux n'est calculable",
        "without known control effort, the number of infractions reflects patrols: no rate can be "
        "computed",
    )
    return not_computable(
        "infraction_rate", "infractions/control", "record", why, unlocked_by=("infractions",)
    )


def _period(days: pd.DatetimeIndex) -> tuple[date, date]:
    return days[0].date(), days[-1].date()
