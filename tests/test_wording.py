"""Labels inside sentences, signs between parts, values with their unit."""

from __future__ import annotations

import pytest

from analyses import indicators
from analyses.wording import lowered, measured, spaced


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Taux de vacance", "taux de vacance"),
        ("Écart à SIRENE", "écart à SIRENE"),
        ("SIRENE et le terrain", "SIRENE et le terrain"),
        ("OpenStreetMap", "OpenStreetMap"),
        ("L'offre", "l'offre"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence_keeps_its_acronyms(label: str, inside: str) -> None:
    assert lowered(label) == inside


def test_no_label_of_an_indicator_loses_a_capital_but_its_first() -> None:
    for entry in indicators.dictionary().indicators.values():
        for label in (entry.label.fr, entry.label.en):
            assert lowered(label)[1:] == label[1:]


def test_signs_between_parts_are_those_of_the_language() -> None:
    said = "vacance : 12 % ; offre : 3"
    assert spaced(said, "fr") == "vacance\u00a0: 12\u202f%\u202f; offre\u00a0: 3"
    assert spaced("vacancy : 12% ; offer : 3", "en") == "vacancy: 12%; offer: 3"


def test_a_unit_in_words_stays_with_its_number() -> None:
    assert measured(1234, "locaux", "fr") == "1\u202f234\u00a0locaux"
    assert measured(1.5, "shops", "en", 1) == "1.5\u00a0shops"
