"""An interactive map as one HTML document that asks the network for nothing.

A folium map whose only library is the Leaflet that ships with us, without tiles: the ground is
drawn from the city's own data. Identifiers are given in order, so the same map has the same bytes.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import folium
from branca.element import MacroElement
from jinja2 import Template

from analyses.figures.escape import html, script
from analyses.figures.style import data_uri
from analyses.wording import Language

_SPECIFICATION = "COEURVILLE_SPECIFICATION"
"""Stands for the specification while folium renders: what it renders is a template of its own, so
that the double braces of a shop's name would be run as code."""

_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
"""folium's own forbids enlarging the page, which readers with low vision need (WCAG 1.4.4)."""


def document(spec: dict[str, Any], title: str, language: Language) -> str:
    """Return the HTML document of a map.

    Parameters
    ----------
    spec : dict
        What ``leaflet/map.js`` draws: ``bounds``, ``base``, ``zones``, ``zoneStyle``, ``groups``,
        ``fields`` and ``words``; JSON values.
    title : str
        Title of the document.
    language : str
        Language of the document.
    """
    page = _Map(tiles=None, control_scale=False, zoom_control=True, zoom_snap=0.25)
    _Drawing().add_to(page)
    for rank, element in enumerate(_tree(page.get_root())):
        element._id = f"{rank:04d}"
    text: str = page.get_root().render().replace(_SPECIFICATION, script(spec), 1)
    head = f'<html lang="{language}">\n<head>\n<title>{html(title)}</title>'
    text = re.sub(r"<html>\s*<head>", lambda _: head, text, count=1)
    return re.sub(r'<meta name="viewport"[^>]*>', lambda _: _VIEWPORT, text, count=1)


class _Map(folium.Map):  # type: ignore[misc]
    """A folium map that names no server."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(self, **options: Any) -> None:
        self.default_js = [("leaflet", data_uri(_asset("leaflet.js").encode(), "text/javascript"))]
        self.default_css = [("leaflet_css", data_uri(_leaflet_css().encode(), "text/css"))]
        super().__init__(**options)


class _Drawing(MacroElement):  # type: ignore[misc]
    """What is drawn on the map: our script, and a mark where its specification goes."""

    _template = Template(
        "{% macro header(this, kwargs) %}<style>{{ this.css }}</style>"
        "<script>{{ this.code }}</script>{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "coeurville({{ this._parent.get_name() }}, " + _SPECIFICATION + ");{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()
        self._name = "Drawing"
        self.css = _asset("map.css")
        self.code = _asset("map.js")


@cache
def _asset(name: str) -> str:
    return resources.files("analyses.figures").joinpath("leaflet", name).read_text("utf-8")


def _leaflet_css() -> str:
    """Return Leaflet's style sheet without its pictures, which our maps do not use."""
    return re.sub(r"url\([^)]*\)", "none", _asset("leaflet.css"))


def _tree(element: Any) -> list[Any]:
    found = [element]
    for name in ("header", "html", "script"):
        if isinstance(getattr(element, name, None), type(element).__mro__[-2]):
            found.append(getattr(element, name))
    for child in element._children.values():
        found += _tree(child)
    return found
