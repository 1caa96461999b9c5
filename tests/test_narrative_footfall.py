"""The footfall chapter: sentences say what the results say, and say it when they cannot tell."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses import cities, pages, sources
from analyses.figures import footfall as charts
from analyses.figures import footfall_events, footfall_hours, sensor_map
from analyses.footfall import chapter
from analyses.narrative import footfall as sentences
from analyses.narrative import footfall_events as event_words
from analyses.narrative import footfall_hours as footfall_words

UPLIFT = 40.0


def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Two sensors counted by day for two years; a fair of +40 % on the first, and an idle day."""
    rng = np.random.default_rng(11)
    days = pd.date_range("2022-01-01", "2023-12-31", freq="D")
    week = np.array([1.0, 1.0, 1.1, 1.0, 1.15, 1.4, 0.5])[days.dayofweek]
    town = np.exp(rng.normal(0, 0.05, len(days)))
    rows = []
    for name, level in (("A", 3000), ("B", 1500)):
        rate = level * week * town
        if name == "A":
            fair = (days >= "2023-05-12") & (days <= "2023-05-14")
            rate = np.where(fair, rate * (1 + UPLIFT / 100), rate)
        rows.append(pd.DataFrame({"sensor_id": name, "start": days, "count": rng.poisson(rate)}))
    counts = pd.concat(rows, ignore_index=True)
    counts["start"] = counts["start"].dt.tz_localize("Europe/Paris")
    counts = counts.assign(duration_minutes=1440, count=counts["count"].astype(float))
    sensors = pd.DataFrame(
        {
            "sensor_id": ["A", "B"],
            "name": ["Rue Haute", "Rue Basse"],
            "zone_id": ["z", "z"],
            "lon": [2.0, np.nan],
            "lat": [48.0, np.nan],
        }
    )
    events = pd.DataFrame(
        {
            "event_id": ["foire", "vide", "futur"],
            "label": ["La foire", "Un jour ordinaire", "Le bal"],
            "kind": ["fair", "other", "concert"],
            "start": pd.to_datetime(["2023-05-12", "2023-02-07", "2030-01-01"]),
            "end": pd.to_datetime(["2023-05-14", "2023-02-07", "2030-01-01"]),
            "sensor_ids": pd.array(["A", "A|B", pd.NA], dtype="string"),
        }
    )
    for name in ("start", "end"):
        events[name] = events[name].dt.tz_localize("Europe/Paris")
    return counts, sensors, events


@pytest.fixture(scope="module")
def study() -> chapter.Footfall:
    counts, sensors, events = tables()
    return chapter.measure_footfall(counts, sensors, events)


def test_the_planted_effect_is_told_with_its_doubts(study: chapter.Footfall) -> None:
    fair = next(f for f in event_words.events(study) if f.id == "footfall-event-foire")
    impact = next(i for i in study.whole() if i.event.event_id == "foire")
    assert impact.relative.low < UPLIFT < impact.relative.high
    assert fair.level == "key"
    assert fair.results[0].indicator == "event_impact"
    text = fair.text.in_("fr").replace("\u202f", "").replace("\u00a0", " ")
    assert text.startswith("La foire (12 mai 2023) a attiré ")
    assert f"sur {impact.calibration.n} fenêtres sans évènement" in text
    assert f"se trompe {100 * impact.calibration.false_alarm_rate:.0f}% du temps" in text
    low, high = f"{impact.relative.low:.0f}", f"{impact.relative.high:.0f}"
    assert f"intervalle {low} à {high}%" in text


def test_of_many_events_the_largest_are_told_and_the_others_counted(
    study: chapter.Footfall,
) -> None:
    whole = study.whole()
    fair = next(i for i in whole if i.event.event_id == "foire")
    many = [
        dataclasses.replace(
            fair,
            event=dataclasses.replace(fair.event, event_id=f"f{rank}", label=f"Foire {rank}"),
            uplift=dataclasses.replace(fair.uplift, value=float(100 + rank)),
            verdict="shown" if rank % 2 else "excluded",
        )
        for rank in range(12)
    ]
    told = event_words.events(dataclasses.replace(study, impacts=tuple(many)))
    names = [f.id for f in told if f.id.startswith("footfall-event-")]
    assert names == [f"footfall-event-f{rank}" for rank in (5, 7, 9, 11)]
    (others,) = (f.text for f in told if f.id == "footfall-events-others")
    assert others.fr == (
        "Les 8 autres évènements sont dans le tableau : 2 effets démontrés et 6 effets exclus."
    )
    assert others.en.startswith("The 8 other events are in the table: 2 effects shown")


def test_no_effect_and_no_data_are_not_told_as_effects(study: chapter.Footfall) -> None:
    told = {finding.id: finding for finding in event_words.events(study)}
    assert "a attiré" not in told["footfall-event-vide"].text.fr
    refused = told["footfall-event-futur"].text.fr
    assert refused.startswith("Le bal (1er")
    assert "ne peut pas être mesuré" in refused
    assert "hors de la période comptée" in refused
    assert "(s)" not in refused
    assert told["footfall-event-futur"].level == "reserve"


def test_sentences_are_whole_in_both_languages(study: chapter.Footfall) -> None:
    findings = sentences.findings(study)
    names = [finding.id for finding in findings]
    assert len(names) == len(set(names))
    for finding in findings:
        for text in (finding.text.fr, finding.text.en):
            assert text.endswith(".")
            assert "nan" not in text.lower().split()
            assert "{" not in text
        french = finding.text.fr.replace("\u202f", "").replace(",", ".")
        english = finding.text.en.replace(",", "")
        numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", t)) for t in (french, english)]
        if finding.id not in ("footfall-level", "footfall-dates"):  # « 1er » and « 1 »
            assert numbers[0] == numbers[1], finding.id


def test_a_city_without_counts_says_which_table_unlocks_them() -> None:
    study = chapter.measure_footfall(None)
    assert not study.known
    findings = sentences.findings(study)
    assert {finding.level for finding in findings} == {"missing"}
    assert all(f.text.fr.startswith("Non calculable (") for f in findings)
    unlocking = {table for f in findings for r in f.results for table in r.unlocked_by}
    assert unlocking == {"counts", "events", "shops"}
    assert charts.health_strip(study, "fr") is None
    assert footfall_events.event_panels(study, "fr") is None
    assert sensor_map.sensor_map(study, "fr") is None


def test_counts_without_events_still_give_the_rest() -> None:
    counts, sensors, _ = tables()
    study = chapter.measure_footfall(counts, sensors, None)
    assert sentences.missing(study) == []
    assert [f.level for f in event_words.events(study)] == ["missing"]
    assert "évènement" in event_words.events(study)[0].text.fr
    assert sentences.level(study)


def test_every_drawing_has_an_alternative_and_its_numbers(study: chapter.Footfall) -> None:
    for language in ("fr", "en"):
        drawings = [
            charts.health_strip(study, language),
            footfall_events.event_panels(study, language),
            footfall_hours.seasons(study, language),
            charts.trend_dots(study, language),
            sensor_map.sensor_map(study, language),
        ]
        for drawing in drawings:
            assert drawing is not None
            assert drawing.alt
            assert len(drawing.data.data)
    table = footfall_events.effect_table(study, "fr")
    assert table is not None
    assert "effet démontré" in set(table.data["Verdict"])
    note = sensor_map.sensor_map(study, "fr")
    assert note is not None
    assert "Rue Basse" in note.note  # no coordinates
    assert '"label": "Capteur (1)"' in note.html
    every = study.sensors.assign(lon=[2.0, 2.01], lat=[47.0, 47.01])
    both = sensor_map.sensor_map(dataclasses.replace(study, sensors=every), "fr")
    assert both is not None
    assert '"label": "Capteurs (2)"' in both.html  # one line of legend, not one a sensor


def test_the_blocks_of_a_page_take_them_all(study: chapter.Footfall, root: Path) -> None:
    city = cities.read(root / "cities" / "demo")
    shown: list[dict[str, object]] = []
    page = pages.Page(city, "footfall", "fr", emit=shown.append)
    page.record(study.results)
    page.say(sentences.findings(study))
    page.chart(charts.health_strip(study, "fr"))
    page.table(footfall_events.effect_table(study, "fr"))
    page.table(charts.dates_table(study, "fr"))
    assert len(shown) == 5


def test_a_published_city_has_no_counts_and_says_so(root: Path) -> None:
    city = cities.read(root / "cities" / "avignon")
    found = sources.load(city, only=["sensors", "counts", "events", "weather"])
    study = chapter.measure_footfall(found.counts)
    assert sentences.findings(study)
    for drawing in (footfall_events.event_panels, footfall_events.place_effects):
        assert drawing(study, "fr") is None


def test_counts_alone_over_three_weeks_say_in_each_section_what_lacks() -> None:
    """No sensor table, no event, no year: nothing is left empty, nothing is made up."""
    times = pd.date_range("2024-03-01", periods=24 * 20, freq="h", tz="Europe/Paris")
    rng = np.random.default_rng(1)
    counts = pd.DataFrame(
        {"sensor_id": "Place", "start": times, "duration_minutes": 60,
         "count": rng.poisson(40, len(times)).astype(float)}
    )  # fmt: skip
    study = chapter.measure_footfall(counts)
    assert sentences.level(study)[0].text.fr.startswith("Un capteur, Place, compte")
    for section in (
        event_words.events, sentences.trends, sentences.dates,
        footfall_words.no_dwell, footfall_words.no_hours,
    ):  # fmt: skip
        assert {finding.level for finding in section(study)} == {"missing"}, section.__name__
    assert footfall_hours.usual_day(study, "fr") is not None
    assert charts.health_strip(study, "fr") is not None
    for nothing in (footfall_events.event_panels, footfall_events.event_hours,
                    footfall_events.place_effects, footfall_hours.opening_week,
                    footfall_hours.seasons, footfall_hours.stays):  # fmt: skip
        assert nothing(study, "fr") is None


def test_the_busiest_sensor_is_one_that_counted(study: chapter.Footfall) -> None:
    """A column without a single reading has no mean: it is not the busiest one."""
    empty = pd.DataFrame([{**study.sensors.iloc[0].to_dict(), "name": "Muet", "passages": np.nan}])
    silent = dataclasses.replace(study, sensors=pd.concat([study.sensors, empty]))
    said = sentences.level(silent)[0]
    assert "Rue Haute" in said.text.fr
    assert "Muet" not in said.text.fr
    for alone in (empty, pd.concat([empty, empty])):
        said = sentences.level(dataclasses.replace(study, sensors=alone))[0]
        assert "Aucun jour n'est assez complet" in said.text.fr
        assert "No day is complete enough" in said.text.en
        assert "–" not in said.text.fr
        assert said.plain is None


def test_a_mean_that_leaves_out_many_days_says_so(study: chapter.Footfall) -> None:
    """A sensor that is blind on winter days has only its busy days in its mean."""
    assert "footfall-gaps" not in {item.id for item in sentences.level(study)}
    panel = study.panel.copy()
    winter = panel.index.month.isin([11, 12, 1, 2, 3])
    panel.loc[winter, "A"] = np.nan
    told = {item.id: item for item in sentences.level(dataclasses.replace(study, panel=panel))}
    known, span = int((~winter).sum()), int((panel.index >= "2022-04-01").sum()) - 61
    assert f"{known} jours complets des {span}" in told["footfall-gaps"].text.fr
    assert told["footfall-gaps"].level == "reserve"
    assert told["footfall-level"].plain is None
