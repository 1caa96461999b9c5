"""Colours that survive colour-blindness and print: distances, contrasts, lightness."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from analyses.figures import style

Array = npt.NDArray[np.float64]

VISIONS: dict[str, Array] = {
    "trichromacy": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
}  # fmt: skip
"""Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB."""
APART = 20.0
"""Least CIELAB distance of two colours of one chart; two or three is what the eye just sees."""


def linear(colour: str) -> Array:
    """Return linear RGB (IEC 61966-2-1)."""
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb: Array) -> Array:
    """Return CIELAB under D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""
    light = sorted(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour) for colour in (one, other))
    return float((light[1] + 0.05) / (light[0] + 0.05))


@pytest.mark.parametrize("vision", VISIONS)
def test_two_colours_of_a_chart_differ_whatever_the_eye(vision: str) -> None:
    seen = [lab(VISIONS[vision] @ linear(colour)) for colour in style.PALETTE]
    for (i, one), (j, other) in itertools.combinations(enumerate(seen), 2):
        assert np.linalg.norm(one - other) >= APART, (style.PALETTE[i], style.PALETTE[j])


def test_the_test_would_refuse_vermilion_beside_amber() -> None:
    one, other = (lab(VISIONS["deuteranopia"] @ linear(c)) for c in ("#c24a00", "#a86a00"))
    assert np.linalg.norm(one - other) < APART


def test_black_and_white_lightness_is_known() -> None:
    assert lab(linear("#ffffff"))[0] == pytest.approx(100, abs=0.1)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colour", style.PALETTE)
def test_every_mark_stands_out_on_paper(colour: str) -> None:
    assert contrast(colour, style.PAPER) >= 3.0


@pytest.mark.parametrize("colour", [style.INK, style.MUTED])
def test_letters_of_a_chart_are_readable(colour: str) -> None:
    assert contrast(colour, style.PAPER) >= 4.5


def test_the_page_and_the_pdf_share_their_colours(root: Path) -> None:
    theme = root / "reports" / "theme"
    css = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", (theme / "report.css").read_text()))
    typ = dict(
        re.findall(r'#let ([a-z-]+) = rgb\("(#[0-9a-f]{6})"\)', (theme / "report.typ").read_text())
    )
    shared = set(css) & set(typ)
    assert {"ink", "muted", "navy", "blue", "warm"} <= shared
    assert {name: css[name] for name in shared} == {name: typ[name] for name in shared}
    assert css["ink"] == style.INK
    assert css["blue"] == style.BLUE
