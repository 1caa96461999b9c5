"""Data of the benchmark: made-up stays in a file, and Seattle's twelve block faces."""

from __future__ import annotations

import os
from datetime import date, time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from analyses.parking.cells import meter_cells
from analyses.parking.grid import Grid, Regulation, Window, make_grid

ZONES = tuple(f"z{i:03d}" for i in range(200))
YEAR = make_grid(date(2023, 1, 1), date(2023, 12, 31), "UTC")
"""8,760 hours; UTC so that rivals, which know no change of clock, do the same work."""

SEATTLE = "America/Los_Angeles"
_CHUNK = 1_000_000

CITY = """\
id: bigcity
name: Bigcity
insee_code: "84007"
department: Vaucluse
region: Provence-Alpes-Côte d'Azur
school_zone: B
time_zone: Etc/UTC
longitude: 4.8
latitude: 43.9
sources:
  parking_stays:
    - layout: coeurville
      path: stays.csv
      producer: simulation
      licence: CC0-1.0
"""


def shared() -> Path | None:
    """Return the folder of the real data, None where it is absent."""
    named = os.environ.get("COEURVILLE_SHARED_DATA")
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(named) if named else default
    return folder / "parking" if (folder / "README.md").is_file() else None


def chunk(seed: int, number: int, grid: Grid = YEAR) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return arrivals, departures (whole minutes, in seconds) and zones of some stays."""
    rng = np.random.default_rng(seed)
    begin = np.sort(rng.integers(0, (grid.end - grid.origin - 21_600) // 60, number))
    mean = np.where(rng.random(number) < 0.02, 1440.0, 80.0)
    length = 1 + np.minimum(rng.exponential(mean), 14_400).astype(np.int64)
    arrivals = grid.origin + begin * 60
    return arrivals, arrivals + length * 60, rng.integers(0, len(ZONES), number)


def write_stays(folder: Path, number: int) -> Path:
    """Write a city with ``number`` stays in one CSV file, in order of arrival by chunk."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.yml").write_text(CITY, encoding="utf-8")
    path = folder / "stays.csv"
    moment = pa.timestamp("s")
    schema = pa.schema(
        [("space_id", pa.string()), ("zone_id", pa.string()), ("arrival", moment),
         ("departure", moment)]
    )  # fmt: skip
    names = np.array(ZONES)
    with pacsv.CSVWriter(path, schema, write_options=pacsv.WriteOptions(quoting_style="none")) as w:
        for start in range(0, number, _CHUNK):
            size = min(_CHUNK, number - start)
            arrivals, departures, zones = chunk(start, size)
            columns = [
                pa.array(np.char.add(names[zones], "-1").astype(str)),
                pa.array(names[zones]),
                pa.array(arrivals.astype("datetime64[s]")),
                pa.array(departures.astype("datetime64[s]")),
            ]
            w.write_table(pa.Table.from_arrays(columns, schema=schema))
    return path


def seattle_cells(folder: Path, *, supply_details: bool = True) -> pd.DataFrame:
    """Return the cells of twelve block faces, seven days of March 2022, counted by video.

    Parameters
    ----------
    folder : Path
        Folder of the shared parking data.
    supply_details : bool
        Whether the permit spaces and the tariff of each block are given to the model.
    """
    blocks = pd.read_csv(folder / "seattle12_blockface.csv", encoding="utf-8-sig")
    blocks["meter_id"] = blocks["ELMNTKEY"].astype(str)
    seen = pd.read_csv(folder / "seattle12_minute_counts_tidy.csv.gz", parse_dates=["time"])
    spaces = blocks["UNITDESC"].map(seen.groupby("blockface")["capacity"].first()).astype(float)
    never = pd.Series(pd.NaT, index=blocks.index).dt.tz_localize(SEATTLE)
    supply = pd.DataFrame(
        {"meter_id": blocks["meter_id"], "spaces": spaces, "valid_from": never, "valid_to": never}
    )
    if supply_details:
        supply["permit_spaces"] = np.minimum(blocks["RPZ_SPACES"], spaces)
        supply["tariff"] = blocks["WKD_RATE2"]
    closes = blocks.set_index("meter_id")["END_TIME_WKD"].str[:2].astype(int) + 12
    week = frozenset(range(6))
    rules = {m: Regulation((Window(week, time(8), time(h)),)) for m, h in closes.items()}
    names = blocks.set_index("UNITDESC")["meter_id"]
    counts = pd.DataFrame(
        {
            "meter_id": seen["blockface"].map(names),
            "time": seen["time"].dt.tz_localize(SEATTLE),
            "occupied": seen["true"],
        }
    )
    return meter_cells(
        _payments(folder, blocks),
        supply,
        make_grid(date(2022, 3, 21), date(2022, 3, 28), SEATTLE),
        paid_hours=rules,
        studied=Regulation((Window(frozenset(range(7)), time(8), time(20)),)),
        counts=counts,
    )


def _payments(folder: Path, blocks: pd.DataFrame) -> pd.DataFrame:
    sold = pd.read_csv(folder / "seattle12_transactions_2022-03.csv")
    sold = sold[sold["source_element_key"].isin(blocks["ELMNTKEY"])]
    start = pd.to_datetime(sold["parking_transaction_date_time"], format="%m/%d/%Y %H:%M")
    start = start.dt.tz_localize(SEATTLE)
    length = pd.to_timedelta(sold["paidduration_in_minutes"], unit="min")
    meter = sold["source_element_key"].astype(str)
    return pd.DataFrame({"meter_id": meter, "start": start, "end": start + length})
