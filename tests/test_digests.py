"""A file is hashed once; one definition says what an edition is."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from analyses import digests
from analyses.runs import freshness, manifest


def old(path: Path, text: str) -> Path:
    """Write a file as if some time ago: one just written is never taken from memory."""
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_once_and_again_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old(tmp_path / "a.csv", "a;1\n")
    time.sleep(0.15)
    read: list[str] = []
    real = hashlib.file_digest

    def counted(stream, name):  # type: ignore[no-untyped-def]
        read.append(stream.name)
        return real(stream, name)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    first = digests.of_file(path)
    assert digests.of_file(path) == digests.of_file(Path(os.path.relpath(path))) == first
    assert len(read) == 1
    path.write_text("b;2\n", encoding="utf-8")
    assert digests.of_file(path) == hashlib.sha256(b"b;2\n").hexdigest() != first
    assert len(read) == 2


def test_a_file_written_just_now_is_read_each_time(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for text in ("one", "two", "six"):
        path.write_text(text, encoding="utf-8")
        assert digests.of_file(path) == hashlib.sha256(text.encode()).hexdigest()


def test_the_head_of_a_file_is_that_many_bytes(tmp_path: Path) -> None:
    path = old(tmp_path / "a.csv", "abcdef")
    assert digests.of_head(path, 3) == hashlib.sha256(b"abc").hexdigest()
    assert digests.of_head(path, 99) == hashlib.sha256(b"abcdef").hexdigest()


MARKS = {
    "commerce": {"data": "d", "city": "c", "parameters": "p", "code": "k"},
    freshness.REPORT: {"parameters": "html", "texts": "t", "theme": "h"},
}


@pytest.mark.parametrize(
    ("step", "part", "other"),
    [
        ("commerce", "data", True), ("commerce", "city", True), ("commerce", "parameters", True),
        ("commerce", "code", True), ("report", "texts", True), ("report", "theme", True),
        ("report", "parameters", False),
    ],
)  # fmt: skip
def test_an_edition_is_what_the_marks_of_freshness_say(step: str, part: str, other: bool) -> None:
    """The files that were asked for, and the engine, change no content."""
    changed = {name: dict(parts) for name, parts in MARKS.items()}
    changed[step][part] = "another"
    assert (manifest.fingerprint(changed) != manifest.fingerprint(MARKS)) is other


def test_nested_content_becomes_dotted_keys() -> None:
    content = {"id": "a", "sources": {"premises": [{"path": "p.csv", "columns": {"b": "c"}}]},
               "parameters": {"survival_years": [1, 3], "none": None, "no": []}}  # fmt: skip
    assert manifest.flat(content) == {
        "id": "a", "sources.premises.1.path": "p.csv", "sources.premises.1.columns.b": "c",
        "parameters.survival_years": "1, 3",
    }  # fmt: skip
