"""The documentation is true: its commands run, its links lead somewhere, its numbers are recorded.

The tutorial is followed from end to end by one small city, whose files are those that it names.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
import yaml
from openpyxl import load_workbook
from typer.main import get_command

from analyses import cities, cli, commands, indicators, reports, runs, schemas, sources, terminal
from analyses.cities import City, DataSource
from analyses.comparison import causes
from analyses.figures.numbers import CERTAINTY, FAIR, SURE
from analyses.parameters import Parameters
from analyses.readiness.catalogue import catalogue
from analyses.results import COLUMNS, Quality
from analyses.sources.files import headers

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutoriel.md"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
OWN = [path for path in PAGES if path != DOCS / "indicateurs.md"]
"""Pages written by hand."""

ELSEWHERE = {"sudo", "xcode-select", "wsl", "git", "cd", "source", "pdftoppm", "python"}
"""Commands that are not ours, and that a test cannot run."""
LONG = {"verify", "report", "lab", "national", "sirene", "doctor", "demo"}
"""Commands that the tutorial's test only parses; each has tests of its own."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    language: str
    text: str

    def commands(self) -> Iterator[list[str]]:
        """Yield the commands of the block, in words."""
        for line in self.text.splitlines():
            if self.language == "console" and not line.startswith("$ "):
                continue
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words and self.language in ("sh", "console"):
                yield words


def blocks(page: Path) -> list[Block]:
    found = re.findall(
        r"^( *)```(\w*)\n(.*?)^\1```$", page.read_text(encoding="utf-8"), re.M | re.S
    )
    return [
        Block(page, kind, re.sub(rf"^{indent}", "", text, flags=re.M))
        for indent, kind, text in found
    ]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks, comments and formulas."""
    text = re.sub(r"^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"<!--.*?-->|\$\$.*?\$\$", "", text, flags=re.S)


def inline(page: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(page))


def all_commands() -> list[tuple[Path, list[str]]]:
    fenced = [
        (page, words) for page in PAGES for block in blocks(page) for words in block.commands()
    ]
    said = [
        (page, shlex.split(code))
        for page in OWN
        for code in inline(page)
        if re.match(r"(coeurville|nox -s|make) \S", code)
    ]
    return fenced + said


def group() -> Any:
    """Return the command line as the parser has it."""
    found: Any = get_command(cli.app)
    assert found.commands
    return found


def parse(words: list[str]) -> None:
    """Parse a command of ours as the command line does; run nothing."""
    top = group()
    name, *rest = words
    if name.startswith("-"):
        top.make_context("coeurville", [name], resilient_parsing=True)
        return
    assert name in top.commands, f"no command coeurville {name}"
    top.commands[name].make_context(name, rest)


# ------------------------------------------------------------------------------ commands and words


@pytest.mark.parametrize(
    ("page", "words"),
    all_commands(),
    ids=lambda value: value.name if isinstance(value, Path) else "-".join(value)[:40],
)
def test_a_command_of_the_pages_exists(page: Path, words: list[str]) -> None:
    name = words[0]
    if name == "coeurville" and len(words) == 2 and not words[1].startswith("-"):
        assert words[1] in group().commands  # named in a sentence, or it takes nothing
    elif name == "coeurville" and len(words) > 1:
        parse(words[1:])
    elif name == "make":
        target, *values = words[1:]
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{target}\b.*:", makefile, re.M), target
        assert all(f"$({value.split('=')[0]})" in makefile for value in values)
    elif name == "nox":
        assert words[1] == "-s"
        assert words[2] in sessions(), f"no session {words[2]}"
        if words[2] == "bench":
            assert all((ROOT / "benchmarks" / one / "__main__.py").is_file() for one in words[4:])
    elif name == "cp":
        assert len(words) == 3
        assert (ROOT / words[1]).is_file(), f"{page.name}: {words[1]}"
        assert words[2].startswith("cities/")
    else:
        assert name in ELSEWHERE | {"coeurville"}, f"{page.name}: {' '.join(words)}"


def sessions() -> set[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    return {
        node.name.rstrip("_")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "session" in ast.dump(node.args)
    }


def test_the_readme_names_every_command_once() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `coeurville (\S+?)[` ]", text, re.M)
    assert sorted(rows) == sorted(group().commands)


@pytest.mark.parametrize("page", OWN, ids=lambda page: page.name)
def test_every_option_exists(page: Path) -> None:
    known = {
        name
        for command in [group(), *group().commands.values()]
        for option in command.params
        for name in (*option.opts, *option.secondary_opts)
    } | {"--help"}
    for code in inline(page):
        if not re.match(r"(coeurville|--)", code):
            continue
        for name in re.findall(r"(?<![\w-])--[a-z][a-z-]*", code):
            assert name in known, f"{page.name}: {name} ({code})"


@pytest.mark.parametrize("page", OWN, ids=lambda page: page.name)
def test_every_name_of_a_table_column_or_parameter_exists(page: Path) -> None:
    known = vocabulary()
    for code in inline(page):
        word = code.rstrip(":")
        if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", word):
            assert word in known, f"{page.name}: {word}"


@cache
def vocabulary() -> set[str]:
    """Return every name with an underscore that a city's files or the results may hold."""
    tables = [schemas.get(name) for name in schemas.names()]
    shape = json.dumps(cities.json_schema())
    layouts = sources.layouts()
    enums = {
        str(value)
        for path in (ROOT / "src/analyses/schemas").glob("*.json")
        for field in json.loads(path.read_text(encoding="utf-8"))["fields"]
        for value in field.get("constraints", {}).get("enum", [])
    }
    return {
        *schemas.names(), *enums, *COLUMNS, *get_args(Quality), *causes.CAUSES,
        *(name for table in tables for name in (*table.names, *table.personal)),
        *Parameters.model_fields, *indicators.dictionary().indicators,
        *re.findall(r'"([a-z_]+)"', shape), *layouts["layout"],
        *catalogue().data, *options(),
    }  # fmt: skip


@cache
def options() -> set[str]:
    """Return the names of the options of layouts, as the readers ask for them."""
    folder = ROOT / "src/analyses/sources"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    return set(re.findall(r'"([a-z_]+)"', text)) | {headers.OPTION}


@cache
def names() -> set[str]:
    """Return the names of the repository's files and folders (no environment, no results)."""
    hidden = {"output", "build", "dist"}
    tops = [path for path in ROOT.iterdir() if path.name not in hidden]
    inside = [path for top in tops if top.name[0] != "." for path in top.rglob("*")]
    return {path.name for path in [*tops, *inside]}


@pytest.mark.parametrize("page", OWN, ids=lambda page: page.name)
def test_every_file_named_exists(page: Path) -> None:
    """A name of a file is one of the repository, of a new city's folder, or of a run."""
    ours = names()
    source = (path.read_text(encoding="utf-8") for path in (ROOT / "src/analyses").rglob("*.py"))
    made = {
        *re.findall(r'["`]([\w-]+\.\w+)["`]', "".join(source))
    }  # what the code names, it writes
    made |= {f"report.{kind}" for kind in reports.OUTPUTS}
    for code in inline(page):
        if re.fullmatch(r"[\w.-]+\.(csv|xlsx|yml|md|html|pdf|docx|pptx|json|py|geojson)", code):
            assert code in ours | made, f"{page.name}: {code}"
        if re.fullmatch(r"(src|tests|docs|benchmarks|notebooks|reports)/[\w./-]+", code):
            assert (ROOT / code).exists(), f"{page.name}: {code}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_block_of_a_city_file_is_read(page: Path) -> None:
    """Every YAML block is part of a city.yml that the strict model takes."""
    layouts = sources.layouts()
    known = set(zip(layouts["table"], layouts["layout"], strict=True))
    identity = {"id": "essai", "name": "Essai", "insee_code": "00043"}
    for block in blocks(page):
        if block.language != "yaml":
            continue
        city = City.model_validate({**identity, **yaml.safe_load(block.text)})
        for table, given in city.sources.given().items():
            assert {(table, source.layout) for source in given} <= known


# ---------------------------------------------------------------------------------- links, wording


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = prose(page)
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    for link in links:
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{page.name}: {link}"


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_machine_or_a_registry(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.search(r"/work/|/home/|/root/|/tmp/|pypi|artifactory|index-url|localhost", text)
    assert found is None, found


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_french_pages_keep_the_french_spaces(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert writer().spaced(text) == text, "run `nox -s docs`"


def test_the_dictionary_of_indicators_is_fresh() -> None:
    written = (DOCS / "indicateurs.md").read_text(encoding="utf-8")
    assert written == writer().page(), "run `nox -s docs`"
    for name in indicators.dictionary().indicators:
        assert f"`{name}`" in written


def test_the_page_of_formats_is_fresh_and_tells_every_option() -> None:
    """A line for each option of each layout and for each field of a file, and for no other."""
    told = yaml.safe_load((DOCS / "options.yml").read_text(encoding="utf-8"))
    layouts = sources.layouts()
    taken = {name for names in layouts["options"] for name in names.split(", ")} - {""}
    assert set(told["options"]) == taken
    assert list(told["file"]) == list(DataSource.model_fields)
    for name, (says, example) in told["options"].items():
        given = yaml.safe_load(example)
        assert list(given) == [name]
        DataSource(layout="mapped", path="a.csv", options=given)
        assert says.endswith((".", "!"))
    written = (DOCS / "formats.md").read_text(encoding="utf-8")
    assert written == writer().formats(), "run `nox -s docs`"
    for row in layouts.itertuples():
        assert f"| `{row.layout}` |" in written


def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ecrire", DOCS / "ecrire.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pictures_are_light() -> None:
    for path in (DOCS / "images").glob("*.png"):
        assert path.stat().st_size <= 200_000, path.name


# ---------------------------------------------------------------------------- numbers of the pages

RECORDED = re.compile(
    r"^\| (?P<what>.+?) \| (?P<value>[\d,]+)\D*? \| `(?P<file>[a-z_]+\.json)`(?P<where>.+) \|$"
)


def recorded() -> list[tuple[str, str, str, list[str]]]:
    rows = []
    for page in OWN:
        for line in page.read_text(encoding="utf-8").splitlines():
            if ".json` :" in line.replace("\u00a0", " "):
                match = RECORDED.match(line)
                assert match, f"{page.name}: {line}"
                where = match["where"].replace("\u00a0", " ").replace("\u202f", " ")
                parts = [
                    part.strip().replace("’", "'") for part in where.split(" : ") if part.strip()
                ]
                rows.append((page.name, match["value"], match["file"], parts))
    return rows


@pytest.mark.parametrize(
    ("page", "value", "file", "where"), recorded(), ids=lambda part: str(part)[:60]
)
def test_a_measured_number_is_the_recorded_one(
    page: str, value: str, file: str, where: list[str]
) -> None:
    """Rows of the method pages against ``benchmarks/results`` (unit, rounding included)."""
    work, metric, *rest = where
    method = rest[0] if rest else "coeurville"
    path = ROOT / "benchmarks" / "results" / file
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    found = [
        row["value"]
        for row in rows
        if re.sub(r"\s+", " ", row["work"]) == work
        and row["metric"] == metric
        and row["method"].replace(" %", "%") == method.replace(" %", "%")
    ]
    assert len(found) == 1, f"{page}: {file}, {work}, {metric}, {method}: {len(found)} rows"
    digits = len(value.partition(",")[2])
    assert abs(float(value.replace(",", ".")) - found[0]) <= 0.51 * 10**-digits, (
        f"{page} says {value}, {file} says {found[0]:.4g}"
    )


# ------------------------------------------------------------------------------------ architecture


def test_the_architecture_page_names_what_exists() -> None:
    """Every module, folder and file that ARCHITECTURE.md names is there."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "analyses"
    layers = re.findall(r"^\| (?:face|out|runs|in|draw|domain|ground) \| (.+?) \|", text, re.M)
    assert len(layers) == 7
    modules = re.sub(r"\([^)]*\)", "", " ".join(layers))
    for name in re.findall(r"`([a-z_]+)/?`", modules):
        assert (package / name).is_dir() or (package / f"{name}.py").is_file(), name
    source = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    for code in re.findall(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|yml|json|md))`", text):
        places = (ROOT / code, package / code, (package / code).with_suffix(".py"))
        written = f'"{code.rstrip("/")}"' in source  # a folder or file that the code writes
        found = written or Path(code).name in names() or any(place.exists() for place in places)
        assert found, code


# ------------------------------------------------------------------------------------ the tutorial


class Reader:
    """Who follows the tutorial: copies the files, fills city.yml, types the commands."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.folder, self.monkeypatch, self.capsys = folder, monkeypatch, capsys
        self.city: dict[str, Any] = {}
        self.runs = 0
        self.codes: dict[str, list[int]] = {}
        self.told: list[str] = []

    def follow(self, block: Block) -> None:
        if block.language == "yaml" and block.text.startswith("# cities/beauval/city.yml"):
            self.city = merged(self.city, yaml.safe_load(block.text))
            text = yaml.safe_dump(self.city, allow_unicode=True, sort_keys=False)
            (self.folder / "cities/beauval/city.yml").write_text(text, encoding="utf-8")
        shown: list[str] = []
        for words in block.commands():
            if words[0] == "cp":
                shutil.copy(self.folder / words[1], self.folder / words[2])
            if words[0] == "coeurville" and words[1] not in LONG:
                shown += self.typed(words[1:])
        if block.language == "console":
            shows(block, shown)

    def typed(self, words: list[str]) -> list[str]:
        """Run a command; return the lines that it printed."""
        if words[0] == "run" and "--dry-run" not in words:
            self.runs += 1
            if self.runs == 1:
                light_run(self.folder)
            if self.runs != 2 or "--all" in words:
                return []
        self.monkeypatch.setattr(sys, "argv", ["coeurville", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = self.capsys.readouterr()
        self.codes.setdefault(words[0], []).append(int(ended.value.code or 0))
        lines = [*told.out.splitlines(), *told.err.splitlines()]
        self.told += lines
        return lines


def light_run(folder: Path) -> None:
    """Make the first run of the tutorial with one notebook and no report, to be quick."""
    due = commands.due(folder / "cities/beauval", folder / "output", language="fr", engine="auto")
    runs.run(replace(due.request, names=("commerce",)), lambda *_: "none")


def merged(old: Any, new: Any) -> Any:
    """Add a block to a city's file: mappings are joined, lists are added to."""
    if isinstance(old, dict) and isinstance(new, dict):
        both = {key: merged(old[key], new[key]) for key in old.keys() & new.keys()}
        return {**old, **new, **both}
    return old + new if isinstance(old, list) else new


def shows(block: Block, told: list[str]) -> None:
    """Check that what the page shows was printed, line after line; ``…`` skips some."""
    at, anywhere = 0, True
    for line in block.text.splitlines():
        if line.startswith("$ ") or line.strip() == "…":
            anywhere = True
        elif line.strip():
            rest = [plain(one) for one in told[at:]]
            wanted = plain(line)
            assert wanted in rest, f"not printed: {line!r}\n" + "\n".join(told)
            if not anywhere:
                assert wanted in [one for one in rest if one][:1], f"not next: {line!r}"
            at += rest.index(wanted) + 1
            anywhere = False


def plain(line: str) -> str:
    return re.sub(r"\s+", " ", line.replace("\\", "/")).strip()


def test_the_tutorial_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command of the tutorial, in its order, on its own files; one whole run."""
    shutil.copytree(DOCS / "exemple", tmp_path / "docs" / "exemple")
    monkeypatch.chdir(tmp_path)
    for console in (terminal.out, terminal.err):
        monkeypatch.setattr(console, "width", 90)
    reader = Reader(tmp_path, monkeypatch, capsys)
    for block in blocks(TUTORIAL):
        reader.follow(block)
    done = yaml.safe_load((DOCS / "exemple/beauval/city.yml").read_text(encoding="utf-8"))
    assert reader.city == done, "the sample's city.yml is not that of the tutorial's end"
    assert reader.codes["check"] == [0, 2, 2, 0]
    every_fault_explained_is_met(reader.told)
    the_correction_shown_is_taken(tmp_path / "cities" / "beauval")
    assert reader.codes["diff"] == [5]
    assert set(reader.codes["run"]) == {0}
    assert reader.codes["publish"] == [0]
    for name in ("", "public/"):
        for kind in reports.OUTPUTS:
            assert (tmp_path / f"output/beauval/{name}report.{kind}").stat().st_size > 10_000
    said = (tmp_path / "output/beauval/indicators.csv").read_text(encoding="utf-8-sig")
    for verdict in ("effet démontré", "effet exclu", "non mesurable ici"):
        assert verdict in said, verdict


def every_fault_explained_is_met(told: list[str]) -> None:
    """The messages that the tutorial explains are those of its two faulty folders."""
    text = TUTORIAL.read_text(encoding="utf-8")
    part = text[text.index("## 5. ") : text.index("## 6. ")]
    messages = re.findall(r"^\| `([^`]+)` \|", part, re.M)
    assert len(messages) >= 12
    for message in messages:
        assert any(message in line for line in told), message


def the_correction_shown_is_taken(folder: Path) -> None:
    """The correction of section 5 mends the one premises of 2024 that nobody saw."""
    (text,) = [block.text for block in blocks(TUTORIAL) if "corrections:" in block.text]
    city = cities.read(folder)
    given = City.model_validate({**city.model_dump(), **yaml.safe_load(text), "folder": folder})
    found = sources.load(given, only=["premises"])["premises"]
    assert found is not None
    (row,) = found[found["premises_id"].eq("BV-18") & found["wave"].eq("2024-06-11")].itertuples()
    assert row.status == "occupied"


def test_the_verdicts_of_verify_are_those_explained() -> None:
    part = TUTORIAL.read_text(encoding="utf-8").partition("## 11. ")[2].partition("## 12. ")[0]
    told = (ROOT / "src/analyses/review.py").read_text(encoding="utf-8")
    verdicts = re.findall(r"^\| ([A-ZÉÊÀ’ ]{6,}) \|", part, re.M)
    assert len(verdicts) == 4
    for verdict in verdicts:
        assert verdict.replace("’", "'") in told


def test_the_words_of_certainty_are_those_explained() -> None:
    part = TUTORIAL.read_text(encoding="utf-8").partition("## 6. ")[2].partition("## 7. ")[0]
    table = part[part.index("| compté ") :].partition("\n\n")[0]
    assert set(re.findall(r"^\| (.+?) \|", table, re.M)) == {w.fr for w in CERTAINTY.values()}
    for share in (SURE, FAIR):
        assert f"à {share:.0%} près au plus" in table.replace("\u202f", "")


def test_the_survey_shown_is_that_of_the_workbook() -> None:
    sheet = load_workbook(DOCS / "exemple/beauval/releve-2024.xlsx").active
    assert sheet is not None
    rows = [["" if cell is None else str(cell) for cell in row[:9]] for row in sheet.values]
    shown = TUTORIAL.read_text(encoding="utf-8").replace(",", ".")
    for row in rows[2:4]:
        assert f"| {' | '.join(row)} |" in shown


@pytest.mark.parametrize("page", OWN, ids=lambda page: page.name)
def test_every_option_of_a_file_exists(page: Path) -> None:
    for code in inline(page):
        if code.startswith("options: {"):
            for name in yaml.safe_load(code)["options"]:
                assert name in options(), f"{page.name}: {code}"


def test_the_samples_say_that_they_are_made_up() -> None:
    for path in (DOCS / "exemple").glob("*/city.yml"):
        assert "fictitious: true" in path.read_text(encoding="utf-8")
        assert "fictive" in path.read_text(encoding="utf-8").splitlines()[0]
