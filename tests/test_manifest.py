"""How a manifest names the files that a run read."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from analyses.runs import history, manifest


def made(root: Path, *names: str) -> list[Path]:
    paths = [root / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.as_posix())
    return paths


def test_files_of_the_city_are_named_from_its_folder(tmp_path: Path) -> None:
    city = tmp_path / "tulle"
    paths = made(city, "premises.csv", "2024/comptages.csv")
    assert manifest.named(paths, city) == {
        "premises.csv": paths[0], "2024/comptages.csv": paths[1],
    }  # fmt: skip


def test_a_file_of_another_place_tells_no_more_of_its_path_than_it_must(tmp_path: Path) -> None:
    city = tmp_path / "tulle"
    (path,) = made(tmp_path, "commun/sirene.csv")
    assert manifest.named([path], city) == {"sirene.csv": path}


def test_two_files_of_one_name_are_two_inputs(tmp_path: Path) -> None:
    city = tmp_path / "tulle"
    names = ("a/2023/x.csv", "a/2024/x.csv", "b/2024/x.csv", "tulle/x.csv", "y.csv")
    paths = made(tmp_path, *names)
    found = manifest.named(paths, city)
    assert sorted(found) == ["2023/x.csv", "a/2024/x.csv", "b/2024/x.csv", "x.csv", "y.csv"]
    assert found["x.csv"] == city / "x.csv"
    inputs = manifest.inputs_of(paths, city)
    assert len({item.path for item in inputs}) == len({item.sha256 for item in inputs}) == 5


@pytest.mark.parametrize("count", [2, 3])
def test_no_two_files_ever_share_a_name(tmp_path: Path, count: int) -> None:
    """Every choice among files one of whose paths ends as another's does."""
    names = ("x.csv", "a/x.csv", "b/x.csv", "a/a/x.csv", "b/a/x.csv", "tulle/x.csv",
             "tulle/a/x.csv")  # fmt: skip
    every = made(tmp_path, *names)
    for paths in combinations(every, count):
        assert sorted(manifest.named(paths, tmp_path / "tulle").values()) == sorted(paths)


def test_a_notebook_that_names_a_file_otherwise_read_it_all_the_same() -> None:
    """Its provenance has the path of city.yml: a variable before it, or the file's name alone."""
    assert history._is_one("2024/x.csv", {"${DATA}/2024/x.csv"}, "fr")
    assert history._is_one("2024/x.csv", {"x.csv"}, "fr")
    assert not history._is_one("2024/x.csv", {"${DATA}/2023/x.csv", "2024/xx.csv", ""}, "fr")
