"""Turnover of shops from the SIRENE register: openings, closures, their ratio, moves, survival."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analyses.activities import Scope
from analyses.commerce.areas import by_zone
from analyses.commerce.lives import Lives, lives
from analyses.commerce.outcome import Cell, count, missing, result
from analyses.commerce.proportions import wilson
from analyses.commerce.survival import AGES, Survival, survival
from analyses.results import Estimate, Quality, Result
from analyses.wording import Language, Text, day, number

YEARS_SHOWN = 10
FAMILY_YEARS = 5
PROVISIONAL_MONTHS = 6
INDICATORS = ("openings", "closures", "opening_ratio", "transfers", "business_survival")


@dataclass(frozen=True, slots=True)
class Turnover:
    """Openings, closures and survival of shops.

    Parameters
    ----------
    results : tuple of Result
        ``openings``, ``closures``, ``opening_ratio`` and ``transfers`` by year (whole and zones)
        and by family over the last full years; ``business_survival``.
    years : pandas.DataFrame
        ``zone``, ``breakdown``, ``category``, ``year`` (first), ``last_year``, ``openings``,
        ``closures``, ``transfers``, ``net``, ``ratio``, ``low``, ``high``,
        ``ratio_without_transfers``, ``provisional``.
    lives : Lives or None
        Establishments that the counts rest on.
    survival : Survival or None
        Survival curve.
    """

    results: tuple[Result, ...]
    years: pd.DataFrame
    lives: Lives | None
    survival: Survival | None

    @property
    def curve(self) -> pd.DataFrame:
        """Survival curve (see :class:`Survival`), empty without a register."""
        if self.survival is None:
            return pd.DataFrame(columns=["zone", "age_years", "survival", "low", "high"])
        return self.survival.curve


def measure_turnover(
    establishments: pd.DataFrame | None,
    *,
    as_of: date | None = None,
    scope: Scope = "divisions",
    exclude_transfers: bool = False,
    years: tuple[int, int] | None = None,
    ages: Sequence[int] = AGES,
    cohort: tuple[int, int] | None = None,
    observed_from: date | None = None,
    zones: pd.DataFrame | None = None,
) -> Turnover:
    """Measure the turnover of shops.

    Parameters
    ----------
    establishments : pandas.DataFrame or None
        Table ``establishments`` (one row per SIRENE period); None or empty if the city has none.
    as_of : date, optional
        Day of the extract, told by the dates if not given; periods that start later are set aside,
        and years that end less than six months before it are marked provisional (closures are
        declared late).
    scope : str
        Which activities make a shop (see :data:`analyses.activities.Scope`).
    exclude_transfers : bool
        Leave out of the counts the openings and closures that are moves within the commune; they
        are counted apart in any case.
    years : tuple of int, optional
        First and last years shown; the last ten, the extract's included, unless told.
    ages, cohort, observed_from
        As for :func:`analyses.commerce.survival.survival`.
    zones : pandas.DataFrame, optional
        Table ``zones``: a zone also counts the shops of the zones that lie in it (``parts``).

    Returns
    -------
    Turnover
        Without a table, with a list of open shops only, or without dates of closure, every
        indicator is "not computable" and says which file unlocks it.
    """
    if establishments is None or establishments.empty:
        return _nothing(_NO_REGISTER)
    found = lives(establishments, as_of=as_of, scope=scope, zones=zones)
    if found.frame.empty or found.as_of is None:
        return _nothing(_NO_SHOP)
    if found.only_open:
        return _nothing(_ONLY_OPEN)
    if found.undated_ends:
        return _nothing(_UNDATED_ENDS)
    first, last = years or (found.as_of.year - YEARS_SHOWN + 1, found.as_of.year)
    rows = [
        _row(cell, part, span, found.as_of, exclude_transfers)
        for cell, part, span in _cells(found, first, last, found.as_of)
    ]
    results = [item for row in rows for item in _results(row, found)]
    followed = survival(found, ages=ages, cohort=cohort, observed_from=observed_from)
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return Turnover((*results, *followed.results), frame, found, followed)


def ratio(openings: int, closures: int, level: float = 0.95) -> Estimate:
    """Return the ratio of two Poisson counts with its score interval.

    Given their sum, the openings are binomial with probability ``r / (1 + r)``; the Wilson bounds
    of that share give those of the ratio (Price and Bonett 2000, Computational Statistics and Data
    Analysis 34). No value if nothing closed.
    """
    total = openings + closures
    if closures == 0:
        return Estimate(math.nan, math.nan, math.nan, total, level)
    low, high = wilson(openings, total, level)
    return Estimate(openings / closures, low / (1 - low), high / (1 - high), total, level)


_COLUMNS = [
    "zone", "breakdown", "category", "year", "last_year", "openings", "closures", "transfers",
    "net", "ratio", "low", "high", "ratio_without_transfers", "provisional",
]  # fmt: skip


def _cells(
    found: Lives, first: int, last: int, as_of: date
) -> Iterator[tuple[Cell, pd.DataFrame, tuple[int, int]]]:
    frame = found.frame
    zones = list(by_zone(frame, found.parts))
    for year in range(first, last + 1):
        yield Cell(), frame, (year, year)
        for zone, part in zones:
            yield Cell(zone=zone), part, (year, year)
    full = min(last, as_of.year - 1)
    span = (max(first, full - FAMILY_YEARS + 1), full)
    if span[0] <= span[1]:
        for family, part in frame.groupby("activity_family", sort=True, observed=True):
            yield Cell().part("activity_family", str(family)), part, span


def _row(
    cell: Cell, part: pd.DataFrame, span: tuple[int, int], as_of: date, exclude: bool
) -> dict[str, object]:
    opened = part[part["start"].dt.year.between(*span)]
    closed = part[part["end"].dt.year.between(*span)]
    moved_in, moved_out = int(opened["transfer_in"].sum()), int(closed["transfer_out"].sum())
    openings = len(opened) - (moved_in if exclude else 0)
    closures = len(closed) - (moved_out if exclude else 0)
    estimate = ratio(openings, closures) if openings + closures else ratio(0, 0)
    without = ratio(len(opened) - moved_in, len(closed) - moved_out).value
    settled = pd.Timestamp(as_of) - pd.DateOffset(months=PROVISIONAL_MONTHS)
    return {
        "zone": cell.zone, "breakdown": cell.breakdown, "category": cell.category,
        "year": span[0], "last_year": span[1], "openings": openings, "closures": closures,
        "transfers": moved_in, "net": openings - closures, "ratio": estimate.value,
        "low": estimate.low, "high": estimate.high, "ratio_without_transfers": without,
        "provisional": pd.Timestamp(span[1], 12, 31) > settled,
    }  # fmt: skip


def _results(row: dict[str, object], found: Lives) -> list[Result]:
    counts = {name: int(str(row[name])) for name in ("openings", "closures", "transfers")}
    start, end = date(int(str(row["year"])), 1, 1), date(int(str(row["last_year"])), 12, 31)
    cell = Cell(str(row["zone"]), str(row["breakdown"]), str(row["category"]), start, end)
    note = _provisional(found) if row["provisional"] else None
    quality: Quality = "reserve" if row["provisional"] else "measured"
    results = [
        count(name, value, cell, source="sirene", quality=quality, note=note)
        for name, value in counts.items()
    ]
    estimate = ratio(counts["openings"], counts["closures"])
    if not estimate.known:
        return [
            *results,
            missing("opening_ratio", _NO_CLOSURE, cell, source="sirene", n=estimate.n),
        ]
    return [
        *results,
        result("opening_ratio", estimate, cell, source="sirene", method="poisson-score/1",
               quality="reserve" if row["provisional"] else "estimated", note=note),
    ]  # fmt: skip


def _nothing(why: Text) -> Turnover:
    results = tuple(
        missing(name, why, Cell(), source="sirene", unlocked_by=("establishments",))
        for name in INDICATORS
    )
    return Turnover(results, pd.DataFrame(columns=_COLUMNS), None, None)


def _provisional(found: Lives) -> Text:
    told_fr = " (date déduite des données)" if found.deduced else ""
    told_en = " (a date told by the data)" if found.deduced else ""
    when_fr, when_en = (day(found.as_of, x) if found.as_of else "" for x in _LANGUAGES)
    return Text(
        f"Provisoire : l'extrait date du {when_fr}{told_fr} et les fermetures sont déclarées avec "
        f"retard (moins de {number(PROVISIONAL_MONTHS, 'fr')} mois de recul).",
        f"Provisional: the extract dates from {when_en}{told_en} and closures are declared late "
        f"(less than {number(PROVISIONAL_MONTHS, 'en')} months of hindsight).",
    )


_LANGUAGES: tuple[Language, Language] = ("fr", "en")
_NO_REGISTER = Text(
    "La ville n'a pas fourni d'extrait du répertoire Sirene.",
    "The city gave no extract of the SIRENE register.",
)
_NO_SHOP = Text(
    "L'extrait Sirene ne contient aucun établissement de commerce daté.",
    "The SIRENE extract holds no dated shop establishment.",
)
_ONLY_OPEN = Text(
    "Aucun commerce de l'extrait Sirene, ou presque, n'est fermé : c'est une liste de commerces en "
    "activité, où manquent ceux qui ont fermé. Ni créations, ni fermetures ne s'y comptent. "
    "Prendre le fichier StockEtablissement entier, établissements fermés compris.",
    "No shop of the SIRENE extract, or nearly none, is closed: it is a list of open shops, which "
    "lacks those that closed. Neither openings nor closures can be counted in it. Take the whole "
    "file StockEtablissement, closed establishments included.",
)
_UNDATED_ENDS = Text(
    "La plupart des commerces fermés de l'extrait Sirene n'ont pas de date (dateDebut vide ou "
    "absente) : l'année de leur fermeture est inconnue. Prendre le fichier StockEtablissement avec "
    "toutes ses colonnes.",
    "Most of the closed shops of the SIRENE extract have no date (dateDebut is empty or missing): "
    "the year of their closure is unknown. Take the file StockEtablissement with all its columns.",
)
_NO_CLOSURE = Text(
    "Aucune fermeture dans la période : le ratio n'a pas de valeur.",
    "No closure in the period: the ratio has no value.",
)
