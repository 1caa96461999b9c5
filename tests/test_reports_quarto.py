"""What the real Quarto does with a report, as its source tells (read and run: 1.4 to 1.10).

Quarto is not installed where these tests run. Its own reader and filters were run on a whole report
once, with Pandoc 3.5 to 3.9: Typst source, Word document and HTML came out as the embedded engine
writes them. Here a stand-in does what of Quarto decides that: metadata in a file of its own, our
filter in a state that knows the name `quarto`, files put into the page by Pandoc.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pypandoc
import pytest
import yaml

import sample_report as made
from analyses import assets, reports
from analyses.errors import RenderError
from analyses.reports import embedded, one_file, quarto

STAND_IN = r"""#!{python}
import re, subprocess, sys
from pathlib import Path
import yaml

if sys.argv[1] == "--version":
    print("1.10.19")
    sys.exit()
name, to = sys.argv[2], sys.argv[4]
project = yaml.safe_load(Path("_quarto.yml").read_text(encoding="utf-8"))
options = project["format"][to]
_, front, body = Path(name).read_text(encoding="utf-8").split("---\n", 2)
values = yaml.safe_dump(yaml.safe_load(front), allow_unicode=True)
Path("metadata.yml").write_text(values, encoding="utf-8")
Path("input.md").write_text(body, encoding="utf-8")
ours = project["filters"][0]["path"]
Path("main.lua").write_text("quarto = {{}}\nreturn dofile '" + ours + "'\n", encoding="utf-8")
made = "report." + ("typ" if to == "typst" else to)
command = ["{pandoc}", "input.md", "--from=markdown", "--to=" + to, "--standalone", "--wrap=none",
           "--metadata-file=metadata.yml", "--lua-filter=main.lua", "--output=" + made]
for key in ("template", "css", "reference-doc", "toc-depth"):
    if key in options:
        command.append(f"--{{key}}={{options[key]}}")
command += ["--toc"] * bool(options["toc"])
command += ["--embed-resources"] * bool(options.get("embed-resources"))
sys.stderr.write("\x1b[1mpandoc\x1b[22m \n  to: " + to + "\n  Error: no\n")
sys.exit(subprocess.run(command).returncode)
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    command = tmp_path / "bin" / "quarto"
    command.parent.mkdir()
    text = STAND_IN.format(python=sys.executable, pandoc=pypandoc.get_pandoc_path())
    command.write_text(text, encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    return command


class Words(HTMLParser):
    """The words of a page and its marks, without its style and drawings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("svg", "style", "script"):
            self.inside.append(tag)
        named = dict(attrs)
        label = named.get("aria-label") or named.get("title") or named.get("id") or ""
        if len(self.inside) <= (tag == "svg"):
            self.words.append(f"<{tag} {' '.join(label.split())}>")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.words += data.split()


def test_both_engines_say_the_same(stand_in: Path, tmp_path: Path) -> None:
    source = made.assembled(tmp_path / "build")
    for engine in ("embedded", "quarto"):
        (tmp_path / engine).mkdir()
        told = reports.render_source(source, tmp_path / engine, engine)  # type: ignore[arg-type]
    assert told == "quarto 1.10.19"
    ours, theirs = tmp_path / "embedded", tmp_path / "quarto"
    assert (ours / "report.pdf").read_bytes() == (theirs / "report.pdf").read_bytes()
    parts = []
    for folder in (ours, theirs):
        with zipfile.ZipFile(folder / "report.docx") as file:
            parts.append(file.read("word/document.xml"))
    assert parts[0] == parts[1]
    pages = [(folder / "report.html").read_text(encoding="utf-8") for folder in (ours, theirs)]
    words = [Words(page).words for page in pages]
    assert words[0] == words[1]
    assert len(words[0]) > 500
    assert [page.count("srcdoc=") for page in pages] == [pages[0].count("<iframe")] * 2


def test_quarto_finds_nothing_to_run_nor_to_include(tmp_path: Path) -> None:
    """The patterns are Quarto's: of cells with a language, of blocks of metadata, of options."""
    source = made.assembled(tmp_path / "build")
    text = one_file.framed(source.document.read_text(encoding="utf-8"), source.folder)
    cell = re.compile(r"^[\t >]*```+\s*\{([a-zA-Z0-9_][a-zA-Z0-9_.]*)([^}]*)?\}\s*$", re.MULTILINE)
    assert cell.search("```{python}\n1\n```")
    assert not cell.search(text)
    assert set(re.findall(r"^```\s*\{(\S+)\}$", text, re.MULTILINE)) <= {"=table", "=html"}
    assert not re.search(r"^```\s*\{=\w+\}\n#\s*\|", text, re.MULTILINE)
    assert len(re.findall(r"^(?:---|\.\.\.)[ \t]*$", text, re.MULTILINE)) == 2
    assert "{{<" not in text
    assert "<!--" not in text
    assert re.search(r"^# ", text, re.MULTILINE), "or Quarto raises every heading of the PDF"


def test_front_matter_is_of_the_kinds_that_quarto_wants(tmp_path: Path) -> None:
    source = made.assembled(tmp_path / "build")
    values = yaml.safe_load(source.document.read_text(encoding="utf-8").split("---\n")[1])
    kinds = {"lang", "title", "pagetitle", "subtitle", "footer", "toc-title"}
    assert kinds <= set(values)
    assert all(isinstance(values[name], str) for name in kinds)
    taken = {"format", "filters", "execute", "engine", "jupyter", "warning", "params", "date"}
    assert not taken & set(values)


def test_the_page_stays_as_we_wrote_it() -> None:
    text = (assets.reports() / "_quarto.yml").read_text(encoding="utf-8")
    project = yaml.safe_load(text)
    assert project["filters"] == [{"at": "post-quarto", "path": "theme/coeurville.lua"}]
    html = project["format"]["html"]
    assert html["minimal"]
    assert html["theme"] == "none"
    assert html["embed-resources"]
    assert html["fig-responsive"] is False  # else each picture gets a class of Bootstrap's


def test_what_typst_lacked_up_to_quarto_1_8_is_asked_for_behind_a_guard() -> None:
    """Typst 0.13 has no `title`; Quarto compiles the source with its own Typst before we do."""
    text = (assets.reports() / "theme" / "report.typ").read_text(encoding="utf-8")
    before, guarded = text.split("if sys.version < version(0, 14, 0)")
    assert "title()" in guarded
    assert "title()" not in before
    assert "show title" not in before


FORGETS = """
function Header(el)
  if not el.classes:includes 'unnumbered' and not el.classes:includes 'unlisted' then return nil end
  return pandoc.Plain { pandoc.RawInline('typst', '#heading('), pandoc.Str 'x' }
end
"""
"""What Quarto does of such a heading up to 1.8, after our filter: its anchor goes."""


def test_an_unlisted_heading_keeps_its_anchor(tmp_path: Path) -> None:
    (tmp_path / "forgets.lua").write_text(FORGETS, encoding="utf-8")
    made = pypandoc.convert_text(
        "[Belfort](#fiche-belfort)\n\n## Belfort {#fiche-belfort .unnumbered .unlisted}\n",
        "typst",
        "markdown",
        extra_args=[
            f"--lua-filter={assets.reports() / 'theme' / 'coeurville.lua'}",
            f"--lua-filter={tmp_path / 'forgets.lua'}",
        ],
    )
    assert "#link(<fiche-belfort>)" in made
    assert "#heading(level: 2, outlined: false)[Belfort] <fiche-belfort>" in made


def test_quotes_of_the_text_stay_as_they_are() -> None:
    """Pandoc up to 3.7 (Quarto 1.8 and before) reads them as `Quoted`; `+smart` does so here."""
    made = pypandoc.convert_text(
        "---\ntitle: 'The \"Title\"'\n---\n\nshared is \"Mean stay\", over 'x'\n",
        "typst",
        "markdown+smart",
        extra_args=[
            "--standalone",
            f"--lua-filter={assets.reports() / 'theme' / 'coeurville.lua'}",
        ],
    )
    assert "shared is “Mean stay”, over ‘x’" in made
    assert "The “Title”" in made


def test_a_fault_is_told_without_what_comes_before_it() -> None:
    told = (
        "\x1b[1mpandoc \x1b[22m\n  to: html\n\n\x1b[1mmetadata\x1b[22m\n  title: Error\n\n"
        "\x1b[31mERROR: Validation of YAML front matter failed.\x1b[39m\nIn file report.qmd\n"
    )
    found = "ERROR: Validation of YAML front matter failed.\nIn file report.qmd"
    assert quarto.reason(told) == found
    assert quarto.reason("nothing that we know\n") == "nothing that we know"


def test_a_picture_that_quarto_leaves_out_stops_the_page(
    stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = stand_in.read_text(encoding="utf-8")
    stand_in.write_text(text.replace('["--embed-resources"]', "[]"), encoding="utf-8")
    source = made.assembled(tmp_path / "build")
    with pytest.raises(RenderError, match="outside it"):
        reports.render_source(source, tmp_path, "quarto", ["html"])
    assert not (tmp_path / "report.html").exists()
    told = reports.render_source(source, tmp_path, "auto", ["html"])
    assert told.startswith(f"{embedded.describe()}, because Quarto failed: The page still names")


def test_a_pdf_that_quarto_had_no_time_to_end_is_refused(
    stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped once its Typst source is there, whole or cut."""
    late = f"#!{sys.executable}\nimport sys, time\n" + (
        "if sys.argv[1] == '--version':\n    print('1.10.19')\n    sys.exit()\n"
        "open('report.typ', 'w').write('= Half')\ntime.sleep(60)\n"
    )
    stand_in.write_text(late, encoding="utf-8")
    monkeypatch.setattr(quarto, "TIME_LIMIT", 5)
    source = made.assembled(tmp_path / "build")
    with pytest.raises(RenderError, match="did not end within 5 s"):
        reports.render_source(source, tmp_path, "quarto", ["pdf"])
    assert (source.folder / "report.typ").exists()
    assert not (tmp_path / "report.pdf").exists()


def test_an_unlisted_heading_without_an_anchor_writes_none() -> None:
    text = pypandoc.convert_text(
        "# Belfort {.unlisted}\n",
        "typst",
        "markdown-auto_identifiers",
        extra_args=[f"--lua-filter={assets.reports() / 'theme' / 'coeurville.lua'}"],
    )
    assert "<>" not in text
    assert "Belfort" in text
