"""The dictionary of indicators: complete, strict, and told apart from what it is not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from analyses import indicators
from analyses.errors import InputError

SMALL = """
version: 1
units:
  "%": {fr: "%", en: "%"}
sources:
  house: {title: choix de méthode}
indicators:
  thing:
    theme: commerce
    label: {fr: Chose, en: Thing}
    unit: "%"
    definition: {fr: Une chose., en: A thing.}
    formula: a / b
    source: house
    better: none
    min_n: 3
    comparable_on: [definition]
    question: {fr: Quoi, en: What}
"""


def test_the_design_is_covered() -> None:
    commerce = {item.id for item in indicators.dictionary().theme("commerce")}
    assert {
        "premises_count", "survey_coverage", "vacancy_rate", "vacancy_trend", "vacancy_duration",
        "vacancy_entry", "relet_rate", "openings", "closures", "opening_ratio",
        "business_survival", "offer_mix", "offer_diversity", "chain_share",
    } <= commerce  # fmt: skip
    assert {"footfall", "event_impact", "sensor_health"} <= set(indicators.dictionary().indicators)
    assert {"occupancy_rate", "rotation_rate"} <= set(indicators.dictionary().indicators)


def test_every_entry_speaks_both_languages_and_names_its_source() -> None:
    book = indicators.dictionary()
    for item in book.indicators.values():
        assert item.label.fr != item.label.en or item.unit == "%", item.id
        assert item.definition.fr.endswith(".")
        assert item.definition.en.endswith(".")
        assert item.question.fr.endswith("?")
        assert book.document(item.id).title
        assert book.unit(item.unit).fr


@pytest.mark.parametrize(
    ("value", "name"),
    [(0, "faible"), (4.99, "faible"), (5, "modérée"), (7.5, "élevée"), (10, "très élevée"),
     (25, "très élevée")],
)  # fmt: skip
def test_procos_bands(value: float, name: str) -> None:
    """Procos: below 5 % low, 5 to 7.5 moderate, 7.5 to 10 high, above 10 very high."""
    bands = indicators.get("vacancy_rate").bands
    assert bands is not None
    assert bands.of(value).label.fr == name


def test_an_unknown_indicator_is_named() -> None:
    assert "vacancy_rate" in indicators.dictionary()
    assert "vacancy" not in indicators.dictionary()
    with pytest.raises(KeyError, match="vacancy_rat'"):
        indicators.get("vacancy_rat")


def test_a_small_dictionary_is_read(tmp_path: Path) -> None:
    path = tmp_path / "small.yml"
    path.write_text(SMALL, encoding="utf-8")
    assert indicators.read(path)["thing"].min_n == 3


def test_every_fault_is_told_at_once() -> None:
    broken = (
        SMALL.replace("en: Thing", "de: Ding")
        .replace("min_n: 3", "min_n: zero\n    colour: red")
        .replace("better: none", "better: sideways")
        .replace("    formula: a / b\n", "")
    )
    with pytest.raises(InputError) as caught:
        indicators.parse(broken, "small.yml")
    columns = {fault.column for fault in caught.value.faults}
    assert columns == {
        "indicators.thing.label.en", "indicators.thing.label.de", "indicators.thing.min_n",
        "indicators.thing.colour", "indicators.thing.better", "indicators.thing.formula",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("unit: \"%\"", "unit: km"), "unknown unit 'km'"),
        (("source: house", "source: nobody"), "unknown source 'nobody'"),
        (("    min_n: 3", "    min_n: 3\n    min_n: 4"), "written twice"),
        (("indicators:", "indicator:"), "no indicators"),
        (("version: 1", "version: [1"), "line"),
    ],
)  # fmt: skip
def test_what_is_refused(change: tuple[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        indicators.parse(SMALL.replace(*change), "small.yml")


def test_bands_must_rise() -> None:
    steps = (
        "    bands: {source: house, steps: [{below: 5, label: {fr: a, en: a}}, "
        "{below: 4, label: {fr: b, en: b}}, {label: {fr: c, en: c}}]}\n"
    )
    with pytest.raises(InputError, match="must rise"):
        indicators.parse(SMALL + steps, "small.yml")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        indicators.read(tmp_path / "none.yml")


def used(source: str) -> dict[str, str | None]:
    """Return the indicators that a module writes by name, with their unit where it is written."""
    found: dict[str, str | None] = {}
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        by_key = {key.arg: key.value for key in call.keywords if key.arg}
        first = by_key.get("indicator")
        unit = by_key.get("unit")
        if name in ("Result", "not_computable") and call.args:
            first = call.args[0]
            after = 2 if name == "Result" else 1
            unit = call.args[after] if len(call.args) > after else unit
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            written = unit.value if isinstance(unit, ast.Constant) else None
            found[first.value] = written
    return found


def test_every_indicator_that_the_code_writes_is_defined(root: Path) -> None:
    book = indicators.dictionary()
    names = set()
    for path in sorted((root / "src" / "analyses").rglob("*.py")):
        for name, unit in used(path.read_text(encoding="utf-8")).items():
            names.add(name)
            assert name in book, f"{path.name} writes {name!r}, which the dictionary lacks"
            assert unit in (None, book[name].unit), f"{path.name} gives {name!r} the unit {unit!r}"
    assert "event_impact" in names


def test_an_undefined_indicator_or_another_unit_would_be_seen() -> None:
    assert used('Result("a", estimate, "km", "survey", "m")') == {"a": "km"}
    assert used('not_computable("b", unit="%")') == {"b": "%"}
    assert used('replace(main, indicator="c", unit="%")') == {"c": "%"}
