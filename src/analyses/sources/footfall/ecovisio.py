"""Eco-Visio exports (CSV and XLSX): one column a site, one a direction, one in all.

An export carries ``<site>``, ``<site> … IN`` and ``<site> … OUT`` side by side: the first is
already
the sum of the other two, so only it is read, and the directions are used to check it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import openpyxl
import pyarrow as pa

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, fold
from analyses.sources import clock
from analyses.sources.clock import Floats
from analyses.sources.files import sheets
from analyses.sources.footfall import counts
from analyses.sources.footfall.readings import place
from analyses.sources.footfall.steps import OPTIONS
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text, listing, number

LAYOUT = Layout(
    "ecovisio",
    Text(
        "Export Eco-Visio (Eco-Compteur), CSV ou XLSX",
        "Eco-Visio export (Eco-Counter), CSV or XLSX",
    ),
    (*OPTIONS, "modes"),
)

_TIME = frozenset({"time", "date", "heure", "date et heure", "date/heure", "datum", "zeit"})
_FOOTERS = frozenset({"", "total", "somme", "sum", "moyenne", "average"})
_DIRECTION = re.compile(r"(?:^|[ _])(IN|OUT|Entrée|Entree|Sortie)(?=$|[ _])")
_OTHER_MODE = re.compile(
    r"cycl|v[ée]lo|bike|bicycl|v[ée]hicul|vehicle|voiture|\bcars?\b|motori|trottinette|scooter|cheva",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Site:
    """Columns of one site: its total (or None) and its directions."""

    name: str
    total: str | None
    parts: tuple[str, ...]


def read(asked: Request) -> Piece:
    """Read one export.

    Raises
    ------
    InputError
        If the file cannot be read, or has no column of time.
    """
    faults = asked.check_options(LAYOUT.options)
    raw, wrong = _open(asked)
    faults += wrong
    time = next((name for name in raw.table.column_names if fold(name) in _TIME), None)
    if time is None:
        raise InputError(
            [
                Fault(
                    raw.file,
                    "no column of time is recognised; the file has: " + ", ".join(raw.header)[:300],
                    "Is this an Eco-Visio export?",
                )
            ]
        )
    found = sites([name for name in raw.table.column_names if name != time])
    wanted = asked.option("modes", "pedestrian") != "any"
    other = [site.name for site in found if wanted and _OTHER_MODE.search(site.name)]
    values: dict[str, Floats] = {}
    notes: list[Note] = [_modes_note(raw.file, other)] if other else []
    for site in found:
        if site.name in other:
            continue
        values[site.name], wrong, note = _site(raw, site, asked)
        faults += wrong
        notes += [note] if note else []
    stamps = clock.parse(raw.table[time], asked.option("date_order"))
    done = place(asked, counts.long(raw, stamps, values, time))
    return counts.finish(asked, done, len(raw.lines), notes, faults)


def sites(columns: Sequence[str]) -> list[Site]:
    """Group the columns of an export by site; a grand total is left out.

    Parameters
    ----------
    columns : sequence of str
        Headers without that of time.
    """
    names = [name for name in columns if fold(name) not in ("total", "somme")]
    directions = {name for name in names if _DIRECTION.search(name)}
    totals = [name for name in names if name not in directions]
    parts: dict[str, list[str]] = {name: [] for name in totals}
    orphans: dict[str, list[str]] = {}
    for name in names:
        if name not in directions:
            continue
        owners = [total for total in totals if name.startswith(total + " ")]
        if owners:
            parts[max(owners, key=len)].append(name)
        else:
            found = _DIRECTION.search(name)
            assert found is not None
            orphans.setdefault(name[: found.start()].strip(), []).append(name)
    return [Site(name, name, tuple(parts[name])) for name in totals] + [
        Site(name, None, tuple(own)) for name, own in orphans.items()
    ]


def _site(raw: Raw, site: Site, asked: Request) -> tuple[Floats, list[Fault], Note | None]:
    faults: list[Fault] = []
    sums = np.zeros(len(raw.lines))
    for name in site.parts:
        part, wrong = counts.passages(raw, name, asked)
        faults += wrong
        sums = sums + part
    if site.total is None:
        return sums, faults, None
    total, wrong = counts.passages(raw, site.total, asked)
    faults += wrong
    odd = np.abs(sums - total) > 0.5
    if not site.parts or not odd.any():
        return total, faults, None
    many = int(odd.sum())
    return (
        total,
        faults,
        Note(
            Text(
                f"{site.name} : {number(many)} ligne(s) où le total n'est pas la somme des sens ; "
                f"le total est "
                "gardé.",
                f"{site.name}: {number(many, 'en')} row(s) where the total is not the sum of the "
                f"directions; "
                "the total is kept.",
            ),
            rows=many,
            lines=tuple(int(line) for line in raw.lines[odd][:5]),
        ),
    )


def _modes_note(file: str, names: list[str]) -> Note:
    return Note(
        Text(
            f"Colonnes de {file} d'un autre mode que la marche, laissées de côté : "
            f"{listing(names)}.",
            f"Columns of {file} of another mode than walking, left out: {listing(names, 'en')}.",
        )
    )


def _open(asked: Request) -> tuple[Raw, list[Fault]]:
    """Read a CSV, or a workbook whose header comes after a banner."""
    if asked.path.suffix.lower() not in (".xlsx", ".xlsm"):
        return counts.open_text(asked)
    sheets.read_xlsx(
        asked.path, asked.file, asked.source.sheet
    )  # raises what a broken file deserves
    book = openpyxl.load_workbook(asked.path, read_only=True, data_only=True)
    try:
        tab = book[asked.source.sheet] if asked.source.sheet else book.worksheets[0]
        rows = [
            [None if cell is None else str(cell) for cell in row]
            for row in tab.iter_rows(values_only=True)
        ]
    finally:
        book.close()
    start = next((i for i, row in enumerate(rows) if row and fold(row[0] or "") in _TIME), None)
    if start is None:
        raise InputError(
            [Fault(asked.file, "no row begins with Time or Date", "Is this an Eco-Visio export?")]
        )
    header = [(cell or "").strip() for cell in rows[start]]
    body = [
        i
        for i in range(start + 1, len(rows))
        if any(rows[i]) and fold(rows[i][0] or "") not in _FOOTERS
    ]
    table = pa.table(
        {
            str(j): pa.chunked_array([pa.array([rows[i][j] for i in body], pa.string())])
            for j in range(len(header))
        }
    )
    lines = np.array([i + 1 for i in body], dtype=np.int64)
    return sheets.named(asked.file, table, lines, header)
