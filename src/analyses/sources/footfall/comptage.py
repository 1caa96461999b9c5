"""National schema "comptage des mobilités": sites, channels (mode and direction), measures.

A channel counts one direction of a site, so the channels of a site are added; a step at which one
of them is missing is missing, never half a count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from analyses.errors import Fault, InputError
from analyses.schemas import Note, Raw
from analyses.sources import clock
from analyses.sources.footfall import counts
from analyses.sources.footfall.readings import place
from analyses.sources.footfall.steps import OPTIONS, Readings
from analyses.sources.request import Layout, Piece, Request
from analyses.wording import Text, listing, number

LAYOUT = Layout(
    "comptage",
    Text(
        "Schéma national « comptage des mobilités » : fichiers channel et measure",
        "National schema 'comptage des mobilités': channel and measure files",
    ),
    (*OPTIONS, "mixed"),
)

PEDESTRIAN = "PEDESTRIAN"


@dataclass(frozen=True, slots=True)
class Channels:
    """Channels of pedestrians: their site and their declared step, by channel."""

    site: dict[str, str]
    step: dict[str, float]
    known: frozenset[str]


def read(requests: Sequence[Request]) -> list[Piece]:
    """Read the channel and measure files of a city together.

    Raises
    ------
    InputError
        If a file is not one of the schema, or no channel file is given.
    """
    opened = []
    for asked in requests:
        raw, faults = counts.open_text(asked)
        opened.append((asked, raw, [*asked.check_options(LAYOUT.options), *faults]))
    kinds = [_kind(raw) for _, raw, _ in opened]
    channels, notes = _channels(
        [
            (asked, raw)
            for (asked, raw, _), kind in zip(opened, kinds, strict=True)
            if kind == "channel"
        ]
    )
    if channels is None:
        first = opened[0][1]
        raise InputError(
            [
                Fault(
                    first.file,
                    "the channel file of the schema is missing: without it nobody knows "
                    "which measures count pedestrians",
                    "Add it to the paths of counts (channel*.csv)",
                )
            ]
        )
    pieces = []
    for (asked, raw, faults), kind in zip(opened, kinds, strict=True):
        if kind == "measure":
            pieces.append(_measures(asked, raw, channels, faults))
        else:
            own = tuple(notes) if kind == "channel" else ()
            notes = [] if kind == "channel" else notes
            pieces.append(Piece(asked, counts.empty(asked), len(raw.lines), own, tuple(faults)))
    return pieces


def _kind(raw: Raw) -> str:
    names = set(raw.table.column_names)
    if {"channel_id", "start_datetime", "count"} <= names:
        return "measure"
    if {"channel_id", "site_id", "mobility_type"} <= names:
        return "channel"
    if {"site_id", "site_name"} <= names:
        return "site"
    raise InputError(
        [
            Fault(
                raw.file,
                "this is none of the files of the schema (site, channel, measure); it has: "
                + ", ".join(raw.header)[:300],
                "Check the headers against the schema 0.2",
            )
        ]
    )


def _channels(files: list[tuple[Request, Raw]]) -> tuple[Channels | None, list[Note]]:
    if not files:
        return None, []
    site: dict[str, str] = {}
    step: dict[str, float] = {}
    known: set[str] = set()
    mixed, faults = [], []
    for asked, raw in files:
        table = raw.table.to_pandas()
        twice = table["channel_id"].duplicated(keep="first")
        faults += [
            Fault(
                raw.file,
                "the channel is given twice",
                "Keep one row a channel",
                row=int(line),
                column="channel_id",
                value=str(name),
            )
            for line, name in zip(raw.lines[twice], table["channel_id"][twice], strict=True)
        ]
        for row in table.to_dict("records"):
            modes = {mode.strip() for mode in str(row["mobility_type"] or "").split(",")} - {""}
            name = str(row["channel_id"])
            known.add(name)
            if PEDESTRIAN not in modes:
                continue
            if len(modes) > 1 and asked.option("mixed", "drop") != "keep":
                mixed.append(name)
                continue
            site[name] = str(row["site_id"])
            seconds = str(row.get("time_step") or "")
            step[name] = float(seconds) / 60 if seconds.isdigit() else np.nan
    if faults:
        raise InputError(faults)
    return Channels(site, step, frozenset(known)), _channel_notes(site, known, mixed)


def _channel_notes(site: dict[str, str], known: set[str], mixed: list[str]) -> list[Note]:
    other = len(known) - len(site) - len(mixed)
    notes = [
        Note(
            Text(
                f"{number(len(site))} canal(aux) de piétons lu(s) ; {number(other)} canal(aux) "
                f"d'un autre "
                "mode laissé(s) de côté.",
                f"{number(len(site), 'en')} pedestrian channel(s) read; {number(other, 'en')} "
                f"channel(s) of "
                "another mode left out.",
            )
        )
    ]
    if mixed:
        notes.append(
            Note(
                Text(
                    f"Canal(aux) mêlant les piétons à un autre mode, laissé(s) de côté : "
                    f"{listing(mixed[:10])} "
                    "(l'option mixed: keep les garde).",
                    f"Channel(s) that mix pedestrians with another mode, left out: "
                    f"{listing(mixed[:10], 'en')} "
                    "(the option mixed: keep keeps them).",
                )
            )
        )
    return notes


def _measures(asked: Request, raw: Raw, channels: Channels, faults: list[Fault]) -> Piece:
    channel = raw.table["channel_id"].to_pandas().astype("string")
    unknown = (~channel.isin(list(channels.known)) & channel.notna()).to_numpy()
    faults += [
        Fault(
            raw.file,
            "the channel is not in the channel file",
            "Add it there",
            row=int(line),
            column="channel_id",
            value=str(name),
        )
        for line, name in list(zip(raw.lines[unknown], channel[unknown], strict=True))[:5]
    ]
    keep = channel.isin(list(channels.site)).to_numpy()
    kept = Raw(raw.file, raw.table.filter(pa.array(keep)), raw.lines[keep], {}, raw.header)
    names = channel[keep].reset_index(drop=True)
    values, wrong = counts.passages(kept, "count", asked)
    end, order = None, asked.option("date_order")
    if "end_datetime" in kept.table.column_names:
        end = clock.parse(kept.table["end_datetime"], order)
    readings = Readings(
        raw.file,
        kept.lines,
        names,
        clock.parse(kept.table["start_datetime"], order),
        values,
        end=end,
        duration=None,
        start_label="start_datetime",
        end_label="end_datetime",
    )
    if end is None or np.isnat(end.clock).any():
        steps = names.map(channels.step).to_numpy(dtype=np.float64)
        ended = np.zeros(len(names), dtype=bool) if end is None else ~np.isnat(end.clock)
        readings = replace(readings, duration=np.where(ended, np.nan, steps))
    done = place(asked, readings)
    done.frame, note = add_channels(done.frame, channels.site, raw.file)
    if note is not None:
        done.notes.append(note)
    return counts.finish(asked, done, len(raw.lines), [], [*faults, *wrong])


def add_channels(
    frame: pd.DataFrame, site: dict[str, str], file: str
) -> tuple[pd.DataFrame, Note | None]:
    """Add the channels of each site, step by step.

    Parameters
    ----------
    frame : DataFrame
        Counts whose ``sensor_id`` is the channel, indexed by line.
    site : dict
        Channel: its site.
    file : str
        File, for the note.

    Returns
    -------
    DataFrame, Note or None
        Counts by site; missing where a channel that was counting (between its first and last
        step in the file) has no count.
    """
    if frame.empty:
        return frame, None
    frame = frame.assign(
        channel=frame["sensor_id"], sensor_id=frame["sensor_id"].map(site), line=frame.index
    )
    active = frame.groupby(["sensor_id", "channel"])["start"].agg(["min", "max"])
    grouped = frame.groupby(["sensor_id", "start"], sort=False)
    total = grouped.agg(
        duration_minutes=("duration_minutes", "first"),
        count=("count", "sum"),
        seen=("count", "count"),
        dwell_minutes=("dwell_minutes", "first"),
        line=("line", "first"),
    ).reset_index()
    expected = np.zeros(len(total), dtype=np.int64)
    for name, first, last in zip(
        active.index.get_level_values(0), active["min"], active["max"], strict=True
    ):
        inside = (total["sensor_id"] == name) & (total["start"] >= first) & (total["start"] <= last)
        expected += inside.to_numpy(dtype=np.int64)
    short = total["seen"].to_numpy() < expected
    total["count"] = total["count"].where(~short)
    partial = short & (total["seen"].to_numpy() > 0)
    note = None
    if partial.any():
        many = int(partial.sum())
        note = Note(
            Text(
                f"{number(many)} pas de temps de {file} où un sens de comptage manque : traités "
                f"comme "
                "manquants.",
                f"{number(many, 'en')} time step(s) of {file} at which a direction is missing: "
                f"treated as "
                "missing.",
            ),
            rows=many,
        )
    columns = ["sensor_id", "start", "duration_minutes", "count", "dwell_minutes"]
    out = total.set_index("line")[columns].astype({"sensor_id": "string"})
    return out, note
