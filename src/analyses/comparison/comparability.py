"""The comparability gate: who may be ranked with whom, and why another city may not.

Only numbers with the same fingerprint are ranked together. The largest group of equal fingerprints
is ranked; every other city is set aside with what differs and what would bring it in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analyses import indicators
from analyses.comparison import words
from analyses.comparison.fingerprints import (
    UNKNOWN,
    WHOLE,
    WHOLE_ONLY,
    Fingerprint,
    as_day,
    fingerprint,
)
from analyses.comparison.profiles import Profile
from analyses.results import COLUMNS
from analyses.wording import Text

MAX_DAYS_APART = 731
"""Days between the newest number and an older one after which the older is set aside."""

SHOWN = ("measured", "estimated")
"""Qualities that may be ranked: a number that carries a reserve is not."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A city that is not ranked on an indicator.

    Parameters
    ----------
    city, name : str
        The city.
    reason : str
        ``perimeter``, ``missing``, ``suppressed``, ``quality``, ``interval``, ``fingerprint``,
        ``period`` or ``fictitious``.
    differs : tuple of str
        Components of the fingerprint that differ, for ``fingerprint``.
    why, remedy : Text
        What to print.
    row : dict, optional
        The number itself, where there is one: shown apart, never ranked.
    """

    city: str
    name: str
    reason: str
    why: Text
    remedy: Text
    differs: tuple[str, ...] = ()
    row: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Cities that may be ranked on an indicator, and the others.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary.
    fingerprint : Fingerprint, optional
        What the ranked cities share; None if no city has a number.
    rows : DataFrame
        One row a ranked city: :data:`analyses.results.COLUMNS`, sorted by city.
    asides : tuple of Aside
        The others, sorted by city.
    """

    indicator: str
    fingerprint: Fingerprint | None
    rows: pd.DataFrame
    asides: tuple[Aside, ...]


def gate(
    table: pd.DataFrame,
    profiles: Sequence[Profile],
    indicator: str,
    *,
    breakdown: str = "total",
    category: str = "",
    source: str | None = None,
    max_days_apart: int = MAX_DAYS_APART,
) -> Gate:
    """Sort the cities into those that may be ranked on an indicator and those that may not.

    Parameters
    ----------
    table : DataFrame
        Indicators of all the cities: columns :data:`analyses.results.COLUMNS`.
    profiles : sequence of Profile
        One for each city; a city without rows is set aside as missing.
    indicator : str
        Identifier in the dictionary.
    breakdown, category : str
        Part of the zone that is compared; the whole of it if not given.
    source : str, optional
        Class of data to compare; the one that most cities have if not given.
    max_days_apart : int
        Age difference (days) to the newest ranked number above which a number is set aside.

    Returns
    -------
    Gate

    Raises
    ------
    KeyError
        If the dictionary has no such indicator.
    ValueError
        If two profiles describe the same city, or a row names a city without a profile.
    """
    indicators.get(indicator)
    known = _by_city(profiles, table)
    chosen = table[
        (table["indicator"] == indicator)
        & (table["breakdown"] == breakdown)
        & (table["category"].fillna("") == category)
    ]
    asides: list[Aside] = []
    candidates: dict[str, tuple[dict[str, Any], Fingerprint]] = {}
    preferred = source or _most_common_source(chosen, known)
    placed = _placed(chosen)
    coverages = _coverages(table)
    for profile in sorted(profiles, key=lambda item: item.city):
        row = _latest(placed, profile, preferred, indicator)
        refusal = _refused(profile, row, indicator)
        if refusal is not None:
            asides.append(refusal)
            continue
        assert row is not None
        covered = coverages.get(tuple(row[name] for name in _SURVEY))
        candidates[profile.city] = (row, fingerprint(row, profile, covered))
    main = _main(candidates, known)
    ranked = {
        city: row
        for city, (row, mark) in candidates.items()
        if main and mark == main and mark.known
    }
    asides += [
        _apart(known[city], row, mark, main)
        for city, (row, mark) in candidates.items()
        if city not in ranked
    ]
    for reason, left in (
        ("period", _too_old(ranked, max_days_apart)), ("interval", _without_width(ranked)),
    ):  # fmt: skip
        asides += [_aside(known[city], reason, ranked.pop(city)) for city in left if city in ranked]
    frame = pd.DataFrame(list(ranked.values()), columns=list(COLUMNS)).reset_index(drop=True)
    return Gate(
        indicator, main if ranked else None, frame, tuple(sorted(asides, key=lambda a: a.city))
    )


def _by_city(profiles: Sequence[Profile], table: pd.DataFrame) -> dict[str, Profile]:
    repeated = [city for city, n in Counter(item.city for item in profiles).items() if n > 1]
    if repeated:
        raise ValueError(f"several profiles describe {', '.join(sorted(repeated))}")
    known = {item.city: item for item in profiles}
    strangers = sorted(set(table["city"].astype(str)) - set(known))
    if strangers:
        raise ValueError(f"no profile describes {', '.join(strangers)}")
    return known


def _most_common_source(rows: pd.DataFrame, known: Mapping[str, Profile]) -> str | None:
    invented = {city for city, profile in known.items() if profile.fictitious}
    real = rows[~rows["city"].isin(invented)]
    usable = real[real["value"].notna()]
    if usable.empty:
        return None
    counts = usable.groupby("source")["city"].nunique()
    return str(counts.sort_index().idxmax())


def _placed(rows: pd.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the rows of each city and zone."""
    placed: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows[list(COLUMNS)].to_dict(orient="records"):
        placed.setdefault((str(row["city"]), str(row["zone"])), []).append(
            {str(name): value for name, value in row.items()}
        )
    return placed


def _latest(
    placed: Mapping[tuple[str, str], list[dict[str, Any]]],
    profile: Profile,
    source: str | None,
    indicator: str,
) -> dict[str, Any] | None:
    """Return the newest row of the compared zone, of the preferred source where there is one.

    An indicator whose perimeter does not count is that of the whole city where the compared zone
    has none (the data of sensors or car parks are often of no zone).
    """
    mine = placed.get((profile.city, profile.zone or ""), [])
    if not mine and not needs_perimeter(indicator):
        mine = placed.get((profile.city, WHOLE), [])

    def order(row: Mapping[str, Any]) -> tuple[bool, bool, str]:
        end = row["period_end"]
        dated = "" if pd.isna(end) else str(end)
        return not pd.isna(row["value"]), row["source"] == source, dated

    return max(reversed(mine), key=order, default=None)


_SURVEY = ("city", "zone", "source", "period_end")


def _coverages(table: pd.DataFrame) -> dict[tuple[Any, ...], float]:
    """Return the coverage (%) of each survey: city, zone, source and day."""
    rows = table[
        (table["indicator"] == "survey_coverage")
        & (table["breakdown"] == "total")
        & table["value"].notna()
    ]
    keys = rows[list(_SURVEY)].itertuples(index=False, name=None)
    return dict(zip(keys, rows["value"].astype(float), strict=True))


def needs_perimeter(indicator: str) -> bool:
    """Whether two cities must have drawn the same kind of perimeter to be compared on it."""
    asked = "perimeter_kind" in indicators.get(indicator).comparable_on
    return asked and indicator not in WHOLE_ONLY


def _refused(profile: Profile, row: Mapping[str, Any] | None, indicator: str) -> Aside | None:
    """Return why a city has no number that could be ranked, None if it has one."""
    if profile.fictitious:
        return _aside(profile, "fictitious", row)
    if profile.zone is None and needs_perimeter(indicator):
        return _aside(profile, "perimeter", row)
    if row is not None and row["quality"] == "suppressed":
        return _aside(profile, "suppressed", row)
    if row is None or pd.isna(row["value"]):
        return _aside(profile, "missing", row)
    if row["quality"] not in SHOWN:
        return _aside(profile, "quality", row)
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return _aside(profile, "interval", row)
    return None


def _aside(profile: Profile, reason: str, row: Mapping[str, Any] | None) -> Aside:
    why, remedy = words.REASONS[reason]
    return Aside(
        profile.city, profile.name, reason, why, remedy, row=None if row is None else dict(row)
    )


def _main(
    candidates: Mapping[str, tuple[dict[str, Any], Fingerprint]], known: Mapping[str, Profile]
) -> Fingerprint | None:
    """Return the fingerprint that most cities share.

    If several are as common, it is the one of the perimeter that most cities of the programme
    declare, whether or not they have a number: a city is not told to leave it for a rarer one.
    """
    marks = [mark for _, mark in candidates.values() if mark.known] or [
        mark for _, mark in candidates.values()
    ]
    if not marks:
        return None
    counts = Counter(marks)
    kinds = Counter(profile.perimeter_kind for profile in known.values())

    def order(mark: Fingerprint) -> tuple[int, int, tuple[tuple[str, str], ...]]:
        kind = dict(mark.components).get("perimeter_kind")
        return -counts[mark], -kinds[kind], mark.components

    return min(counts, key=order)


def _apart(
    profile: Profile, row: dict[str, Any], mark: Fingerprint, main: Fingerprint | None
) -> Aside:
    assert main is not None
    differs = mark.differs_from(main) or tuple(
        name for name, value in main.components if value == UNKNOWN
    )
    theirs, mine = dict(main.components), dict(mark.components)
    names = [words.COMPONENTS[name] for name in differs]
    told = [words.against(name, mine[name], theirs[name]) for name in differs]
    why = Text(
        "Diffère par " + " ; ".join(item.fr for item in told) + ".",
        "Differs by " + "; ".join(item.en for item in told) + ".",
    )
    remedy = Text(
        " ".join(dict.fromkeys(item.fr for _, item in names)),
        " ".join(dict.fromkeys(item.en for _, item in names)),
    )
    return Aside(profile.city, profile.name, "fingerprint", why, remedy, differs, row)


def _too_old(ranked: Mapping[str, Mapping[str, Any]], limit: int) -> list[str]:
    days = {city: as_day(row["period_end"]) for city, row in ranked.items()}
    dated = {city: day for city, day in days.items() if day is not None}
    if not dated:
        return []
    newest = max(dated.values())
    return [city for city, day in dated.items() if (newest - day).days > limit]


def _without_width(ranked: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the cities whose interval is a point, where most others have a true one.

    Where most are points the indicator is an exact count, which is listed and not ranked; one such
    city alone may not take the ranking from all the others.
    """
    points = [city for city, row in ranked.items() if not row["high"] - row["low"] > 0]
    return points if 2 * len(points) < len(ranked) else []
