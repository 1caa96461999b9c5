"""The drawings of a report: in pixels when asked for, and inside the one HTML file."""

from __future__ import annotations

import base64
import html
import io
import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pypandoc
import pytest
import typst
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from PIL import Image

from analyses import assets
from analyses.errors import RenderError
from analyses.figures import ruler, style
from analyses.reports import markdown, one_file, pictures


def drawing(title: str = "Rue Neuve") -> str:
    with style.style():
        figure, axes = style.figure(2.0)
        axes.bar(["a", "b"], [3, 5], color=style.BLUE, hatch="////")
        axes.set_xlabel(title)
    return style.svg(figure, "essai")


def grey(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("L").resize((325, 100)), dtype=float)


def test_pixels_show_what_matplotlib_would_draw() -> None:
    """Matplotlib's own PNG of the same drawing is the other implementation."""
    with style.style():
        figure, axes = style.figure(2.0)
        axes.bar(["a", "b"], [3, 5], color=style.BLUE, hatch="////")
        axes.set_xlabel("Rue Neuve")
    ours, theirs = pictures.drawn([style.svg(figure, "essai")])[0], style.png(figure)
    with Image.open(io.BytesIO(ours)) as picture:
        assert picture.size == (1300, 400)
    assert np.abs(grey(ours) - grey(theirs)).mean() < 2
    assert np.abs(grey(ours) - grey(theirs)).mean() < np.abs(255 - grey(theirs)).mean() / 10


def test_the_same_drawings_give_the_same_pixels_alone_or_together() -> None:
    first, second = drawing(), drawing('Rue "$x^2$" \\ #image')
    together = pictures.drawn([first, second])
    assert [pictures.drawn([first])[0], pictures.drawn([second])[0]] == together
    assert together[0] != together[1]
    assert pictures.drawn([]) == []


def test_only_drawings_without_pixels_are_drawn(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(drawing(), encoding="utf-8")
    (tmp_path / "b.svg").write_text(drawing(), encoding="utf-8")
    (tmp_path / "b.png").write_bytes(b"kept")
    pictures.complete(tmp_path)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "P"
    assert (tmp_path / "b.png").read_bytes() == b"kept"


def test_the_size_of_a_block_is_that_of_its_drawing() -> None:
    svg = drawing()
    pixels = base64.b64encode(pictures.drawn([svg])[0]).decode("ascii")
    assert pictures.size({"svg": svg, "png": ""}) == (6.5, 2.0)
    assert pictures.size({"svg": "", "png": pixels}) == (6.5, 2.0)
    assert pictures.png({"svg": svg, "png": ""}) == base64.b64decode(pixels)
    with pytest.raises(RenderError, match="size"):
        pictures.size({"svg": "<svg>", "png": ""})


def test_a_text_is_measured_as_matplotlib_measures_it() -> None:
    with style.style():
        font = FontProperties(family=[style.FONT], size=9.5)
        known = TextToPath().get_text_width_height_descent("Évènement 2025", font, False)
        assert ruler.extent("Évènement 2025", font) == known
        font.set_size(19)
        wider = ruler.extent("Évènement 2025", font)
        assert wider[0] == pytest.approx(2 * known[0])
        assert not mpl.rcParams["text.parse_math"]


def build(folder: Path) -> None:
    (folder / "theme").mkdir()
    (folder / "figures").mkdir()
    (folder / "theme" / "a.css").write_text('b { src: url("f.woff2") }', encoding="utf-8")
    (folder / "theme" / "f.woff2").write_bytes(b"font")
    (folder / "figures" / "a.svg").write_text(
        '<svg width="1pt"><text>data-document="figures/a.html"</text></svg>', encoding="utf-8"
    )
    (folder / "figures" / "a.html").write_text('<p class="x">é &amp;\n</p>', encoding="utf-8")


def test_the_page_holds_every_file_it_names_once(tmp_path: Path) -> None:
    build(tmp_path)
    text = '<p>data-document="figures/a.html" src="figures/a.svg"</p>'
    page = (
        text
        + '<link rel="stylesheet" href="theme/a.css"><p>&lt;svg data-file=&quot;x&quot;&gt;</p>'
        '<svg data-file="figures/a.svg" role="img" aria-label="Carte"></svg>'
        '<iframe title="t" data-document="figures/a.html"></iframe>'
    )
    made = one_file.whole(page, tmp_path)
    assert '<style type="text/css">\nb { src: url("data:font/woff2;base64,Zm9udA==") }' in made
    assert '<svg role="img" aria-label="Carte" width="1pt"><text>data-document=' in made
    assert 'srcdoc="&lt;p class=&quot;x&quot;&gt;é &amp;amp;&#10;&lt;/p&gt;"' in made
    assert made.startswith(text)
    assert "<p>&lt;svg data-file=&quot;x&quot;&gt;</p>" in made


def test_a_file_that_is_missing_stops_the_page(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"a\.html"):
        one_file.whole('<iframe title="t" data-document="figures/a.html"></iframe>', tmp_path)
    with pytest.raises(RenderError, match=r"a\.gif"):
        one_file.whole('<img src="figures/a.gif">', tmp_path)
    with pytest.raises(RenderError, match="outside it"):
        one_file.whole('<img src="figures/../../secret.png">', tmp_path)
    text = '<p>figures/a.gif src="figures/a.gif"</p>'
    assert one_file.whole(text, tmp_path) == text


@pytest.mark.parametrize(
    "left",
    [
        '<script src="report_files/x.js"></script>',
        "<script defer src='https://cdn.example.org/x.js'></script>",
        "<script src=x.js></script>",
        '<img src="/etc/secret.png">',
        '<img alt="a > b" src="a.png">',
        '<link href="report_files/x.css" rel="stylesheet">',
        '<svg><image xlink:href="a.png"></image></svg>',
        '<svg data-file="other/a.svg"></svg>',
        '<iframe data-document="other/a.html"></iframe>',
        '<iframe srcdoc="&lt;script src=&quot;//cdn.example.org/x.js&quot;>&lt;/script>"></iframe>',
        '<a href="figures/a.svg">a</a>',
    ],
)
def test_a_page_that_names_a_file_outside_it_is_refused(left: str) -> None:
    with pytest.raises(RenderError, match="outside it"):
        one_file.alone(f"<main><p>a</p>{left}</main>")


def test_a_page_may_lead_elsewhere_and_hold_what_it_shows() -> None:
    page = (
        '<link rel="stylesheet" href="data:text/css;base64,Zm9v"><a href="https://example.org">a</a>'
        '<a href="#b">b</a><img src="data:image/png;base64,Zm9v"><svg><use xlink:href="#c"/></svg>'
        '<script>const text = \'<script src="x.js">\';</script><!-- <img src="a.png"> -->'
        '<iframe srcdoc="&lt;script src=&quot;data:text/javascript,1&quot;>"></iframe>'
    )
    assert one_file.alone(page) == page


def test_quarto_gets_its_maps_in_the_markdown(tmp_path: Path) -> None:
    build(tmp_path)
    text = markdown.frame("figures/a.html", "Carte") + markdown.paragraph(
        'data-document="figures/secret.html"'
    )
    made = one_file.framed(text, tmp_path)
    assert "srcdoc=" in made
    assert "data-document" not in made.replace("data\\-document", "")


def test_no_text_of_a_table_leaves_its_block() -> None:
    sign = "```\n```{=html}\n<b>"
    made = markdown.table([sign, "{{< include a >}}"], [["a  \\`$x$", ""]], ["a"], sign)
    lines = made.splitlines()
    assert (lines[0], lines[2:]) == ("```{=table}", ["```"])
    assert not set("<>{}`$&") & set(lines[1])
    line = "``` ```{=html} <b>"
    assert json.loads(lines[1]) == [
        line, [line, "{{< include a >}}"], [False, False], [["a \\`$x$", "\u00a0"]],
    ]  # fmt: skip


def test_a_table_says_its_texts_as_they_are_in_html_and_typst(tmp_path: Path) -> None:
    """Pandoc reads the block back: what stands in a cell is what was given."""
    words = '"$x$" #image("a") \\ <b> & l\'été `n`'
    document = markdown.table(["Nom", "n"], [[words, "1"]], ["n"], words)
    (tmp_path / "a.md").write_text(document, encoding="utf-8")
    lua = assets.reports() / "theme" / "coeurville.lua"
    made = {
        kind: pypandoc.convert_file(
            str(tmp_path / "a.md"), kind, "markdown", extra_args=[f"--lua-filter={lua}"]
        )
        for kind in ("html", "typst")
    }
    escaped = html.escape(words, quote=False).replace('"', "&quot;")
    assert f'<th scope="row">{escaped}</th>' in made["html"]
    assert '<td class="r">1</td>' in made["html"]
    (tmp_path / "a.typ").write_text(made["typst"], encoding="utf-8")
    asked = typst.query(str(tmp_path / "a.typ"), "figure", field="caption")
    assert words in _texts(json.loads(asked))


def _texts(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("text", "")) + "".join(map(_texts, value.values()))
    return "".join(map(_texts, value)) if isinstance(value, list) else ""
