"""Parking readers: layouts, clocks, faults, plates and batches, on small files written here."""

from __future__ import annotations

import gzip
from datetime import date, time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analyses import sources
from analyses.errors import InputError
from analyses.parking.grid import Window
from analyses.sources.files import streams
from analyses.sources.parking import hours, moments, observations, payments
from trial import city, put


def declare(table: str, path: str, layout: str = "coeurville", **more: object) -> dict:
    return {table: [{"layout": layout, "path": path, **more}]}


def load(tmp_path, table: str, text: str | bytes, layout: str = "coeurville", name="f.csv", **more):
    put(tmp_path, name, text)
    return sources.load(city(tmp_path, sources=declare(table, name, layout, **more)))


def local(frame: pd.DataFrame, column: str) -> list[str]:
    return [moment.isoformat() for moment in frame[column]]


def test_template_payments_complete_the_end(tmp_path) -> None:
    tables = load(
        tmp_path, "parking_payments",
        "Horodateur;Début du droit;Fin du droit;Durée achetée;Montant\n"
        "H1;2024-06-15 09:00;;90;1,80\nH2;15/06/2024 10h00;2024-06-15 11:00;;2\n",
    )  # fmt: skip
    frame = tables["parking_payments"]
    assert local(frame, "end") == ["2024-06-15T10:30:00+02:00", "2024-06-15T11:00:00+02:00"]
    assert frame["amount"].tolist() == [1.8, 2.0]


def test_flowbird_in_french(tmp_path) -> None:
    text = (
        "horodateur;date horodateur;usager;moyen de paiement;montant carte;durée payée (h);"
        "début stationnement;fin stationnement\n"
        "57870402;13/05/2024 08:48:00;Rotatif;CB;1,20;0,5;13/05/2024 08:50:00;13/05/2024 09:20:00\n"
        "57870402;13/05/2024 09:00:00;Résident;CB;1,50;10;13/05/2024 09:00:00;13/05/2024 19:00:00\n"
    )
    frame = load(tmp_path, "parking_payments", text.encode("cp1252"), "flowbird")[
        "parking_payments"
    ]
    assert frame["kind"].tolist() == ["ticket", "resident"]
    assert frame["purchased_minutes"].tolist() == [30, 600]
    assert local(frame, "start")[0] == "2024-05-13T08:50:00+02:00"


def test_passport_and_civicsmart(tmp_path) -> None:
    text = (
        "Transaction #,Zone #,Entry Time,Exit Time,Parking Revenue,Method\n"
        "17,4003,2021/06/01 09:05:00 AM,2021/06/01 01:05:00 PM,$4.00,Mobile\n"
    )
    frame = load(tmp_path, "parking_payments", text, "passport")["parking_payments"]
    assert (frame["end"] - frame["start"]).tolist() == [pd.Timedelta(hours=4)]
    assert frame["amount"].tolist() == [4.0]
    text = (
        "TransactionsID,MeterID,TransDateTime,TimePaid,AmountInCents,TransType\n"
        "9,ST-12,6/1/2021 2:05:00 PM,0:30:00,50,Coin\n"
    )
    frame = load(tmp_path, "parking_payments", text, "civicsmart")["parking_payments"]
    assert frame["amount"].tolist() == [0.5]
    assert local(frame, "end") == ["2021-06-01T14:35:00+02:00"]


def test_a_file_of_another_layout_says_what_it_lacks(tmp_path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, "parking_payments", "a,b\n1,2\n", "passport")
    assert {fault.column for fault in caught.value.faults} >= {"Transaction #", "Zone #"} - {
        "Transaction #"
    }
    assert "it has: a, b" in str(caught.value)


def test_what_buys_nothing_is_set_aside_and_counted(tmp_path) -> None:
    text = "meter_id,start,end,status,kind\n" + "".join(
        f"H1,2024-06-15 09:00,2024-06-15 10:00,{status},{kind}\n"
        for status, kind in [("approved", "ticket"), ("annulée", "ticket"), ("declined", ""),
                             ("", "fps"), ("", "entretien"), ("void", "")]
    )  # fmt: skip
    tables = load(tmp_path, "parking_payments", text)
    assert len(tables["parking_payments"]) == 1
    notes = tables.quality[tables.quality["set_aside"]]
    assert sorted(notes["rows"]) == [1, 1, 1, 2]


def test_all_the_faults_of_a_file_come_at_once(tmp_path) -> None:
    text = (
        "meter_id,start,end,amount\n,2024-06-15 09:00,2024-06-15 10:00,1\n"
        "H1,2024-13-45 09:00,2024-06-15 10:00,1\nH2,2024-06-15 09:00,demain,un euro\n"
        "H3,,2024-06-15 10:00,1\nH4,2024-06-15 09:00\n"
    )
    with pytest.raises(InputError) as caught:
        load(tmp_path, "parking_payments", text)
    found = {(fault.row, fault.column) for fault in caught.value.faults}
    assert found == {
        (2, "meter_id"), (3, "start"), (4, "end"), (4, "amount"), (5, "start"), (6, None),
    }  # fmt: skip


def test_autumn_hours_are_told_apart_by_the_order_of_a_series(tmp_path) -> None:
    """On 27 October 2024 Paris clocks went from 03:00 CEST back to 02:00 CET."""
    rows = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    text = "garage_id,time,free,capacity\n" + "".join(
        f"P,2024-10-27 {clock},{10 + i},50\n" for i, clock in enumerate(rows)
    )
    tables = load(tmp_path, "parking_availability", text)
    steps = tables["parking_availability"]["time"].diff().dropna().unique()
    assert list(steps) == [pd.Timedelta(minutes=30)]
    assert "heure doublée" in " ".join(text.fr for text in tables.reserves)


def test_spring_and_autumn_stays_are_right_to_the_minute(tmp_path) -> None:
    """31 March 2024: 02:00 CET becomes 03:00 CEST; 27 October: 03:00 CEST becomes 02:00 CET."""
    text = (
        "space_id,arrival,departure\nA,2024-03-31 01:30,2024-03-31 03:30\n"
        "B,2024-10-27 01:30,2024-10-27 03:30\nC,2024-10-27 02:40,2024-10-27 02:10\n"
    )
    frame = load(tmp_path, "parking_stays", text)["parking_stays"]
    minutes = (frame["departure"] - frame["arrival"]).dt.total_seconds() / 60
    assert minutes.tolist() == [60, 180, 30]


def test_declared_time_zones_hold(tmp_path) -> None:
    text = "space_id,arrival,departure\nA,2024-06-15 10:00,2024-06-15 11:00\n"
    frame = load(tmp_path, "parking_stays", text, options={"time_zone": "UTC"})["parking_stays"]
    assert local(frame, "arrival") == ["2024-06-15T12:00:00+02:00"]
    with pytest.raises(InputError, match="no such time zone"):
        load(tmp_path, "parking_stays", text, options={"time_zone": "Paris"})


def test_offsets_win_over_the_declared_zone() -> None:
    text = pa.chunked_array([pa.array(["2024-10-27 02:30:00+02:00", "2024-10-27 02:30:00+01:00"])])
    placed = moments.settle(moments.read(text), "America/New_York")
    assert np.diff(placed.seconds).tolist() == [3600]
    assert not placed.twice.any()


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
def test_settling_agrees_with_pandas(zone: str) -> None:
    """Another implementation: pandas' tz_localize, hour by hour over three years."""
    wall = pd.date_range("2022-01-01", "2024-12-31", freq="15min")
    written = moments.read(pa.chunked_array([pa.array(wall)]))
    placed = moments.settle(written, zone)
    first = np.ones(len(wall), dtype=bool)
    theirs = wall.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    twice = wall.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward").isna()
    known = ~theirs.isna()
    assert (placed.skipped == ~known).all()
    assert (placed.twice == twice).all()
    ours = moments.series(placed.seconds, zone)[known]
    assert (ours.to_numpy() == theirs[known].to_numpy()).all()


def test_wide_counters_with_blanks(tmp_path) -> None:
    text = "horodatage;P1;P2\n1674134965;100;-3\n1674135265;;20\n1674135565;98;700\n"
    tables = load(
        tmp_path, "parking_availability", text, "wide",
        options={"time_column": "horodatage", "time_format": "epoch",
                 "capacities": ["P1=120", "P2=600"]},
    )  # fmt: skip
    frame = tables["parking_availability"]
    assert len(frame) == 6
    assert frame.loc[frame["garage_id"] == "P1", "free"].isna().tolist() == [False, True, False]
    assert local(frame, "time")[0] == "2023-01-19T14:29:25+01:00"
    said = " ".join(text.fr for text in tables.reserves)
    assert "négatives" in said
    assert "plus de places libres que la capacité" in said
    assert "inchangées" in said


WIDE = "date;heure;P1\n13/01/2023;9;100\n13/01/2023;24;90\n"


def test_wide_counters_with_a_day_and_an_hour(tmp_path) -> None:
    """The hour is no garage, and no reading is at midnight for want of it."""
    with pytest.raises(InputError, match="several columns are named as times") as caught:
        load(tmp_path, "parking_availability", WIDE, "wide")
    assert "time_column: date + heure" in caught.value.faults[0].remedy
    for joined, expected in (("date + heure", ["09:00", "00:00"]), ("date", ["00:00", "00:00"])):
        tables = load(
            tmp_path, "parking_availability", WIDE, "wide", options={"time_column": joined}
        )
        frame = tables["parking_availability"]
        assert frame["garage_id"].tolist() == ["P1", "P1"]
        assert frame["time"].dt.strftime("%H:%M").tolist() == expected
        said = " ".join(text.fr for text in tables.reserves)
        assert ("« heure »" in said) == (joined == "date")


def test_wide_counters_need_a_time_in_every_row(tmp_path) -> None:
    text, options = WIDE.replace(";24;", ";;"), {"time_column": "date + heure"}
    with pytest.raises(InputError) as caught:
        load(tmp_path, "parking_availability", text, "wide", options=options)
    assert [(fault.row, fault.problem) for fault in caught.value.faults] == [
        (3, "the value is missing")
    ]


def test_supply_keeps_its_last_day_and_its_hours(tmp_path) -> None:
    text = (
        "meter_id,spaces,valid_from,valid_to,regulated_hours\n"
        'H1,18,2024-01-01,2024-12-31,"Mo-Sa 09:00-12:00,14:00-18:00; PH off"\n'
        "H1,-6,2024-06-15 06:00,2024-06-15 14:00,\n"
    )
    frame = load(tmp_path, "parking_supply", text)["parking_supply"]
    assert local(frame, "valid_to") == ["2025-01-01T00:00:00+01:00", "2024-06-15T14:00:00+02:00"]
    rules = hours.regulations(frame, "meter_id", [date(2024, 7, 14)])
    assert rules["H1"].windows[0] == Window(frozenset(range(6)), time(9), time(12))
    assert rules["H1"].days_off == {date(2024, 7, 14)}


@pytest.mark.parametrize(
    "text", ["lundi 9h-12h", "Mo 12:00-09:00", "Mo-Fr", "Mo 25:00-26:00", "PH 10:00-12:00"]
)
def test_hours_that_are_not_understood_are_faults(tmp_path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, "parking_supply", f'meter_id,spaces,regulated_hours\nH1,3,"{text}"\n')
    assert caught.value.faults[0].row == 2
    assert caught.value.faults[0].column == "regulated_hours"


def test_boxes_that_watch_several_spaces(tmp_path) -> None:
    text = "space_id,time,occupied,spaces\nB1,2024-06-15 10:00,4,5\nP1,2024-06-15 10:00,1,\n"
    tables = load(tmp_path, "parking_states", text)
    assert tables["parking_states"]["spaces"].tolist() == [5, 1]
    assert "boîtiers" in tables.reserves[0].fr


PLATES = ["AB-123-CD", "zz 987 yx", "AB 123 CD", "1234 AB 02"]


@pytest.mark.parametrize("layout", ["coeurville", "mapped", "passport"])
def test_plates_become_order_numbers(tmp_path, layout: str) -> None:
    names = {"coeurville": "meter_id,start,end,immatriculation", "mapped": "m,s,e,p",
             "passport": "Zone #,Entry Time,Exit Time,LPN"}[layout]  # fmt: skip
    rows = "".join(f"H1,2024-06-15 0{i}:00,2024-06-15 0{i}:30,{p}\n" for i, p in enumerate(PLATES))
    columns = {"meter_id": "m", "start": "s", "end": "e", "plate": "p"}
    more = {"columns": columns} if layout == "mapped" else {}
    tables = load(tmp_path, "parking_payments", f"{names}\n{rows}", layout, **more)
    frame = tables["parking_payments"]
    assert frame["vehicle"].tolist() == [1, 2, 1, 3]
    everything = frame.to_csv() + tables.quality.to_csv() + tables.provenance.to_csv()
    everything += repr(tables.reserves)
    for plate in PLATES:
        assert plate not in everything
        assert plate.replace("-", "").replace(" ", "").upper() not in everything.upper()


def test_a_plate_in_two_columns_is_one_vehicle_and_none_is_no_vehicle(tmp_path) -> None:
    plates = [("AB-123", "CD"), ("AB-123", "CE"), ("ab 123", "cd"), ("N/A", ""), ("N/A", "N/A")]
    text = "m,s,e,p,q\n" + "".join(
        f"H1,2024-06-15 0{i}:00,2024-06-15 0{i}:30,{p},{q}\n" for i, (p, q) in enumerate(plates)
    )
    columns = {"meter_id": "m", "start": "s", "end": "e", "plate": "p + q"}
    frame = load(tmp_path, "parking_payments", text, "mapped", columns=columns)["parking_payments"]
    assert frame["vehicle"].fillna(0).tolist() == [1, 2, 1, 0, 0]
    single = {**columns, "plate": "p"}
    frame = load(tmp_path, "parking_payments", text, "mapped", columns=single)["parking_payments"]
    assert frame["vehicle"].fillna(0).tolist() == [1, 1, 1, 0, 0]


def test_a_plate_never_shows_in_a_message(tmp_path) -> None:
    text = f"meter_id,start,end,plate\n,hier,demain,{PLATES[0]}\n"
    with pytest.raises(InputError) as caught:
        load(tmp_path, "parking_payments", text)
    assert PLATES[0] not in str(caught.value)


def _many(rows: int) -> pa.Table:
    rng = np.random.default_rng(3)
    start = 1_704_100_000 + np.sort(rng.integers(0, 6_000_000, rows))
    end = start + rng.integers(600, 9000, rows)
    text = [pa.array(moment.astype("datetime64[s]")).cast(pa.string()) for moment in (start, end)]
    meters = pa.array([f"H{i}" for i in rng.integers(0, 40, rows)])
    return pa.table({"meter_id": meters, "start": text[0], "end": text[1]})


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_batches_hold_what_the_whole_file_holds(tmp_path, monkeypatch, kind: str) -> None:
    monkeypatch.setattr(streams, "BLOCK", 1 << 18)
    monkeypatch.setattr(streams, "ROWS", 5_000)
    table = _many(20_000)
    home = tmp_path / "essai"
    home.mkdir()
    if kind == "parquet":
        pq.write_table(table, home / "f.parquet")
    else:
        text = table.to_pandas().to_csv(index=False).encode()
        put(tmp_path, f"f.{kind}", gzip.compress(text) if kind.endswith("gz") else text)
    essai = city(tmp_path, sources=declare("parking_payments", f"f.{kind}"))
    parts = list(payments.stream(essai))
    assert len(parts) > 2
    whole = sources.load(essai)["parking_payments"]
    together = pd.concat(parts).reset_index(drop=True)
    pd.testing.assert_frame_equal(together, whole)
    assert whole["start"].dt.tz_localize(None).astype("datetime64[s]").astype(str).tolist() == (
        pd.to_datetime(table["start"].to_pandas()).astype("datetime64[s]").astype(str).tolist()
    )


def test_a_fault_of_a_late_batch_names_its_line(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(streams, "BLOCK", 1 << 16)
    lines = [f"S{i},2024-06-15 09:00,2024-06-15 10:00" for i in range(9_000)]
    lines[7_000] = "S,9 heures,2024-06-15 10:00"
    lines[3] = "S3,2024-06-15 09:00,2024-06-15 10:00,trop"
    lines.insert(5_000, "")
    put(tmp_path, "f.csv", "\n".join(["space_id,arrival,departure", *lines]) + "\n")
    with pytest.raises(InputError) as caught:
        sources.load(city(tmp_path, sources=declare("parking_stays", "f.csv")))
    assert [(fault.row, fault.value) for fault in caught.value.faults] == [
        (5, None), (7_003, "9 heures"),
    ]  # fmt: skip


RECORDS = {
    "infractions": ("time,type\n", "{},Arrêt\n"),
    "parking_payments": ("meter_id,start,end\n", "H1,{0},{0}\n"),
    "parking_stays": ("space_id,arrival,departure\n", "A,{0},{0}\n"),
    "parking_states": ("space_id,time,occupied\n", "A,{},1\n"),
    "parking_counts": ("meter_id,time,spaces,occupied\n", "M,{},9,1\n"),
    "parking_availability": ("date,P1\n", "{},40\n"),
}


@pytest.mark.parametrize("table", RECORDS)
def test_an_order_that_nothing_proves_is_told_once_for_the_whole_file(
    tmp_path, monkeypatch, table: str
) -> None:
    """Each batch but the last holds days that read either way; the last may prove the order."""
    monkeypatch.setattr(streams, "BLOCK", 1 << 10)
    header, row = RECORDS[table]
    layout = "wide" if table == "parking_availability" else "coeurville"
    days = [f"{1 + i % 12:02d}/{1 + i // 60:02d}/2021 10:{i % 60:02d}" for i in range(240)]
    for last, told in (("05/04/2021 11:00", 1), ("25/04/2021 11:00", 0)):
        rows = header + "".join(row.format(at) for at in [*days, last])
        reserves = load(tmp_path, table, rows, layout).reserves
        said = [text.fr for text in reserves if "jour/mois/année" in text.fr]
        assert len(said) == told
    options = {"date_order": "dmy"}
    rows = header + "".join(row.format(at) for at in days)
    declared = load(tmp_path, table, rows, layout, options=options).reserves
    assert not any("jour/mois/année" in text.fr for text in declared)


def test_stays_stream_into_the_accumulator(tmp_path) -> None:
    put(tmp_path, "f.csv", "space_id,zone_id,arrival,departure\n"
        "A,Z1,2024-06-15 09:30,2024-06-15 10:15\nB,Z1,2024-06-15 09:00,\n")  # fmt: skip
    essai = city(tmp_path, sources=declare("parking_stays", "f.csv"))
    (batch,) = observations.stream_stays(essai)
    assert batch["zone_id"].tolist() == ["Z1", "Z1"]
    assert batch["departure"].isna().tolist() == [False, True]
    assert not batch["left_censored"].any()


def test_the_separator_that_a_spreadsheet_declares_is_no_row(tmp_path) -> None:
    text = "sep=;\n\nmeter_id;start;purchased_minutes\nM1;2024-06-03 10:00;30\nM1;{};30\n"
    frame = load(tmp_path, "parking_payments", text.format("2024-06-03 11:00"))["parking_payments"]
    assert frame["purchased_minutes"].tolist() == [30, 30]
    with pytest.raises(InputError) as caught:
        load(tmp_path, "parking_payments", text.format("demain"))
    (fault,) = caught.value.faults
    assert (fault.row, fault.value) == (5, "demain")


def test_two_garages_under_one_name_are_refused_until_told_apart(tmp_path) -> None:
    """A file of bicycles and cars names the same squares; each keeps its own capacity."""
    rows = "".join(
        f"{kind},{name},2024-03-04 {hour:02}:00,{free},{size}\n"
        for hour in range(4)
        for kind, name, free, size in (
            ("car", "Halles", 100 + hour, 400),
            ("bicycle", "Halles", hour, 12),
            ("car", "Gare", 50, 300 + 20 * (hour == 3)),
        )
    )
    text = "Kind,Name,When,Free,Size\n" + rows
    columns = {"garage_id": "Name", "time": "When", "free": "Free", "capacity": "Size"}
    with pytest.raises(InputError) as caught:
        load(tmp_path, "parking_availability", text, "mapped", columns=columns)
    (fault,) = caught.value.faults
    assert fault.problem.startswith("'Halles' has several capacities")  # Gare only grew
    assert "garage_id: NAME + KIND" in fault.remedy
    columns["garage_id"] = "Name + Kind"
    tables = load(tmp_path, "parking_availability", text, "mapped", columns=columns)
    sizes = tables["parking_availability"].groupby("garage_id", observed=True)["capacity"].max()
    assert sizes.to_dict() == {"Gare car": 320.0, "Halles bicycle": 12.0, "Halles car": 400.0}


def test_stays_that_run_backwards_as_a_rule_are_refused(tmp_path) -> None:
    rows = "".join(
        f"{space},2024-06-15 {10 + space}:00,2024-06-15 {9 + space}:00\n" for space in range(3)
    )
    text = "space_id,arrival,departure\n" + rows + "9,2024-06-15 10:00,2024-06-15 11:00\n"
    with pytest.raises(InputError) as caught:
        load(tmp_path, "parking_stays", text)
    (fault,) = caught.value.faults
    assert "3 stays of 4" in fault.problem
    assert "Exchange the two columns" in fault.remedy
    swapped = text.replace("arrival,departure", "departure,arrival")
    assert len(load(tmp_path, "parking_stays", swapped)["parking_stays"]) == 4
