"""Marks of content: the sha256 of files and of values, each in one place."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20
_YOUNG = 100_000_000
"""Nanoseconds after its last change in which a file may change again unseen by its times."""
_Seen = tuple[int, int, int, int]
_known: dict[str, tuple[_Seen, str]] = {}
_lock = threading.Lock()


def of_file(path: Path) -> str:
    """Return the sha256 of a file, read in blocks, and once in this process.

    A file is read again if its place on the disk, its size or its times changed since.
    """
    found = path.stat()
    seen = (found.st_dev, found.st_ino, found.st_size, max(found.st_mtime_ns, found.st_ctime_ns))
    name = str(path.resolve())
    with _lock:
        known = _known.get(name)
    if known is not None and known[0] == seen:
        return known[1]
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if time.time_ns() - seen[-1] > _YOUNG:
        with _lock:
            _known[name] = (seen, digest)
    return digest


def of_head(path: Path, size: int) -> str:
    """Return the sha256 of the first ``size`` bytes of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while size > 0 and (block := stream.read(min(size, _BLOCK))):
            digest.update(block)
            size -= len(block)
    return digest.hexdigest()


def of_value(content: Any) -> str:
    """Return the sha256 of a value made of mappings, lists, texts, numbers and dates."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
