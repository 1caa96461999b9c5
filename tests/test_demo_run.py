"""The demo city from its folder to its report: whole, safe, and the same each time."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from pypdf import PdfReader

from analyses import cities, indicators, sources
from analyses.comparison import QUESTIONS
from analyses.comparison.fingerprints import WHOLE_ONLY
from analyses.readiness import assess
from analyses.results import COLUMNS, KEY
from analyses.runs import indicators_file
from test_cli import coeurville

pytestmark = pytest.mark.slow

HOSTILE = "<script>alert(1)</script> & =cmd|'/c calc'!A1 #strong[x]"
TEMPLATE = "{{7*7}} {% x %} {# y #}"
PERSONAL = ("owner_name", "owner_contact", "shopkeeper_name", "shopkeeper_contact")
DAY = "1789000000"


@pytest.fixture(scope="module")
def hostile_city(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the demo city: its strangest shop now vacant, another named as a template."""
    folder = tmp_path_factory.mktemp("cities")
    shutil.copytree(root / "cities" / "demo", folder / "demo")
    path = folder / "demo" / "premises.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    last = max(row["wave"] for row in rows)
    (target,) = {row["premises_id"] for row in rows if row["name"] == HOSTILE}
    other = next(r for r in rows if r["wave"] == last and r["name"] and r["premises_id"] != target)
    other["name"] = TEMPLATE
    for row in rows:
        if row["premises_id"] == target:
            row |= {"street": HOSTILE, "status": "vacant", "name": HOSTILE, "vacant_since": ""}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def outputs(hostile_city: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two runs of the same city in two places."""
    places = []
    for name in ("first", "second"):
        out = tmp_path_factory.mktemp(name)
        done = coeurville(
            "run", "demo", "--cities", str(hostile_city), "--out", str(out), "--engine",
            "embedded", cwd=out, SOURCE_DATE_EPOCH=DAY,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert str(out / "demo" / "report.html") in done.stdout.replace("\n", "")
        places.append(out / "demo")
    return places


@pytest.fixture(scope="module")
def output(outputs: list[Path]) -> Path:
    return outputs[0]


def texts(output: Path) -> Iterator[tuple[str, str]]:
    """Yield every file that leaves, as text (the members of archives and PDF's words too)."""
    for path in sorted(p for p in output.rglob("*") if p.is_file()):
        name = path.relative_to(output).as_posix()
        if path.suffix in (".docx", ".pptx"):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    if member.endswith((".xml", ".rels")):
                        yield f"{name}:{member}", archive.read(member).decode("utf-8")
        elif path.suffix == ".pdf":
            yield name, pdf_text(path)
        else:
            yield name, path.read_text(encoding="utf-8")


def pdf_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def docx_text(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    return html.unescape(re.sub(r"<[^>]+>", "", body))


def test_a_run_leaves_what_the_readme_says(output: Path) -> None:
    names = {path.name for path in output.iterdir()}
    assert {"report.html", "report.pdf", "report.docx", "report.pptx"} <= names
    assert {"indicators.csv", "run.json"} <= names
    assert (output / "notebooks" / "commerce.ipynb").is_file()


def test_the_indicators_keep_their_contract(output: Path) -> None:
    table = indicators_file.read(output / "indicators.csv")
    assert tuple(table.columns) == COLUMNS
    assert not table.duplicated(list(KEY)).any()
    shown = table["quality"].isin(["measured", "estimated", "reserve"])
    assert table.loc[shown, "value"].notna().all()
    assert table.loc[~shown, "value"].isna().all()
    assert table.loc[~shown, "note"].notna().all()
    nothing_counted = table["method"].str.startswith("count/") & (table["value"] == 0)
    assert (table.loc[shown & ~nothing_counted, "n"] > 0).all()
    bounded = shown & table["low"].notna() & table["high"].notna()
    bare = set(table.loc[shown & ~bounded, "indicator"])
    assert bare <= {"best_dates", "event_detectable_effect"}, "a rank; itself an uncertainty"
    assert (table.loc[bounded, "low"] <= table.loc[bounded, "value"] + 1e-9).all()
    assert (table.loc[bounded, "high"] >= table.loc[bounded, "value"] - 1e-9).all()


def test_the_manifest_tells_inputs_versions_and_outputs(output: Path) -> None:
    record = json.loads((output / "run.json").read_text(encoding="utf-8"))
    assert record["status"] == "complete"
    assert {"premises.csv", "zones.geojson"} <= {item["path"] for item in record["inputs"]}
    ours = {"report.html", "report.pdf", "report.docx", "report.pptx", "indicators.csv"}
    assert ours <= set(record["outputs"])
    assert record["packages"]["pandas"] == pd.__version__
    assert "/" not in json.dumps(record["parameters"])


@pytest.mark.parametrize(
    "name", ["indicators.csv", "report.html", "report.pdf", "report.docx", "report.pptx"]
)
def test_the_same_run_gives_the_same_bytes(outputs: list[Path], name: str) -> None:
    first, second = ((place / name).read_bytes() for place in outputs)
    assert first == second


def test_no_personal_field_leaves(hostile_city: Path, output: Path) -> None:
    survey = pd.read_csv(hostile_city / "demo" / "premises.csv", sep=";", dtype=str)
    planted = {value for name in PERSONAL for value in survey[name].dropna().unique()}
    assert len(planted) > 10
    for name, text in texts(output):
        found = [value for value in planted if value in text]
        assert not found, f"{name} holds {found[:3]}"


def test_no_plate_leaves_however_it_is_written(hostile_city: Path, output: Path) -> None:
    folder = hostile_city / "demo"
    columns = {"parking_stays.csv": "plate", "infractions.csv": "plate",
               "horodateurs.csv": "immatriculation"}  # fmt: skip
    planted: set[str] = set()
    for name, column in columns.items():
        written = set(pd.read_csv(folder / name, sep=";", dtype=str)[column].dropna())
        assert len(written) >= 4, f"{name} holds no plate to look for"
        planted |= {re.sub(r"[^0-9A-Z]", "", plate.upper()) for plate in written}
    assert len(planted) == 4
    for name, text in texts(output):
        bare = re.sub(r"[^0-9A-Z]", "", text.upper())
        assert not [plate for plate in planted if plate in bare], f"{name} holds a plate"


def test_no_path_of_this_machine_leaves(root: Path, hostile_city: Path, output: Path) -> None:
    for name, text in texts(output):
        for folder in (output.parent, hostile_city, root):
            assert f"{folder}/" not in text, f"{name} names {folder}"
            assert f'"{folder}"' not in text, f"{name} names {folder}"


def test_a_hostile_name_is_only_text(output: Path) -> None:
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in html.unescape(page.replace("&lt;", "\0"))
    listed = re.sub(r"\s+", " ", re.sub("&#39;|&#x27;|’", "'", page))
    assert html.escape(HOSTILE, quote=False) in listed
    assert f'"{TEMPLATE}"' in html.unescape(html.unescape(page))  # in the map, and not run
    squeeze = re.compile(r"[\s\u00a0\u202f\u200b]+")
    wanted = squeeze.sub("", HOSTILE).replace("'", "’")
    for text in (pdf_text(output / "report.pdf"), docx_text(output / "report.docx")):
        assert wanted in squeeze.sub("", text).replace("'", "’")
    table = indicators_file.read(output / "indicators.csv")
    assert HOSTILE in set(table.loc[table["breakdown"] == "street", "category"])
    words = table["category"][~table["category"].str.fullmatch(r"[+-]?\d+([.,]\d+)?")]
    assert not words.str.startswith(("=", "+", "@")).any()


def test_fictitious_data_is_labelled_everywhere(output: Path) -> None:
    page = (output / "report.html").read_text(encoding="utf-8")
    assert re.search("donn.es fictives", page, re.I)
    for number, sheet in enumerate(PdfReader(output / "report.pdf").pages, start=1):
        assert re.search("fictives", sheet.extract_text(), re.I), f"PDF page {number}"
    assert re.search("fictives", docx_text(output / "report.docx"), re.I)


def test_the_pdf_is_tagged_french_and_accessible(output: Path) -> None:
    reader = PdfReader(output / "report.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert b"pdfuaid:part" in (output / "report.pdf").read_bytes() or "pdfuaid" in str(
        reader.xmp_metadata.rdf_root.toxml() if reader.xmp_metadata else ""
    )


def test_the_page_is_one_file_that_asks_nothing_of_the_network(
    output: Path, tmp_path: Path
) -> None:
    page = output / "report.html"
    assert page.stat().st_size < 3_000_000
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not on this machine")
    log = tmp_path / "net.json"
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
        "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}",
        "--net-log-capture-mode=Everything", "--virtual-time-budget=4000",
        "--window-size=1440,1600", f"--screenshot={tmp_path / 'page.png'}", page.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=900, check=True)
    assert (tmp_path / "page.png").stat().st_size > 20_000
    urls = set(re.findall(r'"url":"((?:https?|wss?)://[^"]+)"', log.read_text(encoding="utf-8")))
    asked = {url for url in urls if not re.match(r"https?://[^/]*(google|gvt1|gstatic)", url)}
    assert not asked


def test_the_notebook_by_hand_gives_the_numbers_of_the_run(
    root: Path, hostile_city: Path, output: Path, tmp_path: Path
) -> None:
    """The cells run one after another in a plain Python process, without Papermill."""
    notebook = nbformat.read(root / "notebooks" / "commerce.ipynb", as_version=4)
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    folder = str(hostile_city / "demo")
    source = re.sub(r"^city_folder: str = .*$", f"city_folder = {folder!r}", source, flags=re.M)
    source += (
        "\nfrom analyses import blocks\n"
        f"blocks.results_of(page.blocks).to_csv({str(tmp_path / 'by_hand.csv')!r}, index=False)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, cwd=root / "notebooks",
        check=False, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = nbformat.read(output / "notebooks" / "commerce.ipynb", as_version=4)
    assert record.cells
    hand = indicators_file.read(tmp_path / "by_hand.csv")
    run = indicators_file.read(output / "indicators.csv")
    both = hand.merge(run, on=list(KEY), how="left", suffixes=("", "_run"))
    assert len(both) == len(hand) > 100
    assert both["value"].equals(both["value_run"].rename("value")), "to the last digit"


def test_readiness_promises_what_the_run_computed(hostile_city: Path, output: Path) -> None:
    found = assess(sources.load(cities.read(hostile_city / "demo")))
    rows = indicators_file.read(output / "indicators.csv")
    shown = set(rows.loc[rows["value"].notna(), "indicator"])
    promised = {item.indicator for item in found.computable}
    refused = {item.indicator for item in found.answers if item.status == "missing"}
    assert promised <= shown
    assert not refused & shown
    assert len(promised) > 30


def test_the_numbers_of_whole_cities_are_those_the_comparison_takes_there(output: Path) -> None:
    """The comparison's list of what no zone has is held to what a run computes."""
    rows = indicators_file.read(output / "indicators.csv")
    shown = rows[rows["value"].notna()]
    for question in QUESTIONS:
        mine = shown[
            (shown["indicator"] == question.indicator)
            & (shown["breakdown"] == question.breakdown)
            & (shown["category"] == question.category)
        ]
        zones = set(mine["zone"])
        if question.indicator in WHOLE_ONLY:
            assert zones
            assert "hypercentre" not in zones, question.id
        elif "perimeter_kind" in indicators.get(question.indicator).comparable_on and zones:
            assert "hypercentre" in zones, question.id
