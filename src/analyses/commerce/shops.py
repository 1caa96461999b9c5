"""Active shops as three sources see them, in one shape: survey, SIRENE, OpenStreetMap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from analyses.activities import Scope
from analyses.commerce.areas import Parts, by_zone, parts_of
from analyses.commerce.lives import lives
from analyses.commerce.names import plain, whole_communes
from analyses.commerce.outcome import Cell
from analyses.commerce.panel import OCCUPIED, campaign_rows, panel
from analyses.commerce.rates import MIN_COVERAGE, last_usable
from analyses.results import Source

TRAITS = ("zone_id", "family", "activity", "name", "brand", "lon", "lat")


@dataclass(frozen=True, slots=True)
class Shops:
    """Active shops of one source.

    Parameters
    ----------
    source : str
        ``survey``, ``sirene`` or ``osm``.
    frame : pandas.DataFrame
        One row per shop: ``id`` and :data:`TRAITS` (``activity`` is the finest code or label that
        the source gives).
    day : date or None
        Day that the source describes.
    parts : mapping
        Zones that lie in each zone.
    """

    source: Source
    frame: pd.DataFrame
    day: date | None
    parts: Parts = field(default_factory=dict)

    def cell(self, zone: str | None = None) -> Cell:
        """Return the cell of the whole, or of a zone, at the source's day."""
        return (Cell() if zone is None else Cell(zone=zone)).at(self.day)

    def zones(self) -> list[tuple[Cell, pd.DataFrame]]:
        """Return the whole and each zone, with their shops."""
        groups = by_zone(self.frame, self.parts)
        return [(self.cell(), self.frame), *((self.cell(zone), part) for zone, part in groups)]


def active_shops(
    premises: pd.DataFrame | None,
    establishments: pd.DataFrame | None,
    shops: pd.DataFrame | None,
    *,
    as_of: date | None = None,
    scope: Scope = "divisions",
    zones: pd.DataFrame | None = None,
    min_coverage: float = MIN_COVERAGE,
) -> dict[Source, Shops]:
    """Return the active shops of each source given, in the order survey, SIRENE, OpenStreetMap.

    Premises: those that the last usable wave found occupied. Establishments: those open at
    ``as_of``. Shops: those mapped as occupied.
    """
    found: dict[Source, Shops] = {}
    if premises is not None and not premises.empty:
        found["survey"] = _surveyed(premises, min_coverage)
    if establishments is not None and not establishments.empty:
        register = lives(establishments, as_of=as_of, scope=scope)
        frame = register.alive().rename(
            columns={"siret": "id", "activity_family": "family", "activity_code": "activity"}
        )
        found["sirene"] = Shops("sirene", _shaped(frame), register.as_of)
    if shops is not None and not shops.empty:
        frame = shops[shops["status"].astype("object").eq(OCCUPIED).to_numpy(bool)].rename(
            columns={"osm_id": "id", "activity_family": "family", "kind": "activity"}
        )
        observed = pd.to_datetime(shops["observed"]).max() if "observed" in shops else pd.NaT
        found["osm"] = Shops("osm", _shaped(frame), None if pd.isna(observed) else observed.date())
    return {source: replace(item, parts=parts_of(zones)) for source, item in found.items()}


def brand_communes(establishments: pd.DataFrame) -> Mapping[str, int]:
    """Return the number of communes of each brand (plain names) in a table ``establishments``.

    The arrondissements of one city are one commune. Only a table that spans several communes can
    tell: for one commune every brand would count one.
    """
    table = establishments.dropna(subset=["brand", "commune"])
    names = table["brand"].astype("object").map(plain)
    reach = whole_communes(table["commune"]).groupby(names).nunique()
    return {str(brand): int(communes) for brand, communes in reach.items()}


def _surveyed(premises: pd.DataFrame, min_coverage: float) -> Shops:
    survey = panel(premises)
    wave = last_usable(survey, min_coverage)
    if wave is None:
        return Shops("survey", _shaped(premises.iloc[:0].assign(id=None)), None)
    rows = campaign_rows(premises, survey, wave)
    rows = rows[rows["status"].eq(OCCUPIED).to_numpy(bool)]
    rows = rows.assign(id=rows["premises_id"].astype("string").astype("object"))
    frame = rows.rename(columns={"activity_family": "family"})
    detail = [name for name in ("activity_code", "activity") if name in frame]
    known = [name for name in detail if frame[name].notna().mean() >= 0.8]
    frame["activity"] = frame[known[0]] if known else None
    return Shops("survey", _shaped(frame), survey.dates[wave])


def _shaped(frame: pd.DataFrame) -> pd.DataFrame:
    shaped = pd.DataFrame({"id": frame["id"].astype("object").to_numpy()})
    for trait in TRAITS:
        column = frame.get(trait)
        if column is None:
            shaped[trait] = None
        elif trait in ("lon", "lat"):
            shaped[trait] = pd.to_numeric(column).to_numpy(float)
        else:
            shaped[trait] = column.astype("object").where(column.notna(), None).to_numpy()
    return shaped
