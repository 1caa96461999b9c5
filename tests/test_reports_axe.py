"""The HTML report under axe-core, in a real browser, on a screen and on a telephone."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest

import browser
import sample_report as made
from analyses import reports
from analyses.figures import maps

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """
axe.run(document, {runOnly: {type: 'tag', values: %s}, resultTypes: ['violations'],
                   iframes: false})
  .then(found => found.violations.map(one => one.id + ': ' + one.help + ' '
    + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')))
"""
OPENED = "document.querySelectorAll('details').forEach(one => { one.open = true; })"


def axe() -> str:
    """Return axe-core's script as a Python package ships it; skip where there is none."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        pytest.skip("axe-core is not installed (pip install 'coeurville[test]')")
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Path, width: int) -> list[str]:
    """Return what axe-core finds of levels A and AA, the folded numbers unfolded."""
    seen = browser.visit(page, [axe(), OPENED, RUN % json.dumps(LEVELS)], width=width)
    assert isinstance(seen.answers[2], list), seen.told
    return list(seen.answers[2])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample report, or the one that the environment names (a whole city's)."""
    chosen = os.environ.get("COEURVILLE_REPORT")
    if chosen:
        return Path(chosen)
    folder = tmp_path_factory.mktemp("axe")
    reports.render_source(made.assembled(folder / "build"), folder, "embedded", ["html"])
    return folder / "report.html"


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_of_levels_a_and_aa(report: Path, width: int) -> None:
    assert violations(report, width) == []


def test_axe_would_find_something(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    pale = "<p style='color:#bbb;background:#fff'>Texte pâle</p>"
    page.write_text(f"<html><body><img src='data:,'>{pale}</body></html>", encoding="utf-8")
    found = " ".join(violations(page, 1440))
    assert "image-alt" in found
    assert "html-has-lang" in found
    assert "color-contrast" in found


def test_axe_finds_nothing_in_a_map(tmp_path: Path) -> None:
    drawn = maps.premises_map(made.premises(), "fr", zones=made.zones(), source="Ville")
    assert drawn is not None
    page = tmp_path / "map.html"
    page.write_text(drawn.html, encoding="utf-8")
    assert violations(page, 800) == []
