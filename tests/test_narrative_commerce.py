"""The sentences of the commerce chapter say what the results say, and nothing else."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyses import commerce
from analyses.commerce.outcome import Cell, result
from analyses.narrative import commerce as narrative
from analyses.narrative.vacancy import change
from analyses.results import Estimate, Finding

WAVES = ("2021-06-15", "2022-06-15", "2023-06-15", "2024-06-15")


def city(rate_of_entry: float = 0.08) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Write a small made-up city: premises, establishments, shops."""
    rng = np.random.default_rng(12)
    families = np.array(["food", "clothing", "services", "cafe_restaurant"])
    rows, register, mapped = [], [], []
    for key in range(300):
        zone = "centre" if key < 180 else "faubourg"
        state = rng.random() < (0.08 if zone == "centre" else 0.25)
        family, name = families[key % 4], f"Boutique {chr(65 + key % 26)}{chr(65 + key // 26)}rine"
        lon, lat = 5 + (key % 20) * 0.0005, 47 + (key // 20) * 0.0005
        for wave in WAVES:
            unseen = rng.random() < 0.03
            status = "unknown" if unseen else "vacant" if state else "occupied"
            rows.append((f"p{key}", pd.Timestamp(wave), status, zone, f"Rue {key % 5}",
                         None if status != "occupied" else family, name, lon, lat))  # fmt: skip
            state = rng.random() >= 0.25 if state else rng.random() < rate_of_entry
        siret = f"{key:09d}00011"
        start = pd.Timestamp("2014-01-01") + pd.Timedelta(days=int(rng.integers(0, 4000)))
        register.append((siret, start, "A", "47.71Z", "25056", name, zone, lon, lat))
        if rng.random() < 0.4:
            end = start + pd.Timedelta(days=int(rng.integers(100, 2500)))
            register.append((siret, end, "F", "47.71Z", "25056", name, zone, lon, lat))
        mapped.append((key, pd.Timestamp("2024-06-01"), "occupied", "clothes", family, name, lon,
                       lat, zone))  # fmt: skip
    return (
        pd.DataFrame(rows, columns=["premises_id", "wave", "status", "zone_id", "street",
                                    "activity_family", "name", "lon", "lat"]),
        pd.DataFrame(register, columns=["siret", "period_start", "state", "activity_code",
                                        "commune", "name", "zone_id", "lon", "lat"]),
        pd.DataFrame(mapped, columns=["osm_id", "observed", "status", "kind", "activity_family",
                                      "name", "lon", "lat", "zone_id"]),
    )  # fmt: skip


def told(*tables: pd.DataFrame | None) -> list[Finding]:
    premises, establishments, shops = tables
    day = date(2024, 12, 31)
    return narrative.findings(
        commerce.measure_vacancy(premises, bootstrap=20),
        commerce.measure_turnover(establishments, as_of=day),
        commerce.measure_offer(premises, establishments, shops, as_of=day, bootstrap=20),
        commerce.compare_sources(premises, establishments, shops, as_of=day),
        {"centre": "Centre ancien", "faubourg": "Faubourg de la gare"},
    )


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return told(*city())


def unaccounted(finding: Finding) -> list[str]:
    """Return the figures of the English sentence that no result of the finding accounts for."""
    known: list[float] = [len(finding.results)]
    for item in finding.results:
        estimate = item.estimate
        known += [estimate.value, estimate.low, estimate.high, 100 * estimate.level, estimate.n]
        known += [estimate.n + estimate.value, estimate.value * estimate.n / 100]
        known += [day.year for day in (item.period_start, item.period_end) if day]
        known += [float(text) for text in re.findall(r"\d+", f"{item.category} {item.method}")]
        if item.note is not None:
            known += [
                float(x.replace(",", "")) for x in re.findall(r"\d[\d,.]*\d|\d", item.note.en)
            ]
    left_out = []
    for written in re.findall(r"\d[\d,]*(?:\.\d+)?", finding.text.en):
        value = float(written.replace(",", "").rstrip("."))
        half = 0.5 if "." not in written else 0.05
        if not any(abs(value - abs(x)) <= half + 1e-9 for x in known if x == x):
            left_out.append(written)
    return left_out


def test_every_figure_of_a_sentence_is_that_of_its_results(findings: list[Finding]) -> None:
    assert {finding.id: unaccounted(finding) for finding in findings if unaccounted(finding)} == {}


def test_a_figure_from_elsewhere_would_be_caught(findings: list[Finding]) -> None:
    one = next(finding for finding in findings if finding.id == "vacancy-rate")
    wrong = type(one.text)(one.text.fr, one.text.en + " Rents fell by 37.3%.")
    assert unaccounted(Finding(one.id, wrong, one.results)) == ["37.3"]


def test_both_languages_give_the_same_figures(findings: list[Finding]) -> None:
    for finding in findings:
        french = finding.text.fr.replace("\u202f", "").replace(",", ".")
        english = finding.text.en.replace(",", "")
        pattern = r"\d+(?:\.\d+)?"
        assert sorted(re.findall(pattern, french)) == sorted(re.findall(pattern, english)), finding


def test_the_first_page_answers_the_questions(findings: list[Finding]) -> None:
    key = {finding.id for finding in findings if finding.level == "key"}
    assert key == {
        "vacancy-rate", "vacancy-trend", "vacancy-yearly", "vacancy-structural", "turnover-ratio",
        "turnover-survival",
    }  # fmt: skip
    assert all(finding.results[0].computable for finding in findings if finding.level == "key")


def test_sentences_are_named_once_and_written_in_both_languages(findings: list[Finding]) -> None:
    names = [finding.id for finding in findings]
    assert len(names) == len(set(names))
    for finding in findings:
        for text in (finding.text.fr, finding.text.en):
            assert text[0].isupper() or text[0].isdigit()
            assert text.endswith(".")
            assert "nan" not in text.lower().split()
            assert "{" not in text


def test_zones_take_their_names(findings: list[Finding]) -> None:
    zones = next(finding for finding in findings if finding.id == "vacancy-zones")
    assert "Centre ancien" in zones.text.fr
    assert "Faubourg de la gare" in zones.text.fr


def test_a_change_that_may_be_chance_is_not_told_as_one() -> None:
    stable = told(city(rate_of_entry=0.035)[0], None, None)
    trend = next(finding for finding in stable if finding.id == "vacancy-trend")
    estimate = trend.results[0].estimate
    assert estimate.low < 0 < estimate.high
    assert "ne se distingue pas de la stabilité" in trend.text.fr
    rising = told(city(rate_of_entry=0.3)[0], None, None)
    assert "progresse" in next(f for f in rising if f.id == "vacancy-trend").text.fr


def test_a_city_without_data_says_what_is_missing() -> None:
    empty = told(None, None, None)
    assert {finding.level for finding in empty} == {"missing"}
    assert all(finding.text.fr.startswith("Non calculable (") for finding in empty)
    unlocking = {table for f in empty for item in f.results for table in item.unlocked_by}
    assert {"premises", "establishments"} <= unlocking


# ---------------------------------------------------------------- no digit typed by hand


def modules(root: Path) -> list[Path]:
    return sorted((root / "src" / "analyses" / "narrative").glob("*.py"))


def is_number(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


def shown(value: ast.expr) -> list[ast.AST]:
    """Return what an f-string shows: its value, and the first argument of every call in it.

    The arguments after the first (number of decimals, language) and indices are not shown.
    """
    calls = [part for part in ast.walk(value) if isinstance(part, ast.Call) and part.args]
    return [value, *(call.args[0] for call in calls)]


def hand_typed(source: str) -> list[str]:
    """Return the digits in texts (docstrings apart), and numbers written into f-strings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings and re.search(r"\d", node.value):
                found.append(f"line {node.lineno}: {node.value!r}")
        elif isinstance(node, ast.FormattedValue):
            numbers = [part for part in shown(node.value) if is_number(part)]
            found += [f"line {node.lineno}: {ast.unparse(part)} in an f-string" for part in numbers]
    return found


def test_no_digit_is_typed_by_hand_in_the_sentences(root: Path) -> None:
    paths = modules(root)
    assert any(path.name == "commerce.py" for path in paths)
    typed = {path.name: hand_typed(path.read_text(encoding="utf-8")) for path in paths}
    assert {name: found for name, found in typed.items() if found} == {}


@pytest.mark.parametrize(
    "source",
    ['x = "La vacance atteint 12 %."', 'y = f"{name} : 3 rues"', 'z = f"{w.count(42)} rues"'],
)
def test_a_digit_typed_by_hand_would_be_caught(source: str) -> None:
    assert len(hand_typed(source)) == 1


def test_an_interval_that_tells_nothing_is_not_on_the_first_page() -> None:
    table = pd.concat(
        [
            pd.DataFrame(
                {"premises_id": f"p{i}", "wave": pd.to_datetime(WAVES[2:]),
                 "status": ["occupied" if i % 6 else "vacant", "occupied" if i % 5 else "vacant"]}
            )
            for i in range(60)
        ]
    )  # fmt: skip
    vacancy = commerce.measure_vacancy(table, bootstrap=50)
    told = narrative.vacancy_level(vacancy) + narrative.vacancy_durations(vacancy)
    for finding in told + narrative.vacancy_change(vacancy):
        if finding.level == "key":
            widths = [r.estimate.high - r.estimate.low for r in finding.results if "%" in r.unit]
            assert max(widths, default=0) <= 50, finding.text.fr
    assert not any("0 mois" in finding.text.fr for finding in told)


def test_one_wave_does_not_speak_of_zero_months() -> None:
    table = city()[0]
    table = table[table["wave"] == pd.Timestamp(WAVES[0])]
    told = narrative.vacancy_durations(commerce.measure_vacancy(table, bootstrap=5))
    assert any("Une seule visite" in finding.text.fr for finding in told)
    assert not any("0 mois" in finding.text.fr for finding in told)


def test_composition_is_told_on_the_side_of_the_trend_only() -> None:
    def told(trend: float, mix: float) -> str:
        results = [
            result(name, Estimate(value, value - 0.5, value + 0.5, 300), Cell(), source="survey",
                   method="m/1")
            for name, value in (("vacancy_trend", trend), ("vacancy_composition", mix))
        ]  # fmt: skip
        found = {item.id: item.text.fr for item in change(results)}
        return found["vacancy-composition"]

    assert "s'y ajoute" in told(2.0, 1.0)
    assert "sens inverse" in told(2.0, -1.0)
    assert "se distingue de zéro" in told(0.1, 1.0)
    assert "négligeable" in told(2.0, 0.1)
