"""Made-up towns whose links and effects are known, and a real layout whose links are broken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from analyses import crossings

LON, LAT = 2.0, 47.0
METRE_LON, METRE_LAT = 1 / 75_900, 1 / 111_320


@dataclass(frozen=True, slots=True)
class Plan:
    """The law of a town.

    Parameters
    ----------
    streets, counted : int
        Streets, and those of them with a sensor.
    premises : int
        Premises of each street.
    waves : int
        Yearly surveys; counts run from a year before the first.
    link : float
        Points of vacancy for a footfall up by a tenth.
    emptied : float
        Points of vacancy that the project adds to its street, lastingly.
    step : float
        Change of the footfall of the project's street, log scale, lastingly.
    """

    streets: int = 30
    counted: int = 10
    premises: int = 25
    waves: int = 5
    link: float = 0.0
    emptied: float = 0.0
    step: float = 0.0


@dataclass(frozen=True, slots=True)
class Town:
    """Tables of a made-up town, as the readers give them."""

    premises: pd.DataFrame
    sensors: pd.DataFrame
    counts: pd.DataFrame
    projects: pd.DataFrame


def town(plan: Plan, seed: int) -> Town:
    """Draw a town: streets in parallel, one sensor in the middle of each counted one.

    A premises keeps its luck from one year to the next (Gaussian, autocorrelation 0.8). Yearly
    footfall grows by a random 8 %, weeks by an AR(1) of their own; the project begins in the first
    counted street three fifths of the way.
    """
    rng = np.random.default_rng(seed)
    days = pd.date_range("2018-06-01", periods=364 * plan.waves + 7, freq="D")
    waves = [days[0] + pd.Timedelta(days=364 * (k + 1)) for k in range(plan.waves)]
    begun = days[0] + pd.Timedelta(days=int(364 * (0.6 * plan.waves)))
    growth = rng.normal(0, 0.08, (plan.counted, plan.waves)).cumsum(axis=1)
    projects = pd.DataFrame(
        {"project_id": ["p"], "name": ["p"], "kind": ["requalification"], "status": ["done"],
         "start": [begun], "end": [pd.NaT], "street": ["S0"], "zone_id": [None],
         "geometry": [None]}
    )  # fmt: skip
    return Town(
        _premises(plan, growth, waves, begun, rng), _sensors(plan),
        _counts(plan, growth, days, begun, rng), projects,
    )  # fmt: skip


def found(town_: Town, seed: int = 0) -> dict[str, bool]:
    """Return what the crossings say is shown in a town, by name."""
    links = crossings.measure_links(town_.premises, town_.sensors, town_.counts, seed=seed)
    works = crossings.measure_works(town_.projects, town_.premises, town_.sensors, town_.counts)
    said = {link.question.indicator: link.verdict == "shown" for link in links.tested}
    said |= {f"works_{item.outcome}": item.verdict == "shown" for item in works.effects}
    return said


def _premises(
    plan: Plan,
    growth: np.ndarray,
    waves: list[pd.Timestamp],
    begun: pd.Timestamp,
    rng: np.random.Generator,
) -> pd.DataFrame:
    base = rng.uniform(0.12, 0.24, plan.streets)
    luck = rng.standard_normal((plan.streets, plan.premises))
    families = rng.choice(["food", "clothing", "services", "home"], (plan.streets, plan.premises))
    along = (np.arange(plan.premises) - plan.premises / 2) * 6
    rows = []
    for k, wave in enumerate(waves):
        luck = 0.8 * luck + 0.6 * rng.standard_normal(luck.shape)
        share = base.copy()
        share[: plan.counted] += plan.link / 100 * growth[:, k] / np.log(1.1)
        share[0] += plan.emptied / 100 * (wave >= begun)
        vacant = norm.cdf(luck) < np.clip(share, 0.01, 0.95)[:, None]
        rows.append(
            pd.DataFrame(
                {"premises_id": [f"{s}-{p}" for s in range(plan.streets)
                                 for p in range(plan.premises)],
                 "wave": wave, "status": np.where(vacant, "vacant", "occupied").ravel(),
                 "street": np.repeat([f"S{s}" for s in range(plan.streets)], plan.premises),
                 "zone_id": "z", "activity_family": families.ravel(),
                 "lon": LON + np.tile(along, plan.streets) * METRE_LON,
                 "lat": LAT + np.repeat(np.arange(plan.streets), plan.premises) * 400 * METRE_LAT}
            )
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def _sensors(plan: Plan) -> pd.DataFrame:
    names = [f"S{s}" for s in range(plan.counted)]
    return pd.DataFrame(
        {"sensor_id": names, "name": names, "zone_id": "z", "lon": LON,
         "lat": LAT + np.arange(plan.counted) * 400 * METRE_LAT}
    )  # fmt: skip


def _counts(
    plan: Plan,
    growth: np.ndarray,
    days: pd.DatetimeIndex,
    begun: pd.Timestamp,
    rng: np.random.Generator,
) -> pd.DataFrame:
    year = np.minimum((days - days[0]).days.to_numpy() // 364, plan.waves - 1)
    week = (days - days[0]).days.to_numpy() // 7
    season = 0.15 * np.sin(2 * np.pi * days.dayofyear.to_numpy() / 365.25)
    usual = np.log([1.0, 1.0, 1.1, 1.0, 1.15, 1.4, 0.5])[days.dayofweek]
    parts = []
    for s in range(plan.counted):
        own = np.zeros(week.max() + 1)
        shock = rng.normal(0, 0.03, len(own))
        for k in range(1, len(own)):
            own[k] = 0.5 * own[k - 1] + shock[k]
        logs = np.log(1500) + growth[s, year] + season + usual + own[week]
        logs = logs + rng.normal(0, 0.06, len(days))
        if s == 0:
            logs = logs + plan.step * np.asarray(days >= begun)
        rate = np.exp(logs)
        parts.append(pd.DataFrame({"sensor_id": f"S{s}", "start": days,
                                   "count": rng.poisson(rate).astype(float)}))  # fmt: skip
    counts = pd.concat(parts, ignore_index=True)
    counts["start"] = counts["start"].dt.tz_localize("Europe/Paris")
    return counts.assign(duration_minutes=1440)
