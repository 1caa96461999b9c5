"""GTFS schedules: calendars, exceptions, headways and stations, against another implementation."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from analyses import cities, sources
from analyses.errors import InputError
from trial import city, put

# A fortnight: Monday 6 to Sunday 19 January 2025. WK runs on weekdays but Wednesday 8; SA is a
# service of dates; HW is run by headway; the last stop of a run and a stop without boarding are no
# departures. Columns in the official names (gtfs.org/documentation/schedule/reference).
FEED: dict[str, str] = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n"
    "X,Essai,https://essai.example,Europe/Paris\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "A1,Gare quai 1,47.5500,2.1500,0,A\nA2,Gare quai 2,47.5501,2.1501,0,A\n"
    'A,Gare,47.55005,2.15005,1,\nB,"Halles, nord",47.5510,2.1520,,\n'
    "C,Mail,47.5520,2.1540,0,\nD,Fermé,47.5530,2.1560,0,\nE,Entrée,47.5500,2.1500,2,A\n",
    "routes.txt": "route_id,route_short_name,route_type\n1,1,3\n2,2,0\n",
    "trips.txt": "route_id,service_id,trip_id\n1,WK,t1\n1,WK,t2\n1,SA,t3\n2,WK,h1\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type\n"
    "t1,08:00:00,08:00:00,A1,1,\nt1,08:05:00,08:05:00,B,2,\nt1,08:10:00,08:10:00,C,3,1\n"
    "t1,08:15:00,08:15:00,B,4,\n"
    "t2,09:00:00,09:00:00,C,10,0\nt2,09:05:00,09:05:00,B,20,0\nt2,09:10:00,09:10:00,A2,30,0\n"
    "t3,10:00:00,10:00:00,A1,1,\nt3,10:05:00,10:05:00,C,2,\n"
    "h1,07:00:00,07:00:00,A2,1,\nh1,07:10:00,07:10:00,C,2,\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\nWK,1,1,1,1,1,0,0,20250106,20250119\n",
    "calendar_dates.txt": "service_id,date,exception_type\nWK,20250108,2\nSA,20250108,1\n"
    "SA,20250111,1\n",
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs\nh1,07:00:00,09:00:00,1200\n"
    "h1,24:30:00,25:00:00,900\n",
}
SOURCE = {"stops": [{"layout": "gtfs", "path": "gtfs.zip"}]}


def packed(feed: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in feed.items():
            archive.writestr(name, text.encode("utf-8"))
    return buffer.getvalue()


def test_departures_and_lines_on_a_mean_weekday(tmp_path: Path) -> None:
    """Ten weekdays: WK on nine of them, SA on one; six and two runs by headway.

    gtfs-kit 13.0.1 (``expand_frequencies``, then ``compute_stop_stats`` over the ten dates) counts
    the calls of each stop point: A1 10, A2 81, B 27, C 91. It counts arrivals too: the nine of t2
    at A2, of t1 at B, and at C the nine of t1 (no boarding), the one of t3, the seventy-two of h1.
    """
    put(tmp_path, "gtfs.zip", packed(FEED))
    tables = sources.load(city(tmp_path, sources=SOURCE))
    stops = tables["stops"].set_index("stop_id")
    calls = {"A1": 10, "A2": 81, "B": 27, "C": 91}
    arrivals = {"A2": 9, "B": 9, "C": 9 + 1 + 72}
    expected = {name: calls[name] - arrivals.get(name, 0) for name in calls}
    assert stops["departures"].to_dict() == pytest.approx(
        {"A": (expected["A1"] + expected["A2"]) / 10, "B": expected["B"] / 10,
         "C": expected["C"] / 10}
    )  # fmt: skip
    assert stops["lines"].to_dict() == {"A": 2, "B": 1, "C": 2}
    assert stops["mode"].to_dict() == {"A": "tram", "B": "bus", "C": "tram"}
    assert stops.loc["B", "name"] == "Halles, nord"
    assert stops.loc["A", "lon"] == pytest.approx(2.15005)
    assert any("aucune course" in note.fr for note in tables.reserves)  # D is served by nothing
    assert tables.provenance["rows_set_aside"].tolist() == [1]


def test_a_period_may_be_declared(tmp_path: Path) -> None:
    put(tmp_path, "gtfs.zip", packed(FEED))
    source = {"stops": [{**SOURCE["stops"][0], "options": {"from": "2025-01-06",
                                                           "to": "2025-01-07"}}]}  # fmt: skip
    stops = sources.load(city(tmp_path, sources=source))["stops"].set_index("stop_id")
    assert stops.loc["A", "departures"] == pytest.approx(1 + 8)
    assert stops.loc["C", "departures"] == pytest.approx(1)


def test_every_fault_of_a_schedule_at_once(tmp_path: Path) -> None:
    broken = dict(FEED)
    broken["stops.txt"] = (
        broken["stops.txt"].replace("47.5510", "47,55 N", 1).replace("2.1540", "200.5", 1)
    )
    broken["stops.txt"] = broken["stops.txt"].replace("47,55 N", '"47,55 N"')
    broken["calendar.txt"] = broken["calendar.txt"].replace("20250119", "19/01/2025")
    broken["frequencies.txt"] = broken["frequencies.txt"].replace("1200", "0")
    put(tmp_path, "gtfs.zip", packed(broken))
    with pytest.raises(InputError) as raised:
        sources.load(city(tmp_path, sources=SOURCE))
    places = {(f.file, f.row, f.column) for f in raised.value.faults}
    assert {
        ("gtfs.zip/stops.txt", 5, "stop_lat"), ("gtfs.zip/stops.txt", 6, "stop_lon"),
        ("gtfs.zip/calendar.txt", 2, "end_date"), ("gtfs.zip/frequencies.txt", 2, "headway_secs"),
    } <= places  # fmt: skip


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"not a zip", "cannot be opened"),
        (packed({k: v for k, v in FEED.items() if k not in ("trips.txt", "calendar.txt",
                                                            "calendar_dates.txt")}),
         "no trips.txt, calendar.txt or calendar_dates.txt"),
        (packed(FEED | {"stop_times.txt": "trip_id,stop_sequence\nt1,1\n"}), "no such column"),
    ],
)  # fmt: skip
def test_an_archive_that_is_no_schedule(tmp_path: Path, content: bytes, problem: str) -> None:
    put(tmp_path, "gtfs.zip", content)
    with pytest.raises(InputError, match=problem):
        sources.load(city(tmp_path, sources=SOURCE))


def test_the_demo_buses_are_counted_as_their_law_says(root: Path) -> None:
    folder = root / "cities" / "demo"
    written = json.loads((folder / "crossings_truth.json").read_text("utf-8"))["stops"]
    stops = sources.load(cities.read(folder), only=["stops"])["stops"].set_index("stop_id")
    assert stops["lines"].to_dict() == {name: item["lines"] for name, item in written.items()}
    assert stops["departures"].to_dict() == pytest.approx(
        {name: item["departures"] for name, item in written.items()}
    )


def test_days_taken_out_long_before_open_no_period(tmp_path: Path) -> None:
    """Feeds keep the holidays of years past; 400 days from those would hold no service."""
    old = "".join(f"WK,{year}1225,2\n" for year in range(2019, 2025))
    feed = {**FEED, "calendar_dates.txt": FEED["calendar_dates.txt"] + old}
    put(tmp_path, "gtfs.zip", packed(feed))
    put(tmp_path, "plain.zip", packed(FEED))
    found = sources.load(city(tmp_path, sources=SOURCE))
    plain = {"stops": [{"layout": "gtfs", "path": "plain.zip"}]}
    expected = sources.load(city(tmp_path, sources=plain))
    assert found["stops"]["departures"].tolist() == expected["stops"]["departures"].tolist()
    assert any("6 janvier 2025" in note.fr.replace("\u00a0", " ") for note in found.reserves)


def test_a_period_without_service_has_unknown_departures_not_none(tmp_path: Path) -> None:
    put(tmp_path, "gtfs.zip", packed(FEED))
    options = {"from": "2024-01-01", "to": "2024-01-31"}
    tables = sources.load(city(tmp_path, sources={"stops": [{**SOURCE["stops"][0],
                                                             "options": options}]}))  # fmt: skip
    assert tables["stops"]["departures"].isna().all()
    assert any("Aucun service" in note.fr for note in tables.reserves)
