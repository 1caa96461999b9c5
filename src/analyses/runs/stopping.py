"""Stop what is under way when the user asks: no process goes on, and no other starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analyses.errors import CoeurvilleError

_asked = False
_under_way: dict[object, Callable[[], None]] = {}


class StoppedError(CoeurvilleError):
    """The user asked to stop (Ctrl-C, or the system's request to end)."""

    exit_code = 130


def ask() -> None:
    """End every process under way; those who wait for them raise :class:`StoppedError`.

    It takes no lock, so that a signal's handler may call it at any moment.
    """
    global _asked
    _asked = True
    for end in list(_under_way.values()):
        end()


def reset() -> None:
    """Let work start again after :func:`ask`."""
    global _asked
    _asked = False


def check() -> None:
    """Do nothing, or end the work of the calling thread.

    Raises
    ------
    StoppedError
        If the user asked to stop.
    """
    if _asked:
        raise StoppedError("Stopped. Nothing was published.")


def hold(key: object, end: Callable[[], None]) -> None:
    """Remember how to end a process that just started; end it at once if we are stopping."""
    _under_way[key] = end
    if _asked:
        end()


def release(key: object) -> None:
    """Forget a process that ended."""
    _under_way.pop(key, None)


@contextmanager
def held(key: object, end: Callable[[], None]) -> Iterator[None]:
    """Hold a process while something waits for it."""
    hold(key, end)
    try:
        yield
    finally:
        release(key)
