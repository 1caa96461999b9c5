"""The ways to install the project agree, and none of them names a package index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement


def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def everything(declared: dict) -> list[str]:
    """Return what the two commands install: all but Quarto."""
    extras = declared["optional-dependencies"]
    return [*declared["dependencies"], *extras["examples"], *extras["test"]]


def test_environment_yml_equals_pyproject(root: Path) -> None:
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    conda = [item for item in environment["dependencies"] if isinstance(item, str)]
    (pip,) = [item["pip"] for item in environment["dependencies"] if isinstance(item, dict)]
    assert f"python{project(root)['requires-python']}" in conda
    listed = {
        Requirement(item).name.lower(): str(Requirement(item).specifier)
        for item in [*conda, *pip]
        if not item.startswith(("python>", "pip", "-e"))
    }
    declared = project(root)
    wanted = {
        Requirement(item).name.lower(): str(Requirement(item).specifier)
        for item in everything(declared)
    }
    assert listed == wanted


def test_lock_has_every_dependency_with_hashes_and_no_address(root: Path) -> None:
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    pinned = {match.lower() for match in re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.M)}
    declared = project(root)
    for item in everything(declared):
        name = Requirement(item).name.lower().replace("_", "-")
        assert name in {pin.replace("_", "-") for pin in pinned}, f"{name}: run `make lock`"
    entries = re.findall(r"^[A-Za-z0-9_.-]+==.*?(?=^\S|\Z)", lock, re.M | re.S)
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock
    assert "--index" not in lock


def test_quarto_stays_an_extra(root: Path) -> None:
    declared = project(root)
    assert not any("quarto" in item for item in declared["dependencies"])
    assert any("quarto" in item for item in declared["optional-dependencies"]["quarto"])
