"""A small city with one hostile shop, and a report made of it without any notebook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from analyses.blocks import MIME, Block, from_payload
from analyses.cities import City, DataSource, Fact, PublishedFigure, Reference, Sources
from analyses.figures import charts, maps
from analyses.figures.axis import Point
from analyses.figures.figure import Table
from analyses.pages import Page
from analyses.reports import Chapter, Source, assemble
from analyses.results import Estimate, Finding, Result, not_computable
from analyses.runs import Manifest
from analyses.runs.manifest import InputFile
from analyses.wording import Text

HOSTILE = "<script>alert(1)</script> & =cmd|'/c calc'!A1 #strong[x]"
FORMULAS = (
    "$x_1$ `code` *stars* _under_ [link](http://evil.example) {{< include /etc/passwd >}} \\n @ref"
)
TEMPLATE = "{{7*7}} {% x %} {# y #} {{ cycler.__init__.__globals__ }}"
RATE = Result(
    "vacancy_rate", Estimate(12.3, 10.0, 14.5, 512), "%", "survey", "wilson/1",
    period_start=date(2025, 6, 17), period_end=date(2025, 6, 17),
)  # fmt: skip
STOCK = Result("premises_count", Estimate(512, 512, 512, 512), "premises", "survey", "count/1")


@dataclass
class Sample:
    """A city, what its notebook showed, and the bundles as a notebook keeps them."""

    city: City
    page: Page
    bundles: list[dict[str, Any]]

    def chapter(self) -> Chapter:
        return Chapter("commerce", tuple(self.page.blocks))


def city(**more: Any) -> City:
    values: dict[str, Any] = {
        "id": "beaumarche", "name": "Beaumarché", "insee_code": "99001", "population": 24310,
        "fictitious": True,
        "published": [
            PublishedFigure(
                indicator="vacancy_rate", value=11.4, unit="%", date="2021",
                perimeter="not stated", source=Reference(title="Observatoire local", date="2021"),
            )
        ],
        "facts": [Fact(text="La ville relève ses locaux chaque été.",
                       source=Reference(title="Site de la ville"))],
        "sources": Sources(premises=[DataSource(layout="template", path="premises.csv",
                                                producer="Ville", licence="Licence Ouverte 2.0")]),
    }  # fmt: skip
    return City(**(values | more))


def premises() -> pd.DataFrame:
    """Twelve premises; the second, vacant, has the hostile name, the third that of a template."""
    n = 12
    return pd.DataFrame(
        {
            "premises_id": [f"L{i:02d}" for i in range(n)],
            "wave": pd.Timestamp("2025-06-17"),
            "status": ["occupied", "vacant", "vacant_works", "unknown"] * 3,
            "zone_id": ["hyper"] * 8 + ["faubourg"] * 4,
            "name": ["Boulangerie", HOSTILE, TEMPLATE, *[f"Commerce {i}" for i in range(3, n)]],
            "activity": "Commerce",
            "street": "Rue des Lices",
            "surface_m2": 62.0,
            "owner_name": "Propriétaire Secret",
            "lon": [2.0 + 0.001 * i for i in range(n)],
            "lat": [47.0 + 0.0007 * (i % 5) for i in range(n)],
        }
    )


def zones() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"zone_id": ["hyper", "faubourg"], "name": ["Hypercentre", "Faubourg"],
         "kind": ["hypercentre", "faubourg"]},
        geometry=[box(1.999, 46.999, 2.0075, 47.004), box(2.0075, 46.999, 2.013, 47.004)],
        crs="EPSG:4326",
    )  # fmt: skip


def sample(**more: Any) -> Sample:
    """Return the city with a page that shows one block of every kind."""
    bundles: list[dict[str, Any]] = []
    town = city(**more)
    page = Page(town, "commerce", emit=bundles.append)
    page.heading(Text("Une vacance élevée", "A high vacancy"))
    page.say(_findings())
    words = charts.Words("par-rue", "La vacance est la plus forte rue des Lices : 18 %",
                         "Taux de vacance par rue", "Rue", "Relevé de juin 2025.")  # fmt: skip
    points = [Point("Rue des Lices", Estimate(18.0, 12.1, 26.3, 61)),
              Point(HOSTILE, Estimate(9.0, 4.0, 15.0, 40)),
              Point(FORMULAS, Estimate(4.0, 1.0, 9.0, 30))]  # fmt: skip
    page.chart(charts.dots(words, points, "%", "fr", Point("ensemble", RATE.estimate)))
    page.map(maps.premises_map(premises(), "fr", zones=zones(), source="Ville"))
    frame = pd.DataFrame({"Nom": ["Alimentation", HOSTILE, FORMULAS], "Taux": ["12 %", "8 %", "–"]})
    page.table(Table("familles", "Vacance par famille", frame, ("Taux",), "Note."))
    page.reserves([Text("Le relevé couvre 87 % des locaux attendus.", "It covers 87%.")])
    page.provenance(
        pd.DataFrame({"table": ["premises"], "file": ["premises.csv"], "producer": ["Ville"],
                      "rows_read": [12], "sha256": ["0" * 64]})
    )  # fmt: skip
    page.record([RATE, STOCK])
    return Sample(town, page, bundles)


def _findings() -> list[Finding]:
    why = Text("Le répertoire Sirene manque.", "The SIRENE register is missing.")
    gone = not_computable("business_survival", "%", "sirene", why, unlocked_by=("establishments",))
    return [
        Finding("rate", Text("La vacance est de 12,3 %.", "Vacancy is 12.3%."), (RATE,), "key"),
        Finding("shop", Text(f"Dernier local vu : {HOSTILE}.", f"Last seen: {HOSTILE}.")),
        Finding("held", Text("Une réserve.", "A reserve."), (), "reserve"),
        Finding("gone", Text("Survie non calculable.", "No survival."), (gone,), "missing"),
    ]


def manifest(city_id: str = "beaumarche", language: str = "fr") -> Manifest:
    now = datetime(2026, 11, 22, 5, tzinfo=UTC)
    return Manifest(
        id="20261122T050000Z-ab12cd34", city=city_id, status="complete", started=now, ended=now,
        edition=now.date(), fingerprint="ab12cd34ef56" + "0" * 52, language=language,
        parameters={}, city_file=InputFile(path="city.yml", sha256="0" * 64, bytes=1),
        inputs=[InputFile(path="premises.csv", sha256="1" * 64, bytes=1)], notebooks={},
        code_version="0.1.0", code_sha256="f" * 64, dirty=False, python="3.11.2",
        platform="Linux", packages={},
    )  # fmt: skip


def notebook(bundles: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an executed notebook that displayed the bundles, one a cell."""
    cells = [
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "",
         "outputs": [{"output_type": "display_data", "metadata": {}, "data": bundle}]}
        for bundle in bundles
    ]  # fmt: skip
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def assembled(folder: Path, **more: Any) -> Source:
    made = sample(**more)
    return assemble(made.city, [made.chapter()], manifest(), folder)


def block_of(bundle: dict[str, Any], city_id: str) -> Block:
    return from_payload(bundle[MIME], city_id)
