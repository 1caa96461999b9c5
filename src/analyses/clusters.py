"""Cities run by the workers of a Dask cluster: the plan of `coeurville run`, on other machines.

A city is one task: the worker does what `coeurville run CITY` does, forks included, and writes to
the folder that all share. A worker that dies gives its city back: the scheduler gives it to another
one, which finds the lock free and cleans what was left.
"""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from analyses import assets, commands, digests
from analyses.errors import CoeurvilleError, RunError
from analyses.runs import manifest, stopping

T = TypeVar("T")

ANSWER = 10
"""Seconds in which the scheduler has to answer."""

POLL = 0.5
"""Seconds between two looks at whether the user asked to stop."""

LOCK = 120
"""Seconds for the lock of a city to be free after the death of the worker that held it."""

_INSTALL = "Install it with `pip install 'coeurville[cluster]'`, on this machine and the workers"
_SHARED = (
    "The folders of the cities and of the results must be on a disk that all the machines share, "
    "under the same path"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a machine sees of the plan: its versions, and the files of the cities.

    Parameters
    ----------
    versions : mapping
        Part (the code of coeurville, Python, packages): version.
    files : mapping
        Path: sha256 of the file, empty where the machine cannot read it.
    writes : bool
        Whether the machine can write in the folder of the results.
    """

    versions: Mapping[str, str]
    files: Mapping[str, str]
    writes: bool


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers of a cluster, all with our versions and our files.

    Parameters
    ----------
    executor : Executor
        The cluster as a :class:`concurrent.futures.Executor`.
    out : Path
        Folder of the results, shared.
    versions : mapping
        The versions that a worker that comes later must have too.
    """

    executor: Any
    out: Path
    versions: Mapping[str, str]

    def run(self, folder: Path, asked: commands.Asked) -> list[str]:
        """Run a city on a worker, wait for it, and return the lines to show.

        Raises
        ------
        CoeurvilleError
            As :func:`analyses.commands.run_city`, or if the worker is not like us.
        RunError
            If every worker that took the city died, or the cluster went away.
        """
        asked = replace(asked, wait=LOCK)
        return answer(
            self.executor.submit(_run, folder.resolve(), self.out, asked, dict(self.versions))
        )


@contextmanager
def connected(address: str, folders: Sequence[Path], out: Path) -> Iterator[Workers]:
    """Connect to the scheduler of a cluster, once each worker is found able to run the cities.

    Parameters
    ----------
    address : str
        Address of the scheduler, such as ``tcp://10.0.0.5:8786``.
    folders : sequence of Path
        Folders of the cities.
    out : Path
        Folder of the results.

    Raises
    ------
    CoeurvilleError
        If `distributed` is not installed, the scheduler does not answer or has no worker, or a
        worker has other versions than ours or does not see the same files.
    """
    client = _client(address)
    try:
        out.mkdir(parents=True, exist_ok=True)
        files = [(folder / "city.yml").resolve() for folder in folders]
        place = out.resolve()
        with _token(place) as token:
            here = look([*files, token], place)
            for worker, there in _asked(client, [*files, token], place).items():
                _same(worker, here, there)
        yield Workers(client.get_executor(pure=False), place, here.versions)
    finally:
        client.close()


def answer(future: Future[T]) -> T:
    """Wait for the end of a task and return its value, or raise what it raised.

    Raises
    ------
    RunError
        If every worker that took the task died, or the cluster went away.
    StoppedError
        If the user asked to stop: a task that no worker began is forgotten.
    """
    while not future.done():
        wait([future], timeout=POLL)
        try:
            stopping.check()
        except stopping.StoppedError:
            future.cancel()
            raise
    try:
        return future.result()
    except CancelledError:
        raise RunError(
            "The cluster went away, or was told to forget the city. The last good run is kept."
        ) from None
    except Exception as error:
        if type(error).__name__ != "KilledWorker":
            raise
        raise RunError(
            "Every worker that took the city died: out of memory, most often. Give the workers "
            "more memory, or run the city alone. The last good run is kept."
        ) from None


def look(files: Sequence[Path], out: Path) -> Seen:
    """Return what this machine sees of some files and of the folder of the results."""
    return Seen(versions(), {str(path): _mark(path) for path in files}, _writes(out))


@cache
def versions() -> dict[str, str]:
    """Return the versions that decide the bytes of a run, the code's own print among them."""
    folders = (assets.package(), assets.notebooks(), assets.reports())
    python, _ = manifest.machine()
    return {
        "code of coeurville": manifest.code_sha256(folders)[:12],
        "python": python,
        **manifest.packages(),
    }


def _run(folder: Path, out: Path, asked: commands.Asked, expected: Mapping[str, str]) -> list[str]:
    """Run a city in the worker that calls this; one that came late is checked here."""
    stopping.reset()
    differing = _differing(expected, versions())
    if differing:
        raise CoeurvilleError(f"A worker is not like this machine: {differing}.")
    return commands.run_city(folder, out, asked, lambda _: None)


def _client(address: str) -> Any:
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise CoeurvilleError(
            f"--cluster needs the package distributed, which is not here. {_INSTALL}."
        ) from None
    try:
        return distributed.Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CoeurvilleError(
            f"No Dask scheduler answers at {address} ({reason}). Start one (`dask scheduler`, then "
            "`dask worker ADDRESS` on each machine), or check the address: tcp://HOST:8786."
        ) from None


def _asked(client: Any, files: Sequence[Path], out: Path) -> dict[str, Seen]:
    """Ask every worker what it sees."""
    answers: dict[str, Any] = client.run(look, list(files), out, on_error="return")
    if not answers:
        raise CoeurvilleError(
            "The scheduler has no worker. Start one on each machine: `dask worker ADDRESS`."
        )
    for worker, answer in answers.items():
        if isinstance(answer, ImportError):
            raise CoeurvilleError(f"The worker {worker} lacks a package: {answer}. {_INSTALL}.")
        if isinstance(answer, CoeurvilleError):
            raise CoeurvilleError(f"The worker {worker}: {answer}")
        if isinstance(answer, BaseException):
            raise answer
    return answers


def _same(worker: str, here: Seen, there: Seen) -> None:
    differing = _differing(here.versions, there.versions)
    if differing:
        raise CoeurvilleError(
            f"The worker {worker} is not like this machine: {differing}. Install the same version "
            "of coeurville and requirements.lock on both."
        )
    for path, mark in here.files.items():
        if there.files[path] != mark:
            how = "reads another content in" if there.files[path] else "does not see"
            raise CoeurvilleError(f"The worker {worker} {how} {path}. {_SHARED}.")
    if not there.writes:
        raise CoeurvilleError(f"The worker {worker} cannot write in the results. {_SHARED}.")


def _differing(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Return what differs between two machines, in words; empty if nothing does."""
    return ", ".join(
        f"{name} {there.get(name, 'absent')} there, {here.get(name, 'absent')} here"
        for name in dict.fromkeys([*here, *there])
        if here.get(name) != there.get(name)
    )


def _mark(path: Path) -> str:
    try:
        return digests.of_file(path)
    except OSError:
        return ""


def _writes(folder: Path) -> bool:
    """Whether a file can be written in a folder."""
    try:
        with _token(folder):
            return True
    except OSError:
        return False


@contextmanager
def _token(folder: Path) -> Iterator[Path]:
    """Write a file whose content nobody can guess, for the time of the block."""
    path = folder / f".coeurville-{secrets.token_hex(8)}"
    path.write_text(secrets.token_hex(16), encoding="utf-8")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
