"""The offer: shops by family of activity, diversity at equal size, share of chains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analyses.activities import Scope
from analyses.commerce.diversity import standardised
from analyses.commerce.names import plain, whole_communes
from analyses.commerce.outcome import Cell, count, missing, result
from analyses.commerce.proportions import share
from analyses.commerce.rates import MIN_COVERAGE
from analyses.commerce.shops import Shops, active_shops, brand_communes
from analyses.results import Result, Source
from analyses.wording import Text, number

STANDARD_SIZE = 100
MIN_KNOWN = 0.8
CHAIN_COMMUNES = 2
UNKNOWN_FAMILY = "unknown"
INDICATORS = ("offer_mix", "offer_share", "offer_diversity", "chain_share")


@dataclass(frozen=True, slots=True)
class Offer:
    """Structure of the offer, source by source: figures of two sources are never mixed.

    Parameters
    ----------
    results : tuple of Result
        ``offer_mix``, ``offer_share`` (breakdown ``activity_family``), ``offer_diversity``
        (breakdown ``hill_order``) and ``chain_share``, whole and by zone.
    mix : pandas.DataFrame
        ``source``, ``zone``, ``family``, ``shops``, ``share``, ``low``, ``high`` (%).
    shops : dict of str to Shops
        Active shops of each source.
    """

    results: tuple[Result, ...]
    mix: pd.DataFrame
    shops: dict[Source, Shops]


def measure_offer(
    premises: pd.DataFrame | None = None,
    establishments: pd.DataFrame | None = None,
    shops: pd.DataFrame | None = None,
    *,
    as_of: date | None = None,
    scope: Scope = "divisions",
    standard_size: int = STANDARD_SIZE,
    brands: Mapping[str, int] | None = None,
    chain_min_communes: int = CHAIN_COMMUNES,
    bootstrap: int = 200,
    seed: int = 0,
    zones: pd.DataFrame | None = None,
    min_coverage: float = MIN_COVERAGE,
) -> Offer:
    """Measure the structure of the offer in every source given.

    Parameters
    ----------
    premises, establishments, shops : pandas.DataFrame or None
        Tables of the survey, of SIRENE and of OpenStreetMap.
    as_of : date, optional
        Day of the SIRENE extract.
    scope : str
        Which activities make a shop in SIRENE.
    standard_size : int
        Number of shops that diversity is brought to.
    brands : mapping of str to int, optional
        Number of communes of each brand (plain names, see :func:`names.plain`); counted in
        ``establishments`` if that table spans several communes.
    chain_min_communes : int
        Communes where a brand must stand to count as a chain (``chain_min_communes``).
    bootstrap, seed : int
        Replicates and seed of the intervals of diversity.
    zones : pandas.DataFrame, optional
        Table ``zones``: a zone also counts the shops of the zones that lie in it (``parts``).
    min_coverage : float
        Coverage (%) that a wave must reach to be the last (``survey_min_coverage``).

    Returns
    -------
    Offer
        Without any table, every indicator is "not computable".
    """
    found = active_shops(premises, establishments, shops, as_of=as_of, scope=scope, zones=zones,
                         min_coverage=min_coverage)  # fmt: skip
    if brands is None and establishments is not None and "brand" in establishments:
        given = "commune" in establishments
        several = given and whole_communes(establishments["commune"]).nunique() > 1
        brands = brand_communes(establishments) if several else None
    results: list[Result] = []
    frames: list[dict[str, object]] = []
    for source, active in found.items():
        for cell, part in active.zones():
            for item, row in _mix(source, cell, part):
                results += item
                frames.append(row)
            results += _diversity(source, cell, part, standard_size, bootstrap, seed)
            results.append(_chains(source, cell, part, brands, chain_min_communes))
    if not found:
        results = [
            missing(name, _NO_SOURCE, Cell(), source="survey",
                    unlocked_by=("premises", "establishments", "shops"))
            for name in INDICATORS
        ]  # fmt: skip
    columns = ["source", "zone", "family", "shops", "share", "low", "high"]
    return Offer(tuple(results), pd.DataFrame(frames, columns=columns), found)


def _mix(
    source: Source, cell: Cell, part: pd.DataFrame
) -> Iterator[tuple[list[Result], dict[str, object]]]:
    """Yield the results and the row of each family; shops of unknown family are counted apart."""
    families = part["family"].fillna(UNKNOWN_FAMILY)
    known = int((families != UNKNOWN_FAMILY).sum())
    for family, shops in families.value_counts().sort_index().items():
        where = cell.part("activity_family", str(family))
        results = [count("offer_mix", int(shops), where, source=source, n=len(part))]
        row: dict[str, object] = {
            "source": source, "zone": cell.zone, "family": family, "shops": int(shops)
        }  # fmt: skip
        if family != UNKNOWN_FAMILY:
            estimate = share(int(shops), known)
            results.append(result("offer_share", estimate, where, source=source, method="wilson/1"))
            if results[-1].computable:
                row |= {"share": estimate.value, "low": estimate.low, "high": estimate.high}
        yield results, row


def _diversity(
    source: Source, cell: Cell, part: pd.DataFrame, size: int, bootstrap: int, seed: int
) -> list[Result]:
    """Return the Hill numbers of the finest activity that is known well enough."""
    level = "activity" if part["activity"].notna().mean() >= MIN_KNOWN else "family"
    counts = np.asarray(part[level].value_counts(), dtype=np.int64)
    n = int(counts.sum())
    cells = [cell.part("hill_order", str(order)) for order in range(3)]
    if 2 * n < size:
        why = _too_small(n, size)
        return [missing("offer_diversity", why, where, source=source, n=n) for where in cells]
    estimates = standardised(counts, size, replicates=bootstrap, seed=seed)
    return [
        result("offer_diversity", estimate, where, source=source,
               method=f"hill-{level}-{size}/1", quality="estimated")
        for estimate, where in zip(estimates, cells, strict=True)
    ]  # fmt: skip


def _chains(
    source: Source, cell: Cell, part: pd.DataFrame, brands: Mapping[str, int] | None, least: int
) -> Result:
    named = part["brand"].dropna()
    if named.empty:
        table = {"survey": "premises", "sirene": "establishments", "osm": "shops"}[source]
        return missing("chain_share", _NO_BRAND, cell, source=source, unlocked_by=(table,),
                       n=len(part))  # fmt: skip
    if brands is None:
        return missing("chain_share", _NO_REACH, cell, source=source,
                       unlocked_by=("establishments",), n=len(part))  # fmt: skip
    reach = named.map(lambda brand: brands.get(plain(brand), 0))
    chains = int((reach >= least).sum())
    return result("chain_share", share(chains, len(part)), cell, source=source, method="wilson/1")


def _too_small(n: int, size: int) -> Text:
    return Text(
        f"Commerces d'activité connue : {number(n, 'fr')}, trop peu pour une diversité ramenée à "
        f"{number(size, 'fr')} commerces (le double de l'effectif au plus).",
        f"Shops of known activity: {number(n, 'en')}, too few for a diversity brought to "
        f"{number(size, 'en')} shops (twice their number at most).",
    )


_NO_SOURCE = Text(
    "La ville n'a fourni ni relevé des locaux, ni extrait Sirene, ni extrait d'OpenStreetMap.",
    "The city gave no survey of premises, no SIRENE extract and no OpenStreetMap extract.",
)
_NO_BRAND = Text(
    "La source ne donne aucune enseigne (colonne brand vide ou absente).",
    "The source names no brand (column brand empty or absent).",
)
_NO_REACH = Text(
    "Le nombre de communes où chaque enseigne est présente est inconnu : un extrait Sirene de "
    "plusieurs communes, avec les enseignes, le donnerait.",
    "The number of communes where each brand stands is unknown: a SIRENE extract of several "
    "communes, with brands, would give it.",
)
