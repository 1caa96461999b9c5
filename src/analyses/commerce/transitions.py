"""Moves between waves: which premises emptied, which were let, and at what yearly rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from analyses import indicators
from analyses.commerce import markov
from analyses.commerce.areas import Parts, by_zone
from analyses.commerce.outcome import Cell, count, missing, result
from analyses.commerce.panel import Panel, years_between
from analyses.commerce.rates import SURFACE_BREAKS, UNKNOWN_PART, surface_class
from analyses.results import Estimate, Result
from analyses.wording import Text, number, plural


@dataclass(frozen=True, slots=True)
class Transitions:
    """Moves between waves and the yearly rates fitted to them.

    Parameters
    ----------
    results : tuple of Result
        ``newly_vacant`` and ``newly_let`` between successive waves, ``vacancy_entry`` and
        ``relet_rate`` over all of them.
    matrix : pandas.DataFrame
        One row per pair of successive waves: ``from_date``, ``to_date``, ``years``, ``matched``
        (listed in both), ``known`` (status known in both), ``stayed_occupied``, ``became_vacant``,
        ``relet``, ``stayed_vacant``, ``dropped``, ``new``.
    moves : pandas.DataFrame
        One row per premises and pair of successive known statuses: ``premises_id``, ``zone_id``,
        ``street``, ``family``, ``surface_class`` (those of the first), ``from_wave``, ``to_wave``,
        ``years``, ``before``, ``after``.
    """

    results: tuple[Result, ...]
    matrix: pd.DataFrame
    moves: pd.DataFrame


def transitions(panel: Panel, *, surface_breaks: Sequence[float] = SURFACE_BREAKS) -> Transitions:
    """Count the moves between waves and fit the yearly rates.

    Parameters
    ----------
    panel : Panel
        Premises × waves.
    surface_breaks : sequence of float
        Limits of the surface classes, in m².

    Returns
    -------
    Transitions
        Not computable, with the reason, where no premises has two known statuses.
    """
    matrix, moves = _matrix(panel), _moves(panel, surface_breaks)
    results: list[Result] = []
    for row in matrix.to_dict("records"):
        if not row["known"]:
            continue  # no premises seen twice: a count of none would say that nothing moved
        cell = Cell().at(row["from_date"].date(), row["to_date"].date())
        for name, column in (("newly_vacant", "became_vacant"), ("newly_let", "relet")):
            results.append(count(name, row[column], cell, source="survey", n=row["known"]))
    for cell, part in _parts(moves, panel.parts):
        results += _yearly(counted(part), counted(moves), _period(cell, panel))
    if moves.empty:
        results += [
            missing(name, _no_pair(len(panel.dates)), Cell(), source="survey",
                    unlocked_by=("premises",))
            for name in ("vacancy_entry", "relet_rate")
        ]  # fmt: skip
    return Transitions(tuple(results), matrix, moves)


def counted(moves: pd.DataFrame) -> markov.Moves:
    """Count moves by the years between the two statuses."""
    table = (
        moves.assign(kind=2 * moves["before"].astype(int) + moves["after"].astype(int))
        .groupby(["years", "kind"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=range(4), fill_value=0)
    )
    values = table.to_numpy(dtype=np.float64)
    return markov.Moves(table.index.to_numpy(dtype=np.float64), *values.T)


def _moves(panel: Panel, breaks: Sequence[float]) -> pd.DataFrame:
    known = panel.stock.dropna(subset=["vacant"]).copy()
    known["surface_class"] = surface_class(known["surface_m2"], breaks)
    following = known.groupby("premises_id")[["vacant", "wave"]].shift(-1)
    known["after"], known["to_wave"] = following["vacant"], following["wave"]
    known = known.dropna(subset=["after"]).rename(columns={"vacant": "before", "wave": "from_wave"})
    known["to_wave"] = known["to_wave"].astype(int)
    gaps = {
        (i, j): years_between(panel.dates[i], panel.dates[j])
        for j in range(len(panel.dates))
        for i in range(j)
    }
    pairs = zip(known["from_wave"], known["to_wave"], strict=True)
    known["years"] = [gaps[pair] for pair in pairs]
    return known[
        ["premises_id", "zone_id", "street", "family", "surface_class", "from_wave", "to_wave",
         "years", "before", "after"]
    ].reset_index(drop=True)  # fmt: skip


def _matrix(panel: Panel) -> pd.DataFrame:
    table, listed = panel.spread(), panel.listed()
    rows = []
    for first, last in pairwise(range(len(panel.dates))):
        before, after = table[first].to_numpy(), table[last].to_numpy()
        was, is_ = listed[first].to_numpy(), listed[last].to_numpy()
        start, end = panel.dates[first], panel.dates[last]
        rows.append(
            {
                "from_date": pd.Timestamp(start), "to_date": pd.Timestamp(end),
                "years": years_between(start, end), "matched": int((was & is_).sum()),
                "known": int((np.isfinite(before) & np.isfinite(after)).sum()),
                "stayed_occupied": int(((before == 0) & (after == 0)).sum()),
                "became_vacant": int(((before == 0) & (after == 1)).sum()),
                "relet": int(((before == 1) & (after == 0)).sum()),
                "stayed_vacant": int(((before == 1) & (after == 1)).sum()),
                "dropped": int((was & ~is_).sum()), "new": int((~was & is_).sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=_MATRIX)


_MATRIX = [
    "from_date", "to_date", "years", "matched", "known", "stayed_occupied", "became_vacant",
    "relet", "stayed_vacant", "dropped", "new",
]  # fmt: skip


def _parts(moves: pd.DataFrame, parts: Parts) -> Iterator[tuple[Cell, pd.DataFrame]]:
    if moves.empty:
        return
    yield Cell(), moves
    for zone, part in by_zone(moves, parts):
        yield Cell(zone=zone), part
    for breakdown, column in (("activity_family", "family"), ("surface_class", "surface_class")):
        named = moves[
            moves[column].notna() & moves[column].ne(UNKNOWN_PART).fillna(False).astype(bool)
        ]
        for category, part in named.groupby(column, sort=True, observed=True):
            yield Cell().part(breakdown, str(category)), part


def _period(cell: Cell, panel: Panel) -> Cell:
    return cell.at(panel.dates[0], panel.dates[-1])


def _yearly(moves: markov.Moves, whole: markov.Moves, cell: Cell) -> list[Result]:
    """Fit the rates of a part; a side with few premises at risk borrows that of the whole."""
    few = indicators.get("vacancy_entry").min_n
    own = {"vacancy_entry": moves.occupied, "relet_rate": moves.vacant}
    lent = moves.borrow(
        whole, occupied=moves.occupied < few <= moves.vacant, vacant=moves.vacant < few
    )
    if lent.occupied == 0 or lent.vacant == 0:
        return _neither(_no_risk(), own, cell)
    chain = markov.fit(lent)
    if not chain.identified:
        return _neither(_too_far(), own, cell)
    return [
        _shown("vacancy_entry", replace(chain.entry, n=moves.occupied), cell),
        _shown("relet_rate", replace(chain.relet, n=moves.vacant), cell),
    ]


def _neither(why: Text, at_risk: dict[str, int], cell: Cell) -> list[Result]:
    return [
        missing(name, why, cell, source="survey", unlocked_by=("premises",), n=n)
        for name, n in at_risk.items()
    ]


def _shown(name: str, estimate: Estimate, cell: Cell) -> Result:
    return result(name, estimate.scaled(100), cell, source="survey", method="markov-2-state/1",
                  quality="estimated")  # fmt: skip


def _no_pair(waves: int) -> Text:
    return Text(
        f"Aucun local n'a deux statuts connus ({number(waves, 'fr')} "
        f"{plural(waves, 'vague', 'vagues')} de relevé). Une "
        "nouvelle vague sur les mêmes locaux donnera les taux d'entrée et de sortie.",
        f"No premises has two known statuses ({number(waves, 'en')} survey "
        f"{plural(waves, 'wave', 'waves', 'en')}). A new wave of "
        "the same premises will give the entry and re-let rates.",
    )


def _no_risk() -> Text:
    return Text(
        "Il faut des locaux occupés et des locaux vacants suivis d'une vague à l'autre : l'un des "
        "deux groupes est vide.",
        "It takes occupied and vacant premises followed from one wave to the next: one of the two "
        "groups is empty.",
    )


def _too_far() -> Text:
    return Text(
        "Les vagues sont trop espacées pour donner des taux annuels : les statuts d'une vague ne "
        "disent plus rien de la suivante. Un relevé plus fréquent les donnerait.",
        "The waves are too far apart to give yearly rates: the statuses of one wave no longer tell "
        "anything of the next. A more frequent survey would give them.",
    )
