"""The plan against brute force; the city's own file; what the terminal and the tables show."""

from __future__ import annotations

import shutil
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from analyses import cities, indicators, schemas, sources
from analyses.cities import Sources
from analyses.errors import InputError
from analyses.figures import readiness as tables
from analyses.figures.readiness_terminal import assessment
from analyses.indicators import Bilingual
from analyses.narrative import readiness as sentences
from analyses.readiness import Readiness, assess
from analyses.readiness.assess import tasks
from analyses.readiness.catalogue import Step, catalogue
from analyses.readiness.declaration import Declaration, parse
from analyses.readiness.journey import outline
from analyses.readiness.plan import Task, ordered, plan
from analyses.readiness.ways import Rules
from analyses.sources import readiness as own
from test_cli import coeurville

WORDS = Bilingual(fr="x", en="x")
EFFORTS = {"small": 1, "medium": 3, "large": 8}


def problem(seed: int) -> tuple[Rules, list[Task]]:
    """Return five steps of one asset each and eight indicators that need one to three of them."""
    rng = np.random.default_rng(seed)
    assets = [f"a{rank}" for rank in range(5)]
    needs = [sorted(rng.choice(assets, int(rng.integers(1, 4)), replace=False)) for _ in range(8)]
    book = Rules.model_validate(
        {
            "version": 1,
            "assets": dict.fromkeys(assets, WORDS),
            "notes": {},
            "indicators": {f"i{rank}": [{"needs": list(n)}] for rank, n in enumerate(needs)},
        }
    )
    efforts = rng.choice(list(EFFORTS), 5)
    return book, [
        Task(Step(id=f"s{name}", label=WORDS, gives=(name,), effort=effort, term="short"),
             effort, "short", (name,))
        for name, effort in zip(assets, efforts, strict=True)
    ]  # fmt: skip


def unlocked(book: Rules, chosen: list[Task]) -> int:
    have = {asset for task in chosen for asset in task.gives}
    return sum(any(set(w.needs) <= have for w in ways) for ways in book.indicators.values())


def density(book: Rules, chosen: list[Task]) -> Fraction:
    return Fraction(unlocked(book, chosen), sum(EFFORTS[task.effort] for task in chosen))


@pytest.mark.parametrize("seed", range(30))
def test_the_plan_begins_with_the_best_of_all_sets_of_steps(seed: int) -> None:
    book, steps = problem(seed)
    best = max(
        density(book, list(some)) for size in range(1, 6) for some in combinations(steps, size)
    )
    order = list(ordered((), steps, known=book, widest=5))
    prefixes = [density(book, order[:size]) for size in range(1, len(order) + 1)]
    assert max(prefixes) == best
    assert unlocked(book, order) == unlocked(book, steps), "a useful step was left out"


@pytest.mark.parametrize("seed", range(30))
def test_for_every_effort_the_plan_is_near_the_best_that_could_be_had(seed: int) -> None:
    book, steps = problem(seed)
    order = list(ordered((), steps, known=book, widest=3))
    sets = [list(s) for size in range(6) for s in combinations(steps, size)]
    spent = 0
    for size in range(1, len(order) + 1):
        spent = sum(EFFORTS[task.effort] for task in order[:size])
        most = max(
            unlocked(book, some) for some in sets
            if sum(EFFORTS[task.effort] for task in some) <= spent
        )  # fmt: skip
        complete = size == len(order) or unlocked(book, order[:size]) > unlocked(
            book, order[: size - 1]
        )
        if complete:
            assert unlocked(book, order[:size]) >= 0.5 * most


def test_a_plan_is_told_by_term_and_each_line_brings_what_it_says() -> None:
    lines = plan((), tasks(Declaration(), catalogue()))
    terms = [line.term for line in lines]
    assert terms == sorted(terms, key=["short", "middle", "long"].index)
    gained = [name for line in lines for name in line.unlocked]
    assert len(gained) == len(set(gained))
    done: set[str] = set()
    for line in lines:
        assert not {name for name in line.task.step.after if name not in done}
        done.add(line.task.id)


def test_every_table_of_a_city_is_in_the_catalogue() -> None:
    ours = {item.table for item in catalogue().data.values() if item.table is not None}
    assert ours == {"zones", *Sources.model_fields}
    assert {*Sources.model_fields} - {"streets"} <= {*schemas.names()}


def test_a_step_gives_every_asset_that_a_rule_needs() -> None:
    from analyses.readiness.ways import rules

    given = {asset for step in catalogue().steps() for asset in step.gives}
    for name, ways in rules().indicators.items():
        assert any(set(way.needs) <= given for way in ways), f"{name}: no step leads to it"


# ---------------------------------------------------------------- the city's own file


def test_an_empty_file_says_nothing() -> None:
    assert parse("", "x") == Declaration()
    assert parse("known:\njourney:\nopenness:\n", "x") == Declaration()


def test_all_faults_come_with_their_line_and_the_key_meant() -> None:
    text = (
        "known:\n  - data: parking_paymants\n    note: Vu.\n    source: {title: Rapport}\n"
        "journey:\n  park:\n    peple: {level: strong}\n    tools: {level: great}\n"
        "opennes: {premises: open}\n"
    )
    with pytest.raises(InputError) as raised:
        parse(text, "x/readiness.yml")
    faults = {(fault.row, fault.column): str(fault) for fault in raised.value.faults}
    assert (2, "known[1].data") in faults
    assert any(row == 7 for row, _ in faults)
    assert (8, "journey.park.tools.level") in faults
    assert "openness" in faults[9, "opennes"]


def test_every_city_file_is_right_and_sourced(root: Path) -> None:
    programme = 0
    for city_id in cities.list_ids(root / "cities"):
        folder = root / "cities" / city_id
        said = own.read(cities.read(folder))
        programme += (folder / "readiness.yml").is_file()
        assert all(item.source.title and item.note for item in said.known)
    assert programme >= 11


def test_what_exists_is_only_to_be_asked_for() -> None:
    said = parse(
        "known:\n  - data: premises\n    note: Relevé.\n    source: {title: Rapport}\n", "x"
    )
    usual = {task.id: task for task in tasks(Declaration(), catalogue())}
    theirs = {task.id: task for task in tasks(said, catalogue())}
    assert (usual["premises_survey"].effort, usual["premises_survey"].term) == ("medium", "middle")
    assert (theirs["premises_survey"].effort, theirs["premises_survey"].term) == ("small", "short")
    assert theirs["premises_second"].term == "long"


def test_what_is_spoilt_is_not_promised(root: Path) -> None:
    city = cities.read(root / "cities" / "soissons")
    found = assess(sources.load(city), own.read(city))
    (line,) = [line for line in found.plan if line.task.id == "parking_states"]
    assert "mean_stay" not in (*line.unlocked, *line.improved)
    assert "occupancy_rate" in (*line.unlocked, *line.improved)


# ---------------------------------------------------------------- what is shown


@pytest.fixture(scope="module")
def tulle(root: Path) -> Readiness:
    city = cities.read(root / "cities" / "tulle")
    return assess(sources.load(city), own.read(city))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_terminal_stays_within_eighty_columns(tulle: Readiness, language: str) -> None:
    console = Console(width=80, record=True, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(assessment(tulle, language))  # type: ignore[arg-type]
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert any("Sirene" in line or "SIRENE" in line for line in lines)


def test_a_city_without_data_gets_sentences_and_tables(tulle: Readiness) -> None:
    said = [*sentences.today(tulle), *sentences.next_steps(tulle), *sentences.journey(tulle)]
    assert all(finding.text.fr.endswith(".") for finding in said)
    assert tables.data_sheets(tulle, "fr", given=False) is not None
    for theme in tables.THEMES:
        table = tables.answers_of(tulle, theme, "en")
        assert table is not None
        assert (table.data["Today"] == "not computable").all()
        assert not table.data.iloc[:, 1:].duplicated().any()  # the same is said once
        listed = "; ".join(table.data["Indicator"]).split("; ")
        assert len(listed) == sum(indicators.get(a.indicator).theme == theme for a in tulle.answers)


def test_the_journey_is_to_fill_in_until_it_is_filled(root: Path) -> None:
    city = cities.read(root / "cities" / "tulle")
    angles = outline().angles
    filled = {
        "park": {name: {"level": "strong"} for name in angles},
        "walk": {"people": {"level": "weak", "note": "Personne."}},
    }
    said = Declaration.model_validate({"journey": filled})
    found = assess(sources.load(city), said)
    verdicts = {link.step: link.verdict for link in found.journey.links}
    assert verdicts["park"] == "strong"
    assert verdicts["walk"] == "weak"
    assert verdicts["buy"] is None
    table = tables.journey(found, "fr").data
    assert (table["Maillon"] == "à remplir").sum() == len(outline().steps) - 2
    (finding,) = sentences.journey(found)
    assert "Maillons faibles : marcher. Maillons solides : se garer." in finding.text.fr


def test_check_says_what_was_not_read(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "cities" / "tulle", tmp_path / "cities" / "tulle")
    path = tmp_path / "cities" / "tulle" / "readiness.yml"
    path.write_text("knowm: []\n", encoding="utf-8")
    done = coeurville("check", "tulle", cwd=tmp_path)
    assert done.returncode == 2
    assert "Perhaps known is meant" in done.stderr
    assert "Données non lues" in done.stderr


def test_only_rows_that_were_read_are_counted(root: Path) -> None:
    city = cities.read(root / "cities" / "tulle")
    loaded = sources.load(city)
    (sheet,) = assess(loaded).of_state("held")
    assert sheet.data.id == "zones"
    assert sheet.reading is not None
    assert sheet.reading.rows == len(pd.DataFrame(loaded.zones))
