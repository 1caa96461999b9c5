"""Forked notebooks and plain Jupyter kernels publish the same files, to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analyses import commands
from analyses.runs import forks, manifest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not forks.available(), reason="forking is safe on Linux only"),
]

Marks = Mapping[str, Mapping[str, str]]
PUBLISHED = ("indicators.csv", "report.html", "report.pdf", "report.docx", "report.pptx")


@pytest.fixture(scope="module")
def city(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small city: the demo's last two surveys and its street counters."""
    demo, folder = root / "cities" / "demo", tmp_path_factory.mktemp("both") / "petite"
    folder.mkdir()
    premises = pd.read_csv(demo / "premises.csv", sep=";", dtype=str, keep_default_na=False)
    last = sorted(premises["wave"].unique())[-2:]
    premises[premises["wave"].isin(last)].to_csv(folder / "premises.csv", sep=";", index=False)
    for name in ("zones.geojson", "capteurs.csv", "comptages_rues.csv"):
        (folder / name).write_bytes((demo / name).read_bytes())
    content = {
        "id": "petite", "name": "Petite-Ville", "fictitious": True, "insee_code": "00042",
        "zones": {"path": "zones.geojson", "comparison": "hypercentre"},
        "sources": {
            "premises": [{"layout": "coeurville", "path": "premises.csv"}],
            "sensors": [{"layout": "coeurville", "path": "capteurs.csv"}],
            "counts": [{"layout": "wide", "path": "comptages_rues.csv"}],
        },
    }  # fmt: skip
    (folder / "city.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def published(city: Path, out: Path, marks: Marks | None = None) -> tuple[dict[str, bytes], Marks]:
    """Run a city and return its files, of both editions, and the marks of what decided them."""
    work = commands.due(city, out, language="fr", engine="embedded")
    work = replace(work, request=replace(work.request, marks=marks or work.request.marks))
    commands.run(work, engine="embedded", progress=lambda _: None)
    files = {
        f"{edition}{name}": (out / city.name / edition / name).read_bytes()
        for edition in ("", "public/")
        for name in PUBLISHED
    }
    return files, work.request.marks


def test_both_ways_publish_the_same_bytes(
    city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The report names its code: who edits it while the test runs would see two codes.
    monkeypatch.setattr(manifest, "code", lambda _: ("0", "0" * 64, False))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    fast, marks = published(city, tmp_path / "fast")
    monkeypatch.setenv("COEURVILLE_KERNELS", "plain")
    assert not forks.available()
    plain, _ = published(city, tmp_path / "plain", marks)
    assert fast["indicators.csv"].count(b"\n") > 100
    assert [name for name in fast if fast[name] != plain[name]] == []
