"""The SIRENE register: stock, history of periods and positions put together for some communes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.errors import Fault, InputError, raise_if_any
from analyses.schemas import Note, get
from analyses.sources import corrections
from analyses.sources.request import Family, Layout, Piece, Request
from analyses.sources.sirene import api, positions, rows, scan
from analyses.sources.sirene.positions import MIN_SCORE
from analyses.wording import Text, number

STOCK = Layout(
    "sirene-stock",
    Text(
        "StockEtablissement de l'Insee (CSV, ZIP ou Parquet), géocodé ou non",
        "Insee's StockEtablissement (CSV, ZIP or Parquet), geocoded or not",
    ),
    ("communes", "former_communes", "min_score"),
)
HISTORY = Layout(
    "sirene-history",
    Text(
        "StockEtablissementHistorique de l'Insee (CSV, ZIP ou Parquet), ou un extrait par commune",
        "Insee's StockEtablissementHistorique (CSV, ZIP or Parquet), or an extract by commune",
    ),
    ("communes", "former_communes"),
)
POSITIONS = Layout(
    "sirene-positions",
    Text(
        "Géolocalisation officielle des établissements (qualite_xy), ou fichier géocodé par la BAN",
        "Official geolocation of establishments (qualite_xy), or a file geocoded with the BAN",
    ),
    ("min_score",),
)
API = Layout(
    "recherche-entreprises",
    Text(
        "Réponses JSON de l'API Recherche d'entreprises ou de l'Annuaire des entreprises",
        "JSON answers of the API Recherche d'entreprises or of the Annuaire des entreprises",
    ),
    ("communes", "former_communes"),
)

ARRONDISSEMENTS: dict[str, tuple[str, ...]] = {
    "75056": tuple(f"751{n:02d}" for n in range(1, 21)),
    "69123": tuple(f"6938{n}" for n in range(1, 10)),
    "13055": tuple(f"132{n:02d}" for n in range(1, 17)),
}
"""Communes whose establishments carry the code of their arrondissement (Insee, COG)."""

_FROM_STOCK = (
    "commune", "created", "headquarters", "name", "brand", "staff_class", "diffusion", "street",
    "lon", "lat", "position_quality",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one file before the files are put together."""

    request: Request
    frame: pd.DataFrame
    rows_read: int
    notes: tuple[Note, ...]
    to_come: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["siret", "commune"])
    )

    @property
    def described(self) -> pd.DataFrame:
        """Every row that says something of an establishment, also one whose period is to come."""
        return pd.concat([self.frame, self.to_come]) if len(self.to_come) else self.frame


def read(requests: Sequence[Request]) -> list[Piece]:
    """Read every SIRENE file of a city and complete them by one another.

    Parameters
    ----------
    requests : sequence of Request
        Stock, history, positions and API answers, in any order.

    Returns
    -------
    list of Piece
        One a file, in the order of the requests. A history gives its periods, completed with the
        stock's fields; the stock then only gives the establishments that have no history; a file
        of positions gives no row.

    Raises
    ------
    InputError
        With every fault: broken files, missing columns, no establishment of the communes, a
        national history without the stock that tells the communes.
    """
    layouts = {layout.name: layout for layout in (STOCK, HISTORY, POSITIONS, API)}
    faults = [
        fault for asked in requests
        for fault in asked.check_options(layouts[asked.source.layout].options)
    ]  # fmt: skip
    grouped = {name: [r for r in requests if r.source.layout == name] for name in layouts}
    stock, wrong = _gather(grouped[STOCK.name], _stock)
    answers, also = _gather(grouped[API.name], sirene_api_part)
    faults += [*wrong, *also]
    described = [*stock, *answers]
    sirets = _sirets(described)
    history, wrong = _gather(grouped[HISTORY.name], lambda asked: _history(asked, sirets))
    faults += wrong
    raise_if_any(faults)
    communes = _communes_of([*described, *history])
    placed, wrong = _gather(grouped[POSITIONS.name], lambda asked: _positions(asked, communes))
    raise_if_any(wrong)
    parts = _together(described, history, placed)
    order = {id(asked): rank for rank, asked in enumerate(requests)}
    parts.sort(key=lambda part: order[id(part.request)])
    return [_piece(part) for part in parts]


def _gather(requests: Sequence[Request], reader: object) -> tuple[list[_Part], list[Fault]]:
    parts: list[_Part] = []
    faults: list[Fault] = []
    for asked in requests:
        try:
            parts.append(reader(asked))  # type: ignore[operator]
        except InputError as error:
            faults += error.faults
    return parts, faults


def _piece(part: _Part) -> Piece:
    names = list(get("establishments").names)
    frame, repairs, hits = corrections.on_frame(
        part.frame.reindex(columns=names), part.request.corrections
    )
    return Piece(part.request, frame, part.rows_read, (*part.notes, *repairs), (), hits)


def communes(asked: Request) -> list[str]:
    """Return the codes of the communes to read: declared ones or the city's own, with their
    arrondissements and the former communes that merged into them.
    """  # noqa: D205 - one sentence
    declared = asked.options("communes") or [asked.city.insee_code]
    own = [*declared, *asked.options("former_communes")]
    return list(dict.fromkeys(code for one in own for code in ARRONDISSEMENTS.get(one, (one,))))


def _today(asked: Request) -> pd.Timestamp | None:
    day = asked.source.retrieved
    return None if day is None else pd.Timestamp(day)


def _open(asked: Request, needed: Sequence[str]) -> tuple[scan.Scan, dict[str, str]]:
    source = asked.source
    opened = scan.scan(asked.path, asked.file, source.encoding, source.delimiter)
    named = rows.columns_of(opened)
    missing = [name for name in needed if name not in named]
    raise_if_any(
        Fault(
            asked.file, f"the column is missing; the file has: {', '.join(opened.columns)[:300]}",
            f"Check that the file is of the layout {source.layout} (Insee's since 2019); in an "
            "extract that names its columns otherwise, rename them",
            column=" or ".join(rows.ALIASES[name]),
        )
        for name in missing
    )  # fmt: skip
    return opened, named


def _nothing(asked: Request, codes: Sequence[str]) -> InputError:
    shown = ", ".join(codes[:5]) + ("…" if len(codes) > 5 else "")
    return InputError([
        Fault(asked.file, "the file has no establishment of the communes asked for",
              "Check insee_code, or options: {communes: […]} (arrondissements and merged communes "
              "have codes of their own)", value=shown)
    ])  # fmt: skip


def _stock(asked: Request) -> _Part:
    """Read the communes' rows of a stock file."""
    least = asked.number("min_score", MIN_SCORE, 0, 1)
    opened, named = _open(asked, ("siret", "commune", "state", "activity_code"))
    table = _of_communes(asked, opened, named)
    cleaned = rows.clean(table, named, asked.file, _today(asked))
    frame, notes = _own_positions(cleaned.frame, table, named, least)
    to_come, _ = _own_positions(cleaned.to_come, table, named, least)
    return _Part(asked, frame, table.num_rows, (*cleaned.notes, *notes), to_come)


def _of_communes(asked: Request, opened: scan.Scan, named: dict[str, str]) -> pa.Table:
    """Read the rows of the communes; other tools write 04070 as the number 4070."""
    codes, label = communes(asked), named["commune"]
    table = scan.rows(opened, list(named.values()), label, codes)
    short = [code.lstrip("0") for code in codes if code.startswith("0")]
    if not table.num_rows and short:
        table = scan.rows(opened, list(named.values()), label, short)
    if not table.num_rows:
        raise _nothing(asked, codes)
    full = pc.utf8_lpad(table[label], width=5, padding="0")  # Parquet may hold numbers too
    return table.set_column(table.column_names.index(label), label, full)


def _own_positions(
    frame: pd.DataFrame, table: pa.Table, named: dict[str, str], least: float
) -> tuple[pd.DataFrame, list[Note]]:
    """Grade the positions that a stock file carries itself."""
    kept = table.take(pa.array(frame.index.to_numpy() - 1))
    frame = frame.copy()
    if {"lon", "lat", "score"} <= set(named):
        score = pd.to_numeric(kept[named["score"]].to_pandas(), errors="coerce").to_numpy()
        kind = kept[named["precision"]].to_pandas() if "precision" in named else None
        street = pd.Series("street", index=range(len(frame)))
        quality = positions.graded(street if kind is None else kind, score, least)
        frame["position_quality"] = quality.to_numpy()
        return positions.usable(frame)
    if {"lambert_x", "lambert_y"} <= set(named):
        plane = (kept[named["lambert_x"]], kept[named["lambert_y"]])
        degrees = positions.from_lambert(*plane, frame["commune"])
        frame[["lon", "lat"]] = degrees.to_numpy()
    return frame, []


def _history(asked: Request, sirets: Sequence[str]) -> _Part:
    """Read the periods of the communes' establishments."""
    opened, named = _open(asked, ("siret", "period_start", "state", "activity_code"))
    if "commune" in named:
        table = _of_communes(asked, opened, named)
    elif sirets:
        table = scan.rows(opened, list(named.values()), named["siret"], sirets)
    else:
        raise InputError([
            Fault(asked.file, "the history has no commune, and no stock says which establishments "
                  "are the city's", "Add the file StockEtablissement with layout: sirene-stock")
        ])  # fmt: skip
    cleaned = rows.clean(table, named, asked.file, _today(asked))
    return _Part(asked, cleaned.frame, table.num_rows, cleaned.notes)


def sirene_api_part(asked: Request) -> _Part:
    """Read answers of the API as rows of a stock."""
    table, remarks = api.table(asked.path, asked.file, communes(asked))
    named = {name: name for name in table.column_names}
    cleaned = rows.clean(table, named, asked.file, _today(asked))
    notes = (*remarks, *cleaned.notes)
    return _Part(asked, cleaned.frame, table.num_rows, notes, cleaned.to_come)


def _positions(asked: Request, of: pd.Series) -> _Part:
    opened = scan.scan(asked.path, asked.file, asked.source.encoding, asked.source.delimiter)
    least = asked.number("min_score", MIN_SCORE, 0, 1)
    found = positions.read(opened, list(of.index), of, least)
    return _Part(asked, found.frame, found.rows_read, found.notes)


def _sirets(parts: Sequence[_Part]) -> list[str]:
    found = (siret for part in parts for siret in part.described["siret"].to_list())
    return list(dict.fromkeys(found))


def _communes_of(parts: Sequence[_Part]) -> pd.Series:
    if not parts:
        return pd.Series(dtype=object)
    known = pd.concat([part.described[["siret", "commune"]] for part in parts])
    known = known.sort_values("commune", kind="stable").drop_duplicates("siret")
    return known.set_index("siret")["commune"]


def _together(described: list[_Part], history: list[_Part], placed: list[_Part]) -> list[_Part]:
    """Complete the periods from the stock, and both from the positions."""
    described = _without_doubles(described, ["siret"])
    history = _without_doubles(history, ["siret", "period_start", "period_end"])
    if placed:
        where = pd.concat([part.frame for part in placed])
        where = where[~where.index.duplicated()]
        described = [_with_positions(part, where) for part in described]
        history = [_with_positions(part, where) for part in history]
    if history and described:
        told = pd.concat([part.described for part in described]).drop_duplicates("siret")
        told = told.set_index("siret")
        history = [replace(part, frame=_completed(part.frame, told)) for part in history]
        known = set(_sirets(history))
        described = [_without(part, known) for part in described]
    elif described:
        described = [replace(part, notes=(*part.notes, _NO_HISTORY)) for part in described]
    empty = [replace(part, frame=part.frame.iloc[:0].assign(siret="")) for part in placed]
    return [*described, *history, *empty]


def _without_doubles(parts: list[_Part], key: list[str]) -> list[_Part]:
    """Keep one of the rows that several files, or one file twice, give with the same key."""
    if not parts:
        return parts
    keys = pd.concat([part.frame[key] for part in parts], ignore_index=True)
    twice = keys.duplicated().to_numpy(dtype=bool)
    out, start = [], 0
    for part in parts:
        here = twice[start : start + len(part.frame)]
        start += len(part.frame)
        count = int(here.sum())
        text = Text(
            f"{number(count)} ligne(s) données deux fois, écartées.",
            f"{number(count, 'en')} row(s) given twice, set aside.",
        )
        note = (Note(text, rows=count, set_aside=True),) if count else ()
        out.append(replace(part, frame=part.frame[~here], notes=(*part.notes, *note)))
    return out


def _with_positions(part: _Part, where: pd.DataFrame) -> _Part:
    frame = part.frame.copy()
    found = frame["siret"].isin(where.index).to_numpy(dtype=bool)
    for name in ("lon", "lat", "position_quality"):
        new = frame["siret"].map(where[name])
        frame[name] = frame[name].mask(found, new)
    return replace(part, frame=frame)


def _completed(frame: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for name in _FROM_STOCK:
        other = frame["siret"].map(told[name]).astype(frame[name].dtype)
        frame[name] = frame[name].where(frame[name].notna(), other)
    return frame


def _without(part: _Part, known: set[str]) -> _Part:
    there = part.frame["siret"].isin(list(known)).to_numpy(dtype=bool)
    note = Note(
        Text(
            f"{number(int(there.sum()))} établissement(s) du stock sont décrits par leur "
            "historique.",
            f"{number(int(there.sum()), 'en')} establishment(s) of the stock are described by "
            "their history.",
        ),
        rows=int(there.sum()),
    )
    return replace(part, frame=part.frame[~there], notes=(*part.notes, note))


_NO_HISTORY = Note(
    Text(
        "Sans l'historique des périodes (StockEtablissementHistorique), seul le dernier état de "
        "chaque établissement est connu.",
        "Without the history of periods (StockEtablissementHistorique), only the last state of "
        "each establishment is known.",
    )
)

FAMILY = Family("establishments", (STOCK, HISTORY, POSITIONS, API), read)
