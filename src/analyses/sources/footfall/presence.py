"""Presences by area and period from mobile phones or applications (Flux Vision, MyTraffic …).

They are estimates of people present in an area, not passages under a sensor: the tables are read in
the same form, one "sensor" an area, and a note says what they are.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from analyses.errors import Fault
from analyses.schemas import Note, Raw, check, get
from analyses.sources import clock, mapping
from analyses.sources.footfall import counts
from analyses.sources.footfall.readings import place
from analyses.sources.footfall.steps import OPTIONS, Readings
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text, listing, number

_OWN = (*OPTIONS, "where")

FLUX_VISION = Layout(
    "fluxvision",
    Text(
        "Orange Flux Vision Tourisme : Date, ZoneObservation, Provenance, CategorieVisiteur, "
        "Volume",
        "Orange Flux Vision Tourisme: Date, ZoneObservation, Provenance, CategorieVisiteur, Volume",
    ),
    _OWN,
)
PRESENCE = Layout(
    "presence",
    Text(
        "Présences par zone et par période (MyTraffic…), colonnes déclarées dans city.yml",
        "Presences by area and period (MyTraffic …), columns declared in city.yml",
    ),
    (*_OWN, *mapping.OPTIONS),
)


def read(asked: Request) -> Piece:
    """Read one table and add its rows by area and period.

    The option ``where`` keeps some rows (``"CategorieVisiteur=TOURISTE|EXCURSIONNISTE"``); rows of
    the same area and period are then added, whatever their other columns.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    flux = asked.source.layout == "fluxvision"
    faults = asked.check_options((FLUX_VISION if flux else PRESENCE).options)
    whole, wrong = counts.open_text(asked)
    faults += wrong
    kept, notes, wrong = _where(whole, asked)
    faults += wrong
    if flux:
        raw, wrong = _flux(kept)
    else:
        raw, wrong = mapping.apply(kept, asked, get("counts"))
    faults += wrong
    checked = check(raw, get("counts"), counts.reading_of(asked))
    faults += checked.faults
    if faults or "start" not in raw.table.column_names:
        return Piece(asked, counts.empty(asked), len(whole.lines), tuple(notes), tuple(faults))
    frame = checked.frame.assign(text=raw.table["start"].to_pandas().to_numpy())
    total = frame.groupby(["sensor_id", "text"], sort=False, dropna=False)["count"].sum(min_count=1)
    lines = (
        frame.reset_index().groupby(["sensor_id", "text"], sort=False, dropna=False)["line"].first()
    )
    table = total.reset_index().assign(line=lines.to_numpy())
    stamps = clock.parse(
        pa.chunked_array([pa.array(table["text"], pa.string())]), asked.option("date_order")
    )
    readings = Readings(
        raw.file,
        table["line"].to_numpy(dtype=np.int64),
        table["sensor_id"].astype("string"),
        stamps,
        table["count"].to_numpy(dtype=np.float64),
        start_label=raw.label("start"),
    )
    done = place(asked, readings)
    notes.append(_nature(raw.file))
    return counts.finish(asked, done, len(whole.lines), notes, faults)


def _flux(raw: Raw) -> tuple[Raw, list[Fault]]:
    names = raw.table.column_names
    area = next((name for name in ("ZoneObservation", "Zone") if name in names), None)
    missing = [name for name in ("Date", "Volume") if name not in names]
    if area is None:
        missing.append("ZoneObservation")
    if missing:
        return raw, [
            Fault(
                raw.file,
                "the column is missing; the file has: " + ", ".join(raw.header)[:300],
                "Is this a Flux Vision table? Otherwise use layout: presence",
                column=name,
            )
            for name in missing
        ]
    assert area is not None
    labels = {"sensor_id": area, "start": "Date", "count": "Volume"}
    table = pa.table({ours: raw.table[theirs] for ours, theirs in labels.items()})
    return Raw(raw.file, table, raw.lines, labels, raw.header), []


def _where(raw: Raw, asked: Request) -> tuple[Raw, list[Note], list[Fault]]:
    keep = np.ones(len(raw.lines), dtype=bool)
    faults = []
    for rule in asked.options("where"):
        name, equals, values = rule.partition("=")
        if not equals or name.strip() not in raw.table.column_names:
            faults.append(
                Fault(
                    "city.yml",
                    "this is not COLUMN=VALUE|VALUE on a column of the file",
                    f"The file has: {', '.join(raw.header)[:200]}",
                    column=f"sources.{asked.table}.options.where",
                    value=rule,
                )
            )
            continue
        wanted = [value.strip() for value in values.split("|")]
        column = raw.table[name.strip()].to_pandas()
        keep &= column.str.strip().isin(wanted).to_numpy()
    notes = []
    if asked.options("where"):
        rules = listing(asked.options("where"))
        gone = int((~keep).sum())
        notes.append(
            Note(
                Text(
                    f"Lignes de {raw.file} gardées : {rules} ; {number(gone)} autre(s) écartée(s).",
                    f"Rows of {raw.file} kept: {rules}; {number(gone, 'en')} other(s) set aside.",
                ),
                rows=gone,
                set_aside=True,
            )
        )
    table = raw.table.filter(pa.array(keep))
    return Raw(raw.file, table, raw.lines[keep], raw.labels, raw.header), notes, faults


def _nature(file: str) -> Note:
    return Note(
        Text(
            f"{file} donne des présences estimées par zone (téléphones), non des passages comptés "
            f": elles "
            "ne se comparent pas aux capteurs.",
            f"{file} gives estimated presences by area (phones), not counted passages: they do not "
            f"compare "
            "with sensors.",
        )
    )
