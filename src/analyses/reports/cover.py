"""The cover: whose report it is, of which day, for whom, and who answers for its data."""

from __future__ import annotations

from typing import Literal

from analyses.cities import City
from analyses.reports import markdown as md
from analyses.reports import words
from analyses.runs.manifest import Manifest
from analyses.wording import Text, day, number, typography

Edition = Literal["internal", "public"]


def values(city: City, record: Manifest, edition: Edition) -> dict[str, object]:
    """Return the metadata that the templates of HTML and PDF draw.

    Parameters
    ----------
    city : City
        City of the report.
    record : Manifest
        Manifest of the run: language, edition's day, fingerprint.
    edition : str
        ``internal`` or ``public``.
    """

    def say(text: Text) -> str:
        return text.in_(record.language)

    printed = day(record.edition, record.language)
    title = words.TITLE.in_(record.language).format(city=typography(city.name, record.language))
    made: dict[str, object] = {
        "lang": "fr-FR" if record.language == "fr" else "en-GB",
        "lang-code": record.language,
        "lang-region": "FR" if record.language == "fr" else "GB",
        "title": title,
        "pagetitle": title,
        "city": typography(city.name, record.language),
        "subtitle": say(words.SUBTITLE),
        "kicker": say(words.KICKER),
        "edition-label": say(words.EDITIONS[edition]),
        "edition-more": say(words.EDITIONS_MORE[edition]),
        "edition-day": f"{say(words.IDENTITY_DATE)} {printed}",
        "identity": identity(city, record),
        "skip-label": say(words.SKIP),
        "toc-title": say(words.CONTENTS),
        "colophon": say(words.COLOPHON),
        "footer": f"coeurville · {printed} · {say(words.EDITIONS[edition])} · {record.short}",
    }
    if city.fictitious:
        made["warning-label"] = say(words.FICTITIOUS)
        made["warning-text"] = say(words.FICTITIOUS_MORE)
        made["pagetitle"] = f"{title} – {say(words.FICTITIOUS)}"
    return made


def identity(city: City, record: Manifest) -> list[dict[str, str]]:
    """Return what identifies the city, as pairs of a label and a value."""
    language = record.language
    population = "" if city.population is None else number(city.population, language)
    people = city.referents
    nobody = words.IDENTITY_NOBODY.in_(language)
    pairs = (
        (words.IDENTITY_EPCI, city.epci.name if city.epci else ""),
        (words.IDENTITY_DEPARTMENT, city.department or ""),
        (words.IDENTITY_INSEE, city.insee_code),
        (words.IDENTITY_POPULATION, population),
        (words.IDENTITY_PROGRAMME, city.programme or ""),
        (words.IDENTITY_BUSINESS, (people.business if people else None) or nobody),
        (words.IDENTITY_DATA, (people.data if people else None) or nobody),
    )
    return [
        {"label": label.in_(language), "value": typography(value, language)}
        for label, value in pairs
        if value
    ]


def for_word(made: dict[str, object]) -> str:
    """Return what the templates of HTML and PDF draw by themselves, for DOCX."""
    pairs = made["identity"]
    assert isinstance(pairs, list)
    colon = "\u00a0:" if made["lang-code"] == "fr" else ":"
    lines = [
        md.div("cover-edition", md.paragraph(f"{made['edition-day']} · {made['edition-label']}")),
        md.div("cover-note", md.paragraph(str(made["edition-more"]))),
        *(
            md.div("cover-line", md.paragraph(f"{item['label']}{colon} {item['value']}"))
            for item in pairs
        ),
    ]
    if "warning-label" in made:
        both = f"{made['warning-label']}. {made['warning-text']}"
        lines.insert(0, md.div("reserves", md.paragraph(both)))
    return md.div("docx-only", *lines)
