"""Cities run by the workers of a Dask cluster: the same bytes, also when a worker is killed."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyses import clusters, commands
from analyses.errors import CoeurvilleError, RunError
from analyses.runs import forks, stopping

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = pytest.mark.skipif(not forks.available(), reason="the killed worker is seen in /proc")

ONCE_HUNG = """
import os, time
from pathlib import Path
mark = Path(city_folder).parents[1] / "hung"
if not mark.exists():
    mark.write_text(str(os.getpid()))
    time.sleep(600)
"""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, root: Path) -> Any:
    """Small cities of ``benchmarks/kills``, which the workers import too."""
    monkeypatch.syspath_prepend(str(root))
    return importlib.import_module("benchmarks.kills.small")


@pytest.fixture
def cluster(small: Any, monkeypatch: pytest.MonkeyPatch, root: Path) -> Iterator[Any]:
    """Two worker processes, each under its nanny, as ``dask worker`` starts them."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), *sys.path]))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        worker_dashboard_address=None, silence_logs=50,
    ) as started:  # fmt: skip
        yield started


def content(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def outputs(place: Path) -> dict[str, bytes]:
    """Return the files of a run but those that hold its times."""
    return {name: body for name, body in content(place).items()
            if not name.endswith(("run.json", ".ipynb"))}  # fmt: skip


def holder(client: Any) -> str:
    """Return the worker that runs something."""
    limit = time.monotonic() + 300
    while time.monotonic() < limit:
        busy = [worker for worker, tasks in client.processing().items() if tasks]
        if busy:
            return str(busy[0])
        time.sleep(0.05)
    raise AssertionError("no worker took the task")


def test_a_killed_worker_gives_its_city_to_another(
    small: Any, cluster: Any, tmp_path: Path
) -> None:
    small.write(tmp_path, ONCE_HUNG, "1 + 1")
    small.write(tmp_path / "local", ONCE_HUNG, "1 + 1")
    (tmp_path / "local" / "hung").touch()
    small.main(tmp_path / "local", "petite", small.render_same)
    folder = tmp_path / "cities" / "petite"
    with clusters.connected(cluster.scheduler_address, [folder], tmp_path / "output") as workers:
        task = workers.executor.submit(small.main, tmp_path, "petite", small.render_same, 60)
        limit = time.monotonic() + 600
        while not (tmp_path / "hung").exists() or not (tmp_path / "hung").read_text():
            assert time.monotonic() < limit
            assert not task.done(), task.result()
            time.sleep(0.05)
        with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
            pids = client.run(os.getpid)
            os.kill(pids[holder(client)], signal.SIGKILL)
        clusters.answer(task)
    assert outputs(tmp_path / "output" / "petite") == outputs(tmp_path / "local/output/petite")
    assert {path.name for path in (tmp_path / "output").iterdir()} == {".locks", "petite"}
    orphan = Path(f"/proc/{(tmp_path / 'hung').read_text()}/stat")
    limit = time.monotonic() + 300
    while orphan.exists() and orphan.read_text().rpartition(")")[2].split()[0] not in "ZX":
        assert time.monotonic() < limit, "the notebook of the killed worker goes on"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_city_run_by_a_worker_has_the_bytes_of_a_run_here(
    cluster: Any, root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cities" / "tulle"
    shutil.copytree(root / "cities" / "tulle", folder)
    asked = commands.Asked(engine="embedded", edition="internal")
    commands.run_city(folder, tmp_path / "here", asked, lambda _: None)
    with clusters.connected(cluster.scheduler_address, [folder], tmp_path / "there") as workers:
        lines = workers.run(folder, asked)
        assert "report.html" in "".join(lines)
        assert "à jour" in workers.run(folder, asked)[0]
    here, there = (outputs(tmp_path / name / "tulle") for name in ("here", "there"))
    assert len(here) >= 5
    assert here == there


def test_an_address_without_scheduler_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "ANSWER", 1)
    for address in ("tcp://127.0.0.1:9", "no address at all"):
        with (
            pytest.raises(CoeurvilleError, match=f"No Dask scheduler answers at {address}"),
            clusters.connected(address, [], tmp_path),
        ):
            pytest.fail("connected")


def test_an_absent_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(CoeurvilleError, match=r"pip install 'coeurville\[cluster\]'"),
        clusters.connected("tcp://127.0.0.1:9", [], tmp_path),
    ):
        pytest.fail("connected")


def test_a_worker_that_differs_is_named_with_what_differs(tmp_path: Path) -> None:
    (tmp_path / "city.yml").write_text("id: x", encoding="utf-8")
    here = clusters.look([tmp_path / "city.yml"], tmp_path)
    assert here.writes
    assert len(here.files[str(tmp_path / "city.yml")]) == 64
    clusters._same("tcp://a:1", here, here)
    old = clusters.Seen({**here.versions, "pandas": "1.0"}, here.files, True)
    with pytest.raises(CoeurvilleError, match=r"tcp://a:1 is not like.*pandas 1\.0 there"):
        clusters._same("tcp://a:1", here, old)
    for mark, words in (("", "does not see"), ("0" * 64, "reads another content in")):
        other = clusters.Seen(here.versions, dict.fromkeys(here.files, mark), True)
        with pytest.raises(CoeurvilleError, match=rf"{words} .*city\.yml.*must be on a disk"):
            clusters._same("tcp://a:1", here, other)
    with pytest.raises(CoeurvilleError, match="cannot write in the results"):
        clusters._same("tcp://a:1", here, clusters.Seen(here.versions, here.files, False))
    assert list(tmp_path.iterdir()) == [tmp_path / "city.yml"]


def test_a_late_worker_that_differs_refuses_the_city(tmp_path: Path) -> None:
    with pytest.raises(
        CoeurvilleError, match=r"A worker is not like this machine: python 3.*there, 2 here"
    ):
        clusters._run(tmp_path, tmp_path, commands.Asked(), {"python": "2"})


def test_workers_that_all_die_and_a_stop_are_told() -> None:
    class KilledWorker(Exception):  # noqa: N818 - the name of distributed's own
        pass

    from concurrent.futures import Future

    task: Future[None] = Future()
    task.set_exception(KilledWorker("4 attempts"))
    with pytest.raises(RunError, match="out of memory"):
        clusters.answer(task)
    task = Future()
    stopping.ask()
    try:
        with pytest.raises(stopping.StoppedError):
            clusters.answer(task)
    finally:
        stopping.reset()
    assert task.cancelled()
    task = Future()
    task.cancel()
    task.set_running_or_notify_cancel()
    with pytest.raises(RunError, match="went away"):
        clusters.answer(task)
