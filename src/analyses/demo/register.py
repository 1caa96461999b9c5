"""SIRENE register of the demo city: the tenancies as the register knows them, and its noise.

Every lifetime is exponential with the hazard :data:`plan.CLOSURE_HAZARD`. The register holds all
the establishments opened since :data:`plan.REGISTER_START`, and the older ones still open at
:data:`plan.ORIGIN`, whose opening it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from analyses.demo import plan, trade
from analyses.demo.commerce import Survey
from analyses.demo.occupancy import END, START

NAF_REV2_START = date(2008, 1, 1)
_HIDDEN_SHARE = 0.05
_CHANGE_SHARE = 0.07
_OFFICES = (
    ("68.20B", "70.2C"), ("64.20Z", "74.1J"), ("70.22Z", "74.1G"), ("43.21A", "45.3A"),
    ("86.21Z", "85.1C"), ("69.10Z", "74.1A"), ("81.21Z", "74.7Z"), ("85.59A", "80.4C"),
)  # fmt: skip
_REMOTE = (("47.91A", "52.6A"), ("47.91B", "52.6B"))
_STAFF = ("NN", "00", "01", "02", "03", "11")


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a life: state ``A`` (active) or ``F`` (closed); ``start`` None if unknown."""

    start: date | None
    end: date | None
    state: str
    code: str
    nomenclature: str


@dataclass(frozen=True, slots=True)
class Establishment:
    """An establishment of the register.

    Parameters
    ----------
    siren, nic : str
        Identifier; the check digit is wrong on purpose, so that it can be no real one.
    role : str
        ``shop`` (a tenancy of the city's premises), ``remote`` (trade without premises), ``office``
        (not a shop), ``dormant`` (still open in the register, gone in fact), ``ancient``.
    premises : int
        Premises it stands in, −1 if none.
    spell : int
        Row of its tenancy, −1 if none.
    moved_from : int
        Row of the tenancy that it left to come here, −1 if none.
    name : str
        Sign.
    street, number : str
        Address.
    lon, lat : float
        Position, NaN if none.
    hidden : bool
        Diffusion ``P``: its name and address read ``[ND]``.
    headquarters : bool
        Whether it is its company's head office.
    staff : str
        Staff class code.
    periods : tuple of Period
        In order of time.
    """

    siren: str
    nic: str
    role: str
    premises: int
    spell: int
    moved_from: int
    name: str
    street: str
    number: str
    lon: float
    lat: float
    hidden: bool
    headquarters: bool
    staff: str
    periods: tuple[Period, ...]

    @property
    def siret(self) -> str:
        """Identifier of 14 digits."""
        return self.siren + self.nic

    @property
    def created(self) -> date | None:
        """Day of the opening, None if unknown."""
        return self.periods[0].start


def establishments(rng: np.random.Generator, survey: Survey) -> tuple[Establishment, ...]:
    """Draw the register of the city.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    survey : Survey
        Premises and tenancies: each known tenancy is an establishment.

    Returns
    -------
    tuple of Establishment
        Sorted by identifier.
    """
    found = [
        *_shops(rng, survey),
        *_without_premises(rng, survey, "remote", _REMOTE, 26),
        *_without_premises(rng, survey, "office", _OFFICES, 90),
        *_dormant(rng, survey, 12),
        *_ancient(rng, survey, 14),
    ]
    return tuple(sorted(found, key=lambda one: one.siret))


def _shops(rng: np.random.Generator, survey: Survey) -> list[Establishment]:
    spells, stock = survey.spells, survey.stock
    premises = spells["premises"].to_numpy()
    start, end = spells["start"].to_numpy(), spells["end"].to_numpy()
    known = start >= START
    kept = ~spells["vacant"].to_numpy(bool) & (known | (end > 0))
    kept &= ~(start >= stock.leaves[premises])
    rows = np.flatnonzero(kept)
    sirens: dict[int, str] = {}
    counts: dict[str, int] = {}
    out = []
    for row in rows[np.argsort(np.nan_to_num(start[rows], nan=-99.0), kind="stable")]:
        spell = spells.loc[row]
        old = int(spell["moved_from"])
        siren = sirens.get(old) or _siren(rng)
        sirens[int(row)] = siren
        counts[siren] = counts.get(siren, 0) + 1
        lived = None if np.isnan(start[row]) else float(start[row])
        where = _address(survey, int(premises[row]))
        out.append(
            Establishment(
                siren=siren,
                nic=f"{counts[siren]:04d}{rng.integers(0, 10)}",
                role="shop",
                premises=int(premises[row]),
                spell=int(row),
                moved_from=old,
                name=str(spell["name"]),
                street=where.street,
                number=str(where.number),
                lon=where.lon,
                lat=where.lat,
                hidden=bool(rng.random() < _HIDDEN_SHARE),
                headquarters=not spell["brand"] and bool(rng.random() < 0.8),
                staff=_STAFF[int(rng.choice(6, p=(0.45, 0.1, 0.25, 0.12, 0.06, 0.02)))],
                periods=_life(rng, lived, float(end[row]), _codes(rng, int(spell["trade"]))),
            )
        )
    return _reopened(rng, out, 6)


def _codes(rng: np.random.Generator, index: int) -> list[tuple[str, str]]:
    """Return the (NAF rév. 2, NAF rév. 1) codes of a life: two if its activity changes."""
    own = trade.TRADES[index]
    last = (own.naf2, own.naf1)
    if rng.random() >= _CHANGE_SHARE:
        return [last]
    kin = [t for t in trade.TRADES if t.family == own.family and t.naf2 != own.naf2]
    if not kin:
        return [last]
    before = kin[int(rng.integers(0, len(kin)))]
    return [(before.naf2, before.naf1), last]


def _life(
    rng: np.random.Generator, start: float | None, end: float, codes: list[tuple[str, str]]
) -> tuple[Period, ...]:
    """Return the periods of an establishment open from ``start`` to ``end`` (years)."""
    opened = None if start is None else plan.calendar_day(start)
    closed = None if end >= END else plan.calendar_day(end)
    if opened is not None and closed is not None:
        closed = max(closed, opened + timedelta(days=1))
    marks: list[tuple[date | None, int]] = [(opened, 0)]
    if len(codes) > 1:
        low = max(start if start is not None else START, START)
        change = plan.calendar_day(low + (min(end, END) - low) * float(rng.uniform(0.2, 0.8)))
        if (opened is None or change > opened) and (closed is None or change < closed):
            marks.append((change, 1))
        else:
            codes = codes[-1:]
    renamed = NAF_REV2_START
    if (opened is None or opened < renamed) and (closed is None or closed > renamed):
        before = [index for day, index in marks if day is None or day < renamed]
        if all(day != renamed for day, _ in marks):
            marks.append((renamed, before[-1]))
    marks.sort(key=lambda mark: mark[0] or date.min)
    periods = []
    for position, (day, index) in enumerate(marks):
        after = marks[position + 1][0] if position + 1 < len(marks) else closed
        until = None if after is None else after - timedelta(days=1)
        periods.append(_period(day, until, "A", codes[index]))
    if closed is not None:
        periods.append(_period(closed, None, "F", codes[-1]))
    return tuple(periods)


def _period(start: date | None, end: date | None, state: str, codes: tuple[str, str]) -> Period:
    if start is None or start < NAF_REV2_START:
        return Period(start, end, state, codes[1], "NAFRev1")
    return Period(start, end, state, codes[0], "NAFRev2")


def _reopened(
    rng: np.random.Generator, found: list[Establishment], count: int
) -> list[Establishment]:
    """Insert a closure of some months in the life of some establishments of unknown opening."""
    able = [
        i
        for i, one in enumerate(found)
        if one.created is None and one.periods[-1].state == "A" and len(one.periods) > 1
    ]
    for i in rng.choice(able, min(count, len(able)), replace=False):
        one = found[i]
        *before, last = one.periods
        assert last.start is not None
        shut = plan.calendar_day(float(rng.uniform(0.5, 7.0)))
        shut = max(shut, last.start + timedelta(days=2))
        back = min(shut + timedelta(days=int(rng.integers(60, 300))), plan.EXTRACT)
        cut = (
            Period(last.start, shut - timedelta(days=1), "A", last.code, last.nomenclature),
            Period(shut, back - timedelta(days=1), "F", last.code, last.nomenclature),
            Period(back, None, "A", last.code, last.nomenclature),
        )
        found[i] = _with_periods(one, (*before, *cut))
    return found


def _with_periods(one: Establishment, periods: tuple[Period, ...]) -> Establishment:
    values = {name: getattr(one, name) for name in one.__slots__}
    return Establishment(**{**values, "periods": periods})


def _without_premises(
    rng: np.random.Generator,
    survey: Survey,
    role: str,
    codes: tuple[tuple[str, str], ...],
    count: int,
) -> list[Establishment]:
    starts = rng.uniform(plan.years(date(2010, 1, 1)), END, count)
    ends = starts + rng.exponential(1 / plan.CLOSURE_HAZARD, count)
    out = []
    for start, end in zip(starts, ends, strict=True):
        periods = _life(rng, float(start), float(end), [codes[int(rng.integers(0, len(codes)))]])
        out.append(_placed(rng, survey, role, "", periods))
    # One in the future: an opening declared ahead of its day.
    ahead = plan.EXTRACT + timedelta(days=int(rng.integers(40, 160)))
    out.append(_placed(rng, survey, role, "", (_period(ahead, None, "A", codes[0]),)))
    return out


def _dormant(rng: np.random.Generator, survey: Survey, count: int) -> list[Establishment]:
    out = []
    for index in rng.integers(0, len(trade.TRADES), count):
        item = trade.TRADES[index]
        periods = _life(rng, None, END + 1, [(item.naf2, item.naf1)])
        out.append(_placed(rng, survey, "dormant", "", periods))
    return out


def _ancient(rng: np.random.Generator, survey: Survey, count: int) -> list[Establishment]:
    codes = (("57.10", "NAP"), ("64.11", "NAP"), ("52.4C", "NAF1993"), ("55.3A", "NAF1993"))
    out = []
    for _ in range(count):
        code, nomenclature = codes[int(rng.integers(0, len(codes)))]
        year = int(rng.integers(1984, 1992) if nomenclature == "NAP" else rng.integers(1993, 2002))
        closed = date(year, 12, 25)
        out.append(
            _placed(rng, survey, "ancient", "", (Period(closed, None, "F", code, nomenclature),))
        )
    return out


def _placed(
    rng: np.random.Generator, survey: Survey, role: str, name: str, periods: tuple[Period, ...]
) -> Establishment:
    """Return an establishment at the address of any premises, without holding it."""
    where = _address(survey, int(rng.integers(0, len(survey.places))))
    return Establishment(
        siren=_siren(rng),
        nic=f"0001{rng.integers(0, 10)}",
        role=role,
        premises=-1,
        spell=-1,
        moved_from=-1,
        name=name,
        street=where.street,
        number=str(where.number + 40),
        lon=where.lon,
        lat=where.lat,
        hidden=bool(rng.random() < _HIDDEN_SHARE),
        headquarters=True,
        staff="NN",
        periods=periods,
    )


class _Address(NamedTuple):
    street: str
    number: int
    lon: float
    lat: float


def _address(survey: Survey, premises: int) -> _Address:
    row = survey.places.iloc[premises]
    return _Address(str(row["street"]), int(row["number"]), float(row["lon"]), float(row["lat"]))


def _siren(rng: np.random.Generator) -> str:
    """Return nine digits that fail the check of real identifiers (Luhn's formula)."""
    body = f"99{rng.integers(0, 1_000_000):06d}"
    digits = [int(digit) for digit in body]
    doubled = [d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(digits)]
    right = -sum(doubled) % 10
    return f"{body}{(right + 1 + int(rng.integers(0, 9))) % 10}"


def by_role(found: tuple[Establishment, ...]) -> pd.Series:
    """Return how many establishments there are of each role."""
    return pd.Series([one.role for one in found]).value_counts().sort_index()
