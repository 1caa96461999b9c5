"""Fresh processes that need not import anything: forks of a server that did it once.

The server is :mod:`multiprocessing`'s forkserver: an interpreter started anew, with one thread, in
which our libraries are imported; each call runs in a fork of it, which shares its memory until it
writes. The libraries' own threads are kept from starting (OpenBLAS, OpenMP, Arrow's allocator),
since a thread does not survive a fork. Elsewhere than on Linux, forking is not safe and
:func:`available` says no.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any, TypeVar

from analyses.errors import RunError

T = TypeVar("T")

PRELOAD = "analyses.runs.preload"
"""Module that the server imports: it imports all that a notebook and a report may need."""

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "agg",
}
"""Environment of the server, so that it has one thread and results do not vary."""

_lock = threading.Lock()


def available() -> bool:
    """Return whether a process can be forked safely here."""
    return sys.platform == "linux" and os.environ.get("COEURVILLE_KERNELS") != "plain"


def start() -> None:
    """Start the server, once; return at once, while it imports."""
    _context()


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
    RunError
        If the process ended without an answer (killed, out of memory).
    """
    ours, theirs = _context().Pipe(duplex=False)
    process = _context().Process(target=_answer, args=(theirs, function, arguments))
    with _environment():
        process.start()
    theirs.close()
    try:
        good, value = ours.recv()
    except EOFError:
        process.join()
        raise RunError(
            f"A process ended without an answer (code {process.exitcode}): stopped from outside, "
            "out of memory, or stuck past its time."
        ) from None
    finally:
        ours.close()
        if process.is_alive() and sys.exc_info()[0] is not None:
            process.kill()
        process.join()
    if good:
        return value  # type: ignore[no-any-return]
    raise value


def _answer(pipe: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Run in the fork: answer with the value, or with the error."""
    _silence()
    try:
        message: tuple[bool, Any] = True, function(*arguments)
    except Exception as error:  # noqa: BLE001 - carried to the caller, who raises it
        message = False, error
    pipe.send(message)
    pipe.close()


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
        with _environment():
            forkserver.ensure_running()
    return context


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
