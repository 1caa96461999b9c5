"""The HTML report in a real browser: nothing is asked of the network, and it fits a telephone."""

from __future__ import annotations

from pathlib import Path

import pytest

import browser
import sample_report as made
from analyses import reports
from analyses.figures import maps

ONE_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    reports.render_source(made.assembled(folder / "build"), folder, "embedded", ["html"])
    return folder / "report.html"


def outside(asked: list[str]) -> list[str]:
    return [url[:80] for url in asked if not url.startswith(("file:", "data:", "about:"))]


def test_the_report_asks_nothing_of_the_network(report: Path) -> None:
    seen = browser.visit(report, [ONE_FRAME, "document.fonts.check('16px \"Coeurville Sans\"')"])
    assert [url for url in seen.asked if url.startswith("file:")] == [report.resolve().as_uri()]
    assert outside(seen.asked) == []
    assert seen.told == []
    assert seen.answers[1] is True


def test_the_report_fits_a_telephone(report: Path) -> None:
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    opened = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
    seen = browser.visit(report, [opened, ONE_FRAME, wide], width=320)
    assert seen.answers[2] is True


def test_the_map_draws_every_premises_and_its_text_stays_text(tmp_path: Path) -> None:
    drawn = maps.premises_map(made.premises(), "fr", zones=made.zones(), source="Ville & <b>")
    assert drawn is not None
    path = tmp_path / "map.html"
    path.write_text(drawn.html, encoding="utf-8")
    popup = (
        "[...document.querySelectorAll('path[role=button]')].map(one => {"
        " one.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}));"
        " return [...document.querySelectorAll('.leaflet-popup-content dd')]"
        ".map(node => node.textContent); }).flat()"
    )
    seen = browser.visit(
        path,
        [
            ONE_FRAME,
            "document.querySelectorAll('path.leaflet-interactive').length",
            "document.querySelectorAll('path[role=button][tabindex=\"0\"]').length",
            popup,
            "document.querySelectorAll('.leaflet-popup-content script, b').length",
            "document.querySelector('.leaflet-control-attribution').textContent",
            "document.documentElement.lang",
        ],
    )
    assert outside(seen.asked) == []
    assert seen.told == []
    assert seen.answers[1:3] == [12, 6]
    assert made.HOSTILE in seen.answers[3]
    assert seen.answers[4] == 0
    assert "Ville & <b>" in seen.answers[5]
    assert seen.answers[6] == "fr"
