"""The tables of the commerce chapter: results and the last survey wave in, tables as read out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from analyses.commerce import band
from analyses.figures.commerce import category, is_part
from analyses.figures.figure import Table
from analyses.results import Result
from analyses.wording import Language, Text, day, interval, number, percent, plural

LONGEST = 200
"""Rows of a table of the report; the indicators file and the survey hold all."""

_TITLES: dict[str, tuple[Text, Text]] = {
    "zone": (Text("Vacance par zone", "Vacancy by zone"), Text("Zone", "Zone")),
    "street": (Text("Vacance par rue", "Vacancy by street"), Text("Rue", "Street")),
    "activity_family": (
        Text("Vacance par famille d'activité", "Vacancy by activity family"),
        Text("Famille", "Family"),
    ),
    "surface_class": (
        Text("Vacance par surface", "Vacancy by floor area"),
        Text("Surface", "Floor area"),
    ),
}


def zone_names(zones: pd.DataFrame | None) -> dict[str, str]:
    """Return the names of the zones by identifier, empty without zones."""
    if zones is None:
        return {}
    return dict(zip(zones["zone_id"].astype(str), zones["name"].astype(str), strict=True))


def vacancy_by(
    results: Iterable[Result],
    breakdown: str,
    language: Language,
    *,
    zones: Mapping[str, str] | None = None,
) -> Table | None:
    """Tabulate the vacancy of the last wave by zone, street, activity family or surface class.

    Rows whose rate may not be shown are left out; the note says how many they are.

    Parameters
    ----------
    results : iterable of Result
        Results of ``commerce.measure_vacancy``.
    breakdown : str
        ``zone``, ``street``, ``activity_family`` or ``surface_class``.
    language : str
        Language of the table.
    zones : mapping, optional
        Names of the zones by identifier.

    Returns
    -------
    Table or None
        None if there is nothing to tabulate.
    """
    rates = [r for r in results if r.indicator == "vacancy_rate" and r.period_end is not None]
    last = max((r.period_end for r in rates if r.period_end is not None), default=None)
    kept = [r for r in rates if r.period_end == last and is_part(r, breakdown)]
    shown = sorted((r for r in kept if r.computable), key=lambda r: -r.estimate.value)[:LONGEST]
    if not shown or last is None:
        return None
    hidden = sum(not r.computable for r in kept)
    title, first = (text.in_(language) for text in _TITLES[breakdown])
    rows = [
        (
            category(
                breakdown,
                result.zone if breakdown == "zone" else result.category,
                zones or {},
                language,
            ),
            number(result.estimate.n, language),
            percent(result.estimate.value, language),
            interval(result.estimate.low, result.estimate.high, "%", language),
            _band(result, language),
        )
        for result in shown
    ]
    columns = [first, *(text.in_(language) for text in _COLUMNS)]
    return Table(
        id=f"vacance-{breakdown.replace('_', '-')}-detail",
        caption=f"{title}, {day(last, language)}",
        data=pd.DataFrame(rows, columns=columns),
        numeric=(columns[1], columns[2]),
        note=" ".join(
            part
            for part in (
                _UNSURE.in_(language) if any(row[-1] == "–" for row in rows) else "",
                _note(hidden, language),
            )
            if part
        ),
    )


_UNSURE = Text(
    "Repère « – » : l'intervalle couvre plusieurs classes, aucune ne peut être donnée.",
    "Band “–”: the interval spans several bands, so none can be given.",
)
_COLUMNS = (
    Text("Locaux", "Premises"),
    Text("Taux de vacance", "Vacancy rate"),
    Text("Intervalle à 95 %", "95% interval"),
    Text("Repère Procos", "Procos band"),
)


def vacant_premises(
    last: pd.DataFrame | None,
    premises: pd.DataFrame | None,
    language: Language,
    *,
    longest: int = LONGEST,
) -> Table | None:
    """List the premises vacant at the last campaign: where, how large, what was there.

    Parameters
    ----------
    last : pandas.DataFrame or None
        One row for each premises of the last campaign, ``wave`` being the day of its visit: the
        columns of table ``premises``.
    premises : pandas.DataFrame or None
        Table ``premises``: the history, for the last sign and the first vacant sighting; personal
        fields never reach it.
    language : str
        Language of the table.
    longest : int
        Rows shown; the note says how many there are.

    Returns
    -------
    Table or None
        None if nothing is vacant.
    """
    if last is None or premises is None or last.empty:
        return None
    vacant = last[last["status"].isin(_VACANT)]
    premises = premises[premises["wave"] <= last["wave"].max()]
    if vacant.empty:
        return None
    texts = vacant.reindex(columns=["street", "address", "name"]).astype("string").fillna("")
    surfaces = pd.to_numeric(vacant.reindex(columns=["surface_m2"])["surface_m2"], errors="coerce")
    since = _vacant_since(premises, vacant)
    rows = pd.DataFrame(
        {
            Text("Rue", "Street").in_(language): texts["street"],
            Text("Adresse", "Address").in_(language): texts["address"],
            Text("Dernière enseigne", "Last sign").in_(language): _last_names(premises, vacant),
            "m²": [number(value, language) for value in surfaces],
            Text("Vu vacant depuis", "Seen vacant since").in_(language): [
                day(value.date(), language) for value in since
            ],
        }
    )
    ordered = rows.assign(_since=since).sort_values(
        ["_since", *rows.columns[:2]], kind="stable", ignore_index=True
    )
    ordered = ordered.drop(columns="_since")
    if all(street in address for street, address in ordered.iloc[:, :2].itertuples(index=False)):
        ordered = ordered.drop(columns=ordered.columns[0])
    count = len(rows)
    many, more = plural(count, "local vacant", "locaux vacants"), min(longest, count)
    fr = f"Édition interne. Les vacances les plus anciennes d'abord. {number(count, 'fr')} {many}"
    en = f"Internal edition. Longest vacancies first. {number(count, 'en')} vacant premises"
    if more < count:
        fr += f" ; {more} {plural(more, 'est listé', 'sont listés')}"
        en += f", {more} listed"
    note = Text(f"{fr}.", f"{en}.")
    return Table(
        id="locaux-vacants",
        caption=Text("Locaux vacants au dernier relevé", "Vacant premises at the last survey").in_(
            language
        ),
        data=ordered.head(longest),
        numeric=("m²",),
        note=note.in_(language),
    )


_VACANT = ("vacant", "vacant_works")


def _vacant_since(premises: pd.DataFrame, vacant: pd.DataFrame) -> pd.Series:
    """Return the first wave of each premises' current run of vacant sightings."""
    history = premises[premises["premises_id"].isin(vacant["premises_id"])]
    seen = history[history["status"] != "unknown"].sort_values(["premises_id", "wave"])
    let = seen[~seen["status"].isin(_VACANT)].groupby("premises_id")["wave"].max()
    after = seen["premises_id"].map(let)
    run = seen[seen["status"].isin(_VACANT) & (after.isna() | (seen["wave"] > after))]
    first = run.groupby("premises_id")["wave"].min()
    return vacant["premises_id"].map(first).fillna(vacant["wave"])


def _last_names(premises: pd.DataFrame, vacant: pd.DataFrame) -> pd.Series:
    """Return the last sign that was read on each premises, a dash if none ever was."""
    if "name" not in premises:
        return pd.Series("–", index=vacant.index)
    named = premises[premises["name"].notna()].sort_values("wave")
    last = named.groupby("premises_id")["name"].last()
    return vacant["premises_id"].map(last).fillna("–")


def _band(result: Result, language: Language) -> str:
    found = band(result)
    return "–" if found is None else found.in_(language)


def _note(hidden: int, language: Language) -> str:
    if not hidden:
        return ""
    lines = plural(hidden, "autre ligne a", "autres lignes ont")
    rows = plural(hidden, "other row has", "other rows have", "en")
    return Text(
        f"{hidden} {lines} trop peu de locaux, ou une couverture trop faible, pour montrer un "
        "taux.",
        f"{hidden} {rows} too few premises, or too low a coverage, for a rate to be shown.",
    ).in_(language)
