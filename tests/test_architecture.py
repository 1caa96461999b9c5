"""The design holds: imports go down, the domain is pure, files and functions stay small."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "analyses"

LAYERS: dict[str, int] = {
    # ground
    "errors": 0, "declarations": 0, "wording": 0, "results": 0, "cities": 0, "schemas": 0,
    "indicators": 0, "activities": 0, "parameters": 0, "texts": 0, "digests": 0,
    # domain
    "commerce": 1, "footfall": 1, "parking": 1, "crossings": 1, "comparison": 1, "readiness": 1,
    "privacy": 1,
    # draw
    "figures": 2, "narrative": 2, "editions": 2, "blocks": 2, "pages": 2,
    "national_pages": 2,
    # in
    "sources": 2, "demo": 2, "templates": 2,
    # runs
    "runs": 3,
    # out
    "assets": 3, "reports": 4, "publish": 4,
    # face
    "commands": 5, "clusters": 5, "doctor": 5, "national": 5, "terminal": 6, "review": 6,
    "doctor_cli": 6, "national_cli": 6, "review_cli": 6, "cli": 6, "__main__": 6,
}  # fmt: skip
DOMAIN = sorted(name for name, level in LAYERS.items() if level == 1)
IMPURE = {
    "pathlib", "os", "io", "sys", "time", "socket", "subprocess", "requests", "urllib", "http",
    "tempfile", "shutil", "matplotlib", "folium", "IPython", "papermill", "duckdb", "pyogrio",
}  # fmt: skip
CLOCK = {"today", "now", "utcnow", "time"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the names of all modules that a file imports, dotted."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names |= (
                {f"analyses.{alias.name}" for alias in node.names}
                if module == "analyses"
                else {module}
            )
    return names


def part(path: Path) -> str:
    """Return the top-level part of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_module_has_a_layer() -> None:
    parts = {part(path) for path in modules()} - {"__init__"}
    assert parts <= set(LAYERS), f"add to LAYERS and ARCHITECTURE.md: {parts - set(LAYERS)}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    own = part(path)
    if own == "__init__":
        return
    for name in imported(path):
        if not name.startswith("analyses."):
            continue
        other = name.split(".")[1]
        if other == own:
            continue
        if "sources" in (own, other) and LAYERS[other] == LAYERS[own] == 2:
            pytest.fail(f"{own} imports {other}: reading and drawing do not know each other")
        assert LAYERS[other] <= LAYERS[own], f"{own} imports {other}, which lies above it"
        both_domain = own in DOMAIN and other in DOMAIN
        assert not both_domain or own == "crossings", f"{own} imports {other}"


def test_readers_know_files_but_not_one_another() -> None:
    home = PACKAGE / "sources"
    packages = {path.parent.name for path in home.glob("*/__init__.py")}
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert packages == set(re.findall(r"^\| `([a-z]+)/` \|", text, re.MULTILINE))
    beside = {
        (path.parent.name, name.split(".")[2])
        for path in home.glob("*/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in (f"{node.module}.{alias.name}" for alias in node.names)
        if name.startswith("analyses.sources.") and name.split(".")[2] in packages
    }
    known = {pair for pair in beside if pair[0] != pair[1] and pair[1] != "files"}
    assert known == {("days", "footfall")}


@pytest.mark.parametrize(
    "path",
    [path for path in modules() if part(path) in DOMAIN],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_domain_is_pure(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & IMPURE, f"{path.name} imports {roots & IMPURE}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input"}, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            clock = node.attr in CLOCK and node.value.id in {"date", "datetime", "dt", "time"}
            assert not clock, f"{path.name}:{node.lineno} reads the clock"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, f"{path.name} has {len(text.splitlines())} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1 - _docstring_lines(node)
            assert length <= 50, f"{path.name}: {node.name} has {length} lines of code"


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return (first.end_lineno or 0) - first.lineno + 1
    return 0


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks_are_thin_and_clean(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    tree = ast.parse("\n".join("".join(cell["source"]) for cell in code))
    heavy = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While)
    found = [type(node).__name__ for node in ast.walk(tree) if isinstance(node, heavy)]
    assert not found, f"{path.name} holds {found}: move them to the package"
    roots = {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    } | {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert roots <= {"analyses"}, f"{path.name} imports {roots}"


def test_architecture_document_names_every_module() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)/?`", text))
    parts = {part(path) for path in modules()} - {"__init__", "__main__"}
    assert parts <= named, f"ARCHITECTURE.md does not name {sorted(parts - named)}"


def test_architecture_document_names_what_every_reader_speaks() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)`", text))
    common = {path.stem for path in (PACKAGE / "sources").glob("*.py")} - {"__init__"}
    assert common <= named, f"ARCHITECTURE.md does not name {sorted(common - named)}"


def test_no_exception_is_caught_whole_and_dropped() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                only_pass = all(isinstance(line, ast.Pass) for line in node.body)
                assert not only_pass, f"{path.name}:{node.lineno} drops an exception"
