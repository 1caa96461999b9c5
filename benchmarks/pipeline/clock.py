"""Seconds of the wall and of the processor of a command with all that it starts."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "COEURVILLE_KERNELS": "",
}
"""The same for both ways: threads of BLAS cost more than they bring on series of a few years."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What a command took, and what it printed."""

    seconds: float
    cpu_seconds: float
    output: str


def timed(command: Sequence[str], folder: Path) -> Timed:
    """Run a command of this Python in a folder and wait for every process that it started.

    Raises
    ------
    SystemExit
        If the command fails.
    """
    _adopt_orphans()
    before, start = _cpu(), time.monotonic()
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env={**os.environ, **ENVIRONMENT},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - start
    _wait_for_orphans()
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return Timed(seconds, _cpu() - before, done.stdout)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _adopt_orphans() -> None:
    """Become the parent of processes whose own parent ended, so that their time counts."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _wait_for_orphans() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
