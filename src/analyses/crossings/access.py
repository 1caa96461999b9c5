"""Are the streets with more around them less empty? Street by street, within each zone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analyses import indicators
from analyses.crossings.parts import PARTS, WALK_METRES
from analyses.crossings.permutation import Association, associate, holm
from analyses.crossings.potential import survey_of
from analyses.crossings.verdict import judge, verdict_text
from analyses.footfall.verdict import Verdict
from analyses.results import Result, not_computable
from analyses.wording import Text

INDICATOR = "places_vacancy_link"
METHOD = "street-rank-permutation/1"
PER = 10.0
"""Steps of the scale (of 100) for which the slope is told."""
MARGIN = 1.0
FEWEST_PREMISES = 5
OUTSIDE = ("footfall", "services", "transit", "parking", "bikes")
"""Parts that are looked at: those that the vacancy of the neighbours does not make."""


@dataclass(frozen=True, slots=True)
class Near:
    """How the vacancy of streets goes with one part of what is around them.

    Parameters
    ----------
    part : str
        Name in :data:`analyses.crossings.parts.PARTS`.
    found : Association or None
        Points of vacancy for ten steps more on the scale of 100; None without enough streets.
    corrected : float
        p-value after Holm's correction over the parts.
    verdict : str
        One of the four.
    """

    part: str
    found: Association | None
    corrected: float = math.nan
    verdict: Verdict = "insufficient"


@dataclass(frozen=True, slots=True)
class Access:
    """Every part that could be looked at.

    Parameters
    ----------
    nears : tuple of Near
        By part.
    streets : pandas.DataFrame
        ``street``, ``zone_id``, ``premises``, ``vacancy`` (percent) and the mean scale of each
        part.
    results : tuple of Result
        One row a part.
    """

    nears: tuple[Near, ...]
    streets: pd.DataFrame
    results: tuple[Result, ...]


def measure_access(
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
    walk: float = WALK_METRES,
    seed: int = 0,
) -> Access:
    """Set the vacancy of streets beside what stands within walking distance of their premises.

    Streets are exchanged within their zone, so that what tells zones apart is never counted; the
    test still supposes that neighbouring streets of a zone are not alike for other reasons.

    Parameters
    ----------
    premises, sensors, counts, places, stops, supply : DataFrame or None
        Checked tables (``supply`` is ``parking_supply``).
    streets, zones, passages : DataFrame, optional
        As for :func:`analyses.crossings.potential.measure_potential`.
    walk : float
        Walking distance, metres.
    seed : int
        Seed of the permutations.
    """
    given = survey_of(
        premises, sensors, counts, places, stops, supply, streets, zones, passages, walk
    )
    if given is None:
        why = Text("la ville n'a pas de relevé de locaux placés sur la carte.",
                   "the city has no survey of premises placed on the map.")  # fmt: skip
        result = not_computable(INDICATOR, _unit(), "survey", why, unlocked_by=("premises",))
        return Access((), pd.DataFrame(), (result,))
    placed, scales = given
    parts = [name for name in OUTSIDE if name in scales and scales[name].notna().any()]
    table = _by_street(placed, scales[parts])
    raw = [Near(part, _ask(table, part, seed)) for part in parts]
    tested = [near.found.p_value for near in raw if near.found is not None]
    corrected = iter(holm(tested))
    nears = tuple(
        near if near.found is None else _judged(near, near.found, next(corrected)) for near in raw
    )
    missing = [name for name in OUTSIDE if name not in parts]
    return Access(nears, table, (*(_result(near) for near in nears), *map(_absent, missing)))


def _by_street(placed: pd.DataFrame, scales: pd.DataFrame) -> pd.DataFrame:
    frame = placed[["street", "zone_id", "vacant"]].reset_index(drop=True)
    frame = pd.concat([frame, scales.reset_index(drop=True)], axis=1)
    frame = frame.dropna(subset=["street", "vacant"])
    groups = frame.groupby(["street", frame["zone_id"].astype("object").fillna("")])
    table = groups[list(scales.columns)].mean()
    table["vacancy"] = 100 * groups["vacant"].mean()
    table["premises"] = groups.size()
    table = table[table["premises"] >= FEWEST_PREMISES]
    return table.reset_index()


def _ask(table: pd.DataFrame, part: str, seed: int) -> Association | None:
    known = table.dropna(subset=[part])
    zones = known["zone_id"].map(known["zone_id"].value_counts())
    known = known[zones >= 2]
    if known.empty:
        return None
    found = associate(
        known[[part]].to_numpy(float), known[["vacancy"]].to_numpy(float),
        weights=known["premises"].to_numpy(float), strata=known["zone_id"].tolist(), seed=seed,
    )  # fmt: skip
    return None if found is None else replace(found, slope=found.slope.scaled(PER))


def _judged(near: Near, found: Association, corrected: float) -> Near:
    return replace(near, corrected=corrected, verdict=judge(found.slope, corrected, MARGIN))


def _unit() -> str:
    return indicators.get(INDICATOR).unit


def _result(near: Near) -> Result:
    where: dict[str, Any] = {"breakdown": "part", "category": near.part}
    if near.found is None:
        why = Text("trop peu de rues diffèrent entre elles dans une même zone.",
                   "too few streets differ from one another within a zone.")  # fmt: skip
        needs = PARTS[near.part].needs
        return not_computable(INDICATOR, _unit(), "survey", why, unlocked_by=needs, **where)
    note = verdict_text(near.verdict, near.found.slope, _unit(), link=True)
    return Result(INDICATOR, near.found.slope, _unit(), "survey", METHOD, quality="estimated",
                  note=note, **where)  # fmt: skip


def _absent(part: str) -> Result:
    why = Text(f"aucune donnée : {PARTS[part].label.fr}.", f"no data: {PARTS[part].label.en}.")
    return not_computable(INDICATOR, _unit(), "survey", why, unlocked_by=PARTS[part].needs,
                          breakdown="part", category=part)  # fmt: skip
