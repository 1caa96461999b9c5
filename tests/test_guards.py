"""What can go wrong around a run ends in one clear message and leaves the last good run whole."""

from __future__ import annotations

import errno
import importlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analyses import assets, cities, commands, runs
from analyses.errors import CoeurvilleError, RenderError, RunError
from analyses.figures import style
from analyses.runs import forks, spreadsheet, stopping, workshop

GOOD = "1 + 1"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, root: Path) -> Any:
    """Writer of a small city, from the benchmark that kills runs."""
    monkeypatch.syspath_prepend(str(root))
    return importlib.import_module("benchmarks.kills.small")


def page(text: bytes = b"page") -> runs.Render:
    def render(folder: Path, *_: object) -> str:
        (folder / "page").write_bytes(text)
        return "page"

    return render


def request(folder: Path, city: str = "petite", **more: Any) -> runs.Request:
    books = folder / "notebooks"
    given = {"out": folder / "output", **more}
    return runs.Request(
        city=cities.read(folder / "cities" / city), inputs=(), notebooks=books, package=(books,),
        editions=("internal",), **given,
    )  # fmt: skip


def content(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def kept(out: Path) -> dict[str, bytes]:
    """Return the bytes of the last good run; nothing else may be in the results."""
    assert {path.name for path in out.iterdir()} <= {".locks", ".failed", "petite"}
    assert all(path.suffix == ".lock" for path in (out / ".locks").iterdir())
    return content(out / "petite")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("where", ["notebook", "report"])
def test_a_full_disk_is_told_and_the_last_run_stays(
    small: Any, tmp_path: Path, disk: Path, where: str
) -> None:
    small.write(tmp_path, "import os\nprint('x' * int(os.environ.get('LETTERS', '1')))")
    runs.run(request(tmp_path, out=disk), page())
    before = kept(disk)
    big = page(b"x" * 2_000_000) if where == "report" else page()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LETTERS", "2000000" if where == "notebook" else "1")
        with pytest.raises(CoeurvilleError, match=r"The disk of .*disk is full\. Free some room"):
            runs.run(request(tmp_path, out=disk), big)
    assert kept(disk) == before
    runs.run(request(tmp_path, out=disk), page())


def test_a_disk_that_pandoc_found_full_is_told_the_same(tmp_path: Path) -> None:
    told = "pandoc could not write report.html: withBinaryFile: (No space left on device)"
    with pytest.raises(CoeurvilleError, match="is full"), workshop.staging(tmp_path, "petite"):
        raise RenderError(told)
    with pytest.raises(RenderError, match="why"), workshop.staging(tmp_path, "petite"):
        raise RenderError("why")


def test_a_manifest_that_cannot_be_written_publishes_nothing(
    small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(tmp_path, GOOD)
    runs.run(request(tmp_path), page())
    before = kept(tmp_path / "output")

    def full(*_: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", "run.json")

    monkeypatch.setattr(runs.Manifest, "write", full)
    with pytest.raises(CoeurvilleError, match="is full"):
        runs.run(request(tmp_path), page(b"other"))
    assert kept(tmp_path / "output") == before


def test_a_read_only_disk_of_results_is_told(small: Any, tmp_path: Path, disk: Path) -> None:
    small.write(tmp_path, GOOD)
    runs.run(request(tmp_path, out=disk), page())
    before = kept(disk)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(CoeurvilleError, match=r"cannot be written \(Read-only file system\)"):
        runs.run(request(tmp_path, out=disk), page())
    assert kept(disk) == before


def test_a_city_on_a_read_only_disk_runs(small: Any, tmp_path: Path, disk: Path) -> None:
    small.write(disk, "from analyses import cities\nassert cities.read(city_folder).id")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    runs.run(request(disk, out=tmp_path / "output"), page())
    assert "page" in kept(tmp_path / "output")


@pytest.mark.parametrize("file", ["output", "output/.locks", "output/.locks/petite.lock"])
def test_a_file_or_folder_in_the_way_is_named(small: Any, tmp_path: Path, file: str) -> None:
    small.write(tmp_path, GOOD)
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir() if file.endswith(".lock") else path.write_text("in the way", encoding="utf-8")
    with pytest.raises(CoeurvilleError, match="--out") as caught:
        runs.run(request(tmp_path), page())
    assert str(path) in str(caught.value)


def test_missing_fonts_and_notebooks_are_all_named(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert assets.missing() == []
    shutil.copytree(root / "notebooks", tmp_path / "notebooks")
    (tmp_path / "notebooks" / "parking.ipynb").unlink()
    (tmp_path / "fonts").mkdir()
    monkeypatch.setattr(style, "fonts", lambda: tmp_path / "fonts")
    monkeypatch.setattr(assets, "notebooks", lambda: tmp_path / "notebooks")
    with pytest.raises(CoeurvilleError) as caught:
        commands.run_city(
            root / "cities" / "tulle", tmp_path / "out", commands.Asked(), lambda _: None
        )
    assert str(caught.value).count(".ttf") == 3
    assert "parking.ipynb" in str(caught.value)
    assert "install coeurville again" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_every_font_and_file_of_the_theme_is_known(root: Path) -> None:
    """What ships is what is checked: a font that is added must be named."""
    assert {path.name for path in style.fonts().glob("*.ttf")} == set(assets.FONTS)
    web = {f"theme/fonts/{path.name}" for path in (root / "reports").rglob("*.woff2")}
    assert web == {name for name in assets.THEME if name.endswith(".woff2")}


def test_a_hung_cell_ends_at_the_limit_that_was_asked(small: Any, tmp_path: Path) -> None:
    small.write(tmp_path, GOOD)
    runs.run(request(tmp_path), page())
    before = kept(tmp_path / "output")
    shutil.rmtree(tmp_path / "notebooks")
    shutil.rmtree(tmp_path / "cities")
    small.write(tmp_path, "import time\ntime.sleep(600)")
    with pytest.raises(RunError, match=r"within 1 seconds \(--time-limit gives it more\)"):
        runs.run(request(tmp_path, time_limit=1), page())
    assert kept(tmp_path / "output") == before


def test_a_killed_notebook_is_told(small: Any, tmp_path: Path) -> None:
    small.write(tmp_path, GOOD, "import os\nos.kill(os.getpid(), 9)")
    with pytest.raises(RunError, match=r"part-1\.ipynb: the notebook's process stopped") as caught:
        runs.run(request(tmp_path), page())
    assert "The last good run is kept" in str(caught.value)
    assert not (tmp_path / "output" / "petite").exists()


def test_a_folder_that_no_run_made_is_never_replaced(small: Any, tmp_path: Path) -> None:
    small.write(tmp_path, GOOD)
    place = tmp_path / "elsewhere" / "petite"  # as with --out cities, by mistake
    place.mkdir(parents=True)
    (place / "releve.csv").write_text("never to be lost", encoding="utf-8")
    with pytest.raises(CoeurvilleError, match="no run made"):
        runs.run(request(tmp_path, out=place.parent), page())
    assert [path.name for path in place.iterdir()] == ["releve.csv"]
    (place / "releve.csv").unlink()
    runs.run(request(tmp_path, out=place.parent), page())
    assert (place / "run.json").is_file()


def test_two_runs_of_a_city_do_not_mix_and_two_cities_do_not_wait(
    small: Any, tmp_path: Path
) -> None:
    small.write(tmp_path, GOOD)
    small.write(tmp_path, GOOD, city="grande")
    with workshop.staging(tmp_path / "output", "petite") as held:
        with pytest.raises(CoeurvilleError, match="Another run of petite is under way") as caught:
            runs.run(request(tmp_path), page())
        assert f"process {os.getpid()}" in str(caught.value)
        runs.run(request(tmp_path, "grande"), page())
        assert held.is_dir()
    runs.run(request(tmp_path), page())


def test_a_run_may_wait_for_another(small: Any, tmp_path: Path) -> None:
    small.write(tmp_path, GOOD)
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with workshop.staging(tmp_path / "output", "petite"):
            entered.set()
            leave.wait()

    holder = threading.Thread(target=other)
    holder.start()
    entered.wait()
    threading.Timer(0.3, leave.set).start()
    runs.run(request(tmp_path, wait=60), page())
    holder.join()
    assert "page" in kept(tmp_path / "output")


def test_a_file_that_changes_under_the_run_publishes_nothing(small: Any, tmp_path: Path) -> None:
    home = tmp_path / "cities" / "petite" / "city.yml"
    small.write(tmp_path, f"with open({str(home)!r}, 'a') as stream:\n    stream.write('# more')")
    with pytest.raises(CoeurvilleError, match=r"city\.yml changed while the run was reading"):
        runs.run(request(tmp_path), page())
    assert kept(tmp_path / "output") == {}


def test_a_file_that_changed_before_the_lock_was_free_publishes_nothing(
    small: Any, tmp_path: Path
) -> None:
    small.write(tmp_path, GOOD)
    asked = request(tmp_path)
    asked = replace(asked, stamps=runs.stamps(asked))  # the tables are read after this, once
    with (tmp_path / "cities" / "petite" / "city.yml").open("a") as stream:
        stream.write("# more")
    with pytest.raises(CoeurvilleError, match=r"city\.yml changed while the run was reading"):
        runs.run(asked, page())
    assert kept(tmp_path / "output") == {}


def test_nothing_is_taken_from_a_run_that_was_not_looked_at(small: Any, tmp_path: Path) -> None:
    small.write(tmp_path, "import secrets\nprint(secrets.token_hex())")
    first = runs.run(request(tmp_path), page())
    book = "notebooks/part-0.ipynb"
    one = kept(tmp_path / "output")[book]
    again = request(tmp_path, reuse=("part-0",), seen=first.id)
    runs.run(again, page())
    assert kept(tmp_path / "output")[book] == one
    runs.run(request(tmp_path, reuse=("part-0",), seen="another run"), page())
    assert kept(tmp_path / "output")[book] != one


@pytest.mark.skipif(not forks.available(), reason="needs /proc and forks")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_all_without_a_traceback(
    small: Any, root: Path, tmp_path: Path, number: int
) -> None:
    killing = importlib.import_module("benchmarks.kills.killing")
    long = f"open({str(tmp_path / 'in')!r}, 'w').close()\nimport time\ntime.sleep(600)"
    small.write(tmp_path, long, long, long)
    words = (
        f"import sys; sys.path.insert(0, {str(root)!r})\n"
        "from analyses import terminal\nfrom benchmarks.kills import small\n"
        "def work(city, step): small.main(small.Path(sys.argv[1]), city); return []\n"
        "terminal.guarded(lambda: terminal.each(['petite'], work, steps=1))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", words, str(tmp_path)], start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, killing.MARK: "stop"},
    )  # fmt: skip
    limit = time.monotonic() + 600
    while not (tmp_path / "in").exists():
        assert time.monotonic() < limit
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    said, told = process.communicate(timeout=900)
    assert process.returncode == 130, told
    assert "Stopped." in told
    assert "Traceback" not in said + told
    assert killing._until_alone("stop") < float("inf")
    assert kept(tmp_path / "output") == {}


@pytest.mark.parametrize("columns", ["a", "b"])
def test_the_log_of_the_last_run_is_never_changed_in_place(tmp_path: Path, columns: str) -> None:
    """A run's history is linked, not copied: what is written there must be another file."""
    last, linked = tmp_path / "last.csv", tmp_path / "linked.csv"
    spreadsheet.write(pd.DataFrame({"a": ["one"]}), last)
    before = last.read_bytes()
    linked.hardlink_to(last)
    spreadsheet.append(pd.DataFrame({columns: ["two"]}), linked)
    assert last.read_bytes() == before
    assert b"two" in linked.read_bytes()


def test_after_a_stop_nothing_starts_until_it_is_let(small: Any, tmp_path: Path) -> None:
    small.write(tmp_path, GOOD)
    stopping.ask()
    try:
        with pytest.raises(stopping.StoppedError):
            runs.run(request(tmp_path), page())
    finally:
        stopping.reset()
    runs.run(request(tmp_path), page())
