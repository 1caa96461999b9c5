"""Where a new shop would find most: every part shown, weights declared, ranks with their doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analyses.commerce.panel import Panel, campaign_rows
from analyses.commerce.panel import panel as survey_panel
from analyses.crossings.ground import Ground, centre_of, ground
from analyses.crossings.parts import (
    PARTS,
    WALK_METRES,
    Counted,
    Surroundings,
    count_parts,
)
from analyses.crossings.presence import passages_of
from analyses.crossings.ranking import DRAWS, NEUTRAL, SURE, Ranking, rank_spots, scale
from analyses.results import Estimate, Result, not_computable
from analyses.wording import Text

METHOD = "smaa-midrank/1"
FEWEST_SPOTS = 5
"""Vacant premises under which a ranking says nothing."""
CELL_METRES = 100.0
"""Side of the squares in which the whole city is shown."""
FEWEST_REFERENCE = 20
"""Premises under which the city gives no scale."""


@dataclass(frozen=True, slots=True)
class Potential:
    """The potential of the vacant premises of a city.

    Parameters
    ----------
    spots : pandas.DataFrame
        Vacant premises placed on the map: ``spot_id``, ``premises_id``, ``street``, ``zone_id``,
        ``address``, ``lon``, ``lat``.
    counted : Counted or None
        Raw parts of each.
    ranking : Ranking or None
        Their ranking; None where it cannot be made.
    missing : mapping
        Parts that the city has no data for, with the tables that would give them.
    along_streets : bool
        Whether distances follow the streets.
    walk : float
        Walking distance, metres.
    results : tuple of Result
        ``shop_potential`` by zone.
    unplaced : int
        Vacant premises without coordinates.
    names : mapping
        Names of the zones.
    cells : pandas.DataFrame
        ``lon``, ``lat`` (middle) and ``score`` of the squares of :data:`CELL_METRES` that hold
        premises, where at least half of the weights bear on known parts.
    """

    spots: pd.DataFrame
    counted: Counted | None
    ranking: Ranking | None
    missing: Mapping[str, tuple[str, ...]]
    along_streets: bool
    walk: float
    results: tuple[Result, ...]
    unplaced: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def sure(self) -> pd.DataFrame:
        """Spots of the top group in at least 95 % of all draws, best first."""
        if self.ranking is None:
            return pd.DataFrame()
        return self.ranking.table[self.ranking.table["top"] >= SURE]

    @property
    def steady(self) -> pd.DataFrame:
        """Spots of the top group under every set of weights drawn, as measured, best first."""
        if self.ranking is None:
            return pd.DataFrame()
        return self.ranking.table[self.ranking.table["top_weights"] >= 1.0]


def measure_potential(
    premises: pd.DataFrame | None,
    sensors: pd.DataFrame | None = None,
    counts: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    stops: pd.DataFrame | None = None,
    supply: pd.DataFrame | None = None,
    *,
    streets: pd.DataFrame | None = None,
    zones: pd.DataFrame | None = None,
    passages: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
    walk: float = WALK_METRES,
    draws: int = DRAWS,
    seed: int = 0,
) -> Potential:
    """Rank the vacant premises of the last survey by what stands around them.

    Parameters
    ----------
    premises, sensors, counts, places, stops, supply : DataFrame or None
        Checked tables (``supply`` is ``parking_supply``); a part without its table is left out,
        and said.
    streets, zones : GeoDataFrame, optional
        Streets, along which distances are measured; zones, for the names.
    passages : DataFrame, optional
        What :func:`analyses.crossings.daily` makes of the counts, where the caller has it.
    weights : mapping, optional
        Declared weights by part; equal if empty.
    walk : float
        Walking distance, metres.
    draws, seed : int
        Sets of weights drawn, and their seed.

    Returns
    -------
    Potential

    Raises
    ------
    ValueError
        If a weight names no part or is negative.
    """
    wrong = [name for name, value in (weights or {}).items() if name not in PARTS or value < 0]
    if wrong:
        raise ValueError(f"no part of the potential, or a negative weight: {', '.join(wrong)}")
    if premises is None or premises.empty:
        return _nothing(_NO_SURVEY, ("premises",), walk)
    survey = survey_panel(premises, zones=zones)
    plane = ground(*centre_of(premises), streets)
    stock = _stock(premises, survey)
    placed = stock.dropna(subset=["lon", "lat"])
    spots = placed[placed["vacant"] == 1.0]
    unplaced = int((stock["vacant"] == 1.0).sum()) - len(spots)
    if len(spots) < FEWEST_SPOTS or len(placed) < FEWEST_REFERENCE:
        return _nothing(_FEW, ("premises",), walk)
    panel = passages_of(counts, passages)
    around = Surroundings(stock, _passages(sensors, panel), places, stops, _car_parks(supply))
    everywhere = count_parts(placed, around, plane, walk)
    found = _rank(spots, everywhere, plane, walk, weights, draws, seed, unplaced, survey)
    cells = _cells(placed, around, plane, everywhere, found)
    return replace(found, names=_names(zones), cells=cells)


def survey_of(
    premises: pd.DataFrame | None,
    sensors: pd.DataFrame | None,
    counts: pd.DataFrame | None,
    places: pd.DataFrame | None,
    stops: pd.DataFrame | None,
    supply: pd.DataFrame | None,
    streets: pd.DataFrame | None,
    zones: pd.DataFrame | None,
    passages: pd.DataFrame | None,
    walk: float,
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the placed premises of the last survey, and their parts on the scale of the city.

    Returns
    -------
    tuple of DataFrame or None
        Premises (``street``, ``zone_id``, ``vacant`` …) and scales (0 to 100), row by row; None
        without a survey placed on the map.
    """
    if premises is None or premises.empty:
        return None
    stock = _stock(premises, survey_panel(premises, zones=zones))
    placed = stock.dropna(subset=["lon", "lat"]).reset_index(drop=True)
    if len(placed) < FEWEST_REFERENCE:
        return None
    plane = ground(*centre_of(premises), streets)
    panel = passages_of(counts, passages)
    around = Surroundings(stock, _passages(sensors, panel), places, stops, _car_parks(supply))
    values = count_parts(placed, around, plane, walk).values
    scaled = {
        name: scale(values[name].to_numpy(float), values[name].to_numpy(float), part.better)
        for name, part in PARTS.items()
        if name in values
    }
    return placed, pd.DataFrame(scaled)


def _rank(
    spots: pd.DataFrame,
    everywhere: Counted,
    plane: Ground,
    walk: float,
    weights: Mapping[str, float] | None,
    draws: int,
    seed: int,
    unplaced: int,
    survey: Panel,
) -> Potential:
    mine = spots["spot_id"].astype(str).tolist()
    counted = Counted(everywhere.values.loc[mine], everywhere.errors.loc[mine])
    chosen = {name: value for name, value in (weights or {}).items() if value > 0}
    usable = [name for name in counted.values if counted.values[name].notna().any()]
    usable = [name for name in usable if not chosen or name in chosen]
    missing = {name: part.needs for name, part in PARTS.items()
               if name not in usable and (not chosen or name in chosen)}  # fmt: skip
    if not usable:
        return _nothing(_FEW, ("premises",), walk)
    ranking = rank_spots(
        counted.values[usable], counted.errors[usable], everywhere.values[usable],
        {name: part.better for name, part in PARTS.items()}, chosen or None,
        draws=draws, seed=seed,
    )  # fmt: skip
    return Potential(
        spots, counted, ranking, missing, plane.along_streets, walk,
        _results(spots, ranking, survey), unplaced,
    )  # fmt: skip


def _cells(
    placed: pd.DataFrame, around: Surroundings, plane: Ground, everywhere: Counted, found: Potential
) -> pd.DataFrame:
    """Return the potential at the middle of each cell that holds premises, declared weights."""
    if found.ranking is None:
        return pd.DataFrame()
    xy = np.floor(plane.plane(placed["lon"], placed["lat"]) / CELL_METRES)
    middle = (np.unique(xy, axis=0) + 0.5) * CELL_METRES
    lon, lat = plane.degrees(middle)
    spots = pd.DataFrame({"spot_id": np.arange(len(middle)).astype(str), "lon": lon, "lat": lat})
    raw = count_parts(spots, around, plane, found.walk).values
    scales = np.column_stack(
        [scale(raw[name].to_numpy(float), everywhere.values[name].to_numpy(float),
               PARTS[name].better) for name in found.ranking.weights]
    )  # fmt: skip
    weights = np.array(list(found.ranking.weights.values()))
    score = np.where(np.isnan(scales), NEUTRAL, scales) @ weights
    known = ~np.isnan(scales) @ weights
    cells = pd.DataFrame({"lon": lon, "lat": lat, "score": score})
    kept: pd.DataFrame = cells[known >= 0.5].reset_index(drop=True)
    return kept


def _names(zones: pd.DataFrame | None) -> dict[str, str]:
    if zones is None or "name" not in zones:
        return {}
    return {str(key): str(name) for key, name in zip(zones["zone_id"], zones["name"], strict=True)}


def _stock(premises: pd.DataFrame, survey: Panel) -> pd.DataFrame:
    """Return the premises of the last wave with their status now and at the wave before."""
    last = len(survey.dates) - 1
    table = survey.spread()
    rows = campaign_rows(premises, survey, last)
    rows["premises_id"] = rows["premises_id"].astype("object")
    records = survey.stock[survey.stock["wave"] == last].set_index("premises_id")
    rows = rows[rows["premises_id"].isin(records.index)].reset_index(drop=True)
    ids = rows["premises_id"]
    rows["vacant"] = ids.map(table[last]).astype(float)
    rows["before"] = ids.map(table[last - 1]).astype(float) if last else np.nan
    rows["family"] = ids.map(records["family"])
    rows["spot_id"] = ids.astype(str)
    kept = ["spot_id", "premises_id", "street", "address", "zone_id", "surface_m2", "lon", "lat",
            "vacant", "before", "family"]  # fmt: skip
    return rows.reindex(columns=kept)


def _passages(sensors: pd.DataFrame | None, panel: pd.DataFrame) -> pd.DataFrame:
    if sensors is None or sensors.empty or panel.empty:
        return pd.DataFrame()
    year = panel[panel.index > panel.index[-1] - pd.Timedelta(days=365)]
    mean = year.mean()
    return sensors.assign(passages=sensors["sensor_id"].astype(str).map(mean).astype(float))


def _car_parks(supply: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the parking places open at the end of what the table describes, with a position."""
    if supply is None or supply.empty or "spaces" not in supply:
        return None
    kept = supply[supply["valid_to"].isna()] if "valid_to" in supply else supply
    kept = kept.dropna(subset=["lon", "lat", "spaces"])
    return kept if len(kept) else None


def _results(spots: pd.DataFrame, ranking: Ranking, survey: Panel) -> tuple[Result, ...]:
    """Return the mean potential of each zone's vacant premises, and how many are surely on top."""
    day = survey.dates[-1]
    rows = []
    zone = spots.set_index(spots["spot_id"].astype(str))["zone_id"].astype("object")
    mine = zone.reindex(ranking.table.index).to_numpy()
    for name in sorted({str(value) for value in mine if pd.notna(value)}):
        inside = np.asarray([value == name for value in mine])
        value = float(ranking.table["score"].to_numpy()[inside].mean())
        low, high = np.quantile(ranking.scores[:, inside].mean(axis=1), [0.025, 0.975])
        rows.append(
            Result(
                "shop_potential",
                Estimate(value, min(value, float(low)), max(value, float(high)),
                         int(inside.sum())),
                "points of 100", "survey", METHOD, zone=name, period_start=day,
                period_end=day, quality="estimated",
            )
        )  # fmt: skip
    top = ranking.table["top"]
    sure = float((top >= SURE).sum())
    rows.append(
        Result("sure_potential", Estimate(sure, sure, sure, len(top)), "premises",
               "survey", METHOD, period_start=day, period_end=day, quality="estimated")
    )  # fmt: skip
    return tuple(rows)


def _nothing(why: Text, tables: tuple[str, ...], walk: float) -> Potential:
    result = not_computable("shop_potential", "points of 100", "survey", why, unlocked_by=tables)
    return Potential(pd.DataFrame(), None, None, {}, False, walk, (result,))


_NO_SURVEY = Text(
    "sans relevé des locaux, on ne sait pas lesquels sont vides.",
    "without a survey of premises, the vacant ones are not known.",
)
_FEW = Text(
    "trop peu de locaux vacants placés sur la carte pour les classer.",
    "too few vacant premises placed on the map to rank them.",
)
