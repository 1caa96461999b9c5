"""What code a notebook depends on, and a mark of it that comments and docstrings do not change."""

from __future__ import annotations

import ast
import hashlib
import json
import threading
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

PACKAGE = "analyses"

SHOWING = ("blocks", "editions", "figures", "narrative", "pages")
"""Parts of the package that show numbers and change none."""

_lock = threading.Lock()


def notebook_mark(path: Path) -> str:
    """Return the mark of a notebook: its texts, and its code without comments.

    Parameters
    ----------
    path : Path
        Notebook of format 4.

    Returns
    -------
    str
        sha256; outputs, execution counts and metadata (tags apart) do not count.
    """
    digest = hashlib.sha256()
    for kind, tags, source in _cells(path):
        digest.update(f"{kind} {tags}\n".encode())
        digest.update((_normal(source) if kind == "code" else source).encode())
    return digest.hexdigest()


def notebook_modules(path: Path) -> frozenset[str]:
    """Return the modules of the package that a notebook's cells import."""
    found: set[str] = set()
    for kind, _, source in _cells(path):
        if kind == "code":
            found |= _imports(_parsed(source))
    return frozenset(found)


def code_mark(modules: Iterable[str], root: Path, *, leave: Collection[str] = ()) -> str:
    """Return the mark of all the code that some modules reach by their imports.

    Parameters
    ----------
    modules : iterable of str
        Dotted names, for instance ``analyses.commerce``.
    root : Path
        Folder of the package.
    leave : collection of str
        Parts of the package that do not count, nor what is reached through them alone.

    Returns
    -------
    str
        sha256 of the syntax trees without docstrings, and of the other files that lie beside the
        modules (dictionaries, schemas, fonts).
    """
    return _code_mark(frozenset(modules), root, frozenset(leave))


@cache
def _code_mark(modules: frozenset[str], root: Path, leave: frozenset[str]) -> str:
    reached = _reached(modules, root, leave)
    digest = hashlib.sha256()
    for name in sorted(reached):
        digest.update(name.encode())
        digest.update(_module(reached[name])[1].encode())
    for path in sorted(_resources(reached.values(), root)):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _cells(path: Path) -> list[tuple[str, str, str]]:
    book = json.loads(path.read_text(encoding="utf-8"))
    return [
        (
            cell["cell_type"],
            ",".join(cell.get("metadata", {}).get("tags", [])),
            "".join(cell["source"]),
        )
        for cell in book["cells"]
    ]


@cache
def _reached(modules: frozenset[str], root: Path, leave: frozenset[str]) -> dict[str, Path]:
    """Return the modules that some modules import, directly or not, with their files."""
    waiting, reached = sorted(modules), dict[str, Path]()
    parted = [[part] for part in leave]
    while waiting:
        name = waiting.pop()
        path = _file(name, root)
        if path is None or name in reached or name.split(".")[1:2] in parted:
            continue
        reached[name] = path
        waiting.extend(_module(path)[0])
        if "." in name:
            waiting.append(name.rpartition(".")[0])
    return reached


@cache
def _file(name: str, root: Path) -> Path | None:
    """Return the file of a module of the package, None for what is not a module of it."""
    head, *rest = name.split(".")
    if head != PACKAGE:
        return None
    place = root.joinpath(*rest)
    if (place / "__init__.py").is_file():
        return place / "__init__.py"
    file = place.with_suffix(".py")
    return file if rest and file.is_file() else None


@cache
def _module(path: Path) -> tuple[frozenset[str], str]:
    """Return what a module imports of the package, and the mark of its code."""
    tree = _parsed(path.read_text(encoding="utf-8"))
    imported = frozenset(_imports(tree))
    return imported, hashlib.sha256(_without_texts(tree).encode()).hexdigest()


def _parsed(source: str) -> ast.Module:
    """Return a syntax tree, one at a time: cities are compared with their last run in threads.

    Up to Python 3.12.0, two threads that build trees at once share one count of their depth, and
    either may end in a ``SystemError`` (https://github.com/python/cpython/issues/106905).
    """
    with _lock:
        return ast.parse(source)


def _imports(tree: ast.AST) -> set[str]:
    """Return every name imported from the package; some are functions, not modules."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == PACKAGE}


def _normal(source: str) -> str:
    """Return code as its syntax tree, without comments, docstrings and layout."""
    return _without_texts(_parsed(source))


def _without_texts(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
    return ast.dump(tree, annotate_fields=False)


def _is_text(line: ast.stmt) -> bool:
    """Whether a statement is a lone string: a docstring, or the note of a constant."""
    return (
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
    )


def _resources(files: Iterable[Path], root: Path) -> set[Path]:
    """Return the files other than code that lie in the folders of modules."""
    found: set[Path] = set()
    for folder in {path.parent for path in files} | {root}:
        for path in folder.iterdir():
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                found.add(path)
            elif path.is_dir() and not (path / "__init__.py").exists():
                found |= {
                    item
                    for item in path.rglob("*")
                    if item.is_file() and "__pycache__" not in item.parts
                }
    return found
