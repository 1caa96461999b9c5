"""Office files without clock: same content, same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)


def normalise(path: Path) -> None:
    """Rewrite an Office file with its parts in their order and no date of the writing."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    write(path, parts)


def write(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write an Office file of these parts, in their order and without any date."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            new.writestr(entry, content, zipfile.ZIP_DEFLATED)
    path.write_bytes(stream.getvalue())
