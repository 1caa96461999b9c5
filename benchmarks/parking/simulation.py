"""A street whose truth is known, simulated again for each seed: do the intervals hold it?

Cars arrive by a Poisson law whose rate follows the hour and the weekday, times a random effect of
the day; stays are a mixture of four geometric laws in whole minutes, the last one of cars that
overstay for days. Expected occupancy and rotation follow by summing over the minutes of the week.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from functools import cache

import numpy as np
import pandas as pd

from analyses.parking.durations import durations, mean_stay, share_beyond, stay_classes
from analyses.parking.factors import factors
from analyses.parking.grid import Regulation, Window, make_grid
from analyses.parking.meters import fit_meters, predict_meters
from analyses.parking.occupancy import occupancy, rate, stays_space_time
from analyses.parking.rotation import rotation, space_days
from analyses.parking.stays import rejoin
from analyses.parking.supply import fixed_supply
from analyses.results import Estimate

TZ = "Europe/Paris"
SPACES = 80
WEEKS = 8
WARM_UP = 4  # weeks before the window, so that long stays are under way when it opens
START = date(2024, 4, 29)  # a Monday, away from the changes of clock
DAY = 1440

SHARES = np.array([0.60, 0.30, 0.085, 0.015])
MEANS = np.array([35.0, 150.0, 480.0, 2880.0])
HOURS = np.array(
    [1, 1, 1, 1, 1, 2, 4, 8, 14, 16, 15, 14, 13, 14, 14, 13, 13, 14, 10, 6, 4, 3, 2, 1], dtype=float
)
WEEKDAYS = np.array([1.0, 1.0, 1.1, 1.0, 1.15, 1.3, 0.5])
CARS = 190.0  # on a plain day
DAY_SPREAD = 0.12
OPENS, CLOSES, OPEN_DAYS = 9 * 60, 19 * 60, 6
REGULATION = Regulation((Window(frozenset(range(OPEN_DAYS)), time(9), time(19)),))


@dataclass(frozen=True)
class Check:
    """One truth and the estimate of it on one seed."""

    work: str
    indicator: str
    truth: float
    estimate: Estimate

    @property
    def inside(self) -> bool:
        """Whether the interval holds the truth."""
        return self.estimate.low - 1e-9 <= self.truth <= self.estimate.high + 1e-9


def beyond(minutes: np.ndarray | float) -> np.ndarray:
    """Return the share of stays longer than so many minutes."""
    return np.asarray(np.exp(-np.asarray(minutes)[..., None] / MEANS) @ SHARES)


@cache
def truth() -> dict[str, float]:
    """Return the expected value of each indicator."""
    weeks = WARM_UP + WEEKS
    arrivals = np.tile(np.repeat(WEEKDAYS, DAY) * np.tile(np.repeat(HOURS, 60), 7), weeks)
    arrivals *= CARS / (HOURS.sum() * 60)
    size = len(arrivals)
    reach = beyond(np.arange(size))
    spectrum = np.fft.rfft(arrivals, 2 * size) * np.fft.rfft(reach, 2 * size)
    present = np.fft.irfft(spectrum)[:size]
    first = WARM_UP * 7 * DAY
    minute = np.arange(size) % DAY
    weekday = np.arange(size) // DAY % 7
    is_open = (minute >= OPENS) & (minute < CLOSES) & (weekday < OPEN_DAYS)
    is_open[:first] = False
    total, last_close = 0.0, None
    for day in range(WARM_UP * 7, weeks * 7):
        if day % 7 >= OPEN_DAYS:
            continue
        opens, closes = day * DAY + OPENS, day * DAY + CLOSES
        since = np.arange(0 if last_close is None else last_close, opens)
        total += float(arrivals[since] @ reach[opens - since]) + arrivals[opens:closes].sum()
        last_close = closes
    whole = SHARES @ (1.0 / (1.0 - np.exp(-1.0 / MEANS)))
    return {
        "occupancy_rate": float(present[is_open].mean()) / SPACES,
        "rotation_rate": total / (SPACES * OPEN_DAYS * WEEKS),
        "mean_stay": float(whole),
        "stay_classes <=30": float(1.0 - beyond(30.0)),
        "stay_classes 30-120": float(beyond(30.0) - beyond(120.0)),
        "overstay_share": float(beyond(1440.0)),
    }


def simulate(seed: int) -> pd.DataFrame:
    """Return the stays that sensors would export: cut at midnight and at the window's ends."""
    rng = np.random.default_rng(seed)
    days = 7 * (WARM_UP + WEEKS)
    effect = rng.lognormal(-(DAY_SPREAD**2) / 2, DAY_SPREAD, days)
    mean = (np.tile(WEEKDAYS, WARM_UP + WEEKS) * effect)[:, None] * HOURS * CARS / HOURS.sum()
    cars = rng.poisson(mean).reshape(-1)
    hour = np.repeat(np.arange(days * 24), cars)
    begin = hour * 60 + rng.integers(0, 60, len(hour))
    kind = rng.choice(len(SHARES), len(hour), p=SHARES)
    end = begin + np.ceil(rng.exponential(MEANS[kind])).astype(np.int64)
    opens, closes = WARM_UP * 7 * DAY, days * DAY
    seen = (end > opens) & (begin < closes)
    begin, end = begin[seen], end[seen]
    left, right = begin < opens, end > closes
    begin, end = np.maximum(begin, opens), np.minimum(end, closes)
    return _cut_at_midnight(begin - opens, end - opens, left, right)


def _cut_at_midnight(
    begin: np.ndarray, end: np.ndarray, left: np.ndarray, right: np.ndarray
) -> pd.DataFrame:
    nights = (end - 1) // DAY - begin // DAY
    row = np.repeat(np.arange(len(begin)), nights + 1)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(nights + 1) - nights - 1, nights + 1)
    midnight = (begin[row] // DAY + turn) * DAY
    a = np.maximum(begin[row], midnight)
    d = np.minimum(end[row], midnight + DAY)
    origin = pd.Timestamp(START).tz_localize(TZ)
    return pd.DataFrame(
        {
            "space_id": row,
            "zone_id": "street",
            "arrival": origin + pd.to_timedelta(a, unit="min"),
            "departure": origin + pd.to_timedelta(d, unit="min"),
            "left_censored": left[row] & (turn == 0),
            "right_censored": right[row] & (turn == nights[row]),
        }
    )


def street_checks(seed: int) -> Iterator[Check]:
    """Yield every indicator of the street, from its exported rows."""
    last = date.fromordinal(START.toordinal() + 7 * WEEKS - 1)
    grid = make_grid(START, last, TZ)
    stays, _ = rejoin(simulate(seed), TZ)
    supply = fixed_supply({"street": SPACES}, TZ)
    occ = occupancy(stays_space_time(stays, grid, ["street"]), supply, REGULATION)
    turn = rotation(stays, space_days(occ.offer, grid), occ.offer > 0, grid, ["street"])
    lengths = durations(stays, TZ)
    classes = stay_classes(lengths)
    found = {
        "occupancy_rate": rate(occ),
        "rotation_rate": turn.rate,
        "mean_stay": mean_stay(lengths),
        "stay_classes <=30": classes[0][2],
        "stay_classes 30-120": classes[1][2],
        "overstay_share": share_beyond(lengths, 1440.0),
    }
    for indicator, value in found.items():
        yield Check("street", indicator, truth()[indicator], value)


def infraction_checks(seed: int) -> Iterator[Check]:
    """Yield ratios of two hours when whole days are busier or quieter than others."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=91)
    shape = np.exp(0.8 * np.sin(np.arange(24) / 24 * 2 * np.pi))
    index = pd.MultiIndex.from_product([["a", "b", "c"], days, range(24)])
    cells = index.to_frame(index=False).set_axis(["place_id", "day", "hour"], axis=1)
    burst = pd.Series(rng.gamma(4, 0.25, len(days)), index=days)
    mean = 0.5 * shape[cells["hour"]] * cells["day"].map(burst) * (1 + cells["place_id"].eq("b"))
    cells = cells.assign(count=rng.poisson(mean).astype(float), effort=1.0)
    table = factors(cells).table.set_index(["factor", "category"])
    centre = float(np.exp(np.log(shape).mean()))
    for hour in (6, 18):
        row = table.loc[("hour", f"{hour:02d}")]
        estimate = Estimate(row["ratio"], row["low"], row["high"], 91)
        yield Check("infractions", f"ratio of hour {hour}", float(shape[hour] / centre), estimate)
    row = table.loc[("place", "b")]
    estimate = Estimate(row["ratio"], row["low"], row["high"], 91)
    yield Check("infractions", "ratio of a place", 2.0 ** (2 / 3), estimate)


def meter_bands(seed: int) -> dict[str, tuple[float, float]]:
    """Return band coverage and mean error at counted and at uncounted meters."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2024-06-03", periods=10)
    slots = np.arange(9, 19, dtype=float)
    parts = []
    for meter in range(14):
        unpaid = np.exp(rng.normal(-0.4, 0.25))
        level = rng.normal(0.2, 0.6)
        wave = rng.normal(0, 0.5, 3)
        profile = wave[0] * np.sin(slots / 3) + wave[1] * np.cos(slots / 3) + wave[2] * (slots < 12)
        score = level + profile + rng.normal(0, 0.35, (len(days), 1))
        score = score + rng.normal(0, 0.2, (len(days), len(slots)))
        truth_ = 1 / (1 + np.exp(-score))
        paid = np.clip(truth_ * unpaid * rng.lognormal(0, 0.15, truth_.shape), 0, 1.5)
        parts.append(
            pd.DataFrame(
                {
                    "meter_id": f"m{meter:02d}",
                    "day": np.repeat(days, len(slots)),
                    "slot": np.tile(slots, len(days)),
                    "truth": truth_.reshape(-1),
                    "paid": paid.reshape(-1),
                }
            )
        )
    cells = pd.concat(parts, ignore_index=True)
    cells = cells.assign(
        spaces=20.0, permit_share=0.0, regulated=True, tariff=1.0,
        signal=cells["paid"].clip(0, 1),
    )  # fmt: skip
    own = cells["meter_id"] < "m10"
    looked = own & cells["day"].isin(days[:6])
    cells["counted"] = cells["truth"].where(looked)
    found = predict_meters(fit_meters(cells), cells)
    inside = (found["low"] <= cells["truth"]) & (cells["truth"] <= found["high"])
    gap = (found["value"] - cells["truth"]).abs()
    later = own & ~looked
    return {
        "meters-counted": (float(inside[later].mean()), float(gap[later].mean())),
        "meters-uncounted": (float(inside[~own].mean()), float(gap[~own].mean())),
    }
