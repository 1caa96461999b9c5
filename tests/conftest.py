"""Fixtures shared by every test."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy; threads of small fits only wait

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the clone."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data, beside the clone or named by COEURVILLE_SHARED_DATA."""
    named = os.environ.get("COEURVILLE_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not (folder / "README.md").is_file():
        pytest.skip("the shared real data is not on this machine (COEURVILLE_SHARED_DATA)")
    return folder
