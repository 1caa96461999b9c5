"""Fresh processes that need not import anything: forks of a server that did it once.

The server is :mod:`multiprocessing`'s forkserver: an interpreter started anew, with one thread, in
which our libraries are imported; each call runs in a fork of it, which shares its memory until it
writes. The libraries' own threads are kept from starting (OpenBLAS, OpenMP, Arrow's allocator),
since a thread does not survive a fork. Elsewhere than on Linux, forking is not safe and
:func:`available` says no.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any, TypeVar

from analyses.errors import RunError
from analyses.runs import stopping

T = TypeVar("T")

PRELOAD = "analyses.runs.preload"
"""Module that the server imports: it imports all that a notebook and a report may need."""

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "agg",
    "MALLOC_MMAP_THRESHOLD_": "134217728",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
}
"""Environment of the server: it has one thread, results do not vary, and memory that was freed is
used again rather than given back to the system and asked anew."""

_GARBAGE = 100_000
"""New objects between two searches for garbage in a fork: it ends before much could gather."""

_PR_SET_PDEATHSIG = 1
_lock = threading.Lock()
_places = threading.BoundedSemaphore(os.cpu_count() or 1)


class LostProcessError(RunError):
    """A process ended without an answer: stopped from outside, out of memory, stuck."""


def available() -> bool:
    """Return whether a process can be forked safely here."""
    return sys.platform == "linux" and os.environ.get("COEURVILLE_KERNELS") != "plain"


def call(function: Callable[..., T], *arguments: Any) -> T:
    """Run a function in a fresh process and return what it returns, or raise what it raises.

    Parameters
    ----------
    function : callable
        Function of a module; it, its arguments and its value are pickled.
    *arguments
        Its arguments.

    Raises
    ------
    LostProcessError
        If the process ended without an answer (killed, out of memory).
    StoppedError
        If the user asked to stop.

    Notes
    -----
    As many calls run at once as there are cores; the others wait.
    """
    with _places:
        stopping.check()
        return _call(function, arguments)


def call_or_run(function: Callable[..., T], *arguments: Any) -> T:
    """Run a function in a fresh process where that is safe (:func:`call`), else in this one."""
    return call(function, *arguments) if available() else function(*arguments)


def pool() -> ThreadPoolExecutor:
    """Return threads that wait for processes: one a core where they can be forked, else one."""
    return ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) if available() else 1)


def _call(function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    place = _Place(dict(os.environ), os.getcwd())
    process = context.Process(target=_answer, args=(theirs, place, function, arguments))
    _may_have_children()
    process.start()
    theirs.close()
    try:
        with stopping.held(process, process.kill):
            good, value = ours.recv()
    except EOFError:
        process.join()
        stopping.check()
        raise LostProcessError(
            f"it ended without an answer (code {process.exitcode}): stopped from outside, out of "
            "memory, or stuck past its time"
        ) from None
    finally:
        ours.close()
        if process.is_alive() and sys.exc_info()[0] is not None:
            process.kill()
        process.join()
    if good:
        return value  # type: ignore[no-any-return]
    raise value


@dataclass(frozen=True, slots=True)
class _Place:
    """What a fork takes from its caller, since the server was started earlier and elsewhere."""

    environment: dict[str, str]
    folder: str

    def enter(self) -> None:
        """Take the caller's environment and folder, but for what :data:`ENVIRONMENT` fixes."""
        os.environ.clear()
        os.environ.update({**self.environment, **ENVIRONMENT})
        os.chdir(self.folder)


def _answer(
    pipe: Connection, place: _Place, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    """Run in the fork: answer with the value, or with the error."""
    _end_with_the_server()
    _silence()
    place.enter()
    gc.set_threshold(_GARBAGE)
    try:
        message: tuple[bool, Any] = True, function(*arguments)
    except Exception as error:  # noqa: BLE001 - carried to the caller, who raises it
        message = False, error
    pipe.send(message)
    pipe.close()


def _end_with_the_server() -> None:
    """Ask Linux to kill this process when the server dies, which dies with its caller.

    The server ends when nobody holds the pipe that says its caller lives; a fork is given that pipe
    too, and would keep the server (then itself) alive after its caller was killed.
    """
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
    if os.getppid() != parent:  # the server died before Linux was asked
        os._exit(1)


def _silence() -> None:
    """Send what compiled code writes to the terminal nowhere: cells have their own streams."""
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _context() -> ForkServerContext:
    with _lock:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([PRELOAD])
        with _environment(), _without_interrupts():
            forkserver.ensure_running()
    return context


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start the server deaf to Ctrl-C, as its forks are: who calls them ends them (`stopping`)."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _may_have_children() -> None:
    """Let this process start others though it is said to be a daemon, as a cluster's workers are.

    :mod:`multiprocessing` forbids it lest they stay behind; ours end with their server, and that
    with us.
    """
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]


@contextmanager
def _environment() -> Iterator[None]:
    """Set the server's environment while it starts, and give ours back."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
