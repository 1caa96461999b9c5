"""Where a run is made before it is published: a lock of the city, a folder, and what goes wrong."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from analyses.errors import CoeurvilleError, RenderError
from analyses.runs import history, manifest, promote

LOCKS = ".locks"
"""Folder of the locks, in the folder of the results."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}


@contextmanager
def staging(out: Path, city_id: str, *, wait: float = 0) -> Iterator[Path]:
    """Hold the city's lock and an empty folder on the same disk as its place.

    What a stopped run left is removed first, and the last good run is put back if it was stopped
    while publishing. The folder goes when the block ends, however it ends.

    Parameters
    ----------
    out : Path
        Folder that receives ``<city>/``.
    city_id : str
        City whose run is made.
    wait : float
        Seconds to wait for another run of the same city.

    Raises
    ------
    CoeurvilleError
        If another run of the city is under way, its place holds files that no run made, or the
        disk cannot be written: it is full, it is read-only, a file stands where a folder should.
    """
    try:
        with _locked(out, city_id, wait):
            promote.recover(out / city_id)
            _check_place(out / city_id)
            for stale in out.glob(f".{city_id}.run-*"):
                shutil.rmtree(stale, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix=f".{city_id}.run-", dir=out))
            folder.chmod(0o755)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise CoeurvilleError(_told(error, out)) from error
    except RenderError as error:
        if "No space left" in str(error):
            raise CoeurvilleError(_told(OSError(errno.ENOSPC, ""), out)) from error
        raise


def _check_place(place: Path) -> None:
    """Refuse to replace a folder that no run made: a city's own, or that of all the results."""
    if not place.is_dir() or (place / manifest.NAME).is_file():
        return
    if {path.name for path in place.iterdir()} <= {history.FOLDER, history.LOG}:
        return
    raise CoeurvilleError(
        f"{place} holds files that no run made, and a run would replace them. Nothing was touched: "
        "name another folder with --out."
    )


@contextmanager
def _locked(out: Path, city_id: str, wait: float) -> Iterator[None]:
    """Hold the city's lock, with a note of who holds it beside."""
    locks = out / LOCKS
    locks.mkdir(parents=True, exist_ok=True)
    holder = locks / f"{city_id}.holder"
    lock = FileLock(locks / f"{city_id}.lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise CoeurvilleError(
            f"Another run of {city_id} is under way in {out}{_words(holder)}. Wait for its end, "
            "or name another folder with --out."
        ) from None
    try:
        now = datetime.now(UTC)
        holder.write_text(
            f"process {os.getpid()} on {socket.gethostname()} since {now:%H:%M} UTC",
            encoding="utf-8",
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _words(holder: Path) -> str:
    """Return who holds the lock, in brackets; nothing if its note is gone or not yet there."""
    try:
        who = holder.read_text(encoding="utf-8")
    except OSError:
        return ""
    return f" ({who})" if who else ""


def refusal(error: OSError) -> CoeurvilleError | None:
    """Return what a refusal of the disk means to the user; None if the error is something else."""
    if error.errno not in _FULL | _FORBIDDEN | _NO_FOLDER:
        return None
    return CoeurvilleError(f"{' '.join(_said(error, error.filename or 'the disk'))}.")


def _told(error: OSError, out: Path) -> str:
    what, remedy = _said(error, out)
    return f"{what} {remedy}, or name another folder with --out. The last good run is kept."


def _said(error: OSError, out: object) -> tuple[str, str]:
    """Return what is wrong with the disk, and where; then what to do."""
    place = error.filename or out
    if error.errno in _FULL:
        return f"The disk of {out} is full.", "Free some room"
    if error.errno in _FORBIDDEN:
        return f"{place} cannot be written ({error.strerror}).", "Ask for the right to write there"
    if error.errno in _NO_FOLDER:
        return f"A file stands at {place}, where a folder is needed.", "Rename it"
    return (
        f"{place} cannot be written or read ({error.strerror or error}).",
        "Check the disk's room and rights",
    )
