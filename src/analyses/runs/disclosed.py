"""Which lines of the public log may stand side by side, and beside the public numbers of today.

Each line was judged alone when it was written. Together they show every value that a number had: of
two moves that may each be told, the sum may be of one shop only. So a line is kept if none of its
values makes, with a value that is already shown of the same number, a move that may not be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from analyses import privacy
from analyses.blocks import results_from
from analyses.comparison.revisions import KEY, NAME
from analyses.figures.escape import csv_cell
from analyses.runs import history

Key = tuple[str, ...]


def together(
    log: pd.DataFrame,
    editions: Sequence[history.Entry],
    rules: privacy.Rules,
    parts: Mapping[str, Sequence[str]],
) -> pd.Series:
    """Tell the lines of the log that may be published with the last edition.

    Parameters
    ----------
    log : DataFrame
        Columns as :data:`analyses.runs.changes.LOGGED`, oldest first.
    editions : sequence of Entry
        The editions that are kept, oldest first; the last is the one that is being published.
    rules : Rules
        Thresholds.
    parts : mapping
        Zone: zones that lie in it.

    Returns
    -------
    Series of bool
        On the log's index. Newer lines are kept before older ones; a line of an edition that is no
        longer kept, or had no public form, cannot be judged and is left out.
    """
    last = editions[-1].record.short
    named = {last, *log["run_before"], *log["run_after"]}
    tables = {one.record.short: one.public() for one in editions if one.record.short in named}
    known = {
        name: privacy.shown(results_from(table), rules)
        for name, table in tables.items()
        if table is not None
    }
    order = {name: rank for rank, name in enumerate(known)}

    @cache
    def fine(one: str, other: str) -> frozenset[Key]:
        older, newer = sorted((one, other), key=order.__getitem__)
        return frozenset(map(_disarmed, privacy.between(known[older], known[newer], parts)))

    seen: dict[Key, set[str]] = defaultdict(set)
    for key in known[last].counts if last in known else ():
        seen[_disarmed(key)].add(last)
    kept = dict.fromkeys(log.index, False)
    keys = {name: [_disarmed(key) for key in item.counts] for name, item in known.items()}
    for at, line in zip(log.index[::-1], log.to_dict("records")[::-1], strict=True):
        if not {line["run_before"], line["run_after"]} <= known.keys():
            continue
        values = list(_values(line, keys))
        beside = {key: {*seen[key], *(name for name, one in values if one == key)}
                  for _, key in values}  # fmt: skip
        kept[at] = all(
            name == other or key in fine(name, other)
            for name, key in values
            for other in beside[key]
        )
        if kept[at]:
            for name, key in values:
                seen[key].add(name)
    return pd.Series(kept, dtype=bool)


def _values(
    line: Mapping[Any, Any], keys: Mapping[str, Sequence[Key]]
) -> Iterator[tuple[str, Key]]:
    """Yield the edition and the name of each number that a line shows."""
    key = _disarmed(tuple(str(line[name]) for name in KEY))
    before, after = str(line["run_before"]), str(line["run_after"])
    yield after, key
    if line["kind"] != "next":
        yield before, key
        return
    name, end = _disarmed(tuple(str(line[part]) for part in NAME)), str(line["before_period"])
    for one in keys[before]:
        if (*one[:4], one[6]) == name and one[5] == end:
            yield before, one


def _disarmed(key: Key) -> Key:
    return tuple(str(csv_cell(part)) for part in key)
