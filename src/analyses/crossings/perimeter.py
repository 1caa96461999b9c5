"""Whether a conclusion depends on where the centre's boundary is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.stats import fisher_exact

from analyses import indicators
from analyses.commerce.diversity import hill
from analyses.commerce.panel import campaign_rows
from analyses.commerce.panel import panel as survey_panel
from analyses.commerce.proportions import share
from analyses.crossings.ground import centre_of, ground
from analyses.crossings.permutation import holm
from analyses.results import Estimate, Result, not_computable
from analyses.wording import Text, number

Bools = npt.NDArray[np.bool_]

BUFFERS = (-150, -100, -50, 0, 50, 100, 150, 200, 300, 400)
"""Metres by which the boundary is moved; negative inwards."""
FEWEST_INSIDE = 20
"""Premises of known status under which a boundary gives no rate."""
FEWEST_RING = 3
"""Premises that two boundaries must have between them."""
ALPHA = 0.05
METHOD = "moved-boundary-wilson/1"
REPLICATES = 400

_CENTRES = ("hypercentre", "centre")


@dataclass(frozen=True, slots=True)
class Boundary:
    """The centre drawn one way.

    Parameters
    ----------
    metres : int
        Move of the boundary.
    inside : int
        Premises of known status inside.
    vacancy : Estimate
        Vacancy rate inside, percent.
    offer : Estimate
        Occupied shops inside, an exact count.
    diversity : Estimate
        Effective activities among as many shops at every boundary, bootstrap interval.
    outside : float
        Vacancy rate of the premises outside, percent; NaN where too few are.
    p_value, corrected : float
        Fisher's exact test of inside against outside, and after Holm's correction; NaN if untested.
    band : str
        French name of the published band that holds the whole interval; empty if it spans several.
    """

    metres: int
    inside: int
    vacancy: Estimate
    offer: Estimate
    diversity: Estimate
    outside: float
    p_value: float
    corrected: float
    band: str

    @property
    def side(self) -> int:
        """1 if the centre is emptier than the rest, −1 if less empty, 0 if not told apart."""
        if not self.corrected <= ALPHA:
            return 0
        return 1 if self.vacancy.value > self.outside else -1


@dataclass(frozen=True, slots=True)
class Perimeter:
    """The rates of the centre as its boundary moves.

    Parameters
    ----------
    zone, name : str
        Zone that is taken as the centre.
    boundaries : tuple of Boundary
        From the smallest to the largest.
    size : int
        Number of shops at which diversities are compared.
    results : tuple of Result
        Rows of the indicators table, ``breakdown`` being ``buffer_metres``.
    """

    zone: str
    name: str
    boundaries: tuple[Boundary, ...]
    size: int
    results: tuple[Result, ...]

    @property
    def sides(self) -> tuple[int, ...]:
        """Sides that the comparison with the rest of the city takes, each once."""
        return tuple(sorted({item.side for item in self.boundaries if item.inside}))

    @property
    def depends(self) -> bool:
        """Whether the comparison with the rest of the city changes with the boundary."""
        return len(self.sides) > 1

    @property
    def drawn(self) -> Boundary | None:
        """The boundary as the city draws it."""
        return next((item for item in self.boundaries if item.metres == 0), None)


def measure_perimeter(
    premises: pd.DataFrame | None,
    zones: pd.DataFrame | None,
    *,
    zone: str | None = None,
    buffers: Sequence[int] = BUFFERS,
    seed: int = 0,
) -> Perimeter:
    """Measure vacancy, offer and diversity as the centre's boundary grows and shrinks.

    Parameters
    ----------
    premises : DataFrame or None
        Table ``premises``, with coordinates.
    zones : GeoDataFrame or None
        Table ``zones``.
    zone : str, optional
        Zone taken as the centre; the first of kind hypercentre, then centre, if not given.
    buffers : sequence of int
        Metres by which the boundary moves; 0 is always among them.
    seed : int
        Seed of the bootstrap of diversities.
    """
    absent = _lacking(premises, zones)
    if absent or premises is None or zones is None:
        return _nothing(_NO_TABLE, absent)
    centre = _centre(zones, zone)
    if centre is None:
        return _nothing(_NO_CENTRE, ("zones",))
    survey = survey_panel(premises, zones=zones)
    last = len(survey.dates) - 1
    if last in survey.one_status():
        return _nothing(_LIST, ("premises",))
    rows = campaign_rows(premises, survey, last)
    records = survey.stock[survey.stock["wave"] == last].set_index("premises_id")
    ids = rows["premises_id"].astype("object")
    rows = rows.assign(vacant=ids.map(records["vacant"]), family=ids.map(records["family"]))
    rows = rows.dropna(subset=["lon", "lat", "vacant"]).reset_index(drop=True)
    plane = ground(*centre_of(rows))
    spots = shapely.points(plane.plane(rows["lon"], rows["lat"]))
    shape = plane.project(centre.geometry)
    moves = sorted({*buffers, 0})
    masks = {move: _inside(shape, move, spots) for move in moves}
    kept = _apart({m: mask for m, mask in masks.items() if mask.sum() >= FEWEST_INSIDE})
    if len(kept) < 2:
        return _nothing(_FEW, ("premises",))
    return _curve(str(centre.zone_id), str(centre.name), rows, kept, survey.dates[-1], seed)


def _apart(masks: dict[int, Bools]) -> dict[int, Bools]:
    """Keep the boundaries between which enough premises lie, outwards and inwards from the drawn.

    Two boundaries that only a shop or two separate would tell what these shops are.
    """
    kept = {}
    for side in (sorted(m for m in masks if m >= 0), sorted(m for m in masks if m < 0)[::-1]):
        last = masks.get(0)
        for move in side:
            if move == 0 or last is None or abs(int(masks[move].sum() - last.sum())) >= FEWEST_RING:
                kept[move], last = masks[move], masks[move]
    return {move: kept[move] for move in sorted(kept)}


def _curve(
    zone: str, name: str, rows: pd.DataFrame, masks: dict[int, Bools], day: Any, seed: int
) -> Perimeter:
    vacant = rows["vacant"].to_numpy(dtype=np.float64) == 1.0
    family = rows["family"].astype("object").to_numpy()
    shops = ~vacant & pd.notna(family)
    size = int(min((shops & mask).sum() for mask in masks.values()))
    tested = {move: _against_rest(vacant, mask) for move, mask in masks.items()}
    known = [move for move, (_, p) in tested.items() if not np.isnan(p)]
    corrected = dict(zip(known, holm([tested[move][1] for move in known]), strict=True))
    items = []
    for move, mask in masks.items():
        inside, empty = int(mask.sum()), int((vacant & mask).sum())
        rate = share(empty, inside)
        offer = float(inside - empty)
        items.append(
            Boundary(
                move, inside, rate, Estimate(offer, offer, offer, inside),
                _diversity(family[shops & mask], size, seed), tested[move][0], tested[move][1],
                corrected.get(move, float("nan")), _band(rate),
            )
        )  # fmt: skip
    found = tuple(items)
    return Perimeter(zone, name, found, size, _results(zone, found, day))


def _against_rest(vacant: Bools, mask: Bools) -> tuple[float, float]:
    """Return the vacancy of the rest, in percent, and Fisher's p-value; NaN under twenty."""
    rest = ~mask
    if rest.sum() < FEWEST_INSIDE:
        return float("nan"), float("nan")
    table = [[int((vacant & part).sum()), int((~vacant & part).sum())] for part in (mask, rest)]
    return 100 * float(vacant[rest].mean()), float(fisher_exact(table)[1])


def _inside(shape: Any, metres: int, spots: Any) -> Bools:
    moved = shapely.buffer(shape, metres)
    if shapely.is_empty(moved):
        return np.zeros(len(spots), dtype=np.bool_)
    shapely.prepare(moved)
    found: Bools = np.asarray(shapely.covers(moved, spots))
    return found


def _diversity(families: Any, size: int, seed: int) -> Estimate:
    """Return the effective activities among ``size`` shops, with a bootstrap interval."""
    counts = np.unique(families.astype(str), return_counts=True)[1].astype(np.int64)
    total = int(counts.sum())
    if size < 2 or total < size:
        return Estimate(float("nan"), float("nan"), float("nan"), total)
    value = hill(counts, size)[1]
    drawn = np.random.default_rng(seed).multinomial(total, counts / total, size=REPLICATES)
    values = np.array([hill(row, size)[1] for row in drawn])
    low, high = np.quantile(values, [0.025, 0.975]) + (value - values.mean())
    return Estimate(value, max(1.0, min(value, float(low))), max(value, float(high)), total)


def _band(rate: Estimate) -> str:
    bands = indicators.get("vacancy_rate").bands
    if bands is None:
        return ""
    low, high = bands.of(rate.low), bands.of(rate.high)
    return low.label.fr if low == high else ""


def _results(zone: str, items: Sequence[Boundary], day: Any) -> tuple[Result, ...]:
    return tuple(
        Result(
            name, estimate, indicators.get(name).unit, "survey", METHOD, zone=zone,
            breakdown="buffer_metres", category=number(item.metres, "en", signed=True),
            period_start=day, period_end=day,
            quality="measured" if name != "offer_diversity" else "estimated",
        )
        for item in items
        for name, estimate in (("vacancy_rate", item.vacancy), ("premises_count", _count(item)),
                               ("offer_diversity", item.diversity))
        if estimate.known
    )  # fmt: skip


def _count(item: Boundary) -> Estimate:
    return Estimate(float(item.inside), float(item.inside), float(item.inside), item.inside)


def _lacking(premises: pd.DataFrame | None, zones: pd.DataFrame | None) -> tuple[str, ...]:
    lacking = []
    if premises is None or premises.empty or premises["lon"].notna().sum() == 0:
        lacking.append("premises")
    if zones is None or zones.empty:
        lacking.append("zones")
    return tuple(lacking)


def _centre(zones: pd.DataFrame, zone: str | None) -> Any:
    if zone is not None and (zones["zone_id"] == zone).any():
        return next(zones[zones["zone_id"] == zone].itertuples(index=False))
    for kind in _CENTRES:
        chosen = zones[zones["kind"] == kind]
        if len(chosen):
            return next(chosen.itertuples(index=False))
    return None


def _nothing(why: Text, tables: tuple[str, ...]) -> Perimeter:
    result = not_computable(
        "vacancy_rate", "%", "survey", why, unlocked_by=tables, breakdown="buffer_metres"
    )
    return Perimeter("", "", (), 0, (result,))


_NO_TABLE = Text(
    "il faut des locaux placés sur la carte et le contour du centre.",
    "premises placed on the map and the outline of the centre are needed.",
)
_NO_CENTRE = Text(
    "aucune zone n'est déclarée comme centre ou hypercentre.",
    "no zone is declared as a centre or hypercentre.",
)
_LIST = Text(
    "le dernier relevé ne liste que des locaux vides, ou que des commerces ouverts.",
    "the last survey lists vacant premises only, or open shops only.",
)
_FEW = Text(
    "trop peu de locaux autour du centre pour déplacer sa limite.",
    "too few premises around the centre to move its boundary.",
)
