"""Tables read once and handed to a process are those that the files give."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analyses import cities, sources
from analyses.sources import kept


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process have been handed nothing, before and after."""
    monkeypatch.setattr(kept, "_mine", {})


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("only", [None, ["premises", "streets"], ["sensors", "counts", "events"]])
def test_tables_handed_over_are_those_of_the_files(root: Path, only: list[str] | None) -> None:
    city = cities.read(root / "cities" / "demo")
    read = sources.load(city, only=only)
    kept.hand(sources.packed(city))
    handed = sources.load(cities.read(root / "cities" / "demo"), only=only)
    assert list(handed.frames) == list(read.frames)
    for name, frame in read.frames.items():
        assert type(handed.frames[name]) is type(frame)
        pd.testing.assert_frame_equal(handed.frames[name], frame, check_exact=True)
    pd.testing.assert_frame_equal(handed.provenance, read.provenance)
    pd.testing.assert_frame_equal(handed.quality, read.quality)
    assert (handed.reserves, handed.files) == (read.reserves, read.files)


@pytest.mark.usefixtures("empty")
def test_another_city_file_reads_the_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = cities.read(root / "cities" / "tulle")
    kept.hand(sources.packed(city))
    assert kept.of(city) is not None
    assert kept.of(city.model_copy(update={"name": "Autre"})) is None


@pytest.mark.usefixtures("empty")
def test_large_tables_are_not_handed_over(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 10)
    city = cities.read(root / "cities" / "tulle")
    assert sources.packed(city) is None
    kept.hand(None)
    assert kept.of(city) is None
