"""Events, weather and the calendar of a city, against published calendars."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses.cities import City, DataSource, Sources
from analyses.errors import CoeurvilleError, InputError
from analyses.sources import load
from analyses.sources.days import calendars

AGENDA = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//essai//FR
BEGIN:VEVENT
UID:marche@essai
SUMMARY:Marché du samedi
CATEGORIES:Jour de marché
DTSTART:20240203T080000
DTEND:20240203T130000
RRULE:FREQ=WEEKLY;COUNT=10
EXDATE:20240217T080000
END:VEVENT
BEGIN:VEVENT
UID:braderie@essai
SUMMARY:Grande braderie
CATEGORIES:Braderie
LOCATION:Rue d'Isle
DTSTART;VALUE=DATE:20240607
DTEND;VALUE=DATE:20240610
END:VEVENT
BEGIN:VEVENT
UID:annule@essai
SUMMARY:Concert annulé
CATEGORIES:concert
STATUS:CANCELLED
DTSTART:20240615T180000Z
DTEND:20240615T210000Z
END:VEVENT
BEGIN:VEVENT
UID:concert@essai
SUMMARY:Concert
CATEGORIES:Musique
DTSTART:20240620T180000Z
DTEND:20240620T210000Z
END:VEVENT
END:VCALENDAR
"""


def city(folder: Path, code: str = "35068", school: str | None = "B", **tables: list[dict]) -> City:
    sources = Sources(
        **{name: [DataSource(**item) for item in items] for name, items in tables.items()}
    )
    return City(
        id="essai",
        name="Essai",
        insee_code=code,
        school_zone=school,
        folder=folder,
        sources=sources,
    )


def paris(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="Europe/Paris")


# ------------------------------------------------------------------ events


def test_an_agenda_lays_out_its_recurring_events(tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_text(AGENDA.replace("\n", "\r\n"), encoding="utf-8")
    frame = load(city(tmp_path, events=[{"layout": "icalendar", "path": "a.ics"}])).events
    market = frame[frame["kind"] == "market_day"]
    assert len(market) == 9  # ten Saturdays less one
    assert paris("2024-02-17 08:00") not in set(market["start"])
    assert paris("2024-04-06 08:00") in set(market["start"])  # 08:00 on both sides of summer time
    fair = frame[frame["kind"] == "fair"].iloc[0]
    assert (fair["start"], fair["end"]) == (paris("2024-06-07"), paris("2024-06-09"))
    assert fair["place"] == "Rue d'Isle"
    concert = frame[frame["kind"] == "concert"]
    assert concert["start"].tolist() == [paris("2024-06-20 20:00")]
    assert frame["event_id"].is_unique


def test_an_agenda_without_end_asks_for_one(tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_text(AGENDA.replace(";COUNT=10", ""), encoding="utf-8")
    with pytest.raises(InputError, match="recurs without end"):
        load(city(tmp_path, events=[{"layout": "icalendar", "path": "a.ics"}]))
    item = {"layout": "icalendar", "path": "a.ics", "options": {"until": "2024-02-29"}}
    frame = load(city(tmp_path, events=[item])).events
    assert len(frame) == 3


def test_a_table_of_events_with_days_hours_and_recurrence(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(
        "Libellé;Type d'évènement;Début;Fin;Récurrence;Capteurs concernés\n"
        "Marché de Noël;marché de noël;29/11/2024;24/12/2024;;C-01|C-02\n"
        "Concert;concert;2024-06-21 20:00;2024-06-22 00:30;;\n"
        "Marché;jour de marché;2024-03-23;;FREQ=WEEKLY;\n"
        "Braderie;braderie;2024-05-04;;FREQ=MONTHLY;COUNT=2\n".replace(
            "FREQ=WEEKLY;\n", '"FREQ=WEEKLY;UNTIL=20240406";\n'
        ).replace("FREQ=MONTHLY;COUNT=2", '"FREQ=MONTHLY;COUNT=2";'),
        encoding="utf-8",
    )
    frame = load(city(tmp_path, events=[{"layout": "coeurville", "path": "e.csv"}])).events
    christmas = frame[frame["kind"] == "christmas_market"].iloc[0]
    assert (christmas["start"], christmas["end"]) == (paris("2024-11-29"), paris("2024-12-24"))
    assert christmas["sensor_ids"] == "C-01|C-02"
    assert christmas["event_id"] == "marche-de-noel-2024-11-29"
    concert = frame[frame["kind"] == "concert"].iloc[0]
    assert concert["end"] == paris("2024-06-22 00:30")
    market = frame[frame["kind"] == "market_day"]
    assert market["start"].tolist() == [
        paris("2024-03-23"),
        paris("2024-03-30"),
        paris("2024-04-06"),
    ]
    assert (market["end"] == market["start"]).all()  # one day each, across summer time
    assert len(frame[frame["kind"] == "fair"]) == 2


def test_events_tell_an_order_of_day_and_month_that_nothing_proves(tmp_path: Path) -> None:
    for end, told in (("04/05/2024", True), ("25/05/2024", False)):
        (tmp_path / "e.csv").write_text(
            f"event_id,label,kind,start,end\n1,Fête,festival,03/04/2024,{end}\n"
        )
        reserves = load(city(tmp_path, events=[{"layout": "coeurville", "path": "e.csv"}])).reserves
        assert any("jour/mois/année" in text.fr for text in reserves) is told


def test_wrong_events_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(
        "label,kind,start,end\nA,concert,2024-06-22,2024-06-21\nB,bal,2024-06-22,\n"
        "C,concert,32/06/2024,\n,concert,2024-06-22,\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as raised:
        load(city(tmp_path, events=[{"layout": "coeurville", "path": "e.csv"}]))
    found = {(fault.row, fault.column) for fault in raised.value.faults}
    assert {(2, "end"), (3, "kind"), (4, "start"), (5, "label")} <= found


# ------------------------------------------------------------------ weather


def test_hourly_weather_in_universal_time_becomes_local_days(tmp_path: Path) -> None:
    hours = pd.date_range("2024-06-01", "2024-06-03 23:00", freq="h")
    rows = "".join(
        f"35281001;{at:%Y%m%d%H};{at.hour};{1.0 if at.hour == 22 else 0.0}\n" for at in hours
    )
    (tmp_path / "m.csv").write_text("NUM_POSTE;AAAAMMJJHH;T;RR1\n" + rows, encoding="utf-8")
    frame = load(city(tmp_path, weather=[{"layout": "meteo_france", "path": "m.csv"}])).weather
    by_day = frame.set_index("date")
    assert (
        by_day.loc["2024-06-02", "temperature_max"] == 23
    )  # 01:00 local is 23:00 UTC the day before
    assert by_day.loc["2024-06-02", "rain_mm"] == 1.0
    assert by_day.loc["2024-06-01", "rain_mm"] == 0.0  # its 22:00Z falls on 2 June at 00:00
    assert np.isnan(by_day.loc["2024-06-04", "rain_mm"])  # two hours are no day


@pytest.mark.parametrize("duplicates", ["", "first"])
def test_hours_are_not_taken_for_days(tmp_path: Path, duplicates: str) -> None:
    hours = pd.date_range("2024-07-01", periods=96, freq="h")
    pd.DataFrame({"Heure": hours, "T": 15 + hours.hour / 2}).to_csv(tmp_path / "m.csv", index=False)
    item = {"layout": "mapped", "path": "m.csv", "columns": {"date": "Heure"}}
    item["columns"]["temperature_max"] = "T"
    item["options"] = {"duplicates": duplicates} if duplicates else {}
    with pytest.raises(InputError) as caught:
        load(city(tmp_path, weather=[item]))
    (fault,) = caught.value.faults
    assert "24 as a rule" in fault.problem
    assert "highest temperature" in fault.remedy
    assert (fault.row, fault.column, fault.value) == (3, "Heure", "2024-07-01")


def test_days_given_twice_alike_are_repeats_and_not_hours(tmp_path: Path) -> None:
    day = "2024-07-01,24.5\n2024-07-02,26\n2024-07-03,\n"
    (tmp_path / "m.csv").write_text("date,temperature_max\n" + day + day)
    item = {"layout": "coeurville", "path": "m.csv", "options": {"duplicates": "first"}}
    frame = load(city(tmp_path, weather=[item])).weather
    assert list(frame["temperature_max"].dropna()) == [24.5, 26]


def test_daily_weather_converts_wind_and_wants_one_station(tmp_path: Path) -> None:
    rows = "35281001;20240601;3.4;21.5;16;10\n35281002;20240601;0;20;15;5\n"
    text = "NUM_POSTE;AAAAMMJJ;RR;TX;TM;FXY\n" + rows
    (tmp_path / "m.csv").write_text(text, encoding="utf-8")
    item = {"layout": "meteo_france", "path": "m.csv"}
    with pytest.raises(InputError, match="2 stations"):
        load(city(tmp_path, weather=[item]))
    frame = load(city(tmp_path, weather=[{**item, "options": {"station": "35281001"}}])).weather
    assert frame.iloc[0][["temperature_max", "rain_mm", "wind_kmh"]].tolist() == [21.5, 3.4, 36.0]


# ------------------------------------------------------------------ calendar


@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_school_holidays_equal_the_published_calendar(
    shared_data: Path, tmp_path: Path, zone: str
) -> None:
    """The file was made from the same package; what it adds is a second source (vsf) to compare.

    Outside spring 2021, where vsf is known to be wrong, the two may differ on single days only:
    the first and last days of holidays, and bridges of Ascension.
    """
    known = pd.read_csv(shared_data / "footfall/calendars/fr_vacances_feries_2017-09_2028-08.csv")
    known = known[(known["date"] >= "2017-09-04")]
    frame, _ = calendars.calendar(city(tmp_path, school=zone), date(2017, 9, 4), date(2028, 8, 31))
    ours = frame["school_holiday"].astype(float).to_numpy()
    assert (ours == known[f"holidays_{zone}"].to_numpy()).all()
    other = known[f"vsf_{zone}"].to_numpy()
    apart = known["date"][ours != other]
    apart = apart[~apart.str.startswith(("2021-04", "2021-05"))]
    assert len(apart) / len(known) < 0.01


@pytest.mark.parametrize(("code", "column"), [("35068", "ferie"), ("67482", "ferie_alsace")])
def test_public_holidays_equal_the_published_calendar(
    shared_data: Path, tmp_path: Path, code: str, column: str
) -> None:
    known = pd.read_csv(shared_data / "footfall/calendars/fr_vacances_feries_2017-09_2028-08.csv")
    frame, _ = calendars.calendar(city(tmp_path, code), date(2017, 9, 1), date(2028, 8, 31))
    ours = frame["public_holiday"].ne("").to_numpy(dtype=bool)
    assert (ours == known[column].notna().to_numpy()).all()


@pytest.mark.parametrize(("place", "code"), [("Melbourne", "AU-VIC")])
def test_public_holidays_abroad(shared_data: Path, tmp_path: Path, place: str, code: str) -> None:
    known = pd.read_csv(shared_data / "footfall/calendars/public_holidays_places.csv")
    known = known[(known["place"] == place) & known["date"].between("2013-01-01", "2016-12-31")]
    ours, notes = calendars.public_holidays(
        city(tmp_path, code), date(2013, 1, 1), date(2016, 12, 31)
    )
    assert {at.isoformat() for at in ours} == set(known["date"])
    assert not notes


def test_auckland_has_its_anniversary_day(tmp_path: Path) -> None:
    ours, _ = calendars.public_holidays(
        city(tmp_path, "NZ-AUK"), date(2024, 1, 1), date(2024, 12, 31)
    )
    assert (
        ours[date(2024, 1, 29)] == "Auckland Anniversary Day"
    )  # last Monday of January nearest the 29th


def test_years_that_nobody_has_published_are_refused_or_unknown(tmp_path: Path) -> None:
    with pytest.raises(CoeurvilleError, match="known from 2017-09-04 to 2028-08-31"):
        calendars.school_holidays("B", date(2028, 1, 1), date(2028, 12, 31))
    with pytest.raises(CoeurvilleError, match="zone Corse"):
        calendars.school_holidays("Corse", date(2024, 1, 1), date(2024, 12, 31))
    with pytest.raises(CoeurvilleError, match="Public holidays are known"):
        calendars.calendar(city(tmp_path), date(2030, 1, 1), date(2040, 1, 1))
    frame, notes = calendars.calendar(city(tmp_path), date(2028, 8, 30), date(2028, 9, 2))
    assert frame["school_holiday"].isna().tolist() == [False, False, True, True]
    assert notes[0].rows == 2
    frame, notes = calendars.calendar(
        city(tmp_path, school="Corse"), date(2024, 1, 1), date(2024, 1, 9)
    )
    assert frame["school_holiday"].isna().all()
    assert "Corse" in notes[0].text.fr


def test_bridges_are_the_lone_days(tmp_path: Path) -> None:
    frame, _ = calendars.calendar(city(tmp_path), date(2024, 1, 1), date(2024, 12, 31))
    found = frame.loc[frame["bridge"], "date"].dt.strftime("%m-%d").tolist()
    assert found == ["05-10", "08-16"]  # Fridays after Ascension and after Assumption, in 2024


def test_market_days_and_sales_come_from_events(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(
        "label,kind,start,end,recurrence\nMarché,market_day,2024-06-01,,FREQ=WEEKLY;UNTIL=20240630\n"
        "Soldes,sales,2024-06-26,2024-07-23,\n",
        encoding="utf-8",
    )
    here = city(tmp_path, events=[{"layout": "coeurville", "path": "e.csv"}])
    frame, _ = calendars.calendar(here, date(2024, 6, 1), date(2024, 7, 31), load(here).events)
    assert frame.loc[frame["market_day"], "date"].dt.day.tolist() == [1, 8, 15, 22, 29]
    assert int(frame["sales"].sum()) == 28
