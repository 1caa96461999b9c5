"""Which engine renders, and what happens when Quarto is there but fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyses.cities import Parameters
from analyses.errors import RenderError
from analyses.reports import engines, words


class Engine:
    """An engine that writes its name, or fails."""

    def __init__(self, name: str, *, fails: bool = False) -> None:
        self.name, self.fails = name, fails

    def find(self) -> str:
        return self.name

    def describe(self) -> str:
        return self.name

    def render(self, source: object, kind: str, target: Path) -> None:
        if self.fails:
            raise RenderError(f"{self.name} stopped\nwith details")
        target.write_text(f"{self.name} {kind}", encoding="utf-8")


@pytest.fixture
def broken_quarto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "quarto", Engine("quarto", fails=True))
    monkeypatch.setattr(engines, "embedded", Engine("embedded"))


@pytest.mark.usefixtures("broken_quarto")
def test_auto_renders_all_the_same_where_quarto_fails_and_says_so(tmp_path: Path) -> None:
    told = engines.render(None, tmp_path, "auto")  # type: ignore[arg-type]
    assert told == "embedded, because Quarto failed: quarto stopped"
    for kind in engines.FORMATS:
        assert (tmp_path / f"report.{kind}").read_text(encoding="utf-8") == f"embedded {kind}"


@pytest.mark.usefixtures("broken_quarto")
def test_quarto_when_asked_for_fails_as_quarto(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="quarto stopped"):
        engines.render(None, tmp_path, "quarto")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_every_parameter_of_a_city_is_printed() -> None:
    assert set(words.PARAMETERS) == set(Parameters.model_fields)
