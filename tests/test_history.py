"""Former editions are kept with the run, whole whatever stops it, and named as a user would."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from analyses import blocks, cities, privacy
from analyses.errors import InputError
from analyses.results import Result
from analyses.runs import changes, history, manifest, promote, spreadsheet
from editions_on_disk import put, rate, record
from trial import city as trial_city

DAYS = (date(2025, 1, 10), date(2025, 2, 10), date(2025, 3, 10))
ONE, TWO, THREE = (
    record(day, {"premises.csv": name}) for day, name in zip(DAYS, ("a", "bb", "ccc"), strict=True)
)


@pytest.fixture
def city(tmp_path: Path) -> cities.City:
    return trial_city(tmp_path)


def next_run(
    place: Path, about: manifest.Manifest, results: list[Result], city: cities.City, **more: object
) -> Path:
    """Make the next run of a city beside its place, as a run does before it is published."""
    staging = place.with_name(".staging")
    shutil.rmtree(staging, ignore_errors=True)
    put(staging, about, results, more.get("public"))  # type: ignore[arg-type]
    (staging / "run.json").unlink()
    chapters = dict(about.chapters)
    history.enter(staging, place, about, [], city.folder)
    about.chapters = chapters  # there is no notebook here to read them from
    changes.tell(staging, city, about, public="public" in more)
    about.write(staging)
    return staging


def published(
    place: Path, *runs: tuple[manifest.Manifest, list[Result]], city: cities.City
) -> Path:
    for about, results in runs:
        promote.promote(next_run(place, about, results, city), place)
    return place


def test_a_run_of_another_content_keeps_the_one_before(tmp_path: Path, city: cities.City) -> None:
    place = published(
        tmp_path / "out" / "essai", (ONE, [rate(10)]), (TWO, [rate(12)]), (THREE, [rate(11)]),
        city=city,
    )  # fmt: skip
    assert [entry.record.id for entry in history.entries(place)] == [ONE.id, TWO.id]
    assert [entry.table()["value"].tolist() for entry in history.entries(place)] == [[10], [12]]
    names = {path.name for path in (place / "history" / ONE.id).iterdir()}
    assert names == {"indicators.csv", "run.json"}


def test_the_same_content_again_is_no_new_edition(tmp_path: Path, city: cities.City) -> None:
    again = record(date(2025, 6, 1), {"premises.csv": "bb"})
    place = published(
        tmp_path / "out" / "essai", (ONE, [rate(10)]), (TWO, [rate(12)]), (again, [rate(12)]),
        city=city,
    )  # fmt: skip
    assert [entry.record.id for entry in history.entries(place)] == [ONE.id]
    assert len(spreadsheet.read(place / "revisions.csv")) == 1


@pytest.mark.parametrize("stop", range(4))
def test_a_kill_at_any_step_keeps_the_history_whole(
    tmp_path: Path, city: cities.City, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    """Two renames and two removals are all that a promotion does where nothing can be exchanged."""
    place = published(tmp_path / "out" / "essai", (ONE, [rate(10)]), (TWO, [rate(12)]), city=city)
    staging = next_run(place, THREE, [rate(11)], city)
    monkeypatch.setattr(promote, "exchange", lambda *_: False)
    steps = _Steps(stop)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", steps.before(Path.rename))
        patched.setattr(shutil, "rmtree", steps.before(shutil.rmtree))
        with pytest.raises(_Killed):
            promote.promote(staging, place)
    promote.recover(place)
    known = [entry.record.id for entry in history.entries(place)]
    log = spreadsheet.read(place / "revisions.csv", changes.NUMBERS)
    if manifest.read(place).id == TWO.id:
        assert (known, log["after"].tolist()) == ([ONE.id], [12])
    else:
        assert (known, log["after"].tolist()) == ([ONE.id, TWO.id], [12, 11])


class _Killed(BaseException):
    """Stands for a kill: no handler of the code runs."""


class _Steps:
    """Kills before the step of a number."""

    def __init__(self, left: int) -> None:
        self.left = left

    def before(self, function):  # type: ignore[no-untyped-def]
        def counted(*arguments, **options):  # type: ignore[no-untyped-def]
            if self.left == 0:
                raise _Killed
            self.left -= 1
            return function(*arguments, **options)

        return counted


def test_a_run_that_fails_changes_nothing(tmp_path: Path, city: cities.City) -> None:
    place = published(tmp_path / "out" / "essai", (ONE, [rate(10)]), (TWO, [rate(12)]), city=city)
    before = _content(place)
    shutil.rmtree(next_run(place, THREE, [rate(11)], city))
    assert _content(place) == before


def _content(place: Path) -> dict[str, bytes]:
    files = (path for path in sorted(place.rglob("*")) if path.is_file())
    return {str(path.relative_to(place)): path.read_bytes() for path in files}


def test_the_history_is_bounded_and_the_log_keeps_all(
    tmp_path: Path, city: cities.City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "KEPT", 2)
    runs = [
        (record(date(2025, month, 1), {"premises.csv": "x" * month}), [rate(month)])
        for month in range(1, 7)
    ]
    place = published(tmp_path / "out" / "essai", *runs, city=city)
    assert [e.record.edition.month for e in history.entries(place)] == [4, 5]
    log = spreadsheet.read(place / "revisions.csv", changes.NUMBERS)
    assert log["after"].tolist() == [2, 3, 4, 5, 6]


def test_the_log_only_grows_and_a_french_spreadsheet_reads_it(
    tmp_path: Path, city: cities.City
) -> None:
    strange = "=cmd|'/c calc'!A1; été"
    place = tmp_path / "out" / "essai"
    part = {"breakdown": "street", "category": strange}
    published(place, (ONE, [rate(10, **part)]), (TWO, [rate(12.5, **part)]), city=city)
    first = (place / "revisions.csv").read_bytes()
    published(place, (THREE, [rate(11, **part)]), city=city)
    content = (place / "revisions.csv").read_bytes()
    assert content.startswith(first)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [row["after"] for row in rows] == ["12,5", "11,0"]
    assert {row["category"] for row in rows} == {"'" + strange}
    assert rows[0]["what"].endswith("premises.csv révisé.")
    assert (rows[0]["causes"], rows[0]["material"]) == ("revised", "oui")


def test_a_user_names_an_edition_in_four_ways(tmp_path: Path, city: cities.City) -> None:
    place = published(tmp_path / "out" / "essai", (ONE, [rate(10)]), (TWO, [rate(12)]), city=city)
    folder = place / "history" / ONE.id
    for name in ("2025-01-10", ONE.short, ONE.id, str(folder), str(folder / "run.json")):
        assert history.find(place, name).record.id == ONE.id
    assert history.find(place, TWO.short[:6]).record.id == TWO.id
    with pytest.raises(InputError, match="no such edition") as caught:
        history.find(place, "2019-01-01")
    assert ONE.short in str(caught.value)
    assert "2025-02-10" in str(caught.value)


def test_a_file_that_only_grew_is_known_by_its_first_bytes(
    tmp_path: Path, city: cities.City
) -> None:
    path = city.folder / "premises.csv"
    texts = (b"a;1\n", b"a;1\nb;2\n", b"a;1\nb;2\nc;3\n", b"a;1\nb;9\nc;3\nd;4\n")
    marks = [hashlib.sha256(text).hexdigest() for text in texts]
    place = tmp_path / "out" / "essai"
    found = []
    for month, text in enumerate(texts, start=1):
        path.write_bytes(text)
        about = record(date(2025, month, 1), {"premises.csv": marks[month - 1]})
        about.inputs[0].bytes = len(text)
        staging = put(place.with_name(".staging"), about, [rate(10 + month)])
        history.enter(staging, place, about, [path], city.folder)
        found.append(about.inputs[0].extends)
        about.write(staging)
        promote.promote(staging, place)
    assert found == [None, marks[0], marks[1], None]
    old, *between = history.entries(place)[:2]
    grown = changes.compared(old, history.entries(place)[2], city, between)
    assert (grown.moves.extended, grown.moves.revised) == (("premises.csv",), ())


def hidden(year: int = 2024, zone: str = "faubourg") -> Result:
    """Return a rate as the public edition shows it when it is hidden."""
    return privacy.hide(rate(50, year, zone))


def test_the_public_edition_tells_public_numbers_only(tmp_path: Path, city: cities.City) -> None:
    place = tmp_path / "out" / "essai"
    first, second = [rate(10), rate(40, 2023)], [rate(20), rate(60, 2023)]
    small = [rate(50, zone="faubourg"), rate(51, 2023, "faubourg")]
    moved = [rate(55, zone="faubourg"), rate(56, 2023, "faubourg")]
    older = [*first, hidden(), rate(51, 2023, "faubourg")]
    newer = [*second, hidden(), rate(56, 2023, "faubourg")]
    for about, rows, public in (
        (record(DAYS[0], {"p.csv": "1"}), [*first, *small], older),
        (record(DAYS[1], {"p.csv": "2"}), [*second, *moved], newer),
    ):
        promote.promote(next_run(place, about, rows, city, public=public), place)
    inside = spreadsheet.read(place / "revisions.csv", changes.NUMBERS)
    open_ = spreadsheet.read(place / "public" / "revisions.csv", changes.NUMBERS)
    assert len(inside) == 4
    assert set(open_["period_end"]) == {"2023-06-15"}, "the family of 2024 hides a number"
    assert sorted(open_["after"]) == [56, 60]
    assert set(open_["what"]) == {""}, "no file is named to the public"
    chapter = place / "notebooks" / "changes.ipynb"
    told = json.dumps([b.content for b in blocks.blocks_of(chapter, "essai", "public")])
    for secret in ("p.csv", "50,0", "55,0", "20,0"):
        assert secret not in told
    assert "60,0" in told


def test_what_is_hidden_later_leaves_the_public_log(tmp_path: Path, city: cities.City) -> None:
    place = tmp_path / "out" / "essai"
    for rank, rows in enumerate(([rate(10)], [rate(20)], [hidden(zone="centre")])):
        about = record(DAYS[rank], {"p.csv": str(rank)})
        promote.promote(next_run(place, about, [rate(10 * rank)], city, public=rows), place)
        if rank == 1:
            assert len(spreadsheet.read(place / "public" / "revisions.csv")) == 1
    assert spreadsheet.read(place / "public" / "revisions.csv").empty


def test_a_number_hidden_now_is_not_told_beside_that_of_the_next_period(
    tmp_path: Path, city: cities.City
) -> None:
    place = tmp_path / "out" / "essai"
    older, newer = [rate(30, 2023)], [rate(31, 2023), rate(40)]
    secret = privacy.hide(rate(31, 2023))
    for day, rows, public in ((DAYS[0], older, older), (DAYS[1], newer, [secret, rate(40)])):
        about = record(day, {"p.csv": str(len(rows))})
        promote.promote(next_run(place, about, rows, city, public=public), place)
    inside = spreadsheet.read(place / "revisions.csv", changes.NUMBERS)
    assert 30 in set(inside.loc[inside["kind"] == "next", "before"])
    assert spreadsheet.read(place / "public" / "revisions.csv").empty
    chapter = place / "notebooks" / "changes.ipynb"
    told = json.dumps([b.content for b in blocks.blocks_of(chapter, "essai", "public")])
    assert "30,0" not in told


def test_an_edition_of_another_version_is_left_alone(tmp_path: Path, city: cities.City) -> None:
    place = published(tmp_path / "out" / "essai", (ONE, [rate(10)]), (TWO, [rate(12)]), city=city)
    path = place / "history" / ONE.id / "run.json"
    path.write_text(json.dumps({"format": 99}), encoding="utf-8")
    published(place, (THREE, [rate(11)]), city=city)
    assert [entry.record.id for entry in history.entries(place)] == [TWO.id]
    assert path.is_file()
