"""The public edition of the demo city, attacked: files as they leave, and whatever can be read off.

The attacker has the public folder only (HTML, PDF, DOCX, CSV, manifest). What it must not find is
taken from the internal edition, which it does not see but for checking.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

import attacker
import sample_report as made
from analyses import blocks, cities, pages, reports, sources
from analyses.cities import Publication
from analyses.figures.commerce import category
from analyses.pages import Page
from analyses.publish import publish
from analyses.runs import editions, indicators_file
from analyses.wording import number, percent

pytestmark = pytest.mark.slow

CHAPTERS = ("commerce", "parking")
SENSITIVE = ("rent_eur_year", "lease_type", "lease_end", "vacant_since", "owner_name",
             "shopkeeper_name", "premises_id", "siret")  # fmt: skip


@dataclass
class Town:
    """A city played in both editions."""

    folder: Path
    shown: dict[str, Page]
    internal: pd.DataFrame
    public: pd.DataFrame

    @property
    def place(self) -> Path:
        return self.folder / editions.FOLDER


def play(root: Path, chapter: str, folder: Path) -> tuple[Page, list[dict]]:
    """Run the cells of a notebook as they stand; return its page and what it displayed."""
    notebook = json.loads((root / "notebooks" / f"{chapter}.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    bundles: list[dict] = []
    names = {"city_folder": str(folder), "language": "fr"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "_display", bundles.append)
        exec("\n".join(c for c in cells if "city_folder: str" not in c), names)
    return names["page"], bundles


def written(root: Path, home: Path, out: Path, chapters: tuple[str, ...], render: bool) -> Town:
    (out / "notebooks").mkdir()
    shown = {}
    for chapter in chapters:
        shown[chapter], bundles = play(root, chapter, home)
        path = out / "notebooks" / f"{chapter}.ipynb"
        path.write_text(json.dumps(made.notebook(bundles)), encoding="utf-8")
    city, record = cities.read(home), made.manifest(home.name)

    def draw(folder: Path, _: object, __: object, edition: blocks.Edition) -> str:
        if not render or edition == "internal":
            return "none"
        return reports.render(folder, city, record, engine="embedded", edition=edition)

    editions.write(out, city, record, draw)
    return Town(
        out, shown, attacker.table(out / indicators_file.NAME),
        attacker.table(out / editions.FOLDER / indicators_file.NAME),
    )  # fmt: skip


@pytest.fixture(scope="module")
def town(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    home = root / "cities" / "demo"
    return written(root, home, tmp_path_factory.mktemp("run"), CHAPTERS, render=True)


@pytest.fixture(scope="module")
def village(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The demo city with one premises and one establishment in six: nearly everything is small."""
    home = tmp_path_factory.mktemp("cities") / "demo"
    shutil.copytree(root / "cities" / "demo", home)
    for name, sep, column in (("premises.csv", ";", "premises_id"),
                              ("StockEtablissement.csv", ",", "siret"),
                              ("StockEtablissementHistorique.csv", ",", "siret"),
                              ("Geolocalisation.csv", None, "siret")):  # fmt: skip
        path = home / name
        first = path.read_text("utf-8-sig").partition("\n")[0]
        sep = sep or (";" if ";" in first else ",")
        frame = pd.read_csv(path, sep=sep, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        digits = frame[column].str.replace(r"\D", "", regex=True).str[-6:].astype(int)
        frame[digits % 6 == 0].to_csv(path, sep=sep, index=False)
    return written(root, home, tmp_path_factory.mktemp("small"), ("commerce",), render=False)


def texts(town: Town) -> Iterator[tuple[str, str]]:
    """Yield all that can be read in the public folder, by file."""
    for path in sorted(town.place.iterdir()):
        if path.suffix == ".pdf":
            reader = PdfReader(path)
            yield path.name, "\n".join(page.extract_text() for page in reader.pages)
            yield path.name, json.dumps({k: str(v) for k, v in (reader.metadata or {}).items()})
        elif path.suffix in (".docx", ".pptx"):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    if member.endswith((".xml", ".rels")):
                        yield f"{path.name}/{member}", archive.read(member).decode("utf-8")
        else:
            yield path.name, html.unescape(path.read_text("utf-8"))


def hidden_rows(town: Town) -> list[dict]:
    rows = zip(town.internal.to_dict("records"), town.public.to_dict("records"), strict=True)
    return [inside for inside, outside in rows
            if pd.notna(inside["value"]) and pd.isna(outside["value"])]  # fmt: skip


@pytest.mark.parametrize("name", ["town", "village"])
def test_the_public_table_is_a_subset(name: str, request: pytest.FixtureRequest) -> None:
    where = request.getfixturevalue(name)
    keys = ["indicator", "zone", "breakdown", "category", "period_start", "period_end", "source",
            "method", "unit"]  # fmt: skip
    assert where.internal[keys].equals(where.public[keys])
    for column in ("value", "low", "high"):
        shown = where.public[column].notna()
        assert (where.public.loc[shown, column] == where.internal.loc[shown, column]).all()
    n = where.public["n"]
    assert ((n == where.internal["n"]) | (n == 0)).all()
    masked = where.public["note"].str.startswith("Masqué")
    assert masked.sum() >= len(hidden_rows(where)) > 20
    assert where.public.loc[masked, ["value", "low", "high"]].isna().all().all()


@pytest.mark.parametrize("name", ["town", "village"])
def test_no_hidden_count_can_be_recomputed_from_the_table(
    name: str, request: pytest.FixtureRequest
) -> None:
    where = request.getfixturevalue(name)
    assert attacker.recovered(where.public, where.internal, {}) == {}
    assert len(attacker.recovered(where.internal, where.internal, {})) > 50


@pytest.mark.parametrize("name", ["town", "village"])
def test_no_hidden_count_can_be_recomputed_from_the_data_package(
    name: str, request: pytest.FixtureRequest, root: Path, tmp_path: Path
) -> None:
    """What leaves as open data is attacked as the public edition is, and holds no more than it."""
    where = request.getfixturevalue(name)
    terms = Publication(
        publisher="Ville", siret="00000000000000", url="https://example.org", tables=()
    )
    city = cities.read(root / "cities" / "demo").model_copy(update={"publication": terms})
    written = publish(where.folder, city, sources.load(city, only=["zones"]), tmp_path / "open")
    package = attacker.table(tmp_path / "open" / indicators_file.NAME)
    assert attacker.recovered(package, where.internal, {}) == {}
    pd.testing.assert_frame_equal(package, where.public, check_exact=True)
    heads = [path.read_text("utf-8-sig").partition("\n")[0] for path in written]
    assert not {field for head in heads for field in head.strip().split(";")} & set(SENSITIVE)
    said = "".join(path.read_text("utf-8-sig") for path in written)
    assert "-Test" not in said, "the invented owners and shopkeepers are all named so"
    assert "-Test" in (root / "cities" / "demo" / "premises.csv").read_text("utf-8-sig")


def test_a_planted_weak_spot_is_found(town: Town) -> None:
    """Put back the hidden rows that tell no small count themselves: the attack must succeed."""
    real = attacker.true_counts(town.internal)
    weak = town.public.copy()
    for rank, row in enumerate(town.internal.to_dict("records")):
        claims = attacker.counts_of(row, row["value"], row["n"])
        own = [cell for terms, _ in claims for cell in terms]
        if (
            pd.isna(town.public.loc[rank, "value"])
            and own
            and all(real.get(cell, 3) >= 3 and not _few_left(cell, real) for cell in own)
        ):
            weak.loc[rank] = town.internal.loc[rank]
    put_back = int((weak["value"].notna() & town.public["value"].isna()).sum())
    assert put_back >= 10
    assert len(attacker.recovered(weak, town.internal, {})) >= 5


def _few_left(cell: attacker.Cell, real: dict[attacker.Cell, float]) -> bool:
    """Whether all but one or two of the premises of a cell are vacant."""
    known = real.get(("known", *cell[1:]), 0)
    return cell[0] in ("vacant", "known") and 0 < known - real.get(("vacant", *cell[1:]), 0) < 3


@pytest.mark.parametrize("name", ["town", "village"])
def test_every_public_block_and_table_row_stands_in_the_internal_edition(
    name: str, request: pytest.FixtureRequest
) -> None:
    where = request.getfixturevalue(name)
    own_form = {"carte-locaux"}
    for shown in where.shown.values():
        inside = {(b.kind, b.id): b for b in shown.blocks}
        for block in blocks.public_blocks(shown.blocks):
            internal = inside[block.kind, block.id]
            if block.id in own_form or block.kind in ("results", "provenance"):
                continue
            table = block.content.get("table", block.content)
            whole = internal.content.get("table", internal.content)
            rows = [tuple(row) for row in table.get("rows", ())]
            assert set(rows) <= {tuple(row) for row in whole.get("rows", ())}, block.id


@pytest.mark.parametrize("name", ["town", "village"])
def test_nothing_is_withheld_by_accident(name: str, request: pytest.FixtureRequest) -> None:
    """A block is kept back because it must be, not because it could not be drawn."""
    where = request.getfixturevalue(name)
    why = {block.id: block.withheld for shown in where.shown.values() for block in shown.blocks
           if block.public is False}  # fmt: skip
    accidents = [reason for reason in why.values()
                 if "not drawn" in reason or "nobody said" in reason]  # fmt: skip
    assert not accidents, why


def labels(row: dict, zones: dict[str, str]) -> set[str]:
    """Return the words by which a reader knows the part that a row describes."""
    if row["breakdown"] == "total":
        return {zones.get(row["zone"], row["zone"])}
    return {row["category"], category(row["breakdown"], row["category"], zones, "fr")}


def told(town: Town, language: str = "fr") -> list[tuple[dict, str, str]]:
    """Return the hidden rates of the last wave with their label and their value as written."""
    zones = {"hypercentre": "Hypercentre"}
    last = max(row["period_end"] for row in town.internal.to_dict("records")
               if row["indicator"] == "vacancy_rate")  # fmt: skip
    rows = [row for row in hidden_rows(town)
            if row["indicator"] == "vacancy_rate" and row["period_end"] == last]  # fmt: skip
    return [
        (row, label, percent(row["value"], "fr")) for row in rows for label in labels(row, zones)
    ]


def test_no_file_puts_a_hidden_rate_beside_its_name(town: Town) -> None:
    """In rows of tables, clauses of alternatives, sentences, popups, in every format."""
    wanted = told(town)
    assert len(wanted) >= 8
    for name, text in texts(town):
        flat = re.sub(r"[\s\u00a0\u202f]+", " ", re.sub(r"<[^>]+>", " | ", text))
        for row, label, value in wanted:
            spaced = re.sub(r"[\s\u00a0\u202f]+", " ", value)
            for found in re.finditer(re.escape(label), flat):
                near = flat[found.end() : found.end() + 60].split(";")[0].split(label)[0]
                count = number(round(row["value"] * row["n"] / 100), "fr")
                assert not re.search(rf"(?<![\d,]){re.escape(spaced)}", near), (name, label, near)
                assert f"{count} sur {number(row['n'], 'fr')}" not in near, (name, label)


def test_the_geometry_of_the_charts_tells_no_more_than_their_tables(town: Town) -> None:
    """Read every dot chart with a ruler: labels and dots are those of the public table only."""
    read = 0
    for shown in town.shown.values():
        for block in blocks.public_blocks(shown.blocks):
            if not block.id.startswith("vacance-") or block.kind != "chart":
                continue
            values = ruled(block.content["svg"])
            if not values:
                continue
            read += 1
            rows = {row[0]: row for row in block.content["table"]["rows"]}
            assert set(values) <= set(rows), block.id
            for label, value in values.items():
                written = next(cell for cell in rows[label][1:] if "%" in cell)
                assert abs(value - float(written.split("\u202f%")[0].split("\u00a0%")[0]
                                         .replace(",", "."))) < 0.3, (block.id, label)  # fmt: skip
    assert read >= 2


def ruled(svg: str) -> dict[str, float]:
    """Return the value of each labelled dot, measured between the ticks of the axis."""
    text = r'<text[^>]*? x="([-\d.]+)" y="([-\d.]+)"[^>]*>([^<]*)</text>'
    words = [(float(x), float(y), html.unescape(t)) for x, y, t in re.findall(text, svg)]
    base = max(y for _, y, _ in words) if words else 0.0  # the axis lies under the drawing
    ticks = [
        (x, float(t.replace(",", ".").rstrip(" %\u202f\u00a0")))
        for x, y, t in words
        if y == base and re.fullmatch(r"[\d,]+[\s\u202f\u00a0]%", t)
    ]
    uses = [(float(x), float(y)) for x, y in
            re.findall(r'<use [^>]*?x="([-\d.]+)" y="([-\d.]+)"', svg)]  # fmt: skip
    if len(ticks) < 2 or not uses:
        return {}
    (x0, v0), (x1, v1) = ticks[0], ticks[-1]
    names = [(y, t) for x, y, t in words if x < x0 and not re.fullmatch(r"[\d,]+\D%", t)]
    found = {}
    for y, name in names:
        dots = [x for x, at in uses if abs(at - y) < 6]
        if dots:
            found[name] = v0 + (dots[0] - x0) * (v1 - v0) / (x1 - x0)
    return found


def test_embedded_maps_hold_no_premises(town: Town) -> None:
    (page,) = [text for name, text in texts(town) if name == "report.html"]
    source = pd.read_csv(town.shown["commerce"].city.folder / "premises.csv", sep=";", dtype=str)
    addresses = set(source["address"].dropna())
    signs = {name for name in source["name"].dropna() if len(name) > 12}
    for name, text in texts(town):
        seen = html.unescape(text)
        found = [a for a in addresses if re.search(rf"(?<!\d){re.escape(a)}", seen)]
        assert len(found) <= 1, (name, found)  # a number may end a cell before a street's name
        assert not [a for a in signs if a in seen], name
    assert "Taux de vacance par zone" in page
    inside = json.dumps([b.content for b in town.shown["commerce"].blocks], ensure_ascii=False)
    assert sum(a in inside for a in addresses) > 20, "the internal edition lists them"


def test_sensitive_fields_and_identifiers_are_nowhere(town: Town) -> None:
    source = pd.read_csv(town.shown["commerce"].city.folder / "premises.csv", sep=";", dtype=str)
    ids = set(source["premises_id"])
    register = (town.shown["commerce"].city.folder / "StockEtablissement.csv").read_text(
        "utf-8-sig"
    )
    sirets = set(re.findall(r"(?<!\d)\d{14}(?!\d)", register))
    assert len(sirets) > 100
    people = {v for c in ("owner_name", "shopkeeper_name") for v in source[c].dropna()}
    for name, text in texts(town):
        assert not [i for i in ids if i in text], name
        assert not [p for p in people if p and p in text], name
        assert not sirets & set(re.findall(r"(?<!\d)\d{14}(?!\d)", text)), name
        assert not [field for field in SENSITIVE if field in text], name


def test_the_public_folder_holds_four_files_and_its_manifest(town: Town) -> None:
    assert {path.name for path in town.place.iterdir()} == {
        "report.html", "report.pdf", "report.docx", "report.pptx", "indicators.csv", "run.json",
    }  # fmt: skip
    manifest = (town.place / "run.json").read_text("utf-8")
    assert "premises.csv" not in manifest
    with zipfile.ZipFile(town.place / "report.docx") as archive:
        pictures = [name for name in archive.namelist() if name.startswith("word/media/")]
    drawn = sum(
        block.kind in ("chart", "map")
        for shown in town.shown.values()
        for block in blocks.public_blocks(shown.blocks)
    )
    assert len(pictures) <= drawn * 2


def test_numbers_of_public_sentences_stand_in_the_internal_ones(town: Town) -> None:
    def numbers(found: list[blocks.Block]) -> set[str]:
        said = [item["text"] for block in found if block.kind == "sentences"
                for item in block.content["findings"]]  # fmt: skip
        return {n for text in said for n in re.findall(r"\d[\d\u202f]*(?:,\d+)?", text)}

    for shown in town.shown.values():
        assert numbers(blocks.public_blocks(shown.blocks)) <= numbers(shown.blocks)
