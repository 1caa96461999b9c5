"""Heidenheim's two published studies, and a protest that kept nobody away.

The studies (case-studies of the repository hdh-smartcity-fuzo, cited in the shared
``calendars/events_known.csv``): the shopping night "Warten auf's Christkind" of 23 December from
20:30, and the demonstration "Nie wieder ist jetzt" of 10 February 2024, 11:55 to about 14:00, at
which the police counted about 2,500 people.
"""

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
    measure_events,
)

POLICE = 2500


@pytest.fixture(scope="module")
def effects(shared_data: Path) -> dict[tuple[str, str], Impact]:
    folder = shared_data / "footfall"
    table = pd.read_csv(
        folder / "heidenheim/heidenheim_30min_2022-11_2024-03.csv.gz", parse_dates=["datetime"]
    )
    start = table["datetime"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    counts = pd.DataFrame(
        {"sensor_id": table["sensor"], "start": start, "duration_minutes": 30,
         "count": (table["person.in"] + table["person.out"]).astype(float)}
    )  # fmt: skip
    healthy = healthy_counts(counts, check_health(counts))
    panel = daily_counts(healthy).panel
    known = pd.read_csv(folder / "calendars/public_holidays_places.csv")
    known = known[known["place"] == "Heidenheim"].drop_duplicates("date")
    calendar = known.rename(columns={"name": "public_holiday"})[["date", "public_holiday"]]
    events = [
        _event("christkind-2022", date(2022, 12, 23), (20.5, 26)),
        _event("christkind-2023", date(2023, 12, 23), (20.5, 26)),
        _event("demonstration", date(2024, 2, 10), (11.5, 14)),
        _event("farmers", date(2024, 1, 10), None, date(2024, 1, 12)),
    ]
    found = measure_events(
        panel, pd.DataFrame({"sensor_id": panel.columns}), events,
        day_features(pd.DatetimeIndex(panel.index), calendar), hourly=healthy,
    )  # fmt: skip
    return {(impact.event.event_id, impact.series): impact for impact in found}


def _event(
    name: str, first: date, hours: tuple[float, float] | None, last: date | None = None
) -> Event:
    return Event(name, name, "other", first, last or first, hours=hours)


@pytest.mark.parametrize("year", [2022, 2023])
def test_the_shopping_night_fills_the_pedestrian_zone(
    effects: dict[tuple[str, str], Impact], year: int
) -> None:
    """The study's finding: the evening is many times as full as an ordinary one."""
    for place in ("*", "FuZo_Eugen-Jaekle-Platz", "FuZo_Olgastr", "Brenzstr"):
        found = effects[f"christkind-{year}", place]
        assert found.verdict == "shown", place
        assert found.relative.low > 100, place


def test_the_demonstration_agrees_with_the_police_count_and_is_not_proved(
    effects: dict[tuple[str, str], Impact],
) -> None:
    """2,500 people lie inside the interval of the passages added (a person may pass two sensors).

    A Saturday noon is busy and varies too much here to prove it: the detectable effect says so.
    The sensor of Brenzstrasse was dumb that day; the sum is that of the five others, and says so.
    """
    whole = effects["demonstration", "*"]
    assert whole.uplift.low < POLICE < whole.uplift.high
    assert whole.uplift.value == pytest.approx(POLICE, rel=0.4)
    assert whole.verdict == "not_measurable"
    assert whole.detectable > whole.relative.value
    assert whole.left_out == ("Brenzstr",)
    assert effects["demonstration", "Brenzstr"].verdict == "insufficient"


def test_the_farmers_protest_kept_nobody_away(effects: dict[tuple[str, str], Impact]) -> None:
    whole = effects["farmers", "*"]
    assert whole.verdict == "excluded"
    assert whole.relative.low < 0 < whole.relative.high
