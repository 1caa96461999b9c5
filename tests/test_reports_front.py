"""The first pages: cover, one page for elected people, sheet; glossary and lists at the end."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest

import sample_report as made
from analyses import assets, indicators, reports, schemas
from analyses.figures.numbers import CERTAINTY, certainty, key_figure
from analyses.pages import Page
from analyses.reports import Chapter, gaps, glossary, summary, words
from analyses.reports.method_words import METHODS
from analyses.results import Estimate, Finding, Result
from analyses.wording import Text

LONG = "Une phrase simple qui dit une chose et une seule, assez longue pour tenir deux lignes " * 2


def finding(name: str, text: str, topic: Any = "known", level: Any = "key") -> Finding:
    return Finding(
        name, Text(f"{text} (méthode).", "-"), (made.RATE,), level, Text(text, "-"), topic
    )


def chapter(name: str, findings: list[Finding]) -> Chapter:
    bundles: list[dict[str, Any]] = []
    page = Page(made.city(), name, emit=bundles.append)
    page.say(findings)
    return Chapter(name, tuple(page.blocks))


def pdf(chapters: list[Chapter], tmp_path: Path) -> list[str]:
    source = reports.assemble(made.city(), chapters, made.manifest(), tmp_path / "build")
    reports.render_source(source, tmp_path, "embedded", ["pdf"])
    pages = pypdf.PdfReader(tmp_path / "report.pdf").pages
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pages]


def full(topic_count: int) -> list[Chapter]:
    return [
        chapter(
            name,
            [
                finding(f"{topic}-{i}", f"{LONG}{name} {topic} {i}", topic)
                for topic in ("known", "change", "watch")
                for i in range(topic_count)
            ],
        )
        for name in ("commerce", "footfall", "parking")
    ]


def test_the_summary_is_one_page_and_cuts_by_rank(tmp_path: Path) -> None:
    pages = pdf(full(6), tmp_path)
    assert "L’essentiel" in pages[1]
    assert "Sommaire" in pages[2]
    assert "L’essentiel" in pages[2]  # as the first line of the contents, and nothing else
    assert "Une phrase simple" not in pages[2]
    said = re.findall(r"(commerce|footfall|parking) (known|change|watch) (\d)", pages[1])
    assert ("commerce", "known", "0") in said
    assert len(said) < sum(summary.POINTS.values()), (
        "the page was not full: the test proves nothing"
    )
    whole = (tmp_path / "build" / "report.qmd").read_text(encoding="utf-8")
    ranked = re.findall(r'rank="(\d+)"', whole)
    assert ranked == [str(rank) for rank in range(1, sum(summary.POINTS.values()) + 1)]
    known = [item for item in said if item[1] == "known"]
    assert len(known) == summary.POINTS["known"], "the first ranks are the last to go"


def test_a_short_summary_loses_nothing(tmp_path: Path) -> None:
    said = [finding("a", "Une chose."), finding("b", "Une autre.", "watch")]
    pages = pdf([chapter("commerce", said)], tmp_path)
    assert "Une chose." in pages[1]
    assert "Une autre." in pages[1]
    assert "Ce qu’il faut regarder" in pages[1]
    assert "Sommaire" in pages[2]


@pytest.mark.parametrize(
    "text",
    ["La part (Turnbull) est de 3.", "Selon wilson/1, 4 %.", "De 3 (intervalle à 95 % : 2 à 4).",
     "n = 12 locaux.", "Kaplan et Meier donnent 4.", "La médiane est de 12 mois."],
)  # fmt: skip
def test_jargon_does_not_reach_the_page(text: str) -> None:
    assert summary.plain({"text": "x", "plain": text, "level": "key"}) == ""


def test_a_key_finding_without_plain_words_loses_its_interval_or_stays_out() -> None:
    item = {"text": "La vacance est de 12 % (intervalle à 95\u202f% : 10 à 14 %).", "level": "key"}
    assert summary.plain(item) == "La vacance est de 12 %."
    assert summary.plain({"text": "Le quantile vaut 3.", "level": "key"}) == ""
    assert summary.plain({"text": "Un détail.", "level": "body"}) == ""


@pytest.mark.parametrize(
    ("value", "low", "high", "quality", "word"),
    [
        (10, 10, 10, "measured", "counted"),
        (10, 9.5, 10.5, "measured", "sure"),
        (10, 8, 12, "measured", "fair"),
        (10, 5, 20, "measured", "vague"),
        (0.5, -1, 2, "estimated", "chance"),
        (10, 9.5, 10.5, "reserve", "reserve"),
    ],
)
def test_certainty_follows_the_interval(
    value: float, low: float, high: float, quality: Any, word: str
) -> None:
    result = Result("vacancy_rate", Estimate(value, low, high, 9), "%", "survey", "wilson/1",
                    quality=quality)  # fmt: skip
    assert certainty(result, "fr") == CERTAINTY[word].in_("fr")
    assert key_figure(result, "en").certainty == CERTAINTY[word].in_("en")


def test_every_word_of_certainty_is_explained() -> None:
    assert set(words.SURENESS_MEANS) == set(CERTAINTY)


def test_the_cover_says_whose_report_it_is(tmp_path: Path) -> None:
    first = pdf([], tmp_path)[0]
    for said in ("Beaumarché", "Édition interne", "Édition du 22 novembre 2026", "99001",
                 "Répond des données", "à désigner", "DONNÉES FICTIVES"):  # fmt: skip
        assert said in first
    source = reports.assemble(made.city(), [], made.manifest(), tmp_path / "p", "public")
    text = source.document.read_text(encoding="utf-8")
    assert "Édition publique" in text
    assert "Édition interne" not in text


def test_a_city_with_nothing_still_says_what_would_help(tmp_path: Path) -> None:
    gone = Finding("gone", Text("Non calculable (survie) : rien.", "-"),
                   (reports_missing(),), "missing")  # fmt: skip
    pages = pdf([chapter("commerce", [gone])], tmp_path)
    assert "À réunir : établissements SIRENE" in pages[1]
    assert "Ce qui est déjà publié" in pages[1]
    assert "11,4" in pages[1]


def reports_missing() -> Result:
    from analyses.results import not_computable

    why = Text("rien", "-")
    return not_computable("business_survival", "%", "sirene", why, unlocked_by=("establishments",))


# Glossary ---------------------------------------------------------------------------------------


def test_the_glossary_holds_the_terms_used_and_no_other(tmp_path: Path) -> None:
    said = [finding("a", "Les passages montent."), finding("b", "La vacance est une vacance.")]
    source = reports.assemble(made.city(), [chapter("commerce", said)], made.manifest(), tmp_path)
    text = source.document.read_text(encoding="utf-8")
    assert "{#glossaire-footfall .entry}" in text
    assert "{#glossaire-vacancy .entry}" in text
    assert "{#glossaire-overstay .entry}" not in text
    assert text.count("(#glossaire-vacancy){.term}") == 1
    linked = set(re.findall(r"\(#(glossaire-[a-z-]+)\)", text))
    explained = set(re.findall(r"\{#(glossaire-[a-z-]+) ", text))
    assert linked <= explained


def test_terms_are_written_in_both_languages_with_their_source() -> None:
    for term in glossary.terms():
        for text in (term.label, term.definition, term.source):
            assert text.fr.strip()
            assert text.en.strip()
        assert set(term.words) == {"fr", "en"}


def test_sources_name_their_authors_in_english() -> None:
    """Whatever a name begins with: « et van der Laan (2011) », « et Émile (1912) »."""
    documents = indicators.dictionary().sources.values()
    said = [(term.source.fr, term.source.en) for term in glossary.terms()]
    said += [(document.titled("fr"), document.titled("en")) for document in documents]
    authors = re.compile(r" et (?!al\b)[^,(]*\(\d{4}\)")
    assert sum(authors.search(fr) is not None for fr, _ in said) > 8
    assert [en for _, en in said if authors.search(en)] == []


def test_a_linked_text_keeps_every_letter() -> None:
    text = "L’intervalle : *a* [b](c) d'occupation, <b> & vacance structurelle"
    linked = glossary.Glossary("fr").linked(text, "x")
    bare = re.sub(r"\]\(#[a-z-]+\)\{\.term\}", "", linked)
    bare = re.sub(r"(?<!\\)\[", "", bare).replace("\\", "")
    assert bare.replace("&nbsp;", "\u00a0") == text


def test_methods_are_named_in_both_languages(root: Path) -> None:
    assert all(text.fr and text.en for text in METHODS.values())
    assert list(METHODS) == sorted(METHODS)
    written = {
        name
        for path in (root / "src" / "analyses").rglob("*.py")
        for name in re.findall(r'method="([a-z0-9-]+)/\d', path.read_text(encoding="utf-8"))
    }
    assert len(written) > 10
    unnamed = {name for name in written if not any(name.startswith(known) for known in METHODS)}
    assert not unnamed


def test_every_table_says_where_to_get_it() -> None:
    assert set(gaps.places()) == set(schemas.names())


# Lint -------------------------------------------------------------------------------------------

ALLOWED = re.compile(r"SHA-256|\{\w+\}")


def digits(text: str) -> list[str]:
    return re.findall(r"\S*\d\S*", ALLOWED.sub("", text))


def test_no_figure_is_typed_in_the_words_of_reports(root: Path) -> None:
    typed = {}
    for path in sorted((root / "src" / "analyses" / "reports").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)
                 and isinstance(n.func, ast.Name) and n.func.id == "Text"]  # fmt: skip
        said = [part.value for call in calls for node in call.args for part in ast.walk(node)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)]  # fmt: skip
        found = [word for text in said for word in digits(text)]
        if found:
            typed[path.name] = found
    assert typed == {}


def test_the_lint_sees_a_typed_figure() -> None:
    assert digits("La vacance est de 12 %.") == ["12"]
    assert digits("Les {shown} premières lignes (SHA-256)") == []


def test_no_figure_is_typed_in_a_template_or_in_the_markdown_of_a_notebook(root: Path) -> None:
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        prose = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        prose = re.sub(r"`[^`]*`", "", prose)
        assert digits(prose) == [], path.name
        code = "".join("".join(c["source"]) + "\n" for c in cells if c["cell_type"] == "code")
        said = [
            node.value
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
        ]
        assert [word for text in said for word in digits(text)] == [], path.name
    page = (assets.reports() / "theme" / "report.html").read_text(encoding="utf-8")
    shown = re.sub(r"<[^>]+>", "", page[page.index("<body>") :])
    assert digits(shown) == []


def test_where_to_get_tables_names_no_figure() -> None:
    assert [word for text in gaps.places().values() for word in digits(text.fr)] == []


def test_what_changed_since_the_former_edition_is_said_first_of_the_changes() -> None:
    since = chapter(
        "changes", [finding("head", "Trois nombres ont été révisés.", "change", "body")]
    )
    titles = {item.name: item.name for item in [*full(3), since]}
    said = summary.page([*full(3), since], titles, "fr")
    changed = said[said.index(words.SUMMARY_PARTS["change"].fr) :]
    first = changed[changed.index("**") :]
    assert "édition précédente" in first[:80]
    assert "Trois nombres ont été révisés" in first[:160]
