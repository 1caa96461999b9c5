"""Publish a finished folder in one step, so that a reader sees the old run or the new one."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

_EXCHANGE = 2  # RENAME_EXCHANGE of Linux's renameat2
_HERE = -100  # AT_FDCWD


def promote(fresh: Path, place: Path) -> None:
    """Put the folder ``fresh`` at ``place``, replacing what is there.

    On Linux the two folders are exchanged by one system call; elsewhere the old folder is first
    renamed beside the place, and :func:`recover` puts it back if we are stopped between the two
    renames.

    Parameters
    ----------
    fresh : Path
        Complete folder on the same disk as ``place``.
    place : Path
        Where readers look for it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        fresh.rename(place)
        return
    if exchange(fresh, place):
        shutil.rmtree(fresh)
        return
    previous = _previous(place)
    shutil.rmtree(previous, ignore_errors=True)
    place.rename(previous)
    fresh.rename(place)
    shutil.rmtree(previous)


def recover(place: Path) -> bool:
    """Put back the last good folder if a promotion was interrupted; return whether it was."""
    previous = _previous(place)
    if previous.exists() and not place.exists():
        previous.rename(place)
        return True
    return False


def _previous(place: Path) -> Path:
    return place.with_name(f".{place.name}.previous")


def exchange(first: Path, second: Path) -> bool:
    """Exchange two folders atomically; return False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    status: int = library.renameat2(
        _HERE, os.fsencode(first), _HERE, os.fsencode(second), ctypes.c_uint(_EXCHANGE)
    )
    return status == 0
