"""What changed, said in sentences and tables, each number from the comparison."""

from __future__ import annotations

from datetime import date

from analyses.comparison import revisions
from analyses.comparison.revisions import Changed, Edition
from analyses.figures import changes as tables
from analyses.narrative import changes as sentences
from analyses.results import Result, to_frame
from editions_on_disk import MARKS, rate

DAY, LATER = date(2025, 6, 1), date(2025, 9, 1)
ZONES = {"centre": "Centre-ville"}


def changed(before: list[Result], after: list[Result], **more: object) -> Changed:
    first = Edition(to_frame(before, "essai"), DAY, MARKS, inputs={"premises.csv": "1"})
    values: dict[str, object] = {"inputs": {"premises.csv": "2"}, **more}
    return revisions.compare(
        first,
        Edition(to_frame(after, "essai"), LATER, MARKS, **values),  # type: ignore[arg-type]
    )


def told(found: Changed) -> dict[str, str]:
    said = {item.id: item.text.in_("fr") for item in sentences.told(found, ZONES)}
    return {name: text.replace("\u00a0", " ").replace("\u202f", " ") for name, text in said.items()}


def test_no_change_is_said_in_one_sentence() -> None:
    assert told(changed([rate(10)], [rate(10)], inputs={"premises.csv": "1"})) == {
        "changes-head": "Depuis l’édition du 1er juin 2025, aucun nombre n’a été révisé."
    }


def test_the_number_that_moved_most_has_a_sentence_with_its_cause() -> None:
    said = told(changed([rate(10)], [rate(15)]))
    assert said["changes-head"].endswith("1 nombre a été révisé, dont 1 de façon sensible.")
    assert said["changes-why"].endswith("premises.csv révisé.")
    assert said["changes-number-1"] == (
        "Taux de vacance commerciale (Centre-ville, juin 2024) : 15,0 % au lieu de 10,0 % ; "
        "données révisées."
    )


def test_a_new_wave_is_the_next_period_and_no_revision() -> None:
    found = changed([rate(10, 2024)], [rate(10, 2024), rate(18, 2025)])
    said = told(found)
    assert "aucun nombre n’a été révisé ; 1 nombre est nouveau" in said["changes-head"]
    assert said["changes-next"].startswith("Les données vont maintenant jusqu’au 15 juin 2025")
    assert tables.revised(found, "fr", ZONES) is None
    table = tables.following(found, "fr", ZONES)
    assert table is not None
    assert table.data.iloc[0, 3].replace("\u00a0", " ") == "10,0\u202f% (juin 2024)"
    assert "Pourquoi" not in table.data.columns, "one cause is said once, in the note"
    assert "données prolongées" in table.note


def test_a_revision_of_a_period_that_was_not_over_was_to_be_expected() -> None:
    said = told(changed([rate(10, 2025)], [rate(20, 2025)]))
    assert "n’était pas finie à l’édition précédente" in said["changes-provisional"]
    table = tables.revised(changed([rate(10, 2025)], [rate(20, 2025)]), "fr", ZONES)
    assert table is not None
    assert table.data.iloc[0, 2].endswith("(provisoire)")


def test_values_that_would_read_the_same_get_more_decimals() -> None:
    row = changed([rate(10.01)], [rate(10.02)]).rows.to_dict("records")[0]
    assert tables.values(row, "en") == ("10.010%", "10.020%")


def test_both_languages_say_the_same_numbers() -> None:
    for item in sentences.told(changed([rate(10)], [rate(15), rate(18, 2026)]), ZONES):
        french, english = (
            sorted(part for part in text.replace(",", ".").split() if part[0].isdigit())
            for text in (item.text.fr.replace("\u202f%", "%"), item.text.en)
        )
        assert len(french) == len(english), item.id
