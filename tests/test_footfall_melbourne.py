"""Events of Melbourne whose effect people know (tsibble's pedestrian data, 2015-2016)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analyses.footfall import (
    Event,
    Impact,
    check_health,
    daily_counts,
    day_features,
    healthy_counts,
    measure_impact,
)  # fmt: skip

Melbourne = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
"""Daily panel, public holidays, healthy hourly counts."""


@pytest.fixture(scope="module")
def melbourne(shared_data: Path) -> Melbourne:
    folder = shared_data / "footfall"
    table = pd.read_csv(folder / "melbourne" / "tsibble_pedestrian_2015_2016.csv")
    start = pd.to_datetime(table["Date_Time_UTC"]).dt.tz_convert("Australia/Melbourne")
    counts = pd.DataFrame(
        {"sensor_id": table["Sensor"].str.split().str[0], "start": start,
         "duration_minutes": 60, "count": table["Count"].astype(float)}
    )  # fmt: skip
    healthy = healthy_counts(counts, check_health(counts))
    known = pd.read_csv(folder / "calendars" / "public_holidays_places.csv")
    known = known[known["place"] == "Melbourne"].drop_duplicates("date")
    calendar = known.rename(columns={"name": "public_holiday"})[["date", "public_holiday"]]
    return daily_counts(healthy).panel, calendar, healthy


def effect(
    data: Melbourne,
    series: str,
    first: date,
    last: date | None = None,
    *,
    hours: tuple[float, float] | None = None,
) -> Impact:
    """Measure a whole-town event: no street may serve as control."""
    panel, calendar, healthy = data
    if hours is not None:
        panel = daily_counts(healthy, hours=hours).panel
    event = Event("e", "e", "e", first, last or first, hours=hours)
    return measure_impact(panel, series, event, day_features(panel.index, calendar))


def test_white_night_fills_the_river_and_the_mall(
    melbourne: Melbourne,
) -> None:
    """A night of arts, 21-22 February 2015 and 20-21 February 2016: half a million visitors."""
    for first, last in (
        (date(2015, 2, 21), date(2015, 2, 22)),
        (date(2016, 2, 20), date(2016, 2, 21)),
    ):
        river = effect(melbourne, "Birrarung", first, last)
        mall = effect(melbourne, "Bourke", first, last)
        assert river.verdict == "shown"
        assert river.relative.value > 150
        assert 10 < mall.relative.value < 60
        assert mall.relative.low > -5


def test_white_night_is_shown_everywhere_in_its_own_hours(melbourne: Melbourne) -> None:
    """19:00 to 07:00, against the same hours of other nights: what whole days dilute."""
    for day in (date(2015, 2, 21), date(2016, 2, 20)):
        for place, least in (("Birrarung", 100), ("Bourke", 200), ("QV", 90), ("Southern", 10)):
            night = effect(melbourne, place, day, hours=(19, 31))
            assert night.verdict == "shown", (day, place)
            assert night.relative.low > least, (day, place)


def test_the_hours_of_the_day_tell_the_parades_and_the_dawn_service(melbourne: Melbourne) -> None:
    """Parades pass Birrarung Marr by day; on Anzac Day shops open at 13:00; the Cup is in town."""
    moomba = effect(melbourne, "Birrarung", date(2015, 3, 9), hours=(9, 19))
    football = effect(melbourne, "Birrarung", date(2015, 10, 2), hours=(10, 15))
    shops = effect(melbourne, "QV", date(2015, 4, 25), hours=(4, 13))
    cup = effect(melbourne, "Bourke", date(2015, 11, 3), hours=(9, 18))
    assert {e.verdict for e in (moomba, football, shops, cup)} == {"shown"}
    assert moomba.relative.low > 200
    assert football.relative.low > 50
    assert shops.relative.high < -30
    assert cup.relative.high < -15


def test_moomba_parade_is_on_the_river_and_offices_are_closed(
    melbourne: Melbourne,
) -> None:
    """Labour Day 2015: the festival is at Birrarung Marr, commuters are not at the station."""
    river = effect(melbourne, "Birrarung", date(2015, 3, 9))
    station = effect(melbourne, "Southern", date(2015, 3, 9))
    assert river.verdict == station.verdict == "shown"
    assert river.relative.low > 100
    assert station.relative.high < -70
    assert river.on_holiday


def test_cup_day_empties_the_town(melbourne: Melbourne) -> None:
    """The race is at Flemington: a public holiday without offices, and shops half empty."""
    for day in (date(2015, 11, 3), date(2016, 11, 1)):
        for place in ("Southern", "Bourke"):
            found = effect(melbourne, place, day)
            assert found.verdict == "shown"
            assert found.relative.high < 0


def test_anzac_day_and_the_football_parade_are_told_with_care(
    melbourne: Melbourne,
) -> None:
    """Shops closed until 13:00 on Anzac Day; Birrarung Marr varies too much for a +100 %."""
    market = effect(melbourne, "QV", date(2015, 4, 25))
    assert market.verdict == "shown"
    assert market.relative.value < -25
    for day in (date(2015, 4, 25), date(2015, 10, 2)):
        river = effect(melbourne, "Birrarung", day)
        assert river.relative.value > 50
        assert river.verdict == "not_measurable"
        assert river.detectable > 100
