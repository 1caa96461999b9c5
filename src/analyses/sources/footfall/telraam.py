"""Telraam: the API's JSON, its statistics and downloads; readings with little uptime are missing.

Telraam scales its counts by uptime, so a low uptime makes a wild number: Telraam itself advises to
keep readings above one half. A camera sees nothing at night: hours without uptime are missing, not
0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw, check, get
from analyses.sources import clock
from analyses.sources.files import sheets
from analyses.sources.footfall import counts
from analyses.sources.footfall.readings import place
from analyses.sources.footfall.steps import OPTIONS, Readings
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text

LAYOUT = Layout(
    "telraam",
    Text(
        "Telraam : réponse JSON de l'API, CSV des statistiques, ou XLSX téléchargé",
        "Telraam: JSON answer of the API, CSV of the statistics, or downloaded XLSX",
    ),
    (*OPTIONS, "min_uptime"),
)

_FIELDS = {
    "sensor_id": ("segment_fullname", "segment_id", "Installation ID"),
    "start": ("date", "Date and Time (Local)"),
    "uptime": ("uptime", "Uptime"),
    "count": ("pedestrian", "Pedestrian Total"),
}
_RATED = r"^(?:Good|Poor) uptime - "
"""What downloads write before the uptime."""


def read(asked: Request) -> Piece:
    """Read one file.

    Raises
    ------
    InputError
        If the file is not one of Telraam's, or its readings are not hourly.
    """
    faults = asked.check_options(LAYOUT.options)
    raw, wrong = _json(asked) if asked.path.suffix.lower() == ".json" else counts.open_text(asked)
    faults += wrong
    chosen = {}
    for ours, theirs in _FIELDS.items():
        name = next((name for name in theirs if name in raw.table.column_names), None)
        if name is None:
            raise InputError(
                [
                    Fault(
                        raw.file,
                        f"the column {theirs[0]} of Telraam is missing; the file has: "
                        + ", ".join(raw.header)[:300],
                        "Use layout: mapped with columns:",
                    )
                ]
            )
        chosen[ours] = name
    ours_ = Raw(
        raw.file,
        pa.table({our: _plain(our, raw.table[name]) for our, name in chosen.items()}),
        raw.lines,
        chosen,
        raw.header,
    )
    checked = check(ours_, get("counts"), counts.reading_of(asked))
    frame = checked.frame
    count = frame["count"].to_numpy(dtype=np.float64).copy()
    least = asked.number("min_uptime", counts.LEAST_UPTIME, 0, 1)
    low = ~(frame["uptime"].to_numpy(dtype=np.float64) >= least)
    count[low] = np.nan
    notes: list[Note] = []
    if low.any():
        notes.append(counts.low_uptime_note(raw.file, int(low.sum()), least, raw.lines[low]))
    stamps = clock.parse(ours_.table["start"], asked.option("date_order"))
    readings = Readings(
        raw.file,
        raw.lines,
        frame["sensor_id"],
        stamps,
        count,
        start_label=chosen["start"],
        duration=np.full(len(frame), 60.0) if _on_the_hour(stamps) else None,
    )
    done = place(asked, readings)
    return counts.finish(asked, done, len(raw.lines), notes, [*faults, *checked.faults])


def _plain(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    if name != "uptime":
        return values
    share = pc.replace_substring_regex(values, _RATED, "")
    return pc.replace_substring_regex(share, r"^1[.,]\d+$", "1")  # overlaps of a few seconds


def _on_the_hour(stamps: clock.Stamps) -> bool:
    """Whether all the readings are of hours: quarters of an hour tell their step themselves."""
    known = stamps.clock[~np.isnat(stamps.clock)]
    return bool((known == known.astype("datetime64[h]")).all())


def _json(asked: Request) -> tuple[Raw, list[Fault]]:
    content = sheets.read_json(asked.path, asked.file)
    rows: Any = content
    if isinstance(content, dict):
        rows = content.get("report", content.get("data"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(
            [
                Fault(
                    asked.file,
                    "this is not an answer of Telraam's API (no list 'report')",
                    "Save the whole answer of /reports/traffic",
                )
            ]
        )
    other = sorted({str(row.get("interval", "hourly")) for row in rows} - {"hourly"})
    if other:
        raise InputError(
            [
                Fault(
                    asked.file,
                    "the readings are not hourly",
                    "Ask the API for level segments, format per-hour",
                    column="interval",
                    value=other[0],
                )
            ]
        )
    names = ("segment_id", "date", "uptime", "pedestrian")
    frame = pd.DataFrame(
        [{name: row.get(name) for name in names} for row in rows], columns=list(names)
    )
    text = {
        name: pa.chunked_array(
            [pa.array([None if pd.isna(v) else str(v) for v in frame[name]], pa.string())]
        )
        for name in names
    }
    lines = np.arange(1, len(rows) + 1, dtype=np.int64)
    return Raw(asked.file, pa.table(text), lines, {}, names), []
