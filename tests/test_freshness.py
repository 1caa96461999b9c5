"""What must run again: by content, and not for a comment."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analyses import assets
from analyses.runs import codemarks, freshness


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "analyses"
    files = {
        "__init__.py": "",
        "ground.py": '"""Ground."""\nimport json\nLIMIT = 3\n',
        "words.yml": "a: 1\n",
        "trade/__init__.py": "from analyses.trade.rates import rate\n",
        "trade/rates.py": "from analyses import ground\ndef rate(x):\n  return x * ground.LIMIT\n",
        "walks/__init__.py": "",
        "walks/counts.py": "def count(x):\n    return len(x)\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def marks(package: Path) -> tuple[str, str]:
    for known in (codemarks._code_mark, codemarks._reached, codemarks._file, codemarks._module):
        known.cache_clear()
    return (
        codemarks.code_mark(["analyses.trade"], package),
        codemarks.code_mark(["analyses.walks.counts"], package),
    )


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def restless() -> Iterator[None]:
    """Let threads take turns in the middle of a C function, wherever it makes an object."""

    def pause(phase: str, facts: dict[str, int]) -> None:
        for _ in range(1000):
            pass

    interval, limits = sys.getswitchinterval(), gc.get_threshold()
    gc.callbacks.append(pause)
    sys.setswitchinterval(1e-6)
    gc.set_threshold(100)
    yield
    gc.set_threshold(*limits)
    sys.setswitchinterval(interval)
    gc.callbacks.remove(pause)


@pytest.mark.usefixtures("restless")
def test_marks_of_code_are_made_in_threads() -> None:
    """https://github.com/python/cpython/issues/106905."""
    sources = [path.read_text("utf-8") for path in (assets.package() / "runs").glob("*.py")]
    alone = [codemarks._normal(source) for source in sources]
    with ThreadPoolExecutor(4) as threads:
        both = [*threads.map(codemarks._normal, sources * 4)]
    assert both == alone * 4


def test_comments_docstrings_and_layout_change_no_mark(package: Path) -> None:
    before = marks(package)
    write(package / "ground.py", '# new\n"""Other words."""\nimport json\n\n\nLIMIT   = (3)\n')
    write(
        package / "trade/rates.py",
        'from analyses import ground\ndef rate(x):\n  """Say."""\n  return x*ground.LIMIT # so\n',
    )
    assert marks(package) == before


def test_code_reached_by_an_import_changes_the_mark_of_what_reaches_it_only(package: Path) -> None:
    trade, walks = marks(package)
    write(package / "ground.py", "import json\nLIMIT = 4\n")
    assert marks(package) == (marks(package)[0], walks)
    assert marks(package)[0] != trade
    trade = marks(package)[0]
    write(package / "walks/counts.py", "def count(x):\n    return len(x) + 1\n")
    assert marks(package)[0] == trade
    assert marks(package)[1] != walks


def test_a_dictionary_beside_the_code_counts(package: Path) -> None:
    before = marks(package)
    write(package / "words.yml", "a: 2\n")
    assert all(now != then for now, then in zip(marks(package), before, strict=True))


def test_outputs_of_a_notebook_do_not_count_its_code_and_text_do(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"

    def book(code: str, text: str = "# T", outputs: tuple[str, ...] = ()) -> str:
        cells = [
            {"cell_type": "markdown", "metadata": {}, "source": [text]},
            {"cell_type": "code", "metadata": {}, "source": [code], "outputs": list(outputs)},
        ]
        write(path, json.dumps({"cells": cells}))
        return codemarks.notebook_mark(path)

    first = book("x = 1")
    assert book("x = 1  # why", outputs=("o",)) == first
    assert book("x = 2") != first
    assert book("x = 1", "# Other") != first


def test_our_notebooks_reach_their_own_domain_and_not_the_others() -> None:
    shared = {"analyses.parking.grid"}  # regulated hours are read in its terms
    for name, others in (("commerce", ("parking", "footfall")), ("footfall", ("parking",))):
        modules = codemarks.notebook_modules(assets.notebooks() / f"{name}.ipynb")
        reached = set(codemarks._reached(modules, assets.package(), frozenset()))
        assert f"analyses.{name}" in reached
        for other in others:
            assert {item for item in reached if item.startswith(f"analyses.{other}.")} <= shared


SHARED = {"city": "c", "data": "d", "parameters": "p", "environment": "e"}
NOW = {
    "commerce": {**SHARED, "notebook": "n1", "code": "k1"},
    "parking": {**SHARED, "notebook": "n2", "code": "k2"},
    "report": {"texts": "t", "theme": "h", "code": "k"},
}


def test_the_same_marks_make_nothing_stale() -> None:
    found = freshness.verdicts(NOW, NOW, intact=True)
    assert not any(item.stale for item in found)
    assert freshness.told("Tulle", found).fr == "Tulle : à jour, rien à faire."


def test_one_analysis_changed_runs_that_one_and_the_report() -> None:
    last = {**NOW, "parking": {**NOW["parking"], "code": "older"}}
    found = {item.step: item.reasons for item in freshness.verdicts(NOW, last, intact=True)}
    assert found == {"commerce": (), "parking": ("code",), "report": ("notebooks",)}
    told = freshness.told("Tulle", freshness.verdicts(NOW, last, intact=True))
    assert "parking : le code de l'analyse a changé" in told.fr
    assert "taken again: commerce" in told.en


@pytest.mark.parametrize(
    ("last", "intact", "expected"),
    [
        (None, True, {"commerce": ("never",), "parking": ("never",), "report": ("never",)}),
        (NOW, False, {"commerce": (), "parking": (), "report": ("outputs",)}),
        (
            {**NOW, "report": {**NOW["report"], "theme": "older"}},
            True,
            {"commerce": (), "parking": (), "report": ("theme",)},
        ),
        (
            {**NOW, "crossings": {**SHARED}},
            True,
            {"commerce": (), "parking": (), "report": ("notebooks",)},
        ),
    ],
)
def test_verdicts(last: object, intact: bool, expected: dict[str, tuple[str, ...]]) -> None:
    found = freshness.verdicts(NOW, last, intact=intact)  # type: ignore[arg-type]
    assert {item.step: item.reasons for item in found} == expected


def test_a_folder_is_marked_by_names_and_content(tmp_path: Path) -> None:
    assert freshness.folder_mark(tmp_path / "absent") == freshness.folder_mark(tmp_path)
    write(tmp_path / "a.md", "x")
    one = freshness.folder_mark(tmp_path)
    (tmp_path / "a.md").rename(tmp_path / "b.md")
    assert freshness.folder_mark(tmp_path) != one
