"""A run killed at any moment leaves the last good run whole, no process, and no trouble."""

from __future__ import annotations

import importlib
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from analyses.runs import forks

pytestmark = pytest.mark.skipif(not forks.available(), reason="needs /proc and forks")

BRIEF = "import time\ntime.sleep(0.3)"


@pytest.fixture
def kills(monkeypatch: pytest.MonkeyPatch, root: Path) -> Any:
    """The killer of ``benchmarks/kills``, which kills 50 whole runs."""
    monkeypatch.syspath_prepend(str(root))
    return importlib.import_module("benchmarks.kills.killing")


def bench(kills: Any, root: Path, folder: Path, *sources: str) -> Any:
    """Write a small city and return its run."""
    small = importlib.import_module("benchmarks.kills.small")
    small.write(folder, *sources)
    command = small.command(root, folder, "petite")
    return kills.Bench(command, folder, "petite")


def test_three_kills_leave_the_last_good_run_and_no_process(
    kills: Any, root: Path, tmp_path: Path
) -> None:
    run = bench(kills, root, tmp_path, BRIEF, BRIEF)
    longest = kills.whole_run(run)
    for after, victim in kills.moments(3, longest, seed=3):
        left = kills.kill(run, after, victim)
        assert left.published in ("old", "new"), left
        assert left.orphans < float("inf"), left
    kills.whole_run(run)


@pytest.mark.parametrize("victim", ["parent", "group"])
def test_a_long_cell_does_not_outlive_its_run(
    kills: Any, root: Path, tmp_path: Path, victim: str
) -> None:
    run = bench(kills, root, tmp_path, f"open({str(tmp_path / 'in')!r}, 'w').close()\n"
                "import time\ntime.sleep(600)")  # fmt: skip
    process = subprocess.Popen(
        run.command, cwd=run.folder, start_new_session=True, env={**os.environ, kills.MARK: "long"}
    )
    limit = time.monotonic() + 600
    while not (tmp_path / "in").exists():
        assert time.monotonic() < limit
        assert process.poll() is None
        time.sleep(0.05)
    assert len(kills.alive("long")) >= 3  # the run, the server of forks, the notebook
    if victim == "group":
        os.killpg(process.pid, 9)
    process.kill()
    process.wait()
    assert kills._until_alone("long") < float("inf")
    assert not run.place.exists()
