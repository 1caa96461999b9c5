"""The national synthesis before any page: which runs are read, what is compared, what is said."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests
from typer.testing import CliRunner

from analyses import comparison, national
from analyses.cli import app
from analyses.comparison import Programme, Question, ties
from analyses.errors import CoeurvilleError, RunError
from analyses.figures import national as charts
from analyses.figures import national_lists, national_map, national_overview, national_tables
from analyses.figures.numbers import written
from analyses.narrative import national as sentences
from analyses.narrative import national_overview as whole
from analyses.narrative import national_sheets as sheets
from analyses.results import UNKNOWN, Estimate, Result
from analyses.runs import finished, programme, synthesis
from analyses.wording import Text
from finished_runs import SQUARE, Town, declare, finish, many, write

VACANCY = comparison.QUESTIONS[0]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Eight towns with finished runs."""
    cities, out = tmp_path / "cities", tmp_path / "out"
    write(cities, out, many(8))
    return cities, out


def gathered(folders: tuple[Path, Path]) -> Programme:
    cities, out = folders
    return programme.gather(out, cities, programme.choose(cities))


def test_a_finished_run_is_read_from_its_public_edition(folders: tuple[Path, Path]) -> None:
    _cities, out = folders
    path = out / "ville-000" / "indicators.csv"
    path.write_text(path.read_text().replace("survey", "osm"))  # internal: not the one read
    found = finished.read(out, "ville-000")
    assert isinstance(found, finished.Finished)
    assert set(found.table["source"]) >= {"survey"}
    assert finished.read(out, "ville-000", "internal").state == "broken"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("harm", "state"),
    [
        (lambda place: (place / "run.json").write_text('{"format": 1,'), "broken"),
        (lambda place: (place / "run.json").write_text("[]"), "broken"),
        (lambda place: (place / "run.json").write_bytes(b"\xff\xfe\x00"), "broken"),
        (lambda place: (place / "indicators.csv").unlink(), "broken"),
        (lambda place: (place / "indicators.csv").write_text("city,indicator\n"), "broken"),
        (lambda place: (place / "run.json").unlink(), "absent"),
    ],
)
def test_a_run_that_cannot_be_trusted_is_named_and_never_read(
    folders: tuple[Path, Path], harm: object, state: str
) -> None:
    _, out = folders
    harm(out / "ville-003" / "public")  # type: ignore[operator]
    found = gathered(folders)
    lost = found.member("ville-003")
    assert lost.state == state
    assert lost.why is not None
    assert lost.remedy is not None
    assert "coeurville run ville-003" in lost.remedy.fr
    assert "ville-003" not in set(found.table["city"])
    assert len(found.read) == 7


def test_the_numbers_of_another_city_are_not_read(folders: tuple[Path, Path]) -> None:
    _cities, out = folders
    stranger = finish(out, Town("autre", "Autre")) / "public"
    for name in ("run.json", "indicators.csv"):
        (out / "ville-001" / "public" / name).write_bytes((stranger / name).read_bytes())
    assert gathered(folders).member("ville-001").state == "broken"
    record = json.loads((stranger / "run.json").read_text())
    (out / "ville-001" / "public" / "run.json").write_text(
        json.dumps({**record, "city": "ville-001"})
    )
    assert gathered(folders).member("ville-001").state == "broken"


def test_a_failed_run_and_a_wrong_city_file_are_told_apart(folders: tuple[Path, Path]) -> None:
    cities, out = folders
    declare(cities, Town("arretee", "Arrêtée"))
    (out / ".failed" / "arretee").mkdir(parents=True)
    (out / ".failed" / "arretee" / "run.json").write_text("{}")
    (cities / "ville-002" / "city.yml").write_text("id: [")
    found = gathered(folders)
    assert found.member("arretee").state == "failed"
    wrong = found.member("ville-002")
    assert wrong.state == "broken"
    assert wrong.why is not None
    assert "ville-002/city.yml" in wrong.why.fr


def test_fictitious_and_foreign_cities_are_left_out_unless_named(
    folders: tuple[Path, Path],
) -> None:
    cities, out = folders
    declare(cities, Town("fable", "Fable", fictitious=True))
    finish(out, Town("fable", "Fable", fictitious=True))
    assert "fable" not in programme.choose(cities)
    found = comparison.synthesis(programme.gather(out, cities, programme.choose(cities, ["fable"])))
    assert found.leagues[VACANCY].gate.asides[0].reason == "fictitious"


def test_what_is_gathered_is_kept_to_the_digit(folders: tuple[Path, Path], tmp_path: Path) -> None:
    found = gathered(folders)
    programme.write(found, tmp_path / "kept")
    again = programme.read(tmp_path / "kept")
    assert again.members == found.members
    pd.testing.assert_frame_equal(again.table, found.table, check_dtype=False)
    names = {path.name for path in (tmp_path / "kept").iterdir()}
    assert names == {"programme.json", "indicators.csv"}, "no numbers of another day"


@pytest.mark.parametrize("name", ["perimetre.json", "plans/centre.geojson"])
def test_the_zones_that_a_city_names_count_whatever_their_file_is_called(
    folders: tuple[Path, Path], name: str
) -> None:
    cities, out = folders
    folder = cities / "ville-000"
    zones = folder / name
    zones.parent.mkdir(exist_ok=True)
    (folder / "zones.geojson").rename(zones)
    text = (folder / "city.yml").read_text(encoding="utf-8")
    (folder / "city.yml").write_text(text.replace("zones.geojson", name), encoding="utf-8")

    def marks() -> dict[str, str]:
        return programme.marks(out, cities, ["ville-000", "ville-001"], "public")

    before = marks()
    zones.write_text(zones.read_text().replace('"centre"', '"quartier"'))
    after = marks()
    assert [city for city in before if before[city] != after[city]] == ["ville-000"]


@pytest.mark.parametrize("name", ["out", "out/ville-000"])
def test_a_folder_that_is_no_synthesis_is_never_replaced(
    folders: tuple[Path, Path], name: str
) -> None:
    cities, out = folders
    before = sorted(path for path in out.rglob("*") if path.suffix == ".csv")
    with pytest.raises(CoeurvilleError, match="name another folder"):
        national.refresh(out, cities, out.parent / name)
    assert before
    assert sorted(path for path in out.rglob("*") if path.suffix == ".csv") == before


def test_a_mark_follows_what_is_read_and_nothing_else(folders: tuple[Path, Path]) -> None:
    cities, out = folders

    def marks() -> dict[str, str]:
        return programme.marks(out, cities, ["ville-000", "ville-001"], "public")

    before = marks()
    record = out / "ville-000" / "public" / "run.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "ended": "later"}))
    assert marks() == before
    finish(out, Town("ville-000", "Ville", vacant=3))
    after = marks()
    assert after["ville-000"] != before["ville-000"]
    assert after["ville-001"] == before["ville-001"]


def test_a_hidden_number_stays_hidden_and_says_so(folders: tuple[Path, Path]) -> None:
    _cities, out = folders
    town = many(8)[4]
    hidden = Result(
        "vacancy_rate", UNKNOWN, "%", "survey", "wilson/1", "coeur", period_start=date(2025, 6, 17),
        period_end=date(2025, 6, 17), quality="suppressed", note=Text("secret", "secret"),
    )  # fmt: skip
    public = finish(out, replace(town, vacant=town.vacant)) / "public"
    from analyses import digests
    from analyses.results import to_frame
    from analyses.runs import indicators_file, spreadsheet
    from finished_runs import results

    rest = [r for r in results(town) if r.indicator != "vacancy_rate"]
    spreadsheet.write(to_frame([hidden, *rest], town.id), public / indicators_file.NAME)
    record = json.loads((public / "run.json").read_text())
    record["outputs"] = {"indicators.csv": digests.of_file(public / "indicators.csv")}
    (public / "run.json").write_text(json.dumps(record))
    found = comparison.synthesis(gathered(folders))
    (aside,) = found.leagues[VACANCY].gate.asides
    assert (aside.city, aside.reason) == (town.id, "suppressed")
    true = 100 * town.vacant / town.premises
    assert not np.isclose(found.programme.table["value"].dropna(), true).any()


# ---------------------------------------------------------------- what is compared


@pytest.mark.parametrize(
    ("component", "change"),
    [
        ("perimeter_kind", {"kind": "hypercentre"}),
        ("source_class", {"source": "sirene"}),
        ("survey_season", {"day": date(2025, 10, 14)}),
        ("coverage", {"coverage": 62.0}),
    ],
)
def test_a_town_that_differs_leaves_the_ranking(
    folders: tuple[Path, Path], component: str, change: dict[str, object]
) -> None:
    cities, out = folders
    town = replace(many(8)[5], **change)  # type: ignore[arg-type]
    declare(cities, town)
    finish(out, town)
    found = comparison.synthesis(gathered(folders))
    (aside,) = found.leagues[VACANCY].gate.asides
    assert aside.city == town.id
    assert component in aside.differs
    table = national_tables.asides_table(found.of_theme("commerce"), "commerce", "fr")
    assert table is not None
    shown = table.data.to_string()
    assert town.name in shown
    assert aside.remedy.fr.split(".")[0] in shown


def test_an_indicator_without_perimeter_takes_the_whole_city() -> None:
    where = {"period_start": date(2025, 4, 1), "period_end": date(2025, 4, 30)}
    from analyses.results import to_frame
    from finished_runs import share

    def table(zone: str, name: str) -> pd.DataFrame:
        rows = [
            to_frame([Result(name, share(20 + i, 200), "%", "sensor", "x/1", zone, **where)], city)  # type: ignore[arg-type]
            for i, city in enumerate("abc")
        ]
        return pd.concat(rows, ignore_index=True)

    profiles = [comparison.Profile(city, city) for city in "abc"]
    free = comparison.league(table("*", "sensor_health"), profiles, "sensor_health")
    assert len(free.table) == 3
    bound = comparison.league(table("*", "occupancy_rate"), profiles, "occupancy_rate")
    assert bound.table.empty
    assert {item.reason for item in bound.gate.asides} == {"perimeter"}


def test_holm_is_that_of_statsmodels() -> None:
    draw = np.random.default_rng(2)
    for size in (1, 2, 30, 400):
        p = np.concatenate([draw.uniform(0, 1, size), draw.uniform(0, 1e-4, size // 3)])
        theirs = multipletests(p, alpha=0.05, method="holm")[0]
        assert (ties.holm(p, 0.05) == theirs).all()
    assert ties.holm(np.array([]), 0.05).size == 0


def test_two_surveys_of_a_town_are_compared_and_a_move_is_found(tmp_path: Path) -> None:
    towns = [Town(f"v{i}", f"V{i}", vacant=30, earlier_vacant=31, premises=300) for i in range(4)]
    towns.append(Town("vide", "Vidée", vacant=120, earlier_vacant=30, premises=300))
    write(tmp_path / "cities", tmp_path / "out", towns)
    found = gathered((tmp_path / "cities", tmp_path / "out"))
    parted = comparison.waves(found, VACANCY)
    assert parted is not None
    before, after = ((part.table, part.profiles) for part in parted)
    moved = comparison.evolution(before, after, "vacancy_rate")
    assert moved.loc[moved["changed"].astype(bool), "city"].tolist() == ["vide"]
    names = {member.city: member.name for member in found.members}
    told = sentences.evolution(VACANCY, moved, names)
    assert "Vidée" in told.text.fr
    assert charts.evolution_chart(VACANCY, moved, names, told.text, "fr") is not None


# ---------------------------------------------------------------- what is shown


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("count", [0, 1, 2, 8, 70])
def test_every_size_of_programme_can_be_told(tmp_path: Path, count: int, language: str) -> None:
    cities, out = tmp_path / "cities", tmp_path / "out"
    write(cities, out, many(count))
    declare(cities, Town("muette", "Muette"))
    found = comparison.synthesis(gathered((cities, out)))
    told = [*whole.overview(found), *whole.data(found), whole.published(found)]
    for item in told:
        assert item.text.fr != item.text.en
        assert item.text.in_(language).endswith(".")  # type: ignore[arg-type]
    drawn = [
        national_map.cities_map(found, language),  # type: ignore[arg-type]
        national_overview.data_chart(found, language),  # type: ignore[arg-type]
        national_overview.coverage_chart(found, whole.title_coverage(found), language),  # type: ignore[arg-type]
        charts.multiples(found, language),  # type: ignore[arg-type]
    ]
    for question in found.ranked:
        league = found.leagues[question]
        title = sentences.answer(question, league)
        drawn += [
            charts.league_chart(question, league, title, language),  # type: ignore[arg-type]
            charts.funnel_chart(question, league, language),
        ]  # type: ignore[arg-type]
    assert bool(found.ranked) == (count > 2)
    for item in drawn:
        if item is not None:
            assert item.title
            assert item.alt
            assert len(item.data.data) > 0
    assert national_lists.cards(found, "cards", language).data.iloc[0, 1] == str(count)  # type: ignore[arg-type]


def test_a_league_says_places_as_ranges_and_what_nothing_tells_apart() -> None:
    rows = pd.DataFrame({"rank_low": [1, 4], "rank_high": [3, 4]})
    assert national_tables.place_words(rows.iloc[0], "fr") == "places 1 à 3"
    assert national_tables.place_words(rows.iloc[1], "en") == "place 4"


def test_a_sheet_says_why_a_number_is_not_there(folders: tuple[Path, Path]) -> None:
    cities, _out = folders
    declare(cities, Town("muette", "Muette"))
    found = comparison.synthesis(gathered(folders))
    silent = found.programme.member("muette")
    told = sheets.sheet(found, silent, found.standings("muette"))
    assert told[0].level == "missing"
    assert told[0].text.fr.startswith("Non calculable : aucun traitement n'est fini.")
    member = found.programme.member("ville-000")
    lacking = [
        item for item in sheets.sheet(found, member, found.standings("ville-000"))
        if item.level == "missing"
    ]  # fmt: skip
    assert "part des enseignes nationales" in lacking[0].text.fr


def test_the_outline_of_france_holds_its_cities() -> None:
    from shapely.geometry import Point, shape

    polygons = {
        name: shape({"type": "MultiPolygon", "coordinates": rings})
        for kind, name, rings in national_map.outline()
        if kind != "abroad"
    }
    assert polygons["metropole"].contains(Point(2.35, 48.85))
    assert polygons["metropole"].contains(Point(9.15, 42.3))  # Corsica
    assert not polygons["metropole"].contains(Point(4.35, 50.85))  # Brussels
    assert set(polygons) == {"metropole", *national_map.OVERSEAS}
    for code, (_, extent) in national_map.OVERSEAS.items():
        assert extent.window().contains(polygons[code])


def test_the_national_notebooks_are_thin_and_clean(root: Path) -> None:
    for path in sorted((root / "notebooks" / "national").glob("*.ipynb")):
        book = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
        assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
        tree = ast.parse("\n".join("".join(cell["source"]) for cell in code))
        heavy = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While)
        assert not [node for node in ast.walk(tree) if isinstance(node, heavy)], path.name
        assert path.stem in synthesis.NOTEBOOKS


def test_every_question_is_in_the_dictionary_and_named_once() -> None:
    names = [question.id for question in comparison.QUESTIONS]
    assert len(set(names)) == len(names)
    for question in comparison.QUESTIONS:
        assert question.label.fr
        assert question.label.en
    assert Question("business_survival", "age_years", "3").label.fr.endswith("à 3 ans")


# ---------------------------------------------------------------- the command


def test_no_finished_run_is_one_clear_message(tmp_path: Path) -> None:
    declare(tmp_path / "cities", Town("muette", "Muette"))
    with pytest.raises(RunError, match="No city has a finished run"):
        national.refresh(tmp_path / "out", tmp_path / "cities", tmp_path / "out" / "national")
    assert not (tmp_path / "out" / "national").exists()


def test_an_unknown_city_is_refused_with_those_there_are(folders: tuple[Path, Path]) -> None:
    cities, out = folders
    words = ["national", "nulle-part", "--cities", str(cities), "--runs", str(out)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code
    assert "nulle-part" in str(done.exception)
    assert "ville-000" in str(done.exception)


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(
    folders: tuple[Path, Path],
) -> None:
    cities, out = folders
    words = ["national", "--cities", str(cities), "--runs", str(out), "--dry-run"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "jamais faite" in done.output
    assert not (out / "national").exists()


def test_the_square_of_the_towns_is_closed() -> None:
    assert SQUARE[0][0] == SQUARE[0][-1]


def whole_city(value: float) -> list[Result]:
    """Return a rate of compliance, that no zone has, and a footfall link, at the city's scale."""
    day = date(2025, 6, 17)
    period = {"period_start": day, "period_end": day, "zone": "*"}
    rate = Estimate(value, value - 3, value + 3, 400)
    return [Result("compliance_rate", rate, "%", "payment", "fleet/1", **period)]


def test_what_is_only_computed_for_a_whole_city_is_compared_there(tmp_path: Path) -> None:
    """Pay stations serve several zones: the compared zone has no number, the city has one."""
    towns = [
        Town(f"v{i}", f"Ville {i}", kind="centre" if i % 2 else "hypercentre",
             more=whole_city(60 + 5 * i)) for i in range(4)
    ]  # fmt: skip
    towns[3].more = []
    cities, out = tmp_path / "cities", tmp_path / "out"
    write(cities, out, towns)
    found = comparison.synthesis(gathered((cities, out)))
    league = found.leagues[Question("compliance_rate")]
    assert league.ranked
    assert set(league.table["city"]) == {"v0", "v1", "v2"}
    assert [(item.city, item.reason) for item in league.gate.asides] == [("v3", "missing")]
    words = national_tables.fingerprint_words(league, "fr")
    assert "toutes les données de la ville" in words


def entry_rate(value: float, zone: str = "coeur") -> Result:
    """Return a rate of entry into vacancy."""
    day = date(2025, 6, 17)
    return Result(
        "vacancy_entry", Estimate(value, value - 1, value + 1, 300), "%/year", "survey", "markov/1",
        zone=zone, period_start=day, period_end=day,
    )  # fmt: skip


def test_a_zone_without_a_number_is_not_replaced_by_the_whole_city(tmp_path: Path) -> None:
    cities, out = tmp_path / "cities", tmp_path / "out"
    towns = many(4)
    towns[0].more = [entry_rate(6.0, "*")]
    write(cities, out, towns)
    found = comparison.synthesis(gathered((cities, out)))
    asides = found.leagues[Question("vacancy_entry")].gate.asides
    assert {item.reason for item in asides} == {"missing"}


def test_among_groups_as_large_that_of_the_usual_perimeter_is_the_reference(
    tmp_path: Path,
) -> None:
    """One city of a rare perimeter never makes the others leave theirs."""
    towns = [Town(f"v{i}", f"Ville {i}", kind="hypercentre") for i in range(3)]
    towns.append(Town("a", "Autre", kind="agglomeration"))
    for town in (towns[0], towns[3]):
        town.more = [entry_rate(6.0)]
    cities, out = tmp_path / "cities", tmp_path / "out"
    write(cities, out, towns)
    league = comparison.synthesis(gathered((cities, out))).leagues[Question("vacancy_entry")]
    assert league.table["city"].tolist() == ["v0"]
    (aside,) = (item for item in league.gate.asides if item.reason == "fingerprint")
    assert aside.city == "a"
    assert "hypercentre" in aside.why.fr


def test_cities_of_one_name_are_told_apart_and_keep_their_own_numbers(tmp_path: Path) -> None:
    towns = [
        Town("v0", "Valmont", vacant=10, region="Normandie"),
        Town("v1", "Valmont", vacant=40, region="Grand Est"),
        Town("v2", "VALMONT", vacant=25, region="Grand Est"),
        Town("v3", "Autre", vacant=20),
    ]
    entries = {"v0": 3.0, "v1": 9.0, "v2": 6.0, "v3": 5.0}
    for town in towns:
        town.more = [entry_rate(entries[town.id])]
    cities, out = tmp_path / "cities", tmp_path / "out"
    write(cities, out, towns)
    found = comparison.synthesis(gathered((cities, out)))
    names = {member.city: member.name for member in found.programme.members}
    assert names == {
        "v0": "Valmont (Normandie)", "v1": "Valmont (v1)", "v2": "VALMONT (v2)", "v3": "Autre",
    }  # fmt: skip
    table = charts.multiples(found, "fr").data.data  # type: ignore[union-attr]
    shown = dict(zip(table["Ville"], table.iloc[:, 1], strict=True))
    rates = dict(zip(found.leagues[VACANCY].table["city"], found.leagues[VACANCY].table["shrunk"],
                     strict=True))  # fmt: skip
    assert len(set(shown.values())) == 4
    for city, name in names.items():
        assert shown[name] == written(float(rates[city]), "%", "fr")


def test_one_number_without_width_does_not_take_the_ranking_from_the_others(
    tmp_path: Path,
) -> None:
    towns = many(5)
    for rank, town in enumerate(towns):
        town.more = [entry_rate(5.0 + rank)]
    exact = replace(entry_rate(0.0), estimate=Estimate(0, 0, 0, 300))
    towns[2].more = [exact]
    cities, out = tmp_path / "cities", tmp_path / "out"
    write(cities, out, towns)
    league = comparison.synthesis(gathered((cities, out))).leagues[Question("vacancy_entry")]
    assert league.ranked
    assert [(item.city, item.reason) for item in league.gate.asides] == [(towns[2].id, "interval")]
    for town in towns:
        town.more = [exact]
    write(cities, out, towns[:1])
    for town in towns[1:]:
        finish(out, town)
    league = comparison.synthesis(gathered((cities, out))).leagues[Question("vacancy_entry")]
    assert not league.ranked, "an exact count is listed"
    assert len(league.table) == 5
