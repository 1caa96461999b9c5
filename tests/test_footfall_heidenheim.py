"""Heidenheim's two published studies, and a protest that kept nobody away.

The studies are those of the repository DumbergerL/hdh-smartcity-fuzo (``case-studies``, README of
each): the night "Warten auf's Christkind" of 23 December, and the demonstration "Nie wieder ist
jetzt" of 10 February 2024, at which the police counted about 2,500 people. Their tables count
``person.in`` and read the file's UTC as local time, the half hours at both ends left out: what they
call 10:00-14:00 is 11:30-14:30 in Heidenheim, 20:30-05:00 is 22:00-05:30. Their counts come back;
their effect is a difference with one other Saturday, ours has an interval.
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

DEMONSTRATION = {
    "FuZo_Eugen-Jaekle-Platz": (2485, 549), "FuZo_Olgastr": (1464, 20), "Arkaden": (1865, -72),
    "Knoepfle_Nord": (988, 515), "Knoepfle_Ost": (104, 79),
}  # fmt: skip
"""Published: passages, difference with the Saturday after (Brenzstrasse is not in our file)."""
CHRISTKIND = {
    "Brenzstr": (1041, 604), "FuZo_Eugen-Jaekle-Platz": (1885, 2172), "FuZo_Olgastr": (2494, 796),
    "Arkaden": (276, 58), "Knoepfle_Nord": (1377, 304), "Knoepfle_Ost": (147, 15),
}  # fmt: skip
"""Published: passages of 2022 and 2023; in all -45 %."""


@pytest.fixture(scope="module")
def effects(shared_data: Path) -> dict[tuple[str, str], Impact]:
    folder = shared_data / "footfall"
    table = pd.read_csv(
        folder / "heidenheim/heidenheim_30min_2022-11_2024-03.csv.gz", parse_dates=["datetime"]
    )
    start = table["datetime"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    counts = pd.DataFrame(
        {"sensor_id": table["sensor"], "start": start, "duration_minutes": 30,
         "count": table["person.in"].astype(float)}
    )  # fmt: skip
    healthy = healthy_counts(counts, check_health(counts))
    panel = daily_counts(healthy).panel
    known = pd.read_csv(folder / "calendars/public_holidays_places.csv")
    known = known[known["place"] == "Heidenheim"].drop_duplicates("date")
    calendar = known.rename(columns={"name": "public_holiday"})[["date", "public_holiday"]]
    events = [
        _event("christkind-2022", date(2022, 12, 23), (22, 29.5)),
        _event("christkind-2023", date(2023, 12, 23), (22, 29.5)),
        _event("demonstration", date(2024, 2, 10), (11.5, 14.5)),
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


def test_the_counts_of_both_studies_come_back(effects: dict[tuple[str, str], Impact]) -> None:
    """To the unit; in 2023 a half hour is missing, which we impute and the study does not: 10 %."""
    for place, (passages, _) in DEMONSTRATION.items():
        assert effects["demonstration", place].observed == pytest.approx(passages), place
    for place, (first, second) in CHRISTKIND.items():
        assert effects["christkind-2022", place].observed == pytest.approx(first), place
        again = effects["christkind-2023", place].observed
        assert second <= again <= 1.1 * second, place
    change = sum(b for _, b in CHRISTKIND.values()) / sum(a for a, _ in CHRISTKIND.values()) - 1
    ours = effects["christkind-2023", "*"].observed / effects["christkind-2022", "*"].observed - 1
    assert 100 * ours == pytest.approx(-45, abs=2)
    assert ours == pytest.approx(change, abs=0.02)


@pytest.mark.parametrize("year", [2022, 2023])
def test_the_night_fills_the_pedestrian_zone(
    effects: dict[tuple[str, str], Impact], year: int
) -> None:
    """The study sees streets full of people; every busy sensor shows it."""
    for place in ("*", "FuZo_Eugen-Jaekle-Platz", "FuZo_Olgastr", "Brenzstr"):
        found = effects[f"christkind-{year}", place]
        assert found.verdict == "shown", place
        assert found.relative.low > 50, place


def test_the_published_differences_lie_in_our_intervals(
    effects: dict[tuple[str, str], Impact],
) -> None:
    """One Saturday against another is within the noise of Saturdays, which the study cannot say."""
    for place, (_, difference) in DEMONSTRATION.items():
        found = effects["demonstration", place]
        assert found.uplift.low <= difference <= found.uplift.high, place
    whole = effects["demonstration", "*"]
    assert whole.uplift.low < sum(d for _, d in DEMONSTRATION.values()) < whole.uplift.high
    assert whole.left_out == ("Brenzstr",)
    assert effects["demonstration", "Brenzstr"].verdict == "insufficient"


def test_the_farmers_protest_kept_nobody_away(effects: dict[tuple[str, str], Impact]) -> None:
    whole = effects["farmers", "*"]
    assert whole.verdict in ("excluded", "not_measurable")
    assert whole.relative.low < 0 < whole.relative.high
