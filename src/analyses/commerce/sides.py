"""The survey beside SIRENE and OpenStreetMap: counts, gaps, and how many shops both sources hold.

Figures of two sources are shown side by side and never mixed. Two shops are the same if they lie
within a distance and their names are alike (Dice coefficient of the sets of three-letter sequences,
Dice 1945, on names without accents, case, legal forms and small words); each is matched once, the
most alike first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from analyses.activities import Scope
from analyses.commerce.areas import by_zone
from analyses.commerce.names import plain
from analyses.commerce.outcome import Cell, missing, result
from analyses.commerce.proportions import share
from analyses.commerce.rates import MIN_COVERAGE
from analyses.commerce.shops import Shops, active_shops
from analyses.results import Estimate, Result, Source
from analyses.wording import Text, number

MAX_DISTANCE_M = 50.0
MIN_LIKENESS = 0.5
_EARTH_M = 6_371_008.8
_SMALL_WORDS = frozenset(
    ("sarl", "sas", "sasu", "eurl", "sa", "sci", "snc", "scp", "selarl", "ste", "societe", "ets",
     "etablissements", "le", "la", "les", "l", "d", "de", "du", "des", "et", "and", "the", "a",
     "au", "aux", "chez")
)  # fmt: skip
OTHERS: tuple[Source, ...] = ("sirene", "osm")


@dataclass(frozen=True, slots=True)
class Sides:
    """The sources side by side.

    Parameters
    ----------
    results : tuple of Result
        ``source_gap`` (whole, by zone, by family) and ``match_rate``; their source is that which is
        compared with the survey.
    counts : pandas.DataFrame
        ``zone``, ``breakdown``, ``category``, then shops by source: ``survey``, ``sirene``,
        ``osm`` (missing where the city has no such source); in the surveyed zones only, where
        there are zones.
    matches : pandas.DataFrame
        Pairs: ``source``, ``survey_id``, ``other_id``, ``distance_m``, ``likeness``.
    """

    results: tuple[Result, ...]
    counts: pd.DataFrame
    matches: pd.DataFrame


def compare_sources(
    premises: pd.DataFrame | None,
    establishments: pd.DataFrame | None,
    shops: pd.DataFrame | None,
    *,
    as_of: date | None = None,
    scope: Scope = "divisions",
    max_distance_m: float = MAX_DISTANCE_M,
    min_likeness: float = MIN_LIKENESS,
    zones: pd.DataFrame | None = None,
    min_coverage: float = MIN_COVERAGE,
) -> Sides:
    """Compare the surveyed shops with those of SIRENE and OpenStreetMap.

    Parameters
    ----------
    premises, establishments, shops : pandas.DataFrame or None
        The three tables.
    as_of : date, optional
        Day of the SIRENE extract.
    scope : str
        Which activities make a shop in SIRENE.
    max_distance_m : float
        Distance within which two shops can be the same.
    min_likeness : float
        Likeness of names from which they are (0 to 1).
    zones : pandas.DataFrame, optional
        Table ``zones``: a zone also counts the shops of the zones that lie in it (``parts``).
    min_coverage : float
        Coverage (%) that a wave must reach to be the last (``survey_min_coverage``).

    Returns
    -------
    Sides
        Without a survey, or without the other source, "not computable"; neither is the gap without
        zones, as nothing tells that the sources cover the same ground.
    """
    found = active_shops(premises, establishments, shops, as_of=as_of, scope=scope, zones=zones,
                         min_coverage=min_coverage)  # fmt: skip
    survey = found.get("survey")
    ground = None if survey is None else _ground(survey)
    counts = _counts({source: _inside(item, ground) for source, item in found.items()})
    results: list[Result] = []
    frames: list[pd.DataFrame] = []
    for source in OTHERS:
        other = found.get(source)
        if survey is None or other is None:
            results += _absent(source, survey is not None)
            continue
        if ground and other.frame["zone_id"].notna().any():
            results += _gaps(counts, source, survey.day)
        else:
            results.append(missing("source_gap", _GROUNDS, survey.cell(), source=source))
        pairs = match(survey.frame, other.frame, max_distance_m, min_likeness)
        frames.append(pairs.assign(source=source))
        results.append(_rate(survey, other, pairs, source))
    columns = ["source", "survey_id", "other_id", "distance_m", "likeness"]
    filled = [frame for frame in frames if not frame.empty]
    matches = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
    matches = matches[columns]
    return Sides(tuple(results), counts, matches)


def _ground(survey: Shops) -> frozenset[str]:
    """Return the zones that the survey went to, with those that lie in them."""
    went = {str(zone) for zone in survey.frame["zone_id"].dropna()}
    return frozenset(part for zone in went for part in survey.parts.get(zone, (zone,)))


def _inside(shops: Shops, ground: frozenset[str] | None) -> Shops:
    """Keep the shops that stand in the surveyed zones; all of them if there are no zones."""
    if not ground:
        return shops
    frame = shops.frame
    return replace(shops, frame=frame[frame["zone_id"].isin(ground).to_numpy(bool)])


def likeness(one: str, other: str) -> float:
    """Return how alike two names are: 1 for the same, 0 for nothing in common."""
    first, second = _trigrams(one), _trigrams(other)
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def match(
    survey: pd.DataFrame, other: pd.DataFrame, max_distance_m: float, min_likeness: float
) -> pd.DataFrame:
    """Pair the shops of two sources one to one, the most alike first, then the nearest.

    Parameters
    ----------
    survey, other : pandas.DataFrame
        Shops with ``id``, ``name``, ``brand``, ``lon``, ``lat``; unnamed and unplaced ones cannot
        be paired.
    max_distance_m, min_likeness : float
        Limits of a pair.

    Returns
    -------
    pandas.DataFrame
        ``survey_id``, ``other_id``, ``distance_m``, ``likeness``.
    """
    left, left_names = placed(survey)
    right, right_names = placed(other)
    columns = ["survey_id", "other_id", "distance_m", "likeness"]
    if left.empty or right.empty:
        return pd.DataFrame(columns=columns)
    latitude = math.radians(float(left["lat"].mean()))
    a, b = _metres(left, latitude), _metres(right, latitude)
    near = cKDTree(b).query_ball_point(a, max_distance_m)
    candidates = []
    for i, others in enumerate(near):
        for j in others:
            alike = max(likeness(one, other) for one in left_names[i] for other in right_names[j])
            if alike >= min_likeness:
                candidates.append((-alike, float(np.hypot(*(a[i] - b[j]))), i, j))
    rows, used_left, used_right = [], set(), set()
    for minus, distance, i, j in sorted(candidates):
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            rows.append((left["id"].iat[i], right["id"].iat[j], distance, -minus))
    return pd.DataFrame(rows, columns=columns)


def placed(shops: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, ...]]]:
    """Return the shops that have a position and a name or brand, and their names."""
    names = [
        tuple(text for text in pair if isinstance(text, str) and _trigrams(text))
        for pair in zip(shops["name"], shops["brand"], strict=True)
    ]
    located = shops["lon"].notna().to_numpy() & shops["lat"].notna().to_numpy()
    kept = np.array([bool(item) for item in names], dtype=bool) & located
    frame = shops[kept].reset_index(drop=True)
    return frame, [item for item, keep in zip(names, kept, strict=True) if keep]


def _trigrams(name: str) -> frozenset[str]:
    words = [word for word in plain(name).split() if word not in _SMALL_WORDS]
    text = f" {' '.join(words)} " if words else ""
    return frozenset(text[i : i + 3] for i in range(len(text) - 2))


def _metres(shops: pd.DataFrame, latitude: float) -> np.ndarray:
    """Return positions on a plane tangent at a latitude (error well under 0.1 % over a town)."""
    x = np.radians(shops["lon"].to_numpy(float)) * math.cos(latitude) * _EARTH_M
    return np.column_stack([x, np.radians(shops["lat"].to_numpy(float)) * _EARTH_M])


def _counts(found: dict[Source, Shops]) -> pd.DataFrame:
    """Count the shops of each source by zone and by family."""
    columns: dict[str, dict[tuple[str, str, str], int]] = {}
    for source, active in found.items():
        values = {("*", "total", ""): len(active.frame)}
        for zone, part in by_zone(active.frame, active.parts):
            values[zone, "total", ""] = len(part)
        for family, size in active.frame["family"].value_counts().items():
            values["*", "activity_family", str(family)] = int(size)
        columns[source] = values
    keys = sorted({key for values in columns.values() for key in values})
    table = pd.DataFrame(keys, columns=["zone", "breakdown", "category"])
    for source in ("survey", *OTHERS):
        counted = columns.get(source)
        table[source] = [math.nan if counted is None else counted.get(key, 0) for key in keys]
    return table


def _gaps(counts: pd.DataFrame, source: Source, day: date | None) -> Iterator[Result]:
    """Yield the gap of each zone and family; only where the survey went, for zones."""
    for row in counts.to_dict("records"):
        if row["breakdown"] == "total" and row["survey"] == 0:
            continue
        gap = float(row[source] - row["survey"])
        cell = Cell(row["zone"], row["breakdown"], row["category"]).at(day)
        estimate = Estimate(gap, gap, gap, int(row["survey"]))
        yield result("source_gap", estimate, cell, source=source, method="difference/1",
                     units=max(int(row["survey"]), 1))  # fmt: skip


def _rate(survey: Shops, other: Shops, pairs: pd.DataFrame, source: Source) -> Result:
    could = len(placed(survey.frame)[0])
    cell = survey.cell()
    if could == 0 or placed(other.frame)[0].empty:
        table = "premises" if could == 0 else {"sirene": "establishments", "osm": "shops"}[source]
        return missing("match_rate", _UNPLACED, cell, source=source, unlocked_by=(table,))
    left_out = len(survey.frame) - could
    return result("match_rate", share(len(pairs), could), cell, source=source,
                  method="distance-trigram/1", quality="estimated",
                  note=_left_out(left_out) if left_out else None)  # fmt: skip


def _absent(source: Source, surveyed: bool) -> list[Result]:
    table = "premises" if not surveyed else {"sirene": "establishments", "osm": "shops"}[source]
    return [
        missing(name, _ONE_SIDE, Cell(), source=source, unlocked_by=(table,))
        for name in ("source_gap", "match_rate")
    ]


def _left_out(shops: int) -> Text:
    return Text(
        f"Commerces relevés sans nom ou sans position, non cherchés : {number(shops, 'fr')}.",
        f"Surveyed shops without a name or a position, not looked for: {number(shops, 'en')}.",
    )


_ONE_SIDE = Text(
    "Il faut deux sources pour les comparer : un relevé des locaux, et Sirene ou OpenStreetMap.",
    "It takes two sources to compare them: a survey of premises, and SIRENE or OpenStreetMap.",
)
_GROUNDS = Text(
    "Périmètres différents ou inconnus : sans zones communes aux deux sources, leurs totaux ne se "
    "comparent pas. Des zones (zones, dans city.yml) donneront l'écart.",
    "Different or unknown perimeters: without zones common to both sources, their totals cannot be "
    "compared. Zones (zones, in city.yml) will give the gap.",
)
_UNPLACED = Text(
    "Aucun commerce nommé et situé dans l'une des deux sources : rien ne peut être apparié.",
    "No named and located shop in one of the two sources: nothing can be matched.",
)
