"""Kill a run at a given moment, and say what it left."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

Victim = Literal["parent", "group"]
MARK = "COEURVILLE_KILLED_RUN"
"""Variable that tells the processes of one run from all others, whatever their parent is."""

PATIENCE = 120.0
"""Seconds that processes without a parent may take to see it, on a loaded machine."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A run to kill.

    Parameters
    ----------
    command : sequence of str
        What runs the city.
    folder : Path
        Folder in which it is run; the results go to ``output/`` there.
    city : str
        City that is run.
    """

    command: Sequence[str]
    folder: Path
    city: str

    @property
    def out(self) -> Path:
        """Folder of the results."""
        return self.folder / "output"

    @property
    def place(self) -> Path:
        """The published run."""
        return self.out / self.city


@dataclass(frozen=True, slots=True)
class Left:
    """What a kill left.

    Parameters
    ----------
    after : float
        Seconds after which the run was killed.
    victim : str
        The parent alone, or its whole group of processes.
    ended : bool
        Whether the run had ended before.
    published : str
        ``old`` (every byte of the last good run), ``new`` (the run that was killed, whole) or
        ``torn``.
    orphans : float
        Seconds until no process of the run was left; infinite if some stay.
    """

    after: float
    victim: Victim
    ended: bool
    published: str
    orphans: float


def whole_run(bench: Bench) -> float:
    """Run to the end and return the seconds it took.

    Raises
    ------
    RuntimeError
        If the run failed, published a torn folder, or left something behind.
    """
    begun = time.monotonic()
    done = subprocess.run(
        list(bench.command), cwd=bench.folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the run failed ({done.returncode}): {done.stdout}{done.stderr}")
    if not _consistent(bench.place):
        raise RuntimeError("the run published a torn folder")
    if found := leftovers(bench):
        raise RuntimeError(f"the run left {', '.join(found)}")
    return time.monotonic() - begun


def kill(bench: Bench, after: float, victim: Victim) -> Left:
    """Start a run, kill it after some seconds, and look at what is left."""
    before, token = content(bench.place), os.urandom(8).hex()
    process = subprocess.Popen(
        list(bench.command), cwd=bench.folder, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, MARK: token},
    )  # fmt: skip
    try:
        process.wait(after)
        ended = True
    except subprocess.TimeoutExpired:
        ended = False
    if victim == "group" and not ended:
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    orphans = _until_alone(token)
    now = content(bench.place)
    new = now != before and _consistent(bench.place)
    published = "old" if now == before else "new" if new else "torn"
    return Left(after, victim, ended, published, orphans)


def moments(count: int, longest: float, seed: int) -> list[tuple[float, Victim]]:
    """Return moments spread over a run of ``longest`` seconds, in a random order, and victims."""
    draw = np.random.default_rng(seed)
    spread = (np.arange(count) + draw.random(count)) / count * longest
    victims: list[Victim] = ["parent" if one else "group" for one in draw.random(count) < 0.5]
    return list(zip(draw.permutation(spread).tolist(), victims, strict=True))


def content(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file under a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def leftovers(bench: Bench) -> list[str]:
    """Return what is in the results beside the run and the locks."""
    found = [path.name for path in bench.out.iterdir() if path.name not in (".locks", bench.city)]
    held = [path.name for path in (bench.out / ".locks").iterdir() if path.suffix != ".lock"]
    return sorted([*found, *held])


def _consistent(place: Path) -> bool:
    """Whether the files of a run are those that its manifest lists, and its notebooks whole.

    The former editions that the run keeps (``history/``) are not of the run.
    """
    record = json.loads((place / "run.json").read_text(encoding="utf-8"))
    have = {name: mark for name, mark in content(place).items() if not name.startswith("history/")}
    books = {f"notebooks/{name}.ipynb" for name in record["notebooks"]}
    for name in books & set(have):
        json.loads((place / name).read_text(encoding="utf-8"))
    rest = {name for name in have if name.endswith("run.json") or name.startswith("notebooks/")}
    listed = {name: mark for name, mark in have.items() if name not in rest}
    return record["status"] == "complete" and books <= set(have) and listed == record["outputs"]


def _until_alone(token: str) -> float:
    """Return the seconds until no process carries the run's mark; infinite after patience."""
    begun = time.monotonic()
    while alive(token):
        if time.monotonic() - begun > PATIENCE:
            return float("inf")
        time.sleep(0.05)
    return time.monotonic() - begun


def alive(token: str) -> list[int]:
    """Return the processes whose environment, when they started, had a run's mark."""
    wanted, found = f"{MARK}={token}".encode(), []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            state = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            if state not in "ZX" and wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return found
