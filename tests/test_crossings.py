"""The crossings: what is planted is found, what is not is not, and what is missing is said."""

from __future__ import annotations

import importlib
import json
import math
import re
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box
from statsmodels.stats.proportion import proportion_confint

from analyses import cities, crossings, pages, sources
from analyses.crossings import ground as grounds
from analyses.crossings.happenings import event_days
from analyses.crossings.parts import PARTS, Surroundings, count_parts
from analyses.crossings.projects import Project, touched
from analyses.crossings.units import balanced
from analyses.narrative import crossings as sentences
from analyses.results import to_frame

M = 1 / grounds.METRES_PER_DEGREE
"""A metre in degrees of latitude; the tests' towns stand on the equator, where both are equal."""


@pytest.fixture
def simulation(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The made-up towns of ``benchmarks/crossings``."""
    monkeypatch.syspath_prepend(str(root))
    return importlib.import_module("benchmarks.crossings.simulation")


# Made-up towns ---------------------------------------------------------------------------------


def test_a_planted_link_is_found(simulation: ModuleType) -> None:
    plan = simulation.Plan(counted=12, waves=5, link=-6.0)
    town = simulation.town(plan, 3)
    link = crossings.measure_links(town.premises, town.sensors, town.counts).links[0]
    assert link.question.indicator == "vacancy_footfall_link"
    assert link.verdict == "shown"
    assert link.found is not None
    assert link.found.slope.low < -6.0 < link.found.slope.high


def test_planted_effects_of_a_project_are_found(simulation: ModuleType) -> None:
    plan = simulation.Plan(counted=8, waves=5, emptied=45.0, step=0.5)
    town = simulation.town(plan, 1)
    works = crossings.measure_works(town.projects, town.premises, town.sensors, town.counts)
    said = {effect.outcome: effect for effect in works.effects}
    for name in ("vacancy", "footfall"):
        assert said[name].verdict == "shown", name
        assert said[name].rank == 1
        assert said[name].corrected >= said[name].p_value


def test_passages_handed_over_to_every_crossing_change_nothing(simulation: ModuleType) -> None:
    """They are counted once by who asks several crossings: the numbers are the same to the bit."""
    town = simulation.town(simulation.Plan(counted=8, waves=5, emptied=45.0, step=0.5), 1)
    passages = crossings.daily(town.counts)
    kept = passages.copy()
    given = (town.premises, town.sensors, town.counts)
    for alone, handed in (
        (crossings.measure_links(*given), crossings.measure_links(*given, passages=passages)),
        (crossings.measure_access(*given), crossings.measure_access(*given, passages=passages)),
        (crossings.measure_potential(*given),
         crossings.measure_potential(*given, passages=passages)),
        (crossings.measure_works(town.projects, *given),
         crossings.measure_works(town.projects, *given, passages=passages)),
    ):  # fmt: skip
        assert to_frame(alone.results, "t").equals(to_frame(handed.results, "t"))
    pd.testing.assert_frame_equal(passages, kept)


def test_the_step_of_footfall_is_not_shrunk_by_the_week_it_begins_in(
    simulation: ModuleType,
) -> None:
    """Ten towns: taken for a week before, the week of the change loses a third of the step."""
    plan = simulation.Plan(counted=6, premises=8, waves=3, step=0.35)
    values = []
    for seed in range(10):
        made = simulation.town(plan, 90_000 + seed)
        works = crossings.measure_works(made.projects, None, made.sensors, made.counts)
        (effect,) = (item for item in works.effects if item.estimate is not None)
        values.append(effect.estimate.value)
    assert np.mean(values) == pytest.approx(100 * math.expm1(plan.step), abs=6)


def test_nothing_is_found_where_nothing_is(simulation: ModuleType) -> None:
    """Four towns; ``benchmarks/crossings`` does 200. Two finds of four have a chance of 1 %."""
    plan = simulation.Plan(counted=6, waves=3, streets=24)
    found = [any(simulation.found(simulation.town(plan, seed)).values()) for seed in range(4)]
    assert sum(found) <= 1


def test_fewer_than_five_comparison_streets_are_refused(simulation: ModuleType) -> None:
    plan = simulation.Plan(streets=5, counted=2, waves=3)
    town = simulation.town(plan, 0)
    works = crossings.measure_works(town.projects, town.premises, town.sensors, town.counts)
    assert [effect.verdict for effect in works.effects] == ["insufficient", "insufficient"]
    for effect in works.effects:
        assert effect.why is not None
        assert "comparaison" in effect.why.fr


def test_with_few_streets_a_rank_proves_nothing(simulation: ModuleType) -> None:
    plan = simulation.Plan(streets=10, counted=2, waves=5, emptied=60.0)
    town = simulation.town(plan, 0)
    works = crossings.measure_works(town.projects, town.premises)
    effect = next(e for e in works.effects if e.outcome == "vacancy")
    assert effect.rank == 1
    assert effect.verdict == "not_measurable"
    assert effect.why is not None
    assert "19" in effect.why.fr


# Projects --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "day", "phase"),
    [
        (None, "2023-05-31", None), (None, "2023-06-01", "after"), (None, "2024-01-01", "after"),
        ("2023-08-31", "2023-08-31", "during"), ("2023-08-31", "2023-09-01", "after"),
    ],
)  # fmt: skip
def test_phases_tell_works_from_lasting_change(
    end: str | None, day: str, phase: str | None
) -> None:
    last = None if end is None else pd.Timestamp(end).date()
    project = Project("p", "P", "works", pd.Timestamp("2023-06-01").date(), last, None, None)
    assert project.phase(pd.Timestamp(day).date()) == phase


def test_events_touch_their_sensors_zones_or_all() -> None:
    sensors = pd.DataFrame({"sensor_id": ["a", "b", "c"], "zone_id": ["z1", "z1", "z2"]})
    events = pd.DataFrame(
        {"kind": ["fair", "concert", "sport", "sales"],
         "start": pd.to_datetime(["2024-01-02", "2024-01-04", "2024-01-06", "2024-01-01"]),
         "end": pd.to_datetime(["2024-01-03", None, None, "2024-01-09"]),
         "sensor_ids": ["a|b", None, None, None], "zone_ids": [None, "z2", None, None]}
    )  # fmt: skip
    days = pd.DataFrame(index=pd.date_range("2024-01-01", "2024-01-08"))
    found = event_days(events, sensors, days)
    assert found["a"].sum() == 3
    assert found["c"].tolist() == [False, False, False, True, False, True, False, False]


def test_the_fullest_table_of_changes_is_kept() -> None:
    rows = [(u, w, 1.0, 1.0) for u in "abcdef" for w in (1, 2, 3)]
    table = pd.DataFrame(rows, columns=["unit", "wave", "x", "y"])
    table.loc[(table["unit"] == "a") & (table["wave"] == 1), "x"] = math.nan
    kept = balanced(table, "x", "y")
    assert (kept["unit"].nunique(), kept["wave"].nunique()) == (5, 3)
    table.loc[table["unit"].isin(["a", "b"]) & (table["wave"] == 1), "x"] = math.nan
    kept = balanced(table, "x", "y")
    assert (kept["unit"].nunique(), kept["wave"].nunique()) == (6, 2)
    assert balanced(table[table["unit"] < "e"], "x", "y").empty


# On the ground ---------------------------------------------------------------------------------


def corner() -> gpd.GeoDataFrame:
    """A street going east, another going north from its end."""
    lines = [LineString([(0, 0), (300 * M, 0)]), LineString([(300 * M, 0), (300 * M, 400 * M)])]
    return gpd.GeoDataFrame({"kind": ["street", "path"]}, geometry=lines, crs=4326)


def test_distances_follow_the_streets() -> None:
    """300 m east then 400 m north is 700 m on foot and 500 m as the crow flies."""
    plane = grounds.ground(0, 0, corner())
    a, b = plane.plane([0], [0]), plane.plane([300 * M], [400 * M])
    assert plane.along_streets
    assert plane.distances(a, b, 1000)[0, 0] == pytest.approx(700, abs=2)
    assert grounds.ground(0, 0).distances(a, b, 1000)[0, 0] == pytest.approx(500, abs=1)
    assert math.isinf(plane.distances(a, b, 600)[0, 0])


def test_a_place_far_from_streets_or_unknown_is_no_trap() -> None:
    plane = grounds.ground(0, 0, corner())
    far = plane.plane([150 * M, math.nan], [-200 * M, 0])
    near = plane.plane([150 * M], [0])
    found = plane.distances(far, near, 1000)[:, 0]
    assert found[0] == pytest.approx(200, abs=1)
    assert math.isinf(found[1])


def test_crossing_streets_are_joined() -> None:
    lines = [LineString([(-200 * M, 0), (200 * M, 0)]), LineString([(0, -200 * M), (0, 200 * M)])]
    streets = gpd.GeoDataFrame({"kind": ["street", "street"]}, geometry=lines, crs=4326)
    plane = grounds.ground(0, 0, streets)
    a, b = plane.plane([200 * M], [0]), plane.plane([0], [200 * M])
    assert plane.distances(a, b, 900)[0, 0] == pytest.approx(400, abs=2)


def test_parts_are_plain_counts() -> None:
    spots = pd.DataFrame({"spot_id": ["s"], "premises_id": ["s"], "lon": [0.0], "lat": [0.0]})
    premises = pd.DataFrame(
        {"premises_id": ["s", "a", "b", "c"], "lon": [0, 50 * M, 100 * M, 500 * M], "lat": 0.0,
         "vacant": [1.0, 0.0, 1.0, 0.0], "before": [1.0, 0.0, 0.0, 0.0],
         "family": ["food"] * 4}
    )  # fmt: skip
    places = pd.DataFrame(
        {"kind": ["health", "culture", "bike_parking", "bike_parking"],
         "capacity": [np.nan, np.nan, 10, np.nan], "lon": [100 * M, 900 * M, 50 * M, 100 * M],
         "lat": 0.0}
    )  # fmt: skip
    stops = pd.DataFrame(
        {"departures": [40.0, 25.0], "lines": [1, 1], "lon": [0, 390 * M], "lat": 0.0}
    )
    parks = pd.DataFrame({"spaces": [120.0, 50.0], "lon": [399 * M, 401 * M], "lat": 0.0})
    sensors = pd.DataFrame({"lon": [150 * M], "lat": [0.0], "passages": [3000.0]})
    around = Surroundings(premises, sensors, places, stops, parks)
    values = count_parts(spots, around, grounds.ground(0, 0)).values.loc["s"]
    assert values[["services", "transit", "parking", "bikes"]].tolist() == [1, 65, 120, 20]
    assert values["footfall"] == 3000
    assert values[["neighbours", "occupied", "leaving"]].tolist() == [1, 50, 50]
    assert math.isnan(values["variety"])
    bare = count_parts(spots, Surroundings(premises), grounds.ground(0, 0))
    assert not {"footfall", "services", "transit", "parking", "bikes"} & set(bare.values)


# Perimeter -------------------------------------------------------------------------------------


def town_in_rings(inner: float, outer: float) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Premises every 20 m on a line; a centre of 400 m, vacancy by share inside and outside."""
    at = np.arange(-800, 800, 10)
    inside = np.abs(at) <= 200
    rank = np.where(inside, np.cumsum(inside), np.cumsum(~inside))
    share = np.where(inside, inner, outer)
    vacant = np.floor(rank * share) > np.floor((rank - 1) * share)
    premises = pd.DataFrame(
        {"premises_id": [str(i) for i in range(len(at))], "wave": pd.Timestamp("2024-06-01"),
         "status": np.where(vacant, "vacant", "occupied"), "lon": at * M, "lat": 0.0,
         "activity_family": np.resize(["food", "home", "services"], len(at)), "zone_id": "c"}
    )  # fmt: skip
    zones = gpd.GeoDataFrame(
        {"zone_id": ["c"], "name": ["Centre"], "kind": ["centre"]},
        geometry=[box(-200 * M, -50 * M, 200 * M, 50 * M)], crs=4326,
    )  # fmt: skip
    return premises, zones


def test_the_curve_counts_what_the_boundary_holds() -> None:
    """The zone is 100 m high: shrunk by as much, nothing is left of it."""
    premises, zones = town_in_rings(0.1, 0.1)
    found = crossings.measure_perimeter(premises, zones, buffers=(-100, 0, 100))
    assert [(item.metres, item.inside) for item in found.boundaries] == [(0, 41), (100, 61)]
    drawn = found.drawn
    assert drawn is not None
    low, high = proportion_confint(round(drawn.vacancy.value * 0.41), 41, method="wilson")
    assert (drawn.vacancy.low, drawn.vacancy.high) == pytest.approx((100 * low, 100 * high))
    assert not found.depends


def test_a_conclusion_that_depends_on_the_boundary_is_told() -> None:
    """An empty core in a full town: grown by 500 m, the centre is no longer told from the rest."""
    premises, zones = town_in_rings(0.4, 0.02)
    found = crossings.measure_perimeter(premises, zones, buffers=(0, 100, 560))
    assert [item.side for item in found.boundaries] == [1, 1, 0]
    assert found.depends
    assert "dépend de la limite" in sentences.perimeter(found)[1].text.fr
    same = crossings.measure_perimeter(*town_in_rings(0.3, 0.3), buffers=(0, 100, 500))
    assert same.sides == (0,)
    assert "ne dépend pas de la limite" in sentences.perimeter(same)[1].text.fr


def test_two_boundaries_never_tell_a_single_shop_apart() -> None:
    """Every 20 m a premises: boundaries 10 m apart hold the same ones, or one more."""
    premises, zones = town_in_rings(0.2, 0.2)
    found = crossings.measure_perimeter(premises, zones, buffers=tuple(range(-40, 200, 5)))
    inside = [item.inside for item in found.boundaries]
    assert 0 in [item.metres for item in found.boundaries]
    assert min(np.diff(inside)) >= 3


# Nothing to cross ------------------------------------------------------------------------------


def test_a_city_without_tables_says_what_would_unlock_each_crossing() -> None:
    found = crossings.Crossings(
        crossings.measure_links(None, None, None),
        crossings.measure_access(None),
        crossings.measure_potential(None),
        crossings.measure_perimeter(None, None),
        crossings.measure_works(None),
    )
    assert not found.known
    assert all(result.quality == "not_computable" for result in found.results)
    assert all(result.unlocked_by for result in found.results)
    (told,) = sentences.nothing(found)
    assert told.level == "missing"
    assert {table for result in told.results for table in result.unlocked_by} >= {
        "premises", "counts", "projects", "zones",
    }  # fmt: skip


def test_a_weight_that_names_no_part_is_refused() -> None:
    with pytest.raises(ValueError, match="sunshine"):
        crossings.measure_potential(None, weights={"sunshine": 1})


def test_the_city_file_knows_every_part() -> None:
    names = cities.json_schema()["$defs"]["Parameters"]["properties"]["potential_weights"]
    assert set(names["propertyNames"]["enum"]) == set(PARTS)


# The demo city, as its notebook shows it -------------------------------------------------------


def play(root: Path, folder: Path, language: str = "fr") -> dict[str, object]:
    """Run the cells of the notebook as they stand and return their names."""
    notebook = json.loads((root / "notebooks/crossings.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells = [cell for cell in cells if "city_folder: str" not in cell]
    names: dict[str, object] = {"city_folder": str(folder), "language": language}
    exec("\n".join(cells), names)
    return names


@pytest.fixture(scope="module")
def demo(root: Path) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "_display", lambda bundle: None)
        return play(root, root / "cities" / "demo")


def truth(root: Path) -> dict[str, dict[str, float]]:
    path = root / "cities" / "demo" / "crossings_truth.json"
    content: dict[str, dict[str, float]] = json.loads(path.read_text("utf-8"))
    return content


def test_the_planted_link_of_the_demo_is_found(root: Path, demo: dict[str, object]) -> None:
    links = demo["links"]
    assert isinstance(links, crossings.Links)
    link = links.links[0]
    planted = truth(root)["association"]["vacancy_points_per_10_percent_more_footfall"]
    assert link.verdict == "shown"
    assert link.found is not None
    assert link.found.slope.low < planted < link.found.slope.high


def test_the_planted_projects_of_the_demo_are_found(root: Path, demo: dict[str, object]) -> None:
    works, planted = demo["works"], truth(root)
    assert isinstance(works, crossings.Works)
    said = {(e.project.id, e.outcome, e.phase): e for e in works.effects}
    lasting = said["REQ-2023", "footfall", "after"]
    passing = said["TRX-2024", "footfall", "during"]
    for effect, value in (
        (lasting, planted["requalification"]["footfall_uplift"]),
        (passing, planted["works"]["footfall_effect"]),
    ):
        assert effect.verdict == "shown"
        assert effect.estimate is not None
        assert effect.estimate.low < value < effect.estimate.high
    assert said["TRX-2024", "footfall", "after"].verdict != "shown"
    filled = said["REQ-2023", "vacancy", "after"].estimate
    assert filled is not None
    change = planted["requalification"]["vacancy_change_against_others"]
    assert filled.low < change < filled.high


def test_the_chapter_shows_every_part(demo: dict[str, object]) -> None:
    page = demo["page"]
    assert isinstance(page, pages.Page)
    shown = {(block.kind, block.id) for block in page.blocks}
    assert {
        ("chart", "vacance-passages"), ("table", "liens"), ("map", "carte-potentiel"),
        ("chart", "potentiel-rangs"), ("table", "potentiel-poids"), ("chart", "perimetre"),
        ("chart", "projet-footfall"), ("chart", "placebos-footfall"),
        ("chart", "projet-vacancy"), ("chart", "placebos-vacancy"), ("table", "projets-effets"),
    } <= shown  # fmt: skip
    for block in page.blocks:
        if block.kind in ("chart", "map"):
            assert len(block.content["alt"]) > 40
            assert block.content["table"]["rows"]


def test_no_premises_is_named_in_the_public_edition(demo: dict[str, object]) -> None:
    page, potential = demo["page"], demo["potential"]
    assert isinstance(page, pages.Page)
    assert isinstance(potential, crossings.Potential)
    names = [*potential.spots["spot_id"].astype(str), *potential.spots["address"].astype(str)]
    for block in page.blocks:
        public = block.public if isinstance(block.public, dict) else (
            block.content if block.public else {})  # fmt: skip
        text = json.dumps(public, ensure_ascii=False)
        assert not [name for name in names if name in text], (block.kind, block.id)


def test_every_result_is_recorded_with_unit_n_interval_and_method(demo: dict[str, object]) -> None:
    found = demo["found"]
    assert isinstance(found, crossings.Crossings)
    for result in found.results:
        if result.computable:
            assert result.unit
            assert result.method != "none"
            assert result.estimate.n > 0
        else:
            assert result.note is not None
            assert result.unlocked_by


def test_the_chapter_reads_in_english(root: Path, demo: dict[str, object]) -> None:
    """The cells that show are played again in English, on the same results."""
    notebook = json.loads((root / "notebooks/crossings.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    shown = [cell for cell in cells if "page.say" in cell]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "_display", lambda bundle: None)
        page = pages.Page(demo["city"], "crossings", "en")  # type: ignore[arg-type]
        exec("\n".join(shown), {**demo, "page": page, "language": "en"})
    told = [f["text"] for b in page.blocks if b.kind == "sentences" for f in b.content["findings"]]
    told += [b.content["title"] for b in page.blocks if b.kind in ("chart", "map")]
    assert len(told) > 10
    assert not [text for text in told if re.search(r"\b(les|des|locaux|vacants)\b", text)
                and "Rue" not in text]  # fmt: skip


def test_a_city_without_data_gets_one_short_section(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_display", lambda bundle: None)
    folder = tmp_path / "vide"
    folder.mkdir()
    (folder / "city.yml").write_text("id: vide\nname: Vide\ninsee_code: '00001'\n", "utf-8")
    page = play(root, folder)["page"]
    assert isinstance(page, pages.Page)
    assert {block.kind for block in page.blocks} == {"results", "sentences"}
    told = next(block for block in page.blocks if block.kind == "sentences")
    assert all(item["level"] == "missing" for item in told.content["findings"])


def test_a_project_without_geometry_or_street_touches_its_zone() -> None:
    plane = grounds.ground(0, 0)
    project = Project("p", "P", "works", None, None, None, "z1")
    lon = lat = pd.Series([0.0, 0.0])
    streets, zones = pd.Series(["A", "B"]), pd.Series(["z1", "z2"])
    assert touched(project, plane, lon, lat, streets, zones).tolist() == [True, False]
    near = Project("p", "P", "works", None, None, None, None, Point(20 * M, 0))
    far = pd.Series([0.0, 200 * M])
    assert touched(near, plane, far, lat, streets, zones).tolist() == [True, False]


def test_sources_know_the_tables_that_the_crossings_read() -> None:
    assert set(crossings.TABLES) <= set(sources.tables.NAMES)
